/* Bridge. See bridge.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/holo/bridge.h"

#include <stdio.h>
#include <string.h>

#include <json-glib/json-glib.h>

#include "common/error.h"
#include "common/json.h"

#define NO_TOKEN ""
#define SAID_MAX 80 /* of what it said, in an error */

/* ---- what is sent ---- */

static VicuJson *
begin(const char *token)
{
    VicuJson *json = vicu_json_new();

    vicu_json_begin_object(json, NULL);
    if (*token)
        vicu_json_text(json, "orchestration", token);
    return json;
}

static char *
end(VicuJson *json)
{
    vicu_json_end(json);
    char *text = g_strdup(vicu_json_peek(json));
    vicu_json_free(json);
    return text;
}

char *
dash_bridge_enter(void)
{
    VicuJson *json = begin(NO_TOKEN);
    vicu_json_text(json, "name", DASH_BRIDGE_PLAYLIST);
    return end(json);
}

char *
dash_bridge_session(const char *token)
{
    return end(begin(token));
}

char *
dash_bridge_show(const char *token, int head)
{
    VicuJson *json = begin(token);
    vicu_json_bool(json, "show_window", TRUE);
    vicu_json_integer(json, "head_index", head);
    return end(json);
}

char *
dash_bridge_playlist(const char *token)
{
    VicuJson *json = begin(token);
    vicu_json_text(json, "name", DASH_BRIDGE_PLAYLIST);
    vicu_json_bool(json, "loop", TRUE);
    return end(json);
}

char *
dash_bridge_entry(const char *token, const char *path, const DashQuilt *quilt)
{
    VicuJson *json = begin(token);

    vicu_json_text(json, "name", DASH_BRIDGE_PLAYLIST);
    vicu_json_integer(json, "index", 0);
    vicu_json_text(json, "uri", path);
    vicu_json_integer(json, "rows", quilt->rows);
    vicu_json_integer(json, "cols", quilt->columns);
    vicu_json_number(json, "aspect", quilt->aspect);
    vicu_json_integer(json, "view_count", dash_quilt_views(quilt));
    vicu_json_integer(json, "isRGBD", 0);
    return end(json);
}

char *
dash_bridge_play(const char *token, int head)
{
    VicuJson *json = begin(token);
    vicu_json_text(json, "name", DASH_BRIDGE_PLAYLIST);
    vicu_json_integer(json, "head_index", head);
    return end(json);
}

char *
dash_bridge_request(const char *name, unsigned port, const char *body)
{
    return g_strdup_printf("PUT /%s HTTP/1.0\r\nHost: 127.0.0.1:%u\r\nContent-Type: "
                           "application/json\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n%s",
                           name, port, strlen(body), body);
}

/* ---- what is answered ---- */

static bool
refuse(GError **error, const char *name, const char *what, const char *said)
{
    g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT, "Looking Glass Bridge, %s: %s%s%.*s", name,
                what, said ? ": " : "", SAID_MAX, said ? said : "");
    return false;
}

/* Pieces of "HEX\r\n" and so many bytes (RFC 9112, 7.1); NULL: it is not that. */
static char *
join_pieces(const char *at, const char *end)
{
    g_autoptr(GString) out = g_string_new(NULL);

    for (;;) {
        char *after = NULL;
        guint64 n = g_ascii_strtoull(at, &after, 16);
        const char *line = g_strstr_len(at, end - at, "\r\n");
        if (line == NULL || after == at || after > line)
            return NULL;
        if (n == 0)
            return g_strdup(out->str);
        at = line + 2;
        if (n > (guint64)(end - at))
            return NULL;
        g_string_append_len(out, at, (gssize)n);
        at += n;
        if (end - at < 2)
            return NULL;
        at += 2;
    }
}

char *
dash_bridge_body(const char *name, const char *bytes, size_t size, GError **error)
{
    g_autofree char *text = g_strndup(bytes, size); /* up to a zero byte, if there is one */
    char *body = strstr(text, "\r\n\r\n");
    unsigned minor = 0, status = 0;

    if (sscanf(text, "HTTP/1.%1u %3u", &minor, &status) != 2 || body == NULL) {
        refuse(error, name, "no answer in HTTP", NULL);
        return NULL;
    }
    *body = '\0';
    body += 4;
    g_autofree char *head = g_ascii_strdown(text, -1);
    if (status != 200) {
        g_autofree char *what = g_strdup_printf("answered %u, expected 200", status);
        refuse(error, name, what, NULL);
        return NULL;
    }
    char *joined = strstr(head, "transfer-encoding: chunked")
                       ? join_pieces(body, body + strlen(body))
                       : g_strdup(body);
    if (joined && g_utf8_validate(joined, -1, NULL))
        return joined;
    g_free(joined);
    refuse(error, name, "its answer is cut off or not UTF-8", NULL);
    return NULL;
}

