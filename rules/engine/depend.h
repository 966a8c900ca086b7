/* Who reads what in a set: from what changed at an instant to what must be
 * judged at it.
 *
 * A cell is what is brought up by itself: a series, a score, a measure, or a
 * test (a comparison or its like, right below and, or, not, at least, first). A
 * measure is what several tests compare with what is constant on a bed: while
 * it stays between the same two of these, none of its tests turns. Numbers of
 * cells: series first, then scores, measures, tests. Made once for a set, next
 * to the layout of the bed's block; immutable.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "rules/language/program.h"

G_BEGIN_DECLS

/* List i is item[first[i]] up to item[first[i + 1]]. */
typedef struct {
    int *first;
    int *item;
} RulesLists;

struct RulesDepend {
    int n_series;
    int n_scores;
    int n_measures;
    int n_tests;
    int n_cells;
    int measures_first; /* cells */
    int tests_first;
    int n_looks;
    int *test_of;    /* by node; -1: none */
    int *node_of;    /* by test */
    int *measure_of; /* by test; -1: none */
    int *against;    /* by test with a measure: the node that it is compared with */
    int *measured;   /* by measure: its node */
    int *look_of;    /* by cell: its place among the times to look again; -1: needs none */
    int *look_cell;  /* the other way */
    int *place_of;   /* by rule: its place in the set's order */
    bool *begins;    /* by test: a pattern's second condition reads it */
    RulesLists slot_inputs;
    RulesLists value_cells;    /* by input: what its value decides */
    RulesLists sample_cells;   /* by input: what each of its samples concerns */
    RulesLists window_cells;   /* by window */
    RulesLists score_cells;    /* by score */
    RulesLists series_windows; /* by series */
    RulesLists measure_tests;
    RulesLists series_tests; /* of a condition's points: what it is made of */
    RulesLists test_series;
    RulesLists input_rules;  /* by input: places of rules */
    RulesLists test_rules;   /* by test: places of rules */
    RulesLists unless_rules; /* by rule: places of those that stand back for it */
    /* the bed's memory of what was; see change.h */
    size_t inputs_at;
    size_t windows_at; /* when a point leaves them */
    size_t turns_at;   /* before then as much of them is observed as is needed, or less */
    size_t looks_at;
    size_t rules_at;
    size_t measures_at;
    size_t truths_at;
    size_t again_at;
    size_t bytes;
};

RulesDepend *rules_depend_new(const RulesSet *set);

G_END_DECLS
