/* Past: its streams and pages, and what is forgotten first. See past.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/model/past.h"

#include <string.h>

#include "dashboard/model/past-inner.h"
#include "dashboard/model/private.h"

#define AGAIN_US  ((int64_t)G_USEC_PER_SEC)      /* after a failure */
#define SETTLE_US (90 * (int64_t)G_USEC_PER_SEC) /* after its end a page grows no more, usually */
#define FRESH_US  (10 * (int64_t)G_USEC_PER_SEC) /* what is missing in it can hardly be seen */

/* ---- page ids ---- */

static unsigned
id_hash(const void *key)
{
    const DashPageId *id = key;
    uint64_t h = (uint64_t)id->from_us * 0x9e3779b97f4a7c15u;
    h ^= ((uint64_t)id->kind << 8 | id->stream) * 0xff51afd7ed558ccdu;
    h ^= (uint64_t)id->column_us * 0xc4ceb9fe1a85ec53u;
    return (unsigned)(h >> 32);
}

bool
dash_page_equal(const DashPageId *a, const DashPageId *b)
{
    return a->kind == b->kind && a->stream == b->stream && a->column_us == b->column_us
           && a->from_us == b->from_us && a->to_us == b->to_us;
}

static gboolean
ids_equal(const void *a, const void *b)
{
    return dash_page_equal(a, b);
}

static int64_t
page_us(DashPageKind kind, int64_t column_us)
{
    switch (kind) {
    case DASH_PAGE_SAMPLES:
        return PAST_SAMPLES_US;
    case DASH_PAGE_COLUMNS:
        return column_us * DASH_PAGE_COLUMNS_N;
    case DASH_PAGE_EVENTS:
        return PAST_EVENTS_US;
    case DASH_PAGE_VALUES:
        return PAST_VALUES_US;
    case DASH_PAGE_GAPS:
    case DASH_PAGE_SLOW:
    case DASH_PAGE_SYMBOLS:
        return PAST_DAY_US;
    }
    g_assert_not_reached();
}

DashPageId
dash_page_at(DashPageKind kind, uint32_t stream, int64_t column_us, int64_t t_us)
{
    int64_t long_us = page_us(kind, column_us);
    int64_t from_us = MAX(t_us, 0) / long_us * long_us;
    return (DashPageId){kind, stream, column_us, from_us, from_us + long_us};
}

/* Powers of two of 1/64 s, so that the columns of a zoom are halves of the next one's. */
int64_t
dash_past_level(int64_t pixel_us)
{
    int64_t level_us = G_USEC_PER_SEC / 64;
    while (level_us * 2 <= pixel_us && level_us < 8 * DASH_COARSE_US)
        level_us *= 2;
    return level_us;
}

/* ---- life ---- */

static void
run_clear(void *data)
{
    g_free(((DashRun *)data)->samples);
}

static void
gap_clear(void *data)
{
    g_free(((DashGap *)data)->reason);
}

static void
event_clear(void *data)
{
    DashPastEvent *event = data;
    g_free(event->kind);
    g_free(event->key);
    g_free(event->text);
    g_clear_pointer(&event->detail, g_bytes_unref);
}

static DashPage *
page_new(const DashPageId *id)
{
    DashPage *page = g_new0(DashPage, 1);
    page->id = *id;
    page->bytes = sizeof *page;
    if (id->kind == DASH_PAGE_COLUMNS) {
        page->column = g_new0(PastColumn, DASH_PAGE_COLUMNS_N);
        page->bytes += DASH_PAGE_COLUMNS_N * sizeof *page->column;
    }
    page->runs = g_array_new(FALSE, FALSE, sizeof(DashRun));
    page->gaps = g_array_new(FALSE, FALSE, sizeof(DashGap));
    page->events = g_array_new(FALSE, FALSE, sizeof(DashPastEvent));
    page->messages = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    g_array_set_clear_func(page->runs, run_clear);
    g_array_set_clear_func(page->gaps, gap_clear);
    g_array_set_clear_func(page->events, event_clear);
    return page;
}

