/* SPDX-License-Identifier: Apache-2.0 */
#include "collector/hl7-feed.h"

#include <string.h>

#include "collector/device-clock.h"
#include "collector/sources/hl7-pcd01.h"
#include "collector/sources/hl7-source.h"
#include "common/clock.h"
#include "common/log.h"
#include "common/wire.h"

/* What one message may bring into a batch, and what waits for the next tick. */
#define MESSAGE_VALUES_MAX 20000u
#define MESSAGE_BYTES_MAX  (1u << 20)
#define WAITING_BYTES_MAX  (2u << 20)
#define CLOCKS_MAX         4096u

/* A message that was taken: its values until the tick, its ticket until the disk.
 * One that was refused leaves the event that says so, and is answered already. */
typedef struct {
    uint64_t ticket;            /* 0: answered */
    GArray *problems;           /* warnings for the answer; NULL: none */
    CollectorHl7Result *result; /* NULL once it is in a tick */
    int64_t boot_us;            /* of its receipt */
    uint64_t appended;          /* number of the batch that holds it; 0: not yet appended */
} Waiting;

struct CollectorHl7Feed {
    CollectorFeed base;
    CollectorHl7Mapper *mapper;
    CollectorHl7Source *source;
    GQueue *waiting; /* Waiting, in the order of their arrival */
    size_t waiting_bytes;
    GHashTable *clocks; /* bed -> CollectorDeviceClock */
    gboolean trust_clock;
    uint32_t period_ms;
    int64_t (*boot_us)(void);
    CollectorHl7FeedFigures figures;
};

static void
waiting_free(gpointer data)
{
    Waiting *waiting = data;

    g_clear_pointer(&waiting->result, collector_hl7_result_free);
    g_clear_pointer(&waiting->problems, g_array_unref);
    g_free(waiting);
}

/* ---- arrival --------------------------------------------------------------- */

static size_t
weight(const CollectorHl7Result *result)
{
    size_t bytes = 0;

    for (guint i = 0; i < result->observations->len; i++) {
        const CollectorHl7Observation *one =
            &g_array_index(result->observations, CollectorHl7Observation, i);
        bytes += 64 + (one->text != NULL ? strlen(one->text) : 0);
    }
    for (guint i = 0; i < result->events->len; i++)
        bytes += 128 + strlen(g_array_index(result->events, CollectorHl7Event, i).text);
    return bytes;
}

static void
refuse(CollectorHl7Feed *self,
       const CollectorHl7Incoming *incoming,
       CollectorHl7Answer answer,
       const char *reason)
{
    self->figures.refused++;
    vicu_warning(VICU_MSG_HL7_REFUSED, "a message from %s was refused: %s", incoming->peer,
                 reason != NULL ? reason : "see the ERR segments of the answer");
    collector_hl7_source_answer(self->source, incoming->ticket, answer, incoming->problems, reason);
}

/* The events of a refused message still go into the tick, while there is room. */
static void
keep_events(CollectorHl7Feed *self, CollectorHl7Result *result)
{
    Waiting *waiting;

    g_array_set_size(result->observations, 0);
    if (result->events->len == 0 || self->waiting_bytes + weight(result) > WAITING_BYTES_MAX) {
        collector_hl7_result_free(result);
        return;
    }
    waiting = g_new0(Waiting, 1);
    waiting->boot_us = self->boot_us();
    waiting->result = result;
    self->waiting_bytes += weight(result);
    g_queue_push_tail(self->waiting, waiting);
}

static void
take(CollectorHl7Feed *self,
     const CollectorHl7Incoming *incoming,
     CollectorHl7Result *result,
     size_t bytes)
{
    Waiting *waiting = g_new0(Waiting, 1);

    waiting->boot_us = self->boot_us();
    waiting->ticket = incoming->ticket;
    waiting->problems = incoming->problems->len > 0 ? g_array_ref(incoming->problems) : NULL;
    waiting->result = result;
    self->waiting_bytes += bytes;
    self->figures.taken++;
    self->figures.invalid += result->invalid;
    self->figures.unmapped += result->unmapped;
    g_queue_push_tail(self->waiting, waiting);
}

