/* History: what the store holds of the last moments, so that a station that has
 * just begun does not start with empty sweeps.
 *
 * Asks which batches there are, then for the last of them, sender by sender, and
 * puts them into the model as if they had been heard. Live batches that come
 * meanwhile are the caller's to hold back. Ends after 1.5 s at the latest: without
 * a store the station begins empty. One thread, the main loop's.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

#include "common/root.h"
#include "common/socket.h"
#include "dashboard/model/model.h"

G_BEGIN_DECLS

typedef struct DashHistory DashHistory;

/* @record: also kept there, for saved.h; may be NULL. @done is called once, from the main loop,
 * unless it is freed before. */
DashHistory *dash_history_new(VicuContext *context,
                              const VicuRoot *root,
                              DashModel *model,
                              GByteArray *record,
                              void (*done)(gpointer user),
                              gpointer user,
                              GError **error);
void dash_history_free(DashHistory *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(DashHistory, dash_history_free)

G_END_DECLS
