/* What is written down one by one: events, symbols, gaps, unmapped values.
 *
 * Puts go to the open group of the database; nothing is kept in memory. Each
 * returns false when the message cannot be read or its bed cannot be a key;
 * then nothing was put.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "common/wire.h"
#include "store/db.h"

G_BEGIN_DECLS

/* First byte of a key in STORE_EVENTS. */
typedef enum {
    STORE_TAG_EVENT = 'e',    /* | time | bed | where */
    STORE_TAG_GAP = 'g',      /* | bed | from | code | channel | sender */
    STORE_TAG_SYMBOL = 's',   /* | bed | time | where */
    STORE_TAG_UNMAPPED = 'u', /* | bed | time | where */
    STORE_TAG_ODD = 'b',      /* | sender | epoch | sequence: the body */
} StoreEventTag;

/* Where a row came from: makes its key its own. */
typedef struct {
    VicuFingerprint sender;
    uint64_t epoch;
    uint64_t sequence;
    uint16_t n; /* within the batch */
} StoreOrigin;

bool store_events_put_event(StoreDb *db, const StoreOrigin *from, const void *packed, size_t size);
bool store_events_put_symbol(StoreDb *db, const StoreOrigin *from, const void *packed, size_t size);
bool
store_events_put_unmapped(StoreDb *db, const StoreOrigin *from, const void *packed, size_t size);
/* An open gap and its end share a key: the end replaces it. */
bool store_events_put_gap(StoreDb *db, const StoreOrigin *from, const void *packed, size_t size);

/* An event that the store itself has to tell. */
void store_events_say(
    StoreDb *db, const StoreOrigin *from, int64_t t_us, const char *kind, const char *text);
/* The same of one bed. */
void store_events_say_of(StoreDb *db,
                         const StoreOrigin *from,
                         const char *bed,
                         int64_t t_us,
                         const char *kind,
                         const char *text);
void store_events_gap(StoreDb *db,
                      const StoreOrigin *from,
                      const char *bed,
                      int64_t from_us,
                      int64_t to_us,
                      const char *reason);

/* A batch as received under @number, of which something could not be placed. */
void store_events_keep(StoreDb *db,
                       const StoreOrigin *from,
                       int64_t utc_us,
                       uint64_t number,
                       const void *body,
                       size_t size);
StoreKey store_events_odd_key(const VicuFingerprint *sender, uint64_t epoch, uint64_t sequence);
/* Bytes before the body in such a row. */
#define STORE_ODD_HEADER 16 /* time taken | arrival number */

/* Key of the first row of @tag with @bed (not for events) at or after @t_us. */
StoreKey store_events_key(StoreEventTag tag, const char *bed, int64_t t_us);

G_END_DECLS
