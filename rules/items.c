/* Items of state.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "rules/items.h"

#include <string.h>

#include "common/alarm-text.h"

static GBytes *
pack(Vicu__StateItem *item, Vicu__Subject subject, const char *key)
{
    item->subject = subject;
    item->key = (char *)key;
    return vicu_wire_pack(&item->base);
}

/* protobuf-c wants writable strings; nothing here is written to. */
static char *
text(const char *s)
{
    return (char *)(s ? s : "");
}

typedef struct {
    Vicu__Alarm alarm;
    Vicu__Acknowledgement acknowledged;
    Vicu__Acknowledgement earlier[RULES_EARLIER_MAX];
    Vicu__Acknowledgement *earliers[RULES_EARLIER_MAX];
    Vicu__Similar *similar;
    Vicu__AlarmInput *input;
    Vicu__AlarmInput **pointers;
    Vicu__AlarmStep *step;
    Vicu__AlarmStep **steps;
    char **missing, **merged;
} AlarmMessage;

static void
fill_inputs(AlarmMessage *m, const RulesAlarm *a)
{
    m->input = g_new0(Vicu__AlarmInput, a->n_inputs + 1);
    m->pointers = g_new0(Vicu__AlarmInput *, a->n_inputs + 1);
    for (size_t i = 0; i < a->n_inputs; i++) {
        const RulesAlarmInput *from = &a->inputs[i];
        Vicu__AlarmInput *to = &m->input[i];
        vicu__alarm_input__init(to);
        to->name = text(from->name);
        to->value = from->value;
        to->symbol = text(from->symbol);
        to->unit = text(from->unit);
        to->t_us = from->t_us;
        to->known = from->known;
        to->source = (Vicu__Source)from->source;
        to->origin = (Vicu__Origin)from->origin;
        to->quality = (Vicu__Quality)from->quality;
        to->has_baseline = from->has_baseline;
        to->baseline = from->baseline;
        to->baseline_us = from->baseline_us;
        m->pointers[i] = to;
    }
    m->alarm.n_input = a->n_inputs;
    m->alarm.input = m->pointers;
}

static void
fill_steps(AlarmMessage *m, const RulesAlarm *a)
{
    m->step = g_new0(Vicu__AlarmStep, a->n_steps + 1);
    m->steps = g_new0(Vicu__AlarmStep *, a->n_steps + 1);
    for (size_t i = 0; i < a->n_steps; i++) {
        vicu__alarm_step__init(&m->step[i]);
        m->step[i].to = text(a->steps[i].to);
        m->step[i].after_us = a->steps[i].after_us;
        m->step[i].unless = text(a->steps[i].unless);
        m->steps[i] = &m->step[i];
    }
    m->alarm.n_step = a->n_steps;
    m->alarm.step = m->steps;
}

static void
fill_answer(Vicu__Acknowledgement *to, const RulesAnswerGiven *from)
{
    vicu__acknowledgement__init(to);
    to->who = text(from->who);
    to->role = text(from->role);
    to->reason = text(from->reason);
    to->t_us = from->t_us;
    to->answer = (Vicu__Answer)from->kind;
    to->until_us = from->until_us;
    to->because = (Vicu__NotActionable)from->because;
}

static void
fill_answers(AlarmMessage *m, const RulesAlarm *a)
{
    m->alarm.lapses = a->lapses;
    m->alarm.t_lapsed_us = a->t_lapsed_us;
    m->alarm.n_earlier = a->n_earlier;
    m->alarm.earlier = m->earliers;
    for (size_t i = 0; i < a->n_earlier; i++) {
        fill_answer(&m->earlier[i], &a->earlier[i]);
        m->earliers[i] = &m->earlier[i];
    }
    if (!a->ack.who)
        return;
    fill_answer(&m->acknowledged, &a->ack);
    m->alarm.acknowledged = &m->acknowledged;
}

static void
fill_similar(AlarmMessage *m, const RulesAlarm *a)
{
    gsize size = 0;
    const void *data = a->similar ? g_bytes_get_data(a->similar, &size) : NULL;
    m->similar = data ? vicu_wire_unpack_similar(data, size, NULL) : NULL;
    m->alarm.similar = m->similar;
}

