/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/error.h"
#include "common/flac.h"

#define N        50000
#define CHANNELS 3

static int32_t *
make_samples(void)
{
    int32_t *samples = g_new(int32_t, N * CHANNELS);
    g_autoptr(GRand) rand = g_rand_new_with_seed(516);

    for (size_t i = 0; i < N; i++)
        for (size_t c = 0; c < CHANNELS; c++)
            samples[i * CHANNELS + c] =
                (int32_t)(i * (c + 1) % 4000) - 2000 + g_rand_int_range(rand, -9, 10);
    return samples;
}

static GBytes *
encode(const int32_t *samples)
{
    g_autoptr(GError) error = NULL;
    GBytes *bytes = vicu_flac_encode(samples, N, CHANNELS, 16, 250, 8, &error);

    g_assert_no_error(error);
    return bytes;
}

static void
test_round_trip(void)
{
    g_autofree int32_t *samples = make_samples();
    g_autoptr(GBytes) bytes = encode(samples);
    g_autoptr(GError) error = NULL;
    g_autoptr(VicuFlacReader) reader = vicu_flac_reader_new_for_bytes("x", bytes, &error);
    g_autofree int32_t *out = g_new(int32_t, N * CHANNELS);
    size_t got = 0;

    g_assert_no_error(error);
    g_assert_cmpuint(vicu_flac_reader_channels(reader), ==, CHANNELS);
    g_assert_cmpuint(vicu_flac_reader_bits(reader), ==, 16);
    g_assert_true(vicu_flac_reader_read(reader, 0, N, out, &got, &error));
    g_assert_cmpuint(got, ==, N);
    g_assert_true(memcmp(out, samples, N * CHANNELS * sizeof *out) == 0);
    /* the end, asked for again */
    g_assert_true(vicu_flac_reader_read(reader, N - 5, 20, out, &got, &error));
    g_assert_cmpuint(got, ==, 5);
    g_assert_true(memcmp(out, samples + (N - 5) * CHANNELS, 5 * CHANNELS * sizeof *out) == 0);
}

static void
test_any_order(void)
{
    g_autofree int32_t *samples = make_samples();
    g_autoptr(GBytes) bytes = encode(samples);
    g_autoptr(VicuFlacReader) reader = vicu_flac_reader_new_for_bytes("x", bytes, NULL);
    g_autoptr(GRand) rand = g_rand_new_with_seed(1);
    int32_t out[300 * CHANNELS];

    for (int i = 0; i < 300; i++) {
        size_t first = (size_t)g_rand_int_range(rand, 0, N - 300), got = 0;
        size_t n = (size_t)g_rand_int_range(rand, 1, 300);
        g_autoptr(GError) error = NULL;
        g_assert_true(vicu_flac_reader_read(reader, first, n, out, &got, &error));
        g_assert_no_error(error);
        g_assert_cmpuint(got, ==, n);
        g_assert_true(memcmp(out, samples + first * CHANNELS, n * CHANNELS * sizeof *out) == 0);
    }
}

/* Whatever byte is changed: an error, or the right samples; never wrong ones. */
static void
test_damage(void)
{
    g_autofree int32_t *samples = make_samples();
    g_autoptr(GBytes) bytes = encode(samples);
    g_autofree int32_t *out = g_new(int32_t, N * CHANNELS);
    gsize n = 0;
    const uint8_t *good = g_bytes_get_data(bytes, &n);
    guint refused = 0;

    for (gsize at = 42; at < n; at += n / 60) {
        g_autofree uint8_t *bad = g_memdup2(good, n);
        bad[at] ^= 0x10;
        g_autoptr(GBytes) damaged = g_bytes_new(bad, n);
        g_autoptr(GError) error = NULL;
        g_autoptr(VicuFlacReader) reader = vicu_flac_reader_new_for_bytes("x", damaged, &error);
        size_t got = 0;
        if (reader == NULL || !vicu_flac_reader_read(reader, 0, N, out, &got, &error)) {
            g_assert_error(error, VICU_ERROR, VICU_ERROR_FORMAT);
            refused++;
            continue;
        }
        g_assert_true(memcmp(out, samples, got * CHANNELS * sizeof *out) == 0);
    }
    g_assert_cmpuint(refused, >=, 50);
}

