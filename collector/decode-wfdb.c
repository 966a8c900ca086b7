/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "collector/decode.h"
#include "collector/sources/wfdb-record.h"
#include "common/json.h"

#define BLOCK_SAMPLES 65536

__extension__ typedef __int128 Wide;

/* The frames of a record whose times lie in a half-open range of seconds. */
typedef struct {
    int64_t first;
    int64_t end;
} Range;

static int
complain(const GError *error)
{
    g_printerr("vicu decode: %s\n", error->message);
    return 1;
}

/* The first frame at or after @text seconds, exactly: "0.1" is a tenth. FALSE
 * when it is no decimal number of seconds. */
static gboolean
frame_at(const CollectorWfdbHeader *h, const char *text, int64_t *frame)
{
    int64_t value = 0, scale = 1;
    gboolean point = FALSE, any = FALSE;

    for (const char *c = text; *c != '\0'; c++) {
        if (*c == '.' && !point) {
            point = TRUE;
            continue;
        }
        if (!g_ascii_isdigit(*c) || value > INT64_C(1000000000000000)
            || scale > INT64_C(1000000000000000))
            return FALSE;
        value = value * 10 + (*c - '0');
        scale *= point ? 10 : 1;
        any = TRUE;
    }
    if (!any)
        return FALSE;
    Wide divisor = (Wide)scale * h->rate_den;
    Wide f = ((Wide)value * h->rate_num + divisor - 1) / divisor;
    *frame = f > INT64_MAX ? INT64_MAX : (int64_t)f;
    return TRUE;
}

static gboolean
find_range(const CollectorWfdbRecord *record, const CollectorDecodeOptions *options, Range *range)
{
    const CollectorWfdbHeader *h = collector_wfdb_record_header(record);
    int64_t n = collector_wfdb_record_frames(record);

    *range = (Range){0, n};
    if (options->from != NULL && !frame_at(h, options->from, &range->first))
        return FALSE;
    if (options->to != NULL && !frame_at(h, options->to, &range->end))
        return FALSE;
    range->end = MIN(range->end, n);
    return TRUE;
}

static void
append_quoted(GString *out, const char *text)
{
    if (strpbrk(text, ",\"\r\n") == NULL) {
        g_string_append(out, text);
        return;
    }
    g_string_append_c(out, '"');
    for (; *text != '\0'; text++) {
        if (*text == '"')
            g_string_append_c(out, '"');
        g_string_append_c(out, *text);
    }
    g_string_append_c(out, '"');
}

static void
append_heading(GString *out, const CollectorWfdbRecord *record, gboolean raw)
{
    g_string_append(out, "frame,time_s");
    for (size_t c = 0; c < collector_wfdb_record_n_channels(record); c++) {
        const CollectorWfdbChannel *channel = collector_wfdb_record_channel(record, c);
        for (uint32_t j = 0; j < channel->samples_per_frame; j++) {
            g_autofree char *name = channel->samples_per_frame > 1
                                        ? g_strdup_printf("%s[%u]", channel->name, j)
                                        : g_strdup(channel->name);
            g_string_append_c(out, ',');
            append_quoted(out, name);
        }
    }
    g_string_append_c(out, '\n');
    if (raw)
        return;
    g_string_append(out, ",s");
    for (size_t c = 0; c < collector_wfdb_record_n_channels(record); c++) {
        const CollectorWfdbChannel *channel = collector_wfdb_record_channel(record, c);
        for (uint32_t j = 0; j < channel->samples_per_frame; j++) {
            g_string_append_c(out, ',');
            append_quoted(out, channel->unit);
        }
    }
    g_string_append_c(out, '\n');
}

static void
append_value(GString *out, int32_t sample, const CollectorWfdbSignal *signal, gboolean raw)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE];

    g_string_append_c(out, ',');
    if (sample == COLLECTOR_WFDB_INVALID || signal == NULL)
        return;
    if (raw) {
        g_string_append_printf(out, "%d", sample);
        return;
    }
    double value = ((double)sample - signal->baseline) / signal->gain;
    g_string_append(out, g_ascii_formatd(text, sizeof text, "%.9g", value));
}

