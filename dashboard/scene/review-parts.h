/* What the parts of the alarm review share. Not for other views.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "dashboard/scene/build.h"
#include "dashboard/scene/review.h"

G_BEGIN_DECLS

/* Sizes at the view's scale. */
#define PX(n) dash_px(self, n)

DashFace dash_review_face(const DashScene *self, int size, DashWeight weight, uint32_t ink);

/* A panel with its title; the room below it. @chosen: it is under the keyboard. */
DashRect dash_review_panel(DashScene *self, DashRect rect, const char *title, bool chosen);
/* The same with a note at its right, which takes its room from the title. */
DashRect dash_review_noted_panel(
    DashScene *self, DashRect rect, const char *title, const char *note, bool chosen);
/* The room in such a panel. */
DashRect dash_review_room(const DashScene *self, DashRect rect);
/* Ground of what is under the keyboard, and a row on it. */
uint32_t dash_review_ground(const DashScene *self);
void dash_review_chosen(DashScene *self, DashRect rect);
/* A bar of @part of @rect. */
void dash_review_bar(DashScene *self, DashRect rect, double part, uint32_t ink);

/* "38 min", "4 s", with one digit behind the point under 10 s. */
char *dash_review_seconds(char out[DASH_TEXT_MAX], double s);
/* "15 Jan 09:12" of the ward. */
char *dash_review_when(char out[DASH_TEXT_MAX], const DashScene *self, int64_t t_us);

/* @state: never NULL here. */
void dash_review_meter(DashScene *self, DashRect rect);
void dash_review_sum(DashScene *self,
                     const DashReviewState *state,
                     const DashBurdenReport *report,
                     DashRect rect);
void dash_review_tables(DashScene *self,
                        const DashReviewState *state,
                        const DashBurdenReport *report,
                        DashRect rect);
void dash_review_list(DashScene *self,
                      const DashReviewState *state,
                      const DashBurdenReport *report,
                      DashRect rect);
void dash_review_trial(DashScene *self, const DashReviewState *state, DashRect rect);

G_END_DECLS
