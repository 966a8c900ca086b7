/* SPDX-License-Identifier: Apache-2.0 */
#include "collector/device-clock.h"

#include <string.h>

void
collector_device_clock_init(CollectorDeviceClock *self)
{
    memset(self, 0, sizeof *self);
}

static void
begin(CollectorDeviceClock *self, int64_t offset_us, int64_t mono_us)
{
    collector_device_clock_init(self);
    self->started = true;
    self->offset_us = offset_us;
    self->slewed_us = mono_us;
    self->second = mono_us / G_USEC_PER_SEC;
    self->least_us[self->second % COLLECTOR_CLOCK_WINDOW_S] = offset_us;
    self->filled[self->second % COLLECTOR_CLOCK_WINDOW_S] = true;
}

/* Forgets the slots that fell out of the window. */
static void
turn(CollectorDeviceClock *self, int64_t mono_us)
{
    int64_t second = mono_us / G_USEC_PER_SEC;

    if (second - self->second >= COLLECTOR_CLOCK_WINDOW_S)
        memset(self->filled, 0, sizeof self->filled);
    else
        for (int64_t s = self->second + 1; s <= second; s++)
            self->filled[s % COLLECTOR_CLOCK_WINDOW_S] = false;
    self->second = MAX(self->second, second);
}

static void
note(CollectorDeviceClock *self, int64_t offset_us)
{
    int slot = (int)(self->second % COLLECTOR_CLOCK_WINDOW_S);

    if (!self->filled[slot] || offset_us < self->least_us[slot])
        self->least_us[slot] = offset_us;
    self->filled[slot] = true;
}

static int64_t
least(const CollectorDeviceClock *self)
{
    int64_t best = INT64_MAX;

    for (int i = 0; i < COLLECTOR_CLOCK_WINDOW_S; i++)
        if (self->filled[i])
            best = MIN(best, self->least_us[i]);
    return best;
}

static void
slew(CollectorDeviceClock *self, int64_t target_us, int64_t mono_us)
{
    int64_t most = (mono_us - self->slewed_us) * COLLECTOR_CLOCK_SLEW_PPM / 1000000;

    if (most <= 0)
        return;
    self->offset_us += CLAMP(target_us - self->offset_us, -most, most);
    self->slewed_us = mono_us;
}

/* TRUE when enough readings in a row agree on another offset. */
static bool
has_stepped(CollectorDeviceClock *self, int64_t offset_us, int64_t mono_us)
{
    if (ABS(offset_us - self->offset_us) <= COLLECTOR_CLOCK_STEP_US) {
        self->apart = 0;
        return false;
    }
    if (self->apart == 0 || ABS(offset_us - self->apart_offset_us) > COLLECTOR_CLOCK_AGREE_US) {
        self->apart = 1;
        self->apart_since_us = mono_us;
        self->apart_offset_us = self->apart_least_us = offset_us;
        return false;
    }
    self->apart++;
    self->apart_least_us = MIN(self->apart_least_us, offset_us);
    return self->apart >= COLLECTOR_CLOCK_STEP_SEEN
           && mono_us - self->apart_since_us >= COLLECTOR_CLOCK_STEP_SPREAD;
}

CollectorClockFate
collector_device_clock_read(CollectorDeviceClock *self,
                            int64_t source_us,
                            int64_t receive_us,
                            int64_t mono_us,
                            int64_t *t_us)
{
    CollectorClockFate fate = COLLECTOR_CLOCK_STEADY;
    int64_t offset_us = receive_us - source_us;

    if (!self->started) {
        begin(self, offset_us, mono_us);
        fate = COLLECTOR_CLOCK_STARTED;
    } else if (has_stepped(self, offset_us, mono_us)) {
        begin(self, self->apart_least_us, mono_us);
        fate = COLLECTOR_CLOCK_STEPPED;
    } else {
        turn(self, mono_us);
        if (self->apart == 0)
            note(self, offset_us);
        if (least(self) != INT64_MAX)
            slew(self, least(self), mono_us);
    }
    *t_us = MIN(source_us + self->offset_us, receive_us);
    return fate;
}
