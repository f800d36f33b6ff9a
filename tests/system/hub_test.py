#!/usr/bin/env python3
"""The hub as a daemon: with the broker away, killed, stopped; with itself killed; with a second hub; on the wire."""
import json
import os
import random
import signal
import sqlite3
import subprocess
import time

from rig import DATA, LIMIT_S, Rig, main, quickest, until

SITE = ["-o", 'site="demo"']


def rig():
    r = Rig()
    r.settings += SITE
    return r


def send(r, *events, code=0, source=("desk", "front")):
    out = r.pitboard("send", "--role", source[0], "--source", source[1], *r.settings, *[json.dumps(e) for e in events],
                     code=code)
    return [json.loads(line) for line in out.splitlines()]


def rows(r, query):
    with sqlite3.connect(f"file:{r.db}?mode=ro", uri=True) as con:
        return con.execute(query).fetchall()


def beat(r):
    """The next beat, live."""
    got = subprocess.run(["mosquitto_sub", "-p", str(r.port), "-t", "pit/v1/demo/hub/beat", "-C", "1", "-W", "30"],
                         capture_output=True, timeout=LIMIT_S)
    return json.loads(got.stdout)


def broker_comes_late_goes_and_comes_back():
    with rig() as r:
        hub = r.start([r.program("pitboard-hub"), *r.settings])
        until(lambda: os.path.exists(r.db), "the database")
        broker = r.broker()
        until(lambda: "online" in r.retained("hub/status"), "the hub finds the broker")
        assert send(r, {"id": "1", "type": "open", "job": "W-1", "plate": "А123ВС777"})[0]["result"] == "applied"
        r.kill(broker)  # its memory is gone with it: nothing is retained any more
        r.broker()
        until(lambda: "W-1" in r.retained("board/staff"), "the boards are published again")
        assert send(r, {"id": "1", "type": "open", "job": "W-1", "plate": "А123ВС777"})[0]["result"] == "duplicate"
        assert hub.poll() is None
        assert r.kill(hub, signal.SIGTERM) == 0


def one_end():
    """How long the hub takes to end with a broker that stands still, and without one."""
    with rig() as r:
        broker = r.broker()
        hub = r.hub()
        broker.send_signal(signal.SIGSTOP)
        began = time.monotonic()
        assert r.kill(hub, signal.SIGTERM) == 0
        took = time.monotonic() - began
        broker.send_signal(signal.SIGCONT)
        hub = r.start([r.program("pitboard-hub"), *r.settings, "-o", "broker.port=1"])
        until(lambda: r.said().count("site demo") == 2, "it serves without a broker")
        began = time.monotonic()
        assert r.kill(hub, signal.SIGTERM) == 0
        return max(took, time.monotonic() - began)


def ends_within_two_seconds_whatever_the_broker_does():
    quickest(one_end, 2, "SIGTERM")


def a_second_hub_is_refused():
    with rig() as r:
        r.broker()
        r.hub()
        second = subprocess.run([r.program("pitboard-hub"), *r.settings], capture_output=True, timeout=LIMIT_S)
        assert second.returncode == 3, second.returncode
        assert b"another program has this database open" in second.stderr


def the_will_speaks_for_a_killed_hub():
    with rig() as r:
        r.broker()
        hub = r.hub()
        r.kill(hub)
        until(lambda: "offline" in r.retained("hub/status"), "the will")


def retained_events_move_nothing():
    with rig() as r:
        r.broker()
        topic = "pit/v1/demo/desk/front/event"
        payload = json.dumps({"id": "old", "type": "open", "job": "W-9", "plate": "X 9"})
        publish = ["mosquitto_pub", "-p", str(r.port), "-q", "1", "-t", topic, "-m", payload]
        subprocess.run([*publish, "-r"], check=True, timeout=LIMIT_S)
        r.hub()
        send(r, {"id": "1", "type": "open", "job": "W-1", "plate": "X 1"})
        assert rows(r, "SELECT job FROM job") == [("W-1",)]
        subprocess.run(publish, check=True, timeout=LIMIT_S)  # the same, as a press
        until(lambda: rows(r, "SELECT job FROM job ORDER BY 1") == [("W-1",), ("W-9",)], "the fresh one counts")


