/* Calibration: how the lenses of one light-field panel lie over its pixels.
 *
 * Read from the visual.json that the maker lays on each device. Names of its members are exact:
 * one in another case is refused, but for CellPatternMode, which devices spell both ways. Numbers
 * are {"value": x} or x. Nothing is guessed: a member that is missing, not a number, or beyond its
 * bounds is refused with its name.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <glib.h>

G_BEGIN_DECLS

#define DASH_CALIBRATION_CELLS_MAX 16
#define DASH_CALIBRATION_BYTES_MAX (256u << 10)

/* Where red, green and blue of a cell lie, in pixels from the pixel's own corner, y downwards. */
typedef struct {
    double x[3];
    double y[3];
} DashLensCell;

typedef struct {
    char serial[64];
    char version[16];
    double pitch; /* lenses an inch */
    double slope; /* of the lenses; never 0 */
    double center;
    double fringe;
    double cone_deg;       /* viewCone; 0 = not told */
    double vertical_angle; /* radians */
    double dpi;
    int w; /* pixels */
    int h;
    bool inv_view;
    bool flip_x;
    bool flip_y;
    bool flip_subpixels;
    int cell_mode; /* CellPatternMode 0..4; 0: three thirds of a pixel side by side */
    size_t n_cells;
    DashLensCell cells[DASH_CALIBRATION_CELLS_MAX];
} DashCalibration;

/* @name: of the file, for errors. VICU_ERROR_FORMAT. */
bool dash_calibration_parse(
    DashCalibration *self, const char *name, const char *json, gssize size, GError **error);
bool dash_calibration_load(DashCalibration *self, const char *path, GError **error);

/* What it says, a line each, in words; caller frees. */
char *dash_calibration_explain(const DashCalibration *self);

G_END_DECLS
