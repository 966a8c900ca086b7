/* Past client. See past-client.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/past-client.h"

#include <string.h>

#include "common/clock.h"
#include "dashboard/ask.h"

#define WHY         "the past of a bed, at the central station"
#define WHY_AHEAD   "the past of a bed that is chosen, at the central station"
#define ASKED_MAX   6 /* the store allows a client 8 */
#define WANTED_MAX  512
#define PATIENCE_US (10 * (int64_t)G_USEC_PER_SEC)
#define SILENCE_US  (2 * (int64_t)G_USEC_PER_SEC)
#define STREAMS_US  (10 * (int64_t)G_USEC_PER_SEC) /* new streams, and how far they go */
#define PROBE_US    (250 * (int64_t)1000)          /* whether it answers, while nothing is asked */
#define TICK_MS     250

typedef enum { ASKED_PAGE, ASKED_STREAMS, ASKED_ALIVE } AskedKind;

/* A question that is under way. */
typedef struct {
    DashPastClient *client;
    uint64_t query; /* 0: none */
    AskedKind kind;
    DashPageId id;
    DashDraft *draft;
    GPtrArray *rows; /* of streams */
} Asked;

struct DashPastClient {
    VicuQueryClient *query;
    DashPast *past;
    void (*changed)(gpointer user);
    gpointer user;
    guint timer;
    bool looking;
    DashLook look;
    int64_t asked_us;   /* mono: anything */
    int64_t streams_us; /* mono: asked for last; 0: never */
    int64_t well_us;    /* mono: when the store answered all that was asked */
    bool unanswered;    /* what was asked last was given up */
    int64_t silent_us;  /* UTC */
    char *refusal;
    Asked streams;
    Asked alive;
    Asked asked[ASKED_MAX];
    DashPastFigures figures;
};

static void pump(DashPastClient *self);

static void
free_rows(void *rows)
{
    vicu_wire_free(rows);
}

static void
clear(Asked *asked)
{
    DashPastClient *client = asked->client;
    AskedKind kind = asked->kind;
    g_clear_pointer(&asked->draft, dash_draft_free);
    g_clear_pointer(&asked->rows, g_ptr_array_unref);
    *asked = (Asked){.client = client, .kind = kind};
}

static void
cancel(DashPastClient *self, Asked *asked)
{
    if (!asked->query)
        return;
    vicu_query_cancel(self->query, asked->query);
    self->figures.cancelled++;
    clear(asked);
}

/* ---- answers ---- */

static void
take_streams(DashPastClient *self, Asked *asked, const Vicu__QueryRows *rows)
{
    g_autoptr(GBytes) packed = vicu_wire_pack(&rows->base);
    g_ptr_array_add(asked->rows, vicu_wire_unpack_query_rows(g_bytes_get_data(packed, NULL),
                                                             g_bytes_get_size(packed), NULL));
    if (!rows->last)
        return;
    bool same = dash_past_take_streams(
        self->past, (const Vicu__QueryRows *const *)asked->rows->pdata, asked->rows->len);
    clear(asked);
    for (size_t i = 0; !same && i < ASKED_MAX; i++)
        cancel(self, &self->asked[i]); /* they name streams by their old places */
}

static void
take_page(DashPastClient *self, Asked *asked, const Vicu__QueryRows *rows)
{
    dash_draft_add(asked->draft, rows);
    if (!rows->last)
        return;
    dash_past_keep(self->past, g_steal_pointer(&asked->draft), vicu_clock_utc_us());
    clear(asked);
}

static void
fail(DashPastClient *self, Asked *asked, const GError *error)
{
    self->unanswered = dash_ask_is_unanswered(error);
    self->figures.failed++;
    /* A store that does not know the question answers, too. */
    if (asked->kind != ASKED_ALIVE || self->unanswered) {
        g_free(self->refusal);
        self->refusal = g_strdup(error->message);
    }
    if (asked->kind == ASKED_PAGE)
        dash_past_failed(self->past, &asked->id, vicu_clock_utc_us());
    clear(asked);
}

