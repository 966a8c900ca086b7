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
#include "dashboard/scene/text.h"

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

typedef struct {
    DashItemKind kind;
    DashRect rect; /* of TEXT: of its mask */
    uint32_t colour;
    uint32_t back; /* STRIP: what it stands on */
    int width;
    union {
        const DashSprite *sprite;
        DashStrip strip;
        DashTrendLine trend;
    };
} DashItem;

typedef struct {
    DashRect rect;
    uint32_t back; /* 0 = nothing is cleared: a frame */
    unsigned first;
    unsigned n;
} DashBlock;

typedef enum {
    DASH_VIEW_WALL,
    DASH_VIEW_BED,
} DashViewKind;

typedef struct {
    DashViewKind kind;
    const char *bed;      /* full id; for DASH_VIEW_BED */
    const char *selected; /* full id of the tile under the keyboard; NULL = none */
    int w;
    int h;
    double dpi;   /* of the monitor: makes mm/s true */
    bool steady;  /* alarms drawn in their lit phase: for pictures that stand still */
    bool audible; /* something makes sound for this station */
    int64_t now_us;
    int64_t utc_offset_us; /* local time less UTC, for the clocks shown */
} DashView;

typedef struct DashScene DashScene;

DashScene *dash_scene_new(DashText *text); /* borrowed */
void dash_scene_free(DashScene *self);

void dash_scene_build(DashScene *self, const DashModel *model, const DashView *view);

size_t dash_scene_n_blocks(const DashScene *self);
const DashBlock *dash_scene_block(const DashScene *self, size_t i);
const DashItem *dash_scene_item(const DashScene *self, size_t i);

/* The bed whose tile is at this point of the last wall built, NULL = none; and
 * the neighbour of a tile, for the arrow keys. Full ids, borrowed. */
const char *dash_scene_bed_at(const DashScene *self, int x, int y);
const char *dash_scene_neighbour(const DashScene *self, const char *bed, int dx, int dy);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(DashScene, dash_scene_free)

G_END_DECLS
