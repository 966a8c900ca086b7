/* An ear for tests: finds pulses in samples, and what pitches are in them.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stddef.h>

#include <glib.h>

G_BEGIN_DECLS

#define EAR_MAX 256

typedef struct {
    double start_s, end_s;
} EarPulse;

/* What is louder than a hundredth of full scale for 10 ms and more, with at least 10 ms of
 * silence between; at most EAR_MAX. */
size_t ear_pulses(const float *samples, size_t n, int rate_hz, EarPulse pulses[EAR_MAX]);
/* Level of @hz in @samples, dB, 0 for a full sine (Goertzel's algorithm). */
double ear_level_db(const float *samples, size_t n, int rate_hz, double hz);
/* The samples of a WAVE file, PCM 16 bit, its first channel; fails the test on any other.
 * Caller frees. */
float *ear_read(const char *path, size_t *n, int *rate_hz);

G_END_DECLS
