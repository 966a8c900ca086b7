/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include <glib/gstdio.h>

#include "common/figures.h"

static char *
printed(const VicuFigures *figures, gboolean json)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    vicu_figures_print(figures, json, out);
    fclose(out);
    return text;
}

static void
the_value_is_the_median_of_the_runs(void)
{
    g_autoptr(VicuFigures) figures = vicu_figures_new("link");
    g_autofree char *text = NULL;

    vicu_figures_add(figures, "link_p50", "us", 60);
    vicu_figures_add(figures, "link_p50", "us", 50);
    vicu_figures_add(figures, "link_p50", "us", 90);
    text = printed(figures, TRUE);
    g_assert_nonnull(strstr(text, "\"bench\": \"link\""));
    g_assert_nonnull(
        strstr(text, "{\"name\": \"link_p50\", \"value\": 60, \"unit\": \"us\", \"runs\": 3, "
                     "\"min\": 50, \"max\": 90}"));
    g_assert_nonnull(strstr(text, "\"machine\": \""));
}

static void
an_even_number_of_runs_has_the_mean_of_the_middle_two(void)
{
    g_autoptr(VicuFigures) figures = vicu_figures_new("ward");
    g_autofree char *text = NULL;

    for (int i = 1; i <= 4; i++)
        vicu_figures_add(figures, "ward_rss", "MiB", i);
    text = printed(figures, TRUE);
    g_assert_nonnull(strstr(text, "\"value\": 2.5"));
}

static void
people_see_the_machine_and_a_line_for_each(void)
{
    g_autoptr(VicuFigures) figures = vicu_figures_new("ward");
    g_autofree char *text = NULL;

    vicu_figures_add(figures, "ward_rss", "MiB", 120);
    vicu_figures_add(figures, "ward_core_share", "1", 0.07);
    vicu_figures_on(figures, "OpenGL softpipe");
    vicu_figures_on(figures, "OpenGL llvmpipe");
    text = printed(figures, FALSE);
    g_assert_nonnull(strstr(text, "cores, Linux"));
    g_assert_nonnull(strstr(text, ", OpenGL llvmpipe"));
    g_assert_null(strstr(text, "softpipe"));
    g_assert_nonnull(strstr(text, "ward_rss"));
    g_assert_nonnull(strstr(text, "ward_core_share"));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/common/figures/the_value_is_the_median_of_the_runs",
                    the_value_is_the_median_of_the_runs);
    g_test_add_func("/common/figures/an_even_number_of_runs_has_the_mean_of_the_middle_two",
                    an_even_number_of_runs_has_the_mean_of_the_middle_two);
    g_test_add_func("/common/figures/people_see_the_machine_and_a_line_for_each",
                    people_see_the_machine_and_a_line_for_each);
    return g_test_run();
}
