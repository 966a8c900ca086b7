/* How streams become records of equal frames: which go together, and where a
 * record is cut into segments.
 *
 * A record has one frame rate; each of its tracks has a whole number of samples
 * in a frame, and all of them lie on one grid to the microsecond. It is cut where
 * a track begins, ends or changes its gain. Times that nobody recorded are gaps.
 * Pure.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "store/export/stream.h"

G_BEGIN_DECLS

#define STORE_EXPORT_PER_FRAME_MAX 64

/* One stream at one rate. */
typedef struct {
    const StoreExportStream *stream;
    uint32_t period_num, period_den;
    uint32_t per_frame;
    GArray *runs; /* guint: of the stream's */
} StoreExportTrack;

/* What a track has in a segment. */
typedef struct {
    const StoreExportRun *run; /* NULL: nothing */
    int64_t from;              /* sample of the run (0 = its first) at the segment's beginning; < 0:
                                  it begins later */
} StoreExportPart;

typedef struct {
    int64_t t_us;       /* of its first frame */
    int64_t gap_frames; /* in front of it, since the segment before */
    uint64_t n_frames;
    StoreExportPart *part; /* one a track */
} StoreExportSegment;

typedef struct {
    bool wave;
    uint32_t rate_num, rate_den; /* frames per second */
    GPtrArray *tracks;           /* StoreExportTrack */
    GArray *segments;            /* StoreExportSegment */
} StoreExportRecord;

/* StoreExportRecord in the order of their first streams; waves and numerics never share one.
 * @streams are borrowed. */
GPtrArray *store_export_plan(const GPtrArray *streams);

/* Frames @first.. of @segment of @record, each with the samples of the first track, then of the
 * second ...; what is not there is STORE_EXPORT_INVALID. @out: n * width. */
bool store_export_frames(const StoreExportRecord *record,
                         const StoreExportSegment *segment,
                         uint64_t first,
                         size_t n,
                         int32_t *out,
                         GError **error);
size_t store_export_width(const StoreExportRecord *record);

G_END_DECLS
