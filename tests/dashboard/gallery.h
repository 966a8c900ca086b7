/* Gallery: every view of the station in a state that has something to show, for tests that walk
 * over all of them.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "dashboard/scene/scene.h"

G_BEGIN_DECLS

typedef struct Gallery Gallery;

Gallery *gallery_new(void);
void gallery_free(Gallery *self);
size_t gallery_n(const Gallery *self);
const char *gallery_name(const Gallery *self, size_t i);
/* Of w, h, dpi, scale, units and palette in @view; the rest of it is filled. @view stands as long
 * as the picture does. */
void gallery_build(Gallery *self, size_t i, DashScene *scene, DashView *view);
const DashModel *gallery_model(const Gallery *self, size_t i);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Gallery, gallery_free)

G_END_DECLS
