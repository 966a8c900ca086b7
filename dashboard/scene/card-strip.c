/* Card: the six seconds at the moment, 25 mm/s, and the half hour around it.
 *
 * The strip comes from the live waves while they reach so far back, else from the
 * store; where neither has it, it says so. Paper: a line each 5 mm.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "dashboard/scene/build.h"
#include "dashboard/scene/card.h"

#define STRIPS_MAX  4
#define TRENDS_MAX  3
#define TREND_H     58
#define LABEL_W     64
#define TITLE_H     26
#define RUNS_MAX    64
#define HALF_HOUR   (30 * 60 * (int64_t)G_USEC_PER_SEC)
#define MM_PER_INCH 25.4

typedef struct {
    const DashStream *stream;
    bool live; /* the ring still holds all of it */
} Strip;

static bool
reaches(const DashStream *stream, int64_t from_us, int64_t to_us)
{
    int64_t start_us = dash_wave_start_us(stream->wave);
    return start_us > 0 && start_us <= from_us && dash_wave_end_us(stream->wave) >= to_us;
}

/* An ECG lead, a pressure, the pleth, then what is left. */
static unsigned
choose(const DashBed *bed, int64_t from_us, int64_t to_us, Strip out[STRIPS_MAX])
{
    const DashStream *wanted[] = {
        dash_judge_ecg(bed),
        dash_judge_pressure(bed),
        dash_judge_find_wave(bed, "PLETH"),
        dash_judge_find_wave(bed, "RESP"),
    };
    unsigned n = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(wanted) && n < STRIPS_MAX; i++)
        if (wanted[i])
            out[n++] = (Strip){wanted[i], reaches(wanted[i], from_us, to_us)};
    return n;
}

static void
put_paper(DashScene *self, DashRect rect, double px_per_mm)
{
    uint32_t thin = dash_palette_mix(self->pal->tile, self->pal->seam, 0.45);
    uint32_t thick = dash_palette_mix(self->pal->tile, self->pal->seam, 0.9);
    for (int i = 0; i * 5 * px_per_mm <= rect.w; i++)
        dash_put_fill(self, (DashRect){rect.x + (int)(i * 5 * px_per_mm), rect.y, 1, rect.h},
                      i % 5 == 0 ? thick : thin);
    for (int i = 0; i * 5 * px_per_mm <= rect.h; i++)
        dash_put_fill(self, (DashRect){rect.x, rect.y + (int)(i * 5 * px_per_mm), rect.w, 1}, thin);
}

/* The samples that the store told, as a curve of their own. */
static bool
put_stored(DashScene *self, const DashStream *stream, DashRect rect, const DashCurve *frame)
{
    const DashCardState *state = self->view->card;
    const DashRun *runs[RUNS_MAX];
    int index =
        state && state->past ? dash_past_find(state->past, stream->code, stream->channel) : -1;
    if (index < 0
        || !dash_past_has_samples(state->past, (size_t)index, frame->from_us, frame->to_us))
        return false;
    size_t n =
        dash_past_runs(state->past, (size_t)index, frame->from_us, frame->to_us, runs, RUNS_MAX);
    for (size_t i = 0; i < n; i++) {
        unsigned seconds = (unsigned)(DASH_CARD_STRIP_US / (int64_t)G_USEC_PER_SEC) + 60;
        g_autoptr(DashWave) wave = dash_wave_new(&runs[i]->scale, seconds);
        g_autofree uint8_t *bytes = g_malloc(2 * runs[i]->n);
        for (size_t k = 0; k < runs[i]->n; k++) {
            bytes[2 * k] = (uint8_t)((uint16_t)runs[i]->samples[k] & 0xff);
            bytes[2 * k + 1] = (uint8_t)((uint16_t)runs[i]->samples[k] >> 8);
        }
        dash_wave_push(wave, &runs[i]->scale, runs[i]->first, bytes, runs[i]->n);
        DashCurve curve = *frame;
        curve.wave = wave;
        dash_put_curve(self, rect, dash_palette_ink(self->pal, stream->signal), &curve);
    }
    return true;
}

static const char *
missing_text(const DashScene *self)
{
    const DashCardState *state = self->view->card;
    if (state && state->silent_us > 0)
        return _("the store does not answer");
    return state && state->past ? _("asking the store …") : _("no longer held by this station");
}

