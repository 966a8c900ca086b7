/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/replay/report.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SHORT_S 15.0 /* clinical.md S14 */
#define DAY_US  (86400 * (int64_t)G_USEC_PER_SEC)

typedef struct {
    const char *bed, *rule;
    int64_t from_us;
    int64_t to_us; /* 0: still */
} Blind;

struct RulesReport {
    GStringChunk *names;
    GHashTable *beds; /* name -> end of what was watched, int64_t */
    GArray *alarms;   /* RulesReportAlarm */
    GArray *blind;    /* Blind: an input that was never seen */
    int64_t watched_us;
};

RulesReport *
rules_report_new(void)
{
    RulesReport *self = g_new0(RulesReport, 1);
    self->names = g_string_chunk_new(1024);
    self->beds = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, g_free);
    self->alarms = g_array_new(FALSE, FALSE, sizeof(RulesReportAlarm));
    self->blind = g_array_new(FALSE, FALSE, sizeof(Blind));
    return self;
}

void
rules_report_free(RulesReport *self)
{
    if (!self)
        return;
    g_string_chunk_free(self->names);
    g_hash_table_unref(self->beds);
    g_array_unref(self->alarms);
    g_array_unref(self->blind);
    g_free(self);
}

static void
end_alarms(RulesReport *self, const RulesLogLine *line, bool all, bool technical)
{
    for (guint i = self->alarms->len; i-- > 0;) {
        RulesReportAlarm *a = &g_array_index(self->alarms, RulesReportAlarm, i);
        if (strcmp(a->bed, line->bed) != 0)
            return; /* a bed's lines stand together */
        if (a->ended_us == 0
            && (all || (a->technical == technical && strcmp(a->rule, line->rule) == 0)))
            a->ended_us = line->t_us;
    }
}

static void
end_blind(RulesReport *self, const RulesLogLine *line, bool all)
{
    for (guint i = self->blind->len; i-- > 0;) {
        Blind *b = &g_array_index(self->blind, Blind, i);
        if (strcmp(b->bed, line->bed) != 0)
            return;
        if (b->to_us == 0 && (all || strcmp(b->rule, line->rule) == 0))
            b->to_us = line->t_us;
    }
}

void
rules_report_line(RulesReport *self, const RulesLogLine *line)
{
    const char *bed = g_string_chunk_insert_const(self->names, line->bed);
    const char *rule = g_string_chunk_insert_const(self->names, line->rule);
    if (line->kind == RULES_LOG_RAISE || line->kind == RULES_LOG_TECHNICAL) {
        RulesReportAlarm a = {bed,
                              rule,
                              g_string_chunk_insert_const(self->names, line->signal),
                              line->kind == RULES_LOG_TECHNICAL,
                              line->t_us,
                              0};
        g_array_append_val(self->alarms, a);
    } else if (line->kind == RULES_LOG_CLEAR || line->kind == RULES_LOG_JUDGED) {
        end_alarms(self, line, false, line->kind == RULES_LOG_JUDGED);
    } else if (line->kind == RULES_LOG_RESET) {
        end_alarms(self, line, true, false);
        end_blind(self, line, true);
    } else if (line->kind == RULES_LOG_NOT_JUDGED) {
        Blind b = {bed, rule, line->t_us, 0};
        end_blind(self, line, false);
        if (*line->text)
            g_array_append_val(self->blind, b);
    } else if (line->kind == RULES_LOG_WATCHED) {
        end_blind(self, line, true);
        self->watched_us += line->t_us - line->t0_us;
        g_hash_table_replace(self->beds, (gpointer)bed, g_memdup2(&line->t_us, sizeof line->t_us));
    }
}

bool
rules_report_log(RulesReport *self, const char *text)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (size_t i = 0; lines[i]; i++) {
        RulesLogLine line;
        if (!*lines[i])
            continue;
        if (!rules_log_parse(lines[i], &line))
            return false;
        rules_report_line(self, &line);
    }
    return true;
}

double
rules_report_bed_days(const RulesReport *self)
{
    return (double)self->watched_us / (double)DAY_US;
}

unsigned
rules_report_beds(const RulesReport *self)
{
    return g_hash_table_size(self->beds);
}

/* --- rows --- */

