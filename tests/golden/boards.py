#!/usr/bin/env python3
"""Writes the sample boards of tests/golden/boards/ (run it in that folder's parent after a change here)."""
import json
import os

STAGES = {
    "checkin": ("queue", "Приёмка", "Check-in"),
    "diagnosis": ("work", "Диагностика", "Diagnosis"),
    "approval": ("hold", "Согласование", "Approval"),
    "parts": ("hold", "Ожидание запчастей", "Waiting for parts"),
    "repair": ("work", "В ремонте", "In repair"),
    "quality": ("check", "Контроль качества", "Quality check"),
    "wash": ("work", "Мойка", "Wash"),
    "ready": ("ready", "Готов к выдаче", "Ready"),
    "handover": ("done", "Выдан", "Handed over"),
}
SHORT = ["checkin", "repair", "quality", "wash", "ready"]
LONG = ["checkin", "diagnosis", "repair", "quality", "wash", "ready"]
MODELS = ["Kia Sportage", "Škoda Octavia", "Toyota RAV4", "Haval Jolion", "Renault Duster", "Belgee X50", "Lada Granta",
          "Nissan Qashqai", "Geely Coolray", "Volkswagen Polo", "BMW X3", "Hyundai Solaris", "Mazda CX-5", "Ford Focus"]


def at(text, day=21):
    """Local time of the workshop (UTC+3) on a day of November 2026 → UTC."""
    h, m = map(int, text.split(":")[:2])
    s = text.count(":") == 2 and int(text.split(":")[2]) or 0
    total = (day * 24 + h - 3) * 3600 + m * 60 + s
    d, rest = divmod(total, 86400)
    month = 11
    if d < 1:
        d, month = d + 31, 10
    if d > 30:
        d, month = d - 30, 12
    return f"2026-{month:02}-{d:02}T{rest // 3600:02}:{rest // 60 % 60:02}:{rest % 60:02}.000Z"


def car(label, model, stage, since, promised=None, was=None, waiting=False, route=SHORT, step=None, **more):
    kind = STAGES[stage][0]
    job = {"key": "", "label": label,
           "model": model, "stage": stage, "kind": kind, "since": since if "T" in since else at(since), "route": route,
           "step": step or (route.index(stage) + 1 if stage in route else 2), "steps": len(route), "waiting": waiting}
    for name, value in (("promised", promised), ("promised_was", was)):
        if value:
            job[name] = value if "T" in value else at(value)
    job.update(more)
    return job


def ready(label, model, since, pickup="Касса", **more):
    job = car(label, model, "ready", since, **more)
    job["ready_at"] = job["since"]
    if pickup:
        job["pickup"] = pickup
    return job


def board(time, jobs, title=None, bays=(6, 6), **more):
    for i, job in enumerate(jobs):
        job["key"] = f"key{i:04}"
    out = {"v": 1, "site": "sever", "title": title or {"ru": "Автоцентр «Север»", "en": "North Car Centre"}, "rev": 417, "time": time,
           "zone": "Europe/Minsk", "stages": {k: {"kind": v[0], "ru": v[1], "en": v[2]} for k, v in STAGES.items()}, "jobs": jobs}
    if bays:
        out["bays"] = {"total": bays[1], "online": bays[0]}
    out.update(more)
    return out


def day():
    """The day of the design's pictures: 9 in the list, 3 ready."""
    return [
        car("123", "Haval Jolion", "quality", "14:15", "15:15"),
        car("4456", "Toyota RAV4", "parts", "13:10", "17:00", "15:30", True, LONG, 3),
        car("1205", "Kia Sportage", "wash", "14:24", "15:00", waiting=True),
        car("7702", "Škoda Octavia", "repair", "13:40", "15:30", waiting=True),
        car("2093", "Renault Duster", "approval", "13:52", "16:30", route=LONG, step=2),
        car("0018", "Belgee X50", "repair", "13:05", "16:45", route=LONG),
        car("К61", "Lada Granta", "diagnosis", "14:20", "18:00", route=LONG),
        car("5510", "Geely Coolray", "checkin", "14:28", "18:30"),
        car("8734", "Nissan Qashqai", "repair", "12:30"),
        ready("К47", "Lada Vesta", "14:08"), ready("318", "BMW X3", "14:19", "Стойка 2"), ready("0471", "Ford Focus", "14:25"),
    ]


