/* View: for whom state is told to a subscriber, and which of it.
 *
 * A key is told everything. A person, who shows a proof, is told what stands in the places of
 * the own roles, by proto/rights.csv: alarms and pauses by the row of the page "alarms",
 * handovers by "handover", what else is of a bed by "ward". What is of no bed (the
 * installation's own alarms, the owner about itself) is told to everybody. A proof that is not
 * believed is told that alone, and why.
 *
 * Immutable values. Pure.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "proto/people.pb-c.h"
#include "proto/state.pb-c.h"

G_BEGIN_DECLS

typedef struct VicuStateView VicuStateView;

/* Of an item whose place cannot be told: only a role for everywhere is told of it. */
#define VICU_STATE_NOWHERE "?"

/* What @who may see at @now_us; NULL: nobody is believed, and @why is a sentence. @proof and
 * @key (the name of the key that it came through) are kept, to be judged again. */
VicuStateView *vicu_state_view_new(const Vicu__PeopleStatement *who,
                                   const char *why,
                                   GBytes *proof,
                                   const char *key,
                                   int64_t now_us);
void vicu_state_view_free(VicuStateView *self);

/* @place: of the item, "" for the installation. NULL for @self: everything is told. */
bool vicu_state_view_tells(const VicuStateView *self, Vicu__Subject subject, const char *place);
/* The same person sees the same; either may be NULL. */
bool vicu_state_view_same(const VicuStateView *a, const VicuStateView *b);

const char *vicu_state_view_account(const VicuStateView *self); /* "": refused */
const char *vicu_state_view_refused(const VicuStateView *self); /* "": believed */
GBytes *vicu_state_view_proof(const VicuStateView *self);
const char *vicu_state_view_key(const VicuStateView *self);

/* Where the item is: a bed, "site/unit", "site", "" or VICU_STATE_NOWHERE. Caller frees. */
char *vicu_state_place(Vicu__Subject subject, const char *key, const Vicu__StateItem *item);
/* Whether _place() needs the item, or the key tells it. */
bool vicu_state_place_needs_item(Vicu__Subject subject);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(VicuStateView, vicu_state_view_free)

G_END_DECLS
