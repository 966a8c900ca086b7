/* Escalation machine: how far each alarm's ladder is.
 *
 * For one person who is asked:
 *
 *   decided > sent > delivered > read > accepted (> on my way) > at bedside > resolved
 *
 * each with a deadline. A later receipt says that the earlier stages are past; a second one
 * changes nothing. Whoever misses a deadline, declines, hands on or cannot be reached is left
 * for the substitute, then for the next step of the ladder; the last step is followed by the
 * unit's last resort, then by the ladder again (one epoch more). A hole of the roster goes to
 * the last resort at once. Nobody is asked twice in one step and epoch, and several at once only
 * where the step says `all`. Whoever was given up for missing a deadline may accept all the same
 * while nobody else has.
 *
 * An escalation ends when it is resolved, when its alarm ends, or is acknowledged (a rule's
 * ladder: as its steps say); why it ended stays with it. It is forgotten an hour later, not
 * before its alarm is.
 *
 * Pure: no clock, socket or file. Everything is journaled before it is sent: changed() comes
 * first, the caller holds send() back until what it was told is on disk. After a restart
 * esc_machine_restored() sends what was intended and not known to be sent, under the same ids.
 * Deadlines run on BOOTTIME; after a boot they are made of their UTC. One owner. Call
 * nothing of the machine from within a callback.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "common/wire.h"
#include "escalation/roster.h"

G_BEGIN_DECLS

#define ESC_TARGETS_MAX   64u
#define ESC_BREACHES_MAX  32u
#define ESC_STANDING_MAX  4096u
#define ESC_ENDED_KEPT_US (3600 * (int64_t)G_USEC_PER_SEC)
#define ESC_RULE_LADDER   "rule"
#define ESC_HAND_LADDER   "hand"
#define ESC_HELP_LADDER   "help"

typedef struct EscMachine EscMachine;

typedef struct {
    int64_t utc_us;
    int64_t boot_us;  /* CLOCK_BOOTTIME */
    const char *boot; /* id of this boot */
} EscNow;

/* Deadlines of steps that do not say their own, and the pause before a ladder begins again. */
typedef struct {
    int64_t send_us;
    int64_t deliver_us;
    int64_t read_us;
    int64_t accept_us;
    int64_t arrive_us;
    int64_t resolve_us;
    int64_t round_us;
} EscTimes;

typedef struct {
    /* Journal it, then publish. Borrowed. @removed: forgotten. */
    void (*changed)(const Vicu__Escalation *e, bool removed, gpointer user);
    /* To @t->person by @channel, once what changed() told last is on disk. */
    void (*send)(const Vicu__Escalation *e,
                 const Vicu__EscalationTarget *t,
                 const char *channel,
                 gpointer user);
    /* For the audit: what happened, to whom. */
    void (*told)(const Vicu__Escalation *e,
                 const Vicu__EscalationTarget *t,
                 const char *what,
                 const char *why,
                 gpointer user);
} EscMachineOps;

/* @roster is borrowed and may change between calls. @channels: those that exist, NULL at the
 * end; borrowed. */
EscMachine *esc_machine_new(const EscRoster *roster,
                            const EscTimes *times,
                            const char *const *channels,
                            const EscMachineOps *ops,
                            gpointer user);
void esc_machine_free(EscMachine *self);
void esc_machine_set_times(EscMachine *self, const EscTimes *times);
void esc_machine_set_channels(EscMachine *self, const char *const *channels);

/* ---- from the journal ---- */

/* Copied; before _restored(). */
void esc_machine_restore(EscMachine *self, const Vicu__Escalation *e);
void esc_machine_restored(EscMachine *self, const EscNow *now);

/* ---- what the rules say ---- */

void esc_machine_alarm(EscMachine *self, const Vicu__Alarm *alarm, const EscNow *now);
/* It no longer stands. */
void esc_machine_alarm_gone(EscMachine *self, const char *alarm, const EscNow *now);
/* A snapshot begins; at _level() alarms that did not come since are gone. */
void esc_machine_begin(EscMachine *self);
void esc_machine_level(EscMachine *self, const EscNow *now);
/* The rules have been silent too long: every unit that has a ladder is told; or they are back. */
void esc_machine_rules_silent(EscMachine *self, bool silent, const EscNow *now);

