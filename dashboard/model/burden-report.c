/* SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/model/burden-report.h"

#include <math.h>
#include <string.h>

#define S_US    ((int64_t)G_USEC_PER_SEC)
#define HOUR_US (3600 * S_US)
#define DAY_US  (24 * HOUR_US)

const int64_t dash_burden_within_us[DASH_BURDEN_WITHIN] = {10 * S_US, 60 * S_US, 300 * S_US,
                                                           900 * S_US};

/* One row while it is counted. */
typedef struct {
    DashBurdenRow row;
    GArray *stood;  /* double, s */
    GArray *waited; /* double, s */
} Count;

typedef struct {
    const DashBurden *burden;
    DashBurdenReport *report;
    Count all, hour[24];
    GHashTable *beds, *inputs, *rules; /* name -> Count */
    int64_t utc_offset_us;
} Counting;

/* --- one alarm --- */

static void
count_init(Count *self, const char *name)
{
    self->row.name = name;
    self->stood = g_array_new(FALSE, FALSE, sizeof(double));
    self->waited = g_array_new(FALSE, FALSE, sizeof(double));
}

static void
count_clear(Count *self)
{
    g_array_unref(self->stood);
    g_array_unref(self->waited);
}

static void
count_free(gpointer data)
{
    count_clear(data);
    g_free(data);
}

static Count *
count_for(GHashTable *table, const char *name)
{
    Count *found = g_hash_table_lookup(table, name);
    if (found)
        return found;
    found = g_new0(Count, 1);
    count_init(found, name);
    g_hash_table_insert(table, (gpointer)name, found);
    return found;
}

static void
add_answer(Count *self, const DashBurdenAlarm *a)
{
    if (a->answer == DASH_ANSWER_NONE)
        return;
    int64_t waited_us = MAX(a->answered_us - a->raised_us, 0);
    double waited_s = (double)waited_us / 1e6;
    self->row.answered++;
    g_array_append_val(self->waited, waited_s);
    for (size_t i = 0; i < DASH_BURDEN_WITHIN; i++)
        self->row.within[i] += waited_us <= dash_burden_within_us[i];
    self->row.acted += a->answer == DASH_ANSWER_ACT;
    self->row.watched += a->answer == DASH_ANSWER_WATCH;
    self->row.not_actionable += a->answer == DASH_ANSWER_NOT_ACTIONABLE;
    self->row.verdicts += a->answer != DASH_ANSWER_SEEN;
}

static void
add(Count *self, const DashBurdenAlarm *a)
{
    self->row.merged += a->merged ? a->count : 0;
    self->row.vetoed += a->vetoed ? a->count : 0;
    if (!a->merged)
        self->row.by_priority[a->priority] += a->count;
    if (!a->calls)
        return;
    self->row.alarms += a->count;
    self->row.technical += a->technical ? a->count : 0;
    if (a->ended_us != 0) {
        double stood_s = (double)MAX(a->ended_us - a->raised_us, 0) / 1e6;
        g_array_append_val(self->stood, stood_s);
    }
    add_answer(self, a);
}

static void
add_alarm(Counting *self, unsigned i)
{
    DashBurdenAlarm a = dash_burden_alarm(self->burden, i);
    const char *inputs[DASH_BURDEN_INPUTS];
    if (a.raised_us < self->report->from_us || a.raised_us >= self->report->to_us)
        return;
    int64_t local_us = a.raised_us + self->utc_offset_us;
    add(&self->all, &a);
    add(&self->hour[local_us / HOUR_US % 24], &a);
    add(count_for(self->beds, a.bed), &a);
    add(count_for(self->rules, a.rule), &a);
    unsigned n = dash_burden_inputs(self->burden, i, inputs);
    for (unsigned k = 0; k < n; k++)
        add(count_for(self->inputs, inputs[k]), &a);
}

/* --- rows --- */

