/* Handover on paper. See handover.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <cairo-pdf.h>
#include <pango/pangocairo.h>

#include "common/clock.h"
#include "common/error.h"
#include "dashboard/scene/format.h"
#include "dashboard/scene/handover.h"
#include "dashboard/scene/past-parts.h"
#include "dashboard/scene/words.h"

/* A4 lying, in points. */
#define PAGE_W 842.0
#define PAGE_H 595.0
#define MARGIN 36.0
#define HEAD_H 58.0
#define FOOT_H 24.0
#define GAP    6.0

enum { N_COLUMNS = 6 };
static const double begins[N_COLUMNS + 1] = {0, 0.09, 0.40, 0.58, 0.72, 0.87, 1};

typedef struct {
    cairo_t *cr;
    PangoLayout *layout;
    const char *place;
    const DashHandover *handover; /* NULL: none */
    int64_t now_us;
    int64_t utc_offset_us;
    double y;
    int page;
} Paper;

/* What it takes, in points; drawn unless @measure. */
static double
put(Paper *p, double x, double y, double w, double size, bool bold, const char *text, bool measure)
{
    int h = 0;
    PangoFontDescription *font = pango_font_description_new();
    pango_font_description_set_family(font, "DejaVu Sans, Noto Sans CJK SC, sans-serif");
    pango_font_description_set_absolute_size(font, size * PANGO_SCALE);
    pango_font_description_set_weight(font, bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
    pango_layout_set_font_description(p->layout, font);
    pango_font_description_free(font);
    pango_layout_set_width(p->layout, (int)(w * PANGO_SCALE));
    pango_layout_set_wrap(p->layout, PANGO_WRAP_WORD_CHAR);
    pango_layout_set_text(p->layout, text, -1);
    pango_layout_get_size(p->layout, NULL, &h);
    if (!measure) {
        cairo_move_to(p->cr, x, y);
        pango_cairo_show_layout(p->cr, p->layout);
    }
    return (double)h / PANGO_SCALE;
}

static void
rule(Paper *p, double y)
{
    cairo_set_line_width(p->cr, 0.5);
    cairo_move_to(p->cr, MARGIN, y);
    cairo_line_to(p->cr, PAGE_W - MARGIN, y);
    cairo_stroke(p->cr);
}

/* The names of the columns or a bed; what it takes. */
static double
put_cells(Paper *p, const char *const text[N_COLUMNS], bool bold, bool measure)
{
    double w = PAGE_W - 2 * MARGIN;
    double most = 0;
    for (int i = 0; i < N_COLUMNS; i++) {
        double x = MARGIN + w * begins[i];
        double room = w * (begins[i + 1] - begins[i]) - GAP;
        most = MAX(most, put(p, x, p->y, room, 9, bold || i == 0, text[i], measure));
    }
    return most;
}

static void
begin_page(Paper *p)
{
    const char *const names[N_COLUMNS] = {_("Bed"),           _("What is handed over"),
                                          _("Problem"),       _("Alarms of 12 h"),
                                          _("Open promises"), _("Changed limits")};
    double w = PAGE_W - 2 * MARGIN;
    g_autofree char *title = g_strdup_printf(_("Handover of %s"), p->place);
    char time[DASH_TEXT_MAX];
    g_autofree char *sign = p->handover ? dash_handover_signed(p->handover) : NULL;
    g_autofree char *who = p->handover ? g_strdup_printf(_("From %s to %s: %s"), p->handover->from,
                                                         p->handover->to, sign)
                                       : g_strdup(_("No handover has begun"));
    g_autofree char *number = g_strdup_printf(_("Page %d"), ++p->page);
    dash_format_stamp(time, p->now_us, p->utc_offset_us);
    put(p, MARGIN, MARGIN, w * 0.6, 16, true, title, false);
    put(p, MARGIN + w * 0.7, MARGIN + 4, w * 0.3, 9, false, time, false);
    put(p, MARGIN, MARGIN + 24, w, 10, false, who, false);
    p->y = MARGIN + HEAD_H - 14;
    p->y += put_cells(p, names, true, false) + 3;
    rule(p, p->y);
    p->y += 4;
    double foot = PAGE_H - MARGIN - FOOT_H + 8;
    rule(p, foot - 4);
    put(p, MARGIN, foot, w * 0.85, 8, false,
        _("Supplemental: not a primary alarm. The bedside monitor is."), false);
    put(p, MARGIN + w * 0.9, foot, w * 0.1, 8, false, number, false);
}

static void
put_bed(Paper *p, const DashHandoverRow *row)
{
    char clock[DASH_TEXT_MAX];
    g_autofree char *bed = g_strdup_printf("%s\n%s", row->bed->label, row->bed->patient);
    g_autofree char *problem =
        g_strdup_printf("%s%s%s", row->problem, *row->problem ? "\n" : "", row->score);
    g_autofree char *alarms = dash_handover_alarms(row);
    g_autofree char *promises =
        row->promises
            ? g_strdup_printf(_("%u open, %u overdue\n%.5s %s"), row->promises, row->overdue,
                              dash_format_clock(clock, row->due_us, p->utc_offset_us), row->promise)
            : g_strdup(_("none"));
    const char *const text[N_COLUMNS] = {bed,    row->line, problem,
                                         alarms, promises,  row->limits ? row->limit : _("none")};
    double h = put_cells(p, text, false, true);
    if (p->y + h > PAGE_H - MARGIN - FOOT_H) {
        cairo_show_page(p->cr);
        begin_page(p);
    }
    put_cells(p, text, false, false);
    p->y += h + 3;
    rule(p, p->y);
    p->y += 3;
}

gboolean
dash_handover_print(const DashModel *model,
                    DashUnits units,
                    const char *place,
                    int64_t now_us,
                    int64_t utc_offset_us,
                    const char *path,
                    GError **error)
{
    g_autoptr(GArray) rows = dash_handover_rows(model, units, place);
    cairo_surface_t *surface = cairo_pdf_surface_create(path, PAGE_W, PAGE_H);
    g_autofree char *time = vicu_time_format(now_us);
    cairo_pdf_surface_restrict_to_version(surface, CAIRO_PDF_VERSION_1_4); /* any printer's */
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATE_DATE, time);
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_TITLE, place);
    cairo_t *cr = cairo_create(surface);
    Paper paper = {.cr = cr,
                   .layout = pango_cairo_create_layout(cr),
                   .place = place,
                   .handover = dash_model_handover_of(model, place),
                   .now_us = now_us,
                   .utc_offset_us = utc_offset_us};
    begin_page(&paper);
    for (guint i = 0; i < rows->len; i++)
        put_bed(&paper, &g_array_index(rows, DashHandoverRow, i));
    cairo_show_page(cr);
    g_object_unref(paper.layout);
    cairo_destroy(cr);
    cairo_surface_finish(surface);
    cairo_status_t status = cairo_surface_status(surface);
    cairo_surface_destroy(surface);
    if (status == CAIRO_STATUS_SUCCESS)
        return TRUE;
    g_set_error(error, VICU_ERROR, VICU_ERROR_ABSENT, "%s: %s", path,
                cairo_status_to_string(status));
    return FALSE;
}
