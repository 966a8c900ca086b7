/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/words.h"

static const char *
word(const char *const *words, size_t n, int value)
{
    return value >= 0 && (size_t)value < n ? words[value] : "unknown";
}

const char *
tool_word_priority(Vicu__Priority priority)
{
    static const char *const words[] = {"none", "advisory", "low", "medium", "high"};

    return word(words, G_N_ELEMENTS(words), (int)priority);
}

const char *
tool_word_alarm_state(Vicu__AlarmState state)
{
    static const char *const words[] = {"none", "active", "acknowledged", "latched", "ended"};

    return word(words, G_N_ELEMENTS(words), (int)state);
}

const char *
tool_word_presence(Vicu__Presence presence)
{
    static const char *const words[] = {"never seen", "present",   "lost",
                                        "standby",    "transport", "discharged"};

    return word(words, G_N_ELEMENTS(words), (int)presence);
}

const char *
tool_word_origin(Vicu__Origin origin)
{
    static const char *const words[] = {"unknown", "live", "simulated", "recording", "archive"};

    return word(words, G_N_ELEMENTS(words), (int)origin);
}

const char *
tool_word_source(Vicu__Source source)
{
    static const char *const words[] = {"device", "manual", "derived"};

    return word(words, G_N_ELEMENTS(words), (int)source);
}

const char *
tool_word_quality(Vicu__Quality quality)
{
    static const char *const words[] = {"good", "questionable", "invalid"};

    return word(words, G_N_ELEMENTS(words), (int)quality);
}

/* Empty text is no text. */
static void
text(VicuJson *json, const char *key, const char *value)
{
    vicu_json_text(json, key, value != NULL && value[0] != '\0' ? value : NULL);
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
    vicu_json_text(json, "source", tool_word_source(input->source));
    vicu_json_text(json, "origin", tool_word_origin(input->origin));
    vicu_json_end(json);
}

static void
write_acknowledgement(VicuJson *json, const Vicu__Acknowledgement *ack)
{
    if (ack == NULL || ack->who == NULL || ack->who[0] == '\0') {
        vicu_json_null(json, "acknowledged");
        return;
    }
    vicu_json_begin_object(json, "acknowledged");
    vicu_json_text(json, "who", ack->who);
    text(json, "role", ack->role);
    text(json, "reason", ack->reason);
    vicu_json_time(json, "time", ack->t_us);
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
        vicu_json_number(json, "after_s", (double)alarm->step[i]->after_us / 1e6);
        text(json, "unless", alarm->step[i]->unless);
        vicu_json_end(json);
    }
    vicu_json_end(json);
}

void
tool_json_alarm(VicuJson *json, const char *key, const Vicu__Alarm *alarm)
{
    vicu_json_begin_object(json, key);
    vicu_json_text(json, "id", alarm->id);
    vicu_json_text(json, "bed", alarm->bed);
    vicu_json_text(json, "rule", alarm->rule);
    text(json, "title", alarm->title);
    vicu_json_text(json, "priority", tool_word_priority(alarm->priority));
    vicu_json_bool(json, "technical", alarm->technical);
    vicu_json_bool(json, "latching", alarm->latching);
    vicu_json_integer(json, "rule_version", alarm->rule_version);
    text(json, "set_hash", alarm->set_hash);
    text(json, "rule_hash", alarm->rule_hash);
    text(json, "pack", alarm->pack);
    vicu_json_integer(json, "pack_version", alarm->pack_version);
    text(json, "pack_hash", alarm->pack_hash);
    vicu_json_text(json, "state", tool_word_alarm_state(alarm->state));
    text(json, "text", alarm->text);
    vicu_json_text(json, "origin", tool_word_origin(alarm->origin));
    vicu_json_time(json, "t_condition", alarm->t_condition_us);
    vicu_json_time(json, "t_raised", alarm->t_raised_us);
    vicu_json_time(json, "t_decided", alarm->t_decided_us);
    vicu_json_time(json, "t_cleared", alarm->t_cleared_us);
    vicu_json_time(json, "t_ended", alarm->t_ended_us);
    text(json, "why_ended", alarm->why);
    vicu_json_integer(json, "count", alarm->count);
    vicu_json_number(json, "data_age_ms", (double)alarm->data_age_us / 1e3);
    if (alarm->repeat_us > 0) {
        vicu_json_number(json, "repeat_s", (double)alarm->repeat_us / 1e6);
        vicu_json_integer(json, "reminders", alarm->reminders);
        vicu_json_time(json, "t_reminded", alarm->t_reminded_us);
    }
    write_steps(json, alarm);
    write_acknowledgement(json, alarm->acknowledged);
    vicu_json_begin_array(json, "inputs");
    for (size_t i = 0; i < alarm->n_input; i++)
        write_input(json, alarm->input[i]);
    vicu_json_end(json);
    vicu_json_end(json);
}

