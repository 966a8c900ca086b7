/* Pages for people who have signed in: sign-in, one's own account, administration.
 *
 * HTML from the server, without a script. Each page has a right of proto/rights.csv; who has it not
 * is refused, which is in the audit. A session is asked of the store at each request, and that a
 * page was looked at is on the store's disk before it is shown: without the store there is no
 * administration. What is done is asked of its owner (store, escalation) as the person, by proof.
 *
 * Forms bring back the token of the session's pages (vicu_people_csrf()), and come from a page of
 * ours (Origin). One thread.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>

#include <glib.h>

#include "common/audit.h"
#include "common/daemon.h"
#include "portal/acts.h"
#include "portal/hologram.h"
#include "portal/identity.h"
#include "portal/request.h"
#include "portal/tokens.h"
#include "portal/ward.h"

G_BEGIN_DECLS

typedef struct {
    VicuDaemon *daemon;
    const PortalWard *ward;
    PortalActs *acts;
    PortalHologram *hologram;
    VicuAudit *audit; /* of refusals */
    /* Borrowed for the call; read again from the disk where @fresh. */
    const PortalTokens *(*tokens)(bool fresh, gpointer user);
    const PortalIdentity *(*identity)(gpointer user); /* that it serves with; borrowed */
    gpointer user;
} PortalAdminOptions;

typedef struct PortalAdmin PortalAdmin;
PortalAdmin *portal_admin_new(const PortalAdminOptions *options, GError **error);
/* Who still waits is told that the portal is being stopped. */
void portal_admin_free(PortalAdmin *self);

/* A page of ours takes a form there: a request to it may have a body. */
bool portal_admin_takes_form(const char *path);
/* Takes @request and answers it, now or later; false: there is no page of that path. */
bool portal_admin_answer(PortalAdmin *self, PortalRequest *request);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(PortalAdmin, portal_admin_free)

G_END_DECLS
