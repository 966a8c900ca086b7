/* SPDX-License-Identifier: Apache-2.0 */
#include "common/config.h"

#include <string.h>

#include "common/clock.h"
#include "common/error.h"

typedef union {
    int64_t integer;
    double number;
    gboolean flag;
    char *text;
    GHashTable *map;
} Value;

static void
value_clear(const VicuParam *param, Value *value)
{
    if (param->type == VICU_PARAM_TEXT)
        g_clear_pointer(&value->text, g_free);
    else if (param->type == VICU_PARAM_MAP)
        g_clear_pointer(&value->map, g_hash_table_unref);
}

static void
value_store(const VicuParam *param, Value *value)
{
    switch (param->type) {
    case VICU_PARAM_INT:
    case VICU_PARAM_DURATION:
        *(int64_t *)param->value = value->integer;
        break;
    case VICU_PARAM_DOUBLE:
        *(double *)param->value = value->number;
        break;
    case VICU_PARAM_BOOL:
        *(gboolean *)param->value = value->flag;
        break;
    case VICU_PARAM_TEXT:
        g_free(*(char **)param->value);
        *(char **)param->value = g_steal_pointer(&value->text);
        break;
    case VICU_PARAM_MAP:
        g_clear_pointer((GHashTable **)param->value, g_hash_table_unref);
        *(GHashTable **)param->value = g_steal_pointer(&value->map);
        break;
    }
}

static gboolean
parse_number(const VicuParam *param, const char *text, Value *value, double *number)
{
    char *end = NULL;

    if (param->type == VICU_PARAM_DURATION) {
        if (!vicu_duration_parse(text, &value->integer, NULL))
            return FALSE;
        *number = (double)value->integer / 1e6;
        return TRUE;
    }
    if (param->type == VICU_PARAM_INT)
        value->integer = g_ascii_strtoll(text, &end, 10);
    else
        value->number = g_ascii_strtod(text, &end);
    *number = param->type == VICU_PARAM_INT ? (double)value->integer : value->number;
    return end != text && *end == '\0';
}

/* @where: "file:line" or "standard". */
static gboolean
parse(const VicuParam *param, const char *text, const char *where, Value *value, GError **error)
{
    double number = 0;

    memset(value, 0, sizeof *value);
    if (param->type == VICU_PARAM_TEXT) {
        value->text = g_strdup(text);
        return TRUE;
    }
    if (param->type == VICU_PARAM_MAP) {
        value->map = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
        return TRUE;
    }
    if (param->type == VICU_PARAM_BOOL) {
        value->flag = strcmp(text, "true") == 0;
        if (value->flag || strcmp(text, "false") == 0)
            return TRUE;
        g_set_error(error, VICU_ERROR, VICU_ERROR_CONFIG,
                    "%s: [%s] %s = %s: expected true or false", where, param->group, param->key,
                    text);
        return FALSE;
    }
    if (!parse_number(param, text, value, &number)) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_CONFIG, "%s: [%s] %s = %s: expected %s", where,
                    param->group, param->key, text,
                    param->type == VICU_PARAM_DURATION ? "a duration such as 10s or 5min"
                    : param->type == VICU_PARAM_INT    ? "a whole number"
                                                       : "a number");
        return FALSE;
    }
    if (!(number >= param->min && number <= param->max)) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_CONFIG,
                    "%s: [%s] %s = %s %s is outside %.10g..%.10g", where, param->group, param->key,
                    text, param->type == VICU_PARAM_DURATION ? "" : param->unit, param->min,
                    param->max);
        return FALSE;
    }
    return TRUE;
}

void
vicu_config_reset(const VicuParam *params, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        Value value;
        g_autoptr(GError) error = NULL;
        if (!parse(&params[i], params[i].standard, "standard", &value, &error))
            g_error("settings table: %s", error->message);
        value_store(&params[i], &value);
    }
}

