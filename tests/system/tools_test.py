#!/usr/bin/env python3
"""send, record, replay, simulate and check as a user meets them: exit codes, last lines, files."""
import json
import os
import re
import signal
import sqlite3
import subprocess
import time

import rig
from rig import Rig, until

SITE = ["-o", 'site="shop"', "-o", "events.max_age_h=0"]


class Shop(Rig):
    """A broker and a hub for the site "shop"."""

    def __init__(self):
        super().__init__()
        self.settings += SITE
        self.broker()
        self.hub()

    def run(self, command, *arguments, limit=rig.LIMIT_S * 2):
        return subprocess.run([self.program("pitboard"), command, *self.settings, "-c", self.config, *arguments],
                              capture_output=True, text=True, timeout=limit, cwd=self.folder)

    def events(self):
        with sqlite3.connect(f"file:{self.db}?mode=ro", uri=True) as db:
            return db.execute("select source, id, result, reason, body from event where type != 'config' "
                              "order by seq").fetchall()


def send_answers_with_its_exit_code():
    with Shop() as shop:
        opened = '{"id":"1","type":"open","job":"7","plate":"1205 AB-7"}'
        got = shop.run("send", opened)
        receipt = json.loads(got.stdout)
        assert (got.returncode, receipt["result"], receipt["stage"]) == (0, "applied", "checkin"), got
        assert re.fullmatch("[А-Я][0-9]{2}", receipt["code"]), receipt
        got = shop.run("send", opened)
        assert (got.returncode, json.loads(got.stdout)["result"]) == (0, "duplicate"), got
        wrong = '{"id":"2","type":"next","job":"8"}'
        for result in ("rejected", "duplicate"):  # a refusal stays one
            got = shop.run("send", wrong)
            receipt = json.loads(got.stdout)
            assert (got.returncode, receipt["result"], receipt["reason"]) == (1, result, "unknown-job"), got
        got = shop.run("send", "--role", "bay", "--source", "3", '{"type":"assign","job":"7"}',
                       '{"id":"n","type":"next","job":"7"}')
        assert got.returncode == 0 and len(got.stdout.splitlines()) == 2, got
        made = re.fullmatch("id ([0-9a-f]{24})\n", got.stderr).group(1)
        assert [e[:3] for e in shop.events()][2:] == [("bay/3", made, "applied"), ("bay/3", "n", "applied")]
        for arguments in (["{"], ["[]"], [], ["--role", "hub", "{}"], ["--source", "A B", "{}"], ["--timeout", "x", "{}"],
                          ["--nonsense"]):
            got = shop.run("send", *arguments)
            assert got.returncode == 2 and got.stderr and not got.stdout, (arguments, got)
        got = shop.run("send", "-o", 'site="other"', "--timeout", "1", wrong)
        assert got.returncode == 3 and 'hub of site "other" does not answer' in got.stderr, got
        got = shop.run("send", "-o", "broker.port=1", "--timeout", "1", wrong)
        assert got.returncode == 3 and "no connection to the broker 127.0.0.1:1" in got.stderr, got


