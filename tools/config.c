/* `vicu config check` and `config show`: each process judges its own settings.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "common/error.h"
#include "common/json.h"
#include "common/root.h"
#include "tools/dispatch.h"
#include "tools/installation.h"
#include "tools/verbs.h"

typedef struct {
    const char *name;
    char *said; /* on stdout */
    char *complaint;
    gboolean fine;
} Answer;

/* Runs the process with @option; what it says comes back. */
static gboolean
ask(const ToolProcess *process,
    const VicuRoot *root,
    const char *option,
    Answer *answer,
    GError **error)
{
    g_autofree char *path = tool_program_path(process->program);
    char *argv[] = {path, (char *)"--root", root->dir, (char *)option, NULL};
    int wait_status = 0;

    answer->name = process->name;
    if (!g_spawn_sync(NULL, argv, NULL, G_SPAWN_DEFAULT, NULL, NULL, &answer->said,
                      &answer->complaint, &wait_status, error))
        return FALSE;
    answer->fine = g_spawn_check_wait_status(wait_status, NULL);
    return TRUE;
}

static void
print_text(const Answer *answer, gboolean show)
{
    if (!answer->fine)
        fputs(answer->complaint, stderr);
    else if (show)
        printf("# %s\n%s\n", answer->name, answer->said);
    else
        printf("%-12s settings are fine\n", answer->name);
}

/* "[group]" and "key = value" lines as an object of objects. */
static void
write_settings(VicuJson *json, const char *text)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    gboolean in_group = FALSE;

    vicu_json_begin_object(json, "settings");
    for (int i = 0; lines[i] != NULL; i++) {
        char *line = g_strstrip(lines[i]);
        char *equals = strchr(line, '=');
        size_t length = strlen(line);
        if (line[0] == '[' && line[length - 1] == ']') {
            line[length - 1] = '\0';
            if (in_group)
                vicu_json_end(json);
            vicu_json_begin_object(json, line + 1);
            in_group = TRUE;
        } else if (in_group && equals != NULL) {
            *equals = '\0';
            vicu_json_text(json, g_strstrip(line), g_strstrip(equals + 1));
        }
    }
    if (in_group)
        vicu_json_end(json);
    vicu_json_end(json);
}

static void
write_answer(VicuJson *json, const Answer *answer, gboolean show)
{
    vicu_json_begin_object(json, NULL);
    vicu_json_text(json, "process", answer->name);
    vicu_json_bool(json, "fine", answer->fine);
    vicu_json_text(json, "complaint", answer->fine ? NULL : g_strstrip(answer->complaint));
    if (show && answer->fine)
        write_settings(json, answer->said);
    vicu_json_end(json);
}

static gboolean
go_through(const VicuRoot *root,
           const char *only,
           gboolean show,
           VicuJson *json,
           gboolean *all,
           GError **error)
{
    for (size_t i = 0; i < tool_n_processes; i++) {
        Answer answer = {0};
        if (only != NULL && strcmp(only, tool_processes[i].name) != 0)
            continue;
        if (!ask(&tool_processes[i], root, show ? "--settings" : "--check", &answer, error))
            return FALSE;
        *all = *all && answer.fine;
        if (json != NULL)
            write_answer(json, &answer, show);
        else
            print_text(&answer, show);
        g_free(answer.said);
        g_free(answer.complaint);
    }
    return TRUE;
}

static int
check_or_show(const ToolVerb *verb, int argc, char **argv, gboolean show)
{
    g_auto(ToolCommon) common = {0};
    g_autoptr(GError) error = NULL;
    gboolean all = TRUE;
    int status = tool_options(verb, &argc, &argv, NULL, &common, 0, 1);

    if (status >= 0)
        return status;
    const char *only = argc > 1 ? argv[1] : NULL;
    if (only != NULL && tool_process_find(only) == NULL)
        return tool_usage(verb, "there is no process \"%s\"", only);
    g_autoptr(VicuRoot) root = common.root == NULL ? vicu_root_find_running(NULL, NULL) : NULL;
    if (root == NULL)
        root = vicu_root_new(common.root, &error);
    if (root == NULL)
        return tool_wanting(verb, g_steal_pointer(&error));
    g_autoptr(VicuJson) json = common.json ? vicu_json_new() : NULL;
    if (json != NULL)
        vicu_json_begin_array(json, NULL);
    if (!go_through(root, only, show, json, &all, &error))
        return tool_wanting(verb, g_steal_pointer(&error));
    if (json != NULL) {
        vicu_json_end(json);
        vicu_json_print(json, stdout);
    }
    return all ? TOOL_DONE : TOOL_WANTING;
}

int
tool_config_check(const ToolVerb *verb, int argc, char **argv)
{
    return check_or_show(verb, argc, argv, FALSE);
}

int
tool_config_show(const ToolVerb *verb, int argc, char **argv)
{
    return check_or_show(verb, argc, argv, TRUE);
}
