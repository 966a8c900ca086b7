/* Where the flat picture stands that a headset shows. See headset.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "dashboard/xr/headset.h"

DashCamera
dash_headset_camera(void)
{
    return (DashCamera){
        .size = 1,
        .aspect = (double)DASH_HEADSET_W / DASH_HEADSET_H,
        .fov_deg = 2 * atan(DASH_HEADSET_HALF_M / DASH_HEADSET_FAR_M) * 180 / G_PI,
        .views = 1,
    };
}
