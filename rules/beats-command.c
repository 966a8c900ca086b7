/* `vicu-rules beats`: the QRS detectors over a table of samples, and beats
 * against a reference.
 *
 * The rules read no recordings: what `vicu decode RECORD --csv` prints comes in.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "common/json.h"
#include "common/options.h"
#include "rules/rhythm/compare.h"
#include "rules/verbs.h"
#include "rules/wave-table.h"

#define WINDOW_S 0.150 /* clinical.md S12 */

static const char usage_text[] =
    "Usage: vicu beats --csv FILE [--fs HZ] [--json]\n"
    "       vicu beats compare REF.csv TEST.csv [--start S] [--fs HZ] [--json]\n"
    "\n"
    "The first form finds the QRS complexes in the ECG leads of a table and prints\n"
    "\"sample,type,confidence\" for each. FILE is what `vicu decode RECORD --csv` prints\n"
    "(in physical units), - reads standard input. Type V: a beat from the ventricles,\n"
    "N: any other. Confidence, 0 to 1, is in both the beat and its type.\n"
    "\n"
    "The second form counts as WFDB's bxb does (150 ms window; beats before --start\n"
    "seconds are learning time; codes of MIT-BIH, of which V, E and r are ventricular and\n"
    "what is no beat is passed over) and prints\n"
    "qrs_tp,qrs_tp+fn,qrs_tp+fp,veb_tp,veb_tp+fn,veb_tp+fp.\n"
    "\n"
    "Example: vicu decode 100.hea --csv | vicu beats --csv - >100.csv\n";

static int
usage(FILE *to)
{
    fputs(usage_text, to);
    return to == stdout ? EXIT_SUCCESS : 2;
}

static int
wanting(GError *error)
{
    fprintf(stderr, "vicu beats: %s\n", error->message);
    g_error_free(error);
    return EXIT_FAILURE;
}

/* --- beats --- */

typedef struct {
    const RulesWaveTable *table;
    VicuJson *json; /* NULL: lines */
} Run;

static void
on_out(const RulesRhythmOut *out, gpointer user)
{
    const Run *run = user;
    if (out->kind != RULES_RHYTHM_BEAT || out->type == 0)
        return;
    int64_t sample = rules_wave_table_sample(run->table, out->t_us);
    /* In both: that it is a beat, and of this type. */
    double confidence = out->value * (double)out->type_confidence;
    if (!run->json) {
        printf("%" G_GINT64_FORMAT ",%c,%.2f\n", sample, out->type, confidence);
        return;
    }
    vicu_json_begin_object(run->json, NULL);
    vicu_json_integer(run->json, "sample", sample);
    const char type[] = {out->type, '\0'};
    vicu_json_text(run->json, "type", type);
    vicu_json_number(run->json, "confidence", confidence);
    vicu_json_end(run->json);
}

static int
find_beats(const char *path, double fs, bool as_json)
{
    g_autoptr(GError) error = NULL;
    RulesWaveTableOptions options = {.fs = fs};
    g_autoptr(VicuJson) json = as_json ? vicu_json_new() : NULL;
    g_autoptr(RulesWaveTable) table = rules_wave_table_open(path, &options, &error);
    Run run = {.table = table, .json = json};
    if (json)
        vicu_json_begin_array(json, NULL);
    else if (table)
        puts("sample,type,confidence");
    if (!table || !rules_wave_table_run(table, on_out, &run, &error))
        return wanting(g_steal_pointer(&error));
    if (json) {
        vicu_json_end(json);
        vicu_json_print(json, stdout);
    }
    return EXIT_SUCCESS;
}

/* --- compare --- */

/* The code of a cell, which may be quoted; a quotation mark is one too. */
static char
code_at(const char *cell)
{
    bool quoted = cell[0] == '"' && cell[1] != '\0' && !strchr(",\r", cell[1]);
    return quoted ? cell[1] : cell[0];
}

