/* Lines of a tape, and receipts; a line that is read can be written and read again. */
#include "wire/tape.h"
#include "wire/msg.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void again(const struct tape_line *line)
{
    struct text out = text_grow(4 * TAPE_LINE_MAX);
    struct tape_line other;
    char fault[200];
    if (!tape_write(&out, line->time, line->role, line->source, line->payload, line->len) ||
        !tape_read(out.data, out.len, &other, fault, sizeof fault) || other.role != line->role ||
        strcmp(other.source, line->source) != 0 || other.len != line->len)
        abort();
    free(tape_with_id(line->payload, line->len, "x-1"));
    text_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct tape_line line;
    struct receipt receipt;
    char fault[200];
    const char *bytes = (const char *)data;
    if (tape_read(bytes, size, &line, fault, sizeof fault)) {
        if (line.payload < bytes || line.payload + line.len > bytes + size)
            abort();
        if (line.len <= EVENT_BYTES_MAX)
            again(&line);
    }
    receipt_decode(data, size, &receipt);
    return 0;
}
