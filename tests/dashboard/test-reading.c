/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "dashboard/scene/build.h"
#include "dashboard/scene/format.h"

#define S ((int64_t)G_USEC_PER_SEC)

static DashNumeric
numeric(const char *name, double value, int64_t t_us)
{
    const VicuSignal *signal = vicu_signal_by_name(name);
    return (DashNumeric){.signal = signal,
                         .value = value,
                         .t_us = t_us,
                         .period_ms = signal->period_ms,
                         .origin = VICU__ORIGIN__ORIGIN_RECORDING,
                         .source = VICU__SOURCE__SOURCE_DERIVED};
}

static void
three_pressures_read_as_one(void)
{
    DashNumeric s = numeric("ART_S", 118.4, 10 * S);
    DashNumeric d = numeric("ART_D", 61.5, 9 * S);
    DashNumeric m = numeric("ART_M", 80, 10 * S);
    DashVital vital = {.label = "ART", .a = &s, .b = &d, .c = &m};
    DashReading reading = dash_read_vital(&vital, (DashUnits){0}, 11 * S);
    char note[DASH_TEXT_MAX];
    g_assert_cmpstr(reading.text, ==, "118/62 (80)");
    g_assert_cmpint(reading.fresh, ==, DASH_FRESH);
    g_assert_cmpint(reading.t_us, ==, 9 * S); /* no younger than its oldest part */
    dash_reading_note(note, &reading, 11 * S, VICU__ORIGIN__ORIGIN_UNKNOWN);
    g_assert_cmpstr(note, ==, "mmHg 2 s rec der");
}

/* A pressure without pulses has a mean and nothing else: it must be seen. */
static void
a_mean_is_shown_when_systolic_and_diastolic_are_gone(void)
{
    DashNumeric s = numeric("ART_S", 118, 10 * S);
    DashNumeric d = numeric("ART_D", 61, 10 * S);
    DashNumeric m = numeric("ART_M", 34, 20 * S);
    s.invalid_us = d.invalid_us = 11 * S;
    DashVital vital = {.label = "ART", .a = &s, .b = &d, .c = &m};
    DashReading reading = dash_read_vital(&vital, (DashUnits){0}, 21 * S);
    g_assert_cmpstr(reading.text, ==, "–/– (34)");
    g_assert_cmpint(reading.fresh, ==, DASH_FRESH);
    g_assert_true(reading.lead == &m);
    g_assert_cmpint(reading.t_us, ==, 20 * S);
}

static void
a_number_that_is_gone_is_no_number(void)
{
    DashNumeric hr = numeric("HR", 72, 10 * S);
    DashVital vital = {.label = "HR", .a = &hr};
    char note[DASH_TEXT_MAX];
    DashReading reading = dash_read_vital(&vital, (DashUnits){0}, 60 * S);
    g_assert_cmpint(reading.fresh, ==, DASH_GONE);
    g_assert_null(strstr(reading.text, "72"));
    dash_reading_note(note, &reading, 60 * S, VICU__ORIGIN__ORIGIN_UNKNOWN);
    g_assert_cmpstr(note, ==, "none for 50 s");
}

static void
a_stale_number_says_its_age_first(void)
{
    DashNumeric hr = numeric("HR", 72, 10 * S);
    DashVital vital = {.label = "HR", .a = &hr};
    char note[DASH_TEXT_MAX];
    DashReading reading = dash_read_vital(&vital, (DashUnits){0}, 22 * S);
    g_assert_cmpstr(reading.text, ==, "72");
    dash_reading_note(note, &reading, 22 * S, VICU__ORIGIN__ORIGIN_UNKNOWN);
    g_assert_true(g_str_has_prefix(note, "STALE 12 s /min"));
}

static void
a_doubtful_value_has_a_mark(void)
{
    DashNumeric hr = numeric("HR", 72, 10 * S);
    hr.quality = VICU__QUALITY__QUALITY_QUESTIONABLE;
    DashVital vital = {.label = "HR", .a = &hr};
    DashReading reading = dash_read_vital(&vital, (DashUnits){0}, 10 * S);
    g_assert_cmpstr(reading.text, ==, "72?");
}

static void
numbers_are_rounded_half_up_as_the_charts_do(void)
{
    char text[DASH_TEXT_MAX];
    g_assert_cmpstr(dash_format_value(text, (DashUnits){0}, vicu_signal_by_name("RR"), 20.5), ==,
                    "21");
    g_assert_cmpstr(dash_format_value(text, (DashUnits){0}, vicu_signal_by_name("RR"), 20.4), ==,
                    "20");
    g_assert_cmpstr(dash_format_value(text, (DashUnits){0}, vicu_signal_by_name("Temp"), 38.05), ==,
                    "38.1");
    g_assert_cmpstr(dash_format_value(text, (DashUnits){0}, vicu_signal_by_name("FiO2"), 0.4), ==,
                    "0.40");
    g_assert_cmpstr(dash_format_value(text, (DashUnits){0}, vicu_signal_by_name("CVP_M"), -0.2), ==,
                    "0");
}

