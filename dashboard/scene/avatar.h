/* Avatar: what the vital signs of one bed look like as a body.
 *
 * A pure function of the bed and the time. Each sign is known or not, and has the band that the
 * chart of NEWS2 gives it (Royal College of Physicians 2017, chart 1): 0 is the middle column, -3
 * to -1 are the points of the columns for too little, 1 to 3 those for too much. What is not known,
 * what is older than three of its periods, what was sent without a value and all of a bed that is
 * away has no band: nobody may draw it as healthy.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "dashboard/model/judge.h"

G_BEGIN_DECLS

typedef enum {
    DASH_SIGN_OF_BREATHING,     /* respirations, /min */
    DASH_SIGN_OF_PULSE,         /* heart rate, else pulse rate, /min */
    DASH_SIGN_OF_OXYGEN,        /* SpO2, %, by the scale that is prescribed */
    DASH_SIGN_OF_PRESSURE,      /* systolic, arterial before cuff, mm[Hg] */
    DASH_SIGN_OF_TEMPERATURE,   /* Cel */
    DASH_SIGN_OF_VENTILATION,   /* 1: by a machine, 0: on one's own; its band is that of "air or
                                   oxygen" */
    DASH_SIGN_OF_CONSCIOUSNESS, /* 0 alert, 1 to 4: C, V, P, U */
    DASH_N_AVATAR_SIGNS,
} DashAvatarSignKind;

#define DASH_AVATAR_BAND_MAX 3

typedef struct {
    bool known;
    bool banded; /* known, and the chart says where it stands; else @band is 0 and means nothing */
    bool doubtful; /* its source calls it questionable */
    int band;
    double value; /* 0 when not known */
    int64_t t_us; /* when it was measured or seen; 0: no one time */
} DashAvatarSign;

typedef struct {
    DashAbsence absence;
    DashAvatarSign sign[DASH_N_AVATAR_SIGNS];
    int64_t now_us;
    double breath; /* phase in [0, 1): 0 breathed out, 1/2 breathed in; 0 when not known */
    double beat;   /* phase in [0, 1): 0 the beat; 0 when not known */
} DashAvatar;

/* @before: the same bed a picture ago, whose rhythms go on; NULL: they begin with the minute of
 * @now_us, so that one state and time make one picture. */
void
dash_avatar_of(const DashBed *bed, int64_t now_us, const DashAvatar *before, DashAvatar *avatar);

/* "breathing", "pulse", "oxygen", "pressure", "temperature", "ventilation", "consciousness". */
const char *dash_avatar_sign_name(DashAvatarSignKind kind);
/* 'A', 'C', 'V', 'P', 'U'; '?' when not known. */
char dash_avatar_acvpu(const DashAvatar *avatar);

/* How far the chest is lifted, 0 to 1; 0 when breathing is not known. */
double dash_avatar_lift(const DashAvatar *avatar);
/* How much of a beat is to be seen, 1 at the beat, then fading to 0; 0 when it is not known. */
double dash_avatar_throb(const DashAvatar *avatar);
/* How large the pulse is: 0 at 60 mm[Hg] systolic and below, 1 at 180 and above; 0 when it is not
 * known. */
double dash_avatar_force(const DashAvatar *avatar);

G_END_DECLS
