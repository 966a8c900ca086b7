/* Ward: every bed at its place, its vital signs as a body, and nearness as the one thing that depth
 * says.
 *
 * Beds stand in the order of the wall, a place never depends on alarms. A bed leaves the plane of
 * the picture only with an alarm of medium or high priority that nobody has answered, the worse the
 * nearer (dash_ward_depth()): normally few do. Numbers, names, waves and the marks of alarms stay
 * on the plane, where every view of a panel shows the same bytes; only figures are raised, and they
 * never reach a mark: a figure moves along its own rows, which hold no mark. The chosen bed has a
 * ribbon of its last 24 hours, whose depth is time: an hour a step behind the one after it.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "dashboard/model/past.h"
#include "dashboard/scene/figure.h"
#include "dashboard/scene/scene.h"

G_BEGIN_DECLS

/* Of the focus plane's half height, towards the viewer. */
#define DASH_WARD_DEPTH_MIN 0.08 /* of what leaves the plane */
#define DASH_WARD_DEPTH_MAX 0.24

/* Of the oldest hour of a ribbon, behind the plane. */
#define DASH_WARD_HOURS        24
#define DASH_WARD_RIBBON_DEPTH 0.25

/* Of dash_acuity_of()'s value: 0 below 7000; from there on DEPTH_MIN, rising straight to DEPTH_MAX
 * at 8999. */
double dash_ward_depth(int acuity);

struct DashWardState {
    bool relief; /* figures that leave the plane are not drawn on it, but told by dash_ward_raised()
                  */
    bool false_colours; /* whoever shows it changes colours, and the picture says so */
    bool all;           /* to measure: every figure leaves it, at DEPTH_MIN at least */
};

typedef struct {
    const char *bed; /* full id, borrowed from the model */
    DashRect cell;   /* the bed's place on the plane */
    DashRect marker; /* filled with the alarm's colour; w 0: no alarm */
    uint32_t ground; /* that colour, of this moment */
    DashRect figure; /* its place when it is on the plane, and in the middle of all views */
    int room;        /* pixels between it and the frame of its place, left and right */
    int acuity;
    double z;
} DashWardPlace;

/* A part of a figure that left the plane, to be drawn in this order. */
typedef struct {
    const DashFigure *figure;
    int x; /* of its upper left in the middle of all views */
    int y;
    double z;
} DashWardRaised;

/* Of the last ward built. */
size_t dash_ward_n_places(const DashScene *scene);
const DashWardPlace *dash_ward_place(const DashScene *scene, size_t i);
/* The least room of all places; 0 without any. It comes of sizes and the number of beds alone. */
int dash_ward_room(const DashScene *scene);
size_t dash_ward_n_raised(const DashScene *scene);
const DashWardRaised *dash_ward_raised(const DashScene *scene, size_t i);

/* What the ribbon of @bed asks of the store; @bed NULL: nothing. */
DashLook dash_ward_look(const DashBed *bed, int64_t now_us);

/* The number of the state that is shown, which stands in the picture: it grows with every message
 * taken. */
uint64_t dash_ward_sequence(const DashModel *model);

G_END_DECLS
