/* What a simulation found, as `vicu-rules replay --change --json` says it.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

G_BEGIN_DECLS

#define DASH_SIMULATED_KEPT 500 /* alarms that vanish or appear; more are counted */

typedef struct {
    char *bed;
    char *rule;
    bool technical;
    int64_t raised_us;
    int64_t ended_us; /* 0: it stood at the end */
} DashSimulatedAlarm;

typedef struct {
    unsigned all;   /* that call for somebody */
    unsigned rules; /* of them, of the rules that were changed (any priority) */
} DashSimulatedCount;

typedef struct {
    char *hash;   /* of the set that is in force by the site's settings */
    char **rules; /* that the change touches; NULL ends them */
    unsigned n_beds;
    double bed_days;
    DashSimulatedCount before, after;
    GArray *vanish, *appear; /* DashSimulatedAlarm, by time, DASH_SIMULATED_KEPT at most */
    unsigned n_vanish, n_appear;
    unsigned n_later;         /* alarms that both have and that come later */
    double longest_s;         /* by how much at most */
    DashSimulatedAlarm later; /* that one; bed NULL: none */
} DashSimulated;

/* NULL: @error says what is not as expected. */
DashSimulated *dash_simulated_read(const char *json, size_t size, GError **error);
void dash_simulated_free(DashSimulated *self);

/* The same as tables (CSV). Caller frees. */
char *dash_simulated_csv(const DashSimulated *self, const char *change);

/* Alarms per bed-day. */
double dash_simulated_rate(const DashSimulated *self, unsigned alarms);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(DashSimulated, dash_simulated_free)

G_END_DECLS
