/* The bed desk: what people and patient administration say about beds, limits,
 * alarms and observations. Part of the ward.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "common/clock.h"
#include "common/json.h"
#include "rules/items.h"
#include "rules/language/diagnostics.h"
#include "rules/ward-inner.h"

#define DAY_US            (24 * 3600 * (int64_t)G_USEC_PER_SEC)
#define OBSERVED_AHEAD_US (60 * (int64_t)G_USEC_PER_SEC) /* clocks of two machines differ */
#define OBSERVED_MAX_US   (7 * DAY_US)

/* One command on its way: who asks, and the answer. */
typedef struct {
    RulesWard *ward;
    const Vicu__Command *command;
    const char *who;
    const char *role;
    const char *from;
    bool person;
    int64_t now_us;
    int64_t mono_us;
    RulesAnswer *answer;
    const char *what; /* for the audit */
    WardBed *bed;     /* for the audit */
} Act;

void
rules_answer_clear(RulesAnswer *answer)
{
    g_clear_pointer(&answer->text, g_free);
    g_clear_pointer(&answer->detail, g_free);
}

static void G_GNUC_PRINTF(3, 4) answer(Act *act, bool ok, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_free(act->answer->text);
    act->answer->ok = ok;
    act->answer->text = g_strdup_vprintf(format, args);
    va_end(args);
}

static void
set_text(char **at, const char *value)
{
    g_free(*at);
    *at = value && *value ? g_strdup(value) : NULL;
}

static bool
is_short_text(const char *text, size_t max)
{
    return strlen(text) <= max && g_utf8_validate(text, -1, NULL);
}

/* --- rights: which key's role may do what; what is not here is refused --- */

typedef enum {
    MAY_ACK = 1 << 0,
    MAY_DESK = 1 << 1,
    MAY_LIMIT = 1 << 2,
    MAY_LOOK = 1 << 3,
    MAY_LOCAL = 1 << 4,
} Right;

static const struct {
    const char *role;
    unsigned rights;
} rights[] = {
    {"operator", MAY_ACK | MAY_DESK | MAY_LIMIT | MAY_LOOK | MAY_LOCAL},
    {"dashboard", MAY_ACK | MAY_DESK | MAY_LIMIT | MAY_LOOK | MAY_LOCAL},
    {"portal", MAY_ACK | MAY_DESK | MAY_LIMIT | MAY_LOOK | MAY_LOCAL},
    {"escalation", MAY_ACK | MAY_LOOK | MAY_LOCAL},
    {"annunciator", MAY_LOCAL},
    {"store", MAY_LOCAL},
    {"hub", MAY_LOCAL},
};

static bool
may(const char *role, Right right)
{
    for (size_t i = 0; i < G_N_ELEMENTS(rights); i++)
        if (strcmp(rights[i].role, role) == 0)
            return (rights[i].rights & right) != 0;
    return false;
}

/* --- beds --- */

static WardBed *
find_bed(Act *act, const char *id)
{
    act->bed = rules_ward_bed(act->ward, id);
    if (!act->bed)
        answer(act, false, "There is no bed \"%s\".", id);
    return act->bed;
}

static void
forget_patient(WardBed *bed)
{
    RulesWard *self = bed->ward;
    GHashTableIter iter;
    gpointer name;
    set_text(&bed->patient, NULL);
    set_text(&bed->device_name, NULL);
    set_text(&bed->reason, NULL);
    for (guint i = 0; i < bed->observations->len; i++) {
        const WardObservation *o = bed->observations->pdata[i];
        rules_ward_drop(self, VICU__SUBJECT__SUBJECT_OBSERVATION, o->key, true);
    }
    g_ptr_array_set_size(bed->observations, 0);
    g_hash_table_iter_init(&iter, bed->limits);
    while (g_hash_table_iter_next(&iter, &name, NULL)) {
        int limit = rules_set_limit_find(self->set, name);
        g_autofree char *key = rules_item_limit_key(bed->id, name);
        rules_ward_drop(self, VICU__SUBJECT__SUBJECT_LIMIT, key, true);
        if (limit >= 0)
            rules_engine_limit(bed->engine, name,
                               rules_set_limit(self->set, (size_t)limit).standard, self->now_us);
        g_hash_table_iter_remove(&iter);
    }
    rules_ward_publish_limits(bed);
}

