"""What the benches share: servers on a free loopback port, ended by their pid, and lines of the table."""
import os
import shutil
import socket
import statistics
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
DATA = os.path.join(ROOT, "tests", "data")
SITE = "bench"


class Broker:
    """mosquitto as config/mosquitto sets it up, without access rules and without files of its own."""

    def __init__(self, folder):
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            self.port = s.getsockname()[1]
        conf = os.path.join(folder, "mosquitto.conf")
        with open(conf, "w") as f:
            f.write(f"listener {self.port} 127.0.0.1\nallow_anonymous true\npersistence false\n"
                    "max_inflight_messages 1000\nmax_queued_messages 100000\nmax_queued_bytes 268435456\n"
                    "message_size_limit 4194304\nset_tcp_nodelay true\nlog_dest none\n")
        path = shutil.which("mosquitto") or "/usr/sbin/mosquitto"
        self.process = subprocess.Popen([path, "-c", conf], stderr=subprocess.DEVNULL)
        wait_for(lambda: self.process.poll() is None and accepts(self.port), "mosquitto")

    def stop(self):
        stop(self.process)


class Hub:
    """pitboard-hub on a database; `slow` adds 10 ms to each of its syncs."""

    def __init__(self, build, broker, database, slow=False):
        env = dict(os.environ)
        if slow:
            env["LD_PRELOAD"] = os.path.join(build, "bench", "slow_sync.so")
        self.log = database + ".log"
        with open(self.log, "w") as log:
            self.process = subprocess.Popen(hub_command(build, broker, database), env=env, stdout=log, stderr=log)
        wait_for(lambda: self.process.poll() is None and "listening" in open(self.log).read(), "the hub")
        time.sleep(0.3)  # until its subscription stands

    def stop(self):
        stop(self.process)


def hub_command(build, broker, database):
    return [os.path.join(build, "pitboard-hub"), "-c", os.path.join(DATA, "repair-shop.cfg"),
            "-o", f'site="{SITE}"', "-o", f"broker.port={broker.port}", "-o", f'store.path="{database}"',
            "-o", "retention_days=400"]


def accepts(port):
    with socket.socket() as s:
        return s.connect_ex(("127.0.0.1", port)) == 0


def wait_for(condition, what):
    end = time.monotonic() + 20
    while not condition():
        if time.monotonic() > end:
            sys.exit(f"bench: {what} did not come up")
        time.sleep(0.02)


def stop(process):
    process.terminate()
    process.wait(20)


def cpu_s(process):
    with open(f"/proc/{process.pid}/schedstat") as f:
        return int(f.read().split()[0]) / 1e9


# ---- the table


def figure(values, form="{:,.0f}"):
    return form.format(statistics.median(values)), f"{form.format(min(values))} … {form.format(max(values))}"


def line(name, values, note="", form="{:,.0f}"):
    median, span = figure(values, form)
    print(f"  {name:<50} {median:>9}   {span:<21} {note}", flush=True)


def title(text):
    print(f"\n{text}", flush=True)


def ratio(a, b):
    return f"{statistics.median(a) / statistics.median(b):.2f} of it"
