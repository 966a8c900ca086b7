/* The journal's reader over any bytes: sound records only, all of them in order,
 * and what it calls damaged adds up.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "common/journal.h"
#include "tests/fuzz/fuzz-target.h"

typedef struct {
    const uint8_t *data;
    size_t size;
    const uint8_t *last;
    uint64_t bytes;
} Seen;

static void
on_record(uint8_t kind, const uint8_t *data, size_t size, gpointer user)
{
    Seen *seen = user;
    g_assert_cmpuint(kind, >, 0);
    g_assert_true(data >= seen->data && size <= (size_t)(seen->data + seen->size - data));
    g_assert_true(!seen->last || data >= seen->last);
    seen->last = data + size;
    seen->bytes += 16 + size;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Seen seen = {.data = data, .size = size};
    uint64_t damaged = 0;
    size_t end = vicu_journal_scan(data, size, on_record, &seen, &damaged);
    g_assert_cmpuint(end, <=, size);
    g_assert_cmpuint(seen.bytes + damaged, ==, end);
    return 0;
}
