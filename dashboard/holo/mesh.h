/* Mesh: the layers of a scene drawn by a graphics processor, each at its own depth.
 *
 * The same layers that sprites are made of (layers.h) stand in the scene as rectangles at their
 * depth, and each view's sheared frustum (frustum.h) projects them: nothing is shifted by a rule of
 * thumb, so that either way of drawing proves the other. All rectangles of a view are instances of
 * one draw call, in the order of covering. Their pixels are read with weights in 256ths, as
 * sprites are: what lies on the focus plane comes out byte for byte; soft edges
 * between pixels within a few steps of 255.
 *
 * One thread. Memory of the graphics processor: the picture, the layers' pixels.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "dashboard/holo/frustum.h"
#include "dashboard/holo/output.h"

G_BEGIN_DECLS

typedef struct DashMesh DashMesh;

/* On a context of its own. VICU_ERROR_ABSENT: this build or this machine has no OpenGL. */
DashMesh *dash_mesh_new(GError **error);
void dash_mesh_free(DashMesh *self);

/* "llvmpipe (LLVM 15.0.6, 256 bits)" */
const char *dash_mesh_renderer(const DashMesh *self);
bool dash_mesh_is_hardware(const DashMesh *self);

/* As dash_output_draw(). A panel's own picture is woven out of a quilt. VICU_ERROR_REFUSED: larger
 * than the processor takes, or out of its memory; @out may then be half drawn. */
bool dash_mesh_draw(DashMesh *self,
                    const DashOutput *output,
                    const DashLayers *layers,
                    const DashSurface *out,
                    GError **error);

/* What an eye anywhere sees of view @view's layers, into all of @out. */
bool dash_mesh_draw_eye(DashMesh *self,
                        const DashMatrix *eye,
                        const DashLayers *layers,
                        int view,
                        const DashSurface *out,
                        GError **error);

/* The same into a texture of this context, of @w x @h, red first and its first row the lowest, as
 * OpenGL has pictures. What lies in it before does not matter. */
bool dash_mesh_draw_texture(DashMesh *self,
                            const DashMatrix *eye,
                            const DashLayers *layers,
                            unsigned texture,
                            int w,
                            int h,
                            GError **error);

/* Borrowed. NULL in a build without OpenGL. */
struct DashContext *dash_mesh_context(const DashMesh *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(DashMesh, dash_mesh_free)

G_END_DECLS
