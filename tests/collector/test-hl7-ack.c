/* Acknowledgements: version, delimiters, control id, mode, reasons.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "collector/sources/hl7-ack.h"
#include "collector/sources/hl7-problem.h"
#include "collector/sources/hl7-reader.h"
#include "collector/sources/mllp.h"

#define T INT64_C(1795185604000000)

static void
collect(const CollectorMllpEvent *event, gpointer user)
{
    g_assert_cmpint(event->kind, ==, COLLECTOR_MLLP_FRAME);
    g_ptr_array_add(user, g_strndup(event->bytes, event->n));
}

/* The answers to @text, unframed. */
static GPtrArray *
answers(const char *text, CollectorHl7Answer answer, const GArray *problems, const char *reason)
{
    g_autoptr(GArray) faults = collector_hl7_problems_new();
    g_autoptr(CollectorHl7Message) message =
        text == NULL ? NULL : collector_hl7_message_parse(text, strlen(text), 1, faults);
    g_autoptr(CollectorHl7Receipt) receipt = collector_hl7_receipt_new(message);
    g_autoptr(GString) wire =
        collector_hl7_receipt_answer(receipt, answer, problems, reason, T, 42);
    g_autoptr(CollectorMllp) framer = collector_mllp_new(100000);
    GPtrArray *out = g_ptr_array_new_with_free_func(g_free);

    collector_mllp_push(framer, wire->str, wire->len, collect, out);
    return out;
}

static char *
only_answer(const char *text, CollectorHl7Answer answer, const GArray *problems, const char *reason)
{
    g_autoptr(GPtrArray) all = answers(text, answer, problems, reason);

    g_assert_cmpuint(all->len, ==, 1);
    return g_strdup(all->pdata[0]);
}

static void
answers_in_the_senders_version_and_delimiters(void)
{
    g_autofree char *plain = only_answer("MSH|^~\\&|MON^1^EUI|ICU|VICU|DEMO|2026||ORU^R01^ORU_R01|"
                                         "id 7|P|2.6|||NE|AL\r",
                                         COLLECTOR_HL7_ACCEPT, NULL, NULL);
    g_autofree char *other = only_answer("MSH#*:!%#MON#ICU###2026##ORU*R01#id|7#T#2.5.1\r",
                                         COLLECTOR_HL7_ACCEPT, NULL, NULL);
    g_autofree char *old = only_answer("MSH|^~\\&|MON|ICU|||2026||ORU^R01|7|P|2.3\r",
                                       COLLECTOR_HL7_ACCEPT, NULL, NULL);
    g_autofree char *charset =
        only_answer("MSH|^~\\&|MON|ICU|||2026||ORU^R01|7|P|2.7||||||8859/1\r", COLLECTOR_HL7_ACCEPT,
                    NULL, NULL);

    g_assert_cmpstr(plain, ==,
                    "MSH|^~\\&|VICU|DEMO|MON^1^EUI|ICU|20261120144004+0000||ACK^R01^ACK|VICU42A|P|"
                    "2.6\rMSA|AA|id 7\r");
    g_assert_cmpstr(other, ==,
                    "MSH#*:!%###MON#ICU#20261120144004+0000##ACK*R01*ACK#VICU42A#T#2.5.1\r"
                    "MSA#AA#id|7\r");
    g_assert_nonnull(strstr(old, "||ACK|VICU42A|P|2.3\r"));
    g_assert_nonnull(strstr(charset, "|P|2.7||||||8859/1\r"));
}

static void
refuses_with_an_err_segment_and_a_sentence(void)
{
    g_autoptr(GArray) problems = collector_hl7_problems_new();
    g_autofree char *one = NULL;
    g_autofree char *old = NULL;
    g_autofree char *alone = NULL;

    collector_hl7_problem_add(problems, 1, "OBX[3]", "OBX-5", COLLECTOR_HL7_ERR_DATA_TYPE, "x|y",
                              "a number");
    one =
        only_answer("MSH|^~\\&|M|I|||2026||ORU^R01|7|P|2.6\r", COLLECTOR_HL7_ERROR, problems, NULL);
    g_assert_nonnull(strstr(one, "MSA|AE|7\rERR||OBX^3^5|102^Data type error^HL70357|E||||"
                                 "Found x\\F\\y; expected a number.\r"));
    old = only_answer("MSH|^~\\&|M|I|||2026||ORU^R01|7|P|2.3.1\r", COLLECTOR_HL7_REJECTED, problems,
                      NULL);
    g_assert_nonnull(strstr(old, "MSA|AR|7\rERR|OBX^3^5^102&Found x\\F\\y; expected a number.\r"));
    alone = only_answer("MSH|^~\\&|M|I|||2026||ORU^R01|7|P|2.6\r", COLLECTOR_HL7_ERROR, NULL,
                        "The spool is full.");
    g_assert_nonnull(strstr(
        alone, "MSA|AE|7\rERR|||207^Application internal error^HL70357|E||||The spool is full.\r"));
}

