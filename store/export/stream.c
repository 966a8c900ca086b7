/* SPDX-License-Identifier: Apache-2.0 */
#include "store/export/stream.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/error.h"
#include "common/ratio.h"

#define HOLE_SAMPLES 10 /* of a numeric: what is longer begins a new run */
#define DECIMALS_MAX 6

__extension__ typedef __int128 Wide;

void
store_export_stream_free(StoreExportStream *self)
{
    if (self == NULL)
        return;
    if (self->fd >= 0)
        close(self->fd); /* has no name: gone with us */
    g_free(self->name);
    g_free(self->label);
    g_free(self->unit);
    if (self->runs != NULL)
        g_array_unref(self->runs);
    if (self->values != NULL)
        g_array_unref(self->values);
    if (self->numbers != NULL)
        g_array_unref(self->numbers);
    g_free(self);
}

bool
store_export_read(
    const StoreExportStream *self, uint64_t at, size_t n, int32_t *out, GError **error)
{
    int16_t block[4096];

    if (self->numbers != NULL) {
        memcpy(out, &g_array_index(self->numbers, int32_t, at), n * sizeof *out);
        return true;
    }
    for (size_t done = 0; done < n;) {
        size_t want = MIN(n - done, G_N_ELEMENTS(block));
        ssize_t got =
            pread(self->fd, block, want * sizeof *block, (off_t)((at + done) * sizeof *block));
        if (got < (ssize_t)sizeof *block) {
            g_set_error(error, VICU_ERROR, VICU_ERROR_IO, "the samples of %s: %s", self->name,
                        got < 0 ? g_strerror(errno) : "the file ends");
            return false;
        }
        for (size_t i = 0; i < (size_t)got / sizeof *block; i++)
            out[done + i] = block[i] == INT16_MIN ? STORE_EXPORT_INVALID : block[i];
        done += (size_t)got / sizeof *block;
    }
    return true;
}

int64_t
store_export_time_us(const StoreExportRun *run, uint64_t i)
{
    return run->t0_us + (int64_t)((Wide)i * run->period_num * G_USEC_PER_SEC / run->period_den);
}

/* ---- order ---- */

static int
by_time(const void *a, const void *b)
{
    const StoreExportRun *x = a, *y = b;
    int64_t tx = store_export_time_us(x, x->first), ty = store_export_time_us(y, y->first);

    if (tx != ty)
        return tx < ty ? -1 : 1;
    return x->at < y->at ? -1 : x->at > y->at;
}

static bool
same_grid(const StoreExportRun *a, const StoreExportRun *b)
{
    return a->t0_us == b->t0_us && a->period_num == b->period_num && a->period_den == b->period_den
           && memcmp(&a->gain, &b->gain, sizeof a->gain) == 0 && a->baseline == b->baseline;
}

/* What of @next lies within @last goes. */
static void
cut_overlap(StoreExportStream *self, const StoreExportRun *last, StoreExportRun *next)
{
    uint64_t cut = 0;

    if (same_grid(last, next)) {
        uint64_t end = last->first + last->n;
        cut = next->first < end ? MIN(end - next->first, next->n) : 0;
    } else {
        int64_t end_us = store_export_time_us(last, last->first + last->n);
        /* ends that were rounded to the microsecond lie over nothing */
        while (cut < next->n && store_export_time_us(next, next->first + cut) + 1 < end_us)
            cut++;
    }
    next->first += cut;
    next->at += cut;
    next->n -= cut;
    self->overlap += cut;
}

void
store_export_settle(StoreExportStream *self)
{
    GArray *runs = self->runs;
    guint kept = 0;

    g_array_sort(runs, by_time);
    for (guint i = 0; i < runs->len; i++) {
        StoreExportRun next = g_array_index(runs, StoreExportRun, i);
        StoreExportRun *last = kept > 0 ? &g_array_index(runs, StoreExportRun, kept - 1) : NULL;
        if (last != NULL)
            cut_overlap(self, last, &next);
        if (next.n == 0)
            continue;
        if (last != NULL && same_grid(last, &next) && next.first == last->first + last->n
            && next.at == last->at + last->n) {
            last->n += next.n;
            last->min = MIN(last->min, next.min);
            last->max = MAX(last->max, next.max);
            continue;
        }
        g_array_index(runs, StoreExportRun, kept++) = next;
    }
    g_array_set_size(runs, kept);
}

