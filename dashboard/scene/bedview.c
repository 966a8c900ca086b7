/* Bed view: one bed large: waves at 25 mm/s beside their numbers, the last hour,
 * the score part by part, the alarms with their reasons, what happened.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "dashboard/scene/build.h"
#include "dashboard/scene/format.h"
#include "dashboard/scene/past-parts.h"

#define HEAD_H    46
#define TREND_H   DASH_TREND_H
#define AXIS_H    DASH_AXIS_H
#define PAD       10
#define ROW_MIN   62
#define TREND_MIN 60 /* minutes */

static void
put_head(DashScene *self, const DashBed *bed, DashRect rect)
{
    char text[DASH_TEXT_MAX];
    char clock[DASH_TEXT_MAX];
    dash_begin_block(self, rect, self->pal->panel);
    int base = dash_baseline(rect.y, rect.h, 15);
    int x = rect.x + PAD + 4;
    DashFace name = {26, DASH_WEIGHT_BOLD, self->pal->text, rect.w / 3};
    DashFace face = {14, DASH_WEIGHT_REGULAR, self->pal->dim, 0};
    g_snprintf(text, sizeof text, _("Bed %s"), bed->label);
    x += dash_put_text(self, x, dash_baseline(rect.y, rect.h, 26), name, text) + 16;
    x += dash_put_text(self, x, base, face, bed->id) + 16;
    if (*bed->patient)
        x += dash_put_text(self, x, base, face, bed->patient) + 16;
    if (*bed->device)
        x += dash_put_text(self, x, base, face, bed->device) + 16;
    face.ink = self->pal->banner_ink;
    Vicu__Origin origin = bed->n_streams ? bed->stream[0].origin : bed->origin;
    bool copy = bed->n_streams && bed->stream[0].copy;
    g_snprintf(text, sizeof text, "%s%s", dash_format_origin(origin), copy ? _(" (copy)") : "");
    x += dash_put_text(self, x, base, face, text) + 16;
    int behind = dash_judge_behind_s(bed);
    if (behind > 0) {
        g_snprintf(text, sizeof text, _("shown %d s behind"), behind);
        face.ink = self->pal->text;
        face.weight = DASH_WEIGHT_BOLD;
        x += dash_put_text(self, x, base, face, text) + 16;
    }
    if (bed->newest_us) {
        DashFace dim = {13, DASH_WEIGHT_REGULAR, self->pal->dim, 0};
        dash_format_clock(clock, bed->newest_us, self->view->utc_offset_us);
        g_snprintf(text, sizeof text, _("newest sample %s"), clock);
        if (x + dash_text_width(self, dim, text) < rect.x + rect.w - PAD)
            dash_put_text_right(self, rect.x + rect.w - PAD - 4, base, dim, text);
    }
}

void
dash_limits_of(const DashBed *bed,
               const DashNumeric *numeric,
               const DashLimit **low,
               const DashLimit **high)
{
    const char *name = numeric && numeric->signal ? numeric->signal->name : "";
    const char *also = strcmp(name, "ART_M") == 0 || strcmp(name, "NIBP_M") == 0   ? "MAP"
                       : strcmp(name, "ART_S") == 0 || strcmp(name, "NIBP_S") == 0 ? "SBP"
                                                                                   : name;
    *low = *high = NULL;
    for (unsigned i = 0; i < bed->n_limits && *name; i++) {
        const DashLimit *limit = &bed->limit[i];
        size_t n = strlen(also);
        if (g_ascii_strncasecmp(limit->name, also, n) != 0 || g_ascii_isalnum(limit->name[n]))
            continue;
        if (strstr(limit->name, "low") && !strstr(limit->name, "very"))
            *low = limit;
        else if (strstr(limit->name, "high") && !strstr(limit->name, "very"))
            *high = limit;
    }
}

/* "50 … 120 mmHg"; "!" where one is not the pack's own. */
static void
limits_text(const DashScene *self,
            const DashBed *bed,
            const DashNumeric *numeric,
            char out[DASH_TEXT_MAX])
{
    char text[2][32] = {"–", "–"};
    char number[DASH_TEXT_MAX];
    const char *unit = "";
    const DashLimit *limit[2];
    dash_limits_of(bed, numeric, &limit[0], &limit[1]);
    for (int i = 0; i < 2; i++)
        if (limit[i]) {
            unit = limit[i]->unit;
            dash_format_number(number, self->view->units, unit, limit[i]->value, 6);
            g_snprintf(text[i], sizeof text[i], "%.16s%s", number, limit[i]->overridden ? "!" : "");
        }
    out[0] = '\0';
    if (limit[0] || limit[1])
        g_snprintf(out, DASH_TEXT_MAX, "%s … %s%s", text[0], text[1],
                   dash_units_beside(self->view->units, unit));
}

