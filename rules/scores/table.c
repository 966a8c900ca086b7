/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/scores/table.h"

#include <string.h>

#include "common/error.h"

#define BYTE_ORDER_MARK "\xef\xbb\xbf"

struct RulesTable {
    char *text;
    GPtrArray *cells; /* of const char *, into text; row 0 holds the names */
    size_t columns;
};

/* Ends the cell at *@at and moves behind what follows it, which is returned: ',',
 * '\n' or '\0'; '"' when its quotation is not closed. @line counts line ends. */
static char
cut_cell(char **at, unsigned *line)
{
    char *p = *at;
    char *out = p;
    bool quoted = *p == '"';
    if (quoted)
        p++;
    while (*p != '\0' && (quoted || (*p != ',' && *p != '\n'))) {
        *line += *p == '\n';
        if (quoted && *p == '"' && *++p != '"')
            quoted = false;
        else
            *out++ = *p++;
    }
    char end = quoted ? '"' : *p;
    if (end != ',' && out > *at && out[-1] == '\r')
        out--;
    *at = *p != '\0' ? p + 1 : p;
    *out = '\0';
    return end;
}

/* The line at *@at, which is the table's @number-th; line ends inside quotation
 * marks are text and count in *@number. */
static bool
read_line(RulesTable *self, char **at, unsigned *number, const char *file_name, GError **error)
{
    bool is_first = self->columns == 0;
    unsigned first = *number;
    size_t n = 0;
    for (char end = ','; end == ','; n++) {
        g_ptr_array_add(self->cells, *at);
        end = cut_cell(at, number);
        if (end != '"')
            continue;
        g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT,
                    "%s:%u: the quotation of cell %zu is not closed, expected another \"",
                    file_name, first, n + 1);
        return false;
    }
    if (is_first)
        self->columns = n;
    if (n == self->columns)
        return true;
    g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT,
                "%s:%u: %zu cells, expected the %zu that line 1 names", file_name, first, n,
                self->columns);
    return false;
}

RulesTable *
rules_table_new(const char *text, size_t length, const char *file_name, GError **error)
{
    g_autoptr(RulesTable) self = g_new0(RulesTable, 1);
    self->text = g_strndup(text, length);
    self->cells = g_ptr_array_new();
    if (length > RULES_TABLE_MAX || strlen(self->text) != length || length == 0) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT,
                    "%s: %zu bytes are no table: expected text of 1 to %d bytes whose first line "
                    "names the columns",
                    file_name, length, RULES_TABLE_MAX);
        return NULL;
    }
    unsigned number = 1;
    char *at = self->text + (g_str_has_prefix(self->text, BYTE_ORDER_MARK) ? 3 : 0);
    while (*at != '\0') {
        size_t blank = *at == '\r' && (at[1] == '\n' || at[1] == '\0') ? 1 : 0;
        if (at[blank] == '\n' || at[blank] == '\0')
            at += blank + (at[blank] == '\n');
        else if (!read_line(self, &at, &number, file_name, error))
            return NULL;
        number++;
    }
    if (self->columns == 0) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT,
                    "%s: only empty lines, expected one that names the columns", file_name);
        return NULL;
    }
    return g_steal_pointer(&self);
}

/* Which of two columns of a name is meant nobody can say. */
static bool
names_are_unique(const RulesTable *self, const char *file_name, GError **error)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    for (size_t i = 0; i < self->columns; i++) {
        char *name = self->cells->pdata[i];
        if (*name == '\0' || g_hash_table_add(seen, name))
            continue;
        g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT,
                    "%s:1: two columns are called \"%.40s\", expected a name of its own for each",
                    file_name, name);
        return false;
    }
    return true;
}

RulesTable *
rules_table_load(const char *path, GError **error)
{
    g_autofree char *text = NULL;
    gsize length = 0;
    if (!g_file_get_contents(path, &text, &length, error))
        return NULL;
    g_autoptr(RulesTable) self = rules_table_new(text, length, path, error);
    if (self == NULL || !names_are_unique(self, path, error))
        return NULL;
    return g_steal_pointer(&self);
}

void
rules_table_free(RulesTable *self)
{
    g_free(self->text);
    g_ptr_array_unref(self->cells);
    g_free(self);
}

size_t
rules_table_rows(const RulesTable *self)
{
    return self->columns > 0 ? self->cells->len / self->columns - 1 : 0;
}

size_t
rules_table_columns(const RulesTable *self)
{
    return self->columns;
}

const char *
rules_table_name(const RulesTable *self, size_t column)
{
    return self->cells->pdata[column];
}

int
rules_table_column(const RulesTable *self, const char *name)
{
    for (size_t i = 0; i < self->columns; i++)
        if (strcmp(rules_table_name(self, i), name) == 0)
            return (int)i;
    return -1;
}

const char *
rules_table_cell(const RulesTable *self, size_t row, size_t column)
{
    return self->cells->pdata[(row + 1) * self->columns + column];
}

void
rules_table_append(GString *out, const char *cell)
{
    if (strpbrk(cell, ",\"\r\n") == NULL) {
        g_string_append(out, cell);
        return;
    }
    g_string_append_c(out, '"');
    for (const char *p = cell; *p != '\0'; p++) {
        if (*p == '"')
            g_string_append_c(out, '"');
        g_string_append_c(out, *p);
    }
    g_string_append_c(out, '"');
}
