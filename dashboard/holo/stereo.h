/* Stereo: two views in one picture, as screens and glasses take them.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>

#include "dashboard/gl/raster.h"

G_BEGIN_DECLS

typedef enum {
    DASH_STEREO_SIDE,      /* left half: the left eye's picture, whole; twice as wide */
    DASH_STEREO_SIDE_HALF, /* the same, each squeezed to half its width: the mean of two pixels */
    DASH_STEREO_TOP,       /* upper half: the left eye's, whole; twice as high */
    DASH_STEREO_TOP_HALF,  /* the same, each squeezed to half its height */
    DASH_STEREO_ROWS,      /* rows by turns, the left eye's first: of row-polarised screens */
    DASH_STEREO_ANAGLYPH, /* red of the left eye, green and blue of the right: for red-cyan glasses;
                             colours cannot be relied on */
    DASH_N_STEREO,
} DashStereo;

/* "side", "side-half", "top", "top-half", "rows", "anaglyph". */
const char *dash_stereo_name(DashStereo stereo);
bool dash_stereo_find(const char *name, DashStereo *stereo);

/* The size of the picture of two eyes' pictures of @w x @h. */
void dash_stereo_size(DashStereo stereo, int *w, int *h);
/* The size that each eye's picture has in a picture of @w x @h; FALSE: it does not divide. */
bool dash_stereo_eye_size(DashStereo stereo, int *w, int *h);

/* @left and @right of one size, @out of what dash_stereo_size() says. */
void dash_stereo_join(DashStereo stereo,
                      const DashSurface *left,
                      const DashSurface *right,
                      const DashSurface *out);

G_END_DECLS
