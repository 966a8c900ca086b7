/* Station. See station.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/station.h"

#include <string.h>

#include "common/clock.h"
#include "common/error.h"
#include "common/log.h"
#include "dashboard/attend.h"
#include "dashboard/picture.h"

static struct {
    double dpi;
    char *hub;
    int64_t staff;
    int64_t lock_us;
} settings;

static const VicuParam params[] = {
    {"screen", "dpi", VICU_PARAM_DOUBLE, "1", 30, 600, "96", &settings.dpi,
     "Pixels per inch of the screen, measured: makes 25 mm/s true."},
    {"hub", "address", VICU_PARAM_TEXT, "", 0, 0, "", &settings.hub,
     "HOST or HOST:PORT of a hub on another machine; empty: the processes of this one."},
    {"shift", "staff", VICU_PARAM_INT, "1", 1, 100, "1", &settings.staff,
     "People who answer alerts in this shift; the operator-load meter holds the work against "
     "them."},
    {"person", "lock", VICU_PARAM_DURATION, "", 0, 86400, "30min", &settings.lock_us,
     "A station that nobody touches for so long is locked, if somebody has signed in; 0s: never by "
     "itself."},
};

enum {
    BATCHES,
    UNREADABLE,
    ITEMS,
    LIVE_LOST,
    LIVE_SKIPPED,
    LIVE_BEHIND,
    PLAYED_BEHIND,
    BEDS,
    ALARMS,
    LEFT_OUT,
    AUDIT_WAITING,
    AUDIT_REFUSED,
    FRAMES,
};

static VicuCounter counters[] = {
    [BATCHES] = {"batches", "1", "Live batches taken in", 0},
    [UNREADABLE] = {"unreadable", "1", "Live batches that could not be read", 0},
    [ITEMS] = {"items", "1", "Items of state taken in", 0},
    [LIVE_LOST] = {"live_lost", "1", "Live messages that did not come", 0},
    [LIVE_SKIPPED] = {"live_skipped", "1", "Live messages skipped because this station was behind",
                      0},
    [LIVE_BEHIND] = {"live_behind", "s", "How far the pictures are behind", 0},
    [PLAYED_BEHIND] =
        {"played_behind", "s",
         "How far behind the clock waves are played, at the bed whose link needs most", 0},
    [BEDS] = {"beds", "1", "Beds known", 0},
    [ALARMS] = {"alarms", "1", "Alarms that stand", 0},
    [LEFT_OUT] = {"left_out", "1", "Beds, streams or alarms beyond the room there is", 0},
    [AUDIT_WAITING] = {"audit_waiting", "1", "Views and acts told to the store and not yet durable",
                       0},
    [AUDIT_REFUSED] = {"audit_refused", "1", "Views and acts that the store did not take", 0},
    [FRAMES] = {"frames", "1", "Pictures drawn", 0},
};

typedef struct {
    DashStation station;
    const DashShower *shower;
    gpointer user;
    guint timer;
    DashAttend *attend;
} Running;

/* ---- who works here ---- */

static void
on_person(gpointer user)
{
    DashStation *station = user;
    DashPerson *person = station->person;
    if (person && station->client)
        dash_client_show_person(station->client, dash_person_account(person),
                                dash_person_proof(person), dash_person_is_whole(person));
}

static gboolean
open_person(DashStation *station, const VicuRoot *root, GError **error)
{
    g_autofree char *folder =
        vicu_root_folder(vicu_daemon_root(station->daemon), "dashboard", error);
    g_autofree char *name = g_strconcat(vicu_daemon_name(station->daemon), ".locked", NULL);
    g_autofree char *file = folder ? g_build_filename(folder, name, NULL) : NULL;
    const DashPersonOptions options = {.context = vicu_daemon_context(station->daemon),
                                       .root = root,
                                       .from = vicu_daemon_name(station->daemon),
                                       .file = file,
                                       .witness = station->witness,
                                       .idle_us = settings.lock_us,
                                       .changed = on_person,
                                       .user = station};
    station->person = folder ? dash_person_new(&options, error) : NULL;
    return station->person != NULL;
}

/* While it stands, the rules let in who gave a name and a reason. */
static bool
emergency_stands(const DashStation *station)
{
    g_autofree char *rule =
        g_strconcat("emergency/", vicu_keys_name(vicu_daemon_keys(station->daemon)), NULL);
    for (size_t i = 0; i < dash_model_n_alarms(station->model); i++)
        if (g_strcmp0(dash_model_alarm(station->model, i)->rule, rule) == 0)
            return true;
    return false;
}

static gboolean
judge_witness(gpointer user)
{
    DashStation *station = user;
    dash_witness_judge(station->witness, station->model, vicu_clock_utc_us());
    if (station->person)
        dash_person_emergency_stands(station->person, emergency_stands(station));
    return G_SOURCE_CONTINUE;
}

