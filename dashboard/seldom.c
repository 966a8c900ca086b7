/* Seldom. See seldom.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/seldom.h"

#include <stdlib.h>

#include "common/clock.h"
#include "dashboard/ask.h"
#include "dashboard/model/judge.h"
#include "dashboard/saved.h"

#define PATIENCE_US (3 * (int64_t)G_USEC_PER_SEC)
#define ABOUT_US    ((int64_t)G_USEC_PER_SEC) /* what was measured together is asked for together */
#define SYMBOLS_US  (4 * 3600 * (int64_t)G_USEC_PER_SEC)
#define AT_ONCE     4 /* of the eight questions that the store allows to one who asks */
#define WHY         "what was measured seldom, for the first picture"

typedef struct {
    char *bed;
    int64_t from_us;
    int64_t to_us;
    bool symbols;
} Question;

struct DashSeldom {
    VicuQueryClient *query;
    DashModel *model;
    GByteArray *record; /* borrowed */
    GArray *missing;    /* Question, of a moment each */
    guint next;
    unsigned open;
    bool listed;
    bool unanswered;
};

static void
question_clear(gpointer data)
{
    g_free(((Question *)data)->bed);
}

/* ---- answers ---- */

static void
keep(DashSeldom *self, const Vicu__Batch *batch, int64_t now_us)
{
    if (!self->record)
        return;
    g_autoptr(GBytes) packed = vicu_wire_pack(&batch->base);
    dash_saved_put_known(self->record, now_us, g_bytes_get_data(packed, NULL),
                         g_bytes_get_size(packed));
}

static void
take(DashSeldom *self, const Vicu__QueryRows *rows)
{
    Vicu__Batch batch = VICU__BATCH__INIT;
    int64_t now_us = vicu_clock_utc_us();

    batch.n_numerics = rows->n_numerics;
    batch.numerics = rows->numerics;
    batch.n_symbol = rows->n_symbol;
    batch.symbol = rows->symbol;
    batch.t_us = now_us;
    if (batch.n_numerics + batch.n_symbol == 0)
        return;
    dash_model_take_known(self->model, &batch, now_us);
    keep(self, &batch, now_us);
}

static void ask_more(DashSeldom *self);

static void
on_rows(const Vicu__QueryRows *rows, const GError *error, gpointer user)
{
    DashSeldom *self = user;

    if (rows)
        take(self, rows);
    if (!error && !rows->last)
        return;
    self->open--;
    if (dash_ask_is_unanswered(error)) {
        self->unanswered = true;
        self->next = self->missing->len; /* the store is away: the rest would wait as long */
    }
    ask_more(self);
}

static void
ask(DashSeldom *self, const Question *question)
{
    Vicu__Query ask = VICU__QUERY__INIT;
    Vicu__QueryNumerics numerics = VICU__QUERY_NUMERICS__INIT;
    Vicu__QuerySymbols symbols = VICU__QUERY_SYMBOLS__INIT;

    if (question->symbols) {
        symbols.bed = question->bed;
        symbols.from_us = question->from_us;
        symbols.to_us = question->to_us;
        ask.what_case = VICU__QUERY__WHAT_SYMBOLS;
        ask.symbols = &symbols;
    } else {
        numerics.bed = question->bed;
        numerics.from_us = question->from_us;
        numerics.to_us = question->to_us;
        ask.what_case = VICU__QUERY__WHAT_NUMERICS;
        ask.numerics = &numerics;
    }
    self->open++;
    vicu_query_ask(self->query, &ask, WHY, PATIENCE_US, on_rows, self);
}

static void
ask_more(DashSeldom *self)
{
    while (self->open < AT_ONCE && self->next < self->missing->len)
        ask(self, &g_array_index(self->missing, Question, self->next++));
}

/* ---- what is missing ---- */

static bool
is_heard(const DashBed *bed, const Vicu__StreamRow *row)
{
    for (unsigned i = 0; i < bed->n_numerics; i++)
        if (bed->numeric[i].code == row->code && bed->numeric[i].channel == row->channel)
            return bed->numeric[i].t_us >= row->last_us;
    return false;
}

