/* A WFDB record as one table of frames: single, or of many segments in fixed or
 * variable layout, with gaps and absent segments.
 *
 * One segment's files are open at a time; a read takes memory for the frames
 * asked for and nothing grows with the length of the record. One owner thread.
 * Time is the frame number: frame f lies f * rate_den / rate_num seconds after
 * the beginning, skew applied.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "collector/sources/wfdb-format.h"
#include "collector/sources/wfdb-header.h"

G_BEGIN_DECLS

typedef struct CollectorWfdbRecord CollectorWfdbRecord;

typedef struct {
    const char *name;  /* as the header says, a repeated one with "#2" */
    const char *label; /* without it */
    const char *unit;  /* as the header says */
    uint32_t samples_per_frame;
    size_t offset; /* of its first sample in a frame of samples */
} CollectorWfdbChannel;

typedef enum {
    COLLECTOR_WFDB_PRESENT,
    COLLECTOR_WFDB_GAP,    /* "~": the record says that nothing was recorded */
    COLLECTOR_WFDB_ABSENT, /* the segment's header or one of its files is not here */
} CollectorWfdbPresence;

/* What a read found: frames of one segment. */
typedef struct {
    size_t n_frames;       /* 0: the end of the record */
    size_t segment;        /* 0 for a single record */
    int64_t segment_first; /* frame where that segment begins */
    CollectorWfdbPresence presence;
    const char *absent; /* the file that is missing, with COLLECTOR_WFDB_ABSENT */
    /* of each channel: whose gain and baseline apply here; NULL: not recorded
     * in this segment. Valid until the next read. */
    const CollectorWfdbSignal *const *signal;
} CollectorWfdbRun;

/* A single record whose signal file is absent is refused: VICU_ERROR_ABSENT. */
CollectorWfdbRecord *collector_wfdb_record_open(const char *path, GError **error);
void collector_wfdb_record_free(CollectorWfdbRecord *self);

const CollectorWfdbHeader *collector_wfdb_record_header(const CollectorWfdbRecord *self);
int64_t collector_wfdb_record_frames(const CollectorWfdbRecord *self);
size_t collector_wfdb_record_n_channels(const CollectorWfdbRecord *self);
const CollectorWfdbChannel *collector_wfdb_record_channel(const CollectorWfdbRecord *self,
                                                          size_t i);

/* Samples in one frame of all channels. */
size_t collector_wfdb_record_width(const CollectorWfdbRecord *self);

/* At most @n frames from @first on, all of one segment, @out[f * width +
 * channel offset + j]; a sample that is not there is COLLECTOR_WFDB_INVALID. */
gboolean collector_wfdb_record_read(CollectorWfdbRecord *self,
                                    int64_t first,
                                    size_t n,
                                    int32_t *out,
                                    CollectorWfdbRun *run,
                                    GError **error);

/* One signal of one segment against its header line. */
typedef struct {
    char *segment; /* the record's own name for a single record */
    char *signal;
    gboolean has_checksum;
    gboolean has_initial;
    uint16_t checksum_expected; /* modulo 65536 */
    uint16_t checksum_found;
    int32_t initial_expected;
    int32_t initial_found;
} CollectorWfdbCheck;

/* Reads everything that is there; a CollectorWfdbCheck for each signal. */
GPtrArray *collector_wfdb_record_check(CollectorWfdbRecord *self, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(CollectorWfdbRecord, collector_wfdb_record_free)

G_END_DECLS
