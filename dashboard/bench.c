/* Four hundred waves of six seconds at 250 Hz on 3840 x 2160, drawn anew and moved on by a step,
 * beside a picture that was sampled sixteen times finer each way. What lives is in bench-live.c,
 * what a display shows in ui/bench-present.c.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/bench.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "common/bench-ward.h"
#include "common/clock.h"
#include "common/figures.h"
#include "common/options.h"
#include "common/progress.h"
#include "dashboard/bench-holo.h"
#include "dashboard/bench-link.h"
#include "dashboard/bench-live.h"
#include "dashboard/bench-past.h"
#include "dashboard/gl/crew.h"

#define T0_US   (INT64_C(1700000000) * G_USEC_PER_SEC)
#define BACK    0xff0f141bu
#define HALF_PX 0.625 /* half the stroke */

enum {
    W = 3840,
    H = 2160,
    ACROSS = 10, /* beds in a row, and rows */
    LINES = 4,   /* waves of a bed */
    STRIPS = ACROSS * ACROSS * LINES,
    TILE_W = W / ACROSS,
    TILE_H = H / ACROSS,
    STRIP_H = TILE_H / LINES,
    SECONDS = 6,
    HZ = 250,
    HELD = SECONDS + 4, /* seconds of samples: the last step has its own */
    LEADS = 3,
    DRAWS = 15, /* of a run */
    STEPS = 60,
    FINE = 16,
    JUDGED = 16, /* strips beside the finer picture */
};

static const uint32_t inks[LINES] = {0xff54d98cu, 0xfff2686bu, 0xff5cc8ffu, 0xfff5d76eu};

typedef struct {
    DashWave *waves[STRIPS];
    DashItem items[STRIPS];
    DashRows rows[STRIPS][TILE_W];
    DashSurface surface;
    DashCrew *crew;
    int64_t play_us;
} Wall;

static void
fill_wave(DashWave *wave, const VicuBenchWard *ward, unsigned bed, unsigned lead)
{
    double gain = vicu_bench_ward_wave(ward, lead)->gain;
    const DashScale scale = {.t0_us = T0_US, .period_num = 1, .period_den = HZ, .gain = gain};
    size_t n = HELD * HZ;
    g_autofree uint8_t *bytes = g_new(uint8_t, 2 * n);
    const int16_t *samples = vicu_bench_ward_samples(ward, bed, lead, 0, n);
    for (size_t i = 0; i < n; i++) {
        bytes[2 * i] = (uint8_t)samples[i];
        bytes[2 * i + 1] = (uint8_t)((uint16_t)samples[i] >> 8);
    }
    g_assert(dash_wave_push(wave, &scale, 0, bytes, n) == DASH_WAVE_KEPT);
}

static void
place(Wall *wall, unsigned s)
{
    unsigned bed = s / LINES;
    unsigned line = s % LINES;
    double low = 0;
    double high = 1;
    DashItem *item = &wall->items[s];
    dash_wave_extent(wall->waves[s], T0_US, T0_US + SECONDS * G_USEC_PER_SEC, &low, &high);
    *item =
        (DashItem){.kind = DASH_ITEM_STRIP,
                   .rect = {(int)(bed % ACROSS) * TILE_W,
                            (int)(bed / ACROSS) * TILE_H + (int)line * STRIP_H, TILE_W, STRIP_H},
                   .colour = inks[line],
                   .back = BACK};
    item->strip = (DashStrip){.wave = wall->waves[s],
                              .px_per_s = (double)TILE_W / SECONDS,
                              .play_us = wall->play_us,
                              .lo = low,
                              .hi = high,
                              .bar_px = 12};
}

static Wall *
wall_new(void)
{
    Wall *wall = g_new0(Wall, 1);
    g_autoptr(VicuBenchWard) ward = vicu_bench_ward_new(ACROSS * ACROSS, HZ);
    const DashScale scale = {.t0_us = T0_US, .period_num = 1, .period_den = HZ, .gain = 1};
    wall->play_us = T0_US + (SECONDS + 1) * G_USEC_PER_SEC;
    for (unsigned s = 0; s < STRIPS; s++) {
        unsigned bed = s / LINES;
        unsigned line = s % LINES;
        wall->waves[s] = dash_wave_new(&scale, 60);
        fill_wave(wall->waves[s], ward, (bed + line / LEADS) % (ACROSS * ACROSS), line % LEADS);
        place(wall, s);
    }
    wall->crew = dash_crew_new(TILE_W);
    wall->surface = dash_surface_new(W, H);
    return wall;
}

static void
wall_free(Wall *wall)
{
    for (unsigned s = 0; s < STRIPS; s++)
        dash_wave_free(wall->waves[s]);
    dash_crew_free(wall->crew);
    dash_surface_clear(&wall->surface);
    g_free(wall);
}

