/* Test alarms at their beginning: each bed one at once, then one a minute.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "collector/proof.h"
#include "common/proof.h"
#include "common/wire.h"

#define T0 INT64_C(1800000000000000)
#define S  ((int64_t)G_USEC_PER_SEC)

static size_t
look(CollectorProof *proof, const VicuHeartbeat *beds, int64_t t_us, const char *bed)
{
    g_autoptr(CollectorTick) tick = collector_tick_new(NULL);

    collector_proof_look(proof, beds, t_us, tick);
    g_autoptr(GBytes) bytes = collector_tick_take(tick, t_us);
    if (bytes == NULL)
        return 0;
    gsize size = 0;
    const void *data = g_bytes_get_data(bytes, &size);
    g_autoptr(Vicu__Batch) batch = vicu_wire_unpack_batch(data, size, NULL);
    size_t n = 0;
    for (size_t i = 0; i < batch->n_proof; i++) {
        g_assert_cmpint(batch->proof[i]->t_us, ==, t_us);
        n += bed == NULL || g_str_equal(batch->proof[i]->bed, bed);
    }
    g_assert_cmpuint(batch->n_numerics + batch->n_event + batch->n_symbol + batch->n_wave, ==, 0);
    return n;
}

static void
each_bed_has_one_at_once_and_then_one_a_minute_at_a_second_of_its_own(void)
{
    g_autoptr(CollectorProof) proof = collector_proof_new(VICU_PROOF_US);
    g_autoptr(VicuHeartbeat) beds = vicu_heartbeat_new();
    size_t most = 0, of_one = 0, all = 0;

    for (int i = 1; i <= 60; i++) {
        g_autofree char *bed = g_strdup_printf("demo/icu/%d", i);
        vicu_heartbeat_sample(beds, bed, T0);
    }
    g_assert_cmpuint(look(proof, beds, T0, NULL), ==, 60);
    for (int64_t t = T0 + S; t <= T0 + 120 * S; t += S) {
        size_t n = look(proof, beds, t, NULL);
        most = MAX(most, n);
        all += n;
    }
    g_assert_cmpuint(all, ==, 120);
    g_assert_cmpuint(most, <=, 6);
    for (int64_t t = T0 + 121 * S; t <= T0 + 180 * S; t += S)
        of_one += look(proof, beds, t, "demo/icu/7");
    g_assert_cmpuint(of_one, ==, 1);
}

static void
a_clock_that_is_set_back_ends_none(void)
{
    g_autoptr(CollectorProof) proof = collector_proof_new(VICU_PROOF_US);
    g_autoptr(VicuHeartbeat) beds = vicu_heartbeat_new();
    size_t n = 0;

    vicu_heartbeat_sample(beds, "demo/icu/1", T0);
    g_assert_cmpuint(look(proof, beds, T0, NULL), ==, 1);
    for (int64_t t = T0 - 3600 * S; t < T0 - 3480 * S; t += S)
        n += look(proof, beds, t, NULL);
    g_assert_cmpuint(n, >=, 2);
    g_assert_cmpuint(n, <=, 3);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/collector/proof/minute",
                    each_bed_has_one_at_once_and_then_one_a_minute_at_a_second_of_its_own);
    g_test_add_func("/collector/proof/clock", a_clock_that_is_set_back_ends_none);
    return g_test_run();
}
