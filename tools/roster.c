/* `vicu roster`: who is there to be told.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "common/clock.h"
#include "common/error.h"
#include "tools/session.h"
#include "tools/verbs.h"
#include "tools/words.h"

/* A command holds the whole file. */
#define FILE_MAX (1u << 20)

static int
import(const ToolVerb *verb, ToolSession *session, const char *path, gboolean check)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *text = NULL;
    gsize size = 0;
    Vicu__Command command = VICU__COMMAND__INIT;
    Vicu__ImportRoster what = VICU__IMPORT_ROSTER__INIT;

    if (!g_file_get_contents(path, &text, &size, &error))
        return tool_wanting(verb, g_steal_pointer(&error));
    if (size > FILE_MAX || strlen(text) != size || !g_utf8_validate(text, (gssize)size, NULL)) {
        g_set_error(&error, VICU_ERROR, VICU_ERROR_CONFIG,
                    "%s: expected UTF-8 text of at most %u bytes, found %zu bytes", path, FILE_MAX,
                    size);
        return tool_wanting(verb, g_steal_pointer(&error));
    }
    what.text = text;
    what.check = check;
    command.what_case = VICU__COMMAND__WHAT_IMPORT_ROSTER;
    command.import_roster = &what;
    return tool_session_command(verb, session, &command, NULL);
}

static int
begin(const ToolVerb *verb, ToolSession *session, int *argc, char ***argv, int least, int most)
{
    g_autoptr(GError) error = NULL;
    int status = tool_options(verb, argc, argv, NULL, &session->common, least, most);

    if (status < 0 && !tool_session_open_of(session, "escalation-state", "escalation", &error))
        status = tool_wanting(verb, g_steal_pointer(&error));
    return status;
}

int
tool_roster_import(const ToolVerb *verb, int argc, char **argv)
{
    g_auto(ToolSession) session = {0};
    int status = begin(verb, &session, &argc, &argv, 1, 1);

    return status >= 0 ? status : import(verb, &session, argv[1], FALSE);
}

/* Wanting where nobody would be told at some time. */
int
tool_roster_check(const ToolVerb *verb, int argc, char **argv)
{
    g_auto(ToolSession) session = {0};
    size_t n = 0;
    gboolean hole = FALSE;
    int status = begin(verb, &session, &argc, &argv, 0, 1);

    if (status >= 0)
        return status;
    if (argc > 1)
        return import(verb, &session, argv[1], TRUE);
    g_autofree const Vicu__StateItem **items =
        tool_stand_items(session.stand, VICU__SUBJECT__SUBJECT_ROSTER_FINDING, &n);
    g_autoptr(VicuJson) json = vicu_json_new();
    vicu_json_begin_array(json, NULL);
    for (size_t i = 0; i < n; i++) {
        const Vicu__RosterFinding *f = items[i]->finding;
        if (f == NULL)
            continue;
        hole = hole || strcmp(f->kind, "overlap") != 0;
        vicu_json_begin_object(json, NULL);
        vicu_json_text(json, "kind", f->kind);
        vicu_json_text(json, "unit", f->unit);
        vicu_json_text(json, "role", f->role);
        vicu_json_time(json, "from", f->from_us);
        vicu_json_time(json, "to", f->to_us);
        vicu_json_text(json, "text", f->text);
        vicu_json_end(json);
        if (!session.common.json)
            printf("%s: %s\n", f->kind, f->text);
    }
    vicu_json_end(json);
    if (session.common.json)
        vicu_json_print(json, stdout);
    return hole ? TOOL_WANTING : TOOL_DONE;
}

/* --- ls --- */

static void
one_person(VicuJson *json, const Vicu__RosterPerson *p, gboolean as_json)
{
    if (!as_json) {
        printf("person  %-16s %-24s %-16s%s%s%s%s%s\n", p->id, p->name, p->role,
               p->page ? " page" : "", *p->mail ? " smtp" : "", *p->webhook ? " webhook" : "",
               *p->pager ? " pcd06" : "", p->away ? "  away" : "");
        return;
    }
    vicu_json_text(json, "name", p->name);
    vicu_json_text(json, "role", p->role);
    vicu_json_text(json, "substitute", p->substitute);
    vicu_json_bool(json, "page", p->page);
    vicu_json_bool(json, "mail", *p->mail != '\0');
    vicu_json_bool(json, "webhook", *p->webhook != '\0');
    vicu_json_bool(json, "pcd06", *p->pager != '\0');
    vicu_json_bool(json, "away", p->away);
}

