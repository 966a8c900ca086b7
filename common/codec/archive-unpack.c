/* Archive blocks: reading them back.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "common/codec/archive-inner.h"
#include "common/codec/archive.h"

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
    ArchiveJob job = vicu_archive_values_job(self, header);
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
    vicu_archive_code_table(self, &coder, n_codes, true);
    if (self->code_of[n_codes - 1] != header->max - header->min)
        return false;
    const ArchiveJob job = vicu_archive_ranks_job(self, header, n_codes);
    if (!self->engine->decode(&self->state, &coder, &job))
        return false;
    for (size_t i = 0; i < job.n; i++)
        self->value[i] = self->code_of[self->rank[i]];
    return true;
}

static bool
unpack_straight(VicuArchiveScratch *self, const VicuArchiveHeader *header, ArchiveReader *reader)
{
    const ArchiveJob job = vicu_archive_values_job(self, header);
    const ArchiveStraightJob straight = {self->straight, archive_zero_of(header), self->offset,
                                         job.n};
    int32_t weight[VICU_ARCHIVE_REFS_MAX];
    ArchiveCoder coder;

    for (size_t k = 0; k < job.n_refs; k++)
        weight[k] = (int32_t)vicu_archive_get(reader, 4);
    int64_t constant = (int64_t)vicu_archive_get(reader, 8);
    if (reader->past || constant > INT64_C(1) << 52 || constant < -(INT64_C(1) << 52))
        return false;
    vicu_archive_sum_straight(self, &job, weight, constant);
    archive_coder_begin_decode(&coder, reader->at, (size_t)(reader->end - reader->at));
    if (!self->engine->decode_straight(&self->state, &coder, &straight))
        return false;
    for (size_t t = 0; t < job.n; t++)
        self->value[t] = (uint16_t)(archive_rounded(self->straight[t]) + self->offset[t]);
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
    vicu_archive_make_room(self, header->n);
    if (!vicu_archive_get_columns(&reader, header, NULL)
        || !vicu_archive_get_gaps(&reader, header, samples))
        return VICU_ARCHIVE_MALFORMED;
    vicu_archive_gather_refs(self, samples, header->n, refs, header->n_refs);
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
