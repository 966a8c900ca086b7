/* The spool itself: open, append, read, trim, drop, sync.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

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

static bool
is_sound(VicuSpool *self, GError **error)
{
    if (!self->failure)
        return true;
    g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_IO, "%s (nothing was done since)", self->failure);
    return false;
}

static uint32_t
segment_bytes(const VicuSpool *self)
{
    return self->settings.segment_bytes ? self->settings.segment_bytes : VICU_SPOOL_SEGMENT_BYTES;
}

static SpoolSegment *
segment_at(const VicuSpool *self, guint index)
{
    return g_ptr_array_index(self->segments, index);
}

static bool
is_active(const VicuSpool *self, const SpoolSegment *segment)
{
    return self->active && segment == segment_at(self, self->segments->len - 1);
}

/* Closes what nobody needs open. */
static void
settle(VicuSpool *self, SpoolSegment *segment)
{
    if (segment->handle < 0 || is_active(self, segment) || segment->unsynced || segment->in_job
        || segment == self->reader)
        return;
    self->files.close(self->disk, segment->handle);
    segment->handle = -1;
}

static int
open_for_read(VicuSpool *self, SpoolSegment *segment)
{
    if (segment->handle >= 0)
        return 0;
    g_autofree char *name = spool_segment_name(segment->number);
    int handle = self->files.open(self->disk, name, false);
    if (handle < 0)
        return handle;
    segment->handle = handle;
    SpoolSegment *before = self->reader;
    self->reader = segment;
    if (before)
        settle(self, before);
    return 0;
}

/* ---- open ---- */

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
        const SpoolSegment *segment = segment_at(self, i);
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
    g_assert(segment_bytes(self) <= VICU_SPOOL_SEGMENT_BYTES);
    self->settings.max_bytes = MAX(settings->max_bytes, 2 * (uint64_t)segment_bytes(self));
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
        SpoolSegment *segment = segment_at(self, i);
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
    if (!is_sound(self, error))
        return false;
    self->base = MAX(highest, (uint64_t)MAX(self->settings.opened_us, 0) / G_USEC_PER_SEC);
    self->fresh = false;
    /* As if this spool had begun it: its sender did, before the spool was lost. */
    VicuSpoolBegun adopted = {highest - self->base, instance};
    g_array_prepend_val(self->begun, adopted);
    return spool_epochs_save(self, error);
}

/* For the owner's log and alarm, joined where one run follows the other. */
static void
tell_dropped(VicuSpool *self, VicuSpoolDropped dropped)
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
    if (!is_sound(self, error))
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
        tell_dropped(self, dropped);
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

/* ---- drop ---- */

static bool
remove_segment(VicuSpool *self, guint index, GError **error)
{
    SpoolSegment *segment = segment_at(self, index);
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
    tell_dropped(self, dropped);
}

/* The oldest segment, if that is neither active nor waiting for a sync. */
static SpoolSegment *
droppable(const VicuSpool *self)
{
    if (self->segments->len == 0)
        return NULL;
    SpoolSegment *oldest = segment_at(self, 0);
    return is_active(self, oldest) || oldest->unsynced || oldest->in_job ? NULL : oldest;
}

static bool
drop_oldest(VicuSpool *self, VicuSpoolDropReason reason, GError **error)
{
    SpoolSegment *oldest = segment_at(self, 0);
    for (guint r = 0; r < oldest->runs->len; r++)
        record_drop(self, g_ptr_array_index(oldest->runs, r), reason);
    if (self->ledger_unsaved && !spool_epochs_save(self, error))
        return false;
    return remove_segment(self, 0, error);
}

