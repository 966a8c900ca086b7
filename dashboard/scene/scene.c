/* Scene: the list, its primitives, and the frame of every view. See scene.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/scene/scene.h"

#include <math.h>
#include <string.h>

#include "dashboard/scene/build.h"

#define HEADER_H 44
#define FOOTER_H 24
#define BAR_W    1200 /* that the header needs at the usual size of text */

DashScene *
dash_scene_new(DashText *text)
{
    DashScene *self = g_new0(DashScene, 1);
    self->text = text;
    self->items = g_array_sized_new(FALSE, FALSE, sizeof(DashItem), 8192);
    self->blocks = g_array_sized_new(FALSE, FALSE, sizeof(DashBlock), 2048);
    self->tiles = g_array_new(FALSE, FALSE, sizeof(DashTileAt));
    self->targets = g_array_new(FALSE, FALSE, sizeof(DashTarget));
    self->waves = g_ptr_array_new_with_free_func((GDestroyNotify)dash_wave_free);
    self->kept = g_ptr_array_new_with_free_func(g_free);
    self->figures = dash_figures_new();
    self->avatars = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    self->places = g_array_new(FALSE, FALSE, sizeof(DashWardPlace));
    self->raised = g_array_new(FALSE, FALSE, sizeof(DashWardRaised));
    self->pal = dash_palette_at(0);
    return self;
}

void
dash_scene_free(DashScene *self)
{
    if (!self)
        return;
    g_array_unref(self->items);
    g_array_unref(self->blocks);
    g_array_unref(self->tiles);
    g_array_unref(self->targets);
    g_ptr_array_unref(self->waves);
    g_ptr_array_unref(self->kept);
    dash_figures_free(self->figures);
    g_hash_table_unref(self->avatars);
    g_array_unref(self->places);
    g_array_unref(self->raised);
    g_free(self);
}

size_t
dash_scene_n_blocks(const DashScene *self)
{
    return self->blocks->len;
}

const DashBlock *
dash_scene_block(const DashScene *self, size_t i)
{
    return &g_array_index(self->blocks, DashBlock, i);
}

const DashItem *
dash_scene_item(const DashScene *self, size_t i)
{
    return &g_array_index(self->items, DashItem, i);
}

static double
text_scale(const DashView *view)
{
    return view->scale > 0 ? view->scale : 1;
}

/* The warning and the origin of the data always have room: that bounds the text of the bars. */
static double
bar_scale(const DashView *view)
{
    return MIN(text_scale(view), MAX(view->w / (double)BAR_W, 1));
}

static int
scaled(int n, double scale)
{
    return (int)lrint(n * scale);
}

int
dash_view_px(const DashView *view, int n)
{
    return scaled(n, text_scale(view));
}

int
dash_px(const DashScene *self, int n)
{
    return dash_view_px(self->view, n);
}

int
dash_bar_px(const DashScene *self, int n)
{
    return scaled(n, bar_scale(self->view));
}

void
dash_begin_block(DashScene *self, DashRect rect, uint32_t back)
{
    DashBlock block = {.rect = rect, .back = back, .first = self->items->len};
    g_array_append_val(self->blocks, block);
}

static void
put(DashScene *self, DashItem item)
{
    g_array_append_val(self->items, item);
    g_array_index(self->blocks, DashBlock, self->blocks->len - 1).n++;
}

void
dash_put_fill(DashScene *self, DashRect rect, uint32_t colour)
{
    put(self, (DashItem){.kind = DASH_ITEM_FILL, .rect = rect, .colour = colour});
}

void
dash_put_frame(DashScene *self, DashRect rect, uint32_t colour, int width)
{
    put(self, (DashItem){.kind = DASH_ITEM_FRAME, .rect = rect, .colour = colour, .width = width});
}

void
dash_put_hatch(DashScene *self, DashRect rect, uint32_t colour, int every)
{
    put(self, (DashItem){.kind = DASH_ITEM_HATCH, .rect = rect, .colour = colour, .width = every});
}

static void
put_sprite(DashScene *self, const DashSprite *sprite, int x, int y, uint32_t ink)
{
    DashRect rect = {x + sprite->left, y + sprite->top, sprite->w, sprite->h};
    put(self, (DashItem){.kind = DASH_ITEM_TEXT, .rect = rect, .colour = ink, .sprite = sprite});
}

void
dash_put_sign(DashScene *self, DashSign sign, int x, int y, int size, uint32_t ink)
{
    put_sprite(self, dash_text_sign(self->text, sign, size), x, y, ink);
}

void
dash_put_figure(DashScene *self, int x, int y, const DashFigure *figure)
{
    DashRect rect = {x + figure->x, y + figure->y, figure->w, figure->h};
    put(self, (DashItem){.kind = DASH_ITEM_FIGURE, .rect = rect, .figure = figure});
}

