/* `vicu query`: samples or pixel columns of one stream, or the trend of one numeric of
 * every bed, as CSV or JSON.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/error.h"
#include "common/json.h"
#include "common/numeric-times.h"
#include "tools/ask.h"
#include "tools/query-ward.h"
#include "tools/streams.h"
#include "tools/verbs.h"
#include "tools/words.h"

#define MOST_COLUMNS 8192

typedef struct {
    int64_t t_us;
    int64_t source_us;   /* 0: not known; of a wave: of its segment's sample 0 */
    int64_t received_us; /* the same */
    int64_t t0_us;       /* of a wave: of its segment's sample 0 */
    double value;
    Vicu__Quality quality;
    Vicu__Source source;
    Vicu__Origin origin;
    char *symbol; /* NULL: a number */
} Point;

typedef struct {
    const ToolStream *stream;
    const VicuSignal *signal; /* NULL: not in the table */
    int64_t from_us, to_us;
    guint columns; /* 0: every sample */
    gboolean json;
    gboolean times;
    GArray *points; /* Point */
    GArray *pixels; /* Vicu__Column, without what they point at */
} Asked;

/* --- taking in ---------------------------------------------------------------------------- */

static void
take_run(Asked *asked, const Vicu__SampleRun *run)
{
    const Vicu__Segment *segment = run->segment;
    size_t n = run->samples.len / 2;

    if (segment == NULL || segment->gain == 0)
        return;
    for (size_t i = 0; i < n; i++) {
        int16_t raw = (int16_t)(run->samples.data[2 * i] | run->samples.data[2 * i + 1] << 8);
        int64_t t_us = tool_sample_time(segment->t0_us, run->first + i, segment->period_num,
                                        segment->period_den);
        if (t_us < asked->from_us || t_us >= asked->to_us)
            continue;
        Point point = {
            .t_us = t_us,
            .source_us = segment->source_t0_us,
            .received_us = segment->received_us,
            .t0_us = segment->t0_us,
            .origin = segment->origin,
        };
        if (raw == INT16_MIN)
            point.quality = VICU__QUALITY__QUALITY_INVALID;
        else
            point.value = (raw - segment->baseline) / segment->gain;
        g_array_append_val(asked->points, point);
    }
}

static void
take_numerics(Asked *asked, const Vicu__Numerics *numerics)
{
    for (size_t i = 0; i < numerics->n_code; i++) {
        if (numerics->code[i] != asked->stream->code || i >= numerics->n_t_us
            || i >= numerics->n_value
            || (i < numerics->n_channel ? numerics->channel[i] : 0) != asked->stream->channel)
            continue;
        Point point = {
            .t_us = numerics->t_us[i],
            .source_us = vicu_numeric_source_us(numerics, i),
            .received_us = vicu_numeric_received_us(numerics, i),
            .value = numerics->value[i],
            .quality = i < numerics->n_quality ? numerics->quality[i] : VICU__QUALITY__QUALITY_GOOD,
            .source = numerics->source,
            .origin = numerics->origin,
        };
        if (point.t_us >= asked->from_us && point.t_us < asked->to_us)
            g_array_append_val(asked->points, point);
    }
}

static void
take_symbol(Asked *asked, const Vicu__Symbol *symbol)
{
    Point point = {
        .t_us = symbol->t_us,
        .source_us = symbol->source_t_us,
        .received_us = symbol->received_us,
        .quality = symbol->quality,
        .source = symbol->source,
        .origin = symbol->origin,
        .symbol = g_strdup(symbol->value),
    };

    g_array_append_val(asked->points, point);
}

static void
on_rows(const Vicu__QueryRows *rows, gpointer user)
{
    Asked *asked = user;

    for (size_t i = 0; i < rows->n_run; i++)
        take_run(asked, rows->run[i]);
    for (size_t i = 0; i < rows->n_numerics; i++)
        take_numerics(asked, rows->numerics[i]);
    for (size_t i = 0; i < rows->n_symbol; i++)
        take_symbol(asked, rows->symbol[i]);
    for (size_t i = 0; i < rows->n_column; i++)
        g_array_append_vals(asked->pixels, rows->column[i], 1);
}

