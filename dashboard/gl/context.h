/* Context: OpenGL without a window, of the best graphics processor that this machine lets us use.
 *
 * Through EGL, on no surface or a tiny one: neither a display server nor a monitor is needed. Each
 * graphics processor that EGL names is tried, then Mesa's way without a surface, then the default
 * display; the first that draws in hardware is taken, else the first that draws at all. What
 * belongs to EGL itself stays until the process ends. One thread; enter before any GL call, leave
 * after the last; who has entered may enter again.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>

#include <glib.h>

G_BEGIN_DECLS

/* Of OpenGL's core profile: instances, texture buffers. */
#define DASH_CONTEXT_GL_MAJOR 3
#define DASH_CONTEXT_GL_MINOR 3

typedef struct DashContext DashContext;

/* VICU_ERROR_ABSENT: no EGL, no OpenGL, or none that is new enough; what was tried. */
DashContext *dash_context_new(GError **error);
void dash_context_free(DashContext *self);

/* Current in this thread until left; what was current before is current again then. FALSE: the
 * driver refuses, with VICU_ERROR_ABSENT. */
bool dash_context_enter(DashContext *self, GError **error);
void dash_context_leave(DashContext *self);

/* GL_RENDERER as the driver says it: "llvmpipe (LLVM 15.0.6, 256 bits)". */
const char *dash_context_renderer(const DashContext *self);
bool dash_context_is_hardware(const DashContext *self);

/* FALSE: a renderer of this name computes on the CPU. */
bool dash_renderer_is_hardware(const char *renderer);

/* For what binds to the same context: EGLDisplay, EGLConfig, EGLContext. */
void *dash_context_egl_display(const DashContext *self);
void *dash_context_egl_config(const DashContext *self);
void *dash_context_egl_context(const DashContext *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(DashContext, dash_context_free)

G_END_DECLS
