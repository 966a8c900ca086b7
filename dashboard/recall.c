/* Recall. See recall.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/recall.h"

#include <string.h>

#include "common/clock.h"
#include "dashboard/ask.h"
#include "dashboard/saved.h"
#include "dashboard/scene/words.h"

#define S_US        ((int64_t)G_USEC_PER_SEC)
#define FIRST_US    (3600 * S_US)
#define PIECE_US    (6 * 3600 * S_US)
#define AGAIN_US    (1800 * S_US)
#define OVERLAP_US  (600 * S_US) /* what is on its way from the rules to the store */
#define PATIENCE_US (10 * S_US)
#define RETRY_S     10
#define LOOK_US     (2 * S_US) /* nobody looks any more */
#define PROBE_US    S_US
#define SILENCE_US  (2200 * (int64_t)1000)
#define TICK_MS     200
#define WHY_LOOK    "whether the store answers, for the alarm review"
#define WHY         "alarms of the last days, for the alarm review"

struct DashRecall {
    VicuQueryClient *query;
    DashModel *model;
    GByteArray *record;   /* borrowed */
    int64_t want_us;      /* back to here */
    int64_t from_us;      /* of the piece that is asked for */
    int64_t reached_us;   /* all from here on came; 0: nothing yet */
    int64_t refreshed_us; /* the newest that was asked for */
    bool refreshing;
    bool streams_asked;
    uint64_t asked; /* 0: no question is open */
    guint timer;
    char *trouble;
    guint watch;       /* 0: nobody looks */
    int64_t looked_us; /* mono */
    int64_t well_us;   /* mono: the store answered */
    int64_t probed_us; /* mono */
    uint64_t probe;    /* 0: no sign of life is asked for */
    bool silent;
};

static void next(DashRecall *self);

/* --- since when a bed has data --- */

static void
on_streams(const Vicu__QueryRows *rows, const GError *error, gpointer user)
{
    DashRecall *self = user;
    for (size_t i = 0; rows && i < rows->n_stream; i++)
        if (*rows->stream[i]->bed && rows->stream[i]->first_us > 0)
            dash_burden_watch(dash_model_burden(self->model), rows->stream[i]->bed,
                              rows->stream[i]->first_us);
    if (error || rows->last)
        self->streams_asked = !error;
}

static void
ask_streams(DashRecall *self)
{
    Vicu__QueryStreams streams = VICU__QUERY_STREAMS__INIT;
    Vicu__Query query = VICU__QUERY__INIT;
    if (self->streams_asked)
        return;
    self->streams_asked = true;
    query.what_case = VICU__QUERY__WHAT_STREAMS;
    query.streams = &streams;
    vicu_query_ask(self->query, &query, WHY, PATIENCE_US, on_streams, self);
}

/* --- an answer --- */

static void
keep(DashRecall *self, const Vicu__QueryRows *rows)
{
    Vicu__Batch batch = VICU__BATCH__INIT;
    g_autofree Vicu__Event **alarms = g_new(Vicu__Event *, rows->n_event);
    for (size_t i = 0; i < rows->n_event; i++)
        if (strcmp(rows->event[i]->kind, "alarm") == 0)
            alarms[batch.n_event++] = rows->event[i];
    batch.event = alarms;
    g_autoptr(GBytes) packed = vicu_wire_pack(&batch.base);
    size_t size = 0;
    const void *bytes = g_bytes_get_data(packed, &size);
    dash_saved_put_alarms(self->record, rows->last ? self->from_us : vicu_clock_utc_us(), bytes,
                          size);
}

static void
piece_done(DashRecall *self)
{
    g_clear_pointer(&self->trouble, g_free);
    if (self->refreshing || self->reached_us == 0)
        self->refreshed_us = vicu_clock_utc_us();
    if (!self->refreshing)
        self->reached_us = self->from_us;
    self->refreshing = false;
    next(self);
}

static gboolean
on_timer(gpointer user)
{
    DashRecall *self = user;
    self->timer = 0;
    next(self);
    return G_SOURCE_REMOVE;
}

static void
wait(DashRecall *self, int64_t us)
{
    g_clear_handle_id(&self->timer, g_source_remove);
    self->timer = g_timeout_add((guint)(us / 1000), on_timer, self);
}

/* A piece counts as known when its last rows are here, and not before. */
static void
on_rows(const Vicu__QueryRows *rows, const GError *error, gpointer user)
{
    DashRecall *self = user;
    if (rows) {
        dash_model_take_alarms(self->model, rows->event, rows->n_event,
                               rows->last ? self->from_us : INT64_MAX);
        if (self->record)
            keep(self, rows);
    }
    self->well_us = error ? self->well_us : vicu_clock_boot_us();
    if (!error && !rows->last)
        return;
    self->asked = 0;
    if (!error) {
        piece_done(self);
        return;
    }
    g_free(self->trouble);
    self->trouble = g_strdup(error->message);
    /* Without the store, what is told from now on is known. */
    if (dash_model_has_state(self->model))
        dash_burden_cover(dash_model_burden(self->model), vicu_clock_utc_us());
    wait(self, RETRY_S * S_US);
}

