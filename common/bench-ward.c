/* SPDX-License-Identifier: Apache-2.0 */
#include "common/bench-ward.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#define TEMPLATE 1024 /* points of one beat */
#define BUMPS    5    /* of one beat at most */
#define ECGS     3
#define RESP     6
#define ECG_MOST 2047 /* a converter of 12 bits */

/* ---- chance: splitmix64, so that a ward is the same everywhere ---- */

typedef struct {
    uint64_t state;
} Chance;

static uint64_t
chance_next(Chance *chance)
{
    uint64_t z = (chance->state += UINT64_C(0x9E3779B97F4A7C15));

    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

static double
chance_share(Chance *chance) /* 0 <= x < 1 */
{
    return (double)(chance_next(chance) >> 11) * 0x1p-53;
}

/* Four uniforms of 16 bits: near enough to a normal for the noise of a sensor. */
static double
chance_normal(Chance *chance)
{
    uint64_t z = chance_next(chance);
    double sum = 0;

    for (int i = 0; i < 4; i++, z >>= 16)
        sum += (double)(z & 0xffff);
    return (sum - 2 * 65535.0) / (65536.0 * sqrt(4.0 / 12.0));
}

/* ---- the signals ---- */

/* A bump of one beat: where, how wide (shares of the beat), how high (units). */
typedef struct {
    double at, width, height;
} Bump;

typedef struct {
    VicuBenchWave wave;
    double base;       /* units */
    double noise;      /* stored integers */
    const Bump *bumps; /* BUMPS of them; the unused have no width */
} Kind;

static const Bump pqrst[BUMPS] = {
    {.18, .018, .12}, {.285, .008, -.10}, {.30, .0085, 1.0}, {.317, .009, -.22}, {.52, .045, .28}};
static const Bump arterial[BUMPS] = {{.42, .07, 40}, {.52, .10, 22}, {.68, .08, 10}};
static const Bump venous[BUMPS] = {{.20, .05, 4}, {.38, .04, 1.8}, {.66, .09, 2.6}};
static const Bump pleth[BUMPS] = {{.50, .09, 1.0}, {.72, .10, .45}};

static const Kind kinds[VICU_BENCH_WAVES] = {
    {{131329, "I", "mV", 200, 250}, 0, 1.8, pqrst},
    {{131330, "II", "mV", 200, 250}, 0, 1.8, pqrst},
    {{131395, "V", "mV", 200, 250}, 0, 2.2, pqrst},
    {{150036, "ABP", "mm[Hg]", 10, 125}, 70, 1.1, arterial},
    {{150084, "CVP", "mm[Hg]", 20, 125}, 8, 2.0, venous},
    {{150452, "PLETH", "1", 1000, 125}, 0, 1.6, pleth},
    {{151780, "RESP", "1", 500, 125}, 0, 1.3, NULL},
};

/* Of proto/signals.csv: what a bedside monitor sends beside its waves. */
static const uint32_t numerics[VICU_BENCH_NUMERICS] = {
    147842, 149514, 148065, 151562, 150456, 150448, 150037, 150038, 150039, 150021,
    150022, 150023, 150045, 150046, 150047, 150087, 150344, 160920, 151728, 151792,
};

struct VicuBenchWard {
    unsigned beds;
    VicuBenchWave waves[VICU_BENCH_WAVES];
    char **names;
    int16_t **loops; /* by bed and wave; a minute longer than the loop, so that a run is one */
    struct Walk {
        double mean, at;
    } * walks;       /* by bed and numeric */
    Chance *chances; /* of a bed's walks */
    int64_t *seconds;
};

static void
draw_beat(const Kind *kind, bool is_ecg, Chance *chance, double *points)
{
    memset(points, 0, (TEMPLATE + 1) * sizeof *points);
    for (size_t k = 0; kind->bumps != NULL && k < BUMPS && kind->bumps[k].width > 0; k++) {
        Bump bump = kind->bumps[k];
        if (is_ecg) { /* every lead of every bed looks another way */
            bump.width *= .85 + .3 * chance_share(chance);
            bump.height *= .6 + .8 * chance_share(chance);
        }
        for (int i = 0; i <= TEMPLATE; i++)
            for (int wrap = -1; wrap <= 1; wrap++) {
                double d = ((double)i / TEMPLATE + wrap - bump.at) / bump.width;
                points[i] += bump.height * exp(-.5 * d * d);
            }
    }
}

/* Where a wave is in its bed's heart and breath. */
typedef struct {
    Chance beat, own;
    double rest_s, beat_s, phase;
    double breath_step, breath; /* radians */
    double drift, size, wander, noise;
} Course;

static void
course_step(Course *c, double dt_s)
{
    c->phase += dt_s / c->beat_s;
    if (c->phase >= 1) {
        c->phase -= 1;
        c->drift = .95 * c->drift + .02 * chance_normal(&c->beat);
        c->beat_s = c->rest_s * (1 + .03 * sin(c->breath) + .3 * c->drift);
        if (chance_share(&c->beat) < .004) /* an early beat now and then */
            c->beat_s *= .65;
        c->size = 1 + .02 * chance_normal(&c->own);
    }
    c->breath += c->breath_step;
    c->wander = .9998 * c->wander + .0008 * chance_normal(&c->own);
    c->noise = .55 * c->noise + chance_normal(&c->own);
}

static double
course_value(const Course *c, const Kind *kind, unsigned wave, const double *points)
{
    double at = c->phase * TEMPLATE;
    int i = (int)at;
    double beat = points[i] + (at - i) * (points[i + 1] - points[i]);
    double unit = 0;

    if (wave < ECGS)
        unit = beat * c->size + c->wander + .05 * sin(c->breath);
    else if (wave == RESP)
        unit = sin(c->breath) + .12 * sin(2 * c->breath) + c->wander;
    else
        unit = beat * c->size * (1 + .04 * sin(c->breath)) + kind->base * (1 + c->wander);
    double stored = unit * kind->wave.gain + kind->noise * c->noise;
    return wave < ECGS ? CLAMP(stored, -ECG_MOST - 1, ECG_MOST) : stored;
}

static int16_t *
make_loop(unsigned bed, unsigned wave, uint32_t hz)
{
    const Kind *kind = &kinds[wave];
    size_t loop = (size_t)hz * VICU_BENCH_LOOP_S, n = loop + (size_t)hz * 60;
    int16_t *samples = g_new(int16_t, n);
    double points[TEMPLATE + 1];
    Course c = {.beat = {77u + (uint64_t)bed * 1000003u}, /* the same for all waves of a bed */
                .own = {99u + (uint64_t)bed * 7919u + (uint64_t)wave * 104729u},
                .size = 1};

    draw_beat(kind, wave < ECGS, &c.own, points);
    c.rest_s = c.beat_s = 60 / (60 + 45 * chance_share(&c.beat));
    c.breath_step = 2 * G_PI * (.2 + .15 * chance_share(&c.beat)) / hz;
    for (size_t i = 0; i < loop; i++) {
        course_step(&c, 1.0 / hz);
        samples[i] = (int16_t)lrint(CLAMP(course_value(&c, kind, wave, points), -32767, 32767));
    }
    memcpy(samples + loop, samples, (n - loop) * sizeof *samples);
    return samples;
}

VicuBenchWard *
vicu_bench_ward_new(unsigned beds, unsigned ecg_hz)
{
    VicuBenchWard *self = g_new0(VicuBenchWard, 1);

    g_assert(beds > 0 && (ecg_hz == 250 || ecg_hz == 500));
    self->beds = beds;
    for (unsigned w = 0; w < VICU_BENCH_WAVES; w++) {
        self->waves[w] = kinds[w].wave;
        self->waves[w].hz = w < ECGS ? ecg_hz : kinds[w].wave.hz;
    }
    self->names = g_new0(char *, beds + 1);
    self->loops = g_new(int16_t *, (gsize)beds * VICU_BENCH_WAVES);
    self->walks = g_new(struct Walk, (gsize)beds * VICU_BENCH_NUMERICS);
    self->chances = g_new(Chance, beds);
    self->seconds = g_new0(int64_t, beds);
    for (unsigned b = 0; b < beds; b++) {
        self->names[b] = g_strdup_printf("bench/icu/%u", b + 1);
        for (unsigned w = 0; w < VICU_BENCH_WAVES; w++)
            self->loops[b * VICU_BENCH_WAVES + w] = make_loop(b, w, self->waves[w].hz);
        self->chances[b].state = 5555u + (uint64_t)b * 31337u;
        for (unsigned k = 0; k < VICU_BENCH_NUMERICS; k++) {
            struct Walk *walk = &self->walks[b * VICU_BENCH_NUMERICS + k];
            walk->mean = walk->at = 40 + 80 * chance_share(&self->chances[b]);
        }
    }
    return self;
}

void
vicu_bench_ward_free(VicuBenchWard *self)
{
    if (self == NULL)
        return;
    for (unsigned i = 0; i < self->beds * VICU_BENCH_WAVES; i++)
        g_free(self->loops[i]);
    g_free(self->loops);
    g_free(self->walks);
    g_free(self->chances);
    g_free(self->seconds);
    g_strfreev(self->names);
    g_free(self);
}

unsigned
vicu_bench_ward_beds(const VicuBenchWard *self)
{
    return self->beds;
}

const char *
vicu_bench_ward_bed(const VicuBenchWard *self, unsigned bed)
{
    g_assert(bed < self->beds);
    return self->names[bed];
}

const VicuBenchWave *
vicu_bench_ward_wave(const VicuBenchWard *self, unsigned wave)
{
    g_assert(wave < VICU_BENCH_WAVES);
    return &self->waves[wave];
}

uint32_t
vicu_bench_ward_numeric(unsigned numeric)
{
    g_assert(numeric < VICU_BENCH_NUMERICS);
    return numerics[numeric];
}

const int16_t *
vicu_bench_ward_samples(
    const VicuBenchWard *self, unsigned bed, unsigned wave, uint64_t first, size_t n)
{
    uint64_t hz = vicu_bench_ward_wave(self, wave)->hz;

    g_assert(bed < self->beds && n <= 60 * hz);
    return self->loops[bed * VICU_BENCH_WAVES + wave] + first % (hz * VICU_BENCH_LOOP_S);
}

void
vicu_bench_ward_next(VicuBenchWard *self, unsigned bed, double *values)
{
    g_assert(bed < self->beds);
    int64_t second = self->seconds[bed]++;

    for (unsigned k = 0; k < VICU_BENCH_NUMERICS; k++) {
        struct Walk *walk = &self->walks[bed * VICU_BENCH_NUMERICS + k];
        /* Some change each second, some each third; the fourth of four hardly at all. */
        if (second % (1 + k % 3) == 0)
            walk->at += .01 * (walk->mean - walk->at)
                        + (k % 4 == 3 ? .02 : .6) * chance_normal(&self->chances[bed]);
        values[k] = rint(walk->at);
    }
}
