/* `vicu-rules replay`: input logs through one set of rules, or two beside each other.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/error.h"
#include "common/folder.h"
#include "common/json.h"
#include "common/progress.h"
#include "rules/packs/packs.h"
#include "rules/replay/player.h"
#include "rules/replay/recording.h"
#include "rules/replay/report.h"
#include "rules/verbs.h"

#define LINK_US (2 * 60 * (int64_t)G_USEC_PER_SEC)

typedef struct {
    char *set, *against, *from, *to, *bed, *log;
    gboolean as_json, as_csv;
    int cores; /* 0: all */
    int64_t from_us, to_us;
} Options;

typedef struct {
    const Options *o;
    RulesSet *sets[2];
    size_t n_sets;
    GHashTable *beds;
    GString *logs[2];
    RulesPlayerFigures figures; /* of all beds, all sets */
} Replay;

static RulesSet *
read_set(const char *path, GError **error)
{
    g_autofree char *read = NULL;
    const char *text = path ? NULL : rules_pack_text("adult-icu");
    gsize length = text ? strlen(text) : 0;
    if (path && !g_file_get_contents(path, &read, &length, error))
        return NULL;
    g_autoptr(RulesDiagnostics) diagnostics = rules_diagnostics_new(path ? path : "adult-icu");
    RulesSet *set = rules_set_compile(path ? read : text, length, diagnostics);
    if (!set)
        g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT,
                    "%s does not compile: vicu rules check %s says why", path, path);
    return set;
}

static int
by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void
play_bed(Replay *self, const char *bed, const RulesInputs *inputs)
{
    size_t n = rules_inputs_length(inputs);
    int64_t end_us = INT64_MIN;
    for (size_t i = 0; i < n; i++)
        end_us = MAX(end_us, rules_inputs_get(inputs, i)->t_us + 1);
    end_us = MIN(end_us, self->o->to_us);
    g_autoptr(RulesPlayer) player =
        rules_player_new(self->sets, self->n_sets, bed, self->o->from_us, self->o->to_us);
    rules_player_play(player, inputs);
    rules_player_end(player, end_us);
    for (size_t k = 0; k < self->n_sets; k++)
        g_string_append(self->logs[k], rules_player_log(player, k)->str);
    RulesPlayerFigures figures = rules_player_figures(player);
    self->figures.inputs += figures.inputs;
    self->figures.late += figures.late;
    self->figures.refused += figures.refused;
}

/* --- all cores: a process for each, and the results in the order of the beds --- */

static char *
part_path(const char *folder, guint bed, size_t part)
{
    return g_strdup_printf("%s/%u.%zu", folder, bed, part);
}

/* In a process of its own: every @step-th bed from @first on. */
static bool
work(Replay *self, const GPtrArray *names, const char *folder, guint first, guint step)
{
    for (guint i = first; i < names->len; i += step) {
        self->figures = (RulesPlayerFigures){0};
        for (size_t k = 0; k < 2; k++)
            g_string_truncate(self->logs[k], 0);
        play_bed(self, names->pdata[i], g_hash_table_lookup(self->beds, names->pdata[i]));
        for (size_t k = 0; k < 3; k++) {
            g_autofree char *path = part_path(folder, i, k);
            const char *bytes = k < 2 ? self->logs[k]->str : (const char *)&self->figures;
            size_t size = k < 2 ? self->logs[k]->len : sizeof self->figures;
            if (!g_file_set_contents(path, bytes, (gssize)size, NULL))
                return false;
        }
    }
    return true;
}

static bool
gather(Replay *self, const char *folder, guint bed, GError **error)
{
    for (size_t k = 0; k < 3; k++) {
        g_autofree char *path = part_path(folder, bed, k);
        g_autofree char *bytes = NULL;
        gsize size = 0;
        if (!g_file_get_contents(path, &bytes, &size, error))
            return false;
        if (k < 2) {
            g_string_append_len(self->logs[k], bytes, (gssize)size);
        } else if (size == sizeof(RulesPlayerFigures)) {
            RulesPlayerFigures figures;
            memcpy(&figures, bytes, sizeof figures);
            self->figures.inputs += figures.inputs;
            self->figures.late += figures.late;
            self->figures.refused += figures.refused;
        }
    }
    return true;
}

