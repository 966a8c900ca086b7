/* Rows that were written down one by one: events, symbols, gaps, unmapped values.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "store/events.h"
#include "store/query-internal.h"
#include "store/scan.h"

typedef struct {
    StoreKey at, end;
} State;

static void
begin_at(StoreQuery *self, StoreKey first, StoreKey last)
{
    State *state = g_new0(State, 1);

    state->at = first;
    state->end = last;
    self->state = state;
}

static void
end(StoreQuery *self)
{
    g_free(self->state);
}

/* What of a row decides whether it was asked for. */
typedef bool (*WantFunc)(const StoreQuery *self, const void *packed, size_t size);

static bool
walk(StoreQuery *self, uint32_t field, WantFunc want, GError **error)
{
    State *state = self->state;
    g_autoptr(StoreIter) iter =
        store_iter_new(store_head_db(self->head), STORE_EVENTS, &state->at, &state->end);

    for (size_t n = 0; store_iter_valid(iter); store_iter_next(iter), n++) {
        size_t key_size = 0, size = 0;
        const uint8_t *key = store_iter_key(iter, &key_size);
        const uint8_t *value = store_iter_value(iter, &size);
        if (n == STORE_STEP_ROWS || store_query_full(self)) {
            state->at = (StoreKey){0};
            store_key_bytes(&state->at, key, key_size);
            return true;
        }
        if (want(self, value, size))
            store_rows_add(self->out, field, value, size);
    }
    self->done = true;
    return store_iter_check(iter, error);
}

/* A field of bytes equals @text; absent is "". */
static bool
text_is(const void *packed, size_t size, uint32_t number, const char *text)
{
    StoreScan scan;
    StoreField field;

    store_scan_init(&scan, packed, size);
    while (store_scan_next(&scan, &field))
        if (field.field == number && field.type == STORE_SCAN_BYTES)
            return field.size == strlen(text) && memcmp(field.data, text, field.size) == 0;
    return text[0] == '\0';
}

static uint64_t
number_of(const void *packed, size_t size, uint32_t number)
{
    StoreScan scan;
    StoreField field;

    store_scan_init(&scan, packed, size);
    while (store_scan_next(&scan, &field))
        if (field.field == number && field.type != STORE_SCAN_BYTES)
            return field.number;
    return 0;
}

/* ---- events ---- */

static bool
begin_events(StoreQuery *self, char **refusal)
{
    const Vicu__QueryEvents *ask = self->ask->events;

    if (!store_query_check_range(ask->from_us, ask->to_us, refusal))
        return false;
    begin_at(self, store_events_key(STORE_TAG_EVENT, "", ask->from_us),
             store_events_key(STORE_TAG_EVENT, "", ask->to_us));
    return true;
}

/* An event of a whole sender concerns each of its beds. */
static bool
wants_event(const StoreQuery *self, const void *packed, size_t size)
{
    const char *bed = self->ask->events->bed;
    return bed[0] == '\0' || text_is(packed, size, 1, bed) || text_is(packed, size, 1, "");
}

static bool
work_events(StoreQuery *self, GError **error)
{
    return walk(self, STORE_ROWS_EVENT, wants_event, error);
}

const StoreQueryKind store_query_events = {begin_events, work_events, end};

/* ---- symbols and unmapped values ---- */

static bool
check_bed_text(const char *bed, char **refusal)
{
    if (store_bed_fits(bed))
        return true;
    *refusal = g_strdup_printf("\"%s\" is no bed: expected site/unit/bed", bed);
    return false;
}

static bool
begin_symbols(StoreQuery *self, char **refusal)
{
    const Vicu__QuerySymbols *ask = self->ask->symbols;

    if (!store_query_check_range(ask->from_us, ask->to_us, refusal)
        || !check_bed_text(ask->bed, refusal))
        return false;
    begin_at(self, store_events_key(STORE_TAG_SYMBOL, ask->bed, ask->from_us),
             store_events_key(STORE_TAG_SYMBOL, ask->bed, ask->to_us));
    return true;
}

static bool
wants_symbol(const StoreQuery *self, const void *packed, size_t size)
{
    uint32_t code = self->ask->symbols->code;
    return code == 0 || number_of(packed, size, 2) == code;
}

static bool
work_symbols(StoreQuery *self, GError **error)
{
    return walk(self, STORE_ROWS_SYMBOL, wants_symbol, error);
}

const StoreQueryKind store_query_symbols = {begin_symbols, work_symbols, end};

