/* Times, numbers and units of HL7 v2.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "collector/sources/hl7-value.h"

static CollectorHl7View
view(const char *text)
{
    return (CollectorHl7View){text, strlen(text)};
}

static void
reads_times_to_the_precision_sent(void)
{
    static const struct {
        const char *sent, *iso;
    } cases[] = {
        {"20090713090030+0000", "2009-07-13T09:00:30Z"},
        {"20090713090030+0500", "2009-07-13T04:00:30Z"},
        {"20090713090030-0330", "2009-07-13T12:30:30Z"},
        {"20081211144500", "2008-12-11T14:45:00"},
        {"20081211144500.1+0000", "2008-12-11T14:45:00.100Z"},
        {"20081211144500.123456+0000", "2008-12-11T14:45:00.123456Z"},
        {"200812111445+0100", "2008-12-11T13:45Z"},
        {"2008121114", "2008-12-11T14:00"},
        {"20081211", "2008-12-11"},
        {"200812", "2008-12"},
        {"2008", "2008"},
        {"20080229000000+0000", "2008-02-29T00:00:00Z"},
        {"20000229000000+0000", "2000-02-29T00:00:00Z"},
        {"19000228235959+0000", "1900-02-28T23:59:59Z"},
        {"20161231235960+0000", "2017-01-01T00:00:00Z"}, /* a leap second */
        {"20240101003000+0100", "2023-12-31T23:30:00Z"},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        CollectorHl7Time time;
        char iso[64];

        g_assert_true(collector_hl7_time_parse(view(cases[i].sent), &time));
        collector_hl7_time_iso(&time, NULL, iso, sizeof iso);
        g_assert_cmpstr(iso, ==, cases[i].iso);
    }
}

static void
refuses_what_is_no_time(void)
{
    static const char *const cases[] = {
        "",
        "x",
        "200",
        "200801011",
        "20081301",
        "20080230",
        "20070229",
        "19000229",
        "20080101240000",
        "20080101006000",
        "20080101000061",
        "20080101000000.",
        "20080101.5",
        "20080101000000+1",
        "20080101000000+1500",
        "20080101000000+0060",
        "20080101000000+00:00",
        "20080101000000Z",
        "2008-01-01",
        "20080101000000+0000 ",
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        CollectorHl7Time time;

        g_assert_false(collector_hl7_time_parse(view(cases[i]), &time));
    }
}

static void
counts_microseconds_from_1970(void)
{
    static const struct {
        const char *sent;
        int32_t zone_s;
        int64_t us;
    } cases[] = {
        {"19700101000000+0000", 0, 0},
        {"20261120144004.5+0000", 0, INT64_C(1795185604500000)},
        {"20261120144004", 3600, INT64_C(1795182004000000)},
        {"20261120144004+0000", 3600, INT64_C(1795185604000000)},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        CollectorHl7Time time;

        g_assert_true(collector_hl7_time_parse(view(cases[i].sent), &time));
        g_assert_cmpint(collector_hl7_time_utc_us(&time, cases[i].zone_s), ==, cases[i].us);
    }
}

static void
reads_numbers_and_nothing_like_them(void)
{
    static const char *const good[] = {"0", "-0", "+12", "1.50", ".5", "5.", "  7 ", "007"};
    static const char *const bad[] = {"",
                                      " ",
                                      ".",
                                      "-",
                                      "+.",
                                      "1e3",
                                      "1,5",
                                      "0x10",
                                      "1 2",
                                      "1.2.3",
                                      "--1",
                                      "nan",
                                      "inf",
                                      "1234567890123456",
                                      "0.0000000000000000000000000000001"};

    for (size_t i = 0; i < G_N_ELEMENTS(good); i++) {
        CollectorHl7Decimal value;

        g_assert_true(collector_hl7_decimal_parse(view(good[i]), &value));
        g_assert_cmpfloat(collector_hl7_decimal_to_double(value), ==,
                          g_ascii_strtod(good[i], NULL));
    }
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        CollectorHl7Decimal value;

        g_assert_false(collector_hl7_decimal_parse(view(bad[i]), &value));
    }
}

