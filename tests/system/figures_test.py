#!/usr/bin/env python3
"""Every figure of a report against independent counts on simulated weeks, with and without roll-ups."""
import datetime
import fcntl
import json
import os
import pty
import random
import re
import shutil
import sqlite3
import struct
import subprocess
import sys
import tempfile
import termios
import time
import zoneinfo

from rig import DATA, LIMIT_S, ROOT, Rig, main

CONFIG = os.path.join(DATA, "hours.cfg")
BARE = os.path.join(DATA, "repair-shop.cfg")  # no hours
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
        damaged_rollups_change_nothing(rig, database, folder)
        bays_of_a_day(rig, database, folder)
        a_changed_sum_is_found(rig, database)
        every_table_fits(rig, database)
        stories_fit(rig, database)


def counted_far_from_utc():
    """Where midnight of UTC is ten in the morning: the doubts about the log are those of the workshop's own days."""
    with tempfile.TemporaryDirectory() as folder:
        config, database = os.path.join(folder, "east.cfg"), os.path.join(folder, "east.db")
        with open(config, "w", encoding="utf-8") as out:
            out.write(open(CONFIG, encoding="utf-8").read().replace("Europe/Minsk", "Asia/Vladivostok"))
        with Rig(config) as rig:
            rig.pitboard("simulate", "--seed", "5", "--days", "7", "--start", "2026-10-12", "--into", database, "-c", config)
            rig.pitboard("rebuild", "--check", "--db", database)
            with sqlite3.connect(database) as db:  # bay 3 falls silent for the last three days, 4 for the last one; 5 is no more
                last, = db.execute("SELECT (max(received_ms) + 36000000) / 86400000 * 86400000 - 36000000 FROM event").fetchone()
                for bay, days in (3, 3), (4, 1), (5, 3):
                    db.execute("UPDATE event SET source = 'desk/front' WHERE source = ? AND received_ms >= ?",
                               (f"bay/{bay}", last - (days - 1) * 86400000))
                db.execute("UPDATE event SET body = replace(body, '{\"id\":\"5\"', '{\"id\":\"15\"') WHERE type = 'config'")
                db.execute("DELETE FROM presses")
            count("report_more.py", rig.program("pitboard"), database, config, "0")
            answer = json.loads(rig.pitboard("report", "--db", database, "-c", config, "--format", "json"))
            assert answer["trust"]["silent"]["bad"] == 3, answer["trust"]


def rolled_up_or_not(rig, database, folder):
    """The same answer from all, from some and from no roll-ups, percentiles included."""
    rng = random.Random(3)
    some, none = os.path.join(folder, "some.db"), os.path.join(folder, "none.db")
    for path, condition in ((some, "id % 2 OR id >= 1000000"), (none, "1")):
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
        bare = [json.loads(rig.pitboard("report", "--db", path, "-c", BARE, "--format", "json", *window)) for path in (database, none)]
        assert bare[0] == bare[1] and "working" not in bare[0]


def hour(n):
    return f"2026-{10 + (11 + n // 24) // 31:02d}-{(11 + n // 24) % 31 + 1:02d}T{n % 24:02d}:00:00+03:00"


def damaged_rollups_change_nothing(rig, database, folder):
    """The same figures from the rows, a line on standard error with the cure, and an exit code of 0."""
    none, hurt = os.path.join(folder, "none.db"), os.path.join(folder, "hurt.db")
    ask = [rig.program("pitboard"), "report", "-c", CONFIG, "--format", "json", "--by", "advisor", "--db"]
    rows = rig.pitboard(*ask[1:], none)
    for wrong in ("UPDATE pack_sums SET bytes = zeroblob(length(bytes))", "DELETE FROM pack_visits WHERE id = (SELECT min(id) FROM pack)",
                  "DELETE FROM pack_sums", "UPDATE pack SET jobs = 0"):
        shutil.copy(database, hurt)
        with sqlite3.connect(hurt) as db:
            db.execute(wrong)
        done = subprocess.run([*ask, hurt], capture_output=True, text=True, timeout=LIMIT_S, check=True)
        assert done.stdout == rows, wrong
        assert done.stderr.count("\n") == 1 and "2026-10-" in done.stderr and "pitboard rebuild" in done.stderr, (wrong, done.stderr)
    rig.pitboard("rebuild", "--db", hurt)
    assert not subprocess.run([*ask, hurt], capture_output=True, text=True, timeout=LIMIT_S, check=True).stderr


