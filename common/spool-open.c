/* Opening a spool: what its folder holds, checked and tabulated.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>

#include "common/spool-inner.h"

static bool
scan_segment(VicuSpool *self, uint64_t number, GError **error)
{
    g_autofree char *name = spool_segment_name(number);
    int handle = self->files.open(self->disk, name, false);
    if (handle < 0)
        return spool_fail(self, -handle, "open", name, error);
    /* What a killed process left in the page cache may not be on disk yet. */
    int code = self->files.sync(self->disk, handle);
    int64_t size = code < 0 ? code : self->files.size(self->disk, handle);
    if (size > (int64_t)VICU_SPOOL_SEGMENT_BYTES + VICU_SPOOL_RECORD_MAX)
        size = -EFBIG;
    if (size >= 0) {
        g_byte_array_set_size(self->buffer, (guint)size);
        size = self->files.read(self->disk, handle, 0, self->buffer->data, (size_t)size);
    }
    self->files.close(self->disk, handle);
    if (size < 0)
        return spool_fail(self, (int)-size, "sync and read", name, error);

    SpoolSegment *segment = spool_segment_new(number);
    segment->size = (uint32_t)size;
    if (spool_head_is_ours(self->buffer->data, (size_t)size, self->id, number))
        spool_segment_scan(segment, self->buffer->data, (size_t)size, self->id,
                           &self->figures.torn_bytes);
    else
        self->figures.torn_bytes += (uint64_t)size;
    if (segment->runs->len == 0) {
        spool_segment_free(segment);
        code = self->files.unlink(self->disk, name);
        return code >= 0 || spool_fail(self, -code, "remove", name, error);
    }
    self->bytes += segment->size;
    g_ptr_array_add(self->segments, segment);
    return true;
}

static gint
by_number(gconstpointer a, gconstpointer b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

/* Ascending numbers of the segments in the folder. */
static GArray *
list_segments(VicuSpool *self, GError **error)
{
    g_autoptr(GPtrArray) names = self->files.list(self->disk);
    if (!names) {
        spool_fail(self, EIO, "list", "its folder", error);
        return NULL;
    }
    GArray *numbers = g_array_new(FALSE, FALSE, sizeof(uint64_t));
    for (guint i = 0; i < names->len; i++) {
        uint64_t number;
        if (spool_segment_number(g_ptr_array_index(names, i), &number))
            g_array_append_val(numbers, number);
    }
    g_array_sort(numbers, by_number);
    return numbers;
}

/* The table of epochs from what was found; all of it is on disk. */
static void
tabulate(VicuSpool *self)
{
    for (guint i = 0; i < self->segments->len; i++) {
        const SpoolSegment *segment = spool_segment_at(self, i);
        for (guint r = 0; r < segment->runs->len; r++) {
            const SpoolRun *run = g_ptr_array_index(segment->runs, r);
            SpoolEpoch *epoch = spool_epoch_need(self, run->epoch, run->first);
            epoch->first = MIN(epoch->first, run->first);
            epoch->last = MAX(epoch->last, spool_run_last(run));
        }
    }
    for (guint i = 0; i < self->ledger->len; i++) {
        const VicuSpoolDropped *entry = &g_array_index(self->ledger, VicuSpoolDropped, i);
        SpoolEpoch *epoch = spool_epoch_need(self, entry->epoch, entry->first);
        epoch->first = MIN(epoch->first, entry->first);
        epoch->last = MAX(epoch->last, entry->last);
    }
    for (guint i = 0; i < self->epochs->len; i++) {
        SpoolEpoch *epoch = &g_array_index(self->epochs, SpoolEpoch, i);
        epoch->synced = epoch->last;
        self->next = MAX(self->next, epoch->epoch + 1);
    }
}

static bool
load(VicuSpool *self, GError **error)
{
    if (!spool_epochs_load(self, error))
        return false;
    g_autoptr(GArray) numbers = list_segments(self, error);
    if (!numbers)
        return false;
    if (self->generation == 0 && numbers->len > 0) {
        g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL,
                    "spool %s: %u segments but neither epoch.0 nor epoch.1 can be read: which "
                    "epochs were used is not known; move the folder aside and start with an empty "
                    "one (the store then counts on from its own number)",
                    self->name, numbers->len);
        return false;
    }
    if (self->generation == 0) {
        self->id = self->settings.first_id;
        self->fresh = true;
        self->next = 1;
        if (!spool_epochs_save(self, error))
            return false;
    }
    for (guint i = 0; i < numbers->len; i++) {
        uint64_t number = g_array_index(numbers, uint64_t, i);
        if (!scan_segment(self, number, error))
            return false;
        self->next_segment = number + 1;
    }
    /* Names that a killed process made may not be on disk yet either. */
    int code = self->files.sync_folder(self->disk);
    if (code < 0)
        return spool_fail(self, -code, "sync", "its folder", error);
    tabulate(self);
    return true;
}

VicuSpool *
vicu_spool_open_on(const VicuSpoolFiles *files,
                   gpointer disk,
                   const char *name,
                   const VicuSpoolSettings *settings,
                   GError **error)
{
    g_assert(settings->first_id != 0);
    VicuSpool *self = g_new0(VicuSpool, 1);
    self->files = *files;
    self->disk = disk;
    self->name = g_strdup(name);
    self->settings = *settings;
    g_assert(spool_segment_bytes(self) <= VICU_SPOOL_SEGMENT_BYTES);
    self->settings.max_bytes = MAX(settings->max_bytes, 2 * (uint64_t)spool_segment_bytes(self));
    self->ledger = g_array_new(FALSE, FALSE, sizeof(VicuSpoolDropped));
    self->begun = g_array_new(FALSE, FALSE, sizeof(VicuSpoolBegun));
    self->told = g_array_new(FALSE, FALSE, sizeof(VicuSpoolDropped));
    self->begun_listed = g_array_new(FALSE, FALSE, sizeof(VicuSpoolBegun));
    self->segments = g_ptr_array_new_with_free_func((GDestroyNotify)spool_segment_free);
    self->epochs = g_array_new(FALSE, FALSE, sizeof(SpoolEpoch));
    self->listed = g_array_new(FALSE, FALSE, sizeof(VicuSpoolEpoch));
    self->buffer = g_byte_array_new();
    self->next_segment = 1;
    if (load(self, error))
        return self;
    vicu_spool_free(self);
    return NULL;
}

void
vicu_spool_free(VicuSpool *self)
{
    if (!self)
        return;
    g_assert(!self->job);
    for (guint i = 0; i < self->segments->len; i++) {
        SpoolSegment *segment = spool_segment_at(self, i);
        if (segment->handle >= 0)
            self->files.close(self->disk, segment->handle);
    }
    if (self->files.free)
        self->files.free(self->disk);
    g_array_unref(self->ledger);
    g_array_unref(self->begun);
    g_array_unref(self->begun_listed);
    g_array_unref(self->told);
    g_ptr_array_unref(self->segments);
    g_array_unref(self->epochs);
    g_array_unref(self->listed);
    g_byte_array_unref(self->buffer);
    g_free(self->failure);
    g_free(self->name);
    g_free(self);
}
