/*
 * Case files. A line is a step; `#` begins a comment. A case begins with `case TITLE` and ends where the next
 * begins.
 *
 *   desk/front open A plate=X123 => applied A checkin code=* token=*
 *       source, type, job, fields (words.h); behind => the receipt with all its members: result[:reason], job,
 *       stage, member=value. "..." at the end: others may be there. none: no receipt. any: one. Without =>:
 *       applied, no matter what else. $code(A) and $token(A) stand for what the hub gave.
 *   raw desk/front BYTES => ...         bytes as they are, %XX for any byte
 *   retained desk/front ...             an event line, delivered as retained
 *   repeat [=> ...]                     the last event once more, byte by byte
 *   times N desk/front ...              the event line N times with ids of their own; the receipts are the same
 *   round, end                          the events between go into one commit
 *   press bay/3 TOPIC BYTES [=> ...]    a message of somebody else's device, and the receipt for that bay
 *   old ...                             the same, delivered as retained
 *   again ...                           the same packet once more
 *   session kept|new, session read      the listening connection comes up; what waited in the session has come
 *   packet N                            the next press has that packet id
 *   device TOPIC BYTES                  a device says how it is
 *   status bay/3 online                 a device's status
 *   day 2028-02-29                      the case's day: times are written on it, in UTC; 26:00 is 2 o'clock of
 *                                       the next one
 *   at 10:05, after 90s                 both clocks move (after takes ms, s, m, h)
 *   clock 09:00, synced off             the wall clock alone steps; the hub's clock is not synced
 *   config KEY=VALUE, plan FILE         for the next start of the hub
 *   restart, reboot [TIME]              the hub ends and starts again; with a new boot of the machine
 *   restored                            a restart after which both boards say the same
 *   connected, goodbye                  what was published is forgotten and comes again; the hub's clean stop
 *   spans A, stays A, bays, sql SELECT ...
 *                                       rows; the expected ones follow, each behind a bar
 *   job A column=value ...
 *   row EVENT-ID column=value ...       the newest row of that id; `.` the newest of all
 *   rows TABLE N
 *   public|staff PATH member=value ...
 *   state 3 ..., beat ..., hub ...
 *   topic NAME PATH member=value ...    any other topic; NAME cleared, NAME never, NAME count=2
 *   mark, unchanged, revised            tables and boards are as at the mark; both boards came with a higher rev
 *
 * The shop of tests/replay/shop.cfg is the default plan. A case starts at 10:00 on 2026-03-02 with an empty
 * database.
 */
#pragma once

struct tally {
    int passed, failed;
};

/* Runs a case file; prints a line per failing step. */
void script_run(const char *path, const char *shop, struct tally *tally);
