/* The binary glTF: its pieces and its bytes; its text is in glb-text.c. See glb.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/holo/glb.h"

#include <math.h>
#include <string.h>

#include "dashboard/holo/glb-parts.h"

/* glTF 2.0 specification, 5.1 and 5.11: numbers of the format. */
#define MAGIC        0x46546c67u
#define VERSION      2u
#define CHUNK_JSON   0x4e4f534au
#define CHUNK_BIN    0x004e4942u
#define VERTICES_MAX 65535u

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

bool
dash_glb_has_image(const DashGlb *self, int material)
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
    if (dash_glb_has_image(self, material) && of->uv == DASH_GLB_NONE)
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
    g_byte_array_append(out, fill, (guint)(dash_glb_padded(size) - size));
}

GBytes *
dash_glb_write(const DashGlb *self)
{
    size_t bin = 0;
    g_autofree char *text = dash_glb_text(self, &bin);
    size_t length = strlen(text);
    size_t total = 12 + 8 + dash_glb_padded(length) + (bin > 0 ? 8 + bin : 0);
    GByteArray *out = g_byte_array_sized_new((guint)total);

    put_u32(out, MAGIC);
    put_u32(out, VERSION);
    put_u32(out, total);
    put_u32(out, dash_glb_padded(length));
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
