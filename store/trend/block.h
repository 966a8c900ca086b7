/* A block: all values of one numeric stream within one STORE_TREND_BLOCK_US, dense.
 *
 * Pure: values in, bytes out, and back exactly: times, doubles bit for bit, order,
 * repeats, quality, origin, announced period and raw times. A stream that keeps its
 * period pays for its values only; what is not there takes no room.
 *
 *   byte      version, 1
 *   byte      what is there: 1 values as real numbers, 2 scaled in single precision,
 *             4 invalid values are all +0 and left out, 8 raw times
 *   byte      decimal places of the values
 *   varints   number of values, code, channel, source
 *   sfixed64  time of the first value, microseconds, little endian
 *   varints   unit of time, usual step in units
 *   columns   (store/trend/column.h) of time less the regular one, quality, period in
 *             ms, origin, and with raw times t less source time and receipt less t
 *   values    a column of whole numbers, value = number / 10^places as a double (with
 *             2: rounded to single precision); or each as its difference from the one
 *             before: a byte with the count of zero bytes at its two ends, the others
 *   fixed32   CRC32C of all before
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

G_BEGIN_DECLS

/* 68 min 16 s: a multiple of every level's period, so that none straddles two blocks. */
#define STORE_TREND_BLOCK_US     (INT64_C(4096) * G_USEC_PER_SEC)
#define STORE_TREND_BLOCK_VALUES 65536u /* more are cut into several blocks */

/* Times beyond (146 000 years from 1970) stay in rows: no sum of them overflows. */
#define STORE_TREND_TIME_MAX (INT64_MAX / 2)

/* Numbers of vicu.Quality and vicu.Origin, at most 255 here. */
typedef struct {
    int64_t t_us;
    double value;
    int64_t source_us;   /* by the source's own clock; 0: not known */
    int64_t received_us; /* hub UTC of its receipt; 0: not known */
    uint32_t period_ms;  /* 0: none was announced */
    uint8_t quality;
    uint8_t origin;
} StoreTrendValue;

typedef struct {
    uint32_t code;
    uint32_t channel;
    uint32_t source; /* vicu.Source */
} StoreTrendStream;

/* @n from 1 to STORE_TREND_BLOCK_VALUES, in any order; behind what @out holds. */
void store_block_write(GByteArray *out,
                       const StoreTrendStream *stream,
                       const StoreTrendValue *values,
                       size_t n);

/* Appends to @values (StoreTrendValue). False and @error (what, found, expected) for
 * bytes that are no block; then @values is as it was. */
bool store_block_read(
    const void *data, size_t size, StoreTrendStream *stream, GArray *values, GError **error);

/* 10^places, exact; places up to STORE_TREND_PLACES_MAX. */
#define STORE_TREND_PLACES_MAX 9
extern const double store_trend_ten[STORE_TREND_PLACES_MAX + 1];

G_END_DECLS
