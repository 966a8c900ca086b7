/* Model: how far help is, as escalation tells it.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/wire.h"
#include "dashboard/model/private.h"

struct DashHelpBook {
    GHashTable *escalations; /* key of the state item -> Vicu__Escalation, its times tidy */
    bool heard;
    Vicu__EscalationOwner owner;
};

static DashHelpBook *
book_of(DashModel *self)
{
    if (!self->help) {
        self->help = g_new0(DashHelpBook, 1);
        self->help->escalations =
            g_hash_table_new_full(g_str_hash, g_str_equal, g_free, vicu_wire_free);
    }
    return self->help;
}

void
dash_model_forget_help(DashModel *self)
{
    if (!self->help)
        return;
    g_hash_table_unref(self->help->escalations);
    g_clear_pointer(&self->help, g_free);
}

void
dash_model_begin_help(DashModel *self)
{
    dash_model_forget_help(self);
}

bool
dash_model_is_of_help(const Vicu__StateItem *item)
{
    return item->subject == VICU__SUBJECT__SUBJECT_ESCALATION
           || item->subject == VICU__SUBJECT__SUBJECT_ESCALATION_OWNER;
}

static void
tidy_target(Vicu__EscalationTarget *target)
{
    int64_t *times[] = {&target->decided_us,    &target->sent_us,     &target->delivered_us,
                        &target->read_us,       &target->accepted_us, &target->on_my_way_us,
                        &target->at_bedside_us, &target->resolved_us, &target->outcome_us,
                        &target->deadline_us};
    for (size_t i = 0; i < G_N_ELEMENTS(times); i++)
        *times[i] = dash_model_time(*times[i]);
}

void
dash_model_take_escalation(DashModel *self, const char *key, const Vicu__Escalation *wire)
{
    DashHelpBook *book = book_of(self);
    if (g_hash_table_size(book->escalations) >= DASH_ESCALATIONS_MAX
        && !g_hash_table_contains(book->escalations, key)) {
        self->left_out++;
        return;
    }
    g_autoptr(GBytes) packed = vicu_wire_pack(&wire->base);
    size_t size = 0;
    const void *bytes = g_bytes_get_data(packed, &size);
    Vicu__Escalation *own = vicu_wire_unpack(&vicu__escalation__descriptor, bytes, size, NULL);
    if (!own) {
        self->left_out++;
        return;
    }
    own->began_us = dash_model_time(own->began_us);
    own->ended_us = dash_model_time(own->ended_us);
    own->deadline_us = dash_model_time(own->deadline_us);
    for (size_t i = 0; i < own->n_target; i++)
        tidy_target(own->target[i]);
    g_hash_table_replace(book->escalations, g_strdup(key), own);
}

void
dash_model_take_escalation_owner(DashModel *self, const Vicu__EscalationOwner *wire)
{
    DashHelpBook *book = book_of(self);
    book->heard = true;
    book->owner = *wire; /* numbers alone */
}

void
dash_model_drop_escalation(DashModel *self, const char *key)
{
    if (self->help)
        g_hash_table_remove(self->help->escalations, key);
}

DashHelp
dash_model_help(const DashModel *self)
{
    if (!self->help || !self->help->heard)
        return DASH_HELP_UNHEARD;
    for (size_t i = 0; i < DASH_LOCALS_MAX; i++)
        if (self->local[i] && strcmp(self->local[i]->id, DASH_ESCALATION_BLIND) == 0)
            return DASH_HELP_SILENT;
    return self->help->owner.rules_blind ? DASH_HELP_RULES_BLIND
           : !self->help->owner.roster   ? DASH_HELP_NO_ROSTER
                                         : DASH_HELP_KNOWN;
}

/* What stands before what has ended, then the newest; the id last. */
static bool
is_before(const Vicu__Escalation *a, const Vicu__Escalation *b)
{
    if ((a->ended_us == 0) != (b->ended_us == 0))
        return a->ended_us == 0;
    if (a->began_us != b->began_us)
        return a->began_us > b->began_us;
    return strcmp(a->id, b->id) < 0;
}

const Vicu__Escalation *
dash_model_escalation(const DashModel *self, const char *alarm, unsigned *n)
{
    const Vicu__Escalation *chosen = NULL;
    GHashTableIter iter;
    gpointer value;
    *n = 0;
    if (!self->help || !*alarm)
        return NULL;
    g_hash_table_iter_init(&iter, self->help->escalations);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const Vicu__Escalation *one = value;
        if (strcmp(one->alarm, alarm) != 0)
            continue;
        ++*n;
        if (!chosen || is_before(one, chosen))
            chosen = one;
    }
    return chosen;
}
