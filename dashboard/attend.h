/* Attend: the station tells the rules each second that its screen lives.
 *
 * A screen that hangs or dies is then missed within 3 s, by an alarm that is heard; one that is
 * closed on purpose says so first. One thread, the main loop's.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

#include "dashboard/client.h"

G_BEGIN_DECLS

typedef struct DashAttend DashAttend;

/* @client outlives it. */
DashAttend *dash_attend_new(DashClient *client);
/* Says that it leaves, and runs the main loop until the rules have answered, 300 ms at most. */
void dash_attend_free(DashAttend *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(DashAttend, dash_attend_free)

G_END_DECLS
