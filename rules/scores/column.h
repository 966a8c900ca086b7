/* What a column of a score's table holds, and its cells as numbers.
 *
 * Bounds refuse what cannot be meant (a negative rate, GCS 16); inside them a
 * number is taken as it stands, in the unit that the column's name carries.
 * Pure; nothing is allocated.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>

#include <glib.h>

G_BEGIN_DECLS

typedef enum {
    RULES_COLUMN_NUMBER,
    RULES_COLUMN_WHOLE, /* a number without a fraction; flags are 0 or 1 */
    RULES_COLUMN_FIO2,  /* a fraction; percent is taken and divided by 100 */
    RULES_COLUMN_WORD,  /* one of words */
    RULES_COLUMN_TEXT,  /* read by the score itself */
} RulesColumnKind;

typedef struct {
    const char *name;
    RulesColumnKind kind;
    const char *signal; /* its believable bounds (proto/signals.csv); NULL: low and high */
    double low;         /* both included */
    double high;
    const char *const *words; /* ended by NULL */
    bool optional;            /* a table without it is read too */
} RulesColumn;

typedef struct {
    const char *text; /* "" when missing */
    double value;     /* a word: its place in words */
    bool known;
} RulesCell;

/* FALSE and @error (column, value, what was expected) unless @text is empty or
 * what the column holds. @cell borrows @text. */
bool rules_cell_read(const RulesColumn *column, const char *text, RulesCell *cell, GError **error);

/* A cell as a number; FALSE and @error unless it is empty or a finite decimal
 * number. *@known says whether it was there. */
bool rules_score_number(
    const char *text, const char *column, double *value, bool *known, GError **error);

G_END_DECLS
