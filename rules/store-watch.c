/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/store-watch.h"

#define STALL_US (G_USEC_PER_SEC)

void
rules_store_watch_init(RulesStoreWatch *self, int64_t mono_us)
{
    *self = (RulesStoreWatch){.tick_us = mono_us};
    vicu_watch_init(&self->watch, mono_us);
}

void
rules_store_watch_acked(RulesStoreWatch *self, int64_t acked_us, int64_t mono_us)
{
    if (acked_us <= self->acked_us)
        return;
    self->acked_us = acked_us;
    vicu_watch_heard(&self->watch, mono_us);
}

static bool
is_share(double share)
{
    return share >= 0 && share <= 1;
}

void
rules_store_watch_beat(RulesStoreWatch *self, const Vicu__StoreSpace *space, int64_t mono_us)
{
    if (space->level < VICU__SPACE_LEVEL__SPACE_OK || space->level > VICU__SPACE_LEVEL__SPACE_FULL
        || !is_share(space->free_share) || !is_share(space->warn_share)
        || !is_share(space->stop_share))
        return;
    self->level = space->level;
    self->free_share = space->free_share;
    self->warn_share = space->warn_share;
    self->stop_share = space->stop_share;
    if (self->level == VICU__SPACE_LEVEL__SPACE_FULL)
        vicu_watch_heard(&self->watch, mono_us);
}

static void
tell_silence(RulesStoreWatch *self, RulesStoreTell tell, gpointer user)
{
    bool silent = self->watch.level >= VICU_WATCH_LOST;

    if (silent == self->silent && (self->judged || !self->watch.ever))
        return;
    self->silent = silent;
    self->judged = true;
    tell(RULES_STORE_SILENT, VICU__PRIORITY__PRIORITY_MEDIUM,
         "The store acknowledges nothing: data wait in the spools, the past cannot be looked at",
         silent, user);
}

/* What begins is told before what ends: there is no moment without an alarm. */
static void
tell_space(RulesStoreWatch *self, RulesStoreTell tell, gpointer user)
{
    bool full = self->level == VICU__SPACE_LEVEL__SPACE_FULL;
    bool low = self->level == VICU__SPACE_LEVEL__SPACE_LOW;
    /* What matters first: a station's rail shows some fifty letters. */
    g_autofree char *stands = g_strdup_printf(
        "Nothing is stored, disk %.1f %% free (bound %g %%): data wait in the spools, alarms and "
        "pictures go on",
        100 * self->free_share, 100 * self->stop_share);
    g_autofree char *comes =
        g_strdup_printf("Store's disk %.1f %% free (bound %g %%): below %g %% nothing is stored",
                        100 * self->free_share, 100 * self->warn_share, 100 * self->stop_share);

    self->told = self->level;
    if (full)
        tell(RULES_STORE_FULL, VICU__PRIORITY__PRIORITY_MEDIUM, stands, true, user);
    tell(RULES_STORE_LOW, VICU__PRIORITY__PRIORITY_LOW, comes, low, user);
    if (!full)
        tell(RULES_STORE_FULL, VICU__PRIORITY__PRIORITY_MEDIUM, stands, false, user);
}

void
rules_store_watch_tick(RulesStoreWatch *self,
                       bool hub_lives,
                       bool level,
                       int64_t mono_us,
                       RulesStoreTell tell,
                       gpointer user)
{
    int64_t since_us = mono_us - self->tick_us;

    /* While the hub is silent, or we stood still ourselves, nothing could be heard. */
    self->tick_us = mono_us;
    if (!hub_lives || since_us > STALL_US)
        self->watch.heard_us = MIN(self->watch.heard_us + since_us, mono_us);
    vicu_watch_tick(&self->watch, mono_us);
    tell_silence(self, tell, user);
    if (level && self->told != self->level)
        tell_space(self, tell, user);
}
