/* The alarm state machine: idle, pending, active.
 *
 * Two layers. RulesMachine takes "violated" and "recovered" as three-valued
 * truths and knows the delays; every rule runs on it. RulesLimit puts a value,
 * a limit with hysteresis and a validity in front of it, and tells when its
 * signal goes stale or fresh. Values only, no memory of their own; event time
 * (UTC microseconds) is an argument everywhere and never goes back.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "rules/engine/truth.h"

G_BEGIN_DECLS

/* No instant: nothing is due. */
#define RULES_NEVER INT64_MAX

typedef struct {
    int64_t on_us;  /* violated this long before it is raised */
    int64_t off_us; /* recovered without a break this long before it is cleared */
    bool holding;   /* unknown while pending: the timer stands still, else it starts over */
} RulesDelays;

typedef enum {
    RULES_PHASE_IDLE,
    RULES_PHASE_PENDING,
    RULES_PHASE_ACTIVE,
} RulesPhase;

typedef struct {
    RulesPhase phase;
    bool counting;        /* pending: the on-delay runs; active: the off-delay runs */
    int64_t t0_us;        /* first violated instant */
    int64_t since_us;     /* the running delay counts from here */
    int64_t collected_us; /* on-delay collected before the last stand-still */
} RulesMachine;

typedef enum {
    RULES_MACHINE_NOTHING,
    RULES_MACHINE_RAISE, /* machine->t0_us is when it began */
    RULES_MACHINE_CLEAR,
} RulesMachineEvent;

/* What holds from @t_us on. Call it at every instant at which a truth may have
 * changed and at every instant that _due() names. Two events never fall on one
 * instant: a raise is looked at again for clearing at the next one. */
RulesMachineEvent rules_machine_step(RulesMachine *self,
                                     const RulesDelays *delays,
                                     int64_t t_us,
                                     RulesTruth violated,
                                     RulesTruth recovered);

/* When the running delay ends, if the truths stay as they are; may lie in the past. */
int64_t rules_machine_due(const RulesMachine *self, const RulesDelays *delays);

typedef struct {
    bool high; /* violated above the limit, else below; equality never is */
    double limit;
    double hysteresis; /* >= 0 */
    RulesDelays delays;
    int64_t validity_us; /* half-open: a sample counts until just before t + validity */
} RulesLimitParams;

typedef struct {
    RulesMachine machine;
    bool known;
    bool seen;
    double value;
    int64_t expires_us;
} RulesLimit;

typedef enum {
    RULES_LIMIT_RAISE,
    RULES_LIMIT_CLEAR,
    RULES_LIMIT_STALE,
    RULES_LIMIT_FRESH,
} RulesLimitEvent;

typedef void (*RulesLimitFunc)(RulesLimitEvent event, int64_t t_us, int64_t t0_us, void *user);

/* Timers up to @t_us, then the sample at @t_us, then judgement. */
void rules_limit_sample(RulesLimit *self,
                        const RulesLimitParams *params,
                        int64_t t_us,
                        double value,
                        RulesLimitFunc tell,
                        void *user);

/* Expiries and delays up to and including @t_us. */
void rules_limit_advance(RulesLimit *self,
                         const RulesLimitParams *params,
                         int64_t t_us,
                         RulesLimitFunc tell,
                         void *user);

G_END_DECLS
