#!/usr/bin/env python3
"""What leaves the program is read back by others: CSV by a strict parser, workbooks by unzip and XML, XES by a schema of the
standard's rules, the page by an XML parser and a browser, the mail by a mail parser; a car's story and the log by goldens.
All of it over ten simulated days into which hostile texts were written, so that formulas, markup and controls are met."""
import csv
import datetime
import email
import email.policy
import glob
import io
import json
import os
import re
import shutil
import signal
import sqlite3
import stat
import subprocess
import sys
import threading
import xml.etree.ElementTree as ET
import zipfile
import zoneinfo

from rig import DATA, LIMIT_S, ROOT, Rig, main, until

FAKETIME = next(iter(sorted(glob.glob("/usr/lib/*/faketime/libfaketime.so.1"))), None)
ZONE = zoneinfo.ZoneInfo("Europe/Minsk")
COMMANDS = ("jobs", "spans", "events")
HOSTILE = ["<script>document.title='owned'</script>", "<img src=x onerror=\"document.title='owned'\">", "=cmd|' /C calc'!A0",
           "+1+1", "-2+3", "@SUM(A1)", "\t=1+1", "＝1+1", "a;b,c\"d", "x\r\ny", "</svg></title><svg onload=alert(1)>", "\x1b[2J\x07",
           "]]><!--", "&amp;&lt;&#0;", "{{7*7}}${7*7}", "\u202eabc", "1;2", "' OR 1=1 --", "%n%s%x", "Ёж «кавычки»"]
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
NUMBER = re.compile(r"-?\d+(\.\d+)?")


class Shop:
    """Ten days with hostile texts in every field that has one."""
    def __enter__(self):
        self.rig = Rig()
        r = self.rig
        self.db = os.path.join(r.folder, "s.db")
        r.pitboard("simulate", "--into", self.db, "--days", "10", "--seed", "4", "--start", "2026-03-02", "-c", r.config,
                   "-o", 'timezone="Europe/Minsk"')
        with sqlite3.connect(self.db) as db:
            for i, (job,) in enumerate(db.execute("select job from job order by opened_seq").fetchall()):
                text = HOSTILE[i % len(HOSTILE)]
                db.execute("update job set plate = ?, model = ?, advisor = ? where job = ?", (text[:16], text, text, job))
            for i, (seq,) in enumerate(db.execute("select seq from event where type = 'note'").fetchall()):
                text = "".join(c for c in HOSTILE[i % len(HOSTILE)] if ord(c) >= 32)
                db.execute("update event set body = ?, by = ? where seq = ?", (json.dumps({"id": f"n{i}", "type": "note", "text": text}), text, seq))
        return self

    def __exit__(self, *_):
        self.rig.__exit__()

    def run(self, *arguments, code=0):
        got = subprocess.run([self.rig.program("pitboard"), *arguments, "--db", self.db], capture_output=True, timeout=LIMIT_S)
        assert got.returncode == code, (arguments, got.returncode, got.stderr)
        return got.stdout

    def path(self, name):
        return os.path.join(self.rig.folder, name)

    def scalar(self, sql):
        with sqlite3.connect(self.db) as db:
            return db.execute(sql).fetchone()[0]

    def rows(self, command):
        return json.loads(self.run(command, "--format", "json"))


def rfc4180(text, separator):
    """Records of CSV as RFC 4180 has them and nothing else: CRLF after each, quotes only around whole fields, doubled inside."""
    records, record, at = [], [], 0
    while at < len(text):
        if text[at] == '"':
            end = at + 1
            while text[end] != '"' or text[end + 1:end + 2] == '"':
                end += 2 if text[end] == '"' else 1
            record.append(text[at + 1:end].replace('""', '"'))
            at = end + 1
        else:
            end = re.compile(f"[{separator}\r\n\"]").search(text, at).start()
            record.append(text[at:end])
            at = end
        if text[at] == separator:
            at += 1
            continue
        assert text[at:at + 2] == "\r\n", f"no line end at {at}: {text[at - 30:at + 30]!r}"
        records.append(record)
        record, at = [], at + 2
    assert not record and len({len(r) for r in records}) == 1, "records of different lengths"
    return records


def same_cell(cell, value, excel):
    if value is None:
        return cell == ""
    if isinstance(value, bool):
        return cell == str(value).lower()
    if isinstance(value, (int, float)):
        return NUMBER.fullmatch(cell.replace(",", ".") if excel else cell) and float(cell.replace(",", ".")) == value
    if excel and re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+Z", value):
        local = datetime.datetime.fromisoformat(value).astimezone(ZONE)
        return cell == local.strftime("%Y-%m-%d %H:%M")
    escaped = re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", lambda m: f"\\x{ord(m[0]):02x}", value)
    # A text with a control that no spreadsheet reads is shown safe for terminals as a whole.
    safe = value if escaped == value else "".join(f"\\x{b:02x}" if b < 32 or b == 127 else chr(b) for b in value.encode()) \
        if value.isascii() else None
    return cell == (("'" if safe.startswith(FORMULA) else "") + safe)


def csv_by_a_strict_parser():
    with Shop() as s:
        cells = 0
        for command in COMMANDS:
            rows = s.rows(command)
            for excel in (False, True):
                text = s.run(command, "--format", "csv", *(["--excel"] if excel else [])).decode("utf-8")
                assert text.startswith("\ufeff") == excel
                records = rfc4180(text.lstrip("\ufeff"), ";" if excel else ",")
                again = list(csv.reader(io.StringIO(text.lstrip("\ufeff"), newline=""), strict=True, delimiter=";" if excel else ","))
                assert again == records and len(records) == len(rows) + 1
                for record, row in zip(records[1:], rows):
                    for name, cell in zip(records[0], record):
                        assert same_cell(cell, row.get(name), excel), (command, excel, name, cell, row.get(name))
                        assert not cell.startswith(FORMULA) or NUMBER.fullmatch(cell.replace(",", ".")), f"a live cell: {cell!r}"
                        cells += 1
            lines = s.run(command, "--format", "jsonl").decode().splitlines()
            assert [json.loads(line) for line in lines] == rows
        report = rfc4180(s.run("report", "--excel").decode().lstrip("\ufeff"), ";")
        assert report[0] == ["group", "row", "figure", "value"] and len(report) > 60
        kept = json.loads(s.run("report", "--format", "json"))["promise"]["kept_share"]
        assert ["promise", "", "kept_share", str(kept).replace(".", ",")] in report
        s.run("report", "--format", "xes", code=2)
        s.run("jobs", "--excel", "--format", "json", code=2)
        print(f"csv: {cells} cells compared with the JSON")


