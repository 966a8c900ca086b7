/* Escalation machine: a page that was told and can be reached no more.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "escalation/machine-inner.h"

#define PAGE "page"
#define GONE "the page can be reached no more"

/* @t waits for its person, who has not answered. */
static bool
waits(const Vicu__EscalationTarget *t, const char *person)
{
    return t->outcome == VICU__ESCALATION_OUTCOME__OUTCOME_NONE
           && t->stage < VICU__ESCALATION_STAGE__ESCALATION_ACCEPTED
           && strcmp(t->person, person) == 0;
}

/* The page is marked as failed; whether that was the last channel that could still bring it. */
static bool
was_the_last(Vicu__EscalationTarget *t, bool *marked, const EscNow *now)
{
    bool last = true;

    for (size_t i = 0; i < t->n_sending; i++) {
        Vicu__Sending *s = t->sending[i];
        if (strcmp(s->channel, PAGE) == 0 && s->state != VICU__SENDING_STATE__SENDING_FAILED) {
            s->state = VICU__SENDING_STATE__SENDING_FAILED;
            s->t_us = now->utc_us;
            vicu_wire_set_text(&s->text, GONE);
            *marked = true;
        }
        last = last && s->state == VICU__SENDING_STATE__SENDING_FAILED;
    }
    return last;
}

static void
lose(EscMachine *self, Vicu__Escalation *e, const char *person, const EscNow *now)
{
    for (size_t i = 0; i < e->n_target && !e->ended_us; i++) {
        Vicu__EscalationTarget *t = e->target[i];
        bool marked = false;
        if (!waits(t, person))
            continue;
        bool last = was_the_last(t, &marked, now);
        if (!marked)
            continue;
        if (last) {
            esc_give_up(self, e, t, VICU__ESCALATION_OUTCOME__OUTCOME_UNREACHABLE, GONE, now);
            esc_advance(self, e, t, now);
        } else {
            esc_told(self, e, t, "escalation-not-sent", PAGE);
        }
        esc_changed(self, e);
        return; /* the list of targets has grown */
    }
}

void
esc_machine_page_gone(EscMachine *self, const char *person, const EscNow *now)
{
    GHashTableIter iter;
    gpointer value;

    g_hash_table_iter_init(&iter, self->escalations);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        lose(self, value, person, now);
}
