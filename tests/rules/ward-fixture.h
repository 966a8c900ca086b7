/* A ward under test: the real pack, time by hand, what it publishes in a table.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <string.h>

#include "rules/packs/packs.h"
#include "rules/ward.h"
#include "tests/rules/rhythm-fixture.h"

#define S             ((int64_t)G_USEC_PER_SEC)
#define NOW_US        ((int64_t)1700000000 * S)
#define BED           "demo/icu/7"
#define TICK          (S / 5)
#define WARD_MAX_BEDS 128

typedef struct {
    RulesSet *set;
    RulesWard *ward;
    GHashTable *items; /* "subject key" -> Vicu__StateItem */
    GPtrArray *audit;  /* Vicu__AuditRecord */
    GPtrArray *events; /* "kind key text" */
    GArray *derived;   /* of Derived */
    int64_t t_us;      /* both clocks since the start */
    uint64_t sent;     /* samples of each wave */
    uint64_t waves_from;
    int high_or_medium; /* physiological alarms ever raised */
} Ward;

typedef struct {
    uint32_t code;
    int64_t t_us;
    double value;
    Vicu__Quality quality;
    Vicu__Source source;
} Derived;

static const VicuSenderId sender_a = {.bytes = {1}};

static void
on_ward_item(Vicu__Subject subject,
             const char *key,
             GBytes *packed,
             bool removed,
             bool lasting,
             gpointer data)
{
    Ward *w = data;
    g_autofree char *at = g_strdup_printf("%d %s", subject, key);
    (void)lasting;
    gsize size = 0;
    const void *bytes = g_bytes_get_data(packed, &size);
    Vicu__StateItem *item = vicu_wire_unpack_state_item(bytes, size, NULL);
    g_assert_nonnull(item);
    g_assert_cmpstr(item->key, ==, key);
    g_assert_cmpint(item->removed, ==, removed);
    if (removed) {
        g_hash_table_remove(w->items, at);
        vicu_wire_free(item);
        return;
    }
    if (item->body_case == VICU__STATE_ITEM__BODY_ALARM && !item->alarm->technical
        && item->alarm->priority >= VICU__PRIORITY__PRIORITY_MEDIUM)
        w->high_or_medium++;
    g_hash_table_replace(w->items, g_steal_pointer(&at), item);
}

/* How often an event of these words was put on record. */
static inline guint
told(const Ward *w, const char *words)
{
    guint n = 0;
    for (guint i = 0; i < w->events->len; i++)
        n += strcmp(w->events->pdata[i], words) == 0;
    return n;
}

static RulesSet *
compile_pack(void)
{
    g_autoptr(RulesDiagnostics) d = rules_diagnostics_new("adult-icu.vrules");
    RulesSet *set =
        rules_set_compile(rules_text_adult_icu_rules, strlen(rules_text_adult_icu_rules), d);
    g_assert_nonnull(set);
    return set;
}

static void
open_ward(Ward *w)
{
    RulesWardSettings settings = {.lateness_us = S / 5, .max_beds = WARD_MAX_BEDS};
    RulesWardOps ops = {.item = on_ward_item};
    w->ward = rules_ward_new(w->set, &settings, &ops, w, NOW_US + w->t_us, w->t_us);
}

/* Takes @set over. */
static inline void
ward_up_with(Ward *w, RulesSet *set)
{
    memset(w, 0, sizeof *w);
    w->set = set;
    w->items = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, vicu_wire_free);
    w->audit = g_ptr_array_new_with_free_func(vicu_wire_free);
    w->events = g_ptr_array_new_with_free_func(g_free);
    w->derived = g_array_new(FALSE, FALSE, sizeof(Derived));
    w->t_us = 1000 * S;
    open_ward(w);
    rules_ward_restored(w->ward, NOW_US + w->t_us, w->t_us);
}

static inline void
ward_up(Ward *w, gconstpointer data)
{
    (void)data;
    ward_up_with(w, compile_pack());
}

static void
ward_down(Ward *w, gconstpointer data)
{
    (void)data;
    rules_ward_free(w->ward);
    rules_set_unref(w->set);
    g_hash_table_unref(w->items);
    g_ptr_array_unref(w->audit);
    g_ptr_array_unref(w->events);
    g_array_unref(w->derived);
}

