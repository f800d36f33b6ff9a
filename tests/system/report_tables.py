#!/usr/bin/env python3
"""Counts every figure of CONTRACT 7 from the tables of any database and compares with `pitboard report`.

  report_tables.py PITBOARD DATABASE [STEP]     (STEP: of the windows of a day and a week only each STEPth)

Where report_count.py proves the chain from the tape on, this one covers what that tape lacks: holds, rework, promises,
ratings, cancelled jobs, undone steps, nights. It uses only columns that CONTRACT 5 names. Exit code 0: all equal.
"""
import datetime
import json
import sqlite3
import sys
import zoneinfo
from fractions import Fraction

from report_count import CYCLE, STAGE, Check, milliseconds, overlap, quality, seconds, spread, stamp

EVER = 2**62


def rounded(a, b):
    return seconds(Fraction(a * 1000, b))


def read(database):
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as db:
        db.row_factory = sqlite3.Row
        tables = {name: db.execute(f"select * from {name}").fetchall() for name in ("job", "span", "stay")}
        config = db.execute("select body from event where type = 'config' order by seq desc limit 1").fetchone()[0]
        newest = db.execute("select max(at_ms) from event where result = 'applied' and job is not null").fetchone()[0]
    jobs = {row["job"]: dict(row, spans=[], stays=[]) for row in tables["job"]}
    for name in ("span", "stay"):
        for row in sorted(tables[name], key=lambda r: r["n"]):
            if not row["voided"]:
                jobs[row["job"]][name + "s"].append(row)
    return list(jobs.values()), json.loads(config), newest


def before_ready(job):
    """How many standing spans lie before the last entry into ready."""
    entries = [i for i, span in enumerate(job["spans"]) if span["kind"] == "ready"]
    return entries[-1] if entries and job["ready_ms"] is not None else len(job["spans"])


def total(spans, *kinds):
    return sum(s["elapsed_ms"] for s in spans if s["elapsed_ms"] is not None and (not kinds or s["kind"] in kinds))


def cycle(ready, handed_over):
    early = [j["spans"][:before_ready(j)] for j in ready]
    return {"lead": spread([total(j["spans"]) for j in handed_over], *CYCLE),
            "to_ready": spread([total(s) for s in early], *CYCLE),
            "pickup_gap": spread([total(j["spans"][before_ready(j):]) for j in handed_over
                                  if j["ready_ms"] is not None], *CYCLE),
            "touch": spread([total(s, "work", "check") for s in early], *CYCLE),
            "wait": spread([total(s, "queue") for s in early], *CYCLE),
            "hold": spread([total(s, "hold") for s in early], *CYCLE)}


def bays(jobs, low, high, now):
    rows = {}
    for job in jobs:
        work = [(s["entered_ms"], now if s["left_ms"] is None else s["left_ms"])
                for s in job["spans"] if s["kind"] in ("work", "check")]
        for stay in job["stays"]:
            begin, end = stay["from_ms"], now if stay["to_ms"] is None else stay["to_ms"]
            if begin >= high or (end <= low and begin < low):
                continue
            row = rows.setdefault(stay["bay"], [set(), 0, 0])
            row[0].add(job["job"])
            row[1] += overlap((begin, end), (low, high))
            row[2] += sum(overlap((begin, end), (low, high), w) for w in work)
    return [{"bay": bay, "jobs": len(row[0]), "occupied_s": seconds(row[1]), "working_s": seconds(row[2])}
            for bay, row in sorted(rows.items())]


def count_all(jobs, config, newest, since, until, database):
    low, high = -EVER if since is None else since, EVER if until is None else until

    def within(ms):
        return ms is not None and low <= ms < high

    ready = [j for j in jobs if within(j["ready_ms"])]
    closed = [j for j in jobs if within(j["closed_ms"])]
    handed_over = [j for j in closed if j["outcome"] == "handed-over"]
    spans = [s for j in jobs for s in j["spans"] if within(s["left_ms"])]
    promised = [j for j in ready if j["first_promise_ms"] is not None]
    kept = sum(1 for j in promised if j["ready_ms"] <= j["first_promise_ms"])
    reworked = sum(1 for j in ready if j["reworks"])
    scores = [j["score"] for j in closed if j["score"] is not None]
    holds = {}
    for span in spans:
        if span["kind"] == "hold":
            holds.setdefault(span["stage"], []).append(span["elapsed_ms"])
    answer = {"since": stamp(since)} if since is not None else {}
    answer.update({"until": stamp(until)} if until is not None else {})
    answer["jobs"] = {"opened": sum(1 for j in jobs if within(j["opened_ms"])), "ready": len(ready),
                      "closed": len(handed_over), "cancelled": len(closed) - len(handed_over),
                      "open": sum(1 for j in jobs if j["opened_ms"] < high
                                  and (j["closed_ms"] is None or j["closed_ms"] >= high))}
    answer["cycle"] = cycle(ready, handed_over)
    answer["stages"] = [{"stage": s["id"], "kind": s["kind"],
                         **spread([x["elapsed_ms"] for x in spans if x["stage"] == s["id"]], *STAGE)}
                        for s in config["stages"] if s["kind"] != "done"]
    answer["bays"] = bays(jobs, low, high, newest if until is None else until)
    answer["holds"] = [{"reason": reason, "n": len(ms), "total_s": seconds(sum(ms))}
                       for reason, ms in sorted(holds.items(), key=lambda item: (-sum(item[1]), item[0]))]
    answer["promise"] = {"n": 0} if not promised else {
        "n": len(promised), "kept": kept, "moved": sum(1 for j in promised if j["promise_moves"]),
        "kept_share": rounded(kept, len(promised))}
    answer["rework"] = {"jobs": reworked, **({"share": rounded(reworked, len(ready))} if ready else {})}
    answer["rating"] = {"n": len(scores), **({"mean": rounded(sum(scores), len(scores))} if scores else {})}
    answer["quality"] = quality(database, (since, until))
    return answer


def main():
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    step = int(sys.argv[3]) if len(sys.argv) == 4 else 1
    jobs, config, newest = read(sys.argv[2])
    zone = zoneinfo.ZoneInfo(config["zone"])
    check = Check(sys.argv[1], sys.argv[2])
    days = [datetime.datetime.fromtimestamp(min(j["opened_ms"] for j in jobs) / 1000, zone).date()]
    last = datetime.datetime.fromtimestamp(newest / 1000, zone).date()
    while days[-1] <= last:
        days.append(days[-1] + datetime.timedelta(days=1))

    def midnight(day):
        return milliseconds(datetime.datetime(day.year, day.month, day.day, tzinfo=zone).isoformat())

    windows = [(None, None), (days[3], None), (None, days[3])]
    windows += list(zip(days, days[1:]))[::step] + list(zip(days, days[7:]))[::step]
    for since, until in windows:
        arguments = (["--since", str(since)] if since else []) + (["--until", str(until)] if until else [])
        expected = count_all(jobs, config, newest, since and midnight(since), until and midnight(until), sys.argv[2])
        check.report(f"{since} to {until}", expected, arguments)
    print(f"report_tables: {check.reports} windows, {check.faults} differences")
    sys.exit(1 if check.faults else 0)


if __name__ == "__main__":
    main()
