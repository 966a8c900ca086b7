/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/language/diagnostics.h"

#include <stdint.h>
#include <string.h>

typedef struct {
    RulesDiagnostic public;
    size_t start;
    char *file;
    char *source; /* the line it stands in */
} Entry;

typedef struct {
    char *name;
    size_t start;
    size_t end;
} File;

struct RulesDiagnostics {
    char *file_name;
    const char *text;
    GArray *files; /* of File, in the order of their starts */
    size_t count[2];
    GPtrArray *entries;
};

static void
entry_free(void *data)
{
    Entry *e = data;
    g_free(e->public.message);
    g_free(e->public.expected);
    g_free(e->file);
    g_free(e->source);
    g_free(e);
}

static void
clear_file(void *data)
{
    g_free(((File *)data)->name);
}

RulesDiagnostics *
rules_diagnostics_new(const char *file_name)
{
    RulesDiagnostics *self = g_new0(RulesDiagnostics, 1);
    self->file_name = g_strdup(file_name);
    self->entries = g_ptr_array_new_with_free_func(entry_free);
    self->files = g_array_new(FALSE, FALSE, sizeof(File));
    g_array_set_clear_func(self->files, clear_file);
    return self;
}

void
rules_diagnostics_free(RulesDiagnostics *self)
{
    g_ptr_array_unref(self->entries);
    g_array_unref(self->files);
    g_free(self->file_name);
    g_free(self);
}

const char *
rules_diagnostics_name(const RulesDiagnostics *self)
{
    return self->file_name;
}

void
rules_diagnostics_begin(RulesDiagnostics *self, const char *text)
{
    self->text = text;
}

void
rules_diagnostics_file(RulesDiagnostics *self, const char *name, size_t start, size_t end)
{
    File file = {g_strdup(name), start, end};
    g_array_append_val(self->files, file);
}

/* The file that @start lies in; before the first one there is none. */
static const File *
file_at(const RulesDiagnostics *self, size_t start)
{
    const File *found = NULL;
    for (guint i = 0; i < self->files->len; i++)
        if (g_array_index(self->files, File, i).start <= start)
            found = &g_array_index(self->files, File, i);
    return found;
}

/* Columns count characters, so that a caret stands under what it marks. Gives where the
 * line begins. */
static size_t
locate(const RulesDiagnostics *self, const File *file, size_t start, RulesDiagnostic *d)
{
    size_t end = file != NULL ? file->end : 0;
    size_t line_start = file != NULL ? file->start : 0;
    d->line = 1;
    for (size_t i = line_start; i < start && i < end; i++)
        if (self->text[i] == '\n') {
            d->line++;
            line_start = i + 1;
        }
    d->column = 1;
    for (size_t i = line_start; i < start && i < end; i++)
        if (((unsigned char)self->text[i] & 0xc0) != 0x80)
            d->column++;
    return line_start;
}

char *
rules_diagnostics_place(const RulesDiagnostics *self, size_t start)
{
    const File *file = file_at(self, start);
    RulesDiagnostic d = {0};
    locate(self, file, start, &d);
    return g_strdup_printf("%s:%u", file != NULL ? file->name : self->file_name, d.line);
}

/* The line at @line_start, at most 1000 bytes of it. */
static char *
line_at(const RulesDiagnostics *self, const File *file, size_t line_start)
{
    if (file == NULL || line_start > file->end)
        return g_strdup("");
    size_t length = 0;
    size_t most = MIN(file->end - line_start, 1000);
    while (length < most && strchr("\r\n", self->text[line_start + length]) == NULL)
        length++;
    return g_strndup(self->text + line_start, length);
}

void
rules_diagnostics_add(RulesDiagnostics *self,
                      RulesSeverity severity,
                      unsigned code,
                      size_t start,
                      size_t end,
                      const char *expected,
                      const char *format,
                      ...)
{
    if (self->count[severity] >= RULES_MAX_ERRORS)
        return;
    for (size_t i = 0; i < self->entries->len; i++) {
        const Entry *e = self->entries->pdata[i];
        if (e->start == start && e->public.severity == severity)
            return;
    }

    Entry *e = g_new0(Entry, 1);
    va_list args;
    va_start(args, format);
    e->public.message = g_strdup_vprintf(format, args);
    va_end(args);
    e->public.severity = severity;
    e->public.code = code;
    e->public.expected = g_strdup(expected);
    e->public.length = end > start ? (unsigned)MIN(end - start, 200) : 1;
    e->start = start;
    const File *file = file_at(self, start);
    size_t line_start = locate(self, file, start, &e->public);
    e->file = g_strdup(file != NULL ? file->name : self->file_name);
    e->source = line_at(self, file, line_start);
    e->public.file = e->file;
    self->count[severity]++;
    g_ptr_array_add(self->entries, e);
}

