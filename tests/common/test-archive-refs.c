/* Side information of the archive codec: other channels, and recorded ones.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "collector/sources/wfdb-record.h"
#include "tests/common/archive-fixture.h"

#define N 75000

static int16_t lead_i[N], lead_ii[N], derived[N];
static const int16_t *const limbs[] = {lead_i, lead_ii};

static void
make_limbs(void)
{
    static int16_t other[N];

    make_ecg(lead_i, N, 11);
    make_ecg(lead_ii, N, 12);
    make_ecg(other, N, 13);
    for (size_t i = 0; i < N; i++)
        lead_ii[i] = (int16_t)(lead_i[i] + lead_ii[i] / 3 + other[(i + 40) % N]);
}

static double
bits_per_sample(const Box *box)
{
    return 8.0 * box->bytes->len / N;
}

/* @num / @den rounded to the nearest, halves away from zero. */
static int32_t
nearest(int64_t num, int64_t den)
{
    return (int32_t)((num + (num < 0 ? -den : den) / 2) / den);
}

static int32_t
floor_half(int32_t x)
{
    return x >> 1;
}

/* Fails when the lead takes more than 0.15 bits a sample. */
static void
assert_derived_is_free(Box *box, const char *what)
{
    box_round_trip(box, derived, N, limbs, 2);
    g_test_message("%s: %.4f bits per sample", what, bits_per_sample(box));
    g_assert_cmpfloat(bits_per_sample(box), <, 0.15);
}

static void
test_derived_leads_cost_almost_nothing(void)
{
    g_autoptr(Box) box = box_new();

    make_limbs();
    for (size_t i = 0; i < N; i++)
        derived[i] = (int16_t)(lead_ii[i] - lead_i[i]);
    assert_derived_is_free(box, "III");
    for (size_t i = 0; i < N; i++)
        derived[i] = (int16_t)floor_half(-(lead_i[i] + lead_ii[i]));
    assert_derived_is_free(box, "aVR, halves down");
    for (size_t i = 0; i < N; i++)
        derived[i] = (int16_t)(-(lead_i[i] + lead_ii[i]) / 2);
    assert_derived_is_free(box, "aVR, halves towards zero");
    for (size_t i = 0; i < N; i++)
        derived[i] = (int16_t)nearest(-(lead_i[i] + lead_ii[i]), 2);
    assert_derived_is_free(box, "aVR, halves away from zero");
    for (size_t i = 0; i < N; i++)
        derived[i] = (int16_t)nearest(2 * lead_i[i] - lead_ii[i], 2);
    assert_derived_is_free(box, "aVL");
    for (size_t i = 0; i < N; i++)
        derived[i] = (int16_t)floor_half(2 * lead_ii[i] - lead_i[i] + 1);
    assert_derived_is_free(box, "aVF");
}

static void
test_derived_leads_of_other_gains_cost_almost_nothing(void)
{
    g_autoptr(Box) box = box_new();

    make_limbs();
    /* I at 400 units a mV about 1024, II at 200 about 0, aVF at 306 about -77 */
    for (size_t i = 0; i < N; i++)
        derived[i] =
            (int16_t)(nearest(306 * (int64_t)(4 * lead_ii[i] - (lead_i[i] - 1024)), 800) - 77);
    assert_derived_is_free(box, "aVF of other gains");
}

static void
test_a_wrong_reference_is_refused(void)
{
    g_autoptr(Box) box = box_new();
    static int16_t wrong[N], back[N];
    const int16_t *const swapped[] = {lead_ii, lead_i}, *const bad[] = {lead_i, wrong};
    VicuArchiveHeader header;

    make_limbs();
    for (size_t i = 0; i < N; i++)
        derived[i] = (int16_t)(lead_ii[i] - lead_i[i] + (int32_t)(i % 3));
    box_round_trip(box, derived, N, limbs, 2);
    g_assert_cmpint(vicu_archive_peek(box->bytes->data, box->bytes->len, &header), ==,
                    VICU_ARCHIVE_OK);
    g_assert_cmpuint(header.n_refs, ==, 2);
    g_assert_cmpuint(header.ref[0], ==, vicu_archive_identity(lead_i, N));
    g_assert_cmpuint(header.ref[1], ==, vicu_archive_identity(lead_ii, N));
    memcpy(wrong, lead_ii, sizeof wrong);
    wrong[N / 2] ^= 1;
    const struct {
        const int16_t *const *refs;
        size_t n;
    } tries[] = {{swapped, 2}, {bad, 2}, {limbs, 1}, {NULL, 0}};
    for (size_t i = 0; i < G_N_ELEMENTS(tries); i++)
        g_assert_cmpint(vicu_archive_unpack(box->scratch, box->bytes->data, box->bytes->len,
                                            tries[i].refs, tries[i].n, back, N, &header),
                        ==, VICU_ARCHIVE_REFERENCE);
}

