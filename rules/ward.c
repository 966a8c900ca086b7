/* Ward: beds, what is published of them, and the work of each second.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "rules/ward.h"

#include <string.h>

#include "rules/items.h"
#include "rules/ward-inner.h"

#define S_US         ((int64_t)G_USEC_PER_SEC)
#define STALL_US     S_US
#define LEVEL_US     (2 * S_US)  /* data this old are as good as now ... */
#define LEVEL_FOR_US (S_US / 2)  /* ... when they stay so for this long */
#define LEVEL_MAX_US (20 * S_US) /* then nobody is there to catch up with */

/* --- state --- */

void
rules_ward_put(
    RulesWard *self, Vicu__Subject subject, const char *key, GBytes *packed, bool lasting)
{
    if (!self->restoring)
        self->ops.item(subject, key, packed, false, lasting, self->data);
    g_bytes_unref(packed);
}

void
rules_ward_drop(RulesWard *self, Vicu__Subject subject, const char *key, bool lasting)
{
    g_autoptr(GBytes) packed = rules_item_removed(subject, key);
    self->ops.item(subject, key, packed, true, lasting, self->data);
}

void
rules_ward_audit(RulesWard *self,
                 const char *who,
                 bool person,
                 const char *role,
                 const char *what,
                 const WardBed *bed,
                 const char *from,
                 const char *why,
                 const char *detail)
{
    Vicu__AuditRecord record = VICU__AUDIT_RECORD__INIT;
    guint32 id[4];
    for (size_t i = 0; i < G_N_ELEMENTS(id); i++)
        id[i] = g_random_int();
    record.who = (char *)who;
    record.person = person;
    record.role = (char *)role;
    record.what = (char *)what;
    record.bed = bed ? bed->id : (char *)"";
    record.patient = bed && bed->patient ? bed->patient : (char *)"";
    record.t_us = self->now_us;
    record.from = (char *)from;
    record.why = (char *)(why ? why : "");
    record.detail = (char *)(detail ? detail : "");
    record.id.data = (uint8_t *)id;
    record.id.len = sizeof id;
    rules_outbox_audit(self->outbox, &record);
}

/* Rules that are not judged on this bed, as its item lists them; caller frees. */
static GPtrArray *
not_judged(const WardBed *bed)
{
    GPtrArray *lines = g_ptr_array_new_with_free_func(g_free);
    const RulesSet *set = bed->ward->set;
    for (size_t i = 0; i < rules_set_n_rules(set); i++) {
        const char *why = rules_bed_not_judged(bed->engine, i);
        if (why && *why)
            g_ptr_array_add(lines, g_strdup_printf("%s (%s)", rules_set_rule_name(set, i), why));
    }
    return lines;
}

static GBytes *
pack_bed(const WardBed *bed)
{
    g_autoptr(GPtrArray) lines = not_judged(bed);
    const RulesPresence *p = &bed->presence;
    Vicu__Bed message = VICU__BED__INIT;
    message.bed = bed->id;
    message.presence = p->state;
    message.patient = bed->patient ? bed->patient : (char *)"";
    message.device = bed->device_name ? bed->device_name : (char *)"";
    message.reason = bed->reason ? bed->reason : (char *)"";
    message.who = bed->who ? bed->who : (char *)"";
    message.since_us = p->since_us;
    message.until_us = p->until_us;
    message.last_sample_us = p->last_us;
    message.origin = bed->origin;
    message.n_not_judged = lines->len;
    message.not_judged = (char **)lines->pdata;
    return rules_item_bed(&message);
}

void
rules_ward_publish_bed(WardBed *bed)
{
    bed->dirty = false;
    rules_ward_put(bed->ward, VICU__SUBJECT__SUBJECT_BED, bed->id, pack_bed(bed), true);
}

/* The set's own value of a limit that this bed does not override. */
static void
publish_standard(WardBed *bed, const RulesLimitInfo *info)
{
    Vicu__Limit limit = VICU__LIMIT__INIT;
    limit.bed = bed->id;
    limit.name = (char *)info->name;
    limit.value = limit.standard = info->standard;
    limit.unit = (char *)info->unit;
    limit.min = info->min;
    limit.max = info->max;
    g_autofree char *key = rules_item_limit_key(bed->id, info->name);
    rules_ward_put(bed->ward, VICU__SUBJECT__SUBJECT_LIMIT, key, rules_item_limit(&limit), false);
}