def late_jobs_against_sql():
    """The cars behind the finding, worst first; as many as the report counts."""
    with Shop() as s:
        window = ["--since", "2026-03-04", "--until", "2026-03-09"]
        rows = json.loads(s.run("jobs", "--late", *window, "--format", "json"))
        with sqlite3.connect(s.db) as db:
            low, high = (int(datetime.datetime(2026, 3, day, tzinfo=ZONE).timestamp() * 1000) for day in (4, 9))
            wanted = db.execute("select job, ready_ms - first_promise_ms from job where ready_ms >= ? and ready_ms < ? and ready_ms > first_promise_ms"
                                " order by 2 desc, opened_seq", (low, high)).fetchall()
        assert len(wanted) > 20 and [(r["job"], round(r["late_s"] * 1000)) for r in rows] == wanted
        report = json.loads(s.run("report", *window, "--format", "json"))
        assert report["lateness"]["late"] == len(rows)
        brief = s.run("report", *window).decode()
        assert re.search(rf"first promised: {len(rows)} of {report['lateness']['n']} cars \([\s\S]*\(pitboard jobs --late\)", brief), brief
        # Less than a screen; all of it on demand, opened by the same.
        full = s.run("report", *window, "--full").decode()
        assert len(brief.splitlines()) <= 45 < len(full.splitlines()) and full.startswith(brief[:brief.index("\nWhere the time went")])
        assert "Отменено" not in brief and "62,6" not in brief
        assert "No car was here" in s.run("report", "--period", "2020").decode()


def xes_by_its_schema():
    with Shop() as s:
        path = s.path("log.xes")
        s.run("jobs", "--format", "xes", "-O", path)
        schema = os.path.join(DATA, "xes.rng")
        got = subprocess.run(["xmllint", "--noout", "--relaxng", schema, path], capture_output=True, text=True, timeout=LIMIT_S)
        assert got.returncode == 0, got.stderr[-500:]
        bent = open(path, encoding="utf-8").read().replace('<date key="opened" value="', '<date key="opened" value="at ', 1)
        with open(s.path("bent.xes"), "w", encoding="utf-8") as f:
            f.write(bent)
        assert subprocess.run(["xmllint", "--noout", "--relaxng", schema, s.path("bent.xes")], capture_output=True, timeout=LIMIT_S).returncode
        ns = "{http://www.xes-standard.org/}"
        log = ET.parse(path).getroot()
        jobs = {row["job"]: row for row in s.rows("jobs")}
        with sqlite3.connect(s.db) as db:
            spans = {}
            for job, *span in db.execute("select job, stage, entered_ms, left_ms, bay, kind from span where not voided order by job, n"):
                spans.setdefault(job, []).append(span)
        prefixes = {e.get("prefix") for e in log.findall(ns + "extension")}
        assert prefixes == {"concept", "time", "lifecycle", "org"}
        assert len(log.findall(ns + "trace")) == len(jobs)
        for trace in log.findall(ns + "trace"):
            about = {a.get("key"): a.get("value") for a in trace if a.tag != ns + "event"}
            assert len(about) == sum(a.tag != ns + "event" for a in trace), "a key twice"
            expected, events, last = [], [], ""
            for stage, entered, left, bay, kind in spans[about["concept:name"]]:
                expected += [(stage, "start", entered, bay, kind)] + ([(stage, "complete", left, bay, kind)] if left is not None else [])
            for event in trace.findall(ns + "event"):
                e = {a.get("key"): a.get("value") for a in event}
                assert len(e) == len(event), "a key twice"
                assert all(k.split(":")[0] in prefixes for k in e if ":" in k)
                ms = round(datetime.datetime.fromisoformat(e["time:timestamp"]).timestamp() * 1000)
                events.append((e["concept:name"], e["lifecycle:transition"], ms, e.get("org:resource"), e["kind"]))
            assert events == expected, about
            model = jobs[about["concept:name"]]["model"]
            assert about["model"] == model or "\\x" in about["model"], (about["model"], model)


def cells_of(book, sheet):
    ns = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
    root = ET.fromstring(book.read(f"xl/worksheets/sheet{sheet}.xml"))
    formats = {f.get("numFmtId"): f.get("formatCode") for f in ET.fromstring(book.read("xl/styles.xml")).iter(f"{{{ns['m']}}}numFmt")}
    styles = [x.get("numFmtId") for x in ET.fromstring(book.read("xl/styles.xml")).find("m:cellXfs", ns)]
    assert root.find(".//m:f", ns) is None, "a formula"
    assert root.find(".//m:pane", ns).get("state") == "frozen"
    rows = []
    for row in root.iterfind(".//m:row", ns):
        cells = {}
        for c in row.iterfind("m:c", ns):
            column = re.match("[A-Z]+", c.get("r"))[0]
            text = c.find("m:is/m:t", ns)
            value = c.find("m:v", ns)
            cells[column] = (text.text or "" if text is not None else value.text, formats.get(styles[int(c.get("s", 0))], ""), c.get("t", "n"))
        rows.append(cells)
    return rows


def from_excel(text):
    """libxlsxwriter writes controls as _xHHHH_, as the format wants it."""
    return re.sub("_x([0-9A-F]{4})_", lambda m: chr(int(m[1], 16)), text)


