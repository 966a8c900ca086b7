/* Path. See path.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/holo/path.h"

#include "common/error.h"
#include "dashboard/holo/mesh.h"

struct DashPath {
    DashPathKind asked;
    DashMesh *mesh; /* NULL: sprites */
    char *renderer;
    char *why;
};

static const char *const names[DASH_N_PATHS] = {
    [DASH_PATH_AUTO] = "auto",
    [DASH_PATH_SPRITES] = "sprites",
    [DASH_PATH_MESH] = "mesh",
};

bool
dash_path_find(const char *name, DashPathKind *kind, GError **error)
{
    for (unsigned i = 0; i < DASH_N_PATHS; i++)
        if (g_strcmp0(name ? name : names[DASH_PATH_AUTO], names[i]) == 0) {
            *kind = (DashPathKind)i;
            return true;
        }
    g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT, "--path %s: expected auto, sprites or mesh",
                name);
    return false;
}

static void
say(DashPath *self, char *why)
{
    g_free(self->why);
    self->why = why;
}

static void
use_sprites(DashPath *self, char *why)
{
    g_clear_pointer(&self->mesh, dash_mesh_free);
    say(self, why);
}

static void
take_mesh(DashPath *self, DashMesh *mesh)
{
    const char *renderer = dash_mesh_renderer(mesh);

    self->mesh = mesh;
    self->renderer = g_strdup(renderer);
    if (dash_mesh_is_hardware(mesh))
        say(self, g_strdup_printf("mesh: drawn by %s", renderer));
    else if (self->asked == DASH_PATH_MESH)
        say(self, g_strdup_printf("mesh: asked for; OpenGL here is %s, which computes on the CPU",
                                  renderer));
    else
        use_sprites(self, g_strdup_printf("sprites: OpenGL here is %s, which computes on the CPU",
                                          renderer));
}

DashPath *
dash_path_new(DashPathKind kind, GError **error)
{
    g_autoptr(DashPath) self = g_new0(DashPath, 1);
    g_autoptr(GError) missing = NULL;

    self->asked = kind;
    self->renderer = g_strdup("");
    if (kind == DASH_PATH_SPRITES) {
        say(self, g_strdup("sprites: asked for"));
        return g_steal_pointer(&self);
    }
    DashMesh *mesh = dash_mesh_new(&missing);
    if (mesh != NULL) {
        g_free(self->renderer);
        take_mesh(self, mesh);
    } else if (kind == DASH_PATH_AUTO) {
        say(self, g_strdup_printf("sprites: %s", missing->message));
    } else {
        g_propagate_prefixed_error(error, g_steal_pointer(&missing), "--path mesh: ");
        return NULL;
    }
    return g_steal_pointer(&self);
}

void
dash_path_free(DashPath *self)
{
    if (self == NULL)
        return;
    dash_mesh_free(self->mesh);
    g_free(self->renderer);
    g_free(self->why);
    g_free(self);
}

DashPathKind
dash_path_kind(const DashPath *self)
{
    return self->mesh != NULL ? DASH_PATH_MESH : DASH_PATH_SPRITES;
}

const char *
dash_path_name(DashPathKind kind)
{
    g_return_val_if_fail((unsigned)kind < DASH_N_PATHS, "");
    return names[kind];
}

const char *
dash_path_renderer(const DashPath *self)
{
    return self->renderer;
}

const char *
dash_path_why(const DashPath *self)
{
    return self->why;
}

bool
dash_path_draw(DashPath *self,
               const DashOutput *output,
               const DashLayers *layers,
               const DashSurface *out,
               GError **error)
{
    g_autoptr(GError) refused = NULL;

    if (self->mesh != NULL && dash_mesh_draw(self->mesh, output, layers, out, &refused))
        return true;
    if (self->mesh != NULL && self->asked == DASH_PATH_MESH) {
        g_propagate_error(error, g_steal_pointer(&refused));
        return false;
    }
    if (self->mesh != NULL)
        use_sprites(self, g_strdup_printf("sprites: %s", refused->message));
    dash_output_draw(output, layers, out);
    return true;
}
