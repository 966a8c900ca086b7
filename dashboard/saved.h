/* Saved state: what a station had heard, in a file that draws the same for ever.
 *
 * "vICUs1\n", then records: one byte of type, time (int64), size (uint32), bytes;
 * little endian. 'B' a batch: 16 bytes of sender, epoch (uint64), packed Batch.
 * 'S' packed StateItems, applied as one snapshot or update (the first begins a
 * snapshot). 'A' the store's record of alarms, all there are from the record's time on: a
 * packed Batch that holds events. 'L' a local condition: packed LocalAlarm. 'K' what was known
 * from the store of what is measured seldom: a packed Batch. 'N' the time at which
 * the picture is drawn; the last record. Bounded; a file that does not end with 'N' is refused.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

#include "dashboard/model/model.h"

G_BEGIN_DECLS

/* Applies the file to @model and gives the time at which to draw it. */
gboolean dash_saved_load(const char *path, DashModel *model, int64_t *now_us, GError **error);
gboolean dash_saved_apply(
    const uint8_t *data, size_t size, DashModel *model, int64_t *now_us, GError **error);

/* Writing: records are appended to a buffer, then put into a file. */
void dash_saved_begin(GByteArray *out);
void dash_saved_put_batch(GByteArray *out,
                          int64_t t_us,
                          const uint8_t *sender,
                          uint64_t epoch,
                          const void *packed,
                          size_t size);
void dash_saved_put_items(GByteArray *out, int64_t t_us, const void *packed, size_t size);
void dash_saved_put_alarms(GByteArray *out, int64_t from_us, const void *packed, size_t size);
void dash_saved_put_known(GByteArray *out, int64_t t_us, const void *packed, size_t size);
void dash_saved_put_local(GByteArray *out, int64_t t_us, const void *packed, size_t size);
void dash_saved_end(GByteArray *out, int64_t now_us);

G_END_DECLS
