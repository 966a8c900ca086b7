/* Where alarms reach people: loudspeakers, screens, the server of the pages.
 *
 * One that beats is expected from then on: silent for 3 s, or with trouble of its own, it is
 * missed. A screen or a portal that leaves on purpose is expected no more; a loudspeaker stays
 * expected until it beats again or a person ends that, since a ward does not want its sound to
 * end by the way. Pure. @now_us UTC, @mono_us BOOTTIME. One thread.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "proto/state.pb-c.h"

G_BEGIN_DECLS

#define RULES_OUTLETS_MAX 256
#define RULES_OUTLET_TEXT 160 /* bytes of a way and of a trouble */

typedef struct RulesOutlets RulesOutlets;

/* @outlet is what stands now; @gone: nothing of it any more. */
typedef void (*RulesOutletChanged)(const Vicu__Outlet *outlet, bool gone, gpointer user);

RulesOutlets *rules_outlets_new(RulesOutletChanged changed, gpointer user);
void rules_outlets_free(RulesOutlets *self);

/* NULL, or why the beat of the key @name is not taken; static. */
const char *rules_outlets_beat(RulesOutlets *self,
                               const char *name,
                               const Vicu__OutletBeat *beat,
                               int64_t now_us,
                               int64_t mono_us);
/* What test alarms say of it (rules/proofs.h), copied. */
void rules_outlets_proved(RulesOutlets *self,
                          const char *name,
                          int64_t proved_us,
                          const char *const *bed,
                          size_t n_beds,
                          unsigned more);
/* It is expected no more; false: there is none of that name. */
bool rules_outlets_forget(RulesOutlets *self, const char *name);
/* From the journal: it is expected from @mono_us on. */
void rules_outlets_restore(RulesOutlets *self, const Vicu__Outlet *outlet, int64_t mono_us);
/* Each 100 ms. A call that comes late is our own stall: nobody is missed for it. */
void rules_outlets_tick(RulesOutlets *self, int64_t now_us, int64_t mono_us);

/* "annunciator: muted: front speakers; annunciator-2 is silent": of those of @kind by which
 * alarms do not reach people, in the order of their names; NULL: all do. Caller frees. */
char *rules_outlets_trouble(const RulesOutlets *self, Vicu__OutletKind kind);
void rules_outlets_foreach(const RulesOutlets *self, RulesOutletChanged func, gpointer user);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(RulesOutlets, rules_outlets_free)

G_END_DECLS
