/* Chunk: up to 128 points in few bytes, each of them to be had at once.
 *
 * Times lie on a line, holds on a constant, values on a constant: a point is what it is off these,
 * in 0, 1, 2, 4 or 8 bytes for each of the three, as many as the chunk's widest needs, and in
 * powers of ten of microseconds and of thousandths. A signal that comes each second, holds for as
 * long each time and moves by small steps takes one byte a point; whatever comes instead is
 * kept to the bit, in 24 bytes at most. Heap memory without pointers: 43 bytes and its points,
 * for which room doubles from 16.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

G_BEGIN_DECLS

enum { RULES_CHUNK_POINTS = 128, RULES_PARTS = 1000 /* of a unit, in which values are kept */ };

typedef struct {
    int64_t t_us;
    int64_t until_us; /* INT64_MAX: no end of its own */
    double value;
} RulesPoint;

typedef struct RulesChunk RulesChunk;

/* FALSE: no whole number of thousandths below 2^31 gives exactly @value. */
bool rules_in_parts(double value, int64_t *parts);

/* Takes @self (NULL: a new one), which is not full, and gives it with one point more; at another
 * place perhaps. The point does not end before its time. Caller g_free()s. */
RulesChunk *rules_chunk_push(RulesChunk *self, const RulesPoint *point);
/* Without its first @n points, of which it has more; takes and gives likewise. */
RulesChunk *rules_chunk_drop(RulesChunk *self, uint32_t n);
uint32_t rules_chunk_length(const RulesChunk *self);
/* Of points that are there. */
RulesPoint rules_chunk_at(const RulesChunk *self, uint32_t i);
int64_t rules_chunk_t_us(const RulesChunk *self, uint32_t i);
double rules_chunk_value(const RulesChunk *self, uint32_t i);

/* A chunk is its own image of so many bytes. */
size_t rules_chunk_bytes(const RulesChunk *self);
/* From the first of @length bytes; NULL: they are no chunk. Caller g_free()s. */
RulesChunk *rules_chunk_load(const uint8_t *bytes, size_t length);

G_END_DECLS
