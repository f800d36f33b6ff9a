#!/usr/bin/env python3
"""`pitboard run` without a display: comes up, shows moving cars, brings back what dies, ends everything in order."""
import glob
import hashlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time

import rig
from mqtt import kept
from rig import children_of, until

PATIENCE_S = 30  # 3 on a machine that has nothing else to do
PITBOARD = os.path.join(rig.BUILD, "pitboard")


def runs(pid):
    try:
        with open(f"/proc/{pid}/stat") as f:
            return f.read().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


class Run:
    """A run with a temporary folder, a state folder and a free port of its own."""

    def __init__(self, *arguments, port=None):
        self.folder = tempfile.mkdtemp(prefix="pitboard-run-test-")
        self.port = port or rig.free_port()
        self.again(*arguments)

    def again(self, *arguments):
        env = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY")}
        env.update(TMPDIR=self.folder, XDG_STATE_HOME=os.path.join(self.folder, "state"))
        self.out, self.err = (os.path.join(self.folder, name) for name in ("out", "err"))
        with open(self.out, "w") as out, open(self.err, "w") as err:
            self.process = subprocess.Popen([PITBOARD, "run", "-o", f"broker.port={self.port}", *arguments], stdout=out,
                                            stderr=err, stdin=subprocess.DEVNULL, env=env, cwd=self.folder)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        mine = set(children_of(self.process.pid).values())
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        try:
            until(lambda: not any(runs(pid) for pid in mine), "its children end", 10)
        except AssertionError:
            for pid in filter(runs, mine):
                os.kill(pid, signal.SIGKILL)
        shutil.rmtree(self.folder, ignore_errors=True)

    def text(self, name):
        with open(name, errors="replace") as f:
            return f.read()

    def lines(self):
        def five():
            if self.process.poll() is not None:
                raise AssertionError(f"run ended with {self.process.returncode}: {self.text(self.err)}")
            text = self.text(self.out)
            return text if text.count("\n") >= 5 else None
        return until(five, "five lines")

    def children(self):
        return children_of(self.process.pid)

    def all_up(self, *names):
        names = names or ("mosquitto", "pitboard-hub", "pitboard-screen", "pitboard-simulate")
        return until(lambda: set(names) <= set(self.children()) and self.children(), f"{names} run")

    def actual_port(self):
        return int(re.search(r"127\.0\.0\.1:(\d+)", self.lines()).group(1))

    def board(self, which="staff"):
        return json.loads(next(iter(kept(self.actual_port(), f"pit/v1/workshop/board/{which}").values()), "null"))

    def bays(self):
        board = self.board("public")
        return board and board.get("bays")

    def jobs(self):
        board = self.board()
        return [job["job"] for job in board["jobs"]] if board else []


def digest(path):
    with open(path, "rb") as f:
        data = f.read()
    return hashlib.sha256(data).hexdigest() if data.startswith(b"\x89PNG") and data.endswith(b"IEND\xaeB`\x82") else None


def comes_up_full_and_moves():
    with Run("--speed", "120") as r:
        text = r.lines()
        assert text.count("\n") == 5, text
        picture = re.search(r"(/\S+screen\.png)", text).group(1)
        until(lambda: os.path.exists(picture), "the picture is there")
        first = digest(picture)
        assert first, "no whole PNG"
        until(lambda: digest(picture) not in (None, first), "the picture changes")
        until(lambda: len(r.jobs()) >= 8, "the house is full")
        until(lambda: r.bays() == {"total": 8, "online": 8}, "every bay says that it is on line")
        before = {job["job"]: job["stage"] for job in r.board()["jobs"]}
        until(lambda: any(before.get(job["job"]) not in (None, job["stage"]) for job in r.board()["jobs"]), "cars move")
        assert r.text(r.err) == "", r.text(r.err)


def ctrl_c_ends_all_in_order():
    with Run() as r:
        r.lines()
        children = r.all_up()
        until(lambda: len(r.jobs()) >= 8, "the house is full")
        names = {pid: name for name, pid in children.items()}
        other = subprocess.Popen(["sleep", "600"])  # nothing but its own ends
        try:
            began = time.monotonic()
            r.process.send_signal(signal.SIGINT)
            expected = ["pitboard-simulate", "pitboard-screen", "pitboard-hub", "mosquitto"]
            order, alive = [], sorted(names, key=lambda pid: expected.index(names[pid]))
            while alive and time.monotonic() - began < rig.LIMIT_S:
                # The last in line is asked first: whoever is found dead after it was dead before it.
                dead = [pid for pid in reversed(alive) if not runs(pid)]
                alive = [pid for pid in alive if pid not in dead]
                order += [names[pid] for pid in reversed(dead)]
            assert order == expected, order
            assert r.process.wait(rig.LIMIT_S) == 0
            assert time.monotonic() - began < PATIENCE_S, "it takes too long"
            assert other.poll() is None
            assert not glob.glob(os.path.join(r.folder, "pitboard-*")), "its folder is left"
        finally:
            other.kill()
            other.wait()


