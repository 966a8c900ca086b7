/* vicu-dashboard twin. See twin.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <signal.h>
#include <stdio.h>

#include <glib-unix.h>

#include "common/clock.h"
#include "common/error.h"
#include "common/options.h"
#include "common/twin-place.h"
#include "dashboard/client.h"
#include "dashboard/saved.h"
#include "dashboard/twin/serve.h"
#include "dashboard/twin/twin.h"
#include "dashboard/witness.h"

#define KEY      "operator"
#define JUDGE_MS 1000
#define DESCRIPTION                                                                                \
    "Serves a page that shows the running ward in three dimensions, on a phone's or a desk's\n"    \
    "browser and, where it has WebXR, in a headset. It listens on 127.0.0.1 only; the address\n"   \
    "it prints holds the key of this start. It reads only, and shows no patient unless asked.\n"   \
    "A headset on a cable reaches it by: adb reverse tcp:8480 tcp:8480\n\nExamples:\n"             \
    "  vicu twin --port 8480\n"                                                                    \
    "  vicu twin --from-file ward.state --json\n"

typedef struct {
    char *root;
    char *connect;
    char *from_file;
    int port;
    gboolean with_patient;
    gboolean json;
    gboolean quiet;
} Options;

typedef struct {
    GMainLoop *loop;
    DashModel *model;
    DashWitness *witness;
} Twin;

static gboolean
on_signal(gpointer user)
{
    g_main_loop_quit(user);
    return G_SOURCE_CONTINUE;
}

static void
on_looked(const char *bed, gpointer user)
{
    Twin *twin = user;
    if (twin->witness)
        dash_witness_look(twin->witness, twin->model, bed, vicu_clock_utc_us());
}

static gboolean
on_judge(gpointer user)
{
    Twin *twin = user;
    dash_witness_judge(twin->witness, twin->model, vicu_clock_utc_us());
    return G_SOURCE_CONTINUE;
}

static void
say_where(const Options *o, const DashServe *serve)
{
    if (o->json)
        printf("{\"url\": \"http://127.0.0.1:%u/#%s\", \"port\": %u, \"key\": \"%s\"}\n",
               dash_serve_port(serve), dash_serve_key(serve), dash_serve_port(serve),
               dash_serve_key(serve));
    else
        printf("http://127.0.0.1:%u/#%s\n", dash_serve_port(serve), dash_serve_key(serve));
    fflush(stdout);
}

/* Where the portal of this installation finds it (common/twin-place.h). */
static gboolean
leave_word(const VicuRoot *root, const DashServe *server, GError **error)
{
    const VicuTwinPlace place = {dash_serve_port(server), (char *)dash_serve_key(server)};
    return root == NULL || vicu_twin_place_write(root->run, &place, error);
}

/* @root: of a running installation; NULL: of none. */
static gboolean
serve(const Options *o, Twin *twin, const VicuRoot *root, int64_t still_us, GError **error)
{
    const DashServeOptions options = {
        .port = (unsigned)o->port,
        .with_patient = o->with_patient,
        .still_us = still_us,
        .looked = on_looked,
        .user = twin,
    };
    g_autoptr(DashServe) server = dash_serve_new(twin->model, &options, error);
    if (!server || !leave_word(root, server, error))
        return FALSE;
    guint ends[] = {g_unix_signal_add(SIGTERM, on_signal, twin->loop),
                    g_unix_signal_add(SIGINT, on_signal, twin->loop)};
    guint judge = twin->witness ? g_timeout_add(JUDGE_MS, on_judge, twin) : 0;
    if (!o->quiet)
        say_where(o, server);
    g_main_loop_run(twin->loop);
    for (size_t i = 0; i < G_N_ELEMENTS(ends); i++)
        g_source_remove(ends[i]);
    if (judge)
        g_source_remove(judge);
    if (root)
        vicu_twin_place_remove(root->run, dash_serve_key(server));
    return TRUE;
}

static gboolean
serve_live(const Options *o, Twin *twin, GError **error)
{
    g_autoptr(VicuRoot) root = vicu_root_find_client(o->root, o->connect, error);
    if (!root)
        return FALSE;
    g_autoptr(VicuKeys) keys = vicu_keys_open(root->keys, root->key ? root->key : KEY, error);
    if (!keys)
        return FALSE;
    g_autoptr(VicuContext) context = vicu_context_new(keys, NULL, error);
    if (!context)
        return FALSE;
    g_autoptr(DashClient) client = dash_client_new(context, root, "twin", twin->model, error);
    g_autoptr(DashWitness) witness =
        dash_witness_new(context, root, vicu_keys_name(keys), vicu_keys_role(keys), "twin", error);
    if (!client || !witness)
        return FALSE;
    dash_client_want_seldom(client);
    twin->witness = witness;
    return serve(o, twin, root, 0, error);
}

static gboolean
serve_saved(const Options *o, Twin *twin, GError **error)
{
    int64_t now_us = 0;
    return dash_saved_load(o->from_file, twin->model, &now_us, error)
           && serve(o, twin, NULL, now_us, error);
}

static int
run(Options *o, int argc, char **argv)
{
    const GOptionEntry entries[] = {
        {"port", 0, 0, G_OPTION_ARG_INT, &o->port, "of 127.0.0.1; 0 = a free one (0)", "PORT"},
        {"with-patient", 0, 0, G_OPTION_ARG_NONE, &o->with_patient, "show patients too", NULL},
        {"from-file", 0, 0, G_OPTION_ARG_FILENAME, &o->from_file,
         "a saved state, whose time stands", "STATE"},
        {"root", 0, 0, G_OPTION_ARG_FILENAME, &o->root, "installation folder", "DIR"},
        {"connect", 0, 0, G_OPTION_ARG_STRING, &o->connect, "the hub of another machine", "HOST"},
        {"json", 0, 0, G_OPTION_ARG_NONE, &o->json, "say where it listens as JSON", NULL},
        {"quiet", 0, 0, G_OPTION_ARG_NONE, &o->quiet,
         "print no address: its key would stand in a log. The portal finds it", NULL},
        {NULL, 0, 0, 0, NULL, NULL, NULL},
    };
    g_autoptr(GOptionContext) context = g_option_context_new("- the ward as a page in 3-D");
    g_autoptr(GError) error = NULL;
    g_autoptr(GMainLoop) loop = g_main_loop_new(NULL, FALSE);
    g_autoptr(DashModel) model = dash_model_new();
    Twin twin = {.loop = loop, .model = model};

    g_option_context_set_description(context, DESCRIPTION);
    g_option_context_add_main_entries(context, entries, NULL);
    gboolean good = vicu_options_parse(context, "vicu twin", &argc, &argv, &error);
    if (good && argc > 1)
        g_set_error(&error, VICU_ERROR, VICU_ERROR_FORMAT, "%s: nothing is expected here", argv[1]);
    else if (good && (o->port < 0 || o->port > 65535))
        g_set_error(&error, VICU_ERROR, VICU_ERROR_FORMAT, "--port %d is outside 0..65535",
                    o->port);
    if (error) {
        g_printerr("vicu twin: %s\n", error->message);
        return 2;
    }
    if (!(o->from_file ? serve_saved(o, &twin, &error) : serve_live(o, &twin, &error))) {
        g_printerr("vicu twin: %s\n", error->message);
        return 1;
    }
    return 0;
}

int
dash_twin_main(int argc, char **argv)
{
    Options o = {0};
    int status = run(&o, argc, argv);
    g_free(o.root);
    g_free(o.connect);
    g_free(o.from_file);
    return status;
}
