/* WFDB headers (.hea): what a record holds, as header(5) of the WFDB
 * Applications Guide writes it.
 *
 * Pure: bytes in, a value out. Every count, width and length is bounded before
 * it is believed; an error names the line and column. The header is immutable
 * once parsed and owns its strings.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <glib.h>

G_BEGIN_DECLS

#define COLLECTOR_WFDB_MAX_HEADER_BYTES (4u << 20)
#define COLLECTOR_WFDB_MAX_SIGNALS      256
#define COLLECTOR_WFDB_MAX_SEGMENTS     100000
#define COLLECTOR_WFDB_MAX_PER_FRAME    1024       /* samples of one signal in a frame */
#define COLLECTOR_WFDB_MAX_WIDTH        65536      /* samples of all signals in a frame */
#define COLLECTOR_WFDB_MAX_SKEW         65536      /* frames */
#define COLLECTOR_WFDB_MAX_SKEWED       (1u << 24) /* samples in the frames of the largest skew */
#define COLLECTOR_WFDB_MAX_FRAMES       (INT64_C(1) << 46)
#define COLLECTOR_WFDB_MAX_NAME         255

typedef struct {
    char *file; /* beside the header; NULL: no samples are stored ("~") */
    int format; /* 0 with no file */
    uint32_t samples_per_frame;
    uint32_t skew_frames; /* a sample of frame f is stored in frame f + skew */
    uint64_t offset_bytes;
    double gain; /* stored integers per unit */
    gboolean calibrated;
    int32_t baseline; /* stored integer of 0 units */
    char *unit;       /* as the header says */
    int32_t adc_bits;
    int32_t adc_zero;
    int32_t initial; /* first stored sample; where the header has none: adc_zero */
    gboolean has_initial;
    int32_t checksum; /* sum of all stored samples, compare modulo 65536 */
    gboolean has_checksum;
    char *name;
} CollectorWfdbSignal;

typedef struct {
    char *name; /* NULL: a gap ("~") */
    int64_t n_frames;
} CollectorWfdbSegment;

typedef struct {
    char *name;
    uint32_t rate_num; /* frames per second, exact: num / den */
    uint32_t rate_den;
    int64_t n_frames; /* -1: the header does not say */
    char *base_time;  /* as written, NULL where absent */
    char *base_date;
    int64_t base_us;              /* of both, read as UTC, from 1970; 0: not both, or no time */
    size_t n_signals;             /* of a multi-segment record too, whose own list is empty */
    CollectorWfdbSignal *signals; /* NULL for a multi-segment record */
    size_t n_segments;            /* 0: a single record */
    CollectorWfdbSegment *segments;
    gboolean variable_layout; /* the first segment, of length 0, is the layout */
} CollectorWfdbHeader;

/* @what names the file in errors. */
CollectorWfdbHeader *
collector_wfdb_header_parse(const char *what, const uint8_t *bytes, size_t n, GError **error);
CollectorWfdbHeader *collector_wfdb_header_load(const char *path, GError **error);
void collector_wfdb_header_free(CollectorWfdbHeader *self);

/* Of "H:M:S[.fraction]" and "D/M/Y", either of which may be NULL; 0 when it is no time. */
int64_t collector_wfdb_base_us(const char *time, const char *date);

/* When frame @frame >= 0 was recorded by the recording's own clock; 0: it tells none. */
int64_t collector_wfdb_header_frame_us(const CollectorWfdbHeader *self, int64_t frame);

/* Unit of @signal in UCUM: mmHg -> mm[Hg], NU -> 1 and so on; what is not known
 * stays as it is. Borrowed from @signal or static. */
const char *collector_wfdb_ucum(const char *unit);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(CollectorWfdbHeader, collector_wfdb_header_free)

G_END_DECLS
