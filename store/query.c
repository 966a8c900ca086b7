/* SPDX-License-Identifier: Apache-2.0 */
#include "common/clock.h"
#include "store/query-internal.h"

static const StoreQueryKind *
kind_of(const Vicu__Query *ask)
{
    switch (ask->what_case) {
    case VICU__QUERY__WHAT_STREAMS:
        return &store_query_streams;
    case VICU__QUERY__WHAT_SAMPLES:
        return &store_query_samples;
    case VICU__QUERY__WHAT_NUMERICS:
        return &store_query_numerics;
    case VICU__QUERY__WHAT_COLUMNS:
        return &store_query_columns;
    case VICU__QUERY__WHAT_EVENTS:
        return &store_query_events;
    case VICU__QUERY__WHAT_AUDIT:
        return &store_query_audit;
    case VICU__QUERY__WHAT_WATERMARKS:
        return &store_query_watermarks;
    case VICU__QUERY__WHAT_BATCHES:
        return &store_query_batches;
    case VICU__QUERY__WHAT_SYMBOLS:
        return &store_query_symbols;
    case VICU__QUERY__WHAT_GAPS:
        return &store_query_gaps;
    case VICU__QUERY__WHAT_UNMAPPED:
        return &store_query_unmapped;
    case VICU__QUERY__WHAT_CHECKPOINT:
        return &store_query_checkpoint;
    case VICU__QUERY__WHAT_TREND:
        return &store_query_trend;
    case VICU__QUERY__WHAT_ALIVE:
        return &store_query_alive;
    case VICU__QUERY__WHAT_LEDGER:
        return &store_query_ledger;
    case VICU__QUERY__WHAT_LEDGER_PROOF:
        return &store_query_ledger_proof;
    case VICU__QUERY__WHAT_PUT_COSIGNATURE:
    case VICU__QUERY__WHAT_SET_RETENTION:
    case VICU__QUERY__WHAT_PEOPLE:
    case VICU__QUERY__WHAT_PUT_AUDIT:
    case VICU__QUERY__WHAT__NOT_SET:
    case _VICU__QUERY__WHAT__CASE_IS_INT_SIZE:
    default:
        return NULL;
    }
}

