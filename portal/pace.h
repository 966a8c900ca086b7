/* Pace: how often the main loop looks at a crowd of connections.
 *
 * One look costs as much as there are connections, whoever of them has said something. Of a crowd
 * it therefore waits a moment after the last, and finds what has come of several: PORTAL_PACE_OF
 * connections and each as many more put it off by a millisecond, PORTAL_PACE_MAX_US at most. A loop
 * that is idle is not put off. Pure but for the sleep.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdint.h>

#include <glib.h>

G_BEGIN_DECLS

#define PORTAL_PACE_OF     50
#define PORTAL_PACE_MAX_US 20000

/* How long to wait now, with @n connections, when the last look ended at @last_us. */
int64_t portal_pace_wait_us(unsigned n, int64_t last_us, int64_t now_us);

/* Of the default main context; once. */
void portal_pace_begin(void);

G_END_DECLS
