/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/engine/chunk.h"

#include <math.h>
#include <string.h>

#define VALUE_MOST 2147483648.0 /* thousandths */
#define NO_END     (-1)         /* a hold: points do not end before their time */

typedef enum { TIME, HOLD, VALUE, COLUMNS } Column;

enum { UNIT_MOST = 6, FIRST_ROOM = 16 };

static const int64_t tens[UNIT_MOST + 1] = {1, 10, 100, 1000, 10000, 100000, 1000000};

struct RulesChunk {
    int64_t base[COLUMNS]; /* the first point's */
    int64_t step_us;       /* from its time to the next one's */
    uint16_t n;
    uint16_t room;          /* for points: 16, twice that, and so on up to all */
    uint8_t raw;            /* values are the bits of doubles, not thousandths */
    uint8_t unit[COLUMNS];  /* power of ten */
    uint8_t width[COLUMNS]; /* bytes a point */
    uint8_t bytes[];        /* column after column, each with room for as many points */
};

bool
rules_in_parts(double value, int64_t *parts)
{
    double scaled = value * RULES_PARTS;
    if (!(fabs(scaled) < VALUE_MOST))
        return false;
    *parts = llrint(scaled);
    double back = (double)*parts / RULES_PARTS;
    return back >= value && back <= value;
}

static size_t
size_of(const RulesChunk *self)
{
    size_t width = (size_t)self->width[TIME] + self->width[HOLD] + self->width[VALUE];
    return offsetof(RulesChunk, bytes) + width * self->room;
}

static size_t
place_of(const RulesChunk *self, Column column, uint32_t i)
{
    size_t before =
        (column > TIME ? self->width[TIME] : 0u) + (column > HOLD ? self->width[HOLD] : 0u);
    return before * self->room + (size_t)i * self->width[column];
}

/* --- columns: sums wrap, so that what was taken away comes back whatever it is ------ */

static uint64_t
line_at(const RulesChunk *self, Column column, uint32_t i)
{
    return (uint64_t)self->base[column] + (column == TIME ? (uint64_t)self->step_us * i : 0);
}

static int64_t
get(const RulesChunk *self, Column column, uint32_t i)
{
    const uint8_t *at = self->bytes + place_of(self, column, i);
    int64_t k = 0;
    int16_t k2 = 0;
    int32_t k4 = 0;
    switch (self->width[column]) {
    case 0:
        break;
    case 1:
        k = (int8_t)*at;
        break;
    case 2:
        memcpy(&k2, at, sizeof k2);
        k = k2;
        break;
    case 4:
        memcpy(&k4, at, sizeof k4);
        k = k4;
        break;
    default:
        memcpy(&k, at, sizeof k);
    }
    uint64_t off = (uint64_t)k * (uint64_t)tens[self->unit[column]];
    return (int64_t)(line_at(self, column, i) + off);
}

static uint8_t
width_of(int64_t k)
{
    if (k == 0)
        return 0;
    if (k == (int8_t)k)
        return 1;
    if (k == (int16_t)k)
        return 2;
    return k == (int32_t)k ? 4 : 8;
}

/* FALSE: it needs more room, or a smaller unit. */
static bool
put(RulesChunk *self, Column column, uint32_t i, int64_t v)
{
    int64_t off = (int64_t)((uint64_t)v - line_at(self, column, i));
    int64_t k = off / tens[self->unit[column]];
    uint8_t width = self->width[column];
    uint8_t *at = self->bytes + place_of(self, column, i);
    int8_t k1 = (int8_t)k;
    int16_t k2 = (int16_t)k;
    int32_t k4 = (int32_t)k;
    if (k * tens[self->unit[column]] != off || width_of(k) > width)
        return false;
    const void *from =
        width == 1 ? (void *)&k1 : (width == 2 ? (void *)&k2 : (width == 4 ? (void *)&k4 : &k));
    memcpy(at, from, width);
    return true;
}

static void
fit(RulesChunk *self, Column column, const int64_t *v, uint32_t n)
{
    uint8_t unit = UNIT_MOST;
    self->base[column] = v[0];
    if (column == TIME)
        self->step_us = n > 1 ? (int64_t)((uint64_t)v[1] - (uint64_t)v[0]) : 0;
    for (uint32_t i = 0; i < n; i++)
        while ((int64_t)((uint64_t)v[i] - line_at(self, column, i)) % tens[unit] != 0)
            unit--;
    self->unit[column] = unit;
    self->width[column] = 0;
    for (uint32_t i = 0; i < n; i++) {
        int64_t off = (int64_t)((uint64_t)v[i] - line_at(self, column, i));
        self->width[column] = MAX(self->width[column], width_of(off / tens[unit]));
    }
}

/* --- points --------------------------------------------------------------------- */