static int
by_start(const void *a, const void *b)
{
    const Entry *x = *(Entry *const *)a;
    const Entry *y = *(Entry *const *)b;
    return x->start < y->start ? -1 : x->start > y->start;
}

void
rules_diagnostics_finish(RulesDiagnostics *self)
{
    g_ptr_array_sort(self->entries, by_start);
    self->text = NULL;
}

bool
rules_diagnostics_full(const RulesDiagnostics *self)
{
    return self->count[RULES_ERROR] >= RULES_MAX_ERRORS;
}

size_t
rules_diagnostics_count(const RulesDiagnostics *self, RulesSeverity severity)
{
    return self->count[severity];
}

size_t
rules_diagnostics_length(const RulesDiagnostics *self)
{
    return self->entries->len;
}

const RulesDiagnostic *
rules_diagnostics_get(const RulesDiagnostics *self, size_t i)
{
    return &((const Entry *)self->entries->pdata[i])->public;
}

/* The line, then a line of blanks (tabs kept) with carets below the mark. */
static void
add_source(GString *out, const char *line, const RulesDiagnostic *d)
{
    size_t length = strlen(line);
    g_string_append_printf(out, "\n%s\n", line);

    const char *p = line;
    for (unsigned column = 1; column < d->column && p < line + length; column++) {
        g_string_append_c(out, *p == '\t' ? '\t' : ' ');
        do
            p++;
        while (((unsigned char)*p & 0xc0) == 0x80);
    }
    size_t left = (size_t)(line + length - p);
    for (size_t i = 0; i < MAX(1, MIN(d->length, left)); i++)
        if (i == 0 || ((unsigned char)p[i] & 0xc0) != 0x80)
            g_string_append_c(out, '^');
}

char *
rules_diagnostic_name(const RulesDiagnostic *diagnostic)
{
    return g_strdup_printf("%c%u", diagnostic->severity == RULES_ERROR ? 'E' : 'W',
                           diagnostic->code);
}

char *
rules_diagnostics_format(const RulesDiagnostics *self, size_t i, bool excerpt)
{
    const Entry *e = self->entries->pdata[i];
    const RulesDiagnostic *d = &e->public;
    GString *out = g_string_new(NULL);
    g_autofree char *name = rules_diagnostic_name(d);
    g_string_append_printf(out, "%s:%u:%u: %s %s: %s", d->file, d->line, d->column,
                           d->severity == RULES_ERROR ? "error" : "warning", name, d->message);
    if (excerpt)
        add_source(out, e->source, d);
    if (d->expected != NULL)
        g_string_append_printf(out, " expected %s", d->expected);
    return g_string_free(out, FALSE);
}

/* Edits to make @a of @b, without case; bounded by the longest name, 63. */
static size_t
distance(const char *a, const char *b)
{
    size_t row[65];
    size_t n = MIN(strlen(b), 64);
    for (size_t j = 0; j <= n; j++)
        row[j] = j;
    for (size_t i = 0; a[i] != '\0'; i++) {
        size_t diagonal = row[0];
        row[0] = i + 1;
        for (size_t j = 1; j <= n; j++) {
            size_t same = diagonal + (g_ascii_tolower(a[i]) != g_ascii_tolower(b[j - 1]));
            diagonal = row[j];
            row[j] = MIN(same, MIN(row[j], row[j - 1]) + 1);
        }
    }
    return row[n];
}

const char *
rules_nearest(const char *word, const char *const *names)
{
    const char *best = NULL;
    size_t length = strlen(word);
    size_t least = MAX(1, length / 3) + 1;
    size_t least_apart = SIZE_MAX;
    if (length > 64)
        return NULL;
    for (; *names != NULL; names++) {
        size_t d = distance(word, *names);
        size_t n = strlen(*names);
        size_t apart = n > length ? n - length : length - n;
        if (d < least || (best != NULL && d == least && apart < least_apart)) {
            least = d;
            least_apart = apart;
            best = *names;
        }
    }
    return best;
}
