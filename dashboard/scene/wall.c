/* Wall: all beds at once, never more than the screen holds. See wall.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/scene/wall.h"

#include <math.h>
#include <string.h>

#include "dashboard/scene/build.h"

#define ASPECT     1.62 /* of a tile that reads well */
#define GAP        2
#define GROUPS_MAX (DASH_SITES_MAX + 1)

/* Beds that stand together under one heading. */
typedef struct {
    unsigned first;
    unsigned n;
    const DashSite *site; /* NULL: no heading */
} Group;

typedef struct {
    DashRect rect;
    int heading_h;
    int columns;
    int rows; /* of all groups */
} Grid;

static const struct {
    const char *name;
    const char *title;
} layouts[DASH_N_LAYOUTS] = {
    [DASH_LAYOUT_WARD] = {"ward", N_("Beds in their places")},
    [DASH_LAYOUT_SITES] = {"sites", N_("Beds by site")},
    [DASH_LAYOUT_WORST] = {"worst", N_("Worst bed first")},
};

const char *
dash_layout_name(DashLayout layout)
{
    g_return_val_if_fail((unsigned)layout < DASH_N_LAYOUTS, "");
    return layouts[layout].name;
}

const char *
dash_layout_title(DashLayout layout)
{
    g_return_val_if_fail((unsigned)layout < DASH_N_LAYOUTS, "");
    return layouts[layout].title;
}

DashLayout
dash_layout_find(const char *name)
{
    for (unsigned i = 0; i < DASH_N_LAYOUTS; i++)
        if (g_strcmp0(layouts[i].name, name) == 0)
            return (DashLayout)i;
    return DASH_LAYOUT_WARD;
}

unsigned
dash_wall_beds(const DashModel *model,
               const DashWallState *state,
               int64_t now_us,
               const DashBed *out[DASH_BEDS_MAX])
{
    g_autoptr(DashOrder) own = NULL;
    const DashOrder *order = state ? state->order : NULL;
    bool worst = state && state->layout == DASH_LAYOUT_WORST;
    size_t n = dash_model_n_beds(model);
    size_t from = 0;
    if (worst && !order) {
        own = dash_order_new();
        dash_order_update(own, model, now_us);
        order = own;
    }
    if (worst)
        n = dash_order_n(order);
    if (state && state->share > 0 && state->share <= state->shares) {
        from = n * (state->share - 1) / state->shares;
        n = n * state->share / state->shares;
    }
    for (size_t i = from; i < n; i++)
        out[i - from] = worst ? dash_order_bed(order, i) : dash_model_bed(model, i);
    return (unsigned)(n - from);
}

/* ---- where the tiles stand ---- */

static int
rows_of(const Group *groups, unsigned n_groups, int columns)
{
    int rows = 0;
    for (unsigned g = 0; g < n_groups; g++)
        rows += ((int)groups[g].n + columns - 1) / columns;
    return rows;
}

/* The number of columns whose tiles come nearest to a readable shape and waste
 * the fewest places. */
static Grid
grid_for(const Group *groups, unsigned n_groups, int n, DashRect rect, int heading_h)
{
    Grid best = {.rect = rect, .heading_h = heading_h, .columns = 1, .rows = n};
    double best_cost = INFINITY;
    int h = rect.h - heading_h * (int)n_groups;
    for (int columns = 1; columns <= n; columns++) {
        int rows = rows_of(groups, n_groups, columns);
        double shape = (double)rect.w / columns / ((double)h / rows);
        double empty = (double)(columns * rows - n) / n;
        double cost = fabs(log(shape / ASPECT)) + 0.8 * empty;
        if (cost >= best_cost)
            continue;
        best_cost = cost;
        best.columns = columns;
        best.rows = rows;
    }
    return best;
}

static void
put_heading(DashScene *self, const DashSite *site, DashRect rect)
{
    char text[DASH_TEXT_MAX];
    bool flows = dash_links_text(site, false, text);
    DashFace face = {dash_px(self, 13), DASH_WEIGHT_BOLD, self->pal->text, rect.w - 20};
    dash_begin_block(self, rect, flows ? self->pal->plate : self->pal->late);
    if (!flows)
        face.ink = self->pal->back;
    dash_put_text(self, rect.x + dash_px(self, 8), dash_baseline(rect.y, rect.h, face.size), face,
                  text);
}

