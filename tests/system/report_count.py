#!/usr/bin/env python3
"""Counts every figure of CONTRACT 7 straight from the tape and compares with `pitboard report`.

  report_count.py PITBOARD DATABASE [TAPE CONFIG]

DATABASE is what the hub made of the tape. Shares no code with the product: its own little state machine walks the tape,
its own arithmetic (fractions) makes the figures. Windows: the whole tape, each of its days, and some odd ones. Quality
is about receipt, which the tape does not know: it is counted in the event table. Exit code 0: all equal.
"""
import csv
import datetime
import io
import json
import os
import re
import sqlite3
import subprocess
import sys
import zoneinfo
from fractions import Fraction

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


# The plan, as far as it matters here.

def read_config(path):
    text = re.sub(r"//[^\n]*", "", open(path, encoding="utf-8").read())
    zone = re.search(r'timezone\s*=\s*"([^"]+)"', text).group(1)
    block = re.search(r"\bstages\s*=\s*\((.*?)\);\s*routes", text, re.S).group(1)
    stages = dict(re.findall(r'id\s*=\s*"([^"]+)";\s*kind\s*=\s*"([^"]+)"', block))
    block = re.search(r"\broutes\s*=\s*\((.*?)\);\s*bays", text, re.S).group(1)
    routes = {}
    for name, rest in re.findall(r'id\s*=\s*"([^"]+)"(.*?stages\s*=\s*\[[^\]]*\])', block, re.S):
        routes[name] = re.findall(r'"([^"]+)"', rest[rest.rindex("["):])
    return zone, stages, routes


def milliseconds(stamp):
    at = datetime.datetime.fromisoformat(stamp)
    epoch = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
    return (at - epoch) // datetime.timedelta(milliseconds=1)


# The walk.

class Job:
    def __init__(self, at, route):
        self.opened, self.route, self.place = at, route, 0
        self.spans = []  # [stage, from, to]
        self.stays = []  # [bay, from, to]
        self.ready = self.closed = self.bay = None
        self.enter(route[0], at)

    def enter(self, stage, at):
        self.spans.append([stage, at, None])

    def leave_bay(self, bays, at):
        if self.bay is not None:
            self.stays[-1][2] = at
            bays[self.bay] = None
            self.bay = None


def move(job, stage, at, kinds, bays):
    job.spans[-1][2] = at
    if stage in job.route:
        job.place = job.route.index(stage)
    if kinds[stage] == "done":
        job.closed = at
        job.leave_bay(bays, at)
        return
    job.enter(stage, at)
    job.ready = at if kinds[stage] == "ready" else None


def assign(job, bay, at, jobs, bays):
    if job.bay == bay:
        return
    job.leave_bay(bays, at)
    if bays.get(bay):
        jobs[bays[bay]].leave_bay(bays, at)


def walk(tape, kinds, routes):
    jobs, bays, newest = {}, {}, None
    for line in open(tape, encoding="utf-8"):
        record = json.loads(line)
        event, topic = record["payload"], record["topic"].split("/")
        at, name, kind = milliseconds(event["time"]), event["job"], event["type"]
        newest = at if newest is None else max(newest, at)
        if kind == "open":
            jobs[name] = Job(at, routes[event["work"]])
            continue
        job = jobs[name]
        if kind == "next":
            here = job.spans[-1][0]
            on_route = job.route[job.place]
            move(job, job.route[job.place + 1] if here == on_route else on_route, at, kinds, bays)
        elif kind == "stage":
            move(job, event["stage"], at, kinds, bays)
        elif kind == "assign":
            bay = topic[1]
            assign(job, bay, at, jobs, bays)
            if job.bay != bay:
                job.stays.append([bay, at, None])
                job.bay, bays[bay] = bay, name
        else:
            sys.exit(f"this counter does not know {kind}")
    return list(jobs.values()), newest


# The figures.

def seconds(ms):
    """Exact thousandths, halves up, as the shortest decimal."""
    whole = (Fraction(ms) * 2 + 1) // 2
    return json.loads(f"{whole // 1000}.{whole % 1000:03d}")


def percentile(values, p):
    """The smallest value with at least p % of all values at or below it, by the words of the definition."""
    for value in sorted(set(values)):
        if 100 * sum(1 for v in values if v <= value) >= p * len(values):
            return value


def spread(values, *names):
    answer = {"n": len(values)}
    if values:
        every = {"total_s": sum(values), "mean_s": Fraction(sum(values), len(values)), "max_s": max(values)}
        for name in names:
            ms = every[name] if name in every else percentile(values, int(name[1:3]))
            answer[name] = seconds(ms)
    return answer


CYCLE = ("mean_s", "p50_s", "p80_s", "p90_s", "max_s")
STAGE = ("total_s", "mean_s", "p50_s", "p90_s", "max_s")