static bool
spread(Replay *self, const GPtrArray *names, const char *folder, GError **error)
{
    guint cores = self->o->cores > 0 ? (guint)self->o->cores : g_get_num_processors();
    guint n = MIN(MIN(cores, names->len), 64), ended = 0;
    pid_t children[64];
    bool ok = true;
    fflush(NULL);
    g_autoptr(VicuProgress) progress = vicu_progress_new("replay", "processes", n);
    for (guint i = 0; i < n; i++) {
        children[i] = fork();
        if (children[i] == 0)
            _exit(work(self, names, folder, i, n) ? 0 : 1);
    }
    /* An interrupt ends the children; then this one clears up and says so. */
    void (*before)(int) = signal(SIGINT, SIG_IGN);
    for (guint i = 0; i < n; i++) {
        int status = 1;
        ok =
            children[i] > 0 && waitpid(children[i], &status, 0) == children[i] && status == 0 && ok;
        vicu_progress_set(progress, ++ended);
    }
    signal(SIGINT, before);
    if (!ok) {
        g_set_error(
            error, VICU_ERROR, VICU_ERROR_IO,
            "a process of the replay was ended or failed, or %s is full: nothing is printed",
            folder);
        return false;
    }
    for (guint i = 0; i < names->len; i++)
        if (!gather(self, folder, i, error))
            return false;
    return true;
}

static bool
play(Replay *self, GError **error)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    GHashTableIter iter;
    gpointer key;
    g_hash_table_iter_init(&iter, self->beds);
    while (g_hash_table_iter_next(&iter, &key, NULL))
        if (!self->o->bed || strcmp(self->o->bed, key) == 0)
            g_ptr_array_add(names, key);
    if (names->len == 0) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_ABSENT, "no bed %s in the input log",
                    self->o->bed ? self->o->bed : "at all");
        return false;
    }
    g_ptr_array_sort(names, by_text);
    g_autofree char *folder = g_dir_make_tmp("vicu-replay-XXXXXX", error);
    if (!folder)
        return false;
    bool ok = spread(self, names, folder, error);
    vicu_folder_remove_flat(folder);
    return ok;
}

/* --- what is said --- */

/* Where the moment can be looked at. Caller frees. */
static char *
moment(const RulesReportAlarm *a)
{
    g_autofree char *from = vicu_time_format(a->raised_us - LINK_US);
    g_autofree char *to = vicu_time_format(a->raised_us + LINK_US);
    return g_strdup_printf("vicu query %s %s --from %s --to %s", a->bed,
                           *a->signal ? a->signal : "HR", from, to);
}

static void
say_changes(const char *what, const GArray *alarms)
{
    printf("\n%s: %u\n", what, alarms->len);
    for (guint i = 0; i < alarms->len; i++) {
        const RulesReportAlarm *a = &g_array_index(alarms, RulesReportAlarm, i);
        g_autofree char *link = moment(a);
        printf("  %s%s  %s\n", a->rule, a->technical ? " (technical)" : "", link);
    }
}

static void
say_rows(const RulesReport *report, const RulesSet *set, bool as_csv)
{
    g_autoptr(GArray) rows = rules_report_rows(report);
    if (as_csv)
        printf("set,rule,kind,alarms,beds,per_bed_day,top_tenth_share,median_s,p90_s,"
               "under_15_s_share,unknown_s\n");
    else
        printf("%s version %d, %s: %u beds, %.3f bed-days\n%-24s %6s %5s %9s %7s %9s %9s %7s "
               "%10s\n",
               rules_set_name(set), rules_set_version(set), rules_set_hash(set),
               rules_report_beds(report), rules_report_bed_days(report), "rule", "alarms", "beds",
               "/bed-day", "top 10%", "median s", "p90 s", "< 15 s", "unknown s");
    for (guint i = 0; i < rows->len; i++) {
        const RulesReportRow *r = &g_array_index(rows, RulesReportRow, i);
        g_autofree char *name = g_strconcat(r->rule, r->technical ? " (tech.)" : "", NULL);
        if (as_csv)
            printf("%s,%s,%s,%u,%u,%.6g,%.4f,%.6g,%.6g,%.4f,%.6g\n", rules_set_hash(set), r->rule,
                   r->technical ? "technical" : "alarm", r->alarms, r->beds, r->per_bed_day,
                   r->top_share, r->median_s, r->p90_s, r->short_share, r->unknown_s);
        else
            printf("%-24s %6u %5u %9.2f %6.0f%% %9.1f %9.1f %6.0f%% %10.0f\n", name, r->alarms,
                   r->beds, r->per_bed_day, 100 * r->top_share, r->median_s, r->p90_s,
                   100 * r->short_share, r->unknown_s);
    }
}

