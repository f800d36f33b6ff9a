/* Prints what the programs know of the public words, one fact a line, for asyncapi_test.py:
 *   type <name> <role>…    reason <text>    privacy <word>    topic <name> <kind> */
#include "core/event.h"
#include "core/plan.h"
#include "wire/topic.h"

#include <stdio.h>
#include <string.h>

static const char *const kinds[] = {
    [TOPIC_OTHER] = "other",
    [TOPIC_EVENT] = "event",
    [TOPIC_RECEIPT] = "receipt",
    [TOPIC_BAY_STATE] = "bayState",
    [TOPIC_STATUS] = "sourceStatus",
    [TOPIC_SCREEN_STATUS] = "screenStatus",
    [TOPIC_BOARD_PUBLIC] = "boardPublic",
    [TOPIC_BOARD_STAFF] = "boardStaff",
    [TOPIC_HUB_STATUS] = "hubStatus",
    [TOPIC_HUB_BEAT] = "hubBeat",
};

int main(int argc, char **argv)
{
    for (int t = 0; t < EV_UNKNOWN; t++) {
        printf("type %s", event_type_name((enum event_type)t));
        for (int r = 0; r < ROLE_HUB; r++)
            if (event_allowed((enum role)r, (enum event_type)t))
                printf(" %s", role_name((enum role)r));
        printf("\n");
    }
    for (int r = REASON_TOO_LARGE; r <= REASON_STORAGE; r++) {
        char text[REASON_SIZE];
        reason_text((enum reason)r, "plate", text);
        printf("reason %s\n", text);
    }
    for (int k = 0; k < KIND_COUNT; k++)
        printf("kind %s\n", kind_name((enum kind)k));
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        printf("channel %s\n", kinds[i]);
    for (int i = 1; i < argc; i++)
        printf("topic %s %s\n", argv[i], kinds[topic_parse(argv[i]).kind]);
    return 0;
}