def a_changed_sum_is_found(rig, database):
    with sqlite3.connect(database) as db:
        db.execute("UPDATE pack_rows SET bytes = zeroblob(9) WHERE id = (SELECT min(id) FROM pack)")
    assert "pack: week" in rig.pitboard("rebuild", "--check", "--db", database, code=1)
    assert "were replaced" in rig.pitboard("rebuild", "--db", database)
    rig.pitboard("rebuild", "--check", "--db", database)


# Doubts about the log, by hand. UTC; a bay's presses in order: what follows "#" is why the row is or is not expected.
PRESSES = [
    # at, source, event, job, marks
    ("13 08:00:00", "bay/3", "next", "n", ""),         # bay 3 presses on the 13th and the 15th: silent on the 14th,
    ("14 08:00:00", "bay/1", "next", "a", ""),
    ("14 08:00:04", "bay/1", "next", "a", ""),         # 4 s after the one before: burst
    ("14 08:00:09", "bay/1", "next", "a", ""),         # 5 s: none
    ("14 09:00:00", "desk/front", "next", "h", "late"),
    ("14 09:10:00", "desk/front", "next", "i", "clamped"),
    ("14 09:20:00", "desk/front", "next", "j", "unsynced"),
    ("14 09:30:00", "desk/front", "next", "m", "late rejected"),  # refused: changed nothing
    ("14 10:00:00", "bay/4", "next", "k", ""),
    ("14 10:00:40", "bay/4", "undo", "k", ""),         # undone: the span that the press before began
    ("14 10:20:00", "desk/front", "assign", "p", ""),  # undone: no span began, it is that of the time, not the voided one
    ("14 10:20:30", "desk/front", "undo", "p", ""),
    ("14 10:30:00", "desk/front", "next", "q", "handover"),  # undone: none began, the one before goes on
    ("14 10:31:00", "desk/front", "undo", "q", ""),
    ("14 11:00:00", "bay/4", "next", "l", ""),
    ("14 11:00:03", "bay/4", "next", "l", "late"),     # two reasons
    ("14 15:00:00", "bay/2", "next", "b", ""),         # four presses, each less than 60 s after the one before,
    ("14 15:00:30", "bay/2", "next", "c", ""),         # for four cars: all of them a batch
    ("14 15:01:00", "bay/2", "hold", "d", ""),
    ("14 15:01:59", "bay/2", "next", "e", ""),
    ("14 15:02:59", "bay/2", "next", "m", ""),         # 60 s: a row of its own
    ("14 16:01:30", "desk/front", "next", "f", ""),    # ready at 16:00:00, out 90 s later: rushed
    ("14 16:12:00", "desk/front", "next", "g", ""),    # ready at 16:10:00, out 120 s later: not
    ("15 08:00:00", "bay/3", "next", "o", ""),
]
SPANS = [
    # job, n, stage, kind, entered, left; "~": voided
    ("a", 1, "repair", "work", "14 07:00:00", "14 08:00:00"), ("a", 2, "quality", "check", "14 08:00:00", "14 08:00:04"),
    ("a", 3, "wash", "work", "14 08:00:04", "14 08:00:09"), ("a", 4, "ready", "ready", "14 08:00:09", None),
    ("b", 1, "repair", "work", "14 14:00:00", "14 15:00:00"), ("c", 1, "repair", "work", "14 14:10:00", "14 15:00:30"),
    ("d", 1, "repair", "work", "14 14:20:00", "14 15:01:00"), ("e", 1, "repair", "work", "14 14:30:00", "14 15:01:59"),
    ("f", 1, "ready", "ready", "14 16:00:00", "14 16:01:30"), ("g", 1, "ready", "ready", "14 16:10:00", "14 16:12:00"),
    ("h", 1, "checkin", "queue", "14 08:30:00", "14 09:00:00"), ("i", 1, "checkin", "queue", "14 08:40:00", "14 09:10:00"),
    ("j", 1, "checkin", "queue", "14 08:50:00", "14 09:20:00"), ("k", 1, "repair", "work", "14 09:00:00", None),
    ("k", 2, "quality", "check", "14 10:00:00", "~"), ("l", 1, "repair", "work", "14 10:30:00", "14 11:00:00"),
    ("l", 2, "quality", "check", "14 11:00:00", "14 11:00:03"), ("m", 1, "repair", "work", "14 14:40:00", "14 15:02:59"),
    ("n", 1, "repair", "work", "13 07:00:00", "13 08:00:00"),
    ("p", 1, "repair", "work", "14 10:05:00", "14 10:40:00"), ("p", 2, "quality", "check", "14 10:10:00", "~"),
    ("q", 1, "ready", "ready", "14 10:15:00", "14 10:50:00"),
    ("r", 1, "ready", "ready", "14 16:20:00", "14 16:21:00"),  # cancelled a minute after it was ready: not rushed
    ("o", 1, "repair", "work", "15 07:00:00", "15 08:00:00"),
]
SUSPECT = [("a", 2, "burst"), ("a", 3, "burst"), ("h", 1, "late"), ("i", 1, "clamped"), ("j", 1, "unsynced"), ("k", 2, "undone"), ("p", 1, "undone"), ("q", 1, "undone"), ("l", 2, "burst late"),
           ("b", 1, "batch"), ("c", 1, "batch"), ("d", 1, "batch"), ("e", 1, "batch"), ("f", 1, "rushed")]


