/* Trial: a change of a limit, a delay or a hysteresis that somebody thinks of, before it is
 * played over the last days and perhaps asked for.
 *
 * A value; pure. Only limits can be asked for at the station: delays and hysteresis stand in the
 * pack, which has an owner.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>

#include <glib.h>

#include "dashboard/model/model.h"

G_BEGIN_DECLS

typedef enum {
    DASH_TRIAL_LIMIT,
    DASH_TRIAL_DELAY,      /* before it raises, s */
    DASH_TRIAL_END_DELAY,  /* before it ends, s */
    DASH_TRIAL_HYSTERESIS, /* between limit and end, in the limit's unit */
    DASH_N_TRIALS,
} DashTrialWhat;

typedef enum {
    DASH_TRIAL_BED,
    DASH_TRIAL_UNIT,
    DASH_TRIAL_ALL, /* what the pack says: every bed without a limit of its own */
    DASH_N_SCOPES,
} DashTrialScope;

typedef struct {
    char rule[64];
    char limit[64]; /* "" = the rule reads none */
    char unit[24];  /* UCUM, of the value */
    char bed[128];  /* full id */
    DashTrialWhat what;
    DashTrialScope scope;
    bool in_force_known;
    double in_force;
    double value;
    double min, max, step;
} DashTrial;

/* For @rule at @bed, with its limit if it has one. FALSE: no such bed. */
bool dash_trial_begin(DashTrial *self, const DashModel *model, const char *rule, const char *bed);
/* The next thing that can be changed. */
void dash_trial_next_what(DashTrial *self, const DashModel *model);
void dash_trial_next_scope(DashTrial *self, const DashModel *model);
/* @steps up or down, within the bounds. */
void dash_trial_step(DashTrial *self, int steps);

/* "SpO2_low=88", as `vicu-rules replay --change` takes it. Caller frees. */
char *dash_trial_change(const DashTrial *self);
/* Full ids of the beds that it would reach: one that has a limit of its own is not reached by its
 * unit's. NULL ends them; caller frees with g_strfreev(). */
char **dash_trial_beds(const DashTrial *self, const DashModel *model);
/* "demo/icu", of the bed. Caller frees. */
char *dash_trial_place(const DashTrial *self);
/* A limit of a bed or of a unit. */
bool dash_trial_can_be_asked(const DashTrial *self);

G_END_DECLS
