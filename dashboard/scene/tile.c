/* Tile: one bed on the wall, at three densities.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "dashboard/scene/build.h"
#include "dashboard/scene/format.h"

#define RANGE    9 /* size of the numbers at a wave's edges */
#define BORDER   5 /* room for the widest alarm border, always kept free */
#define WAVE_MIN 10

/* As large as the person likes and larger in a large tile, but never so large that a tile loses
 * its numbers. */
static double
scale_for(const DashScene *self, DashRect rect)
{
    double scale = self->view->scale > 0 ? self->view->scale : 1;
    double grown = scale * CLAMP(MIN(rect.h / 290.0, rect.w / 540.0), 1, 2.5);
    double whole = MIN(rect.h / 84.0, rect.w / 128.0); /* with a wave */
    double bare = MIN(rect.h / 48.0, rect.w / 84.0);   /* numbers alone */
    return CLAMP(whole, MIN(MIN(scale, 1), bare), grown);
}

static DashSizes
sizes_for(const DashScene *self, DashRect rect)
{
    double scale = scale_for(self, rect);
    DashSizes s = {16, 15, 13, 10, 9, 14, 17, 0, 0, true};
    if (rect.w >= 300 * scale && rect.h >= 190 * scale)
        s = (DashSizes){26, 22, 19, 13, 11, 30, 38, 34, 0, false};
    else if (rect.w >= 220 * scale && rect.h >= 130 * scale)
        s = (DashSizes){20, 18, 15, 11, 10, 22, 31, 30, 0, false};
    int *sizes[] = {&s.header_h, &s.alarm_h, &s.name,    &s.text,
                    &s.small,    &s.number,  &s.row_min, &s.label_w};
    for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++)
        *sizes[i] = (int)(*sizes[i] * scale);
    if (!s.grid && rect.w >= 400 * scale && rect.h >= 262 * scale) {
        s.spark_h = (int)lrint(46 * scale);
    } else if (!s.grid && rect.w >= 400 * scale && rect.h >= 238 * scale) {
        s.spark_h = (int)lrint(32 * scale); /* lower rows, so that all four still have room */
        s.row_min = (int)(34 * scale);
    }
    return s;
}

static void
put_score(DashScene *self, const DashBed *bed, DashRect rect, DashSizes s, int *right)
{
    char text[DASH_TEXT_MAX];
    const DashScore *score = dash_judge_find_score(bed, "news2");
    dash_format_score(text, score, s.grid ? "N" : "NEWS2");
    bool high = score && (score->known ? score->value : score->min) >= 5;
    DashFace face = {s.text, DASH_WEIGHT_BOLD, high ? self->pal->back : self->pal->text, 0};
    if (!score || !score->known)
        face.ink = high ? self->pal->back : self->pal->dim;
    int w = dash_text_width(self, face, text) + (s.grid ? 6 : 12);
    int h = rect.h - (s.grid ? 2 : 6);
    DashRect badge = {*right - w, rect.y + (rect.h - h) / 2, w, h};
    dash_put_fill(self, badge, high ? self->pal->plate_high : self->pal->plate);
    dash_put_text_middle(self, badge.x + w / 2, dash_baseline(badge.y, h, face.size), face, text);
    *right -= w + (s.grid ? 4 : 8);
}

