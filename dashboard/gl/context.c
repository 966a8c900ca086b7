/* Context. See context.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/gl/context.h"

#include <dlfcn.h>
#include <string.h>

#include <epoxy/egl.h>
#include <epoxy/gl.h>

#include "common/error.h"

#define DEVICES_MAX  16
#define PBUFFER_SIDE 16

struct DashContext {
    EGLDisplay display;
    EGLConfig config;
    EGLContext context;
    EGLSurface surface; /* EGL_NO_SURFACE where none is needed */
    char *renderer;
    unsigned entered;
    EGLDisplay before_display;
    EGLContext before_context;
    EGLSurface before_draw;
    EGLSurface before_read;
};

bool
dash_renderer_is_hardware(const char *renderer)
{
    static const char *const software[] = {"llvmpipe", "softpipe", "swrast", "swiftshader",
                                           "software"};
    g_autofree char *lower = g_ascii_strdown(renderer, -1);

    for (size_t i = 0; i < G_N_ELEMENTS(software); i++)
        if (strstr(lower, software[i]) != NULL)
            return false;
    return *lower != '\0';
}

/* ---- what EGL has ---- */

/* epoxy ends the process where a library is missing, so each is asked for first. */
static bool
has_library(const char *name, const char *other)
{
    return dlopen(name, RTLD_LAZY | RTLD_LOCAL) != NULL
           || (other != NULL && dlopen(other, RTLD_LAZY | RTLD_LOCAL) != NULL);
}

static bool
has_libraries(GError **error)
{
    const char *missing = NULL;

    if (!has_library("libEGL.so.1", NULL))
        missing = "libEGL.so.1 (package libegl1)";
    else if (!has_library("libOpenGL.so.0", "libGL.so.1"))
        missing = "libOpenGL.so.0 or libGL.so.1 (package libgl1)";
    if (missing == NULL)
        return true;
    g_set_error(error, VICU_ERROR, VICU_ERROR_ABSENT,
                "OpenGL: %s cannot be loaded; without it pictures in depth are drawn as sprites",
                missing);
    return false;
}

/* Displays that may draw, the likeliest first. */
static GPtrArray *
candidates(void)
{
    GPtrArray *all = g_ptr_array_new();
    EGLDeviceEXT devices[DEVICES_MAX];
    EGLint n = 0;

    if (epoxy_has_egl_extension(EGL_NO_DISPLAY, "EGL_EXT_platform_base")) {
        if (epoxy_has_egl_extension(EGL_NO_DISPLAY, "EGL_EXT_device_enumeration")
            && epoxy_has_egl_extension(EGL_NO_DISPLAY, "EGL_EXT_platform_device")
            && eglQueryDevicesEXT(DEVICES_MAX, devices, &n))
            for (EGLint i = 0; i < n; i++)
                g_ptr_array_add(
                    all, eglGetPlatformDisplayEXT(EGL_PLATFORM_DEVICE_EXT, devices[i], NULL));
        if (epoxy_has_egl_extension(EGL_NO_DISPLAY, "EGL_MESA_platform_surfaceless"))
            g_ptr_array_add(all, eglGetPlatformDisplayEXT(EGL_PLATFORM_SURFACELESS_MESA,
                                                          EGL_DEFAULT_DISPLAY, NULL));
    }
    g_ptr_array_add(all, eglGetDisplay(EGL_DEFAULT_DISPLAY));
    return all;
}

/* ---- one of them ---- */

