/* Labels: lines of text in one grey picture, of which each face of a solid shows its own part.
 *
 * The picture is a PNG of 8 bits of grey: light letters on the ground of a plate. The same lines
 * give the same bytes where fonts and libraries are the same. One owner thread.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "dashboard/scene/text.h"

G_BEGIN_DECLS

#define DASH_LABEL_W      160 /* of a cell, px */
#define DASH_LABEL_H      48
#define DASH_LABEL_ACROSS 8
#define DASH_HEADING_H    40 /* above the cells, over the whole width */

typedef struct {
    uint8_t *pixels;
    int w, h;
} DashLabels;

/* Room for @n cells of two lines. */
void dash_labels_init(DashLabels *self, unsigned n);
void dash_labels_clear(DashLabels *self);
void dash_labels_heading(DashLabels *self, DashText *text, const char *line);
void dash_labels_put(
    DashLabels *self, DashText *text, unsigned cell, const char *upper, const char *lower);
/* Left, top, right, bottom in 0..1; @cell < 0: the heading. */
void dash_labels_part(const DashLabels *self, int cell, float part[4]);

/* Caller unrefs. @w x @h bytes of grey. */
GBytes *dash_grey_png(const uint8_t *pixels, int w, int h);

G_END_DECLS
