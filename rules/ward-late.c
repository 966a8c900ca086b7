/* Ward: late data, judged at their own time and off the live path.
 *
 * At most WARD_LATE_INPUTS a tick, one bed after the other. What the shadow tells on its
 * way goes into a book of its own; only when it stands where the live bed stands is
 * that compared with the record: what stands in the shadow alone is raised now with its
 * true times, what began and ended is put on record as missed, and the live bed goes on
 * from the shadow's state.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "rules/items.h"
#include "rules/ward-inner.h"

#define WARD_LATE_INPUTS 500 /* judged in a tick, of all beds: some 10 ms of its 100 */
#define WARD_LATE_PASS   100 /* what beginning and ending a pass cost, in inputs */

#define MISSED  "missed while delayed"
#define CLEARED "cleared, as late data show"

/* --- on the live path --- */

RulesFate
rules_ward_offer(WardBed *bed, const RulesLateInput *input)
{
    RulesFate fate = rules_late_offer(bed->engine, input);
    if (fate == RULES_INPUT_TAKEN || fate == RULES_INPUT_REFUSED)
        rules_late_note(bed->late, input);
    return fate;
}

void
rules_ward_lay_aside(WardBed *bed, const RulesLateInput *input)
{
    RulesWard *self = bed->ward;
    bool old = self->now_us - input->sample.t_us > RULES_BACKLOG_US;
    if (!old && rules_ward_late_waiting(self) < RULES_WARD_LATE_MAX
        && rules_late_take(bed->late, input, self->tick_us))
        self->figures.late++;
    else
        self->figures.backlog++;
}

void
rules_ward_note_lag(WardBed *bed, int64_t lag_us)
{
    if (lag_us > bed->lag_us[0] && lag_us <= RULES_LATE_MAX_US)
        bed->lag_us[0] = lag_us;
}

int64_t
rules_ward_lateness(const WardBed *bed)
{
    const RulesWard *self = bed->ward;
    int64_t lateness_us = self->settings.lateness_us;
    int64_t lag_us = MAX(bed->lag_us[0], bed->lag_us[1]);
    if (lag_us > lateness_us)
        lateness_us += lag_us;
    /* Beats, and what is derived from waves, come that much later. */
    if (self->uses_events || bed->wave_origin != VICU__ORIGIN__ORIGIN_UNKNOWN)
        lateness_us = MAX(lateness_us, RULES_RHYTHM_DELAY_US + 1);
    return lateness_us;
}

static void
forget_lag(WardBed *bed, int64_t mono_us)
{
    if (mono_us - bed->lag_since_us < RULES_LAG_US)
        return;
    bed->lag_since_us = mono_us;
    bed->lag_us[1] = bed->lag_us[0];
    bed->lag_us[0] = 0;
}

/* --- a pass --- */

static void
stop(RulesWard *self)
{
    WardBed *bed = self->judging;
    if (!bed)
        return;
    RulesBed *shadow = rules_late_shadow(bed->late);
    rules_late_finish(bed->late);
    rules_engine_remove(self->shadows, shadow);
    g_clear_pointer(&self->found, rules_alarms_free);
    g_clear_pointer(&self->cleared_us, g_free);
    self->judging = NULL;
}

void
rules_ward_break_past(WardBed *bed)
{
    if (bed->ward->judging == bed)
        stop(bed->ward);
    rules_late_forget(bed->late);
}

void
rules_ward_begin_past(WardBed *bed, int64_t t_us)
{
    rules_ward_break_past(bed);
    rules_late_begin(bed->late, t_us);
}

static void
set_limits(const WardBed *bed, RulesBed *shadow, int64_t t_us)
{
    const RulesSet *set = bed->ward->set;
    for (size_t i = 0; i < rules_set_n_limits(set); i++) {
        RulesLimitInfo info = rules_set_limit(set, i);
        rules_engine_limit(shadow, info.name, rules_desk_limit_value(bed, &info), t_us);
    }
}

static void
start(WardBed *bed)
{
    RulesWard *self = bed->ward;
    RulesBed *shadow = rules_engine_bed(self->shadows, bed->id);
    self->judging = bed;
    self->figures.passes++;
    self->found = rules_alarms_new();
    self->cleared_us = g_new0(int64_t, rules_set_n_rules(self->set));
    rules_alarms_on_explanation(self->found, rules_desk_explanation, self);
    rules_alarms_on_similar(self->found, rules_desk_similar, self);
    rules_late_start(bed->late, bed->engine, shadow);
    if (rules_late_is_apart(bed->late))
        set_limits(bed, shadow, rules_late_first_us(bed->late) - 1);
}

