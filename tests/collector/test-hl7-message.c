/* The HL7 v2 reader: structure, delimiters, text, and bounds.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "collector/sources/hl7-message.h"
#include "collector/sources/hl7-problem.h"
#include "collector/sources/hl7-text.h"

#define HEAD "MSH|^~\\&|MON|ICU|||20261120144004+0000||ORU^R01^ORU_R01|C1|P|2.6"

static CollectorHl7Message *
parse(const char *text, GArray *problems)
{
    return collector_hl7_message_parse(text, strlen(text), 1, problems);
}

static CollectorHl7Message *
parse_well(const char *text)
{
    g_autoptr(GArray) problems = collector_hl7_problems_new();
    CollectorHl7Message *message = parse(text, problems);

    g_assert_nonnull(message);
    g_assert_cmpuint(problems->len, ==, 0);
    return message;
}

static void
assert_same(const GString *text, const char *bytes, size_t n)
{
    g_assert_cmpuint(text->len, ==, n);
    g_assert_true(memcmp(text->str, bytes, n) == 0);
}

static void
assert_view(CollectorHl7View view, const char *expected)
{
    g_autofree char *text = view.text == NULL ? NULL : g_strndup(view.text, view.n);

    g_assert_cmpstr(text, ==, expected);
}

static void
finds_every_level(void)
{
    g_autoptr(CollectorHl7Message) m =
        parse_well(HEAD "\rPID|||A^1&x&y^c~B^2\rZZZ\rOBX|1||||\rOBX|2\r");
    CollectorHl7View field = collector_hl7_field(m, 1, 3);
    char label[24];

    g_assert_cmpuint(collector_hl7_segment_count(m), ==, 5);
    g_assert_cmpuint(collector_hl7_field_count(m, 0), ==, 12);
    g_assert_cmpuint(collector_hl7_field_count(m, 1), ==, 3);
    g_assert_cmpuint(collector_hl7_field_count(m, 2), ==, 0);
    g_assert_cmpuint(collector_hl7_field_count(m, 3), ==, 5);
    assert_view(collector_hl7_field(m, 0, 1), "|");
    assert_view(collector_hl7_field(m, 0, 2), "^~\\&");
    assert_view(collector_hl7_field(m, 0, 9), "ORU^R01^ORU_R01");
    assert_view(collector_hl7_value(m, 0, 2, 1), "^~\\&");
    assert_view(collector_hl7_value(m, 0, 9, 2), "R01");
    assert_view(collector_hl7_field(m, 0, 13), NULL);
    assert_view(collector_hl7_field(m, 3, 5), "");
    g_assert_cmpuint(collector_hl7_repetition_count(m, field), ==, 2);
    assert_view(collector_hl7_repetition(m, field, 2), "B^2");
    assert_view(collector_hl7_component(m, collector_hl7_repetition(m, field, 1), 2), "1&x&y");
    assert_view(collector_hl7_value(m, 1, 3, 2), "1");
    collector_hl7_segment_label(m, 4, label, sizeof label);
    g_assert_cmpstr(label, ==, "OBX[2]");
    g_assert_cmpuint(collector_hl7_segment_find(m, "ERR", 0), ==, G_MAXSIZE);
}

static void
uses_the_delimiters_of_the_message(void)
{
    g_autoptr(CollectorHl7Message) m =
        parse_well("MSH#*~\\&#MON#ICU###20261120##ORU*R01#C|1#P#2.6\rPID###A^B*2\r");

    g_assert_cmpint(collector_hl7_message_delimiters(m)->component, ==, '*');
    assert_view(collector_hl7_field(m, 0, 10), "C|1");
    assert_view(collector_hl7_value(m, 1, 3, 1), "A^B");
}

static void
keeps_every_line_end(void)
{
    static const char *const texts[] = {
        HEAD "\rPID|1\r",
        HEAD "\nPID|1\n",
        HEAD "\r\nPID|1\r\n",
        HEAD "\rPID|1",
        HEAD "\r\r\nPID|1\n\r",
        "\xEF\xBB\xBF" HEAD "\rPID|1~2^&^~|\r",
        "MSH|^~\\&#|A\rPID|a^~&|&~^\r",
        "MSH|^~\\&",
    };

    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autoptr(CollectorHl7Message) m = parse_well(texts[i]);
        g_autoptr(GString) again = collector_hl7_message_encode(m);

        assert_same(again, texts[i], strlen(texts[i]));
    }
}

/* Re-encodes the messages of @folder; those that cannot be read at all must say why.
 * Returns how many were read. */
