/* Synthetic waves and recorded excerpts for the rhythm tests.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <math.h>
#include <stdint.h>

#include <glib.h>

#include "proto/signals.h"
#include "rules/rhythm/compare.h"
#include "rules/rhythm/rhythm.h"

#define T0_US 1700000000000000

static inline double
bump(double t, double middle, double width)
{
    double x = (t - middle) / width;
    return exp(-x * x / 2);
}

/* One beat of a lead II at @t seconds from its R wave, in mV. */
static inline double
ecg_beat(double t)
{
    return 0.12 * bump(t, -0.17, 0.025) - 0.12 * bump(t, -0.025, 0.008) + 1.1 * bump(t, 0, 0.010)
           - 0.25 * bump(t, 0.028, 0.010) + 0.28 * bump(t, 0.28, 0.045);
}

/* A regular rhythm; R waves at (k + 0.5) x 60 / rate. */
static inline double
ecg_at(double t, double rate)
{
    double rr = 60 / rate;
    double k = floor(t / rr);
    double v = 0;
    for (int i = -1; i <= 1; i++)
        v += ecg_beat(t - (k + i + 0.5) * rr);
    return v;
}

/* An arterial pressure, mm[Hg]; feet at k x 60 / rate. */
static inline double
abp_at(double t, double rate, double systolic, double diastolic)
{
    double rr = 60 / rate;
    double x = t - floor(t / rr) * rr;
    double up = x < 0.12 ? 0.5 - 0.5 * cos(G_PI * x / 0.12) : exp(-(x - 0.12) / (0.35 * rr));
    double tail = exp(-(rr - 0.12) / (0.35 * rr));
    if (x < 0.12)
        up = tail + (1 - tail) * up;
    return diastolic + (systolic - diastolic) * (up - tail) / (1 - tail);
}

/* Even noise in -1..1, the same on every run. */
static inline double
noise(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (double)(*state >> 33) / (double)(1u << 30) - 1;
}

static inline uint32_t
code(const char *name)
{
    const VicuSignal *signal = vicu_signal_by_name(name);
    g_assert_nonnull(signal);
    return vicu_signal_code(signal);
}

static inline RulesRhythmStream
stream(const char *name, uint32_t rate, double gain)
{
    return (RulesRhythmStream){
        .code = code(name),
        .t0_us = T0_US,
        .period_num = 1,
        .period_den = rate,
        .gain = gain,
    };
}

static inline int16_t *
load_i16(const char *name, size_t *n)
{
    const char *data = g_getenv("VICU_TEST_DATA");
    g_assert_nonnull(data);
    g_autofree char *path = g_build_filename(data, "rhythm", name, NULL);
    char *bytes = NULL;
    size_t length = 0;
    g_autoptr(GError) error = NULL;
    g_file_get_contents(path, &bytes, &length, &error);
    g_assert_no_error(error);
    *n = length / sizeof(int16_t);
    for (size_t i = 0; i < *n; i++) {
        uint8_t *b = (uint8_t *)bytes + 2 * i;
        int16_t v = (int16_t)(b[0] | b[1] << 8);
        ((int16_t *)(void *)bytes)[i] = v;
    }
    return (int16_t *)(void *)bytes;
}

static inline RulesBeatMark *
load_beats(const char *name, size_t *n)
{
    g_autofree char *path = g_build_filename(g_getenv("VICU_TEST_DATA"), "rhythm", name, NULL);
    g_autofree char *text = NULL;
    g_autoptr(GError) error = NULL;
    g_file_get_contents(path, &text, NULL, &error);
    g_assert_no_error(error);
    GArray *out = g_array_new(FALSE, FALSE, sizeof(RulesBeatMark));
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (char **line = lines + 1; *line; line++) {
        char *end = NULL;
        RulesBeatMark mark = {.sample = g_ascii_strtoll(*line, &end, 10)};
        if (end == *line || *end != ',')
            continue;
        mark.type = end[1];
        g_array_append_val(out, mark);
    }
    *n = out->len;
    return (RulesBeatMark *)(void *)g_array_free(out, FALSE);
}
