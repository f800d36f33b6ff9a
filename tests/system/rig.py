"""A workshop on this machine for the system tests: a private mosquitto and the programs under test, all on loopback in
one temporary folder, each ended by the pid it got. Nothing waits for time to pass, only for things to be true."""
import glob
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time

from mqtt import LIMIT_S, kept

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.path.join(ROOT, os.environ.get("BUILD", "build"))
DATA = os.path.join(ROOT, "tests", "data")
os.environ["LC_ALL"] = "C.UTF-8"  # what is read here is English, whoever runs it
PORTS = range(10240, 32000, 8)  # below those that the kernel gives to clients; those behind one are for who looks further
reserved = []

# The broker needs room for a batch and for what waits while the hub is away (DESIGN 2).
BROKER = """listener {port} 127.0.0.1
allow_anonymous true
max_inflight_messages 1000
max_queued_messages 100000
set_tcp_nodelay true
log_type error
log_type warning
"""


def reserve(name):
    """This process's until it ends, among all tests on this machine. As in tests/broker.c."""
    mark = socket.socket(socket.AF_UNIX)
    try:
        mark.bind("\0pitboard-test-" + name)
        reserved.append(mark)
        return True
    except OSError:
        mark.close()
        return False


def free_port():
    """Nobody listens there, and no other test will, also while the broker is away."""
    for port in random.sample(PORTS, len(PORTS)):
        if reserve(f"port-{port}"):
            try:
                with socket.socket() as s:
                    s.bind(("127.0.0.1", port))
                return port
            except OSError:
                pass  # somebody else's
    raise AssertionError("no free port")


def until(true, what, limit_s=LIMIT_S):
    end = time.monotonic() + limit_s
    while time.monotonic() < end:
        answer = true()
        if answer:
            return answer
        time.sleep(0.02)
    raise AssertionError(f"not within {limit_s} s: {what}")


def quickest(once, limit_s, what):
    """Other work on this machine can only make a time longer: the best of three counts."""
    times = []
    while len(times) < 3 and not any(t < limit_s for t in times):
        times.append(once())
    assert min(times) < limit_s, f"{what}: not within {limit_s} s: {times}"


def children_of(pid):
    """{name: pid} of the running children."""
    found = {}
    for path in glob.glob("/proc/[0-9]*/stat"):
        try:
            with open(path) as f:
                head, tail = f.read().rsplit(")", 1)
            state, parent = tail.split()[:2]
        except OSError:
            continue
        if int(parent) == pid and state != "Z":
            number, name = head.split(" (", 1)
            found["pitboard-simulate" if name == "pitboard" else name] = int(number)
    return found


class Rig:
    def __init__(self, config=None):
        self.folder = tempfile.mkdtemp(prefix="pitboard-test-")
        self.port = free_port()
        self.children = []
        self.log = os.path.join(self.folder, "log")
        self.db = os.path.join(self.folder, "pitboard.db")
        self.config = config or os.path.join(self.folder, "empty.cfg")
        if not config:
            open(self.config, "w").close()
        self.settings = ["-o", f"broker.port={self.port}", "-o", f'store.path="{self.db}"']

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for child in reversed(self.children):
            self.kill(child)
        shutil.rmtree(self.folder)

    def start(self, command, env=None):
        out = open(self.log, "ab")
        child = subprocess.Popen(command, stdout=out, stderr=out, stdin=subprocess.DEVNULL, cwd=self.folder,
                                 env={**os.environ, **(env or {})})
        out.close()
        self.children.append(child)
        return child

    def kill(self, child, sig=signal.SIGKILL):
        if child.poll() is None:
            child.send_signal(sig)
        code = child.wait(LIMIT_S)
        if child in self.children:
            self.children.remove(child)
        return code

    def broker(self, more=""):
        """`more`: lines of configuration; where they set a limit again, the last one counts."""
        name = os.path.join(self.folder, "mosquitto.conf")
        with open(name, "w") as f:
            f.write(BROKER.format(port=self.port) + more)
        child = self.start(["mosquitto", "-c", name])
        until(self.listening, "the broker listens")
        return child

    def listening(self):
        try:
            socket.create_connection(("127.0.0.1", self.port), 1).close()
            return True
        except OSError:
            return False

    def program(self, name):
        return os.path.join(BUILD, name)

    def hub(self, *more, env=None):
        """Starts the hub and waits until it serves: both its connections stand."""
        before = self.listens()
        child = self.start([self.program("pitboard-hub"), "-c", self.config, *self.settings, *more], env)
        until(lambda: (self.listens() > before and "online" in self.retained("hub/status")) or child.poll() is not None,
              "the hub is on line")
        return child

    def listens(self):
        """How often a hub has said that it listens."""
        return self.said().count("listening for events")

    def retained(self, tail, site=None):
        """What the broker keeps there (of the first site that has it); nothing: ''."""
        return next(iter(kept(self.port, f"pit/v1/{site or '+'}/{tail}").values()), "")

    def board(self, name):
        """board/public or board/staff as it is kept; {} before there is one."""
        return json.loads(self.retained(f"board/{name}") or "{}")

    def pitboard(self, *arguments, code=0, timeout=LIMIT_S * 2):
        got = subprocess.run([self.program("pitboard"), *arguments], capture_output=True, timeout=timeout,
                             cwd=self.folder)
        if code is not None and got.returncode != code:
            raise AssertionError(f"pitboard {' '.join(arguments)}: exit code {got.returncode}, expected {code}\n"
                                 f"{got.stdout.decode()}{got.stderr.decode()}{self.tail()}")
        return got.stdout.decode()

    def said(self):
        """All that the programs have said on stderr."""
        if not os.path.exists(self.log):
            return ""
        with open(self.log, errors="replace") as f:
            return f.read()

    def tail(self):
        return self.said()[-2000:]


def main(tests):
    """Runs the functions, prints a line for each and the totals; exit code 1 if one failed."""
    import traceback
    failed = 0
    for test in tests:
        try:
            test()
            print(f"ok    {test.__name__}", flush=True)
        except Exception:  # noqa: a test may fail in any way
            failed += 1
            print(f"FAIL  {test.__name__}\n{traceback.format_exc()}", flush=True)
    print(f"{len(tests) - failed} passed, {failed} failed")
    raise SystemExit(failed > 0)
