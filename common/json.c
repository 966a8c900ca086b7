/* SPDX-License-Identifier: Apache-2.0 */
#include "common/json.h"

#include <math.h>
#include <string.h>

#include "common/clock.h"

#define DEEPEST 32

struct VicuJson {
    GString *text;
    char closing[DEEPEST];
    gboolean filled[DEEPEST]; /* something stands before, so a comma is due */
    int depth;
};

VicuJson *
vicu_json_new(void)
{
    VicuJson *self = g_new0(VicuJson, 1);

    self->text = g_string_new(NULL);
    return self;
}

void
vicu_json_free(VicuJson *self)
{
    if (self == NULL)
        return;
    g_string_free(self->text, TRUE);
    g_free(self);
}

static void
append_quoted(GString *out, const char *value)
{
    g_autofree char *valid = g_utf8_make_valid(value, -1);

    g_string_append_c(out, '"');
    for (const char *p = valid; *p != '\0'; p++) {
        unsigned char c = (unsigned char)*p;
        if (c == '"' || c == '\\')
            g_string_append_printf(out, "\\%c", c);
        else if (c == '\n')
            g_string_append(out, "\\n");
        else if (c == '\t')
            g_string_append(out, "\\t");
        else if (c == '\r')
            g_string_append(out, "\\r");
        else if (c < 0x20 || c == 0x7f)
            g_string_append_printf(out, "\\u%04x", c);
        else
            g_string_append_c(out, (char)c);
    }
    g_string_append_c(out, '"');
}

static void
lead(VicuJson *self, const char *key)
{
    if (self->depth > 0) {
        if (self->filled[self->depth - 1])
            g_string_append(self->text, ", ");
        self->filled[self->depth - 1] = TRUE;
    }
    if (key != NULL) {
        append_quoted(self->text, key);
        g_string_append(self->text, ": ");
    }
}

static void
begin(VicuJson *self, const char *key, char open, char close)
{
    lead(self, key);
    g_assert(self->depth < DEEPEST);
    g_string_append_c(self->text, open);
    self->closing[self->depth] = close;
    self->filled[self->depth] = FALSE;
    self->depth++;
}

void
vicu_json_begin_object(VicuJson *self, const char *key)
{
    begin(self, key, '{', '}');
}

void
vicu_json_begin_array(VicuJson *self, const char *key)
{
    begin(self, key, '[', ']');
}

void
vicu_json_end(VicuJson *self)
{
    g_assert(self->depth > 0);
    g_string_append_c(self->text, self->closing[--self->depth]);
}

void
vicu_json_text(VicuJson *self, const char *key, const char *value)
{
    if (value == NULL) {
        vicu_json_null(self, key);
        return;
    }
    lead(self, key);
    append_quoted(self->text, value);
}

void
vicu_number_format(double value, char out[32])
{
    for (int digits = 15; digits <= 17; digits++) {
        char format[8];
        g_snprintf(format, sizeof format, "%%.%dg", digits);
        g_ascii_formatd(out, 32, format, value);
        if (g_ascii_strtod(out, NULL) == value)
            return;
    }
}

void
vicu_json_number(VicuJson *self, const char *key, double value)
{
    char text[32];

    if (!isfinite(value)) {
        vicu_json_null(self, key);
        return;
    }
    vicu_number_format(value, text);
    lead(self, key);
    g_string_append(self->text, text);
}

void
vicu_json_integer(VicuJson *self, const char *key, int64_t value)
{
    lead(self, key);
    g_string_append_printf(self->text, "%" G_GINT64_FORMAT, value);
}

void
vicu_json_bool(VicuJson *self, const char *key, gboolean value)
{
    lead(self, key);
    g_string_append(self->text, value ? "true" : "false");
}

void
vicu_json_null(VicuJson *self, const char *key)
{
    lead(self, key);
    g_string_append(self->text, "null");
}

void
vicu_json_time(VicuJson *self, const char *key, int64_t t_us)
{
    if (t_us == 0) {
        vicu_json_null(self, key);
        return;
    }
    g_autofree char *text = vicu_time_format(t_us);
    vicu_json_text(self, key, text);
}

void
vicu_json_raw(VicuJson *self, const char *key, const char *json)
{
    lead(self, key);
    g_string_append(self->text, json);
}

const char *
vicu_json_peek(VicuJson *self)
{
    g_assert(self->depth == 0);
    return self->text->str;
}

void
vicu_json_print(VicuJson *self, FILE *out)
{
    fprintf(out, "%s\n", vicu_json_peek(self));
    g_string_truncate(self->text, 0);
}
