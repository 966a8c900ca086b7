/* History. See history.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/history.h"

#include <string.h>

#include "common/auth.h"
#include "dashboard/ask.h"
#include "dashboard/saved.h"

#define BATCHES     400 /* of each sender: 16 s of a collector, minutes of the rules */
#define PATIENCE_US (1500 * (int64_t)1000)
#define TRAVEL_US   (20 * (int64_t)1000) /* from a tick's end to a station, about */
#define WHY         "the last moments, for the first picture"

struct DashHistory {
    VicuQueryClient *query;
    DashModel *model;
    GByteArray *record; /* borrowed */
    void (*done)(gpointer user);
    gpointer user;
    guint timer;
    unsigned open; /* questions without their last answer */
};

static void
finish(DashHistory *self)
{
    g_clear_handle_id(&self->timer, g_source_remove);
    void (*done)(gpointer user) = self->done;
    self->done = NULL;
    if (done)
        done(self->user);
}

static gboolean
on_late(gpointer user)
{
    DashHistory *self = user;
    self->timer = 0;
    finish(self);
    return G_SOURCE_REMOVE;
}

static void
take(DashHistory *self, const Vicu__StoredBatch *stored)
{
    g_autoptr(Vicu__Batch) batch =
        vicu_wire_unpack_batch(stored->body.data, stored->body.len, NULL);
    if (!batch || stored->sender.len != VICU_FINGERPRINT_SIZE)
        return;
    int64_t t_us = batch->t_us + TRAVEL_US;
    dash_model_take_batch(self->model, batch, stored->sender.data, stored->epoch, t_us);
    if (self->record)
        dash_saved_put_batch(self->record, t_us, stored->sender.data, stored->epoch,
                             stored->body.data, stored->body.len);
}

static void
on_batches(const Vicu__QueryRows *rows, const GError *error, gpointer user)
{
    DashHistory *self = user;
    for (size_t i = 0; self->done && rows && i < rows->n_batch; i++)
        take(self, rows->batch[i]);
    if ((error || rows->last) && --self->open == 0)
        finish(self);
}

static void
ask_batches(DashHistory *self, const Vicu__SenderRow *sender)
{
    const Vicu__Watermark *newest = NULL;
    if (strcmp(sender->name, VICU_IMPORT_SENDER) == 0)
        return; /* of the past, and large */
    for (size_t i = 0; i < sender->n_watermark; i++)
        if (!newest || sender->watermark[i]->epoch > newest->epoch)
            newest = sender->watermark[i];
    if (!newest || newest->sequence == 0)
        return;
    Vicu__QueryBatches batches;
    Vicu__Query ask;
    vicu__query_batches__init(&batches);
    vicu__query__init(&ask);
    batches.sender = sender->sender;
    batches.epoch = newest->epoch;
    batches.first = newest->sequence > BATCHES ? newest->sequence - BATCHES + 1 : 1;
    batches.last = newest->sequence;
    ask.what_case = VICU__QUERY__WHAT_BATCHES;
    ask.batches = &batches;
    self->open++;
    vicu_query_ask(self->query, &ask, WHY, PATIENCE_US, on_batches, self);
}

static void
on_senders(const Vicu__QueryRows *rows, const GError *error, gpointer user)
{
    DashHistory *self = user;
    for (size_t i = 0; self->done && rows && i < rows->n_sender; i++)
        ask_batches(self, rows->sender[i]);
    if ((error || rows->last) && --self->open == 0)
        finish(self);
}

DashHistory *
dash_history_new(VicuContext *context,
                 const VicuRoot *root,
                 DashModel *model,
                 GByteArray *record,
                 void (*done)(gpointer user),
                 gpointer user,
                 GError **error)
{
    Vicu__QueryWatermarks watermarks;
    Vicu__Query ask;
    VicuQueryClient *query = dash_ask_new(context, root, "", error);
    if (!query)
        return NULL;
    DashHistory *self = g_new0(DashHistory, 1);
    self->query = query;
    self->model = model;
    self->record = record;
    self->done = done;
    self->user = user;
    self->open = 1;
    self->timer = g_timeout_add((guint)(PATIENCE_US / 1000), on_late, self);
    vicu__query_watermarks__init(&watermarks);
    vicu__query__init(&ask);
    ask.what_case = VICU__QUERY__WHAT_WATERMARKS;
    ask.watermarks = &watermarks;
    vicu_query_ask(self->query, &ask, WHY, PATIENCE_US, on_senders, self);
    return self;
}

void
dash_history_free(DashHistory *self)
{
    if (!self)
        return;
    g_clear_handle_id(&self->timer, g_source_remove);
    vicu_query_client_free(self->query);
    g_free(self);
}