/* As the note of a tile, in whole words. */
static void
big_note(char out[DASH_TEXT_MAX], const DashReading *reading, int64_t now_us)
{
    char age[DASH_TEXT_MAX];
    const DashNumeric *lead = reading->lead;
    const char *origin = dash_format_origin(lead->origin);
    const char *source = dash_format_source(lead->source);
    dash_format_age(age, now_us - reading->t_us);
    if (reading->t_us == 0)
        g_strlcpy(out, _("no value ever"), DASH_TEXT_MAX);
    else if (reading->fresh == DASH_GONE)
        g_snprintf(out, DASH_TEXT_MAX, _("no value for %.16s"), age);
    else
        g_snprintf(out, DASH_TEXT_MAX, "%s%s  %.16s%s%s%s%s",
                   reading->fresh == DASH_STALE ? _("STALE  ") : "", reading->unit, age,
                   *origin ? "  " : "", origin, *source ? "  " : "", source);
}

static void
put_big_number(DashScene *self, const DashBed *bed, const DashVital *v, DashRect rect)
{
    char note[DASH_TEXT_MAX];
    int64_t now_us = self->view->now_us;
    if (!v->a) {
        dash_begin_block(self, rect, self->pal->tile);
        return;
    }
    DashReading reading = dash_read_vital(v, self->view->units, now_us);
    DashFreshness fresh = reading.fresh;
    uint32_t ink = dash_palette_ink(self->pal, v->a->signal);
    uint32_t ground = self->pal->tile;
    uint32_t note_ink = self->pal->dim;
    const DashAlarm *alarm = dash_alarm_of_vital(self, bed, v);
    if (fresh != DASH_FRESH)
        ink = self->pal->stale;
    uint32_t label_ink = ink;
    if (alarm) {
        DashAlarmFace look = dash_alarm_face(self, alarm);
        ground = look.ground;
        if (look.filled)
            ink = label_ink = note_ink = look.ink;
    }
    dash_begin_block(self, rect, ground);
    dash_put_fill(self, (DashRect){rect.x, rect.y, rect.w, 1}, self->pal->seam);
    DashFace label = {15, DASH_WEIGHT_BOLD, label_ink, 0};
    int label_w = dash_put_text(self, rect.x + 8, rect.y + 19, label, v->label);
    limits_text(self, bed, v->c ? v->c : v->a, note);
    DashFace small = {12, DASH_WEIGHT_REGULAR, note_ink, 0};
    dash_put_text(self, rect.x + 14 + label_w, rect.y + 19, small, note);
    DashFace number = {MIN(rect.h - 42, 52), DASH_WEIGHT_BOLD, ink, 0};
    while (number.size > 14 && dash_text_width(self, number, reading.text) > rect.w - 16)
        number.size--;
    dash_put_text_right(self, rect.x + rect.w - 8,
                        dash_baseline(rect.y + 20, rect.h - 42, number.size), number, reading.text);
    big_note(note, &reading, now_us);
    small.max_w = rect.w - 14;
    if (fresh != DASH_FRESH && !alarm) {
        small.ink = self->pal->text;
        small.weight = DASH_WEIGHT_BOLD;
    }
    dash_put_text_right(self, rect.x + rect.w - 8, rect.y + rect.h - 8, small, note);
}

/* Left of a wave: its name and scale. */
static void
put_scale(DashScene *self, const DashStream *stream, double mm_s, DashRect rect)
{
    char text[DASH_TEXT_MAX];
    uint32_t ink = dash_palette_ink(self->pal, stream->signal);
    dash_begin_block(self, rect, self->pal->tile);
    DashFace name = {14, DASH_WEIGHT_BOLD, ink, rect.w - 6};
    DashFace small = {10, DASH_WEIGHT_REGULAR, self->pal->dim, rect.w - 6};
    int middle = rect.y + rect.h / 2;
    dash_put_text(self, rect.x + 6, middle - 2, name,
                  dash_format_short(stream->signal, stream->label));
    g_snprintf(text, sizeof text, "%g mm/s", mm_s);
    dash_put_text(self, rect.x + 6, middle + 13, small, text);
    if (!(stream->hi > stream->lo) || !*dash_format_unit(stream->unit))
        return;
    dash_format_measure(text, self->view->units, stream->unit, stream->hi, 3);
    dash_put_text(self, rect.x + 6, rect.y + 12, small, text);
    dash_format_number(text, self->view->units, stream->unit, stream->lo, 3);
    dash_put_text(self, rect.x + 6, rect.y + rect.h - 4, small, text);
}

