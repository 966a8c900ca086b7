/* Figure: the drawn parts of an avatar, each made once for each of its few states and kept.
 *
 * Warm grey and slate are the middle column of the chart; blue to violet is too little, orange too
 * much, the stronger the farther, beside the alarms' red, yellow and cyan. What is not known is
 * hatched and what is doubtful is hatched over its colour. Parts no picture has asked for are
 * dropped, so memory is bounded by what is on the screen. One owner thread.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stddef.h>

#include "dashboard/scene/avatar.h"
#include "dashboard/scene/palette.h"

G_BEGIN_DECLS

/* Back to front. */
typedef enum {
    DASH_FIGURE_BODY,   /* skin by oxygen, eyes by consciousness, tube by ventilation */
    DASH_FIGURE_CHEST,  /* lungs by breathing */
    DASH_FIGURE_PULSE,  /* heart by pulse, its ring by pressure */
    DASH_FIGURE_WARMTH, /* a column at its side, by temperature */
    DASH_N_FIGURES,
} DashFigurePart;

typedef struct {
    uint32_t id; /* never used twice by one cache */
    int x;       /* from the upper left of the figure's place */
    int y;
    int w;
    int h;
    const uint32_t *pixels; /* premultiplied, w a row */
} DashFigure;

typedef struct DashFigures DashFigures;

DashFigures *dash_figures_new(void);
void dash_figures_free(DashFigures *self);

/* Of a place of @w x @h pixels, 8 to 1024 each. Borrowed until the picture after the next one. */
const DashFigure *dash_figures_get(DashFigures *self,
                                   DashFigurePart part,
                                   const DashAvatar *avatar,
                                   const DashPalette *palette,
                                   int w,
                                   int h);
void dash_figures_next_frame(DashFigures *self);
size_t dash_figures_n_kept(const DashFigures *self);

/* Of a sign's colour: what is not banded has none, and is 0. @skin: of the oxygen. */
uint32_t dash_figure_colour(const DashAvatarSign *sign, bool skin);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(DashFigures, dash_figures_free)

G_END_DECLS
