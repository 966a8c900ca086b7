/* `vicu bed ls` and `vicu bed watch`: the beds of the running installation. What the
 * other bed verbs command: command.c.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <glib-unix.h>

#include "common/clock.h"
#include "tools/ask.h"
#include "tools/session.h"
#include "tools/verbs.h"
#include "tools/words.h"

/* A bed that is expected and silent from the start counts as absent after this. */
#define NEVER_SEEN_US (30 * G_USEC_PER_SEC)

static gboolean
shows_data_or_absence(const Vicu__Bed *bed, int64_t now_us)
{
    return bed->presence != VICU__PRESENCE__PRESENCE_NEVER_SEEN
           || (bed->since_us != 0 && now_us - bed->since_us > NEVER_SEEN_US);
}

static const Vicu__Score *
score_of(const ToolSession *session, const char *bed)
{
    size_t n = 0;
    g_autofree const Vicu__StateItem **items =
        tool_stand_items(session->stand, VICU__SUBJECT__SUBJECT_SCORE, &n);

    for (size_t i = 0; i < n; i++)
        if (items[i]->score != NULL && strcmp(items[i]->score->bed, bed) == 0
            && g_ascii_strncasecmp(items[i]->score->name, "news2", 5) == 0)
            return items[i]->score;
    return NULL;
}

/* How many alarms of the bed stand, and the highest priority among them. */
static size_t
alarms_of(const ToolSession *session, const char *bed, Vicu__Priority *highest)
{
    size_t n = 0, count = 0;
    g_autofree const Vicu__StateItem **items =
        tool_stand_items(session->stand, VICU__SUBJECT__SUBJECT_ALARM, &n);

    *highest = VICU__PRIORITY__PRIORITY_NONE;
    for (size_t i = 0; i < n; i++) {
        const Vicu__Alarm *alarm = items[i]->alarm;
        if (alarm == NULL || strcmp(alarm->bed, bed) != 0
            || alarm->state == VICU__ALARM_STATE__ALARM_ENDED || *alarm->merged_into != '\0')
            continue;
        count++;
        *highest = MAX(*highest, alarm->priority);
    }
    return count;
}

static void
print_bed(const ToolSession *session, const Vicu__Bed *bed)
{
    const Vicu__Score *score = score_of(session, bed->bed);
    Vicu__Priority highest = VICU__PRIORITY__PRIORITY_NONE;
    size_t alarms = alarms_of(session, bed->bed, &highest);
    g_autofree char *news2 = score == NULL  ? g_strdup("-")
                             : score->known ? g_strdup_printf("%d", score->value)
                                            : g_strdup_printf("%d..%d", score->min, score->max);

    printf("%-20s %-12s %-10s NEWS2 %-6s ", bed->bed, tool_word_presence(bed->presence),
           tool_word_origin(bed->origin), news2);
    if (alarms > 0)
        printf("%zu alarms, highest %s", alarms, tool_word_priority(highest));
    else
        printf("no alarm");
    if (bed->reason != NULL && bed->reason[0] != '\0')
        printf("  (%s)", bed->reason);
    putchar('\n');
}

int
tool_bed_ls(const ToolVerb *verb, int argc, char **argv)
{
    g_auto(ToolSession) session = {0};
    gboolean all = TRUE;
    size_t n = 0;
    int status = tool_session_begin(&session, verb, &argc, &argv, NULL, 0, 0);

    if (status >= 0)
        return status;
    tool_ask_view(session.client, verb->name, "");
    g_autofree const Vicu__StateItem **items =
        tool_stand_items(session.stand, VICU__SUBJECT__SUBJECT_BED, &n);
    g_autoptr(VicuJson) json = vicu_json_new();
    vicu_json_begin_array(json, NULL);
    for (size_t i = 0; i < n; i++) {
        if (items[i]->bed == NULL)
            continue;
        all = all && shows_data_or_absence(items[i]->bed, vicu_clock_utc_us());
        if (session.common.json)
            tool_json_bed(json, NULL, items[i]->bed);
        else
            print_bed(&session, items[i]->bed);
    }
    vicu_json_end(json);
    if (session.common.json)
        vicu_json_print(json, stdout);
    if (n == 0)
        fputs("vicu bed ls: no bed has shown itself yet\n", stderr);
    return all && n > 0 ? TOOL_DONE : TOOL_WANTING;
}

typedef struct {
    const ToolSession *session;
    const char *bed;
    gboolean stop;
} Watching;

static const char *
bed_of_item(const Vicu__StateItem *item)
{
    switch ((int)item->body_case) {
    case VICU__STATE_ITEM__BODY_ALARM:
        return item->alarm->bed;
    case VICU__STATE_ITEM__BODY_LIMIT:
        return item->limit->bed;
    case VICU__STATE_ITEM__BODY_BED:
        return item->bed->bed;
    case VICU__STATE_ITEM__BODY_OBSERVATION:
        return item->observation->bed;
    case VICU__STATE_ITEM__BODY_SCORE:
        return item->score->bed;
    case VICU__STATE_ITEM__BODY_PAUSE:
        return item->pause->bed;
    case VICU__STATE_ITEM__BODY_NOTE:
        return item->note->bed;
    case VICU__STATE_ITEM__BODY_CARE:
        return item->care->bed;
    default: /* of no bed */
        break;
    }
    return NULL;
}

