/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "rules/replay/report-inner.h"

#define DAY_US (86400 * (int64_t)G_USEC_PER_SEC)

RulesReport *
rules_report_new(void)
{
    RulesReport *self = g_new0(RulesReport, 1);
    self->names = g_string_chunk_new(1024);
    self->beds = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, g_free);
    self->alarms = g_array_new(FALSE, FALSE, sizeof(RulesReportAlarm));
    self->blind = g_array_new(FALSE, FALSE, sizeof(ReportBlind));
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
        ReportBlind *b = &g_array_index(self->blind, ReportBlind, i);
        if (strcmp(b->bed, line->bed) != 0)
            return;
        if (b->to_us == 0 && (all || strcmp(b->rule, line->rule) == 0))
            b->to_us = line->t_us;
    }
}

/* The technical alarm that was told last. */
static void
merge(RulesReport *self, const RulesLogLine *line)
{
    RulesReportAlarm *a = self->alarms->len > 0 ? &g_array_index(self->alarms, RulesReportAlarm,
                                                                 self->alarms->len - 1)
                                                : NULL;
    if (a && a->technical && strcmp(a->rule, line->rule) == 0 && strcmp(a->bed, line->bed) == 0)
        a->merged = true;
}

void
rules_report_line(RulesReport *self, const RulesLogLine *line)
{
    const char *bed = g_string_chunk_insert_const(self->names, line->bed);
    const char *rule = g_string_chunk_insert_const(self->names, line->rule);
    if (line->kind == RULES_LOG_RAISE || line->kind == RULES_LOG_TECHNICAL) {
        RulesReportAlarm a = {
            .bed = bed,
            .rule = rule,
            .signal = g_string_chunk_insert_const(self->names, line->signal),
            .priority = line->priority,
            .technical = line->kind == RULES_LOG_TECHNICAL,
            .raised_us = line->t_us,
        };
        g_array_append_val(self->alarms, a);
    } else if (line->kind == RULES_LOG_CLEAR || line->kind == RULES_LOG_JUDGED) {
        end_alarms(self, line, false, line->kind == RULES_LOG_JUDGED);
    } else if (line->kind == RULES_LOG_RESET) {
        end_alarms(self, line, true, false);
        end_blind(self, line, true);
    } else if (line->kind == RULES_LOG_NOT_JUDGED) {
        ReportBlind b = {bed, rule, line->t_us, 0};
        end_blind(self, line, false);
        if (*line->text)
            g_array_append_val(self->blind, b);
    } else if (line->kind == RULES_LOG_WATCHED) {
        const ReportWatch *before = g_hash_table_lookup(self->beds, bed);
        ReportWatch watch = {line->t_us, line->t_us - line->t0_us};
        end_blind(self, line, true);
        self->watched_us += watch.watched_us;
        watch.watched_us += before ? before->watched_us : 0;
        g_hash_table_replace(self->beds, (gpointer)bed, g_memdup2(&watch, sizeof watch));
    } else if (line->kind == RULES_LOG_MERGED) {
        merge(self, line);
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

/* --- beside another --- */

/* The first one of the same rule and bed in @other that overlaps @a; NULL: none. */
static const RulesReportAlarm *
meeting(const RulesReportAlarm *a, const RulesReport *other)
{
    int64_t end_us = a->ended_us != 0 ? a->ended_us : INT64_MAX;
    for (guint i = 0; i < other->alarms->len; i++) {
        const RulesReportAlarm *b = &g_array_index(other->alarms, RulesReportAlarm, i);
        int64_t other_us = b->ended_us != 0 ? b->ended_us : INT64_MAX;
        if (a->technical == b->technical && a->raised_us <= other_us && b->raised_us <= end_us
            && strcmp(a->rule, b->rule) == 0 && strcmp(a->bed, b->bed) == 0)
            return b;
    }
    return NULL;
}

GArray *
rules_report_only(const RulesReport *self, const RulesReport *other)
{
    GArray *only = g_array_new(FALSE, FALSE, sizeof(RulesReportAlarm));
    for (guint i = 0; i < self->alarms->len; i++) {
        RulesReportAlarm a = g_array_index(self->alarms, RulesReportAlarm, i);
        if (!meeting(&a, other))
            g_array_append_val(only, a);
    }
    return only;
}

RulesReportLater
rules_report_later(const RulesReport *self, const RulesReport *other)
{
    RulesReportLater later = {0};
    for (guint i = 0; i < other->alarms->len; i++) {
        const RulesReportAlarm *before = &g_array_index(other->alarms, RulesReportAlarm, i);
        const RulesReportAlarm *now = meeting(before, self);
        if (!now || now->raised_us <= before->raised_us)
            continue;
        later.alarms++;
        if (!later.longest.bed
            || now->raised_us - before->raised_us > later.longest.raised_us - later.before_us) {
            later.longest = *now;
            later.before_us = before->raised_us;
        }
    }
    return later;
}
