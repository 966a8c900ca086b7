/* The messages of state as two parts of the wire, and back.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>

#include <glib.h>

#include "common/socket.h"
#include "common/state.h"
#include "common/wire.h"

G_BEGIN_DECLS

/* An unpacked message together with the memory it points into. */
typedef struct {
    VicuStateMessage message;
    void *body;
    GPtrArray *items; /* GBytes */
    GBytes *command;
    GBytes *proof;
} VicuStateWire;

/* FALSE: not a message of state, or one that cannot be read; nothing to clear. */
bool vicu_state_wire_unpack(VicuStateWire *self,
                            const VicuEnvelope *envelope,
                            const void *body,
                            size_t size);
void vicu_state_wire_clear(VicuStateWire *self);

/* Fills kind, epoch and sequence of @envelope; the caller stamps the rest and
 * unrefs what is returned. */
GBytes *vicu_state_wire_pack(const VicuStateMessage *message, VicuEnvelope *envelope);

G_END_DECLS
