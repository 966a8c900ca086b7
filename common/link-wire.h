/* The messages of link and feed as two parts of the wire, and back.
 *
 * VicuLinkMessage is what the pure machines see; this is the only place that
 * knows which protobuf each kind has.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>

#include <glib.h>

#include "common/link.h"
#include "common/socket.h"
#include "common/wire.h"

G_BEGIN_DECLS

/* Of Welcome: a hub that passes one on appends it, and keeps what it does not know. */
#define VICU_LINK_BY_REFERENCE_FIELD 6

/* An unpacked message together with the memory it points into. */
typedef struct {
    VicuLinkMessage message;
    void *body; /* protobuf message, or NULL */
    VicuWatermark *watermarks;
    VicuSpoolBegun *begun;
} VicuLinkWire;

/* FALSE: not a message of link or feed, or one that cannot be read; then there
 * is nothing to clear. @body is borrowed by the message for BATCH_*, FEED and
 * HEARTBEAT. */
bool vicu_link_wire_unpack(VicuLinkWire *self,
                           const VicuEnvelope *envelope,
                           const void *body,
                           size_t size);
void vicu_link_wire_clear(VicuLinkWire *self);

/* Fills @envelope but for t_us. The body part lies in @packed (the caller
 * unrefs it) or is the message's own borrowed body. */
VicuPart
vicu_link_wire_pack(const VicuLinkMessage *message, VicuEnvelope *envelope, GBytes **packed);

G_END_DECLS