def utc_ms(text):
    return text and int(datetime.datetime.fromisoformat(f"2026-10-{text[:2]}T{text[3:]}+00:00").timestamp() * 1000)


def insert(db, table, **values):
    """The rest of what must be there: 0 or an empty text."""
    for _, name, kind, must, _, key in db.execute(f"PRAGMA table_info({table})").fetchall():
        if (must or key) and name not in values:
            values[name] = "" if kind == "TEXT" else 0
    db.execute(f"INSERT INTO {table} ({', '.join(values)}) VALUES ({', '.join('?' * len(values))})", list(values.values()))


def write_by_hand(database):
    with sqlite3.connect(database) as db:
        for table in ("job", "span", "stay", "change", "bay", "pack", "pack_sums", "pack_visits", "pack_rows", "presses"):
            db.execute(f"DELETE FROM {table}")
        db.execute("DELETE FROM event WHERE seq > 1")  # 1 is the configuration
        for seq, (at, source, kind, job, marks) in enumerate(PRESSES, 2):
            insert(db, "event", seq=seq, id=f"e{seq}", source=source, type=kind, job=job, at_ms=utc_ms(at), received_ms=utc_ms(at),
                   stage="handover" if marks == "handover" else next((s[2] for s in SPANS if s[0] == job and s[4] == at), None),
                   body='{"bay":"5"}' if kind == "assign" else None, late="late" in marks, clamped="clamped" in marks, synced="unsynced" not in marks,
                   result="rejected" if "rejected" in marks else "applied")
        for job, n, stage, kind, entered, left in SPANS:
            voided = left == "~"
            end = None if voided else utc_ms(left)
            insert(db, "span", job=job, n=n, stage=stage, kind=kind, entered_ms=utc_ms(entered), left_ms=end,
                   elapsed_ms=end and end - utc_ms(entered), voided=voided)
        for seq, job in enumerate(sorted({row[0] for row in SPANS}), 2):
            entered, left = next((utc_ms(s[4]), utc_ms(s[5])) if s[2] == "ready" else (None, None)
                                 for s in reversed(SPANS) if s[0] == job)
            insert(db, "job", job=job, opened_ms=utc_ms("13 06:00:00"), opened_seq=seq, ready_ms=entered, closed_ms=left,
                   outcome=left and ("cancelled" if job == "r" else "handed-over"), last_ms=utc_ms("14 06:00:00"))


