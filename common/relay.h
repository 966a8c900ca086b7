/* The hub's part in link: who is where, and what may pass.
 *
 * A table sender id -> route, made from HELLOs alone and lost with the hub: a
 * sender without an entry is told to say HELLO, within one message of it. What
 * a sender with a lower fence than the table's sends goes nowhere; equal fence
 * on another route has to say HELLO too. The caller has already checked that
 * @message->sender is the key that the socket authenticated.
 *
 * Pure, one thread, BOOTTIME.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

#include "common/link.h"

G_BEGIN_DECLS

typedef struct VicuRelay VicuRelay;

/* What to do with a message from a sender. */
typedef enum {
    VICU_RELAY_STORE = 1 << 0, /* forward both parts to the store */
    VICU_RELAY_FEED = 1 << 1,  /* vicu_feed_memory_add() */
    VICU_RELAY_LIVE = 1 << 2,  /* publish for pictures */
    VICU_RELAY_REPLY = 1 << 3, /* send @reply back on the route it came from */
    VICU_RELAY_HOLD = 1 << 4,  /* with FEED: a BATCH_REF may name it */
    VICU_RELAY_REFER = 1 << 5, /* vicu_feed_memory_resolve(), then as STORE */
} VicuRelayVerdict;

typedef struct {
    size_t senders;
    uint64_t fenced;
    uint64_t unknown;    /* messages before HELLO */
    uint64_t unroutable; /* answers of the store for a sender not in the table */
} VicuRelayFigures;

/* At most @max_senders; further HELLOs are refused. */
VicuRelay *vicu_relay_new(size_t max_senders);
void vicu_relay_free(VicuRelay *self);

/* A sum of VicuRelayVerdict; @reply is filled for REPLY. A batch before HELLO
 * still feeds (an alarm waits for nobody) and asks for the HELLO. */
unsigned vicu_relay_from_sender(VicuRelay *self,
                                GBytes *route,
                                const VicuLinkMessage *message,
                                VicuLinkMessage *reply,
                                int64_t mono_us);
/* Route of WELCOME, ACK and REFUSE from the store; NULL: none, counted. Borrowed. */
GBytes *vicu_relay_from_store(VicuRelay *self, const VicuLinkMessage *message);
/* Forgets senders silent for 10 min. */
void vicu_relay_tick(VicuRelay *self, int64_t mono_us);
void vicu_relay_figures(const VicuRelay *self, VicuRelayFigures *figures);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(VicuRelay, vicu_relay_free)

G_END_DECLS
