/* `vicu bed`: the beds of the running installation, and the bed session.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <glib-unix.h>

#include "common/clock.h"
#include "common/error.h"
#include "proto/signals.h"
#include "tools/ask.h"
#include "tools/bed-name.h"
#include "tools/session.h"
#include "tools/verbs.h"
#include "tools/words.h"

/* A bed that is expected and silent from the start counts as absent after this. */
#define NEVER_SEEN_US (30 * G_USEC_PER_SEC)

/* The bed @text names; for a bed that is not there yet its whole id will do. */
static char *
bed_of(const ToolSession *session, const char *text, GError **error)
{
    g_autoptr(GError) own = NULL;
    const char *found = tool_stand_bed(session->stand, text, &own);

    if (found != NULL)
        return g_strdup(found);
    if (tool_bed_is_id(text))
        return g_strdup(text);
    g_propagate_error(error, g_steal_pointer(&own));
    return NULL;
}

/* --- bed ls, bed watch ------------------------------------------------------------------- */

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
            || alarm->state == VICU__ALARM_STATE__ALARM_ENDED)
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
    g_autoptr(GError) error = NULL;
    gboolean all = TRUE;
    size_t n = 0;
    int status = tool_options(verb, &argc, &argv, NULL, &session.common, 0, 0);

    if (status >= 0)
        return status;
    if (!tool_session_open(&session, &error))
        return tool_wanting(verb, g_steal_pointer(&error));
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
    switch (item->body_case) {
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
    case VICU__STATE_ITEM__BODY_ENGINE:
    case VICU__STATE_ITEM__BODY__NOT_SET:
    case _VICU__STATE_ITEM__BODY__CASE_IS_INT_SIZE:
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
         subject <= VICU__SUBJECT__SUBJECT_SCORE; subject++) {
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

/* --- the bed desk's commands -------------------------------------------------------------- */

int
tool_bed_admit(const ToolVerb *verb, int argc, char **argv)
{
    g_auto(ToolSession) session = {0};
    g_autoptr(GError) error = NULL;
    g_autofree char *patient = NULL;
    g_autofree char *device = NULL;
    g_autofree char *reason = NULL;
    const GOptionEntry entries[] = {
        {"patient", 0, 0, G_OPTION_ARG_STRING, &patient, "Pseudonym of the patient", "P"},
        {"device", 0, 0, G_OPTION_ARG_STRING, &device, "The monitor that belongs to the bed", "D"},
        {"reason", 0, 0, G_OPTION_ARG_STRING, &reason, "Why, for the audit", "TEXT"},
        G_OPTION_ENTRY_NULL,
    };
    int status = tool_options(verb, &argc, &argv, entries, &session.common, 1, 1);
    Vicu__Command command = VICU__COMMAND__INIT;
    Vicu__Admit admit = VICU__ADMIT__INIT;

    if (status >= 0)
        return status;
    if (patient == NULL)
        return tool_usage(verb, "needs --patient");
    if (!tool_session_open(&session, &error))
        return tool_wanting(verb, g_steal_pointer(&error));
    g_autofree char *bed = bed_of(&session, argv[1], &error);
    if (bed == NULL)
        return tool_wanting(verb, g_steal_pointer(&error));
    admit.bed = bed;
    admit.patient = patient;
    admit.device = device != NULL ? device : (char *)"";
    command.what_case = VICU__COMMAND__WHAT_ADMIT;
    command.admit = &admit;
    return tool_session_command(verb, &session, &command, reason);
}

int
tool_bed_move(const ToolVerb *verb, int argc, char **argv)
{
    g_auto(ToolSession) session = {0};
    g_autoptr(GError) error = NULL;
    g_autofree char *reason = NULL;
    const GOptionEntry entries[] = {
        {"reason", 0, 0, G_OPTION_ARG_STRING, &reason, "Why, for the audit", "TEXT"},
        G_OPTION_ENTRY_NULL,
    };
    int status = tool_options(verb, &argc, &argv, entries, &session.common, 2, 2);
    Vicu__Command command = VICU__COMMAND__INIT;
    Vicu__Move move = VICU__MOVE__INIT;

    if (status >= 0)
        return status;
    if (!tool_session_open(&session, &error))
        return tool_wanting(verb, g_steal_pointer(&error));
    g_autofree char *from = bed_of(&session, argv[1], &error);
    g_autofree char *to = from != NULL ? bed_of(&session, argv[2], &error) : NULL;
    if (to == NULL)
        return tool_wanting(verb, g_steal_pointer(&error));
    move.from = from;
    move.to = to;
    command.what_case = VICU__COMMAND__WHAT_MOVE;
    command.move = &move;
    return tool_session_command(verb, &session, &command, reason);
}

int
tool_bed_discharge(const ToolVerb *verb, int argc, char **argv)
{
    g_auto(ToolSession) session = {0};
    g_autoptr(GError) error = NULL;
    g_autofree char *reason = NULL;
    const GOptionEntry entries[] = {
        {"reason", 0, 0, G_OPTION_ARG_STRING, &reason, "Why, for the audit", "TEXT"},
        G_OPTION_ENTRY_NULL,
    };
    int status = tool_options(verb, &argc, &argv, entries, &session.common, 1, 1);
    Vicu__Command command = VICU__COMMAND__INIT;
    Vicu__Discharge discharge = VICU__DISCHARGE__INIT;

    if (status >= 0)
        return status;
    if (!tool_session_open(&session, &error))
        return tool_wanting(verb, g_steal_pointer(&error));
    g_autofree char *bed = g_strdup(tool_stand_bed(session.stand, argv[1], &error));
    if (bed == NULL)
        return tool_wanting(verb, g_steal_pointer(&error));
    discharge.bed = bed;
    command.what_case = VICU__COMMAND__WHAT_DISCHARGE;
    command.discharge = &discharge;
    return tool_session_command(verb, &session, &command, reason);
}

int
tool_bed_standby(const ToolVerb *verb, int argc, char **argv)
{
    g_auto(ToolSession) session = {0};
    g_autoptr(GError) error = NULL;
    g_autofree char *duration = NULL;
    g_autofree char *reason = NULL;
    gboolean transport = FALSE, end = FALSE;
    int64_t for_us = 0;
    const GOptionEntry entries[] = {
        {"for", 0, 0, G_OPTION_ARG_STRING, &duration, "How long, at most 2h", "30min"},
        {"reason", 0, 0, G_OPTION_ARG_STRING, &reason, "Why", "TEXT"},
        {"transport", 0, 0, G_OPTION_ARG_NONE, &transport,
         "The patient is under way, not merely absent", NULL},
        {"end", 0, 0, G_OPTION_ARG_NONE, &end, "The patient is back", NULL},
        G_OPTION_ENTRY_NULL,
    };
    int status = tool_options(verb, &argc, &argv, entries, &session.common, 1, 1);
    Vicu__Command command = VICU__COMMAND__INIT;
    Vicu__Absence absence = VICU__ABSENCE__INIT;

    if (status >= 0)
        return status;
    if (!end && (duration == NULL || reason == NULL))
        return tool_usage(verb, "needs --for and --reason, or --end");
    if (!end && !vicu_duration_parse(duration, &for_us, &error))
        return tool_usage(verb, "--for: %s", error->message);
    if (!tool_session_open(&session, &error))
        return tool_wanting(verb, g_steal_pointer(&error));
    g_autofree char *bed = g_strdup(tool_stand_bed(session.stand, argv[1], &error));
    if (bed == NULL)
        return tool_wanting(verb, g_steal_pointer(&error));
    absence.bed = bed;
    absence.presence = end         ? VICU__PRESENCE__PRESENCE_PRESENT
                       : transport ? VICU__PRESENCE__PRESENCE_TRANSPORT
                                   : VICU__PRESENCE__PRESENCE_STANDBY;
    absence.until_us = end ? 0 : vicu_clock_utc_us() + for_us;
    command.what_case = VICU__COMMAND__WHAT_ABSENCE;
    command.absence = &absence;
    return tool_session_command(verb, &session, &command, reason);
}

/* "38.2", "38.2 Cel" or "V" for the signal; the owner judges range and unit. */
static gboolean
read_value(
    const VicuSignal *signal, const char *text, Vicu__Observation *o, char **unit, GError **error)
{
    char *end = NULL;

    if (signal->kind == VICU_SIGNAL_SYMBOL) {
        o->symbol = (char *)text;
        return TRUE;
    }
    o->value = g_ascii_strtod(text, &end);
    if (end == text) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT,
                    "\"%s\" is no number: %s is measured in %s", text, signal->name, signal->unit);
        return FALSE;
    }
    while (*end == ' ')
        end++;
    *unit = g_strdup(*end != '\0' ? end : signal->unit);
    o->unit = *unit;
    return TRUE;
}

