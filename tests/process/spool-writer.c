/* A sender's spool under a power cut: the real spool on a real disk.
 *
 * usage: spool-writer write FOLDER ACKS         batches, each group synced, then its last number to
 * ACKS spool-writer write-unsynced FOLDER ACKS  the same without the sync: must lose spool-writer
 * check FOLDER ACKS         0: every acknowledged batch is there, unaltered; 1: not
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/spool.h"

#define WORDS 1024
#define GROUP 4 /* batches a sync */

typedef struct {
    uint64_t epoch;
    uint64_t last;
} Mark;

static const VicuSpoolSettings settings = {.max_bytes = 256u << 20, .first_id = 42};

static void
fill(uint64_t n, uint64_t *batch)
{
    for (size_t i = 0; i < WORDS; i++)
        batch[i] = n * UINT64_C(0x9E3779B97F4A7C15) + i;
}

static int
fail(const char *what, const GError *error)
{
    fprintf(stderr, "spool-writer: %s: %s\n", what, error != NULL ? error->message : "failed");
    return 2;
}

static int
write_batches(const char *folder, const char *acks, gboolean sync)
{
    uint64_t batch[WORDS];
    g_autoptr(GError) error = NULL;
    g_autoptr(VicuSpool) spool = vicu_spool_open(folder, &settings, &error);
    int ack = open(acks, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

    if (spool == NULL || ack < 0)
        return fail(folder, error);
    Mark mark = {.epoch = vicu_spool_begin_epoch(spool, 7, &error)};
    while (mark.epoch != 0) {
        fill(mark.last + 1, batch);
        mark.last = vicu_spool_append(spool, batch, sizeof batch, 1, &error);
        if (mark.last == 0)
            return fail("append", error);
        if (mark.last % GROUP != 0)
            continue;
        if (sync && !vicu_spool_sync(spool, &error))
            return fail("sync", error);
        if (pwrite(ack, &mark, sizeof mark, 0) != sizeof mark)
            return 2;
    }
    return fail("epoch", error);
}

static int
check_batches(const char *folder, const char *acks)
{
    uint64_t batch[WORDS], lost = 0;
    Mark mark = {0};
    g_autoptr(GError) error = NULL;
    g_autoptr(VicuSpool) spool = vicu_spool_open(folder, &settings, &error);
    int ack = open(acks, O_RDONLY | O_CLOEXEC);

    if (ack < 0 || pread(ack, &mark, sizeof mark, 0) != sizeof mark)
        return fail(acks, NULL);
    for (uint64_t n = 1; n <= mark.last; n++) {
        VicuSpoolRecord record;
        fill(n, batch);
        if (spool == NULL || vicu_spool_peek(spool, mark.epoch, n, &record) != VICU_SPOOL_FOUND
            || record.len != sizeof batch || memcmp(record.body, batch, sizeof batch) != 0)
            lost++;
    }
    printf("# spool: %" G_GUINT64_FORMAT " acknowledged, lost %" G_GUINT64_FORMAT "\n", mark.last,
           lost);
    return lost > 0;
}

int
main(int argc, char **argv)
{
    if (argc == 4 && strcmp(argv[1], "check") == 0)
        return check_batches(argv[2], argv[3]);
    if (argc == 4 && strcmp(argv[1], "write") == 0)
        return write_batches(argv[2], argv[3], TRUE);
    if (argc == 4 && strcmp(argv[1], "write-unsynced") == 0)
        return write_batches(argv[2], argv[3], FALSE);
    fprintf(stderr, "usage: spool-writer write|write-unsynced|check FOLDER ACKS\n");
    return 2;
}
