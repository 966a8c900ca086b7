/* The verbs of vicu-rules.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "rules/verbs.h"

#include <stdio.h>
#include <string.h>

#include "common/options.h"

static const struct {
    const char *name;
    int (*run)(int argc, char **argv);
} verbs[] = {
    {"beats", rules_beats_main},   {"bench", rules_bench_main},   {"check", rules_check_main},
    {"replay", rules_replay_main}, {"rhythm", rules_rhythm_main}, {"score", rules_score_main},
    {"test", rules_test_main},     {"trace", rules_trace_main},
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

int
rules_verb_parse(
    const char *verb, GOptionContext *context, int *argc, char ***argv, const char *description)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *name = g_strconcat("vicu ", verb, NULL);
    g_set_prgname(name);
    g_option_context_set_help_enabled(context, FALSE);
    g_option_context_set_description(context, description);
    for (int i = 1; i < *argc; i++)
        if (strcmp((*argv)[i], "--help") == 0 || strcmp((*argv)[i], "-h") == 0) {
            g_autofree char *help = vicu_options_help(context);
            fputs(help, stdout);
            return RULES_VERB_DONE;
        }
    if (vicu_options_parse(context, NULL, argc, argv, &error))
        return -1;
    fprintf(stderr, "%s: %s\n", name, error->message);
    return RULES_VERB_USAGE;
}
