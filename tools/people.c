/* `vicu people`, `vicu login`, `vicu logout`: accounts, links, sessions, broken glass.
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
#include "tools/login.h"
#include "tools/verbs.h"

#define PATIENCE_US (10 * G_USEC_PER_SEC)
#define SECRET_LEN  32u

/* --- one call ----------------------------------------------------------------------------- */

typedef struct {
    const ToolVerb *verb;
    ToolCommon common;
    ToolClient *client;
    ToolLogin login;
    /* options */
    char *name, *reason, *duration;
    char **role;
    gboolean none;
} Call;

static void
call_clear(Call *call)
{
    tool_login_clear(&call->login);
    tool_client_free(call->client);
    tool_common_clear(&call->common);
    g_free(call->name);
    g_free(call->reason);
    g_free(call->duration);
    g_strfreev(call->role);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Call, call_clear)

/* -1 to go on. */
static int
begin(Call *call,
      const ToolVerb *verb,
      int *argc,
      char ***argv,
      const GOptionEntry *entries,
      int least,
      int most)
{
    g_autoptr(GError) error = NULL;
    int status = tool_options(verb, argc, argv, entries, &call->common, least, most);

    call->verb = verb;
    if (status >= 0)
        return status;
    call->client = tool_client_open(&call->common, &error);
    if (call->client == NULL
        || !tool_login_read(&call->login, tool_client_root(call->client), &error))
        return tool_wanting(verb, g_steal_pointer(&error));
    return -1;
}

static GPtrArray *
ask(Call *call, Vicu__PeopleAsk *question, GError **error)
{
    if (call->login.token != NULL && question->token.len == 0)
        question->token.data = (uint8_t *)g_bytes_get_data(call->login.token, &question->token.len);
    return tool_people_ask(call->client, question, PATIENCE_US, error);
}

static int
done(Call *call, const char *text)
{
    if (call->common.json) {
        g_autoptr(VicuJson) json = vicu_json_new();
        vicu_json_begin_object(json, NULL);
        vicu_json_bool(json, "done", TRUE);
        vicu_json_text(json, "text", text);
        vicu_json_end(json);
        vicu_json_print(json, stdout);
    } else {
        printf("%s\n", text);
    }
    return TOOL_DONE;
}

/* Asks, and says @text where it was done. */
static int
act(Call *call, Vicu__PeopleAsk *question, const char *text)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) rows = ask(call, question, &error);

    return rows != NULL ? done(call, text) : tool_wanting(call->verb, g_steal_pointer(&error));
}

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
list(Call *call, Vicu__PeopleAsk *question)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) rows = ask(call, question, &error);

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
    g_auto(Call) call = {0};
    Vicu__PeopleAsk question = VICU__PEOPLE_ASK__INIT;
    Vicu__PeopleAccounts accounts = VICU__PEOPLE_ACCOUNTS__INIT;
    int status = begin(&call, verb, &argc, &argv, NULL, 0, 0);

    if (status >= 0)
        return status;
    question.what_case = VICU__PEOPLE_ASK__WHAT_ACCOUNTS;
    question.accounts = &accounts;
    return list(&call, &question);
}

int
tool_people_sessions(const ToolVerb *verb, int argc, char **argv)
{
    g_auto(Call) call = {0};
    Vicu__PeopleAsk question = VICU__PEOPLE_ASK__INIT;
    Vicu__PeopleSessions sessions = VICU__PEOPLE_SESSIONS__INIT;
    int status = begin(&call, verb, &argc, &argv, NULL, 0, 1);

    if (status >= 0)
        return status;
    sessions.account = argc > 1 ? argv[1] : (char *)"";
    question.what_case = VICU__PEOPLE_ASK__WHAT_SESSIONS;
    question.sessions = &sessions;
    return list(&call, &question);
}

/* --- links -------------------------------------------------------------------------------- */

static int
print_link(Call *call, const char *account, const char *secret, int64_t until_us)
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
invite(Call *call, const char *account, int64_t for_us)
{
    Vicu__PeopleAsk question = VICU__PEOPLE_ASK__INIT;
    Vicu__PeopleInvite wanted = VICU__PEOPLE_INVITE__INIT;
    g_autoptr(GError) error = NULL;
    char secret[2 * SECRET_LEN + 1];

    wanted.account = (char *)account;
    wanted.for_us = for_us;
    question.what_case = VICU__PEOPLE_ASK__WHAT_INVITE;
    question.invite = &wanted;
    g_autoptr(GPtrArray) rows = ask(call, &question, &error);
    if (rows == NULL || rows->len != 1)
        return tool_wanting(call->verb, g_steal_pointer(&error));
    const Vicu__PeopleInvited *invited = ((const Vicu__PeopleRow *)rows->pdata[0])->invited;
    for (size_t i = 0; i < SECRET_LEN && i < invited->secret.len; i++)
        g_snprintf(secret + 2 * i, 3, "%02x", invited->secret.data[i]);
    int status = print_link(call, account, secret, invited->until_us);
    vicu_seal_wipe(secret, sizeof secret);
    return status;
}