void
rules_ward_publish_limits(WardBed *bed)
{
    const RulesSet *set = bed->ward->set;
    for (size_t i = 0; i < rules_set_n_limits(set); i++) {
        RulesLimitInfo info = rules_set_limit(set, i);
        const WardLimit *own = g_hash_table_lookup(bed->limits, info.name);
        if (!own) {
            publish_standard(bed, &info);
            continue;
        }
        g_autofree char *key = rules_item_limit_key(bed->id, info.name);
        rules_ward_put(bed->ward, VICU__SUBJECT__SUBJECT_LIMIT, key,
                       rules_item_limit(&own->message), true);
    }
}

static void
publish_engine(RulesWard *self)
{
    Vicu__Engine engine = VICU__ENGINE__INIT;
    engine.pack = (char *)rules_set_name(self->set);
    engine.pack_version = (uint32_t)rules_set_version(self->set);
    engine.set_hash = (char *)rules_set_hash(self->set);
    engine.rules = (uint32_t)rules_set_n_rules(self->set);
    engine.beds = g_hash_table_size(self->beds);
    engine.catching_up = self->catching_up;
    rules_ward_put(self, VICU__SUBJECT__SUBJECT_ENGINE, "engine", rules_item_engine(&engine),
                   false);
}

static void
on_alarm(const RulesAlarm *alarm, void *user)
{
    RulesWard *self = user;
    if (self->restoring)
        return;
    rules_ward_put(self, VICU__SUBJECT__SUBJECT_ALARM, alarm->id, rules_item_alarm(alarm), true);
    g_autoptr(GBytes) body = rules_item_alarm_body(alarm);
    rules_outbox_event(self->outbox, alarm->bed, self->now_us, "alarm", alarm->id, alarm->text,
                       body);
}

/* --- beds --- */

/* site/unit/bed; the third part of an unassigned one is what a gateway sent. */
bool
rules_ward_is_bed_id(const char *id)
{
    size_t part = 0, length = 0;
    for (const char *c = id; *c; c++) {
        if (*c == '/') {
            if (length == 0 || ++part > 2)
                return false;
            length = 0;
            continue;
        }
        if (!g_ascii_isgraph(*c) || ++length > 64)
            return false;
    }
    return part == 2 && length > 0;
}

WardBed *
rules_ward_bed(RulesWard *self, const char *id)
{
    return g_hash_table_lookup(self->beds, id);
}

static void
free_bed(gpointer data)
{
    WardBed *bed = data;
    rules_rhythm_free(bed->rhythm);
    rules_claims_free(bed->claims);
    g_ptr_array_unref(bed->senders);
    g_ptr_array_unref(bed->observations);
    g_hash_table_unref(bed->newest);
    g_hash_table_unref(bed->device);
    g_hash_table_unref(bed->limits);
    g_free(bed->patient);
    g_free(bed->device_name);
    g_free(bed->reason);
    g_free(bed->who);
    g_free(bed->id);
    g_free(bed);
}

static bool
is_unassigned(const char *id)
{
    const char *unit = strchr(id, '/');
    return unit && g_str_has_prefix(unit, "/unassigned/");
}

WardBed *
rules_ward_make_bed(RulesWard *self, const char *id, int64_t mono_us)
{
    WardBed *bed = rules_ward_bed(self, id);
    if (bed)
        return bed;
    if (!rules_ward_is_bed_id(id) || g_hash_table_size(self->beds) >= self->settings.max_beds) {
        self->figures.refused_beds++;
        return NULL;
    }
    bed = g_new0(WardBed, 1);
    bed->ward = self;
    bed->id = g_strdup(id);
    bed->engine = rules_engine_bed(self->engine, id);
    bed->rhythm = rules_rhythm_new();
    bed->senders = g_ptr_array_new();
    bed->claims = rules_claims_new();
    bed->observations = g_ptr_array_new_with_free_func(rules_desk_free_observation);
    bed->newest = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, g_free);
    bed->device = g_hash_table_new_full(g_direct_hash, g_direct_equal, NULL, g_free);
    bed->limits = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, rules_desk_free_limit);
    bed->watermark_us = bed->restored_us = INT64_MIN;
    rules_presence_init(&bed->presence, self->now_us, mono_us);
    g_hash_table_insert(self->beds, bed->id, bed);
    g_ptr_array_add(self->save_order, bed);
    if (self->restoring)
        return bed;
    rules_ward_publish_bed(bed);
    rules_ward_publish_limits(bed);
    publish_engine(self);
    rules_ward_reassert(bed);
    return bed;
}

