/* `vicu keys`: CURVE keys of an installation, and who may speak there.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "common/audit-act.h"
#include "common/auth.h"
#include "common/error.h"
#include "common/json.h"
#include "common/root.h"
#include "tools/client.h"
#include "tools/installation.h"
#include "tools/verbs.h"

static VicuRoot *
root_at(const ToolCommon *common, GError **error)
{
    VicuRoot *root = vicu_root_new(common->root, error);

    if (root != NULL && !vicu_root_make(root, error))
        g_clear_pointer(&root, vicu_root_free);
    return root;
}

static void
print_key(const char *public_key, const char *name, const char *role, gpointer user)
{
    VicuJson *json = user;

    if (json == NULL) {
        printf("%-14s %-12s %s\n", name, role, public_key);
        return;
    }
    vicu_json_begin_object(json, NULL);
    vicu_json_text(json, "name", name);
    vicu_json_text(json, "role", role);
    vicu_json_text(json, "public", public_key);
    vicu_json_end(json);
}

static gboolean
list(const VicuRoot *root, gboolean as_json, GError **error)
{
    g_autoptr(VicuKeys) keys = vicu_keys_open(root->keys, "operator", error);
    g_autoptr(VicuJson) json = as_json ? vicu_json_new() : NULL;

    if (keys == NULL)
        return FALSE;
    if (json != NULL)
        vicu_json_begin_array(json, NULL);
    vicu_keys_foreach(keys, print_key, json);
    if (json != NULL) {
        vicu_json_end(json);
        vicu_json_print(json, stdout);
    }
    return TRUE;
}

int
tool_keys(const ToolVerb *verb, int argc, char **argv)
{
    g_auto(ToolCommon) common = {0};
    g_autoptr(GError) error = NULL;
    size_t made = 0;
    int status = tool_options(verb, &argc, &argv, NULL, &common, 0, 0);

    if (status >= 0)
        return status;
    g_autoptr(VicuRoot) root = root_at(&common, &error);
    if (root == NULL || !tool_installation_keys(root, &made, &error)
        || !list(root, common.json, &error))
        return tool_wanting(verb, g_steal_pointer(&error));
    fprintf(stderr, "%s: %zu new keys made, the others were there\n", root->keys, made);
    return TOOL_DONE;
}

#define KEY_LEN  40      /* of a public key as text (Z85) */
#define KEY_MARK "key::" /* hides from the parser of options that a key begins with a dash */

typedef struct {
    const char *name;
    char *role;
} Sought;

static void
look_at_key(const char *public_key, const char *name, const char *role, gpointer user)
{
    Sought *sought = user;

    (void)public_key;
    if (sought->role == NULL && strcmp(name, sought->name) == 0)
        sought->role = g_strdup(role);
}

/* NULL: it has none, or the table cannot be read. Caller frees. */
static char *
role_of(const VicuRoot *root, const char *name)
{
    g_autoptr(VicuKeys) keys = vicu_keys_open(root->keys, TOOL_CLIENT_KEY, NULL);
    Sought sought = {name, NULL};

    if (keys != NULL)
        vicu_keys_foreach(keys, look_at_key, &sought);
    return sought.role;
}

#define KEY_SHOWN 8 /* characters of a public key in the audit */

static const char *
without_mark(const char *key)
{
    return key + (g_str_has_prefix(key, KEY_MARK) ? strlen(KEY_MARK) : 0);
}

/* @word: as for change(). @role: that a revoked key had, or NULL. @end: of what it is called. */
static gboolean
record(const VicuRoot *root, char **word, int words, const char *role, const char *end)
{
    static const char *const what[] = {"", "key-revoke", "key-make", "key-allow"};
    g_autofree char *detail =
        words == 1   ? g_strdup_printf("%s, role %s", word[1], role != NULL ? role : "not known")
        : words == 2 ? g_strdup_printf("%s, role %s", word[1], word[2])
                     : g_strdup_printf("%s, role %s, key %.*s..", word[2], word[3], KEY_SHOWN,
                                       without_mark(word[1]));

    g_autofree char *act = g_strconcat(what[words], end, NULL);
    return vicu_audit_act(root, "vicu keys", act, detail);
}

/* "make NAME ROLE", "allow PUBLIC NAME ROLE", "revoke NAME" */
static int
change(const ToolVerb *verb, int argc, char **argv, int words)
{
    g_auto(ToolCommon) common = {0};
    g_autoptr(GError) error = NULL;
    gboolean ok = FALSE;
    int status = tool_options(verb, &argc, &argv, NULL, &common, words, words);

    if (status >= 0)
        return status;
    g_autoptr(VicuRoot) root = root_at(&common, &error);
    if (root == NULL)
        return tool_wanting(verb, g_steal_pointer(&error));
    g_autofree char *role = words == 1 ? role_of(root, argv[1]) : NULL;
    if (!record(root, argv, words, role, ""))
        return TOOL_WANTING; /* what the audit does not take is not done */
    if (words == 1)
        ok = vicu_keys_revoke(root->keys, argv[1], &error);
    else if (words == 2)
        ok = vicu_keys_make(root->keys, argv[1], argv[2], &error);
    else
        ok = vicu_keys_allow(root->keys, without_mark(argv[1]), argv[2], argv[3], &error);
    if (!ok) {
        record(root, argv, words, role, "-failed");
        return tool_wanting(verb, g_steal_pointer(&error));
    }
    if (common.json && !list(root, TRUE, &error))
        return tool_wanting(verb, g_steal_pointer(&error));
    fprintf(stderr, "%s/allowed is changed; running processes read it again on SIGHUP\n",
            root->keys);
    return TOOL_DONE;
}

int
tool_keys_make(const ToolVerb *verb, int argc, char **argv)
{
    return change(verb, argc, argv, 2);
}

/* One key in 85 begins with a dash, and is no option for that. */
int
tool_keys_allow(const ToolVerb *verb, int argc, char **argv)
{
    g_autofree char *key = NULL;

    for (int i = 1; i < argc && key == NULL; i++)
        if (argv[i][0] == '-' && strlen(argv[i]) == KEY_LEN
            && !g_str_has_prefix(argv[i], "--root")) {
            key = g_strconcat(KEY_MARK, argv[i], NULL);
            argv[i] = key;
        }
    return change(verb, argc, argv, 3);
}

int
tool_keys_revoke(const ToolVerb *verb, int argc, char **argv)
{
    return change(verb, argc, argv, 1);
}

int
tool_keys_show(const ToolVerb *verb, int argc, char **argv)
{
    g_auto(ToolCommon) common = {0};
    g_autoptr(GError) error = NULL;
    int status = tool_options(verb, &argc, &argv, NULL, &common, 1, 1);

    if (status >= 0)
        return status;
    g_autoptr(VicuRoot) root = vicu_root_new(common.root, &error);
    g_autoptr(VicuKeys) keys = root != NULL ? vicu_keys_open(root->keys, argv[1], &error) : NULL;
    if (keys == NULL)
        return tool_wanting(verb, g_steal_pointer(&error));
    if (common.json) {
        g_autoptr(VicuJson) json = vicu_json_new();
        print_key(vicu_keys_public(keys), vicu_keys_name(keys), vicu_keys_role(keys), json);
        vicu_json_print(json, stdout);
    } else {
        printf("%s %s %s\n", vicu_keys_public(keys), vicu_keys_name(keys), vicu_keys_role(keys));
    }
    return TOOL_DONE;
}
