/* Headset. See headset.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/error.h"
#include "dashboard/gl/context.h"
#include "dashboard/xr/headset-inner.h"
#include "dashboard/xr/runtime.h"

#define EXTENSIONS_MAX 256

static const char *const extensions[] = {XR_KHR_OPENGL_ENABLE_EXTENSION_NAME,
                                         XR_MNDX_EGL_ENABLE_EXTENSION_NAME};

bool
dash_xr_check(XrInstance instance, XrResult result, const char *what, GError **error)
{
    char words[XR_MAX_RESULT_STRING_SIZE] = "";

    if (XR_SUCCEEDED(result))
        return true;
    if (instance == XR_NULL_HANDLE || XR_FAILED(xrResultToString(instance, result, words)))
        g_snprintf(words, sizeof words, "result %d", result);
    g_set_error(error, VICU_ERROR, VICU_ERROR_REFUSED, "OpenXR: %s: %s", what, words);
    return false;
}

/* ---- opening ---- */

static bool
has_extensions(GError **error)
{
    g_autofree XrExtensionProperties *all = g_new0(XrExtensionProperties, EXTENSIONS_MAX);
    uint32_t n = 0;

    for (size_t i = 0; i < EXTENSIONS_MAX; i++)
        all[i].type = XR_TYPE_EXTENSION_PROPERTIES;
    if (!dash_xr_check(XR_NULL_HANDLE,
                       xrEnumerateInstanceExtensionProperties(NULL, EXTENSIONS_MAX, &n, all),
                       "the runtime cannot be loaded", error))
        return false;
    for (size_t k = 0; k < G_N_ELEMENTS(extensions); k++) {
        bool found = false;
        for (uint32_t i = 0; i < n && !found; i++)
            found = strcmp(all[i].extensionName, extensions[k]) == 0;
        if (found)
            continue;
        g_set_error(error, VICU_ERROR, VICU_ERROR_ABSENT,
                    "OpenXR: the runtime lacks %s, by which it would take pictures of OpenGL "
                    "without a window",
                    extensions[k]);
        return false;
    }
    return true;
}

static bool
open_instance(DashHeadset *self, GError **error)
{
    XrInstanceCreateInfo info = {
        .type = XR_TYPE_INSTANCE_CREATE_INFO,
        .applicationInfo = {.applicationName = "vICU", .apiVersion = XR_MAKE_VERSION(1, 0, 0)},
        .enabledExtensionCount = G_N_ELEMENTS(extensions),
        .enabledExtensionNames = extensions};

    return dash_xr_check(XR_NULL_HANDLE, xrCreateInstance(&info, &self->instance),
                         "the runtime does not start", error);
}

static bool
open_system(DashHeadset *self, GError **error)
{
    const XrSystemGetInfo info = {.type = XR_TYPE_SYSTEM_GET_INFO,
                                  .formFactor = XR_FORM_FACTOR_HEAD_MOUNTED_DISPLAY};
    XrInstanceProperties runtime = {.type = XR_TYPE_INSTANCE_PROPERTIES};
    XrSystemProperties system = {.type = XR_TYPE_SYSTEM_PROPERTIES};
    XrEnvironmentBlendMode modes[8];
    uint32_t n = 0;

    if (!dash_xr_check(self->instance, xrGetSystem(self->instance, &info, &self->system),
                       "no headset", error)
        || !dash_xr_check(self->instance, xrGetInstanceProperties(self->instance, &runtime),
                          "its name", error)
        || !dash_xr_check(self->instance,
                          xrGetSystemProperties(self->instance, self->system, &system), "its name",
                          error)
        || !dash_xr_check(
            self->instance,
            xrEnumerateEnvironmentBlendModes(self->instance, self->system,
                                             XR_VIEW_CONFIGURATION_TYPE_PRIMARY_STEREO,
                                             G_N_ELEMENTS(modes), &n, modes),
            "pictures for two eyes", error))
        return false;
    self->blend = n > 0 ? modes[0] : XR_ENVIRONMENT_BLEND_MODE_OPAQUE; /* the one it prefers */
    self->name = g_strdup_printf("%s: %s; drawn by %s", runtime.runtimeName, system.systemName,
                                 dash_mesh_renderer(self->mesh));
    return true;
}

