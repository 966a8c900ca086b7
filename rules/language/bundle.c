/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/language/bundle.h"

#include <string.h>

struct RulesBundle {
    char *text;
    size_t capacity;
    size_t length;
    RulesReadFunc read;
    void *user;
    RulesDiagnostics *diagnostics;
    GPtrArray *files; /* of RulesFile */
    GPtrArray *packs; /* of char *: what their files are called */
};

static void
file_free(void *data)
{
    RulesFile *file = data;
    g_free(file->name);
    g_free(file->key);
    g_free(file);
}

RulesBundle *
rules_bundle_new(size_t capacity, RulesReadFunc read, void *user, RulesDiagnostics *diagnostics)
{
    RulesBundle *self = g_new0(RulesBundle, 1);
    self->text = g_malloc(capacity + 1);
    self->capacity = capacity;
    self->read = read;
    self->user = user;
    self->diagnostics = diagnostics;
    self->files = g_ptr_array_new_with_free_func(file_free);
    self->packs = g_ptr_array_new_with_free_func(g_free);
    self->text[0] = '\0';
    rules_diagnostics_begin(diagnostics, self->text);
    return self;
}

void
rules_bundle_free(RulesBundle *self)
{
    g_ptr_array_unref(self->files);
    g_ptr_array_unref(self->packs);
    g_free(self->text);
    g_free(self);
}

const char *
rules_bundle_text(const RulesBundle *self)
{
    return self->text;
}

size_t
rules_bundle_n_files(const RulesBundle *self)
{
    return self->files->len;
}

const RulesFile *
rules_bundle_file(const RulesBundle *self, size_t i)
{
    return self->files->pdata[i];
}

/* --- names ---------------------------------------------------------------------- */

static bool
is_part(const char *part)
{
    for (const char *c = part; *c != '\0'; c++)
        if (!g_ascii_isalnum(*c) && strchr("._-", *c) == NULL)
            return false;
    return *part != '\0' && *part != '.';
}

char *
rules_bundle_resolve(const char *from, const char *words)
{
    g_autoptr(GPtrArray) parts = g_ptr_array_new();
    g_auto(GStrv) before = g_strsplit(from, "/", -1);
    g_auto(GStrv) named = g_strsplit(words, "/", -1);

    for (size_t i = 0; before[i] != NULL && before[i + 1] != NULL; i++)
        g_ptr_array_add(parts, before[i]);
    for (size_t i = 0; named[i] != NULL; i++) {
        bool up = strcmp(named[i], "..") == 0;
        if (up && parts->len > 0)
            g_ptr_array_set_size(parts, (gint)parts->len - 1);
        else if (up || !is_part(named[i]))
            return NULL;
        else
            g_ptr_array_add(parts, named[i]);
    }
    if (parts->len == 0 || strcmp(parts->pdata[parts->len - 1], "..") == 0)
        return NULL;
    g_ptr_array_add(parts, NULL);
    return g_strjoinv("/", (char **)parts->pdata);
}

/* --- texts ---------------------------------------------------------------------- */

/* Room for it, then the bytes; what is no text is told at its own place. */
static bool
append(RulesBundle *self, RulesFile *file, const char *text, size_t length, size_t told_at)
{
    const char *end = NULL;

    file->start = file->end = self->length;
    rules_diagnostics_file(self->diagnostics, file->name, file->start, file->start + length);
    if (length > RULES_MAX_TEXT || length > self->capacity - self->length) {
        rules_diagnostics_add(self->diagnostics, RULES_ERROR, 100, told_at, told_at + 1, NULL,
                              "a text of more than %zu bytes",
                              MIN((size_t)RULES_MAX_TEXT, self->capacity - self->length));
        return false;
    }
    memcpy(self->text + file->start, text, length);
    file->end += length;
    self->length += length;
    self->text[self->length] = '\0';
    if (self->length < self->capacity)
        self->text[self->length++] = '\n'; /* no token reaches into the next file */
    if (g_utf8_validate_len(text, length, &end))
        return true;
    size_t at = (size_t)(end - text);
    rules_diagnostics_add(self->diagnostics, RULES_ERROR, 100, file->start + at,
                          file->start + at + 1, "UTF-8", "byte %zu is no text", at);
    return false;
}

