"""From a press to the small display of its bay, the lamp's words: the receipt of a real hub, and "saved" without a broker;
beside bare syncs of the same disk."""
import os
import select
import struct
import subprocess
import time

from bench import SITE, Broker, Hub, stop, title, wait_for

PRESSES = 500
KEY_F13 = 183
CONFIG = """site = "{site}"; bays = ( {{ id = "tester1"; }} ); screen = {{ languages = [ "en" ]; }};
boxes = ( {{ bay = "tester1"; outbox = "{folder}/box.db"; debounce_ms = 0; display = "{folder}/words";
  inputs = ( {{ device = "{folder}/keys"; keys = ( {{ code = "KEY_F13"; type = "confirm"; }} ); }} );
  outputs = ( {{ driver = "file"; path = "{folder}/lamp"; }} ); }} );
"""


class Bay:
    """pitboard-bay with a keypad that is a pipe and a display that is another one: what it says is read as it is said."""

    def __init__(self, build, broker, folder):
        self.folder = folder
        with open(f"{folder}/bay.cfg", "w") as f:
            f.write(CONFIG.format(site=SITE, folder=folder))
        for name in ("keys", "words"):
            os.mkfifo(f"{folder}/{name}")
        self.keys = os.open(f"{folder}/keys", os.O_RDWR)
        self.words = os.open(f"{folder}/words", os.O_RDWR | os.O_NONBLOCK)
        self.log = f"{folder}/bay.log"
        with open(self.log, "w") as log:
            self.process = subprocess.Popen([os.path.join(build, "pitboard-bay"), "-c", f"{folder}/bay.cfg", "-o",
                                             f"broker.port={broker.port}"], stdout=log, stderr=log)
        wait_for(lambda: self.process.poll() is None and "connected" in open(self.log).read(), "the bay")
        time.sleep(0.5)  # until it has heard of the hub
        self.heard()

    def heard(self, limit_s=0.0):
        """What the display was told since; b"" if nothing comes within the limit."""
        if not select.select([self.words], [], [], limit_s)[0]:
            return b""
        return os.read(self.words, 65536)

    def edge(self, value):
        now = time.clock_gettime(time.CLOCK_BOOTTIME)
        os.write(self.keys, struct.pack("llHHi", int(now), int(now % 1 * 1e6), 1, KEY_F13, value)
                 + struct.pack("llHHi", 0, 0, 0, 0, 0))

    def press(self, last_word):
        """ms until the display said something, and until it said `last_word`."""
        self.heard()
        began = time.perf_counter()
        self.edge(1)
        first = None
        while True:
            said = self.heard(10)
            now = (time.perf_counter() - began) * 1000
            if not said:
                raise SystemExit("bench: the bay says nothing\n" + open(self.log).read())
            first = first or now
            if said.splitlines()[-1].startswith(last_word) and (last_word or said.endswith(b"\n\n") or said == b"\n"):
                self.edge(0)
                return first, now

    def stop(self):
        stop(self.process)
        os.close(self.keys)
        os.close(self.words)


def sync(fd, at):
    """ms for as much as a press writes, and its fdatasync."""
    began = time.perf_counter()
    os.pwrite(fd, b"x" * 20480, at * 20480)
    os.fdatasync(fd)
    return (time.perf_counter() - began) * 1000


def row(name, values, note=""):
    ordered = sorted(values)
    p50, p99 = ordered[len(ordered) // 2], ordered[min(len(ordered) - 1, len(ordered) * 99 // 100)]
    print(f"  {name:<50} {p50:>9.2f}   {p99:<21.2f} {note}", flush=True)


def presses(build, folder):
    place = os.path.join(folder, "press")
    os.mkdir(place)
    broker = Broker(place)
    hub = Hub(build, broker, os.path.join(place, "hub.db"))
    bay = Bay(build, broker, place)
    fd = os.open(os.path.join(place, "sync"), os.O_RDWR | os.O_CREAT)
    disk, up, down = [], [], []
    for i in range(PRESSES):
        up.append(bay.press(b""))
        disk.append(sync(fd, i))
    broker.stop()
    time.sleep(0.3)
    for i in range(PRESSES):
        down.append(bay.press(b"Saved")[0])
        disk.append(sync(fd, PRESSES + i))
    os.close(fd)
    bay.stop()
    hub.stop()
    title(f"Press to lamp, {PRESSES} presses, without the debouncer's 30 ms; ms, p50 and p99")
    row("20 KiB and a bare fdatasync, in between", disk)
    row("broker and hub up: saved in the outbox", [u[0] for u in up], "one commit")
    row("broker and hub up: the hub's receipt", [u[1] for u in up], "commits of outbox, hub, outbox; four ways by MQTT")
    row("broker down: saved in the outbox", down, "one commit")
