/* Logs of the database as they lie on the disk: any bytes, and what is found agrees.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "store/log-look.h"
#include "tests/fuzz/fuzz-target.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    StoreLogFound found = store_log_look(data, size);

    g_assert_true(found.bad_at == SIZE_MAX || found.bad_at < size);
    g_assert_true(!found.goes_on || (found.any && found.bad_at != SIZE_MAX));
    return 0;
}
