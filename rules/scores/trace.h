/* Traces over a table: each row a trace `t:v t:v ...` with its parameters.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

#include "rules/scores/table.h"

G_BEGIN_DECLS

/* @kind: limit (clinical limit alarm machine), slope, exposure. CSV text;
 * NULL without @error: no such kind. Caller frees. */
char *
rules_trace_table(const char *kind, const RulesTable *table, const char *file_name, GError **error);

G_END_DECLS
