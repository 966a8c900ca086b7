/* Painter. See painter.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/gl/painter.h"

#include <string.h>

#include "dashboard/gl/crew.h"
#include "dashboard/gl/over.h"
#include "dashboard/gl/trace.h"

/* What a block looked like when it was drawn last. */
typedef struct {
    DashRect rect;
    uint64_t hash; /* of all that is not a strip */
} Drawn;

typedef struct {
    uint64_t key;   /* of what a strip is, apart from time */
    int64_t play;   /* column at the bar */
    int64_t end_us; /* newest sample when it was drawn */
    DashRows *rows; /* what stands in each of its places */
} Swept;

struct DashPainter {
    DashSurface surface;
    bool is_lent; /* the surface is another's */
    DashCrew *crew;
    DashTracer *tracer;
    GArray *jobs;   /* DashStripJob, of this picture */
    GArray *drawn;  /* Drawn, one per block */
    GArray *swept;  /* Swept, one per strip in order */
    GArray *damage; /* DashRect */
};

static void
forget_rows(void *data)
{
    Swept *swept = data;
    g_clear_pointer(&swept->rows, g_free);
}

DashPainter *
dash_painter_new_on(DashSurface surface)
{
    DashPainter *self = g_new0(DashPainter, 1);
    self->surface = surface;
    self->is_lent = true;
    self->crew = dash_crew_new(surface.w);
    self->tracer = dash_tracer_new(surface.w);
    self->jobs = g_array_new(FALSE, FALSE, sizeof(DashStripJob));
    self->drawn = g_array_new(FALSE, TRUE, sizeof(Drawn));
    self->swept = g_array_new(FALSE, TRUE, sizeof(Swept));
    g_array_set_clear_func(self->swept, forget_rows);
    self->damage = g_array_new(FALSE, FALSE, sizeof(DashRect));
    return self;
}

DashPainter *
dash_painter_new(int w, int h)
{
    DashPainter *self = dash_painter_new_on(dash_surface_new(w, h));
    self->is_lent = false;
    return self;
}

void
dash_painter_free(DashPainter *self)
{
    if (!self)
        return;
    if (!self->is_lent)
        dash_surface_clear(&self->surface);
    dash_crew_free(self->crew);
    dash_tracer_free(self->tracer);
    g_array_unref(self->jobs);
    g_array_unref(self->drawn);
    g_array_unref(self->swept);
    g_array_unref(self->damage);
    g_free(self);
}

void
dash_painter_forget(DashPainter *self)
{
    g_array_set_size(self->drawn, 0);
    g_array_set_size(self->swept, 0);
}

/* FNV-1a. */
static uint64_t
mix(uint64_t hash, const void *data, size_t n)
{
    const uint8_t *bytes = data;
    for (size_t i = 0; i < n; i++)
        hash = (hash ^ bytes[i]) * 0x100000001b3u;
    return hash;
}

#define SEED 0xcbf29ce484222325u

static uint64_t
mix_trend(uint64_t hash, const DashTrendLine *line)
{
    DashBucket newest = {0};
    dash_trend_at(line->trend, line->trend->newest * DASH_TREND_BUCKET_US, &newest);
    hash = mix(hash, &line->trend, sizeof line->trend);
    hash = mix(hash, &line->from_us, sizeof line->from_us);
    hash = mix(hash, &line->to_us, sizeof line->to_us);
    hash = mix(hash, &line->lo, sizeof line->lo);
    hash = mix(hash, &line->hi, sizeof line->hi);
    hash = mix(hash, &line->trend->newest, sizeof line->trend->newest);
    return mix(hash, &newest, sizeof newest);
}

static uint64_t
mix_trace(uint64_t hash, const DashTrace *trace, int w)
{
    int64_t width_us = (int64_t)(w * 1e6 / trace->px_per_s);
    int64_t until_us = MIN(trace->now_us, trace->from_us + width_us);
    hash = mix(hash, &trace->stamp, sizeof trace->stamp);
    hash = mix(hash, &trace->from_us, sizeof trace->from_us);
    hash = mix(hash, &until_us, sizeof until_us);
    hash = mix(hash, &trace->px_per_s, sizeof trace->px_per_s);
    hash = mix(hash, &trace->lo, sizeof trace->lo);
    hash = mix(hash, &trace->hi, sizeof trace->hi);
    return mix(hash, &trace->told, sizeof trace->told);
}

/* Words, not bytes: there are as many columns as a screen is wide, in each row. */
static uint64_t
mix_bands(uint64_t hash, const DashBands *bands, int w)
{
    hash = mix(hash, &bands->n_past, sizeof bands->n_past);
    hash = mix(hash, &bands->lo, sizeof bands->lo);
    hash = mix(hash, &bands->hi, sizeof bands->hi);
    for (int i = 0; i < w; i++) {
        const DashColumn *c = &bands->column[i];
        uint32_t word[3];
        memcpy(&word[0], &c->min, sizeof word[0]);
        memcpy(&word[1], &c->max, sizeof word[1]);
        memcpy(&word[2], &c->coverage, sizeof word[2]);
        uint64_t flags = (uint64_t)c->known << 1 | (uint64_t)c->coarse;
        hash = (hash ^ word[0]) * 0x100000001b3u;
        hash = (hash ^ word[1]) * 0x100000001b3u;
        hash = (hash ^ ((uint64_t)word[2] << 2 | flags)) * 0x100000001b3u;
    }
    return hash;
}

