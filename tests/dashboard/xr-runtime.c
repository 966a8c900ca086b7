/* An OpenXR runtime for tests. See xr-runtime.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "tests/dashboard/xr-runtime.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <epoxy/egl.h>
#include <epoxy/gl.h>

#define XR_USE_GRAPHICS_API_OPENGL
#define XR_USE_PLATFORM_EGL
#include <openxr/openxr.h>
#include <openxr/openxr_platform.h>

enum { EYES = 2, IMAGES = 3, STATES_MAX = 16 };

#define MIN(a, b) ((a) < (b) ? (a) : (b))

#define PERIOD_NS (INT64_C(1000) * 1000 * 1000 / 90)

typedef struct {
    GLuint textures[IMAGES];
    int next;
    int held;     /* -1: none is acquired */
    int released; /* -1: nothing was drawn yet */
    bool waited;
} Chain;

static struct {
    bool asked_needs;
    bool has_session;
    bool running;
    bool waited;
    bool begun;
    int64_t frame;
    XrTime time;
    Chain chains[EYES];
    int n_chains;
    XrSessionState states[STATES_MAX];
    int n_states;
    int told;
    unsigned frames;
    unsigned refused;
    XrTestEye eyes[EYES];
} own;

/* What is no handle of ours. */
#define INSTANCE ((XrInstance)(uintptr_t)0x1001)
#define SESSION  ((XrSession)(uintptr_t)0x1002)
#define SPACE    ((XrSpace)(uintptr_t)0x1003)
#define SYSTEM   ((XrSystemId)1004)

static XrResult
refuse(const char *what)
{
    fprintf(stderr, "xr-runtime: refused: %s\n", what);
    own.refused++;
    return XR_ERROR_CALL_ORDER_INVALID;
}

static void
say(XrSessionState state)
{
    if (own.n_states < STATES_MAX)
        own.states[own.n_states++] = state;
}

/* ---- instance and system ---- */

static XRAPI_ATTR XrResult XRAPI_CALL
enumerate_extensions(const char *layer, uint32_t room, uint32_t *n, XrExtensionProperties *out)
{
    static const char *const names[] = {XR_KHR_OPENGL_ENABLE_EXTENSION_NAME,
                                        XR_MNDX_EGL_ENABLE_EXTENSION_NAME};
    (void)layer;
    *n = 2;
    for (uint32_t i = 0; i < room && i < 2; i++) {
        strcpy(out[i].extensionName, names[i]);
        out[i].extensionVersion = 1;
    }
    return room == 0 || room >= 2 ? XR_SUCCESS : XR_ERROR_SIZE_INSUFFICIENT;
}

static XRAPI_ATTR XrResult XRAPI_CALL
create_instance(const XrInstanceCreateInfo *info, XrInstance *out)
{
    if (info->enabledExtensionCount != 2)
        return XR_ERROR_EXTENSION_NOT_PRESENT;
    own.asked_needs = false;
    *out = INSTANCE;
    return XR_SUCCESS;
}

static XRAPI_ATTR XrResult XRAPI_CALL
destroy_instance(XrInstance instance)
{
    (void)instance;
    return own.has_session ? refuse("xrDestroyInstance before xrDestroySession") : XR_SUCCESS;
}

static XRAPI_ATTR XrResult XRAPI_CALL
get_instance_properties(XrInstance instance, XrInstanceProperties *out)
{
    (void)instance;
    out->runtimeVersion = XR_MAKE_VERSION(1, 0, 0);
    strcpy(out->runtimeName, "test runtime");
    return XR_SUCCESS;
}

static XRAPI_ATTR XrResult XRAPI_CALL
result_to_string(XrInstance instance, XrResult result, char words[XR_MAX_RESULT_STRING_SIZE])
{
    (void)instance;
    snprintf(words, XR_MAX_RESULT_STRING_SIZE, "test result %d", result);
    return XR_SUCCESS;
}

static XRAPI_ATTR XrResult XRAPI_CALL
get_system(XrInstance instance, const XrSystemGetInfo *info, XrSystemId *out)
{
    (void)instance;
    *out = SYSTEM;
    return info->formFactor == XR_FORM_FACTOR_HEAD_MOUNTED_DISPLAY
               ? XR_SUCCESS
               : XR_ERROR_FORM_FACTOR_UNSUPPORTED;
}

static XRAPI_ATTR XrResult XRAPI_CALL
get_system_properties(XrInstance instance, XrSystemId system, XrSystemProperties *out)
{
    (void)instance;
    out->systemId = system;
    strcpy(out->systemName, "test headset");
    out->graphicsProperties.maxLayerCount = XR_MIN_COMPOSITION_LAYERS_SUPPORTED;
    out->graphicsProperties.maxSwapchainImageWidth = 4096;
    out->graphicsProperties.maxSwapchainImageHeight = 4096;
    return XR_SUCCESS;
}

