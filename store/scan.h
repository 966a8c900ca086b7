/* A packed message read field by field, in place.
 *
 * A tick of 100 beds holds 700 waves; unpacking it costs an allocation for each.
 * Here nothing is allocated: a field is a view into the caller's bytes, which
 * must stay. Bounded by them; bytes that cannot be read end the scan and say so.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
    const uint8_t *at;
    const uint8_t *end;
    bool malformed;
} StoreScan;

typedef enum {
    STORE_SCAN_VARINT = 0,
    STORE_SCAN_FIXED64 = 1,
    STORE_SCAN_BYTES = 2,
    STORE_SCAN_FIXED32 = 5,
} StoreScanType;

typedef struct {
    uint32_t field;
    StoreScanType type;
    uint64_t number;     /* of the three numeric types */
    const uint8_t *data; /* of BYTES */
    size_t size;
} StoreField;

void store_scan_init(StoreScan *scan, const void *data, size_t size);

/* False at the end or when the bytes are malformed. */
bool store_scan_next(StoreScan *scan, StoreField *field);

/* Field numbers of vicu.Batch, as proto/batch.proto has them. */
enum {
    STORE_BATCH_T_US = 1,
    STORE_BATCH_SEGMENT = 2,
    STORE_BATCH_WAVE = 3,
    STORE_BATCH_NUMERICS = 4,
    STORE_BATCH_SYMBOL = 5,
    STORE_BATCH_UNMAPPED = 6,
    STORE_BATCH_GAP = 7,
    STORE_BATCH_EVENT = 8,
    STORE_BATCH_AUDIT = 9,
};

typedef struct {
    uint32_t segment;
    uint64_t first;
    const uint8_t *samples; /* int16, little endian, no alignment */
    size_t n;
} StoreWave;

/* False when it is no vicu.Wave or holds an odd number of bytes. */
bool store_scan_wave(const uint8_t *data, size_t size, StoreWave *wave);

/* The same of the next field of a batch, if that is a wave as encoders write it; else false,
 * and nothing was read: store_scan_next() says what it is. */
bool store_scan_next_wave(StoreScan *scan, StoreWave *wave);

/* True when all fields of the batch, and of its waves, can be read. */
bool store_scan_check_batch(const void *data, size_t size);

static inline int16_t
store_sample(const uint8_t *samples, size_t i)
{
    return (int16_t)(samples[2 * i] | samples[2 * i + 1] << 8);
}

G_END_DECLS
