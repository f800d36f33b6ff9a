#include "display/words.h"

#include "base/stamp.h"
#include "base/text.h"
#include "display/catalogue.h"
#include "sys/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HOLES_MAX 2

/* For xgettext (see the Makefile): context and text, and the plural. */
#define TEXT(context, text)                                                                                  \
    {                                                                                                        \
        context, text, NULL                                                                                  \
    }
#define PLURAL(context, one, several)                                                                        \
    {                                                                                                        \
        context, one, several                                                                                \
    }

/* A translator reads the comments marked "For translators". "%s" and "%d" are holes; where a language turns
 * their order round, "%2$s". */
static const struct {
    const char *context, *text, *plural;
} texts[WORD_COUNT] = {
    /* For translators: the time by which a car is promised; "by" is grey, the time is bold. */
    [WORD_BY] = TEXT("promise", "by %s"),
    /* For translators: the first promise, once it was moved. */
    [WORD_WAS] = TEXT("promise", "was %s"),
    [WORD_SINCE] = TEXT("stage", "since %s"),
    /* For translators: instead of a promise that has passed; at most as long as "ask the desk". */
    [WORD_ASK] = TEXT("promise has passed", "ask the desk"),
    [WORD_ASK_SHORT] = TEXT("promise has passed, little room", "ask the desk"),
    /* For translators: heading of a column of cars; it names a place and is not counted. */
    [WORD_READY_LIST] = TEXT("heading", "Ready"),
    /* For translators: one car, called in large letters. */
    [WORD_READY] = TEXT("call", "Ready"),
    [WORD_TO_DESK] = TEXT("where to go", "To the desk"),
    /* For translators: the same behind an arrow, one word. */
    [WORD_DESK] = TEXT("where to go, behind an arrow", "Desk"),
    /* For translators: the first of two calls. */
    [WORD_OF] = TEXT("call", "%d of %d"),
    /* For translators: the age of the data, a time of day. */
    [WORD_DATA_AT] = TEXT("strip", "Data at %s"),
    [WORD_DATA] = TEXT("strip, before a time", "Data"),
    [WORD_BAYS] = TEXT("strip, before 6/6", "Bays"),
    /* For translators: how many bays are on line; the second number decides about the plural. */
    [WORD_BAYS_LINE] = PLURAL("strip", "%d of %d bay on line", "%d of %d bays on line"),
    [WORD_NO_LINK] = TEXT("strip", "No data since %s. Ask the desk"),
    [WORD_NO_DATA] = TEXT("strip", "No data since %s"),
    [WORD_PLEASE_ASK] = TEXT("page", "Please ask at the service desk"),
    [WORD_CONNECTING] = TEXT("page", "Connecting..."),
    [WORD_NOT_CONNECTED] = TEXT("page", "The board is not connected yet"),
    [WORD_COMES_BACK] = TEXT("page", "It will return by itself"),
    [WORD_WELCOME] = TEXT("page", "Welcome"),
    [WORD_NO_CARS] = TEXT("page", "No cars in service at the moment."),
    [WORD_WILL_APPEAR] = TEXT("page", "Your car will appear here after check-in."),
    /* For translators: the strip, as short as can be, before a time: since then there are no data. */
    [WORD_OFFLINE] = TEXT("strip, before a time", "No link"),
    /* For translators: exactly the label that the program brings for this stage if the configuration has none. */
    [WORD_PARTS] = TEXT("stage", "Waiting for parts"),
    /* For translators: instead of it where there is little room: the same meaning, as short as can be. */
    [WORD_PARTS_SHORT] = TEXT("stage, little room", "Awaiting parts"),
    [WORD_PARTS_SHORTEST] = TEXT("stage, hardly any room", "Parts"),
    [WORD_APPROVAL] = TEXT("stage", "Approval"),
    [WORD_APPROVAL_SHORT] = TEXT("stage, little room", "Approval"),
    [WORD_QUALITY] = TEXT("stage", "Quality check"),
    [WORD_QUALITY_SHORT] = TEXT("stage, little room", "Check"),
    /* For translators: a working place and its number. */
    [WORD_BAY] = TEXT("workshop", "Bay %s"),
    /* For translators: behind the name of a bay and a colon: somebody there calls for help. */
    [WORD_HELP] = TEXT("workshop", "help"),
    /* For translators: behind the time a car has spent in its stage: the time it may take. */
    [WORD_LIMIT] = TEXT("workshop", "of %s"),
    [WORD_MIN] = PLURAL("workshop", "%d min", "%d min"),
    [WORD_DAYS] = PLURAL("workshop", "%d d", "%d d"),
    /* For translators: a bay without a car. */
    [WORD_FREE] = TEXT("workshop", "free"),
    /* For translators: one car is late against its promise. */
    [WORD_LATE] = TEXT("workshop", "Late %s"),
    /* For translators: several cars, their labels with commas between. */
    [WORD_LATE_MANY] = TEXT("workshop, several cars", "Late %s"),
    [WORD_LATE_BY] = TEXT("workshop", "Late %s: by %s"),
    /* For translators: one car or several, where there is little room; the shorter the better. */
    [WORD_LATE_SHORT] = TEXT("workshop, little room", "Late %s"),
    /* For translators: these stand under the figures of the day. */
    [WORD_OPENED] = TEXT("figure", "checked in"),
    [WORD_DONE] = TEXT("figure", "ready"),
    [WORD_HANDED_OVER] = TEXT("figure", "handed over"),
    [WORD_ON_TIME] = TEXT("figure", "on time"),
    [WORD_RIGHT_FIRST] = TEXT("figure", "right first time"),
    [WORD_RIGHT_FIRST_SHORT] = TEXT("figure, little room", "first-time fix"),
    [WORD_PERCENT] = TEXT("figure", "%d%%"),
    [WORD_NO_BAYS] = TEXT("page", "No bays yet"),
    [WORD_BAYS_APPEAR] = TEXT("page", "They will appear here once the configuration names them."),
    /* For translators: day and month. */
    [WORD_DATE] = TEXT("date", "%1$d %2$s"),
    [WORD_SHORT_DATE] = TEXT("short date", "%1$d %2$s"),
    /* For translators: weekday and time of day. */
    [WORD_DAY_TIME] = TEXT("date", "%1$s %2$s"),
    /* For translators: months as they stand behind a day. */
    [WORD_MONTH] = TEXT("month", "January"),
    [WORD_MONTH + 1] = TEXT("month", "February"),
    [WORD_MONTH + 2] = TEXT("month", "March"),
    [WORD_MONTH + 3] = TEXT("month", "April"),
    [WORD_MONTH + 4] = TEXT("month", "May"),
    [WORD_MONTH + 5] = TEXT("month", "June"),
    [WORD_MONTH + 6] = TEXT("month", "July"),
    [WORD_MONTH + 7] = TEXT("month", "August"),
    [WORD_MONTH + 8] = TEXT("month", "September"),
    [WORD_MONTH + 9] = TEXT("month", "October"),
    [WORD_MONTH + 10] = TEXT("month", "November"),
    [WORD_MONTH + 11] = TEXT("month", "December"),
    [WORD_SHORT_MONTH] = TEXT("short month", "Jan"),
    [WORD_SHORT_MONTH + 1] = TEXT("short month", "Feb"),
    [WORD_SHORT_MONTH + 2] = TEXT("short month", "Mar"),
    [WORD_SHORT_MONTH + 3] = TEXT("short month", "Apr"),
    [WORD_SHORT_MONTH + 4] = TEXT("short month", "May"),
    [WORD_SHORT_MONTH + 5] = TEXT("short month", "Jun"),
    [WORD_SHORT_MONTH + 6] = TEXT("short month", "Jul"),
    [WORD_SHORT_MONTH + 7] = TEXT("short month", "Aug"),
    [WORD_SHORT_MONTH + 8] = TEXT("short month", "Sep"),
    [WORD_SHORT_MONTH + 9] = TEXT("short month", "Oct"),
    [WORD_SHORT_MONTH + 10] = TEXT("short month", "Nov"),
    [WORD_SHORT_MONTH + 11] = TEXT("short month", "Dec"),
    [WORD_WEEKDAY] = TEXT("short weekday", "Mon"),
    [WORD_WEEKDAY + 1] = TEXT("short weekday", "Tue"),
    [WORD_WEEKDAY + 2] = TEXT("short weekday", "Wed"),
    [WORD_WEEKDAY + 3] = TEXT("short weekday", "Thu"),
    [WORD_WEEKDAY + 4] = TEXT("short weekday", "Fri"),
    [WORD_WEEKDAY + 5] = TEXT("short weekday", "Sat"),
    [WORD_WEEKDAY + 6] = TEXT("short weekday", "Sun"),
};