static void
fill_alarm(AlarmMessage *m, const RulesAlarm *a)
{
    vicu__alarm__init(&m->alarm);
    m->alarm.id = text(a->id);
    m->alarm.bed = text(a->bed);
    m->alarm.rule = text(a->rule);
    m->alarm.title = text(a->title);
    m->alarm.rule_version = a->rule_version;
    m->alarm.priority = (Vicu__Priority)a->priority;
    m->alarm.technical = a->technical;
    m->alarm.latching = a->latching;
    m->alarm.text = text(a->text);
    m->alarm.state = (Vicu__AlarmState)a->state;
    m->alarm.t_condition_us = a->t_condition_us;
    m->alarm.t_raised_us = a->t_raised_us;
    m->alarm.t_decided_us = a->t_decided_us;
    m->alarm.t_cleared_us = a->t_cleared_us;
    m->alarm.t_ended_us = a->t_ended_us;
    m->alarm.origin = (Vicu__Origin)a->origin;
    m->alarm.count = a->count;
    m->alarm.data_age_us = a->data_age_us;
    m->alarm.set_hash = text(a->set_hash);
    m->alarm.rule_hash = text(a->rule_hash);
    m->alarm.pack = text(a->pack);
    m->alarm.pack_version = a->pack_version;
    m->alarm.pack_hash = text(a->pack_hash);
    m->alarm.why = text(a->why);
    m->alarm.explain = text(a->explain);
    m->alarm.repeat_us = a->repeat_us;
    m->alarm.reminders = a->reminders;
    m->alarm.t_reminded_us = a->t_reminded_us;
    m->missing = g_strsplit(a->missing, " ", -1);
    m->merged = g_strsplit(a->merged, " ", -1);
    m->alarm.missing = m->missing;
    m->alarm.n_missing = g_strv_length(m->missing);
    m->alarm.merged = m->merged;
    m->alarm.n_merged = g_strv_length(m->merged);
    m->alarm.merged_into = text(a->merged_into);
    m->alarm.own_priority = (Vicu__Priority)a->own_priority;
    m->alarm.signal = (Vicu__SignalState)a->signal;
    m->alarm.signal_until_us = a->signal_until_us;
    if (a->because) {
        gsize size = 0;
        m->alarm.because.data = (uint8_t *)g_bytes_get_data(a->because, &size);
        m->alarm.because.len = size;
    }
    fill_inputs(m, a);
    fill_steps(m, a);
    fill_answers(m, a);
    fill_similar(m, a);
}

static void
clear_alarm(AlarmMessage *m)
{
    g_free(m->input);
    g_free(m->pointers);
    g_free(m->step);
    g_free(m->steps);
    g_strfreev(m->missing);
    g_strfreev(m->merged);
    vicu_wire_free(m->similar);
}

GBytes *
rules_item_alarm(const RulesAlarm *alarm)
{
    AlarmMessage m = {0};
    fill_alarm(&m, alarm);
    Vicu__StateItem item = VICU__STATE_ITEM__INIT;
    item.body_case = VICU__STATE_ITEM__BODY_ALARM;
    item.alarm = &m.alarm;
    GBytes *packed = pack(&item, VICU__SUBJECT__SUBJECT_ALARM, alarm->id);
    clear_alarm(&m);
    return packed;
}

GBytes *
rules_item_alarm_body(const RulesAlarm *alarm)
{
    AlarmMessage m = {0};
    fill_alarm(&m, alarm);
    GBytes *packed = vicu_wire_pack(&m.alarm.base);
    clear_alarm(&m);
    return packed;
}

char *
rules_item_alarm_explained(const RulesAlarm *alarm, char **text)
{
    AlarmMessage m = {0};
    fill_alarm(&m, alarm);
    *text = vicu_alarm_text(&m.alarm);
    g_autoptr(VicuJson) json = vicu_json_new();
    vicu_alarm_json_explained(json, NULL, &m.alarm);
    clear_alarm(&m);
    return g_strdup(vicu_json_peek(json));
}

static char *
join(char *const *words, size_t n)
{
    GString *out = g_string_new(NULL);
    for (size_t i = 0; i < n; i++)
        g_string_append_printf(out, "%s%s", i > 0 ? " " : "", words[i]);
    return g_string_free(out, FALSE);
}

/* Borrows from @m. */
static RulesAnswerGiven
read_answer(const Vicu__Acknowledgement *m)
{
    return (RulesAnswerGiven){
        .who = m->who,
        .role = m->role,
        .reason = m->reason,
        .t_us = m->t_us,
        .kind = (RulesAnswerKind)m->answer,
        /* Of a damaged record: no time that a difference could overflow with. */
        .until_us = CLAMP(m->until_us, 0, (int64_t)1 << 60),
        .because = (int)m->because,
    };
}

