/* The hub's side of live: numbers and beats.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "common/live.h"

void
vicu_live_sender_init(VicuLiveSender *self,
                      const VicuFingerprint *hub,
                      uint64_t incarnation,
                      int64_t mono_us)
{
    g_return_if_fail(incarnation != 0);
    *self = (VicuLiveSender){.hub = *hub, .incarnation = incarnation, .beat_us = mono_us};
}

void
vicu_live_sender_stamp(VicuLiveSender *self, const VicuEnvelope *from, VicuEnvelope *published)
{
    *published = *from;
    if (from->kind == VICU__KIND__KIND_BATCH_FEED)
        published->kind = VICU__KIND__KIND_LIVE;
    published->number = ++self->number;
    published->fence = self->incarnation;
}

bool
vicu_live_sender_tick(VicuLiveSender *self, int64_t utc_us, int64_t mono_us, VicuEnvelope *beat)
{
    if (mono_us - self->beat_us < VICU_LIVE_BEAT_US)
        return false;
    self->beat_us = mono_us;
    *beat = (VicuEnvelope){
        .kind = VICU__KIND__KIND_HEARTBEAT,
        .sender = self->hub,
        .epoch = self->incarnation,
        .t_us = utc_us,
        .number = self->number,
        .fence = self->incarnation,
    };
    return true;
}
