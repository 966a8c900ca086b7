/* What reports are computed from. See history.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "common/report/history.h"

#include <string.h>

#define VETOED  "-vetoed" /* rules of the rhythm pack that say so */
#define NO_DATA "local:no-data"
#define SILENT  "local:silent/"

typedef struct {
    uint32_t code, channel;
    VicuSpan span;
} Stream;

typedef struct {
    GArray *streams;  /* Stream */
    GArray *gaps;     /* Stream: code 0 = of all */
    GArray *observed; /* VicuSpan, united; NULL: not made since the last change */
} Bed;

struct VicuHistory {
    GHashTable *alarms;      /* id -> VicuPastAlarm */
    GHashTable *escalations; /* id -> Kept */
    GHashTable *beds;        /* name -> Bed */
    GPtrArray *alarm_list, *escalation_list, *bed_list;
    unsigned lost;
};

typedef struct {
    int64_t t_us;
    Vicu__Escalation *escalation;
} Kept;

static void
free_alarm(gpointer data)
{
    VicuPastAlarm *a = data;
    g_free(a->id);
    g_free(a->bed);
    g_free(a->rule);
    g_free(a->title);
    g_free(a);
}

static void
free_kept(gpointer data)
{
    Kept *kept = data;
    vicu_wire_free(kept->escalation);
    g_free(kept);
}

static void
free_bed(gpointer data)
{
    Bed *bed = data;
    g_array_unref(bed->streams);
    g_array_unref(bed->gaps);
    g_clear_pointer(&bed->observed, g_array_unref);
    g_free(bed);
}

VicuHistory *
vicu_history_new(void)
{
    VicuHistory *self = g_new0(VicuHistory, 1);

    self->alarms = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, free_alarm);
    self->escalations = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, free_kept);
    self->beds = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_bed);
    self->alarm_list = g_ptr_array_new();
    self->escalation_list = g_ptr_array_new();
    self->bed_list = g_ptr_array_new();
    return self;
}

void
vicu_history_free(VicuHistory *self)
{
    if (self == NULL)
        return;
    g_ptr_array_unref(self->alarm_list);
    g_ptr_array_unref(self->escalation_list);
    g_ptr_array_unref(self->bed_list);
    g_hash_table_unref(self->alarms);
    g_hash_table_unref(self->escalations);
    g_hash_table_unref(self->beds);
    g_free(self);
}

char *
vicu_unit_of(const char *bed)
{
    const char *slash = strrchr(bed, '/');
    return slash != NULL ? g_strndup(bed, (gsize)(slash - bed)) : g_strdup(bed);
}

bool
vicu_past_alarm_calls(const VicuPastAlarm *alarm)
{
    return alarm->told && !alarm->vetoed && alarm->priority >= VICU__PRIORITY__PRIORITY_LOW;
}

/* ---- alarms ---- */

static void
take_answer(VicuPastAlarm *a, const Vicu__Acknowledgement *ack)
{
    if (ack == NULL || ack->who[0] == '\0' || ack->t_us <= 0)
        return;
    if (a->answered_us == 0 || ack->t_us < a->answered_us)
        a->answered_us = ack->t_us;
    if (ack->t_us < a->said_us)
        return;
    a->said_us = ack->t_us;
    a->answer = ack->answer;
    a->because = ack->because;
}

static VicuPastAlarm *
alarm_for(VicuHistory *self, const Vicu__Alarm *from)
{
    VicuPastAlarm *a = g_hash_table_lookup(self->alarms, from->id);

    if (a != NULL || g_hash_table_size(self->alarms) >= VICU_HISTORY_MAX)
        return a;
    a = g_new0(VicuPastAlarm, 1);
    a->id = g_strdup(from->id);
    a->bed = g_strdup(from->bed);
    a->rule = g_strdup(from->rule);
    a->title = g_strdup(from->title[0] != '\0' ? from->title : from->rule);
    a->raised_us = from->t_raised_us;
    a->condition_us = from->t_condition_us > 0 ? from->t_condition_us : from->t_raised_us;
    a->technical = from->technical;
    a->vetoed = g_str_has_suffix(from->rule, VETOED);
    g_hash_table_insert(self->alarms, a->id, a);
    g_ptr_array_add(self->alarm_list, a);
    return a;
}

static void
take_alarm(VicuHistory *self, int64_t t_us, const Vicu__Alarm *from)
{
    VicuPastAlarm *a = NULL;

    if (from->id[0] == '\0' || from->rule[0] == '\0' || from->t_raised_us <= 0)
        return;
    a = alarm_for(self, from);
    if (a == NULL) {
        self->lost++;
        return;
    }
    a->told_us = MAX(a->told_us, t_us);
    a->told |= from->merged_into[0] == '\0';
    a->count = MAX(a->count, MAX(from->count, 1u));
    a->priority = MAX(a->priority, from->priority);
    if (from->state == VICU__ALARM_STATE__ALARM_ENDED && from->t_ended_us > 0)
        a->ended_us = from->t_ended_us;
    for (size_t i = 0; i < from->n_earlier; i++)
        take_answer(a, from->earlier[i]);
    take_answer(a, from->acknowledged);
}

/* ---- escalations ---- */

