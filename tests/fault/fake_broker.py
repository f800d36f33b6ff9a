"""A broker that speaks broken MQTT 5: every connection gets the next trick of the list, ends within some seconds, and
nothing is sent without a bound. Loopback only."""
import random
import select
import socket
import struct
import threading
import time

LINGER_S = 1.5      # how long a trick leaves the connection open for an answer
FLOOD = 6 << 20     # bytes at most on one connection
EVENT = "pit/v1/{site}/desk/front/event"


def length(n):
    out = b""
    while True:
        out += bytes([n % 128 | (0x80 if n > 127 else 0)])
        n //= 128
        if not n:
            return out


def packet(kind, body):
    return bytes([kind]) + length(len(body)) + body


def text(data):
    data = data if isinstance(data, bytes) else data.encode()
    return struct.pack(">H", len(data)) + data


def publish(topic, payload=b"{}", flags=2, mid=b"\x00\x07", properties=b"\x00"):
    return packet(0x30 | flags, text(topic) + (mid if flags & 6 else b"") + properties + payload)


CONNACK = packet(0x20, b"\x00\x00\x00")


def bad_connacks():
    """Instead of an answer to CONNECT."""
    yield "refused", packet(0x20, b"\x00\x87\x00")
    yield "refused, code unknown", packet(0x20, b"\x00\xee\x00")
    yield "CONNACK of version 3", packet(0x20, b"\x00\x00")
    yield "CONNACK without a body", b"\x20\x00"
    yield "CONNACK with all flags", packet(0x20, b"\xff\x00\x00")
    yield "CONNACK whose properties lie about their length", packet(0x20, b"\x00\x00\x7f\x21\x00")
    yield "CONNACK with a receive maximum of 0", packet(0x20, b"\x00\x00\x03\x21\x00\x00")
    yield "CONNACK with a packet size of 0", packet(0x20, b"\x00\x00\x05\x27\x00\x00\x00\x00")
    yield "CONNACK cut short", CONNACK[:2]
    yield "half a byte of a length", b"\x20\x80"
    yield "an endless length", b"\x20" + b"\xff" * 64
    yield "nothing", b""
    yield "SUBACK first", packet(0x90, b"\x00\x01\x00\x01")
    yield "a message first", publish("pit/v1/x/hub/beat")
    yield "packet type 0", b"\x00\x00"
    yield "packet type 15", packet(0xf0, b"\x18\x00")
    yield "HTTP", b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"
    yield "TLS", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(200)
    yield "noise", random.Random(4).randbytes(60000)