RulesAlarm *
rules_item_read_alarm(const Vicu__Alarm *m)
{
    g_autofree RulesAlarmInput *inputs = g_new0(RulesAlarmInput, m->n_input + 1);
    g_autofree RulesAlarmStep *steps = g_new0(RulesAlarmStep, m->n_step + 1);
    g_autoptr(GBytes) because =
        m->because.len > 0 ? g_bytes_new(m->because.data, m->because.len) : NULL;
    g_autofree char *missing = join(m->missing, m->n_missing);
    g_autofree char *merged = join(m->merged, m->n_merged);
    for (size_t i = 0; i < m->n_step; i++)
        steps[i] = (RulesAlarmStep){m->step[i]->to, m->step[i]->after_us, m->step[i]->unless};
    for (size_t i = 0; i < m->n_input; i++) {
        inputs[i] = (RulesAlarmInput){
            .name = m->input[i]->name,
            .value = m->input[i]->value,
            .symbol = m->input[i]->symbol,
            .unit = m->input[i]->unit,
            .t_us = m->input[i]->t_us,
            .known = m->input[i]->known,
            .source = (RulesSource)m->input[i]->source,
            .origin = (RulesOrigin)m->input[i]->origin,
            .quality = (RulesQuality)m->input[i]->quality,
            .has_baseline = m->input[i]->has_baseline,
            .baseline = m->input[i]->baseline,
            .baseline_us = m->input[i]->baseline_us,
        };
    }
    RulesAlarm alarm = {
        .id = m->id,
        .bed = m->bed,
        .rule = m->rule,
        .title = m->title,
        .rule_version = m->rule_version,
        .priority = (RulesPriority)m->priority,
        .technical = m->technical,
        .latching = m->latching,
        .text = m->text,
        .state = (RulesAlarmState)m->state,
        .t_condition_us = m->t_condition_us,
        .t_raised_us = m->t_raised_us,
        .t_decided_us = m->t_decided_us,
        .t_cleared_us = m->t_cleared_us,
        .t_ended_us = m->t_ended_us,
        .inputs = inputs,
        .n_inputs = m->n_input,
        .origin = (RulesOrigin)m->origin,
        .count = m->count,
        .data_age_us = m->data_age_us,
        .set_hash = m->set_hash,
        .rule_hash = m->rule_hash,
        .pack = m->pack,
        .pack_version = m->pack_version,
        .pack_hash = m->pack_hash,
        .repeat_us = m->repeat_us,
        .reminders = m->reminders,
        .t_reminded_us = m->t_reminded_us,
        .missing = missing,
        .merged_into = m->merged_into,
        .merged = merged,
        .own_priority = (RulesPriority)m->own_priority,
        .signal = (RulesSignal)m->signal,
        .signal_until_us = m->signal_until_us,
        .steps = steps,
        .n_steps = m->n_step,
        .why = m->why,
        .explain = m->explain,
        .because = because,
    };
    g_autoptr(GBytes) similar = m->similar ? vicu_wire_pack(&m->similar->base) : NULL;
    alarm.similar = similar;
    if (m->acknowledged)
        alarm.ack = read_answer(m->acknowledged);
    alarm.lapses = m->lapses;
    alarm.t_lapsed_us = m->t_lapsed_us;
    alarm.n_earlier = MIN(m->n_earlier, RULES_EARLIER_MAX);
    for (size_t i = 0; i < alarm.n_earlier; i++)
        alarm.earlier[i] = read_answer(m->earlier[i]);
    return rules_alarm_copy(&alarm);
}

char *
rules_item_limit_key(const char *bed, const char *name)
{
    return g_strdup_printf("%s/%s", bed, name);
}

GBytes *
rules_item_limit(const Vicu__Limit *limit)
{
    Vicu__StateItem item = VICU__STATE_ITEM__INIT;
    bool of_bed = *limit->bed != '\0';
    g_autofree char *key = rules_item_limit_key(of_bed ? limit->bed : limit->of_unit, limit->name);
    item.body_case = VICU__STATE_ITEM__BODY_LIMIT;
    item.limit = (Vicu__Limit *)limit;
    return pack(&item, VICU__SUBJECT__SUBJECT_LIMIT, key);
}

GBytes *
rules_item_bed(const Vicu__Bed *bed)
{
    Vicu__StateItem item = VICU__STATE_ITEM__INIT;
    item.body_case = VICU__STATE_ITEM__BODY_BED;
    item.bed = (Vicu__Bed *)bed;
    return pack(&item, VICU__SUBJECT__SUBJECT_BED, bed->bed);
}

GBytes *
rules_item_observation(const char *key, const Vicu__Observation *observation)
{
    Vicu__StateItem item = VICU__STATE_ITEM__INIT;
    item.body_case = VICU__STATE_ITEM__BODY_OBSERVATION;
    item.observation = (Vicu__Observation *)observation;
    return pack(&item, VICU__SUBJECT__SUBJECT_OBSERVATION, key);
}

