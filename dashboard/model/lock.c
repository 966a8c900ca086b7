/* SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/model/lock.h"

static int64_t
left_us(const DashLock *self, int64_t mono_us)
{
    return MAX(self->touched_us + self->idle_us - mono_us, 0);
}

static bool
runs(const DashLock *self)
{
    return self->signed_in && !self->locked && self->idle_us > 0;
}

int64_t
dash_lock_left_s(const DashLock *self, int64_t mono_us)
{
    int64_t second = G_USEC_PER_SEC;

    return runs(self) ? (left_us(self, mono_us) + second - 1) / second : -1;
}

bool
dash_lock_is_due(const DashLock *self, int64_t mono_us)
{
    return runs(self) && left_us(self, mono_us) == 0;
}

bool
dash_lock_warns(const DashLock *self, int64_t mono_us)
{
    return runs(self) && left_us(self, mono_us) <= DASH_LOCK_WARN_US;
}
