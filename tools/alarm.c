/* `vicu alarm` and `vicu limit`: alarms with their reasons, and the limits behind them.
 * What is commanded, ack and set: command.c.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "common/clock.h"
#include "tools/ask.h"
#include "tools/session.h"
#include "tools/verbs.h"
#include "tools/words.h"

/* One that another of the same cause speaks for stands under it, set in. */
static void
print_alarm(const Vicu__Alarm *alarm, int64_t now_us, bool merged)
{
    g_autofree char *age = vicu_duration_format(now_us - alarm->t_raised_us);
    g_autofree char *left = vicu_duration_format(MAX(alarm->signal_until_us - now_us, 0));
    g_autofree char *data_age = tool_words_data_age(alarm->data_age_us);
    bool paused = alarm->signal == VICU__SIGNAL_STATE__SIGNAL_AUDIO_PAUSED;

    printf("%s%s  %-8s %-12s %-18s %s: %s (%s ago, %s%s%s%s%s%s)\n", merged ? "  + " : "",
           alarm->id, tool_word_priority(alarm->priority), tool_word_alarm_state(alarm->state),
           alarm->bed, alarm->rule, alarm->text, age, tool_word_origin(alarm->origin),
           paused ? ", audio paused for another " : "", paused ? left : "", data_age,
           *alarm->why != '\0' ? ", " : "", alarm->why);
}

static const Vicu__Alarm *
find(const ToolSession *session, const char *id, bool ended)
{
    const Vicu__StateItem *item = tool_stand_find(session->stand, VICU__SUBJECT__SUBJECT_ALARM, id);
    const Vicu__Alarm *alarm = item != NULL ? item->alarm : NULL;

    return alarm != NULL && (ended || alarm->state != VICU__ALARM_STATE__ALARM_ENDED) ? alarm
                                                                                      : NULL;
}

/* A speaker with those that it speaks for; one that stands under its speaker not again. */
static void
print_with_merged(const ToolSession *session, const Vicu__Alarm *alarm, bool ended)
{
    int64_t now_us = vicu_clock_utc_us();

    if (*alarm->merged_into != '\0' && find(session, alarm->merged_into, ended) != NULL)
        return;
    print_alarm(alarm, now_us, false);
    for (size_t i = 0; i < alarm->n_merged; i++) {
        const Vicu__Alarm *other = find(session, alarm->merged[i], ended);
        if (other != NULL && strcmp(other->merged_into, alarm->id) == 0)
            print_alarm(other, now_us, true);
    }
}

int
tool_alarm_ls(const ToolVerb *verb, int argc, char **argv)
{
    g_auto(ToolSession) session = {0};
    gboolean ended = FALSE;
    size_t n = 0;
    const GOptionEntry entries[] = {
        {"all", 0, 0, G_OPTION_ARG_NONE, &ended, "Those that have ended lately too", NULL},
        G_OPTION_ENTRY_NULL,
    };
    int status = tool_session_begin(&session, verb, &argc, &argv, entries, 0, 0);

    if (status >= 0)
        return status;
    tool_ask_view(session.client, verb->name, "");
    g_autofree const Vicu__StateItem **items =
        tool_stand_items(session.stand, VICU__SUBJECT__SUBJECT_ALARM, &n);
    g_autoptr(VicuJson) json = vicu_json_new();
    vicu_json_begin_array(json, NULL);
    for (size_t i = 0; i < n; i++) {
        const Vicu__Alarm *alarm = items[i]->alarm;
        if (alarm == NULL || (!ended && alarm->state == VICU__ALARM_STATE__ALARM_ENDED))
            continue;
        if (session.common.json)
            tool_json_alarm(json, NULL, alarm);
        else
            print_with_merged(&session, alarm, ended);
    }
    vicu_json_end(json);
    if (session.common.json)
        vicu_json_print(json, stdout);
    return TOOL_DONE;
}

/* --- limits ------------------------------------------------------------------------------- */

static void
print_limit(const Vicu__Limit *limit)
{
    char value[32], standard[32];

    vicu_number_format(limit->value, value);
    vicu_number_format(limit->standard, standard);
    printf("%-18s %-20s %s %s", limit->bed[0] != '\0' ? limit->bed : limit->of_unit, limit->name,
           value, limit->unit);
    if (limit->overridden)
        printf("  (instead of %s, %sby %s: %s)", standard,
               limit->of_unit[0] != '\0' ? "for the unit, " : "", limit->who, limit->reason);
    putchar('\n');
}

int
tool_limit_ls(const ToolVerb *verb, int argc, char **argv)
{
    g_auto(ToolSession) session = {0};
    g_autoptr(GError) error = NULL;
    g_autofree char *bed = NULL;
    size_t n = 0;
    int status = tool_session_begin(&session, verb, &argc, &argv, NULL, 0, 1);

    if (status >= 0)
        return status;
    if (argc > 1 && (bed = g_strdup(tool_stand_bed(session.stand, argv[1], &error))) == NULL)
        return tool_wanting(verb, g_steal_pointer(&error));
    tool_ask_view(session.client, verb->name, bed != NULL ? bed : "");
    g_autofree const Vicu__StateItem **items =
        tool_stand_items(session.stand, VICU__SUBJECT__SUBJECT_LIMIT, &n);
    g_autoptr(VicuJson) json = vicu_json_new();
    vicu_json_begin_array(json, NULL);
    for (size_t i = 0; i < n; i++) {
        const Vicu__Limit *limit = items[i]->limit;
        if (limit == NULL || (bed != NULL && strcmp(limit->bed, bed) != 0))
            continue;
        if (session.common.json)
            tool_json_limit(json, NULL, limit);
        else
            print_limit(limit);
    }
    vicu_json_end(json);
    if (session.common.json)
        vicu_json_print(json, stdout);
    return TOOL_DONE;
}
