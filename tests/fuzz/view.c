/* Boards and beats as a reader gets them. */
#include "wire/view.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char fault[200];
    int64_t rev;
    struct wall time;
    view_destroy(view_decode(data, size, fault, sizeof fault));
    view_beat(data, size, &rev, &time);
    return 0;
}
