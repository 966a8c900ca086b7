/* Mesh, in a build without libepoxy: there is none. See mesh.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "common/error.h"
#include "dashboard/holo/mesh.h"

DashMesh *
dash_mesh_new(GError **error)
{
    g_set_error(error, VICU_ERROR, VICU_ERROR_ABSENT,
                "OpenGL: this build has none; libepoxy was not there when it was configured");
    return NULL;
}

void
dash_mesh_free(DashMesh *self)
{
    g_assert(self == NULL);
}

const char *
dash_mesh_renderer(const DashMesh *self)
{
    (void)self;
    g_assert_not_reached();
}

bool
dash_mesh_is_hardware(const DashMesh *self)
{
    (void)self;
    g_assert_not_reached();
}

bool
dash_mesh_draw(DashMesh *self,
               const DashOutput *output,
               const DashLayers *layers,
               const DashSurface *out,
               GError **error)
{
    (void)self, (void)output, (void)layers, (void)out, (void)error;
    g_assert_not_reached();
}

bool
dash_mesh_draw_eye(DashMesh *self,
                   const DashMatrix *eye,
                   const DashLayers *layers,
                   int view,
                   const DashSurface *out,
                   GError **error)
{
    (void)self, (void)eye, (void)layers, (void)view, (void)out, (void)error;
    g_assert_not_reached();
}

bool
dash_mesh_draw_texture(DashMesh *self,
                       const DashMatrix *eye,
                       const DashLayers *layers,
                       unsigned texture,
                       int w,
                       int h,
                       GError **error)
{
    (void)self, (void)eye, (void)layers, (void)texture, (void)w, (void)h, (void)error;
    g_assert_not_reached();
}

struct DashContext *
dash_mesh_context(const DashMesh *self)
{
    (void)self;
    return NULL;
}
