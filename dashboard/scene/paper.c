/* Paper. See paper.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/scene/paper.h"

#include <cairo-pdf.h>
#include <math.h>
#include <pango/pangocairo.h>
#include <string.h>

#include <glib/gstdio.h>

#include "common/error.h"
#include "dashboard/scene/format.h"
#include "dashboard/scene/past-parts.h"

#define MM        (72 / 25.4)
#define PAGE_W    297.0
#define PAGE_H    210.0
#define EDGE      12.0
#define FOOT      12.0 /* of the page */
#define HEAD      11.0 /* of a strip: two lines */
#define ROW_H     40.0 /* of paper below them */
#define BETWEEN   5.0
#define LONG_US   (60 * (int64_t)G_USEC_PER_SEC)
#define RUNS_MAX  512
#define JOIN_US   1000 /* runs that touch are one line */
#define DASH_SOLE _("SUPPLEMENTAL, not a primary alarm")

struct DashPaperStrip {
    char *bed;
    char *patient;
    char *name;
    char *unit;
    bool heart;
    Vicu__Origin origin;
    bool copy;
    bool late;
    int64_t from_us;
    int64_t to_us;
    double mm_s;
    GArray *points; /* Point */
    double min, max;
    double observed; /* of it, 0 to 1 */
};

typedef struct {
    int64_t t_us;
    float value;
    bool lift; /* the line does not come from the point before */
} Point;

static void
take_run(
    DashPaperStrip *self, const DashRun *run, DashUnits units, const char *ucum, int64_t *end_us)
{
    bool lift = dash_run_time_us(run, 0) - *end_us > JOIN_US;
    self->origin = run->origin;
    self->copy |= run->copy;
    self->late |= run->late;
    for (size_t i = 0; i < run->n; i++) {
        Point point = {.t_us = dash_run_time_us(run, i), .lift = lift};
        if (point.t_us < self->from_us || point.t_us >= self->to_us)
            continue;
        lift = run->samples[i] == DASH_SAMPLE_INVALID;
        if (lift)
            continue;
        double value = (run->samples[i] - run->scale.baseline) / run->scale.gain;
        point.value = (float)dash_units_value(units, ucum, value);
        self->min = self->points->len ? MIN(self->min, (double)point.value) : (double)point.value;
        self->max = self->points->len ? MAX(self->max, (double)point.value) : (double)point.value;
        self->observed += 1e6 * run->scale.period_num / run->scale.period_den;
        g_array_append_val(self->points, point);
    }
    *end_us = dash_run_time_us(run, run->n);
}

DashPaperStrip *
dash_paper_strip_new(DashPast *past,
                     unsigned stream,
                     int64_t from_us,
                     int64_t to_us,
                     double mm_s,
                     DashUnits units,
                     const char *patient)
{
    char name[DASH_TEXT_MAX];
    const DashPastStream *s = dash_past_stream(past, stream);
    g_autofree const DashRun **runs = g_new(const DashRun *, RUNS_MAX);
    DashPaperStrip *self = g_new0(DashPaperStrip, 1);
    int64_t end_us = 0;
    self->bed = g_strdup(dash_past_bed(past));
    self->patient = g_strdup(patient);
    self->name = g_strdup(dash_past_name(past, stream, name));
    self->unit = g_strdup(dash_units_name(units, s->unit));
    self->heart = s->signal && vicu_signal_is_ecg(s->signal);
    self->origin = s->origin;
    self->from_us = from_us;
    self->to_us = MIN(to_us, from_us + LONG_US);
    self->mm_s = mm_s;
    self->points = g_array_new(FALSE, FALSE, sizeof(Point));
    size_t n = dash_past_runs(past, stream, self->from_us, self->to_us, runs, RUNS_MAX);
    for (size_t i = 0; i < n; i++)
        take_run(self, runs[i], units, s->unit, &end_us);
    self->observed /= (double)MAX(self->to_us - self->from_us, 1);
    return self;
}

void
dash_paper_strip_free(DashPaperStrip *self)
{
    if (!self)
        return;
    g_free(self->bed);
    g_free(self->patient);
    g_free(self->name);
    g_free(self->unit);
    g_array_unref(self->points);
    g_free(self);
}

