/* Presence of one bed: is anybody there, and is silence expected?
 *
 *   never seen --data--> present --silent--> lost --data--> present
 *        any --command--> standby, transport --end or command--> present or lost
 *        any --command--> discharged --admit or command--> never seen, present
 *
 * Silence counts on BOOTTIME and is judged against what the bed usually sends:
 * as common/watch.h has it for waves (within 3 and 10 s), longer where the
 * shortest announced period is longer.
 * While an upstream of the bed is silent itself, its own alarm speaks for it.
 *
 * Pure; a value. Times: @now_us UTC, @mono_us BOOTTIME.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "proto/state.pb-c.h"

G_BEGIN_DECLS

#define RULES_ABSENCE_MAX_US (2 * 3600 * (int64_t)1000000) /* standby, transport: then re-alarm */

typedef struct {
    Vicu__Presence state;
    int64_t since_us;
    int64_t until_us;  /* standby, transport */
    int64_t heard_us;  /* mono: data came, or waiting for them began */
    int64_t period_us; /* shortest announced period of what it sends; 0: waves */
    int64_t last_us;   /* newest sample; 0: none */
    bool admitted;     /* by a person: expected even if never seen */
    bool silent;       /* technical alarm "no data" is due */
} RulesPresence;

/* What a call changed; 0: nothing. */
typedef enum {
    RULES_PRESENCE_STATE = 1 << 0,
    RULES_PRESENCE_ALARM = 1 << 1,
    RULES_PRESENCE_ENDED = 1 << 2, /* an absence came to its end by itself */
} RulesPresenceChange;

void rules_presence_init(RulesPresence *self, int64_t now_us, int64_t mono_us);

/* A sample of @t_us came; one that is not newer than the last is no sign of life. */
unsigned rules_presence_heard(RulesPresence *self, int64_t t_us, int64_t now_us, int64_t mono_us);
/* A stream announces @period_us (0: a wave). */
void rules_presence_period(RulesPresence *self, int64_t period_us);

unsigned rules_presence_admit(RulesPresence *self, int64_t now_us, int64_t mono_us);
unsigned rules_presence_discharge(RulesPresence *self, int64_t now_us);
/* STANDBY or TRANSPORT until @until_us. FALSE: discharged, or the end is not in
 * (now, now + 2 h]. */
bool
rules_presence_leave(RulesPresence *self, Vicu__Presence absence, int64_t until_us, int64_t now_us);
/* The absence ends now. FALSE: there is none. */
bool rules_presence_return(RulesPresence *self, int64_t now_us, int64_t mono_us);

/* @upstream_silent: what brings this bed's data is silent itself. */
unsigned
rules_presence_tick(RulesPresence *self, bool upstream_silent, int64_t now_us, int64_t mono_us);

bool rules_presence_is_absent(const RulesPresence *self); /* standby or transport */

G_END_DECLS