static void
append_frame(GString *out,
             const CollectorWfdbRecord *record,
             int64_t frame,
             const int32_t *samples,
             const CollectorWfdbRun *run,
             gboolean raw)
{
    const CollectorWfdbHeader *h = collector_wfdb_record_header(record);
    char time[G_ASCII_DTOSTR_BUF_SIZE];

    /* 15 digits: a microsecond in thirty years */
    g_ascii_formatd(time, sizeof time, "%.15g", (double)frame * h->rate_den / h->rate_num);
    g_string_append_printf(out, "%" G_GINT64_FORMAT ",%s", frame, time);
    for (size_t c = 0; c < collector_wfdb_record_n_channels(record); c++) {
        const CollectorWfdbChannel *channel = collector_wfdb_record_channel(record, c);
        for (uint32_t j = 0; j < channel->samples_per_frame; j++)
            append_value(out, samples[channel->offset + j], run->signal[c], raw);
    }
    g_string_append_c(out, '\n');
}

/* Prints what @out holds and empties it. */
static gboolean
flush(GString *out)
{
    gboolean ok = fwrite(out->str, 1, out->len, stdout) == out->len;

    if (!ok)
        g_printerr("vicu decode: standard output: %s\n", g_strerror(errno));
    g_string_truncate(out, 0);
    return ok;
}

static gboolean
print_rows(CollectorWfdbRecord *record, Range range, gboolean raw, GString *out, GError **error)
{
    size_t width = collector_wfdb_record_width(record);
    size_t n = MAX(BLOCK_SAMPLES / MAX(width, 1), 1);
    g_autofree int32_t *samples = g_new(int32_t, n * MAX(width, 1));
    CollectorWfdbRun run;
    int64_t said = -1;

    for (int64_t f = range.first; f < range.end; f += (int64_t)run.n_frames) {
        size_t want = (size_t)MIN((int64_t)n, range.end - f);
        if (!collector_wfdb_record_read(record, f, want, samples, &run, error))
            return FALSE;
        if (run.presence == COLLECTOR_WFDB_ABSENT && run.segment_first != said) {
            g_printerr("vicu decode: %s is absent, its frames are empty\n", run.absent);
            said = run.segment_first;
        }
        for (size_t k = 0; k < run.n_frames; k++)
            append_frame(out, record, f + (int64_t)k, samples + k * width, &run, raw);
        if (!flush(out))
            return FALSE;
    }
    return TRUE;
}

/* TRUE if every checksum agrees; what differs is said. Initial values are not
 * judged here: they are a hint in the header, and known to be wrong in good files. */
static gboolean
sums_agree(CollectorWfdbRecord *record, GError **error)
{
    g_autoptr(GPtrArray) checks = collector_wfdb_record_check(record, error);
    gboolean ok = checks != NULL;

    for (guint i = 0; checks != NULL && i < checks->len; i++) {
        const CollectorWfdbCheck *check = checks->pdata[i];
        if (!check->has_checksum || check->checksum_expected == check->checksum_found)
            continue;
        g_printerr("vicu decode: %s, signal %s: checksum %u, the header says %u: the "
                   "samples are not "
                   "those that were recorded\n",
                   check->segment, check->signal, check->checksum_found, check->checksum_expected);
        ok = FALSE;
    }
    return ok;
}

static int
print_csv(CollectorWfdbRecord *record, const CollectorDecodeOptions *options)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GString) out = g_string_new(NULL);
    Range range;

    if (!find_range(record, options, &range)) {
        g_printerr("vicu decode: --from and --to are seconds, as in 12.5\n");
        return 2;
    }
    append_heading(out, record, options->raw);
    gboolean ok =
        flush(out) && print_rows(record, range, options->raw, out, &error) && fflush(stdout) == 0;
    if (ok && options->from == NULL && options->to == NULL)
        ok = sums_agree(record, &error);
    if (error != NULL)
        complain(error);
    return ok ? 0 : 1;
}

static void
print_check_json(VicuJson *json, const CollectorWfdbCheck *c, gboolean sum, gboolean initial)
{
    vicu_json_begin_object(json, NULL);
    vicu_json_text(json, "segment", c->segment);
    vicu_json_text(json, "signal", c->signal);
    vicu_json_integer(json, "checksum", c->checksum_found);
    if (c->has_checksum)
        vicu_json_bool(json, "checksum_ok", sum);
    else
        vicu_json_null(json, "checksum_ok");
    vicu_json_integer(json, "initial", c->initial_found);
    if (c->has_initial)
        vicu_json_bool(json, "initial_ok", initial);
    else
        vicu_json_null(json, "initial_ok");
    vicu_json_end(json);
    vicu_json_print(json, stdout);
}

