/* The folder, the files and the port that `pitboard run` lives on. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define NEST_PATH 400

/* A new folder of its own under $TMPDIR or /tmp. */
bool nest_temporary(char *path, size_t size);
/* Removes it with the files in it. */
void nest_remove(const char *path);
/* $XDG_STATE_HOME/pitboard or ~/.local/state/pitboard, made if it is not there; false: errno. */
bool nest_kept(char *path, size_t size);

/* Writes FOLDER/pitboard.cfg for the simulated workshop; its name goes to `path`. */
bool nest_write_conf(const char *folder, char *path, size_t size);
/* Writes FOLDER/broker.conf for a private mosquitto on the loopback port; `kept`: it remembers sessions. */
bool nest_write_broker(const char *folder, int port, bool kept, char *path, size_t size);

/* The first port from `first` on that nobody listens on; 0 if there is none among the next 100. */
int nest_free_port(int first);
/* Whether this very process listens there on loopback; somebody else may have been quicker. */
bool nest_listens(pid_t pid, int port);
/* The host is this machine's own loopback. */
bool nest_is_loopback(const char *host);
