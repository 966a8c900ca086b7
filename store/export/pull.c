/* An export's questions to the store.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/error.h"
#include "common/wire.h"
#include "proto/signals.h"
#include "store/export/stream.h"

#define HOLE_S      1.0 /* longer ones are gaps */
#define PATIENCE_US (60 * (int64_t)G_USEC_PER_SEC)

/* ---- which streams ---- */

typedef struct {
    const StoreExportPull *pull;
    GPtrArray *streams;
} Listing;

static void
on_streams(const Vicu__QueryRows *rows, const GError *error, gpointer user)
{
    Listing *listing = user;
    const StoreExportPull *pull = listing->pull;

    for (size_t i = 0; rows != NULL && error == NULL && i < rows->n_stream; i++) {
        const Vicu__StreamRow *row = rows->stream[i];
        if (strcmp(row->bed, pull->bed) != 0 || row->last_us < pull->from_us
            || row->first_us >= pull->to_us)
            continue;
        StoreExportStream *s = g_new0(StoreExportStream, 1);
        const VicuSignal *signal = row->code != 0 ? vicu_signal_by_code(row->code) : NULL;
        /* numerics come without a label: by one that importers know */
        const char *known = signal == NULL              ? "unknown"
                            : signal->labels[0] != NULL ? signal->labels[0]
                                                        : signal->name;
        bool said = row->label[0] != '\0' && (row->wave || signal == NULL);
        s->label = g_strdup(said ? row->label : known);
        s->unit = g_strdup(row->unit[0] != '\0' || signal == NULL ? row->unit : signal->unit);
        s->code = row->code;
        s->channel = row->channel;
        s->wave = row->wave;
        s->first_us = row->first_us;
        s->last_us = row->last_us;
        s->period_num = row->period_num;
        s->period_den = row->period_den;
        s->runs = g_array_new(FALSE, FALSE, sizeof(StoreExportRun));
        s->fd = -1;
        g_ptr_array_add(listing->streams, s);
    }
}

static void
set_names(GPtrArray *streams)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);

    for (guint i = 0; i < streams->len; i++) {
        StoreExportStream *s = streams->pdata[i];
        guint n = GPOINTER_TO_UINT(g_hash_table_lookup(seen, s->label)) + 1;
        s->name = n > 1 ? g_strdup_printf("%s#%u", s->label, n) : g_strdup(s->label);
        g_hash_table_insert(seen, s->label, GUINT_TO_POINTER(n));
    }
}

static bool
is_wanted(const StoreExportStream *s, const char *text)
{
    const VicuSignal *signal = s->code != 0 ? vicu_signal_by_code(s->code) : NULL;

    return g_ascii_strcasecmp(s->name, text) == 0 || g_ascii_strcasecmp(s->label, text) == 0
           || (signal != NULL && strcmp(signal->name, text) == 0);
}

static bool
keep_wanted(GPtrArray *streams, char **wanted, const char *bed, GError **error)
{
    g_autofree bool *keep = g_new0(bool, streams->len + 1);

    for (size_t w = 0; wanted[w] != NULL; w++) {
        bool any = false;
        for (guint i = 0; i < streams->len; i++) {
            bool is = is_wanted(streams->pdata[i], wanted[w]);
            any = any || is;
            keep[i] = keep[i] || is;
        }
        if (any)
            continue;
        g_autoptr(GString) known = g_string_new(NULL);
        for (guint i = 0; i < streams->len; i++)
            g_string_append_printf(known, "%s%s", i > 0 ? ", " : "",
                                   ((StoreExportStream *)streams->pdata[i])->name);
        g_set_error(error, VICU_ERROR, VICU_ERROR_ABSENT,
                    "bed %s has no \"%s\" in that time; it has: %s", bed, wanted[w],
                    known->len > 0 ? known->str : "nothing");
        return false;
    }
    for (guint i = streams->len; i-- > 0;)
        if (!keep[i])
            g_ptr_array_remove_index(streams, i);
    return true;
}

