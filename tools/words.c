/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/words.h"

#include "common/alarm-text.h"
#include "common/clock.h"

const char *
tool_word_priority(Vicu__Priority priority)
{
    return vicu_word_priority(priority);
}

const char *
tool_word_alarm_state(Vicu__AlarmState state)
{
    return vicu_word_alarm_state(state);
}

const char *
tool_word_presence(Vicu__Presence presence)
{
    static const char *const words[] = {"never seen", "present",   "lost",
                                        "standby",    "transport", "discharged"};

    return presence >= 0 && (size_t)presence < G_N_ELEMENTS(words) ? words[presence] : "unknown";
}

const char *
tool_word_handover(Vicu__HandoverState state)
{
    static const char *const words[] = {"none", "open", "closed", "withdrawn"};

    return state >= 0 && (size_t)state < G_N_ELEMENTS(words) ? words[state] : "unknown";
}

const char *
tool_word_origin(Vicu__Origin origin)
{
    return vicu_word_origin(origin);
}

const char *
tool_word_source(Vicu__Source source)
{
    return vicu_word_source(source);
}

const char *
tool_word_quality(Vicu__Quality quality)
{
    return vicu_word_quality(quality);
}

char *
tool_words_data_age(int64_t age_us)
{
    if (age_us <= 2 * (int64_t)G_USEC_PER_SEC)
        return g_strdup("");
    g_autofree char *age = vicu_duration_format(age_us);
    return g_strdup_printf(", data %s old", age);
}

/* Empty text is no text. */
static void
text(VicuJson *json, const char *key, const char *value)
{
    vicu_json_text(json, key, value != NULL && value[0] != '\0' ? value : NULL);
}

void
tool_json_alarm(VicuJson *json, const char *key, const Vicu__Alarm *alarm)
{
    vicu_alarm_json(json, key, alarm);
}

static void
texts(VicuJson *json, const char *key, char *const *text, size_t n)
{
    vicu_json_begin_array(json, key);
    for (size_t i = 0; i < n; i++)
        vicu_json_text(json, NULL, text[i]);
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
    texts(json, "not_judged", bed->not_judged, bed->n_not_judged);
    texts(json, "required", bed->required, bed->n_required);
    texts(json, "ended", bed->ended, bed->n_ended);
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
tool_json_pause(VicuJson *json, const char *key, const Vicu__Pause *pause)
{
    vicu_json_begin_object(json, key);
    text(json, "bed", pause->bed);
    vicu_json_text(json, "who", pause->who);
    vicu_json_text(json, "reason", pause->reason);
    vicu_json_time(json, "since", pause->since_us);
    vicu_json_time(json, "until", pause->until_us);
    vicu_json_text(json, "ceiling", tool_word_priority(pause->ceiling));
    vicu_json_end(json);
}

void
tool_json_note(VicuJson *json, const char *key, const Vicu__Note *note)
{
    vicu_json_begin_object(json, key);
    vicu_json_text(json, "id", note->id);
    vicu_json_text(json, "bed", note->bed);
    vicu_json_text(json, "kind", note->promise ? "promise" : "note");
    vicu_json_text(json, "text", note->text);
    vicu_json_text(json, "who", note->who);
    vicu_json_time(json, "time", note->t_us);
    text(json, "corrects", note->corrects);
    text(json, "corrected_by", note->corrected_by);
    if (note->promise) {
        vicu_json_text(json, "owner", note->owner);
        vicu_json_time(json, "due", note->due_us);
        vicu_json_bool(json, "overdue", note->overdue);
        text(json, "done_by", note->done_by);
        vicu_json_time(json, "done", note->done_us);
    }
    vicu_json_end(json);
}

void
tool_json_care(VicuJson *json, const char *key, const Vicu__Care *care)
{
    const Vicu__AlarmCount *count = care->last_12h;

    vicu_json_begin_object(json, key);
    vicu_json_text(json, "bed", care->bed);
    text(json, "owner", care->owner);
    vicu_json_time(json, "since", care->since_us);
    text(json, "seen_by", care->seen_by);
    vicu_json_time(json, "seen", care->seen_us);
    vicu_json_begin_object(json, "alarms_12h");
    vicu_json_integer(json, "high", count != NULL ? count->high : 0);
    vicu_json_integer(json, "medium", count != NULL ? count->medium : 0);
    vicu_json_integer(json, "low", count != NULL ? count->low : 0);
    vicu_json_integer(json, "technical", count != NULL ? count->technical : 0);
    vicu_json_bool(json, "at_least", count != NULL && count->at_least);
    vicu_json_end(json);
    vicu_json_end(json);
}

void
tool_json_handover(VicuJson *json, const char *key, const Vicu__Handover *handover)
{
    vicu_json_begin_object(json, key);
    vicu_json_text(json, "id", handover->id);
    vicu_json_text(json, "place", handover->place);
    vicu_json_text(json, "from", handover->from);
    vicu_json_text(json, "to", handover->to);
    vicu_json_text(json, "state", tool_word_handover(handover->state));
    vicu_json_text(json, "who", handover->who);
    vicu_json_time(json, "begun", handover->begun_us);
    vicu_json_time(json, "ended", handover->ended_us);
    text(json, "reason", handover->reason);
    vicu_json_begin_array(json, "lines");
    for (size_t i = 0; i < handover->n_line; i++) {
        vicu_json_begin_object(json, NULL);
        vicu_json_text(json, "bed", handover->line[i]->bed);
        vicu_json_text(json, "text", handover->line[i]->text);
        vicu_json_text(json, "who", handover->line[i]->who);
        vicu_json_time(json, "time", handover->line[i]->t_us);
        vicu_json_end(json);
    }
    vicu_json_end(json);
    vicu_json_begin_array(json, "signed");
    for (size_t i = 0; i < handover->n_sign; i++) {
        vicu_json_begin_object(json, NULL);
        vicu_json_text(json, "name", handover->sign[i]->name);
        vicu_json_text(json, "who", handover->sign[i]->who);
        text(json, "role", handover->sign[i]->role);
        vicu_json_time(json, "time", handover->sign[i]->t_us);
        vicu_json_end(json);
    }
    vicu_json_end(json);
    vicu_json_end(json);
}

void
tool_json_audit(VicuJson *json, const char *key, const Vicu__AuditRecord *record, guint64 number)
{
    vicu_json_begin_object(json, key);
    vicu_json_time(json, "time", record->t_us);
    if (number > 0)
        vicu_json_integer(json, "number", (int64_t)number);
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
