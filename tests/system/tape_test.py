#!/usr/bin/env python3
"""The main job on real input: a recorded repair shop through a real broker into the database and the report."""
import hashlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time

from rig import DATA, ROOT, Rig, main, quickest, until

TAPE = os.path.join(DATA, "repair-shop.jsonl")
CONFIG = os.path.join(DATA, "repair-shop.cfg")
EVENTS = 15875
TABLES = ("event", "job", "span", "stay", "bay")


def rows(db, table):
    with sqlite3.connect(f"file:{db}?mode=ro", uri=True) as con:
        return con.execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall()


def digest(db):
    return {t: hashlib.sha256(repr(rows(db, t)).encode()).hexdigest() for t in TABLES}


def tape_twice():
    with Rig(CONFIG) as rig:
        rig.broker()
        hub = rig.hub()
        replay = ["replay", TAPE, "--speed", "0", "-c", CONFIG, *rig.settings]
        assert f"{EVENTS} receipts: {EVENTS} applied" in rig.pitboard(*replay)
        before = digest(rig.db)
        assert len(rows(rig.db, "event")) == EVENTS + 1  # and the config row

        assert f"{EVENTS} duplicate" in rig.pitboard(*replay)
        assert digest(rig.db) == before

        figures(rig)
        rig.pitboard("rebuild", "--check", "--db", rig.db)

        hubs = [hub]  # one that runs; after it, if need be, others

        def end():
            running = hubs.pop() if hubs else rig.hub()
            began = time.monotonic()
            assert rig.kill(running, signal.SIGTERM) == 0
            return time.monotonic() - began
        quickest(end, 2, "SIGTERM")
        until(lambda: "offline" in rig.retained("hub/status"), "it said goodbye")

        # A reader without the right to write still reads, a rebuild changes nothing.
        spoil_and_rebuild(rig)
        assert digest(rig.db) == before

        # Started again, the board is what the tables say: 104 cars still open, in order of opening.
        rig.hub()
        board = json.loads(until(lambda: rig.retained("board/staff"), "a board"))
        assert len(board["jobs"]) == 104
        assert [j["job"] for j in board["jobs"]] == [r[0] for r in sorted(
            (r for r in named(rig.db, "SELECT job, opened_seq FROM job WHERE closed_ms IS NULL")), key=lambda r: r[1])]


def named(db, query):
    with sqlite3.connect(f"file:{db}?mode=ro", uri=True) as con:
        return con.execute(query).fetchall()


def spoil_and_rebuild(rig):
    with sqlite3.connect(rig.db) as con:
        con.execute("UPDATE span SET elapsed_ms = elapsed_ms + 1 WHERE job = 'R-0018' AND n = 2")
        con.execute("DELETE FROM stay WHERE job = 'R-0018'")
        con.execute("UPDATE job SET reworks = 7 WHERE job = 'R-0020'")
    rig.pitboard("rebuild", "--check", "--db", rig.db, code=1)
    assert "were replaced" in rig.pitboard("rebuild", "--db", rig.db)
    rig.pitboard("rebuild", "--db", rig.db)


def figures(rig):
    """The known truth of the tape, then every figure by an independent count."""
    report = json.loads(rig.pitboard("report", "--db", rig.db, "--format", "json"))
    assert (report["jobs"]["opened"], report["jobs"]["closed"], report["jobs"]["open"]) == (1104, 1000, 104)
    lead = report["cycle"]["lead"]
    assert (round(lead["mean_s"], 2), lead["p50_s"], lead["p80_s"], lead["p90_s"], lead["max_s"]) == (
        3995.34, 3780, 5040, 5520, 9540), lead
    assert (report["cycle"]["touch"]["mean_s"], report["cycle"]["wait"]["mean_s"]) == (2412.3, 1583.04)
    diagnosis = next(s for s in report["stages"] if s["stage"] == "diagnosis")
    assert (diagnosis["n"], diagnosis["mean_s"]) == (1104, 454.185), diagnosis
    count = subprocess.run([sys.executable, os.path.join(ROOT, "tests/system/report_count.py"), rig.program("pitboard"),
                            rig.db, TAPE, CONFIG], capture_output=True, text=True, timeout=300)
    assert count.returncode == 0, count.stdout[-3000:] + count.stderr[-2000:]


main([tape_twice])