static bool
admit(Act *act, const char *id, const char *patient, const char *device)
{
    if (!rules_ward_is_bed_id(id)) {
        answer(act, false, "\"%s\" is no bed: expected site/unit/bed.", id);
        return false;
    }
    if (!is_short_text(patient, 64) || !is_short_text(device, 128)) {
        answer(act, false, "The patient's pseudonym has at most 64 bytes, the device 128.");
        return false;
    }
    WardBed *bed = act->bed = rules_ward_make_bed(act->ward, id, act->mono_us);
    if (!bed) {
        answer(act, false, "No room for another bed: [ward] max_beds is %zu.",
               act->ward->settings.max_beds);
        return false;
    }
    if (bed->patient && *patient && strcmp(bed->patient, patient) != 0) {
        answer(act, false, "Bed %s has another patient: discharge first.", id);
        return false;
    }
    set_text(&bed->patient, patient);
    if (*device)
        set_text(&bed->device_name, device);
    set_text(&bed->who, act->who);
    rules_ward_presence(bed, rules_presence_admit(&bed->presence, act->now_us, act->mono_us));
    rules_ward_publish_bed(bed);
    rules_outbox_event(act->ward->outbox, bed->id, act->now_us, "admit", patient, device, NULL);
    answer(act, true, "Bed %s is admitted.", id);
    return true;
}

static bool
discharge(Act *act, const char *id)
{
    WardBed *bed = find_bed(act, id);
    if (!bed)
        return false;
    if (bed->presence.state == VICU__PRESENCE__PRESENCE_DISCHARGED) {
        answer(act, false, "Bed %s is discharged already.", id);
        return false;
    }
    rules_outbox_event(act->ward->outbox, bed->id, act->now_us, "discharge",
                       bed->patient ? bed->patient : "", act->command ? act->command->reason : "",
                       NULL);
    rules_ward_reset_bed(bed, "discharged", true);
    rules_ward_presence(bed, rules_presence_discharge(&bed->presence, act->now_us));
    rules_alarms_end(act->ward->alarms, bed->id, NULL, act->now_us, "discharged");
    forget_patient(bed);
    set_text(&bed->who, act->who);
    rules_ward_publish_bed(bed);
    answer(act, true, "Bed %s is discharged.", id);
    return true;
}

static void
do_absence(Act *act, const Vicu__Absence *absence)
{
    WardBed *bed = find_bed(act, absence->bed);
    bool end = absence->presence == VICU__PRESENCE__PRESENCE_PRESENT;
    bool transport = absence->presence == VICU__PRESENCE__PRESENCE_TRANSPORT;
    act->what = end ? "absence-end" : transport ? "transport" : "standby";
    if (!bed)
        return;
    if (end) {
        if (!rules_presence_return(&bed->presence, act->now_us, act->mono_us)) {
            answer(act, false, "Bed %s is neither in standby nor in transport.", bed->id);
            return;
        }
        set_text(&bed->reason, NULL);
        if (bed->suppressed)
            rules_ward_reset_bed(bed, "the absence is over", false);
        rules_ward_publish_bed(bed);
        answer(act, true, "Bed %s is expected to send data again.", bed->id);
        return;
    }
    if (!*act->command->reason || !is_short_text(act->command->reason, RULES_TEXT_MAX)) {
        answer(act, false, "An absence needs a reason of at most %d bytes.", RULES_TEXT_MAX);
        return;
    }
    if (!rules_presence_leave(&bed->presence, absence->presence, absence->until_us, act->now_us)) {
        answer(act, false,
               "Bed %s: standby and transport need an end within 2 hours from now, and a bed that "
               "is not discharged.",
               bed->id);
        return;
    }
    set_text(&bed->reason, act->command->reason);
    set_text(&bed->who, act->who);
    rules_ward_reset_bed(bed, transport ? "transport" : "standby", false);
    rules_ward_bed_local(bed, "no-data", RULES_PRIORITY_MEDIUM, "", false);
    rules_ward_publish_bed(bed);
    g_autofree char *until = vicu_time_format(absence->until_us);
    answer(act, true, "Bed %s is in %s until %s.", bed->id, act->what, until);
}

