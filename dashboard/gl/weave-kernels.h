/* Weave: its kernels. See weave.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "dashboard/gl/weave.h"

typedef struct {
    void (*row)(const DashWeave *self, int from, int to, uint32_t *out);
    void (*flat)(const uint32_t *base, const int *column, int from, int to, uint32_t *out);
} DashWeaveKernels;

extern const DashWeaveKernels dash_weave_plain;
#if defined(__x86_64__)
extern const DashWeaveKernels dash_weave_avx2;
#endif

static inline uint32_t
weave_pixel(const DashWeave *self, int x)
{
    static const uint32_t of_channel[3] = {0xff0000u, 0x00ff00u, 0x0000ffu};
    const uint64_t *phase = self->phase[x % 2];
    uint64_t steps = (uint64_t)(x / 2) * self->step;
    uint32_t out = 0xff000000u;

    for (int c = 0; c < 3; c++) {
        uint64_t at = ((phase[c] + steps) ^ self->mask) >> 32;
        uint32_t view = (uint32_t)(at * self->views >> 32);
        out |= self->origin[self->offset[view] + self->column[x]] & of_channel[c];
    }
    return out;
}