/* It answers: what it refused before stays refused until it is asked again. */
static void
take_alive(DashPastClient *self, Asked *asked)
{
    if (self->unanswered)
        g_clear_pointer(&self->refusal, g_free);
    clear(asked);
}

static void
take_rows(DashPastClient *self, Asked *asked, const Vicu__QueryRows *rows)
{
    switch (asked->kind) {
    case ASKED_PAGE:
        take_page(self, asked, rows);
        break;
    case ASKED_STREAMS:
        take_streams(self, asked, rows);
        break;
    case ASKED_ALIVE:
        take_alive(self, asked);
        break;
    }
}

static void
on_rows(const Vicu__QueryRows *rows, const GError *error, gpointer user)
{
    Asked *asked = user;
    DashPastClient *self = asked->client;
    bool over = error || rows->last;
    bool alive = asked->kind == ASKED_ALIVE;
    bool was_silent = self->silent_us != 0;
    if (error)
        fail(self, asked, error);
    else
        take_rows(self, asked, rows);
    if (rows)
        self->unanswered = false;
    if (!self->unanswered)
        self->well_us = vicu_clock_boot_us();
    if (!over)
        return;
    if (rows) {
        self->figures.answered++;
        self->silent_us = 0;
    }
    if (rows && !alive)
        g_clear_pointer(&self->refusal, g_free);
    pump(self);
    if (!alive || error || was_silent)
        self->changed(self->user);
}

/* ---- questions ---- */

static bool
waits(const DashPastClient *self)
{
    bool waits = self->streams.query != 0 || self->alive.query != 0;
    for (size_t i = 0; i < ASKED_MAX; i++)
        waits |= self->asked[i].query != 0;
    return waits;
}

/* Nothing is missing: all that was asked was answered. */
static bool
is_well(const DashPastClient *self)
{
    return !waits(self) && !self->unanswered && vicu_query_is_connected(self->query);
}

static void
ask(DashPastClient *self, Asked *asked, const Vicu__Query *query)
{
    self->asked_us = vicu_clock_boot_us();
    if (is_well(self))
        self->well_us = self->asked_us; /* nothing was waited for until now */
    self->figures.asked++;
    asked->query = vicu_query_ask(self->query, query, self->look.ahead ? WHY_AHEAD : WHY,
                                  PATIENCE_US, on_rows, asked);
}

static void
ask_streams(DashPastClient *self)
{
    Vicu__Query query = VICU__QUERY__INIT;
    Vicu__QueryStreams streams = VICU__QUERY_STREAMS__INIT;
    streams.bed = (char *)dash_past_bed(self->past);
    query.what_case = VICU__QUERY__WHAT_STREAMS;
    query.streams = &streams;
    self->streams_us = vicu_clock_boot_us();
    self->streams.rows = g_ptr_array_new_with_free_func(free_rows);
    ask(self, &self->streams, &query);
}

static void
ask_alive(DashPastClient *self)
{
    Vicu__Query query = VICU__QUERY__INIT;
    Vicu__QueryAlive alive = VICU__QUERY_ALIVE__INIT;
    query.what_case = VICU__QUERY__WHAT_ALIVE;
    query.alive = &alive;
    ask(self, &self->alive, &query);
}

typedef struct {
    Vicu__Query query;
    union {
        Vicu__QuerySamples samples;
        Vicu__QueryColumns columns;
        Vicu__QueryNumerics numerics;
        Vicu__QuerySymbols symbols;
        Vicu__QueryGaps gaps;
        Vicu__QueryEvents events;
    };
} Question;

