/* SPDX-License-Identifier: Apache-2.0 */
#include "portal/heard.h"

#include <string.h>

#include <json-glib/json-glib.h>

#define DEPTH_MAX 2 /* an object of plain values; json-glib itself recurses */

static const struct {
    const char *name;
    PortalHeardKind kind;
    gboolean needs_id, needs_target;
} kinds[] = {
    {"hello", PORTAL_HEARD_HELLO, FALSE, FALSE},    {"beat", PORTAL_HEARD_BEAT, FALSE, FALSE},
    {"away", PORTAL_HEARD_AWAY, FALSE, FALSE},      {"got", PORTAL_HEARD_DELIVERED, TRUE, TRUE},
    {"read", PORTAL_HEARD_READ, TRUE, TRUE},        {"accept", PORTAL_HEARD_ACCEPT, TRUE, FALSE},
    {"way", PORTAL_HEARD_WAY, TRUE, FALSE},         {"arrived", PORTAL_HEARD_ARRIVED, TRUE, FALSE},
    {"done", PORTAL_HEARD_DONE, TRUE, FALSE},       {"cannot", PORTAL_HEARD_CANNOT, TRUE, FALSE},
    {"hand-on", PORTAL_HEARD_HAND_ON, TRUE, FALSE}, {"help", PORTAL_HEARD_HELP, TRUE, FALSE},
    {"detail", PORTAL_HEARD_DETAIL, TRUE, FALSE},
};

/* Brackets outside of text, so that no parser is sent down further than it is deep. */
static gboolean
is_flat(const char *data, size_t size)
{
    int depth = 0;
    gboolean in_text = FALSE;

    for (size_t i = 0; i < size; i++) {
        if (in_text && data[i] == '\\')
            i++;
        else if (data[i] == '"')
            in_text = !in_text;
        else if (!in_text && (data[i] == '{' || data[i] == '['))
            depth++;
        else if (!in_text && (data[i] == '}' || data[i] == ']'))
            depth--;
        if (depth > DEPTH_MAX)
            return FALSE;
    }
    return TRUE;
}

static gboolean
take_text(JsonObject *object, const char *name, char *out, size_t size)
{
    JsonNode *node = json_object_get_member(object, name);

    *out = '\0';
    if (node == NULL)
        return TRUE;
    if (!JSON_NODE_HOLDS_VALUE(node) || json_node_get_value_type(node) != G_TYPE_STRING)
        return FALSE;
    const char *text = json_node_get_string(node);
    if (strlen(text) >= size || !g_utf8_validate(text, -1, NULL))
        return FALSE;
    for (const char *p = text; *p != '\0'; p++)
        if ((unsigned char)*p < ' ' || *p == 0x7f)
            return FALSE;
    g_strlcpy(out, text, size);
    return TRUE;
}

static gboolean
take_number(JsonObject *object, const char *name, int64_t *out)
{
    JsonNode *node = json_object_get_member(object, name);

    *out = 0;
    if (node == NULL)
        return TRUE;
    if (!JSON_NODE_HOLDS_VALUE(node) || json_node_get_value_type(node) != G_TYPE_INT64)
        return FALSE;
    *out = json_node_get_int(node);
    return TRUE;
}

static gboolean
take_truth(JsonObject *object, const char *name, gboolean *out)
{
    JsonNode *node = json_object_get_member(object, name);

    *out = FALSE;
    if (node == NULL)
        return TRUE;
    if (!JSON_NODE_HOLDS_VALUE(node) || json_node_get_value_type(node) != G_TYPE_BOOLEAN)
        return FALSE;
    *out = json_node_get_boolean(node);
    return TRUE;
}

static gboolean
take_all(JsonObject *object, PortalHeard *out)
{
    char kind[16];

    if (!take_text(object, "t", kind, sizeof kind) || !take_number(object, "n", &out->n)
        || !take_number(object, "p", &out->p) || !take_number(object, "ref", &out->ref)
        || !take_truth(object, "duty", &out->duty) || !take_truth(object, "phone", &out->phone)
        || !take_text(object, "token", out->token, sizeof out->token)
        || !take_text(object, "device", out->device, sizeof out->device)
        || !take_text(object, "id", out->id, sizeof out->id)
        || !take_text(object, "target", out->target, sizeof out->target)
        || !take_text(object, "to", out->to, sizeof out->to)
        || !take_text(object, "text", out->text, sizeof out->text))
        return FALSE;
    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++)
        if (strcmp(kinds[i].name, kind) == 0 && (!kinds[i].needs_id || *out->id != '\0')
            && (!kinds[i].needs_target || *out->target != '\0')) {
            out->kind = kinds[i].kind;
            return TRUE;
        }
    return FALSE;
}

void
portal_heard_parse(const void *data, size_t size, PortalHeard *out)
{
    g_autoptr(JsonParser) parser = json_parser_new_immutable();

    memset(out, 0, sizeof *out);
    if (size == 0 || size > PORTAL_HEARD_MAX || !g_utf8_validate(data, (gssize)size, NULL)
        || !is_flat(data, size) || !json_parser_load_from_data(parser, data, (gssize)size, NULL))
        return;
    JsonNode *root = json_parser_get_root(parser);
    if (root == NULL || !JSON_NODE_HOLDS_OBJECT(root) || !take_all(json_node_get_object(root), out))
        memset(out, 0, sizeof *out);
}
