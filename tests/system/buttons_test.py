#!/usr/bin/env python3
"""Other people's buttons with a real broker and a real hub: a press moves a car once, whatever dies in between; devices
come and go; Home Assistant is told, and untold."""
import json
import os
import signal
import socket
import sqlite3
import subprocess
import threading

from mqtt import kept
from rig import LIMIT_S, Rig, main, until

CONFIG = """site = "demo";
buttons = (
  { profile = "zigbee2mqtt"; topic = "zigbee2mqtt/bay3"; value = "single"; bay = "3"; type = "next"; gap_ms = 0; },
  { profile = "shelly1"; topic = "shellies/x/input_event/0"; value = "S"; bay = "3"; type = "help"; gap_ms = 0; },
  { profile = "esphome"; topic = "node/event/b/state"; value = "press"; bay = "4"; type = "note"; text = "b"; gap_ms = 0; },
  { topic = "hall/+/bell"; value = "ring"; bay = "4"; type = "note"; text = "Звонок"; gap_ms = 60000; }
);
"""


def shop(more=""):
    r = Rig()
    r.config = os.path.join(r.folder, "pitboard.cfg")
    with open(r.config, "w") as f:
        f.write(CONFIG + more)
    return r


def publish(r, topic, payload, *more):
    subprocess.run(["mosquitto_pub", "-p", str(r.port), "-q", "1", "-t", topic, "-m", payload, *more], check=True,
                   timeout=LIMIT_S)


def send(r, *events):
    out = r.pitboard("send", "-c", r.config, *r.settings, *[json.dumps(e) for e in events])
    return [json.loads(line) for line in out.splitlines()]


def car_in_bay(r):
    send(r, {"type": "open", "job": "W-1", "plate": "A 1"}, {"type": "assign", "job": "W-1", "bay": "3"})


def barrier(r):
    """What was published before this has been decided when it has its receipt."""
    send(r, {"type": "note", "text": "barrier"})


def rows(r, query):
    with sqlite3.connect(f"file:{r.db}?mode=ro", uri=True) as con:
        return con.execute(query).fetchall()


def presses(r, bay="3"):
    return rows(r, f"SELECT count(*) FROM event WHERE source = 'bay/{bay}'")[0][0]


def stage(r):
    return rows(r, "SELECT stage FROM job")[0][0]


class Proxy:
    """Between hub and broker. With `mute` it swallows the PUBACKs of the listening connection."""

    def __init__(self, port):
        self.target, self.mute, self.swallowed = port, False, 0
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port = self.server.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                inner = self.server.accept()[0]
                outer = socket.create_connection(("127.0.0.1", self.target))
            except OSError:
                return
            threading.Thread(target=self.up, args=(inner, outer), daemon=True).start()
            threading.Thread(target=self.down, args=(inner, outer), daemon=True).start()

    def close(self):
        self.server.close()

    @staticmethod
    def end(*socks):
        for s in socks:
            try:
                s.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def down(self, inner, outer):
        try:
            while data := outer.recv(65536):
                inner.sendall(data)
        except OSError:
            pass
        self.end(inner, outer)

    def up(self, inner, outer):
        """Packet by packet."""
        rest, listens = b"", False
        try:
            while data := inner.recv(65536):
                rest += data
                while packet := self.cut(rest):
                    rest = rest[len(packet):]
                    listens |= packet[0] == 0x10 and b"hub-in" in packet
                    if listens and self.mute and packet[0] == 0x40:
                        self.swallowed += 1
                    else:
                        outer.sendall(packet)
        except OSError:
            pass
        self.end(inner, outer)

    @staticmethod
    def cut(data):
        length, at = 0, 1
        while at < len(data):
            length |= (data[at] & 0x7f) << 7 * (at - 1)
            at += 1
            if not data[at - 1] & 0x80:
                return data[:at + length] if len(data) >= at + length else None
        return None


def a_press_moves_the_car_once():
    with shop() as r:
        r.broker()
        r.hub()
        car_in_bay(r)
        publish(r, "zigbee2mqtt/bay3", '{"action":"single","battery":80,"linkquality":120}')
        publish(r, "zigbee2mqtt/bay3", '{"action":"","battery":80,"linkquality":120}')
        barrier(r)
        assert stage(r) == "repair" and presses(r) == 1, (stage(r), presses(r))
        r.pitboard("rebuild", "--check", "--db", r.db)


