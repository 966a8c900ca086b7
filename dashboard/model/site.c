/* Site. See site.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/model/site.h"

#include <stdlib.h>
#include <string.h>

#include "dashboard/model/judge.h"

#define SPANS_MAX 128

typedef struct {
    int64_t lags[DASH_BEDS_MAX];
    unsigned n_lags;
    double wanted_us;
    double had_us;
} Sums;

size_t
dash_site_length(const char *bed)
{
    const char *slash = strchr(bed, '/');
    return slash ? (size_t)(slash - bed) : strlen(bed);
}

/* Between the first and the last sample of the window: what came, of what should have. */
static void
add_loss(Sums *sums, const DashBed *bed, int64_t now_us)
{
    for (unsigned i = 0; i < bed->n_streams; i++) {
        const DashWave *wave = bed->stream[i].wave;
        DashSpan spans[SPANS_MAX];
        int64_t to_us = wave ? dash_wave_end_us(wave) : 0;
        int64_t from_us = MAX(to_us - DASH_SITE_LOSS_US, wave ? dash_wave_start_us(wave) : 0);
        if (!wave || to_us < now_us - 2 * DASH_SITE_LOSS_US || to_us <= from_us)
            continue;
        size_t n = dash_wave_spans(wave, from_us, to_us, spans, SPANS_MAX);
        sums->wanted_us += (double)(to_us - from_us);
        for (size_t k = 0; k < n; k++)
            sums->had_us += (double)spans[k].n * spans[k].period_us;
    }
}

static void
add_bed(DashSite *site, Sums *sums, const DashBed *bed, int64_t now_us)
{
    DashAbsence absence = dash_judge_absence(bed, now_us);
    site->beds++;
    if (bed->arrived_us > 0) {
        int64_t silent_us = MAX(now_us - bed->arrived_us, 0);
        site->silent_us = site->silent_us < 0 ? silent_us : MIN(site->silent_us, silent_us);
    }
    if (bed->clock_t_us > 0 && now_us - bed->clock_t_us < DASH_SITE_CLOCK_US
        && (!site->clock_known || ABS(bed->clock_us) > ABS(site->clock_us))) {
        site->clock_known = true;
        site->clock_us = bed->clock_us;
    }
    if (absence == DASH_STANDBY || absence == DASH_TRANSPORT || absence == DASH_DISCHARGED)
        return;
    site->expected++;
    site->with_data += dash_judge_shows_data(absence);
    site->flowing += absence == DASH_PRESENT;
    add_loss(sums, bed, now_us);
    if (!dash_judge_shows_data(absence))
        return;
    sums->lags[sums->n_lags++] = bed->lag_us;
    site->behind_s = MAX(site->behind_s, dash_judge_behind_s(bed));
}

static int
compare(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a;
    int64_t y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static void
finish(DashSite *site, Sums *sums)
{
    if (sums->n_lags > 0) {
        qsort(sums->lags, sums->n_lags, sizeof sums->lags[0], compare);
        site->lag_us = sums->lags[sums->n_lags / 2];
    }
    if (sums->wanted_us > 0)
        site->loss = CLAMP(1 - sums->had_us / sums->wanted_us, 0, 1);
    if (site->expected == 0 || site->silent_us < 0)
        site->link = DASH_LINK_NONE;
    else if (site->flowing == 0)
        site->link = DASH_LINK_STALE;
    else if (site->behind_s > 0 || site->flowing < site->expected || site->loss > 0.01)
        site->link = DASH_LINK_BEHIND;
    else
        site->link = DASH_LINK_FLOWS;
}

unsigned
dash_sites_of(const DashModel *model, int64_t now_us, DashSite out[DASH_SITES_MAX])
{
    unsigned n = 0;
    g_autofree Sums *sums = g_new0(Sums, 1);
    for (size_t i = 0; i < dash_model_n_beds(model); i++) {
        const DashBed *bed = dash_model_bed(model, i);
        size_t length = MIN(dash_site_length(bed->id), sizeof out->name - 1);
        bool same = n > 0 && strlen(out[n - 1].name) == length
                    && strncmp(out[n - 1].name, bed->id, length) == 0;
        if (!same) {
            if (n > 0)
                finish(&out[n - 1], sums);
            if (n == DASH_SITES_MAX)
                return n;
            *sums = (Sums){0};
            out[n] = (DashSite){.silent_us = -1, .lag_us = -1, .loss = -1};
            memcpy(out[n].name, bed->id, length);
            n++;
        }
        add_bed(&out[n - 1], sums, bed, now_us);
    }
    if (n > 0)
        finish(&out[n - 1], sums);
    return n;
}
