/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/dashboard/leads.h"

#include <math.h>

#define HZ      250
#define SECONDS 8
#define GAIN    200

/* Heights of R and T; made up, of the usual directions. */
static const struct {
    uint32_t code;
    const char *label;
    double r;
    double t;
} kinds[] = {
    {131329, "I", 0.6, 0.2},       {131330, "II", 1.1, 0.28},   {131389, "III", 0.5, 0.1},
    {131390, "aVR", -0.85, -0.24}, {131391, "aVL", 0.12, 0.06}, {131392, "aVF", 0.8, 0.2},
    {131331, "V1", -0.9, -0.1},    {131332, "V2", -1.2, 0.5},   {131333, "V3", 0.4, 0.5},
    {131334, "V4", 1.3, 0.45},     {131335, "V5", 1.2, 0.35},   {131336, "V6", 0.9, 0.25},
};

static bool
has_code(const DashBed *bed, uint32_t code)
{
    for (unsigned i = 0; bed && i < bed->n_streams; i++)
        if (bed->stream[i].code == code)
            return true;
    return false;
}

static double
bump(double phase, double at, double width)
{
    double d = (phase - at) / width;
    return exp(-d * d);
}

static void
add(DashModel *model, const char *bed, unsigned k, int64_t now_us)
{
    static const uint8_t sender[16] = {12};
    Vicu__Batch batch = VICU__BATCH__INIT;
    Vicu__Segment segment = VICU__SEGMENT__INIT;
    Vicu__Wave wave = VICU__WAVE__INIT;
    Vicu__Segment *segments = &segment;
    Vicu__Wave *waves = &wave;
    uint8_t bytes[2 * HZ * SECONDS];
    for (unsigned i = 0; i < HZ * SECONDS; i++) {
        double phase = fmod(i / (double)HZ, 0.8) / 0.8;
        double mv = 0.1 * bump(phase, 0.18, 0.05) + kinds[k].r * bump(phase, 0.35, 0.015)
                    - 0.2 * kinds[k].r * bump(phase, 0.375, 0.015)
                    + kinds[k].t * bump(phase, 0.62, 0.07);
        int16_t sample = (int16_t)lround(mv * GAIN);
        bytes[2 * i] = (uint8_t)sample;
        bytes[2 * i + 1] = (uint8_t)((uint16_t)sample >> 8);
    }
    segment.id = 9000 + k;
    segment.bed = (char *)bed;
    segment.code = kinds[k].code;
    segment.label = (char *)kinds[k].label;
    segment.unit = (char *)"mV";
    segment.t0_us = now_us - SECONDS * (int64_t)G_USEC_PER_SEC;
    segment.period_num = 1;
    segment.period_den = HZ;
    segment.gain = GAIN;
    segment.origin = VICU__ORIGIN__ORIGIN_SIMULATED;
    wave.segment = segment.id;
    wave.samples.data = bytes;
    wave.samples.len = sizeof bytes;
    batch.t_us = now_us;
    batch.n_segment = batch.n_wave = 1;
    batch.segment = &segments;
    batch.wave = &waves;
    dash_model_take_batch(model, &batch, sender, 1, now_us);
}

void
leads_add(DashModel *model, const char *bed, unsigned n, int64_t now_us)
{
    for (unsigned k = 0; k < MIN(n, G_N_ELEMENTS(kinds)); k++)
        if (!has_code(dash_model_find_bed(model, bed), kinds[k].code))
            add(model, bed, k, now_us);
}
