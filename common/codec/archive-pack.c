/* Archive blocks: what is tried, and the frame around it.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/codec/archive-inner.h"
#include "common/codec/archive.h"

/* Samples of a block, an eighth of it within these bounds, on which two ways are compared. */
#define TRIAL_SHARE    8
#define TRIAL_LEAST    1024
#define RANKS_TRIAL    2048 /* between codes and their ranks it shows at once */
#define REFS_TRIAL     4096
#define AROUND         8 /* codes on each side of a sample's */
#define STRAIGHT_RIDGE 30

/* Bytes of a job's stream after @begun; 0: more than it may have. */
static size_t
encoded(VicuArchiveScratch *self, ArchiveCoder *coder, const ArchiveJob *job)
{
    return self->engine->encode(&self->state, coder, job) ? coder->at : 0;
}

static size_t
trial_of(size_t n, size_t most)
{
    return MIN(n, CLAMP(n / TRIAL_SHARE, TRIAL_LEAST, most));
}

/* Bytes that @n samples in the middle of @job take. */
static size_t
tried(VicuArchiveScratch *self, const ArchiveJob *job, size_t n)
{
    ArchiveJob part = *job;
    ArchiveCoder coder;

    part.n = n;
    size_t skip = (job->n - part.n) / 2;
    part.value += skip;
    for (size_t k = 0; k < part.n_refs; k++)
        part.ref[k] += skip;
    archive_coder_begin_encode(&coder, self->bytes, 2 * self->room + ARCHIVE_SLACK);
    size_t size = encoded(self, &coder, &part);
    return size > 0 ? size : SIZE_MAX / 64;
}

/* ---- ranks of the codes that occur ---- */

/* How many codes occur; fills both tables. */
static size_t
rank_codes(VicuArchiveScratch *self, const ArchiveJob *job)
{
    size_t n_codes = 0;

    memset(self->rank_of, 0, (job->top + 1) * sizeof *self->rank_of);
    for (size_t i = 0; i < job->n; i++)
        self->rank_of[job->value[i]] = 1;
    for (size_t v = 0; v <= job->top; v++) {
        if (self->rank_of[v] == 0)
            continue;
        self->code_of[n_codes] = (uint16_t)v;
        self->rank_of[v] = (uint16_t)n_codes++;
    }
    return n_codes;
}

/* Whether around half of the samples a fifth of the codes never occur: a lattice, not rare ends. */
static bool
is_thin(const VicuArchiveScratch *self, size_t n, size_t n_codes)
{
    size_t thin = 0, asked = 0;

    for (size_t i = 0; i < n; i += 16, asked++) {
        size_t rank = self->rank_of[self->value[i]];
        size_t low = rank < AROUND ? 0 : rank - AROUND, high = MIN(rank + AROUND, n_codes - 1);
        size_t width = (size_t)(self->code_of[high] - self->code_of[low]);
        thin += width * 4 >= (high - low) * 5;
    }
    return thin * 2 >= asked;
}

/* Sum of |second difference|: whether a rank moves less than a value. */
static uint64_t
restlessness(const uint16_t *value, size_t n)
{
    uint64_t sum = 0;

    for (size_t i = 2; i < n; i++)
        sum += (uint64_t)ABS(value[i] - 2 * value[i - 1] + value[i - 2]);
    return sum;
}

/* Both without references: they change little in the comparison. */
static bool
ranks_pay(VicuArchiveScratch *self, const VicuArchiveHeader *header, size_t n_codes)
{
    ArchiveJob values = vicu_archive_values_job(self, header),
               ranks = vicu_archive_ranks_job(self, header, n_codes);
    const size_t n = values.n, part = trial_of(n, RANKS_TRIAL);

    /* a tenth of the codes absent is the least that can pay for the table */
    if (n_codes < 2 || (values.top + 1) * 10 < n_codes * 11)
        return false;
    /* ranks that only bend rare ends gain a hundredth, less than a table of so many bytes */
    if (n_codes / 2 > n / 64 && !is_thin(self, n, n_codes))
        return false;
    for (size_t i = 0; i < n; i++)
        self->rank[i] = self->rank_of[self->value[i]];
    if (restlessness(self->rank, n) * 10 > restlessness(self->value, n) * 9)
        return false;
    values.n_refs = ranks.n_refs = 0;
    size_t with = tried(self, &ranks, part), without = tried(self, &values, part);
    return with * (uint64_t)n / part + n_codes / 2 < without * (uint64_t)n / part;
}

