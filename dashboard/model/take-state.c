/* Model: takes state from its owner: beds, alarms, limits, scores, observations.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "dashboard/model/private.h"

static void
drop_limit(DashBed *bed, unsigned i)
{
    g_free(bed->limit[i].key);
    g_free(bed->limit[i].name);
    g_free(bed->limit[i].unit);
    g_free(bed->limit[i].who);
    g_free(bed->limit[i].reason);
    bed->limit[i] = bed->limit[--bed->n_limits];
    bed->limit[bed->n_limits] = (DashLimit){0};
}

static void
drop_score(DashBed *bed, unsigned i)
{
    DashScore *score = &bed->score[i];
    for (unsigned p = 0; p < score->n_parts; p++)
        g_free(score->part[p].name);
    g_free(score->key);
    g_free(score->name);
    *score = bed->score[--bed->n_scores];
    bed->score[bed->n_scores] = (DashScore){0};
}

void
dash_model_begin_snapshot(DashModel *self)
{
    g_hash_table_remove_all(self->alarms);
    dash_model_forget_care(self);
    dash_model_forget_outlets(self);
    self->sorted = false;
    for (size_t b = 0; b < self->beds->len; b++) {
        DashBed *bed = self->beds->pdata[b];
        while (bed->n_limits)
            drop_limit(bed, 0);
        while (bed->n_scores)
            drop_score(bed, 0);
        bed->presence_known = false;
        bed->presence = VICU__PRESENCE__PRESENCE_PRESENT;
    }
    self->has_state = true;
}

/* "MAP 38 mm[Hg], NEWS2 not known": the inputs as the rule saw them. */
static char *
evidence_text(const Vicu__Alarm *alarm)
{
    g_autoptr(GString) text = g_string_new(NULL);
    for (size_t i = 0; i < alarm->n_input; i++) {
        const Vicu__AlarmInput *input = alarm->input[i];
        g_string_append_printf(text, "%s%s ", i ? ", " : "", input->name);
        if (!input->known)
            g_string_append(text, "not known");
        else if (*input->symbol)
            g_string_append(text, input->symbol);
        else
            g_string_append_printf(text, "%.4g%s%s", input->value, *input->unit ? " " : "",
                                   input->unit);
    }
    return g_string_free(g_steal_pointer(&text), FALSE);
}

static char *
input_names(const Vicu__Alarm *alarm)
{
    g_autoptr(GString) names = g_string_new("|");
    for (size_t i = 0; i < alarm->n_input; i++)
        g_string_append_printf(names, "%s|", alarm->input[i]->name);
    return g_string_free(g_steal_pointer(&names), FALSE);
}

static void
take_alarm(DashModel *self, const char *key, const Vicu__Alarm *wire, int64_t now_us)
{
    if (*wire->bed)
        dash_model_bed_for(self, wire->bed, now_us);
    dash_burden_take(self->burden, wire);
    DashAlarm *alarm = g_hash_table_lookup(self->alarms, key);
    if (!alarm) {
        if (g_hash_table_size(self->alarms) >= DASH_ALARMS_MAX) {
            self->left_out++;
            return;
        }
        alarm = g_new0(DashAlarm, 1);
        g_hash_table_insert(self->alarms, g_strdup(key), alarm);
    }
    dash_model_set_text(&alarm->id, wire->id);
    dash_model_set_text(&alarm->bed, wire->bed);
    dash_model_set_text(&alarm->rule, wire->rule);
    dash_model_set_text(&alarm->title, *wire->title ? wire->title : wire->rule);
    dash_model_set_text(&alarm->text, wire->text);
    dash_model_set_text(&alarm->why, wire->why);
    alarm->priority = wire->priority;
    alarm->state = wire->state;
    alarm->technical = wire->technical;
    alarm->latching = wire->latching;
    alarm->t_condition_us = dash_model_time(wire->t_condition_us);
    alarm->t_raised_us = dash_model_time(wire->t_raised_us);
    alarm->t_cleared_us = dash_model_time(wire->t_cleared_us);
    alarm->data_age_us = dash_model_time(wire->data_age_us);
    alarm->origin = wire->origin;
    alarm->count = wire->count;
    alarm->reminders = wire->reminders;
    alarm->merged = (unsigned)wire->n_merged;
    alarm->spoken_for = *wire->merged_into != '\0';
    alarm->audio_paused = wire->signal == VICU__SIGNAL_STATE__SIGNAL_AUDIO_PAUSED;
    alarm->signal_until_us = dash_model_time(wire->signal_until_us);
    dash_model_take_answer(alarm, wire);
    alarm->derived = false;
    for (size_t i = 0; i < wire->n_input; i++)
        alarm->derived |= wire->input[i]->source == VICU__SOURCE__SOURCE_DERIVED;
    g_free(alarm->evidence);
    alarm->evidence = evidence_text(wire);
    g_free(alarm->inputs);
    alarm->inputs = input_names(wire);
    alarm->rule_version = wire->rule_version;
    dash_because_free(alarm->because_of);
    alarm->because_of = dash_because_new(wire);
    self->sorted = false;
}

