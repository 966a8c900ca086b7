/* The frame of an archive block.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "common/codec/archive-header.h"

#include <string.h>

#include "common/codec/archive-engine.h"
#include "common/codec/inner.h"
#include "common/crc32c.h"

#define MAGIC        0x4156 /* "VA" */
#define HEADER_BYTES 36
#define SIZE_AT      4
#define CRC_BYTES    4

void
vicu_archive_put(GByteArray *out, uint64_t value, unsigned bytes)
{
    uint8_t raw[8];

    for (unsigned i = 0; i < bytes; i++)
        raw[i] = (uint8_t)(value >> (8 * i));
    g_byte_array_append(out, raw, bytes);
}

void
vicu_archive_put_varint(GByteArray *out, uint64_t value)
{
    for (; value >= 0x80; value >>= 7)
        vicu_archive_put(out, (value & 0x7f) | 0x80, 1);
    vicu_archive_put(out, value, 1);
}

void
vicu_archive_put_signed(GByteArray *out, int64_t value)
{
    vicu_archive_put_varint(out, (uint64_t)value << 1 ^ (value < 0 ? UINT64_MAX : 0));
}

uint64_t
vicu_archive_get(ArchiveReader *reader, unsigned bytes)
{
    uint64_t value = 0;

    if ((size_t)(reader->end - reader->at) < bytes) {
        reader->past = true;
        reader->at = reader->end;
        return 0;
    }
    for (unsigned i = 0; i < bytes; i++)
        value |= (uint64_t)*reader->at++ << (8 * i);
    return value;
}

uint64_t
vicu_archive_get_varint(ArchiveReader *reader)
{
    uint64_t value = 0, byte = 0x80;

    for (unsigned shift = 0; byte & 0x80; shift += 7) {
        if (shift > 63) {
            reader->past = true;
            return 0;
        }
        byte = vicu_archive_get(reader, 1);
        value |= (byte & 0x7f) << shift;
    }
    return value;
}

int64_t
vicu_archive_get_signed(ArchiveReader *reader)
{
    uint64_t folded = vicu_archive_get_varint(reader);
    return (int64_t)(folded >> 1 ^ (0 - (folded & 1)));
}

uint32_t
vicu_archive_identity(const int16_t *samples, size_t n)
{
    int16_t ordered[512];
    uint32_t crc = 0;

    for (size_t done = 0, step; done < n; done += step) {
        step = MIN(n - done, G_N_ELEMENTS(ordered));
        for (size_t i = 0; i < step; i++)
            ordered[i] = GINT16_TO_LE(samples[done + i]);
        crc = vicu_crc32c(crc, ordered, step * sizeof *ordered);
    }
    return crc;
}

_Static_assert(VICU_ARCHIVE_INVALID == VICU_BLOCK_INVALID, "columns are reckoned alike");

static VicuArchiveColumn
column_of(const int16_t *samples, size_t n)
{
    VicuBlockStats stats = {0};

    if (n > 0)
        vicu_codec_kernels(VICU_CODEC_BEST)->stats(samples, n, &stats);
    return (VicuArchiveColumn){stats.n_valid, stats.min, stats.max, stats.sum};
}

void
vicu_archive_header_of(const int16_t *samples, size_t n, size_t span, VicuArchiveHeader *header)
{
    VicuArchiveColumn all = column_of(samples, n);

    *header = (VicuArchiveHeader){
        .n = n,
        .n_valid = all.n_valid,
        .min = all.min,
        .max = all.max,
        .sum = all.sum,
        .span = span,
        .n_columns = (n + span - 1) / span,
        .identity = vicu_archive_identity(samples, n),
    };
}

/* Each against the one before: missing samples; least; width; sum less what the
 * least alone would give. */
static void
put_columns(GByteArray *out, const VicuArchiveHeader *header, const int16_t *samples)
{
    int16_t before = header->min;

    for (size_t i = 0; i < header->n; i += header->span) {
        size_t n = MIN(header->span, header->n - i);
        VicuArchiveColumn c = column_of(samples + i, n);
        vicu_archive_put_varint(out, n - c.n_valid);
        if (c.n_valid == 0)
            continue;
        vicu_archive_put_signed(out, c.min - before);
        vicu_archive_put_varint(out, (uint64_t)(c.max - c.min));
        if (c.max > c.min)
            vicu_archive_put_varint(out, (uint64_t)(c.sum - (int64_t)c.n_valid * c.min));
        before = c.min;
    }
}

