/* How far long work is, on a terminal: a bar with the rate and the time left.
 *
 * Written to stderr at most five times a second; off a terminal nothing is
 * written, unless it is to say lines for another program: "37 %", one for each
 * whole per cent. One owner thread; reads the clock itself.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdint.h>

#include <glib.h>

G_BEGIN_DECLS

typedef struct VicuProgress VicuProgress;

/* @unit: of what is counted, "samples". @total 0: not known. */
VicuProgress *vicu_progress_new(const char *what, const char *unit, uint64_t total);
/* Wipes the line. */
void vicu_progress_free(VicuProgress *self);

/* For a program that reads stderr, instead of the bar. */
void vicu_progress_say_lines(VicuProgress *self);

void vicu_progress_set(VicuProgress *self, uint64_t done);
/* What was done before this run, so that the rate is that of this run. */
void vicu_progress_begin(VicuProgress *self, uint64_t done);

/* The line that stands @elapsed_us after the beginning; caller frees. Pure. */
char *vicu_progress_line(const char *what,
                         const char *unit,
                         uint64_t begun,
                         uint64_t done,
                         uint64_t total,
                         int64_t elapsed_us);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(VicuProgress, vicu_progress_free)

G_END_DECLS