def same_in_sheet(cell, name, value):
    text, form, sort = cell
    if isinstance(value, bool):
        return sort == "b" and text == str(int(value))
    if isinstance(value, (int, float)) and value < 0 and name.endswith("_s"):  # no spreadsheet shows a time below zero
        minutes = int(-value / 60 + 0.5)
        return sort == "inlineStr" and text == f"-{minutes // 60}:{minutes % 60:02d}"
    if isinstance(value, (int, float)):
        return abs(float(text) * (86400 if form == "[h]:mm" else 1) - value) < 0.002 and (form == "[h]:mm") == name.endswith("_s")
    if form.startswith("yyyy"):
        at = datetime.datetime(1899, 12, 30) + datetime.timedelta(days=float(text))
        local = datetime.datetime.fromisoformat(value).astimezone(ZONE).replace(tzinfo=None)
        return abs(at - local) < datetime.timedelta(seconds=1)
    return sort == "inlineStr" and from_excel(text) == value.replace("\r", "\r")


def same_sheet(rows, name, part):
    """A sheet of a report against the same part of the JSON; how many cells it compared."""
    head, *body = rows
    titles = {column: cell[0] for column, cell in head.items()}
    if isinstance(part, dict) and all(not isinstance(v, dict) for v in part.values()):
        wanted = [{"figure": k, "value": v} for k, v in part.items()]
        assert [row["A"][0] for row in body] == list(part), name
        for row, (key, value) in zip(body, part.items()):
            assert same_in_sheet(row["B"], key, value), (name, key, row)
        return 2 * len(wanted)
    wanted = [{"": k, **v} for k, v in part.items()] if isinstance(part, dict) else part
    assert len(body) == len(wanted), name
    for row, values in zip(body, wanted):
        assert len(row) == len(values), (name, row, values)
        for column, cell in row.items():
            key = next((k for k in values if k in (titles[column], titles[column].replace(" ", "_"), titles[column].replace(" ", "_") + "_s")), "")
            if column == "A" and key == "":
                assert cell[0] in (values.get(""), next(iter(values.values()))), (name, cell, values)
            else:
                # A comparison's figures are of several sorts: each row's own name says which.
                assert same_in_sheet(cell, values["figure"] if key in ("now", "before", "change") else key, values[key]), (name, key, cell, values)
    return sum(map(len, body))


def workbook_by_unzip_and_xml():
    with Shop() as s:
        n = 0
        for command in ("jobs", "spans"):
            path = s.path(command + ".xlsx")
            s.run(command, "--format", "xlsx", "-O", path)
            with zipfile.ZipFile(path) as book:
                assert book.testzip() is None
                assert f'sheet name="{command}"' in book.read("xl/workbook.xml").decode()
                head, *body = cells_of(book, 1)
            rows = s.rows(command)
            assert len(body) == len(rows)
            names = {column: cell[0] for column, cell in head.items()}
            for cells, row in zip(body, rows):
                assert len(cells) == len(row)
                for column, cell in cells.items():
                    name = next(k for k in row if k == names[column].replace(" ", "_") or k == names[column].replace(" ", "_") + "_s")
                    assert same_in_sheet(cell, name, row[name]), (command, name, cell, row[name])
                    n += 1
        asked = ["--since", "2026-03-07", "--until", "2026-03-10", "--by", "work", "--compare"]
        s.run("report", *asked, "--format", "xlsx", "-O", s.path("r.xlsx"))
        report = json.loads(s.run("report", *asked, "--format", "json"))
        with zipfile.ZipFile(s.path("r.xlsx")) as book:
            sheets = re.findall('sheet name="([^"]+)"', book.read("xl/workbook.xml").decode())
            assert sheets == ["report"] + [name for name in report if name not in ("since", "until")], sheets
            del report["since"], report["until"]
            n += sum(same_sheet(cells_of(book, sheets.index(name) + 1), name, part) for name, part in report.items())
        s.run("jobs", "--format", "xlsx", code=2)
        s.run("jobs", "--format", "xlsx", "-O", os.path.join(s.rig.folder, "none", "x.xlsx"), code=3)
        xlsx = s.rig.program("pitboard-xlsx")
        for bad, code in ((b"", 2), (b"nonsense", 2), (b'{"a":1}\n{"a":', 2), (b"[" * 40 + b"]" * 40, 2)):
            got = subprocess.run([xlsx, "-O", s.path("bad.xlsx")], input=bad, capture_output=True, timeout=LIMIT_S)
            assert got.returncode == code and got.stderr and not os.path.exists(s.path("bad.xlsx")), (bad, got)
        got = subprocess.run([xlsx, "-O", s.path("all.xlsx")], input=json.dumps(rows, indent=1).encode(), timeout=LIMIT_S)
        assert got.returncode == 0  # one document over many lines
        with zipfile.ZipFile(s.path("all.xlsx")) as book:
            assert len(cells_of(book, 1)) == len(rows) + 1
        print(f"xlsx: {n} cells compared with the JSON, {len(sheets)} sheets of a report")


def workbook_in_russian():
    """Names of sheets, heads and figures; numbers and what people wrote as in the English one, stages by their labels."""
    with Shop() as s:
        asked = ["--since", "2026-03-07", "--until", "2026-03-10", "--compare"]
        books, n, labels, short = {}, 0, 0, ("80 %", "90 %", "NPS")
        for what in (["report", *asked, "--by", "stage"], ["report", *asked, "--by", "advisor"], ["jobs"], ["spans"], ["events"], ["spans", "--suspect"]):
            for lang, more in (("en", []), ("ru", ["--lang", "ru"])):
                s.run(*what, "--format", "xlsx", "-O", s.path("x.xlsx"), *more)
                with zipfile.ZipFile(s.path("x.xlsx")) as book:
                    names = re.findall('sheet name="([^"]+)"', book.read("xl/workbook.xml").decode())
                    books[lang] = names, [cells_of(book, i + 1) for i in range(len(names))]
            names, sheets = books["ru"]
            assert len(set(names)) == len(names) == len(books["en"][0]), names
            for name, rows, english in zip(names, sheets, books["en"][1]):
                assert re.fullmatch(r"[А-Яа-яё, -]{1,31}", name), name
                for head, other in zip(rows[0].values(), english[0].values()):
                    assert re.search("[а-яё№]", head[0]) or head[0] in short, (name, head)
                    assert head != other or head[0] in short, (name, head)
                assert len(rows) == len(english), name
                for row, other in zip(rows[1:], english[1:]):
                    assert row.keys() == other.keys(), (name, row)
                    for column, cell in row.items():
                        assert cell == other[column] or cell[2] == "inlineStr" and (re.search("[а-яё]", cell[0], re.I) or cell[0] in short), (name, cell, other[column])
                        n += cell != other[column]
            labels += sum(cell[0] == "В ремонте" for rows in sheets for row in rows for cell in row.values())
        assert labels > 500 and n > 7000, (labels, n)
        with open(s.path("ru.cfg"), "w", encoding="utf-8") as out:
            out.write(open(s.rig.config, encoding="utf-8").read() + '\nscreen = { languages = [ "ru", "en" ]; };\n')
        s.run("jobs", "--format", "xlsx", "-O", s.path("x.xlsx"), "-c", s.path("ru.cfg"), "-o", 'timezone="Europe/Minsk"')
        with zipfile.ZipFile(s.path("x.xlsx")) as book:
            assert "Заказ-наряды" in book.read("xl/workbook.xml").decode()
        long = subprocess.run([s.rig.program("pitboard-xlsx"), "-O", s.path("x.xlsx"), "--name", "Ж[" * 20 + "'"], input=b"[]", timeout=LIMIT_S)
        with zipfile.ZipFile(s.path("x.xlsx")) as book:
            assert long.returncode == 0 and 'sheet name="' + ("Ж-" * 16)[:31] + '"' in book.read("xl/workbook.xml").decode()


