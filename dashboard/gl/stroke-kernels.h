/* Stroke: what is done to sixteen columns at once. Compiled once for each kind of machine.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <string.h>

#include "dashboard/gl/rows.h"
#include "dashboard/gl/stroke-private.h"

#define MANY 64 /* columns: from here on whole cache lines are written */

/* --- along a run ----------------------------------------------------------------- */

/* The sample before the left edge of @part, or upon it. */
static inline __attribute__((always_inline)) int
sample_before(const Run *run, int part, float *place)
{
    *place = ((float)part - run->x) * run->per_part;
    int i = (int)*place;
    i = i > run->n - 2 ? run->n - 2 : i;
    return i > 0 ? i : 0;
}

/* The least and the greatest of the samples after @before up to @until. */
static inline __attribute__((always_inline)) void
extent(const Run *run, int before, int until, int16_t *lo, int16_t *hi)
{
    int16_t a = run->samples[before + 1], b = a;
    for (int i = before + 2; i <= until; i++) {
        a = MIN(a, run->samples[i]);
        b = MAX(b, run->samples[i]);
    }
    *lo = a;
    *hi = b;
}

/* What a run does in one quarter of sixteen columns. */
typedef struct {
    int16_t edge[WIDE];
    int16_t turn_lo[WIDE];
    int16_t turn_hi[WIDE];
} Quarter;

/* From part @first on, PARTS apart. Where @is_sparse there is no more than one sample in a part. */
static inline __attribute__((always_inline)) void
follow(const Run *run, int first, bool is_sparse, Quarter *out)
{
    int before[WIDE], until[WIDE];
    float place[WIDE], ignored[WIDE], a[WIDE], b[WIDE], lo[WIDE], hi[WIDE];
    for (int i = 0; i < WIDE; i++)
        before[i] = sample_before(run, first + PARTS * i, &place[i]);
    for (int i = 0; i < WIDE; i++)
        until[i] = sample_before(run, first + PARTS * i + 1, &ignored[i]);
    row_pairs(run->samples, before, a, b);
    for (int i = 0; !is_sparse && i < WIDE; i++) {
        int16_t less = 0, more = 0;
        extent(run, before[i], until[i], &less, &more);
        lo[i] = less;
        hi[i] = more;
    }
    for (int i = 0; i < WIDE; i++) {
        float y = a[i] + (b[i] - a[i]) * (place[i] - (float)before[i]);
        int16_t p = whole((is_sparse ? b[i] : lo[i]) * run->scale + run->shift);
        int16_t q = whole((is_sparse ? b[i] : hi[i]) * run->scale + run->shift);
        out->edge[i] = whole(y * run->scale + run->shift);
        out->turn_lo[i] = until[i] > before[i] ? MIN(p, q) : NONE;
        out->turn_hi[i] = until[i] > before[i] ? MAX(p, q) : -NONE;
    }
}

/* Whole vectors, but for the last one. */
static inline __attribute__((always_inline)) void
keep(int16_t *to, const int16_t *from, int n)
{
    if (n == WIDE)
        memcpy(to, from, WIDE * sizeof *to);
    else
        for (int i = 0; i < n; i++)
            to[i] = from[i];
}

/* Parts @first to @last, whose left edges all lie within the run. */
static void
follow_all(DashStroke *self, const Run *run, int first, int last)
{
    bool is_sparse = run->per_part < 0.99f;
    for (int k = 0; k < PARTS; k++) {
        int from = (first - k + PARTS - 1) / PARTS; /* column; @first >= 0 */
        int to = (last - k + PARTS) / PARTS;        /* the one after the last */
        for (int c = from; c < to; c += WIDE) {
            Quarter quarter;
            size_t at = (size_t)k * self->places + (size_t)c;
            int n = MIN(to - c, WIDE);
            if (is_sparse)
                follow(run, c * PARTS + k, true, &quarter);
            else
                follow(run, c * PARTS + k, false, &quarter);
            keep(self->edge_lo + at, quarter.edge, n);
            keep(self->edge_hi + at, quarter.edge, n);
            keep(self->turn_lo + at, quarter.turn_lo, n);
            keep(self->turn_hi + at, quarter.turn_hi, n);
        }
    }
}

