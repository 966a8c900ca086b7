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
#include <unistd.h>

#include "common/error.h"
#include "common/json.h"
#include "common/options.h"
#include "proto/signals.h"
#include "rules/rhythm/compare.h"
#include "rules/rhythm/rhythm.h"
#include "rules/verbs.h"

#define COLUMNS_MAX  256
#define LINE_MAX_LEN (1u << 20)
#define T0_US        1000000000000000
#define GAIN         2000  /* stored integers per mV: +-16 mV */
#define WINDOW_S     0.150 /* clinical.md S12 */

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
    "seconds are learning time) and prints\n"
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

/* --- the table --- */

typedef struct {
    uint32_t code;
    uint32_t channel;
    uint32_t part; /* sample within the frame */
    uint32_t parts;
    size_t lead; /* index of the stream */
} Column;

typedef struct {
    GIOChannel *in;
    GString *line;
    size_t number; /* of the line */
    Column columns[COLUMNS_MAX];
    size_t n_columns;
    size_t n_leads;
} Table;

static bool
next_line(Table *table, GError **error)
{
    gsize end = 0;
    GIOStatus status = g_io_channel_read_line_string(table->in, table->line, &end, error);
    if (status != G_IO_STATUS_NORMAL)
        return false;
    g_string_truncate(table->line, end);
    table->number++;
    if (table->line->len <= LINE_MAX_LEN)
        return true;
    g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT, "line %zu is longer than %u bytes",
                table->number, LINE_MAX_LEN);
    return false;
}

/* "II[3]" and "II#2": a part of a frame, a repeated name. */
static void
read_name(const char *text, Column *column, size_t *lead)
{
    g_autofree char *name = g_strdup(text);
    char *bracket = strrchr(name, '['), *hash = NULL;
    *column = (Column){.lead = *lead};
    if (bracket && bracket[strlen(bracket) - 1] == ']') {
        column->part = (uint32_t)g_ascii_strtoull(bracket + 1, NULL, 10);
        *bracket = '\0';
    }
    hash = strrchr(name, '#');
    if (hash)
        *hash = '\0';
    const VicuSignal *signal = vicu_signal_by_label(name);
    if (!signal || !vicu_signal_is_ecg(signal))
        return;
    column->code = vicu_signal_code(signal);
    if (column->part == 0)
        (*lead)++;
    else if (*lead > 0)
        column->lead = *lead - 1;
}

static bool
read_header(Table *table, GError **error)
{
    if (!next_line(table, error)) {
        if (error && !*error)
            g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT,
                        "the table is empty: expected a line \"frame,time_s,NAME...\"");
        return false;
    }
    g_auto(GStrv) names = g_strsplit(table->line->str, ",", COLUMNS_MAX);
    size_t n = g_strv_length(names);
    if (n < 3 || strcmp(names[0], "frame") != 0 || strcmp(names[1], "time_s") != 0) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT,
                    "line 1: found \"%.60s\", expected \"frame,time_s,NAME...\"", table->line->str);
        return false;
    }
    for (size_t i = 2; i < n; i++)
        read_name(names[i], &table->columns[i], &table->n_leads);
    table->n_columns = n;
    for (size_t i = 2; i < n; i++) {
        table->columns[i].channel = (uint32_t)table->columns[i].lead;
        for (size_t k = 2; k < n; k++)
            if (table->columns[k].code && table->columns[k].lead == table->columns[i].lead)
                table->columns[i].parts = MAX(table->columns[i].parts, table->columns[k].part + 1);
    }
    if (table->n_leads > 0)
        return true;
    g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT, "no column of the table is an ECG lead");
    return false;
}

/* --- beats --- */

typedef struct {
    Table table;
    RulesRhythm *rhythm;
    double fs; /* of the leads */
    uint32_t parts;
    uint64_t first_frame;
    uint64_t frames;
    double first_time;
    RulesRhythmStream streams[COLUMNS_MAX];
    VicuJson *json;
} Run;

static void
on_out(const RulesRhythmOut *out, gpointer user)
{
    Run *run = user;
    if (out->kind != RULES_RHYTHM_BEAT)
        return;
    int64_t sample = (int64_t)llround((double)(out->t_us - T0_US) * run->fs / 1e6)
                     + (int64_t)(run->first_frame * run->parts);
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

/* One frame of the table to the detectors; an empty cell is an invalid sample. */
static bool
push_frame(Run *run, char **cells, size_t n, GError **error)
{
    for (size_t i = 2; i < n && i < run->table.n_columns; i++) {
        const Column *column = &run->table.columns[i];
        int16_t raw = -32768;
        char *end = NULL;
        if (!column->code)
            continue;
        double value = g_ascii_strtod(cells[i], &end);
        if (*cells[i] && (end == cells[i] || *end)) {
            g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT, "line %zu: \"%.40s\" is no number",
                        run->table.number, cells[i]);
            return false;
        }
        if (*cells[i])
            raw = (int16_t)CLAMP(lround(value * GAIN), -32767, 32767);
        rules_rhythm_wave(run->rhythm, &run->streams[column->lead],
                          run->frames * column->parts + column->part, &raw, 1);
    }
    run->frames++;
    rules_rhythm_tick(run->rhythm,
                      T0_US + (int64_t)((double)(run->frames * run->parts) * 1e6 / run->fs), on_out,
                      run);
    return true;
}

