/* Any bytes where a spool's files should be: it opens or says why, and hands out
 * nothing that does not pass its checksum.
 *
 * The input is split at its middle: an epoch slot and a segment. So that the
 * segment is read at all the slot is also tried as a new spool writes it.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include <glib.h>

#include "common/spool.h"
#include "tests/common/sim-disk.h"
#include "tests/fuzz/fuzz-target.h"

#define SPOOL_ID 0x1122334455667788u

static void
put(SimDisk *disk, const char *name, const uint8_t *bytes, size_t n)
{
    const VicuSpoolFiles *files = sim_disk_files();
    int handle = files->open(disk, name, true);
    VicuSpoolPart part = {bytes, n};
    files->write(disk, handle, 0, &part, 1);
    files->sync(disk, handle);
    files->close(disk, handle);
    files->sync_folder(disk);
}

static VicuSpool *
open_spool(SimDisk *disk)
{
    VicuSpoolSettings settings = {
        .max_bytes = 1u << 20, .segment_bytes = 4096, .first_id = SPOOL_ID};
    g_autoptr(GError) error = NULL;
    VicuSpool *spool = vicu_spool_open_on(sim_disk_files(), disk, "fuzz", &settings, &error);
    g_assert(spool || error);
    return spool;
}

static void
use(VicuSpool *spool)
{
    size_t n;
    vicu_spool_begun(spool, &n);
    const VicuSpoolEpoch *epochs = vicu_spool_epochs(spool, &n);
    g_autofree VicuSpoolEpoch *copy = g_memdup2(epochs, n * sizeof *epochs);
    for (size_t i = 0; i < MIN(n, 8); i++) {
        uint64_t at = copy[i].first;
        for (int steps = 0; steps < 20 && at <= copy[i].last && at != 0; steps++) {
            VicuSpoolRecord record;
            VicuSpoolPeek found = vicu_spool_peek(spool, copy[i].epoch, at, &record);
            g_assert(found != VICU_SPOOL_FOUND || record.len > 0);
            at = found == VICU_SPOOL_DROPPED ? record.dropped.last + 1 : at + 1;
        }
        vicu_spool_trim(spool, copy[i].epoch, copy[i].first, NULL);
    }
    if (vicu_spool_begin_epoch(spool, 1, NULL) != 0) {
        vicu_spool_append(spool, "x", 1, 1, NULL);
        vicu_spool_sync(spool, NULL);
    }
    vicu_spool_free(spool);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    SimRandom random = {1};
    for (int whole = 0; whole < 2; whole++) {
        g_autoptr(SimDisk) disk = sim_disk_new(&random);
        if (whole)
            vicu_spool_free(open_spool(disk));
        else
            put(disk, "epoch.0", bytes, n / 2);
        put(disk, "000000000001.spool", bytes + n / 2, n - n / 2);
        VicuSpool *spool = open_spool(disk);
        if (spool)
            use(spool);
    }
    return 0;
}
