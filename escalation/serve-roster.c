/* The escalation process: the roster as it is imported and edited.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/clock.h"
#include "escalation/roster-check.h"
#include "escalation/roster-file.h"
#include "escalation/serve-inner.h"

#define LOOK_US (60 * (int64_t)G_USEC_PER_SEC)
#define DAY_US  (24 * 3600 * (int64_t)G_USEC_PER_SEC)

static void
keep_person(EscService *self, const Vicu__RosterPerson *p, bool removed)
{
    Vicu__StateItem item = VICU__STATE_ITEM__INIT;

    item.subject = VICU__SUBJECT__SUBJECT_PERSON;
    item.key = p->id;
    item.removed = removed;
    item.body_case = VICU__STATE_ITEM__BODY_PERSON;
    item.person = (Vicu__RosterPerson *)p;
    esc_service_keep(self, &item);
}

static void
keep_shift(EscService *self, const Vicu__RosterShift *s, bool removed)
{
    Vicu__StateItem item = VICU__STATE_ITEM__INIT;

    item.subject = VICU__SUBJECT__SUBJECT_SHIFT;
    item.key = s->id;
    item.removed = removed;
    item.body_case = VICU__STATE_ITEM__BODY_SHIFT;
    item.shift = (Vicu__RosterShift *)s;
    esc_service_keep(self, &item);
}

static void
keep_ladder(EscService *self, const Vicu__Ladder *l, bool removed)
{
    Vicu__StateItem item = VICU__STATE_ITEM__INIT;

    item.subject = VICU__SUBJECT__SUBJECT_LADDER;
    item.key = l->id;
    item.removed = removed;
    item.body_case = VICU__STATE_ITEM__BODY_LADDER;
    item.ladder = (Vicu__Ladder *)l;
    esc_service_keep(self, &item);
}

static void
keep_all(EscService *self, bool removed)
{
    for (size_t i = 0; i < esc_roster_n_persons(self->roster); i++)
        keep_person(self, esc_roster_person_at(self->roster, i), removed);
    for (size_t i = 0; i < esc_roster_n_shifts(self->roster); i++)
        keep_shift(self, esc_roster_shift_at(self->roster, i), removed);
    for (size_t i = 0; i < esc_roster_n_ladders(self->roster); i++)
        keep_ladder(self, esc_roster_ladder_at(self->roster, i), removed);
}

static void
count_finding(const char *key, const Vicu__RosterFinding *finding, gpointer user)
{
    GString *text = user;
    (void)key;
    if (text->len < 2000)
        g_string_append_printf(text, "\n  %s: %s", finding->kind, finding->text);
}

bool
esc_service_import(EscService *self, const Vicu__ImportRoster *import, char **text)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GTimeZone) zone = g_time_zone_new_local();
    g_autoptr(EscRoster) read =
        esc_roster_read(import->text, strlen(import->text), "roster", zone, &error);
    int64_t now_us = vicu_clock_utc_us();

    if (!read) {
        *text = g_strdup(error->message);
        return false;
    }
    GString *said = g_string_new(NULL);
    size_t n =
        esc_roster_check(read, now_us, now_us + ESC_FINDING_DAYS * DAY_US, count_finding, said);
    if (!import->check) {
        keep_all(self, true);
        esc_roster_swap(self->roster, read);
        keep_all(self, false);
        self->findings_us = 0;
    }
    *text = g_strdup_printf(
        "%s: %zu people, %zu shifts, %zu ladders; %zu holes and overlaps in the "
        "next %d days%s",
        import->check ? "The file is sound" : "Imported",
        esc_roster_n_persons(import->check ? read : self->roster),
        esc_roster_n_shifts(import->check ? read : self->roster),
        esc_roster_n_ladders(import->check ? read : self->roster), n, ESC_FINDING_DAYS, said->str);
    g_string_free(said, TRUE);
    return true;
}

static bool
remove_one(EscService *self, const Vicu__RemoveRoster *remove, char **text)
{
    const struct {
        Vicu__Subject subject;
        const char *id;
    } which = *remove->person  ? (__typeof__(which)){VICU__SUBJECT__SUBJECT_PERSON, remove->person}
              : *remove->shift ? (__typeof__(which)){VICU__SUBJECT__SUBJECT_SHIFT, remove->shift}
                               : (__typeof__(which)){VICU__SUBJECT__SUBJECT_LADDER, remove->ladder};
    Vicu__StateItem item = VICU__STATE_ITEM__INIT;

    if (!esc_roster_remove(self->roster, which.subject, which.id)) {
        *text = g_strdup_printf("The roster has no entry \"%.40s\".", which.id);
        return false;
    }
    item.subject = which.subject;
    item.key = (char *)which.id;
    item.removed = true;
    esc_service_keep(self, &item);
    *text = g_strdup("Removed.");
    return true;
}

bool
esc_service_put(EscService *self, const Vicu__Command *c, char **text)
{
    g_autoptr(GError) error = NULL;
    bool ok = true;

    self->findings_us = 0;
    if (c->what_case == VICU__COMMAND__WHAT_REMOVE_ROSTER)
        return remove_one(self, c->remove_roster, text);
    if (c->what_case == VICU__COMMAND__WHAT_PUT_PERSON && c->put_person->person) {
        ok = esc_roster_put_person(self->roster, c->put_person->person, &error);
        if (ok)
            keep_person(self, c->put_person->person, false);
    } else if (c->what_case == VICU__COMMAND__WHAT_PUT_SHIFT && c->put_shift->shift) {
        ok = esc_roster_put_shift(self->roster, c->put_shift->shift, &error);
        if (ok)
            keep_shift(self, c->put_shift->shift, false);
    } else if (c->what_case == VICU__COMMAND__WHAT_PUT_LADDER && c->put_ladder->ladder) {
        ok = esc_roster_put_ladder(self->roster, c->put_ladder->ladder, &error);
        if (ok)
            keep_ladder(self, c->put_ladder->ladder, false);
    } else {
        ok = false;
    }
    *text = g_strdup(ok ? "Kept." : error ? error->message : "The command names no entry.");
    return ok;
}

/* --- holes and overlaps --- */

