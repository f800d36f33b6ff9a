#!/usr/bin/env python3
"""pitboard-bay with a real broker and a real hub: press, outbox, hub, receipt, lamp. A FIFO of struct input_event is the
keypad, another the scanner; a file is the lamp, another the small display."""
import json
import os
import signal
import sqlite3
import struct
import subprocess
import time

from rig import LIMIT_S, Rig, main, until

KEYS = {"next": 183, "help": 184, "parts": 185, "confirm": 186}  # KEY_F13 …
LETTERS = dict(zip("1234567890", range(2, 12))) | {"-": 12, "W": 17, "O": 24}
SHIFT, ENTER = 42, 28

CONFIG = """site = "shop"; timezone = "Etc/UTC";
stages = ( {{ id = "checkin"; kind = "queue"; }}, {{ id = "parts"; kind = "hold"; }},
           {{ id = "repair"; kind = "work"; limit_min = 1; }}, {{ id = "quality"; kind = "check"; }},
           {{ id = "wash"; kind = "work"; }}, {{ id = "ready"; kind = "ready"; }}, {{ id = "handover"; kind = "done"; }} );
routes = ( {{ id = "maintenance"; stages = [ "checkin", "repair", "quality", "wash", "ready", "handover" ]; }} );
bays = ( {{ id = "3"; }}, {{ id = "4"; }} );
boxes = ( {{ bay = "3"; outbox = "{0}/box.db"; debounce_ms = 10; long_ms = 300; display = "{0}/display";
  inputs = ( {{ device = "{0}/keys"; keys = (
      {{ code = "KEY_F13"; type = "next"; }}, {{ code = "KEY_F14"; type = "help"; }},
      {{ code = "KEY_F14"; press = "long"; type = "undo"; }},
      {{ code = "KEY_F15"; type = "hold"; reason = "parts"; }}, {{ code = "KEY_F16"; type = "confirm"; }} ); }},
    {{ device = "{0}/scanner"; scanner = true; keys = ( {{ code = "KEY_F17"; type = "note"; text = "oil"; }} ); }} );
  outputs = ( {{ driver = "file"; path = "{0}/lamp"; }},
              {{ driver = "mqtt"; topic = "lamp/3"; on = "{{colour}}"; off = "dark"; }} ); }} );
"""


