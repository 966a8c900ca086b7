/* SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/holo/calibration.h"

#include <math.h>
#include <string.h>

#include <gio/gio.h>
#include <json-glib/json-glib.h>

#include "common/error.h"

/* Bounds: wider than any device seen, narrow enough that every later product stays exact. */
typedef struct {
    const char *name;
    double low, high;
    bool whole;
    bool needed;
    size_t at; /* offset of a double, or of a bool */
    bool flag;
} Member;

#define NUMBER(name, low, high, needed, field)                                                     \
    {                                                                                              \
        name, low, high, false, needed, offsetof(DashCalibration, field), false                    \
    }
#define FLAG(name, field)                                                                          \
    {                                                                                              \
        name, 0, 1, true, false, offsetof(DashCalibration, field), true                            \
    }

static const Member members[] = {
    NUMBER("pitch", 1, 1000, true, pitch),
    NUMBER("slope", -1000, 1000, true, slope),
    NUMBER("center", -1000, 1000, true, center),
    NUMBER("fringe", -1000, 1000, false, fringe),
    NUMBER("viewCone", 1, 120, false, cone_deg),
    NUMBER("verticalAngle", -10, 10, false, vertical_angle),
    NUMBER("DPI", 20, 2000, true, dpi),
    FLAG("invView", inv_view),
    FLAG("flipImageX", flip_x),
    FLAG("flipImageY", flip_y),
    FLAG("flipSubp", flip_subpixels),
};

#define SIDE_MAX   16384
#define SLOPE_MIN  1e-3
#define OFFSET_MAX 16.0

typedef struct {
    const char *file;
    JsonObject *object;
    GError **error;
} Reading;

static bool refuse(const Reading *r, const char *format, ...) G_GNUC_PRINTF(2, 3);

static bool
refuse(const Reading *r, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    g_autofree char *text = g_strdup_vprintf(format, args);
    va_end(args);
    g_set_error(r->error, VICU_ERROR, VICU_ERROR_FORMAT, "%s: %s", r->file, text);
    return false;
}

/* A member whose name differs in case only; NULL = none. */
static const char *
other_case(JsonObject *object, const char *name)
{
    JsonObjectIter iter;
    const char *have = NULL;

    json_object_iter_init(&iter, object);
    while (json_object_iter_next(&iter, &have, NULL))
        if (g_ascii_strcasecmp(have, name) == 0)
            return have;
    return NULL;
}

/* x, or the x of {"value": x}; NULL = neither. */
static JsonNode *
value_of(JsonNode *node)
{
    if (node != NULL && JSON_NODE_HOLDS_OBJECT(node))
        node = json_object_get_member(json_node_get_object(node), "value");
    return node != NULL && JSON_NODE_HOLDS_VALUE(node) ? node : NULL;
}

static bool
number_of(JsonNode *node, double *out)
{
    GType type = node != NULL ? json_node_get_value_type(node) : G_TYPE_INVALID;

    if (type != G_TYPE_INT64 && type != G_TYPE_DOUBLE && type != G_TYPE_BOOLEAN)
        return false;
    *out = type == G_TYPE_BOOLEAN ? json_node_get_boolean(node) : json_node_get_double(node);
    return isfinite(*out);
}

/* FALSE and no error: it is not there and need not be. */
static bool
read_number(const Reading *r, const Member *m, double *out, bool *there)
{
    JsonNode *node = json_object_get_member(r->object, m->name);
    *there = node != NULL;
    if (node == NULL) {
        const char *near = other_case(r->object, m->name);
        if (near != NULL)
            return refuse(r, "\"%s\": expected \"%s\"", near, m->name);
        return !m->needed || refuse(r, "\"%s\" is missing", m->name);
    }
    if (!number_of(value_of(node), out))
        return refuse(r, "\"%s\" is no number: expected %g..%g", m->name, m->low, m->high);
    if (*out < m->low || *out > m->high || (m->whole && *out != floor(*out)))
        return refuse(r, "\"%s\" = %g is outside %g..%g%s", m->name, *out, m->low, m->high,
                      m->whole ? ", whole" : "");
    return true;
}