static void
knows_the_sentinels_in_every_spelling(void)
{
    static const char *const yes[] = {"-999",    "-999.0", "-0999",  "-99.9",
                                      "-99.900", "-100",   "-100.00"};
    static const char *const no[] = {"999", "-99", "-99.99", "-1000", "-9.99", "-10", "0", "100"};

    for (size_t i = 0; i < G_N_ELEMENTS(yes); i++) {
        CollectorHl7Decimal value;

        g_assert_true(collector_hl7_decimal_parse(view(yes[i]), &value));
        g_assert_true(collector_hl7_decimal_is_sentinel(value));
    }
    for (size_t i = 0; i < G_N_ELEMENTS(no); i++) {
        CollectorHl7Decimal value;

        g_assert_true(collector_hl7_decimal_parse(view(no[i]), &value));
        g_assert_false(collector_hl7_decimal_is_sentinel(value));
    }
}

static CollectorHl7Convert
convert(const char *sent, const char *unit, const char *wanted, const char *signal, double *out)
{
    CollectorHl7Decimal value;

    g_assert_true(collector_hl7_decimal_parse(view(sent), &value));
    return collector_hl7_convert(value, unit, wanted, signal, out);
}

/* Exact: the nearest double of the decimal result, as a literal has it. */
static void
converts_to_the_nearest_double(void)
{
    static const struct {
        const char *sent, *unit, *wanted;
        double value;
    } cases[] = {
        {"120", "mm[Hg]", "mm[Hg]", 120.0},
        {"120", "mmHg", "mm[Hg]", 120.0},
        {"120", "", "mm[Hg]", 120.0},
        {"16.0", "kPa", "mm[Hg]", 120.009872},
        {"12.3", "kPa", "mm[Hg]", 92.2575891},
        {"10", "cm[H2O]", "mm[Hg]", 7.355592},
        {"98.6", "[degF]", "Cel", 37.0},
        {"101.3", "degF", "Cel", 38.5},
        {"-40", "[degF]", "Cel", -40.0},
        {"37.2", "C", "Cel", 37.2},
        {"72", "{beat}/min", "/min", 72.0},
        {"72", "bpm", "/min", 72.0},
        {"0.5", "L", "mL", 500.0},
        {"72500", "g", "kg", 72.5},
        {"0.97", "1", "%", 97.0},
        {"10", "cm[H2O]", "cm[H2O]", 10.0},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        double out;

        g_assert_cmpint(convert(cases[i].sent, cases[i].unit, cases[i].wanted, "", &out), ==,
                        COLLECTOR_HL7_CONVERT_OK);
        g_assert_cmpfloat(out, ==, cases[i].value);
    }
}

/* clinical.md S1: 88.4 and 17.1 umol/L are 1 mg/dL; each quotient is the nearest double. */
static void
converts_amounts_by_the_substance(void)
{
    static const struct {
        const char *sent, *unit, *signal;
        double value;
    } cases[] = {
        {"88.4", "umol/L", "Creat", 1.0},
        {"353.6", "umol/L", "Creat", 4.0}, /* KDIGO stage 3 */
        {"442", "umol/L", "Creat", 5.0},   /* SOFA 4 points */
        {"26.52", "umol/L", "Creat", 0.3}, /* KDIGO stage 1 */
        {"26.5", "umol/L", "Creat", 265.0 / 884.0},
        {"97.24", "\u00B5mol/L", "CREAT_BASE", 1.1},
        {"97.24", "\u03BCmol/l", "CREAT_BASE", 1.1},
        {"1.2", "mg/dL", "Creat", 1.2},
        {"17.1", "umol/L", "BILI", 1.0},
        {"20.52", "umol/L", "BILI", 1.2},  /* SOFA 1 point */
        {"205.2", "umol/L", "BILI", 12.0}, /* SOFA 4 points */
        {"20", "umol/L", "BILI", 200.0 / 171.0},
    };
    double out;

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_assert_cmpint(convert(cases[i].sent, cases[i].unit, "mg/dL", cases[i].signal, &out), ==,
                        COLLECTOR_HL7_CONVERT_OK);
        g_assert_cmpfloat(out, ==, cases[i].value);
    }
    /* Of another substance, or into another unit, nobody knows it. */
    g_assert_cmpint(convert("88.4", "umol/L", "mg/dL", "", &out), ==, COLLECTOR_HL7_CONVERT_UNIT);
    g_assert_cmpint(convert("88.4", "umol/L", "mg/dL", "Lactate", &out), ==,
                    COLLECTOR_HL7_CONVERT_UNIT);
    g_assert_cmpint(convert("88.4", "umol/L", "mmol/L", "Creat", &out), ==,
                    COLLECTOR_HL7_CONVERT_UNIT);
}