/* --- how far it reaches ---------------------------------------------------------- */

/* How far the disc reaches up and down from a place that is 1/2, 3/2 or 5/2 parts off the middle of
 * a part. A point inside a part counts as at its farther edge: beyond the line's values at both
 * edges it adds something only where the line turns, and the same wherever in the part it does. */
static const float disc[] = {0.61237244f, 0.5f, 0.0f};

/* Sixteen parts from part @part of column @column on, columns apart; a part may be counted on into
 * the columns before and after. */
static inline __attribute__((always_inline)) Row
row_at(const DashStroke *self, const int16_t *plane, int column, int part)
{
    int counted = part + 2 * PARTS;
    return row_load(plane + (size_t)(counted % PARTS) * self->places + column + counted / PARTS
                    - 2);
}

static inline __attribute__((always_inline)) Row
farther(Row a, Row b, bool is_up)
{
    return is_up ? row_least(a, b) : row_most(a, b);
}

/* One end of the interval in all quarters of sixteen columns. */
static inline __attribute__((always_inline)) void
reach(const DashStroke *self, int column, bool is_up, int16_t *to)
{
    enum { BESIDE = 2, SEEN = PARTS + 2 * BESIDE };
    const int16_t *edge = is_up ? self->edge_lo : self->edge_hi;
    const int16_t *turn = is_up ? self->turn_lo : self->turn_hi;
    const float sign = is_up ? -self->unit : self->unit;
    const Row half = row_all(whole(DASH_STROKE_HALF_PX * sign));
    const Row near = row_all(whole(disc[0] * sign)), middle = row_all(whole(disc[1] * sign));
    const Row none = row_all(is_up ? BEYOND : -BEYOND);
    Row e[SEEN + 1], left[SEEN], right[SEEN];
    for (int p = 0; p <= SEEN; p++)
        e[p] = row_at(self, edge, column, p - BESIDE);
    for (int p = 0; p < SEEN; p++) {
        Row t = row_at(self, turn, column, p - BESIDE);
        left[p] = farther(e[p], t, is_up);
        right[p] = farther(e[p + 1], t, is_up);
    }
    for (int k = 0; k < PARTS; k++) {
        int p = k + BESIDE;
        Row end = row_sum(row_between(e[p], e[p + 1]), half);
        end = farther(end, row_sum(farther(left[p], e[p + 1], is_up), near), is_up);
        end = farther(end, row_sum(farther(left[p - 1], right[p + 1], is_up), middle), is_up);
        end = farther(end, farther(left[p - 2], right[p + 2], is_up), is_up);
        row_keep(to + (size_t)k * self->places + column, farther(end, none, is_up));
    }
}

static void
reach_all(DashStroke *self)
{
    for (int c = MARGIN; c < self->columns + MARGIN; c += WIDE) {
        reach(self, c, true, self->up);
        reach(self, c, false, self->down);
    }
}

/* --- painting -------------------------------------------------------------------- */

static void
rows_of(const DashStroke *self, Group *group, int h)
{
    int16_t up = NONE, down = -NONE;
    for (int k = 0; k < PARTS; k++) {
        const int16_t *a = self->up + (size_t)k * self->places + MARGIN + group->column;
        const int16_t *b = self->down + (size_t)k * self->places + MARGIN + group->column;
        for (int i = 0; i < group->n; i++) {
            up = MIN(up, a[i]);
            down = MAX(down, b[i]);
        }
    }
    int middle = h << (self->shift - 1);
    group->first = MAX((up + middle) >> self->shift, 0);
    group->end = up > down ? 0 : MIN(((down + middle) >> self->shift) + 1, h);
}

/* In 256ths what is covered of sixteen pixels from step @top of the strip on. */
static inline __attribute__((always_inline)) Row
cover(const DashStroke *self, int column, int top)
{
    const Row a = row_all((int16_t)top), b = row_all((int16_t)(top + (1 << self->shift)));
    const Row zero = row_all(0);
    Row sum = zero;
    for (int k = 0; k < PARTS; k++) {
        size_t at = (size_t)k * self->places + (size_t)(MARGIN + column);
        Row up = row_most(row_load(self->up + at), a);
        Row down = row_least(row_load(self->down + at), b);
        sum = row_sum(sum, row_most(row_less(down, up), zero));
    }
    return row_half_up(row_shifted(sum, FINEST - self->shift));
}

