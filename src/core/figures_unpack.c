/* Reads packs (figures_pack.h). */
#include "core/figures_column.h"
#include "core/figures_pack.h"
#include "core/figures_pack_own.h"

#include "base/big.h"

#include <stdlib.h>
#include <string.h>

#define BLOB_SIZE ((size_t)4 << 20)

/* A time as a pack tells it: 0 none, odd after the visit's opening, even before it. */
static int64_t untold(int64_t opened, int64_t number)
{
    return number == 0 ? WALL_NONE.ms : number & 1 ? opened + number / 2 : opened - number / 2;
}

struct unpack {
    struct figures *f;
    struct column_reader visits, more; /* `more`: sums or rows */
    size_t n;
    int *name, n_names;
    int stage[FIGURES_STAGES_MAX], n_stages;
    enum kind kind[FIGURES_STAGES_MAX];
    int64_t *column[COLUMNS], *block;
    struct {
        uint64_t from, to;
    } seen[64]; /* sets of stages that were translated */
};

static void unpack_free(struct unpack *u)
{
    if (!u)
        return;
    free(u->name);
    free(u->block);
    free(u);
}

static bool take_names(struct unpack *u, struct column_reader *r)
{
    char text[FIGURES_NAME_SIZE];
    int64_t n = column_take_number(r);
    if (n < 0 || n > NAMES_MAX || !(u->name = calloc((size_t)n + 1, sizeof *u->name)))
        return false;
    for (u->n_names = 0; u->n_names < n; u->n_names++)
        if (!column_take_text(r, text, sizeof text) ||
            (u->name[u->n_names] = names_find(&u->f->names, text)) < 0)
            return false;
    return !r->failed;
}

static bool take_stage_names(struct unpack *u, struct column_reader *r)
{
    char text[ID_SIZE];
    int64_t n = column_take_number(r);
    if (n < 0 || n > FIGURES_STAGES_MAX)
        return false;
    for (u->n_stages = 0; u->n_stages < n; u->n_stages++) {
        if (!column_take_text(r, text, sizeof text))
            return false;
        enum kind kind = (enum kind)column_take_byte(r);
        u->kind[u->n_stages] = kind;
        u->stage[u->n_stages] = figures_find_stage(u->f, text, kind, true);
        if (kind >= KIND_COUNT || u->stage[u->n_stages] < 0)
            return false;
    }
    return true;
}

/* The head, the names and the columns up to `last`. NULL if it cannot be read. */
static struct unpack *unpack_begin(struct figures *f, struct figures_bytes visits, struct figures_bytes more,
                                   int last)
{
    struct unpack *u = calloc(1, sizeof *u);
    if (!u)
        return NULL;
    u->f = f;
    u->visits = column_open(visits.data, visits.len);
    u->more = column_open(more.data, more.len);
    int format = column_take_byte(&u->visits);
    int64_t n = column_take_number(&u->visits);
    if (u->visits.failed || u->more.failed || format != FIGURES_PACK_FORMAT || n < 0 ||
        n > (int64_t)FIGURES_PACK_ROWS || !take_names(u, &u->visits) || !take_stage_names(u, &u->visits))
        goto bad;
    u->n = (size_t)n;
    u->block = malloc((u->n * ((size_t)last + 1) + 1) * sizeof *u->block);
    for (int c = 0; u->block && c <= last; c++) {
        u->column[c] = u->block + u->n * (size_t)c;
        column_take(&u->visits, u->column[c], u->n);
    }
    if (u->block && !u->visits.failed)
        return u;
bad:
    unpack_free(u);
    return NULL;
}

/* A set of the pack's stages as one of the figures'. Few sets are in use. */
static uint64_t translate(struct unpack *u, uint64_t from)
{
    size_t slot = (size_t)((from * UINT64_C(0x9e3779b97f4a7c15)) >> 58);
    if (from == 0 || u->seen[slot].from == from)
        return from ? u->seen[slot].to : 0;
    uint64_t to = 0;
    for (uint64_t left = from; left; left &= left - 1) {
        int i = __builtin_ctzll(left);
        if (i < u->n_stages && u->stage[i] < FUNNEL_MAX)
            to |= UINT64_C(1) << u->stage[i];
    }
    u->seen[slot].from = from;
    u->seen[slot].to = to;
    return to;
}

