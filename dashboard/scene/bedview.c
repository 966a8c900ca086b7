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
#define PAD       10
#define ROW_MIN   62
#define LABEL_W   DASH_LABEL_W
#define TREND_MIN 60 /* minutes */

typedef struct {
    DashFace face;
    const char *text;
    int gives_way; /* in this order; 0: never */
} Piece;

/* From the left to @right; what has no room gives way, the name of the bed and the origin of its
 * data never do. Returns where they end. */
static int
put_pieces(DashScene *self, Piece *pieces, unsigned n, int x, int right, DashRect rect)
{
    int gap = dash_px(self, 16);
    int w = 0;
    for (unsigned i = 0; i < n; i++)
        w += *pieces[i].text ? dash_text_width(self, pieces[i].face, pieces[i].text) + gap : 0;
    for (int turn = 1; turn <= 3; turn++)
        for (unsigned i = 0; i < n && x + w > right; i++) {
            if (pieces[i].gives_way != turn || !*pieces[i].text)
                continue;
            w -= dash_text_width(self, pieces[i].face, pieces[i].text) + gap;
            pieces[i].text = "";
        }
    int small = dash_baseline(rect.y, rect.h, dash_px(self, 15));
    for (unsigned i = 0; i < n; i++) {
        int base = i ? small : dash_baseline(rect.y, rect.h, pieces[i].face.size);
        if (*pieces[i].text)
            x += dash_put_text(self, x, base, pieces[i].face, pieces[i].text) + gap;
    }
    return x;
}

/* The patient; of a past time, what is not known of it. */
static const char *
who_of(const DashScene *self, const DashBed *bed)
{
    if (*bed->patient || !dash_is_replay(self))
        return bed->patient;
    if (!bed->presence_known)
        return _("patient, standby: not known for that time");
    return bed->presence == VICU__PRESENCE__PRESENCE_DISCHARGED
               ? ""
               : _("patient: not known for that time");
}

static void
put_head(DashScene *self, const DashBed *bed, DashRect rect)
{
    char name[DASH_TEXT_MAX];
    char from[DASH_TEXT_MAX];
    char late[DASH_TEXT_MAX] = "";
    char text[DASH_TEXT_MAX];
    char clock[DASH_TEXT_MAX];
    dash_begin_block(self, rect, self->pal->panel);
    DashFace big = {dash_px(self, 26), DASH_WEIGHT_BOLD, self->pal->text, rect.w / 3};
    DashFace face = {dash_px(self, 14), DASH_WEIGHT_REGULAR, self->pal->dim, 0};
    DashFace origin_face = face;
    DashFace late_face = {face.size, DASH_WEIGHT_BOLD, self->pal->text, 0};
    origin_face.ink = self->pal->banner_ink;
    Vicu__Origin origin = bed->n_streams ? bed->stream[0].origin : bed->origin;
    bool copy = bed->n_streams && bed->stream[0].copy;
    int behind = dash_judge_behind_s(bed);
    g_snprintf(name, sizeof name, _("Bed %s"), bed->label);
    g_snprintf(from, sizeof from, "%s%s", dash_format_origin(origin), copy ? _(" (copy)") : "");
    if (behind > 0)
        g_snprintf(late, sizeof late, _("shown %d s behind"), behind);
    Piece pieces[] = {{big, name, 0},         {face, bed->id, 2},     {face, who_of(self, bed), 3},
                      {face, bed->device, 1}, {origin_face, from, 0}, {late_face, late, 0}};
    int right = rect.x + rect.w - PAD;
    int x = put_pieces(self, pieces, G_N_ELEMENTS(pieces), rect.x + PAD + 4, right, rect);
    if (!bed->newest_us)
        return;
    DashFace dim = {dash_px(self, 13), DASH_WEIGHT_REGULAR, self->pal->dim, 0};
    dash_format_clock(clock, bed->newest_us, self->view->utc_offset_us);
    g_snprintf(text, sizeof text, _("newest sample %s"), clock);
    if (x + dash_text_width(self, dim, text) < right)
        dash_put_text_right(self, right - 4, dash_baseline(rect.y, rect.h, dash_px(self, 15)), dim,
                            text);
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
    int top = dash_px(self, 19);
    int foot = dash_px(self, 23);
    DashFace label = {dash_px(self, 15), DASH_WEIGHT_BOLD, label_ink, 0};
    int label_w = dash_put_text(self, rect.x + 8, rect.y + top, label, v->label);
    limits_text(self, bed, v->c ? v->c : v->a, note);
    DashFace small = {dash_px(self, 12), DASH_WEIGHT_REGULAR, note_ink, 0};
    if (14 + label_w + dash_text_width(self, small, note) <= rect.w)
        dash_put_text(self, rect.x + 14 + label_w, rect.y + top, small, note);
    DashFace number = {MIN(rect.h - top - foot, dash_px(self, 52)), DASH_WEIGHT_BOLD, ink, 0};
    while (number.size > 14 && dash_text_width(self, number, reading.text) > rect.w - 16)
        number.size--;
    dash_put_text_right(self, rect.x + rect.w - 8,
                        dash_baseline(rect.y + top + 1, rect.h - top - foot, number.size), number,
                        reading.text);
    big_note(note, &reading, now_us);
    if (dash_text_width(self, small, note) > rect.w - 14)
        dash_reading_note(note, &reading, now_us, VICU__ORIGIN__ORIGIN_UNKNOWN);
    small.max_w = rect.w - 14;
    if (fresh != DASH_FRESH && !alarm) {
        small.ink = self->pal->text;
        small.weight = DASH_WEIGHT_BOLD;
    }
    dash_put_text_right(self, rect.x + rect.w - 8, rect.y + rect.h - dash_px(self, 8), small, note);
}

