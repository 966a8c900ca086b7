/* Archive blocks: the scratch, and what both ways need of it.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "common/codec/archive-inner.h"

#define REF_BEFORE 2 /* samples that the model reads before the first */

_Static_assert(REF_BEFORE + 1 < ARCHIVE_LAGS + 1, "the arrays of references have room for it");

VicuArchiveScratch *
vicu_archive_scratch_new(void)
{
    VicuArchiveScratch *self = g_new0(VicuArchiveScratch, 1);

    self->engine = vicu_archive_engine();
    self->version = ARCHIVE_VERSION_LAST;
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

void
vicu_archive_make_room(VicuArchiveScratch *self, size_t n)
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

void
vicu_archive_gather_refs(VicuArchiveScratch *self,
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

ArchiveJob
vicu_archive_values_job(VicuArchiveScratch *self, const VicuArchiveHeader *header)
{
    ArchiveJob job = {
        .version = header->version,
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

ArchiveJob
vicu_archive_ranks_job(VicuArchiveScratch *self, const VicuArchiveHeader *header, size_t n_codes)
{
    ArchiveJob job = vicu_archive_values_job(self, header);

    job.value = self->rank;
    job.top = (uint32_t)n_codes - 1;
    job.middle = (uint32_t)n_codes / 2;
    return job;
}

void
vicu_archive_code_table(VicuArchiveScratch *self, ArchiveCoder *coder, size_t n_codes, bool decode)
{
    ArchiveBit gap[40];

    for (size_t i = 0; i < G_N_ELEMENTS(gap); i++)
        gap[i] = ARCHIVE_BIT_FIRST;
    self->code_of[0] = 0;
    for (size_t i = 1; i < n_codes; i++) {
        uint32_t step = decode ? 0 : (uint32_t)(self->code_of[i] - self->code_of[i - 1]) - 1;
        step = archive_coder_number(coder, gap, step, decode);
        if (decode)
            self->code_of[i] = (uint16_t)(self->code_of[i - 1] + step + 1);
    }
}

void
vicu_archive_sum_straight(VicuArchiveScratch *self,
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
