/* A network that drops, doubles, delays and reorders.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "tests/common/sim-net.h"

#define NODES_MAX 16

struct SimNet {
    SimRandom *random;
    SimNetFaults faults;
    GPtrArray *heap; /* SimPacket, the next one due on top */
    uint64_t order;
    int64_t cut_until[NODES_MAX][NODES_MAX];
    int64_t last[NODES_MAX][NODES_MAX]; /* delivery of the one before: order is kept */
};

SimNet *
sim_net_new(SimRandom *random)
{
    SimNet *self = g_new0(SimNet, 1);
    self->random = random;
    self->heap = g_ptr_array_new();
    self->faults.delay_us = 1000;
    return self;
}

void
sim_packet_free(SimPacket *packet)
{
    if (!packet)
        return;
    g_bytes_unref(packet->body);
    g_free(packet);
}

void
sim_net_free(SimNet *self)
{
    if (!self)
        return;
    for (guint i = 0; i < self->heap->len; i++)
        sim_packet_free(g_ptr_array_index(self->heap, i));
    g_ptr_array_unref(self->heap);
    g_free(self);
}

void
sim_net_set_faults(SimNet *self, const SimNetFaults *faults)
{
    self->faults = *faults;
}

void
sim_net_cut(SimNet *self, int a, int b, int64_t until_us)
{
    self->cut_until[a][b] = self->cut_until[b][a] = until_us;
}

void
sim_net_heal(SimNet *self)
{
    for (int a = 0; a < NODES_MAX; a++) {
        for (int b = 0; b < NODES_MAX; b++)
            self->cut_until[a][b] = 0;
    }
}

static bool
before(const SimPacket *a, const SimPacket *b)
{
    return a->deliver_us < b->deliver_us || (a->deliver_us == b->deliver_us && a->order < b->order);
}

static void
push(SimNet *self, SimPacket *packet)
{
    gpointer *heap;
    guint at = self->heap->len;
    g_ptr_array_add(self->heap, packet);
    heap = self->heap->pdata;
    while (at > 0 && before(packet, heap[(at - 1) / 2])) {
        heap[at] = heap[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    heap[at] = packet;
}

static SimPacket *
pop(SimNet *self)
{
    gpointer *heap = self->heap->pdata;
    SimPacket *top = heap[0];
    SimPacket *moved = g_ptr_array_steal_index(self->heap, self->heap->len - 1);
    guint n = self->heap->len, at = 0;
    if (n == 0)
        return top;
    for (;;) {
        guint child = 2 * at + 1;
        if (child >= n)
            break;
        if (child + 1 < n && before(heap[child + 1], heap[child]))
            child++;
        if (!before(heap[child], moved))
            break;
        heap[at] = heap[child];
        at = child;
    }
    heap[at] = moved;
    return top;
}

static int64_t
when(SimNet *self, int from, int to, int64_t now_us)
{
    int64_t at = now_us + sim_between(self->random, 100, self->faults.delay_us);
    if (sim_chance(self->random, self->faults.late))
        return at + sim_between(self->random, 0, self->faults.late_us);
    at = MAX(at, self->last[from][to]);
    self->last[from][to] = at;
    return at;
}

void
sim_net_send(
    SimNet *self, int from, int to, uint64_t route, const VicuLinkMessage *message, int64_t now_us)
{
    VicuEnvelope envelope;
    g_autoptr(GBytes) packed = NULL;
    VicuPart part = vicu_link_wire_pack(message, &envelope, &packed);
    g_autoptr(GBytes) body = packed ? g_bytes_ref(packed) : g_bytes_new(part.data, part.size);
    if (now_us < self->cut_until[from][to] || sim_chance(self->random, self->faults.drop))
        return;
    int copies = sim_chance(self->random, self->faults.twice) ? 2 : 1;
    for (int i = 0; i < copies; i++) {
        SimPacket *packet = g_new0(SimPacket, 1);
        packet->deliver_us = when(self, from, to, now_us);
        packet->order = self->order++;
        packet->from = from;
        packet->to = to;
        packet->route = route;
        packet->envelope_size = vicu_envelope_pack(&envelope, packet->envelope);
        packet->body = g_bytes_ref(body);
        push(self, packet);
    }
}

SimPacket *
sim_net_receive(SimNet *self, int64_t now_us)
{
    if (self->heap->len == 0
        || ((const SimPacket *)g_ptr_array_index(self->heap, 0))->deliver_us > now_us)
        return NULL;
    return pop(self);
}

void
sim_net_hold(SimNet *self, SimPacket *packet, int64_t until_us)
{
    packet->deliver_us = until_us;
    push(self, packet);
}

bool
sim_packet_open(const SimPacket *packet, VicuLinkWire *wire)
{
    VicuEnvelope envelope;
    gsize size;
    const void *body = g_bytes_get_data(packet->body, &size);
    return vicu_envelope_unpack(packet->envelope, packet->envelope_size, &envelope, NULL)
           && vicu_link_wire_unpack(wire, &envelope, body ? body : "", size);
}
