/* Which engine this processor runs, and the tables both share.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "common/codec/archive-engine.h"

const ArchiveEngine *
vicu_archive_engine(void)
{
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2"))
        return &vicu_archive_engine_avx2;
#endif
    return &vicu_archive_engine_plain;
}

/* 4096 / (1 + exp(-x / 256)), interpolated between 33 points (as in lpaq1,
 * Mahoney 2007). */
static int
logistic(int x)
{
    static const uint16_t point[34] = {1,    2,    3,    6,    10,   16,   27,   45,   73,
                                       120,  194,  310,  488,  747,  1101, 1546, 2047, 2549,
                                       2994, 3348, 3607, 3785, 3901, 3975, 4024, 4050, 4068,
                                       4079, 4085, 4089, 4092, 4093, 4094, 4095};
    int i = (x + 2048) / 128, part = (x + 2048) % 128;

    return (point[i] * (128 - part) + point[i + 1] * part + 64) / 128;
}

void
vicu_archive_state_init(ArchiveState *state)
{
    int next = 0;

    for (int x = -2048; x < 2048; x++) {
        int p = logistic(x);
        state->squash[x + 2048] = (uint16_t)(p << 4 | 8);
        for (; next <= p; next++)
            state->stretch[next] = (int16_t)x;
    }
    for (; next < 4096; next++)
        state->stretch[next] = 2047;
}
