/* Looking Glass Bridge: what is said to it and what it may answer, through real sockets to a server
 * of this test that answers as the makers' client expects it.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <json-glib/json-glib.h>

#include "common/folder.h"
#include "dashboard/holo-bridge.h"

#define TOKEN       "session-4711"
#define CALIBRATION "{\\\"serial\\\":\\\"LKG-P00001\\\",\\\"pitch\\\":{\\\"value\\\":52.58}}"
#define DEVICES                                                                                    \
    "{\"status\":{\"value\":\"Completion\"},\"payload\":{\"value\":{"                              \
    "\"0\":{\"value\":{\"hwid\":{\"value\":\"\"},\"index\":{\"value\":0}}},"                       \
    "\"1\":{\"value\":{\"hwid\":{\"value\":\"LKG-P00001\"},\"hardwareVersion\":{\"value\":"        \
    "\"portrait\"},\"index\":{\"value\":1},\"calibration\":{\"value\":\"" CALIBRATION "\"}}}}}}"
#define DONE "{\"status\":{\"value\":\"Completion\"},\"payload\":{\"value\":\"" TOKEN "\"}}"

typedef enum { WELL, REFUSES, CHUNKED, GARBAGE, CUT, SILENT, ENDLESS, ERROR_500 } Manner;

/* One request a connection, in a thread of its own; closed by the one who asks it to end. */
typedef struct {
    Manner manner;
    const char *refused; /* of REFUSES: this message */
    GSocketListener *listener;
    GCancellable *end;
    GThread *thread;
    unsigned port;
    GPtrArray *names;  /* char *, in the order they came */
    GPtrArray *bodies; /* char * */
} Server;

/* ---- the server ---- */

static bool
read_request(GInputStream *in, char **name, char **body)
{
    g_autoptr(GString) text = g_string_new(NULL);
    char piece[512];
    gssize n = 0;

    while ((n = g_input_stream_read(in, piece, sizeof piece, NULL, NULL)) > 0) {
        g_string_append_len(text, piece, n);
        const char *end = strstr(text->str, "\r\n\r\n");
        const char *length = strstr(text->str, "Content-Length: ");
        if (end && length
            && strlen(end + 4) >= g_ascii_strtoull(length + strlen("Content-Length: "), NULL, 10)) {
            g_auto(GStrv) line = g_strsplit(text->str, " ", 3);
            if (strcmp(line[0], "PUT") != 0 || line[1][0] != '/')
                return false;
            *name = g_strdup(line[1] + 1);
            *body = g_strdup(end + 4);
            return strstr(text->str, "Content-Type: application/json") != NULL
                   && strstr(text->str, "Host: 127.0.0.1:") != NULL;
        }
    }
    return false;
}

static char *
answer_to(const Server *self, const char *name)
{
    const char *json = strcmp(name, "available_output_devices") == 0 ? DEVICES : DONE;

    switch (self->manner) {
    case REFUSES:
        if (strcmp(name, self->refused) == 0)
            json = "{\"status\":{\"value\":\"UnknownOrchestration\"}}";
        break;
    case CHUNKED:
        return g_strdup_printf("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n%.5s\r\n"
                               "%zx\r\n%s\r\n0\r\n\r\n",
                               json, strlen(json) - 5, json + 5);
    case GARBAGE:
        return g_strdup("\x01\x02 this is no HTTP \xff");
    case CUT:
        return g_strdup("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffff\r\n{");
    case ERROR_500:
        return g_strdup("HTTP/1.1 500 Internal Server Error\r\n\r\n{}");
    case WELL:
    case SILENT:
    case ENDLESS:
        break;
    }
    return g_strdup_printf("HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n%s", strlen(json), json);
}

