/* Roster: who is on duty, and whose ladder it is.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "escalation/roster-inner.h"

#define SPANS_MOST 4096u

static void
add_span(GArray *spans, int64_t from_us, int64_t to_us, int64_t begin_us, int64_t end_us)
{
    EscSpan span = {from_us, to_us};

    if (from_us < end_us && to_us > begin_us && from_us < to_us && spans->len < SPANS_MOST)
        g_array_append_val(spans, span);
}

/* Minute @minute of the local day that @day begins, across changes of the clocks. */
static int64_t
local_us(GDateTime *day, int minute)
{
    g_autoptr(GDateTime) date = minute >= ESC_DAY_MIN
                                    ? g_date_time_add_days(day, minute / ESC_DAY_MIN)
                                    : g_date_time_ref(day);
    int rest = minute % ESC_DAY_MIN;
    g_autoptr(GDateTime) at = g_date_time_new(
        g_date_time_get_timezone(day), g_date_time_get_year(date), g_date_time_get_month(date),
        g_date_time_get_day_of_month(date), rest / 60, rest % 60, 0);

    return at ? g_date_time_to_unix(at) * G_USEC_PER_SEC : 0;
}

GArray *
esc_roster_spans(const EscRoster *self,
                 const Vicu__RosterShift *s,
                 int64_t begin_us,
                 int64_t end_us)
{
    GArray *spans = g_array_new(FALSE, FALSE, sizeof(EscSpan));

    if (s->days == 0) {
        add_span(spans, s->from_us, s->to_us, begin_us, end_us);
        return spans;
    }
    g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc(begin_us / G_USEC_PER_SEC);
    g_autoptr(GDateTime) here = utc ? g_date_time_to_timezone(utc, self->zone) : NULL;
    int last = (int)MIN((end_us - begin_us) / ESC_DAY_US + 2, (int64_t)SPANS_MOST);
    for (int i = -1; here && i <= last; i++) {
        g_autoptr(GDateTime) day = g_date_time_add_days(here, i);
        if (!day || !(s->days & 1u << (g_date_time_get_day_of_week(day) - 1)))
            continue;
        int to = s->to_min > s->from_min ? s->to_min : s->to_min + ESC_DAY_MIN;
        add_span(spans, local_us(day, s->from_min), local_us(day, to), begin_us, end_us);
    }
    return spans;
}

typedef struct {
    const Vicu__RosterPerson *person;
    bool own_unit;
    int64_t from_us;
} Duty;

static gint
compare_duty(gconstpointer a, gconstpointer b)
{
    const Duty *x = a, *y = b;

    if (x->own_unit != y->own_unit)
        return x->own_unit ? -1 : 1;
    if (x->from_us != y->from_us)
        return x->from_us < y->from_us ? -1 : 1;
    return strcmp(x->person->id, y->person->id);
}

GPtrArray *
esc_roster_on_duty(const EscRoster *self, const char *unit, const char *role, int64_t t_us)
{
    g_autoptr(GArray) duties = g_array_new(FALSE, FALSE, sizeof(Duty));
    GPtrArray *persons = g_ptr_array_new();

    for (guint i = 0; i < self->shifts->len; i++) {
        const Vicu__RosterShift *s = self->shifts->pdata[i];
        Duty duty = {.own_unit = strcmp(s->unit, unit) == 0};
        if ((!duty.own_unit && strcmp(s->unit, ESC_ANY_UNIT) != 0)
            || strcmp(esc_roster_shift_role(self, s), role) != 0)
            continue;
        g_autoptr(GArray) spans = esc_roster_spans(self, s, t_us, t_us + 1);
        duty.person = esc_roster_person(self, s->person);
        if (spans->len == 0 || !duty.person)
            continue;
        duty.from_us = g_array_index(spans, EscSpan, 0).from_us;
        g_array_append_val(duties, duty);
    }
    g_array_sort(duties, compare_duty);
    for (guint i = 0; i < duties->len; i++) {
        gpointer person = (gpointer)g_array_index(duties, Duty, i).person;
        if (!g_ptr_array_find(persons, person, NULL))
            g_ptr_array_add(persons, person);
    }
    return persons;
}

/* --- ladders --- */

static bool
in_hours(const EscRoster *self, const Vicu__Ladder *l, int64_t t_us)
{
    if (l->from_min == l->to_min % ESC_DAY_MIN)
        return true;
    g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc(t_us / G_USEC_PER_SEC);
    g_autoptr(GDateTime) here = utc ? g_date_time_to_timezone(utc, self->zone) : NULL;
    if (!here)
        return true;
    int minute = g_date_time_get_hour(here) * 60 + g_date_time_get_minute(here);
    return l->from_min < l->to_min ? minute >= l->from_min && minute < l->to_min
                                   : minute >= l->from_min || minute < l->to_min;
}

const Vicu__Ladder *
esc_roster_ladder(const EscRoster *self,
                  const char *unit,
                  unsigned priority,
                  bool technical,
                  const char *rule,
                  int64_t t_us)
{
    const Vicu__Ladder *best = NULL;
    unsigned best_rank = 0;

    for (guint i = 0; i < self->ladders->len; i++) {
        const Vicu__Ladder *l = self->ladders->pdata[i];
        bool own = strcmp(l->unit, unit) == 0;
        if ((!own && strcmp(l->unit, ESC_ANY_UNIT) != 0) || priority < l->priority
            || (technical && !l->technical) || (*l->rule && strcmp(l->rule, rule) != 0)
            || !in_hours(self, l, t_us))
            continue;
        unsigned rank = 1 + l->priority + (*l->rule ? 8u : 0) + (own ? 16u : 0);
        if (rank > best_rank) {
            best = l;
            best_rank = rank;
        }
    }
    return best;
}