def files_are_replaced_and_nothing_else():
    """What is no file is refused with the place and the cure, by each program that writes one; a link is followed."""
    with Shop() as s:
        board = os.path.join(ROOT, "tests/golden/boards/day.json")
        draw = [s.rig.program("pitboard-screen"), "-c", s.rig.config, "--board", board, "--size", "640x360", "--snapshot"]
        ask = [s.rig.program("pitboard"), "jobs", "--db", s.db, "-O"]
        book = [s.rig.program("pitboard"), "jobs", "--db", s.db, "--format", "xlsx", "-O"]
        sound = s.path("sound.db")
        s.rig.pitboard("simulate", "--into", sound, "--days", "1", "-c", s.rig.config)
        copy = [s.rig.program("pitboard"), "backup", "--db", sound, "--to"]
        link, real, folder = s.path("latest"), s.path("real"), s.path("folder")
        os.mkdir(folder)
        os.symlink("real", link)
        pipe = s.path("pipe")
        os.mkfifo(pipe)

        def go(command, path, code, cure=""):
            got = subprocess.run([*command, path], capture_output=True, text=True, timeout=LIMIT_S)
            assert got.returncode == code and cure in got.stderr, (command, path, got)
            assert path in got.stderr or code == 0, got.stderr
        same = s.path("same.db")
        os.symlink(s.db, same)
        for command in (ask, book):
            go(command, same, 2, "is the database itself")
        for command in (draw, ask, book, copy):
            if command is not copy:  # a copy gets a name of its own in a folder
                go(command, folder, 3, "name a file in it")
            go(command, s.path("none/x"), 3, "its folder is not there; make it")
            if os.path.exists(real):
                os.unlink(real)
            go(command, link, 3, "points to nothing")
            with open(real, "w") as f:
                f.write("old")
            os.chmod(real, 0o640)
            go(command, link, 0)
            assert os.path.islink(link) and os.stat(real).st_mode & 0o777 == 0o640 and os.path.getsize(real) > 3, command
            if command is not ask:
                go(command, pipe, 3, "a pipe or an open file")
            assert stat.S_ISFIFO(os.stat(pipe).st_mode)
        assert s.run("jobs", "-O", "/dev/fd/1") == s.run("jobs") != b""  # text goes there as it is
        go(copy, sound, 3, "is the database itself")
        assert not os.listdir(folder) and not glob.glob(s.path("*.pitboard-part-*"))


def browse(path, shot):
    """What the browser says on its console, and the document after it had its say."""
    # A profile of its own: two that share one are one browser.
    chromium = ["chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--virtual-time-budget=2000",
                f"--user-data-dir={os.path.dirname(path)}/profile"]
    got = subprocess.run([*chromium, "--hide-scrollbars", "--enable-logging=stderr", "--window-size=820,3000", f"--screenshot={shot}",
                          f"file://{path}"], capture_output=True, text=True, timeout=LIMIT_S * 2)
    dom = subprocess.run([*chromium, "--dump-dom", f"file://{path}"], capture_output=True, text=True, timeout=LIMIT_S * 2)
    console = [line for line in got.stderr.splitlines() if "CONSOLE" in line]
    return console, dom.stdout


def page_is_sound(path):
    """Well-formed, and nothing in it that runs, fetches or leads away."""
    for element in ET.parse(path).getroot().iter():
        name = element.tag.split("}")[-1]
        assert name not in ("script", "img", "iframe", "object", "embed", "link", "a", "form", "foreignObject", "use", "image"), name
        for attribute in element.attrib:
            assert not attribute.lower().startswith("on") and attribute.split("}")[-1] not in ("href", "src"), (name, attribute)


