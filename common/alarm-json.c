/* An alarm as JSON, with all that was weighed where it is asked for.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "common/alarm-text.h"

/* Empty text is no text. */
static void
text(VicuJson *json, const char *key, const char *value)
{
    vicu_json_text(json, key, value != NULL && value[0] != '\0' ? value : NULL);
}

static void
seconds(VicuJson *json, const char *key, int64_t us)
{
    vicu_json_number(json, key, (double)us / 1e6);
}

static void
write_input(VicuJson *json, const Vicu__AlarmInput *input)
{
    vicu_json_begin_object(json, NULL);
    vicu_json_text(json, "name", input->name);
    if (!input->known)
        vicu_json_null(json, "value");
    else if (input->symbol != NULL && input->symbol[0] != '\0')
        vicu_json_text(json, "value", input->symbol);
    else
        vicu_json_number(json, "value", input->value);
    text(json, "unit", input->unit);
    vicu_json_time(json, "time", input->t_us);
    text(json, "quality", input->t_us != 0 ? vicu_word_quality(input->quality) : NULL);
    if (input->has_baseline) {
        vicu_json_number(json, "own_median", input->baseline);
        seconds(json, "own_median_over_s", input->baseline_us);
    }
    vicu_json_text(json, "source", vicu_word_source(input->source));
    vicu_json_text(json, "origin", vicu_word_origin(input->origin));
    vicu_json_end(json);
}

/* Under @key, NULL in an array. */
static void
write_answer(VicuJson *json, const char *key, const Vicu__Acknowledgement *ack)
{
    vicu_json_begin_object(json, key);
    vicu_json_text(json, "who", ack->who);
    text(json, "role", ack->role);
    text(json, "reason", ack->reason);
    vicu_json_time(json, "time", ack->t_us);
    vicu_json_text(json, "answer", vicu_word_answer(ack->answer));
    vicu_json_time(json, "until", ack->until_us);
    if (ack->answer == VICU__ANSWER__ANSWER_NOT_ACTIONABLE)
        vicu_json_text(json, "because", vicu_word_not_actionable(ack->because));
    vicu_json_end(json);
}

static void
write_acknowledgement(VicuJson *json, const Vicu__Acknowledgement *ack)
{
    if (ack == NULL || ack->who == NULL || ack->who[0] == '\0') {
        vicu_json_null(json, "acknowledged");
        return;
    }
    write_answer(json, "acknowledged", ack);
}

/* Answers that no longer hold. */
static void
write_earlier(VicuJson *json, const Vicu__Alarm *alarm)
{
    vicu_json_integer(json, "lapses", alarm->lapses);
    vicu_json_time(json, "t_lapsed", alarm->t_lapsed_us);
    vicu_json_begin_array(json, "answered_before");
    for (size_t i = 0; i < alarm->n_earlier; i++)
        write_answer(json, NULL, alarm->earlier[i]);
    vicu_json_end(json);
}

static void
write_past(VicuJson *json, const Vicu__PastAlarm *past)
{
    vicu_json_begin_object(json, NULL);
    vicu_json_text(json, "id", past->id);
    vicu_json_text(json, "priority", vicu_word_priority(past->priority));
    vicu_json_time(json, "t_raised", past->t_raised_us);
    vicu_json_time(json, "t_ended", past->t_ended_us);
    seconds(json, "duration_s",
            (int64_t)((uint64_t)past->t_ended_us - (uint64_t)past->t_raised_us));
    text(json, "answer", past->answered ? vicu_word_answer(past->answer) : NULL);
    text(json, "because",
         past->answered && past->answer == VICU__ANSWER__ANSWER_NOT_ACTIONABLE
             ? vicu_word_not_actionable(past->because)
             : NULL);
    text(json, "who", past->who);
    vicu_json_end(json);
}

/* How often its rule raised on this bed before. */
static void
write_similar(VicuJson *json, const Vicu__Similar *similar)
{
    vicu_json_begin_object(json, "similar");
    vicu_json_integer(json, "last_24h", similar != NULL ? similar->last_24h : 0);
    vicu_json_integer(json, "last_72h", similar != NULL ? similar->last_72h : 0);
    vicu_json_bool(json, "at_least", similar != NULL && similar->at_least);
    vicu_json_begin_array(json, "alarms");
    for (size_t i = 0; similar != NULL && i < similar->n_past; i++)
        write_past(json, similar->past[i]);
    vicu_json_end(json);
    vicu_json_end(json);
}

static void
write_steps(VicuJson *json, const Vicu__Alarm *alarm)
{
    if (alarm->n_step == 0)
        return;
    vicu_json_begin_array(json, "escalate");
    for (size_t i = 0; i < alarm->n_step; i++) {
        vicu_json_begin_object(json, NULL);
        vicu_json_text(json, "to", alarm->step[i]->to);
        seconds(json, "after_s", alarm->step[i]->after_us);
        text(json, "unless", alarm->step[i]->unless);
        vicu_json_end(json);
    }
    vicu_json_end(json);
}