static void
accepts_with_warnings(void)
{
    g_autoptr(GArray) problems = collector_hl7_problems_new();
    g_autofree char *text = NULL;

    collector_hl7_problem_add(problems, 1, "OBX[1]", "OBX-5", COLLECTOR_HL7_ERR_DATA_TYPE, "x",
                              "a number");
    text = only_answer("MSH|^~\\&|M|I|||2026||ORU^R01|7|P|2.6\r", COLLECTOR_HL7_ACCEPT, problems,
                       NULL);
    g_assert_nonnull(strstr(text, "MSA|AA|7\rERR||OBX^1^5|102^"));
    g_assert_nonnull(strstr(text, "|W||||"));
}

/* MSH-15 (accept) and MSH-16 (application) by success and refusal. */
static void
answers_as_msh_15_and_16_ask(void)
{
    static const struct {
        const char *accept, *application;
        const char *taken, *refused; /* MSA-1 of each answer */
    } cases[] = {
        {"", "", "AA", "AE"},     {"NE", "AL", "AA", "AE"},       {"AL", "NE", "CA", "CE"},
        {"NE", "NE", "", ""},     {"AL", "AL", "CA AA", "CE AE"}, {"ER", "SU", "AA", "CE"},
        {"SU", "ER", "CA", "AE"}, {"", "AL", "AA", "AE"},         {"AL", "", "CA", "CE"},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
        for (int refuse = 0; refuse < 2; refuse++) {
            g_autofree char *text =
                g_strdup_printf("MSH|^~\\&|M|I|||2026||ORU^R01|7|P|2.6|||%s|%s\r", cases[i].accept,
                                cases[i].application);
            g_autoptr(GPtrArray) all =
                answers(text, refuse ? COLLECTOR_HL7_ERROR : COLLECTOR_HL7_ACCEPT, NULL, NULL);
            g_autoptr(GString) codes = g_string_new(NULL);

            for (guint k = 0; k < all->len; k++) {
                const char *msa = strstr(all->pdata[k], "\rMSA|");

                g_string_append_printf(codes, "%s%.2s", k > 0 ? " " : "", msa + 5);
                g_assert_cmpstr(strstr(all->pdata[k], "|7\r"), !=, NULL);
            }
            g_assert_cmpstr(codes->str, ==, refuse ? cases[i].refused : cases[i].taken);
        }
}

static void
answers_even_what_it_could_not_read(void)
{
    g_autofree char *text = only_answer(NULL, COLLECTOR_HL7_REJECTED, NULL, "No MSH.");

    g_assert_true(g_str_has_prefix(text, "MSH|^~\\&|"));
    g_assert_nonnull(strstr(text, "MSA|AR|\rERR|"));
}

/* What we send, we would take ourselves. */
static void
is_an_acknowledgement_without_a_fault(void)
{
    g_autofree char *text =
        only_answer("MSH#*:!%#MON#ICU###2026##ORU*R01#id|7#T#2.5.1\r", COLLECTOR_HL7_ERROR, NULL,
                    "Full: 100 % of the disk # and more");
    g_autoptr(GArray) problems = collector_hl7_problems_new();
    g_autoptr(CollectorHl7Message) message =
        collector_hl7_message_parse(text, strlen(text), 1, problems);
    CollectorHl7Header header;

    g_assert_nonnull(message);
    collector_hl7_header(message, &header, problems);
    g_assert_cmpuint(problems->len, ==, 0);
    g_assert_cmpint(header.type, ==, COLLECTOR_HL7_ACK);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/collector/hl7-ack/answers_in_the_senders_version_and_delimiters",
                    answers_in_the_senders_version_and_delimiters);
    g_test_add_func("/collector/hl7-ack/refuses_with_an_err_segment_and_a_sentence",
                    refuses_with_an_err_segment_and_a_sentence);
    g_test_add_func("/collector/hl7-ack/accepts_with_warnings", accepts_with_warnings);
    g_test_add_func("/collector/hl7-ack/answers_as_msh_15_and_16_ask",
                    answers_as_msh_15_and_16_ask);
    g_test_add_func("/collector/hl7-ack/answers_even_what_it_could_not_read",
                    answers_even_what_it_could_not_read);
    g_test_add_func("/collector/hl7-ack/is_an_acknowledgement_without_a_fault",
                    is_an_acknowledgement_without_a_fault);
    return g_test_run();
}
