/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/codec/archive-engine.h"
#include "tests/common/archive-fixture.h"

static void
test_every_length_comes_back(void)
{
    g_autoptr(Box) box = box_new();
    g_autoptr(GRand) rand = g_rand_new_with_seed(1);
    int16_t samples[301];

    for (size_t n = 0; n <= 300; n++) {
        for (size_t i = 0; i < n; i++)
            samples[i] = (int16_t)(100 * ((i * 7 + n) % 31) + (size_t)g_rand_int_range(rand, 0, 9));
        box_round_trip(box, samples, n, NULL, 0);
    }
}

static void
test_extreme_samples_come_back(void)
{
    g_autoptr(Box) box = box_new();
    g_autoptr(GRand) rand = g_rand_new_with_seed(2);
    static int16_t samples[20000];
    const size_t n = G_N_ELEMENTS(samples);

    for (size_t i = 0; i < n; i++)
        samples[i] = i % 2 ? INT16_MAX : -INT16_MAX;
    box_round_trip(box, samples, n, NULL, 0);
    for (size_t i = 0; i < n; i++)
        samples[i] = (int16_t)g_rand_int(rand);
    box_round_trip(box, samples, n, NULL, 0);
    g_assert_cmpuint(box->bytes->len, <=, 2 * n + 512); /* noise is stored as it is */
    for (size_t i = 0; i < n; i++)
        samples[i] = (int16_t)(g_rand_int_range(rand, 0, 50) == 0 ? (int16_t)g_rand_int(rand) : 0);
    box_round_trip(box, samples, n, NULL, 0);
    for (size_t i = 0; i < n; i++)
        samples[i] = (int16_t)(i * 3); /* a ramp that wraps: no error, then a great one */
    box_round_trip(box, samples, n, NULL, 0);
}

static void
test_absent_and_constant_samples_are_nearly_free(void)
{
    g_autoptr(Box) box = box_new();
    static int16_t samples[VICU_ARCHIVE_SAMPLES_MAX];
    const size_t n = G_N_ELEMENTS(samples);

    box->span = 65535;
    for (size_t i = 0; i < n; i++)
        samples[i] = VICU_ARCHIVE_INVALID;
    box_round_trip(box, samples, n, NULL, 0);
    g_assert_cmpuint(box->bytes->len, <, 100);
    for (size_t i = 0; i < n; i++)
        samples[i] = 1234;
    box_round_trip(box, samples, n, NULL, 0);
    g_assert_cmpuint(box->bytes->len, <, 200);
}

static void
test_a_gap_does_not_spoil_what_follows(void)
{
    g_autoptr(Box) box = box_new();
    static int16_t whole[60000], torn[90000];

    make_ecg(whole, G_N_ELEMENTS(whole), 3);
    box_round_trip(box, whole, G_N_ELEMENTS(whole), NULL, 0);
    size_t alone = box->bytes->len;
    for (size_t i = 0; i < G_N_ELEMENTS(torn); i++) {
        if (i < 30000)
            torn[i] = whole[i];
        else if (i < 60000)
            torn[i] = i < 45000 ? VICU_ARCHIVE_INVALID : whole[30000]; /* absent, then flat */
        else
            torn[i] = whole[i - 30000];
    }
    box_round_trip(box, torn, G_N_ELEMENTS(torn), NULL, 0);
    g_assert_cmpuint(box->bytes->len, <, alone + alone / 100 + 100);
}

static void
test_a_lattice_of_codes_costs_no_more_than_its_ranks(void)
{
    g_autoptr(Box) box = box_new();
    static int16_t plain[60000], spread[60000];

    make_ecg(plain, G_N_ELEMENTS(plain), 4);
    for (size_t i = 0; i < G_N_ELEMENTS(plain); i++)
        spread[i] = (int16_t)(plain[i] * 7 + 3);
    box_round_trip(box, plain, G_N_ELEMENTS(plain), NULL, 0);
    size_t close = box->bytes->len;
    box_round_trip(box, spread, G_N_ELEMENTS(spread), NULL, 0);
    g_assert_cmpuint(box->bytes->len, <, close + close / 50 + 500);
}

