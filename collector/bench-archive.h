/* What the archive codec costs, as the store uses it: five minutes of a channel a block,
 * leads of an ECG against I and II of the same record.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

#include "collector/bench-waves.h"
#include "common/figures.h"

G_BEGIN_DECLS

/* Every wave (CollectorBenchWave) there and back, once, and compared. Adds bytes over
 * @flac_bytes (of each wave) set by set, and CPU ns a sample, to @figures. FALSE and @error:
 * a block did not come back as it was. */
gboolean collector_bench_archive(const GPtrArray *waves,
                                 const gsize *flac_bytes,
                                 VicuFigures *figures,
                                 GError **error);

G_END_DECLS
