/* The verbs of vicu-rules.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "rules/verbs.h"

#include <string.h>

static const struct {
    const char *name;
    int (*run)(int argc, char **argv);
} verbs[] = {
    {"beats", rules_beats_main},
    {"check", rules_check_main},
    {"score", rules_score_main},
    {"trace", rules_trace_main},
};

bool
rules_verb_run(int argc, char **argv, int *status)
{
    for (size_t i = 0; argc > 1 && i < G_N_ELEMENTS(verbs); i++) {
        if (strcmp(argv[1], verbs[i].name) != 0)
            continue;
        *status = verbs[i].run(argc - 1, argv + 1);
        return true;
    }
    return false;
}
