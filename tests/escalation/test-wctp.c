/* WCTP 1.3: what is written holds whatever words it is given, and what is read is bounded and says
 * what became of which message.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "escalation/channels/wctp.h"

#define HEAD                                                                                       \
    "<?xml version=\"1.0\"?>\n<!DOCTYPE wctp-Operation SYSTEM "                                    \
    "\"http://dtd.wctp.org/wctp-dtd-v1r3.dtd\">\n<wctp-Operation wctpVersion=\"wctp-dtd-v1r3\">"
#define TAIL "</wctp-Operation>"
#define HEADER(id)                                                                                 \
    "<wctp-ResponseHeader responseToMessageID=\"" id                                               \
    "\" responseTimestamp=\"2026-12-01T06:00:00\">"                                                \
    "<wctp-Originator senderID=\"5551\"/><wctp-MessageControl messageID=\"m9\"/>"                  \
    "<wctp-Recipient recipientID=\"vicu\"/></wctp-ResponseHeader>"
#define MESSAGE(number, inner) "<wctp-Message sequenceNo=\"" number "\">" inner "</wctp-Message>"
#define STATUS(number, id, what)                                                                   \
    MESSAGE(number, "<wctp-StatusInfo>" HEADER(id) what "</wctp-StatusInfo>")
#define REPLY(number, id, text)                                                                    \
    MESSAGE(number, "<wctp-MessageReply MCRMessageReply=\"true\">" HEADER(                         \
                        id) "<wctp-Payload>" text "</wctp-Payload></wctp-MessageReply>")

static EscWctpSubmit
submit(void)
{
    static const char *const choices[] = {"Accept", "Reject", NULL};

    return (EscWctpSubmit){.dtd = "http://d/x.dtd",
                           .sender = "vicu",
                           .security = "s3cret",
                           .message = "e1.t1",
                           .transaction = "e1",
                           .recipient = "5551",
                           .priority = "high",
                           .choices = choices,
                           .text = "high demo/icu/7: SpO2 low",
                           .t_us = 1796083200 * (int64_t)G_USEC_PER_SEC};
}

static EscWctpAnswer *
read_text(const char *text)
{
    g_autoptr(GError) error = NULL;
    EscWctpAnswer *answer = esc_wctp_read(text, strlen(text), &error);

    g_assert_no_error(error);
    return answer;
}

static void
refused(const char *text, const char *part)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(EscWctpAnswer) answer = esc_wctp_read(text, strlen(text), &error);

    g_assert_null(answer);
    g_assert_nonnull(error);
    if (strstr(error->message, part) == NULL)
        g_error("\"%s\" does not say \"%s\"", error->message, part);
}

/* The elements in their order and the attributes of the DTD of WCTP 1.3. */
static void
a_message_has_the_form_of_a_submit_request(void)
{
    EscWctpSubmit s = submit();
    g_autofree char *text = esc_wctp_submit(&s);

    g_assert_cmpstr(
        text, ==,
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        "<!DOCTYPE wctp-Operation SYSTEM \"http://d/x.dtd\">\n"
        "<wctp-Operation wctpVersion=\"wctp-dtd-v1r3\"><wctp-SubmitRequest>"
        "<wctp-SubmitHeader submitTimestamp=\"2026-12-01T00:00:00\">"
        "<wctp-Originator senderID=\"vicu\" securityCode=\"s3cret\"/>"
        "<wctp-MessageControl messageID=\"e1.t1\" transactionID=\"e1\" sendResponsesToID=\"vicu\" "
        "allowResponse=\"true\" notifyWhenQueued=\"true\" notifyWhenDelivered=\"true\" "
        "notifyWhenRead=\"true\" deliveryPriority=\"HIGH\" preformatted=\"true\" "
        "allowTruncation=\"true\"/><wctp-Recipient recipientID=\"5551\"/></wctp-SubmitHeader>"
        "<wctp-Payload><wctp-MCR><wctp-MessageText>high demo/icu/7: SpO2 low</wctp-MessageText>"
        "<wctp-Choice>Accept</wctp-Choice><wctp-Choice>Reject</wctp-Choice></wctp-MCR>"
        "</wctp-Payload></wctp-SubmitRequest></wctp-Operation>\n");
}

static void
without_choices_security_or_dtd_it_has_none(void)
{
    EscWctpSubmit s = submit();

    s.choices = NULL;
    s.dtd = s.security = "";
    s.priority = "medium";
    g_autofree char *text = esc_wctp_submit(&s);
    g_assert_null(strstr(text, "DOCTYPE"));
    g_assert_null(strstr(text, "securityCode"));
    g_assert_null(strstr(text, "wctp-MCR"));
    g_assert_nonnull(strstr(text, "allowResponse=\"false\""));
    g_assert_nonnull(strstr(text, "deliveryPriority=\"NORMAL\""));
    g_assert_nonnull(strstr(text, "<wctp-Alphanumeric>high"));
}

