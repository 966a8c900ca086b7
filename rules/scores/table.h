/* A small table: comma-separated text in, rows of cells out.
 *
 * First line names the columns; an empty cell is a missing value; cells may be quoted, and hold
 * commas and line ends then. A leading byte-order mark is passed over. Bounded: RULES_TABLE_MAX
 * bytes. The text is the caller's and is copied.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <glib.h>

G_BEGIN_DECLS

enum { RULES_TABLE_MAX = 256 << 20 };

typedef struct RulesTable RulesTable;

/* NULL and @error (line, found, expected) when it is no table. */
RulesTable *rules_table_new(const char *text, size_t length, const char *file_name, GError **error);
/* Refuses two columns of one name too. */
RulesTable *rules_table_load(const char *path, GError **error);
void rules_table_free(RulesTable *self);

size_t rules_table_rows(const RulesTable *self);
size_t rules_table_columns(const RulesTable *self);
const char *rules_table_name(const RulesTable *self, size_t column);
int rules_table_column(const RulesTable *self, const char *name); /* -1: none */
/* "" for a missing value. */
const char *rules_table_cell(const RulesTable *self, size_t row, size_t column);

/* @cell as it stands in a table, quoted where it has to be. */
void rules_table_append(GString *out, const char *cell);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(RulesTable, rules_table_free)

G_END_DECLS
