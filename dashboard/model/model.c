/* Model: its tables and what is read from them. See model.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/model/model.h"

#include <math.h>
#include <string.h>

#include "dashboard/model/judge.h"
#include "dashboard/model/private.h"

#define LATEST_US (INT64_C(4102444800) * G_USEC_PER_SEC) /* 2100-01-01 */
#define AHEAD_US  (10 * (int64_t)G_USEC_PER_SEC)

static void
clear_values(DashBed *bed)
{
    for (unsigned i = 0; i < bed->n_streams; i++) {
        g_free(bed->stream[i].label);
        g_free(bed->stream[i].unit);
        dash_wave_free(bed->stream[i].wave);
    }
    for (unsigned i = 0; i < bed->n_numerics; i++)
        g_free(bed->numeric[i].trend);
    for (unsigned i = 0; i < bed->n_symbols; i++)
        g_free(bed->symbol[i].value);
    for (unsigned i = 0; i < bed->n_scores; i++) {
        DashScore *score = &bed->score[i];
        for (unsigned p = 0; p < score->n_parts; p++)
            g_free(score->part[p].name);
        g_free(score->key);
        g_free(score->name);
    }
    for (unsigned i = 0; i < bed->n_pasts; i++) {
        g_free(bed->past[i].name);
        g_free(bed->past[i].trend);
    }
    for (unsigned i = 0; i < bed->n_limits; i++) {
        g_free(bed->limit[i].key);
        g_free(bed->limit[i].name);
        g_free(bed->limit[i].unit);
        g_free(bed->limit[i].who);
        g_free(bed->limit[i].reason);
    }
    dash_bed_clear_care(bed);
    for (unsigned i = 0; i < bed->n_events; i++) {
        g_free(bed->event[i].kind);
        g_free(bed->event[i].text);
    }
}

static void
bed_free(void *data)
{
    DashBed *bed = data;
    clear_values(bed);
    g_free(bed->id);
    g_free(bed->label);
    g_free(bed->patient);
    g_free(bed->device);
    g_free(bed->reason);
    g_strfreev(bed->not_judged);
    g_strfreev(bed->required);
    g_free(bed);
}

void
dash_alarm_free(DashAlarm *alarm)
{
    if (!alarm)
        return;
    g_free(alarm->id);
    g_free(alarm->bed);
    g_free(alarm->rule);
    g_free(alarm->title);
    g_free(alarm->text);
    g_free(alarm->why);
    g_free(alarm->ack_who);
    g_free(alarm->ack_reason);
    g_free(alarm->evidence);
    g_free(alarm->inputs);
    dash_alarm_clear_past(alarm);
    dash_because_free(alarm->because_of);
    g_free(alarm);
}

static unsigned
segment_hash(const void *key)
{
    return g_bytes_hash(key);
}

DashModel *
dash_model_new(void)
{
    DashModel *self = g_new0(DashModel, 1);
    self->bed_by_id = g_hash_table_new(g_str_hash, g_str_equal);
    self->beds = g_ptr_array_new_with_free_func(bed_free);
    self->segments =
        g_hash_table_new_full(segment_hash, g_bytes_equal, (GDestroyNotify)g_bytes_unref, g_free);
    self->alarms =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)dash_alarm_free);
    self->standing = g_ptr_array_new();
    self->handovers = g_ptr_array_new_with_free_func(dash_handover_free);
    self->pack = g_strdup("");
    self->set_hash = g_strdup("");
    self->burden = dash_burden_new();
    self->meter = g_new0(DashMeter, 1);
    self->staff = 1;
    return self;
}

void
dash_model_free(DashModel *self)
{
    if (!self)
        return;
    g_hash_table_unref(self->bed_by_id);
    g_ptr_array_unref(self->beds);
    g_hash_table_unref(self->segments);
    g_hash_table_unref(self->alarms);
    g_ptr_array_unref(self->standing);
    g_ptr_array_unref(self->handovers);
    dash_model_forget_outlets(self);
    dash_model_forget_help(self);
    for (size_t i = 0; i < DASH_LOCALS_MAX; i++)
        dash_alarm_free(self->local[i]);
    g_free(self->pack);
    g_free(self->set_hash);
    dash_burden_free(self->burden);
    g_free(self->meter);
    g_free(self);
}

void
dash_model_set_past(DashModel *self)
{
    self->past = true;
}