/* What the plain engine packs of @samples is what the other packed last, and reads back. */
static void
assert_plain_agrees(
    Box *box, const int16_t *samples, size_t n, const int16_t *const *refs, size_t n_refs)
{
    g_autoptr(GByteArray) plain = g_byte_array_new();
    g_autofree int16_t *back = g_new(int16_t, n);
    VicuArchiveHeader header;

    box->scratch->engine = &vicu_archive_engine_plain;
    g_assert_cmpint(vicu_archive_pack(box->scratch, samples, n, box->span, refs, n_refs, plain), ==,
                    VICU_ARCHIVE_OK);
    g_assert_cmpmem(plain->data, plain->len, box->bytes->data, box->bytes->len);
    g_assert_cmpint(
        vicu_archive_unpack(box->scratch, plain->data, plain->len, refs, n_refs, back, n, &header),
        ==, VICU_ARCHIVE_OK);
    g_assert_cmpuint(header.version, ==, box->scratch->version);
    g_assert_true(memcmp(back, samples, n * sizeof *back) == 0);
    box->scratch->engine = vicu_archive_engine();
}

static void
test_the_engines_write_the_same_bytes(void)
{
    g_autoptr(Box) box = box_new();
    static int16_t samples[30000], scaled[30000], ref[30000];
    const int16_t *refs[] = {ref, samples, scaled};
    const size_t n = G_N_ELEMENTS(samples);

    make_ecg(samples, n, 5);
    make_ecg(ref, n, 5);
    for (size_t i = 0; i < n; i++)
        ref[i] = (int16_t)(ref[i] / 2 + (int16_t)(i % 13));
    for (unsigned round = 0; round < 8; round++) {
        int scale = round & 1 ? 10 : 1;
        size_t n_refs = round & 2 ? 1 : 0;
        box->scratch->version = round & 4 ? 1 : ARCHIVE_VERSION_LAST;
        for (size_t i = 0; i < n; i++)
            scaled[i] = (int16_t)(samples[i] * scale + (scale > 1 ? (int)(i * i % 101) : 0));
        box_round_trip(box, scaled, n, refs, n_refs);
        assert_plain_agrees(box, scaled, n, refs, n_refs);
    }
    for (size_t i = 0; i < n; i++)
        scaled[i] = (int16_t)(samples[i] * 50 + 30 * ref[i]); /* wraps: wide and rough */
    for (size_t n_refs = 0; n_refs <= 2; n_refs++) {
        box_round_trip(box, scaled, n, refs, n_refs);
        assert_plain_agrees(box, scaled, n, refs, n_refs);
    }
    if (vicu_archive_engine() == &vicu_archive_engine_plain)
        g_test_skip("this processor has the plain engine only");
}

static void
test_the_bytes_are_those_of_the_format(void)
{
    /* each changes never: blocks on disk must stay readable */
    static const char *const sums[ARCHIVE_VERSION_LAST + 1] = {
        [1] = "bc97fbc680194eedf482ff8ee215dbb1470c525a12562afbceda68bef490bf6e",
        [2] = "724709177aa45e5f33f2cf4628ac40702ed6ed2ffe7767ae63aa7007e5b26754",
    };
    g_autoptr(Box) box = box_new();
    static int16_t samples[40000];

    make_ecg(samples, G_N_ELEMENTS(samples), 6);
    for (unsigned version = 1; version <= ARCHIVE_VERSION_LAST; version++) {
        box->scratch->version = version;
        box_round_trip(box, samples, G_N_ELEMENTS(samples), NULL, 0);
        g_autofree char *sum =
            g_compute_checksum_for_data(G_CHECKSUM_SHA256, box->bytes->data, box->bytes->len);
        g_assert_cmpstr(sum, ==, sums[version]);
    }
}

