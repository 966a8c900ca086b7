/* Figure: what is kept of it. The drawing is in figure-draw.c.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/scene/figure.h"

#include <cairo.h>
#include <math.h>
#include <string.h>

#include "dashboard/scene/figure-draw.h"

#define KEPT 64 /* pictures for which a part that nobody asks for is kept */

typedef struct {
    DashFigureState state;
    DashFigure figure;
    uint32_t *pixels;
    uint64_t used; /* the last picture that asked for it */
} Kept;

struct DashFigures {
    GHashTable *kept; /* DashFigureState * to Kept * */
    uint64_t frame;
    uint32_t last_id;
};

static guint
state_hash(gconstpointer key)
{
    const uint8_t *bytes = key;
    guint hash = 2166136261u;

    for (size_t i = 0; i < sizeof(DashFigureState); i++)
        hash = (hash ^ bytes[i]) * 16777619u;
    return hash;
}

static gboolean
state_equal(gconstpointer a, gconstpointer b)
{
    return memcmp(a, b, sizeof(DashFigureState)) == 0;
}

static void
kept_free(void *data)
{
    Kept *kept = data;

    g_free(kept->pixels);
    g_free(kept);
}

DashFigures *
dash_figures_new(void)
{
    DashFigures *self = g_new0(DashFigures, 1);

    self->kept = g_hash_table_new_full(state_hash, state_equal, NULL, kept_free);
    return self;
}

void
dash_figures_free(DashFigures *self)
{
    if (self == NULL)
        return;
    g_hash_table_unref(self->kept);
    g_free(self);
}

static gboolean
is_old(gpointer key, gpointer value, gpointer user)
{
    const DashFigures *self = user;
    const Kept *kept = value;

    (void)key;
    return kept->used + KEPT < self->frame;
}

void
dash_figures_next_frame(DashFigures *self)
{
    self->frame++;
    if (self->frame % KEPT == 0)
        g_hash_table_foreach_remove(self->kept, is_old, self);
}

size_t
dash_figures_n_kept(const DashFigures *self)
{
    return g_hash_table_size(self->kept);
}

/* ---- states ---- */

static int8_t
code_of(const DashAvatarSign *sign)
{
    if (!sign->banded)
        return DASH_FIGURE_UNKNOWN;
    return (int8_t)(sign->band + (sign->doubtful ? DASH_FIGURE_DOUBTFUL : 0));
}

static int8_t
step_of(double part)
{
    return (int8_t)lround(CLAMP(part, 0, 1) * DASH_FIGURE_STEPS);
}

/* Zeroed first: states are compared byte by byte. */
static void
set_state(DashFigureState *state, DashFigurePart part, const DashAvatar *avatar)
{
    const DashAvatarSign *sign = avatar->sign;

    state->part = (int8_t)part;
    switch (part) {
    case DASH_FIGURE_BODY:
        state->code = code_of(&sign[DASH_SIGN_OF_OXYGEN]);
        state->mind = dash_avatar_acvpu(avatar);
        state->tube = sign[DASH_SIGN_OF_VENTILATION].known
                          ? (int8_t)(sign[DASH_SIGN_OF_VENTILATION].value > 0)
                          : DASH_FIGURE_UNKNOWN;
        state->other = code_of(&sign[DASH_SIGN_OF_VENTILATION]);
        break;
    case DASH_FIGURE_CHEST:
        state->code = code_of(&sign[DASH_SIGN_OF_BREATHING]);
        state->step = step_of(dash_avatar_lift(avatar));
        break;
    case DASH_FIGURE_PULSE:
        state->code = code_of(&sign[DASH_SIGN_OF_PULSE]);
        state->other = code_of(&sign[DASH_SIGN_OF_PRESSURE]);
        state->step = step_of(dash_avatar_throb(avatar));
        state->force = step_of(dash_avatar_force(avatar));
        break;
    case DASH_FIGURE_WARMTH:
    case DASH_N_FIGURES:
        state->code = code_of(&sign[DASH_SIGN_OF_TEMPERATURE]);
        break;
    }
}

/* ---- pixels ---- */

/* What of the picture is not clear. */
static void
crop(Kept *kept, const uint32_t *all, int w, int h)
{
    int x0 = w, x1 = 0, y0 = h, y1 = 0;

    for (int y = 0; y < h; y++)
        for (int x = 0; x < w; x++)
            if (all[(size_t)y * (size_t)w + (size_t)x] != 0) {
                x0 = MIN(x0, x);
                x1 = MAX(x1, x + 1);
                y0 = MIN(y0, y);
                y1 = MAX(y1, y + 1);
            }
    DashFigure *figure = &kept->figure;
    figure->x = MIN(x0, x1);
    figure->y = MIN(y0, y1);
    figure->w = MAX(x1 - x0, 0);
    figure->h = MAX(y1 - y0, 0);
    kept->pixels = g_new(uint32_t, MAX((gsize)figure->w * (gsize)figure->h, 1));
    for (int y = 0; y < figure->h; y++)
        memcpy(kept->pixels + (size_t)y * (size_t)figure->w,
               all + (size_t)(figure->y + y) * (size_t)w + figure->x,
               sizeof *all * (size_t)figure->w);
    figure->pixels = kept->pixels;
}

static void
draw(Kept *kept)
{
    int w = kept->state.w, h = kept->state.h;
    g_autofree uint32_t *all = g_new0(uint32_t, (gsize)w * (gsize)h);
    cairo_surface_t *surface = cairo_image_surface_create_for_data(
        (unsigned char *)all, CAIRO_FORMAT_ARGB32, w, h, w * (int)sizeof *all);
    cairo_t *cr = cairo_create(surface);

    dash_figure_draw(cr, &kept->state);
    cairo_destroy(cr);
    cairo_surface_flush(surface);
    cairo_surface_destroy(surface);
    crop(kept, all, w, h);
}

const DashFigure *
dash_figures_get(DashFigures *self,
                 DashFigurePart part,
                 const DashAvatar *avatar,
                 const DashPalette *palette,
                 int w,
                 int h)
{
    DashFigureState state;

    memset(&state, 0, sizeof state);
    state.palette = palette;
    state.w = CLAMP(w, 8, 1024);
    state.h = CLAMP(h, 8, 1024);
    set_state(&state, part, avatar);
    Kept *kept = g_hash_table_lookup(self->kept, &state);
    if (kept == NULL) {
        kept = g_new0(Kept, 1);
        memcpy(&kept->state, &state, sizeof state);
        draw(kept);
        kept->figure.id = ++self->last_id;
        g_hash_table_insert(self->kept, &kept->state, kept);
    }
    kept->used = self->frame;
    return &kept->figure;
}
