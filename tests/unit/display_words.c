/* Words: both languages whole, Russian plurals, dates and times as people read them, catalogues from files.
 */
#include "base/text.h"
#include "display/catalogue.h"
#include "display/words.h"
#include "sys/clock.h"
#include "tests/folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define NB  "\xc2\xa0"
#define NNB "\xe2\x80\xaf"

static struct words *ru, *en;

static struct wall local(int day, int hour, int minute)
{
    return clock_from_local(2026, 11, day, hour, minute, 0);
}

static void bays_inflect(void **state)
{
    static const struct {
        int n;
        const char *word;
    } rows[] = { { 0, "постов" }, { 1, "поста" },   { 2, "постов" },  { 5, "постов" },   { 11, "постов" },
                 { 21, "поста" }, { 22, "постов" }, { 101, "поста" }, { 111, "постов" }, { 112, "постов" } };
    char out[WORDS_SIZE], want[WORDS_SIZE];
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        words_bays(ru, 6, rows[i].n, out);
        snprintf(want, sizeof want, "На" NB "связи 6 из" NB "%d %s", rows[i].n, rows[i].word);
        assert_string_equal(out, want);
    }
    words_bays(en, 0, 1, out);
    assert_string_equal(out, "0 of 1 bay on line");
    words_bays(en, 6, 6, out);
    assert_string_equal(out, "6 of 6 bays on line");
}

/* The rules of languages near and far, from the header of their catalogues. */
static void plural_rules_are_evaluated(void **state)
{
    static const char east[] = "(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && (n%100<12 || n%100>14) ? 1 "
                               ": 2)",
                      arabic[] = "n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : n%100>=11 ? 4 "
                                 ": 5";
    static const struct {
        const char *rule;
        unsigned n;
        int form;
    } rows[] = { { "0", 7, 0 },        { "n != 1", 1, 0 },  { "n != 1", 0, 1 },
                 { "n>1", 1, 0 },      { "!(n==1)", 2, 1 }, { east, 0, 2 },
                 { east, 1, 0 },       { east, 3, 1 },      { east, 12, 2 },
                 { east, 14, 2 },      { east, 21, 0 },     { east, 24, 1 },
                 { east, 111, 2 },     { arabic, 0, 0 },    { arabic, 2, 2 },
                 { arabic, 103, 3 },   { arabic, 199, 4 },  { arabic, 200, 5 },
                 { "n+2*3-6", 4, 4 },  { "n/2", 9, 4 },     { "n%0", 3, -1 },
                 { "n ? 1", 3, -1 },   { "m", 3, -1 },      { "", 3, -1 },
                 { "(n", 3, -1 },      { "n n", 3, -1 },    { "-1", 3, -1 },
                 { "n<2||n>5", 6, 1 }, { "0-n", 3, -1 },    { "1 <= n && n >= 1", 1, 1 } };
    char deep[400] = "";
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (catalogue_plural(rows[i].rule, rows[i].n) != rows[i].form)
            fail_msg("%s at %u gives %d", rows[i].rule, rows[i].n, catalogue_plural(rows[i].rule, rows[i].n));
    memset(deep, '(', 300);
    assert_int_equal(catalogue_plural(deep, 1), -1);
    memset(deep, '!', 300);
    assert_int_equal(catalogue_plural(deep, 1), -1);
}

static void promises_name_their_day(void **state)
{
    struct wall now = local(21, 14, 32); /* a Saturday */
    char out[WORDS_SIZE];
    (void)state;
    words_promise(ru, local(21, 16, 30), now, out);
    assert_string_equal(out, "16:30");
    words_promise(ru, local(23, 12, 0), now, out);
    assert_string_equal(out, "пн" NB "12:00");
    words_promise(en, local(27, 9, 5), now, out);
    assert_string_equal(out, "Fri" NB "09:05");
    words_promise(en, local(28, 9, 5), now, out);
    assert_string_equal(out, "28" NNB "Nov");
    words_promise(ru, local(22, 0, 0), local(21, 23, 59), out);
    assert_string_equal(out, "вс" NB "00:00");
}

