/* Wrong passwords: how long who has to wait before the next try.
 *
 * Tries are counted for an account from one place: a source (the address that the portal or
 * station tells) or, where the device has signed in before, that device. So nobody's wrong tries
 * hold up another place, and the rightful person's own device none at all. STORE_GUARD_FREE tries
 * are free; then the wait doubles from a second up to STORE_GUARD_MOST_US. A try that has to wait
 * is not judged and not counted as wrong. A right one, and an hour without a wrong one, forgets.
 *
 * At most STORE_GUARD_PLACES are remembered, the oldest go. Pure: time (BOOTTIME) comes as an
 * argument. One thread.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <glib.h>

G_BEGIN_DECLS

#define STORE_GUARD_FREE      5u
#define STORE_GUARD_MOST_US   (15 * 60 * (int64_t)G_USEC_PER_SEC)
#define STORE_GUARD_FORGET_US (60 * 60 * (int64_t)G_USEC_PER_SEC)
#define STORE_GUARD_PLACES    10000u

typedef struct StoreGuard StoreGuard;

StoreGuard *store_guard_new(void);
void store_guard_free(StoreGuard *self);

/* 0: may try now. Else how long to wait; that try is counted as held up. */
int64_t store_guard_ask(StoreGuard *self, const char *account, const char *place, int64_t mono_us);
/* The password was wrong. How many tries were held up since the last one that was judged. */
unsigned
store_guard_wrong(StoreGuard *self, const char *account, const char *place, int64_t mono_us);
unsigned store_guard_right(StoreGuard *self, const char *account, const char *place);
size_t store_guard_places(const StoreGuard *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(StoreGuard, store_guard_free)

G_END_DECLS