const char *
store_query_kind_name(const Vicu__Query *ask)
{
    static const struct {
        Vicu__Query__WhatCase what;
        const char *name;
    } names[] = {
        {VICU__QUERY__WHAT_STREAMS, "streams"},
        {VICU__QUERY__WHAT_SAMPLES, "samples"},
        {VICU__QUERY__WHAT_NUMERICS, "numerics"},
        {VICU__QUERY__WHAT_COLUMNS, "columns"},
        {VICU__QUERY__WHAT_EVENTS, "events"},
        {VICU__QUERY__WHAT_AUDIT, "audit"},
        {VICU__QUERY__WHAT_WATERMARKS, "watermarks"},
        {VICU__QUERY__WHAT_BATCHES, "batches"},
        {VICU__QUERY__WHAT_SYMBOLS, "symbols"},
        {VICU__QUERY__WHAT_GAPS, "gaps"},
        {VICU__QUERY__WHAT_UNMAPPED, "unmapped"},
        {VICU__QUERY__WHAT_PUT_AUDIT, "put-audit"},
        {VICU__QUERY__WHAT_CHECKPOINT, "checkpoint"},
        {VICU__QUERY__WHAT_TREND, "trend"},
        {VICU__QUERY__WHAT_ALIVE, "alive"},
        {VICU__QUERY__WHAT_LEDGER, "ledger"},
        {VICU__QUERY__WHAT_LEDGER_PROOF, "proof"},
        {VICU__QUERY__WHAT_PUT_COSIGNATURE, "witness"},
        {VICU__QUERY__WHAT_SET_RETENTION, "set-retention"},
        {VICU__QUERY__WHAT_PEOPLE, "people"},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
        if (names[i].what == ask->what_case)
            return names[i].name;
    return "unknown";
}

const char *
store_query_bed(const Vicu__Query *ask)
{
    switch (ask->what_case) {
    case VICU__QUERY__WHAT_STREAMS:
        return ask->streams->bed;
    case VICU__QUERY__WHAT_SAMPLES:
        return ask->samples->bed;
    case VICU__QUERY__WHAT_NUMERICS:
        return ask->numerics->bed;
    case VICU__QUERY__WHAT_COLUMNS:
        return ask->columns->bed;
    case VICU__QUERY__WHAT_EVENTS:
        return ask->events->bed;
    case VICU__QUERY__WHAT_SYMBOLS:
        return ask->symbols->bed;
    case VICU__QUERY__WHAT_GAPS:
        return ask->gaps->bed;
    case VICU__QUERY__WHAT_UNMAPPED:
        return ask->unmapped->bed;
    case VICU__QUERY__WHAT_TREND:
        return ask->trend->n_bed == 1 ? ask->trend->bed[0] : "";
    case VICU__QUERY__WHAT_AUDIT:
    case VICU__QUERY__WHAT_WATERMARKS:
    case VICU__QUERY__WHAT_BATCHES:
    case VICU__QUERY__WHAT_CHECKPOINT:
    case VICU__QUERY__WHAT_ALIVE:
    case VICU__QUERY__WHAT_LEDGER:
    case VICU__QUERY__WHAT_LEDGER_PROOF:
    case VICU__QUERY__WHAT_PUT_COSIGNATURE:
    case VICU__QUERY__WHAT_SET_RETENTION:
    case VICU__QUERY__WHAT_PEOPLE:
    case VICU__QUERY__WHAT_PUT_AUDIT:
    case VICU__QUERY__WHAT__NOT_SET:
    case _VICU__QUERY__WHAT__CASE_IS_INT_SIZE:
    default:
        return "";
    }
}

bool
store_query_check_range(int64_t from_us, int64_t to_us, char **refusal)
{
    if (from_us < to_us)
        return true;
    g_autofree char *from = vicu_time_format(from_us);
    g_autofree char *to = vicu_time_format(to_us);
    *refusal =
        g_strdup_printf("time range from %s to %s is empty: from must lie before to", from, to);
    return false;
}

bool
store_query_check_bed(const StoreQuery *self, const char *bed, char **refusal)
{
    StoreStreams *streams = store_head_streams(self->head);

    if (store_streams_has_bed(streams, bed))
        return true;
    *refusal = g_strdup_printf("the store has nothing of a bed \"%s\": ask for its streams with an "
                               "empty bed to see the names it knows",
                               bed);
    return false;
}

StoreQuery *
store_query_new(StoreHead *head, Vicu__Query *ask, char **refusal)
{
    g_autoptr(StoreQuery) self = g_new0(StoreQuery, 1);

    g_assert(store_head_is_settled(head));
    self->head = head;
    self->ask = ask;
    self->kind = kind_of(ask);
    if (self->kind == NULL) {
        *refusal = g_strdup("the question is of no kind that this store knows: update the store");
        return NULL;
    }
    if (!self->kind->begin(self, refusal))
        return NULL;
    return g_steal_pointer(&self);
}

void
store_query_free(StoreQuery *self)
{
    if (self == NULL)
        return;
    if (self->kind != NULL && self->kind->end != NULL && self->state != NULL)
        self->kind->end(self);
    vicu_wire_free(self->ask);
    g_free(self);
}

uint64_t
store_query_id(const StoreQuery *self)
{
    return self->ask->id;
}

StoreQueryStep
store_query_step(StoreQuery *self, GByteArray *out)
{
    g_autoptr(GError) error = NULL;

    if (out->len == 0)
        store_rows_begin(out, self->ask->id);
    self->out = out;
    if (!self->kind->work(self, &error)) {
        store_rows_begin(out, self->ask->id);
        store_rows_end(out, error->message);
        self->done = true;
        return STORE_QUERY_LAST;
    }
    if (self->done) {
        store_rows_end(out, NULL);
        return STORE_QUERY_LAST;
    }
    return store_query_full(self) ? STORE_QUERY_ROWS : STORE_QUERY_WORKED;
}
