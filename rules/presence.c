/* Presence of one bed.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "rules/presence.h"

#include "common/watch.h"

#define NEVER_SEEN VICU__PRESENCE__PRESENCE_NEVER_SEEN
#define PRESENT    VICU__PRESENCE__PRESENCE_PRESENT
#define LOST       VICU__PRESENCE__PRESENCE_LOST
#define STANDBY    VICU__PRESENCE__PRESENCE_STANDBY
#define TRANSPORT  VICU__PRESENCE__PRESENCE_TRANSPORT
#define DISCHARGED VICU__PRESENCE__PRESENCE_DISCHARGED

void
rules_presence_init(RulesPresence *self, int64_t now_us, int64_t mono_us)
{
    *self = (RulesPresence){
        .state = NEVER_SEEN,
        .since_us = now_us,
        .heard_us = mono_us,
        .period_us = INT64_MAX,
    };
}

bool
rules_presence_is_absent(const RulesPresence *self)
{
    return self->state == STANDBY || self->state == TRANSPORT;
}

static unsigned
go(RulesPresence *self, Vicu__Presence state, int64_t now_us)
{
    if (self->state == state)
        return 0;
    self->state = state;
    self->since_us = now_us;
    self->until_us = 0;
    return RULES_PRESENCE_STATE;
}

static unsigned
miss(RulesPresence *self, bool silent)
{
    if (self->silent == silent)
        return 0;
    self->silent = silent;
    return RULES_PRESENCE_ALARM;
}

void
rules_presence_period(RulesPresence *self, int64_t period_us)
{
    self->period_us = MIN(self->period_us, period_us);
}

unsigned
rules_presence_heard(RulesPresence *self, int64_t t_us, int64_t now_us, int64_t mono_us)
{
    if (t_us <= self->last_us)
        return 0;
    self->last_us = t_us;
    self->heard_us = mono_us;
    unsigned change = miss(self, false);
    if (self->state == NEVER_SEEN || self->state == LOST)
        change |= go(self, PRESENT, now_us);
    return change;
}

unsigned
rules_presence_admit(RulesPresence *self, int64_t now_us, int64_t mono_us)
{
    self->admitted = true;
    self->heard_us = mono_us;
    if (self->state == DISCHARGED) {
        self->last_us = 0;
        self->period_us = INT64_MAX;
        return go(self, NEVER_SEEN, now_us);
    }
    return 0;
}

unsigned
rules_presence_discharge(RulesPresence *self, int64_t now_us)
{
    self->admitted = false;
    return go(self, DISCHARGED, now_us) | miss(self, false);
}

bool
rules_presence_leave(RulesPresence *self, Vicu__Presence absence, int64_t until_us, int64_t now_us)
{
    if (self->state == DISCHARGED || (absence != STANDBY && absence != TRANSPORT)
        || until_us <= now_us || until_us - now_us > RULES_ABSENCE_MAX_US)
        return false;
    go(self, absence, now_us);
    self->until_us = until_us;
    self->silent = false;
    return true;
}

static int64_t
bound(const RulesPresence *self, int64_t bound_us)
{
    /* Three periods, as everywhere (design S4), but never less than for waves. */
    if (self->period_us == INT64_MAX || self->period_us > 3600 * (int64_t)G_USEC_PER_SEC)
        return bound_us;
    return MAX(bound_us, 3 * self->period_us + bound_us - VICU_WATCH_DELAYED_US);
}

/* What it is when nobody says otherwise. */
static unsigned
settle(RulesPresence *self, int64_t now_us, int64_t mono_us)
{
    if (self->last_us == 0)
        return go(self, NEVER_SEEN, now_us);
    bool silent = mono_us - self->heard_us >= bound(self, VICU_WATCH_DELAYED_US);
    return go(self, silent ? LOST : PRESENT, now_us);
}

bool
rules_presence_return(RulesPresence *self, int64_t now_us, int64_t mono_us)
{
    if (!rules_presence_is_absent(self))
        return false;
    settle(self, now_us, mono_us);
    return true;
}

unsigned
rules_presence_tick(RulesPresence *self, bool upstream_silent, int64_t now_us, int64_t mono_us)
{
    unsigned change = 0;
    if (self->state == DISCHARGED)
        return 0;
    if (rules_presence_is_absent(self)) {
        if (now_us < self->until_us)
            return 0;
        change |= RULES_PRESENCE_ENDED | settle(self, now_us, mono_us);
    }
    int64_t silence_us = mono_us - self->heard_us;
    if (self->state == PRESENT && silence_us >= bound(self, VICU_WATCH_DELAYED_US))
        change |= go(self, LOST, now_us);
    bool expected = self->state == LOST || (self->state == NEVER_SEEN && self->admitted);
    /* An alarm that stands is not taken back because its cause grew. */
    if (expected && !upstream_silent && silence_us >= bound(self, VICU_WATCH_LOST_US))
        change |= miss(self, true);
    return change;
}
