/* `vicu-rules replay`: what was recorded through one set of rules, or two beside each other.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "common/clock.h"
#include "common/error.h"
#include "rules/replay/beds.h"
#include "rules/replay/change.h"
#include "rules/replay/grid.h"
#include "rules/replay/said.h"
#include "rules/replay/sets.h"
#include "rules/replay/spread.h"
#include "rules/verbs.h"

typedef struct {
    char *set, *against, *from, *to, *log, *root, *grid, *delays;
    char **beds, **changes;
    gboolean raw, as_json, as_csv, progress;
    int cores; /* 0: all */
    int64_t from_us, to_us;
} Options;

typedef struct {
    const Options *o;
    RulesSet *set, *old;
    RulesChange *change;
    RulesGrid *grid;
    GArray *lanes;      /* RulesLane; the set, the old one, the grid */
    GPtrArray *reports; /* RulesReport, of each lane */
    GString *log;
    RulesPlayerFigures figures;
} Replay;

static void
free_report(gpointer report)
{
    rules_report_free(report);
}

static void
clear(Replay *self)
{
    g_clear_pointer(&self->set, rules_set_unref);
    g_clear_pointer(&self->old, rules_set_unref);
    g_clear_pointer(&self->change, rules_change_free);
    g_clear_pointer(&self->grid, rules_grid_free);
    g_array_unref(self->lanes);
    g_ptr_array_unref(self->reports);
    g_string_free(self->log, TRUE);
}

/* The set that is looked at, and what it is compared with. */
static bool
compile_sets(Replay *self, GError **error)
{
    const Options *o = self->o;
    if (o->changes) {
        self->change = rules_change_parse(o->changes, error);
        self->old = self->change ? rules_replay_set(o->set, error) : NULL;
        self->set = self->old ? rules_change_compile(self->change, o->set, error) : NULL;
        return self->set != NULL;
    }
    self->set = rules_replay_set(o->set, error);
    if (self->set && o->raw)
        self->old = rules_replay_set_raw(o->set, error);
    else if (self->set && o->against)
        self->old = rules_replay_set(o->against, error);
    return self->set && (self->old || !(o->raw || o->against));
}

static bool
compile(Replay *self, GError **error)
{
    const Options *o = self->o;
    if (!compile_sets(self, error))
        return false;
    self->grid = o->grid ? rules_grid_parse(o->grid, o->delays, error) : NULL;
    return !o->grid || (self->grid && rules_grid_compile(self->grid, o->set, error));
}

static void
add_lane(Replay *self, RulesLane lane)
{
    lane.report = rules_report_new();
    g_ptr_array_add(self->reports, lane.report);
    g_array_append_val(self->lanes, lane);
}

static void
add_lanes(Replay *self)
{
    RulesLane first =
        self->change ? rules_change_lane(self->change, self->set) : (RulesLane){.set = self->set};
    first.log = self->o->log ? self->log : NULL;
    add_lane(self, first);
    if (self->old)
        add_lane(self, (RulesLane){.set = self->old});
    for (guint v = 0; self->grid && v < self->grid->values->len; v++)
        for (guint d = 0; d < self->grid->delays->len; d++)
            add_lane(self, rules_grid_lane(self->grid, v, d));
}

static void
say(const Replay *self)
{
    g_autoptr(GPtrArray) cells = g_ptr_array_new();
    RulesSaid said = {
        .set = self->set,
        .old = self->old,
        .old_is_raw = self->o->raw,
        .change = self->change,
        .report = self->reports->pdata[0],
        .old_report = self->old ? self->reports->pdata[1] : NULL,
        .grid = self->grid,
        .cells = cells,
        .figures = self->figures,
    };
    for (guint i = self->old ? 2 : 1; i < self->reports->len; i++)
        g_ptr_array_add(cells, self->reports->pdata[i]);
    if (self->o->as_json)
        rules_said_json(&said);
    else if (self->o->as_csv)
        rules_said_csv(&said);
    else
        rules_said_text(&said);
}

static bool
play(Replay *self, const RulesBeds *beds, GError **error)
{
    add_lanes(self);
    return rules_spread(beds, (const RulesLane *)(void *)self->lanes->data, self->lanes->len,
                        self->o->from_us, self->o->to_us, (unsigned)self->o->cores,
                        self->o->progress, &self->figures, error)
           && (!self->o->log || g_file_set_contents(self->o->log, self->log->str, -1, error));
}

static bool
set_bounds(Options *o, GError **error)
{
    int64_t now_us = vicu_clock_utc_us();
    if (o->cores < 0 || o->cores > RULES_SPREAD_CORES_MAX) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_CONFIG,
                    "--cores %d is outside 1..%d (0: as many as there are)", o->cores,
                    RULES_SPREAD_CORES_MAX);
        return false;
    }
    if (o->delays && !o->grid) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_CONFIG, "--grid-delay belongs to --grid");
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

