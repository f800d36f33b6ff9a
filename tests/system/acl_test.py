#!/usr/bin/env python3
"""config/mosquitto on a real broker: every user against every topic, reading and writing, as a table.

Speaks MQTT 3.1.1 itself, so that a ping is a barrier and nothing waits for time to pass.
"""
import os
import re
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
CONFIG = os.path.join(HERE, "..", "..", "config", "mosquitto")
LIMIT_S = 20
EVERYBODY = "overseer"  # added by the test: may read and write all

# What each user of the example may do; {site} stands for any site.
MAY_WRITE = {
    "hub": ["bay/1/receipt", "bay/2/receipt", "desk/front/receipt", "dms/dms/receipt", "rate/lounge/receipt", "bay/1/state",
            "bay/2/state", "board/public", "board/staff", "hub/status", "hub/beat"],
    "hub-in": [],
    "bay-1": ["bay/1/event", "bay/1/status"],
    "bay-2": ["bay/2/event", "bay/2/status"],
    "desk-front": ["desk/front/event", "desk/front/status"],
    "dms-dms": ["dms/dms/event", "dms/dms/status"],
    "rate-lounge": ["rate/lounge/event", "rate/lounge/status"],
    "screen-lounge": ["screen/lounge/status"],
    "screen-workshop": ["screen/workshop/status"],
    "tool": ["bay/1/event", "bay/2/event", "desk/front/event", "dms/dms/event", "rate/lounge/event"],
}
EVENTS = ["bay/1/event", "bay/2/event", "desk/front/event", "dms/dms/event", "rate/lounge/event"]
STATUSES = ["bay/1/status", "bay/2/status", "desk/front/status", "dms/dms/status", "rate/lounge/status",
            "screen/lounge/status", "screen/workshop/status"]
HUB = ["hub/status", "hub/beat"]
MAY_READ = {
    "hub": STATUSES,
    "hub-in": EVENTS,
    "bay-1": ["bay/1/receipt", "bay/1/state"] + HUB,
    "bay-2": ["bay/2/receipt", "bay/2/state"] + HUB,
    "desk-front": ["desk/front/receipt", "board/staff"] + HUB,
    "dms-dms": ["dms/dms/receipt", "board/staff"] + HUB,
    "rate-lounge": ["rate/lounge/receipt"] + HUB,
    "screen-lounge": ["board/public"] + HUB,
    "screen-workshop": ["board/staff"] + HUB,
}
TOPICS = sorted(set(EVENTS + STATUSES + MAY_WRITE["hub"]))
MAY_READ["tool"] = TOPICS
OUTSIDE = ["other/topic", "pit/v1/site/bay/1/event/more", "pit/v2/site/bay/1/event"]  # nobody's


class Client:
    def __init__(self, port, user, password="secret"):
        self.sock = socket.create_connection(("127.0.0.1", port), LIMIT_S)
        self.buf, self.got, self.mid = b"", [], 0
        words = [b"MQTT", user.encode(), user.encode(), password.encode()]
        field = [struct.pack(">H", len(w)) + w for w in words]
        self.send(0x10, field[0] + b"\x04\xc2\x00\x3c" + field[1] + field[2] + field[3])
        self.code = self.until(0x20)[1]

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
        """Collects messages until a packet of this kind came."""
        while True:
            head, body = self.packet()
            if head & 0xf0 == 0x30:
                n = struct.unpack(">H", body[:2])[0]
                self.got.append(body[2:2 + n].decode())
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


