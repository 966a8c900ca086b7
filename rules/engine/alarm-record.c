/* One record of the book: its memory.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "rules/engine/alarm-inner.h"

static void
free_inputs(RulesAlarm *alarm)
{
    for (size_t i = 0; i < alarm->n_inputs; i++) {
        g_free(alarm->inputs[i].name);
        g_free(alarm->inputs[i].symbol);
        g_free(alarm->inputs[i].unit);
    }
    g_clear_pointer(&alarm->inputs, g_free);
    alarm->n_inputs = 0;
}

static void
free_steps(RulesAlarm *alarm)
{
    for (size_t i = 0; i < alarm->n_steps; i++) {
        g_free(alarm->steps[i].to);
        g_free(alarm->steps[i].unless);
    }
    g_clear_pointer(&alarm->steps, g_free);
    alarm->n_steps = 0;
}

void
alarm_answer_clear(RulesAnswerGiven *answer)
{
    g_free(answer->who);
    g_free(answer->role);
    g_free(answer->reason);
    *answer = (RulesAnswerGiven){0};
}

void
alarm_answer_copy(RulesAnswerGiven *to, const RulesAnswerGiven *from)
{
    *to = *from;
    to->who = g_strdup(from->who);
    to->role = g_strdup(from->role != NULL ? from->role : "");
    to->reason = g_strdup(from->reason != NULL ? from->reason : "");
}

void
rules_alarm_free(RulesAlarm *alarm)
{
    free_inputs(alarm);
    free_steps(alarm);
    alarm_answer_clear(&alarm->ack);
    for (size_t i = 0; i < alarm->n_earlier; i++)
        alarm_answer_clear(&alarm->earlier[i]);
    g_free(alarm->id);
    g_free(alarm->bed);
    g_free(alarm->rule);
    g_free(alarm->title);
    g_free(alarm->text);
    g_free(alarm->set_hash);
    g_free(alarm->rule_hash);
    g_free(alarm->pack);
    g_free(alarm->pack_hash);
    g_free(alarm->why);
    g_free(alarm->missing);
    g_free(alarm->merged_into);
    g_free(alarm->merged);
    g_free(alarm->explain);
    g_clear_pointer(&alarm->because, g_bytes_unref);
    g_clear_pointer(&alarm->similar, g_bytes_unref);
    g_free(alarm);
}

static void
fill_inputs(RulesAlarm *alarm, const RulesTransition *t)
{
    alarm->n_inputs = t->n_inputs;
    alarm->inputs = g_new0(RulesAlarmInput, t->n_inputs);
    for (size_t i = 0; i < t->n_inputs; i++) {
        const RulesInputView *v = &t->inputs[i];
        alarm->inputs[i] = (RulesAlarmInput){.name = g_strdup(v->name),
                                             .value = v->value,
                                             .symbol = g_strdup(v->symbol != NULL ? v->symbol : ""),
                                             .unit = g_strdup(v->unit),
                                             .t_us = v->t_us,
                                             .known = v->known,
                                             .source = v->source,
                                             .origin = v->origin,
                                             .quality = v->quality,
                                             .has_baseline = v->has_baseline,
                                             .baseline = v->baseline,
                                             .baseline_us = v->baseline_us};
    }
}

static void
fill_pack(RulesAlarm *alarm, const RulesTransition *t)
{
    size_t rule = (size_t)t->rule;

    if (t->set == NULL)
        return;
    RulesPackInfo pack = rules_set_pack(t->set, rules_set_rule_pack(t->set, rule));
    alarm->rule_hash = g_strdup(rules_set_rule_hash(t->set, rule));
    alarm->pack = g_strdup(pack.name);
    alarm->pack_version = (unsigned)pack.version;
    alarm->pack_hash = g_strdup(pack.hash);
}

void
alarm_record_fill(RulesAlarm *alarm, const RulesTransition *t)
{
    fill_inputs(alarm, t);
    fill_pack(alarm, t);
    alarm->repeat_us = t->repeat_us;
    alarm->n_steps = t->n_steps;
    alarm->steps = g_new0(RulesAlarmStep, t->n_steps);
    for (size_t i = 0; i < t->n_steps; i++) {
        RulesStep step = rules_set_rule_step(t->set, (size_t)t->rule, i);
        alarm->steps[i] = (RulesAlarmStep){g_strdup(step.to), step.after_us, g_strdup(step.unless)};
    }
}

RulesAlarm *
rules_alarm_copy(const RulesAlarm *from)
{
    RulesAlarm *a = g_memdup2(from, sizeof *from);
    a->id = g_strdup(from->id);
    a->bed = g_strdup(from->bed);
    a->rule = g_strdup(from->rule);
    a->title = g_strdup(from->title);
    a->text = g_strdup(from->text);
    alarm_answer_copy(&a->ack, &from->ack);
    for (size_t i = 0; i < from->n_earlier; i++)
        alarm_answer_copy(&a->earlier[i], &from->earlier[i]);
    a->set_hash = g_strdup(from->set_hash);
    a->rule_hash = g_strdup(from->rule_hash != NULL ? from->rule_hash : "");
    a->pack = g_strdup(from->pack != NULL ? from->pack : "");
    a->pack_hash = g_strdup(from->pack_hash != NULL ? from->pack_hash : "");
    a->why = g_strdup(from->why != NULL ? from->why : "");
    a->explain = g_strdup(from->explain != NULL ? from->explain : "");
    a->because = from->because != NULL ? g_bytes_ref(from->because) : NULL;
    a->similar = from->similar != NULL ? g_bytes_ref(from->similar) : NULL;
    a->missing = g_strdup(from->missing != NULL ? from->missing : "");
    a->merged_into = g_strdup(from->merged_into != NULL ? from->merged_into : "");
    a->merged = g_strdup(from->merged != NULL ? from->merged : "");
    a->inputs = g_new0(RulesAlarmInput, from->n_inputs);
    for (size_t i = 0; i < from->n_inputs; i++) {
        a->inputs[i] = from->inputs[i];
        a->inputs[i].name = g_strdup(from->inputs[i].name);
        a->inputs[i].symbol = g_strdup(from->inputs[i].symbol);
        a->inputs[i].unit = g_strdup(from->inputs[i].unit);
    }
    a->steps = g_new0(RulesAlarmStep, from->n_steps);
    for (size_t i = 0; i < from->n_steps; i++)
        a->steps[i] = (RulesAlarmStep){g_strdup(from->steps[i].to), from->steps[i].after_us,
                                       g_strdup(from->steps[i].unless)};
    return a;
}