def suspects_by_hand():
    with Rig(CONFIG) as rig, tempfile.TemporaryDirectory() as folder:
        database = os.path.join(folder, "hand.db")
        rig.pitboard("simulate", "--days", "1", "--start", "2026-10-12", "--into", database, "-c", CONFIG)
        write_by_hand(database)
        ask = ["spans", "--suspect", "--db", database]
        rows = json.loads(rig.pitboard(*ask, "--format", "json"))
        assert [(r["job"], r["n"], r["reasons"]) for r in rows] == SUSPECT, rows
        said = rig.pitboard(*ask, "--lang", "ru")
        assert "нажатия подряд, сообщено поздно" in said and said.count("нажатия пачкой") == 4 and "undone" not in said, said
        by_key = {(s[0], s[1]): s for s in SPANS}
        for row in rows:
            _, _, stage, kind, entered, left = by_key[row["job"], row["n"]]
            assert (row["stage"], row["kind"]) == (stage, kind)
            assert row["entered"] == f"2026-10-{entered[:2]}T{entered[3:]}.000Z"
            assert row.get("left") == (None if left == "~" else f"2026-10-{left[:2]}T{left[3:]}.000Z"), row
        lines = rig.pitboard(*ask).splitlines()
        head = next(i for i, line in enumerate(lines) if line.startswith("job "))
        assert lines[head].split()[-1] == "doubtful"
        assert [(line.split()[0], int(line.split()[1])) for line in lines[head + 1:] if line] == [r[:2] for r in SUSPECT], lines
        for line, row in zip(lines[head + 1:], SUSPECT):
            assert line.endswith("  " + row[2].replace(" ", ", ")), line
        # A window cuts a batch; a row is told of it all the same.
        part = json.loads(rig.pitboard(*ask, "--format", "json", "--since", "2026-10-14T15:00:30Z", "--until", "2026-10-14T15:01:59Z"))
        assert [(r["job"], r["reasons"]) for r in part] == [("c", "batch"), ("d", "batch")], part
        # Bay 3: two days and a silent one; bays 1, 2 and 4: one day each.
        trust = json.loads(rig.pitboard("report", "--db", database, "--format", "json"))["trust"]
        assert {name: (part["bad"], part["of"]) for name, part in trust.items() if name != "log"} == {
            "burst": (2, 13), "batch": (4, 13), "rushed": (1, 3), "silent": (1, 6), "late": (2, 23), "clamped": (1, 23),
            "unsynced": (1, 23), "undone": (3, 23)}, trust
        # A tenth of doubtful ones costs all of a part's points: 15 + 20 + 15 + 15 + 10, that is 75 (late: 10 * 20 / 23), 10 * 10 / 23 twice, 5.
        assert trust["log"]["score"] == 13
        a_night_off_line(rig, database, ask)


# A box that was off line sends in the morning what was pressed in the evening before.
EVENING = [("s", "17:00:00"), ("t", "17:00:20"), ("u", "17:00:40"), ("v", "17:01:00"), ("w", "17:30:00"), ("w", "17:30:02")]


def a_night_off_line(rig, database, ask):
    with sqlite3.connect(database) as db:
        for i, (job, at) in enumerate(EVENING):
            insert(db, "event", seq=1000 + i, id=f"n{i}", source="bay/6", type="next", job=job, at_ms=utc_ms("16 " + at),
                   received_ms=utc_ms("18 08:00:00") + i * 1000, late=1, synced=1, result="applied")
        for job, n, entered, left in [(job, 1, "16 12:00:00", "16 " + at) for job, at in EVENING[:5]] + [
                ("w", 2, "16 17:30:00", "16 17:30:02"), ("w", 3, "16 17:30:02", "17 10:00:00")]:  # the last one left in good time
            insert(db, "span", job=job, n=n, stage="repair", kind="work", entered_ms=utc_ms(entered), left_ms=utc_ms(left), elapsed_ms=0)
    evening = [("s", 1, "batch late"), ("t", 1, "batch late"), ("u", 1, "batch late"), ("v", 1, "batch late"), ("w", 1, "late"),
               ("w", 2, "burst late")]
    for since, until, expected in (("16", "17", evening), ("17", "18", [("w", 3, "burst late")]), ("18", "19", [])):
        rows = json.loads(rig.pitboard(*ask, "--format", "json", "--since", f"2026-10-{since}T00:00:00Z", "--until", f"2026-10-{until}T00:00:00Z"))
        assert [(r["job"], r["n"], r["reasons"]) for r in rows] == expected, (since, rows)


