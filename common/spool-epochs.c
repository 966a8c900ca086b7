/* The epoch file, the table of epochs and the ledger of dropped ranges.
 *
 * Two slots, written in turn and synced, so that one of them is always whole:
 *   "vicuepo1" | generation 8 | spool id 8 | flags 8 (1 = fresh) | base 8
 *   | next 8 | n 8 | m 8 | n x (epoch, first, last, from_us, to_us, reason)
 *   | m x (epoch begun, instance), each 8
 *   | CRC32C 4
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include "common/crc32c.h"
#include "common/mutant.h"
#include "common/spool-inner.h"

#define FIXED_BYTES 64u
#define ENTRY_BYTES 48u
#define ENTRIES_MAX (2u * VICU_SPOOL_EPOCHS_MAX)
#define BEGUN_BYTES 16u
#define BEGUN_MAX   VICU_SPOOL_EPOCHS_MAX
#define SLOT_MAX    (FIXED_BYTES + ENTRIES_MAX * ENTRY_BYTES + BEGUN_MAX * BEGUN_BYTES + 4u)
#define FLAG_FRESH  1u
#define BLOCK_BYTES 4096u

static const char slot_magic[8] = {'v', 'i', 'c', 'u', 'e', 'p', 'o', '1'};
static const char *const slot_names[2] = {"epoch.0", "epoch.1"};

static void
push64(GByteArray *into, uint64_t value)
{
    value = GUINT64_TO_LE(value);
    g_byte_array_append(into, (const uint8_t *)&value, sizeof value);
}

static uint64_t
pull64(const uint8_t *bytes, size_t index)
{
    uint64_t value;
    memcpy(&value, bytes + 8 * index, sizeof value);
    return GUINT64_FROM_LE(value);
}

/* False: not a whole slot. */
static bool
slot_is_whole(const uint8_t *bytes, size_t len)
{
    if (len < FIXED_BYTES + 4 || memcmp(bytes, slot_magic, sizeof slot_magic) != 0)
        return false;
    uint64_t n = pull64(bytes, 6), m = pull64(bytes, 7);
    if (n > ENTRIES_MAX || m > BEGUN_MAX)
        return false;
    size_t covered = FIXED_BYTES + n * ENTRY_BYTES + m * BEGUN_BYTES;
    if (len < covered + 4)
        return false;
    uint32_t crc;
    memcpy(&crc, bytes + covered, sizeof crc);
    return GUINT32_FROM_LE(crc) == vicu_crc32c(0, bytes, covered);
}

static void
take_slot(VicuSpool *self, const uint8_t *bytes)
{
    self->generation = pull64(bytes, 1);
    self->id = pull64(bytes, 2);
    self->fresh = (pull64(bytes, 3) & FLAG_FRESH) != 0;
    self->base = pull64(bytes, 4);
    self->next = pull64(bytes, 5);
    g_array_set_size(self->ledger, 0);
    uint64_t n = pull64(bytes, 6);
    for (uint64_t i = 0; i < n; i++) {
        const uint8_t *at = bytes + FIXED_BYTES + i * ENTRY_BYTES;
        VicuSpoolDropped entry = {
            .epoch = pull64(at, 0),
            .first = pull64(at, 1),
            .last = pull64(at, 2),
            .from_us = (int64_t)pull64(at, 3),
            .to_us = (int64_t)pull64(at, 4),
            .reason = (VicuSpoolDropReason)MIN(pull64(at, 5), VICU_SPOOL_FORGOTTEN),
        };
        g_array_append_val(self->ledger, entry);
    }
    const uint8_t *begun = bytes + FIXED_BYTES + n * ENTRY_BYTES;
    uint64_t m = pull64(bytes, 7);
    g_array_set_size(self->begun, 0);
    for (uint64_t i = 0; i < m; i++) {
        VicuSpoolBegun entry = {pull64(begun, 2 * i), pull64(begun, 2 * i + 1)};
        g_array_append_val(self->begun, entry);
    }
}