static void
take_names(char ***own, char **names, size_t n)
{
    g_strfreev(*own);
    *own = g_new0(char *, n + 1);
    for (size_t i = 0; i < n; i++)
        (*own)[i] = g_strdup(names[i]);
}

static void
take_bed(DashModel *self, const Vicu__Bed *wire, int64_t now_us)
{
    DashBed *bed = dash_model_bed_for(self, wire->bed, now_us);
    if (!bed)
        return;
    bed->presence = wire->presence;
    bed->presence_known = true;
    dash_model_set_text(&bed->patient, wire->patient);
    dash_model_set_text(&bed->device, wire->device);
    dash_model_set_text(&bed->reason, wire->reason);
    bed->since_us = dash_model_time(wire->since_us);
    bed->until_us = dash_model_time(wire->until_us);
    bed->last_sample_us = dash_model_time(wire->last_sample_us);
    bed->origin = wire->origin;
    take_names(&bed->not_judged, wire->not_judged, wire->n_not_judged);
    take_names(&bed->required, wire->required, wire->n_required);
}

static void
take_limit(DashModel *self, const char *key, const Vicu__Limit *wire, int64_t now_us)
{
    /* A unit's own item: what is in force at its beds comes with theirs. */
    DashBed *bed = *wire->bed ? dash_model_bed_for(self, wire->bed, now_us) : NULL;
    if (!bed)
        return;
    unsigned i = 0;
    while (i < bed->n_limits && strcmp(bed->limit[i].key, key) != 0)
        i++;
    if (i == DASH_LIMITS_MAX) {
        bed->left_out++;
        return;
    }
    DashLimit *limit = &bed->limit[i];
    bed->n_limits = MAX(bed->n_limits, i + 1);
    dash_model_set_text(&limit->key, key);
    dash_model_set_text(&limit->name, wire->name);
    dash_model_set_text(&limit->unit, wire->unit);
    limit->value = wire->value;
    limit->min = wire->min;
    limit->max = wire->max;
    limit->standard = wire->standard;
    limit->of_unit = *wire->of_unit != '\0';
    dash_model_set_text(&limit->who, wire->who);
    dash_model_set_text(&limit->reason, wire->reason);
    limit->overridden = wire->overridden;
    limit->expires_us = dash_model_time(wire->expires_us);
}

static void
keep_past(DashBed *bed, const Vicu__Score *wire, int64_t now_us)
{
    unsigned i = 0;
    while (i < bed->n_pasts && strcmp(bed->past[i].name, wire->name) != 0)
        i++;
    if (i == DASH_SCORES_MAX)
        return;
    if (i == bed->n_pasts)
        bed->past[bed->n_pasts++] =
            (DashScorePast){.name = g_strdup(wire->name), .trend = g_new0(DashTrend, 1)};
    int64_t t_us = dash_model_plausible(wire->t_us, now_us) ? wire->t_us : now_us;
    dash_trend_put(bed->past[i].trend, t_us, wire->known ? wire->value : wire->min);
    dash_trend_put(bed->past[i].trend, t_us, wire->known ? wire->value : wire->max);
}

static void
take_score(DashModel *self, const char *key, const Vicu__Score *wire, int64_t now_us)
{
    DashBed *bed = dash_model_bed_for(self, wire->bed, now_us);
    if (!bed)
        return;
    unsigned i = 0;
    while (i < bed->n_scores && strcmp(bed->score[i].key, key) != 0)
        i++;
    if (i < bed->n_scores)
        drop_score(bed, i);
    if (bed->n_scores == DASH_SCORES_MAX) {
        bed->left_out++;
        return;
    }
    keep_past(bed, wire, now_us);
    DashScore *score = &bed->score[bed->n_scores++];
    *score = (DashScore){
        .key = g_strdup(key),
        .name = g_strdup(wire->name),
        .known = wire->known,
        .value = wire->value,
        .min = wire->min,
        .max = wire->max,
        .t_us = dash_model_time(wire->t_us),
    };
    for (size_t p = 0; p < wire->n_part && score->n_parts < DASH_PARTS_MAX; p++)
        score->part[score->n_parts++] = (DashPart){
            .name = g_strdup(wire->part[p]->name),
            .known = wire->part[p]->known,
            .points = wire->part[p]->points,
        };
}