static int
by_time(const void *a, const void *b)
{
    const Point *x = a, *y = b;

    return x->t_us < y->t_us ? -1 : x->t_us > y->t_us;
}

/* --- printing ----------------------------------------------------------------------------- */

/* ",TIME", or "," alone where it is not known. */
static void
print_known(int64_t t_us)
{
    g_autofree char *time = t_us != 0 ? vicu_time_format(t_us) : NULL;

    printf(",%s", time != NULL ? time : "");
}

/* A wave's segment alone tells times: those of its sample 0, which is named with them. */
static void
print_times(const Asked *asked, const Point *p)
{
    if (asked->stream->wave)
        print_known(p->t0_us);
    print_known(p->source_us);
    print_known(p->received_us);
}

static void
print_points(const Asked *asked)
{
    printf("time,value,quality,source,origin%s\n",
           !asked->times         ? ""
           : asked->stream->wave ? ",segment_time,segment_source_time,segment_received"
                                 : ",source_time,received");
    for (guint i = 0; i < asked->points->len; i++) {
        const Point *p = &g_array_index(asked->points, Point, i);
        g_autofree char *time = vicu_time_format(p->t_us);
        char number[32] = "";
        if (p->quality != VICU__QUALITY__QUALITY_INVALID && p->symbol == NULL)
            vicu_number_format(p->value, number);
        printf("%s,%s,%s,%s,%s", time, p->symbol != NULL ? p->symbol : number,
               tool_word_quality(p->quality), tool_word_source(p->source),
               tool_word_origin(p->origin));
        if (asked->times)
            print_times(asked, p);
        printf("\n");
    }
}

static void
print_pixels(const Asked *asked)
{
    printf("time,min,max,mean,coverage\n");
    for (guint i = 0; i < asked->pixels->len; i++) {
        const Vicu__Column *c = &g_array_index(asked->pixels, Vicu__Column, i);
        g_autofree char *time = vicu_time_format(c->t_us);
        if (c->coverage > 0)
            printf("%s,%.9g,%.9g,%.9g,%.4g\n", time, c->min, c->max, c->mean, (double)c->coverage);
        else
            printf("%s,,,,0\n", time);
    }
}

static void
write_known(VicuJson *json, const char *name, int64_t t_us)
{
    if (t_us != 0)
        vicu_json_time(json, name, t_us);
    else
        vicu_json_null(json, name);
}

static void
write_times(VicuJson *json, const Asked *asked, const Point *p)
{
    gboolean wave = asked->stream->wave;

    if (wave)
        write_known(json, "segment_time", p->t0_us);
    write_known(json, wave ? "segment_source_time" : "source_time", p->source_us);
    write_known(json, wave ? "segment_received" : "received", p->received_us);
}

static void
write_points(VicuJson *json, const Asked *asked)
{
    vicu_json_begin_array(json, "samples");
    for (guint i = 0; i < asked->points->len; i++) {
        const Point *p = &g_array_index(asked->points, Point, i);
        vicu_json_begin_object(json, NULL);
        vicu_json_time(json, "time", p->t_us);
        if (p->quality == VICU__QUALITY__QUALITY_INVALID)
            vicu_json_null(json, "value");
        else if (p->symbol != NULL)
            vicu_json_text(json, "value", p->symbol);
        else
            vicu_json_number(json, "value", p->value);
        if (p->quality != VICU__QUALITY__QUALITY_GOOD)
            vicu_json_text(json, "quality", tool_word_quality(p->quality));
        if (!asked->stream->wave) {
            vicu_json_text(json, "source", tool_word_source(p->source));
            vicu_json_text(json, "origin", tool_word_origin(p->origin));
        }
        if (asked->times)
            write_times(json, asked, p);
        vicu_json_end(json);
    }
    vicu_json_end(json);
}

