/* Every format against an encoder that is written the other way round: from the
 * value to the bits.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "collector/sources/wfdb-format.h"
#include "tests/data/synthetic.h"

static const int plain[] = {8, 16, 24, 32, 61, 80, 160, 212, 310, 311};

static int32_t
random_value(GRand *rand, int format)
{
    guint bits = collector_wfdb_format_bits(format);
    uint32_t u = g_rand_int(rand) >> (32 - bits);

    return (int32_t)((int64_t)u - (INT64_C(1) << (bits - 1)));
}

static void
test_round_trip(void)
{
    g_autoptr(GRand) rand = g_rand_new_with_seed(20150301);

    for (size_t k = 0; k < G_N_ELEMENTS(plain); k++) {
        int32_t values[100], got[100];
        g_autoptr(GByteArray) bytes = g_byte_array_new();

        for (size_t i = 0; i < 100; i++) {
            values[i] = random_value(rand, plain[k]);
            synthetic_encode(plain[k], i, values[i], bytes);
        }
        uint64_t need = collector_wfdb_format_bytes(plain[k], 100);
        g_assert_cmpuint(need, <=, bytes->len);
        g_assert_cmpuint(collector_wfdb_format_decode(plain[k], 0, bytes->data, need, got, 100), ==,
                         100);
        g_assert_cmpmem(got, (int)sizeof got, values, (int)sizeof values);
    }
}

static void
test_any_range(void)
{
    g_autoptr(GRand) rand = g_rand_new_with_seed(7);

    for (size_t k = 0; k < G_N_ELEMENTS(plain); k++) {
        int32_t values[30], got[30];
        g_autoptr(GByteArray) bytes = g_byte_array_new();

        for (size_t i = 0; i < 30; i++) {
            values[i] = random_value(rand, plain[k]);
            synthetic_encode(plain[k], i, values[i], bytes);
        }
        for (size_t first = 0; first < 30; first++)
            for (size_t n = 0; first + n <= 30; n++) {
                uint64_t start = collector_wfdb_format_group_start(plain[k], first);
                uint64_t from = collector_wfdb_format_bytes(plain[k], start);
                uint64_t to = collector_wfdb_format_bytes(plain[k], first + n);
                size_t there = collector_wfdb_format_decode(plain[k], first, bytes->data + from,
                                                            (size_t)(to - from), got, n);
                g_assert_cmpuint(there, ==, n);
                g_assert_true(memcmp(got, values + first, n * sizeof *got) == 0);
            }
    }
}

static void
test_short_bytes(void)
{
    const uint8_t bytes[8] = {0};
    int32_t out[8];

    g_assert_cmpuint(collector_wfdb_format_decode(212, 0, bytes, 1, out, 8), ==, 0);
    g_assert_cmpuint(collector_wfdb_format_decode(212, 0, bytes, 2, out, 8), ==, 1);
    g_assert_cmpuint(collector_wfdb_format_decode(212, 0, bytes, 3, out, 8), ==, 2);
    g_assert_cmpuint(collector_wfdb_format_decode(212, 1, bytes, 2, out, 8), ==, 0);
    g_assert_cmpuint(collector_wfdb_format_decode(310, 0, bytes, 3, out, 8), ==, 1);
    g_assert_cmpuint(collector_wfdb_format_decode(310, 2, bytes, 4, out, 8), ==, 1);
    g_assert_cmpuint(collector_wfdb_format_decode(311, 0, bytes, 3, out, 8), ==, 2);
    g_assert_cmpuint(collector_wfdb_format_decode(32, 0, bytes, 7, out, 8), ==, 1);
    /* the fewest bytes that hold n samples; the last two of 310 come together */
    for (size_t k = 0; k < G_N_ELEMENTS(plain); k++)
        for (uint64_t n = 1; n < 50; n++) {
            uint64_t need = collector_wfdb_format_bytes(plain[k], n);
            g_assert_cmpuint(collector_wfdb_format_samples(plain[k], need), >=, n);
            g_assert_cmpuint(collector_wfdb_format_samples(plain[k], need - 1), <, n);
        }
}

static void
test_invalid_values(void)
{
    const struct {
        int format;
        int32_t value;
    } cases[] = {{16, -32768}, {61, -32768},   {160, -32768},   {516, -32768},
                 {80, -128},   {508, -128},    {212, -2048},    {310, -512},
                 {311, -512},  {24, -8388608}, {524, -8388608}, {32, INT32_MIN}};
    gboolean has = FALSE;

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_assert_cmpint(collector_wfdb_format_invalid(cases[i].format, &has), ==, cases[i].value);
        g_assert_true(has);
    }
    collector_wfdb_format_invalid(8, &has);
    g_assert_false(has);
    g_assert_cmpuint(collector_wfdb_format_bits(17), ==, 0);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/collector/wfdb-format/decodes_what_another_hand_encoded", test_round_trip);
    g_test_add_func("/collector/wfdb-format/decodes_any_range_of_a_stream", test_any_range);
    g_test_add_func("/collector/wfdb-format/gives_only_whole_samples", test_short_bytes);
    g_test_add_func("/collector/wfdb-format/knows_the_invalid_value_of_each", test_invalid_values);
    return g_test_run();
}