static XRAPI_ATTR XrResult XRAPI_CALL
enumerate_view_configurations(XrInstance instance,
                              XrSystemId system,
                              uint32_t room,
                              uint32_t *n,
                              XrViewConfigurationType *out)
{
    (void)instance, (void)system;
    *n = 1;
    if (room > 0)
        *out = XR_VIEW_CONFIGURATION_TYPE_PRIMARY_STEREO;
    return XR_SUCCESS;
}

static XRAPI_ATTR XrResult XRAPI_CALL
enumerate_views(XrInstance instance,
                XrSystemId system,
                XrViewConfigurationType kind,
                uint32_t room,
                uint32_t *n,
                XrViewConfigurationView *out)
{
    (void)instance, (void)system, (void)kind;
    *n = EYES;
    for (uint32_t i = 0; i < room && i < EYES; i++) {
        out[i].recommendedImageRectWidth = XR_TEST_W;
        out[i].recommendedImageRectHeight = XR_TEST_H;
        out[i].maxImageRectWidth = out[i].maxImageRectHeight = 4096;
        out[i].recommendedSwapchainSampleCount = out[i].maxSwapchainSampleCount = 1;
    }
    return XR_SUCCESS;
}

static XRAPI_ATTR XrResult XRAPI_CALL
enumerate_blend_modes(XrInstance instance,
                      XrSystemId system,
                      XrViewConfigurationType kind,
                      uint32_t room,
                      uint32_t *n,
                      XrEnvironmentBlendMode *out)
{
    (void)instance, (void)system, (void)kind;
    *n = 1;
    if (room > 0)
        *out = XR_ENVIRONMENT_BLEND_MODE_OPAQUE;
    return XR_SUCCESS;
}

static XRAPI_ATTR XrResult XRAPI_CALL
get_needs(XrInstance instance, XrSystemId system, XrGraphicsRequirementsOpenGLKHR *out)
{
    (void)instance, (void)system;
    own.asked_needs = true;
    out->minApiVersionSupported = XR_MAKE_VERSION(3, 0, 0);
    out->maxApiVersionSupported = XR_MAKE_VERSION(4, 6, 0);
    return XR_SUCCESS;
}

static XRAPI_ATTR XrResult XRAPI_CALL
poll_event(XrInstance instance, XrEventDataBuffer *out)
{
    (void)instance;
    if (own.told == own.n_states)
        return XR_EVENT_UNAVAILABLE;
    *(XrEventDataSessionStateChanged *)(void *)out =
        (XrEventDataSessionStateChanged){.type = XR_TYPE_EVENT_DATA_SESSION_STATE_CHANGED,
                                         .session = SESSION,
                                         .state = own.states[own.told++],
                                         .time = own.time + 1};
    return XR_SUCCESS;
}

/* ---- session ---- */

static XRAPI_ATTR XrResult XRAPI_CALL
create_session(XrInstance instance, const XrSessionCreateInfo *info, XrSession *out)
{
    const XrGraphicsBindingEGLMNDX *binding = info->next;

    (void)instance;
    if (!own.asked_needs)
        return XR_ERROR_GRAPHICS_REQUIREMENTS_CALL_MISSING;
    if (binding == NULL || binding->type != XR_TYPE_GRAPHICS_BINDING_EGL_MNDX
        || binding->context != eglGetCurrentContext() || binding->getProcAddress == NULL)
        return XR_ERROR_GRAPHICS_DEVICE_INVALID;
    own.has_session = true;
    own.running = own.waited = own.begun = false;
    own.n_chains = own.n_states = own.told = 0;
    own.frame = own.frames = own.refused = 0;
    say(XR_SESSION_STATE_IDLE);
    say(XR_SESSION_STATE_READY);
    *out = SESSION;
    return XR_SUCCESS;
}

static XRAPI_ATTR XrResult XRAPI_CALL
destroy_session(XrSession session)
{
    (void)session;
    for (int i = 0; i < own.n_chains; i++)
        glDeleteTextures(IMAGES, own.chains[i].textures);
    own.has_session = false;
    return XR_SUCCESS;
}

static XRAPI_ATTR XrResult XRAPI_CALL
create_space(XrSession session, const XrReferenceSpaceCreateInfo *info, XrSpace *out)
{
    (void)session, (void)info;
    *out = SPACE;
    return XR_SUCCESS;
}

