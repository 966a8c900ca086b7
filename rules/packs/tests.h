/* Tests as data beside a pack (x.vtests beside x.vrules): series of samples in
 * bed-local time, and every transition that must follow.
 *
 * Pure: the caller reads the files. Strict: what happens and is not expected
 * fails the test as surely as what is expected and does not happen.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <glib.h>

#include "rules/language/set.h"

G_BEGIN_DECLS

typedef struct {
    char *title;
    unsigned line;
    bool good;
} RulesTestResult;

typedef struct {
    GArray *tests; /* of RulesTestResult, in the order of the file */
    unsigned n_tests;
    unsigned n_failed;
    unsigned n_errors;    /* of the test file itself */
    GPtrArray *messages;  /* of char *: "file:line: ..." */
    GPtrArray *uncovered; /* of char *: what no test reaches, see rules/engine/cover.h */
} RulesTestReport;

RulesTestReport *
rules_tests_run(RulesSet *set, const char *text, size_t length, const char *file_name);
/* The same in a set of several packs: what the rules of others do is looked past. */
RulesTestReport *rules_tests_run_pack(
    RulesSet *set, size_t pack, const char *text, size_t length, const char *file_name);
void rules_test_report_free(RulesTestReport *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(RulesTestReport, rules_test_report_free)

G_END_DECLS
