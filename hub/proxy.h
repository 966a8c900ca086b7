/* Proxy: passes what clients on other machines ask to the process that owns the
 * answer, and the answer back. One for state (to rules), one for query (to the store).
 *
 * Each client has its own way to the owner, so that the owner sees it as one
 * peer: windows, credit and answers hold from end to end. The client's envelope
 * goes on as it came, with the client's fingerprint, which the caller has checked
 * against the key that the socket authenticated; who that is and what it may do
 * the owner decides (common/socket.h). Nothing is answered in the owner's name:
 * a dead owner is silence on state. A question that the owner cannot answer to
 * its end is ended with an error, so half an answer is never taken for a whole one.
 *
 * Bounded: clients, clients of one key, what waits for a way to open, questions of
 * a client, and the messages under way to it (credit is passed on in small pieces).
 *
 * Pure, one thread, BOOTTIME. Ways are closed in tick() and free() alone. Call
 * nothing of the same proxy from within ops.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "common/wire.h"

G_BEGIN_DECLS

#define HUB_PROXY_CREDIT       8u                   /* rows of one question under way to a client */
#define HUB_PROXY_QUESTIONS    16u                  /* of one client */
#define HUB_PROXY_BYTES        (256u << 10)         /* of one message from a client */
#define HUB_PROXY_HELD         16u                  /* messages that wait for a way to open */
#define HUB_PROXY_HOLD_US      G_USEC_PER_SEC       /* state: then dropped, it is asked again */
#define HUB_PROXY_PATIENCE_US  (2 * G_USEC_PER_SEC) /* query: then ended with an error */
#define HUB_PROXY_PROBE_US     (G_USEC_PER_SEC)     /* nothing sent to a client: see _tick() */
#define HUB_PROXY_STATE_END_US (30 * G_USEC_PER_SEC) /* a subscriber this silent is forgotten */
#define HUB_PROXY_QUERY_END_US (60 * G_USEC_PER_SEC) /* the same without an open question */

typedef struct HubProxy HubProxy;
typedef struct HubProxyClient HubProxyClient;

typedef enum { HUB_PROXY_STATE, HUB_PROXY_QUERY } HubProxyLane;

typedef enum { HUB_PROXY_SENT, HUB_PROXY_FULL, HUB_PROXY_GONE } HubProxyFate;

typedef struct {
    /* A way to the owner for @client, not up yet; NULL: none can be made. */
    gpointer (*open)(HubProxyClient *client, gpointer user);
    void (*close)(gpointer way, gpointer user);
    bool (*to_owner)(
        gpointer way, const VicuEnvelope *envelope, const void *body, size_t size, gpointer user);
    HubProxyFate (*to_client)(
        GBytes *route, const VicuEnvelope *envelope, const void *body, size_t size, gpointer user);
} HubProxyOps;

typedef struct {
    size_t clients;
    uint64_t up;      /* messages passed to the owner */
    uint64_t down;    /* and back */
    uint64_t turned;  /* messages of clients beyond the bound */
    uint64_t foreign; /* of a kind that does not belong on this lane, or unreadable */
    uint64_t unsent;  /* not passed: the owner or the client took no more; state is asked again */
    uint64_t broken;  /* questions ended with an error by this hub */
} HubProxyFigures;

/* @hub: fingerprint on what the hub itself says. */
HubProxy *hub_proxy_new(HubProxyLane lane,
                        const VicuFingerprint *hub,
                        size_t max_clients,
                        const HubProxyOps *ops,
                        gpointer user);
void hub_proxy_free(HubProxy *self);

void hub_proxy_from_client(HubProxy *self,
                           GBytes *route,
                           const VicuEnvelope *envelope,
                           const void *body,
                           size_t size,
                           int64_t mono_us);
void hub_proxy_from_owner(HubProxy *self,
                          HubProxyClient *client,
                          const VicuEnvelope *envelope,
                          const void *body,
                          size_t size,
                          int64_t mono_us);
/* The way of @client opened, or broke. */
void hub_proxy_way(HubProxy *self, HubProxyClient *client, bool up, int64_t mono_us);

/* At least each 200 ms. A client to whom nothing was sent for a second gets an
 * empty HEARTBEAT of the hub, which says nothing of the owner and which clients
 * leave: one that is gone is found by it. */
void hub_proxy_tick(HubProxy *self, int64_t mono_us);

void hub_proxy_figures(const HubProxy *self, HubProxyFigures *figures);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(HubProxy, hub_proxy_free)

G_END_DECLS