def cycle(jobs, within, kinds):
    def lengths(job, before_ready, wanted=None):
        total = 0
        for stage, begin, end in job.spans:
            side = job.ready is None or begin < job.ready or (begin == job.ready and kinds[stage] != "ready")
            if end is not None and side in before_ready and (wanted is None or kinds[stage] in wanted):
                total += end - begin
        return total

    ready = [j for j in jobs if within(j.ready)]
    closed = [j for j in jobs if within(j.closed)]
    answer = {"lead": [lengths(j, (True, False)) for j in closed],
              "to_ready": [lengths(j, (True,)) for j in ready],
              "pickup_gap": [lengths(j, (False,)) for j in closed if j.ready is not None],
              "touch": [lengths(j, (True,), ("work", "check")) for j in ready],
              "wait": [lengths(j, (True,), ("queue",)) for j in ready],
              "hold": [lengths(j, (True,), ("hold",)) for j in ready]}
    return {name: spread(values, *CYCLE) for name, values in answer.items()}


def overlap(*stretches):
    return max(0, min(s[1] for s in stretches) - max(s[0] for s in stretches))


def bays(jobs, window, now, kinds):
    low = window[0] if window[0] is not None else float("-inf")
    high = window[1] if window[1] is not None else float("inf")
    answer = {}
    for number, job in enumerate(jobs):
        work = [(b, now if e is None else e) for s, b, e in job.spans if kinds[s] in ("work", "check")]
        for bay, begin, end in job.stays:
            end = now if end is None else end
            if not (begin < high and (end > low or begin >= low)):
                continue
            row = answer.setdefault(bay, [set(), 0, 0])
            row[0].add(number)
            row[1] += overlap((begin, end), (low, high))
            row[2] += sum(overlap((begin, end), w, (low, high)) for w in work)
    return [{"bay": bay, "jobs": len(row[0]), "occupied_s": seconds(row[1]), "working_s": seconds(row[2])}
            for bay, row in sorted(answer.items())]


def quality(database, window):
    low = -2**62 if window[0] is None else window[0]
    high = 2**62 if window[1] is None else window[1]
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as db:
        def count(what):
            return db.execute(f"select count(*) from event where {what} and received_ms >= ? and received_ms < ?",
                              (low, high)).fetchone()[0]
        return {"late": count("late and result = 'applied'"), "clamped": count("clamped and result = 'applied'"),
                "rejected": count("result = 'rejected'"), "undone": count("type = 'undo' and result = 'applied'"),
                "skipped": count("skipped and result = 'applied'")}


