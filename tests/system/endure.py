"""What the endurance tests share: a stream of events from the product's own sender, and what must hold of it whatever
died on the way: each receipt is true, each event counts once, the tables are those of an undisturbed run."""
import os
import re
import sqlite3
import tempfile

from rig import BUILD, LIMIT_S, Rig

LONG = os.environ.get("PITBOARD_LONG") == "1"  # the forms for `make torture`
SITE = "endure"
SHOP = 'events = { max_age_h = 0; };\nretention_days = 0;\n'  # the simulated days are in the past

# All that is derived but what the hub makes up (code, key, token), and all of the log that does not name its receipt.
DERIVED = {
    "job": "job, plate, model, work, route, advisor, waiting, stage, bay, opened_ms, first_promise_ms, promise_ms, "
           "promise_moves, ready_ms, closed_ms, outcome, reworks, score",
    "span": "job, n, stage, kind, bay, entered_ms, left_ms, elapsed_ms, voided",
    "stay": "job, n, bay, from_ms, to_ms, voided",
    "bay": "bay, job, since_ms, help_ms, help_reason",
    "event": "source, id, type, job, at_ms, claimed_ms, late, clamped, result, reason, by, body",
}


def in_memory():
    """A killed process loses nothing the kernel has: these runs need no disk. Power cuts are another test."""
    if os.access("/dev/shm", os.W_OK):
        tempfile.tempdir = "/dev/shm"


def rig():
    r = Rig()
    with open(r.config, "w") as f:
        f.write(SHOP)
    r.settings += ["-o", f'site="{SITE}"']
    return r


def rows(db, query):
    with sqlite3.connect(f"file:{db}?mode=ro", uri=True) as con:
        return con.execute(query).fetchall()


def content(db):
    return {table: rows(db, f"SELECT {columns} FROM {table} WHERE {'1' if table != 'event' else 'type <> ' + repr('config')}"
                            " ORDER BY 1, 2, 3") for table, columns in DERIVED.items()}


class Stream:
    """A run of tests/endure/sender and the receipts it has seen."""

    def __init__(self, r, seed, events, repeat_ms=50, port=None):
        self.rig, self.events = r, events
        self.journal = os.path.join(r.folder, f"journal-{seed}")
        open(self.journal, "w").close()
        self.child = r.start([os.path.join(BUILD, "tests", "sender"), r.config, str(port or r.port), SITE, str(seed),
                              str(events), str(repeat_ms), self.journal])

    def progress(self):
        """Grows with each receipt."""
        return os.path.getsize(self.journal)

    def running(self):
        return self.child.poll() is None

    def end(self, limit_s=LIMIT_S):
        code = self.child.wait(limit_s)
        self.rig.children.remove(self.child)
        assert code == 0, f"the sender ended with {code}: {self.rig.tail()}"
        with open(self.rig.log, errors="replace") as f:
            self.repeats = int(re.findall(r"sender: \d+ receipts, (\d+) repeats", f.read())[-1])

    def receipts(self):
        """{(source, id): (result, reason)}; an event has one answer, and it is final."""
        out = {}
        with open(self.journal) as f:
            for line in f:
                source, name, result, reason = line.rstrip("\n").split("\t")
                assert (source, name) not in out, f"{source} {name} was answered twice"
                out[source, name] = result, reason
        return out


def check(r, stream):
    """Returns (lost, doubled); anything else that is wrong fails at once."""
    told = stream.receipts()
    assert len(told) == stream.events, (len(told), stream.events)
    log = rows(r.db, "SELECT source, id, result, coalesce(reason, '') FROM event WHERE type <> 'config'")
    kept = {(source, name): (result, reason) for source, name, result, reason in log}
    lost = [key for key in told if key not in kept]
    doubled = len(log) - len(kept)
    false = [(key, told[key], kept[key]) for key in told if key in kept and told[key] != kept[key]]
    assert not lost and not doubled, f"{len(lost)} lost, {doubled} doubled: {lost[:5]}"
    assert not false, f"{len(false)} receipts say what the log does not: {false[:3]}"
    assert len(log) == stream.events, (len(log), stream.events)
    assert rows(r.db, "PRAGMA integrity_check") == [("ok",)]
    assert rows(r.db, "PRAGMA foreign_key_check") == []
    r.pitboard("rebuild", "--check", "--db", r.db)
    return len(lost), doubled


def undisturbed(seed, events):
    """The content of the database after the same stream when nothing goes wrong."""
    with rig() as r:
        r.broker()
        r.hub()
        stream = Stream(r, seed, events)
        stream.end()
        check(r, stream)
        return content(r.db)


def same(expected, db):
    got = content(db)
    for table in DERIVED:
        differ = [pair for pair in zip(expected[table], got[table]) if pair[0] != pair[1]]
        assert len(expected[table]) == len(got[table]) and not differ, f"table {table}: {differ[:2]}"

