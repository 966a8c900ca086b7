/* Scene: what is to be seen, as a list that every renderer can draw.
 *
 * Blocks are rectangles that do not overlap (but for frames, which lie on the
 * seams); items lie inside their block. The list is built anew for each frame
 * from the model and the view: it costs little, and a renderer compares blocks
 * to find what changed. Pure: the time is in the view. Borrows from the model
 * and from the text masks until the next build. One owner thread.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "dashboard/model/judge.h"
#include "dashboard/model/model.h"
#include "dashboard/model/past.h"
#include "dashboard/scene/acts.h"
#include "dashboard/scene/figure.h"
#include "dashboard/scene/text.h"
#include "dashboard/scene/view.h"

G_BEGIN_DECLS

typedef struct {
    int x, y, w, h;
} DashRect;

typedef enum {
    DASH_ITEM_FILL,
    DASH_ITEM_FRAME, /* a border of @width inside @rect */
    DASH_ITEM_HATCH, /* diagonal lines every @width pixels: "nothing known here" */
    DASH_ITEM_TEXT,
    DASH_ITEM_STRIP,
    DASH_ITEM_TREND,
    DASH_ITEM_TRACE,
    DASH_ITEM_BANDS,
    DASH_ITEM_FIGURE,
} DashItemKind;

/* A wave as a sweep: the newest column at the bar, older ones to its left, and
 * to the right of the bar what is left from the sweep before. */
typedef struct {
    const DashWave *wave;
    double px_per_s;
    int64_t play_us; /* data time at the bar */
    double lo;       /* value at the bottom edge */
    double hi;       /* value at the top edge */
    int bar_px;      /* width of the bar */
} DashStrip;

typedef struct {
    const DashTrend *trend;
    int64_t from_us;
    int64_t to_us;
    double lo;
    double hi;
} DashTrendLine;

/* A wave that stands still, over what is there. Borrowed from the scene. */
typedef struct {
    const DashWave *wave;
    uint64_t stamp; /* another one: other samples */
    int64_t from_us;
    int64_t now_us; /* nothing is missing after it */
    double px_per_s;
    double lo;
    double hi;
    bool told; /* what is missing before @now_us was not observed, and is hatched in @back */
} DashTrace;

/* A column for each pixel of the rect's width, the first @n_past of them not of the future. What is
 * missing is drawn in @back. */
typedef struct {
    const DashColumn *column;
    int n_past;
    bool band; /* least and greatest faint, the mean over them */
    double lo;
    double hi;
} DashBands;

typedef struct {
    DashItemKind kind;
    DashRect rect; /* of TEXT: of its mask; of FIGURE: of its pixels */
    uint32_t colour;
    uint32_t back; /* STRIP: what it stands on; TRACE, BANDS: what says that something is missing */
    int width;
    union {
        const DashSprite *sprite;
        const DashFigure *figure;
        DashStrip strip;
        DashTrendLine trend;
        DashTrace trace;
        DashBands bands;
    };
} DashItem;

typedef struct {
    DashRect rect;
    uint32_t back; /* 0 = nothing is cleared: a frame */
    unsigned first;
    unsigned n;
} DashBlock;

/* A place that can be pressed: what pressing it does, and what a screen reader says of it. */
typedef struct {
    DashRect rect;
    DashAct act;
    const char *arg; /* bed, alarm, rule ...; borrowed from the model, NULL = none */
    int64_t n;
    int64_t to; /* not 0: a track, whose n goes from @n at its left edge to @to at its right one;
                 * the pointer may be drawn along it */
    char label[64]; /* "" = only a place to press */
} DashTarget;

typedef struct DashScene DashScene;

DashScene *dash_scene_new(DashText *text); /* borrowed */
void dash_scene_free(DashScene *self);

void dash_scene_build(DashScene *self, const DashModel *model, const DashView *view);

/* Where the view itself lies, between header, rail and footer. */
DashRect dash_view_body(const DashView *view);

size_t dash_scene_n_blocks(const DashScene *self);
const DashBlock *dash_scene_block(const DashScene *self, size_t i);
const DashItem *dash_scene_item(const DashScene *self, size_t i);
/* The bed whose tile is at this point of the last wall built, NULL = none; and
 * the neighbour of a tile, for the arrow keys. Full ids, borrowed. */
const char *dash_scene_bed_at(const DashScene *self, int x, int y);
const char *dash_scene_neighbour(const DashScene *self, const char *bed, int dx, int dy);

/* What can be pressed in the last picture built, in the order of reading; the last one that holds
 * a point is meant. NULL = nothing there. */
size_t dash_scene_n_targets(const DashScene *self);
const DashTarget *dash_scene_target(const DashScene *self, size_t i);
const DashTarget *dash_scene_target_at(const DashScene *self, int x, int y);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(DashScene, dash_scene_free)

G_END_DECLS