static const VicuParam *
find(const VicuParam *params, size_t n, const char *group, const char *key)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(params[i].group, group) == 0
            && (params[i].type == VICU_PARAM_MAP || strcmp(params[i].key, key) == 0))
            return &params[i];
    return NULL;
}

static const char *
nearest(const VicuParam *params, size_t n, const char *group, const char *name)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();

    for (size_t i = 0; i < n; i++)
        if (group == NULL)
            g_ptr_array_add(names, (gpointer)params[i].group);
        else if (strcmp(params[i].group, group) == 0)
            g_ptr_array_add(names, (gpointer)params[i].key);
    g_ptr_array_add(names, NULL);
    return vicu_nearest_name(name, (const char *const *)names->pdata);
}

static gboolean
unknown(const char *where, const char *what, const char *name, const char *near, GError **error)
{
    g_set_error(error, VICU_ERROR, VICU_ERROR_CONFIG, "%s: unknown %s \"%s\"%s%s%s", where, what,
                name, near != NULL ? ": did you mean \"" : "; see --help for all settings",
                near != NULL ? near : "", near != NULL ? "\"?" : "");
    return FALSE;
}

typedef struct {
    const VicuParam *params;
    size_t n;
    Value *values;
    gboolean *set;
    char *group; /* of the line at hand */
} Reading;

static gboolean
take_pair(Reading *self, const char *where, const char *key, const char *text, GError **error)
{
    if (self->group == NULL)
        return unknown(where, "line before any [group]", key, NULL, error);
    const VicuParam *param = find(self->params, self->n, self->group, key);
    if (param == NULL)
        return unknown(where, "key", key, nearest(self->params, self->n, self->group, key), error);
    size_t i = (size_t)(param - self->params);
    if (param->type == VICU_PARAM_MAP) {
        if (!self->set[i])
            self->values[i].map = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
        self->set[i] = TRUE;
        g_hash_table_replace(self->values[i].map, g_strdup(key), g_strdup(text));
        return TRUE;
    }
    if (self->set[i]) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_CONFIG, "%s: [%s] %s is set a second time", where,
                    self->group, key);
        return FALSE;
    }
    if (!parse(param, text, where, &self->values[i], error))
        return FALSE;
    self->set[i] = TRUE;
    return TRUE;
}

static gboolean
take_line(Reading *self, const char *where, char *line, GError **error)
{
    g_strstrip(line);
    if (line[0] == '\0' || line[0] == '#')
        return TRUE;
    size_t length = strlen(line);
    if (line[0] == '[' && line[length - 1] == ']') {
        line[length - 1] = '\0';
        for (size_t i = 0; i < self->n; i++)
            if (strcmp(self->params[i].group, line + 1) == 0) {
                g_free(self->group);
                self->group = g_strdup(line + 1);
                return TRUE;
            }
        return unknown(where, "group", line + 1, nearest(self->params, self->n, NULL, line + 1),
                       error);
    }
    char *equals = strchr(line, '=');
    if (equals == NULL) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_CONFIG,
                    "%s: \"%.60s\": expected [group], key = value or a # comment", where, line);
        return FALSE;
    }
    *equals = '\0';
    return take_pair(self, where, g_strstrip(line), g_strstrip(equals + 1), error);
}

