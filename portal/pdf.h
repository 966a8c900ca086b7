/* A report on paper: the JSON of `vicu report --json` as a PDF, A4 across.
 *
 * Every page has the title, what it is of and that it is supplemental above, and who made it when,
 * page n of N, below; each table its formula. Fonts are embedded. Pure but for the fonts of this
 * machine. The only file of the portal that talks to cairo and pango.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stddef.h>

#include <glib.h>

G_BEGIN_DECLS

#define PORTAL_PDF_MAX (64u << 20) /* bytes of JSON */

/* NULL and @error: it is no report, or too long. */
GBytes *portal_pdf_print(const char *json, size_t size, GError **error);

G_END_DECLS