class Bay(Rig):
    """A workshop with the box of bay 3."""

    def __init__(self):
        super().__init__()
        self.config = os.path.join(self.folder, "shop.cfg")
        with open(self.config, "w") as f:
            f.write(CONFIG.format(self.folder))
        open(self.path("display"), "w").close()
        for name in ("keys", "scanner"):
            os.mkfifo(self.path(name))
        self.fifos = {name: os.open(self.path(name), os.O_RDWR) for name in ("keys", "scanner")}
        self.box = None
        self.last = 0.0  # time stamp of the last edge, boot clock
        self.pressed = 0.0  # of the first edge of the last stroke, wall clock in ms

    def __exit__(self, *what):
        for fd in self.fifos.values():
            os.close(fd)
        super().__exit__(*what)

    def path(self, name):
        return os.path.join(self.folder, name)

    def bay(self, env=None):
        self.box = self.start([self.program("pitboard-bay"), "-c", self.config, *self.settings], env)
        until(lambda: os.path.exists(self.path("lamp")) and os.path.exists(self.path("box.db")), "the box runs")
        return self.box

    def serve(self, env=None):
        """Broker, hub, bay 3 with a car in repair; the box has heard of it."""
        self.broker()
        self.hub()
        self.desk('{"type":"open","job":"WO-1","plate":"1234 AB-7"}', '{"type":"assign","job":"WO-1","bay":"3"}',
                  '{"type":"next","job":"WO-1"}')
        until(lambda: '"repair"' in self.retained("bay/3/state"), "the hub says where the car is")
        self.bay(env)
        until(lambda: self.colour() == "green", "the lamp shows the bay's state")

    def desk(self, *events):
        return self.pitboard("send", "-c", self.config, *self.settings, *events)

    def keys(self, *edges, device="keys", gap_s=0.03):
        """Edges as a finger makes them, by their time stamps: how busy this machine is does not matter."""
        data = b""
        now = time.clock_gettime(time.CLOCK_BOOTTIME)
        at = max(self.last + gap_s, now - gap_s * len(edges))
        self.pressed = (time.time() + at - now) * 1000
        for code, value in edges:
            stamp = (int(at), int(at % 1 * 1e6))
            data += struct.pack("llHHi", *stamp, 1, code, value) + struct.pack("llHHi", *stamp, 0, 0, 0)
            at += gap_s
        self.last = at
        while time.clock_gettime(time.CLOCK_BOOTTIME) < at:
            time.sleep(0.005)  # no stamp is in the future
        os.write(self.fifos[device], data)

    def press(self, key):
        """One press, short; returns when it is kept."""
        before = self.kept()
        self.keys((KEYS[key], 1), (KEYS[key], 0))
        until(lambda: self.kept() > before, f"{key} is kept")

    def scan(self, text):
        edges = []
        for c in text:
            held = [(SHIFT, 1)] if c.isupper() else []
            edges += held + [(LETTERS[c], 1), (LETTERS[c], 0)] + [(SHIFT, 0) for _ in held]
        self.keys(*edges, (ENTER, 1), (ENTER, 0), device="scanner", gap_s=0.002)

    def box_rows(self, query, *values):
        """The outbox, read beside the box that writes it."""
        try:
            with sqlite3.connect(f"file:{self.path('box.db')}?mode=ro", uri=True, timeout=5) as db:
                return db.execute(query, values).fetchall()
        except sqlite3.OperationalError:
            return []

    def kept(self):
        rows = self.box_rows("SELECT seq FROM sqlite_sequence WHERE name = 'press'")
        return rows[0][0] if rows else 0

    def waiting(self):
        """-1: there is no outbox to read at the moment."""
        rows = self.box_rows("SELECT count(*) FROM press WHERE result IS NULL")
        return rows[0][0] if rows else -1

    def settled(self):
        until(lambda: self.waiting() == 0, "every press has its receipt")

    def lamp(self):
        return [line.split()[1] for line in open(self.path("lamp")).read().splitlines()]

    def colour(self):
        return (self.lamp() or [None])[-1]

    def display(self):
        return open(self.path("display")).read().strip()

    def hub_rows(self, columns="type, stage, result, reason", where="source = 'bay/3'"):
        with sqlite3.connect(f"file:{self.db}?mode=ro", uri=True, timeout=5) as db:
            return db.execute(f"SELECT {columns} FROM event WHERE {where} ORDER BY seq").fetchall()


def a_press_moves_the_car_and_the_lamp_says_so():
    with Bay() as r:
        r.serve()
        until(lambda: r.retained("bay/3/status") == "online", "the box is on line")
        lines = len(r.lamp())
        r.press("next")
        r.settled()
        until(lambda: r.lamp()[lines:][:3] == ["off", "green", "off"] or "green" in r.lamp()[lines + 1:], "green flashes")
        r.press("parts")
        r.press("next")
        r.settled()
        assert r.hub_rows() == [("next", "quality", "applied", None), ("hold", "parts", "applied", None),
                                ("next", "quality", "applied", None)], r.hub_rows()
        body = json.loads(r.hub_rows("body")[1][0])
        assert body["job"] == "WO-1" and body["from"] == "quality" and "age_ms" in body, body
        code = r.kill(r.box, signal.SIGTERM)
        assert code == 0, code
        until(lambda: r.retained("bay/3/status") == "offline", "it said goodbye")


def a_long_press_undoes_and_a_short_one_of_the_same_key_calls():
    with Bay() as r:
        r.serve()
        r.press("next")
        r.settled()
        before = r.kept()
        r.keys((KEYS["help"], 1))
        until(lambda: r.kept() > before, "the long press is kept while the key is held")
        r.keys((KEYS["help"], 0))
        r.settled()
        r.press("help")
        r.settled()
        r.press("help")
        r.settled()
        assert r.hub_rows("type, stage") == [("next", "quality"), ("undo", "repair"), ("help", "repair"),
                                             ("help", "repair")], r.hub_rows("type, stage")
        assert [json.loads(b[0])["on"] for b in r.hub_rows("body")[2:]] == [True, False]


def a_refusal_says_why():
    with Bay() as r:
        r.serve()
        lines = len(r.lamp())
        r.desk('{"type":"stage","job":"WO-1","stage":"ready","force":true,"reason":"x"}')
        until(lambda: '"ready"' in r.retained("bay/3/state"), "the hub says ready")
        time.sleep(0.2)  # for the box to hear it too: either reason is a refusal
        r.press("next")
        r.settled()
        until(lambda: r.lamp()[lines:].count("red") == 2, "red, twice")
        until(lambda: r.display() in ("Уже готова, дальше приёмка", "Машина уже на другом этапе"), "the reason is shown")
        assert r.hub_rows("result, reason")[0] in (("rejected", "at-ready"), ("rejected", "moved-on"))


