/* The rules' end of the feed on the main loop: socket, reader and the hub's
 * silence in one. One thread.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdint.h>

#include <glib.h>

#include "common/daemon.h"
#include "common/feed.h"
#include "common/watch.h"

G_BEGIN_DECLS

typedef struct RulesFeedClient RulesFeedClient;

/* Messages are borrowed for the call; @name of the sender's key, "" when the
 * table has none. */
typedef struct {
    void (*batch)(const VicuLinkMessage *message,
                  const char *name,
                  const Vicu__Batch *batch,
                  gpointer user);
    void (*heartbeat)(const VicuSenderId *sender,
                      const char *name,
                      const Vicu__Heartbeat *heartbeat,
                      gpointer user);
    /* A beat of the store itself. */
    void (*store)(const Vicu__StoreSpace *space, gpointer user);
    void (*gap)(const VicuFeedGap *gap, gpointer user);
    void (*hub)(VicuWatchLevel level, gpointer user); /* its silence, and OK again */
    /* Each 100 ms, after the reader's own work. */
    void (*tick)(int64_t now_us, int64_t mono_us, gpointer user);
} RulesFeedClientOps;

typedef struct {
    uint64_t messages;
    uint64_t unreadable;
    uint64_t late; /* batches behind newer ones of their sender */
    uint64_t number;
    uint64_t incarnation;
} RulesFeedClientFigures;

/* @incarnation, @after: what was handled before a restart; 0: from now on. */
RulesFeedClient *rules_feed_client_new(VicuDaemon *daemon,
                                       uint64_t incarnation,
                                       uint64_t after,
                                       const RulesFeedClientOps *ops,
                                       gpointer user,
                                       GError **error);
void rules_feed_client_free(RulesFeedClient *self);

void rules_feed_client_figures(const RulesFeedClient *self, RulesFeedClientFigures *figures);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(RulesFeedClient, rules_feed_client_free)

G_END_DECLS
