/* Ward: 24 hours of the chosen bed, going back from the viewer: the last hour lies on the plane and
 * in front, each one before it a step farther back and higher. See ward.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "dashboard/scene/build.h"
#include "dashboard/scene/past-state.h"

#define HOUR_US  (3600 * (int64_t)G_USEC_PER_SEC)
#define HOURS    DASH_WARD_HOURS
#define LEAST_PX 3
#define FADED    0.6 /* of the oldest hour's colour that is ground */

/* What is drawn between its bounds; what lies outside lies at them. */
static const struct {
    const char *name; /* NULL: the pressure that stands for "MAP" */
    const char *label;
    double lo, hi;
} rows[] = {
    {"HR", "HR", 30, 180},
    {NULL, "MAP", 30, 130},
    {"SpO2", "SpO2", 70, 100},
};

static const DashNumeric *
numeric_of(const DashBed *bed, size_t i, int64_t now_us)
{
    return rows[i].name ? dash_judge_find(bed, rows[i].name) : dash_acuity_map(bed, now_us);
}

static int64_t
begin_of(int64_t now_us)
{
    return (now_us / HOUR_US - (HOURS - 1)) * HOUR_US;
}

DashLook
dash_ward_look(const DashBed *bed, int64_t now_us)
{
    DashLook look = {.from_us = begin_of(now_us),
                     .to_us = begin_of(now_us) + HOURS * HOUR_US,
                     .width = HOURS,
                     .at_us = now_us,
                     .calm = true};

    for (size_t i = 0; bed && i < G_N_ELEMENTS(rows); i++) {
        const DashNumeric *numeric = numeric_of(bed, i, now_us);
        if (numeric)
            look.row[look.n_rows++] = (DashLookRow){numeric->code, numeric->channel};
    }
    return look;
}

/* FALSE: the store was not asked, or has not told. */
static bool
read_row(DashScene *self, const DashBed *bed, size_t i, DashColumn columns[HOURS])
{
    const DashPastState *state = self->view->past;
    const DashNumeric *numeric = numeric_of(bed, i, self->view->now_us);

    if (!state || !state->past || !numeric || strcmp(dash_past_bed(state->past), bed->id) != 0)
        return false;
    int stream = dash_past_find(state->past, numeric->code, numeric->channel);
    if (stream < 0)
        return false;
    int64_t from_us = begin_of(self->view->now_us);
    dash_past_columns(state->past, (size_t)stream, from_us, from_us + HOURS * HOUR_US, columns,
                      HOURS);
    return true;
}

/* Its own pixels, which the layers borrow until the next picture. */
static void
raise_hour(DashScene *self, DashRect rect, uint32_t colour, double z)
{
    size_t n = (size_t)rect.w * (size_t)rect.h;
    uint32_t *pixels = g_new(uint32_t, n);
    DashFigure *figure = g_new0(DashFigure, 1);

    for (size_t i = 0; i < n; i++)
        pixels[i] = colour;
    *figure = (DashFigure){.w = rect.w, .h = rect.h, .pixels = pixels};
    g_ptr_array_add(self->kept, pixels);
    g_ptr_array_add(self->kept, figure);
    DashWardRaised raised = {figure, rect.x, rect.y, z};
    g_array_append_val(self->raised, raised);
}

static double
part_of(size_t i, double value)
{
    return CLAMP((value - rows[i].lo) / (rows[i].hi - rows[i].lo), 0, 1);
}

/* @age hours ago; its column's width stands for the bounds. */
static void
put_hour(DashScene *self, size_t i, const DashColumn *column, int age, DashRect line, uint32_t ink)
{
    const DashWardState *state = self->view->ward;

    if (!column->known || column->coverage <= 0) {
        dash_put_hatch(self, line, column->known ? self->pal->seam : self->pal->hatch,
                       column->known ? 12 : 6);
        return;
    }
    int x0 = (int)floor(part_of(i, (double)column->min) * (line.w - LEAST_PX));
    int x1 = (int)ceil(part_of(i, (double)column->max) * (line.w - LEAST_PX)) + LEAST_PX;
    DashRect rect = {line.x + x0, line.y, x1 - x0, line.h};
    double old = (double)age / (HOURS - 1);
    uint32_t colour = dash_palette_mix(ink, self->pal->tile, FADED * old);
    if (state && state->relief && age > 0)
        raise_hour(self, rect, colour, -DASH_WARD_RIBBON_DEPTH * old);
    else
        dash_put_fill(self, rect, colour);
}

static void
put_row(DashScene *self, const DashBed *bed, size_t i, DashRect rect, int size)
{
    DashColumn columns[HOURS] = {0};
    char text[DASH_TEXT_MAX], lo[DASH_TEXT_MAX], hi[DASH_TEXT_MAX];
    const DashNumeric *numeric = numeric_of(bed, i, self->view->now_us);
    const VicuSignal *signal = vicu_signal_by_name(rows[i].name ? rows[i].name : "ART_M");
    uint32_t ink = dash_palette_ink(self->pal, numeric ? numeric->signal : signal);
    DashFace face = {size * 3 / 4, DASH_WEIGHT_BOLD, ink, rect.w + size - 2};
    int head = size + 4, step = (rect.h - head) / HOURS;

    dash_format_value(lo, self->view->units, signal, rows[i].lo);
    dash_format_value(hi, self->view->units, signal, rows[i].hi);
    g_snprintf(text, sizeof text, "%.10s %.10s–%.10s", rows[i].label, lo, hi);
    dash_put_text(self, rect.x, dash_baseline(rect.y, head, face.size), face, text);
    read_row(self, bed, i, columns); /* else not known: hatched */
    int base = rect.y + head + step * HOURS;
    for (int age = 0; age < HOURS; age++)
        put_hour(self, i, &columns[HOURS - 1 - age], age,
                 (DashRect){rect.x, base - (age + 1) * step, rect.w, MAX(step - 1, 1)}, ink);
    dash_put_fill(self, (DashRect){rect.x, base, rect.w, 1}, self->pal->seam);
}

bool
dash_put_ward_ribbon(DashScene *self, const DashBed *bed, DashRect rect, int size)
{
    int n = (int)G_N_ELEMENTS(rows), head = size + 4;
    DashFace face = {size * 4 / 5, DASH_WEIGHT_REGULAR, self->pal->dim, rect.w - size};

    if (rect.h < 2 * head + 2 * HOURS || rect.w < 12 * size)
        return false;
    dash_begin_block(self, rect, self->pal->tile);
    dash_put_text(self, rect.x + size / 2, dash_baseline(rect.y, head, face.size), face,
                  _("24 h: this hour in front, earlier ones behind and above"));
    for (int i = 0; i < n; i++) {
        int x0 = rect.x + rect.w * i / n + size, x1 = rect.x + rect.w * (i + 1) / n - size;
        put_row(self, bed, (size_t)i, (DashRect){x0, rect.y + head, x1 - x0, rect.h - head}, size);
    }
    return true;
}
