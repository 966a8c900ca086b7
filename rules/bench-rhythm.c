/* What the rhythm of a ward costs: 100 beds of three leads and two pulses.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "common/clock.h"
#include "proto/signals.h"
#include "rules/rhythm/rhythm.h"
#include "rules/verbs.h"

#define S_US  1000000
#define T0_US (INT64_C(1700000000) * S_US)

enum { BEDS = 100, STREAMS = 5, LEARN_SECONDS = 20, SECONDS = 30, TICKS = 4, RATE_MAX = 250 };

static const struct {
    const char *signal;
    uint32_t rate;
    double gain, base, height;
} waves[STREAMS] = {
    {"ECG_II", 250, 1000, 0, 1.1}, {"ECG_V", 250, 1000, 0, -0.7}, {"ECG_aVR", 250, 1000, 0, -0.8},
    {"ABP", 125, 50, 70, 50},      {"PLETH", 125, 4000, 0, 1},
};

static double
bump(double x, double width)
{
    return exp(-x * x / (2 * width * width));
}

/* A beat each 60 / 77 s with a T wave, or the pulse of it; and some noise. */
static double
value_at(size_t wave, double t_s, uint32_t *seed)
{
    double x = fmod(t_s, 60.0 / 77) - 0.2;
    *seed = *seed * 1664525u + 1013904223u;
    double noise = (double)(*seed >> 8) / (double)(1u << 24) - 0.5;
    bool ecg = waves[wave].rate == RATE_MAX;
    double shape = ecg ? bump(x, 0.012) + 0.25 * bump(x - 0.28, 0.045) : bump(x - 0.15, 0.1);
    return waves[wave].base + waves[wave].height * shape
           + (ecg ? 0.03 : 0.5 / waves[wave].gain) * noise;
}

static void
count(const RulesRhythmOut *out, gpointer user)
{
    (void)out;
    (*(uint64_t *)user)++;
}

typedef struct {
    RulesRhythm *beds[BEDS];
    RulesRhythmStream streams[STREAMS];
    int16_t *samples[STREAMS]; /* of all seconds; each bed begins elsewhere */
    uint64_t told;
} Ward;

static void
live(Ward *ward, int tick)
{
    for (size_t b = 0; b < BEDS; b++) {
        for (size_t w = 0; w < STREAMS; w++) {
            size_t n = waves[w].rate * (LEARN_SECONDS + SECONDS);
            size_t first = waves[w].rate * (size_t)tick / TICKS;
            size_t to = waves[w].rate * (size_t)(tick + 1) / TICKS;
            size_t from = (first + b * 37) % (n - RATE_MAX);
            rules_rhythm_wave(ward->beds[b], &ward->streams[w], first, ward->samples[w] + from,
                              to - first);
        }
        rules_rhythm_tick(ward->beds[b], T0_US + (int64_t)(tick + 1) * S_US / TICKS, count,
                          &ward->told);
    }
}

double
rules_bench_rhythm_share(void)
{
    g_autofree Ward *ward = g_new0(Ward, 1);
    uint32_t seed = 1;

    for (size_t w = 0; w < STREAMS; w++) {
        size_t n = waves[w].rate * (LEARN_SECONDS + SECONDS);
        ward->streams[w] = (RulesRhythmStream){
            .code = vicu_signal_code(vicu_signal_by_name(waves[w].signal)),
            .t0_us = T0_US,
            .period_num = 1,
            .period_den = waves[w].rate,
            .gain = waves[w].gain,
        };
        ward->samples[w] = g_new(int16_t, n);
        for (size_t i = 0; i < n; i++) {
            double value = value_at(w, (double)i / waves[w].rate, &seed);
            ward->samples[w][i] = (int16_t)lround(value * waves[w].gain);
        }
    }
    for (size_t b = 0; b < BEDS; b++)
        ward->beds[b] = rules_rhythm_new();
    for (int tick = 0; tick < LEARN_SECONDS * TICKS; tick++)
        live(ward, tick);
    double begin_s = vicu_clock_cpu_s();
    for (int tick = LEARN_SECONDS * TICKS; tick < (LEARN_SECONDS + SECONDS) * TICKS; tick++)
        live(ward, tick);
    double share = (vicu_clock_cpu_s() - begin_s) / SECONDS;
    g_assert(ward->told > BEDS * SECONDS);
    for (size_t b = 0; b < BEDS; b++)
        rules_rhythm_free(ward->beds[b]);
    for (size_t w = 0; w < STREAMS; w++)
        g_free(ward->samples[w]);
    return share;
}
