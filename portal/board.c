/* SPDX-License-Identifier: Apache-2.0 */
#include "portal/board.h"

#include <string.h>

#include "common/alarm-text.h"
#include "common/json.h"
#include "common/people.h"
#include "portal/titles.h"

#define MS(us) ((us) / 1000)

struct PortalBoard {
    const PortalWard *ward;
    uint64_t seen;     /* version of the ward that the lines are of */
    uint64_t version;  /* of the lines */
    GPtrArray *lines;  /* PortalLine */
    GPtrArray *people; /* items of the ward */
    guint units;       /* of the people's units: another one, and they are told anew */
};

/* ---- lines ---- */

static void
line_clear(gpointer data)
{
    PortalLine *line = data;

    g_free(line->key);
    g_free(line->json);
    g_free(line->person);
    g_free(line->bed);
}

PortalLine *
portal_line_ref(PortalLine *line)
{
    return g_rc_box_acquire(line);
}

void
portal_line_unref(gpointer line)
{
    g_rc_box_release_full(line, line_clear);
}

static void
add(GPtrArray *lines,
    char kind,
    const char *id,
    const char *person,
    const char *bed,
    VicuJson *json)
{
    PortalLine *line = g_rc_box_new0(PortalLine);

    line->key = g_strdup_printf("%c %s", kind, id);
    line->json = g_strdup(vicu_json_peek(json));
    line->person = g_strdup(person);
    line->bed = g_strdup(bed);
    g_ptr_array_add(lines, line);
}

static int
compare(const PortalLine *a, const PortalLine *b)
{
    int keys = strcmp(a->key, b->key);

    return keys != 0 ? keys : strcmp(a->person, b->person);
}

static gint
by_key(gconstpointer a, gconstpointer b)
{
    return compare(*(PortalLine *const *)a, *(PortalLine *const *)b);
}

/* In both languages: a page says in which one it is read, and a line is written once for all. */
static void
put_title(VicuJson *json, const char *title)
{
    const char *chinese = portal_title_in_chinese(title);

    vicu_json_text(json, "title", title);
    if (*chinese != '\0')
        vicu_json_text(json, "zh", chinese);
}

/* ---- what stands ---- */

static void
put_alarm(GPtrArray *lines, const Vicu__Alarm *alarm)
{
    g_autoptr(VicuJson) json = vicu_json_new();

    vicu_json_begin_object(json, NULL);
    vicu_json_text(json, "bed", alarm->bed);
    vicu_json_integer(json, "p", alarm->priority);
    vicu_json_bool(json, "tech", alarm->technical);
    put_title(json, alarm->title);
    vicu_json_text(json, "text", alarm->text);
    vicu_json_text(json, "state", vicu_word_alarm_state(alarm->state));
    vicu_json_text(json, "origin", vicu_word_origin(alarm->origin));
    vicu_json_integer(json, "at", MS(alarm->t_condition_us));
    if (alarm->acknowledged != NULL)
        vicu_json_text(json, "by", alarm->acknowledged->who);
    vicu_json_end(json);
    add(lines, 'a', alarm->id, "", alarm->bed, json);
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
put_alarms(GPtrArray *lines, const PortalWard *ward)
{
    g_autoptr(GPtrArray) all = portal_ward_all(ward, VICU__SUBJECT__SUBJECT_ALARM);
    g_autoptr(GPtrArray) standing = g_ptr_array_new();

    for (guint i = 0; i < all->len; i++)
        if (stands(all->pdata[i]))
            g_ptr_array_add(standing, all->pdata[i]);
    g_ptr_array_sort(standing, by_urgency);
    for (guint i = 0; i < MIN(standing->len, PORTAL_BOARD_ALARMS); i++)
        put_alarm(lines, ((const Vicu__StateItem *)standing->pdata[i])->alarm);
}

static void
put_beds(GPtrArray *lines, const PortalWard *ward)
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
        add(lines, 'b', item->bed->bed, "", item->bed->bed, json);
    }
}

/* ---- who is asked ---- */

static void
put_escalation(GPtrArray *lines, const Vicu__Escalation *e, const Vicu__EscalationTarget *target)
{
    g_autoptr(VicuJson) json = vicu_json_new();

    vicu_json_begin_object(json, NULL);
    vicu_json_text(json, "bed", e->bed);
    vicu_json_text(json, "alarm", e->alarm);
    vicu_json_integer(json, "p", e->priority);
    vicu_json_bool(json, "tech", e->technical);
    put_title(json, e->title);
    vicu_json_text(json, "text", e->text);
    vicu_json_text(json, "caller", e->caller);
    vicu_json_text(json, "origin", vicu_word_origin((Vicu__Origin)e->origin));
    vicu_json_integer(json, "at", MS(e->t_condition_us != 0 ? e->t_condition_us : e->began_us));
    vicu_json_integer(json, "began", MS(e->began_us));
    vicu_json_integer(json, "deadline", MS(target->deadline_us));
    vicu_json_text(json, "target", target->id);
    vicu_json_integer(json, "stage", target->stage);
    vicu_json_text(json, "instead", target->instead_of);
    vicu_json_end(json);
    add(lines, 'e', e->id, target->person, e->bed, json);
}

