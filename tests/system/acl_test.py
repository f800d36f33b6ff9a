#!/usr/bin/env python3
"""What `pitboard broker-config` makes, on a real broker: every user against every topic, reading and writing, as a
table; sessions that nobody takes over; TLS with client certificates; and the hub, which refuses who is not listed.
"""
import filecmp
import json
import os
import re
import shutil
import ssl
import subprocess
import sys
import tempfile
import time

from mqtt import LIMIT_S, Client
from rig import BUILD, ROOT, free_port

CONFIG = os.path.join(ROOT, "config", "mosquitto")
# The workshop of the table.
SHOP = """site = "site";
bays = ( { id = "1"; }, { id = "2"; } );
sources = { desk = [ "front" ]; dms = [ "dms" ]; rate = [ "lounge" ]; };
homeassistant = { discovery = true; };
buttons = (
  { profile = "zigbee2mqtt"; topic = "zigbee2mqtt/bay1"; value = "single"; bay = "1"; type = "next"; },
  { profile = "zigbee2mqtt"; topic = "zigbee2mqtt/bay1"; value = "double"; bay = "1"; type = "undo"; },
  { profile = "tasmota"; topic = "stat/b2/RESULT"; value = "SINGLE"; bay = "2"; type = "next"; },
  { topic = "gate/+/x"; value = "1"; bay = "2"; type = "help"; }
);
boxes = ( { bay = "1"; inputs = ( { device = "/dev/input/event9"; keys = ( { code = "KEY_F13"; type = "next"; } ); } );
            outputs = ( { driver = "mqtt"; topic = "cmnd/lamp 1/COLOR"; on = "{colour}"; off = "black"; } ); } );
"""
EVERYBODY = "overseer"  # added by the test: may read and write all

# What each user may do; names with a slash before them are not below pit/v1/site.
MAY_WRITE = {
    "hub": ["bay/1/receipt", "bay/2/receipt", "desk/front/receipt", "dms/dms/receipt", "rate/lounge/receipt", "bay/1/state",
            "bay/2/state", "board/public", "board/staff", "hub/status", "hub/beat", "/homeassistant/sensor/pitboard_site/x/config"],
    "hub-in": [],
    "bay-1": ["bay/1/event", "bay/1/status", "/cmnd/lamp 1/COLOR"],
    "bay-2": ["bay/2/event", "bay/2/status"],
    "desk-front": ["desk/front/event", "desk/front/status"],
    "dms-dms": ["dms/dms/event", "dms/dms/status"],
    "rate-lounge": ["rate/lounge/event", "rate/lounge/status"],
    "screen-lounge": ["screen/lounge/status"],
    "screen-workshop": ["screen/workshop/status"],
    "device-zigbee2mqtt": ["/zigbee2mqtt/bay1", "/zigbee2mqtt/bay1/availability"],
    "device-b2": ["/stat/b2/RESULT", "/tele/b2/LWT"],
    "homeassistant": ["/homeassistant/status", "/homeassistant/sensor/pitboard_site/x/config"],
    "tool": ["bay/1/event", "bay/2/event", "desk/front/event", "dms/dms/event", "rate/lounge/event"],
}
EVENTS = ["bay/1/event", "bay/2/event", "desk/front/event", "dms/dms/event", "rate/lounge/event"]
STATUSES = ["bay/1/status", "bay/2/status", "desk/front/status", "dms/dms/status", "rate/lounge/status",
            "screen/lounge/status", "screen/workshop/status"]
HUB = ["hub/status", "hub/beat"]
MAY_READ = {
    "hub": STATUSES + ["/homeassistant/status", "/zigbee2mqtt/bay1", "/zigbee2mqtt/bay1/availability", "/tele/b2/LWT"],
    "hub-in": EVENTS + ["/zigbee2mqtt/bay1", "/stat/b2/RESULT", "/gate/7/x"],
    "device-zigbee2mqtt": MAY_WRITE["device-zigbee2mqtt"],
    "device-b2": MAY_WRITE["device-b2"],
    "homeassistant": MAY_WRITE["homeassistant"] + ["bay/1/state", "bay/2/state", "board/public"] + HUB,
    "bay-1": ["bay/1/receipt", "bay/1/state"] + HUB,
    "bay-2": ["bay/2/receipt", "bay/2/state"] + HUB,
    "desk-front": ["desk/front/receipt", "board/staff"] + HUB,
    "dms-dms": ["dms/dms/receipt", "board/staff"] + HUB,
    "rate-lounge": ["rate/lounge/receipt"] + HUB,
    "screen-lounge": ["board/public"] + HUB,
    "screen-workshop": ["board/staff"] + HUB,
}
DEVICES = ["/gate/7/x", "/cmnd/lamp 1/COLOR"] + MAY_WRITE["device-zigbee2mqtt"] + MAY_WRITE["device-b2"] + MAY_WRITE["homeassistant"]
TOPICS = sorted(set(EVENTS + STATUSES + MAY_WRITE["hub"] + DEVICES))
MAY_READ["tool"] = [t for t in TOPICS if t[0] != "/"]
OUTSIDE = ["other/topic", "pit/v1/site/bay/1/event/more", "pit/v2/site/bay/1/event"]  # nobody's


