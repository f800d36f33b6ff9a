#include "tests/replay/state.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

static char *tables(struct drive *d)
{
    static const char *const all[] = {
        "SELECT * FROM job ORDER BY job",
        "SELECT * FROM span ORDER BY job, n",
        "SELECT * FROM stay ORDER BY job, n",
        "SELECT * FROM bay ORDER BY bay",
    };
    struct text out = text_grow(8 * 1024 * 1024);
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        char *rows = drive_sql(d, all[i], NULL);
        text_put(&out, rows ? rows : "");
        free(rows);
    }
    char *copy = strdup(out.data ? out.data : "");
    text_free(&out);
    return copy;
}

static json_int_t rev_of(struct drive *d, const char *name)
{
    struct drive_topic *topic = drive_topic(d, name);
    return topic ? json_integer_value(json_object_get(topic->body, "rev")) : -1;
}

static int64_t boards(struct drive *d)
{
    int64_t n = 0;
    for (int i = 0; i < d->n_topics; i++)
        if (strncmp(d->topics[i].name, "board/", 6) == 0 || strncmp(d->topics[i].name, "bay/", 4) == 0)
            n += d->topics[i].count;
    return n;
}

void state_forget(struct state_mark *mark)
{
    free(mark->tables);
    mark->tables = NULL;
}

void state_mark(struct drive *d, struct state_mark *mark)
{
    state_forget(mark);
    mark->tables = tables(d);
    mark->rev = rev_of(d, "board/public");
    mark->boards = boards(d);
}

/* The first line that differs, for the message. */
static void name_difference(struct drive *d, const char *was, const char *is)
{
    size_t same = 0, line = 0;
    for (; was[same] && was[same] == is[same]; same++)
        if (was[same] == '\n')
            line = same + 1;
    drive_fault(d, "a table changed: %.*s was %.*s", (int)strcspn(is + line, "\n"), is + line,
                (int)strcspn(was + line, "\n"), was + line);
}

void state_unchanged(struct drive *d, const struct state_mark *mark)
{
    char *now = tables(d);
    if (!now || !mark->tables)
        drive_fault(d, "there is no mark");
    else if (strcmp(now, mark->tables) != 0)
        name_difference(d, mark->tables, now);
    free(now);
    if (rev_of(d, "board/public") != mark->rev)
        drive_fault(d, "rev is %lld, was %lld", (long long)rev_of(d, "board/public"), (long long)mark->rev);
    if (boards(d) != mark->boards)
        drive_fault(d, "%lld boards or bay states were published", (long long)(boards(d) - mark->boards));
}

void state_revised(struct drive *d, const struct state_mark *mark)
{
    json_int_t a = rev_of(d, "board/public"), b = rev_of(d, "board/staff");
    if (a <= mark->rev || b <= mark->rev)
        drive_fault(d, "rev was not raised: public %lld, staff %lld, was %lld", (long long)a, (long long)b,
                    (long long)mark->rev);
}
