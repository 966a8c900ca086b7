/* What was asked for on the page of quality reports: whose, of what time, in what form.
 *
 * The address has it: a link to a report is that report again. Pure.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdint.h>

#include <glib.h>

#include "portal/admin/forms.h"

G_BEGIN_DECLS

#define PORTAL_QUALITY_UNIT 120u /* bytes of "site/unit" */

typedef struct {
    int64_t from_us, to_us; /* whole milliseconds */
    unsigned days;          /* to now; 0: of two times */
    const char *unit;       /* NULL: all; of the form */
    const char *as;         /* "html", "csv", "pdf"; static */
} PortalQualityAsked;

/* Of "from" and "to" (times); else of "since" and "until" (days, both of them in it); else of the
 * last "days" (7). What has not been yet is in no report. "unit", "as". */
gboolean portal_quality_asked(const PortalForm *form,
                              int64_t now_us,
                              GTimeZone *zone,
                              PortalQualityAsked *out,
                              GError **error);

/* The query of the same report: "unit=...&from=...&to=...&as=...". Caller frees. */
char *portal_quality_query(const PortalQualityAsked *asked, const char *as);

G_END_DECLS