def pitboard(*arguments, code=0):
    got = subprocess.run([os.path.join(BUILD, "pitboard"), *arguments], capture_output=True, text=True, timeout=LIMIT_S * 3)
    assert got.returncode == code, f"pitboard {' '.join(arguments)}: {got.returncode}: {got.stdout}{got.stderr}"
    return got.stdout


def shop_config(folder):
    name = os.path.join(folder, "pitboard.cfg")
    with open(name, "w", encoding="utf-8") as f:
        f.write(SHOP)
    return name


def broker_config(folder, port, *more):
    """The files as made but for their places and port, behind a main file like Debian's."""
    pitboard("broker-config", "-c", shop_config(folder), "--dir", folder, *more)
    with open(os.path.join(folder, "pitboard.conf"), encoding="utf-8") as f:
        text = f.read()
    text, n = re.subn(r"(?m)^listener \d+( 127\.0\.0\.1)?$", f"listener {port} 127.0.0.1", text)
    text, m = re.subn(r"/etc/mosquitto/", folder + "/", text)
    assert n == 1 and m >= 2, "pitboard.conf has no listener or no files"
    os.mkdir(os.path.join(folder, "conf.d"))
    with open(os.path.join(folder, "conf.d", "pitboard.conf"), "w", encoding="utf-8") as f:
        f.write(text)
    with open(os.path.join(folder, "pitboard.acl"), encoding="utf-8") as f:
        acl = f.read()
    with open(os.path.join(folder, "pitboard.acl"), "w", encoding="utf-8") as f:
        f.write(acl + f"\nuser {EVERYBODY}\ntopic readwrite #\n")
    users = re.findall(r"(?m)^user (\S+)$", acl)
    assert sorted(users) == sorted(MAY_WRITE), "the table of this test and pitboard.acl name different users"
    if "--tls" not in more:
        passwords = os.path.join(folder, "pitboard.passwd")
        with open(passwords, "w", encoding="utf-8") as f:
            f.writelines(f"{user}:secret\n" for user in users + [EVERYBODY])
        subprocess.run(["mosquitto_passwd", "-U", passwords], check=True)
    main = os.path.join(folder, "mosquitto.conf")
    with open(main, "w", encoding="utf-8") as f:
        f.write(f"user {'mosquitto' if os.getuid() == 0 else ''}\n" if os.getuid() == 0 else "")
        f.write(f"pid_file {folder}/pid\npersistence true\npersistence_location {folder}/\n"
                f"log_dest file {folder}/log\ninclude_dir {folder}/conf.d\n")
    return main


def connect_first(port, broker, context=None):
    end = time.monotonic() + LIMIT_S
    while True:
        try:
            return Client(port, EVERYBODY, context=context)
        except OSError:
            if broker.poll() is not None or time.monotonic() > end:
                raise
            time.sleep(0.02)


def told(client):
    """The topics of all that it was sent until now."""
    return [topic for topic, _, _ in client.drain()]


def full(topic):
    return topic[1:] if topic[0] == "/" else "pit/v1/site/" + topic


def check_access(port, overseer):
    wrong = []
    names = [full(t) for t in TOPICS] + OUTSIDE
    for user in MAY_WRITE:
        client = Client(port, user)
        client.subscribe("#")
        client.drain()
        for name in names:
            overseer.publish(name)
        overseer.drain()
        want = sorted(full(t) for t in MAY_READ[user]) + (["pit/v1/site/bay/1/event/more"] if user == "tool" else [])
        got = told(client)
        if sorted(got) != sorted(want):
            wrong.append(f"{user} reads {sorted(set(got) ^ set(want))} otherwise than the table says")
        for name in names:
            client.publish(name)
        client.drain()
        got = told(overseer)
        want = [full(t) for t in MAY_WRITE[user]]
        if sorted(got) != sorted(want):
            wrong.append(f"{user} writes {sorted(set(got) ^ set(want))} otherwise than the table says")
        client.close()
    return wrong


