/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/dispatch.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/error.h"

static const ToolVerb *
find_name(const ToolVerbGroup *groups, size_t n, const char *name)
{
    for (size_t g = 0; g < n; g++)
        for (size_t i = 0; i < groups[g].n; i++)
            if (strcmp(groups[g].verbs[i].name, name) == 0)
                return &groups[g].verbs[i];
    return NULL;
}

const ToolVerb *
tool_dispatch_find(const ToolVerbGroup *groups, size_t n, int argc, char *const *argv, int *words)
{
    const ToolVerb *verb = NULL;

    if (argc < 2)
        return NULL;
    if (argc > 2) {
        g_autofree char *two = g_strdup_printf("%s %s", argv[1], argv[2]);
        verb = find_name(groups, n, two);
        *words = 2;
    }
    if (verb == NULL) {
        verb = find_name(groups, n, argv[1]);
        *words = 1;
    }
    return verb;
}

/* A line for each verb that begins with @word. */
static void
list_behind(const ToolVerbGroup *groups, size_t n, const char *word, GString *out)
{
    size_t length = strlen(word);

    for (size_t g = 0; g < n; g++)
        for (size_t i = 0; i < groups[g].n; i++) {
            const ToolVerb *verb = &groups[g].verbs[i];
            if (strncmp(verb->name, word, length) == 0 && verb->name[length] == ' ')
                g_string_append_printf(out, "  vicu %s %s\n      %s\n", verb->name, verb->synopsis,
                                       verb->summary);
        }
}

/* The verb behind @first that @second is nearest to; NULL: none is near. */
static const char *
nearest_behind(const ToolVerbGroup *groups, size_t n, const char *first, const char *second)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    size_t length = strlen(first);

    for (size_t g = 0; g < n; g++)
        for (size_t i = 0; i < groups[g].n; i++) {
            const char *name = groups[g].verbs[i].name;
            if (strncmp(name, first, length) == 0 && name[length] == ' ')
                g_ptr_array_add(names, (gpointer)(name + length + 1));
        }
    g_ptr_array_add(names, NULL);
    return vicu_nearest_name(second, (const char *const *)names->pdata);
}

static const char *
nearest_verb(const ToolVerbGroup *groups, size_t n, const char *word)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();

    for (size_t g = 0; g < n; g++)
        for (size_t i = 0; i < groups[g].n; i++)
            g_ptr_array_add(names, (gpointer)groups[g].verbs[i].name);
    g_ptr_array_add(names, NULL);
    return vicu_nearest_name(word, (const char *const *)names->pdata);
}

char *
tool_dispatch_advice(const ToolVerbGroup *groups, size_t n, int argc, char *const *argv)
{
    g_autoptr(GString) list = g_string_new(NULL);
    GString *out = g_string_new(NULL);

    if (argc < 2)
        return g_string_free(out, FALSE);
    list_behind(groups, n, argv[1], list);
    if (list->len > 0 && argc > 2 && argv[2][0] != '-') {
        const char *near = nearest_behind(groups, n, argv[1], argv[2]);
        g_string_append_printf(out, "vicu: there is no verb \"%s %s\"", argv[1], argv[2]);
        if (near != NULL)
            g_string_append_printf(out, "; did you mean \"%s %s\"?", argv[1], near);
        g_string_append_printf(out, "\nVerbs that begin with %s:\n", argv[1]);
    } else if (list->len == 0) {
        const char *near = nearest_verb(groups, n, argv[1]);
        g_string_append_printf(out, "vicu: there is no verb \"%s\"", argv[1]);
        if (near != NULL)
            g_string_append_printf(out, "; did you mean \"%s\"?", near);
        g_string_append(out, "\nAll verbs: vicu --help\n");
    }
    g_string_append(out, list->str);
    return g_string_free(out, FALSE);
}

char *
tool_dispatch_help(const ToolVerbGroup *groups, size_t n)
{
    GString *out =
        g_string_new("vicu: the command line of vICU, a virtual-ICU telemetry hub.\n"
                     "It is supplemental: the bedside monitor stays the primary alarm.\n");

    for (size_t g = 0; g < n; g++) {
        g_string_append_printf(out, "\n%s\n", groups[g].title);
        for (size_t i = 0; i < groups[g].n; i++) {
            const ToolVerb *verb = &groups[g].verbs[i];
            g_string_append_printf(out, "  %-20s %s\n  %20s e.g. %s\n", verb->name, verb->summary,
                                   "", verb->example);
        }
    }
    g_string_append(
        out, "\nEvery verb has --help, --json and --root DIR. Without --root the one running\n"
             "installation of this user is found. Beds, alarms, limits, audit, query, tail and\n"
             "snapshot also work with --connect HOST[:PORT], the hub of another machine. Exit\n"
             "status: 0 done, 1 refused or found wanting, 2 bad usage.\n");
    return g_string_free(out, FALSE);
}

char *
tool_program_path_from(const char *folder, const char *name)
{
    const char *room = g_str_has_prefix(name, "vicu-") ? name + strlen("vicu-") : "tools";
    g_autofree char *beside = g_build_filename(folder, name, NULL);

    if (g_file_test(beside, G_FILE_TEST_IS_EXECUTABLE) && !g_file_test(beside, G_FILE_TEST_IS_DIR))
        return g_steal_pointer(&beside);
    /* The build tree: build/tools/vicu, build/hub/vicu-hub, build/dashboard/annunciator/... */
    g_autofree char *inner = g_build_filename(folder, "..", "dashboard", room, name, NULL);
    if (g_file_test(inner, G_FILE_TEST_IS_EXECUTABLE))
        return g_steal_pointer(&inner);
    return g_build_filename(folder, "..", room, name, NULL);
}

char *
tool_program_path(const char *name)
{
    g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
    g_autofree char *folder = self != NULL ? g_path_get_dirname(self) : g_strdup(".");

    g_autofree char *path = tool_program_path_from(folder, name);
    return g_canonicalize_filename(path, NULL);
}

static int
become(const ToolVerb *verb, int argc, char **argv)
{
    g_autofree char *path = tool_program_path(verb->program);
    g_auto(GStrv) words = g_strsplit(verb->words, " ", -1);
    g_autoptr(GPtrArray) line = g_ptr_array_new();

    g_ptr_array_add(line, path);
    for (int i = 0; words[i] != NULL; i++)
        if (words[i][0] != '\0')
            g_ptr_array_add(line, words[i]);
    for (int i = 0; i < argc; i++)
        g_ptr_array_add(line, argv[i]);
    g_ptr_array_add(line, NULL);
    execv(path, (char **)line->pdata);
    fprintf(stderr, "vicu %s: %s: %s; build it first (./vicu build)\n", verb->name, path,
            g_strerror(errno));
    return TOOL_WANTING;
}

int
tool_dispatch_run(const ToolVerb *verb, int words, int argc, char **argv)
{
    if (verb->run == NULL)
        return become(verb, argc - 1 - words, argv + 1 + words);
    argv[words] = argv[0];
    return verb->run(verb, argc - words, argv + words);
}
