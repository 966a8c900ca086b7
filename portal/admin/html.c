/* SPDX-License-Identifier: Apache-2.0 */
#include "portal/admin/html.h"

#include <stdarg.h>
#include <stdbool.h>
#include <string.h>

#define REPLACEMENT "\xef\xbf\xbd" /* U+FFFD */

struct PortalHtml {
    GString *out;
};

PortalHtml *
portal_html_new(void)
{
    PortalHtml *self = g_new0(PortalHtml, 1);

    self->out = g_string_sized_new(8192);
    return self;
}

void
portal_html_free(PortalHtml *self)
{
    if (self == NULL)
        return;
    g_string_free(self->out, TRUE);
    g_free(self);
}

static void
put_char(GString *out, char c)
{
    switch (c) {
    case '&':
        g_string_append(out, "&amp;");
        break;
    case '<':
        g_string_append(out, "&lt;");
        break;
    case '>':
        g_string_append(out, "&gt;");
        break;
    case '"':
        g_string_append(out, "&quot;");
        break;
    case '\'':
        g_string_append(out, "&#39;");
        break;
    default:
        if (g_ascii_iscntrl(c) && c != '\n' && c != '\t')
            g_string_append(out, REPLACEMENT);
        else
            g_string_append_c(out, c);
    }
}

static void
put_text(GString *out, const char *text)
{
    g_autofree char *valid = g_utf8_make_valid(text != NULL ? text : "", -1);

    for (const char *at = valid; *at != '\0'; at++)
        put_char(out, *at);
}

/* One conversion at @at, behind its "%"; what follows it. */
static const char *
put_one(GString *out, const char *at, va_list *args)
{
    bool is_long = *at == 'l', is_size = *at == 'z';

    at += is_long || is_size;
    switch (*at) {
    case 's':
        put_text(out, va_arg(*args, const char *));
        break;
    case 'd':
    case 'i':
        g_string_append_printf(out, "%" G_GINT64_FORMAT,
                               is_long ? (gint64)va_arg(*args, long) : va_arg(*args, int));
        break;
    case 'u':
        g_string_append_printf(out, "%" G_GUINT64_FORMAT,
                               is_long   ? (guint64)va_arg(*args, unsigned long)
                               : is_size ? (guint64)va_arg(*args, size_t)
                                         : va_arg(*args, unsigned));
        break;
    case '%':
        g_string_append_c(out, '%');
        break;
    default:
        g_assert_not_reached();
    }
    return at + 1;
}

void
portal_html_put(PortalHtml *self, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    for (const char *at = format; *at != '\0';) {
        size_t n = strcspn(at, "%");
        g_string_append_len(self->out, at, (gssize)n);
        at += n;
        if (*at == '%')
            at = put_one(self->out, at + 1, &args);
    }
    va_end(args);
}

void
portal_html_add(PortalHtml *self, const PortalHtml *other)
{
    g_string_append_len(self->out, other->out->str, (gssize)other->out->len);
}

void
portal_html_piece(PortalHtml *self, GBytes *markup)
{
    gsize size = 0;
    const char *data = g_bytes_get_data(markup, &size);

    g_string_append_len(self->out, data, (gssize)size);
}

void
portal_html_time(PortalHtml *self, int64_t t_us)
{
    g_autoptr(GDateTime) t = g_date_time_new_from_unix_utc(t_us / G_USEC_PER_SEC);

    if (t_us == 0 || t == NULL) {
        portal_html_put(self, "–");
        return;
    }
    g_autofree char *machine = g_date_time_format(t, "%Y-%m-%dT%H:%M:%SZ");
    g_autofree char *shown = g_date_time_format(t, "%Y-%m-%d %H:%M:%S");
    portal_html_put(self, "<time datetime=\"%s\">%s</time>", machine, shown);
}

const char *
portal_html_peek(const PortalHtml *self, size_t *size)
{
    if (size != NULL)
        *size = self->out->len;
    return self->out->str;
}

GBytes *
portal_html_end(PortalHtml *self)
{
    GBytes *bytes = g_string_free_to_bytes(self->out);

    g_free(self);
    return bytes;
}
