/* The rhythm alarms as they are defined: beats and time in, what holds out.
 *
 *   asystole              no QRS complex for 4 s
 *   extreme bradycardia   5 beats in a row at less than 40 /min
 *   extreme tachycardia   17 beats in a row at more than 140 /min
 *   ventricular tachycardia   5 ventricular beats in a row at more than 100 /min
 *
 * as printed for the PhysioNet/CinC Challenge 2015 (Clifford 2015; clinical.md
 * S11). n beats have n - 1 intervals, and their rate is that of all of them
 * together. An asystole holds at 4 s exactly; a rate equal to its limit is not
 * beyond it. Ventricular fibrillation is a matter of the wave, not of beats.
 *
 * Pure and exact: whole microseconds, no rounding. A value, of fixed size. Time
 * and beats come in order; who cannot promise an ECG without gaps says so with
 * _break(), and nothing then holds across it.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

G_BEGIN_DECLS

typedef enum {
    RULES_ASYSTOLE,
    RULES_BRADY,
    RULES_TACHY,
    RULES_VT,
    RULES_DEFINITIONS,
} RulesDefinition;

enum { RULES_DEFINITION_BEATS = 17 };

/* One definition: since when it holds, and where what it tells of began. */
typedef struct {
    bool holds;
    int64_t t_us;      /* the instant at which it was met */
    int64_t onset_us;  /* the last beat before an asystole, else the first of its beats */
    int64_t latest_us; /* as onset_us, of the newest beats for which it holds */
} RulesMet;

typedef struct {
    int64_t beats_us[RULES_DEFINITION_BEATS]; /* ring, newest at n - 1 */
    uint64_t n;                               /* beats since the start or the last break */
    size_t ventricular;                       /* of them in a row, the newest included */
    bool begun;
    int64_t since_us; /* the last beat, or the start */
    int64_t now_us;
    RulesMet met[RULES_DEFINITIONS];
} RulesDefinitions;

/* Observation begins at @t_us: no beat is known, and the 4 s run from here. */
void rules_definitions_start(RulesDefinitions *self, int64_t t_us);

/* What comes next stands alone; nothing holds until _start() or a beat. */
void rules_definitions_break(RulesDefinitions *self);

/* All beats up to @t_us are told. Gives the set of definitions met by this
 * call that were not before, as 1 << RulesDefinition. */
unsigned rules_definitions_advance(RulesDefinitions *self, int64_t t_us);

/* A beat at @t_us, not before the one in front of it; time advances to it first. */
unsigned rules_definitions_beat(RulesDefinitions *self, int64_t t_us, bool ventricular);

G_END_DECLS