/* --- limits --- */

void
rules_desk_free_limit(gpointer data)
{
    WardLimit *limit = data;
    g_free(limit->message.bed);
    g_free(limit->message.name);
    g_free(limit->message.unit);
    g_free(limit->message.who);
    g_free(limit->message.reason);
    g_free(limit);
}

static void
own_limit(WardBed *bed, const Vicu__Limit *from)
{
    WardLimit *limit = g_new0(WardLimit, 1);
    limit->message = *from;
    vicu__limit__init(&limit->message);
    limit->message.bed = g_strdup(bed->id);
    limit->message.name = g_strdup(from->name);
    limit->message.unit = g_strdup(from->unit);
    limit->message.who = g_strdup(from->who);
    limit->message.reason = g_strdup(from->reason);
    limit->message.value = from->value;
    limit->message.standard = from->standard;
    limit->message.min = from->min;
    limit->message.max = from->max;
    limit->message.overridden = true;
    limit->message.t_us = from->t_us;
    limit->message.expires_us = from->expires_us;
    g_hash_table_replace(bed->limits, g_strdup(from->name), limit);
}

void
rules_desk_restore_limit(WardBed *bed, const Vicu__Limit *limit)
{
    int at = rules_set_limit_find(bed->ward->set, limit->name);
    if (!limit->overridden || at < 0)
        return;
    if (rules_engine_limit(bed->engine, limit->name, limit->value, limit->t_us))
        own_limit(bed, limit);
}

static void
end_limit(WardBed *bed, const char *name)
{
    RulesWard *self = bed->ward;
    int at = rules_set_limit_find(self->set, name);
    if (at >= 0)
        rules_engine_limit(bed->engine, name, rules_set_limit(self->set, (size_t)at).standard,
                           self->now_us);
    g_autofree char *key = rules_item_limit_key(bed->id, name);
    rules_ward_drop(self, VICU__SUBJECT__SUBJECT_LIMIT, key, true);
    g_hash_table_remove(bed->limits, name);
    rules_ward_publish_limits(bed);
}

void
rules_desk_expire(WardBed *bed, int64_t now_us)
{
    GHashTableIter iter;
    gpointer name, value;
    if (g_hash_table_size(bed->limits) == 0)
        return;
    g_hash_table_iter_init(&iter, bed->limits);
    while (g_hash_table_iter_next(&iter, &name, &value)) {
        const Vicu__Limit *limit = &((WardLimit *)value)->message;
        if (limit->expires_us == 0 || limit->expires_us > now_us)
            continue;
        g_autofree char *gone = g_strdup(name);
        rules_ward_audit(bed->ward, "rules", false, "rules", "limit-expired", bed, "rules",
                         limit->reason, gone);
        end_limit(bed, gone);
        return; /* the table changed: the next one at the next tick */
    }
}

/* Names the limit that was meant, or those there are. */
static void
refuse_limit(Act *act, const char *name)
{
    const RulesSet *set = act->ward->set;
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    for (size_t i = 0; i < rules_set_n_limits(set); i++)
        g_ptr_array_add(names, (gpointer)rules_set_limit(set, i).name);
    g_ptr_array_add(names, NULL);
    const char *near = rules_nearest(name, (const char *const *)names->pdata);
    g_autofree char *list = g_strjoinv(", ", (char **)names->pdata);
    if (near)
        answer(act, false, "The rules have no limit \"%s\"; did you mean %s?", name, near);
    else
        answer(act, false, "The rules have no limit \"%s\"; they have %s.", name,
               *list ? list : "none");
}

