/* Solids. See solid.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/holo/solid.h"

#include <math.h>
#include <string.h>

#define TURN (2 * G_PI)

typedef struct {
    GArray *position, *normal, *uv; /* float */
    GArray *index;                  /* uint16_t */
} Mould;

struct DashSolids {
    Mould mould[DASH_N_SOLIDS];
    DashGlbShape shape[DASH_N_SOLIDS];
};

typedef struct {
    double x, y, z;
} Vec;

/* Steps of 1/4096: sums and bounds of them are exact in single precision, and short in text. */
static float
stepped(double value)
{
    return (float)(floor(value * 4096 + 0.5) / 4096);
}

static uint16_t
vertex(Mould *m, Vec at, Vec normal, double u, double v)
{
    double length = sqrt(normal.x * normal.x + normal.y * normal.y + normal.z * normal.z);
    float position[3] = {stepped(at.x), stepped(at.y), stepped(at.z)};
    float unit[3] = {(float)(normal.x / length), (float)(normal.y / length),
                     (float)(normal.z / length)};
    float uv[2] = {stepped(u), stepped(v)};
    uint16_t index = (uint16_t)(m->position->len / 3);

    g_array_append_vals(m->position, position, 3);
    g_array_append_vals(m->normal, unit, 3);
    g_array_append_vals(m->uv, uv, 2);
    return index;
}

static void
triangle(Mould *m, unsigned a, unsigned b, unsigned c)
{
    uint16_t corners[3] = {(uint16_t)a, (uint16_t)b, (uint16_t)c};
    g_array_append_vals(m->index, corners, 3);
}

static double
tiles(double length)
{
    return length / (double)DASH_SOLID_TILE;
}

/* ---- round ones ---- */

/* An ellipsoid; @square > 2 makes it stouter, towards a box. */
static void
ellipsoid(Mould *m, Vec middle, Vec radius, double square, unsigned around, unsigned along)
{
    unsigned first = m->position->len / 3;
    double power = 2 / square;

    for (unsigned j = 0; j <= along; j++) {
        double v = G_PI * j / along, cv = cos(v), sv = sin(v);
        for (unsigned i = 0; i <= around; i++) {
            double u = TURN * i / around;
            Vec way = {sv * sin(u), cv, sv * cos(u)};
            Vec at = {copysign(pow(fabs(way.x), power), way.x),
                      copysign(pow(fabs(way.y), power), way.y),
                      copysign(pow(fabs(way.z), power), way.z)};
            Vec slope = {copysign(pow(fabs(way.x), 2 - power), way.x) / radius.x,
                         copysign(pow(fabs(way.y), 2 - power), way.y) / radius.y,
                         copysign(pow(fabs(way.z), 2 - power), way.z) / radius.z};
            vertex(m,
                   (Vec){middle.x + at.x * radius.x, middle.y + at.y * radius.y,
                         middle.z + at.z * radius.z},
                   slope, tiles(u * radius.x), tiles(v * radius.y));
        }
    }
    for (unsigned j = 0; j < along; j++)
        for (unsigned i = 0; i < around; i++) {
            unsigned a = first + j * (around + 1) + i, b = a + around + 1;
            if (j > 0)
                triangle(m, a, b, a + 1);
            if (j + 1 < along)
                triangle(m, a + 1, b, b + 1);
        }
}