static gpointer
serve(gpointer user)
{
    Server *self = user;

    for (;;) {
        g_autoptr(GSocketConnection) link =
            g_socket_listener_accept(self->listener, NULL, self->end, NULL);
        g_autofree char *name = NULL, *body = NULL;
        if (!link)
            return NULL;
        GIOStream *stream = G_IO_STREAM(link);
        g_assert_true(read_request(g_io_stream_get_input_stream(stream), &name, &body));
        g_autofree char *answer = answer_to(self, name);
        g_ptr_array_add(self->names, g_steal_pointer(&name));
        g_ptr_array_add(self->bodies, g_steal_pointer(&body));
        GOutputStream *out = g_io_stream_get_output_stream(stream);
        if (self->manner == SILENT)
            g_usleep(3 * G_USEC_PER_SEC / 2);
        else
            g_output_stream_write_all(out, answer, strlen(answer), NULL, NULL, NULL);
        while (self->manner == ENDLESS
               && g_output_stream_write_all(out, answer, strlen(answer), NULL, NULL, NULL))
            ;
    }
}

static Server *
server_new(Manner manner)
{
    Server *self = g_new0(Server, 1);

    self->manner = manner;
    self->listener = g_socket_listener_new();
    self->end = g_cancellable_new();
    self->names = g_ptr_array_new_with_free_func(g_free);
    self->bodies = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GInetAddress) loopback = g_inet_address_new_loopback(G_SOCKET_FAMILY_IPV4);
    g_autoptr(GSocketAddress) address = g_inet_socket_address_new(loopback, 0);
    g_autoptr(GSocketAddress) bound = NULL;
    g_assert_true(g_socket_listener_add_address(self->listener, address, G_SOCKET_TYPE_STREAM,
                                                G_SOCKET_PROTOCOL_TCP, NULL, &bound, NULL));
    self->port = g_inet_socket_address_get_port(G_INET_SOCKET_ADDRESS(bound));
    self->thread = g_thread_new("bridge", serve, self);
    return self;
}

static void
server_free(Server *self)
{
    g_cancellable_cancel(self->end);
    g_thread_join(self->thread);
    g_object_unref(self->end);
    g_socket_listener_close(self->listener);
    g_object_unref(self->listener);
    g_ptr_array_unref(self->names);
    g_ptr_array_unref(self->bodies);
    g_free(self);
}

static DashBridgeAt
at_of(const Server *self)
{
    return (DashBridgeAt){self->port, 1};
}

/* ---- tests ---- */

static JsonObject *
body_of(const Server *server, JsonParser *parser, guint i)
{
    g_assert_cmpuint(i, <, server->bodies->len);
    g_assert_true(json_parser_load_from_data(parser, server->bodies->pdata[i], -1, NULL));
    JsonObject *object = json_node_get_object(json_parser_get_root(parser));
    if (i > 0)
        g_assert_cmpstr(json_object_get_string_member(object, "orchestration"), ==, TOKEN);
    return object;
}

