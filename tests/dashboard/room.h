/* Room: whether what a picture says has room. For tests.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "dashboard/scene/scene.h"

G_BEGIN_DECLS

bool room_overlap(DashRect a, DashRect b);
bool room_inside(DashRect a, DashRect b);

/* @other: the text that @item lies over; NULL: it leaves its block. */
typedef void (*RoomFunc)(const DashItem *item, const DashItem *other, void *user);

/* Each text of the picture that leaves its block or touches another one of it; a pixel of
 * smoothing may reach over. */
void room_check(const DashScene *scene, RoomFunc func, void *user);

G_END_DECLS