/* A pipe along a curve; @way has its direction at each step. */
static void
pipe_along(Mould *m, const Vec *at, const Vec *way, unsigned steps, double radius, unsigned around)
{
    unsigned first = m->position->len / 3;

    Vec side = fabs(way[0].x) < 0.9 ? (Vec){1, 0, 0} : (Vec){0, 1, 0};
    for (unsigned j = 0; j < steps; j++) {
        /* The side goes along without a twist. */
        double along = side.x * way[j].x + side.y * way[j].y + side.z * way[j].z;
        side =
            (Vec){side.x - along * way[j].x, side.y - along * way[j].y, side.z - along * way[j].z};
        double length = sqrt(side.x * side.x + side.y * side.y + side.z * side.z);
        side = (Vec){side.x / length, side.y / length, side.z / length};
        Vec up = {side.y * way[j].z - side.z * way[j].y, side.z * way[j].x - side.x * way[j].z,
                  side.x * way[j].y - side.y * way[j].x};
        for (unsigned i = 0; i <= around; i++) {
            double a = TURN * i / around, c = cos(a), s = sin(a);
            Vec out = {side.x * c - up.x * s, side.y * c - up.y * s, side.z * c - up.z * s};
            vertex(
                m,
                (Vec){at[j].x + out.x * radius, at[j].y + out.y * radius, at[j].z + out.z * radius},
                out, tiles(a * radius), tiles((double)j * 0.05));
        }
    }
    for (unsigned j = 0; j + 1 < steps; j++)
        for (unsigned i = 0; i < around; i++) {
            unsigned a = first + j * (around + 1) + i, b = a + around + 1;
            triangle(m, a, a + 1, b);
            triangle(m, a + 1, b + 1, b);
        }
}

static void
ring(Mould *m, double wide, double radius)
{
    enum { STEPS = 29 };
    Vec at[STEPS], way[STEPS];

    for (unsigned j = 0; j < STEPS; j++) {
        double a = -TURN * j / (STEPS - 1);
        at[j] = (Vec){wide * sin(a), wide * cos(a), 0};
        way[j] = (Vec){-cos(a), sin(a), 0};
    }
    pipe_along(m, at, way, STEPS, radius, 8);
}

/* From the mouth forward, then down to the side. */
static void
tube(Mould *m)
{
    enum { STEPS = 12 };
    Vec at[STEPS], way[STEPS];

    for (unsigned j = 0; j < STEPS; j++) {
        double t = (double)j / (STEPS - 1), c = cos(t * G_PI / 2), s = sin(t * G_PI / 2);
        at[j] = (Vec){0.24 * (1 - c), -0.17 * t * t, 0.1 * s};
        Vec slope = {0.24 * s * G_PI / 2, -0.34 * t, 0.1 * c * G_PI / 2};
        double length = sqrt(slope.x * slope.x + slope.y * slope.y + slope.z * slope.z);
        way[j] = (Vec){slope.x / length, slope.y / length, slope.z / length};
    }
    pipe_along(m, at, way, STEPS, 0.018, 8);
}

/* ---- flat ones, with a thickness ---- */

/* A convex outline, counter-clockwise as the viewer sees it. */
static void
slab(Mould *m, const double *corner, unsigned n, double back, double front)
{
    unsigned first = m->position->len / 3;
    Vec ahead = {0, 0, 1};

    for (unsigned i = 0; i < n; i++)
        vertex(m, (Vec){corner[2 * i], corner[2 * i + 1], front}, ahead, tiles(corner[2 * i]),
               tiles(-corner[2 * i + 1]));
    for (unsigned i = 1; i + 1 < n; i++)
        triangle(m, first, first + i, first + i + 1);
    for (unsigned i = 0; i < n && front > back; i++) {
        const double *p = corner + 2 * i, *q = corner + 2 * ((i + 1) % n);
        Vec out = {q[1] - p[1], p[0] - q[0], 0};
        uint16_t a = vertex(m, (Vec){p[0], p[1], front}, out, 0, 0);
        vertex(m, (Vec){p[0], p[1], back}, out, 0, 1);
        vertex(m, (Vec){q[0], q[1], back}, out, 1, 1);
        vertex(m, (Vec){q[0], q[1], front}, out, 1, 0);
        triangle(m, a, a + 1u, a + 2u);
        triangle(m, a, a + 2u, a + 3u);
    }
}

static void
box(Mould *m, double x, double y, double w, double h, double back, double front)
{
    const double corner[4][2] = {{x - w / 2, y - h / 2},
                                 {x + w / 2, y - h / 2},
                                 {x + w / 2, y + h / 2},
                                 {x - w / 2, y + h / 2}};
    slab(m, &corner[0][0], 4, back, front);
}

