/* Passwords are hashed on a thread of their own, one at a time and behind everything else, so
 * that signing in holds up neither what comes in nor what is asked.
 *
 * At most STORE_HASHER_KNOWN wait; of those whose device has not signed in before only
 * STORE_HASHER_UNKNOWN, so that a storm of strangers leaves room for the ward. What is asked and
 * answered stays on the main loop; passwords are wiped. docs/decisions/0033.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

G_BEGIN_DECLS

#define STORE_HASHER_KNOWN   8u
#define STORE_HASHER_UNKNOWN 2u

typedef struct StoreHasher StoreHasher;

/* @right: the password is that of the hash; where a hash was to be made: it was. @hash: that
 * one, else NULL. */
typedef void (*StoreHashed)(bool right, const char *hash, gpointer data);

StoreHasher *store_hasher_new(GMainContext *main_context);
/* Waits for the one that is under way; the others are told nothing. */
void store_hasher_free(StoreHasher *self);

/* @hash NULL: one is to be made. False: too many wait, nothing happens. */
bool store_hasher_ask(StoreHasher *self,
                      const char *password,
                      const char *hash,
                      bool known,
                      StoreHashed done,
                      gpointer data);
unsigned store_hasher_waiting(const StoreHasher *self);
uint64_t store_hasher_done(const StoreHasher *self); /* so far */

G_DEFINE_AUTOPTR_CLEANUP_FUNC(StoreHasher, store_hasher_free)

G_END_DECLS