static bool
load_slot(VicuSpool *self, const char *name, GError **error)
{
    int handle = self->files.open(self->disk, name, false);
    if (handle == -ENOENT)
        return true;
    if (handle < 0)
        return spool_fail(self, -handle, "open", name, error);
    g_byte_array_set_size(self->buffer, SLOT_MAX);
    int64_t len = self->files.read(self->disk, handle, 0, self->buffer->data, SLOT_MAX);
    self->files.close(self->disk, handle);
    if (len < 0)
        return spool_fail(self, (int)-len, "read", name, error);
    if (slot_is_whole(self->buffer->data, (size_t)len)
        && pull64(self->buffer->data, 1) > self->generation)
        take_slot(self, self->buffer->data);
    return true;
}

bool
spool_epochs_load(VicuSpool *self, GError **error)
{
    return load_slot(self, slot_names[0], error) && load_slot(self, slot_names[1], error);
}

static void
pack_slot(VicuSpool *self)
{
    GByteArray *into = self->buffer;
    g_byte_array_set_size(into, 0);
    g_byte_array_append(into, (const uint8_t *)slot_magic, sizeof slot_magic);
    push64(into, self->generation + 1);
    push64(into, self->id);
    push64(into, self->fresh ? FLAG_FRESH : 0);
    push64(into, self->base);
    push64(into, self->next);
    /* What is beyond the bound shows as holes when the spool is read. */
    guint n = MIN(self->ledger->len, ENTRIES_MAX);
    push64(into, n);
    push64(into, self->begun->len);
    for (guint i = 0; i < n; i++) {
        const VicuSpoolDropped *entry = &g_array_index(self->ledger, VicuSpoolDropped, i);
        push64(into, entry->epoch);
        push64(into, entry->first);
        push64(into, entry->last);
        push64(into, (uint64_t)entry->from_us);
        push64(into, (uint64_t)entry->to_us);
        push64(into, entry->reason);
    }
    for (guint i = 0; i < self->begun->len; i++) {
        const VicuSpoolBegun *begun = &g_array_index(self->begun, VicuSpoolBegun, i);
        push64(into, begun->epoch);
        push64(into, begun->instance);
    }
    uint32_t crc = GUINT32_TO_LE(vicu_crc32c(0, into->data, into->len));
    g_byte_array_append(into, (const uint8_t *)&crc, sizeof crc);
    /* Whole blocks: writing a slot again needs no new space on a full disk. */
    guint used = into->len;
    g_byte_array_set_size(into, (used + BLOCK_BYTES - 1) / BLOCK_BYTES * BLOCK_BYTES);
    memset(into->data + used, 0, into->len - used);
}

bool
spool_epochs_save(VicuSpool *self, GError **error)
{
    pack_slot(self);
    const char *name = slot_names[(self->generation + 1) % 2];
    int handle = self->files.open(self->disk, name, true);
    if (handle < 0)
        return spool_fail(self, -handle, "open", name, error);
    VicuSpoolPart part = {self->buffer->data, self->buffer->len};
    int code = self->files.write(self->disk, handle, 0, &part, 1);
    if (code >= 0 && !VICU_MUTANT(EPOCH_NOT_SYNCED))
        code = self->files.sync(self->disk, handle);
    self->files.close(self->disk, handle);
    if (code < 0)
        return spool_fail(self, -code, "write and sync", name, error);
    /* The first two saves made the slots themselves. */
    if (self->generation < 2) {
        code = self->files.sync_folder(self->disk);
        if (code < 0)
            return spool_fail(self, -code, "sync", "its folder", error);
    }
    self->generation++;
    self->ledger_unsaved = false;
    return true;
}

void
spool_begun_add(VicuSpool *self, uint64_t epoch, uint64_t instance)
{
    /* The first one may be the one welcomed: it stays. */
    if (self->begun->len >= BEGUN_MAX)
        g_array_remove_index(self->begun, 1);
    VicuSpoolBegun begun = {epoch, instance};
    g_array_append_val(self->begun, begun);
}

