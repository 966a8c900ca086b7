/* Silence of an upstream.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "common/watch.h"

static VicuWatchLevel
level_of(int64_t silence_us)
{
    if (silence_us >= VICU_WATCH_ESCALATED_US)
        return VICU_WATCH_ESCALATED;
    if (silence_us >= VICU_WATCH_LOST_US)
        return VICU_WATCH_LOST;
    return silence_us >= VICU_WATCH_DELAYED_US ? VICU_WATCH_DELAYED : VICU_WATCH_OK;
}

void
vicu_watch_init(VicuWatch *self, int64_t mono_us)
{
    *self = (VicuWatch){.heard_us = mono_us, .level = VICU_WATCH_OK, .ever = false};
}

bool
vicu_watch_heard(VicuWatch *self, int64_t mono_us)
{
    self->ever = true;
    self->heard_us = MAX(self->heard_us, mono_us);
    return vicu_watch_tick(self, mono_us);
}

bool
vicu_watch_tick(VicuWatch *self, int64_t mono_us)
{
    VicuWatchLevel level = level_of(mono_us - self->heard_us);
    bool changed = level != self->level;
    self->level = level;
    return changed;
}

int64_t
vicu_watch_excused(int64_t heard_us, int64_t stalled_us, int64_t mono_us)
{
    return MIN(heard_us + stalled_us, MAX(heard_us, mono_us));
}

int64_t
vicu_watch_silence_us(const VicuWatch *self, int64_t mono_us)
{
    return mono_us - self->heard_us;
}

const char *
vicu_watch_level_name(VicuWatchLevel level)
{
    switch (level) {
    case VICU_WATCH_OK:
        return "ok";
    case VICU_WATCH_DELAYED:
        return "delayed";
    case VICU_WATCH_LOST:
        return "lost";
    case VICU_WATCH_ESCALATED:
        return "escalated";
    }
    g_assert_not_reached();
}