/* The rate from the first two rows, where it was not given. */
static bool
set_rate(Run *run, double seconds_per_frame, GError **error)
{
    run->parts = 1;
    for (size_t i = 2; i < run->table.n_columns; i++)
        if (run->table.columns[i].code)
            run->parts = MAX(run->parts, run->table.columns[i].parts);
    if (run->fs <= 0)
        run->fs = run->parts / seconds_per_frame;
    if (!(run->fs >= 50 && run->fs <= 2000)) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT,
                    "%g samples a second: the detectors take 50 to 2000; say --fs", run->fs);
        return false;
    }
    for (size_t i = 2; i < run->table.n_columns; i++) {
        const Column *column = &run->table.columns[i];
        if (column->code)
            run->streams[column->lead] = (RulesRhythmStream){
                .code = column->code,
                .channel = column->channel,
                .t0_us = T0_US,
                .period_num = 1000,
                .period_den = (uint32_t)lround(run->fs * 1000 * column->parts / run->parts),
                .gain = GAIN,
            };
    }
    return true;
}

static bool
read_rows(Run *run, GError **error)
{
    g_auto(GStrv) held = NULL; /* the first row, until the second tells the rate */
    while (next_line(&run->table, error)) {
        g_auto(GStrv) cells = g_strsplit(run->table.line->str, ",", COLUMNS_MAX);
        size_t n = g_strv_length(cells);
        if (n < 3 || !*cells[0])
            continue; /* the line of units */
        if (!held && run->frames == 0) {
            run->first_frame = g_ascii_strtoull(cells[0], NULL, 10);
            run->first_time = g_ascii_strtod(cells[1], NULL);
            held = g_steal_pointer(&cells);
            continue;
        }
        if (run->frames == 0
            && (!set_rate(run, g_ascii_strtod(cells[1], NULL) - run->first_time, error)
                || !push_frame(run, held, g_strv_length(held), error)))
            return false;
        if (!push_frame(run, cells, n, error))
            return false;
    }
    return !*error;
}

/* The last beat is decided by what follows it: a second of the last value. */
static void
flush(Run *run)
{
    int64_t t_us = T0_US + (int64_t)((double)(run->frames * run->parts) * 1e6 / run->fs);
    rules_rhythm_tick(run->rhythm, t_us + RULES_RHYTHM_DELAY_US, on_out, run);
}

static int
find_beats(const char *path, double fs, bool as_json)
{
    g_autoptr(GError) error = NULL;
    Run run = {.fs = fs, .table = {.line = g_string_new(NULL)}};
    run.table.in = strcmp(path, "-") == 0 ? g_io_channel_unix_new(STDIN_FILENO)
                                          : g_io_channel_new_file(path, "r", &error);
    if (run.table.in) {
        g_autoptr(VicuJson) json = as_json ? vicu_json_new() : NULL;
        g_io_channel_set_encoding(run.table.in, NULL, NULL);
        run.rhythm = rules_rhythm_new();
        run.json = json;
        if (json)
            vicu_json_begin_array(json, NULL);
        else
            printf("sample,type,confidence\n");
        if (read_header(&run.table, &error) && read_rows(&run, &error) && run.frames > 0)
            flush(&run);
        if (json && !error) {
            vicu_json_end(json);
            vicu_json_print(json, stdout);
        }
        rules_rhythm_free(run.rhythm);
        g_io_channel_unref(run.table.in);
    }
    g_string_free(run.table.line, TRUE);
    return error ? wanting(g_steal_pointer(&error)) : EXIT_SUCCESS;
}

/* --- compare --- */

static GArray *
load_marks(const char *path, GError **error)
{
    g_autofree char *text = NULL;
    if (!g_file_get_contents(path, &text, NULL, error))
        return NULL;
    GArray *marks = g_array_new(FALSE, FALSE, sizeof(RulesBeatMark));
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (size_t i = 0; lines[i]; i++) {
        char *end = NULL;
        RulesBeatMark mark = {.type = 'N'};
        mark.sample = g_ascii_strtoll(lines[i], &end, 10);
        bool number = end != lines[i];
        if (!number && (i == 0 || !*g_strstrip(lines[i])))
            continue; /* names of the columns, or nothing */
        if (number && *end == ',' && end[1])
            mark.type = end[1];
        bool ordered = marks->len == 0
                       || g_array_index(marks, RulesBeatMark, marks->len - 1).sample <= mark.sample;
        if (!number || (*end && *end != ',' && *end != '\r') || !ordered) {
            g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT,
                        "%s:%zu: found \"%.40s\", expected \"sample,type\" in the order of time",
                        path, i + 1, lines[i]);
            g_array_unref(marks);
            return NULL;
        }
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
