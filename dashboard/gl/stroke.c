/* Stroke: see stroke.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "dashboard/gl/stroke-private.h"

enum { KINDS = 6 };

static const DashStrokeKernels *
kernels_of_this_machine(void)
{
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2"))
        return &dash_stroke_avx2;
#endif
    return &dash_stroke_plain;
}

DashStroke *
dash_stroke_new(int columns)
{
    DashStroke *self = g_new0(DashStroke, 1);
    self->kernels = kernels_of_this_machine();
    self->room = columns;
    self->places = (size_t)((columns + 2 * MARGIN + WIDE) / WIDE * WIDE + 2 * WIDE);
    size_t n = self->places * PARTS;
    self->memory = g_new0(int16_t, n * KINDS);
    self->edge_lo = self->memory;
    self->edge_hi = self->edge_lo + n;
    self->turn_lo = self->edge_hi + n;
    self->turn_hi = self->turn_lo + n;
    self->up = self->turn_hi + n;
    self->down = self->up + n;
    self->groups = g_new(Group, columns / WIDE + 2);
    return self;
}

void
dash_stroke_free(DashStroke *self)
{
    if (!self)
        return;
    g_free(self->groups);
    g_free(self->memory);
    g_free(self);
}

bool
dash_stroke_holds(const DashStroke *self, int columns)
{
    return columns >= 0 && columns <= self->room;
}

/* --- the line ------------------------------------------------------------------ */

static void
set_all(int16_t *to, size_t n, int16_t value)
{
    for (size_t i = 0; i < n; i += WIDE)
        for (size_t k = 0; k < WIDE; k++)
            to[i + k] = value;
}

void
dash_stroke_begin(DashStroke *self, int columns, int h)
{
    size_t n = (size_t)(columns + 2 * MARGIN + 1 + WIDE) / WIDE * WIDE;
    self->columns = columns;
    self->joined = false;
    self->middle = (float)h / 2;
    self->shift = FINEST;
    while (self->shift > 1 && (h / 2 + 8) << self->shift > FARTHEST)
        self->shift--;
    self->unit = (float)(1 << self->shift);
    for (size_t k = 0; k < PARTS; k++) {
        set_all(self->edge_lo + k * self->places, n, NONE);
        set_all(self->edge_hi + k * self->places, n, -NONE);
        set_all(self->turn_lo + k * self->places, n, NONE);
        set_all(self->turn_hi + k * self->places, n, -NONE);
    }
}

void
dash_stroke_lift(DashStroke *self)
{
    self->joined = false;
}

static inline size_t
place_of(const DashStroke *self, unsigned part)
{
    return (part % PARTS) * self->places + part / PARTS;
}

static inline void
put_point(DashStroke *self, int part, float y)
{
    size_t at = place_of(self, (unsigned)part);
    int16_t height = whole(y);
    self->turn_lo[at] = MIN(self->turn_lo[at], height);
    self->turn_hi[at] = MAX(self->turn_hi[at], height);
}

static inline int
part_of(float x)
{
    int part = (int)x;
    return part - (x < (float)part);
}

/* Edges @first to @last of a line that passes through (@x, @y). */
static inline void
cross(DashStroke *self, int first, int last, float x, float y, float slope)
{
    for (int p = first; p <= last; p++) {
        size_t at = place_of(self, (unsigned)p);
        self->edge_lo[at] = self->edge_hi[at] = whole(y + slope * ((float)p - x));
    }
}

static int
n_parts(const DashStroke *self)
{
    return (self->columns + 2 * MARGIN) * PARTS;
}

/* @y in steps from the middle. */
static void
go_to(DashStroke *self, float x, float y)
{
    int n = n_parts(self);
    int part = part_of(x);
    if (self->joined && x > self->x)
        cross(self, MAX(part_of(self->x) + 1, 0), MIN(part, n), self->x, self->y,
              (y - self->y) / (x - self->x));
    if (part >= 0 && part < n)
        put_point(self, part, y);
    self->x = x;
    self->y = y;
    self->joined = true;
}

void
dash_stroke_to(DashStroke *self, float x, float y)
{
    go_to(self, x, (y - self->middle) * self->unit);
}

/* From an invalid sample to the next one, or to the end. */
static size_t
valid_until(const int16_t *samples, size_t n, int16_t invalid)
{
    size_t i = 0;
    for (bool clean = true; clean && i + WIDE <= n; i += clean ? WIDE : 0) {
        int16_t any = 0;
        for (size_t k = 0; k < WIDE; k++)
            any |= samples[i + k] == invalid;
        clean = !any;
    }
    while (i < n && samples[i] != invalid)
        i++;
    return i;
}

/* The points of the parts in which the run begins and ends. */
static void
put_ends(DashStroke *self, const Run *run, float step, int first, int last)
{
    int n = n_parts(self), i = 1;
    for (; i < run->n && part_of(run->x + step * (float)i) < first; i++)
        if (first > 0 && first <= n)
            put_point(self, first - 1, (float)run->samples[i] * run->scale + run->shift);
    for (int k = run->n - 1; k >= i && last < n && part_of(run->x + step * (float)k) >= last; k--)
        put_point(self, last, (float)run->samples[k] * run->scale + run->shift);
}

static void
take_run(DashStroke *self, const Run *run, float step)
{
    float last_x = run->x + step * (float)(run->n - 1);
    int first = MAX(part_of(run->x) + 1, 0);
    int last = MIN(part_of(last_x), n_parts(self));
    if (first <= last)
        self->kernels->follow(self, run, first, last);
    put_ends(self, run, step, first, last);
    self->x = last_x;
    self->y = (float)run->samples[run->n - 1] * run->scale + run->shift;
}

void
dash_stroke_samples(DashStroke *self,
                    const int16_t *samples,
                    size_t n,
                    int16_t invalid,
                    float x,
                    float step,
                    float scale,
                    float shift)
{
    for (size_t from = 0; from < n; from++) {
        size_t to = from + valid_until(samples + from, n - from, invalid);
        Run run = {.samples = samples + from,
                   .n = (int)(to - from),
                   .x = x + step * (float)from,
                   .per_part = 1 / step,
                   .scale = scale * self->unit,
                   .shift = (shift - self->middle) * self->unit};
        if (run.n == 0) {
            self->joined = false;
            continue;
        }
        go_to(self, run.x, (float)run.samples[0] * run.scale + run.shift);
        if (run.n > 1)
            take_run(self, &run, step);
        from = to - 1;
    }
}

void
dash_stroke_end(DashStroke *self)
{
    self->kernels->reach(self);
}

bool
dash_stroke_has_data(const DashStroke *self, int column)
{
    for (size_t k = 0; k < PARTS; k++) {
        size_t at = k * self->places + (size_t)(MARGIN + column);
        if (self->up[at] <= self->down[at])
            return true;
    }
    return false;
}

void
dash_stroke_paint(DashStroke *self, const DashPatch *patch)
{
    self->kernels->paint(self, patch);
}