/* What stands for a word that finds no room. */
static const struct {
    enum word word, shorter;
} shorter[] = {
    { WORD_ASK, WORD_ASK_SHORT },
    { WORD_PARTS, WORD_PARTS_SHORT },
    { WORD_PARTS_SHORT, WORD_PARTS_SHORTEST },
    { WORD_APPROVAL, WORD_APPROVAL_SHORT },
    { WORD_QUALITY, WORD_QUALITY_SHORT },
    { WORD_RIGHT_FIRST, WORD_RIGHT_FIRST_SHORT },
};

struct words {
    char lang[4];
    uint8_t *bytes; /* of the file */
    struct catalogue own, builtin;
    const char *text[WORD_COUNT];
    const struct catalogue *from[WORD_COUNT]; /* NULL: the English text of the program */
};

/* ---- holes ---- */

/* A hole at `p` ("%s", "%2$d"; `turn` counts those without a number): which one, its length and its letter.
 * "%%" is a hole with the letter '%'. -1: there is none. */
static int hole_at(const char *p, int turn, size_t *len, char *letter)
{
    if (p[0] != '%')
        return -1;
    bool numbered = p[1] >= '1' && p[1] <= '9' && p[2] == '$';
    *letter = numbered ? p[3] : p[1];
    *len = numbered ? 4 : 2;
    if (*letter != 's' && *letter != 'd' && (numbered || *letter != '%'))
        return -1;
    return numbered ? p[1] - '1' : turn;
}