/* The first link, as the store has laid it down. Caller wipes and frees. */
static char *
read_first(const VicuRoot *root, GError **error)
{
    g_autofree char *path = g_build_filename(root->dir, "store", "enrol", NULL);
    char *text = NULL;

    if (!g_file_get_contents(path, &text, NULL, NULL)) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_ABSENT,
                    "%s is not there: somebody has signed in already, or the store never ran; an "
                    "administrator makes links by vicu people link ACCOUNT",
                    path);
        return NULL;
    }
    return g_strstrip(text);
}

int
tool_people_link(const ToolVerb *verb, int argc, char **argv)
{
    g_auto(Call) call = {0};
    g_autoptr(GError) error = NULL;
    int64_t for_us = 0;
    const GOptionEntry entries[] = {
        {"for", 0, 0, G_OPTION_ARG_STRING, &call.duration, "How long it lives (24h)", "DURATION"},
        G_OPTION_ENTRY_NULL,
    };
    int status = begin(&call, verb, &argc, &argv, entries, 0, 1);

    if (status >= 0)
        return status;
    if (call.duration != NULL && !vicu_duration_parse(call.duration, &for_us, &error))
        return tool_usage(verb, "--for: %s", error->message);
    if (argc > 1)
        return invite(&call, argv[1], for_us);
    char *first = read_first(tool_client_root(call.client), &error);
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
account_entries(Call *call, GOptionEntry entries[4])
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
    g_auto(Call) call = {0};
    GOptionEntry entries[4];
    Vicu__PeopleAsk question = VICU__PEOPLE_ASK__INIT;
    Vicu__PeoplePutAccount wanted = VICU__PEOPLE_PUT_ACCOUNT__INIT;
    Vicu__PeopleGrant grant[32], *grants[32];
    g_autoptr(GError) error = NULL;
    int status = begin(&call, verb, &argc, &argv, account_entries(&call, entries), 1, 1);

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
        return act(&call, &question, "The account is changed; its sessions have ended.");
    g_autoptr(GPtrArray) rows = ask(&call, &question, &error);
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
    g_auto(Call) call = {0};
    Vicu__PeopleAsk question = VICU__PEOPLE_ASK__INIT;
    Vicu__PeoplePutAccount wanted = VICU__PEOPLE_PUT_ACCOUNT__INIT;
    int status = begin(&call, verb, &argc, &argv, NULL, 1, 1);

    if (status >= 0)
        return status;
    wanted.account = argv[1];
    wanted.set_state = TRUE;
    wanted.state = state;
    question.what_case = VICU__PEOPLE_ASK__WHAT_PUT_ACCOUNT;
    question.put_account = &wanted;
    return act(&call, &question, text);
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
    g_auto(Call) call = {0};
    Vicu__PeopleAsk question = VICU__PEOPLE_ASK__INIT;
    Vicu__PeopleEndSessions end = VICU__PEOPLE_END_SESSIONS__INIT;
    int status = begin(&call, verb, &argc, &argv, NULL, 1, 1);

    if (status >= 0)
        return status;
    end.account = argv[1];
    question.what_case = VICU__PEOPLE_ASK__WHAT_END_SESSIONS;
    question.end_sessions = &end;
    return act(&call, &question, "Its sessions have ended.");
}

/* --- one's own session -------------------------------------------------------------------- */

static int
keep_granted(Call *call, Vicu__PeopleAsk *question, const char *what)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) rows = tool_people_ask(call->client, question, PATIENCE_US, &error);

    if (rows == NULL || rows->len != 1)
        return tool_wanting(call->verb, g_steal_pointer(&error));
    tool_login_take(&call->login, ((const Vicu__PeopleRow *)rows->pdata[0])->granted);
    if (!tool_login_write(&call->login, &error))
        return tool_wanting(call->verb, g_steal_pointer(&error));
    g_autofree char *text = g_strdup_printf("%s: %s", call->login.account, what);
    return done(call, text);
}

static void
show(ProtobufCBinaryData *out, GBytes *bytes)
{
    if (bytes != NULL)
        out->data = (uint8_t *)g_bytes_get_data(bytes, &out->len);
}