static void
put_header(DashScene *self, const DashBed *bed, DashAbsence absence, DashRect rect, DashSizes s)
{
    char text[DASH_TEXT_MAX];
    char age[DASH_TEXT_MAX];
    bool selected = self->view->selected && strcmp(self->view->selected, bed->id) == 0;
    dash_begin_block(self, rect, selected ? self->pal->selected : self->pal->panel);
    int right = rect.x + rect.w - (s.grid ? 2 : 4);
    bool shows = dash_judge_shows_data(absence);
    if (shows)
        put_score(self, bed, rect, s, &right);
    int x = rect.x + (s.grid ? 3 : 7);
    DashFace name = {s.name, DASH_WEIGHT_BOLD, selected ? self->pal->back : self->pal->text,
                     right - x};
    x += dash_put_text(self, x, dash_baseline(rect.y, rect.h, s.name), name, bed->label)
         + (s.grid ? 4 : 8);
    bool copy = false;
    Vicu__Origin origin = dash_origin_of(bed, &copy);
    const char *from = s.grid ? dash_format_origin_short(origin) : dash_format_origin(origin);
    int behind = dash_judge_behind_s(bed);
    if (absence == DASH_DELAYED)
        g_snprintf(text, sizeof text, _("no data %s"),
                   dash_format_age(age, self->view->now_us - bed->arrived_us));
    else if (behind > 0 && shows)
        g_snprintf(text, sizeof text, _("%d s behind"), behind);
    else
        text[0] = '\0';
    DashFace dim = {s.small, DASH_WEIGHT_REGULAR,
                    selected ? self->pal->back : self->pal->banner_ink, 0};
    int base = dash_baseline(rect.y, rect.h, s.small);
    if (*text) {
        DashFace late = {s.small, DASH_WEIGHT_BOLD, self->pal->back, 0};
        if (dash_text_width(self, late, text) > right - x - 4)
            dash_format_age(text, absence == DASH_DELAYED ? self->view->now_us - bed->arrived_us
                                                          : behind * (int64_t)G_USEC_PER_SEC);
        late.max_w = MAX(right - x - 4, 1);
        int w = dash_text_width(self, late, text) + 8;
        dash_put_fill(self, (DashRect){x - 2, rect.y + 2, w, rect.h - 4}, self->pal->late);
        x += dash_put_text(self, x + 2, base, late, text) + 12;
    }
    g_snprintf(text, sizeof text, "%s%s", from, copy ? _(" (copy)") : "");
    if (x + dash_text_width(self, dim, text) <= right)
        x += dash_put_text(self, x, base, dim, text) + 8;
    dim.ink = selected ? self->pal->back : self->pal->dim;
    if (!s.grid && x + dash_text_width(self, dim, bed->patient) <= right)
        dash_put_text(self, x, base, dim, bed->patient);
}

static unsigned
count_alarms(const DashScene *self, const DashBed *bed)
{
    unsigned n = 0;
    for (size_t i = 0; i < dash_model_n_alarms(self->model); i++)
        n += strcmp(dash_model_alarm(self->model, i)->bed, bed->id) == 0;
    return n;
}

/* Why the bed is quiet: nothing stands, or nobody judges. */
static void
put_quiet(DashScene *self, const DashBed *bed, DashAbsence absence, DashRect rect, DashSizes s)
{
    char text[DASH_TEXT_MAX];
    dash_begin_block(self, rect, self->pal->tile);
    DashFace face = {s.small, DASH_WEIGHT_REGULAR, self->pal->faint, rect.w - 12};
    unsigned n_not_judged = bed->not_judged ? g_strv_length(bed->not_judged) : 0;
    if (!dash_alarms_known(self->model)) {
        dash_put_hatch(self, rect, self->pal->hatch, 7);
        face.ink = self->pal->text;
        face.weight = DASH_WEIGHT_BOLD;
        g_strlcpy(text, _("alarms not known"), sizeof text);
    } else if (!dash_judge_shows_data(absence)) {
        g_snprintf(text, sizeof text, _("%s: not judged"), dash_absence_word(absence));
    } else if (n_not_judged > 1) {
        g_snprintf(text, sizeof text, _("no alarm; %u rules not judged: %s, ..."), n_not_judged,
                   bed->not_judged[0]);
    } else if (n_not_judged == 1) {
        g_snprintf(text, sizeof text, _("no alarm; not judged: %s"), bed->not_judged[0]);
    } else {
        g_strlcpy(text, _("no alarm"), sizeof text);
    }
    dash_put_text(self, rect.x + (s.grid ? 3 : 7), dash_baseline(rect.y, rect.h, s.small), face,
                  text);
}

