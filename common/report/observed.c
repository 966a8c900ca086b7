/* When beds had data. See history.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/report/history-inner.h"

#define NO_DATA "local:no-data"
#define SILENT  "local:silent/"

void
vicu_history_bed_free(gpointer data)
{
    VicuHistoryBed *bed = data;
    g_array_unref(bed->streams);
    g_array_unref(bed->gaps);
    g_clear_pointer(&bed->observed, g_array_unref);
    g_free(bed);
}

static VicuHistoryBed *
bed_for(VicuHistory *self, const char *name)
{
    VicuHistoryBed *bed = g_hash_table_lookup(self->beds, name);

    if (bed != NULL)
        return bed;
    bed = g_new0(VicuHistoryBed, 1);
    bed->streams = g_array_new(FALSE, FALSE, sizeof(VicuHistoryStream));
    bed->gaps = g_array_new(FALSE, FALSE, sizeof(VicuHistoryStream));
    g_hash_table_insert(self->beds, g_strdup(name), bed);
    return bed;
}

void
vicu_history_stream(VicuHistory *self, const Vicu__StreamRow *row)
{
    VicuHistoryStream stream = {row->code,
                                row->channel,
                                {row->first_us, row->last_us},
                                row->origin == VICU__ORIGIN__ORIGIN_LIVE && !row->imported};

    if (row->bed[0] != '\0' && row->first_us > 0 && row->last_us > row->first_us)
        g_array_append_val(bed_for(self, row->bed)->streams, stream);
}

void
vicu_history_gap(VicuHistory *self, const Vicu__Gap *gap)
{
    VicuHistoryStream stream = {
        gap->code, gap->channel, {gap->from_us, gap->to_us > 0 ? gap->to_us : INT64_MAX}, true};

    if (gap->bed[0] != '\0')
        g_array_append_val(bed_for(self, gap->bed)->gaps, stream);
}

static int
by_name(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

const GPtrArray *
vicu_history_beds(VicuHistory *self)
{
    GHashTableIter iter;
    gpointer key, value;

    g_ptr_array_set_size(self->bed_list, 0);
    g_hash_table_iter_init(&iter, self->beds);
    while (g_hash_table_iter_next(&iter, &key, &value))
        if (((VicuHistoryBed *)value)->streams->len > 0)
            g_ptr_array_add(self->bed_list, key);
    g_ptr_array_sort(self->bed_list, by_name);
    return self->bed_list;
}

static int
by_from(gconstpointer a, gconstpointer b)
{
    const VicuSpan *x = a, *y = b;
    return x->from_us < y->from_us ? -1 : x->from_us > y->from_us;
}

/* Sorted, and none touches another. */
static void
unite(GArray *spans)
{
    guint n = 0;

    g_array_sort(spans, by_from);
    for (guint i = 0; i < spans->len; i++) {
        VicuSpan *s = &g_array_index(spans, VicuSpan, i);
        VicuSpan *last = n > 0 ? &g_array_index(spans, VicuSpan, n - 1) : NULL;
        if (s->to_us <= s->from_us)
            continue;
        if (last != NULL && s->from_us <= last->to_us)
            last->to_us = MAX(last->to_us, s->to_us);
        else
            g_array_index(spans, VicuSpan, n++) = *s;
    }
    g_array_set_size(spans, n);
}

/* @out gets what of @whole none of the united @without covers. */
static void
subtract(VicuSpan whole, const GArray *without, GArray *out)
{
    for (guint i = 0; i < without->len && whole.from_us < whole.to_us; i++) {
        const VicuSpan *w = &g_array_index(without, VicuSpan, i);
        if (w->to_us <= whole.from_us)
            continue;
        VicuSpan before = {whole.from_us, MIN(w->from_us, whole.to_us)};
        if (before.from_us < before.to_us)
            g_array_append_val(out, before);
        whole.from_us = MAX(whole.from_us, w->to_us);
    }
    if (whole.from_us < whole.to_us)
        g_array_append_val(out, whole);
}

/* When an alarm said that nothing came from @name. A silent sender's alarm does not say which beds
 * it brings: all of them count as not observed, and rather too little is called observed than too
 * much. */
static GArray *
silences_of(const VicuHistory *self, const char *name)
{
    GArray *spans = g_array_new(FALSE, FALSE, sizeof(VicuSpan));

    for (guint i = 0; i < self->alarm_list->len; i++) {
        const VicuPastAlarm *a = self->alarm_list->pdata[i];
        VicuSpan span = {a->condition_us, a->ended_us > 0 ? a->ended_us : INT64_MAX};
        if ((strcmp(a->rule, NO_DATA) == 0 && strcmp(a->bed, name) == 0)
            || g_str_has_prefix(a->rule, SILENT))
            g_array_append_val(spans, span);
    }
    return spans;
}

static GArray *
without_of(const VicuHistoryBed *bed, const VicuHistoryStream *stream, const GArray *silences)
{
    GArray *without = g_array_new(FALSE, FALSE, sizeof(VicuSpan));

    g_array_append_vals(without, silences->data, silences->len);
    for (guint i = 0; i < bed->gaps->len; i++) {
        const VicuHistoryStream *gap = &g_array_index(bed->gaps, VicuHistoryStream, i);
        if (gap->code == 0 || (gap->code == stream->code && gap->channel == stream->channel))
            g_array_append_val(without, gap->span);
    }
    unite(without);
    return without;
}

static void
observe(const VicuHistory *self, const char *name, VicuHistoryBed *bed)
{
    g_autoptr(GArray) silences = silences_of(self, name);

    bed->observed = g_array_new(FALSE, FALSE, sizeof(VicuSpan));
    for (guint i = 0; i < bed->streams->len; i++) {
        const VicuHistoryStream *stream = &g_array_index(bed->streams, VicuHistoryStream, i);
        g_autoptr(GArray) without = without_of(bed, stream, silences);
        subtract(stream->span, without, bed->observed);
    }
    unite(bed->observed);
}

int64_t
vicu_history_observed_us(VicuHistory *self, const char *name, int64_t from_us, int64_t to_us)
{
    VicuHistoryBed *bed = g_hash_table_lookup(self->beds, name);
    int64_t sum_us = 0;

    if (bed == NULL)
        return 0;
    if (bed->observed == NULL)
        observe(self, name, bed);
    for (guint i = 0; i < bed->observed->len; i++) {
        const VicuSpan *span = &g_array_index(bed->observed, VicuSpan, i);
        sum_us += MAX(MIN(span->to_us, to_us) - MAX(span->from_us, from_us), 0);
    }
    return sum_us;
}

bool
vicu_history_is_live(const VicuHistory *self, const char *name, int64_t from_us, int64_t to_us)
{
    const VicuHistoryBed *bed = g_hash_table_lookup(self->beds, name);

    for (guint i = 0; bed != NULL && i < bed->streams->len; i++) {
        const VicuHistoryStream *stream = &g_array_index(bed->streams, VicuHistoryStream, i);
        if (!stream->live && stream->span.from_us < to_us && stream->span.to_us > from_us)
            return false;
    }
    return true;
}
