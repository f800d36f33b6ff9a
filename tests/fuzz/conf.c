/* Configuration files. */
#include "conf/conf.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static int fd = -1; /* one file in memory for all runs */
    char path[64], fault[CONF_FAULT_SIZE];
    struct conf *conf = calloc(1, sizeof *conf);
    if (fd < 0)
        fd = memfd_create("pitboard.cfg", MFD_CLOEXEC);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    bool whole = ftruncate(fd, 0) == 0 && pwrite(fd, data, size, 0) == (ssize_t)size;
    /* Other files of this machine are not the matter. */
    if (whole && !memmem(data, size, "@include", 8) && !conf_load(conf, path, NULL, 0, fault) && !fault[0])
        abort(); /* a refusal says why */
    conf_clear(conf);
    free(conf);
    return 0;
}
