/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/dashboard/chromium.h"

#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <libsoup/soup.h>

#define ANSWER_US (90 * (int64_t)G_USEC_PER_SEC)
#define LARGEST   (64u << 20) /* of an answer: a picture */

struct Chromium {
    GPid pid;
    char *folder;
    SoupSession *session;
    SoupWebsocketConnection *socket;
    int asked;
    JsonNode *answer; /* to @asked */
};

static void
run_until(const bool *done, int64_t for_us)
{
    int64_t end_us = g_get_monotonic_time() + for_us;
    while (!*done && g_get_monotonic_time() < end_us)
        if (!g_main_context_iteration(NULL, FALSE))
            g_usleep(2000);
}

/* ---- start ---- */

/* In the child: a test that is killed leaves no browser behind. */
static void
end_with_parent(gpointer user)
{
    (void)user;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
}

static gboolean
spawn(Chromium *self, int w, int h, const char *key_hash)
{
    g_autofree char *folder = g_strdup_printf("--user-data-dir=%s", self->folder);
    g_autofree char *size = g_strdup_printf("--window-size=%d,%d", w, h);
    g_autofree char *trust = g_strconcat(
        "--ignore-certificate-errors-spki-list=", key_hash != NULL ? key_hash : "", NULL);
    const char *line[] = {"chromium",
                          "--headless=new",
                          "--no-sandbox",
                          "--no-first-run",
                          "--disable-background-networking",
                          "--disable-component-update",
                          "--disable-default-apps",
                          "--disable-extensions",
                          "--disable-sync",
                          "--mute-audio",
                          "--hide-scrollbars",
                          "--use-angle=swiftshader",
                          "--enable-unsafe-swiftshader",
                          "--remote-debugging-port=0",
                          folder,
                          size,
                          trust,
                          "about:blank",
                          NULL};
    g_auto(GStrv) environment = g_get_environ();
    /* No message bus, no home: a browser of this test alone. */
    environment = g_environ_setenv(environment, "DBUS_SESSION_BUS_ADDRESS", "disabled:", TRUE);
    environment = g_environ_setenv(environment, "HOME", self->folder, TRUE);
    return g_spawn_async(NULL, (char **)line, environment,
                         G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD
                             | G_SPAWN_STDOUT_TO_DEV_NULL | G_SPAWN_STDERR_TO_DEV_NULL,
                         end_with_parent, NULL, &self->pid, NULL);
}

/* The port that it has chosen, from its file; 0: none yet. */
static unsigned
port_of(const Chromium *self)
{
    g_autofree char *path = g_build_filename(self->folder, "DevToolsActivePort", NULL);
    g_autofree char *text = NULL;
    return g_file_get_contents(path, &text, NULL, NULL) ? (unsigned)strtoul(text, NULL, 10) : 0;
}

static char *
page_address(Chromium *self, unsigned port)
{
    g_autofree char *url = g_strdup_printf("http://127.0.0.1:%u/json/list", port);
    g_autoptr(SoupMessage) message = soup_message_new("GET", url);
    g_autoptr(GBytes) bytes = soup_session_send_and_read(self->session, message, NULL, NULL);
    g_autoptr(JsonParser) parser = json_parser_new();

    if (!bytes
        || !json_parser_load_from_data(parser, g_bytes_get_data(bytes, NULL),
                                       (gssize)g_bytes_get_size(bytes), NULL)
        || !JSON_NODE_HOLDS_ARRAY(json_parser_get_root(parser)))
        return NULL;
    JsonArray *list = json_node_get_array(json_parser_get_root(parser));
    for (guint i = 0; i < json_array_get_length(list); i++) {
        JsonObject *target = json_array_get_object_element(list, i);
        if (strcmp(json_object_get_string_member_with_default(target, "type", ""), "page") == 0)
            return g_strdup(json_object_get_string_member(target, "webSocketDebuggerUrl"));
    }
    return NULL;
}

