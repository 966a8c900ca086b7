/* The rhythm of a bed, fed with samples, gaps and jumps of time of any kind: what is told
 * is in order, bounded and of known words, and an ECG that does not come is never well.
 *
 * Input: steps of four bytes. The first says what comes (and on which stream), the others
 * how: samples from the bytes themselves or of a made rhythm, missing samples, time
 * without samples, another rate or gain.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "proto/signals.h"
#include "rules/rhythm/confirm.h"
#include "rules/rhythm/rhythm.h"
#include "tests/fuzz/fuzz-target.h"

#define T0_US INT64_C(1700000000000000)
#define S_US  1000000

enum { STREAMS = 4, STEPS_MAX = 400, RUN_MAX = 512 };

typedef struct {
    RulesRhythm *rhythm;
    RulesRhythmStream streams[STREAMS];
    uint64_t next[STREAMS];
    int64_t now_us;
    int64_t ecg_us; /* the newest sample of an ECG */
    int64_t told_us;
    uint32_t seed;
} Bed;

static uint32_t
code_of(const char *name)
{
    return vicu_signal_code(vicu_signal_by_name(name));
}

static void
on_alarm(Bed *bed, const RulesRhythmOut *out)
{
    bool known = false;
    for (size_t k = 0; k < RULES_CLAIMS; k++)
        known = known || strcmp(out->symbol, rules_claim_name((RulesClaimKind)k)) == 0;
    g_assert_true(known);
    g_assert_nonnull(out->why);
    g_assert_cmpint(out->from_us, <=, out->t_us);
    g_assert_cmpint(out->t_us, <=, bed->now_us);
    g_assert_cmpint(out->t_us, >=, bed->told_us);
    bed->told_us = out->t_us;
}

static void
on_out(const RulesRhythmOut *out, gpointer user)
{
    Bed *bed = user;
    if (out->kind == RULES_RHYTHM_ALARM)
        on_alarm(bed, out);
    if (out->kind != RULES_RHYTHM_SYMBOL)
        return;
    g_assert_cmpint(out->t_us % S_US, ==, 0);
    for (size_t k = 0; k < RULES_CLAIMS; k++) {
        if (out->code != code_of(rules_claim_signal((RulesClaimKind)k)))
            continue;
        bool no = strcmp(out->symbol, "NO") == 0;
        g_assert_true(no || strcmp(out->symbol, "CONFIRMED") == 0
                      || strcmp(out->symbol, "VETOED") == 0);
        if (no)
            g_assert_cmpint(bed->ecg_us, >=, out->t_us - 2 * S_US);
    }
}

static int64_t
end_us(const Bed *bed, size_t i)
{
    const RulesRhythmStream *s = &bed->streams[i];
    return s->t0_us + (int64_t)(bed->next[i] * s->period_num * S_US / s->period_den);
}

static void
push(Bed *bed, size_t i, const int16_t *samples, size_t n)
{
    if (rules_rhythm_wave(bed->rhythm, &bed->streams[i], bed->next[i], samples, n)
            == RULES_RHYTHM_KEPT
        && i < 2)
        bed->ecg_us = MAX(bed->ecg_us, end_us(bed, i) + (int64_t)n * S_US / 50);
    bed->next[i] += n;
    bed->now_us = MAX(bed->now_us, end_us(bed, i));
}

/* @rate beats a minute of one width and noise; 0: none. */
static void
make(Bed *bed, size_t i, const uint8_t *b, int16_t *samples, size_t n)
{
    double fs = (double)bed->streams[i].period_den / bed->streams[i].period_num;
    double rr = b[1] > 0 ? 60.0 / b[1] : 1e9;
    double width = 0.005 + 0.001 * (b[2] & 0x3f), amount = (b[2] >> 6) * 0.05;
    for (size_t k = 0; k < n; k++) {
        double x = fmod((double)(bed->next[i] + k) / fs, rr) - 0.1;
        bed->seed = bed->seed * 1664525u + 1013904223u;
        double noise = (double)(bed->seed >> 8) / (double)(1u << 24) - 0.5;
        double v = exp(-x * x / (2 * width * width)) + amount * noise;
        double base = i >= 2 ? 60 : 0, scale = i == 2 ? 60 : 1;
        samples[k] =
            (int16_t)lround(CLAMP((base + scale * v) * bed->streams[i].gain, -32767, 32767));
    }
}

static void
step(Bed *bed, const uint8_t *b, const uint8_t *data, size_t size)
{
    size_t i = b[0] / 8 % STREAMS;
    int16_t samples[RUN_MAX] = {0};
    size_t n = (size_t)b[3] * 2 % RUN_MAX + 1;
    switch (b[0] % 8) {
    case 0: /* any samples */
        for (size_t k = 0; k < n; k++)
            samples[k] = (int16_t)(data[(2 * k + b[1]) % size] | data[(2 * k + b[2]) % size] << 8);
        push(bed, i, samples, n);
        break;
    case 1: /* missing */
        bed->next[i] += n;
        break;
    case 2: /* nobody sends */
        bed->now_us += (int64_t)b[1] * 100000;
        break;
    case 3: /* frozen, or invalid */
        for (size_t k = 0; k < n; k++)
            samples[k] = b[1] < 128 ? (int16_t)(b[2] * 16) : INT16_MIN;
        push(bed, i, samples, n);
        break;
    case 4: /* another run */
        bed->streams[i].t0_us = MAX(bed->now_us, end_us(bed, i));
        bed->next[i] = 0;
        bed->streams[i].period_den = b[1] > 0 ? (uint32_t)b[1] * 4 : 250;
        bed->streams[i].gain = b[2] > 0 ? b[2] * 10.0 : 1000;
        break;
    default: /* a rhythm, on all streams alike */
        for (size_t k = 0; k < STREAMS; k++) {
            make(bed, k, b, samples, n);
            push(bed, k, samples, n);
        }
        break;
    }
    rules_rhythm_tick(bed->rhythm, bed->now_us, on_out, bed);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const names[STREAMS] = {"ECG_II", "ECG_V", "ABP", "PLETH"};
    Bed bed = {.rhythm = rules_rhythm_new(), .now_us = T0_US, .seed = 1};
    for (size_t i = 0; i < STREAMS; i++)
        bed.streams[i] = (RulesRhythmStream){.code = code_of(names[i]),
                                             .t0_us = T0_US,
                                             .period_num = 1,
                                             .period_den = 250,
                                             .gain = i == 2 ? 50 : 1000};
    for (size_t at = 0, n = 0; at + 4 <= size && n < STEPS_MAX; at += 4, n++)
        step(&bed, data + at, data, size);
    rules_rhythm_free(bed.rhythm);
    return 0;
}
