/* SPDX-License-Identifier: Apache-2.0 */
#include "common/query-blocks.h"

#include <stdlib.h>
#include <string.h>

#include "common/codec/block.h"
#include "common/error.h"

#define USUAL_SAMPLES  32768u /* a minute at 500 Hz */
#define SHARED_SAMPLES 60000u /* what is worth waking a thread for: some 0.2 ms of work */

typedef struct {
    VicuCodecScratch *codec; /* NULL: none yet */
    size_t samples;          /* it has room for */
} Scratch;

/* A block, and what of it was asked for. */
typedef struct {
    Vicu__SampleBlock *block;
    uint64_t first;
    size_t n;         /* 0: none lies in the range */
    int16_t *samples; /* of the caller's thread, whoever fills it */
    VicuBlockStatus status;
} Piece;

/* One answer's pieces. Who has taken the last one may outlive the answer for a moment. */
typedef struct {
    Piece *piece;
    int n;
    int next;   /* atomic: the first that nobody has taken */
    int done;   /* atomic */
    int joined; /* atomic: threads, that of the caller included */
    GMutex lock;
    GCond all_done;
} Work;

struct VicuQueryBlocks {
    unsigned threads;
    GThreadPool *helpers; /* NULL: not needed yet */
    Scratch scratch[VICU_QUERY_BLOCKS_THREADS];
};

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

/* ---- one block ---- */

/* Longer blocks than before need more room. */
static VicuCodecScratch *
codec_for(Scratch *scratch, size_t n)
{
    if (scratch->codec != NULL && scratch->samples >= n)
        return scratch->codec;
    vicu_codec_scratch_free(scratch->codec);
    scratch->samples = MAX(n, USUAL_SAMPLES);
    scratch->codec = vicu_codec_scratch_new(scratch->samples);
    return scratch->codec;
}

/* Whether the block has as many samples as the answer says. */
static VicuBlockStatus
check(const Vicu__SampleBlock *block)
{
    VicuBlockInfo info;
    VicuBlockStatus status = vicu_block_peek(block->block.data, block->block.len, &info, NULL, 0);

    return status == VICU_BLOCK_OK && info.n != block->n ? VICU_BLOCK_CORRUPT : status;
}

static VicuBlockStatus
unpack(Scratch *scratch, const Piece *piece)
{
    const Vicu__SampleBlock *block = piece->block;
    const ProtobufCBinaryData *bytes = &block->block;
    size_t got = 0;
    VicuBlockStatus status = piece->n < block->n ? check(block) : VICU_BLOCK_OK;

    if (status != VICU_BLOCK_OK)
        return status;
    VicuCodecScratch *codec = codec_for(scratch, block->n);
    if (piece->n < block->n)
        return vicu_block_unpack_range(codec, bytes->data, bytes->len,
                                       (size_t)(piece->first - block->first), piece->n,
                                       piece->samples);
    status = vicu_block_unpack(codec, bytes->data, bytes->len, piece->samples, piece->n, &got);
    if (status == VICU_BLOCK_ROOM || (status == VICU_BLOCK_OK && got != piece->n))
        return VICU_BLOCK_CORRUPT; /* more or fewer than the answer says */
    return status;
}

/* ---- many ---- */

static void
work_clear(gpointer p)
{
    Work *work = p;

    g_mutex_clear(&work->lock);
    g_cond_clear(&work->all_done);
}

static void
take_part(VicuQueryBlocks *self, Work *work)
{
    int who = g_atomic_int_add(&work->joined, 1);

    for (int i; (i = g_atomic_int_add(&work->next, 1)) < work->n;) {
        Piece *piece = &work->piece[i];
        if (piece->n > 0 && piece->status == VICU_BLOCK_OK)
            piece->status = unpack(&self->scratch[who], piece);
        if (g_atomic_int_add(&work->done, 1) + 1 < work->n)
            continue;
        g_mutex_lock(&work->lock);
        g_cond_signal(&work->all_done);
        g_mutex_unlock(&work->lock);
    }
}

static void
on_help(gpointer data, gpointer user)
{
    take_part(user, data);
    g_atomic_rc_box_release_full(data, work_clear);
}

/* Helpers that come when all is taken find nothing to do, and are not waited for. */
static void
call_helpers(VicuQueryBlocks *self, Work *work)
{
    if (self->helpers == NULL)
        self->helpers = g_thread_pool_new(on_help, self, (int)self->threads - 1, TRUE, NULL);
    for (int i = 1; i < MIN((int)self->threads, work->n); i++)
        g_thread_pool_push(self->helpers, g_atomic_rc_box_acquire(work), NULL);
}

