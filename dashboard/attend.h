/* Attend: the station tells the rules each second that its screen lives.
 *
 * A screen that hangs or dies is then missed within 3 s, by an alarm that is heard; one that is
 * closed on purpose says so first. Test alarms are given back only while pictures are drawn: what
 * is minimised, or draws no more, shows nobody anything. One thread, the main loop's.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

#include "dashboard/client.h"

G_BEGIN_DECLS

typedef struct DashAttend DashAttend;

/* @client and @frames outlive it. @frames: pictures drawn so far; NULL: not counted. */
DashAttend *dash_attend_new(DashClient *client, const double *frames);
/* Says that it leaves, and runs the main loop until the rules have answered, 300 ms at most. */
void dash_attend_free(DashAttend *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(DashAttend, dash_attend_free)

G_END_DECLS