gboolean
vicu_config_load(
    const char *path, gboolean must_exist, const VicuParam *params, size_t n, GError **error)
{
    g_autofree char *text = NULL;
    gsize size = 0;
    g_autoptr(GError) local = NULL;

    if (!g_file_get_contents(path, &text, &size, &local)) {
        if (!must_exist && g_error_matches(local, G_FILE_ERROR, G_FILE_ERROR_NOENT))
            return TRUE;
        g_propagate_error(error, g_steal_pointer(&local));
        return FALSE;
    }
    if (!g_utf8_validate(text, (gssize)size, NULL)) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_CONFIG, "%s is not UTF-8 text", path);
        return FALSE;
    }

    Reading reading = {params, n, g_new0(Value, n), g_new0(gboolean, n), NULL};
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    gboolean ok = TRUE;
    for (int i = 0; ok && lines[i] != NULL; i++) {
        g_autofree char *where = g_strdup_printf("%s:%d", path, i + 1);
        ok = take_line(&reading, where, lines[i], error);
    }
    for (size_t i = 0; i < n; i++) {
        if (ok && reading.set[i])
            value_store(&params[i], &reading.values[i]);
        value_clear(&params[i], &reading.values[i]);
    }
    g_free(reading.values);
    g_free(reading.set);
    g_free(reading.group);
    return ok;
}

char *
vicu_config_format(const VicuParam *param)
{
    switch (param->type) {
    case VICU_PARAM_INT:
        return g_strdup_printf("%" G_GINT64_FORMAT, *(int64_t *)param->value);
    case VICU_PARAM_DOUBLE:
        return g_strdup_printf("%g", *(double *)param->value);
    case VICU_PARAM_BOOL:
        return g_strdup(*(gboolean *)param->value ? "true" : "false");
    case VICU_PARAM_TEXT:
        return g_strdup(*(char **)param->value);
    case VICU_PARAM_DURATION:
        return g_strdup_printf("%.12gs", (double)*(int64_t *)param->value / 1e6);
    case VICU_PARAM_MAP:
        return g_strdup_printf("%u entries", g_hash_table_size(*(GHashTable **)param->value));
    default:
        g_assert_not_reached();
    }
}

static char *
range(const VicuParam *param)
{
    switch (param->type) {
    case VICU_PARAM_INT:
    case VICU_PARAM_DOUBLE:
        return g_strdup_printf("%.10g..%.10g%s%s", param->min, param->max,
                               param->unit[0] ? " " : "", param->unit);
    case VICU_PARAM_DURATION:
        return g_strdup_printf("%.10gs..%.10gs", param->min, param->max);
    case VICU_PARAM_BOOL:
        return g_strdup("true or false");
    case VICU_PARAM_MAP:
        return g_strdup("any number of pairs");
    case VICU_PARAM_TEXT:
    default:
        return g_strdup("text");
    }
}

/* Of a map any key is one. */
static const char *
shown_key(const VicuParam *param)
{
    return param->type == VICU_PARAM_MAP ? "KEY" : param->key;
}

char *
vicu_config_help(const VicuParam *params, size_t n)
{
    GString *out = g_string_new(NULL);

    for (size_t i = 0; i < n; i++) {
        g_autofree char *bounds = range(&params[i]);
        if (i == 0 || strcmp(params[i].group, params[i - 1].group) != 0)
            g_string_append_printf(out, "  [%s]\n", params[i].group);
        g_string_append_printf(out, "  %s = %s  (%s)\n      %s\n", shown_key(&params[i]),
                               params[i].standard, bounds, params[i].help);
    }
    return g_string_free(out, FALSE);
}

char *
vicu_config_manual(const VicuParam *params, size_t n)
{
    GString *out = g_string_new("# SETTINGS\n\n");

    for (size_t i = 0; i < n; i++) {
        g_autofree char *bounds = range(&params[i]);
        g_string_append_printf(out, "*[%s] %s*\n\t%s Standard: %s. Range: %s.\n\n", params[i].group,
                               shown_key(&params[i]), params[i].help,
                               params[i].standard[0] ? params[i].standard : "empty", bounds);
    }
    return g_string_free(out, FALSE);
}

void
vicu_config_clear(const VicuParam *params, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (params[i].type == VICU_PARAM_TEXT)
            g_clear_pointer((char **)params[i].value, g_free);
        else if (params[i].type == VICU_PARAM_MAP)
            g_clear_pointer((GHashTable **)params[i].value, g_hash_table_unref);
    }
}