/* Visit `i`; false if a number in it can be none. */
static bool visit_at(struct unpack *u, size_t i, struct visit *v)
{
    int64_t *const *c = u->column;
    int64_t advisor = c[COL_ADVISOR][i], work = c[COL_WORK][i], stage = c[COL_STAGE][i];
    if (advisor < 0 || advisor >= u->n_names || work < 0 || work >= u->n_names || stage < -1 ||
        stage >= u->n_stages)
        return false;
    v->opened = c[COL_OPENED][i];
    v->ready = untold(v->opened, c[COL_READY][i]);
    v->closed = untold(v->opened, c[COL_CLOSED][i]);
    v->first_promise = untold(v->opened, c[COL_PROMISE][i]);
    v->plate = (uint64_t)c[COL_PLATE][i];
    v->reached = translate(u, (uint64_t)c[COL_REACHED][i]);
    v->outcome = c[COL_OUTCOME][i];
    v->moves = c[COL_MOVES][i];
    v->reworks = c[COL_REWORKS][i];
    v->score = c[COL_SCORE][i];
    v->advisor = u->name[advisor];
    v->work = u->name[work];
    v->stage = stage < 0 ? -1 : u->stage[stage];
    return v->outcome >= OUTCOME_OPEN && v->outcome <= OUTCOME_CANCELLED;
}

static bool take_samples(struct unpack *u, struct samples *s)
{
    struct column list;
    int64_t n = column_take_number(&u->more), total_ms = column_take_number(&u->more);
    return n >= 0 && n <= (int64_t)FIGURES_PACK_ROWS && column_see_ordered(&u->more, &list, (size_t)n) &&
           samples_add_packed(s, u->f->values_max, &list, total_ms);
}

static bool take_counters(struct unpack *u)
{
    int64_t *counter[COUNTERS_MAX], room[COUNTERS_MAX];
    int n = figures_pack_counters(u->f, counter);
    if (!column_take(&u->more, room, (size_t)n))
        return false;
    for (int i = 0; i < n; i++)
        *counter[i] += room[i];
    return true;
}

static bool take_lists(struct unpack *u)
{
    for (int i = 0; i < LISTS; i++)
        if (!take_samples(u, figures_pack_list(u->f, i)))
            return false;
    return true;
}

static bool take_stages(struct unpack *u)
{
    struct figures *f = u->f;
    for (int i = 0; i < u->n_stages; i++) {
        int to = u->stage[i];
        if (!take_samples(u, &f->stage_samples[to]) || !take_samples(u, &f->shut_elapsed[to]) ||
            !take_samples(u, &f->shut_working[to]))
            return false;
        f->stages[to].working_ms += column_take_number(&u->more);
        int64_t reached = column_take_number(&u->more);
        if (to < FUNNEL_MAX)
            f->reached[to] += reached;
        f->cancelled[to] += column_take_number(&u->more);
    }
    return !u->more.failed;
}

static bool take_losses(struct unpack *u)
{
    struct column_reader *r = &u->more;
    char id[ID_SIZE];
    for (int64_t n = column_take_number(r); n > 0; n--) {
        if (!column_take_text(r, id, sizeof id))
            return false;
        enum kind kind = (enum kind)column_take_byte(r);
        struct figures_loss *loss = kind < KIND_COUNT ? figures_find_loss(u->f, id, kind) : NULL;
        if (!loss)
            return false;
        loss->n += column_take_number(r);
        loss->total_ms += column_take_number(r);
        loss->working_ms += column_take_number(r);
    }
    return !r->failed;
}

static bool take_bays(struct unpack *u)
{
    struct column_reader *r = &u->more;
    char id[ID_SIZE];
    for (int64_t n = column_take_number(r); n > 0; n--) {
        int found = column_take_text(r, id, sizeof id) ? figures_find_bay(u->f, id) : -1;
        if (found < 0)
            return false;
        struct figures_bay *bay = &u->f->bays[found];
        bay->jobs += column_take_number(r);
        bay->occupied_ms += column_take_number(r);
        bay->working_ms += column_take_number(r);
    }
    return !r->failed;
}

/* The columns of openings or handovers, in order of time. */
static bool see_returns(struct unpack *u, struct trail *list)
{
    int64_t n = column_take_number(&u->more);
    return n >= 0 && n <= (int64_t)FIGURES_PACK_ROWS && column_see(&u->more, &list->own, (size_t)n) &&
           column_see(&u->more, &list->at, (size_t)n) && column_see(&u->more, &list->plate, (size_t)n);
}

