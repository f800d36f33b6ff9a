#!/usr/bin/env python3
"""The hub with a full disk, a read-only one, and killed at its writes: no receipt for what is not in the database, the
trouble is told, recording goes on by itself."""
import contextlib
import json
import os
import re
import sqlite3
import subprocess
import threading
import time

from rig import LIMIT_S, Rig, main, until

SITE = ["-o", 'site="demo"']
BACK_S = 20  # recording goes on so soon after there is space again, on a busy machine; a sender's patience is 30 s


class Disk:
    """A small file system of its own below the rig's folder, with the hub's database on it."""

    def __init__(self, r):
        self.folder = os.path.join(r.folder, "disk")
        os.mkdir(self.folder)
        self.mount("size=3m")
        r.db = os.path.join(self.folder, "pitboard.db")
        r.settings += ["-o", f'store.path="{r.db}"']

    def mount(self, options, *more):
        subprocess.run(["mount", *more, "-t", "tmpfs", "-o", options, "pitboard-test", self.folder], check=True,
                       capture_output=True, timeout=LIMIT_S)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        subprocess.run(["umount", "--lazy", self.folder], timeout=LIMIT_S)

    def fill(self, _hub):
        with open(os.path.join(self.folder, "filler"), "ab", 0) as f:
            for size in (65536, 4096, 512):
                try:
                    while True:
                        f.write(b"x" * size)
                except OSError:
                    pass

    def clear(self):
        os.unlink(os.path.join(self.folder, "filler"))


def can(kind):
    with Rig() as r:
        try:
            with kind(r) as disk:
                return kind is Disk or os.access(disk.trigger(), os.W_OK)
        except (subprocess.CalledProcessError, OSError):
            return False


class Listener:
    """Everything on some topics, as (topic, object), as it comes."""

    def __init__(self, r, *tails, prefix="pit/v1/demo"):
        topics = [x for tail in tails for x in ("-t", f"{prefix}/{tail}")]
        self.skip = prefix.count("/") + 1
        self.lines = []
        self.child = subprocess.Popen(["mosquitto_sub", "-p", str(r.port), "-v", *topics], stdout=subprocess.PIPE)
        r.children.append(self.child)
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        for line in self.child.stdout:
            topic, _, text = line.decode().partition(" ")
            self.lines.append((topic.split("/", self.skip)[self.skip], json.loads(text)))

    def of(self, tail):
        return [body for topic, body in list(self.lines) if topic == tail]


def publish(r, event):
    subprocess.run(["mosquitto_pub", "-p", str(r.port), "-q", "1", "-t", "pit/v1/demo/desk/front/event", "-m",
                    json.dumps(event)], check=True, timeout=LIMIT_S)


def rows(r, query):
    with contextlib.closing(sqlite3.connect(f"file:{r.db}?mode=ro", uri=True)) as con:
        return con.execute(query).fetchall()


def problems(heard):
    beats = heard.of("hub/beat")
    return [p for p in (beats[-1]["problems"] if beats else []) if p["code"] == "storage"]


