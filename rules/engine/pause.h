/* Audio pauses: beds whose alarms give no sound for a while (IEC 60601-1-8: audio
 * paused). Each has an end. No pause takes an alarm's light or its place, and none
 * reaches the bedside.
 *
 * A pause covers what its bed has, up to the highest priority that stood there when
 * it began: a person pauses what they have seen. An alarm of a higher priority sounds,
 * and what was seen stays paused. Where nothing stands there is nothing to pause.
 *
 * A pause ends when either clock has reached its end: set back, the wall clock would
 * keep a bed silent. A table for the book of alarms; pure; one thread.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "rules/engine/engine.h"

G_BEGIN_DECLS

/* Ours, no published figure: IEC 60601-1-8 leaves the interval to who runs the ward. */
#define RULES_PAUSE_MIN_US ((int64_t)G_USEC_PER_SEC)
#define RULES_PAUSE_MAX_US (600 * (int64_t)G_USEC_PER_SEC)

/* As message Pause of proto/state.proto. */
typedef struct {
    char *bed; /* "": what stands for the installation */
    char *who;
    char *reason;
    int64_t since_us; /* UTC */
    int64_t until_us;
    RulesPriority ceiling; /* the highest that stood */
} RulesPause;

typedef struct RulesPauses RulesPauses;

RulesPauses *rules_pauses_new(void);
void rules_pauses_free(RulesPauses *self);

/* Copied; takes the place of the bed's other one. @mono_us, @now_us: the clocks now. */
void rules_pauses_put(RulesPauses *self, const RulesPause *pause, int64_t now_us, int64_t mono_us);
const RulesPause *rules_pauses_find(const RulesPauses *self, const char *bed); /* NULL: none */
/* FALSE: there was none. */
bool rules_pauses_remove(RulesPauses *self, const char *bed);
/* One whose end is reached; NULL: none. */
const RulesPause *rules_pauses_due(const RulesPauses *self, int64_t now_us, int64_t mono_us);
size_t rules_pauses_length(const RulesPauses *self);
const RulesPause *rules_pauses_at(const RulesPauses *self, size_t i);

/* Whether an alarm of @priority is silent under it; @pause may be NULL. */
bool rules_pause_covers(const RulesPause *pause, RulesPriority priority);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(RulesPauses, rules_pauses_free)

G_END_DECLS