static void
do_limit(Act *act, const Vicu__SetLimit *set)
{
    RulesWard *self = act->ward;
    act->what = "limit-set";
    WardBed *bed = find_bed(act, set->bed);
    if (!bed)
        return;
    int at = rules_set_limit_find(self->set, set->name);
    if (at < 0) {
        refuse_limit(act, set->name);
        return;
    }
    RulesLimitInfo info = rules_set_limit(self->set, (size_t)at);
    if (strcmp(set->unit, info.unit) != 0) {
        answer(act, false, "%s is given in %s, not in \"%s\".", info.name, info.unit, set->unit);
        return;
    }
    if (!info.per_bed) {
        answer(act, false, "%s is the same for every bed.", info.name);
        return;
    }
    if (!(set->value >= info.min && set->value <= info.max)) {
        answer(act, false, "%s = %g %s is outside %g..%g %s.", info.name, set->value, info.unit,
               info.min, info.max, info.unit);
        return;
    }
    if (!*act->command->reason || !is_short_text(act->command->reason, RULES_TEXT_MAX)
        || set->for_us < 0 || set->for_us > 30 * DAY_US) {
        answer(act, false, "A limit needs a reason, and a time of at most 30 days.");
        return;
    }
    rules_engine_limit(bed->engine, info.name, set->value, act->now_us);
    Vicu__Limit limit = VICU__LIMIT__INIT;
    limit.name = (char *)info.name;
    limit.unit = (char *)info.unit;
    limit.value = set->value;
    limit.standard = info.standard;
    limit.min = info.min;
    limit.max = info.max;
    limit.who = (char *)act->who;
    limit.reason = act->command->reason;
    limit.t_us = act->now_us;
    limit.expires_us = set->for_us > 0 ? act->now_us + set->for_us : 0;
    own_limit(bed, &limit);
    rules_ward_publish_limits(bed);
    answer(act, true, "%s of bed %s is now %g %s.", info.name, bed->id, set->value, info.unit);
}

/* --- observations --- */

void
rules_desk_free_observation(gpointer data)
{
    WardObservation *o = data;
    g_free(o->key);
    g_free(o->symbol);
    g_bytes_unref(o->packed);
    g_free(o);
}

/* Offers it to the engine as of now, while it stands and nothing newer was
 * taken. A value entered late stands from its entry, so one that is older than
 * half of its validity is kept and shown, and not judged. */
static bool
judge_observation(WardBed *bed, const WardObservation *o)
{
    const VicuSignal *signal = vicu_signal_by_code(o->code);
    if (!signal || o->corrected)
        return false;
    for (guint i = 0; i < bed->observations->len; i++) {
        const WardObservation *other = bed->observations->pdata[i];
        if (other != o && other->code == o->code && !other->corrected && other->t_us > o->t_us)
            return false;
    }
    RulesWard *self = bed->ward;
    int64_t validity_us = vicu_signal_validity_us(signal, 0);
    bool fed = bed->watermark_us != INT64_MIN; /* else it stands from when it was taken */
    if (self->now_us - o->t_us > (fed ? validity_us / 2 : validity_us))
        return false;
    RulesSample sample = {
        .code = o->code,
        .t_us = fed ? MAX(o->t_us, bed->watermark_us + 1) : o->t_us,
        .value = o->value,
        .quality = RULES_QUALITY_GOOD,
        .source = RULES_SOURCE_MANUAL,
        .origin = RULES_ORIGIN_LIVE,
    };
    RulesFate fate = signal->kind == VICU_SIGNAL_SYMBOL
                         ? rules_engine_symbol(bed->engine, &sample, o->symbol)
                         : rules_engine_sample(bed->engine, &sample);
    return fate == RULES_INPUT_TAKEN;
}

static WardObservation *
keep_observation(WardBed *bed, const char *key, const Vicu__Observation *o, GBytes *packed)
{
    if (bed->observations->len >= RULES_OBSERVATIONS_MAX) {
        const WardObservation *oldest = bed->observations->pdata[0];
        rules_ward_drop(bed->ward, VICU__SUBJECT__SUBJECT_OBSERVATION, oldest->key, true);
        g_ptr_array_remove_index(bed->observations, 0);
    }
    for (guint i = 0; *o->corrects && i < bed->observations->len; i++) {
        WardObservation *old = bed->observations->pdata[i];
        if (strcmp(old->key, o->corrects) == 0)
            old->corrected = true;
    }
    WardObservation *kept = g_new0(WardObservation, 1);
    kept->key = g_strdup(key);
    kept->packed = packed;
    kept->t_us = o->t_us;
    kept->code = o->code;
    kept->value = o->value;
    kept->symbol = g_strdup(o->symbol);
    kept->entered_us = o->entered_us;
    g_ptr_array_add(bed->observations, kept);
    return kept;
}