static bool
is_asked(const Vicu__EscalationTarget *target)
{
    return target->outcome == VICU__ESCALATION_OUTCOME__OUTCOME_NONE && *target->person != '\0';
}

/* A person may have been asked more than once: the newest counts. */
static bool
is_newest(const Vicu__Escalation *e, size_t at)
{
    for (size_t i = at + 1; i < e->n_target; i++)
        if (is_asked(e->target[i]) && strcmp(e->target[i]->person, e->target[at]->person) == 0)
            return false;
    return true;
}

static void
put_escalations(GPtrArray *lines, const PortalWard *ward)
{
    g_autoptr(GPtrArray) all = portal_ward_all(ward, VICU__SUBJECT__SUBJECT_ESCALATION);

    for (guint i = 0; i < all->len; i++) {
        const Vicu__Escalation *e = ((const Vicu__StateItem *)all->pdata[i])->escalation;
        for (size_t t = 0; e != NULL && e->ended_us == 0 && t < e->n_target; t++)
            if (is_asked(e->target[t]) && is_newest(e, t))
                put_escalation(lines, e, e->target[t]);
    }
}

static void
put_people(GPtrArray *lines, const GPtrArray *people)
{
    for (guint i = 0; i < people->len; i++) {
        const Vicu__RosterPerson *one = ((const Vicu__StateItem *)people->pdata[i])->person;
        if (one == NULL || one->away)
            continue;
        g_autoptr(VicuJson) json = vicu_json_new();
        vicu_json_begin_object(json, NULL);
        vicu_json_text(json, "name", one->name);
        vicu_json_text(json, "role", one->role);
        vicu_json_end(json);
        add(lines, 'p', one->id, "", "", json);
    }
}

/* ---- the board ---- */

/* A line of @now that says what it said takes the place of its copy; false: something is new. */
static bool
keep_lines(const GPtrArray *before, GPtrArray *now)
{
    guint b = 0;
    bool same = before->len == now->len;

    for (guint n = 0; n < now->len; n++) {
        PortalLine *line = now->pdata[n];
        while (b < before->len && compare(before->pdata[b], line) < 0)
            b++;
        PortalLine *old = b < before->len ? before->pdata[b] : NULL;
        if (old != NULL && compare(old, line) == 0 && strcmp(old->json, line->json) == 0) {
            now->pdata[n] = portal_line_ref(old);
            portal_line_unref(line);
        } else {
            same = false;
        }
    }
    return same;
}

static guint
units_of(const GPtrArray *people)
{
    guint hash = 5381;

    for (guint i = 0; i < people->len; i++) {
        const Vicu__RosterPerson *one = ((const Vicu__StateItem *)people->pdata[i])->person;
        for (size_t u = 0; one != NULL && u < one->n_unit; u++)
            hash = 33 * (33 * hash + g_str_hash(one->id)) + g_str_hash(one->unit[u]);
    }
    return hash;
}

static void
write_anew(PortalBoard *self)
{
    uint64_t version = portal_ward_version(self->ward);

    if (self->seen == version)
        return;
    self->seen = version;
    g_ptr_array_unref(self->people);
    self->people = portal_ward_all(self->ward, VICU__SUBJECT__SUBJECT_PERSON);
    GPtrArray *lines = g_ptr_array_new_with_free_func(portal_line_unref);
    put_alarms(lines, self->ward);
    put_beds(lines, self->ward);
    put_escalations(lines, self->ward);
    put_people(lines, self->people);
    g_ptr_array_sort(lines, by_key);
    guint units = units_of(self->people);
    self->version += !keep_lines(self->lines, lines) || units != self->units;
    self->units = units;
    g_ptr_array_unref(self->lines);
    self->lines = lines;
}

PortalBoard *
portal_board_new(const PortalWard *ward)
{
    PortalBoard *self = g_new0(PortalBoard, 1);

    self->ward = ward;
    self->seen = UINT64_MAX;
    self->lines = g_ptr_array_new_with_free_func(portal_line_unref);
    self->people = g_ptr_array_new();
    return self;
}

void
portal_board_free(PortalBoard *self)
{
    if (self == NULL)
        return;
    g_ptr_array_unref(self->lines);
    g_ptr_array_unref(self->people);
    g_free(self);
}

uint64_t
portal_board_version(PortalBoard *self)
{
    write_anew(self);
    return self->version;
}

const GPtrArray *
portal_board_lines(PortalBoard *self)
{
    write_anew(self);
    return self->lines;
}

static bool
is_person(const Vicu__RosterPerson *person, const char *word)
{
    return strcmp(person->id, word) == 0 || strcmp(person->name, word) == 0
           || (*person->account != '\0' && strcmp(person->account, word) == 0);
}

const Vicu__RosterPerson *
portal_board_person(PortalBoard *self, const char *word)
{
    write_anew(self);
    for (guint i = 0; *word != '\0' && i < self->people->len; i++) {
        const Vicu__StateItem *item = self->people->pdata[i];
        if (item->person != NULL && is_person(item->person, word))
            return item->person;
    }
    return NULL;
}

bool
portal_board_covers(const Vicu__RosterPerson *me, const char *bed)
{
    if (me == NULL || me->n_unit == 0)
        return true;
    for (size_t i = 0; i < me->n_unit; i++)
        if (vicu_rights_covers(me->unit[i], bed))
            return true;
    return false;
}
