/* The rows of a report: one rule, over all beds or at one.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "rules/replay/report-inner.h"

#define SHORT_S 15.0 /* clinical.md S14 */
#define DAY_US  (86400 * (int64_t)G_USEC_PER_SEC)

static int
by_row(const void *a, const void *b)
{
    const RulesReportRow *x = a, *y = b;
    int order = g_strcmp0(x->bed, y->bed);
    order = order != 0 ? order : strcmp(x->rule, y->rule);
    return order != 0 ? order : (int)x->technical - (int)y->technical;
}

static int
by_number(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

/* Nearest rank. */
static double
quantile(const GArray *sorted, double q)
{
    if (sorted->len == 0)
        return 0;
    double rank = ceil(q * sorted->len);
    return g_array_index(sorted, double, (guint)MAX(rank, 1) - 1);
}

static bool
is_of(const RulesReportRow *row, const RulesReportAlarm *a)
{
    return a->technical == row->technical && strcmp(a->rule, row->rule) == 0
           && (!row->bed || strcmp(a->bed, row->bed) == 0);
}

static void
set_durations(const RulesReport *self, RulesReportRow *row)
{
    g_autoptr(GArray) seconds = g_array_new(FALSE, FALSE, sizeof(double));
    unsigned brief = 0;
    for (guint i = 0; i < self->alarms->len; i++) {
        const RulesReportAlarm *a = &g_array_index(self->alarms, RulesReportAlarm, i);
        if (a->ended_us == 0 || !is_of(row, a))
            continue;
        double s = (double)(a->ended_us - a->raised_us) / 1e6;
        brief += s < SHORT_S;
        g_array_append_val(seconds, s);
    }
    g_array_sort(seconds, by_number);
    row->median_s = quantile(seconds, 0.5);
    row->p90_s = quantile(seconds, 0.9);
    row->short_share = seconds->len > 0 ? (double)brief / seconds->len : 0;
}

/* How many of the row's alarms each bed had: name -> count. */
static GHashTable *
count_beds(const RulesReport *self, RulesReportRow *row)
{
    GHashTable *counts = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; i < self->alarms->len; i++) {
        const RulesReportAlarm *a = &g_array_index(self->alarms, RulesReportAlarm, i);
        if (!is_of(row, a))
            continue;
        guint n = GPOINTER_TO_UINT(g_hash_table_lookup(counts, a->bed));
        g_hash_table_insert(counts, (gpointer)a->bed, GUINT_TO_POINTER(n + 1));
        row->alarms++;
        row->merged += a->merged;
    }
    row->beds = g_hash_table_size(counts);
    return counts;
}

static void
set_beds(const RulesReport *self, RulesReportRow *row)
{
    g_autoptr(GHashTable) counts = count_beds(self, row);
    g_autoptr(GArray) numbers = g_array_new(FALSE, FALSE, sizeof(double));
    g_autoptr(GArray) rates = g_array_new(FALSE, FALSE, sizeof(double));
    double days = 0, top = 0, tenth = MAX(ceil(rules_report_beds(self) / 10.0), 1);
    GHashTableIter iter;
    gpointer bed, value;
    g_hash_table_iter_init(&iter, self->beds);
    while (g_hash_table_iter_next(&iter, &bed, &value)) {
        const ReportWatch *watch = value;
        double n = GPOINTER_TO_UINT(g_hash_table_lookup(counts, bed));
        double own_days = (double)watch->watched_us / (double)DAY_US;
        double rate = own_days > 0 ? n / own_days : 0;
        if (row->bed && strcmp(bed, row->bed) != 0)
            continue;
        days += own_days;
        g_array_append_val(numbers, n);
        g_array_append_val(rates, rate);
    }
    g_array_sort(numbers, by_number);
    g_array_sort(rates, by_number);
    for (guint i = 0; i < numbers->len && i < (guint)tenth; i++)
        top += g_array_index(numbers, double, numbers->len - 1 - i);
    row->top_share = row->alarms > 0 ? top / row->alarms : 0;
    row->per_bed_day = days > 0 ? row->alarms / days : 0;
    row->bed_median = quantile(rates, 0.5);
    row->bed_p90 = quantile(rates, 0.9);
}

static double
blind_s(const RulesReport *self, const RulesReportRow *row)
{
    int64_t us = 0;
    for (guint i = 0; i < self->blind->len; i++) {
        const ReportBlind *b = &g_array_index(self->blind, ReportBlind, i);
        if (strcmp(b->rule, row->rule) == 0 && b->to_us > b->from_us
            && (!row->bed || strcmp(b->bed, row->bed) == 0))
            us += b->to_us - b->from_us;
    }
    for (guint i = 0; i < self->alarms->len; i++) {
        const RulesReportAlarm *a = &g_array_index(self->alarms, RulesReportAlarm, i);
        const ReportWatch *watch = g_hash_table_lookup(self->beds, a->bed);
        int64_t to_us = a->ended_us != 0 ? a->ended_us : watch ? watch->end_us : a->raised_us;
        if (a->technical && strcmp(a->rule, row->rule) == 0
            && (!row->bed || strcmp(a->bed, row->bed) == 0))
            us += MAX(to_us - a->raised_us, 0);
    }
    return (double)us / 1e6;
}

static void
want_row(GArray *rows, const char *bed, const char *rule, bool technical)
{
    for (guint i = 0; i < rows->len; i++) {
        const RulesReportRow *row = &g_array_index(rows, RulesReportRow, i);
        if (row->technical == technical && strcmp(row->rule, rule) == 0
            && g_strcmp0(row->bed, bed) == 0)
            return;
    }
    RulesReportRow row = {.bed = bed, .rule = rule, .technical = technical};
    g_array_append_val(rows, row);
}

static GArray *
make_rows(const RulesReport *self, bool of_beds)
{
    GArray *rows = g_array_new(FALSE, FALSE, sizeof(RulesReportRow));
    for (guint i = 0; i < self->alarms->len; i++) {
        const RulesReportAlarm *a = &g_array_index(self->alarms, RulesReportAlarm, i);
        want_row(rows, of_beds ? a->bed : NULL, a->rule, a->technical);
        if (a->technical) /* its unknown time stands in the rule's own row */
            want_row(rows, of_beds ? a->bed : NULL, a->rule, false);
    }
    for (guint i = 0; i < self->blind->len; i++) {
        const ReportBlind *b = &g_array_index(self->blind, ReportBlind, i);
        want_row(rows, of_beds ? b->bed : NULL, b->rule, false);
    }
    g_array_sort(rows, by_row);
    for (guint i = 0; i < rows->len; i++) {
        RulesReportRow *row = &g_array_index(rows, RulesReportRow, i);
        set_beds(self, row);
        set_durations(self, row);
        if (!row->technical)
            row->unknown_s = blind_s(self, row);
    }
    return rows;
}

GArray *
rules_report_rows(const RulesReport *self)
{
    return make_rows(self, false);
}

GArray *
rules_report_bed_rows(const RulesReport *self)
{
    return make_rows(self, true);
}
