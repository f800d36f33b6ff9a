#include "display/words.h"

#include "base/stamp.h"
#include "base/text.h"
#include "sys/clock.h"

#include <stdio.h>
#include <string.h>

#define NB "\xc2\xa0" /* no-break space */

struct tongue {
    char lang[4];
    const char *words[WORD_COUNT];
    const char *months[12]; /* with a day before it */
    const char *short_months[12];
    const char *weekdays[7]; /* short, Monday first */
};

static const struct tongue tongues[] = {
    { .lang = "ru",
      .words = { [WORD_BY] = "до",
                 [WORD_WAS] = "было",
                 [WORD_SINCE] = "с",
                 [WORD_ASK] = "спросите мастера",
                 [WORD_ASK_SHORT] = "к" NB "мастеру",
                 [WORD_READY_LIST] = "Готовы",
                 [WORD_READY] = "Готов",
                 [WORD_TO_DESK] = "К" NB "мастеру",
                 [WORD_DESK] = "Мастер",
                 [WORD_OF] = "из",
                 [WORD_DATA_AT] = "Данные на",
                 [WORD_DATA] = "Данные",
                 [WORD_BAYS] = "Посты",
                 [WORD_NO_LINK] = "Нет связи с" NB "%s. Уточните у" NB "мастера",
                 [WORD_NO_DATA] = "Нет данных с" NB "%s",
                 [WORD_PLEASE_ASK] = "Пожалуйста, обратитесь к" NB "мастеру",
                 [WORD_CONNECTING] = "Соединяемся…",
                 [WORD_NOT_CONNECTED] = "Табло пока не на" NB "связи",
                 [WORD_COMES_BACK] = "Оно включится само",
                 [WORD_WELCOME] = "Добро пожаловать",
                 [WORD_NO_CARS] = "Сейчас в" NB "сервисе нет автомобилей.",
                 [WORD_WILL_APPEAR] = "Ваш появится здесь после приёмки.",
                 [WORD_BAY] = "Пост",
                 [WORD_HELP] = "помощь",
                 [WORD_MIN] = "мин",
                 [WORD_DAYS] = "дн",
                 [WORD_FREE] = "свободен",
                 [WORD_LATE] = "Опаздывает",
                 [WORD_LATE_MANY] = "Опаздывают",
                 [WORD_LATE_BY] = "на",
                 [WORD_OPENED] = "принято",
                 [WORD_DONE] = "готово",
                 [WORD_HANDED_OVER] = "выдано",
                 [WORD_ON_TIME] = "в" NB "срок",
                 [WORD_RIGHT_FIRST] = "с" NB "1-го раза",
                 [WORD_RIGHT_FIRST_SHORT] = "с" NB "1-го раза",
                 [WORD_NO_BAYS] = "Постов пока нет",
                 [WORD_BAYS_APPEAR] = "Они появятся здесь, когда будут заданы в" NB "конфигурации." },
      .months = { "января", "февраля", "марта", "апреля", "мая", "июня", "июля", "августа", "сентября",
                  "октября", "ноября", "декабря" },
      .short_months = { "янв", "фев", "мар", "апр", "мая", "июн", "июл", "авг", "сен", "окт", "ноя", "дек" },
      .weekdays = { "пн", "вт", "ср", "чт", "пт", "сб", "вс" } },
    { .lang = "en",
      .words = { [WORD_BY] = "by",
                 [WORD_WAS] = "was",
                 [WORD_SINCE] = "since",
                 [WORD_ASK] = "ask the desk",
                 [WORD_ASK_SHORT] = "ask the desk",
                 [WORD_READY_LIST] = "Ready",
                 [WORD_READY] = "Ready",
                 [WORD_TO_DESK] = "To the desk",
                 [WORD_DESK] = "Desk",
                 [WORD_OF] = "of",
                 [WORD_DATA_AT] = "Data at",
                 [WORD_DATA] = "Data",
                 [WORD_BAYS] = "Bays",
                 [WORD_NO_LINK] = "No data since %s. Ask the desk",
                 [WORD_NO_DATA] = "No data since %s",
                 [WORD_PLEASE_ASK] = "Please ask at the service desk",
                 [WORD_CONNECTING] = "Connecting…",
                 [WORD_NOT_CONNECTED] = "The board is not connected yet",
                 [WORD_COMES_BACK] = "It will return by itself",
                 [WORD_WELCOME] = "Welcome",
                 [WORD_NO_CARS] = "No cars in service at the moment.",
                 [WORD_WILL_APPEAR] = "Yours will appear here after check-in.",
                 [WORD_BAY] = "Bay",
                 [WORD_HELP] = "help",
                 [WORD_MIN] = "min",
                 [WORD_DAYS] = "d",
                 [WORD_FREE] = "free",
                 [WORD_LATE] = "Late",
                 [WORD_LATE_MANY] = "Late",
                 [WORD_LATE_BY] = "by",
                 [WORD_OPENED] = "checked in",
                 [WORD_DONE] = "ready",
                 [WORD_HANDED_OVER] = "handed over",
                 [WORD_ON_TIME] = "on time",
                 [WORD_RIGHT_FIRST] = "right first time",
                 [WORD_RIGHT_FIRST_SHORT] = "first-time fix",
                 [WORD_NO_BAYS] = "No bays yet",
                 [WORD_BAYS_APPEAR] = "They will appear here once the configuration names them." },
      .months = { "January", "February", "March", "April", "May", "June", "July", "August", "September",
                  "October", "November", "December" },
      .short_months = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" },
      .weekdays = { "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun" } },
};

