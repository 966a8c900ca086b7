/* WCTP 1.3: what is read. GMarkup resolves the five entities of XML alone, skips a DOCTYPE and
 * fetches nothing.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/error.h"
#include "escalation/channels/wctp.h"

#define DEPTH_MAX    12
#define ELEMENTS_MAX 4096
#define WAIT_MAX_S   3600

typedef struct {
    EscWctpAnswer *answer;
    EscWctpNews *news; /* within a wctp-Message */
    GString *reply;    /* within what a person answered */
    unsigned depth, elements;
    bool answered;
} Reader;

static void
free_news(gpointer data)
{
    EscWctpNews *news = data;

    g_free(news->sequence);
    g_free(news->message);
    g_free(news->text);
    g_free(news);
}

void
esc_wctp_answer_free(EscWctpAnswer *self)
{
    if (self == NULL)
        return;
    g_ptr_array_unref(self->news);
    g_free(self);
}

static bool refuse(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);

static bool
refuse(GError **error, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    g_autofree char *why = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT, "no WCTP: %s", why);
    return false;
}

/* "": it is not there. */
static const char *
value_of(const char *name, const char **names, const char **values)
{
    for (size_t i = 0; names[i] != NULL; i++)
        if (strcmp(names[i], name) == 0)
            return values[i];
    return "";
}

static unsigned
number_of(const char *text, unsigned most)
{
    guint64 number = 0;

    return g_ascii_string_to_unsigned(text, 10, 0, most, &number, NULL) ? (unsigned)number : 0;
}

static bool
answer_once(Reader *self, bool ok, const char *code, GError **error)
{
    if (self->answered)
        return refuse(error, "it answers more than once");
    self->answered = true;
    self->answer->ok = ok;
    self->answer->code = number_of(code, 9999);
    return true;
}

static bool
begin_news(Reader *self, const char *sequence, GError **error)
{
    if (self->answered && !self->answer->ok)
        return refuse(error, "messages after a failure");
    if (*sequence == '\0' || strlen(sequence) > ESC_WCTP_TEXT_MAX)
        return refuse(error, "wctp-Message has a sequenceNo of %zu bytes; expected 1..%d",
                      strlen(sequence), ESC_WCTP_TEXT_MAX);
    if (self->answer->news->len >= ESC_WCTP_NEWS_MAX)
        return refuse(error, "more than %d messages, the most that was asked for",
                      ESC_WCTP_NEWS_MAX);
    self->news = g_new0(EscWctpNews, 1);
    self->news->sequence = g_strdup(sequence);
    self->news->message = g_strdup("");
    self->news->text = g_strdup("");
    g_ptr_array_add(self->answer->news, self->news);
    self->answered = self->answer->ok = true;
    return true;
}

static EscWctpKind
kind_of(const char *type)
{
    static const struct {
        const char *word;
        EscWctpKind kind;
    } kinds[] = {
        {"QUEUED", ESC_WCTP_QUEUED}, {"DELIVERED", ESC_WCTP_DELIVERED}, {"READ", ESC_WCTP_READ}};

    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++)
        if (g_ascii_strcasecmp(kinds[i].word, type) == 0)
            return kinds[i].kind;
    return ESC_WCTP_UNKNOWN;
}

/* An element within a wctp-Message; others than these say nothing here. */
static bool
read_news(Reader *self,
          const char *parent,
          const char *element,
          const char **names,
          const char **values,
          GError **error)
{
    EscWctpNews *news = self->news;
    bool status = strcmp(parent, "wctp-StatusInfo") == 0;
    bool reply = strcmp(parent, "wctp-MessageReply") == 0;

    if (strcmp(element, "wctp-MessageReply") == 0) {
        news->kind = ESC_WCTP_REPLY;
    } else if (strcmp(element, "wctp-ResponseHeader") == 0 && (status || reply)) {
        const char *id = value_of("responseToMessageID", names, values);
        if (strlen(id) > ESC_WCTP_TEXT_MAX)
            return refuse(error, "a responseToMessageID of %zu bytes; at most %d", strlen(id),
                          ESC_WCTP_TEXT_MAX);
        g_free(news->message);
        news->message = g_strdup(id);
    } else if (strcmp(element, "wctp-Notification") == 0 && status) {
        news->kind = kind_of(value_of("type", names, values));
    } else if (strcmp(element, "wctp-Failure") == 0 && status) {
        news->kind = ESC_WCTP_FAILURE;
        news->code = number_of(value_of("errorCode", names, values), 9999);
    } else if (strcmp(element, "wctp-Alphanumeric") == 0 && strcmp(parent, "wctp-Payload") == 0
               && news->kind == ESC_WCTP_REPLY && self->reply == NULL) {
        self->reply = g_string_new(NULL);
    }
    return true;
}