def check_strangers(port):
    wrong = []
    if Client(port, "hub", "guess").code == 0:
        wrong.append("a wrong password was accepted")
    if Client(port, "bay-77").code == 0:
        wrong.append("an unknown user was accepted")
    return wrong


def check_sizes(port, overseer):
    overseer.publish("pit/v1/site/board/public", b"x" * 4194304)
    if told(overseer) != ["pit/v1/site/board/public"]:
        return ["the largest board does not pass the broker"]
    hub = Client(port, "hub")
    hub.publish("pit/v1/site/board/public", b"x" * 4194305)
    return [] if told(overseer) == [] else ["a message beyond message_size_limit passed"]


def check_takeover(port):
    """Who comes with another's client id gets his own session; the other one goes on."""
    wrong = []
    hub = Client(port, "hub")
    hub.subscribe("pit/v1/site/+/+/status")
    for user in ("bay-1", "tool", "hub-in"):
        Client(port, user, client_id="hub").drain()
    try:
        hub.drain()
    except OSError:
        wrong.append("a bay took over the hub's session")
    hub.close()
    return wrong


def check_example():
    """config/mosquitto is what comes out for config/pitboard.cfg."""
    folder = tempfile.mkdtemp(prefix="acl_test_")
    pitboard("broker-config", "-c", os.path.join(ROOT, "config", "pitboard.cfg"), "--dir", folder)
    _, wrong, missing = filecmp.cmpfiles(folder, CONFIG, ["pitboard.conf", "pitboard.acl"], shallow=False)
    shutil.rmtree(folder)
    return [f"config/mosquitto/{n} is not what broker-config makes of config/pitboard.cfg" for n in wrong + missing]


