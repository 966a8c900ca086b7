/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/query-ward.h"

#include <stdio.h>
#include <string.h>

#include "common/clock.h"
#include "common/error.h"
#include "common/json.h"
#include "common/trend-rows.h"
#include "tools/ask.h"
#include "tools/words.h"

/* Beds whose streams have one code and channel: one question. */
typedef struct {
    const ToolStream *stream; /* of the first */
    GPtrArray *beds;          /* char *, borrowed */
} Group;

typedef struct {
    const ToolWardAsk *ask;
    VicuJson *json; /* NULL: CSV */
    guint beds;
    GError *error; /* an answer that does not fit */
} Printing;

static void
group_free(gpointer p)
{
    Group *group = p;

    g_ptr_array_unref(group->beds);
    g_free(group);
}

static void
add_to_group(GPtrArray *groups, const ToolStream *stream)
{
    for (guint i = 0; i < groups->len; i++) {
        Group *group = groups->pdata[i];
        if (group->stream->code == stream->code && group->stream->channel == stream->channel) {
            g_ptr_array_add(group->beds, stream->bed);
            return;
        }
    }
    Group *fresh = g_new(Group, 1);
    fresh->stream = stream;
    fresh->beds = g_ptr_array_new();
    g_ptr_array_add(fresh->beds, stream->bed);
    g_ptr_array_add(groups, fresh);
}

/* Numerics that the signal's name means; a bed without one is left out. */
static GPtrArray *
groups_of(const ToolWardAsk *ask, GError **error)
{
    g_autoptr(GPtrArray) groups = g_ptr_array_new_with_free_func(group_free);
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    guint waves = 0;

    for (guint i = 0; i < ask->streams->len; i++) {
        const char *bed = ((const ToolStream *)ask->streams->pdata[i])->bed;
        if (!g_hash_table_add(seen, (gpointer)bed))
            continue;
        const ToolStream *stream =
            tool_streams_find(ask->streams, bed, ask->signal, ask->channel, NULL);
        waves += stream != NULL && stream->wave;
        if (stream != NULL && !stream->wave)
            add_to_group(groups, stream);
    }
    if (groups->len > 0)
        return g_steal_pointer(&groups);
    g_set_error(error, VICU_ERROR, VICU_ERROR_ABSENT,
                waves > 0 ? "\"%s\" is a wave: ask bed by bed, or for the numeric of it"
                          : "no bed has a numeric \"%s\"; `vicu bed` shows what each has",
                ask->signal);
    return NULL;
}

/* ---- printing ---- */

static void
print_csv(const VicuTrend *trend, const int64_t *border)
{
    for (guint c = 0; c < trend->columns; c++) {
        VicuTrendColumn column = vicu_trend_column(trend, c);
        g_autofree char *time = vicu_time_format(border[c]);
        if (column.coverage > 0)
            printf("%s,%s,%.9g,%.9g,%.7g,%.3g\n", trend->rows->bed, time, column.min, column.max,
                   column.mean, column.coverage);
        else
            printf("%s,%s,,,,0\n", trend->rows->bed, time);
    }
}

static void
write_json(VicuJson *json, const VicuTrend *trend, const int64_t *border)
{
    vicu_json_begin_object(json, NULL);
    vicu_json_text(json, "bed", trend->rows->bed);
    vicu_json_begin_array(json, "columns");
    for (guint c = 0; c < trend->columns; c++) {
        VicuTrendColumn column = vicu_trend_column(trend, c);
        vicu_json_begin_object(json, NULL);
        vicu_json_time(json, "time", border[c]);
        vicu_json_number(json, "coverage", column.coverage);
        if (column.coverage > 0) {
            vicu_json_number(json, "min", column.min);
            vicu_json_number(json, "max", column.max);
            vicu_json_number(json, "mean", column.mean);
        }
        vicu_json_end(json);
    }
    vicu_json_end(json);
    vicu_json_end(json);
}

static void
on_rows(const Vicu__QueryRows *rows, gpointer user)
{
    Printing *printing = user;

    for (size_t i = 0; i < rows->n_trend; i++) {
        VicuTrend trend;
        if (!vicu_trend_init(&trend, rows->trend[i],
                             printing->error == NULL ? &printing->error : NULL))
            continue;
        g_autofree int64_t *border = g_new(int64_t, trend.columns + 1);
        vicu_trend_borders(&trend, border);
        if (printing->json != NULL)
            write_json(printing->json, &trend, border);
        else
            print_csv(&trend, border);
        printing->beds++;
    }
}

/* ---- asking ---- */

static gboolean
ask_group(ToolClient *client, const Group *group, Printing *printing, GError **error)
{
    Vicu__Query query = VICU__QUERY__INIT;
    Vicu__QueryTrend trend = VICU__QUERY_TREND__INIT;

    trend.code = group->stream->code;
    trend.channel = group->stream->channel;
    trend.from_us = printing->ask->from_us;
    trend.to_us = printing->ask->to_us;
    trend.columns = printing->ask->columns;
    trend.bed = (char **)group->beds->pdata;
    trend.n_bed = group->beds->len;
    query.what_case = VICU__QUERY__WHAT_TREND;
    query.trend = &trend;
    if (!tool_ask(client, &query, "vicu query", on_rows, printing, error))
        return FALSE;
    if (printing->error != NULL)
        g_propagate_error(error, g_steal_pointer(&printing->error));
    return error == NULL || *error == NULL;
}

int
tool_query_ward(const ToolVerb *verb, ToolClient *client, const ToolWardAsk *ask)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) groups = groups_of(ask, &error);
    g_autoptr(VicuJson) json = ask->json ? vicu_json_new() : NULL;
    Printing printing = {.ask = ask, .json = json};

    if (groups == NULL)
        return tool_wanting(verb, g_steal_pointer(&error));
    if (json == NULL) {
        printf("bed,time,min,max,mean,coverage\n");
    } else {
        const VicuSignal *signal =
            vicu_signal_by_code(((const Group *)groups->pdata[0])->stream->code);
        vicu_json_begin_object(json, NULL);
        vicu_json_text(json, "signal", signal != NULL ? signal->name : ask->signal);
        vicu_json_text(json, "unit", ((const Group *)groups->pdata[0])->stream->unit);
        vicu_json_time(json, "from", ask->from_us);
        vicu_json_time(json, "to", ask->to_us);
        vicu_json_begin_array(json, "beds");
    }
    for (guint i = 0; i < groups->len; i++)
        if (!ask_group(client, groups->pdata[i], &printing, &error))
            return tool_wanting(verb, g_steal_pointer(&error));
    if (json != NULL) {
        vicu_json_end(json);
        vicu_json_end(json);
        vicu_json_print(json, stdout);
    }
    return printing.beds > 0 ? TOOL_DONE : TOOL_WANTING;
}
