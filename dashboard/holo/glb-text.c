/* The binary glTF: its text. See glb.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "common/json.h"
#include "dashboard/holo/glb-parts.h"

/* glTF 2.0 specification, 5.1 and 5.11: numbers of the format. */
#define COMPONENT_U16 5123
#define COMPONENT_F32 5126
#define TARGET_VERTEX 34962
#define TARGET_INDEX  34963
#define MODE_STRIP    3
#define WRAP_REPEAT   10497
#define FILTER_LINEAR 9729

double
dash_glb_linear(unsigned srgb)
{
    double c = srgb / 255.0; /* IEC 61966-2-1 */
    return c <= 0.04045 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4);
}

static void
put_floats(VicuJson *json, const char *key, const float *value, unsigned n)
{
    vicu_json_begin_array(json, key);
    for (unsigned i = 0; i < n; i++)
        vicu_json_number(json, NULL, (double)value[i]);
    vicu_json_end(json);
}

static void
put_integers(VicuJson *json, const char *key, const GArray *list)
{
    vicu_json_begin_array(json, key);
    for (guint i = 0; i < list->len; i++)
        vicu_json_integer(json, NULL, g_array_index(list, int, i));
    vicu_json_end(json);
}

static void
put_accessors(const DashGlb *self, VicuJson *json)
{
    static const char *const types[] = {"", "SCALAR", "VEC2", "VEC3"};
    int view_of[N_VIEWS] = {0};
    int next = 0;

    for (size_t i = 0; i < N_VIEWS; i++)
        view_of[i] = self->view[i]->len > 0 ? next++ : DASH_GLB_NONE;
    vicu_json_begin_array(json, "accessors");
    for (guint i = 0; i < self->accessors->len; i++) {
        const Accessor *a = &g_array_index(self->accessors, Accessor, i);
        vicu_json_begin_object(json, NULL);
        vicu_json_integer(json, "bufferView", view_of[a->view]);
        if (a->offset > 0)
            vicu_json_integer(json, "byteOffset", (int64_t)a->offset);
        vicu_json_integer(json, "componentType",
                          a->view == VIEW_INDEX ? COMPONENT_U16 : COMPONENT_F32);
        vicu_json_integer(json, "count", (int64_t)a->count);
        vicu_json_text(json, "type", types[a->width]);
        if (a->bounded) {
            put_floats(json, "min", a->min, a->width);
            put_floats(json, "max", a->max, a->width);
        }
        vicu_json_end(json);
    }
    vicu_json_end(json);
}

/* Returns the length of the buffer. */
static size_t
put_views(const DashGlb *self, VicuJson *json)
{
    static const int strides[N_VIEWS] = {0, 12, 12, 8};
    size_t offset = 0;

    vicu_json_begin_array(json, "bufferViews");
    for (size_t i = 0; i < N_VIEWS + self->images->len; i++) {
        bool image = i >= N_VIEWS;
        size_t size = image ? g_bytes_get_size(g_array_index(self->images, Image, i - N_VIEWS).png)
                            : self->view[i]->len;
        if (size == 0)
            continue;
        vicu_json_begin_object(json, NULL);
        vicu_json_integer(json, "buffer", 0);
        if (offset > 0)
            vicu_json_integer(json, "byteOffset", (int64_t)offset);
        vicu_json_integer(json, "byteLength", (int64_t)size);
        if (!image && strides[i] > 0)
            vicu_json_integer(json, "byteStride", strides[i]);
        if (!image)
            vicu_json_integer(json, "target", i == VIEW_INDEX ? TARGET_INDEX : TARGET_VERTEX);
        vicu_json_end(json);
        offset += dash_glb_padded(size);
    }
    vicu_json_end(json);
    return offset;
}

static void
put_images(const DashGlb *self, VicuJson *json)
{
    int view = 0;

    if (self->images->len == 0)
        return;
    for (size_t i = 0; i < N_VIEWS; i++)
        view += self->view[i]->len > 0;
    vicu_json_begin_array(json, "images");
    for (guint i = 0; i < self->images->len; i++) {
        vicu_json_begin_object(json, NULL);
        vicu_json_text(json, "name", g_array_index(self->images, Image, i).name);
        vicu_json_text(json, "mimeType", "image/png");
        vicu_json_integer(json, "bufferView", view + (int)i);
        vicu_json_end(json);
    }
    vicu_json_end(json);
    vicu_json_begin_array(json, "samplers");
    vicu_json_begin_object(json, NULL);
    vicu_json_integer(json, "magFilter", FILTER_LINEAR);
    vicu_json_integer(json, "minFilter", FILTER_LINEAR);
    vicu_json_integer(json, "wrapS", WRAP_REPEAT);
    vicu_json_integer(json, "wrapT", WRAP_REPEAT);
    vicu_json_end(json);
    vicu_json_end(json);
    vicu_json_begin_array(json, "textures");
    for (guint i = 0; i < self->images->len; i++) {
        vicu_json_begin_object(json, NULL);
        vicu_json_integer(json, "sampler", 0);
        vicu_json_integer(json, "source", (int)i);
        vicu_json_end(json);
    }
    vicu_json_end(json);
}