GPtrArray *
store_export_list(const StoreExportPull *pull, char **wanted, GError **error)
{
    g_autoptr(GPtrArray) streams =
        g_ptr_array_new_with_free_func((GDestroyNotify)store_export_stream_free);
    Listing listing = {pull, streams};
    Vicu__Query ask = VICU__QUERY__INIT;
    Vicu__QueryStreams what = VICU__QUERY_STREAMS__INIT;

    what.bed = (char *)pull->bed;
    ask.what_case = VICU__QUERY__WHAT_STREAMS;
    ask.streams = &what;
    if (!vicu_query_wait(pull->store, &ask, pull->why, PATIENCE_US, on_streams, &listing, error))
        return NULL;
    /* the same stream may stand there of two sources: one question answers both */
    for (guint i = 0; i < streams->len; i++)
        for (guint k = streams->len - 1; k > i; k--) {
            const StoreExportStream *a = streams->pdata[i], *b = streams->pdata[k];
            if (a->code == b->code && a->channel == b->channel && a->wave == b->wave
                && (a->code != 0 || strcmp(a->label, b->label) == 0))
                g_ptr_array_remove_index(streams, k);
        }
    set_names(streams);
    if (wanted != NULL && !keep_wanted(streams, wanted, pull->bed, error))
        return NULL;
    return g_steal_pointer(&streams);
}

/* ---- waves ---- */

typedef struct {
    const StoreExportPull *pull;
    StoreExportStream *stream;
    GByteArray *block;
    int failed; /* errno; 0: none */
} Taking;

static void
write_block(Taking *t)
{
    for (guint done = 0; done < t->block->len && t->failed == 0;) {
        ssize_t n = write(t->stream->fd, t->block->data + done, t->block->len - done);
        if (n < 0 && errno != EINTR)
            t->failed = errno;
        else if (n > 0)
            done += (guint)n;
    }
    g_byte_array_set_size(t->block, 0);
}

/* Samples that are missing within a run of one grid, when they are few: they become
 * samples without a value. */
static uint64_t
small_hole(const StoreExportRun *last, const StoreExportRun *next)
{
    uint64_t end = last->first + last->n;

    if (last->t0_us != next->t0_us || last->period_num != next->period_num
        || last->period_den != next->period_den || last->gain != next->gain
        || last->baseline != next->baseline || next->first <= end)
        return 0;
    uint64_t hole = next->first - end;
    return (double)hole * next->period_num <= HOLE_S * (double)next->period_den ? hole : 0;
}

static void
fill_hole(Taking *t, StoreExportRun *last, uint64_t hole)
{
    const int16_t invalid = INT16_MIN;

    for (uint64_t i = 0; i < hole; i++)
        g_byte_array_append(t->block, (const uint8_t *)&invalid, sizeof invalid);
    last->n += hole;
    t->stream->n += hole;
}

static void
take_run(Taking *t, const Vicu__SampleRun *sent)
{
    StoreExportStream *s = t->stream;
    const Vicu__Segment *segment = sent->segment;
    size_t n = sent->samples.len / 2;

    if (segment == NULL || segment->gain == 0 || segment->period_num == 0
        || segment->period_den == 0 || (s->code == 0 && strcmp(segment->label, s->label) != 0))
        return;
    StoreExportRun run = {.t0_us = segment->t0_us,
                          .period_num = segment->period_num,
                          .period_den = segment->period_den,
                          .first = sent->first,
                          .n = n,
                          .gain = segment->gain,
                          .baseline = segment->baseline,
                          .at = s->n,
                          .min = INT32_MAX,
                          .max = INT32_MIN};
    StoreExportRun *last =
        s->runs->len > 0 ? &g_array_index(s->runs, StoreExportRun, s->runs->len - 1) : NULL;
    uint64_t hole = last != NULL ? small_hole(last, &run) : 0;
    if (hole > 0) {
        fill_hole(t, last, hole);
        run.at = s->n;
    }
    for (size_t i = 0; i < n; i++) {
        int16_t raw = (int16_t)(sent->samples.data[2 * i] | sent->samples.data[2 * i + 1] << 8);
        if (raw != INT16_MIN) {
            run.min = MIN(run.min, raw);
            run.max = MAX(run.max, raw);
        }
        g_byte_array_append(t->block, (const uint8_t *)&raw, sizeof raw);
    }
    s->n += n;
    if (last != NULL && last->t0_us == run.t0_us && last->period_num == run.period_num
        && last->period_den == run.period_den && last->gain == run.gain
        && last->baseline == run.baseline && last->first + last->n == run.first) {
        last->n += n;
        last->min = MIN(last->min, run.min);
        last->max = MAX(last->max, run.max);
    } else {
        g_array_append_val(s->runs, run);
    }
    if (t->block->len >= 1u << 20)
        write_block(t);
}

static void
on_rows(const Vicu__QueryRows *rows, const GError *error, gpointer user)
{
    Taking *t = user;

    for (size_t i = 0; rows != NULL && error == NULL && i < rows->n_run; i++)
        take_run(t, rows->run[i]);
    if (t->pull->progress != NULL)
        t->pull->progress(t->stream->n, t->pull->user);
}

