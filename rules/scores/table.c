/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/scores/table.h"

#include <string.h>

#include "common/error.h"

struct RulesTable {
    char *text;
    GPtrArray *cells; /* of const char *, into text; row 0 holds the names */
    size_t columns;
};

/* Ends the cell at @p inside the text; *@more when a comma follows. */
static char *
cut_cell(char *p, bool *more)
{
    char *out = p;
    bool quoted = *p == '"';
    if (quoted)
        p++;
    while (*p != '\0' && (quoted || *p != ',')) {
        if (quoted && *p == '"' && *++p != '"')
            quoted = false;
        else
            *out++ = *p++;
    }
    *more = *p == ',';
    char *next = p + *more;
    *out = '\0';
    return next;
}

static bool
read_line(RulesTable *self, char *line, unsigned number, const char *file_name, GError **error)
{
    size_t n = 0;
    for (bool more = true; more; n++) {
        g_ptr_array_add(self->cells, line);
        line = cut_cell(line, &more);
    }
    if (number == 1)
        self->columns = n;
    if (n == self->columns)
        return true;
    g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT,
                "%s:%u: %zu cells, expected the %zu that line 1 names", file_name, number, n,
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
    unsigned number = 0;
    for (char *line = self->text; line != NULL && *line != '\0';) {
        char *end = strchr(line, '\n');
        char *next = end != NULL ? end + 1 : NULL;
        if (end != NULL)
            *end = '\0';
        line[strcspn(line, "\r")] = '\0';
        number++;
        if (*line != '\0' && !read_line(self, line, number, file_name, error))
            return NULL;
        line = next;
    }
    if (self->columns == 0) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT,
                    "%s: only empty lines, expected one that names the columns", file_name);
        return NULL;
    }
    return g_steal_pointer(&self);
}

RulesTable *
rules_table_load(const char *path, GError **error)
{
    g_autofree char *text = NULL;
    gsize length = 0;
    if (!g_file_get_contents(path, &text, &length, error))
        return NULL;
    return rules_table_new(text, length, path, error);
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
