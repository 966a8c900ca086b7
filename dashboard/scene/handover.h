/* Handover: what one person tells the next of a unit or a site, bed by bed.
 *
 * A row is the same on the screen, in a picture and on paper. Pure; rows borrow
 * from the model.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

#include "dashboard/model/model.h"
#include "dashboard/scene/view.h"

G_BEGIN_DECLS

#define DASH_HANDOVER_PLACE 66 /* "site/unit", 32 letters each, and its end */

struct DashHandoverState {
    char place[DASH_HANDOVER_PLACE]; /* "" = where one is open, else the unit of the first bed */
};

typedef struct {
    const DashBed *bed;
    const char *line;    /* what is handed over; "" = nothing was written */
    const char *problem; /* the first note that stands; "" = none, see score */
    char score[48];      /* "NEWS2 7", "" = not known */
    DashCount alarms;    /* of the last 12 h */
    bool alarms_known;
    unsigned promises; /* open */
    unsigned overdue;
    const char *promise; /* the one that is due first; "" = none */
    int64_t due_us;
    unsigned limits; /* set for this bed by a person */
    char limit[160]; /* "MAP_low 8.0 kPa (8.7)", all of them as far as there is room */
} DashHandoverRow;

/* Where it is handed over. */
void dash_handover_place(const DashModel *model,
                         const DashHandoverState *state,
                         char place[DASH_HANDOVER_PLACE]);
/* The unit or site behind @place in the order of the beds, each site before its units; after the
 * last the first. FALSE: there is none. */
bool dash_handover_next_place(const DashModel *model, char place[DASH_HANDOVER_PLACE]);
/* Beds of @place that are not discharged, in the order of the wall; of DashHandoverRow. */
GArray *dash_handover_rows(const DashModel *model, DashUnits units, const char *place);
/* "3 high, 12 medium, 4 low, 1 technical", as far as there were any. */
char *dash_handover_alarms(const DashHandoverRow *row);
/* "Dr A has signed, Dr B has not": who, and what stands of it. */
char *dash_handover_signed(const DashHandover *handover);

/* On paper: A4, as many pages as it takes, each with the place, the time, both names, and that
 * it is supplemental. The same model and time give the same bytes. */
gboolean dash_handover_print(const DashModel *model,
                             DashUnits units,
                             const char *place,
                             int64_t now_us,
                             int64_t utc_offset_us,
                             const char *path,
                             GError **error);

G_END_DECLS