const VicuSpoolBegun *
vicu_spool_begun(VicuSpool *self, size_t *n)
{
    g_array_set_size(self->begun_listed, 0);
    for (guint i = 0; i < self->begun->len; i++) {
        VicuSpoolBegun begun = g_array_index(self->begun, VicuSpoolBegun, i);
        begun.epoch += self->base;
        g_array_append_val(self->begun_listed, begun);
    }
    *n = self->begun_listed->len;
    return (const VicuSpoolBegun *)(void *)self->begun_listed->data;
}

void
vicu_spool_welcomed(VicuSpool *self, uint64_t epoch)
{
    guint before = 0;
    while (before < self->begun->len
           && self->base + g_array_index(self->begun, VicuSpoolBegun, before).epoch < epoch)
        before++;
    if (before < self->begun->len)
        g_array_remove_range(self->begun, 0, before);
}

SpoolEpoch *
spool_epoch_find(const VicuSpool *self, uint64_t epoch)
{
    for (guint i = self->epochs->len; i > 0; i--) {
        SpoolEpoch *entry = &g_array_index(self->epochs, SpoolEpoch, i - 1);
        if (entry->epoch == epoch)
            return entry;
    }
    return NULL;
}

SpoolEpoch *
spool_epoch_need(VicuSpool *self, uint64_t epoch, uint64_t first)
{
    SpoolEpoch *found = spool_epoch_find(self, epoch);
    if (found)
        return found;
    SpoolEpoch entry = {.epoch = epoch, .first = first, .last = first - 1};
    guint at = self->epochs->len;
    while (at > 0 && g_array_index(self->epochs, SpoolEpoch, at - 1).epoch > epoch)
        at--;
    g_array_insert_val(self->epochs, at, entry);
    return &g_array_index(self->epochs, SpoolEpoch, at);
}

void
spool_epoch_forget_done(VicuSpool *self)
{
    for (guint i = self->epochs->len; i > 0; i--) {
        const SpoolEpoch *entry = &g_array_index(self->epochs, SpoolEpoch, i - 1);
        if (entry->epoch != self->live && entry->first > entry->last)
            g_array_remove_index(self->epochs, i - 1);
    }
}

/* Joins two neighbours for the same reason; times that are not known stay so. */
static bool
joins(VicuSpoolDropped *into, const VicuSpoolDropped *next)
{
    if (into->epoch != next->epoch || into->reason != next->reason || next->first > into->last + 1
        || next->first < into->first)
        return false;
    if (next->last > into->last) {
        into->last = next->last;
        into->to_us = next->to_us;
    }
    return true;
}

void
spool_ledger_add(VicuSpool *self, const VicuSpoolDropped *dropped)
{
    self->ledger_unsaved = true;
    guint at = self->ledger->len;
    while (at > 0) {
        VicuSpoolDropped *before = &g_array_index(self->ledger, VicuSpoolDropped, at - 1);
        if (before->epoch < dropped->epoch
            || (before->epoch == dropped->epoch && before->first <= dropped->first)) {
            if (joins(before, dropped))
                return;
            break;
        }
        at--;
    }
    g_array_insert_vals(self->ledger, at, dropped, 1);
}

void
spool_ledger_trim(VicuSpool *self, uint64_t epoch, uint64_t sequence)
{
    for (guint i = self->ledger->len; i > 0; i--) {
        const VicuSpoolDropped *entry = &g_array_index(self->ledger, VicuSpoolDropped, i - 1);
        if (entry->epoch == epoch && entry->last <= sequence) {
            g_array_remove_index(self->ledger, i - 1);
            self->ledger_unsaved = true;
        }
    }
}

const VicuSpoolDropped *
spool_ledger_find(const VicuSpool *self, uint64_t epoch, uint64_t sequence)
{
    for (guint i = 0; i < self->ledger->len; i++) {
        const VicuSpoolDropped *entry = &g_array_index(self->ledger, VicuSpoolDropped, i);
        if (entry->epoch == epoch && entry->first <= sequence && sequence <= entry->last)
            return entry;
    }
    return NULL;
}
