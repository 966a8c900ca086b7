/* Figure: see figure-draw.h. Lengths are hundredths of the figure's width.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/scene/figure-draw.h"

#include <math.h>

#define WIDE 100.0
#define HIGH 108.0

typedef struct {
    cairo_t *cr;
    const DashFigureState *state;
    double px; /* a pixel's length */
} Pen;

/* From the least to the most, by band. */
static const uint32_t skins[] = {0xff6a5cf4u, 0xff7d82d6u, 0xff9093b8u, 0xff9c8a7cu,
                                 0xffc09678u, 0xffdb9068u, 0xfff58a54u};
static const uint32_t inks[] = {0xff9466ffu, 0xff8088f4u, 0xff8aa0dcu, 0xff6f97a4u,
                                0xffcda878u, 0xffec9a5cu, 0xffff8244u};

static uint32_t
colour_of(int code, bool skin)
{
    int band = code > DASH_AVATAR_BAND_MAX ? code - DASH_FIGURE_DOUBTFUL : code;
    return (skin ? skins : inks)[CLAMP(band, -3, 3) + 3];
}

uint32_t
dash_figure_colour(const DashAvatarSign *sign, bool skin)
{
    return sign->banded ? colour_of(sign->band, skin) : 0;
}

static bool
is_doubtful(int code)
{
    return code >= DASH_FIGURE_DOUBTFUL - DASH_AVATAR_BAND_MAX && code != DASH_FIGURE_UNKNOWN;
}

static void
use(const Pen *pen, uint32_t colour, double alpha)
{
    cairo_set_source_rgba(pen->cr, (colour >> 16 & 255) / 255.0, (colour >> 8 & 255) / 255.0,
                          (colour & 255) / 255.0, alpha);
}

/* Lines across the path, which is used up. */
static void
hatch(const Pen *pen, uint32_t colour)
{
    cairo_t *cr = pen->cr;
    double every = MAX(7, 3.2 * pen->px);

    cairo_save(cr);
    cairo_clip(cr);
    use(pen, colour, 1);
    cairo_set_line_width(cr, MAX(1.6, pen->px));
    for (double at = -HIGH; at < WIDE; at += every) {
        cairo_move_to(cr, at, HIGH);
        cairo_line_to(cr, at + HIGH, 0);
    }
    cairo_stroke(cr);
    cairo_restore(cr);
}

/* The path in the colour of its state; what is not known is dark and hatched. */
static void
fill(const Pen *pen, int code, bool skin, double shade)
{
    const DashPalette *pal = pen->state->palette;
    cairo_t *cr = pen->cr;

    if (code == DASH_FIGURE_UNKNOWN) {
        use(pen, pal->tile, 1);
        cairo_fill_preserve(cr);
        hatch(pen, pal->faint);
        return;
    }
    use(pen, dash_palette_mix(colour_of(code, skin), pal->tile, shade), 1);
    if (!is_doubtful(code)) {
        cairo_fill(cr);
        return;
    }
    cairo_fill_preserve(cr);
    hatch(pen, pal->tile);
}

/* A dark edge sets the figure off from what lies behind it. */
static void
edge(const Pen *pen, double width)
{
    use(pen, pen->state->palette->back, 1);
    cairo_set_line_width(pen->cr, MAX(width, 1.6 * pen->px));
    cairo_stroke_preserve(pen->cr);
}

/* ---- body ---- */

static void
bust(cairo_t *cr)
{
    cairo_new_path(cr);
    cairo_move_to(cr, 15, 105);
    cairo_curve_to(cr, 15, 76, 20, 59, 42, 53);
    cairo_line_to(cr, 42, 40);
    cairo_line_to(cr, 58, 40);
    cairo_line_to(cr, 58, 53);
    cairo_curve_to(cr, 80, 59, 85, 76, 85, 105);
    cairo_close_path(cr);
}

static void
head(cairo_t *cr)
{
    cairo_new_path(cr);
    cairo_save(cr);
    cairo_translate(cr, 50, 25);
    cairo_scale(cr, 18, 21);
    cairo_arc(cr, 0, 0, 1, 0, 2 * G_PI);
    cairo_restore(cr);
}

static void
open_eye(const Pen *pen, double x)
{
    cairo_new_path(pen->cr);
    cairo_arc(pen->cr, x, 24, MAX(2.7, 0.8 * pen->px), 0, 2 * G_PI);
    cairo_fill(pen->cr);
}

static void
line(const Pen *pen, double x0, double y0, double x1, double y1)
{
    cairo_move_to(pen->cr, x0, y0);
    cairo_line_to(pen->cr, x1, y1);
    cairo_stroke(pen->cr);
}

/* Alert: both eyes open. Confused: one is. Voice, pain: closed. Unresponsive: crossed out. */
static void
eyes(const Pen *pen)
{
    char mind = pen->state->mind;

    use(pen, pen->state->palette->back, 1);
    cairo_set_line_width(pen->cr, MAX(2.4, pen->px));
    for (int side = -1; side <= 1; side += 2) {
        double x = 50 + 7.5 * side;
        if (mind == 'A' || (mind == 'C' && side < 0)) {
            open_eye(pen, x);
        } else if (mind == 'U') {
            line(pen, x - 3.5, 20.5, x + 3.5, 27.5);
            line(pen, x - 3.5, 27.5, x + 3.5, 20.5);
        } else {
            line(pen, x - 4, 24, x + 4, 24);
        }
    }
    if (mind == 'P') /* and what it takes */
        line(pen, 45, 35, 55, 35);
}