static void
one_shift(VicuJson *json, const Vicu__RosterShift *s, gboolean as_json)
{
    g_autofree char *from = s->days
                                ? g_strdup_printf("%02d:%02d", s->from_min / 60, s->from_min % 60)
                                : vicu_time_format(s->from_us);
    g_autofree char *to = s->days ? g_strdup_printf("%02d:%02d", s->to_min / 60, s->to_min % 60)
                                  : vicu_time_format(s->to_us);
    char days[] = "MTWTFSS";

    for (int i = 0; i < 7; i++)
        if (!(s->days & 1u << i))
            days[i] = '-';
    if (!as_json) {
        printf("shift   %-16s %-24s %-16s %s %s to %s\n", s->id, s->person, s->unit,
               s->days ? days : "once", from, to);
        return;
    }
    vicu_json_text(json, "person", s->person);
    vicu_json_text(json, "unit", s->unit);
    vicu_json_text(json, "role", s->role);
    vicu_json_text(json, "days", s->days ? days : NULL);
    vicu_json_text(json, "from", from);
    vicu_json_text(json, "to", to);
}

static void
one_ladder(VicuJson *json, const Vicu__Ladder *l, gboolean as_json)
{
    g_autoptr(GString) steps = g_string_new(NULL);

    for (size_t i = 0; i < l->n_step; i++)
        g_string_append_printf(steps, "%s%s%s", i ? " > " : "", l->step[i]->to,
                               l->step[i]->all ? " (all)" : "");
    if (l->last_resort)
        g_string_append_printf(steps, " | %s", l->last_resort->to);
    if (!as_json) {
        printf("ladder  %-16s %-24s %-16s %s\n", l->id, l->unit,
               tool_word_priority((Vicu__Priority)l->priority), steps->str);
        return;
    }
    vicu_json_text(json, "unit", l->unit);
    vicu_json_text(json, "priority", tool_word_priority((Vicu__Priority)l->priority));
    vicu_json_text(json, "rule", l->rule);
    vicu_json_text(json, "steps", steps->str);
}

static void
one_channel(VicuJson *json, const Vicu__Channel *c, gboolean as_json)
{
    if (!as_json) {
        printf("channel %-16s %s%s%s  (%" G_GUINT64_FORMAT " sent, %" G_GUINT64_FORMAT " failed)\n",
               c->name, c->failing ? "fails" : "ready", *c->text ? ": " : "", c->text, c->sent,
               c->failed);
        return;
    }
    vicu_json_bool(json, "failing", c->failing);
    vicu_json_text(json, "text", c->text);
    vicu_json_integer(json, "sent", (int64_t)c->sent);
    vicu_json_integer(json, "failed", (int64_t)c->failed);
}

static void
one_device(VicuJson *json, const Vicu__Device *d, gboolean as_json)
{
    g_autofree char *since = vicu_time_format(d->since_us);

    if (!as_json) {
        printf("page    %-16s %-24s %s since %s\n", d->id, d->person,
               d->reachable ? "open" : "gone", since);
        return;
    }
    vicu_json_text(json, "person", d->person);
    vicu_json_bool(json, "reachable", d->reachable);
    vicu_json_text(json, "since", since);
}

static void
one(VicuJson *json, const Vicu__StateItem *item, const char *kind, gboolean as_json)
{
    vicu_json_begin_object(json, NULL);
    vicu_json_text(json, "kind", kind);
    vicu_json_text(json, "id", item->key);
    if (item->body_case == VICU__STATE_ITEM__BODY_PERSON)
        one_person(json, item->person, as_json);
    else if (item->body_case == VICU__STATE_ITEM__BODY_SHIFT)
        one_shift(json, item->shift, as_json);
    else if (item->body_case == VICU__STATE_ITEM__BODY_LADDER)
        one_ladder(json, item->ladder, as_json);
    else if (item->body_case == VICU__STATE_ITEM__BODY_CHANNEL)
        one_channel(json, item->channel, as_json);
    else if (item->body_case == VICU__STATE_ITEM__BODY_DEVICE)
        one_device(json, item->device, as_json);
    vicu_json_end(json);
}

int
tool_roster_ls(const ToolVerb *verb, int argc, char **argv)
{
    static const struct {
        Vicu__Subject subject;
        const char *kind;
    } kinds[] = {
        {VICU__SUBJECT__SUBJECT_PERSON, "person"}, {VICU__SUBJECT__SUBJECT_SHIFT, "shift"},
        {VICU__SUBJECT__SUBJECT_LADDER, "ladder"}, {VICU__SUBJECT__SUBJECT_CHANNEL, "channel"},
        {VICU__SUBJECT__SUBJECT_DEVICE, "page"},
    };
    g_auto(ToolSession) session = {0};
    int status = begin(verb, &session, &argc, &argv, 0, 0);

    if (status >= 0)
        return status;
    g_autoptr(VicuJson) json = vicu_json_new();
    vicu_json_begin_array(json, NULL);
    for (size_t k = 0; k < G_N_ELEMENTS(kinds); k++) {
        size_t n = 0;
        g_autofree const Vicu__StateItem **items =
            tool_stand_items(session.stand, kinds[k].subject, &n);
        for (size_t i = 0; i < n; i++)
            one(json, items[i], kinds[k].kind, session.common.json);
    }
    vicu_json_end(json);
    if (session.common.json)
        vicu_json_print(json, stdout);
    return TOOL_DONE;
}