static int
by_number(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

/* Nearest rank, as the report of a replay has it. */
static double
quantile(const GArray *sorted, double q)
{
    if (sorted->len == 0)
        return 0;
    double rank = ceil(q * sorted->len);
    return g_array_index(sorted, double, (guint)MAX(rank, 1) - 1);
}

static DashBurdenRow
finish(const Counting *self, Count *count, double bed_days)
{
    DashBurdenRow row = count->row;
    unsigned all = self->all.row.alarms;
    g_array_sort(count->stood, by_number);
    g_array_sort(count->waited, by_number);
    row.per_bed_day = bed_days > 0 ? row.alarms / bed_days : 0;
    row.share = all > 0 ? (double)row.alarms / all : 0;
    row.median_s = quantile(count->stood, 0.5);
    row.p90_s = quantile(count->stood, 0.9);
    row.answer_median_s = quantile(count->waited, 0.5);
    row.answer_p90_s = quantile(count->waited, 0.9);
    return row;
}

static int
by_load(const void *pa, const void *pb)
{
    const DashBurdenRow *a = pa, *b = pb;
    if (a->alarms != b->alarms)
        return a->alarms > b->alarms ? -1 : 1;
    unsigned x = a->by_priority[1] + a->merged, y = b->by_priority[1] + b->merged;
    if (x != y)
        return x > y ? -1 : 1;
    return strcmp(a->name, b->name);
}

static double
days_of(const Counting *self, const char *bed)
{
    const DashBurdenReport *r = self->report;
    return (double)dash_burden_watched_us(self->burden, bed, r->from_us, r->to_us) / (double)DAY_US;
}

/* @bed_days < 0: each row is of a bed. */
static GArray *
finish_table(const Counting *self, GHashTable *table, double bed_days)
{
    GArray *rows = g_array_new(FALSE, TRUE, sizeof(DashBurdenRow));
    GHashTableIter iter;
    gpointer count;
    g_hash_table_iter_init(&iter, table);
    while (g_hash_table_iter_next(&iter, NULL, &count)) {
        const char *name = ((Count *)count)->row.name;
        double days = bed_days >= 0 ? bed_days : days_of(self, name);
        DashBurdenRow row = finish(self, count, days);
        g_array_append_val(rows, row);
    }
    g_array_sort(rows, by_load);
    return rows;
}

static void
mark_top(DashBurdenReport *report)
{
    unsigned left = MAX(1, (report->n_beds + 5) / 10);
    report->top_beds = MIN(left, report->n_beds);
    for (guint i = 0; i < report->beds->len && left > 0; i++) {
        DashBurdenRow *row = &g_array_index(report->beds, DashBurdenRow, i);
        if (!*row->name || row->alarms == 0)
            continue;
        row->top = true;
        report->top_share += row->share;
        left--;
    }
}

static void
finish_all(Counting *self)
{
    DashBurdenReport *report = self->report;
    report->bed_days = (double)dash_burden_watched_in_all_us(self->burden, report->n_beds,
                                                             report->from_us, report->to_us)
                       / (double)DAY_US;
    report->all = finish(self, &self->all, report->bed_days);
    for (int h = 0; h < 24; h++)
        report->hour[h] = finish(self, &self->hour[h], report->bed_days / 24);
    report->beds = finish_table(self, self->beds, -1);
    report->inputs = finish_table(self, self->inputs, report->bed_days);
    report->rules = finish_table(self, self->rules, report->bed_days);
    mark_top(report);
}

static GHashTable *
new_table(void)
{
    return g_hash_table_new_full(g_str_hash, g_str_equal, NULL, count_free);
}

DashBurdenReport *
dash_burden_report(const DashBurden *burden,
                   int64_t from_us,
                   int64_t to_us,
                   unsigned n_beds,
                   int64_t utc_offset_us)
{
    DashBurdenReport *report = g_new0(DashBurdenReport, 1);
    Counting self = {burden,      report,      {{0}, NULL, NULL}, {{{0}, NULL, NULL}},
                     new_table(), new_table(), new_table(),       utc_offset_us};
    report->from_us = MIN(MAX(from_us, dash_burden_known_us(burden)), to_us);
    report->to_us = to_us;
    report->whole = dash_burden_known_us(burden) <= from_us;
    report->n_beds = n_beds;
    count_init(&self.all, NULL);
    for (int h = 0; h < 24; h++)
        count_init(&self.hour[h], NULL);
    for (unsigned i = 0; i < dash_burden_length(burden); i++)
        add_alarm(&self, i);
    finish_all(&self);
    count_clear(&self.all);
    for (int h = 0; h < 24; h++)
        count_clear(&self.hour[h]);
    g_hash_table_unref(self.beds);
    g_hash_table_unref(self.inputs);
    g_hash_table_unref(self.rules);
    return report;
}

void
dash_burden_report_free(DashBurdenReport *self)
{
    if (!self)
        return;
    g_array_unref(self->beds);
    g_array_unref(self->inputs);
    g_array_unref(self->rules);
    g_free(self);
}

double
dash_burden_times_drew(const DashBurdenReport *self)
{
    return self->all.per_bed_day / DASH_BURDEN_DREW;
}

/* --- one by one --- */

static int
by_newest(const void *pa, const void *pb)
{
    const DashBurdenAlarm *a = pa, *b = pb;
    if (a->raised_us != b->raised_us)
        return a->raised_us > b->raised_us ? -1 : 1;
    int order = strcmp(a->bed, b->bed);
    return order != 0 ? order : a->key < b->key ? -1 : a->key > b->key;
}

GArray *
dash_burden_occurrences(const DashBurden *burden,
                        const char *rule,
                        const char *bed,
                        int64_t from_us,
                        int64_t to_us,
                        guint most)
{
    GArray *found = g_array_new(FALSE, FALSE, sizeof(DashBurdenAlarm));
    for (unsigned i = 0; i < dash_burden_length(burden); i++) {
        DashBurdenAlarm a = dash_burden_alarm(burden, i);
        if (a.raised_us >= from_us && a.raised_us < to_us && (!rule || strcmp(a.rule, rule) == 0)
            && (!bed || strcmp(a.bed, bed) == 0))
            g_array_append_val(found, a);
    }
    g_array_sort(found, by_newest);
    if (found->len > most)
        g_array_set_size(found, most);
    return found;
}