void
rules_ward_bed_local(
    WardBed *bed, const char *cause, RulesPriority priority, const char *text, bool standing)
{
    rules_alarms_local(bed->ward->alarms, bed->id, cause, priority, text, standing,
                       bed->ward->now_us);
}

void
rules_ward_local(RulesWard *self,
                 const char *cause,
                 Vicu__Priority priority,
                 const char *text,
                 bool standing,
                 int64_t now_us)
{
    self->now_us = now_us;
    rules_alarms_local(self->alarms, "", cause, (RulesPriority)priority, text, standing, now_us);
}

/* Values, windows and rule states start afresh; its standing alarms end. */
void
rules_ward_reset_bed(WardBed *bed, const char *why, bool forget)
{
    int64_t t_us = bed->watermark_us == INT64_MIN ? bed->ward->now_us : bed->watermark_us + 1;
    rules_rhythm_reset(bed->rhythm);
    g_hash_table_remove_all(bed->newest);
    g_hash_table_remove_all(bed->device);
    rules_engine_reset_bed(bed->engine, t_us, why, forget);
    bed->suppressed = false;
    bed->dirty = true;
    for (size_t i = 0; i < rules_set_n_scores(bed->ward->set); i++) {
        g_autofree char *key =
            g_strdup_printf("%s/%s", bed->id, rules_set_score_name(bed->ward->set, i));
        rules_ward_drop(bed->ward, VICU__SUBJECT__SUBJECT_SCORE, key, false);
    }
    rules_ward_settle(bed, t_us);
}

void
rules_ward_presence(WardBed *bed, unsigned change)
{
    RulesWard *self = bed->ward;
    if (change == 0)
        return;
    if (change & RULES_PRESENCE_ENDED) {
        rules_outbox_event(self->outbox, bed->id, self->now_us, "absence-ended", "",
                           "its time is over", NULL);
        g_clear_pointer(&bed->reason, g_free);
        if (bed->suppressed)
            rules_ward_reset_bed(bed, "the absence is over", false);
    }
    if (change & RULES_PRESENCE_ALARM)
        rules_ward_bed_local(bed, "no-data", RULES_PRIORITY_MEDIUM, NO_DATA, bed->presence.silent);
    bed->dirty = true;
}

/* A reset ends every alarm of the bed; what is wrong with its data stands on. */
void
rules_ward_reassert(WardBed *bed)
{
    if (bed->presence.silent)
        rules_ward_bed_local(bed, "no-data", RULES_PRIORITY_MEDIUM, NO_DATA, true);
    if (bed->strays)
        rules_ward_bed_local(bed, "data-after-discharge", RULES_PRIORITY_LOW, STRAYS, true);
    if (is_unassigned(bed->id)) {
        g_autofree char *text =
            g_strdup_printf("Data from a bed that no setting maps: %s", bed->id);
        rules_ward_bed_local(bed, "unassigned-bed", RULES_PRIORITY_LOW, text, true);
    }
}

/* --- life --- */

static void
free_sender_value(gpointer data)
{
    rules_ward_sender_free(data);
}

RulesWard *
rules_ward_new(RulesSet *set,
               const RulesWardSettings *settings,
               const RulesWardOps *ops,
               gpointer data,
               int64_t now_us,
               int64_t mono_us)
{
    RulesWard *self = g_new0(RulesWard, 1);
    self->set = rules_set_ref(set);
    self->settings = *settings;
    self->ops = *ops;
    self->data = data;
    self->engine = rules_engine_new(set);
    self->alarms = rules_alarms_new();
    rules_alarms_on_change(self->alarms, on_alarm, self);
    self->outbox = rules_outbox_new();
    self->beds = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, free_bed);
    self->save_order = g_ptr_array_new();
    self->senders =
        g_hash_table_new_full(vicu_sender_id_hash, vicu_sender_id_same, NULL, free_sender_value);
    self->overflows = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    self->reporters =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_hash_table_unref);
    self->code_qrs = vicu_signal_code(vicu_signal_by_name("QRS"));
    self->code_abp_beat = vicu_signal_code(vicu_signal_by_name("ABP_BEAT"));
    self->code_pleth_beat = vicu_signal_code(vicu_signal_by_name("PLETH_BEAT"));
    self->code_lead = vicu_signal_code(vicu_signal_by_name("LEAD_ECG"));
    self->uses_events = rules_set_uses_code(set, self->code_qrs)
                        || rules_set_uses_code(set, self->code_abp_beat)
                        || rules_set_uses_code(set, self->code_pleth_beat);
    self->restoring = true;
    self->catching_up = true;
    self->decided_us = INT64_MIN;
    self->now_us = now_us;
    self->started_mono_us = self->tick_us = mono_us;
    return self;
}

