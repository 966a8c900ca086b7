/* Metrics: the text, line by line; and that no family stands twice.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "portal/metrics.h"

static void
a_process_is_told_with_its_units(void)
{
    Vicu__Counter counter[3] = {VICU__COUNTER__INIT, VICU__COUNTER__INIT, VICU__COUNTER__INIT};
    Vicu__Counter *counters[3] = {&counter[0], &counter[1], &counter[2]};
    Vicu__Condition condition = VICU__CONDITION__INIT, *conditions[1] = {&condition};
    Vicu__Status status = VICU__STATUS__INIT;

    counter[0].name = (char *)"bytes", counter[0].unit = (char *)"By";
    counter[0].help = (char *)"Taken \"in\"\nhere", counter[0].value = 17;
    counter[1].name = (char *)"lag", counter[1].unit = (char *)"s";
    counter[1].help = (char *)"Behind", counter[1].value = 0.25;
    counter[2].name = (char *)"left", counter[2].unit = (char *)"d";
    counter[2].help = (char *)"Days", counter[2].value = 3;
    condition.cause = (char *)"hub-blind";
    status.counter = counters, status.n_counter = 3;
    status.condition = conditions, status.n_condition = 1;
    status.ready = TRUE, status.started_us = 1500000;
    const PortalHealthRow rows[] = {
        {.process = "hub", .status = &status, .age_us = 500000, .silent = false},
        {.process = "store", .status = NULL, .age_us = -1, .silent = true},
    };
    g_autofree char *text = portal_metrics(rows, 2);
    static const char *const lines[] = {
        "vicu_up{process=\"hub\"} 1\n",
        "vicu_up{process=\"store\"} 0\n",
        "vicu_ready{process=\"store\"} 0\n",
        "vicu_answer_age_seconds{process=\"hub\"} 0.5\n",
        "vicu_start_time_seconds{process=\"hub\"} 1.5\n",
        "vicu_missing{process=\"hub\",cause=\"hub-blind\"} 1\n",
        "# TYPE vicu_hub_bytes unknown\n# UNIT vicu_hub_bytes bytes\n"
        "# HELP vicu_hub_bytes Taken \\\"in\\\"\\nhere\nvicu_hub_bytes 17\n",
        "# UNIT vicu_hub_lag_seconds seconds\n",
        "vicu_hub_lag_seconds 0.25\n",
        "vicu_hub_left 3\n",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(lines); i++)
        if (strstr(text, lines[i]) == NULL)
            g_error("no line\n%s in\n%s", lines[i], text);
    g_assert_null(strstr(text, "vicu_answer_age_seconds{process=\"store\"}"));
    g_assert_true(g_str_has_suffix(text, "\n# EOF\n"));

    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_auto(GStrv) line = g_strsplit(text, "\n", -1);
    for (int i = 0; line[i] != NULL; i++)
        if (g_str_has_prefix(line[i], "# TYPE "))
            g_assert_true(g_hash_table_add(seen, g_strdup(line[i])));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/portal/metrics/text", a_process_is_told_with_its_units);
    return g_test_run();
}