static void
leaning(Mould *m, double x, double y, double w, double h, double lean, double front)
{
    double c = cos(lean), s = sin(lean);
    double corner[4][2];
    static const double sign[4][2] = {{-1, -1}, {1, -1}, {1, 1}, {-1, 1}};
    for (unsigned i = 0; i < 4; i++) {
        double dx = sign[i][0] * w / 2, dy = sign[i][1] * h / 2;
        corner[i][0] = x + dx * c - dy * s;
        corner[i][1] = y + dx * s + dy * c;
    }
    slab(m, &corner[0][0], 4, front - 0.01, front);
}

static void
polygon(Mould *m, unsigned sides, double radius, double from, double back, double front)
{
    double corner[32][2];
    for (unsigned i = 0; i < sides; i++) {
        corner[i][0] = radius * cos(from + TURN * i / sides);
        corner[i][1] = radius * sin(from + TURN * i / sides);
    }
    slab(m, &corner[0][0], sides, back, front);
}

/* A plate with its corners taken off. */
static void
plate(Mould *m)
{
    const double w = 0.46, h = 0.58, cut = 0.05;
    const double corner[8][2] = {{-w + cut, -h}, {w - cut, -h}, {w, -h + cut}, {w, h - cut},
                                 {w - cut, h},   {-w + cut, h}, {-w, h - cut}, {-w, -h + cut}};
    slab(m, &corner[0][0], 8, -0.02, 0);
}

static void
frame(Mould *m)
{
    const double r = 0.13, t = 0.016;
    box(m, 0, r, 2 * r + t, t, 0, 0.02);
    box(m, 0, -r, 2 * r + t, t, 0, 0.02);
    box(m, r, 0, t, 2 * r - t, 0, 0.02);
    box(m, -r, 0, t, 2 * r - t, 0, 0.02);
}

static void
bars(Mould *m, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        box(m, 0.03 * (i - (n - 1) / 2.0), -0.01, 0.016, 0.075, 0, 0.012);
}

static void
eyes(Mould *m, double height, double lean)
{
    leaning(m, -0.05, 0, 0.05, height, lean, 0);
    leaning(m, 0.05, 0, 0.05, height, -lean, 0);
}

static void
fill(Mould *m, DashSolid solid)
{
    switch (solid) {
    case DASH_SOLID_PLATE:
        plate(m);
        break;
    case DASH_SOLID_HEAD:
        ellipsoid(m, (Vec){0}, (Vec){0.125, 0.15, 0.125}, 2, 20, 12);
        break;
    case DASH_SOLID_TORSO:
        ellipsoid(m, (Vec){0}, (Vec){0.225, 0.235, 0.115}, 2.5, 24, 12);
        break;
    case DASH_SOLID_EYES_OPEN:
        eyes(m, 0.044, 0);
        break;
    case DASH_SOLID_EYES_CONFUSED:
        eyes(m, 0.034, 0.55);
        break;
    case DASH_SOLID_EYES_HALF:
        eyes(m, 0.024, 0);
        break;
    case DASH_SOLID_EYES_NARROW:
        eyes(m, 0.012, -0.35);
        break;
    case DASH_SOLID_EYES_SHUT:
        eyes(m, 0.008, 0);
        break;
    case DASH_SOLID_EYES_UNKNOWN:
        box(m, 0, 0, 0.22, 0.05, -0.01, 0);
        break;
    case DASH_SOLID_RING:
        ring(m, 0.085, 0.017);
        break;
    case DASH_SOLID_TUBE:
        tube(m);
        break;
    case DASH_SOLID_GLASS:
        box(m, 0, 0.16, 0.052, 0.34, -0.012, 0);
        break;
    case DASH_SOLID_COLUMN:
        box(m, 0, 0.5, 0.028, 1, 0, 0.012);
        break;
    case DASH_SOLID_TRIANGLE: {
        const double corner[3][2] = {{-0.115, -0.075}, {0.115, -0.075}, {0, 0.12}};
        slab(m, &corner[0][0], 3, -0.01, 0.01);
        break;
    }
    case DASH_SOLID_DIAMOND:
        polygon(m, 4, 0.115, 0, -0.01, 0.01);
        break;
    case DASH_SOLID_DISC:
        polygon(m, 24, 0.088, 0, -0.01, 0.01);
        break;
    case DASH_SOLID_SQUARE:
        box(m, 0, 0, 0.1, 0.1, -0.01, 0.01);
        break;
    case DASH_SOLID_FRAME:
        frame(m);
        break;
    case DASH_SOLID_BARS_1:
        bars(m, 1);
        break;
    case DASH_SOLID_BARS_2:
        bars(m, 2);
        break;
    case DASH_SOLID_BARS_3:
        bars(m, 3);
        break;
    case DASH_SOLID_CROSS:
        leaning(m, 0, 0, 0.62, 0.03, 0.8, 0.01);
        leaning(m, 0, 0, 0.62, 0.03, -0.8, 0.012);
        break;
    case DASH_N_SOLIDS:
        break;
    }
}

