/* SPDX-License-Identifier: Apache-2.0 */
#include "collector/sources/hl7-text.h"

#include <string.h>

#include "collector/sources/hl7-problem.h"

#define MAX_CHARSET_PROBLEMS 20

/* HL7 table 0211. */
static CollectorHl7Charset
charset_by_name(const char *name)
{
    CollectorHl7Charset charset = {.kind = COLLECTOR_HL7_CHARSET_UNKNOWN};
    guint64 number;

    if (*name == '\0') {
        charset.kind = COLLECTOR_HL7_CHARSET_ABSENT;
    } else if (g_ascii_strcasecmp(name, "ASCII") == 0 || strcmp(name, "ISO IR6") == 0) {
        charset.kind = COLLECTOR_HL7_CHARSET_ASCII;
    } else if (g_ascii_strcasecmp(name, "UNICODE UTF-8") == 0
               || g_ascii_strcasecmp(name, "UTF-8") == 0) {
        charset.kind = COLLECTOR_HL7_CHARSET_UTF8;
    } else if (g_str_has_prefix(name, "8859/")
               && g_ascii_string_to_unsigned(name + 5, 10, 1, 15, &number, NULL) && number != 12) {
        charset.kind = COLLECTOR_HL7_CHARSET_8859;
        g_snprintf(charset.name, sizeof charset.name, "ISO-8859-%u", (guint)number);
    }
    return charset;
}

CollectorHl7Charset
collector_hl7_charset(const CollectorHl7Message *message, GArray *problems)
{
    CollectorHl7View view = collector_hl7_value(message, 0, 18, 1);
    CollectorHl7Charset charset;
    char name[64];

    collector_hl7_printable(view.text == NULL ? "" : view.text, MIN(view.n, 48), name, sizeof name);
    charset = charset_by_name(g_strstrip(name));
    if (charset.kind == COLLECTOR_HL7_CHARSET_UNKNOWN)
        collector_hl7_problem_add(problems, collector_hl7_message_number(message), "MSH", "MSH-18",
                                  COLLECTOR_HL7_ERR_TABLE_VALUE, name,
                                  "ASCII, 8859/1 to 8859/15, UNICODE UTF-8, or nothing")
            ->fatal = TRUE;
    else if (charset.kind == COLLECTOR_HL7_CHARSET_ABSENT && collector_hl7_message_has_bom(message))
        charset.kind = COLLECTOR_HL7_CHARSET_UTF8;
    return charset;
}

static gboolean
is_ascii(const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if ((unsigned char)text[i] >= 0x80)
            return FALSE;
    return TRUE;
}

/* NUL bytes are no text in any set: they would cut a string short. */
static char *
to_utf8(const CollectorHl7Charset *charset, const char *text, size_t n)
{
    if (memchr(text, '\0', n) != NULL)
        return NULL;
    if (is_ascii(text, n))
        return g_strndup(text, n);
    switch (charset->kind) {
    case COLLECTOR_HL7_CHARSET_ABSENT:
    case COLLECTOR_HL7_CHARSET_UTF8:
        return g_utf8_validate(text, (gssize)n, NULL) ? g_strndup(text, n) : NULL;
    case COLLECTOR_HL7_CHARSET_8859:
        return g_convert(text, (gssize)n, "UTF-8", charset->name, NULL, NULL, NULL);
    case COLLECTOR_HL7_CHARSET_ASCII:
    case COLLECTOR_HL7_CHARSET_UNKNOWN:
        return NULL;
    }
    g_assert_not_reached();
}

/* \X..\: bytes of the message's own set, as hexadecimal digits. */
static gboolean
unescape_hex(const char *digits, size_t n, GString *out)
{
    if (n == 0 || n % 2 != 0)
        return FALSE;
    for (size_t i = 0; i < n; i++)
        if (!g_ascii_isxdigit(digits[i]))
            return FALSE;
    for (size_t i = 0; i < n; i += 2)
        g_string_append_c(out, (char)(g_ascii_xdigit_value(digits[i]) * 16
                                      + g_ascii_xdigit_value(digits[i + 1])));
    return TRUE;
}

/* What stands between two escape marks; FALSE leaves it as sent. */
static gboolean
unescape_one(const CollectorHl7Delimiters *d, const char *code, size_t n, GString *out)
{
    if (n >= 2 && code[0] == 'X')
        return unescape_hex(code + 1, n - 1, out);
    if (n >= 3 && code[0] == '.') {
        if (memcmp(code, ".br", 3) == 0 || memcmp(code, ".sp", 3) == 0
            || memcmp(code, ".ce", 3) == 0)
            g_string_append_c(out, ' ');
        return TRUE;
    }
    if (n != 1)
        return FALSE;
    switch (code[0]) {
    case 'F':
        g_string_append_c(out, d->field);
        return TRUE;
    case 'S':
        g_string_append_c(out, d->component);
        return TRUE;
    case 'T':
        g_string_append_c(out, d->subcomponent);
        return TRUE;
    case 'R':
        g_string_append_c(out, d->repetition);
        return TRUE;
    case 'E':
        g_string_append_c(out, d->escape);
        return TRUE;
    case 'P':
        g_string_append_c(out, d->truncation != 0 ? d->truncation : '#');
        return TRUE;
    case 'H':
    case 'N':
        return TRUE;
    default:
        return FALSE;
    }
}

