/* One call of a verb about people.
 *
 * With a session, as its person; without one as the operator's key of this machine, which may
 * what an administrator of everywhere may.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "common/error.h"
#include "common/json.h"
#include "tools/people-inner.h"
#include "tools/verbs.h"

void
tool_people_clear(ToolPeopleCall *call)
{
    tool_login_clear(&call->login);
    tool_client_free(call->client);
    tool_common_clear(&call->common);
    g_free(call->name);
    g_free(call->reason);
    g_free(call->duration);
    g_strfreev(call->role);
}

int
tool_people_begin(ToolPeopleCall *call,
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

GPtrArray *
tool_people_call(ToolPeopleCall *call, Vicu__PeopleAsk *question, GError **error)
{
    if (call->login.token != NULL && question->token.len == 0)
        question->token.data = (uint8_t *)g_bytes_get_data(call->login.token, &question->token.len);
    return tool_people_ask(call->client, question, TOOL_PEOPLE_PATIENCE_US, error);
}

int
tool_people_done(ToolPeopleCall *call, const char *text)
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

int
tool_people_act(ToolPeopleCall *call, Vicu__PeopleAsk *question, const char *text)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) rows = tool_people_call(call, question, &error);

    return rows != NULL ? tool_people_done(call, text)
                        : tool_wanting(call->verb, g_steal_pointer(&error));
}

char *
tool_people_first(const VicuRoot *root, GError **error)
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
