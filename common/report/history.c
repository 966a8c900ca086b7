/* What reports are computed from. See history.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/report/history-inner.h"

#define VETOED "-vetoed" /* rules of the rhythm pack that say so */

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
free_act(gpointer data)
{
    VicuPastAct *act = data;
    g_free(act->what);
    g_free(act->bed);
    g_free(act->key);
    g_free(act->why);
    g_free(act);
}

VicuHistory *
vicu_history_new(void)
{
    VicuHistory *self = g_new0(VicuHistory, 1);

    self->alarms = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, free_alarm);
    self->escalations = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, free_kept);
    self->beds = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, vicu_history_bed_free);
    self->alarm_list = g_ptr_array_new();
    self->escalation_list = g_ptr_array_new();
    self->bed_list = g_ptr_array_new();
    self->act_list = g_ptr_array_new_with_free_func(free_act);
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
    g_ptr_array_unref(self->act_list);
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

/* ---- acts ---- */

static void
take_act(VicuHistory *self,
         int64_t t_us,
         const char *what,
         const char *bed,
         const char *key,
         const char *why)
{
    if (self->act_list->len >= VICU_HISTORY_MAX) {
        self->lost++;
        return;
    }
    VicuPastAct *act = g_new(VicuPastAct, 1);
    *act = (VicuPastAct){t_us, g_strdup(what), g_strdup(bed), g_strdup(key), g_strdup(why)};
    g_ptr_array_add(self->act_list, act);
}

void
vicu_history_audit(VicuHistory *self, const Vicu__AuditRecord *record)
{
    static const char *const kept[] = {"limit-set", "alarm-pause", "standby", "transport", NULL};

    if (g_strv_contains(kept, record->what))
        take_act(self, record->t_us, record->what, record->bed, "", record->why);
}

const GPtrArray *
vicu_history_acts(const VicuHistory *self)
{
    return self->act_list;
}

/* ---- events ---- */

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
    if (strcmp(event->kind, "admit") == 0 || strcmp(event->kind, "discharge") == 0)
        take_act(self, event->t_us, event->kind, event->bed, "", "");
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
