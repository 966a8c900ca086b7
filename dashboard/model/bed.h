/* Bed: what the central station knows of one bed.
 *
 * Plain values, written by the model and read by the scene; strings belong to
 * the bed. Times are UTC in microseconds, 0 = never. Nothing here has a clock.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "dashboard/model/trend.h"
#include "dashboard/model/wave.h"
#include "proto/batch.pb-c.h"
#include "proto/signals.h"
#include "proto/state.pb-c.h"

G_BEGIN_DECLS

#define DASH_STREAMS_MAX  24
#define DASH_NUMERICS_MAX 32
#define DASH_SYMBOLS_MAX  16
#define DASH_PARTS_MAX    12
#define DASH_SCORES_MAX   8
#define DASH_LIMITS_MAX   32
#define DASH_EVENTS_MAX   32
#define DASH_NOTES_MAX    64

/* One wave of the bed. */
typedef struct {
    const VicuSignal *signal; /* NULL: a label that the table does not know */
    uint32_t code;
    uint32_t channel;
    char *label; /* as the device says */
    char *unit;
    Vicu__Origin origin;
    bool copy; /* the same recording as another bed, shifted */
    DashWave *wave;
    double lo; /* the range it is drawn in, in @unit; steady by hysteresis */
    double hi;
    double widest;     /* span of the wave of late, slowly forgotten */
    int64_t ranged_us; /* data time of the last look at the range */
} DashStream;

typedef struct {
    const VicuSignal *signal;
    uint32_t code;
    uint32_t channel;
    double value;
    int64_t t_us;
    int64_t period_ms; /* announced, else the table's; 0: none */
    Vicu__Quality quality;
    Vicu__Source source;
    Vicu__Origin origin;
    int64_t invalid_us; /* newest "sent, but no value" after the value; 0 = none */
    DashTrend *trend;
} DashNumeric;

typedef struct {
    const VicuSignal *signal;
    uint32_t code;
    char *value;
    int64_t t_us;
    Vicu__Quality quality;
    Vicu__Source source;
    Vicu__Origin origin;
} DashSymbol;

typedef struct {
    char *name;
    bool known;
    int points;
} DashPart;

typedef struct {
    char *key;
    char *name;
    bool known;
    int value;
    int min;
    int max;
    DashPart part[DASH_PARTS_MAX];
    unsigned n_parts;
    int64_t t_us;
} DashScore;

/* Where a score stood in the last hour: the bounds of each. */
typedef struct {
    char *name;
    DashTrend *trend;
} DashScorePast;

typedef struct {
    char *key;
    char *name;
    double value;
    char *unit;
    double min; /* what it may be */
    double max;
    double standard; /* the pack's own */
    bool overridden;
    bool of_unit; /* set for the unit, not for this bed */
    char *who;
    char *reason;
    int64_t expires_us;
} DashLimit;

/* A note, or a promise: somebody is to do something until a time. */
typedef struct {
    char *id;
    bool promise;
    bool corrected; /* another one took its place */
    char *text;
    char *who;
    int64_t t_us;
    char *owner; /* promise: who is to do it */
    int64_t due_us;
    bool overdue;
    char *done_by;
    int64_t done_us; /* 0 = open */
} DashNote;

/* Alarms that a bed had, those of one cause as one. */
typedef struct {
    unsigned high;
    unsigned medium;
    unsigned low;
    unsigned technical;
    bool at_least;
} DashCount;

/* Who looks after the bed at the hub; "" = nobody. */
typedef struct {
    char *owner;
    int64_t since_us;
    char *seen_by;
    int64_t seen_us;
    DashCount last_12h;
    bool counted; /* last_12h is known */
    bool known;   /* the owner of the state has told */
} DashCare;

typedef struct {
    int64_t t_us;
    char *kind;
    char *text;
} DashEvent;

typedef struct {
    char *id;    /* site/unit/bed */
    char *label; /* the last part */
    char *patient;
    char *device;
    char *reason; /* of standby, transport, discharge */
    Vicu__Presence presence;
    bool presence_known; /* the owner of the state has told */
    int64_t since_us;
    int64_t until_us;
    int64_t last_sample_us; /* as the owner of the state says */
    Vicu__Origin origin;
    char **not_judged; /* ends with NULL, or NULL */
    char **required;   /* inputs that it has to send; as above */

    DashStream stream[DASH_STREAMS_MAX];
    unsigned n_streams;
    DashNumeric numeric[DASH_NUMERICS_MAX];
    unsigned n_numerics;
    DashSymbol symbol[DASH_SYMBOLS_MAX];
    unsigned n_symbols;
    DashScore score[DASH_SCORES_MAX];
    unsigned n_scores;
    DashScorePast past[DASH_SCORES_MAX]; /* outlasts the scores themselves */
    unsigned n_pasts;
    DashLimit limit[DASH_LIMITS_MAX];
    unsigned n_limits;
    DashEvent event[DASH_EVENTS_MAX]; /* newest last */
    unsigned n_events;
    DashNote note[DASH_NOTES_MAX]; /* newest last */
    unsigned n_notes;
    DashCare care;

    int64_t newest_us;  /* end of the newest data */
    int64_t wave_us;    /* end of the newest samples of a wave */
    int64_t arrived_us; /* when the newest data came */
    int64_t delay_us;   /* how far behind the clock the waves are played */
    int64_t eased_us;   /* when @delay_us was last chosen */
    int64_t ease_to_us; /* the longest delay needed since then */
    int64_t known_us;   /* when the model first heard of this bed */
    int64_t lag_us;     /* arrival less the end of the newest data, of the newest piece */
    int64_t clock_us;   /* hub's time less that of the source's own clock ... */
    int64_t clock_t_us; /* ... as of this arrival; 0 = no source has told its time */
    unsigned left_out;  /* streams, numerics and so on beyond the room above */
    unsigned late;      /* wave pieces that came after newer ones */
    unsigned unmapped;  /* values whose code the table does not know */
} DashBed;

G_END_DECLS