static void
take_text(GMarkupParseContext *context, const char *text, gsize size, gpointer user, GError **error)
{
    (void)error;
    if (g_str_equal(g_markup_parse_context_get_element(context), "wctp-MessageText"))
        g_string_append_len(user, text, (gssize)size);
}

static void
words_that_look_like_xml_stay_words(void)
{
    static const GMarkupParser parser = {.text = take_text};
    static const char words[] = "<b> & \"q\" ]]> 血氧 \xff\x01\x02\xC2\x85\xEF\xBF\xBE end\nline";
    EscWctpSubmit s = submit();
    g_autoptr(GString) found = g_string_new(NULL);
    g_autoptr(GError) error = NULL;

    s.text = words;
    s.recipient = "\"/><evil a=\"\n";
    g_autofree char *text = esc_wctp_submit(&s);
    g_assert_null(strstr(text, "<evil"));
    g_assert_null(strstr(text, "&#x1"));
    GMarkupParseContext *context =
        g_markup_parse_context_new(&parser, G_MARKUP_DEFAULT_FLAGS, found, NULL);
    g_markup_parse_context_parse(context, text, -1, &error);
    g_assert_no_error(error);
    g_assert_true(g_markup_parse_context_end_parse(context, NULL));
    g_markup_parse_context_free(context);
    g_assert_true(g_str_has_prefix(found->str, "<b> & \"q\" ]]> 血氧 "));
    g_assert_true(g_str_has_suffix(found->str, " end\nline"));
}

static void
the_answer_to_a_message_says_taken_or_why_not(void)
{
    g_autoptr(EscWctpAnswer) taken = read_text(
        HEAD "<wctp-Confirmation><wctp-Success successCode=\"200\" successText=\"Accepted\">"
             "queued</wctp-Success></wctp-Confirmation>" TAIL);
    g_autoptr(EscWctpAnswer) not_taken = read_text(
        HEAD
        "<wctp-Confirmation><wctp-Failure errorCode=\"403\" errorText=\"Invalid recipientID\"/>"
        "</wctp-Confirmation>" TAIL);

    g_assert_true(taken->ok && !taken->poll);
    g_assert_cmpuint(taken->code, ==, 200);
    g_assert_false(not_taken->ok);
    g_assert_cmpuint(not_taken->code, ==, 403);
    g_assert_nonnull(strstr(esc_wctp_word(403), "device"));
}

static void
a_poll_brings_what_became_of_messages(void)
{
    static const struct {
        EscWctpKind kind;
        const char *sequence, *message, *text;
        unsigned code;
    } expected[] = {
        {ESC_WCTP_QUEUED, "11", "e1.t1", "", 0},
        {ESC_WCTP_DELIVERED, "12", "e1.t1", "", 0},
        {ESC_WCTP_READ, "13", "e1.t1", "", 0},
        {ESC_WCTP_REPLY, "14", "e1.t1", "Accept & go", 0},
        {ESC_WCTP_FAILURE, "15", "e1.t2", "", 504},
        {ESC_WCTP_UNKNOWN, "16", "e1.t2", "", 0},
        {ESC_WCTP_UNKNOWN, "17", "", "", 0},
        {ESC_WCTP_REPLY, "18", "e1.t3", "", 0},
    };
    g_autoptr(EscWctpAnswer) a = read_text(
        HEAD "<wctp-PollResponse minNextPollInterval=\"7\">" STATUS(
            "11", "e1.t1", "<wctp-Notification type=\"QUEUED\"/>")
            STATUS("12", "e1.t1", "<wctp-Notification type=\"DELIVERED\"/>")
                STATUS("13", "e1.t1", "<wctp-Notification type=\"READ\"/>") REPLY(
                    "14", "e1.t1", "<wctp-Alphanumeric> Accept &amp; go\n</wctp-Alphanumeric>")
                    STATUS("15", "e1.t2",
                           "<wctp-Failure errorCode=\"504\" errorText=\"x\">no</wctp-Failure>")
                        STATUS("16", "e1.t2", "<wctp-Notification type=\"IHEPCDCALLBACKSTART\"/>")
                            MESSAGE("17", "<wctp-LookupResponse responseToMessageID=\"e1.t2\"/>")
                                REPLY("18", "e1.t3",
                                      "<wctp-TransparentData>QUNDRVBU</"
                                      "wctp-TransparentData>") "</wctp-PollResponse>" TAIL);

    g_assert_true(a->ok && a->poll);
    g_assert_cmpint(a->wait_s, ==, 7);
    g_assert_cmpuint(a->news->len, ==, G_N_ELEMENTS(expected));
    for (size_t i = 0; i < G_N_ELEMENTS(expected); i++) {
        const EscWctpNews *news = a->news->pdata[i];
        g_assert_cmpint(news->kind, ==, expected[i].kind);
        g_assert_cmpstr(news->sequence, ==, expected[i].sequence);
        g_assert_cmpstr(news->message, ==, expected[i].message);
        g_assert_cmpstr(news->text, ==, expected[i].text);
        g_assert_cmpuint(news->code, ==, expected[i].code);
    }
    g_autofree char *next = esc_wctp_poll("", "vicu", "s3cret", a);
    g_assert_nonnull(strstr(next, "<wctp-PollForMessages pollerID=\"vicu\" "
                                  "securityCode=\"s3cret\" maxMessagesInBatch=\"100\">"
                                  "<wctp-MessageReceived sequenceNo=\"11\">"
                                  "<wctp-Success successCode=\"200\"/></wctp-MessageReceived>"));
    g_assert_nonnull(strstr(next, "sequenceNo=\"18\""));
}