void
rules_ward_free(RulesWard *self)
{
    if (!self)
        return;
    g_ptr_array_unref(self->save_order);
    g_hash_table_unref(self->beds);
    g_hash_table_unref(self->senders);
    g_hash_table_unref(self->overflows);
    g_hash_table_unref(self->reporters);
    rules_outbox_free(self->outbox);
    rules_alarms_free(self->alarms);
    rules_engine_free(self->engine);
    rules_set_unref(self->set);
    g_free(self);
}

/* --- restart --- */

static void
restore_alarm(RulesWard *self, const Vicu__Alarm *message, int64_t mono_us)
{
    g_autofree RulesAlarmInput *inputs = g_new0(RulesAlarmInput, message->n_input + 1);
    RulesAlarm alarm;
    rules_item_read_alarm(message, inputs, &alarm);
    rules_alarms_restore(self->alarms, &alarm);
    rules_overflow_restore(self, &alarm, mono_us);
    if (*message->bed && alarm.state != RULES_ALARM_ENDED)
        rules_ward_make_bed(self, message->bed, mono_us);
}

static void
restore_bed(RulesWard *self, const Vicu__Bed *message, int64_t mono_us)
{
    WardBed *bed = rules_ward_make_bed(self, message->bed, mono_us);
    if (!bed)
        return;
    RulesPresence *p = &bed->presence;
    p->state = message->presence;
    p->since_us = message->since_us;
    p->until_us = message->until_us;
    p->last_us = message->last_sample_us;
    p->heard_us = mono_us;
    p->admitted = *message->patient != '\0';
    bed->patient = g_strdup(message->patient);
    bed->device_name = g_strdup(message->device);
    bed->reason = g_strdup(message->reason);
    bed->who = g_strdup(message->who);
    bed->origin = message->origin;
}

void
rules_ward_restore(RulesWard *self, const Vicu__StateItem *item, int64_t mono_us)
{
    WardBed *bed = NULL;
    g_return_if_fail(self->restoring);
    switch ((int)item->body_case) {
    case VICU__STATE_ITEM__BODY_ALARM:
        restore_alarm(self, item->alarm, mono_us);
        break;
    case VICU__STATE_ITEM__BODY_BED:
        restore_bed(self, item->bed, mono_us);
        break;
    case VICU__STATE_ITEM__BODY_LIMIT:
        if ((bed = rules_ward_make_bed(self, item->limit->bed, mono_us)))
            rules_desk_restore_limit(bed, item->limit);
        break;
    case VICU__STATE_ITEM__BODY_OBSERVATION:
        if ((bed = rules_ward_make_bed(self, item->observation->bed, mono_us)))
            rules_desk_restore_observation(bed, item->key, item->observation,
                                           vicu_wire_pack(&item->base));
        break;
    case VICU__STATE_ITEM__BODY__NOT_SET:
    case VICU__STATE_ITEM__BODY_SCORE:
    case VICU__STATE_ITEM__BODY_ENGINE:
    default:
        break;
    }
}

/* Of a rule that cannot be judged, not of its condition: the id holds which. */
static bool
is_own_technical(const RulesAlarm *alarm)
{
    char id[17];
    rules_alarm_id(id, alarm->bed, alarm->rule, true, alarm->t_condition_us);
    return strcmp(id, alarm->id) == 0;
}