static guint
encode_folder(const char *folder)
{
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    const char *name;
    guint read = 0;

    g_assert_nonnull(dir);
    while ((name = g_dir_read_name(dir)) != NULL) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        g_autofree char *bytes = NULL;
        g_autoptr(GArray) problems = collector_hl7_problems_new();
        g_autoptr(CollectorHl7Message) m = NULL;
        g_autoptr(GString) again = NULL;
        gsize n;

        if (strstr(name, ".hl7") == NULL)
            continue;
        g_assert_true(g_file_get_contents(path, &bytes, &n, NULL));
        m = collector_hl7_message_parse(bytes, n, 1, problems);
        if (m == NULL) {
            g_assert_true(g_str_has_suffix(folder, "invalid"));
            g_assert_true(collector_hl7_problems_fatal(problems));
            continue;
        }
        again = collector_hl7_message_encode(m);
        assert_same(again, bytes, n);
        read++;
    }
    return read;
}

/* Every message of the data folder, valid, invalid, bare or framed; at night those of a
 * wider collection too. */
static void
encodes_what_it_parsed_byte_for_byte(void)
{
    static const struct {
        const char *folder;
        guint least;
    } folders[] = {{"hl7", 14}, {"hl7/valid", 12}, {"hl7/invalid", 30}};
    const char *wider = g_getenv("VICU_DATA_DIR");

    for (size_t i = 0; i < G_N_ELEMENTS(folders); i++) {
        g_autofree char *folder =
            g_build_filename(g_getenv("VICU_TEST_DATA"), folders[i].folder, NULL);

        g_assert_cmpuint(encode_folder(folder), >=, folders[i].least);
    }
    if (wider != NULL) {
        g_autofree char *folder = g_build_filename(wider, "hl7", NULL);

        g_assert_cmpuint(encode_folder(folder), >, 0);
    }
}

static void
refuses_a_message_over_10_mb_and_takes_one_of_10_mb(void)
{
    g_autoptr(GString) text = g_string_new(HEAD "\rNTE|1||");
    g_autoptr(GArray) problems = collector_hl7_problems_new();
    g_autoptr(CollectorHl7Message) m = NULL;

    while (text->len < COLLECTOR_HL7_MAX_BYTES)
        g_string_append_c(text, 'x');
    m = collector_hl7_message_parse(text->str, text->len, 1, problems);
    g_assert_nonnull(m);
    g_string_append_c(text, 'x');
    g_assert_null(collector_hl7_message_parse(text->str, text->len, 2, problems));
    g_assert_true(collector_hl7_problems_fatal(problems));
}

static void
refuses_more_segments_or_fields_than_its_bounds(void)
{
    g_autoptr(GString) segments = g_string_new(HEAD "\r");
    g_autoptr(GString) fields = g_string_new(HEAD "\rOBX");
    g_autoptr(GArray) problems = collector_hl7_problems_new();

    for (guint i = 0; i <= COLLECTOR_HL7_MAX_SEGMENTS; i++)
        g_string_append(segments, "OBX\r");
    for (guint i = 0; i <= COLLECTOR_HL7_MAX_FIELDS; i++)
        g_string_append_c(fields, '|');
    g_assert_null(parse(segments->str, problems));
    g_assert_null(parse(fields->str, problems));
    g_assert_cmpuint(problems->len, ==, 2);
}

static void
lists_a_bounded_number_of_problems(void)
{
    g_autoptr(GString) text = g_string_new(HEAD "\r");
    g_autoptr(GArray) problems = collector_hl7_problems_new();
    g_autoptr(CollectorHl7Message) m = NULL;

    for (guint i = 0; i < 5000; i++)
        g_string_append(text, "?\r");
    m = parse(text->str, problems);
    g_assert_nonnull(m);
    g_assert_cmpuint(problems->len, ==, COLLECTOR_HL7_MAX_PROBLEMS);
}

/* ---- text ---- */

