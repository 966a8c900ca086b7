/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "collector/bench-waves.h"

static GPtrArray *
waves_of_the_clone(void)
{
    GPtrArray *waves = collector_bench_waves_new();
    g_autofree char *folder = g_build_filename(g_getenv("VICU_TEST_DATA"), "wfdb", NULL);
    g_autoptr(GError) error = NULL;

    g_assert_true(collector_bench_waves_add(waves, folder, &error));
    g_assert_no_error(error);
    return waves;
}

static const CollectorBenchWave *
find(const GPtrArray *waves, const char *record, const char *name)
{
    for (guint i = 0; i < waves->len; i++) {
        const CollectorBenchWave *wave = waves->pdata[i];
        if (strcmp(wave->record, record) == 0 && strcmp(wave->name, name) == 0)
            return wave;
    }
    return NULL;
}

static void
finds_the_sets_and_nothing_else(void)
{
    g_autoptr(GPtrArray) waves = waves_of_the_clone();
    const CollectorBenchWave *ii = find(waves, "a103l", "II");
    const CollectorBenchWave *mcl1 = find(waves, "03700181", "MCL1");

    g_assert_nonnull(ii);
    g_assert_cmpint(ii->set, ==, COLLECTOR_SET_CHALLENGE2015);
    g_assert_cmpuint(ii->n, ==, 82500);
    g_assert_cmpint(ii->samples[0], ==, -171); /* as the header says */
    g_assert_nonnull(mcl1);
    g_assert_cmpint(mcl1->set, ==, COLLECTOR_SET_CLINICAL);
    g_assert_cmpfloat(mcl1->rate_hz, ==, 500);
    g_assert_cmpuint(mcl1->n, ==, 300000);
    g_assert_nonnull(find(waves, "mixedsignals", "Resp"));
    g_assert_nonnull(find(waves, "100", "V5"));
    for (guint i = 0; i < waves->len; i++)
        g_assert_false(g_str_has_prefix(((CollectorBenchWave *)waves->pdata[i])->record, "flac_"));
}

static void
takes_a_record_once(void)
{
    g_autoptr(GPtrArray) waves = waves_of_the_clone();
    g_autofree char *folder = g_build_filename(g_getenv("VICU_TEST_DATA"), "wfdb", "mitdb", NULL);
    const guint before = waves->len;

    g_assert_true(collector_bench_waves_add(waves, folder, NULL));
    g_assert_cmpuint(waves->len, ==, before);
}

static void
says_which_folder_is_not_there(void)
{
    g_autoptr(GPtrArray) waves = collector_bench_waves_new();
    g_autoptr(GError) error = NULL;

    g_assert_false(collector_bench_waves_add(waves, "/nowhere/at/all", &error));
    g_assert_nonnull(strstr(error->message, "/nowhere/at/all"));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/collector/bench-waves/finds_the_sets_and_nothing_else",
                    finds_the_sets_and_nothing_else);
    g_test_add_func("/collector/bench-waves/takes_a_record_once", takes_a_record_once);
    g_test_add_func("/collector/bench-waves/says_which_folder_is_not_there",
                    says_which_folder_is_not_there);
    return g_test_run();
}
