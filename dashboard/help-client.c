/* Help client. See help-client.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/help-client.h"

#include "common/clock.h"
#include "common/state-client.h"
#include "common/watch.h"
#include "dashboard/scene/words.h"

#define BLIND_US (2500 * (int64_t)1000) /* it speaks each second */

struct DashHelpClient {
    DashModel *model;
    DashHelpTakeFunc take;
    gpointer user;
    VicuStateClient *state;
    VicuWatch watch;
    GPtrArray *staged; /* GBytes: packed items of a snapshot that is not complete */
};

static void
on_begin(gpointer user)
{
    DashHelpClient *self = user;
    g_clear_pointer(&self->staged, g_ptr_array_unref);
    self->staged = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
}

static void
on_item(const Vicu__StateItem *item, gpointer user)
{
    DashHelpClient *self = user;
    vicu_watch_heard(&self->watch, vicu_clock_boot_us());
    if (self->staged)
        g_ptr_array_add(self->staged, vicu_wire_pack(&item->base));
    else
        self->take(item, self->user);
}

/* The snapshot is complete: only now does what was known give way. */
static void
on_level(gpointer user)
{
    DashHelpClient *self = user;
    vicu_watch_heard(&self->watch, vicu_clock_boot_us());
    if (!self->staged)
        return;
    g_autoptr(GPtrArray) staged = g_steal_pointer(&self->staged);
    dash_model_begin_help(self->model);
    for (guint i = 0; i < staged->len; i++) {
        size_t size = 0;
        const void *bytes = g_bytes_get_data(staged->pdata[i], &size);
        g_autoptr(Vicu__StateItem) item = vicu_wire_unpack_state_item(bytes, size, NULL);
        if (item)
            self->take(item, self->user);
    }
}

static void
on_beat(int64_t watermark_us, bool catching_up, gpointer user)
{
    DashHelpClient *self = user;
    (void)watermark_us;
    (void)catching_up;
    vicu_watch_heard(&self->watch, vicu_clock_boot_us());
}

void
dash_help_client_tick(DashHelpClient *self, int64_t mono_us, int64_t now_us)
{
    bool silent = vicu_watch_silence_us(&self->watch, mono_us) >= BLIND_US
                  && dash_model_help(self->model) != DASH_HELP_UNHEARD;
    dash_model_set_local(self->model, DASH_ESCALATION_BLIND, VICU__PRIORITY__PRIORITY_MEDIUM,
                         N_("Escalation blind: not known how far help is"), silent, now_us);
}

DashHelpClient *
dash_help_client_new(VicuContext *context,
                     const VicuRoot *root,
                     const char *name,
                     DashModel *model,
                     DashHelpTakeFunc take,
                     gpointer user)
{
    static const Vicu__Subject subjects[] = {VICU__SUBJECT__SUBJECT_ESCALATION,
                                             VICU__SUBJECT__SUBJECT_ESCALATION_OWNER};
    static const VicuStateClientOps ops = {
        .begin = on_begin, .item = on_item, .level = on_level, .beat = on_beat};
    g_autoptr(DashHelpClient) self = g_new0(DashHelpClient, 1);
    self->model = model;
    self->take = take;
    self->user = user;
    vicu_watch_init(&self->watch, vicu_clock_boot_us());
    self->state = vicu_state_client_new(context, root, "escalation-state", "escalation", name,
                                        subjects, G_N_ELEMENTS(subjects), &ops, self, NULL);
    return self->state ? g_steal_pointer(&self) : NULL;
}

void
dash_help_client_free(DashHelpClient *self)
{
    if (!self)
        return;
    vicu_state_client_free(self->state);
    g_clear_pointer(&self->staged, g_ptr_array_unref);
    g_free(self);
}