static void
write_item(VicuJson *json, const Vicu__StateItem *item, gboolean removed)
{
    vicu_json_begin_object(json, NULL);
    vicu_json_time(json, "seen", vicu_clock_utc_us());
    vicu_json_bool(json, "removed", removed);
    if (item->body_case == VICU__STATE_ITEM__BODY_ALARM)
        tool_json_alarm(json, "alarm", item->alarm);
    else if (item->body_case == VICU__STATE_ITEM__BODY_BED)
        tool_json_bed(json, "bed", item->bed);
    else if (item->body_case == VICU__STATE_ITEM__BODY_LIMIT)
        tool_json_limit(json, "limit", item->limit);
    else if (item->body_case == VICU__STATE_ITEM__BODY_SCORE)
        tool_json_score(json, "score", item->score);
    else if (item->body_case == VICU__STATE_ITEM__BODY_PAUSE)
        tool_json_pause(json, "pause", item->pause);
    else if (item->body_case == VICU__STATE_ITEM__BODY_NOTE)
        tool_json_note(json, "note", item->note);
    else if (item->body_case == VICU__STATE_ITEM__BODY_CARE)
        tool_json_care(json, "care", item->care);
    else
        vicu_json_text(json, "key", item->key);
    vicu_json_end(json);
}

static void
print_item(const Vicu__StateItem *item, gboolean removed)
{
    g_autofree char *time = vicu_time_format(vicu_clock_utc_us());

    printf("%s ", time);
    if (item->body_case == VICU__STATE_ITEM__BODY_ALARM)
        printf("alarm %s %s %s: %s%s\n", item->alarm->id, tool_word_priority(item->alarm->priority),
               tool_word_alarm_state(item->alarm->state), item->alarm->text,
               removed ? " (no longer listed)" : "");
    else if (item->body_case == VICU__STATE_ITEM__BODY_BED)
        printf("bed %s\n", tool_word_presence(item->bed->presence));
    else if (item->body_case == VICU__STATE_ITEM__BODY_SCORE && item->score->known)
        printf("score %s %d\n", item->score->name, item->score->value);
    else if (item->body_case == VICU__STATE_ITEM__BODY_SCORE)
        printf("score %s unknown, %d to %d\n", item->score->name, item->score->min,
               item->score->max);
    else if (item->body_case == VICU__STATE_ITEM__BODY_PAUSE)
        printf("audio %s, by %s: %s\n", removed ? "is no longer paused" : "paused",
               item->pause->who, item->pause->reason);
    else if (item->body_case == VICU__STATE_ITEM__BODY_NOTE)
        printf("%s %s: %s%s\n", item->note->promise ? "promise" : "note", item->note->id,
               item->note->text, item->note->overdue ? " (overdue)" : "");
    else
        printf("%s%s\n", item->key, removed ? " removed" : "");
}

static void
on_watched(const Vicu__StateItem *item, gboolean removed, gpointer user)
{
    const Watching *watching = user;
    const char *bed = bed_of_item(item);

    if (bed == NULL || strcmp(bed, watching->bed) != 0)
        return;
    if (watching->session->common.json) {
        g_autoptr(VicuJson) json = vicu_json_new();
        write_item(json, item, removed);
        vicu_json_print(json, stdout);
    } else {
        print_item(item, removed);
    }
    fflush(stdout);
}

static gboolean
on_interrupt(gpointer user)
{
    *(gboolean *)user = TRUE;
    return G_SOURCE_CONTINUE;
}

int
tool_bed_watch(const ToolVerb *verb, int argc, char **argv)
{
    g_auto(ToolSession) session = {0};
    g_autoptr(GError) error = NULL;
    g_autofree char *duration = NULL;
    int64_t for_us = INT64_MAX / 4;
    const GOptionEntry entries[] = {
        {"for", 0, 0, G_OPTION_ARG_STRING, &duration, "Stop after this time", "60s"},
        G_OPTION_ENTRY_NULL,
    };
    int status = tool_options(verb, &argc, &argv, entries, &session.common, 1, 1);

    if (status >= 0)
        return status;
    if (duration != NULL && !vicu_duration_parse(duration, &for_us, &error))
        return tool_usage(verb, "--for: %s", error->message);
    if (!tool_session_open(&session, &error))
        return tool_wanting(verb, g_steal_pointer(&error));
    const char *bed = tool_stand_bed(session.stand, argv[1], &error);
    if (bed == NULL)
        return tool_wanting(verb, g_steal_pointer(&error));
    Watching watching = {&session, bed, FALSE};
    guint signals[] = {g_unix_signal_add(SIGINT, on_interrupt, &watching.stop),
                       g_unix_signal_add(SIGTERM, on_interrupt, &watching.stop)};
    g_autofree char *own = g_strdup(bed);
    tool_ask_view(session.client, verb->name, own);
    watching.bed = own;
    for (Vicu__Subject subject = VICU__SUBJECT__SUBJECT_ALARM;
         subject <= VICU__SUBJECT__SUBJECT_CARE; subject++) {
        size_t n = 0;
        g_autofree const Vicu__StateItem **items = tool_stand_items(session.stand, subject, &n);
        for (size_t i = 0; i < n; i++)
            on_watched(items[i], FALSE, &watching);
    }
    tool_stand_on_change(session.stand, on_watched, &watching);
    int64_t end_us = for_us < INT64_MAX / 4 ? vicu_clock_boot_us() + for_us : INT64_MAX;
    while (!watching.stop && vicu_clock_boot_us() < end_us)
        tool_client_wait(session.client, &watching.stop,
                         MIN(G_USEC_PER_SEC, end_us - vicu_clock_boot_us()));
    for (size_t i = 0; i < G_N_ELEMENTS(signals); i++)
        g_source_remove(signals[i]);
    return TOOL_DONE;
}