/* Left of a wave: its name and scale. */
static void
put_scale(DashScene *self, const DashStream *stream, double mm_s, DashRect rect)
{
    char text[DASH_TEXT_MAX];
    uint32_t ink = dash_palette_ink(self->pal, stream->signal);
    dash_begin_block(self, rect, self->pal->tile);
    DashFace name = {dash_px(self, 14), DASH_WEIGHT_BOLD, ink, rect.w - 6};
    DashFace small = {dash_px(self, 10), DASH_WEIGHT_REGULAR, self->pal->dim, rect.w - 6};
    int middle = rect.y + rect.h / 2;
    dash_put_text(self, rect.x + 6, middle - dash_px(self, 2), name,
                  dash_format_short(stream->signal, stream->label));
    g_snprintf(text, sizeof text, "%g mm/s", mm_s);
    dash_put_text(self, rect.x + 6, middle + dash_px(self, 13), small, text);
    if (!(stream->hi > stream->lo) || !*dash_format_unit(stream->unit))
        return;
    dash_format_measure(text, self->view->units, stream->unit, stream->hi, 3);
    dash_put_text(self, rect.x + 6, rect.y + dash_px(self, 12), small, text);
    dash_format_number(text, self->view->units, stream->unit, stream->lo, 3);
    dash_put_text(self, rect.x + 6, rect.y + rect.h - 4, small, text);
}

static void
put_waves(DashScene *self, const DashBed *bed, DashRect rect, const DashVital *vitals, unsigned n)
{
    int label_w = dash_px(self, LABEL_W);
    int number_w = CLAMP(rect.w * 24 / 100, dash_px(self, 170), dash_px(self, 260));
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
    int label_w = dash_px(self, LABEL_W);
    DashFace name = {dash_px(self, 12), DASH_WEIGHT_BOLD, ink, label_w - 6};
    DashFace small = {dash_px(self, 10), DASH_WEIGHT_REGULAR, self->pal->dim, label_w - 6};
    dash_put_text(self, rect.x + 6, rect.y + rect.h / 2 + dash_px(self, 4), name,
                  dash_trend_label(v));
    const char *unit = dash_unit_of(numeric);
    dash_format_number(text, self->view->units, unit, hi, 0);
    g_strlcat(text, dash_units_beside(self->view->units, unit), sizeof text);
    dash_put_text_right(self, rect.x + label_w - 4, rect.y + dash_px(self, 12), small, text);
    dash_format_number(text, self->view->units, unit, lo, 0);
    dash_put_text_right(self, rect.x + label_w - 4, rect.y + rect.h - 4, small, text);
    DashRect plot = {rect.x + label_w, rect.y + 2, rect.w - label_w - 6, rect.h - 4};
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
    int row_h = dash_px(self, DASH_TREND_H);
    for (unsigned i = 0; i < n; i++, y += row_h)
        put_trend_row(self, &vitals[i], (DashRect){rect.x, y, rect.w, row_h}, from_us, to_us);
    DashRect axis = {rect.x, y, rect.w, rect.y + rect.h - y};
    dash_begin_block(self, axis, self->pal->tile);
    DashFace face = {dash_px(self, 10), DASH_WEIGHT_REGULAR, self->pal->dim, 0};
    int label_w = dash_px(self, LABEL_W);
    int plot_w = rect.w - label_w - 6;
    int base = axis.y + dash_px(self, 13);
    for (int i = 0; i <= 6; i++) {
        int64_t t_us = from_us + (to_us - from_us) * i / 6;
        dash_format_clock(text, t_us, self->view->utc_offset_us);
        text[5] = '\0';
        int x = rect.x + label_w + plot_w * i / 6;
        if (i == 6)
            dash_put_text_right(self, x, base, face, _("now"));
        else
            dash_put_text(self, x, base, face, text);
    }
}