static void
put_material(VicuJson *json, const Material *m)
{
    vicu_json_begin_object(json, NULL);
    vicu_json_text(json, "name", m->name);
    vicu_json_begin_object(json, "pbrMetallicRoughness");
    vicu_json_begin_array(json, "baseColorFactor");
    for (int shift = 16; shift >= 0; shift -= 8)
        vicu_json_number(json, NULL, dash_glb_linear(m->colour >> shift & 0xff));
    vicu_json_number(json, NULL, 1);
    vicu_json_end(json);
    if (m->image != DASH_GLB_NONE) {
        vicu_json_begin_object(json, "baseColorTexture");
        vicu_json_integer(json, "index", m->image);
        vicu_json_end(json);
    }
    vicu_json_number(json, "metallicFactor", 0);
    vicu_json_number(json, "roughnessFactor", 0.9);
    vicu_json_end(json);
    if (m->double_sided)
        vicu_json_bool(json, "doubleSided", TRUE);
    if (m->unlit)
        vicu_json_raw(json, "extensions", "{\"KHR_materials_unlit\":{}}");
    vicu_json_end(json);
}

static void
put_primitive(const DashGlb *self, VicuJson *json, const Shape *shape, int position, int material)
{
    vicu_json_begin_object(json, NULL);
    vicu_json_begin_object(json, "attributes");
    vicu_json_integer(json, "POSITION", position);
    if (shape && shape->normal != DASH_GLB_NONE)
        vicu_json_integer(json, "NORMAL", shape->normal);
    if (shape && dash_glb_has_image(self, material))
        vicu_json_integer(json, "TEXCOORD_0", shape->uv);
    vicu_json_end(json);
    if (shape)
        vicu_json_integer(json, "indices", shape->index);
    else
        vicu_json_integer(json, "mode", MODE_STRIP);
    vicu_json_integer(json, "material", material);
    vicu_json_end(json);
}

static void
put_mesh(const DashGlb *self, VicuJson *json, const Mesh *mesh)
{
    vicu_json_begin_object(json, NULL);
    vicu_json_text(json, "name", mesh->name);
    vicu_json_begin_array(json, "primitives");
    if (mesh->shape != DASH_GLB_NONE) {
        const Shape *shape = &g_array_index(self->shapes, Shape, mesh->shape);
        put_primitive(self, json, shape, shape->position, mesh->material);
    }
    for (int i = 0; i < mesh->runs; i++)
        put_primitive(self, json, NULL, mesh->first_run + i, mesh->material);
    vicu_json_end(json);
    vicu_json_end(json);
}

static bool
all_are(const float *value, float one)
{
    return value[0] == one && value[1] == one && value[2] == one;
}

static void
put_node(VicuJson *json, const Node *node)
{
    vicu_json_begin_object(json, NULL);
    if (node->name)
        vicu_json_text(json, "name", node->name);
    if (node->mesh != DASH_GLB_NONE)
        vicu_json_integer(json, "mesh", node->mesh);
    if (!all_are(node->at, 0))
        put_floats(json, "translation", node->at, 3);
    if (!all_are(node->scale, 1))
        put_floats(json, "scale", node->scale, 3);
    if (node->children->len > 0)
        put_integers(json, "children", node->children);
    if (node->extras)
        vicu_json_raw(json, "extras", node->extras);
    vicu_json_end(json);
}

static void
put_head(const DashGlb *self, VicuJson *json)
{
    bool unlit = false;

    vicu_json_begin_object(json, "asset");
    vicu_json_text(json, "version", "2.0");
    vicu_json_text(json, "generator", self->generator);
    if (self->extras)
        vicu_json_raw(json, "extras", self->extras);
    vicu_json_end(json);
    for (guint i = 0; i < self->materials->len; i++)
        unlit = unlit || g_array_index(self->materials, Material, i).unlit;
    if (unlit)
        vicu_json_raw(json, "extensionsUsed", "[\"KHR_materials_unlit\"]");
    vicu_json_integer(json, "scene", 0);
    vicu_json_begin_array(json, "scenes");
    vicu_json_begin_object(json, NULL);
    if (self->roots->len > 0)
        put_integers(json, "nodes", self->roots);
    vicu_json_end(json);
    vicu_json_end(json);
}

char *
dash_glb_text(const DashGlb *self, size_t *bin)
{
    g_autoptr(VicuJson) json = vicu_json_new();

    vicu_json_begin_object(json, NULL);
    put_head(self, json);
    if (self->nodes->len > 0) {
        vicu_json_begin_array(json, "nodes");
        for (guint i = 0; i < self->nodes->len; i++)
            put_node(json, &g_array_index(self->nodes, Node, i));
        vicu_json_end(json);
    }
    if (self->meshes->len > 0) {
        vicu_json_begin_array(json, "meshes");
        for (guint i = 0; i < self->meshes->len; i++)
            put_mesh(self, json, &g_array_index(self->meshes, Mesh, i));
        vicu_json_end(json);
        vicu_json_begin_array(json, "materials");
        for (guint i = 0; i < self->materials->len; i++)
            put_material(json, &g_array_index(self->materials, Material, i));
        vicu_json_end(json);
        put_images(self, json);
        put_accessors(self, json);
        *bin = put_views(self, json);
        vicu_json_begin_array(json, "buffers");
        vicu_json_begin_object(json, NULL);
        vicu_json_integer(json, "byteLength", (int64_t)*bin);
        vicu_json_end(json);
        vicu_json_end(json);
    }
    vicu_json_end(json);
    return g_strdup(vicu_json_peek(json));
}
