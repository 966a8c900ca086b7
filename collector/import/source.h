/* What a recording is to the importer: signals, and pieces that are always the same.
 *
 * A source cuts its recording into pieces 0 .. n_pieces - 1 of at most
 * COLLECTOR_IMPORT_PIECE_BYTES and COLLECTOR_IMPORT_PIECE_US, and puts piece k
 * into a CollectorImportOut whenever it is asked to, with the same result each
 * time: that is what an interrupted import goes on by. Memory does not grow with
 * the recording (but for 8 bytes an EDF record, and the runs of a table).
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdint.h>

#include <glib.h>

#include "collector/tick.h"
#include "proto/signals.h"

G_BEGIN_DECLS

#define COLLECTOR_IMPORT_PIECE_BYTES (512u << 10)
#define COLLECTOR_IMPORT_PIECE_US    (300 * (int64_t)G_USEC_PER_SEC)
#define COLLECTOR_IMPORT_NO_TIME     INT64_MIN
#define COLLECTOR_IMPORT_SLOW_HZ     1 /* a number of the table at most so often is a numeric */

typedef struct {
    char *label;               /* as the recording says */
    char *unit;                /* UCUM */
    const VicuSignal *numeric; /* goes as numerics of this signal; NULL: as a wave */
    uint32_t code;             /* 0: the table does not know the label */
    uint32_t channel;
} CollectorImportSignal;

/* A run of samples at one rate, gain and time of sample 0. */
typedef struct {
    int64_t t0_us;
    uint32_t period_num;
    uint32_t period_den;
    double gain;
    int32_t baseline;
} CollectorImportRun;

typedef struct CollectorImportOut CollectorImportOut;
typedef struct CollectorImportSource CollectorImportSource;

struct CollectorImportSource {
    gboolean (*piece)(CollectorImportSource *self,
                      uint64_t k,
                      CollectorImportOut *out,
                      GError **error);
    void (*free)(CollectorImportSource *self);
    const char *format; /* "wfdb", "edf", "csv" */
    char *path;
    GPtrArray *signals; /* CollectorImportSignal */
    int64_t start_us;   /* the recording's own; NO_TIME: it does not say */
    int64_t span_us;
    int64_t at_us; /* where its beginning goes; set before the first piece */
    uint64_t n_pieces;
    uint64_t n_samples; /* of all pieces, about: for the bar */
    gboolean in_order;  /* piece k only after all before it */
    GPtrArray *files;   /* char *: all that the recording consists of */
    GPtrArray *notes;   /* char *: what is not kept exactly, for the user */
};

typedef struct {
    gboolean has_rate;
    uint32_t rate_num, rate_den; /* of a table without usable times; Hz */
    GHashTable *units;           /* label -> unit, over what the file says; may be NULL */
    gboolean unchecked;          /* take a WFDB record whose checksums do not agree */
} CollectorImportChoices;

/* By the file's name and first bytes. */
CollectorImportSource *collector_import_source_open(const char *path,
                                                    const CollectorImportChoices *choices,
                                                    GError **error);
void collector_import_source_free(CollectorImportSource *self);

CollectorImportSource *
collector_import_wfdb_open(const char *path, const CollectorImportChoices *choices, GError **error);
CollectorImportSource *collector_import_edf_open(const char *path, GError **error);
CollectorImportSource *
collector_import_csv_open(const char *path, const CollectorImportChoices *choices, GError **error);

/* For sources: the fields that all have; adds a signal, which picks its code. */
void
collector_import_source_init(CollectorImportSource *self, const char *format, const char *path);
void collector_import_source_clear(CollectorImportSource *self);
CollectorImportSignal *collector_import_source_add(CollectorImportSource *self,
                                                   const char *label,
                                                   const char *unit,
                                                   gboolean slow);
void collector_import_source_note(CollectorImportSource *self, const char *format, ...)
    G_GNUC_PRINTF(2, 3);

/* seconds num/den in lowest terms; FALSE: does not fit. */
gboolean
collector_import_period(uint64_t num, uint64_t den, uint32_t *period_num, uint32_t *period_den);

/* ---- where pieces go ---- */

/* @tick, @signals and @bed are borrowed. */
CollectorImportOut *
collector_import_out_new(CollectorTick *tick, const GPtrArray *signals, const char *bed);
void collector_import_out_free(CollectorImportOut *self);
/* Pieces from now on are read for their order alone; FALSE: kept again. */
void collector_import_out_discard(CollectorImportOut *self, gboolean discard);

/* Samples @first.. of @run; the segment is announced when the run is another one. */
void collector_import_out_wave(CollectorImportOut *self,
                               size_t signal,
                               const CollectorImportRun *run,
                               uint64_t first,
                               const int16_t *samples,
                               size_t n);
void collector_import_out_number(CollectorImportOut *self,
                                 size_t signal,
                                 int64_t t_us,
                                 double value,
                                 gboolean invalid,
                                 uint32_t period_ms);
void collector_import_out_gap(
    CollectorImportOut *self, size_t signal, int64_t from_us, int64_t to_us, const char *reason);
void collector_import_out_event(
    CollectorImportOut *self, int64_t t_us, const char *kind, const char *key, const char *text);
/* Samples and values put so far, discarded ones not. */
uint64_t collector_import_out_count(const CollectorImportOut *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(CollectorImportSource, collector_import_source_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CollectorImportOut, collector_import_out_free)

G_END_DECLS