/* ---- numerics as samples ---- */

static int64_t
least_step_us(const GArray *values)
{
    int64_t step_us = INT64_MAX;

    for (guint i = 1; i < values->len; i++)
        step_us = MIN(step_us, g_array_index(values, StoreExportValue, i).t_us
                                   - g_array_index(values, StoreExportValue, i - 1).t_us);
    return step_us;
}

/* Power of ten that makes integers of all values; 0: none. */
static double
decimal_gain(const GArray *values)
{
    double gain = 1;

    for (int d = 0; d <= DECIMALS_MAX; d++, gain *= 10) {
        bool fits = true;
        for (guint i = 0; fits && i < values->len; i++) {
            const StoreExportValue *v = &g_array_index(values, StoreExportValue, i);
            double scaled = round(v->value * gain);
            fits = v->invalid || (fabs(scaled) < INT32_MAX && scaled / gain == v->value);
        }
        if (fits)
            return gain;
    }
    return 0;
}

static void
add_number(StoreExportStream *self, StoreExportRun *run, int32_t number)
{
    g_array_append_val(self->numbers, number);
    run->n++;
    if (number != STORE_EXPORT_INVALID) {
        run->min = MIN(run->min, number);
        run->max = MAX(run->max, number);
    }
}

char *
store_export_number_runs(StoreExportStream *self)
{
    const GArray *values = self->values;
    int64_t step_us = least_step_us(values);
    double gain = decimal_gain(values);
    StoreExportRun run = {0};

    if (gain == 0)
        return g_strdup_printf("its values have more than %d decimals", DECIMALS_MAX);
    if (step_us == INT64_MAX)
        step_us = (int64_t)G_USEC_PER_SEC * self->period_num / MAX(self->period_den, 1);
    if (step_us <= 0)
        step_us = G_USEC_PER_SEC;
    uint64_t common = vicu_greatest_divisor((uint64_t)step_us, G_USEC_PER_SEC);
    if ((uint64_t)step_us / common > UINT32_MAX)
        return g_strdup("its values are days apart");
    self->numbers = g_array_new(FALSE, FALSE, sizeof(int32_t));
    for (guint i = 0; i < values->len; i++) {
        const StoreExportValue *v = &g_array_index(values, StoreExportValue, i);
        int64_t since_us = run.n > 0 ? v->t_us - run.t0_us : 0;
        if (since_us % step_us != 0)
            return g_strdup("its values do not come at equal steps of time");
        if (run.n > 0 && since_us / step_us - (int64_t)run.n > HOLE_SAMPLES) {
            g_array_append_val(self->runs, run);
            run.n = 0;
        }
        if (run.n == 0)
            run = (StoreExportRun){.t0_us = v->t_us,
                                   .period_num = (uint32_t)((uint64_t)step_us / common),
                                   .period_den = (uint32_t)(G_USEC_PER_SEC / common),
                                   .gain = gain,
                                   .at = self->numbers->len,
                                   .min = INT32_MAX,
                                   .max = INT32_MIN};
        while (run.n > 0 && (int64_t)run.n < since_us / step_us)
            add_number(self, &run, STORE_EXPORT_INVALID);
        add_number(self, &run, v->invalid ? STORE_EXPORT_INVALID : (int32_t)round(v->value * gain));
    }
    if (run.n > 0)
        g_array_append_val(self->runs, run);
    return NULL;
}

const char *
store_export_plain_unit(const char *ucum)
{
    static const struct {
        const char *ucum, *plain;
    } table[] = {{"mm[Hg]", "mmHg"}, {"1", "NU"},     {"/min", "bpm"},
                 {"deg", "degrees"}, {"Cel", "degC"}, {"cm[H2O]", "cmH2O"}};

    for (size_t i = 0; i < G_N_ELEMENTS(table); i++)
        if (strcmp(table[i].ucum, ucum) == 0)
            return table[i].plain;
    return ucum;
}
