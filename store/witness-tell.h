/* Tells the rules, and whoever asks for the status, that a witness of the audit is silent: the
 * technical alarm `store-unwitnessed`, low.
 *
 * What the rules did not take is told again each second. One thread, the daemon's main loop.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdint.h>

#include <glib.h>

#include "common/daemon.h"

G_BEGIN_DECLS

typedef struct StoreWitnessTell StoreWitnessTell;

/* Borrows @daemon. The rules are called from the first look with a list of witnesses on; where they
 * have no key here, `store-rules-untold` stands in the status and the store goes on. */
StoreWitnessTell *store_witness_tell_new(VicuDaemon *daemon);
void store_witness_tell_free(StoreWitnessTell *self);

/* Each second; arguments as of store_witness_watch_look(). */
void store_witness_tell_tick(StoreWitnessTell *self,
                             const GPtrArray *witnessed,
                             int64_t bound_us,
                             int64_t mono_us);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(StoreWitnessTell, store_witness_tell_free)

G_END_DECLS