static const struct tongue *tongue(const char *lang)
{
    for (size_t i = 0; i < sizeof tongues / sizeof tongues[0]; i++)
        if (strcmp(tongues[i].lang, lang) == 0)
            return &tongues[i];
    return NULL;
}

static const struct tongue *tongue_or_english(const char *lang)
{
    const struct tongue *t = tongue(lang);
    return t ? t : &tongues[1];
}

bool words_known(const char *lang)
{
    return tongue(lang) != NULL;
}

const char *words_get(const char *lang, enum word word)
{
    return tongue_or_english(lang)->words[word];
}

int words_plural_ru(int n)
{
    int tens = n % 100, ones = n % 10;
    if (ones == 1 && tens != 11)
        return 0;
    return ones >= 2 && ones <= 4 && (tens < 12 || tens > 14) ? 1 : 2;
}

void words_bays(const char *lang, int online, int total, char out[WORDS_SIZE])
{
    /* After "из" stands the genitive: one form for 1, 21, …, one for all others. */
    static const char *const of_bays[] = { "поста", "постов", "постов" };
    if (tongue_or_english(lang) == &tongues[0])
        snprintf(out, WORDS_SIZE, "На" NB "связи %d из" NB "%d %s", online, total,
                 of_bays[words_plural_ru(total)]);
    else
        snprintf(out, WORDS_SIZE, "%d of %d %s on line", online, total, total == 1 ? "bay" : "bays");
}

void words_clock(struct wall at, char out[WORDS_SIZE])
{
    struct clock_parts p = clock_local(at);
    snprintf(out, WORDS_SIZE, "%02d:%02d", p.hour, p.minute);
}

void words_date(const char *lang, struct wall at, char out[WORDS_SIZE])
{
    struct clock_parts p = clock_local(at);
    snprintf(out, WORDS_SIZE, "%d" NB "%s", p.day, tongue_or_english(lang)->months[p.month - 1]);
}

/* Days from the local date of `now` to that of `at`. */
static int64_t days_between(struct wall now, struct wall at)
{
    struct clock_parts a = clock_local(at), n = clock_local(now);
    return stamp_days(a.year, (unsigned)a.month, (unsigned)a.day) -
           stamp_days(n.year, (unsigned)n.month, (unsigned)n.day);
}

static void short_date(const char *lang, struct wall at, char out[WORDS_SIZE])
{
    struct clock_parts p = clock_local(at);
    snprintf(out, WORDS_SIZE, "%d" NB "%s", p.day, tongue_or_english(lang)->short_months[p.month - 1]);
}

void words_promise(const char *lang, struct wall at, struct wall now, char out[WORDS_SIZE])
{
    int64_t days = days_between(now, at);
    struct clock_parts p = clock_local(at);
    if (days == 0)
        words_clock(at, out);
    else if (days >= -6 && days <= 6)
        snprintf(out, WORDS_SIZE, "%s" NB "%02d:%02d", tongue_or_english(lang)->weekdays[p.weekday], p.hour,
                 p.minute);
    else
        short_date(lang, at, out);
}

void words_begin(const char *lang, struct wall at, struct wall now, char out[WORDS_SIZE])
{
    int64_t days = days_between(now, at);
    if (days == 0)
        words_clock(at, out);
    else if (days < 0 && days >= -6)
        snprintf(out, WORDS_SIZE, "%s", tongue_or_english(lang)->weekdays[clock_local(at).weekday]);
    else
        short_date(lang, at, out);
}

void words_since(const char *lang, enum word word, const char *time, char out[WORDS_SIZE])
{
    const char *format = words_get(lang, word), *hole = strstr(format, "%s");
    struct text t = text_over(out, WORDS_SIZE);
    text_add(&t, format, hole ? (size_t)(hole - format) : strlen(format));
    if (hole) {
        text_put(&t, time);
        text_put(&t, hole + 2);
    }
}