void
dash_put_strip(DashScene *self, DashRect rect, uint32_t ink, uint32_t back, DashStrip strip)
{
    put(self,
        (DashItem){
            .kind = DASH_ITEM_STRIP, .rect = rect, .colour = ink, .back = back, .strip = strip});
}

void
dash_put_trend(DashScene *self, DashRect rect, uint32_t ink, DashTrendLine trend)
{
    put(self, (DashItem){.kind = DASH_ITEM_TREND, .rect = rect, .colour = ink, .trend = trend});
}

void
dash_put_trace(DashScene *self, DashRect rect, uint32_t ink, uint32_t missing, DashTrace trace)
{
    put(self,
        (DashItem){
            .kind = DASH_ITEM_TRACE, .rect = rect, .colour = ink, .back = missing, .trace = trace});
}

void
dash_put_bands(DashScene *self, DashRect rect, uint32_t ink, uint32_t missing, DashBands bands)
{
    put(self,
        (DashItem){
            .kind = DASH_ITEM_BANDS, .rect = rect, .colour = ink, .back = missing, .bands = bands});
}

void
dash_put_track(
    DashScene *self, DashRect rect, DashAct act, int64_t from, int64_t to, const char *label)
{
    dash_put_target(self, rect, act, NULL, from, label);
    g_array_index(self->targets, DashTarget, self->targets->len - 1).to = to;
}

void
dash_put_target(
    DashScene *self, DashRect rect, DashAct act, const char *arg, int64_t n, const char *label)
{
    DashTarget target = {.rect = rect, .act = act, .arg = arg, .n = n};
    g_strlcpy(target.label, label ? label : "", sizeof target.label);
    g_array_append_val(self->targets, target);
}

int
dash_put_slope(DashScene *self, int x, int y, int size, uint32_t ink, DashSlope slope)
{
    if (slope == DASH_SLOPE_UNKNOWN)
        return 0;
    DashSign sign = slope == DASH_SLOPE_UP     ? DASH_SIGN_UP
                    : slope == DASH_SLOPE_DOWN ? DASH_SIGN_DOWN
                                               : DASH_SIGN_LEVEL;
    dash_put_sign(self, sign, x, y, size, ink);
    return size;
}

static const DashSprite *
sprite_of(DashScene *self, DashFace face, const char *string)
{
    return dash_text_get(self->text, string, face.size, face.weight, face.max_w);
}

int
dash_text_width(DashScene *self, DashFace face, const char *string)
{
    return sprite_of(self, face, string)->advance;
}

int
dash_put_text(DashScene *self, int x, int y, DashFace face, const char *string)
{
    if (!*string)
        return 0;
    const DashSprite *sprite = sprite_of(self, face, string);
    put_sprite(self, sprite, x, y, face.ink);
    return sprite->advance;
}

int
dash_put_text_right(DashScene *self, int right, int y, DashFace face, const char *string)
{
    if (!*string)
        return 0;
    const DashSprite *sprite = sprite_of(self, face, string);
    put_sprite(self, sprite, right - sprite->advance, y, face.ink);
    return sprite->advance;
}

int
dash_put_text_middle(DashScene *self, int middle, int y, DashFace face, const char *string)
{
    if (!*string)
        return 0;
    const DashSprite *sprite = sprite_of(self, face, string);
    put_sprite(self, sprite, middle - sprite->advance / 2, y, face.ink);
    return sprite->advance;
}

int
dash_baseline(int y, int h, int size)
{
    return y + (h + size * 73 / 100) / 2; /* capitals of the family are 0.73 of its size */
}

bool
dash_flash_lit(const DashScene *self, double hz)
{
    if (hz <= 0 || self->view->steady)
        return true;
    double turns = (double)(self->view->now_us % (60 * (int64_t)G_USEC_PER_SEC)) / 1e6 * hz;
    return turns - floor(turns) < 0.5;
}

DashAlarmFace
dash_alarm_face(const DashScene *self, const DashAlarm *alarm)
{
    const DashAlarmLook *look = dash_palette_alarm(alarm->priority);
    DashAlarmFace face = {.look = look, .filled = dash_judge_alarm_sounds(alarm)};
    if (!face.filled) { /* answered: the border and the mark stay, the ground is dark */
        face.ground = dash_palette_mix(self->pal->panel, look->ground, 0.16);
        face.ink = dash_palette_mix(self->pal->text, look->ground, 0.35);
        face.border = dash_palette_mix(self->pal->panel, look->ground, 0.75);
        return face;
    }
    bool lit = dash_flash_lit(self, look->flash_hz);
    face.ground = lit ? look->ground : look->ground_off;
    face.ink = lit ? look->ink : look->ink_off;
    face.border = lit ? look->ground : look->ground_off;
    return face;
}