static XRAPI_ATTR XrResult XRAPI_CALL
destroy_space(XrSpace space)
{
    (void)space;
    return XR_SUCCESS;
}

static XRAPI_ATTR XrResult XRAPI_CALL
begin_session(XrSession session, const XrSessionBeginInfo *info)
{
    (void)session;
    if (own.running || own.told < 2
        || info->primaryViewConfigurationType != XR_VIEW_CONFIGURATION_TYPE_PRIMARY_STEREO)
        return refuse("xrBeginSession before READY, twice, or not for two eyes");
    own.running = true;
    say(XR_SESSION_STATE_SYNCHRONIZED);
    say(XR_SESSION_STATE_VISIBLE);
    say(XR_SESSION_STATE_FOCUSED);
    return XR_SUCCESS;
}

static XRAPI_ATTR XrResult XRAPI_CALL
end_session(XrSession session)
{
    (void)session;
    if (!own.running || own.told == 0 || own.states[own.told - 1] != XR_SESSION_STATE_STOPPING)
        return refuse("xrEndSession where it is not STOPPING");
    own.running = false;
    return XR_SUCCESS;
}

/* ---- pictures of an eye ---- */

static XRAPI_ATTR XrResult XRAPI_CALL
enumerate_formats(XrSession session, uint32_t room, uint32_t *n, int64_t *out)
{
    static const int64_t formats[] = {GL_RGBA16F, GL_SRGB8_ALPHA8, GL_RGBA8};

    (void)session;
    *n = 3;
    for (uint32_t i = 0; i < room && i < 3; i++)
        out[i] = formats[i];
    return XR_SUCCESS;
}

static XRAPI_ATTR XrResult XRAPI_CALL
create_chain(XrSession session, const XrSwapchainCreateInfo *info, XrSwapchain *out)
{
    (void)session;
    if (own.n_chains == EYES || info->width != XR_TEST_W || info->height != XR_TEST_H
        || info->format != GL_SRGB8_ALPHA8)
        return XR_ERROR_SWAPCHAIN_FORMAT_UNSUPPORTED;
    Chain *chain = &own.chains[own.n_chains];
    *chain = (Chain){.held = -1, .released = -1};
    glGenTextures(IMAGES, chain->textures);
    for (int i = 0; i < IMAGES; i++) {
        glBindTexture(GL_TEXTURE_2D, chain->textures[i]);
        glTexStorage2D(GL_TEXTURE_2D, 1, GL_SRGB8_ALPHA8, XR_TEST_W, XR_TEST_H);
    }
    *out = (XrSwapchain)(uintptr_t)(0x2000 + own.n_chains++);
    return XR_SUCCESS;
}

static Chain *
chain_of(XrSwapchain chain)
{
    uintptr_t i = (uintptr_t)chain - 0x2000;

    if (i >= (uintptr_t)own.n_chains)
        abort();
    return &own.chains[i];
}

static XRAPI_ATTR XrResult XRAPI_CALL
destroy_chain(XrSwapchain chain)
{
    (void)chain;
    return XR_SUCCESS;
}

static XRAPI_ATTR XrResult XRAPI_CALL
enumerate_images(XrSwapchain handle, uint32_t room, uint32_t *n, XrSwapchainImageBaseHeader *out)
{
    XrSwapchainImageOpenGLKHR *images = (XrSwapchainImageOpenGLKHR *)(void *)out;

    *n = IMAGES;
    for (uint32_t i = 0; i < room && i < IMAGES; i++)
        images[i].image = chain_of(handle)->textures[i];
    return XR_SUCCESS;
}

static XRAPI_ATTR XrResult XRAPI_CALL
acquire(XrSwapchain handle, const XrSwapchainImageAcquireInfo *info, uint32_t *out)
{
    Chain *chain = chain_of(handle);

    (void)info;
    if (chain->held >= 0 || !own.begun)
        return refuse("xrAcquireSwapchainImage twice, or outside a picture");
    chain->held = chain->next;
    chain->next = (chain->next + 1) % IMAGES;
    chain->waited = false;
    *out = (uint32_t)chain->held;
    return XR_SUCCESS;
}

static XRAPI_ATTR XrResult XRAPI_CALL
wait_image(XrSwapchain handle, const XrSwapchainImageWaitInfo *info)
{
    Chain *chain = chain_of(handle);

    (void)info;
    if (chain->held < 0 || chain->waited)
        return refuse("xrWaitSwapchainImage without xrAcquireSwapchainImage");
    chain->waited = true;
    return XR_SUCCESS;
}

