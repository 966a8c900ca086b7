/* Identities: segments by what they are, not by who announced them when.
 *
 * A sender numbers its segments within an epoch and announces them again in the
 * next. Stored samples refer to a segment's identity: a hash (the first 8 bytes of
 * SHA-256) over the announcement without its number and its end. The same sample of the
 * same identity is one sample, whoever brings it.
 *
 * Memory: those met by this process, about 300 bytes each. One thread.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "common/wire.h"
#include "store/db.h"
#include "store/segment.h"
#include "store/streams.h"
#include "store/wave-key.h"

G_BEGIN_DECLS

typedef struct {
    uint8_t hash[STORE_SEGMENT_HASH_LEN];
    StoreSegment segment;
    StoreStream *stream;
    GBytes *packed; /* vicu.Segment with id 0 and last false */
    bool imported;  /* of the archive's origin */
} StoreIdentity;

typedef struct StoreIdentities StoreIdentities;

StoreIdentities *store_identities_new(StoreDb *db, StoreStreams *streams);
void store_identities_free(StoreIdentities *self);

/* That of @said, which store_segment_read() took; puts its row when it is new. Two
 * announcements of one hash: NULL (one in 10^19). */
const StoreIdentity *store_identities_take(StoreIdentities *self, const Vicu__Segment *said);

/* Of stored samples. NULL and @error: the row is missing or damaged. */
const StoreIdentity *store_identities_find(StoreIdentities *self,
                                           const uint8_t hash[STORE_SEGMENT_HASH_LEN],
                                           GError **error);

/* Key of an identity's row in STORE_SEGMENTS. */
StoreKey store_identity_key(const uint8_t hash[STORE_SEGMENT_HASH_LEN]);

/* First bytes of the two kinds of rows in STORE_SEGMENTS. */
#define STORE_SEGMENTS_LANE     'l' /* | sender | epoch | id -> as announced */
#define STORE_SEGMENTS_IDENTITY 'i' /* | hash -> without id and end */

G_DEFINE_AUTOPTR_CLEANUP_FUNC(StoreIdentities, store_identities_free)

G_END_DECLS