static void
on_message(const CollectorHl7Incoming *incoming, gpointer user)
{
    CollectorHl7Feed *self = user;
    g_autoptr(CollectorHl7Result) result = collector_hl7_result_new();

    self->figures.messages++;
    if (incoming->message == NULL) {
        refuse(self, incoming, COLLECTOR_HL7_ERROR, NULL);
        return;
    }
    CollectorHl7Verdict verdict = collector_hl7_map(
        self->mapper, incoming->message, incoming->t_receive_us, incoming->problems, result);
    size_t bytes = weight(result);
    if (verdict == COLLECTOR_HL7_REFUSE)
        refuse(self, incoming, COLLECTOR_HL7_ERROR, NULL);
    else if (verdict == COLLECTOR_HL7_REJECT)
        refuse(self, incoming, COLLECTOR_HL7_REJECTED, NULL);
    else if (result->observations->len > MESSAGE_VALUES_MAX || bytes > MESSAGE_BYTES_MAX)
        refuse(self, incoming, COLLECTOR_HL7_ERROR,
               "more than 20000 values or 1 MiB in one message: send several smaller ones");
    else if (self->waiting_bytes + bytes > WAITING_BYTES_MAX)
        refuse(self, incoming, COLLECTOR_HL7_ERROR,
               "more than 2 MiB wait to be written: send this message again in a second");
    else
        take(self, incoming, g_steal_pointer(&result), bytes);
    if (result != NULL)
        keep_events(self, g_steal_pointer(&result));
}

static void
on_fault(CollectorHl7Fault fault, const char *peer, const char *text, gpointer user)
{
    (void)fault;
    (void)user;
    vicu_warning(VICU_MSG_HL7_REFUSED, "%s: %s", peer, text);
}

/* ---- into the tick ---------------------------------------------------------- */

static CollectorDeviceClock *
clock_of(CollectorHl7Feed *self, const char *bed)
{
    CollectorDeviceClock *clock = g_hash_table_lookup(self->clocks, bed);

    if (clock != NULL || g_hash_table_size(self->clocks) >= CLOCKS_MAX)
        return clock;
    clock = g_new0(CollectorDeviceClock, 1);
    collector_device_clock_init(clock);
    g_hash_table_insert(self->clocks, g_strdup(bed), clock);
    return clock;
}

/* When a message came, by the two clocks; UTC is that of the ticks, which never steps. */
typedef struct {
    int64_t utc_us, boot_us;
} Receipt;

/* What to add to this message's times of @bed; its newest value is the reading. */
static int64_t
offset_of(CollectorHl7Feed *self,
          const char *bed,
          int64_t newest_us,
          const Receipt *received,
          CollectorTick *tick)
{
    CollectorDeviceClock *clock = self->trust_clock ? NULL : clock_of(self, bed);
    int64_t t_us = newest_us;

    if (clock == NULL)
        return MIN(0, received->utc_us - newest_us);
    if (collector_device_clock_read(clock, newest_us, received->utc_us, received->boot_us, &t_us)
        == COLLECTOR_CLOCK_STEPPED) {
        Vicu__Event event = VICU__EVENT__INIT;
        event.bed = (char *)bed;
        event.t_us = received->utc_us;
        event.kind = (char *)"clock-stepped";
        event.text = (char *)"the device's clock was set";
        collector_tick_event(tick, &event);
        self->figures.clock_steps++;
    }
    return t_us - newest_us;
}