static void
take_observation(DashModel *self, const Vicu__Observation *wire, int64_t now_us)
{
    DashBed *bed = dash_model_bed_for(self, wire->bed, now_us);
    const VicuSignal *signal = vicu_signal_by_code(wire->code);
    if (!signal)
        signal = vicu_signal_by_name(wire->name);
    if (!bed || !signal)
        return;
    uint32_t code = vicu_signal_code(signal);
    if (signal->kind == VICU_SIGNAL_SYMBOL) {
        DashSymbol *symbol = dash_model_symbol_for(bed, code, signal);
        if (!symbol || wire->t_us < symbol->t_us || !dash_model_plausible(wire->t_us, now_us))
            return;
        dash_model_set_text(&symbol->value, wire->symbol);
        symbol->t_us = dash_model_time(wire->t_us);
        symbol->source = VICU__SOURCE__SOURCE_MANUAL;
        symbol->origin = VICU__ORIGIN__ORIGIN_LIVE;
        symbol->quality = VICU__QUALITY__QUALITY_GOOD;
    } else if (signal->kind == VICU_SIGNAL_NUMERIC && dash_model_measurable(wire->value)) {
        DashNumeric *numeric = dash_model_numeric_for(bed, code, 0, signal);
        if (!numeric || wire->t_us < numeric->t_us || !dash_model_plausible(wire->t_us, now_us))
            return;
        numeric->value = wire->value;
        numeric->t_us = dash_model_time(wire->t_us);
        numeric->source = VICU__SOURCE__SOURCE_MANUAL;
        numeric->origin = VICU__ORIGIN__ORIGIN_LIVE;
        numeric->quality = VICU__QUALITY__QUALITY_GOOD;
        dash_trend_put(numeric->trend, numeric->t_us, numeric->value);
    }
}

static void
remove_item(DashModel *self, const Vicu__StateItem *item)
{
    if (item->subject == VICU__SUBJECT__SUBJECT_ALARM) {
        g_hash_table_remove(self->alarms, item->key);
        self->sorted = false;
        return;
    }
    if (item->subject == VICU__SUBJECT__SUBJECT_OUTLET) {
        dash_model_drop_outlet(self, item->key);
        return;
    }
    if (item->subject == VICU__SUBJECT__SUBJECT_ESCALATION) {
        dash_model_drop_escalation(self, item->key);
        return;
    }
    dash_model_drop_care(self, item->subject, item->key);
    for (size_t b = 0; b < self->beds->len; b++) {
        DashBed *bed = self->beds->pdata[b];
        for (unsigned i = bed->n_limits; i-- > 0;)
            if (item->subject == VICU__SUBJECT__SUBJECT_LIMIT
                && strcmp(bed->limit[i].key, item->key) == 0)
                drop_limit(bed, i);
        for (unsigned i = bed->n_scores; i-- > 0;)
            if (item->subject == VICU__SUBJECT__SUBJECT_SCORE
                && strcmp(bed->score[i].key, item->key) == 0)
                drop_score(bed, i);
    }
}

void
dash_model_take_state(DashModel *self, const Vicu__StateItem *item, int64_t now_us)
{
    self->has_state |= !dash_model_is_of_help(item);
    if (item->removed) {
        remove_item(self, item);
        return;
    }
    switch ((int)item->body_case) {
    case VICU__STATE_ITEM__BODY_ALARM:
        take_alarm(self, item->key, item->alarm, now_us);
        break;
    case VICU__STATE_ITEM__BODY_LIMIT:
        take_limit(self, item->key, item->limit, now_us);
        break;
    case VICU__STATE_ITEM__BODY_BED:
        take_bed(self, item->bed, now_us);
        break;
    case VICU__STATE_ITEM__BODY_OBSERVATION:
        take_observation(self, item->observation, now_us);
        break;
    case VICU__STATE_ITEM__BODY_SCORE:
        take_score(self, item->key, item->score, now_us);
        break;
    case VICU__STATE_ITEM__BODY_ENGINE:
        g_free(self->pack);
        self->pack = g_strdup_printf("%s %u", item->engine->pack, item->engine->pack_version);
        dash_model_set_text(&self->set_hash, item->engine->set_hash);
        break;
    case VICU__STATE_ITEM__BODY_NOTE:
        dash_model_take_note(self, item->note, now_us);
        break;
    case VICU__STATE_ITEM__BODY_CARE:
        dash_model_take_care(self, item->care, now_us);
        break;
    case VICU__STATE_ITEM__BODY_HANDOVER:
        dash_model_take_handover(self, item->handover);
        break;
    case VICU__STATE_ITEM__BODY_OUTLET:
        dash_model_take_outlet(self, item->key, item->outlet);
        break;
    case VICU__STATE_ITEM__BODY_ESCALATION:
        dash_model_take_escalation(self, item->key, item->escalation);
        break;
    case VICU__STATE_ITEM__BODY_ESCALATION_OWNER:
        dash_model_take_escalation_owner(self, item->escalation_owner);
        break;
    case VICU__STATE_ITEM__BODY_PAST:
    case VICU__STATE_ITEM__BODY_PAUSE: /* each alarm says what its signal does */
    case VICU__STATE_ITEM__BODY__NOT_SET:
    default: /* of other owners */
        break;
    }
}