static void
write_pixels(VicuJson *json, const Asked *asked)
{
    vicu_json_begin_array(json, "columns");
    for (guint i = 0; i < asked->pixels->len; i++) {
        const Vicu__Column *c = &g_array_index(asked->pixels, Vicu__Column, i);
        vicu_json_begin_object(json, NULL);
        vicu_json_time(json, "time", c->t_us);
        vicu_json_number(json, "coverage", (double)c->coverage);
        if (c->coverage > 0) {
            vicu_json_number(json, "min", c->min);
            vicu_json_number(json, "max", c->max);
            vicu_json_number(json, "mean", c->mean);
        }
        vicu_json_end(json);
    }
    vicu_json_end(json);
}

static void
print_json(const Asked *asked)
{
    g_autoptr(VicuJson) json = vicu_json_new();
    const ToolStream *stream = asked->stream;

    vicu_json_begin_object(json, NULL);
    vicu_json_text(json, "bed", stream->bed);
    vicu_json_text(json, "signal", asked->signal != NULL ? asked->signal->name : stream->label);
    vicu_json_integer(json, "code", stream->code);
    vicu_json_integer(json, "channel", stream->channel);
    vicu_json_text(json, "label", stream->label);
    vicu_json_text(json, "unit", stream->unit);
    vicu_json_text(json, "origin", tool_word_origin(stream->origin));
    vicu_json_text(json, "source", tool_word_source(stream->source));
    vicu_json_time(json, "from", asked->from_us);
    vicu_json_time(json, "to", asked->to_us);
    if (asked->columns > 0)
        write_pixels(json, asked);
    else
        write_points(json, asked);
    vicu_json_end(json);
    vicu_json_print(json, stdout);
}

/* --- asking ------------------------------------------------------------------------------- */

static gboolean
ask(ToolClient *client, Asked *asked, GError **error)
{
    const ToolStream *stream = asked->stream;
    Vicu__Query query = VICU__QUERY__INIT;
    Vicu__QueryColumns columns = VICU__QUERY_COLUMNS__INIT;
    Vicu__QuerySamples samples = VICU__QUERY_SAMPLES__INIT;
    Vicu__QueryNumerics numerics = VICU__QUERY_NUMERICS__INIT;
    Vicu__QuerySymbols symbols = VICU__QUERY_SYMBOLS__INIT;

    if (asked->columns > 0) {
        columns = (Vicu__QueryColumns){columns.base,   stream->bed,  stream->code,  stream->channel,
                                       asked->from_us, asked->to_us, asked->columns};
        query.what_case = VICU__QUERY__WHAT_COLUMNS;
        query.columns = &columns;
    } else if (stream->wave) {
        samples.bed = stream->bed;
        samples.code = stream->code;
        samples.channel = stream->channel;
        samples.from_us = asked->from_us;
        samples.to_us = asked->to_us;
        query.what_case = VICU__QUERY__WHAT_SAMPLES;
        query.samples = &samples;
    } else if (asked->signal != NULL && asked->signal->kind == VICU_SIGNAL_SYMBOL) {
        symbols = (Vicu__QuerySymbols){symbols.base, stream->bed, stream->code, asked->from_us,
                                       asked->to_us};
        query.what_case = VICU__QUERY__WHAT_SYMBOLS;
        query.symbols = &symbols;
    } else {
        numerics = (Vicu__QueryNumerics){numerics.base, stream->bed, stream->code, asked->from_us,
                                         asked->to_us};
        query.what_case = VICU__QUERY__WHAT_NUMERICS;
        query.numerics = &numerics;
    }
    return tool_ask(client, &query, "vicu query", on_rows, asked, error);
}