/* ---- pages of waves ---- */

#define ROWS_MAX (DASH_VITALS_MAX + DASH_STREAMS_MAX)
#define MORE_H   20

/* The first page has the numbers with their waves; where a bed sends many leads the second one has
 * them side by side; the others have what is left. */
typedef struct {
    DashVital row[ROWS_MAX]; /* all: those with a number first */
    unsigned n;
    unsigned n_first; /* on the first page */
    unsigned each;    /* on a further one */
    bool leads;
    unsigned n_pages;
    unsigned page;
} Waves;

static bool
is_lead(const DashStream *stream, const DashStream *const leads[DASH_LEADS])
{
    for (unsigned i = 0; i < DASH_LEADS; i++)
        if (leads[i] == stream)
            return true;
    return false;
}

/* Streams that are nobody's vital sign and are not among the leads shown side by side. */
static void
add_streams(Waves *waves, const DashBed *bed, const DashStream *const leads[DASH_LEADS])
{
    for (unsigned s = 0; s < bed->n_streams && waves->n < ROWS_MAX; s++) {
        const DashStream *stream = &bed->stream[s];
        bool taken = waves->leads && is_lead(stream, leads);
        for (unsigned i = 0; i < waves->n; i++)
            taken |= waves->row[i].stream == stream;
        if (!taken)
            waves->row[waves->n++] = (DashVital){.label = "", .stream = stream};
    }
}

/* @waves holds the rows with numbers. */
static void
lay_out(const DashScene *self, Waves *waves, const DashBed *bed, int h)
{
    const DashStream *leads[DASH_LEADS];
    int least = dash_px(self, ROW_MIN);
    unsigned asked = self->view->past ? self->view->past->page : 0;
    unsigned fit = (unsigned)CLAMP(h / least, 1, 8);
    waves->leads = dash_list_leads(bed, leads) >= DASH_LEADS_MIN;
    add_streams(waves, bed, leads);
    if (waves->n > fit || waves->leads)
        fit = (unsigned)CLAMP((h - dash_px(self, MORE_H)) / least, 1, 8);
    waves->each = fit;
    waves->n_first = MIN(waves->n, fit);
    unsigned rest = waves->n - waves->n_first;
    waves->n_pages = 1 + waves->leads + (rest + fit - 1) / fit;
    waves->page = asked % waves->n_pages;
}

static void
put_more(DashScene *self, const Waves *waves, DashRect rect)
{
    char text[DASH_TEXT_MAX];
    DashFace face = {dash_px(self, 12), DASH_WEIGHT_BOLD, self->pal->text, rect.w - 2 * PAD};
    unsigned rest = waves->n - waves->n_first;
    dash_begin_block(self, rect, self->pal->panel);
    if (waves->leads && rest == 0)
        g_snprintf(text, sizeof text, _("Page %u of %u of the waves   V: next, 12 leads"),
                   waves->page + 1, waves->n_pages);
    else if (waves->leads)
        g_snprintf(text, sizeof text,
                   _("Page %u of %u of the waves   V: next, 12 leads and %u more"), waves->page + 1,
                   waves->n_pages, rest);
    else
        g_snprintf(text, sizeof text, _("Page %u of %u of the waves   V: next, %u more"),
                   waves->page + 1, waves->n_pages, rest);
    dash_put_text(self, rect.x + PAD, dash_baseline(rect.y, rect.h, face.size), face, text);
    dash_put_target(self, rect, DASH_ACT_NEXT_WAVES, NULL, 0, text);
}

