/* Reading: where a batch lies, and how far a hole reaches.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "common/mutant.h"
#include "common/spool-inner.h"

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
        spool_settle(self, before);
    return 0;
}

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
        *segment = spool_segment_at(self, i - 1);
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
        const SpoolSegment *segment = spool_segment_at(self, i);
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
vicu_spool_len(const VicuSpool *self, uint64_t epoch, uint64_t sequence, uint32_t *crc)
{
    SpoolSegment *segment = NULL;
    const SpoolPlace *place = locate(self, epoch - self->base, sequence, &segment);
    *crc = place ? place->crc : 0;
    return place ? place->len : 0;
}
