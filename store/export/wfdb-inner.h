/* What wfdb*.c share, and nobody else includes.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "store/export/out.h"

G_BEGIN_DECLS

/* One signal of one segment. */
typedef struct {
    guint track;
    uint32_t per_frame;
    size_t column; /* of its first sample in a frame */
    char *file;
    int format;
    uint16_t sum;
    int32_t initial;
} WfdbSignal;

typedef struct {
    StoreExportJob *job;
    const StoreExportRecord *record;
    const StoreExportSegment *segment;
    const char *name; /* of the segment's header */
    GArray *signals;  /* WfdbSignal */
    int32_t odd;      /* format 212: the first of a pair */
    bool has_odd;
} WfdbWriting;

/* ---- wfdb.c ---- */

/* A track without anything in the segment is told by its first run. */
const StoreExportRun *
store_export_wfdb_run(const StoreExportRecord *record, const StoreExportSegment *segment, guint t);

/* ---- wfdb-header.c ---- */

bool store_export_wfdb_segment_header(WfdbWriting *w, GError **error);
/* The layout: every signal, none of its samples. */
bool store_export_wfdb_layout(StoreExportJob *job,
                              const StoreExportRecord *record,
                              const char *name,
                              GError **error);
bool store_export_wfdb_master(StoreExportJob *job,
                              const StoreExportRecord *record,
                              const char *name,
                              GError **error);

G_END_DECLS
