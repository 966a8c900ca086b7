/* Glance numbers. See glance-numbers.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/glance-numbers.h"

#include <math.h>

#include "dashboard/model/glance-ward.h"
#include "dashboard/scene/palette.h"
#include "dashboard/scene/words.h"

#define GAP    4
#define BORDER 5

typedef struct {
    const DashSurface *surface;
    DashText *text;
    const DashPalette *pal;
    int64_t now_us;
} Pen;

/* Codes and units are not translated, as on the station. */
static const struct {
    const char *signal;
    const char *label;
    const char *unit;
    const char *format;
} numbers[DASH_GLANCE_SIGNS] = {
    [DASH_GLANCE_BREATHING] = {"RR", "RR", "/min", "%.0f"},
    [DASH_GLANCE_PULSE] = {"HR", "HR", "/min", "%.0f"},
    [DASH_GLANCE_OXYGEN] = {"SpO2", "SpO2", "%", "%.0f"},
    [DASH_GLANCE_PRESSURE] = {"ART_S", "SBP", "mmHg", "%.0f"},
    [DASH_GLANCE_TEMPERATURE] = {"Temp", "T", "°C", "%.1f"},
};

typedef enum { LEFT, RIGHT } Side;

/* In the middle of @place's height; never wider than it. Returns the width. */
static int
put(const Pen *pen, DashRect place, Side side, int size, uint32_t ink, const char *words)
{
    const DashSprite *s =
        dash_text_get(pen->text, words, MAX(size, 6), DASH_WEIGHT_BOLD, MAX(place.w, 1));
    int x = (side == LEFT ? place.x : place.x + place.w - s->advance) + s->left;
    int y = place.y + (place.h + size * 7 / 10) / 2 + s->top;

    if (x >= 0 && y >= 0 && x + s->w <= pen->surface->w && y + s->h <= pen->surface->h)
        dash_raster_mask(pen->surface, (DashRect){x, y, s->w, s->h}, s->mask, ink);
    return s->advance;
}

static bool
is_lit(const DashAlarmLook *look, int64_t now_us)
{
    double turns = (double)(now_us % (60 * (int64_t)G_USEC_PER_SEC)) / 1e6 * look->flash_hz;
    return turns - floor(turns) < 0.5;
}

static void
put_head(const Pen *pen, const DashAlarm *alarm, unsigned bed, DashRect tile, DashRect head)
{
    int size = head.h * 6 / 10;
    g_autofree char *number = g_strdup_printf("%u", bed + 1);

    dash_raster_fill(pen->surface, tile, pen->pal->panel);
    if (alarm) {
        const DashAlarmLook *look = dash_palette_alarm(alarm->priority);
        bool lit = is_lit(look, pen->now_us);
        uint32_t ground = lit ? look->ground : look->ground_off;
        dash_raster_fill(pen->surface, tile, ground);
        int x = head.x + 2 * size;
        g_autofree char *words = g_strdup_printf("%s %s", look->mark, _(alarm->title));
        put(pen, (DashRect){x, head.y, head.x + head.w - x, head.h}, LEFT, size,
            lit ? look->ink : look->ink_off, words);
        dash_raster_fill(pen->surface, (DashRect){head.x, head.y, size * 8 / 5, head.h},
                         pen->pal->panel);
    }
    put(pen, (DashRect){head.x + size / 2, head.y, size, head.h}, LEFT, size, pen->pal->text,
        number);
}

static void
put_number(const Pen *pen, DashGlanceSignKind kind, const DashGlanceSign *sign, DashRect row)
{
    uint32_t ink = dash_palette_ink(pen->pal, vicu_signal_by_name(numbers[kind].signal));
    char value[G_ASCII_DTOSTR_BUF_SIZE];
    int size = MIN(row.h * 7 / 10, row.w / 6), unit_w = row.w / 4;

    g_ascii_formatd(value, sizeof value, numbers[kind].format, sign->value);
    put(pen, row, LEFT, size / 2, ink, numbers[kind].label);
    put(pen, (DashRect){row.x, row.y, row.w - unit_w, row.h}, RIGHT, size, ink, value);
    put(pen, (DashRect){row.x + row.w - unit_w + size / 6, row.y, unit_w - size / 6, row.h}, LEFT,
        size * 2 / 5, pen->pal->dim, numbers[kind].unit);
}

static void
put_bed(const Pen *pen, const DashGlanceBed *bed, const DashAlarm *alarm, unsigned i, DashRect tile)
{
    int head_h = MAX(tile.h / 10, 14);
    DashRect inner = {tile.x + BORDER, tile.y + BORDER, tile.w - 2 * BORDER, tile.h - 2 * BORDER};
    DashRect head = {inner.x, inner.y, inner.w, head_h};
    DashRect body = {inner.x, inner.y + head_h, inner.w, inner.h - head_h};
    int pad = body.w / 16;

    put_head(pen, alarm, i, tile, head);
    dash_raster_fill(pen->surface, body, pen->pal->tile);
    for (int s = 0; s < DASH_GLANCE_SIGNS; s++) {
        int y = body.y + body.h * s / DASH_GLANCE_SIGNS;
        int end = body.y + body.h * (s + 1) / DASH_GLANCE_SIGNS;
        put_number(pen, (DashGlanceSignKind)s, &bed->sign[s],
                   (DashRect){body.x + pad, y, body.w - 2 * pad, end - y});
    }
}

void
dash_glance_numbers_draw(const DashSurface *surface,
                         DashText *text,
                         const DashModel *model,
                         const DashGlanceTrial *trial,
                         int64_t now_us)
{
    Pen pen = {surface, text, dash_palette_at(0), now_us};
    int columns = 3, rows = DASH_GLANCE_BEDS / columns;

    dash_raster_fill(surface, (DashRect){0, 0, surface->w, surface->h}, pen.pal->back);
    for (int i = 0; i < DASH_GLANCE_BEDS; i++) {
        const DashBed *bed = dash_model_find_bed(model, dash_glance_ward_bed((unsigned)i));
        int x = surface->w * (i % columns) / columns, y = surface->h * (i / columns) / rows;
        int end_x = surface->w * (i % columns + 1) / columns;
        int end_y = surface->h * (i / columns + 1) / rows;
        put_bed(&pen, &trial->bed[i], dash_model_worst(model, bed), (unsigned)i,
                (DashRect){x, y, end_x - x - GAP, end_y - y - GAP});
    }
}
