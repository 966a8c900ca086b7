/* Card: the six seconds at the moment, 25 mm/s, and the half hour around it.
 *
 * The strip comes from the live waves while they reach so far back, so it is in the very first
 * picture, else from the store; where neither has it, it says so.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "dashboard/scene/build.h"
#include "dashboard/scene/card.h"
#include "dashboard/scene/strip.h"

#define STRIPS_MAX  4
#define TRENDS_MAX  3
#define TREND_H     58
#define LABEL_W     76 /* these at the usual size of text */
#define TITLE_H     26
#define STRIP_MIN   58
#define STRIP_MAX   180
#define LATE_US     (2 * (int64_t)G_USEC_PER_SEC) /* until then samples may still come */
#define HALF_HOUR   (30 * 60 * (int64_t)G_USEC_PER_SEC)
#define MM_PER_INCH 25.4

/* An ECG lead, a pressure, the pleth, then what is left. */
static unsigned
choose(const DashBed *bed, const DashStream *out[STRIPS_MAX])
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
            out[n++] = wanted[i];
    return n;
}

/* What is drawn of the six seconds. */
typedef struct {
    const DashWave *wave; /* NULL: nothing is known of them */
    bool told;            /* what is missing was not observed; else nothing before ... */
    int64_t begin_us;     /* ... this is known */
    uint64_t stamp;
} Samples;

/* From the live wave while it reaches so far back, though it may still grow; else from the store;
 * and until that has told, what the live wave still has. */
static Samples
samples_of(DashScene *self, const DashStream *stream, int64_t from_us, int64_t to_us)
{
    const DashCardState *state = self->view->card;
    double lo = 0;
    double hi = 0;
    int64_t start_us = dash_wave_start_us(stream->wave);
    int64_t end_us = MIN(dash_wave_end_us(stream->wave), to_us);
    Samples live = {.wave = stream->wave,
                    .told = start_us > 0 && start_us <= from_us,
                    .begin_us = MAX(start_us, from_us)};
    live.stamp = (uint64_t)(end_us - live.begin_us);
    int index =
        state && state->past ? dash_past_find(state->past, stream->code, stream->channel) : -1;
    if (live.told)
        return live;
    if (index >= 0 && dash_past_has_samples(state->past, (size_t)index, from_us, to_us))
        return (Samples){.wave =
                             dash_strip_wave(self, state->past, (unsigned)index, from_us, to_us),
                         .told = true,
                         .stamp = dash_past_stamp(state->past)};
    if (!dash_wave_extent(stream->wave, from_us, to_us, &lo, &hi))
        live.wave = NULL;
    return live;
}

static const char *
missing_text(const DashScene *self, const Samples *samples)
{
    const DashCardState *state = self->view->card;
    if (samples->told)
        return _("nothing was observed here");
    if (state && state->silent_us > 0)
        return _("the store does not answer");
    return state && state->past ? _("asking the store …") : _("no longer held by this station");
}

static void
put_missing(DashScene *self, DashRect paper, const char *text)
{
    DashFace face = {dash_px(self, 13), DASH_WEIGHT_REGULAR, self->pal->text, paper.w - 40};
    int line_h = dash_px(self, 18);
    int n = dash_count_lines(self, face, text, paper.h < 3 * line_h ? 1 : 2);
    int text_w = n > 1 ? face.max_w + 20 : dash_text_width(self, face, text) + 20;
    int text_h = n * line_h + dash_px(self, 8);
    DashRect ground = {paper.x + (paper.w - text_w) / 2, paper.y + (paper.h - text_h) / 2, text_w,
                       text_h};
    dash_put_hatch(self, paper, self->pal->hatch, 9);
    dash_put_fill(self, ground, self->pal->tile);
    dash_put_lines(self, ground.x + 10,
                   dash_baseline(ground.y + dash_px(self, 4), line_h, face.size), line_h, face,
                   text, n);
}

/* Its name, and beside the paper what a millimetre of it means. */
static void
put_label(DashScene *self, const DashStream *stream, DashRect rect, double mm_s, const char *scale)
{
    char text[DASH_TEXT_MAX];
    uint32_t ink = dash_palette_ink(self->pal, stream->signal);
    int label_w = dash_px(self, LABEL_W);
    DashFace name = {dash_px(self, 13), DASH_WEIGHT_BOLD, ink, label_w - 9};
    DashFace small = {dash_px(self, 10), DASH_WEIGHT_REGULAR, self->pal->dim, label_w - 9};
    int y = rect.y + rect.h / 2;
    dash_put_text(self, rect.x + 8, y, name, dash_format_short(stream->signal, stream->label));
    g_snprintf(text, sizeof text, "%.3g mm/s", mm_s);
    dash_put_text(self, rect.x + 8, y + dash_px(self, 14), small, text);
    dash_put_text(self, rect.x + 8, y + dash_px(self, 27), small, scale);
}

