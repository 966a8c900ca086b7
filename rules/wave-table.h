/* A table of samples ("frame,time_s,NAME..." and a line a frame, as `vicu decode
 * RECORD --csv` prints it) through the detectors of a bed.
 *
 * Bounded: a line at a time, RULES_TABLE_COLUMNS columns. One owner; blocks on
 * reading. Times of what comes out are read with rules_wave_table_time_s().
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "rules/rhythm/rhythm.h"

G_BEGIN_DECLS

enum { RULES_TABLE_COLUMNS = 256 };

typedef struct RulesWaveTable RulesWaveTable;

typedef struct {
    double fs;      /* of the fastest lead; 0: from the times of the rows */
    double until_s; /* rows from here on are not read; 0: to the end */
    bool pulses;    /* pressures and plethysmograms are read too */
} RulesWaveTableOptions;

/* @path: "-" is standard input. NULL with @error: it cannot be opened, or its names
 * hold no ECG lead. Where none is called like one, what has volts for a unit is. */
RulesWaveTable *
rules_wave_table_open(const char *path, const RulesWaveTableOptions *options, GError **error);
void rules_wave_table_close(RulesWaveTable *self);

/* Reads all of it. FALSE with @error where a line is none of a table; what came before
 * that was told. */
bool
rules_wave_table_run(RulesWaveTable *self, RulesRhythmFunc func, gpointer user, GError **error);

/* Of a time that the detectors told: the table's seconds, and its samples. */
double rules_wave_table_time_s(const RulesWaveTable *self, int64_t t_us);
int64_t rules_wave_table_sample(const RulesWaveTable *self, int64_t t_us);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(RulesWaveTable, rules_wave_table_close)

G_END_DECLS
