/* Roster.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/error.h"
#include "escalation/roster-inner.h"

EscRoster *
esc_roster_new(GTimeZone *zone)
{
    EscRoster *self = g_new0(EscRoster, 1);

    self->zone = zone ? g_time_zone_ref(zone) : g_time_zone_new_utc();
    self->persons = g_ptr_array_new_with_free_func(vicu_wire_free);
    self->shifts = g_ptr_array_new_with_free_func(vicu_wire_free);
    self->ladders = g_ptr_array_new_with_free_func(vicu_wire_free);
    return self;
}

void
esc_roster_free(EscRoster *self)
{
    if (!self)
        return;
    g_time_zone_unref(self->zone);
    g_ptr_array_unref(self->persons);
    g_ptr_array_unref(self->shifts);
    g_ptr_array_unref(self->ladders);
    g_free(self);
}

void
esc_roster_swap(EscRoster *self, EscRoster *other)
{
    EscRoster had = *self;

    *self = *other;
    *other = had;
}

/* --- tables in the order of ids: the id is the first field of each message --- */

static const char *
id_of(const ProtobufCMessage *message)
{
    const ProtobufCFieldDescriptor *field = &message->descriptor->fields[0];
    return *(char *const *)(const void *)((const char *)message + field->offset);
}

/* Where @id is, or would be. */
static guint
place(const GPtrArray *table, const char *id, bool *found)
{
    guint low = 0, high = table->len;

    while (low < high) {
        guint middle = (low + high) / 2;
        int order = strcmp(id_of(table->pdata[middle]), id);
        if (order == 0) {
            *found = true;
            return middle;
        }
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    *found = false;
    return low;
}

static bool
insert(GPtrArray *table, ProtobufCMessage *taken, guint most, GError **error)
{
    bool found = false;
    guint at = place(table, id_of(taken), &found);

    if (!found && table->len >= most) {
        vicu_wire_free(taken);
        g_set_error(error, VICU_ERROR, VICU_ERROR_CONFIG,
                    "the roster has %u of these, the most it can hold", most);
        return false;
    }
    if (found) {
        vicu_wire_free(table->pdata[at]);
        table->pdata[at] = taken;
    } else {
        g_ptr_array_insert(table, (gint)at, taken);
    }
    return true;
}

/* --- what is sound --- */

static bool
is_id(const char *id)
{
    size_t size = strlen(id);

    if (size == 0 || size > ESC_ID_MAX)
        return false;
    for (const char *c = id; *c; c++)
        if (!g_ascii_isalnum(*c) && !strchr("_.-", *c))
            return false;
    return true;
}

static bool
check_id(const char *what, const char *id, GError **error)
{
    if (is_id(id))
        return true;
    g_set_error(error, VICU_ERROR, VICU_ERROR_CONFIG,
                "%s \"%.40s\": expected 1..%u of A-Z a-z 0-9 _ . -", what, id, ESC_ID_MAX);
    return false;
}

static bool
check_text(const char *what, const char *text, bool needed, GError **error)
{
    bool sound = strlen(text) <= ESC_TEXT_MAX && g_utf8_validate(text, -1, NULL);

    for (const char *c = text; sound && *c; c++)
        sound = (unsigned char)*c >= ' ' && *c != 0x7f;
    if (sound && (!needed || *text))
        return true;
    g_set_error(error, VICU_ERROR, VICU_ERROR_CONFIG,
                "%s: expected %s..%u bytes of UTF-8 in one line", what, needed ? "1" : "0",
                ESC_TEXT_MAX);
    return false;
}

static bool
check_unit(const char *unit, GError **error)
{
    g_auto(GStrv) part = g_strsplit(unit, "/", 3);

    if (strcmp(unit, ESC_ANY_UNIT) == 0
        || (g_strv_length(part) == 2 && is_id(part[0]) && is_id(part[1])))
        return true;
    g_set_error(error, VICU_ERROR, VICU_ERROR_CONFIG,
                "unit \"%.70s\": expected site/unit (demo/icu), or * for every unit", unit);
    return false;
}

static bool
check_minutes(int32_t from, int32_t to, GError **error)
{
    if (from >= 0 && from < ESC_DAY_MIN && to >= 0 && to <= ESC_DAY_MIN)
        return true;
    g_set_error(error, VICU_ERROR, VICU_ERROR_CONFIG,
                "hours of %d..%d minutes of the day are outside 00:00..24:00", from, to);
    return false;
}

bool
esc_roster_put_person(EscRoster *self, const Vicu__RosterPerson *p, GError **error)
{
    const char *words[][2] = {{"mail", p->mail}, {"webhook", p->webhook}, {"pager", p->pager}};

    if (!check_id("person", p->id, error) || !check_text("name", p->name, true, error)
        || !check_id("role", p->role, error) || !check_text("account", p->account, false, error))
        return false;
    if (*p->substitute && !check_id("substitute", p->substitute, error))
        return false;
    for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
        if (!check_text(words[i][0], words[i][1], false, error))
            return false;
    for (size_t i = 0; i < p->n_unit; i++)
        if (!check_unit(p->unit[i], error))
            return false;
    return insert(self->persons, vicu_wire_copy(&p->base), ESC_PERSONS_MAX, error);
}

bool
esc_roster_put_shift(EscRoster *self, const Vicu__RosterShift *s, GError **error)
{
    if (!check_id("shift", s->id, error) || !check_id("person", s->person, error)
        || !check_unit(s->unit, error) || !check_minutes(s->from_min, s->to_min, error))
        return false;
    if (*s->role && !check_id("role", s->role, error))
        return false;
    if (s->days > 0x7f || (s->days == 0 && s->from_us >= s->to_us)
        || (s->days == 0 && s->to_us - s->from_us > 366 * ESC_DAY_US)) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_CONFIG,
                    "shift %s: expected days of the week, or a beginning and an end after it "
                    "within 366 days",
                    s->id);
        return false;
    }
    return insert(self->shifts, vicu_wire_copy(&s->base), ESC_SHIFTS_MAX, error);
}

