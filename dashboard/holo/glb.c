/* The binary glTF. See glb.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/holo/glb.h"

#include <math.h>
#include <string.h>

#include "common/json.h"

/* glTF 2.0 specification, 5.1 and 5.11: numbers of the format. */
#define MAGIC         0x46546c67u
#define VERSION       2u
#define CHUNK_JSON    0x4e4f534au
#define CHUNK_BIN     0x004e4942u
#define COMPONENT_U16 5123
#define COMPONENT_F32 5126
#define TARGET_VERTEX 34962
#define TARGET_INDEX  34963
#define MODE_STRIP    3
#define WRAP_REPEAT   10497
#define FILTER_LINEAR 9729
#define VERTICES_MAX  65535u

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

/* ---- what is in it ---- */

static void
mesh_clear(gpointer data)
{
    g_free(((Mesh *)data)->name);
}

static void
node_clear(gpointer data)
{
    Node *node = data;
    g_free(node->name);
    g_free(node->extras);
    g_array_unref(node->children);
}

static void
image_clear(gpointer data)
{
    Image *image = data;
    g_free(image->name);
    g_bytes_unref(image->png);
}

static void
material_clear(gpointer data)
{
    g_free(((Material *)data)->name);
}

static GArray *
list_new(size_t size, GDestroyNotify clear)
{
    GArray *list = g_array_new(FALSE, TRUE, (guint)size);
    if (clear)
        g_array_set_clear_func(list, clear);
    return list;
}

DashGlb *
dash_glb_new(const char *generator)
{
    DashGlb *self = g_new0(DashGlb, 1);
    self->generator = g_strdup(generator);
    for (size_t i = 0; i < N_VIEWS; i++)
        self->view[i] = g_byte_array_new();
    self->accessors = list_new(sizeof(Accessor), NULL);
    self->shapes = list_new(sizeof(Shape), NULL);
    self->meshes = list_new(sizeof(Mesh), mesh_clear);
    self->nodes = list_new(sizeof(Node), node_clear);
    self->images = list_new(sizeof(Image), image_clear);
    self->materials = list_new(sizeof(Material), material_clear);
    self->roots = list_new(sizeof(int), NULL);
    self->known = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    return self;
}

void
dash_glb_free(DashGlb *self)
{
    if (!self)
        return;
    for (size_t i = 0; i < N_VIEWS; i++)
        g_byte_array_unref(self->view[i]);
    GArray *all[] = {self->accessors, self->shapes,    self->meshes, self->nodes,
                     self->images,    self->materials, self->roots};
    for (size_t i = 0; i < G_N_ELEMENTS(all); i++)
        g_array_unref(all[i]);
    g_hash_table_unref(self->known);
    g_free(self->generator);
    g_free(self->extras);
    g_free(self);
}

static int
accessor_put(DashGlb *self, View view, unsigned width, const void *data, size_t count)
{
    Accessor accessor = {
        .view = view, .offset = self->view[view]->len, .count = count, .width = width};
    size_t size = count * width * (view == VIEW_INDEX ? sizeof(uint16_t) : sizeof(float));

    g_byte_array_append(self->view[view], data, (guint)size);
    if (view == VIEW_POSITION) {
        const float *value = data;
        accessor.bounded = true;
        for (unsigned c = 0; c < width; c++) {
            accessor.min[c] = accessor.max[c] = value[c];
            for (size_t i = 1; i < count; i++) {
                accessor.min[c] = fminf(accessor.min[c], value[i * width + c]);
                accessor.max[c] = fmaxf(accessor.max[c], value[i * width + c]);
            }
        }
    }
    g_array_append_val(self->accessors, accessor);
    return (int)self->accessors->len - 1;
}

int
dash_glb_image(DashGlb *self, const char *name, GBytes *png)
{
    Image image = {.name = g_strdup(name), .png = g_bytes_ref(png)};
    g_array_append_val(self->images, image);
    return (int)self->images->len - 1;
}

int
dash_glb_material(DashGlb *self, const DashGlbMaterial *material)
{
    Material mine = {
        .name = g_strdup(material->name),
        .colour = material->colour,
        .image = material->image,
        .unlit = material->unlit,
        .double_sided = material->double_sided,
    };
    g_array_append_val(self->materials, mine);
    return (int)self->materials->len - 1;
}

int
dash_glb_shape(DashGlb *self, const DashGlbShape *shape)
{
    g_return_val_if_fail(shape->n > 0 && shape->n <= VERTICES_MAX && shape->n_index > 0, 0);
    Shape mine = {.normal = DASH_GLB_NONE, .uv = DASH_GLB_NONE, .uv_of = shape->uv, .n = shape->n};
    mine.position = accessor_put(self, VIEW_POSITION, 3, shape->position, shape->n);
    if (shape->normal)
        mine.normal = accessor_put(self, VIEW_NORMAL, 3, shape->normal, shape->n);
    mine.index = accessor_put(self, VIEW_INDEX, 1, shape->index, shape->n_index);
    g_array_append_val(self->shapes, mine);
    return (int)self->shapes->len - 1;
}