static void
a_quilt_is_cast_by_six_messages_in_their_order(void)
{
    static const char *const order[] = {"enter_orchestration",   "show_window",
                                        "delete_playlist",       "instance_playlist",
                                        "insert_playlist_entry", "play_playlist"};
    g_autofree char *dir = g_dir_make_tmp("vicu-bridge-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(dir, "ward_qs8x6a0.75.png", NULL);
    g_autoptr(JsonParser) parser = json_parser_new();
    g_autoptr(GError) error = NULL;
    Server *server = server_new(WELL);
    const DashBridgeAt at = at_of(server);

    g_assert_true(g_file_set_contents(path, "png", -1, NULL));
    g_assert_true(dash_bridge_cast(&at, path, 1, &error));
    g_assert_no_error(error);
    g_assert_cmpuint(server->names->len, ==, G_N_ELEMENTS(order));
    for (guint i = 0; i < G_N_ELEMENTS(order); i++)
        g_assert_cmpstr(server->names->pdata[i], ==, order[i]);
    g_assert_cmpstr(json_object_get_string_member(body_of(server, parser, 0), "name"), ==, "vicu");
    JsonObject *entry = body_of(server, parser, 4);
    g_assert_cmpstr(json_object_get_string_member(entry, "uri"), ==, path);
    g_assert_cmpint(json_object_get_int_member(entry, "cols"), ==, 8);
    g_assert_cmpint(json_object_get_int_member(entry, "rows"), ==, 6);
    g_assert_cmpint(json_object_get_int_member(entry, "view_count"), ==, 48);
    g_assert_cmpfloat(json_object_get_double_member(entry, "aspect"), ==, 0.75);
    JsonObject *play = body_of(server, parser, 5);
    g_assert_cmpint(json_object_get_int_member(play, "head_index"), ==, 1);
    g_assert_cmpstr(json_object_get_string_member(play, "name"), ==, "vicu");
    server_free(server);
    vicu_folder_remove(dir);
}

static void
check_panels(Manner manner)
{
    DashBridgePanel panels[DASH_BRIDGE_PANELS_MAX];
    g_autoptr(GError) error = NULL;
    Server *server = server_new(manner);
    const DashBridgeAt at = at_of(server);

    int n = dash_bridge_ask_panels(&at, panels, &error);
    g_assert_no_error(error);
    g_assert_cmpint(n, ==, 1); /* the other monitor is no panel */
    g_assert_cmpstr(panels[0].serial, ==, "LKG-P00001");
    g_assert_cmpstr(panels[0].hardware, ==, "portrait");
    g_assert_cmpint(panels[0].head, ==, 1);
    g_assert_nonnull(strstr(panels[0].calibration, "52.58"));
    g_assert_cmpstr(server->names->pdata[server->names->len - 1], ==, "exit_orchestration");
    dash_bridge_panels_clear(panels, n);
    server_free(server);
}

static void
panels_come_with_their_calibration(void)
{
    check_panels(WELL);
    check_panels(CHUNKED);
}

static void
check_trouble(Manner manner, const char *said)
{
    DashBridgePanel panels[DASH_BRIDGE_PANELS_MAX];
    g_autoptr(GError) error = NULL;
    Server *server = server_new(manner);
    const DashBridgeAt at = at_of(server);

    server->refused = "available_output_devices";
    g_assert_cmpint(dash_bridge_ask_panels(&at, panels, &error), ==, -1);
    g_assert_nonnull(error);
    if (!strstr(error->message, said))
        g_error("\"%s\" does not say \"%s\"", error->message, said);
    server_free(server);
}

static void
what_bridge_refuses_or_breaks_is_said(void)
{
    check_trouble(REFUSES, "available_output_devices: refused: UnknownOrchestration");
    check_trouble(GARBAGE, "no answer in HTTP");
    check_trouble(CUT, "cut off");
    check_trouble(ERROR_500, "500");
    check_trouble(SILENT, "enter_orchestration");
    check_trouble(ENDLESS, "more than");
}

/* The window on the panel stays the way that needs nobody. */
static void
without_bridge_the_way_without_it_is_named(void)
{
    DashBridgePanel panels[DASH_BRIDGE_PANELS_MAX];
    g_autoptr(GError) error = NULL;
    Server *server = server_new(WELL);
    const DashBridgeAt at = at_of(server);

    server_free(server); /* its port is free again */
    g_assert_cmpint(dash_bridge_ask_panels(&at, panels, &error), ==, -1);
    g_assert_nonnull(strstr(error->message, "does not answer at 127.0.0.1:"));
    g_assert_nonnull(strstr(error->message, "--panel"));
}

static void
a_file_that_is_no_quilt_is_refused_before_anything_is_sent(void)
{
    g_autofree char *dir = g_dir_make_tmp("vicu-bridge-XXXXXX", NULL);
    g_autofree char *plain = g_build_filename(dir, "ward.png", NULL);
    g_autofree char *absent = g_build_filename(dir, "no_qs8x6a0.75.png", NULL);
    Server *server = server_new(WELL);
    const DashBridgeAt at = at_of(server);
    const struct {
        const char *path, *said;
    } wrong[] = {{plain, "_qsCxRaA"}, {absent, "no such file"}};

    g_assert_true(g_file_set_contents(plain, "png", -1, NULL));
    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_false(dash_bridge_cast(&at, wrong[i].path, -1, &error));
        g_assert_nonnull(strstr(error->message, wrong[i].said));
    }
    g_assert_cmpuint(server->names->len, ==, 0);
    server_free(server);
    vicu_folder_remove(dir);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(f) g_test_add_func("/dashboard/bridge/" #f, f)
    ADD(a_quilt_is_cast_by_six_messages_in_their_order);
    ADD(panels_come_with_their_calibration);
    ADD(what_bridge_refuses_or_breaks_is_said);
    ADD(without_bridge_the_way_without_it_is_named);
    ADD(a_file_that_is_no_quilt_is_refused_before_anything_is_sent);
    return g_test_run();
}
