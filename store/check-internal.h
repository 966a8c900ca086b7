/* What check-row.c, check-table.c, check-wave.c and check-numeric.c share, and nobody
 * else includes.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/codec/archive.h"
#include "common/wire.h"
#include "store/check-row.h"
#include "store/segment.h"
#include "store/wave-block.h"
#include "store/wave-key.h"

typedef struct {
    uint8_t hash[STORE_SEGMENT_HASH_LEN];
    StoreSegment segment;
    char *bed;
    uint32_t code;
    uint32_t channel;
} StoreCheckIdentity;

/* A part, and how many of its rows were seen. */
typedef struct {
    StoreTier tier;
    int64_t period;
    uint32_t generation;
    uint64_t rows;
    uint64_t seen;
} StoreCheckPart;

struct StoreRowCheck {
    StoreDb *db;
    StoreCoder *coder;
    GPtrArray *streams;     /* Vicu__StreamRow *, by number; NULL: missing */
    GHashTable *identities; /* StoreCheckIdentity as its own key */
    GArray *parts;          /* StoreCheckPart, by tier and period */
    GArray *values;         /* StoreTrendValue, reused */
    bool all_streams;       /* their table was read to its end */
    bool all_identities;
    uint64_t next_audit;  /* number of the next record; 0: none was seen */
    uint64_t first_audit; /* of the oldest */
    uint64_t audit_gone;  /* up to here retention took them, as a record says */
    uint32_t next_stream;
    VicuArchiveScratch *archive; /* made when it is needed */
    int16_t *archive_samples;
};

typedef char *(*StoreRowFunc)(StoreRowCheck *self, const StoreRowView *row);

static inline char *
store_wrong(const char *sentence)
{
    return g_strdup(sentence);
}

/* NULL: not known. */
const Vicu__StreamRow *store_check_stream(const StoreRowCheck *self, uint32_t number);
const StoreCheckIdentity *store_check_identity(const StoreRowCheck *self, const uint8_t *hash);

/* "bed B, SIGNAL" and "bed B, SIGNAL, channel N". Caller frees. */
char *store_check_words(const char *bed, uint32_t code, const char *label, uint32_t channel);
/* Length of a bed and its zero byte at the beginning of @key; 0: there is none. */
size_t store_check_bed(const uint8_t *key, size_t size);

/* check-table.c */
char *store_check_meta(StoreRowCheck *self, const StoreRowView *row);
char *store_check_head(StoreRowCheck *self, const StoreRowView *row);
char *store_check_segment(StoreRowCheck *self, const StoreRowView *row);
char *store_check_stream_row(StoreRowCheck *self, const StoreRowView *row);
char *store_check_event(StoreRowCheck *self, const StoreRowView *row);
char *store_check_audit(StoreRowCheck *self, const StoreRowView *row);
void store_check_audit_end(StoreRowCheck *self, StoreCheckTell tell, gpointer user);
char *store_check_audit_index(StoreRowCheck *self, const StoreRowView *row);

/* check-wave.c */
char *store_check_wave(StoreRowCheck *self, const StoreRowView *row);
char *store_check_late(StoreRowCheck *self, const StoreRowView *row);
char *store_check_wave_trend(StoreRowCheck *self, const StoreRowView *row);
void
store_check_parts_end(StoreRowCheck *self, uint64_t erased, StoreCheckTell tell, gpointer user);

/* check-numeric.c */
char *store_check_numeric(StoreRowCheck *self, const StoreRowView *row);
char *store_check_trend(StoreRowCheck *self, const StoreRowView *row);
char *store_check_pyramid(StoreRowCheck *self, const StoreRowView *row);
