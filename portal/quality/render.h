/* A quality report as HTML: the cells of the verb's, each table with its formula.
 *
 * What comes out is a piece of a page that has the report's title: no head, no script, no style of
 * its own. Words are escaped
 * whoever wrote them. Pure.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

#include "common/report/document.h"

G_BEGIN_DECLS

/* @report is suppressed already. @say NULL: in English. Names of beds and units, and what people
 * wrote, stay as they are. */
void portal_quality_render(const VicuReport *report, VicuSayFunc say, GString *out);

G_END_DECLS
