/* Ward. See ward.h; a bed is in ward-bed.c, what stands beside the beds in
 * ward-side.c.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/scene/ward.h"

#include <math.h>

#include "dashboard/scene/build.h"
#include "dashboard/scene/wall.h"

#define GAP         2
#define BAR_H(size) ((size) + 8)
#define TEXT_MIN    14 /* capitals of ten pixels, in the smallest tile of a panel, too */
#define TEXT_PART   48 /* of the picture's shorter side */
#define LEAVES      (7 * DASH_ACUITY_CLASS)
#define MOST        (9 * DASH_ACUITY_CLASS - 1)

double
dash_ward_depth(int acuity)
{
    if (acuity < LEAVES)
        return 0;
    double part = (double)(MIN(acuity, MOST) - LEAVES) / (MOST - LEAVES);
    return DASH_WARD_DEPTH_MIN + (DASH_WARD_DEPTH_MAX - DASH_WARD_DEPTH_MIN) * part;
}

size_t
dash_ward_n_places(const DashScene *scene)
{
    return scene->places->len;
}

const DashWardPlace *
dash_ward_place(const DashScene *scene, size_t i)
{
    return &g_array_index(scene->places, DashWardPlace, i);
}

int
dash_ward_room(const DashScene *scene)
{
    int room = scene->places->len > 0 ? G_MAXINT : 0;

    for (guint i = 0; i < scene->places->len; i++)
        room = MIN(room, dash_ward_place(scene, i)->room);
    return MAX(room, 0);
}

size_t
dash_ward_n_raised(const DashScene *scene)
{
    return scene->raised->len;
}

const DashWardRaised *
dash_ward_raised(const DashScene *scene, size_t i)
{
    return &g_array_index(scene->raised, DashWardRaised, i);
}

uint64_t
dash_ward_sequence(const DashModel *model)
{
    return dash_model_batches(model);
}

/* ---- where things stand ---- */

typedef struct {
    DashRect bar;  /* h 0: the picture has a header of its own */
    DashRect grid; /* of the beds */
    DashRect side;
    int columns;
    int rows;
    int size;     /* of text */
    double scale; /* that the person likes it by */
} Layout;

/* Of names in the cells. */
static int
name_size(const Layout *layout, DashRect cell)
{
    return CLAMP((int)(MIN(cell.h / 6, cell.w / 6) * layout->scale), TEXT_MIN,
                 layout->size * 3 / 2);
}

static DashRect
cell_at(const Layout *layout, int i)
{
    int column = i % layout->columns, row = i / layout->columns;
    DashRect g = layout->grid;
    int x0 = g.x + g.w * column / layout->columns, x1 = g.x + g.w * (column + 1) / layout->columns;
    int y0 = g.y + g.h * row / layout->rows, y1 = g.y + g.h * (row + 1) / layout->rows;

    return (DashRect){x0, y0, x1 - x0 - GAP, y1 - y0 - GAP};
}

/* The numbers of columns and rows that give the largest figures. */
static void
set_grid(Layout *layout, int n)
{
    double best = -INFINITY;

    for (int columns = 1; columns <= n; columns++) {
        Layout tried = *layout;
        tried.columns = columns;
        tried.rows = (n + columns - 1) / columns;
        DashRect cell = cell_at(&tried, 0);
        int border = 2 * dash_ward_border(cell);
        double figure = MIN((cell.w - border) * DASH_WARD_FIGURE_W / 100,
                            cell.h - border - name_size(layout, cell));
        double gain = figure * (1 - 0.1 * (columns * tried.rows - n) / n);
        if (gain <= best)
            continue;
        best = gain;
        layout->columns = columns;
        layout->rows = tried.rows;
    }
}

/* What the picture is made of, and what is done to it. */
static void
note_text(const DashScene *self, char out[DASH_TEXT_MAX])
{
    dash_origin_text(self->model, out);
    if (!self->view->ward || !self->view->ward->false_colours)
        return;
    if (*out)
        g_strlcat(out, "   ", DASH_TEXT_MAX);
    g_strlcat(out, _("COLOURS NOT RELIABLE"), DASH_TEXT_MAX);
}

static DashFace
note_face(const DashScene *self, int size)
{
    return (DashFace){MAX(size * 4 / 5, 11), DASH_WEIGHT_BOLD, self->pal->banner_ink, 0};
}

/* A second line where the first one has no room for the note. */
static int
bar_height(DashScene *self, int w, int size)
{
    char text[DASH_TEXT_MAX];
    DashFace warn = {size, DASH_WEIGHT_BOLD, self->pal->back, 0};
    int used = dash_text_width(self, warn, _("SUPPLEMENTAL – not a primary alarm")) + 11 * size;

    note_text(self, text);
    if (!*text || used + dash_text_width(self, note_face(self, size), text) <= w)
        return BAR_H(size);
    return BAR_H(size) + size + 4;
}

