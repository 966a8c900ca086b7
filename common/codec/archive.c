/* Archive blocks: what is tried, and the frame around it.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "common/codec/archive.h"

#include <string.h>

#include "common/codec/archive-engine.h"
#include "common/codec/archive-header.h"

#define TRIAL          8192 /* samples on which two ways are compared */
#define STRAIGHT_RIDGE 30
#define REF_BEFORE     2 /* samples that the model reads before the first */

_Static_assert(REF_BEFORE + 1 < ARCHIVE_LAGS + 1, "the arrays of references have room for it");

VicuArchiveScratch *
vicu_archive_scratch_new(void)
{
    VicuArchiveScratch *self = g_new0(VicuArchiveScratch, 1);

    self->engine = vicu_archive_engine();
    vicu_archive_state_init(&self->state);
    return self;
}

static void
drop(VicuArchiveScratch *self)
{
    g_clear_pointer(&self->value, g_free);
    g_clear_pointer(&self->rank, g_free);
    g_clear_pointer(&self->difference, g_free);
    for (int k = 0; k < VICU_ARCHIVE_REFS_MAX; k++)
        g_clear_pointer(&self->ref[k], g_free);
    g_clear_pointer(&self->straight, g_free);
    g_clear_pointer(&self->offset, g_free);
    g_clear_pointer(&self->bytes, g_free);
    self->room = 0;
}

void
vicu_archive_scratch_free(VicuArchiveScratch *self)
{
    if (self == NULL)
        return;
    drop(self);
    g_free(self);
}

static void
make_room(VicuArchiveScratch *self, size_t n)
{
    if (n <= self->room && self->value != NULL)
        return;
    drop(self);
    self->room = n;
    self->value = g_new(uint16_t, n + 1);
    self->rank = g_new(uint16_t, n + 1);
    self->difference = g_new(int32_t, n + ARCHIVE_LAGS + 1);
    for (int k = 0; k < VICU_ARCHIVE_REFS_MAX; k++)
        self->ref[k] = g_new(int32_t, n + ARCHIVE_LAGS + 1);
    self->straight = g_new(int64_t, n + 1);
    self->offset = g_new(int32_t, n + 1);
    self->bytes = g_new(uint8_t, 2 * n + ARCHIVE_SLACK);
}

/* The references where @samples is valid, less their mean; a reference that is not
 * there keeps its last value. */
static void
gather_refs(VicuArchiveScratch *self,
            const int16_t *samples,
            size_t n,
            const int16_t *const *refs,
            size_t n_refs)
{
    for (size_t k = 0; k < n_refs; k++) {
        int32_t *to = self->ref[k] + REF_BEFORE, last = 0;
        int64_t sum = 0;
        size_t m = 0;
        for (size_t t = 0; t < n; t++) {
            last = refs[k][t] == VICU_ARCHIVE_INVALID ? last : refs[k][t];
            if (samples[t] == VICU_ARCHIVE_INVALID)
                continue;
            to[m++] = last;
            sum += last;
        }
        if (m == 0)
            continue;
        int32_t mean = (int32_t)(sum / (int64_t)m);
        for (size_t i = 0; i < m; i++)
            to[i] -= mean;
        to[-1] = to[-2] = to[0];
        to[m] = to[m - 1];
    }
}

/* The mean of the values above the least; @n > 0. */
static uint32_t
middle_of(const VicuArchiveHeader *header)
{
    return (uint32_t)((uint64_t)(header->sum - (int64_t)header->n_valid * header->min)
                      / header->n_valid);
}

static ArchiveJob
values_job(VicuArchiveScratch *self, const VicuArchiveHeader *header)
{
    ArchiveJob job = {
        .value = self->value,
        .n = header->n_valid,
        .top = (uint32_t)(header->max - header->min),
        .middle = middle_of(header),
        .n_refs = header->n_refs,
        .difference = self->difference,
    };
    for (size_t k = 0; k < header->n_refs; k++)
        job.ref[k] = self->ref[k] + REF_BEFORE;
    return job;
}

/* Bytes of a job's stream after @begun; 0: more than it may have. */
static size_t
encoded(VicuArchiveScratch *self, ArchiveCoder *coder, const ArchiveJob *job)
{
    return self->engine->encode(&self->state, coder, job) ? coder->at : 0;
}