def broker_config(folder, port):
    """The example as shipped but for its places and port, behind Debian's main file."""
    with open(os.path.join(CONFIG, "pitboard.conf"), encoding="utf-8") as f:
        text = f.read()
    text, n = re.subn(r"(?m)^listener 1883 127\.0\.0\.1$", f"listener {port} 127.0.0.1", text)
    text, m = re.subn(r"/etc/mosquitto/", folder + "/", text)
    assert n == 1 and m >= 2, "pitboard.conf has no listener or no files"
    os.mkdir(os.path.join(folder, "conf.d"))
    with open(os.path.join(folder, "conf.d", "pitboard.conf"), "w", encoding="utf-8") as f:
        f.write(text)
    with open(os.path.join(CONFIG, "pitboard.acl"), encoding="utf-8") as f:
        acl = f.read()
    with open(os.path.join(folder, "pitboard.acl"), "w", encoding="utf-8") as f:
        f.write(acl + f"\nuser {EVERYBODY}\ntopic readwrite #\n")
    users = re.findall(r"(?m)^user (\S+)$", acl)
    assert sorted(users) == sorted(MAY_WRITE), "the table of this test and pitboard.acl name different users"
    passwords = os.path.join(folder, "pitboard.passwd")
    open(passwords, "w", encoding="utf-8").close()
    for user in users + [EVERYBODY]:
        subprocess.run(["mosquitto_passwd", "-b", passwords, user, "secret"], check=True)
    main = os.path.join(folder, "mosquitto.conf")
    with open(main, "w", encoding="utf-8") as f:
        f.write(f"user {'mosquitto' if os.getuid() == 0 else ''}\n" if os.getuid() == 0 else "")
        f.write(f"pid_file {folder}/pid\npersistence true\npersistence_location {folder}/\n"
                f"log_dest file {folder}/log\ninclude_dir {folder}/conf.d\n")
    return main


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def connect_first(port, broker):
    end = time.monotonic() + LIMIT_S
    while True:
        try:
            return Client(port, EVERYBODY)
        except OSError:
            if broker.poll() is not None or time.monotonic() > end:
                raise
            time.sleep(0.02)


def check_access(port, overseer):
    wrong = []
    names = ["pit/v1/site/" + t for t in TOPICS] + OUTSIDE
    for user in MAY_WRITE:
        client = Client(port, user)
        client.subscribe("#")
        client.drain()
        for name in names:
            overseer.publish(name)
        overseer.drain()
        want = sorted("pit/v1/site/" + t for t in MAY_READ[user]) + (["pit/v1/site/bay/1/event/more"] if user == "tool" else [])
        got = client.drain()
        if sorted(got) != sorted(want):
            wrong.append(f"{user} reads {sorted(set(got) ^ set(want))} otherwise than the table says")
        for name in names:
            client.publish(name)
        client.drain()
        got = overseer.drain()
        want = ["pit/v1/site/" + t for t in MAY_WRITE[user]]
        if sorted(got) != sorted(want):
            wrong.append(f"{user} writes {sorted(set(got) ^ set(want))} otherwise than the table says")
        client.close()
    return wrong


def check_strangers(port):
    wrong = []
    if Client(port, "hub", "guess").code == 0:
        wrong.append("a wrong password was accepted")
    if Client(port, "bay-77").code == 0:
        wrong.append("an unknown user was accepted")
    return wrong


def check_sizes(port, overseer):
    overseer.publish("pit/v1/site/board/public", b"x" * 4194304)
    if overseer.drain() != ["pit/v1/site/board/public"]:
        return ["the largest board does not pass the broker"]
    hub = Client(port, "hub")
    hub.publish("pit/v1/site/board/public", b"x" * 4194305)
    return [] if overseer.drain() == [] else ["a message beyond message_size_limit passed"]


def main():
    if not shutil.which("mosquitto", path=os.environ["PATH"] + ":/usr/sbin"):
        print("acl_test: skipped: there is no mosquitto here")
        return 0
    folder = tempfile.mkdtemp(prefix="acl_test_")
    os.chmod(folder, 0o755)
    port = free_port()
    config = broker_config(folder, port)
    if os.getuid() == 0:
        shutil.chown(folder, "mosquitto")
    broker = subprocess.Popen([shutil.which("mosquitto", path=os.environ["PATH"] + ":/usr/sbin"), "-c", config],
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        overseer = connect_first(port, broker)
        overseer.subscribe("#")
        wrong = check_access(port, overseer) + check_strangers(port) + check_sizes(port, overseer)
    finally:
        broker.terminate()
        broker.wait(LIMIT_S)
        shutil.rmtree(folder, ignore_errors=True)
    for line in wrong:
        print("acl_test:", line)
    print(f"acl_test: {len(MAY_WRITE)} users x {len(TOPICS) + len(OUTSIDE)} topics, read and write: {'FAILED' if wrong else 'ok'}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
