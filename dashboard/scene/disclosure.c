/* Full disclosure: 72 h of every lead and number as rows over one time axis, the cursor, and below
 * it the strips there in true millimetres, with callipers.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "dashboard/scene/past-parts.h"
#include "dashboard/scene/strip.h"

#define S ((int64_t)G_USEC_PER_SEC)

typedef struct {
    DashScene *scene;
    const DashPastState *past;
    const DashBed *bed; /* NULL: not of those that are live */
    DashDisclosure d;
    DashAxis axis;
} Build;

/* ---- head ---- */

static void
put_head(Build *b)
{
    DashScene *self = b->scene;
    DashRect rect = b->d.head;
    char text[DASH_TEXT_MAX];
    const char *id = self->view->bed ? self->view->bed : "";
    const char *label = strrchr(id, '/') ? strrchr(id, '/') + 1 : id;
    dash_begin_block(self, rect, self->pal->panel);
    DashFace name = {dash_px(self, 24), DASH_WEIGHT_BOLD, self->pal->text, 0};
    DashFace face = {dash_px(self, 13), DASH_WEIGHT_REGULAR, self->pal->dim, rect.w / 5};
    int base = dash_baseline(rect.y, rect.h, face.size);
    int x = rect.x + dash_px(self, 12);
    g_snprintf(text, sizeof text, _("Bed %.40s"), label);
    x += dash_put_text(self, x, dash_baseline(rect.y, rect.h, name.size), name, text)
         + dash_px(self, 14);
    x += dash_put_text(self, x, base, face, id) + dash_px(self, 14);
    if (b->bed && *b->bed->patient)
        x += dash_put_text(self, x, base, face, b->bed->patient) + dash_px(self, 14);
    int hours = (int)(b->past->span_us / (3600 * S));
    if (hours > 0)
        g_snprintf(text, sizeof text, _("%d h shown"), hours);
    else
        g_snprintf(text, sizeof text, _("%d min shown"), (int)(b->past->span_us / (60 * S)));
    face.max_w = 0;
    x += dash_put_text(self, x, base, face, text) + dash_px(self, 14);
    int plate_w = MIN(dash_px(self, 560), rect.x + rect.w - x - dash_px(self, 8));
    DashRect plate = {rect.x + rect.w - plate_w - dash_px(self, 6), rect.y + dash_px(self, 7),
                      plate_w, rect.h - dash_px(self, 14)};
    if (!b->past->live && plate_w > 120) {
        dash_put_replay_plate(self, plate, b->past);
    } else if (b->past->live) {
        DashFace live = {dash_px(self, 15), DASH_WEIGHT_BOLD, self->pal->text, 0};
        dash_put_text_right(self, rect.x + rect.w - dash_px(self, 14), base, live, _("up to now"));
    }
}

/* ---- rows ---- */

static void
put_row_label(Build *b, unsigned stream, DashRect rect, double lo, double hi)
{
    char name_of[DASH_TEXT_MAX];
    DashScene *self = b->scene;
    const DashPastStream *s = dash_past_stream(b->past->past, stream);
    char text[DASH_TEXT_MAX];
    int pad = dash_px(self, 8);
    bool roomy = rect.h >= dash_px(self, 34);
    DashFace name = {dash_px(self, 12), DASH_WEIGHT_BOLD, dash_palette_ink(self->pal, s->signal),
                     rect.w - pad - dash_px(self, 34)};
    DashFace small = {dash_px(self, 9), DASH_WEIGHT_REGULAR, self->pal->dim, 0};
    if (stream == b->past->lead)
        dash_put_fill(self, (DashRect){rect.x, rect.y + 1, dash_px(self, 4), rect.h - 1},
                      self->pal->selected);
    const char *unit = dash_units_name(self->view->units, s->unit);
    int base = dash_baseline(rect.y, rect.h, name.size) - (roomy ? dash_px(self, 5) : 0);
    dash_put_text(self, rect.x + pad, base, name, dash_past_name(b->past->past, stream, name_of));
    if (roomy)
        dash_put_text(self, rect.x + pad, base + dash_px(self, 13), small, unit);
    if (!(hi > lo))
        return;
    int right = rect.x + rect.w - dash_px(self, 4);
    dash_format_bound(text, self->view->units, s->unit, hi, hi - lo);
    dash_put_text_right(self, right, rect.y + dash_px(self, 10), small, text);
    dash_format_bound(text, self->view->units, s->unit, lo, hi - lo);
    dash_put_text_right(self, right, rect.y + rect.h - dash_px(self, 2), small, text);
}