GBytes *
rules_item_score(const char *bed, int64_t t_us, const RulesScoreView *view)
{
    Vicu__Score score = VICU__SCORE__INIT;
    g_autofree Vicu__ScorePart *part = g_new0(Vicu__ScorePart, view->n_parts + 1);
    g_autofree Vicu__ScorePart **pointers = g_new0(Vicu__ScorePart *, view->n_parts + 1);
    for (size_t i = 0; i < view->n_parts; i++) {
        vicu__score_part__init(&part[i]);
        part[i].name = text(view->parts[i].name);
        part[i].known = view->parts[i].known;
        part[i].points = view->parts[i].points;
        pointers[i] = &part[i];
    }
    score.bed = text(bed);
    score.name = text(view->name);
    score.known = view->known;
    score.value = view->value;
    score.min = view->min;
    score.max = view->max;
    score.t_us = t_us;
    score.n_part = view->n_parts;
    score.part = pointers;
    Vicu__StateItem item = VICU__STATE_ITEM__INIT;
    g_autofree char *key = g_strdup_printf("%s/%s", bed, view->name);
    item.body_case = VICU__STATE_ITEM__BODY_SCORE;
    item.score = &score;
    return pack(&item, VICU__SUBJECT__SUBJECT_SCORE, key);
}

GBytes *
rules_item_engine(const Vicu__Engine *engine)
{
    Vicu__StateItem item = VICU__STATE_ITEM__INIT;
    item.body_case = VICU__STATE_ITEM__BODY_ENGINE;
    item.engine = (Vicu__Engine *)engine;
    return pack(&item, VICU__SUBJECT__SUBJECT_ENGINE, "engine");
}

/* The installation has no bed's id. */
const char *
rules_item_pause_key(const char *bed)
{
    return *bed ? bed : "installation";
}

GBytes *
rules_item_pause(const RulesPause *from)
{
    Vicu__Pause pause = VICU__PAUSE__INIT;
    pause.bed = text(from->bed);
    pause.who = text(from->who);
    pause.reason = text(from->reason);
    pause.since_us = from->since_us;
    pause.until_us = from->until_us;
    pause.ceiling = (Vicu__Priority)from->ceiling;
    Vicu__StateItem item = VICU__STATE_ITEM__INIT;
    item.body_case = VICU__STATE_ITEM__BODY_PAUSE;
    item.pause = &pause;
    return pack(&item, VICU__SUBJECT__SUBJECT_PAUSE, rules_item_pause_key(from->bed));
}

GBytes *
rules_item_note(const Vicu__Note *note)
{
    Vicu__StateItem item = VICU__STATE_ITEM__INIT;
    item.body_case = VICU__STATE_ITEM__BODY_NOTE;
    item.note = (Vicu__Note *)note;
    return pack(&item, VICU__SUBJECT__SUBJECT_NOTE, note->id);
}

GBytes *
rules_item_care(const Vicu__Care *care)
{
    Vicu__StateItem item = VICU__STATE_ITEM__INIT;
    item.body_case = VICU__STATE_ITEM__BODY_CARE;
    item.care = (Vicu__Care *)care;
    return pack(&item, VICU__SUBJECT__SUBJECT_CARE, care->bed);
}

GBytes *
rules_item_handover(const Vicu__Handover *handover)
{
    Vicu__StateItem item = VICU__STATE_ITEM__INIT;
    item.body_case = VICU__STATE_ITEM__BODY_HANDOVER;
    item.handover = (Vicu__Handover *)handover;
    return pack(&item, VICU__SUBJECT__SUBJECT_HANDOVER, handover->id);
}

GBytes *
rules_item_past(const Vicu__PastAlarm *past)
{
    Vicu__StateItem item = VICU__STATE_ITEM__INIT;
    item.body_case = VICU__STATE_ITEM__BODY_PAST;
    item.past = (Vicu__PastAlarm *)past;
    return pack(&item, VICU__SUBJECT__SUBJECT_PAST, past->id);
}

GBytes *
rules_item_proof(const Vicu__Proved *proved)
{
    Vicu__StateItem item = VICU__STATE_ITEM__INIT;
    item.body_case = VICU__STATE_ITEM__BODY_PROOF;
    item.proof = (Vicu__Proved *)proved;
    return pack(&item, VICU__SUBJECT__SUBJECT_PROOF, proved->bed);
}

GBytes *
rules_item_outlet(const Vicu__Outlet *outlet)
{
    Vicu__StateItem item = VICU__STATE_ITEM__INIT;
    item.body_case = VICU__STATE_ITEM__BODY_OUTLET;
    item.outlet = (Vicu__Outlet *)outlet;
    return pack(&item, VICU__SUBJECT__SUBJECT_OUTLET, outlet->name);
}

GBytes *
rules_item_removed(Vicu__Subject subject, const char *key)
{
    Vicu__StateItem item = VICU__STATE_ITEM__INIT;
    item.removed = true;
    return pack(&item, subject, key);
}
