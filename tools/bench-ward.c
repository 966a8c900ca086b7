/* `vicu bench ward`: what a live ward costs, all processes but the dashboard.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "common/clock.h"
#include "common/figures.h"
#include "tools/demo.h"
#include "tools/verbs.h"

static gboolean
add_run(VicuFigures *figures, ToolDemo *demo)
{
    double p99 = 0;

    if (demo->run_s <= 0)
        return FALSE;
    vicu_figures_add(figures, "ward_core_share", "1", demo->cpu_s / demo->run_s);
    vicu_figures_add(figures, "ward_rss", "MiB", demo->rss_mib);
    if (tool_spread_percentile(&demo->alarm_ms, 0.99, &p99))
        vicu_figures_add(figures, "sample_to_alarm_p99", "ms", p99);
    if (tool_spread_percentile(&demo->live_ms, 0.99, &p99))
        vicu_figures_add(figures, "sample_to_live_p99", "ms", p99);
    return TRUE;
}

int
tool_bench_ward(const ToolVerb *verb, int argc, char **argv)
{
    g_auto(ToolCommon) common = {0};
    g_autoptr(GError) error = NULL;
    g_autofree char *duration = NULL;
    int runs = 3, beds = 100;
    int64_t for_us = 60 * G_USEC_PER_SEC;
    const GOptionEntry entries[] = {
        {"runs", 0, 0, G_OPTION_ARG_INT, &runs, "How often (3), the median counts", "N"},
        {"beds", 0, 0, G_OPTION_ARG_INT, &beds, "How many beds (100)", "N"},
        {"for", 0, 0, G_OPTION_ARG_STRING, &duration, "How long each run is measured (60s)",
         "TIME"},
        G_OPTION_ENTRY_NULL,
    };
    int status = tool_options(verb, &argc, &argv, entries, &common, 0, 0);

    if (status >= 0)
        return status;
    if (runs < 3 || runs > 100)
        return tool_usage(verb, "--runs %d is outside 3..100", runs);
    if (beds < 1 || beds > TOOL_DEMO_MOST_BEDS)
        return tool_usage(verb, "--beds %d is outside 1..%d", beds, TOOL_DEMO_MOST_BEDS);
    if (duration != NULL && (!vicu_duration_parse(duration, &for_us, &error) || for_us <= 0))
        return tool_usage(verb, "--for: %s",
                          error != NULL ? error->message : "has to be longer than nothing");
    g_autoptr(VicuFigures) figures = vicu_figures_new("ward");
    for (int i = 0; i < runs; i++) {
        ToolDemo demo = {
            .verb = verb,
            .options = {.beds = beds, .headless = TRUE, .for_us = for_us, .quiet = TRUE}};
        fprintf(stderr, "vicu bench ward: run %d of %d, %d beds\n", i + 1, runs, beds);
        if (tool_demo_run(&demo, NULL, FALSE) != TOOL_DONE || !add_run(figures, &demo))
            return TOOL_WANTING;
    }
    vicu_figures_print(figures, common.json, stdout);
    return TOOL_DONE;
}
