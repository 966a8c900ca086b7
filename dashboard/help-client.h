/* Help client: keeps what escalation tells of how far help is in a model.
 *
 * Subscribes to escalation itself, not through the rules, so that either may die alone. A silence
 * of 2.5 s of an escalation that was heard before stands in the model as DASH_ESCALATION_BLIND. One
 * thread, the main loop's.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

#include "common/root.h"
#include "common/socket.h"
#include "dashboard/model/model.h"

G_BEGIN_DECLS

typedef struct DashHelpClient DashHelpClient;

/* Takes an item into the model, and wherever else it is kept. */
typedef void (*DashHelpTakeFunc)(const Vicu__StateItem *item, gpointer user);

/* @name: of this subscriber. @model is borrowed. NULL: this root has no key of escalation. */
DashHelpClient *dash_help_client_new(VicuContext *context,
                                     const VicuRoot *root,
                                     const char *name,
                                     DashModel *model,
                                     DashHelpTakeFunc take,
                                     gpointer user);
/* Judges silence; several times a second. */
void dash_help_client_tick(DashHelpClient *self, int64_t mono_us, int64_t now_us);
void dash_help_client_free(DashHelpClient *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(DashHelpClient, dash_help_client_free)

G_END_DECLS
