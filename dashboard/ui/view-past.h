/* A bed's past under the keyboard: the full disclosure, and the bed view at another time.
 *
 * Keeps where one stands, over views and beds; asks the store for what is looked at and builds the
 * bed of that time. Main thread.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "dashboard/scene/past-state.h"
#include "dashboard/ui/shell.h"

G_BEGIN_DECLS

typedef struct DashPastDesk DashPastDesk;

DashPastDesk *dash_past_desk_new(DashShell *shell);
void dash_past_desk_free(DashPastDesk *self);

/* Puts the state into @view, and looks; of views of a bed alone. */
void dash_past_desk_fill(DashPastDesk *self, DashView *view);

/* A past time of a bed is shown. */
gboolean dash_past_desk_is_past(const DashPastDesk *self);

/* For tests, which answer in the store's place. */
DashPast *dash_past_desk_past(DashPastDesk *self);
const DashPastState *dash_past_desk_state(DashPastDesk *self);

gboolean dash_view_disclosure_do(DashShell *shell, DashAct act, const char *arg, int64_t n);
/* What of it the bed view has too. */
gboolean dash_view_replay_do(DashShell *shell, DashAct act, const char *arg, int64_t n);

G_END_DECLS