/* --- questions --- */

static void
ask(DashRecall *self, int64_t from_us, int64_t to_us)
{
    Vicu__QueryEvents events = VICU__QUERY_EVENTS__INIT;
    Vicu__Query query = VICU__QUERY__INIT;
    self->from_us = from_us;
    events.from_us = from_us;
    events.to_us = to_us;
    query.what_case = VICU__QUERY__WHAT_EVENTS;
    query.events = &events;
    self->asked = vicu_query_ask(self->query, &query, WHY, PATIENCE_US, on_rows, self);
}

/* An event's time is that of the change; one of now may be a little ahead. */
static int64_t
soon_us(int64_t now_us)
{
    return now_us + 60 * S_US;
}

static void
next(DashRecall *self)
{
    int64_t now_us = vicu_clock_utc_us();
    if (self->asked != 0)
        return;
    self->refreshing = false;
    ask_streams(self);
    if (self->reached_us == 0) {
        ask(self, MAX(now_us - FIRST_US, self->want_us), soon_us(now_us));
    } else if (self->reached_us > self->want_us) {
        ask(self, MAX(self->reached_us - PIECE_US, self->want_us), self->reached_us);
    } else if (now_us - self->refreshed_us >= AGAIN_US) {
        self->refreshing = true;
        ask(self, self->refreshed_us - OVERLAP_US, soon_us(now_us));
    } else {
        wait(self, self->refreshed_us + AGAIN_US - now_us + S_US);
    }
}

/* --- whether it answers, while somebody looks --- */

static void
on_sign(const Vicu__QueryRows *rows, const GError *error, gpointer user)
{
    DashRecall *self = user;
    if (!dash_ask_is_unanswered(error))
        self->well_us = vicu_clock_boot_us();
    if (error || rows->last)
        self->probe = 0;
}

static gboolean
on_watch(gpointer user)
{
    DashRecall *self = user;
    Vicu__QueryAlive alive = VICU__QUERY_ALIVE__INIT;
    Vicu__Query query = VICU__QUERY__INIT;
    int64_t mono_us = vicu_clock_boot_us();
    if (mono_us - self->looked_us > LOOK_US) {
        self->watch = 0;
        self->silent = false;
        return G_SOURCE_REMOVE;
    }
    if (self->probe == 0 && mono_us - self->probed_us >= PROBE_US) {
        self->probed_us = mono_us;
        query.what_case = VICU__QUERY__WHAT_ALIVE;
        query.alive = &alive;
        self->probe = vicu_query_ask(self->query, &query, WHY_LOOK, PATIENCE_US, on_sign, self);
    }
    self->silent = mono_us - self->well_us >= SILENCE_US;
    return G_SOURCE_CONTINUE;
}

void
dash_recall_look(DashRecall *self)
{
    self->looked_us = vicu_clock_boot_us();
    if (self->watch)
        return;
    self->well_us = self->looked_us; /* until it is known better */
    self->watch = g_timeout_add(TICK_MS, on_watch, self);
}

/* --- whole --- */

DashRecall *
dash_recall_new(VicuContext *context,
                const VicuRoot *root,
                DashModel *model,
                GByteArray *record,
                int64_t span_us,
                GError **error)
{
    VicuQueryClient *query = dash_ask_new(context, root, "", error);
    if (!query)
        return NULL;
    DashRecall *self = g_new0(DashRecall, 1);
    self->query = query;
    self->model = model;
    self->record = record;
    self->want_us = vicu_clock_utc_us() - MIN(span_us, DASH_RECALL_MOST_US);
    next(self);
    return self;
}

void
dash_recall_free(DashRecall *self)
{
    if (!self)
        return;
    g_clear_handle_id(&self->timer, g_source_remove);
    g_clear_handle_id(&self->watch, g_source_remove);
    vicu_query_client_free(self->query);
    g_free(self->trouble);
    g_free(self);
}

void
dash_recall_reach(DashRecall *self, int64_t span_us)
{
    int64_t want_us = vicu_clock_utc_us() - MIN(span_us, DASH_RECALL_MOST_US);
    self->want_us = MIN(self->want_us, want_us);
    if (self->asked == 0)
        wait(self, 0);
}

void
dash_recall_end_record(DashRecall *self)
{
    self->record = NULL;
}

bool
dash_recall_is_done(const DashRecall *self)
{
    return self->reached_us != 0 && self->reached_us <= self->want_us;
}

const char *
dash_recall_trouble(const DashRecall *self)
{
    return self->silent ? _("the store does not answer") : self->trouble;
}
