/* The operator-load meter: small in the header of every view, large in the review.
 *
 * No hue of an alarm: what is too much stands on the plate that has to be seen, in words.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "dashboard/scene/review-parts.h"

#define MINUTE_US  (60 * (int64_t)G_USEC_PER_SEC)
#define FULL_SCALE 1.5 /* load at the right end of the bar */

static bool
is_loud(const DashMeter *meter)
{
    return meter->state >= DASH_METER_FILLING;
}

/* "full in 25 min". */
static void
warning_text(const DashMeter *meter, char out[DASH_TEXT_MAX])
{
    *out = '\0';
    if (meter->state == DASH_METER_OVER)
        g_strlcpy(out, _("more work than minutes"), DASH_TEXT_MAX);
    else if (meter->full_in_us != INT64_MAX)
        g_snprintf(out, DASH_TEXT_MAX, _("full in %d min"),
                   (int)((meter->full_in_us + MINUTE_US - 1) / MINUTE_US));
    else if (meter->state == DASH_METER_NEAR)
        g_strlcpy(out, _("nearly full"), DASH_TEXT_MAX);
}

/* With marks at what is near, what is full, and what is forecast. */
static void
put_bar(DashScene *self, const DashMeter *meter, DashRect rect, uint32_t ink)
{
    int near_x = rect.x + (int)(rect.w * DASH_METER_NEAR_LOAD / FULL_SCALE);
    int full_x = rect.x + (int)(rect.w / FULL_SCALE);
    dash_review_bar(self, rect, meter->load / FULL_SCALE, ink);
    dash_put_fill(self, (DashRect){near_x, rect.y, 1, rect.h}, self->pal->faint);
    dash_put_fill(self, (DashRect){full_x - 2, rect.y - 2, 6, rect.h + 4}, self->pal->panel);
    dash_put_fill(self, (DashRect){full_x, rect.y - 2, 2, rect.h + 4}, self->pal->text);
    if (fabs(meter->forecast - meter->load) < 0.01)
        return;
    int x = rect.x + (int)(rect.w * MIN(meter->forecast / FULL_SCALE, 1));
    dash_put_frame(self, (DashRect){x - 2, rect.y - 2, 4, rect.h + 4}, self->pal->text, 1);
}

int
dash_put_meter(DashScene *self, int right, DashRect rect)
{
    char text[DASH_TEXT_MAX];
    char warning[DASH_TEXT_MAX];
    const DashMeter *meter = dash_model_meter(self->model, self->view->now_us);
    if (!meter)
        return 0;
    if (meter->state == DASH_METER_UNKNOWN)
        g_strlcpy(text, _("work not known yet"), sizeof text);
    else
        g_snprintf(text, sizeof text, _("work %.0f of %.0f min/h"), meter->minutes_per_hour,
                   meter->available);
    warning_text(meter, warning);
    bool loud = is_loud(meter);
    DashFace face = {dash_bar_px(self, 12), DASH_WEIGHT_REGULAR,
                     loud ? self->pal->back : self->pal->dim, 0};
    DashFace strong = {dash_bar_px(self, 12), DASH_WEIGHT_BOLD, self->pal->back, 0};
    int w = MAX(dash_text_width(self, face, text), dash_text_width(self, strong, warning)) + 14;
    DashRect box = {right - w, rect.y + 4, w, rect.h - 8};
    if (loud)
        dash_put_fill(self, box, self->pal->plate_high);
    dash_put_target(self, box, DASH_ACT_REVIEW, NULL, 0, text);
    dash_put_text_middle(self, box.x + w / 2, box.y + dash_bar_px(self, 14), face, text);
    if (*warning)
        dash_put_text_middle(self, box.x + w / 2, box.y + box.h - dash_bar_px(self, 5), strong,
                             warning);
    else if (meter->state != DASH_METER_UNKNOWN)
        put_bar(self, meter,
                (DashRect){box.x + 7, box.y + box.h - dash_bar_px(self, 11), w - 14,
                           dash_bar_px(self, 5)},
                self->pal->dim);
    return w;
}

/* --- large --- */

static void
assumptions_text(const DashMeter *meter, char out[DASH_TEXT_MAX])
{
    char source[DASH_TEXT_MAX];
    if (meter->share_is_own)
        g_snprintf(source, sizeof source, _("of %u answers"), meter->verdicts);
    else
        g_strlcpy(source, _("assumed"), sizeof source);
    g_snprintf(out, DASH_TEXT_MAX, _("%.1f alerts/h x %.0f %% for a physician (%.60s) x %.1f min"),
               meter->alerts_per_hour, 100 * meter->share, source, DASH_METER_ENGAGEMENT_MIN);
}

