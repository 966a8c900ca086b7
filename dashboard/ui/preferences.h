/* Preferences: what this station's person likes, and where the station stood.
 *
 * One key file, written whole and renamed into place, so that a station that is
 * killed comes back to the same view. What can not be read is left at its usual
 * value: no preference keeps the station from starting. Nothing of a patient is
 * in it but the id of the bed.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

#include "dashboard/scene/wall.h"

G_BEGIN_DECLS

#define DASH_PREFERENCES_FILE "station.ini"
#define DASH_SCALE_MIN        0.75
#define DASH_SCALE_MAX        2.0

typedef struct {
    char *path; /* NULL: kept nowhere */
    char *palette;
    char *language;
    double scale;
    DashUnits units;
    char *layout;     /* of the wall */
    unsigned screens; /* windows of the station; 0 = one for each monitor */
    unsigned share;   /* of the beds on the wall, from 1; 0 = all */
    unsigned shares;  /* into so many, up to DASH_SHARES_MAX */
    unsigned list;    /* of the worklist */
    char *view;       /* where it stood */
    char *bed;        /* full id, "" = none */
} DashPreferences;

/* @folder NULL: the usual values, kept nowhere. */
void dash_preferences_load(DashPreferences *self, const char *folder);
gboolean dash_preferences_save(const DashPreferences *self, GError **error);
void dash_preferences_clear(DashPreferences *self);

G_END_DECLS
