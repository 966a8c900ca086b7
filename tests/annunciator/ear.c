/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/annunciator/ear.h"

#include <math.h>
#include <string.h>

#define LOUD      0.01f
#define WINDOW_MS 5
#define LEAST_S   0.010

size_t
ear_pulses(const float *samples, size_t n, int rate_hz, EarPulse pulses[EAR_MAX])
{
    size_t window = (size_t)rate_hz * WINDOW_MS / 1000, found = 0;
    double start = -1;

    for (size_t at = 0; at + window <= n && found < EAR_MAX; at += window) {
        float peak = 0;
        for (size_t i = 0; i < window; i++)
            peak = MAX(peak, fabsf(samples[at + i]));
        double now = (double)at / rate_hz;
        if (peak > LOUD && start < 0) {
            start = now;
        } else if (peak <= LOUD && start >= 0) {
            if (now - start >= LEAST_S)
                pulses[found++] = (EarPulse){start, now};
            start = -1;
        }
    }
    return found;
}

double
ear_level_db(const float *samples, size_t n, int rate_hz, double hz)
{
    double w = 2 * G_PI * hz / rate_hz, c = 2 * cos(w), s1 = 0, s2 = 0;

    for (size_t i = 0; i < n; i++) {
        double hann = 0.5 - 0.5 * cos(2 * G_PI * (double)i / (double)n);
        double s0 = (double)samples[i] * hann + c * s1 - s2;
        s2 = s1;
        s1 = s0;
    }
    double power = s1 * s1 + s2 * s2 - c * s1 * s2;
    return 20 * log10(sqrt(MAX(power, 1e-30)) / (0.25 * (double)n));
}

static unsigned
get(const guint8 *at, int bytes)
{
    unsigned value = 0;

    for (int i = 0; i < bytes; i++)
        value |= (unsigned)at[i] << (8 * i);
    return value;
}

float *
ear_read(const char *path, size_t *n, int *rate_hz)
{
    g_autofree char *text = NULL;
    gsize size = 0;
    g_autoptr(GError) error = NULL;

    g_file_get_contents(path, &text, &size, &error);
    g_assert_no_error(error);
    const guint8 *bytes = (const guint8 *)text;
    g_assert_cmpuint(size, >=, 44);
    g_assert_cmpmem(bytes, 4, "RIFF", 4);
    g_assert_cmpmem(bytes + 8, 8, "WAVEfmt ", 8);
    g_assert_cmpuint(get(bytes + 20, 2), ==, 1);
    g_assert_cmpuint(get(bytes + 34, 2), ==, 16);
    unsigned channels = get(bytes + 22, 2);
    *rate_hz = (int)get(bytes + 24, 4);
    const guint8 *data = memmem(bytes, size, "data", 4);
    g_assert_nonnull(data);
    data += 8;
    *n = (size_t)(bytes + size - data) / (2 * channels);
    float *samples = g_new(float, *n + 1);
    for (size_t i = 0; i < *n; i++)
        samples[i] = (float)(gint16)get(data + 2 * channels * i, 2) / 32768;
    return samples;
}
