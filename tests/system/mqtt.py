"""A client that speaks MQTT 3.1.1 itself, so that a ping is a barrier: what the broker had for it has then come, and nothing
waits for time to pass."""
import os
import socket
import struct

LIMIT_S = 60  # generous: a time-out is a hang, not a measurement


class Client:
    """An own session without a name or a user; with `context` over TLS, where the certificate is the user."""

    def __init__(self, port, user=None, password="secret", client_id=None, context=None):
        self.sock = socket.create_connection(("127.0.0.1", port), LIMIT_S)
        if context:
            self.sock = context.wrap_socket(self.sock, server_hostname="127.0.0.1")
        self.buf, self.got, self.mid = b"", [], 0
        named = user is not None and not context
        words = [b"MQTT", (client_id or user or f"test-{os.getpid()}-{id(self)}").encode()]
        words += [user.encode(), password.encode()] if named else []
        field = [struct.pack(">H", len(w)) + w for w in words]
        self.send(0x10, field[0] + (b"\x04\xc2" if named else b"\x04\x02") + b"\xff\xff" + b"".join(field[1:]))
        self.code = self.until(0x20)[1]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
    def send(self, kind, body):
        length, n = b"", len(body)
        while True:
            length += bytes([n % 128 | (0x80 if n > 127 else 0)])
            n //= 128
            if not n:
                break
        self.sock.sendall(bytes([kind]) + length + body)

    def packet(self):
        while True:
            n, at = 0, 1
            while at < len(self.buf):
                n |= (self.buf[at] & 0x7f) << 7 * (at - 1)
                at += 1
                if not self.buf[at - 1] & 0x80:
                    if len(self.buf) >= at + n:
                        head, body, self.buf = self.buf[0], self.buf[at:at + n], self.buf[at + n:]
                        return head, body
                    break
            more = self.sock.recv(65536)
            if not more:
                raise ConnectionError("the broker closed the connection")
            self.buf += more

    def until(self, kind):
        """Collects messages, as (topic, payload, whether it was kept), until a packet of this kind came."""
        while True:
            head, body = self.packet()
            if head & 0xf0 == 0x30:
                at = 2 + struct.unpack(">H", body[:2])[0]
                self.got.append((body[2:at].decode(), body[at + (2 if head & 6 else 0):], bool(head & 1)))
            elif head & 0xf0 == kind:
                return body

    def subscribe(self, name):
        self.send(0x82, b"\x00\x01" + struct.pack(">H", len(name)) + name.encode() + b"\x00")
        self.until(0x90)

    def publish(self, name, payload=b"x"):
        self.mid += 1
        self.send(0x32, struct.pack(">H", len(name)) + name.encode() + struct.pack(">H", self.mid) + payload)
        self.until(0x40)

    def drain(self):
        """Everything the broker had for us until now."""
        self.send(0xc0, b"")
        self.until(0xd0)
        got, self.got = self.got, []
        return got

    def close(self):
        self.sock.close()


def kept(port, *filters):
    """{topic: text} of what a broker keeps; nothing while there is none."""
    try:
        with Client(port) as client:
            for name in filters:
                client.subscribe(name)
            return {topic: payload.decode("utf-8", "replace") for topic, payload, old in client.drain() if old}
    except OSError:
        return {}
