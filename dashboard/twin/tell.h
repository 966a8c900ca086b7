/* Tell: the ward in messages for a page, only what has changed for that page.
 *
 * What a page was told is kept with it, so a message is the difference between that and the newest
 * state, however long the page took: nothing queues. Pure, in the language of the station. One
 * owner thread. Memory is bounded by beds and pages.
 *
 * Message: {"n", "t_us", "still", "columns", "rows", "origin", "blind": [words], "alarms_known",
 * "ages_s": [one a bed, -1 = never], "beds": [that changed], "gone": [ids], "ids": [all, when they
 * changed], "waves": [of the bed that is chosen and of the worst]}.
 * The first begins with "solids" and "stuffs", the names that pieces are numbered by, and "motion".
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "dashboard/holo/twin.h"

G_BEGIN_DECLS

#define DASH_TELL_WAVES 16 /* beds whose waves are told */

/* The state at one moment, in the words of the language in use. */
typedef struct DashTold DashTold;
DashTold *dash_told_new(const DashModel *model,
                        bool still, /* a saved state, whose time stands */
                        bool with_patient,
                        int64_t now_us);
void dash_told_free(DashTold *self);
unsigned dash_told_n_beds(const DashTold *self);

/* What a page knows. */
typedef struct DashListener DashListener;
DashListener *dash_listener_new(void);
void dash_listener_free(DashListener *self);
/* Everything again, for a page that changed its language. */
void dash_listener_forget(DashListener *self);

/* The next message, numbered @n; what it says counts as told. @selected: full id, or "". Caller
 * frees. */
char *dash_tell(DashListener *self, const DashTold *told, const char *selected, uint64_t n);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(DashTold, dash_told_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DashListener, dash_listener_free)

G_END_DECLS