/* What it would send to the hub. */
static void
drain(Ward *w)
{
    g_autoptr(GBytes) packed = rules_ward_take_batch(w->ward, NOW_US + w->t_us);
    if (!packed)
        return;
    gsize size = 0;
    const void *bytes = g_bytes_get_data(packed, &size);
    g_autoptr(Vicu__Batch) batch = vicu_wire_unpack_batch(bytes, size, NULL);
    g_assert_nonnull(batch);
    for (size_t i = 0; i < batch->n_audit; i++)
        g_ptr_array_add(w->audit, g_steal_pointer(&batch->audit[i]));
    batch->n_audit = 0;
    for (size_t i = 0; i < batch->n_event; i++)
        g_ptr_array_add(w->events, g_strdup_printf("%s %s %s", batch->event[i]->kind,
                                                   batch->event[i]->key, batch->event[i]->text));
    for (size_t i = 0; i < batch->n_numerics; i++) {
        const Vicu__Numerics *n = batch->numerics[i];
        for (size_t k = 0; k < n->n_code; k++) {
            Derived d = {n->code[k], n->t_us[k], n->value[k], n->quality[k], n->source};
            g_array_append_val(w->derived, d);
        }
    }
}

static void
give(Ward *w, Vicu__Batch *batch)
{
    batch->t_us = NOW_US + w->t_us;
    rules_ward_batch(w->ward, &sender_a, "collector", 1, batch, NOW_US + w->t_us, w->t_us);
    drain(w);
}

/* One tick of time in which the sender says only that it lives. */
static void
beat(Ward *w)
{
    Vicu__Heartbeat beat = VICU__HEARTBEAT__INIT;
    beat.t_us = NOW_US + w->t_us;
    rules_ward_heartbeat(w->ward, &sender_a, "collector", &beat, NOW_US + w->t_us, w->t_us);
    drain(w);
}

static void
tick(Ward *w)
{
    w->t_us += TICK;
    rules_ward_tick(w->ward, NOW_US + w->t_us, w->t_us);
    drain(w);
}

static inline void
wait_s(Ward *w, double seconds, bool sender_lives)
{
    for (int64_t left = (int64_t)(seconds * (double)S); left > 0; left -= TICK) {
        tick(w);
        if (sender_lives)
            beat(w);
    }
}

/* One number of @bed with its own time; the batch says that @reached_us is reached. */
static inline void
send_numerics_of(
    Ward *w, const char *bed, int64_t t_us, int64_t reached_us, const char *name, double value)
{
    Vicu__Batch batch = VICU__BATCH__INIT;
    Vicu__Numerics n = VICU__NUMERICS__INIT;
    Vicu__Numerics *numerics[] = {&n};
    uint32_t c = code(name);
    int64_t t = NOW_US + t_us;
    uint32_t period_ms = 1000;
    n.bed = (char *)bed;
    n.origin = VICU__ORIGIN__ORIGIN_SIMULATED;
    n.n_code = n.n_t_us = n.n_value = n.n_period_ms = 1;
    n.code = &c;
    n.t_us = &t;
    n.value = &value;
    n.period_ms = &period_ms;
    batch.n_numerics = 1;
    batch.numerics = numerics;
    batch.t_us = NOW_US + reached_us;
    rules_ward_batch(w->ward, &sender_a, "collector", 1, &batch, NOW_US + w->t_us, w->t_us);
    drain(w);
}

static inline void
send_numerics(Ward *w, int64_t t_us, int64_t reached_us, const char *name, double value)
{
    send_numerics_of(w, BED, t_us, reached_us, name, value);
}

static inline void
send_numerics_at(Ward *w, int64_t t_us, const char *name, double value)
{
    send_numerics(w, t_us, w->t_us, name, value);
}

static inline void
send_numerics_as_of(Ward *w, int64_t t_us, const char *name, double value)
{
    send_numerics(w, t_us, t_us, name, value);
}

/* @seconds of @name at 1 Hz, the sender ticking on. */
static inline void
send_for(Ward *w, double seconds, const char *name, double value)
{
    for (int64_t i = 0; i < (int64_t)(seconds * (double)S / (double)TICK); i++) {
        tick(w);
        if (w->t_us % S == 0)
            send_numerics_at(w, w->t_us, name, value);
        else
            beat(w);
    }
}

