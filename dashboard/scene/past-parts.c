/* Past parts: axis, events, rows of columns, and the mark of a replay.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/scene/past-parts.h"

#include <math.h>
#include <string.h>

#define S          ((int64_t)G_USEC_PER_SEC)
#define EVENTS_MAX 8192

int
dash_axis_x(const DashAxis *axis, int64_t t_us)
{
    double part = (double)(t_us - axis->from_us) / (double)(axis->to_us - axis->from_us);
    return axis->plot.x + (int)floor(part * axis->plot.w);
}

char *
dash_format_stamp(char out[DASH_TEXT_MAX], int64_t t_us, int64_t utc_offset_us)
{
    int64_t local_us = t_us + utc_offset_us;
    g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc(local_us / S);
    g_autofree char *text = time ? g_date_time_format(time, "%Y-%m-%d %H:%M:%S") : NULL;
    g_strlcpy(out, text ? text : "?", DASH_TEXT_MAX);
    return out;
}

/* ---- axis ---- */

/* The least usual step that leaves room for its words. */
static int64_t
step_us(const DashScene *self, const DashAxis *axis)
{
    static const int64_t steps_s[] = {1,   5,    10,   30,   60,    300,   600,
                                      900, 1800, 3600, 7200, 14400, 21600, 43200};
    int64_t span_us = axis->to_us - axis->from_us;
    int64_t fits = MAX(axis->plot.w / dash_px(self, 92), 1);
    for (size_t i = 0; i < G_N_ELEMENTS(steps_s); i++)
        if (span_us / (steps_s[i] * S) <= fits)
            return steps_s[i] * S;
    return 86400 * S;
}

static int64_t
first_tick(const DashScene *self, const DashAxis *axis, int64_t step)
{
    int64_t offset_us = self->view->utc_offset_us;
    return (axis->from_us + offset_us + step - 1) / step * step - offset_us;
}

/* "15. 09:30" where days matter, "09:30:20" where seconds do. */
static void
tick_text(const DashScene *self, int64_t t_us, int64_t step, char out[DASH_TEXT_MAX])
{
    char stamp[DASH_TEXT_MAX];
    dash_format_stamp(stamp, t_us, self->view->utc_offset_us);
    if (step >= 6 * 3600 * S)
        g_snprintf(out, DASH_TEXT_MAX, "%.5s  %.5s", stamp + 5, stamp + 11);
    else
        g_snprintf(out, DASH_TEXT_MAX, "%.*s", step >= 60 * S ? 5 : 8, stamp + 11);
}

void
dash_put_axis(DashScene *self, DashRect rect, const DashAxis *axis)
{
    char text[DASH_TEXT_MAX];
    DashFace face = {dash_px(self, 11), DASH_WEIGHT_REGULAR, self->pal->dim, 0};
    int64_t step = step_us(self, axis);
    dash_begin_block(self, rect, self->pal->panel);
    int base = dash_baseline(rect.y, rect.h, face.size);
    int right = axis->plot.x + axis->plot.w;
    for (int64_t t_us = first_tick(self, axis, step); t_us <= axis->to_us; t_us += step) {
        int x = dash_axis_x(axis, t_us);
        tick_text(self, t_us, step, text);
        int half = dash_text_width(self, face, text) / 2;
        dash_put_fill(self, (DashRect){x, rect.y, 1, dash_px(self, 4)}, self->pal->dim);
        if (x - half >= axis->plot.x && x + half <= right)
            dash_put_text_middle(self, x, base, face, text);
    }
}

void
dash_put_hours(DashScene *self, const DashAxis *axis)
{
    int64_t step = step_us(self, axis);
    uint32_t ink = dash_palette_mix(self->pal->tile, self->pal->seam, 0.6);
    for (int64_t t_us = first_tick(self, axis, step); t_us < axis->to_us; t_us += step)
        dash_put_fill(self, (DashRect){dash_axis_x(axis, t_us), axis->plot.y, 1, axis->plot.h},
                      ink);
}

void
dash_put_cursor(DashScene *self, const DashAxis *axis, int64_t at_us, int width)
{
    int x = CLAMP(dash_axis_x(axis, at_us), axis->plot.x, axis->plot.x + axis->plot.w - width);
    if (at_us >= axis->from_us && at_us <= axis->to_us)
        dash_put_fill(self, (DashRect){x, axis->plot.y, width, axis->plot.h}, self->pal->selected);
}

/* ---- events ---- */

/* Height and place tell what it is, as the colour does: alarms stand on the line, the higher the
 * taller; other events hang from it. */