def few():
    return [car("7702", "Škoda Octavia", "repair", "13:40", "15:30", waiting=True), car("123", "Haval Jolion", "quality", "14:15", "15:15"),
            car("0018", "Belgee X50", "repair", "13:05", "16:45", route=LONG), ready("0471", "Ford Focus", "14:25")]


def many(n, n_ready, hour=17):
    jobs, stages = [], ["repair", "quality", "wash", "diagnosis", "checkin", "repair", "parts", "repair", "approval", "wash"]
    for i in range(n - n_ready):
        stage = stages[i * 7 % len(stages)]
        label = f"{(i * 7919 + 902) % 10000:04}" if i % 6 else f"К{10 + i % 90}"
        h, m = divmod(hour * 60 + 40 + i * 11 % 300, 60)
        jobs.append(car(label, MODELS[i % len(MODELS)], stage, f"{hour - 1 - i % 5:02}:{i * 13 % 60:02}", f"{min(h, 22):02}:{m // 5 * 5:02}",
                        f"{hour - 1}:00" if i % 9 == 4 else None, i % 13 == 5, LONG if stage in ("diagnosis", "approval", "parts") else SHORT))
    for i in range(n_ready):
        jobs.append(ready(f"{(i * 4243 + 471) % 10000:04}" if i % 5 else f"К{47 + i}", MODELS[(i * 3) % len(MODELS)],
                          f"{hour}:{i * 2 % 28:02}" if i < 7 else f"{hour - 2}:{i * 3 % 60:02}", ["Касса", "Стойка 2", "Касса"][i % 3]))
    return jobs


LONG_LABELS = [
    car("А123ВС777", "Mercedes-Benz Sprinter 316 CDI", "parts", at("10:00", 10), at("12:00", 24), at("12:00", 23), True, LONG, 3),
    car("1234 AB-7", "Volkswagen Passat Variant", "quality", "14:15", at("12:00", 24)),
    car("О777ОО197", "Land Rover Discovery Sport", "approval", at("10:00", 19), "14:00", route=LONG, step=2),
    car("9001", "Opel Astra", "parts", at("11:00", 10), at("14:00", 26), at("14:00", 23), route=LONG, step=3),
    car("9002", "Opel Astra", "repair", at("11:00", 10), "14:00"),
    car("9003", "Opel Astra", "parts", at("11:00", 10), "14:00", route=LONG, step=3),
    ready("А123ВС777", "Škoda Octavia", "14:25", "Окно выдачи"), ready("7", "Škoda Octavia", "14:21", "Стойка администратора")]


HOSTILE = [
    car("A1234567890BCDEF · К61", "Mercedes-Benz Sprinter 316 CDI Kastenwagen lang", "parts", "13:10", "17:00", "15:30", True, LONG, 3),
    car("1234 AB-7 · К12", "Очень длинное название модели автомобиля с прицепом", "quality", "14:15", at("12:00", 24), at("10:00", 23)),
    car("W̶̢̛͇W̶̢̛͇W", "Z̸̧͎̾̾a̵͓̋l̶̰̓g̷͖̈o̷̞͌ Ё́Й́", "repair", at("10:00", 14), at("12:00", 30)),
    car("٤٥٦", "تويوتا كامري", "repair", "13:05", "16:45"),
    car("18", "日産 キャシュカイ ქართული Հայ", "wash", at("09:00", 20), "14:40"),
    car("👨‍👩‍👧‍👦🇧🇾", "‮evil‬ <b>x</b> %s%n $(rm)", "approval", "13:52", "12:00", route=LONG, step=2),
    car("MMMMMMMMMMMMMMMM", "MMMMMMMMMMMMMMMMMMMMMMMM", "checkin", "14:28", "18:30"),
    ready("A1234567890BCDEF · К61", "Škoda", "14:25", "Окно выдачи номер два на первом этаже у лифта, спросить администратора"),
    ready("WWWWWWWWWWWWWWWW", "x", "14:26", None), ready("7", "", "14:27", "К")]
BAD_STAGES = dict(STAGES, parts=("hold", "Ожидание запасных частей от поставщика из другого города", "Waiting for parts from a supplier in another town"))