static void beginnings_name_their_day(void **state)
{
    struct wall now = local(21, 14, 32);
    char out[WORDS_SIZE];
    (void)state;
    words_begin(ru, local(21, 0, 0), now, out);
    assert_string_equal(out, "00:00");
    words_begin(ru, local(20, 23, 59), now, out);
    assert_string_equal(out, "пт");
    words_begin(ru, local(14, 10, 0), now, out);
    assert_string_equal(out, "14" NNB "ноя");
    words_date(ru, now, out);
    assert_string_equal(out, "21" NB "ноября");
    words_date(en, now, out);
    assert_string_equal(out, "21" NB "November");
}

/* In a place that two languages share. */
static void figures_are_of_no_language(void **state)
{
    struct wall now = local(21, 14, 32);
    char out[WORDS_SIZE];
    (void)state;
    words_promise(NULL, local(21, 16, 30), now, out);
    assert_string_equal(out, "16:30");
    words_promise(NULL, local(23, 12, 0), now, out);
    assert_string_equal(out, "23.11" NB "12:00");
    words_promise(NULL, local(28, 9, 5), now, out);
    assert_string_equal(out, "28.11");
    words_begin(NULL, local(21, 13, 10), now, out);
    assert_string_equal(out, "13:10");
    words_begin(NULL, local(20, 13, 10), now, out);
    assert_string_equal(out, "20.11");
    words_begin(NULL, local(1, 13, 10), now, out);
    assert_string_equal(out, "01.11");
    words_date(NULL, now, out);
    assert_string_equal(out, "21.11.2026");
}

static void holes_are_filled(void **state)
{
    char out[WORDS_SIZE], after[WORDS_SIZE];
    (void)state;
    words_fill(ru, WORD_NO_LINK, "14:32", NULL, out);
    assert_string_equal(out, "Нет связи с" NB "14:32. Уточните у" NB "мастера");
    words_fill(ru, WORD_OF, "1", "2", out);
    assert_string_equal(out, "1 из" NB "2");
    words_count(ru, WORD_PERCENT, 86, "86", NULL, out);
    assert_string_equal(out, "86" NB "%");
    words_count(en, WORD_PERCENT, 86, "86", NULL, out);
    assert_string_equal(out, "86%");
    words_around(ru, WORD_BY, out, after);
    assert_string_equal(out, "до" NB);
    assert_string_equal(after, "");
    words_bare(ru, WORD_BY, out);
    assert_string_equal(out, "до");
}

/* ---- completeness ---- */

static size_t read_catalogue(const char *lang, uint8_t *bytes, struct catalogue *c)
{
    char fault[200];
    for (const struct words_builtin *b = words_builtin; b->lang[0]; b++)
        if (strcmp(b->lang, lang) == 0) {
            assert_true(b->len <= CATALOGUE_BYTES_MAX);
            memcpy(bytes, b->bytes, b->len);
            if (!catalogue_read(c, bytes, b->len, fault, sizeof fault))
                fail_msg("%s: %s", lang, fault);
            return b->len;
        }
    fail_msg("%s is not built in", lang);
    return 0;
}

/* words_open says so in `fault` if a word of a catalogue cannot be used; a word that is missing shows because
 * Russian then reads English. */
static void both_catalogues_are_whole(void **state)
{
    static uint8_t bytes[2][CATALOGUE_BYTES_MAX];
    struct catalogue c[2];
    (void)state;
    read_catalogue("ru", bytes[0], &c[0]);
    read_catalogue("en", bytes[1], &c[1]);
    assert_int_equal(c[0].n, c[1].n);
    assert_int_equal(c[0].n, WORD_COUNT + 1); /* and the header */
    assert_int_equal(c[0].forms, 3);
    assert_int_equal(c[1].forms, 2);
    for (int w = 0; w < WORD_COUNT; w++) {
        assert_true(strlen(words_get(ru, (enum word)w)) > 0);
        assert_true(strlen(words_get(en, (enum word)w)) > 0);
        bool same = strcmp(words_get(ru, (enum word)w), words_get(en, (enum word)w)) == 0;
        bool no_letters = w == WORD_DATE || w == WORD_SHORT_DATE || w == WORD_DAY_TIME;
        if (same != no_letters)
            fail_msg("word %d is \"%s\" in both", w, words_get(ru, (enum word)w));
    }
}

