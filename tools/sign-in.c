/* `vicu login`, `vicu logout`, `vicu people enrol`, `vicu people glass`: one's own session.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "common/error.h"
#include "common/seal.h"
#include "tools/people-inner.h"
#include "tools/verbs.h"

static int
keep_granted(ToolPeopleCall *call, Vicu__PeopleAsk *question, const char *what)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) rows =
        tool_people_ask(call->client, question, TOOL_PEOPLE_PATIENCE_US, &error);

    if (rows == NULL || rows->len != 1)
        return tool_wanting(call->verb, g_steal_pointer(&error));
    tool_login_take(&call->login, ((const Vicu__PeopleRow *)rows->pdata[0])->granted);
    if (!tool_login_write(&call->login, &error))
        return tool_wanting(call->verb, g_steal_pointer(&error));
    g_autofree char *text = g_strdup_printf("%s: %s", call->login.account, what);
    return tool_people_done(call, text);
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
    g_auto(ToolPeopleCall) call = {0};
    Vicu__PeopleAsk question = VICU__PEOPLE_ASK__INIT;
    Vicu__PeopleLogin login = VICU__PEOPLE_LOGIN__INIT;
    g_autoptr(GError) error = NULL;
    int status = tool_people_begin(&call, verb, &argc, &argv, NULL, 1, 1);

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
read_secret(const char *text, uint8_t secret[TOOL_PEOPLE_SECRET])
{
    if (strlen(text) != 2 * TOOL_PEOPLE_SECRET)
        return FALSE;
    for (size_t i = 0; i < TOOL_PEOPLE_SECRET; i++) {
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
    g_auto(ToolPeopleCall) call = {0};
    Vicu__PeopleAsk question = VICU__PEOPLE_ASK__INIT;
    Vicu__PeopleEnrol enrol = VICU__PEOPLE_ENROL__INIT;
    uint8_t secret[TOOL_PEOPLE_SECRET];
    g_autoptr(GError) error = NULL;
    int status = tool_people_begin(&call, verb, &argc, &argv, NULL, 0, 1);

    if (status >= 0)
        return status;
    g_autofree char *text =
        argc > 1 ? g_strdup(argv[1]) : tool_people_first(tool_client_root(call.client), &error);
    if (text == NULL)
        return tool_wanting(verb, g_steal_pointer(&error));
    if (!read_secret(text, secret))
        return tool_usage(verb, "LINK: expected the %u letters that vicu people link has printed",
                          2 * TOOL_PEOPLE_SECRET);
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
    g_auto(ToolPeopleCall) call = {0};
    Vicu__PeopleAsk question = VICU__PEOPLE_ASK__INIT;
    Vicu__PeopleLogout logout = VICU__PEOPLE_LOGOUT__INIT;
    g_autoptr(GError) error = NULL;
    int status = tool_people_begin(&call, verb, &argc, &argv, NULL, 0, 0);

    if (status >= 0)
        return status;
    if (call.login.token == NULL)
        return tool_people_done(&call, "Nobody was signed in.");
    question.what_case = VICU__PEOPLE_ASK__WHAT_LOGOUT;
    question.logout = &logout;
    g_autoptr(GPtrArray) rows =
        tool_people_call(&call, &question, NULL); /* over there it may be over already */
    if (!tool_login_forget(&call.login, &error))
        return tool_wanting(verb, g_steal_pointer(&error));
    return tool_people_done(
        &call, rows != NULL ? "Signed out."
                            : "Forgotten here; the store did not end it (it may have ended "
                              "before).");
}

int
tool_people_glass(const ToolVerb *verb, int argc, char **argv)
{
    g_auto(ToolPeopleCall) call = {0};
    Vicu__PeopleAsk question = VICU__PEOPLE_ASK__INIT;
    Vicu__PeopleGlass glass = VICU__PEOPLE_GLASS__INIT;
    const GOptionEntry entries[] = {
        {"reason", 0, 0, G_OPTION_ARG_STRING, &call.reason, "Why; everybody is told", "TEXT"},
        G_OPTION_ENTRY_NULL,
    };
    int status = tool_people_begin(&call, verb, &argc, &argv, entries, 0, 0);

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