def what_runs(rig, folder):
    """A car in a bay for two hours, in a window that goes on: nothing of the future counts, and what ran so far is compared with
    as much of the time before."""
    database, now = os.path.join(folder, "now.db"), time.time()

    def stamp(seconds):
        return datetime.datetime.fromtimestamp(now + seconds, datetime.timezone.utc).isoformat(timespec="milliseconds")

    rig.pitboard("simulate", "--days", "1", "--start", "2026-03-02", "--into", database, "-c", CONFIG)
    with sqlite3.connect(database) as db:
        for table in ("job", "span", "stay", "change", "bay", "pack"):
            db.execute(f"DELETE FROM {table}")
        start = int((now - 7200) * 1000)
        insert(db, "job", job="W", opened_ms=start, opened_seq=2, last_ms=start, stage="repair")
        insert(db, "span", job="W", n=1, stage="repair", kind="work", entered_ms=start)
        insert(db, "stay", job="W", n=1, bay="3", from_ms=start)
    ask = ["report", "--db", database, "-c", CONFIG, "--since", stamp(-3 * 3600), "--format", "json", "--compare"]
    for seconds, least, most in ((5 * 3600, 7200, 7200 + LIMIT_S), (-3600, 3600, 3600)):
        answer = json.loads(rig.pitboard(*ask, "--until", stamp(seconds)))
        bay, = answer["bays"]
        assert least - 1 <= bay["occupied_s"] <= most + 1 and bay["working_s"] == bay["occupied_s"], bay
    first, last, before, end = ((datetime.datetime.fromisoformat(json.loads(rig.pitboard(*ask, "--until", stamp(5 * 3600)))["compared"][k]
                                 .replace("Z", "+00:00")).timestamp() - now) / 3600 for k in ("since", "until", "before_since", "before_until"))
    assert abs(first + 3) < 0.01 and 0 <= last < LIMIT_S / 3600 and abs(before + 11) < 0.01, (first, last, before)
    assert abs(end - before - (last - first)) < 0.01, (before, end)
    text = rig.pitboard(*ask[:7], "--until", stamp(5 * 3600), "--compare", "--lang", "en")
    assert " compared with 20" in text, text


def on_a_terminal(command, locale):
    """What it writes to a terminal of 80 columns."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    child = subprocess.Popen(command, stdout=theirs, env={**os.environ, "LC_ALL": locale})
    os.close(theirs)
    got = b""
    try:
        while more := os.read(ours, 65536):
            got += more
    except OSError:  # the other end is closed
        pass
    os.close(ours)
    assert child.wait(LIMIT_S) == 0, command
    return got.decode().replace("\r\n", "\n")


def every_table_fits(rig, database):
    """80 columns, whatever the names: what does not fit ends in an ellipsis, in signs that the terminal has."""
    name = "Ёлкина-Заречная Александра Константиновна, старшая смены "
    with sqlite3.connect(database) as db:
        db.execute("UPDATE job SET advisor = ? || advisor, work = substr(work || '-wwwwwwwwwwwwwwwwwwwwwww', 1, 24)", (name,))
        for table in ("job", "span", "stay"):
            db.execute(f"UPDATE {table} SET bay = 'a-long-name-of-a-' || bay WHERE bay IS NOT NULL")
        db.execute("DELETE FROM pack")
    for locale, lang in (("C.UTF-8", "ru"), ("C.UTF-8", "en"), ("C", "en")):
        for by in ("stage", "bay", "advisor", "work", "weekday", "hour", "day", "week", "month"):
            got = on_a_terminal([rig.program("pitboard"), "report", "--full", "--db", database, "--by", by, "--lang", lang], locale)
            wide = [line for line in got.splitlines()[2:] if len(line) > 80]
            assert not wide, (by, lang, locale, wide)
            assert ("█" in got) == (locale != "C") and ("##" in got) == (locale == "C"), (by, locale)
            if by == "advisor":
                assert ("…" in got) == (locale != "C") and ("~" in got) == (locale == "C"), (by, locale)


def stories_fit(rig, database):
    """The same of a car's story and the log."""
    with sqlite3.connect(database) as db:
        job, = db.execute("SELECT job FROM job WHERE bay IS NOT NULL OR closed_ms IS NOT NULL ORDER BY reworks DESC, promise_moves DESC LIMIT 1").fetchone()
    for lang in ("ru", "en"):
        for command in (["job", job], ["log", "--job", job]):
            got = on_a_terminal([rig.program("pitboard"), *command, "--db", database, "--lang", lang], "C.UTF-8")
            wide = [line for line in got.splitlines() if len(line) > 80]
            assert not wide and got.count("\n") > 5, (command, lang, wide)