def stamp(ms):
    at = datetime.datetime.fromtimestamp(ms // 1000, datetime.timezone.utc)
    return at.strftime("%Y-%m-%dT%H:%M:%S") + f".{ms % 1000:03d}Z"


def count_all(jobs, newest, kinds, window, database):
    since, until = window

    def within(at):
        return at is not None and (since is None or at >= since) and (until is None or at < until)

    def before(at):
        return until is None or at < until

    answer = {}
    if since is not None:
        answer["since"] = stamp(since)
    if until is not None:
        answer["until"] = stamp(until)
    ready = sum(1 for j in jobs if within(j.ready))
    answer["jobs"] = {"opened": sum(1 for j in jobs if within(j.opened)), "ready": ready,
                      "closed": sum(1 for j in jobs if within(j.closed)), "cancelled": 0,
                      "open": sum(1 for j in jobs if before(j.opened) and (j.closed is None or not before(j.closed)))}
    answer["cycle"] = cycle(jobs, within, kinds)
    spans = [(s, e - b) for j in jobs for s, b, e in j.spans if within(e)]
    answer["stages"] = [{"stage": stage, "kind": kind, **spread([ms for s, ms in spans if s == stage], *STAGE)}
                        for stage, kind in kinds.items() if kind != "done"]
    answer["bays"] = bays(jobs, window, newest if until is None else until, kinds)
    answer["holds"] = []  # the tape has no holds, promises, rework or ratings
    answer["promise"] = {"n": 0}
    answer["rework"] = {"jobs": 0, "share": 0} if ready else {"jobs": 0}
    answer["rating"] = {"n": 0}
    answer["quality"] = quality(database, window)
    return answer


# The comparison.

def differences(path, ours, theirs):
    if isinstance(ours, dict) and isinstance(theirs, dict):
        if list(ours) != list(theirs):
            yield f"{path}: members {list(theirs)}, expected {list(ours)}"
        for name in ours:
            if name in theirs:
                yield from differences(f"{path}.{name}", ours[name], theirs[name])
    elif isinstance(ours, list) and isinstance(theirs, list):
        if len(ours) != len(theirs):
            yield f"{path}: {len(theirs)} rows, expected {len(ours)}"
        for i, (a, b) in enumerate(zip(ours, theirs)):
            yield from differences(f"{path}[{i}]", a, b)
    elif ours != theirs:
        yield f"{path}: {theirs}, expected {ours}"


def flat(report):
    """The report as the lines its CSV must have."""
    for group, value in report.items():
        if not isinstance(value, (dict, list)):
            yield ["", "", group, value]
            continue
        for name, row in value.items() if isinstance(value, dict) else enumerate(value):
            if not isinstance(row, dict):
                yield [group, "", name, row]
            elif isinstance(value, dict):
                yield from ([group, name, figure, number] for figure, number in row.items())
            else:
                (_, label), *figures = row.items()
                yield from ([group, label, figure, number] for figure, number in figures)


class Check:
    def __init__(self, pitboard, database):
        self.command, self.database, self.faults, self.reports = pitboard, database, 0, 0

    def run(self, what, form, arguments=()):
        command = [self.command, what, "--db", self.database, "--format", form, *arguments]
        done = subprocess.run(command, stdout=subprocess.PIPE, timeout=120, check=False)
        if done.returncode:
            sys.exit(f"{' '.join(command)}: exit code {done.returncode}")
        return done.stdout.decode("utf-8")

    def fault(self, text):
        self.faults += 1
        print(text)

    def report(self, name, expected, arguments):
        self.reports += 1
        theirs = json.loads(self.run("report", "json", arguments))
        base = dict(list(theirs.items())[:len(expected)])  # what follows the base figures is report_more.py's
        for line in differences(name, expected, base):
            self.fault(line)
        rows = list(csv.reader(io.StringIO(self.run("report", "csv", arguments), newline=""), strict=True))
        wanted = [[str(cell) for cell in row] for row in flat(theirs)]
        got = [[*row[:3], str(json.loads(row[3])) if re.fullmatch(r"-?[0-9.]+", row[3]) else row[3]] for row in rows[1:]]
        if rows[0] != ["group", "row", "figure", "value"] or got != wanted:
            self.fault(f"{name}: the CSV says something else than the JSON")
        text = self.run("report", "text", [*arguments, "--full"])
        if max(len(line) for line in text.splitlines()[2:]) > 80:
            self.fault(f"{name}: the text is wider than 80 columns")

    def rows(self, jobs, kinds):
        listed = json.loads(self.run("jobs", "json"))
        if sorted(milliseconds(j["opened"].replace("Z", "+00:00")) for j in listed) != sorted(j.opened for j in jobs):
            self.fault("jobs: other jobs than on the tape")
        spans = list(csv.DictReader(io.StringIO(self.run("spans", "csv"), newline=""), strict=True))
        for stage in kinds:
            ours = sorted((e - b) / 1000 for j in jobs for s, b, e in j.spans if s == stage and e is not None)
            theirs = sorted(float(s["elapsed_s"]) for s in spans if s["stage"] == stage and s["left"])
            if ours != theirs:
                self.fault(f"spans: other times in {stage} than on the tape")
        lasting = sum(1 for j in jobs for s in j.spans if s[2] is None)
        if sum(1 for s in spans if not s["left"]) != lasting:
            self.fault("spans: other lasting ones than on the tape")


def windows(zone, jobs, newest):
    """Name, (since, until), arguments."""
    def local(day, hour=0):
        return milliseconds(datetime.datetime(day.year, day.month, day.day, hour, tzinfo=zone).isoformat())

    first = datetime.datetime.fromtimestamp(min(j.opened for j in jobs) / 1000, zone).date()
    last = datetime.datetime.fromtimestamp(newest / 1000, zone).date()
    yield "all", (None, None), []
    for i in range(-1, (last - first).days + 2):
        day = first + datetime.timedelta(days=i)
        after = day + datetime.timedelta(days=1)
        yield str(day), (local(day), local(after)), ["--since", str(day), "--until", str(after)]
    middle = first + (last - first) // 2
    yield "from the middle", (local(middle), None), ["--since", str(middle)]
    yield "to the middle", (None, local(middle)), ["--until", str(middle)]
    yield "a morning", (local(middle, 8), local(middle, 12)), ["--since", f"{middle}T08:00", "--until", f"{middle}T12:00"]
    exact = sorted(j.closed for j in jobs if j.closed)[len(jobs) // 3]
    yield "a closing second", (exact, exact + 1000), ["--since", stamp(exact), "--until", stamp(exact + 1000)]
    yield "up to a closing", (exact - 60000, exact), ["--since", stamp(exact - 60000), "--until", stamp(exact)]


def main():
    if len(sys.argv) not in (3, 5):
        sys.exit(__doc__)
    data = os.path.join(ROOT, "tests", "data")
    tape = sys.argv[3] if len(sys.argv) == 5 else os.path.join(data, "repair-shop.jsonl")
    config = sys.argv[4] if len(sys.argv) == 5 else os.path.join(data, "repair-shop.cfg")
    zone, kinds, routes = read_config(config)
    jobs, newest = walk(tape, kinds, routes)
    check = Check(sys.argv[1], sys.argv[2])
    for name, window, arguments in windows(zoneinfo.ZoneInfo(zone), jobs, newest):
        check.report(name, count_all(jobs, newest, kinds, window, sys.argv[2]), arguments)
    check.rows(jobs, kinds)
    print(f"report_count: {check.reports} windows, {check.faults} differences")
    sys.exit(1 if check.faults else 0)


if __name__ == "__main__":
    main()