def recorded_and_replayed_it_is_the_same():
    with Shop() as shop:
        tape = os.path.join(shop.folder, "tape.jsonl")
        recorder = subprocess.Popen([shop.program("pitboard"), "record", *shop.settings, "-c", shop.config, tape],
                                    stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert "recording" in recorder.stderr.readline()
        time_limit = time.monotonic() + rig.LIMIT_S  # the subscription is under way: repeat until something is there
        n = 0
        while not (os.path.exists(tape) and os.path.getsize(tape)) and time.monotonic() < time_limit:
            n += 1
            shop.run("send", f'{{"id":"p{n}","type":"note","text":"проба"}}')
        shop.run("send", '{ "id":"a",\n"type":"open", "job":"7",  "plate":"А123ВС777"}', '{"id":"b","type":"next","job":"7"}')
        shop.run("send", "--role", "bay", "--source", "2", '{"id":"c","type":"assign","job":"7","from":"repair"}')
        until(lambda: '"id":"c"' in open(tape).read(), "everything is on the tape")
        recorder.send_signal(signal.SIGINT)
        assert recorder.wait(rig.LIMIT_S) == 0
        lines = [json.loads(line) for line in open(tape)]
        assert f"{len(lines)} events written" in recorder.stdout.read()
        assert [l["topic"] for l in lines[-3:]] == ["desk/front/event", "desk/front/event", "bay/2/event"]
        assert lines[-3]["payload"]["plate"] == "А123ВС777"
        with Shop() as second:
            got = second.run("replay", "--speed", "0", tape)
            assert got.returncode == 0 and got.stderr == "", got
            assert got.stdout == f"{len(lines)} receipts: {len(lines)} applied, 0 rejected, 0 duplicate\n", got
            before = [e for e in shop.events() if e[1] in {l["payload"]["id"] for l in lines}]
            assert second.events() == [(s, i, r, w, " ".join(b.split("\n"))) for s, i, r, w, b in before]
            got = second.run("replay", "--speed", "0", tape)
            assert got.stdout == f"{len(lines)} receipts: 0 applied, 0 rejected, {len(lines)} duplicate\n", got


def replay_says_what_is_wrong():
    with Shop() as shop:
        tape = os.path.join(shop.folder, "tape.jsonl")
        line = ('{"time":"2026-01-01T06:00:00Z","topic":"desk/front/event","payload":'
                '{"id":"%s","type":"next","job":"none"}}\n')
        with open(tape, "w") as f:
            f.write(line % 1 + "\n" + line % 2)
        got = shop.run("replay", "--speed", "0", tape)
        assert got.returncode == 0, got  # a refusal is a receipt
        assert got.stdout == "2 receipts: 0 applied, 2 rejected (2 unknown-job), 0 duplicate\n", got
        with open(tape, "a") as f:
            f.write(line % 3 + "nonsense\n" + line % 4)
        got = shop.run("replay", "--speed", "0", tape)
        assert got.returncode == 2 and "tape.jsonl:5: not JSON" in got.stderr, got
        assert got.stdout.startswith("3 receipts"), got
        assert shop.run("replay", "--speed", "0", tape + ".none").returncode == 2
        got = shop.run("replay", "-o", 'site="other"', "--speed", "0", "--timeout", "1", tape)
        assert got.returncode == 3 and "does not answer" in got.stderr, got


def simulated_over_mqtt():
    with Shop() as shop:
        arguments = ["--seed", "5", "--days", "1", "--speed", "100000", "--epoch", "2026-03-02T08:00:00Z"]
        got = shop.run("simulate", *arguments)
        assert got.returncode == 0, got
        counts = list(map(int, re.match(r"(\d+) receipts: (\d+) applied, (\d+) rejected", got.stdout).groups()))
        assert counts[0] == counts[1] + counts[2] > 200 and counts[2] < 10, got.stdout  # but for the mistakes
        again = shop.run("simulate", *arguments)  # the same seed and epoch: the same events
        assert f"{counts[0]} duplicate" in again.stdout, again.stdout


def its_bays_are_on_line():
    with Shop() as shop:
        def bays():
            return {shop.retained(f"bay/{b}/status", "shop") for b in ("1", "6", "wash")}

        assert bays() == {""}
        child = shop.start([shop.program("pitboard"), "simulate", "--bays", *shop.settings, "-c", shop.config])
        until(lambda: bays() == {"online"}, "each bay says that it is on line")
        shop.kill(child)
        until(lambda: bays() == {"offline"}, "the broker says that they are gone")


def simulated_into_a_database():
    with Rig() as r:
        db = os.path.join(r.folder, "s.db")
        one = r.pitboard("simulate", "--into", db, "--days", "20", "--seed", "9", "--start", "2026-03-02", "-c", r.config)
        receipts, applied, rejected = map(int, re.match(r"(\d+) receipts: (\d+) applied, (\d+) rejected", one).groups())
        assert receipts == applied + rejected and rejected < receipts / 50, one
        r.pitboard("simulate", "--into", db, "-c", r.config, code=2)  # never over a file that is there
        with sqlite3.connect(f"file:{db}?mode=ro", uri=True) as base:
            count = base.execute("select count(*) from event where type != 'config'").fetchone()[0]
            jobs, closed, reworked = base.execute("select count(*), count(closed_ms), sum(reworks > 0) from job").fetchone()
            late, clamped = base.execute("select sum(late), sum(clamped) from event").fetchone()
        assert count == receipts and jobs > 20 * 20 and closed > jobs * 0.95 and 0 < reworked < jobs * 0.15
        assert not late and not clamped
        r.pitboard("rebuild", "--check", "--db", db)
        other = os.path.join(r.folder, "t.db")
        assert r.pitboard("simulate", "--into", other, "--days", "20", "--seed", "9", "--start", "2026-03-02",
                          "-c", r.config) == one
        rows = "select source, id, type, at_ms, result, body from event where type != 'config' order by seq"
        with sqlite3.connect(db) as a, sqlite3.connect(other) as b:
            assert a.execute(rows).fetchall() == b.execute(rows).fetchall()


def check_points_at_the_line():
    with Rig() as r:
        path = os.path.join(r.folder, "x.cfg")
        with open(path, "w") as f:
            f.write('site = "a-1";\nbroker = { port = 1884; };\n')
        assert r.pitboard("check", "-c", path).startswith(f"{path}: ok\nsite a-1, broker 127.0.0.1:1884")
        with open(path, "a") as f:
            f.write("stoer = { };\n")
        got = subprocess.run([r.program("pitboard"), "check", "-c", path], capture_output=True, text=True, timeout=60)
        assert got.returncode == 2 and got.stderr.startswith(f"{path}:3: stoer: "), got
        r.pitboard("check", "-c", path + ".none", code=2)
        r.pitboard("check", "surplus", code=2)


def pages_name_every_option():
    """What --help lists stands in the program's manual page, and the page names no other."""
    def in_page(name):
        page, flags = os.path.join(rig.ROOT, "config/man", name), set()
        for line in open(page, encoding="utf-8"):
            words = line.replace('"', "").split()
            for i, word in enumerate(words):
                if word in ("Fl", ".Fl"):
                    flags.add("-" + words[i + 1])
                elif i > 2 and words[i - 1] in (",", "|") and word.startswith("-"):  # another argument of Fl
                    flags.add("-" + word)
        return flags

    def in_help(r, *command):
        said = subprocess.run([r.program(command[0]), *command[1:], "--help"], capture_output=True, text=True, timeout=60).stdout
        return set(re.findall(r"(?<![\w-])(--[a-z][a-z-]+|-[A-Za-z])(?![\w-])", said))

    with Rig() as r:
        everything = in_help(r, "pitboard")
        for name in re.findall(r"(?m)^  ([\w-]+) ", r.pitboard("--help")):
            everything |= in_help(r, "pitboard", name)
        named = in_page("pitboard.1") - {"-t"}  # of mail.program
        assert everything == named, everything ^ named
        for program, page in (("pitboard-hub", "8"), ("pitboard-bay", "8"), ("pitboard-screen", "1"), ("pitboard-xlsx", "1")):
            named = in_page(f"{program}.{page}")
            assert in_help(r, program) == named, (program, in_help(r, program) ^ named)


def help_and_version():
    with Rig() as r:
        def says(program, *arguments, code=0):
            got = subprocess.run([r.program(program), *arguments], capture_output=True, text=True, timeout=60)
            assert got.returncode == code, (program, arguments, got)
            return got.stdout if code == 0 else got.stderr
        usage = says("pitboard", "--help")
        names = re.findall(r"(?m)^  ([\w-]+) ", usage)
        assert len(names) == 16, names
        for name in names:
            assert f"pitboard {name}" in says("pitboard", name, "--help"), name
        for program in ("pitboard", "pitboard-hub", "pitboard-bay", "pitboard-screen", "pitboard-xlsx"):
            assert re.fullmatch(program + r" \d+\.\d+\.\d+\n", says(program, "--version")), program
            assert program in says(program, "--help")
            assert "--help" in says(program, "--nonsense", code=2), program
            assert program in says(program, "surplus", code=2), program
        empty = os.path.join(r.folder, "empty.cfg")
        open(empty, "w").close()
        for program in ("pitboard-hub", "pitboard-bay"):  # a workshop needs a name
            said = says(program, "-c", empty, code=2)
            assert empty in said and 'site = "minsk-1"' in said, said
        says("pitboard", code=2)


if __name__ == "__main__":
    rig.main([send_answers_with_its_exit_code, recorded_and_replayed_it_is_the_same, replay_says_what_is_wrong,
              simulated_over_mqtt, its_bays_are_on_line, simulated_into_a_database, check_points_at_the_line,
              help_and_version, pages_name_every_option])
