/* A private mosquitto on a free loopback port, with a temporary directory of its own; ended by its pid. */
#pragma once

#include <stdbool.h>

struct broker;

/*
 * Starts one and waits until it accepts connections; NULL if it does not come. `lines` are more lines for its
 * configuration (NULL: none), in which %D stands for its directory. They come before "allow_anonymous true",
 * unless they set that themselves, and after "listener <port> 127.0.0.1", so that they may be about the
 * listener. Nothing is persistent and no queue is limited.
 */
struct broker *broker_start(const char *lines);
/* The same in steps, for brokers that need files first: make the directory, write files, run. */
struct broker *broker_prepare(void);
bool broker_file(const struct broker *broker, const char *name, const char *text);
bool broker_run(struct broker *broker, const char *lines);
/* Ends it and removes its directory. Takes NULL. */
void broker_stop(struct broker *broker);

int broker_port(const struct broker *broker);
const char *broker_dir(const struct broker *broker);

/* SIGKILL: what was not persistent is forgotten. broker_again starts it on the same port. */
void broker_kill(struct broker *broker);
bool broker_again(struct broker *broker);
void broker_freeze(struct broker *broker, bool frozen);

/* A loopback port on which nobody listens, and no other test will before this process ends. */
int broker_free_port(void);
