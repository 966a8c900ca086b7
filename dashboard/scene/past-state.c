/* Past state. See past-state.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/scene/past-state.h"

#include <string.h>

#include "dashboard/scene/past-parts.h"

#define S       ((int64_t)G_USEC_PER_SEC)
#define SWEEP_S 30 /* of the bed view: longer than any */

static const int64_t spans[] = {300 * S,       900 * S,       1800 * S,     3600 * S,
                                2 * 3600 * S,  4 * 3600 * S,  8 * 3600 * S, 12 * 3600 * S,
                                24 * 3600 * S, 48 * 3600 * S, 72 * 3600 * S};

void
dash_past_state_init(DashPastState *self)
{
    *self = (DashPastState){.live = true, .span_us = DASH_PAST_REACH_US, .mm_s = 25, .over = -1};
}

/* The window lies within the reach, and the cursor within the window. */
static void
settle(DashPastState *self, int64_t now_us)
{
    int64_t first_us = now_us - DASH_PAST_REACH_US;
    self->at_us = CLAMP(self->at_us, first_us, now_us);
    self->from_us = CLAMP(self->from_us, self->at_us - self->span_us, self->at_us);
    self->from_us = CLAMP(self->from_us, first_us, now_us - self->span_us);
}

void
dash_past_state_follow(DashPastState *self, int64_t now_us)
{
    self->now_us = now_us;
    if (self->live) {
        self->at_us = now_us;
        self->from_us = now_us - self->span_us;
    }
    settle(self, now_us);
}

void
dash_past_state_live(DashPastState *self, int64_t now_us)
{
    self->live = true;
    self->drag = 0;
    dash_past_state_follow(self, now_us);
}

void
dash_past_state_go(DashPastState *self, int64_t t_us, int64_t now_us)
{
    if (t_us >= now_us) {
        dash_past_state_live(self, now_us);
        return;
    }
    self->live = false;
    self->drag = t_us < self->at_us ? -1 : t_us > self->at_us ? 1 : self->drag;
    self->at_us = t_us;
    /* A twentieth of the window is kept between the cursor and its edges. */
    int64_t edge_us = self->span_us / 20;
    if (self->at_us < self->from_us + edge_us)
        self->from_us = self->at_us - edge_us;
    if (self->at_us > self->from_us + self->span_us - edge_us)
        self->from_us = self->at_us - self->span_us + edge_us;
    settle(self, now_us);
}

void
dash_past_state_page(DashPastState *self, int step, int64_t now_us)
{
    int64_t within_us = self->at_us - self->from_us;
    int64_t from_us = self->from_us + step * self->span_us;
    self->from_us = CLAMP(from_us, now_us - DASH_PAST_REACH_US, now_us - self->span_us);
    dash_past_state_go(self, self->from_us + within_us, now_us);
    self->drag = step;
}

void
dash_past_state_zoom(DashPastState *self, int step, int64_t now_us)
{
    size_t i = 0;
    while (i + 1 < G_N_ELEMENTS(spans) && spans[i] < self->span_us)
        i++;
    i = step > 0 ? (i ? i - 1 : 0) : MIN(i + 1, G_N_ELEMENTS(spans) - 1);
    double part = (double)(self->at_us - self->from_us) / (double)MAX(self->span_us, 1);
    self->span_us = spans[i];
    self->from_us = self->at_us - (int64_t)(part * (double)self->span_us);
    self->drag = 0;
    dash_past_state_follow(self, now_us);
}

static unsigned
n_streams(const DashPastState *self)
{
    return self->past ? (unsigned)dash_past_n_streams(self->past) : 0;
}

void
dash_past_state_choose(DashPastState *self, int step)
{
    unsigned n = n_streams(self);
    if (n == 0)
        return;
    self->lead = (unsigned)CLAMP((int)self->lead + step, 0, (int)n - 1);
    if (self->over == (int)self->lead)
        self->over = -1;
}

