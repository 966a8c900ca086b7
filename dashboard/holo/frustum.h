/* Frustum: the matrix by which a graphics processor sees the scene as one of its cameras does.
 *
 * Matrices are 4 x 4, column by column, as OpenGL takes them. What they make of a point, divided by
 * its fourth number, is 1 at the right and at the LOWER edge of the picture, so that row 0 of what
 * is read back is the upper one.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "dashboard/holo/camera.h"

G_BEGIN_DECLS

typedef struct {
    float m[16];
} DashMatrix;

/* View @view of @camera: the sheared frustum of camera.h. */
DashMatrix dash_frustum_of_view(const DashCamera *camera, int view);

/* An eye anywhere, as trackers tell it: where it is and how it is turned (a quaternion of length
 * 1), and the tangents of what it sees to its left (negative), right, up and down (negative). */
typedef struct {
    double position[3]; /* m */
    double turn[4];     /* x, y, z, w */
    double left;
    double right;
    double up;
    double down;
} DashEye;

/* @eye looks at a scene of half height 1 that is @half_m large there and stands upright, its middle
 * at @middle, in the same metres. */
DashMatrix dash_frustum_of_eye(const DashEye *eye, const double middle[3], double half_m);

/* Of a point of the scene: where it lies in a picture of @w x @h pixels, in double precision of the
 * same matrix. */
DashCameraPoint
dash_frustum_project(const DashMatrix *self, int w, int h, double x, double y, double z);

G_END_DECLS
