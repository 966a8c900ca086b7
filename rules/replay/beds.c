/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/replay/beds.h"

#include <string.h>

#include "common/bed-name.h"
#include "common/clock.h"
#include "common/error.h"
#include "rules/replay/program.h"

typedef enum { TABLE, RECORDING, WARD, STORE } Kind;

typedef struct {
    Kind kind;
    char *bed;
    char *path;          /* RECORDING, WARD */
    RulesInputs *inputs; /* TABLE; borrowed */
    RulesStore *store;   /* borrowed */
    int64_t span_us;     /* 0: not known */
} Bed;

struct RulesBeds {
    GArray *beds;       /* Bed */
    GHashTable *tables; /* bed -> RulesInputs */
    int64_t from_us, to_us;
};

static void
clear_bed(gpointer data)
{
    Bed *bed = data;
    g_free(bed->bed);
    g_free(bed->path);
}

RulesBeds *
rules_beds_new(int64_t from_us, int64_t to_us)
{
    RulesBeds *self = g_new0(RulesBeds, 1);
    self->beds = g_array_new(FALSE, FALSE, sizeof(Bed));
    g_array_set_clear_func(self->beds, clear_bed);
    self->tables = rules_inputs_table();
    self->from_us = from_us;
    self->to_us = to_us;
    return self;
}

void
rules_beds_free(RulesBeds *self)
{
    if (!self)
        return;
    g_array_unref(self->beds);
    g_hash_table_unref(self->tables);
    g_free(self);
}

/* --- what there is --- */

static const Bed *
find(const RulesBeds *self, const char *name)
{
    for (guint i = 0; i < self->beds->len; i++)
        if (strcmp(g_array_index(self->beds, Bed, i).bed, name) == 0)
            return &g_array_index(self->beds, Bed, i);
    return NULL;
}

static bool
add(RulesBeds *self, const Bed *bed, GError **error)
{
    if (find(self, bed->bed)) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_CONFIG, "bed %s is named twice", bed->bed);
        clear_bed((gpointer)bed);
        return false;
    }
    g_array_append_vals(self->beds, bed, 1);
    return true;
}

static bool
add_tables(RulesBeds *self, const char *path, GError **error)
{
    g_autofree char *text = NULL;
    gsize length = 0;
    GHashTableIter iter;
    gpointer name, inputs;
    if (!g_file_get_contents(path, &text, &length, error)
        || !rules_inputs_read(text, length, path, self->tables, error))
        return false;
    /* Of a bed that stands in two tables both are one log. */
    g_hash_table_iter_init(&iter, self->tables);
    while (g_hash_table_iter_next(&iter, &name, &inputs)) {
        const Bed *there = find(self, name);
        if (there && there->kind == TABLE)
            continue;
        Bed bed = {.kind = TABLE, .bed = g_strdup(name), .inputs = inputs};
        if (!add(self, &bed, error))
            return false;
    }
    return true;
}

static bool
add_recording(RulesBeds *self, const char *path, GError **error)
{
    g_autofree char *name = g_path_get_basename(path);
    name[strlen(name) - strlen(".hea")] = '\0';
    Bed bed = {.kind = RECORDING,
               .bed = g_strconcat("recording/wfdb/", name, NULL),
               .path = g_strdup(path)};
    return add(self, &bed, error);
}

static bool
add_ward(RulesBeds *self, const char *path, GError **error)
{
    const char *const arguments[] = {"play", path, "--beds", NULL};
    RulesProgram program;
    bool ok = true;
    char line[256];
    if (self->from_us <= 0 || self->to_us >= (int64_t)1 << 60) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_CONFIG,
                    "%s plays for ever: say --from and --to, as --from 2026-01-01T00:00:00Z --to "
                    "2026-01-02T00:00:00Z",
                    path);
        return false;
    }
    if (!rules_program_start(&program, "collector", arguments, error))
        return false;
    while (ok && fgets(line, sizeof line, program.out)) {
        Bed bed = {.kind = WARD,
                   .bed = g_strdup(g_strchomp(line)),
                   .path = g_strdup(path),
                   .span_us = self->to_us - self->from_us};
        ok = add(self, &bed, error);
    }
    return rules_program_end(&program, path, ok ? error : NULL) && ok;
}