/* Letters of the holes in their order; "?" where something is wrong. */
static void holes_of(const char *text, char letters[HOLES_MAX + 2])
{
    int turn = 0;
    memset(letters, 0, HOLES_MAX + 2);
    for (const char *p = strchr(text, '%'); p;) {
        size_t len = 0;
        char letter = 0;
        int hole = hole_at(p, turn, &len, &letter);
        if (hole < 0 || (letter != '%' && (hole >= HOLES_MAX || letters[hole]))) {
            text_copy(letters, HOLES_MAX + 2, "?");
            return;
        }
        if (letter != '%') {
            letters[hole] = letter;
            turn++;
        }
        p = strchr(p + len, '%');
    }
}

static bool is_usable(const char *text, const char *like)
{
    char a[HOLES_MAX + 2], b[HOLES_MAX + 2];
    holes_of(text, a);
    holes_of(like, b);
    return strlen(text) <= WORDS_TEXT_MAX && utf8_plain(text, strlen(text)) && memcmp(a, b, sizeof a) == 0;
}

static void fill(const char *text, const char *const args[HOLES_MAX], char out[WORDS_SIZE])
{
    struct text t = text_over(out, WORDS_SIZE);
    int turn = 0;
    out[0] = '\0';
    while (*text) {
        size_t len = 1, plain = strcspn(text, "%");
        char letter = 0;
        text_add(&t, text, plain);
        text += plain;
        int hole = hole_at(text, turn, &len, &letter);
        if (letter == '%')
            text_put(&t, "%");
        else if (hole >= 0 && hole < HOLES_MAX && args[hole])
            text_put(&t, args[hole]);
        turn += hole >= 0 && letter != '%';
        text += *text ? len : 0;
    }
}

/* ---- catalogues ---- */

/* Takes the words of one catalogue that can be used; false, and the first that cannot in `fault`. */
static bool take_words(struct words *w, const struct catalogue *c, char *fault, size_t fault_size)
{
    bool good = true;
    for (int i = 0; i < WORD_COUNT; i++) {
        bool usable = true;
        const char *text = NULL;
        for (int form = 0; form < (texts[i].plural && c->forms > 0 ? c->forms : 1) && usable; form++) {
            text = catalogue_find(c, texts[i].context, texts[i].text, texts[i].plural, form);
            usable = text && is_usable(text, texts[i].text);
        }
        if (text && !usable && good) {
            snprintf(fault, fault_size,
                     "\"%.60s\" for \"%.60s\" is not used: it is too long or its holes differ", text,
                     texts[i].text);
            good = false;
        }
        if (!text || !usable)
            continue;
        w->text[i] = catalogue_find(c, texts[i].context, texts[i].text, texts[i].plural, 0);
        w->from[i] = c;
    }
    return good;
}

