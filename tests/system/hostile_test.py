#!/usr/bin/env python3
"""500 hostile texts (tests/data/hostile.txt) through every text field of the events, and then through every output:
nothing is executed, no raw control byte leaves, CSV cells are neutral, and JSON gives back what was sent."""
import csv
import io
import itertools
import json
import os
import re
import sqlite3
import subprocess
import sys
import unicodedata
import zipfile
from xml.etree import ElementTree

from rig import DATA, LIMIT_S, Rig, main, until

LENGTHS = {"plate": 16, "model": 64, "advisor": 64, "pickup": 64, "by": 64, "reason": 200, "text": 500, "comment": 500}
NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")
CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]")
BIDI = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def texts():
    with open(os.path.join(DATA, "hostile.txt"), encoding="ascii") as f:
        return [json.loads(line) for line in f]


def plain(text):
    """What the contract takes as a text."""
    return text and not any(unicodedata.category(c) == "Cc" or c in "\u2028\u2029" for c in text)


def events_of(n, text):
    """One visit with the text in every field; whether its opening must be applied."""
    job = f"J-{n}"
    cut = {field: text[:most] for field, most in LENGTHS.items()}
    yield {"type": "open", "job": job, **{f: cut[f] for f in ("plate", "model", "advisor", "pickup", "by")}}
    yield {"type": "update", "job": job, "promised": "2040-01-01T00:00:00Z", "model": cut["model"], "by": cut["by"]}
    yield {"type": "update", "job": job, "promised": "2041-01-01T00:00:00Z", "reason": cut["reason"]}
    yield {"type": "help", "bay": "1", "on": True, "reason": cut["reason"]}
    yield {"type": "note", "job": job, "text": cut["text"], "by": cut["by"]}
    yield {"type": "rate", "job": job, "score": 5, "comment": cut["comment"]}
    yield {"type": "stage", "job": job, "stage": text[:500], "force": True, "reason": cut["reason"]}
    everywhere = text[:100]  # within the 8 KiB of a message
    yield {"type": everywhere, **{field: everywhere for field in ("job", "work", "bay", "from", "plate", "text", "unknown")}}
    yield {"type": "open", "job": text, "plate": "X 1"}
    yield {"type": "cancel", "job": text, "reason": "away"}
    yield {"type": "cancel", "job": job, "reason": cut["reason"]}


def write_tape(path):
    """Also what a tape cannot hold, texts with NUL, as bare messages."""
    opened, n_events, bare = {}, 0, []
    with open(path, "w", encoding="utf-8") as f:
        for n, text in enumerate(texts()):
            if plain(text):
                opened[f"J-{n}"] = text
            for event in events_of(n, text):
                n_events += 1
                event = {"id": f"e{n_events}", **event}
                if "\0" in text:
                    bare.append(json.dumps(event))
                else:
                    f.write(json.dumps({"time": "2026-11-21T10:00:00Z", "topic": "desk/front/event", "payload": event}, ensure_ascii=False) + "\n")
            if plain(text) and len(text.encode()) <= 64:
                n_events += 1
                event = {"id": text, "type": "note", "text": "the id is the text"}
                f.write(json.dumps({"time": "2026-11-21T10:00:00Z", "topic": "desk/web/event", "payload": event}, ensure_ascii=False) + "\n")
    return opened, n_events, bare


def decode(data, what, more=""):
    """UTF-8, and no control character but a line end (and those in `more`)."""
    text = data.decode("utf-8")
    for c in more:
        text = text.replace(c, "")
    found = CONTROL.search(text)
    assert not found, f"{what}: a raw {found[0]!r} in {text[max(0, found.start() - 40):found.start() + 40]!r}"
    return data.decode("utf-8")


def check_csv(text, what, delimiter=","):
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    assert len({len(row) for row in rows}) == 1, f"{what}: rows of different lengths"
    for row in rows[1:]:
        for cell in row:
            assert cell[:1] not in tuple("=+-@\t\r") or NUMBER.fullmatch(cell.replace(",", ".") if delimiter == ";" else cell), f"{what}: a live cell {cell!r}"
    return [dict(zip(rows[0], row)) for row in rows[1:]]


def check_json(text, what):
    made = json.loads(text)
    assert made or what == "report", what
    return made


def said(r, command, *more):
    got = subprocess.run([r.program("pitboard"), *command, "--db", r.db, *more], capture_output=True, timeout=LIMIT_S)
    assert got.returncode == 0 and not got.stderr, (command, more, got.returncode, got.stderr)
    return got.stdout


def outputs(r):
    """Command, format and text of everything that writes texts."""
    tables = [([command], form) for command in ("report", "jobs", "spans", "events") for form in ("text", "json", "csv")]
    lines = [([command], "jsonl") for command in ("jobs", "spans", "events")]
    log = [(["log", "--since", "2000-01-01"], form) for form in ("text", "json")]
    stories = [(["job", f"J-{n}"], form) for n, text in enumerate(texts()) if plain(text) for form in ("text", "json")]
    turn = itertools.count()
    for command, form in tables + lines + [(["jobs"], "xes")] + log + stories:
        what = f"{' '.join(command)} {form}"
        tongue = ["--lang", "ru"] if form == "text" and next(turn) % 2 else []  # both languages get their share
        yield command[0], form, decode(said(r, command, "--format", form, *tongue), what, "\r\t" if form == "csv" else "")


