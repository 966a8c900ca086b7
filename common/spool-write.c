/* Segments written and given up: append, drop, trim.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>

#include "common/mutant.h"
#include "common/spool-inner.h"

/* ---- drop ---- */

static bool
remove_segment(VicuSpool *self, guint index, GError **error)
{
    SpoolSegment *segment = spool_segment_at(self, index);
    g_autofree char *name = spool_segment_name(segment->number);
    if (self->reader == segment)
        self->reader = NULL;
    if (segment->handle >= 0)
        self->files.close(self->disk, segment->handle);
    self->bytes -= segment->size;
    g_ptr_array_remove_index(self->segments, index);
    int code = self->files.unlink(self->disk, name);
    return code >= 0 || spool_fail(self, -code, "remove", name, error);
}

static void
record_drop(VicuSpool *self, const SpoolRun *run, VicuSpoolDropReason reason)
{
    const SpoolEpoch *epoch = spool_epoch_find(self, run->epoch);
    if (!epoch || epoch->first > spool_run_last(run))
        return;
    uint64_t first = MAX(run->first, epoch->first);
    VicuSpoolDropped dropped = {
        .epoch = run->epoch,
        .first = first,
        .last = spool_run_last(run),
        .from_us = run->from_us,
        .to_us = run->to_us,
        .reason = reason,
    };
    self->figures.dropped_batches += dropped.last - first + 1;
    if (!VICU_MUTANT(DROP_UNRECORDED))
        spool_ledger_add(self, &dropped);
    dropped.epoch += self->base;
    spool_tell_dropped(self, dropped);
}

/* The oldest segment, if that is neither active nor waiting for a sync. */
static SpoolSegment *
droppable(const VicuSpool *self)
{
    if (self->segments->len == 0)
        return NULL;
    SpoolSegment *oldest = spool_segment_at(self, 0);
    return spool_is_active(self, oldest) || oldest->unsynced || oldest->in_job ? NULL : oldest;
}

static bool
drop_oldest(VicuSpool *self, VicuSpoolDropReason reason, GError **error)
{
    SpoolSegment *oldest = spool_segment_at(self, 0);
    for (guint r = 0; r < oldest->runs->len; r++)
        record_drop(self, g_ptr_array_index(oldest->runs, r), reason);
    if (self->ledger_unsaved && !spool_epochs_save(self, error))
        return false;
    return remove_segment(self, 0, error);
}

bool
vicu_spool_age(VicuSpool *self, int64_t t_us, GError **error)
{
    if (!spool_is_sound(self, error))
        return false;
    while (self->settings.max_age_us > 0 && droppable(self)) {
        const SpoolSegment *oldest = spool_segment_at(self, 0);
        const SpoolRun *newest = g_ptr_array_index(oldest->runs, oldest->runs->len - 1);
        if (newest->to_us >= t_us - self->settings.max_age_us)
            break;
        if (!drop_oldest(self, VICU_SPOOL_AGE, error))
            return false;
    }
    return true;
}

bool
vicu_spool_take_dropped(VicuSpool *self, VicuSpoolDropped *dropped)
{
    if (self->told->len == 0)
        return false;
    *dropped = g_array_index(self->told, VicuSpoolDropped, 0);
    g_array_remove_index(self->told, 0);
    return true;
}

/* ---- append ---- */

/* 0, or -errno. */
static int
begin_segment(VicuSpool *self)
{
    SpoolSegment *segment = spool_segment_new(self->next_segment);
    g_autofree char *name = spool_segment_name(segment->number);
    int handle = self->files.open(self->disk, name, true);
    uint8_t head[SPOOL_HEAD_BYTES];
    spool_head_pack(head, self->id, segment->number);
    VicuSpoolPart part = {head, sizeof head};
    int code = handle < 0 ? handle : self->files.write(self->disk, handle, 0, &part, 1);
    if (code < 0) {
        if (handle >= 0)
            self->files.close(self->disk, handle);
        spool_segment_free(segment);
        return code;
    }
    self->next_segment++;
    segment->handle = handle;
    segment->size = SPOOL_HEAD_BYTES;
    segment->unsynced = true;
    self->bytes += segment->size;
    self->folder_unsynced = true;
    SpoolSegment *before = self->active ? spool_segment_at(self, self->segments->len - 1) : NULL;
    g_ptr_array_add(self->segments, segment);
    self->active = true;
    if (before)
        spool_settle(self, before);
    return 0;
}