static void
test_a_useless_reference_is_not_needed(void)
{
    g_autoptr(Box) box = box_new();
    static int16_t noise[N];
    const int16_t *const refs[] = {noise};
    VicuArchiveHeader header;
    g_autoptr(GRand) rand = g_rand_new_with_seed(4);

    make_limbs();
    for (size_t i = 0; i < N; i++)
        noise[i] = (int16_t)g_rand_int_range(rand, -500, 500);
    box_round_trip(box, lead_i, N, refs, 1);
    g_assert_cmpint(vicu_archive_peek(box->bytes->data, box->bytes->len, &header), ==,
                    VICU_ARCHIVE_OK);
    g_assert_cmpuint(header.n_refs, ==, 0);
}

static void
test_references_with_gaps_serve(void)
{
    g_autoptr(Box) box = box_new();

    make_limbs();
    for (size_t i = 0; i < N; i++)
        derived[i] = (int16_t)(i % 4000 < 100 ? VICU_ARCHIVE_INVALID : lead_ii[i] - lead_i[i]);
    for (size_t i = 0; i < N; i++) {
        if (i < 50 || i % 9000 > 8900)
            lead_i[i] = VICU_ARCHIVE_INVALID;
    }
    box_round_trip(box, derived, N, limbs, 2);
    for (size_t i = 0; i < N; i++)
        lead_i[i] = VICU_ARCHIVE_INVALID;
    box_round_trip(box, derived, N, limbs, 2);
    box_round_trip(box, lead_i, N, limbs, 2);
}

/* Every channel of @name, alone and with those before it. */
static void
round_trip_record(Box *box, const char *name)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = g_build_filename(g_getenv("VICU_TEST_DATA"), "wfdb", name, NULL);
    g_autoptr(CollectorWfdbRecord) record = collector_wfdb_record_open(path, &error);
    g_assert_no_error(error);
    size_t width = collector_wfdb_record_width(record);
    size_t n = (size_t)MIN(collector_wfdb_record_frames(record), 20000);
    g_autofree int32_t *all = g_new(int32_t, n * width);
    g_autofree int16_t *channels = g_new(int16_t, n * width);
    CollectorWfdbRun run;

    g_assert_true(collector_wfdb_record_read(record, 0, n, all, &run, &error));
    n = run.n_frames;
    for (size_t w = 0; w < width; w++) {
        const int16_t *refs[VICU_ARCHIVE_REFS_MAX];
        size_t n_refs = MIN(w, VICU_ARCHIVE_REFS_MAX);
        for (size_t i = 0; i < n; i++) {
            int32_t x = all[i * width + w];
            channels[w * n + i] = x < -32767 || x > 32767 ? VICU_ARCHIVE_INVALID : (int16_t)x;
        }
        for (size_t k = 0; k < n_refs; k++)
            refs[k] = channels + (w - n_refs + k) * n;
        box_round_trip(box, channels + w * n, n, NULL, 0);
        size_t alone = box->bytes->len;
        box_round_trip(box, channels + w * n, n, refs, n_refs);
        g_assert_cmpuint(box->bytes->len, <=, alone + alone / 50 + 64);
    }
}

static void
test_recorded_channels_come_back(void)
{
    g_autoptr(Box) box = box_new();
    static const char *const names[] = {"mitdb/100.hea", "challenge2015/a103l.hea",
                                        "mimic/03700181.hea", "formats/binformats.hea",
                                        "formats/100_3chan.hea"};

    for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
        round_trip_record(box, names[i]);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/archive/derived_leads_cost_almost_nothing",
                    test_derived_leads_cost_almost_nothing);
    g_test_add_func("/archive/derived_leads_of_other_gains_cost_almost_nothing",
                    test_derived_leads_of_other_gains_cost_almost_nothing);
    g_test_add_func("/archive/a_wrong_reference_is_refused", test_a_wrong_reference_is_refused);
    g_test_add_func("/archive/a_useless_reference_is_not_needed",
                    test_a_useless_reference_is_not_needed);
    g_test_add_func("/archive/references_with_gaps_serve", test_references_with_gaps_serve);
    g_test_add_func("/archive/recorded_channels_come_back", test_recorded_channels_come_back);
    return g_test_run();
}
