/* Bodies of `config` events; what is taken is written and read again the same. */
#include "wire/msg.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct plan *plan = calloc(1, sizeof *plan), *again = calloc(1, sizeof *again);
    struct text body = text_grow(CONFIG_BYTES_MAX);
    char out[EVENT_BYTES_MAX + 1];
    if (config_decode(data, size, plan) &&
        (!config_encode(plan, &body) || !config_decode(body.data, body.len, again) ||
         !plan_same(plan, again)))
        abort();
    msg_redact(data, size, out, sizeof out);
    text_free(&body);
    free(again);
    free(plan);
    return 0;
}
