#include "display/trust.h"

void trust_start(struct trust *trust, struct boot now)
{
    *trust = (struct trust){
        .started = now, .board_time = WALL_NONE, .beat_time = WALL_NONE, .good_time = WALL_NONE
    };
}

static void match(struct trust *trust)
{
    trust->matched = true;
    trust->differs = false;
    trust->good_at = trust->beat_at;
    trust->good_time = trust->beat_time;
}

/* A board that is newer than the last beat is no contradiction: it follows a change, and the next beat names
 * it. */
void trust_board(struct trust *trust, int64_t rev, struct wall time)
{
    trust->board = true;
    trust->board_rev = rev;
    trust->board_time = time;
    if (!trust->beat)
        return;
    if (rev == trust->beat_rev)
        match(trust);
    else if (rev > trust->beat_rev)
        trust->differs = false;
}

void trust_beat(struct trust *trust, int64_t rev, struct wall time, struct boot now)
{
    trust->beat = true;
    trust->beat_rev = rev;
    trust->beat_at = now;
    trust->beat_time = time;
    if (!trust->board)
        return;
    if (rev == trust->board_rev) {
        match(trust);
    } else if (!trust->differs) {
        trust->differs = true;
        trust->differs_since = now;
    }
}

void trust_clock(struct trust *trust, struct wall now)
{
    trust->ancient = trust->board && wall_minus(now, trust->board_time) >= TRUST_LOST_MS;
}

/* The moment from which the picture is old. */
static struct boot old_from(const struct trust *trust)
{
    struct boot silent = boot_plus(trust->beat_at, TRUST_SILENCE_MS);
    if (!trust->differs)
        return silent;
    return boot_first(silent, boot_plus(trust->differs_since, TRUST_MISMATCH_MS));
}

enum trust_state trust_state(const struct trust *trust, struct boot now)
{
    if (!trust->matched) {
        if (boot_minus(now, trust->started) < TRUST_SILENCE_MS)
            return TRUST_CONNECTING;
        if (!trust->board)
            return TRUST_NEVER;
        bool lost = trust->ancient || boot_minus(now, trust->started) >= TRUST_LOST_MS;
        return lost ? TRUST_LOST : TRUST_STALE;
    }
    if (boot_minus(now, old_from(trust)) < 0)
        return TRUST_FRESH;
    return boot_minus(now, trust->good_at) < TRUST_LOST_MS ? TRUST_STALE : TRUST_LOST;
}

struct boot trust_deadline(const struct trust *trust, struct boot now)
{
    switch (trust_state(trust, now)) {
    case TRUST_CONNECTING:
        return boot_plus(trust->started, TRUST_SILENCE_MS);
    case TRUST_FRESH:
        return old_from(trust);
    case TRUST_STALE:
        return boot_plus(trust->matched ? trust->good_at : trust->started, TRUST_LOST_MS);
    case TRUST_NEVER:
    case TRUST_LOST:
        break;
    }
    return BOOT_FAR;
}

struct wall trust_since(const struct trust *trust)
{
    return trust->matched ? trust->good_time : trust->board_time;
}
