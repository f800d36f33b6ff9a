#include "core/presses.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

#define ROW_MAX  256 /* presses of one row that are kept to be told of */
#define BAYS_MAX 448
#define SLOTS    1024 /* of a table of bays; a power of two, more than twice as many */

/* The presses of a bay that follow each other closely. */
struct row {
    struct {
        char job[65];
        int64_t at;
        bool counts;
    } press[ROW_MAX];
    int n;         /* may be more than are kept */
    int64_t count; /* of those within the window */
    int cars;
};

struct bay_state {
    char id[ID_SIZE];
    bool counted; /* pressed within the window */
    int64_t last;
    struct row row;
};

struct press_walk {
    int64_t low, high;
    const struct hours *hours;
    const struct press_ops *ops;
    void *user;
    bool open; /* a run is */
    struct press_run run;
    struct bay_state *bay; /* PRESSES_BAYS_MAX of them */
    int n_bays;            /* of the run */
};

struct press_walk *press_walk_create(int64_t low, int64_t high, const struct hours *hours,
                                     const struct press_ops *ops, void *user)
{
    struct press_walk *w = calloc(1, sizeof *w);
    if (!w)
        return NULL;
    *w = (struct press_walk){ .low = low, .high = high, .hours = hours, .ops = ops, .user = user };
    w->bay = calloc(PRESSES_BAYS_MAX, sizeof *w->bay);
    if (w->bay)
        return w;
    free(w);
    return NULL;
}

void press_walk_destroy(struct press_walk *w)
{
    if (!w)
        return;
    free(w->bay);
    free(w);
}

/* A row is over: was it a batch? */
static bool end_row(struct press_walk *w, struct row *row)
{
    bool ok = true, batch = row->n >= PRESSES_BATCH_N && row->cars >= PRESSES_BATCH_CARS;
    if (batch)
        w->run.batch += row->count;
    for (int i = 0; batch && ok && w->ops->doubt && i < row->n && i < ROW_MAX; i++)
        if (row->press[i].counts)
            ok = w->ops->doubt(w->user, row->press[i].job, (struct wall){ row->press[i].at },
                               DOUBT_BIT(DOUBT_BATCH));
    row->n = row->cars = 0;
    row->count = 0;
    return ok;
}

static bool end_run(struct press_walk *w)
{
    bool ok = true;
    if (!w->open)
        return true;
    for (int i = 0; i < w->n_bays; i++) {
        ok = end_row(w, &w->bay[i].row) && ok;
        if (w->bay[i].counted)
            text_copy(w->run.bay[w->run.n_bays++], ID_SIZE, w->bay[i].id);
    }
    w->open = false;
    return ok && (!w->ops->run || w->ops->run(w->user, &w->run));
}

static void begin_run(struct press_walk *w, const struct press *p)
{
    memset(&w->run, 0, sizeof w->run);
    w->run.first_seq = p->seq;
    w->run.day = w->ops->day ? w->ops->day(w->user, p) : hours_day(w->hours, p->received);
    w->n_bays = 0;
    w->open = true;
}

static struct bay_state *find_bay(struct press_walk *w, const char *id)
{
    for (int i = 0; i < w->n_bays; i++)
        if (strcmp(w->bay[i].id, id) == 0)
            return &w->bay[i];
    if (w->n_bays == PRESSES_BAYS_MAX || !text_copy(w->bay[w->n_bays].id, ID_SIZE, id))
        return NULL;
    struct bay_state *state = &w->bay[w->n_bays++];
    state->counted = false;
    state->last = INT64_MIN;
    state->row.n = state->row.cars = 0;
    state->row.count = 0;
    return state;
}

static void add_to_row(struct row *row, const struct press *p, bool counts)
{
    const char *job = p->job ? p->job : "";
    bool known = false;
    for (int i = 0; i < row->n && i < ROW_MAX; i++)
        known |= strcmp(row->press[i].job, job) == 0;
    row->cars += !known;
    row->count += counts;
    if (row->n < ROW_MAX) {
        text_copy(row->press[row->n].job, sizeof row->press[0].job, job);
        row->press[row->n].at = p->at.ms;
        row->press[row->n].counts = counts;
    }
    row->n++;
}

static bool is_press(const struct press *p)
{
    return p->applied && p->type && strncmp(p->source, "bay/", 4) == 0 &&
           (strcmp(p->type, "next") == 0 || strcmp(p->type, "hold") == 0 || strcmp(p->type, "rework") == 0);
}

/* A bay's press; what it adds to the doubts. */
static bool count_press(struct press_walk *w, const struct press *p, bool counts, int *doubts)
{
    struct bay_state *bay = find_bay(w, p->source + 4);
    bool ok = true;
    w->run.presses += counts;
    if (!bay)
        return true;
    bay->counted |= counts;
    int64_t apart = bay->last == INT64_MIN ? INT64_MAX : llabs(p->at.ms - bay->last);
    if (apart >= PRESSES_BATCH_MS)
        ok = end_row(w, &bay->row);
    add_to_row(&bay->row, p, counts);
    if (apart < PRESSES_BURST_MS) {
        w->run.burst += counts;
        *doubts |= DOUBT_BIT(DOUBT_BURST);
    }
    bay->last = p->at.ms;
    return ok;
}

