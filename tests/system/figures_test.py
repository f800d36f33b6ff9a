#!/usr/bin/env python3
"""Every figure of a report against independent counts on simulated weeks, with and without roll-ups."""
import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile

from rig import DATA, ROOT, Rig, main

CONFIG = os.path.join(DATA, "hours.cfg")
DAYS = 21


def count(program, *arguments):
    done = subprocess.run([sys.executable, os.path.join(ROOT, "tests/system", program), *arguments], capture_output=True,
                          text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-2000:]


def simulated(rig, folder):
    database = os.path.join(folder, "weeks.db")
    rig.pitboard("simulate", "--seed", "5", "--days", str(DAYS), "--start", "2026-10-12", "--into", database, "-c", CONFIG)
    with sqlite3.connect(database) as db:
        assert db.execute("SELECT count(*) FROM pack").fetchone()[0] >= 2
        assert db.execute("SELECT count(*) FROM presses").fetchone()[0] >= DAYS - 2
    return database


def counted():
    with Rig(CONFIG) as rig, tempfile.TemporaryDirectory() as folder:
        database = simulated(rig, folder)
        count("report_tables.py", rig.program("pitboard"), database, "4")
        count("report_more.py", rig.program("pitboard"), database, CONFIG, "2")
        rig.pitboard("rebuild", "--check", "--db", database)
        rolled_up_or_not(rig, database, folder)
        a_changed_sum_is_found(rig, database)


def rolled_up_or_not(rig, database, folder):
    """The same answer from all, from some and from no roll-ups, percentiles included."""
    rng = random.Random(3)
    some, none = os.path.join(folder, "some.db"), os.path.join(folder, "none.db")
    for path, condition in ((some, "week % 2"), (none, "1")):
        shutil.copy(database, path)
        with sqlite3.connect(path) as db:
            db.execute(f"DELETE FROM pack WHERE {condition}")
            if path == none:
                db.execute("DELETE FROM presses")
    for _ in range(12):
        a, b = sorted(rng.randrange(-24, DAYS * 24 + 48) for _ in range(2))
        window = ["--since", hour(a), "--until", hour(b + 1), "--by", rng.choice(["work", "day", "stage", "advisor"])]
        window = window[:2] + window[4:] if rng.random() < 0.2 else window
        answers = [rig.pitboard("report", "--db", path, "-c", CONFIG, "--format", "json", *window)
                   for path in (database, some, none)]
        assert answers[0] == answers[1] == answers[2], window
        # Without the hours the packs' working time is of no use, and is not used.
        bare = [json.loads(rig.pitboard("report", "--db", path, "--format", "json", *window)) for path in (database, none)]
        assert bare[0] == bare[1] and "working" not in bare[0]


def hour(n):
    return f"2026-{10 + (11 + n // 24) // 31:02d}-{(11 + n // 24) % 31 + 1:02d}T{n % 24:02d}:00:00+03:00"


def a_changed_sum_is_found(rig, database):
    with sqlite3.connect(database) as db:
        db.execute("UPDATE pack_rows SET rows = zeroblob(9) WHERE week = (SELECT min(week) FROM pack)")
    assert "pack: week" in rig.pitboard("rebuild", "--check", "--db", database, code=1)
    assert "were replaced" in rig.pitboard("rebuild", "--db", database)
    rig.pitboard("rebuild", "--check", "--db", database)


main([counted])