static void
put_event(DashScene *self, DashRect rect, const DashAxis *axis, const DashPastEvent *event)
{
    int x = dash_axis_x(axis, event->t_us);
    int line = rect.y + rect.h * 2 / 3;
    if (event->raised) {
        const DashAlarmLook *look = dash_palette_alarm(event->priority);
        int grade = MAX((int)event->priority - (int)VICU__PRIORITY__PRIORITY_ADVISORY, 0);
        int h = (line - rect.y - 3) * (grade + 1) / 4;
        dash_put_fill(self, (DashRect){x - 1, line - h, dash_px(self, 3), h}, look->ground);
    } else if (strcmp(event->kind, "alarm") != 0) {
        bool note = strcmp(event->kind, "note") == 0;
        if (strcmp(event->kind, "limit-set") == 0) /* lies: a limit goes on from there */
            dash_put_fill(self, (DashRect){x, line + 2, dash_px(self, 8), 2}, self->pal->text);
        int h = rect.y + rect.h - line - 4;
        dash_put_fill(self, (DashRect){x, line + 2, note ? dash_px(self, 3) : 1, h},
                      note ? self->pal->text : self->pal->dim);
    }
}

void
dash_put_lane(DashScene *self, DashRect rect, const DashPastState *past, const DashAxis *axis)
{
    DashFace face = {dash_px(self, 11), DASH_WEIGHT_REGULAR, self->pal->dim,
                     axis->plot.x - rect.x - dash_px(self, 8)};
    g_autofree const DashPastEvent **events = g_new(const DashPastEvent *, EVENTS_MAX);
    dash_begin_block(self, rect, self->pal->panel);
    dash_put_text(self, rect.x + dash_px(self, 8), dash_baseline(rect.y, rect.h, face.size), face,
                  face.max_w > dash_px(self, 70) ? _("Alarms, events") : _("Events"));
    dash_put_fill(self, (DashRect){axis->plot.x, rect.y + rect.h * 2 / 3, axis->plot.w, 1},
                  self->pal->seam);
    int64_t until_us = MIN(axis->to_us, self->view->now_us);
    if (!past->past || !dash_past_has_events(past->past, axis->from_us, until_us)) {
        face.max_w = axis->plot.w;
        dash_put_text(self, axis->plot.x + 4, dash_baseline(rect.y, rect.h, face.size), face,
                      _("not all told yet"));
    }
    size_t n = past->past
                   ? dash_past_events(past->past, axis->from_us, axis->to_us, events, EVENTS_MAX)
                   : 0;
    for (size_t i = 0; i < n; i++)
        put_event(self, rect, axis, events[i]);
}

/* ---- rows ---- */

void
dash_put_past_row(DashScene *self,
                  const DashPastState *past,
                  unsigned stream,
                  const DashAxis *axis,
                  const DashTrend *live,
                  double *lo,
                  double *hi)
{
    const DashPastStream *s = dash_past_stream(past->past, stream);
    DashRect plot = axis->plot;
    DashColumn *columns = g_new(DashColumn, plot.w);
    g_ptr_array_add(self->kept, columns);
    dash_past_columns(past->past, stream, axis->from_us, axis->to_us, columns, (size_t)plot.w);
    bool any = live && dash_trend_extent(live, axis->from_us, axis->to_us, lo, hi);
    int64_t px_us = (axis->to_us - axis->from_us) / plot.w;
    for (int i = 0; i < plot.w; i++) {
        if (!columns[i].known || columns[i].coverage <= 0)
            continue;
        *lo = any ? MIN(*lo, (double)columns[i].min) : (double)columns[i].min;
        *hi = any ? MAX(*hi, (double)columns[i].max) : (double)columns[i].max;
        any = true;
    }
    double margin = MAX((*hi - *lo) * 0.08, s->wave ? 1e-6 : 2);
    if (!any)
        *lo = *hi = 0;
    else if (!s->wave) {
        *lo = floor(*lo - margin);
        *hi = ceil(*hi + margin);
    }
    int n_past = CLAMP(dash_axis_x(axis, self->view->now_us) - plot.x, 0, plot.w);
    dash_put_bands(self, plot, dash_palette_ink(self->pal, s->signal), self->pal->hatch,
                   (DashBands){.column = columns,
                               .n_past = n_past,
                               .band = s->wave && px_us >= S,
                               .lo = *lo,
                               .hi = *hi > *lo ? *hi : *lo + 1});
    int told = plot.w;
    while (told > 0 && !columns[told - 1].known)
        told--;
    if (live && *hi > *lo && told < plot.w)
        dash_put_trend(self, (DashRect){plot.x + told, plot.y, plot.w - told, plot.h},
                       dash_palette_ink(self->pal, s->signal),
                       (DashTrendLine){live, axis->from_us + told * px_us, axis->to_us, *lo, *hi});
}

