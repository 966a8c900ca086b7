/* Range: in which bounds a wave is drawn. Steady: it grows at once when the wave
 * would be cut, and shrinks only when the wave has used less than half of it.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "dashboard/model/private.h"

#define FORGET       0.998 /* a second: half of it in six minutes */
#define STEPS        64
#define LOOK_BACK_US (6 * (int64_t)G_USEC_PER_SEC)

static double
round_up(double wanted)
{
    static const double steps[] = {1, 1.5, 2, 3, 4, 6, 8};
    if (!(wanted > 1e-9))
        return 1e-9;
    double decade = pow(10, floor(log10(wanted)));
    for (size_t i = 0; i < G_N_ELEMENTS(steps); i++)
        if (wanted <= steps[i] * decade * (1 + 1e-9))
            return steps[i] * decade;
    return 10 * decade;
}

/* Pressures stand on zero, so that heights mean the same in every bed; an arterial
 * one is never drawn larger than 0-100, so that a low pressure looks low. */
static void
range_pressure(double min, double max, double least_top, double *lo, double *hi)
{
    static const double tops[] = {20, 40, 60, 100, 150, 200, 300};
    *hi = 400;
    for (size_t i = G_N_ELEMENTS(tops); i-- > 0;)
        if (max <= tops[i] && tops[i] >= least_top)
            *hi = tops[i];
    *lo = min < -2 ? -round_up(-min) : 0;
}

static void
range_free(double min, double max, double *lo, double *hi)
{
    double span = round_up((max - min) * 1.15);
    double middle = (min + max) / 2;
    *lo = middle - span / 2;
    *hi = middle + span / 2;
}

static bool
arterial(const DashStream *stream)
{
    return stream->signal
           && (strcmp(stream->signal->name, "ABP") == 0
               || strcmp(stream->signal->name, "ART") == 0);
}

/* A quarter of what the wave was of late, and never a few steps of the converter;
 * half a millivolt for a heart. */
static double
least_span(const DashStream *stream)
{
    double least = MAX(0.25 * stream->widest, STEPS * dash_wave_step(stream->wave));
    if (stream->signal && vicu_signal_is_ecg(stream->signal))
        least = MAX(least, 0.5);
    return least;
}

void
dash_model_update_range(DashStream *stream)
{
    int64_t end_us = dash_wave_end_us(stream->wave);
    if (end_us - stream->ranged_us < (int64_t)G_USEC_PER_SEC && end_us >= stream->ranged_us)
        return;
    double min = 0;
    double max = 0;
    if (!dash_wave_extent(stream->wave, end_us - LOOK_BACK_US, end_us, &min, &max))
        return;
    stream->ranged_us = end_us;
    stream->widest = MAX(max - min, stream->widest * FORGET);
    double least = least_span(stream);
    if (max - min < least) { /* a flat line is drawn flat, its noise is not blown up */
        double middle = (min + max) / 2;
        min = middle - least / 2;
        max = middle + least / 2;
    }
    double span = stream->hi - stream->lo;
    bool cut = !(span > 0) || min < stream->lo || max > stream->hi;
    bool lost = max - min < 0.45 * span;
    if (!cut && !lost)
        return;
    if (g_strcmp0(stream->unit, "mm[Hg]") == 0)
        range_pressure(min, max, arterial(stream) ? 100 : 0, &stream->lo, &stream->hi);
    else
        range_free(min, max, &stream->lo, &stream->hi);
}
