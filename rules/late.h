/* Late data of one bed: what came behind its watermark, judged at its own time.
 *
 * Kept are the engine's state of one to two minutes ago (two of them, squeezed) and
 * every input since: the past. What comes late is laid between these by its own time,
 * and a second bed, the shadow, is led from a kept state over all of it up to where
 * the live bed stands by then. What the shadow says on the way is the caller's; at the
 * end its state is what the live bed's would be, had everything come in time.
 *
 * Data that are older than what is kept are judged by themselves, from nothing: such
 * a pass is apart, and its end is no state for the live bed.
 *
 * Memory is bounded: RULES_LATE_PAST_MAX inputs and RULES_LATE_MAX late ones a bed.
 * Pure, one thread; the shadow is a bed of an engine of the same set.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "rules/engine/engine.h"

G_BEGIN_DECLS

enum { RULES_LATE_PAST_MAX = 32768, RULES_LATE_MAX = 32768 };

#define RULES_LATE_KEEP_US  (60 * (int64_t)G_USEC_PER_SEC) /* from one kept state to the next */
#define RULES_LATE_QUIET_US ((int64_t)G_USEC_PER_SEC)      /* nothing more came for so long ... */
#define RULES_LATE_WAIT_US  (5 * (int64_t)G_USEC_PER_SEC)  /* ... or so long is waited at most; */
#define RULES_LATE_FETCH_US (30 * (int64_t)G_USEC_PER_SEC) /* while more is being fetched */

typedef enum {
    RULES_LATE_SAMPLE,
    RULES_LATE_SYMBOL,
    RULES_LATE_EVENT,
    RULES_LATE_CARRIER,
} RulesLateKind;

typedef struct {
    RulesLateKind kind;
    RulesSample sample; /* CARRIER: code, and its end as t_us */
    int64_t from_us;    /* CARRIER */
    char symbol[RULES_SYMBOL_MAX + 1];
} RulesLateInput;

/* As the engine's own calls have it. */
RulesFate rules_late_offer(RulesBed *bed, const RulesLateInput *input);

typedef struct RulesLate RulesLate;

RulesLate *rules_late_new(void);
void rules_late_free(RulesLate *self);

/* The bed began afresh at @t_us: what is older is of another beginning. */
void rules_late_begin(RulesLate *self, int64_t t_us);
/* Nothing before this call leads to the live state any more; late data stay. */
void rules_late_forget(RulesLate *self);

/* The live bed took @input. */
void rules_late_note(RulesLate *self, const RulesLateInput *input);
/* @input came late. FALSE: no room, or of another beginning. */
bool rules_late_take(RulesLate *self, const RulesLateInput *input, int64_t mono_us);
size_t rules_late_waiting(const RulesLate *self);

/* A state should be kept now: one is due, and nothing late is on its way. */
bool rules_late_is_keeping_due(const RulesLate *self, bool fetching, int64_t mono_us);
void rules_late_keep(RulesLate *self, const RulesBed *live, int64_t mono_us);

/* --- a pass --- */

bool rules_late_is_due(const RulesLate *self, bool fetching, int64_t mono_us);
/* Takes what waits. The shadow is @shadow from now on, borrowed until the pass is over. */
void rules_late_start(RulesLate *self, const RulesBed *live, RulesBed *shadow);
/* At most about @budget inputs, up to where @live stands. Gives how many it took; *@done:
 * the shadow is there. */
size_t rules_late_step(RulesLate *self,
                       const RulesBed *live,
                       size_t budget,
                       RulesTransitionFunc tell,
                       void *user,
                       bool *done);
RulesBed *rules_late_shadow(const RulesLate *self);
/* Of data older than what is kept: the shadow's state is not the live bed's. */
bool rules_late_is_apart(const RulesLate *self);
/* Nothing lies between these data and what the live bed has judged: a condition that
 * stands in the shadow stands now. */
bool rules_late_reaches_now(const RulesLate *self);
/* Times of the oldest and the newest of the data that came late. */
int64_t rules_late_first_us(const RulesLate *self);
int64_t rules_late_last_us(const RulesLate *self);
/* The pass is over; the shadow is the caller's again. */
void rules_late_finish(RulesLate *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(RulesLate, rules_late_free)

G_END_DECLS
