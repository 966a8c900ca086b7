/* Views: the handlers of those in which people move about, and their states.
 *
 * A view's handler is asked first; what it does not take is done by the shell
 * for all views alike. To add one: a file of its own in ui/, a row in views.c.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "dashboard/scene/handover.h"
#include "dashboard/scene/review.h"
#include "dashboard/scene/wall.h"
#include "dashboard/scene/worklist.h"
#include "dashboard/ui/shell.h"

G_BEGIN_DECLS

struct DashViews {
    DashOrder *order; /* of all that rank by acuity */
    DashWorklistState worklist;
    DashWallState wall;
    DashHandoverState handover;
};

/* Takes up what the preferences say. */
void dash_views_new(DashShell *shell);
/* Puts the states of the views into @view. */
void dash_views_fill(DashShell *shell, DashView *view);
/* Puts what is to outlast this run into the preferences. */
void dash_views_keep(DashShell *shell);
void dash_views_free(DashShell *shell);
gboolean dash_views_do(DashShell *shell, DashAct act, const char *arg, int64_t n);
/* Says @title of what was changed in the states of the views; taking it back restores them as they
 * were at @before. */
typedef struct {
    DashLayout layout;
    unsigned share, shares, list;
    char filter[DASH_FILTER_MAX];
} DashViewsMark;
DashViewsMark dash_views_mark(const DashShell *shell);
void dash_views_changed(DashShell *shell, const char *title, const DashViewsMark *before);
/* A letter, or '\b', for a view in which one types just now; FALSE: none, so it is a key. */
gboolean dash_views_type(DashShell *shell, gunichar typed);

/* ---- view-card.c ---- */
void dash_view_card_open(DashShell *shell);
void dash_view_card_fill(DashShell *shell, DashView *view);
/* What was chosen and not meant is not chosen any more. */
void dash_view_card_leave(DashShell *shell);
void dash_view_card_free(DashShell *shell);
gboolean dash_view_card_do(DashShell *shell, DashAct act, const char *arg, int64_t n);

/* ---- view-wall.c, view-worklist.c, view-bed.c ---- */
gboolean dash_view_wall_do(DashShell *shell, DashAct act, const char *arg, int64_t n);
gboolean dash_view_worklist_do(DashShell *shell, DashAct act, const char *arg, int64_t n);
gboolean dash_view_worklist_type(DashShell *shell, gunichar typed);
gboolean dash_view_bed_do(DashShell *shell, DashAct act, const char *arg, int64_t n);
/* ---- view-handover.c ---- */
gboolean dash_view_handover_do(DashShell *shell, DashAct act, const char *arg, int64_t n);

/* ---- view-review.c ---- */
gboolean dash_view_review_do(DashShell *shell, DashAct act, const char *arg, int64_t n);
void dash_view_review_fill(DashShell *shell, DashView *view);
void dash_view_review_free(DashShell *shell);
const DashTrial *dash_view_review_trial(const DashShell *shell); /* NULL: none is open */
/* ---- review-ask.c: the limit that was tried is asked for, with a reason ---- */
void dash_review_ask(DashShell *shell, const DashTrial *trial, const char *found);

G_END_DECLS