static XRAPI_ATTR XrResult XRAPI_CALL
release(XrSwapchain handle, const XrSwapchainImageReleaseInfo *info)
{
    Chain *chain = chain_of(handle);

    (void)info;
    if (chain->held < 0 || !chain->waited)
        return refuse("xrReleaseSwapchainImage without xrWaitSwapchainImage");
    chain->released = chain->held;
    chain->held = -1;
    return XR_SUCCESS;
}

/* ---- pictures ---- */

static XRAPI_ATTR XrResult XRAPI_CALL
wait_frame(XrSession session, const XrFrameWaitInfo *info, XrFrameState *out)
{
    (void)session, (void)info;
    if (!own.running || own.waited)
        return refuse("xrWaitFrame twice, or in no session");
    own.waited = true;
    own.time = ++own.frame * PERIOD_NS;
    out->predictedDisplayTime = own.time;
    out->predictedDisplayPeriod = PERIOD_NS;
    out->shouldRender = own.frame % 10 != 3; /* now and then nobody looks */
    return XR_SUCCESS;
}

static XRAPI_ATTR XrResult XRAPI_CALL
begin_frame(XrSession session, const XrFrameBeginInfo *info)
{
    (void)session, (void)info;
    if (!own.waited || own.begun)
        return refuse("xrBeginFrame without xrWaitFrame");
    own.waited = false;
    own.begun = true;
    return XR_SUCCESS;
}

/* Two eyes of a head that looks about. */
static XRAPI_ATTR XrResult XRAPI_CALL
locate_views(XrSession session,
             const XrViewLocateInfo *info,
             XrViewState *state,
             uint32_t room,
             uint32_t *n,
             XrView *out)
{
    double turned = 0.3 * sin((double)own.frame / 7), half = turned / 2;

    (void)session;
    if (info->space != SPACE || info->displayTime != own.time)
        return refuse("xrLocateViews in another space or time");
    *n = EYES;
    state->viewStateFlags = XR_VIEW_STATE_ORIENTATION_VALID_BIT | XR_VIEW_STATE_POSITION_VALID_BIT;
    for (uint32_t i = 0; i < room && i < EYES; i++) {
        double side = i == 0 ? -0.0315 : 0.0315;
        out[i].pose.position =
            (XrVector3f){(float)(side * cos(turned)), (float)(0.05 * sin((double)own.frame / 11)),
                         (float)(-side * sin(turned) - 0.1)};
        out[i].pose.orientation = (XrQuaternionf){0, (float)sin(half), 0, (float)cos(half)};
        out[i].fov = (XrFovf){i == 0 ? -0.7f : -0.6f, i == 0 ? 0.6f : 0.7f, 0.65f, -0.68f};
    }
    return XR_SUCCESS;
}

static XrResult
keep(const XrCompositionLayerProjection *layer)
{
    if (layer->type != XR_TYPE_COMPOSITION_LAYER_PROJECTION || layer->viewCount != EYES
        || layer->space != SPACE)
        return refuse("xrEndFrame with another layer than two eyes'");
    for (uint32_t i = 0; i < EYES; i++) {
        const XrCompositionLayerProjectionView *view = &layer->views[i];
        const Chain *chain = chain_of(view->subImage.swapchain);
        XrTestEye *eye = &own.eyes[i];
        if (chain->released < 0 || chain->held >= 0
            || view->subImage.imageRect.extent.width != XR_TEST_W
            || view->subImage.imageRect.extent.height != XR_TEST_H)
            return refuse("xrEndFrame with a picture that was not released, or another size");
        glBindTexture(GL_TEXTURE_2D, chain->textures[chain->released]);
        glPixelStorei(GL_PACK_ROW_LENGTH, 0);
        glGetTexImage(GL_TEXTURE_2D, 0, GL_RGBA, GL_UNSIGNED_BYTE, eye->pixels);
        memcpy(eye->position, &view->pose.position, sizeof eye->position);
        memcpy(eye->turn, &view->pose.orientation, sizeof eye->turn);
        memcpy(eye->fov, &view->fov, sizeof eye->fov);
    }
    own.frames++;
    return XR_SUCCESS;
}

static XRAPI_ATTR XrResult XRAPI_CALL
end_frame(XrSession session, const XrFrameEndInfo *info)
{
    (void)session;
    if (!own.begun || info->displayTime != own.time)
        return refuse("xrEndFrame without xrBeginFrame, or of another time");
    own.begun = false;
    if (info->layerCount > 1)
        return XR_ERROR_LAYER_LIMIT_EXCEEDED;
    return info->layerCount == 1
               ? keep((const XrCompositionLayerProjection *)(const void *)info->layers[0])
               : XR_SUCCESS;
}

/* ---- the loader ---- */