/* Openings that came back to nothing of the pack, as far as they may have to something before it. */
static bool take_openings(struct figures *f, const struct trail *list, int64_t from)
{
    size_t n = column_upto(&list->at, from + f->sum.repeat.days * DAY_MS);
    void *data = f->openings;
    if (n == 0)
        return true;
    if (!figures_grow(&data, &f->openings_room, f->n_openings + n - 1, f->values_max, sizeof *f->openings))
        return false;
    f->openings = data;
    for (size_t i = 0; i < n; i++)
        f->openings[f->n_openings++] =
            (struct handover){ (uint64_t)column_value(&list->plate, i), column_value(&list->at, i),
                               column_value(&list->own, i) != 0 };
    return true;
}

static bool take_returns(struct unpack *u, int64_t from)
{
    struct trail openings, handovers;
    if (u->f->sum.repeat.days == 0)
        return true;
    return see_returns(u, &openings) && see_returns(u, &handovers) && take_openings(u->f, &openings, from) &&
           figures_note_trail(u->f, &handovers);
}

static void take_extent(struct unpack *u)
{
    int64_t low = column_take_number(&u->more), high = column_take_number(&u->more);
    u->f->kept_low = low < u->f->kept_low ? low : u->f->kept_low;
    u->f->kept_high = high > u->f->kept_high ? high : u->f->kept_high;
}

/* In large blocks: touching memory for the first time is what costs. */
void *figures_room(struct figures *f, size_t len)
{
    if (f->n_blobs == 0 || f->blob_size - f->blob_used < len) {
        size_t size = len > BLOB_SIZE ? len : BLOB_SIZE;
        void *data = f->blobs, *block = big_alloc(size);
        if (!block || !figures_grow(&data, &f->blobs_room, f->n_blobs, f->values_max, sizeof *f->blobs)) {
            free(block);
            return NULL;
        }
        f->blobs = data;
        f->blobs[f->n_blobs++] = block;
        f->blob_size = size;
        f->blob_used = 0;
    }
    f->blob_used += len;
    return (unsigned char *)f->blobs[f->n_blobs - 1] + f->blob_used - len;
}

bool figures_pack_sound(struct figures_bytes part)
{
    return part.len > 0 && !column_open(part.data, part.len).failed;
}

bool figures_feed_sums(struct figures *f, struct wall from, struct figures_bytes sums)
{
    struct unpack *u = figures_end_job(f) ? calloc(1, sizeof *u) : NULL;
    if (!u)
        return false;
    u->f = f;
    u->more = column_open(sums.data, sums.len);
    bool ok = !u->more.failed && column_take_byte(&u->more) == FIGURES_PACK_FORMAT;
    if (ok)
        take_extent(u);
    ok = ok && take_stage_names(u, &u->more) && take_counters(u) && take_lists(u) && take_stages(u) &&
         take_losses(u) && take_bays(u) && take_returns(u, from.ms);
    unpack_free(u);
    return ok;
}

bool figures_feed_groups(struct figures *f, struct figures_bytes visits)
{
    struct unpack *u = unpack_begin(f, visits, (struct figures_bytes){ "", 0 }, COLUMNS - 1);
    bool ok = u;
    struct visit v;
    for (size_t i = 0; ok && i < u->n; i++) {
        for (int c = 0; c < CYCLE_COUNT; c++) {
            v.length[c] = u->column[COL_LENGTH + c][i];
            v.working[c] = u->column[COL_WORKING + c][i];
        }
        ok = visit_at(u, i, &v) && figures_group_visit(f, &v);
    }
    unpack_free(u);
    return ok;
}

/* ---- row by row ---- */

struct rows {
    char bay[FIGURES_BAYS_MAX][ID_SIZE];
    int n_bays;
    int64_t *spans, *stays; /* of each visit */
    int64_t *span[KEPT_COLUMNS], *stay[KEPT_STAY_COLUMNS];
    size_t n_spans, n_stays, span_at, stay_at;
    int64_t *block;
};

static bool take_columns(struct unpack *u, struct rows *rows)
{
    struct column_reader *r = &u->more;
    size_t total = 2 * u->n + KEPT_COLUMNS * rows->n_spans + KEPT_STAY_COLUMNS * rows->n_stays;
    int64_t *at = rows->block = malloc((total + 1) * sizeof *rows->block);
    if (!at)
        return false;
    rows->spans = at;
    rows->stays = at + u->n;
    at += 2 * u->n;
    bool ok = column_take(r, rows->spans, u->n) && column_take(r, rows->stays, u->n);
    for (int c = 0; ok && c < KEPT_COLUMNS; c++, at += rows->n_spans)
        ok = column_take(r, rows->span[c] = at, rows->n_spans);
    for (int c = 0; ok && c < KEPT_STAY_COLUMNS; c++, at += rows->n_stays)
        ok = column_take(r, rows->stay[c] = at, rows->n_stays);
    return ok;
}

