/* SPDX-License-Identifier: Apache-2.0 */
#include "portal/pace.h"

int64_t
portal_pace_wait_us(unsigned n, int64_t last_us, int64_t now_us)
{
    int64_t pace_us = MIN((int64_t)(n / PORTAL_PACE_OF) * 1000, PORTAL_PACE_MAX_US);

    return CLAMP(last_us + pace_us - now_us, 0, pace_us);
}

/* A poll function has nobody to ask but the thread that it runs in. */
static gint
look(GPollFD *fds, guint n, gint timeout_ms)
{
    static _Thread_local int64_t last_us;
    int64_t wait_us = portal_pace_wait_us(n, last_us, g_get_monotonic_time());

    if (wait_us > 0 && timeout_ms != 0)
        g_usleep((gulong)wait_us);
    gint ready = g_poll(fds, n, timeout_ms);
    last_us = g_get_monotonic_time();
    return ready;
}

void
portal_pace_begin(void)
{
    g_main_context_set_poll_func(NULL, look);
}