static void
question_for(Question *q, char *bed, const DashPageId *id, const DashPastStream *s)
{
    vicu__query__init(&q->query);
    switch (id->kind) {
    case DASH_PAGE_SAMPLES:
        q->samples = (Vicu__QuerySamples)VICU__QUERY_SAMPLES__INIT;
        q->samples.bed = bed;
        q->samples.code = s->code;
        q->samples.channel = s->channel;
        q->samples.from_us = id->from_us;
        q->samples.to_us = id->to_us;
        q->query.what_case = VICU__QUERY__WHAT_SAMPLES;
        q->query.samples = &q->samples;
        break;
    case DASH_PAGE_COLUMNS:
        q->columns = (Vicu__QueryColumns)VICU__QUERY_COLUMNS__INIT;
        q->columns.bed = bed;
        q->columns.code = s->code;
        q->columns.channel = s->channel;
        q->columns.from_us = id->from_us;
        q->columns.to_us = id->to_us;
        q->columns.columns = DASH_PAGE_COLUMNS_N;
        q->query.what_case = VICU__QUERY__WHAT_COLUMNS;
        q->query.columns = &q->columns;
        break;
    case DASH_PAGE_VALUES:
    case DASH_PAGE_SLOW:
        q->numerics = (Vicu__QueryNumerics)VICU__QUERY_NUMERICS__INIT;
        q->numerics.bed = bed;
        q->numerics.code = id->kind == DASH_PAGE_SLOW ? s->code : 0;
        q->numerics.from_us = id->from_us;
        q->numerics.to_us = id->to_us;
        q->query.what_case = VICU__QUERY__WHAT_NUMERICS;
        q->query.numerics = &q->numerics;
        break;
    case DASH_PAGE_SYMBOLS:
        q->symbols = (Vicu__QuerySymbols)VICU__QUERY_SYMBOLS__INIT;
        q->symbols.bed = bed;
        q->symbols.from_us = id->from_us;
        q->symbols.to_us = id->to_us;
        q->query.what_case = VICU__QUERY__WHAT_SYMBOLS;
        q->query.symbols = &q->symbols;
        break;
    case DASH_PAGE_GAPS:
        q->gaps = (Vicu__QueryGaps)VICU__QUERY_GAPS__INIT;
        q->gaps.bed = bed;
        q->gaps.from_us = id->from_us;
        q->gaps.to_us = id->to_us;
        q->query.what_case = VICU__QUERY__WHAT_GAPS;
        q->query.gaps = &q->gaps;
        break;
    case DASH_PAGE_EVENTS:
        q->events = (Vicu__QueryEvents)VICU__QUERY_EVENTS__INIT;
        q->events.bed = bed;
        q->events.from_us = id->from_us;
        q->events.to_us = id->to_us;
        q->query.what_case = VICU__QUERY__WHAT_EVENTS;
        q->query.events = &q->events;
        break;
    }
}

static void
ask_page(DashPastClient *self, Asked *asked, const DashPageId *id)
{
    Question question;
    asked->draft = dash_draft_new(self->past, id);
    g_return_if_fail(asked->draft);
    asked->id = *id;
    question_for(&question, (char *)dash_past_bed(self->past), id,
                 dash_past_n_streams(self->past) ? dash_past_stream(self->past, id->stream) : NULL);
    ask(self, asked, &question.query);
}

static bool
is_among(const DashPageId *list, size_t n, const DashPageId *id)
{
    for (size_t i = 0; i < n; i++)
        if (dash_page_equal(&list[i], id))
            return true;
    return false;
}

static Asked *
free_slot(DashPastClient *self)
{
    for (size_t i = 0; i < ASKED_MAX; i++)
        if (!self->asked[i].query)
            return &self->asked[i];
    return NULL;
}

static bool
is_asked(const DashPastClient *self, const DashPageId *id)
{
    for (size_t i = 0; i < ASKED_MAX; i++)
        if (self->asked[i].query && dash_page_equal(&self->asked[i].id, id))
            return true;
    return false;
}

/* One that is asked for what is less urgent than the first of @wanted. */
static Asked *
least_urgent(DashPastClient *self, const DashPageId *wanted, size_t n)
{
    for (size_t i = 0; i < ASKED_MAX; i++)
        if (!is_among(wanted, MIN(n, ASKED_MAX), &self->asked[i].id))
            return &self->asked[i];
    return NULL;
}