def a_scanner_brings_another_car():
    with Bay() as r:
        r.serve()
        r.desk('{"type":"open","job":"WO-2","plate":"7777 AB-7"}')
        r.scan("WO-2")
        until(lambda: r.hub_rows("type, job, result") == [("assign", "WO-2", "applied")], "WO-2 is in the bay")
        until(lambda: '"WO-2"' in r.retained("bay/3/state"), "the hub says so")
        r.scan("WO-9")
        until(lambda: r.hub_rows("result, reason")[1:] == [("rejected", "unknown-job")], "no such work order")
        until(lambda: r.display() == "Нет такого наряда", "the display says so")
        r.keys((45, 1), (45, 0), (1, 1), (1, 0), (ENTER, 1), (ENTER, 0), device="scanner")  # X, Esc
        until(lambda: r.display() == "Код не прочитан, ещё раз", "a broken code is refused here")
        r.keys((187, 1), (187, 0), device="scanner")  # a key of its own: no character of a code
        until(lambda: r.hub_rows("type, result")[2:] == [("note", "applied")], "the scanner's button")


def without_a_broker_presses_are_kept_with_their_time():
    with Bay() as r:
        r.serve()
        broker = r.children[0]
        r.kill(broker)
        pressed = []
        for key in ("next", "parts", "next"):
            r.press(key)
            pressed.append(r.pressed)
        until(lambda: r.waiting() == 3, "three wait")
        lines = len(r.lamp())
        until(lambda: r.lamp()[lines:][-4:] in (["green", "off"] * 2, ["off", "green"] * 2), "the slow blink: saved")
        until(lambda: "ждёт: 3" in r.display(), "and how many")
        r.broker()
        r.settled()
        rows = r.hub_rows("stage, result, at_ms")
        assert [row[:2] for row in rows] == [("quality", "applied"), ("parts", "applied"), ("quality", "applied")], rows
        for at, (_, _, told) in zip(pressed, rows):
            assert -500 <= told - at < 1500, (at, told)


def what_was_under_way_when_the_broker_died_is_sent_with_a_new_age():
    """The box's clock is not synced, so the age is all that tells the hub the time."""
    with Bay() as r:
        r.serve({"PITBOARD_CLOCK_SYNCED": "0"})
        broker = r.children[0]
        broker.send_signal(signal.SIGSTOP)  # it takes what comes and confirms nothing
        r.press("next")
        pressed = r.pressed
        time.sleep(3)  # the age that is looked for
        r.kill(broker)
        r.box.send_signal(signal.SIGSTOP)
        r.broker()
        until(lambda: "online" in r.retained("hub/status"), "the hub listens before the box connects", 60)
        r.box.send_signal(signal.SIGCONT)
        r.settled()
        ((result, at),) = r.hub_rows("result, at_ms")
        assert result == "applied" and -500 <= at - pressed < 1500, (result, at - pressed)


def without_a_hub_presses_wait():
    with Bay() as r:
        r.serve()
        hub = r.children[1]
        r.kill(hub)
        until(lambda: r.colour() == "off" or r.waiting(), "the lamp knows nothing of the bay")
        r.press("next")
        r.press("next")
        until(lambda: r.waiting() == 2, "both wait")
        r.hub()
        r.settled()
        assert r.hub_rows("stage, result") == [("quality", "applied"), ("wash", "applied")], r.hub_rows()


def a_killed_box_forgets_nothing():
    with Bay() as r:
        r.serve()
        broker = r.children[0]
        r.kill(broker)
        r.press("next")
        r.press("parts")
        r.kill(r.box)
        r.bay()
        r.press("next")
        r.kill(r.box)
        r.broker()
        r.bay()
        r.settled()
        assert r.hub_rows("stage, result") == [("quality", "applied"), ("parts", "applied"), ("quality", "applied")]
        ids = [row[0] for row in r.hub_rows("id")]
        assert len(set(ids)) == 3, ids


