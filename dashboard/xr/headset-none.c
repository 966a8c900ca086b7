/* Headset, in a build without OpenXR or OpenGL: there is none. See headset.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "common/error.h"
#include "dashboard/xr/headset.h"

DashHeadset *
dash_headset_new(GError **error)
{
    g_set_error(error, VICU_ERROR, VICU_ERROR_ABSENT,
                "no OpenXR: this build has none; libopenxr was not there when it was configured");
    return NULL;
}

void
dash_headset_free(DashHeadset *self)
{
    g_assert(self == NULL);
}

const char *
dash_headset_name(const DashHeadset *self)
{
    (void)self;
    g_assert_not_reached();
}

DashHeadsetState
dash_headset_begin(DashHeadset *self, GError **error)
{
    (void)self, (void)error;
    g_assert_not_reached();
}

bool
dash_headset_end(DashHeadset *self, const DashLayers *layers, GError **error)
{
    (void)self, (void)layers, (void)error;
    g_assert_not_reached();
}

uint64_t
dash_headset_frames(const DashHeadset *self)
{
    (void)self;
    g_assert_not_reached();
}
