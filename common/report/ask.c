/* What the reports share: days, units, percentiles. See report.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/error.h"
#include "common/report/report.h"

static int
by_value(gconstpointer a, gconstpointer b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

/* @percent of n, rounded up: the nearest rank, from 1. */
static double
rank_s(const GArray *us, unsigned percent)
{
    guint rank = (us->len * percent + 99) / 100;
    return (double)g_array_index(us, int64_t, MAX(rank, 1u) - 1) / G_USEC_PER_SEC;
}

VicuSpread
vicu_spread_of(GArray *us)
{
    if (us->len == 0)
        return (VicuSpread){0};
    g_array_sort(us, by_value);
    return (VicuSpread){us->len, rank_s(us, 50), rank_s(us, 90), rank_s(us, 100)};
}

bool
vicu_ask_takes(const VicuReportAsk *ask, const char *bed, int64_t t_us)
{
    if (t_us < ask->from_us || t_us >= ask->to_us)
        return false;
    if (ask->unit == NULL)
        return true;
    g_autofree char *unit = vicu_unit_of(bed);
    return strcmp(unit, ask->unit) == 0;
}

const char *
vicu_priority_word(unsigned priority)
{
    static const char *const words[] = {"none", "advisory", "low", "medium", "high"};
    return words[MIN(priority, G_N_ELEMENTS(words) - 1)];
}

void
vicu_report_observe(VicuReport *report, VicuHistory *history, const VicuReportAsk *ask)
{
    const GPtrArray *beds = vicu_history_beds(history);
    int64_t sum_us = 0;
    guint n = 0;

    for (guint i = 0; i < beds->len; i++) {
        if (!vicu_ask_takes(ask, beds->pdata[i], ask->from_us))
            continue;
        int64_t us = vicu_history_observed_us(history, beds->pdata[i], ask->from_us, ask->to_us);
        sum_us += us;
        n++;
        report->beds += us > 0;
        report->not_live +=
            us > 0 && !vicu_history_is_live(history, beds->pdata[i], ask->from_us, ask->to_us);
    }
    report->observed =
        n > 0 ? (double)sum_us / ((double)n * (double)(ask->to_us - ask->from_us)) : -1;
    if (sum_us == 0)
        vicu_report_note(report,
                         "No bed had data in this time: what is counted here is no quiet "
                         "time, nothing was observed",
                         0, 0);
    if (vicu_history_lost(history) > 0)
        vicu_report_note(report,
                         "%u records could not be read or were more than %u, and are "
                         "missing in every number",
                         vicu_history_lost(history), VICU_HISTORY_MAX);
}

static GDateTime *
date_of(int64_t t_us, GTimeZone *zone)
{
    g_autoptr(GTimeZone) utc = g_time_zone_new_utc();
    g_autoptr(GDateTime) epoch = g_date_time_new_utc(1970, 1, 1, 0, 0, 0);
    g_autoptr(GDateTime) at = g_date_time_add(epoch, t_us);
    return g_date_time_to_timezone(at, zone != NULL ? zone : utc);
}

/* Midnight that is @days after that of @t_us; a day of the clock's change has 23 or 25 h. */
static int64_t
midnight_us(int64_t t_us, GTimeZone *zone, int days)
{
    g_autoptr(GTimeZone) utc = g_time_zone_new_utc();
    g_autoptr(GDateTime) at = date_of(t_us, zone);
    g_autoptr(GDateTime) day = g_date_time_add_days(at, days);
    g_autoptr(GDateTime) midnight =
        g_date_time_new(zone != NULL ? zone : utc, g_date_time_get_year(day),
                        g_date_time_get_month(day), g_date_time_get_day_of_month(day), 0, 0, 0);
    return g_date_time_to_unix(midnight) * G_USEC_PER_SEC;
}

GArray *
vicu_days_of(const VicuReportAsk *ask)
{
    GArray *days = g_array_new(FALSE, FALSE, sizeof(int64_t));
    int64_t t_us = ask->from_us;

    while (t_us < ask->to_us) {
        g_array_append_val(days, t_us);
        t_us = midnight_us(t_us, ask->zone, 1);
    }
    g_array_append_val(days, ask->to_us);
    return days;
}

/* Four, two and two figures. */
static bool
is_date(const char *text)
{
    static const char form[] = "0000-00-00";

    if (strlen(text) != strlen(form))
        return false;
    for (size_t i = 0; form[i] != '\0'; i++)
        if (form[i] == '0' ? !g_ascii_isdigit(text[i]) : text[i] != form[i])
            return false;
    return true;
}

gboolean
vicu_report_time(const char *text, int64_t now_us, GTimeZone *zone, int64_t *t_us, GError **error)
{
    if (!is_date(text))
        return vicu_time_parse(text, now_us, t_us, error);
    g_autoptr(GTimeZone) utc = g_time_zone_new_utc();
    g_autoptr(GDateTime) day = g_date_time_new(zone != NULL ? zone : utc, atoi(text),
                                               atoi(text + 5), atoi(text + 8), 0, 0, 0);
    if (day == NULL) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT, "\"%s\" is no day of the calendar", text);
        return FALSE;
    }
    *t_us = g_date_time_to_unix(day) * G_USEC_PER_SEC;
    return TRUE;
}

char *
vicu_day_name(int64_t t_us, GTimeZone *zone)
{
    g_autoptr(GDateTime) at = date_of(t_us, zone);
    return g_date_time_format(at, "%Y-%m-%d");
}
