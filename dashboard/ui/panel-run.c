/* Panel run. See panel-run.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/ui/panel-run.h"

#include <signal.h>
#include <string.h>

#include "common/clock.h"
#include "dashboard/past-client.h"
#include "dashboard/scene/ward.h"
#include "dashboard/ui/panel-window.h"

#define NAME     "panel"
#define LOOK_MS  1000
#define AGAIN_US (60 * (int64_t)G_USEC_PER_SEC) /* the ribbon's columns are hours */
#define MEMORY   ((size_t)32 << 20)

typedef struct {
    const DashOutput *output;
    const char *monitor;
    DashStation *station;
    DashPanelWindow *window;
    guint timer;
    double frames;
    const char *bed; /* asked for at the start */
    DashPast *past;
    DashPastState state;
    DashPastClient *client;
    char looked[100]; /* bed whose past is asked for */
    int64_t asked_us;
} Run;

/* ---- the chosen bed's last 24 hours ---- */

static void
on_changed(gpointer user)
{
    (void)user; /* the next picture looks by itself */
}

static gboolean
open_past(Run *self, GError **error)
{
    const DashStation *station = self->station;
    g_autoptr(VicuRoot) root = vicu_root_copy(vicu_daemon_root(station->daemon));

    if (*station->hub && !vicu_root_connect(root, station->hub, error))
        return FALSE;
    self->past = dash_past_new(MEMORY);
    self->client = dash_past_client_new(vicu_daemon_context(station->daemon), root, self->past,
                                        on_changed, self, error);
    dash_past_state_init(&self->state);
    self->state.past = self->past;
    return self->client != NULL;
}

/* What is asked of the store: at once when another bed is chosen, and again while time goes on. */
static void
look_back(Run *self)
{
    const char *id = dash_panel_window_bed(self->window, NULL);
    const DashBed *bed = id ? dash_model_find_bed(self->station->model, id) : NULL;
    int64_t now_us = vicu_clock_utc_us();
    bool same = strcmp(self->looked, bed ? bed->id : "") == 0;

    if (!same || (bed && (now_us - self->asked_us >= AGAIN_US || now_us < self->asked_us))) {
        DashLook wanted = dash_ward_look(bed, now_us);
        dash_past_client_look(self->client, bed ? bed->id : NULL, bed ? &wanted : NULL);
        g_strlcpy(self->looked, bed ? bed->id : "", sizeof self->looked);
        self->asked_us = now_us;
    }
    dash_past_state_follow(&self->state, now_us);
    self->state.silent_us = dash_past_client_silent_us(self->client);
    self->state.refusal = dash_past_client_refusal(self->client);
    self->state.complete = dash_past_client_is_seen(self->client);
    dash_panel_window_set_past(self->window, bed ? &self->state : NULL);
}

/* ---- the process ---- */

static void
tell_conditions(Run *self)
{
    const char *missing = dash_panel_window_missing(self->window);
    const char *trouble = dash_panel_window_trouble(self->window);
    bool absent = false;

    dash_panel_window_bed(self->window, &absent);
    g_autofree char *unknown =
        absent && self->bed ? g_strdup_printf(
            "bed %s, which --bed names, is not on this ward; arrows choose one", self->bed)
                            : NULL;
    vicu_daemon_condition(self->station->daemon, "panel-absent", *missing ? missing : NULL);
    vicu_daemon_condition(self->station->daemon, "panel-path", *trouble ? trouble : NULL);
    vicu_daemon_condition(self->station->daemon, "panel-bed-absent", unknown);
}

static gboolean
look(gpointer user)
{
    Run *self = user;

    self->frames = (double)dash_panel_window_frames(self->window);
    tell_conditions(self);
    look_back(self);
    dash_witness_look(self->station->witness, self->station->model,
                      dash_panel_window_bed(self->window, NULL), vicu_clock_utc_us());
    return G_SOURCE_CONTINUE;
}

static void
on_chosen(gpointer user)
{
    look(user);
}

/* Closing the window ends the process as SIGTERM would. */
static gboolean
on_close(GtkWindow *window, gpointer user)
{
    (void)window;
    (void)user;
    raise(SIGTERM);
    return TRUE;
}

static gboolean
open_panel(DashStation *station, gpointer user, GError **error)
{
    Run *self = user;

    self->station = station;
    if (!open_past(self, error))
        return FALSE;
    self->window = dash_panel_window_new(station->model, self->output, self->monitor);
    g_signal_connect(dash_panel_window_window(self->window), "close-request", G_CALLBACK(on_close),
                     self);
    dash_panel_window_choose_bed(self->window, self->bed);
    dash_panel_window_on_chosen(self->window, on_chosen, self);
    self->timer = g_timeout_add(LOOK_MS, look, self);
    look(self);
    return TRUE;
}

static void
close_panel(gpointer user)
{
    Run *self = user;

    g_clear_handle_id(&self->timer, g_source_remove);
    g_clear_pointer(&self->window, dash_panel_window_free);
    g_clear_pointer(&self->client, dash_past_client_free);
    g_clear_pointer(&self->past, dash_past_free);
}

int
dash_panel_run(int argc, char **argv, const DashStationOptions *options)
{
    DashOutput output;
    const DashOutputAsk ask = {.calibration = options->panel, .path = options->path};
    g_autoptr(GError) error = NULL;
    Run self = {.output = &output, .monitor = options->monitor, .bed = options->bed};
    const DashShower shower = {open_panel, close_panel, &self.frames, false};

    if (!dash_output_choose(&output, DASH_FORM_NATIVE, &ask, &error)) {
        g_printerr("vicu-dashboard: --panel: %s\n", error->message);
        return 2;
    }
    g_autofree char **own = dash_station_named(argc, argv, NAME);
    return dash_station_run((int)g_strv_length(own), own, &shower, &self);
}
