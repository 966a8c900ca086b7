/* `vicu people`: accounts, links, sessions.
 *
 * With a session, as its person; without one as the operator's key of this machine, which may
 * what an administrator of everywhere may.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "common/clock.h"
#include "common/error.h"
#include "common/json.h"
#include "common/seal.h"
#include "tools/people-inner.h"
#include "tools/verbs.h"

/* --- lists -------------------------------------------------------------------------------- */

static const char *
state_name(Vicu__PeopleState state)
{
    return state == VICU__PEOPLE_STATE__PEOPLE_ACTIVE     ? "active"
           : state == VICU__PEOPLE_STATE__PEOPLE_DISABLED ? "disabled"
                                                          : "invited";
}

static void
print_account(const Vicu__PeopleAccount *account, VicuJson *json)
{
    if (json == NULL) {
        printf("%-20s %-9s %-24s", account->id, state_name(account->state), account->name);
        for (size_t i = 0; i < account->n_grant; i++)
            printf("%s%s %s", i > 0 ? ", " : " ", account->grant[i]->role,
                   account->grant[i]->scope);
        putchar('\n');
        return;
    }
    vicu_json_begin_object(json, NULL);
    vicu_json_text(json, "account", account->id);
    vicu_json_text(json, "name", account->name);
    vicu_json_text(json, "state", state_name(account->state));
    vicu_json_begin_array(json, "roles");
    for (size_t i = 0; i < account->n_grant; i++) {
        vicu_json_begin_object(json, NULL);
        vicu_json_text(json, "role", account->grant[i]->role);
        vicu_json_text(json, "scope", account->grant[i]->scope);
        vicu_json_end(json);
    }
    vicu_json_end(json);
    vicu_json_time(json, "seen", account->seen_us);
    vicu_json_end(json);
}

static void
print_session(const Vicu__PeopleSession *session, VicuJson *json)
{
    g_autofree char *id = g_base64_encode(session->id.data, session->id.len);
    g_autofree char *begun = vicu_time_format(session->begun_us);
    g_autofree char *used = vicu_time_format(session->used_us);

    if (json == NULL) {
        printf("%-20s since %s  used %s  key %s %s%s%s\n", session->account, begun, used,
               session->key, session->from, session->glass_until_us != 0 ? "  GLASS BROKEN: " : "",
               session->glass_reason);
        return;
    }
    vicu_json_begin_object(json, NULL);
    vicu_json_text(json, "id", id);
    vicu_json_text(json, "account", session->account);
    vicu_json_text(json, "key", session->key);
    vicu_json_text(json, "from", session->from);
    vicu_json_time(json, "begun", session->begun_us);
    vicu_json_time(json, "used", session->used_us);
    vicu_json_time(json, "until", session->until_us);
    vicu_json_time(json, "glass_until", session->glass_until_us);
    vicu_json_text(json, "glass_reason", session->glass_reason);
    vicu_json_end(json);
}

static int
list(ToolPeopleCall *call, Vicu__PeopleAsk *question)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) rows = tool_people_call(call, question, &error);

    if (rows == NULL)
        return tool_wanting(call->verb, g_steal_pointer(&error));
    g_autoptr(VicuJson) json = call->common.json ? vicu_json_new() : NULL;
    if (json != NULL)
        vicu_json_begin_array(json, NULL);
    for (guint i = 0; i < rows->len; i++) {
        const Vicu__PeopleRow *row = rows->pdata[i];
        if (row->what_case == VICU__PEOPLE_ROW__WHAT_ACCOUNT)
            print_account(row->account, json);
        else if (row->what_case == VICU__PEOPLE_ROW__WHAT_SESSION)
            print_session(row->session, json);
    }
    if (json != NULL) {
        vicu_json_end(json);
        vicu_json_print(json, stdout);
    }
    return TOOL_DONE;
}

int
tool_people_ls(const ToolVerb *verb, int argc, char **argv)
{
    g_auto(ToolPeopleCall) call = {0};
    Vicu__PeopleAsk question = VICU__PEOPLE_ASK__INIT;
    Vicu__PeopleAccounts accounts = VICU__PEOPLE_ACCOUNTS__INIT;
    int status = tool_people_begin(&call, verb, &argc, &argv, NULL, 0, 0);

    if (status >= 0)
        return status;
    question.what_case = VICU__PEOPLE_ASK__WHAT_ACCOUNTS;
    question.accounts = &accounts;
    return list(&call, &question);
}

