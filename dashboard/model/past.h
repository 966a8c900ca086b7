/* Past: what the store has told of one bed's past, page by page.
 *
 * Pages of pixel columns at a few zooms, of raw samples, of numerics and symbols as they were
 * sent, of events and of gaps; each is whole or not there. Nothing is invented: a column keeps its
 * coverage, a gap its reason, a sample its origin, and what has not been told yet is "not known",
 * which is not the same as "nothing was observed". Which pages are wanted follows from what is
 * looked at, what is seen first, then what a drag will reach next.
 *
 * Pure: time is passed in. Memory is bounded: the pages used longest ago go first. One owner
 * thread. Time is UTC in microseconds.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "common/wire.h"
#include "dashboard/model/model.h"
#include "dashboard/model/wave.h"
#include "proto/signals.h"

G_BEGIN_DECLS

#define DASH_PAST_STREAMS   48
#define DASH_PAST_BEDS      4
#define DASH_PAST_REACH_US  (72 * 3600 * (int64_t)G_USEC_PER_SEC) /* full disclosure */
#define DASH_PAGE_COLUMNS_N 512                                   /* of a page of columns */
/* Columns this wide are made of sums at hand, in a moment; narrower ones of every sample. */
#define DASH_COARSE_US (128 * (int64_t)G_USEC_PER_SEC)

typedef struct DashPast DashPast;

typedef enum {
    DASH_PAGE_SAMPLES,
    DASH_PAGE_COLUMNS,
    DASH_PAGE_GAPS,
    DASH_PAGE_EVENTS,
    DASH_PAGE_VALUES, /* all numerics of the bed, for minutes */
    DASH_PAGE_SLOW,   /* one numeric that is measured seldom, for a day */
    DASH_PAGE_SYMBOLS,
} DashPageKind;

/* What one question asks for: from <= t < to. */
typedef struct {
    DashPageKind kind;
    uint32_t stream;   /* its index; 0 where the page is of the whole bed */
    int64_t column_us; /* of DASH_PAGE_COLUMNS, else 0 */
    int64_t from_us;
    int64_t to_us;
} DashPageId;

typedef struct {
    uint32_t code;
    uint32_t channel;
    char *label; /* as the device said */
    char *unit;
    const VicuSignal *signal; /* NULL: not in the table */
    bool wave;
    int64_t first_us; /* what the store has of it */
    int64_t last_us;
    int64_t kept_from_us; /* before that retention dropped it; 0: nothing */
    double hz;            /* of a wave */
    Vicu__Origin origin;
    Vicu__Source source;
    bool imported; /* some of it came from an archive */
} DashPastStream;

/* A pixel of a stream. */
typedef struct {
    float min;
    float max;
    float mean;
    float coverage; /* 0: nothing was observed, and then the others mean nothing */
    bool known;     /* false: the store has not told yet */
    bool coarse;    /* of columns wider than was asked for: its edges are those */
} DashColumn;

/* Samples without a break. */
typedef struct {
    DashScale scale;
    uint64_t first; /* index in its segment */
    size_t n;
    int16_t *samples;
    Vicu__Origin origin;
    bool copy; /* the same recording as another bed, shifted */
    bool late; /* its segment was received more than a minute after it was measured */
} DashRun;

typedef struct {
    uint32_t code; /* 0: of every stream */
    uint32_t channel;
    int64_t from_us;
    int64_t to_us; /* 0: open */
    char *reason;
} DashGap;

typedef struct {
    int64_t t_us;
    char *kind; /* "alarm", "note", "recording-restarts" ... */
    char *key;
    char *text;
    GBytes *detail;          /* of kind "alarm": vicu.Alarm; NULL: none */
    Vicu__Priority priority; /* of an alarm */
    Vicu__AlarmState state;
    bool raised; /* an alarm's first word, not a change of it */
} DashPastEvent;

#define DASH_LOOK_ROWS 4

typedef struct {
    uint32_t code;
    uint32_t channel;
} DashLookRow;

/* What is looked at now. */
typedef struct {
    int64_t from_us; /* the rows of columns */
    int64_t to_us;
    int width;             /* pixels */
    int64_t at_us;         /* the cursor */
    int64_t strip_from_us; /* samples; equal: none are looked at */
    int64_t strip_to_us;
    int drag;                        /* -1 towards the past, 1 towards now, 0 still */
    bool values;                     /* everything of the bed at the cursor, to draw it as it was */
    DashLookRow row[DASH_LOOK_ROWS]; /* numerics that are the rows of columns */
    unsigned n_rows;                 /* 0: every stream is */
    bool calm;  /* what is newest comes by itself: what grows is asked for less often */
    bool ahead; /* nobody sees it yet */
} DashLook;

/* @max_bytes bounds what is kept; pages looked at now may pass it. */
DashPast *dash_past_new(size_t max_bytes);
void dash_past_free(DashPast *self);

/* Another bed. What is known of the last DASH_PAST_BEDS is kept while there is room, without what
 * may have grown since. */
