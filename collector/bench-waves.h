/* The waves that the codecs are measured on: every channel of the recordings in a
 * folder that belong to one of the two sets, whole, in memory.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <glib.h>

G_BEGIN_DECLS

typedef enum {
    COLLECTOR_SET_CHALLENGE2015, /* single records named as those: v541l */
    COLLECTOR_SET_CLINICAL,      /* 100, 03700181, mixedsignals */
    COLLECTOR_SETS,
} CollectorBenchSet;

/* A channel whose samples are not all the same. */
typedef struct {
    CollectorBenchSet set;
    char *record;
    char *name;
    double rate_hz;
    size_t n;
    int16_t *samples; /* -32768: invalid */
} CollectorBenchWave;

/* Adds the waves of every record below @folder to @waves; a record of a name that is there
 * already is passed over. A folder without records is no error. */
gboolean collector_bench_waves_add(GPtrArray *waves, const char *folder, GError **error);

/* Owns CollectorBenchWave. */
GPtrArray *collector_bench_waves_new(void);

/* "challenge2015" */
const char *collector_bench_set_name(CollectorBenchSet set);

G_END_DECLS
