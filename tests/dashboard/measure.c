/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/dashboard/measure.h"

#include <stdlib.h>

DashCameraPoint
measure_middle(
    const DashSurface *picture, DashRect tile, const DashTestSquare *square, int y0, int y1)
{
    double sum = 0, at_x = 0, at_y = 0;
    int ink = 0, back = 0;

    for (int shift = 0, most = 0; shift < 24; shift += 8) {
        int a = square->colour >> shift & 255, b = DASH_TEST_BACK >> shift & 255;
        if (abs(a - b) > most)
            most = abs(a - b), ink = a, back = shift;
    }
    int dark = DASH_TEST_BACK >> back & 255;
    for (int y = y0; y < y1; y++)
        for (int x = 0; x < tile.w; x++) {
            uint32_t p = picture->pixels[(tile.y + y) * picture->stride + tile.x + x];
            double part = ((int)(p >> back & 255) - dark) / (double)(ink - dark);
            sum += part;
            at_x += part * (x + 0.5);
            at_y += part * (y + 0.5);
        }
    g_assert_cmpfloat(sum, >, 10);
    return (DashCameraPoint){at_x / sum, at_y / sum};
}

static uint32_t
pixel(const DashSurface *surface, int x, int y)
{
    return surface->pixels[(size_t)y * (size_t)surface->stride + (size_t)x];
}

static double
luma(uint32_t p)
{
    return 0.299 * (p >> 16 & 255) + 0.587 * (p >> 8 & 255) + 0.114 * (p & 255);
}

enum { SIDE = 8, EVERY = 4 };

static double
window(const DashSurface *a, int ax, int ay, const DashSurface *b, int bx, int by)
{
    const double c1 = 0.01 * 255 * 0.01 * 255, c2 = 0.03 * 255 * 0.03 * 255, n = SIDE * SIDE;
    double sa = 0, sb = 0, saa = 0, sbb = 0, sab = 0;

    for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < SIDE; x++) {
            double p = luma(pixel(a, ax + x, ay + y)), q = luma(pixel(b, bx + x, by + y));
            sa += p, sb += q, saa += p * p, sbb += q * q, sab += p * q;
        }
    double ma = sa / n, mb = sb / n;
    double va = saa / n - ma * ma, vb = sbb / n - mb * mb, both = sab / n - ma * mb;
    return (2 * ma * mb + c1) * (2 * both + c2) / ((ma * ma + mb * mb + c1) * (va + vb + c2));
}

double
measure_ssim(const DashSurface *a, DashRect rect, const DashSurface *b, int x, int y)
{
    double sum = 0;
    int n = 0;

    for (int j = 0; j + SIDE <= rect.h; j += EVERY)
        for (int i = 0; i + SIDE <= rect.w; i += EVERY, n++)
            sum += window(a, rect.x + i, rect.y + j, b, x + i, y + j);
    g_assert_cmpint(n, >, 0);
    return sum / n;
}

int
measure_greatest(const DashSurface *a, DashRect rect, const DashSurface *b, int x, int y)
{
    int greatest = 0;

    for (int j = 0; j < rect.h; j++)
        for (int i = 0; i < rect.w; i++)
            for (int shift = 0; shift < 32; shift += 8)
                greatest = MAX(greatest, abs((int)(pixel(a, rect.x + i, rect.y + j) >> shift & 255)
                                             - (int)(pixel(b, x + i, y + j) >> shift & 255)));
    return greatest;
}