def trouble(r, begin, end, spare=0, stays=True):
    """While it lasts nothing is applied (but for `spare` events that find room yet) and it is told; when it is over
    recording goes on by itself (`stays`), or with the next start."""
    hub = r.hub()
    heard = Listener(r, "desk/front/receipt", "hub/beat")
    until(lambda: heard.of("hub/beat"), "a beat")
    result = lambda id: [x["result"] for x in heard.of("desk/front/receipt") if x.get("id") == id]  # noqa: E731
    publish(r, {"id": "before", "type": "open", "job": "W-1", "plate": "A 1", "advisor": "x" * 60})
    until(lambda: result("before"), "a receipt")
    begin(hub)
    sent = []
    for n in range(spare + 1):
        sent.append(f"e{n}")
        publish(r, {"id": sent[-1], "type": "note", "job": "W-1", "text": "x" * 480})
        until(lambda: result(sent[-1]), "a receipt")
        if result(sent[-1]) == ["rejected"]:
            break
    refused = [x for x in heard.of("desk/front/receipt") if x["result"] == "rejected"]
    assert refused and all(x["reason"] == "storage" for x in refused), refused
    told = until(lambda: problems(heard), "the beat tells of it")[0]
    assert re.search("full|read-?only|readonly|I/O", told["text"]), told
    assert len(r.board("public")["jobs"]) == 1
    staff = until(lambda: any(p["code"] == "storage" for p in r.board("staff")["problems"]) and r.board("staff"), "the staff see it")
    assert [j["job"] for j in staff["jobs"]] == ["W-1"]
    assert hub.poll() is None
    applied = {x["id"] for x in heard.of("desk/front/receipt") if x["result"] == "applied"}
    held = {id for (id,) in rows(r, "SELECT id FROM event WHERE result = 'applied' AND source = 'desk/front'")}
    assert applied <= held, applied - held
    if not stays:
        r.kill(hub, 15)
    end()
    hub = hub if stays else r.hub()
    began = time.monotonic()
    until(lambda: "applied" in result(sent[-1]) or "duplicate" in result(sent[-1]), "recording goes on", 60)
    assert time.monotonic() - began < BACK_S, time.monotonic() - began
    until(lambda: not problems(heard), "the beat says that it is over")
    publish(r, {"id": "after", "type": "next", "job": "W-1"})
    until(lambda: result("after") == ["applied"], "a receipt")
    assert hub.poll() is None
    r.kill(hub, 15)
    r.pitboard("rebuild", "--check", "--db", r.db)
    assert rows(r, "PRAGMA integrity_check") == [("ok",)]


def a_full_disk():
    with Rig() as r:
        r.settings += SITE
        with Disk(r) as disk:
            r.broker()
            trouble(r, disk.fill, disk.clear, spare=39)  # in the last blocks of the files


class ReadOnly:
    """A file system that turned read-only below a running hub, by strace: every call that would change the database or
    its log says EROFS. A real remount is refused while a file is open for writing (`mount` says busy), so the
    kernel alone makes one: the_kernel_makes_it_read_only."""

    CALLS = "pwrite64", "fdatasync", "fsync", "ftruncate", "fallocate", "unlink"

    def __init__(self, r):
        self.rig = r

    def begin(self, hub):
        calls = ",".join(self.CALLS)
        note = os.path.join(self.rig.folder, "strace")
        with open(note, "wb") as out:
            self.tracer = subprocess.Popen(["strace", "-f", "-o", "/dev/null", "-e", f"trace={calls}", "-e",
                                            f"inject={calls}:error=EROFS", "-p", str(hub.pid)], stderr=out)
        self.rig.children.append(self.tracer)
        until(lambda: "attached" in open(note).read(), "strace holds the hub")

    def end(self):
        self.rig.kill(self.tracer, 2)


def a_read_only_disk():
    with Rig() as r:
        r.settings += SITE
        r.broker()
        disk = ReadOnly(r)
        trouble(r, disk.begin, disk.end)


class Loop:
    """An ext4 of its own in a file, which its kernel makes read-only at an error, as it does with a worn card."""

    def __init__(self, r):
        self.folder = os.path.join(r.folder, "card")
        self.image = os.path.join(r.folder, "image")
        os.mkdir(self.folder)
        with open(self.image, "wb") as f:
            f.truncate(16 << 20)
        subprocess.run(["mkfs.ext4", "-q", self.image], check=True, capture_output=True, timeout=LIMIT_S)
        self.mount()
        r.db = os.path.join(self.folder, "pitboard.db")
        r.settings += ["-o", f'store.path="{r.db}"']

    def mount(self):
        subprocess.run(["mount", "-o", "loop,errors=remount-ro", self.image, self.folder], check=True, capture_output=True,
                       timeout=LIMIT_S)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        subprocess.run(["umount", "--lazy", self.folder], timeout=LIMIT_S)

    def trigger(self):
        device = subprocess.run(["findmnt", "-no", "SOURCE", self.folder], check=True, capture_output=True, timeout=LIMIT_S)
        return f"/sys/fs/ext4/{os.path.basename(device.stdout.decode().strip())}/trigger_fs_error"

    def fail(self, _hub):
        with open(self.trigger(), "w") as f:
            f.write("pitboard-test")

    def mend(self):
        umount = lambda: subprocess.run(["umount", self.folder], capture_output=True, timeout=LIMIT_S)  # noqa: E731
        until(lambda: umount().returncode == 0, "nobody holds the file system")
        subprocess.run(["fsck.ext4", "-p", self.image], capture_output=True, timeout=LIMIT_S)
        self.mount()