bool
vicu_archive_get_columns(ArchiveReader *reader,
                         const VicuArchiveHeader *header,
                         VicuArchiveColumn *columns)
{
    int64_t before = header->min, sum = 0;
    size_t n_valid = 0;

    for (size_t i = 0; i < header->n_columns && !reader->past; i++) {
        size_t n = MIN(header->span, header->n - i * header->span);
        uint64_t missing = vicu_archive_get_varint(reader);
        VicuArchiveColumn c = {.n_valid = n - MIN(missing, n)};
        if (missing > n)
            return false;
        if (c.n_valid > 0) {
            int64_t step = vicu_archive_get_signed(reader),
                    min = before + CLAMP(step, -65536, 65536);
            uint64_t width = vicu_archive_get_varint(reader), above = 0;
            if (width > 65535 || min < header->min || min + (int64_t)width > header->max)
                return false;
            if (width > 0)
                above = vicu_archive_get_varint(reader);
            if (above > c.n_valid * width)
                return false;
            c.min = (int16_t)min;
            c.max = (int16_t)(min + (int64_t)width);
            c.sum = (int64_t)c.n_valid * min + (int64_t)above;
            before = min;
        }
        sum += c.sum;
        n_valid += c.n_valid;
        if (columns != NULL)
            columns[i] = c;
    }
    return !reader->past && sum == header->sum && n_valid == header->n_valid;
}

/* Lengths of stretches, valid and not in turn, valid first. */
static void
put_gaps(GByteArray *out, const int16_t *samples, size_t n)
{
    bool valid = true;

    for (size_t i = 0; i < n; valid = !valid) {
        size_t begin = i;
        while (i < n && (samples[i] != VICU_ARCHIVE_INVALID) == valid)
            i++;
        vicu_archive_put_varint(out, i - begin);
    }
}

bool
vicu_archive_get_gaps(ArchiveReader *reader, const VicuArchiveHeader *header, int16_t *samples)
{
    size_t done = 0, n_valid = 0;
    bool valid = true;

    if (header->n_valid == header->n) {
        if (header->n > 0)
            memset(samples, 0, header->n * sizeof *samples);
        return true;
    }
    for (; done < header->n && !reader->past; valid = !valid) {
        uint64_t length = vicu_archive_get_varint(reader);
        if (length > header->n - done || (length == 0 && done > 0))
            return false;
        for (size_t i = 0; i < length; i++)
            samples[done + i] = valid ? 0 : VICU_ARCHIVE_INVALID;
        n_valid += valid ? length : 0;
        done += length;
    }
    return !reader->past && n_valid == header->n_valid;
}

void
vicu_archive_put_header(GByteArray *out,
                        const VicuArchiveHeader *header,
                        ArchiveMode mode,
                        const int16_t *samples)
{
    vicu_archive_put(out, MAGIC, 2);
    vicu_archive_put(out, header->version, 1);
    vicu_archive_put(out, (uint64_t)mode | header->n_refs << 4, 1);
    vicu_archive_put(out, 0, 4); /* the size, when it is known */
    vicu_archive_put(out, header->n, 4);
    vicu_archive_put(out, header->n_valid, 4);
    vicu_archive_put(out, (uint16_t)header->min, 2);
    vicu_archive_put(out, (uint16_t)header->max, 2);
    vicu_archive_put(out, (uint64_t)header->sum, 8);
    vicu_archive_put(out, header->span, 4);
    vicu_archive_put(out, header->identity, 4);
    for (size_t k = 0; k < header->n_refs; k++)
        vicu_archive_put(out, header->ref[k], 4);
    put_columns(out, header, samples);
    if (header->n_valid < header->n)
        put_gaps(out, samples, header->n);
}

void
vicu_archive_seal(GByteArray *out, size_t begin)
{
    size_t size = out->len - begin + CRC_BYTES;

    for (unsigned i = 0; i < 4; i++)
        out->data[begin + SIZE_AT + i] = (uint8_t)(size >> (8 * i));
    vicu_archive_put(out, vicu_crc32c(0, out->data + begin, out->len - begin), CRC_BYTES);
}

static bool
is_possible(const VicuArchiveHeader *h, unsigned mode)
{
    bool empty = h->n_valid == 0;

    return h->n <= VICU_ARCHIVE_SAMPLES_MAX && h->n_valid <= h->n && h->span > 0
           && h->span <= VICU_ARCHIVE_SPAN_MAX && h->n_refs <= VICU_ARCHIVE_REFS_MAX
           && mode <= ARCHIVE_STRAIGHT && (mode != ARCHIVE_STRAIGHT || h->n_refs > 0)
           && (h->n_refs == 0 || mode != ARCHIVE_STORED)
           && (empty ? mode == ARCHIVE_STORED && h->min == 0 && h->max == 0 && h->sum == 0
                     : h->min <= h->max && h->min > VICU_ARCHIVE_INVALID
                           && h->sum >= (int64_t)h->n_valid * h->min
                           && h->sum <= (int64_t)h->n_valid * h->max);
}