static void
put_rows(Build *b)
{
    char name_of[DASH_TEXT_MAX];
    DashScene *self = b->scene;
    const DashDisclosure *d = &b->d;
    unsigned n = (unsigned)dash_past_n_streams(b->past->past);
    for (unsigned i = 0; i < d->n_rows && d->first_row + i < n; i++) {
        unsigned stream = d->first_row + i;
        DashRect row = {d->rows.x, d->rows.y + (int)i * d->row_h, d->rows.w, d->row_h};
        DashAxis axis = b->axis;
        double lo = 0;
        double hi = 0;
        axis.plot.y = row.y + 1;
        axis.plot.h = row.h - 1;
        dash_begin_block(self, row, stream == b->past->lead ? self->pal->plate : self->pal->tile);
        dash_put_fill(self, (DashRect){row.x, row.y, row.w, 1}, self->pal->seam);
        dash_put_hours(self, &axis);
        dash_put_past_row(self, b->past, stream, &axis, NULL, &lo, &hi);
        put_row_label(b, stream, (DashRect){row.x, row.y, d->label_w, row.h}, lo, hi);
        dash_put_cursor(self, &axis, b->past->at_us, 2);
        dash_put_target(self, (DashRect){row.x, row.y, d->label_w, row.h}, DASH_ACT_CHOOSE_LEAD,
                        NULL, stream + 1, dash_past_name(b->past->past, stream, name_of));
    }
    dash_put_track(self, b->axis.plot, DASH_ACT_GO_TO, b->axis.from_us, b->axis.to_us,
                   _("Time of the cursor"));
}

/* ---- strips ---- */

static DashGain
gain_of(Build *b, const DashPastStream *s, const DashWave *wave, int h)
{
    return dash_strip_gain(s->signal, s->unit, wave, b->d.strip_from_us, b->d.strip_to_us,
                           (h - 3) / (b->scene->view->dpi / 25.4));
}

static const DashWave *
wave_of(Build *b, unsigned stream)
{
    return dash_strip_wave(b->scene, b->past->past, stream, b->d.strip_from_us, b->d.strip_to_us);
}

static void
put_strip_label(
    Build *b, unsigned stream, DashRect rect, const DashWave *wave, const DashGain *gain)
{
    char name_of[DASH_TEXT_MAX];
    DashScene *self = b->scene;
    const DashPastStream *s = dash_past_stream(b->past->past, stream);
    char text[DASH_TEXT_MAX];
    int pad = dash_px(self, 8);
    int line = dash_px(self, 13);
    DashFace name = {dash_px(self, 14), DASH_WEIGHT_BOLD, dash_palette_ink(self->pal, s->signal),
                     rect.w - pad};
    DashFace small = {dash_px(self, 10), DASH_WEIGHT_REGULAR, self->pal->dim, rect.w - pad};
    int y = rect.y + dash_px(self, 18);
    dash_put_text(self, rect.x + pad, y, name, dash_past_name(b->past->past, stream, name_of));
    g_snprintf(text, sizeof text, "%g mm/s", b->past->mm_s);
    dash_put_text(self, rect.x + pad, y += line + 2, small, text);
    if (!wave)
        return;
    dash_put_text(self, rect.x + pad, y += line, small,
                  dash_strip_scale(text, self->view->units, s->unit, gain));
    const DashRun *run = NULL;
    if (dash_past_runs(b->past->past, stream, b->d.strip_from_us, b->d.strip_to_us, &run, 1) == 0)
        return;
    g_snprintf(text, sizeof text, "%s%s%s", dash_format_origin(run->origin),
               run->copy ? _(" copy") : "", run->late ? _(" late") : "");
    if (*text && y + line < rect.y + rect.h)
        dash_put_text(self, rect.x + pad, y += line, small, text);
}

