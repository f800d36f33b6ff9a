/*
 * What `report`, `jobs`, `spans` and `events` have in common: options, the database, the window in the site's
 * time zone, and the writer on standard output. One thread; sets the process's time zone.
 */
#pragma once

#include "app/opts.h"
#include "report/writer.h"
#include "store/query.h"

extern const struct opts_row ask_rows[]; /* --db --since --until --format */
extern const char ask_codes[];

struct ask {
    struct opts opts;
    enum writer_format format;
    const char *path; /* of the database */
    const char *since_text, *until_text;
    struct wall since, until; /* WALL_NONE: not given */
    struct conf *conf;        /* NULL: not needed */
    struct query *query;
    struct query_plan plan; /* the zone is filled in */
    struct writer *writer;
};

/* Reads the command line and opens everything into a zeroed `ask`. -1: go on, then ask_end; else the exit
 * code, and nothing is left open. */
int ask_begin(struct ask *ask, const struct opts_spec *spec, int argc, char **argv);

/* Writes what is held back, closes everything, and says what failed. `ok`: the reading went well. The exit
 * code. */
int ask_end(struct ask *ask, bool ok);

/* A time in the process's zone, "2026-03-01 09:20". */
void ask_local(struct wall at, char out[WRITER_TIME_SIZE]);

/* A time as --since and --until take it: RFC 3339 with offset, or "2026-03-01", "2026-03-01T12:00",
 * "2026-03-01T12:00:30" in the process's zone. */
bool ask_time(const char *text, struct wall *out);