/* A standing alarm goes on in the engine, so that data clear it by its rule. */
static void
resume_alarm(const RulesAlarm *alarm, void *user)
{
    RulesWard *self = user;
    WardBed *bed = rules_ward_bed(self, alarm->bed);
    if (alarm->state != RULES_ALARM_ACTIVE && alarm->state != RULES_ALARM_ACKNOWLEDGED)
        return;
    if (strcmp(alarm->rule, "local:no-data") == 0 && bed)
        bed->presence.silent = true;
    if (strcmp(alarm->rule, "local:data-after-discharge") == 0 && bed)
        bed->strays = true;
    if (strcmp(alarm->rule, "local:hub-blind") == 0)
        self->hub_alarm = true;
    if (g_str_has_prefix(alarm->rule, "local:") || !bed || bed->restored_us != INT64_MIN)
        return;
    rules_engine_restore_alarm(bed->engine, alarm->rule, is_own_technical(alarm),
                               alarm->t_condition_us, alarm->t_raised_us);
}

static void
publish_alarm(const RulesAlarm *alarm, void *user)
{
    RulesWard *self = user;
    g_autoptr(GBytes) packed = rules_item_alarm(alarm);
    self->ops.item(VICU__SUBJECT__SUBJECT_ALARM, alarm->id, packed, false, false, self->data);
}

typedef struct {
    const RulesSet *set;
    GPtrArray *rules;
} Withdrawn;

static void
find_withdrawn(const RulesAlarm *alarm, void *user)
{
    Withdrawn *found = user;
    if (alarm->state != RULES_ALARM_ENDED && !g_str_has_prefix(alarm->rule, "local:")
        && rules_set_rule_find(found->set, alarm->rule) < 0)
        g_ptr_array_add(found->rules, g_strdup(alarm->rule));
}

void
rules_ward_restored(RulesWard *self, int64_t now_us, int64_t mono_us)
{
    self->now_us = now_us;
    self->tick_us = mono_us;
    rules_alarms_foreach(self->alarms, resume_alarm, self);
    self->restoring = false;
    rules_alarms_foreach(self->alarms, publish_alarm, self);
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, self->beds);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        WardBed *bed = value;
        rules_ward_publish_bed(bed);
        rules_ward_publish_limits(bed);
        rules_desk_judge_observations(bed, bed->saved_us);
        for (guint i = 0; i < bed->observations->len; i++) {
            const WardObservation *o = bed->observations->pdata[i];
            self->ops.item(VICU__SUBJECT__SUBJECT_OBSERVATION, o->key, o->packed, false, false,
                           self->data);
        }
    }
    Withdrawn withdrawn = {self->set, g_ptr_array_new_with_free_func(g_free)};
    rules_alarms_foreach(self->alarms, find_withdrawn, &withdrawn);
    for (guint i = 0; i < withdrawn.rules->len; i++)
        rules_alarms_end(self->alarms, NULL, withdrawn.rules->pdata[i], now_us, "rule withdrawn");
    g_ptr_array_unref(withdrawn.rules);
    publish_engine(self);
}

/* --- time --- */

/* We stood still ourselves: what we did not hear meanwhile proves nothing. */
static void
excuse(RulesWard *self, int64_t stalled_us)
{
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, self->beds);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        ((WardBed *)value)->presence.heard_us += stalled_us;
    g_hash_table_iter_init(&iter, self->senders);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        ((WardSender *)value)->heard_us += stalled_us;
}

static void
tick_sender(RulesWard *self, WardSender *sender, int64_t mono_us)
{
    bool silent = mono_us - sender->heard_us >= VICU_WATCH_LOST_US;
    /* An alarm from before our own start ends here too, once what comes is not the past. */
    bool agrees = sender->judged ? silent == sender->silent : !silent && self->catching_up;
    if (sender->beds->len == 0 || agrees || (silent && self->hub != VICU_WATCH_OK))
        return;
    sender->silent = silent;
    sender->judged = true;
    g_autofree char *cause = g_strdup_printf("silent/%s", sender->name);
    g_autofree char *text = g_strdup_printf("Nothing heard from %s: no data for %u beds",
                                            sender->name, sender->beds->len);
    rules_alarms_local(self->alarms, "", cause, RULES_PRIORITY_MEDIUM, text, silent, self->now_us);
}

/* All that brings this bed's data is silent: that alarm speaks for it. */
static bool
is_upstream_silent(const WardBed *bed, int64_t mono_us)
{
    if (bed->ward->hub >= VICU_WATCH_DELAYED)
        return true;
    return bed->senders->len > 0 && !rules_ward_has_live_sender(bed, mono_us);
}

