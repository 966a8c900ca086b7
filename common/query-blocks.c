/* SPDX-License-Identifier: Apache-2.0 */
#include "common/query-blocks.h"

#include <stdlib.h>
#include <string.h>

#include "common/error.h"

__extension__ typedef __int128 Wide;

/* Index of the first sample at or after @t_us: time of n is t0 + floor(n * num * 1e6 / den). */
static uint64_t
index_at(const Vicu__Segment *segment, int64_t t_us)
{
    Wide ahead = (Wide)t_us - segment->t0_us;
    Wide scale = (Wide)segment->period_num * G_USEC_PER_SEC;

    if (ahead <= 0)
        return 0;
    Wide n = (ahead * segment->period_den + scale - 1) / scale;
    return n > UINT64_MAX ? UINT64_MAX : (uint64_t)n;
}

static Wide
time_of(const Vicu__SampleRun *run)
{
    const Vicu__Segment *s = run->segment;
    return s->t0_us + (Wide)run->first * s->period_num * G_USEC_PER_SEC / s->period_den;
}

static gboolean
fail(const char *what, GError **error)
{
    g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT, "a block of the store's answer: %s", what);
    return FALSE;
}

/* A run for @block, its samples cut to the range; NULL: none lies in it, or @error. */
static Vicu__SampleRun *
unpack(VicuCodecScratch *scratch,
       Vicu__SampleBlock *block,
       int64_t from_us,
       int64_t to_us,
       GError **error)
{
    const Vicu__Segment *segment = block->segment;

    if (segment == NULL || segment->period_num == 0 || segment->period_den == 0 || block->n == 0
        || block->first > UINT64_MAX - block->n) {
        fail("its segment or its place makes no sense", error);
        return NULL;
    }
    uint64_t first = MAX(block->first, index_at(segment, from_us));
    uint64_t end = MIN(block->first + block->n, index_at(segment, to_us));
    if (first >= end)
        return NULL;
    VicuBlockInfo info;
    VicuBlockStatus status = vicu_block_peek(block->block.data, block->block.len, &info, NULL, 0);
    size_t n = (size_t)(end - first), got = n;
    int16_t *samples = NULL;
    if (status == VICU_BLOCK_OK && info.n != block->n)
        status = VICU_BLOCK_CORRUPT;
    if (status == VICU_BLOCK_OK) {
        samples = malloc(2 * n); /* freed with the message */
        g_assert(samples != NULL);
        status =
            n == block->n
                ? vicu_block_unpack(scratch, block->block.data, block->block.len, samples, n, &got)
                : vicu_block_unpack_range(scratch, block->block.data, block->block.len,
                                          (size_t)(first - block->first), n, samples);
    }
    if (status != VICU_BLOCK_OK) {
        free(samples);
        fail(vicu_block_status_text(status), error);
        return NULL;
    }
    for (size_t i = 0; G_BYTE_ORDER != G_LITTLE_ENDIAN && i < n; i++)
        samples[i] = GINT16_TO_LE(samples[i]);
    Vicu__SampleRun *run = malloc(sizeof *run);
    g_assert(run != NULL);
    vicu__sample_run__init(run);
    run->segment = g_steal_pointer(&block->segment);
    run->first = first;
    run->samples.data = (uint8_t *)samples;
    run->samples.len = 2 * n;
    return run;
}

static int
compare_runs(gconstpointer pa, gconstpointer pb)
{
    const Vicu__SampleRun *a = *(Vicu__SampleRun *const *)pa;
    const Vicu__SampleRun *b = *(Vicu__SampleRun *const *)pb;

    if (a->segment == NULL || b->segment == NULL || a->segment->period_den == 0
        || b->segment->period_den == 0)
        return 0;
    Wide ta = time_of(a), tb = time_of(b);
    return (ta > tb) - (ta < tb);
}

gboolean
vicu_query_blocks_unpack(VicuCodecScratch *scratch,
                         Vicu__QueryRows *rows,
                         int64_t from_us,
                         int64_t to_us,
                         GError **error)
{
    if (rows->n_block == 0)
        return TRUE;
    gboolean mixed = rows->n_run > 0;
    Vicu__SampleRun **runs = realloc(rows->run, (rows->n_run + rows->n_block) * sizeof *runs);
    g_assert(runs != NULL);
    rows->run = runs;
    for (size_t i = 0; i < rows->n_block; i++) {
        GError *why = NULL;
        Vicu__SampleRun *run = unpack(scratch, rows->block[i], from_us, to_us, &why);
        if (why != NULL) {
            g_propagate_error(error, why);
            return FALSE;
        }
        if (run != NULL)
            rows->run[rows->n_run++] = run;
        vicu_wire_free(rows->block[i]);
        rows->block[i] = NULL;
    }
    free(rows->block);
    rows->block = NULL;
    rows->n_block = 0;
    if (mixed) /* blocks alone came in order */
        qsort(rows->run, rows->n_run, sizeof *rows->run, compare_runs);
    return TRUE;
}
