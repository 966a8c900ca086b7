/* The player: one bed's input log through the engine, out comes its alarm log.
 *
 * Pure, as the engine is: time comes with the inputs, so the same inputs give
 * the same bytes. Several sets may listen at once (lanes): waves are then read
 * once for all of them. It feeds the engine as the ward does: beats, observed
 * intervals and derived numerics are found anew in the waves (rules/rhythm),
 * the engine stands back by the detectors' delay, and a device's own LEAD_ECG
 * goes before ours. One owner.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "rules/engine/engine.h"
#include "rules/replay/inputs.h"
#include "rules/replay/log.h"

G_BEGIN_DECLS

typedef struct RulesPlayer RulesPlayer;

/* Detectors are asked this often; multiples of it, whatever pieces the inputs come in. */
#define RULES_PLAYER_TICK_US 200000

typedef struct {
    uint64_t inputs;  /* given to it */
    uint64_t waves;   /* samples among them */
    uint64_t late;    /* behind what was already judged: not taken */
    uint64_t refused; /* not believable, or not what the set allows */
} RulesPlayerFigures;

/* Lines of transitions at from_us <= t < to_us are kept; what comes before prepares. */
RulesPlayer *
rules_player_new(RulesSet *const *sets, size_t n, const char *bed, int64_t from_us, int64_t to_us);
void rules_player_free(RulesPlayer *self);

/* In lane @lane limit @name is @value from the beginning, whatever the inputs say. @name is
 * borrowed. Before the first input. FALSE: the set has no such limit, or not of that value. */
bool rules_player_fix_limit(RulesPlayer *self, size_t lane, const char *name, double value);

/* In any order, as long as nothing is behind what was reached. */
void rules_player_take(RulesPlayer *self, const RulesInput *input);
/* Everything up to @t_us has been given. */
void rules_player_reach(RulesPlayer *self, int64_t t_us);
/* The whole of @inputs, sorted. */
void rules_player_play(RulesPlayer *self, const RulesInputs *inputs);
/* Judges up to @end_us and writes how long the bed was watched. Then nothing more may be given. */
void rules_player_end(RulesPlayer *self, int64_t end_us);

/* The alarm log of lane @lane so far. Borrowed. */
const GString *rules_player_log(const RulesPlayer *self, size_t lane);
RulesPlayerFigures rules_player_figures(const RulesPlayer *self);

/* The engine's state of a lane as bytes, and back into a new player: as the process
 * does it at a restart. For logs without waves; texts so far are not in it. */
void rules_player_save(const RulesPlayer *self, size_t lane, GByteArray *out);
bool rules_player_load(RulesPlayer *self, size_t lane, const uint8_t *bytes, size_t length);
/* From here on lane @lane is judged by @set, as after a reload (engine/adopt.h). */
void rules_player_adopt(RulesPlayer *self, size_t lane, RulesSet *set);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(RulesPlayer, rules_player_free)

G_END_DECLS
