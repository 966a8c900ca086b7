/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/streams.h"

#include <string.h>

#include "common/error.h"
#include "tools/ask.h"
#include "tools/bed-name.h"

static void
stream_free(gpointer data)
{
    ToolStream *stream = data;

    g_free(stream->bed);
    g_free(stream->label);
    g_free(stream->unit);
    g_free(stream);
}

static void
on_rows(const Vicu__QueryRows *rows, gpointer user)
{
    for (size_t i = 0; i < rows->n_stream; i++) {
        const Vicu__StreamRow *row = rows->stream[i];
        ToolStream *stream = g_new0(ToolStream, 1);
        stream->bed = g_strdup(row->bed);
        stream->code = row->code;
        stream->channel = row->channel;
        stream->label = g_strdup(row->label);
        stream->unit = g_strdup(row->unit);
        stream->wave = row->wave;
        stream->first_us = row->first_us;
        stream->last_us = row->last_us;
        stream->period_num = row->period_num;
        stream->period_den = row->period_den;
        stream->origin = row->origin;
        stream->source = row->source;
        g_ptr_array_add(user, stream);
    }
}

GPtrArray *
tool_streams_load(ToolClient *client, GError **error)
{
    g_autoptr(GPtrArray) streams = g_ptr_array_new_with_free_func(stream_free);
    Vicu__Query query = VICU__QUERY__INIT;
    Vicu__QueryStreams what = VICU__QUERY_STREAMS__INIT;

    query.what_case = VICU__QUERY__WHAT_STREAMS;
    query.streams = &what;
    if (!tool_ask(client, &query, "list of streams", on_rows, streams, error))
        return NULL;
    return g_steal_pointer(&streams);
}

const char *
tool_streams_bed(const GPtrArray *streams, const char *text, GError **error)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    g_autoptr(GPtrArray) beds = g_ptr_array_new();

    for (guint i = 0; i < streams->len; i++) {
        const ToolStream *stream = streams->pdata[i];
        if (g_hash_table_add(seen, stream->bed))
            g_ptr_array_add(beds, stream->bed);
    }
    return tool_bed_find((const char *const *)beds->pdata, beds->len, text, error);
}

static gboolean
means(const ToolStream *stream, const VicuSignal *signal, const char *text)
{
    if (signal != NULL)
        for (size_t i = 0; signal->codes[i] != 0; i++)
            if (signal->codes[i] == stream->code)
                return TRUE;
    return stream->label != NULL && g_ascii_strcasecmp(stream->label, text) == 0;
}

const ToolStream *
tool_streams_find(
    const GPtrArray *streams, const char *bed, const char *signal, int channel, GError **error)
{
    const VicuSignal *named = vicu_signal_by_name(signal);
    g_autoptr(GString) known = g_string_new(NULL);

    for (guint i = 0; i < streams->len; i++) {
        const ToolStream *stream = streams->pdata[i];
        if (strcmp(stream->bed, bed) != 0)
            continue;
        if (means(stream, named, signal) && (channel < 0 || stream->channel == (uint32_t)channel))
            return stream;
        const VicuSignal *has = vicu_signal_by_code(stream->code);
        g_string_append_printf(known, "%s%s", known->len > 0 ? ", " : "",
                               has != NULL ? has->name : stream->label);
    }
    g_set_error(error, VICU_ERROR, VICU_ERROR_ABSENT, "bed %s has no \"%s\"%s; it has: %s", bed,
                signal, channel >= 0 ? " of that channel" : "",
                known->len > 0 ? known->str : "nothing");
    return NULL;
}

int64_t
tool_sample_time(int64_t t0_us, uint64_t n, uint32_t num, uint32_t den)
{
    uint64_t whole = den > 0 ? n / den : 0, rest = den > 0 ? n % den : 0;

    if (den == 0)
        return t0_us;
    return t0_us + (int64_t)(whole * num * 1000000u + rest * num * 1000000u / den);
}
