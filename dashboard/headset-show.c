/* vicu-dashboard --headset. See headset-show.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/headset-show.h"

#include "common/clock.h"
#include "common/error.h"
#include "dashboard/holo/ward-layers.h"
#include "dashboard/picture.h"
#include "dashboard/station.h"
#include "dashboard/xr/headset.h"
#include "dashboard/xr/runtime.h"

#define NAME     "headset"
#define LOOK_MS  1000
#define WAIT_MS  100  /* nobody wears it */
#define RETRY_MS 5000 /* it is not there */

typedef struct {
    DashStation *station;
    DashHeadset *headset; /* NULL: awaited */
    DashWardLayers *layers;
    guint step;
    guint look;
    double frames;
} Show;

static gboolean step(gpointer user);

/* Behind all that comes in, so that pictures never keep the station from listening. */
static void
go_on(Show *self, guint in_ms)
{
    self->step = g_timeout_add_full(G_PRIORITY_DEFAULT_IDLE, in_ms, step, self, NULL);
}

static void
tell(Show *self, const GError *error)
{
    vicu_daemon_condition(self->station->daemon, "headset-absent",
                          error != NULL ? error->message : NULL);
}

/* Returns when to go on. */
static guint
draw(Show *self, GError **error)
{
    const DashView view = {
        .now_us = vicu_clock_utc_us(), .utc_offset_us = dash_picture_utc_offset_us(), .dpi = 96};

    switch (dash_headset_begin(self->headset, error)) {
    case DASH_HEADSET_WAITING:
        return WAIT_MS;
    case DASH_HEADSET_HIDDEN:
        dash_headset_end(self->headset, NULL, error);
        return 0;
    case DASH_HEADSET_SHOWN:
        dash_ward_layers_update(self->layers, self->station->model, &view);
        dash_headset_end(self->headset, dash_ward_layers_layers(self->layers), error);
        return 0;
    case DASH_HEADSET_GONE:
        break;
    }
    if (*error == NULL)
        g_set_error(error, VICU_ERROR, VICU_ERROR_ABSENT,
                    "the headset was put away or unplugged; it is asked for again");
    return RETRY_MS;
}

static gboolean
step(gpointer user)
{
    Show *self = user;
    g_autoptr(GError) error = NULL;
    guint in_ms = 0;

    if (self->headset == NULL) {
        self->headset = dash_headset_new(&error);
        if (self->headset != NULL)
            g_message("headset: %s", dash_headset_name(self->headset));
    } else {
        in_ms = draw(self, &error);
        self->frames = (double)dash_headset_frames(self->headset);
    }
    tell(self, error);
    if (error != NULL) {
        g_clear_pointer(&self->headset, dash_headset_free);
        in_ms = RETRY_MS;
    }
    go_on(self, in_ms);
    return G_SOURCE_REMOVE;
}

static gboolean
look(gpointer user)
{
    Show *self = user;

    dash_witness_look(self->station->witness, self->station->model, NULL, vicu_clock_utc_us());
    return G_SOURCE_CONTINUE;
}

static gboolean
open_headset(DashStation *station, gpointer user, GError **error)
{
    Show *self = user;
    DashCamera camera = dash_headset_camera();

    (void)error;
    self->station = station;
    self->layers = dash_ward_layers_new(&camera, DASH_HEADSET_W, DASH_HEADSET_H);
    self->look = g_timeout_add(LOOK_MS, look, self);
    go_on(self, 0);
    return TRUE;
}

static void
close_headset(gpointer user)
{
    Show *self = user;

    g_clear_handle_id(&self->step, g_source_remove);
    g_clear_handle_id(&self->look, g_source_remove);
    g_clear_pointer(&self->headset, dash_headset_free);
    g_clear_pointer(&self->layers, dash_ward_layers_free);
}

int
dash_headset_show(int argc, char **argv)
{
    Show self = {0};
    const DashShower shower = {open_headset, close_headset, &self.frames, false};
    g_autoptr(GError) error = NULL;
    g_autofree char *manifest = dash_xr_runtime_find(&error);

    if (manifest == NULL) {
        g_printerr("vicu-dashboard: --headset: %s\n", error->message);
        return 1;
    }
    g_autofree char **own = dash_station_named(argc, argv, NAME);
    return dash_station_run((int)g_strv_length(own), own, &shower, &self);
}
