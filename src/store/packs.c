/* Which packs there are, and which of them cover a stretch of weeks. */
#include "store/query_own.h"

#include "base/stamp.h"
#include "base/text.h"

#include <stdio.h>

#define LEVEL_IDS 1000000 /* ids of one level; the trigger of the schema counts the same way */

static const int64_t weeks_of[PACK_LEVELS] = { 1, 8, 64 };

int64_t pack_weeks(int level)
{
    return weeks_of[level];
}

int64_t pack_id(int level, int64_t n)
{
    return level * LEVEL_IDS + n;
}

int64_t pack_head_sum(const struct pack_head *head)
{
    const int64_t all[] = {
        pack_id(head->level, head->n), head->jobs, head->low, head->high, head->newest, head->hours
    };
    return (int64_t)hash_bytes(HASH_START, all, sizeof all);
}

bool pack_head_at(sqlite3_stmt *stmt, struct pack_head *head)
{
    int64_t id = sqlite3_column_int64(stmt, 0);
    *head = (struct pack_head){ .level = (int)(id / LEVEL_IDS),
                                .n = id % LEVEL_IDS,
                                .jobs = sqlite3_column_int64(stmt, 2),
                                .low = sqlite3_column_int64(stmt, 3),
                                .high = sqlite3_column_int64(stmt, 4),
                                .newest = sqlite3_column_int64(stmt, 5),
                                .hours = sqlite3_column_int64(stmt, 6) };
    head->week = head->n * weeks_of[head->level];
    head->end = head->week + weeks_of[head->level];
    return sqlite3_column_int64(stmt, 7) == pack_head_sum(head);
}

bool pack_counts_with(const struct pack_head *head, const struct hours *hours)
{
    struct wall low = { head->low }, high = { head->high };
    return head->jobs == 0 || (hours ? (int64_t)hours_print(hours, low, high) : 0) == head->hours;
}

bool pack_walk_begin(struct pack_walk *walk, struct query *q)
{
    *walk = (struct pack_walk){ .q = q };
    walk->head = query_prepare(q, "SELECT " PACK_HEAD " FROM pack WHERE id = ?1 AND format = ?2");
    if (walk->head)
        sqlite3_bind_int(walk->head, 2, FIGURES_PACK_FORMAT);
    return walk->head;
}

/* Weeks in which nothing was ever closed are only looked at as far as the largest pack reaches back. */
bool pack_walk_from(struct pack_walk *walk, int64_t week)
{
    sqlite3_stmt *stmt = query_prepare(
        walk->q, "SELECT (SELECT min(id) FROM pack), (SELECT max(id) + 1 FROM pack WHERE id < 1000000)");
    int got = stmt ? query_step(walk->q, stmt) : -1;
    int64_t most = weeks_of[PACK_LEVELS - 1],
            first = got == 1 ? sqlite3_column_int64(stmt, 0) / most * most : 0;
    walk->end = got == 1 ? sqlite3_column_int64(stmt, 1) : 0;
    walk->week = week > first ? week : first;
    sqlite3_finalize(stmt);
    return got == 1;
}

void pack_walk_end(struct pack_walk *walk)
{
    sqlite3_finalize(walk->head);
}

int pack_look(struct pack_walk *walk, int level, int64_t n, struct pack_head *head)
{
    sqlite3_bind_int64(walk->head, 1, pack_id(level, n));
    int got = query_step(walk->q, walk->head);
    if (got == 1 && !pack_head_at(walk->head, head)) {
        pack_unread(walk->q, head);
        got = 0;
    }
    sqlite3_reset(walk->head);
    return got;
}

int pack_next(struct pack_walk *walk, struct pack_head *head,
              bool (*fits)(void *user, const struct pack_head *head), void *user)
{
    for (; walk->week < walk->end; walk->week++)
        for (int level = PACK_LEVELS - 1; level >= 0; level--) {
            int got =
                walk->week % weeks_of[level] ? 0 : pack_look(walk, level, walk->week / weeks_of[level], head);
            if (got < 0)
                return -1;
            if (got == 1 && (!fits || fits(user, head))) {
                walk->week = head->end;
                return 1;
            }
        }
    return 0;
}

/* ---- those that cannot be read ---- */

bool pack_bad(struct query *q)
{
    snprintf(q->fault, sizeof q->fault, "a roll-up for reports cannot be read; pitboard rebuild mends it");
    q->bad = true;
    return false;
}

bool pack_failed(struct query *q, bool sound)
{
    return sound ? query_full(q) : pack_bad(q);
}

void pack_unread(struct query *q, const struct pack_head *head)
{
    int64_t id = pack_id(head->level, head->n);
    for (int i = 0; i < q->n_unread; i++)
        if (q->unread[i] == id)
            return;
    if (q->n_unread < QUERY_UNREAD_MAX)
        q->unread[q->n_unread++] = id;
    else
        q->more_unread = true;
}

static void put_date(struct text *out, int64_t number)
{
    int year;
    unsigned month, day;
    stamp_date(number, &year, &month, &day);
    text_fmt(out, "%04d-%02u-%02u", year, month, day);
}

const char *query_unread(struct query *q)
{
    struct text out = text_over(q->told, sizeof q->told);
    for (int i = 0; i < q->n_unread; i++) {
        int64_t weeks = weeks_of[q->unread[i] / LEVEL_IDS], day = q->unread[i] % LEVEL_IDS * weeks * 7;
        text_put(&out, i ? ", " : "roll-ups for reports cannot be read: ");
        put_date(&out, day);
        text_put(&out, " to ");
        put_date(&out, day + weeks * 7 - 1);
    }
    text_put(&out, q->more_unread ? " and more" : "");
    text_put(&out, "; counted without them, which takes longer; pitboard rebuild mends it");
    return q->n_unread ? q->told : NULL;
}

/* ---- sums ---- */

/* Opened once: from row to row it moves cheaply. */
static int open_sums(struct pack_sums *sums, int64_t id)
{
    return sums->blob ? sqlite3_blob_reopen(sums->blob, id)
                      : sqlite3_blob_open(sums->q->db, "main", "pack_sums", "bytes", id, 0, &sums->blob);
}

bool pack_feed_sums(struct pack_sums *sums, struct figures *f, const struct pack_head *head)
{
    int rc = open_sums(sums, pack_id(head->level, head->n));
    if (rc == SQLITE_ERROR || rc == SQLITE_CORRUPT) /* there is no such row, or it cannot be got at */
        return pack_bad(sums->q);
    size_t len = rc == SQLITE_OK ? (size_t)sqlite3_blob_bytes(sums->blob) : 0;
    void *room = rc == SQLITE_OK ? figures_room(f, len) : NULL;
    if (rc != SQLITE_OK)
        return query_fail(sums->q);
    if (!room)
        return query_full(sums->q);
    rc = sqlite3_blob_read(sums->blob, room, (int)len, 0);
    if (rc != SQLITE_OK)
        return rc == SQLITE_CORRUPT ? pack_bad(sums->q) : query_fail(sums->q);
    struct figures_bytes bytes = { room, len };
    return figures_feed_sums(f, (struct wall){ head->week * WEEK_MS }, bytes) ||
           pack_failed(sums->q, figures_pack_sound(bytes));
}

void pack_sums_end(struct pack_sums *sums)
{
    sqlite3_blob_close(sums->blob);
    sums->blob = NULL;
}
