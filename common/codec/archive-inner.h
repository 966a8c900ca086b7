/* What packing and unpacking of archive blocks share.
 *
 * Inside common/codec only.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/codec/archive-engine.h"
#include "common/codec/archive-header.h"

/* Arrays of the scratch hold @n samples from here on. */
void vicu_archive_make_room(VicuArchiveScratch *self, size_t n);

/* The references where @samples is valid, less their mean; a reference that is not
 * there keeps its last value. */
void vicu_archive_gather_refs(VicuArchiveScratch *self,
                              const int16_t *samples,
                              size_t n,
                              const int16_t *const *refs,
                              size_t n_refs);

/* For the engine: the values, or their ranks among @n_codes. */
ArchiveJob vicu_archive_values_job(VicuArchiveScratch *self, const VicuArchiveHeader *header);
ArchiveJob
vicu_archive_ranks_job(VicuArchiveScratch *self, const VicuArchiveHeader *header, size_t n_codes);

/* The distances between the codes that occur. */
void
vicu_archive_code_table(VicuArchiveScratch *self, ArchiveCoder *coder, size_t n_codes, bool decode);

/* The weighted sum of the references, in 1 / 2^20. */
void vicu_archive_sum_straight(VicuArchiveScratch *self,
                               const ArchiveJob *job,
                               const int32_t *weight,
                               int64_t constant);

/* Where the sum stands at a sample of 0: halves are rounded by its sign. */
static inline int64_t
archive_zero_of(const VicuArchiveHeader *header)
{
    return -((int64_t)header->min * (1 << 20));
}

static inline int32_t
archive_rounded(int64_t straight)
{
    return (int32_t)((straight + (1 << 19)) >> 20);
}
