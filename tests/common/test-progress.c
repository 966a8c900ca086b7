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

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define TEST(name) g_test_add_func("/common/progress/" #name, name)
    TEST(says_share_rate_and_time_left);
    TEST(counts_only_what_this_run_did);
    TEST(promises_nothing_where_the_end_is_not_known);
    return g_test_run();
}
