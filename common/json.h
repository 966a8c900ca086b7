/* What --json prints: a writer of JSON text, one value after the other.
 *
 * Numbers are written with the fewest digits that read back to the same
 * double; NaN and infinities never occur (they are written as null). Text is
 * UTF-8; broken bytes become U+FFFD. @key is NULL inside an array and at the top.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdint.h>
#include <stdio.h>

#include <glib.h>

G_BEGIN_DECLS

typedef struct VicuJson VicuJson;

VicuJson *vicu_json_new(void);
void vicu_json_free(VicuJson *self);

void vicu_json_begin_object(VicuJson *self, const char *key);
void vicu_json_begin_array(VicuJson *self, const char *key);
void vicu_json_end(VicuJson *self); /* of the innermost object or array */

void vicu_json_text(VicuJson *self, const char *key, const char *value); /* NULL: null */
void vicu_json_number(VicuJson *self, const char *key, double value);
void vicu_json_integer(VicuJson *self, const char *key, int64_t value);
void vicu_json_bool(VicuJson *self, const char *key, gboolean value);
void vicu_json_null(VicuJson *self, const char *key);
void vicu_json_time(VicuJson *self, const char *key, int64_t t_us); /* ISO 8601; 0: null */
void vicu_json_raw(VicuJson *self, const char *key, const char *json);

/* The text so far; borrowed. Everything must be ended. */
const char *vicu_json_peek(VicuJson *self);
/* Writes the text and a line end, and starts afresh. */
void vicu_json_print(VicuJson *self, FILE *out);

/* The shortest text that reads back to @value; @out holds 32 characters. */
void vicu_number_format(double value, char out[32]);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(VicuJson, vicu_json_free)

G_END_DECLS