void
rules_desk_restore_observation(WardBed *bed,
                               const char *key,
                               const Vicu__Observation *o,
                               GBytes *packed)
{
    keep_observation(bed, key, o, packed);
}

void
rules_desk_judge_observations(WardBed *bed, int64_t since_us)
{
    for (guint i = 0; i < bed->observations->len; i++) {
        const WardObservation *o = bed->observations->pdata[i];
        if (bed->restored_us == INT64_MIN || o->entered_us > since_us)
            judge_observation(bed, o);
    }
}

static const WardObservation *
find_observation(const WardBed *bed, const char *key)
{
    for (guint i = 0; i < bed->observations->len; i++) {
        const WardObservation *o = bed->observations->pdata[i];
        if (strcmp(o->key, key) == 0)
            return o;
    }
    return NULL;
}

/* What a signal cannot be is refused, never cut to fit. */
static bool
check_observation(Act *act,
                  const WardBed *bed,
                  const Vicu__Observation *o,
                  const VicuSignal *signal)
{
    if (!signal || (signal->kind != VICU_SIGNAL_NUMERIC && signal->kind != VICU_SIGNAL_SYMBOL))
        answer(act, false, "\"%s\" is nothing that can be observed by hand.", o->name);
    else if (o->t_us > act->now_us + OBSERVED_AHEAD_US || o->t_us < act->now_us - OBSERVED_MAX_US)
        answer(act, false, "The time it was taken lies ahead, or more than 7 days back.");
    else if (signal->kind == VICU_SIGNAL_SYMBOL
             && (!*o->symbol || strlen(o->symbol) > RULES_SYMBOL_MAX))
        answer(act, false, "%s needs a word of at most %d letters.", signal->name,
               RULES_SYMBOL_MAX);
    else if (signal->kind == VICU_SIGNAL_NUMERIC && strcmp(o->unit, signal->unit) != 0)
        answer(act, false, "%s is given in %s, not in \"%s\".", signal->name, signal->unit,
               o->unit);
    else if (signal->kind == VICU_SIGNAL_NUMERIC
             && !(o->value >= signal->min && o->value <= signal->max))
        answer(act, false, "%s = %g %s is outside %g..%g.", signal->name, o->value, signal->unit,
               signal->min, signal->max);
    else if (*o->corrects && !find_observation(bed, o->corrects))
        answer(act, false, "There is no observation \"%s\" to correct.", o->corrects);
    else
        return true;
    return false;
}

static void
do_observe(Act *act, const Vicu__Observation *o)
{
    act->what = "observe";
    if (!o) {
        answer(act, false, "The command holds no observation.");
        return;
    }
    WardBed *bed = find_bed(act, o->bed);
    const VicuSignal *signal =
        o->code ? vicu_signal_by_code(o->code) : vicu_signal_by_name(o->name);
    if (!bed || !check_observation(act, bed, o, signal))
        return;
    Vicu__Observation kept = VICU__OBSERVATION__INIT;
    bool numeric = signal->kind == VICU_SIGNAL_NUMERIC;
    kept.bed = bed->id;
    kept.code = vicu_signal_code(signal);
    kept.name = (char *)signal->name;
    kept.value = numeric ? o->value : 0;
    kept.symbol = numeric ? (char *)"" : o->symbol;
    kept.unit = (char *)signal->unit;
    kept.t_us = o->t_us;
    kept.entered_us = act->now_us;
    kept.who = (char *)act->who;
    kept.corrects = o->corrects;
    g_autofree char *key =
        g_strdup_printf("%s/%s/%" G_GINT64_FORMAT, bed->id, signal->name, act->now_us);
    while (find_observation(bed, key)) { /* two within a microsecond */
        kept.entered_us++;
        g_free(key);
        key = g_strdup_printf("%s/%s/%" G_GINT64_FORMAT, bed->id, signal->name, kept.entered_us);
    }
    GBytes *packed = rules_item_observation(key, &kept);
    WardObservation *own = keep_observation(bed, key, &kept, g_bytes_ref(packed));
    rules_ward_put(act->ward, VICU__SUBJECT__SUBJECT_OBSERVATION, key, packed, true);
    rules_outbox_observation(act->ward->outbox, bed->id, kept.code, kept.t_us, kept.value,
                             numeric ? NULL : kept.symbol, act->who);
    bool judged = judge_observation(bed, own);
    answer(act, true, judged ? "%s of bed %s is noted." : "%s of bed %s is noted, and not judged.",
           signal->name, bed->id);
}

