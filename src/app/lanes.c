#include "app/lanes.h"

#include <stdlib.h>
#include <string.h>

enum { LANE_JOB, LANE_BAY, LANE_LINE, LANES };

#define KEY_MAX (ID_SIZE + EVENT_ID_SIZE)

struct lane {
    struct lane *next; /* in its bucket, or free */
    uint64_t hash;
    char key[KEY_MAX];
    struct letter *first, *last;
};

struct list {
    struct letter *first, *last;
};

struct lanes {
    int max, count, sent_count;
    size_t buckets; /* a power of two; of both tables */
    struct letter *pool, *free_letters;
    struct lane *lane_pool, *free_lanes;
    struct lane **lane_table;
    struct letter **match_table;
    struct list ready, sent;
};

/* ---- lists ---- */

static void push(struct list *list, struct letter *letter)
{
    letter->prev = list->last;
    letter->next = NULL;
    *(list->last ? &list->last->next : &list->first) = letter;
    list->last = letter;
}

static void drop(struct list *list, struct letter *letter)
{
    *(letter->prev ? &letter->prev->next : &list->first) = letter->next;
    *(letter->next ? &letter->next->prev : &list->last) = letter->prev;
}

/* ---- lanes ---- */

static struct lane **find_lane(const struct lanes *lanes, uint64_t hash, const char *key)
{
    struct lane **at = &lanes->lane_table[hash & (lanes->buckets - 1)];
    while (*at && ((*at)->hash != hash || strcmp((*at)->key, key) != 0))
        at = &(*at)->next;
    return at;
}

static void enter_lane(struct lanes *lanes, struct letter *letter, int which, const char *key)
{
    uint64_t hash = hash_bytes(HASH_START, key, strlen(key));
    struct lane **at = find_lane(lanes, hash, key);
    if (!*at) {
        struct lane *lane = lanes->free_lanes; /* never empty: LANES for each letter */
        lanes->free_lanes = lane->next;
        *lane = (struct lane){ .hash = hash };
        text_copy(lane->key, sizeof lane->key, key);
        *at = lane;
    }
    struct lane *lane = *at;
    letter->lane[which] = lane;
    letter->behind[which] = NULL;
    *(lane->last ? &lane->last->behind[which] : &lane->first) = letter;
    lane->last = letter;
}

static bool is_ready(const struct letter *letter)
{
    for (int i = 0; i < LANES; i++)
        if (letter->lane[i] && letter->lane[i]->first != letter)
            return false;
    return true;
}

/* Takes the first out of its lane; who comes first then may be ready. */
static void leave_lane(struct lanes *lanes, struct letter *letter, int which)
{
    struct lane *lane = letter->lane[which];
    if (!lane)
        return;
    letter->lane[which] = NULL;
    lane->first = letter->behind[which];
    if (lane->first) {
        if (is_ready(lane->first))
            push(&lanes->ready, lane->first);
        return;
    }
    *find_lane(lanes, lane->hash, lane->key) = lane->next;
    lane->next = lanes->free_lanes;
    lanes->free_lanes = lane;
}

/* ---- finding the letter of a receipt ---- */

static uint64_t match_hash(enum role role, const char *source, const char *id)
{
    unsigned char r = (unsigned char)role;
    uint64_t hash = hash_bytes(HASH_START, &r, 1);
    return hash_bytes(hash_bytes(hash, source, strlen(source) + 1), id, strlen(id));
}

static struct letter **bucket(const struct lanes *lanes, enum role role, const char *source, const char *id)
{
    return &lanes->match_table[match_hash(role, source, id) & (lanes->buckets - 1)];
}

struct letter *lanes_find(const struct lanes *lanes, enum role role, const char *source, const char *id)
{
    struct letter *l = *bucket(lanes, role, source, id);
    while (l && (l->role != role || strcmp(l->id, id) != 0 || strcmp(l->source, source) != 0))
        l = l->next_match;
    return l;
}

static void add_match(struct lanes *lanes, struct letter *letter)
{
    struct letter **at = bucket(lanes, letter->role, letter->source, letter->id);
    while (*at)
        at = &(*at)->next_match;
    *at = letter;
    letter->next_match = NULL;
}

static void drop_match(struct lanes *lanes, struct letter *letter)
{
    struct letter **at = bucket(lanes, letter->role, letter->source, letter->id);
    while (*at != letter)
        at = &(*at)->next_match;
    *at = letter->next_match;
}

/* ---- interface ---- */

