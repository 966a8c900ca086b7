/* The texts of a set in force, kept on the disk, so that it can be made again when the files that
 * it came from are gone or broken.
 *
 * FOLDER/HASH/list names one file a line, FOLDER/HASH/N/ holds the files of the N-th pack as they
 * lay. The list is written last: without one there is no copy.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "rules/packs/packs.h"

G_BEGIN_DECLS

/* On the disk when it returns. Nothing happens if it is there. */
bool rules_packs_keep(const RulesPacks *self, const char *folder, GError **error);

/* The set of that hash, compiled; NULL: there is none, or it does not compile. */
RulesPacks *rules_packs_recall(const char *folder, const char *hash);

/* Removes all but the two of these hashes. */
void rules_packs_tidy(const char *folder, const char *hash, const char *other);

G_END_DECLS
