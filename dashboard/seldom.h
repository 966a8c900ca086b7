/* Seldom: the last word of what is measured seldom, from the store.
 *
 * A station that has just begun hears a heart rate within a second and a temperature within the
 * hour. What is still valid and was not heard yet is asked for once, bed by bed, and stands with
 * the time it was measured at: its age is its own, and what is past its validity stays unknown.
 * Nothing from before the bed's last change of presence is taken: it may be another patient's. One
 * thread, the main loop's.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>

#include <glib.h>

#include "common/root.h"
#include "common/socket.h"
#include "dashboard/model/model.h"

G_BEGIN_DECLS

typedef struct DashSeldom DashSeldom;

/* Asks at once for the beds that @model knows by now, whose state it has been told. @record: kept
 * there too, for saved.h; borrowed, may be NULL. */
DashSeldom *dash_seldom_new(VicuContext *context,
                            const VicuRoot *root,
                            DashModel *model,
                            GByteArray *record,
                            GError **error);
void dash_seldom_free(DashSeldom *self);

/* All answers are here, or none will come: a store that is away is waited for 3 s. */
bool dash_seldom_is_done(const DashSeldom *self);
/* The store gave no answer to some of it. */
bool dash_seldom_is_unanswered(const DashSeldom *self);
/* Nothing more is kept for saved.h. */
void dash_seldom_end_record(DashSeldom *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(DashSeldom, dash_seldom_free)

G_END_DECLS
