#include "core/sim_parts.h"

#include <stdio.h>
#include <string.h>

#define COUNT(a) ((int)(sizeof(a) / sizeof((a)[0])))

static const char *const places[] = { "checkin", "diagnosis", "repair",   "quality", "wash",
                                      "ready",   "handover",  "approval", "parts" };
static const char *const bays[SIM_BAYS] = { "1", "2", "3", "4", "5", "6", "quality", "wash" };

static const char *const models[] = {
    "Lada Vesta",      "Lada Granta",    "Lada Niva Travel", "Lada Largus",    "Geely Coolray",
    "Geely Atlas Pro", "Geely Monjaro",  "Geely Tugella",    "Belgee X50",     "Haval Jolion",
    "Haval F7",        "Haval Dargo",    "Chery Tiggo 7",    "Chery Tiggo 4",  "Chery Arrizo 8",
    "Exeed TXL",       "Omoda C5",       "Jaecoo J7",        "Changan UNI-K",  "Changan CS55",
    "GAC GS8",         "Tank 300",       "Kia Rio",          "Kia Sportage",   "Kia Ceed",
    "Hyundai Solaris", "Hyundai Creta",  "Hyundai Tucson",   "Renault Logan",  "Renault Duster",
    "Renault Arkana",  "VW Polo",        "VW Tiguan",        "VW Passat",      "Škoda Octavia",
    "Škoda Rapid",     "Škoda Kodiaq",   "Toyota Camry",     "Toyota RAV4",    "Toyota Corolla",
    "Nissan Qashqai",  "Nissan X-Trail", "Mazda CX-5",       "Mazda 6",        "Ford Focus",
    "Opel Astra",      "Peugeot 308",    "Citroën C4",       "Audi A4",        "Audi Q5",
    "BMW X3",          "BMW 320d",       "Mercedes E 220",   "Volvo XC60",     "УАЗ Патриот",
    "ГАЗель Next",     "Москвич 3",      "Subaru Forester",  "Mitsubishi ASX", "Suzuki Vitara",
};

static const char *const advisers[] = { "Ирина Соколова", "Павел Гончар", "Анна Левченко", "Дмитрий Орлов" };

static const char *const mechanics[SIM_BAYS] = { "Сергей К.", "Андрей М.", "Виктор Л.",  "Олег Д.",
                                                 "Игорь Ш.",  "Денис Р.",  "Николай П.", "Артём В." };

static const char *const rework[] = { "Стук не устранён",     "Не затянуты колёса",
                                      "Горит лампа подвески", "Подтекает масло",
                                      "Не убран салон",       "Нет отметки о моменте затяжки" };
static const char *const cancel[] = { "Клиент передумал", "Клиент отказался от ремонта",
                                      "Записан на другой день", "Деталь снята с производства" };
static const char *const help[] = { "Нужен второй человек", "Не выходит диагностика", "Нужен спецключ",
                                    "Сорван болт", "Вопрос к приёмщику" };
static const char *const desk_notes[] = { "Клиент просил позвонить до 15:00", "Ключ в ячейке 12",
                                          "Приёмку после 18:00 ведёт Павел", "Привезли масло 5W-30",
                                          "Завтра с утра две машины такси" };
static const char *const bay_notes[] = { "Колодки задние — 3 мм", "Рекомендована замена пыльника",
                                         "Подъёмник скрипит, вызвать сервис", "Запас фильтров кончается",
                                         "Скол на лобовом был при приёмке" };
static const char *const comments[] = { "Спасибо, быстро", "Всё понятно объяснили", "Долго ждал мойку",
                                        "Обещали к двум, отдали в три", "Хороший кофе" };
static const char *const known[] = { "Причина известна клиенту", "Отзывная кампания",
                                     "Диагностика была вчера" };

static const struct {
    const char *const *text;
    int n;
} lists[] = {
    [WORDS_REWORK] = { rework, COUNT(rework) },
    [WORDS_CANCEL] = { cancel, COUNT(cancel) },
    [WORDS_HELP] = { help, COUNT(help) },
    [WORDS_DESK_NOTE] = { desk_notes, COUNT(desk_notes) },
    [WORDS_BAY_NOTE] = { bay_notes, COUNT(bay_notes) },
    [WORDS_COMMENT] = { comments, COUNT(comments) },
    [WORDS_KNOWN] = { known, COUNT(known) },
};