/* Leads beside the numbers of the first page. */
static void
put_leads(DashScene *self, const DashBed *bed, const Waves *waves, DashRect rect)
{
    int number_w = CLAMP(rect.w * 24 / 100, dash_px(self, 170), dash_px(self, 260));
    unsigned n = 0;
    for (unsigned i = 0; i < waves->n_first; i++)
        n += waves->row[i].a != NULL;
    DashRect numbers = {rect.x + rect.w - number_w, rect.y, number_w, rect.h};
    if (n == 0)
        dash_begin_block(self, numbers, self->pal->tile);
    for (unsigned i = 0, at = 0; i < waves->n_first; i++) {
        if (!waves->row[i].a)
            continue;
        int y0 = rect.y + rect.h * (int)at / (int)n;
        int y1 = rect.y + rect.h * (int)++at / (int)n;
        put_big_number(self, bed, &waves->row[i], (DashRect){numbers.x, y0, number_w, y1 - y0});
    }
    dash_build_leads(self, bed, (DashRect){rect.x, rect.y, rect.w - number_w, rect.h});
}

static void
put_page(DashScene *self, const DashBed *bed, const Waves *waves, DashRect rect)
{
    if (waves->n_pages > 1) {
        int more_h = dash_px(self, MORE_H);
        rect.h -= more_h;
        put_more(self, waves, (DashRect){rect.x, rect.y + rect.h, rect.w, more_h});
    }
    if (waves->leads && waves->page == 1) {
        put_leads(self, bed, waves, rect);
        return;
    }
    unsigned first =
        waves->page == 0 ? 0 : waves->n_first + (waves->page - 1 - waves->leads) * waves->each;
    put_waves(self, bed, rect, waves->row + first, MIN(waves->n - first, waves->each));
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

/* The rows that a trend has: as many as leave room for every number's own row. */
static int
trends_height(const DashScene *self, unsigned n)
{
    int lane = dash_shows_past_trends(self->view) ? DASH_LANE_H : 0;
    return n ? dash_px(self, DASH_AXIS_H) + dash_px(self, lane)
                   + (int)n * dash_px(self, DASH_TREND_H)
             : 0;
}

static unsigned
fit_trends(const DashScene *self, int h, const DashVital *rows, unsigned n_rows, unsigned n)
{
    int numbers = 2;
    int row_h = dash_px(self, ROW_MIN);
    for (unsigned i = 0; i < n_rows; i++)
        numbers = MAX(numbers, rows[i].a ? (int)i + 1 : 0);
    while (n > 0 && h - trends_height(self, n) < MIN(numbers, 4) * row_h)
        n--;
    return n;
}

void
dash_build_bed_of(DashScene *self, const DashBed *bed, DashRect rect)
{
    DashVital all[DASH_VITALS_MAX];
    DashVital rest[2 * DASH_VITALS_MAX];
    Waves waves = {0};
    unsigned n_rest = 0;
    unsigned n = dash_list_vitals(bed, all);
    for (unsigned i = 0; i < n; i++)
        if (all[i].stream || waves.n < 4)
            waves.row[waves.n++] = all[i];
        else
            rest[n_rest++] = all[i];
    int head_h = dash_px(self, HEAD_H);
    put_head(self, bed, (DashRect){rect.x, rect.y, rect.w, head_h});
    int side_w = dash_bed_side_width(self->view, rect.w);
    int main_w = rect.w - side_w - 6;
    DashRect body = {rect.x, rect.y + head_h, main_w, rect.h - head_h};
    DashVital trends[DASH_TRENDS_MAX];
    unsigned n_trends = fit_trends(self, body.h, waves.row, waves.n, dash_list_trends(bed, trends));
    int trends_h = trends_height(self, n_trends);
    int waves_h = body.h - trends_h;
    unsigned n_rows = waves.n;
    lay_out(self, &waves, bed, waves_h);
    for (unsigned i = waves.n_first; i < n_rows; i++) /* a number on another page is still known */
        if (waves.row[i].a)
            rest[n_rest++] = waves.row[i];
    DashAbsence absence = dash_judge_absence(bed, self->view->now_us);
    DashRect room = {body.x, body.y, body.w, waves_h};
    if (dash_judge_shows_data(absence) && waves.n > 0)
        put_page(self, bed, &waves, room);
    else
        dash_build_absence(self, bed, absence, room);
    if (trends_h)
        put_trends(self, (DashRect){body.x, body.y + waves_h, body.w, trends_h}, trends, n_trends);
    dash_build_panels(self, bed, (DashRect){rect.x + main_w + 4, body.y, side_w, body.h}, rest,
                      n_rest);
}
