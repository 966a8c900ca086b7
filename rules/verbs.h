/* The verbs of vicu-rules on the command line; without one it is the daemon.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>

#include <glib.h>

G_BEGIN_DECLS

/* FALSE: argv[1] is no verb. Else it ran, and @status is the exit code: 0 done,
 * 1 refused or found wanting, 2 bad usage. */
bool rules_verb_run(int argc, char **argv, int *status);

/* Each gets argv from its own name on. */
int rules_beats_main(int argc, char **argv);
int rules_bench_main(int argc, char **argv);
int rules_check_main(int argc, char **argv);
int rules_replay_main(int argc, char **argv);
int rules_rhythm_main(int argc, char **argv);
int rules_score_main(int argc, char **argv);
int rules_test_main(int argc, char **argv);
int rules_trace_main(int argc, char **argv);

/* Share of a core that 100 beds of three leads, a pressure and a pleth take. */
double rules_bench_rhythm_share(void);

enum { RULES_VERB_DONE = 0, RULES_VERB_WANTING = 1, RULES_VERB_USAGE = 2 };

/* Reads the options of `vicu VERB`, and prints its help. -1: go on; else the verb's answer. */
int rules_verb_parse(
    const char *verb, GOptionContext *context, int *argc, char ***argv, const char *description);

G_END_DECLS
