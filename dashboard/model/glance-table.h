/* Glance table: what a participant answered, a row for each trial, as CSV. Pure.
 *
 * Fifty columns would say it bed by bed; here what is outside and what was said stand as words
 * ("3:oxygen 4:pulse"). A row that does not agree with itself is refused.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "dashboard/model/glance.h"

G_BEGIN_DECLS

#define DASH_GLANCE_FORMAT   1 /* grows when a column changes its meaning */
#define DASH_GLANCE_TEXT_MAX 32

/* Of one sitting. */
typedef struct {
    char version[DASH_GLANCE_TEXT_MAX]; /* of the program */
    char participant[DASH_GLANCE_TEXT_MAX];
    uint64_t seed;
    unsigned trials; /* planned */
    bool panel;      /* the display is a light-field panel */
    int w;           /* of the screen, pixels */
    int h;
    double dpi;
    double seen_s; /* how long each picture was to be seen */
} DashGlanceSitting;

typedef struct {
    DashGlanceSitting sitting;
    unsigned trial;
    unsigned of_case;
    DashGlanceForm form;
    int64_t t_us;   /* when the picture came, UTC */
    double shown_s; /* how long it was there, by the frames' clock */
    bool aborted;   /* then nothing below but @outside and @worst counts */
    bool outside[DASH_GLANCE_BEDS][DASH_GLANCE_SIGNS];
    unsigned worst; /* from 1 */
    DashGlanceAnswer answer;
    DashGlanceScore score;
} DashGlanceRow;

/* The row of @trial; @answer NULL: aborted. */
void dash_glance_row(DashGlanceRow *row,
                     const DashGlanceSitting *sitting,
                     const DashGlanceTrial *trial,
                     const DashGlanceAnswer *answer,
                     int64_t t_us,
                     double shown_s);

/* With its line end. */
const char *dash_glance_table_head(void);
void dash_glance_table_put(GString *out, const DashGlanceRow *row);

/* Appends DashGlanceRow to @rows. @name is the file's, for errors, which name line, column, value
 * and bound. A last line without its end was cut off: it is left out, and counted in @cut. FALSE:
 * nothing was appended. */
gboolean dash_glance_table_read(
    const char *name, const char *text, size_t size, GArray *rows, unsigned *cut, GError **error);

G_END_DECLS
