/* Gallery: the pictures of pictures.h, drawn from synthetic wards.
 *
 * A ward is made when its picture is first asked for. One thread.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "dashboard/scene/scene.h"
#include "tests/dashboard/pictures.h"

G_BEGIN_DECLS

typedef struct Gallery Gallery;

Gallery *gallery_new(void);
void gallery_free(Gallery *self);
const DashModel *gallery_model(Gallery *self, size_t i);
/* Of w, h, dpi, scale, units and palette in @view nothing changes; the rest of it is filled, and
 * stands until the next picture is looked at. */
void gallery_look(Gallery *self, size_t i, DashView *view);
/* The same, as a scene. */
void gallery_build(Gallery *self, size_t i, DashScene *scene, DashView *view);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Gallery, gallery_free)

G_END_DECLS
