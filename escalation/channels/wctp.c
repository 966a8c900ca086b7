/* WCTP 1.3: what is written.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "escalation/channels/wctp.h"

#include <string.h>

#define VERSION "wctp-dtd-v1r3"

/* What no XML 1.0 may hold becomes a blank; within an attribute the ends of lines too. */
static char *
escape(const char *text, bool attribute)
{
    g_autofree char *sound = g_utf8_make_valid(text, -1);

    for (char *at = sound; *at != '\0'; at = g_utf8_next_char(at)) {
        gunichar c = g_utf8_get_char(at);
        if (c == 0xFFFE || c == 0xFFFF)
            memset(at, ' ', 3);
        else if (c == 0x7F || (c < 0x20 && (attribute || (c != '\n' && c != '\t'))))
            *at = ' ';
        else if (c >= 0x80 && c < 0xA0)
            memset(at, ' ', 2);
    }
    return g_markup_escape_text(sound, -1);
}

static void
put(GString *out, const char *name, const char *value)
{
    g_autofree char *escaped = escape(value, true);

    g_string_append_printf(out, " %s=\"%s\"", name, escaped);
}

static void
put_element(GString *out, const char *name, const char *text)
{
    g_autofree char *escaped = escape(text, false);

    g_string_append_printf(out, "<%s>%s</%s>", name, escaped, name);
}

static GString *
begin(const char *dtd)
{
    GString *out = g_string_new("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");

    if (*dtd != '\0') {
        g_autofree char *escaped = escape(dtd, true);
        g_string_append_printf(out, "<!DOCTYPE wctp-Operation SYSTEM \"%s\">\n", escaped);
    }
    g_string_append(out, "<wctp-Operation wctpVersion=\"" VERSION "\">");
    return out;
}

static char *
end(GString *out)
{
    g_string_append(out, "</wctp-Operation>\n");
    return g_string_free(out, FALSE);
}

static const char *
priority_of(const char *word)
{
    if (strcmp(word, "high") == 0)
        return "HIGH";
    return strcmp(word, "medium") == 0 ? "NORMAL" : "LOW";
}

static void
put_header(GString *out, const EscWctpSubmit *s)
{
    g_autoptr(GDateTime) now = g_date_time_new_from_unix_utc(s->t_us / G_USEC_PER_SEC);
    g_autofree char *stamp = g_date_time_format(now, "%Y-%m-%dT%H:%M:%S");

    g_string_append(out, "<wctp-SubmitHeader");
    put(out, "submitTimestamp", stamp);
    g_string_append(out, "><wctp-Originator");
    put(out, "senderID", s->sender);
    if (*s->security != '\0')
        put(out, "securityCode", s->security);
    g_string_append(out, "/><wctp-MessageControl");
    put(out, "messageID", s->message);
    put(out, "transactionID", s->transaction);
    put(out, "sendResponsesToID", s->sender);
    put(out, "allowResponse", s->choices != NULL ? "true" : "false");
    put(out, "notifyWhenQueued", "true");
    put(out, "notifyWhenDelivered", "true");
    put(out, "notifyWhenRead", "true");
    put(out, "deliveryPriority", priority_of(s->priority));
    put(out, "preformatted", "true");
    put(out, "allowTruncation", "true"); /* its first line has bed and alarm */
    g_string_append(out, "/><wctp-Recipient");
    put(out, "recipientID", s->recipient);
    g_string_append(out, "/></wctp-SubmitHeader>");
}

char *
esc_wctp_submit(const EscWctpSubmit *s)
{
    GString *out = begin(s->dtd);

    g_string_append(out, "<wctp-SubmitRequest>");
    put_header(out, s);
    g_string_append(out, "<wctp-Payload>");
    if (s->choices != NULL) {
        g_string_append(out, "<wctp-MCR>");
        put_element(out, "wctp-MessageText", s->text);
        for (size_t i = 0; s->choices[i] != NULL; i++)
            put_element(out, "wctp-Choice", s->choices[i]);
        g_string_append(out, "</wctp-MCR>");
    } else {
        put_element(out, "wctp-Alphanumeric", s->text);
    }
    g_string_append(out, "</wctp-Payload></wctp-SubmitRequest>");
    return end(out);
}

char *
esc_wctp_poll(const char *dtd, const char *poller, const char *security, const EscWctpAnswer *last)
{
    GString *out = begin(dtd);
    g_autofree char *most = g_strdup_printf("%d", ESC_WCTP_NEWS_MAX);

    g_string_append(out, "<wctp-PollForMessages");
    put(out, "pollerID", poller);
    if (*security != '\0')
        put(out, "securityCode", security);
    put(out, "maxMessagesInBatch", most);
    g_string_append(out, ">");
    for (guint i = 0; last != NULL && i < last->news->len; i++) {
        const EscWctpNews *news = last->news->pdata[i];
        g_string_append(out, "<wctp-MessageReceived");
        put(out, "sequenceNo", news->sequence);
        g_string_append(out, "><wctp-Success successCode=\"200\"/></wctp-MessageReceived>");
    }
    g_string_append(out, "</wctp-PollForMessages>");
    return end(out);
}

const char *
esc_wctp_word(unsigned code)
{
    static const struct {
        unsigned code;
        const char *word;
    } words[] = {
        {300, "the operation is not supported"},
        {301, "the message could not be read"},
        {302, "the message is no valid XML"},
        {303, "the version is not supported"},
        {304, "messages have to be polled first"},
        {400, "a function is not supported"},
        {401, "the sender is not known"},
        {402, "the security code is wrong"},
        {ESC_WCTP_NO_DEVICE, "the device is not known"},
        {ESC_WCTP_NOT_LET_IN, "the device does not let it in"},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
        if (words[i].code == code)
            return words[i].word;
    return "see WCTP 1.3 for this code";
}