/* No file: the store. */
static bool
run(Options *o, char **paths, GError **error)
{
    Replay self = {
        .o = o,
        .lanes = g_array_new(FALSE, FALSE, sizeof(RulesLane)),
        .reports = g_ptr_array_new_with_free_func(free_report),
        .log = g_string_new(NULL),
    };
    bool ok = set_bounds(o, error);
    g_autoptr(RulesBeds) beds = rules_beds_new(o->from_us, o->to_us);
    g_autoptr(RulesStore) store = ok && !*paths ? rules_store_open(o->root, error) : NULL;
    if (store && !o->set)
        o->set = rules_store_packs(store);
    ok = ok && (store || *paths) && compile(&self, error);
    if (ok && !*paths)
        ok = rules_beds_add_store(beds, store, error);
    for (; ok && *paths; paths++)
        ok = rules_beds_add_file(beds, *paths, error);
    ok = ok && rules_beds_choose(beds, o->beds, error) && play(&self, beds, error);
    if (ok)
        say(&self);
    clear(&self);
    return ok;
}

static const char description[] =
    "FILE is an input log, a table: " RULES_INPUTS_HEADER "\n"
    "(docs/replay.md), a recording (x.hea), or a ward of recordings (ward.ini, with --from and\n"
    "--to). Without a FILE it is what the store has, of the running site or of --root.\n"
    "SET is a list of packs: names of those that are built in, and paths of .vrules files.\n"
    "\n"
    "Examples:\n"
    "  vicu rules replay night.csv --set new.vrules --against old.vrules\n"
    "  vicu rules replay --from -72h --bed 'demo/icu/7' --change SpO2_low=88 --change "
    "desaturation.for=30s\n"
    "  vicu rules replay --from -24h --bed 'demo/icu/*' --set 'adult-icu, rhythm' --raw\n"
    "  vicu rules replay --from -8h --grid SpO2_low=85..92/1 --grid-delay 0s,15s,30s\n";

static void
free_options(Options *o)
{
    g_free(o->set);
    g_free(o->against);
    g_free(o->from);
    g_free(o->to);
    g_free(o->log);
    g_free(o->root);
    g_free(o->grid);
    g_free(o->delays);
    g_strfreev(o->beds);
    g_strfreev(o->changes);
}

int
rules_replay_main(int argc, char **argv)
{
    Options o = {0};
    const GOptionEntry entries[] = {
        {"set", 0, 0, G_OPTION_ARG_FILENAME, &o.set, "the rules (" RULES_REPLAY_STANDARD ")",
         "SET"},
        {"against", 0, 0, G_OPTION_ARG_FILENAME, &o.against,
         "other rules: say what would vanish or appear", "SET"},
        {"change", 0, 0, G_OPTION_ARG_STRING_ARRAY, &o.changes,
         "against the same without it: LIMIT=88, RULE.for=30s, RULE.clear-for=1min, "
         "RULE.hysteresis=3",
         "WHAT"},
        {"raw", 0, 0, G_OPTION_ARG_NONE, &o.raw,
         "against the same without delays, hysteresis, hold-down and unless", NULL},
        {"from", 0, 0, G_OPTION_ARG_STRING, &o.from, "what comes before only prepares", "TIME"},
        {"to", 0, 0, G_OPTION_ARG_STRING, &o.to, "the end", "TIME"},
        {"bed", 0, 0, G_OPTION_ARG_STRING_ARRAY, &o.beds, "these beds: 7, demo/icu/*", "BED"},
        {"root", 0, 0, G_OPTION_ARG_FILENAME, &o.root, "the site whose store is read", "DIR"},
        {"grid", 0, 0, G_OPTION_ARG_STRING, &o.grid, "alarms per bed-day by a limit's value",
         "LIMIT=FROM..TO/STEP"},
        {"grid-delay", 0, 0, G_OPTION_ARG_STRING, &o.delays, "and by the delay of its rules",
         "TIME,.."},
        {"log", 0, 0, G_OPTION_ARG_FILENAME, &o.log, "write the alarm log there", "FILE"},
        {"cores", 0, 0, G_OPTION_ARG_INT, &o.cores, "beds at a time (all cores)", "N"},
        {"csv", 0, 0, G_OPTION_ARG_NONE, &o.as_csv, "print tables", NULL},
        {"json", 0, 0, G_OPTION_ARG_NONE, &o.as_json, "print one JSON object", NULL},
        {"progress", 0, 0, G_OPTION_ARG_NONE, &o.progress, "say how far it is as lines on stderr",
         NULL},
        G_OPTION_ENTRY_NULL,
    };
    g_autoptr(GOptionContext) context =
        g_option_context_new("[FILE..] - alarms that rules would have raised");
    g_option_context_add_main_entries(context, entries, NULL);
    int answer = rules_verb_parse("rules replay", context, &argc, &argv, description);
    const char *clash = o.raw && o.against       ? "--raw is an --against of its own"
                        : o.changes && o.against ? "--change is an --against of its own"
                        : o.changes && o.raw     ? "--change and --raw are two comparisons"
                        : o.as_csv && o.as_json  ? "--csv and --json are two ways to print"
                        : o.root && argc > 1     ? "--root is of the store, which FILE stands for"
                                                 : NULL;
    if (answer < 0 && clash) {
        fprintf(stderr, "vicu rules replay: %s: leave one out\n", clash);
        answer = RULES_VERB_USAGE;
    }
    if (answer < 0) {
        g_autoptr(GError) error = NULL;
        answer = run(&o, argv + 1, &error) ? RULES_VERB_DONE : RULES_VERB_WANTING;
        if (error)
            fprintf(stderr, "vicu rules replay: %s\n", error->message);
    }
    free_options(&o);
    return answer;
}
