/* The words of a report in the language of who asked: the portal's door to gettext.
 *
 * One language for the whole process: a process of its own makes a report (make.c).
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>

#include <glib.h>

G_BEGIN_DECLS

/* "zh_CN"; FALSE: English, and for what there is no catalogue of. May be NULL. */
bool portal_quality_say(const char *language);
/* The msgid itself where there is no translation. Borrowed, stands for good. */
const char *portal_quality_words(const char *msgid);

G_END_DECLS
