/* Replay: the bed view at a time that is past, and its trends over hours.
 *
 * Everything is drawn as it was then, on another ground, in a frame and under a plate that says so;
 * the rail beside it goes on with what stands now.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "dashboard/scene/past-parts.h"

#define S       ((int64_t)G_USEC_PER_SEC)
#define HOUR    (3600 * S)
#define PLATE_H 36
#define FRAME   4
#define LABEL_W DASH_LABEL_W
#define TINT    0.16

bool
dash_shows_past_trends(const DashView *view)
{
    const DashPastState *past = view->past;
    return past && (past->past || !past->live || past->span_us > HOUR);
}

bool
dash_is_replay(const DashScene *self)
{
    return self->model != self->present;
}

/* ---- trends ---- */

/* Of people, who write down what is of now: notes where they were written, promises, hollow, where
 * they are due. */
static void
put_notes(DashScene *self, DashRect lane, const DashAxis *axis)
{
    const DashBed *bed = dash_model_find_bed(self->present, self->view->bed);
    int line = lane.y + lane.h * 2 / 3;
    int h = lane.y + lane.h - line - 3;
    for (unsigned i = 0; bed && i < bed->n_notes; i++) {
        const DashNote *note = &bed->note[i];
        int64_t t_us = note->promise ? note->due_us : note->t_us;
        DashRect mark = {dash_axis_x(axis, t_us), line + 2, 3, h};
        if (note->corrected || t_us < axis->from_us || t_us >= axis->to_us)
            continue;
        if (note->promise)
            dash_put_frame(self, (DashRect){mark.x - 2, mark.y, 6, h},
                           note->overdue ? self->pal->late : self->pal->text, 1);
        else
            dash_put_fill(self, mark, self->pal->text);
    }
}

static void
put_limit(DashScene *self, DashRect plot, const DashLimit *limit, double lo, double hi)
{
    if (!limit || !(limit->value > lo && limit->value < hi))
        return;
    double part = (limit->value - lo) / (hi - lo);
    int y = plot.y + plot.h - 2 - (int)(part * (plot.h - 3) + 0.5);
    for (int x = plot.x; x < plot.x + plot.w; x += 8)
        dash_put_fill(self, (DashRect){x, y, MIN(3, plot.x + plot.w - x), 1}, self->pal->dim);
}

/* What the station has seen by itself, which is there at once: of the last hour. */
static void
put_own(DashScene *self, const DashNumeric *numeric, const DashAxis *axis, double *lo, double *hi)
{
    if (!dash_trend_extent(numeric->trend, axis->from_us, axis->to_us, lo, hi))
        return;
    *lo = floor(*lo - 2);
    *hi = ceil(*hi + 2);
    dash_put_trend(self, axis->plot, dash_palette_ink(self->pal, numeric->signal),
                   (DashTrendLine){numeric->trend, axis->from_us, axis->to_us, *lo, *hi});
}

static void
put_row(DashScene *self, const DashVital *v, DashRect rect, DashAxis axis)
{
    char text[DASH_TEXT_MAX];
    const DashPastState *past = self->view->past;
    const DashNumeric *numeric = dash_trend_numeric(v);
    const DashBed *bed = dash_model_find_bed(self->present, self->view->bed);
    const DashTrend *own = past->live && past->span_us <= HOUR ? numeric->trend : NULL;
    int stream = past->past ? dash_past_find(past->past, numeric->code, numeric->channel) : -1;
    double lo = 0;
    double hi = 0;
    const DashLimit *low = NULL;
    const DashLimit *high = NULL;
    axis.plot.y = rect.y + 2;
    axis.plot.h = rect.h - 4;
    dash_begin_block(self, rect, self->pal->tile);
    dash_put_fill(self, (DashRect){rect.x, rect.y, rect.w, 1}, self->pal->seam);
    dash_put_hours(self, &axis);
    DashFace none = {dash_px(self, 12), DASH_WEIGHT_REGULAR, self->pal->dim, axis.plot.w};
    if (stream >= 0)
        dash_put_past_row(self, past, (unsigned)stream, &axis, own, &lo, &hi);
    else if (own)
        put_own(self, numeric, &axis, &lo, &hi);
    else if (past->past && dash_past_has_streams(past->past))
        dash_put_text(self, axis.plot.x + 8, dash_baseline(rect.y, rect.h, none.size), none,
                      _("the store has nothing of it"));
    if (bed)
        dash_limits_of(bed, numeric, &low, &high);
    put_limit(self, axis.plot, low, lo, hi);
    put_limit(self, axis.plot, high, lo, hi);
    int label_w = dash_px(self, LABEL_W);
    DashFace name = {dash_px(self, 12), DASH_WEIGHT_BOLD,
                     dash_palette_ink(self->pal, numeric->signal), label_w - 6};
    DashFace small = {dash_px(self, 10), DASH_WEIGHT_REGULAR, self->pal->dim, label_w - 6};
    dash_put_text(self, rect.x + 6, rect.y + rect.h / 2 + dash_px(self, 4), name,
                  dash_trend_label(v));
    if (hi > lo) {
        const char *unit = dash_unit_of(numeric);
        dash_format_bound(text, self->view->units, unit, hi, hi - lo);
        g_strlcat(text, dash_units_beside(self->view->units, unit), sizeof text);
        dash_put_text_right(self, rect.x + label_w - 4, rect.y + dash_px(self, 12), small, text);
        dash_format_bound(text, self->view->units, unit, lo, hi - lo);
        dash_put_text_right(self, rect.x + label_w - 4, rect.y + rect.h - 4, small, text);
    }
    if (!past->live)
        dash_put_cursor(self, &axis, past->at_us, 2);
}

