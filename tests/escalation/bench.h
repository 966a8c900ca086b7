/* A machine on a bench: a roster from text, a clock that is turned by hand, the journal as a
 * table, and all that was sent.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "escalation/machine.h"
#include "escalation/roster-file.h"

G_BEGIN_DECLS

#define BENCH_S     ((int64_t)G_USEC_PER_SEC)
#define BENCH_BEGIN (1796083200 * BENCH_S) /* Tuesday 2026-12-01 00:00 UTC */

typedef struct {
    char *id; /* of the target */
    char *escalation;
    char *person;
    char *channel;
    bool journaled; /* it was in the journal when it was sent */
} BenchSent;

typedef struct {
    EscRoster *roster;
    EscMachine *machine;
    EscNow now;
    GHashTable *journal; /* id -> GBytes, packed Escalation */
    GPtrArray *sent;     /* BenchSent */
    GString *told;       /* "what;" */
} Bench;

Bench *bench_new(const char *roster);
void bench_free(Bench *self);
/* The process is killed: what is not in the journal is gone. @boot NULL: the same boot. */
void bench_restart(Bench *self, const char *boot);
/* Both clocks. */
void bench_pass(Bench *self, int64_t us);
/* The same, in steps of 100 ms with a tick each. */
void bench_run(Bench *self, int64_t us);
void bench_alarm(
    Bench *self, const char *id, const char *bed, Vicu__Priority priority, Vicu__AlarmState state);
/* The escalation of this alarm, the newest. */
const Vicu__Escalation *bench_of(const Bench *self, const char *alarm);
/* The newest target of this person in it; NULL. */
const Vicu__EscalationTarget *
bench_target(const Bench *self, const char *alarm, const char *person);
/* All of it: taken by the channel, delivered, read. */
void bench_deliver(Bench *self, const char *alarm, const char *person);
/* How often this person was sent to. */
unsigned bench_count(const Bench *self, const char *person);

extern const char bench_roster[];

G_END_DECLS
