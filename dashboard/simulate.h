/* Simulate: what another limit, delay or hysteresis would have done to the last days.
 *
 * Runs `vicu-rules replay --change .. --json` as a program of its own (rooms do not include each
 * other), at a lower priority and on half of the cores, so that the ward that is watched goes
 * before. One run at a time. What it prints is read up to 64 MiB. One thread, the main loop's.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "dashboard/model/simulated.h"

G_BEGIN_DECLS

typedef enum {
    DASH_SIMULATE_IDLE,
    DASH_SIMULATE_RUNNING,
    DASH_SIMULATE_DONE,
    DASH_SIMULATE_FAILED,
    DASH_SIMULATE_CANCELLED,
} DashSimulateState;

typedef struct {
    const char *const *changes; /* as --change takes them; NULL ends them */
    const char *const *beds;    /* as --bed takes them; NULL or none: all */
    int64_t from_us, to_us;
} DashSimulateAsk;

typedef struct DashSimulate DashSimulate;

/* @dir: the installation. @program: of vicu-rules, NULL: the one beside this program.
 * @changed is called when state or per cent did change. */
DashSimulate *dash_simulate_new(const char *dir,
                                const char *program,
                                void (*changed)(gpointer user),
                                gpointer user);
void dash_simulate_free(DashSimulate *self); /* ends what runs */

/* Refused while one runs. */
gboolean dash_simulate_start(DashSimulate *self, const DashSimulateAsk *ask, GError **error);
/* It ends soon, and then is cancelled. */
void dash_simulate_cancel(DashSimulate *self);

DashSimulateState dash_simulate_state(const DashSimulate *self);
int dash_simulate_percent(const DashSimulate *self);       /* of the one that runs */
const char *dash_simulate_error(const DashSimulate *self); /* of one that failed; else NULL */
const DashSimulated *dash_simulate_result(const DashSimulate *self); /* of one that is done */

G_DEFINE_AUTOPTR_CLEANUP_FUNC(DashSimulate, dash_simulate_free)

G_END_DECLS