def what_cannot_be_written_is_said():
    """A full disk in its own words, however the answer is made; notes that are left out, with the command that shows them."""
    with Shop() as s:
        for command in (["report", "--format", "html"], ["report"], ["report", "--format", "json"], ["job", "--format", "json", s.scalar("select job from job")], ["jobs"],
                        ["log", "--since", "2026-03-02"], ["log", "--since", "2026-03-02", "--follow"], ["log", "--since", "2026-03-02", "--follow", "--format", "json"]):
            with open("/dev/full", "w") as full:
                got = subprocess.run([s.rig.program("pitboard"), *command, "--db", s.db], stdout=full, stderr=subprocess.PIPE, text=True, timeout=LIMIT_S)
            assert got.returncode == 3 and got.stderr == f"pitboard {command[0]}: the answer could not be written: No space left on device\n", (command, got)
        count = s.scalar("select count(*) from event where type = 'note' and result = 'applied'")
        with sqlite3.connect(s.db) as db:
            columns = [row[1] for row in db.execute("pragma table_info(event)") if row[1] not in ("seq", "id")]
            db.execute(f"insert into event(id, {', '.join(columns)}) with recursive n(i) as (select 1 union all select i + 1 from n where i < {100 - count})"
                       f" select 'more' || i, {', '.join(columns)} from n, (select * from event where type = 'note' and result = 'applied' limit 1)")
        one_more = f"insert into event(id, {', '.join(columns)}) select 'last', {', '.join(columns)} from event where id = 'more1'"
        ways = (("--since", "2026-03-02", "--until", "2026-03-12T12:00"), "--since 2026-03-02 --until 2026-03-12T12:00"), ((), "--since 2000-01-01")
        said = {"en": "The newest 100 of 101 notes; all of them: pitboard log ", "ru": "Последние 100 записей из 101; все: pitboard log "}

        def notes(window, lang):
            page = s.run("report", *window, "--format", "html", "--lang", lang).decode()
            return len(re.findall("<li>", page[page.rindex("<ol"):])), re.findall('<p class="about">([^<]*pitboard log[^<]*)</p>', page)
        assert notes((), "en") == (100, [])
        with sqlite3.connect(s.db) as db:
            db.execute(one_more)
        for window, options in ways:
            for lang, words in said.items():
                assert notes(window, lang) == (100, [words + options]), notes(window, lang)
            assert len(re.findall("note: |note$", s.run("log", *options.split(), "--lang", "en").decode(), re.M)) >= 101


def page_in_a_browser():
    with Shop() as s:
        paths = {}
        for lang in ("en", "ru"):
            paths[lang] = s.path(f"{lang}.html")
            window = ["--since", "2026-03-04", "--until", "2026-03-05"] if lang == "en" else []
            s.run("report", *window, "--format", "html", "--lang", lang, "-O", paths[lang])
            page_is_sound(paths[lang])
            text = open(paths[lang], encoding="utf-8").read()
            assert text.count("<svg ") >= 4, text.count("<svg ")
        assert "&lt;script&gt;document.title" in text and "&lt;img src=x onerror=" in text  # the notes of all days
        assert "<h2>The bays through the day</h2>" in open(paths["en"]).read() and "Посты в течение дня" not in text
        # Russian has dates and commas of its own; each table has a title and every row of it a name.
        assert '<html xmlns="http://www.w3.org/1999/xhtml" lang="ru">' in text and ">heat<" not in text and not re.search(r">-?\d+\.\d+( %)?<", text)
        assert re.search(r">\d+,\d %<", text) and re.search(r">\d\d\.03\.2026 \d\d:\d\d · ", text) and not re.search(r">2026-03-\d\d", text)
        compared = s.run("report", "--since", "2026-03-08", "--until", "2026-03-10", "--compare", "--by", "advisor", "--format", "html", "--lang", "en").decode()
        for row in ET.fromstring(compared.split("\n", 1)[1]).iter("{http://www.w3.org/1999/xhtml}tbody"):
            names = [line[0].text for line in row if line[0].tag.endswith("th")]
            assert len(names) < 2 or all(names), names
        assert "<th>first promise kept</th>" in compared and "compared with 2026-03-06 – 2026-03-07" in compared
        assert compared.index("first promise kept</th>") < compared.index("<svg") < compared.index("All figures")
        assert "Workshop report" in open(paths["en"]).read() and "Отчёт о работе сервиса" in open(paths["ru"]).read()
        s.run("report", "--format", "html", "--lang", "de", code=2)
        if not shutil.which("chromium"):
            print("page: no chromium here: parsed, not rendered")
            return
        console, dom = browse(paths["ru"], s.path("page.png"))
        assert not console, console
        assert "<title>Отчёт о работе сервиса, первое событие" in dom and "<title>owned" not in dom, dom[:300]
        png = open(s.path("page.png"), "rb").read()
        assert png[:8] == b"\x89PNG\r\n\x1a\n" and len(png) > 60000, len(png)  # not an empty page
        # The same eyes see a page on which it does run.
        with open(s.path("bad.html"), "w") as f:
            f.write("<!DOCTYPE html><html><head><title>t</title></head><body><script>console.error('x');document.title='owned'</script></body></html>")
        console, dom = browse(s.path("bad.html"), s.path("bad.png"))
        assert console and "<title>owned" in dom


# One visit with nearly everything, in fixed times: what `job` and `log` make of it is a golden.
STORY = """desk front 09:00 open plate=А123ВС777 model=Kia_Sportage work=repair promised=2026-03-02T13:00:00+03:00 advisor=Анна by=Анна
bay 2 09:10 assign
bay 2 09:12 next
bay 2 09:30 next by=Иван
bay 2 09:31 undo by=Иван
bay 2 09:40 next by=Иван
bay 2 10:00 hold reason=parts
bay 2 10:01 note text=Подъёмник_скрипит,_вызвать_сервис
desk front 10:05 update promised=2026-03-02T15:00:00+03:00 reason=Ждём_запчасть
bay 2 11:30 next
bay 2 12:00 next
bay quality 12:10 rework reason=Стук_остался
bay 2 12:40 next
bay quality 12:50 next
bay wash 13:10 next
bay wash 13:20 next
desk front 13:30 call
desk front 14:00 next
desk front 14:05 rate score=9 comment=Быстро_и_<b>честно</b>
"""


def events_of_story():
    for i, line in enumerate(STORY.splitlines()):
        role, source, at, kind, *fields = line.split(" ")
        event = {"id": f"s-{i}", "type": kind, "job": "2026-0412", "time": f"2026-03-02T{at}:00+03:00"}
        for field in fields:
            name, value = field.split("=", 1)
            event[name] = int(value) if name == "score" else value.replace("_", " ")
        yield role, source, event


def golden(name, got):
    path = os.path.join(ROOT, "tests", "golden", "text", name)
    if os.environ.get("PITBOARD_GOLDEN"):
        open(path, "w", encoding="utf-8").write(got)
    wanted = open(path, encoding="utf-8").read()
    assert got == wanted, f"{name} differs:\n{got}"