def local_ms(day, zone):
    return int(datetime.datetime.combine(day, datetime.time(), zone).timestamp() * 1000)


def stretches(db, low, high, now):
    """What a bay's lane must show: standing stays (22 high), and the work and checks within them (9 high)."""
    answer = {"stay": [], "good": []}
    for job, bay, a, b in db.execute("SELECT job, bay, from_ms, to_ms FROM stay WHERE NOT voided").fetchall():
        b = now if b is None else b
        answer["stay"].append((bay, max(a, low), min(b, high)))
        for c, d in db.execute("SELECT entered_ms, left_ms FROM span WHERE job = ? AND NOT voided AND kind IN ('work', 'check')", (job,)):
            answer["good"].append((bay, max(a, c, low), min(b, now if d is None else d, high)))
    return {kind: [row for row in rows if row[1] < row[2]] for kind, rows in answer.items()}


def bays_of_a_day(rig, database, folder):
    page, zone, shown = os.path.join(folder, "day.html"), zoneinfo.ZoneInfo("Europe/Minsk"), 0
    db = sqlite3.connect(database)
    for day in (datetime.date(2026, 10, 13), datetime.date(2026, 10, 20), datetime.date(2026, 10, 31)):
        rig.pitboard("report", "--db", database, "-c", CONFIG, "--period", str(day), "--lang", "en", "--format", "html", "-O", page)
        picture = re.search(r"<title>The bays through the day</title>(.*?)</svg>", open(page, encoding="utf-8").read(), re.S)[1]
        low, high = local_ms(day, zone), local_ms(day + datetime.timedelta(1), zone)
        expected = stretches(db, low, high, high)
        edges = [e for row in expected["stay"] + expected["good"] for e in row[1:] if low < e < high]
        first = low + (min(edges) - low) // 3600000 * 3600000
        last = low - (low - max(edges)) // 3600000 * 3600000
        lanes = sorted({row[0] for row in expected["stay"]})

        def x(ms):
            return 84 + (min(max(ms, first), last) - first) / (last - first) * 632
        for kind, height, top in (("stay", 22, 22), ("good", 9, 35)):
            drawn = sorted((float(y), float(at), float(wide)) for at, y, wide in re.findall(
                rf'<rect class="{kind}" x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="{height}"/>', picture))
            wanted = sorted((top + 30 * lanes.index(bay), x(a), max(x(b) - x(a) - 1, 1)) for bay, a, b in expected[kind])
            assert len(drawn) == len(wanted) > 20, (day, kind, len(drawn), len(wanted))
            for one, other in zip(drawn, wanted):
                assert all(abs(p - q) < 0.11 for p, q in zip(one, other)), (day, kind, one, other)
            shown += len(drawn)
    db.close()
    print(f"bays of a day: {shown} stretches drawn as the tables have them")


def running():
    with Rig(CONFIG) as rig, tempfile.TemporaryDirectory() as folder:
        what_runs(rig, folder)


main([counted, counted_far_from_utc, suspects_by_hand, running])