static void
on_message(SoupWebsocketConnection *socket, gint type, GBytes *bytes, gpointer user)
{
    Chromium *self = user;
    g_autoptr(JsonParser) parser = json_parser_new();
    (void)socket, (void)type;

    if (!json_parser_load_from_data(parser, g_bytes_get_data(bytes, NULL),
                                    (gssize)g_bytes_get_size(bytes), NULL))
        return;
    JsonObject *object = json_node_get_object(json_parser_get_root(parser));
    if (json_object_get_int_member_with_default(object, "id", 0) != self->asked)
        return;
    self->answer = json_parser_steal_root(parser);
}

typedef struct {
    SoupWebsocketConnection *socket;
    bool done;
} Connecting;

static void
on_connected(GObject *source, GAsyncResult *result, gpointer user)
{
    Connecting *connecting = user;
    connecting->socket = soup_session_websocket_connect_finish(SOUP_SESSION(source), result, NULL);
    connecting->done = true;
}

static bool
connect_to(Chromium *self, const char *address)
{
    g_autoptr(SoupMessage) message = soup_message_new("GET", address);
    Connecting connecting = {0};

    soup_session_websocket_connect_async(self->session, message, NULL, NULL, G_PRIORITY_DEFAULT,
                                         NULL, on_connected, &connecting);
    run_until(&connecting.done, ANSWER_US);
    self->socket = connecting.socket;
    if (!self->socket)
        return false;
    soup_websocket_connection_set_max_incoming_payload_size(self->socket, LARGEST);
    g_signal_connect(self->socket, "message", G_CALLBACK(on_message), self);
    return true;
}

Chromium *
chromium_new(int w, int h, const char **why)
{
    return chromium_new_trusting(w, h, NULL, why);
}

Chromium *
chromium_new_trusting(int w, int h, const char *key_hash, const char **why)
{
    g_autofree char *program = g_find_program_in_path("chromium");
    g_autoptr(Chromium) self = g_new0(Chromium, 1);
    int64_t end_us = g_get_monotonic_time() + ANSWER_US;

    *why = "not judged here: needs chromium on the path";
    if (program == NULL)
        return NULL;
    *why = "not judged here: chromium does not start";
    self->session = soup_session_new();
    self->folder = g_dir_make_tmp("vicu-page-XXXXXX", NULL);
    if (!self->folder || !spawn(self, w, h, key_hash))
        return NULL;
    while (g_get_monotonic_time() < end_us) {
        unsigned port = port_of(self);
        g_autofree char *address = port ? page_address(self, port) : NULL;
        if (address && connect_to(self, address))
            return g_steal_pointer(&self);
        g_usleep(50000);
    }
    return NULL;
}

static void
remove_folder(const char *path)
{
    g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
    const char *name;

    while (dir && (name = g_dir_read_name(dir)) != NULL) {
        g_autofree char *inner = g_build_filename(path, name, NULL);
        if (g_file_test(inner, G_FILE_TEST_IS_DIR) && !g_file_test(inner, G_FILE_TEST_IS_SYMLINK))
            remove_folder(inner);
        else
            g_unlink(inner);
    }
    g_rmdir(path);
}

void
chromium_free(Chromium *self)
{
    if (!self)
        return;
    json_node_free(self->answer);
    g_clear_object(&self->socket);
    g_clear_object(&self->session);
    if (self->pid) {
        kill(self->pid, SIGTERM);
        for (int i = 0; i < 100 && waitpid(self->pid, NULL, WNOHANG) == 0; i++) {
            g_usleep(50000);
            if (i == 60)
                kill(self->pid, SIGKILL);
        }
    }
    if (self->folder)
        remove_folder(self->folder);
    g_free(self->folder);
    g_free(self);
}

/* ---- questions ---- */