void
dash_past_state_compare(DashPastState *self)
{
    int n = (int)n_streams(self);
    do
        self->over = self->over + 1 < n ? self->over + 1 : -1;
    while (self->over >= 0
           && (self->over == (int)self->lead
               || !dash_past_stream(self->past, (size_t)self->over)->wave));
}

void
dash_past_state_mark(DashPastState *self)
{
    self->n_marks = self->n_marks == 2 ? 0 : self->n_marks;
    self->mark_us[self->n_marks++] = self->at_us;
}

static unsigned
n_waves(const DashPastState *self)
{
    unsigned n = 0;
    for (unsigned i = 0; i < n_streams(self); i++)
        n += dash_past_stream(self->past, i)->wave;
    return n;
}

static unsigned
first_lead(const DashPastState *self)
{
    bool wave = self->lead < n_streams(self) && dash_past_stream(self->past, self->lead)->wave;
    return wave ? self->lead : 0; /* waves come first */
}

static bool
make_cut(const DashPastState *self, const DashView *view, DashCut *cut)
{
    if (n_waves(self) == 0 || !view->bed)
        return false;
    DashDisclosure d = dash_disclosure_layout(self, view);
    const DashPastStream *stream = dash_past_stream(self->past, first_lead(self));
    *cut = (DashCut){.from_us = d.strip_from_us,
                     .to_us = d.strip_to_us,
                     .code = stream->code,
                     .channel = stream->channel};
    g_strlcpy(cut->bed, view->bed, sizeof cut->bed);
    return stream->wave;
}

bool
dash_past_state_is_cut(const DashPastState *self, const DashView *view)
{
    DashCut cut;
    if (!make_cut(self, view, &cut))
        return false;
    for (unsigned i = 0; i < self->n_cuts; i++)
        if (self->cut[i].from_us == cut.from_us && self->cut[i].code == cut.code
            && self->cut[i].channel == cut.channel && strcmp(self->cut[i].bed, cut.bed) == 0)
            return true;
    return false;
}

bool
dash_past_state_cut(DashPastState *self, const DashView *view)
{
    DashCut cut;
    if (self->n_cuts == DASH_CUTS_MAX || !make_cut(self, view, &cut))
        return false;
    if (!dash_past_state_is_cut(self, view))
        self->cut[self->n_cuts++] = cut;
    return true;
}

/* ---- layout ---- */

/* As much of the strip as lies before now; the cursor in its middle where it can be. */
static void
place_strip(DashDisclosure *d, const DashPastState *self, const DashView *view)
{
    double mm_s = self->mm_s > 0 ? self->mm_s : 25;
    d->px_per_s = mm_s * view->dpi / 25.4;
    int64_t long_us = (int64_t)((d->strips.w - d->label_w) * 1e6 / d->px_per_s);
    d->strip_from_us = MIN(self->at_us - long_us / 2, view->now_us - long_us);
    d->strip_to_us = d->strip_from_us + long_us;
}

DashDisclosure
dash_disclosure_layout(const DashPastState *self, const DashView *view)
{
    DashRect body = dash_view_body(view);
    DashDisclosure d = {.label_w = dash_view_px(view, 92)};
    unsigned n = n_streams(self);
    unsigned waves = n_waves(self);
    int head_h = dash_view_px(view, 46);
    int lane_h = dash_view_px(view, 26);
    int axis_h = dash_view_px(view, 20);
    int foot_h = dash_view_px(view, 30);
    int room = body.h - head_h - lane_h - axis_h - foot_h;
    int least_row = dash_view_px(view, 24);
    d.n_strips = (unsigned)CLAMP(room / 2 / dash_view_px(view, 96), 1, MAX((int)waves, 1));
    d.n_strips = MIN(d.n_strips, 4);
    d.strip_h = CLAMP(room / 2 / (int)d.n_strips, dash_view_px(view, 60), dash_view_px(view, 150));
    int rows_h = room - d.strip_h * (int)d.n_strips;
    d.n_rows = (unsigned)CLAMP(rows_h / least_row, 1, MAX((int)n, 1));
    d.row_h = MIN(rows_h / (int)d.n_rows, dash_view_px(view, 64));
    d.first_row = self->lead >= d.n_rows ? self->lead - d.n_rows + 1 : 0;
    rows_h = d.row_h * (int)d.n_rows;
    int y = body.y;
    d.head = (DashRect){body.x, y, body.w, head_h};
    d.lane = (DashRect){body.x, y += head_h, body.w, lane_h};
    d.rows = (DashRect){body.x, y += lane_h, body.w, rows_h};
    d.axis = (DashRect){body.x, y += rows_h, body.w, axis_h};
    y += axis_h;
    int strips_h = body.y + body.h - foot_h - y;
    d.strip_h = strips_h / (int)d.n_strips;
    d.strips = (DashRect){body.x, y, body.w, strips_h};
    d.foot = (DashRect){body.x, y + strips_h, body.w, foot_h};
    place_strip(&d, self, view);
    return d;
}