def check_excel(r, opened):
    """CSV with semicolons and decimal commas."""
    for command in ("report", "jobs", "spans", "events"):
        what = f"{command} --excel"
        text = decode(said(r, [command], "--format", "csv", "--excel"), what, "\r\t\ufeff").lstrip("\ufeff")
        made = check_csv(text, what, ";")
        if command == "jobs":
            check_jobs(opened, made, what, ("", "'"))


def check_workbooks(r):
    """A zip of XML whose cells are texts and numbers."""
    for command in ("report", "jobs", "spans", "events"):
        file = os.path.join(r.folder, command + ".xlsx")
        said(r, [command], "--format", "xlsx", "-O", file)
        with zipfile.ZipFile(file) as book:
            for name in book.namelist():
                part = decode(book.read(name), f"{command} xlsx {name}", "\r\t")
                assert not any(e.tag.endswith("}f") for e in ElementTree.fromstring(part).iter()), f"{command}: a formula"


def check_jobs(opened, jobs, what, marks):
    """`marks`: what may stand before a text to make it harmless."""
    by_id = {row["job"]: row for row in jobs}
    for job, text in opened.items():
        for field in ("plate", "model", "advisor"):
            got, sent = by_id[job].get(field, ""), text[:LENGTHS[field]]
            assert got in [mark + sent for mark in marks], f"{what}: {job} {field}: {got!r} for {text!r}"


def hostile_texts():
    with Rig() as r:
        r.broker()
        config = ["-o", 'site="demo"']
        r.hub("-v", *config)
        heard = os.path.join(r.folder, "heard")
        with open(heard, "wb") as out:
            ear = subprocess.Popen(["mosquitto_sub", "-p", str(r.port), "-q", "1", "-F", "%t %p", "-t", "pit/v1/demo/+/+/receipt", "-t",
                                    "pit/v1/demo/bay/+/state", "-t", "pit/v1/demo/board/+", "-t", "pit/v1/demo/hub/+"], stdout=out)
            r.children.append(ear)
        until(lambda: os.path.getsize(heard) > 0, "the ear hears")
        tape = os.path.join(r.folder, "tape")
        opened, n_events, bare = write_tape(tape)
        for job, text in (("keep-1", "=1+1"), ("keep-2", "<b>'\"%n")):  # on the boards to the end
            r.pitboard("send", *r.settings, *config, json.dumps({"type": "open", "job": job, "plate": text, "model": text}))
        r.pitboard("replay", tape, "--speed", "0", *r.settings, *config, timeout=LIMIT_S * 3)
        subprocess.run(["mosquitto_pub", "-p", str(r.port), "-q", "1", "-l", "-t", "pit/v1/demo/desk/front/event"],
                       input="".join(line + "\n" for line in bare).encode(), check=True, timeout=LIMIT_S)
        until(lambda: open(heard, "rb").read().count(b'"result"') >= n_events, "all receipts")
        with sqlite3.connect(f"file:{r.db}?mode=ro", uri=True) as con:
            assert con.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            applied = con.execute("SELECT count(*) FROM event WHERE type = 'open' AND result = 'applied' AND job LIKE 'J-%'").fetchone()[0]
            total = con.execute("SELECT count(*), count(DISTINCT source) FROM event").fetchone()
        r.pitboard("rebuild", "--check", "--db", r.db)
        # An opening is refused where, and only where, the text cannot stand in one of its fields.
        assert applied == len(opened), (applied, len(opened))
        lines = n_outputs = 0
        for line in open(heard, "rb").read().split(b"\n"):
            if line.strip() and line.endswith(b"}"):
                json.loads(decode(line, "a publication").partition(" ")[2])
                lines += 1
        for command, form, text in outputs(r):
            what = f"{command} {form}"
            n_outputs += 1
            if form == "csv":
                rows = check_csv(text, what)
                if command == "jobs":
                    check_jobs(opened, rows, what, ("", "'"))
            elif form == "xes":
                ElementTree.fromstring(text)
            elif form == "jsonl" or (command, form) == ("log", "json"):
                assert [json.loads(line) for line in text.split("\n")[:-1]], what
            elif form == "json":
                made = check_json(text, what)
                if command == "jobs":
                    check_jobs(opened, made, what, ("",))
            else:
                assert not BIDI.search(text), f"{what}: a raw direction mark"
        check_excel(r, opened)
        check_workbooks(r)
        log = decode(open(r.log, "rb").read(), "the log")
        assert not BIDI.search(log) and "\n<3>" not in log
        print(f"hostile_texts: {len(texts())} texts, {n_events} events, {total[0]} rows, {lines} publications, {n_outputs} outputs, 4 CSV and 4 workbooks for Excel, and the log: "
              f"{len(opened)} texts given back as they were, the others refused")


if __name__ == "__main__":
    sys.exit(main([hostile_texts]))
