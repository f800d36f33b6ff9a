/*
 * A small workshop that drives a hub on a disk of tests/fault/disk: six cars that go through their work over
 * and over, a talker whose notes and nonsense need answers too. Senders keep the contract: one event without
 * a receipt per job, repeated until it comes. What the hub acknowledged is held against the database.
 */
#pragma once

#include "app/hub.h"

#include <sqlite3.h>
#include <stdbool.h>

enum { SHOP_CARS = 6, SHOP_SLOTS = SHOP_CARS + 1, SHOP_EVENTS_MAX = 20000 };

struct shop_slot {
    int serial, step;
    int event; /* number of the event that waits for its receipt, 0 none */
};

enum shop_answer { SHOP_NONE, SHOP_APPLIED, SHOP_REJECTED };

struct shop {
    struct conf conf;
    struct hub *hub;
    struct wall wall, kept_wall;
    struct boot boot;
    int boots, sick_rounds;
    int pace_ms; /* between two rounds */
    struct shop_slot slots[SHOP_SLOTS], kept_slots[SHOP_SLOTS];
    int events, kept_events; /* sent so far; their ids are e1, e2, … */
    unsigned char acknowledged[SHOP_EVENTS_MAX], held[SHOP_EVENTS_MAX];
    char *staff; /* the last board/staff */
    size_t staff_len;
    int64_t receipts, refused; /* all receipts, and those that said `storage` */
    int lost, doubled, wrong;  /* against the database; `wrong`: any other fault */
    char fault[600];           /* the first one */
};

struct shop *shop_create(const char *path);
void shop_destroy(struct shop *shop);
void shop_forget(struct shop *shop); /* a new disk: as if nothing had happened yet */

/* Where the cars are and what was acknowledged, along with disk_keep and disk_put_back; after shop_settle. */
void shop_keep(struct shop *shop);
void shop_put_back(struct shop *shop);

/* Starts a hub, as after a boot of the machine; false if it does not come up, why is in `why`. */
bool shop_open(struct shop *shop, char *why, size_t size);
void shop_close(struct shop *shop);
/* Some of the senders send or repeat, one round is committed. False: it was lost, or the hub is not writable.
 */
bool shop_round(struct shop *shop);
/* Time passes: the beat, and boards that were held back. */
void shop_tick(struct shop *shop);
/* Rounds until every event has its receipt; false if that takes too many. */
bool shop_settle(struct shop *shop);

/* Holds what was acknowledged and where the cars are against the database, by a reader of its own. */
bool shop_verify(struct shop *shop);
/* The last published board shows the cars where the database has them. */
bool shop_verify_board(struct shop *shop);
void shop_fault(struct shop *shop, int *counter, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
