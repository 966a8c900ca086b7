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
    bool person;
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
/* NULL, and the answer says so, where there is no such bed. */
WardBed *desk_bed(DeskAct *act, const char *id);

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

/* ---- desk-pause.c ---- */

void desk_pause(DeskAct *act, const Vicu__PauseAlarms *pause);
void desk_resume(DeskAct *act, const Vicu__ResumeAlarms *resume);

/* ---- desk-expect.c ---- */

void desk_profile(DeskAct *act, const Vicu__SetProfile *profile);
void desk_end_expectation(DeskAct *act, const Vicu__EndExpectation *end);

/* ---- desk-explain.c ---- */

void desk_explain(DeskAct *act, const Vicu__Explain *explain);

G_END_DECLS
