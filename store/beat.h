/* The store's heartbeat: that it lives, and what its disk is like.
 *
 * The hub passes it on to the rules, which alarm. Pure.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "store/space.h"

G_BEGIN_DECLS

/* @open: the database is; while it is not, nothing is stored whatever the disk has.
 * Caller frees. */
GBytes *store_beat_pack(const StoreSpaceFound *found,
                        const StoreSpaceSettings *settings,
                        bool open,
                        uint64_t counter,
                        int64_t t_us);

G_END_DECLS
