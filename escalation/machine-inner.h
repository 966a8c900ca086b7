/* Inside of the escalation machine. For machine*.c only.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "escalation/machine.h"

G_BEGIN_DECLS

#define ESC_ID_SIZE 16 /* of an escalation */

/* What of an alarm the machine has to remember. */
typedef struct {
    Vicu__Alarm *alarm;
    bool seen; /* in the snapshot under way */
} EscAlarm;

struct EscMachine {
    const EscRoster *roster;
    EscTimes times;
    char **channels;
    EscMachineOps ops;
    gpointer user;
    GHashTable *escalations; /* id -> Vicu__Escalation */
    GHashTable *alarms;      /* id -> EscAlarm */
    GHashTable *latest;      /* alarm id -> id of its newest escalation */
    bool snapshot;
    bool rules_silent;
    EscFigures figures;
};

/* ---- machine.c ---- */

/* Sums up, tells changed(). */
void esc_changed(EscMachine *self, Vicu__Escalation *e);
void esc_told(EscMachine *self,
              const Vicu__Escalation *e,
              const Vicu__EscalationTarget *t,
              const char *what,
              const char *why);
Vicu__Escalation *esc_get(const EscMachine *self, const char *id);
/* 32 hexadecimal digits of the hash of these; caller frees. */
char *esc_hash(const char *a, const char *b, const char *c, int64_t n);

/* ---- machine-ladder.c ---- */

/* A new one, stored and begun; what it is about is filled in by the caller. Takes @e. @key: its id
 * is made of it; NULL: of the time. */
void esc_begin(EscMachine *self, Vicu__Escalation *e, const char *key, const EscNow *now);
void esc_fill_ladder(Vicu__Escalation *e,
                     const char *id,
                     Vicu__EscalationStep *const *steps,
                     size_t n_steps,
                     const Vicu__EscalationStep *last_resort);
/* @person is asked in the present step. */
Vicu__EscalationTarget *esc_ask(EscMachine *self,
                                Vicu__Escalation *e,
                                const Vicu__RosterPerson *person,
                                const char *asked,
                                const char *instead_of,
                                const EscNow *now);
/* @t is given up. */
void esc_give_up(EscMachine *self,
                 Vicu__Escalation *e,
                 Vicu__EscalationTarget *t,
                 Vicu__EscalationOutcome outcome,
                 const char *reason,
                 const EscNow *now);
/* Whoever is next, now that @from (may be NULL) does not have it. */
void esc_advance(EscMachine *self,
                 Vicu__Escalation *e,
                 const Vicu__EscalationTarget *from,
                 const EscNow *now);
void esc_start_step(EscMachine *self, Vicu__Escalation *e, uint32_t step, const EscNow *now);
void esc_breach(EscMachine *self,
                Vicu__Escalation *e,
                const Vicu__EscalationTarget *t,
                Vicu__EscalationStage stage,
                const char *text,
                const EscNow *now);
const Vicu__EscalationStep *esc_step(const Vicu__Escalation *e, uint32_t step);
void esc_set_next(Vicu__Escalation *e, int64_t after_us, const EscNow *now);
void esc_end(EscMachine *self, Vicu__Escalation *e, const char *why, const EscNow *now);

/* ---- machine-person.c ---- */

/* The stage is reached, and the next one has its deadline. */
void esc_reach(EscMachine *self,
               Vicu__Escalation *e,
               Vicu__EscalationTarget *t,
               Vicu__EscalationStage stage,
               const EscNow *now);
Vicu__EscalationTarget *esc_target(const Vicu__Escalation *e, const char *id);

G_END_DECLS
