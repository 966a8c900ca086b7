/* View: which picture is asked for, and what it depends on beside the model.
 *
 * A value, filled for each frame. Each kind of view has a row in the table below
 * and, where people move about in it, a state of its own: a plain struct in the
 * view's header, changed by acts (acts.h) and read by its builder. Whoever shows
 * the view owns the state. NULL: as the view looks when it is first opened.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "dashboard/scene/palette.h"
#include "dashboard/scene/units.h"

G_BEGIN_DECLS

typedef enum {
    DASH_VIEW_WALL,
    DASH_VIEW_WORKLIST,
    DASH_VIEW_BED,
    DASH_VIEW_CARD,
    DASH_VIEW_DISCLOSURE,
    DASH_VIEW_REVIEW,
    DASH_VIEW_HANDOVER,
    DASH_VIEW_LINKS,
    DASH_VIEW_WARD,
    DASH_N_VIEWS,
} DashViewKind;

typedef struct DashWallState DashWallState;         /* wall.h */
typedef struct DashWorklistState DashWorklistState; /* worklist.h */
typedef struct DashCardState DashCardState;         /* card.h */
typedef struct DashPastState DashPastState;         /* past of a bed: bed view and disclosure */
typedef struct DashReviewState DashReviewState;     /* review.h */
typedef struct DashHandoverState DashHandoverState; /* handover.h */
typedef struct DashWardState DashWardState;         /* ward.h */

/* Who works at this station, as its pictures say it. */
typedef struct {
    bool locked;
    const char *name;  /* of who has signed in; NULL: nobody, or it is locked */
    const char *role;  /* "intensivist demo/icu", all of them */
    int64_t left_s;    /* until it is locked by itself; -1: not said */
    int64_t glass_min; /* the glass is broken so long yet; 0: it is whole */
} DashWho;

typedef struct {
    DashViewKind kind;
    const char *bed;      /* full id; for views of one bed */
    const char *selected; /* full id of what is under the keyboard; NULL = none */
    const char *alarm;    /* id; for the card */
    int w;
    int h;
    double dpi;   /* of the monitor: makes mm/s true */
    double scale; /* of text and rows, 1 = usual; 0 is taken as 1 */
    bool steady;  /* alarms drawn in their lit phase: for pictures that stand still */
    bool alone;   /* without header, list of alarms and footer: the view says what has to be said */
    int64_t now_us;
    int64_t utc_offset_us;      /* local time less UTC, for the clocks shown */
    const DashPalette *palette; /* NULL = the usual one */
    DashUnits units;            /* of pressures and temperatures */
    DashWho who;
    const DashWallState *wall;
    const DashWorklistState *worklist;
    const DashCardState *card;
    const DashPastState *past;
    const DashReviewState *review;
    const DashHandoverState *handover;
    const DashWardState *ward;
} DashView;

typedef struct {
    const char *name;  /* "worklist": of vicu snapshot --view and of the settings */
    const char *title; /* a msgid */
    bool of_bed;       /* needs DashView.bed */
    bool of_alarm;     /* needs DashView.alarm */
} DashViewRow;

const DashViewRow *dash_view_row(DashViewKind kind);
/* FALSE when no view has this name. */
bool dash_view_find(const char *name, DashViewKind *kind);
/* "wall, worklist or bed"; caller frees. */
char *dash_view_names(void);

G_END_DECLS
