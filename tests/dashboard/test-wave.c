/* SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/model/wave.h"

static const DashScale scale = {.t0_us = 1000000, .period_num = 1, .period_den = 100, .gain = 10};

static DashWaveFate
push(DashWave *wave, const DashScale *with, uint64_t first, size_t n)
{
    g_autofree uint8_t *bytes = g_malloc(2 * n + 1);
    for (size_t i = 0; i < n; i++) {
        bytes[2 * i] = (uint8_t)((first + i) & 0xff);
        bytes[2 * i + 1] = 0;
    }
    return dash_wave_push(wave, with, first, bytes, n);
}

static void
keeps_samples_in_one_span_while_they_follow(void)
{
    g_autoptr(DashWave) wave = dash_wave_new(&scale, 10);
    DashSpan spans[8];
    g_assert_cmpint(push(wave, &scale, 0, 50), ==, DASH_WAVE_KEPT);
    g_assert_cmpint(push(wave, &scale, 50, 50), ==, DASH_WAVE_KEPT);
    g_assert_cmpint(dash_wave_start_us(wave), ==, 1000000);
    g_assert_cmpint(dash_wave_end_us(wave), ==, 2000000);
    g_assert_cmpuint(dash_wave_spans(wave, 0, 3000000, spans, 8), ==, 1);
    g_assert_cmpuint(spans[0].n, ==, 100);
    g_assert_cmpint(spans[0].samples[99], ==, 99);
}

static void
a_hole_in_the_index_is_a_gap_and_is_not_joined(void)
{
    g_autoptr(DashWave) wave = dash_wave_new(&scale, 10);
    DashSpan spans[8];
    push(wave, &scale, 0, 50);
    push(wave, &scale, 60, 50);
    g_assert_cmpuint(dash_wave_spans(wave, 0, 9000000, spans, 8), ==, 2);
    g_assert_false(spans[1].joins);
    g_assert_cmpint(spans[1].t_us, ==, 1600000);
}

static void
a_new_segment_that_touches_is_joined(void)
{
    g_autoptr(DashWave) wave = dash_wave_new(&scale, 10);
    DashScale next = scale;
    DashSpan spans[8];
    next.t0_us = 1500000;
    next.gain = 20;
    push(wave, &scale, 0, 50);
    push(wave, &next, 0, 50);
    g_assert_cmpuint(dash_wave_spans(wave, 0, 9000000, spans, 8), ==, 2);
    g_assert_true(spans[1].joins);
    g_assert_cmpfloat(spans[1].gain, ==, 20);
}

static void
what_was_sent_twice_is_kept_once(void)
{
    g_autoptr(DashWave) wave = dash_wave_new(&scale, 10);
    DashSpan spans[8];
    push(wave, &scale, 0, 50);
    g_assert_cmpint(push(wave, &scale, 0, 50), ==, DASH_WAVE_LATE);
    g_assert_cmpint(push(wave, &scale, 40, 20), ==, DASH_WAVE_OVERLAP);
    g_assert_cmpuint(dash_wave_spans(wave, 0, 9000000, spans, 8), ==, 1);
    g_assert_cmpuint(spans[0].n, ==, 60);
    g_assert_cmpint(spans[0].samples[59], ==, 59);
}

static void
holds_the_last_seconds_only(void)
{
    g_autoptr(DashWave) wave = dash_wave_new(&scale, 10);
    DashSpan spans[8];
    for (uint64_t i = 0; i < 30; i++)
        push(wave, &scale, i * 100, 100);
    g_assert_cmpint(dash_wave_end_us(wave), ==, 31000000);
    g_assert_cmpint(dash_wave_start_us(wave), <=, 21000000);
    g_assert_cmpint(dash_wave_start_us(wave), >=, 20900000);
    size_t n = dash_wave_spans(wave, 0, 99000000, spans, 8);
    g_assert_cmpuint(n, ==, 2); /* the ring's end lies between */
    g_assert_true(spans[1].joins);
    g_assert_cmpint(spans[1].t_us, ==, spans[0].t_us + (int64_t)spans[0].n * 10000);
}

static void
many_gaps_do_not_grow_memory(void)
{
    g_autoptr(DashWave) wave = dash_wave_new(&scale, 10);
    for (uint64_t i = 0; i < 400; i++)
        push(wave, &scale, i * 10, 2);
    DashSpan spans[256];
    g_assert_cmpuint(dash_wave_spans(wave, 0, INT64_MAX / 2, spans, 256), <=, 130);
    g_assert_cmpint(dash_wave_end_us(wave), ==, 1000000 + 3992 * 10000);
}

static void
times_of_odd_rates_do_not_drift(void)
{
    DashScale odd = {.t0_us = 5, .period_num = 1, .period_den = 360, .gain = 1};
    g_autoptr(DashWave) wave = dash_wave_new(&odd, 10);
    uint64_t day = UINT64_C(360) * 86400;
    push(wave, &odd, day - 360, 360);
    g_assert_cmpint(dash_wave_end_us(wave), ==, INT64_C(86400) * 1000000 + 5);
}

static void
an_extent_leaves_invalid_samples_out(void)
{
    g_autoptr(DashWave) wave = dash_wave_new(&scale, 10);
    const uint8_t bytes[] = {10, 0, 0, 0x80, 30, 0};
    double min = 0;
    double max = 0;
    g_assert_false(dash_wave_extent(wave, 0, 9000000, &min, &max));
    dash_wave_push(wave, &scale, 0, bytes, 3);
    g_assert_true(dash_wave_extent(wave, 0, 9000000, &min, &max));
    g_assert_cmpfloat(min, ==, 1);
    g_assert_cmpfloat(max, ==, 3);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/dashboard/wave/" #name, name)
    ADD(keeps_samples_in_one_span_while_they_follow);
    ADD(a_hole_in_the_index_is_a_gap_and_is_not_joined);
    ADD(a_new_segment_that_touches_is_joined);
    ADD(what_was_sent_twice_is_kept_once);
    ADD(holds_the_last_seconds_only);
    ADD(many_gaps_do_not_grow_memory);
    ADD(times_of_odd_rates_do_not_drift);
    ADD(an_extent_leaves_invalid_samples_out);
    return g_test_run();
}