static bool
is_wanted(const DashSeldom *self, const Vicu__StreamRow *row, int64_t now_us)
{
    const DashBed *bed = dash_model_find_bed(self->model, row->bed);
    const VicuSignal *signal = vicu_signal_by_code(row->code);

    if (row->wave || !signal || !bed || !bed->presence_known || row->last_us < bed->since_us)
        return false;
    int64_t period_ms = row->period_den > 0 ? (int64_t)row->period_num * 1000 / row->period_den : 0;
    int64_t valid_us = vicu_signal_validity_us(signal, MAX(period_ms, signal->period_ms));
    return row->last_us > 0 && now_us - row->last_us < valid_us && !is_heard(bed, row);
}

static void
put_question(DashSeldom *self, const char *bed, int64_t from_us, int64_t to_us, bool symbols)
{
    for (guint i = 0; i < self->missing->len; i++) {
        const Question *there = &g_array_index(self->missing, Question, i);
        if (!symbols && !there->symbols && g_strcmp0(there->bed, bed) == 0
            && there->from_us <= from_us + ABOUT_US && there->to_us >= to_us - ABOUT_US)
            return;
    }
    Question question = {g_strdup(bed), from_us, to_us, symbols};
    g_array_append_val(self->missing, question);
}

/* How a patient is, as somebody has seen, is said once a shift. */
static void
want_symbols(DashSeldom *self, int64_t now_us)
{
    for (size_t i = 0; i < dash_model_n_beds(self->model); i++) {
        const DashBed *bed = dash_model_bed(self->model, i);
        const DashSymbol *awake = dash_judge_find_symbol(bed, "ACVPU");
        int64_t from_us = MAX(now_us - SYMBOLS_US, bed->since_us);
        if (bed->presence_known && from_us < now_us
            && (!awake || dash_judge_symbol(awake, now_us) == DASH_GONE))
            put_question(self, bed->id, from_us, now_us, true);
    }
}

static void
on_streams(const Vicu__QueryRows *rows, const GError *error, gpointer user)
{
    DashSeldom *self = user;
    int64_t now_us = vicu_clock_utc_us();

    for (size_t i = 0; rows && i < rows->n_stream; i++)
        if (is_wanted(self, rows->stream[i], now_us))
            put_question(self, rows->stream[i]->bed, rows->stream[i]->last_us - ABOUT_US,
                         rows->stream[i]->last_us + ABOUT_US, false);
    if (!error && !rows->last)
        return;
    self->listed = true;
    self->unanswered = dash_ask_is_unanswered(error);
    if (!error)
        want_symbols(self, now_us);
    ask_more(self);
}

DashSeldom *
dash_seldom_new(VicuContext *context,
                const VicuRoot *root,
                DashModel *model,
                GByteArray *record,
                GError **error)
{
    Vicu__QueryStreams streams = VICU__QUERY_STREAMS__INIT;
    Vicu__Query ask = VICU__QUERY__INIT;
    VicuQueryClient *query = dash_ask_new(context, root, "", error);

    if (!query)
        return NULL;
    DashSeldom *self = g_new0(DashSeldom, 1);
    self->query = query;
    self->model = model;
    self->record = record;
    self->missing = g_array_new(FALSE, FALSE, sizeof(Question));
    g_array_set_clear_func(self->missing, question_clear);
    ask.what_case = VICU__QUERY__WHAT_STREAMS;
    ask.streams = &streams;
    vicu_query_ask(self->query, &ask, WHY, PATIENCE_US, on_streams, self);
    return self;
}

void
dash_seldom_free(DashSeldom *self)
{
    if (!self)
        return;
    vicu_query_client_free(self->query);
    g_array_unref(self->missing);
    g_free(self);
}

bool
dash_seldom_is_done(const DashSeldom *self)
{
    return self->listed && self->open == 0 && self->next >= self->missing->len;
}

bool
dash_seldom_is_unanswered(const DashSeldom *self)
{
    return dash_seldom_is_done(self) && self->unanswered;
}

void
dash_seldom_end_record(DashSeldom *self)
{
    self->record = NULL;
}
