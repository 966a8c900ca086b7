/* Ward layers: the ward of this moment as layers, for every form of panel, glasses and player.
 *
 * Names, numbers, waves and marks are one picture on the focus plane, redrawn where it changed;
 * figures that leave the plane, and the hours of a ribbon behind it, are layers of their own. All
 * of one update is of one model at one time, whose number stands in the picture, hence in every
 * view. One owner; readers of the layers as in layers.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "dashboard/holo/layers.h"
#include "dashboard/scene/scene.h"

G_BEGIN_DECLS

typedef struct DashWardLayers DashWardLayers;

/* What depths are multiplied by, at most 1, so that nothing moves by more than DASH_WARD_STEP_PX
 * from one view to the next on a panel whose tiles are @w pixels wide: more of it is no depth to an
 * eye but a double picture. Two eyes alone are not a panel. */
#define DASH_WARD_STEP_PX 2.0
double dash_ward_layers_squeeze(const DashCamera *camera, int w);
/* The same for figures, which in addition stay in their own bed's place in every view: over that of
 * a neighbour one would be taken for the neighbour's. */
double dash_ward_layers_squeeze_figures(const DashCamera *camera, int w, const DashScene *ward);

/* Tiles of @w x @h pixels. */
DashWardLayers *dash_ward_layers_new(const DashCamera *camera, int w, int h);
void dash_ward_layers_free(DashWardLayers *self);

/* @view says everything but kind, size and what is alone. */
void dash_ward_layers_update(DashWardLayers *self, const DashModel *model, const DashView *view);

/* Of the last update. */
const DashLayers *dash_ward_layers_layers(const DashWardLayers *self);
const DashScene *dash_ward_layers_scene(const DashWardLayers *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(DashWardLayers, dash_ward_layers_free)

G_END_DECLS
