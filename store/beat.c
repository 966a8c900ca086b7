/* SPDX-License-Identifier: Apache-2.0 */
#include "store/beat.h"

#include "common/wire.h"

static Vicu__SpaceLevel
level_of(StoreSpaceLevel level, bool open)
{
    if (!open || level == STORE_SPACE_FULL)
        return VICU__SPACE_LEVEL__SPACE_FULL;
    return level == STORE_SPACE_LOW ? VICU__SPACE_LEVEL__SPACE_LOW : VICU__SPACE_LEVEL__SPACE_OK;
}

GBytes *
store_beat_pack(const StoreSpaceFound *found,
                const StoreSpaceSettings *settings,
                bool open,
                uint64_t counter,
                int64_t t_us)
{
    Vicu__Heartbeat beat = VICU__HEARTBEAT__INIT;
    Vicu__StoreSpace space = VICU__STORE_SPACE__INIT;

    space.level = level_of(found->level, open);
    space.free_share = found->free_share;
    space.warn_share = settings->warn_share;
    space.stop_share = settings->stop_share;
    beat.counter = counter;
    beat.t_us = t_us;
    beat.store = &space;
    return vicu_wire_pack(&beat.base);
}
