/* vicu-dashboard holo panels and holo cast. See holo-bridge.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/holo-bridge.h"

#include <stdio.h>
#include <string.h>

#include <gio/gio.h>

#include "common/error.h"
#include "common/json.h"
#include "common/options.h"

#define PATIENCE_S 5
#define DESCRIPTION                                                                                \
    "Asks Looking Glass Bridge, the makers' service on the machine of the panel. It is not\n"      \
    "needed for a panel: vicu-dashboard --panel fills one without it.\n\nExamples:\n"              \
    "  vicu holo panels --head 0 -o visual.json\n"                                                 \
    "  vicu snapshot --view ward --mode quilt -o ward.png && vicu holo cast ward_qs8x6a0.75.png\n"

/* ---- one question ---- */

static char *
read_all(GInputStream *in, size_t *size, GError **error)
{
    g_autofree char *bytes = g_malloc(DASH_BRIDGE_BYTES_MAX + 1);
    gsize n = 0;

    if (!g_input_stream_read_all(in, bytes, DASH_BRIDGE_BYTES_MAX + 1, &n, NULL, error))
        return NULL;
    if (n > DASH_BRIDGE_BYTES_MAX) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT,
                    "Looking Glass Bridge: an answer of more than %zu bytes",
                    DASH_BRIDGE_BYTES_MAX);
        return NULL;
    }
    *size = n;
    return g_steal_pointer(&bytes);
}

static GSocketConnection *
connect_to(const DashBridgeAt *at, GError **error)
{
    g_autoptr(GSocketClient) client = g_socket_client_new();
    g_autoptr(GInetAddress) loopback = g_inet_address_new_loopback(G_SOCKET_FAMILY_IPV4);
    g_autoptr(GSocketAddress) address = g_inet_socket_address_new(loopback, (guint16)at->port);
    g_autoptr(GError) why = NULL;

    g_socket_client_set_timeout(client, at->patience_s);
    g_socket_client_set_enable_proxy(client, FALSE);
    GSocketConnection *link =
        g_socket_client_connect(client, G_SOCKET_CONNECTABLE(address), NULL, &why);
    if (link == NULL)
        g_set_error(error, VICU_ERROR, VICU_ERROR_ABSENT,
                    "Looking Glass Bridge does not answer at 127.0.0.1:%u (%s): start it, say "
                    "--port, or fill the panel without it: vicu-dashboard --panel visual.json",
                    at->port, why->message);
    return link;
}

/* The answer's body; caller frees. Takes @body. */
static char *
put(const DashBridgeAt *at, const char *name, char *body, GError **error)
{
    g_autofree char *own = body;
    g_autofree char *request = dash_bridge_request(name, at->port, own);
    g_autoptr(GSocketConnection) link = connect_to(at, error);
    size_t size = 0;

    if (link == NULL)
        return NULL;
    GIOStream *stream = G_IO_STREAM(link);
    g_autofree char *bytes = NULL;
    if (g_output_stream_write_all(g_io_stream_get_output_stream(stream), request, strlen(request),
                                  NULL, NULL, error))
        bytes = read_all(g_io_stream_get_input_stream(stream), &size, error);
    if (bytes == NULL) {
        g_prefix_error(error, "Looking Glass Bridge, %s, 127.0.0.1:%u: ", name, at->port);
        return NULL;
    }
    return dash_bridge_body(name, bytes, size, error);
}

static gboolean
tell(const DashBridgeAt *at, const char *name, char *body, GError **error)
{
    g_autofree char *answer = put(at, name, body, error);
    return answer && dash_bridge_is_done(name, answer, error);
}

static gboolean
enter(const DashBridgeAt *at, char token[DASH_BRIDGE_TOKEN_MAX], GError **error)
{
    g_autofree char *answer = put(at, "enter_orchestration", dash_bridge_enter(), error);
    return answer && dash_bridge_take_token(answer, token, error);
}

/* ---- what is done with it ---- */

int
dash_bridge_ask_panels(const DashBridgeAt *at,
                       DashBridgePanel out[DASH_BRIDGE_PANELS_MAX],
                       GError **error)
{
    char token[DASH_BRIDGE_TOKEN_MAX];

    if (!enter(at, token, error))
        return -1;
    g_autofree char *answer =
        put(at, "available_output_devices", dash_bridge_session(token), error);
    int n = answer ? dash_bridge_take_panels(answer, out, error) : -1;
    tell(at, "exit_orchestration", dash_bridge_session(token), NULL);
    return n;
}