bool
vicu_spool_age(VicuSpool *self, int64_t t_us, GError **error)
{
    if (!is_sound(self, error))
        return false;
    while (self->settings.max_age_us > 0 && droppable(self)) {
        const SpoolSegment *oldest = segment_at(self, 0);
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
    int code = handle < 0 ? handle : self->files.write(self->disk, handle, 0, head, sizeof head);
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
    SpoolSegment *before = self->active ? segment_at(self, self->segments->len - 1) : NULL;
    g_ptr_array_add(self->segments, segment);
    self->active = true;
    if (before)
        settle(self, before);
    return 0;
}

/* 0, or -errno; -ENOSPC leaves everything as it was. */
static int
write_record(VicuSpool *self, uint64_t sequence, const void *body, size_t len, int64_t t_us)
{
    uint32_t need = (uint32_t)(SPOOL_RECORD_BYTES + len);
    SpoolSegment *segment = self->active ? segment_at(self, self->segments->len - 1) : NULL;
    if (!segment
        || (segment->size > SPOOL_HEAD_BYTES
            && (uint64_t)segment->size + need > segment_bytes(self))) {
        int code = begin_segment(self);
        if (code < 0)
            return code;
        segment = segment_at(self, self->segments->len - 1);
    }
    g_byte_array_set_size(self->buffer, 0);
    spool_record_pack(self->buffer, self->id, self->live, sequence, t_us, body, len);
    int code =
        self->files.write(self->disk, segment->handle, segment->size, self->buffer->data, need);
    if (code < 0)
        return code;
    SpoolPlace place = {segment->size, (uint32_t)len};
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
    if (!is_sound(self, error))
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
        tell_dropped(self, dropped);
        self->figures.dropped_batches++;
        self->unsynced_bytes++; /* so that the next sync moves on past it */
    }
    return sequence;
}

/* ---- read ---- */

static const SpoolPlace *
place_in(const SpoolSegment *segment, uint64_t epoch, uint64_t sequence)
{
    for (guint r = 0; r < segment->runs->len; r++) {
        const SpoolRun *run = g_ptr_array_index(segment->runs, r);
        if (run->epoch == epoch && run->first <= sequence && sequence <= spool_run_last(run)) {
            const SpoolPlace *place =
                &g_array_index(run->places, SpoolPlace, (guint)(sequence - run->first));
            return place->len > 0 ? place : NULL;
        }
    }
    return NULL;
}

static const SpoolPlace *
locate(const VicuSpool *self, uint64_t epoch, uint64_t sequence, SpoolSegment **segment)
{
    for (guint i = self->segments->len; i > 0; i--) {
        *segment = segment_at(self, i - 1);
        const SpoolPlace *place = place_in(*segment, epoch, sequence);
        if (place)
            return place;
    }
    return NULL;
}

/* The end of the hole that @sequence lies in: just before the next record or
 * recorded drop, else the epoch's last. */
static uint64_t
hole_end(const VicuSpool *self, const SpoolEpoch *epoch, uint64_t sequence)
{
    uint64_t next = epoch->last + 1;
    for (guint i = 0; i < self->segments->len; i++) {
        const SpoolSegment *segment = segment_at(self, i);
        for (guint r = 0; r < segment->runs->len; r++) {
            const SpoolRun *run = g_ptr_array_index(segment->runs, r);
            if (run->epoch != epoch->epoch || spool_run_last(run) <= sequence || run->first >= next)
                continue;
            uint64_t at = MAX(run->first, sequence + 1);
            while (at <= spool_run_last(run)
                   && g_array_index(run->places, SpoolPlace, (guint)(at - run->first)).len == 0)
                at++;
            if (at <= spool_run_last(run))
                next = MIN(next, at);
        }
    }
    for (guint i = 0; i < self->ledger->len; i++) {
        const VicuSpoolDropped *entry = &g_array_index(self->ledger, VicuSpoolDropped, i);
        if (entry->epoch == epoch->epoch && entry->first > sequence)
            next = MIN(next, entry->first);
    }
    return next - 1;
}

