/* The alarm review: the work that alarms are, what they add up to, and what another limit
 * would have done.
 *
 * SPDX-License-Identifier: Apache-2.0 */

#include <math.h>

#include "dashboard/scene/review-parts.h"

#define GAP 2

DashFace
dash_review_face(const DashScene *self, int size, DashWeight weight, uint32_t ink)
{
    return (DashFace){PX(size), weight, ink, 0};
}

DashRect
dash_review_room(const DashScene *self, DashRect rect)
{
    int head = PX(26);
    return (DashRect){rect.x + PX(10), rect.y + head, rect.w - PX(20), rect.h - head - PX(4)};
}

DashRect
dash_review_panel(DashScene *self, DashRect rect, const char *title, bool chosen)
{
    return dash_review_noted_panel(self, rect, title, "", chosen);
}

DashRect
dash_review_noted_panel(
    DashScene *self, DashRect rect, const char *title, const char *note, bool chosen)
{
    dash_begin_block(self, rect, self->pal->tile);
    DashFace face =
        dash_review_face(self, 13, DASH_WEIGHT_BOLD, chosen ? self->pal->text : self->pal->dim);
    DashFace side = dash_review_face(self, 12, DASH_WEIGHT_REGULAR, self->pal->dim);
    int note_w = *note ? dash_text_width(self, side, note) + PX(10) : 0;
    face.max_w = MAX(rect.w - PX(20) - note_w, 1);
    dash_put_fill(self, (DashRect){rect.x, rect.y, rect.w, chosen ? 2 : 1},
                  chosen ? self->pal->text : self->pal->seam);
    dash_put_text(self, rect.x + PX(10), rect.y + PX(18), face, title);
    dash_put_text_right(self, rect.x + rect.w - PX(10), rect.y + PX(18), side, note);
    return dash_review_room(self, rect);
}

uint32_t
dash_review_ground(const DashScene *self)
{
    return dash_palette_mix(self->pal->tile, self->pal->text, 0.2);
}

void
dash_review_chosen(DashScene *self, DashRect rect)
{
    dash_put_fill(self, (DashRect){rect.x - PX(6), rect.y, rect.w + PX(12), rect.h},
                  dash_review_ground(self));
    dash_put_fill(self, (DashRect){rect.x - PX(6), rect.y, PX(3), rect.h}, self->pal->text);
}

void
dash_review_bar(DashScene *self, DashRect rect, double part, uint32_t ink)
{
    int w = (int)lround(rect.w * CLAMP(part, 0, 1));
    dash_put_fill(self, rect, self->pal->plate);
    if (w > 0)
        dash_put_fill(self, (DashRect){rect.x, rect.y, w, rect.h}, ink);
}

char *
dash_review_seconds(char out[DASH_TEXT_MAX], double s)
{
    if (s < 9.95)
        g_snprintf(out, DASH_TEXT_MAX, "%.1f s", s);
    else if (s < 120)
        g_snprintf(out, DASH_TEXT_MAX, "%.0f s", s);
    else if (s < 7200)
        g_snprintf(out, DASH_TEXT_MAX, "%.0f min", s / 60);
    else
        g_snprintf(out, DASH_TEXT_MAX, "%.1f h", s / 3600);
    return out;
}

char *
dash_review_when(char out[DASH_TEXT_MAX], const DashScene *self, int64_t t_us)
{
    char clock[DASH_TEXT_MAX];
    int64_t local_us = t_us + self->view->utc_offset_us;
    g_autoptr(GDateTime) day = g_date_time_new_from_unix_utc(local_us / G_USEC_PER_SEC);
    dash_format_clock(clock, t_us, self->view->utc_offset_us);
    if (day)
        g_snprintf(out, DASH_TEXT_MAX, "%02d-%02d %s", g_date_time_get_month(day),
                   g_date_time_get_day_of_month(day), clock);
    else
        g_strlcpy(out, clock, DASH_TEXT_MAX);
    return out;
}

void
dash_build_review(DashScene *self, DashRect rect)
{
    static const DashReviewState as_first_opened;
    const DashReviewState *state = self->view->review ? self->view->review : &as_first_opened;
    int64_t span_us = state->span_us > 0 ? state->span_us : DASH_REVIEW_SPAN_US;
    g_autoptr(DashBurdenReport) own = NULL;
    if (!state->report)
        own = dash_burden_report(dash_model_burden(self->model), self->view->now_us - span_us,
                                 self->view->now_us, (unsigned)dash_model_n_beds(self->model),
                                 self->view->utc_offset_us);
    const DashBurdenReport *report = state->report ? state->report : own;
    int top_h = MIN(PX(170), rect.h / 3),
        trial_h = MIN(state->trial ? PX(188) : PX(56), rect.h / 3);
    int left_w = rect.w * 44 / 100;
    int middle_y = rect.y + top_h + GAP;
    dash_review_meter(self, (DashRect){rect.x, rect.y, left_w, top_h});
    dash_review_sum(self, state, report,
                    (DashRect){rect.x + left_w + GAP, rect.y, rect.w - left_w - 2 * GAP, top_h});
    DashRect middle = {rect.x, middle_y, rect.w - GAP, rect.h - top_h - trial_h - 2 * GAP};
    if (state->list)
        dash_review_list(self, state, report, middle);
    else
        dash_review_tables(self, state, report, middle);
    dash_review_trial(self, state,
                      (DashRect){rect.x, rect.y + rect.h - trial_h, rect.w - GAP, trial_h});
}
