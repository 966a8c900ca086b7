/* What a report says beside the rows: sums, hours, and rules that fire together.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "rules/replay/report-inner.h"

#define HOUR_US (3600 * (int64_t)G_USEC_PER_SEC)

RulesReportSum
rules_report_sum(const RulesReport *self)
{
    RulesReportSum sum = {0};
    for (guint i = 0; i < self->alarms->len; i++) {
        const RulesReportAlarm *a = &g_array_index(self->alarms, RulesReportAlarm, i);
        if (a->merged) {
            sum.merged++;
            continue;
        }
        if (a->technical)
            sum.technical++;
        else
            sum.alarms[a->priority]++;
        sum.by_hour[a->raised_us / HOUR_US % 24]++;
    }
    return sum;
}

unsigned
rules_report_count(const RulesReport *self, const GPtrArray *rules)
{
    unsigned n = 0;
    for (guint i = 0; i < self->alarms->len; i++) {
        const RulesReportAlarm *a = &g_array_index(self->alarms, RulesReportAlarm, i);
        for (guint k = 0; !a->technical && k < rules->len; k++)
            if (strcmp(rules->pdata[k], a->rule) == 0) {
                n++;
                break;
            }
    }
    return n;
}

/* --- pairs --- */

static int
by_time(const void *pa, const void *pb)
{
    const RulesReportAlarm *a = *(const RulesReportAlarm *const *)pa;
    const RulesReportAlarm *b = *(const RulesReportAlarm *const *)pb;
    int order = strcmp(a->bed, b->bed);
    if (order != 0)
        return order;
    if (a->raised_us != b->raised_us)
        return a->raised_us < b->raised_us ? -1 : 1;
    order = strcmp(a->rule, b->rule);
    return order != 0 ? order : (int)a->technical - (int)b->technical;
}

static int
by_rule(const RulesReportAlarm *a, const RulesReportAlarm *b)
{
    int order = strcmp(a->rule, b->rule);
    return order != 0 ? order : (int)a->technical - (int)b->technical;
}

static RulesReportPair *
pair_of(GArray *pairs, const RulesReportAlarm *a, const RulesReportAlarm *b)
{
    for (guint i = 0; i < pairs->len; i++) {
        RulesReportPair *p = &g_array_index(pairs, RulesReportPair, i);
        if (p->technical == a->technical && p->other_technical == b->technical
            && strcmp(p->rule, a->rule) == 0 && strcmp(p->other, b->rule) == 0)
            return p;
    }
    RulesReportPair fresh = {a->rule, b->rule, a->technical, b->technical, 0};
    g_array_append_val(pairs, fresh);
    return &g_array_index(pairs, RulesReportPair, pairs->len - 1);
}

static bool
is_near(const RulesReportAlarm *a, const RulesReportAlarm *b)
{
    return strcmp(a->bed, b->bed) == 0
           && llabs(a->raised_us - b->raised_us) <= RULES_REPORT_PAIR_US;
}

/* Each other rule once, however often it fires beside @sorted[at]. */
static void
count_beside(GArray *pairs, const GPtrArray *sorted, guint at)
{
    const RulesReportAlarm *a = sorted->pdata[at];
    g_autoptr(GPtrArray) seen = g_ptr_array_new();
    guint first = at, last = at;
    while (first > 0 && is_near(a, sorted->pdata[first - 1]))
        first--;
    while (last + 1 < sorted->len && is_near(a, sorted->pdata[last + 1]))
        last++;
    for (guint k = first; k <= last; k++) {
        const RulesReportAlarm *b = sorted->pdata[k];
        bool again = by_rule(a, b) >= 0;
        for (guint j = 0; j < seen->len && !again; j++)
            again = by_rule(seen->pdata[j], b) == 0;
        if (again)
            continue;
        g_ptr_array_add(seen, (gpointer)b);
        pair_of(pairs, a, b)->times++;
    }
}

static int
by_times(const void *pa, const void *pb)
{
    const RulesReportPair *a = pa, *b = pb;
    if (a->times != b->times)
        return a->times > b->times ? -1 : 1;
    int order = strcmp(a->rule, b->rule);
    order = order != 0 ? order : strcmp(a->other, b->other);
    order = order != 0 ? order : (int)a->technical - (int)b->technical;
    return order != 0 ? order : (int)a->other_technical - (int)b->other_technical;
}

GArray *
rules_report_pairs(const RulesReport *self)
{
    GArray *pairs = g_array_new(FALSE, FALSE, sizeof(RulesReportPair));
    g_autoptr(GPtrArray) sorted = g_ptr_array_new();
    for (guint i = 0; i < self->alarms->len; i++)
        g_ptr_array_add(sorted, &g_array_index(self->alarms, RulesReportAlarm, i));
    g_ptr_array_sort(sorted, by_time);
    for (guint i = 0; i < sorted->len; i++)
        count_beside(pairs, sorted, i);
    g_array_sort(pairs, by_times);
    return pairs;
}