/* The bytes of a file of at most CATALOGUE_BYTES_MAX; more are one more, for catalogue_read to refuse. */
static uint8_t *read_file(const char *path, size_t *len)
{
    FILE *f = fopen(path, "rb");
    uint8_t *bytes = f ? malloc(CATALOGUE_BYTES_MAX + 1) : NULL;
    if (bytes) {
        *len = fread(bytes, 1, CATALOGUE_BYTES_MAX + 1, f);
        uint8_t *less = *len ? realloc(bytes, *len) : NULL;
        bytes = less ? less : bytes;
    }
    if (f)
        fclose(f);
    return bytes;
}

/* Whether a file was found; what is wrong with it is in `fault`. */
static bool take_file(struct words *w, const char *dir, char *fault, size_t fault_size)
{
    char path[512], why[200] = "";
    size_t len = 0;
    if (snprintf(path, sizeof path, "%s/%s/LC_MESSAGES/pitboard.mo", dir, w->lang) >= (int)sizeof path)
        return false;
    w->bytes = read_file(path, &len);
    if (!w->bytes)
        return false;
    bool whole = catalogue_read(&w->own, w->bytes, len, why, sizeof why);
    if (!whole || !take_words(w, &w->own, why, sizeof why))
        snprintf(fault, fault_size, "%s: %s", path, why);
    return whole;
}

static bool take_builtin(struct words *w, char *fault, size_t fault_size)
{
    for (const struct words_builtin *b = words_builtin; b->lang[0]; b++)
        if (strcmp(b->lang, w->lang) == 0 && catalogue_read(&w->builtin, b->bytes, b->len, fault, fault_size))
            return take_words(w, &w->builtin, fault, fault_size);
    return false;
}

static bool is_code(const char *lang)
{
    size_t n = strlen(lang);
    return n >= 2 && n <= 3 && strspn(lang, "abcdefghijklmnopqrstuvwxyz") == n;
}

struct words *words_open(const char *lang, const char *const *dirs, int n_dirs, char *fault,
                         size_t fault_size)
{
    struct words *w = calloc(1, sizeof *w);
    snprintf(fault, fault_size, "%s", w ? "" : "memory is out");
    if (!w)
        return NULL;
    for (int i = 0; i < WORD_COUNT; i++)
        w->text[i] = texts[i].text;
    bool there = is_code(lang) && text_copy(w->lang, sizeof w->lang, lang);
    if (there) {
        there = take_builtin(w, fault, fault_size);
        for (int i = 0; i < n_dirs && !w->bytes; i++)
            there = take_file(w, dirs[i], fault, fault_size) || there;
    }
    if (there)
        return w;
    words_close(w);
    if (!fault[0])
        snprintf(fault, fault_size,
                 "there are no words for \"%.8s\"; there are ru and en, and others in "
                 "share/locale/LANG/LC_MESSAGES/pitboard.mo",
                 lang);
    return NULL;
}

void words_close(struct words *w)
{
    if (w)
        free(w->bytes);
    free(w);
}

const char *words_lang(const struct words *w)
{
    return w->lang;
}

const char *words_get(const struct words *w, enum word word)
{
    return w->text[word];
}

const char *words_shorter(const struct words *w, const char *text)
{
    for (size_t i = 0; i < sizeof shorter / sizeof shorter[0]; i++) {
        const char *less = w->text[shorter[i].shorter];
        if (strcmp(text, w->text[shorter[i].word]) == 0 && strlen(less) < strlen(text))
            return less;
    }
    return NULL;
}

void words_fill(const struct words *w, enum word word, const char *a, const char *b, char out[WORDS_SIZE])
{
    fill(w->text[word], (const char *const[]){ a, b }, out);
}

void words_count(const struct words *w, enum word word, int64_t n, const char *a, const char *b,
                 char out[WORDS_SIZE])
{
    const struct catalogue *c = w->from[word];
    const char *text = w->text[word];
    if (texts[word].plural && !c)
        text = n == 1 ? texts[word].text : texts[word].plural;
    else if (texts[word].plural && c->forms > 0)
        text = catalogue_find(c, texts[word].context, texts[word].text, texts[word].plural,
                              catalogue_plural(c->rule, (unsigned)(n < 0 ? 0 : n % 1000000)));
    fill(text, (const char *const[]){ a, b }, out);
}