static void
test_truncation(void)
{
    g_autofree int32_t *samples = make_samples();
    g_autoptr(GBytes) bytes = encode(samples);
    g_autoptr(GBytes) half = g_bytes_new_from_bytes(bytes, 0, g_bytes_get_size(bytes) / 2);
    g_autoptr(GError) error = NULL;
    g_autoptr(VicuFlacReader) reader = vicu_flac_reader_new_for_bytes("half.dat", half, &error);
    g_autofree int32_t *out = g_new(int32_t, N * CHANNELS);
    size_t got = 0;

    g_assert_no_error(error);
    g_assert_false(vicu_flac_reader_read(reader, 0, N, out, &got, &error));
    g_assert_error(error, VICU_ERROR, VICU_ERROR_FORMAT);
    g_assert_true(g_str_has_prefix(error->message, "half.dat: FLAC: "));
    g_clear_error(&error);
    g_assert_false(vicu_flac_reader_read(reader, 0, 1, out, &got, &error)); /* and ends */
    g_assert_error(error, VICU_ERROR, VICU_ERROR_FORMAT);
}

/* Where the blocks begin, behind the metadata. */
static gsize
blocks_of(const uint8_t *stream)
{
    gsize at = 4;

    for (gboolean last = FALSE; !last;) {
        last = (stream[at] & 0x80) != 0;
        at += 4 + ((gsize)stream[at + 1] << 16 | (gsize)stream[at + 2] << 8 | stream[at + 3]);
    }
    return at;
}

/* A stream of unknown length whose later blocks have another number of channels:
 * libFLAC stops there, and says that all is well when asked again. */
static void
test_changed_channels(void)
{
    g_autofree int32_t *samples = make_samples();
    g_autoptr(GBytes) three = encode(samples);
    g_autoptr(GBytes) two = vicu_flac_encode(samples, N, 2, 16, 250, 8, NULL);
    g_autoptr(GByteArray) both = g_byte_array_new();
    g_autofree int32_t *out = g_new(int32_t, 2 * N * CHANNELS);
    g_autoptr(GError) error = NULL;
    gsize n = 0;
    size_t got = 0;
    const uint8_t *data = g_bytes_get_data(three, &n);

    g_byte_array_append(both, data, (guint)n);
    both->data[21] &= 0xf0; /* 36 bits of length in STREAMINFO: 0 is unknown */
    memset(both->data + 22, 0, 4);
    data = g_bytes_get_data(two, &n);
    g_byte_array_append(both, data + blocks_of(data), (guint)(n - blocks_of(data)));
    g_autoptr(GBytes) bytes = g_bytes_new(both->data, both->len);
    g_autoptr(VicuFlacReader) reader = vicu_flac_reader_new_for_bytes("x", bytes, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(vicu_flac_reader_length(reader), ==, 0);
    g_assert_true(vicu_flac_reader_read(reader, 0, N, out, &got, &error));
    g_assert_cmpuint(got, ==, N);
    for (int i = 0; i < 3; i++) {
        g_clear_error(&error);
        g_assert_false(vicu_flac_reader_read(reader, N - 1, 10, out, &got, &error));
        g_assert_error(error, VICU_ERROR, VICU_ERROR_FORMAT);
    }
}

static void
test_not_flac(void)
{
    g_autoptr(GBytes) bytes = g_bytes_new_static("this is no FLAC stream at all", 29);
    g_autoptr(GError) error = NULL;

    g_assert_null(vicu_flac_reader_new_for_bytes("x.dat", bytes, &error));
    g_assert_error(error, VICU_ERROR, VICU_ERROR_FORMAT);
    g_clear_error(&error);
    g_assert_null(vicu_flac_reader_open("/nowhere/x.dat", 0, &error));
    g_assert_error(error, VICU_ERROR, VICU_ERROR_ABSENT);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/common/flac/reads_what_it_wrote", test_round_trip);
    g_test_add_func("/common/flac/reads_in_any_order", test_any_order);
    g_test_add_func("/common/flac/never_hands_out_a_damaged_sample", test_damage);
    g_test_add_func("/common/flac/refuses_a_truncated_stream", test_truncation);
    g_test_add_func("/common/flac/stops_where_the_channels_change", test_changed_channels);
    g_test_add_func("/common/flac/refuses_what_is_no_stream", test_not_flac);
    return g_test_run();
}