static void
tick_bed(WardBed *bed, int64_t mono_us)
{
    RulesWard *self = bed->ward;
    unsigned change = rules_presence_tick(&bed->presence, is_upstream_silent(bed, mono_us),
                                          self->now_us, mono_us);
    rules_ward_presence(bed, change);
    rules_desk_expire(bed, self->now_us);
    if (bed->contested && self->now_us - bed->contested_us >= RULES_CLAIM_US) {
        bed->contested = false;
        rules_ward_bed_local(bed, CONTESTED, RULES_PRIORITY_MEDIUM, "", false);
    }
    if (bed->senders->len > 0 && !rules_ward_has_live_sender(bed, mono_us))
        rules_ward_advance(bed, mono_us);
    if (bed->dirty)
        rules_ward_publish_bed(bed);
}

static void
forget_alarm(const RulesAlarm *alarm, void *user)
{
    rules_ward_drop(user, VICU__SUBJECT__SUBJECT_ALARM, alarm->id, true);
}

typedef struct {
    RulesWard *ward;
    WardBed *bed;
    size_t rule;
    bool found;
} Live;

static void
find_live(const RulesAlarm *alarm, void *user)
{
    Live *live = user;
    live->found =
        live->found
        || ((alarm->state == RULES_ALARM_ACTIVE || alarm->state == RULES_ALARM_ACKNOWLEDGED
             || alarm->state == RULES_ALARM_LATCHED)
            && strcmp(alarm->bed, live->bed->id) == 0
            && strcmp(alarm->rule, rules_set_rule_name(live->ward->set, live->rule)) == 0
            && !is_own_technical(alarm));
}

/* An alarm that stands on record and not in the engine (what raised it was lost
 * with the hub) goes on from the record. */
static void
restore_lost(const RulesAlarm *alarm, void *user)
{
    RulesWard *self = user;
    WardBed *bed = rules_ward_bed(self, alarm->bed);
    int rule = rules_set_rule_find(self->set, alarm->rule);
    if (!bed || rule < 0 || bed->restored_us == INT64_MIN
        || (alarm->state != RULES_ALARM_ACTIVE && alarm->state != RULES_ALARM_ACKNOWLEDGED))
        return;
    bool own = is_own_technical(alarm);
    bool known = own ? rules_bed_rule_technical(bed->engine, (size_t)rule)
                     : rules_bed_rule_state(bed->engine, (size_t)rule) == RULES_STATE_ACTIVE;
    if (known)
        return;
    rules_engine_restore_alarm(bed->engine, alarm->rule, own, alarm->t_condition_us,
                               alarm->t_raised_us);
}

/* Engine and record must agree once we are level: an alarm that only the engine
 * knows would never be told again, so that bed's rules begin afresh. */
static void
reconcile(RulesWard *self)
{
    GHashTableIter iter;
    gpointer value;
    rules_alarms_foreach(self->alarms, restore_lost, self);
    g_hash_table_iter_init(&iter, self->beds);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        WardBed *bed = value;
        bool lost = false;
        for (size_t i = 0; i < rules_set_n_rules(self->set) && !lost; i++) {
            Live live = {.ward = self, .bed = bed, .rule = i};
            if (rules_bed_rule_state(bed->engine, i) != RULES_STATE_ACTIVE)
                continue;
            rules_alarms_foreach(self->alarms, find_live, &live);
            lost = !live.found;
        }
        if (lost)
            rules_ward_reset_bed(bed, "restarted", false);
        bed->restored_us = INT64_MIN;
    }
}

static void
watch_level(RulesWard *self, int64_t mono_us)
{
    int64_t behind_us = self->now_us - rules_ward_watermark(self);
    if (!self->catching_up)
        return;
    if (behind_us > LEVEL_US)
        self->level_since_us = 0;
    else if (self->level_since_us == 0)
        self->level_since_us = mono_us;
    bool level = self->level_since_us != 0 && mono_us - self->level_since_us >= LEVEL_FOR_US;
    if (level || mono_us - self->started_mono_us >= LEVEL_MAX_US) {
        self->catching_up = false;
        reconcile(self);
        publish_engine(self);
    }
}

