/* Room. See room.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "tests/dashboard/room.h"

bool
room_overlap(DashRect a, DashRect b)
{
    return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
}

bool
room_inside(DashRect a, DashRect b)
{
    return a.x >= b.x && a.y >= b.y && a.x + a.w <= b.x + b.w && a.y + a.h <= b.y + b.h;
}

static void
check_block(const DashScene *scene, const DashBlock *block, RoomFunc func, void *user)
{
    DashRect room = {block->rect.x - 1, block->rect.y - 1, block->rect.w + 2, block->rect.h + 2};
    for (unsigned a = 0; a < block->n; a++) {
        const DashItem *one = dash_scene_item(scene, block->first + a);
        if (one->kind != DASH_ITEM_TEXT)
            continue;
        if (!room_inside(one->rect, room))
            func(one, NULL, user);
        DashRect core = {one->rect.x + 1, one->rect.y + 1, one->rect.w - 2, one->rect.h - 2};
        for (unsigned b = a + 1; b < block->n; b++) {
            const DashItem *other = dash_scene_item(scene, block->first + b);
            if (other->kind == DASH_ITEM_TEXT && room_overlap(core, other->rect))
                func(one, other, user);
        }
    }
}

void
room_check(const DashScene *scene, RoomFunc func, void *user)
{
    for (size_t i = 0; i < dash_scene_n_blocks(scene); i++)
        check_block(scene, dash_scene_block(scene, i), func, user);
}