static int count_marks(struct press_run *run, const struct press *p)
{
    bool undo = p->type && strcmp(p->type, "undo") == 0;
    run->rejected += !p->applied;
    if (!p->applied)
        return 0;
    run->late += p->late;
    run->clamped += p->clamped;
    run->skipped += p->skipped;
    run->undone += undo;
    if (strncmp(p->source, "hub/", 4) == 0)
        return 0;
    run->events++;
    run->unsynced += !p->synced;
    return (p->late ? DOUBT_BIT(DOUBT_LATE) : 0) | (p->clamped ? DOUBT_BIT(DOUBT_CLAMPED) : 0) |
           (p->synced ? 0 : DOUBT_BIT(DOUBT_UNSYNCED)) | (undo ? DOUBT_BIT(DOUBT_UNDONE) : 0);
}

bool press_walk_event(struct press_walk *w, const struct press *p)
{
    bool counts = p->received.ms >= w->low && p->received.ms < w->high, ok = true;
    int doubts = 0;
    if (w->open && (p->received.ms < w->run.day.from.ms || p->received.ms >= w->run.day.to.ms) && !end_run(w))
        return false;
    if (!w->open)
        begin_run(w, p);
    w->run.last_seq = p->seq;
    if (counts)
        doubts = count_marks(&w->run, p);
    if (is_press(p))
        ok = count_press(w, p, counts, &doubts);
    return ok && (!counts || !doubts || !w->ops->doubt ||
                  w->ops->doubt(w->user, p->job ? p->job : "", p->at, doubts));
}

bool press_walk_end(struct press_walk *w)
{
    return end_run(w);
}

/* Sums. */

struct day {
    int64_t from;
    uint64_t bays[BAYS_MAX / 64];
};

struct presses {
    struct figures_presses sum;
    char bay[BAYS_MAX][ID_SIZE];
    int n_bays;
    bool expected[BAYS_MAX];
    uint16_t slot[SLOTS]; /* of a bay, place + 1 */
    struct day *days;
    size_t n_days, room;
};

struct presses *presses_create(void)
{
    return calloc(1, sizeof(struct presses));
}

void presses_destroy(struct presses *p)
{
    if (!p)
        return;
    free(p->days);
    free(p);
}

static int place_of(struct presses *p, const char *id)
{
    size_t at = hash_bytes(HASH_START, id, strlen(id)) & (SLOTS - 1);
    for (; p->slot[at]; at = (at + 1) & (SLOTS - 1))
        if (strcmp(p->bay[p->slot[at] - 1], id) == 0)
            return p->slot[at] - 1;
    if (p->n_bays == BAYS_MAX || !text_copy(p->bay[p->n_bays], ID_SIZE, id))
        return -1;
    p->slot[at] = (uint16_t)++p->n_bays;
    return p->n_bays - 1;
}

static bool add_day(struct presses *p, const struct press_run *run)
{
    if (p->n_days == p->room) {
        size_t room = p->room ? p->room * 2 : 64;
        struct day *more = realloc(p->days, room * sizeof *more);
        if (!more)
            return false;
        p->days = more;
        p->room = room;
    }
    struct day *day = &p->days[p->n_days++];
    *day = (struct day){ .from = run->day.from.ms };
    for (int i = 0; i < run->n_bays; i++) {
        int at = place_of(p, run->bay[i]);
        if (at >= 0)
            day->bays[at / 64] |= UINT64_C(1) << at % 64;
    }
    return true;
}

bool presses_add(struct presses *p, const struct press_run *run)
{
    struct figures_presses *s = &p->sum;
    s->events += run->events;
    s->presses += run->presses;
    s->burst += run->burst;
    s->batch += run->batch;
    s->unsynced += run->unsynced;
    s->late += run->late;
    s->clamped += run->clamped;
    s->undone += run->undone;
    s->skipped += run->skipped;
    s->rejected += run->rejected;
    return run->presses == 0 || add_day(p, run);
}

void presses_expect(struct presses *p, const char *bay)
{
    int at = place_of(p, bay);
    if (at >= 0)
        p->expected[at] = true;
}

static int day_order(const void *a, const void *b)
{
    const struct day *x = a, *y = b;
    return x->from < y->from ? -1 : x->from > y->from;
}

/* Two runs of one day count as one day. */
static void merge_days(struct presses *p)
{
    size_t n = 0;
    qsort(p->days, p->n_days, sizeof *p->days, day_order);
    for (size_t i = 0; i < p->n_days; i++) {
        if (n == 0 || p->days[n - 1].from != p->days[i].from)
            p->days[n++] = p->days[i];
        else
            for (size_t k = 0; k < BAYS_MAX / 64; k++)
                p->days[n - 1].bays[k] |= p->days[i].bays[k];
    }
    p->n_days = n;
}

const struct figures_presses *presses_finish(struct presses *p)
{
    if (p->n_days)
        merge_days(p);
    for (int bay = 0; bay < p->n_bays; bay++) {
        int64_t first = -1, last = -1, used = 0;
        for (size_t i = 0; i < p->n_days; i++)
            if (p->days[i].bays[bay / 64] >> bay % 64 & 1) {
                first = first < 0 ? (int64_t)i : first;
                last = (int64_t)i;
                used++;
            }
        if (first < 0)
            continue;
        if (p->expected[bay] && (int64_t)p->n_days - 1 - last > PRESSES_SILENT_DAYS)
            last = (int64_t)p->n_days - 1;
        p->sum.bay_days += last - first + 1;
        p->sum.silent += last - first + 1 - used;
    }
    return &p->sum;
}
