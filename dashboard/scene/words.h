/* Words: what the station says, in the language of whoever sits there.
 *
 * The door to gettext. msgids are English sentences; catalogues are made from
 * data/po. The language is switched while the station runs: every picture is
 * built anew and asks anew. Numbers, units (UCUM), codes and what people wrote
 * are never translated. One thread, the main loop's.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>

#include <glib.h>

G_BEGIN_DECLS

#define N_(msgid) (msgid)
#define _(msgid)  dash_words(msgid)

/* The msgid itself where there is no translation. Borrowed, stands for good. */
const char *dash_words(const char *msgid) G_GNUC_FORMAT(1);

typedef struct {
    const char *code; /* "en", "zh_CN" */
    const char *name; /* in its own words */
} DashLanguage;

#define DASH_N_LANGUAGES 2
const DashLanguage *dash_words_language_at(unsigned index);

/* FALSE when there is no such language; nothing changes then. Before the first call it is English.
 */
bool dash_words_use(const char *code);
const char *dash_words_used(void);

G_END_DECLS