static void
put_waves(DashScene *self, const DashBed *bed, DashRect rect, const DashVital *vitals, unsigned n)
{
    int label_w = 66;
    int number_w = CLAMP(rect.w * 24 / 100, 170, 260);
    int strip_w = rect.w - label_w - number_w;
    double mm_s = dash_sweep_mm_s(self, strip_w, 3);
    for (unsigned i = 0; i < n; i++) {
        int y0 = rect.y + rect.h * (int)i / (int)n;
        int y1 = rect.y + rect.h * (int)(i + 1) / (int)n;
        int h = y1 - y0;
        const DashStream *stream = vitals[i].stream;
        put_big_number(self, bed, &vitals[i],
                       (DashRect){rect.x + rect.w - number_w, y0, number_w, h});
        if (!stream || !stream->wave) {
            dash_begin_block(self, (DashRect){rect.x, y0, label_w + strip_w, h}, self->pal->tile);
            continue;
        }
        put_scale(self, stream, mm_s, (DashRect){rect.x, y0, label_w, h});
        dash_put_wave(self, bed, stream, (DashRect){rect.x + label_w, y0, strip_w, h}, mm_s);
    }
}

static void
trend_range(const DashTrend *trend, int64_t from_us, int64_t to_us, double *lo, double *hi)
{
    bool any = dash_trend_extent(trend, from_us, to_us, lo, hi);
    double margin = any ? MAX((*hi - *lo) * 0.1, 2) : 1;
    *lo = floor((any ? *lo : 0) - margin);
    *hi = ceil((any ? *hi : 0) + margin);
}

static void
put_trend_row(DashScene *self, const DashVital *v, DashRect rect, int64_t from_us, int64_t to_us)
{
    char text[DASH_TEXT_MAX];
    const DashNumeric *numeric = dash_trend_numeric(v);
    uint32_t ink = dash_palette_ink(self->pal, numeric->signal);
    double lo = 0;
    double hi = 1;
    trend_range(numeric->trend, from_us, to_us, &lo, &hi);
    dash_begin_block(self, rect, self->pal->tile);
    dash_put_fill(self, (DashRect){rect.x, rect.y, rect.w, 1}, self->pal->seam);
    DashFace name = {12, DASH_WEIGHT_BOLD, ink, 60};
    DashFace small = {10, DASH_WEIGHT_REGULAR, self->pal->dim, 60};
    dash_put_text(self, rect.x + 6, rect.y + rect.h / 2 + 4, name, dash_trend_label(v));
    const char *unit = dash_unit_of(numeric);
    dash_format_number(text, self->view->units, unit, hi, 0);
    g_strlcat(text, dash_units_beside(self->view->units, unit), sizeof text);
    dash_put_text_right(self, rect.x + 62, rect.y + 12, small, text);
    dash_format_number(text, self->view->units, unit, lo, 0);
    dash_put_text_right(self, rect.x + 62, rect.y + rect.h - 4, small, text);
    DashRect plot = {rect.x + 66, rect.y + 2, rect.w - 66 - 6, rect.h - 4};
    for (int i = 1; i < 6; i++)
        dash_put_fill(self, (DashRect){plot.x + plot.w * i / 6, plot.y, 1, plot.h},
                      dash_palette_mix(self->pal->tile, self->pal->seam, 0.5));
    dash_put_trend(
        self, plot, ink,
        (DashTrendLine){
            .trend = numeric->trend, .from_us = from_us, .to_us = to_us, .lo = lo, .hi = hi});
}