struct lanes *lanes_create(int max)
{
    struct lanes *lanes = calloc(1, sizeof *lanes);
    if (!lanes)
        return NULL;
    lanes->max = max;
    lanes->buckets = 64;
    while (lanes->buckets < (size_t)max * 2)
        lanes->buckets *= 2;
    lanes->pool = calloc((size_t)max, sizeof *lanes->pool);
    lanes->lane_pool = calloc((size_t)max * LANES, sizeof *lanes->lane_pool);
    lanes->lane_table = calloc(lanes->buckets, sizeof(struct lane *));
    lanes->match_table = calloc(lanes->buckets, sizeof(struct letter *));
    if (!lanes->pool || !lanes->lane_pool || !lanes->lane_table || !lanes->match_table) {
        lanes_destroy(lanes);
        return NULL;
    }
    for (int i = max - 1; i >= 0; i--) {
        lanes->pool[i].next = lanes->free_letters;
        lanes->free_letters = &lanes->pool[i];
    }
    for (int i = max * LANES - 1; i >= 0; i--) {
        lanes->lane_pool[i].next = lanes->free_lanes;
        lanes->free_lanes = &lanes->lane_pool[i];
    }
    return lanes;
}

void lanes_destroy(struct lanes *lanes)
{
    if (!lanes)
        return;
    for (int i = 0; lanes->pool && i < lanes->max; i++)
        free(lanes->pool[i].payload);
    free(lanes->pool);
    free(lanes->lane_pool);
    free(lanes->lane_table);
    free(lanes->match_table);
    free(lanes);
}

/* Key of a lane: what it is about, and its name. */
static void put_in(struct lanes *lanes, struct letter *letter, int which, const char *kind, const char *a,
                   const char *b)
{
    char key[KEY_MAX];
    struct text text = text_over(key, sizeof key);
    text_put(&text, kind);
    text_put(&text, a);
    text_put(&text, b);
    enter_lane(lanes, letter, which, key);
}

static void line_up(struct lanes *lanes, struct letter *letter, const struct tape_keys *keys)
{
    const char *bay = letter->role == ROLE_BAY ? letter->source : keys->bay;
    /* Without an id only one of its source at a time can be told by its receipt. */
    if (!letter->id[0])
        put_in(lanes, letter, LANE_JOB, "?", role_name(letter->role), letter->source);
    else if (keys->job[0])
        put_in(lanes, letter, LANE_JOB, "j", keys->job, "");
    if (bay[0])
        put_in(lanes, letter, LANE_BAY, "b", bay, "");
    put_in(lanes, letter, LANE_LINE, "", "", "");
}

bool lanes_take(struct lanes *lanes, enum role role, const char *source, const struct tape_keys *keys,
                const void *payload, size_t len)
{
    struct letter *letter = lanes->free_letters;
    char *copy = letter ? malloc(len + 1) : NULL;
    if (!copy)
        return false;
    memcpy(copy, payload, len);
    lanes->free_letters = letter->next;
    *letter = (struct letter){ .role = role, .payload = copy, .len = len };
    text_copy(letter->source, sizeof letter->source, source);
    if (len <= EVENT_BYTES_MAX) /* a larger one gets its receipt without id */
        text_copy(letter->id, sizeof letter->id, keys->id);
    lanes->count++;
    line_up(lanes, letter, keys);
    if (is_ready(letter))
        push(&lanes->ready, letter);
    return true;
}

struct letter *lanes_ready(const struct lanes *lanes)
{
    return lanes->ready.first;
}

void lanes_sent(struct lanes *lanes, struct letter *letter)
{
    drop(&lanes->ready, letter);
    push(&lanes->sent, letter);
    lanes->sent_count++;
    add_match(lanes, letter);
    leave_lane(lanes, letter, LANE_LINE);
}

void lanes_done(struct lanes *lanes, struct letter *letter)
{
    drop(&lanes->sent, letter);
    drop_match(lanes, letter);
    lanes->sent_count--;
    lanes->count--;
    leave_lane(lanes, letter, LANE_JOB);
    leave_lane(lanes, letter, LANE_BAY);
    free(letter->payload);
    letter->payload = NULL;
    letter->next = lanes->free_letters;
    lanes->free_letters = letter;
}

struct letter *lanes_first_sent(const struct lanes *lanes)
{
    return lanes->sent.first;
}

int lanes_under_way(const struct lanes *lanes)
{
    return lanes->sent_count;
}

int lanes_count(const struct lanes *lanes)
{
    return lanes->count;
}
