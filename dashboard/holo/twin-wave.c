/* Waves of the twin. See twin-wave.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/holo/twin-wave.h"

#include <math.h>

#define SPANS 48

const DashStream *
dash_twin_stream(const DashBed *bed, unsigned which)
{
    const DashStream *ecg = dash_judge_ecg(bed);
    const DashStream *second[] = {dash_judge_pressure(bed), dash_judge_find_wave(bed, "PLETH"),
                                  dash_judge_find_wave(bed, "RESP")};
    const DashStream *found[DASH_TWIN_WAVES] = {NULL};
    unsigned n = 0;

    if (ecg)
        found[n++] = ecg;
    for (unsigned i = 0; i < G_N_ELEMENTS(second) && n < DASH_TWIN_WAVES; i++)
        if (second[i])
            found[n++] = second[i];
    return which < n ? found[which] : NULL;
}

/* Least and greatest of a column, in the order in which they came. */
typedef struct {
    int column; /* -1: none yet */
    int16_t least, greatest;
    bool least_first;
} Column;

typedef struct {
    DashTwinWave *out;
    const DashStream *stream;
    size_t points;
    size_t in_run;
    Column now;
    double gain, baseline;
} Pen;

static void
put_point(Pen *pen, double x, int16_t sample)
{
    double value = (sample - pen->baseline) / pen->gain;
    double span = pen->stream->hi - pen->stream->lo;
    double y = span > 0 ? (value - pen->stream->lo) / span : 0.5;

    if (pen->points == DASH_TWIN_WAVE_POINTS)
        return;
    pen->out->x[pen->points] = (float)x;
    pen->out->y[pen->points] = (float)CLAMP(y, 0, 1);
    pen->points++;
    pen->in_run++;
}

static void
end_column(Pen *pen)
{
    Column *c = &pen->now;
    double x = ((double)c->column + 0.25) / DASH_TWIN_WAVE_COLUMNS;

    if (c->column < 0)
        return;
    put_point(pen, x, c->least_first ? c->least : c->greatest);
    if (c->least != c->greatest)
        put_point(pen, x + 0.5 / DASH_TWIN_WAVE_COLUMNS, c->least_first ? c->greatest : c->least);
    c->column = -1;
}

/* A run of one point is no line. */
static void
end_run(Pen *pen)
{
    end_column(pen);
    if (pen->in_run == 1)
        pen->points--;
    if (pen->in_run > 1 && pen->out->n_runs == DASH_TWIN_WAVE_RUNS)
        pen->points -= pen->in_run; /* more runs than there is room for */
    else if (pen->in_run > 1)
        pen->out->run[pen->out->n_runs++] = pen->in_run;
    pen->in_run = 0;
}

static void
add_sample(Pen *pen, int column, int16_t sample)
{
    Column *c = &pen->now;

    if (column != c->column) {
        end_column(pen);
        *c = (Column){.column = column, .least = sample, .greatest = sample, .least_first = true};
        return;
    }
    if (sample < c->least) {
        c->least = sample;
        c->least_first = false;
    }
    if (sample > c->greatest) {
        c->greatest = sample;
        c->least_first = true;
    }
}

bool
dash_twin_wave(const DashBed *bed, const DashStream *stream, int64_t now_us, DashTwinWave *out)
{
    DashSpan span[SPANS];
    int64_t to_us = dash_judge_play_us(bed, now_us), from_us = to_us - DASH_TWIN_WAVE_US;
    size_t n = dash_wave_spans(stream->wave, from_us, to_us, span, SPANS);
    Pen pen = {.out = out, .stream = stream, .now.column = -1};

    out->stream = stream;
    out->n_runs = 0;
    for (size_t i = 0; i < n; i++) {
        if (!span[i].joins)
            end_run(&pen);
        pen.gain = span[i].gain;
        pen.baseline = span[i].baseline;
        for (size_t k = 0; k < span[i].n; k++) {
            double at = (double)(span[i].t_us - from_us) + (double)k * span[i].period_us;
            int column = (int)floor(at * DASH_TWIN_WAVE_COLUMNS / (double)DASH_TWIN_WAVE_US);
            if (column < 0 || column >= DASH_TWIN_WAVE_COLUMNS)
                continue;
            if (span[i].samples[k] == DASH_SAMPLE_INVALID)
                end_run(&pen);
            else
                add_sample(&pen, column, span[i].samples[k]);
        }
    }
    end_run(&pen);
    return out->n_runs > 0;
}