static bool
read_members(const Reading *r, DashCalibration *self)
{
    for (size_t i = 0; i < G_N_ELEMENTS(members); i++) {
        const Member *m = &members[i];
        double value = 0;
        bool there = false;
        if (!read_number(r, m, &value, &there))
            return false;
        if (m->flag)
            *(bool *)((char *)self + m->at) = value != 0;
        else
            *(double *)((char *)self + m->at) = value;
    }
    if (fabs(self->slope) < SLOPE_MIN)
        return refuse(r,
                      "\"slope\" = %g: lenses that lie flat show nothing; expected at least %g "
                      "either way",
                      self->slope, SLOPE_MIN);
    return true;
}

static bool
read_side(const Reading *r, const char *name, int *out)
{
    const Member m = {name, 64, SIDE_MAX, true, true, 0, false};
    double value = 0;
    bool there = false;

    if (!read_number(r, &m, &value, &there))
        return false;
    *out = (int)value;
    return true;
}

static bool
read_text(const Reading *r, const char *name, char *out, size_t size)
{
    JsonNode *node = value_of(json_object_get_member(r->object, name));
    const char *text = NULL;

    if (node == NULL || json_node_get_value_type(node) != G_TYPE_STRING)
        return true; /* not told */
    text = json_node_get_string(node);
    for (const char *at = text; *at != '\0'; at++)
        if (!g_ascii_isprint(*at))
            return refuse(r, "\"%s\" holds more than printable ASCII", name);
    if (g_strlcpy(out, text, size) >= size)
        return refuse(r, "\"%s\" is %zu bytes, %zu at most", name, strlen(text), size - 1);
    return true;
}

static bool
read_cell(const Reading *r, size_t i, JsonNode *node, DashLensCell *out)
{
    static const char *const names[6] = {"ROffsetX", "ROffsetY", "GOffsetX",
                                         "GOffsetY", "BOffsetX", "BOffsetY"};

    if (!JSON_NODE_HOLDS_OBJECT(node))
        return refuse(r, "\"subpixelCells\"[%zu] is no object", i);
    for (size_t k = 0; k < G_N_ELEMENTS(names); k++) {
        JsonObject *cell = json_node_get_object(node);
        double value = 0;
        if (!number_of(value_of(json_object_get_member(cell, names[k])), &value))
            return refuse(r, "\"subpixelCells\"[%zu]: \"%s\" is missing or no number", i, names[k]);
        if (fabs(value) > OFFSET_MAX)
            return refuse(r, "\"subpixelCells\"[%zu]: \"%s\" = %g is outside %g..%g", i, names[k],
                          value, -OFFSET_MAX, OFFSET_MAX);
        *(k % 2 == 0 ? &out->x[k / 2] : &out->y[k / 2]) = value;
    }
    return true;
}

static bool
read_cells(const Reading *r, DashCalibration *self)
{
    JsonNode *node = json_object_get_member(r->object, "subpixelCells");
    JsonArray *array =
        node != NULL && JSON_NODE_HOLDS_ARRAY(node) ? json_node_get_array(node) : NULL;

    if (node != NULL && array == NULL)
        return refuse(r, "\"subpixelCells\" is no array");
    self->n_cells = array != NULL ? json_array_get_length(array) : 0;
    if (self->n_cells > DASH_CALIBRATION_CELLS_MAX)
        return refuse(r, "\"subpixelCells\" has %zu cells, %d at most", self->n_cells,
                      DASH_CALIBRATION_CELLS_MAX);
    for (size_t i = 0; i < self->n_cells; i++)
        if (!read_cell(r, i, json_array_get_element(array, (guint)i), &self->cells[i]))
            return false;
    return true;
}

static bool
read_mode(const Reading *r, DashCalibration *self)
{
    bool capital = json_object_has_member(r->object, "CellPatternMode");
    const Member m = {capital ? "CellPatternMode" : "cellPatternMode", 0, 4, true, false, 0, false};
    double value = 0;
    bool there = false;

    if (!read_number(r, &m, &value, &there))
        return false;
    self->cell_mode = (int)value;
    if (self->cell_mode > 0 && self->n_cells == 0)
        return refuse(r, "\"%s\" = %d needs \"subpixelCells\", and there are none", m.name,
                      self->cell_mode);
    return true;
}

