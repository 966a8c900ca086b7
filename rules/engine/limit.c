/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/engine/limit.h"

static RulesMachineEvent
step_pending(RulesMachine *self, const RulesDelays *delays, int64_t t_us, RulesTruth violated)
{
    if (violated == RULES_FALSE || (violated == RULES_UNKNOWN && !delays->holding)) {
        *self = (RulesMachine){.phase = RULES_PHASE_IDLE};
        return RULES_MACHINE_NOTHING;
    }
    if (violated == RULES_UNKNOWN) {
        if (self->counting)
            self->collected_us += t_us - self->since_us;
        self->counting = false;
        return RULES_MACHINE_NOTHING;
    }
    if (!self->counting) {
        self->counting = true;
        self->since_us = t_us;
    }
    if (t_us < rules_machine_due(self, delays))
        return RULES_MACHINE_NOTHING;
    *self = (RulesMachine){.phase = RULES_PHASE_ACTIVE, .t0_us = self->t0_us};
    return RULES_MACHINE_RAISE;
}

static RulesMachineEvent
step_active(RulesMachine *self,
            const RulesDelays *delays,
            int64_t t_us,
            RulesTruth violated,
            RulesTruth recovered)
{
    if (violated == RULES_TRUE || recovered != RULES_TRUE) {
        self->counting = false;
        return RULES_MACHINE_NOTHING;
    }
    if (!self->counting) {
        self->counting = true;
        self->since_us = t_us;
    }
    if (t_us < rules_machine_due(self, delays))
        return RULES_MACHINE_NOTHING;
    *self = (RulesMachine){.phase = RULES_PHASE_IDLE};
    return RULES_MACHINE_CLEAR;
}

RulesMachineEvent
rules_machine_step(RulesMachine *self,
                   const RulesDelays *delays,
                   int64_t t_us,
                   RulesTruth violated,
                   RulesTruth recovered)
{
    if (self->phase == RULES_PHASE_ACTIVE)
        return step_active(self, delays, t_us, violated, recovered);
    if (self->phase == RULES_PHASE_IDLE) {
        if (violated != RULES_TRUE)
            return RULES_MACHINE_NOTHING;
        *self = (RulesMachine){.phase = RULES_PHASE_PENDING, .t0_us = t_us};
    }
    return step_pending(self, delays, t_us, violated);
}

int64_t
rules_machine_due(const RulesMachine *self, const RulesDelays *delays)
{
    if (self->phase == RULES_PHASE_IDLE || !self->counting)
        return RULES_NEVER;
    if (self->phase == RULES_PHASE_PENDING)
        return self->since_us + delays->on_us - self->collected_us;
    return self->since_us + delays->off_us;
}

static void
judge(
    RulesLimit *self, const RulesLimitParams *params, int64_t t_us, RulesLimitFunc tell, void *user)
{
    RulesTruth violated = RULES_UNKNOWN;
    RulesTruth recovered = RULES_UNKNOWN;
    if (self->known && params->high) {
        violated = rules_truth_of(self->value > params->limit);
        recovered = rules_truth_of(self->value <= params->limit - params->hysteresis);
    } else if (self->known) {
        violated = rules_truth_of(self->value < params->limit);
        recovered = rules_truth_of(self->value >= params->limit + params->hysteresis);
    }

    switch (rules_machine_step(&self->machine, &params->delays, t_us, violated, recovered)) {
    case RULES_MACHINE_RAISE:
        tell(RULES_LIMIT_RAISE, t_us, self->machine.t0_us, user);
        break;
    case RULES_MACHINE_CLEAR:
        tell(RULES_LIMIT_CLEAR, t_us, t_us, user);
        break;
    case RULES_MACHINE_NOTHING:
        break;
    }
}

/* Timers that fall before @before_us. */
static void
run_timers(RulesLimit *self,
           const RulesLimitParams *params,
           int64_t before_us,
           RulesLimitFunc tell,
           void *user)
{
    for (;;) {
        int64_t expiry_us = self->known ? self->expires_us : RULES_NEVER;
        int64_t next_us = MIN(expiry_us, rules_machine_due(&self->machine, &params->delays));
        if (next_us >= before_us)
            return;
        if (expiry_us == next_us) {
            self->known = false;
            tell(RULES_LIMIT_STALE, next_us, next_us, user);
        }
        judge(self, params, next_us, tell, user);
    }
}

void
rules_limit_sample(RulesLimit *self,
                   const RulesLimitParams *params,
                   int64_t t_us,
                   double value,
                   RulesLimitFunc tell,
                   void *user)
{
    run_timers(self, params, t_us, tell, user);
    bool returns = self->seen && !self->known;
    self->seen = true;
    self->known = true;
    self->value = value;
    self->expires_us = t_us + params->validity_us;
    if (returns)
        tell(RULES_LIMIT_FRESH, t_us, t_us, user);
    judge(self, params, t_us, tell, user);
}

void
rules_limit_advance(
    RulesLimit *self, const RulesLimitParams *params, int64_t t_us, RulesLimitFunc tell, void *user)
{
    run_timers(self, params, t_us + 1, tell, user);
}
