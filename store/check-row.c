/* Check of one row: is it what its family says it is?
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "common/wire.h"
#include "store/archive-row.h"
#include "store/check.h"
#include "store/head.h"
#include "store/scan.h"
#include "store/wave-block.h"

typedef const char *(*RowFunc)(const uint8_t *key,
                               size_t key_size,
                               const uint8_t *value,
                               size_t size);

static bool
is_message(const ProtobufCMessageDescriptor *type, const uint8_t *value, size_t size)
{
    void *message = vicu_wire_unpack(type, value, size, NULL);
    bool ok = message != NULL;

    vicu_wire_free(message);
    return ok;
}

static const char *
head_row(const uint8_t *key, size_t key_size, const uint8_t *value, size_t size)
{
    (void)key;
    (void)value;
    if (key_size != 8)
        return "its key is no arrival number";
    return size < STORE_BATCH_HEADER ? "it is shorter than the header of a batch" : NULL;
}

static const char *
segment_row(const uint8_t *key, size_t key_size, const uint8_t *value, size_t size)
{
    (void)key;
    (void)key_size;
    return is_message(&vicu__segment__descriptor, value, size) ? NULL : "it is no vicu.Segment";
}

static const char *
stream_row(const uint8_t *key, size_t key_size, const uint8_t *value, size_t size)
{
    if (key_size != 5)
        return "its key names no stream";
    if (key[0] == 'i')
        return is_message(&vicu__stream_row__descriptor, value, size) ? NULL
                                                                      : "it is no vicu.StreamRow";
    return key[0] == 't' && size == 24 ? NULL : "it holds no times of a stream";
}

static const char *
numeric_row(const uint8_t *key, size_t key_size, const uint8_t *value, size_t size)
{
    (void)key;
    (void)key_size;
    return is_message(&vicu__batch__descriptor, value, size) ? NULL : "it is no vicu.Batch";
}

static const char *
event_row(const uint8_t *key, size_t key_size, const uint8_t *value, size_t size)
{
    static const struct {
        char tag;
        const ProtobufCMessageDescriptor *type;
        const char *wrong;
    } kinds[] = {
        {'e', &vicu__event__descriptor, "it is no vicu.Event"},
        {'s', &vicu__symbol__descriptor, "it is no vicu.Symbol"},
        {'u', &vicu__unmapped__descriptor, "it is no vicu.Unmapped"},
        {'g', &vicu__gap__descriptor, "it is no vicu.Gap"},
    };

    for (size_t i = 0; key_size > 0 && i < G_N_ELEMENTS(kinds); i++)
        if (key[0] == (uint8_t)kinds[i].tag)
            return is_message(kinds[i].type, value, size) ? NULL : kinds[i].wrong;
    return "its key has no tag that is known";
}

static const char *
audit_row(const uint8_t *key, size_t key_size, const uint8_t *value, size_t size)
{
    (void)key;
    if (key_size != 8)
        return "its key is no number";
    return is_message(&vicu__audit_record__descriptor, value, size) ? NULL
                                                                    : "it is no vicu.AuditRecord";
}

/* Header and checksum of the block; nothing is decoded. */
static const char *
wave_row(const uint8_t *key, size_t key_size, const uint8_t *value, size_t size)
{
    static const char wrong[] = "it is no row of waves, or its checksum does not hold";
    StoreArchiveRow archived;
    VicuArchiveHeader header;
    VicuBlockInfo info;
    StoreRow row;

    (void)key;
    if (key_size != STORE_WAVE_KEY && key_size != STORE_LATE_KEY)
        return "its key names no samples";
    if (store_archive_is(value, size))
        return store_archive_row_read(value, size, &archived, NULL)
                       && vicu_archive_peek(archived.block, archived.size, &header)
                              == VICU_ARCHIVE_OK
                       && header.n == archived.n && header.n_refs == archived.n_refs
                   ? NULL
                   : wrong;
    return store_row_read(value, size, &row, NULL)
                   && vicu_block_peek(row.block, row.size, &info, NULL, 0) == VICU_BLOCK_OK
                   && info.n == row.n
               ? NULL
               : wrong;
}

static const RowFunc rows[STORE_N_FAMILIES] = {
    [STORE_HEAD] = head_row,    [STORE_SEGMENTS] = segment_row, [STORE_STREAMS] = stream_row,
    [STORE_WAVE] = wave_row,    [STORE_LATE] = wave_row,        [STORE_NUMERICS] = numeric_row,
    [STORE_EVENTS] = event_row, [STORE_AUDIT] = audit_row,
};

const char *
store_check_row(
    StoreFamily family, const uint8_t *key, size_t key_size, const uint8_t *value, size_t size)
{
    return rows[family] != NULL ? rows[family](key, key_size, value, size) : NULL;
}