const char *
dash_solid_name(DashSolid solid)
{
    static const char *const names[DASH_N_SOLIDS] = {
        [DASH_SOLID_PLATE] = "plate",
        [DASH_SOLID_HEAD] = "head",
        [DASH_SOLID_TORSO] = "torso",
        [DASH_SOLID_EYES_OPEN] = "eyes open",
        [DASH_SOLID_EYES_CONFUSED] = "eyes confused",
        [DASH_SOLID_EYES_HALF] = "eyes half open",
        [DASH_SOLID_EYES_NARROW] = "eyes narrow",
        [DASH_SOLID_EYES_SHUT] = "eyes shut",
        [DASH_SOLID_EYES_UNKNOWN] = "eyes not known",
        [DASH_SOLID_RING] = "pulse ring",
        [DASH_SOLID_TUBE] = "tube",
        [DASH_SOLID_GLASS] = "thermometer",
        [DASH_SOLID_COLUMN] = "temperature",
        [DASH_SOLID_TRIANGLE] = "marker high",
        [DASH_SOLID_DIAMOND] = "marker medium",
        [DASH_SOLID_DISC] = "marker low",
        [DASH_SOLID_SQUARE] = "marker advisory",
        [DASH_SOLID_FRAME] = "marker answered",
        [DASH_SOLID_BARS_1] = "bars 1",
        [DASH_SOLID_BARS_2] = "bars 2",
        [DASH_SOLID_BARS_3] = "bars 3",
        [DASH_SOLID_CROSS] = "no data",
    };

    g_return_val_if_fail((unsigned)solid < DASH_N_SOLIDS, "");
    return names[solid];
}

DashSolids *
dash_solids_new(void)
{
    DashSolids *self = g_new0(DashSolids, 1);

    for (unsigned i = 0; i < DASH_N_SOLIDS; i++) {
        Mould *m = &self->mould[i];
        m->position = g_array_new(FALSE, FALSE, sizeof(float));
        m->normal = g_array_new(FALSE, FALSE, sizeof(float));
        m->uv = g_array_new(FALSE, FALSE, sizeof(float));
        m->index = g_array_new(FALSE, FALSE, sizeof(uint16_t));
        fill(m, (DashSolid)i);
        self->shape[i] = (DashGlbShape){
            .position = (const float *)(void *)m->position->data,
            .normal = (const float *)(void *)m->normal->data,
            .uv = (const float *)(void *)m->uv->data,
            .n = m->position->len / 3,
            .index = (const uint16_t *)(void *)m->index->data,
            .n_index = m->index->len,
        };
    }
    return self;
}

void
dash_solids_free(DashSolids *self)
{
    if (!self)
        return;
    for (unsigned i = 0; i < DASH_N_SOLIDS; i++) {
        g_array_unref(self->mould[i].position);
        g_array_unref(self->mould[i].normal);
        g_array_unref(self->mould[i].uv);
        g_array_unref(self->mould[i].index);
    }
    g_free(self);
}

const DashGlbShape *
dash_solids_get(const DashSolids *self, DashSolid solid)
{
    g_return_val_if_fail((unsigned)solid < DASH_N_SOLIDS, NULL);
    return &self->shape[solid];
}
