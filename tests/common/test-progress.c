/* The line that shows how far long work is.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/progress.h"

static void
says_share_rate_and_time_left(void)
{
    g_autofree char *line =
        vicu_progress_line("import", "samples", 0, 25000000, 100000000, 2 * G_USEC_PER_SEC);

    g_assert_nonnull(strstr(line, " 25 %"));
    g_assert_nonnull(strstr(line, "12.5 Msamples/s"));
    g_assert_nonnull(strstr(line, "6.0 s left"));
    g_assert_nonnull(strstr(line, "[######......"));
}

static void
counts_only_what_this_run_did(void)
{
    g_autofree char *line = vicu_progress_line("import", "samples", 90, 95, 100, G_USEC_PER_SEC);

    g_assert_nonnull(strstr(line, "5 samples/s"));
    g_assert_nonnull(strstr(line, "1.0 s left"));
}

static void
promises_nothing_where_the_end_is_not_known(void)
{
    g_autofree char *line = vicu_progress_line("export", "samples", 0, 1500, 0, G_USEC_PER_SEC);

    g_assert_null(strstr(line, "left"));
    g_assert_nonnull(strstr(line, "1.5 ksamples"));
}

static void
says_each_per_cent_once_as_a_line(void)
{
    if (g_test_subprocess()) {
        g_autoptr(VicuProgress) progress = vicu_progress_new("replay", "beds", 200);
        vicu_progress_say_lines(progress);
        for (uint64_t done = 0; done <= 5; done++)
            vicu_progress_set(progress, done);
        vicu_progress_set(progress, 500);
        return;
    }
    g_test_trap_subprocess(NULL, 0, 0);
    g_test_trap_assert_passed();
    g_test_trap_assert_stderr("0 %\n1 %\n2 %\n100 %\n");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define TEST(name) g_test_add_func("/common/progress/" #name, name)
    TEST(says_share_rate_and_time_left);
    TEST(counts_only_what_this_run_did);
    TEST(promises_nothing_where_the_end_is_not_known);
    TEST(says_each_per_cent_once_as_a_line);
    return g_test_run();
}