def the_kernel_makes_it_read_only():
    """Such a file system is mounted anew before it can be written again, so the hub is started anew as well."""
    with Rig() as r:
        r.settings += SITE
        with Loop(r) as card:
            r.broker()
            trouble(r, card.fail, card.mend, stays=False)


SCENARIO = [{"id": "1", "type": "open", "job": "W-1", "plate": "A 1", "bay": "3"},
            {"id": "2", "type": "next", "job": "W-1"},
            {"id": "3", "type": "hold", "job": "W-1", "reason": "parts"},
            {"id": "4", "type": "next", "job": "W-1"}]


def kill_at(r, heard, call, n):
    """SIGKILL at the n-th such call of a new hub; True if it came to that. Each has a site and a database of its own."""
    site = f"{call[:5]}-{n}"
    r.db = os.path.join(r.folder, f"{site}.db")
    r.settings = ["-o", f"broker.port={r.port}", "-o", f'store.path="{r.db}"', "-o", f'site="{site}"']
    send = [r.program("pitboard"), "send", *r.settings, *map(json.dumps, SCENARIO)]
    before = r.listens()
    tracer = r.start(["strace", "-qq", "-f", "-o", "/dev/null", "-e", f"trace={call}", "-e",
                      f"inject={call}:signal=SIGKILL:when={n}", r.program("pitboard-hub"), "-c", r.config, *r.settings])
    until(lambda: r.listens() > before or tracer.poll() is not None, "the hub listens, or is killed")
    sender = r.start(send)
    until(lambda: sender.poll() is not None or tracer.poll() is not None, "all is sent, or the hub is killed")
    died = tracer.poll() is not None
    r.kill(sender)
    said = {x["id"] for x in heard.of(f"{site}/desk/front/receipt") if x["result"] == "applied"}
    if not died:
        for hub in open(f"/proc/{tracer.pid}/task/{tracer.pid}/children").read().split():  # none: it has just been killed
            os.kill(int(hub), 9)
    tracer.wait(LIMIT_S)
    before = r.listens()
    hub = r.start([r.program("pitboard-hub"), "-c", r.config, *r.settings])
    until(lambda: r.listens() > before, "the hub listens")
    subprocess.run(send, check=True, capture_output=True, timeout=LIMIT_S)
    r.kill(hub, 15)
    again = [x["id"] for x in heard.of(f"{site}/desk/front/receipt") if x["result"] == "applied"]
    assert len(again) == len(set(again)) and said <= set(again), (site, again)
    assert rows(r, "SELECT id, result FROM event WHERE source = 'desk/front' ORDER BY seq") == \
        [(e["id"], "applied") for e in SCENARIO], site
    assert rows(r, "SELECT stage, bay FROM job") == [("repair", "3")], site
    assert rows(r, "SELECT count(*) FROM span") == [(4,)], site
    assert rows(r, "PRAGMA integrity_check") == [("ok",)], site
    r.pitboard("rebuild", "--check", "--db", r.db)
    return died


def killed_at_its_writes():
    """Every sync and every so-manieth write; WRITES=1 for every one."""
    stride = int(os.environ.get("WRITES", 23))
    with Rig() as r:
        r.broker()
        heard = Listener(r, "+/desk/front/receipt", prefix="pit/v1")
        kills = 0
        for call, step in (("fdatasync", 1), ("pwrite64", stride)):
            n = 1
            while kill_at(r, heard, call, n):
                kills += 1
                n += step
    print(f"      {kills} kills, 0 lost, 0 doubled")
    assert kills > 15


tests = [a_read_only_disk, killed_at_its_writes]
for needs, test in ((Disk, a_full_disk), (Loop, the_kernel_makes_it_read_only)):
    if can(needs):
        tests.insert(0, test)
    else:
        print(f"      (no right to mount here: {test.__name__} is skipped)")
main(tests)
