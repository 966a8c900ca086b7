/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include <glib.h>

#include "collector/bench-codec.h"

static int
run(const char *option, const char *value)
{
    char *argv[] = {(char *)"codec", (char *)option, (char *)value, (char *)"--json", NULL};

    return collector_bench_codec_main(4, argv);
}

static int
run_over(const char *name)
{
    g_autofree char *folder = g_build_filename(g_getenv("VICU_TEST_DATA"), "wfdb", name, NULL);

    return run("--data", folder);
}

/* FLAC and the codec on the waves of one recording: six channels, 230 s. */
static void
measures_the_recordings_of_a_folder(void)
{
    if (g_test_subprocess())
        exit(run_over("formats"));
    g_test_trap_subprocess(NULL, 0, 0);
    g_test_trap_assert_passed();
    g_test_trap_assert_stdout("*\"bench\": \"codec\"*");
    g_test_trap_assert_stdout("*\"wave_ratio_hot_clinical\", \"value\": 0.9*");
    g_test_trap_assert_stdout("*\"wave_ratio_hot_worst\"*");
    g_test_trap_assert_stdout("*\"wave_ratio_archive_clinical\", \"value\": 0.775*");
    g_test_trap_assert_stdout("*\"archive_encode_ns\"*\"unit\": \"ns\"*");
    g_test_trap_assert_stdout("*\"archive_decode_ns\"*\"unit\": \"ns\"*");
    g_test_trap_assert_stdout("*\"decode_ns_scalar\"*\"unit\": \"ns\", \"runs\": 3*");
    g_test_trap_assert_stdout_unmatched("*challenge2015*");
}

static void
says_that_a_folder_has_no_record_of_a_set(void)
{
    if (g_test_subprocess())
        exit(run_over("synthetic") == 1 ? 0 : 9);
    g_test_trap_subprocess(NULL, 0, 0);
    g_test_trap_assert_passed();
    g_test_trap_assert_stderr("*synthetic: no record of either set*");
}

static void
refuses_fewer_than_three_runs(void)
{
    if (g_test_subprocess())
        exit(run("--runs", "2") == 2 ? 0 : 9);
    g_test_trap_subprocess(NULL, 0, 0);
    g_test_trap_assert_passed();
    g_test_trap_assert_stderr("*--runs 3..100*");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/collector/bench-codec/measures_the_recordings_of_a_folder",
                    measures_the_recordings_of_a_folder);
    g_test_add_func("/collector/bench-codec/says_that_a_folder_has_no_record_of_a_set",
                    says_that_a_folder_has_no_record_of_a_set);
    g_test_add_func("/collector/bench-codec/refuses_fewer_than_three_runs",
                    refuses_fewer_than_three_runs);
    return g_test_run();
}
