/* Words and numbers of a text that came from outside, taken one after the
 * other, with the place of each for errors.
 *
 * Pure; borrows the text, which need not be terminated and must hold no zero
 * byte. Lines that are empty or begin with # are skipped.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
    const char *what;
    const char *text; /* of the file, not terminated */
    size_t length;
    size_t next; /* begin of the next line */
    const char *line;
    const char *at;
    const char *end; /* of the line, trailing blanks and CR left out */
    size_t number;   /* of the line, from 1 */
} CollectorText;

/* Sets @error to "what:line:column: ..." and returns FALSE. @at lies in the line, or is NULL. */
gboolean collector_text_refuse(const CollectorText *r,
                               const char *at,
                               GError **error,
                               const char *format,
                               ...) G_GNUC_PRINTF(4, 5);

/* The next line that says something; FALSE at the end. */
gboolean collector_text_next_line(CollectorText *r);
void collector_text_skip_blanks(CollectorText *r);
gboolean collector_text_at_field_end(const CollectorText *r);

/* One character, if it stands here. */
gboolean collector_text_take(CollectorText *r, char c);
/* Up to the next blank; caller frees. */
char *collector_text_take_word(CollectorText *r);
gboolean collector_text_take_integer(
    CollectorText *r, const char *thing, int64_t min, int64_t max, int64_t *value, GError **error);
gboolean
collector_text_take_real(CollectorText *r, const char *thing, double *value, GError **error);

/* A rate in Hz below 1000000 as written in decimal, kept exactly: 62.4725 is
 * 24989/400. What does not fit becomes the simplest fraction within a unit
 * of the last digit: 0.0166666666667 is 1/60. 0 gives @num = 0. */
gboolean collector_text_take_rate(
    CollectorText *r, uint32_t max_num, uint32_t *num, uint32_t *den, GError **error);

G_END_DECLS
