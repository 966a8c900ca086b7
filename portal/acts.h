/* Acts: what people do on their pages becomes commands to escalation, and its state the ward's.
 *
 * Follows escalation's state. An act is answered to its page with what became of it; nothing is
 * taken for done before its owner said so. A call for help reaches escalation, and, while that is
 * silent, the rules as an alarm of that bed, so that a station sees it. One thread.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>

#include <glib.h>

#include "common/daemon.h"
#include "common/state-client.h"
#include "portal/pages.h"
#include "portal/proofs.h"

G_BEGIN_DECLS

typedef struct PortalActs PortalActs;

/* @ward, @proofs, @pages and @rules are borrowed; @pages may be set later. */
PortalActs *portal_acts_new(VicuDaemon *daemon,
                            PortalWard *ward,
                            PortalProofs *proofs,
                            VicuStateClient *rules,
                            GError **error);
void portal_acts_free(PortalActs *self);
void portal_acts_set_pages(PortalActs *self, PortalPages *pages);

/* Receipts, answers, calls. */
void portal_acts_take(PortalActs *self, PortalPage *page, const PortalHeard *heard);
void portal_acts_reached(PortalActs *self, PortalPage *page, bool gone);
/* Of a command to the rules that this sent. */
void portal_acts_rules_result(PortalActs *self, const char *key, const Vicu__CommandResult *result);

/* Of the rules: a call that went through them is over when somebody has answered it. */
void portal_acts_rules_item(PortalActs *self, const Vicu__StateItem *item);

/* What became of a command; NULL: no answer in 10 s, whether it counts is not known. */
typedef void (*PortalActFunc)(const Vicu__CommandResult *result, gpointer user);
/* A command to escalation, with its actor: @func is called once, unless this is freed before.
 * False: escalation is not heard, nothing was sent. */
bool portal_acts_ask(PortalActs *self, Vicu__Command *command, PortalActFunc func, gpointer user);

/* Escalation is heard and level. */
bool portal_acts_hears(const PortalActs *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(PortalActs, portal_acts_free)

G_END_DECLS
