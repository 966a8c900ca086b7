/* Hands: work in numbered parts, by all cores. Threads live only while a call lasts.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef void (*DashHandsFunc)(int part, gpointer user);

/* Calls @func once for each part of [0, @n), in no order, from up to four threads. */
void dash_hands_share(int n, DashHandsFunc func, gpointer user);

G_END_DECLS
