/* The bed desk: test alarms, from the beds to whoever shows or sounds alarms, and back. Part of
 * the ward.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "rules/desk-inner.h"
#include "rules/items.h"

#define TELL_US (30 * (int64_t)G_USEC_PER_SEC)

/* What is missing may be another set each minute: it stays one alarm. */
static void
tell(RulesWard *self, size_t i, const char *cause, const char *before, char *names)
{
    g_autofree char *missing = names;
    g_autofree char *text = g_strconcat(before, missing, NULL);

    if (self->proofs_told && g_strcmp0(missing, self->proof_trouble[i]) == 0)
        return;
    rules_alarms_local(self->alarms, "", cause, RULES_PRIORITY_MEDIUM, missing ? text : "",
                       missing != NULL, self->now_us);
    g_free(self->proof_trouble[i]);
    self->proof_trouble[i] = g_steal_pointer(&missing);
}

static void
tell_both(RulesWard *self)
{
    tell(self, 0, "proof-unanswered",
         "Test alarms did not come back, so alarms may not reach people by ",
         rules_proofs_unanswered(self->proofs));
    tell(self, 1, "proof-late", "No test alarm came, so alarms may not be found of ",
         rules_proofs_late(self->proofs));
    self->proofs_told = true;
}

void
rules_desk_prove(WardBed *bed, int64_t reached_us, int64_t mono_us)
{
    RulesWard *self = bed->ward;
    Vicu__Proved proved;

    if (!rules_proofs_judged(self->proofs, bed->id, reached_us, self->now_us, mono_us, &proved))
        return;
    rules_ward_put(self, VICU__SUBJECT__SUBJECT_PROOF, bed->id, rules_item_proof(&proved), false);
}

void
rules_desk_no_proof(WardBed *bed)
{
    RulesWard *self = bed->ward;

    if (rules_proofs_drop(self->proofs, bed->id))
        rules_ward_drop(self, VICU__SUBJECT__SUBJECT_PROOF, bed->id, false);
}

static void
look_at_outlet(const Vicu__Outlet *outlet, bool gone, gpointer user)
{
    RulesWard *self = user;
    const char *bed[RULES_PROOFS_BEDS];
    int64_t proved_us = 0;
    unsigned more = 0;

    (void)gone;
    if (outlet->silent) {
        rules_proofs_leave(self->proofs, outlet->name);
        return;
    }
    size_t n = rules_proofs_of_outlet(self->proofs, outlet->name, &proved_us, bed, &more);
    if (n == outlet->n_unproved && more == outlet->more_unproved
        && proved_us - outlet->proved_us < TELL_US)
        return;
    rules_outlets_proved(self->outlets, outlet->name, proved_us, bed, n, more);
}

void
rules_desk_look_at_proofs(RulesWard *self, int64_t mono_us)
{
    bool news = rules_proofs_tick(self->proofs, mono_us);

    if (news || self->now_us - self->proofs_looked_us >= G_USEC_PER_SEC
        || self->now_us < self->proofs_looked_us) {
        self->proofs_looked_us = self->now_us;
        rules_outlets_foreach(self->outlets, look_at_outlet, self);
    }
    tell_both(self);
}

void
desk_proved(DeskAct *act, const Vicu__OutletBeat *beat)
{
    RulesWard *self = act->ward;

    if (beat->leaving || !beat->proves) {
        rules_proofs_leave(self->proofs, act->from);
        return;
    }
    rules_proofs_back(self->proofs, act->from, beat->proved, beat->n_proved, act->now_us,
                      act->mono_us);
}
