#!/usr/bin/env python3
"""A hub whose wall clock steps under it (libfaketime; the boot clock is the true one): durations are those of this
test's own clock, rows say how far the time can be trusted, the beat comes every 3 s, a bay's clock does not matter."""
import glob
import json
import os
import subprocess
import time

from endure import SITE, rig, rows
from rig import LIMIT_S, main, until

LIBRARY = next(iter(sorted(glob.glob("/usr/lib/*/faketime/libfaketime.so.1"))), None)
ZONE = "Europe/Berlin"
STEPS = [  # name, wall time of the hub from then on: a step against the true time, or a moment
    ("an hour ahead", "+3600"),
    ("a day back", "-86400"),
    ("1970", "@1970-01-01 00:00:30"),
    ("the time arrives", "+0"),
    ("before the clocks go forward", "@2027-03-28 01:59:59"),
    ("before the clocks go back", "@2027-10-31 02:59:59"),
    ("before 2038", "@2038-01-19 04:14:06"),
    ("and the true time again", "+0"),
]


class Clock:
    """The wall clock of a process started with env()."""

    def __init__(self, r):
        self.file = os.path.join(r.folder, "wall")
        self.step("+0")

    def step(self, to):
        with open(self.file + ".new", "w") as f:
            f.write(to + "\n")
        os.rename(self.file + ".new", self.file)

    def env(self, synced):
        return {"LD_PRELOAD": LIBRARY, "FAKETIME_TIMESTAMP_FILE": self.file, "FAKETIME_NO_CACHE": "1",
                "FAKETIME_DONT_FAKE_MONOTONIC": "1", "TZ": ZONE, "PITBOARD_CLOCK_SYNCED": str(int(synced))}


def send(r, **event):
    """Returns when it was sent and when it was received, at the earliest and at the latest, by this test's clock."""
    began = time.monotonic()
    out = json.loads(r.pitboard("send", *r.settings, json.dumps(event)))
    assert out["result"] == "applied", out
    return began, time.monotonic(), out


def start_hub(r, clock, synced):
    return r.hub("-o", f'timezone="{ZONE}"', env=clock.env(synced))


def lengths(r):
    return [x[0] for x in rows(r.db, "SELECT elapsed_ms FROM span WHERE job = 'A' AND left_ms IS NOT NULL ORDER BY n")]


def must_be_true(spans, times):
    """Each span lasted from one press to the next, whatever the wall said. 20 ms for two clocks read apart."""
    assert len(spans) == len(times) - 1, (spans, len(times))
    for got, (b1, e1, _), (b2, e2, _) in zip(spans, times, times[1:]):
        assert (b2 - e1) * 1000 - 20 <= got <= (e2 - b1) * 1000 + 20, (got, b2 - e1, e2 - b1)


class Beats:
    """When each beat came; there is a first one when this is made."""

    def __init__(self, r):
        self.file = os.path.join(r.folder, "beats")
        with open(self.file, "wb") as out:
            self.child = subprocess.Popen(["mosquitto_sub", "-p", str(r.port), "-t", f"pit/v1/{SITE}/hub/beat", "-F", "%U"],
                                          stdout=out)
        r.children.append(self.child)
        until(self.at, "a beat")

    def at(self):
        with open(self.file) as f:
            return [float(line) for line in f.read().splitlines(keepends=True) if line.endswith("\n")]


def press(r, n):
    if n % 2:
        return send(r, id=f"h{n}", type="next", job="A")
    return send(r, id=f"h{n}", type="hold", job="A", reason="parts")


def steps_change_no_duration_and_no_beat():
    with rig() as r:
        r.broker()
        clock = Clock(r)
        hub = start_hub(r, clock, True)
        watch = Beats(r)
        times = [send(r, id="o", type="open", job="A", plate="X 1")]
        for n, (name, to) in enumerate(STEPS):
            time.sleep(0.8)  # the length of a span is what is measured here
            clock.step(to)
            time.sleep(0.8)
            times.append(press(r, n))
        spans = lengths(r)
        must_be_true(spans, times)
        assert hub.poll() is None
        at = watch.at()
        gaps = [b - a for a, b in zip(at, at[1:])]
        received = [x[0] for x in rows(r.db, "SELECT received_ms FROM event WHERE job = 'A' ORDER BY seq")]
        jumps = sum(abs(b - a) > 1800000 for a, b in zip(received, received[1:]))
        print(f"      {len(STEPS)} steps, {jumps} jumps of the wall in the log, spans of {min(spans)} to {max(spans)} ms, "
              f"{len(gaps)} gaps between beats of {min(gaps):.2f} to {max(gaps):.2f} s", flush=True)
        assert jumps == len(STEPS), received
        # None too many and none missing. 3 s to the millisecond are tested on a fake clock: a busy machine brings one late.
        assert len(gaps) >= 3 and all(0.5 < gap < 5.5 for gap in gaps), gaps
        r.pitboard("rebuild", "--check", "--db", r.db)


def a_start_in_1970_and_the_time_arrives_with_a_restart():
    """The hub starts again within the same boot of the machine: the boot clock goes on, the rows tell the quality."""
    with rig() as r:
        r.broker()
        clock = Clock(r)
        clock.step("@1970-01-01 00:00:30")
        hub = start_hub(r, clock, False)
        times = [send(r, id="o", type="open", job="A", plate="X 1"), press(r, 0)]
        assert '"clock"' in r.retained("board/staff"), "staff are told"
        r.kill(hub)
        clock.step("+0")
        start_hub(r, clock, True)
        times += [press(r, 1), press(r, 2)]
        must_be_true(lengths(r), times)
        log = rows(r.db, "SELECT synced, received_ms < 86400000 FROM event WHERE job = 'A' ORDER BY seq")
        assert log == [(0, 1), (0, 1), (1, 0), (1, 0)], log
        assert '"clock"' not in r.retained("board/staff")


def a_reboot_falls_back_on_the_wall():
    """Another boot of the machine: its boot clock says nothing of the one before."""
    with rig() as r:
        r.broker()
        clock = Clock(r)
        hub = r.start([r.program("pitboard-hub"), "-c", r.config, *r.settings],
                      {**clock.env(True), "PITBOARD_BOOT_ID": "one"})
        send(r, id="o", type="open", job="A", plate="X 1")
        r.kill(hub)
        clock.step("+1000")
        r.start([r.program("pitboard-hub"), "-c", r.config, *r.settings],
                {**clock.env(True), "PITBOARD_BOOT_ID": "two"})
        press(r, 0)
        (span,) = lengths(r)
        assert 1000000 <= span <= 1000000 + LIMIT_S * 1000, span
        assert rows(r.db, "SELECT DISTINCT hub_boot FROM event WHERE job = 'A' ORDER BY seq") == [("one",), ("two",)]


def a_sender_a_year_ahead_counts_by_receipt_and_age():
    with rig() as r:
        r.broker()
        r.hub(env={"PITBOARD_CLOCK_SYNCED": "1"})
        times = [send(r, id="o", type="open", job="A", plate="X 1")]
        ahead = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 365 * 86400))
        times.append(send(r, id="1", type="next", job="A", time=ahead, age_ms=0))
        must_be_true(lengths(r), times)


if not LIBRARY:
    raise SystemExit("libfaketime is missing: make deps")
main([
    steps_change_no_duration_and_no_beat,
    a_start_in_1970_and_the_time_arrives_with_a_restart,
    a_reboot_falls_back_on_the_wall,
    a_sender_a_year_ahead_counts_by_receipt_and_age,
])
