/* The rhythm alarms as they are defined.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "rules/rhythm/definitions.h"

#define ASYSTOLE_US 4000000
#define MINUTE_US   60000000

enum { BRADY_BEATS = 5, BRADY_BPM = 40 };
enum { TACHY_BEATS = 17, TACHY_BPM = 140 };
enum { VT_BEATS = 5, VT_BPM = 100 };

G_STATIC_ASSERT((int)TACHY_BEATS <= (int)RULES_DEFINITION_BEATS);

void
rules_definitions_break(RulesDefinitions *self)
{
    *self = (RulesDefinitions){.now_us = self->now_us};
}

void
rules_definitions_start(RulesDefinitions *self, int64_t t_us)
{
    *self = (RulesDefinitions){.begun = true, .since_us = t_us, .now_us = t_us};
}

static unsigned
set(RulesDefinitions *self, RulesDefinition which, bool holds, int64_t t_us, int64_t onset_us)
{
    RulesMet *met = &self->met[which];
    bool is_new = holds && !met->holds;
    if (is_new)
        *met = (RulesMet){.t_us = t_us, .onset_us = onset_us};
    if (holds)
        met->latest_us = onset_us;
    met->holds = holds;
    return is_new ? 1u << which : 0;
}

unsigned
rules_definitions_advance(RulesDefinitions *self, int64_t t_us)
{
    if (t_us > self->now_us)
        self->now_us = t_us;
    bool still = self->begun && t_us - self->since_us >= ASYSTOLE_US;
    /* Told once for each pause: only a beat ends it. */
    if (!still || self->met[RULES_ASYSTOLE].holds)
        return 0;
    return set(self, RULES_ASYSTOLE, true, self->since_us + ASYSTOLE_US, self->since_us);
}

/* Where the last @n beats began; their rate against @bpm: -1 below, 0 equal, 1
 * above. 0 while there are fewer. */
static int
rate_of(const RulesDefinitions *self, size_t n, int64_t bpm, int64_t *first_us)
{
    if (self->n < n)
        return 0;
    *first_us = self->beats_us[(self->n - n) % RULES_DEFINITION_BEATS];
    int64_t last_us = self->beats_us[(self->n - 1) % RULES_DEFINITION_BEATS];
    int64_t beats_us = (int64_t)(n - 1) * MINUTE_US;
    int64_t bound_us = (last_us - *first_us) * bpm;
    return (beats_us > bound_us) - (beats_us < bound_us);
}

unsigned
rules_definitions_beat(RulesDefinitions *self, int64_t t_us, bool ventricular)
{
    unsigned met = rules_definitions_advance(self, t_us);
    int64_t from_us = t_us;
    self->begun = true;
    self->since_us = t_us;
    self->met[RULES_ASYSTOLE].holds = false;
    self->beats_us[self->n % RULES_DEFINITION_BEATS] = t_us;
    self->n++;
    self->ventricular = ventricular ? self->ventricular + 1 : 0;

    bool slow = rate_of(self, BRADY_BEATS, BRADY_BPM, &from_us) < 0;
    met |= set(self, RULES_BRADY, slow, t_us, from_us);
    bool fast = rate_of(self, TACHY_BEATS, TACHY_BPM, &from_us) > 0;
    met |= set(self, RULES_TACHY, fast, t_us, from_us);
    bool vt = self->ventricular >= VT_BEATS && rate_of(self, VT_BEATS, VT_BPM, &from_us) > 0;
    met |= set(self, RULES_VT, vt, t_us, from_us);
    return met;
}
