/* The operator-load meter: how much work the alarms bring, against how much the people on shift
 * can do; whether it will be too much within the hour; and which beds to hand over then.
 *
 *   work, minutes per hour = alerts per hour x share that needs a physician x 16.1 min
 *   load = work / (60 min x people on shift)
 *
 * What this assumes, and where it is from:
 * - Alerts are alarms of patients (not technical) of low priority and above that were told by
 *   themselves; one that came again while nobody had answered is one. Tele-ICU software alerts
 *   are counted so: Avera, "Evaluation of clinician interaction with alerts", abstract.
 * - An engagement of a physician takes 16.1 min (+/- 10.4): 39 915 engagements in 16 intensive
 *   care units, Laudanski 2022, fmed.2022.883126, abstract. Time between two engagements and
 *   rounds is not in it: the load is a lower bound.
 * - The share that needs a physician is what this hub's own answers say ("act" of all that say
 *   what follows), once there are DASH_METER_VERDICTS of them; before that 9 %, the upper end of
 *   "important 2-9 %" (PhysioNet Challenge 2015; a hub drowns unless over nine in ten are
 *   settled without a physician).
 * - People on shift is a setting; all of them answer alerts, each one hour in the hour.
 * - Alerts per hour are those of the last 60 min, by 5 min, weighted with exp(-age / 30 min).
 * - The forecast goes on along the slope of those 60 min, one hour ahead, if the slope is more
 *   than twice what chance makes of a steady stream (Poisson); else it is level.
 * - "near" begins at 80 %: with one person and random arrivals four others wait on average then
 *   (rho / (1 - rho), M/M/1).
 *
 * Pure. Times are UTC in microseconds.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "dashboard/model/burden.h"

G_BEGIN_DECLS

#define DASH_METER_ENGAGEMENT_MIN 16.1
#define DASH_METER_SHARE          0.09
#define DASH_METER_VERDICTS       50
#define DASH_METER_NEAR_LOAD      0.8
#define DASH_METER_LEAST_US       (600 * (int64_t)G_USEC_PER_SEC) /* less is no rate */
#define DASH_METER_HAND_OVER      8

typedef enum {
    DASH_METER_UNKNOWN, /* less than 10 min are known */
    DASH_METER_CALM,
    DASH_METER_FILLING, /* calm now, full within the hour if it goes on so */
    DASH_METER_NEAR,    /* 80 % and more */
    DASH_METER_OVER,    /* more work than minutes */
} DashMeterState;

typedef struct {
    const char *bed; /* borrowed from the burden */
    double alerts_per_hour;
    double minutes_per_hour;
} DashMeterBed;

typedef struct {
    DashMeterState state;
    unsigned staff;
    int64_t known_us; /* how much of the last hour is known */
    double alerts_per_hour;
    double share; /* that needs a physician */
    bool share_is_own;
    unsigned verdicts;
    double minutes_per_hour; /* of work */
    double available;        /* minutes per hour */
    double load;             /* work / available */
    double slope;            /* alerts per hour, each hour; 0: none that chance would not make */
    double forecast;         /* load in an hour */
    int64_t full_in_us;      /* until the load is 1; INT64_MAX: not within the hour; 0: it is */
    DashMeterBed hand_over[DASH_METER_HAND_OVER]; /* those with most work, as few as help */
    unsigned n_hand_over;
    double load_after; /* of the worse of now and the forecast, without them */
} DashMeter;

/* @staff: people on shift, at least 1. */
void dash_meter_judge(const DashBurden *burden, unsigned staff, int64_t now_us, DashMeter *out);

G_END_DECLS