static void
put_strip(DashScene *self, const DashStream *stream, DashRect rect, int64_t from_us, int64_t to_us)
{
    char scale[DASH_TEXT_MAX] = "";
    double px_per_mm = self->view->dpi / MM_PER_INCH;
    int label_w = dash_px(self, LABEL_W);
    int w = MIN((int)(150 * px_per_mm), rect.w - label_w - 8);
    double mm_s = w / px_per_mm / 6;
    double mm = px_per_mm * mm_s / 25; /* of the paper, which is made smaller with the strip */
    DashRect paper = {rect.x + label_w, rect.y + 2, w, rect.h - 6};
    uint32_t ink = dash_palette_ink(self->pal, stream->signal);
    dash_begin_block(self, rect, self->pal->tile);
    dash_put_paper(self, paper, mm);
    Samples samples = samples_of(self, stream, from_us, to_us);
    if (samples.wave) {
        DashGain gain = dash_strip_gain(stream->signal, stream->unit, samples.wave, from_us, to_us,
                                        (paper.h - 3) / mm);
        dash_put_trace(self, paper, ink, self->pal->hatch,
                       (DashTrace){.wave = samples.wave,
                                   .stamp = samples.stamp,
                                   .from_us = from_us,
                                   .now_us = MIN(self->view->now_us - LATE_US, to_us),
                                   .px_per_s = w / 6.0,
                                   .lo = gain.lo,
                                   .hi = gain.hi,
                                   .told = samples.told});
        if (!samples.told)
            put_missing(self,
                        (DashRect){paper.x, paper.y,
                                   (int)((samples.begin_us - from_us) * w / (to_us - from_us)),
                                   paper.h},
                        missing_text(self, &samples));
        gain.mm_per_unit *= mm_s / 25;
        dash_strip_scale(scale, self->view->units, stream->unit, &gain);
    } else {
        put_missing(self, paper, missing_text(self, &samples));
    }
    put_label(self, stream, rect, mm_s, scale);
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
    int label_w = dash_px(self, LABEL_W);
    DashRect plot = {rect.x + label_w, rect.y + 4, rect.w - label_w - 10, rect.h - 8};
    dash_begin_block(self, rect, self->pal->tile);
    dash_put_fill(self, (DashRect){rect.x, rect.y, rect.w, 1}, self->pal->seam);
    DashFace name = {dash_px(self, 12), DASH_WEIGHT_BOLD, ink, label_w - 9};
    DashFace small = {dash_px(self, 10), DASH_WEIGHT_REGULAR, self->pal->dim, label_w - 9};
    dash_put_text(self, rect.x + 8, rect.y + rect.h / 2 + dash_px(self, 4), name,
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
    dash_put_text(self, rect.x + 8, rect.y + dash_px(self, 13), small, text);
    dash_format_number(text, self->view->units, unit, lo, 3);
    dash_put_text(self, rect.x + 8, rect.y + rect.h - dash_px(self, 5), small, text);
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
    DashFace face = {dash_px(self, 12), DASH_WEIGHT_BOLD, self->pal->dim, rect.w - 20};
    dash_put_text(self, rect.x + 8, rect.y + dash_px(self, 17), face, text);
}

void
dash_build_card_strip(DashScene *self, const DashAlarm *alarm, DashRect rect)
{
    char text[DASH_TEXT_MAX];
    char clock[DASH_TEXT_MAX];
    const DashStream *strips[STRIPS_MAX];
    const DashNumeric *trends[TRENDS_MAX];
    int64_t from_us = 0;
    int64_t to_us = 0;
    const DashBed *bed = *alarm->bed ? dash_model_find_bed(self->model, alarm->bed) : NULL;
    if (!bed) {
        put_title(self, rect, _("Not about one bed: there is no strip"));
        return;
    }
    dash_card_window(alarm, &from_us, &to_us);
    unsigned n = choose(bed, strips);
    unsigned n_trends = choose_trends(bed, alarm, trends);
    int title_h = dash_px(self, TITLE_H);
    int trend_h = dash_px(self, TREND_H);
    int least_h = dash_px(self, STRIP_MIN);
    int y = rect.y;
    /* The rule's own trend and as many strips as can be read; others give way. */
    while (n_trends > 1 && rect.h - 2 * title_h - (int)n_trends * trend_h < (int)n * least_h)
        n_trends--;
    int trends_h = n_trends ? title_h + (int)n_trends * trend_h : 0;
    int room = rect.h - title_h - trends_h;
    n = MIN(n, (unsigned)MAX(room / least_h, 1));
    g_snprintf(text, sizeof text, _("Six seconds at the moment it was raised, %.16s"),
               dash_format_clock(clock, to_us - DASH_CARD_STRIP_US / 6, self->view->utc_offset_us));
    put_title(self, (DashRect){rect.x, y, rect.w, title_h}, n ? text : _("No wave of this bed"));
    y += title_h;
    int row = n ? MIN(room / (int)n, dash_px(self, STRIP_MAX)) : 0;
    for (unsigned i = 0; i < n; i++, y += row)
        put_strip(self, strips[i], (DashRect){rect.x, y, rect.w, row}, from_us, to_us);
    if (n_trends) {
        put_title(self, (DashRect){rect.x, y, rect.w, title_h},
                  _("The last 30 minutes; the line is when its condition began"));
        y += title_h;
    }
    for (unsigned i = 0; i < n_trends; i++, y += trend_h)
        put_trend_row(self, alarm, trends[i], (DashRect){rect.x, y, rect.w, trend_h});
    if (y < rect.y + rect.h)
        dash_begin_block(self, (DashRect){rect.x, y, rect.w, rect.y + rect.h - y}, self->pal->tile);
}