/* --- the rest --- */

static void
do_ack(Act *act, const Vicu__AckAlarm *ack)
{
    act->what = "acknowledge";
    const RulesAlarm *alarm = rules_alarms_find(act->ward->alarms, ack->id);
    if (alarm)
        act->bed = rules_ward_bed(act->ward, alarm->bed);
    if (!is_short_text(act->command->reason, RULES_TEXT_MAX)) {
        answer(act, false, "A reason has at most %d bytes.", RULES_TEXT_MAX);
        return;
    }
    switch (rules_alarms_acknowledge(act->ward->alarms, ack->id, act->who, act->role,
                                     act->command->reason, act->now_us)) {
    case RULES_ACK_DONE:
        answer(act, true, "Alarm %s is acknowledged.", ack->id);
        break;
    case RULES_ACK_ALREADY:
        answer(act, true, "Alarm %s was acknowledged before; the first answer stays.", ack->id);
        break;
    case RULES_ACK_ENDED:
        answer(act, false, "Alarm %s has ended.", ack->id);
        break;
    case RULES_ACK_NO_SUCH_ALARM:
        answer(act, false, "There is no alarm \"%s\".", ack->id);
        break;
    case RULES_ACK_NOBODY:
        answer(act, false, "Nobody is named who acknowledges.");
        break;
    }
}

static void
do_move(Act *act, const Vicu__Move *move)
{
    act->what = "move";
    WardBed *from = find_bed(act, move->from);
    if (!from)
        return;
    if (!from->patient) {
        answer(act, false, "Bed %s has no patient to move.", from->id);
        return;
    }
    WardBed *to = rules_ward_bed(act->ward, move->to);
    if (to == from || (to && to->patient)) {
        answer(act, false, "Bed %s has a patient already.", move->to);
        return;
    }
    g_autofree char *patient = g_strdup(from->patient);
    g_autofree char *device = g_strdup(from->device_name ? from->device_name : "");
    if (!admit(act, move->to, patient, device))
        return;
    /* Values and windows of the new place belong to nobody: afresh. */
    rules_ward_reset_bed(act->bed, "patient moved", true);
    rules_ward_publish_bed(act->bed);
    discharge(act, move->from);
    answer(act, true, "The patient of bed %s is now in bed %s.", move->from, move->to);
}

static void
do_bind(Act *act, const Vicu__Bind *bind)
{
    act->what = "bind";
    WardBed *bed = find_bed(act, bind->bed);
    if (!bed)
        return;
    if (!is_short_text(bind->device, 128)) {
        answer(act, false, "A device's name has at most 128 bytes.");
        return;
    }
    set_text(&bed->device_name, bind->device);
    rules_ward_publish_bed(bed);
    answer(act, true, "Bed %s is bound to device %s.", bed->id, bind->device);
}

