/* Check of tables: marks, batches, segments, streams, events, audit.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "store/check-internal.h"
#include "store/erase/keyring.h"
#include "store/events.h"
#include "store/head-internal.h"
#include "store/identity.h"
#include "store/ledger.h"
#include "store/parts.h"
#include "store/people/desk.h"

#define SENDER_KEY (1 + STORE_SENDER_LEN)
#define LANE_KEY   (SENDER_KEY + 8)

/* ---- default ---- */

static bool
is_watermark(const StoreRowView *row)
{
    return row->key_size == LANE_KEY && row->size >= 9
           && row->size == (row->value[8] != 0 ? 17u : 9u);
}

static char *
check_checkpoint(StoreRowCheck *self, const StoreRowView *row)
{
    StoreKey key = {.data = {STORE_META_WATERMARK}, .size = 1};
    g_auto(StoreValue) mark = {0};

    if (row->key_size != LANE_KEY || row->size != 16)
        return store_wrong("it is no checkpoint of a lane");
    store_key_bytes(&key, row->key + 1, LANE_KEY - 1);
    if (store_db_get(self->db, STORE_META, &key, &mark, NULL) == STORE_FOUND && mark.size >= 9
        && store_read_u64(row->value) > store_read_u64(mark.data))
        return store_wrong("it is beyond the watermark of its lane");
    return NULL;
}

static char *
check_marks(const StoreRowView *row)
{
    if (row->key_size != 1 || row->size != 32)
        return store_wrong("it does not hold the marks of the head");
    uint64_t floor = store_read_u64(row->value), trimmed = store_read_u64(row->value + 16);
    return trimmed > floor ? store_wrong("batches that wait are below those that are gone") : NULL;
}

static char *
check_part(const StoreRowView *row)
{
    if (row->key_size != STORE_PART_ROW_KEY || row->size != STORE_PART_ROW
        || (row->key[1] != STORE_TIER_MINUTE && row->key[1] != STORE_TIER_HOUR
            && row->key[1] != STORE_TIER_DAY && row->key[1] != STORE_TIER_ARCHIVE))
        return store_wrong("it is no part");
    return store_read_u64(row->value + 4) == 0 ? store_wrong("it is a part without rows") : NULL;
}

/* One of a backup may be older: it is taken over when a store opens it. */
static char *
check_schema(const StoreRowView *row)
{
    g_autofree char *have = g_strndup((const char *)row->value, row->size);
    guint64 version = 0;

    if (row->key_size != 6 || memcmp(row->key, "schema", 6) != 0)
        return store_wrong("its key has no tag that is known");
    return g_ascii_string_to_unsigned(have, 10, STORE_SCHEMA_OLDEST, STORE_SCHEMA_VERSION, &version,
                                      NULL)
               ? NULL
               : g_strdup_printf("the version of the schema in it is not %d", STORE_SCHEMA_VERSION);
}

static bool
is_people(const StoreRowView *row)
{
    static const StorePeopleBookOps none = {NULL};
    g_autoptr(StorePeopleBook) book = store_people_book_new(&none, NULL);

    return row->key_size >= 2
           && store_people_book_load(book, (StorePeopleKind)row->key[1], row->value, row->size);
}

char *
store_check_meta(StoreRowCheck *self, const StoreRowView *row)
{
    const char *wrong = NULL;

    switch (row->key_size > 0 ? row->key[0] : 0) {
    case STORE_META_WATERMARK:
        wrong = is_watermark(row) ? NULL : "it is no watermark of a lane";
        break;
    case STORE_META_CHECKPOINT:
        return check_checkpoint(self, row);
    case STORE_META_SENDER:
        wrong = row->key_size == SENDER_KEY && row->size >= 8 ? NULL : "it names no sender";
        break;
    case STORE_META_INSTANCE:
        wrong = row->key_size == SENDER_KEY && row->size == 8 ? NULL : "it is no life of a sender";
        break;
    case STORE_META_BED:
        wrong = row->key_size > SENDER_KEY && row->size == 0 ? NULL : "it is no bed of a sender";
        break;
    case STORE_META_MARKS:
        return check_marks(row);
    case STORE_META_PART:
        return check_part(row);
    case STORE_META_EVENTS_GONE:
        wrong = row->key_size > 2 && row->size == 16 ? NULL : "it is no time of events that went";
        break;
    case STORE_META_KEYS:
        wrong = row->key_size == 1 && row->size == STORE_KEYRING_ID ? NULL : "it names no keys";
        break;
    case STORE_META_GROUP:
        wrong = row->key_size == 1 && (row->size == 24 || row->size == 16)
                    ? NULL
                    : "it is no mark of the log";
        break;
    case STORE_META_PEOPLE:
        wrong = is_people(row) ? NULL : "it is no row of the book of people";
        break;
    default:
        return check_schema(row);
    }
    return g_strdup(wrong);
}

