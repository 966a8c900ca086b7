/* Display: what is known of a light-field panel before its own calibration is read.
 *
 * A table of data (displays.csv, within the program), since the makers' own sources
 * contradict each other: a calibration, or a table of the site's own, comes before it.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stddef.h>

#include <glib.h>

#include "dashboard/holo/quilt.h"

G_BEGIN_DECLS

typedef struct {
    char name[32]; /* "portrait" */
    char title[80];
    char serial[32]; /* how serial numbers begin; several, separated by blanks */
    int panel_w;     /* pixels */
    int panel_h;
    double dpi;
    DashQuilt quilt;
    double cone_deg; /* between the outermost views */
} DashDisplay;

typedef struct DashDisplays DashDisplays;

/* The table within the program. */
DashDisplays *dash_displays_new(void);
/* A table of the same columns; at most 64 KiB and 256 rows. @name: for errors. NULL with
 * VICU_ERROR_FORMAT: which line, what was found, what is expected. */
DashDisplays *dash_displays_parse(const char *name, const char *text, gssize size, GError **error);
void dash_displays_free(DashDisplays *self);

size_t dash_displays_n(const DashDisplays *self);
const DashDisplay *dash_displays_at(const DashDisplays *self, size_t i);
/* By name; the error lists the names, and the nearest. */
const DashDisplay *dash_displays_find(const DashDisplays *self, const char *name, GError **error);
/* By the device's serial number; NULL: of no kind known. */
const DashDisplay *dash_displays_of_serial(const DashDisplays *self, const char *serial);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(DashDisplays, dash_displays_free)

G_END_DECLS