const RulesFile *
rules_bundle_add(RulesBundle *self, const char *name, const char *text, size_t length)
{
    RulesFile *file = g_new0(RulesFile, 1);
    const char *slash = strrchr(name, '/');

    file->name = g_strdup(name);
    file->key = g_strdup(slash != NULL ? slash + 1 : name);
    file->pack = self->packs->len;
    g_ptr_array_add(self->packs, g_strdup(name));
    g_ptr_array_add(self->files, file);
    return append(self, file, text, length, self->length) ? file : NULL;
}

/* --- include -------------------------------------------------------------------- */

static void
refuse(RulesBundle *self, unsigned code, size_t start, size_t end, const char *expected, char *what)
{
    rules_diagnostics_add(self->diagnostics, RULES_ERROR, code, start, end, expected, "%s", what);
    g_free(what);
}

static const RulesFile *
find(const RulesBundle *self, size_t pack, const char *key)
{
    for (guint i = 0; i < self->files->len; i++) {
        const RulesFile *file = self->files->pdata[i];
        if (file->pack == pack && strcmp(file->key, key) == 0)
            return file;
    }
    return NULL;
}

static bool
is_around(const RulesFile *file, const RulesFile *from)
{
    for (; from != NULL; from = from->from)
        if (from == file)
            return true;
    return false;
}

static char *
name_of(const char *pack, const char *key)
{
    const char *slash = strrchr(pack, '/');
    return g_strdup_printf("%.*s%s", slash != NULL ? (int)(slash + 1 - pack) : 0, pack, key);
}

static const RulesFile *
read_file(RulesBundle *self, const RulesFile *from, const char *key, size_t start, size_t end)
{
    g_autoptr(GError) error = NULL;
    const char *pack = self->packs->pdata[from->pack];
    gsize length = 0;
    g_autofree char *text = NULL;

    if (self->read == NULL) {
        refuse(self, 114, start, end, NULL, g_strdup("a text that includes no files"));
        return NULL;
    }
    text = self->read(pack, key, &length, &error, self->user);
    if (text == NULL) {
        refuse(self, 114, start, end, NULL,
               g_strdup_printf("\"%s\" cannot be read: %s", key, error->message));
        return NULL;
    }
    RulesFile *file = g_new0(RulesFile, 1);
    file->name = name_of(pack, key);
    file->key = g_strdup(key);
    file->pack = from->pack;
    file->depth = from->depth + 1;
    file->from = from;
    g_ptr_array_add(self->files, file);
    return append(self, file, text, length, start) ? file : NULL;
}

const RulesFile *
rules_bundle_include(RulesBundle *self, const RulesFile *from, size_t start, size_t end)
{
    g_autofree char *words = g_strndup(self->text + start, end - start);
    g_autofree char *key = rules_bundle_resolve(from->key, words);
    const RulesFile *known = key != NULL ? find(self, from->pack, key) : NULL;

    if (key == NULL) {
        refuse(self, 113, start, end, "a file in the pack's folder, for example \"beats.vrules\"",
               g_strdup_printf("\"%.60s\" is no file in the pack's folder", words));
    } else if (known != NULL && is_around(known, from)) {
        refuse(self, 115, start, end, NULL,
               g_strdup_printf("\"%s\" includes itself%s%s", key, known == from ? "" : " through ",
                               known == from ? "" : from->key));
    } else if (known != NULL) {
        return NULL; /* it counts already */
    } else if (from->depth >= RULES_MAX_INCLUDES) {
        refuse(self, 116, start, end, NULL,
               g_strdup_printf("files include files more than %d deep", RULES_MAX_INCLUDES));
    } else if (self->files->len >= RULES_MAX_FILES) {
        refuse(self, 116, start, end, NULL,
               g_strdup_printf("a set of more than %d files", RULES_MAX_FILES));
    } else {
        return read_file(self, from, key, start, end);
    }
    return NULL;
}
