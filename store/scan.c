/* SPDX-License-Identifier: Apache-2.0 */
#include "store/scan.h"

#include <string.h>

void
store_scan_init(StoreScan *scan, const void *data, size_t size)
{
    scan->at = data;
    scan->end = size > 0 ? scan->at + size : scan->at;
    scan->malformed = false;
}

static inline bool
read_varint(StoreScan *scan, uint64_t *value)
{
    uint64_t sum = 0;

    if (scan->at < scan->end && *scan->at < 0x80) { /* nearly all of them */
        *value = *scan->at++;
        return true;
    }

    for (unsigned shift = 0; shift < 64 && scan->at < scan->end; shift += 7) {
        uint8_t byte = *scan->at++;
        sum |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80) {
            *value = sum;
            return true;
        }
    }
    return false;
}

static inline bool
read_fixed(StoreScan *scan, size_t size, uint64_t *value)
{
    uint64_t sum = 0;

    if ((size_t)(scan->end - scan->at) < size)
        return false;
    memcpy(&sum, scan->at, size);
    scan->at += size;
    *value = GUINT64_FROM_LE(sum);
    return true;
}

static inline bool
read_bytes(StoreScan *scan, StoreField *field)
{
    uint64_t size = 0;

    if (!read_varint(scan, &size) || size > (uint64_t)(scan->end - scan->at))
        return false;
    field->data = scan->at;
    field->size = (size_t)size;
    scan->at += size;
    return true;
}

static inline bool
read_field(StoreScan *scan, StoreField *field)
{
    uint64_t tag = 0;

    if (!read_varint(scan, &tag) || tag >> 3 == 0 || tag > UINT32_MAX)
        return false;
    field->field = (uint32_t)(tag >> 3);
    field->type = (StoreScanType)(tag & 7);
    switch (field->type) {
    case STORE_SCAN_VARINT:
        return read_varint(scan, &field->number);
    case STORE_SCAN_FIXED64:
        return read_fixed(scan, 8, &field->number);
    case STORE_SCAN_FIXED32:
        return read_fixed(scan, 4, &field->number);
    case STORE_SCAN_BYTES:
        return read_bytes(scan, field);
    default:
        return false; /* groups: protobuf 3 has none */
    }
}

bool
store_scan_next(StoreScan *scan, StoreField *field)
{
    if (scan->malformed || scan->at == scan->end)
        return false;
    field->number = 0;
    field->data = NULL;
    field->size = 0;
    scan->malformed = !read_field(scan, field);
    return !scan->malformed;
}

/* As encoders write it: segment, first, samples, in this order and nothing else. With short
 * ticks there are ten samples in a wave, and this is most of what it costs. FALSE: it is
 * written another way, or not at all; nothing was decided. */
static inline bool
scan_wave_as_written(const uint8_t *data, size_t size, StoreWave *wave)
{
    enum { SEGMENT = 1 << 3 | 0, FIRST = 2 << 3 | 1, SAMPLES = 3 << 3 | 2 };
    StoreScan scan;
    StoreField field;
    uint64_t segment = 0, first = 0;

    store_scan_init(&scan, data, size);
    if (size < 4 || *scan.at++ != SEGMENT || !read_varint(&scan, &segment) || scan.at == scan.end
        || *scan.at++ != FIRST || !read_fixed(&scan, 8, &first) || scan.at == scan.end
        || *scan.at++ != SAMPLES || !read_bytes(&scan, &field) || scan.at != scan.end
        || field.size % 2 != 0)
        return false;
    *wave = (StoreWave){(uint32_t)segment, first, field.data, field.size / 2};
    return true;
}

bool
store_scan_next_wave(StoreScan *scan, StoreWave *wave)
{
    enum { WAVE = STORE_BATCH_WAVE << 3 | STORE_SCAN_BYTES };
    StoreScan ahead = *scan;
    StoreField field;

    if (ahead.malformed || ahead.at == ahead.end || *ahead.at++ != WAVE
        || !read_bytes(&ahead, &field) || !scan_wave_as_written(field.data, field.size, wave))
        return false;
    *scan = ahead;
    return true;
}

bool
store_scan_wave(const uint8_t *data, size_t size, StoreWave *wave)
{
    if (scan_wave_as_written(data, size, wave))
        return true;
    StoreScan scan;
    StoreField field = {0};

    *wave = (StoreWave){0};
    store_scan_init(&scan, data, size);
    while (store_scan_next(&scan, &field)) {
        if (field.field == 1 && field.type == STORE_SCAN_VARINT) {
            wave->segment = (uint32_t)field.number;
        } else if (field.field == 2 && field.type == STORE_SCAN_FIXED64) {
            wave->first = field.number;
        } else if (field.field == 3 && field.type == STORE_SCAN_BYTES) {
            wave->samples = field.data;
            wave->n = field.size / 2;
            if (field.size % 2 != 0)
                return false;
        }
    }
    return !scan.malformed;
}

bool
store_scan_check_batch(const void *data, size_t size)
{
    StoreScan scan;
    StoreField field;
    StoreWave wave;

    store_scan_init(&scan, data, size);
    while (store_scan_next(&scan, &field))
        if (field.field == STORE_BATCH_WAVE
            && (field.type != STORE_SCAN_BYTES || !store_scan_wave(field.data, field.size, &wave)))
            return false;
    return !scan.malformed;
}
