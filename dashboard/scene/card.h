/* Card: one alarm with all that is needed to answer it, and the three answers.
 *
 * An answer takes two acts: a key chooses it (and, pressed again or with the
 * arrows, how long to watch, or why nothing is to be done), Enter means it.
 * Nothing is silenced by one of them alone. Pure.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "dashboard/model/past.h"
#include "dashboard/scene/acts.h"

G_BEGIN_DECLS

#define DASH_CARD_STRIP_US (6 * (int64_t)G_USEC_PER_SEC) /* 150 mm at 25 mm/s */

struct DashCardState {
    bool armed;          /* an answer is chosen and not yet meant */
    bool sent;           /* and not yet taken by the owner of the alarms */
    Vicu__Answer answer; /* while armed */
    unsigned choice;     /* index of the time, or of the reason */
    DashPast *past;      /* for the strip, where the live waves no longer reach; may be NULL */
    int64_t silent_us;   /* UTC since when the store does not answer; 0 = it does */
    char refusal[160];   /* what the owner said to the last answer; "" = nothing */
};

#define DASH_WATCH_CHOICES   5
#define DASH_USELESS_CHOICES 6
/* How long an alarm may be watched, in the order of the card. */
int64_t dash_card_watch_us(unsigned choice);
Vicu__NotActionable dash_card_because(unsigned choice);
const char *dash_card_because_words(Vicu__NotActionable because); /* a msgid */

/* TRUE: taken. *@confirmed: the chosen answer is meant now. */
bool dash_card_act(DashCardState *self, DashAct act, bool *confirmed);

/* The six seconds at the moment: what the rule saw when it raised. */
void dash_card_window(const DashAlarm *alarm, int64_t *from_us, int64_t *to_us);

G_END_DECLS