void
tool_json_bed(VicuJson *json, const char *key, const Vicu__Bed *bed)
{
    vicu_json_begin_object(json, key);
    vicu_json_text(json, "bed", bed->bed);
    vicu_json_text(json, "presence", tool_word_presence(bed->presence));
    text(json, "patient", bed->patient);
    text(json, "device", bed->device);
    text(json, "reason", bed->reason);
    text(json, "who", bed->who);
    vicu_json_time(json, "since", bed->since_us);
    vicu_json_time(json, "until", bed->until_us);
    vicu_json_time(json, "last_sample", bed->last_sample_us);
    vicu_json_text(json, "origin", tool_word_origin(bed->origin));
    vicu_json_begin_array(json, "not_judged");
    for (size_t i = 0; i < bed->n_not_judged; i++)
        vicu_json_text(json, NULL, bed->not_judged[i]);
    vicu_json_end(json);
    vicu_json_end(json);
}

void
tool_json_limit(VicuJson *json, const char *key, const Vicu__Limit *limit)
{
    vicu_json_begin_object(json, key);
    text(json, "bed", limit->bed);
    text(json, "of_unit", limit->of_unit);
    vicu_json_text(json, "name", limit->name);
    vicu_json_number(json, "value", limit->value);
    vicu_json_text(json, "unit", limit->unit);
    vicu_json_number(json, "min", limit->min);
    vicu_json_number(json, "max", limit->max);
    vicu_json_number(json, "standard", limit->standard);
    vicu_json_bool(json, "overridden", limit->overridden);
    text(json, "who", limit->who);
    text(json, "reason", limit->reason);
    vicu_json_time(json, "time", limit->t_us);
    vicu_json_time(json, "expires", limit->expires_us);
    vicu_json_end(json);
}

void
tool_json_score(VicuJson *json, const char *key, const Vicu__Score *score)
{
    vicu_json_begin_object(json, key);
    text(json, "bed", score->bed);
    vicu_json_text(json, "name", score->name);
    if (score->known)
        vicu_json_integer(json, "value", score->value);
    else
        vicu_json_null(json, "value");
    vicu_json_integer(json, "min", score->min);
    vicu_json_integer(json, "max", score->max);
    vicu_json_begin_object(json, "parts");
    for (size_t i = 0; i < score->n_part; i++)
        if (score->part[i]->known)
            vicu_json_integer(json, score->part[i]->name, score->part[i]->points);
        else
            vicu_json_null(json, score->part[i]->name);
    vicu_json_end(json);
    vicu_json_time(json, "time", score->t_us);
    vicu_json_end(json);
}

void
tool_json_audit(VicuJson *json, const char *key, const Vicu__AuditRecord *record)
{
    vicu_json_begin_object(json, key);
    vicu_json_time(json, "time", record->t_us);
    vicu_json_time(json, "taken", record->t_taken_us);
    vicu_json_text(json, "who", record->who);
    vicu_json_bool(json, "person", record->person);
    text(json, "role", record->role);
    vicu_json_text(json, "what", record->what);
    text(json, "bed", record->bed);
    if (record->n_beds > 0) {
        vicu_json_begin_array(json, "beds");
        for (size_t i = 0; i < record->n_beds; i++)
            vicu_json_text(json, NULL, record->beds[i]);
        vicu_json_end(json);
    }
    text(json, "patient", record->patient);
    text(json, "from", record->from);
    text(json, "why", record->why);
    text(json, "detail", record->detail);
    vicu_json_end(json);
}
