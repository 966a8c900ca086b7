/* The recording's own time.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "collector/sources/wfdb-header.h"

__extension__ typedef __int128 Wide;

/* One to @digits digits; moves @at behind them. */
static gboolean
take_number(const char **at, int digits, int *out)
{
    const char *begin = *at;

    *out = 0;
    while (g_ascii_isdigit(**at) && *at - begin < digits)
        *out = *out * 10 + (*(*at)++ - '0');
    return *at > begin && !g_ascii_isdigit(**at);
}

static gboolean
take(const char **at, char c)
{
    gboolean here = **at == c;

    *at += here;
    return here;
}

/* ".529": what is finer than a microsecond is cut off. */
static gboolean
take_fraction(const char **at, int64_t *us)
{
    int64_t unit = 100000;

    *us = 0;
    if (!take(at, '.'))
        return TRUE;
    if (!g_ascii_isdigit(**at))
        return FALSE;
    for (; g_ascii_isdigit(**at); (*at)++, unit /= 10)
        *us += unit * (**at - '0');
    return TRUE;
}

int64_t
collector_wfdb_base_us(const char *time, const char *date)
{
    int hour = 0, minute = 0, second = 0, day = 0, month = 0, year = 0;
    int64_t us = 0;

    if (time == NULL || date == NULL)
        return 0;
    if (!take_number(&time, 2, &hour) || !take(&time, ':') || !take_number(&time, 2, &minute)
        || !take(&time, ':') || !take_number(&time, 2, &second) || !take_fraction(&time, &us)
        || *time != '\0' || hour > 23 || minute > 59 || second > 59)
        return 0;
    if (!take_number(&date, 2, &day) || !take(&date, '/') || !take_number(&date, 2, &month)
        || !take(&date, '/') || !take_number(&date, 4, &year) || *date != '\0' || month < 1
        || !g_date_valid_dmy((GDateDay)day, (GDateMonth)month, (GDateYear)year))
        return 0;
    g_autoptr(GDateTime) midnight = g_date_time_new_utc(year, month, day, 0, 0, 0.0);
    if (midnight == NULL)
        return 0;
    int64_t s = g_date_time_to_unix(midnight) + hour * 3600 + minute * 60 + second;
    return s * G_USEC_PER_SEC + us;
}

int64_t
collector_wfdb_header_frame_us(const CollectorWfdbHeader *self, int64_t frame)
{
    if (self->base_us == 0)
        return 0;
    Wide t = self->base_us + (Wide)frame * self->rate_den * G_USEC_PER_SEC / self->rate_num;
    return t > INT64_MAX ? 0 : (int64_t)t;
}