def run_hub(folder, port, settings):
    """The real hub, as the user `hub`, and what it answers to one who is not listed, and to one who is."""
    wrong = []
    common = ["-c", shop_config(folder), "-o", f"broker.port={port}", *settings]
    hub = subprocess.Popen([os.path.join(BUILD, "pitboard-hub"), *common, "-o", f'store.path="{folder}/hub/hub.db"'],
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    tool = [s.replace("hub.", "tool.").replace('"hub"', '"tool"') for s in common]
    try:
        for source, code, reason in (("front", 0, None), ("stranger", 1, "forbidden")):
            said = json.loads(pitboard("send", "--source", source, "--timeout", str(LIMIT_S), *tool,
                                       '{"id":"1","type":"open","job":"W-1","plate":"X 1"}', code=code))
            if said.get("reason") != reason:
                wrong.append(f"desk/{source} got {said}")
    except AssertionError as error:
        wrong.append(str(error))
    finally:
        hub.terminate()
        hub.wait(LIMIT_S)
    return wrong


def check_simulation(folder, port, overseer, settings):
    """The hand tool's account may not speak for bays: a simulated workshop that would is told so, and stays silent."""
    plain = os.path.join(folder, "plain.cfg")
    with open(plain, "w", encoding="utf-8") as f:
        f.write('site = "site";\n')
    tool = [s.replace('"hub"', '"tool"') for s in settings]
    overseer.drain()
    child = subprocess.Popen([os.path.join(BUILD, "pitboard"), "simulate", "--bays", "-c", plain, "-o", f"broker.port={port}",
                              *tool], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    try:
        said = child.stderr.readline()  # it gives up by itself after 30 s: nothing answers
    finally:
        child.terminate()
        child.wait(LIMIT_S)
        child.stderr.close()
    wrong = [] if "does not let this account write" in said else [f"simulate --bays said: {said}"]
    return wrong + [f"the tool spoke for {t}" for t in told(overseer) if "/bay/" in t]


def password_file(folder):
    name = os.path.join(folder, "secret")
    with open(name, "w", encoding="utf-8") as f:
        f.write("secret\n")
    return ["-o", 'broker.username="hub"', "-o", f'broker.password_file="{name}"']


class Broker:
    def __init__(self, *more):
        self.folder = tempfile.mkdtemp(prefix="acl_test_")
        os.chmod(self.folder, 0o755)
        os.mkdir(os.path.join(self.folder, "hub"))
        self.port = free_port()
        if more:
            make_certificates(self.folder)
        config = broker_config(self.folder, self.port, *more)
        if os.getuid() == 0:
            for name in ("", "broker.key"):
                if os.path.exists(os.path.join(self.folder, name)):
                    shutil.chown(os.path.join(self.folder, name), "mosquitto")
        if os.path.exists(os.path.join(self.folder, "pitboard.passwd")):
            os.chmod(os.path.join(self.folder, "pitboard.passwd"), 0o644)
        self.child = subprocess.Popen([shutil.which("mosquitto", path=os.environ["PATH"] + ":/usr/sbin"), "-c", config],
                                      stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.child.terminate()
        self.child.wait(LIMIT_S)
        shutil.rmtree(self.folder, ignore_errors=True)


# TLS.

def openssl(folder, *arguments):
    subprocess.run(["openssl", *arguments], cwd=folder, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def make_ca(folder, name):
    openssl(folder, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
            "-subj", f"/CN={name}", "-keyout", f"{name}.key", "-out", f"{name}.crt")


def make_certificate(folder, name, ca="ca", file=None, more=()):
    file = file or name
    openssl(folder, "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", f"/CN={name}",
            "-keyout", f"{file}.key", "-out", f"{file}.csr")
    openssl(folder, "x509", "-req", "-in", f"{file}.csr", "-CA", f"{ca}.crt", "-CAkey", f"{ca}.key", "-CAcreateserial",
            "-days", "2", "-out", f"{file}.crt", *more)


def make_certificates(folder):
    make_ca(folder, "ca")
    make_ca(folder, "other")
    with open(os.path.join(folder, "san"), "w", encoding="utf-8") as f:
        f.write("subjectAltName=IP:127.0.0.1,DNS:localhost")
    make_certificate(folder, "broker", more=("-extfile", "san"))
    for name in ("hub", "hub-in", "tool", "bay-1", EVERYBODY):
        make_certificate(folder, name)
    make_certificate(folder, "bay-1", "other", "forged")


def context(folder, name):
    made = ssl.create_default_context(cafile=os.path.join(folder, "ca.crt"))
    if name:
        made.load_cert_chain(os.path.join(folder, name + ".crt"), os.path.join(folder, name + ".key"))
    return made


def refused(folder, port, name):
    try:
        return Client(port, "bay-1", context=context(folder, name)).code != 0
    except (OSError, ConnectionError):
        return True


def check_tls():
    wrong = []
    with Broker("--tls") as b:
        overseer = connect_first(b.port, b.child, context(b.folder, EVERYBODY))
        overseer.subscribe("#")
        for name, what in ((None, "no certificate"), ("forged", "a certificate of another authority")):
            if not refused(b.folder, b.port, name):
                wrong.append(f"{what} was accepted")
        try:
            if Client(b.port, "bay-1").code == 0:
                wrong.append("a connection without TLS was accepted")
        except OSError:
            pass
        # The name in the certificate counts, not the ones the client gives itself.
        hub = Client(b.port, "hub", context=context(b.folder, "hub"))
        bay = Client(b.port, "hub", client_id="hub", context=context(b.folder, "bay-1"))
        bay.publish("pit/v1/site/bay/1/event")
        bay.publish("pit/v1/site/bay/2/event")
        bay.publish("pit/v1/site/hub/status")
        bay.drain()
        if told(overseer) != ["pit/v1/site/bay/1/event"]:
            wrong.append("over TLS a bay writes as somebody else")
        hub.drain()
        hub.close()
        files = [f'broker.tls.{key}="{b.folder}/{name}"' for key, name in
                 (("ca", "ca.crt"), ("cert", "hub.crt"), ("key", "hub.key"))]
        wrong += ["TLS: " + w for w in run_hub(b.folder, b.port, [x for f in files for x in ("-o", f)])]
    return wrong


def main():
    if not shutil.which("mosquitto", path=os.environ["PATH"] + ":/usr/sbin"):
        print("acl_test: mosquitto is missing: make deps")
        return 1
    wrong = check_example()
    with Broker() as b:
        overseer = connect_first(b.port, b.child)
        overseer.subscribe("#")
        wrong += check_access(b.port, overseer) + check_strangers(b.port) + check_takeover(b.port)
        wrong += check_sizes(b.port, overseer) + run_hub(b.folder, b.port, password_file(b.folder))
        wrong += check_simulation(b.folder, b.port, overseer, password_file(b.folder))
    wrong += check_tls()
    for line in wrong:
        print("acl_test:", line)
    print(f"acl_test: {len(MAY_WRITE)} users x {len(TOPICS) + len(OUTSIDE)} topics, read and write, takeovers, TLS: "
          f"{'FAILED' if wrong else 'ok'}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
