/* Camera: where a point of the scene lies in each view.
 *
 * Views lie on a horizontal line and look the same way, through a frustum sheared so that the
 * focus plane Z = 0 is the same picture in all of them. The scene is @size high above and below its
 * middle; X goes to the right, Y up, Z towards the viewer. The camera stands d = size / tan(fov /
 * 2) before the plane, view i of n at o = d * tan(cone / 2) * (2 i / (n - 1) - 1) beside the
 * middle. Then on the plane x' = (X d - o Z) / (d - Z)        y' = Y d / (d - Z) so that a point
 * keeps its height in all views, and what lies on the plane does not move at all. (The makers' own
 * samples disagree about d and o; o is linear in the number of the view because a lens's phase is
 * linear in position.)
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define DASH_CAMERA_FOV_DEG 14.0 /* of height; as the makers' scenes have it */

typedef struct {
    double size;    /* half of the focus plane's height */
    double aspect;  /* of the panel, width by height */
    double fov_deg; /* of height */
    double cone_deg;
    int views;
} DashCamera;

double dash_camera_distance(const DashCamera *self);
/* Of @view, 0 the leftmost; 0 when there is one view only. */
double dash_camera_offset(const DashCamera *self, int view);

typedef struct {
    double x; /* pixels from the tile's left edge */
    double y; /* pixels from its top */
} DashCameraPoint;

/* Where a point lies in a tile of @w x @h pixels. Z < distance. */
DashCameraPoint
dash_camera_project(const DashCamera *self, int view, int w, int h, double x, double y, double z);
/* How large a thing at @z is beside the same on the plane. */
double dash_camera_scale(const DashCamera *self, double z);
/* How many pixels of a tile @w wide a thing at @z moves from one view to the next, to the left if
 * it is before the plane. */
double dash_camera_step_px(const DashCamera *self, int w, double z);
/* The farthest before the plane at which it moves by at most @step_px. */
double dash_camera_z_of_step(const DashCamera *self, int w, double step_px);

G_END_DECLS
