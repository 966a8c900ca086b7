/* `vicu alarm explain`: why an alarm was raised. Those that stand or ended lately
 * are asked of their owner; older ones are read from the store's record.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "common/alarm-text.h"
#include "common/clock.h"
#include "common/error.h"
#include "tools/ask.h"
#include "tools/session.h"
#include "tools/verbs.h"

/* Looking through the record for ids that begin so. */
typedef struct {
    const char *prefix;
    GHashTable *ids;
    int64_t t_us;       /* of the newest event */
    Vicu__Alarm *alarm; /* what it held */
} Search;

static void
on_events(const Vicu__QueryRows *rows, gpointer user)
{
    Search *search = user;

    for (size_t i = 0; i < rows->n_event; i++) {
        const Vicu__Event *event = rows->event[i];
        if (strcmp(event->kind, "alarm") != 0 || !g_str_has_prefix(event->key, search->prefix))
            continue;
        g_hash_table_add(search->ids, g_strdup(event->key));
        Vicu__Alarm *alarm =
            event->t_us >= search->t_us
                ? vicu_wire_unpack_alarm(event->detail.data, event->detail.len, NULL)
                : NULL;
        if (alarm == NULL)
            continue;
        if (search->alarm != NULL)
            vicu_wire_free(search->alarm);
        search->alarm = alarm;
        search->t_us = event->t_us;
    }
}

/* As it was last told; NULL: none, or several begin so. */
static Vicu__Alarm *
find_recorded(ToolClient *client, const char *prefix, int64_t from_us, GError **error)
{
    g_autoptr(GHashTable) ids = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    Search search = {.prefix = prefix, .ids = ids, .t_us = INT64_MIN};
    Vicu__Query query = VICU__QUERY__INIT;
    Vicu__QueryEvents what = VICU__QUERY_EVENTS__INIT;

    what.from_us = from_us;
    what.to_us = INT64_MAX;
    query.what_case = VICU__QUERY__WHAT_EVENTS;
    query.events = &what;
    if (!tool_ask(client, &query, "vicu alarm explain", on_events, &search, error))
        return NULL;
    g_autofree char *from = vicu_time_format(from_us);
    if (g_hash_table_size(ids) > 1)
        g_set_error(error, VICU_ERROR, VICU_ERROR_ABSENT,
                    "several alarms on record begin with \"%s\": say more of the id", prefix);
    else if (search.alarm == NULL)
        g_set_error(error, VICU_ERROR, VICU_ERROR_ABSENT,
                    "no alarm \"%s\" stands, and the record has none since %s; --from looks "
                    "further back",
                    prefix, from);
    else
        return search.alarm;
    if (search.alarm != NULL)
        vicu_wire_free(search.alarm);
    return NULL;
}

static void
print(const ToolSession *session,
      const char *id,
      const char *text,
      const Vicu__Alarm *alarm,
      const char *detail,
      const char *from)
{
    if (!session->common.json) {
        printf("%s\n", text);
        return;
    }
    g_autoptr(VicuJson) json = vicu_json_new();
    vicu_json_begin_object(json, NULL);
    vicu_json_text(json, "id", id);
    vicu_json_text(json, "from", from);
    vicu_json_text(json, "text", text);
    if (alarm != NULL)
        vicu_alarm_json(json, "alarm", alarm);
    if (detail != NULL && detail[0] != '\0')
        vicu_json_raw(json, "detail", detail);
    vicu_json_end(json);
    vicu_json_print(json, stdout);
}

static int
explain_recorded(const ToolVerb *verb, ToolSession *session, const char *prefix, const char *from)
{
    g_autoptr(GError) error = NULL;
    int64_t from_us = 0;

    if (!vicu_time_parse(from != NULL ? from : "-7d", vicu_clock_utc_us(), &from_us, &error))
        return tool_usage(verb, "--from: %s", error->message);
    g_autoptr(Vicu__Alarm) alarm = find_recorded(session->client, prefix, from_us, &error);
    if (alarm == NULL)
        return tool_wanting(verb, g_steal_pointer(&error));
    g_autofree char *text = vicu_alarm_text(alarm);
    g_autoptr(VicuJson) json = vicu_json_new();
    vicu_alarm_json_explained(json, NULL, alarm);
    print(session, alarm->id, text, alarm, vicu_json_peek(json), "record");
    return TOOL_DONE;
}

int
tool_alarm_explain(const ToolVerb *verb, int argc, char **argv)
{
    g_auto(ToolSession) session = {0};
    g_autoptr(GError) error = NULL;
    g_autofree char *from = NULL;
    g_autofree char *text = NULL;
    g_autofree char *detail = NULL;
    gboolean recorded = FALSE;
    const GOptionEntry entries[] = {
        {"record", 0, 0, G_OPTION_ARG_NONE, &recorded, "As the store's record has it", NULL},
        {"from", 0, 0, G_OPTION_ARG_STRING, &from, "How far back the record is read (-7d)", "TIME"},
        G_OPTION_ENTRY_NULL,
    };
    Vicu__Command command = VICU__COMMAND__INIT;
    Vicu__Explain explain = VICU__EXPLAIN__INIT;
    int status = tool_session_begin(&session, verb, &argc, &argv, entries, 1, 1);

    if (status >= 0)
        return status;
    g_autofree char *id =
        recorded ? NULL : g_strdup(tool_stand_alarm(session.stand, argv[1], NULL));
    if (id == NULL)
        return explain_recorded(verb, &session, argv[1], from);
    explain.id = id;
    command.what_case = VICU__COMMAND__WHAT_EXPLAIN;
    command.explain = &explain;
    if (!tool_stand_command(session.stand, &command, NULL, &text, &detail, &error))
        return tool_wanting(verb, g_steal_pointer(&error));
    const Vicu__StateItem *item = tool_stand_find(session.stand, VICU__SUBJECT__SUBJECT_ALARM, id);
    print(&session, id, text, item != NULL ? item->alarm : NULL, detail, "rules");
    return TOOL_DONE;
}