/* To be asked before a session may be had, and the version is to be heeded. */
static bool
fits_driver(DashHeadset *self, GError **error)
{
    PFN_xrGetOpenGLGraphicsRequirementsKHR ask = NULL;
    XrGraphicsRequirementsOpenGLKHR needs = {.type = XR_TYPE_GRAPHICS_REQUIREMENTS_OPENGL_KHR};
    const XrVersion have = XR_MAKE_VERSION(DASH_CONTEXT_GL_MAJOR, DASH_CONTEXT_GL_MINOR, 0);

    if (!dash_xr_check(self->instance,
                       xrGetInstanceProcAddr(self->instance, "xrGetOpenGLGraphicsRequirementsKHR",
                                             (PFN_xrVoidFunction *)(void *)&ask),
                       "what it needs of OpenGL", error)
        || !dash_xr_check(self->instance, ask(self->instance, self->system, &needs),
                          "what it needs of OpenGL", error))
        return false;
    if (have >= needs.minApiVersionSupported)
        return true;
    g_set_error(error, VICU_ERROR, VICU_ERROR_ABSENT,
                "OpenXR: the runtime needs OpenGL %u.%u, the context is of %d.%d",
                (unsigned)XR_VERSION_MAJOR(needs.minApiVersionSupported),
                (unsigned)XR_VERSION_MINOR(needs.minApiVersionSupported), DASH_CONTEXT_GL_MAJOR,
                DASH_CONTEXT_GL_MINOR);
    return false;
}

static bool
open_session(DashHeadset *self, GError **error)
{
    DashContext *context = dash_mesh_context(self->mesh);
    const XrGraphicsBindingEGLMNDX binding = {.type = XR_TYPE_GRAPHICS_BINDING_EGL_MNDX,
                                              .getProcAddress = eglGetProcAddress,
                                              .display = dash_context_egl_display(context),
                                              .config = dash_context_egl_config(context),
                                              .context = dash_context_egl_context(context)};
    const XrSessionCreateInfo info = {
        .type = XR_TYPE_SESSION_CREATE_INFO, .next = &binding, .systemId = self->system};
    const XrReferenceSpaceCreateInfo place = {.type = XR_TYPE_REFERENCE_SPACE_CREATE_INFO,
                                              .referenceSpaceType = XR_REFERENCE_SPACE_TYPE_LOCAL,
                                              .poseInReferenceSpace = {.orientation = {.w = 1}}};

    return dash_xr_check(self->instance, xrCreateSession(self->instance, &info, &self->session),
                         "a session", error)
           && dash_xr_check(self->instance,
                            xrCreateReferenceSpace(self->session, &place, &self->space),
                            "the place of the head", error);
}

DashHeadset *
dash_headset_new(GError **error)
{
    g_autofree char *manifest = dash_xr_runtime_find(error);
    g_autoptr(DashHeadset) self = g_new0(DashHeadset, 1);

    if (manifest == NULL || !has_extensions(error))
        return NULL;
    self->mesh = dash_mesh_new(error);
    if (self->mesh == NULL || !open_instance(self, error) || !open_system(self, error)
        || !fits_driver(self, error) || !dash_context_enter(dash_mesh_context(self->mesh), error))
        return NULL;
    bool opened = open_session(self, error) && dash_xr_chains_open(self, error);
    dash_context_leave(dash_mesh_context(self->mesh));
    return opened ? g_steal_pointer(&self) : NULL;
}

void
dash_headset_free(DashHeadset *self)
{
    if (self == NULL)
        return;
    bool entered = self->mesh != NULL && dash_context_enter(dash_mesh_context(self->mesh), NULL);
    for (int i = 0; i < DASH_EYES; i++)
        if (self->chains[i].chain != XR_NULL_HANDLE)
            xrDestroySwapchain(self->chains[i].chain);
    if (self->space != XR_NULL_HANDLE)
        xrDestroySpace(self->space);
    if (self->session != XR_NULL_HANDLE)
        xrDestroySession(self->session);
    if (self->instance != XR_NULL_HANDLE)
        xrDestroyInstance(self->instance);
    if (entered)
        dash_context_leave(dash_mesh_context(self->mesh));
    dash_mesh_free(self->mesh);
    g_free(self->name);
    g_free(self);
}

const char *
dash_headset_name(const DashHeadset *self)
{
    return self->name;
}

uint64_t
dash_headset_frames(const DashHeadset *self)
{
    return self->frames;
}

DashMatrix
dash_headset_eye(const DashHeadset *self, int eye)
{
    return self->eyes[eye];
}

/* ---- pictures ---- */

static bool
take_state(DashHeadset *self, XrSessionState state, GError **error)
{
    const XrSessionBeginInfo info = {.type = XR_TYPE_SESSION_BEGIN_INFO,
                                     .primaryViewConfigurationType =
                                         XR_VIEW_CONFIGURATION_TYPE_PRIMARY_STEREO};

    if (state == XR_SESSION_STATE_READY) {
        self->running = dash_xr_check(self->instance, xrBeginSession(self->session, &info),
                                      "the session does not begin", error);
        return self->running;
    }
    if (state == XR_SESSION_STATE_STOPPING) {
        self->running = false;
        return dash_xr_check(self->instance, xrEndSession(self->session),
                             "the session does not end", error);
    }
    self->gone =
        self->gone || state == XR_SESSION_STATE_EXITING || state == XR_SESSION_STATE_LOSS_PENDING;
    return true;
}