def bay(ident, name, job=None, lamp="green", limit=None, help_since=None, online=True, english=None):
    """A bay of the staff's board; `job` stands in it."""
    out = {"bay": ident, "label": {"ru": name, "en": english or name}, "lamp": lamp if job else "off", "online": online,
           "help": {"since": at(help_since), "reason": ""} if help_since else None}
    if job:
        job["bay"] = ident
        out.update(job=job["job"], code=job["code"], plate=job["plate"], stage=job["stage"], kind=job["kind"], since=job["since"])
        if limit:
            out["limit_s"] = limit * 60
    return out


def staff(jobs, bays, time=None, today=(14, 9, 7, 0.8667, 0.9643), title=None):
    for i, job in enumerate(jobs):
        job.update(job=f"wo-{i:04}", code=f"К{i + 10}", plate=f"{job['label']} AB-7", advisor="Иванова Мария", by="Пётр")
    names = ("opened", "ready", "handed_over", "on_time", "right_first_time")
    return board(time or at("14:32"), jobs, title, problems=[], notes=[], baylist=[bay(*b[:2], jobs[b[2]] if b[2] is not None else None, **b[3])
                 for b in bays], today={k: v for k, v in zip(names, today) if v is not None})


def floor(calls=("14:26",)):
    """The shop floor of the design's picture."""
    jobs = [car("7702", "Škoda Octavia", "repair", "13:40"), car("0018", "Belgee X50", "repair", "13:05"), car("5510", "Geely Coolray", "repair", "14:20"),
            car("8734", "Nissan Qashqai", "diagnosis", "14:05"), car("6120", "Kia Rio", "repair", "12:23", "14:20"), car("123", "Haval Jolion", "quality", "14:15", "15:15"),
            car("1205", "Kia Sportage", "wash", "14:24", "15:00"), car("4456", "Toyota RAV4", "parts", "13:10", "17:00", "15:30", True, LONG, 3),
            car("2093", "Renault Duster", "approval", "13:52", "16:30", route=LONG, step=2), ready("318", "BMW X3", "14:19")]
    bays = [("1", "Пост 1", 0, {"limit": 120}), ("2", "Пост 2", 1, {"limit": 120}), ("3", "Пост 3", 2, {"limit": 120}),
            ("4", "Пост 4", 3, {"limit": 30, "lamp": "amber"}), ("5", "Пост 5", 4, {"limit": 120, "lamp": "red"}), ("6", "Пост 6", None, {}),
            ("quality", "ОТК", 5, {"limit": 30, "english": "Check"}), ("wash", "Мойка", 6, {"limit": 20, "english": "Wash"})]
    for i, b in enumerate(bays[:6]):
        b[3]["english"] = f"Bay {i + 1}"
    for i, since in zip((3, 0, 6), calls):
        bays[i][3]["help_since"] = since
    return jobs, bays


def big_floor(n, n_holds, n_late=0):
    stages = ["repair", "quality", "repair", "diagnosis", "wash"]
    lamps = ["green", "green", "amber", "red", "green"]
    jobs = [car(f"{(i * 7919 + 902) % 10000:04}", "Kia Rio", stages[i % 5], f"{12 + i % 3}:{i * 7 % 60 // 2:02}", f"14:{i:02}" if i < n_late else None) for i in range(n)]
    jobs += [car(f"{(i * 4243 + 471) % 10000:04}", "Kia Rio", ["parts", "approval"][i % 2], f"{10 + i % 4}:{i * 13 % 60:02}", route=LONG, step=2) for i in range(n_holds)]
    return jobs, [(str(i + 1), f"Пост {i + 1}", i if i % 6 != 5 else None, {"limit": 120 if i % 2 else None, "lamp": lamps[i % 5], "online": i != 6}) for i in range(n)]


def write(name, value):
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "boards", name + ".json"), "w", encoding="utf-8") as f:
        json.dump(value, f, ensure_ascii=False, indent=1)
        f.write("\n")