/* ---- head ---- */

/* What could not be read when it came is kept as an odd batch. */
static bool
is_odd(StoreRowCheck *self, const VicuFingerprint *sender, uint64_t epoch, uint64_t sequence)
{
    StoreKey key = store_events_odd_key(sender, epoch, sequence);
    g_auto(StoreValue) value = {0};

    return store_db_get(self->db, STORE_EVENTS, &key, &value, NULL) != STORE_ABSENT;
}

char *
store_check_head(StoreRowCheck *self, const StoreRowView *row)
{
    VicuFingerprint sender;
    StoreKey key = {.data = {STORE_META_WATERMARK}, .size = 1};
    g_auto(StoreValue) mark = {0};

    if (row->key_size != 8)
        return store_wrong("its key is no arrival number");
    if (row->size < STORE_BATCH_HEADER)
        return store_wrong("it is shorter than the header of a batch");
    memcpy(sender.bytes, row->value, sizeof sender.bytes);
    uint64_t epoch = store_read_u64(row->value + 16), sequence = store_read_u64(row->value + 24);
    store_key_bytes(&key, row->value, 24);
    if (store_db_get(self->db, STORE_META, &key, &mark, NULL) == STORE_FOUND && mark.size >= 9
        && sequence > store_read_u64(mark.data))
        return g_strdup_printf("its sequence %" G_GUINT64_FORMAT
                               " is beyond the watermark of its lane, %" G_GUINT64_FORMAT,
                               sequence, store_read_u64(mark.data));
    g_autoptr(Vicu__Batch) batch = vicu_wire_unpack_batch(row->value + STORE_BATCH_HEADER,
                                                          row->size - STORE_BATCH_HEADER, NULL);
    if (batch == NULL && !is_odd(self, &sender, epoch, sequence))
        return store_wrong("it is no vicu.Batch, and is not kept as one that came so");
    return NULL;
}

/* ---- segments ---- */

static bool
hash_matches(const StoreRowView *row)
{
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
    uint8_t digest[32];
    gsize size = sizeof digest;

    g_checksum_update(sum, row->value, (gssize)row->size);
    g_checksum_get_digest(sum, digest, &size);
    return memcmp(digest, row->key + 1, STORE_SEGMENT_HASH_LEN) == 0;
}

char *
store_check_segment(StoreRowCheck *self, const StoreRowView *row)
{
    StoreSegment segment;
    Vicu__Segment *said = vicu_wire_unpack(&vicu__segment__descriptor, row->value, row->size, NULL);
    uint8_t tag = row->key_size > 0 ? row->key[0] : 0;
    const char *wrong = NULL;

    (void)self;
    if (said == NULL)
        wrong = "it is no vicu.Segment";
    else if (!store_segment_read(&segment, said))
        wrong = "its bed, period or gain make no sense";
    else if (tag == STORE_SEGMENTS_LANE)
        wrong = row->key_size != LANE_KEY + 4 ? "its key names no segment of a lane"
                : store_read_u32(row->key + LANE_KEY) != said->id
                    ? "its key and the segment in it have different numbers"
                    : NULL;
    else if (tag != STORE_SEGMENTS_IDENTITY || row->key_size != 1 + STORE_SEGMENT_HASH_LEN)
        wrong = "its key is neither a lane's segment nor an identity";
    else if (!hash_matches(row))
        wrong = "its key is not the hash of the segment in it";
    vicu_wire_free(said);
    return g_strdup(wrong);
}

/* ---- streams ---- */

static char *
check_times(StoreRowCheck *self, const StoreRowView *row)
{
    if (row->size != 24)
        return store_wrong("it holds no times of a stream");
    int64_t first_us = store_read_time(row->value), last_us = store_read_time(row->value + 8);
    if (self->all_streams && store_read_u32(row->key + 1) >= self->streams->len)
        return store_wrong("it holds the times of a stream that there is not");
    if (first_us > last_us && !(first_us == INT64_MAX && last_us == INT64_MIN))
        return store_wrong("the stream in it ends before it begins");
    return NULL;
}