static int
by_row(const void *a, const void *b)
{
    const RulesReportRow *x = a, *y = b;
    int order = strcmp(x->rule, y->rule);
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

static void
set_durations(const RulesReport *self, RulesReportRow *row)
{
    g_autoptr(GArray) seconds = g_array_new(FALSE, FALSE, sizeof(double));
    unsigned brief = 0;
    for (guint i = 0; i < self->alarms->len; i++) {
        const RulesReportAlarm *a = &g_array_index(self->alarms, RulesReportAlarm, i);
        if (a->ended_us == 0 || a->technical != row->technical || strcmp(a->rule, row->rule) != 0)
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

static void
set_beds(const RulesReport *self, RulesReportRow *row)
{
    g_autoptr(GHashTable) counts = g_hash_table_new(g_str_hash, g_str_equal);
    g_autoptr(GArray) sorted = g_array_new(FALSE, FALSE, sizeof(double));
    GHashTableIter iter;
    gpointer value;
    for (guint i = 0; i < self->alarms->len; i++) {
        const RulesReportAlarm *a = &g_array_index(self->alarms, RulesReportAlarm, i);
        if (a->technical != row->technical || strcmp(a->rule, row->rule) != 0)
            continue;
        guint n = GPOINTER_TO_UINT(g_hash_table_lookup(counts, a->bed));
        g_hash_table_insert(counts, (gpointer)a->bed, GUINT_TO_POINTER(n + 1));
        row->alarms++;
    }
    g_hash_table_iter_init(&iter, counts);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        double n = GPOINTER_TO_UINT(value);
        g_array_append_val(sorted, n);
    }
    g_array_sort(sorted, by_number);
    row->beds = sorted->len;
    double top = 0, tenth = MAX(ceil(rules_report_beds(self) / 10.0), 1);
    for (guint i = 0; i < sorted->len && i < (guint)tenth; i++)
        top += g_array_index(sorted, double, sorted->len - 1 - i);
    row->top_share = row->alarms > 0 ? top / row->alarms : 0;
    double days = rules_report_bed_days(self);
    row->per_bed_day = days > 0 ? row->alarms / days : 0;
}

static double
blind_s(const RulesReport *self, const char *rule)
{
    int64_t us = 0;
    for (guint i = 0; i < self->blind->len; i++) {
        const Blind *b = &g_array_index(self->blind, Blind, i);
        if (strcmp(b->rule, rule) == 0 && b->to_us > b->from_us)
            us += b->to_us - b->from_us;
    }
    for (guint i = 0; i < self->alarms->len; i++) {
        const RulesReportAlarm *a = &g_array_index(self->alarms, RulesReportAlarm, i);
        const int64_t *end = g_hash_table_lookup(self->beds, a->bed);
        int64_t to_us = a->ended_us != 0 ? a->ended_us : end ? *end : a->raised_us;
        if (a->technical && strcmp(a->rule, rule) == 0)
            us += MAX(to_us - a->raised_us, 0);
    }
    return (double)us / 1e6;
}

static void
want_row(GArray *rows, const char *rule, bool technical)
{
    for (guint i = 0; i < rows->len; i++) {
        const RulesReportRow *row = &g_array_index(rows, RulesReportRow, i);
        if (row->technical == technical && strcmp(row->rule, rule) == 0)
            return;
    }
    RulesReportRow row = {.rule = rule, .technical = technical};
    g_array_append_val(rows, row);
}

GArray *
rules_report_rows(const RulesReport *self)
{
    GArray *rows = g_array_new(FALSE, FALSE, sizeof(RulesReportRow));
    for (guint i = 0; i < self->alarms->len; i++) {
        const RulesReportAlarm *a = &g_array_index(self->alarms, RulesReportAlarm, i);
        want_row(rows, a->rule, a->technical);
    }
    for (guint i = 0; i < self->blind->len; i++)
        want_row(rows, g_array_index(self->blind, Blind, i).rule, false);
    g_array_sort(rows, by_row);
    for (guint i = 0; i < rows->len; i++) {
        RulesReportRow *row = &g_array_index(rows, RulesReportRow, i);
        set_beds(self, row);
        set_durations(self, row);
        if (!row->technical)
            row->unknown_s = blind_s(self, row->rule);
    }
    return rows;
}

/* --- beside another --- */

static bool
meets(const RulesReportAlarm *a, const RulesReport *other)
{
    int64_t end_us = a->ended_us != 0 ? a->ended_us : INT64_MAX;
    for (guint i = 0; i < other->alarms->len; i++) {
        const RulesReportAlarm *b = &g_array_index(other->alarms, RulesReportAlarm, i);
        int64_t other_us = b->ended_us != 0 ? b->ended_us : INT64_MAX;
        if (a->technical == b->technical && a->raised_us <= other_us && b->raised_us <= end_us
            && strcmp(a->rule, b->rule) == 0 && strcmp(a->bed, b->bed) == 0)
            return true;
    }
    return false;
}

GArray *
rules_report_only(const RulesReport *self, const RulesReport *other)
{
    GArray *only = g_array_new(FALSE, FALSE, sizeof(RulesReportAlarm));
    for (guint i = 0; i < self->alarms->len; i++) {
        RulesReportAlarm a = g_array_index(self->alarms, RulesReportAlarm, i);
        if (!meets(&a, other))
            g_array_append_val(only, a);
    }
    return only;
}