/* Asks for what is wanted most, and no more for what is not wanted or can wait. */
static void
pump(DashPastClient *self)
{
    DashPageId wanted[WANTED_MAX];
    if (!self->looking)
        return;
    int64_t mono_us = vicu_clock_boot_us();
    bool due = self->streams_us == 0 || mono_us - self->streams_us >= STREAMS_US;
    if (!self->streams.query && due)
        ask_streams(self);
    /* One that stands still is found out by asking. */
    if (!waits(self) && mono_us - self->asked_us >= PROBE_US)
        ask_alive(self);
    int64_t now_us = vicu_clock_utc_us();
    dash_past_look(self->past, &self->look, now_us);
    size_t n = dash_past_wanted(self->past, now_us, wanted, WANTED_MAX);
    for (size_t i = 0; i < ASKED_MAX; i++)
        if (self->asked[i].query && !is_among(wanted, n, &self->asked[i].id))
            cancel(self, &self->asked[i]);
    for (size_t i = 0; i < n; i++) {
        if (is_asked(self, &wanted[i]))
            continue;
        Asked *slot = free_slot(self);
        if (!slot && i < ASKED_MAX && (slot = least_urgent(self, wanted, n)))
            cancel(self, slot);
        if (!slot)
            break;
        ask_page(self, slot, &wanted[i]);
    }
}

/* ---- the store's silence ---- */

static gboolean
on_tick(gpointer user)
{
    DashPastClient *self = user;
    int64_t mono_us = vicu_clock_boot_us();
    if (self->looking && is_well(self))
        self->well_us = mono_us;
    bool silent = self->looking && mono_us - self->well_us >= SILENCE_US;
    bool was = self->silent_us != 0;
    if (silent && !was)
        self->silent_us = vicu_clock_utc_us() - (mono_us - self->well_us);
    else if (!silent)
        self->silent_us = 0;
    pump(self);
    if (silent != was)
        self->changed(self->user);
    return G_SOURCE_CONTINUE;
}

/* ---- whole ---- */

DashPastClient *
dash_past_client_new(VicuContext *context,
                     const VicuRoot *root,
                     DashPast *past,
                     void (*changed)(gpointer user),
                     gpointer user,
                     GError **error)
{
    VicuQueryClient *query = dash_ask_new(context, root, "", error);
    if (!query)
        return NULL;
    DashPastClient *self = g_new0(DashPastClient, 1);
    self->query = query;
    self->past = past;
    self->changed = changed;
    self->user = user;
    self->streams = (Asked){.client = self, .kind = ASKED_STREAMS};
    self->alive = (Asked){.client = self, .kind = ASKED_ALIVE};
    for (size_t i = 0; i < ASKED_MAX; i++)
        self->asked[i].client = self;
    self->timer = g_timeout_add(TICK_MS, on_tick, self);
    return self;
}

void
dash_past_client_free(DashPastClient *self)
{
    if (!self)
        return;
    g_clear_handle_id(&self->timer, g_source_remove);
    vicu_query_client_free(self->query);
    clear(&self->streams);
    clear(&self->alive);
    for (size_t i = 0; i < ASKED_MAX; i++)
        clear(&self->asked[i]);
    g_free(self->refusal);
    g_free(self);
}

void
dash_past_client_look(DashPastClient *self, const char *bed, const DashLook *look)
{
    if (!self->looking && bed)
        self->well_us = vicu_clock_boot_us();
    if (!bed || strcmp(dash_past_bed(self->past), bed) != 0) {
        cancel(self, &self->streams);
        for (size_t i = 0; i < ASKED_MAX; i++)
            cancel(self, &self->asked[i]);
        self->streams_us = 0;
        g_clear_pointer(&self->refusal, g_free);
    }
    self->looking = bed != NULL;
    if (!bed)
        return;
    dash_past_set_bed(self->past, bed);
    self->look = *look;
    pump(self);
}

bool
dash_past_client_is_seen(const DashPastClient *self)
{
    return dash_past_is_seen(self->past);
}

int64_t
dash_past_client_silent_us(const DashPastClient *self)
{
    return self->silent_us;
}

const char *
dash_past_client_refusal(const DashPastClient *self)
{
    return self->refusal ? self->refusal : "";
}

void
dash_past_client_figures(const DashPastClient *self, DashPastFigures *figures)
{
    *figures = self->figures;
}
