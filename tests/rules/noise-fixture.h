/* Noise for ECGs, from a seed: the same on every run and every machine.
 *
 * Levels follow the usual noise stress test (Moody 1984): the power of the
 * beats is that of a sine as high as a QRS complex, (height)^2 / 8, and the
 * noise lies @snr_db below it. Dropouts are no matter of level: the lead is
 * away, with no samples, ten times a minute for half a second.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <math.h>
#include <stdint.h>

#include <glib.h>

typedef enum {
    NOISY_CLEAN,
    NOISY_WANDER, /* breathing and a moving cable: below 0.8 Hz */
    NOISY_MUSCLE, /* 15 Hz upwards */
    NOISY_MOTION, /* an electrode that is pushed: a jump, and a slow way back */
    NOISY_DROPS,  /* samples missing */
    NOISY_MIXED,  /* a third of the power of each, and dropouts */
    NOISY_KINDS,
} NoisyKind;

static const char *const noisy_names[NOISY_KINDS] = {"clean",  "wander", "muscle",
                                                     "motion", "drops",  "mixed"};

static inline double
noisy_even(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (double)(*state >> 33) / (double)(1u << 30) - 1;
}

static inline double
noisy_normal(uint64_t *state)
{
    double sum = 0;
    for (int i = 0; i < 12; i++)
        sum += noisy_even(state);
    return sum / 2;
}

static inline void
noisy_wander(double *out, size_t n, double fs, uint64_t *seed)
{
    double phase[4], hz[4] = {0.13, 0.27, 0.41, 0.77};
    for (int k = 0; k < 4; k++)
        phase[k] = noisy_even(seed) * G_PI;
    for (size_t i = 0; i < n; i++)
        for (int k = 0; k < 4; k++)
            out[i] += sin(2 * G_PI * hz[k] * (double)i / fs + phase[k]) / (k + 1);
}

/* White noise without what lies below 15 Hz, in bursts as muscles are tense. */
static inline void
noisy_muscle(double *out, size_t n, double fs, uint64_t *seed)
{
    double slow = 0, a = 1 - exp(-2 * G_PI * 15 / fs), tension = 1;
    for (size_t i = 0; i < n; i++) {
        double v = noisy_normal(seed);
        slow += a * (v - slow);
        if (i % (size_t)(2 * fs) == 0)
            tension = 0.6 + 0.4 * fabs(noisy_even(seed));
        out[i] += tension * (v - slow);
    }
}

/* Each second or so a push: up within 40 to 120 ms, back with 0.3 to 1 s. */
static inline void
noisy_motion(double *out, size_t n, double fs, uint64_t *seed)
{
    double level = 0, aim = 0, rise = 0, fall = 0;
    size_t next = 0;
    for (size_t i = 0; i < n; i++) {
        if (i == next) {
            aim = noisy_normal(seed);
            rise = 1 / (fs * (0.08 + 0.04 * noisy_even(seed)));
            fall = 1 / (fs * (0.65 + 0.35 * noisy_even(seed)));
            next = i + (size_t)(fs * (1.2 + 0.8 * noisy_even(seed))) + 1;
        }
        level += 3 * rise * (aim - level);
        aim -= fall * aim;
        out[i] += level;
    }
}

static inline void
noisy_drop(float *mv, size_t n, double fs, uint64_t *seed)
{
    for (double at = 3 * fs; at < (double)n; at += fs * (6 + 3 * noisy_even(seed)))
        for (size_t k = 0; k < (size_t)(fs / 2) && (size_t)at + k < n; k++)
            mv[(size_t)at + k] = NAN;
}

static inline void
noisy_scale(float *mv, const double *noise, size_t n, double rms)
{
    double power = 0;
    for (size_t i = 0; i < n; i++)
        power += noise[i] * noise[i];
    double gain = rms / sqrt(power / (double)n);
    for (size_t i = 0; i < n; i++)
        mv[i] += (float)(gain * noise[i]);
}

/* @qrs_mv: height of the lead's QRS complexes, peak to peak. */
static inline void
noisy_add(
    float *mv, size_t n, double fs, NoisyKind kind, double qrs_mv, double snr_db, uint64_t seed)
{
    static void (*const makers[])(double *, size_t, double,
                                  uint64_t *) = {noisy_wander, noisy_muscle, noisy_motion};
    double rms = sqrt(qrs_mv * qrs_mv / 8 / pow(10, snr_db / 10));
    for (int k = 0; k < 3; k++) {
        if (kind != NOISY_MIXED && (int)kind != NOISY_WANDER + k)
            continue;
        g_autofree double *noise = g_new0(double, n);
        makers[k](noise, n, fs, &seed);
        noisy_scale(mv, noise, n, kind == NOISY_MIXED ? rms / sqrt(3) : rms);
    }
    if (kind == NOISY_DROPS || kind == NOISY_MIXED)
        noisy_drop(mv, n, fs, &seed);
}