char *
store_check_stream_row(StoreRowCheck *self, const StoreRowView *row)
{
    if (row->key_size != 5 || (row->key[0] != 'i' && row->key[0] != 't'))
        return store_wrong("its key names no stream");
    if (row->key[0] == 't')
        return check_times(self, row);
    uint32_t number = store_read_u32(row->key + 1), expected = self->next_stream;
    self->next_stream = number + 1;
    void *message = vicu_wire_unpack(&vicu__stream_row__descriptor, row->value, row->size, NULL);
    if (message == NULL)
        return store_wrong("it is no vicu.StreamRow");
    vicu_wire_free(message);
    return number == expected
               ? NULL
               : g_strdup_printf("streams %u to %u are missing before it", expected, number - 1);
}

/* ---- events ---- */

/* A message whose bed stands at @at of the key. */
static char *
check_bed(const StoreRowView *row, size_t at, const char *bed)
{
    size_t n = strlen(bed) + 1;

    return row->key_size >= at + n && memcmp(row->key + at, bed, n) == 0
               ? NULL
               : g_strdup_printf("it is of bed %s, its key is not", bed);
}

char *
store_check_event(StoreRowCheck *self, const StoreRowView *row)
{
    static const struct {
        char tag;
        const ProtobufCMessageDescriptor *type;
        const char *wrong;
    } kinds[] = {
        {STORE_TAG_EVENT, &vicu__event__descriptor, "it is no vicu.Event"},
        {STORE_TAG_SYMBOL, &vicu__symbol__descriptor, "it is no vicu.Symbol"},
        {STORE_TAG_UNMAPPED, &vicu__unmapped__descriptor, "it is no vicu.Unmapped"},
        {STORE_TAG_GAP, &vicu__gap__descriptor, "it is no vicu.Gap"},
    };
    char tag = row->key_size > 0 ? (char)row->key[0] : 0;

    (void)self;
    if (tag == STORE_TAG_ODD)
        return row->key_size == LANE_KEY + 8 && row->size >= STORE_ODD_HEADER
                   ? NULL
                   : store_wrong("it is no batch that could not be placed");
    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
        if (tag != kinds[i].tag)
            continue;
        void *message = vicu_wire_unpack(kinds[i].type, row->value, row->size, NULL);
        if (message == NULL)
            return store_wrong(kinds[i].wrong);
        const char *bed = tag == STORE_TAG_EVENT      ? ((Vicu__Event *)message)->bed
                          : tag == STORE_TAG_SYMBOL   ? ((Vicu__Symbol *)message)->bed
                          : tag == STORE_TAG_UNMAPPED ? ((Vicu__Unmapped *)message)->bed
                                                      : ((Vicu__Gap *)message)->bed;
        char *wrong = check_bed(row, tag == STORE_TAG_EVENT ? 9 : 1, bed);
        vicu_wire_free(message);
        return wrong;
    }
    return store_wrong("its key has no tag that is known");
}

/* ---- audit ---- */

static bool
has_index(StoreRowCheck *self, const StoreKey *key)
{
    g_auto(StoreValue) value = {0};

    /* One that cannot be read is told where its own family is. */
    return store_db_get(self->db, STORE_AUDIT_INDEX, key, &value, NULL) != STORE_ABSENT;
}

/* What retention took it says in a record that is newer than all of them. */
static void
note_retention(StoreRowCheck *self, const Vicu__AuditRecord *record)
{
    unsigned long first = 0, last = 0;

    if (strcmp(record->what, "audit-retention") == 0 && strcmp(record->role, "store") == 0
        && sscanf(record->detail, "records %lu to %lu,", &first, &last) == 2)
        self->audit_gone = MAX(self->audit_gone, last);
}

void
store_check_audit_end(StoreRowCheck *self, StoreCheckTell tell, gpointer user)
{
    if (self->first_audit <= 1 || self->audit_gone + 1 == self->first_audit)
        return;
    tell(g_strdup_printf("audit: records 1 to %" G_GUINT64_FORMAT
                         " are missing, and no record says that retention took them",
                         self->first_audit - 1),
         user);
}

/* NULL: the record is the leaf that the tree has of it, or there is no tree at all. */
static const char *
check_leaf(StoreRowCheck *self, uint64_t number, const StoreRowView *row)
{
    g_auto(StoreValue) value = {0};
    StoreKey first = store_tree_key(0, 0), key = store_tree_key(0, number - 1);
    VicuMerkle leaf;

    if (!has_index(self, &first))
        return NULL; /* of a version before there was one */
    StoreFind found = store_db_get(self->db, STORE_AUDIT_INDEX, &key, &value, NULL);
    if (found == STORE_BROKEN)
        return NULL; /* told where it lies */
    vicu_merkle_leaf(&leaf, row->value, row->size);
    if (found == STORE_ABSENT)
        return "the tree does not have it";
    return value.size == VICU_MERKLE_LEN && memcmp(value.data, leaf.bytes, VICU_MERKLE_LEN) == 0
               ? NULL
               : "it is not what the tree has: it was changed";
}

