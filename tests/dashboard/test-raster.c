/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "dashboard/gl/crew.h"
#include "dashboard/gl/stroke-private.h"
#include "dashboard/gl/trace.h"

#define W    144
#define H    60
#define BACK 0xff0f141bu
#define INK  0xff54d98cu
#define FINE 16 /* supersampling of the reference, each way */

static DashSurface
surface_new(void)
{
    DashSurface surface = {.pixels = g_new(uint32_t, W * H), .w = W, .h = H, .stride = W};
    dash_raster_fill(&surface, (DashRect){0, 0, W, H}, BACK);
    return surface;
}

/* Distance of a point to the stroke's middle line, by brute force. */
static double
distance(const float *x, const float *y, size_t n, double px, double py)
{
    double best = INFINITY;
    for (size_t i = 1; i < n; i++) {
        if ((double)x[i] < px - 2 || (double)x[i - 1] > px + 2)
            continue;
        double ax = (double)x[i - 1];
        double ay = (double)y[i - 1];
        double bx = (double)x[i] - ax;
        double by = (double)y[i] - ay;
        double t = ((px - ax) * bx + (py - ay) * by) / (bx * bx + by * by);
        t = CLAMP(t, 0, 1);
        best = fmin(best, hypot(px - ax - t * bx, py - ay - t * by));
    }
    return best;
}

static double
luma(uint32_t p)
{
    return 0.2126 * ((p >> 16) & 255) + 0.7152 * ((p >> 8) & 255) + 0.0722 * (p & 255);
}

static double
reference_luma(const float *x, const float *y, size_t n, int px, int py)
{
    int inside = 0;
    for (int sy = 0; sy < FINE; sy++)
        for (int sx = 0; sx < FINE; sx++)
            inside += distance(x, y, n, px + (sx + 0.5) / FINE, py + (sy + 0.5) / FINE) <= 0.625;
    double part = (double)inside / (FINE * FINE);
    return luma(BACK) + (luma(INK) - luma(BACK)) * part;
}

static size_t
make_ecg(float *x, float *y, double per_px)
{
    size_t n = (size_t)(W * per_px);
    for (size_t i = 0; i < n; i++) {
        double t = (double)i / per_px / 47.2 + 0.2;
        double beat = t * 1.3 - floor(t * 1.3);
        double q = (beat - 0.38) / 0.011;
        double s = (beat - 0.41) / 0.012;
        double w = (beat - 0.62) / 0.045;
        double v = 1.05 * exp(-q * q / 2) - 0.22 * exp(-s * s / 2) + 0.26 * exp(-w * w / 2);
        x[i] = (float)((double)i / per_px);
        y[i] = (float)(H * 0.8 - v * H * 0.6);
    }
    return n;
}

static double
psnr(double per_px)
{
    static float x[W * 8];
    static float y[W * 8];
    DashSurface surface = surface_new();
    g_autoptr(DashRaster) raster = dash_raster_new(W);
    size_t n = make_ecg(x, y, per_px);
    dash_raster_polyline(raster, &surface, (DashRect){0, 0, W, H}, INK, x, y, n);
    double sum = 0;
    for (int py = 0; py < H; py++)
        for (int px = 4; px < W - 4; px++) {
            double d = luma(surface.pixels[py * W + px]) - reference_luma(x, y, n, px, py);
            sum += d * d;
        }
    g_free(surface.pixels);
    return 10 * log10(255 * 255 / (sum / (H * (W - 8))));
}

static void
a_stroke_is_within_38_db_of_a_supersampled_one(void)
{
    const double densities[] = {0.5, 1.3, 5.3};
    for (size_t i = 0; i < G_N_ELEMENTS(densities); i++) {
        double db = psnr(densities[i]);
        g_test_message("%.1f samples a pixel: luma PSNR %.1f dB", densities[i], db);
        g_assert_cmpfloat(db, >=, 38);
    }
}

