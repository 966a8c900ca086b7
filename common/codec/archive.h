/* The dense codec of the archive: a block of one channel's samples, int16.
 *
 * For what is a day old and seldom read: 70 to 90 ns a sample with AVX2, some
 * 12 to 30 % smaller than FLAC -8. Integers only: the same samples give the same
 * bytes on every machine. docs/codec-archive.md describes the format.
 *
 * VICU_ARCHIVE_INVALID marks a sample that is not there; it costs next to nothing
 * and neither do runs of equal samples. Up to 3 other channels of the same record
 * (same rate, same first instant, same number of samples) may be given as side
 * information; the block then needs them, samples for samples, to be read.
 *
 * A scratch is the only memory: about 36 bytes per sample of the longest block it
 * has seen and 0.6 MB of tables. One owner thread each. Reading a block takes time
 * for its n samples at most, whatever its bytes say: n is bounded by the caller's
 * room, by VICU_ARCHIVE_SAMPLES_MAX and by VICU_ARCHIVE_SPAN_MAX times its size.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <glib.h>

G_BEGIN_DECLS

#define VICU_ARCHIVE_INVALID     INT16_MIN
#define VICU_ARCHIVE_REFS_MAX    3
#define VICU_ARCHIVE_SAMPLES_MAX 524288
#define VICU_ARCHIVE_SPAN_MAX    65535

typedef enum {
    VICU_ARCHIVE_OK,
    VICU_ARCHIVE_ARGUMENT,  /* packing: too many samples or references, a span of 0 or too long */
    VICU_ARCHIVE_SHORT,     /* the bytes end before the block does */
    VICU_ARCHIVE_FOREIGN,   /* not an archive block */
    VICU_ARCHIVE_VERSION,   /* of a later version */
    VICU_ARCHIVE_DAMAGED,   /* a checksum does not hold */
    VICU_ARCHIVE_MALFORMED, /* checksum right, contents impossible */
    VICU_ARCHIVE_ROOM,      /* more samples or columns than the caller has room for */
    VICU_ARCHIVE_REFERENCE, /* a reference is missing or is not the one it was packed with */
} VicuArchiveFate;

/* What a block says without decoding. */
typedef struct {
    size_t size;      /* bytes of the block; others may follow it */
    unsigned version; /* of its format */
    size_t n;
    size_t n_valid;
    int16_t min; /* of the valid samples; 0 when there are none */
    int16_t max;
    int64_t sum;
    size_t span; /* samples in a column */
    size_t n_columns;
    uint32_t identity; /* CRC32C of the decoded samples, little end first */
    size_t n_refs;     /* it needs, in the order they were given; 0: none was worth it */
    uint32_t ref[VICU_ARCHIVE_REFS_MAX]; /* their identities */
} VicuArchiveHeader;

/* @span samples, the last one fewer. */
typedef struct {
    size_t n_valid;
    int16_t min; /* 0 when there are none */
    int16_t max;
    int64_t sum;
} VicuArchiveColumn;

typedef struct VicuArchiveScratch VicuArchiveScratch;

VicuArchiveScratch *vicu_archive_scratch_new(void);
void vicu_archive_scratch_free(VicuArchiveScratch *self);

/* Appends one block to @out; nothing on failure. @refs: @n_refs series of @n
 * samples. The block needs all of them or none. */
VicuArchiveFate vicu_archive_pack(VicuArchiveScratch *self,
                                  const int16_t *samples,
                                  size_t n,
                                  size_t span,
                                  const int16_t *const *refs,
                                  size_t n_refs,
                                  GByteArray *out);

/* Checks the whole block's checksum. */
VicuArchiveFate vicu_archive_peek(const uint8_t *bytes, size_t size, VicuArchiveHeader *header);

/* header.n_columns of them; @room: how many fit. */
VicuArchiveFate
vicu_archive_columns(const uint8_t *bytes, size_t size, VicuArchiveColumn *columns, size_t room);

/* @refs: as the header lists them, header.n samples each; not looked at when it
 * lists none. On failure @samples holds nothing to be believed. */
VicuArchiveFate vicu_archive_unpack(VicuArchiveScratch *self,
                                    const uint8_t *bytes,
                                    size_t size,
                                    const int16_t *const *refs,
                                    size_t n_refs,
                                    int16_t *samples,
                                    size_t room,
                                    VicuArchiveHeader *header);

/* What a caller gives as a reference's identity: header.identity of its block. */
uint32_t vicu_archive_identity(const int16_t *samples, size_t n);

/* For a message: "a checksum does not hold". */
const char *vicu_archive_fate_text(VicuArchiveFate fate);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(VicuArchiveScratch, vicu_archive_scratch_free)

G_END_DECLS