static int
put_group(DashScene *self, const Group *group, const DashBed **beds, const Grid *grid, int row)
{
    int columns = grid->columns;
    int rows = ((int)group->n + columns - 1) / columns;
    int room = grid->rect.h;
    for (unsigned i = 0; i < group->n; i++) {
        int column = (int)i % columns;
        int at = row + (int)i / columns;
        int x0 = grid->rect.x + grid->rect.w * column / columns;
        int x1 = grid->rect.x + grid->rect.w * (column + 1) / columns;
        int y0 = grid->rect.y + room * at / grid->rows;
        int y1 = grid->rect.y + room * (at + 1) / grid->rows;
        dash_build_tile(self, beds[group->first + i],
                        (DashRect){x0, y0, x1 - x0 - GAP, y1 - y0 - GAP});
    }
    return row + rows;
}

static unsigned
group_by_site(const DashBed **beds,
              unsigned n,
              const DashSite *sites,
              unsigned n_sites,
              Group groups[GROUPS_MAX])
{
    unsigned n_groups = 0;
    for (unsigned i = 0; i < n; i++) {
        size_t length = dash_site_length(beds[i]->id);
        const char *before = i > 0 ? beds[i - 1]->id : NULL;
        bool same = before && dash_site_length(before) == length
                    && strncmp(before, beds[i]->id, length) == 0;
        if (same || n_groups == GROUPS_MAX) {
            groups[n_groups - 1].n++;
            continue;
        }
        groups[n_groups] = (Group){.first = i, .n = 1};
        for (unsigned s = 0; s < n_sites; s++)
            if (strlen(sites[s].name) == length && strncmp(sites[s].name, beds[i]->id, length) == 0)
                groups[n_groups].site = &sites[s];
        n_groups++;
    }
    return n_groups;
}

static void
put_empty(DashScene *self, DashRect rect)
{
    DashFace face = {dash_px(self, 20), DASH_WEIGHT_REGULAR, self->pal->text, rect.w - 40};
    dash_begin_block(self, rect, self->pal->back);
    dash_put_hatch(self, rect, self->pal->hatch, 14);
    int y = rect.y + rect.h / 2;
    dash_put_fill(self, (DashRect){rect.x + rect.w / 4, y - 40, rect.w / 2, 64}, self->pal->back);
    dash_put_text_middle(self, rect.x + rect.w / 2, y, face,
                         _("No bed is known: nothing has reached this station"));
}

void
dash_build_wall(DashScene *self, DashRect rect)
{
    const DashBed *beds[DASH_BEDS_MAX];
    const DashWallState *state = self->view->wall;
    unsigned n = dash_wall_beds(self->model, state, self->view->now_us, beds);
    if (n == 0) {
        put_empty(self, rect);
        return;
    }
    bool by_site = state && state->layout == DASH_LAYOUT_SITES;
    g_autofree DashSite *sites = by_site ? g_new(DashSite, DASH_SITES_MAX) : NULL;
    unsigned n_sites = by_site ? dash_sites_of(self->model, self->view->now_us, sites) : 0;
    Group groups[GROUPS_MAX] = {{.first = 0, .n = n}};
    unsigned n_groups = by_site ? group_by_site(beds, n, sites, n_sites, groups) : 1;
    Grid grid = grid_for(groups, n_groups, (int)n, rect, by_site ? dash_px(self, 24) : 0);
    grid.rect.h -= grid.heading_h * (int)n_groups;
    int row = 0;
    for (unsigned g = 0; g < n_groups; g++) {
        if (groups[g].site) {
            int y = grid.rect.y + grid.rect.h * row / grid.rows;
            put_heading(self, groups[g].site, (DashRect){rect.x, y, rect.w, grid.heading_h - GAP});
        }
        grid.rect.y += grid.heading_h;
        row = put_group(self, &groups[g], beds, &grid, row);
    }
}
