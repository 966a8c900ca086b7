/* The end of a table as it lies on the disk: any bytes, as the last of a file of any size; the
 * byte that is found lies within the file.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "store/table-look.h"
#include "tests/fuzz/fuzz-target.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint64_t before = 0;

    if (size < sizeof before)
        return 0;
    memcpy(&before, data, sizeof before);
    g_autofree uint8_t *tail = g_memdup2(data + sizeof before, size - sizeof before);
    size -= sizeof before;
    before %= UINT64_C(1) << 62;
    g_assert_cmpuint(store_table_flag_at(tail, size, before + size), <,
                     before + size + (size == 0));
    return 0;
}
