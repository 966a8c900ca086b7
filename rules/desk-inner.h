/* Inside of the bed desk: one command on its way through it. For desk*.c only.
 *
 * Each desk_ function does what a command asks, or refuses it with a sentence, and
 * names the act and the bed for the audit.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "rules/ward-inner.h"

G_BEGIN_DECLS

#define DESK_DAY_US (24 * 3600 * (int64_t)G_USEC_PER_SEC)

/* Who asks, and the answer. */
typedef struct {
    RulesWard *ward;
    const Vicu__Command *command; /* NULL: patient administration says it */
    const char *who;
    const char *role;
    const char *from;
    Vicu__PeopleStatement *person; /* who has shown to be one; NULL: a key */
    int64_t now_us;
    int64_t mono_us;
    RulesAnswer *answer;
    const char *what; /* for the audit */
    WardBed *bed;     /* for the audit */
} DeskAct;

/* ---- desk.c ---- */

/* Takes the place of what was answered before. */
void desk_answer(DeskAct *act, bool ok, const char *format, ...) G_GNUC_PRINTF(3, 4);
/* *@at becomes a copy of @value; NULL for an empty one. */
void desk_set_text(char **at, const char *value);
/* At most @max bytes of UTF-8. */
bool desk_is_short(const char *text, size_t max);
/* Some letters that can be seen, at most @max bytes, no controls but line ends. */
bool desk_is_text(const char *text, size_t max);
#define DESK_NAME_MAX 128
/* The same in one line, at most DESK_NAME_MAX. */
bool desk_is_name(const char *name);
/* Whatever its blanks around it and its capitals are. */
bool desk_is_same_name(const char *a, const char *b);
/* Of no note and no handover yet. */
void desk_new_id(const DeskAct *act, const char *place, const char *kind, char id[17]);
/* NULL, and the answer says so, where there is no such bed. */
WardBed *desk_bed(DeskAct *act, const char *id);

/* ---- desk-rights.c ---- */

/* False: the answer says why. Names the person, where one shows a proof. */
bool desk_may(DeskAct *act);

/* ---- desk-emergency.c ---- */

void desk_begin_emergency(DeskAct *act, const Vicu__BeginEmergency *begin);
/* Name of who has emergency access through the act's key, and may do it; NULL: nobody. */
const char *desk_emergency(const DeskAct *act, const VicuRightsRow *row);

/* ---- desk-beds.c; true: done ---- */

bool desk_admit(DeskAct *act, const char *id, const char *patient, const char *device);
bool desk_discharge(DeskAct *act, const char *id);
void desk_absence(DeskAct *act, const Vicu__Absence *absence);
void desk_move(DeskAct *act, const Vicu__Move *move);
void desk_bind(DeskAct *act, const Vicu__Bind *bind);

/* ---- desk-limits.c, desk-unit-limits.c, desk-observations.c ---- */

#define DESK_LIMIT_GONE "the rules in force now do not have it, or not in that range"

void desk_limit(DeskAct *act, const Vicu__SetLimit *set);
/* Caller owns; rules_desk_free_limit(). */
WardLimit *desk_copy_limit(const Vicu__Limit *from, const char *bed, const char *of_unit);
/* @set has it, in its unit and range; then its standard, min and max are the set's. */
bool desk_limit_fits(const RulesSet *set, Vicu__Limit *limit);
/* A bed of that unit is known; else the answer says so. */
bool desk_has_unit(DeskAct *act, const char *unit);
void desk_set_unit_limit(DeskAct *act, const Vicu__Limit *limit);
void desk_observe(DeskAct *act, const Vicu__Observation *observation);

/* ---- desk-answer.c ---- */

void desk_ack(DeskAct *act, const Vicu__AckAlarm *ack);
/* What a patient had before goes along to another bed. */
void desk_move_past(WardBed *from, WardBed *to);

/* ---- desk-notes.c ---- */

void desk_note(DeskAct *act, const Vicu__PutNote *put);
void desk_done(DeskAct *act, const Vicu__DoPromise *done);
bool desk_has_note(const RulesWard *self, const char *id);
/* Bed of the note of that id; "": there is none. Borrowed. */
const char *desk_place_of_note(const RulesWard *self, const char *id);
void desk_forget_notes(WardBed *bed);
void desk_move_notes(WardBed *from, WardBed *to);

/* ---- desk-care.c ---- */

#define DESK_SEEN "bed-seen" /* for the audit, where it is refused */

void desk_take(DeskAct *act, const Vicu__TakeBed *take);
void desk_seen(DeskAct *act, const Vicu__SeenBed *seen);
void desk_forget_care(WardBed *bed);
void desk_move_care(WardBed *from, WardBed *to);

/* ---- desk-handover.c ---- */

void desk_begin_handover(DeskAct *act, const Vicu__BeginHandover *begin);
void desk_handover_line(DeskAct *act, const Vicu__SetHandoverLine *set);
void desk_sign_handover(DeskAct *act, const Vicu__SignHandover *sign);
void desk_withdraw_handover(DeskAct *act, const Vicu__WithdrawHandover *withdraw);
bool desk_has_handover(const RulesWard *self, const char *id);
/* Of the handover of that id, or of the open one there; "": there is none. Borrowed. */
const char *desk_place_of_handover(const RulesWard *self, const char *id);
/* The patient of @from is in @to now, or gone (NULL). */
void desk_handover_bed(RulesWard *self, const char *from, const char *to);

/* ---- desk-pause.c ---- */

void desk_pause(DeskAct *act, const Vicu__PauseAlarms *pause);
void desk_resume(DeskAct *act, const Vicu__ResumeAlarms *resume);

/* ---- desk-outlets.c ---- */

#define DESK_OUTLET "outlet" /* for the audit, where it is refused */

void desk_outlet(DeskAct *act, const Vicu__OutletBeat *beat);
/* Test alarms that came back with a beat; desk-proofs.c. */
void desk_proved(DeskAct *act, const Vicu__OutletBeat *beat);
void desk_forget_outlet(DeskAct *act, const Vicu__ForgetOutlet *forget);

/* ---- desk-expect.c ---- */

void desk_profile(DeskAct *act, const Vicu__SetProfile *profile);
void desk_end_expectation(DeskAct *act, const Vicu__EndExpectation *end);

/* ---- desk-explain.c ---- */

void desk_explain(DeskAct *act, const Vicu__Explain *explain);

G_END_DECLS
