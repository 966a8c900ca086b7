/* Past client: asks the store for the pages that are looked at.
 *
 * Several questions at a time, the most urgent first; what is no longer wanted is cancelled, what
 * still grows is asked for again. A store that does not answer is said, with the time since when:
 * nothing that is not shown may be taken for calm. Connects in the background and reconnects for
 * ever. One thread, the main loop's.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

#include "common/root.h"
#include "common/socket.h"
#include "dashboard/model/past.h"

G_BEGIN_DECLS

typedef struct DashPastClient DashPastClient;

/* @past is borrowed. @changed is called from the main loop when there is more of it, or when the
 * store falls silent or is back. */
DashPastClient *dash_past_client_new(VicuContext *context,
                                     const VicuRoot *root,
                                     DashPast *past,
                                     void (*changed)(gpointer user),
                                     gpointer user,
                                     GError **error);
void dash_past_client_free(DashPastClient *self);

/* From now on this is looked at; another bed's pages are forgotten. @bed NULL: nothing is. */
void dash_past_client_look(DashPastClient *self, const char *bed, const DashLook *look);

/* All that can be seen is here. */
bool dash_past_client_is_seen(const DashPastClient *self);
/* UTC since when the store does not answer; 0: it does, or nothing is asked. */
int64_t dash_past_client_silent_us(const DashPastClient *self);
/* What the store refused last, as it said it; "" = nothing since the last page. */
const char *dash_past_client_refusal(const DashPastClient *self);

typedef struct {
    uint64_t asked;
    uint64_t answered;
    uint64_t cancelled;
    uint64_t failed;
} DashPastFigures;

void dash_past_client_figures(const DashPastClient *self, DashPastFigures *figures);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(DashPastClient, dash_past_client_free)

G_END_DECLS