static void
publish_finding(EscService *self, const char *key, const Vicu__RosterFinding *f, bool removed)
{
    Vicu__StateItem item = VICU__STATE_ITEM__INIT;

    item.subject = VICU__SUBJECT__SUBJECT_ROSTER_FINDING;
    item.key = (char *)key;
    item.removed = removed;
    item.body_case = VICU__STATE_ITEM__BODY_FINDING;
    item.finding = (Vicu__RosterFinding *)f;
    vicu_state_server_put(self->state, &item);
}

static void
on_finding(const char *key, const Vicu__RosterFinding *finding, gpointer user)
{
    EscService *self = user;

    g_hash_table_replace(self->findings, g_strdup(key), GINT_TO_POINTER(2));
    publish_finding(self, key, finding, false);
}

void
esc_service_look_through_roster(EscService *self)
{
    Vicu__RosterFinding none = VICU__ROSTER_FINDING__INIT;
    int64_t now_us = vicu_clock_utc_us();
    GHashTableIter iter;
    gpointer key, value;

    if (self->findings_us && now_us >= self->findings_us && now_us - self->findings_us < LOOK_US)
        return;
    self->findings_us = now_us;
    g_hash_table_iter_init(&iter, self->findings);
    while (g_hash_table_iter_next(&iter, NULL, NULL))
        g_hash_table_iter_replace(&iter, GINT_TO_POINTER(1));
    /* From the full hour, so that the key of one that stands stays the same. */
    int64_t begin_us = now_us - now_us % (3600 * (int64_t)G_USEC_PER_SEC);
    esc_roster_check(self->roster, begin_us, begin_us + ESC_FINDING_DAYS * DAY_US, on_finding,
                     self);
    if (esc_roster_n_persons(self->roster) == 0) {
        none.kind = (char *)"no-roster";
        none.text = (char *)"there is no roster: nobody is told of alarms";
        on_finding("no-roster", &none, self);
    }
    g_hash_table_iter_init(&iter, self->findings);
    while (g_hash_table_iter_next(&iter, &key, &value))
        if (GPOINTER_TO_INT(value) == 1) {
            publish_finding(self, key, &none, true);
            g_hash_table_iter_remove(&iter);
        }
    /* Where nobody set up a ladder, nobody waits to be told. */
    EscFigures figures;
    esc_machine_figures(self->machine, &figures);
    bool nobody = esc_roster_n_persons(self->roster) == 0
                  && (esc_roster_n_ladders(self->roster) > 0 || figures.untold > 0);
    vicu_daemon_condition(self->daemon, "no-roster",
                          nobody ? "no roster: nobody is told of alarms; `vicu roster import FILE`"
                                 : NULL);
}