def a_refusal_drags_those_behind_it_along():
    with Bay() as r:
        r.serve()
        r.kill(r.children[0])
        r.press("parts")
        r.press("next")
        hub = r.children[0]
        r.kill(r.box)
        r.broker()
        until(lambda: "online" in r.retained("hub/status"), "the hub is back")
        r.desk('{"type":"next","job":"WO-1"}')  # the desk was quicker
        r.bay()
        r.settled()
        assert hub.poll() is None
        assert r.hub_rows("result, reason") == [("rejected", "moved-on")] * 2, r.hub_rows("result, reason")


def a_smart_lamp_is_told_again_after_the_broker_was_away():
    with Bay() as r:
        r.serve()
        broker, hub = r.children[0], r.children[1]
        r.kill(hub)
        until(lambda: r.colour() == "off", "dark, and it stays so")
        r.kill(broker)
        r.box.send_signal(signal.SIGSTOP)  # until somebody listens
        r.broker()
        heard = open(r.path("heard"), "wb")
        ear = subprocess.Popen(["mosquitto_sub", "-p", str(r.port), "-t", "lamp/3"], stdout=heard)
        r.children.append(ear)
        heard.close()

        def said():
            return open(r.path("heard")).read().split()

        def listens():
            subprocess.run(["mosquitto_pub", "-p", str(r.port), "-t", "lamp/3", "-m", "listening"], timeout=LIMIT_S)
            return said()

        until(listens, "the lamp listens")
        r.box.send_signal(signal.SIGCONT)
        until(lambda: "dark" in said(), "it is told although nothing has changed")
        r.hub()
        until(lambda: said()[-1] == "green", "the bay's colour")


def still_working_is_answered_with_a_note():
    with Bay() as r:
        r.serve()
        r.press("confirm")
        r.settled()
        assert r.hub_rows("type, job, result") == [("note", "WO-1", "applied")]
        assert "Still working" in r.hub_rows("body")[0][0]


def a_damaged_outbox_is_set_aside():
    with Bay() as r:
        r.serve()
        r.kill(r.children[0])
        r.press("next")
        r.press("parts")
        r.kill(r.box)
        damage(r.path("box.db"))
        r.bay()
        until(lambda: any(".aside-" in name for name in os.listdir(r.folder)), "the damaged file has a name of its own")
        r.broker()
        rows = until(lambda: len(r.hub_rows()) > 1 and r.hub_rows("type, result"), "the other press and the note arrive")
        assert len(rows) == 2 and rows[1] == ("note", "applied"), rows
        assert "saved: 1" in r.hub_rows("body")[-1][0], r.hub_rows("body")


def damage(path):
    """A letter of one of the two presses is another one."""
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()
    with open(path, "r+b") as f:
        bytes_ = f.read()
        f.seek(bytes_.index(b"WO-1"))
        f.write(b"WO-7")


def wrong_use_is_told():
    with Bay() as r:
        for arguments, code in ((["--help"], 0), (["--version"], 0), (["--nonsense"], 2), (["too much"], 2),
                                (["-c", r.config, "--bay", "4"], 2), (["-c", r.config, "-o", "boxes=()"], 2),
                                (["-c", "/nowhere.cfg"], 2)):
            got = subprocess.run([r.program("pitboard-bay"), *arguments], capture_output=True, timeout=LIMIT_S)
            assert got.returncode == code and (got.stdout or got.stderr), (arguments, got)
        with open(r.config) as f:
            text = f.read()
        with open(r.config, "w") as f:
            f.write(text.replace(f"{r.folder}/box.db", "/nowhere/box.db"))
        got = subprocess.run([r.program("pitboard-bay"), "-c", r.config], capture_output=True, timeout=LIMIT_S)
        assert got.returncode == 3 and b"/nowhere/box.db" in got.stderr, got


if __name__ == "__main__":
    main([a_press_moves_the_car_and_the_lamp_says_so, a_long_press_undoes_and_a_short_one_of_the_same_key_calls,
          a_refusal_says_why, a_scanner_brings_another_car, without_a_broker_presses_are_kept_with_their_time,
          what_was_under_way_when_the_broker_died_is_sent_with_a_new_age, without_a_hub_presses_wait,
          a_killed_box_forgets_nothing,
          a_refusal_drags_those_behind_it_along, still_working_is_answered_with_a_note,
          a_smart_lamp_is_told_again_after_the_broker_was_away,
          a_damaged_outbox_is_set_aside, wrong_use_is_told])