static VicuSpoolPeek
peek_hole(const VicuSpool *self,
          const SpoolEpoch *epoch,
          uint64_t sequence,
          VicuSpoolRecord *record)
{
    const VicuSpoolDropped *entry = spool_ledger_find(self, epoch->epoch, sequence);
    if (entry) {
        record->dropped = *entry;
        record->dropped.from_us = entry->first == sequence ? entry->from_us : 0;
    } else {
        record->dropped = (VicuSpoolDropped){
            .last = hole_end(self, epoch, sequence),
            .reason = sequence < epoch->first ? VICU_SPOOL_FORGOTTEN : VICU_SPOOL_DAMAGED,
        };
    }
    record->dropped.epoch = self->base + epoch->epoch;
    record->dropped.first = sequence;
    return VICU_SPOOL_DROPPED;
}

/* FOUND, DROPPED for one that fails its checksum, or BROKEN. */
static VicuSpoolPeek
read_record(VicuSpool *self,
            SpoolSegment *segment,
            SpoolPlace *place,
            uint64_t epoch,
            uint64_t sequence,
            VicuSpoolRecord *record)
{
    g_autofree char *name = spool_segment_name(segment->number);
    int code = open_for_read(self, segment);
    size_t want = SPOOL_RECORD_BYTES + place->len;
    int64_t got = code;
    if (code >= 0) {
        g_byte_array_set_size(self->buffer, (guint)want);
        got =
            self->files.read(self->disk, segment->handle, place->offset, self->buffer->data, want);
    }
    if (got < 0) {
        spool_fail(self, (int)-got, "read", name, NULL);
        return VICU_SPOOL_BROKEN;
    }
    SpoolRecordHead head;
    const uint8_t *body = self->buffer->data + SPOOL_RECORD_BYTES;
    if ((size_t)got < want || !spool_record_head(self->buffer->data, want, self->id, &head)
        || head.epoch != epoch || head.sequence != sequence || head.len != place->len
        || (!spool_record_body_is_whole(&head, body) && !VICU_MUTANT(CHECKSUM_IGNORED))) {
        place->len = 0;
        return VICU_SPOOL_DROPPED;
    }
    *record = (VicuSpoolRecord){.body = body, .len = head.len, .t_us = head.t_us};
    return VICU_SPOOL_FOUND;
}

VicuSpoolPeek
vicu_spool_peek(VicuSpool *self, uint64_t epoch, uint64_t sequence, VicuSpoolRecord *record)
{
    *record = (VicuSpoolRecord){0};
    if (self->failure)
        return VICU_SPOOL_BROKEN;
    const SpoolEpoch *entry = spool_epoch_find(self, epoch - self->base);
    if (!entry || sequence == 0 || sequence > entry->last)
        return VICU_SPOOL_NONE;
    SpoolSegment *segment = NULL;
    const SpoolPlace *place = locate(self, entry->epoch, sequence, &segment);
    VicuSpoolPeek found = VICU_SPOOL_DROPPED;
    if (place)
        found = read_record(self, segment, (SpoolPlace *)place, entry->epoch, sequence, record);
    return found == VICU_SPOOL_DROPPED ? peek_hole(self, entry, sequence, record) : found;
}

size_t
vicu_spool_len(const VicuSpool *self, uint64_t epoch, uint64_t sequence)
{
    SpoolSegment *segment = NULL;
    const SpoolPlace *place = locate(self, epoch - self->base, sequence, &segment);
    return place ? place->len : 0;
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
    if (!is_sound(self, error))
        return false;
    SpoolEpoch *entry = spool_epoch_find(self, epoch - self->base);
    if (!entry || sequence < entry->first)
        return true;
    entry->first = MIN(sequence, entry->last) + 1;
    spool_ledger_trim(self, entry->epoch, entry->first - 1);
    spool_epoch_forget_done(self);
    for (guint i = self->segments->len; i > 0; i--) {
        const SpoolSegment *segment = segment_at(self, i - 1);
        if (is_active(self, segment) || segment->unsynced || segment->in_job
            || !is_done(self, segment))
            continue;
        if (!remove_segment(self, i - 1, error))
            return false;
    }
    return true;
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
        SpoolSegment *segment = segment_at(self, i);
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
        SpoolSegment *segment = segment_at(self, i);
        segment->in_job = false;
        settle(self, segment);
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
        return is_sound(self, error);
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