void
dash_append_signal(const DashAlarm *alarm, int64_t now_us, char text[DASH_TEXT_MAX])
{
    char part[DASH_TEXT_MAX];
    char left[DASH_TEXT_MAX];
    if (alarm->merged > 0) {
        g_snprintf(part, sizeof part, _(", with %u of one cause"), alarm->merged);
        g_strlcat(text, part, DASH_TEXT_MAX);
    }
    if (alarm->audio_paused) {
        g_snprintf(part, sizeof part, _(", audio paused %.16s"),
                   dash_format_age(left, MAX(alarm->signal_until_us - now_us, 0)));
        g_strlcat(text, part, DASH_TEXT_MAX);
    }
    if (alarm->reminders > 0) {
        g_snprintf(part, sizeof part, _(", told again %ux"), alarm->reminders);
        g_strlcat(text, part, DASH_TEXT_MAX);
    }
    if (alarm->count > 1) {
        g_snprintf(part, sizeof part, _(", raised %ux"), alarm->count);
        g_strlcat(text, part, DASH_TEXT_MAX);
    }
}

bool
dash_alarms_known(const DashModel *model)
{
    return dash_model_has_state(model) && !dash_model_find_alarm(model, DASH_RULES_BLIND)
           && !dash_model_find_alarm(model, DASH_HUB_BLIND);
}

DashRect
dash_view_body(const DashView *view)
{
    if (view->alone)
        return (DashRect){0, 0, view->w, view->h};
    int header_h = scaled(HEADER_H, bar_scale(view));
    int footer_h = scaled(FOOTER_H, bar_scale(view));
    double scale = text_scale(view);
    int rail = CLAMP(view->w * 18 / 100, scaled(210, scale), scaled(380, scale));
    return (DashRect){0, header_h, view->w - rail, view->h - header_h - footer_h};
}

void
dash_scene_build(DashScene *self, const DashModel *model, const DashView *view)
{
    g_array_set_size(self->items, 0);
    g_array_set_size(self->blocks, 0);
    g_array_set_size(self->tiles, 0);
    g_array_set_size(self->targets, 0);
    g_ptr_array_set_size(self->waves, 0);
    g_ptr_array_set_size(self->kept, 0);
    g_array_set_size(self->places, 0);
    g_array_set_size(self->raised, 0);
    self->model = self->present = model;
    self->view = view;
    self->pal = view->palette ? view->palette : dash_palette_at(0);
    dash_text_next_frame(self->text);
    dash_figures_next_frame(self->figures);
    DashRect body = dash_view_body(view);
    if (view->alone) {
        dash_build_view(self, body);
        return;
    }
    int rail = view->w - body.w;
    int footer_y = body.y + body.h;
    dash_build_header(self, (DashRect){0, 0, view->w, body.y});
    dash_build_rail(self, (DashRect){body.w, body.y, rail, body.h});
    dash_build_view(self, body);
    dash_build_footer(self, (DashRect){0, footer_y, view->w, view->h - footer_y});
}

size_t
dash_scene_n_targets(const DashScene *self)
{
    return self->targets->len;
}

const DashTarget *
dash_scene_target(const DashScene *self, size_t i)
{
    return &g_array_index(self->targets, DashTarget, i);
}

const DashTarget *
dash_scene_target_at(const DashScene *self, int x, int y)
{
    for (size_t i = self->targets->len; i-- > 0;) {
        const DashTarget *target = dash_scene_target(self, i);
        DashRect r = target->rect;
        if (x >= r.x && x < r.x + r.w && y >= r.y && y < r.y + r.h)
            return target;
    }
    return NULL;
}

const char *
dash_scene_bed_at(const DashScene *self, int x, int y)
{
    for (unsigned i = 0; i < self->tiles->len; i++) {
        const DashTileAt *tile = &g_array_index(self->tiles, DashTileAt, i);
        DashRect r = tile->rect;
        if (x >= r.x && x < r.x + r.w && y >= r.y && y < r.y + r.h)
            return tile->bed;
    }
    return NULL;
}

const char *
dash_scene_neighbour(const DashScene *self, const char *bed, int dx, int dy)
{
    for (unsigned i = 0; i < self->tiles->len; i++) {
        const DashTileAt *tile = &g_array_index(self->tiles, DashTileAt, i);
        if (bed && strcmp(tile->bed, bed) != 0)
            continue;
        if (!bed)
            return tile->bed;
        DashRect r = tile->rect;
        const char *next =
            dash_scene_bed_at(self, r.x + r.w / 2 + dx * r.w, r.y + r.h / 2 + dy * r.h);
        return next ? next : bed;
    }
    return self->tiles->len ? g_array_index(self->tiles, DashTileAt, 0).bed : NULL;
}