static bool
take_events(DashHeadset *self, GError **error)
{
    for (;;) {
        XrEventDataBuffer event = {.type = XR_TYPE_EVENT_DATA_BUFFER};
        XrResult result = xrPollEvent(self->instance, &event);
        if (result == XR_EVENT_UNAVAILABLE)
            return true;
        if (!dash_xr_check(self->instance, result, "its events", error))
            return false;
        if (event.type == XR_TYPE_EVENT_DATA_INSTANCE_LOSS_PENDING)
            self->gone = true;
        if (event.type == XR_TYPE_EVENT_DATA_SESSION_STATE_CHANGED
            && !take_state(self, ((XrEventDataSessionStateChanged *)(void *)&event)->state, error))
            return false;
    }
}

DashHeadsetState
dash_headset_begin(DashHeadset *self, GError **error)
{
    XrFrameState frame = {.type = XR_TYPE_FRAME_STATE};
    DashContext *context = dash_mesh_context(self->mesh);

    if (self->gone || !dash_context_enter(context, error))
        return DASH_HEADSET_GONE;
    bool fine = take_events(self, error);
    if (fine && self->running && !self->gone)
        fine =
            dash_xr_check(self->instance, xrWaitFrame(self->session, NULL, &frame),
                          "the time of a picture", error)
            && dash_xr_check(self->instance, xrBeginFrame(self->session, NULL), "a picture", error);
    dash_context_leave(context);
    self->gone = self->gone || !fine;
    if (self->gone)
        return DASH_HEADSET_GONE;
    if (!self->running)
        return DASH_HEADSET_WAITING;
    self->time = frame.predictedDisplayTime;
    self->shown = frame.shouldRender;
    return self->shown ? DASH_HEADSET_SHOWN : DASH_HEADSET_HIDDEN;
}

/* FALSE without an error: the eyes' places are not known at this moment. */
static bool
locate(DashHeadset *self, XrView views[DASH_EYES], GError **error)
{
    const XrViewLocateInfo info = {.type = XR_TYPE_VIEW_LOCATE_INFO,
                                   .viewConfigurationType =
                                       XR_VIEW_CONFIGURATION_TYPE_PRIMARY_STEREO,
                                   .displayTime = self->time,
                                   .space = self->space};
    XrViewState state = {.type = XR_TYPE_VIEW_STATE};
    const XrViewStateFlags needed =
        XR_VIEW_STATE_ORIENTATION_VALID_BIT | XR_VIEW_STATE_POSITION_VALID_BIT;
    uint32_t n = 0;

    for (int i = 0; i < DASH_EYES; i++)
        views[i] = (XrView){.type = XR_TYPE_VIEW};
    return dash_xr_check(self->instance,
                         xrLocateViews(self->session, &info, &state, DASH_EYES, &n, views),
                         "the places of the eyes", error)
           && n == DASH_EYES && (state.viewStateFlags & needed) == needed;
}

static bool
hand_over(DashHeadset *self, const XrView *views, GError **error)
{
    XrCompositionLayerProjectionView eyes[DASH_EYES];
    XrCompositionLayerProjection layer = {.type = XR_TYPE_COMPOSITION_LAYER_PROJECTION,
                                          .space = self->space,
                                          .viewCount = DASH_EYES,
                                          .views = eyes};
    const XrCompositionLayerBaseHeader *layers[] = {(XrCompositionLayerBaseHeader *)&layer};
    const XrFrameEndInfo info = {.type = XR_TYPE_FRAME_END_INFO,
                                 .displayTime = self->time,
                                 .environmentBlendMode = self->blend,
                                 .layerCount = views != NULL ? 1 : 0,
                                 .layers = views != NULL ? layers : NULL};

    for (int i = 0; i < DASH_EYES && views != NULL; i++) {
        const DashEyeChain *chain = &self->chains[i];
        eyes[i] = (XrCompositionLayerProjectionView){
            .type = XR_TYPE_COMPOSITION_LAYER_PROJECTION_VIEW,
            .pose = views[i].pose,
            .fov = views[i].fov,
            .subImage = {.swapchain = chain->chain, .imageRect = {.extent = {chain->w, chain->h}}}};
    }
    return dash_xr_check(self->instance, xrEndFrame(self->session, &info), "a picture", error);
}

bool
dash_headset_end(DashHeadset *self, const DashLayers *layers, GError **error)
{
    DashContext *context = dash_mesh_context(self->mesh);
    XrView views[DASH_EYES];
    g_autoptr(GError) first = NULL;

    if (!dash_context_enter(context, error)) {
        self->gone = true;
        return false;
    }
    bool seen = self->shown && layers != NULL && locate(self, views, &first)
                && dash_xr_chains_draw(self, layers, views, &first);
    bool ended = hand_over(self, seen ? views : NULL, first != NULL ? NULL : &first);
    dash_context_leave(context);
    self->frames += seen && ended;
    if (first == NULL)
        return true;
    self->gone = true;
    g_propagate_error(error, g_steal_pointer(&first));
    return false;
}