/* What is missing stands over the rows: an empty one would look calm. */
static void
put_missing(DashScene *self, DashRect rect, const char *text)
{
    DashFace face = {dash_px(self, 14), DASH_WEIGHT_BOLD, self->pal->back, rect.w - 20};
    dash_put_fill(self, rect, self->pal->late);
    dash_put_text(self, rect.x + 10, dash_baseline(rect.y, rect.h, face.size), face, text);
}

void
dash_put_past_trends(DashScene *self, DashRect rect, const DashVital *vitals, unsigned n)
{
    char missing[DASH_TEXT_MAX];
    const DashPastState *past = self->view->past;
    int lane_h = dash_px(self, DASH_LANE_H);
    int row_h = dash_px(self, DASH_TREND_H);
    int label_w = dash_px(self, LABEL_W);
    DashRect lane = {rect.x, rect.y, rect.w, lane_h};
    DashRect rows = {rect.x, rect.y + lane_h, rect.w, (int)n * row_h};
    DashAxis axis = {{rect.x + label_w, rows.y, rect.w - label_w - 6, rows.h},
                     past->from_us,
                     past->from_us + past->span_us};
    if (past->live) { /* goes on a pixel at a time */
        int64_t px_us = MAX(past->span_us / MAX(axis.plot.w, 1), 1);
        axis.to_us = (axis.to_us / px_us + 1) * px_us;
        axis.from_us = axis.to_us - past->span_us;
    }
    /* A replay is built at its own time; what is of the future there has been told since. */
    DashView now = *self->view;
    const DashView *then = self->view;
    now.now_us = MAX(then->now_us, MIN(axis.to_us, past->now_us));
    self->view = &now;
    dash_put_lane(self, lane, past, &axis);
    put_notes(self, lane, &axis);
    bool begun = past->silent_us || (past->refusal && *past->refusal) || !past->past
                 || dash_past_has_streams(past->past);
    if (begun && *dash_past_missing(self, past, missing))
        put_missing(self, lane, missing);
    for (unsigned i = 0; i < n; i++)
        put_row(self, &vitals[i], (DashRect){rows.x, rows.y + (int)i * row_h, rows.w, row_h}, axis);
    dash_put_axis(self,
                  (DashRect){rect.x, rows.y + rows.h, rect.w, rect.y + rect.h - rows.y - rows.h},
                  &axis);
    dash_put_track(self, axis.plot, DASH_ACT_GO_TO, axis.from_us, axis.to_us,
                   _("Time that is shown"));
    self->view = then;
}

/* ---- the bed as it was ---- */

static void
put_unknown(DashScene *self, DashRect rect)
{
    char text[DASH_TEXT_MAX];
    const DashPastState *past = self->view->past;
    DashFace face = {dash_px(self, 18), DASH_WEIGHT_BOLD, self->pal->text, rect.w - 40};
    dash_begin_block(self, rect, self->pal->tile);
    dash_put_hatch(self, rect, self->pal->hatch, 8);
    if (!*dash_past_missing(self, past, text))
        g_strlcpy(text,
                  past->complete ? _("Nothing was stored of this bed at that time")
                                 : _("The store is asked ..."),
                  sizeof text);
    DashRect plate = {rect.x + 20, rect.y + rect.h / 2 - dash_px(self, 26), rect.w - 40,
                      dash_px(self, 52)};
    dash_put_fill(self, plate, past->silent_us ? self->pal->late : self->pal->panel);
    face.ink = past->silent_us ? self->pal->back : self->pal->text;
    dash_put_text_middle(self, rect.x + rect.w / 2, dash_baseline(plate.y, plate.h, face.size),
                         face, text);
}

void
dash_build_replay(DashScene *self, DashRect rect)
{
    const DashPastState *past = self->view->past;
    const DashView *view = self->view;
    const DashPalette *usual = self->pal;
    const DashModel *present = self->model;
    const DashBed *bed = past->replay ? dash_model_find_bed(past->replay, view->bed) : NULL;
    int plate_h = dash_px(self, PLATE_H);
    DashRect plate = {rect.x, rect.y, rect.w, plate_h};
    DashRect frame = {rect.x, rect.y + plate_h, rect.w, rect.h - plate_h};
    DashRect body = {frame.x + FRAME, frame.y, frame.w - 2 * FRAME, frame.h - FRAME};
    dash_begin_block(self, plate, usual->late);
    dash_put_replay_plate(self, plate, past);
    /* The frame lies on the seams of the blocks within it. */
    dash_begin_block(self, (DashRect){frame.x, frame.y, FRAME, frame.h}, usual->late);
    dash_begin_block(self, (DashRect){frame.x + frame.w - FRAME, frame.y, FRAME, frame.h},
                     usual->late);
    dash_begin_block(self, (DashRect){body.x, body.y + body.h, body.w, FRAME}, usual->late);
    DashPalette tinted = *usual;
    tinted.tile = dash_palette_mix(usual->tile, usual->late, TINT);
    tinted.panel = dash_palette_mix(usual->panel, usual->late, TINT);
    tinted.plate = dash_palette_mix(usual->plate, usual->late, TINT);
    tinted.seam = dash_palette_mix(usual->seam, usual->late, 2 * TINT);
    tinted.hatch = dash_palette_mix(usual->hatch, usual->late, 2 * TINT);
    self->pal = &tinted;
    if (bed) {
        DashView then = *view;
        then.now_us = past->at_us;
        self->view = &then;
        self->model = past->replay;
        dash_build_bed_of(self, bed, body);
        self->model = present;
        self->view = view;
    } else {
        put_unknown(self, body);
    }
    self->pal = usual;
}