static void
nothing_is_drawn_outside_the_strip(void)
{
    DashSurface surface = surface_new();
    g_autoptr(DashRaster) raster = dash_raster_new(W);
    const float x[] = {0, 50, 100};
    const float y[] = {-500, 500, -500};
    dash_raster_polyline(raster, &surface, (DashRect){20, 20, 100, 20}, INK, x, y, 3);
    for (int py = 0; py < H; py++)
        for (int px = 0; px < W; px++)
            if (py < 20 || py >= 40 || px < 20 || px >= 120)
                g_assert_cmphex(surface.pixels[py * W + px], ==, BACK);
    g_free(surface.pixels);
}

static void
masks_are_cut_at_the_surface(void)
{
    DashSurface surface = surface_new();
    uint8_t mask[100];
    for (int i = 0; i < 100; i++)
        mask[i] = 255;
    dash_raster_mask(&surface, (DashRect){-5, -5, 10, 10}, mask, INK);
    dash_raster_mask(&surface, (DashRect){W - 5, H - 5, 10, 10}, mask, INK);
    g_assert_cmphex(surface.pixels[0], ==, INK);
    g_assert_cmphex(surface.pixels[5], ==, BACK);
    g_assert_cmphex(surface.pixels[W * H - 1], ==, INK);
    g_free(surface.pixels);
}

/* Nobody may see whether the point stands left or right of a quarter's edge. */
static void
a_peak_that_moves_on_by_a_hair_changes_nothing(void)
{
    g_autoptr(DashRaster) raster = dash_raster_new(W);
    for (int p = 0; p < 8; p++) {
        DashSurface a = surface_new(), b = surface_new();
        float at = 60 + 0.25f * (float)p;
        const float y[] = {50, 10, 50};
        const float left[] = {30, at - 1e-4f, 90}, right[] = {30, at + 1e-4f, 90};
        dash_raster_polyline(raster, &a, (DashRect){0, 0, W, H}, INK, left, y, 3);
        dash_raster_polyline(raster, &b, (DashRect){0, 0, W, H}, INK, right, y, 3);
        for (int i = 0; i < W * H; i++)
            g_assert_cmpint(abs((int)luma(a.pixels[i]) - (int)luma(b.pixels[i])), <=, 1);
        g_free(a.pixels);
        g_free(b.pixels);
    }
}

static void
several_threads_draw_what_one_draws(void)
{
    enum { STRIPS = 12, COLUMNS = 1200, ROWS = 30, N = 3000 };
    const DashScale scale = {.t0_us = 1000000, .period_num = 1, .period_den = 250, .gain = 100};
    g_autoptr(DashWave) wave = dash_wave_new(&scale, 30);
    g_autoptr(DashRaster) raster = dash_raster_new(COLUMNS);
    g_autoptr(DashCrew) crew = dash_crew_new(COLUMNS);
    DashSurface one = dash_surface_new(COLUMNS, STRIPS * ROWS);
    DashSurface many = dash_surface_new(COLUMNS, STRIPS * ROWS);
    static uint8_t bytes[2 * N];
    DashItem items[STRIPS];
    DashStripJob jobs[STRIPS];
    for (size_t i = 0; i < N; i++)
        bytes[2 * i] = (uint8_t)(i * i % 101);
    g_assert_cmpint(dash_wave_push(wave, &scale, 0, bytes, N), ==, DASH_WAVE_KEPT);
    for (int s = 0; s < STRIPS; s++) {
        items[s] = (DashItem){.kind = DASH_ITEM_STRIP,
                              .rect = {0, s * ROWS, COLUMNS, ROWS},
                              .colour = INK,
                              .back = BACK};
        items[s].strip = (DashStrip){.wave = wave, .px_per_s = 100 + s, .lo = 0, .hi = 1};
        int64_t last = dash_raster_column_at(100 + s, 13000000);
        jobs[s] = (DashStripJob){
            .item = &items[s], .first = last - COLUMNS + 1, .last = last, .bar = last, .bar_n = 12};
        dash_raster_strip(raster, &one, &jobs[s]);
    }
    dash_crew_draw(crew, &many, jobs, STRIPS);
    size_t size = (size_t)COLUMNS * STRIPS * ROWS * sizeof(uint32_t);
    g_assert_true(memcmp(one.pixels, many.pixels, size) == 0);
    g_assert_cmpint(one.pixels[ROWS / 2 * COLUMNS + 5] >> 24, ==, 0xff);
    dash_surface_clear(&one);
    dash_surface_clear(&many);
}

