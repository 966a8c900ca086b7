/* The sets of rules that a replay plays: packs by their names or paths, as they are, raw, or
 * with other delays (edit.h). Reads files.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "rules/language/set.h"
#include "rules/packs/packs.h"
#include "rules/replay/edit.h"

G_BEGIN_DECLS

#define RULES_REPLAY_STANDARD RULES_PACKS_STANDARD

/* @list as [rules] pack takes it (packs/packs.h); NULL: RULES_REPLAY_STANDARD. FALSE: @error
 * holds all that the compiler says. */
RulesSet *rules_replay_set(const char *list, GError **error);
/* The same with each file's text changed by @edit, which returns what the caller frees. */
typedef char *(*RulesReplayEdit)(const RulesPackFile *file, void *user);
RulesSet *
rules_replay_set_edited(const char *list, RulesReplayEdit edit, void *user, GError **error);
RulesSet *rules_replay_set_raw(const char *list, GError **error);

/* Rules that name @limit with another delay; their names are added to @rules. Refused when there
 * are none, or @limit is not one of the set's that a bed may have its own of. */
RulesSet *rules_replay_set_delay(
    const char *list, const char *limit, int64_t delay_us, GPtrArray *rules, GError **error);
/* Says that no rule of @set reads a limit of a bed called @limit, and which there are. */
void rules_replay_refuse_limit(const RulesSet *set, const char *limit, GError **error);

G_END_DECLS