int
tool_people_sessions(const ToolVerb *verb, int argc, char **argv)
{
    g_auto(ToolPeopleCall) call = {0};
    Vicu__PeopleAsk question = VICU__PEOPLE_ASK__INIT;
    Vicu__PeopleSessions sessions = VICU__PEOPLE_SESSIONS__INIT;
    int status = tool_people_begin(&call, verb, &argc, &argv, NULL, 0, 1);

    if (status >= 0)
        return status;
    sessions.account = argc > 1 ? argv[1] : (char *)"";
    question.what_case = VICU__PEOPLE_ASK__WHAT_SESSIONS;
    question.sessions = &sessions;
    return list(&call, &question);
}

/* --- links -------------------------------------------------------------------------------- */

static int
print_link(ToolPeopleCall *call, const char *account, const char *secret, int64_t until_us)
{
    g_autofree char *until = until_us != 0 ? vicu_time_format(until_us) : g_strdup("24 h at most");

    if (call->common.json) {
        g_autoptr(VicuJson) json = vicu_json_new();
        vicu_json_begin_object(json, NULL);
        vicu_json_text(json, "account", account);
        vicu_json_text(json, "link", secret);
        vicu_json_time(json, "until", until_us);
        vicu_json_end(json);
        vicu_json_print(json, stdout);
        return TOOL_DONE;
    }
    printf("%s\n", secret);
    fprintf(stderr,
            "Whoever has this gives the account \"%s\" its password, once (until %s):\n"
            "  vicu people enrol LINK\n",
            account, until);
    return TOOL_DONE;
}

static int
invite(ToolPeopleCall *call, const char *account, int64_t for_us)
{
    Vicu__PeopleAsk question = VICU__PEOPLE_ASK__INIT;
    Vicu__PeopleInvite wanted = VICU__PEOPLE_INVITE__INIT;
    g_autoptr(GError) error = NULL;
    char secret[2 * TOOL_PEOPLE_SECRET + 1];

    wanted.account = (char *)account;
    wanted.for_us = for_us;
    question.what_case = VICU__PEOPLE_ASK__WHAT_INVITE;
    question.invite = &wanted;
    g_autoptr(GPtrArray) rows = tool_people_call(call, &question, &error);
    if (rows == NULL || rows->len != 1)
        return tool_wanting(call->verb, g_steal_pointer(&error));
    const Vicu__PeopleInvited *invited = ((const Vicu__PeopleRow *)rows->pdata[0])->invited;
    for (size_t i = 0; i < TOOL_PEOPLE_SECRET && i < invited->secret.len; i++)
        g_snprintf(secret + 2 * i, 3, "%02x", invited->secret.data[i]);
    int status = print_link(call, account, secret, invited->until_us);
    vicu_seal_wipe(secret, sizeof secret);
    return status;
}

int
tool_people_link(const ToolVerb *verb, int argc, char **argv)
{
    g_auto(ToolPeopleCall) call = {0};
    g_autoptr(GError) error = NULL;
    int64_t for_us = 0;
    const GOptionEntry entries[] = {
        {"for", 0, 0, G_OPTION_ARG_STRING, &call.duration, "How long it lives (24h)", "DURATION"},
        G_OPTION_ENTRY_NULL,
    };
    int status = tool_people_begin(&call, verb, &argc, &argv, entries, 0, 1);

    if (status >= 0)
        return status;
    if (call.duration != NULL && !vicu_duration_parse(call.duration, &for_us, &error))
        return tool_usage(verb, "--for: %s", error->message);
    if (argc > 1)
        return invite(&call, argv[1], for_us);
    char *first = tool_people_first(tool_client_root(call.client), &error);
    if (first == NULL)
        return tool_wanting(verb, g_steal_pointer(&error));
    status = print_link(&call, "admin", first, 0);
    vicu_seal_wipe(first, strlen(first));
    g_free(first);
    return status;
}

/* --- accounts ----------------------------------------------------------------------------- */

/* "bedside demo/icu"; FALSE: bad usage. */
static gboolean
read_grants(char **role, Vicu__PeopleGrant *grant, Vicu__PeopleGrant **grants, size_t *n)
{
    for (*n = 0; role != NULL && role[*n] != NULL; (*n)++) {
        char *space = strchr(role[*n], ' ');
        if (space == NULL || *n == 32)
            return FALSE;
        *space = '\0';
        vicu__people_grant__init(&grant[*n]);
        grant[*n].role = role[*n];
        grant[*n].scope = g_strstrip(space + 1);
        grants[*n] = &grant[*n];
    }
    return TRUE;
}

