/* Ward: its beds, its life and its figures.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "rules/ward.h"

#include <string.h>

#include "rules/ward-inner.h"

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
    rules_late_free(bed->late);
    g_ptr_array_unref(bed->senders);
    g_ptr_array_unref(bed->observations);
    g_ptr_array_unref(bed->changed);
    g_ptr_array_unref(bed->notes);
    rules_past_free(bed->past);
    g_clear_pointer(&bed->seen, g_hash_table_unref);
    g_free(bed->owner);
    g_free(bed->seen_by);
    g_ptr_array_unref(bed->required);
    g_ptr_array_unref(bed->ended);
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
    bed->late = rules_late_new();
    bed->observations = g_ptr_array_new_with_free_func(rules_desk_free_observation);
    bed->required = g_ptr_array_new_with_free_func(g_free);
    bed->ended = g_ptr_array_new_with_free_func(g_free);
    bed->changed = g_ptr_array_new_with_free_func(g_free);
    bed->notes = g_ptr_array_new_with_free_func(vicu_wire_free);
    bed->past = rules_past_new();
    vicu__alarm_count__init(&bed->count);
    bed->newest = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, g_free);
    bed->device = g_hash_table_new_full(g_direct_hash, g_direct_equal, NULL, g_free);
    bed->limits = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, rules_desk_free_limit);
    bed->watermark_us = bed->restored_us = INT64_MIN;
    rules_presence_init(&bed->presence, self->now_us, mono_us);
    g_hash_table_insert(self->beds, bed->id, bed);
    g_ptr_array_add(self->save_order, bed);
    if (self->restoring)
        return bed;
    rules_desk_begin_limits(bed);
    rules_ward_publish_bed(bed);
    rules_ward_publish_limits(bed);
    rules_ward_publish_engine(self);
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

/* Behind all that was taken in: what waits for its turn is of before too, and must not be
 * judged afterwards. Late values wait at the watermark + 1. */
static int64_t
reset_at(const WardBed *bed)
{
    int64_t now_us = bed->ward->now_us;
    int64_t t_us = bed->watermark_us == INT64_MIN ? now_us : bed->watermark_us + 2;
    GHashTableIter iter;
    gpointer newest;
    g_hash_table_iter_init(&iter, bed->newest);
    while (g_hash_table_iter_next(&iter, NULL, &newest))
        t_us = MAX(t_us, MIN(*(const int64_t *)newest, now_us) + 1);
    return t_us;
}

/* Values, windows and rule states start afresh; its standing alarms end. */
void
rules_ward_reset_bed(WardBed *bed, const char *why, bool forget)
{
    int64_t t_us = reset_at(bed);
    rules_rhythm_reset(bed->rhythm);
    g_hash_table_remove_all(bed->newest);
    g_hash_table_remove_all(bed->device);
    rules_engine_reset_bed(bed->engine, t_us, why, forget);
    rules_ward_begin_past(bed, t_us);
    rules_outbox_event(bed->ward->outbox, bed->id, t_us, "bed-reset", forget ? "forget" : "keep",
                       why, NULL);
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

void
rules_ward_look_at_events(RulesWard *self)
{
    self->uses_events = rules_set_uses_code(self->set, self->code_qrs)
                        || rules_set_uses_code(self->set, self->code_abp_beat)
                        || rules_set_uses_code(self->set, self->code_pleth_beat);
}

static void
free_engine(gpointer data)
{
    rules_engine_free(data);
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
    self->shadows = rules_engine_new(set);
    self->before = g_ptr_array_new_with_free_func(free_engine);
    self->alarms = rules_alarms_new();
    rules_alarms_on_change(self->alarms, rules_ward_on_alarm, self);
    rules_alarms_on_pause(self->alarms, rules_ward_on_pause, self);
    rules_alarms_on_explanation(self->alarms, rules_desk_explanation, self);
    rules_alarms_on_similar(self->alarms, rules_desk_similar, self);
    self->handovers = g_ptr_array_new_with_free_func(vicu_wire_free);
    self->outbox = rules_outbox_new();
    self->beds = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, free_bed);
    self->of_units = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, rules_desk_free_limit);
    self->save_order = g_ptr_array_new();
    self->senders =
        g_hash_table_new_full(vicu_sender_id_hash, vicu_sender_id_same, NULL, free_sender_value);
    self->overflows = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    self->emergencies = rules_desk_new_emergencies();
    self->reporters =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_hash_table_unref);
    self->outlets = rules_outlets_new(rules_desk_on_outlet, self);
    self->proofs = rules_proofs_new();
    self->code_qrs = vicu_signal_code(vicu_signal_by_name("QRS"));
    self->code_abp_beat = vicu_signal_code(vicu_signal_by_name("ABP_BEAT"));
    self->code_pleth_beat = vicu_signal_code(vicu_signal_by_name("PLETH_BEAT"));
    self->code_lead = vicu_signal_code(vicu_signal_by_name("LEAD_ECG"));
    rules_ward_look_at_events(self);
    self->restoring = true;
    self->catching_up = true;
    self->decided_us = INT64_MIN;
    self->now_us = now_us;
    self->started_mono_us = self->tick_us = mono_us;
    return self;
}

void
rules_ward_people(RulesWard *self, const VicuPeople *people, const char *keys_act)
{
    self->people = people;
    g_free(self->keys_act);
    self->keys_act = g_strdup(keys_act);
}

void
rules_ward_free(RulesWard *self)
{
    if (!self)
        return;
    g_free(self->keys_act);
    g_hash_table_unref(self->emergencies);
    g_ptr_array_unref(self->save_order);
    g_hash_table_unref(self->beds);
    g_hash_table_unref(self->of_units);
    g_ptr_array_unref(self->handovers);
    g_hash_table_unref(self->senders);
    g_hash_table_unref(self->overflows);
    g_hash_table_unref(self->reporters);
    rules_outlets_free(self->outlets);
    for (size_t i = 0; i < RULES_OUTLET_KINDS; i++)
        g_free(self->outlet_trouble[i]);
    rules_proofs_free(self->proofs);
    g_free(self->proof_trouble[0]);
    g_free(self->proof_trouble[1]);
    rules_outbox_free(self->outbox);
    rules_alarms_free(self->alarms);
    rules_engine_free(self->engine);
    rules_engine_free(self->shadows);
    g_clear_pointer(&self->found, rules_alarms_free);
    g_ptr_array_unref(self->before);
    rules_set_unref(self->set);
    g_free(self);
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
