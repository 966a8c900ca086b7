/* What a replay plays: the beds of input logs, recordings, wards of recordings, or of a store.
 *
 * Reading a table takes all of it into memory; the others are read bed by bed while they are
 * played. Beds that play_bed() is called for may be of several processes, forked after the last
 * call here. All times are UTC in microseconds.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "rules/replay/player.h"
#include "rules/replay/store.h"
#include "rules/replay/stream.h"

G_BEGIN_DECLS

typedef struct RulesBeds RulesBeds;

/* Inputs of from <= t < to; where there is something before @from_us, it prepares. */
RulesBeds *rules_beds_new(int64_t from_us, int64_t to_us);
void rules_beds_free(RulesBeds *self);

/* An input log (.csv), a recording (.hea: the bed recording/wfdb/NAME) or a ward of recordings
 * (.ini, which needs both times: it is played from the first to the second). */
bool rules_beds_add_file(RulesBeds *self, const char *path, GError **error);
/* @store is borrowed. */
bool rules_beds_add_store(RulesBeds *self, RulesStore *store, GError **error);

/* Beds that one of @patterns means: "demo/icu/7", "7", with * and ?; NULL: all. In the
 * order of their names. FALSE: none is left. */
bool rules_beds_choose(RulesBeds *self, char **patterns, GError **error);

guint rules_beds_length(const RulesBeds *self);
const char *rules_beds_name(const RulesBeds *self, guint i);
/* Where it begins and ends, as far as it is known before it is played; 0: not known. */
int64_t rules_beds_span_us(const RulesBeds *self, guint i);
bool rules_beds_play(const RulesBeds *self,
                     guint i,
                     RulesPlayer *player,
                     RulesReplayProgress progress,
                     void *user,
                     GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(RulesBeds, rules_beds_free)

G_END_DECLS