/* Columns before the first that begins a cache line; few columns are not worth the parting. */
static int
lead_of(const DashStroke *self, const uint32_t *top)
{
    size_t over = (uintptr_t)top / sizeof *top % WIDE;
    return self->columns < MANY ? 0 : (int)((WIDE - over) % WIDE);
}

/* What is to be written of the group; from now on its stroke stands there. */
static void
span_of(Group *group, const DashPatch *patch)
{
    bool reaches = group->first < group->end;
    DashRows rows = {(int16_t)group->first, (int16_t)group->end};
    group->top = reaches ? group->first : patch->h;
    group->bottom = reaches ? group->end : 0;
    for (int c = group->column; patch->rows && c < group->column + group->n; c++) {
        if (patch->rows[c].first < patch->rows[c].end) {
            group->top = MIN(group->top, patch->rows[c].first);
            group->bottom = MAX(group->bottom, patch->rows[c].end);
        }
        patch->rows[c] = rows;
    }
    if (patch->fresh || !patch->rows) {
        group->top = 0;
        group->bottom = patch->h;
    }
}

static int
group_all(DashStroke *self, const DashPatch *patch)
{
    int n = 0;
    for (int c = 0, end = lead_of(self, patch->top); c < self->columns; c = end, end = c + WIDE) {
        Group *group = &self->groups[n];
        if (end == c)
            end = c + WIDE;
        *group = (Group){.column = c, .n = MIN(end, self->columns) - c};
        rows_of(self, group, patch->h);
        span_of(group, patch);
        n++;
    }
    return n;
}

/* What is written of a patch, made ready once. */
typedef struct {
    const DashStroke *stroke;
    const DashPatch *patch;
    Ramp ramp;
    Pixels back;
} Brush;

static inline __attribute__((always_inline)) Pixels
line_of(const Brush *brush, const Group *group, int y)
{
    if (y < group->first || y >= group->end)
        return brush->back;
    int top = (2 * y - brush->patch->h) * (1 << (brush->stroke->shift - 1));
    return pixels_blend(&brush->ramp, cover(brush->stroke, group->column, top));
}

/* Whole rows, so that the memory is walked along. */
static inline __attribute__((always_inline)) void
paint_rows(const Brush *brush, int n, bool past)
{
    const Group *groups = brush->stroke->groups;
    uint32_t *row = brush->patch->top;
    for (int y = 0; y < brush->patch->h; y++, row += brush->patch->stride)
        for (int g = 0; g < n; g++) {
            uint32_t *to = row + groups[g].column;
            Pixels line = line_of(brush, &groups[g], y);
            if (groups[g].n < WIDE)
                pixels_put_some(to, line, groups[g].n);
            else if (past)
                pixels_put_past(to, line);
            else
                pixels_put(to, line);
        }
    if (past)
        pixels_settle();
}

static inline __attribute__((always_inline)) void
paint_group(const Brush *brush, const Group *group)
{
    uint32_t *to = brush->patch->top + (ptrdiff_t)group->top * brush->patch->stride + group->column;
    for (int y = group->top; y < group->bottom; y++, to += brush->patch->stride) {
        if (group->n < WIDE)
            pixels_put_some(to, line_of(brush, group, y), group->n);
        else
            pixels_put(to, line_of(brush, group, y));
    }
}

static void
paint_all(DashStroke *self, const DashPatch *patch)
{
    int n = group_all(self, patch);
    const Brush brush = {.stroke = self,
                         .patch = patch,
                         .ramp = ramp_of(patch->back, patch->ink),
                         .back = pixels_all(patch->back)};
    if (self->columns < MANY || (patch->rows && !patch->fresh))
        for (int g = 0; g < n; g++)
            paint_group(&brush, &self->groups[g]);
    else if (patch->stride % WIDE == 0)
        paint_rows(&brush, n, true);
    else
        paint_rows(&brush, n, false);
}