static bool
make(DashContext *self, EGLDisplay display)
{
    static const EGLint wanted[] = {EGL_SURFACE_TYPE, EGL_PBUFFER_BIT, EGL_RENDERABLE_TYPE,
                                    EGL_OPENGL_BIT, EGL_NONE};
    static const EGLint version[] = {EGL_CONTEXT_MAJOR_VERSION,
                                     DASH_CONTEXT_GL_MAJOR,
                                     EGL_CONTEXT_MINOR_VERSION,
                                     DASH_CONTEXT_GL_MINOR,
                                     EGL_CONTEXT_OPENGL_PROFILE_MASK,
                                     EGL_CONTEXT_OPENGL_CORE_PROFILE_BIT,
                                     EGL_NONE};
    static const EGLint tiny[] = {EGL_WIDTH, PBUFFER_SIDE, EGL_HEIGHT, PBUFFER_SIDE, EGL_NONE};
    EGLint major = 0, minor = 0, n = 0;

    if (display == EGL_NO_DISPLAY || !eglInitialize(display, &major, &minor)
        || major * 10 + minor < 15 || !eglBindAPI(EGL_OPENGL_API)
        || !eglChooseConfig(display, wanted, &self->config, 1, &n) || n < 1)
        return false;
    self->display = display;
    self->context = eglCreateContext(display, self->config, EGL_NO_CONTEXT, version);
    if (self->context == EGL_NO_CONTEXT)
        return false;
    if (!epoxy_has_egl_extension(display, "EGL_KHR_surfaceless_context"))
        self->surface = eglCreatePbufferSurface(display, self->config, tiny);
    return dash_context_enter(self, NULL);
}

static DashContext *
try(EGLDisplay display)
{
    g_autoptr(DashContext) self = g_new0(DashContext, 1);

    self->context = EGL_NO_CONTEXT;
    self->surface = EGL_NO_SURFACE;
    if (!make(self, display))
        return NULL;
    self->renderer = g_strdup((const char *)glGetString(GL_RENDERER));
    dash_context_leave(self);
    return self->renderer != NULL ? g_steal_pointer(&self) : NULL;
}

DashContext *
dash_context_new(GError **error)
{
    g_autoptr(DashContext) found = NULL;

    if (!has_libraries(error))
        return NULL;
    g_autoptr(GPtrArray) all = candidates();
    for (guint i = 0; i < all->len && (!found || !dash_context_is_hardware(found)); i++) {
        g_autoptr(DashContext) one = try(all->pdata[i]);
        if (one != NULL && (found == NULL || dash_context_is_hardware(one))) {
            dash_context_free(found);
            found = g_steal_pointer(&one);
        }
    }
    if (found == NULL)
        g_set_error(error, VICU_ERROR, VICU_ERROR_ABSENT,
                    "OpenGL %d.%d: none of %u displays of EGL has it; a driver is missing "
                    "(apt-get install libgl1-mesa-dri)",
                    DASH_CONTEXT_GL_MAJOR, DASH_CONTEXT_GL_MINOR, all->len);
    return g_steal_pointer(&found);
}

void
dash_context_free(DashContext *self)
{
    if (self == NULL)
        return;
    if (self->surface != EGL_NO_SURFACE)
        eglDestroySurface(self->display, self->surface);
    if (self->context != EGL_NO_CONTEXT)
        eglDestroyContext(self->display, self->context);
    g_free(self->renderer);
    g_free(self);
}

bool
dash_context_enter(DashContext *self, GError **error)
{
    if (self->entered > 0) {
        self->entered++;
        return true;
    }
    self->before_display = eglGetCurrentDisplay();
    self->before_context = eglGetCurrentContext();
    self->before_draw = eglGetCurrentSurface(EGL_DRAW);
    self->before_read = eglGetCurrentSurface(EGL_READ);
    eglBindAPI(EGL_OPENGL_API);
    if (eglMakeCurrent(self->display, self->surface, self->surface, self->context)) {
        self->entered = 1;
        return true;
    }
    g_set_error(error, VICU_ERROR, VICU_ERROR_ABSENT,
                "OpenGL: %s does not take its context back (EGL error 0x%x)",
                self->renderer ? self->renderer : "the driver", (unsigned)eglGetError());
    return false;
}

void
dash_context_leave(DashContext *self)
{
    g_assert(self->entered > 0);
    if (--self->entered > 0)
        return;
    if (self->before_context != EGL_NO_CONTEXT)
        eglMakeCurrent(self->before_display, self->before_draw, self->before_read,
                       self->before_context);
    else
        eglMakeCurrent(self->display, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT);
}

const char *
dash_context_renderer(const DashContext *self)
{
    return self->renderer;
}

bool
dash_context_is_hardware(const DashContext *self)
{
    return dash_renderer_is_hardware(self->renderer);
}

void *
dash_context_egl_display(const DashContext *self)
{
    return self->display;
}

void *
dash_context_egl_config(const DashContext *self)
{
    return self->config;
}

void *
dash_context_egl_context(const DashContext *self)
{
    return self->context;
}
