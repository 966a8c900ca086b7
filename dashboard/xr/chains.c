/* The pictures of each eye. See headset-inner.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include <epoxy/gl.h>

#include "common/error.h"
#include "dashboard/xr/headset-inner.h"

#define FORMATS_MAX 64
#define WAIT_NS     (INT64_C(1) * 1000 * 1000 * 1000)

/* Bytes of a picture are sRGB. A chain of that format keeps them as they are; in a linear one the
 * runtime would show them brighter. */
static const int64_t wanted[] = {GL_SRGB8_ALPHA8, GL_RGBA8};

static bool
choose_format(DashHeadset *self, int64_t *format, GError **error)
{
    int64_t formats[FORMATS_MAX];
    uint32_t n = 0;

    if (!dash_xr_check(self->instance,
                       xrEnumerateSwapchainFormats(self->session, FORMATS_MAX, &n, formats),
                       "formats of pictures", error))
        return false;
    for (size_t k = 0; k < G_N_ELEMENTS(wanted); k++)
        for (uint32_t i = 0; i < n; i++)
            if (formats[i] == wanted[k]) {
                *format = wanted[k];
                return true;
            }
    g_set_error(error, VICU_ERROR, VICU_ERROR_ABSENT,
                "OpenXR: none of the runtime's %u formats of pictures has 8 bits of red, green, "
                "blue and alpha",
                n);
    return false;
}

static bool
open_chain(DashHeadset *self,
           DashEyeChain *chain,
           const XrViewConfigurationView *view,
           int64_t format,
           GError **error)
{
    const XrSwapchainCreateInfo info = {.type = XR_TYPE_SWAPCHAIN_CREATE_INFO,
                                        .usageFlags = XR_SWAPCHAIN_USAGE_COLOR_ATTACHMENT_BIT
                                                      | XR_SWAPCHAIN_USAGE_SAMPLED_BIT,
                                        .format = format,
                                        .sampleCount = 1,
                                        .width = view->recommendedImageRectWidth,
                                        .height = view->recommendedImageRectHeight,
                                        .faceCount = 1,
                                        .arraySize = 1,
                                        .mipCount = 1};
    uint32_t n = 0;

    if (!dash_xr_check(self->instance, xrCreateSwapchain(self->session, &info, &chain->chain),
                       "pictures of an eye", error))
        return false;
    chain->w = (int)info.width;
    chain->h = (int)info.height;
    for (size_t i = 0; i < DASH_IMAGES_MAX; i++)
        chain->images[i] = (XrSwapchainImageOpenGLKHR){.type = XR_TYPE_SWAPCHAIN_IMAGE_OPENGL_KHR};
    return dash_xr_check(
        self->instance,
        xrEnumerateSwapchainImages(chain->chain, DASH_IMAGES_MAX, &n,
                                   (XrSwapchainImageBaseHeader *)(void *)chain->images),
        "pictures of an eye", error);
}

bool
dash_xr_chains_open(DashHeadset *self, GError **error)
{
    XrViewConfigurationView views[DASH_EYES] = {{.type = XR_TYPE_VIEW_CONFIGURATION_VIEW},
                                                {.type = XR_TYPE_VIEW_CONFIGURATION_VIEW}};
    uint32_t n = 0;
    int64_t format = 0;

    if (!dash_xr_check(self->instance,
                       xrEnumerateViewConfigurationViews(self->instance, self->system,
                                                         XR_VIEW_CONFIGURATION_TYPE_PRIMARY_STEREO,
                                                         DASH_EYES, &n, views),
                       "sizes of the eyes' pictures", error)
        || !choose_format(self, &format, error))
        return false;
    for (int i = 0; i < DASH_EYES; i++)
        if (!open_chain(self, &self->chains[i], &views[i], format, error))
            return false;
    return true;
}

/* Where an eye is and what it sees, in the runtime's words. */
static DashMatrix
matrix_of(const XrView *view)
{
    static const double middle[3] = {0, 0, -DASH_HEADSET_FAR_M};
    const XrVector3f *at = &view->pose.position;
    const XrQuaternionf *turn = &view->pose.orientation;
    const DashEye eye = {
        .position = {(double)at->x, (double)at->y, (double)at->z},
        .turn = {(double)turn->x, (double)turn->y, (double)turn->z, (double)turn->w},
        .left = tan((double)view->fov.angleLeft),
        .right = tan((double)view->fov.angleRight),
        .up = tan((double)view->fov.angleUp),
        .down = tan((double)view->fov.angleDown),
    };

    return dash_frustum_of_eye(&eye, middle, DASH_HEADSET_HALF_M);
}

static bool
draw_chain(DashHeadset *self, int i, const DashLayers *layers, GError **error)
{
    DashEyeChain *chain = &self->chains[i];
    const XrSwapchainImageWaitInfo wait = {.type = XR_TYPE_SWAPCHAIN_IMAGE_WAIT_INFO,
                                           .timeout = WAIT_NS};
    uint32_t at = 0;

    if (!dash_xr_check(self->instance, xrAcquireSwapchainImage(chain->chain, NULL, &at),
                       "the next picture of an eye", error)
        || !dash_xr_check(self->instance, xrWaitSwapchainImage(chain->chain, &wait),
                          "the next picture of an eye within a second", error))
        return false;
    g_assert(at < DASH_IMAGES_MAX);
    bool drawn = dash_mesh_draw_texture(self->mesh, &self->eyes[i], layers, chain->images[at].image,
                                        chain->w, chain->h, error);
    return dash_xr_check(self->instance, xrReleaseSwapchainImage(chain->chain, NULL),
                         "a picture of an eye", drawn ? error : NULL)
           && drawn;
}

bool
dash_xr_chains_draw(DashHeadset *self,
                    const DashLayers *layers,
                    const XrView views[DASH_EYES],
                    GError **error)
{
    for (int i = 0; i < DASH_EYES; i++) {
        self->eyes[i] = matrix_of(&views[i]);
        if (!draw_chain(self, i, layers, error))
            return false;
    }
    return true;
}
