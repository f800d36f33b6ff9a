#!/usr/bin/env python3
"""config/asyncapi.yaml against what the programs know: topics, event types, who may send them, reasons, kinds.

The programs' side comes from tests/system/words.c, linked with the folders it names; the file is read by a small
reader of the YAML it is written in (block mappings and sequences, flow lists, plain and quoted scalars).
"""
import glob
import json
import os
import re
import subprocess
import sys
import tempfile

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")

# CONTRACT's table of topics: QoS and whether retained (None: the hub only receives it).
DELIVERY = {"event": (1, None), "receipt": (1, False), "bayState": (1, True), "sourceStatus": (1, None),
            "screenStatus": (1, None), "boardPublic": (1, True), "boardStaff": (1, True), "hubStatus": (1, True),
            "hubBeat": (0, False)}
# Fields that the contract names, by schema.
FIELDS = {
    "event": "id type time age_ms job from by plate model work advisor promised bay waiting privacy pickup reason stage "
             "force on score comment text",
    "receipt": "id result reason job code token stage time",
    "bayState": "bay job code plate stage kind since limit_s lamp help",
    "hubStatus": "state time version problem",
    "hubBeat": "time rev problems counters",
    "boardPublic": "v site title rev time zone stages bays jobs",
    "publicJob": "key label model stage kind since route step steps waiting promised promised_was ready_at called_at calls "
                 "pickup",
    "boardStaff": "v site title rev time zone stages bays jobs baylist problems today notes",
    "staffJob": "key label model stage kind since route step steps waiting promised promised_was ready_at called_at calls "
                "pickup job plate advisor token code reworks late_by_s limit_s bay by",
    "bayRow": "bay job code plate stage kind since limit_s lamp help label online battery battery_low linkquality "
              "silent_since",
    "today": "opened ready handed_over on_time right_first_time",
    "problem": "code text since",
}


class Broken(Exception):
    pass


def scalar(text, where):
    if text.startswith(('"', "[")) and text.count('"') % 2 == 0:
        quoted = re.sub(r'(?<=[\[,\s])([A-Za-z][\w-]*)(?=\s*[,\]])',
                        lambda m: m[0] if m[0] in ("null", "true", "false") else json.dumps(m[0]), text) \
            if text.startswith("[") else text
        try:
            return json.loads(quoted)
        except ValueError as e:
            raise Broken(f"line {where}: {e}") from None
    if text in ("true", "false"):
        return text == "true"
    if re.fullmatch(r"-?\d+", text):
        return int(text)
    if re.search(r'[:#{}&*!|>"\[\]]( |$)|^[{}&*!|>%@`\'"]', text):
        raise Broken(f"line {where}: outside of the subset: {text}")
    return text


def lines_of(text):
    out = []
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if "\t" in line:
            raise Broken(f"line {number}: a tab")
        out.append([len(line) - len(line.lstrip()), line.strip(), number])
    return out


def block(lines, at, indent):
    """The mapping or sequence that starts at lines[at]; returns it and the next index."""
    if lines[at][1].startswith("- "):
        out = []
        while at < len(lines) and lines[at][0] == indent and lines[at][1].startswith("- "):
            lines[at][0], lines[at][1] = indent + 2, lines[at][1][2:]
            value, at = block(lines, at, indent + 2)
            out.append(value)
        return out, at
    out = {}
    while at < len(lines) and lines[at][0] == indent:
        _, text, number = lines[at]
        m = re.fullmatch(r'"?([$\w-]+)"?:(?: (.+))?', text)
        if not m:
            raise Broken(f"line {number}: no key: {text}")
        if m[1] in ("on", "off", "yes", "no") and text[0] != '"':
            raise Broken(f"line {number}: {m[1]} is a truth value to old readers; quote it")
        if m[1] in out:
            raise Broken(f"line {number}: {m[1]} stands twice")
        at += 1
        if m[2] is not None:
            out[m[1]] = scalar(m[2], number)
        elif at < len(lines) and lines[at][0] > indent:
            out[m[1]], at = block(lines, at, lines[at][0])
        else:
            raise Broken(f"line {number}: {m[1]} has no value")
    if at < len(lines) and lines[at][0] > indent:
        raise Broken(f"line {lines[at][2]}: indented too far")
    return out, at


def read_yaml(text):
    lines = lines_of(text)
    out, at = block(lines, 0, 0)
    if at != len(lines):
        raise Broken(f"line {lines[at][2]}: indentation")
    return out


def references(node):
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "$ref":
                yield value
            else:
                yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


def resolve(doc, ref):
    node = doc
    for part in ref.removeprefix("#/").split("/"):
        node = node[part]
    return node


