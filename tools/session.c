/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/session.h"

#include <stdio.h>

#include "common/json.h"

void
tool_session_clear(ToolSession *self)
{
    g_clear_pointer(&self->stand, tool_stand_free);
    g_clear_pointer(&self->client, tool_client_free);
    tool_common_clear(&self->common);
}

gboolean
tool_session_open_of(ToolSession *self, const char *socket, const char *owner, GError **error)
{
    self->client = tool_client_open(&self->common, error);
    if (self->client == NULL)
        return FALSE;
    self->stand = tool_stand_open_of(self->client, socket, owner, error);
    return self->stand != NULL;
}

gboolean
tool_session_open(ToolSession *self, GError **error)
{
    return tool_session_open_of(self, "rules-state", "rules", error);
}

int
tool_session_begin(ToolSession *self,
                   const ToolVerb *verb,
                   int *argc,
                   char ***argv,
                   const GOptionEntry *entries,
                   int least,
                   int most)
{
    g_autoptr(GError) error = NULL;
    int status = tool_options(verb, argc, argv, entries, &self->common, least, most);

    if (status < 0 && !tool_session_open(self, &error))
        status = tool_wanting(verb, g_steal_pointer(&error));
    return status;
}

int
tool_session_command(const ToolVerb *verb,
                     ToolSession *self,
                     Vicu__Command *command,
                     const char *reason)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *text = NULL;
    gboolean ok = tool_stand_command(self->stand, command, reason, &text, NULL, &error);

    if (self->common.json) {
        g_autoptr(VicuJson) json = vicu_json_new();
        vicu_json_begin_object(json, NULL);
        vicu_json_bool(json, "done", ok);
        vicu_json_text(json, "text", ok ? text : error->message);
        vicu_json_end(json);
        vicu_json_print(json, stdout);
    }
    if (!ok)
        return tool_wanting(verb, g_steal_pointer(&error));
    if (!self->common.json)
        printf("%s\n", text != NULL && text[0] != '\0' ? text : "done");
    return TOOL_DONE;
}
