/* Past: which pages are wanted for what is looked at, the most urgent first.
 *
 * First the strip and the rows at a zoom that is quick to have, then gaps and events; what is
 * finer, what a drag reaches next and where a jump could go come after it.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/model/past-inner.h"

#define GROW_US   (5 * (int64_t)G_USEC_PER_SEC) /* how often a page that still grows is asked for */
#define CALM_US   (20 * (int64_t)G_USEC_PER_SEC)  /* ... where somebody else tells the newest */
#define RENEW_US  (600 * (int64_t)G_USEC_PER_SEC) /* late data come to any page */
#define FINE_US   (4 * 3600 * (int64_t)G_USEC_PER_SEC)
#define NEEDS_MAX 1024

static void
need(DashPast *self, DashPageId id, bool seen)
{
    if (id.from_us >= self->now_us || self->needs->len >= NEEDS_MAX)
        return;
    for (guint i = 0; i < self->needs->len; i++)
        if (dash_page_equal(&g_array_index(self->needs, PastNeed, i).id, &id))
            return;
    const PastNeed one = {id, seen};
    g_array_append_val(self->needs, one);
}

static void
need_range(DashPast *self,
           DashPageKind kind,
           size_t stream,
           int64_t column_us,
           int64_t from_us,
           int64_t to_us,
           bool seen)
{
    DashPageId id = dash_page_at(kind, (uint32_t)stream, column_us, from_us);
    for (; id.from_us < to_us && id.from_us < self->now_us;
         id = dash_page_at(kind, (uint32_t)stream, column_us, id.to_us))
        need(self, id, seen);
}

/* Of a stream: not before it began, as the store says. */
static void
need_of(DashPast *self,
        DashPageKind kind,
        size_t stream,
        int64_t column_us,
        int64_t from_us,
        int64_t to_us,
        bool seen)
{
    const DashPastStream *s = dash_past_stream(self, stream);
    from_us = MAX(from_us, s->first_us);
    if (from_us < to_us)
        need_range(self, kind, stream, column_us, from_us, to_us, seen);
}

static void
need_samples(DashPast *self, int64_t from_us, int64_t to_us, bool seen)
{
    for (size_t i = 0; from_us < to_us && i < self->streams->len; i++)
        if (dash_past_stream(self, i)->wave)
            need_of(self, DASH_PAGE_SAMPLES, i, 0, from_us, to_us, seen);
}

/* Every sample of many hours is looked at for narrow columns: those come second. */
static bool
is_slow(const DashPast *self, int64_t level_us)
{
    return level_us < DASH_COARSE_US && self->look.to_us - self->look.from_us > FINE_US;
}

static bool
is_row(const DashPast *self, size_t stream)
{
    const DashPastStream *s = dash_past_stream(self, stream);
    bool found = self->look.n_rows == 0;
    for (unsigned i = 0; i < MIN(self->look.n_rows, DASH_LOOK_ROWS); i++)
        found |= !s->wave && self->look.row[i].code == s->code
                 && self->look.row[i].channel == s->channel;
    return found;
}

static void
need_columns(DashPast *self, int64_t from_us, int64_t to_us, bool seen)
{
    const DashLook *look = &self->look;
    if (look->width <= 0 || look->to_us <= look->from_us)
        return;
    int64_t level_us = dash_past_level((look->to_us - look->from_us) / look->width);
    for (size_t i = 0; i < self->streams->len; i++) {
        if (!is_row(self, i))
            continue;
        bool coarse = dash_past_stream(self, i)->wave && is_slow(self, level_us);
        need_of(self, DASH_PAGE_COLUMNS, i, coarse ? DASH_COARSE_US : level_us, from_us, to_us,
                seen);
    }
}

static void
need_finer(DashPast *self)
{
    const DashLook *look = &self->look;
    int64_t level_us = dash_past_level((look->to_us - look->from_us) / MAX(look->width, 1));
    for (size_t i = 0; is_slow(self, level_us) && i < self->streams->len; i++)
        if (dash_past_stream(self, i)->wave && is_row(self, i))
            need_of(self, DASH_PAGE_COLUMNS, i, level_us, look->from_us, look->to_us, false);
}

