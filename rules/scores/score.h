/* Scores over a table: one row in, its columns out.
 *
 * Each kind names the columns it reads and those it gives. NEWS2 runs through
 * the pack's own score table and the engine; what the bedside computes and
 * what this prints cannot differ.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <glib.h>

#include "rules/scores/table.h"

G_BEGIN_DECLS

enum { RULES_SCORE_COLUMNS = 32 };

typedef struct RulesScorer RulesScorer;

typedef struct {
    const char *name;
    const char *const *inputs;  /* ended by NULL */
    const char *const *outputs; /* ended by NULL, without e_ */
    /* @in: cells in the order of @inputs, "" is missing. @out: cells to fill,
     * all "" before. FALSE and @error when a cell cannot be read. */
    bool (*row)(RulesScorer *scorer, const char *const *in, char out[][32], GError **error);
} RulesScoreKind;

/* Ended by a kind without a name. */
extern const RulesScoreKind rules_score_kinds[];
const RulesScoreKind *rules_score_kind(const char *name); /* NULL: none */

/* What a kind keeps between rows (an engine); made on first use. */
RulesScorer *rules_scorer_new(void);
void rules_scorer_free(RulesScorer *self);

/* The answer as CSV text; NULL and @error. Caller frees. */
char *rules_score_table(const RulesScoreKind *kind,
                        const RulesTable *table,
                        const char *file_name,
                        GError **error);

/* A cell as a number; FALSE and @error unless it is empty or a finite number.
 * *@known says whether it was there. */
bool rules_score_number(
    const char *cell, const char *column, double *value, bool *known, GError **error);

bool rules_score_news2(RulesScorer *scorer, const char *const *in, char out[][32], GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(RulesScorer, rules_scorer_free)

G_END_DECLS
