/* The spool itself: its state, its epochs, its sync.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "common/mutant.h"
#include "common/spool-inner.h"

bool
spool_fail(VicuSpool *self, int code, const char *doing, const char *what, GError **error)
{
    if (!self->failure)
        self->failure = g_strdup_printf("spool %s: cannot %s %s: %s", self->name, doing, what,
                                        g_strerror(code));
    g_set_error(error, G_FILE_ERROR, (gint)g_file_error_from_errno(code),
                "%s; what was not synced may be lost: restart the process when the disk is sound",
                self->failure);
    return false;
}

bool
spool_is_sound(VicuSpool *self, GError **error)
{
    if (!self->failure)
        return true;
    g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_IO, "%s (nothing was done since)", self->failure);
    return false;
}

uint32_t
spool_segment_bytes(const VicuSpool *self)
{
    return self->settings.segment_bytes ? self->settings.segment_bytes : VICU_SPOOL_SEGMENT_BYTES;
}

SpoolSegment *
spool_segment_at(const VicuSpool *self, guint index)
{
    return g_ptr_array_index(self->segments, index);
}

bool
spool_is_active(const VicuSpool *self, const SpoolSegment *segment)
{
    return self->active && segment == spool_segment_at(self, self->segments->len - 1);
}

void
spool_settle(VicuSpool *self, SpoolSegment *segment)
{
    if (segment->handle < 0 || spool_is_active(self, segment) || segment->unsynced
        || segment->in_job || segment == self->reader)
        return;
    self->files.close(self->disk, segment->handle);
    segment->handle = -1;
}

/* ---- epochs ---- */

bool
vicu_spool_is_fresh(const VicuSpool *self)
{
    return self->fresh;
}

bool
vicu_spool_adopt(VicuSpool *self, uint64_t highest, uint64_t instance, GError **error)
{
    g_assert(self->fresh);
    if (!spool_is_sound(self, error))
        return false;
    self->base = MAX(highest, (uint64_t)MAX(self->settings.opened_us, 0) / G_USEC_PER_SEC);
    self->fresh = false;
    /* As if this spool had begun it: its sender did, before the spool was lost. */
    VicuSpoolBegun adopted = {highest - self->base, instance};
    g_array_prepend_val(self->begun, adopted);
    return spool_epochs_save(self, error);
}

void
spool_tell_dropped(VicuSpool *self, VicuSpoolDropped dropped)
{
    VicuSpoolDropped *last = NULL;
    if (self->told->len > 0)
        last = &g_array_index(self->told, VicuSpoolDropped, self->told->len - 1);
    if (last && last->epoch == dropped.epoch && last->last + 1 == dropped.first) {
        last->last = dropped.last;
        last->to_us = dropped.to_us;
    } else if (self->told->len < VICU_SPOOL_EPOCHS_MAX) {
        g_array_append_val(self->told, dropped);
    }
}

uint64_t
vicu_spool_begin_epoch(VicuSpool *self, uint64_t instance, GError **error)
{
    if (!spool_is_sound(self, error))
        return 0;
    uint64_t epoch = self->next++;
    spool_begun_add(self, epoch, instance);
    if (!spool_epochs_save(self, error))
        return 0;
    self->live = epoch;
    spool_epoch_forget_done(self);
    while (self->epochs->len >= VICU_SPOOL_EPOCHS_MAX) {
        SpoolEpoch *oldest = &g_array_index(self->epochs, SpoolEpoch, 0);
        VicuSpoolDropped dropped = {
            self->base + oldest->epoch, oldest->first, oldest->last, 0, 0, VICU_SPOOL_SIZE};
        spool_tell_dropped(self, dropped);
        spool_ledger_trim(self, oldest->epoch, oldest->last);
        g_array_remove_index(self->epochs, 0);
    }
    spool_epoch_need(self, epoch, 1);
    return self->base + epoch;
}

uint64_t
vicu_spool_live(const VicuSpool *self)
{
    return self->live ? self->base + self->live : 0;
}

