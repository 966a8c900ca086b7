/* SPDX-License-Identifier: Apache-2.0 */
#include "store/identity.h"

#include <string.h>

#include "common/error.h"

struct StoreIdentities {
    StoreDb *db;
    StoreStreams *streams;
    GHashTable *known; /* StoreIdentity * as its own key */
};

static guint
identity_hash(gconstpointer p)
{
    const StoreIdentity *identity = p;
    guint h;

    memcpy(&h, identity->hash, sizeof h);
    return h;
}

static gboolean
identity_equal(gconstpointer pa, gconstpointer pb)
{
    const StoreIdentity *a = pa, *b = pb;
    return memcmp(a->hash, b->hash, sizeof a->hash) == 0;
}

static void
identity_free(gpointer p)
{
    StoreIdentity *identity = p;

    g_bytes_unref(identity->packed);
    g_free(identity);
}

StoreIdentities *
store_identities_new(StoreDb *db, StoreStreams *streams)
{
    StoreIdentities *self = g_new0(StoreIdentities, 1);

    self->db = db;
    self->streams = streams;
    self->known = g_hash_table_new_full(identity_hash, identity_equal, NULL, identity_free);
    return self;
}

void
store_identities_free(StoreIdentities *self)
{
    if (self == NULL)
        return;
    g_hash_table_unref(self->known);
    g_free(self);
}

StoreKey
store_identity_key(const uint8_t hash[STORE_SEGMENT_HASH_LEN])
{
    StoreKey key = {0};

    store_key_u8(&key, STORE_SEGMENTS_IDENTITY);
    store_key_bytes(&key, hash, STORE_SEGMENT_HASH_LEN);
    return key;
}

static StoreStream *
note_stream(StoreIdentities *self, const Vicu__Segment *said, bool is_news)
{
    StoreStreamSaid stream = {
        .bed = said->bed,
        .code = said->code,
        .channel = said->channel,
        .label = said->label,
        .unit = said->unit,
        .origin = said->origin,
        .period_num = said->period_num,
        .period_den = said->period_den,
        .wave = true,
    };
    /* What is read back says nothing new of the stream. */
    StoreStream *known = is_news ? NULL : store_streams_get(self->streams, &stream);

    return known != NULL ? known : store_streams_take(self->streams, &stream);
}

static StoreIdentity *
add(StoreIdentities *self,
    const uint8_t *hash,
    const Vicu__Segment *said,
    const StoreSegment *segment,
    GBytes *packed,
    bool is_news)
{
    StoreIdentity *own = g_new0(StoreIdentity, 1);

    memcpy(own->hash, hash, sizeof own->hash);
    own->segment = *segment;
    own->stream = note_stream(self, said, is_news);
    own->packed = g_bytes_ref(packed);
    own->imported = said->origin == VICU__ORIGIN__ORIGIN_ARCHIVE;
    g_hash_table_add(self->known, own);
    return own;
}

const StoreIdentity *
store_identities_take(StoreIdentities *self, const Vicu__Segment *said)
{
    Vicu__Segment bare = *said;
    StoreIdentity probe = {0};
    StoreSegment segment;
    uint8_t digest[32];
    gsize digest_size = sizeof digest;

    bare.id = 0;
    bare.last = false;
    if (!store_segment_read(&segment, &bare))
        return NULL;
    g_autoptr(GBytes) packed = vicu_wire_pack(&bare.base);
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
    g_checksum_update(sum, g_bytes_get_data(packed, NULL), (gssize)g_bytes_get_size(packed));
    g_checksum_get_digest(sum, digest, &digest_size);
    memcpy(probe.hash, digest, sizeof probe.hash);
    const StoreIdentity *known = g_hash_table_lookup(self->known, &probe);
    if (known != NULL && g_bytes_equal(known->packed, packed)) {
        note_stream(self, said, true);
        return known;
    }
    if (known != NULL)
        return NULL;
    StoreKey key = store_identity_key(probe.hash);
    g_auto(StoreValue) value = {0};
    if (store_db_get(self->db, STORE_SEGMENTS, &key, &value, NULL) == STORE_FOUND) {
        if (value.size != g_bytes_get_size(packed)
            || memcmp(value.data, g_bytes_get_data(packed, NULL), value.size) != 0)
            return NULL;
    } else {
        store_db_put(self->db, STORE_SEGMENTS, &key, g_bytes_get_data(packed, NULL),
                     g_bytes_get_size(packed));
    }
    return add(self, probe.hash, said, &segment, packed, true);
}

const StoreIdentity *
store_identities_find(StoreIdentities *self,
                      const uint8_t hash[STORE_SEGMENT_HASH_LEN],
                      GError **error)
{
    StoreIdentity probe = {0};
    g_auto(StoreValue) value = {0};
    StoreSegment segment;

    memcpy(probe.hash, hash, sizeof probe.hash);
    const StoreIdentity *known = g_hash_table_lookup(self->known, &probe);
    if (known != NULL)
        return known;
    StoreKey key = store_identity_key(hash);
    StoreFind found = store_db_get(self->db, STORE_SEGMENTS, &key, &value, error);
    if (found == STORE_BROKEN)
        return NULL;
    Vicu__Segment *said = found == STORE_FOUND ? vicu_wire_unpack(&vicu__segment__descriptor,
                                                                  value.data, value.size, NULL)
                                               : NULL;
    StoreIdentity *own = NULL;
    if (said != NULL && store_segment_read(&segment, said)) {
        g_autoptr(GBytes) packed = g_bytes_new(value.data, value.size);
        own = add(self, hash, said, &segment, packed, false);
    } else {
        g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT,
                    "store: the segment of a wave is %s: restore the folder from a backup",
                    found == STORE_FOUND ? "damaged" : "missing");
    }
    vicu_wire_free(said);
    return own;
}
