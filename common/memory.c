/* SPDX-License-Identifier: Apache-2.0 */
#include "common/memory.h"

#include <malloc.h>

#define KEPT_BYTES  (64 << 20)
#define MAPPED_FROM (32 << 20) /* the most that glibc takes */
#define GROWN_BYTES (1 << 20)

void
vicu_memory_keep(void)
{
    mallopt(M_MXFAST, 0);
    mallopt(M_TRIM_THRESHOLD, KEPT_BYTES);
    mallopt(M_MMAP_THRESHOLD, MAPPED_FROM);
    mallopt(M_TOP_PAD, GROWN_BYTES);
}

void
vicu_memory_give_back(size_t over)
{
    if (mallinfo2().fordblks >= over)
        malloc_trim(0);
}