/* ---- files ---- */

static char dir[] = "/tmp/pitboard-words-XXXXXX";

static void put_file(const char *lang, const void *bytes, size_t len)
{
    char path[200];
    snprintf(path, sizeof path, "%s/%s", dir, lang);
    mkdir(path, 0700);
    snprintf(path, sizeof path, "%s/%s/LC_MESSAGES", dir, lang);
    mkdir(path, 0700);
    snprintf(path, sizeof path, "%s/%s/LC_MESSAGES/pitboard.mo", dir, lang);
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, len, f), len);
    assert_int_equal(fclose(f), 0);
}

static struct words *open_from(const char *lang, char fault[300])
{
    const char *dirs[] = { "/nowhere", dir };
    return words_open(lang, dirs, 2, fault, 300);
}

struct pair {
    const char *id, *text;
    size_t id_len, text_len; /* 0: up to the NUL */
};

/* A catalogue of these pairs, in either byte order. */
static size_t build(uint8_t *out, const struct pair *pairs, uint32_t n, bool swap)
{
    uint32_t head[7] = { 0x950412de, 0, n, 28, 28 + 8 * n, 0, 28 + 16 * n }, at = 28 + 16 * n;
    for (uint32_t i = 0; i < n; i++)
        for (int side = 0; side < 2; side++) {
            const char *text = side ? pairs[i].text : pairs[i].id;
            size_t given = side ? pairs[i].text_len : pairs[i].id_len;
            uint32_t row[2] = { (uint32_t)(given ? given : strlen(text)), at };
            memcpy(out + at, text, row[0] + 1);
            at += row[0] + 1;
            for (int k = 0; k < 2; k++)
                row[k] = swap ? __builtin_bswap32(row[k]) : row[k];
            memcpy(out + head[3 + side] + 8 * (size_t)i, row, 8);
        }
    for (int k = 0; k < 7; k++)
        head[k] = swap ? __builtin_bswap32(head[k]) : head[k];
    memcpy(out, head, sizeof head);
    return at;
}

#define HEADER(rule) "Content-Type: text/plain; charset=UTF-8\nPlural-Forms: nplurals=2; plural=" rule ";\n"

/* A language that nobody compiled in: its words where it has them, English elsewhere; a word behind the time;
 * plural forms; words that cannot be used are left out and named. */
static void a_file_adds_a_language(void **state)
{
    static const char forms[] = "%d/%d желіде\0%d/%d желілер";
    const struct pair pairs[] = {
        { "", HEADER("n>1"), 0, 0 },
        { "promise\004by %s", "%s дейін", 0, 0 },
        { "stage\004since %s", "%s%n", 0, 0 },
        { "strip\004%d of %d bay on line\0%d of %d bays on line", forms,
          sizeof "strip\004%d of %d bay on line\0%d of %d bays on line" - 1, sizeof forms - 1 },
    };
    uint8_t bytes[2000];
    char fault[300], out[WORDS_SIZE], after[WORDS_SIZE];
    (void)state;
    for (int swap = 0; swap < 2; swap++) {
        put_file("kk", bytes, build(bytes, pairs, 4, swap));
        struct words *kk = open_from("kk", fault);
        assert_non_null(kk);
        assert_non_null(strstr(fault, "since %s"));
        assert_string_equal(words_lang(kk), "kk");
        words_around(kk, WORD_BY, out, after);
        assert_string_equal(out, "");
        assert_string_equal(after, " дейін");
        words_bare(kk, WORD_BY, out);
        assert_string_equal(out, "дейін");
        words_fill(kk, WORD_SINCE, "13:10", NULL, out);
        assert_string_equal(out, "since 13:10");
        words_bays(kk, 1, 1, out);
        assert_string_equal(out, "1/1 желіде");
        words_bays(kk, 1, 2, out);
        assert_string_equal(out, "1/2 желілер");
        words_close(kk);
    }
    assert_null(open_from("xx", fault));
    assert_non_null(strstr(fault, "there are ru and en"));
    assert_null(open_from("../etc", fault));
}

