/*
 * The screen's way to the hub: subscribes `board/public` (the workshop view: `board/staff`) and `hub/beat`,
 * finds the site when none is configured, and says for itself whether it is on line. Connects, and connects
 * again, by itself. Driven by the loop; one thread.
 */
#pragma once

#include "conf/conf.h"
#include "sys/loop.h"
#include "wire/view.h"

struct feed;

struct feed_ops {
    void (*board)(void *user, struct view *view); /* the receiver owns the view */
    void (*beat)(void *user, int64_t rev, struct wall time);
    /* There is more than one site, and none is configured. */
    void (*several)(void *user, const char *sentence);
};

/* `conf` must outlive it. `announce`: says on `screen/<id>/status` whether this screen is on line; a picture
 * drawn once is no screen. NULL with a sentence in `fault`. Destroy it only after the loop has run for the
 * last time. */
struct feed *feed_create(struct loop *loop, const struct conf *conf, bool announce,
                         const struct feed_ops *ops, void *user, char *fault, size_t fault_size);
void feed_destroy(struct feed *feed); /* takes NULL */

/* Says goodbye ("offline") and ends the connection as far as that goes within `ms`. */
void feed_goodbye(struct feed *feed, int64_t ms);
