/* The rules process: what the feed lost is fetched from the store.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/clock.h"
#include "rules/serve-inner.h"

#define PATIENCE_US (10 * (int64_t)G_USEC_PER_SEC)
#define WHY         "the feed lost what is asked for: it is judged late"

static void
take(RulesService *self, const Vicu__StoredBatch *stored, int64_t now_us, int64_t mono_us)
{
    VicuSenderId sender;
    if (!rules_fetch_batch(self->fetch, stored->sender.data, stored->sender.len, stored->epoch,
                           stored->sequence, mono_us))
        return;
    g_autoptr(Vicu__Batch) batch =
        vicu_wire_unpack_batch(stored->body.data, stored->body.len, NULL);
    memcpy(sender.bytes, stored->sender.data, sizeof sender.bytes);
    if (batch)
        rules_ward_fetched(self->ward, &sender, batch, now_us, mono_us);
}

static void
on_rows(const Vicu__QueryRows *rows, const GError *error, gpointer user)
{
    RulesService *self = user;
    int64_t now_us = vicu_clock_utc_us(), mono_us = vicu_clock_boot_us();
    for (size_t i = 0; rows && i < rows->n_batch; i++)
        take(self, rows->batch[i], now_us, mono_us);
    if (error || rows->last)
        rules_fetch_answered(self->fetch, !error, mono_us);
    service_settle(self, now_us);
}

bool
service_connect_store(RulesService *self)
{
    const VicuRoot *root = vicu_daemon_root(self->daemon);
    g_autofree char *endpoint = vicu_root_endpoint(root, "store-query");
    if (!self->query)
        self->query = vicu_query_client_new(vicu_daemon_context(self->daemon), endpoint,
                                            vicu_root_server(root, "store"), "", NULL);
    return self->query != NULL;
}

static bool
on_ask(const VicuSenderId *sender, uint64_t epoch, uint64_t first, uint64_t last, gpointer user)
{
    RulesService *self = user;
    if (!service_connect_store(self))
        return false;
    Vicu__Query ask = VICU__QUERY__INIT;
    Vicu__QueryBatches batches = VICU__QUERY_BATCHES__INIT;
    batches.sender.data = (uint8_t *)sender->bytes;
    batches.sender.len = sizeof sender->bytes;
    batches.epoch = epoch;
    batches.first = first;
    batches.last = last;
    ask.what_case = VICU__QUERY__WHAT_BATCHES;
    ask.batches = &batches;
    vicu_query_ask(self->query, &ask, WHY, PATIENCE_US, on_rows, self);
    return true;
}

static void
on_over(const VicuFeedGap *gap, uint64_t fetched, bool whole, gpointer user)
{
    RulesService *self = user;
    int64_t now_us = vicu_clock_utc_us();
    rules_ward_fetching(self->ward, &gap->sender, false);
    if (whole)
        rules_ward_gap_filled(self->ward, gap, fetched, now_us);
    else
        rules_ward_gap(self->ward, gap, now_us);
}

void
service_begin_fetching(RulesService *self)
{
    RulesFetchOps ops = {.ask = on_ask, .over = on_over};
    self->fetch = rules_fetch_new(&ops, self);
}

void
service_fetch(RulesService *self, const VicuFeedGap *gap, int64_t now_us, int64_t mono_us)
{
    if (rules_fetch_add(self->fetch, gap, mono_us))
        rules_ward_fetching(self->ward, &gap->sender, true);
    else
        rules_ward_gap(self->ward, gap, now_us);
}

void
service_fetch_tick(RulesService *self, int64_t mono_us)
{
    bool may = !rules_ward_is_catching_up(self->ward)
               && rules_ward_late_waiting(self->ward) < RULES_WARD_LATE_FULL;
    rules_fetch_tick(self->fetch, may, mono_us);
}

void
service_stop_fetching(RulesService *self)
{
    g_clear_pointer(&self->query, vicu_query_client_free);
    g_clear_pointer(&self->fetch, rules_fetch_free);
}