def program_words(topics):
    """What words.c prints: a list of values per word."""
    sources = [os.path.join(ROOT, "tests", "system", "words.c"), os.path.join(ROOT, "src", "wire", "topic.c")]
    for folder in ("core", "base"):
        sources += glob.glob(os.path.join(ROOT, "src", folder, "*.c"))
    with tempfile.TemporaryDirectory(prefix="asyncapi_") as folder:
        program = os.path.join(folder, "words")
        command = [os.environ.get("CC", "cc"), "-std=c11", "-D_GNU_SOURCE", "-I" + os.path.join(ROOT, "src"), *sources, "-lm"]
        subprocess.run([*command, "-o", program], check=True)
        out = subprocess.run([program, *topics], check=True, capture_output=True, text=True).stdout
    words = {}
    for line in out.splitlines():
        word, _, rest = line.partition(" ")
        words.setdefault(word, []).append(rest)
    return words


def sample_topics(doc):
    """Each channel's address with each of its roles, as (channel, topic)."""
    roles = doc["components"]["parameters"]["role"]["enum"]
    for name, channel in doc["channels"].items():
        for role in roles if "{role}" in channel["address"] else [""]:
            values = {"site": "s-1", "role": role, "id": "x", "bay": "3", "screen": "tv"}
            yield name, channel["address"].format(**values)


def check_channels(doc, words, topics):
    known = [w for w in words["channel"] if w != "other"]
    if sorted(doc["channels"]) != sorted(known):
        yield f"channels differ: {sorted(set(doc['channels']) ^ set(known))}"
    for (name, topic), told in zip(topics, words["topic"]):
        if told != f"{topic} {name}":
            yield f"{topic} is channel {name}, but the programs say {told}"
    for name, channel in doc["channels"].items():
        if sorted(re.findall(r"\{(\w+)\}", channel["address"])) != sorted(channel["parameters"]):
            yield f"channel {name}: the parameters are not those of its address"


def check_delivery(doc):
    seen = {}
    for operation in doc["operations"].values():
        binding = operation["bindings"]["mqtt"]
        seen[operation["channel"]["$ref"].rsplit("/", 1)[1]] = (binding["qos"], binding.get("retain"))
    if seen != DELIVERY:
        yield f"QoS and retain differ: {sorted(set(seen.items()) ^ set(DELIVERY.items()), key=str)}"


def check_words(doc, words):
    schemas = doc["components"]["schemas"]
    event = schemas["event"]
    types = {t.split()[0]: t.split()[1:] for t in words["type"] if t.split()[1:]}
    if event["properties"]["type"]["enum"] != list(types):
        yield f"event types differ: {set(event['properties']['type']['enum']) ^ set(types)}"
    for role, may in event["x-roles"].items():
        if may != [t for t in types if role in types[t]]:
            yield f"{role} may send {may}, but the programs differ"
    pattern = schemas["receipt"]["properties"]["reason"]["pattern"]
    for reason in words["reason"]:
        if not re.fullmatch(pattern, reason):
            yield f"the reason {reason} is not in the pattern"
    if pattern.count("|") + 1 != len(words["reason"]):
        yield "the pattern has reasons that the programs do not know"
    if schemas["stageInfo"]["properties"]["kind"]["enum"] != words["kind"]:
        yield "the kinds of stages differ"


def check_schemas(doc):
    schemas = doc["components"]["schemas"]
    for name, fields in FIELDS.items():
        if set(schemas[name]["properties"]) != set(fields.split()):
            yield f"{name}: fields differ: {set(schemas[name]['properties']) ^ set(fields.split())}"
        for field in schemas[name].get("required", []):
            if field not in schemas[name]["properties"]:
                yield f"{name}: requires {field}, which it does not have"
    used = set(references(doc))
    for ref in used:
        try:
            resolve(doc, ref)
        except KeyError:
            yield f"{ref} leads nowhere"
    for name in schemas:
        if "#/components/schemas/" + name not in used:
            yield f"schema {name} is used nowhere"
    for private in ("job", "plate", "advisor", "token", "code", "by", "bay"):
        if private in schemas["publicJob"]["properties"]:
            yield f"the public board shows {private}"


def main():
    try:
        with open(os.path.join(ROOT, "config", "asyncapi.yaml"), encoding="utf-8") as f:
            doc = read_yaml(f.read())
    except Broken as e:
        print(f"asyncapi_test: config/asyncapi.yaml: {e}")
        return 1
    topics = list(sample_topics(doc))
    words = program_words([t for _, t in topics])
    wrong = [] if str(doc["asyncapi"]).startswith("3.") else ["not AsyncAPI 3"]
    for check in (check_channels(doc, words, topics), check_delivery(doc), check_words(doc, words), check_schemas(doc)):
        wrong += list(check)
    for line in wrong:
        print("asyncapi_test:", line)
    print(f"asyncapi_test: {len(doc['channels'])} channels, {len(words['type']) - 1} event types, "
          f"{len(doc['components']['schemas'])} schemas: {'FAILED' if wrong else 'ok'}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
