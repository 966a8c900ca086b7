/* Lens: which view each red, green and blue of a panel's pixels shows.
 *
 * A sheet of slanted lenses lies over the panel. With u to the right and v up in [0, 1], c = 0, 1,
 * 2 for red, green, blue, W x H pixels and N views: pitch' = pitch W / DPI cos(atan(1 / slope))
 * lenses across the panel tilt   = H / (W slope), negated with flipImageX phase  = (u + c / (3 W) +
 * v tilt) pitch' - center view   = N frac(phase), or N (1 - frac(phase)) with invView flipSubp
 * counts c from blue. With a cell pattern, what stands for c / (3 W) are the offsets of the pixel's
 * cell: X / W beside u, Y / H beside v, the cell by x and y from the upper left: mode 1 (x + y) mod
 * 2, 2 y mod 4, 3 (y + 2 (x mod 2)) mod 4, 4 x mod 2, each modulo how many there are. flipImageX
 * and flipImageY mirror what is shown, not the lenses.
 *
 * Phases are 64-bit fractions of a lens that wrap by themselves; a row begins at the double nearest
 * to the formula. Immutable: any thread.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdint.h>

#include "dashboard/holo/calibration.h"

G_BEGIN_DECLS

typedef struct {
    int w; /* pixels */
    int h;
    int views; /* at most 256 */
    bool inv_view;
    bool flip_x;
    bool flip_y;
    double pitch; /* pitch' */
    double tilt;
    double center;
    int cell_mode;
    size_t n_cells; /* 1 in mode 0 */
    DashLensCell cells[DASH_CALIBRATION_CELLS_MAX];
    uint64_t step; /* of the phase, two pixels to the right */
} DashLens;

/* The calibration has been read, so it fits; @views 1..256. */
void dash_lens_init(DashLens *self, const DashCalibration *calibration, int views);

/* Where channel @channel (0 red) of pixel @x of row @y lies in its lens, in 2^64ths of it. */
uint64_t dash_lens_phase(const DashLens *self, int x, int y, int channel);

/* Views of @n pixels of row @y from the top, from column @x on: red, green, blue of the first one,
 * of the next ...: 3 x @n numbers. */
void dash_lens_row(const DashLens *self, int y, int x, int n, uint8_t *out);

G_END_DECLS
