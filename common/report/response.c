/* How soon alarms were answered and escalations came to the bedside. See report.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/report/report-inner.h"

typedef struct {
    char *unit;
    unsigned priority; /* 0: technical, of any priority */
    unsigned raised, answered, standing;
    GArray *us; /* raise to the first answer */
} Answers;

static void
free_answers(gpointer data)
{
    Answers *a = data;
    g_array_unref(a->us);
    g_free(a->unit);
    g_free(a);
}

static Answers *
answers_new(const char *unit, unsigned priority)
{
    Answers *a = g_new0(Answers, 1);
    a->unit = g_strdup(unit);
    a->priority = priority;
    a->us = g_array_new(FALSE, FALSE, sizeof(int64_t));
    return a;
}

static void
put_spread(VicuCell *cells, const VicuSpread *spread)
{
    if (spread->n == 0)
        return;
    vicu_cell_number(&cells[0], spread->median_s);
    vicu_cell_number(&cells[1], spread->p90_s);
    vicu_cell_number(&cells[2], spread->max_s);
}

/* ---- raised to acknowledged ---- */

static const VicuColumn answer_columns[] = {
    {"unit", "Unit", "", VICU_COLUMN_PLAIN, -1},
    {"priority", "Priority", "", VICU_COLUMN_PLAIN, -1},
    {"raised", "Raised", "", VICU_COLUMN_WHOLE, -1},
    {"answered", "Answered", "", VICU_COLUMN_PART, -1},
    {"unanswered", "Ended unanswered", "", VICU_COLUMN_PART, -1},
    {"standing", "Stand unanswered", "", VICU_COLUMN_PART, -1},
    {"answered_share", "Answered", "%", VICU_COLUMN_PLAIN, 3},
    {"median", "Median", "s", VICU_COLUMN_PLAIN, 3},
    {"p90", "p90", "s", VICU_COLUMN_PLAIN, 3},
    {"max", "Max", "s", VICU_COLUMN_PLAIN, 3},
};

static void
put_answers(VicuTable *table, const Answers *a, const char *priority)
{
    VicuCell *row = vicu_table_row(table);
    VicuSpread spread = vicu_spread_of(a->us);

    vicu_cell_text(&row[0], a->unit[0] != '\0' ? a->unit : "(installation)");
    vicu_cell_text(&row[1], priority);
    vicu_cell_count(&row[2], a->raised);
    vicu_cell_count(&row[3], a->answered);
    vicu_cell_count(&row[4], a->raised - a->answered - a->standing);
    vicu_cell_count(&row[5], a->standing);
    vicu_cell_percent(&row[6], a->answered, a->raised);
    put_spread(&row[7], &spread);
}

static void
add_answer(Answers *sum, const VicuPastAlarm *a)
{
    int64_t us = a->answered_us - a->raised_us;

    sum->raised++;
    if (a->answered_us > 0) {
        sum->answered++;
        us = MAX(us, 0); /* of clocks that differ */
        g_array_append_val(sum->us, us);
    } else if (a->ended_us == 0) {
        sum->standing++;
    }
}

static int
by_unit(gconstpointer a, gconstpointer b)
{
    const Answers *x = *(const Answers *const *)a, *y = *(const Answers *const *)b;
    int order = strcmp(x->unit, y->unit);
    return order != 0 ? order : (int)y->priority - (int)x->priority;
}

void
vicu_report_put_answers(VicuReport *report, VicuHistory *history, const VicuReportAsk *ask)
{
    VicuTable *table = vicu_report_table(
        report, "answers", "From the raise to the answer",
        "raised = alarms that call for somebody, each once; time = first acknowledgement by a "
        "person less the raise, of those answered; median, p90: nearest rank; those never answered "
        "are counted beside it and are in no time",
        answer_columns, G_N_ELEMENTS(answer_columns));
    const GPtrArray *alarms = vicu_history_alarms(history);
    g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func(free_answers);
    Answers *all = answers_new("all", 0);

    for (guint i = 0; i < alarms->len; i++) {
        const VicuPastAlarm *a = alarms->pdata[i];
        if (!vicu_past_alarm_calls(a) || !vicu_ask_takes(ask, a->bed, a->raised_us))
            continue;
        g_autofree char *unit = vicu_unit_of(a->bed);
        unsigned priority = a->technical ? 0 : (unsigned)a->priority;
        Answers *row = NULL;
        for (guint r = 0; r < rows->len && row == NULL; r++) {
            Answers *at = rows->pdata[r];
            row = at->priority == priority && strcmp(at->unit, unit) == 0 ? at : NULL;
        }
        if (row == NULL) {
            row = answers_new(unit, priority);
            g_ptr_array_add(rows, row);
        }
        add_answer(row, a);
        add_answer(all, a);
    }
    g_ptr_array_sort(rows, by_unit);
    for (guint r = 0; r < rows->len; r++) {
        const Answers *a = rows->pdata[r];
        put_answers(table, a, a->priority > 0 ? vicu_priority_word(a->priority) : "technical");
    }
    put_answers(table, all, "all");
    table->has_total = true;
    free_answers(all);
}