static const char *
ward_name(const DashPastStream *stream)
{
    static const char *const means[][2] = {{"ART_M", "MAP"},       {"NIBP_M", "NIBP mean"},
                                           {"PAP_M", "PAP mean"},  {"CVP_M", "CVP mean"},
                                           {"ART_S", "ART sys"},   {"ART_D", "ART dia"},
                                           {"NIBP_S", "NIBP sys"}, {"NIBP_D", "NIBP dia"},
                                           {"PAP_S", "PAP sys"},   {"PAP_D", "PAP dia"}};
    for (size_t i = 0; stream->signal && i < G_N_ELEMENTS(means); i++)
        if (strcmp(stream->signal->name, means[i][0]) == 0)
            return means[i][1];
    return dash_format_short(stream->signal, stream->label);
}

char *
dash_past_name(DashPast *past, unsigned stream, char out[DASH_TEXT_MAX])
{
    const DashPastStream *s = dash_past_stream(past, stream);
    unsigned before = 0;
    for (unsigned i = 0; i < stream; i++) {
        const DashPastStream *other = dash_past_stream(past, i);
        before += other->wave == s->wave && strcmp(ward_name(other), ward_name(s)) == 0;
    }
    if (before > 0)
        g_snprintf(out, DASH_TEXT_MAX, "%.60s (%u)", ward_name(s), before + 1);
    else
        g_strlcpy(out, ward_name(s), DASH_TEXT_MAX);
    return out;
}

char *
dash_format_bound(
    char out[DASH_TEXT_MAX], DashUnits units, const char *ucum, double value, double span)
{
    if (dash_units_differ(units, ucum))
        return dash_format_number(out, units, ucum, value, 0);
    double step = pow(10, floor(log10(MAX(span, 1e-9))) - 2);
    double rounded = floor(value / step + 0.5) * step;
    g_snprintf(out, DASH_TEXT_MAX, "%.4g", fabs(rounded) < step / 2 ? 0.0 : rounded);
    return out;
}

/* ---- where one is ---- */

void
dash_put_replay_plate(DashScene *self, DashRect rect, const DashPastState *past)
{
    char text[DASH_TEXT_MAX];
    char stamp[DASH_TEXT_MAX];
    char age[DASH_TEXT_MAX];
    dash_format_stamp(stamp, past->at_us, self->view->utc_offset_us);
    int64_t ago_us = self->view->now_us - past->at_us;
    g_snprintf(text, sizeof text, _("REPLAY  %.20s,  %.16s ago"), stamp,
               ago_us < 100 * 60 * S ? dash_format_age(age, ago_us) : age);
    if (ago_us >= 100 * 60 * S)
        g_snprintf(text, sizeof text, _("REPLAY  %.20s,  %d h %02d min ago"), stamp,
                   (int)(ago_us / (3600 * S)), (int)(ago_us / (60 * S) % 60));
    DashFace face = {dash_px(self, 17), DASH_WEIGHT_BOLD, self->pal->back, rect.w - 12};
    DashFace key = {dash_px(self, 12), DASH_WEIGHT_REGULAR, self->pal->back, 0};
    dash_put_fill(self, rect, self->pal->late);
    int base = dash_baseline(rect.y, rect.h, face.size);
    int w = dash_put_text(self, rect.x + dash_px(self, 10), base, face, text);
    const char *way = _("L: back to now");
    if (rect.w - w > dash_text_width(self, key, way) + dash_px(self, 30))
        dash_put_text_right(self, rect.x + rect.w - dash_px(self, 10), base, key, way);
    dash_put_target(self, rect, DASH_ACT_LIVE, NULL, 0, way);
}

const char *
dash_past_missing(const DashScene *self, const DashPastState *past, char out[DASH_TEXT_MAX])
{
    char clock[DASH_TEXT_MAX];
    out[0] = '\0';
    if (!past->past)
        g_strlcpy(out, _("The past is not known here: no store was asked"), DASH_TEXT_MAX);
    else if (past->silent_us)
        g_snprintf(out, DASH_TEXT_MAX,
                   _("The store does not answer since %.16s: what is not shown is not known"),
                   dash_format_clock(clock, past->silent_us, self->view->utc_offset_us));
    else if (past->refusal && *past->refusal)
        g_strlcpy(out, past->refusal, DASH_TEXT_MAX);
    else if (!dash_past_has_streams(past->past))
        g_strlcpy(out, _("The store is asked ..."), DASH_TEXT_MAX);
    else if (dash_past_n_streams(past->past) == 0)
        g_strlcpy(out, _("The store has nothing of this bed"), DASH_TEXT_MAX);
    return out;
}
