/* Past: what its parts share. Not for other folders.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "dashboard/model/past.h"

G_BEGIN_DECLS

#define PAST_SAMPLES_US (60 * (int64_t)G_USEC_PER_SEC)
#define PAST_VALUES_US  (300 * (int64_t)G_USEC_PER_SEC)
#define PAST_EVENTS_US  (6 * 3600 * (int64_t)G_USEC_PER_SEC)
#define PAST_DAY_US     (24 * 3600 * (int64_t)G_USEC_PER_SEC) /* gaps, symbols, slow numerics */
#define PAST_SLOW_MS    60000

typedef struct {
    float min, max, mean, coverage;
} PastColumn;

/* Borrowed by the answers of the reading functions; freed with its page. */
typedef struct DashPage {
    DashPageId id;
    int64_t taken_us; /* when it was whole */
    uint64_t used;    /* the higher, the later it was looked at */
    size_t bytes;
    PastColumn *column;  /* DASH_PAGE_COLUMNS_N */
    GArray *runs;        /* DashRun */
    GArray *gaps;        /* DashGap */
    GArray *events;      /* DashPastEvent */
    bool cut;            /* more rows than are kept */
    GPtrArray *messages; /* Vicu__Numerics * or Vicu__Symbol *, packed: GBytes */
} DashPage;

struct DashDraft {
    DashPage *page;
};

typedef struct {
    DashPageId id;
    int64_t until_us;
} PastFailure;

/* A page that is looked at, and how urgently: what can be seen, or later. */
typedef struct {
    DashPageId id;
    bool seen;
} PastNeed;

/* What is known of a bed that is not looked at. */
typedef struct {
    char *bed;
    GArray *streams;
    GHashTable *pages;
    size_t bytes;
} PastShelf;

struct DashPast {
    char *bed;
    GArray *streams; /* DashPastStream */
    bool has_streams;
    bool back;         /* the bed came from a shelf and was not looked at since */
    GHashTable *pages; /* &DashPage.id -> DashPage * */
    GArray *shelves;   /* PastShelf, the one left last at the end */
    size_t bytes;
    size_t max_bytes;
    uint64_t clock;
    uint64_t stamp;
    GArray *needs;    /* PastNeed, most urgent first */
    GArray *failures; /* PastFailure */
    DashLook look;
    int64_t now_us;
};

/* NULL: not there. */
DashPage *dash_past_page(DashPast *self, const DashPageId *id);
/* The page of that kind that holds @t_us. */
/* Its end is so near that there may be more of it by now. */
bool dash_page_grows(const DashPage *page);
/* What may have grown since it was taken, of a bed that comes back. */
void dash_past_drop_grown(DashPast *self);
DashPageId dash_page_at(DashPageKind kind, uint32_t stream, int64_t column_us, int64_t t_us);
void dash_page_free(DashPage *page);
/* Width of columns that serves pixels of @pixel_us. */
int64_t dash_past_level(int64_t pixel_us);

G_END_DECLS