static void
put_strip(DashScene *self, const Strip *strip, DashRect rect, int64_t from_us, int64_t to_us)
{
    char text[DASH_TEXT_MAX];
    const DashStream *stream = strip->stream;
    double px_per_mm = self->view->dpi / MM_PER_INCH;
    int w = MIN((int)(150 * px_per_mm), rect.w - LABEL_W - 8);
    double mm_s = w / px_per_mm / 6;
    DashRect paper = {rect.x + LABEL_W, rect.y + 2, w, rect.h - 6};
    uint32_t ink = dash_palette_ink(self->pal, stream->signal);
    dash_begin_block(self, rect, self->pal->tile);
    put_paper(self, paper, px_per_mm * mm_s / 25);
    DashFace name = {13, DASH_WEIGHT_BOLD, ink, LABEL_W - 6};
    dash_put_text(self, rect.x + 8, rect.y + rect.h / 2, name,
                  dash_format_short(stream->signal, stream->label));
    DashFace small = {10, DASH_WEIGHT_REGULAR, self->pal->dim, LABEL_W - 6};
    g_snprintf(text, sizeof text, "%.3g mm/s", mm_s);
    dash_put_text(self, rect.x + 8, rect.y + rect.h / 2 + 14, small, text);
    dash_format_measure(text, self->view->units, stream->unit, stream->hi, 3);
    dash_put_text(self, rect.x + 8, rect.y + 12, small, text);
    dash_format_number(text, self->view->units, stream->unit, stream->lo, 3);
    dash_put_text(self, rect.x + 8, rect.y + rect.h - 6, small, text);
    const DashCurve curve = {stream->wave, from_us, to_us, stream->lo, stream->hi};
    if (strip->live)
        dash_put_curve(self, paper, ink, &curve);
    else if (!put_stored(self, stream, paper, &curve)) {
        dash_put_hatch(self, paper, self->pal->hatch, 9);
        DashFace face = {13, DASH_WEIGHT_REGULAR, self->pal->text, paper.w - 40};
        int text_w = dash_text_width(self, face, missing_text(self)) + 20;
        dash_put_fill(
            self,
            (DashRect){paper.x + (paper.w - text_w) / 2, paper.y + paper.h / 2 - 14, text_w, 26},
            self->pal->tile);
        dash_put_text_middle(self, paper.x + paper.w / 2, paper.y + paper.h / 2 + 4, face,
                             missing_text(self));
    }
    int at = paper.x + (int)(paper.w * 5 / 6);
    dash_put_fill(self, (DashRect){at, paper.y, 1, paper.h}, self->pal->text);
}

static bool
is_named(const DashAlarm *alarm, const DashNumeric *numeric)
{
    g_autofree char *wanted = g_strdup_printf("|%s|", numeric->signal->name);
    const char *name = numeric->signal->name;
    bool mean = strcmp(name, "ART_M") == 0 || strcmp(name, "NIBP_M") == 0;
    return strstr(alarm->inputs, wanted) || (mean && strstr(alarm->inputs, "|MAP|"));
}

/* The numbers that the rule looks at first, then the heart rate and the pressure. */
static unsigned
choose_trends(const DashBed *bed, const DashAlarm *alarm, const DashNumeric *out[TRENDS_MAX])
{
    unsigned n = 0;
    for (unsigned i = 0; i < bed->n_numerics && n < TRENDS_MAX; i++)
        if (bed->numeric[i].signal && bed->numeric[i].trend && is_named(alarm, &bed->numeric[i]))
            out[n++] = &bed->numeric[i];
    static const char *const usual[] = {"HR", "ART_M", "SpO2"};
    for (size_t u = 0; u < G_N_ELEMENTS(usual) && n < TRENDS_MAX; u++) {
        const DashNumeric *numeric = dash_judge_find(bed, usual[u]);
        bool taken = !numeric || !numeric->trend;
        for (unsigned i = 0; i < n; i++)
            taken |= out[i] == numeric;
        if (!taken)
            out[n++] = numeric;
    }
    return n;
}

