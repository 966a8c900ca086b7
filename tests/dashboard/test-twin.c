/* The twin's server: who comes in, what it says, and what it does with garbage.
 *
 * A real server on a free port of the loopback, real sockets; the ward is a synthetic one.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include <gio/gio.h>
#include <json-glib/json-glib.h>
#include <libsoup/soup.h>

#include "dashboard/saved.h"
#include "dashboard/twin/door.h"
#include "dashboard/twin/serve.h"
#include "dashboard/twin/tell.h"
#include "tests/dashboard/ward.h"

#define SOON_US (20 * (int64_t)G_USEC_PER_SEC)

typedef struct {
    DashModel *model;
    DashServe *serve;
    SoupSession *session;
    int64_t now_us;
    unsigned looked;
    unsigned opened; /* beds */
    char looked_at[64];
} World;

static void
on_looked(const char *bed, gpointer user)
{
    World *world = user;
    world->looked++;
    if (bed) {
        g_strlcpy(world->looked_at, bed, sizeof world->looked_at);
        world->opened++;
    }
}

static void
load(World *world, const char *story, unsigned beds)
{
    WardOptions options = {0};
    g_assert_true(ward_options_parse(story, &options));
    options.beds = beds;
    g_autoptr(GByteArray) ward = ward_make(&options);
    world->model = dash_model_new();
    g_assert_true(dash_saved_apply(ward->data, ward->len, world->model, &world->now_us, NULL));
}

static void
set_up(World *world, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    load(world, "all", 12);
    const DashServeOptions options = {
        .still_us = world->now_us,
        .with_patient = data != NULL,
        .looked = on_looked,
        .user = world,
    };
    world->serve = dash_serve_new(world->model, &options, &error);
    g_assert_no_error(error);
    world->session = soup_session_new();
}

static void
tear_down(World *world, gconstpointer data)
{
    (void)data;
    g_object_unref(world->session);
    dash_serve_free(world->serve);
    dash_model_free(world->model);
}

static void
run_until(const bool *done, int64_t for_us)
{
    int64_t end_us = g_get_monotonic_time() + for_us;
    while (!*done && g_get_monotonic_time() < end_us)
        if (!g_main_context_iteration(NULL, FALSE))
            g_usleep(1000);
}

/* ---- plain requests, byte for byte ---- */

typedef struct {
    GString *got;
    bool done;
} Reply;

static void
on_bytes(GObject *source, GAsyncResult *result, gpointer user)
{
    Reply *reply = user;
    g_autoptr(GBytes) bytes =
        g_input_stream_read_bytes_finish(G_INPUT_STREAM(source), result, NULL);

    if (bytes && g_bytes_get_size(bytes) > 0)
        g_string_append_len(reply->got, g_bytes_get_data(bytes, NULL),
                            (gssize)g_bytes_get_size(bytes));
    reply->done = !bytes || g_bytes_get_size(bytes) == 0;
    if (!reply->done)
        g_input_stream_read_bytes_async(G_INPUT_STREAM(source), 65536, G_PRIORITY_DEFAULT, NULL,
                                        on_bytes, reply);
}

static GSocketConnection *
connected(const World *world)
{
    g_autoptr(GSocketClient) client = g_socket_client_new();
    return g_socket_client_connect_to_host(client, "127.0.0.1",
                                           (guint16)dash_serve_port(world->serve), NULL, NULL);
}

/* All that is answered to @bytes until the other side closes; caller frees. */
static char *
answer_to(const World *world, const char *bytes, size_t size)
{
    g_autoptr(GSocketConnection) connection = connected(world);
    Reply reply = {.got = g_string_new(NULL)};
    GInputStream *in = g_io_stream_get_input_stream(G_IO_STREAM(connection));
    GOutputStream *out = g_io_stream_get_output_stream(G_IO_STREAM(connection));
    size_t sent = 0;

    g_socket_set_blocking(g_socket_connection_get_socket(connection), FALSE);
    g_input_stream_read_bytes_async(in, 65536, G_PRIORITY_DEFAULT, NULL, on_bytes, &reply);
    int64_t end_us = g_get_monotonic_time() + SOON_US;
    while (sent < size && !reply.done && g_get_monotonic_time() < end_us) {
        gssize n = g_pollable_output_stream_write_nonblocking(
            G_POLLABLE_OUTPUT_STREAM(out), bytes + sent, size - sent, NULL, NULL);
        sent += n > 0 ? (size_t)n : 0;
        g_main_context_iteration(NULL, FALSE);
    }
    run_until(&reply.done, SOON_US);
    g_assert_true(reply.done);
    return g_string_free(reply.got, FALSE);
}

