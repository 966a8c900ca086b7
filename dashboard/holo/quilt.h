/* Quilt: a grid of views of one scene, in one picture.
 *
 * View 0 is what the leftmost camera sees and lies at the lower left; views go to the right and
 * then up. What does not divide by the grid is a black strip at the right and at the top.
 * Rectangles here count from the upper left, as pictures in memory do.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>

#include <glib.h>

#include "dashboard/scene/scene.h"

G_BEGIN_DECLS

#define DASH_QUILT_SIDE_MAX  16384 /* pixels */
#define DASH_QUILT_VIEWS_MAX 256

typedef struct {
    int w; /* of the whole picture, pixels */
    int h;
    int columns;
    int rows;
    double aspect; /* of the panel that shows it, width by height; not of a tile's own pixels */
} DashQuilt;

/* Sides, counts and aspect within bounds, and a tile of at least 8 x 8 pixels. */
bool dash_quilt_check(const DashQuilt *self, GError **error);

int dash_quilt_views(const DashQuilt *self);
int dash_quilt_tile_w(const DashQuilt *self);
int dash_quilt_tile_h(const DashQuilt *self);
DashRect dash_quilt_tile(const DashQuilt *self, int view);

/* "ward_qs8x6a0.75.png" of "ward.png": what players read. Caller frees. */
char *dash_quilt_name(const DashQuilt *self, const char *path);
/* Columns, rows and aspect out of a name; FALSE when it has none, or none that can be. */
bool dash_quilt_read_name(const char *path, DashQuilt *self);

G_END_DECLS