static void
put_trends(DashScene *self, DashRect rect, const DashVital *vitals, unsigned n)
{
    char text[DASH_TEXT_MAX];
    int64_t to_us = (self->view->now_us / DASH_TREND_BUCKET_US + 1) * DASH_TREND_BUCKET_US;
    int64_t from_us = to_us - TREND_MIN * 60 * (int64_t)G_USEC_PER_SEC;
    int y = rect.y;
    if (dash_shows_past_trends(self->view)) {
        dash_put_past_trends(self, rect, vitals, n);
        return;
    }
    for (unsigned i = 0; i < n; i++, y += TREND_H)
        put_trend_row(self, &vitals[i], (DashRect){rect.x, y, rect.w, TREND_H}, from_us, to_us);
    DashRect axis = {rect.x, y, rect.w, rect.y + rect.h - y};
    dash_begin_block(self, axis, self->pal->tile);
    DashFace face = {10, DASH_WEIGHT_REGULAR, self->pal->dim, 0};
    int plot_w = rect.w - 72;
    for (int i = 0; i <= 6; i++) {
        int64_t t_us = from_us + (to_us - from_us) * i / 6;
        dash_format_clock(text, t_us, self->view->utc_offset_us);
        text[5] = '\0';
        int x = rect.x + 66 + plot_w * i / 6;
        if (i == 6)
            dash_put_text_right(self, x, axis.y + 13, face, _("now"));
        else
            dash_put_text(self, x, axis.y + 13, face, text);
    }
}

/* Streams that are nobody's vital sign, such as further ECG leads. */
static unsigned
add_streams(const DashBed *bed, DashVital *vitals, unsigned n, unsigned room)
{
    for (unsigned s = 0; s < bed->n_streams && n < room; s++) {
        bool taken = false;
        for (unsigned i = 0; i < n; i++)
            taken |= vitals[i].stream == &bed->stream[s];
        if (!taken)
            vitals[n++] = (DashVital){.label = "", .stream = &bed->stream[s]};
    }
    return n;
}

void
dash_build_bed(DashScene *self, DashRect rect)
{
    const DashBed *bed = self->view->bed ? dash_model_find_bed(self->model, self->view->bed) : NULL;
    if (!bed)
        dash_build_wall(self, rect);
    else if (self->view->past && !self->view->past->live)
        dash_build_replay(self, rect);
    else
        dash_build_bed_of(self, bed, rect);
}

void
dash_build_bed_of(DashScene *self, const DashBed *bed, DashRect rect)
{
    DashVital all[DASH_VITALS_MAX];
    DashVital rows[DASH_VITALS_MAX];
    DashVital rest[DASH_VITALS_MAX];
    unsigned n_rows = 0;
    unsigned n_rest = 0;
    unsigned n = dash_list_vitals(bed, all);
    for (unsigned i = 0; i < n; i++)
        if (all[i].stream || n_rows < 4)
            rows[n_rows++] = all[i];
        else
            rest[n_rest++] = all[i];
    DashRect head = {rect.x, rect.y, rect.w, HEAD_H};
    put_head(self, bed, head);
    int side_w = CLAMP(rect.w * 27 / 100, 260, 420);
    int main_w = rect.w - side_w - 6;
    DashRect body = {rect.x, rect.y + HEAD_H, main_w, rect.h - HEAD_H};
    DashVital trends[DASH_TRENDS_MAX];
    unsigned n_trends = dash_list_trends(bed, trends);
    int trends_h = n_trends ? (int)n_trends * TREND_H + AXIS_H : 0;
    if (trends_h && dash_shows_past_trends(self->view))
        trends_h += DASH_LANE_H;
    trends_h = body.h - trends_h < 2 * ROW_MIN ? 0 : trends_h;
    int waves_h = body.h - trends_h;
    unsigned most = (unsigned)CLAMP(waves_h / ROW_MIN, 1, 8);
    n_rows = MIN(add_streams(bed, rows, n_rows, MIN(most, DASH_VITALS_MAX)), most);
    DashAbsence absence = dash_judge_absence(bed, self->view->now_us);
    DashRect waves = {body.x, body.y, body.w, waves_h};
    if (dash_judge_shows_data(absence) && n_rows > 0)
        put_waves(self, bed, waves, rows, n_rows);
    else
        dash_build_absence(self, bed, absence, waves);
    if (trends_h)
        put_trends(self, (DashRect){body.x, body.y + waves_h, body.w, trends_h}, trends, n_trends);
    dash_build_panels(self, bed, (DashRect){rect.x + main_w + 4, body.y, side_w, body.h}, rest,
                      n_rest);
}