static void
do_explain(Act *act, const Vicu__Explain *explain)
{
    act->what = "explain";
    const RulesAlarm *alarm = rules_alarms_find(act->ward->alarms, explain->id);
    if (!alarm) {
        answer(act, false, "There is no alarm \"%s\".", explain->id);
        return;
    }
    act->bed = rules_ward_bed(act->ward, alarm->bed);
    g_autofree char *text = rules_alarm_explain(alarm);
    g_autoptr(VicuJson) json = vicu_json_new();
    vicu_json_begin_object(json, NULL);
    vicu_json_text(json, "id", alarm->id);
    vicu_json_text(json, "bed", alarm->bed);
    vicu_json_text(json, "rule", alarm->rule);
    vicu_json_integer(json, "rule_version", alarm->rule_version);
    vicu_json_text(json, "set_hash", alarm->set_hash);
    vicu_json_time(json, "t_condition", alarm->t_condition_us);
    vicu_json_time(json, "t_raised", alarm->t_raised_us);
    vicu_json_time(json, "t_decided", alarm->t_decided_us);
    vicu_json_text(json, "conditions", alarm->explain);
    vicu_json_end(json);
    act->answer->detail = g_strdup(vicu_json_peek(json));
    answer(act, true, "%s", text);
}

static void
do_local(Act *act, const Vicu__LocalAlarm *local)
{
    act->what = "local-alarm";
    if (!*local->cause || !is_short_text(local->cause, 64)
        || !is_short_text(local->text, RULES_TEXT_MAX)) {
        answer(act, false, "A local alarm needs a cause of at most 64 bytes.");
        return;
    }
    if (*local->bed && !find_bed(act, local->bed))
        return;
    /* Who sees the same cause: it stands while any of them says so. */
    g_autofree char *key = g_strdup_printf("%s\n%s", local->bed, local->cause);
    GHashTable *peers = g_hash_table_lookup(act->ward->reporters, key);
    if (!peers) {
        peers = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
        g_hash_table_insert(act->ward->reporters, g_steal_pointer(&key), peers);
    }
    if (local->standing)
        g_hash_table_add(peers, g_strdup(act->from));
    else
        g_hash_table_remove(peers, act->from);
    bool standing = g_hash_table_size(peers) > 0;
    rules_alarms_local(act->ward->alarms, local->bed, local->cause, (RulesPriority)local->priority,
                       local->text, standing, act->now_us);
    answer(act, true, standing ? "The alarm stands." : "The alarm is over.");
}

static Right
right_of(const Vicu__Command *command)
{
    switch ((int)command->what_case) {
    case VICU__COMMAND__WHAT_ACK:
        return MAY_ACK;
    case VICU__COMMAND__WHAT_LIMIT:
        return MAY_LIMIT;
    case VICU__COMMAND__WHAT_EXPLAIN:
        return MAY_LOOK;
    case VICU__COMMAND__WHAT_LOCAL:
        return MAY_LOCAL;
    case VICU__COMMAND__WHAT_ADMIT:
    case VICU__COMMAND__WHAT_DISCHARGE:
    case VICU__COMMAND__WHAT_ABSENCE:
    case VICU__COMMAND__WHAT_OBSERVE:
    case VICU__COMMAND__WHAT_MOVE:
    case VICU__COMMAND__WHAT_BIND:
    case VICU__COMMAND__WHAT__NOT_SET:
    default:
        return MAY_DESK;
    }
}

static void
dispatch(Act *act)
{
    const Vicu__Command *c = act->command;
    switch ((int)c->what_case) {
    case VICU__COMMAND__WHAT_ACK:
        do_ack(act, c->ack);
        break;
    case VICU__COMMAND__WHAT_LIMIT:
        do_limit(act, c->limit);
        break;
    case VICU__COMMAND__WHAT_ADMIT:
        act->what = "admit";
        admit(act, c->admit->bed, c->admit->patient, c->admit->device);
        break;
    case VICU__COMMAND__WHAT_DISCHARGE:
        act->what = "discharge";
        discharge(act, c->discharge->bed);
        break;
    case VICU__COMMAND__WHAT_ABSENCE:
        do_absence(act, c->absence);
        break;
    case VICU__COMMAND__WHAT_OBSERVE:
        do_observe(act, c->observe->observation);
        break;
    case VICU__COMMAND__WHAT_MOVE:
        do_move(act, c->move);
        break;
    case VICU__COMMAND__WHAT_BIND:
        do_bind(act, c->bind);
        break;
    case VICU__COMMAND__WHAT_EXPLAIN:
        do_explain(act, c->explain);
        break;
    case VICU__COMMAND__WHAT_LOCAL:
        do_local(act, c->local);
        break;
    case VICU__COMMAND__WHAT__NOT_SET:
    default:
        answer(act, false, "This version does not know the command; update the rules process.");
        break;
    }
}

