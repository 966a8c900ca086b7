/* Strip. See strip.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/scene/strip.h"

#include <math.h>
#include <string.h>

#include "dashboard/scene/past-parts.h"

#define S         ((int64_t)G_USEC_PER_SEC)
#define RUNS_MAX  512
#define STRIP_MAX 60 /* seconds of a wave that is made for a strip */

void
dash_put_paper(DashScene *self, DashRect plot, double mm)
{
    uint32_t fine = dash_palette_mix(self->pal->tile, self->pal->seam, 0.35);
    uint32_t coarse = dash_palette_mix(self->pal->tile, self->pal->seam, 0.95);
    int n_x = (int)(plot.w / mm);
    int n_y = (int)(plot.h / mm);
    for (int pass = 0; pass < 2; pass++) {
        for (int i = 0; i <= n_x; i++)
            if ((i % 5 == 0) == (pass == 1) && (pass == 1 || mm >= 3))
                dash_put_fill(self, (DashRect){plot.x + (int)(i * mm), plot.y, 1, plot.h},
                              pass ? coarse : fine);
        for (int i = 0; i <= n_y; i++)
            if ((i % 5 == 0) == (pass == 1) && (pass == 1 || mm >= 3))
                dash_put_fill(self, (DashRect){plot.x, plot.y + (int)(i * mm), plot.w, 1},
                              pass ? coarse : fine);
    }
}

void
dash_put_calibration(
    DashScene *self, DashRect plot, const DashGain *gain, double px_per_s, uint32_t ink)
{
    double per_mv = (plot.h - 3) / (gain->hi - gain->lo);
    int w = MAX((int)lrint(px_per_s / 5), 3);
    int h = (int)lrint(per_mv);
    int foot = plot.y + plot.h - 2 - (int)lrint((0 - gain->lo) * per_mv);
    if (gain->mm_per_unit <= 0 || h < 4)
        return;
    foot = CLAMP(foot, plot.y + h + 1, plot.y + plot.h - 2);
    dash_put_fill(self, (DashRect){plot.x, foot, 2, 1}, ink);
    dash_put_fill(self, (DashRect){plot.x + 2, foot - h, 1, h + 1}, ink);
    dash_put_fill(self, (DashRect){plot.x + 2, foot - h, w, 1}, ink);
    dash_put_fill(self, (DashRect){plot.x + 2 + w, foot - h, 1, h + 1}, ink);
    dash_put_fill(self, (DashRect){plot.x + 3 + w, foot, 2, 1}, ink);
}

const DashWave *
dash_strip_wave(DashScene *self, DashPast *past, unsigned stream, int64_t from_us, int64_t to_us)
{
    g_autofree const DashRun **runs = g_new(const DashRun *, RUNS_MAX);
    int64_t margin_us = S / 10;
    size_t n = dash_past_runs(past, stream, from_us - margin_us, to_us + margin_us, runs, RUNS_MAX);
    DashWave *wave = NULL;
    for (size_t i = 0; i < n; i++) {
        const DashRun *run = runs[i];
        double per_us = (double)run->scale.period_den / run->scale.period_num / 1e6;
        double skip = (double)(from_us - margin_us - dash_run_time_us(run, 0)) * per_us;
        size_t first = skip > 0 ? (size_t)skip : 0;
        size_t many = MIN(run->n - MIN(first, run->n),
                          (size_t)((double)(to_us - from_us + 2 * margin_us) * per_us) + 2);
        if (many == 0)
            continue;
        if (!wave) {
            wave = dash_wave_new(&run->scale, STRIP_MAX);
            g_ptr_array_add(self->waves, wave);
        }
        g_autofree uint8_t *bytes = g_malloc(2 * many);
        for (size_t k = 0; k < many; k++) {
            bytes[2 * k] = (uint8_t)run->samples[first + k];
            bytes[2 * k + 1] = (uint8_t)((uint16_t)run->samples[first + k] >> 8);
        }
        if (dash_wave_holds_rate(wave, &run->scale))
            dash_wave_push(wave, &run->scale, run->first + first, bytes, many);
    }
    return wave;
}

/* Pressures stand on zero, so that a low one looks low; an arterial one goes to 100 at least. */
static DashGain
gain_of_pressure(const VicuSignal *signal, double min, double max)
{
    static const double tops[] = {20, 40, 60, 100, 150, 200, 300};
    bool arterial =
        signal && (strcmp(signal->name, "ABP") == 0 || strcmp(signal->name, "ART") == 0);
    DashGain gain = {min < -2 ? floor(min / 10) * 10 : 0, 400, 0};
    for (size_t i = G_N_ELEMENTS(tops); i-- > 0;)
        if (max <= tops[i] && (!arterial || tops[i] >= 100))
            gain.hi = tops[i];
    return gain;
}

DashGain
dash_strip_gain(const VicuSignal *signal,
                const char *unit,
                const DashWave *wave,
                int64_t from_us,
                int64_t to_us,
                double mm)
{
    double min = 0;
    double max = 1;
    dash_wave_extent(wave, from_us, to_us, &min, &max);
    DashGain gain = {min, max, 0};
    double middle = (min + max) / 2;
    bool heart = signal && vicu_signal_is_ecg(signal);
    for (double per = 10; heart && per >= 2.5; per /= 2) {
        gain = (DashGain){middle - mm / per / 2, middle + mm / per / 2, per};
        if ((max - min) * per <= mm)
            return gain;
    }
    if (strcmp(unit, "mm[Hg]") == 0)
        return gain_of_pressure(signal, min, max);
    double margin = MAX((max - min) * 0.06, 1e-6);
    return (DashGain){min - margin, max + margin, 0};
}

char *
dash_strip_scale(char out[DASH_TEXT_MAX], DashUnits units, const char *unit, const DashGain *gain)
{
    char lo[DASH_TEXT_MAX];
    char hi[DASH_TEXT_MAX];
    const char *said = dash_units_name(units, unit);
    dash_format_bound(lo, units, unit, gain->lo, gain->hi - gain->lo);
    dash_format_bound(hi, units, unit, gain->hi, gain->hi - gain->lo);
    out[0] = '\0';
    if (gain->mm_per_unit > 0)
        g_snprintf(out, DASH_TEXT_MAX, "%.3g mm/%.12s", gain->mm_per_unit, said);
    else if (*said)
        g_snprintf(out, DASH_TEXT_MAX, "%.12s…%.12s %.12s", lo, hi, said);
    return out;
}
