/* Quality reports as pieces of a page, in both languages.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/report/report.h"
#include "portal/quality/render.h"
#include "portal/quality/say.h"

#define S  ((int64_t)G_USEC_PER_SEC)
#define H  (3600 * S)
#define T0 (INT64_C(1796083200) * S) /* 2026-12-01 00:00:00 UTC */

static const VicuReportAsk day = {T0, T0 + 24 * H, NULL, NULL};

static void
feed_event(VicuHistory *history, const char *kind, const ProtobufCMessage *message)
{
    g_autoptr(GBytes) packed = vicu_wire_pack(message);
    Vicu__Event event = VICU__EVENT__INIT;

    event.kind = (char *)kind;
    event.t_us = T0 + H;
    event.detail.data = (uint8_t *)g_bytes_get_data(packed, &event.detail.len);
    g_assert_true(vicu_history_event(history, &event));
}

/* Six beds, of which a recording plays one; an alarm of each priority, one of the installation, an
 * escalation that stands, a reason in words, a record that cannot be read. */
static VicuHistory *
history_of_a_day(void)
{
    VicuHistory *history = vicu_history_new();
    Vicu__StreamRow row = VICU__STREAM_ROW__INIT;
    Vicu__Escalation escalation = VICU__ESCALATION__INIT;
    Vicu__AuditRecord act = VICU__AUDIT_RECORD__INIT;
    Vicu__Event broken = VICU__EVENT__INIT;

    for (char bed[] = "s/u/1"; bed[4] <= '6'; bed[4]++) {
        row.bed = bed;
        row.code = 1;
        row.origin = bed[4] == '1' ? VICU__ORIGIN__ORIGIN_RECORDING : VICU__ORIGIN__ORIGIN_LIVE;
        row.first_us = T0;
        row.last_us = T0 + 20 * H;
        vicu_history_stream(history, &row);
    }
    for (unsigned i = 0; i < 24; i++) {
        Vicu__Alarm alarm = VICU__ALARM__INIT;
        g_autofree char *id = g_strdup_printf("a%u", i);
        g_autofree char *bed = g_strdup_printf("s/u/%u", i % 6 + 1);
        alarm.id = id;
        alarm.bed = i == 23 ? (char *)"" : bed;
        alarm.rule = (char *)"hr-high";
        alarm.title = (char *)"Heart rate high";
        alarm.priority = i % 3 == 0   ? VICU__PRIORITY__PRIORITY_HIGH
                         : i % 3 == 1 ? VICU__PRIORITY__PRIORITY_MEDIUM
                                      : VICU__PRIORITY__PRIORITY_LOW;
        alarm.technical = i >= 20;
        alarm.t_raised_us = T0 + H + i * S;
        feed_event(history, "alarm", &alarm.base);
    }
    escalation.id = (char *)"e";
    escalation.bed = (char *)"s/u/1";
    escalation.began_us = T0 + H;
    escalation.earlier_targets = 3;
    feed_event(history, "escalation-begun", &escalation.base);
    act.what = (char *)"limit-set";
    act.bed = (char *)"s/u/1";
    act.why = (char *)"<all> \"R&D\"";
    act.t_us = T0 + H;
    vicu_history_audit(history, &act);
    broken.kind = (char *)"alarm";
    broken.detail = (ProtobufCBinaryData){3, (uint8_t *)"\xff\xff\xff"};
    g_assert_false(vicu_history_event(history, &broken));
    return history;
}

static VicuReport *(*const make[])(VicuHistory *, const VicuReportAsk *) = {
    vicu_report_burden, vicu_report_response, vicu_report_indicators, vicu_report_npsg};

static char *
rendered(const VicuReport *report, VicuSayFunc say)
{
    GString *out = g_string_new(NULL);
    portal_quality_render(report, say, out);
    return g_string_free(out, FALSE);
}

static unsigned
times(const char *text, const char *what)
{
    unsigned n = 0;
    while ((text = strstr(text, what)) != NULL) {
        n++;
        text += strlen(what);
    }
    return n;
}

static void
each_table_stands_with_its_formula(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(make); i++) {
        g_autoptr(VicuHistory) history = history_of_a_day();
        g_autoptr(VicuReport) report = make[i](history, &day);
        vicu_report_suppress(report, 5, false);
        g_autofree char *html = rendered(report, NULL);
        g_assert_cmpuint(times(html, "<table>\n"), ==, report->tables->len);
        g_assert_cmpuint(times(html, "<p class=\"formula\">how: "), ==, report->tables->len);
        g_assert_cmpuint(times(html, "SUPPLEMENTAL"), ==, 1);
        g_assert_nonnull(
            strstr(html, "16.7 % of the time was not observed; of 6 beds with data 1 "));
        for (guint t = 0; t < report->tables->len; t++) {
            const VicuTable *table = report->tables->pdata[t];
            g_autofree char *formula = g_markup_escape_text(table->formula, -1);
            g_assert_nonnull(strstr(html, formula));
        }
        g_assert_cmpuint(times(html, "<tr"), ==, times(html, "</tr>"));
        g_assert_cmpuint(times(html, "<td") + times(html, "<th "), ==,
                         times(html, "</td>") + times(html, "</th>"));
    }
}

