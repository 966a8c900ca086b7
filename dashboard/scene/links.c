/* Links: whether the data of each site come, how late, and how much of them.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "dashboard/scene/build.h"

#define STALE_GROUND 0xffffd21fu /* as the header's mark of life when it stands */

static void
coverage_text(const DashSite *site, char out[DASH_TEXT_MAX])
{
    g_snprintf(out, DASH_TEXT_MAX, _("%u of %u beds"), site->with_data, site->expected);
}

static void
lag_text(const DashSite *site, char out[DASH_TEXT_MAX])
{
    if (site->lag_us < 0)
        g_strlcpy(out, _("lag not told"), DASH_TEXT_MAX);
    else
        g_snprintf(out, DASH_TEXT_MAX, _("lag %.1f s"), (double)site->lag_us / 1e6);
}

static void
loss_text(const DashSite *site, char out[DASH_TEXT_MAX])
{
    if (site->loss < 0)
        g_strlcpy(out, _("loss not told"), DASH_TEXT_MAX);
    else
        g_snprintf(out, DASH_TEXT_MAX, _("loss %.1f %%"), site->loss * 100);
}

static void
clock_text(const DashSite *site, char out[DASH_TEXT_MAX])
{
    if (!site->clock_known)
        g_strlcpy(out, _("clock not told"), DASH_TEXT_MAX);
    else
        g_snprintf(out, DASH_TEXT_MAX, _("clock %+.1f s"), (double)-site->clock_us / 1e6);
}

static const char *
state_of(const DashSite *site, char out[DASH_TEXT_MAX])
{
    char age[DASH_TEXT_MAX];
    switch (site->link) {
    case DASH_LINK_FLOWS:
        return _("flows");
    case DASH_LINK_BEHIND:
        if (site->behind_s == 0)
            return _("not whole");
        g_snprintf(out, DASH_TEXT_MAX, _("behind by %d s"), site->behind_s);
        return out;
    case DASH_LINK_STALE:
        g_snprintf(out, DASH_TEXT_MAX, _("NO DATA for %s"), dash_format_age(age, site->silent_us));
        return out;
    case DASH_LINK_NONE:
        break;
    }
    return site->silent_us < 0 ? _("nothing has come yet") : _("nothing is expected");
}

bool
dash_links_text(const DashSite *site, bool brief, char out[DASH_TEXT_MAX])
{
    char part[5][DASH_TEXT_MAX];
    const char *state = state_of(site, part[0]);
    coverage_text(site, part[1]);
    lag_text(site, part[2]);
    loss_text(site, part[3]);
    clock_text(site, part[4]);
    g_autofree char *text = brief ? g_strdup_printf("%s: %s, %s", site->name, state, part[1])
                                  : g_strdup_printf("%s: %s, %s, %s, %s, %s", site->name, state,
                                                    part[1], part[2], part[3], part[4]);
    g_strlcpy(out, text, DASH_TEXT_MAX);
    return site->link == DASH_LINK_FLOWS;
}

/* Ground and ink of a site's state: what is stale can not be overlooked, and not by hue alone. */
static void
look_of(DashScene *self, DashLink link, uint32_t *ground, uint32_t *ink)
{
    *ground = link == DASH_LINK_STALE    ? STALE_GROUND
              : link == DASH_LINK_BEHIND ? self->pal->late
                                         : self->pal->plate;
    *ink = link == DASH_LINK_FLOWS || link == DASH_LINK_NONE ? self->pal->text : self->pal->back;
}

void
dash_put_links_bar(DashScene *self, DashRect rect)
{
    g_autofree DashSite *sites = g_new(DashSite, DASH_SITES_MAX);
    unsigned n = dash_sites_of(self->model, self->view->now_us, sites);
    char text[DASH_TEXT_MAX];
    int size = dash_px(self, 12);
    int base = dash_baseline(rect.y, rect.h, size);
    int x = rect.x + dash_px(self, 10);
    int room = rect.w - dash_px(self, 20);
    dash_begin_block(self, rect, self->pal->panel);
    for (unsigned i = 0; i < n; i++) {
        int width = room / (int)n - dash_px(self, 8);
        uint32_t ground = 0;
        DashFace face = {size, DASH_WEIGHT_BOLD, 0, 0};
        look_of(self, sites[i].link, &ground, &face.ink);
        face.weight = sites[i].link == DASH_LINK_FLOWS ? DASH_WEIGHT_REGULAR : DASH_WEIGHT_BOLD;
        dash_links_text(&sites[i], false, text);
        if (dash_text_width(self, face, text) + dash_px(self, 16) > width)
            dash_links_text(&sites[i], true, text);
        face.max_w = MAX(width - dash_px(self, 16), 8);
        dash_put_target(self, (DashRect){x, rect.y, width, rect.h}, DASH_ACT_LINKS, NULL, 0, text);
        int w = dash_text_width(self, face, text) + dash_px(self, 12);
        dash_put_fill(self, (DashRect){x, rect.y + 2, w, rect.h - 4}, ground);
        dash_put_text(self, x + dash_px(self, 6), base, face, text);
        x += w + dash_px(self, 8);
    }
}

typedef struct {
    int x[6];
    int w[6];
} Columns;

