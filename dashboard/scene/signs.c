/* Signs. See signs.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/scene/signs.h"

static void
line(cairo_t *cr, double x0, double y0, double x1, double y1)
{
    cairo_move_to(cr, x0, y0);
    cairo_line_to(cr, x1, y1);
    cairo_stroke(cr);
}

static void
draw_standby(cairo_t *cr)
{
    cairo_rectangle(cr, 28, 20, 14, 60);
    cairo_rectangle(cr, 58, 20, 14, 60);
    cairo_fill(cr);
}

static void
draw_bed(cairo_t *cr, double y)
{
    line(cr, 10, y - 30, 10, y + 14);
    line(cr, 10, y, 90, y);
    line(cr, 90, y - 12, 90, y + 14);
}

static void
draw_discharged(cairo_t *cr)
{
    draw_bed(cr, 62);
    cairo_rectangle(cr, 18, 46, 20, 10); /* the pillow, and nobody on it */
    cairo_stroke(cr);
}

static void
draw_transport(cairo_t *cr)
{
    draw_bed(cr, 62);
    for (int wheel = 0; wheel < 2; wheel++) {
        cairo_arc(cr, 26 + 48 * wheel, 82, 8, 0, 2 * G_PI);
        cairo_stroke(cr);
    }
    line(cr, 22, 26, 78, 26);
    line(cr, 78, 26, 62, 12);
    line(cr, 78, 26, 62, 40);
}

static void
draw_lost(cairo_t *cr)
{
    line(cr, 4, 50, 30, 50);
    line(cr, 70, 50, 96, 50);
    line(cr, 36, 32, 64, 68);
    line(cr, 64, 32, 36, 68);
}

static void
draw_never_seen(cairo_t *cr)
{
    const double dashes[] = {14, 12};
    cairo_set_dash(cr, dashes, 2, 0);
    cairo_arc(cr, 50, 50, 38, 0, 2 * G_PI);
    cairo_stroke(cr);
}

static void
draw_waiting(cairo_t *cr)
{
    line(cr, 24, 14, 76, 14);
    line(cr, 24, 86, 76, 86);
    line(cr, 30, 14, 70, 86);
    line(cr, 70, 14, 30, 86);
}

/* @up: where the head is, above or below the tail; 0 = level. */
static void
draw_arrow(cairo_t *cr, int up)
{
    cairo_set_line_width(cr, 13);
    line(cr, 16, 50 + 34 * up, 84, 50 - 34 * up);
    if (up == 0) {
        line(cr, 84, 50, 58, 26);
        line(cr, 84, 50, 58, 74);
        return;
    }
    line(cr, 84, 50 - 34 * up, 46, 50 - 34 * up);
    line(cr, 84, 50 - 34 * up, 84, 50 + 4 * up);
}

void
dash_sign_draw(cairo_t *cr, DashSign sign)
{
    cairo_set_line_width(cr, 7);
    cairo_set_line_cap(cr, CAIRO_LINE_CAP_ROUND);
    cairo_set_line_join(cr, CAIRO_LINE_JOIN_ROUND);
    switch (sign) {
    case DASH_SIGN_STANDBY:
        draw_standby(cr);
        break;
    case DASH_SIGN_DISCHARGED:
        draw_discharged(cr);
        break;
    case DASH_SIGN_TRANSPORT:
        draw_transport(cr);
        break;
    case DASH_SIGN_LOST:
        draw_lost(cr);
        break;
    case DASH_SIGN_NEVER_SEEN:
        draw_never_seen(cr);
        break;
    case DASH_SIGN_WAITING:
        draw_waiting(cr);
        break;
    case DASH_SIGN_UP:
        draw_arrow(cr, 1);
        break;
    case DASH_SIGN_DOWN:
        draw_arrow(cr, -1);
        break;
    case DASH_SIGN_LEVEL:
        draw_arrow(cr, 0);
        break;
    }
}
