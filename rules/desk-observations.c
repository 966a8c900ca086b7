/* The bed desk: what was observed by hand. Part of the ward.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "rules/desk-inner.h"
#include "rules/items.h"

#define OBSERVED_AHEAD_US (60 * (int64_t)G_USEC_PER_SEC) /* clocks of two machines differ */
#define OBSERVED_MAX_US   (7 * DESK_DAY_US)

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
    RulesLateInput input = {.kind = signal->kind == VICU_SIGNAL_SYMBOL ? RULES_LATE_SYMBOL
                                                                       : RULES_LATE_SAMPLE};
    input.sample = (RulesSample){
        .code = o->code,
        .t_us = fed ? MAX(o->t_us, bed->watermark_us + 1) : o->t_us,
        .value = o->value,
        .quality = RULES_QUALITY_GOOD,
        .source = RULES_SOURCE_MANUAL,
        .origin = RULES_ORIGIN_LIVE,
    };
    g_strlcpy(input.symbol, o->symbol ? o->symbol : "", sizeof input.symbol);
    return rules_ward_offer(bed, &input) == RULES_INPUT_TAKEN;
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
check_observation(DeskAct *act,
                  const WardBed *bed,
                  const Vicu__Observation *o,
                  const VicuSignal *signal)
{
    if (!signal || (signal->kind != VICU_SIGNAL_NUMERIC && signal->kind != VICU_SIGNAL_SYMBOL))
        desk_answer(act, false, "\"%s\" is nothing that can be observed by hand.", o->name);
    else if (o->t_us > act->now_us + OBSERVED_AHEAD_US || o->t_us < act->now_us - OBSERVED_MAX_US)
        desk_answer(act, false, "The time it was taken lies ahead, or more than 7 days back.");
    else if (signal->kind == VICU_SIGNAL_SYMBOL
             && (!*o->symbol || strlen(o->symbol) > RULES_SYMBOL_MAX))
        desk_answer(act, false, "%s needs a word of at most %d letters.", signal->name,
                    RULES_SYMBOL_MAX);
    else if (signal->kind == VICU_SIGNAL_SYMBOL && !vicu_signal_word(signal, o->symbol)) {
        g_autofree char *words = vicu_signal_words(signal);
        desk_answer(act, false, "%s is one of %s, not \"%s\".", signal->name, words, o->symbol);
    } else if (signal->kind == VICU_SIGNAL_NUMERIC && strcmp(o->unit, signal->unit) != 0)
        desk_answer(act, false, "%s is given in %s, not in \"%s\".", signal->name, signal->unit,
                    o->unit);
    else if (signal->kind == VICU_SIGNAL_NUMERIC
             && !(o->value >= signal->min && o->value <= signal->max))
        desk_answer(act, false, "%s = %g %s is outside %g..%g.", signal->name, o->value,
                    signal->unit, signal->min, signal->max);
    else if (*o->corrects && !find_observation(bed, o->corrects))
        desk_answer(act, false, "There is no observation \"%s\" to correct.", o->corrects);
    else
        return true;
    return false;
}

void
desk_observe(DeskAct *act, const Vicu__Observation *o)
{
    act->what = "observe";
    if (!o) {
        desk_answer(act, false, "The command holds no observation.");
        return;
    }
    WardBed *bed = desk_bed(act, o->bed);
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
    kept.symbol = numeric ? (char *)"" : (char *)(uintptr_t)vicu_signal_word(signal, o->symbol);
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
    desk_answer(act, true,
                judged ? "%s of bed %s is noted." : "%s of bed %s is noted, and not judged.",
                signal->name, bed->id);
}
