/* One column of whole numbers as bits: predicted, then Rice coded.
 *
 * Pure: bytes in, bytes out. Any int64_t comes back as it was, in order. What is
 * regular costs nothing: a column that its predictor foretells exactly takes 2 to
 * 11 bytes whatever its length.
 *
 *   byte     predictor: 0 the first value, 1 the value before, 2 the line through
 *            the two before, 3 the first value without any rest
 *   varint   the first value (zigzag)
 *   bits     of the other values, most significant first, in parts of 256: 6 bits
 *            of kind: 0 no rest; 1 + k Rice code with k bits below; 33 runs of
 *            zeros: 5 bits k of the lengths, 5 bits k of the values less 1, then
 *            length, value, length, ... until the part is full
 *
 * A rest is its zigzag number u: u >> k ones, a zero, the k low bits. From 24 ones
 * on there is no zero, and the 64 bits of u follow. Arithmetic is modulo 2^64.
 * Rice, "Some practical universal noiseless coding techniques", JPL 79-22, 1979.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

G_BEGIN_DECLS

/* Behind what @out already holds; n > 0. */
void store_column_write(GByteArray *out, const int64_t *x, size_t n);

/* Reads @n > 0 values at *@at, which moves behind them; nothing at or after @end is
 * looked at. False when the bytes end too soon or are no column. */
bool store_column_read(const uint8_t **at, const uint8_t *end, int64_t *x, size_t n);

/* ---- numbers in 7-bit groups, as protobuf has them ---- */

void store_varint_write(GByteArray *out, uint64_t value);
bool store_varint_read(const uint8_t **at, const uint8_t *end, uint64_t *value);

/* Small numbers of either sign become small ones without. */
static inline uint64_t
store_zigzag(uint64_t value)
{
    return value << 1 ^ (uint64_t)((int64_t)value >> 63);
}

static inline uint64_t
store_unzigzag(uint64_t value)
{
    return value >> 1 ^ (0 - (value & 1));
}

G_END_DECLS
