#!/usr/bin/env python3
"""SIGKILL of the hub at random moments of a stream of events, of the broker under load, the broker's memory wiped, its
queue overflowing: nothing is lost, nothing counts twice, the end is that of an undisturbed run."""
import os
import random
import signal
import time

from endure import LONG, Stream, check, in_memory, rig, same, undisturbed
from rig import main

EVENTS = 20000
LIMIT_S = 900 if LONG else 300
SUMS = {"kills": 0, "events": 0, "lost": 0, "doubled": 0}


def say(**more):
    print("      " + ", ".join(f"{value} {name}" for name, value in more.items()), flush=True)


def start_hub(r):
    return r.start([r.program("pitboard-hub"), "-c", r.config, *r.settings])


def blow(r, stream, hub, dice):
    """One life of the hub: it dies at start, or in the stream after it has answered again."""
    if dice.random() < 0.25:
        time.sleep(dice.uniform(0, 0.03))  # the moment of the blow, not synchronisation
    else:
        before = stream.progress()
        end = time.monotonic() + 20
        while stream.progress() == before and stream.running() and time.monotonic() < end:
            time.sleep(0.001)
        time.sleep(dice.choice((0, dice.uniform(0, 0.005), dice.uniform(0, 0.04))))
    if not stream.running():
        return False
    r.kill(hub)
    return True


def cycles(seed, goal, deadline):
    """Streams of EVENTS events until the hub was killed `goal` times; returns kills."""
    dice = random.Random(seed)
    kills = 0
    with rig() as r:
        r.broker()
        hub = r.hub()
        stream = Stream(r, seed, EVENTS)
        while kills < goal and time.monotonic() < deadline and blow(r, stream, hub, dice):
            kills += 1
            hub = start_hub(r)
        stream.end()
        lost, doubled = check(r, stream)
        if seed == 1:
            same(undisturbed(seed, EVENTS), r.db)
        r.kill(hub, signal.SIGTERM)
    SUMS["kills"] += kills
    SUMS["events"] += EVENTS
    SUMS["lost"] += lost
    SUMS["doubled"] += doubled
    return kills


def the_hub_is_killed_at_random_moments():
    goal, kills, seed = (1000 if LONG else 100), 0, 0
    began = time.monotonic()
    while kills < goal and time.monotonic() < began + LIMIT_S:
        seed += 1
        kills += cycles(seed, min(100, goal - kills), began + LIMIT_S)
    say(**SUMS, seconds=round(time.monotonic() - began, 1))
    assert kills >= goal, f"only {kills} kills in {LIMIT_S} s"



def persistent(r):
    return f"persistence true\npersistence_location {r.folder}/\nautosave_interval 1\nautosave_on_changes true\n"


def wait_for_more(stream, limit_s=60):
    before, end = stream.progress(), time.monotonic() + limit_s
    while stream.progress() == before and stream.running():
        assert time.monotonic() < end, "the stream stands still"
        time.sleep(0.002)
    return stream.running()


def broker_dies(seed, kills, events, more, wipe):
    """Repeated losses make both ends wait longer before they connect again, so few a stream."""
    dice = random.Random(seed)
    with rig() as r:
        lines = more(r)
        broker = r.broker(lines)
        r.hub()
        stream = Stream(r, seed, events)
        done = 0
        while done < kills and wait_for_more(stream):
            time.sleep(dice.uniform(0, 0.1))
            r.kill(broker)
            done += 1
            saved = os.path.join(r.folder, "mosquitto.db")
            if wipe and os.path.exists(saved):
                os.unlink(saved)
            broker = r.broker(lines)
        stream.end(LIMIT_S)
        lost, doubled = check(r, stream)
        if not LONG:
            same(undisturbed(seed, events), r.db)
        return done, lost, doubled, stream.repeats


def broker_section(wipe):
    """Several short streams; at least as many blows as asked for, within the time."""
    sums, began, seed = [0, 0, 0, 0], time.monotonic(), 100 + wipe
    while sums[0] < (100 if LONG else 4) and time.monotonic() < began + LIMIT_S:
        seed += 2
        sums = [a + b for a, b in zip(sums, broker_dies(seed, 4, 8000, persistent, wipe))]
    say(**dict(zip(("kills", "lost", "doubled", "repeats"), sums)), seconds=round(time.monotonic() - began, 1))
    assert sums[0] >= 4


def the_broker_is_killed_and_comes_back_with_what_it_saved():
    broker_section(False)


def the_broker_is_killed_and_its_memory_wiped():
    broker_section(True)


def the_brokers_queue_overflows():
    """A queue of ten for the hub, which stands still now and then: the broker drops what it has acknowledged."""
    dice = random.Random(5)
    with rig() as r:
        broker = r.broker("max_inflight_messages 5\nmax_queued_messages 10\n")
        hub = r.hub()
        stream = Stream(r, 0, 20000 if LONG else 4000)
        while stream.running():
            os.kill(hub.pid, signal.SIGSTOP)
            time.sleep(dice.uniform(0.02, 0.1))
            os.kill(hub.pid, signal.SIGCONT)
            time.sleep(dice.uniform(0.02, 0.2))
        stream.end()
        lost, doubled = check(r, stream)
        say(events=stream.events, lost=lost, doubled=doubled, repeats=stream.repeats)
        assert stream.repeats > 100, "nothing overflowed"
        assert broker.poll() is None


in_memory()
main([
    the_hub_is_killed_at_random_moments,
    the_broker_is_killed_and_comes_back_with_what_it_saved,
    the_broker_is_killed_and_its_memory_wiped,
    the_brokers_queue_overflows,
])
