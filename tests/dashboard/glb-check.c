/* Strict reader of .glb files. See glb-check.h. Numbers in brackets are sections of the glTF 2.0
 * specification.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "tests/dashboard/glb-check.h"

#include <math.h>
#include <string.h>

typedef struct {
    JsonObject *root;
    const uint8_t *bin;
    size_t bin_size;
    char *wrong;
    bool *accessor_used, *material_used, *mesh_used, *texture_used, *image_used, *node_seen;
    int *view_target; /* as the uses say; 0 = none */
} Check;

static bool G_GNUC_PRINTF(2, 3) fail(Check *self, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    if (self->wrong == NULL)
        self->wrong = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    return false;
}

static JsonArray *
list_of(JsonObject *object, const char *name)
{
    JsonNode *node = object ? json_object_get_member(object, name) : NULL;
    return node && JSON_NODE_HOLDS_ARRAY(node) ? json_node_get_array(node) : NULL;
}

static unsigned
n_of(JsonObject *object, const char *name)
{
    JsonArray *list = list_of(object, name);
    return list ? json_array_get_length(list) : 0;
}

JsonObject *
glb_at(JsonObject *root, const char *list, unsigned index)
{
    JsonArray *array = list_of(root, list);
    return array && index < json_array_get_length(array)
               ? json_array_get_object_element(array, index)
               : NULL;
}

int
glb_find(JsonObject *root, const char *list, const char *name)
{
    for (unsigned i = 0; i < n_of(root, list); i++)
        if (g_strcmp0(json_object_get_string_member_with_default(glb_at(root, list, i), "name", ""),
                      name)
            == 0)
            return (int)i;
    return -1;
}

static int64_t
integer(JsonObject *object, const char *name, int64_t otherwise)
{
    return object ? json_object_get_int_member_with_default(object, name, otherwise) : otherwise;
}

/* An index into @list that is there. */
static bool
index_in(Check *self, JsonObject *object, const char *name, const char *list, unsigned *out)
{
    int64_t index = integer(object, name, -1);
    if (index < 0 || index >= (int64_t)n_of(self->root, list))
        return fail(self, "%s %" G_GINT64_FORMAT " is outside %s", name, index, list);
    *out = (unsigned)index;
    return true;
}

/* ---- buffer, views, accessors [3.6] ---- */

static bool
check_views(Check *self)
{
    int64_t end = 0;

    if (n_of(self->root, "buffers") != 1)
        return fail(self, "not one buffer");
    int64_t length = integer(glb_at(self->root, "buffers", 0), "byteLength", -1);
    if (length < 1 || (size_t)length > self->bin_size || self->bin_size - (size_t)length > 3)
        return fail(self, "buffer of %" G_GINT64_FORMAT " for a chunk of %zu", length,
                    self->bin_size);
    for (unsigned i = 0; i < n_of(self->root, "bufferViews"); i++) {
        JsonObject *view = glb_at(self->root, "bufferViews", i);
        int64_t offset = integer(view, "byteOffset", 0), size = integer(view, "byteLength", 0);
        int64_t stride = integer(view, "byteStride", 0), target = integer(view, "target", 0);
        if (integer(view, "buffer", -1) != 0 || size < 1 || offset < end || offset % 4 != 0
            || offset + size > length)
            return fail(self, "view %u is out of its buffer, not aligned or overlaps", i);
        if (stride != 0 && (stride < 4 || stride > 252 || stride % 4 != 0 || target != 34962))
            return fail(self, "view %u has a stride of %" G_GINT64_FORMAT, i, stride);
        if (target != 0 && target != 34962 && target != 34963)
            return fail(self, "view %u has target %" G_GINT64_FORMAT, i, target);
        end = offset + size;
    }
    return true;
}

typedef struct {
    unsigned view;
    const uint8_t *at;
    size_t count, stride;
    unsigned width; /* components */
    bool floats;
} Values;

static bool
values_of(Check *self, unsigned index, Values *out)
{
    JsonObject *accessor = glb_at(self->root, "accessors", index);
    const char *type = json_object_get_string_member_with_default(accessor, "type", "");
    int64_t component = integer(accessor, "componentType", 0),
            count = integer(accessor, "count", 0);
    int64_t offset = integer(accessor, "byteOffset", 0);

    if (!index_in(self, accessor, "bufferView", "bufferViews", &out->view))
        return false;
    JsonObject *view = glb_at(self->root, "bufferViews", out->view);
    out->floats = component == 5126;
    out->width = strcmp(type, "VEC3") == 0 ? 3 : strcmp(type, "VEC2") == 0 ? 2 : 1;
    if ((component != 5126 && component != 5123) || count < 1
        || (out->width == 1 && strcmp(type, "SCALAR") != 0))
        return fail(self, "accessor %u: type, component or count", index);
    size_t one = out->floats ? 4 : 2, size = one * out->width;
    out->stride = (size_t)integer(view, "byteStride", (int64_t)size);
    out->count = (size_t)count;
    if (offset < 0 || offset % (int64_t)one != 0 || out->stride < size
        || (uint64_t)offset + out->stride * (out->count - 1) + size
               > (uint64_t)integer(view, "byteLength", 0))
        return fail(self, "accessor %u does not fit its view", index);
    out->at = self->bin + integer(view, "byteOffset", 0) + offset;
    return true;
}