static void
take_escalation(VicuHistory *self, int64_t t_us, Vicu__Escalation *from)
{
    Kept *kept = g_hash_table_lookup(self->escalations, from->id);

    if (from->id[0] == '\0' || (kept != NULL && kept->t_us > t_us)) {
        vicu_wire_free(from);
        return;
    }
    if (kept == NULL && g_hash_table_size(self->escalations) >= VICU_HISTORY_MAX) {
        self->lost++;
        vicu_wire_free(from);
        return;
    }
    Kept *fresh = g_new(Kept, 1);
    *fresh = (Kept){t_us, from};
    g_hash_table_replace(self->escalations, from->id, fresh);
    g_ptr_array_set_size(self->escalation_list, 0);
}

bool
vicu_history_event(VicuHistory *self, const Vicu__Event *event)
{
    if (strcmp(event->kind, "alarm") == 0) {
        Vicu__Alarm *alarm =
            vicu_wire_unpack(&vicu__alarm__descriptor, event->detail.data, event->detail.len, NULL);
        if (alarm != NULL)
            take_alarm(self, event->t_us, alarm);
        self->lost += alarm == NULL;
        vicu_wire_free(alarm);
        return alarm != NULL;
    }
    if (strcmp(event->kind, "escalation-begun") == 0
        || strcmp(event->kind, "escalation-breach") == 0
        || strcmp(event->kind, "escalation-ended") == 0) {
        Vicu__Escalation *e = vicu_wire_unpack(&vicu__escalation__descriptor, event->detail.data,
                                               event->detail.len, NULL);
        bool ok = e != NULL;
        if (ok)
            take_escalation(self, event->t_us, e);
        self->lost += !ok;
        return ok;
    }
    return true;
}

static int
by_raise(gconstpointer a, gconstpointer b)
{
    const VicuPastAlarm *x = *(const VicuPastAlarm *const *)a;
    const VicuPastAlarm *y = *(const VicuPastAlarm *const *)b;
    return x->raised_us != y->raised_us ? (x->raised_us < y->raised_us ? -1 : 1)
                                        : strcmp(x->id, y->id);
}

const GPtrArray *
vicu_history_alarms(VicuHistory *self)
{
    g_ptr_array_sort(self->alarm_list, by_raise);
    return self->alarm_list;
}

static int
by_begin(gconstpointer a, gconstpointer b)
{
    const Vicu__Escalation *x = *(const Vicu__Escalation *const *)a;
    const Vicu__Escalation *y = *(const Vicu__Escalation *const *)b;
    return x->began_us != y->began_us ? (x->began_us < y->began_us ? -1 : 1) : strcmp(x->id, y->id);
}

const GPtrArray *
vicu_history_escalations(VicuHistory *self)
{
    GHashTableIter iter;
    gpointer value;

    g_ptr_array_set_size(self->escalation_list, 0);
    g_hash_table_iter_init(&iter, self->escalations);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        g_ptr_array_add(self->escalation_list, ((Kept *)value)->escalation);
    g_ptr_array_sort(self->escalation_list, by_begin);
    return self->escalation_list;
}

unsigned
vicu_history_lost(const VicuHistory *self)
{
    return self->lost;
}

/* ---- when beds had data ---- */

static Bed *
bed_for(VicuHistory *self, const char *name)
{
    Bed *bed = g_hash_table_lookup(self->beds, name);

    if (bed != NULL)
        return bed;
    bed = g_new0(Bed, 1);
    bed->streams = g_array_new(FALSE, FALSE, sizeof(Stream));
    bed->gaps = g_array_new(FALSE, FALSE, sizeof(Stream));
    g_hash_table_insert(self->beds, g_strdup(name), bed);
    return bed;
}

void
vicu_history_stream(VicuHistory *self, const Vicu__StreamRow *row)
{
    Stream stream = {row->code, row->channel, {row->first_us, row->last_us}};

    if (row->bed[0] != '\0' && row->first_us > 0 && row->last_us > row->first_us)
        g_array_append_val(bed_for(self, row->bed)->streams, stream);
}

void
vicu_history_gap(VicuHistory *self, const Vicu__Gap *gap)
{
    Stream stream = {
        gap->code, gap->channel, {gap->from_us, gap->to_us > 0 ? gap->to_us : INT64_MAX}};

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
        if (((Bed *)value)->streams->len > 0)
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
without_of(const Bed *bed, const Stream *stream, const GArray *silences)
{
    GArray *without = g_array_new(FALSE, FALSE, sizeof(VicuSpan));

    g_array_append_vals(without, silences->data, silences->len);
    for (guint i = 0; i < bed->gaps->len; i++) {
        const Stream *gap = &g_array_index(bed->gaps, Stream, i);
        if (gap->code == 0 || (gap->code == stream->code && gap->channel == stream->channel))
            g_array_append_val(without, gap->span);
    }
    unite(without);
    return without;
}

static void
observe(const VicuHistory *self, const char *name, Bed *bed)
{
    g_autoptr(GArray) silences = silences_of(self, name);

    bed->observed = g_array_new(FALSE, FALSE, sizeof(VicuSpan));
    for (guint i = 0; i < bed->streams->len; i++) {
        const Stream *stream = &g_array_index(bed->streams, Stream, i);
        g_autoptr(GArray) without = without_of(bed, stream, silences);
        subtract(stream->span, without, bed->observed);
    }
    unite(bed->observed);
}

int64_t
vicu_history_observed_us(VicuHistory *self, const char *name, int64_t from_us, int64_t to_us)
{
    Bed *bed = g_hash_table_lookup(self->beds, name);
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