static Layout
layout_for(DashScene *self, DashRect rect, int n)
{
    int shorter = MIN(rect.w, rect.h);
    double scale = self->view->scale > 0 ? self->view->scale : 1;
    Layout layout = {.size = MAX((int)(shorter * scale) / TEXT_PART, TEXT_MIN), .scale = scale};

    if (self->view->alone) {
        layout.bar = (DashRect){rect.x, rect.y, rect.w, bar_height(self, rect.w, layout.size)};
        rect.y += layout.bar.h;
        rect.h -= layout.bar.h;
    }
    layout.grid = layout.side = rect;
    if (rect.w > rect.h * 5 / 4) {
        layout.grid.w = rect.w - MAX(rect.w * 30 / 100, layout.size * 15);
        layout.side.x += layout.grid.w;
        layout.side.w -= layout.grid.w;
    } else {
        layout.grid.h = rect.h - MAX(rect.h * 30 / 100, layout.size * 6);
        layout.side.y += layout.grid.h;
        layout.side.h -= layout.grid.h;
    }
    set_grid(&layout, n);
    return layout;
}

/* ---- the view ---- */

/* In a picture of its own: what it is not, of when it is, and of which state. */
static void
put_bar(DashScene *self, DashRect rect, int size)
{
    char text[DASH_TEXT_MAX], clock[DASH_TEXT_MAX];
    DashFace face = {size, DASH_WEIGHT_BOLD, self->pal->text, 0};
    DashRect line = {rect.x, rect.y, rect.w, BAR_H(size)};
    int base = dash_baseline(line.y, line.h, size), pad = size / 2;

    dash_begin_block(self, rect, self->pal->panel);
    dash_format_clock(clock, self->view->now_us, self->view->utc_offset_us);
    int right = rect.x + rect.w - pad;
    right -= dash_put_text_right(self, right, base, face, clock) + pad;
    DashFace dim = {size, DASH_WEIGHT_REGULAR, self->pal->text, 0};
    g_snprintf(text, sizeof text, "%" G_GUINT64_FORMAT, dash_ward_sequence(self->model));
    right -= dash_put_text_right(self, right, base, dim, text) + pad;
    const char *said = _("SUPPLEMENTAL – not a primary alarm");
    DashFace warn = {size, DASH_WEIGHT_BOLD, self->pal->back, 0};
    while (warn.size > 8 && dash_text_width(self, warn, said) + 2 * pad > right - rect.x)
        warn.size--;
    int w = MIN(dash_text_width(self, warn, said) + 2 * pad, right - rect.x);
    dash_put_fill(self, (DashRect){rect.x, rect.y, w, line.h}, self->pal->plate_high);
    dash_put_text(self, rect.x + pad, base, warn, said);
    note_text(self, text);
    DashFace note = note_face(self, size);
    if (!*text)
        return;
    DashRect banner = {rect.x + w + pad / 2, rect.y + 2,
                       dash_text_width(self, note, text) + 2 * pad, line.h - 4};
    if (banner.x + banner.w > right) /* a line of its own, which the layout left for it */
        banner = (DashRect){rect.x, rect.y + line.h, rect.w, rect.h - line.h};
    dash_put_fill(self, banner, self->pal->banner);
    dash_put_text(self, banner.x + pad, dash_baseline(banner.y, banner.h, note.size), note, text);
}

static void
put_nobody(DashScene *self, DashRect rect, int size)
{
    DashFace face = {size, DASH_WEIGHT_REGULAR, self->pal->text, rect.w - 20};

    dash_begin_block(self, rect, self->pal->back);
    dash_put_hatch(self, rect, self->pal->hatch, 14);
    DashRect plate = {rect.x, rect.y + rect.h / 2 - size, rect.w, 2 * size};
    dash_put_fill(self, plate, self->pal->back);
    dash_put_text_middle(self, rect.x + rect.w / 2, dash_baseline(plate.y, plate.h, size), face,
                         _("No bed is known: nothing has reached this station"));
}

/* Beds that are no longer shown have no rhythm that goes on. */
static void
forget_others(DashScene *self)
{
    if (g_hash_table_size(self->avatars) > DASH_BEDS_MAX)
        g_hash_table_remove_all(self->avatars);
}

void
dash_build_ward(DashScene *self, DashRect rect)
{
    const DashBed *beds[DASH_BEDS_MAX];
    DashWallState wall = {.layout = DASH_LAYOUT_WARD};

    if (self->view->wall) {
        wall.share = self->view->wall->share;
        wall.shares = self->view->wall->shares;
    }
    if (rect.w < 1 || rect.h < 1)
        return;
    unsigned n = dash_wall_beds(self->model, &wall, self->view->now_us, beds);
    Layout layout = layout_for(self, rect, MAX((int)n, 1));
    if (layout.bar.h > 0)
        put_bar(self, layout.bar, layout.size);
    if (n == 0)
        put_nobody(self, layout.grid, layout.size);
    forget_others(self);
    for (unsigned i = 0; i < n; i++) {
        DashRect cell = cell_at(&layout, (int)i);
        dash_put_ward_bed(self, beds[i], cell, name_size(&layout, cell));
    }
    dash_build_ward_side(self, layout.size, layout.side);
}