static double
value_at(const Values *values, size_t i, unsigned component)
{
    const uint8_t *at = values->at + i * values->stride;
    float single;
    uint16_t small;
    if (values->floats) {
        memcpy(&single, at + 4 * component, 4);
        return (double)single;
    }
    memcpy(&small, at + 2 * component, 2);
    return small;
}

static bool
check_bounds(Check *self, unsigned index, const Values *values)
{
    JsonObject *accessor = glb_at(self->root, "accessors", index);
    JsonArray *least = list_of(accessor, "min"), *most = list_of(accessor, "max");

    if (!least || !most || json_array_get_length(least) != values->width
        || json_array_get_length(most) != values->width)
        return fail(self, "accessor %u: positions without bounds", index);
    for (unsigned c = 0; c < values->width; c++) {
        double lo = INFINITY, hi = -INFINITY;
        for (size_t i = 0; i < values->count; i++) {
            lo = fmin(lo, value_at(values, i, c));
            hi = fmax(hi, value_at(values, i, c));
        }
        if (lo != json_array_get_double_element(least, c)
            || hi != json_array_get_double_element(most, c))
            return fail(self, "accessor %u: bounds of component %u are not those of the data",
                        index, c);
    }
    return true;
}

/* Marks the accessor as used and checks what every use has in common. */
static bool
use_accessor(Check *self, JsonObject *object, const char *name, unsigned width, Values *values)
{
    unsigned index;
    int target = strcmp(name, "indices") == 0 ? 34963 : 34962;

    if (!index_in(self, object, name, "accessors", &index) || !values_of(self, index, values))
        return false;
    JsonObject *view = glb_at(self->root, "bufferViews", values->view);
    if (values->width != width || values->floats == (target == 34963))
        return fail(self, "%s: accessor %u is of another kind", name, index);
    if (integer(view, "target", 0) != target)
        return fail(self, "%s: view %u has another target", name, values->view);
    if (target == 34962 && json_object_has_member(view, "byteStride") == FALSE)
        return fail(self, "%s: view %u is shared and has no stride", name, values->view);
    for (size_t i = 0; i < values->count; i++)
        for (unsigned c = 0; c < width; c++)
            if (!isfinite(value_at(values, i, c)))
                return fail(self, "accessor %u: value %zu is not finite", index, i);
    self->accessor_used[index] = true;
    return strcmp(name, "POSITION") != 0 || check_bounds(self, index, values);
}

/* ---- meshes [3.7] ---- */

static bool
check_indices(Check *self, JsonObject *primitive, size_t vertices)
{
    Values values;
    if (!use_accessor(self, primitive, "indices", 1, &values))
        return false;
    if (values.count % 3 != 0)
        return fail(self, "%zu indices are no triangles", values.count);
    for (size_t i = 0; i < values.count; i++)
        if (value_at(&values, i, 0) >= (double)vertices || value_at(&values, i, 0) == 65535)
            return fail(self, "index %g of %zu vertices", value_at(&values, i, 0), vertices);
    return true;
}

static bool
check_normals(Check *self, JsonObject *attributes, size_t vertices)
{
    Values values;
    if (!use_accessor(self, attributes, "NORMAL", 3, &values))
        return false;
    if (values.count != vertices)
        return fail(self, "%zu normals of %zu vertices", values.count, vertices);
    for (size_t i = 0; i < values.count; i++) {
        double x = value_at(&values, i, 0), y = value_at(&values, i, 1),
               z = value_at(&values, i, 2);
        if (fabs(x * x + y * y + z * z - 1) > 5e-4)
            return fail(self, "normal %zu is not of length 1", i);
    }
    return true;
}

