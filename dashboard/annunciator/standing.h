/* Which of the alarms that stand shall sound. Pure.
 *
 * An alarm sounds while its signal is on (active or latched, nobody has answered, no pause),
 * it speaks for itself (not merged into another) and its priority has a sound. What is heard
 * of the owner's silence is one more of these, raised here.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>

#include <glib.h>

#include "common/watch.h"
#include "dashboard/annunciator/player.h"

G_BEGIN_DECLS

typedef struct AnnStanding AnnStanding;

AnnStanding *ann_standing_new(void);
void ann_standing_free(AnnStanding *self);

/* A snapshot begins; at its end what it did not name is gone, by nobody. */
void ann_standing_begin(AnnStanding *self);
void ann_standing_level(AnnStanding *self);
void ann_standing_item(AnnStanding *self, const Vicu__StateItem *item);
/* Silence of the owner: LOST and longer sounds as a technical alarm of medium priority; what
 * stood before goes on sounding, since nobody has said that it is over. */
void ann_standing_watch(AnnStanding *self, VicuWatchLevel level);

/* Test alarms do not come: sounds in the same way. */
void ann_standing_unproven(AnnStanding *self, bool unproven);

void ann_standing_wish(const AnnStanding *self, AnnWish *wish);
unsigned ann_standing_count(const AnnStanding *self, Vicu__Priority priority); /* that sound */

G_DEFINE_AUTOPTR_CLEANUP_FUNC(AnnStanding, ann_standing_free)

G_END_DECLS
