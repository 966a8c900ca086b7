/* SPDX-License-Identifier: Apache-2.0 */
#include "portal/tell.h"

#include <string.h>

#include "common/alarm-text.h"
#include "common/json.h"

#define MS(us) ((us) / 1000)

struct PortalListener {
    GHashTable *told; /* key -> text */
};

typedef struct {
    GHashTable *now; /* key -> text */
} Telling;

PortalListener *
portal_listener_new(void)
{
    PortalListener *self = g_new0(PortalListener, 1);

    self->told = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    return self;
}

void
portal_listener_free(PortalListener *self)
{
    if (self == NULL)
        return;
    g_hash_table_unref(self->told);
    g_free(self);
}

/* ---- who it is ---- */

static bool
is_person(const Vicu__RosterPerson *person, const char *word)
{
    return strcmp(person->id, word) == 0 || strcmp(person->name, word) == 0
           || (*person->account != '\0' && strcmp(person->account, word) == 0);
}

const Vicu__RosterPerson *
portal_tell_person(const PortalWard *ward, const char *person)
{
    g_autoptr(GPtrArray) all = portal_ward_all(ward, VICU__SUBJECT__SUBJECT_PERSON);

    for (guint i = 0; *person != '\0' && i < all->len; i++) {
        const Vicu__StateItem *item = all->pdata[i];
        if (item->person != NULL && is_person(item->person, person))
            return item->person;
    }
    return NULL;
}

const Vicu__EscalationTarget *
portal_tell_target(const PortalWard *ward, const Vicu__Escalation *escalation, const char *person)
{
    const Vicu__RosterPerson *me = portal_tell_person(ward, person);
    const char *id = me != NULL ? me->id : person;

    for (size_t i = escalation->n_target; i > 0; i--) {
        const Vicu__EscalationTarget *target = escalation->target[i - 1];
        if (strcmp(target->person, id) == 0
            && target->outcome == VICU__ESCALATION_OUTCOME__OUTCOME_NONE)
            return target;
    }
    return NULL;
}

/* ---- items ---- */

static void
add(Telling *self, char kind, const char *id, VicuJson *json)
{
    g_hash_table_replace(self->now, g_strdup_printf("%c %s", kind, id),
                         g_strdup(vicu_json_peek(json)));
}

static void
put_alarm(Telling *self, const Vicu__Alarm *alarm)
{
    g_autoptr(VicuJson) json = vicu_json_new();

    vicu_json_begin_object(json, NULL);
    vicu_json_text(json, "bed", alarm->bed);
    vicu_json_integer(json, "p", alarm->priority);
    vicu_json_bool(json, "tech", alarm->technical);
    vicu_json_text(json, "title", alarm->title);
    vicu_json_text(json, "text", alarm->text);
    vicu_json_text(json, "state", vicu_word_alarm_state(alarm->state));
    vicu_json_text(json, "origin", vicu_word_origin(alarm->origin));
    vicu_json_integer(json, "at", MS(alarm->t_condition_us));
    if (alarm->acknowledged != NULL)
        vicu_json_text(json, "by", alarm->acknowledged->who);
    vicu_json_end(json);
    add(self, 'a', alarm->id, json);
}

static gint
by_urgency(gconstpointer a, gconstpointer b)
{
    const Vicu__StateItem *x = *(const Vicu__StateItem *const *)a;
    const Vicu__StateItem *y = *(const Vicu__StateItem *const *)b;

    if (x->alarm->priority != y->alarm->priority)
        return x->alarm->priority > y->alarm->priority ? -1 : 1;
    if (x->alarm->t_raised_us != y->alarm->t_raised_us)
        return x->alarm->t_raised_us > y->alarm->t_raised_us ? -1 : 1;
    return strcmp(x->key, y->key);
}

static bool
stands(const Vicu__StateItem *item)
{
    return item->alarm != NULL && *item->alarm->merged_into == '\0'
           && item->alarm->state != VICU__ALARM_STATE__ALARM_ENDED
           && item->alarm->state != VICU__ALARM_STATE__ALARM_NONE;
}

static void
put_alarms(Telling *self, const PortalWard *ward)
{
    g_autoptr(GPtrArray) all = portal_ward_all(ward, VICU__SUBJECT__SUBJECT_ALARM);
    g_autoptr(GPtrArray) standing = g_ptr_array_new();

    for (guint i = 0; i < all->len; i++)
        if (stands(all->pdata[i]))
            g_ptr_array_add(standing, all->pdata[i]);
    g_ptr_array_sort(standing, by_urgency);
    for (guint i = 0; i < MIN(standing->len, PORTAL_TELL_ALARMS); i++)
        put_alarm(self, ((const Vicu__StateItem *)standing->pdata[i])->alarm);
}

