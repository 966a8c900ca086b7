/* Source `wfdb`: the beds of a ward, each playing its recording, with what is
 * simulated beside it (origin simulated) unless a monitor over HL7 sends that.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

#include "collector/feed.h"
#include "collector/sources/wfdb-player.h"
#include "collector/ward.h"

G_BEGIN_DECLS

/* @ward is borrowed and must outlive the feed. A recording that cannot be
 * opened is refused here; one that breaks later is said in the tick. */
CollectorFeed *collector_wfdb_source_new(const CollectorWard *ward, guint speed, GError **error);

/* Summed over the beds. @feed must be of this kind. */
CollectorWfdbPlayerFigures collector_wfdb_source_figures(CollectorFeed *feed);

G_END_DECLS