static void
add_observation(CollectorTick *tick,
                const CollectorHl7Observation *one,
                int64_t t_us,
                int64_t received_us,
                uint32_t period_ms)
{
    if (one->kind == COLLECTOR_HL7_NUMERIC) {
        CollectorNumeric numeric = {
            .bed = one->bed,
            .origin = one->origin,
            .source = VICU__SOURCE__SOURCE_DEVICE,
            .code = one->code,
            .channel = one->channel,
            .t_us = t_us,
            .source_us = one->source_us,
            .received_us = received_us,
            .value = one->value,
            .quality = one->quality,
            .period_ms = period_ms,
        };
        collector_tick_numeric(tick, &numeric);
    } else if (one->kind == COLLECTOR_HL7_SYMBOL) {
        Vicu__Symbol symbol = VICU__SYMBOL__INIT;
        symbol.bed = (char *)one->bed;
        symbol.code = one->code;
        symbol.channel = one->channel;
        symbol.t_us = t_us;
        symbol.source_t_us = one->source_us;
        symbol.received_us = received_us;
        symbol.value = (char *)one->text;
        symbol.quality = one->quality;
        symbol.origin = one->origin;
        symbol.source = VICU__SOURCE__SOURCE_DEVICE;
        collector_tick_symbol(tick, &symbol);
    } else {
        Vicu__Unmapped unmapped = VICU__UNMAPPED__INIT;
        unmapped.bed = (char *)one->bed;
        unmapped.code = (char *)one->code_text;
        unmapped.label = (char *)one->label;
        unmapped.unit = (char *)one->unit;
        unmapped.value = (char *)one->text;
        unmapped.t_us = t_us;
        unmapped.source_t_us = one->source_us;
        unmapped.received_us = received_us;
        unmapped.origin = one->origin;
        collector_tick_unmapped(tick, &unmapped);
    }
}

/* What patient administration says goes along, packed, for the bed desk. */
static void
add_event(const CollectorHl7Event *one, int64_t now_us, CollectorTick *tick)
{
    Vicu__Event event = VICU__EVENT__INIT;
    Vicu__Adt adt = VICU__ADT__INIT;
    g_autoptr(GBytes) detail = NULL;
    gsize n;

    event.bed = (char *)one->bed;
    event.t_us = now_us;
    event.kind = (char *)one->kind;
    event.key = (char *)one->key;
    event.text = (char *)one->text;
    if (one->is_adt) {
        adt.trigger = (char *)one->trigger;
        adt.patient = (char *)one->patient;
        adt.bed = (char *)one->bed;
        adt.prior_bed = (char *)one->prior_bed;
        adt.prior_patient = (char *)one->prior_patient;
        adt.visit = (char *)one->visit;
        adt.t_us = one->t_us;
        detail = vicu_wire_pack(&adt.base);
        event.detail.data = (uint8_t *)g_bytes_get_data(detail, &n);
        event.detail.len = n;
    }
    collector_tick_event(tick, &event);
}

/* Observations of one bed stand together in a message, as PV1 does before them. */
static void
add_result(CollectorHl7Feed *self,
           const CollectorHl7Result *result,
           const Receipt *received,
           CollectorTick *tick)
{
    const GArray *all = result->observations;

    for (guint i = 0; i < all->len;) {
        const CollectorHl7Observation *first = &g_array_index(all, CollectorHl7Observation, i);
        int64_t newest_us = 0, offset_us = 0;
        guint end = i;
        for (; end < all->len; end++) {
            const CollectorHl7Observation *one = &g_array_index(all, CollectorHl7Observation, end);
            if (strcmp(one->bed, first->bed) != 0)
                break;
            if (one->source_us != 0 && (newest_us == 0 || one->source_us > newest_us))
                newest_us = one->source_us;
        }
        if (newest_us != 0)
            offset_us = offset_of(self, first->bed, newest_us, received, tick);
        for (; i < end; i++) {
            const CollectorHl7Observation *one = &g_array_index(all, CollectorHl7Observation, i);
            int64_t t_us = one->source_us != 0 ? one->source_us + offset_us : received->utc_us;
            add_observation(tick, one, t_us, received->utc_us, self->period_ms);
        }
    }
    for (guint i = 0; i < result->events->len; i++)
        add_event(&g_array_index(result->events, CollectorHl7Event, i), received->utc_us, tick);
}

static void
poll(CollectorFeed *base, int64_t now_us, CollectorTick *tick)
{
    CollectorHl7Feed *self = (CollectorHl7Feed *)base;

    for (GList *l = self->waiting->head; l != NULL; l = l->next) {
        Waiting *waiting = l->data;
        if (waiting->result == NULL)
            continue;
        Receipt received = {now_us - MAX(self->boot_us() - waiting->boot_us, 0), waiting->boot_us};
        add_result(self, waiting->result, &received, tick);
        g_clear_pointer(&waiting->result, collector_hl7_result_free);
    }
    self->waiting_bytes = 0;
}

