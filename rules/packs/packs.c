/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/packs/packs.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/error.h"

static const struct {
    const char *name;
    const char *rules;
    const char *tests;
} built_in[] = {
    {"adult-icu", rules_text_adult_icu_rules, rules_text_adult_icu_tests},
    {"paediatric", rules_text_paediatric_rules, rules_text_paediatric_tests},
    {"rhythm", rules_text_rhythm_rules, rules_text_rhythm_tests},
    {"technical", rules_text_technical_rules, rules_text_technical_tests},
};

static int
built_in_called(const char *name)
{
    for (size_t i = 0; i < G_N_ELEMENTS(built_in); i++)
        if (strcmp(built_in[i].name, name) == 0)
            return (int)i;
    return -1;
}

const char *
rules_pack_name(size_t i)
{
    return i < G_N_ELEMENTS(built_in) ? built_in[i].name : NULL;
}

const char *
rules_pack_text(const char *name)
{
    int at = built_in_called(name);
    return at >= 0 ? built_in[at].rules : NULL;
}

const char *
rules_pack_tests(const char *name)
{
    int at = built_in_called(name);
    return at >= 0 ? built_in[at].tests : NULL;
}

/* --- life ------------------------------------------------------------------------ */

static void
clear_file(void *data)
{
    RulesPackFile *file = data;
    g_free(file->name);
    g_free(file->key);
    g_free(file->text);
}

static void
free_pack(void *data)
{
    RulesPack *pack = data;
    clear_file(&pack->file);
    clear_file(&pack->tests);
    g_array_unref(pack->included);
    g_clear_pointer(&pack->report, rules_test_report_free);
    g_free(pack);
}

RulesPacks *
rules_packs_new(void)
{
    RulesPacks *self = g_new0(RulesPacks, 1);
    self->packs = g_ptr_array_new_with_free_func(free_pack);
    return self;
}

void
rules_packs_free(RulesPacks *self)
{
    g_ptr_array_unref(self->packs);
    g_clear_pointer(&self->diagnostics, rules_diagnostics_free);
    g_clear_pointer(&self->set, rules_set_unref);
    g_free(self);
}

/* --- reading --------------------------------------------------------------------- */

/* A device or a pipe is no rule text, and would never end. */
static bool
read_text(const char *path, RulesPackFile *file, GError **error)
{
    struct stat st;
    bool there = stat(path, &st) == 0;
    if (there && !S_ISREG(st.st_mode)) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_CONFIG, "%s is no file", path);
        return false;
    }
    if (there && st.st_size > RULES_MAX_TEXT) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_CONFIG,
                    "%s has %" G_GOFFSET_FORMAT " bytes, more than %d", path, (goffset)st.st_size,
                    RULES_MAX_TEXT);
        return false;
    }
    if (!g_file_get_contents(path, &file->text, &file->length, error))
        return false;
    file->name = g_strdup(path);
    file->key = g_path_get_basename(path);
    return true;
}

static RulesPack *
new_pack(RulesPacks *self)
{
    RulesPack *pack = g_new0(RulesPack, 1);
    pack->included = g_array_new(FALSE, TRUE, sizeof(RulesPackFile));
    g_array_set_clear_func(pack->included, clear_file);
    g_ptr_array_add(self->packs, pack);
    return pack;
}

static bool
is_too_many(const RulesPacks *self, const char *word, GError **error)
{
    if (self->packs->len < RULES_MAX_PACKS)
        return false;
    g_set_error(error, VICU_ERROR, VICU_ERROR_CONFIG, "%s is one pack more than the %d of a set",
                word, RULES_MAX_PACKS);
    return true;
}

bool
rules_packs_add_file(RulesPacks *self, const char *path, const char *tests, GError **error)
{
    if (is_too_many(self, path, error))
        return false;
    RulesPack *pack = new_pack(self);
    if (!read_text(path, &pack->file, error))
        return false;
    g_autofree char *stem = g_str_has_suffix(path, ".vrules")
                                ? g_strndup(path, strlen(path) - strlen(".vrules"))
                                : g_strdup(path);
    g_autofree char *beside = tests != NULL ? g_strdup(tests) : g_strconcat(stem, ".vtests", NULL);
    bool there = tests != NULL || g_file_test(beside, G_FILE_TEST_EXISTS);
    return !there || read_text(beside, &pack->tests, error);
}

static bool
add_built_in(RulesPacks *self, const char *name, GError **error)
{
    int at = built_in_called(name);
    if (at < 0) {
        g_autoptr(GString) names = g_string_new(NULL);
        for (size_t i = 0; i < G_N_ELEMENTS(built_in); i++)
            g_string_append_printf(names, "%s%s", i > 0 ? ", " : "", built_in[i].name);
        g_set_error(error, VICU_ERROR, VICU_ERROR_CONFIG,
                    "no pack \"%s\" is built in; there is %s, or a path that ends in .vrules", name,
                    names->str);
        return false;
    }
    if (is_too_many(self, name, error))
        return false;
    RulesPack *pack = new_pack(self);
    pack->built_in = true;
    pack->file.name = g_strconcat(name, ".vrules", NULL);
    pack->file.key = g_strdup(pack->file.name);
    pack->file.text = g_strdup(built_in[at].rules);
    pack->file.length = strlen(pack->file.text);
    pack->tests.name = g_strconcat(name, ".vtests", NULL);
    pack->tests.key = g_strdup(pack->tests.name);
    pack->tests.text = g_strdup(built_in[at].tests);
    pack->tests.length = strlen(pack->tests.text);
    return true;
}