static void
put_trend_row(DashScene *self, const DashAlarm *alarm, const DashNumeric *numeric, DashRect rect)
{
    char text[DASH_TEXT_MAX];
    double lo = 0;
    double hi = 0;
    int64_t to_us = self->view->now_us;
    int64_t from_us = to_us - HALF_HOUR;
    uint32_t ink = dash_palette_ink(self->pal, numeric->signal);
    DashRect plot = {rect.x + LABEL_W, rect.y + 4, rect.w - LABEL_W - 10, rect.h - 8};
    dash_begin_block(self, rect, self->pal->tile);
    dash_put_fill(self, (DashRect){rect.x, rect.y, rect.w, 1}, self->pal->seam);
    DashFace name = {12, DASH_WEIGHT_BOLD, ink, LABEL_W - 6};
    DashFace small = {10, DASH_WEIGHT_REGULAR, self->pal->dim, LABEL_W - 6};
    dash_put_text(self, rect.x + 8, rect.y + rect.h / 2 + 4, name,
                  strcmp(numeric->signal->name, "ART_M") == 0
                      ? "MAP"
                      : dash_format_short(numeric->signal, NULL));
    if (!dash_trend_extent(numeric->trend, from_us, to_us, &lo, &hi)) {
        dash_put_hatch(self, plot, self->pal->hatch, 9);
        return;
    }
    double span = MAX(hi - lo, fabs(hi) * 0.1 + 1);
    const DashTrendLine line = {numeric->trend, from_us, to_us, lo - span * 0.1, hi + span * 0.1};
    const char *unit = dash_unit_of(numeric);
    dash_format_number(text, self->view->units, unit, hi, 3);
    g_strlcat(text, dash_units_beside(self->view->units, unit), sizeof text);
    dash_put_text(self, rect.x + 8, rect.y + 13, small, text);
    dash_format_number(text, self->view->units, unit, lo, 3);
    dash_put_text(self, rect.x + 8, rect.y + rect.h - 5, small, text);
    dash_put_trend(self, plot, ink, line);
    if (alarm->t_condition_us > from_us)
        dash_put_fill(self,
                      (DashRect){plot.x
                                     + (int)((double)(alarm->t_condition_us - from_us)
                                             / (double)HALF_HOUR * plot.w),
                                 plot.y, 1, plot.h},
                      self->pal->text);
}

static void
put_title(DashScene *self, DashRect rect, const char *text)
{
    dash_begin_block(self, rect, self->pal->tile);
    dash_put_fill(self, (DashRect){rect.x, rect.y, rect.w, 1}, self->pal->seam);
    DashFace face = {12, DASH_WEIGHT_BOLD, self->pal->dim, rect.w - 20};
    dash_put_text(self, rect.x + 8, dash_baseline(rect.y, rect.h, 12), face, text);
}

void
dash_build_card_strip(DashScene *self, const DashAlarm *alarm, DashRect rect)
{
    char text[DASH_TEXT_MAX];
    char clock[DASH_TEXT_MAX];
    Strip strips[STRIPS_MAX];
    const DashNumeric *trends[TRENDS_MAX];
    int64_t from_us = 0;
    int64_t to_us = 0;
    const DashBed *bed = *alarm->bed ? dash_model_find_bed(self->model, alarm->bed) : NULL;
    if (!bed) {
        put_title(self, rect, _("Not about one bed: there is no strip"));
        return;
    }
    dash_card_window(alarm, &from_us, &to_us);
    unsigned n = choose(bed, from_us, to_us, strips);
    unsigned n_trends = choose_trends(bed, alarm, trends);
    int trends_h = n_trends ? TITLE_H + (int)n_trends * TREND_H : 0;
    int y = rect.y;
    g_snprintf(text, sizeof text, _("Six seconds at the moment it was raised, %.16s"),
               dash_format_clock(clock, to_us - DASH_CARD_STRIP_US / 6, self->view->utc_offset_us));
    put_title(self, (DashRect){rect.x, y, rect.w, TITLE_H}, n ? text : _("No wave of this bed"));
    y += TITLE_H;
    int room = rect.h - TITLE_H - trends_h;
    int row = n ? MIN(room / (int)n, 180) : 0;
    for (unsigned i = 0; i < n; i++, y += row)
        put_strip(self, &strips[i], (DashRect){rect.x, y, rect.w, row}, from_us, to_us);
    if (n_trends) {
        put_title(self, (DashRect){rect.x, y, rect.w, TITLE_H},
                  _("The last 30 minutes; the line is when its condition began"));
        y += TITLE_H;
    }
    for (unsigned i = 0; i < n_trends; i++, y += TREND_H)
        put_trend_row(self, alarm, trends[i], (DashRect){rect.x, y, rect.w, TREND_H});
    if (y < rect.y + rect.h)
        dash_begin_block(self, (DashRect){rect.x, y, rect.w, rect.y + rect.h - y}, self->pal->tile);
}