static bool
check_primitive(Check *self, JsonObject *primitive)
{
    JsonNode *node = json_object_get_member(primitive, "attributes");
    unsigned material, mode = (unsigned)integer(primitive, "mode", 4);
    Values position, uv;

    if (!node || !JSON_NODE_HOLDS_OBJECT(node))
        return fail(self, "a primitive without attributes");
    JsonObject *attributes = json_node_get_object(node);
    if (!use_accessor(self, attributes, "POSITION", 3, &position)
        || !index_in(self, primitive, "material", "materials", &material))
        return false;
    self->material_used[material] = true;
    JsonObject *pbr = json_object_get_object_member(glb_at(self->root, "materials", material),
                                                    "pbrMetallicRoughness");
    bool textured = json_object_has_member(pbr, "baseColorTexture");
    if (textured != (bool)json_object_has_member(attributes, "TEXCOORD_0"))
        return fail(self, "texture coordinates and the texture do not go together");
    if (textured
        && (!use_accessor(self, attributes, "TEXCOORD_0", 2, &uv) || uv.count != position.count))
        return fail(self, "texture coordinates of another count");
    if (json_object_has_member(attributes, "NORMAL")
        && !check_normals(self, attributes, position.count))
        return false;
    if (mode == 3)
        return position.count >= 2 || fail(self, "a line of one point");
    if (mode != 4)
        return fail(self, "mode %u", mode);
    return check_indices(self, primitive, position.count);
}

static bool
check_meshes(Check *self)
{
    for (unsigned i = 0; i < n_of(self->root, "meshes"); i++) {
        JsonObject *mesh = glb_at(self->root, "meshes", i);
        if (n_of(mesh, "primitives") == 0)
            return fail(self, "mesh %u is empty", i);
        for (unsigned k = 0; k < n_of(mesh, "primitives"); k++)
            if (!check_primitive(self, glb_at(mesh, "primitives", k)))
                return false;
    }
    return true;
}

/* ---- materials, textures, images [3.8, 3.9] ---- */

static bool
check_material(Check *self, unsigned i)
{
    JsonObject *material = glb_at(self->root, "materials", i);
    JsonObject *pbr = json_object_get_object_member(material, "pbrMetallicRoughness");
    JsonArray *factor = list_of(pbr, "baseColorFactor");
    unsigned texture;

    if (!factor || json_array_get_length(factor) != 4)
        return fail(self, "material %u has no colour", i);
    for (unsigned c = 0; c < 4; c++) {
        double value = json_array_get_double_element(factor, c);
        if (!(value >= 0 && value <= 1))
            return fail(self, "material %u: colour %g", i, value);
    }
    if (json_object_has_member(pbr, "baseColorTexture")) {
        if (!index_in(self, json_object_get_object_member(pbr, "baseColorTexture"), "index",
                      "textures", &texture))
            return false;
        self->texture_used[texture] = true;
    }
    if (json_object_has_member(material, "extensions")) {
        JsonArray *used = list_of(self->root, "extensionsUsed");
        if (!used || json_array_get_length(used) != 1
            || strcmp(json_array_get_string_element(used, 0), "KHR_materials_unlit") != 0)
            return fail(self, "material %u: its extension is not declared", i);
    }
    return true;
}

static bool
check_textures(Check *self)
{
    static const uint8_t signature[8] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};

    for (unsigned i = 0; i < n_of(self->root, "textures"); i++) {
        JsonObject *texture = glb_at(self->root, "textures", i);
        unsigned source, sampler;
        if (!index_in(self, texture, "source", "images", &source)
            || !index_in(self, texture, "sampler", "samplers", &sampler))
            return false;
        self->image_used[source] = true;
    }
    for (unsigned i = 0; i < n_of(self->root, "images"); i++) {
        JsonObject *image = glb_at(self->root, "images", i);
        unsigned view;
        if (!index_in(self, image, "bufferView", "bufferViews", &view))
            return false;
        JsonObject *bytes = glb_at(self->root, "bufferViews", view);
        if (integer(bytes, "byteLength", 0) < 8 || json_object_has_member(bytes, "target")
            || g_strcmp0(json_object_get_string_member_with_default(image, "mimeType", ""),
                         "image/png")
                   != 0
            || memcmp(self->bin + integer(bytes, "byteOffset", 0), signature, 8) != 0)
            return fail(self, "image %u is no PNG", i);
    }
    return true;
}

/* ---- nodes and scenes [3.5] ---- */

static bool
check_node(Check *self, unsigned index, unsigned depth)
{
    JsonObject *node = glb_at(self->root, "nodes", index);
    JsonArray *children = list_of(node, "children");
    unsigned mesh;

    if (self->node_seen[index] || depth > 8)
        return fail(self, "node %u has two parents, or itself among its children", index);
    self->node_seen[index] = true;
    if (json_object_has_member(node, "mesh")) {
        if (!index_in(self, node, "mesh", "meshes", &mesh))
            return false;
        self->mesh_used[mesh] = true;
    } else if (!children) {
        return fail(self, "node %u is empty", index);
    }
    for (unsigned i = 0; children && i < json_array_get_length(children); i++) {
        int64_t child = json_array_get_int_element(children, i);
        if (child < 0 || child >= (int64_t)n_of(self->root, "nodes"))
            return fail(self, "node %u: child %" G_GINT64_FORMAT, index, child);
        if (!check_node(self, (unsigned)child, depth + 1))
            return false;
    }
    return true;
}