static void
write_words(VicuJson *json, const char *key, char *const *words, size_t n)
{
    vicu_json_begin_array(json, key);
    for (size_t i = 0; i < n; i++)
        vicu_json_text(json, NULL, words[i]);
    vicu_json_end(json);
}

static void
write_alarm(VicuJson *json, const Vicu__Alarm *alarm)
{
    vicu_json_text(json, "id", alarm->id);
    vicu_json_text(json, "bed", alarm->bed);
    vicu_json_text(json, "rule", alarm->rule);
    text(json, "title", alarm->title);
    vicu_json_text(json, "priority", vicu_word_priority(alarm->priority));
    vicu_json_bool(json, "technical", alarm->technical);
    vicu_json_bool(json, "latching", alarm->latching);
    vicu_json_integer(json, "rule_version", alarm->rule_version);
    text(json, "set_hash", alarm->set_hash);
    text(json, "rule_hash", alarm->rule_hash);
    text(json, "pack", alarm->pack);
    vicu_json_integer(json, "pack_version", alarm->pack_version);
    text(json, "pack_hash", alarm->pack_hash);
    vicu_json_text(json, "state", vicu_word_alarm_state(alarm->state));
    vicu_json_text(json, "signal", vicu_word_signal(alarm->signal));
    vicu_json_time(json, "signal_until", alarm->signal_until_us);
    text(json, "text", alarm->text);
    vicu_json_text(json, "origin", vicu_word_origin(alarm->origin));
    vicu_json_time(json, "t_condition", alarm->t_condition_us);
    vicu_json_time(json, "t_raised", alarm->t_raised_us);
    vicu_json_time(json, "t_decided", alarm->t_decided_us);
    seconds(json, "alarm_condition_delay_s", vicu_alarm_condition_delay_us(alarm));
    seconds(json, "alarm_signal_generation_delay_s", vicu_alarm_signal_delay_us(alarm));
    vicu_json_time(json, "t_cleared", alarm->t_cleared_us);
    vicu_json_time(json, "t_ended", alarm->t_ended_us);
    text(json, "why_ended", alarm->why);
    vicu_json_integer(json, "count", alarm->count);
    write_words(json, "missing", alarm->missing, alarm->n_missing);
    text(json, "merged_into", alarm->merged_into);
    write_words(json, "merged", alarm->merged, alarm->n_merged);
    vicu_json_integer(json, "merged_count", (int64_t)alarm->n_merged + 1);
    vicu_json_text(json, "own_priority",
                   vicu_word_priority(alarm->own_priority != VICU__PRIORITY__PRIORITY_NONE
                                          ? alarm->own_priority
                                          : alarm->priority));
    vicu_json_number(json, "data_age_ms", (double)alarm->data_age_us / 1e3);
    if (alarm->repeat_us > 0) {
        seconds(json, "repeat_s", alarm->repeat_us);
        vicu_json_integer(json, "reminders", alarm->reminders);
        vicu_json_time(json, "t_reminded", alarm->t_reminded_us);
    }
    write_steps(json, alarm);
    write_acknowledgement(json, alarm->acknowledged);
    write_earlier(json, alarm);
    write_similar(json, alarm->similar);
    vicu_json_begin_array(json, "inputs");
    for (size_t i = 0; i < alarm->n_input; i++)
        write_input(json, alarm->input[i]);
    vicu_json_end(json);
}

void
vicu_alarm_json(VicuJson *json, const char *key, const Vicu__Alarm *alarm)
{
    vicu_json_begin_object(json, key);
    write_alarm(json, alarm);
    vicu_json_end(json);
}

/* --- what was weighed ---------------------------------------------------------------------- */

static void
write_part(VicuJson *json, const Vicu__ExplainPart *part)
{
    static const char *const truths[] = {"false", "unknown", "true"};

    vicu_json_begin_object(json, NULL);
    vicu_json_integer(json, "depth", part->depth);
    vicu_json_text(json, "words", part->words);
    vicu_json_text(json, "truth",
                   (size_t)part->truth < G_N_ELEMENTS(truths) ? truths[part->truth] : "unknown");
    if (part->leaf)
        vicu_json_bool(json, "decides", part->decides);
    if (part->compared) {
        vicu_json_number(json, "left", part->left);
        if (part->left_high > part->left)
            vicu_json_number(json, "left_high", part->left_high);
        vicu_json_number(json, "right", part->right);
        text(json, "unit", part->unit);
    }
    vicu_json_end(json);
}

