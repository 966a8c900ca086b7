/* Proxy, inside: its clients, and what its two files know of each other. proxy.c
 * has clients and ways, proxy-query.c the questions to the store.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "hub/proxy.h"
#include "hub/questions.h"

G_BEGIN_DECLS

/* A message that waits for the way to open. */
typedef struct {
    VicuEnvelope envelope;
    GBytes *body;
    int64_t since_us;
} Held;

struct HubProxyClient {
    GBytes *route;
    VicuFingerprint sender;
    gpointer way;
    bool up;
    bool over; /* closed at the next tick */
    GQueue held;
    HubQuestions questions;
    int64_t heard_us; /* from the client */
    int64_t told_us;  /* to the client */
};

struct HubProxy {
    HubProxyLane lane;
    VicuFingerprint hub;
    size_t max_clients;
    HubProxyOps ops;
    gpointer user;
    GHashTable *clients; /* route -> HubProxyClient */
    HubProxyFigures figures;
};

/* To the client; one that is gone is closed at the next tick. */
HubProxyFate hub_proxy_tell(HubProxy *self,
                            HubProxyClient *client,
                            const VicuEnvelope *envelope,
                            const void *body,
                            size_t size,
                            int64_t mono_us);
/* To the owner, now or when the way opens; the oldest of too many goes. False: the
 * owner takes no more. */
bool hub_proxy_send_up(HubProxy *self,
                       HubProxyClient *client,
                       const VicuEnvelope *envelope,
                       GBytes *body,
                       int64_t mono_us);

/* The end of a question, in the hub's name. */
HubProxyFate hub_proxy_tell_error(HubProxy *self, GBytes *route, uint64_t id, const char *error);
void hub_proxy_query_up(HubProxy *self,
                        HubProxyClient *client,
                        const VicuEnvelope *envelope,
                        const void *body,
                        size_t size,
                        int64_t mono_us);
void hub_proxy_query_down(HubProxy *self,
                          HubProxyClient *client,
                          const VicuEnvelope *envelope,
                          const void *body,
                          size_t size,
                          int64_t mono_us);
/* The way broke: what the owner had begun it will not end. */
void hub_proxy_query_lost(HubProxy *self, HubProxyClient *client);
void hub_proxy_query_tick(HubProxy *self, HubProxyClient *client, int64_t mono_us);

G_END_DECLS