gboolean
dash_bridge_cast(const DashBridgeAt *at, const char *path, int head, GError **error)
{
    char token[DASH_BRIDGE_TOKEN_MAX];
    DashQuilt quilt = {0};
    g_autofree char *whole = g_canonicalize_filename(path, NULL);

    if (!g_file_test(path, G_FILE_TEST_IS_REGULAR)) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_ABSENT, "%s: no such file", path);
        return FALSE;
    }
    if (!dash_quilt_read_name(path, &quilt)) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT,
                    "%s: its name does not tell a quilt's grid: expected NAME_qsCxRaA.png, as vicu "
                    "snapshot --mode quilt writes it",
                    path);
        return FALSE;
    }
    return enter(at, token, error)
           && tell(at, "show_window", dash_bridge_show(token, head), error)
           /* One of before, where there is one; Bridge refuses that where there is none. */
           && (tell(at, "delete_playlist", dash_bridge_playlist(token), NULL) || TRUE)
           && tell(at, "instance_playlist", dash_bridge_playlist(token), error)
           && tell(at, "insert_playlist_entry", dash_bridge_entry(token, whole, &quilt), error)
           && tell(at, "play_playlist", dash_bridge_play(token, head), error);
}

/* ---- the verbs ---- */

typedef struct {
    int port;
    int head;
    char *out;
    gboolean json;
} Options;

static void
print_panels(const Options *o, const DashBridgePanel *panels, int n)
{
    g_autoptr(VicuJson) json = o->json ? vicu_json_new() : NULL;

    if (json)
        vicu_json_begin_array(json, NULL);
    for (int i = 0; i < n; i++) {
        if (!json) {
            printf("%d  %s  %s\n", panels[i].head, panels[i].serial, panels[i].hardware);
            continue;
        }
        vicu_json_begin_object(json, NULL);
        vicu_json_integer(json, "head", panels[i].head);
        vicu_json_text(json, "serial", panels[i].serial);
        vicu_json_text(json, "hardware", panels[i].hardware);
        vicu_json_end(json);
    }
    if (json) {
        vicu_json_end(json);
        vicu_json_print(json, stdout);
    }
}

/* -o: the calibration of the panel that was chosen, or the only one. */
static gboolean
save_calibration(const Options *o, const DashBridgePanel *panels, int n, GError **error)
{
    for (int i = 0; i < n; i++)
        if (panels[i].head == o->head || (o->head < 0 && n == 1))
            return g_file_set_contents(o->out, panels[i].calibration, -1, error);
    g_set_error(error, VICU_ERROR, VICU_ERROR_ABSENT,
                "-o %s: %d panels, none of them chosen: say --head N, the first column", o->out, n);
    return FALSE;
}

static gboolean
panels(const Options *o, const DashBridgeAt *at, GError **error)
{
    DashBridgePanel all[DASH_BRIDGE_PANELS_MAX];
    int n = dash_bridge_ask_panels(at, all, error);

    if (n < 0)
        return FALSE;
    gboolean ok = o->out == NULL || save_calibration(o, all, n, error);
    if (ok)
        print_panels(o, all, n);
    if (n == 0 && !o->json)
        printf("Looking Glass Bridge answers, and has no panel\n");
    dash_bridge_panels_clear(all, n);
    return ok;
}

static int
run(Options *o, int argc, char **argv)
{
    gboolean casts = strcmp(argv[0], "cast") == 0;
    g_autofree char *name = g_strdup_printf("vicu holo %s", argv[0]);
    const GOptionEntry entries[] = {
        {"port", 0, 0, G_OPTION_ARG_INT, &o->port, "of Bridge on this machine (33334)", "PORT"},
        {"head", 0, 0, G_OPTION_ARG_INT, &o->head, "which panel, as holo panels numbers them", "N"},
        {"output", 'o', 0, G_OPTION_ARG_FILENAME, &o->out,
         "panels: write the calibration of this one here", "FILE"},
        {"json", 0, 0, G_OPTION_ARG_NONE, &o->json, "panels: as JSON", NULL},
        G_OPTION_ENTRY_NULL,
    };
    g_autoptr(GOptionContext) context = g_option_context_new(
        casts ? "QUILT.png - shown by Looking Glass Bridge" : "- that Looking Glass Bridge has");
    g_autoptr(GError) error = NULL;

    g_option_context_set_description(context, DESCRIPTION);
    g_option_context_add_main_entries(context, entries, NULL);
    gboolean good = vicu_options_parse(context, name, &argc, &argv, &error);
    if (good && argc != (casts ? 2 : 1))
        g_set_error(&error, VICU_ERROR, VICU_ERROR_FORMAT, "expected %s",
                    casts ? "one QUILT.png" : "no more words");
    else if (good && (o->port < 1 || o->port > 65535))
        g_set_error(&error, VICU_ERROR, VICU_ERROR_FORMAT, "--port %d is outside 1..65535",
                    o->port);
    if (error) {
        g_printerr("%s: %s\n", name, error->message);
        return 2;
    }
    const DashBridgeAt at = {(unsigned)o->port, PATIENCE_S};
    if (casts ? dash_bridge_cast(&at, argv[1], o->head, &error) : panels(o, &at, &error))
        return 0;
    g_printerr("%s: %s\n", name, error->message);
    return 1;
}

int
dash_bridge_main(int argc, char **argv)
{
    Options o = {.port = DASH_BRIDGE_PORT, .head = -1};
    int status = run(&o, argc, argv);

    g_free(o.out);
    return status;
}