static void
put_callipers(Build *b, DashRect plot, bool numbered)
{
    DashScene *self = b->scene;
    DashAxis axis = {plot, b->d.strip_from_us, b->d.strip_to_us};
    DashFace face = {dash_px(self, 11), DASH_WEIGHT_BOLD, self->pal->selected, 0};
    for (unsigned i = 0; i < b->past->n_marks; i++) {
        int64_t t_us = b->past->mark_us[i];
        if (t_us < axis.from_us || t_us >= axis.to_us)
            continue;
        int x = dash_axis_x(&axis, t_us);
        for (int y = plot.y; y < plot.y + plot.h; y += 6) /* dashed: the cursor is whole */
            dash_put_fill(self, (DashRect){x, y, 2, MIN(4, plot.y + plot.h - y)},
                          self->pal->selected);
        if (numbered)
            dash_put_text(self, x + 4, plot.y + dash_px(self, 12), face, i ? "2" : "1");
    }
}

static void
put_trace(Build *b,
          unsigned stream,
          DashRect plot,
          const DashWave *wave,
          const DashGain *gain,
          uint32_t ink)
{
    DashScene *self = b->scene;
    const DashPastStream *s = dash_past_stream(b->past->past, stream);
    int64_t until_us = MIN(b->d.strip_to_us, self->view->now_us);
    int64_t told_us = dash_past_told_us(b->past->past, stream, b->d.strip_from_us, until_us);
    int64_t known_us = told_us < until_us ? told_us : self->view->now_us;
    dash_put_trace(self, plot, ink, self->pal->hatch,
                   (DashTrace){.wave = wave,
                               .stamp = dash_past_stamp(b->past->past) * 64 + stream,
                               .from_us = b->d.strip_from_us,
                               .now_us = MIN(known_us - 2 * S, s->last_us + 60 * S),
                               .px_per_s = b->d.px_per_s,
                               .lo = gain->lo,
                               .hi = gain->hi,
                               .told = told_us > b->d.strip_from_us});
}

/* Another lead over the chosen one, in its own scale, which stands beside its name. */
static void
put_over(Build *b, DashRect plot)
{
    char name_of[DASH_TEXT_MAX];
    DashScene *self = b->scene;
    char text[DASH_TEXT_MAX];
    char range[DASH_TEXT_MAX];
    unsigned stream = (unsigned)b->past->over;
    const DashPastStream *s = dash_past_stream(b->past->past, stream);
    const DashPastStream *under =
        dash_past_stream(b->past->past, dash_disclosure_stream(b->past, &b->d, 0));
    const DashWave *wave = wave_of(b, stream);
    if (!wave)
        return;
    uint32_t ink = dash_palette_ink(self->pal, s->signal);
    if (ink == dash_palette_ink(self->pal, under->signal))
        ink = self->pal->text; /* two leads of one heart share a colour, but not here */
    DashGain gain = gain_of(b, s, wave, plot.h);
    put_trace(b, stream, plot, wave, &gain, ink);
    DashFace face = {dash_px(self, 12), DASH_WEIGHT_BOLD, ink, 0};
    dash_strip_scale(range, self->view->units, s->unit, &gain);
    g_snprintf(text, sizeof text, _("over it: %.20s  %.40s"),
               dash_past_name(b->past->past, stream, name_of), range);
    dash_put_text_right(self, plot.x + plot.w - 6, plot.y + dash_px(self, 14), face, text);
}