/* ---- what channels and devices say ---- */

/* @ok: taken by the channel. FALSE: it cannot, for good; @text says why. */
void esc_machine_sent(EscMachine *self,
                      const char *id,
                      const char *target,
                      const char *channel,
                      bool ok,
                      const char *text,
                      const EscNow *now);

/* No page of @person can be reached any more. Where that was the last way to reach somebody who has
 * not accepted, the next one is asked at once; who has accepted keeps it. */
void esc_machine_page_gone(EscMachine *self, const char *person, const EscNow *now);

/* An answer for a person; text is NULL or to be freed by esc_answer_clear(). */
typedef struct {
    bool ok;
    bool changed; /* something came of it; FALSE with ok: it was so already */
    char *text;
} EscAnswer;
void esc_answer_clear(EscAnswer *answer);

/* DELIVERED or READ. @by: the channel or device that says so. */
EscAnswer esc_machine_receipt(EscMachine *self,
                              const char *id,
                              const char *target,
                              Vicu__EscalationStage stage,
                              const char *by,
                              const EscNow *now);

/* ---- what people say: @who is the person in the roster, @by the one who says it ---- */

EscAnswer esc_machine_act(EscMachine *self,
                          const char *id,
                          const char *who,
                          const char *by,
                          Vicu__EscalationStage stage,
                          const EscNow *now);
EscAnswer esc_machine_decline(EscMachine *self,
                              const char *id,
                              const char *who,
                              const char *by,
                              const char *reason,
                              const EscNow *now);
EscAnswer esc_machine_hand_on(EscMachine *self,
                              const char *id,
                              const char *who,
                              const char *by,
                              const char *to,
                              const EscNow *now);
/* One more is asked in the escalation @id. */
EscAnswer esc_machine_send_to(
    EscMachine *self, const char *id, const char *to, const char *by, const EscNow *now);

/* By hand, for a bed or an alarm that stands; @to NULL: as the unit's ladder for high
 * priority says. The id of the new one in *@id (caller frees). */
typedef struct {
    const char *bed;
    const char *alarm; /* id, or NULL */
    const char *to;    /* or NULL */
    const char *text;
    const char *by;
    const char *key; /* of the command: the same one begins it once; or NULL */
} EscCall;
EscAnswer esc_machine_call(EscMachine *self, const EscCall *call, char **id, const EscNow *now);

/* Deadlines. At least ten times a second. */
void esc_machine_tick(EscMachine *self, const EscNow *now);

/* ---- looking ---- */

const Vicu__Escalation *esc_machine_find(const EscMachine *self, const char *id);
/* The one whose id begins with @text, if only one's does. */
const Vicu__Escalation *esc_machine_find_text(const EscMachine *self, const char *text);
void esc_machine_foreach(const EscMachine *self,
                         void (*func)(const Vicu__Escalation *e, gpointer user),
                         gpointer user);

typedef struct {
    unsigned standing;
    unsigned unaccepted;
    uint64_t breaches; /* since the start */
    uint64_t refused;  /* alarms beyond ESC_STANDING_MAX */
    uint64_t untold;   /* alarms that have a ladder while the roster has nobody */
} EscFigures;
void esc_machine_figures(const EscMachine *self, EscFigures *figures);

/* Somebody who is still asked has accepted it. */
bool esc_is_accepted(const Vicu__Escalation *e);
/* A deadline was missed, and nobody has taken it since. */
bool esc_is_breached(const Vicu__Escalation *e);
/* "delivered", "at the bedside" */
const char *esc_stage_word(Vicu__EscalationStage stage);
const char *esc_outcome_word(Vicu__EscalationOutcome outcome);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(EscMachine, esc_machine_free)

G_END_DECLS