/* ---- a sum of the references ---- */

/* Weights and a constant in 1 / 2^20: least squares over the whole block. */
static void
fit_straight(VicuArchiveScratch *self, const ArchiveJob *job, int32_t *weight, int64_t *constant)
{
    static const size_t terms = ARCHIVE_TERMS + 1;
    int64_t sum[ARCHIVE_TERMS + 1][ARCHIVE_ROWS] = {0}, mean_ref[VICU_ARCHIVE_REFS_MAX] = {0};
    const size_t n = job->n_refs;
    int64_t sum_value = 0;

    g_assert(n < terms);
    for (size_t t = 0; t < job->n; t++) {
        int64_t own = (int64_t)job->value[t] - job->middle;
        for (size_t k = 0; k < n; k++) {
            for (size_t l = k; l < n; l++)
                sum[k][l] += (int64_t)job->ref[k][t] * job->ref[l][t];
            sum[k][n] += own * job->ref[k][t];
            mean_ref[k] += job->ref[k][t];
        }
        sum[n][n] += own * own;
        sum_value += job->value[t];
    }
    self->engine->solve((const int64_t(*)[ARCHIVE_ROWS])sum, n, STRAIGHT_RIDGE, weight);
    *constant = (sum_value << 20) / (int64_t)job->n;
    for (size_t k = 0; k < n; k++)
        *constant -= weight[k] * mean_ref[k] / (int64_t)job->n;
}

/* Whether the values are a sum of the references within half a unit on average. */
static bool
is_straight(VicuArchiveScratch *self, const ArchiveJob *job, int32_t *weight, int64_t *constant)
{
    uint64_t sum = 0;

    fit_straight(self, job, weight, constant);
    vicu_archive_sum_straight(self, job, weight, *constant);
    for (size_t t = 0; t < job->n; t++) {
        self->offset[t] = job->value[t] - archive_rounded(self->straight[t]);
        if (ABS(self->offset[t]) > 65535)
            return false;
        sum += (uint64_t)ABS(self->offset[t]);
    }
    return sum <= job->n / 2;
}

/* ---- packing ---- */

static void
begin_payload(VicuArchiveScratch *self, ArchiveCoder *coder, size_t n)
{
    archive_coder_begin_encode(coder, self->bytes, 2 * n); /* else it is stored */
}

static bool
pack_straight(VicuArchiveScratch *self,
              const ArchiveJob *job,
              const VicuArchiveHeader *header,
              const int16_t *samples,
              GByteArray *out)
{
    int32_t weight[VICU_ARCHIVE_REFS_MAX];
    int64_t constant;
    ArchiveCoder coder;

    if (job->n_refs == 0 || !is_straight(self, job, weight, &constant))
        return false;
    const ArchiveStraightJob straight = {self->straight, archive_zero_of(header), self->offset,
                                         job->n};
    begin_payload(self, &coder, job->n);
    if (!self->engine->encode_straight(&self->state, &coder, &straight))
        return false;
    vicu_archive_put_header(out, header, ARCHIVE_STRAIGHT, samples);
    for (size_t k = 0; k < job->n_refs; k++)
        vicu_archive_put(out, (uint32_t)weight[k], 4);
    vicu_archive_put(out, (uint64_t)constant, 8);
    g_byte_array_append(out, self->bytes, (guint)coder.at);
    return true;
}