/* FALSE: the value is no whole thousandths; minus zero is none either. */
static bool
split(const RulesPoint *p, bool raw, int64_t v[COLUMNS])
{
    v[TIME] = p->t_us;
    v[HOLD] =
        p->until_us == INT64_MAX ? NO_END : (int64_t)((uint64_t)p->until_us - (uint64_t)p->t_us);
    memcpy(&v[VALUE], &p->value, sizeof v[VALUE]);
    int64_t bits = v[VALUE];
    return raw || (rules_in_parts(p->value, &v[VALUE]) && (v[VALUE] != 0 || bits == 0));
}

/* In as much room as they need. */
static RulesChunk *
chunk_of(const RulesPoint *points, uint32_t n)
{
    int64_t v[COLUMNS][RULES_CHUNK_POINTS];
    int64_t one[COLUMNS];
    RulesChunk head = {.n = (uint16_t)n, .room = FIRST_ROOM};
    while (head.room < n)
        head.room = (uint16_t)(2 * head.room);
    for (uint32_t i = 0; i < n; i++)
        head.raw |= !split(&points[i], false, one);
    for (uint32_t i = 0; i < n; i++) {
        split(&points[i], head.raw, one);
        for (Column c = TIME; c < COLUMNS; c++)
            v[c][i] = one[c];
    }
    for (Column c = TIME; c < COLUMNS; c++)
        fit(&head, c, v[c], n);
    RulesChunk *self = g_malloc0(size_of(&head));
    memcpy(self, &head, offsetof(RulesChunk, bytes));
    for (Column c = TIME; c < COLUMNS; c++)
        for (uint32_t i = 0; i < n; i++)
            put(self, c, i, v[c][i]);
    return self;
}

/* All but the first @gone points, and one more unless that is NULL, anew. */
static RulesChunk *
refit(RulesChunk *old, uint32_t gone, const RulesPoint *more)
{
    RulesPoint points[RULES_CHUNK_POINTS];
    uint32_t n = 0;
    for (uint32_t i = gone; old != NULL && i < old->n; i++)
        points[n++] = rules_chunk_at(old, i);
    if (more != NULL)
        points[n++] = *more;
    g_free(old);
    return chunk_of(points, n);
}

RulesChunk *
rules_chunk_drop(RulesChunk *self, uint32_t n)
{
    return refit(self, n, NULL);
}

RulesChunk *
rules_chunk_push(RulesChunk *self, const RulesPoint *point)
{
    int64_t v[COLUMNS];
    if (self == NULL || self->n == self->room || !split(point, self->raw, v)
        || !put(self, TIME, self->n, v[TIME]) || !put(self, HOLD, self->n, v[HOLD])
        || !put(self, VALUE, self->n, v[VALUE]))
        return refit(self, 0, point);
    self->n++;
    return self;
}

uint32_t
rules_chunk_length(const RulesChunk *self)
{
    return self->n;
}

int64_t
rules_chunk_t_us(const RulesChunk *self, uint32_t i)
{
    /* Most chunks, and asked often. */
    if (self->width[TIME] == 0)
        return (int64_t)line_at(self, TIME, i);
    return get(self, TIME, i);
}

double
rules_chunk_value(const RulesChunk *self, uint32_t i)
{
    int64_t v = get(self, VALUE, i);
    double value = 0;
    if (!self->raw)
        return (double)v / RULES_PARTS;
    memcpy(&value, &v, sizeof value);
    return value;
}

RulesPoint
rules_chunk_at(const RulesChunk *self, uint32_t i)
{
    int64_t t_us = rules_chunk_t_us(self, i);
    int64_t hold_us = get(self, HOLD, i);
    int64_t until_us =
        hold_us == NO_END ? INT64_MAX : (int64_t)((uint64_t)t_us + (uint64_t)hold_us);
    return (RulesPoint){t_us, until_us, rules_chunk_value(self, i)};
}

/* --- images ---------------------------------------------------------------------- */

size_t
rules_chunk_bytes(const RulesChunk *self)
{
    return size_of(self);
}

RulesChunk *
rules_chunk_load(const uint8_t *bytes, size_t length)
{
    RulesChunk head;
    if (length < offsetof(RulesChunk, bytes))
        return NULL;
    memcpy(&head, bytes, offsetof(RulesChunk, bytes));
    for (Column c = TIME; c < COLUMNS; c++) {
        uint8_t w = head.width[c];
        if (head.unit[c] > UNIT_MOST || !(w <= 2 || w == 4 || w == 8))
            return NULL;
    }
    bool has_room = false;
    for (uint16_t room = FIRST_ROOM; room <= RULES_CHUNK_POINTS; room = (uint16_t)(2 * room))
        has_room |= head.room == room;
    if (!has_room || head.n == 0 || head.n > head.room || length < size_of(&head))
        return NULL;
    return g_memdup2(bytes, size_of(&head));
}
