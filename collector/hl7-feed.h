/* HL7 as a source: the MLLP listener, the mapping and the device clocks behind
 * the interface of feed.h.
 *
 * What came waits here until the next tick takes it. An AA goes out once the
 * owner says that the batch which carries the message is on disk; a message
 * that cannot be taken is answered AE or AR at once. One thread.
 *
 * A value goes on with three times: the hub's, made of the device's by the offset
 * of its clock; the device's own, as the message said it; and that of the
 * message's receipt. A value whose time the message does not say is neither
 * shifted by that offset nor a reading of the device's clock.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdint.h>

#include <glib.h>

#include "collector/feed.h"

G_BEGIN_DECLS

typedef struct CollectorHl7Feed CollectorHl7Feed;

typedef struct {
    const char *address;
    uint16_t port;    /* 0: a free one */
    GHashTable *beds; /* PV1-3 -> bed id; borrowed */
    const char *site;
    gboolean location_is_bed;
    int32_t zone_s;
    gboolean simulated;
    gboolean trust_clock;    /* the senders' clocks are ours (NTP); else offsets are estimated */
    uint32_t period_ms;      /* announced for numerics; 0: the table's */
    int64_t (*utc_us)(void); /* clocks; NULL: the system's */
    int64_t (*boot_us)(void);
} CollectorHl7FeedSettings;

CollectorHl7Feed *collector_hl7_feed_new(const CollectorHl7FeedSettings *settings, GError **error);

/* As a CollectorFeed; freeing that frees this. */
CollectorFeed *collector_hl7_feed_base(CollectorHl7Feed *self);

/* Everything that poll() has put into ticks so far is in the batch numbered
 * @appended (of the uplink); and everything up to number @safe is on disk. */
void collector_hl7_feed_appended(CollectorHl7Feed *self, uint64_t appended);
void collector_hl7_feed_safe(CollectorHl7Feed *self, uint64_t safe);

/* "127.0.0.1:2575", with the real port. */
const char *collector_hl7_feed_endpoint(const CollectorHl7Feed *self);

typedef struct {
    uint64_t messages;
    uint64_t taken;
    uint64_t refused;
    uint64_t invalid;  /* values sent as "no value" */
    uint64_t unmapped; /* values outside the table of signals, kept as text */
    uint64_t connections;
    uint64_t connections_refused;
    uint64_t framing_faults;
    uint64_t clock_steps;
    uint64_t waiting; /* messages not yet answered */
} CollectorHl7FeedFigures;

void collector_hl7_feed_figures(const CollectorHl7Feed *self, CollectorHl7FeedFigures *figures);

G_END_DECLS