static void
write_clause(VicuJson *json,
             const char *key,
             const Vicu__Explanation *because,
             Vicu__ExplainClause clause)
{
    vicu_json_begin_array(json, key);
    for (size_t i = 0; i < because->n_part; i++)
        if (because->part[i]->clause == clause)
            write_part(json, because->part[i]);
    vicu_json_end(json);
}

/* Leaves of the condition that did not hold: what spoke against it, or could not be asked. */
static void
write_against(VicuJson *json, const Vicu__Explanation *because)
{
    vicu_json_begin_array(json, "against");
    for (size_t i = 0; i < because->n_part; i++) {
        const Vicu__ExplainPart *part = because->part[i];
        if (part->leaf && part->clause == VICU__EXPLAIN_CLAUSE__CLAUSE_WHEN
            && part->truth != VICU__TRUTH__TRUTH_TRUE)
            write_part(json, part);
    }
    vicu_json_end(json);
}

static void
write_scores(VicuJson *json, const Vicu__Explanation *because)
{
    vicu_json_begin_array(json, "scores");
    for (size_t i = 0; i < because->n_score; i++) {
        const Vicu__ExplainScore *score = because->score[i];
        vicu_json_begin_object(json, NULL);
        vicu_json_text(json, "name", score->name);
        if (score->known)
            vicu_json_integer(json, "value", score->value);
        else
            vicu_json_null(json, "value");
        vicu_json_integer(json, "min", score->min);
        vicu_json_integer(json, "max", score->max);
        vicu_json_begin_object(json, "parts");
        for (size_t k = 0; k < score->n_part; k++)
            if (score->part[k]->known)
                vicu_json_integer(json, score->part[k]->name, score->part[k]->points);
            else
                vicu_json_null(json, score->part[k]->name);
        vicu_json_end(json);
        vicu_json_end(json);
    }
    vicu_json_end(json);
}

static void
write_limits(VicuJson *json, const Vicu__Explanation *because)
{
    vicu_json_begin_array(json, "limits");
    for (size_t i = 0; i < because->n_limit; i++) {
        const Vicu__ExplainLimit *limit = because->limit[i];
        vicu_json_begin_object(json, NULL);
        vicu_json_text(json, "name", limit->name);
        vicu_json_number(json, "value", limit->value);
        vicu_json_text(json, "unit", limit->unit);
        vicu_json_number(json, "standard", limit->standard);
        text(json, "who", limit->who);
        text(json, "reason", limit->reason);
        vicu_json_time(json, "time", limit->t_us);
        vicu_json_time(json, "expires", limit->expires_us);
        vicu_json_end(json);
    }
    vicu_json_end(json);
}

static void
write_unless(VicuJson *json, const Vicu__Explanation *because)
{
    vicu_json_begin_array(json, "unless");
    for (size_t i = 0; i < because->n_unless; i++) {
        vicu_json_begin_object(json, NULL);
        vicu_json_text(json, "rule", because->unless[i]->rule);
        vicu_json_bool(json, "stands", because->unless[i]->stands);
        vicu_json_end(json);
    }
    vicu_json_end(json);
}

static void
write_explanation(VicuJson *json, const Vicu__Explanation *because)
{
    vicu_json_begin_object(json, "explanation");
    text(json, "pack", because->pack);
    vicu_json_integer(json, "pack_version", because->pack_version);
    text(json, "owner", because->owner);
    text(json, "source", because->source);
    text(json, "note", because->note);
    seconds(json, "on_delay_s", because->on_delay_us);
    seconds(json, "off_delay_s", because->off_delay_us);
    seconds(json, "unknown_s", because->unknown_us);
    seconds(json, "hold_down_s", because->hold_down_us);
    write_clause(json, "applies", because, VICU__EXPLAIN_CLAUSE__CLAUSE_APPLIES);
    write_clause(json, "when", because, VICU__EXPLAIN_CLAUSE__CLAUSE_WHEN);
    write_clause(json, "clear", because, VICU__EXPLAIN_CLAUSE__CLAUSE_CLEAR);
    write_against(json, because);
    write_scores(json, because);
    write_limits(json, because);
    write_unless(json, because);
    vicu_json_end(json);
}

void
vicu_alarm_json_explained(VicuJson *json, const char *key, const Vicu__Alarm *alarm)
{
    g_autoptr(Vicu__Explanation) because =
        alarm->because.len > 0
            ? vicu_wire_unpack_explanation(alarm->because.data, alarm->because.len, NULL)
            : NULL;

    vicu_json_begin_object(json, key);
    write_alarm(json, alarm);
    text(json, "conditions", alarm->explain);
    if (because != NULL)
        write_explanation(json, because);
    else
        vicu_json_null(json, "explanation");
    vicu_json_end(json);
}
