/* The tick builder: everything that ended in one tick, of every bed, becomes one
 * packed Batch.
 *
 * Sources push into it; at each tick (40 ms, settable 40 to 1000) the collector
 * takes the batch. Each open segment is announced when it begins and again each
 * second, so that a late joiner can read its waves. Memory grows to the largest
 * tick and stays; nothing is allocated per sample. One owner thread. Pure: every
 * time is an argument, UTC in microseconds.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "common/heartbeat.h"
#include "proto/batch.pb-c.h"

G_BEGIN_DECLS

#define COLLECTOR_TICK_MS_MIN     40
#define COLLECTOR_TICK_MS_MAX     1000
#define COLLECTOR_TICK_MS_DEFAULT 40

#define COLLECTOR_SAMPLE_INVALID INT16_MIN

typedef struct CollectorTick CollectorTick;

/* A run of samples that is about to begin; strings are copied. */
typedef struct {
    const char *bed;
    uint32_t code; /* MDC; 0: the table does not know the label */
    uint32_t channel;
    const char *label;
    int64_t t0_us;
    int64_t source_t0_us; /* by the source's own clock; 0: it tells no time */
    int64_t received_us;  /* hub UTC of the receipt of its first frame; 0: made here */
    uint32_t period_num;  /* seconds, exact: 62.5 Hz is 2/125 */
    uint32_t period_den;
    double gain; /* value = (stored - baseline) / gain */
    int32_t baseline;
    const char *unit; /* UCUM */
    Vicu__Origin origin;
    gboolean copy;
} CollectorSegment;

typedef struct {
    const char *bed;
    Vicu__Origin origin;
    Vicu__Source source;
    uint32_t code;
    uint32_t channel;
    int64_t t_us;
    int64_t source_us;   /* by the source's own clock; 0: it tells no time */
    int64_t received_us; /* hub UTC of its receipt; 0: made here */
    double value;
    Vicu__Quality quality; /* invalid: @value is sent as 0 */
    uint32_t period_ms;    /* 0: the table's */
} CollectorNumeric;

/* @heartbeat, borrowed, may be NULL: it is told each bed's newest sample. */
CollectorTick *collector_tick_new(VicuHeartbeat *heartbeat);
void collector_tick_free(CollectorTick *self);

/* Returns the id that the samples are pushed under, never 0. */
uint32_t collector_tick_begin_segment(CollectorTick *self, const CollectorSegment *segment);

/* @n samples, the first of them number @first of the segment. What jumps ahead
 * of the number before leaves a hole in the numbers, which readers see. */
void collector_tick_push(
    CollectorTick *self, uint32_t id, uint64_t first, const int16_t *samples, size_t n);

/* The segment ends with what was pushed; its id is not used again. */
void collector_tick_end_segment(CollectorTick *self, uint32_t id);

void collector_tick_numeric(CollectorTick *self, const CollectorNumeric *numeric);

/* Strings are copied; a field may be NULL. */
void collector_tick_symbol(CollectorTick *self, const Vicu__Symbol *symbol);
void collector_tick_unmapped(CollectorTick *self, const Vicu__Unmapped *unmapped);
void collector_tick_gap(CollectorTick *self, const Vicu__Gap *gap);
void collector_tick_event(CollectorTick *self, const Vicu__Event *event);
void collector_tick_proof(CollectorTick *self, const Vicu__Proof *proof);
void collector_tick_audit(CollectorTick *self, const Vicu__AuditRecord *record);

/* Every open segment is announced in the next batch: a new epoch begins, whose
 * reader knows none. */
void collector_tick_announce_all(CollectorTick *self);

/* The batch of the tick that ends at @t_us, packed, and the builder is empty
 * again; NULL when there is nothing to send. */
GBytes *collector_tick_take(CollectorTick *self, int64_t t_us);

typedef struct {
    uint64_t batches;
    uint64_t bytes;
    uint64_t samples;
    uint64_t numerics;
    guint open_segments;
} CollectorTickFigures;

CollectorTickFigures collector_tick_figures(const CollectorTick *self);

/* How many whole samples of num/den seconds each have ended @elapsed_us after
 * the first began: exact over any time. */
uint64_t collector_samples_ended(int64_t elapsed_us, uint32_t period_num, uint32_t period_den);

/* When sample @n begins, microseconds after sample 0, rounded down. */
int64_t collector_sample_time_us(uint64_t n, uint32_t period_num, uint32_t period_den);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(CollectorTick, collector_tick_free)

G_END_DECLS