/* --- what came of it --- */

typedef struct {
    const WardBed *bed;
    const char *rule;
    bool own;
    const RulesAlarm *alarm; /* the newest that fits */
} Search;

static void
look(const RulesAlarm *alarm, void *user)
{
    Search *search = user;
    if (strcmp(alarm->bed, search->bed->id) == 0 && strcmp(alarm->rule, search->rule) == 0
        && alarm->own_technical == search->own
        && (!search->alarm || alarm->t_condition_us >= search->alarm->t_condition_us))
        search->alarm = alarm;
}

static const RulesAlarm *
newest_of(const RulesAlarms *book, const WardBed *bed, const char *rule, bool own)
{
    Search search = {bed, rule, own, NULL};
    rules_alarms_foreach(book, look, &search);
    return search.alarm;
}

static bool
is_live(const RulesAlarm *alarm)
{
    return alarm && alarm->state != RULES_ALARM_ENDED;
}

static void
on_late_transition(const RulesTransition *t, void *user)
{
    const WardBed *bed = user;
    RulesWard *self = bed->ward;
    /* From nothing, nothing is known: that a rule could not be judged says nothing. */
    bool technical =
        t->kind == RULES_TECHNICAL
        && (rules_late_is_apart(bed->late) || rules_presence_is_absent(&bed->presence));
    /* The end of one that stood before is of no record in that book. */
    if (t->kind == RULES_CLEAR && self->cleared_us[t->rule] == 0
        && !is_live(newest_of(self->found, bed, t->rule_name, false)))
        self->cleared_us[t->rule] = t->t_us;
    if (!technical)
        rules_alarms_apply(self->found, t, self->now_us, rules_set_hash(self->set));
}

/* As a record of the ward's own book; caller frees. */
static RulesAlarm *
copy_of(const RulesAlarm *alarm)
{
    RulesAlarm *copy = rules_alarm_copy(alarm);
    g_free(copy->merged);
    g_free(copy->merged_into);
    copy->merged = g_strdup("");
    copy->merged_into = g_strdup("");
    copy->priority = copy->own_priority;
    copy->signal = RULES_SIGNAL_NONE; /* what it becomes is told */
    return copy;
}

/* It stands in the shadow and not in the live bed. FALSE: nobody knows what it was. */
static bool
raise_now(WardBed *bed, const char *rule, bool own)
{
    RulesWard *self = bed->ward;
    const RulesAlarm *found = newest_of(self->found, bed, rule, own);
    const RulesAlarm *old = newest_of(self->alarms, bed, rule, own);
    bool is_found = is_live(found);
    const RulesAlarm *of = is_found ? found : old;
    if (!of)
        return false;
    const RulesTransition t = {.kind = own ? RULES_TECHNICAL : RULES_RAISE,
                               .bed = bed->id,
                               .rule_name = rule,
                               .t_us = is_found ? found->t_raised_us : bed->watermark_us};
    g_autoptr(RulesAlarm) alarm = copy_of(of);
    rules_ward_end_changed(bed, &t);
    if (is_live(old)) { /* latched: the same record is active again */
        rules_alarms_apply(self->alarms, &t, self->now_us, "");
        return true;
    }
    alarm->state = alarm->ack.who ? RULES_ALARM_ACKNOWLEDGED : RULES_ALARM_ACTIVE;
    alarm->t_cleared_us = alarm->t_ended_us = 0;
    g_free(alarm->why);
    alarm->why = g_strdup("");
    rules_alarms_restore(self->alarms, alarm);
    rules_alarms_settle(self->alarms);
    if (!own)
        self->figures.alarms_raised++;
    return true;
}

/* When what stands in the live bed ended in the shadow; 0: it was not there. */
static int64_t
ended_at(const WardBed *bed, size_t rule)
{
    const RulesWard *self = bed->ward;
    const char *name = rules_set_rule_name(self->set, rule);
    const RulesAlarm *live = newest_of(self->alarms, bed, name, false);
    const RulesAlarm *found = live ? rules_alarms_find(self->found, live->id) : NULL;
    return found ? found->t_cleared_us : self->cleared_us[rule];
}