int
tool_bed_observe(const ToolVerb *verb, int argc, char **argv)
{
    g_auto(ToolSession) session = {0};
    g_autoptr(GError) error = NULL;
    g_autofree char *at = NULL;
    g_autofree char *reason = NULL;
    g_autofree char *corrects = NULL;
    g_autofree char *unit = NULL;
    const GOptionEntry entries[] = {
        {"at", 0, 0, G_OPTION_ARG_STRING, &at, "When it was taken (now)", "TIME"},
        {"corrects", 0, 0, G_OPTION_ARG_STRING, &corrects,
         "Key of the observation that this one corrects", "KEY"},
        {"reason", 0, 0, G_OPTION_ARG_STRING, &reason, "Why, for the audit", "TEXT"},
        G_OPTION_ENTRY_NULL,
    };
    int status = tool_options(verb, &argc, &argv, entries, &session.common, 3, 3);
    Vicu__Command command = VICU__COMMAND__INIT;
    Vicu__Observe observe = VICU__OBSERVE__INIT;
    Vicu__Observation o = VICU__OBSERVATION__INIT;

    if (status >= 0)
        return status;
    const VicuSignal *signal = vicu_signal_by_name(argv[2]);
    if (signal == NULL)
        return tool_usage(verb, "there is no signal \"%s\"", argv[2]);
    int64_t now_us = vicu_clock_utc_us();
    o.t_us = now_us;
    if ((at != NULL && !vicu_time_parse(at, now_us, &o.t_us, &error))
        || !read_value(signal, argv[3], &o, &unit, &error))
        return tool_usage(verb, "%s", error->message);
    if (!tool_session_open(&session, &error))
        return tool_wanting(verb, g_steal_pointer(&error));
    g_autofree char *bed = bed_of(&session, argv[1], &error);
    if (bed == NULL)
        return tool_wanting(verb, g_steal_pointer(&error));
    o.bed = bed;
    o.code = vicu_signal_code(signal);
    o.name = (char *)signal->name;
    o.entered_us = now_us;
    o.who = (char *)tool_client_who(session.client);
    if (corrects != NULL)
        o.corrects = corrects;
    observe.observation = &o;
    command.what_case = VICU__COMMAND__WHAT_OBSERVE;
    command.observe = &observe;
    return tool_session_command(verb, &session, &command, reason);
}