static void
put_alarm(DashScene *self, const DashBed *bed, const DashAlarm *alarm, DashRect rect, DashSizes s)
{
    char text[DASH_TEXT_MAX];
    char age[DASH_TEXT_MAX];
    DashAlarmFace look = dash_alarm_face(self, alarm);
    dash_begin_block(self, rect, look.ground);
    if (!look.filled)
        dash_put_frame(self, rect, look.border, 1);
    int base = dash_baseline(rect.y, rect.h, s.text);
    int right = rect.x + rect.w - (s.grid ? 3 : 6);
    DashFace face = {s.text, DASH_WEIGHT_BOLD, look.ink, 0};
    unsigned more = count_alarms(self, bed) - 1;
    int64_t now_us = self->view->now_us;
    if (look.filled)
        g_snprintf(text, sizeof text, "%s%s", alarm->audio_paused ? _("paused ") : "",
                   dash_format_age(age, now_us - alarm->t_condition_us));
    else
        g_snprintf(text, sizeof text, _("ack %s"), dash_format_age(age, now_us - alarm->ack_us));
    if (more) {
        g_autofree char *rest = g_strdup_printf("%s +%u", text, more);
        g_strlcpy(text, rest, sizeof text);
    }
    DashFace side = {s.small, DASH_WEIGHT_REGULAR, look.ink, 0};
    if (!s.grid)
        right -= dash_put_text_right(self, right, base, side, text) + 8;
    else if (more) {
        g_snprintf(text, sizeof text, "+%u", more);
        right -= dash_put_text_right(self, right, base, side, text) + 4;
    }
    int x = rect.x + (s.grid ? 3 : 7);
    x += dash_put_text(self, x, base, face, look.look->mark) + (s.grid ? 3 : 6);
    face.max_w = MAX(right - x, 8);
    dash_put_text(self, x, base, face, _(alarm->title));
}

/* Name of the wave and the range it is drawn in, left of its strip. */
static void
put_wave_label(DashScene *self, const DashStream *stream, DashRect rect, DashSizes s)
{
    char text[DASH_TEXT_MAX];
    dash_begin_block(self, rect, self->pal->tile);
    uint32_t ink = dash_palette_ink(self->pal, stream->signal);
    DashFace name = {s.small, DASH_WEIGHT_BOLD, ink, rect.w - 2};
    int base = dash_baseline(rect.y, rect.h, s.small);
    dash_put_text(self, rect.x + 2, base, name, dash_format_short(stream->signal, stream->label));
    if (!dash_units_chosen(stream->unit) || !(stream->hi > stream->lo)
        || rect.h < s.small + 4 * RANGE + 3)
        return;
    DashFace scale = {RANGE, DASH_WEIGHT_REGULAR, self->pal->faint, rect.w - 2};
    DashUnits units = self->view->units;
    dash_format_number(text, units, stream->unit, stream->hi, 0);
    dash_put_text(self, rect.x + 2, rect.y + RANGE, scale, text);
    dash_put_text(self, rect.x + 2, base + RANGE + 1, scale, dash_units_name(units, stream->unit));
    dash_format_number(text, units, stream->unit, stream->lo, 0);
    dash_put_text(self, rect.x + 2, rect.y + rect.h - 2, scale, text);
}

/* Rows: a wave and its number side by side. */
static void
put_rows(DashScene *self, const DashBed *bed, DashRect rect, DashSizes s)
{
    DashVital vitals[DASH_VITALS_MAX];
    unsigned n = dash_list_vitals(bed, vitals);
    int extras_h = s.small + 9;
    int body_h = rect.h - extras_h - s.spark_h;
    unsigned rows = (unsigned)CLAMP(body_h / s.row_min, 1, 4);
    unsigned major = 0;
    while (major < n && !vitals[major].minor)
        major++;
    rows = MIN(rows, major);
    int least_w = MAX(s.number * 32 / 10, s.small * 96 / 10); /* for its small print */
    int number_w = CLAMP(rect.w * 36 / 100, least_w, MAX(s.number * 53 / 10, least_w));
    int strip_w = rect.w - number_w - s.label_w;
    double mm_s = dash_sweep_mm_s(self, strip_w, 4);
    bool waves = false;
    for (unsigned i = 0; i < rows; i++) {
        int y0 = rect.y + body_h * (int)i / (int)rows;
        int y1 = rect.y + body_h * (int)(i + 1) / (int)rows;
        DashRect row = {rect.x, y0, rect.w, y1 - y0};
        DashRect cell = {rect.x + rect.w - number_w, y0, number_w, y1 - y0};
        dash_put_number(self, bed, &vitals[i], cell, s);
        DashRect label = {row.x, row.y, s.label_w, row.h};
        DashRect strip = {row.x + s.label_w, row.y, strip_w, row.h};
        if (!vitals[i].stream || !vitals[i].stream->wave) {
            dash_begin_block(self, (DashRect){row.x, row.y, strip_w + s.label_w, row.h},
                             self->pal->tile);
            continue;
        }
        waves = true;
        put_wave_label(self, vitals[i].stream, label, s);
        dash_put_wave(self, bed, vitals[i].stream, strip, mm_s);
    }
    if (rows == 0)
        dash_begin_block(self, (DashRect){rect.x, rect.y, rect.w, body_h}, self->pal->tile);
    if (s.spark_h)
        dash_put_sparks(self, bed, (DashRect){rect.x, rect.y + body_h, rect.w, s.spark_h}, s);
    DashRect last = {rect.x, rect.y + body_h + s.spark_h, rect.w, extras_h};
    dash_put_extras(self, vitals + rows, n - rows, waves ? mm_s : 0, last, s);
}