/* It stands in the live bed and not in the shadow, where it ended at @t_us, or never was. */
static void
clear_now(WardBed *bed, const char *rule, bool own, int64_t t_us)
{
    const RulesTransition t = {
        .kind = own ? RULES_TECHNICAL_CLEAR : RULES_CLEAR,
        .bed = bed->id,
        .rule_name = rule,
        .t_us = t_us != 0 ? t_us : bed->watermark_us,
        .why = CLEARED,
    };
    rules_alarms_apply(bed->ward->alarms, &t, bed->ward->now_us, "");
}

/* Both stand; the data that came late may show that it began before. */
static void
compare(WardBed *bed, const char *rule, bool own)
{
    RulesWard *self = bed->ward;
    const RulesAlarm *found = newest_of(self->found, bed, rule, own);
    const RulesAlarm *live = newest_of(self->alarms, bed, rule, own);
    if (is_live(found) && is_live(live) && found->t_condition_us < live->t_condition_us)
        rules_outbox_event(self->outbox, bed->id, found->t_condition_us, "alarm-began-earlier",
                           live->id, "as data that came late show", NULL);
}

typedef struct {
    WardBed *bed;
    const RulesAlarm *alarm;
    bool known;
} Overlap;

static int64_t
end_of(const RulesAlarm *alarm)
{
    return alarm->t_cleared_us != 0 ? alarm->t_cleared_us : INT64_MAX;
}

static void
look_for_overlap(const RulesAlarm *alarm, void *user)
{
    Overlap *o = user;
    o->known =
        o->known
        || (strcmp(alarm->bed, o->alarm->bed) == 0 && strcmp(alarm->rule, o->alarm->rule) == 0
            && alarm->own_technical == o->alarm->own_technical
            && alarm->t_condition_us <= end_of(o->alarm)
            && o->alarm->t_condition_us <= end_of(alarm));
}

/* It is over, and nobody heard of it. What could not be judged in the meantime is no news. */
static void
look_for_missed(const RulesAlarm *found, void *user)
{
    WardBed *bed = user;
    RulesWard *self = bed->ward;
    int rule = rules_set_rule_find(self->set, found->rule);
    bool stands =
        rules_late_reaches_now(bed->late)
        && rules_bed_rule_state(rules_late_shadow(bed->late), (size_t)rule) == RULES_STATE_ACTIVE;
    if (found->own_technical || (stands && is_live(found)))
        return;
    Overlap overlap = {bed, found, false};
    rules_alarms_foreach(self->alarms, look_for_overlap, &overlap);
    if (overlap.known)
        return;
    g_autoptr(RulesAlarm) alarm = copy_of(found);
    alarm->state = RULES_ALARM_ENDED;
    alarm->t_ended_us = self->now_us;
    if (alarm->t_cleared_us == 0) /* how it went on is not known */
        alarm->t_cleared_us = rules_late_last_us(bed->late);
    g_free(alarm->why);
    alarm->why = g_strdup(MISSED);
    rules_alarms_restore(self->alarms, alarm);
    rules_ward_on_alarm(alarm, self);
    self->figures.missed++;
}

/* FALSE: engine and record cannot be brought together. *@restored: the live bed knows of an
 * alarm that its past did not raise. */
static bool
settle_rule(WardBed *bed, size_t rule, bool *restored)
{
    const RulesBed *live = bed->engine, *shadow = rules_late_shadow(bed->late);
    const char *name = rules_set_rule_name(bed->ward->set, rule);
    bool was = rules_bed_rule_state(live, rule) == RULES_STATE_ACTIVE;
    bool is = rules_bed_rule_state(shadow, rule) == RULES_STATE_ACTIVE;
    bool apart = rules_late_is_apart(bed->late), ok = true;
    if (is && was)
        compare(bed, name, false);
    else if (was && !apart)
        clear_now(bed, name, false, ended_at(bed, rule));
    else if (is)
        ok = raise_now(bed, name, false);
    if (is && !was && ok && apart) {
        const RulesAlarm *alarm = newest_of(bed->ward->alarms, bed, name, false);
        rules_engine_restore_alarm(bed->engine, name, false, alarm->t_condition_us,
                                   alarm->t_raised_us);
        *restored = true;
    }
    if (apart)
        return ok;
    was = rules_bed_rule_technical(live, rule);
    is = rules_bed_rule_technical(shadow, rule);
    if (was && !is)
        clear_now(bed, name, true, 0);
    else if (is && !was && !rules_presence_is_absent(&bed->presence))
        ok = raise_now(bed, name, true) && ok;
    return ok;
}