static bool
has_image(const DashGlb *self, int material)
{
    return g_array_index(self->materials, Material, material).image != DASH_GLB_NONE;
}

int
dash_glb_mesh(DashGlb *self, const char *name, int shape, int material)
{
    g_autofree char *key = g_strdup_printf("%s/%d/%d", name, shape, material);
    int known = GPOINTER_TO_INT(g_hash_table_lookup(self->known, key));
    if (known > 0)
        return known - 1;
    Mesh mesh = {.name = g_strdup(name), .shape = shape, .material = material};
    Shape *of = &g_array_index(self->shapes, Shape, shape);
    if (has_image(self, material) && of->uv == DASH_GLB_NONE)
        of->uv = accessor_put(self, VIEW_UV, 2, of->uv_of, of->n);
    g_array_append_val(self->meshes, mesh);
    g_hash_table_insert(self->known, g_steal_pointer(&key), GINT_TO_POINTER(self->meshes->len));
    return (int)self->meshes->len - 1;
}

int
dash_glb_lines(DashGlb *self,
               const char *name,
               int material,
               const float *position,
               const size_t *n,
               size_t runs)
{
    g_return_val_if_fail(runs > 0, 0);
    Mesh mesh = {
        .name = g_strdup(name),
        .shape = DASH_GLB_NONE,
        .material = material,
        .first_run = (int)self->accessors->len,
        .runs = (int)runs,
    };
    for (size_t i = 0; i < runs; i++) {
        accessor_put(self, VIEW_POSITION, 3, position, n[i]);
        position += 3 * n[i];
    }
    g_array_append_val(self->meshes, mesh);
    return (int)self->meshes->len - 1;
}

int
dash_glb_node(DashGlb *self, int parent, const DashGlbNode *node)
{
    Node mine = {
        .name = g_strdup(node->name),
        .extras = g_strdup(node->extras),
        .mesh = node->mesh,
        .children = list_new(sizeof(int), NULL),
    };
    memcpy(mine.at, node->at, sizeof mine.at);
    memcpy(mine.scale, node->scale, sizeof mine.scale);
    int index = (int)self->nodes->len;
    g_array_append_val(self->nodes, mine);
    GArray *siblings =
        parent == DASH_GLB_NONE ? self->roots : g_array_index(self->nodes, Node, parent).children;
    g_array_append_val(siblings, index);
    return index;
}

void
dash_glb_set_extras(DashGlb *self, const char *extras)
{
    g_free(self->extras);
    self->extras = g_strdup(extras);
}

/* ---- the text of the file ---- */

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

static size_t
padded(size_t size)
{
    return (size + 3) & ~(size_t)3;
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
        offset += padded(size);
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
    if (shape && has_image(self, material))
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

static char *
text_of(const DashGlb *self, size_t *bin)
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

/* ---- the bytes ---- */

static void
put_u32(GByteArray *out, size_t value)
{
    uint32_t little = GUINT32_TO_LE((uint32_t)value);
    g_byte_array_append(out, (const guint8 *)&little, sizeof little);
}

static void
put_padded(GByteArray *out, const void *data, size_t size, char filler)
{
    const guint8 fill[3] = {(guint8)filler, (guint8)filler, (guint8)filler};
    g_byte_array_append(out, data, (guint)size);
    g_byte_array_append(out, fill, (guint)(padded(size) - size));
}

GBytes *
dash_glb_write(const DashGlb *self)
{
    size_t bin = 0;
    g_autofree char *text = text_of(self, &bin);
    size_t length = strlen(text);
    size_t total = 12 + 8 + padded(length) + (bin > 0 ? 8 + bin : 0);
    GByteArray *out = g_byte_array_sized_new((guint)total);

    put_u32(out, MAGIC);
    put_u32(out, VERSION);
    put_u32(out, total);
    put_u32(out, padded(length));
    put_u32(out, CHUNK_JSON);
    put_padded(out, text, length, ' ');
    if (bin > 0) {
        put_u32(out, bin);
        put_u32(out, CHUNK_BIN);
        for (size_t i = 0; i < N_VIEWS; i++)
            put_padded(out, self->view[i]->data, self->view[i]->len, 0);
        for (guint i = 0; i < self->images->len; i++) {
            size_t size = 0;
            const void *png = g_bytes_get_data(g_array_index(self->images, Image, i).png, &size);
            put_padded(out, png, size, 0);
        }
    }
    g_assert(out->len == total);
    return g_byte_array_free_to_bytes(out);
}
