/* The address of a quality report of any bytes: what is taken is within its bounds, and written as
 * an address it is the same report.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/report/gather.h"
#include "portal/quality/asked.h"
#include "tests/fuzz/fuzz-target.h"

#define NOW (INT64_C(1796086800) * G_USEC_PER_SEC)

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(PortalForm) form = portal_form_parse((const char *)data, size, NULL);
    PortalQualityAsked asked, again;

    if (form == NULL || !portal_quality_asked(form, NOW, NULL, &asked, &error)) {
        g_assert_true(form == NULL || error != NULL);
        return 0;
    }
    g_assert_cmpint(asked.from_us, >, 0);
    g_assert_cmpint(asked.from_us, <, asked.to_us);
    g_assert_cmpint(asked.to_us, <=, NOW);
    g_assert_cmpint(asked.to_us - asked.from_us, <=, VICU_REPORT_MOST_US);
    /* Whole milliseconds, as an address has them. */
    asked.from_us -= asked.from_us % 1000;
    asked.to_us -= asked.to_us % 1000;
    if (asked.from_us >= asked.to_us || asked.from_us <= 0)
        return 0;
    g_autofree char *query = portal_quality_query(&asked, asked.as);
    g_autoptr(PortalForm) other = portal_form_parse(query, strlen(query), NULL);
    g_assert_nonnull(other);
    g_assert_true(portal_quality_asked(other, NOW, NULL, &again, NULL));
    g_assert_cmpint(again.from_us, ==, asked.from_us);
    g_assert_cmpint(again.to_us, ==, asked.to_us);
    g_assert_cmpstr(again.unit, ==, asked.unit);
    return 0;
}