void
dash_model_set_text(char **field, const char *text)
{
    if (g_strcmp0(*field, text) == 0)
        return;
    g_free(*field);
    *field = g_strdup(text);
}

int64_t
dash_model_time(int64_t t_us)
{
    return t_us > 0 && t_us < LATEST_US ? t_us : 0;
}

bool
dash_model_plausible(int64_t t_us, int64_t now_us)
{
    return dash_model_time(t_us) != 0 && t_us <= now_us + AHEAD_US;
}

bool
dash_model_measurable(double value)
{
    return isfinite(value) && fabs(value) <= 1e9;
}

/* "icu/2" before "icu/10": digits compare as numbers. */
static int
compare_natural(const char *a, const char *b)
{
    while (*a && *b) {
        if (g_ascii_isdigit(*a) && g_ascii_isdigit(*b)) {
            char *end_a = NULL;
            char *end_b = NULL;
            uint64_t x = g_ascii_strtoull(a, &end_a, 10);
            uint64_t y = g_ascii_strtoull(b, &end_b, 10);
            if (x != y)
                return x < y ? -1 : 1;
            a = end_a;
            b = end_b;
            continue;
        }
        if (*a != *b)
            return (unsigned char)*a < (unsigned char)*b ? -1 : 1;
        a++;
        b++;
    }
    return (unsigned char)*a - (unsigned char)*b;
}

static int
compare_beds(const void *a, const void *b)
{
    const DashBed *const *x = a;
    const DashBed *const *y = b;
    return compare_natural((*x)->id, (*y)->id);
}

DashBed *
dash_model_bed_for(DashModel *self, const char *id, int64_t now_us)
{
    DashBed *bed = g_hash_table_lookup(self->bed_by_id, id);
    if (bed || !*id)
        return bed;
    if (self->beds->len >= DASH_BEDS_MAX) {
        self->left_out++;
        return NULL;
    }
    bed = g_new0(DashBed, 1);
    bed->id = g_strdup(id);
    const char *slash = strrchr(id, '/');
    bed->label = g_strdup(slash ? slash + 1 : id);
    bed->known_us = now_us;
    bed->patient = g_strdup("");
    bed->device = g_strdup("");
    bed->reason = g_strdup("");
    g_ptr_array_add(self->beds, bed);
    g_ptr_array_sort(self->beds, compare_beds);
    g_hash_table_insert(self->bed_by_id, bed->id, bed);
    return bed;
}

void
dash_model_put_event(DashBed *bed, int64_t t_us, const char *kind, const char *text)
{
    if (bed->n_events == DASH_EVENTS_MAX) {
        g_free(bed->event[0].kind);
        g_free(bed->event[0].text);
        memmove(bed->event, bed->event + 1, (DASH_EVENTS_MAX - 1) * sizeof *bed->event);
        bed->n_events--;
    }
    bed->event[bed->n_events++] =
        (DashEvent){.t_us = t_us, .kind = g_strdup(kind), .text = g_strdup(text)};
}

size_t
dash_model_n_beds(const DashModel *self)
{
    return self->beds->len;
}

const DashBed *
dash_model_bed(const DashModel *self, size_t index)
{
    return index < self->beds->len ? self->beds->pdata[index] : NULL;
}

const DashBed *
dash_model_find_bed(const DashModel *self, const char *name)
{
    const DashBed *found = g_hash_table_lookup(self->bed_by_id, name);
    if (found)
        return found;
    g_autofree char *tail = g_strconcat("/", name, NULL);
    for (size_t i = 0; i < self->beds->len; i++) {
        const DashBed *bed = self->beds->pdata[i];
        if (!g_str_has_suffix(bed->id, tail))
            continue;
        if (found)
            return NULL;
        found = bed;
    }
    return found;
}

static bool
stands(const DashAlarm *alarm)
{
    return !alarm->spoken_for
           && (alarm->state == VICU__ALARM_STATE__ALARM_ACTIVE
               || alarm->state == VICU__ALARM_STATE__ALARM_ACKNOWLEDGED
               || alarm->state == VICU__ALARM_STATE__ALARM_LATCHED);
}

/* Priority first, then what nobody has answered, then patient before equipment,
 * then the newest; the id last, so that the order is always the same. */
