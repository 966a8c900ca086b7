/* A cell of a table for other programs (RFC 4180). Pure.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdint.h>

#include <glib.h>

G_BEGIN_DECLS

/* Quoted where it has to be; what a spreadsheet would take for a formula is made text. */
void dash_csv_text(GString *out, const char *text);
/* A comma before it. */
void dash_csv_number(GString *out, const char *format, double value);
void dash_csv_time(GString *out, int64_t t_us); /* 0: empty */

G_END_DECLS
