/* Lines of events by sources named with the first letter of the line: decoded, judged, applied to a board of
 * the built-in configuration. The board stays sound, and readers can read what would be published. */
#include "wire/msg.h"
#include "conf/conf.h"
#include "core/board.h"
#include "wire/snapshot.h"
#include "wire/view.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct {
    enum role role;
    const char *id;
} sources[] = { { ROLE_BAY, "1" },      { ROLE_BAY, "2" },   { ROLE_BAY, "wash" },    { ROLE_BAY, "quality" },
                { ROLE_DESK, "front" }, { ROLE_DMS, "dms" }, { ROLE_RATE, "lounge" }, { ROLE_BAY, "99" } };

struct run {
    struct board *board;
    struct event event;
    struct receipt_info info;
    int64_t seq;
};

static void give(struct run *r, const uint8_t *bytes, size_t len)
{
    static const struct rules rules = { INT64_C(168) * 3600000, 600000 };
    unsigned char random[32];
    struct verdict verdict;
    struct changes changes;
    char what[200];
    r->info.role = sources[bytes[0] % 8].role;
    r->info.id = sources[bytes[0] % 8].id;
    r->info.received.ms += 1000 + bytes[0] * 500;
    r->info.up.ms += 1000;
    if (msg_decode(bytes + 1, len - 1, &r->event) != REASON_NONE)
        return;
    memset(random, bytes[0] + (int)r->seq, sizeof random);
    board_judge(r->board, &r->event, &r->info, &rules, random, &verdict);
    if (verdict.reason != REASON_NONE)
        return;
    board_apply(r->board, &r->event, &r->info, &verdict, ++r->seq, &changes);
    if (!board_check(r->board, what, sizeof what)) {
        fprintf(stderr, "board_check: %s\n", what);
        abort();
    }
}

static void show(const struct run *r, const struct conf *conf, bool staff)
{
    struct text body = text_grow(SNAPSHOT_BYTES_MAX), message = text_grow(SNAPSHOT_BYTES_MAX);
    struct snapshot_info *info = calloc(1, sizeof *info);
    char fault[200];
    info->site = "fuzz";
    info->title = &conf->title;
    info->pickup = "";
    info->forgotten_ms = INT64_C(72) * 3600000;
    info->now = (struct moment){ .at = r->info.received, .up = r->info.up };
    snapshot_body(r->board, info, staff, &body);
    snapshot_message(info, &body, &message);
    struct view *view = view_decode(message.data, message.len, fault, sizeof fault);
    if (!view) {
        fprintf(stderr, "%s\n%s\n", fault, message.data);
        abort();
    }
    view_destroy(view);
    text_free(&body);
    text_free(&message);
    free(info);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct conf conf; /* the built-in one, the same for every run */
    const uint8_t *end = data + size;
    struct run r = { .info = { .known = true, .synced = true, .received = { INT64_C(1772442000000) } } };
    if (!conf.plan.n_stages)
        conf_defaults(&conf);
    r.board = board_create(&conf.plan);
    snprintf(r.info.boot, sizeof r.info.boot, "boot");
    while (data < end) {
        const uint8_t *line = memchr(data, '\n', (size_t)(end - data));
        line = line ? line : end;
        if (line > data)
            give(&r, data, (size_t)(line - data));
        data = line + 1;
    }
    if (size % 8 == 0) /* costs more than all the rest */
        show(&r, &conf, size % 16);
    board_destroy(r.board);
    return 0;
}