static const GOptionEntry *
account_entries(ToolPeopleCall *call, GOptionEntry entries[4])
{
    entries[0] =
        (GOptionEntry){"name", 0, 0, G_OPTION_ARG_STRING, &call->name, "Of the person", "TEXT"};
    entries[1] = (GOptionEntry){"role",
                                0,
                                0,
                                G_OPTION_ARG_STRING_ARRAY,
                                &call->role,
                                "intensivist, bedside, administrator or auditor, and where: *, "
                                "SITE or SITE/UNIT; may stand several times",
                                "'ROLE PLACE'"};
    entries[2] = (GOptionEntry){"none", 0, 0, G_OPTION_ARG_NONE, &call->none, "No role", NULL};
    entries[3] = (GOptionEntry)G_OPTION_ENTRY_NULL;
    return entries;
}

static int
put(const ToolVerb *verb, int argc, char **argv, gboolean make)
{
    g_auto(ToolPeopleCall) call = {0};
    GOptionEntry entries[4];
    Vicu__PeopleAsk question = VICU__PEOPLE_ASK__INIT;
    Vicu__PeoplePutAccount wanted = VICU__PEOPLE_PUT_ACCOUNT__INIT;
    Vicu__PeopleGrant grant[32], *grants[32];
    g_autoptr(GError) error = NULL;
    int status =
        tool_people_begin(&call, verb, &argc, &argv, account_entries(&call, entries), 1, 1);

    if (status >= 0)
        return status;
    if (!read_grants(call.role, grant, grants, &wanted.n_grant))
        return tool_usage(verb, "--role: expected 'ROLE PLACE', at most 32 of them");
    if (!make && wanted.n_grant == 0 && !call.none && call.name == NULL)
        return tool_usage(verb, "needs --role, --none or --name");
    wanted.account = argv[1];
    wanted.name = call.name != NULL ? call.name : (char *)"";
    wanted.make = make;
    wanted.set_grant = make || wanted.n_grant > 0 || call.none;
    wanted.grant = grants;
    question.what_case = VICU__PEOPLE_ASK__WHAT_PUT_ACCOUNT;
    question.put_account = &wanted;
    if (!make)
        return tool_people_act(&call, &question,
                               "The account is changed; its sessions have ended.");
    g_autoptr(GPtrArray) rows = tool_people_call(&call, &question, &error);
    return rows != NULL ? invite(&call, argv[1], 0) : tool_wanting(verb, g_steal_pointer(&error));
}

int
tool_people_add(const ToolVerb *verb, int argc, char **argv)
{
    return put(verb, argc, argv, TRUE);
}

int
tool_people_role(const ToolVerb *verb, int argc, char **argv)
{
    return put(verb, argc, argv, FALSE);
}

static int
set_state(const ToolVerb *verb, int argc, char **argv, Vicu__PeopleState state, const char *text)
{
    g_auto(ToolPeopleCall) call = {0};
    Vicu__PeopleAsk question = VICU__PEOPLE_ASK__INIT;
    Vicu__PeoplePutAccount wanted = VICU__PEOPLE_PUT_ACCOUNT__INIT;
    int status = tool_people_begin(&call, verb, &argc, &argv, NULL, 1, 1);

    if (status >= 0)
        return status;
    wanted.account = argv[1];
    wanted.set_state = TRUE;
    wanted.state = state;
    question.what_case = VICU__PEOPLE_ASK__WHAT_PUT_ACCOUNT;
    question.put_account = &wanted;
    return tool_people_act(&call, &question, text);
}

int
tool_people_disable(const ToolVerb *verb, int argc, char **argv)
{
    return set_state(verb, argc, argv, VICU__PEOPLE_STATE__PEOPLE_DISABLED,
                     "The account is disabled; its sessions have ended.");
}

int
tool_people_enable(const ToolVerb *verb, int argc, char **argv)
{
    return set_state(verb, argc, argv, VICU__PEOPLE_STATE__PEOPLE_ACTIVE,
                     "The account is enabled.");
}

int
tool_people_end(const ToolVerb *verb, int argc, char **argv)
{
    g_auto(ToolPeopleCall) call = {0};
    Vicu__PeopleAsk question = VICU__PEOPLE_ASK__INIT;
    Vicu__PeopleEndSessions end = VICU__PEOPLE_END_SESSIONS__INIT;
    int status = tool_people_begin(&call, verb, &argc, &argv, NULL, 1, 1);

    if (status >= 0)
        return status;
    end.account = argv[1];
    question.what_case = VICU__PEOPLE_ASK__WHAT_END_SESSIONS;
    question.end_sessions = &end;
    return tool_people_act(&call, &question, "Its sessions have ended.");
}
