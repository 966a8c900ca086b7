/* Over. See over.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/gl/over.h"

#include "dashboard/gl/over-kernels.h"

static void
row(uint32_t *out, const uint32_t *from, int n)
{
    for (int i = 0; i < n; i++)
        out[i] = over_pixel(out[i], from[i]);
}

static void
moved(uint32_t *out, const uint32_t *from, uint32_t part, int n)
{
    for (int i = 0; i < n; i++)
        out[i] = over_pixel(out[i], over_mean(from[i], from[i - 1], part));
}

const DashOverKernels dash_over_plain = {row, moved};

static gboolean is_plain;

static const DashOverKernels *
kernels(void)
{
#if defined(__x86_64__)
    if (!is_plain && __builtin_cpu_supports("avx2"))
        return &dash_over_avx2;
#endif
    return &dash_over_plain;
}

void
dash_over_use_plain(gboolean plain)
{
    is_plain = plain;
}

void
dash_over_row(uint32_t *out, const uint32_t *from, int n)
{
    if (n > 0)
        kernels()->row(out, from, n);
}

void
dash_over_row_moved(uint32_t *out, const uint32_t *from, int w, uint32_t part, int first, int end)
{
    int inner = MAX(first, 1), after = MIN(end, w);

    if (w <= 0)
        return;
    if (first <= 0 && end > 0)
        out[0] = over_pixel(out[0], over_mean(from[0], 0, part));
    if (after > inner)
        kernels()->moved(out + inner, from + inner, part, after - inner);
    if (first <= w && end > w)
        out[w] = over_pixel(out[w], over_mean(0, from[w - 1], part));
}

void
dash_over_picture(const DashSurface *surface, DashRect rect, const uint32_t *pixels)
{
    int x0 = MAX(-rect.x, 0), x1 = MIN(rect.w, surface->w - rect.x);
    int y1 = MIN(rect.h, surface->h - rect.y);

    for (int y = MAX(-rect.y, 0); y < y1; y++)
        dash_over_row(surface->pixels + (size_t)(rect.y + y) * (size_t)surface->stride + rect.x
                          + x0,
                      pixels + (size_t)y * (size_t)rect.w + x0, x1 - x0);
}
