/* SPDX-License-Identifier: Apache-2.0 */
#include "collector/import/archive.h"

#include <string.h>

#include "common/bed-name.h"
#include "common/clock.h"
#include "common/error.h"
#include "common/wire.h"

#define PATIENCE_US (20 * (int64_t)G_USEC_PER_SEC)
#define WHY         "import"

typedef struct {
    char *bed, *label;
    uint32_t code, channel;
    gboolean wave;
    int64_t first_us, last_us;
} Stream;

struct CollectorArchive {
    VicuQueryClient *store;
    GPtrArray *streams; /* Stream */
};

static void
stream_free(gpointer data)
{
    Stream *stream = data;

    g_free(stream->bed);
    g_free(stream->label);
    g_free(stream);
}

static void
on_streams(const Vicu__QueryRows *rows, const GError *error, gpointer user)
{
    CollectorArchive *self = user;

    for (size_t i = 0; rows != NULL && error == NULL && i < rows->n_stream; i++) {
        const Vicu__StreamRow *row = rows->stream[i];
        Stream *stream = g_new0(Stream, 1);
        *stream = (Stream){g_strdup(row->bed), g_strdup(row->label), row->code,   row->channel,
                           row->wave,          row->first_us,        row->last_us};
        g_ptr_array_add(self->streams, stream);
    }
}

CollectorArchive *
collector_archive_new(VicuQueryClient *store, GError **error)
{
    g_autoptr(CollectorArchive) self = g_new0(CollectorArchive, 1);
    Vicu__Query ask = VICU__QUERY__INIT;
    Vicu__QueryStreams streams = VICU__QUERY_STREAMS__INIT;

    self->store = store;
    self->streams = g_ptr_array_new_with_free_func(stream_free);
    ask.what_case = VICU__QUERY__WHAT_STREAMS;
    ask.streams = &streams;
    if (!vicu_query_wait(store, &ask, WHY, PATIENCE_US, on_streams, self, error))
        return NULL;
    return g_steal_pointer(&self);
}

void
collector_archive_free(CollectorArchive *self)
{
    if (self == NULL)
        return;
    g_ptr_array_unref(self->streams);
    g_free(self);
}

/* ---- beds ---- */

char *
collector_archive_bed(const CollectorArchive *self, const char *text, GError **error)
{
    const char *found = NULL;

    if (vicu_bed_is_id(text))
        return g_strdup(text);
    for (guint i = 0; i < self->streams->len; i++) {
        const Stream *stream = self->streams->pdata[i];
        if (!vicu_bed_ends_in(stream->bed, text)
            || (found != NULL && strcmp(found, stream->bed) == 0))
            continue;
        if (found != NULL) {
            g_set_error(error, VICU_ERROR, VICU_ERROR_ABSENT,
                        "bed \"%s\" is both %s and %s: say more of its name", text, found,
                        stream->bed);
            return NULL;
        }
        found = stream->bed;
    }
    if (found == NULL)
        g_set_error(error, VICU_ERROR, VICU_ERROR_ABSENT,
                    "the store has no bed \"%s\": a new one is named in full, site/unit/bed with "
                    "A-Z a-z 0-9 _ - in each part",
                    text);
    return g_strdup(found);
}

static const Stream *
stream_of(const CollectorArchive *self, const char *bed, const CollectorImportSignal *signal)
{
    for (guint i = 0; i < self->streams->len; i++) {
        const Stream *s = self->streams->pdata[i];
        if (s->code == signal->code && s->channel == signal->channel
            && s->wave == (signal->numeric == NULL) && strcmp(s->bed, bed) == 0)
            return s;
    }
    return NULL;
}

static gboolean
is_taken(const GPtrArray *signals, guint before, const CollectorImportSignal *signal)
{
    for (guint i = 0; i < before; i++) {
        const CollectorImportSignal *other = signals->pdata[i];
        if (other->code == signal->code && other->channel == signal->channel
            && (other->numeric == NULL) == (signal->numeric == NULL))
            return TRUE;
    }
    return FALSE;
}

void
collector_archive_channels(const CollectorArchive *self, const char *bed, GPtrArray *signals)
{
    for (guint i = 0; i < signals->len; i++) {
        CollectorImportSignal *signal = signals->pdata[i];
        for (signal->channel = 0;; signal->channel++) {
            const Stream *there = stream_of(self, bed, signal);
            gboolean same = there == NULL || signal->numeric != NULL
                            || strcmp(there->label, signal->label) == 0;
            if (same && !is_taken(signals, i, signal))
                break;
        }
    }
}

/* ---- what is there ---- */

typedef struct {
    const char *bed, *key;
    CollectorArchiveFound found;
} Looked;

