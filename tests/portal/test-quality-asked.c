/* The address of a report, read and written.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/report/gather.h"
#include "portal/quality/asked.h"

#define S   ((int64_t)G_USEC_PER_SEC)
#define DAY (86400 * S)
#define T0  (INT64_C(1796083200) * S) /* 2026-12-01 00:00:00 UTC */
#define NOW (T0 + 3600 * S + 7)       /* not a whole millisecond */

/* NULL: taken into @out, which borrows of the form that is kept until the next call. Caller frees
 * the reason. */
static char *
asked(const char *query, PortalQualityAsked *out)
{
    static PortalForm *form;
    g_autoptr(GError) error = NULL;

    g_clear_pointer(&form, portal_form_free);
    form = portal_form_parse(query, strlen(query), NULL);
    g_assert_nonnull(form);
    return portal_quality_asked(form, NOW, NULL, out, &error) ? NULL : g_strdup(error->message);
}

static void
is(const char *query, int64_t from_us, int64_t to_us)
{
    PortalQualityAsked a;
    g_autofree char *why = asked(query, &a);

    g_assert_cmpstr(why, ==, NULL);
    g_assert_cmpint(a.from_us, ==, from_us);
    g_assert_cmpint(a.to_us, ==, to_us);
}

static void
a_time_is_read_as_it_was_given(void)
{
    is("", NOW - 7 - 7 * DAY, NOW - 7);
    is("days=30&since=&until=&from=&to=", NOW - 7 - 30 * DAY, NOW - 7);
    is("days=30&since=2026-11-01&until=2026-11-30", T0 - 30 * DAY, T0);
    is("since=2026-11-30&until=2026-11-30", T0 - DAY, T0);
    is("since=2026-11-30", T0 - DAY, NOW - 7);
    is("since=2026-11-30&until=2026-12-31", T0 - DAY, NOW - 7); /* what has not been is in none */
    is("from=2026-11-30T00:00:00.000Z&to=2026-12-01T00:00:00.000Z&days=30", T0 - DAY, T0);
}

static void
what_cannot_be_is_refused(void)
{
    static const char *const queries[] = {
        "days=0",
        "days=401",
        "days=x",
        "until=2026-11-30",
        "since=2026-11-31",
        "since=2026-12-02",
        "since=2026-11-30&until=2026-11-29",
        "since=2025-01-01",
        "from=2026-11-30T00:00:00Z",
        "to=2026-11-30T00:00:00Z",
        "from=2026-11-30T00:00:00Z&to=2026-11-30T00:00:00Z",
        "from=1900-01-01&to=1900-01-02",
        "as=xlsx",
        "unit=01234567890123456789012345678901234567890123456789012345678901234567890123456789"
        "012345678901234567890123456789012345678901234567890",
    };

    for (size_t i = 0; i < G_N_ELEMENTS(queries); i++) {
        PortalQualityAsked a;
        g_autofree char *why = asked(queries[i], &a);
        if (why == NULL)
            g_test_message("taken: %s", queries[i]);
        g_assert_nonnull(why);
    }
}

/* The link to a file is the report that is on the page. */
static void
a_link_is_the_same_report(void)
{
    PortalQualityAsked a, b;
    g_autofree char *why = asked("days=30&unit=s%2F%E9%87%8D%E7%97%87", &a);
    g_assert_cmpstr(why, ==, NULL);
    g_assert_cmpstr(a.unit, ==, "s/重症");
    g_assert_cmpuint(a.days, ==, 30);
    int64_t from_us = a.from_us, to_us = a.to_us;
    g_autofree char *query = portal_quality_query(&a, "csv");
    g_autofree char *again = asked(query, &b);
    g_assert_cmpstr(again, ==, NULL);
    g_assert_cmpint(b.from_us, ==, from_us);
    g_assert_cmpint(b.to_us, ==, to_us);
    g_assert_cmpstr(b.unit, ==, "s/重症");
    g_assert_cmpstr(b.as, ==, "csv");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define T(name) g_test_add_func("/quality-asked/" #name, name)
    T(a_time_is_read_as_it_was_given);
    T(what_cannot_be_is_refused);
    T(a_link_is_the_same_report);
    return g_test_run();
}
