/* Titles of the built-in rules in Chinese, for pages that are read in it.
 *
 * Taken from the catalogue once, at the start, while there is one thread: what is asked of gettext
 * goes by the environment of the process. Titles of a site's own rules stay as the site wrote them.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* First in main(). Without a catalogue nothing is translated. */
void portal_titles_load(void);
/* "": there is none, the title is shown as it is. Stands for good. */
const char *portal_title_in_chinese(const char *title);

G_END_DECLS
