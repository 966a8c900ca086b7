/* What was asked for on the page of quality reports. See asked.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "portal/quality/asked.h"

#include <string.h>

#include "common/clock.h"
#include "common/error.h"
#include "common/report/gather.h"

#define DAY_US   (86400 * (int64_t)G_USEC_PER_SEC)
#define DAYS     7
#define DAYS_MAX 400

static gboolean
wrong(GError **error, const char *text)
{
    g_set_error_literal(error, VICU_ERROR, VICU_ERROR_FORMAT, text);
    return FALSE;
}

static const char *
value_of(const PortalForm *form, const char *name)
{
    const char *value = portal_form_get(form, name);
    return *value != '\0' ? value : NULL;
}

/* The first moment of the day after @t_us. */
static int64_t
next_day_us(int64_t t_us, GTimeZone *zone)
{
    const VicuReportAsk ask = {t_us, t_us + 2 * DAY_US, NULL, zone};
    g_autoptr(GArray) days = vicu_days_of(&ask);
    return g_array_index(days, int64_t, 1);
}

static gboolean
days_of(const PortalForm *form,
        int64_t now_us,
        GTimeZone *zone,
        PortalQualityAsked *out,
        GError **error)
{
    const char *since = value_of(form, "since"), *until = value_of(form, "until");

    if (since == NULL)
        return wrong(error, "a first day (since) is needed where there is a last one (until)");
    if (!vicu_report_time(since, now_us, zone, &out->from_us, error))
        return FALSE;
    out->to_us = now_us;
    if (until == NULL)
        return TRUE;
    if (!vicu_report_time(until, now_us, zone, &out->to_us, error))
        return FALSE;
    out->to_us = next_day_us(out->to_us, zone);
    return TRUE;
}

static gboolean
time_of(const PortalForm *form,
        int64_t now_us,
        GTimeZone *zone,
        PortalQualityAsked *out,
        GError **error)
{
    const char *from = value_of(form, "from"), *to = value_of(form, "to");
    int64_t days = DAYS;

    if (from != NULL && to != NULL)
        return vicu_report_time(from, now_us, zone, &out->from_us, error)
               && vicu_report_time(to, now_us, zone, &out->to_us, error);
    if (from != NULL || to != NULL)
        return wrong(error, "from and to go together");
    if (value_of(form, "since") != NULL || value_of(form, "until") != NULL)
        return days_of(form, now_us, zone, out, error);
    if (value_of(form, "days") != NULL && !portal_form_number(form, "days", 1, DAYS_MAX, &days))
        return wrong(error, "days: expected 1 to 400");
    out->days = (unsigned)days;
    out->to_us = now_us;
    out->from_us = now_us - days * DAY_US;
    return TRUE;
}

gboolean
portal_quality_asked(const PortalForm *form,
                     int64_t now_us,
                     GTimeZone *zone,
                     PortalQualityAsked *out,
                     GError **error)
{
    static const char *const forms[] = {"html", "csv", "pdf"};
    const char *as = value_of(form, "as");

    *out = (PortalQualityAsked){.unit = value_of(form, "unit")};
    for (size_t i = 0; i < G_N_ELEMENTS(forms); i++)
        if (strcmp(as != NULL ? as : forms[0], forms[i]) == 0)
            out->as = forms[i];
    if (out->as == NULL)
        return wrong(error, "as: expected html, csv or pdf");
    if (out->unit != NULL && strlen(out->unit) > PORTAL_QUALITY_UNIT)
        return wrong(error, "unit: a name of more than 120 bytes");
    now_us -= now_us % 1000;
    if (!time_of(form, now_us, zone, out, error))
        return FALSE;
    out->to_us = MIN(out->to_us, now_us);
    if (out->from_us <= 0 || out->to_us <= out->from_us
        || out->to_us - out->from_us > VICU_REPORT_MOST_US)
        return wrong(error, "expected an end behind the beginning, at most 400 days later, of a "
                            "time that has been");
    return TRUE;
}

char *
portal_quality_query(const PortalQualityAsked *asked, const char *as)
{
    g_autofree char *unit = portal_form_escape(asked->unit != NULL ? asked->unit : "");
    g_autofree char *from_time = vicu_time_format(asked->from_us);
    g_autofree char *to_time = vicu_time_format(asked->to_us);
    g_autofree char *from = portal_form_escape(from_time);
    g_autofree char *to = portal_form_escape(to_time);

    return g_strdup_printf("unit=%s&from=%s&to=%s&as=%s", unit, from, to, as);
}