/* Each cell of the verb's text is a cell here, and no other. */
static void
cells_are_those_of_the_verb(void)
{
    g_autoptr(VicuHistory) history = history_of_a_day();
    g_autoptr(VicuReport) report = vicu_report_burden(history, &day);
    vicu_report_suppress(report, 5, false);
    g_autofree char *html = rendered(report, NULL);
    g_autofree char *csv = vicu_report_csv(report);
    unsigned withheld = 0, small = 0, cells = 0;

    for (guint t = 0; t < report->tables->len; t++) {
        const VicuTable *table = report->tables->pdata[t];
        for (guint r = 0; r < table->rows->len; r++)
            for (unsigned c = 0; c < table->n_columns; c++) {
                const VicuCell *cell = &((VicuCell *)table->rows->pdata[r])[c];
                g_autofree char *text = vicu_cell_format(cell, 5);
                g_autofree char *escaped = g_markup_escape_text(text, -1);
                g_autofree char *shown = g_strdup_printf(">%s</t", escaped);
                g_assert_nonnull(strstr(html, shown));
                withheld += cell->kind == VICU_CELL_WITHHELD;
                small += cell->kind == VICU_CELL_SMALL;
                cells++;
            }
    }
    g_assert_cmpuint(withheld + small, >, 0);
    g_assert_cmpuint(times(html, "class=\"withheld count\""), ==, withheld + small);
    g_assert_cmpuint(times(html, ">withheld<"), ==, withheld);
    g_assert_cmpuint(times(csv, ",\"withheld\""), ==, withheld);
    g_assert_cmpuint(times(html, "<td") + times(html, "<th scope=\"row\""), ==, cells);
}

static void
words_of_people_are_escaped_and_stay(void)
{
    g_autoptr(VicuHistory) history = history_of_a_day();
    g_autoptr(VicuReport) report = vicu_report_npsg(history, &day);
    g_free(report->by);
    report->by = g_strdup("<script>anna</script>");
    vicu_report_suppress(report, 1, true);
    g_autofree char *html = rendered(report, NULL);

    g_assert_null(strstr(html, "<script"));
    g_assert_null(strstr(html, "<all>"));
    g_assert_nonnull(strstr(html, "&lt;all&gt; &quot;R&amp;D&quot;"));
}

/* ---- the other language ---- */

static GHashTable *untold; /* what has no other words */

/* Numbers, names and pairs of one bed stay as they are. */
static const char *
listening(const char *msgid)
{
    const char *other = portal_quality_words(msgid);

    if (g_str_equal(other, msgid))
        g_hash_table_add(untold, g_strdup(msgid));
    return other;
}

static bool
stays(const char *text)
{
    static const char *const known[] = {"s/u", "hr-high", NULL};
    return g_strv_contains(known, text) || g_str_has_prefix(text, "2026-12-")
           || !g_str_is_ascii(text);
}

static void
every_word_has_its_chinese(void)
{
    g_autoptr(GString) missing = g_string_new(NULL);
    GHashTableIter iter;
    gpointer key;

    if (!portal_quality_say("zh_CN")
        || g_str_equal(portal_quality_words("Heart rate high"), "Heart rate high")) {
        g_test_skip("no catalogue beside this build");
        return;
    }
    untold = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (size_t i = 0; i < 3 * G_N_ELEMENTS(make); i++) {
        g_autoptr(VicuHistory) history = i % 3 == 2 ? vicu_history_new() : history_of_a_day();
        VicuReportAsk ask = i % 3 == 1 ? (VicuReportAsk){T0, T0 + 240 * H, NULL, NULL} : day;
        g_autoptr(VicuReport) report = make[i / 3](history, &ask);
        vicu_report_suppress(report, 5, false);
        if (i % 3 == 1)
            report->observed = 0.9999;
        g_free(rendered(report, listening));
    }
    g_hash_table_iter_init(&iter, untold);
    while (g_hash_table_iter_next(&iter, &key, NULL))
        if (!stays(key))
            g_string_append_printf(missing, "N_(\"%s\")\n", (const char *)key);
    g_hash_table_unref(untold);
    if (missing->len > 0)
        g_test_message("without Chinese words:\n%s", missing->str);
    g_assert_cmpuint(missing->len, ==, 0);
}

/* What stands in a sentence stands in it in the other language, in the same order. */
static void
sentences_keep_their_numbers(void)
{
    g_autoptr(VicuHistory) history = history_of_a_day();
    g_autoptr(VicuReport) report = vicu_report_response(history, &day);
    g_autofree char *observed = vicu_report_observed_words(report, portal_quality_words);

    if (!portal_quality_say("zh_CN")
        || g_str_equal(portal_quality_words("Heart rate high"), "Heart rate high")) {
        g_test_skip("no catalogue beside this build");
        return;
    }
    g_free(observed);
    observed = vicu_report_observed_words(report, portal_quality_words);
    const char *six = strstr(observed, "6 ");
    g_assert_nonnull(strstr(observed, "16.7 %"));
    g_assert_nonnull(six);
    g_assert_true(g_utf8_validate(observed, -1, NULL));
    vicu_report_suppress(report, 5, false);
    for (guint i = 0; i < report->notes->len; i++) {
        g_autofree char *note = vicu_report_note_words(report, i, portal_quality_words);
        g_autofree char *english = vicu_report_note_words(report, i, NULL);
        g_assert_cmpstr(note, !=, english);
        g_assert_true(g_utf8_validate(note, -1, NULL));
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define T(name) g_test_add_func("/quality/" #name, name)
    T(each_table_stands_with_its_formula);
    T(cells_are_those_of_the_verb);
    T(words_of_people_are_escaped_and_stay);
    T(every_word_has_its_chinese);
    T(sentences_keep_their_numbers);
    return g_test_run();
}
