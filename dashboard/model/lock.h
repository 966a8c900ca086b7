/* Lock: when a station that nobody touches is locked.
 *
 * A locked station shows the wall and every alarm, and sounds as before; nobody acts, and no bed is
 * opened, until somebody has signed in. Times are BOOTTIME. Pure; a value.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

G_BEGIN_DECLS

#define DASH_LOCK_WARN_US (30 * (int64_t)G_USEC_PER_SEC) /* said so long before */

typedef struct {
    bool signed_in; /* somebody can be locked out, and come back */
    bool locked;
    int64_t touched_us; /* a key, the pointer, a touch */
    int64_t idle_us;    /* until it is locked; 0: never by itself */
} DashLock;

/* Whole seconds until it is locked by itself, at least 0; -1: it will not be, or is. */
int64_t dash_lock_left_s(const DashLock *self, int64_t mono_us);
/* It is to be locked now, for nobody has touched it for long. */
bool dash_lock_is_due(const DashLock *self, int64_t mono_us);
/* That it will be is said now. */
bool dash_lock_warns(const DashLock *self, int64_t mono_us);

G_END_DECLS