static bool
pack_ranks(VicuArchiveScratch *self,
           const VicuArchiveHeader *header,
           const int16_t *samples,
           size_t n_codes,
           GByteArray *out)
{
    const ArchiveJob job = vicu_archive_ranks_job(self, header, n_codes);
    ArchiveCoder coder;

    begin_payload(self, &coder, job.n);
    vicu_archive_code_table(self, &coder, n_codes, false);
    if (coder.full || encoded(self, &coder, &job) == 0)
        return false;
    vicu_archive_put_header(out, header, ARCHIVE_RANKS, samples);
    vicu_archive_put(out, n_codes, 4);
    g_byte_array_append(out, self->bytes, (guint)coder.at);
    return true;
}

static bool
pack_values(VicuArchiveScratch *self,
            const ArchiveJob *job,
            const VicuArchiveHeader *header,
            const int16_t *samples,
            GByteArray *out)
{
    ArchiveCoder coder;

    begin_payload(self, &coder, job->n);
    if (encoded(self, &coder, job) == 0)
        return false;
    vicu_archive_put_header(out, header, ARCHIVE_VALUES, samples);
    g_byte_array_append(out, self->bytes, (guint)coder.at);
    return true;
}

static void
pack_stored(const VicuArchiveHeader *header, const int16_t *samples, GByteArray *out)
{
    vicu_archive_put_header(out, header, ARCHIVE_STORED, samples);
    for (size_t t = 0; t < header->n; t++) {
        if (samples[t] != VICU_ARCHIVE_INVALID)
            vicu_archive_put(out, (uint16_t)samples[t], 2);
    }
}

/* References only where they save a fiftieth: a block without them stands alone. */
static bool
refs_pay(VicuArchiveScratch *self, const ArchiveJob *job)
{
    const size_t part = trial_of(job->n, REFS_TRIAL);
    ArchiveJob alone = *job;

    alone.n_refs = 0;
    return job->n_refs > 0 && tried(self, job, part) * 50 <= tried(self, &alone, part) * 49;
}

static void
pack_valid(VicuArchiveScratch *self,
           VicuArchiveHeader *header,
           const int16_t *samples,
           GByteArray *out)
{
    ArchiveJob job = vicu_archive_values_job(self, header);
    size_t n_codes = rank_codes(self, &job);

    if (pack_straight(self, &job, header, samples, out))
        return;
    bool ranks = ranks_pay(self, header, n_codes);
    if (ranks)
        job = vicu_archive_ranks_job(self, header, n_codes);
    if (!refs_pay(self, &job))
        job.n_refs = header->n_refs = 0;
    if (ranks ? pack_ranks(self, header, samples, n_codes, out)
              : pack_values(self, &job, header, samples, out))
        return;
    header->n_refs = 0;
    pack_stored(header, samples, out);
}

VicuArchiveFate
vicu_archive_pack(VicuArchiveScratch *self,
                  const int16_t *samples,
                  size_t n,
                  size_t span,
                  const int16_t *const *refs,
                  size_t n_refs,
                  GByteArray *out)
{
    size_t begin = out->len, m = 0;
    VicuArchiveHeader header;

    if (n > VICU_ARCHIVE_SAMPLES_MAX || span == 0 || span > VICU_ARCHIVE_SPAN_MAX
        || n_refs > VICU_ARCHIVE_REFS_MAX)
        return VICU_ARCHIVE_ARGUMENT;
    vicu_archive_header_of(samples, n, span, &header);
    header.version = self->version;
    vicu_archive_make_room(self, n);
    if (header.n_valid == 0) {
        pack_stored(&header, samples, out);
        vicu_archive_seal(out, begin);
        return VICU_ARCHIVE_OK;
    }
    header.n_refs = n_refs;
    for (size_t k = 0; k < n_refs; k++)
        header.ref[k] = vicu_archive_identity(refs[k], n);
    vicu_archive_gather_refs(self, samples, n, refs, n_refs);
    for (size_t t = 0; t < n; t++) {
        if (samples[t] != VICU_ARCHIVE_INVALID)
            self->value[m++] = (uint16_t)(samples[t] - header.min);
    }
    pack_valid(self, &header, samples, out);
    vicu_archive_seal(out, begin);
    return VICU_ARCHIVE_OK;
}