int
tool_login(const ToolVerb *verb, int argc, char **argv)
{
    g_auto(Call) call = {0};
    Vicu__PeopleAsk question = VICU__PEOPLE_ASK__INIT;
    Vicu__PeopleLogin login = VICU__PEOPLE_LOGIN__INIT;
    g_autoptr(GError) error = NULL;
    int status = begin(&call, verb, &argc, &argv, NULL, 1, 1);

    if (status >= 0)
        return status;
    char *password = tool_password_read("Password", &error);
    if (password == NULL)
        return tool_wanting(verb, g_steal_pointer(&error));
    login.account = argv[1];
    login.password = password;
    show(&login.device, call.login.device);
    show(&login.old_token, call.login.token);
    question.what_case = VICU__PEOPLE_ASK__WHAT_LOGIN;
    question.login = &login;
    status = keep_granted(&call, &question, "signed in.");
    vicu_seal_wipe(password, strlen(password));
    g_free(password);
    return status;
}

static gboolean
read_secret(const char *text, uint8_t secret[SECRET_LEN])
{
    if (strlen(text) != 2 * SECRET_LEN)
        return FALSE;
    for (size_t i = 0; i < SECRET_LEN; i++) {
        int high = g_ascii_xdigit_value(text[2 * i]), low = g_ascii_xdigit_value(text[2 * i + 1]);
        if (high < 0 || low < 0)
            return FALSE;
        secret[i] = (uint8_t)(16 * high + low);
    }
    return TRUE;
}

int
tool_people_enrol(const ToolVerb *verb, int argc, char **argv)
{
    g_auto(Call) call = {0};
    Vicu__PeopleAsk question = VICU__PEOPLE_ASK__INIT;
    Vicu__PeopleEnrol enrol = VICU__PEOPLE_ENROL__INIT;
    uint8_t secret[SECRET_LEN];
    g_autoptr(GError) error = NULL;
    int status = begin(&call, verb, &argc, &argv, NULL, 0, 1);

    if (status >= 0)
        return status;
    g_autofree char *text =
        argc > 1 ? g_strdup(argv[1]) : read_first(tool_client_root(call.client), &error);
    if (text == NULL)
        return tool_wanting(verb, g_steal_pointer(&error));
    if (!read_secret(text, secret))
        return tool_usage(verb, "LINK: expected the %u letters that vicu people link has printed",
                          2 * SECRET_LEN);
    char *password = tool_password_read("New password", &error);
    if (password == NULL)
        return tool_wanting(verb, g_steal_pointer(&error));
    enrol.secret = (ProtobufCBinaryData){sizeof secret, secret};
    enrol.password = password;
    question.what_case = VICU__PEOPLE_ASK__WHAT_ENROL;
    question.enrol = &enrol;
    status = keep_granted(&call, &question, "the account has its password; signed in.");
    vicu_seal_wipe(password, strlen(password));
    vicu_seal_wipe(secret, sizeof secret);
    vicu_seal_wipe(text, strlen(text));
    g_free(password);
    return status;
}

int
tool_logout(const ToolVerb *verb, int argc, char **argv)
{
    g_auto(Call) call = {0};
    Vicu__PeopleAsk question = VICU__PEOPLE_ASK__INIT;
    Vicu__PeopleLogout logout = VICU__PEOPLE_LOGOUT__INIT;
    g_autoptr(GError) error = NULL;
    int status = begin(&call, verb, &argc, &argv, NULL, 0, 0);

    if (status >= 0)
        return status;
    if (call.login.token == NULL)
        return done(&call, "Nobody was signed in.");
    question.what_case = VICU__PEOPLE_ASK__WHAT_LOGOUT;
    question.logout = &logout;
    g_autoptr(GPtrArray) rows = ask(&call, &question, NULL); /* over there it may be over already */
    if (!tool_login_forget(&call.login, &error))
        return tool_wanting(verb, g_steal_pointer(&error));
    return done(&call, rows != NULL ? "Signed out."
                                    : "Forgotten here; the store did not end it (it may have ended "
                                      "before).");
}

int
tool_people_glass(const ToolVerb *verb, int argc, char **argv)
{
    g_auto(Call) call = {0};
    Vicu__PeopleAsk question = VICU__PEOPLE_ASK__INIT;
    Vicu__PeopleGlass glass = VICU__PEOPLE_GLASS__INIT;
    const GOptionEntry entries[] = {
        {"reason", 0, 0, G_OPTION_ARG_STRING, &call.reason, "Why; everybody is told", "TEXT"},
        G_OPTION_ENTRY_NULL,
    };
    int status = begin(&call, verb, &argc, &argv, entries, 0, 0);

    if (status >= 0)
        return status;
    if (call.reason == NULL)
        return tool_usage(verb, "needs --reason");
    if (call.login.token == NULL)
        return tool_usage(verb, "nobody is signed in: vicu login ACCOUNT");
    glass.reason = call.reason;
    question.what_case = VICU__PEOPLE_ASK__WHAT_GLASS;
    question.glass = &glass;
    show(&question.token, call.login.token);
    return keep_granted(&call, &question, "emergency access for 60 minutes; an alarm says so.");
}
