/* HTML, written by the server: what comes from elsewhere is text, whatever it holds.
 *
 * A format's own text is markup; each %s is escaped, for content and for an attribute in quotes. A
 * page so written needs no script and no style of its own. Pure; one owner.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <glib.h>

G_BEGIN_DECLS

typedef struct PortalHtml PortalHtml;
PortalHtml *portal_html_new(void);
void portal_html_free(PortalHtml *self);

/* %s (escaped; NULL is ""), %d, %u, G_GINT64_FORMAT, G_GUINT64_FORMAT, %zu and %%; no
 * width, no precision. */
void portal_html_put(PortalHtml *self, const char *format, ...) G_GNUC_PRINTF(2, 3);
/* What @other has; it stays as it is. */
void portal_html_add(PortalHtml *self, const PortalHtml *other);
/* Markup that this portal wrote itself. */
void portal_html_piece(PortalHtml *self, GBytes *markup);
/* UTC, to the second, as <time>; 0: an en dash. */
void portal_html_time(PortalHtml *self, int64_t t_us);

const char *portal_html_peek(const PortalHtml *self, size_t *size);
GBytes *portal_html_end(PortalHtml *self); /* frees @self */

G_DEFINE_AUTOPTR_CLEANUP_FUNC(PortalHtml, portal_html_free)

G_END_DECLS
