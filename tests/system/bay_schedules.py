#!/usr/bin/env python3
"""Schedules of faults between real processes: the broker is killed and comes back without its memory, the hub and the bay
are killed at random moments, while keys are pressed. Each press that the outbox has kept is in the hub's log once, and
in order. SCHEDULES=n in the environment for another number than 20. The long form of bay_test.py, run by `make torture`;
tests/fault/schedules has power cuts, lost messages and many more schedules."""
import os
import random
import signal
import time

from bay_test import Bay
from rig import main, until

SCHEDULES = int(os.environ.get("SCHEDULES", "20"))
STEPS = 25


class Shop(Bay):
    def __init__(self, seed):
        super().__init__()
        self.dice = random.Random(seed)
        self.saved = []  # ids in the order of pressing
        self.kills = 0

    def note(self):
        """What the outbox holds is saved; ids in their order."""
        for (id_,) in self.box_rows("SELECT id FROM press ORDER BY seq"):
            if id_ not in self.saved:
                self.saved.append(id_)

    def stroke(self):
        if self.box.poll() is None:
            self.press(self.dice.choice(("next", "next", "parts", "confirm", "help")))
            self.note()

    def blow(self):
        name = self.dice.choice(("broker_child", "hub_child", "box"))
        child = getattr(self, name)
        if child.poll() is None:
            self.kill(child)
            self.kills += 1

    def mend(self, everything=False):
        if self.broker_child.poll() is not None and (everything or self.dice.random() < 0.5):
            self.broker_child = self.broker()
        if self.hub_child.poll() is not None and (everything or self.dice.random() < 0.5):
            self.hub_child = self.start([self.program("pitboard-hub"), "-c", self.config, *self.settings])
        if self.box.poll() is not None and (everything or self.dice.random() < 0.7):
            self.note()
            self.bay()

    def settle(self):
        self.mend(everything=True)
        until(lambda: self.waiting() == 0, "every press has its receipt", 180)

    def verify(self):
        logged = [row[0] for row in self.hub_rows("id")]
        assert len(set(logged)) == len(logged), "doubled"
        lost = [id_ for id_ in self.saved if id_ not in logged]
        assert not lost, f"lost: {lost}"
        assert [id_ for id_ in logged if id_ in self.saved] == self.saved, "out of order"


def one(seed):
    with Shop(seed) as r:
        r.serve()
        r.broker_child, r.hub_child = r.children[0], r.children[1]
        for _ in range(STEPS):
            if r.dice.random() < 0.6:
                r.stroke()
            if r.dice.random() < 0.35:
                r.blow()
            r.mend()
            time.sleep(r.dice.choice((0, 0.01, 0.05, 0.3)))  # the schedule, not synchronisation
        r.settle()
        r.note()
        r.verify()
        assert r.kill(r.box, signal.SIGTERM) == 0
        return len(r.saved), r.kills


def saved_presses_arrive_once_and_in_order():
    sums = [sum(column) for column in zip(*(one(seed) for seed in range(SCHEDULES)))]
    print(f"      {SCHEDULES} schedules, {sums[0]} presses, {sums[1]} kills: 0 lost, 0 doubled", flush=True)
    assert sums[0] > 0 and sums[1] > 0


if __name__ == "__main__":
    main([saved_presses_arrive_once_and_in_order])