def main():
    write("day", board(at("14:32"), day()))
    write("empty", board(at("08:05", 23), []))
    write("one", board(at("14:32"), few()[:1]))
    write("one-ready", board(at("14:32"), few()[3:]))
    write("few", board(at("14:32"), few()))
    write("cars-40", board(at("17:28"), many(40, 12), bays=(5, 6)))
    write("cars-80", board(at("17:28"), many(80, 30)))
    write("cars-200", board(at("17:28"), many(200, 25)))
    write("ready-5", board(at("14:32"), day()[:9] + [ready(str(2000 + 37 * i), "Kia Rio", f"14:0{i}", "Касса") for i in range(5)]))
    write("ready-old", board(at("14:32"), day()[:4] + [ready("К12", "Kia Rio", "12:10"), ready("318", "BMW X3", "14:19", "Стойка 2")]))
    called = [j for j in day() if j["label"] not in ("К47", "1205")] + [ready("1205", "Kia Sportage", "14:40:49")]
    write("call", board(at("14:41"), called))
    write("call-two", board(at("14:41"), called + [ready("7702", "Škoda Octavia", "14:40:50", "Окно выдачи номер два на первом этаже")]))
    write("long", board(at("14:32"), LONG_LABELS, {"ru": "Официальный дилерский центр «Автомобильный Альянс Север»",
                                                   "en": "North Car Centre of the Eastern District"}))
    several = [ready(str(2000 + 37 * i), "Kia Rio", f"14:2{i}", "Касса") for i in range(4)] + [ready("1206", "Kia Rio", "14:40:20", "Стойка 2")]
    write("bright", board(at("14:41"), day()[:9] + several))
    write("bright-two", board(at("14:41"), day()[:9] + several + [ready("7703", "Kia Rio", "14:40:15", "Касса")]))
    write("hostile", board(at("14:32"), HOSTILE, {"ru": "Официальный дилерский центр «Север-Авто-Плюс» на Партизанском проспекте"},
                           stages={k: {"kind": v[0], "ru": v[1], "en": v[2]} for k, v in BAD_STAGES.items()}))
    write("plain", board(at("14:32"), [car("77", "", "repair", "13:40"), ready("5", "", "14:20", None)], {}, None))
    write("floor", staff(*floor()))
    write("floor-calm", staff([j for j in floor(())[0][:4]], [b for b in floor(())[1][:4]], today=(0, 0, 0, None, None)))
    write("floor-calls", staff(*floor(("14:26", "13:20", "14:31"))))
    write("floor-0", staff([], [], today=(0, 0, 0, None, None)))
    write("floor-3", staff(*big_floor(3, 1)))
    write("floor-12", staff(*big_floor(12, 3, 2)))
    write("floor-20", staff(*big_floor(20, 0, 9)))
    write("floor-holds", staff(*big_floor(10, 14)))
    hostile = [car(*row) for row in (("A1234567890BCDEF · К61", "M", "parts", at("10:00", 14), at("12:00", 20), None, True, LONG, 3), ("WWWWWWWWWWWWWWWW", "M", "quality", at("10:00", 14)),
                                     ("1234 AB-7 · К12", "M", "parts", "13:10", None, None, False, LONG, 3), ("\u202e", "M", "repair", "10:01", at("12:00", 19)))]
    write("floor-hostile", dict(staff(hostile, [("a", "Очень длинное название поста у ворот", 1, {"limit": 12000, "lamp": "red", "help_since": "09:00", "online": False}),
                                                ("b", "12345678901234567890", 3, {"limit": 6000, "lamp": "amber"}), ("c", "Пост", None, {"help_since": "14:32"})],
                                      today=(2147483647, 100000, None, 1, 0)), stages={k: {"kind": v[0], "ru": v[1], "en": v[2]} for k, v in BAD_STAGES.items()}))
    late = day()[:6]
    late[0]["promised"] = at("14:30")
    late[4]["promised"] = at("12:00")
    late.append(car("9001", "Opel Astra", "parts", at("11:00", 18), at("14:00", 26), at("14:00", 23), route=LONG, step=3))
    write("late", board(at("14:32"), late))
    write("days", board(at("14:32"), [
        car("7702", "Škoda Octavia", "repair", at("13:00", 19), at("12:00", 24), at("12:00", 22)),
        car("4456", "Toyota RAV4", "parts", at("13:00", 10), at("12:00", 30), None, True, LONG, 3),
        car("1205", "Kia Sportage", "quality", "14:24", at("10:00", 23)),
        car("2093", "Renault Duster", "approval", at("16:00", 20), at("18:00", 21), route=LONG, step=2)]))


if __name__ == "__main__":
    main()