def killed_it_leaves_no_orphan():
    with Run() as r:
        r.lines()
        children = r.all_up()
        r.process.kill()
        r.process.wait()
        until(lambda: not any(runs(pid) for pid in children.values()), "no child is left")


def what_dies_comes_back():
    with Run("--speed", "1") as r:
        r.lines()
        children = r.all_up()
        until(lambda: len(r.jobs()) >= 8, "the house is full")
        began = time.monotonic()
        os.kill(children["pitboard-screen"], signal.SIGKILL)
        until(lambda: r.children().get("pitboard-screen", children["pitboard-screen"]) != children["pitboard-screen"],
              "the screen is back")
        assert time.monotonic() - began < PATIENCE_S
        jobs = len(r.jobs())
        os.kill(children["pitboard-simulate"], signal.SIGKILL)
        until(lambda: r.children().get("pitboard-simulate", children["pitboard-simulate"])
              != children["pitboard-simulate"], "the workshop is back")
        until(lambda: r.bays() == {"total": 8, "online": 8}, "its bays are back")
        time_limit = time.monotonic() + 5
        while time.monotonic() < time_limit:  # it goes on, and does not open its cars a second time
            assert abs(len(r.jobs()) - jobs) <= 3, "cars came twice"
            assert len({job.split("-")[0] for job in r.jobs()}) == 1, r.jobs()
        os.kill(children["pitboard-hub"], signal.SIGKILL)
        until(lambda: r.children().get("pitboard-hub", children["pitboard-hub"]) != children["pitboard-hub"],
              "the hub is back")
        assert r.text(r.err).count("started again") == 3, r.text(r.err)


def a_taken_port_means_the_next():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        s.listen()
        port = s.getsockname()[1]
        with Run(port=port) as r:
            assert port < r.actual_port() < port + 100
            r.all_up()


def two_at_a_time():
    with Run() as a, Run(port=a.port) as b:
        assert a.actual_port() != b.actual_port()
        a.all_up()
        b.all_up()


def a_hub_that_fails_at_once_ends_it():
    with Run("--db", "/proc/no/such/place.db") as r:
        assert r.process.wait(rig.LIMIT_S) == 3
        assert "the hub ended with code 3" in r.text(r.err), r.text(r.err)
        assert "place.db" in r.text(r.err), r.text(r.err)  # the hub's own words
        assert children_of(r.process.pid) == {}


def a_wrong_setting_ends_it():
    with Run("-o", "broker.prot=1") as r:
        assert r.process.wait(rig.LIMIT_S) == 2
        assert "broker.prot" in r.text(r.err), r.text(r.err)


def no_sim_keeps_its_database():
    send = [PITBOARD, "send", "-o", 'site="workshop"']
    with Run("--no-sim") as r:
        text = r.lines()
        assert os.path.join(r.folder, "state", "pitboard", "pitboard.db") in text, text
        r.all_up("mosquitto", "pitboard-hub", "pitboard-screen")
        assert "pitboard-simulate" not in r.children()
        got = subprocess.run([*send, "-o", f"broker.port={r.actual_port()}",
                              '{"type":"open","job":"1","plate":"1205 AB-7"}'], capture_output=True, timeout=60)
        assert got.returncode == 0, got.stderr
        r.process.send_signal(signal.SIGTERM)
        assert r.process.wait(rig.LIMIT_S) == 0
        r.again("--no-sim")
        r.lines()
        until(lambda: r.jobs() == ["1"], "the car is still there")


if __name__ == "__main__":
    rig.main([comes_up_full_and_moves, ctrl_c_ends_all_in_order, killed_it_leaves_no_orphan, what_dies_comes_back,
              a_taken_port_means_the_next, two_at_a_time, a_hub_that_fails_at_once_ends_it, a_wrong_setting_ends_it,
              no_sim_keeps_its_database])
