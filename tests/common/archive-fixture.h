/* What the archive codec's tests share.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <string.h>

#include <glib.h>

#include "common/codec/archive.h"

typedef struct {
    VicuArchiveScratch *scratch;
    GByteArray *bytes; /* the last block */
    size_t span;
} Box;

static inline Box *
box_new(void)
{
    Box *box = g_new0(Box, 1);

    box->scratch = vicu_archive_scratch_new();
    box->bytes = g_byte_array_new();
    box->span = 1875;
    return box;
}

static inline void
box_free(Box *box)
{
    vicu_archive_scratch_free(box->scratch);
    g_byte_array_unref(box->bytes);
    g_free(box);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Box, box_free)

/* Packs, unpacks into an array of exactly @n, compares. */
static inline void
box_round_trip(
    Box *box, const int16_t *samples, size_t n, const int16_t *const *refs, size_t n_refs)
{
    g_autofree int16_t *back = g_new(int16_t, n);
    VicuArchiveHeader header = {0};

    g_byte_array_set_size(box->bytes, 0);
    g_assert_cmpint(
        vicu_archive_pack(box->scratch, samples, n, box->span, refs, n_refs, box->bytes), ==,
        VICU_ARCHIVE_OK);
    g_assert_cmpint(vicu_archive_unpack(box->scratch, box->bytes->data, box->bytes->len, refs,
                                        n_refs, back, n, &header),
                    ==, VICU_ARCHIVE_OK);
    g_assert_cmpuint(header.n, ==, n);
    g_assert_true(n == 0 || memcmp(back, samples, n * sizeof *back) == 0);
}

/* Something like an ECG at 250 Hz, integers only: a wandering base, a beat each
 * 200 samples or so, noise of a few units. */
static inline void
make_ecg(int16_t *samples, size_t n, uint32_t seed)
{
    static const int16_t beat[24] = {0,   8,   20,   30,  22,  8, 0, -20, -60, 180, 520, 700,
                                     380, -90, -160, -80, -20, 0, 5, 10,  20,  25,  15,  5};
    int32_t base = 0, noise = 0;
    size_t phase = 0, period = 200;

    for (size_t i = 0; i < n; i++) {
        seed = seed * 1664525u + 1013904223u;
        noise += (int32_t)(seed >> 29) - 3 - noise / 4;
        base += (int32_t)((seed >> 20 & 7) > 5) - (int32_t)((seed >> 23 & 7) > 5);
        base = CLAMP(base, -300, 300);
        phase++;
        if (phase >= period) {
            phase = 0;
            period = 190 + (seed >> 16 & 15);
        }
        samples[i] = (int16_t)(base + noise + (phase < 24 ? beat[phase] : 0));
    }
}