def every_story_against_the_tables():
    """Independent counts: each undo took back one step, standing spans add up, and the log holds what SQL finds."""
    with Shop() as s:
        with sqlite3.connect(s.db) as db:
            jobs = db.execute("select j.job, j.promise_moves, j.first_promise_ms is not null, (select count(*) from event e where e.job = j.job"
                              " and type = 'undo' and result = 'applied'), (select sum(elapsed_ms) from span p where p.job = j.job and not voided),"
                              " (select count(*) from span p where p.job = j.job and voided) from job j where closed_ms is not null").fetchall()
            undos = [job for job in jobs if job[3]]
            assert len(undos) > 3
            for job, moves, promised, undone, elapsed, voided in undos + jobs[::6]:
                story = json.loads(s.run("job", job, "--format", "json"))
                assert sum(e.get("undone", False) for e in story["events"]) == undone, job
                assert sum(p.get("undone", False) for p in story["stages"]) == voided, job
                assert abs(story["totals"]["all_s"] * 1000 - elapsed) < 1, job
                assert len(story["promises"]) == moves + promised, job
                assert "undone" in s.run("job", job).decode() or not undone
            since = 1772700000000  # 2026-03-05T08:40:00Z
            for more, where in (([], ""), (["--source", "bay/2"], " and source = 'bay/2'"), (["--job", undos[0][0]], f" and job = '{undos[0][0]}'")):
                got = [json.loads(line)["seq"] for line in s.run("log", "--since", "2026-03-05T11:40", "--format", "json", *more).splitlines()]
                assert got == [row[0] for row in db.execute(f"select seq from event where at_ms >= {since}{where} order by seq")], more
        print(f"stories: {len(jobs)} jobs, {len(undos)} with undone steps")


class Reader:
    """`pitboard log --follow`, its lines as they come."""
    def __init__(self, rig, *more):
        self.lines = []
        self.child = subprocess.Popen([rig.program("pitboard"), "log", "--follow", "--db", rig.db, *more], stdout=subprocess.PIPE, text=True)
        rig.children.append(self.child)
        self.thread = threading.Thread(target=lambda: self.lines.extend(iter(self.child.stdout.readline, "")), daemon=True)
        self.thread.start()


def stories_and_the_live_log():
    with Rig() as r:
        r.broker()
        config = ["-o", 'site="demo"', "-o", 'timezone="Europe/Minsk"', "-o", "events.max_age_h=0"]
        r.hub(*config, env={"PITBOARD_CLOCK_SYNCED": "1"})
        for role, source, event in events_of_story():
            r.pitboard("send", "--role", role, "--source", source, *r.settings, *config, json.dumps(event), code=None)
        r.pitboard("send", *r.settings, *config, json.dumps({"id": "s-x", "type": "next", "job": "2026-0412", "time": "2026-03-02T14:10:00+03:00"}), code=1)
        code = json.loads(r.pitboard("jobs", "--db", r.db, "--format", "json"))[0]["code"]
        story = r.pitboard("job", "--db", r.db, "2026-0412")
        golden("job.txt", story.replace(code, "К00"))
        assert max(map(len, story.splitlines())) <= 120
        russian = r.pitboard("job", "--db", r.db, "2026-0412", "--lang", "ru")
        golden("job-ru.txt", russian.replace(code, "К00"))
        for name in (code, "a123bc777", "А123 ВС-777", code.lower()):
            assert r.pitboard("job", "--db", r.db, name) == story, name
        r.pitboard("job", "--db", r.db, "2026-0413", code=1)
        r.pitboard("job", "--db", r.db, code=2)
        data = json.loads(r.pitboard("job", "--db", r.db, "2026-0412", "--format", "json"))
        assert [e["type"] for e in data["events"] if e.get("undone")] == ["next"]
        assert [s["stage"] for s in data["stages"] if s.get("undone")] == ["repair"]
        assert [p["promised"] for p in data["promises"]] == ["2026-03-02T10:00:00.000Z", "2026-03-02T12:00:00.000Z"]
        # By hand: diagnosis 28 min, repair 20 + 30 + 30, quality 10 + 10, wash 20; check-in 12; parts 90; ready 50.
        assert data["totals"] == {"touch_s": 148 * 60, "wait_s": 12 * 60, "hold_s": 90 * 60, "pickup_gap_s": 50 * 60, "all_s": 300 * 60}
        golden("log-ru.txt", r.pitboard("log", "--db", r.db, "--job", "2026-0412", "--lang", "ru").replace(code, "К00"))
        golden("log.txt", r.pitboard("log", "--db", r.db, "--job", "2026-0412").replace(code, "К00"))
        assert "Подъёмник" in r.pitboard("log", "--db", r.db, "--since", "2026-03-02", "--source", "bay/2")
        assert r.pitboard("log", "--db", r.db, "--job", "2026-0412").count("\n") == 21
        whose_language(r, russian)
        follow_it(r, config)


def whose_language(r, russian):
    """--lang, else the first language of the screens that there is, else the locale's, else English; text and page."""
    conf = os.path.join(r.folder, "lang.cfg")

    def tongue(languages, locale, *more):
        with open(conf, "w") as f:
            f.write(f'site = "demo"; timezone = "Europe/Minsk"; screen = {{ languages = [ {languages} ]; }};\n')
        told = set()
        for command, words in (("job", ["2026-0412"]), ("log", ["--since", "2026-03-02", "--until", "2026-03-03"]),
                               ("report", []), ("report", ["--format", "html"]), ("jobs", [])):
            got = subprocess.run([r.program("pitboard"), command, *words, "--db", r.db, *(["-c", conf] if languages else []), *more],
                                 capture_output=True, check=True, env={**os.environ, **locale}).stdout.decode()
            told.add("ru" if re.search(r"Заказ-наряд|далее: |Этапы|заказ-наряд", got) else "en")
        assert len(told) == 1, (languages, locale, more, told)
        return told.pop()
    c, ru = {"LC_ALL": "C.UTF-8"}, {"LC_ALL": "", "LC_MESSAGES": "ru_RU.UTF-8", "LANG": "en_US.UTF-8"}
    cases = (('"ru", "en"', c, [], "ru"), ('"en", "ru"', ru, [], "en"), ('"kk", "ru"', c, [], "ru"), ('"kk"', ru, [], "ru"),
             ('"kk"', c, [], "en"), ("", c, [], "en"), ("", ru, [], "ru"), ("", {"LC_ALL": "rup_MK"}, [], "en"),
             ('"ru"', ru, ["--lang", "en"], "en"), ('"en"', c, ["--lang", "ru"], "ru"))
    for languages, locale, more, expected in cases:
        assert tongue(languages, locale, *more) == expected, (languages, locale, more)
    for command in ("job", "log"):
        r.pitboard(command, "--lang", "de", *(["2026-0412"] if command == "job" else []), "--db", r.db, code=2)
    # Nothing of it is English, however it is written; the data say the same in both but for the words.
    left = set(re.findall(r"[A-Za-z]{2,}", re.sub(r"(?:desk|bay)/\w+|\((?:at-ready|closed)\)|Kia Sportage|<b>|</b>", "", russian)))
    assert not left, left
    assert not re.search(r"\d{4}-\d\d-\d\d", russian), russian
    one, other = (json.loads(r.pitboard("job", "--db", r.db, "2026-0412", "--format", "json", "--lang", lang)) for lang in ("ru", "en"))
    assert [e.pop("said") for e in one["events"]] != [e.pop("said") for e in other["events"]] and one == other