static char *
get(const World *world, const char *method, const char *path, const char *more)
{
    g_autofree char *request =
        g_strdup_printf("%s %s HTTP/1.1\r\nConnection: close\r\n%s\r\n", method, path, more);
    return answer_to(world, request, strlen(request));
}

static char *
host_line(const World *world)
{
    return g_strdup_printf("Host: 127.0.0.1:%u\r\n", dash_serve_port(world->serve));
}

static void
assert_status(const char *answer, int status)
{
    g_autofree char *expected = g_strdup_printf("HTTP/1.1 %d ", status);
    if (!g_str_has_prefix(answer, expected))
        g_error("expected %d, got %.60s", status, answer);
}

static void
page_and_its_parts_are_served_with_their_bounds(World *world, gconstpointer data)
{
    static const char *const paths[] = {
        "/",        "/index.html", "/twin.css", "/main.js",  "/paint.js", "/glb.js",  "/link.js",
        "/list.js", "/letters.js", "/ward.js",  "/words.js", "/xr.js",    "/space.js"};
    g_autofree char *host = host_line(world);
    (void)data;

    for (size_t i = 0; i < G_N_ELEMENTS(paths); i++) {
        g_autofree char *answer = get(world, "GET", paths[i], host);
        assert_status(answer, 200);
        g_assert_nonnull(strstr(answer, "default-src 'none'"));
        g_assert_nonnull(strstr(answer, "nosniff"));
        g_assert_null(strstr(answer, "https://"));
    }
}

static void
nothing_lies_behind_any_other_path(World *world, gconstpointer data)
{
    static const char *const paths[] = {"/../../etc/passwd",
                                        "/%2e%2e/%2e%2e/etc/passwd",
                                        "/..%2f..%2fetc/passwd",
                                        "/web.gresource.xml",
                                        "/main.js/",
                                        "//etc/passwd",
                                        "/index.html%00.js",
                                        "/./../main.jsx",
                                        "/ward",
                                        "/live2",
                                        "/\xff\xfe",
                                        "/vicu/holo/displays.csv"};
    g_autofree char *host = host_line(world);
    (void)data;

    for (size_t i = 0; i < G_N_ELEMENTS(paths); i++) {
        g_autofree char *answer = get(world, "GET", paths[i], host);
        if (!g_str_has_prefix(answer, "HTTP/1.1 404") && !g_str_has_prefix(answer, "HTTP/1.1 400")
            && !g_str_has_prefix(answer, "HTTP/1.1 403"))
            g_error("%s: %.60s", paths[i], answer);
        g_assert_null(strstr(answer, "root:"));
    }
}

static void
other_hosts_and_origins_are_refused(World *world, gconstpointer data)
{
    static const char *const hosts[] = {"Host: evil.example\r\n", "Host: 127.0.0.1\r\n",
                                        "Host: 127.0.0.1:1\r\n",
                                        "Host: localhost.evil.example:80\r\n", ""};
    g_autofree char *host = host_line(world);
    g_autofree char *origin = g_strconcat(host, "Origin: http://evil.example\r\n", NULL);
    (void)data;

    for (size_t i = 0; i < G_N_ELEMENTS(hosts); i++) {
        g_autofree char *answer = get(world, "GET", "/", hosts[i]);
        g_assert_true(g_str_has_prefix(answer, "HTTP/1.1 403")
                      || g_str_has_prefix(answer, "HTTP/1.1 400"));
    }
    g_autofree char *answer = get(world, "GET", "/", origin);
    assert_status(answer, 403);
}

static void
ward_file_needs_the_key_of_this_start(World *world, gconstpointer data)
{
    g_autofree char *host = host_line(world);
    g_autofree char *right = g_strdup_printf("/ward.glb?key=%s", dash_serve_key(world->serve));
    g_autofree char *wrong = g_strdup(right);
    g_autofree char *without = get(world, "GET", "/ward.glb", host);
    (void)data;

    wrong[strlen(wrong) - 1] = wrong[strlen(wrong) - 1] == '0' ? '1' : '0';
    assert_status(without, 403);
    g_autofree char *refused = get(world, "GET", wrong, host);
    assert_status(refused, 403);
    g_autofree char *answer = get(world, "GET", right, host);
    assert_status(answer, 200);
    g_assert_nonnull(strstr(answer, "model/gltf-binary"));
    g_assert_cmpuint(world->looked, ==, 1);
}

