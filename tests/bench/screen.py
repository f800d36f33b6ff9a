"""The screen under Xvfb at 1920x1080: from an event to the changed pixel, to the first picture, memory and idling, each
beside a bare SDL window in the same run; and what its frames cost."""
import contextlib
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import time
from datetime import datetime, timedelta, timezone

from bench import ROOT, SITE, Broker, cpu_s, line, stop, title, wait_for

SIZE = "1920x1080"
PLACE = ["296", "104", "80", "171"]  # x y w h: the icon of the row that stands first, in every format
WORK, HOLD = "8CC8FF", "FFC04A"  # of the dark theme
FIRST = "W-0"
RUNS_MAX, SAMPLES, STARTS, IDLE_S = 3, 200, 9, 60


class Display:
    def __enter__(self):
        self.process = subprocess.Popen(["Xvfb", "-displayfd", "1", "-screen", "0", SIZE + "x24", "-nolisten", "tcp"],
                                        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.env = dict(os.environ, DISPLAY=":" + self.process.stdout.readline().strip())
        return self

    def __exit__(self, *_):
        stop(self.process)


class Shop:
    """A broker and a hub with `cars` cars: three of four in work, the first of them on its way, the rest ready."""

    def __init__(self, build, folder, cars):
        self.build, self.broker = build, Broker(folder)
        self.config, database = os.path.join(folder, "empty.cfg"), os.path.join(folder, f"shop-{cars}.db")
        open(self.config, "w").close()
        with open(database + ".log", "w") as log:
            self.hub = subprocess.Popen([os.path.join(build, "pitboard-hub"), "-c", self.config, *self.settings(),
                                         "-o", f'store.path="{database}"'], stdout=log, stderr=log)
        wait_for(lambda: "listening" in open(database + ".log").read(), "the hub")
        now = datetime.now(timezone.utc)
        events = []
        for i in range(cars):
            promised = (now + timedelta(hours=2, minutes=10 * i)).isoformat(timespec="milliseconds")
            events.append({"type": "open", "job": f"W-{i}", "plate": f"A{1201 + 37 * i}BC", "model": "Škoda Octavia",
                           "promised": promised, "pickup": "Касса"})
            if i == 0:
                events.append({"type": "next", "job": f"W-{i}"})
            elif i >= cars * 3 // 4:
                events.append({"type": "stage", "job": f"W-{i}", "stage": "ready", "force": True, "reason": "bench"})
        subprocess.run([os.path.join(build, "pitboard"), "send", *self.settings(), *map(json.dumps, events)], check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def settings(self):
        return ["-o", f"broker.port={self.broker.port}", "-o", f'site="{SITE}"']

    def screen(self):
        """Needs nothing but the broker's address."""
        return [os.path.join(self.build, "pitboard-screen"), "-c", self.config, "-o", f"broker.port={self.broker.port}",
                "-o", "screen.chime=false"]

    def board(self):
        got = subprocess.run(["mosquitto_sub", "-p", str(self.broker.port), "-t", f"pit/v1/{SITE}/board/public", "-C", "1"],
                             check=True, stdout=subprocess.PIPE).stdout
        return json.loads(got)

    def stop(self):
        if self.hub.poll() is None:
            stop(self.hub)
        self.broker.stop()


def pixel(build, display, mode, port, count, *more):
    got = subprocess.run([os.path.join(build, "bench", "pixel"), mode, str(port), str(count), *PLACE, *more], env=display.env,
                         stdout=subprocess.PIPE, text=True)
    if got.returncode:
        sys.exit("bench: no figures from pixel")
    return [[float(x) for x in row.split()] for row in got.stdout.splitlines()]


def rectangle(build, port=None):
    command = [os.path.join(build, "bench", "rectangle"), SIZE]
    return command + ([str(port), "bare", PLACE[0], PLACE[1]] if port else [])


@contextlib.contextmanager
def running(command, display):
    child = subprocess.Popen(command, env=display.env, stderr=subprocess.DEVNULL)
    try:
        yield child
    finally:
        stop(child)


def event(body):
    return json.dumps({"id": "@", "job": FIRST, **body})


def hub_flips(build, display, shop):
    """Event to pixel, and the disk alone with as many bytes beside the same database, in turn."""
    with running(shop.screen(), display):
        rows = pixel(build, display, "flip", shop.broker.port, SAMPLES, WORK, HOLD, f"pit/v1/{SITE}/desk/front/event",
                     event({"type": "next"}), event({"type": "hold", "reason": "parts"}), shop.config + ".disk")
    return [row[0] for row in rows], [row[1] for row in rows]


def bare_flips(build, display, shop):
    with running(rectangle(build, shop.broker.port), display):
        time.sleep(0.5)  # until it listens
        subprocess.run(["mosquitto_pub", "-p", str(shop.broker.port), "-t", "bare", "-m", WORK, "-q", "1"], check=True)
        rows = pixel(build, display, "flip", shop.broker.port, SAMPLES, WORK, HOLD, "bare", WORK, HOLD)
    return [row[0] for row in rows]


def p99(values):
    return sorted(values)[min(len(values) - 1, int(len(values) * 0.99))]


def flips(build, display, shops, options):
    figures = {}
    for _ in range(min(options.runs, RUNS_MAX)):  # waiting for the right page takes its time
        for cars, shop in shops.items():
            flip, disk = hub_flips(build, display, shop)
            figures.setdefault(f"event to pixel, {cars} cars, with the commit", []).append(flip)
            figures.setdefault(f"the disk alone, beside {cars} cars", []).append(disk)
        figures.setdefault("bare SDL rectangle on a raw message", []).append(bare_flips(build, display, shops[12]))
    title(f"From the publisher to the changed pixel, {SIZE}, {SAMPLES} samples a run; ms")
    for name, runs in figures.items():
        aims = ("aim 3", "aim 6") if "commit" in name else ("", "")
        line(name + ": p50", [statistics.median(run) for run in runs], aims[0], "{:.2f}")
        line(name + ": p99", [p99(run) for run in runs], aims[1], "{:.2f}")


def starts(build, display, shop):
    """The hub's board stays with the broker; beats come from here, so that nobody waits for the next one of a hub."""
    board = shop.board()
    stop(shop.hub)
    beat = json.dumps({"time": board["time"], "rev": board["rev"], "problems": [], "counters": {}})
    rows = pixel(build, display, "start", shop.broker.port, STARTS, WORK, f"pit/v1/{SITE}/hub/beat", beat, *shop.screen(),
                 "-o", f'site="{SITE}"')[1:]
    subprocess.run(["mosquitto_pub", "-p", str(shop.broker.port), "-t", "bare", "-m", WORK, "-r"], check=True)
    bare = pixel(build, display, "start", shop.broker.port, STARTS, WORK, "no/matter", "x",
                 *rectangle(build, shop.broker.port))[1:]
    title("From exec to the picture, broker up, warm; ms")
    line("first picture", [row[0] for row in rows], "aim 150", "{:.1f}")
    line("the cars, from a retained board and a beat", [row[1] for row in rows], form="{:.1f}")
    line("bare SDL window with its retained colour", [row[1] for row in bare], form="{:.1f}")


def pss_mib(child):
    with open(f"/proc/{child.pid}/smaps_rollup") as f:
        return next(int(row.split()[1]) for row in f if row.startswith("Pss:")) / 1024


def at_rest(build, display, shop, cars):
    with running(shop.screen(), display) as child:
        time.sleep(35)  # all pages were shown once
        before = cpu_s(child)
        time.sleep(IDLE_S)
        ms, pss = (cpu_s(child) - before) * 1000, pss_mib(child)
    print(f"  {cars:>3} cars, pages turning {pss:10.1f} MiB PSS (aim 30), {ms:.0f} ms of CPU in {IDLE_S} s (aim 20)", flush=True)


def blank(build, display):
    with running(rectangle(build), display) as child:
        time.sleep(3)
        print(f"  blank SDL window        {pss_mib(child):10.1f} MiB PSS", flush=True)


def on_display(build, folder, options):
    with Display() as display, contextlib.ExitStack() as stack:
        shops = {}
        for cars in (12, 40):
            shops[cars] = Shop(build, folder, cars)
            stack.callback(shops[cars].stop)
        flips(build, display, shops, options)
        title(f"At rest, {SIZE}")
        for cars, shop in shops.items():
            at_rest(build, display, shop, cars)
        blank(build, display)
        starts(build, display, shops[12])


# ---- frames


def instructions(build, board, what, count=10):
    """A frame's, by callgrind; None without valgrind."""
    if not shutil.which("valgrind"):
        return None
    got = subprocess.run(["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null",
                          "--toggle-collect=frame_measured", os.path.join(build, "bench", "frame"), board, what, str(count)],
                         stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True).stderr
    collected = re.search(r"Collected : (\d+)", got)
    return int(collected.group(1)) / count / 1e6 if collected else None


def frames(build, options):
    title(f"A frame on a surface in memory, {SIZE}; ms, and instructions by callgrind")
    if not shutil.which("valgrind"):
        print("  (no instructions are counted: valgrind is not installed)")
    for cars, name in ((12, "day"), (40, "cars-40")):
        board = os.path.join(ROOT, "tests", "golden", "boards", name + ".json")
        for what, words in (("whole", "the whole picture"), ("word", "one car's stage"), ("turn", "a page turn")):
            out = subprocess.run([os.path.join(build, "bench", "frame"), board, what, "200"], check=True,
                                 stdout=subprocess.PIPE, text=True).stdout
            count = instructions(build, board, what)
            line(f"{cars} cars: {words}", [float(x) for x in out.split()], f"{count:.2f} million" if count else "", "{:.2f}")