/* ---- the disk's word ---------------------------------------------------------- */

void
collector_hl7_feed_appended(CollectorHl7Feed *self, uint64_t appended)
{
    for (GList *l = self->waiting->tail; l != NULL; l = l->prev) {
        Waiting *waiting = l->data;
        if (waiting->appended != 0)
            break;
        if (waiting->result == NULL)
            waiting->appended = appended;
    }
}

void
collector_hl7_feed_safe(CollectorHl7Feed *self, uint64_t safe)
{
    Waiting *waiting = NULL;

    while ((waiting = g_queue_peek_head(self->waiting)) != NULL && waiting->appended != 0
           && waiting->appended <= safe) {
        if (waiting->ticket != 0)
            collector_hl7_source_answer(self->source, waiting->ticket, COLLECTOR_HL7_ACCEPT,
                                        waiting->problems, NULL);
        waiting_free(g_queue_pop_head(self->waiting));
    }
}

/* ---- life --------------------------------------------------------------------- */

static void
start(CollectorFeed *base, int64_t now_us)
{
    (void)base;
    (void)now_us;
}

static int64_t
next_us(CollectorFeed *base)
{
    (void)base;
    return INT64_MAX;
}

static void
feed_free(CollectorFeed *base)
{
    CollectorHl7Feed *self = (CollectorHl7Feed *)base;

    g_clear_pointer(&self->source, collector_hl7_source_free);
    g_clear_pointer(&self->mapper, collector_hl7_mapper_free);
    g_queue_free_full(self->waiting, waiting_free);
    g_hash_table_unref(self->clocks);
    g_free(self);
}

static const CollectorFeedClass hl7_class = {"hl7", start, poll, next_us, feed_free};

CollectorHl7Feed *
collector_hl7_feed_new(const CollectorHl7FeedSettings *settings, GError **error)
{
    CollectorHl7Feed *self = g_new0(CollectorHl7Feed, 1);
    CollectorHl7Settings mapping = {
        .beds = settings->beds,
        .site = settings->site,
        .location_is_bed = settings->location_is_bed,
        .zone_s = settings->zone_s,
        .simulated = settings->simulated,
        .period_ms = settings->period_ms,
    };
    CollectorHl7SourceSettings listener;

    self->base.class = &hl7_class;
    self->trust_clock = settings->trust_clock;
    self->period_ms = settings->period_ms;
    self->waiting = g_queue_new();
    self->clocks = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    self->mapper = collector_hl7_mapper_new(&mapping);
    collector_hl7_source_standard(&listener);
    listener.address = settings->address;
    listener.port = settings->port;
    self->boot_us = settings->boot_us != NULL ? settings->boot_us : vicu_clock_boot_us;
    listener.utc_us = settings->utc_us != NULL ? settings->utc_us : vicu_clock_utc_us;
    listener.boot_us = self->boot_us;
    listener.on_message = on_message;
    listener.on_fault = on_fault;
    listener.user = self;
    self->source = collector_hl7_source_new(&listener, NULL, error);
    if (self->source != NULL)
        return self;
    feed_free(&self->base);
    return NULL;
}

CollectorFeed *
collector_hl7_feed_base(CollectorHl7Feed *self)
{
    return &self->base;
}

const char *
collector_hl7_feed_endpoint(const CollectorHl7Feed *self)
{
    return collector_hl7_source_endpoint(self->source);
}

void
collector_hl7_feed_figures(const CollectorHl7Feed *self, CollectorHl7FeedFigures *figures)
{
    const CollectorHl7SourceCounts *counts = collector_hl7_source_counts(self->source);

    *figures = self->figures;
    figures->connections = counts->connections;
    figures->connections_refused = counts->refused;
    figures->framing_faults = counts->framing_faults;
    figures->waiting = self->waiting->length;
}