void words_around(const struct words *w, enum word word, char before[WORDS_SIZE], char after[WORDS_SIZE])
{
    const char *text = w->text[word], *hole = strchr(text, '%');
    char letter;
    size_t len = 0;
    struct text a = text_over(before, WORDS_SIZE), b = text_over(after, WORDS_SIZE);
    text_add(&a, text, hole ? (size_t)(hole - text) : strlen(text));
    if (hole && hole_at(hole, 0, &len, &letter) >= 0)
        text_put(&b, hole + len);
    else
        text_put(&b, "");
}

void words_bare(const struct words *w, enum word word, char out[WORDS_SIZE])
{
    words_fill(w, word, "", "", out);
    size_t len = strlen(out), from = strspn(out, " ");
    while (len > from && out[len - 1] == ' ')
        len--;
    while (len >= from + 2 && memcmp(out + len - 2, "\xc2\xa0", 2) == 0)
        len -= 2;
    while (len >= from + 2 && memcmp(out + from, "\xc2\xa0", 2) == 0)
        from += 2;
    memmove(out, out + from, len - from);
    out[len - from] = '\0';
}

void words_bays(const struct words *w, int online, int total, char out[WORDS_SIZE])
{
    char a[16], b[16];
    snprintf(a, sizeof a, "%d", online);
    snprintf(b, sizeof b, "%d", total);
    words_count(w, WORD_BAYS_LINE, total, a, b, out);
}

/* ---- times ---- */

void words_clock(struct wall at, char out[WORDS_SIZE])
{
    struct clock_parts p = clock_local(at);
    snprintf(out, WORDS_SIZE, "%02d:%02d", p.hour, p.minute);
}

static void date(const struct words *w, enum word format, enum word first_month, struct wall at,
                 char out[WORDS_SIZE])
{
    struct clock_parts p = clock_local(at);
    char day[16];
    if (!w) {
        snprintf(out, WORDS_SIZE, format == WORD_DATE ? "%02d.%02d.%d" : "%02d.%02d", p.day, p.month, p.year);
        return;
    }
    snprintf(day, sizeof day, "%d", p.day);
    words_fill(w, format, day, w->text[first_month + p.month - 1], out);
}

void words_date(const struct words *w, struct wall at, char out[WORDS_SIZE])
{
    date(w, WORD_DATE, WORD_MONTH, at, out);
}

void words_short_date(const struct words *w, struct wall at, char out[WORDS_SIZE])
{
    date(w, WORD_SHORT_DATE, WORD_SHORT_MONTH, at, out);
}

/* Days from the local date of `now` to that of `at`. */
static int64_t days_between(struct wall now, struct wall at)
{
    struct clock_parts a = clock_local(at), n = clock_local(now);
    return stamp_days(a.year, (unsigned)a.month, (unsigned)a.day) -
           stamp_days(n.year, (unsigned)n.month, (unsigned)n.day);
}

static void weekday(const struct words *w, struct wall at, char out[WORDS_SIZE])
{
    if (w)
        text_copy(out, WORDS_SIZE, w->text[WORD_WEEKDAY + clock_local(at).weekday]);
    else
        words_short_date(w, at, out);
}

void words_promise(const struct words *w, struct wall at, struct wall now, char out[WORDS_SIZE])
{
    int64_t days = days_between(now, at);
    char time[WORDS_SIZE], day[WORDS_SIZE];
    words_clock(at, time);
    weekday(w, at, day);
    if (days == 0)
        text_copy(out, WORDS_SIZE, time);
    else if (days >= -6 && days <= 6)
        fill(w ? w->text[WORD_DAY_TIME] : "%s\xc2\xa0%s", (const char *const[]){ day, time }, out);
    else
        words_short_date(w, at, out);
}

void words_begin(const struct words *w, struct wall at, struct wall now, char out[WORDS_SIZE])
{
    int64_t days = days_between(now, at);
    if (days == 0)
        words_clock(at, out);
    else if (days < 0 && days >= -6)
        weekday(w, at, out);
    else
        words_short_date(w, at, out);
}
