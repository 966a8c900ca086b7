/* Names of beds, times of samples, words of the contract.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/bed-name.h"
#include "common/error.h"
#include "tools/bed-name.h"
#include "tools/streams.h"
#include "tools/words.h"

static const char *const ward[] = {"demo/icu/1", "demo/icu/7", "demo/icu/17", "demo/picu/2",
                                   "north/icu/2"};

static const char *
find(const char *text, GError **error)
{
    return tool_bed_find(ward, G_N_ELEMENTS(ward), text, error);
}

static void
a_unique_tail_names_a_bed(void)
{
    g_autoptr(GError) error = NULL;

    g_assert_cmpstr(find("7", &error), ==, "demo/icu/7");
    g_assert_cmpstr(find("icu/17", &error), ==, "demo/icu/17");
    g_assert_cmpstr(find("demo/icu/1", &error), ==, "demo/icu/1");
    g_assert_cmpstr(find("picu/2", &error), ==, "demo/picu/2");
    g_assert_no_error(error);
}

static void
a_tail_of_two_beds_is_refused_with_both_names(void)
{
    g_autoptr(GError) error = NULL;

    g_assert_null(find("2", &error));
    g_assert_error(error, VICU_ERROR, VICU_ERROR_ABSENT);
    g_assert_nonnull(strstr(error->message, "demo/picu/2"));
    g_assert_nonnull(strstr(error->message, "north/icu/2"));
}

static void
half_a_word_names_nothing(void)
{
    g_autoptr(GError) error = NULL;

    g_assert_null(find("cu/7", &error));
    g_assert_error(error, VICU_ERROR, VICU_ERROR_ABSENT);
    g_assert_nonnull(strstr(error->message, "demo/icu/1"));
    g_clear_error(&error);
    g_assert_null(tool_bed_find(NULL, 0, "7", &error));
    g_assert_nonnull(strstr(error->message, "none"));
}

static void
an_id_has_three_bounded_parts(void)
{
    g_assert_true(vicu_bed_is_id("demo/icu/7"));
    g_assert_true(vicu_bed_is_id("A-1/b_2/C3"));
    g_assert_false(vicu_bed_is_id("demo/icu"));
    g_assert_false(vicu_bed_is_id("demo/icu/7/8"));
    g_assert_false(vicu_bed_is_id("demo//7"));
    g_assert_false(vicu_bed_is_id("demo/icu/b 7"));
    g_assert_false(vicu_bed_is_id("demo/icu/012345678901234567890123456789012"));
}

static void
beds_are_sorted_as_people_count(void)
{
    g_assert_cmpint(tool_bed_compare("demo/icu/2", "demo/icu/10"), <, 0);
    g_assert_cmpint(tool_bed_compare("demo/icu/10", "demo/icu/2"), >, 0);
    g_assert_cmpint(tool_bed_compare("demo/icu/2", "demo/icu/2"), ==, 0);
    g_assert_cmpint(tool_bed_compare("demo/icu", "demo/icu/2"), <, 0);
    g_assert_cmpint(tool_bed_compare("a/b/c", "a/b/d"), <, 0);
}

static void
sample_times_are_exact_after_months(void)
{
    /* 62.5 Hz: 2/125 s. Sample 125 stands 2 s after the first, however late. */
    g_assert_cmpint(tool_sample_time(1000, 125, 2, 125), ==, 1000 + 2000000);
    /* 360 Hz has no whole microseconds; one hour of samples does. */
    g_assert_cmpint(tool_sample_time(0, 360 * 3600, 1, 360), ==, INT64_C(3600000000));
    g_assert_cmpint(tool_sample_time(0, 1, 1, 360), ==, 2777);
    /* A year at 1 kHz. */
    g_assert_cmpint(tool_sample_time(0, UINT64_C(31536000000), 1, 1000), ==,
                    INT64_C(31536000000000));
    g_assert_cmpint(tool_sample_time(5, 9, 1, 0), ==, 5);
}

static void
an_alarm_as_json_has_what_the_demo_reports(void)
{
    g_autoptr(VicuJson) json = vicu_json_new();
    Vicu__Alarm alarm = VICU__ALARM__INIT;
    static const char *const wanted[] = {
        "\"id\": \"00ff\"",
        "\"bed\": \"demo/icu/7\"",
        "\"rule\": \"map-critical\"",
        "\"priority\": \"high\"",
        "\"t_condition\": \"2026-11-20T00:00:00.000Z\"",
        "\"t_raised\": \"2026-11-20T00:00:08.000Z\"",
        "\"alarm_condition_delay_s\": 8,",
        "\"alarm_signal_generation_delay_s\": 0.25,",
        "\"latching\": false",
        "\"rule_version\": 3",
        "\"set_hash\": \"00aa\"",
        "\"acknowledged\": null",
    };

    alarm.id = (char *)"00ff";
    alarm.bed = (char *)"demo/icu/7";
    alarm.rule = (char *)"map-critical";
    alarm.priority = VICU__PRIORITY__PRIORITY_HIGH;
    alarm.t_condition_us = INT64_C(1795132800000000);
    alarm.t_raised_us = alarm.t_condition_us + 8000000;
    alarm.t_decided_us = alarm.t_raised_us + 250000;
    alarm.rule_version = 3;
    alarm.set_hash = (char *)"00aa";
    tool_json_alarm(json, NULL, &alarm);
    for (size_t i = 0; i < G_N_ELEMENTS(wanted); i++)
        g_assert_nonnull(strstr(vicu_json_peek(json), wanted[i]));
}

static void
a_number_of_a_newer_contract_is_called_unknown(void)
{
    g_assert_cmpstr(tool_word_priority((Vicu__Priority)99), ==, "unknown");
    g_assert_cmpstr(tool_word_presence((Vicu__Presence)-1), ==, "unknown");
    g_assert_cmpstr(tool_word_presence(VICU__PRESENCE__PRESENCE_TRANSPORT), ==, "transport");
    g_assert_cmpstr(tool_word_origin(VICU__ORIGIN__ORIGIN_RECORDING), ==, "recording");
    g_assert_cmpstr(tool_word_source(VICU__SOURCE__SOURCE_DERIVED), ==, "derived");
    g_assert_cmpstr(tool_word_quality(VICU__QUALITY__QUALITY_INVALID), ==, "invalid");
    g_assert_cmpstr(tool_word_alarm_state(VICU__ALARM_STATE__ALARM_LATCHED), ==, "latched");
}

static void
data_that_lag_are_called_old(void)
{
    g_autofree char *usual = tool_words_data_age(2 * (int64_t)G_USEC_PER_SEC);
    g_autofree char *lagging = tool_words_data_age(4 * (int64_t)G_USEC_PER_SEC);

    g_assert_cmpstr(usual, ==, "");
    g_assert_cmpstr(lagging, ==, ", data 4.0 s old");
}

#define ADD(name) g_test_add_func("/tools/names/" #name, name)

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD(a_unique_tail_names_a_bed);
    ADD(a_tail_of_two_beds_is_refused_with_both_names);
    ADD(half_a_word_names_nothing);
    ADD(an_id_has_three_bounded_parts);
    ADD(beds_are_sorted_as_people_count);
    ADD(sample_times_are_exact_after_months);
    ADD(an_alarm_as_json_has_what_the_demo_reports);
    ADD(a_number_of_a_newer_contract_is_called_unknown);
    ADD(data_that_lag_are_called_old);
    return g_test_run();
}