char *
store_check_audit(StoreRowCheck *self, const StoreRowView *row)
{
    if (row->key_size != 8)
        return store_wrong("its key is no number");
    uint64_t number = store_read_u64(row->key);
    uint64_t expected = self->next_audit != 0 ? self->next_audit : number;
    self->first_audit = self->next_audit != 0 ? self->first_audit : number;
    self->next_audit = number + 1;
    g_autoptr(Vicu__AuditRecord) record =
        vicu_wire_unpack_audit_record(row->value, row->size, NULL);
    if (record == NULL)
        return store_wrong("it is no vicu.AuditRecord");
    note_retention(self, record);
    if (number != expected)
        return g_strdup_printf("records %" G_GUINT64_FORMAT " to %" G_GUINT64_FORMAT
                               " are missing before it",
                               expected, number - 1);
    StoreKey time = store_ledger_time_key(record->t_taken_us, number);
    if (!has_index(self, &time))
        return store_wrong("the index by time does not have it");
    const char *wrong = check_leaf(self, number, row);
    if (wrong != NULL)
        return store_wrong(wrong);
    StoreKey id = {.data = {'i'}, .size = 1};
    if (record->id.len == STORE_AUDIT_ID_LEN) {
        store_key_bytes(&id, record->id.data, record->id.len);
        if (!has_index(self, &id))
            return store_wrong("the index by id does not have it");
    }
    return NULL;
}

/* A node of the tree, a head or a witness: each is read as the store reads it. */
static char *
check_tree_row(const StoreRowView *row)
{
    const char *value = (const char *)row->value;
    VicuNoteHead head;

    if (row->key[0] == STORE_TREE_TAG)
        return row->key_size == STORE_TREE_KEY && row->size == VICU_MERKLE_LEN
                   ? NULL
                   : store_wrong("it is no node of the tree");
    if (row->key[0] == STORE_NOTES_HEAD_TAG) {
        g_autofree char *note = row->size > 8 ? g_strndup(value + 8, row->size - 8) : NULL;
        return note != NULL && (row->key_size == 1 || row->key_size == 9)
                       && vicu_note_parse(&head, note)
                   ? NULL
                   : store_wrong("it is no signed head");
    }
    g_autofree char *text = g_strndup(value, row->size);
    const char *note = strchr(text, '\n');
    return row->key[0] == STORE_NOTES_WITNESS_TAG && note != NULL
                   && vicu_note_parse(&head, note + 1)
               ? NULL
               : store_wrong("it is no witness of a head");
}

char *
store_check_audit_index(StoreRowCheck *self, const StoreRowView *row)
{
    bool by_id = row->key_size == 1 + STORE_AUDIT_ID_LEN && row->key[0] == 'i' && row->size == 8;
    bool by_time = row->key_size == 17 && row->key[0] == 't' && row->size == 0;
    g_auto(StoreValue) value = {0};

    if (row->key_size > 0 && row->key[0] != 'i' && row->key[0] != 't')
        return check_tree_row(row);
    if (!by_id && !by_time)
        return store_wrong("it points to no record");
    uint64_t number = by_id ? store_read_u64(row->value) : store_read_u64(row->key + 9);
    StoreKey key = store_ledger_key(number);
    StoreFind found = store_db_get(self->db, STORE_AUDIT, &key, &value, NULL);
    if (found == STORE_BROKEN)
        return NULL; /* told where the record itself is read */
    if (found == STORE_ABSENT)
        return g_strdup_printf("it points to record %" G_GUINT64_FORMAT ", which there is not",
                               number);
    g_autoptr(Vicu__AuditRecord) record =
        vicu_wire_unpack_audit_record(value.data, value.size, NULL);
    bool same = record == NULL
                || (by_time ? record->t_taken_us == store_read_time(row->key + 1)
                            : record->id.len == STORE_AUDIT_ID_LEN
                                  && memcmp(record->id.data, row->key + 1, record->id.len) == 0);
    return same ? NULL : g_strdup_printf("record %" G_GUINT64_FORMAT " is another one", number);
}
