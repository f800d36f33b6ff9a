/*
 * One bay of pitboard-bay: its devices, its box and its connection to the broker. A connection a bay, as a
 * source's identity is its topic and the broker binds it to the user. One thread, driven by the loop it was
 * given; destroy it only after the loop has run for the last time.
 */
#pragma once

#include "conf/conf.h"
#include "sys/loop.h"

struct post;

/* `conf` and `place` outlive it. NULL with a sentence in `fault` and the exit code in *code. It connects at
 * once. */
struct post *post_create(struct loop *loop, const struct conf *conf, const struct conf_box *place,
                         char fault[CONF_FAULT_SIZE], int *code);
void post_destroy(struct post *post); /* takes NULL; lamps go out */

/* At the end of each round of the loop, before the connections are written: sends what is due and shows the
 * lamp. Returns when it wants to be called again. */
struct boot post_round(struct post *post);

/* The clean goodbye; post_gone when it is written out. */
void post_stop(struct post *post);
bool post_gone(const struct post *post);

bool post_up(const struct post *post);
int post_waiting(const struct post *post); /* presses without a receipt */