static int64_t
newest(const Wall *wall, unsigned s)
{
    return dash_raster_column_at(wall->items[s].strip.px_per_s, wall->play_us);
}

static void
redraw(Wall *wall)
{
    DashStripJob jobs[STRIPS];
    for (unsigned s = 0; s < STRIPS; s++) {
        int64_t last = newest(wall, s);
        jobs[s] = (DashStripJob){.item = &wall->items[s],
                                 .first = last - TILE_W + 1,
                                 .last = last,
                                 .rows = wall->rows[s],
                                 .fresh = true};
    }
    dash_crew_draw(wall->crew, &wall->surface, jobs, STRIPS);
}

/* A thirtieth of a second further: the columns that came, those before whose join changed, and
 * what the bar has reached, as the painter does it. */
static void
step(Wall *wall)
{
    DashStripJob jobs[STRIPS];
    int64_t before = newest(wall, 0);
    wall->play_us += G_USEC_PER_SEC / 30;
    int64_t last = newest(wall, 0);
    for (unsigned s = 0; s < STRIPS; s++)
        jobs[s] = (DashStripJob){.item = &wall->items[s],
                                 .first = before - 2,
                                 .last = last,
                                 .bar = before + wall->items[s].strip.bar_px,
                                 .bar_n = (int)(last - before),
                                 .rows = wall->rows[s]};
    dash_crew_draw(wall->crew, &wall->surface, jobs, STRIPS);
}

/* --- how good it is ----------------------------------------------------------- */

static double
luma(uint32_t p)
{
    return 0.2126 * ((p >> 16) & 255) + 0.7152 * ((p >> 8) & 255) + 0.0722 * (p & 255);
}

/* The wave of a strip as a line in its pixels; the newest column is the last. */
static size_t
line_of(const Wall *wall, unsigned s, double *x, double *y, size_t room)
{
    const DashItem *item = &wall->items[s];
    const DashStrip *strip = &item->strip;
    double left_us = (double)(newest(wall, s) - TILE_W + 1) * 1e6 / strip->px_per_s;
    double scale = (item->rect.h - 3) / (strip->hi - strip->lo);
    DashSpan spans[8];
    size_t n = 0;
    size_t n_spans = dash_wave_spans(strip->wave, (int64_t)left_us - 100000,
                                     (int64_t)left_us + (SECONDS + 1) * G_USEC_PER_SEC, spans, 8);
    for (size_t k = 0; k < n_spans; k++)
        for (size_t i = 0; i < spans[k].n && n < room; i++, n++) {
            double t_us = (double)spans[k].t_us + spans[k].period_us * (double)i;
            double value = (spans[k].samples[i] - spans[k].baseline) / spans[k].gain;
            x[n] = (t_us - left_us) * strip->px_per_s / 1e6;
            y[n] = item->rect.h - 1.5 - (value - strip->lo) * scale;
        }
    return n;
}

static bool
is_inside(const double *x, const double *y, size_t first, size_t n, double px, double py)
{
    for (size_t i = first; i < n && x[i - 1] <= px + 1; i++) {
        double bx = x[i] - x[i - 1];
        double by = y[i] - y[i - 1];
        double t = ((px - x[i - 1]) * bx + (py - y[i - 1]) * by) / (bx * bx + by * by);
        t = CLAMP(t, 0, 1);
        double dx = px - x[i - 1] - t * bx;
        double dy = py - y[i - 1] - t * by;
        if (dx * dx + dy * dy <= HALF_PX * HALF_PX)
            return true;
    }
    return false;
}

static double
finer_part(const double *x, const double *y, size_t first, size_t n, int px, int py)
{
    int inside = 0;
    for (int sy = 0; sy < FINE; sy++)
        for (int sx = 0; sx < FINE; sx++)
            inside += is_inside(x, y, first, n, px + (sx + 0.5) / FINE, py + (sy + 0.5) / FINE);
    return (double)inside / (FINE * FINE);
}

/* Sum of squared differences in luma over a strip, background included. */
static double
squares_of(const Wall *wall, unsigned s)
{
    enum { ROOM = (SECONDS + 3) * HZ };
    static double x[ROOM];
    static double y[ROOM];
    const DashItem *item = &wall->items[s];
    size_t n = line_of(wall, s, x, y, ROOM);
    size_t first = 1;
    double sum = 0;
    for (int px = 0; px < TILE_W; px++) {
        while (first + 1 < n && x[first] < px - 1)
            first++;
        int64_t column = newest(wall, s) - TILE_W + 1 + px;
        int at = item->rect.x + (int)(column % TILE_W);
        for (int py = 0; py < item->rect.h; py++) {
            double part = finer_part(x, y, first, n, px, py);
            double wanted = luma(BACK) + (luma(item->colour) - luma(BACK)) * part;
            uint32_t drawn = wall->surface.pixels[(size_t)(item->rect.y + py) * W + at];
            sum += (luma(drawn) - wanted) * (luma(drawn) - wanted);
        }
    }
    return sum;
}

