/* Figure: what a part looks like in one of its states. Not for other folders.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <cairo.h>

#include "dashboard/scene/figure.h"

G_BEGIN_DECLS

#define DASH_FIGURE_STEPS    8 /* of a breath's lift, of a pulse's force and of its throb */
#define DASH_FIGURE_UNKNOWN  100
#define DASH_FIGURE_DOUBTFUL 10 /* added to a band */

/* Compared byte by byte. */
typedef struct {
    const DashPalette *palette;
    int w;
    int h;
    int8_t part;
    int8_t code;  /* a band, with DOUBTFUL or not; or UNKNOWN */
    int8_t other; /* the same of what is drawn with it */
    int8_t step;
    int8_t force;
    int8_t tube; /* 0, 1 or UNKNOWN */
    char mind;   /* 'A' to 'U', '?' */
    int8_t spare;
} DashFigureState;

/* Onto clear pixels of the state's size. */
void dash_figure_draw(cairo_t *cr, const DashFigureState *state);

G_END_DECLS
