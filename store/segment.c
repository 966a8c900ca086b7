/* SPDX-License-Identifier: Apache-2.0 */
#include "store/segment.h"

#include <math.h>
#include <string.h>

#include "store/key.h"

#define US_PER_S     1000000
#define PERIOD_MAX_S 60

__extension__ typedef __int128 Wide; /* products of two 64-bit numbers */

bool
store_bed_fits(const char *bed)
{
    size_t n = strlen(bed);

    for (size_t i = 0; i < n; i++)
        if (!g_ascii_isgraph(bed[i]))
            return false;
    return n >= 1 && n <= STORE_BED_MAX;
}

bool
store_segment_read(StoreSegment *self, const Vicu__Segment *said)
{
    if (!store_bed_fits(said->bed) || said->period_num == 0 || said->period_den == 0
        || said->period_num / said->period_den > PERIOD_MAX_S || !isfinite(said->gain)
        || said->gain == 0)
        return false;
    *self = (StoreSegment){
        .id = said->id,
        .t0_us = said->t0_us,
        .num = said->period_num,
        .den = said->period_den,
        .gain = said->gain,
        .baseline = said->baseline,
    };
    return true;
}

bool
store_segment_same(const Vicu__Segment *a, const Vicu__Segment *b)
{
    return a->id == b->id && strcmp(a->bed, b->bed) == 0 && a->code == b->code
           && a->channel == b->channel && a->t0_us == b->t0_us && a->period_num == b->period_num
           && a->period_den == b->period_den && memcmp(&a->gain, &b->gain, sizeof a->gain) == 0
           && a->baseline == b->baseline;
}

int64_t
store_segment_time_us(const StoreSegment *self, uint64_t n)
{
    uint64_t product;
    uint64_t scale = (uint64_t)self->num * US_PER_S;

    if (!__builtin_mul_overflow(n, scale, &product) && product / self->den < INT64_MAX / 4
        && self->t0_us > INT64_MIN / 4 && self->t0_us < INT64_MAX / 4)
        return self->t0_us + (int64_t)(product / self->den);
    Wide t = self->t0_us + (Wide)n * scale / self->den;
    return t > INT64_MAX ? INT64_MAX : (int64_t)t;
}

uint64_t
store_segment_index(const StoreSegment *self, int64_t t_us)
{
    /* least n with floor(n * num * 1e6 / den) >= t - t0 */
    Wide ahead = (Wide)t_us - self->t0_us;
    Wide scale = (Wide)self->num * US_PER_S;

    if (ahead <= 0)
        return 0;
    Wide n = (ahead * self->den + scale - 1) / scale;
    return n > UINT64_MAX ? UINT64_MAX : (uint64_t)n;
}