static bool
check_scene(Check *self)
{
    JsonObject *scene = glb_at(self->root, "scenes", (unsigned)integer(self->root, "scene", -1));
    JsonArray *roots = list_of(scene, "nodes");

    if (!scene || !roots || json_array_get_length(roots) == 0)
        return fail(self, "no scene");
    for (unsigned i = 0; i < json_array_get_length(roots); i++) {
        int64_t root = json_array_get_int_element(roots, i);
        if (root < 0 || root >= (int64_t)n_of(self->root, "nodes"))
            return fail(self, "the scene's node %" G_GINT64_FORMAT, root);
        if (!check_node(self, (unsigned)root, 0))
            return false;
    }
    return true;
}

static bool
check_all_used(Check *self)
{
    const struct {
        const char *name;
        const bool *used;
    } lists[] = {{"accessors", self->accessor_used}, {"materials", self->material_used},
                 {"meshes", self->mesh_used},        {"textures", self->texture_used},
                 {"images", self->image_used},       {"nodes", self->node_seen}};
    for (size_t i = 0; i < G_N_ELEMENTS(lists); i++)
        for (unsigned k = 0; k < n_of(self->root, lists[i].name); k++)
            if (!lists[i].used[k])
                return fail(self, "%s: %u is used by nothing", lists[i].name, k);
    return true;
}

static bool
check_root(Check *self)
{
    JsonObject *asset = json_object_get_object_member(self->root, "asset");
    bool **flags[] = {&self->accessor_used, &self->material_used, &self->mesh_used,
                      &self->texture_used,  &self->image_used,    &self->node_seen};
    static const char *const lists[] = {"accessors", "materials", "meshes",
                                        "textures",  "images",    "nodes"};

    if (!asset
        || strcmp(json_object_get_string_member_with_default(asset, "version", ""), "2.0") != 0)
        return fail(self, "asset.version is not 2.0");
    for (size_t i = 0; i < G_N_ELEMENTS(flags); i++)
        *flags[i] = g_new0(bool, n_of(self->root, lists[i]) + 1);
    bool ok = check_views(self) && check_meshes(self) && check_textures(self) && check_scene(self);
    for (unsigned i = 0; ok && i < n_of(self->root, "materials"); i++)
        ok = check_material(self, i);
    ok = ok && check_all_used(self);
    for (size_t i = 0; i < G_N_ELEMENTS(flags); i++)
        g_free(*flags[i]);
    return ok;
}

/* ---- the container [4.4] ---- */

static uint32_t
u32(const uint8_t *at)
{
    uint32_t value;
    memcpy(&value, at, 4);
    return GUINT32_FROM_LE(value);
}

static bool
check_container(Check *self, const uint8_t *data, size_t size, size_t *text)
{
    if (size < 20 || u32(data) != 0x46546c67 || u32(data + 4) != 2 || u32(data + 8) != size)
        return fail(self, "the header: magic, version or length");
    *text = u32(data + 12);
    if (u32(data + 16) != 0x4e4f534a || *text % 4 != 0 || *text > size - 20)
        return fail(self, "the first chunk is not JSON, or not aligned");
    size_t at = 20 + *text;
    if (size - at < 8 || u32(data + at + 4) != 0x004e4942 || u32(data + at) % 4 != 0
        || u32(data + at) != size - at - 8)
        return fail(self, "the second chunk is not BIN, not aligned or not the last");
    self->bin = data + at + 8;
    self->bin_size = u32(data + at);
    return true;
}

JsonParser *
glb_parse(const uint8_t *data, size_t size)
{
    JsonParser *parser = json_parser_new_immutable();
    g_autoptr(GError) error = NULL;

    if (size < 20 || u32(data + 12) > size - 20
        || !json_parser_load_from_data(parser, (const char *)data + 20, u32(data + 12), &error))
        g_clear_object(&parser);
    return parser;
}

JsonObject *
glb_root(JsonParser *parser)
{
    JsonNode *node = parser ? json_parser_get_root(parser) : NULL;
    return node && JSON_NODE_HOLDS_OBJECT(node) ? json_node_get_object(node) : NULL;
}

char *
glb_check(const uint8_t *data, size_t size)
{
    Check self = {0};
    size_t text = 0;

    if (!check_container(&self, data, size, &text))
        return self.wrong;
    g_autoptr(JsonParser) parser = glb_parse(data, size);
    self.root = glb_root(parser);
    if (self.root == NULL)
        fail(&self, "the JSON cannot be read");
    else
        check_root(&self);
    return self.wrong;
}