bool
dash_calibration_parse(
    DashCalibration *self, const char *name, const char *json, gssize size, GError **error)
{
    g_autoptr(JsonParser) parser = json_parser_new_immutable();
    g_autoptr(GError) why = NULL;
    Reading r = {name, NULL, error};
    size_t n = size < 0 ? strlen(json) : (size_t)size;

    *self = (DashCalibration){0};
    if (n > DASH_CALIBRATION_BYTES_MAX)
        return refuse(&r, "%zu bytes, %u at most", n, DASH_CALIBRATION_BYTES_MAX);
    if (!g_utf8_validate(json, (gssize)n, NULL))
        return refuse(&r, "is not UTF-8");
    if (!json_parser_load_from_data(parser, json, (gssize)n, &why))
        return refuse(&r, "%s", why->message);
    JsonNode *root = json_parser_get_root(parser);
    if (root == NULL || !JSON_NODE_HOLDS_OBJECT(root))
        return refuse(&r, "expected a JSON object");
    r.object = json_node_get_object(root);
    return read_text(&r, "serial", self->serial, sizeof self->serial)
           && read_text(&r, "configVersion", self->version, sizeof self->version)
           && read_members(&r, self) && read_side(&r, "screenW", &self->w)
           && read_side(&r, "screenH", &self->h) && read_cells(&r, self) && read_mode(&r, self);
}

bool
dash_calibration_load(DashCalibration *self, const char *path, GError **error)
{
    g_autoptr(GFile) file = g_file_new_for_path(path);
    g_autoptr(GFileInputStream) in = g_file_read(file, NULL, error);
    g_autofree char *text = g_malloc(DASH_CALIBRATION_BYTES_MAX + 1);
    gsize n = 0;

    if (in == NULL)
        return false;
    if (!g_input_stream_read_all(G_INPUT_STREAM(in), text, DASH_CALIBRATION_BYTES_MAX + 1, &n, NULL,
                                 error))
        return false;
    return dash_calibration_parse(self, path, text, (gssize)n, error);
}

char *
dash_calibration_explain(const DashCalibration *self)
{
    GString *out = g_string_new(NULL);
    double lenses = self->pitch * self->w / self->dpi * cos(atan(1 / self->slope));
    double lean = atan(1 / self->slope) * 180 / G_PI;

    g_string_append_printf(out, "serial           %s\n",
                           self->serial[0] ? self->serial : "not told");
    g_string_append_printf(out, "panel            %d x %d pixels, %g per inch: %.1f x %.1f mm\n",
                           self->w, self->h, self->dpi, self->w / self->dpi * 25.4,
                           self->h / self->dpi * 25.4);
    g_string_append_printf(out,
                           "lenses           %.4f an inch, lean %.2f degrees; %.2f across the "
                           "panel, a lens is %.3f pixels wide\n",
                           self->pitch, lean, lenses, self->w / lenses);
    g_string_append_printf(out, "center           %.6g lenses\n", self->center);
    if (self->cone_deg > 0)
        g_string_append_printf(out, "cone             %g degrees\n", self->cone_deg);
    g_string_append_printf(out, "views            %s\n",
                           self->inv_view ? "run against the lenses (invView)"
                                          : "run with the lenses");
    g_string_append_printf(out, "picture          %s\n",
                           self->flip_x && self->flip_y ? "mirrored both ways"
                           : self->flip_x               ? "mirrored left to right"
                           : self->flip_y               ? "mirrored top to bottom"
                                                        : "as it is");
    if (self->cell_mode > 0)
        g_string_append_printf(out, "subpixels        %zu cells, pattern %d\n", self->n_cells,
                               self->cell_mode);
    else
        g_string_append_printf(out, "subpixels        thirds of a pixel, %s first\n",
                               self->flip_subpixels ? "blue" : "red");
    return g_string_free(out, FALSE);
}
