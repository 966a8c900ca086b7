/* Handover view: a row for each bed of the place, what is handed over and what stands of it.
 *
 * The row under the keyboard is always in sight. See handover.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/scene/handover.h"

#include <string.h>

#include "dashboard/scene/build.h"
#include "dashboard/scene/format.h"

#define PAD     12
#define HEAD_H  64
#define NAMES_H 26
#define FOOT_H  28
#define ROW_H   48

enum { BED, LINE, PROBLEM, ALARMS, PROMISES, LIMITS, N_COLUMNS };

/* Where a column begins, in hundredths of the width. */
static const int begins[N_COLUMNS + 1] = {0, 8, 38, 55, 70, 86, 100};

typedef struct {
    DashScene *scene;
    DashRect rect;
    double scale;
} Page;

static int
sized(const Page *page, int px)
{
    return (int)(px * page->scale + 0.5);
}

static DashRect
cell(const Page *page, DashRect row, int column)
{
    int w = row.w - 2 * PAD;
    int x0 = row.x + PAD + w * begins[column] / 100;
    int x1 = row.x + PAD + w * begins[column + 1] / 100;
    (void)page;
    return (DashRect){x0, row.y, x1 - x0 - 10, row.h};
}

static void
put_head(const Page *page, const char *place, const DashHandover *handover)
{
    DashScene *self = page->scene;
    char clock[DASH_TEXT_MAX];
    DashRect r = {page->rect.x, page->rect.y, page->rect.w, sized(page, HEAD_H)};
    dash_begin_block(self, r, self->pal->panel);
    DashFace big = {sized(page, 22), DASH_WEIGHT_BOLD, self->pal->text, r.w - 2 * PAD};
    DashFace face = {sized(page, 14), DASH_WEIGHT_REGULAR, self->pal->text, r.w - 2 * PAD};
    g_autofree char *title = g_strdup_printf(_("Handover of %s"), *place ? place : "–");
    dash_put_text(self, r.x + PAD, r.y + sized(page, 28), big, title);
    if (!handover) {
        face.ink = self->pal->dim;
        dash_put_text(self, r.x + PAD, r.y + sized(page, 52), face,
                      _("None has begun: begin one with both names"));
        return;
    }
    g_autofree char *sign = dash_handover_signed(handover);
    g_autofree char *text = g_strdup_printf(
        _("%s to %s, begun %.5s: %s"), handover->from, handover->to,
        dash_format_clock(clock, handover->begun_us, self->view->utc_offset_us), sign);
    dash_put_text(self, r.x + PAD, r.y + sized(page, 52), face, text);
}

static void
put_names(const Page *page, DashRect r)
{
    DashScene *self = page->scene;
    const char *const names[N_COLUMNS] = {_("Bed"),           _("What is handed over"),
                                          _("Problem"),       _("Alarms of 12 h"),
                                          _("Open promises"), _("Changed limits")};
    dash_begin_block(self, r, self->pal->panel);
    for (int i = 0; i < N_COLUMNS; i++) {
        DashRect c = cell(page, r, i);
        DashFace face = {sized(page, 12), DASH_WEIGHT_BOLD, self->pal->dim, c.w};
        dash_put_text(self, c.x, dash_baseline(c.y, c.h, face.size), face, names[i]);
    }
    dash_put_fill(self, (DashRect){r.x, r.y + r.h - 1, r.w, 1}, self->pal->seam);
}

/* Two lines in a cell; an empty lower one leaves the upper one in the middle. */
static void
put_two(const Page *page, DashRect c, DashFace face, const char *upper, const char *lower)
{
    DashScene *self = page->scene;
    face.size = sized(page, 14);
    face.max_w = c.w;
    if (!*lower) {
        dash_put_text(self, c.x, dash_baseline(c.y, c.h, face.size), face, upper);
        return;
    }
    dash_put_text(self, c.x, dash_baseline(c.y + 3, c.h / 2 - 2, face.size), face, upper);
    DashFace small = {sized(page, 12), DASH_WEIGHT_REGULAR, self->pal->dim, c.w};
    dash_put_text(self, c.x, dash_baseline(c.y + c.h / 2 - 2, c.h / 2 - 2, small.size), small,
                  lower);
}

/* In one line, or in two: the second one is shortened where even that is not enough. */
static void
put_wrapped(const Page *page, DashRect c, DashFace face, const char *text)
{
    DashScene *self = page->scene;
    face.size = sized(page, 14);
    face.max_w = c.w;
    if (dash_count_lines(self, face, text, 2) < 2)
        dash_put_text(self, c.x, dash_baseline(c.y, c.h, face.size), face, text);
    else
        dash_put_lines(self, c.x, dash_baseline(c.y + 2, c.h / 2 - 2, face.size), c.h / 2 - 3, face,
                       text, 2);
}

