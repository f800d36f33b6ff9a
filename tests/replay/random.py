#!/usr/bin/env python3
"""Writes a case file of random events: python3 random.py SEED CASES EVENTS > FILE.case

No outcome is foretold; what must hold anyway is checked by the driver: one receipt per event, rules of every
publication, boards the same after a restart, tables the same after a fresh fold.
"""
import random
import sys

STAGES = "checkin diagnosis approval parts repair quality wash ready handover nowhere".split()
BAYS = "1 2 3 quality".split()
SOURCES = ["desk/front"] * 6 + ["desk/web", "dms/dms", "rate/lounge"] + ["bay/" + b for b in BAYS] * 2


def when(r, now):
    kind = r.random()
    if kind < 0.6:
        return ""
    if kind < 0.8:
        return " age_ms:=%d" % r.choice([0, 500, 5000, 90000, 700000])
    at = max(0, now + r.choice([-1200, -300, -61, -5, 0, 1, 2, 3, 60]))
    return " time=%02d:%02d:%02d" % (at // 3600, at // 60 % 60, at % 60)


def event(r, now, n):
    source = r.choice(SOURCES)
    job = "J%d" % (n // 25 + r.randint(0, 4))  # old ones are closed after a while
    kind = r.choices(
        "open update assign next hold rework stage undo help call cancel rate note".split(),
        [12, 4, 8, 22, 6, 4, 6, 16, 2, 2, 3, 2, 2])[0]
    fields = ""
    if kind in ("open", "update"):
        if kind == "open":
            fields += " plate=%s%d" % (r.choice(["X", "К", ""]), r.randint(1, 3))
        for name, values in (("work", ["maintenance", "repair"]), ("bay", BAYS), ("model", ["Golf"]),
                             ("promised", ["11:00", "12:00", "13:00"]), ("privacy", ["tail", "code", "plate"])):
            if r.random() < 0.25:
                fields += " %s=%s" % (name, r.choice(values)) if r.random() < 0.8 else " %s:=null" % name
    elif kind == "assign" and (not source.startswith("bay/") or r.random() < 0.2):
        fields = " bay=" + r.choice(BAYS) if r.random() < 0.8 else " bay:=null"
    elif kind == "hold":
        fields = " reason=" + r.choice(["parts", "approval"])
    elif kind == "stage":
        fields = " stage=" + r.choice(STAGES) + r.choice(["", " force:=true", " force:=true reason=x"])
    elif kind == "help":
        fields = " bay=" + r.choice(BAYS)
    elif kind == "rate":
        fields = " score:=%d" % r.randint(0, 10)
    elif kind == "note":
        fields = " text=x"
    if r.random() < 0.1:
        fields += " from=" + r.choice(STAGES[:-1])
    if source.startswith("bay/") and kind not in ("assign", "open") and r.random() < 0.5:
        job = ""
    return "%s %s %s%s%s => any" % (source, kind, job, fields, when(r, now))


def main():
    seed, cases, events = (int(a) for a in sys.argv[1:4])
    for n in range(cases):
        r = random.Random(seed * 1000003 + n)
        print("case random %d of seed %d" % (n, seed))
        now, sent = 36000, False
        for i in range(events):
            chance = r.random()
            if chance < 0.35:
                step = r.choice([1, 7, 59, 60, 61, 300, 599, 600, 601, 1000])
                now += step + 1
                print("at %02d:%02d:%02d" % (now // 3600, now // 60 % 60, now % 60))
            elif chance < 0.38:
                print("restored")
                now += 4
            elif chance < 0.385:
                print("reboot")
            elif chance < 0.40:
                now += r.choice([-900, 900])
                print("clock %02d:%02d:%02d" % (now // 3600, now // 60 % 60, now % 60))
            elif chance < 0.41:
                print("synced " + r.choice(["on", "off"]))
            elif chance < 0.42:
                print("plan " + r.choice(["shop.cfg", "other.cfg"]))
                print("restart")
            elif chance < 0.45:
                print("repeat => any" if sent else "after 1s")
            else:
                print(event(r, now, i))
                sent = True
        print("restored")


main()