def retained_presses_are_old_ones():
    with shop() as r:
        r.broker()
        publish(r, "zigbee2mqtt/bay3", '{"action":"single"}', "-r")
        publish(r, "node/event/b/state", '{"event_type":"press"}', "-r")
        hub = r.hub()
        car_in_bay(r)
        assert presses(r) == 0 and presses(r, "4") == 0
        publish(r, "node/event/b/state", '{"event_type":"press"}', "-r")  # fresh, though it will be kept
        barrier(r)
        assert presses(r, "4") == 1
        r.kill(hub)
        r.hub()
        barrier(r)
        assert presses(r) == 0 and presses(r, "4") == 1


def a_press_while_the_hub_is_away_counts_when_it_is_back():
    with shop() as r:
        r.broker()
        hub = r.hub()
        car_in_bay(r)
        r.kill(hub)
        publish(r, "zigbee2mqtt/bay3", '{"action":"single"}')
        hub = r.hub()
        until(lambda: presses(r) == 1, "the press is there")
        assert stage(r) == "repair"
        r.kill(hub, signal.SIGTERM)
        r.hub()
        barrier(r)
        assert presses(r) == 1


def committed_and_not_acknowledged_is_one_press():
    """The hub dies between the commit and the PUBACK, then once more before the PUBACK of the delivery that came again."""
    with shop() as r:
        r.broker()
        proxy = Proxy(r.port)
        way = ["-o", f"broker.port={proxy.port}"]
        hub = r.hub(*way)
        car_in_bay(r)
        proxy.mute = True
        publish(r, "zigbee2mqtt/bay3", '{"action":"single"}')
        publish(r, "shellies/x/input_event/0", '{"event":"S","event_cnt":1}')
        publish(r, "zigbee2mqtt/bay3", '{"action":"single"}')
        until(lambda: presses(r) == 2 and proxy.swallowed >= 3, "two presses are committed, nothing is acknowledged")
        for mute in (True, False):
            r.kill(hub)
            proxy.mute, before = mute, proxy.swallowed
            hub = r.hub(*way)
            until(lambda: not mute or proxy.swallowed >= before + 3, "all came again")
        barrier(r)
        assert presses(r) == 2 and stage(r) == "quality", (presses(r), stage(r))
        publish(r, "zigbee2mqtt/bay3", '{"action":"single"}')
        barrier(r)
        assert presses(r) == 3 and stage(r) == "wash"
        proxy.close()


def received_and_not_committed_is_not_lost():
    with shop() as r:
        r.broker()
        hub = r.hub()
        car_in_bay(r)
        hub.send_signal(signal.SIGSTOP)
        for _ in range(3):
            publish(r, "zigbee2mqtt/bay3", '{"action":"single"}')
        r.kill(hub)  # the deliveries lie in its socket
        r.hub()
        until(lambda: presses(r) == 3, "all three are there")
        assert stage(r) == "wash"


def shelly_repeats_are_one_press_across_a_restart():
    with shop() as r:
        r.broker()
        hub = r.hub()
        barrier(r)  # its subscriptions stand
        for count in (5, 6, 6, 6):
            publish(r, "shellies/x/input_event/0", '{"event":"S","event_cnt":%d}' % count)
        barrier(r)
        assert presses(r) == 1
        r.kill(hub)
        r.hub()
        barrier(r)
        publish(r, "shellies/x/input_event/0", '{"event":"S","event_cnt":6}')
        barrier(r)
        assert presses(r) == 1
        publish(r, "shellies/x/input_event/0", '{"event":"S","event_cnt":7}')
        barrier(r)
        assert presses(r) == 2


def presses_within_the_gap_are_one():
    with shop() as r:
        r.broker()
        hub = r.hub()
        barrier(r)  # its subscriptions stand
        publish(r, "hall/1/bell", "ring")
        publish(r, "hall/2/bell", "ring")
        barrier(r)
        assert presses(r, "4") == 1
        r.kill(hub)
        hub = r.hub()
        barrier(r)
        publish(r, "hall/1/bell", "ring")
        barrier(r)
        assert presses(r, "4") == 1
        r.kill(hub)
        publish(r, "hall/1/bell", "ring")  # these wait at the broker: when they were pressed nobody knows
        publish(r, "hall/1/bell", "ring")
        r.hub()
        until(lambda: presses(r, "4") == 3, "both count")