void
dash_page_free(DashPage *page)
{
    if (!page)
        return;
    g_free(page->column);
    g_array_unref(page->runs);
    g_array_unref(page->gaps);
    g_array_unref(page->events);
    g_ptr_array_unref(page->messages);
    g_free(page);
}

static void
free_page(void *page)
{
    dash_page_free(page);
}

static void
stream_clear(void *data)
{
    DashPastStream *stream = data;
    g_free(stream->label);
    g_free(stream->unit);
}

static void
shelf_clear(void *data)
{
    PastShelf *shelf = data;
    g_free(shelf->bed);
    g_array_unref(shelf->streams);
    g_hash_table_unref(shelf->pages);
}

static GArray *
streams_new(void)
{
    GArray *streams = g_array_new(FALSE, FALSE, sizeof(DashPastStream));
    g_array_set_clear_func(streams, stream_clear);
    return streams;
}

static GHashTable *
pages_new(void)
{
    return g_hash_table_new_full(id_hash, ids_equal, NULL, free_page);
}

DashPast *
dash_past_new(size_t max_bytes)
{
    DashPast *self = g_new0(DashPast, 1);
    self->max_bytes = max_bytes;
    self->bed = g_strdup("");
    self->streams = streams_new();
    self->pages = pages_new();
    self->shelves = g_array_new(FALSE, FALSE, sizeof(PastShelf));
    g_array_set_clear_func(self->shelves, shelf_clear);
    self->needs = g_array_new(FALSE, FALSE, sizeof(PastNeed));
    self->failures = g_array_new(FALSE, FALSE, sizeof(PastFailure));
    return self;
}

void
dash_past_free(DashPast *self)
{
    if (!self)
        return;
    g_hash_table_unref(self->pages);
    g_array_unref(self->shelves);
    g_array_unref(self->streams);
    g_array_unref(self->needs);
    g_array_unref(self->failures);
    g_free(self->bed);
    g_free(self);
}

static void
forget(DashPast *self)
{
    g_hash_table_remove_all(self->pages);
    g_array_set_size(self->needs, 0);
    g_array_set_size(self->failures, 0);
    self->bytes = 0;
}

static void
put_on_shelf(DashPast *self)
{
    const PastShelf shelf = {g_strdup(self->bed), self->streams, self->pages, self->bytes};
    if (self->shelves->len == DASH_PAST_BEDS - 1)
        g_array_remove_index(self->shelves, 0);
    g_array_append_val(self->shelves, shelf);
    self->streams = streams_new();
    self->pages = pages_new();
    self->has_streams = false;
    self->bytes = 0;
}

static void
take_from_shelf(DashPast *self)
{
    for (guint i = 0; i < self->shelves->len; i++) {
        PastShelf *shelf = &g_array_index(self->shelves, PastShelf, i);
        if (strcmp(shelf->bed, self->bed) != 0)
            continue;
        GArray *streams = self->streams;
        GHashTable *pages = self->pages;
        self->streams = shelf->streams;
        self->pages = shelf->pages;
        self->bytes = shelf->bytes;
        shelf->streams = streams;
        shelf->pages = pages;
        g_array_remove_index(self->shelves, i);
        self->has_streams = self->back = true;
        return;
    }
}

void
dash_past_set_bed(DashPast *self, const char *bed)
{
    if (strcmp(self->bed, bed) == 0)
        return;
    if (self->has_streams)
        put_on_shelf(self);
    forget(self);
    dash_model_set_text(&self->bed, bed);
    self->back = false;
    self->stamp++;
    take_from_shelf(self);
}

void
dash_past_forget(DashPast *self)
{
    dash_past_set_bed(self, "");
    g_array_set_size(self->shelves, 0);
}

bool
dash_page_grows(const DashPage *page)
{
    return page->id.to_us + SETTLE_US > page->taken_us;
}