static void
on_events(const Vicu__QueryRows *rows, const GError *error, gpointer user)
{
    Looked *looked = user;

    for (size_t i = 0; rows != NULL && error == NULL && i < rows->n_event; i++) {
        const Vicu__Event *event = rows->event[i];
        if (strcmp(event->bed, looked->bed) != 0 || strcmp(event->key, looked->key) != 0)
            continue;
        if (strcmp(event->kind, "import-done") == 0)
            looked->found = COLLECTOR_ARCHIVE_DONE;
        else if (strcmp(event->kind, "import-begun") == 0)
            looked->found = MAX(looked->found, COLLECTOR_ARCHIVE_BEGUN);
    }
}

gboolean
collector_archive_find(CollectorArchive *self,
                       const char *bed,
                       const char *fingerprint,
                       int64_t from_us,
                       CollectorArchiveFound *found,
                       GError **error)
{
    Vicu__Query ask = VICU__QUERY__INIT;
    Vicu__QueryEvents events = VICU__QUERY_EVENTS__INIT;
    Looked looked = {bed, fingerprint, COLLECTOR_ARCHIVE_NEW};

    events.bed = (char *)bed;
    events.from_us = from_us;
    events.to_us = from_us + 1;
    ask.what_case = VICU__QUERY__WHAT_EVENTS;
    ask.events = &events;
    gboolean ok = vicu_query_wait(self->store, &ask, WHY, PATIENCE_US, on_events, &looked, error);
    *found = looked.found;
    return ok;
}

static void
on_values(const Vicu__QueryRows *rows, const GError *error, gpointer user)
{
    gboolean *any = user;

    for (size_t i = 0; rows != NULL && error == NULL && i < rows->n_column; i++)
        *any = *any || rows->column[i]->coverage > 0;
    *any = *any || (rows != NULL && rows->n_numerics > 0);
}

gboolean
collector_archive_is_free(CollectorArchive *self,
                          const char *bed,
                          const GPtrArray *signals,
                          int64_t from_us,
                          int64_t to_us,
                          GError **error)
{
    for (guint i = 0; i < signals->len; i++) {
        const CollectorImportSignal *signal = signals->pdata[i];
        const Stream *there = stream_of(self, bed, signal);
        Vicu__Query ask = VICU__QUERY__INIT;
        Vicu__QueryColumns columns = VICU__QUERY_COLUMNS__INIT;
        Vicu__QueryNumerics numerics = VICU__QUERY_NUMERICS__INIT;
        gboolean any = FALSE;
        if (there == NULL || there->last_us < from_us || there->first_us >= to_us)
            continue;
        columns = (Vicu__QueryColumns){
            columns.base, (char *)bed, signal->code, signal->channel, from_us, to_us, 1};
        numerics = (Vicu__QueryNumerics){numerics.base, (char *)bed, signal->code, from_us, to_us};
        ask.what_case = there->wave ? VICU__QUERY__WHAT_COLUMNS : VICU__QUERY__WHAT_NUMERICS;
        if (there->wave)
            ask.columns = &columns;
        else
            ask.numerics = &numerics;
        if (!vicu_query_wait(self->store, &ask, WHY, PATIENCE_US, on_values, &any, error))
            return FALSE;
        if (!any)
            continue;
        g_autofree char *from = vicu_time_format(from_us);
        g_autofree char *to = vicu_time_format(to_us);
        g_set_error(error, VICU_ERROR, VICU_ERROR_REFUSED,
                    "bed %s already has %s between %s and %s: import into another bed, or to "
                    "another time with --at",
                    bed, signal->label, from, to);
        return FALSE;
    }
    return TRUE;
}

static void
on_marks(const Vicu__QueryRows *rows, const GError *error, gpointer user)
{
    GHashTable *last = user;

    for (size_t i = 0; rows != NULL && error == NULL && i < rows->n_sender; i++)
        for (size_t k = 0; k < rows->sender[i]->n_watermark; k++) {
            const Vicu__Watermark *mark = rows->sender[i]->watermark[k];
            const uint64_t *known = g_hash_table_lookup(last, &mark->epoch);
            if (known == NULL || *known < mark->sequence)
                g_hash_table_replace(last, g_memdup2(&mark->epoch, sizeof mark->epoch),
                                     g_memdup2(&mark->sequence, sizeof mark->sequence));
        }
}

gboolean
collector_archive_watermarks(CollectorArchive *self,
                             const VicuFingerprint *sender,
                             GHashTable *last,
                             GError **error)
{
    Vicu__Query ask = VICU__QUERY__INIT;
    Vicu__QueryWatermarks marks = VICU__QUERY_WATERMARKS__INIT;

    marks.sender.data = (uint8_t *)sender->bytes;
    marks.sender.len = sizeof sender->bytes;
    ask.what_case = VICU__QUERY__WHAT_WATERMARKS;
    ask.watermarks = &marks;
    return vicu_query_wait(self->store, &ask, WHY, PATIENCE_US, on_marks, last, error);
}
