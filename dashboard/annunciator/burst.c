/* SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/annunciator/burst.h"

#include <math.h>

#define FRAMES_A_MS (ANN_RATE_HZ / 1000)

/* Harmonics of equal loudness to 6 dB below: well within 15 dB, and heard from any side. */
static const double harmonics[ANN_HARMONICS] = {0.30, 0.26, 0.20, 0.14, 0.10};

static const AnnBurst high = {
    .fundamental_hz = 523.25,
    .pulses = 10,
    .start_ms = {0, 200, 400, 750, 950, 1600, 1800, 2000, 2350, 2550},
    .pulse_ms = 120,
    .rise_ms = 18,
    .fall_ms = 24,
    .silence_ms = 3000,
};

static const AnnBurst medium = {
    .fundamental_hz = 392.00,
    .pulses = 3,
    .start_ms = {0, 400, 800},
    .pulse_ms = 200,
    .rise_ms = 30,
    .fall_ms = 40,
    .silence_ms = 9000,
};

static const AnnBurst low = {
    .fundamental_hz = 329.63,
    .pulses = 2,
    .start_ms = {0, 450},
    .pulse_ms = 220,
    .rise_ms = 40,
    .fall_ms = 50,
    .silence_ms = 20000,
};

const AnnBurst *
ann_burst(Vicu__Priority priority)
{
    static const AnnBurst *const bursts[] = {
        [VICU__PRIORITY__PRIORITY_LOW] = &low,
        [VICU__PRIORITY__PRIORITY_MEDIUM] = &medium,
        [VICU__PRIORITY__PRIORITY_HIGH] = &high,
    };
    return (size_t)priority < G_N_ELEMENTS(bursts) ? bursts[priority] : NULL;
}

int64_t
ann_burst_frames(const AnnBurst *self)
{
    return (int64_t)(self->start_ms[self->pulses - 1] + self->pulse_ms) * FRAMES_A_MS;
}

/* Frame within the pulse that sounds at @frame; -1: none does. */
static int64_t
within_pulse(const AnnBurst *self, int64_t frame)
{
    for (int i = 0; i < self->pulses; i++) {
        int64_t at = frame - (int64_t)self->start_ms[i] * FRAMES_A_MS;
        if (at >= 0 && at < (int64_t)self->pulse_ms * FRAMES_A_MS)
            return at;
    }
    return -1;
}

int64_t
ann_burst_pulse_left(const AnnBurst *self, int64_t frame)
{
    int64_t at = within_pulse(self, frame);

    return at < 0 ? 0 : (int64_t)self->pulse_ms * FRAMES_A_MS - at;
}

/* 0 to 1, without a corner at either end: a corner would be heard as a click. */
static double
envelope(const AnnBurst *self, int64_t at)
{
    double ms = (double)at / FRAMES_A_MS, left = self->pulse_ms - ms, level = 1;

    if (ms < self->rise_ms)
        level = 0.5 - 0.5 * cos(G_PI * ms / self->rise_ms);
    else if (left < self->fall_ms)
        level = 0.5 - 0.5 * cos(G_PI * left / self->fall_ms);
    return level;
}

float
ann_burst_sample(const AnnBurst *self, int64_t frame)
{
    int64_t at = within_pulse(self, frame);
    double sum = 0;

    if (at < 0)
        return 0;
    for (int k = 0; k < ANN_HARMONICS; k++)
        sum += harmonics[k]
               * sin(2 * G_PI * self->fundamental_hz * (k + 1) * (double)at / ANN_RATE_HZ);
    return (float)(sum * envelope(self, at));
}