/* What @kernels make of @n samples with a hole, on columns that end nowhere in particular. */
static void
draw_with(const DashStrokeKernels *kernels, float step, int h, uint32_t *pixels)
{
    enum { N = 700, COLUMNS = 131, LEFT = 5 };
    int16_t samples[N];
    g_autoptr(DashStroke) stroke = dash_stroke_new(COLUMNS);
    stroke->kernels = kernels;
    for (int i = 0; i < N; i++)
        samples[i] = (int16_t)(i * i % 211 * (i % 37 ? 1 : 9));
    samples[300] = samples[307] = INT16_MIN;
    dash_stroke_begin(stroke, COLUMNS, h);
    dash_stroke_samples(stroke, samples, N, INT16_MIN, -3, step, -(float)h / 211, (float)h);
    dash_stroke_end(stroke);
    const DashPatch patch = {.top = pixels + LEFT, .stride = W, .h = h, .ink = INK, .back = BACK};
    dash_stroke_paint(stroke, &patch);
}

/* Step by step over two widths of the strip, each time only what is new, as against all at once. */
static void
a_sweep_wipes_what_stood_there(void)
{
    enum { COLUMNS = 100, ROWS = 60, N = 2000, BAR = 12, HZ = 250, T0 = 1000000000 };
    const DashScale scale = {.t0_us = T0, .period_num = 1, .period_den = HZ, .gain = 100};
    g_autoptr(DashWave) wave = dash_wave_new(&scale, 30);
    g_autoptr(DashRaster) raster = dash_raster_new(COLUMNS);
    DashSurface swept = dash_surface_new(COLUMNS, ROWS), whole = dash_surface_new(COLUMNS, ROWS);
    DashRows rows[COLUMNS] = {0};
    static uint8_t bytes[2 * N];
    for (size_t i = 0; i < N; i++)
        bytes[2 * i] = (uint8_t)(i % 190 < 9 ? 100 : i / 20 * 7 % 60);
    for (size_t i = 1104; i < 1203; i++) { /* not measured */
        bytes[2 * i] = 0;
        bytes[2 * i + 1] = 0x80;
    }
    DashItem item = {
        .kind = DASH_ITEM_STRIP, .rect = {0, 0, COLUMNS, ROWS}, .colour = INK, .back = BACK};
    item.strip = (DashStrip){.wave = wave, .px_per_s = 40, .lo = 0, .hi = 1};
    int64_t before = 0;
    for (size_t n = 0; n + 50 <= N; n += 50) {
        g_assert_cmpint(dash_wave_push(wave, &scale, n, bytes + 2 * n, 50), ==, DASH_WAVE_KEPT);
        int64_t last = dash_raster_column_at(40, T0 + (int64_t)(n + 50) * 4000) - 3;
        bool fresh = n == 0;
        DashStripJob job = {.item = &item,
                            .first = fresh ? last - COLUMNS + BAR + 1 : before - 2,
                            .last = last,
                            .bar = fresh ? last : before + BAR,
                            .bar_n = fresh ? BAR : (int)(last - before),
                            .rows = rows,
                            .fresh = fresh};
        const DashStripJob all = {.item = &item,
                                  .first = last - COLUMNS + BAR + 1,
                                  .last = last,
                                  .bar = last,
                                  .bar_n = BAR};
        dash_raster_strip(raster, &swept, &job);
        dash_raster_strip(raster, &whole, &all);
        for (int i = 0; i < COLUMNS * ROWS; i++)
            g_assert_cmpint(abs((int)luma(swept.pixels[i]) - (int)luma(whole.pixels[i])), <=, 1);
        before = last;
    }
    dash_surface_clear(&swept);
    dash_surface_clear(&whole);
}

