/* Beat by beat: a detector's beats against a reference, as WFDB's bxb counts.
 *
 * Pure; borrows both lists, allocates nothing.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
    int64_t sample;
    char type; /* N (or any other beat), V, F, Q */
} RulesBeatMark;

typedef struct {
    uint64_t qrs_tp, qrs_fn, qrs_fp;
    uint64_t veb_tp, veb_fn, veb_fp;
} RulesBeatCounts;

/* What an annotation's @code of MIT-BIH counts as (AAMI EC57): N, V, F, Q; '\0': it is no beat. */
char rules_beat_type(char code);

/* Both lists in the order of time; beats before @start are learning time.
 * @window: the most that a pair may be apart (150 ms), in samples. */
RulesBeatCounts rules_beats_compare(const RulesBeatMark *ref,
                                    size_t n_ref,
                                    const RulesBeatMark *test,
                                    size_t n_test,
                                    int64_t start,
                                    int64_t window);

G_END_DECLS