static bool
begin_unmapped(StoreQuery *self, char **refusal)
{
    const Vicu__QueryUnmapped *ask = self->ask->unmapped;

    if (!store_query_check_range(ask->from_us, ask->to_us, refusal)
        || !check_bed_text(ask->bed, refusal))
        return false;
    begin_at(self, store_events_key(STORE_TAG_UNMAPPED, ask->bed, ask->from_us),
             store_events_key(STORE_TAG_UNMAPPED, ask->bed, ask->to_us));
    return true;
}

static bool
wants_any(const StoreQuery *self, const void *packed, size_t size)
{
    (void)self;
    (void)packed;
    (void)size;
    return true;
}

static bool
work_unmapped(StoreQuery *self, GError **error)
{
    return walk(self, STORE_ROWS_UNMAPPED, wants_any, error);
}

const StoreQueryKind store_query_unmapped = {begin_unmapped, work_unmapped, end};

/* ---- gaps ---- */

typedef struct {
    uint32_t code, channel;
    int64_t from_us, to_us;
} GapAsk;

static bool
wants_gap(const GapAsk *ask, const Vicu__Gap *gap)
{
    return gap->from_us < ask->to_us && (gap->to_us == 0 || gap->to_us > ask->from_us)
           && (ask->code == 0 || gap->code == 0
               || (gap->code == ask->code && gap->channel == ask->channel));
}

static void
add_dropped(StoreQuery *self, const char *bed, const GapAsk *ask)
{
    const GPtrArray *streams = store_streams_of(store_head_streams(self->head), bed);

    for (guint i = 0; streams != NULL && i < streams->len; i++) {
        const StoreStream *s = streams->pdata[i];
        if (s->dropped_us == INT64_MIN)
            continue;
        Vicu__Gap gap = VICU__GAP__INIT;
        gap.bed = s->bed;
        gap.code = s->code;
        gap.channel = s->channel;
        gap.from_us = s->first_us;
        gap.to_us = s->dropped_us + 1;
        gap.reason = (char *)"dropped by retention";
        if (wants_gap(ask, &gap))
            store_rows_add_message(self->out, STORE_ROWS_GAP, &gap.base);
    }
}

bool
store_query_add_gaps(StoreQuery *self,
                     const char *bed,
                     uint32_t code,
                     uint32_t channel,
                     int64_t from_us,
                     int64_t to_us,
                     GError **error)
{
    GapAsk ask = {code, channel, from_us, to_us};
    StoreKey first = store_events_key(STORE_TAG_GAP, bed, INT64_MIN);
    StoreKey last = store_events_key(STORE_TAG_GAP, bed, to_us);
    g_autoptr(StoreIter) iter =
        store_iter_new(store_head_db(self->head), STORE_EVENTS, &first, &last);

    for (; store_iter_valid(iter); store_iter_next(iter)) {
        size_t size = 0;
        const uint8_t *value = store_iter_value(iter, &size);
        Vicu__Gap *gap = vicu_wire_unpack(&vicu__gap__descriptor, value, size, error);
        if (gap == NULL)
            return false;
        if (wants_gap(&ask, gap))
            store_rows_add(self->out, STORE_ROWS_GAP, value, size);
        vicu_wire_free(gap);
    }
    add_dropped(self, bed, &ask);
    return store_iter_check(iter, error);
}

/* Events of a bed are no stream; their gap is told to who asks for all of it. */
static bool
add_events_gone(StoreQuery *self, const Vicu__QueryGaps *ask, GError **error)
{
    Vicu__Gap gap = VICU__GAP__INIT;
    StoreFind found = store_retention_events_gone(store_head_db(self->head), ask->bed, &gap.from_us,
                                                  &gap.to_us, error);

    gap.bed = ask->bed;
    gap.reason = (char *)"events dropped by retention";
    if (found == STORE_FOUND && gap.from_us < ask->to_us && gap.to_us > ask->from_us)
        store_rows_add_message(self->out, STORE_ROWS_GAP, &gap.base);
    return found != STORE_BROKEN;
}

static bool
begin_gaps(StoreQuery *self, char **refusal)
{
    const Vicu__QueryGaps *ask = self->ask->gaps;
    return store_query_check_range(ask->from_us, ask->to_us, refusal)
           && check_bed_text(ask->bed, refusal);
}

static bool
work_gaps(StoreQuery *self, GError **error)
{
    const Vicu__QueryGaps *ask = self->ask->gaps;

    self->done = true;
    if (ask->code == 0 && !add_events_gone(self, ask, error))
        return false;
    return store_query_add_gaps(self, ask->bed, ask->code, ask->channel, ask->from_us, ask->to_us,
                                error);
}

const StoreQueryKind store_query_gaps = {begin_gaps, work_gaps, NULL};
