#!/usr/bin/env python3
"""Counts what a report says beyond the base figures from the tables of any database and compares with `pitboard report`.

  report_more.py PITBOARD DATABASE CONFIG [WINDOWS]

Shares no code with the product: minutes of opening hours are laid out one by one with zoneinfo, log doubts are counted
by going through the events. CONFIG gives the options for -c and must set the hours below. Exit code 0: all equal.
"""
import bisect
import datetime
import itertools
import json
import random
import sqlite3
import subprocess
import sys
import zoneinfo
from fractions import Fraction

from report_count import milliseconds, percentile, seconds
from report_tables import bays, before_ready, read

MINUTE, DAY = 60000, 86400000
EVER = 2**62
REPEAT_DAYS = 30
HOURS = {0: [(480, 1200)], 1: [(480, 1200)], 2: [(480, 1200)], 3: [(480, 1200)], 4: [(480, 780), (840, 1200)], 5: [(540, 1080)]}
HOLIDAYS = {(None, 11, 7), (2026, 10, 14)}
EDGES = [30, 60, 90, 120, 150, 180, 240, 300, 360, 480, 720, 1440, 2880]
LATE = [-240, -120, -60, -30, -15, None, 15, 30, 60, 120, 240]  # None: one ms after the promise
POINTS = {"burst": 15, "batch": 20, "rushed": 15, "silent": 15, "late": 10, "clamped": 10, "unsynced": 10, "undone": 5}


