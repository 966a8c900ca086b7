/* CRC32C: the processor's instruction where there is one, else slicing by 8.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "common/crc32c.h"

#include <string.h>

#define POLYNOMIAL 0x82f63b78u /* Castagnoli, reflected */

static uint32_t slices[8][256];

static void
fill_slices(void)
{
    for (uint32_t i = 0; i < 256; i++) {
        uint32_t crc = i;
        for (int bit = 0; bit < 8; bit++)
            crc = (crc >> 1) ^ ((crc & 1) ? POLYNOMIAL : 0);
        slices[0][i] = crc;
    }
    for (uint32_t i = 0; i < 256; i++) {
        for (int s = 1; s < 8; s++)
            slices[s][i] = (slices[s - 1][i] >> 8) ^ slices[0][slices[s - 1][i] & 0xff];
    }
}

static uint64_t
load_le64(const uint8_t *at)
{
    uint64_t word;
    memcpy(&word, at, sizeof word);
    return GUINT64_FROM_LE(word);
}

static uint32_t
by_table(uint32_t crc, const uint8_t *at, size_t len)
{
    for (; len >= 8; at += 8, len -= 8) {
        uint64_t word = load_le64(at) ^ crc;
        crc = 0;
        for (int s = 0; s < 8; s++)
            crc ^= slices[7 - s][(word >> (8 * s)) & 0xff];
    }
    for (; len > 0; at++, len--)
        crc = (crc >> 8) ^ slices[0][(crc ^ *at) & 0xff];
    return crc;
}

#if defined(__x86_64__)
__attribute__((target("sse4.2"))) static uint32_t
by_instruction(uint32_t crc, const uint8_t *at, size_t len)
{
    uint64_t wide = crc;
    for (; len >= 8; at += 8, len -= 8)
        wide = __builtin_ia32_crc32di(wide, load_le64(at));
    crc = (uint32_t)wide;
    for (; len > 0; at++, len--)
        crc = __builtin_ia32_crc32qi(crc, *at);
    return crc;
}
#endif

uint32_t
vicu_crc32c(uint32_t seed, const void *bytes, size_t len)
{
    static gsize filled;
#if defined(__x86_64__)
    if (__builtin_cpu_supports("sse4.2"))
        return ~by_instruction(~seed, bytes, len);
#endif
    if (g_once_init_enter(&filled)) {
        fill_slices();
        g_once_init_leave(&filled, 1);
    }
    return ~by_table(~seed, bytes, len);
}
