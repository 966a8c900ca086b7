/* Pictures of a bed's past, offscreen: the full disclosure, the bed at another time,
 * and the strip of an alert card.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/root.h"
#include "common/socket.h"
#include "dashboard/scene/past-state.h"

G_BEGIN_DECLS

typedef struct {
    int64_t at_us; /* the cursor; 0: now */
    double hours;  /* of rows or trends; 0: as the view has them when it is opened */
} DashMoment;

/* FALSE: @at is no time, or lies outside of the last 72 h before @now_us; or @hours is no window.
 * @at NULL: now. */
gboolean
dash_moment_parse(DashMoment *self, const char *at, double hours, int64_t now_us, GError **error);
/* The past is asked for: the picture is of it. */
gboolean dash_moment_is_past(const DashMoment *self, const DashView *view);

/* Asks the store, at most 5 s, and draws what it has told by then; the picture says what is
 * missing. @view has bed, size and times. */
gboolean dash_moment_draw(const DashMoment *self,
                          VicuContext *context,
                          const VicuRoot *root,
                          const DashModel *model,
                          DashView *view,
                          const char *path,
                          GError **error);

/* What the ribbon of the ward's chosen bed needs, into @past and @state, which @view has then; what
 * has not come within 5 s is not known. Nothing without a bed. */
gboolean dash_moment_ribbon(VicuContext *context,
                            const VicuRoot *root,
                            const DashModel *model,
                            DashPast *past,
                            DashPastState *state,
                            DashView *view,
                            GError **error);

/* The bed as it was at that time, into @replay, which is new; what the store does not tell within
 * 5 s is not there. @view->now_us is the present. */
gboolean dash_moment_replay(const DashMoment *self,
                            VicuContext *context,
                            const VicuRoot *root,
                            const DashView *view,
                            const char *bed,
                            DashModel *replay,
                            GError **error);

G_END_DECLS
