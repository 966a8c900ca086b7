/* One recording played for ever at one bed, stamped with the time of playing.
 *
 * A record of more than 1 Hz plays as waves, each signal at its own rate; a
 * slower one as numerics, where 0 mostly means "no value". Each segment of the
 * record, and each time through it, is a segment of the wire; gaps and absent
 * files are Gap records. At the end a marked gap of 3 s (event
 * "recording-restarts"), then again from the beginning.
 *
 * The source time that goes along is the recording's own: base time and date of
 * its header, read as UTC because WFDB names no zone, and the frame's place in
 * the record, whatever the speed. A header without a date tells no time: the
 * place alone is none. The receive time is that of the poll which read the frame.
 *
 * Samples wider than 16 bits are divided by a power of two (2^9 for formats of
 * 24 bits, 2^17 for 32) and rounded, gain and baseline with them: the most any
 * value is off is half of that step; none is cut off.
 *
 * Memory: one second of the record. Pure but for the record's own files: time
 * is an argument.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdint.h>

#include <glib.h>

#include "collector/sources/wfdb-header.h"
#include "collector/tick.h"
#include "proto/signals.h"

G_BEGIN_DECLS

#define COLLECTOR_RESTART_GAP_US INT64_C(3000000)
#define COLLECTOR_RETRY_US       INT64_C(10000000)
/* A longer time between two polls is no tick that came late: what would have
 * played meanwhile is a gap, and the recording begins again. */
#define COLLECTOR_MISSED_MAX_US INT64_C(60000000)
#define COLLECTOR_SPEED_MAX     1000

typedef struct CollectorWfdbPlayer CollectorWfdbPlayer;

typedef struct {
    uint64_t restarts;
    uint64_t unreadable; /* times that a file could not be read while playing */
} CollectorWfdbPlayerFigures;

/* @start_us into the record (beyond its length: again from its beginning).
 * @speed times as fast: the rates are @speed times the record's, and so is the
 * patient's heart; for load, not for looking at. */
CollectorWfdbPlayer *collector_wfdb_player_new(const char *path,
                                               const char *bed,
                                               gboolean copy,
                                               int64_t start_us,
                                               guint speed,
                                               GError **error);
void collector_wfdb_player_free(CollectorWfdbPlayer *self);

void collector_wfdb_player_start(CollectorWfdbPlayer *self, int64_t now_us);
void collector_wfdb_player_poll(CollectorWfdbPlayer *self, int64_t now_us, CollectorTick *tick);
int64_t collector_wfdb_player_next_us(const CollectorWfdbPlayer *self);

/* The number that a signal of a numerics record stands for; NULL: not in the table.
 * "RESP" is the wave's label too: among numerics it is the rate. */
const VicuSignal *collector_wfdb_find_numeric(const char *label);

/* Numerics whose recordings write 0 for "no value" (WFDB records of MIMIC): all
 * but those for which 0 is an everyday value. */
gboolean collector_wfdb_zero_is_no_value(const VicuSignal *signal);

/* A sample as the wire has it: 16 bits, COLLECTOR_SAMPLE_INVALID where there is no value or
 * it does not fit. @shift > 0: (sample - baseline) / 2^shift, rounded. */
int16_t collector_wfdb_to_wire(const CollectorWfdbSignal *signal, int shift, int32_t sample);

CollectorWfdbPlayerFigures collector_wfdb_player_figures(const CollectorWfdbPlayer *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(CollectorWfdbPlayer, collector_wfdb_player_free)

G_END_DECLS