static void
put_grid(DashScene *self, const DashBed *bed, DashRect rect, DashSizes s)
{
    DashVital vitals[DASH_VITALS_MAX];
    DashVital numbers[DASH_VITALS_MAX];
    unsigned n = dash_list_vitals(bed, vitals);
    unsigned n_numbers = 0;
    const DashStream *stream = NULL;
    for (unsigned i = 0; i < n; i++) {
        if (vitals[i].a)
            numbers[n_numbers++] = vitals[i];
        if (!stream && vitals[i].stream && vitals[i].stream->wave)
            stream = vitals[i].stream;
    }
    unsigned rows = rect.h >= 2 * s.row_min + 18 ? 2 : 1;
    unsigned columns = rect.w >= 210 ? 3 : 2;
    int row_h = s.row_min;
    if (rect.h - (int)rows * row_h < WAVE_MIN) { /* a wave of a few pixels shows nothing */
        row_h = rect.h / (int)rows;
        stream = NULL;
    }
    DashRect strip = {rect.x, rect.y, rect.w, rect.h - (int)rows * row_h};
    if (stream)
        dash_put_wave(self, bed, stream, strip, dash_sweep_mm_s(self, strip.w, 4));
    else
        dash_begin_block(self, strip, self->pal->tile);
    for (unsigned i = 0; i < rows * columns; i++) {
        int x0 = rect.x + rect.w * (int)(i % columns) / (int)columns;
        int x1 = rect.x + rect.w * (int)(i % columns + 1) / (int)columns;
        DashRect cell = {x0, strip.y + strip.h + (int)(i / columns) * row_h, x1 - x0, row_h};
        if (i < n_numbers)
            dash_put_small_number(self, bed, &numbers[i], cell, s);
        else
            dash_begin_block(self, cell, self->pal->tile);
    }
}

static void
put_border(DashScene *self, const DashBed *bed, const DashAlarm *alarm, DashRect rect)
{
    bool selected = self->view->selected && strcmp(self->view->selected, bed->id) == 0;
    dash_begin_block(self, rect, 0);
    dash_put_frame(self, rect, self->pal->back, BORDER);
    if (alarm) {
        DashAlarmFace look = dash_alarm_face(self, alarm);
        dash_put_frame(self, rect, look.border, look.filled ? look.look->border : 2);
    } else {
        dash_put_frame(self, rect, self->pal->seam, 1);
    }
    if (selected) {
        DashRect inner = {rect.x + BORDER - 2, rect.y + BORDER - 2, rect.w - 2 * BORDER + 4,
                          rect.h - 2 * BORDER + 4};
        dash_put_frame(self, inner, self->pal->selected, 2);
    }
}

void
dash_build_tile(DashScene *self, const DashBed *bed, DashRect rect)
{
    DashTileAt at = {.bed = bed->id, .rect = rect};
    g_array_append_val(self->tiles, at);
    dash_put_target(self, rect, DASH_ACT_BED, bed->id, 0, bed->label);
    const DashAlarm *alarm = dash_model_worst(self->model, bed);
    DashAbsence absence = dash_judge_absence(bed, self->view->now_us);
    put_border(self, bed, alarm, rect);
    DashRect inner = {rect.x + BORDER, rect.y + BORDER, rect.w - 2 * BORDER, rect.h - 2 * BORDER};
    DashSizes s = sizes_for(self, inner);
    DashRect header = {inner.x, inner.y, inner.w, s.header_h};
    DashRect state = {inner.x, inner.y + s.header_h, inner.w, s.alarm_h};
    DashRect body = {inner.x, state.y + s.alarm_h, inner.w, inner.h - s.header_h - s.alarm_h};
    put_header(self, bed, absence, header, s);
    if (alarm)
        put_alarm(self, bed, alarm, state, s);
    else
        put_quiet(self, bed, absence, state, s);
    if (!dash_judge_shows_data(absence))
        dash_build_absence(self, bed, absence, body);
    else if (s.grid)
        put_grid(self, bed, body, s);
    else
        put_rows(self, bed, body, s);
}
