/* SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/holo/camera.h"

#include <math.h>

#define RAD (G_PI / 180)

double
dash_camera_distance(const DashCamera *self)
{
    return self->size / tan(self->fov_deg * RAD / 2);
}

double
dash_camera_offset(const DashCamera *self, int view)
{
    if (self->views < 2)
        return 0;
    double side = 2.0 * view / (self->views - 1) - 1;
    return dash_camera_distance(self) * tan(self->cone_deg * RAD / 2) * side;
}

DashCameraPoint
dash_camera_project(const DashCamera *self, int view, int w, int h, double x, double y, double z)
{
    double d = dash_camera_distance(self), o = dash_camera_offset(self, view);
    double on_x = (x * d - o * z) / (d - z), on_y = y * d / (d - z);

    return (DashCameraPoint){
        .x = (on_x / (self->size * self->aspect) + 1) / 2 * w,
        .y = (1 - on_y / self->size) / 2 * h,
    };
}

double
dash_camera_scale(const DashCamera *self, double z)
{
    double d = dash_camera_distance(self);
    return d / (d - z);
}

/* Of the offset between two neighbours. */
static double
stride(const DashCamera *self)
{
    return self->views < 2 ? 0 : dash_camera_offset(self, 1) - dash_camera_offset(self, 0);
}

double
dash_camera_step_px(const DashCamera *self, int w, double z)
{
    double d = dash_camera_distance(self);
    return stride(self) * z / (d - z) / (self->size * self->aspect) / 2 * w;
}

double
dash_camera_z_of_step(const DashCamera *self, int w, double step_px)
{
    double d = dash_camera_distance(self), o = stride(self);
    double k = step_px * 2 * self->size * self->aspect / w; /* o z / (d - z) = k */

    return o > 0 ? k * d / (o + k) : d / 2;
}