static bool
check_step(const Vicu__EscalationStep *s, GError **error)
{
    const int64_t times[] = {s->after_us,  s->send_us,   s->deliver_us, s->read_us,
                             s->accept_us, s->arrive_us, s->resolve_us};

    if (!check_id("to", g_str_has_prefix(s->to, "person:") ? s->to + 7 : s->to, error))
        return false;
    if (s->n_channel > 8) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_CONFIG, "a step has at most 8 channels, not %zu",
                    s->n_channel);
        return false;
    }
    for (size_t i = 0; i < s->n_channel; i++)
        if (!check_id("channel", s->channel[i], error))
            return false;
    for (size_t i = 0; i < G_N_ELEMENTS(times); i++)
        if (times[i] < 0 || times[i] > ESC_DAY_US) {
            g_set_error(error, VICU_ERROR, VICU_ERROR_CONFIG,
                        "a time of %g s is outside 0..86400 s", (double)times[i] / 1e6);
            return false;
        }
    return true;
}

bool
esc_roster_put_ladder(EscRoster *self, const Vicu__Ladder *l, GError **error)
{
    if (!check_id("ladder", l->id, error) || !check_unit(l->unit, error)
        || !check_text("rule", l->rule, false, error)
        || !check_minutes(l->from_min, l->to_min, error))
        return false;
    if (l->n_step == 0 || l->n_step > ESC_STEPS_MAX || l->priority > 4) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_CONFIG,
                    "ladder %s: expected 1..%u steps (has %zu) and a priority up to high", l->id,
                    ESC_STEPS_MAX, l->n_step);
        return false;
    }
    for (size_t i = 0; i < l->n_step; i++)
        if (!check_step(l->step[i], error))
            return false;
    if (l->last_resort && !check_step(l->last_resort, error))
        return false;
    return insert(self->ladders, vicu_wire_copy(&l->base), ESC_LADDERS_MAX, error);
}

bool
esc_roster_remove(EscRoster *self, Vicu__Subject subject, const char *id)
{
    GPtrArray *table = subject == VICU__SUBJECT__SUBJECT_PERSON  ? self->persons
                       : subject == VICU__SUBJECT__SUBJECT_SHIFT ? self->shifts
                                                                 : self->ladders;
    bool found = false;
    guint at = place(table, id, &found);

    if (found)
        g_ptr_array_remove_index(table, at);
    return found;
}

/* --- looking --- */

size_t
esc_roster_n_persons(const EscRoster *self)
{
    return self->persons->len;
}

size_t
esc_roster_n_shifts(const EscRoster *self)
{
    return self->shifts->len;
}

size_t
esc_roster_n_ladders(const EscRoster *self)
{
    return self->ladders->len;
}

const Vicu__RosterPerson *
esc_roster_person_at(const EscRoster *self, size_t i)
{
    return self->persons->pdata[i];
}

const Vicu__RosterShift *
esc_roster_shift_at(const EscRoster *self, size_t i)
{
    return self->shifts->pdata[i];
}

const Vicu__Ladder *
esc_roster_ladder_at(const EscRoster *self, size_t i)
{
    return self->ladders->pdata[i];
}

const Vicu__RosterPerson *
esc_roster_person(const EscRoster *self, const char *id)
{
    bool found = false;
    guint at = place(self->persons, id, &found);
    return found ? self->persons->pdata[at] : NULL;
}

const Vicu__RosterPerson *
esc_roster_find(const EscRoster *self, const char *who)
{
    const Vicu__RosterPerson *one = *who ? esc_roster_person(self, who) : NULL;

    if (one || !*who)
        return one;
    g_autofree char *folded = g_utf8_casefold(who, -1);
    for (guint i = 0; i < self->persons->len; i++) {
        const Vicu__RosterPerson *p = self->persons->pdata[i];
        g_autofree char *name = g_utf8_casefold(p->name, -1);
        if (strcmp(p->account, who) != 0 && strcmp(name, folded) != 0)
            continue;
        if (one)
            return NULL;
        one = p;
    }
    return one;
}

const char *
esc_roster_shift_role(const EscRoster *self, const Vicu__RosterShift *shift)
{
    const Vicu__RosterPerson *p;

    if (*shift->role)
        return shift->role;
    p = esc_roster_person(self, shift->person);
    return p ? p->role : "";
}

const Vicu__RosterPerson *
esc_roster_substitute(const EscRoster *self, const Vicu__RosterPerson *person)
{
    const Vicu__RosterPerson *p = person;

    for (int i = 0; i < 8 && *p->substitute; i++) {
        p = esc_roster_person(self, p->substitute);
        if (!p || p == person)
            return NULL;
        if (!p->away)
            return p;
    }
    return NULL;
}

char *
esc_unit_of(const char *bed)
{
    const char *slash = strchr(bed, '/');
    const char *second = slash ? strchr(slash + 1, '/') : NULL;

    return second ? g_strndup(bed, (gsize)(second - bed)) : g_strdup(bed);
}