static uint64_t
mix_item(uint64_t hash, const DashItem *item)
{
    hash = mix(hash, &item->kind, sizeof item->kind);
    hash = mix(hash, &item->rect, sizeof item->rect);
    hash = mix(hash, &item->colour, sizeof item->colour);
    hash = mix(hash, &item->width, sizeof item->width);
    if (item->kind == DASH_ITEM_TEXT)
        hash = mix(hash, &item->sprite->id, sizeof item->sprite->id);
    else if (item->kind == DASH_ITEM_FIGURE)
        hash = mix(hash, &item->figure->id, sizeof item->figure->id);
    else if (item->kind == DASH_ITEM_TREND)
        hash = mix_trend(hash, &item->trend);
    else if (item->kind == DASH_ITEM_TRACE)
        hash = mix_trace(hash, &item->trace, item->rect.w);
    else if (item->kind == DASH_ITEM_BANDS)
        hash = mix_bands(hash, &item->bands, item->rect.w);
    return hash;
}

static uint64_t
block_hash(const DashScene *scene, const DashBlock *block)
{
    uint64_t hash = mix(SEED, &block->back, sizeof block->back);
    for (unsigned i = 0; i < block->n; i++)
        hash = mix_item(hash, dash_scene_item(scene, block->first + i));
    return hash;
}

static uint64_t
strip_key(const DashItem *item)
{
    const DashStrip *strip = &item->strip;
    uint64_t hash = mix_item(SEED, item);
    hash = mix(hash, &item->back, sizeof item->back);
    hash = mix(hash, &strip->wave, sizeof strip->wave);
    hash = mix(hash, &strip->px_per_s, sizeof strip->px_per_s);
    hash = mix(hash, &strip->lo, sizeof strip->lo);
    hash = mix(hash, &strip->hi, sizeof strip->hi);
    return mix(hash, &strip->bar_px, sizeof strip->bar_px);
}

static void
damage(DashPainter *self, DashRect rect)
{
    if (rect.w > 0 && rect.h > 0)
        g_array_append_val(self->damage, rect);
}

static void
draw_frame(DashPainter *self, const DashItem *item)
{
    DashRect r = item->rect;
    int b = item->width;
    const DashRect sides[] = {
        {r.x, r.y, r.w, b},
        {r.x, r.y + r.h - b, r.w, b},
        {r.x, r.y + b, b, r.h - 2 * b},
        {r.x + r.w - b, r.y + b, b, r.h - 2 * b},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(sides); i++)
        dash_raster_fill(&self->surface, sides[i], item->colour);
}

static void
damage_frame(DashPainter *self, const DashItem *item)
{
    DashRect r = item->rect;
    int b = item->width;
    damage(self, (DashRect){r.x, r.y, r.w, b});
    damage(self, (DashRect){r.x, r.y + r.h - b, r.w, b});
    damage(self, (DashRect){r.x, r.y + b, b, r.h - 2 * b});
    damage(self, (DashRect){r.x + r.w - b, r.y + b, b, r.h - 2 * b});
}

static void
draw_item(DashPainter *self, const DashItem *item)
{
    switch (item->kind) {
    case DASH_ITEM_FILL:
        dash_raster_fill(&self->surface, item->rect, item->colour);
        break;
    case DASH_ITEM_FRAME:
        draw_frame(self, item);
        break;
    case DASH_ITEM_HATCH:
        dash_raster_hatch(&self->surface, item->rect, item->colour, item->width);
        break;
    case DASH_ITEM_TEXT:
        dash_raster_mask(&self->surface, item->rect, item->sprite->mask, item->colour);
        break;
    case DASH_ITEM_TREND:
        dash_raster_trend(&self->surface, item);
        break;
    case DASH_ITEM_TRACE:
        dash_tracer_trace(self->tracer, &self->surface, item);
        break;
    case DASH_ITEM_BANDS:
        dash_tracer_bands(&self->surface, item);
        break;
    case DASH_ITEM_FIGURE:
        dash_over_picture(&self->surface, item->rect, item->figure->pixels);
        break;
    case DASH_ITEM_STRIP:
        break; /* by the crew */
    }
}

static void
damage_columns(DashPainter *self, const DashItem *item, int64_t first, int64_t last)
{
    int w = item->rect.w;
    if (last - first + 1 >= w) {
        damage(self, item->rect);
        return;
    }
    int a = (int)(first % w);
    int n = (int)(last - first + 1);
    int head = MIN(n, w - a);
    damage(self, (DashRect){item->rect.x + a, item->rect.y, head, item->rect.h});
    damage(self, (DashRect){item->rect.x, item->rect.y, n - head, item->rect.h});
}