static void
unpack_all(VicuQueryBlocks *self, Piece *piece, size_t n)
{
    Work *work = g_atomic_rc_box_new0(Work);
    uint64_t samples = 0;

    work->piece = piece;
    work->n = (int)n;
    g_mutex_init(&work->lock);
    g_cond_init(&work->all_done);
    for (size_t i = 0; i < n; i++)
        samples += piece[i].n;
    if (self->threads > 1 && n > 1 && samples >= SHARED_SAMPLES)
        call_helpers(self, work);
    take_part(self, work);
    g_mutex_lock(&work->lock);
    while (g_atomic_int_get(&work->done) < work->n)
        g_cond_wait(&work->all_done, &work->lock);
    g_mutex_unlock(&work->lock);
    g_atomic_rc_box_release_full(work, work_clear);
}

/* ---- answers ---- */

/* FALSE: its segment or its place makes no sense. */
static gboolean
plan(Piece *piece, Vicu__SampleBlock *block, int64_t from_us, int64_t to_us)
{
    const Vicu__Segment *segment = block->segment;

    *piece = (Piece){.block = block};
    if (segment == NULL || segment->period_num == 0 || segment->period_den == 0 || block->n == 0
        || block->first > UINT64_MAX - block->n)
        return FALSE;
    piece->first = MAX(block->first, index_at(segment, from_us));
    uint64_t end = MIN(block->first + block->n, index_at(segment, to_us));
    if (piece->first >= end)
        return TRUE;
    piece->n = (size_t)(end - piece->first);
    if (block->n > VICU_BLOCK_MAX_SAMPLES) {
        piece->status = check(block); /* no block has so many */
        return TRUE;
    }
    piece->samples = malloc(2 * piece->n); /* freed with the message */
    g_assert(piece->samples != NULL);
    return TRUE;
}

static Vicu__SampleRun *
run_new(Piece *piece)
{
    Vicu__SampleRun *run = malloc(sizeof *run);

    g_assert(run != NULL);
    for (size_t i = 0; G_BYTE_ORDER != G_LITTLE_ENDIAN && i < piece->n; i++)
        piece->samples[i] = GINT16_TO_LE(piece->samples[i]);
    vicu__sample_run__init(run);
    run->segment = g_steal_pointer(&piece->block->segment);
    run->first = piece->first;
    run->samples.data = (uint8_t *)g_steal_pointer(&piece->samples);
    run->samples.len = 2 * piece->n;
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

/* What is wrong with the first that is; NULL: nothing. */
static const char *
read_pieces(VicuQueryBlocks *self,
            Piece *piece,
            const Vicu__QueryRows *rows,
            int64_t from_us,
            int64_t to_us)
{
    size_t n = 0;

    while (n < rows->n_block && plan(&piece[n], rows->block[n], from_us, to_us))
        n++;
    unpack_all(self, piece, n);
    for (size_t i = 0; i < n; i++)
        if (piece[i].status != VICU_BLOCK_OK)
            return vicu_block_status_text(piece[i].status);
    return n == rows->n_block ? NULL : "its segment or its place makes no sense";
}

static void
take_runs(Vicu__QueryRows *rows, Piece *piece)
{
    gboolean mixed = rows->n_run > 0;
    Vicu__SampleRun **runs = realloc(rows->run, (rows->n_run + rows->n_block) * sizeof *runs);

    g_assert(runs != NULL);
    rows->run = runs;
    for (size_t i = 0; i < rows->n_block; i++) {
        if (piece[i].n > 0)
            rows->run[rows->n_run++] = run_new(&piece[i]);
        vicu_wire_free(rows->block[i]);
    }
    free(rows->block);
    rows->block = NULL;
    rows->n_block = 0;
    if (mixed) /* blocks alone came in order */
        qsort(rows->run, rows->n_run, sizeof *rows->run, compare_runs);
}

gboolean
vicu_query_blocks_unpack(
    VicuQueryBlocks *self, Vicu__QueryRows *rows, int64_t from_us, int64_t to_us, GError **error)
{
    if (rows->n_block == 0)
        return TRUE;
    g_autofree Piece *piece = g_new0(Piece, rows->n_block);
    const char *wrong = read_pieces(self, piece, rows, from_us, to_us);

    if (wrong == NULL) {
        take_runs(rows, piece);
        return TRUE;
    }
    for (size_t i = 0; i < rows->n_block; i++)
        free(piece[i].samples);
    g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT, "a block of the store's answer: %s", wrong);
    return FALSE;
}

/* ---- life ---- */

VicuQueryBlocks *
vicu_query_blocks_new(unsigned threads)
{
    VicuQueryBlocks *self = g_new0(VicuQueryBlocks, 1);

    self->threads = MIN(threads > 0 ? threads : g_get_num_processors(), VICU_QUERY_BLOCKS_THREADS);
    return self;
}

void
vicu_query_blocks_free(VicuQueryBlocks *self)
{
    if (self == NULL)
        return;
    if (self->helpers != NULL)
        g_thread_pool_free(self->helpers, FALSE, TRUE);
    for (unsigned i = 0; i < VICU_QUERY_BLOCKS_THREADS; i++)
        vicu_codec_scratch_free(self->scratch[i].codec);
    g_free(self);
}
