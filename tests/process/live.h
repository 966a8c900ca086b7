/* Live: a real station's window beside a running installation of sixteen beds, for tests that
 * drive it with a keyboard and read what stands on it.
 *
 * The station runs in this process as vicu-dashboard runs it, on a display of its own; hub,
 * store, rules and two collectors are processes without a supervisor: nobody starts what a test
 * has ended. The story is told from the main loop, which goes on while it waits. One thread.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "dashboard/ui/screens.h"
#include "tests/process/site.h"

G_BEGIN_DECLS

#define LIVE_WARD  "demo/icu"  /* beds of the collector "collector" */
#define LIVE_ANNEX "annex/icu" /* and of "annex" */
#define LIVE_BEDS  16          /* in all */

/* How long something may take that is not measured. */
#define LIVE_PATIENCE_US (60 * SITE_S)

typedef struct Live Live;
typedef void (*LiveStory)(Live *live);
typedef gboolean (*LiveCondition)(Live *live, const char *word);

struct Live {
    Site *site;
    DashShell *shell;
    const char *display;
    LiveStory story;
    unsigned keys; /* pressed since live_begin() */
    int64_t from_us;
};

typedef struct {
    const char *name; /* a sentence */
    LiveStory story;
    LiveStory before; /* the station begins after it; NULL: nothing is */
} LiveTest;

/* Each story with an installation and a station of its own; skipped where there is no display.
 * The station leaves as by SIGTERM and has to do so in order. What main() returns. */
int live_main(int argc, char **argv, const char *room, const LiveTest *tests, size_t n);

/* --- its processes --- */

/* "hub", "store", "rules", "collector", "annex" */
void live_start(Live *self, const char *process);

/* --- hands --- */

/* Counts from here; _told() says keys and seconds of a task. */
void live_begin(Live *self);
void live_told(Live *self, const char *task, unsigned most_keys);
/* One key after the other, each when the last one has been seen; then @then holds. */
void live_keys(Live *self, const char *keys, LiveCondition then, const char *word);
/* The target of this act; on a track at @n. Counted as a key. */
void live_press(Live *self, DashAct act, int64_t n);
/* From a place of the picture to one of the display. */
void live_place(Live *self, int *x, int *y);
/* Not counted as keys. */
void live_type(Live *self, const char *text);

/* --- eyes: the last picture --- */

void live_pictures(Live *self, unsigned n);
/* Until @holds, at most LIVE_PATIENCE_US. */
void live_await(Live *self, LiveCondition holds, const char *word);
/* Two pictures after that time, UTC. */
void live_until(Live *self, int64_t t_us);

gboolean live_reads(Live *self, const char *words);
/* Fail the test, and say what stands there instead. */
void live_must_read(Live *self, const char *words);
void live_must_not_read(Live *self, const char *words);
gboolean live_reads_not(Live *self, const char *words);
/* In the tile of @bed on the wall. */
gboolean live_tile_reads(Live *self, const char *bed, const char *words);
gboolean live_tile_is_hatched(Live *self, const char *bed);
/* Waves or curves are drawn somewhere in the view, with samples in them. */
gboolean live_draws_waves(Live *self);
/* All words that stand in it, a line each; caller frees. */
char *live_words(Live *self);

gboolean live_is_view(Live *self, const char *name);
gboolean live_is_bed(Live *self, const char *bed);
gboolean live_has_form(Live *self, const char *none);
gboolean live_has_no_form(Live *self, const char *none);

G_END_DECLS
