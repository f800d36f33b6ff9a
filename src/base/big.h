/* Memory in blocks of megabytes, of large pages where the kernel has them: touching it for the first time is
 * then much cheaper. Freed by free(). Any thread. */
#pragma once

#include <stddef.h>

/* `size` is rounded up to whole pages of 2 MB. NULL: memory is out. Not zeroed. */
void *big_alloc(size_t size);
