/* SPDX-License-Identifier: Apache-2.0 */
#include "common/clock.h"

#include <string.h>
#include <time.h>

#include "common/error.h"

static int64_t
read_clock(clockid_t id)
{
    struct timespec ts;
    int rc = clock_gettime(id, &ts);

    g_assert(rc == 0);
    return (int64_t)ts.tv_sec * G_USEC_PER_SEC + ts.tv_nsec / 1000;
}

int64_t
vicu_clock_utc_us(void)
{
    return read_clock(CLOCK_REALTIME);
}

int64_t
vicu_clock_boot_us(void)
{
    return read_clock(CLOCK_BOOTTIME);
}

double
vicu_clock_cpu_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

char *
vicu_time_format(int64_t t_us)
{
    int64_t s = t_us / G_USEC_PER_SEC, us = t_us % G_USEC_PER_SEC;
    if (us < 0) {
        s--;
        us += G_USEC_PER_SEC;
    }
    g_autoptr(GDateTime) t = g_date_time_new_from_unix_utc(s);
    if (t == NULL)
        return g_strdup_printf("%" G_GINT64_FORMAT " us", t_us);
    g_autofree char *head = g_date_time_format(t, "%Y-%m-%dT%H:%M:%S");
    return g_strdup_printf("%s.%03dZ", head, (int)(us / 1000));
}

/* Added to any UTC of ours it still fits 64 bits. */
#define LONGEST_US 1e17 /* about 3 000 years */

gboolean
vicu_duration_parse(const char *text, int64_t *us, GError **error)
{
    static const struct {
        const char *unit;
        double us;
    } units[] = {
        {"ms", 1e3}, {"s", 1e6}, {"min", 60e6}, {"h", 3600e6}, {"d", 86400e6},
    };
    char *end = NULL;
    double number = g_ascii_strtod(text, &end);

    if (end != text && number >= 0) {
        while (*end == ' ')
            end++;
        for (size_t i = 0; i < G_N_ELEMENTS(units); i++)
            if (strcmp(end, units[i].unit) == 0 && number * units[i].us < LONGEST_US) {
                *us = (int64_t)(number * units[i].us + 0.5);
                return TRUE;
            }
    }
    g_set_error(
        error, VICU_ERROR, VICU_ERROR_FORMAT,
        "\"%s\" is not a duration: expected a number with ms, s, min, h or d, for example 10min",
        text);
    return FALSE;
}

gboolean
vicu_time_parse(const char *text, int64_t now_us, int64_t *t_us, GError **error)
{
    if (strcmp(text, "now") == 0) {
        *t_us = now_us;
        return TRUE;
    }
    if (text[0] == '-' || text[0] == '+') {
        int64_t us = 0;
        if (!vicu_duration_parse(text + 1, &us, error))
            return FALSE;
        *t_us = text[0] == '-' ? now_us - us : now_us + us;
        return TRUE;
    }
    g_autoptr(GTimeZone) utc = g_time_zone_new_utc();
    g_autoptr(GDateTime) t = g_date_time_new_from_iso8601(text, utc);
    if (t == NULL) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT,
                    "\"%s\" is not a time: expected ISO 8601 (2026-11-20T14:40:00Z), now, or "
                    "relative (-10min)",
                    text);
        return FALSE;
    }
    *t_us = g_date_time_to_unix(t) * G_USEC_PER_SEC + g_date_time_get_microsecond(t);
    return TRUE;
}

char *
vicu_duration_format(int64_t us)
{
    int64_t s = us / G_USEC_PER_SEC;

    if (s < 10)
        return g_strdup_printf("%.1f s", (double)us / 1e6);
    if (s < 120)
        return g_strdup_printf("%d s", (int)s);
    if (s < 7200)
        return g_strdup_printf("%d min %d s", (int)(s / 60), (int)(s % 60));
    return g_strdup_printf("%d h %d min", (int)(s / 3600), (int)(s / 60 % 60));
}
