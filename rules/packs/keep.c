/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/packs/keep.h"

#include <errno.h>
#include <string.h>

#include "common/error.h"
#include "common/folder.h"

static bool
put(const char *folder, const RulesPackFile *file, GError **error)
{
    g_autofree char *path = g_build_filename(folder, file->key, NULL);
    g_autofree char *parent = g_path_get_dirname(path);

    if (g_mkdir_with_parents(parent, 0700) != 0) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_IO, "%s: %s", parent, g_strerror(errno));
        return false;
    }
    return g_file_set_contents_full(path, file->text, (gssize)file->length,
                                    G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE,
                                    0600, error)
           && vicu_folder_sync(parent, error);
}

static bool
keep_pack(const RulesPack *pack, const char *folder, GError **error)
{
    bool ok = put(folder, &pack->file, error);
    for (guint i = 0; ok && i < pack->included->len; i++)
        ok = put(folder, &g_array_index(pack->included, RulesPackFile, i), error);
    return ok && (pack->tests.text == NULL || put(folder, &pack->tests, error));
}

bool
rules_packs_keep(const RulesPacks *self, const char *folder, GError **error)
{
    g_autofree char *own = g_build_filename(folder, rules_set_hash(self->set), NULL);
    g_autofree char *list = g_build_filename(own, "list", NULL);
    g_autoptr(GString) names = g_string_new(NULL);

    if (g_file_test(list, G_FILE_TEST_EXISTS))
        return true;
    for (guint i = 0; i < self->packs->len; i++) {
        const RulesPack *pack = self->packs->pdata[i];
        g_autofree char *number = g_strdup_printf("%u", i);
        g_autofree char *of_pack = g_build_filename(own, number, NULL);
        if (!keep_pack(pack, of_pack, error))
            return false;
        g_string_append_printf(names, "%u/%s\n", i, pack->file.key);
    }
    return g_file_set_contents_full(list, names->str, (gssize)names->len,
                                    G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE,
                                    0600, error)
           && vicu_folder_sync(own, error) && vicu_folder_sync(folder, error);
}

static bool
is_hash(const char *text)
{
    return strlen(text) == 16 && strspn(text, "0123456789abcdef") == 16;
}

/* Names as keep() writes them: nothing that leads elsewhere. */
static bool
add_line(RulesPacks *packs, const char *folder, const char *line)
{
    g_autofree char *path = g_build_filename(folder, line, NULL);
    const char *slash = strchr(line, '/');
    return slash != NULL && slash > line && strspn(line, "0123456789") == (size_t)(slash - line)
           && strchr(slash + 1, '/') == NULL && slash[1] != '.'
           && rules_packs_add_file(packs, path, NULL, NULL);
}

RulesPacks *
rules_packs_recall(const char *folder, const char *hash)
{
    g_autofree char *own = g_build_filename(folder, hash, NULL);
    g_autofree char *list = g_build_filename(own, "list", NULL);
    g_autofree char *text = NULL;
    g_autoptr(RulesPacks) packs = rules_packs_new();

    if (!is_hash(hash) || !g_file_get_contents(list, &text, NULL, NULL))
        return NULL;
    g_auto(GStrv) lines = g_strsplit(text, "\n", RULES_MAX_PACKS + 1);
    for (size_t i = 0; lines[i] != NULL && *lines[i] != '\0'; i++)
        if (!add_line(packs, own, lines[i]))
            return NULL;
    if (packs->packs->len == 0 || !rules_packs_compile(packs)
        || strcmp(rules_set_hash(packs->set), hash) != 0)
        return NULL;
    return g_steal_pointer(&packs);
}

void
rules_packs_tidy(const char *folder, const char *hash, const char *other)
{
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    const char *name;

    while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        if (is_hash(name) && strcmp(name, hash) != 0 && strcmp(name, other) != 0)
            vicu_folder_remove(path);
    }
}
