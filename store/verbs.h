/* The verbs of vicu-store on the command line; without one it is the daemon.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

G_BEGIN_DECLS

enum { STORE_DONE = 0, STORE_WANTING = 1, STORE_USAGE = 2 };

/* FALSE: argv[1] is no verb. Else it ran, and @status is the exit code: 0 done,
 * 1 refused or found wanting, 2 bad usage. */
bool store_verb_run(int argc, char **argv, int *status);

/* Each gets argv from its own name on. */
int store_answer_main(int argc, char **argv);
int store_backup_main(int argc, char **argv);
int store_restore_main(int argc, char **argv);
int store_check_main(int argc, char **argv);
int store_stats_main(int argc, char **argv);
int store_compact_main(int argc, char **argv);
int store_erase_main(int argc, char **argv);
int store_bench_main(int argc, char **argv);

/* ---- what they share ---- */

typedef struct {
    char *root;
    gboolean json;
} StoreVerb;

void store_verb_clear(StoreVerb *self);

/* Parses --root, --json and @entries. -1: go on, else the exit status. No words
 * are left over, or it is bad usage. */
int store_verb_options(const char *name,
                       const char *summary,
                       const char *example,
                       const GOptionEntry *entries,
                       StoreVerb *verb,
                       int *argc,
                       char ***argv);
/* How far long work is, on a terminal. @progress: VicuProgress **, made when it is NULL.
 * True: go on. */
bool store_verb_show(uint64_t done, uint64_t total, gpointer progress);
/* Says it on stderr and frees it: STORE_WANTING. */
int store_verb_wanting(GError *error);
int store_verb_usage(const char *format, ...) G_GNUC_PRINTF(1, 2);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(StoreVerb, store_verb_clear)

G_END_DECLS