static int
run(const ToolVerb *verb, ToolClient *client, Asked *asked, char **words, int channel)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) streams = tool_streams_load(client, &error);

    if (streams == NULL)
        return tool_wanting(verb, g_steal_pointer(&error));
    if (strcmp(words[0], "all") == 0) {
        ToolWardAsk ward = {streams,      words[1],       channel,    asked->from_us,
                            asked->to_us, asked->columns, asked->json};
        return tool_query_ward(verb, client, &ward);
    }
    const char *bed = tool_streams_bed(streams, words[0], &error);
    asked->stream = bed != NULL ? tool_streams_find(streams, bed, words[1], channel, &error) : NULL;
    if (asked->stream == NULL)
        return tool_wanting(verb, g_steal_pointer(&error));
    asked->signal = vicu_signal_by_code(asked->stream->code);
    if (!ask(client, asked, &error))
        return tool_wanting(verb, g_steal_pointer(&error));
    g_array_sort(asked->points, by_time);
    if (asked->json)
        print_json(asked);
    else if (asked->columns > 0)
        print_pixels(asked);
    else
        print_points(asked);
    return asked->points->len + asked->pixels->len > 0 ? TOOL_DONE : TOOL_WANTING;
}

static void
point_clear(gpointer data)
{
    g_free(((Point *)data)->symbol);
}

int
tool_query(const ToolVerb *verb, int argc, char **argv)
{
    g_auto(ToolCommon) common = {0};
    g_autoptr(GError) error = NULL;
    g_autofree char *from = NULL;
    g_autofree char *to = NULL;
    int px = 0, channel = -1;
    gboolean times = FALSE;
    const GOptionEntry entries[] = {
        {"from", 0, 0, G_OPTION_ARG_STRING, &from, "Beginning, ISO 8601 or relative (-10s)",
         "TIME"},
        {"to", 0, 0, G_OPTION_ARG_STRING, &to, "End, not included (now)", "TIME"},
        {"px", 0, 0, G_OPTION_ARG_INT, &px, "As N columns of least, greatest, mean", "N"},
        {"channel", 0, 0, G_OPTION_ARG_INT, &channel, "Of several with this code", "N"},
        {"times", 0, 0, G_OPTION_ARG_NONE, &times, "The source's own time and the receipt too",
         NULL},
        G_OPTION_ENTRY_NULL,
    };
    Asked asked = {0};
    int64_t now_us = vicu_clock_utc_us();
    int status = tool_options(verb, &argc, &argv, entries, &common, 2, 2);

    if (status >= 0)
        return status;
    if (px < 0 || px > MOST_COLUMNS)
        return tool_usage(verb, "--px %d is outside 1..%d", px, MOST_COLUMNS);
    if (px > 0 && times)
        return tool_usage(verb, "--times is of single values: leave out --px or --times");
    if (!vicu_time_parse(from != NULL ? from : "-10s", now_us, &asked.from_us, &error)
        || !vicu_time_parse(to != NULL ? to : "now", now_us, &asked.to_us, &error))
        return tool_usage(verb, "%s", error->message);
    if (asked.from_us >= asked.to_us)
        return tool_usage(verb, "--from has to be before --to");
    if (px == 0 && strcmp(argv[1], "all") == 0)
        return tool_usage(verb, "all beds come as columns: say how many with --px N");
    g_autoptr(ToolClient) client = tool_client_open_reading(&common, verb->name, &error);
    if (client == NULL)
        return tool_wanting(verb, g_steal_pointer(&error));
    g_autoptr(GArray) points = g_array_new(FALSE, FALSE, sizeof(Point));
    g_autoptr(GArray) pixels = g_array_new(FALSE, FALSE, sizeof(Vicu__Column));
    g_array_set_clear_func(points, point_clear);
    asked.points = points;
    asked.pixels = pixels;
    asked.columns = (guint)px;
    asked.json = common.json;
    asked.times = times;
    return run(verb, client, &asked, argv + 1, channel);
}