/* An element right below the operation, or below that. */
static bool
read_answer(Reader *self,
            const char *parent,
            const char *element,
            const char **names,
            const char **values,
            GError **error)
{
    bool poll = strcmp(parent, "wctp-PollResponse") == 0;

    if (self->depth == 2) {
        self->answer->poll = strcmp(element, "wctp-PollResponse") == 0;
        if (!self->answer->poll && strcmp(element, "wctp-Confirmation") != 0)
            return refuse(error, "%.40s, where wctp-Confirmation or wctp-PollResponse is expected",
                          element);
        self->answer->wait_s =
            number_of(value_of("minNextPollInterval", names, values), WAIT_MAX_S);
        return true;
    }
    if (strcmp(element, "wctp-Failure") == 0)
        return answer_once(self, false, value_of("errorCode", names, values), error);
    if (strcmp(element, "wctp-Success") == 0 && !poll)
        return answer_once(self, true, value_of("successCode", names, values), error);
    if (strcmp(element, "wctp-NoMessages") == 0 && poll)
        return answer_once(self, true, "", error);
    if (strcmp(element, "wctp-Message") == 0 && poll)
        return begin_news(self, value_of("sequenceNo", names, values), error);
    return refuse(error, "%.40s within %.40s", element, parent);
}

static void
on_start(GMarkupParseContext *context,
         const char *element,
         const char **names,
         const char **values,
         gpointer user,
         GError **error)
{
    Reader *self = user;
    const GSList *stack = g_markup_parse_context_get_element_stack(context);
    const char *parent = stack->next != NULL ? stack->next->data : "";

    self->depth++;
    if (self->depth > DEPTH_MAX || ++self->elements > ELEMENTS_MAX) {
        refuse(error, "more than %d elements, or deeper than %d", ELEMENTS_MAX, DEPTH_MAX);
    } else if (self->depth == 1) {
        if (strcmp(element, "wctp-Operation") != 0 || self->elements > 1)
            refuse(error, "%.40s, where one wctp-Operation is expected", element);
    } else if (self->depth <= 3) {
        if (self->depth == 2 && self->elements > 2)
            refuse(error, "more than one operation");
        else
            read_answer(self, parent, element, names, values, error);
    } else if (self->news != NULL) {
        read_news(self, parent, element, names, values, error);
    }
}

static void
on_end(GMarkupParseContext *context, const char *element, gpointer user, GError **error)
{
    Reader *self = user;
    (void)context;
    (void)error;

    self->depth--;
    if (self->reply != NULL && strcmp(element, "wctp-Alphanumeric") == 0) {
        g_free(self->news->text);
        self->news->text = g_strstrip(g_string_free(g_steal_pointer(&self->reply), FALSE));
    }
    if (self->depth == 2)
        self->news = NULL;
}

static void
on_text(GMarkupParseContext *context, const char *text, gsize size, gpointer user, GError **error)
{
    Reader *self = user;
    (void)context;

    if (self->reply == NULL)
        return;
    if (self->reply->len + size > ESC_WCTP_TEXT_MAX)
        refuse(error, "an answer of more than %d bytes", ESC_WCTP_TEXT_MAX);
    else
        g_string_append_len(self->reply, text, (gssize)size);
}

EscWctpAnswer *
esc_wctp_read(const char *text, size_t size, GError **error)
{
    static const GMarkupParser parser = {
        .start_element = on_start, .end_element = on_end, .text = on_text};
    g_autoptr(EscWctpAnswer) answer = g_new0(EscWctpAnswer, 1);
    Reader self = {.answer = answer};
    g_autoptr(GError) inner = NULL;

    answer->news = g_ptr_array_new_with_free_func(free_news);
    if (size > ESC_WCTP_SIZE_MAX) {
        refuse(error, "%zu bytes; at most %d", size, ESC_WCTP_SIZE_MAX);
        return NULL;
    }
    if (size >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0) {
        text += 3;
        size -= 3;
    }
    GMarkupParseContext *context =
        g_markup_parse_context_new(&parser, G_MARKUP_DEFAULT_FLAGS, &self, NULL);
    bool ok = g_markup_parse_context_parse(context, text, (gssize)size, &inner)
              && g_markup_parse_context_end_parse(context, &inner);
    g_markup_parse_context_free(context);
    if (self.reply != NULL)
        g_string_free(self.reply, TRUE);
    if (!ok && inner->domain == VICU_ERROR)
        g_propagate_error(error, g_steal_pointer(&inner));
    else if (!ok)
        refuse(error, "it is no sound XML in UTF-8"); /* what it says may hold what is secret */
    else if (!self.answered)
        refuse(error, "it says neither success nor failure");
    return ok && self.answered ? g_steal_pointer(&answer) : NULL;
}
