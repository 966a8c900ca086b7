/* A sender's way to the hub: spool, link machine, socket and heartbeat on the
 * main loop of one daemon. Used by every process that stores or audits.
 *
 * append() spools and feeds at once; what is safe on disk is told by synced().
 * The hub's silence is watched here and told. One thread, plus the spool's.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "common/daemon.h"
#include "common/heartbeat.h"
#include "common/link.h"
#include "common/watch.h"

G_BEGIN_DECLS

typedef struct VicuUplink VicuUplink;

typedef struct {
    const char *folder; /* of the spool */
    uint64_t max_bytes;
    int64_t max_age_us;
} VicuUplinkSettings;

/* All may be NULL. */
typedef struct {
    /* Batches from now on belong to a new epoch: announce every segment again. */
    void (*epoch)(uint64_t epoch, gpointer user);
    /* A sync has finished: vicu_uplink_safe() may have grown. */
    void (*synced)(gpointer user);
    /* The hub was not heard for 3, 10, 30 s; and OK again. */
    void (*hub)(VicuWatchLevel level, gpointer user);
    /* The spool had to give up unacknowledged batches: a technical alarm is due. */
    void (*dropped)(const VicuSpoolDropped *dropped, gpointer user);
} VicuUplinkOps;

VicuUplink *vicu_uplink_new(VicuDaemon *daemon,
                            const VicuUplinkSettings *settings,
                            const VicuUplinkOps *ops,
                            gpointer user,
                            GError **error);
/* Syncs what was appended. */
void vicu_uplink_free(VicuUplink *self);

/* One packed Batch. False: the disk failed and the daemon is ending. */
bool vicu_uplink_append(VicuUplink *self, GBytes *batch, int64_t t_us);

/* Tell it each bed's newest sample; borrowed. */
VicuHeartbeat *vicu_uplink_heartbeat(VicuUplink *self);

/* How many batches were appended, and how many of them are surely on disk: what
 * was appended as the n-th is safe once safe() >= n. */
uint64_t vicu_uplink_appended(const VicuUplink *self);
uint64_t vicu_uplink_safe(const VicuUplink *self);

typedef struct {
    VicuLinkFigures link;
    VicuSpoolFigures spool;
    VicuWatchLevel hub;
} VicuUplinkFigures;

void vicu_uplink_figures(const VicuUplink *self, VicuUplinkFigures *figures);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(VicuUplink, vicu_uplink_free)

G_END_DECLS