static double
psnr(const Wall *wall)
{
    double sum = 0;
    for (unsigned i = 0; i < JUDGED; i++)
        sum += squares_of(wall, i * (STRIPS / JUDGED) + i % LINES);
    return 10 * log10(255 * 255 / (sum / ((double)JUDGED * TILE_W * STRIP_H)));
}

/* --- the bench ----------------------------------------------------------------- */

/* By the clock, and in CPU time of all threads; the median of all draws counts. */
static void
measure(Wall *wall, void (*draw)(Wall *), int n, VicuFigures *figures, const char *name)
{
    g_autofree char *cpu_name = g_strconcat(name, "_cpu", NULL);
    for (int i = 0; i < n; i++) {
        gint64 begin_us = g_get_monotonic_time();
        double begin_s = vicu_clock_cpu_s();
        draw(wall);
        double cpu_s = vicu_clock_cpu_s() - begin_s;
        vicu_figures_add(figures, name, "ms", (double)(g_get_monotonic_time() - begin_us) / 1e3);
        vicu_figures_add(figures, cpu_name, "ms", 1e3 * cpu_s);
    }
}

static int
run(int runs, gboolean past, gboolean as_json, void (*present)(VicuFigures *figures))
{
    g_autoptr(VicuFigures) figures = vicu_figures_new("render");
    g_autoptr(GError) error = NULL;
    VicuProgress *progress = vicu_progress_new("bench render", "runs", (uint64_t)runs);
    for (int r = 0; r < runs; r++) {
        Wall *wall = wall_new();
        redraw(wall);
        measure(wall, redraw, DRAWS, figures, "redraw_4k");
        vicu_figures_add(figures, "redraw_4k_psnr", "dB", psnr(wall));
        measure(wall, step, STEPS, figures, "sweep_4k");
        wall_free(wall);
        dash_bench_live(figures);
        if (!dash_bench_card(figures)) {
            fprintf(stderr, "vicu bench render: the card of an alarm came without its strip\n");
            vicu_progress_free(progress);
            return 1;
        }
        dash_bench_holo(figures);
        dash_bench_memory(figures);
        vicu_progress_set(progress, (uint64_t)r + 1);
    }
    vicu_progress_free(progress);
    if (!dash_bench_link(figures, &error)) {
        fprintf(stderr, "vicu bench render: over a real link: %s\n", error->message);
        return 1;
    }
    if (past && !dash_bench_past(runs, figures, &error)) {
        fprintf(stderr, "vicu bench render: a bed's past: %s\n", error->message);
        return 1;
    }
    /* Last: what a window brings along stays in memory. */
    for (int r = 0; r < runs && present; r++)
        present(figures);
    vicu_figures_print(figures, as_json, stdout);
    return 0;
}

int
dash_bench_main(int argc, char **argv, void (*present)(VicuFigures *figures))
{
    gboolean as_json = FALSE;
    gboolean drawing = FALSE;
    int runs = 3;
    const GOptionEntry entries[] = {
        {"runs", 0, 0, G_OPTION_ARG_INT, &runs, "How often (3), the median counts", "N"},
        {"drawing", 0, 0, G_OPTION_ARG_NONE, &drawing, "Without 72 h of a store's past", NULL},
        {"json", 0, 0, G_OPTION_ARG_NONE, &as_json, "Print JSON", NULL},
        G_OPTION_ENTRY_NULL,
    };
    g_autoptr(GOptionContext) context =
        g_option_context_new("render - what drawing costs on this machine");
    g_autoptr(GError) error = NULL;
    g_option_context_add_main_entries(context, entries, NULL);
    g_option_context_set_description(context,
                                     "By the clock, and in CPU time of all threads. What a "
                                     "window costs is in it where there is a display\n"
                                     "with room for it. For a bed's past a store is filled in "
                                     "the temporary folder, which takes\n1 GB and a minute.\n\n"
                                     "Example:\n"
                                     "  vicu bench render --json\n");
    if (!vicu_options_parse(context, "vicu bench render", &argc, &argv, &error)) {
        fprintf(stderr, "vicu bench render: %s\n", error->message);
        return 2;
    }
    if (argc != 2 || strcmp(argv[1], "render") != 0) {
        fprintf(stderr, "vicu: the station knows no such bench; it has \"bench render\"\n");
        return 2;
    }
    if (runs < 3 || runs > 100) {
        fprintf(stderr, "vicu bench render: expected --runs of 3..100, got %d\n", runs);
        return 2;
    }
    return run(runs, !drawing, as_json, present);
}