def follow_it(r, config):
    ours = Reader(r, "--lang", "ru")
    plain, data = Reader(r), Reader(r, "--format", "json", "--since", "2026-03-02")
    until(lambda: len(data.lines) >= 20, "the JSON log shows what was")
    r.pitboard("send", *r.settings, *config, json.dumps({"id": "f-1", "type": "note", "text": "новая запись"}))
    r.pitboard("send", *r.settings, *config, json.dumps({"id": "f-2", "type": "note", "text": "поздняя", "time": "2026-03-01T10:00:00Z"}))
    until(lambda: any("поздняя" in line and "told late" in line for line in plain.lines), "the text log goes on")
    until(lambda: len(data.lines) >= 23, "the JSON log goes on")
    until(lambda: any(line.endswith("запись: поздняя (сообщено поздно)\n") for line in ours.lines), "the Russian log goes on")
    days = [line for line in ours.lines if not line.startswith(" ")]
    assert days and all(re.fullmatch(r"\d\d\.\d\d\.\d{4} (понедельник|вторник|среда|четверг|пятница|суббота|воскресенье)\n", line) for line in days), days
    ours.child.send_signal(signal.SIGINT)
    assert ours.child.wait(LIMIT_S) == 0
    r.children.remove(ours.child)
    assert sum("новая запись" in line for line in plain.lines) == 1
    rows = [json.loads(line) for line in data.lines]
    seqs = [row["seq"] for row in rows if row["type"] != "config"]
    assert seqs == sorted(set(seqs)) and rows[-1]["said"] == "note: поздняя", rows[-3:]
    plain.child.send_signal(signal.SIGINT)
    assert plain.child.wait(LIMIT_S) == 0
    r.children.remove(plain.child)
    # A database that is replaced under it, as a restore does, or only taken away: 3, and the words.
    copy = os.path.join(r.folder, "copy.db")
    for ending in ("replaced", "gone"):
        with sqlite3.connect(r.db) as db:
            db.execute(f"vacuum into '{copy}'")
        lost = subprocess.Popen([r.program("pitboard"), "log", "--follow", "--since", "2026-03-02", "--db", copy], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        r.children.append(lost)
        lost.stdout.readline()
        if ending == "replaced":
            shutil.copy(copy, copy + ".new")
            os.rename(copy + ".new", copy)
        else:
            os.rename(copy, copy + ".old")
        said = lost.communicate(timeout=LIMIT_S)[1]
        r.children.remove(lost)
        assert lost.returncode == 3 and "no longer there" in said and copy in said, (ending, lost.returncode, said)
        for name in glob.glob(copy + "*"):
            os.unlink(name)
    # A reader that goes away ends it, also while nothing happens.
    quiet = subprocess.Popen([r.program("pitboard"), "log", "--follow", "--db", r.db], stdout=subprocess.PIPE)
    r.children.append(quiet)
    quiet.stdout.readline()
    quiet.stdout.close()
    ended = until(lambda: (lambda got: got if got[0] else None)(os.wait4(quiet.pid, os.WNOHANG)), "it ends when its reader does")
    _, status, used = ended
    quiet.returncode = os.waitstatus_to_exitcode(status)
    assert quiet.returncode == 0, quiet.returncode
    assert used.ru_utime + used.ru_stime < 1, used


MAILER = """#!/bin/sh
echo "$@" >{0}/args
cat >{0}/mail
. {0}/code
"""


def report_of_the_day():
    with Shop() as s:
        folder = s.path("reports")
        mailer = s.path("mailer")
        with open(mailer, "w") as f:
            f.write(MAILER.format(s.rig.folder))
        os.chmod(mailer, 0o755)
        open(s.path("code"), "w").write("exit 0")
        conf = s.path("d.cfg")
        with open(conf, "w") as f:
            f.write('site = "demo"; title = { ru = "Сервис «У Ёжика»\\nBcc: evil@example.org"; };\n'.replace("\\n", " "))
            f.write(f'timezone = "Europe/Minsk"; daily = {{ dir = "{folder}"; at = "19:00"; }};\n')
            f.write(f'mail = {{ to = [ "boss@example.org", "two@example.org" ]; from = "board@example.org"; program = "{mailer}"; }};\n')
        made = s.run("daily", "-c", conf, "--date", "2026-03-04").decode().strip()
        assert made == os.path.join(folder, "2026-03-04.html") and sorted(os.listdir(folder)) == ["2026-03-04.html", "2026-03-04.txt"]
        page_is_sound(made)
        text = open(made[:-4] + "txt", encoding="utf-8").read()
        assert text.startswith("Сервис «У Ёжика» Bcc: evil@example.org: 04.03.2026, Europe/Minsk\n") and "(pitboard" not in text and s.db not in text, text
        assert "Записи смены" in text and not re.search("[\x00-\x09\x0b-\x1f\x7f]", text)
        raw = open(s.path("mail"), "rb").read()
        assert raw.isascii() and max(map(len, raw.split(b"\n"))) <= 78 and open(s.path("args")).read() == "-t\n"
        mail = email.message_from_bytes(raw, policy=email.policy.default)
        assert not mail.defects and mail["to"] == "boss@example.org, two@example.org" and "bcc" not in mail, mail.items()
        assert mail["subject"] == "Сервис «У Ёжика» Bcc: evil@example.org: 04.03.2026" and mail["from"] == "board@example.org"
        body, page = mail.iter_parts()
        assert body.get_content() == text and page.get_filename() == "2026-03-04.html"
        assert page.get_content() == open(made, encoding="utf-8").read()
        daily_is_due(s, conf, folder)
        for wrong in ("tomorrow", "2026-02-30"):
            s.run("daily", "-c", conf, "--date", wrong, code=2)
        s.run("daily", "-c", conf, "--due", "--date", "2026-03-04", code=2)
        s.run("daily", "-c", conf, "-o", 'daily.dir="/proc/none"', code=3)
        s.run("daily", "-c", conf, "-o", f'mail.program="{folder}/none"', code=3)


def daily_is_due(s, conf, folder):
    """Once after each daily.at and until the mail went out, whatever lies in the folder."""
    def at(moment, *more, code=0, mails=1):
        for name in glob.glob(s.path("mail")):
            os.unlink(name)
        got = subprocess.run([s.rig.program("pitboard"), "daily", "-c", conf, "--db", s.db, *more], capture_output=True, text=True, timeout=LIMIT_S,
                             env={**os.environ, "LD_PRELOAD": FAKETIME, "FAKETIME": moment, "TZ": "Europe/Minsk"})
        assert got.returncode == code and os.path.exists(s.path("mail")) == bool(mails), (moment, more, got, os.listdir(folder))
        return os.path.basename(got.stdout.strip()), got.stderr

    def answers(how):
        open(s.path("code"), "w").write(how)
    page = at("2026-03-10 09:00:00")[0]
    assert page == "2026-03-10.html"
    for moment, day in (("2026-03-10 10:00:00", "2026-03-09"), ("2026-03-10 18:59:59", ""), ("2026-03-10 19:00:00", "2026-03-10"),
                        ("2026-03-10 19:05:00", ""), ("2026-03-11 18:55:00", "")):
        assert at(moment, "--due", mails=day != "")[0] == (day and day + ".html"), moment  # what was tried before is no report of the day
    at("2026-03-11 19:00:00", "--date", "2026-03-12", code=2, mails=0)
    assert "2026-03-12.html" not in os.listdir(folder)
    for how, words in (("exit 75", "code 75"), ("kill -9 $PPID", None)):  # a mail that does not go out, and an end between page and mail
        answers(how)
        _, said = at("2026-03-11 19:00:00", "--due", code=3 if words else -9)
        assert (words or "") in said and "2026-03-11.html" in os.listdir(folder), said
    answers("exit 0")
    assert at("2026-03-11 19:05:00", "--due")[0] == "2026-03-11.html" and at("2026-03-11 19:10:00", "--due", mails=0)[0] == ""
    # Another hour asks anew; what a clock made that was ahead holds nothing up.
    later = ("--due", "-o", 'daily.at="20:00"')
    assert at("2026-03-11 20:00:00", *later)[0] == "2026-03-11.html" and at("2026-03-11 20:05:00", *later, mails=0)[0] == ""
    assert at("2036-03-11 20:00:00", "--due")[0] == "2036-03-11.html" and at("2026-03-12 19:05:00", "--due")[0] == "2026-03-12.html"
    # Up to noon it is the day before that closes.
    for hour, before, after in (("00:30", "2026-03-13", "2026-03-14"), ("00:00", "2026-03-14", "2026-03-14"), ("11:59", "2026-03-13", "2026-03-14"),
                                ("12:00", "2026-03-14", "2026-03-15")):
        for moment, day in ((f"2026-03-15 {hour}:10", after), ("2026-03-15 00:00:00", before)):
            os.unlink(os.path.join(folder, ".done"))
            assert at(moment, "--due", "-o", f'daily.at="{hour}"')[0] == day + ".html", (hour, moment)
    assert at("2026-03-15 13:00:00", "--due", "-o", 'daily.at=""', "-o", f'daily.dir="{folder}/none"', mails=0)[0] == ""
    assert not os.path.exists(f"{folder}/none")
    # A day that lasts counts what still lasts up to now, one that is over up to midnight.
    newest = datetime.datetime.fromtimestamp(s.scalar("select max(at_ms) from event") / 1000, ZONE)
    made = os.path.join(folder, at(f"{newest.date()} 22:00:00")[0])
    early = whole_tables(open(made, encoding="utf-8").read())
    so_far = f"по состоянию на {newest:%d.%m.%Y} 22:00"
    assert f" · {so_far} · " in open(made, encoding="utf-8").read() and f", {so_far}\n" in open(made[:-4] + "txt", encoding="utf-8").read()
    at(f"{newest.date() + datetime.timedelta(1)} 00:00:00", "--date", str(newest.date()))
    assert "по состоянию" not in open(made, encoding="utf-8").read() + open(made[:-4] + "txt", encoding="utf-8").read()
    for until, tables in ((f"{newest.date()}T22:00", early), (str(newest.date() + datetime.timedelta(1)), whole_tables(open(made, encoding="utf-8").read()))):
        assert tables == whole_tables(s.run("report", "--since", str(newest.date()), "--until", until, "--format", "html", "-c", conf).decode()), until
    assert newest.hour < 22 and tables != early


def whole_tables(page):
    return re.findall("<table.*?</table>", page, re.S)


if __name__ == "__main__":
    if not FAKETIME:
        raise SystemExit("libfaketime is missing: make deps")
    sys.exit(main([csv_by_a_strict_parser, late_jobs_against_sql, xes_by_its_schema, workbook_by_unzip_and_xml, workbook_in_russian,
                   files_are_replaced_and_nothing_else, page_in_a_browser, what_cannot_be_written_is_said, stories_and_the_live_log, every_story_against_the_tables, report_of_the_day]))