static void
publish_scores(WardBed *bed)
{
    RulesWard *self = bed->ward;
    for (size_t i = 0; i < rules_set_n_scores(self->set); i++) {
        RulesScoreView view;
        if (!rules_bed_score(bed->engine, i, &view))
            continue;
        g_autofree char *key = g_strdup_printf("%s/%s", bed->id, view.name);
        rules_ward_put(self, VICU__SUBJECT__SUBJECT_SCORE, key,
                       rules_item_score(bed->id, bed->watermark_us, &view), false);
    }
}

/* The live bed goes on from the shadow's state. */
static void
take_over(WardBed *bed)
{
    g_autoptr(GByteArray) state = g_byte_array_new();
    rules_engine_save(rules_late_shadow(bed->late), state);
    g_assert(rules_engine_load(bed->engine, state->data, state->len));
    rules_ward_set_limits(bed); /* they may have been changed since */
    publish_scores(bed);
    bed->dirty = true;
}

static void
settle(WardBed *bed)
{
    RulesWard *self = bed->ward;
    bool ok = true, restored = false;
    for (size_t i = 0; i < rules_set_n_rules(self->set) && rules_late_reaches_now(bed->late); i++)
        ok = settle_rule(bed, i, &restored) && ok;
    rules_alarms_foreach(self->found, look_for_missed, bed);
    if (!rules_late_is_apart(bed->late))
        take_over(bed);
    stop(self);
    if (restored)
        rules_ward_break_past(bed);
    if (!ok)
        rules_ward_reset_bed(bed, "restarted", false);
}

/* --- each tick --- */

static bool
is_fetching(const WardBed *bed)
{
    for (guint i = 0; i < bed->senders->len; i++)
        if (((const WardSender *)bed->senders->pdata[i])->fetching > 0)
            return true;
    return false;
}

size_t
rules_ward_late_waiting(const RulesWard *self)
{
    size_t waiting = 0;
    for (guint i = 0; i < self->save_order->len; i++)
        waiting += rules_late_waiting(((const WardBed *)self->save_order->pdata[i])->late);
    return waiting;
}

static bool
is_fed(const WardBed *bed)
{
    return bed->watermark_us != INT64_MIN
           && bed->presence.state != VICU__PRESENCE__PRESENCE_DISCHARGED;
}

/* One bed's state at most: that costs milliseconds. */
static void
keep_one(RulesWard *self, int64_t mono_us)
{
    for (guint i = 0; i < self->save_order->len; i++) {
        WardBed *bed = self->save_order->pdata[(self->next_late + i) % self->save_order->len];
        if (!is_fed(bed) || !rules_ward_has_live_sender(bed, mono_us)
            || !rules_late_is_keeping_due(bed->late, is_fetching(bed), mono_us))
            continue;
        rules_late_keep(bed->late, bed->engine, mono_us);
        return;
    }
}

static WardBed *
next_due(RulesWard *self, int64_t mono_us)
{
    for (guint i = 0; i < self->save_order->len; i++) {
        WardBed *bed = self->save_order->pdata[(self->next_late + i) % self->save_order->len];
        if (!is_fed(bed) || !rules_late_is_due(bed->late, is_fetching(bed), mono_us))
            continue;
        self->next_late = (self->next_late + i + 1) % self->save_order->len;
        return bed;
    }
    return NULL;
}

void
rules_ward_late_tick(RulesWard *self, int64_t mono_us)
{
    size_t budget = WARD_LATE_INPUTS;
    if (self->catching_up)
        return;
    for (guint i = 0; i < self->save_order->len; i++)
        forget_lag(self->save_order->pdata[i], mono_us);
    keep_one(self, mono_us);
    while (budget > 0) {
        bool done = false;
        if (!self->judging) {
            WardBed *bed = next_due(self, mono_us);
            if (!bed)
                return;
            start(bed);
        }
        size_t used = rules_late_step(self->judging->late, self->judging->engine, budget,
                                      on_late_transition, self->judging, &done);
        budget -= MIN(budget, used + (done ? WARD_LATE_PASS : 0));
        if (done)
            settle(self->judging);
        else if (used == 0)
            return; /* it goes on with the live bed */
    }
}
