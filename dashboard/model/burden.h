/* Burden: the alarms of the last days, and what they ask of people.
 *
 * Fed with alarm records as their owner tells them, in any order and as often as they come: of
 * each alarm (by its id) one row of some 70 bytes is kept. What calls for somebody is counted:
 * alarms of low priority and above, technical ones too, that were told by themselves. Advisory
 * ones, what a rhythm's pulses spoke against ("vetoed") and what another alarm of the same cause
 * told ("merged") stand beside it. A latched alarm that came again counts each time.
 *
 * Pure. Bounded: DASH_BURDEN_RECORDS_MAX rows (the oldest give way, and with them the time that
 * is known), and bounds for the names. One owner. Times are UTC in microseconds.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "dashboard/model/answer.h"
#include "proto/state.pb-c.h"

G_BEGIN_DECLS

/* 100 beds at the rate below for a week are 131 000. */
#define DASH_BURDEN_RECORDS_MAX 200000
#define DASH_BURDEN_BEDS_MAX    512
#define DASH_BURDEN_RULES_MAX   1024
#define DASH_BURDEN_INPUTS_MAX  256
#define DASH_BURDEN_KEPT_US     (7 * 86400 * (int64_t)G_USEC_PER_SEC)

/* Audible alarms per bed and day in 77 beds of intensive care over 31 days: Drew 2014, PLoS ONE
 * 0110274; Harris 2017, PMC5403122. */
#define DASH_BURDEN_DREW 187.0

typedef struct DashBurden DashBurden;

DashBurden *dash_burden_new(void);
void dash_burden_free(DashBurden *self);

void dash_burden_take(DashBurden *self, const Vicu__Alarm *alarm);

/* All that was told at and after @from_us is here. Reaches only further back, until the oldest
 * rows give way. */
void dash_burden_cover(DashBurden *self, int64_t from_us);
/* Data of @bed are there from @first_us on: before that nobody watched it. */
void dash_burden_watch(DashBurden *self, const char *bed, int64_t first_us);
/* How much of from <= t < to @bed was watched; a bed that nobody told of, all of it. */
int64_t
dash_burden_watched_us(const DashBurden *self, const char *bed, int64_t from_us, int64_t to_us);
/* Over @n_beds: those that were told of, and as many more. */
int64_t dash_burden_watched_in_all_us(const DashBurden *self,
                                      unsigned n_beds,
                                      int64_t from_us,
                                      int64_t to_us);
int64_t dash_burden_known_us(const DashBurden *self); /* INT64_MAX: nothing was covered */
unsigned dash_burden_length(const DashBurden *self);
/* Grows with each change, for who keeps what it was made of. */
uint64_t dash_burden_version(const DashBurden *self);

/* One alarm; what it points to belongs to the burden. */
typedef struct {
    uint64_t key; /* made of its id */
    const char *bed;
    const char *rule;
    const char *title;
    Vicu__Priority priority;
    bool technical;
    bool calls;  /* for somebody: see above */
    bool merged; /* another one of the same cause told it */
    bool vetoed;
    unsigned count; /* occurrences */
    int64_t raised_us;
    int64_t ended_us; /* 0: it stands */
    int64_t answered_us;
    DashAnswer answer;
    Vicu__NotActionable because; /* of not actionable */
} DashBurdenAlarm;

/* In no order. @i < _length(). */
DashBurdenAlarm dash_burden_alarm(const DashBurden *self, unsigned i);
/* The inputs that its rule judged, or without which it could not; most it keeps of one. */
#define DASH_BURDEN_INPUTS 8
unsigned
dash_burden_inputs(const DashBurden *self, unsigned i, const char *inputs[DASH_BURDEN_INPUTS]);

/* What is known of a rule: its title, and the limit and the delays that it was last judged with. */
typedef struct {
    const char *title;
    const char *limit; /* "": none that a bed has of its own */
    int64_t on_delay_us;
    int64_t off_delay_us;
    bool has_delays;
} DashBurdenRule;

DashBurdenRule dash_burden_rule(const DashBurden *self, const char *rule);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(DashBurden, dash_burden_free)

G_END_DECLS
