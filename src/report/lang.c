#include "report/lang.h"

#include <stddef.h>
#include <string.h>

static const char *const russian[][2] = {
    /* Heads. */
    { "Workshop report", "Отчёт о работе сервиса" },
    { "the first event", "первое событие" },
    { "the last event", "последнее событие" },
    { "times in", "часовой пояс" },
    { "lengths in hours:minutes", "длительности в часах:минутах" },
    { "Where did the time go", "Куда ушло время" },
    { "How long from check-in to ready", "Сколько от приёмки до готовности" },
    { "Ready against the first promise", "Готовность и первое обещание" },
    { "When cars came and went", "Когда приезжали и уезжали" },
    { "The bays through the day", "Посты в течение дня" },
    { "How far the visits came", "До какого этапа дошли визиты" },
    { "Shift notes", "Записи смены" },
    { "All figures", "Все показатели" },
    { "no data in this time", "за это время данных нет" },
    /* Tiles. */
    { "handed over", "выдано" },
    { "median to ready", "медиана до готовности" },
    { "first promises kept", "первых обещаний сдержано" },
    { "share of time in work", "доля времени в работе" },
    { "rework", "возвраты с контроля" },
    { "recommend (NPS)", "готовы рекомендовать (NPS)" },
    { "rating of 10", "оценка из 10" },
    { "trust in the log", "доверие к журналу" },
    /* Charts. */
    { "cars", "машин" },
    { "hours", "часы" },
    { "work", "работа" },
    { "wait", "ожидание" },
    { "waiting and holds", "ожидание и простои" },
    { "work and checks", "работа и контроль" },
    { "median", "медиана" },
    { "80 %", "80 %" },
    { "earlier, hours", "раньше, часы" },
    { "later, hours", "позже, часы" },
    { "promised", "обещано" },
    { "came in", "приехали" },
    { "became ready", "готовы" },
    { "left", "уехали" },
    { "cancelled", "отменено" },
    { "here now", "сейчас здесь" },
    { "in the bay", "на посту" },
    { "worked on", "в работе" },
    { "working time", "рабочее время" },
    { "elapsed time", "полное время" },
    { "times", "раз" },
    { "Mon", "Пн" },
    { "Tue", "Вт" },
    { "Wed", "Ср" },
    { "Thu", "Чт" },
    { "Fri", "Пт" },
    { "Sat", "Сб" },
    { "Sun", "Вс" },
    /* Tables: the titles of the report. */
    { "Jobs", "Заказы" },
    { "opened", "открыто" },
    { "ready", "готово" },
    { "still open", "ещё открыто" },
    { "Per car", "На машину" },
    { "in to out", "от приёмки до выдачи" },
    { "in to ready", "от приёмки до готовности" },
    { "ready to out", "от готовности до выдачи" },
    { "waited for us", "ждала нас" },
    { "on hold", "в простое" },
    { "mean", "среднее" },
    { "90 %", "90 %" },
    { "longest", "наибольшее" },
    { "Stages", "Этапы" },
    { "stage", "этап" },
    { "kind", "вид" },
    { "total", "всего" },
    { "queue", "очередь" },
    { "hold", "простой" },
    { "check", "контроль" },
    { "Bays", "Посты" },
    { "bay", "пост" },
    { "jobs", "заказов" },
    { "occupied", "занят" },
    { "working", "в работе" },
    { "Holds", "Простои" },
    { "reason", "причина" },
    { "First promise", "Первое обещание" },
    { "kept", "сдержано" },
    { "moved", "перенесено" },
    { "share kept", "доля сдержанных" },
    { "Rework", "Возвраты с контроля" },
    { "share of ready", "доля готовых" },
    { "Rating", "Оценки" },
    { "answers", "ответов" },
    { "mean of 0-10", "средняя из 10" },
    { "Log quality", "Качество журнала" },
    { "late", "с опозданием" },
    { "clamped", "исправлено" },
    { "rejected", "отклонено" },
    { "undone", "отменено шагов" },
    { "checks skipped", "пропущено проверок" },
    { "Where the time went", "Куда ушло время" },
    { "yes", "да" },
    { "none", "нет" },
};

const char *lang_word(const char *lang, const char *english)
{
    if (!english || strcmp(lang, "ru") != 0)
        return english;
    for (size_t i = 0; i < sizeof russian / sizeof russian[0]; i++)
        if (strcmp(russian[i][0], english) == 0)
            return russian[i][1];
    return english;
}

bool lang_known(const char *lang)
{
    return strcmp(lang, "ru") == 0 || strcmp(lang, "en") == 0;
}