static bool take_rows(struct unpack *u, struct rows *rows)
{
    struct column_reader *r = &u->more;
    int64_t n = column_take_number(r);
    if (n < 0 || n > FIGURES_BAYS_MAX)
        return false;
    for (rows->n_bays = 0; rows->n_bays < n; rows->n_bays++)
        if (!column_take_text(r, rows->bay[rows->n_bays], ID_SIZE))
            return false;
    int64_t spans = column_take_number(r), stays = column_take_number(r);
    if (spans < 0 || stays < 0 || spans > (int64_t)FIGURES_PACK_ROWS || stays > (int64_t)FIGURES_PACK_ROWS)
        return false;
    rows->n_spans = (size_t)spans;
    rows->n_stays = (size_t)stays;
    return take_columns(u, rows);
}

static bool feed_span(struct unpack *u, const struct rows *rows, size_t i, int64_t opened)
{
    int64_t stage = rows->span[KEPT_STAGE][i], kind = rows->span[KEPT_KIND][i];
    if (stage < 0 || stage >= u->n_stages || kind < 0 || kind >= KIND_COUNT)
        return false;
    int64_t entered = opened + rows->span[KEPT_ENTERED][i], left = entered + rows->span[KEPT_LENGTH][i];
    struct figures_span span = { .stage = u->f->stages[u->stage[stage]].id,
                                 .kind = (enum kind)kind,
                                 .entered = { entered },
                                 .left = { left },
                                 .elapsed_ms = left - entered + rows->span[KEPT_EXTRA][i] };
    return figures_span(u->f, &span);
}

static bool feed_stay(struct unpack *u, const struct rows *rows, size_t i, int64_t opened)
{
    int64_t bay = rows->stay[KEPT_BAY][i], from = opened + rows->stay[KEPT_FROM][i];
    return bay >= 0 && bay < rows->n_bays &&
           figures_stay(u->f, rows->bay[bay], (struct wall){ from },
                        (struct wall){ from + rows->stay[KEPT_STAYED][i] });
}

static bool feed_visit(struct unpack *u, struct rows *rows, size_t i)
{
    struct visit v = { 0 };
    int64_t spans = rows->spans[i], stays = rows->stays[i];
    if (!visit_at(u, i, &v) || spans < 0 || stays < 0 || (size_t)spans > rows->n_spans - rows->span_at ||
        (size_t)stays > rows->n_stays - rows->stay_at)
        return false;
    bool ok = figures_begin_visit(u->f, &v);
    for (; ok && spans > 0; spans--)
        ok = feed_span(u, rows, rows->span_at++, v.opened);
    for (; ok && stays > 0; stays--)
        ok = feed_stay(u, rows, rows->stay_at++, v.opened);
    return ok;
}

bool figures_feed_rows(struct figures *f, struct figures_bytes visits, struct figures_bytes bytes)
{
    struct rows *rows = calloc(1, sizeof *rows);
    struct unpack *u = rows ? unpack_begin(f, visits, bytes, COL_STAGE) : NULL;
    bool ok = u && take_rows(u, rows);
    for (size_t i = 0; ok && i < u->n; i++) {
        /* One that does not touch the window at all is passed over, as a reader of rows does. */
        int64_t opened = u->column[COL_OPENED][i], closed = untold(opened, u->column[COL_CLOSED][i]);
        if (opened < f->high && closed >= f->low) {
            ok = feed_visit(u, rows, i);
            continue;
        }
        rows->span_at += (size_t)rows->spans[i];
        rows->stay_at += (size_t)rows->stays[i];
        ok = rows->span_at <= rows->n_spans && rows->stay_at <= rows->n_stays &&
             (closed >= f->low || figures_note_handover(f, (uint64_t)u->column[COL_PLATE][i], closed,
                                                        u->column[COL_OUTCOME][i] == OUTCOME_HANDED_OVER));
    }
    ok = ok && figures_end_job(f);
    if (rows)
        free(rows->block);
    free(rows);
    unpack_free(u);
    return ok;
}

bool figures_feed_handovers(struct figures *f, struct figures_bytes visits)
{
    struct unpack *u = unpack_begin(f, visits, (struct figures_bytes){ "", 0 }, COL_OUTCOME);
    bool ok = u;
    for (size_t i = 0; ok && i < u->n; i++)
        ok = figures_note_handover(f, (uint64_t)u->column[COL_PLATE][i],
                                   untold(u->column[COL_OPENED][i], u->column[COL_CLOSED][i]),
                                   u->column[COL_OUTCOME][i] == OUTCOME_HANDED_OVER);
    unpack_free(u);
    return ok;
}
