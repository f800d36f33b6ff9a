/* JSON: groups are objects, lists are arrays; each row of a root list on a line of its own. JSON lines: the
 * same without the root list's brackets and commas. */
#include "report/writer_own.h"

#include <string.h>

struct state {
    bool has_member[WRITER_DEPTH_MAX + 1];
    struct text valid;
};

static bool is_line(const struct writer *w, int depth)
{
    return w->ops == &writer_jsonl && depth == 1 && w->shape[0] == WRITER_LIST;
}

/* The comma before, the line break a list of rows wants, and the name. */
static void begin_member(struct writer *w, const struct tag *tag)
{
    struct state *s = w->state;
    if (is_line(w, w->depth))
        return;
    if (s->has_member[w->depth])
        text_put(&w->piece, ",");
    s->has_member[w->depth] = true;
    if (w->depth == 1 && w->shape[0] == WRITER_LIST)
        text_put(&w->piece, "\n");
    bool named = w->depth > 0 && w->shape[w->depth - 1] != WRITER_LIST;
    if (!named)
        return;
    text_json_str(&w->piece, tag->name);
    text_put(&w->piece, ":");
}

static void json_start(struct writer *w, enum writer_shape shape, const struct tag *tag)
{
    struct state *s = w->state;
    begin_member(w, tag);
    if (w->ops != &writer_jsonl || w->depth > 0 || shape != WRITER_LIST)
        text_put(&w->piece, shape == WRITER_LIST ? "[" : "{");
    writer_put_piece(w);
    s->has_member[w->depth + 1] = false;
}

static void json_attr(struct writer *w, const struct tag *tag, const struct datum *value)
{
    struct state *s = w->state;
    if (value->type == DATUM_NONE || !tag->name)
        return;
    begin_member(w, tag);
    if (value->type == DATUM_TEXT) {
        s->valid = s->valid.max ? s->valid : text_grow(WRITER_PIECE_MAX);
        text_clear(&s->valid);
        if (w->setup.said && value->name != NAME_NONE)
            datum_human(w, value, &s->valid);
        else
            datum_valid(value, &s->valid);
        w->failed |= s->valid.failed;
        text_json(&w->piece, s->valid.data ? s->valid.data : "", s->valid.len);
    } else if (value->type == DATUM_TIME) {
        text_put(&w->piece, "\"");
        datum_plain(value, &w->piece);
        text_put(&w->piece, "\"");
    } else {
        datum_plain(value, &w->piece);
    }
    writer_put_piece(w);
}

static void json_end(struct writer *w)
{
    bool list = w->shape[w->depth] == WRITER_LIST, lines = w->ops == &writer_jsonl;
    if (lines && list && w->depth == 0)
        return;
    if (w->depth == 0 && list)
        text_put(&w->piece, "\n");
    text_put(&w->piece, list ? "]" : "}");
    if (w->depth == 0 || is_line(w, w->depth))
        text_put(&w->piece, "\n");
    writer_put_piece(w);
}

static void json_destroy(struct writer *w)
{
    struct state *s = w->state;
    text_free(&s->valid);
}

const struct writer_ops writer_json = {
    .state_size = sizeof(struct state),
    .start = json_start,
    .attr = json_attr,
    .end = json_end,
    .destroy = json_destroy,
};

const struct writer_ops writer_jsonl = {
    .state_size = sizeof(struct state),
    .start = json_start,
    .attr = json_attr,
    .end = json_end,
    .destroy = json_destroy,
};
