/* The rules process: engines of beds saved to files, each in its turn, and where the
 * feed has to be read again.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "common/crc32c.h"
#include "common/log.h"
#include "rules/serve-inner.h"

#define SNAPSHOT_S 30

void
service_write_position(RulesService *self)
{
    RulesFeedClientFigures figures;
    rules_feed_client_figures(self->feed, &figures);
    /* What was decided stays so while a start catches up, or has heard nothing yet: else the
     * past would be told again, to alarms that came after it. */
    int64_t decided_us = MAX(rules_ward_watermark(self->ward), (int64_t)self->position[2]);
    uint64_t now[] = {figures.incarnation, figures.number, (uint64_t)decided_us};
    self->history[self->seconds++ % SERVICE_HISTORY_S] = figures.number;
    if (memcmp(now, self->position, sizeof now) == 0)
        return;
    memcpy(self->position, now, sizeof now);
    service_append_numbers(self, RULES_RECORD_POSITION, now, G_N_ELEMENTS(now));
}

/* The feed has to be read again from before the snapshot, so that the rhythm
 * detectors know their patients before what they say counts. */
static uint64_t
replay_from(const RulesService *self)
{
    uint64_t oldest = self->seconds > SERVICE_HISTORY_S ? self->seconds - SERVICE_HISTORY_S : 0;
    /* Before the first message there was none: from the first one, not from now on. */
    return MAX(self->history[oldest % SERVICE_HISTORY_S], 1);
}

/* A file beside it, then renamed: not synced, since it only saves time and
 * windows; what must not be lost is in the journal. */
static void
write_file(RulesService *self, const char *id, const GByteArray *bytes)
{
    g_autofree char *name = g_strdelimit(g_strdup(id), "/", '!');
    g_autofree char *path = g_build_filename(self->engine_folder, name, NULL);
    g_autofree char *fresh = g_strconcat(path, ".new", NULL);
    FILE *file = fopen(fresh, "wb");
    bool ok = file && fwrite(bytes->data, 1, bytes->len, file) == bytes->len;
    ok = file && fclose(file) == 0 && ok && rename(fresh, path) == 0;
    if (!ok)
        vicu_warning(VICU_MSG_SNAPSHOT_FAILED, "%s: %s", fresh, g_strerror(errno));
}

static bool
save_next(RulesService *self)
{
    const char *id = NULL;
    g_autoptr(GBytes) bed = rules_ward_save_next(self->ward, &id);
    if (!bed)
        return false;
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    uint64_t head[] = {0, GUINT64_TO_LE(self->position[0]), GUINT64_TO_LE(replay_from(self))};
    g_byte_array_append(bytes, (const uint8_t *)head, sizeof head);
    g_byte_array_append(bytes, g_bytes_get_data(bed, NULL), (guint)g_bytes_get_size(bed));
    uint64_t crc =
        GUINT64_TO_LE((uint64_t)vicu_crc32c(0, bytes->data + sizeof crc, bytes->len - sizeof crc));
    memcpy(bytes->data, &crc, sizeof crc);
    write_file(self, id, bytes);
    return true;
}

/* Each bed in turn, so that all are saved once in SNAPSHOT_S and none waits. After a start each
 * has its turn soon, a bed each tick: one without a file loses its delays at the next start. */
void
service_save_some(RulesService *self)
{
    RulesWardFigures figures;
    rules_ward_figures(self->ward, &figures);
    double rate = (double)figures.beds / (SNAPSHOT_S * 10);
    self->save_due += self->saved < figures.beds ? MAX(rate, 1) : rate;
    for (; self->save_due >= 1; self->save_due--)
        self->saved += save_next(self);
}

/* Without one, or with one that cannot be used, standing alarms go on from the
 * journal and windows fill anew. Gives the number to replay from; 0: none. */
static uint64_t
load_file(RulesService *self, const char *path)
{
    g_autofree char *text = NULL;
    gsize size = 0;
    uint64_t head[3];
    if (!g_file_get_contents(path, &text, &size, NULL) || size < sizeof head)
        return 0;
    const uint8_t *bytes = (const uint8_t *)text;
    memcpy(head, bytes, sizeof head);
    if (GUINT64_FROM_LE(head[0]) != vicu_crc32c(0, bytes + 8, size - 8)
        || !rules_ward_load(self->ward, bytes + sizeof head, size - sizeof head,
                            (int64_t)self->position[2]))
        return 0;
    /* Numbers of a hub that is gone mean nothing. */
    return GUINT64_FROM_LE(head[1]) == self->position[0] ? GUINT64_FROM_LE(head[2]) : 0;
}

void
service_load_saved(RulesService *self)
{
    g_autoptr(GDir) folder = g_dir_open(self->engine_folder, 0, NULL);
    const char *name;
    while (folder && (name = g_dir_read_name(folder))) {
        g_autofree char *path = g_build_filename(self->engine_folder, name, NULL);
        if (g_str_has_suffix(name, ".new"))
            continue;
        uint64_t number = load_file(self, path);
        if (number > 0)
            self->position[1] = MIN(self->position[1], number);
    }
}