static void
it_is_read_only(World *world, gconstpointer data)
{
    static const char *const methods[] = {"POST", "PUT", "DELETE", "PATCH", "OPTIONS"};
    g_autofree char *host = host_line(world);
    g_autofree char *body = g_strconcat(host, "Content-Length: 5\r\n", NULL);
    (void)data;

    for (size_t i = 0; i < G_N_ELEMENTS(methods); i++) {
        g_autofree char *answer = get(world, methods[i], "/", host);
        assert_status(answer, 405);
    }
    g_autofree char *request =
        g_strdup_printf("POST / HTTP/1.1\r\nConnection: close\r\n%s\r\n12345", body);
    g_autofree char *answer = answer_to(world, request, strlen(request));
    assert_status(answer, 413);
}

static void
garbage_and_huge_heads_end_the_connection_and_nothing_else(World *world, gconstpointer data)
{
    static const char *const lines[] = {
        "\r\n\r\n", "GET\r\n\r\n", "\x16\x03\x01\x02\x00\x01\x00\x01", "GET / HTTP/9.9\r\n\r\n",
        "nonsense nonsense nonsense\r\n\r\n"};
    g_autofree char *host = host_line(world);
    GString *huge = g_string_new("GET / HTTP/1.1\r\nX: ");
    (void)data;

    for (size_t i = 0; i < 1u << 20; i++)
        g_string_append_c(huge, 'a');
    g_autofree char *to_huge = answer_to(world, huge->str, huge->len);
    g_assert_false(g_str_has_prefix(to_huge, "HTTP/1.1 200"));
    g_string_free(huge, TRUE);
    for (size_t i = 0; i < G_N_ELEMENTS(lines); i++) {
        g_autoptr(GSocketConnection) connection = connected(world);
        GOutputStream *out = g_io_stream_get_output_stream(G_IO_STREAM(connection));
        g_assert_true(g_output_stream_write_all(out, lines[i], strlen(lines[i]), NULL, NULL, NULL));
        for (int k = 0; k < 20; k++)
            g_main_context_iteration(NULL, FALSE);
    }
    g_autofree char *answer = get(world, "GET", "/", host);
    assert_status(answer, 200);
}

static void
half_open_sockets_are_bounded(World *world, gconstpointer data)
{
    g_autoptr(GPtrArray) held = g_ptr_array_new_with_free_func(g_object_unref);
    DashServeFigures figures;
    (void)data;

    for (unsigned i = 0; i < DASH_SERVE_CONNECTIONS + 20; i++) {
        GSocketConnection *connection = connected(world);
        if (connection)
            g_ptr_array_add(held, connection);
        for (int k = 0; k < 5; k++)
            g_main_context_iteration(NULL, FALSE);
    }
    dash_serve_figures(world->serve, &figures);
    g_assert_cmpuint(figures.connections, <=, DASH_SERVE_CONNECTIONS);
    g_assert_cmpuint(figures.refused, >=, 20);
    g_ptr_array_set_size(held, 0);
    /* Those who have gone make room again. */
    int64_t end_us = g_get_monotonic_time() + SOON_US;
    do {
        g_main_context_iteration(NULL, FALSE);
        dash_serve_figures(world->serve, &figures);
    } while (figures.connections > 0 && g_get_monotonic_time() < end_us);
    g_assert_cmpuint(figures.connections, ==, 0);
}

/* ---- pages that look ---- */

typedef struct {
    SoupWebsocketConnection *socket;
    JsonParser *last;
    size_t size;    /* of the last message */
    unsigned heard; /* messages */
    bool mute;      /* says nothing of what it has seen */
    bool open, closed, more;
    unsigned code;
} Looker;

