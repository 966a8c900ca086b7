/* Weave. See weave.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/gl/weave-kernels.h"

static void
row(const DashWeave *self, int from, int to, uint32_t *out)
{
    for (int x = from; x < to; x++)
        out[x] = weave_pixel(self, x);
}

static void
flat(const uint32_t *base, const int *column, int from, int to, uint32_t *out)
{
    for (int x = from; x < to; x++)
        out[x] = 0xff000000u | base[column[x]];
}

const DashWeaveKernels dash_weave_plain = {row, flat};

static gboolean is_plain;

static const DashWeaveKernels *
kernels(void)
{
#if defined(__x86_64__)
    if (!is_plain && __builtin_cpu_supports("avx2"))
        return &dash_weave_avx2;
#endif
    return &dash_weave_plain;
}

void
dash_weave_use_plain(gboolean plain)
{
    is_plain = plain;
}

void
dash_weave_row(const DashWeave *self, int from, int to, uint32_t *out)
{
    kernels()->row(self, from, to, out);
}

void
dash_weave_flat(const uint32_t *base, const int *column, int from, int to, uint32_t *out)
{
    kernels()->flat(base, column, from, to, out);
}