class Calendar:
    """Open minutes of the workshop as a sorted list of UTC minutes: slow to make, plain to believe."""

    def __init__(self, zone, low, high):
        self.zone, self.open = zone, []
        for minute in range(low // MINUTE - 1440, high // MINUTE + 1440):
            at = datetime.datetime.fromtimestamp(minute * 60, zone)
            if (None, at.month, at.day) in HOLIDAYS or (at.year, at.month, at.day) in HOLIDAYS:
                continue
            of_day = at.hour * 60 + at.minute
            if any(a <= of_day < b for a, b in HOURS.get(at.weekday(), [])):
                self.open.append(minute * MINUTE)

    def upto(self, ms):
        i = bisect.bisect_right(self.open, ms)
        return 0 if i == 0 else (i - 1) * MINUTE + min(MINUTE, ms - self.open[i - 1])

    def between(self, a, b):
        return max(0, self.upto(b) - self.upto(a))


def lengths(job, calendar):
    """(elapsed, working) of to_ready, lead, pickup gap, touch, wait, hold."""
    cut = before_ready(job) if job["ready_ms"] is not None else None
    answer = {}
    for name, take in (("lead", lambda i, s: True), ("to_ready", lambda i, s: cut is not None and i < cut),
                       ("pickup_gap", lambda i, s: cut is not None and i >= cut),
                       ("touch", lambda i, s: cut is not None and i < cut and s["kind"] in ("work", "check")),
                       ("wait", lambda i, s: cut is not None and i < cut and s["kind"] == "queue"),
                       ("hold", lambda i, s: cut is not None and i < cut and s["kind"] == "hold")):
        spans = [s for i, s in enumerate(job["spans"]) if take(i, s) and s["left_ms"] is not None]
        answer[name] = (sum(s["elapsed_ms"] for s in spans),
                        sum(min(s["elapsed_ms"], calendar.between(s["entered_ms"], s["left_ms"])) for s in spans))
    return answer


def spread(values):
    if not values:
        return {"n": 0}
    return {"n": len(values), "mean_s": seconds(Fraction(sum(values), len(values))),
            **{f"p{p}_s": seconds(percentile(values, p)) for p in (50, 80, 90)}, "max_s": seconds(max(values))}


def share(a, b):
    return {"share": seconds(Fraction(a * 1000, b))} if b else {}


def signed(ms):
    return -seconds(-ms) if ms < 0 else seconds(ms)


def losses(spans, calendar):
    rows = {}
    for s in spans:
        if s["kind"] == "ready":
            continue
        row = rows.setdefault((s["stage"], s["kind"]), [0, 0, 0])
        row[0] += 1
        row[1] += s["elapsed_ms"]
        row[2] += min(s["elapsed_ms"], calendar.between(s["entered_ms"], s["left_ms"]))
    total = sum(r[2] for r in rows.values())
    return [{"stage": k[0], "kind": k[1], "n": r[0], "total_s": seconds(r[1]), "working_s": seconds(r[2]), **share(r[2], total)}
            for k, r in sorted(rows.items(), key=lambda item: (-item[1][2], -item[1][1], item[0]))]


def lateness(ready):
    late = [(j["ready_ms"] - j["first_promise_ms"], j["promise_moves"]) for j in ready if j["first_promise_ms"] is not None]
    if not late:
        return {"n": 0}, []
    values = [v for v, _ in late]
    after, before = [v for v in values if v > 0], [-v for v in values if v <= 0]
    answer = {"n": len(values), "early": len(before), "late": len(after), "moves": sum(m for _, m in late)}
    mean = Fraction(sum(values), len(values))
    answer["mean_s"] = signed(-((-mean * 2 + 1) // 2) if mean < 0 else (mean * 2 + 1) // 2)
    answer.update({f"p{p}_s": signed(percentile(values, p)) for p in (50, 80, 90)})
    answer["max_s"] = signed(max(values))
    answer["early_mean_s"] = seconds(Fraction(sum(before), len(before))) if before else 0
    answer["late_mean_s"] = seconds(Fraction(sum(after), len(after))) if after else 0
    edges = [1 if e is None else e * MINUTE for e in LATE]
    counts = [0] * (len(edges) + 1)
    for v in values:
        counts[sum(1 for e in edges if v >= e)] += 1
    return answer, counts


def score(rows):
    if not rows:
        return {"n": 0}
    good, bad = sum(1 for s in rows if s >= 9), sum(1 for s in rows if s <= 6)
    nps = Fraction((good - bad) * 1000, len(rows))
    nps = -((-nps * 2 + 1) // 2) if nps < 0 else (nps * 2 + 1) // 2
    return {"n": len(rows), "promoters": good, "detractors": bad, "mean": seconds(Fraction(sum(rows) * 1000, len(rows))),
            "nps": signed(nps)}


def ratings(closed, calendar):
    rated = [j for j in closed if j["score"] is not None]
    if not rated:
        return None
    answer = {"all": score([j["score"] for j in rated])}
    ready = [j for j in rated if j["ready_ms"] is not None]
    promised = [j for j in ready if j["first_promise_ms"] is not None]
    answer["kept"] = score([j["score"] for j in promised if j["ready_ms"] <= j["first_promise_ms"]])
    answer["missed"] = score([j["score"] for j in promised if j["ready_ms"] > j["first_promise_ms"]])
    waits = [(sum(lengths(j, calendar)[k][1] for k in ("wait", "hold")) / 3600000, j["score"]) for j in ready]
    for name, low, high in (("waited_under_1h", 0, 1), ("waited_under_2h", 1, 2), ("waited_under_4h", 2, 4),
                            ("waited_over_4h", 4, EVER)):
        answer[name] = score([s for w, s in waits if low <= w < high])
    return answer


def repeat(jobs, opened):
    handed = {}
    for j in jobs:
        if j["outcome"] == "handed-over" and j["plate_key"]:
            handed.setdefault(j["plate_key"], []).append((j["job"], j["closed_ms"]))
    known = [j for j in opened if j["plate_key"]]
    back = sum(1 for j in known if any(0 <= j["opened_ms"] - at <= REPEAT_DAYS * DAY and of != j["job"]
                                       for of, at in handed.get(j["plate_key"], [])))
    return {"days": REPEAT_DAYS, "visits": len(known), "repeats": back, **share(back, len(known))}


def funnel(opened, config):
    rows = []
    for stage in config["stages"]:
        name = stage["id"]
        if stage["kind"] == "done":
            continue
        reached = sum(1 for j in opened if any(s["stage"] == name for s in j["spans"]))
        rows.append({"stage": name, "reached": reached,
                     "cancelled": sum(1 for j in opened if j["outcome"] == "cancelled" and j["stage"] == name),
                     "here": sum(1 for j in opened if j["closed_ms"] is None and j["stage"] == name),
                     **share(reached, len(opened))})
    out = sum(1 for j in opened if j["outcome"] == "handed-over")
    done = next(s["id"] for s in config["stages"] if s["kind"] == "done")
    return rows + [{"stage": done, "reached": out, "cancelled": 0, "here": 0, **share(out, len(opened))}]


def heat(opened, ready, handed, zone):
    counts = {}
    for i, at in itertools.chain(((0, j["opened_ms"]) for j in opened), ((1, j["ready_ms"]) for j in ready),
                                 ((2, j["closed_ms"]) for j in handed)):
        local = datetime.datetime.fromtimestamp(at / 1000, zone)
        counts.setdefault((local.weekday(), local.hour), [0, 0, 0])[i] += 1
    names = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    return [{"hour": f"{names[d]}-{h:02d}", "opened": c[0], "ready": c[1], "closed": c[2]}
            for (d, h), c in sorted(counts.items())]


def doubts(events, within, handed, zone, kept):
    """bad, of for each part, by the words of the manual."""
    inside = [e for e in events if within(e["received_ms"])]
    applied = [e for e in inside if e["result"] == "applied" and not e["source"].startswith("hub/")]
    answer = {name: [0, len(applied)] for name in POINTS}
    answer["late"][0] = sum(1 for e in applied if e["late"])
    answer["clamped"][0] = sum(1 for e in applied if e["clamped"])
    answer["unsynced"][0] = sum(1 for e in applied if not e["synced"])
    answer["undone"][0] = sum(1 for e in applied if e["type"] == "undo")
    gone = [j for j in handed if j["ready_ms"] is not None]
    answer["rushed"] = [sum(1 for j in gone if j["closed_ms"] - j["ready_ms"] < 120000), len(gone)]
    burst = batch = presses = 0
    days = {}

    def day_of(at):
        return datetime.datetime.fromtimestamp(at / 1000, zone).date()

    for _, run in itertools.groupby(events, key=lambda e: day_of(e["received_ms"])):
        bays = {}
        for e in run:
            if e["source"].startswith("bay/") and e["result"] == "applied" and e["type"] in ("next", "hold", "rework"):
                bays.setdefault(e["source"], []).append(e)
                if within(e["received_ms"]):
                    days.setdefault(day_of(e["received_ms"]), set()).add(e["source"])
        for pressed in bays.values():
            presses += sum(1 for e in pressed if within(e["received_ms"]))
            rows = [[pressed[0]]]
            for a, b in zip(pressed, pressed[1:]):
                burst += abs(b["at_ms"] - a["at_ms"]) < 5000 and within(b["received_ms"])
                if abs(b["at_ms"] - a["at_ms"]) < 60000:
                    rows[-1].append(b)
                else:
                    rows.append([b])
            batch += sum(sum(1 for e in row if within(e["received_ms"])) for row in rows
                         if len(row) >= 4 and len({e["job"] for e in row}) >= 3)
    answer["burst"], answer["batch"] = [burst, presses], [batch, presses]
    order = sorted(days)
    bay_days = silent = 0
    for bay in set().union(*days.values()) if days else ():
        used = [i for i, day in enumerate(order) if bay in days[day]]
        last = len(order) - 1 if bay[4:] in kept and len(order) - 1 - used[-1] > 1 else used[-1]
        bay_days += last - used[0] + 1
        silent += last - used[0] + 1 - len(used)
    answer["silent"] = [silent, bay_days]
    return answer


def trust(parts):
    answer, lost = {}, 0
    for name in POINTS:
        bad, of = parts[name]
        cost = min(POINTS[name] * 1000, int((Fraction(POINTS[name] * 10000 * bad, of) * 2 + 1) // 2)) if of else 0
        lost += cost
        answer[name] = {"bad": bad, "of": of, "points": POINTS[name], "lost": seconds(cost)}
    return {"log": {"score": int((Fraction(100000 - lost, 1000) * 2 + 1) // 2)}, **answer}


def by_rows(by, jobs, within, zone, calendar):
    def key(j, at):
        local = datetime.datetime.fromtimestamp(at / 1000, zone)
        week = local.isocalendar()
        return {"advisor": j["advisor"] or "", "work": j["work"], "weekday": "mon tue wed thu fri sat sun".split()[local.weekday()],
                "hour": f"{local.hour:02d}", "day": f"{local:%Y-%m-%d}", "week": f"{week[0]}-W{week[1]:02d}",
                "month": f"{local:%Y-%m}"}[by]

    rows = {}
    for j in jobs:
        for what in ("opened", "ready", "closed"):
            if within(j[what + "_ms"]):
                rows.setdefault(key(j, j[what + "_ms"]), {"opened": [], "ready": [], "closed": []})[what].append(j)
    answer = {}
    for name, row in rows.items():
        out = [j for j in row["closed"] if j["outcome"] == "handed-over"]
        promised = [j for j in row["ready"] if j["first_promise_ms"] is not None]
        each = [lengths(j, calendar) for j in row["ready"]]
        gone = [lengths(j, calendar) for j in out]
        scores = [j["score"] for j in row["closed"] if j["score"] is not None]
        kept = sum(1 for j in promised if j["ready_ms"] <= j["first_promise_ms"])
        a = answer[name] = {by: name, "opened": len(row["opened"]), "ready": len(row["ready"]), "closed": len(out),
                            "cancelled": len(row["closed"]) - len(out), "promised": len(promised), "kept": kept,
                            "moved": sum(1 for j in promised if j["promise_moves"]),
                            "reworks": sum(1 for j in row["ready"] if j["reworks"]), "answers": len(scores)}
        for kind, rows_of in (("lead", gone), ("to_ready", each)):
            if rows_of:
                values = [x[kind][0] for x in rows_of]
                a.update({f"{kind}_mean_s": mean(values), f"{kind}_p50_s": seconds(percentile(values, 50)),
                          f"{kind}_p80_s": seconds(percentile(values, 80)),
                          f"working_{kind}_mean_s": mean([x[kind][1] for x in rows_of])})
        if each:
            a.update({f"{kind}_mean_s": mean([x[kind][0] for x in each]) for kind in ("touch", "wait", "hold")})
            a.update({f"working_{kind}_mean_s": mean([x[kind][1] for x in each]) for kind in ("wait", "hold")})
        if promised:
            a["kept_share"] = seconds(Fraction(kept * 1000, len(promised)))
        if scores:
            a["rating_mean"] = seconds(Fraction(sum(scores) * 1000, len(scores)))
    return answer


def mean(values):
    return seconds(Fraction(sum(values), len(values)))


def worked(span, calendar):
    return min(span["elapsed_ms"], calendar.between(span["entered_ms"], span["left_ms"]))


def by_stage(spans, config, calendar):
    answer = {}
    for stage in config["stages"]:
        rows = [s for s in spans if s["stage"] == stage["id"]]
        if not rows or stage["kind"] == "done":
            continue
        values = [s["elapsed_ms"] for s in rows]
        a = answer[stage["id"]] = {"stage": stage["id"], "n": len(rows), "total_s": seconds(sum(values)),
                                   "working_s": seconds(sum(worked(s, calendar) for s in rows)),
                                   "mean_s": mean(values), "max_s": seconds(max(values)),
                                   **{f"p{p}_s": seconds(percentile(values, p)) for p in (50, 80, 90)}}
        if stage.get("limit_min"):
            a.update({"limit_s": stage["limit_min"] * 60, "over": sum(1 for s in rows if worked(s, calendar) > stage["limit_min"] * MINUTE), "measure": "working"})
    return answer


def by_bay(jobs, since, until, newest):
    answer = {}
    for row in bays(jobs, since, until, newest):
        occupied, working = round(row["occupied_s"] * 1000), round(row["working_s"] * 1000)
        answer[row["bay"]] = {"bay": row["bay"], "n": row["jobs"], "occupied_s": row["occupied_s"], "working_s": row["working_s"],
                              **share(working, occupied)}
    return answer


def compared(jobs, since, until, calendar, doubted):
    """The column of one period."""
    def within(ms):
        return ms is not None and since <= ms < until

    opened, ready, closed = ([j for j in jobs if within(j[k])] for k in ("opened_ms", "ready_ms", "closed_ms"))
    out = [j for j in closed if j["outcome"] == "handed-over"]
    each = [lengths(j, calendar) for j in ready]
    promised = [j for j in ready if j["first_promise_ms"] is not None]
    again = repeat(jobs, opened)
    rated = ratings(closed, calendar)
    a = {"opened": len(opened), "closed": len(out), "cancelled": len(closed) - len(out)}
    if out:
        a["lead_p50_s"] = seconds(percentile([lengths(j, calendar)["lead"][0] for j in out], 50))
    if each:
        a.update({f"to_ready_p{p}_s": seconds(percentile([x["to_ready"][0] for x in each], p)) for p in (50, 80)})
        a.update({f"working_{kind}_mean_s": mean([x[kind][1] for x in each]) for kind in ("to_ready", "wait", "hold")})
        a["rework_share"] = share(sum(1 for j in ready if j["reworks"]), len(ready))["share"]
    if promised:
        a["kept_share"] = share(sum(1 for j in promised if j["ready_ms"] <= j["first_promise_ms"]), len(promised))["share"]
    a.update({"repeat_share": again["share"]} if "share" in again else {})
    a.update({"nps": rated["all"]["nps"]} if rated else {})
    parts = doubted(within, out)
    if parts["late"][1]:  # no event, nothing to trust
        a["trust"] = trust(parts)["log"]["score"]
    return a


class Count:
    def __init__(self, pitboard, database, config):
        self.command, self.faults, self.reports = [pitboard, "report", "--db", database, "-c", config, "--format", "json"], 0, 0
        self.jobs, self.config, self.newest = read(database)
        self.zone = zoneinfo.ZoneInfo(self.config["zone"])
        with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as db:
            db.row_factory = sqlite3.Row
            self.events = db.execute("select * from event order by seq").fetchall()
        self.first = min(j["opened_ms"] for j in self.jobs)
        self.calendar = Calendar(self.zone, self.first, self.newest)

    def ask(self, *arguments):
        done = subprocess.run([*self.command, *arguments], stdout=subprocess.PIPE, timeout=120, check=False)
        if done.returncode:
            sys.exit(f"{arguments}: exit code {done.returncode}")
        self.reports += 1
        return json.loads(done.stdout)

    def same(self, name, ours, theirs):
        if ours != theirs:
            self.faults += 1
            print(f"{name}: {theirs}, expected {ours}")

    def window(self, since, until):
        low, high = -EVER if since is None else since, EVER if until is None else until
        name = f"{since}-{until}"

        def within(ms):
            return ms is not None and low <= ms < high

        options = (["--since", stamp(since)] if since is not None else []) + (["--until", stamp(until)] if until is not None else [])
        theirs = self.ask(*options)
        opened, ready, closed = ([j for j in self.jobs if within(j[k])] for k in ("opened_ms", "ready_ms", "closed_ms"))
        handed = [j for j in closed if j["outcome"] == "handed-over"]
        spans = [s for j in self.jobs for s in j["spans"] if within(s["left_ms"])]
        each = {"lead": handed, "to_ready": ready, "pickup_gap": [j for j in handed if j["ready_ms"] is not None],
                "touch": ready, "wait": ready, "hold": ready}
        for kind, rows in each.items():
            self.same(f"{name} working {kind}", spread([lengths(j, self.calendar)[kind][1] for j in rows]),
                      theirs["working"][kind])
        self.same(f"{name} losses", losses(spans, self.calendar), theirs["losses"])
        late, bins = lateness(ready)
        self.same(f"{name} lateness", late, theirs["lateness"])
        self.same(f"{name} lateness_bins", bins, [b["n"] for b in theirs.get("lateness_bins", [])])
        counts = [0] * (len(EDGES) + 1)
        for j in ready:
            counts[sum(1 for e in EDGES if lengths(j, self.calendar)["to_ready"][1] >= e * MINUTE)] += 1
        self.same(f"{name} to_ready_bins", counts if ready else [], [b["n"] for b in theirs.get("to_ready_bins", [])])
        self.same(f"{name} repeat", repeat(self.jobs, opened), theirs["repeat"])
        self.same(f"{name} ratings", ratings(closed, self.calendar), theirs.get("ratings"))
        self.same(f"{name} funnel", funnel(opened, self.config), theirs["funnel"])
        self.same(f"{name} heat", heat(opened, ready, handed, self.zone), theirs.get("heat", []))
        self.same(f"{name} trust", trust(doubts(self.events, within, handed, self.zone, {b["id"] for b in self.config["bays"]})), theirs["trust"])

    def groups(self, since, until):
        """By stage and bay, and the limits of the stages."""
        spans = [s for j in self.jobs for s in j["spans"] if s["left_ms"] is not None and since <= s["left_ms"] < until]
        window = ("--since", stamp(since), "--until", stamp(until), "--by")
        stages = by_stage(spans, self.config, self.calendar)
        answer = self.ask(*window, "stage")
        self.same("by stage", stages, {row["stage"]: row for row in answer["by"] if row["n"]})
        self.same("by bay", by_bay(self.jobs, since, until, until), {row["bay"]: row for row in self.ask(*window, "bay")["by"]})
        limits = [{"stage": k, "n": r["n"], "limit_s": r["limit_s"], "over": r["over"], "measure": "working", **share(r["over"], r["n"])}
                  for k, r in stages.items() if "limit_s" in r]
        self.same("limits", limits, answer["limits"])
        assert len(limits) > 3 and sum(r["over"] for r in limits) > 10, limits

    def compare(self, since, until):
        """Both periods, each counted alone, and the difference of what both have."""
        answer = self.ask("--since", stamp(since), "--until", stamp(until), "--compare")
        self.same("compared", {"since": stamp(since), "until": stamp(until), "before_since": stamp(2 * since - until),
                               "before_until": stamp(since)}, answer["compared"])
        theirs = {row["figure"]: row for row in answer["compare"]}
        def doubted(within, handed):
            return doubts(self.events, within, handed, self.zone, {b["id"] for b in self.config["bays"]})
        now = compared(self.jobs, since, until, self.calendar, doubted)
        before = compared(self.jobs, 2 * since - until, since, self.calendar, doubted)
        for name in sorted({*now, *before}):
            row = theirs.pop(name, {})
            self.same(f"compare {name}", (now.get(name), before.get(name)), (row.get("now"), row.get("before")))
            if name in now and name in before:
                difference = Fraction(str(now[name])) - Fraction(str(before[name]))
                self.same(f"compare {name} change", difference, Fraction(str(row.get("change"))))
        self.same("compare: other rows", {}, {k: r for k, r in theirs.items() if "now" in r or "before" in r})

    def by(self, by, since, until):
        theirs = {row[by]: row for row in self.ask("--since", stamp(since), "--until", stamp(until), "--by", by)["by"]}
        ours = by_rows(by, self.jobs, lambda ms: ms is not None and since <= ms < until, self.zone, self.calendar)
        self.same(f"by {by}: rows", sorted(ours), sorted(theirs))
        for name, row in ours.items():
            self.same(f"by {by} {name}", row, theirs.get(name))


def stamp(ms):
    at = datetime.datetime.fromtimestamp(ms // 1000, datetime.timezone.utc)
    return at.strftime("%Y-%m-%dT%H:%M:%S") + f".{ms % 1000:03d}Z"


def main():
    if len(sys.argv) not in (4, 5):
        sys.exit(__doc__)
    count = Count(*sys.argv[1:4])
    rng = random.Random(7)
    windows = [(None, None), (count.first + 9 * DAY, None), (None, count.first + 11 * DAY)]
    for _ in range(int(sys.argv[4]) if len(sys.argv) == 5 else 4):
        a, b = sorted(rng.randrange(count.first - DAY, count.newest + DAY) for _ in range(2))
        windows.append((a, b + 1))
    for since, until in windows:
        count.window(since, until)
    for by in ("advisor", "work", "weekday", "hour", "day", "week", "month"):
        count.by(by, count.first + 3 * DAY + 1234, count.newest - 2 * DAY)
    count.groups(count.first + 2 * DAY + 77, count.newest - 3 * DAY)
    count.compare(count.first + 8 * DAY, count.first + 15 * DAY)
    count.compare(count.first + 2 * DAY, count.first + 9 * DAY)  # most of the period before lies before the first car
    print(f"report_more: {count.reports} reports, {count.faults} differences")
    sys.exit(1 if count.faults else 0)


if __name__ == "__main__":
    main()
