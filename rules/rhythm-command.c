/* `vicu-rules rhythm`: life-threatening rhythms in a table of samples.
 *
 * The rules read no recordings: what `vicu decode RECORD --csv` prints comes in.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>

#include "common/json.h"
#include "common/options.h"
#include "rules/verbs.h"
#include "rules/wave-table.h"

static const char description[] =
    "Life-threatening rhythms in the waves of a table, as they would be told at the bedside:\n"
    "\"t_onset_s,t_alarm_s,type,verdict,why\" for each. Types are asystole, brady, tachy, vt and\n"
    "vf; the verdict is confirmed, or vetoed by the pulses in an arterial pressure or a\n"
    "plethysmogram. One that goes on is told again each 10 s. FILE is what\n"
    "`vicu decode RECORD --csv` prints, - reads standard input.\n\n"
    "Example:\n  vicu decode v541l.hea --csv | vicu rhythm --csv - --until 300\n";

typedef struct {
    const RulesWaveTable *table;
    VicuJson *json; /* NULL: lines */
} Run;

static void
on_out(const RulesRhythmOut *out, gpointer user)
{
    const Run *run = user;
    if (out->kind != RULES_RHYTHM_ALARM)
        return;
    double onset_s = rules_wave_table_time_s(run->table, out->from_us);
    double alarm_s = rules_wave_table_time_s(run->table, out->t_us);
    const char *verdict = out->known ? "confirmed" : "vetoed";
    if (!run->json) {
        printf("%.3f,%.3f,%s,%s,%s\n", onset_s, alarm_s, out->symbol, verdict, out->why);
        return;
    }
    vicu_json_begin_object(run->json, NULL);
    vicu_json_number(run->json, "t_onset_s", onset_s);
    vicu_json_number(run->json, "t_alarm_s", alarm_s);
    vicu_json_text(run->json, "type", out->symbol);
    vicu_json_text(run->json, "verdict", verdict);
    vicu_json_text(run->json, "why", out->why);
    vicu_json_end(run->json);
}

static int
find(const char *path, const RulesWaveTableOptions *options, bool as_json)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(VicuJson) json = as_json ? vicu_json_new() : NULL;
    g_autoptr(RulesWaveTable) table = rules_wave_table_open(path, options, &error);
    Run run = {.table = table, .json = json};
    if (json)
        vicu_json_begin_array(json, NULL);
    else if (table)
        puts("t_onset_s,t_alarm_s,type,verdict,why");
    if (!table || !rules_wave_table_run(table, on_out, &run, &error)) {
        fprintf(stderr, "vicu rhythm: %s\n", error->message);
        return EXIT_FAILURE;
    }
    if (json) {
        vicu_json_end(json);
        vicu_json_print(json, stdout);
    }
    return EXIT_SUCCESS;
}

int
rules_rhythm_main(int argc, char **argv)
{
    g_autofree char *csv = NULL;
    RulesWaveTableOptions options = {.pulses = true};
    gboolean as_json = FALSE;
    const GOptionEntry entries[] = {
        {"csv", 0, 0, G_OPTION_ARG_FILENAME, &csv, "The table; - is standard input", "FILE"},
        {"until", 0, 0, G_OPTION_ARG_DOUBLE, &options.until_s, "Stop reading at this time", "S"},
        {"fs", 0, 0, G_OPTION_ARG_DOUBLE, &options.fs,
         "Samples a second of the leads; else the times tell", "HZ"},
        {"json", 0, 0, G_OPTION_ARG_NONE, &as_json, "An array of objects", NULL},
        G_OPTION_ENTRY_NULL,
    };
    g_autoptr(GOptionContext) context =
        g_option_context_new("FILE - rhythm alarms of a table, and what the pulses say");
    g_option_context_add_main_entries(context, entries, NULL);
    int parsed = rules_verb_parse("rhythm --csv", context, &argc, &argv, description);
    if (parsed >= 0)
        return parsed;
    const char *wrong = !csv                  ? "needs --csv FILE"
                        : argc > 1            ? "takes one table: --csv FILE"
                        : options.fs < 0      ? "--fs: a rate is above 0"
                        : options.until_s < 0 ? "--until: a time is above 0"
                                              : NULL;
    if (wrong) {
        fprintf(stderr, "vicu rhythm: %s\n", wrong);
        return RULES_VERB_USAGE;
    }
    return find(csv, &options, as_json);
}