static const char *
verdict(gboolean has, gboolean agrees)
{
    return !has ? "not in the header" : agrees ? "agrees" : "DIFFERS";
}

static int
print_check(CollectorWfdbRecord *record, gboolean as_json)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) checks = collector_wfdb_record_check(record, &error);
    g_autoptr(VicuJson) json = vicu_json_new();
    gboolean ok = TRUE;

    if (checks == NULL)
        return complain(error);
    for (guint i = 0; i < checks->len; i++) {
        const CollectorWfdbCheck *c = checks->pdata[i];
        gboolean sum = !c->has_checksum || c->checksum_expected == c->checksum_found;
        gboolean initial = !c->has_initial || c->initial_expected == c->initial_found;
        ok = ok && sum && initial;
        if (as_json)
            print_check_json(json, c, sum, initial);
        else
            printf("%s %s: checksum %u %s, initial value %d %s\n", c->segment, c->signal,
                   c->checksum_found, verdict(c->has_checksum, sum), c->initial_found,
                   verdict(c->has_initial, initial));
    }
    return fflush(stdout) == 0 && ok ? 0 : 1;
}

static void
print_summary_json(const CollectorWfdbRecord *record)
{
    const CollectorWfdbHeader *h = collector_wfdb_record_header(record);
    g_autoptr(VicuJson) json = vicu_json_new();

    vicu_json_begin_object(json, NULL);
    vicu_json_text(json, "type", "wfdb");
    vicu_json_text(json, "record", h->name);
    vicu_json_integer(json, "frames", collector_wfdb_record_frames(record));
    vicu_json_integer(json, "rate_num", h->rate_num);
    vicu_json_integer(json, "rate_den", h->rate_den);
    vicu_json_integer(json, "segments", (int64_t)MAX(h->n_segments, 1));
    vicu_json_begin_array(json, "signals");
    for (size_t c = 0; c < collector_wfdb_record_n_channels(record); c++) {
        const CollectorWfdbChannel *channel = collector_wfdb_record_channel(record, c);
        vicu_json_begin_object(json, NULL);
        vicu_json_text(json, "name", channel->name);
        vicu_json_text(json, "unit", channel->unit);
        vicu_json_integer(json, "samples_per_frame", channel->samples_per_frame);
        vicu_json_end(json);
    }
    vicu_json_end(json);
    vicu_json_bool(json, "checked", FALSE);
    vicu_json_end(json);
    vicu_json_print(json, stdout);
}

/* From the headers alone: no sample is read. */
static int
print_summary(const CollectorWfdbRecord *record, gboolean json)
{
    const CollectorWfdbHeader *h = collector_wfdb_record_header(record);
    int64_t frames = collector_wfdb_record_frames(record);

    if (json) {
        print_summary_json(record);
        return fflush(stdout) == 0 ? 0 : 1;
    }
    printf("WFDB record %s: %" G_GINT64_FORMAT " frames of %g Hz, %.3f s, segments: %zu\n", h->name,
           frames, (double)h->rate_num / h->rate_den, (double)frames * h->rate_den / h->rate_num,
           MAX(h->n_segments, 1));
    for (size_t c = 0; c < collector_wfdb_record_n_channels(record); c++) {
        const CollectorWfdbChannel *channel = collector_wfdb_record_channel(record, c);
        printf("  %s (%s), samples per frame: %u\n", channel->name, channel->unit,
               channel->samples_per_frame);
    }
    printf("  checksums were not checked: --check reads every sample and compares them\n");
    return fflush(stdout) == 0 ? 0 : 1;
}

int
collector_decode_wfdb(const char *path, const CollectorDecodeOptions *options)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(CollectorWfdbRecord) record = collector_wfdb_record_open(path, &error);

    if (record == NULL)
        return complain(error);
    if (options->csv)
        return print_csv(record, options);
    if (options->check)
        return print_check(record, options->json);
    return print_summary(record, options->json);
}