def bad_packets(site):
    """After a right CONNACK."""
    event = EVENT.format(site=site)
    yield "CONNACK again", CONNACK
    yield "SUBACK to nothing", packet(0x90, b"\x30\x39\x00\x01")
    yield "SUBACK without codes", packet(0x90, b"\x00\x01\x00")
    yield "SUBACK that refuses", packet(0x90, b"\x00\x01\x00\x87")
    yield "SUBACK cut", packet(0x90, b"\x00")
    yield "PUBACK to nothing", b"".join(packet(0x40, struct.pack(">H", n) + b"\x10\x00") for n in range(300))
    yield "PUBREC, PUBREL, PUBCOMP to nothing", packet(0x50, b"\x00\x09") + packet(0x62, b"\x00\x09") + packet(0x70, b"\x00\x09")
    yield "PUBREL with wrong flags", packet(0x60, b"\x00\x09")
    yield "PINGRESP with a body", packet(0xd0, b"abc")
    yield "CONNECT from the broker", packet(0x10, text("MQTT") + b"\x05\x02\x00\x3c\x00" + text("me"))
    yield "SUBSCRIBE from the broker", packet(0x82, b"\x00\x01\x00" + text("#") + b"\x01")
    yield "AUTH", packet(0xf0, b"\x18\x00")
    yield "DISCONNECT with a reason", packet(0xe0, b"\x8e\x00")
    yield "DISCONNECT to another server", packet(0xe0, b"\x9d" + length(9) + b"\x1c" + text("elsewh"))
    yield "a topic longer than its packet", packet(0x32, b"\xff\xff/a/b")
    yield "no topic", packet(0x32, b"\x00\x00\x00\x01\x00{}")
    yield "QoS 3", publish(event, flags=6)
    yield "packet id 0", publish(event, mid=b"\x00\x00")
    yield "a topic alias without a topic", publish("", properties=b"\x03\x23\x00\x05")
    yield "properties that lie", publish(event, properties=b"\x7f\x26")
    yield "properties without end", publish(event, properties=b"\xff\xff\xff\xff")
    yield "a user property cut", publish(event, properties=b"\x04\x26\xff\xff\x00")
    for name, topic in (("broken UTF-8", b"pit/v1/\xff\xfe/desk/front/event"), ("NUL", b"pit/v1/\x00/desk/front/event"),
                        ("wildcards", b"pit/v1/+/#"), ("surrogates", b"pit/\xed\xa0\x80"), ("65535 bytes", b"a/" * 32767),
                        ("overlong", b"pit/\xc0\xaf"), ("escapes", b"pit/v1/\x1b[2J/desk/x/event")):
        yield "a topic with " + name, publish(topic)
    yield "a message cut", publish(event, b"x" * 5000)[:4000]
    yield "256 MiB announced", b"\x32" + length(268435455) + text(event) + b"\x00\x07\x00" + b"[" * FLOOD
    yield "an endless length", b"\x32" + b"\xff" * 4096
    yield "QoS 2 without end", b"".join(publish(event, flags=4, mid=struct.pack(">H", n)) for n in range(1, 3000))
    yield "other people's boards", publish(f"pit/v1/{site}/board/public", b"[" * 100000) + publish(
        f"pit/v1/{site}/hub/beat", b"\xff\x00{") + publish(f"pit/v1/{site}/board/public", b"x" * (3 << 20)) + publish(
        f"pit/v1/{site}/board/public", b'{"v":1,"jobs":' + b'[{"key":"a"},' * 4000)
    yield "broken events", b"".join(publish(event, bytes([n]) * (n * 50), mid=struct.pack(">H", n)) for n in range(1, 250))
    yield "an event again and again", publish(event, b'{"id":"1","type":"note","text":"again"}', flags=10) * 500
    yield "a will of a bay, retained", publish(f"pit/v1/{site}/bay/1/status", b"\x00" * 70000, flags=3)


# libmosquitto 2.0.11 ends the process by an assertion of its own when it meets a property that MQTT 5 does not have.
DEADLY = packet(0x20, b"\x00\x00\x02\x7e\x00")


class FakeBroker:
    """Serves until close(); `done` names the tricks that were played to a client that had said CONNECT."""

    def __init__(self, port, sites, only=None):
        self.only = only
        self.done, self.open, self.lock = [], True, threading.Lock()
        self.turns = {}
        self.sites = sites
        self.socket = socket.create_server(("127.0.0.1", port), backlog=64)
        self.thread = threading.Thread(target=self.accept, daemon=True)
        self.thread.start()

    def tricks(self, site):
        if self.only:
            yield "only", self.only
            return
        for name, data in bad_connacks():
            yield name, data
        for name, data in bad_packets(site):
            yield name, CONNACK + data
        yield "drop by drop", CONNACK + publish(EVENT.format(site=site), b"slow") * 3
        yield "reset", None

    def accept(self):
        while self.open:
            ready, _, _ = select.select([self.socket], [], [], 0.2)
            if ready:
                try:
                    client = self.socket.accept()[0]
                except OSError:
                    return
                threading.Thread(target=self.serve, args=(client,), daemon=True).start()

    def next_trick(self, connect):
        """Each kind of client goes through the list; who it is stands in its CONNECT."""
        site = next((s for s in self.sites if s.encode() + b"-" in connect), self.sites[0])
        kind = "hub-in" if b"hub-in" in connect else "hub" if b"-hub" in connect else "other"
        with self.lock:
            turn = self.turns.get(kind, 0)
            self.turns[kind] = turn + 1
        all_of_it = list(self.tricks(site))
        return kind, *all_of_it[turn * 7 % len(all_of_it)]

    def serve(self, client):
        try:
            client.settimeout(LINGER_S)
            connect = client.recv(4096)
            if connect[:1] != b"\x10":
                return
            kind, name, data = self.next_trick(connect)
            if data is None:
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            elif name == "drop by drop":
                for n in range(len(data)):
                    client.sendall(data[n:n + 1])
                    time.sleep(0.01)
            else:
                client.sendall(data)
            with self.lock:
                self.done.append((kind, name))
            end = time.monotonic() + LINGER_S
            while data and time.monotonic() < end and self.open and client.recv(65536):
                pass
        except OSError:
            pass
        finally:
            client.close()

    def close(self):
        self.open = False
        self.thread.join()
        self.socket.close()
