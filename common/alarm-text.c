/* An alarm for people and programs.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "common/alarm-text.h"

#include <stdbool.h>

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
vicu_word_signal(Vicu__SignalState signal)
{
    static const char *const words[] = {"none",         "on",        "audio paused", "audio off",
                                        "alarm paused", "alarm off", "acknowledged"};

    return word(words, G_N_ELEMENTS(words), (int)signal);
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

const char *
vicu_word_answer(Vicu__Answer answer)
{
    static const char *const words[] = {"seen", "act", "watch", "not actionable"};

    return word(words, G_N_ELEMENTS(words), (int)answer);
}

const char *
vicu_word_not_actionable(Vicu__NotActionable because)
{
    static const char *const words[] = {"in words", "artefact", "care",   "known",
                                        "limit",    "device",   "treated"};

    return word(words, G_N_ELEMENTS(words), (int)because);
}

/* Of any two numbers that a record may hold. */
static int64_t
less(int64_t a, int64_t b)
{
    return (int64_t)((uint64_t)a - (uint64_t)b);
}

int64_t
vicu_alarm_condition_delay_us(const Vicu__Alarm *alarm)
{
    return less(alarm->t_raised_us, alarm->t_condition_us);
}

int64_t
vicu_alarm_signal_delay_us(const Vicu__Alarm *alarm)
{
    return less(alarm->t_decided_us, alarm->t_raised_us);
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

/* What was answered, where it was more than that it was seen. */
static void
add_kind(GString *out, const Vicu__Acknowledgement *ack)
{
    if (ack->answer == VICU__ANSWER__ANSWER_SEEN)
        return;
    g_string_append_printf(out, "answer          %s", vicu_word_answer(ack->answer));
    if (ack->answer == VICU__ANSWER__ANSWER_NOT_ACTIONABLE)
        g_string_append_printf(out, " (%s)", vicu_word_not_actionable(ack->because));
    g_string_append_c(out, '\n');
    add_time(out, "watched until  ", ack->until_us);
}

static void
add_answer(GString *out, const Vicu__Alarm *alarm)
{
    const Vicu__Acknowledgement *ack = alarm->acknowledged;

    for (size_t i = 0; i < alarm->n_earlier; i++) {
        g_autofree char *time = vicu_time_format(alarm->earlier[i]->t_us);
        g_string_append_printf(out, "answered before by %s at %s: %s\n", alarm->earlier[i]->who,
                               time, vicu_word_answer(alarm->earlier[i]->answer));
    }
    if (alarm->lapses > 0)
        g_string_append_printf(out, "watched in vain  %u time%s\n", alarm->lapses,
                               alarm->lapses == 1 ? "" : "s");
    if (ack == NULL || *ack->who == '\0')
        return;
    g_string_append_printf(out, "acknowledged by %s (%s): %s\n", ack->who, ack->role, ack->reason);
    add_time(out, "acknowledged at", ack->t_us);
    add_kind(out, ack);
}

static void
add_similar(GString *out, const Vicu__Alarm *alarm)
{
    const Vicu__Similar *similar = alarm->similar;

    if (similar == NULL)
        return;
    g_string_append_printf(out,
                           "the same rule raised here %s%u time%s in the 24 h before, %u in 72 h\n",
                           similar->at_least ? "at least " : "", similar->last_24h,
                           similar->last_24h == 1 ? "" : "s", similar->last_72h);
    for (size_t i = 0; i < similar->n_past; i++) {
        const Vicu__PastAlarm *past = similar->past[i];
        g_autofree char *time = vicu_time_format(past->t_raised_us);
        g_string_append_printf(out, "  %s %s, %.0f s%s%s\n", past->id, time,
                               (double)less(past->t_ended_us, past->t_raised_us) / 1e6,
                               past->answered ? ", " : ", not answered",
                               past->answered ? vicu_word_answer(past->answer) : "");
    }
}

/* Who changed a limit that was in force, and why. */
static void
add_limits(GString *out, const Vicu__Alarm *alarm)
{
    g_autoptr(Vicu__Explanation) because =
        alarm->because.len > 0
            ? vicu_wire_unpack_explanation(alarm->because.data, alarm->because.len, NULL)
            : NULL;
    bool first = true;

    for (size_t i = 0; because != NULL && i < because->n_limit; i++) {
        const Vicu__ExplainLimit *limit = because->limit[i];
        char value[32], standard[32];
        if (*limit->who == '\0')
            continue;
        g_autofree char *time = vicu_time_format(limit->t_us);
        vicu_number_format(limit->value, value);
        vicu_number_format(limit->standard, standard);
        g_string_append_printf(out, "%s  %s %s %s instead of %s, by %s at %s",
                               first ? "limits set for this bed\n" : "", limit->name, value,
                               limit->unit, standard, limit->who, time);
        if (limit->expires_us != 0) {
            g_autofree char *end = vicu_time_format(limit->expires_us);
            g_string_append_printf(out, " until %s", end);
        }
        g_string_append_printf(out, ": %s\n", limit->reason);
        first = false;
    }
}

/* What is missing, and which alarms of the same cause are one with it. */
static void
add_merged(GString *out, const Vicu__Alarm *alarm)
{
    for (size_t i = 0; i < alarm->n_missing; i++)
        g_string_append_printf(out, "%s%s", i == 0 ? "missing         " : ", ", alarm->missing[i]);
    if (alarm->n_missing > 0)
        g_string_append_c(out, '\n');
    if (*alarm->merged_into != '\0')
        g_string_append_printf(out, "spoken for by   %s, of the same cause\n", alarm->merged_into);
    for (size_t i = 0; i < alarm->n_merged; i++)
        g_string_append_printf(out, "speaks for      %s, of the same cause\n", alarm->merged[i]);
    if (alarm->n_merged > 0 && alarm->own_priority != alarm->priority)
        g_string_append_printf(out, "own priority    %s\n",
                               vicu_word_priority(alarm->own_priority));
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
    add_merged(out, alarm);
    add_times(out, alarm);
    if (alarm->signal == VICU__SIGNAL_STATE__SIGNAL_AUDIO_PAUSED)
        add_time(out, "audio paused until", alarm->signal_until_us);
    if (alarm->reminders > 0)
        g_string_append_printf(out, "told again       %u time%s\n", alarm->reminders,
                               alarm->reminders == 1 ? "" : "s");
    add_time(out, "last told again", alarm->t_reminded_us);
    add_steps(out, alarm);
    if (*alarm->why != '\0')
        g_string_append_printf(out, "ended because   %s\n", alarm->why);
    add_answer(out, alarm);
    add_similar(out, alarm);
    if (*alarm->explain != '\0')
        g_string_append_printf(out, "as it was raised:\n%s", alarm->explain);
    add_limits(out, alarm);
    return g_string_free(out, FALSE);
}
