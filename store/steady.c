/* SPDX-License-Identifier: Apache-2.0 */
#include "store/steady.h"

bool
store_steady_look(StoreSteady *self, StoreNow now)
{
    int64_t offset_us = now.utc_us - now.mono_us;
    bool leapt = self->looked && offset_us - self->offset_us > STORE_STEADY_LEAP_US;

    self->looked = true;
    if (leapt && !self->held) {
        self->held = true;
        self->held_us = now.mono_us;
    }
    if (leapt && now.mono_us - self->held_us < STORE_STEADY_HOLD_US)
        return false;
    self->held = false;
    self->offset_us = offset_us;
    return true;
}