/* A file beside the program replaces words of its own language; the built-in ones fill its gaps. */
static void a_file_replaces_words(void **state)
{
    const struct pair pairs[] = { { "", HEADER("n>1"), 0, 0 }, { "call\004Ready", "Готово!", 0, 0 } };
    uint8_t bytes[1000];
    char fault[300];
    (void)state;
    put_file("ru", bytes, build(bytes, pairs, 2, false));
    struct words *w = open_from("ru", fault);
    assert_non_null(w);
    assert_string_equal(fault, "");
    assert_string_equal(words_get(w, WORD_READY), "Готово!");
    assert_string_equal(words_get(w, WORD_READY_LIST), "Готовы");
    words_close(w);
    put_file("ru", "nonsense", 8);
    w = open_from("ru", fault);
    assert_non_null(w);
    assert_non_null(strstr(fault, "ru/LC_MESSAGES/pitboard.mo: "));
    assert_string_equal(words_get(w, WORD_READY), "Готов");
    words_close(w);
}

static void foreign_catalogues_are_refused(void **state)
{
    static const char *const headers[] = {
        "Content-Type: text/plain; charset=KOI8-R\n",
        "Content-Type: text/plain; charset=UTF-8\nPlural-Forms: nplurals=2; plural=n;\n",
        "Content-Type: text/plain; charset=UTF-8\nPlural-Forms: nplurals=9; plural=0;\n",
        "Content-Type: text/plain; charset=UTF-8\nPlural-Forms: plural\n",
    };
    uint8_t bytes[1000];
    char fault[300];
    struct catalogue c;
    (void)state;
    for (size_t i = 0; i < sizeof headers / sizeof headers[0]; i++) {
        const struct pair pair = { "", headers[i], 0, 0 };
        assert_false(catalogue_read(&c, bytes, build(bytes, &pair, 1, false), fault, sizeof fault));
        assert_true(strlen(fault) > 0);
    }
}

/* Each byte of a good catalogue wrong, and each length: refused or read, never beyond its end. */
static void damage_is_survived(void **state)
{
    static uint8_t good[CATALOGUE_BYTES_MAX];
    struct catalogue c;
    char fault[200];
    size_t len = read_catalogue("ru", good, &c);
    int refused = 0;
    (void)state;
    for (size_t i = 0; i < len; i += i < 1500 ? 1 : 7) {
        /* On the heap and exactly as long, so that the sanitizer sees a read behind it. */
        uint8_t *bytes = malloc(len);
        assert_non_null(bytes);
        memcpy(bytes, good, len);
        bytes[i] ^= (uint8_t)(1 + i % 255);
        if (catalogue_read(&c, bytes, len, fault, sizeof fault))
            catalogue_find(&c, "strip", "No data since %s", NULL, 3);
        else
            refused++;
        free(bytes);
        bytes = malloc(i + 1);
        assert_non_null(bytes);
        memcpy(bytes, good, i + 1);
        assert_false(catalogue_read(&c, bytes, i, fault, sizeof fault));
        free(bytes);
    }
    assert_true(refused > 100);
}

static int clean(void **state)
{
    (void)state;
    words_close(ru);
    words_close(en);
    return folder_remove(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bays_inflect),
        cmocka_unit_test(plural_rules_are_evaluated),
        cmocka_unit_test(promises_name_their_day),
        cmocka_unit_test(beginnings_name_their_day),
        cmocka_unit_test(figures_are_of_no_language),
        cmocka_unit_test(holes_are_filled),
        cmocka_unit_test(both_catalogues_are_whole),
        cmocka_unit_test(a_file_adds_a_language),
        cmocka_unit_test(a_file_replaces_words),
        cmocka_unit_test(foreign_catalogues_are_refused),
        cmocka_unit_test(damage_is_survived),
    };
    char fault[300];
    clock_set_zone("Europe/Minsk");
    ru = words_open("ru", NULL, 0, fault, sizeof fault);
    en = ru && !fault[0] ? words_open("en", NULL, 0, fault, sizeof fault) : NULL;
    if (!ru || !en || fault[0] || !mkdtemp(dir)) {
        fprintf(stderr, "%s\n", fault);
        return 1;
    }
    return cmocka_run_group_tests(tests, NULL, clean);
}
