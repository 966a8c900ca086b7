/* The auditory alarm signals of IEC 60601-1-8 as numbers and as samples. Pure.
 *
 * High: ten pulses, 3 + 2 twice; medium: three; low: two. Of the values that the
 * standard leaves to a maker, ours lie in its ranges as public device documents quote
 * them: fundamental 150-1000 Hz, four harmonics or more within 15 dB of it between 300 and
 * 4000 Hz, pulse 75-200 ms (high) and 125-250 ms (others), from the start of a burst to the
 * start of the next at least 2.5 s (high, medium) and 15 s (low) more than it lasts.
 * Priorities differ in number, pace and pitch.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "proto/state.pb-c.h"

G_BEGIN_DECLS

#define ANN_RATE_HZ    48000
#define ANN_PULSES_MAX 10
#define ANN_HARMONICS  5 /* the fundamental included */

typedef struct {
    double fundamental_hz;
    int pulses;
    int start_ms[ANN_PULSES_MAX]; /* of each pulse after the burst's */
    int pulse_ms;
    int rise_ms, fall_ms; /* within the pulse */
    int silence_ms;       /* from the end of a burst to the next, at least */
} AnnBurst;

/* NULL for a priority that has no sound (NONE, ADVISORY). */
const AnnBurst *ann_burst(Vicu__Priority priority);
/* Frames at ANN_RATE_HZ from the start of the burst to the end of its last pulse. */
int64_t ann_burst_frames(const AnnBurst *self);
/* Frames until the pulse that sounds at @frame has ended; 0: none sounds there. */
int64_t ann_burst_pulse_left(const AnnBurst *self, int64_t frame);
/* The sample at @frame of the burst, -1 to 1. 0 before, between and behind the pulses. */
float ann_burst_sample(const AnnBurst *self, int64_t frame);

G_END_DECLS
