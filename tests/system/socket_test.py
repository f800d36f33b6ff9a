#!/usr/bin/env python3
"""One call of a real hub fails, the n-th of its kind, for n = 1, 2, … until a scenario passes without it: calls on
sockets, and memory refused to libmosquitto and to the whole hub. The hub never dies by a signal and never hangs, no
receipt is false, every event is in the database once, and a rebuild finds the same.

Each n has a hub, a site and a database of its own; a hub that ends by itself is started anew, as systemd would. By
default every so-manieth n; PITBOARD_LONG=1 takes all. ONLY_CALL=read takes one kind."""
import concurrent.futures
import contextlib
import errno
import os
import shutil
import sqlite3
import subprocess
import time

from rig import BUILD, LIMIT_S, Rig, main

LONG = os.environ.get("PITBOARD_LONG") == "1"
EVENTS = 10
HANG_S = 100  # far above every back-off of a single fault; who takes longer hangs
WIDTH = 12 if LONG else 4  # scenarios at a time: most of one is waiting for the next attempt
GIVEN_UP = 3  # exit code of a hub that cannot go on: the world failed

# Kind of call, errors (the first by default), step between two n.
KINDS = [("socket", ["EMFILE", "ENOBUFS"], 1), ("socketpair", ["EMFILE"], 1), ("connect", ["ENOBUFS", "ECONNREFUSED"], 1),
         ("setsockopt", ["ENOBUFS"], 3), ("fcntl", ["EIO"], 7), ("epoll_ctl", ["ENOMEM", "ENOSPC"], 3),
         ("read", ["ECONNRESET", "EIO"], 23), ("write", ["ECONNRESET", "ENOBUFS"], 13),
         ("mosq", ["ENOMEM"], 41), ("malloc", ["ENOMEM"], 211)]


class Run:
    """The scenario once, with one failing call."""

    def __init__(self, rig, kind, error, n):
        self.rig, self.kind, self.error, self.n = rig, kind, error, n
        self.site = f"{kind}-{error.lower()}-{n}".replace("_", "-")
        self.folder = os.path.join(rig.folder, self.site)
        os.mkdir(self.folder)
        self.db, self.note, self.journal, self.log = (os.path.join(self.folder, x)
                                                      for x in ("pitboard.db", "failed", "journal", "log"))
        self.restarts = 0

    def start(self, command, env=None):
        with open(self.log, "ab") as out:
            return subprocess.Popen(command, stdout=out, stderr=out, stdin=subprocess.DEVNULL, cwd=self.folder,
                                    env={**os.environ, **(env or {})})

    def hub(self, failing):
        return self.start([self.rig.program("pitboard-hub"), "-c", self.rig.config, "-o", f"broker.port={self.rig.port}",
                           "-o", f'store.path="{self.db}"', "-o", f'site="{self.site}"'],
                          {"LD_PRELOAD": os.path.join(BUILD, "tests", "nth.so"), "FAIL_CALL": self.kind,
                           "FAIL_WITH": str(getattr(errno, self.error)), "FAIL_AT": str(self.n),
                           "FAIL_NOTE": self.note} if failing else None)

    def check(self, true, what):
        if not true:
            with open(self.log, errors="replace") as f:
                raise AssertionError(f"{self.site}: {what}\n{f.read()[-3000:]}")

    def ended(self, hub):
        """A hub that ended by itself said so with the code for it."""
        self.check(hub.returncode == GIVEN_UP, f"the hub ended with {hub.returncode}")
        self.restarts += 1
        return self.hub(False)

    def serve(self):
        """Until the sender has every receipt; the hub is then asked to end."""
        hub = sender = None
        try:
            hub = self.hub(True)
            sender = self.start([os.path.join(BUILD, "tests", "sender"), self.rig.config, str(self.rig.port), self.site,
                                 "7", str(EVENTS), "100", self.journal])
            end = time.monotonic() + HANG_S
            while sender.poll() is None:
                self.check(time.monotonic() < end, "no receipt: it hangs")
                if hub.poll() is not None:
                    hub = self.ended(hub)
                time.sleep(0.01)
            self.check(sender.returncode == 0, f"the sender ended with {sender.returncode}")
            hub.terminate()
            try:
                code = hub.wait(HANG_S)
            except subprocess.TimeoutExpired:
                self.check(False, "asked to end, the hub hangs")
            self.check(code in (0, GIVEN_UP), f"asked to end, the hub ended with {code}")
        finally:
            for child in filter(None, (sender, hub)):
                child.kill()
                child.wait()

    def compare(self):
        with contextlib.closing(sqlite3.connect(f"file:{self.db}?mode=ro", uri=True)) as con:
            rows = con.execute("SELECT source, id, result FROM event WHERE source <> 'hub/config' ORDER BY seq").fetchall()
            self.check(con.execute("PRAGMA integrity_check").fetchall() == [("ok",)], "the database is damaged")
        held = {f"{source}/{id}": result for source, id, result in rows}
        self.check(len(rows) == EVENTS == len(held), f"{EVENTS} events, in the database {rows}")
        with open(self.journal) as f:
            said = [line.split("\t") for line in f]
        self.check(len(said) == EVENTS, f"receipts {said}")
        for source, id, result, *_ in said:
            self.check(held[f"{source}/{id}"] == result, f"a false receipt for {source}/{id}: {result}")
        done = subprocess.run([self.rig.program("pitboard"), "rebuild", "--check", "--db", self.db], capture_output=True,
                              timeout=LIMIT_S)
        self.check(done.returncode == 0, f"rebuild: {done.stdout}{done.stderr}")

    def run(self):
        """(whether it came to that call, restarts)"""
        self.serve()
        self.compare()
        failed = os.path.exists(self.note)
        shutil.rmtree(self.folder)
        return failed, self.restarts


def every_nth(kind, errors, step):
    """What is started past the last n is a scenario without a failing call."""
    def test():
        with Rig() as r, concurrent.futures.ThreadPoolExecutor(WIDTH) as pool:
            r.broker()
            calls = restarts = 0
            for error in errors if LONG else errors[:1]:
                n, going = 1, True
                while going:
                    batch = [pool.submit(Run(r, kind, error, n + i * step).run) for i in range(WIDTH)]
                    n += WIDTH * step
                    for failed, again in [b.result() for b in batch]:
                        calls, restarts, going = calls + failed, restarts + again, going and failed
            print(f"      {kind}: {calls} failing calls, {restarts} hubs started anew, 0 lost, 0 doubled, 0 false receipts")
            assert calls > 0
    test.__name__ = f"every_nth_{kind}"
    return test


main([every_nth(kind, errors, 1 if LONG else step) for kind, errors, step in KINDS
      if os.environ.get("ONLY_CALL", kind) == kind])
