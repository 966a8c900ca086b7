/* Headset: what its files share. See headset.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <epoxy/egl.h>

#define XR_USE_GRAPHICS_API_OPENGL
#define XR_USE_PLATFORM_EGL
#include <openxr/openxr.h>
#include <openxr/openxr_platform.h>

#include "dashboard/xr/headset.h"

G_BEGIN_DECLS

#define DASH_EYES       2
#define DASH_IMAGES_MAX 16

/* One eye's pictures, which the runtime owns. */
typedef struct {
    XrSwapchain chain;
    int w;
    int h;
    XrSwapchainImageOpenGLKHR images[DASH_IMAGES_MAX];
} DashEyeChain;

struct DashHeadset {
    DashMesh *mesh;
    char *name;
    XrInstance instance;
    XrSystemId system;
    XrSession session;
    XrSpace space;
    XrEnvironmentBlendMode blend;
    DashEyeChain chains[DASH_EYES];
    bool running;
    bool gone;
    XrTime time; /* at which the picture that was begun is to be seen */
    bool shown;
    DashMatrix eyes[DASH_EYES];
    uint64_t frames;
};

/* FALSE and VICU_ERROR_REFUSED, naming @what and the runtime's result, unless it succeeded. */
bool dash_xr_check(XrInstance instance, XrResult result, const char *what, GError **error);

/* Chains for both eyes of the size that the runtime recommends. */
bool dash_xr_chains_open(DashHeadset *self, GError **error);
/* Draws @layers for the eyes at @views into the next pictures. */
bool dash_xr_chains_draw(DashHeadset *self,
                         const DashLayers *layers,
                         const XrView views[DASH_EYES],
                         GError **error);

G_END_DECLS
