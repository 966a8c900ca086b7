/* SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/holo/stereo.h"

#include <string.h>

static const struct {
    const char *name;
    int across, down; /* eyes beside and below each other */
    bool half;
} kinds[DASH_N_STEREO] = {
    [DASH_STEREO_SIDE] = {"side", 2, 1, false}, [DASH_STEREO_SIDE_HALF] = {"side-half", 2, 1, true},
    [DASH_STEREO_TOP] = {"top", 1, 2, false},   [DASH_STEREO_TOP_HALF] = {"top-half", 1, 2, true},
    [DASH_STEREO_ROWS] = {"rows", 1, 1, false}, [DASH_STEREO_ANAGLYPH] = {"anaglyph", 1, 1, false},
};

const char *
dash_stereo_name(DashStereo stereo)
{
    g_return_val_if_fail((unsigned)stereo < DASH_N_STEREO, "");
    return kinds[stereo].name;
}

bool
dash_stereo_find(const char *name, DashStereo *stereo)
{
    for (unsigned i = 0; i < DASH_N_STEREO; i++)
        if (g_strcmp0(kinds[i].name, name) == 0) {
            *stereo = (DashStereo)i;
            return true;
        }
    return false;
}

void
dash_stereo_size(DashStereo stereo, int *w, int *h)
{
    if (kinds[stereo].half)
        return;
    *w *= kinds[stereo].across;
    *h *= kinds[stereo].down;
}

bool
dash_stereo_eye_size(DashStereo stereo, int *w, int *h)
{
    if (*w % kinds[stereo].across != 0 || *h % kinds[stereo].down != 0)
        return false;
    if (!kinds[stereo].half) {
        *w /= kinds[stereo].across;
        *h /= kinds[stereo].down;
    }
    return true;
}

static uint32_t *
row_of(const DashSurface *surface, int y)
{
    return surface->pixels + (size_t)y * (size_t)surface->stride;
}

static void
copy_row(uint32_t *out, const uint32_t *in, int n)
{
    memcpy(out, in, sizeof *out * (size_t)n);
}

/* The mean of two pixels, each channel rounded to the nearest. */
static uint32_t
mean(uint32_t a, uint32_t b)
{
    return (a | b) - (((a ^ b) >> 1) & 0x7f7f7f7fu);
}

static void
squeeze_across(uint32_t *out, const uint32_t *in, int n)
{
    for (int x = 0; x < n / 2; x++)
        out[x] = mean(in[2 * x], in[2 * x + 1]);
}

static void
squeeze_down(uint32_t *out, const uint32_t *a, const uint32_t *b, int n)
{
    for (int x = 0; x < n; x++)
        out[x] = mean(a[x], b[x]);
}

/* An eye's row in a picture with both eyes' rows. */
static void
put_row(DashStereo stereo, const DashSurface *eye, int which, int y, const DashSurface *out)
{
    const uint32_t *in = row_of(eye, y);

    switch (stereo) {
    case DASH_STEREO_SIDE:
        copy_row(row_of(out, y) + which * eye->w, in, eye->w);
        break;
    case DASH_STEREO_SIDE_HALF:
        squeeze_across(row_of(out, y) + which * (eye->w / 2), in, eye->w);
        break;
    case DASH_STEREO_TOP:
        copy_row(row_of(out, y + which * eye->h), in, eye->w);
        break;
    case DASH_STEREO_TOP_HALF:
        if (y % 2 == 0 && y + 1 < eye->h)
            squeeze_down(row_of(out, y / 2 + which * (eye->h / 2)), in, row_of(eye, y + 1), eye->w);
        break;
    case DASH_STEREO_ROWS:
        if (y % 2 == which)
            copy_row(row_of(out, y), in, eye->w);
        break;
    case DASH_STEREO_ANAGLYPH:
        for (int x = 0; x < eye->w; x++)
            row_of(out, y)[x] =
                which == 0 ? in[x] : (row_of(out, y)[x] & 0xffff0000u) | (in[x] & 0xffffu);
        break;
    case DASH_N_STEREO:
        break;
    }
}

void
dash_stereo_join(DashStereo stereo,
                 const DashSurface *left,
                 const DashSurface *right,
                 const DashSurface *out)
{
    int w = left->w, h = left->h;

    dash_stereo_size(stereo, &w, &h);
    g_assert(left->w == right->w && left->h == right->h && out->w == w && out->h == h);
    for (int y = 0; y < left->h; y++) {
        put_row(stereo, left, 0, y, out);
        put_row(stereo, right, 1, y, out);
    }
}
