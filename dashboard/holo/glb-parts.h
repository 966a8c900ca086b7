/* The pieces of a binary glTF, between the two files that make it: glb.c collects them, glb-text.c
 * names them in the file's text.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "dashboard/holo/glb.h"

G_BEGIN_DECLS

/* Views of the buffer, in their order. Images follow, one view each. */
typedef enum { VIEW_INDEX, VIEW_POSITION, VIEW_NORMAL, VIEW_UV, N_VIEWS } View;

typedef struct {
    View view;
    size_t offset;
    size_t count;
    unsigned width; /* components: 1 to 3 */
    bool bounded;
    float min[3];
    float max[3];
} Accessor;

typedef struct {
    int position, normal, uv, index; /* accessors; the third only when a picture needs it */
    const float *uv_of;
    size_t n;
} Shape;

typedef struct {
    char *name;
    int shape; /* NONE: of lines */
    int material;
    int first_run; /* accessor */
    int runs;
} Mesh;

typedef struct {
    char *name;
    char *extras;
    int mesh;
    float at[3], scale[3];
    GArray *children; /* int */
} Node;

typedef struct {
    char *name;
    GBytes *png;
} Image;

typedef struct {
    char *name;
    uint32_t colour;
    int image;
    bool unlit, double_sided;
} Material;

struct DashGlb {
    char *generator;
    char *extras;
    GByteArray *view[N_VIEWS];
    GArray *accessors, *shapes, *meshes, *nodes, *images, *materials;
    GArray *roots;     /* int */
    GHashTable *known; /* "name/shape/material" -> mesh + 1 */
};

/* The JSON of the file, and the length of its buffer; caller frees. */
char *dash_glb_text(const DashGlb *self, size_t *bin);

bool dash_glb_has_image(const DashGlb *self, int material);

/* To a multiple of four bytes, as chunks and views want. */
static inline size_t
dash_glb_padded(size_t size)
{
    return (size + 3) & ~(size_t)3;
}

G_END_DECLS
