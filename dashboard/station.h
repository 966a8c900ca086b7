/* Station: the running central station, with a window or as a writer of pictures.
 *
 * A daemon like the others: root, settings, status socket, signals. Exit code of
 * the process is returned.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>

#include <glib.h>

#include "common/daemon.h"
#include "dashboard/client.h"
#include "dashboard/person.h"
#include "dashboard/witness.h"

G_BEGIN_DECLS

typedef struct {
    VicuDaemon *daemon;
    DashModel *model;
    DashClient *client;
    DashWitness *witness;
    DashPerson *person; /* NULL: nobody signs in at what this shows */
    double dpi;
    const char *dir;   /* of the installation; NULL: none is at hand */
    const char *rules; /* program that plays simulations; NULL: the one beside this */
    const char *hub;   /* another machine's, "" or NULL: this one's; borrowed from the settings */
} DashStation;

/* What shows the model: a window, or the picture below. @user is the shower's. */
typedef struct {
    gboolean (*open)(DashStation *station, gpointer user, GError **error);
    void (*close)(gpointer user);
    double *frames; /* drawn so far, for status; may be NULL */
    bool screen;    /* people look at it for alarms: the rules miss it when it hangs (attend.h) */
} DashShower;

int dash_station_run(int argc, char **argv, const DashShower *shower, gpointer user);

/* Options that the frame of daemons does not know; they are taken out of argv. */
typedef struct {
    gboolean headless;
    gboolean headset; /* the ward in a headset, instead of the station */
    char *picture;    /* the PNG that is written again and again */
    char *panel;      /* a calibration: the ward in depth on that panel, instead of the station */
    char *path;       /* who draws it: auto, sprites, mesh; NULL: auto */
    char *monitor;    /* which one the panel is; NULL: by its size */
    char *bed;        /* of a panel: the one that is chosen at the start; NULL: none */
    int64_t every_us;
    int w;
    int h;
} DashStationOptions;

/* @argv with --name @name behind it unless it says another: of what runs beside the station, with a
 * key of its own. Caller frees the array alone. */
char **dash_station_named(int argc, char **argv, const char *name);

gboolean dash_station_options(DashStationOptions *options, int *argc, char ***argv, GError **error);

/* --headless: no display; writes the wall to the picture file. */
int dash_station_run_headless(int argc, char **argv, const DashStationOptions *options);

G_END_DECLS