/* x, or the x of {"value": x}; NULL: neither. */
static JsonNode *
value_of(JsonNode *node)
{
    if (node && JSON_NODE_HOLDS_OBJECT(node))
        node = json_object_get_member(json_node_get_object(node), "value");
    return node;
}

static JsonNode *
member(JsonNode *node, const char *name)
{
    if (node == NULL || !JSON_NODE_HOLDS_OBJECT(node))
        return NULL;
    return value_of(json_object_get_member(json_node_get_object(node), name));
}

static const char *
text_of(JsonNode *node)
{
    return node && JSON_NODE_HOLDS_VALUE(node) && json_node_get_value_type(node) == G_TYPE_STRING
               ? json_node_get_string(node)
               : NULL;
}

static JsonParser *
parse(const char *name, const char *body, GError **error)
{
    g_autoptr(JsonParser) parser = json_parser_new_immutable();
    JsonNode *root = NULL;

    if (json_parser_load_from_data(parser, body, -1, NULL))
        root = json_parser_get_root(parser);
    if (root && JSON_NODE_HOLDS_OBJECT(root))
        return g_steal_pointer(&parser);
    refuse(error, name, "expected a JSON object", body);
    return NULL;
}

static bool
is_done(const char *name, JsonParser *parser, GError **error)
{
    const char *status = text_of(member(json_parser_get_root(parser), "status"));

    return status == NULL || strcmp(status, "Completion") == 0 || strcmp(status, "Pending") == 0
           || refuse(error, name, "refused", status);
}

bool
dash_bridge_is_done(const char *name, const char *body, GError **error)
{
    g_autoptr(JsonParser) parser = parse(name, body, error);

    return parser && is_done(name, parser, error);
}

bool
dash_bridge_take_token(const char *body, char token[DASH_BRIDGE_TOKEN_MAX], GError **error)
{
    static const char *const name = "enter_orchestration";
    g_autoptr(JsonParser) parser = parse(name, body, error);

    if (!parser || !is_done(name, parser, error))
        return false;
    const char *said = text_of(member(json_parser_get_root(parser), "payload"));
    if (said == NULL || *said == '\0' || strlen(said) >= DASH_BRIDGE_TOKEN_MAX)
        return refuse(error, name, "expected a token of 1 to 127 bytes in \"payload\"", NULL);
    g_strlcpy(token, said, DASH_BRIDGE_TOKEN_MAX);
    return true;
}

static bool
take_panel(JsonNode *node, DashBridgePanel *out)
{
    const char *serial = text_of(member(node, "hwid"));
    const char *hardware = text_of(member(node, "hardwareVersion"));
    const char *calibration = text_of(member(node, "calibration"));
    JsonNode *head = member(node, "index");

    if (!serial || !g_str_has_prefix(serial, "LKG"))
        return false;
    *out = (DashBridgePanel){.head = -1, .calibration = g_strdup(calibration ? calibration : "")};
    g_strlcpy(out->serial, serial, sizeof out->serial);
    g_strlcpy(out->hardware, hardware ? hardware : "", sizeof out->hardware);
    if (head && JSON_NODE_HOLDS_VALUE(head) && json_node_get_value_type(head) == G_TYPE_INT64)
        out->head = (int)CLAMP(json_node_get_int(head), -1, 255);
    return true;
}

int
dash_bridge_take_panels(const char *body,
                        DashBridgePanel out[DASH_BRIDGE_PANELS_MAX],
                        GError **error)
{
    static const char *const name = "available_output_devices";
    g_autoptr(JsonParser) parser = parse(name, body, error);
    int n = 0;

    if (!parser || !is_done(name, parser, error))
        return -1;
    JsonNode *all = member(json_parser_get_root(parser), "payload");
    if (all == NULL || !JSON_NODE_HOLDS_OBJECT(all)) {
        refuse(error, name, "expected an object of devices in \"payload\"", NULL);
        return -1;
    }
    JsonObject *devices = json_node_get_object(all);
    g_autoptr(GList) names = json_object_get_members(devices);
    for (GList *at = names; at && n < DASH_BRIDGE_PANELS_MAX; at = at->next)
        n += take_panel(value_of(json_object_get_member(devices, at->data)), &out[n]);
    return n;
}

void
dash_bridge_panels_clear(DashBridgePanel *panels, int n)
{
    for (int i = 0; i < n; i++)
        g_free(panels[i].calibration);
}
