/* Recall: the alarms of the last days, from the store's record of them.
 *
 * Asks for what the rules put on record, the newest hour first and then further back in pieces,
 * one question at a time; the model learns of each piece as it is complete. Alarms of now come
 * to the model as state. What was missed meanwhile is asked for again each half hour. While the
 * store does not answer it says so, and tries again each 10 s. One thread, the main loop's.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "common/root.h"
#include "common/socket.h"
#include "dashboard/model/model.h"

G_BEGIN_DECLS

#define DASH_RECALL_US      (72 * 3600 * (int64_t)G_USEC_PER_SEC)
#define DASH_RECALL_MOST_US DASH_BURDEN_KEPT_US

typedef struct DashRecall DashRecall;

/* Back to @span_us from now. @record: kept there too, for saved.h; NULL: not. */
DashRecall *dash_recall_new(VicuContext *context,
                            const VicuRoot *root,
                            DashModel *model,
                            GByteArray *record,
                            int64_t span_us,
                            GError **error);
void dash_recall_free(DashRecall *self);

/* Further back; less is not forgotten. At most DASH_RECALL_MOST_US. */
void dash_recall_reach(DashRecall *self, int64_t span_us);

/* Nothing more is kept for saved.h. */
void dash_recall_end_record(DashRecall *self);

/* All that was wanted is here. */
bool dash_recall_is_done(const DashRecall *self);
/* While somebody looks at what came (called with each picture) the store is asked for a sign of
 * life each second. */
void dash_recall_look(DashRecall *self);
/* Why the store gives no answer, NULL: it does. While somebody looks, within 3 s. */
const char *dash_recall_trouble(const DashRecall *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(DashRecall, dash_recall_free)

G_END_DECLS