bool
rules_packs_add_list(RulesPacks *self, const char *list, GError **error)
{
    g_auto(GStrv) words = g_strsplit(*list != '\0' ? list : RULES_PACKS_STANDARD, ",", -1);
    for (size_t i = 0; words[i] != NULL; i++) {
        const char *word = g_strstrip(words[i]);
        bool path = strchr(word, '/') != NULL || g_str_has_suffix(word, ".vrules");
        if (!(path ? rules_packs_add_file(self, word, NULL, error)
                   : add_built_in(self, word, error)))
            return false;
    }
    return true;
}

/* --- compiling ------------------------------------------------------------------- */

static RulesPack *
pack_called(const RulesPacks *self, const char *name)
{
    for (guint i = 0; i < self->packs->len; i++) {
        RulesPack *pack = self->packs->pdata[i];
        if (strcmp(pack->file.name, name) == 0)
            return pack;
    }
    return NULL;
}

/* A link may point out of the folder: what counts is where it ends. */
static bool
is_inside(const char *folder, const char *path)
{
    char *real_folder = realpath(folder, NULL);
    char *real_path = realpath(path, NULL);
    size_t n = real_folder != NULL ? strlen(real_folder) : 0;
    bool inside = real_folder != NULL && real_path != NULL
                  && strncmp(real_path, real_folder, n) == 0
                  && (real_path[n] == '/' || (n == 1 && *real_folder == '/'));
    free(real_folder);
    free(real_path);
    return inside;
}

static char *
read_included(const char *name, const char *key, size_t *length, GError **error, void *user)
{
    RulesPack *pack = pack_called(user, name);
    RulesPackFile file = {0};

    if (pack == NULL || pack->built_in) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_CONFIG, "a built-in pack has no folder");
        return NULL;
    }
    g_autofree char *folder = g_path_get_dirname(name);
    g_autofree char *path = g_build_filename(folder, key, NULL);
    if (!g_file_test(path, G_FILE_TEST_EXISTS)) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_CONFIG, "there is no such file");
        return NULL;
    }
    if (!is_inside(folder, path)) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_CONFIG, "%s leads out of the pack's folder",
                    path);
        return NULL;
    }
    if (!read_text(path, &file, error))
        return NULL;
    g_free(file.key);
    file.key = g_strdup(key);
    *length = file.length;
    char *text = g_memdup2(file.text, file.length + 1);
    g_array_append_val(pack->included, file);
    return text;
}

bool
rules_packs_compile(RulesPacks *self)
{
    g_autofree RulesPackText *texts = g_new0(RulesPackText, self->packs->len);
    g_return_val_if_fail(self->packs->len > 0 && self->diagnostics == NULL, false);
    for (guint i = 0; i < self->packs->len; i++) {
        const RulesPackFile *file = &((const RulesPack *)self->packs->pdata[i])->file;
        texts[i] = (RulesPackText){file->name, file->text, file->length};
    }
    self->diagnostics = rules_diagnostics_new(texts[0].name);
    self->set =
        rules_set_compile_packs(texts, self->packs->len, read_included, self, self->diagnostics);
    return self->set != NULL;
}

bool
rules_packs_test(RulesPacks *self)
{
    bool good = true;
    g_return_val_if_fail(self->set != NULL, false);
    for (guint i = 0; i < self->packs->len; i++) {
        RulesPack *pack = self->packs->pdata[i];
        if (pack->tests.text == NULL)
            continue;
        pack->report = rules_tests_run_pack(self->set, i, pack->tests.text, pack->tests.length,
                                            pack->tests.name);
        good &= pack->report->n_failed + pack->report->n_errors == 0;
    }
    return good;
}

/* --- what is wrong --------------------------------------------------------------- */

static void
add_diagnostics(const RulesPacks *self, bool all, GString *out)
{
    for (size_t i = 0; self->set == NULL && i < rules_diagnostics_length(self->diagnostics); i++) {
        if (rules_diagnostics_get(self->diagnostics, i)->severity != RULES_ERROR)
            continue;
        g_autofree char *line = rules_diagnostics_format(self->diagnostics, i, all);
        g_string_append_printf(out, "%s%s", out->len > 0 ? "\n" : "", line);
        if (!all)
            return;
    }
}

static void
add_failed_tests(const RulesPacks *self, bool all, GString *out)
{
    for (guint i = 0; i < self->packs->len; i++) {
        const RulesTestReport *report = ((const RulesPack *)self->packs->pdata[i])->report;
        for (guint j = 0; report != NULL && j < report->messages->len; j++) {
            g_string_append_printf(out, "%s%s", out->len > 0 ? "\n" : "",
                                   (const char *)report->messages->pdata[j]);
            if (!all)
                return;
        }
    }
}

static char *
faults(const RulesPacks *self, bool all)
{
    GString *out = g_string_new(NULL);
    if (self->diagnostics != NULL)
        add_diagnostics(self, all, out);
    if (out->len == 0)
        add_failed_tests(self, all, out);
    return g_string_free(out, FALSE);
}

char *
rules_packs_first_fault(const RulesPacks *self)
{
    return faults(self, false);
}

char *
rules_packs_faults(const RulesPacks *self)
{
    return faults(self, true);
}