VicuArchiveFate
vicu_archive_get_header(const uint8_t *bytes,
                        size_t size,
                        VicuArchiveHeader *header,
                        ArchiveMode *mode,
                        ArchiveReader *reader)
{
    ArchiveReader r = {bytes, bytes + size, false};
    VicuArchiveHeader h = {0};

    if (size < HEADER_BYTES + CRC_BYTES)
        return VICU_ARCHIVE_SHORT;
    if (vicu_archive_get(&r, 2) != MAGIC)
        return VICU_ARCHIVE_FOREIGN;
    h.version = (unsigned)vicu_archive_get(&r, 1);
    if (h.version == 0 || h.version > ARCHIVE_VERSION_LAST)
        return VICU_ARCHIVE_VERSION;
    unsigned kind = (unsigned)vicu_archive_get(&r, 1);
    h.size = vicu_archive_get(&r, 4);
    if (h.size < HEADER_BYTES + CRC_BYTES)
        return VICU_ARCHIVE_DAMAGED;
    if (h.size > size)
        return VICU_ARCHIVE_SHORT;
    r.end = bytes + h.size - CRC_BYTES;
    ArchiveReader tail = {r.end, r.end + CRC_BYTES, false};
    if (vicu_archive_get(&tail, 4) != vicu_crc32c(0, bytes, h.size - CRC_BYTES))
        return VICU_ARCHIVE_DAMAGED;
    h.n = vicu_archive_get(&r, 4);
    h.n_valid = vicu_archive_get(&r, 4);
    h.min = (int16_t)vicu_archive_get(&r, 2);
    h.max = (int16_t)vicu_archive_get(&r, 2);
    h.sum = (int64_t)vicu_archive_get(&r, 8);
    h.span = vicu_archive_get(&r, 4);
    h.identity = (uint32_t)vicu_archive_get(&r, 4);
    h.n_refs = kind >> 4;
    if (!is_possible(&h, kind & 15))
        return VICU_ARCHIVE_MALFORMED;
    h.n_columns = (h.n + h.span - 1) / h.span;
    for (size_t k = 0; k < h.n_refs; k++)
        h.ref[k] = (uint32_t)vicu_archive_get(&r, 4);
    /* a column takes a byte at least: n is bounded by the size */
    if (r.past || h.n_columns > (size_t)(r.end - r.at))
        return VICU_ARCHIVE_MALFORMED;
    *header = h;
    *mode = (ArchiveMode)(kind & 15);
    *reader = r;
    return VICU_ARCHIVE_OK;
}

VicuArchiveFate
vicu_archive_peek(const uint8_t *bytes, size_t size, VicuArchiveHeader *header)
{
    ArchiveReader reader;
    ArchiveMode mode;

    return vicu_archive_get_header(bytes, size, header, &mode, &reader);
}

VicuArchiveFate
vicu_archive_columns(const uint8_t *bytes, size_t size, VicuArchiveColumn *columns, size_t room)
{
    VicuArchiveHeader header;
    ArchiveReader reader;
    ArchiveMode mode;
    VicuArchiveFate fate = vicu_archive_get_header(bytes, size, &header, &mode, &reader);

    if (fate != VICU_ARCHIVE_OK)
        return fate;
    if (header.n_columns > room)
        return VICU_ARCHIVE_ROOM;
    return vicu_archive_get_columns(&reader, &header, columns) ? VICU_ARCHIVE_OK
                                                               : VICU_ARCHIVE_MALFORMED;
}

const char *
vicu_archive_fate_text(VicuArchiveFate fate)
{
    static const char *const text[] = {
        [VICU_ARCHIVE_OK] = "well",
        [VICU_ARCHIVE_ARGUMENT] = "more samples or references than a block takes, or a bad span",
        [VICU_ARCHIVE_SHORT] = "the bytes end before the block does",
        [VICU_ARCHIVE_FOREIGN] = "not an archive block",
        [VICU_ARCHIVE_VERSION] = "an archive block of a later version",
        [VICU_ARCHIVE_DAMAGED] = "a checksum does not hold",
        [VICU_ARCHIVE_MALFORMED] = "the checksum holds but the contents are impossible",
        [VICU_ARCHIVE_ROOM] = "more samples or columns than there is room for",
        [VICU_ARCHIVE_REFERENCE] = "a reference is missing or is not the one it was packed with",
    };
    return text[fate];
}