const char *sim_place_name(enum place place)
{
    return places[place];
}

const char *sim_bay_name(int bay)
{
    return bays[bay];
}

/* Letters allowed on Russian plates: those that Latin has as well. */
static const char *russian_letter(struct sim *sim)
{
    static const char *const letters[] = { "А", "В", "Е", "К", "М", "Н", "О", "Р", "С", "Т", "У", "Х" };
    return letters[sim_random(sim, 0, COUNT(letters) - 1)];
}

static void russian_plate(struct sim *sim, char out[PLATE_SIZE])
{
    static const short regions[] = {
        77, 777, 799, 97, 197, 50, 750, 190, 67, 32, 60, 178, 98, 198, 69, 40, 71
    };
    const char *a = russian_letter(sim), *b = russian_letter(sim), *c = russian_letter(sim);
    int number = (int)sim_random(sim, 1, 999);
    int region = regions[sim_random(sim, 0, COUNT(regions) - 1)];
    snprintf(out, PLATE_SIZE, "%s%03d%s%s%02d", a, number, b, c, region);
}

static void belarusian_plate(struct sim *sim, char out[PLATE_SIZE])
{
    static const char letters[] = "ABEIKMHOPCTX";
    int number = (int)sim_random(sim, 1, 9999);
    char a = letters[sim_random(sim, 0, 11)], b = letters[sim_random(sim, 0, 11)];
    int region = sim_chance(sim, 700) ? 7 : (int)sim_random(sim, 1, 6); /* 7 is Minsk */
    snprintf(out, PLATE_SIZE, "%04d %c%c-%d", number, a, b, region);
}

void sim_plate(struct sim *sim, char out[PLATE_SIZE])
{
    if (sim_chance(sim, 400))
        russian_plate(sim, out);
    else
        belarusian_plate(sim, out);
}

const char *sim_model(struct sim *sim)
{
    return models[sim_random(sim, 0, COUNT(models) - 1)];
}

const char *sim_adviser(struct sim *sim)
{
    return advisers[sim_random(sim, 0, COUNT(advisers) - 1)];
}

const char *sim_mechanic(int bay)
{
    return mechanics[bay];
}

const char *sim_words(struct sim *sim, enum words what)
{
    return lists[what].text[sim_random(sim, 0, lists[what].n - 1)];
}

static bool missing_in(const struct plan *plan, char *missing, size_t size)
{
    for (int i = 0; i < COUNT(places); i++)
        if (plan_stage(plan, places[i]) == NO_INDEX)
            return snprintf(missing, size, "stage \"%s\"", places[i]) > 0;
    for (int i = 0; i < SIM_BAYS; i++)
        if (plan_bay(plan, bays[i]) == NO_INDEX)
            return snprintf(missing, size, "bay \"%s\"", bays[i]) > 0;
    return false;
}

/* The route has exactly these stages, in this order. */
static bool route_is(const struct plan *plan, const char *id, const enum place *stages, int n)
{
    uint8_t r = plan_route(plan, id);
    if (r == NO_INDEX || plan->routes[r].n != n)
        return false;
    for (int i = 0; i < n; i++)
        if (strcmp(plan->stages[plan->routes[r].stage[i]].id, places[stages[i]]) != 0)
            return false;
    return true;
}

bool sim_fits(const struct plan *plan, char *missing, size_t size)
{
    static const enum place maintenance[] = { AT_CHECKIN, AT_REPAIR, AT_QUALITY,
                                              AT_WASH,    AT_READY,  AT_HANDOVER };
    static const enum place repair[] = { AT_CHECKIN, AT_DIAGNOSIS, AT_REPAIR,  AT_QUALITY,
                                         AT_WASH,    AT_READY,     AT_HANDOVER };
    if (missing_in(plan, missing, size))
        return false;
    if (!route_is(plan, "maintenance", maintenance, COUNT(maintenance)))
        return snprintf(missing, size, "route \"maintenance\" with the usual stages") < 0;
    if (!route_is(plan, "repair", repair, COUNT(repair)))
        return snprintf(missing, size, "route \"repair\" with the usual stages") < 0;
    return true;
}
