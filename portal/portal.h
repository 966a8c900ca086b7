/* The portal: one server, what it knows, and who may ask it for what.
 *
 *   GET /healthz   anybody: this process lives
 *   GET /readyz    anybody: it knows the alarms and reaches the store; 503 and why, where not
 *   GET /metrics   loopback, or with a token that may: every process's counters, OpenMetrics
 *   GET /          anybody: the bedside page; what it shows needs a token, over its WebSocket /live
 *   GET /fhir/...  with a token: fhir/fhir.h
 *   /sign-in, /admin/...  people who sign in: admin/admin.h
 *   GET /authority.crt  anybody: what a phone has to trust (where this site has its own authority)
 *
 * One thread, the daemon's main loop.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdint.h>

#include <glib.h>

#include "common/daemon.h"
#include "portal/pages.h"
#include "portal/server.h"

G_BEGIN_DECLS

typedef struct {
    const char *address;
    unsigned port;
    const char *certificate; /* "": the installation's own */
    const char *key;
    PortalGateBounds bounds;
} PortalSettings;

typedef struct {
    PortalServerFigures server;
    PortalPagesFigures pages;
    uint64_t refused; /* requests without the right */
    uint64_t rejected_tokens;
    unsigned tokens;
    unsigned alarms;
    double certificate_days; /* left */
    size_t audit_waiting;
    uint64_t audit_lost;
} PortalFigures;

typedef struct Portal Portal;
Portal *portal_new(VicuDaemon *daemon, const PortalSettings *settings, GError **error);
void portal_free(Portal *self);

/* Tokens and certificate are read again; what cannot be stays as it was, and is said. */
void portal_reload(Portal *self, const PortalSettings *settings);
void portal_audit(Portal *self, const Vicu__AuditRecord *record);
void portal_figures(const Portal *self, PortalFigures *figures);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Portal, portal_free)

G_END_DECLS
