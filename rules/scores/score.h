/* Scores over a table: one row in, its columns out.
 *
 * Each kind names the columns it reads and those it gives. NEWS2 runs through
 * the pack's own score table and the engine; what the bedside computes and
 * what this prints cannot differ. The others are pure functions over the cells
 * of a row, or over the whole table.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <glib.h>

#include "rules/scores/column.h"
#include "rules/scores/table.h"

G_BEGIN_DECLS

enum { RULES_SCORE_COLUMNS = 32, RULES_SCORE_TEXT = 256 };

typedef char RulesScoreText[RULES_SCORE_TEXT];

typedef struct RulesScorer RulesScorer;

typedef struct {
    const char *name;
    const RulesColumn *inputs;  /* ended by one without a name */
    const char *const *outputs; /* ended by NULL, without e_ */
    /* @in: in the order of @inputs. @out: cells to fill, all "" before. FALSE
     * and @error when a cell cannot be read. */
    bool (*row)(RulesScorer *scorer, const RulesCell *in, RulesScoreText *out, GError **error);
    /* Instead of row, where an answer is drawn from many rows: the answer as
     * CSV text; NULL and @error. Caller frees. */
    char *(*whole)(const RulesTable *table, const char *file_name, GError **error);
} RulesScoreKind;

#define RULES_OUTPUTS(...)                                                                         \
    (const char *const[])                                                                          \
    {                                                                                              \
        __VA_ARGS__, NULL                                                                          \
    }

extern const RulesScoreKind rules_score_apache2;
extern const RulesScoreKind rules_score_cinc2015;
extern const RulesScoreKind rules_score_cinc2019;
extern const RulesScoreKind rules_score_cinc2019_cohort;
extern const RulesScoreKind rules_score_hrv;
extern const RulesScoreKind rules_score_indices;
extern const RulesScoreKind rules_score_kdigo;
extern const RulesScoreKind rules_score_kleene;
extern const RulesScoreKind rules_score_mews;
extern const RulesScoreKind rules_score_news2;
extern const RulesScoreKind rules_score_pews;
extern const RulesScoreKind rules_score_qsofa;
extern const RulesScoreKind rules_score_sirs;
extern const RulesScoreKind rules_score_sofa;

/* All of them, ended by NULL. */
extern const RulesScoreKind *const rules_score_kinds[];
const RulesScoreKind *rules_score_kind(const char *name); /* NULL: none */

/* What a kind keeps between rows (an engine); made on first use. */
RulesScorer *rules_scorer_new(void);
void rules_scorer_free(RulesScorer *self);

/* The answer as CSV text; NULL and @error. Caller frees. */
char *rules_score_table(const RulesScoreKind *kind,
                        const RulesTable *table,
                        const char *file_name,
                        GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(RulesScorer, rules_scorer_free)

G_END_DECLS
