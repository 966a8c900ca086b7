/* Ward: how far each bed is judged, and what the engine says.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "rules/items.h"
#include "rules/ward-inner.h"

/* Event time that the bed's slowest live sender has reached; 0: none is known. */
static int64_t
reached(const WardBed *bed, int64_t mono_us)
{
    int64_t slowest_us = INT64_MAX, furthest_us = 0;
    for (guint i = 0; i < bed->senders->len; i++) {
        const WardSender *sender = bed->senders->pdata[i];
        int64_t silence_us = mono_us - sender->heard_us;
        if (silence_us < RULES_SENDER_LIVE_US)
            slowest_us = MIN(slowest_us, sender->reached_us);
        else
            furthest_us = MAX(furthest_us, sender->reached_us + silence_us - RULES_SENDER_LIVE_US);
    }
    return slowest_us != INT64_MAX ? slowest_us : furthest_us;
}

/* --- what the engine says --- */

static void
on_raise(RulesWard *self, const RulesTransition *t)
{
    self->figures.alarms_raised++;
    if (!self->catching_up)
        self->latency_us[self->n_latencies++ % RULES_LATENCIES] = self->now_us - t->t_us;
}

/* While we catch up the engine says again what it said before we ended. */
static bool
is_told_already(const RulesWard *self, const RulesTransition *t)
{
    return self->catching_up && t->t_us <= self->decided_us;
}

static void
apply(WardBed *bed, const RulesTransition *t)
{
    RulesWard *self = bed->ward;
    rules_ward_end_changed(bed, t);
    rules_alarms_apply(self->alarms, t, self->now_us, rules_set_hash(self->set));
}

static void
on_transition(const RulesTransition *t, void *user)
{
    WardBed *bed = user;
    RulesWard *self = bed->ward;
    if (is_told_already(self, t) && t->kind != RULES_SCORE && t->kind != RULES_NOT_JUDGED)
        return;
    switch (t->kind) {
    case RULES_RAISE:
        on_raise(self, t);
        apply(bed, t);
        break;
    case RULES_TECHNICAL:
        if (rules_presence_is_absent(&bed->presence))
            bed->suppressed = true;
        else
            apply(bed, t);
        break;
    case RULES_CLEAR:
    case RULES_TECHNICAL_CLEAR:
        apply(bed, t);
        break;
    case RULES_RESET:
        apply(bed, t);
        rules_ward_reassert(bed);
        break;
    case RULES_SUPPRESS:
    case RULES_SUPPRESS_END:
        rules_outbox_event(self->outbox, bed->id, t->t_us,
                           t->kind == RULES_SUPPRESS ? "alarm-suppressed" : "alarm-suppressed-end",
                           t->rule_name, t->why, NULL);
        break;
    case RULES_SCORE: {
        g_autofree char *key = g_strdup_printf("%s/%s", bed->id, t->score->name);
        rules_ward_put(self, VICU__SUBJECT__SUBJECT_SCORE, key,
                       rules_item_score(bed->id, t->t_us, t->score), false);
        break;
    }
    case RULES_NOT_JUDGED:
        bed->dirty = true;
        break;
    }
}

void
rules_ward_settle(WardBed *bed, int64_t t_us)
{
    if (t_us <= bed->watermark_us)
        return;
    bed->watermark_us = t_us;
    rules_engine_advance_bed(bed->engine, t_us, on_transition, bed);
    rules_ward_settle_changed(bed);
}

void
rules_ward_advance(WardBed *bed, int64_t mono_us)
{
    int64_t reached_us = reached(bed, mono_us);
    if (reached_us <= 0 || bed->presence.state == VICU__PRESENCE__PRESENCE_DISCHARGED)
        return;
    rules_rhythm_tick(bed->rhythm, reached_us, rules_ward_on_rhythm, bed);
    rules_ward_settle(bed, reached_us - rules_ward_lateness(bed));
    rules_desk_prove(bed, reached_us, mono_us);
}
