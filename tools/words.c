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
