/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/engine/ring.h"

#include <string.h>

enum { SPARE = 8, TRIM_FROM = 16, FIRST_ROOM = 4, HEAD_BYTES = 48, WORST_POINT = 24 };

void
rules_ring_init(RulesRing *self, size_t capacity)
{
    memset(self, 0, sizeof *self);
    self->capacity = (uint32_t)capacity;
}

void
rules_ring_clear(RulesRing *self)
{
    for (uint32_t i = 0; i < self->n_chunks; i++)
        g_free(self->chunks[i]);
    g_free(self->chunks);
    memset(self, 0, sizeof *self);
}

RulesRing *
rules_ring_new(size_t capacity)
{
    RulesRing *self = g_new(RulesRing, 1);
    rules_ring_init(self, capacity);
    return self;
}

void
rules_ring_free(RulesRing *self)
{
    rules_ring_clear(self);
    g_free(self);
}

/* --- points ----------------------------------------------------------------- */

static const RulesChunk *
chunk_of(const RulesRing *self, uint32_t i)
{
    return self->chunks[(self->skip + i) / RULES_CHUNK_POINTS];
}

RulesPoint
rules_ring_at(const RulesRing *self, uint32_t i)
{
    if (i + 1 == self->count)
        return self->newest;
    return rules_chunk_at(chunk_of(self, i), (self->skip + i) % RULES_CHUNK_POINTS);
}

int64_t
rules_ring_t_us(const RulesRing *self, uint32_t i)
{
    if (i + 1 == self->count)
        return self->newest.t_us;
    return rules_chunk_t_us(chunk_of(self, i), (self->skip + i) % RULES_CHUNK_POINTS);
}

double
rules_ring_value(const RulesRing *self, uint32_t i)
{
    if (i + 1 == self->count)
        return self->newest.value;
    return rules_chunk_value(chunk_of(self, i), (self->skip + i) % RULES_CHUNK_POINTS);
}

