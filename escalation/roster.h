/* Roster: who is there to be told, when, and in which order.
 *
 * People, shifts and ladders as they are in state (proto/escalation.proto), and the
 * questions that a ladder asks of them. Days and hours of weekly shifts and of ladders are
 * local times of @zone. Pure; one owner. Strings and messages returned are borrowed until
 * the roster changes.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "common/wire.h"

G_BEGIN_DECLS

#define ESC_PERSONS_MAX 2000u
#define ESC_SHIFTS_MAX  10000u
#define ESC_LADDERS_MAX 500u
#define ESC_STEPS_MAX   16u
#define ESC_ID_MAX      32u
#define ESC_TEXT_MAX    200u
#define ESC_ANY_UNIT    "*"

typedef struct EscRoster EscRoster;

/* @zone NULL: UTC. */
EscRoster *esc_roster_new(GTimeZone *zone);
void esc_roster_free(EscRoster *self);
/* Each has what the other had; who borrows @self goes on with the new. */
void esc_roster_swap(EscRoster *self, EscRoster *other);

/* Copied; one of the same id is replaced. FALSE and why: the id or a name is not sound, a
 * time is out of bounds, or the roster is full. */
bool esc_roster_put_person(EscRoster *self, const Vicu__RosterPerson *person, GError **error);
bool esc_roster_put_shift(EscRoster *self, const Vicu__RosterShift *shift, GError **error);
bool esc_roster_put_ladder(EscRoster *self, const Vicu__Ladder *ladder, GError **error);
/* FALSE: not there. */
bool esc_roster_remove(EscRoster *self, Vicu__Subject subject, const char *id);

/* All of one kind, in the order of their ids. */
size_t esc_roster_n_persons(const EscRoster *self);
size_t esc_roster_n_shifts(const EscRoster *self);
size_t esc_roster_n_ladders(const EscRoster *self);
const Vicu__RosterPerson *esc_roster_person_at(const EscRoster *self, size_t i);
const Vicu__RosterShift *esc_roster_shift_at(const EscRoster *self, size_t i);
const Vicu__Ladder *esc_roster_ladder_at(const EscRoster *self, size_t i);

const Vicu__RosterPerson *esc_roster_person(const EscRoster *self, const char *id);
/* By id, login or name (whatever its capitals are); NULL: nobody, or more than one. */
const Vicu__RosterPerson *esc_roster_find(const EscRoster *self, const char *who);

/* What a shift covers, @from <= t < @to, of those times that touch [@begin, @end). */
typedef struct {
    int64_t from_us;
    int64_t to_us;
} EscSpan;
/* Caller frees; in order. */
GArray *esc_roster_spans(const EscRoster *self,
                         const Vicu__RosterShift *shift,
                         int64_t begin_us,
                         int64_t end_us);
const char *esc_roster_shift_role(const EscRoster *self, const Vicu__RosterShift *shift);

/* Who is on duty at @t_us for @role in @unit ("site/unit"): those whose shift is of this very
 * unit first, then by the beginning of the shift, then by id. Away ones are among them.
 * Container of borrowed Vicu__RosterPerson; caller frees. */
GPtrArray *
esc_roster_on_duty(const EscRoster *self, const char *unit, const char *role, int64_t t_us);

/* The substitute, or the substitute's where that one is away; NULL: none. */
const Vicu__RosterPerson *esc_roster_substitute(const EscRoster *self,
                                                const Vicu__RosterPerson *person);

/* The ladder for an alarm: of its unit before "*", of its rule before any, then the highest
 * priority that it reaches, then by id. NULL: none. */
const Vicu__Ladder *esc_roster_ladder(const EscRoster *self,
                                      const char *unit,
                                      unsigned priority,
                                      bool technical,
                                      const char *rule,
                                      int64_t t_us);

/* "site/unit" of "site/unit/bed"; of anything else itself. Caller frees. */
char *esc_unit_of(const char *bed);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(EscRoster, esc_roster_free)

G_END_DECLS
