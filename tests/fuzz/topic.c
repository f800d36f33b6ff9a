/* Topic names; what is taken for one of ours is built again the same. */
#include "wire/topic.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *name = malloc(size + 1), again[TOPIC_SIZE];
    memcpy(name, data, size);
    name[size] = '\0';
    struct topic topic = topic_parse(name);
    if (topic.kind == TOPIC_EVENT) {
        topic_source(again, topic.site, topic.role, topic.id, "event");
        if (strcmp(again, name) != 0)
            abort();
    }
    free(name);
    return 0;
}
