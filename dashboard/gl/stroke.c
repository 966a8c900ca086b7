/* Stroke: see stroke.h.
 *
 * Part p of the line stands in plane p % 4 at place p / 4: the same quarter of neighbouring
 * columns lies side by side, so that eight columns are worked on at once.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/gl/stroke.h"

#include <math.h>
#include <string.h>

#define PARTS   DASH_STROKE_PARTS
#define MARGIN  DASH_STROKE_MARGIN
#define WIDE    8      /* columns worked on at once */
#define HALF_PX 0.625f /* half the stroke: two and a half parts */
#define RAMP    255

/* How far the disc reaches up and down from a place that is 1/2, 3/2 or 5/2 parts off the middle of
 * a part. A point inside a part counts as at its farther edge: beyond the line's values at both
 * edges it adds something only where the line turns, and the same wherever in the part it does. */
static const float disc[] = {0.61237244f, 0.5f, 0.0f};

struct DashStroke {
    int room; /* columns */
    int columns;
    size_t places; /* of a plane: one for each column, the margins included */
    float *memory;
    /* Four planes each, one a quarter. */
    float *edge_lo; /* where the line crosses the part's left edge; none: +-INFINITY */
    float *edge_hi; /* made of edge_lo when the line is whole */
    float *turn_lo; /* least and greatest of the points inside */
    float *turn_hi;
    float *up; /* ends of the stroke's interval */
    float *down;
    float x, y;
    bool joined;
};

enum { KINDS = 6 };

DashStroke *
dash_stroke_new(int columns)
{
    DashStroke *self = g_new0(DashStroke, 1);
    self->room = columns;
    self->places = (size_t)((columns + 2 * MARGIN + WIDE) / WIDE * WIDE + 2 * WIDE);
    size_t n = self->places * PARTS;
    self->memory = g_new0(float, n *KINDS);
    self->edge_lo = self->memory;
    self->edge_hi = self->edge_lo + n;
    self->turn_lo = self->edge_hi + n;
    self->turn_hi = self->turn_lo + n;
    self->up = self->turn_hi + n;
    self->down = self->up + n;
    return self;
}

void
dash_stroke_free(DashStroke *self)
{
    if (!self)
        return;
    g_free(self->memory);
    g_free(self);
}

bool
dash_stroke_holds(const DashStroke *self, int columns)
{
    return columns >= 0 && columns <= self->room;
}

/* One instruction each: fminf() and fmaxf() are calls, for the sake of NaN, which
 * never comes here. */
static inline float
least(float a, float b)
{
    return a < b ? a : b;
}

static inline float
most(float a, float b)
{
    return a > b ? a : b;
}

/* --- the line ------------------------------------------------------------------ */

static void
set_all(float *to, size_t n, float value)
{
    for (size_t i = 0; i < n; i++)
        to[i] = value;
}

