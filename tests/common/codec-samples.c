/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/common/codec-samples.h"

#include <math.h>
#include <string.h>

#define MATLAB_HEADER 24 /* bytes before the samples of a Challenge 2015 record */

static uint32_t
step(uint32_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return *state;
}

static int16_t
wave(size_t i, uint32_t random)
{
    double t = (double)i;

    return (int16_t)(900 * sin(t * 0.031) + 250 * sin(t * 0.31) + (double)(random % 17) - 8);
}

static int16_t
one(SamplesKind kind, size_t i, uint32_t random, int16_t last, uint32_t seed)
{
    static const int16_t extremes[] = {INT16_MIN, -32767, INT16_MAX};

    switch (kind) {
    case SAMPLES_CONSTANT:
        return (int16_t)seed;
    case SAMPLES_INVALID:
        return INT16_MIN;
    case SAMPLES_NOISE:
        return (int16_t)random;
    case SAMPLES_EXTREMES:
        return extremes[random % 3];
    case SAMPLES_WALK:
        return (int16_t)(last + (int)(random % 41) - 20);
    case SAMPLES_RAMP:
        return (int16_t)(uint16_t)(i * (3 + seed % 100));
    case SAMPLES_LATTICE:
        return (int16_t)(CLAMP(last + 3 * ((int)(random % 9) - 4), -150, 150) / 3 * 3);
    case SAMPLES_HOLES:
        return i % 911 > 700 ? INT16_MIN : wave(i, random);
    case SAMPLES_SPECKLED:
        return i % 3 == 0 ? INT16_MIN : wave(i, random);
    case SAMPLES_STEPS:
        return random % 300 == 0 ? (int16_t)(random >> 16) : last;
    case SAMPLES_SPIKES:
        return random % 50 == 0 ? (int16_t)(random >> 8) : (int16_t)(random % 3);
    case SAMPLES_WAVE:
    case SAMPLES_KINDS:
    default:
        return wave(i, random);
    }
}

void
samples_make(SamplesKind kind, uint32_t seed, int16_t *out, size_t n)
{
    uint32_t state = seed * 2654435761u + 1;
    int16_t last = 0;

    for (size_t i = 0; i < n; i++)
        out[i] = last = one(kind, i, step(&state) >> 3, last, seed);
}

int16_t *
samples_recorded(const char *path, size_t width, size_t signal, size_t *n)
{
    g_autofree char *full =
        g_build_filename(g_getenv("VICU_SOURCE_ROOT"), "data", "recordings", path, NULL);
    g_autofree char *bytes = NULL;
    gsize size = 0;

    if (!g_file_get_contents(full, &bytes, &size, NULL) || size <= MATLAB_HEADER)
        return NULL;
    *n = (size - MATLAB_HEADER) / 2 / width;
    int16_t *out = g_new(int16_t, *n);
    for (size_t i = 0; i < *n; i++) {
        memcpy(&out[i], bytes + MATLAB_HEADER + 2 * (i * width + signal), sizeof *out);
        out[i] = GINT16_FROM_LE(out[i]);
    }
    return out;
}