/* The result of @method; borrowed until the next question. */
static JsonObject *
ask(Chromium *self, const char *method, JsonBuilder *params)
{
    g_autoptr(JsonBuilder) all = json_builder_new();
    bool done = false;
    int64_t end_us = g_get_monotonic_time() + ANSWER_US;

    g_clear_pointer(&self->answer, json_node_free);
    json_builder_begin_object(all);
    json_builder_set_member_name(all, "id");
    json_builder_add_int_value(all, ++self->asked);
    json_builder_set_member_name(all, "method");
    json_builder_add_string_value(all, method);
    if (params) {
        json_builder_set_member_name(all, "params");
        json_builder_add_value(all, json_builder_get_root(params));
    }
    json_builder_end_object(all);
    g_autoptr(JsonNode) root = json_builder_get_root(all);
    g_autofree char *text = json_to_string(root, FALSE);
    soup_websocket_connection_send_text(self->socket, text);
    while (!self->answer && g_get_monotonic_time() < end_us)
        run_until(&done, 2000);
    if (!self->answer)
        g_error("chromium does not answer %s", method);
    JsonObject *object = json_node_get_object(self->answer);
    if (!json_object_has_member(object, "result"))
        g_error("chromium refuses %s: %s", method, json_to_string(self->answer, FALSE));
    return json_object_get_object_member(object, "result");
}

static JsonBuilder *
params_of(const char *name, const char *value)
{
    JsonBuilder *params = json_builder_new();
    json_builder_begin_object(params);
    json_builder_set_member_name(params, name);
    json_builder_add_string_value(params, value);
    return params;
}

void
chromium_open(Chromium *self, const char *url, const char *before)
{
    ask(self, "Page.enable", NULL);
    if (before) {
        g_autoptr(JsonBuilder) script = params_of("source", before);
        json_builder_end_object(script);
        ask(self, "Page.addScriptToEvaluateOnNewDocument", script);
    }
    g_autoptr(JsonBuilder) where = params_of("url", url);
    json_builder_end_object(where);
    ask(self, "Page.navigate", where);
}

char *
chromium_eval(Chromium *self, const char *expression)
{
    g_autoptr(JsonBuilder) params = params_of("expression", expression);

    json_builder_set_member_name(params, "returnByValue");
    json_builder_add_boolean_value(params, TRUE);
    json_builder_set_member_name(params, "awaitPromise");
    json_builder_add_boolean_value(params, TRUE);
    json_builder_end_object(params);
    JsonObject *result = ask(self, "Runtime.evaluate", params);
    if (json_object_has_member(result, "exceptionDetails")) {
        JsonNode *node = json_object_get_member(result, "exceptionDetails");
        g_autofree char *text = json_to_string(node, FALSE);
        return g_strconcat("!", text, NULL);
    }
    JsonObject *value = json_object_get_object_member(result, "result");
    return json_object_has_member(value, "value")
               ? json_to_string(json_object_get_member(value, "value"), FALSE)
               : g_strdup("undefined");
}

bool
chromium_wait(Chromium *self, const char *expression, double seconds)
{
    int64_t end_us = g_get_monotonic_time() + (int64_t)(seconds * G_USEC_PER_SEC);
    const bool never = false;

    do {
        g_autofree char *value = chromium_eval(self, expression);
        if (strcmp(value, "true") == 0)
            return true;
        run_until(&never, 50000);
    } while (g_get_monotonic_time() < end_us);
    return false;
}

void
chromium_call(Chromium *self, const char *method, const char *params)
{
    g_autoptr(JsonBuilder) builder = json_builder_new();
    g_autoptr(JsonNode) node = json_from_string(params, NULL);
    JsonObject *object = json_node_get_object(node);
    g_autoptr(GList) names = json_object_get_members(object);

    json_builder_begin_object(builder);
    for (GList *l = names; l != NULL; l = l->next) {
        json_builder_set_member_name(builder, l->data);
        json_builder_add_value(builder, json_node_copy(json_object_get_member(object, l->data)));
    }
    json_builder_end_object(builder);
    ask(self, method, builder);
}

void
chromium_shot(Chromium *self, const char *path)
{
    g_autoptr(JsonBuilder) params = params_of("format", "png");
    gsize size = 0;

    json_builder_end_object(params);
    JsonObject *result = ask(self, "Page.captureScreenshot", params);
    g_autofree guchar *png = g_base64_decode(json_object_get_string_member(result, "data"), &size);
    g_assert_true(g_file_set_contents(path, (const char *)png, (gssize)size, NULL));
}

const char *
chromium_folder(const Chromium *self)
{
    return self->folder;
}
