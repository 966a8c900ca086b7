/* Ward: what is published of it, and what lasts.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "rules/items.h"
#include "rules/ward-inner.h"

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

void
rules_ward_note(
    RulesWard *self, const char *what, const char *why, const char *detail, int64_t now_us)
{
    self->now_us = now_us;
    rules_ward_audit(self, "rules", false, "rules", what, NULL, "rules", why, detail);
}

void
rules_ward_tell(RulesWard *self, const Vicu__AuditRecord *record)
{
    rules_outbox_audit(self->outbox, record);
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
    message.n_required = bed->required->len;
    message.required = (char **)bed->required->pdata;
    message.n_ended = bed->ended->len;
    message.ended = (char **)bed->ended->pdata;
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
        const Vicu__Limit *set_by = rules_desk_limit(bed, info.name);
        if (!set_by) {
            publish_standard(bed, &info);
            continue;
        }
        bool own = *set_by->bed != '\0';
        Vicu__Limit limit = *set_by;
        limit.bed = bed->id;
        g_autofree char *key = rules_item_limit_key(bed->id, info.name);
        rules_ward_put(bed->ward, VICU__SUBJECT__SUBJECT_LIMIT, key, rules_item_limit(&limit), own);
    }
}

/* For those that list units; a bed's own item has what is in force there. */
void
rules_ward_publish_of_units(RulesWard *self)
{
    GHashTableIter iter;
    gpointer key, value;
    g_hash_table_iter_init(&iter, self->of_units);
    while (g_hash_table_iter_next(&iter, &key, &value))
        rules_ward_put(self, VICU__SUBJECT__SUBJECT_LIMIT, key,
                       rules_item_limit(&((WardLimit *)value)->message), true);
}

void
rules_ward_publish_engine(RulesWard *self)
{
    Vicu__Engine engine = VICU__ENGINE__INIT;
    engine.pack = (char *)rules_set_name(self->set);
    engine.pack_version = (uint32_t)rules_set_version(self->set);
    engine.set_hash = (char *)rules_set_hash(self->set);
    engine.rules = (uint32_t)rules_set_n_rules(self->set);
    engine.beds = g_hash_table_size(self->beds);
    engine.catching_up = self->catching_up;
    Vicu__Pack pack[RULES_MAX_PACKS];
    Vicu__Pack *packs[RULES_MAX_PACKS];
    for (size_t i = 0; i < rules_set_n_packs(self->set); i++) {
        RulesPackInfo info = rules_set_pack(self->set, i);
        vicu__pack__init(&pack[i]);
        pack[i].name = (char *)info.name;
        pack[i].version = (uint32_t)info.version;
        pack[i].hash = (char *)info.hash;
        pack[i].rules = (uint32_t)info.n_rules;
        packs[i] = &pack[i];
    }
    engine.n_packs = rules_set_n_packs(self->set);
    engine.packs = packs;
    rules_ward_put(self, VICU__SUBJECT__SUBJECT_ENGINE, "engine", rules_item_engine(&engine),
                   false);
}

void
rules_ward_on_alarm(const RulesAlarm *alarm, void *user)
{
    RulesWard *self = user;
    if (self->restoring)
        return;
    /* Before the alarm itself: what ended is never missing among what was. */
    if (alarm->state == RULES_ALARM_ENDED)
        rules_desk_remember(self, alarm);
    if (alarm->state == RULES_ALARM_ACTIVE && alarm->lapses > 0
        && alarm->t_lapsed_us == self->now_us)
        rules_ward_audit(self, "rules", false, "rules", "watch-over",
                         rules_ward_bed(self, alarm->bed), "rules", "", alarm->id);
    rules_ward_put(self, VICU__SUBJECT__SUBJECT_ALARM, alarm->id, rules_item_alarm(alarm), true);
    g_autoptr(GBytes) body = rules_item_alarm_body(alarm);
    rules_outbox_event(self->outbox, alarm->bed, self->now_us, "alarm", alarm->id, alarm->text,
                       body);
}

void
rules_ward_on_pause(const RulesPause *pause, RulesPauseChange change, void *user)
{
    RulesWard *self = user;
    bool begun = change == RULES_PAUSE_BEGUN;
    if (self->restoring)
        return;
    if (begun)
        rules_ward_put(self, VICU__SUBJECT__SUBJECT_PAUSE, rules_item_pause_key(pause->bed),
                       rules_item_pause(pause), true);
    else
        rules_ward_drop(self, VICU__SUBJECT__SUBJECT_PAUSE, rules_item_pause_key(pause->bed), true);
    rules_outbox_event(self->outbox, pause->bed, self->now_us,
                       begun ? "audio-paused" : "audio-pause-ended", pause->who, pause->reason,
                       NULL);
    if (change == RULES_PAUSE_OVER || change == RULES_PAUSE_RESET)
        rules_ward_audit(self, "rules", false, "rules", "alarm-pause-ended",
                         rules_ward_bed(self, pause->bed), "rules", pause->reason,
                         change == RULES_PAUSE_OVER ? "its time is over" : "the bed begins anew");
}

typedef struct {
    RulesWardItem func;
    gpointer user;
} Lasting;

static void
give_past(const Vicu__PastAlarm *past, void *user)
{
    const Lasting *lasting = user;
    g_autoptr(GBytes) packed = rules_item_past(past);
    lasting->func(packed, lasting->user);
}

/* What goes with the care of a patient. */
static void
give_care(const WardBed *bed, Lasting *lasting)
{
    g_autoptr(GBytes) care = rules_desk_care(bed);
    if (care)
        lasting->func(care, lasting->user);
    for (guint i = 0; i < bed->notes->len; i++) {
        g_autoptr(GBytes) note = rules_item_note(bed->notes->pdata[i]);
        lasting->func(note, lasting->user);
    }
    rules_past_foreach(bed->past, give_past, lasting);
}

static void
give_alarm(const RulesAlarm *alarm, void *user)
{
    Lasting *lasting = user;
    g_autoptr(GBytes) packed = rules_item_alarm(alarm);
    lasting->func(packed, lasting->user);
}

static void
give_outlet(const Vicu__Outlet *outlet, bool gone, gpointer user)
{
    const Lasting *lasting = user;
    g_autoptr(GBytes) packed = rules_item_outlet(outlet);
    (void)gone;
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
        give_care(bed, &lasting);
    }
    for (guint i = 0; i < self->handovers->len; i++) {
        g_autoptr(GBytes) handover = rules_item_handover(self->handovers->pdata[i]);
        func(handover, user);
    }
    g_hash_table_iter_init(&iter, self->of_units);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        g_autoptr(GBytes) limit = rules_item_limit(&((WardLimit *)value)->message);
        func(limit, user);
    }
    rules_outlets_foreach(self->outlets, give_outlet, &lasting);
    rules_alarms_foreach(self->alarms, give_alarm, &lasting);
    const RulesPauses *pauses = rules_alarms_pauses(self->alarms);
    for (size_t i = 0; i < rules_pauses_length(pauses); i++) {
        g_autoptr(GBytes) packed = rules_item_pause(rules_pauses_at(pauses, i));
        func(packed, user);
    }
}