/* ---- drawing, in millimetres ---- */

typedef struct {
    cairo_t *cr;
    const DashPaperNote *note;
    double y; /* of the next strip */
    unsigned page;
} Paper;

static void
put_text(Paper *p, double x, double y, double size_mm, bool bold, const char *text)
{
    PangoLayout *layout = pango_cairo_create_layout(p->cr);
    /* The unit is a millimetre: whole ones are no places for letters. */
    pango_context_set_round_glyph_positions(pango_layout_get_context(layout), FALSE);
    PangoFontDescription *font = pango_font_description_from_string(bold ? "Sans Bold" : "Sans");
    pango_font_description_set_absolute_size(font, size_mm * PANGO_SCALE);
    pango_layout_set_font_description(layout, font);
    pango_layout_set_text(layout, text, -1);
    cairo_move_to(p->cr, x, y);
    pango_cairo_show_layout(p->cr, layout);
    pango_font_description_free(font);
    g_object_unref(layout);
}

static void
put_grid(Paper *p, double x, double y, double w, double h)
{
    for (int pass = 0; pass < 2; pass++) {
        cairo_set_source_rgb(p->cr, pass ? 0.80 : 0.93, pass ? 0.62 : 0.82, pass ? 0.62 : 0.82);
        cairo_set_line_width(p->cr, pass ? 0.12 : 0.06);
        for (int i = 0; i <= (int)(w + 1e-6); i += pass ? 5 : 1) {
            cairo_move_to(p->cr, x + i, y);
            cairo_line_to(p->cr, x + i, y + h);
        }
        for (int i = 0; i <= (int)(h + 1e-6); i += pass ? 5 : 1) {
            cairo_move_to(p->cr, x, y + i);
            cairo_line_to(p->cr, x + w, y + i);
        }
        cairo_stroke(p->cr);
    }
}

/* A heart's lead at 10, 5 or 2.5 mm/mV; others at 1, 2 or 5 of a power of ten, within the height.
 */
static double
mm_per_unit(const DashPaperStrip *s)
{
    double span = MAX(s->max - s->min, 1e-9);
    for (double per = 10; s->heart && per >= 2.5; per /= 2)
        if (span * per <= ROW_H)
            return per;
    double most = 0.95 * ROW_H / span;
    double decade = pow(10, floor(log10(most)));
    return decade * (most >= 5 * decade ? 5 : most >= 2 * decade ? 2 : 1);
}

static void
scale_text(const DashPaperStrip *s, char out[DASH_TEXT_MAX])
{
    double per = mm_per_unit(s);
    double middle = (s->max + s->min) / 2;
    if (*s->unit)
        g_snprintf(out, DASH_TEXT_MAX, _("%g mm/s, %g mm/%s, paper from %.4g to %.4g %s"), s->mm_s,
                   per, s->unit, middle - ROW_H / 2 / per, middle + ROW_H / 2 / per, s->unit);
    else
        g_snprintf(out, DASH_TEXT_MAX, _("%g mm/s, height without a unit"), s->mm_s);
}

static void
put_words(Paper *p, const DashPaperStrip *s)
{
    char stamp[DASH_TEXT_MAX];
    char scale[DASH_TEXT_MAX];
    const char *origin = dash_format_origin(s->origin);
    dash_format_stamp(stamp, s->from_us, p->note->utc_offset_us);
    scale_text(s, scale);
    int ms = (int)(s->from_us % G_USEC_PER_SEC / 1000);
    g_autofree char *first = g_strdup_printf(
        _("Patient %s    bed %s    %s    %s.%03d (UTC%+.4g h), %.1f s"),
        *s->patient ? s->patient : _("not told"), s->bed, s->name, stamp, ms,
        (double)p->note->utc_offset_us / 3600e6, (double)(s->to_us - s->from_us) / 1e6);
    g_autofree char *second =
        g_strdup_printf(_("%s    observed %.0f %%    origin: %s%s%s"), scale, 100 * s->observed,
                        *origin ? origin : _("live"), s->copy ? _(", a copy") : "",
                        s->late ? _(", came late") : "");
    cairo_set_source_rgb(p->cr, 0, 0, 0);
    put_text(p, EDGE, p->y, 3.4, true, first);
    put_text(p, EDGE, p->y + 5, 3.0, false, second);
}