static char *
text_of(const char *charset, const char *sent)
{
    g_autofree char *whole = g_strdup_printf(HEAD "||||||%s\rNTE|%s\r", charset, sent);
    g_autoptr(CollectorHl7Message) m = parse_well(whole);
    g_autoptr(GArray) problems = collector_hl7_problems_new();
    CollectorHl7Charset set = collector_hl7_charset(m, problems);

    g_assert_cmpuint(problems->len, ==, 0);
    return collector_hl7_text(collector_hl7_message_delimiters(m), &set,
                              collector_hl7_field(m, 1, 1));
}

static void
reads_escapes_and_character_sets(void)
{
    static const struct {
        const char *charset, *sent, *text;
    } cases[] = {
        {"", "plain", "plain"},
        {"", "a\\F\\b\\S\\c\\T\\d\\R\\e\\E\\f", "a|b^c&d~e\\f"},
        {"", "\\H\\bold\\N\\ \\.br\\next", "bold  next"},
        {"8859/1", "\\XE9\\t\xE9", "\u00E9t\u00E9"},
        {"8859/15", "\xA4", "\u20AC"},
        {"UNICODE UTF-8", "\xE2\x82\xAC", "\u20AC"},
        {"", "\xE2\x82\xAC", "\u20AC"},
        {"UNICODE UTF-8", "\\XE282AC\\", "\u20AC"},
        {"ASCII", "x", "x"},
        {"", "one \\ alone", "one \\ alone"},
        {"", "\\Z12\\local", "\\Z12\\local"},
        {"", "\\Z\\F\\", "\\Z|"},
        {"", "\\X4\\odd", "\\X4\\odd"},
        {"", "\\\\", "\\\\"},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *text = text_of(cases[i].charset, cases[i].sent);

        g_assert_cmpstr(text, ==, cases[i].text);
    }
}

static void
gives_no_text_for_bytes_outside_the_set(void)
{
    static const char *const cases[][2] = {
        {"ASCII", "\xE9"},     {"UNICODE UTF-8", "\xE9"},
        {"", "\xE9"},          {"UNICODE UTF-8", "\\XE9\\"},
        {"8859/1", "\\X00\\"},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
        g_assert_null(text_of(cases[i][0], cases[i][1]));
}

static void
escapes_what_it_can_read_again(void)
{
    CollectorHl7Delimiters d = {'|', '^', '~', '\\', '&', 0};
    CollectorHl7Charset set = {.kind = COLLECTOR_HL7_CHARSET_UTF8};
    const char *text = "a|b^c~d\\e&f\r\n\u20AC";
    g_autoptr(GString) sent = g_string_new(NULL);
    g_autofree char *again = NULL;

    collector_hl7_text_escape(&d, text, sent);
    g_assert_null(strpbrk(sent->str, "|^~&\r\n"));
    again = collector_hl7_text(&d, &set, (CollectorHl7View){sent->str, sent->len});
    g_assert_cmpstr(again, ==, text);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/collector/hl7-message/finds_every_level", finds_every_level);
    g_test_add_func("/collector/hl7-message/uses_the_delimiters_of_the_message",
                    uses_the_delimiters_of_the_message);
    g_test_add_func("/collector/hl7-message/keeps_every_line_end", keeps_every_line_end);
    g_test_add_func("/collector/hl7-message/encodes_what_it_parsed_byte_for_byte",
                    encodes_what_it_parsed_byte_for_byte);
    g_test_add_func("/collector/hl7-message/refuses_a_message_over_10_mb_and_takes_one_of_10_mb",
                    refuses_a_message_over_10_mb_and_takes_one_of_10_mb);
    g_test_add_func("/collector/hl7-message/refuses_more_segments_or_fields_than_its_bounds",
                    refuses_more_segments_or_fields_than_its_bounds);
    g_test_add_func("/collector/hl7-message/lists_a_bounded_number_of_problems",
                    lists_a_bounded_number_of_problems);
    g_test_add_func("/collector/hl7-text/reads_escapes_and_character_sets",
                    reads_escapes_and_character_sets);
    g_test_add_func("/collector/hl7-text/gives_no_text_for_bytes_outside_the_set",
                    gives_no_text_for_bytes_outside_the_set);
    g_test_add_func("/collector/hl7-text/escapes_what_it_can_read_again",
                    escapes_what_it_can_read_again);
    return g_test_run();
}
