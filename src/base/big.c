#include "base/big.h"

#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>

#define PAGE ((size_t)2 << 20)

void *big_alloc(size_t size)
{
    if (size > SIZE_MAX - PAGE)
        return NULL;
    size_t whole = (size + PAGE - 1) / PAGE * PAGE;
    void *data = aligned_alloc(PAGE, whole ? whole : PAGE);
    if (data)
        madvise(data, whole ? whole : PAGE, MADV_HUGEPAGE); /* small pages do as well */
    return data;
}