uint32_t
rules_ring_first_after(const RulesRing *self, int64_t from_us)
{
    uint32_t low = 0;
    uint32_t high = self->count;
    while (low < high) {
        uint32_t mid = (low + high) / 2;
        if (rules_ring_t_us(self, mid) <= from_us)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

int64_t
rules_ring_held_us(const RulesRing *self, uint32_t i, int64_t from_us, int64_t now_us)
{
    RulesPoint p = rules_ring_at(self, i);
    int64_t end = i + 1 < self->count ? rules_ring_t_us(self, i + 1) : now_us;
    end = MIN(end, MIN(p.until_us, now_us));
    int64_t start = MAX(p.t_us, from_us);
    return MAX(0, end - start);
}

/* --- what comes and what goes -------------------------------------------------- */

/* A few points that come and go would drag a chunk of those that went behind them. */
static void
trim_only_chunk(RulesRing *self)
{
    if (self->n_chunks != 1 || self->skip < TRIM_FROM
        || self->skip >= rules_chunk_length(self->chunks[0])
        || rules_chunk_length(self->chunks[0]) > 2 * self->skip)
        return;
    self->chunks[0] = rules_chunk_drop(self->chunks[0], self->skip);
    self->skip = 0;
}

static void
settle_newest(RulesRing *self)
{
    trim_only_chunk(self);
    uint32_t n = self->n_chunks;
    bool fresh = n == 0 || rules_chunk_length(self->chunks[n - 1]) == RULES_CHUNK_POINTS;
    if (fresh && n == self->room) {
        self->room = MAX(FIRST_ROOM, self->room * 2);
        self->chunks = g_renew(RulesChunk *, self->chunks, self->room);
    }
    if (fresh)
        self->chunks[self->n_chunks++] = NULL;
    RulesChunk **last = &self->chunks[self->n_chunks - 1];
    *last = rules_chunk_push(*last, &self->newest);
}

static void
drop_first(RulesRing *self)
{
    self->base++;
    self->count--;
    if (self->count == 0)
        return;
    self->skip++;
    if (self->skip == RULES_CHUNK_POINTS) {
        g_free(self->chunks[0]);
        self->skip = 0;
        self->n_chunks--;
        memmove(self->chunks, self->chunks + 1, self->n_chunks * sizeof *self->chunks);
    }
    self->first_us = rules_ring_t_us(self, 0);
}

void
rules_ring_push(RulesRing *self, RulesPoint point)
{
    bool replaces = self->count > 0 && self->newest.t_us == point.t_us;
    if (!replaces && self->count == self->capacity) {
        self->lost = true;
        self->lost_us = self->first_us;
        drop_first(self);
    }
    if (!replaces && self->count > 0)
        settle_newest(self);
    self->newest = point;
    self->newest.until_us = MAX(point.until_us, point.t_us);
    self->count += !replaces;
    if (self->count == 1)
        self->first_us = point.t_us;
}

void
rules_ring_end(RulesRing *self, int64_t now_us)
{
    if (self->count > 0)
        self->newest.until_us = MAX(self->newest.t_us, MIN(self->newest.until_us, now_us));
}

void
rules_ring_adopt(RulesRing *self, const RulesRing *from)
{
    self->lost = from->lost;
    self->lost_us = from->lost_us;
    for (uint32_t i = 0; i < from->count; i++)
        rules_ring_push(self, rules_ring_at(from, i));
}

void
rules_ring_prune(RulesRing *self, int64_t now_us, int64_t over_us)
{
    int64_t from_us = now_us - over_us;
    while (self->count > 1 + SPARE && rules_ring_t_us(self, 1 + SPARE) <= from_us)
        drop_first(self);
    if (self->lost && self->lost_us <= from_us)
        self->lost = false;
}

/* --- bytes ------------------------------------------------------------------------ */

size_t
rules_ring_bytes(const RulesRing *self)
{
    size_t bytes = self->room * sizeof *self->chunks;
    for (uint32_t i = 0; i < self->n_chunks; i++)
        bytes += rules_chunk_bytes(self->chunks[i]);
    return bytes;
}

static size_t
bytes_of(size_t points, size_t each)
{
    size_t chunks = (points + 2 * RULES_CHUNK_POINTS - 2) / RULES_CHUNK_POINTS;
    size_t room = MAX(FIRST_ROOM, 2 * chunks);
    return chunks * (HEAD_BYTES + each * RULES_CHUNK_POINTS) + room * sizeof(RulesChunk *);
}

size_t
rules_ring_bytes_usual(size_t points)
{
    return bytes_of(points, 1);
}

size_t
rules_ring_bytes_most(size_t points)
{
    return bytes_of(points, WORST_POINT);
}

/* --- images: the ring, then its chunks ------------------------------------------- */

void
rules_ring_save(const RulesRing *self, GByteArray *out)
{
    RulesRing image;
    memset(&image, 0, sizeof image);
    image.capacity = self->capacity;
    image.count = self->count;
    image.base = self->base;
    image.skip = self->skip;
    image.n_chunks = self->n_chunks;
    image.lost = self->lost;
    image.lost_us = self->lost_us;
    image.newest = self->newest;
    g_byte_array_append(out, (const guint8 *)&image, sizeof image);
    for (uint32_t i = 0; i < self->n_chunks; i++)
        g_byte_array_append(out, (const guint8 *)self->chunks[i],
                            (guint)rules_chunk_bytes(self->chunks[i]));
}

static bool
adds_up(const RulesRing *self, uint32_t capacity)
{
    uint32_t settled = self->count > 0 ? self->count - 1 : 0;
    return self->capacity == capacity && self->count <= capacity && self->skip < RULES_CHUNK_POINTS
           && self->n_chunks
                  == (self->skip + settled + RULES_CHUNK_POINTS - 1) / RULES_CHUNK_POINTS;
}

/* Chunk @i of as many points as it must have; NULL: it is damaged. */
static RulesChunk *
load_chunk(const RulesRing *self, uint32_t i, const uint8_t *at, size_t length)
{
    uint32_t points = self->skip + (self->count > 0 ? self->count - 1 : 0);
    RulesChunk *chunk = rules_chunk_load(at, length);
    if (chunk == NULL
        || rules_chunk_length(chunk) == MIN(RULES_CHUNK_POINTS, points - i * RULES_CHUNK_POINTS))
        return chunk;
    g_free(chunk);
    return NULL;
}

bool
rules_ring_load(RulesRing *self, const uint8_t **at, const uint8_t *end)
{
    RulesRing image;
    uint32_t capacity = self->capacity;
    if ((size_t)(end - *at) < sizeof image || (*at)[offsetof(RulesRing, lost)] > 1)
        return false; /* too short, or a bool that is none */
    memcpy(&image, *at, sizeof image);
    if (!adds_up(&image, capacity))
        return false;
    const uint8_t *p = *at + sizeof image;
    uint32_t n_chunks = image.n_chunks;
    image.n_chunks = 0;
    image.room = n_chunks;
    image.chunks = n_chunks > 0 ? g_new0(RulesChunk *, n_chunks) : NULL;
    for (; image.n_chunks < n_chunks; image.n_chunks++) {
        RulesChunk *chunk = load_chunk(&image, image.n_chunks, p, (size_t)(end - p));
        if (chunk == NULL) {
            rules_ring_clear(&image);
            return false;
        }
        image.chunks[image.n_chunks] = chunk;
        p += rules_chunk_bytes(chunk);
    }
    if (image.count > 0)
        image.first_us = rules_ring_t_us(&image, 0);
    *self = image;
    *at = p;
    return true;
}