static void
put_beds(Telling *self, const PortalWard *ward)
{
    static const char *const presences[] = {"never seen", "present",   "lost",
                                            "standby",    "transport", "discharged"};
    g_autoptr(GPtrArray) all = portal_ward_all(ward, VICU__SUBJECT__SUBJECT_BED);

    for (guint i = 0; i < all->len; i++) {
        const Vicu__StateItem *item = all->pdata[i];
        if (item->bed == NULL)
            continue;
        g_autoptr(VicuJson) json = vicu_json_new();
        vicu_json_begin_object(json, NULL);
        vicu_json_text(json, "presence",
                       (size_t)item->bed->presence < G_N_ELEMENTS(presences)
                           ? presences[item->bed->presence]
                           : "");
        if (item->bed->until_us != 0)
            vicu_json_integer(json, "until", MS(item->bed->until_us));
        vicu_json_end(json);
        add(self, 'b', item->bed->bed, json);
    }
}

static void
put_escalation(Telling *self, const Vicu__Escalation *e, const Vicu__EscalationTarget *mine)
{
    g_autoptr(VicuJson) json = vicu_json_new();

    vicu_json_begin_object(json, NULL);
    vicu_json_text(json, "bed", e->bed);
    vicu_json_text(json, "alarm", e->alarm);
    vicu_json_integer(json, "p", e->priority);
    vicu_json_bool(json, "tech", e->technical);
    vicu_json_text(json, "title", e->title);
    vicu_json_text(json, "text", e->text);
    vicu_json_text(json, "caller", e->caller);
    vicu_json_text(json, "origin", vicu_word_origin((Vicu__Origin)e->origin));
    vicu_json_integer(json, "at", MS(e->t_condition_us != 0 ? e->t_condition_us : e->began_us));
    vicu_json_integer(json, "began", MS(e->began_us));
    vicu_json_integer(json, "deadline", MS(mine->deadline_us));
    vicu_json_text(json, "target", mine->id);
    vicu_json_integer(json, "stage", mine->stage);
    vicu_json_text(json, "instead", mine->instead_of);
    vicu_json_end(json);
    add(self, 'e', e->id, json);
}

static void
put_escalations(Telling *self, const PortalWard *ward, const char *person)
{
    g_autoptr(GPtrArray) all = portal_ward_all(ward, VICU__SUBJECT__SUBJECT_ESCALATION);

    for (guint i = 0; *person != '\0' && i < all->len; i++) {
        const Vicu__Escalation *e = ((const Vicu__StateItem *)all->pdata[i])->escalation;
        const Vicu__EscalationTarget *mine =
            e != NULL && e->ended_us == 0 ? portal_tell_target(ward, e, person) : NULL;
        if (mine != NULL)
            put_escalation(self, e, mine);
    }
}

static void
put_people(Telling *self, const PortalWard *ward, const char *person)
{
    g_autoptr(GPtrArray) all = portal_ward_all(ward, VICU__SUBJECT__SUBJECT_PERSON);

    for (guint i = 0; i < all->len; i++) {
        const Vicu__RosterPerson *one = ((const Vicu__StateItem *)all->pdata[i])->person;
        if (one == NULL || one->away || is_person(one, person))
            continue;
        g_autoptr(VicuJson) json = vicu_json_new();
        vicu_json_begin_object(json, NULL);
        vicu_json_text(json, "name", one->name);
        vicu_json_text(json, "role", one->role);
        vicu_json_end(json);
        add(self, 'p', one->id, json);
    }
}

/* ---- what is new ---- */

static gint
by_text(gconstpointer a, gconstpointer b)
{
    return strcmp(a, b);
}

/* False: nothing is. */
static bool
put_difference(VicuJson *json, GHashTable *told, GHashTable *now)
{
    g_autoptr(GList) keys = g_list_sort(g_hash_table_get_keys(now), by_text);
    g_autoptr(GList) before = g_list_sort(g_hash_table_get_keys(told), by_text);
    bool any = false;

    vicu_json_begin_object(json, NULL);
    vicu_json_text(json, "t", "state");
    vicu_json_begin_object(json, "set");
    for (GList *l = keys; l != NULL; l = l->next) {
        const char *text = g_hash_table_lookup(now, l->data);
        if (g_strcmp0(g_hash_table_lookup(told, l->data), text) == 0)
            continue;
        vicu_json_raw(json, l->data, text);
        any = true;
    }
    vicu_json_end(json);
    vicu_json_begin_array(json, "gone");
    for (GList *l = before; l != NULL; l = l->next)
        if (!g_hash_table_contains(now, l->data)) {
            vicu_json_text(json, NULL, l->data);
            any = true;
        }
    vicu_json_end(json);
    vicu_json_end(json);
    return any;
}

char *
portal_tell(PortalListener *self, const PortalWard *ward, const char *person)
{
    Telling telling = {g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free)};
    g_autoptr(VicuJson) json = vicu_json_new();

    put_alarms(&telling, ward);
    put_beds(&telling, ward);
    put_escalations(&telling, ward, person);
    put_people(&telling, ward, person);
    bool any = put_difference(json, self->told, telling.now);
    g_hash_table_unref(self->told);
    self->told = telling.now;
    return any ? g_strdup(vicu_json_peek(json)) : NULL;
}