def killed_again_and_again():
    """SIGKILL at random moments in a stream of events: every receipt is true, every event is there once. On a quick machine
    the stream is over before it was killed often enough: then another part of the tape."""
    dice = random.Random(7)
    config = os.path.join(DATA, "repair-shop.cfg")
    tape = os.path.join(DATA, "repair-shop.jsonl")
    with open(tape) as f:
        lines = f.readlines()
    with Rig(config) as r:
        r.broker()
        part = os.path.join(r.folder, "part.jsonl")
        hub = r.hub()
        events = kills = 0
        while kills < 5 and events < len(lines):
            with open(part, "w") as out:
                out.writelines(lines[events:events + 3000])
            events = min(events + 3000, len(lines))
            replay = r.start([r.program("pitboard"), "replay", part, "--speed", "0", "--timeout", "60", "-c", config,
                              *r.settings])
            while replay.poll() is None and kills < 12:
                time.sleep(dice.uniform(0.02, 0.15))  # the moment of the blow, not synchronisation
                r.kill(hub)
                kills += 1
                hub = r.start([r.program("pitboard-hub"), "-c", config, *r.settings])
            assert replay.wait(LIMIT_S * 3) == 0, r.tail()
            r.children.remove(replay)
        assert kills >= 5, kills
        assert rows(r, "SELECT count(*), count(DISTINCT source || id) FROM event WHERE type <> 'config'") == [
            (events, events)]
        assert rows(r, "PRAGMA integrity_check") == [("ok",)]
        r.pitboard("rebuild", "--check", "--db", r.db)


def a_reader_needs_no_right_to_write():
    with rig() as r:
        r.broker()
        hub = r.hub()
        send(r, {"id": "1", "type": "open", "job": "W-1", "plate": "X 1"})
        os.chmod(r.folder, 0o755)
        for name in os.listdir(r.folder):
            if name.startswith("pitboard.db"):
                os.chmod(os.path.join(r.folder, name), 0o644)
        read = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "sqlite3", "-readonly", r.db,
                "SELECT job FROM job"]
        for state in ("running", "stopped"):
            got = subprocess.run(read, capture_output=True, text=True, timeout=LIMIT_S)
            assert got.stdout == "W-1\n", (state, got.stderr)
            if state == "running":
                assert r.kill(hub, signal.SIGTERM) == 0


def beats_carry_the_boards_number():
    with rig() as r:
        r.broker()
        r.hub()
        send(r, {"id": "1", "type": "open", "job": "W-1", "plate": "X 1"})
        until(lambda: "W-1" in r.retained("board/staff"), "the staff's board, which comes after the public one")
        public, staff = r.board("public"), r.board("staff")
        assert public["rev"] == staff["rev"]
        assert beat(r)["rev"] == r.board("public")["rev"]
        assert "W-1" not in json.dumps(public) and "X 1" not in json.dumps(public)


def a_bay_that_comes_and_goes():
    with rig() as r:
        r.broker()
        r.hub()
        for word in ("online", "offline"):
            subprocess.run(["mosquitto_pub", "-p", str(r.port), "-r", "-q", "1", "-t", "pit/v1/demo/bay/3/status", "-m", word],
                           check=True, timeout=LIMIT_S)
            expected = {"total": 1, "online": int(word == "online")}
            until(lambda: r.board("public").get("bays") == expected, f"bay 3 {word}")


def send_tells_by_its_exit_code():
    with rig() as r:
        r.broker()
        hub = r.hub()
        send(r, {"id": "1", "type": "open", "job": "W-1", "plate": "X 1"})
        send(r, {"id": "1", "type": "open", "job": "W-1", "plate": "X 1"})  # duplicate of applied
        send(r, {"id": "2", "type": "next", "job": "NOPE"}, code=1)
        send(r, {"id": "2", "type": "next", "job": "NOPE"}, code=1)  # duplicate of rejected
        r.kill(hub)
        r.pitboard("send", *r.settings, "--timeout", "1", '{"id": "3", "type": "next", "job": "W-1"}', code=3)


main([
    broker_comes_late_goes_and_comes_back,
    ends_within_two_seconds_whatever_the_broker_does,
    a_second_hub_is_refused,
    the_will_speaks_for_a_killed_hub,
    retained_events_move_nothing,
    killed_again_and_again,
    a_reader_needs_no_right_to_write,
    beats_carry_the_boards_number,
    a_bay_that_comes_and_goes,
    send_tells_by_its_exit_code,
])