static void
put_promises(const Page *page, DashRect c, const DashHandoverRow *row)
{
    DashScene *self = page->scene;
    char clock[DASH_TEXT_MAX];
    DashFace face = {0, DASH_WEIGHT_REGULAR, self->pal->text, 0};
    if (row->promises == 0) {
        face.ink = self->pal->dim;
        put_two(page, c, face, _("none"), "");
        return;
    }
    g_autofree char *count =
        row->overdue ? g_strdup_printf(_("%u open, %u OVERDUE"), row->promises, row->overdue)
                     : g_strdup_printf(_("%u open"), row->promises);
    g_autofree char *first = g_strdup_printf(
        "%.5s %s", dash_format_clock(clock, row->due_us, self->view->utc_offset_us), row->promise);
    if (row->overdue)
        face.weight = DASH_WEIGHT_BOLD;
    put_two(page, c, face, count, first);
}

static void
put_row(const Page *page, const DashHandoverRow *row, DashRect r, bool selected)
{
    DashScene *self = page->scene;
    DashFace plain = {0, DASH_WEIGHT_REGULAR, self->pal->text, 0};
    DashFace dim = {0, DASH_WEIGHT_REGULAR, self->pal->dim, 0};
    DashFace bold = {0, DASH_WEIGHT_BOLD, self->pal->text, 0};
    g_autofree char *alarms = dash_handover_alarms(row);
    g_autofree char *label = g_strdup_printf(_("Bed %s: %s"), row->bed->label, row->line);
    dash_begin_block(self, r,
                     selected ? dash_palette_mix(self->pal->tile, self->pal->selected, 0.22)
                              : self->pal->tile);
    put_two(page, cell(page, r, BED), bold, row->bed->label, row->bed->patient);
    put_wrapped(page, cell(page, r, LINE), *row->line ? plain : dim,
                *row->line ? row->line : _("nothing written"));
    put_two(page, cell(page, r, PROBLEM), plain, *row->problem ? row->problem : row->score,
            *row->problem ? row->score : "");
    put_wrapped(page, cell(page, r, ALARMS), row->alarms.high ? bold : plain, alarms);
    put_promises(page, cell(page, r, PROMISES), row);
    put_wrapped(page, cell(page, r, LIMITS), row->limits ? plain : dim,
                row->limits ? row->limit : _("none"));
    dash_put_fill(self, (DashRect){r.x, r.y + r.h - 1, r.w, 1}, self->pal->seam);
    if (selected)
        dash_put_frame(self, r, self->pal->text, 2);
    dash_put_target(self, r, DASH_ACT_HANDOVER_LINE, row->bed->id, 0, label);
}

static void
put_foot(const Page *page, DashRect r, guint shown, guint all)
{
    DashScene *self = page->scene;
    DashFace face = {sized(page, 12), DASH_WEIGHT_REGULAR, self->pal->dim, r.w - 2 * PAD};
    g_autofree char *text = g_strdup_printf(_("%u of %u beds.  Return: write the line.  G: sign.  "
                                              "B: begin.  P: print.  V: another place"),
                                            shown, all);
    dash_begin_block(self, r, self->pal->panel);
    dash_put_text(self, r.x + PAD, dash_baseline(r.y, r.h, face.size), face, text);
}

static guint
row_of(const GArray *rows, const char *bed)
{
    for (guint i = 0; bed && i < rows->len; i++)
        if (strcmp(g_array_index(rows, DashHandoverRow, i).bed->id, bed) == 0)
            return i;
    return G_MAXUINT;
}

void
dash_build_handover(DashScene *self, DashRect rect)
{
    char place[DASH_HANDOVER_PLACE];
    double scale = self->view->scale > 0 ? self->view->scale : 1;
    Page page = {self, rect, scale};
    dash_handover_place(self->model, self->view->handover, place);
    g_autoptr(GArray) rows = dash_handover_rows(self->model, self->view->units, place);
    int top = rect.y + sized(&page, HEAD_H) + sized(&page, NAMES_H);
    int bottom = rect.y + rect.h - sized(&page, FOOT_H);
    int row_h = sized(&page, ROW_H);
    guint fit = (guint)MAX((bottom - top) / row_h, 1);
    guint selected = row_of(rows, self->view->selected);
    guint first = selected != G_MAXUINT && selected >= fit ? selected - fit + 1 : 0;
    guint shown = MIN(fit, rows->len - MIN(first, rows->len));
    put_head(&page, place, dash_model_handover_of(self->model, place));
    put_names(&page,
              (DashRect){rect.x, rect.y + sized(&page, HEAD_H), rect.w, sized(&page, NAMES_H)});
    for (guint i = 0; i < shown; i++)
        put_row(&page, &g_array_index(rows, DashHandoverRow, first + i),
                (DashRect){rect.x, top + (int)i * row_h, rect.w, row_h}, first + i == selected);
    int end = top + (int)shown * row_h;
    if (end < bottom)
        dash_begin_block(self, (DashRect){rect.x, end, rect.w, bottom - end}, self->pal->back);
    put_foot(&page, (DashRect){rect.x, bottom, rect.w, rect.y + rect.h - bottom}, shown, rows->len);
}