/* 0.133322387415 kPa in a millimetre of mercury; the way back is exact to the last digits. */
static void
pressures_and_temperatures_are_shown_in_the_unit_chosen(void)
{
    const DashUnits usual = {0};
    const DashUnits other = {DASH_PRESSURE_KPA, DASH_TEMPERATURE_FAHRENHEIT};
    char text[DASH_TEXT_MAX];
    g_assert_cmpstr(dash_format_value(text, other, vicu_signal_by_name("ART_M"), 75), ==, "10.0");
    g_assert_cmpstr(dash_format_value(text, other, vicu_signal_by_name("Temp"), 38.05), ==,
                    "100.5");
    g_assert_cmpstr(dash_format_value(text, other, vicu_signal_by_name("HR"), 75), ==, "75");
    g_assert_cmpstr(dash_format_value(text, usual, vicu_signal_by_name("ART_M"), 75), ==, "75");
    g_assert_cmpstr(dash_format_change(text, other, vicu_signal_by_name("Temp"), -1.5), ==, "2.7");
    g_assert_cmpstr(dash_format_measure(text, other, "mm[Hg]", 60, 6), ==, "8.0 kPa");
    g_assert_cmpstr(dash_format_measure(text, usual, "mm[Hg]", 60, 6), ==, "60 mmHg");
    g_assert_cmpstr(dash_format_measure(text, other, "Cel", 0, 4), ==, "32.0 °F");
    g_assert_cmpstr(dash_format_measure(text, other, "cm[H2O]", 8, 4), ==, "8 cmH2O");
    g_assert_cmpfloat_with_epsilon(dash_units_value(other, "mm[Hg]", 1), 0.133322387415, 1e-15);
    for (double mmhg = -50; mmhg <= 400; mmhg += 0.25) {
        double kpa = dash_units_value(other, "mm[Hg]", mmhg);
        g_assert_cmpfloat_with_epsilon(dash_units_back(other, "mm[Hg]", kpa), mmhg, 1e-12);
    }
    for (double cel = 10; cel <= 46; cel += 0.05) {
        double fahrenheit = dash_units_value(other, "Cel", cel);
        g_assert_cmpfloat_with_epsilon(dash_units_back(other, "Cel", fahrenheit), cel, 1e-12);
    }
}

/* A bound that is shown may be typed: it lies within. */
static void
a_bound_is_rounded_to_the_inside(void)
{
    const DashUnits other = {DASH_PRESSURE_KPA, DASH_TEMPERATURE_FAHRENHEIT};
    char text[DASH_TEXT_MAX];
    g_assert_cmpstr(dash_format_range(text, other, "mm[Hg]", 30, 200), ==, "4.0 to 26.6 kPa");
    g_assert_cmpfloat(dash_units_back(other, "mm[Hg]", 26.6), <=, 200);
    g_assert_cmpfloat(dash_units_back(other, "mm[Hg]", 4.0), >=, 30);
    g_assert_cmpstr(dash_format_range(text, other, "Cel", 10, 46), ==, "50.0 to 114.8 °F");
    g_assert_cmpstr(dash_format_range(text, (DashUnits){0}, "mm[Hg]", 30, 200), ==,
                    "30 to 200 mmHg");
}

static void
three_pressures_in_kilopascal_say_so(void)
{
    DashNumeric s = numeric("ART_S", 118.4, 10 * S);
    DashNumeric d = numeric("ART_D", 61.5, 10 * S);
    DashNumeric m = numeric("ART_M", 80, 10 * S);
    DashVital vital = {.label = "ART", .a = &s, .b = &d, .c = &m};
    char note[DASH_TEXT_MAX];
    DashReading reading =
        dash_read_vital(&vital, (DashUnits){.pressure = DASH_PRESSURE_KPA}, 11 * S);
    g_assert_cmpstr(reading.text, ==, "15.8/8.2 (10.7)");
    dash_reading_note(note, &reading, 11 * S, VICU__ORIGIN__ORIGIN_UNKNOWN);
    g_assert_cmpstr(note, ==, "kPa 1 s rec der");
}

static void
ages_read_as_people_say_them(void)
{
    static const struct {
        int64_t s;
        const char *text;
    } ages[] = {{0, "0 s"},    {99, "99 s"},     {100, "1 min"}, {5999, "99 min"},
                {6000, "1 h"}, {172799, "47 h"}, {172800, "2 d"}};
    char text[DASH_TEXT_MAX];
    for (size_t i = 0; i < G_N_ELEMENTS(ages); i++)
        g_assert_cmpstr(dash_format_age(text, ages[i].s * S), ==, ages[i].text);
    g_assert_cmpstr(dash_format_age(text, -5 * S), ==, "0 s");
    g_assert_cmpstr(dash_format_clock(text, 86399 * S, 0), ==, "23:59:59");
    g_assert_cmpstr(dash_format_clock(text, 0, -3600 * S), ==, "23:00:00");
}

static void
a_score_with_missing_parts_is_a_range(void)
{
    DashScore score = {.known = false, .min = 2, .max = 7, .n_parts = 2};
    char text[DASH_TEXT_MAX];
    score.part[0].known = true;
    g_assert_cmpstr(dash_format_score(text, &score, "NEWS2"), ==, "NEWS2 2–7");
    g_assert_cmpuint(dash_score_missing(&score), ==, 1);
    score.known = true;
    score.value = 5;
    g_assert_cmpstr(dash_format_score(text, &score, "NEWS2"), ==, "NEWS2 5");
    g_assert_cmpstr(dash_format_score(text, NULL, "NEWS2"), ==, "NEWS2 ?");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/dashboard/reading/" #name, name)
    ADD(three_pressures_read_as_one);
    ADD(a_mean_is_shown_when_systolic_and_diastolic_are_gone);
    ADD(a_number_that_is_gone_is_no_number);
    ADD(a_stale_number_says_its_age_first);
    ADD(a_doubtful_value_has_a_mark);
    ADD(numbers_are_rounded_half_up_as_the_charts_do);
    ADD(pressures_and_temperatures_are_shown_in_the_unit_chosen);
    ADD(a_bound_is_rounded_to_the_inside);
    ADD(three_pressures_in_kilopascal_say_so);
    ADD(ages_read_as_people_say_them);
    ADD(a_score_with_missing_parts_is_a_range);
    return g_test_run();
}