void dash_past_set_bed(DashPast *self, const char *bed);
const char *dash_past_bed(const DashPast *self); /* "" = none */
/* Everything, as if it were new. */
void dash_past_forget(DashPast *self);

/* The streams of the bed, those of waves first, each in the order of the ward's monitors. FALSE:
 * they are others than those known before, and every page is forgotten. */
bool dash_past_take_streams(DashPast *self, const Vicu__QueryRows *const *rows, size_t n);
bool dash_past_has_streams(const DashPast *self);
size_t dash_past_n_streams(const DashPast *self);
const DashPastStream *dash_past_stream(const DashPast *self, size_t i);
/* Index of the stream; -1: none. */
int dash_past_find(const DashPast *self, uint32_t code, uint32_t channel);
/* The last thing that the store has of the bed; 0: nothing. */
int64_t dash_past_newest_us(const DashPast *self);

/* ---- what is wanted ---- */

void dash_past_look(DashPast *self, const DashLook *look, int64_t now_us);
/* Pages that are looked at or soon will be, and are missing or may have grown since: most urgent
 * first. */
size_t dash_past_wanted(DashPast *self, int64_t now_us, DashPageId *out, size_t room);
/* All that can be seen is here; what is fetched ahead, or only finer, may be missing. */
bool dash_past_is_seen(DashPast *self);
bool dash_page_equal(const DashPageId *a, const DashPageId *b);

/* ---- pages ---- */

typedef struct DashDraft DashDraft;

/* An answer comes piece by piece and is kept when it is whole. NULL: no such stream. */
DashDraft *dash_draft_new(const DashPast *self, const DashPageId *id);
void dash_draft_free(DashDraft *draft);
void dash_draft_add(DashDraft *draft, const Vicu__QueryRows *rows);
/* Takes @draft. */
void dash_past_keep(DashPast *self, DashDraft *draft, int64_t now_us);
/* The question failed: the page is not wanted for a second. */
void dash_past_failed(DashPast *self, const DashPageId *id, int64_t now_us);

/* Another one whenever a page has come. */
uint64_t dash_past_stamp(const DashPast *self);
size_t dash_past_bytes(const DashPast *self);
size_t dash_past_n_pages(const DashPast *self);

/* ---- reading ---- */

/* @n columns over [from, to), each of all that was observed in it. */
void dash_past_columns(
    DashPast *self, size_t stream, int64_t from_us, int64_t to_us, DashColumn *out, size_t n);
/* FALSE where nothing of it is known or was observed. */
bool dash_past_extent(
    DashPast *self, size_t stream, int64_t from_us, int64_t to_us, double *min, double *max);

/* All pages of samples of [from, to) are here. */
bool dash_past_has_samples(DashPast *self, size_t stream, int64_t from_us, int64_t to_us);
/* Until when the store has told them, from @from_us on: at most @to_us. What is later was not asked
 * for yet, or was asked for before it was over. */
int64_t dash_past_told_us(DashPast *self, size_t stream, int64_t from_us, int64_t to_us);
/* Runs that touch [from, to) in order of time; borrowed until the next _keep() or _look(). */
size_t dash_past_runs(DashPast *self,
                      size_t stream,
                      int64_t from_us,
                      int64_t to_us,
                      const DashRun **out,
                      size_t room);
/* The value at @t_us, of the sample that stands for it; FALSE: a gap, invalid, or not known. */
bool dash_past_value(DashPast *self, size_t stream, int64_t t_us, double *value);
int64_t dash_run_time_us(const DashRun *run, uint64_t sample);

/* Gaps that touch [from, to), whose bed or stream is @stream; borrowed likewise. */
size_t dash_past_gaps(DashPast *self,
                      size_t stream,
                      int64_t from_us,
                      int64_t to_us,
                      const DashGap **out,
                      size_t room);
/* Events of [from, to) in order of time; borrowed likewise. */
size_t dash_past_events(
    DashPast *self, int64_t from_us, int64_t to_us, const DashPastEvent **out, size_t room);
bool dash_past_has_events(DashPast *self, int64_t from_us, int64_t to_us);

typedef enum {
    DASH_JUMP_FOUND,
    DASH_JUMP_NONE,    /* there is none within 72 h */
    DASH_JUMP_UNKNOWN, /* the store has not told of all the time between */
} DashJump;

/* Into @model, which is new: the bed as it was at @at_us, from the pages that are here; what is not
 * kept of the past (limits, scores) is not there. Patient and presence follow from what was put on
 * record in the last 72 h, and are not known where nothing was. Alarms of the last 72 h stand as
 * they did. */
void dash_past_replay(DashPast *self, int64_t at_us, DashModel *model);

/* The next event before or after @t_us (@step -1 or 1). @alarms: those raised alone, and not each
 * change of theirs. */
DashJump
dash_past_jump(DashPast *self, int64_t t_us, int step, bool alarms, const DashPastEvent **event);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(DashPast, dash_past_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DashDraft, dash_draft_free)

G_END_DECLS
