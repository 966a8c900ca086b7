/* glTF 2.0 in its binary form (.glb): a scene put together piece by piece, then written at once.
 *
 * The same calls give the same bytes: nothing in it comes from a clock or an address. Geometry is
 * kept once and shared by meshes, meshes by nodes. Colours are 0xAARRGGBB as on the screen; the
 * file has them linear, as the format wants. One owner thread; memory grows with what is put in.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

G_BEGIN_DECLS

typedef struct DashGlb DashGlb;

#define DASH_GLB_NONE (-1)

/* Triangles. @normal may be NULL, and @uv where no picture is put on it. At most 65535 vertices.
 * @uv has to stand until the last mesh of the shape is made. */
typedef struct {
    const float *position; /* 3 a vertex */
    const float *normal;   /* 3 a vertex, of length 1 */
    const float *uv;       /* 2 a vertex */
    size_t n;
    const uint16_t *index;
    size_t n_index;
} DashGlbShape;

typedef struct {
    const char *name;
    uint32_t colour;
    int image;  /* DASH_GLB_NONE: plain */
    bool unlit; /* the same bytes in every light */
    bool double_sided;
} DashGlbMaterial;

typedef struct {
    const char *name; /* may be NULL */
    int mesh;         /* or DASH_GLB_NONE */
    float at[3];
    float scale[3];
    const char *extras; /* a JSON object, or NULL */
} DashGlbNode;

DashGlb *dash_glb_new(const char *generator);
void dash_glb_free(DashGlb *self);

/* Each returns the index by which it is named later. */
int dash_glb_image(DashGlb *self, const char *name, GBytes *png);
int dash_glb_material(DashGlb *self, const DashGlbMaterial *material);
int dash_glb_shape(DashGlb *self, const DashGlbShape *shape);
/* The same name, shape and material again is the same mesh. */
int dash_glb_mesh(DashGlb *self, const char *name, int shape, int material);
/* Lines through @n >= 2 points each, @runs of them one after the other in @position. */
int dash_glb_lines(DashGlb *self,
                   const char *name,
                   int material,
                   const float *position,
                   const size_t *n,
                   size_t runs);
/* @parent DASH_GLB_NONE: of the scene itself. */
int dash_glb_node(DashGlb *self, int parent, const DashGlbNode *node);
/* Of the whole file: a JSON object. */
void dash_glb_set_extras(DashGlb *self, const char *extras);

/* The file; caller unrefs. Images, materials and shapes that nothing uses are a bug of the caller.
 */
GBytes *dash_glb_write(const DashGlb *self);

/* A colour of the screen as the format has it, linear: 0..255 to 0..1. */
double dash_glb_linear(unsigned srgb);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(DashGlb, dash_glb_free)

G_END_DECLS