static gboolean
start(VicuDaemon *daemon, gpointer user, GError **error)
{
    Running *running = user;
    DashStation *station = &running->station;
    station->daemon = daemon;
    station->dpi = settings.dpi;
    station->dir = vicu_daemon_root(daemon)->dir;
    station->hub = settings.hub;
    station->model = dash_model_new();
    dash_model_set_staff(station->model, (unsigned)settings.staff);
    g_autoptr(VicuRoot) root = vicu_root_copy(vicu_daemon_root(daemon));
    if (*settings.hub && !vicu_root_connect(root, settings.hub, error))
        return FALSE;
    station->client = dash_client_new(vicu_daemon_context(daemon), root, vicu_daemon_name(daemon),
                                      station->model, error);
    if (station->client)
        dash_client_recall(station->client, DASH_RECALL_US);
    if (station->client)
        dash_client_want_seldom(station->client);
    VicuKeys *keys = vicu_daemon_keys(daemon);
    station->witness = dash_witness_new(vicu_daemon_context(daemon), root, vicu_keys_name(keys),
                                        vicu_keys_role(keys), vicu_daemon_name(daemon), error);
    if (!station->client || !station->witness
        || (running->shower->screen && !open_person(station, root, error))
        || !running->shower->open(station, running->user, error))
        return FALSE;
    running->timer = g_timeout_add_seconds(1, judge_witness, station);
    if (running->shower->screen)
        running->attend = dash_attend_new(station->client, running->shower->frames);
    return TRUE;
}

static void
stop(VicuDaemon *daemon, gpointer user)
{
    (void)daemon;
    Running *running = user;
    g_clear_handle_id(&running->timer, g_source_remove);
    g_clear_pointer(&running->attend, dash_attend_free);
    running->shower->close(running->user);
    g_clear_pointer(&running->station.person, dash_person_free);
    g_clear_pointer(&running->station.witness, dash_witness_free);
    g_clear_pointer(&running->station.client, dash_client_free);
}

static gboolean
take_audit(VicuDaemon *daemon, const Vicu__AuditRecord *record, gpointer user)
{
    (void)daemon;
    const Running *running = user;
    return dash_witness_put(running->station.witness, record);
}

static void
refresh(VicuDaemon *daemon, gpointer user)
{
    (void)daemon;
    const Running *running = user;
    DashClientFigures figures;
    dash_client_figures(running->station.client, &figures);
    counters[BATCHES].value = (double)figures.batches;
    counters[UNREADABLE].value = (double)figures.unreadable;
    counters[ITEMS].value = (double)figures.items;
    counters[LIVE_LOST].value = (double)figures.live_lost;
    counters[LIVE_SKIPPED].value = (double)figures.live_skipped;
    counters[LIVE_BEHIND].value = (double)figures.live_behind_us / 1e6;
    counters[PLAYED_BEHIND].value = 0;
    for (size_t i = 0; i < dash_model_n_beds(running->station.model); i++)
        counters[PLAYED_BEHIND].value =
            MAX(counters[PLAYED_BEHIND].value,
                (double)dash_model_bed(running->station.model, i)->delay_us / 1e6);
    counters[BEDS].value = (double)dash_model_n_beds(running->station.model);
    counters[ALARMS].value = (double)dash_model_n_alarms(running->station.model);
    counters[LEFT_OUT].value = dash_model_left_out(running->station.model);
    counters[AUDIT_WAITING].value = (double)dash_witness_waiting(running->station.witness);
    counters[AUDIT_REFUSED].value = (double)dash_witness_refused(running->station.witness);
    counters[FRAMES].value = running->shower->frames ? *running->shower->frames : 0;
}

int
dash_station_run(int argc, char **argv, const DashShower *shower, gpointer user)
{
    Running running = {.shower = shower, .user = user};
    const VicuDaemonSpec spec = {
        .name = "dashboard",
        .summary = "The central station: every bed, every standing alarm. Supplemental: not a "
                   "primary alarm.\n"
                   "Also: --headless --picture FILE [--every 10s] [--size WxH] writes the wall to "
                   "a PNG without\nany display; --panel CALIBRATION [--monitor NAME] [--bed BED] "
                   "[--path PATH] shows the "
                   "ward on a\nlight-field panel, --headset in a headset; 'snapshot' draws once "
                   "(see snapshot --help).",
        .params = params,
        .n_params = G_N_ELEMENTS(params),
        .counters = counters,
        .n_counters = G_N_ELEMENTS(counters),
        .start = start,
        .stop = stop,
        .refresh = refresh,
        .audit = take_audit,
    };
    int status = vicu_daemon_run(&spec, argc, argv, &running);
    dash_person_free(running.station.person);
    dash_witness_free(running.station.witness);
    dash_client_free(running.station.client);
    dash_model_free(running.station.model);
    return status;
}

/* ---- options ---- */