const VicuSpoolEpoch *
vicu_spool_epochs(VicuSpool *self, size_t *n)
{
    g_array_set_size(self->listed, 0);
    for (guint i = 0; i < self->epochs->len; i++) {
        const SpoolEpoch *epoch = &g_array_index(self->epochs, SpoolEpoch, i);
        VicuSpoolEpoch entry = {self->base + epoch->epoch, epoch->first, epoch->last};
        g_array_append_val(self->listed, entry);
    }
    *n = self->listed->len;
    return (const VicuSpoolEpoch *)(void *)self->listed->data;
}

uint64_t
vicu_spool_synced(const VicuSpool *self, uint64_t epoch)
{
    const SpoolEpoch *entry = spool_epoch_find(self, epoch - self->base);
    return entry ? (VICU_MUTANT(STORE_LANE_UNSYNCED) ? entry->last : entry->synced) : 0;
}

/* ---- sync ---- */

uint64_t
vicu_spool_unsynced_bytes(const VicuSpool *self)
{
    return self->unsynced_bytes;
}

VicuSpoolJob *
vicu_spool_job_begin(VicuSpool *self)
{
    if (self->job || self->failure || self->unsynced_bytes == 0)
        return NULL;
    VicuSpoolJob *job = g_new0(VicuSpoolJob, 1);
    job->files = self->files;
    job->disk = self->disk;
    job->handles = g_new(int, self->segments->len);
    for (guint i = 0; i < self->segments->len; i++) {
        SpoolSegment *segment = spool_segment_at(self, i);
        if (!segment->unsynced)
            continue;
        job->handles[job->n_handles++] = segment->handle;
        segment->unsynced = false;
        segment->in_job = true;
    }
    job->folder = self->folder_unsynced;
    job->bytes = self->unsynced_bytes;
    job->upto = g_array_new(FALSE, FALSE, sizeof(SpoolEpoch));
    for (guint i = 0; i < self->epochs->len; i++) {
        SpoolEpoch *epoch = &g_array_index(self->epochs, SpoolEpoch, i);
        if (epoch->synced < epoch->last)
            g_array_append_vals(job->upto, epoch, 1);
    }
    self->folder_unsynced = false;
    self->unsynced_bytes = 0;
    self->job = true;
    return job;
}

void
vicu_spool_job_run(VicuSpoolJob *job)
{
    for (size_t i = 0; i < job->n_handles && job->result >= 0; i++)
        job->result = job->files.sync(job->disk, job->handles[i]);
    if (job->folder && job->result >= 0)
        job->result = job->files.sync_folder(job->disk);
}

bool
vicu_spool_job_finish(VicuSpool *self, VicuSpoolJob *job, GError **error)
{
    int result = job->result;
    self->job = false;
    for (guint i = 0; i < self->segments->len; i++) {
        SpoolSegment *segment = spool_segment_at(self, i);
        segment->in_job = false;
        spool_settle(self, segment);
    }
    /* A batch that found no space is safe as a dropped range, or not at all. */
    bool saved = result < 0 || !self->ledger_unsaved || spool_epochs_save(self, error);
    for (guint i = 0; i < job->upto->len && result >= 0 && saved; i++) {
        const SpoolEpoch *upto = &g_array_index(job->upto, SpoolEpoch, i);
        SpoolEpoch *epoch = spool_epoch_find(self, upto->epoch);
        if (epoch)
            epoch->synced = MAX(epoch->synced, upto->last);
    }
    g_array_unref(job->upto);
    g_free(job->handles);
    g_free(job);
    self->figures.syncs++;
    return result >= 0 ? saved : spool_fail(self, -result, "sync", "its segments", error);
}

bool
vicu_spool_sync(VicuSpool *self, GError **error)
{
    VicuSpoolJob *job = vicu_spool_job_begin(self);
    if (!job)
        return spool_is_sound(self, error);
    vicu_spool_job_run(job);
    return vicu_spool_job_finish(self, job, error);
}

const char *
vicu_spool_failure(const VicuSpool *self)
{
    return self->failure;
}

void
vicu_spool_figures(const VicuSpool *self, VicuSpoolFigures *figures)
{
    *figures = self->figures;
    figures->batches = 0;
    for (guint i = 0; i < self->epochs->len; i++) {
        const SpoolEpoch *epoch = &g_array_index(self->epochs, SpoolEpoch, i);
        figures->batches += epoch->last + 1 - epoch->first;
    }
    figures->bytes = self->bytes;
    figures->segments = self->segments->len;
}