/* 0, or -errno; -ENOSPC leaves everything as it was. */
static int
write_record(VicuSpool *self, uint64_t sequence, const void *body, size_t len, int64_t t_us)
{
    uint32_t need = (uint32_t)(SPOOL_RECORD_BYTES + len);
    SpoolSegment *segment = self->active ? spool_segment_at(self, self->segments->len - 1) : NULL;
    if (!segment
        || (segment->size > SPOOL_HEAD_BYTES
            && (uint64_t)segment->size + need > spool_segment_bytes(self))) {
        int code = begin_segment(self);
        if (code < 0)
            return code;
        segment = spool_segment_at(self, self->segments->len - 1);
    }
    uint8_t head[SPOOL_RECORD_BYTES];
    uint32_t crc = spool_record_pack(head, self->id, self->live, sequence, t_us, body, len);
    const VicuSpoolPart parts[] = {{head, sizeof head}, {body, len}};
    int code =
        self->files.write(self->disk, segment->handle, segment->size, parts, G_N_ELEMENTS(parts));
    if (code < 0)
        return code;
    SpoolPlace place = {segment->size, (uint32_t)len, crc};
    spool_segment_note(segment, self->live, sequence, t_us, place);
    segment->size += need;
    segment->unsynced = true;
    self->bytes += need;
    self->unsynced_bytes += need;
    return 0;
}

uint64_t
vicu_spool_append(VicuSpool *self, const void *body, size_t len, int64_t t_us, GError **error)
{
    g_assert(self->live != 0);
    if (!spool_is_sound(self, error))
        return 0;
    if (len == 0 || len > VICU_SPOOL_RECORD_MAX) {
        g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL,
                    "spool %s: a batch of %zu bytes is outside 1..%u", self->name, len,
                    VICU_SPOOL_RECORD_MAX);
        return 0;
    }
    while (self->bytes + SPOOL_RECORD_BYTES + len > self->settings.max_bytes && droppable(self)) {
        if (!drop_oldest(self, VICU_SPOOL_SIZE, error))
            return 0;
    }
    SpoolEpoch *epoch = spool_epoch_find(self, self->live);
    uint64_t sequence = epoch->last + 1;
    int code;
    while ((code = write_record(self, sequence, body, len, t_us)) == -ENOSPC && droppable(self)) {
        if (!drop_oldest(self, VICU_SPOOL_SIZE, error))
            return 0;
    }
    if (code < 0 && code != -ENOSPC) {
        spool_fail(self, -code, "write to", "its segment", error);
        return 0;
    }
    epoch->last = sequence;
    if (code == -ENOSPC) {
        /* Nothing left to give up: this batch itself goes, under its number. */
        VicuSpoolDropped dropped = {self->live, sequence, sequence, t_us, t_us, VICU_SPOOL_SIZE};
        spool_ledger_add(self, &dropped);
        dropped.epoch += self->base;
        spool_tell_dropped(self, dropped);
        self->figures.dropped_batches++;
        self->unsynced_bytes++; /* so that the next sync moves on past it */
    }
    return sequence;
}

/* ---- trim ---- */

static bool
is_done(const VicuSpool *self, const SpoolSegment *segment)
{
    for (guint r = 0; r < segment->runs->len; r++) {
        const SpoolRun *run = g_ptr_array_index(segment->runs, r);
        const SpoolEpoch *epoch = spool_epoch_find(self, run->epoch);
        if (epoch && spool_run_last(run) >= epoch->first)
            return false;
    }
    return true;
}

bool
vicu_spool_trim(VicuSpool *self, uint64_t epoch, uint64_t sequence, GError **error)
{
    if (!spool_is_sound(self, error))
        return false;
    SpoolEpoch *entry = spool_epoch_find(self, epoch - self->base);
    if (!entry || sequence < entry->first)
        return true;
    entry->first = MIN(sequence, entry->last) + 1;
    spool_ledger_trim(self, entry->epoch, entry->first - 1);
    spool_epoch_forget_done(self);
    for (guint i = self->segments->len; i > 0; i--) {
        const SpoolSegment *segment = spool_segment_at(self, i - 1);
        if (spool_is_active(self, segment) || segment->unsynced || segment->in_job
            || !is_done(self, segment))
            continue;
        if (!remove_segment(self, i - 1, error))
            return false;
    }
    return true;
}