static void
put_strip(Build *b, unsigned i, DashRect row)
{
    DashScene *self = b->scene;
    unsigned stream = dash_disclosure_stream(b->past, &b->d, i);
    const DashPastStream *s = dash_past_stream(b->past->past, stream);
    DashRect plot = {row.x + b->d.label_w, row.y + 1, row.w - b->d.label_w, row.h - 1};
    const DashWave *wave = wave_of(b, stream);
    DashGain gain = {0, 1, 0};
    dash_begin_block(self, row, self->pal->tile);
    dash_put_fill(self, (DashRect){row.x, row.y, row.w, 1}, self->pal->seam);
    dash_put_paper(self, plot, self->view->dpi / 25.4);
    if (wave) {
        gain = gain_of(b, s, wave, plot.h);
        put_trace(b, stream, plot, wave, &gain, dash_palette_ink(self->pal, s->signal));
    } else {
        int64_t half_us = (b->d.strip_from_us + b->d.strip_to_us) / 2;
        bool told =
            dash_past_told_us(b->past->past, stream, b->d.strip_from_us, half_us) >= half_us;
        DashFace face = {dash_px(self, 14), DASH_WEIGHT_REGULAR, self->pal->dim, 0};
        if (told)
            dash_put_hatch(self, plot, self->pal->hatch, 6);
        dash_put_text_middle(self, plot.x + plot.w / 4, dash_baseline(plot.y, plot.h, face.size),
                             face, told ? _("nothing was observed here") : _("not told yet"));
    }
    if (i == 0 && b->past->over >= 0)
        put_over(b, plot);
    DashAxis axis = {plot, b->d.strip_from_us, b->d.strip_to_us};
    dash_put_cursor(self, &axis, b->past->at_us, 1);
    put_callipers(b, plot, i == 0);
    put_strip_label(b, stream, (DashRect){row.x, row.y, b->d.label_w, row.h}, wave, &gain);
    dash_put_track(self, plot, DASH_ACT_MARK_AT, axis.from_us, axis.to_us, _("Set a calliper"));
}

/* ---- foot: what the callipers measure ---- */

static void
difference_text(Build *b, char out[DASH_TEXT_MAX])
{
    char name_of[DASH_TEXT_MAX];
    double first = 0;
    double second = 0;
    DashUnits units = b->scene->view->units;
    unsigned stream = dash_disclosure_stream(b->past, &b->d, 0);
    const DashPastStream *s = dash_past_stream(b->past->past, stream);
    int64_t apart_us = ABS(b->past->mark_us[1] - b->past->mark_us[0]);
    size_t n = (size_t)g_snprintf(out, DASH_TEXT_MAX, "1-2:  %.0f ms", (double)apart_us / 1e3);
    if (apart_us > 0)
        n += (size_t)g_snprintf(out + n, DASH_TEXT_MAX - n, _(",  %.0f bpm"),
                                60e6 / (double)apart_us);
    if (dash_past_value(b->past->past, stream, b->past->mark_us[0], &first)
        && dash_past_value(b->past->past, stream, b->past->mark_us[1], &second))
        g_snprintf(out + n, DASH_TEXT_MAX - n, ",  %s %+.3g %s",
                   dash_past_name(b->past->past, stream, name_of),
                   dash_units_span(units, s->unit, second - first),
                   dash_units_name(units, s->unit));
    else
        g_strlcat(out, _(",  no value at a mark"), DASH_TEXT_MAX);
}

