/* The verbs of this program: what `vicu keys token` and `vicu keys portal-ca` run.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

#include "common/root.h"

G_BEGIN_DECLS

/* argv[0] is the verb. Exit code: 0 done, 1 refused, 2 bad usage. */
int portal_token_main(int argc, char **argv);
int portal_authority_main(int argc, char **argv);
int portal_print_main(int argc, char **argv);
/* The portal runs it itself: quality/make.c. */
int portal_report_main(int argc, char **argv);

/* The installation that --root names; else the one that runs; else the standard one. */
VicuRoot *portal_verb_root(const char *dir, GError **error);

G_END_DECLS
