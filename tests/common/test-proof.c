/* Test alarms at an outlet: what came is given back for 10 s, what does not come is known.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "common/proof.h"
#include "common/wire.h"

#define S ((int64_t)G_USEC_PER_SEC)

static void
give(VicuProof *proof, const char *bed, uint64_t serial, int64_t at_us)
{
    Vicu__StateItem item = VICU__STATE_ITEM__INIT;
    Vicu__Proved proved = VICU__PROVED__INIT;

    item.subject = VICU__SUBJECT__SUBJECT_PROOF;
    item.key = proved.bed = (char *)bed;
    item.removed = serial == 0;
    proved.serial = serial;
    item.body_case = VICU__STATE_ITEM__BODY_PROOF;
    item.proof = &proved;
    vicu_proof_item(proof, &item, at_us);
}

static size_t
back(VicuProof *proof, int64_t at_us)
{
    Vicu__OutletBeat beat = VICU__OUTLET_BEAT__INIT;

    vicu_proof_answer(proof, &beat, at_us);
    g_assert_true(beat.proves);
    return beat.n_proved;
}

static unsigned
late(const VicuProof *proof, int64_t at_us)
{
    g_autofree char *text = NULL;
    unsigned n = vicu_proof_late(proof, at_us, &text);

    g_assert_true((text != NULL) == (n > 0));
    return n;
}

static void
what_came_is_given_back_for_ten_seconds(void)
{
    g_autoptr(VicuProof) proof = vicu_proof_new();

    g_assert_cmpuint(back(proof, S), ==, 0);
    give(proof, "a/b/1", 7, 2 * S);
    give(proof, "a/b/2", 8, 4 * S);
    g_assert_cmpuint(back(proof, 5 * S), ==, 2);
    g_assert_true(vicu_proof_has(proof, 7));
    g_assert_false(vicu_proof_has(proof, 9));
    g_assert_cmpuint(back(proof, 13 * S), ==, 1);
    g_assert_cmpuint(back(proof, 15 * S), ==, 0);
    g_assert_cmpuint(vicu_proof_newest(proof), ==, 8);
}

static void
a_bed_without_one_in_time_is_late_until_it_comes_or_is_expected_no_more(void)
{
    g_autoptr(VicuProof) proof = vicu_proof_new();

    give(proof, "a/b/1", 1, S);
    give(proof, "a/b/2", 2, 30 * S);
    g_assert_cmpuint(late(proof, 69 * S), ==, 0);
    g_assert_cmpuint(late(proof, 70 * S), ==, 1);
    g_assert_cmpuint(late(proof, 99 * S), ==, 2);
    give(proof, "a/b/1", 3, 99 * S);
    g_assert_cmpuint(late(proof, 100 * S), ==, 1);
    give(proof, "a/b/2", 0, 100 * S);
    g_assert_cmpuint(late(proof, 101 * S), ==, 0);
    g_assert_cmpuint(vicu_proof_beds(proof), ==, 1);
}

static void
a_snapshot_gives_each_bed_its_time_again_and_ends_what_it_does_not_name(void)
{
    g_autoptr(VicuProof) proof = vicu_proof_new();

    give(proof, "a/b/1", 1, S);
    give(proof, "a/b/2", 2, S);
    vicu_proof_begin(proof);
    g_assert_cmpuint(late(proof, 500 * S), ==, 0);
    give(proof, "a/b/2", 2, 500 * S);
    vicu_proof_level(proof, 501 * S);
    g_assert_cmpuint(vicu_proof_beds(proof), ==, 1);
    g_assert_cmpuint(late(proof, 569 * S), ==, 0);
    g_assert_cmpuint(late(proof, 570 * S), ==, 1);
}

static void
what_comes_without_end_takes_no_more_memory(void)
{
    g_autoptr(VicuProof) proof = vicu_proof_new();

    for (uint64_t i = 1; i < 100000; i++) {
        g_autofree char *bed = g_strdup_printf("a/b/%u", (unsigned)i);
        give(proof, bed, i, S);
    }
    g_assert_cmpuint(back(proof, S), <=, 1025);
    g_assert_cmpuint(vicu_proof_beds(proof), <=, 4096);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/common/proof/back", what_came_is_given_back_for_ten_seconds);
    g_test_add_func("/common/proof/late",
                    a_bed_without_one_in_time_is_late_until_it_comes_or_is_expected_no_more);
    g_test_add_func("/common/proof/snapshot",
                    a_snapshot_gives_each_bed_its_time_again_and_ends_what_it_does_not_name);
    g_test_add_func("/common/proof/bounded", what_comes_without_end_takes_no_more_memory);
    return g_test_run();
}