static void
json_changes(VicuJson *json, const char *key, const GArray *alarms)
{
    vicu_json_begin_array(json, key);
    for (guint i = 0; i < alarms->len; i++) {
        const RulesReportAlarm *a = &g_array_index(alarms, RulesReportAlarm, i);
        g_autofree char *link = moment(a);
        vicu_json_begin_object(json, NULL);
        vicu_json_text(json, "bed", a->bed);
        vicu_json_text(json, "rule", a->rule);
        vicu_json_bool(json, "technical", a->technical);
        vicu_json_time(json, "t_raised", a->raised_us);
        vicu_json_time(json, "t_ended", a->ended_us);
        vicu_json_text(json, "look", link);
        vicu_json_end(json);
    }
    vicu_json_end(json);
}

static void
json_rows(VicuJson *json, const char *key, const RulesReport *report, const RulesSet *set)
{
    g_autoptr(GArray) rows = rules_report_rows(report);
    vicu_json_begin_object(json, key);
    vicu_json_text(json, "name", rules_set_name(set));
    vicu_json_integer(json, "version", rules_set_version(set));
    vicu_json_text(json, "hash", rules_set_hash(set));
    vicu_json_integer(json, "beds", rules_report_beds(report));
    vicu_json_number(json, "bed_days", rules_report_bed_days(report));
    vicu_json_begin_array(json, "rules");
    for (guint i = 0; i < rows->len; i++) {
        const RulesReportRow *r = &g_array_index(rows, RulesReportRow, i);
        vicu_json_begin_object(json, NULL);
        vicu_json_text(json, "rule", r->rule);
        vicu_json_bool(json, "technical", r->technical);
        vicu_json_integer(json, "alarms", r->alarms);
        vicu_json_integer(json, "beds", r->beds);
        vicu_json_number(json, "per_bed_day", r->per_bed_day);
        vicu_json_number(json, "top_tenth_share", r->top_share);
        vicu_json_number(json, "median_s", r->median_s);
        vicu_json_number(json, "p90_s", r->p90_s);
        vicu_json_number(json, "under_15_s_share", r->short_share);
        vicu_json_number(json, "unknown_s", r->unknown_s);
        vicu_json_end(json);
    }
    vicu_json_end(json);
    vicu_json_end(json);
}

static bool
say(const Replay *self, GError **error)
{
    g_autoptr(RulesReport) report = rules_report_new();
    g_autoptr(RulesReport) old = rules_report_new();
    rules_report_log(report, self->logs[0]->str);
    rules_report_log(old, self->logs[1]->str);
    g_autoptr(GArray) vanish = rules_report_only(old, report);
    g_autoptr(GArray) appear = rules_report_only(report, old);
    bool both = self->n_sets == 2;
    if (self->o->log && !g_file_set_contents(self->o->log, self->logs[0]->str, -1, error))
        return false;
    if (self->o->as_json) {
        g_autoptr(VicuJson) json = vicu_json_new();
        vicu_json_begin_object(json, NULL);
        json_rows(json, "set", report, self->sets[0]);
        if (both) {
            json_rows(json, "against", old, self->sets[1]);
            json_changes(json, "vanish", vanish);
            json_changes(json, "appear", appear);
        }
        vicu_json_integer(json, "inputs", (int64_t)self->figures.inputs);
        vicu_json_integer(json, "late", (int64_t)self->figures.late);
        vicu_json_integer(json, "refused", (int64_t)self->figures.refused);
        vicu_json_end(json);
        vicu_json_print(json, stdout);
        return true;
    }
    say_rows(report, self->sets[0], self->o->as_csv);
    if (both)
        say_rows(old, self->sets[1], self->o->as_csv);
    if (self->o->as_csv)
        return true;
    if (both) {
        say_changes("would vanish", vanish);
        say_changes("would appear", appear);
    }
    printf("\n%" G_GUINT64_FORMAT " inputs, %" G_GUINT64_FORMAT " late, %" G_GUINT64_FORMAT
           " refused. Limits, absences and discharges count only where the log tells them.\n",
           self->figures.inputs, self->figures.late, self->figures.refused);
    return true;
}

static bool
set_bounds(Options *o, GError **error)
{
    int64_t now_us = vicu_clock_utc_us();
    if (o->cores < 0 || o->cores > 64) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_CONFIG,
                    "--cores %d is outside 1..64 (0: as many as there are)", o->cores);
        return false;
    }
    o->from_us = 0;
    o->to_us = (int64_t)1 << 60;
    if ((o->from && !vicu_time_parse(o->from, now_us, &o->from_us, error))
        || (o->to && !vicu_time_parse(o->to, now_us, &o->to_us, error)))
        return false;
    if (o->from_us < o->to_us)
        return true;
    g_set_error(error, VICU_ERROR, VICU_ERROR_CONFIG, "--from %s is not before --to %s", o->from,
                o->to ? o->to : "the end");
    return false;
}

