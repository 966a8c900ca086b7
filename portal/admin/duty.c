/* SPDX-License-Identifier: Apache-2.0 */
#include "portal/admin/duty.h"

#include <string.h>

/* Minute @minute of the local day that @day lies in, across changes of the clocks. */
static int64_t
local_us(GDateTime *day, int minute)
{
    g_autoptr(GDateTime) date = g_date_time_add_days(day, minute / PORTAL_DAY_MIN);
    int rest = minute % PORTAL_DAY_MIN;

    if (date == NULL)
        return 0;
    g_autoptr(GDateTime) at = g_date_time_new(
        g_date_time_get_timezone(day), g_date_time_get_year(date), g_date_time_get_month(date),
        g_date_time_get_day_of_month(date), rest / 60, rest % 60, 0);
    return at != NULL ? g_date_time_to_unix(at) * G_USEC_PER_SEC : 0;
}

bool
portal_duty_is_on(const Vicu__RosterShift *shift,
                  int64_t now_us,
                  GTimeZone *zone,
                  int64_t *until_us)
{
    if (shift->days == 0) {
        *until_us = shift->to_us;
        return now_us >= shift->from_us && now_us < shift->to_us;
    }
    g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc(now_us / G_USEC_PER_SEC);
    g_autoptr(GDateTime) here = utc != NULL ? g_date_time_to_timezone(utc, zone) : NULL;
    /* It began today, or yesterday and ends today. */
    for (int i = -1; here != NULL && i <= 0; i++) {
        g_autoptr(GDateTime) day = g_date_time_add_days(here, i);
        if (day == NULL || !(shift->days & 1u << (g_date_time_get_day_of_week(day) - 1)))
            continue;
        bool same = shift->to_min > shift->from_min;
        *until_us = local_us(day, same ? shift->to_min : shift->to_min + PORTAL_DAY_MIN);
        if (now_us >= local_us(day, shift->from_min) && now_us < *until_us)
            return true;
    }
    return false;
}

void
portal_duty_clock(int minutes, char out[6])
{
    unsigned m = (unsigned)CLAMP(minutes, 0, PORTAL_DAY_MIN);

    g_snprintf(out, 6, "%02u:%02u", m / 60 % 25, m % 60);
}

bool
portal_duty_read_clock(const char *text, int *minutes)
{
    for (size_t i = 0; i < 5; i++)
        if (i == 2 ? text[i] != ':' : !g_ascii_isdigit(text[i]))
            return false;
    *minutes = 60 * (10 * (text[0] - '0') + text[1] - '0') + 10 * (text[3] - '0') + text[4] - '0';
    return text[5] == '\0' && *minutes <= PORTAL_DAY_MIN && text[3] < '6';
}
