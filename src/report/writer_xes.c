/*
 * XES, the event log of process mining (IEEE 1849-2016): a trace per job, and per span an event `start` and,
 * if it was left, an event `complete`. Rows of jobs become traces, the rows of the list inside them events;
 * what the standard's extensions have a key for gets that key, all else keeps its name.
 */
#include "report/writer_own.h"

#include <string.h>

enum { DEPTH_TRACE = 1, DEPTH_EVENT = 3 };

struct state {
    struct text shared; /* attributes that both events of a span carry */
    struct datum entered, left;
};

static const char head[] =
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
    "<log xes.version=\"1849.2016\" xes.features=\"\" xmlns=\"http://www.xes-standard.org/\">\n"
    "<extension name=\"Concept\" prefix=\"concept\" uri=\"http://www.xes-standard.org/concept.xesext\"/>\n"
    "<extension name=\"Time\" prefix=\"time\" uri=\"http://www.xes-standard.org/time.xesext\"/>\n"
    "<extension name=\"Lifecycle\" prefix=\"lifecycle\" "
    "uri=\"http://www.xes-standard.org/lifecycle.xesext\"/>\n"
    "<extension name=\"Organizational\" prefix=\"org\" uri=\"http://www.xes-standard.org/org.xesext\"/>\n"
    "<global scope=\"trace\"><string key=\"concept:name\" value=\"\"/></global>\n"
    "<global scope=\"event\"><string key=\"concept:name\" value=\"\"/>"
    "<string key=\"lifecycle:transition\" value=\"complete\"/>"
    "<date key=\"time:timestamp\" value=\"1970-01-01T00:00:00.000Z\"/></global>\n"
    "<classifier name=\"Stage\" scope=\"event\" keys=\"concept:name\"/>\n"
    "<classifier name=\"Transition\" scope=\"event\" keys=\"concept:name lifecycle:transition\"/>\n"
    "<classifier name=\"Bay\" scope=\"event\" keys=\"org:resource\"/>\n"
    "<string key=\"lifecycle:model\" value=\"standard\"/>\n";

/* The key of the standard's extensions for one of our names, else that name. */
static const char *key_of(const char *name)
{
    static const char *const keys[][2] = { { "job", "concept:name" },
                                           { "stage", "concept:name" },
                                           { "bay", "org:resource" },
                                           { "n", "concept:instance" } };
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        if (strcmp(keys[i][0], name) == 0)
            return keys[i][1];
    return name;
}

static const char *element_of(const struct datum *value, const char *key)
{
    switch (value->type) {
    case DATUM_INT:
        return strcmp(key, "concept:instance") == 0 ? "string" : "int";
    case DATUM_FLAG:
        return "boolean";
    case DATUM_TIME:
        return "date";
    case DATUM_LENGTH:
    case DATUM_SHARE:
    case DATUM_POINTS:
    case DATUM_MEAN:
        return "float";
    default:
        return "string";
    }
}

static void put_attribute(struct text *out, const char *key, const struct datum *value)
{
    text_fmt(out, "<%s key=\"%s\" value=\"", element_of(value, key), key);
    if (value->type == DATUM_TEXT)
        text_xml(out, value->text, value->len);
    else
        datum_plain(value, out);
    text_put(out, "\"/>");
}

static void xes_start(struct writer *w, enum writer_shape shape, const struct tag *tag)
{
    struct state *s = w->state;
    (void)tag;
    if ((w->depth == 0 || w->depth == 2) != (shape == WRITER_LIST) || w->depth > DEPTH_EVENT)
        w->failed = true; /* no list of jobs: what is written would be no log */
    if (w->depth == 0)
        text_put(&w->piece, head);
    if (w->depth == DEPTH_TRACE)
        text_put(&w->piece, "<trace>\n");
    if (w->depth == DEPTH_EVENT) {
        s->shared = s->shared.max ? s->shared : text_grow(WRITER_PIECE_MAX);
        text_clear(&s->shared);
        s->entered = s->left = (struct datum){ 0 };
    }
    writer_put_piece(w);
}

static void xes_attr(struct writer *w, const struct tag *tag, const struct datum *value)
{
    struct state *s = w->state;
    if (value->type == DATUM_NONE || !tag->name)
        return;
    if (w->depth <= DEPTH_EVENT) {
        bool open_job = strcmp(tag->name, "stage") == 0 || strcmp(tag->name, "bay") == 0;
        put_attribute(&w->piece, open_job ? tag->name : key_of(tag->name), value);
        text_put(&w->piece, "\n");
        writer_put_piece(w);
    } else if (strcmp(tag->name, "entered") == 0) {
        s->entered = *value;
    } else if (strcmp(tag->name, "left") == 0) {
        s->left = *value;
    } else {
        put_attribute(&s->shared, key_of(tag->name), value);
        w->failed |= s->shared.failed;
    }
}

static void put_event(struct writer *w, const char *transition, const struct datum *at)
{
    struct state *s = w->state;
    if (at->type != DATUM_TIME)
        return;
    text_fmt(&w->piece, "<event><string key=\"lifecycle:transition\" value=\"%s\"/>", transition);
    put_attribute(&w->piece, "time:timestamp", at);
    text_put(&w->piece, s->shared.data ? s->shared.data : "");
    text_put(&w->piece, "</event>\n");
    writer_put_piece(w);
}

static void xes_end(struct writer *w)
{
    struct state *s = w->state;
    if (w->depth == DEPTH_EVENT) {
        put_event(w, "start", &s->entered);
        put_event(w, "complete", &s->left);
    }
    if (w->depth == DEPTH_TRACE)
        text_put(&w->piece, "</trace>\n");
    if (w->depth == 0)
        text_put(&w->piece, "</log>\n");
    writer_put_piece(w);
}

static void xes_destroy(struct writer *w)
{
    struct state *s = w->state;
    text_free(&s->shared);
}

const struct writer_ops writer_xes = {
    .state_size = sizeof(struct state),
    .start = xes_start,
    .attr = xes_attr,
    .end = xes_end,
    .destroy = xes_destroy,
};
