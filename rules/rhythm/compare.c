/* Beat by beat.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "rules/rhythm/compare.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define NONE 'O' /* no beat on that side */

char
rules_beat_type(char code)
{
    static const char ventricular[] = "VEr";   /* premature, escape, R on T */
    static const char unclassified[] = "Q/f?"; /* and paced, fusion of paced and normal */
    static const char others[] = "+~|![]x\"^'`tpuDsT*=@()";
    if (code == '\0' || strchr(others, code))
        return '\0';
    if (strchr(ventricular, code))
        return 'V';
    if (strchr(unclassified, code))
        return 'Q';
    return code == 'F' ? 'F' : 'N';
}

static void
count(RulesBeatCounts *c, char ref, char test)
{
    if (ref != NONE && test != NONE)
        c->qrs_tp++;
    else if (ref != NONE)
        c->qrs_fn++;
    else
        c->qrs_fp++;
    if (ref == 'V') {
        if (test == 'V')
            c->veb_tp++;
        else
            c->veb_fn++;
    } else if (test == 'V' && ref != 'F' && ref != 'Q') {
        /* Fusion beats and those the annotators could not tell count neither way. */
        c->veb_fp++;
    }
}

/* @a comes before @b: are they a pair, or is the one after @a nearer to @b? */
static bool
is_pair(int64_t a, int64_t b, const RulesBeatMark *after_a, int64_t window)
{
    if (b - a > window)
        return false;
    return !after_a || llabs(after_a->sample - b) >= b - a;
}

RulesBeatCounts
rules_beats_compare(const RulesBeatMark *ref,
                    size_t n_ref,
                    const RulesBeatMark *test,
                    size_t n_test,
                    int64_t start,
                    int64_t window)
{
    RulesBeatCounts c = {0};
    size_t i = 0, j = 0;
    while (i < n_ref && ref[i].sample < start)
        i++;
    while (j < n_test && test[j].sample < start)
        j++;
    while (i < n_ref && j < n_test) {
        int64_t r = ref[i].sample, t = test[j].sample;
        if (t < r) {
            if (!is_pair(t, r, j + 1 < n_test ? &test[j + 1] : NULL, window)) {
                count(&c, NONE, test[j++].type);
                continue;
            }
        } else if (!is_pair(r, t, i + 1 < n_ref ? &ref[i + 1] : NULL, window)) {
            count(&c, ref[i++].type, NONE);
            continue;
        }
        count(&c, ref[i++].type, test[j++].type);
    }
    while (i < n_ref)
        count(&c, ref[i++].type, NONE);
    while (j < n_test)
        count(&c, NONE, test[j++].type);
    return c;
}