/* Something of it was observed in the strip, or is not told yet. */
static bool
has_strip(const DashPastState *self, unsigned stream, const DashDisclosure *d)
{
    const DashRun *run = NULL;
    return dash_past_runs(self->past, stream, d->strip_from_us, d->strip_to_us, &run, 1) > 0
           || !dash_past_has_samples(self->past, stream, d->strip_from_us,
                                     MIN(d->strip_to_us, self->now_us));
}

unsigned
dash_disclosure_stream(const DashPastState *self, const DashDisclosure *d, unsigned i)
{
    unsigned first = first_lead(self);
    if (i == 0)
        return first;
    for (int pass = 0; pass < 2; pass++)
        for (unsigned k = 0; k < n_waves(self); k++)
            if (k != first && has_strip(self, k, d) == (pass == 0) && --i == 0)
                return k;
    return first;
}

int
dash_bed_side_width(const DashView *view, int w)
{
    int least = MIN(dash_view_px(view, 260), w * 38 / 100);
    return CLAMP(w * 27 / 100, least, MAX(dash_view_px(view, 420), least));
}

int
dash_bed_trend_width(const DashView *view)
{
    DashRect body = dash_view_body(view);
    return body.w - dash_bed_side_width(view, body.w) - 6 - dash_view_px(view, DASH_LABEL_W) - 6;
}

/* The numbers whose trends the bed view shows; the newest come by themselves while it is live. */
static void
look_at_bed(const DashPastState *self, const DashView *view, const DashBed *bed, DashLook *look)
{
    DashVital trends[DASH_LOOK_ROWS];
    const DashBed *then =
        self->live || !self->replay ? NULL : dash_model_find_bed(self->replay, view->bed);
    unsigned n = then || bed ? dash_list_trends(then ? then : bed, trends) : 0;
    look->width = n > 0 ? dash_bed_trend_width(view) : 0;
    look->n_rows = n;
    look->calm = self->live;
    for (unsigned i = 0; i < n; i++) {
        const DashNumeric *numeric = dash_trend_numeric(&trends[i]);
        look->row[i] = (DashLookRow){numeric->code, numeric->channel};
    }
}

DashLook
dash_past_state_look(const DashPastState *self, const DashView *view, const DashBed *bed)
{
    DashLook look = {.from_us = self->from_us,
                     .to_us = self->from_us + self->span_us,
                     .at_us = self->at_us,
                     .drag = self->drag};
    if (view->kind == DASH_VIEW_DISCLOSURE) {
        DashDisclosure d = dash_disclosure_layout(self, view);
        look.width = d.rows.w - d.label_w;
        look.strip_from_us = d.strip_from_us;
        look.strip_to_us = d.strip_to_us;
        return look;
    }
    if (view->kind == DASH_VIEW_WARD)
        return dash_ward_look(bed, view->now_us);
    look_at_bed(self, view, bed, &look);
    if (!self->live) {
        look.strip_from_us = self->at_us - SWEEP_S * S;
        look.strip_to_us = self->at_us;
        look.values = true;
    }
    return look;
}