static XRAPI_ATTR XrResult XRAPI_CALL get_proc(XrInstance instance,
                                               const char *name,
                                               PFN_xrVoidFunction *out);

#define ENTRY(name, function)                                                                      \
    {                                                                                              \
        "xr" #name, (PFN_xrVoidFunction)(void (*)(void))(function)                                 \
    }

static const struct {
    const char *name;
    PFN_xrVoidFunction function;
} entries[] = {
    ENTRY(GetInstanceProcAddr, get_proc),
    ENTRY(EnumerateInstanceExtensionProperties, enumerate_extensions),
    ENTRY(CreateInstance, create_instance),
    ENTRY(DestroyInstance, destroy_instance),
    ENTRY(GetInstanceProperties, get_instance_properties),
    ENTRY(ResultToString, result_to_string),
    ENTRY(GetSystem, get_system),
    ENTRY(GetSystemProperties, get_system_properties),
    ENTRY(EnumerateViewConfigurations, enumerate_view_configurations),
    ENTRY(EnumerateViewConfigurationViews, enumerate_views),
    ENTRY(EnumerateEnvironmentBlendModes, enumerate_blend_modes),
    ENTRY(GetOpenGLGraphicsRequirementsKHR, get_needs),
    ENTRY(PollEvent, poll_event),
    ENTRY(CreateSession, create_session),
    ENTRY(DestroySession, destroy_session),
    ENTRY(CreateReferenceSpace, create_space),
    ENTRY(DestroySpace, destroy_space),
    ENTRY(BeginSession, begin_session),
    ENTRY(EndSession, end_session),
    ENTRY(EnumerateSwapchainFormats, enumerate_formats),
    ENTRY(CreateSwapchain, create_chain),
    ENTRY(DestroySwapchain, destroy_chain),
    ENTRY(EnumerateSwapchainImages, enumerate_images),
    ENTRY(AcquireSwapchainImage, acquire),
    ENTRY(WaitSwapchainImage, wait_image),
    ENTRY(ReleaseSwapchainImage, release),
    ENTRY(WaitFrame, wait_frame),
    ENTRY(BeginFrame, begin_frame),
    ENTRY(LocateViews, locate_views),
    ENTRY(EndFrame, end_frame),
};

static XRAPI_ATTR XrResult XRAPI_CALL
get_proc(XrInstance instance, const char *name, PFN_xrVoidFunction *out)
{
    (void)instance;
    *out = NULL;
    for (size_t i = 0; i < sizeof entries / sizeof *entries && *out == NULL; i++)
        if (strcmp(entries[i].name, name) == 0)
            *out = entries[i].function;
    return *out != NULL ? XR_SUCCESS : XR_ERROR_FUNCTION_UNSUPPORTED;
}

/* What loader and runtime say to each other (OpenXR loader specification, 1.0, version 1 of the
 * interface); Debian has no header of it. */
typedef struct {
    int kind;
    uint32_t version;
    size_t size;
    uint32_t least_interface;
    uint32_t most_interface;
    XrVersion least_api;
    XrVersion most_api;
} XrNegotiateLoaderInfo;

typedef struct {
    int kind;
    uint32_t version;
    size_t size;
    uint32_t interface;
    XrVersion api;
    PFN_xrGetInstanceProcAddr get_proc;
} XrNegotiateRuntimeRequest;

XRAPI_ATTR XrResult XRAPI_CALL xrNegotiateLoaderRuntimeInterface(
    const XrNegotiateLoaderInfo *loader, XrNegotiateRuntimeRequest *out);

XRAPI_ATTR XrResult XRAPI_CALL
xrNegotiateLoaderRuntimeInterface(const XrNegotiateLoaderInfo *loader,
                                  XrNegotiateRuntimeRequest *out)
{
    if (loader->least_interface > 1 || loader->most_api < XR_MAKE_VERSION(1, 0, 0))
        return XR_ERROR_INITIALIZATION_FAILED;
    out->interface = 1;
    out->api = MIN(XR_CURRENT_API_VERSION, loader->most_api);
    out->get_proc = get_proc;
    return XR_SUCCESS;
}

/* ---- the test ---- */

XrTestEyeFunc xr_test_eye;
XrTestCountFunc xr_test_frames, xr_test_refused;
XrTestSayFunc xr_test_say;

const XrTestEye *
xr_test_eye(int eye)
{
    return &own.eyes[eye];
}

unsigned
xr_test_frames(void)
{
    return own.frames;
}

unsigned
xr_test_refused(void)
{
    return own.refused;
}

void
xr_test_say(int state)
{
    say((XrSessionState)state);
}