static void
on_told(SoupWebsocketConnection *socket, gint type, GBytes *bytes, gpointer user)
{
    Looker *looker = user;
    (void)type;

    g_clear_object(&looker->last);
    looker->last = json_parser_new_immutable();
    looker->size = g_bytes_get_size(bytes);
    g_assert_true(json_parser_load_from_data(looker->last, g_bytes_get_data(bytes, NULL),
                                             (gssize)looker->size, NULL));
    looker->heard++;
    looker->more = true;
    if (!looker->mute) {
        JsonObject *object = json_node_get_object(json_parser_get_root(looker->last));
        g_autofree char *seen =
            g_strdup_printf("seen %" G_GINT64_FORMAT, json_object_get_int_member(object, "n"));
        soup_websocket_connection_send_text(socket, seen);
    }
}

static void
on_shut(SoupWebsocketConnection *socket, gpointer user)
{
    Looker *looker = user;
    looker->closed = true;
    looker->code = soup_websocket_connection_get_close_code(socket);
}

static void
on_open(GObject *source, GAsyncResult *result, gpointer user)
{
    Looker *looker = user;
    looker->socket = soup_session_websocket_connect_finish(SOUP_SESSION(source), result, NULL);
    if (looker->socket) {
        soup_websocket_connection_set_max_incoming_payload_size(looker->socket, 8u << 20);
        g_signal_connect(looker->socket, "message", G_CALLBACK(on_told), looker);
        g_signal_connect(looker->socket, "closed", G_CALLBACK(on_shut), looker);
    }
    looker->open = true;
}

/* FALSE: refused. */
static bool
look(World *world, Looker *looker, const char *key, const char *origin)
{
    g_autofree char *url =
        g_strdup_printf("ws://127.0.0.1:%u/live?key=%s", dash_serve_port(world->serve), key);
    g_autofree char *own = g_strdup_printf("http://127.0.0.1:%u", dash_serve_port(world->serve));
    g_autoptr(SoupMessage) message = soup_message_new("GET", url);

    *looker = (Looker){.mute = looker->mute};
    soup_session_websocket_connect_async(world->session, message, origin ? origin : own, NULL,
                                         G_PRIORITY_DEFAULT, NULL, on_open, looker);
    run_until(&looker->open, SOON_US);
    return looker->socket != NULL;
}

static JsonObject *
next(Looker *looker)
{
    looker->more = false;
    run_until(&looker->more, SOON_US);
    g_assert_true(looker->more);
    return json_node_get_object(json_parser_get_root(looker->last));
}

static void
leave(Looker *looker)
{
    g_signal_handlers_disconnect_by_data(looker->socket, looker);
    g_clear_object(&looker->socket);
    g_clear_object(&looker->last);
}

static void
page_is_told_all_once_and_then_what_changed(World *world, gconstpointer data)
{
    Looker looker = {0};
    (void)data;

    g_assert_true(look(world, &looker, dash_serve_key(world->serve), NULL));
    JsonObject *first = next(&looker);
    g_assert_cmpint(json_object_get_int_member(first, "n"), ==, 1);
    g_assert_cmpuint(json_array_get_length(json_object_get_array_member(first, "beds")), ==, 12);
    g_assert_cmpuint(json_array_get_length(json_object_get_array_member(first, "ids")), ==, 12);
    g_assert_true(json_object_has_member(first, "solids"));
    JsonObject *second = next(&looker);
    g_assert_cmpint(json_object_get_int_member(second, "n"), ==, 2);
    g_assert_cmpuint(json_array_get_length(json_object_get_array_member(second, "beds")), ==, 0);
    g_assert_false(json_object_has_member(second, "ids"));
    dash_model_set_local(world->model, "test", VICU__PRIORITY__PRIORITY_LOW, "something is missing",
                         true, world->now_us);
    JsonObject *third = next(&looker);
    while (json_array_get_length(json_object_get_array_member(third, "blind")) < 1)
        third = next(&looker);
    g_assert_cmpuint(world->looked, >=, 3);
    leave(&looker);
}

