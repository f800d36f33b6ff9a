#include "app/box_words.h"

#include <string.h>

struct pair {
    const char *ru, *en;
};

static const struct pair words[] = {
    [BOX_STILL_WORKING] = { "Ещё в работе?", "Still working?" },
    [BOX_GOES_ON] = { "Ещё в работе · Still working", "Ещё в работе · Still working" },
    [BOX_WAITING] = { "Записано, ждёт", "Saved, waiting" },
    [BOX_FILLS] = { "Память почти полна, ждёт", "Memory nearly full, waiting" },
    [BOX_FULL] = { "НЕ записано: память полна", "NOT saved: memory full" },
    [BOX_NOT_SAVED] = { "НЕ записано: ошибка диска", "NOT saved: disk failed" },
    [BOX_MISREAD] = { "Код не прочитан, ещё раз", "Code not read, scan again" },
    [BOX_DAMAGED] = { "Память поста повреждена, спасено нажатий · The bay's outbox was damaged, presses "
                      "saved",
                      "Память поста повреждена, спасено нажатий · The bay's outbox was damaged, presses "
                      "saved" },
};

/* `bad-field` stands for all of its fields. */
static const struct {
    const char *reason;
    struct pair says;
} reasons[] = {
    { "no-job-in-bay", { "На посту нет машины", "No car in this bay" } },
    { "unknown-job", { "Нет такого наряда", "No such work order" } },
    { "unknown-bay", { "Пост не настроен", "Bay not configured" } },
    { "unknown-stage", { "Нет такого этапа", "No such stage" } },
    { "too-old", { "Слишком старое", "Too old" } },
    { "closed", { "Машина уже выдана", "Car already handed over" } },
    { "moved-on", { "Машина уже на другом этапе", "Car has moved on" } },
    { "at-ready", { "Уже готова, дальше приёмка", "Ready: the desk goes on" } },
    { "illegal-step", { "Здесь так нельзя", "Not possible here" } },
    { "nothing-to-undo", { "Нечего отменять", "Nothing to undo" } },
    { "undo-expired", { "Отменять поздно", "Too late to undo" } },
    { "forbidden", { "Посту не разрешено", "Not allowed here" } },
    { "unknown-type", { "Хаб не знает такого", "Hub does not know this" } },
    { "bad-field", { "Ошибка в данных", "Bad data" } },
    { "id-reused", { "Ошибка номера", "Bad number" } },
};

static const char *pick(const struct pair *pair, const char *language)
{
    return strcmp(language, "ru") == 0 ? pair->ru : pair->en;
}

const char *box_word(enum box_word word, const char *language)
{
    return pick(&words[word], language);
}

const char *box_reason(const char *reason, const char *language)
{
    for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++) {
        size_t len = strlen(reasons[i].reason);
        if (strncmp(reason, reasons[i].reason, len) == 0 && (!reason[len] || reason[len] == ':'))
            return pick(&reasons[i].says, language);
    }
    return reason;
}