/* The columns that time or data have changed since the last call are to be drawn. */
static void
sweep_strip(DashPainter *self, const DashItem *item, Swept *swept, bool all)
{
    const DashStrip *strip = &item->strip;
    if (item->rect.w <= 0 || item->rect.h <= 0)
        return; /* no room was left for it */
    uint64_t key = strip_key(item);
    int64_t play = dash_raster_column_at(strip->px_per_s, strip->play_us);
    int64_t end_us = dash_wave_end_us(strip->wave);
    int64_t oldest = play - (item->rect.w - strip->bar_px) + 1;
    int64_t first = oldest;
    int64_t bar = play; /* columns behind this one are cleared */
    bool fresh = all || swept->key != key || play < swept->play;
    if (!fresh) {
        first = swept->play - 2;
        if (end_us != swept->end_us)
            first = MIN(first, dash_raster_column_at(strip->px_per_s, swept->end_us) - 2);
        else if (play == swept->play)
            return;
        first = MAX(first, oldest);
        bar = MAX(bar, swept->play + strip->bar_px);
    }
    DashStripJob job = {.item = item,
                        .first = MAX(first, 0),
                        .last = play,
                        .bar = bar,
                        .bar_n = (int)MAX(play + strip->bar_px - bar, 0),
                        .fresh = fresh};
    if (fresh) {
        g_free(swept->rows);
        swept->rows = g_new0(DashRows, MAX(item->rect.w, 1));
    }
    job.rows = swept->rows;
    g_array_append_val(self->jobs, job);
    damage_columns(self, item, MAX(first, 0), play + strip->bar_px);
    *swept = (Swept){.key = key, .play = play, .end_us = end_us, .rows = job.rows};
}

static bool
same_rect(DashRect a, DashRect b)
{
    return a.x == b.x && a.y == b.y && a.w == b.w && a.h == b.h;
}

static void
draw_block(DashPainter *self, const DashScene *scene, size_t index, unsigned *strips)
{
    const DashBlock *block = dash_scene_block(scene, index);
    Drawn *drawn = &g_array_index(self->drawn, Drawn, index);
    uint64_t hash = block_hash(scene, block);
    bool changed = drawn->hash != hash || !same_rect(drawn->rect, block->rect);
    *drawn = (Drawn){.rect = block->rect, .hash = hash};
    if (changed && block->back) {
        dash_raster_fill(&self->surface, block->rect, block->back);
        damage(self, block->rect);
    }
    for (unsigned i = 0; i < block->n; i++) {
        const DashItem *item = dash_scene_item(scene, block->first + i);
        if (item->kind == DASH_ITEM_STRIP) {
            if (*strips >= self->swept->len)
                g_array_set_size(self->swept, *strips + 1);
            sweep_strip(self, item, &g_array_index(self->swept, Swept, *strips), changed);
            (*strips)++;
        } else if (changed) {
            draw_item(self, item);
            if (!block->back)
                damage_frame(self, item);
        }
    }
}

/* Another layout than last time: nothing that was drawn can be kept. */
static bool
same_layout(const DashPainter *self, const DashScene *scene)
{
    size_t n = dash_scene_n_blocks(scene);
    if (self->drawn->len != n)
        return false;
    for (size_t i = 0; i < n; i++)
        if (!same_rect(g_array_index(self->drawn, Drawn, i).rect, dash_scene_block(scene, i)->rect))
            return false;
    return true;
}

void
dash_painter_draw(DashPainter *self, const DashScene *scene)
{
    unsigned strips = 0;
    g_array_set_size(self->damage, 0);
    g_array_set_size(self->jobs, 0);
    bool fresh = !same_layout(self, scene);
    if (fresh) {
        DashRect whole = {0, 0, self->surface.w, self->surface.h};
        g_array_set_size(self->drawn, 0);
        g_array_set_size(self->drawn, (guint)dash_scene_n_blocks(scene));
        g_array_set_size(self->swept, 0);
        dash_raster_fill(&self->surface, whole, 0xff07090du);
    }
    for (size_t i = 0; i < dash_scene_n_blocks(scene); i++)
        draw_block(self, scene, i, &strips);
    dash_crew_draw(self->crew, &self->surface, (const DashStripJob *)(void *)self->jobs->data,
                   self->jobs->len);
    if (fresh) {
        g_array_set_size(self->damage, 0);
        damage(self, (DashRect){0, 0, self->surface.w, self->surface.h});
    }
}

const DashSurface *
dash_painter_surface(const DashPainter *self)
{
    return &self->surface;
}

const DashRect *
dash_painter_damage(const DashPainter *self, size_t *n)
{
    *n = self->damage->len;
    return (const DashRect *)self->damage->data;
}