/* ---- escalation ---- */

enum {
    RAISED_DECIDED,
    DECIDED_SENT,
    SENT_DELIVERED,
    DELIVERED_READ,
    READ_ACCEPTED,
    ACCEPTED_BEDSIDE,
    RAISED_ACCEPTED,
    RAISED_BEDSIDE,
    N_STAGES
};

static const char *const stage_words[N_STAGES] = {
    "raised to decided (escalation)",  "decided to sent (person)",
    "sent to delivered (person)",      "delivered to read (person)",
    "read to accepted (person)",       "accepted to at the bedside (person)",
    "raised to accepted (escalation)", "raised to at the bedside (escalation)",
};

static const VicuColumn stage_columns[] = {
    {"stage", "Stage", "", VICU_COLUMN_PLAIN, -1},   {"n", "n", "", VICU_COLUMN_COUNT, -1},
    {"median", "Median", "s", VICU_COLUMN_PLAIN, 1}, {"p90", "p90", "s", VICU_COLUMN_PLAIN, 1},
    {"max", "Max", "s", VICU_COLUMN_PLAIN, 1},
};

static void
add_stage(GArray *us, int64_t from_us, int64_t to_us)
{
    int64_t took_us = to_us - from_us;

    /* A stage whose time was not told apart is in no number. */
    if (from_us > 0 && to_us > 0 && took_us >= 0)
        g_array_append_val(us, took_us);
}

static void
add_escalation(GArray *stages[N_STAGES], const Vicu__Escalation *e)
{
    int64_t accepted_us = 0, bedside_us = 0;

    for (size_t i = 0; i < e->n_target; i++) {
        const Vicu__EscalationTarget *t = e->target[i];
        add_stage(stages[DECIDED_SENT], t->decided_us, t->sent_us);
        add_stage(stages[SENT_DELIVERED], t->sent_us, t->delivered_us);
        add_stage(stages[DELIVERED_READ], t->delivered_us, t->read_us);
        add_stage(stages[READ_ACCEPTED], t->read_us, t->accepted_us);
        add_stage(stages[ACCEPTED_BEDSIDE], t->accepted_us, t->at_bedside_us);
        if (t->accepted_us > 0 && (accepted_us == 0 || t->accepted_us < accepted_us))
            accepted_us = t->accepted_us;
        if (t->at_bedside_us > 0 && (bedside_us == 0 || t->at_bedside_us < bedside_us))
            bedside_us = t->at_bedside_us;
    }
    add_stage(stages[RAISED_DECIDED], e->t_raised_us, e->began_us);
    add_stage(stages[RAISED_ACCEPTED], e->t_raised_us, accepted_us);
    add_stage(stages[RAISED_BEDSIDE], e->t_raised_us, bedside_us);
}

static const VicuColumn outcome_columns[] = {
    {"outcome", "What became of it", "", VICU_COLUMN_PLAIN, -1},
    {"n", "n", "", VICU_COLUMN_COUNT, -1},
};

enum { BEGUN, ENDED, ACCEPTED, ASKED, BREACHES, N_FACTS };

typedef struct {
    unsigned fact[N_FACTS];
    unsigned outcome[16];
    unsigned missed[16]; /* by stage */
    unsigned not_listed;
} Outcomes;

static void
count_outcomes(Outcomes *o, const Vicu__Escalation *e)
{
    bool accepted = false;

    o->fact[BEGUN]++;
    o->fact[ENDED] += e->ended_us > 0;
    o->fact[BREACHES] += (unsigned)e->n_breach + e->earlier_breaches;
    o->not_listed += e->earlier_targets;
    for (size_t i = 0; i < e->n_target; i++) {
        const Vicu__EscalationTarget *t = e->target[i];
        o->fact[ASKED]++;
        accepted |= t->accepted_us > 0;
        if ((unsigned)t->outcome < G_N_ELEMENTS(o->outcome))
            o->outcome[t->outcome]++;
        if (t->outcome == VICU__ESCALATION_OUTCOME__OUTCOME_MISSED
            && (unsigned)t->missed < G_N_ELEMENTS(o->missed))
            o->missed[t->missed]++;
    }
    o->fact[ACCEPTED] += accepted;
}

