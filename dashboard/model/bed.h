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

#define DASH_STREAMS_MAX  16
#define DASH_NUMERICS_MAX 32
#define DASH_SYMBOLS_MAX  16
#define DASH_PARTS_MAX    12
#define DASH_SCORES_MAX   8
#define DASH_LIMITS_MAX   32
#define DASH_EVENTS_MAX   32

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

typedef struct {
    char *key;
    char *name;
    double value;
    char *unit;
    bool overridden;
    int64_t expires_us;
} DashLimit;

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

    DashStream stream[DASH_STREAMS_MAX];
    unsigned n_streams;
    DashNumeric numeric[DASH_NUMERICS_MAX];
    unsigned n_numerics;
    DashSymbol symbol[DASH_SYMBOLS_MAX];
    unsigned n_symbols;
    DashScore score[DASH_SCORES_MAX];
    unsigned n_scores;
    DashLimit limit[DASH_LIMITS_MAX];
    unsigned n_limits;
    DashEvent event[DASH_EVENTS_MAX]; /* newest last */
    unsigned n_events;

    int64_t newest_us;  /* end of the newest data */
    int64_t wave_us;    /* end of the newest samples of a wave */
    int64_t arrived_us; /* when the newest data came */
    int64_t delay_us;   /* how far behind the clock the waves are played */
    int64_t eased_us;   /* when @delay_us was last chosen */
    int64_t ease_to_us; /* the longest delay needed since then */
    int64_t known_us;   /* when the model first heard of this bed */
    unsigned left_out;  /* streams, numerics and so on beyond the room above */
    unsigned late;      /* wave pieces that came after newer ones */
    unsigned unmapped;  /* values whose code the table does not know */
} DashBed;

G_END_DECLS