void
dash_past_drop_grown(DashPast *self)
{
    GHashTableIter iter;
    gpointer value = NULL;
    g_hash_table_iter_init(&iter, self->pages);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const DashPage *page = value;
        if (!dash_page_grows(page) || self->now_us - page->taken_us < FRESH_US)
            continue;
        self->bytes -= page->bytes;
        g_hash_table_iter_remove(&iter);
    }
    self->back = false;
}

const char *
dash_past_bed(const DashPast *self)
{
    return self->bed;
}

/* ---- streams ---- */

/* Waves first, of them the heart's; then as the table has them. */
static int
by_place(const void *a, const void *b)
{
    const DashPastStream *x = a;
    const DashPastStream *y = b;
    if (x->wave != y->wave)
        return x->wave ? -1 : 1;
    if (!x->signal != !y->signal)
        return x->signal ? -1 : 1;
    if (x->signal != y->signal)
        return x->signal < y->signal ? -1 : 1;
    if (x->code != y->code)
        return x->code < y->code ? -1 : 1;
    return x->channel < y->channel ? -1 : x->channel > y->channel;
}

static void
add_stream(DashPast *self, GArray *streams, const Vicu__StreamRow *row)
{
    if (strcmp(row->bed, self->bed) != 0)
        return;
    for (guint i = 0; i < streams->len; i++) {
        const DashPastStream *old = &g_array_index(streams, DashPastStream, i);
        if (old->code == row->code && old->channel == row->channel && old->wave == row->wave)
            return;
    }
    const VicuSignal *signal = row->code ? vicu_signal_by_code(row->code) : NULL;
    if (!signal && *row->label)
        signal = vicu_signal_by_label(row->label);
    if (!row->wave && signal && signal->kind == VICU_SIGNAL_SYMBOL)
        return; /* words: they come with the values at the cursor */
    const DashPastStream stream = {
        .code = row->code,
        .channel = row->channel,
        .label = g_strdup(row->label),
        .unit = g_strdup(row->unit),
        .signal = signal,
        .wave = row->wave,
        .first_us = dash_model_time(row->first_us),
        .last_us = dash_model_time(row->last_us),
        .kept_from_us = row->kept_from_us,
        .hz = row->period_num ? (double)row->period_den / row->period_num : 0,
        .origin = row->origin,
        .source = row->source,
        .imported = row->imported,
    };
    g_array_append_val(streams, stream);
}

/* Whether pages still mean the same streams. */
static bool
same_streams(const GArray *a, const GArray *b)
{
    bool same = a->len == b->len;
    for (guint i = 0; same && i < a->len; i++)
        same = by_place(&g_array_index(a, DashPastStream, i), &g_array_index(b, DashPastStream, i))
               == 0;
    return same;
}

bool
dash_past_take_streams(DashPast *self, const Vicu__QueryRows *const *rows, size_t n)
{
    GArray *streams = streams_new();
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < rows[i]->n_stream; k++)
            add_stream(self, streams, rows[i]->stream[k]);
    g_array_sort(streams, by_place);
    if (streams->len > DASH_PAST_STREAMS)
        g_array_set_size(streams, DASH_PAST_STREAMS);
    bool same = !self->has_streams || same_streams(self->streams, streams);
    if (!same)
        forget(self);
    g_array_unref(self->streams);
    self->streams = streams;
    self->has_streams = true;
    self->stamp++;
    return same;
}

bool
dash_past_has_streams(const DashPast *self)
{
    return self->has_streams;
}

size_t
dash_past_n_streams(const DashPast *self)
{
    return self->streams->len;
}

const DashPastStream *
dash_past_stream(const DashPast *self, size_t i)
{
    g_return_val_if_fail(i < self->streams->len, NULL);
    return &g_array_index(self->streams, DashPastStream, i);
}

int
dash_past_find(const DashPast *self, uint32_t code, uint32_t channel)
{
    for (guint i = 0; i < self->streams->len; i++) {
        const DashPastStream *stream = &g_array_index(self->streams, DashPastStream, i);
        if (stream->code == code && stream->channel == channel)
            return (int)i;
    }
    return -1;
}