/* What is valid at the cursor may have been measured a while before. */
static void
need_values(DashPast *self)
{
    int64_t at_us = self->look.at_us;
    need_range(self, DASH_PAGE_VALUES, 0, 0, at_us - PAST_VALUES_US, at_us, true);
    need_range(self, DASH_PAGE_SYMBOLS, 0, 0, at_us - PAST_DAY_US, at_us, true);
    for (size_t i = 0; i < self->streams->len; i++) {
        const DashPastStream *s = dash_past_stream(self, i);
        if (!s->wave && s->signal && s->signal->period_ms >= PAST_SLOW_MS)
            need_of(self, DASH_PAGE_SLOW, i, 0, at_us - PAST_DAY_US, at_us, true);
    }
    need_range(self, DASH_PAGE_EVENTS, 0, 0, at_us - PAST_EVENTS_US, at_us, true);
}

static void
need_ahead(DashPast *self)
{
    const DashLook *look = &self->look;
    int64_t span_us = look->to_us - look->from_us;
    int64_t strip_us = look->strip_to_us > look->strip_from_us ? PAST_SAMPLES_US : 0;
    if (look->drag >= 0) {
        need_samples(self, look->strip_to_us, look->strip_to_us + strip_us, false);
        need_columns(self, look->to_us, look->to_us + (look->drag ? span_us : span_us / 4), false);
    }
    if (look->drag <= 0) {
        need_samples(self, look->strip_from_us - strip_us, look->strip_from_us, false);
        need_columns(self, look->from_us - (look->drag ? span_us : span_us / 4), look->from_us,
                     false);
    }
}

/* Wherever a jump may go, the nearest first. */
static void
need_events(DashPast *self)
{
    int64_t at_us = self->look.at_us;
    for (int64_t far_us = 0; far_us <= DASH_PAST_REACH_US; far_us += PAST_EVENTS_US) {
        DashPageId before = dash_page_at(DASH_PAGE_EVENTS, 0, 0, at_us - far_us);
        if (before.to_us > self->now_us - DASH_PAST_REACH_US)
            need(self, before, false);
        need(self, dash_page_at(DASH_PAGE_EVENTS, 0, 0, at_us + far_us), false);
    }
}

void
dash_past_look(DashPast *self, const DashLook *look, int64_t now_us)
{
    self->look = *look;
    self->now_us = now_us;
    g_array_set_size(self->needs, 0);
    if (!*self->bed)
        return;
    if (self->back)
        dash_past_drop_grown(self);
    need_samples(self, look->strip_from_us, look->strip_to_us, true);
    need_columns(self, look->from_us, look->to_us, true);
    need_range(self, DASH_PAGE_GAPS, 0, 0, look->from_us, look->to_us, true);
    need_range(self, DASH_PAGE_GAPS, 0, 0, look->strip_from_us, look->strip_to_us, true);
    need_range(self, DASH_PAGE_EVENTS, 0, 0, look->from_us, look->to_us, true);
    if (look->values)
        need_values(self);
    need_ahead(self);
    need_events(self);
    need_finer(self);
}

static bool
has_failed(const DashPast *self, const DashPageId *id, int64_t now_us)
{
    for (guint i = 0; i < self->failures->len; i++) {
        const PastFailure *failure = &g_array_index(self->failures, PastFailure, i);
        if (failure->until_us > now_us && dash_page_equal(&failure->id, id))
            return true;
    }
    return false;
}

static bool
is_old(const DashPast *self, const DashPage *page, int64_t now_us)
{
    int64_t grow_us = self->look.calm ? CALM_US : GROW_US;
    return now_us - page->taken_us >= (dash_page_grows(page) ? grow_us : RENEW_US);
}

size_t
dash_past_wanted(DashPast *self, int64_t now_us, DashPageId *out, size_t room)
{
    size_t n = 0;
    for (guint i = 0; i < self->needs->len && n < room; i++) {
        const PastNeed *one = &g_array_index(self->needs, PastNeed, i);
        const DashPage *page = dash_past_page(self, &one->id);
        if ((!page || is_old(self, page, now_us)) && !has_failed(self, &one->id, now_us))
            out[n++] = one->id;
    }
    return n;
}

bool
dash_past_is_seen(DashPast *self)
{
    if (!self->has_streams)
        return false;
    for (guint i = 0; i < self->needs->len; i++) {
        const PastNeed *one = &g_array_index(self->needs, PastNeed, i);
        if (one->seen && !dash_past_page(self, &one->id))
            return false;
    }
    return true;
}