/* Bytes that the middle of @job takes. */
static size_t
tried(VicuArchiveScratch *self, const ArchiveJob *job)
{
    ArchiveJob part = *job;
    ArchiveCoder coder;

    part.n = MIN(job->n, TRIAL);
    size_t skip = (job->n - part.n) / 2;
    part.value += skip;
    for (size_t k = 0; k < part.n_refs; k++)
        part.ref[k] += skip;
    archive_coder_begin_encode(&coder, self->bytes, 2 * self->room + ARCHIVE_SLACK);
    size_t size = encoded(self, &coder, &part);
    return size > 0 ? size : SIZE_MAX / 4;
}

/* ---- ranks of the codes that occur ---- */

/* How many codes occur; fills both tables. */
static size_t
rank_codes(VicuArchiveScratch *self, size_t n)
{
    size_t n_codes = 0;

    memset(self->rank_of, 0, sizeof self->rank_of);
    for (size_t i = 0; i < n; i++)
        self->rank_of[self->value[i]] = 1;
    for (size_t v = 0; v < G_N_ELEMENTS(self->rank_of); v++) {
        if (self->rank_of[v] == 0)
            continue;
        self->code_of[n_codes] = (uint16_t)v;
        self->rank_of[v] = (uint16_t)n_codes++;
    }
    return n_codes;
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

static ArchiveJob
ranks_job(VicuArchiveScratch *self, const VicuArchiveHeader *header, size_t n_codes)
{
    ArchiveJob job = values_job(self, header);

    job.value = self->rank;
    job.top = (uint32_t)n_codes - 1;
    job.middle = (uint32_t)n_codes / 2;
    return job;
}

/* Both without references: they change little in the comparison. */
static bool
ranks_pay(VicuArchiveScratch *self, const VicuArchiveHeader *header, size_t n_codes)
{
    ArchiveJob values = values_job(self, header), ranks = ranks_job(self, header, n_codes);
    const size_t n = values.n, part = MIN(n, TRIAL);

    /* a tenth of the codes absent is the least that can pay for the table */
    if (n_codes < 2 || (values.top + 1) * 10 < n_codes * 11)
        return false;
    for (size_t i = 0; i < n; i++)
        self->rank[i] = self->rank_of[self->value[i]];
    if (restlessness(self->rank, n) * 10 > restlessness(self->value, n) * 9)
        return false;
    values.n_refs = ranks.n_refs = 0;
    size_t with = tried(self, &ranks), without = tried(self, &values);
    return with * (uint64_t)n / part + n_codes / 2 < without * (uint64_t)n / part;
}

/* The distances between the codes that occur. */
static void
code_table(VicuArchiveScratch *self, ArchiveCoder *coder, size_t n_codes, bool decode)
{
    ArchiveBit gap[40];

    for (size_t i = 0; i < G_N_ELEMENTS(gap); i++)
        gap[i] = (ArchiveBit){.p = 32768};
    self->code_of[0] = 0;
    for (size_t i = 1; i < n_codes; i++) {
        uint32_t step = decode ? 0 : (uint32_t)(self->code_of[i] - self->code_of[i - 1]) - 1;
        step = archive_coder_number(coder, gap, step, decode);
        if (decode)
            self->code_of[i] = (uint16_t)(self->code_of[i - 1] + step + 1);
    }
}

/* ---- a sum of the references ---- */

/* Weights and a constant in 1 / 2^20: least squares over the whole block. */
static void
fit_straight(VicuArchiveScratch *self, const ArchiveJob *job, int32_t *weight, int64_t *constant)
{
    static const size_t terms = ARCHIVE_TERMS + 1;
    int64_t sum[ARCHIVE_TERMS + 1][ARCHIVE_TERMS + 1] = {0}, mean_ref[VICU_ARCHIVE_REFS_MAX] = {0};
    const size_t n = job->n_refs;
    int64_t sum_value = 0;

    g_assert(n < terms);
    for (size_t t = 0; t < job->n; t++) {
        int64_t own = (int64_t)job->value[t] - job->middle;
        for (size_t k = 0; k < n; k++) {
            for (size_t l = 0; l <= k; l++)
                sum[k][l] += (int64_t)job->ref[k][t] * job->ref[l][t];
            sum[n][k] += own * job->ref[k][t];
            mean_ref[k] += job->ref[k][t];
        }
        sum[n][n] += own * own;
        sum_value += job->value[t];
    }
    self->engine->solve((const int64_t(*)[ARCHIVE_TERMS + 1]) sum, n, STRAIGHT_RIDGE, weight);
    *constant = (sum_value << 20) / (int64_t)job->n;
    for (size_t k = 0; k < n; k++)
        *constant -= weight[k] * mean_ref[k] / (int64_t)job->n;
}

static void
sum_straight(VicuArchiveScratch *self,
             const ArchiveJob *job,
             const int32_t *weight,
             int64_t constant)
{
    for (size_t t = 0; t < job->n; t++) {
        int64_t sum = constant;
        for (size_t k = 0; k < job->n_refs; k++)
            sum += (int64_t)weight[k] * job->ref[k][t];
        self->straight[t] = CLAMP(sum, -(INT64_C(1) << 48), INT64_C(1) << 48);
    }
}

/* Where the sum stands at a sample of 0: halves are rounded by its sign. */
static int64_t
zero_of(const VicuArchiveHeader *header)
{
    return -((int64_t)header->min * (1 << 20));
}

static int32_t
rounded(int64_t straight)
{
    return (int32_t)((straight + (1 << 19)) >> 20);
}

/* Whether the values are a sum of the references within half a unit on average. */
static bool
is_straight(VicuArchiveScratch *self, const ArchiveJob *job, int32_t *weight, int64_t *constant)
{
    uint64_t sum = 0;

    fit_straight(self, job, weight, constant);
    sum_straight(self, job, weight, *constant);
    for (size_t t = 0; t < job->n; t++) {
        self->offset[t] = job->value[t] - rounded(self->straight[t]);
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
    const ArchiveStraightJob straight = {self->straight, zero_of(header), self->offset, job->n};
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
    const ArchiveJob job = ranks_job(self, header, n_codes);
    ArchiveCoder coder;

    begin_payload(self, &coder, job.n);
    code_table(self, &coder, n_codes, false);
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
    ArchiveJob alone = *job;

    alone.n_refs = 0;
    return job->n_refs > 0 && (uint64_t)tried(self, job) * 50 <= (uint64_t)tried(self, &alone) * 49;
}

static void
pack_valid(VicuArchiveScratch *self,
           VicuArchiveHeader *header,
           const int16_t *samples,
           GByteArray *out)
{
    ArchiveJob job = values_job(self, header);
    size_t n_codes = rank_codes(self, job.n);

    if (pack_straight(self, &job, header, samples, out))
        return;
    bool ranks = ranks_pay(self, header, n_codes);
    if (ranks)
        job = ranks_job(self, header, n_codes);
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
    make_room(self, n);
    if (header.n_valid == 0) {
        pack_stored(&header, samples, out);
        vicu_archive_seal(out, begin);
        return VICU_ARCHIVE_OK;
    }
    header.n_refs = n_refs;
    for (size_t k = 0; k < n_refs; k++)
        header.ref[k] = vicu_archive_identity(refs[k], n);
    gather_refs(self, samples, n, refs, n_refs);
    for (size_t t = 0; t < n; t++) {
        if (samples[t] != VICU_ARCHIVE_INVALID)
            self->value[m++] = (uint16_t)(samples[t] - header.min);
    }
    pack_valid(self, &header, samples, out);
    vicu_archive_seal(out, begin);
    return VICU_ARCHIVE_OK;
}

/* ---- unpacking ---- */

static bool
unpack_stored(VicuArchiveScratch *self, const VicuArchiveHeader *header, ArchiveReader *reader)
{
    for (size_t i = 0; i < header->n_valid; i++)
        self->value[i] = (uint16_t)(vicu_archive_get(reader, 2) - (uint64_t)header->min);
    return !reader->past;
}

static bool
unpack_values(VicuArchiveScratch *self, const VicuArchiveHeader *header, ArchiveReader *reader)
{
    ArchiveJob job = values_job(self, header);
    ArchiveCoder coder;

    archive_coder_begin_decode(&coder, reader->at, (size_t)(reader->end - reader->at));
    return self->engine->decode(&self->state, &coder, &job);
}

static bool
unpack_ranks(VicuArchiveScratch *self, const VicuArchiveHeader *header, ArchiveReader *reader)
{
    size_t n_codes = vicu_archive_get(reader, 4);
    ArchiveCoder coder;

    if (reader->past || n_codes < 2 || n_codes > (size_t)(header->max - header->min) + 1)
        return false;
    archive_coder_begin_decode(&coder, reader->at, (size_t)(reader->end - reader->at));
    code_table(self, &coder, n_codes, true);
    if (self->code_of[n_codes - 1] != header->max - header->min)
        return false;
    const ArchiveJob job = ranks_job(self, header, n_codes);
    if (!self->engine->decode(&self->state, &coder, &job))
        return false;
    for (size_t i = 0; i < job.n; i++)
        self->value[i] = self->code_of[self->rank[i]];
    return true;
}

static bool
unpack_straight(VicuArchiveScratch *self, const VicuArchiveHeader *header, ArchiveReader *reader)
{
    const ArchiveJob job = values_job(self, header);
    const ArchiveStraightJob straight = {self->straight, zero_of(header), self->offset, job.n};
    int32_t weight[VICU_ARCHIVE_REFS_MAX];
    ArchiveCoder coder;

    for (size_t k = 0; k < job.n_refs; k++)
        weight[k] = (int32_t)vicu_archive_get(reader, 4);
    int64_t constant = (int64_t)vicu_archive_get(reader, 8);
    if (reader->past || constant > INT64_C(1) << 52 || constant < -(INT64_C(1) << 52))
        return false;
    sum_straight(self, &job, weight, constant);
    archive_coder_begin_decode(&coder, reader->at, (size_t)(reader->end - reader->at));
    if (!self->engine->decode_straight(&self->state, &coder, &straight))
        return false;
    for (size_t t = 0; t < job.n; t++)
        self->value[t] = (uint16_t)(rounded(self->straight[t]) + self->offset[t]);
    return true;
}

static bool
unpack_valid(VicuArchiveScratch *self,
             const VicuArchiveHeader *header,
             ArchiveMode mode,
             ArchiveReader *reader)
{
    if (header->n_valid == 0)
        return true;
    switch (mode) {
    case ARCHIVE_STORED:
        return unpack_stored(self, header, reader);
    case ARCHIVE_VALUES:
        return unpack_values(self, header, reader);
    case ARCHIVE_RANKS:
        return unpack_ranks(self, header, reader);
    case ARCHIVE_STRAIGHT:
        return unpack_straight(self, header, reader);
    }
    return false;
}

static bool
are_the_refs(const VicuArchiveHeader *header, const int16_t *const *refs, size_t n_refs)
{
    if (n_refs < header->n_refs)
        return false;
    for (size_t k = 0; k < header->n_refs; k++) {
        if (vicu_archive_identity(refs[k], header->n) != header->ref[k])
            return false;
    }
    return true;
}

VicuArchiveFate
vicu_archive_unpack(VicuArchiveScratch *self,
                    const uint8_t *bytes,
                    size_t size,
                    const int16_t *const *refs,
                    size_t n_refs,
                    int16_t *samples,
                    size_t room,
                    VicuArchiveHeader *header)
{
    ArchiveReader reader;
    ArchiveMode mode;
    VicuArchiveFate fate = vicu_archive_get_header(bytes, size, header, &mode, &reader);

    if (fate != VICU_ARCHIVE_OK)
        return fate;
    if (header->n > room)
        return VICU_ARCHIVE_ROOM;
    if (!are_the_refs(header, refs, n_refs))
        return VICU_ARCHIVE_REFERENCE;
    make_room(self, header->n);
    if (!vicu_archive_get_columns(&reader, header, NULL)
        || !vicu_archive_get_gaps(&reader, header, samples))
        return VICU_ARCHIVE_MALFORMED;
    gather_refs(self, samples, header->n, refs, header->n_refs);
    if (!unpack_valid(self, header, mode, &reader))
        return VICU_ARCHIVE_MALFORMED;
    for (size_t t = 0, m = 0; t < header->n; t++) {
        if (samples[t] != VICU_ARCHIVE_INVALID)
            samples[t] = (int16_t)(self->value[m++] + header->min);
    }
    if (vicu_archive_identity(samples, header->n) != header->identity)
        return VICU_ARCHIVE_DAMAGED;
    return VICU_ARCHIVE_OK;
}
