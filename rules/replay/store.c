/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/replay/store.h"

#include <string.h>

#include "common/auth.h"
#include "common/error.h"
#include "common/offline.h"
#include "common/program.h"
#include "common/query.h"
#include "common/root.h"
#include "proto/signals.h"
#include "rules/replay/wire.h"

#define KEY         "operator"
#define WHY         "rules replay"
#define PATIENCE_US (20 * (int64_t)G_USEC_PER_SEC)

struct RulesStore {
    VicuRoot *root;
    VicuOffline *offline; /* NULL: the store runs */
};

/* --- a connection --- */

typedef struct {
    VicuKeys *keys;
    VicuContext *context;
    VicuQueryClient *client;
} Link;

static void
link_close(Link *self)
{
    g_clear_pointer(&self->client, vicu_query_client_free);
    g_clear_pointer(&self->context, vicu_context_free);
    g_clear_pointer(&self->keys, vicu_keys_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Link, link_close)

static bool
open_context(const RulesStore *store, Link *self, GError **error)
{
    const VicuRoot *root = store->root;
    self->keys = vicu_keys_open(root->keys, root->key ? root->key : KEY, error);
    self->context = self->keys ? vicu_context_new(self->keys, NULL, error) : NULL;
    return self->context != NULL;
}

static bool
open_link(const RulesStore *store, Link *self, GError **error)
{
    if (!open_context(store, self, error))
        return false;
    g_autofree char *endpoint = store->offline ? g_strdup(vicu_offline_endpoint(store->offline))
                                               : vicu_root_endpoint(store->root, "store-query");
    self->client = vicu_query_client_new(self->context, endpoint,
                                         vicu_root_server(store->root, "store"), "", error);
    return self->client != NULL;
}

/* --- which store --- */

/* The root that was named, or the standard one, if a store's files lie there. */
static VicuRoot *
find_root(const char *dir, GError **error)
{
    g_autoptr(GError) why = NULL;
    VicuRoot *running = vicu_root_find_client(dir, NULL, &why);
    if (running)
        return running;
    if (g_error_matches(why, VICU_ERROR, VICU_ERROR_ABSENT)
        && (dir || g_str_has_prefix(why->message, "no running"))) {
        g_autoptr(VicuRoot) root = vicu_root_new(dir, NULL);
        if (root && vicu_offline_has_files(root))
            return g_steal_pointer(&root);
    }
    g_propagate_error(error, g_steal_pointer(&why));
    return NULL;
}

static bool
store_runs(const RulesStore *self, bool *runs, GError **error)
{
    g_auto(Link) link = {0};
    *runs = !vicu_offline_has_files(self->root);
    if (*runs)
        return true;
    if (!open_context(self, &link, error))
        return false;
    *runs = vicu_offline_store_runs(link.context, self->root);
    return true;
}

RulesStore *
rules_store_open(const char *dir, GError **error)
{
    g_autoptr(RulesStore) self = g_new0(RulesStore, 1);
    bool runs;
    self->root = find_root(dir, error);
    if (!self->root || !store_runs(self, &runs, error))
        return NULL;
    if (runs)
        return g_steal_pointer(&self);
    g_autofree char *program = vicu_program_path("store");
    self->offline = vicu_offline_start(self->root, program, "vicu rules replay", error);
    return self->offline ? g_steal_pointer(&self) : NULL;
}

char *
rules_store_packs(const RulesStore *self)
{
    g_autofree char *path = g_build_filename(self->root->etc, "rules.conf", NULL);
    g_autoptr(GKeyFile) file = g_key_file_new();
    if (self->root->hub || !g_key_file_load_from_file(file, path, G_KEY_FILE_NONE, NULL))
        return NULL;
    return g_key_file_get_string(file, "rules", "pack", NULL);
}

void
rules_store_free(RulesStore *self)
{
    if (!self)
        return;
    vicu_offline_free(self->offline);
    vicu_root_free(self->root);
    g_free(self);
}

/* --- streams --- */

typedef struct {
    uint32_t code, channel;
    bool wave, symbol;
    int64_t first_us, last_us;
} Stream;

static bool
ask_streams(Link *link, const char *bed, VicuQueryFunc func, gpointer user, GError **error)
{
    Vicu__Query ask = VICU__QUERY__INIT;
    Vicu__QueryStreams streams = VICU__QUERY_STREAMS__INIT;
    streams.bed = (char *)bed;
    ask.what_case = VICU__QUERY__WHAT_STREAMS;
    ask.streams = &streams;
    return vicu_query_wait(link->client, &ask, WHY, PATIENCE_US, func, user, error);
}

static void
clear_bed(gpointer data)
{
    g_free(((RulesStoreBed *)data)->bed);
}

static int
by_bed(const void *a, const void *b)
{
    return strcmp(((const RulesStoreBed *)a)->bed, ((const RulesStoreBed *)b)->bed);
}

static void
on_beds(const Vicu__QueryRows *rows, const GError *error, gpointer user)
{
    GArray *beds = user;
    for (size_t i = 0; rows && !error && i < rows->n_stream; i++) {
        const Vicu__StreamRow *row = rows->stream[i];
        RulesStoreBed *bed = NULL;
        for (guint k = 0; k < beds->len && !bed; k++)
            if (strcmp(g_array_index(beds, RulesStoreBed, k).bed, row->bed) == 0)
                bed = &g_array_index(beds, RulesStoreBed, k);
        if (!bed) {
            RulesStoreBed fresh = {g_strdup(row->bed), row->first_us, row->last_us};
            g_array_append_val(beds, fresh);
            continue;
        }
        bed->first_us = MIN(bed->first_us, row->first_us);
        bed->last_us = MAX(bed->last_us, row->last_us);
    }
}

GArray *
rules_store_beds(RulesStore *self, GError **error)
{
    g_auto(Link) link = {0};
    g_autoptr(GArray) beds = g_array_new(FALSE, FALSE, sizeof(RulesStoreBed));
    g_array_set_clear_func(beds, clear_bed);
    if (!open_link(self, &link, error) || !ask_streams(&link, "", on_beds, beds, error))
        return NULL;
    g_array_sort(beds, by_bed);
    return g_steal_pointer(&beds);
}

static void
on_streams(const Vicu__QueryRows *rows, const GError *error, gpointer user)
{
    GArray *streams = user;
    for (size_t i = 0; rows && !error && i < rows->n_stream; i++) {
        const Vicu__StreamRow *row = rows->stream[i];
        const VicuSignal *signal = vicu_signal_by_code(row->code);
        Stream stream = {row->code,     row->channel,
                         row->wave,     signal && signal->kind == VICU_SIGNAL_SYMBOL,
                         row->first_us, row->last_us};
        bool again = false; /* a numeric's channels come with one question */
        for (guint k = 0; k < streams->len && !again; k++)
            again = g_array_index(streams, Stream, k).code == row->code
                    && g_array_index(streams, Stream, k).wave == row->wave
                    && (!row->wave || g_array_index(streams, Stream, k).channel == row->channel);
        if (signal && !again)
            g_array_append_val(streams, stream);
    }
}

/* --- a stretch of one bed --- */

typedef struct {
    RulesInputs *inputs;
    int64_t from_us, to_us;
} Taking;

static void
on_rows(const Vicu__QueryRows *rows, const GError *error, gpointer user)
{
    const Taking *t = user;
    if (!rows || error)
        return;
    for (size_t i = 0; i < rows->n_run; i++)
        if (rows->run[i]->segment)
            rules_wire_samples(t->inputs, rows->run[i]->segment, rows->run[i]->first,
                               &rows->run[i]->samples, t->from_us, t->to_us);
    for (size_t i = 0; i < rows->n_numerics; i++)
        rules_wire_numerics(t->inputs, rows->numerics[i]);
    for (size_t i = 0; i < rows->n_symbol; i++)
        rules_wire_symbol(t->inputs, rows->symbol[i]);
    for (size_t i = 0; i < rows->n_gap; i++)
        if (rows->gap[i]->from_us >= t->from_us)
            rules_wire_gap(t->inputs, rows->gap[i]);
    for (size_t i = 0; i < rows->n_event; i++)
        rules_wire_event(t->inputs, rows->event[i]);
}

static bool
ask_stream(Link *link, const char *bed, const Stream *s, Taking *t, GError **error)
{
    Vicu__Query ask = VICU__QUERY__INIT;
    Vicu__QuerySamples samples = VICU__QUERY_SAMPLES__INIT;
    Vicu__QueryNumerics numerics = VICU__QUERY_NUMERICS__INIT;
    Vicu__QuerySymbols symbols = VICU__QUERY_SYMBOLS__INIT;
    if (s->wave) {
        samples = (Vicu__QuerySamples){samples.base, (char *)bed, s->code, s->channel,
                                       t->from_us,   t->to_us,    false};
        ask.what_case = VICU__QUERY__WHAT_SAMPLES;
        ask.samples = &samples;
    } else if (s->symbol) {
        symbols = (Vicu__QuerySymbols){symbols.base, (char *)bed, s->code, t->from_us, t->to_us};
        ask.what_case = VICU__QUERY__WHAT_SYMBOLS;
        ask.symbols = &symbols;
    } else {
        numerics = (Vicu__QueryNumerics){numerics.base, (char *)bed, s->code, t->from_us, t->to_us};
        ask.what_case = VICU__QUERY__WHAT_NUMERICS;
        ask.numerics = &numerics;
    }
    return vicu_query_wait(link->client, &ask, WHY, PATIENCE_US, on_rows, t, error);
}

static bool
ask_events(Link *link, const char *bed, Taking *t, GError **error)
{
    Vicu__Query ask = VICU__QUERY__INIT;
    Vicu__QueryEvents events = VICU__QUERY_EVENTS__INIT;
    events = (Vicu__QueryEvents){events.base, (char *)bed, t->from_us, t->to_us};
    ask.what_case = VICU__QUERY__WHAT_EVENTS;
    ask.events = &events;
    return vicu_query_wait(link->client, &ask, WHY, PATIENCE_US, on_rows, t, error);
}

static bool
ask_gaps(Link *link, const char *bed, Taking *t, GError **error)
{
    Vicu__Query ask = VICU__QUERY__INIT;
    Vicu__QueryGaps gaps = VICU__QUERY_GAPS__INIT;
    gaps = (Vicu__QueryGaps){gaps.base, (char *)bed, 0, 0, t->from_us, t->to_us};
    ask.what_case = VICU__QUERY__WHAT_GAPS;
    ask.gaps = &gaps;
    return vicu_query_wait(link->client, &ask, WHY, PATIENCE_US, on_rows, t, error);
}

typedef struct {
    Link *link;
    const char *bed;
    GArray *streams;
    RulesPlayer *player;
    int64_t *newest_us;
} Playing;

static void
play_inputs(const Playing *self, RulesInputs *inputs)
{
    for (size_t i = 0; i < rules_inputs_length(inputs); i++)
        *self->newest_us = MAX(*self->newest_us, rules_inputs_get(inputs, i)->t_us);
    rules_inputs_sort(inputs);
    rules_player_play(self->player, inputs);
}

/* Waves only from @waves_us on. */
static bool
play_stretch(const Playing *self, int64_t from_us, int64_t to_us, int64_t waves_us, GError **error)
{
    g_autoptr(RulesInputs) inputs = rules_inputs_new();
    for (guint i = 0; i < self->streams->len; i++) {
        const Stream *s = &g_array_index(self->streams, Stream, i);
        Taking taking = {inputs, s->wave ? MAX(from_us, waves_us) : from_us, to_us};
        if (s->first_us >= to_us || s->last_us < taking.from_us || taking.from_us >= to_us)
            continue;
        if (!ask_stream(self->link, self->bed, s, &taking, error))
            return false;
    }
    Taking taking = {inputs, from_us, to_us};
    if (!ask_events(self->link, self->bed, &taking, error)
        || !ask_gaps(self->link, self->bed, &taking, error))
        return false;
    play_inputs(self, inputs);
    return true;
}

/* Of what came before @first_us only the limits stand. */
static bool
play_limits(const Playing *self, int64_t first_us, GError **error)
{
    g_autoptr(RulesInputs) before = rules_inputs_new();
    Taking taking = {before, 1, first_us};
    if (!ask_events(self->link, self->bed, &taking, error))
        return false;
    rules_inputs_sort(before);
    for (size_t i = 0; i < rules_inputs_length(before); i++)
        if (rules_inputs_get(before, i)->kind == RULES_ENTRY_LIMIT)
            rules_player_take(self->player, rules_inputs_get(before, i));
    return true;
}

bool
rules_store_play(const RulesStore *store,
                 const char *bed,
                 int64_t from_us,
                 int64_t to_us,
                 RulesPlayer *player,
                 int64_t *newest_us,
                 RulesReplayProgress progress,
                 void *user,
                 GError **error)
{
    g_auto(Link) link = {0};
    g_autoptr(GArray) streams = g_array_new(FALSE, FALSE, sizeof(Stream));
    Playing self = {&link, bed, streams, player, newest_us};
    int64_t first_us = INT64_MAX, last_us = 0;
    if (!open_link(store, &link, error) || !ask_streams(&link, bed, on_streams, streams, error))
        return false;
    for (guint i = 0; i < streams->len; i++) {
        first_us = MIN(first_us, g_array_index(streams, Stream, i).first_us);
        last_us = MAX(last_us, g_array_index(streams, Stream, i).last_us + 1);
    }
    first_us = MAX(first_us, from_us - RULES_STORE_PREPARE_US);
    last_us = MIN(last_us, to_us);
    if (first_us >= last_us)
        return true;
    if (!play_limits(&self, first_us, error))
        return false;
    while (first_us < last_us) {
        int64_t next_us =
            first_us / RULES_STORE_STRETCH_US * RULES_STORE_STRETCH_US + RULES_STORE_STRETCH_US;
        if (!play_stretch(&self, first_us, MIN(next_us, last_us), from_us - RULES_STORE_WARM_US,
                          error))
            return false;
        first_us = next_us;
        progress(MIN(next_us, last_us), user);
    }
    return true;
}
