#include "report/lang.h"
#include "report/writer_own.h"

#include "base/stamp.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define BAR_WIDE 16 /* characters of the longest bar */

static const struct writer_ops *const writers[] = {
    [WRITER_TEXT] = &writer_text, [WRITER_JSON] = &writer_json,           [WRITER_JSONL] = &writer_jsonl,
    [WRITER_CSV] = &writer_csv,   [WRITER_CSV_EXCEL] = &writer_csv_excel, [WRITER_XES] = &writer_xes,
    [WRITER_HTML] = &writer_html,
};

struct writer *writer_create(enum writer_format format, const struct writer_setup *setup)
{
    struct writer *w = calloc(1, sizeof *w);
    if (!w)
        return NULL;
    w->ops = writers[format];
    w->setup = *setup;
    w->piece = text_grow(WRITER_PIECE_MAX);
    w->state = calloc(1, w->ops->state_size);
    if (!w->state) {
        free(w);
        return NULL;
    }
    return w;
}

void writer_destroy(struct writer *w)
{
    if (!w)
        return;
    if (w->ops->destroy)
        w->ops->destroy(w);
    text_free(&w->piece);
    free(w->state);
    free(w);
}

void writer_say(struct writer *w, const char *line)
{
    if (w->ops->say)
        w->ops->say(w, line);
}

/* Programs go by names, people by titles. */
static bool is_meant(const struct writer *w, const struct tag *tag)
{
    return w->ops->for_people ? tag->title : tag->name;
}

void writer_start(struct writer *w, enum writer_shape shape, const struct tag *tag)
{
    if (w->depth == WRITER_DEPTH_MAX) {
        w->failed = true;
        return;
    }
    if (w->muted || (w->depth > 0 && shape != WRITER_ROW && !is_meant(w, tag))) {
        w->muted++;
        return;
    }
    w->ops->start(w, shape, tag);
    w->shape[w->depth++] = shape;
}

void writer_columns(struct writer *w, const struct tag *tags, int n)
{
    if (n > WRITER_COLUMNS_MAX)
        w->failed = true;
    else if (w->ops->columns)
        w->ops->columns(w, tags, n);
}

void writer_attr(struct writer *w, const struct tag *tag, struct datum value)
{
    if (!w->muted && (w->ops->for_people || tag->name))
        w->ops->attr(w, tag, &value);
}

void writer_end(struct writer *w)
{
    if (w->muted) {
        w->muted--;
        return;
    }
    if (w->depth == 0) {
        w->failed = true;
        return;
    }
    w->depth--;
    w->ops->end(w);
}

bool writer_is_well(const struct writer *w)
{
    return !w->failed;
}

bool writer_finish(struct writer *w)
{
    if (w->ops->finish)
        w->ops->finish(w);
    return !w->failed && w->depth == 0;
}

static void put(struct writer *w, const char *bytes, size_t len)
{
    if (!w->failed && len)
        w->failed = !w->setup.put(w->setup.user, bytes, len);
}

void writer_put_piece(struct writer *w)
{
    w->failed |= w->piece.failed;
    put(w, w->piece.data, w->piece.len);
    text_clear(&w->piece);
}

/* Values. */

/* Thousandths as a decimal number without needless zeros. */
static void put_thousandths(int64_t n, struct text *out)
{
    uint64_t size = n < 0 ? -(uint64_t)n : (uint64_t)n;
    int rest = (int)(size % 1000), digits = 3;
    text_fmt(out, "%s%" PRIu64, n < 0 ? "-" : "", size / 1000);
    if (rest == 0)
        return;
    for (; rest % 10 == 0; rest /= 10)
        digits--;
    text_fmt(out, ".%0*d", digits, rest);
}

void datum_plain(const struct datum *value, struct text *out)
{
    char stamp[STAMP_SIZE];
    switch (value->type) {
    case DATUM_NONE:
    case DATUM_TEXT:
        break;
    case DATUM_INT:
        text_fmt(out, "%" PRId64, value->number);
        break;
    case DATUM_FLAG:
        text_put(out, value->number ? "true" : "false");
        break;
    case DATUM_TIME:
        stamp_format((struct wall){ value->number }, stamp);
        text_put(out, stamp);
        break;
    case DATUM_LENGTH:
    case DATUM_SHARE:
    case DATUM_POINTS:
    case DATUM_MEAN:
        put_thousandths(value->number, out);
        break;
    case DATUM_BAR:
        break;
    }
}