static void
test_every_version_is_read(void)
{
    g_autoptr(Box) box = box_new();
    static int16_t samples[20000], back[20000];
    const size_t n = G_N_ELEMENTS(samples);
    VicuArchiveHeader header;

    make_ecg(samples, n, 9);
    for (size_t i = 9000; i < 12000; i++)
        samples[i] = i < 10000 ? VICU_ARCHIVE_INVALID : samples[8000];
    for (unsigned version = 1; version <= ARCHIVE_VERSION_LAST; version++) {
        box->scratch->version = version;
        box_round_trip(box, samples, n, NULL, 0);
        /* by a scratch that would write another */
        box->scratch->version = ARCHIVE_VERSION_LAST;
        g_assert_cmpint(vicu_archive_unpack(box->scratch, box->bytes->data, box->bytes->len, NULL,
                                            0, back, n, &header),
                        ==, VICU_ARCHIVE_OK);
        g_assert_cmpuint(header.version, ==, version);
        g_assert_true(memcmp(back, samples, sizeof back) == 0);
    }
    for (unsigned version = 0; version < 256; version++) {
        box->bytes->data[2] = (uint8_t)version;
        VicuArchiveFate fate = vicu_archive_peek(box->bytes->data, box->bytes->len, &header);
        g_assert_cmpint(fate == VICU_ARCHIVE_VERSION, ==,
                        version == 0 || version > ARCHIVE_VERSION_LAST);
    }
}

static void
test_the_header_tells_without_decoding(void)
{
    g_autoptr(Box) box = box_new();
    int16_t samples[1000];
    VicuArchiveColumn columns[10];
    VicuArchiveHeader header;

    for (int i = 0; i < 1000; i++)
        samples[i] = (int16_t)(i < 300 ? VICU_ARCHIVE_INVALID : i - 600);
    box->span = 150;
    box_round_trip(box, samples, 1000, NULL, 0);
    g_assert_cmpint(vicu_archive_peek(box->bytes->data, box->bytes->len, &header), ==,
                    VICU_ARCHIVE_OK);
    g_assert_cmpuint(header.size, ==, box->bytes->len);
    g_assert_cmpuint(header.n, ==, 1000);
    g_assert_cmpuint(header.n_valid, ==, 700);
    g_assert_cmpint(header.min, ==, -300);
    g_assert_cmpint(header.max, ==, 399);
    g_assert_cmpint(header.sum, ==, 34650);
    g_assert_cmpuint(header.n_columns, ==, 7);
    g_assert_cmpuint(header.identity, ==, vicu_archive_identity(samples, 1000));
    g_assert_cmpint(vicu_archive_columns(box->bytes->data, box->bytes->len, columns, 6), ==,
                    VICU_ARCHIVE_ROOM);
    g_assert_cmpint(vicu_archive_columns(box->bytes->data, box->bytes->len, columns, 10), ==,
                    VICU_ARCHIVE_OK);
    g_assert_cmpuint(columns[1].n_valid, ==, 0);
    g_assert_cmpint(columns[2].min, ==, -300);
    g_assert_cmpint(columns[2].max, ==, -151);
    g_assert_cmpint(columns[2].sum, ==, -33825);
    g_assert_cmpuint(columns[6].n_valid, ==, 100);
    g_assert_cmpint(columns[6].max, ==, 399);
}

static void
test_a_block_ends_itself(void)
{
    g_autoptr(Box) box = box_new();
    static int16_t samples[5000];
    int16_t back[5000];
    VicuArchiveHeader header;

    make_ecg(samples, 5000, 7);
    box_round_trip(box, samples, 5000, NULL, 0);
    size_t first = box->bytes->len;
    g_assert_cmpint(vicu_archive_pack(box->scratch, samples, 4000, 1000, NULL, 0, box->bytes), ==,
                    VICU_ARCHIVE_OK);
    g_assert_cmpint(vicu_archive_peek(box->bytes->data, box->bytes->len, &header), ==,
                    VICU_ARCHIVE_OK);
    g_assert_cmpuint(header.size, ==, first);
    g_assert_cmpint(vicu_archive_unpack(box->scratch, box->bytes->data + first,
                                        box->bytes->len - first, NULL, 0, back, 5000, &header),
                    ==, VICU_ARCHIVE_OK);
    g_assert_cmpuint(header.n, ==, 4000);
    g_assert_true(memcmp(back, samples, 4000 * sizeof *back) == 0);
}

