/* Images of rings: what loads can be read and lived on with, and comes back as it was.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "rules/engine/ring.h"
#include "tests/fuzz/fuzz-target.h"

enum { CAPACITY = 600, MORE = 300 };

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(RulesRing) ring = rules_ring_new(CAPACITY);
    g_autoptr(RulesRing) again = rules_ring_new(CAPACITY);
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    const uint8_t *at = data;
    if (!rules_ring_load(ring, &at, data + size))
        return 0;
    rules_ring_save(ring, bytes);
    const uint8_t *from = bytes->data;
    g_assert_true(rules_ring_load(again, &from, bytes->data + bytes->len));
    for (uint32_t i = 0; i < ring->count; i++)
        g_assert_cmpint(rules_ring_t_us(ring, i), ==, rules_ring_t_us(again, i));
    for (int i = 0; i < MORE; i++)
        rules_ring_push(ring, (RulesPoint){i, i, i});
    g_assert_cmpuint(ring->count, <=, CAPACITY);
    for (uint32_t i = 0; i < ring->count; i++)
        rules_ring_at(ring, i);
    return 0;
}
