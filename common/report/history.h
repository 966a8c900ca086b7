/* What reports are computed from: alarms, escalations and when each bed had data, of one period.
 *
 * Fed with the store's record (events "alarm" and "escalation-*"), its streams and its gaps, in any
 * order and as often as they come. An alarm is one row, whose newest record counts; an escalation
 * is its newest record whole. No patient is in it.
 *
 * Observed is a bed's time in which at least one of its streams had data: between the stream's
 * first and last sample, less its gaps, less the time in which an alarm says that nothing came from
 * the bed or its sender. What is not observed is never counted as quiet time.
 *
 * Pure. Bounded: VICU_HISTORY_MAX of each kind; what is beyond is counted, not kept. Times are UTC
 * in microseconds, intervals half-open.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "common/wire.h"

G_BEGIN_DECLS

#define VICU_HISTORY_MAX 2000000u

typedef struct {
    char *id, *bed, *rule, *title;
    int64_t told_us; /* time of the newest record */
    int64_t raised_us, condition_us;
    int64_t ended_us;    /* 0: it stood at the end of the record */
    int64_t answered_us; /* the first answer of a person; 0: none */
    int64_t said_us;     /* the last one */
    unsigned count;      /* occurrences of a latched one */
    Vicu__Priority priority;
    Vicu__Answer answer; /* of the last; only with answered_us */
    Vicu__NotActionable because;
    bool technical;
    bool told;   /* by itself, not by another one of the same cause */
    bool vetoed; /* a rhythm that the pulses spoke against */
} VicuPastAlarm;

typedef struct {
    int64_t from_us, to_us;
} VicuSpan;

/* Something that was done; no person and no patient. */
typedef struct {
    int64_t t_us;
    char *what; /* "admit", "discharge"; of the audit: "limit-set", "alarm-pause", "standby", .. */
    char *bed;
    char *key;
    char *why; /* free text: for who may see single beds */
} VicuPastAct;

typedef struct VicuHistory VicuHistory;

VicuHistory *vicu_history_new(void);
void vicu_history_free(VicuHistory *self);

/* Of other kinds: nothing. False: its detail cannot be read; it is counted. */
bool vicu_history_event(VicuHistory *self, const Vicu__Event *event);
/* Acts about limits, pauses and absences; others are not kept. */
void vicu_history_audit(VicuHistory *self, const Vicu__AuditRecord *record);
void vicu_history_stream(VicuHistory *self, const Vicu__StreamRow *row);
void vicu_history_gap(VicuHistory *self, const Vicu__Gap *gap);

/* VicuPastAlarm *, Vicu__Escalation *, bed names char *: borrowed, sorted by time or name. */
const GPtrArray *vicu_history_alarms(VicuHistory *self);
const GPtrArray *vicu_history_escalations(VicuHistory *self);
const GPtrArray *vicu_history_beds(VicuHistory *self);
const GPtrArray *vicu_history_acts(const VicuHistory *self); /* VicuPastAct *, as they came */
unsigned vicu_history_lost(const VicuHistory *self); /* records beyond the bound, or not readable */

/* Whether it calls for somebody: low priority and above, told by itself, not vetoed. */
bool vicu_past_alarm_calls(const VicuPastAlarm *alarm);

/* How much of the period @bed was observed. All must have been fed in before the first call. */
int64_t
vicu_history_observed_us(VicuHistory *self, const char *bed, int64_t from_us, int64_t to_us);

/* Whether all streams of @bed with data in the period say that they are of a live patient. */
bool vicu_history_is_live(const VicuHistory *self, const char *bed, int64_t from_us, int64_t to_us);

/* "site/unit" of a bed; "": of the installation. Caller frees. */
char *vicu_unit_of(const char *bed);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(VicuHistory, vicu_history_free)

G_END_DECLS