static void
put_line(Paper *p, const DashPaperStrip *s, double y, int64_t from_us, int64_t to_us)
{
    double per = mm_per_unit(s);
    double middle = (s->max + s->min) / 2;
    bool down = false;
    cairo_set_source_rgb(p->cr, 0, 0, 0);
    cairo_set_line_width(p->cr, 0.25);
    cairo_set_line_join(p->cr, CAIRO_LINE_JOIN_ROUND);
    for (guint i = 0; i < s->points->len; i++) {
        const Point *point = &g_array_index(s->points, Point, i);
        if (point->t_us < from_us || point->t_us >= to_us)
            continue;
        double px = EDGE + (double)(point->t_us - from_us) / 1e6 * s->mm_s;
        double py = y + ROW_H / 2 - ((double)point->value - middle) * per;
        if (down && !point->lift)
            cairo_line_to(p->cr, px, py);
        else
            cairo_move_to(p->cr, px, py);
        down = true;
    }
    cairo_stroke(p->cr);
}

static void
end_page(Paper *p)
{
    char stamp[DASH_TEXT_MAX];
    dash_format_stamp(stamp, p->note->now_us, p->note->utc_offset_us);
    g_autofree char *text = g_strdup_printf(_("vICU, printed %s by %s    page %u"), stamp,
                                            *p->note->by ? p->note->by : _("not told"), p->page);
    cairo_set_source_rgb(p->cr, 0, 0, 0);
    put_text(p, EDGE, PAGE_H - FOOT, 4.2, true, DASH_SOLE);
    put_text(p, EDGE + 140, PAGE_H - FOOT + 0.8, 3.0, false, text);
    cairo_show_page(p->cr);
    p->page++;
    p->y = EDGE;
}

/* As many lines of paper as it takes, each under the words again where a page ends. */
static void
put_strip(Paper *p, const DashPaperStrip *s)
{
    double w = PAGE_W - 2 * EDGE;
    int64_t row_us = (int64_t)(w / s->mm_s * 1e6);
    bool words = true;
    for (int64_t from_us = s->from_us; from_us < s->to_us; from_us += row_us) {
        int64_t to_us = MIN(from_us + row_us, s->to_us);
        double long_mm = (double)(to_us - from_us) / 1e6 * s->mm_s;
        if (p->y + HEAD + ROW_H > PAGE_H - FOOT - 2) {
            end_page(p);
            words = true;
        }
        if (words)
            put_words(p, s);
        p->y += words ? HEAD : 0;
        words = false;
        put_grid(p, EDGE, p->y, ceil(long_mm), ROW_H);
        cairo_save(p->cr);
        cairo_rectangle(p->cr, EDGE, p->y, long_mm, ROW_H);
        cairo_clip(p->cr);
        put_line(p, s, p->y, from_us, to_us);
        cairo_restore(p->cr);
        p->y += ROW_H + BETWEEN;
    }
}

gboolean
dash_paper_write(const char *path,
                 DashPaperStrip *const *strips,
                 size_t n,
                 const DashPaperNote *note,
                 GError **error)
{
    g_autofree char *part = g_strconcat(path, ".part", NULL);
    cairo_surface_t *surface = cairo_pdf_surface_create(part, PAGE_W * MM, PAGE_H * MM);
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_TITLE, DASH_SOLE);
    Paper paper = {.cr = cairo_create(surface), .note = note, .y = EDGE, .page = 1};
    cairo_scale(paper.cr, MM, MM);
    for (size_t i = 0; i < n; i++)
        put_strip(&paper, strips[i]);
    end_page(&paper);
    cairo_destroy(paper.cr);
    cairo_surface_finish(surface);
    cairo_status_t status = cairo_surface_status(surface);
    cairo_surface_destroy(surface);
    if (status == CAIRO_STATUS_SUCCESS && g_rename(part, path) == 0)
        return TRUE;
    g_remove(part);
    g_set_error(error, VICU_ERROR, VICU_ERROR_IO, "%s: the strips cannot be written: %s", path,
                cairo_status_to_string(status));
    return FALSE;
}