static void
forecast_text(const DashMeter *meter, char out[DASH_TEXT_MAX])
{
    if (meter->slope > 0)
        g_snprintf(out, DASH_TEXT_MAX, _("rising: %.0f min/h in an hour, if it goes on so"),
                   meter->forecast * meter->available);
    else if (meter->slope < 0)
        g_snprintf(out, DASH_TEXT_MAX, _("falling: %.0f min/h in an hour, if it goes on so"),
                   meter->forecast * meter->available);
    else
        g_strlcpy(out, _("level over the last hour"), DASH_TEXT_MAX);
}

/* "Hand over: 7 (18 min/h), 12 (9 min/h): 61 % then". */
static void
hand_over_text(const DashScene *self, const DashMeter *meter, char out[DASH_TEXT_MAX])
{
    char one[DASH_TEXT_MAX];
    g_strlcpy(out, _("Hand over bed "), DASH_TEXT_MAX);
    for (unsigned i = 0; i < meter->n_hand_over; i++) {
        const DashBed *bed = dash_model_find_bed(self->model, meter->hand_over[i].bed);
        g_snprintf(one, sizeof one, _("%s%.20s (%.0f min/h)"), i ? ", " : "",
                   bed ? bed->label : meter->hand_over[i].bed,
                   meter->hand_over[i].minutes_per_hour);
        g_strlcat(out, one, DASH_TEXT_MAX);
    }
    g_snprintf(one, sizeof one, _(": %.0f %% then"), 100 * meter->load_after);
    g_strlcat(out, one, DASH_TEXT_MAX);
}

static void
put_known(DashScene *self, const DashMeter *meter, DashRect rect)
{
    char text[DASH_TEXT_MAX];
    char warning[DASH_TEXT_MAX];
    bool loud = is_loud(meter);
    DashFace big = dash_review_face(self, 28, DASH_WEIGHT_BOLD, self->pal->text);
    DashFace line = dash_review_face(self, 13, DASH_WEIGHT_REGULAR, self->pal->dim);
    line.max_w = rect.w;
    g_snprintf(text, sizeof text, "%.0f", meter->minutes_per_hour);
    int base = rect.y + PX(24);
    int x = rect.x + dash_put_text(self, rect.x, base, big, text) + PX(8);
    DashFace unit = dash_review_face(self, 15, DASH_WEIGHT_REGULAR, self->pal->text);
    g_snprintf(text, sizeof text, _("of %.0f min/h, %u on shift"), meter->available, meter->staff);
    DashFace warn = dash_review_face(self, 15, DASH_WEIGHT_BOLD, self->pal->back);
    warning_text(meter, warning);
    int warn_w = loud && *warning ? dash_text_width(self, warn, warning) + PX(14) : 0;
    unit.max_w = MAX(rect.x + rect.w - x - warn_w - PX(14), 1);
    if (unit.max_w >= PX(40)) /* the warning is never the part that gives way */
        x += dash_put_text(self, x, base, unit, text) + PX(14);
    if (loud && *warning) {
        int w = MIN(warn_w, rect.x + rect.w - x);
        warn.max_w = MAX(w - PX(14), 1);
        dash_put_fill(self, (DashRect){x, rect.y + PX(4), w, PX(24)}, self->pal->plate_high);
        dash_put_text(self, x + PX(7), dash_baseline(rect.y + PX(4), PX(24), PX(15)), warn,
                      warning);
    }
    put_bar(self, meter, (DashRect){rect.x, rect.y + PX(36), rect.w, PX(12)},
            loud ? self->pal->text : self->pal->dim);
    int y = rect.y + PX(52);
    assumptions_text(meter, text);
    dash_put_text(self, rect.x, dash_baseline(y, PX(20), PX(13)), line, text);
    forecast_text(meter, text);
    dash_put_text(self, rect.x, dash_baseline(y + PX(20), PX(20), PX(13)), line, text);
    if (meter->n_hand_over == 0)
        return;
    DashFace hand = dash_review_face(self, 13, DASH_WEIGHT_BOLD, self->pal->text);
    hand.max_w = rect.w;
    hand_over_text(self, meter, text);
    dash_put_text(self, rect.x, dash_baseline(y + PX(40), PX(22), PX(13)), hand, text);
}

void
dash_review_meter(DashScene *self, DashRect rect)
{
    const DashMeter *meter = dash_model_meter(self->model, self->view->now_us);
    DashRect room = dash_review_panel(self, rect, _("Work that the alerts are"), false);
    if (meter && meter->state != DASH_METER_UNKNOWN) {
        put_known(self, meter, room);
        return;
    }
    DashFace face = dash_review_face(self, 15, DASH_WEIGHT_REGULAR, self->pal->text);
    face.max_w = room.w;
    dash_put_hatch(self, room, self->pal->hatch, 14);
    const char *said = _("not known yet: less than ten minutes of alarms are known");
    int w = MIN(dash_text_width(self, face, said) + PX(20), room.w);
    int y = room.y + room.h / 2;
    dash_put_fill(self, (DashRect){room.x, y - PX(16), w, PX(32)}, self->pal->tile);
    dash_put_text(self, room.x + PX(10), dash_baseline(y - PX(16), PX(32), PX(15)), face, said);
}