static int
compare_alarms(const void *a, const void *b)
{
    const DashAlarm *x = *(const DashAlarm *const *)a;
    const DashAlarm *y = *(const DashAlarm *const *)b;
    if (x->priority != y->priority)
        return x->priority > y->priority ? -1 : 1;
    bool sounds_x = dash_judge_alarm_sounds(x);
    bool sounds_y = dash_judge_alarm_sounds(y);
    if (sounds_x != sounds_y)
        return sounds_x ? -1 : 1;
    if (x->technical != y->technical)
        return x->technical ? 1 : -1;
    if (x->t_raised_us != y->t_raised_us)
        return x->t_raised_us > y->t_raised_us ? -1 : 1;
    return strcmp(x->id, y->id);
}

static void
sort_alarms(const DashModel *self)
{
    if (self->sorted)
        return;
    DashModel *cache = (DashModel *)self; /* the order is a cache, not knowledge */
    g_ptr_array_set_size(cache->standing, 0);
    for (size_t i = 0; i < DASH_LOCALS_MAX; i++)
        if (cache->local[i])
            g_ptr_array_add(cache->standing, cache->local[i]);
    GHashTableIter iter;
    void *value = NULL;
    g_hash_table_iter_init(&iter, cache->alarms);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        if (stands(value))
            g_ptr_array_add(cache->standing, value);
    g_ptr_array_sort(cache->standing, compare_alarms);
    cache->sorted = true;
}

size_t
dash_model_n_alarms(const DashModel *self)
{
    sort_alarms(self);
    return self->standing->len;
}

const DashAlarm *
dash_model_alarm(const DashModel *self, size_t rank)
{
    sort_alarms(self);
    return rank < self->standing->len ? self->standing->pdata[rank] : NULL;
}

const DashAlarm *
dash_model_find_alarm(const DashModel *self, const char *id)
{
    sort_alarms(self);
    for (size_t i = 0; i < self->standing->len; i++) {
        const DashAlarm *alarm = self->standing->pdata[i];
        if (strcmp(alarm->id, id) == 0)
            return alarm;
    }
    return NULL;
}

const DashAlarm *
dash_model_worst(const DashModel *self, const DashBed *bed)
{
    sort_alarms(self);
    for (size_t i = 0; i < self->standing->len; i++) {
        const DashAlarm *alarm = self->standing->pdata[i];
        if (strcmp(alarm->bed, bed->id) == 0)
            return alarm;
    }
    return NULL;
}

void
dash_model_set_local(DashModel *self,
                     const char *cause,
                     Vicu__Priority priority,
                     const char *text,
                     bool standing,
                     int64_t now_us)
{
    size_t free_slot = DASH_LOCALS_MAX;
    size_t slot = DASH_LOCALS_MAX;
    for (size_t i = 0; i < DASH_LOCALS_MAX; i++) {
        if (self->local[i] && strcmp(self->local[i]->id, cause) == 0)
            slot = i;
        else if (!self->local[i] && free_slot == DASH_LOCALS_MAX)
            free_slot = i;
    }
    self->sorted = false;
    if (!standing) {
        if (slot < DASH_LOCALS_MAX)
            g_clear_pointer(&self->local[slot], dash_alarm_free);
        return;
    }
    if (slot == DASH_LOCALS_MAX)
        slot = free_slot;
    g_return_if_fail(slot < DASH_LOCALS_MAX);
    DashAlarm *alarm = self->local[slot];
    if (!alarm) {
        alarm = self->local[slot] = g_new0(DashAlarm, 1);
        alarm->id = g_strdup(cause);
        alarm->bed = g_strdup("");
        alarm->rule = g_strdup(cause);
        alarm->state = VICU__ALARM_STATE__ALARM_ACTIVE;
        alarm->technical = true;
        alarm->local = true;
        alarm->t_condition_us = alarm->t_raised_us = now_us;
    }
    alarm->priority = priority;
    dash_model_set_text(&alarm->title, text);
    dash_model_set_text(&alarm->text, text);
}

DashBurden *
dash_model_burden(const DashModel *self)
{
    return self->burden;
}

const char *
dash_model_set_hash(const DashModel *self)
{
    return self->set_hash;
}

uint64_t
dash_model_batches(const DashModel *self)
{
    return self->batches;
}

int64_t
dash_model_newest_us(const DashModel *self)
{
    return self->newest_us;
}

int64_t
dash_model_arrived_us(const DashModel *self)
{
    return self->arrived_us;
}

unsigned
dash_model_left_out(const DashModel *self)
{
    return self->left_out;
}

bool
dash_model_has_state(const DashModel *self)
{
    return self->has_state;
}

const char *
dash_model_pack(const DashModel *self)
{
    return self->pack;
}
