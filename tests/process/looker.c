/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/process/looker.h"

#include <string.h>

#include "common/clock.h"
#include "common/state-client.h"

#define WAIT_US (5 * (int64_t)G_USEC_PER_SEC)
#define LOOK_US (G_USEC_PER_SEC / 50)

struct Looker {
    VicuContext *context;
    VicuStateClient *state;
    GHashTable *beds, *coming;
    char *account;
    gboolean level, refused, viewed;
    guint32 untold;
};

static GHashTable *
no_beds(void)
{
    return g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
}

static void
on_begin(gpointer user)
{
    Looker *self = user;

    g_clear_pointer(&self->coming, g_hash_table_unref);
    self->coming = no_beds();
}

static void
on_item(const Vicu__StateItem *item, gpointer user)
{
    Looker *self = user;
    GHashTable *into = self->coming != NULL ? self->coming : self->beds;

    if (item->subject != VICU__SUBJECT__SUBJECT_BED)
        return;
    if (item->removed)
        g_hash_table_remove(into, item->key);
    else
        g_hash_table_add(into, g_strdup(item->key));
}

static void
on_level(gpointer user)
{
    Looker *self = user;

    self->level = TRUE;
    if (self->coming == NULL)
        return;
    g_hash_table_unref(self->beds);
    self->beds = g_steal_pointer(&self->coming);
}

static void
on_view(const char *account, uint32_t untold, const char *refused, gpointer user)
{
    Looker *self = user;

    g_free(self->account);
    self->account = g_strdup(account);
    self->untold = untold;
    self->refused = *refused != '\0';
    self->viewed = TRUE;
}

Looker *
looker_new(VicuContext *context, const VicuRoot *root, const char *key)
{
    static const VicuStateClientOps ops = {
        .begin = on_begin, .item = on_item, .level = on_level, .view = on_view};
    Looker *self = g_new0(Looker, 1);
    g_autoptr(GError) error = NULL;

    self->context = context;
    self->beds = no_beds();
    self->account = g_strdup("");
    self->state = vicu_state_client_new(context, root, "rules-state", "rules", key, NULL, 0, &ops,
                                        self, &error);
    g_assert_no_error(error);
    return self;
}

void
looker_free(Looker *self)
{
    if (self == NULL)
        return;
    vicu_state_client_free(self->state);
    g_hash_table_unref(self->beds);
    g_clear_pointer(&self->coming, g_hash_table_unref);
    g_free(self->account);
    g_free(self);
}

void
looker_proof(Looker *self, GBytes *proof)
{
    vicu_state_client_proof(self->state, proof);
}

static gboolean
is_so(const Looker *self, const char *account, const char *yes, const char *no)
{
    return self->viewed && self->level && self->coming == NULL
           && strcmp(self->account, account) == 0
           && (yes == NULL || g_hash_table_contains(self->beds, yes))
           && (no == NULL || !g_hash_table_contains(self->beds, no));
}

void
looker_await(Looker *self, const char *account, const char *yes, const char *no)
{
    int64_t from_us = vicu_clock_boot_us();

    for (gboolean never = FALSE; !is_so(self, account, yes, no);) {
        vicu_context_run_until(self->context, &never, LOOK_US);
        if (vicu_clock_boot_us() - from_us > WAIT_US)
            g_error("5 s later it is told for \"%s\", %u beds and %u untold", self->account,
                    g_hash_table_size(self->beds), self->untold);
    }
    g_test_message("told for \"%s\" after %.2f s", account,
                   (double)(vicu_clock_boot_us() - from_us) / 1e6);
}

guint32
looker_untold(const Looker *self)
{
    return self->untold;
}

gboolean
looker_is_refused(const Looker *self)
{
    return self->refused;
}