static GArray *
load_marks(const char *path, GError **error)
{
    g_autofree char *text = NULL;
    if (!g_file_get_contents(path, &text, NULL, error))
        return NULL;
    GArray *marks = g_array_new(FALSE, FALSE, sizeof(RulesBeatMark));
    bool marked = g_str_has_prefix(text, "\xef\xbb\xbf"); /* a byte-order mark */
    g_auto(GStrv) lines = g_strsplit(text + (marked ? 3 : 0), "\n", -1);
    for (size_t i = 0; lines[i]; i++) {
        char *end = NULL;
        RulesBeatMark mark = {.type = 'N'};
        mark.sample = g_ascii_strtoll(lines[i], &end, 10);
        bool number = end != lines[i];
        if (!number && (i == 0 || !*g_strstrip(lines[i])))
            continue; /* names of the columns, or nothing */
        if (number && *end == ',' && end[1] && !strchr(",\r", end[1]))
            mark.type = rules_beat_type(code_at(end + 1));
        bool ordered = marks->len == 0
                       || g_array_index(marks, RulesBeatMark, marks->len - 1).sample <= mark.sample;
        if (!number || (*end && *end != ',' && *end != '\r') || !ordered) {
            g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT,
                        "%s:%zu: found \"%.40s\", expected \"sample,type\" in the order of time",
                        path, i + 1, lines[i]);
            g_array_unref(marks);
            return NULL;
        }
        if (mark.type != '\0')
            g_array_append_val(marks, mark);
    }
    return marks;
}

static void
print_counts(const RulesBeatCounts *c, bool as_json)
{
    uint64_t values[] = {c->qrs_tp, c->qrs_tp + c->qrs_fn, c->qrs_tp + c->qrs_fp,
                         c->veb_tp, c->veb_tp + c->veb_fn, c->veb_tp + c->veb_fp};
    static const char *const names[] = {"qrs_tp", "qrs_tp+fn", "qrs_tp+fp",
                                        "veb_tp", "veb_tp+fn", "veb_tp+fp"};
    g_autoptr(VicuJson) json = vicu_json_new();
    vicu_json_begin_object(json, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(values); i++)
        vicu_json_integer(json, names[i], (int64_t)values[i]);
    vicu_json_end(json);
    if (as_json) {
        vicu_json_print(json, stdout);
        return;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(values); i++)
        printf("%s%s", i ? "," : "", names[i]);
    putchar('\n');
    for (size_t i = 0; i < G_N_ELEMENTS(values); i++)
        printf("%s%" G_GUINT64_FORMAT, i ? "," : "", values[i]);
    putchar('\n');
}

static int
compare(const char *ref_path, const char *test_path, double start_s, double fs, bool as_json)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GArray) ref = load_marks(ref_path, &error);
    g_autoptr(GArray) test = ref ? load_marks(test_path, &error) : NULL;
    if (!test)
        return wanting(g_steal_pointer(&error));
    RulesBeatCounts counts =
        rules_beats_compare((const RulesBeatMark *)(void *)ref->data, ref->len,
                            (const RulesBeatMark *)(void *)test->data, test->len,
                            (int64_t)llround(start_s * fs), (int64_t)llround(WINDOW_S * fs));
    print_counts(&counts, as_json);
    return EXIT_SUCCESS;
}

int
rules_beats_main(int argc, char **argv)
{
    g_autofree char *csv = NULL;
    double start_s = 0, fs = 0;
    gboolean as_json = FALSE;
    const GOptionEntry entries[] = {
        {"csv", 0, 0, G_OPTION_ARG_FILENAME, &csv, NULL, NULL},
        {"start", 0, 0, G_OPTION_ARG_DOUBLE, &start_s, NULL, NULL},
        {"fs", 0, 0, G_OPTION_ARG_DOUBLE, &fs, NULL, NULL},
        {"json", 0, 0, G_OPTION_ARG_NONE, &as_json, NULL, NULL},
        G_OPTION_ENTRY_NULL,
    };
    g_autoptr(GOptionContext) context = g_option_context_new(NULL);
    g_autoptr(GError) error = NULL;
    g_option_context_set_help_enabled(context, FALSE);
    g_option_context_add_main_entries(context, entries, NULL);
    /* Anywhere, also where an option expects its value. */
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
            return usage(stdout);
    if (!vicu_options_parse(context, NULL, &argc, &argv, &error)) {
        fprintf(stderr, "vicu beats: %s\n", error->message);
        return usage(stderr);
    }
    if (fs < 0 || start_s < 0)
        return usage(stderr);
    if (csv && argc == 1)
        return find_beats(csv, fs, as_json);
    if (!csv && argc == 4 && strcmp(argv[1], "compare") == 0)
        return compare(argv[2], argv[3], start_s, fs > 0 ? fs : 360, as_json);
    if (!csv && argc == 2)
        fprintf(stderr,
                "vicu beats: recordings are read by `vicu decode`: "
                "vicu decode %s --csv | vicu beats --csv -\n",
                argv[1]);
    return usage(stderr);
}
