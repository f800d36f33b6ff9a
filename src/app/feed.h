/*
 * Takes events from somewhere, each at its time, and gives them to a client as fast as it takes them; counts
 * the receipts. What replay and simulate have in common.
 */
#pragma once

#include "app/client.h"

#include <stdio.h>

#define FEED_REASONS_MAX 32

struct feed_event {
    struct boot due; /* {0}: now */
    enum role role;
    const char *source; /* texts stay valid until the next one is asked for */
    const struct tape_keys *keys;
    const void *payload;
    size_t len;
};

enum feed_more { FEED_EVENT, FEED_END, FEED_BROKEN };

struct feed_counts {
    uint64_t receipts, applied, rejected, duplicate;
    struct {
        char reason[REASON_SIZE];
        uint64_t n;
    } reasons[FEED_REASONS_MAX]; /* of the rejected; later ones than these are only in the sum */
    int n_reasons;
};

struct feed_ops {
    enum feed_more (*next)(void *user, struct feed_event *event);
    /* The hub does not answer. */
    void (*silent)(void *user, const char *why);
    /* FEED_END or FEED_BROKEN came, and every event given has its receipt. Called once. */
    void (*over)(void *user, bool broken);
};

struct feed;

/* As client_create. Nothing is asked for before feed_go. */
struct feed *feed_create(struct loop *loop, const struct client_options *options, const struct feed_ops *ops,
                         void *user, char *fault, size_t fault_size);
void feed_destroy(struct feed *feed); /* takes NULL; only after the loop has run for the last time */
void feed_go(struct feed *feed);

const struct feed_counts *feed_counts(const struct feed *feed);
int feed_waiting(const struct feed *feed); /* events without a receipt */

void feed_count(struct feed_counts *counts, const struct client_answer *answer);
/* "15875 receipts: 15870 applied, 5 rejected (3 moved-on, 2 closed), 0 duplicate" */
void feed_print(const struct feed_counts *counts, FILE *to);