static void
put_foot(Build *b)
{
    DashScene *self = b->scene;
    char text[DASH_TEXT_MAX];
    char stamp[DASH_TEXT_MAX];
    char missing[DASH_TEXT_MAX];
    DashRect rect = b->d.foot;
    DashFace face = {dash_px(self, 13), DASH_WEIGHT_BOLD, self->pal->text, 0};
    DashFace dim = {dash_px(self, 12), DASH_WEIGHT_REGULAR, self->pal->dim, 0};
    dash_past_missing(self, b->past, missing);
    dash_begin_block(self, rect, *missing ? self->pal->late : self->pal->panel);
    int base = dash_baseline(rect.y, rect.h, face.size);
    int x = rect.x + dash_px(self, 12);
    if (*missing) {
        face.ink = self->pal->back;
        dash_put_text(self, x, base, face, missing);
        return;
    }
    dash_format_stamp(stamp, b->past->at_us, self->view->utc_offset_us);
    x += dash_put_text(self, x, base, face, stamp) + dash_px(self, 20);
    if (b->past->n_marks == 2) {
        difference_text(b, text);
        x += dash_put_text(self, x, base, face, text) + dash_px(self, 20);
    } else {
        x += dash_put_text(self, x, base, dim,
                           b->past->n_marks ? _("M: the second calliper") : _("M: a calliper"))
             + dash_px(self, 20);
    }
    bool cut = dash_past_state_is_cut(b->past, self->view);
    if (b->past->n_cuts == 0)
        g_strlcpy(text, _("S: mark the strip"), sizeof text);
    else
        g_snprintf(text, sizeof text,
                   cut ? _("strips marked: %u, this one too; Ctrl+E: to a PDF")
                       : _("strips marked: %u; Ctrl+E: to a PDF"),
                   b->past->n_cuts);
    dim.ink = cut ? self->pal->text : self->pal->dim;
    dim.max_w = MAX(rect.x + rect.w - dash_px(self, 12) - x, 1);
    x += dash_put_text(self, x, base, dim, text) + dash_px(self, 20);
    dim.ink = self->pal->dim;
    dim.max_w = rect.x + rect.w - dash_px(self, 12) - x;
    if (!b->past->complete && dim.max_w > dash_px(self, 40))
        dash_put_text(self, x, base, dim, _("the store is asked ..."));
}

/* ---- whole ---- */

static void
put_nothing(Build *b)
{
    DashScene *self = b->scene;
    char text[DASH_TEXT_MAX];
    DashRect body = dash_view_body(self->view);
    DashRect rect = {body.x, b->d.lane.y, body.w, body.y + body.h - b->d.lane.y};
    DashFace face = {dash_px(self, 20), DASH_WEIGHT_BOLD, self->pal->text, rect.w - 40};
    dash_begin_block(self, rect, self->pal->tile);
    dash_put_hatch(self, rect, self->pal->hatch, 8);
    dash_past_missing(self, b->past, text);
    int w = MIN(dash_text_width(self, face, text) + dash_px(self, 40), rect.w);
    DashRect plate = {rect.x + (rect.w - w) / 2, rect.y + rect.h / 2 - dash_px(self, 26), w,
                      dash_px(self, 52)};
    bool loud = b->past->silent_us || (b->past->refusal && *b->past->refusal);
    face.ink = loud ? self->pal->back : self->pal->text;
    dash_put_fill(self, plate, loud ? self->pal->late : self->pal->panel);
    dash_put_text_middle(self, rect.x + rect.w / 2, dash_baseline(plate.y, plate.h, face.size),
                         face, text);
}

void
dash_build_disclosure(DashScene *self, DashRect rect)
{
    DashPastState first;
    const DashPastState *past = self->view->past;
    (void)rect;
    if (!past) {
        dash_past_state_init(&first);
        dash_past_state_follow(&first, self->view->now_us);
        past = &first;
    }
    Build b = {.scene = self,
               .past = past,
               .bed = self->view->bed ? dash_model_find_bed(self->model, self->view->bed) : NULL,
               .d = dash_disclosure_layout(past, self->view)};
    b.axis =
        (DashAxis){{b.d.rows.x + b.d.label_w, b.d.rows.y, b.d.rows.w - b.d.label_w, b.d.rows.h},
                   past->from_us,
                   past->from_us + past->span_us};
    put_head(&b);
    if (!past->past || !dash_past_has_streams(past->past) || dash_past_n_streams(past->past) == 0) {
        put_nothing(&b);
        return;
    }
    dash_put_lane(self, b.d.lane, past, &b.axis);
    put_rows(&b);
    dash_put_axis(self, b.d.axis, &b.axis);
    bool waves = dash_past_stream(past->past, 0)->wave;
    for (unsigned i = 0; i < b.d.n_strips; i++) {
        DashRect row = {b.d.strips.x, b.d.strips.y + (int)i * b.d.strip_h, b.d.strips.w,
                        b.d.strip_h};
        if (i + 1 == b.d.n_strips)
            row.h = b.d.strips.y + b.d.strips.h - row.y;
        if (waves)
            put_strip(&b, i, row);
        else
            dash_begin_block(self, row, self->pal->tile);
    }
    put_foot(&b);
}
