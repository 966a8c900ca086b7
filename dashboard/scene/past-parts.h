/* Past parts: what the full disclosure and the bed view share of a bed's past. Not for other
 * folders.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "dashboard/scene/build.h"
#include "dashboard/scene/past-state.h"

G_BEGIN_DECLS

/* A time axis on the screen. */
typedef struct {
    DashRect plot;
    int64_t from_us;
    int64_t to_us;
} DashAxis;

int dash_axis_x(const DashAxis *axis, int64_t t_us);
/* "2026-01-15 09:30:20" in the station's time. */
char *dash_format_stamp(char out[DASH_TEXT_MAX], int64_t t_us, int64_t utc_offset_us);

/* Hours or minutes under @plot, in a block of its own. */
void dash_put_axis(DashScene *self, DashRect rect, const DashAxis *axis);
/* Alarms by priority, other events and notes, and what the store has not told of them. */
void dash_put_lane(DashScene *self, DashRect rect, const DashPastState *past, const DashAxis *axis);
/* The columns of @stream in the block begun last, and behind what the store has told @live, which
 * the station itself has seen (NULL: nothing); its range is written to @lo and @hi. */
void dash_put_past_row(DashScene *self,
                       const DashPastState *past,
                       unsigned stream,
                       const DashAxis *axis,
                       const DashTrend *live,
                       double *lo,
                       double *hi);
/* Lines of time and the cursor over the rows. */
void dash_put_hours(DashScene *self, const DashAxis *axis);
void dash_put_cursor(DashScene *self, const DashAxis *axis, int64_t at_us, int width);
/* "II", "MAP": as the ward says it; "II (2)" for one that has the name of another. */
char *dash_past_name(DashPast *past, unsigned stream, char out[DASH_TEXT_MAX]);
/* A number in @ucum as it is shown, with as many digits as a range of @span needs. */
char *dash_format_bound(
    char out[DASH_TEXT_MAX], DashUnits units, const char *ucum, double value, double span);
/* "REPLAY 09:12:01, 18 min ago": @middle of it in @rect; or, live, nothing. */
void dash_put_replay_plate(DashScene *self, DashRect rect, const DashPastState *past);
/* Of the bed view, at the usual size of text. */
#define DASH_TREND_H 52
#define DASH_AXIS_H  18
#define DASH_LANE_H  20
#define DASH_LABEL_W 66

/* Of the bed view: there is a store to tell of it. */
bool dash_shows_past_trends(const DashView *view);
/* Trends of @vitals as the store has them, with alarms, events and the limits of now. */
void dash_put_past_trends(DashScene *self, DashRect rect, const DashVital *vitals, unsigned n);
/* The bed view of the cursor's time. */
void dash_build_replay(DashScene *self, DashRect rect);

/* Why what should be seen is not: "" when nothing is missing. */
const char *
dash_past_missing(const DashScene *self, const DashPastState *past, char out[DASH_TEXT_MAX]);

G_END_DECLS