char *
collector_hl7_text(const CollectorHl7Delimiters *delimiters,
                   const CollectorHl7Charset *charset,
                   CollectorHl7View view)
{
    g_autoptr(GString) raw = NULL;
    const char *at = view.text;
    const char *end;

    if (view.text == NULL)
        return g_strdup("");
    end = view.text + view.n;
    if (memchr(at, delimiters->escape, view.n) == NULL)
        return to_utf8(charset, at, view.n);
    raw = g_string_sized_new(view.n);
    while (at < end) {
        const char *open = memchr(at, delimiters->escape, (size_t)(end - at));
        const char *close =
            open == NULL ? NULL : memchr(open + 1, delimiters->escape, (size_t)(end - open - 1));

        if (close == NULL)
            break;
        g_string_append_len(raw, at, open - at);
        if (unescape_one(delimiters, open + 1, (size_t)(close - open - 1), raw)) {
            at = close + 1;
        } else {
            g_string_append_len(raw, open, close - open);
            at = close;
            /* The second mark of what is no escape may open the next one. */
            if (close + 1 == end
                || memchr(close + 1, delimiters->escape, (size_t)(end - close - 1)) == NULL)
                break;
        }
    }
    g_string_append_len(raw, at, end - at);
    return to_utf8(charset, raw->str, raw->len);
}

void
collector_hl7_text_escape(const CollectorHl7Delimiters *delimiters, const char *text, GString *out)
{
    for (const char *c = text; *c != '\0'; c++) {
        char code = 0;

        if (*c == delimiters->field)
            code = 'F';
        else if (*c == delimiters->component)
            code = 'S';
        else if (*c == delimiters->subcomponent)
            code = 'T';
        else if (*c == delimiters->repetition)
            code = 'R';
        else if (*c == delimiters->escape)
            code = 'E';
        if (code != 0)
            g_string_append_printf(out, "%c%c%c", delimiters->escape, code, delimiters->escape);
        else if ((unsigned char)*c < 0x20)
            g_string_append_printf(out, "%cX%02X%c", delimiters->escape, (unsigned char)*c,
                                   delimiters->escape);
        else
            g_string_append_c(out, *c);
    }
}

static gboolean
is_plain(CollectorHl7View view)
{
    return is_ascii(view.text, view.n) && memchr(view.text, '\0', view.n) == NULL;
}

static void
report_field(const CollectorHl7Message *message,
             const CollectorHl7Charset *charset,
             size_t segment,
             size_t field,
             GArray *problems)
{
    CollectorHl7View view = collector_hl7_field(message, segment, field);
    CollectorHl7View name = collector_hl7_segment_name(message, segment);
    char label[24], where[24], text[64];
    g_autofree char *expected = NULL;

    collector_hl7_segment_label(message, segment, label, sizeof label);
    if (*label == '#')
        g_snprintf(where, sizeof where, "field %zu", field);
    else
        g_snprintf(where, sizeof where, "%.*s-%zu", (int)name.n, name.text, field);
    collector_hl7_printable(view.text, MIN(view.n, 32), text, sizeof text);
    expected = g_strdup_printf("text in %s (MSH-18)",
                               charset->kind == COLLECTOR_HL7_CHARSET_8859    ? charset->name
                               : charset->kind == COLLECTOR_HL7_CHARSET_ASCII ? "ASCII"
                                                                              : "UTF-8");
    collector_hl7_problem_add(problems, collector_hl7_message_number(message), label, where,
                              COLLECTOR_HL7_ERR_DATA_TYPE, text, expected);
}

void
collector_hl7_check_charset(const CollectorHl7Message *message,
                            const CollectorHl7Charset *charset,
                            GArray *problems)
{
    size_t n = collector_hl7_segment_count(message);
    guint reported = 0;

    for (size_t s = 0; s < n; s++) {
        CollectorHl7View whole = collector_hl7_segment_text(message, s);
        size_t fields;

        if (is_plain(whole))
            continue;
        fields = collector_hl7_field_count(message, s);
        for (size_t f = 1; f <= fields && reported < MAX_CHARSET_PROBLEMS; f++) {
            CollectorHl7View view = collector_hl7_field(message, s, f);
            g_autofree char *text = NULL;

            if (view.text == NULL || is_plain(view))
                continue;
            text = to_utf8(charset, view.text, view.n);
            if (text == NULL) {
                report_field(message, charset, s, f, problems);
                reported++;
            }
        }
    }
}