static void
chosen_bed_is_told_to_the_audit_and_its_waves_to_the_page(World *world, gconstpointer data)
{
    Looker looker = {0};
    bool found = false;
    (void)data;

    g_assert_true(look(world, &looker, dash_serve_key(world->serve), NULL));
    next(&looker);
    soup_websocket_connection_send_text(looker.socket, "select demo/icu/1");
    for (int i = 0; i < 5 && !found; i++) {
        JsonArray *waves = json_object_get_array_member(next(&looker), "waves");
        found =
            json_array_get_length(waves) > 0
            && strcmp(json_object_get_string_member(json_array_get_object_element(waves, 0), "bed"),
                      "demo/icu/1")
                   == 0;
    }
    g_assert_true(found);
    g_assert_cmpstr(world->looked_at, ==, "demo/icu/1");
    for (int i = 0; i < 3; i++)
        next(&looker);
    soup_websocket_connection_send_text(looker.socket, "select 1"); /* the same one */
    for (int i = 0; i < 3; i++)
        next(&looker);
    g_assert_cmpuint(world->opened, ==, 1); /* one record, however long it is looked at */
    leave(&looker);
}

static void
other_languages_are_spoken_to_those_who_ask(World *world, gconstpointer data)
{
    Looker one = {0}, two = {0};
    (void)data;

    g_assert_true(look(world, &one, dash_serve_key(world->serve), NULL));
    g_assert_true(look(world, &two, dash_serve_key(world->serve), NULL));
    soup_websocket_connection_send_text(two.socket, "speak zh_CN");
    JsonObject *message = next(&two);
    while (json_array_get_length(json_object_get_array_member(message, "beds")) < 12)
        message = next(&two);
    g_assert_cmpuint(json_array_get_length(json_object_get_array_member(message, "beds")), ==, 12);
    leave(&one);
    leave(&two);
}

static void
strangers_do_not_get_in(World *world, gconstpointer data)
{
    Looker looker = {0};
    (void)data;

    g_assert_false(look(world, &looker, "00000000000000000000000000000000", NULL));
    g_assert_false(look(world, &looker, "", NULL));
    g_assert_false(look(world, &looker, dash_serve_key(world->serve), "http://evil.example"));
    g_assert_false(look(world, &looker, dash_serve_key(world->serve), "null"));
}

static void
page_that_says_anything_else_is_shown_out(World *world, gconstpointer data)
{
    static const char *const lines[] = {"", "nonsense", "ack 7", "select '; drop", "{\"seen\":1}"};
    (void)data;

    for (size_t i = 0; i < G_N_ELEMENTS(lines); i++) {
        Looker looker = {0};
        g_assert_true(look(world, &looker, dash_serve_key(world->serve), NULL));
        soup_websocket_connection_send_text(looker.socket, lines[i]);
        run_until(&looker.closed, SOON_US);
        g_assert_true(looker.closed);
        g_assert_cmpuint(looker.code, ==, SOUP_WEBSOCKET_CLOSE_POLICY_VIOLATION);
        leave(&looker);
    }
    Looker looker = {0};
    char many[4096];
    memset(many, 'a', sizeof many);
    g_assert_true(look(world, &looker, dash_serve_key(world->serve), NULL));
    soup_websocket_connection_send_message(looker.socket, SOUP_WEBSOCKET_DATA_BINARY,
                                           g_bytes_new_static(many, sizeof many));
    run_until(&looker.closed, SOON_US);
    g_assert_true(looker.closed);
    leave(&looker);
}

/* A page that does not say that it has seen one is not sent another: nothing queues. */
static void
slow_page_gets_no_queue(World *world, gconstpointer data)
{
    Looker slow = {.mute = true}, quick = {0};
    (void)data;

    g_assert_true(look(world, &slow, dash_serve_key(world->serve), NULL));
    g_assert_true(look(world, &quick, dash_serve_key(world->serve), NULL));
    for (int i = 0; i < 8; i++)
        next(&quick);
    g_assert_cmpuint(slow.heard, ==, 1);
    dash_model_set_local(world->model, "test", VICU__PRIORITY__PRIORITY_LOW, "newest", true,
                         world->now_us);
    slow.mute = false;
    soup_websocket_connection_send_text(slow.socket, "seen 1");
    JsonObject *message = next(&slow);
    g_assert_cmpint(json_object_get_int_member(message, "n"), ==, 2);
    g_assert_cmpuint(json_array_get_length(json_object_get_array_member(message, "blind")), ==, 1);
    leave(&slow);
    leave(&quick);
}

