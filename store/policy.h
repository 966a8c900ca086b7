/* The policy of retention: how long what is kept, by class and by place.
 *
 * A class has a time to keep for the whole store; a place (a site, a unit or one bed)
 * may have another one for any of the classes. The narrowest place that says something
 * of a class decides. Zero is for ever. The audit is one for the whole store and no
 * class of this table. Pure; some 100 bytes a place; counted, and immutable once it is
 * in use.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

G_BEGIN_DECLS

typedef enum {
    STORE_CLASS_WAVES,
    STORE_CLASS_NUMERICS,
    STORE_CLASS_EVENTS,   /* events, symbols, unmapped values, gaps */
    STORE_CLASS_IMPORTED, /* waves and numerics of the archive's origin */
    STORE_N_CLASSES,
} StoreClass;

#define STORE_KEEP_EVER   INT64_MAX
#define STORE_PLACES_MAX  256
#define STORE_KEEP_MIN_US (INT64_C(3600) * G_USEC_PER_SEC)

typedef struct StorePolicy StorePolicy;

/* @keep_us: 0 is for ever; NULL: everything is. */
StorePolicy *store_policy_new(const int64_t keep_us[STORE_N_CLASSES]);
StorePolicy *store_policy_ref(StorePolicy *self);
void store_policy_free(StorePolicy *self); /* of one reference */

/* @text: "waves 24h, numerics 30d, events 0s, imported 400d", any of them. VICU_ERROR_CONFIG
 * for a @place or @text that makes no sense; @self is as before then. */
bool store_policy_add(StorePolicy *self, const char *place, const char *text, GError **error);

/* STORE_KEEP_EVER for ever. */
int64_t store_policy_keep_us(const StorePolicy *self, StoreClass class, const char *bed);
/* Over every bed that there may be. */
int64_t store_policy_shortest_us(const StorePolicy *self, StoreClass class);
int64_t store_policy_longest_us(const StorePolicy *self, StoreClass class);

/* Changes with whatever decides how long waves are kept, imported ones included; never 0. */
uint32_t store_policy_waves_id(const StorePolicy *self);

/* What is older than that is over: @now_us - @keep_us; INT64_MIN for ever. */
static inline int64_t
store_keep_before_us(int64_t now_us, int64_t keep_us)
{
    return keep_us == STORE_KEEP_EVER || now_us < INT64_MIN + keep_us ? INT64_MIN
                                                                      : now_us - keep_us;
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(StorePolicy, store_policy_free)

G_END_DECLS
