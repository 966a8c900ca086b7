/* Small synthetic WFDB records with the traps of long ICU records, and the
 * truth about every sample of them.
 *
 * What no freely licensed record shows: a variable layout whose channels come
 * late, change gain between segments and last four samples; segments whose
 * header or signal file is absent; minute numerics in which 0 means "no value";
 * packed formats with skew and several samples per frame. Integer arithmetic
 * only, so that every machine makes the same bytes.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <glib.h>

G_BEGIN_DECLS

#define SYNTHETIC_INVALID INT32_MIN

typedef struct {
    char *name;
    GByteArray *bytes;
} SyntheticFile;

/* Every file of every record; the elements are SyntheticFile. */
GPtrArray *synthetic_files(void);

typedef struct {
    const char *record;
    int64_t n_frames;
    size_t n_channels;
} SyntheticRecord;

/* The records that a reader must read; ends with a NULL name. */
extern const SyntheticRecord synthetic_records[];

/* Stored integer of sample @j of @frame, and the gain that applies to it;
 * SYNTHETIC_INVALID where nothing was recorded or its file is absent. */
int32_t
synthetic_truth(const char *record, size_t channel, int64_t frame, uint32_t j, double *gain);

/* Adds sample @i of a stream of @format to @out, bit by bit as signal(5) says. */
void synthetic_encode(int format, size_t i, int32_t value, GByteArray *out);

G_END_DECLS
