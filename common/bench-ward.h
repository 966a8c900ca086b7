/* The synthetic ward of every bench and soak: beds that look like patients to a codec
 * and to a database, and are none.
 *
 * A bed has three leads of an ECG (250 or 500 Hz), ABP, CVP, PLETH and RESP (125 Hz) and
 * 20 numerics (1 Hz), the same for the same seed on every machine. Beats are templates
 * of Gaussians with respiration, wander and coloured noise, so that what is left after
 * linear prediction is about as much as in recordings; numerics are whole numbers that
 * walk at random. Everything made of it carries VICU__ORIGIN__ORIGIN_SIMULATED.
 *
 * A wave repeats after VICU_BENCH_LOOP_S seconds: no divisor of a minute, so that no two
 * minutes of an hour are alike. Memory: two bytes for each sample of that time. Pure.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

G_BEGIN_DECLS

#define VICU_BENCH_WAVES    7
#define VICU_BENCH_NUMERICS 20
#define VICU_BENCH_LOOP_S   61

typedef struct {
    uint32_t code; /* MDC */
    const char *label;
    const char *unit; /* UCUM */
    double gain;      /* stored integers per unit */
    uint32_t hz;
} VicuBenchWave;

typedef struct VicuBenchWard VicuBenchWard;

/* @ecg_hz: 250 or 500. Makes every wave at once: some 4 ms of CPU per bed and minute. */
VicuBenchWard *vicu_bench_ward_new(unsigned beds, unsigned ecg_hz);
void vicu_bench_ward_free(VicuBenchWard *self);

unsigned vicu_bench_ward_beds(const VicuBenchWard *self);
/* "bench/icu/1" and so on. Borrowed. */
const char *vicu_bench_ward_bed(const VicuBenchWard *self, unsigned bed);
const VicuBenchWave *vicu_bench_ward_wave(const VicuBenchWard *self, unsigned wave);
uint32_t vicu_bench_ward_numeric(unsigned numeric); /* its MDC code */

/* Samples @first to, and without, @first + @n, @n at most a minute's; borrowed. */
const int16_t *vicu_bench_ward_samples(
    const VicuBenchWard *self, unsigned bed, unsigned wave, uint64_t first, size_t n);

/* What the numerics of a bed are in its next second: VICU_BENCH_NUMERICS values. */
void vicu_bench_ward_next(VicuBenchWard *self, unsigned bed, double *values);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(VicuBenchWard, vicu_bench_ward_free)

G_END_DECLS
