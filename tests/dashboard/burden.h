/* Alarm records for tests of the burden, made by hand.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdint.h>

#include "common/wire.h"
#include "dashboard/model/burden.h"

#define BURDEN_T0_US (INT64_C(1768435200) * G_USEC_PER_SEC) /* 2026-01-15 00:00 UTC */
#define BURDEN_S     ((int64_t)G_USEC_PER_SEC)

typedef struct {
    const char *bed, *rule;
    Vicu__Priority priority;
    bool technical;
    const char *inputs[8];
    const char *merged_into;
    unsigned count;
    double at_s;       /* raised, after BURDEN_T0_US */
    double stood_s;    /* 0: it stands */
    double waited_s;   /* until it was answered */
    DashAnswer answer; /* NONE: nobody */
} BurdenAlarm;

/* Its id follows from bed, rule and time. */
static inline void
burden_put(DashBurden *burden, const BurdenAlarm *a)
{
    Vicu__Alarm alarm = VICU__ALARM__INIT;
    Vicu__Acknowledgement ack = VICU__ACKNOWLEDGEMENT__INIT;
    Vicu__AlarmInput input[8], *inputs[8];
    g_autofree char *id = g_strdup_printf("%s/%s/%d/%.0f", a->bed, a->rule, a->technical, a->at_s);
    alarm.id = id;
    alarm.bed = (char *)a->bed;
    alarm.rule = alarm.title = (char *)a->rule;
    alarm.priority = a->priority;
    alarm.technical = a->technical;
    alarm.merged_into = (char *)(a->merged_into ? a->merged_into : "");
    alarm.count = a->count;
    alarm.t_raised_us = BURDEN_T0_US + (int64_t)(a->at_s * 1e6);
    alarm.state = VICU__ALARM_STATE__ALARM_ACTIVE;
    if (a->stood_s > 0) {
        alarm.state = VICU__ALARM_STATE__ALARM_ENDED;
        alarm.t_ended_us = alarm.t_raised_us + (int64_t)(a->stood_s * 1e6);
    }
    for (size_t i = 0; i < 8 && a->inputs[i]; i++) {
        input[i] = (Vicu__AlarmInput)VICU__ALARM_INPUT__INIT;
        input[i].name = (char *)a->inputs[i];
        inputs[i] = &input[i];
        alarm.n_input = i + 1;
    }
    alarm.input = inputs;
    if (a->answer != DASH_ANSWER_NONE) {
        ack.who = (char *)"dr";
        ack.answer = (Vicu__Answer)(a->answer - DASH_ANSWER_SEEN);
        ack.t_us = alarm.t_raised_us + (int64_t)(a->waited_s * 1e6);
        alarm.acknowledged = &ack;
    }
    dash_burden_take(burden, &alarm);
}