def devices_come_and_go():
    with shop() as r:
        r.broker()
        publish(r, "zigbee2mqtt/bay3/availability", '{"state":"online"}', "-r")
        publish(r, "zigbee2mqtt/bay3", '{"battery":12,"linkquality":90}', "-r")
        hub = r.hub()
        until(lambda: r.board("public").get("bays") == {"total": 1, "online": 1}, "the bay is on line")

        def bay3():
            return next((b for b in r.board("staff").get("baylist", []) if b["bay"] == "3"), {})
        until(lambda: bay3().get("battery") == 12 and bay3().get("battery_low") and bay3().get("linkquality") == 90,
              "the staff see the battery")
        problem = [p for p in r.board("staff")["problems"] if p["code"] == "battery"]
        assert len(problem) == 1 and "12 %" in problem[0]["text"], problem
        assert "battery" not in json.dumps(r.board("public"))
        publish(r, "node/status", "offline", "-r")
        publish(r, "zigbee2mqtt/bridge/state", '{"state":"offline"}', "-r")
        until(lambda: r.board("public").get("bays") == {"total": 2, "online": 0}, "both are silent")
        since = until(lambda: bay3()["online"] is False and bay3()["silent_since"], "the staff see since when")
        r.kill(hub, signal.SIGTERM)
        publish(r, "zigbee2mqtt/bay3", "", "-r")  # the broker forgets the battery, the hub does not
        r.hub()
        until(lambda: bay3().get("silent_since") == since and bay3().get("battery") == 12, "it is known after a restart")
        publish(r, "zigbee2mqtt/bridge/state", '{"state":"online"}', "-r")
        publish(r, "node/status", "online", "-r")
        until(lambda: r.board("public").get("bays") == {"total": 2, "online": 2}, "both are back")


def entities(r, prefix):
    """What Home Assistant would read on its start, by topic; from a broker that has nothing newer under way."""
    return {topic: json.loads(text) for topic, text in kept(r.port, f"{prefix}/#").items()}


def check_entity(topic, e):
    _, component, node, object_id, leaf = topic.split("/")
    assert component in ("sensor", "binary_sensor") and node == "pitboard_demo" and leaf == "config", topic
    assert e["unique_id"] == f"{node}_{object_id}" and e["name"] and e["value_template"].startswith("{{")
    assert e["state_topic"].startswith("pit/v1/demo/") and "staff" not in e["state_topic"]
    assert e["availability"] == [{"topic": "pit/v1/demo/hub/status", "value_template": "{{ value_json.state }}",
                                  "payload_available": "online", "payload_not_available": "offline"}]
    assert e["device"]["identifiers"] and e["device"]["name"] and e["origin"]["name"] == "pitboard"
    if component == "binary_sensor":
        assert e["payload_on"] == "ON" and e["payload_off"] == "OFF"
    if e.get("device_class") == "enum":
        assert {"free", "repair", "handover"} <= set(e["options"]) and "state_class" not in e


def home_assistant_is_told_and_untold():
    with shop() as r:
        r.broker()
        on = ["-o", "homeassistant.discovery=true"]
        hub = r.hub(*on)
        until(lambda: len(entities(r, "homeassistant")) == 31, "31 entities")
        told = entities(r, "homeassistant")
        for topic, entity in told.items():
            check_entity(topic, entity)
        assert len({e["unique_id"] for e in told.values()}) == 31
        r.kill(hub)
        hub = r.hub(*on, "-o", 'homeassistant.prefix="ha/x"')
        until(lambda: not entities(r, "homeassistant") and len(entities(r, "ha/x")) == 31, "under the other prefix alone")
        r.kill(hub)
        hub = r.hub(*on, "-o", 'homeassistant.prefix="ha/x"', "-o", 'bays=({id="3"},{id="4"})')
        until(lambda: len(entities(r, "ha/x")) == 13, "two bays are left")
        r.kill(hub)
        r.hub()
        until(lambda: not entities(r, "ha/x"), "all is taken back")
        until(lambda: rows(r, "SELECT count(*) FROM announced") == [(0,)], "and forgotten")


def rows_that_cannot_work_are_refused():
    with shop('') as r:
        r.broker()
        bad = ["-o", 'buttons=({profile="shelly2";topic="x/rpc";value="single_push";bay="3";type="next";})']
        for command in (["pitboard-hub"], ["pitboard", "check"], ["pitboard", "broker-config", "--dir", r.folder]):
            got = subprocess.run([r.program(command[0]), *command[1:], "-c", r.config, *r.settings, *bad],
                                 capture_output=True, text=True, timeout=LIMIT_S)
            assert got.returncode == 2 and "buttons[0].topic" in got.stderr and "events/rpc" in got.stderr, got


main([
    a_press_moves_the_car_once,
    retained_presses_are_old_ones,
    a_press_while_the_hub_is_away_counts_when_it_is_back,
    committed_and_not_acknowledged_is_one_press,
    received_and_not_committed_is_not_lost,
    shelly_repeats_are_one_press_across_a_restart,
    presses_within_the_gap_are_one,
    devices_come_and_go,
    home_assistant_is_told_and_untold,
    rows_that_cannot_work_are_refused,
])