/* To a machine: none where one breathes alone, a dashed one where nobody has said. */
static void
tube(const Pen *pen)
{
    const DashPalette *pal = pen->state->palette;
    cairo_t *cr = pen->cr;
    bool known = pen->state->tube == 1;
    double dash[] = {MAX(5, 2 * pen->px), MAX(5, 2 * pen->px)};

    if (pen->state->tube == 0)
        return;
    cairo_save(cr);
    if (!known)
        cairo_set_dash(cr, dash, G_N_ELEMENTS(dash), 0);
    cairo_new_path(cr);
    if (known) {
        cairo_move_to(cr, 46, 37);
        cairo_curve_to(cr, 30, 46, 12, 36, 8, 58);
        use(pen, pal->back, 1);
        cairo_set_line_width(cr, MAX(8, 3 * pen->px));
        cairo_stroke_preserve(cr);
        use(pen, pal->text, 1);
        cairo_set_line_width(cr, MAX(4.4, 1.5 * pen->px));
        cairo_stroke(cr);
    }
    cairo_rectangle(cr, 2, 58, 12, 18);
    if (known) {
        int gas = pen->state->other;
        use(pen, gas == DASH_FIGURE_UNKNOWN ? pal->text : colour_of(gas, false), 1);
        cairo_fill_preserve(cr);
    }
    use(pen, known ? pal->text : pal->faint, 1);
    cairo_set_line_width(cr, MAX(1.6, pen->px));
    cairo_stroke(cr);
    cairo_restore(cr);
}

static void
draw_body(const Pen *pen)
{
    int code = pen->state->code;

    bust(pen->cr);
    edge(pen, 5);
    fill(pen, code, true, 0.42);
    head(pen->cr);
    edge(pen, 5);
    fill(pen, pen->state->mind == '?' ? DASH_FIGURE_UNKNOWN : code, true, 0);
    if (pen->state->mind != '?')
        eyes(pen);
    tube(pen);
}

/* ---- chest, pulse, warmth ---- */

static void
draw_chest(const Pen *pen)
{
    cairo_t *cr = pen->cr;
    double lift = pen->state->step / (double)DASH_FIGURE_STEPS;

    for (int side = -1; side <= 1; side += 2) {
        cairo_new_path(cr);
        cairo_save(cr);
        cairo_translate(cr, 50 + 16.5 * side, 82);
        cairo_rotate(cr, 0.18 * side);
        cairo_scale(cr, 9 + 3.2 * lift, 14.5 + 4 * lift);
        cairo_arc(cr, 0, 0, 1, 0, 2 * G_PI);
        cairo_restore(cr);
        edge(pen, 2.4);
        fill(pen, pen->state->code, false, 0.12);
    }
}

static void
disc(const Pen *pen, double radius)
{
    cairo_new_path(pen->cr);
    cairo_arc(pen->cr, 50, 80, radius, 0, 2 * G_PI);
}

static void
draw_pulse(const Pen *pen)
{
    const DashFigureState *state = pen->state;
    double throb = state->step / (double)DASH_FIGURE_STEPS,
           force = state->force / (double)DASH_FIGURE_STEPS;
    bool known = state->code != DASH_FIGURE_UNKNOWN;
    double radius = (4.6 + 4.2 * force) * (1 + 0.3 * throb);
    double ring = radius + 3.4;

    disc(pen, ring + 2);
    use(pen, state->palette->back, 1);
    cairo_fill(pen->cr);
    disc(pen, ring + 1.4);
    cairo_arc_negative(pen->cr, 50, 80, ring - 1.4, 2 * G_PI, 0);
    fill(pen, state->other, false, 0);
    disc(pen, radius);
    fill(pen, state->code, false, known ? 0.3 * (1 - throb) : 0);
}

static void
column(cairo_t *cr, double from)
{
    cairo_new_path(cr);
    cairo_arc(cr, 93, 97, 6, -G_PI / 3, G_PI + G_PI / 3);
    cairo_line_to(cr, 90, from);
    if (from < 60)
        cairo_arc(cr, 93, from, 3, G_PI, 2 * G_PI);
    cairo_line_to(cr, 96, from);
    cairo_close_path(cr);
}

static void
draw_warmth(const Pen *pen)
{
    const DashPalette *pal = pen->state->palette;
    int code = pen->state->code;
    int band = is_doubtful(code) ? code - DASH_FIGURE_DOUBTFUL : code;

    column(pen->cr, 52);
    edge(pen, 4);
    if (code == DASH_FIGURE_UNKNOWN) {
        fill(pen, code, false, 0);
        return;
    }
    use(pen, dash_palette_mix(pal->tile, pal->seam, 0.6), 1);
    cairo_fill(pen->cr);
    column(pen->cr, 88 - 36 * (band + 3) / 6.0);
    fill(pen, code, false, 0);
}

void
dash_figure_draw(cairo_t *cr, const DashFigureState *state)
{
    double scale = MIN(state->w / WIDE, state->h / HIGH);
    Pen pen = {cr, state, 1 / scale};

    cairo_translate(cr, (state->w - scale * WIDE) / 2, state->h - scale * HIGH);
    cairo_scale(cr, scale, scale);
    cairo_set_line_cap(cr, CAIRO_LINE_CAP_ROUND);
    switch ((DashFigurePart)state->part) {
    case DASH_FIGURE_BODY:
        draw_body(&pen);
        break;
    case DASH_FIGURE_CHEST:
        draw_chest(&pen);
        break;
    case DASH_FIGURE_PULSE:
        draw_pulse(&pen);
        break;
    case DASH_FIGURE_WARMTH:
    case DASH_N_FIGURES:
        draw_warmth(&pen);
        break;
    }
}
