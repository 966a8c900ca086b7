/* See snapshot-past.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/snapshot-past.h"

#include "common/clock.h"
#include "common/error.h"
#include "dashboard/past-client.h"
#include "dashboard/picture.h"
#include "dashboard/scene/card.h"
#include "dashboard/scene/ward.h"

#define WAIT_US    (5 * (int64_t)G_USEC_PER_SEC)
#define LOOK_MS    10
#define MEMORY     ((size_t)128 << 20)
#define HOURS_MIN  (1 / 12.0)
#define HOURS_MAX  72.0
#define TREND_HOUR 1

gboolean
dash_moment_parse(DashMoment *self, const char *at, double hours, int64_t now_us, GError **error)
{
    *self = (DashMoment){.hours = hours};
    if (at && !vicu_time_parse(at, now_us, &self->at_us, error))
        return FALSE;
    if (at && (self->at_us > now_us || self->at_us < now_us - DASH_PAST_REACH_US)) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT,
                    "--at %s is not within the last 72 h: expected a time such as -10min or "
                    "2026-01-31T08:00:00Z",
                    at);
        return FALSE;
    }
    if (hours != 0 && !(hours >= HOURS_MIN && hours <= HOURS_MAX)) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT, "--hours %g is outside %.3g..%g", hours,
                    HOURS_MIN, HOURS_MAX);
        return FALSE;
    }
    return TRUE;
}

gboolean
dash_moment_is_past(const DashMoment *self, const DashView *view)
{
    return view->kind == DASH_VIEW_DISCLOSURE || view->kind == DASH_VIEW_CARD
           || (view->kind == DASH_VIEW_BED && (self->at_us != 0 || self->hours != 0));
}

typedef struct {
    DashPastClient *client;
    gboolean done;
} Waiting;

static void
on_changed(gpointer user)
{
    (void)user;
}

static gboolean
look(gpointer user)
{
    Waiting *waiting = user;
    waiting->done = dash_past_client_is_seen(waiting->client)
                    || *dash_past_client_refusal(waiting->client) != '\0';
    return G_SOURCE_CONTINUE;
}

static void
await_pages(DashPastClient *client, VicuContext *context)
{
    Waiting waiting = {.client = client};
    guint source = g_timeout_add(LOOK_MS, look, &waiting);
    vicu_context_run_until(context, &waiting.done, WAIT_US);
    g_source_remove(source);
}

/* What @look needs of the bed, as far as it comes in time. */
static void
fetch(DashPastClient *client, VicuContext *context, const char *bed, const DashLook *look)
{
    dash_past_client_look(client, bed, look);
    await_pages(client, context);
}

static void
prepare(const DashMoment *self, DashPastState *state, const DashView *view)
{
    double hours = self->hours;
    if (hours == 0)
        hours = view->kind == DASH_VIEW_BED ? TREND_HOUR : HOURS_MAX;
    dash_past_state_init(state);
    state->span_us = (int64_t)(hours * 3600 * G_USEC_PER_SEC);
    dash_past_state_follow(state, view->now_us);
    if (self->at_us)
        dash_past_state_go(state, self->at_us, view->now_us);
    state->drag = 0;
}

/* The strip of an alert card, where the live waves no longer reach. */
static gboolean
draw_card(DashPastClient *client,
          DashPast *past,
          VicuContext *context,
          const DashModel *model,
          DashView *view,
          const char *path,
          GError **error)
{
    DashCardState card = {.past = past};
    DashLook strip = {0};
    const DashBed *bed = view->bed ? dash_model_find_bed(model, view->bed) : NULL;
    const DashAlarm *alarm = view->alarm ? dash_model_find_alarm(model, view->alarm)
                             : bed       ? dash_model_worst(model, bed)
                                         : NULL;
    if (alarm && *alarm->bed) {
        dash_card_window(alarm, &strip.strip_from_us, &strip.strip_to_us);
        strip.from_us = strip.to_us = strip.at_us = strip.strip_to_us;
        fetch(client, context, alarm->bed, &strip);
    }
    card.silent_us = dash_past_client_silent_us(client);
    view->card = &card;
    gboolean drawn = dash_picture_write(model, view, path, error);
    view->card = NULL;
    return drawn;
}

gboolean
dash_moment_draw(const DashMoment *self,
                 VicuContext *context,
                 const VicuRoot *root,
                 const DashModel *model,
                 DashView *view,
                 const char *path,
                 GError **error)
{
    DashPastState state;
    g_autoptr(DashPast) past = dash_past_new(MEMORY);
    g_autoptr(DashModel) replay = dash_model_new();
    g_autoptr(DashPastClient) client =
        dash_past_client_new(context, root, past, on_changed, NULL, error);
    if (!client)
        return FALSE;
    if (view->kind == DASH_VIEW_CARD)
        return draw_card(client, past, context, model, view, path, error);
    prepare(self, &state, view);
    state.past = past;
    dash_past_set_bed(past, view->bed);
    DashLook wanted = dash_past_state_look(&state, view, dash_model_find_bed(model, view->bed));
    fetch(client, context, view->bed, &wanted);
    state.silent_us = dash_past_client_silent_us(client);
    state.refusal = dash_past_client_refusal(client);
    state.complete = dash_past_client_is_seen(client);
    if (!state.live && view->kind == DASH_VIEW_BED) {
        dash_past_replay(past, state.at_us, replay);
        state.replay = replay;
        wanted = dash_past_state_look(&state, view, NULL); /* trends of what was measured then */
        fetch(client, context, view->bed, &wanted);
    }
    view->past = &state;
    gboolean drawn = dash_picture_write(model, view, path, error);
    view->past = NULL;
    return drawn;
}

gboolean
dash_moment_ribbon(VicuContext *context,
                   const VicuRoot *root,
                   const DashModel *model,
                   DashPast *past,
                   DashPastState *state,
                   DashView *view,
                   GError **error)
{
    const DashBed *bed = view->bed ? dash_model_find_bed(model, view->bed) : NULL;
    if (!bed)
        return TRUE;
    g_autoptr(DashPastClient) client =
        dash_past_client_new(context, root, past, on_changed, NULL, error);
    if (!client)
        return FALSE;
    DashLook wanted = dash_ward_look(bed, view->now_us);
    fetch(client, context, bed->id, &wanted);
    dash_past_state_init(state);
    state->past = past;
    view->past = state;
    return TRUE;
}

gboolean
dash_moment_replay(const DashMoment *self,
                   VicuContext *context,
                   const VicuRoot *root,
                   const DashView *view,
                   const char *bed,
                   DashModel *replay,
                   GError **error)
{
    DashPastState state;
    DashView of_bed = *view;
    g_autoptr(DashPast) past = dash_past_new(MEMORY);
    g_autoptr(DashPastClient) client =
        dash_past_client_new(context, root, past, on_changed, NULL, error);
    if (!client)
        return FALSE;
    of_bed.kind = DASH_VIEW_BED;
    of_bed.bed = bed;
    prepare(self, &state, &of_bed);
    state.past = past;
    dash_past_set_bed(past, bed);
    DashLook wanted = dash_past_state_look(&state, &of_bed, NULL);
    fetch(client, context, bed, &wanted);
    dash_past_replay(past, state.at_us, replay);
    return TRUE;
}
