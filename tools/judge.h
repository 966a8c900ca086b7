/* The end of a run: what the senders' spools still hold and what the store gives
 * back, told to the oracle.
 *
 * The senders have to have left (a spool is opened by one process at a time);
 * hub and store have to run. Blocks.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

#include "tools/client.h"
#include "tools/oracle.h"
#include "tools/stand.h"

G_BEGIN_DECLS

/* @sender: name of its key; @spool: its folder. */
gboolean tool_judge_sender(
    ToolClient *client, ToolOracle *oracle, const char *sender, const char *spool, GError **error);

/* How many of @ids (a set of alarm ids) neither rules nor the store's events know any more.
 * FALSE: the store gave no answer. */
gboolean tool_judge_alarms(
    ToolClient *client, const ToolStand *stand, GHashTable *ids, guint *lost, GError **error);

G_END_DECLS
