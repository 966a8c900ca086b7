/* Whether the witnesses of the audit still sign.
 *
 * Each witness that an administrator has allowed must sign a head within a bound; one that is
 * silent for longer has died, has no way here, or refuses to sign what it sees. Its own time is
 * not believed: heard is when the store sees another signature of it. Pure; @mono_us is BOOTTIME.
 * One thread.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdint.h>

#include <glib.h>

#include "store/ledger-notes.h"

G_BEGIN_DECLS

typedef struct StoreWitnessWatch StoreWitnessWatch;

typedef enum {
    STORE_WITNESS_UNKNOWN, /* none is late, and one was not heard since the watch began */
    STORE_WITNESS_WELL,    /* all have signed within the bound, or none is allowed */
    STORE_WITNESS_LATE,
} StoreWitnessState;

StoreWitnessWatch *store_witness_watch_new(void);
void store_witness_watch_free(StoreWitnessWatch *self);

/* @allowed: text of DIR/keys/audit-witnesses, a key a line; NULL: there is none. @witnessed:
 * StoreNote; NULL: the database is not open, which says nothing of them. @bound_us 0: nobody is
 * expected. *@text: who is late, a sentence of at most some 200 bytes; caller frees; else NULL. */
StoreWitnessState store_witness_watch_look(StoreWitnessWatch *self,
                                           const char *allowed,
                                           const GPtrArray *witnessed,
                                           int64_t bound_us,
                                           int64_t mono_us,
                                           char **text);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(StoreWitnessWatch, store_witness_watch_free)

G_END_DECLS