static Columns
columns_of(const DashScene *self, DashRect rect)
{
    static const int shares[] = {15, 23, 17, 13, 13, 19};
    Columns columns;
    int x = rect.x + dash_px(self, 16);
    int room = rect.w - dash_px(self, 32);
    for (size_t i = 0; i < G_N_ELEMENTS(shares); i++) {
        columns.x[i] = x;
        columns.w[i] = room * shares[i] / 100;
        x += columns.w[i];
    }
    return columns;
}

static void
put_site(DashScene *self, const DashSite *site, DashRect rect, const Columns *columns)
{
    char text[DASH_TEXT_MAX];
    char label[DASH_TEXT_MAX];
    uint32_t ground = 0;
    uint32_t ink = 0;
    dash_links_text(site, true, label);
    dash_put_target(self, rect, DASH_ACT_NONE, NULL, 0, label);
    int pad = dash_px(self, 8);
    look_of(self, site->link, &ground, &ink);
    dash_begin_block(self, rect, self->pal->tile);
    if (site->link == DASH_LINK_STALE)
        dash_put_hatch(self, rect, self->pal->hatch, 9);
    DashFace name = {dash_px(self, 20), DASH_WEIGHT_BOLD, self->pal->text, columns->w[0] - pad};
    int base = dash_baseline(rect.y, rect.h, name.size);
    if (site->link == DASH_LINK_STALE) { /* letters on hatching need ground */
        DashRect inner = {columns->x[0] - pad, rect.y + pad, rect.w - 2 * pad, rect.h - 2 * pad};
        dash_put_fill(self, inner, self->pal->tile);
    }
    dash_put_text(self, columns->x[0], base, name, site->name);
    DashFace state = {dash_px(self, 15), DASH_WEIGHT_BOLD, ink, columns->w[1] - 3 * pad};
    const char *said = state_of(site, text);
    int w = dash_text_width(self, state, said) + 2 * pad;
    dash_put_fill(self, (DashRect){columns->x[1], rect.y + pad, w, rect.h - 2 * pad}, ground);
    dash_put_text(self, columns->x[1] + pad, base, state, said);
    void (*const parts[])(const DashSite *, char *) = {coverage_text, lag_text, loss_text,
                                                       clock_text};
    for (size_t i = 0; i < G_N_ELEMENTS(parts); i++) {
        DashFace face = {dash_px(self, 15), DASH_WEIGHT_REGULAR, self->pal->text,
                         columns->w[2 + i] - pad};
        parts[i](site, text);
        dash_put_text(self, columns->x[2 + i], base, face, text);
    }
}

static void
put_titles(DashScene *self, DashRect rect, const Columns *columns)
{
    const char *const titles[] = {_("Site"), _("State"), _("With data"),
                                  _("Lag"),  _("Loss"),  _("Its clock less ours")};
    dash_begin_block(self, rect, self->pal->panel);
    for (size_t i = 0; i < G_N_ELEMENTS(titles); i++) {
        DashFace face = {dash_px(self, 12), DASH_WEIGHT_BOLD, self->pal->dim,
                         columns->w[i] - dash_px(self, 8)};
        dash_put_text(self, columns->x[i], dash_baseline(rect.y, rect.h, face.size), face,
                      titles[i]);
    }
}

/* What the words mean: a figure that is not explained is a figure that is misread. */
static void
put_legend(DashScene *self, DashRect rect)
{
    const char *const lines[] = {
        _("Lag: arrival here less the time of the newest data, of the middle bed of the site."),
        _("Loss: samples of waves missing in the last 20 s, between those that came."),
        _("Behind: the waves of the slowest bed are played so much later than usual."),
        _("Its clock less ours: as its devices told their time; not told: they tell none."),
    };
    DashFace face = {dash_px(self, 12), DASH_WEIGHT_REGULAR, self->pal->dim,
                     rect.w - dash_px(self, 32)};
    int y = rect.y + dash_px(self, 24);
    dash_begin_block(self, rect, self->pal->panel);
    for (size_t i = 0; i < G_N_ELEMENTS(lines) && y < rect.y + rect.h - 4; i++) {
        dash_put_text(self, rect.x + dash_px(self, 16), y, face, lines[i]);
        y += dash_px(self, 20);
    }
}

void
dash_build_links(DashScene *self, DashRect rect)
{
    g_autofree DashSite *sites = g_new(DashSite, DASH_SITES_MAX);
    unsigned n = dash_sites_of(self->model, self->view->now_us, sites);
    Columns columns = columns_of(self, rect);
    int title_h = dash_px(self, 30);
    int row_h = CLAMP((rect.h - title_h) / (int)MAX(n, 1), dash_px(self, 30), dash_px(self, 52));
    int y = rect.y + title_h;
    put_titles(self, (DashRect){rect.x, rect.y, rect.w, title_h}, &columns);
    for (unsigned i = 0; i < n && y + row_h <= rect.y + rect.h; i++, y += row_h)
        put_site(self, &sites[i], (DashRect){rect.x, y, rect.w, row_h - 2}, &columns);
    put_legend(self, (DashRect){rect.x, y, rect.w, rect.y + rect.h - y});
}
