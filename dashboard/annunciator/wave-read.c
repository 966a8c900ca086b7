/* SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/annunciator/wave-read.h"

#include <string.h>

#include "common/error.h"
#include "dashboard/annunciator/burst.h"

#define RATE_MIN 8000u
#define RATE_MAX 96000u

typedef struct {
    const uint8_t *data;
    size_t n; /* samples */
    uint32_t rate;
} Wave;

static uint32_t
get(const uint8_t *at, int bytes)
{
    uint32_t value = 0;

    for (int i = 0; i < bytes; i++)
        value |= (uint32_t)at[i] << (8 * i);
    return value;
}

static gboolean
refuse(GError **error, const char *what)
{
    g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT,
                "%s: expected RIFF/WAVE, PCM of 16 bit, mono, 8000 to 96000 Hz", what);
    return FALSE;
}

static gboolean
read_format(Wave *wave, const uint8_t *at, size_t size, GError **error)
{
    if (size < 16)
        return refuse(error, "the format is cut");
    wave->rate = get(at + 4, 4);
    if (get(at, 2) != 1 || get(at + 2, 2) != 1 || get(at + 14, 2) != 16 || wave->rate < RATE_MIN
        || wave->rate > RATE_MAX)
        return refuse(error, "another format");
    return TRUE;
}

static gboolean
find(Wave *wave, const uint8_t *bytes, size_t size, GError **error)
{
    size_t at = 12;

    if (size < 12 || memcmp(bytes, "RIFF", 4) != 0 || memcmp(bytes + 8, "WAVE", 4) != 0)
        return refuse(error, "no RIFF/WAVE");
    while (size - at >= 8) {
        const uint8_t *chunk = bytes + at + 8;
        size_t length = MIN((size_t)get(bytes + at + 4, 4), size - at - 8);
        if (memcmp(bytes + at, "fmt ", 4) == 0 && !read_format(wave, chunk, length, error))
            return FALSE;
        if (memcmp(bytes + at, "data", 4) == 0) {
            wave->data = chunk;
            wave->n = length / 2;
            return wave->rate != 0 || refuse(error, "data before its format");
        }
        at += 8 + length;
        at += MIN(length & 1, size - at);
    }
    return refuse(error, "no data");
}

static float
sample(const Wave *wave, size_t i)
{
    return (float)(int16_t)get(wave->data + 2 * MIN(i, wave->n - 1), 2) / 32768.f;
}

float *
ann_wave_read(const uint8_t *bytes, size_t size, size_t *out, GError **error)
{
    Wave wave = {0};

    if (!find(&wave, bytes, size, error))
        return NULL;
    *out = MIN(wave.n * ANN_RATE_HZ / wave.rate, (size_t)ANN_WAVE_MAX_S * ANN_RATE_HZ);
    float *frames = g_new(float, *out + 1);
    for (size_t i = 0; i < *out; i++) {
        double at = (double)i * wave.rate / ANN_RATE_HZ;
        size_t left = (size_t)at;
        float share = (float)(at - (double)left);
        frames[i] = (1 - share) * sample(&wave, left) + share * sample(&wave, left + 1);
    }
    return frames;
}
