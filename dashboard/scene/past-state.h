/* Past state: where somebody stands in a bed's past: cursor, window, lead, marks.
 *
 * One for the full disclosure and the bed view: the place and the time are kept from one to the
 * other and from bed to bed. Pure: the time is passed in. While it is live the cursor follows the
 * clock. What is known of the past is borrowed.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "dashboard/model/past.h"
#include "dashboard/scene/scene.h"

G_BEGIN_DECLS

#define DASH_CUTS_MAX 24

/* A strip that was marked to be printed. */
typedef struct {
    char bed[100];
    int64_t from_us;
    int64_t to_us;
    uint32_t code; /* of the lead */
    uint32_t channel;
} DashCut;

struct DashPastState {
    DashPast *past;          /* NULL: nothing was asked for */
    const DashModel *replay; /* the bed as it was at the cursor; NULL: not known yet */
    int64_t silent_us;       /* the store does not answer since; 0: it does */
    const char *refusal;     /* what it said no with, "" or NULL: nothing */
    bool complete;           /* all that can be seen was told */

    int64_t now_us;  /* of the last _follow(): what is past and what is not */
    bool live;       /* cursor and window end at now */
    int64_t at_us;   /* the cursor */
    int64_t from_us; /* of the rows */
    int64_t span_us;
    int drag;      /* where it was moved last: -1 to the past, 1 to now, 0 nowhere */
    double mm_s;   /* 25 or 50 */
    unsigned lead; /* the row chosen */
    int over;      /* the lead laid over it; -1: none */
    unsigned n_marks;
    int64_t mark_us[2]; /* of the callipers */
    unsigned n_cuts;
    DashCut cut[DASH_CUTS_MAX];
    unsigned page; /* of the bed view's waves, where they do not fit on one */
};

/* Live, 72 h, 25 mm/s. */
void dash_past_state_init(DashPastState *self);
/* Each picture: what is live goes on with the clock, nothing lies outside of 72 h. */
void dash_past_state_follow(DashPastState *self, int64_t now_us);
/* To a time; to now or later: live. The window follows where it has to. */
void dash_past_state_go(DashPastState *self, int64_t t_us, int64_t now_us);
void dash_past_state_live(DashPastState *self, int64_t now_us);
/* The window by its own width; the cursor keeps its place in it. */
void dash_past_state_page(DashPastState *self, int step, int64_t now_us);
/* Nearer (@step > 0) or farther around the cursor, from 5 min to 72 h. */
void dash_past_state_zoom(DashPastState *self, int step, int64_t now_us);
void dash_past_state_choose(DashPastState *self, int step);
/* Lays the next lead over the chosen one, and after the last none. */
void dash_past_state_compare(DashPastState *self);
/* The first, the second, and then a first one again. */
void dash_past_state_mark(DashPastState *self);
/* Keeps the strip that is shown to be printed; FALSE: there is no room, or no lead. */
bool dash_past_state_cut(DashPastState *self, const DashView *view);
/* The strip chosen is one of those marked. */
bool dash_past_state_is_cut(const DashPastState *self, const DashView *view);

/* What of it is to be asked for, in the view as it is. @bed: as it is now, NULL: it is not known.
 */
DashLook dash_past_state_look(const DashPastState *self, const DashView *view, const DashBed *bed);

/* Where things lie in the full disclosure. */
typedef struct {
    DashRect head, lane, rows, axis, strips, foot;
    int label_w;
    int row_h;
    unsigned first_row; /* stream of the first row that there is room for */
    unsigned n_rows;
    int strip_h;
    unsigned n_strips;
    double px_per_s; /* of the strips */
    int64_t strip_from_us;
    int64_t strip_to_us;
} DashDisclosure;

DashDisclosure dash_disclosure_layout(const DashPastState *self, const DashView *view);
/* The stream shown in strip @i: the chosen one first, then the waves in their order, those of which
 * something was observed there before the others. */
unsigned dash_disclosure_stream(const DashPastState *self, const DashDisclosure *d, unsigned i);
/* Where the trends of the bed view begin and how wide they are. */
int dash_bed_trend_width(const DashView *view);
/* Of the panels beside it, in a bed view @w wide. */
int dash_bed_side_width(const DashView *view, int w);

G_END_DECLS
