"""How long reports take on ten years of a large workshop, beside plain SQL of the same figures on the same file.

The database is made once, below build/, and kept: three simulated workshops of ten years each, put together as one of 24
bays with 400,000 jobs, 4.6 million events and 2.4 million spans. That takes ten minutes and 3.5 GB (10 GB while it is
made). PITBOARD_BENCH_DB=FILE takes another one instead; roll-ups that it lacks are made in it.
"""
import os
import resource
import sqlite3
import statistics
import subprocess
import time

YEARS, FIRST = 10, 2017


def simulate(build, path, seed):
    subprocess.run([os.path.join(build, "pitboard"), "simulate", "--seed", str(seed), "--days", str(365 * YEARS), "--start",
                    f"{FIRST}-01-01", "--into", path], check=True, stdout=subprocess.DEVNULL)


def columns(db, table):
    return [row[1] for row in db.execute(f"PRAGMA main.table_info({table})")]


def copy(db, table, change, where=""):
    names = columns(db, table)
    picked = ", ".join(change.get(name, name) for name in names)
    db.execute(f"INSERT INTO main.{table} ({', '.join(names)}) SELECT {picked} FROM other.{table} {where}")


def remove(path):
    for end in ("", "-wal", "-shm", ".lock"):
        if os.path.exists(path + end):
            os.unlink(path + end)


def put_together(build, path):
    """The file gets its name when all of it is there: what a run that was cut short left behind is no database."""
    parts = [f"{path}.{seed}" for seed in (1, 2, 3)]
    for seed, part in enumerate(parts, 1):
        remove(part)
        simulate(build, part, seed)
    db = sqlite3.connect(parts[0], isolation_level=None)
    db.executescript("PRAGMA synchronous = OFF; DELETE FROM pack; DELETE FROM presses;")
    for shop, part in enumerate(parts[1:], 2):
        db.execute("ATTACH ? AS other", (part,))
        bay = {"bay": f"'s{shop}-' || bay"}
        copy(db, "job", bay)
        copy(db, "span", bay)
        copy(db, "stay", bay)
        # One day after the other: the log stays in order of receipt as far as its sums are concerned.
        copy(db, "event", {"seq": f"seq + {shop} * 100000000", "source": f"CASE WHEN source LIKE 'bay/%' THEN 'bay/s{shop}-'"
                           " || substr(source, 5) ELSE source END"}, "WHERE source <> 'hub/config'")
        db.execute("DETACH other")
        remove(part)
    db.close()
    os.rename(parts[0], path)
    remove(parts[0])


def database(build):
    path = os.environ.get("PITBOARD_BENCH_DB", os.path.join(build, "figures.db"))
    if not os.path.exists(path):
        print("  (making the database of ten years, once)", flush=True)
        put_together(build, path)
    made = subprocess.run([os.path.join(build, "bench", "rollup"), path], check=True, capture_output=True, text=True)
    print(f"  (roll-ups: {made.stdout.strip()})", flush=True)
    return path


def process_ms(command):
    """User and system time of one run, after one that warms the cache."""
    times = []
    for _ in range(6):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        times.append((after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) * 1000)
    return times[1:]


SPREAD = """
SELECT {by}, count(*), sum(ms), max(ms),
       max(ms) FILTER (WHERE r <= (n * 50 + 99) / 100), max(ms) FILTER (WHERE r <= (n * 90 + 99) / 100)
  FROM (SELECT {by}, ms, row_number() OVER (PARTITION BY {by} ORDER BY ms) r, count(*) OVER (PARTITION BY {by}) n
          FROM ({rows})) GROUP BY {by}"""
STAGES = "SELECT stage, elapsed_ms ms FROM span WHERE NOT voided AND left_ms >= :a AND left_ms < :b"
LEAD = ("SELECT 1 one, sum(elapsed_ms) ms FROM job JOIN span USING (job) WHERE NOT voided AND closed_ms >= :a AND"
        " closed_ms < :b AND outcome = 'handed-over' GROUP BY job")
READY = ("SELECT s.kind, sum(elapsed_ms) ms FROM job j JOIN span s ON s.job = j.job WHERE NOT voided AND ready_ms >= :a AND"
         " ready_ms < :b AND s.entered_ms < ready_ms GROUP BY j.job, s.kind")


def sql_ms(path, a, b):
    """The stages, the lead time and the parts of the time to ready, with percentiles, in plain SQL."""
    db = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    began = time.process_time()
    for by, rows in (("stage", STAGES), ("one", LEAD), ("kind", READY)):
        db.execute(SPREAD.format(by=by, rows=rows), {"a": a, "b": b}).fetchall()
    spent = (time.process_time() - began) * 1000
    db.close()
    return spent


def millis(year, month=1):
    return int(time.mktime(time.strptime(f"{year}-{month:02d}-01 UTC", "%Y-%m-%d %Z"))) * 1000


def reports(build, figure, title):
    path = database(build)
    jobs, spans, events = sqlite3.connect(path).execute(
        "SELECT (SELECT count(*) FROM job), (SELECT count(*) FROM span), (SELECT count(*) FROM event)").fetchone()
    title(f"Reports: {jobs:,} jobs, {events:,} events, {spans:,} spans; ms of process time, warm")
    report = [os.path.join(build, "pitboard"), "report", "--db", path, "--format", "json"]
    month = [*report, "--since", "2026-03", "--until", "2026-04"]
    figure("one month, 2026-03", process_ms(month), f"aim 20; plain SQL of a part of it {sql_ms(path, millis(2026, 3), millis(2026, 4)):,.0f}")
    spent = {}
    for years in (1, 2, 5, 10):
        note = f"plain SQL of a part of it {sql_ms(path, millis(FIRST + YEARS - years), millis(2100)):,.0f}" if years in (1, 10) else ""
        window = ["--since", str(FIRST + YEARS - years)] if years < YEARS else []
        times = process_ms([*report, *window])
        spent[years] = statistics.median(times)
        figure(f"{years} years", times, ("aim 100; " if years == 10 else "") + note)
    print(f"  each year more costs {(spent[10] - spent[1]) / 9:.1f} ms")
    figure("10 years, by adviser", process_ms([*report, "--by", "advisor"]), "")