/* A file that is gone with its descriptor; not every file system has O_TMPFILE. */
static int
open_nameless(const char *folder)
{
    int fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

    if (fd >= 0 || (errno != EOPNOTSUPP && errno != EISDIR && errno != ENOENT))
        return fd;
    g_autofree char *path = g_build_filename(folder, "samples-XXXXXX", NULL);
    fd = g_mkstemp_full(path, O_RDWR | O_CLOEXEC, 0600);
    if (fd >= 0)
        unlink(path);
    return fd;
}

static bool
pull_wave(const StoreExportPull *pull, StoreExportStream *stream, GError **error)
{
    g_autoptr(GByteArray) block = g_byte_array_new();
    Taking taking = {pull, stream, block, 0};
    Vicu__Query ask = VICU__QUERY__INIT;
    Vicu__QuerySamples samples = VICU__QUERY_SAMPLES__INIT;

    stream->fd = open_nameless(pull->folder);
    if (stream->fd < 0) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_IO, "%s: %s", pull->folder, g_strerror(errno));
        return false;
    }
    samples = (Vicu__QuerySamples){samples.base,  (char *)pull->bed, stream->code, stream->channel,
                                   pull->from_us, pull->to_us,       TRUE};
    ask.what_case = VICU__QUERY__WHAT_SAMPLES;
    ask.samples = &samples;
    if (!vicu_query_wait(pull->store, &ask, pull->why, PATIENCE_US, on_rows, &taking, error))
        return false;
    write_block(&taking);
    if (taking.failed != 0) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_IO,
                    "%s: %s: nothing was exported; make room, or export less at a time",
                    pull->folder, g_strerror(taking.failed));
        return false;
    }
    store_export_settle(stream);
    return true;
}

/* ---- numerics ---- */

static void
on_numbers(const Vicu__QueryRows *rows, const GError *error, gpointer user)
{
    const StoreExportPull *pull = ((Taking *)user)->pull;
    StoreExportStream *s = ((Taking *)user)->stream;

    for (size_t i = 0; rows != NULL && error == NULL && i < rows->n_numerics; i++) {
        const Vicu__Numerics *m = rows->numerics[i];
        size_t n = MIN(m->n_code, MIN(m->n_t_us, m->n_value));
        for (size_t k = 0; k < n; k++) {
            uint32_t channel = k < m->n_channel ? m->channel[k] : 0;
            if (m->code[k] != s->code || channel != s->channel || m->t_us[k] < pull->from_us
                || m->t_us[k] >= pull->to_us)
                continue;
            StoreExportValue v = {m->t_us[k], m->value[k],
                                  k < m->n_quality
                                      && m->quality[k] == VICU__QUALITY__QUALITY_INVALID};
            g_array_append_val(s->values, v);
        }
    }
}

static int
by_value_time(const void *a, const void *b)
{
    const StoreExportValue *x = a, *y = b;

    return x->t_us < y->t_us ? -1 : x->t_us > y->t_us;
}

static bool
pull_numbers(const StoreExportPull *pull, StoreExportStream *stream, GError **error)
{
    Taking taking = {pull, stream, NULL, 0};
    Vicu__Query ask = VICU__QUERY__INIT;
    Vicu__QueryNumerics numerics = VICU__QUERY_NUMERICS__INIT;

    stream->values = g_array_new(FALSE, FALSE, sizeof(StoreExportValue));
    numerics = (Vicu__QueryNumerics){numerics.base, (char *)pull->bed, stream->code, pull->from_us,
                                     pull->to_us};
    ask.what_case = VICU__QUERY__WHAT_NUMERICS;
    ask.numerics = &numerics;
    if (!vicu_query_wait(pull->store, &ask, pull->why, PATIENCE_US, on_numbers, &taking, error))
        return false;
    g_array_sort(stream->values, by_value_time);
    guint kept = 0;
    for (guint i = 0; i < stream->values->len; i++) {
        StoreExportValue v = g_array_index(stream->values, StoreExportValue, i);
        /* of two at the same time the later word counts */
        if (kept > 0 && g_array_index(stream->values, StoreExportValue, kept - 1).t_us == v.t_us)
            kept--, stream->overlap++;
        g_array_index(stream->values, StoreExportValue, kept++) = v;
    }
    g_array_set_size(stream->values, kept);
    return true;
}

bool
store_export_pull(const StoreExportPull *pull, StoreExportStream *stream, GError **error)
{
    return stream->wave ? pull_wave(pull, stream, error) : pull_numbers(pull, stream, error);
}