static void
every_machine_draws_the_same_picture(void)
{
#if defined(__x86_64__)
    const float steps[] = {0.13f, 0.7f, 1.02f, 3.3f, 20};
    const int heights[] = {7, 54, 300, 4000};
    if (!__builtin_cpu_supports("avx2")) {
        g_test_skip("this machine has no registers of 256 bits");
        return;
    }
    for (size_t s = 0; s < G_N_ELEMENTS(steps); s++)
        for (size_t k = 0; k < G_N_ELEMENTS(heights); k++) {
            size_t size = (size_t)W * (size_t)heights[k] * sizeof(uint32_t);
            DashSurface a = dash_surface_new(W, heights[k]), b = dash_surface_new(W, heights[k]);
            draw_with(&dash_stroke_plain, steps[s], heights[k], a.pixels);
            draw_with(&dash_stroke_avx2, steps[s], heights[k], b.pixels);
            g_assert_true(memcmp(a.pixels, b.pixels, size) == 0);
            g_assert_cmphex(a.pixels[4], ==, 0);
            g_assert_cmphex(a.pixels[5] >> 24, ==, 0xff);
            dash_surface_clear(&a);
            dash_surface_clear(&b);
        }
#else
    g_test_skip("this machine has one kind of registers");
#endif
}

/* Topmost row of a column where the ink is; H: none. */
static int
top_of(const DashSurface *surface, int x)
{
    int y = 0;
    while (y < H && luma(surface->pixels[y * W + x]) < (luma(BACK) + luma(INK)) / 2)
        y++;
    return y;
}

static void
a_trace_that_stands_still_keeps_its_gaps(void)
{
    const DashScale scale = {.period_num = 1, .period_den = 250, .gain = 100};
    g_autoptr(DashWave) wave = dash_wave_new(&scale, 10);
    g_autoptr(DashTracer) tracer = dash_tracer_new(W);
    DashSurface surface = surface_new();
    uint8_t bytes[2 * 250] = {0};
    for (unsigned i = 0; i < 250; i++)
        bytes[2 * i] = i < 125 ? 50 : 100;         /* 0.5, then 1 */
    dash_wave_push(wave, &scale, 0, bytes, 250);   /* 0 s to 1 s */
    dash_wave_push(wave, &scale, 500, bytes, 250); /* 2 s to 3 s */
    DashItem item = {.kind = DASH_ITEM_TRACE, .rect = {0, 0, W, H}, .colour = INK, .back = BACK};
    item.trace = (DashTrace){.wave = wave, .px_per_s = W / 3.0, .lo = 0, .hi = 1};
    dash_tracer_trace(tracer, &surface, &item);
    g_assert_cmpint(ABS(top_of(&surface, 10) - H / 2), <=, 2);
    g_assert_cmpint(top_of(&surface, 40), <=, 2);
    for (int x = W / 3 + 2; x < 2 * W / 3 - 2; x++)
        g_assert_cmpint(top_of(&surface, x), ==, H);
    g_assert_cmpint(ABS(top_of(&surface, 2 * W / 3 + 10) - H / 2), <=, 2);
    dash_surface_clear(&surface);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/dashboard/raster/" #name, name)
    ADD(a_stroke_is_within_38_db_of_a_supersampled_one);
    ADD(nothing_is_drawn_outside_the_strip);
    ADD(masks_are_cut_at_the_surface);
    ADD(a_peak_that_moves_on_by_a_hair_changes_nothing);
    ADD(a_sweep_wipes_what_stood_there);
    ADD(every_machine_draws_the_same_picture);
    ADD(several_threads_draw_what_one_draws);
    ADD(a_trace_that_stands_still_keeps_its_gaps);
    return g_test_run();
}
