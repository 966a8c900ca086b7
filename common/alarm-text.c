/* An alarm for people and programs.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "common/alarm-text.h"

#include "common/clock.h"

static const char *
word(const char *const *words, size_t n, int value)
{
    return value >= 0 && (size_t)value < n ? words[value] : "unknown";
}

const char *
vicu_word_priority(Vicu__Priority priority)
{
    static const char *const words[] = {"none", "advisory", "low", "medium", "high"};

    return word(words, G_N_ELEMENTS(words), (int)priority);
}

const char *
vicu_word_alarm_state(Vicu__AlarmState state)
{
    static const char *const words[] = {"none", "active", "acknowledged", "latched", "ended"};

    return word(words, G_N_ELEMENTS(words), (int)state);
}

const char *
vicu_word_origin(Vicu__Origin origin)
{
    static const char *const words[] = {"unknown", "live", "simulated", "recording", "archive"};

    return word(words, G_N_ELEMENTS(words), (int)origin);
}

const char *
vicu_word_source(Vicu__Source source)
{
    static const char *const words[] = {"device", "manual", "derived"};

    return word(words, G_N_ELEMENTS(words), (int)source);
}

const char *
vicu_word_quality(Vicu__Quality quality)
{
    static const char *const words[] = {"good", "questionable", "invalid"};

    return word(words, G_N_ELEMENTS(words), (int)quality);
}

int64_t
vicu_alarm_condition_delay_us(const Vicu__Alarm *alarm)
{
    return alarm->t_raised_us - alarm->t_condition_us;
}

int64_t
vicu_alarm_signal_delay_us(const Vicu__Alarm *alarm)
{
    return alarm->t_decided_us - alarm->t_raised_us;
}

/* --- text --------------------------------------------------------------------------------- */

static void
add_time(GString *out, const char *what, int64_t t_us)
{
    if (t_us == 0)
        return;
    g_autofree char *text = vicu_time_format(t_us);
    g_string_append_printf(out, "%s %s\n", what, text);
}

static void
add_times(GString *out, const Vicu__Alarm *alarm)
{
    add_time(out, "condition began", alarm->t_condition_us);
    add_time(out, "delay over     ", alarm->t_raised_us);
    add_time(out, "decided        ", alarm->t_decided_us);
    add_time(out, "cleared        ", alarm->t_cleared_us);
    add_time(out, "ended          ", alarm->t_ended_us);
    g_string_append_printf(out,
                           "alarm condition delay         %.3f s\n"
                           "alarm signal generation delay %.3f s\n",
                           (double)vicu_alarm_condition_delay_us(alarm) / 1e6,
                           (double)vicu_alarm_signal_delay_us(alarm) / 1e6);
}

static void
add_steps(GString *out, const Vicu__Alarm *alarm)
{
    for (size_t i = 0; i < alarm->n_step; i++) {
        const Vicu__AlarmStep *step = alarm->step[i];
        g_string_append_printf(out, "%s %s after %g s", i == 0 ? "escalates to   " : ", to",
                               step->to, (double)step->after_us / 1e6);
        if (*step->unless != '\0')
            g_string_append_printf(out, " unless %s", step->unless);
    }
    if (alarm->n_step > 0)
        g_string_append_c(out, '\n');
}

static void
add_answer(GString *out, const Vicu__Alarm *alarm)
{
    const Vicu__Acknowledgement *ack = alarm->acknowledged;

    if (ack == NULL || *ack->who == '\0')
        return;
    g_string_append_printf(out, "acknowledged by %s (%s): %s\n", ack->who, ack->role, ack->reason);
    add_time(out, "acknowledged at", ack->t_us);
}

char *
vicu_alarm_text(const Vicu__Alarm *alarm)
{
    GString *out = g_string_new(NULL);

    g_string_append_printf(out, "alarm %s of %s: %s\n%s priority%s%s, %s, raised %u time%s\n",
                           alarm->id, *alarm->bed != '\0' ? alarm->bed : "the installation",
                           alarm->text, vicu_word_priority(alarm->priority),
                           alarm->technical ? ", technical" : "",
                           alarm->latching ? ", latching" : "", vicu_word_alarm_state(alarm->state),
                           alarm->count, alarm->count == 1 ? "" : "s");
    add_times(out, alarm);
    if (alarm->reminders > 0)
        g_string_append_printf(out, "told again       %u time%s\n", alarm->reminders,
                               alarm->reminders == 1 ? "" : "s");
    add_time(out, "last told again", alarm->t_reminded_us);
    add_steps(out, alarm);
    if (*alarm->why != '\0')
        g_string_append_printf(out, "ended because   %s\n", alarm->why);
    add_answer(out, alarm);
    if (*alarm->explain != '\0')
        g_string_append_printf(out, "as it was raised:\n%s", alarm->explain);
    return g_string_free(out, FALSE);
}

/* --- JSON --------------------------------------------------------------------------------- */

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
    vicu_json_text(json, "source", vicu_word_source(input->source));
    vicu_json_text(json, "origin", vicu_word_origin(input->origin));
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
        seconds(json, "after_s", alarm->step[i]->after_us);
        text(json, "unless", alarm->step[i]->unless);
        vicu_json_end(json);
    }
    vicu_json_end(json);
}

void
vicu_alarm_json(VicuJson *json, const char *key, const Vicu__Alarm *alarm)
{
    vicu_json_begin_object(json, key);
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
    vicu_json_number(json, "data_age_ms", (double)alarm->data_age_us / 1e3);
    if (alarm->repeat_us > 0) {
        seconds(json, "repeat_s", alarm->repeat_us);
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