static void
put_n(VicuTable *table, const char *what, unsigned n)
{
    VicuCell *row = vicu_table_row(table);

    vicu_cell_text(&row[0], what);
    vicu_cell_count(&row[1], n);
}

static void
outcomes(VicuReport *report, const Outcomes *o)
{
    VicuTable *table = vicu_report_table(
        report, "outcomes", "What became of escalations and of those who were asked",
        "counts of escalations begun in the time, and of the persons asked by them; missed: a "
        "deadline of that stage went by",
        outcome_columns, G_N_ELEMENTS(outcome_columns));

    put_n(table, "escalations begun", o->fact[BEGUN]);
    put_n(table, "escalations that still stand", o->fact[BEGUN] - o->fact[ENDED]);
    put_n(table, "escalations accepted by somebody", o->fact[ACCEPTED]);
    put_n(table, "breaches: deadlines that went by, nobody on duty", o->fact[BREACHES]);
    put_n(table, "persons asked", o->fact[ASKED]);
    put_n(table, "missed: not sent in time", o->missed[VICU__ESCALATION_STAGE__ESCALATION_SENT]);
    put_n(table, "missed: not delivered in time",
          o->missed[VICU__ESCALATION_STAGE__ESCALATION_DELIVERED]);
    put_n(table, "missed: not read in time", o->missed[VICU__ESCALATION_STAGE__ESCALATION_READ]);
    put_n(table, "missed: not accepted in time",
          o->missed[VICU__ESCALATION_STAGE__ESCALATION_ACCEPTED]);
    put_n(table, "missed: not at the bedside in time",
          o->missed[VICU__ESCALATION_STAGE__ESCALATION_AT_BEDSIDE]);
    put_n(table, "declined", o->outcome[VICU__ESCALATION_OUTCOME__OUTCOME_DECLINED]);
    put_n(table, "handed on", o->outcome[VICU__ESCALATION_OUTCOME__OUTCOME_HANDED_ON]);
    put_n(table, "unreachable", o->outcome[VICU__ESCALATION_OUTCOME__OUTCOME_UNREACHABLE]);
    put_n(table, "nobody on duty", o->outcome[VICU__ESCALATION_OUTCOME__OUTCOME_NOBODY]);
    put_n(table, "not needed: another one had accepted",
          o->outcome[VICU__ESCALATION_OUTCOME__OUTCOME_NOT_NEEDED]);
    if (o->not_listed > 0)
        vicu_report_note(report,
                         "%u persons asked earlier are no longer listed by their "
                         "escalations, and are in no number",
                         o->not_listed, 0);
    if (o->fact[BEGUN] > o->fact[ENDED])
        vicu_report_note(report,
                         "Of escalations that still stand the stages up to their last "
                         "breach are known",
                         0, 0);
}

static void
escalations(VicuReport *report, VicuHistory *history, const VicuReportAsk *ask)
{
    VicuTable *table = vicu_report_table(
        report, "stages", "Escalation, stage by stage",
        "time from one stage to the next, where both were told; (person): of each person asked; "
        "(escalation): to the first person who came so far; median, p90: nearest rank",
        stage_columns, G_N_ELEMENTS(stage_columns));
    const GPtrArray *all = vicu_history_escalations(history);
    GArray *stages[N_STAGES];
    Outcomes o = {0};

    for (unsigned s = 0; s < N_STAGES; s++)
        stages[s] = g_array_new(FALSE, FALSE, sizeof(int64_t));
    for (guint i = 0; i < all->len; i++) {
        const Vicu__Escalation *e = all->pdata[i];
        if (!vicu_ask_takes(ask, e->bed, e->began_us))
            continue;
        add_escalation(stages, e);
        count_outcomes(&o, e);
    }
    for (unsigned s = 0; s < N_STAGES; s++) {
        VicuCell *row = vicu_table_row(table);
        VicuSpread spread = vicu_spread_of(stages[s]);
        vicu_cell_text(&row[0], stage_words[s]);
        vicu_cell_count(&row[1], spread.n);
        put_spread(&row[2], &spread);
        g_array_unref(stages[s]);
    }
    outcomes(report, &o);
}

VicuReport *
vicu_report_response(VicuHistory *history, const VicuReportAsk *ask)
{
    VicuReport *report =
        vicu_report_new("response", "Response to alarms", ask->from_us, ask->to_us);

    vicu_report_put_answers(report, history, ask);
    escalations(report, history, ask);
    vicu_report_observe(report, history, ask);
    return report;
}