void
rules_ward_tick(RulesWard *self, int64_t now_us, int64_t mono_us)
{
    GHashTableIter iter;
    gpointer value;
    int64_t since_us = mono_us - self->tick_us;
    self->now_us = now_us;
    self->tick_us = mono_us;
    if (since_us > STALL_US)
        excuse(self, since_us);
    g_hash_table_iter_init(&iter, self->senders);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        tick_sender(self, value, mono_us);
    g_hash_table_iter_init(&iter, self->beds);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        tick_bed(value, mono_us);
    watch_level(self, mono_us);
    if (mono_us - self->second_us >= S_US) {
        self->second_us = mono_us;
        rules_overflow_tick(self, mono_us);
        rules_alarms_forget(self->alarms, now_us - RULES_ENDED_KEEP_US, forget_alarm, self);
    }
}

/* Behind a hub that was silent nobody could be heard. */
static void
start_listening(RulesWard *self, int64_t mono_us)
{
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, self->beds);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        ((WardBed *)value)->presence.heard_us = mono_us;
    g_hash_table_iter_init(&iter, self->senders);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        ((WardSender *)value)->heard_us = mono_us;
}

void
rules_ward_hub(RulesWard *self, VicuWatchLevel level, int64_t now_us, int64_t mono_us)
{
    self->now_us = now_us;
    if (level == VICU_WATCH_OK && self->hub != VICU_WATCH_OK)
        start_listening(self, mono_us);
    bool blind = level >= VICU_WATCH_LOST;
    self->hub = level;
    if (blind == self->hub_alarm)
        return;
    self->hub_alarm = blind;
    rules_alarms_local(self->alarms, "", "hub-blind", RULES_PRIORITY_MEDIUM,
                       "Nothing heard from the hub: no bed is judged", blind, now_us);
}

/* --- figures --- */

int64_t
rules_ward_watermark(const RulesWard *self)
{
    GHashTableIter iter;
    gpointer value;
    int64_t least = INT64_MAX;
    g_hash_table_iter_init(&iter, self->beds);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const WardBed *bed = value;
        if (bed->watermark_us != INT64_MIN && bed->senders->len > 0)
            least = MIN(least, bed->watermark_us);
    }
    return least == INT64_MAX ? 0 : least;
}

bool
rules_ward_is_catching_up(const RulesWard *self)
{
    return self->catching_up;
}

void
rules_ward_figures(const RulesWard *self, RulesWardFigures *figures)
{
    GHashTableIter iter;
    gpointer value;
    *figures = self->figures;
    figures->beds = g_hash_table_size(self->beds);
    figures->senders = g_hash_table_size(self->senders);
    figures->alarms_live = rules_alarms_live(self->alarms);
    g_hash_table_iter_init(&iter, self->beds);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        figures->instants += rules_bed_counters(((WardBed *)value)->engine).instants;
}

static int
compare_int64(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

int64_t
rules_ward_latency_us(const RulesWard *self, double quantile)
{
    size_t n = (size_t)MIN(self->n_latencies, RULES_LATENCIES);
    if (n == 0)
        return 0;
    int64_t sorted[RULES_LATENCIES];
    memcpy(sorted, self->latency_us, n * sizeof *sorted);
    qsort(sorted, n, sizeof *sorted, compare_int64);
    size_t at = (size_t)(quantile * (double)n);
    return sorted[MIN(at, n - 1)];
}

RulesAlarms *
rules_ward_alarms(RulesWard *self)
{
    return self->alarms;
}

GBytes *
rules_ward_take_batch(RulesWard *self, int64_t now_us)
{
    return rules_outbox_take(self->outbox, now_us);
}

typedef struct {
    RulesWardItem func;
    gpointer user;
} Lasting;

static void
give_alarm(const RulesAlarm *alarm, void *user)
{
    Lasting *lasting = user;
    g_autoptr(GBytes) packed = rules_item_alarm(alarm);
    lasting->func(packed, lasting->user);
}

void
rules_ward_foreach_lasting(const RulesWard *self, RulesWardItem func, gpointer user)
{
    Lasting lasting = {func, user};
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, self->beds);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const WardBed *bed = value;
        g_autoptr(GBytes) packed = pack_bed(bed);
        func(packed, user);
        GHashTableIter limits;
        g_hash_table_iter_init(&limits, bed->limits);
        while (g_hash_table_iter_next(&limits, NULL, &value)) {
            g_autoptr(GBytes) limit = rules_item_limit(&((WardLimit *)value)->message);
            func(limit, user);
        }
        for (guint i = 0; i < bed->observations->len; i++)
            func(((WardObservation *)bed->observations->pdata[i])->packed, user);
    }
    rules_alarms_foreach(self->alarms, give_alarm, &lasting);
}