/* A recording is the bed recording/wfdb/NAME. */
static bool
read_file(GHashTable *beds, const char *path, GError **error)
{
    g_autofree char *text = NULL;
    gsize length = 0;
    if (!g_str_has_suffix(path, ".hea"))
        return g_file_get_contents(path, &text, &length, error)
               && rules_inputs_read(text, length, path, beds, error);
    RulesInputs *inputs = rules_recording_read(path, error);
    if (!inputs)
        return false;
    g_autofree char *name = g_path_get_basename(path);
    name[strlen(name) - strlen(".hea")] = '\0';
    g_hash_table_replace(beds, g_strconcat("recording/wfdb/", name, NULL), inputs);
    return true;
}

static bool
run(Options *o, char **paths, GError **error)
{
    Replay self = {.o = o};
    g_autoptr(RulesSet) set = set_bounds(o, error) ? read_set(o->set, error) : NULL;
    if (!set)
        return false;
    g_autoptr(RulesSet) old = o->against ? read_set(o->against, error) : NULL;
    if (o->against && !old)
        return false;
    g_autoptr(GHashTable) beds = self.beds = rules_inputs_table();
    self.sets[0] = set;
    self.sets[1] = old;
    self.n_sets = old ? 2 : 1;
    self.logs[0] = g_string_new(NULL);
    self.logs[1] = g_string_new(NULL);
    bool ok = true;
    for (; ok && *paths; paths++)
        ok = read_file(beds, *paths, error);
    ok = ok && play(&self, error) && say(&self, error);
    g_string_free(self.logs[0], TRUE);
    g_string_free(self.logs[1], TRUE);
    return ok;
}

int
rules_replay_main(int argc, char **argv)
{
    Options o = {0};
    const GOptionEntry entries[] = {
        {"set", 0, 0, G_OPTION_ARG_FILENAME, &o.set, "the rules (the built-in adult-icu)", "FILE"},
        {"against", 0, 0, G_OPTION_ARG_FILENAME, &o.against,
         "other rules: say what would vanish or appear", "FILE"},
        {"from", 0, 0, G_OPTION_ARG_STRING, &o.from, "what comes before only prepares", "TIME"},
        {"to", 0, 0, G_OPTION_ARG_STRING, &o.to, "the end", "TIME"},
        {"bed", 0, 0, G_OPTION_ARG_STRING, &o.bed, "this bed only", "BED"},
        {"log", 0, 0, G_OPTION_ARG_FILENAME, &o.log, "write the alarm log there", "FILE"},
        {"cores", 0, 0, G_OPTION_ARG_INT, &o.cores, "beds at a time (all cores)", "N"},
        {"csv", 0, 0, G_OPTION_ARG_NONE, &o.as_csv, "print a table", NULL},
        {"json", 0, 0, G_OPTION_ARG_NONE, &o.as_json, "print one JSON object", NULL},
        G_OPTION_ENTRY_NULL,
    };
    g_autoptr(GOptionContext) context =
        g_option_context_new("FILE.. - alarms that rules would have raised");
    g_option_context_add_main_entries(context, entries, NULL);
    int answer =
        rules_verb_parse("rules replay", context, &argc, &argv,
                         "FILE is an input log, a table: " RULES_INPUTS_HEADER
                         "\n(docs/replay.md), or a recording (x.hea).\n\nExample:\n"
                         "  vicu rules replay night.csv --set new.vrules --against old.vrules\n");
    if (answer < 0 && argc < 2) {
        fprintf(stderr, "vicu rules replay: expected an input log or a recording; for example: "
                        "vicu rules replay "
                        "night.csv --set new.vrules\n");
        answer = RULES_VERB_USAGE;
    }
    if (answer < 0) {
        g_autoptr(GError) error = NULL;
        answer = run(&o, argv + 1, &error) ? RULES_VERB_DONE : RULES_VERB_WANTING;
        if (error)
            fprintf(stderr, "vicu rules replay: %s\n", error->message);
    }
    g_free(o.set);
    g_free(o.against);
    g_free(o.from);
    g_free(o.to);
    g_free(o.bed);
    g_free(o.log);
    return answer;
}
