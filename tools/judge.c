/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/judge.h"

#include <string.h>

#include "common/auth.h"
#include "common/error.h"
#include "common/spool.h"
#include "tools/ask.h"

#define SPOOL_MAX ((uint64_t)1 << 40) /* opening must drop nothing */

typedef struct {
    ToolOracle *oracle;
    VicuFingerprint sender;
    GArray *epochs; /* Epoch: what has to be read back */
} Judging;

typedef struct {
    uint64_t epoch;
    uint64_t last;
} Epoch;

/* --- the spool ---------------------------------------------------------------------------- */

static gboolean
read_spool(Judging *self, const char *folder, GError **error)
{
    const VicuSpoolSettings settings = {.max_bytes = SPOOL_MAX, .first_id = g_random_int()};
    g_autoptr(VicuSpool) spool = vicu_spool_open(folder, &settings, error);
    VicuSpoolRecord record;
    size_t n = 0;

    if (spool == NULL)
        return FALSE;
    const VicuSpoolEpoch *epochs = vicu_spool_epochs(spool, &n);
    g_autofree VicuSpoolEpoch *own = g_memdup2(epochs, n * sizeof *epochs);
    for (size_t i = 0; i < n; i++)
        for (uint64_t s = own[i].first; s <= own[i].last; s++)
            if (vicu_spool_peek(spool, own[i].epoch, s, &record) == VICU_SPOOL_FOUND)
                tool_oracle_spooled(self->oracle, &self->sender, own[i].epoch, s);
    return TRUE;
}

/* --- the store ---------------------------------------------------------------------------- */

static void
on_watermarks(const Vicu__QueryRows *rows, gpointer user)
{
    Judging *self = user;

    for (size_t i = 0; i < rows->n_sender; i++) {
        const Vicu__SenderRow *row = rows->sender[i];
        if (row->sender.len != VICU_FINGERPRINT_SIZE
            || memcmp(row->sender.data, self->sender.bytes, VICU_FINGERPRINT_SIZE) != 0)
            continue;
        for (size_t k = 0; k < row->n_watermark; k++)
            tool_oracle_watermark(self->oracle, &self->sender, row->watermark[k]->epoch,
                                  row->watermark[k]->sequence);
    }
}

static gboolean
ask_watermarks(ToolClient *client, Judging *self, GError **error)
{
    Vicu__Query query = VICU__QUERY__INIT;
    Vicu__QueryWatermarks what = VICU__QUERY_WATERMARKS__INIT;

    what.sender.data = self->sender.bytes;
    what.sender.len = VICU_FINGERPRINT_SIZE;
    query.what_case = VICU__QUERY__WHAT_WATERMARKS;
    query.watermarks = &what;
    return tool_ask(client, &query, "comparison with the spools", on_watermarks, self, error);
}

static void
on_batches(const Vicu__QueryRows *rows, gpointer user)
{
    Judging *self = user;

    for (size_t i = 0; i < rows->n_batch; i++) {
        const Vicu__StoredBatch *batch = rows->batch[i];
        tool_oracle_stored(self->oracle, &self->sender, batch->epoch, batch->sequence,
                           batch->body.data, batch->body.len);
    }
}

static gboolean
read_back(ToolClient *client, Judging *self, const Epoch *epoch, GError **error)
{
    Vicu__Query query = VICU__QUERY__INIT;
    Vicu__QueryBatches what = VICU__QUERY_BATCHES__INIT;

    what.sender.data = self->sender.bytes;
    what.sender.len = VICU_FINGERPRINT_SIZE;
    what.epoch = epoch->epoch;
    what.first = 1;
    what.last = epoch->last;
    query.what_case = VICU__QUERY__WHAT_BATCHES;
    query.batches = &what;
    return tool_ask(client, &query, "comparison with the spools", on_batches, self, error);
}

static void
note_epoch(const VicuFingerprint *sender, uint64_t epoch, uint64_t last, gpointer user)
{
    Judging *self = user;
    Epoch one = {epoch, last};

    if (last > 0 && memcmp(sender->bytes, self->sender.bytes, VICU_FINGERPRINT_SIZE) == 0)
        g_array_append_val(self->epochs, one);
}

/* --- both --------------------------------------------------------------------------------- */

gboolean
tool_judge_sender(
    ToolClient *client, ToolOracle *oracle, const char *sender, const char *spool, GError **error)
{
    g_autoptr(VicuKeys) keys = vicu_keys_open(tool_client_root(client)->keys, sender, error);

    if (keys == NULL)
        return FALSE;
    g_autoptr(GArray) epochs = g_array_new(FALSE, FALSE, sizeof(Epoch));
    Judging self = {oracle, *vicu_keys_fingerprint(keys), epochs};
    tool_oracle_sender(oracle, &self.sender);
    if (!read_spool(&self, spool, error) || !ask_watermarks(client, &self, error))
        return FALSE;
    tool_oracle_foreach(oracle, note_epoch, &self);
    for (guint i = 0; i < epochs->len; i++)
        if (!read_back(client, &self, &g_array_index(epochs, Epoch, i), error))
            return FALSE;
    return TRUE;
}

/* --- alarms ------------------------------------------------------------------------------- */

static void
on_events(const Vicu__QueryRows *rows, gpointer user)
{
    for (size_t i = 0; i < rows->n_event; i++)
        if (strcmp(rows->event[i]->kind, "alarm") == 0)
            g_hash_table_remove(user, rows->event[i]->key);
}

gboolean
tool_judge_alarms(
    ToolClient *client, const ToolStand *stand, GHashTable *ids, guint *lost, GError **error)
{
    g_autoptr(GHashTable) unknown = g_hash_table_new(g_str_hash, g_str_equal);
    Vicu__Query query = VICU__QUERY__INIT;
    Vicu__QueryEvents what = VICU__QUERY_EVENTS__INIT;
    GHashTableIter iter;
    gpointer id = NULL;

    g_hash_table_iter_init(&iter, ids);
    while (g_hash_table_iter_next(&iter, &id, NULL))
        if (tool_stand_find(stand, VICU__SUBJECT__SUBJECT_ALARM, id) == NULL)
            g_hash_table_add(unknown, id);
    *lost = 0;
    if (g_hash_table_size(unknown) == 0)
        return TRUE;
    what.to_us = INT64_MAX;
    query.what_case = VICU__QUERY__WHAT_EVENTS;
    query.events = &what;
    if (!tool_ask(client, &query, "comparison of alarms", on_events, unknown, error))
        return FALSE;
    *lost = g_hash_table_size(unknown);
    return TRUE;
}
