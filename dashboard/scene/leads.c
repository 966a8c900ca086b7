/* Leads: the twelve of an ECG side by side, in one scale.
 *
 * Three rows of four and a rhythm strip where a cell has room for 2.5 s at 25 mm/s, else six rows
 * of two. A lead that the bed does not send has its place and says so.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "dashboard/scene/strip.h"

#define LABEL_W 86
#define LEAST_S 2.5
#define RHYTHM  1 /* lead II */

/* In the order of the limb leads and of the chest. */
static const char *const names[DASH_LEADS] = {"ECG_I",   "ECG_II",  "ECG_III", "ECG_aVR",
                                              "ECG_aVL", "ECG_aVF", "ECG_V1",  "ECG_V2",
                                              "ECG_V3",  "ECG_V4",  "ECG_V5",  "ECG_V6"};

unsigned
dash_list_leads(const DashBed *bed, const DashStream *out[DASH_LEADS])
{
    unsigned n = 0;
    for (unsigned i = 0; i < DASH_LEADS; i++) {
        out[i] = dash_judge_find_wave(bed, names[i]);
        n += out[i] != NULL;
    }
    return n;
}

typedef struct {
    DashScene *scene;
    const DashBed *bed;
    const DashStream *lead[DASH_LEADS];
    double mm_s;
    double mm_mv; /* of all leads: they are compared */
} Leads;

/* The highest usual one with which every lead has room. */
static double
common_scale(const Leads *leads, double mm)
{
    double per = 10;
    for (unsigned i = 0; i < DASH_LEADS; i++)
        while (leads->lead[i] && per > 1.25 && (leads->lead[i]->hi - leads->lead[i]->lo) * per > mm)
            per /= 2;
    return per;
}

static void
put_label(const Leads *leads, unsigned i, DashRect rect, const DashGain *gain)
{
    DashScene *self = leads->scene;
    char text[DASH_TEXT_MAX];
    const DashStream *stream = leads->lead[i];
    DashFace name = {14, DASH_WEIGHT_BOLD, self->pal->dim, rect.w - 8};
    DashFace small = {10, DASH_WEIGHT_REGULAR, self->pal->dim, rect.w - 34};
    dash_begin_block(self, rect, self->pal->tile);
    dash_put_fill(self, (DashRect){rect.x, rect.y, rect.w, 1}, self->pal->seam);
    if (!stream) {
        dash_put_text(self, rect.x + 6, rect.y + 18, name, names[i] + strlen("ECG_"));
        dash_put_text(self, rect.x + 6, rect.y + 32, small, _("not sent"));
        return;
    }
    name.ink = dash_palette_ink(self->pal, stream->signal);
    dash_put_text(self, rect.x + 6, rect.y + 18, name,
                  dash_format_short(stream->signal, stream->label));
    g_snprintf(text, sizeof text, "%g mm/s", leads->mm_s);
    dash_put_text(self, rect.x + 6, rect.y + 31, small, text);
    dash_put_text(self, rect.x + 6, rect.y + 43, small,
                  dash_strip_scale(text, self->view->units, stream->unit, gain));
    DashRect mark = {rect.x + rect.w - 28, rect.y + 2, 26, rect.h - 4};
    dash_put_calibration(self, mark, gain, leads->mm_s * self->view->dpi / 25.4, name.ink);
}

static void
put_cell(const Leads *leads, unsigned i, DashRect rect)
{
    DashScene *self = leads->scene;
    const DashStream *stream = leads->lead[i];
    DashRect strip = {rect.x + LABEL_W, rect.y, rect.w - LABEL_W, rect.h};
    double half = (rect.h - 3) / (self->view->dpi / 25.4) / leads->mm_mv / 2;
    double middle = stream ? (stream->lo + stream->hi) / 2 : 0;
    const DashGain gain = {middle - half, middle + half, leads->mm_mv};
    put_label(leads, i, (DashRect){rect.x, rect.y, LABEL_W, rect.h}, &gain);
    if (stream && stream->wave)
        dash_put_wave_in(self, leads->bed, stream, strip, leads->mm_s, gain.lo, gain.hi);
    else
        dash_begin_block(self, strip, self->pal->tile);
}

static DashRect
cell_of(DashRect rect, int column, int columns, int row, int rows)
{
    int x0 = rect.x + rect.w * column / columns;
    int x1 = rect.x + rect.w * (column + 1) / columns;
    int y0 = rect.y + rect.h * row / rows;
    int y1 = rect.y + rect.h * (row + 1) / rows;
    return (DashRect){x0, y0, x1 - x0, y1 - y0};
}

void
dash_build_leads(DashScene *self, const DashBed *bed, DashRect rect)
{
    Leads leads = {.scene = self, .bed = bed};
    double px_mm = self->view->dpi / 25.4;
    bool wide = (rect.w / 4 - LABEL_W) / px_mm >= LEAST_S * 25;
    int columns = wide ? 4 : 2;
    int rows = DASH_LEADS / columns + (wide ? 1 : 0);
    dash_list_leads(bed, leads.lead);
    leads.mm_s = dash_sweep_mm_s(self, rect.w / columns - LABEL_W, LEAST_S);
    leads.mm_mv = common_scale(&leads, (rect.h / rows - 3) / px_mm);
    for (int i = 0; i < DASH_LEADS; i++)
        put_cell(
            &leads, (unsigned)i,
            cell_of(rect, i / (DASH_LEADS / columns), columns, i % (DASH_LEADS / columns), rows));
    if (wide)
        put_cell(&leads, RHYTHM, cell_of(rect, 0, 1, rows - 1, rows));
}
