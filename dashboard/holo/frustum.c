/* SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/holo/frustum.h"

/* Nothing of a scene is nearer or farther than these, of the distance of the plane; what an eye
 * sees, in metres. */
#define NEAR_PART 0.25
#define FAR_PART  4.0
#define NEAR_M    0.02
#define FAR_M     100.0

/* The third row's two numbers, of what looks along -Z. */
static void
put_range(DashMatrix *self, double near, double far, double lift)
{
    double slope = -(far + near) / (far - near);

    self->m[10] = (float)slope;
    self->m[14] = (float)(-slope * lift - 2 * far * near / (far - near));
}

DashMatrix
dash_frustum_of_view(const DashCamera *camera, int view)
{
    double d = dash_camera_distance(camera), o = dash_camera_offset(camera, view);
    double half_w = camera->size * camera->aspect;
    DashMatrix self = {{0}};

    self.m[0] = (float)(d / half_w);
    self.m[8] = (float)(-o / half_w);
    self.m[5] = (float)(-d / camera->size);
    self.m[11] = -1;
    self.m[15] = (float)d;
    put_range(&self, NEAR_PART * d, FAR_PART * d, d);
    return self;
}

/* The rows of the rotation that turns the world into the eye's own axes. */
static void
axes_of(const double q[4], double axis[3][3])
{
    double x = q[0], y = q[1], z = q[2], w = q[3];
    const double own[3][3] = {
        {1 - 2 * (y * y + z * z), 2 * (x * y + z * w), 2 * (x * z - y * w)},
        {2 * (x * y - z * w), 1 - 2 * (x * x + z * z), 2 * (y * z + x * w)},
        {2 * (x * z + y * w), 2 * (y * z - x * w), 1 - 2 * (x * x + y * y)},
    };

    for (int i = 0; i < 3; i++)
        for (int k = 0; k < 3; k++)
            axis[i][k] = own[i][k];
}

DashMatrix
dash_frustum_of_eye(const DashEye *eye, const double middle[3], double half_m)
{
    double axis[3][3], seen[3][4]; /* of a point of the scene, in the eye's axes, metres */
    double wide = eye->right - eye->left, high = eye->up - eye->down;
    double slope = -(FAR_M + NEAR_M) / (FAR_M - NEAR_M);
    DashMatrix self = {{0}};

    axes_of(eye->turn, axis);
    for (int i = 0; i < 3; i++) {
        seen[i][3] = 0;
        for (int k = 0; k < 3; k++) {
            seen[i][k] = axis[i][k] * half_m;
            seen[i][3] += axis[i][k] * (middle[k] - eye->position[k]);
        }
    }
    for (int k = 0; k < 4; k++) {
        double last = k == 3 ? -2 * FAR_M * NEAR_M / (FAR_M - NEAR_M) : 0;
        self.m[4 * k] = (float)((2 * seen[0][k] + (eye->right + eye->left) * seen[2][k]) / wide);
        self.m[4 * k + 1] = (float)(-(2 * seen[1][k] + (eye->up + eye->down) * seen[2][k]) / high);
        self.m[4 * k + 2] = (float)(slope * seen[2][k] + last);
        self.m[4 * k + 3] = (float)-seen[2][k];
    }
    return self;
}

DashCameraPoint
dash_frustum_project(const DashMatrix *self, int w, int h, double x, double y, double z)
{
    const double in[4] = {x, y, z, 1};
    double out[4] = {0};

    for (int row = 0; row < 4; row++)
        for (int k = 0; k < 4; k++)
            out[row] += (double)self->m[4 * k + row] * in[k];
    return (DashCameraPoint){(out[0] / out[3] + 1) / 2 * w, (out[1] / out[3] + 1) / 2 * h};
}