static void
never_guesses_a_unit(void)
{
    static const char *const cases[][2] = {
        {"kg", "mm[Hg]"}, {"mV", "/min"}, {"MM[HG]x", "mm[Hg]"}, {"Cel", "mm[Hg]"}, {"%", "/min"}};
    double out;

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
        g_assert_cmpint(convert("1", cases[i][0], cases[i][1], "", &out), ==,
                        COLLECTOR_HL7_CONVERT_UNIT);
}

/* clinical.md S1: [0.21, 1.0] fraction, [21, 100] per cent, anything else invalid. */
static void
takes_fio2_as_fraction_or_per_cent_and_nothing_between(void)
{
    static const struct {
        const char *sent, *unit;
        gboolean good;
        double value;
    } cases[] = {
        {"0.21", "1", TRUE, 0.21}, {"1.0", "1", TRUE, 1.0}, {"0.4", "%", TRUE, 0.4},
        {"21", "%", TRUE, 0.21},   {"40", "%", TRUE, 0.4},  {"100", "%", TRUE, 1.0},
        {"55", "", TRUE, 0.55},    {"35", "1", TRUE, 0.35}, {"0.2", "1", FALSE, 0},
        {"0.209", "1", FALSE, 0},  {"1.01", "1", FALSE, 0}, {"20.9", "%", FALSE, 0},
        {"100.1", "%", FALSE, 0},  {"0", "%", FALSE, 0},    {"5", "%", FALSE, 0},
        {"-40", "%", FALSE, 0},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        double out;

        g_assert_cmpint(convert(cases[i].sent, cases[i].unit, "1", "FiO2", &out), ==,
                        cases[i].good ? COLLECTOR_HL7_CONVERT_OK : COLLECTOR_HL7_CONVERT_INVALID);
        g_assert_cmpfloat(out, ==, cases[i].value);
    }
}

static void
names_units_in_ucum_where_the_table_knows_them(void)
{
    g_assert_cmpstr(collector_hl7_unit_ucum("266016", "MDC_DIM_MMHG", "MDC"), ==, "mm[Hg]");
    g_assert_cmpstr(collector_hl7_unit_ucum("MDC_DIM_FAHR", "", ""), ==, "[degF]");
    g_assert_cmpstr(collector_hl7_unit_ucum("mm[Hg]", "mm[Hg]", "UCUM"), ==, "mm[Hg]");
    g_assert_cmpstr(collector_hl7_unit_ucum("/min", "", ""), ==, "/min");
    g_assert_null(collector_hl7_unit_ucum("beats/min", "", "ISO"));
    g_assert_null(collector_hl7_unit_ucum("", "", ""));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/collector/hl7-value/reads_times_to_the_precision_sent",
                    reads_times_to_the_precision_sent);
    g_test_add_func("/collector/hl7-value/refuses_what_is_no_time", refuses_what_is_no_time);
    g_test_add_func("/collector/hl7-value/counts_microseconds_from_1970",
                    counts_microseconds_from_1970);
    g_test_add_func("/collector/hl7-value/reads_numbers_and_nothing_like_them",
                    reads_numbers_and_nothing_like_them);
    g_test_add_func("/collector/hl7-value/knows_the_sentinels_in_every_spelling",
                    knows_the_sentinels_in_every_spelling);
    g_test_add_func("/collector/hl7-value/converts_to_the_nearest_double",
                    converts_to_the_nearest_double);
    g_test_add_func("/collector/hl7-value/converts_amounts_by_the_substance",
                    converts_amounts_by_the_substance);
    g_test_add_func("/collector/hl7-value/never_guesses_a_unit", never_guesses_a_unit);
    g_test_add_func("/collector/hl7-value/takes_fio2_as_fraction_or_per_cent_and_nothing_between",
                    takes_fio2_as_fraction_or_per_cent_and_nothing_between);
    g_test_add_func("/collector/hl7-value/names_units_in_ucum_where_the_table_knows_them",
                    names_units_in_ucum_where_the_table_knows_them);
    return g_test_run();
}
