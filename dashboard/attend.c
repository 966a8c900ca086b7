/* SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/attend.h"

#include "common/clock.h"

#define LEAVE_US (300 * (int64_t)1000)
#define DRAWN_US (3 * (int64_t)G_USEC_PER_SEC) /* a picture that is older is none */

struct DashAttend {
    DashClient *client;
    const double *frames; /* NULL: not counted */
    double seen;          /* of them */
    int64_t drawn_us;     /* mono: when there were more; 0: never */
    guint timer;
};

static bool
draws(DashAttend *self, int64_t mono_us)
{
    if (!self->frames)
        return true;
    if (*self->frames != self->seen) {
        self->seen = *self->frames;
        self->drawn_us = mono_us;
    }
    return self->drawn_us != 0 && mono_us - self->drawn_us <= DRAWN_US;
}

static void
say(DashAttend *self, gboolean leaving, DashAnswerFunc func, gpointer user)
{
    int64_t mono_us = vicu_clock_boot_us();
    Vicu__OutletBeat beat = VICU__OUTLET_BEAT__INIT;
    Vicu__Command command = VICU__COMMAND__INIT;
    beat.kind = VICU__OUTLET_KIND__OUTLET_SCREEN;
    beat.leaving = leaving;
    vicu_proof_answer(dash_client_proof(self->client), &beat, mono_us);
    if (!draws(self, mono_us))
        beat.n_proved = 0;
    command.what_case = VICU__COMMAND__WHAT_OUTLET;
    command.outlet = &beat;
    dash_client_command(self->client, &command, "", "", func, user);
}

static gboolean
on_second(gpointer user)
{
    DashAttend *self = user;
    if (dash_client_is_level(self->client))
        say(self, FALSE, NULL, NULL);
    return G_SOURCE_CONTINUE;
}

DashAttend *
dash_attend_new(DashClient *client, const double *frames)
{
    DashAttend *self = g_new0(DashAttend, 1);
    self->client = client;
    self->frames = frames;
    self->seen = frames ? *frames : 0;
    self->timer = g_timeout_add_seconds(1, on_second, self);
    return self;
}

static void
on_answer(gboolean ok, const char *text, gpointer user)
{
    (void)ok;
    (void)text;
    *(gboolean *)user = TRUE;
}

static gboolean
look_again(gpointer user)
{
    (void)user;
    return G_SOURCE_CONTINUE;
}

void
dash_attend_free(DashAttend *self)
{
    static gboolean answered; /* the client may outlive this call with the question open */
    if (!self)
        return;
    g_source_remove(self->timer);
    if (dash_client_is_level(self->client)) {
        int64_t until_us = vicu_clock_boot_us() + LEAVE_US;
        guint wake = g_timeout_add(20, look_again, NULL);
        answered = FALSE;
        say(self, TRUE, on_answer, &answered);
        while (!answered && vicu_clock_boot_us() < until_us)
            g_main_context_iteration(NULL, TRUE);
        g_source_remove(wake);
    }
    g_free(self);
}