static void
audit(const Act *act)
{
    const char *reason = act->command ? act->command->reason : "";
    if (strcmp(act->what, "local-alarm") == 0 && act->answer->ok)
        return; /* no act of a person; the alarm itself is in the record */
    g_autofree char *refused =
        act->answer->ok ? NULL : g_strdup_printf("%s: %s", act->what, act->answer->text);
    /* An explanation may hold values: its text stays out of the audit. */
    bool quiet = strcmp(act->what, "explain") == 0;
    rules_ward_audit(act->ward, act->who, act->person, act->role, refused ? "refused" : act->what,
                     act->bed, act->from, reason,
                     refused ? refused
                     : quiet ? ""
                             : act->answer->text);
}

void
rules_ward_command(RulesWard *self,
                   const Vicu__Command *command,
                   const char *peer,
                   const char *role,
                   int64_t now_us,
                   int64_t mono_us,
                   RulesAnswer *out)
{
    const Vicu__Actor *actor = command->actor;
    *out = (RulesAnswer){0};
    self->now_us = now_us;
    Act act = {
        .ward = self,
        .command = command,
        .who = actor && *actor->who && is_short_text(actor->who, 128) ? actor->who : peer,
        /* Without accounts nobody has shown to be a person. */
        .person = false,
        .role = role,
        .from = peer,
        .now_us = now_us,
        .mono_us = mono_us,
        .answer = out,
        .what = "command",
    };
    if (may(role, right_of(command)))
        dispatch(&act);
    else
        answer(&act, false, "The role \"%s\" of key \"%s\" may not do that.", role, peer);
    audit(&act);
}

/* --- patient administration --- */

static void
apply_adt(Act *act, const Vicu__Adt *adt)
{
    static const char *const enter[] = {"A01", "A04", "A13", NULL};
    static const char *const leave[] = {"A03", "A11", NULL};
    if (g_strv_contains(enter, adt->trigger)) {
        act->what = "admit";
        admit(act, adt->bed, adt->patient, "");
    } else if (g_strv_contains(leave, adt->trigger)) {
        act->what = "discharge";
        discharge(act, *adt->prior_bed ? adt->prior_bed : adt->bed);
    } else if (strcmp(adt->trigger, "A02") == 0) {
        Vicu__Move move = VICU__MOVE__INIT;
        move.from = adt->prior_bed;
        move.to = adt->bed;
        do_move(act, &move);
    } else if (strcmp(adt->trigger, "A40") == 0) {
        GHashTableIter iter;
        gpointer value;
        act->what = "merge";
        answer(act, true, "Patient ids are merged.");
        g_hash_table_iter_init(&iter, act->ward->beds);
        while (g_hash_table_iter_next(&iter, NULL, &value)) {
            WardBed *bed = value;
            if (!bed->patient || strcmp(bed->patient, adt->prior_patient) != 0)
                continue;
            set_text(&bed->patient, adt->patient);
            act->bed = bed;
            rules_ward_publish_bed(bed);
        }
    }
}

void
rules_desk_adt(
    RulesWard *self, const Vicu__Event *event, const char *name, int64_t now_us, int64_t mono_us)
{
    g_autoptr(Vicu__Adt) adt = vicu_wire_unpack_adt(event->detail.data, event->detail.len, NULL);
    RulesAnswer out = {0};
    if (!adt)
        return;
    Act act = {
        .ward = self,
        .who = name,
        .role = "collector",
        .from = "patient administration",
        .now_us = now_us,
        .mono_us = mono_us,
        .answer = &out,
        .what = "",
    };
    apply_adt(&act, adt);
    if (*act.what) {
        audit(&act);
        /* What administration says and the ward knows differ: somebody has to look. */
        bool mismatch = !out.ok && act.bed;
        if (act.bed)
            rules_ward_bed_local(act.bed, "patient-mismatch", RULES_PRIORITY_LOW,
                                 mismatch ? out.text : "", mismatch);
    }
    rules_answer_clear(&out);
}
