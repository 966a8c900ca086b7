/* A network that drops, doubles, delays and reorders: packed envelopes and
 * bodies between numbered nodes.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "common/link-wire.h"
#include "tests/common/sim-random.h"

G_BEGIN_DECLS

typedef struct SimNet SimNet;

typedef struct {
    int64_t deliver_us;
    uint64_t order; /* of sending: ties are broken by it */
    int from;
    int to;
    uint64_t route; /* connection: of the sender, or for which the answer is meant */
    uint8_t envelope[VICU_ENVELOPE_MAX];
    size_t envelope_size;
    GBytes *body;
} SimPacket;

/* Chances per million. */
typedef struct {
    uint32_t drop;
    uint32_t twice;
    uint32_t late; /* held back, so that others overtake it */
    int64_t late_us;
    int64_t delay_us; /* usual, at most */
} SimNetFaults;

SimNet *sim_net_new(SimRandom *random);
void sim_net_free(SimNet *self);

/* Without order kept (late) TCP is overstated: the machines must bear it. */
void sim_net_set_faults(SimNet *self, const SimNetFaults *faults);
/* Nothing passes between the two until @until_us. */
void sim_net_cut(SimNet *self, int a, int b, int64_t until_us);
void sim_net_heal(SimNet *self);

void sim_net_send(
    SimNet *self, int from, int to, uint64_t route, const VicuLinkMessage *message, int64_t now_us);
/* The next packet due at @now_us; NULL: none. Caller frees. */
SimPacket *sim_net_receive(SimNet *self, int64_t now_us);
/* Puts it back for later, as a stopped process leaves it in its socket. */
void sim_net_hold(SimNet *self, SimPacket *packet, int64_t until_us);
void sim_packet_free(SimPacket *packet);
bool sim_packet_open(const SimPacket *packet, VicuLinkWire *wire);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(SimNet, sim_net_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SimPacket, sim_packet_free)

G_END_DECLS