static void
a_poll_may_bring_nothing_or_fail(void)
{
    g_autoptr(EscWctpAnswer) nothing = read_text(
        "\xEF\xBB\xBF" HEAD "<wctp-PollResponse><wctp-NoMessages/></wctp-PollResponse>" TAIL);
    g_autoptr(EscWctpAnswer) failed =
        read_text(HEAD "<wctp-PollResponse minNextPollInterval=\"-3\"><wctp-Failure "
                       "errorCode=\"402\"/></wctp-PollResponse>" TAIL);

    g_assert_true(nothing->ok && nothing->poll);
    g_assert_cmpuint(nothing->news->len, ==, 0);
    g_assert_false(failed->ok);
    g_assert_cmpuint(failed->code, ==, 402);
    g_assert_cmpint(failed->wait_s, ==, 0);
}

static char *
many(unsigned n, const char *part, const char *before, const char *after)
{
    g_autoptr(GString) text = g_string_new(before);

    for (unsigned i = 0; i < n; i++)
        g_string_append(text, part);
    return g_strconcat(text->str, after, NULL);
}

static void
what_is_no_answer_is_refused(void)
{
    g_autofree char *deep =
        many(20, "<a>", HEAD "<wctp-PollResponse><wctp-Message sequenceNo=\"1\">", "");
    g_autofree char *wide =
        many(5000, "<a/>", HEAD "<wctp-PollResponse><wctp-Message sequenceNo=\"1\">", "");
    g_autofree char *news = many(101, "<wctp-Message sequenceNo=\"1\"/>",
                                 HEAD "<wctp-PollResponse>", "</wctp-PollResponse>" TAIL);
    g_autofree char *long_reply =
        many(300, "x",
             HEAD "<wctp-PollResponse><wctp-Message sequenceNo=\"1\"><wctp-MessageReply>"
                  "<wctp-Payload><wctp-Alphanumeric>",
             "</wctp-Alphanumeric>");
    g_autofree char *huge = many(ESC_WCTP_SIZE_MAX / 4 + 1, "    ", HEAD, TAIL);

    refused("", "no sound XML");
    refused("<html><body>502</body></html>", "one wctp-Operation is expected");
    refused(HEAD "<wctp-Confirmation>", "no sound XML");
    refused(HEAD "<wctp-Confirmation></wctp-Confirmation>" TAIL, "neither success nor failure");
    refused(HEAD "<wctp-VersionResponse/>" TAIL, "wctp-Confirmation or wctp-PollResponse");
    refused(HEAD "<wctp-Confirmation><wctp-NoMessages/></wctp-Confirmation>" TAIL, "within");
    refused(HEAD "<wctp-Confirmation><wctp-Success successCode=\"200\"/><wctp-Failure "
                 "errorCode=\"500\"/></wctp-Confirmation>" TAIL,
            "more than once");
    refused(HEAD "<wctp-Confirmation><wctp-Success successCode=\"200\"/></wctp-Confirmation>"
                 "<wctp-PollResponse/>" TAIL,
            "more than one operation");
    refused(HEAD "<wctp-PollResponse><wctp-Message sequenceNo=\"\"/></wctp-PollResponse>" TAIL,
            "sequenceNo of 0 bytes");
    refused("<!DOCTYPE x [<!ENTITY a \"b\">]>" HEAD "<wctp-Confirmation><wctp-Success "
            "successCode=\"&a;\"/></wctp-Confirmation>" TAIL,
            "no sound XML");
    refused("<wctp-Operation>\xff\xfe</wctp-Operation>", "no sound XML");
    refused(deep, "deeper than");
    refused(wide, "more than 4096 elements");
    refused(news, "more than 100 messages");
    refused(long_reply, "more than 256 bytes");
    refused(huge, "at most 262144");
}

#define ADD(name) g_test_add_func("/escalation/wctp/" #name, name)

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD(a_message_has_the_form_of_a_submit_request);
    ADD(without_choices_security_or_dtd_it_has_none);
    ADD(words_that_look_like_xml_stay_words);
    ADD(the_answer_to_a_message_says_taken_or_why_not);
    ADD(a_poll_brings_what_became_of_messages);
    ADD(a_poll_may_bring_nothing_or_fail);
    ADD(what_is_no_answer_is_refused);
    return g_test_run();
}