/* ECG and pressure of a heart at @hr, 250 Hz. */
static inline void
send_waves(Ward *w, double seconds, double hr, double systolic, double diastolic)
{
    for (int64_t left = (int64_t)(seconds * (double)S); left > 0; left -= TICK) {
        uint8_t bytes[2][100];
        for (size_t i = 0; i < 50; i++) {
            double t = (double)(w->t_us - 1000 * S) / 1e6 + (double)i / 250;
            double v[2] = {1000 * ecg_at(t, hr), 50 * abp_at(t, hr, systolic, diastolic)};
            for (size_t c = 0; c < 2; c++) {
                int16_t raw = (int16_t)lround(v[c]);
                bytes[c][2 * i] = (uint8_t)(raw & 0xff);
                bytes[c][2 * i + 1] = (uint8_t)((uint16_t)raw >> 8);
            }
        }
        Vicu__Batch batch = VICU__BATCH__INIT;
        Vicu__Segment segment[2];
        Vicu__Wave wave[2];
        Vicu__Segment *segments[2] = {&segment[0], &segment[1]};
        Vicu__Wave *waves[2] = {&wave[0], &wave[1]};
        for (uint32_t c = 0; c < 2; c++) {
            vicu__segment__init(&segment[c]);
            segment[c].id = c + 1;
            segment[c].bed = (char *)BED;
            segment[c].code = code(c == 0 ? "ECG_II" : "ABP");
            segment[c].t0_us = NOW_US + 1000 * S;
            segment[c].period_num = 1;
            segment[c].period_den = 250;
            segment[c].gain = c == 0 ? 1000 : 50;
            segment[c].origin = VICU__ORIGIN__ORIGIN_RECORDING;
            vicu__wave__init(&wave[c]);
            wave[c].segment = c + 1;
            wave[c].first = (uint64_t)((w->t_us - 1000 * S) / 4000);
            wave[c].samples.data = bytes[c];
            wave[c].samples.len = 100;
        }
        batch.n_segment = 2;
        batch.segment = segments;
        batch.n_wave = 2;
        batch.wave = waves;
        tick(w);
        give(w, &batch);
    }
}

/* --- what stands --- */

static inline const Vicu__StateItem *
find_item(Ward *w, Vicu__Subject subject, const char *key)
{
    g_autofree char *at = g_strdup_printf("%d %s", subject, key);
    return g_hash_table_lookup(w->items, at);
}

static inline const Vicu__Bed *
bed_item(Ward *w)
{
    const Vicu__StateItem *item = find_item(w, VICU__SUBJECT__SUBJECT_BED, BED);
    return item ? item->bed : NULL;
}

/* The newest alarm of @rule, whatever its state; NULL: none. */
static inline const Vicu__Alarm *
alarm_of(Ward *w, const char *rule)
{
    GHashTableIter iter;
    gpointer value;
    const Vicu__Alarm *found = NULL;
    g_hash_table_iter_init(&iter, w->items);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const Vicu__Alarm *alarm = ((Vicu__StateItem *)value)->alarm;
        if (((Vicu__StateItem *)value)->body_case == VICU__STATE_ITEM__BODY_ALARM
            && strcmp(alarm->rule, rule) == 0
            && (!found || alarm->t_condition_us > found->t_condition_us))
            found = alarm;
    }
    return found;
}

static inline bool
stands(Ward *w, const char *rule)
{
    const Vicu__Alarm *alarm = alarm_of(w, rule);
    return alarm && alarm->state != VICU__ALARM_STATE__ALARM_ENDED;
}

/* --- restart --- */

static inline void
keep_packed(GBytes *packed, gpointer user)
{
    g_ptr_array_add(user, g_bytes_ref(packed));
}

/* With @snapshot the engine's state comes back too; what followed it is replayed. */
static inline void
restart_with(Ward *w, GBytes *snapshot, int64_t decided_us)
{
    g_autoptr(GPtrArray) kept = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    rules_ward_foreach_lasting(w->ward, keep_packed, kept);
    rules_ward_free(w->ward);
    g_hash_table_remove_all(w->items);
    open_ward(w);
    for (guint i = 0; i < kept->len; i++) {
        gsize size = 0;
        const void *bytes = g_bytes_get_data(kept->pdata[i], &size);
        g_autoptr(Vicu__StateItem) item = vicu_wire_unpack_state_item(bytes, size, NULL);
        rules_ward_restore(w->ward, item, w->t_us);
    }
    if (snapshot)
        g_assert_true(rules_ward_load(w->ward, g_bytes_get_data(snapshot, NULL),
                                      g_bytes_get_size(snapshot), decided_us));
    rules_ward_restored(w->ward, NOW_US + w->t_us, w->t_us);
}

static inline void
restart(Ward *w)
{
    restart_with(w, NULL, 0);
}

/* --- commands --- */

static inline bool
command_as(Ward *w, Vicu__Command *command, const char *role, char **text)
{
    RulesAnswer answer;
    Vicu__Actor actor = VICU__ACTOR__INIT;
    actor.who = (char *)"nurse";
    command->actor = &actor;
    rules_ward_command(w->ward, command, "vicu", role, NOW_US + w->t_us, w->t_us, &answer);
    command->actor = NULL;
    drain(w);
    bool ok = answer.ok;
    g_assert_nonnull(answer.text);
    if (text) {
        g_free(*text);
        *text = g_strdup(answer.text);
    }
    rules_answer_clear(&answer);
    return ok;
}

static inline const Vicu__AuditRecord *
last_audit(Ward *w)
{
    return w->audit->len > 0 ? w->audit->pdata[w->audit->len - 1] : NULL;
}