int64_t
dash_past_newest_us(const DashPast *self)
{
    int64_t newest_us = 0;
    for (guint i = 0; i < self->streams->len; i++)
        newest_us = MAX(newest_us, g_array_index(self->streams, DashPastStream, i).last_us);
    return newest_us;
}

/* ---- pages ---- */

DashPage *
dash_past_page(DashPast *self, const DashPageId *id)
{
    DashPage *page = g_hash_table_lookup(self->pages, id);
    if (page)
        page->used = ++self->clock;
    return page;
}

DashDraft *
dash_draft_new(const DashPast *self, const DashPageId *id)
{
    bool of_stream = id->kind == DASH_PAGE_SAMPLES || id->kind == DASH_PAGE_COLUMNS
                     || id->kind == DASH_PAGE_SLOW;
    if (of_stream && id->stream >= self->streams->len)
        return NULL;
    DashDraft *draft = g_new0(DashDraft, 1);
    draft->page = page_new(id);
    return draft;
}

void
dash_draft_free(DashDraft *draft)
{
    if (!draft)
        return;
    dash_page_free(draft->page);
    g_free(draft);
}

static bool
is_needed(const DashPast *self, const DashPage *page)
{
    for (guint i = 0; i < self->needs->len; i++) {
        const PastNeed *need = &g_array_index(self->needs, PastNeed, i);
        if (need->seen && dash_page_equal(&need->id, &page->id))
            return true;
    }
    return false;
}

static bool
drop_oldest(DashPast *self)
{
    GHashTableIter iter;
    gpointer value = NULL;
    const DashPage *oldest = NULL;
    g_hash_table_iter_init(&iter, self->pages);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const DashPage *page = value;
        if ((!oldest || page->used < oldest->used) && !is_needed(self, page))
            oldest = page;
    }
    if (!oldest)
        return false;
    self->bytes -= oldest->bytes;
    g_hash_table_remove(self->pages, &oldest->id);
    return true;
}

static size_t
all_bytes(const DashPast *self)
{
    size_t bytes = self->bytes;
    for (guint i = 0; i < self->shelves->len; i++)
        bytes += g_array_index(self->shelves, PastShelf, i).bytes;
    return bytes;
}

static bool
drop_shelf(DashPast *self)
{
    if (self->shelves->len == 0)
        return false;
    g_array_remove_index(self->shelves, 0);
    return true;
}

static int
by_time(const void *a, const void *b)
{
    int64_t x = dash_run_time_us(a, 0);
    int64_t y = dash_run_time_us(b, 0);
    return x < y ? -1 : x > y;
}

void
dash_past_keep(DashPast *self, DashDraft *draft, int64_t now_us)
{
    DashPage *page = g_steal_pointer(&draft->page);
    const DashPage *old = g_hash_table_lookup(self->pages, &page->id);
    dash_draft_free(draft);
    if (old)
        self->bytes -= old->bytes;
    g_array_sort(page->runs, by_time);
    page->taken_us = now_us;
    self->stamp++;
    page->used = ++self->clock;
    self->bytes += page->bytes;
    g_hash_table_replace(self->pages, &page->id, page);
    while (all_bytes(self) > self->max_bytes && (drop_shelf(self) || drop_oldest(self)))
        ;
}

void
dash_past_failed(DashPast *self, const DashPageId *id, int64_t now_us)
{
    for (guint i = self->failures->len; i-- > 0;) {
        const PastFailure *failure = &g_array_index(self->failures, PastFailure, i);
        if (failure->until_us <= now_us || dash_page_equal(&failure->id, id))
            g_array_remove_index_fast(self->failures, i);
    }
    const PastFailure failure = {*id, now_us + AGAIN_US};
    g_array_append_val(self->failures, failure);
}

uint64_t
dash_past_stamp(const DashPast *self)
{
    return self->stamp;
}

size_t
dash_past_bytes(const DashPast *self)
{
    return all_bytes(self);
}

size_t
dash_past_n_pages(const DashPast *self)
{
    return g_hash_table_size(self->pages);
}