static void
more_pages_than_there_is_room_for_are_told_so(World *world, gconstpointer data)
{
    Looker looker[DASH_SERVE_PAGES + 1] = {0};
    DashServeFigures figures;
    (void)data;

    for (unsigned i = 0; i < G_N_ELEMENTS(looker); i++)
        g_assert_true(look(world, &looker[i], dash_serve_key(world->serve), NULL));
    run_until(&looker[DASH_SERVE_PAGES].closed, SOON_US);
    g_assert_true(looker[DASH_SERVE_PAGES].closed);
    dash_serve_figures(world->serve, &figures);
    g_assert_cmpuint(figures.pages, ==, DASH_SERVE_PAGES);
    for (unsigned i = 0; i < G_N_ELEMENTS(looker); i++)
        leave(&looker[i]);
}

static bool
has_patient(World *world, Looker *looker)
{
    g_autoptr(JsonGenerator) generator = json_generator_new();
    bool found = false;

    next(looker);
    json_generator_set_root(generator, json_parser_get_root(looker->last));
    g_autofree char *text = json_generator_to_data(generator, NULL);
    for (size_t i = 0; i < dash_model_n_beds(world->model); i++) {
        const char *patient = dash_model_bed(world->model, i)->patient;
        found = found || (patient && *patient && strstr(text, patient));
    }
    return found;
}

static void
patients_are_told_only_where_they_were_asked_for(World *world, gconstpointer data)
{
    Looker looker = {0};

    g_assert_true(look(world, &looker, dash_serve_key(world->serve), NULL));
    g_assert_true(has_patient(world, &looker) == (data != NULL));
    leave(&looker);
}

static void
key_is_another_at_each_start(World *world, gconstpointer data)
{
    const DashServeOptions options = {.still_us = world->now_us};
    g_autoptr(DashServe) other = dash_serve_new(world->model, &options, NULL);
    (void)data;

    g_assert_cmpuint(strlen(dash_serve_key(other)), ==, DASH_DOOR_KEY_LEN);
    g_assert_cmpstr(dash_serve_key(other), !=, dash_serve_key(world->serve));
    const DashServeOptions taken = {.port = dash_serve_port(other)};
    g_autoptr(GError) error = NULL;
    g_assert_null(dash_serve_new(world->model, &taken, &error));
    g_assert_nonnull(strstr(error->message, "127.0.0.1 port"));
}

int
main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*func)(World *world, gconstpointer data);
        const char *data;
    } tests[] = {
        {"page_and_its_parts_are_served_with_their_bounds",
         page_and_its_parts_are_served_with_their_bounds, NULL},
        {"nothing_lies_behind_any_other_path", nothing_lies_behind_any_other_path, NULL},
        {"other_hosts_and_origins_are_refused", other_hosts_and_origins_are_refused, NULL},
        {"ward_file_needs_the_key_of_this_start", ward_file_needs_the_key_of_this_start, NULL},
        {"it_is_read_only", it_is_read_only, NULL},
        {"garbage_and_huge_heads_end_the_connection_and_nothing_else",
         garbage_and_huge_heads_end_the_connection_and_nothing_else, NULL},
        {"half_open_sockets_are_bounded", half_open_sockets_are_bounded, NULL},
        {"page_is_told_all_once_and_then_what_changed", page_is_told_all_once_and_then_what_changed,
         NULL},
        {"chosen_bed_is_told_to_the_audit_and_its_waves_to_the_page",
         chosen_bed_is_told_to_the_audit_and_its_waves_to_the_page, NULL},
        {"other_languages_are_spoken_to_those_who_ask", other_languages_are_spoken_to_those_who_ask,
         NULL},
        {"strangers_do_not_get_in", strangers_do_not_get_in, NULL},
        {"page_that_says_anything_else_is_shown_out", page_that_says_anything_else_is_shown_out,
         NULL},
        {"slow_page_gets_no_queue", slow_page_gets_no_queue, NULL},
        {"more_pages_than_there_is_room_for_are_told_so",
         more_pages_than_there_is_room_for_are_told_so, NULL},
        {"patients_are_not_told", patients_are_told_only_where_they_were_asked_for, NULL},
        {"patients_are_told_where_they_were_asked_for",
         patients_are_told_only_where_they_were_asked_for, "with patients"},
        {"key_is_another_at_each_start", key_is_another_at_each_start, NULL},
    };

    g_test_init(&argc, &argv, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(tests); i++) {
        g_autofree char *path = g_strconcat("/twin/", tests[i].name, NULL);
        g_test_add(path, World, tests[i].data, set_up, tests[i].func, tear_down);
    }
    return g_test_run();
}