/* Hours:minutes; less than half a minute is shown as more than nothing. */
static void put_hours(int64_t ms, struct text *out)
{
    int64_t size = ms < 0 ? -ms : ms, minutes = (size + 30000) / 60000;
    if (ms != 0 && minutes == 0)
        text_put(out, ms < 0 ? ">-0:01" : "<0:01");
    else
        text_fmt(out, "%s%" PRId64 ":%02d", ms < 0 ? "-" : "", minutes / 60, (int)(minutes % 60));
}

/* A number with some places behind the point or, where people write so, the comma. */
static void put_point(const struct writer *w, int64_t n, int scale, int places, const char *unit,
                      struct text *out)
{
    int64_t size = n < 0 ? -n : n;
    text_fmt(out, "%s%" PRId64 "%s%0*d%s", n < 0 ? "-" : "", size / scale, lang_point(writer_lang(w)), places,
             (int)(size % scale), unit);
}

/* Blocks of eighths; a bar that is not empty shows something. */
static void put_bar(int64_t thousandths, bool ascii, struct text *out)
{
    static const char *const part[] = { "", "▏", "▎", "▍", "▌", "▋", "▊", "▉" };
    int64_t eighths = (thousandths * BAR_WIDE * 8 + 500) / 1000;
    if (eighths == 0 && thousandths > 0)
        eighths = 1;
    if (eighths > BAR_WIDE * 8)
        eighths = BAR_WIDE * 8;
    if (ascii)
        eighths = (eighths + 7) / 8 * 8;
    for (int64_t i = 0; i < eighths / 8; i++)
        text_put(out, ascii ? "#" : "█");
    text_put(out, part[eighths % 8]);
}

const char *writer_word(const struct writer *w, const char *english)
{
    return lang_word(writer_lang(w), english);
}

const char *writer_lang(const struct writer *w)
{
    return w->setup.lang ? w->setup.lang : "en";
}

const struct writer_setup *writer_setting(const struct writer *w)
{
    return &w->setup;
}

bool writer_is_for_people(const struct writer *w)
{
    return w->ops->for_people;
}

/* The label of an id, if the plan knows it. */
static const char *label_of(const struct writer *w, enum datum_name name, const char *id)
{
    const struct plan *plan = w->setup.plan;
    uint8_t i = !plan                ? NO_INDEX
                : name == NAME_STAGE ? plan_stage(plan, id)
                : name == NAME_BAY   ? plan_bay(plan, id)
                                     : plan_route(plan, id);
    if (i == NO_INDEX)
        return id;
    return label_in(name == NAME_STAGE ? &plan->stages[i].label
                    : name == NAME_BAY ? &plan->bays[i].label
                                       : &plan->routes[i].label,
                    writer_lang(w), id);
}

static void put_name(const struct writer *w, const struct datum *value, struct text *out)
{
    char id[LABEL_SIZE];
    struct text t = text_over(id, sizeof id); /* the text need not end in a NUL */
    text_add(&t, value->text, value->len);
    const char *said = value->name == NAME_WORD ? writer_word(w, id) : label_of(w, value->name, id);
    if (said == id)
        text_safe(out, value->text, value->len);
    else
        text_safe(out, said, strlen(said));
}

void datum_human(const struct writer *w, const struct datum *value, struct text *out)
{
    char local[WRITER_TIME_SIZE];
    int64_t n = value->number;
    switch (value->type) {
    case DATUM_TEXT:
        if (value->name == NAME_NONE)
            text_safe(out, value->text, value->len);
        else
            put_name(w, value, out);
        break;
    case DATUM_TIME:
        w->setup.local((struct wall){ n }, local);
        lang_time(out, writer_lang(w), local);
        break;
    case DATUM_LENGTH:
        put_hours(n, out);
        break;
    case DATUM_SHARE: /* thousandths are tenths of a per cent */
        put_point(w, n, 10, 1, " %", out);
        break;
    case DATUM_POINTS:
        put_point(w, n, 10, 1, "", out);
        break;
    case DATUM_MEAN:
        put_point(w, (n < 0 ? n - 5 : n + 5) / 10, 100, 2, "", out);
        break;
    case DATUM_BAR:
        put_bar(n, w->setup.ascii, out);
        break;
    case DATUM_FLAG:
        text_put(out, n ? writer_word(w, "yes") : "");
        break;
    default:
        datum_plain(value, out);
    }
}

void datum_valid(const struct datum *value, struct text *out)
{
    if (utf8_length(value->text, value->len) == SIZE_MAX)
        text_safe(out, value->text, value->len);
    else
        text_add(out, value->text, value->len);
}
