/* Blocks of samples for the tests of the codec: recorded, simple and nasty ones.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <glib.h>

/* How samples are made; each kind is a different part of the format. */
typedef enum {
    SAMPLES_CONSTANT,
    SAMPLES_INVALID,
    SAMPLES_NOISE,    /* all codes, -32768 too */
    SAMPLES_EXTREMES, /* -32768, -32767, 32767 */
    SAMPLES_WALK,
    SAMPLES_WAVE,     /* two sines and noise */
    SAMPLES_RAMP,     /* wraps around */
    SAMPLES_LATTICE,  /* a walk on every third code */
    SAMPLES_HOLES,    /* a wave with runs of invalid samples */
    SAMPLES_SPECKLED, /* a wave with every third sample invalid */
    SAMPLES_STEPS,    /* flat, with rare steps */
    SAMPLES_SPIKES,   /* quiet, with spikes over the whole range */
    SAMPLES_KINDS,
} SamplesKind;

/* The same seed, the same samples. */
void samples_make(SamplesKind kind, uint32_t seed, int16_t *out, size_t n);

/* The samples of one signal of a format-16 recording of the clone; NULL where
 * there is none. Caller frees. */
int16_t *samples_recorded(const char *path, size_t width, size_t signal, size_t *n);
