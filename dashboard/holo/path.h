/* Path: who draws pictures in depth, sprites on the CPU or meshes on a graphics processor.
 *
 * Both give the same picture. Left to itself it takes meshes where a graphics processor draws them,
 * and sprites where OpenGL would compute on the CPU, which sprites do many times faster, or where
 * there is none. One thread.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "dashboard/holo/output.h"

G_BEGIN_DECLS

typedef struct DashPath DashPath;

/* "auto", "sprites", "mesh"; NULL is auto. VICU_ERROR_FORMAT: what it can be. */
bool dash_path_find(const char *name, DashPathKind *kind, GError **error);

/* Only MESH can fail: VICU_ERROR_ABSENT, no OpenGL; _REFUSED, the driver's words. */
DashPath *dash_path_new(DashPathKind kind, GError **error);
void dash_path_free(DashPath *self);

/* Which one it is: SPRITES or MESH. It turns from MESH to SPRITES only where that was AUTO's choice
 * and a picture was refused. */
DashPathKind dash_path_kind(const DashPath *self);
const char *dash_path_name(DashPathKind kind);
/* GL_RENDERER, of software too; "" where OpenGL was not asked, or is not there. */
const char *dash_path_renderer(const DashPath *self);
/* In a sentence without a dot: "sprites: OpenGL here is llvmpipe, which computes on the CPU". */
const char *dash_path_why(const DashPath *self);

/* As dash_output_draw() and dash_mesh_draw(); only a mesh that was asked for fails. */
bool dash_path_draw(DashPath *self,
                    const DashOutput *output,
                    const DashLayers *layers,
                    const DashSurface *out,
                    GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(DashPath, dash_path_free)

G_END_DECLS