char **
dash_station_named(int argc, char **argv, const char *name)
{
    GPtrArray *all = g_ptr_array_new();
    bool said = false;

    for (int i = 0; i < argc; i++) {
        said = said || strcmp(argv[i], "--name") == 0 || g_str_has_prefix(argv[i], "--name=");
        g_ptr_array_add(all, argv[i]);
    }
    if (!said) {
        g_ptr_array_add(all, (gpointer) "--name");
        g_ptr_array_add(all, (gpointer)name);
    }
    g_ptr_array_add(all, NULL);
    return (char **)g_ptr_array_free(all, FALSE);
}

gboolean
dash_station_options(DashStationOptions *options, int *argc, char ***argv, GError **error)
{
    g_autofree char *every = NULL;
    g_autofree char *size = NULL;
    const GOptionEntry entries[] = {
        {"headset", 0, 0, G_OPTION_ARG_NONE, &options->headset, NULL, NULL},
        {"headless", 0, 0, G_OPTION_ARG_NONE, &options->headless, NULL, NULL},
        {"picture", 0, 0, G_OPTION_ARG_FILENAME, &options->picture, NULL, NULL},
        {"panel", 0, 0, G_OPTION_ARG_FILENAME, &options->panel, NULL, NULL},
        {"monitor", 0, 0, G_OPTION_ARG_STRING, &options->monitor, NULL, NULL},
        {"bed", 0, 0, G_OPTION_ARG_STRING, &options->bed, NULL, NULL},
        {"path", 0, 0, G_OPTION_ARG_STRING, &options->path, NULL, NULL},
        {"every", 0, 0, G_OPTION_ARG_STRING, &every, NULL, NULL},
        {"size", 0, 0, G_OPTION_ARG_STRING, &size, NULL, NULL},
        {NULL, 0, 0, 0, NULL, NULL, NULL},
    };
    g_autoptr(GOptionContext) context = g_option_context_new(NULL);
    g_option_context_set_ignore_unknown_options(context, TRUE);
    g_option_context_set_help_enabled(context, FALSE);
    g_option_context_add_main_entries(context, entries, NULL);
    if (!g_option_context_parse(context, argc, argv, error)
        || !vicu_duration_parse(every ? every : "10s", &options->every_us, error)
        || !dash_picture_parse_size(size ? size : "1920x1080", &options->w, &options->h, error))
        return FALSE;
    if (options->every_us < (int64_t)G_USEC_PER_SEC / 5
        || options->every_us > 3600 * (int64_t)G_USEC_PER_SEC) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_CONFIG, "--every %s is outside 200ms..1h", every);
        return FALSE;
    }
    if (options->headless && !options->picture) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_CONFIG,
                    "--headless needs --picture FILE: where the wall is drawn");
        return FALSE;
    }
    return TRUE;
}

/* ---- headless ---- */

typedef struct {
    const DashStationOptions *options;
    DashStation *station;
    DashPicture *picture;
    guint timer;
    double frames;
} Headless;

static gboolean
draw(gpointer user)
{
    Headless *self = user;
    g_autoptr(GError) error = NULL;
    const DashView view = {
        .kind = DASH_VIEW_WALL,
        .w = self->options->w,
        .h = self->options->h,
        .dpi = self->station->dpi,
        .steady = true,
        .now_us = vicu_clock_utc_us(),
        .utc_offset_us = dash_picture_utc_offset_us(),
    };
    self->frames++;
    dash_witness_look(self->station->witness, self->station->model, NULL, view.now_us);
    bool drawn = dash_picture_draw(self->picture, self->station->model, &view,
                                   self->options->picture, &error);
    vicu_daemon_condition(self->station->daemon, "picture-not-written",
                          drawn ? NULL : error->message);
    return G_SOURCE_CONTINUE;
}

static gboolean
draw_first(gpointer user)
{
    Headless *self = user;
    draw(self);
    self->timer = g_timeout_add((guint)(self->options->every_us / 1000), draw, self);
    return G_SOURCE_REMOVE;
}

static gboolean
open_headless(DashStation *station, gpointer user, GError **error)
{
    (void)error;
    Headless *self = user;
    self->station = station;
    self->picture = dash_picture_new(self->options->w, self->options->h);
    /* The first one when a sweep has had time to fill, or at the period if that is shorter. */
    int64_t first_us = MIN(self->options->every_us, 4 * (int64_t)G_USEC_PER_SEC);
    self->timer = g_timeout_add((guint)(first_us / 1000), draw_first, self);
    return TRUE;
}

static void
close_headless(gpointer user)
{
    Headless *self = user;
    if (self->timer)
        g_source_remove(self->timer);
    self->timer = 0;
    g_clear_pointer(&self->picture, dash_picture_free);
}

int
dash_station_run_headless(int argc, char **argv, const DashStationOptions *options)
{
    Headless self = {.options = options};
    const DashShower shower = {open_headless, close_headless, &self.frames, false};
    return dash_station_run(argc, argv, &shower, &self);
}