static void
test_what_does_not_fit_is_refused(void)
{
    g_autoptr(Box) box = box_new();
    const int16_t *refs[4] = {0};
    int16_t sample = 5, back[2];
    VicuArchiveHeader header;

    g_assert_cmpint(vicu_archive_pack(box->scratch, &sample, 1, 0, NULL, 0, box->bytes), ==,
                    VICU_ARCHIVE_ARGUMENT);
    g_assert_cmpint(vicu_archive_pack(box->scratch, &sample, 1, 65536, NULL, 0, box->bytes), ==,
                    VICU_ARCHIVE_ARGUMENT);
    g_assert_cmpint(vicu_archive_pack(box->scratch, &sample, 1, 1, refs, 4, box->bytes), ==,
                    VICU_ARCHIVE_ARGUMENT);
    g_assert_cmpint(vicu_archive_pack(box->scratch, &sample, VICU_ARCHIVE_SAMPLES_MAX + 1, 1, NULL,
                                      0, box->bytes),
                    ==, VICU_ARCHIVE_ARGUMENT);
    g_assert_cmpuint(box->bytes->len, ==, 0);
    box_round_trip(box, &sample, 1, NULL, 0);
    g_assert_cmpint(vicu_archive_unpack(box->scratch, box->bytes->data, box->bytes->len, NULL, 0,
                                        back, 0, &header),
                    ==, VICU_ARCHIVE_ROOM);
    for (int fate = VICU_ARCHIVE_OK; fate <= VICU_ARCHIVE_REFERENCE; fate++)
        g_assert_cmpuint(strlen(vicu_archive_fate_text((VicuArchiveFate)fate)), >, 0);
}

static void
test_every_flipped_bit_is_found(void)
{
    g_autoptr(Box) box = box_new();
    static int16_t samples[3000], back[3000];
    VicuArchiveHeader header;

    make_ecg(samples, 3000, 8);
    box_round_trip(box, samples, 3000, NULL, 0);
    for (size_t bit = 0; bit < box->bytes->len * 8; bit++) {
        box->bytes->data[bit / 8] ^= (uint8_t)(1u << (bit % 8));
        g_assert_cmpint(vicu_archive_unpack(box->scratch, box->bytes->data, box->bytes->len, NULL,
                                            0, back, 3000, &header),
                        !=, VICU_ARCHIVE_OK);
        box->bytes->data[bit / 8] ^= (uint8_t)(1u << (bit % 8));
    }
    for (size_t size = 0; size < box->bytes->len; size++)
        g_assert_cmpint(vicu_archive_peek(box->bytes->data, size, &header), ==, VICU_ARCHIVE_SHORT);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/archive/every_length_comes_back", test_every_length_comes_back);
    g_test_add_func("/archive/extreme_samples_come_back", test_extreme_samples_come_back);
    g_test_add_func("/archive/absent_and_constant_samples_are_nearly_free",
                    test_absent_and_constant_samples_are_nearly_free);
    g_test_add_func("/archive/a_gap_does_not_spoil_what_follows",
                    test_a_gap_does_not_spoil_what_follows);
    g_test_add_func("/archive/a_lattice_of_codes_costs_no_more_than_its_ranks",
                    test_a_lattice_of_codes_costs_no_more_than_its_ranks);
    g_test_add_func("/archive/the_engines_write_the_same_bytes",
                    test_the_engines_write_the_same_bytes);
    g_test_add_func("/archive/the_bytes_are_those_of_the_format",
                    test_the_bytes_are_those_of_the_format);
    g_test_add_func("/archive/every_version_is_read", test_every_version_is_read);
    g_test_add_func("/archive/the_header_tells_without_decoding",
                    test_the_header_tells_without_decoding);
    g_test_add_func("/archive/a_block_ends_itself", test_a_block_ends_itself);
    g_test_add_func("/archive/what_does_not_fit_is_refused", test_what_does_not_fit_is_refused);
    g_test_add_func("/archive/every_flipped_bit_is_found", test_every_flipped_bit_is_found);
    return g_test_run();
}