void
dash_stroke_begin(DashStroke *self, int columns)
{
    size_t n = (size_t)(columns + 2 * MARGIN + 2 * WIDE);
    self->columns = columns;
    self->joined = false;
    n = MIN(n, self->places);
    for (size_t k = 0; k < PARTS; k++) {
        set_all(self->edge_lo + k * self->places, n, INFINITY);
        set_all(self->turn_lo + k * self->places, n, INFINITY);
        set_all(self->turn_hi + k * self->places, n, -INFINITY);
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
    self->turn_lo[at] = least(self->turn_lo[at], y);
    self->turn_hi[at] = most(self->turn_hi[at], y);
}

static inline int
part_of(float x)
{
    int whole = (int)x;
    return whole - (x < (float)whole);
}

/* Edges @first to @last of a line that passes through (@x, @y). */
static inline void
cross(DashStroke *self, int first, int last, float x, float y, float slope)
{
    for (int p = first; p <= last; p++)
        self->edge_lo[place_of(self, (unsigned)p)] = y + slope * ((float)p - x);
}

void
dash_stroke_to(DashStroke *self, float x, float y)
{
    int n = (self->columns + 2 * MARGIN) * PARTS;
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

/* From an invalid sample to the next one, or to the end. */
static size_t
valid_until(const int16_t *samples, size_t n, int16_t invalid)
{
    size_t i = 0;
    while (i < n && samples[i] != invalid)
        i++;
    return i;
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
    const unsigned parts = (unsigned)(self->columns + 2 * MARGIN) * PARTS;
    const float per_part = 1 / step;
    for (size_t from = 0; from < n; from++) {
        size_t to = from + valid_until(samples + from, n - from, invalid);
        if (to == from) {
            self->joined = false;
            continue;
        }
        dash_stroke_to(self, x + step * (float)from, (float)samples[from] * scale + shift);
        int last = part_of(self->x);
        float last_x = self->x;
        float last_y = self->y;
        for (size_t i = from + 1; i < to; i++) {
            float at = x + step * (float)i;
            float y = (float)samples[i] * scale + shift;
            int part = part_of(at);
            if (last < part)
                cross(self, MAX(last + 1, 0), MIN(part, (int)parts), last_x, last_y,
                      (y - last_y) * per_part);
            if ((unsigned)part < parts)
                put_point(self, part, y);
            last_x = at;
            last_y = y;
            last = part;
        }
        self->x = last_x;
        self->y = last_y;
        from = to - 1;
    }
}

/* --- how far it reaches ---------------------------------------------------------- */

/* WIDE parts from part @part of column @column on, columns apart; a part may be counted on into
 * the next columns. */
static inline __attribute__((always_inline)) const float *
at(const DashStroke *self, const float *plane, int column, int part)
{
    int counted = part + 2 * PARTS;
    return plane + (size_t)(counted % PARTS) * self->places + column + counted / PARTS - 2;
}

/* One end of the interval: @sign -1 the upper, 1 the lower. */
static inline __attribute__((always_inline)) void
reach(const DashStroke *self, int k, int column, bool is_up, float *to)
{
    const float *edge = is_up ? self->edge_lo : self->edge_hi;
    const float *turn = is_up ? self->turn_lo : self->turn_hi;
    const float sign = is_up ? -1 : 1;
    float end[WIDE];
#define FARTHER(a, b) (is_up ? least((a), (b)) : most((a), (b)))
    const float *e[6], *t[5];
    for (int off = -2; off <= 3; off++)
        e[off + 2] = at(self, edge, column, k + off);
    for (int off = -2; off <= 2; off++)
        t[off + 2] = at(self, turn, column, k + off);
    for (int i = 0; i < WIDE; i++) {
        float middle = (e[2][i] + e[3][i]) * 0.5f + sign * HALF_PX;
        float half = FARTHER(FARTHER(e[2][i], e[3][i]), t[2][i]) + sign * disc[0];
        float three =
            FARTHER(FARTHER(e[1][i], e[4][i]), FARTHER(t[1][i], t[3][i])) + sign * disc[1];
        float five = FARTHER(FARTHER(e[0][i], e[5][i]), FARTHER(t[0][i], t[4][i])) + sign * disc[2];
        end[i] = FARTHER(FARTHER(middle, half), FARTHER(three, five));
    }
#undef FARTHER
    memcpy(to, end, sizeof end);
}

/* None is below everything for one end and above everything for the other. */
static inline __attribute__((always_inline)) void
turn_over(const float *lo, float *hi)
{
    float out[WIDE];
    for (int i = 0; i < WIDE; i++)
        out[i] = lo[i] < INFINITY ? lo[i] : -INFINITY;
    memcpy(hi, out, sizeof out);
}

static inline __attribute__((always_inline)) void
end_all(DashStroke *self)
{
    for (size_t k = 0; k < PARTS; k++)
        for (int c = 0; c < self->columns + 2 * MARGIN + 1; c += WIDE) {
            size_t place = k * self->places + (size_t)c;
            turn_over(self->edge_lo + place, self->edge_hi + place);
        }
    for (int c = MARGIN; c < self->columns + MARGIN; c += WIDE)
        for (int k = 0; k < PARTS; k++) {
            reach(self, k, c, true, self->up + (size_t)k * self->places + c);
            reach(self, k, c, false, self->down + (size_t)k * self->places + c);
        }
}

/* --- painting -------------------------------------------------------------------- */

/* Rows that the columns @at to @at + WIDE reach; FALSE: none. */
static inline __attribute__((always_inline)) bool
rows_of(const DashStroke *self, int at, int h, int *first, int *last)
{
    float up = INFINITY, down = -INFINITY;
    for (int k = 0; k < PARTS; k++)
        for (int i = at; i < at + WIDE; i++) {
            up = least(up, self->up[(size_t)k * self->places + (size_t)i]);
            down = most(down, self->down[(size_t)k * self->places + (size_t)i]);
        }
    if (!(up < (float)h && down > 0))
        return false;
    *first = (int)most(up, 0);
    *last = (int)least(down, (float)(h - 1));
    return true;
}

static inline __attribute__((always_inline)) void
paint_row(const DashStroke *self, int at, int n, float y, uint32_t *to, const uint32_t *ramp)
{
    const float *up = self->up + at;
    const float *down = self->down + at;
    const size_t places = self->places;
    int part[WIDE];
    float sum[WIDE] = {0};
    for (size_t k = 0; k < PARTS; k++)
        for (size_t i = 0; i < WIDE; i++)
            sum[i] += most(least(down[k * places + i], y + 1) - most(up[k * places + i], y), 0);
    for (int i = 0; i < WIDE; i++)
        part[i] = (int)(sum[i] * ((float)RAMP / PARTS) + 0.5f);
    for (int i = 0; i < n; i++)
        to[i] = ramp[part[i]];
}

static inline __attribute__((always_inline)) void
paint_all(const DashStroke *self, uint32_t *top, int stride, int h, const uint32_t *ramp)
{
    for (int c = 0; c < self->columns; c += WIDE) {
        int first = 0, last = -1;
        int n = MIN(WIDE, self->columns - c);
        if (!rows_of(self, MARGIN + c, h, &first, &last))
            continue;
        uint32_t *to = top + (size_t)first * (size_t)stride + c;
        for (int y = first; y <= last; y++, to += stride)
            paint_row(self, MARGIN + c, n, (float)y, to, ramp);
    }
}

/* --- the same twice: for every machine, and for those that have wider registers --------- */

#if defined(__x86_64__)
__attribute__((target("avx2"))) static void
end_avx2(DashStroke *self)
{
    end_all(self);
}

__attribute__((target("avx2"))) static void
paint_avx2(const DashStroke *self, uint32_t *top, int stride, int h, const uint32_t *ramp)
{
    paint_all(self, top, stride, h, ramp);
}

static bool
is_wide(void)
{
    return __builtin_cpu_supports("avx2");
}
#else
#define end_avx2   end_all
#define paint_avx2 paint_all
static bool
is_wide(void)
{
    return false;
}
#endif

void
dash_stroke_end(DashStroke *self)
{
    if (is_wide())
        end_avx2(self);
    else
        end_all(self);
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
dash_stroke_paint(
    const DashStroke *self, uint32_t *top, int stride, int h, const uint32_t ramp[256])
{
    if (is_wide())
        paint_avx2(self, top, stride, h, ramp);
    else
        paint_all(self, top, stride, h, ramp);
}
