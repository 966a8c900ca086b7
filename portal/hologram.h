/* Hologram: the page of the ward in three dimensions, for people who have signed in.
 *
 * The page is the twin's (docs/hologram-twin.md), which listens on the loopback of this machine
 * alone; here its parts are fetched and its words passed on, both ways, for a session with the
 * right to the whole ward. What is passed on is bounded in size and number; nothing queues, for the
 * twin tells more only to a page that has shown the last. A session is asked for again each half
 * minute, and ends its pages.
 *
 * That the page is opened is recorded before it is shown (admin/hologram.c); which bed is opened on
 * it, here. One thread, the main loop's.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <libsoup/soup.h>

#include "common/audit.h"
#include "common/daemon.h"
#include "portal/request.h"

G_BEGIN_DECLS

#define PORTAL_HOLOGRAM       "/hologram/"
#define PORTAL_HOLOGRAM_LIVE  PORTAL_HOLOGRAM "live"
#define PORTAL_HOLOGRAM_PAGES 8
#define PORTAL_HOLOGRAM_ENDED 4401 /* RFC 6455: of an application. Nobody is signed in any more */

typedef struct PortalHologram PortalHologram;

/* Both are borrowed. */
PortalHologram *portal_hologram_new(VicuDaemon *daemon, VicuAudit *audit, GError **error);
void portal_hologram_free(PortalHologram *self);

/* @part: "", "main.js", "ward.glb". Called once, unless this is freed before: @error: no twin runs
 * here, or it has no such part, in words for people. */
typedef void (*PortalHologramFunc)(const char *type,
                                   GBytes *body,
                                   const GError *error,
                                   gpointer user);
void portal_hologram_fetch(PortalHologram *self,
                           const char *part,
                           PortalHologramFunc func,
                           gpointer user);
/* Takes @request and answers it, now or later, where it is for a part of the page that holds
 * nothing of the ward: that is everybody's. */
bool portal_hologram_answer(PortalHologram *self, PortalRequest *request);
/* Such a part. Pure. */
bool portal_hologram_is_open_part(const char *path);
/* The policy of the page: scripts and styles of this portal, and a headset's place. */
void portal_hologram_guard(SoupMessageHeaders *headers);

/* A browser's WebSocket at PORTAL_HOLOGRAM_LIVE, with the cookies it came with. */
void portal_hologram_open(PortalHologram *self,
                          SoupWebsocketConnection *socket,
                          const char *cookies,
                          const char *address);

typedef struct {
    unsigned pages;
    uint64_t told;    /* messages passed on to pages */
    uint64_t refused; /* no session, no right, no twin, too many */
} PortalHologramFigures;
void portal_hologram_figures(const PortalHologram *self, PortalHologramFigures *figures);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(PortalHologram, portal_hologram_free)

G_END_DECLS