bool
rules_beds_add_file(RulesBeds *self, const char *path, GError **error)
{
    if (g_str_has_suffix(path, ".hea"))
        return add_recording(self, path, error);
    if (g_str_has_suffix(path, ".ini"))
        return add_ward(self, path, error);
    return add_tables(self, path, error);
}

bool
rules_beds_add_store(RulesBeds *self, RulesStore *store, GError **error)
{
    g_autoptr(GArray) found = rules_store_beds(store, error);
    for (guint i = 0; found && i < found->len; i++) {
        const RulesStoreBed *one = &g_array_index(found, RulesStoreBed, i);
        int64_t from_us = MAX(one->first_us, self->from_us - RULES_STORE_PREPARE_US);
        int64_t to_us = MIN(one->last_us + 1, self->to_us);
        Bed bed = {.kind = STORE,
                   .bed = g_strdup(one->bed),
                   .store = store,
                   .span_us = MAX(to_us - from_us, 0)};
        if (!add(self, &bed, error))
            return false;
    }
    return found != NULL;
}

static bool
is_meant(const char *bed, char **patterns)
{
    for (; *patterns; patterns++)
        if (g_pattern_match_simple(*patterns, bed) || vicu_bed_ends_in(bed, *patterns))
            return true;
    return false;
}

static int
by_name(const void *a, const void *b)
{
    return strcmp(((const Bed *)a)->bed, ((const Bed *)b)->bed);
}

bool
rules_beds_choose(RulesBeds *self, char **patterns, GError **error)
{
    for (guint i = self->beds->len; patterns && i-- > 0;)
        if (!is_meant(g_array_index(self->beds, Bed, i).bed, patterns))
            g_array_remove_index(self->beds, i);
    g_array_sort(self->beds, by_name);
    if (self->beds->len > 0)
        return true;
    g_autofree char *all = patterns ? g_strjoinv(", ", patterns) : g_strdup("at all");
    g_set_error(error, VICU_ERROR, VICU_ERROR_ABSENT, "no bed %s in what is to be played", all);
    return false;
}

guint
rules_beds_length(const RulesBeds *self)
{
    return self->beds->len;
}

const char *
rules_beds_name(const RulesBeds *self, guint i)
{
    return g_array_index(self->beds, Bed, i).bed;
}

int64_t
rules_beds_span_us(const RulesBeds *self, guint i)
{
    return g_array_index(self->beds, Bed, i).span_us;
}

/* --- playing --- */

static void
play_table(const Bed *bed, RulesPlayer *player, int64_t *newest_us)
{
    size_t n = rules_inputs_length(bed->inputs);
    if (n > 0)
        *newest_us = rules_inputs_get(bed->inputs, n - 1)->t_us;
    rules_player_play(player, bed->inputs);
}

static bool
play_program(const RulesBeds *self,
             const Bed *bed,
             RulesPlayer *player,
             int64_t *newest_us,
             RulesReplayProgress progress,
             void *user,
             GError **error)
{
    bool ward = bed->kind == WARD;
    g_autofree char *from = ward ? vicu_time_format(self->from_us) : NULL;
    g_autofree char *to = ward ? vicu_time_format(self->to_us) : NULL;
    const char *arguments[] = {"play", bed->path, "--bed", bed->bed, ward ? "--from" : NULL,
                               from,   "--to",    to,      NULL};
    RulesProgram program;
    if (!rules_program_start(&program, "collector", arguments, error))
        return false;
    bool ok = rules_stream_play(program.out, ward, player, newest_us, progress, user, error);
    return rules_program_end(&program, bed->path, ok ? error : NULL) && ok;
}

bool
rules_beds_play(const RulesBeds *self,
                guint i,
                RulesPlayer *player,
                RulesReplayProgress progress,
                void *user,
                GError **error)
{
    const Bed *bed = &g_array_index(self->beds, Bed, i);
    int64_t newest_us = INT64_MIN;
    bool ok = true;
    if (bed->kind == TABLE)
        play_table(bed, player, &newest_us);
    else if (bed->kind == STORE)
        ok = rules_store_play(bed->store, bed->bed, self->from_us, self->to_us, player, &newest_us,
                              progress, user, error);
    else
        ok = play_program(self, bed, player, &newest_us, progress, user, error);
    if (newest_us != INT64_MIN)
        rules_player_end(player, MIN(newest_us + 1, self->to_us));
    return ok;
}
