/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "collector/sources/wfdb-header.h"
#include "common/error.h"

static CollectorWfdbHeader *
parse(const char *text, GError **error)
{
    return collector_wfdb_header_parse("x.hea", (const uint8_t *)text, strlen(text), error);
}

static CollectorWfdbHeader *
parse_well(const char *text)
{
    g_autoptr(GError) error = NULL;
    CollectorWfdbHeader *h = parse(text, &error);

    g_assert_no_error(error);
    g_assert_nonnull(h);
    return h;
}

static void
refuse(const char *text, const char *message)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(CollectorWfdbHeader) h = parse(text, &error);

    g_assert_null(h);
    g_assert_error(error, VICU_ERROR, VICU_ERROR_FORMAT);
    g_assert_cmpstr(error->message, ==, message);
}

static void
test_every_field(void)
{
    g_autoptr(CollectorWfdbHeader) h =
        parse_well("# a comment\r\n"
                   "\r\n"
                   "03700181 2 62.4725/999.56(7) 75000 17:27:45 15/08/1994\r\n"
                   "a.dat 212x4:3+24 2963.77(-16)/mV 12 5 67 -11266 0 MCL1 lead \r\n"
                   "~ 0 20/mmHg 8 0 -128 0 0 ABP\r\n"
                   "# <age>: 70\r\n");

    g_assert_cmpstr(h->name, ==, "03700181");
    g_assert_cmpuint(h->rate_num, ==, 24989);
    g_assert_cmpuint(h->rate_den, ==, 400);
    g_assert_cmpint(h->n_frames, ==, 75000);
    g_assert_cmpstr(h->base_time, ==, "17:27:45");
    g_assert_cmpstr(h->base_date, ==, "15/08/1994");
    g_assert_cmpuint(h->n_signals, ==, 2);
    const CollectorWfdbSignal *s = &h->signals[0];
    g_assert_cmpstr(s->file, ==, "a.dat");
    g_assert_cmpint(s->format, ==, 212);
    g_assert_cmpuint(s->samples_per_frame, ==, 4);
    g_assert_cmpuint(s->skew_frames, ==, 3);
    g_assert_cmpuint(s->offset_bytes, ==, 24);
    g_assert_cmpfloat(s->gain, ==, 2963.77);
    g_assert_true(s->calibrated);
    g_assert_cmpint(s->baseline, ==, -16);
    g_assert_cmpstr(s->unit, ==, "mV");
    g_assert_cmpint(s->adc_bits, ==, 12);
    g_assert_cmpint(s->adc_zero, ==, 5);
    g_assert_cmpint(s->initial, ==, 67);
    g_assert_cmpint(s->checksum, ==, -11266);
    g_assert_cmpstr(s->name, ==, "MCL1 lead");
    g_assert_null(h->signals[1].file);
    g_assert_cmpint(h->signals[1].format, ==, 0);
}

static void
test_defaults(void)
{
    g_autoptr(CollectorWfdbHeader) h = parse_well("r 3\na 16\nb 16 0\nc 212 100/uV 11 1024");

    g_assert_cmpuint(h->rate_num, ==, 250);
    g_assert_cmpuint(h->rate_den, ==, 1);
    g_assert_cmpint(h->n_frames, ==, -1);
    g_assert_cmpfloat(h->signals[0].gain, ==, 200.0);
    g_assert_cmpstr(h->signals[0].unit, ==, "mV");
    g_assert_cmpstr(h->signals[0].name, ==, "record r, signal 0");
    g_assert_false(h->signals[0].has_checksum);
    g_assert_false(h->signals[1].calibrated);
    g_assert_cmpfloat(h->signals[1].gain, ==, 200.0);
    /* baseline and initial value follow the ADC zero */
    g_assert_cmpint(h->signals[2].baseline, ==, 1024);
    g_assert_cmpint(h->signals[2].initial, ==, 1024);
    g_assert_false(h->signals[2].has_initial);
}

static void
test_rates(void)
{
    const struct {
        const char *text;
        uint32_t num, den;
    } cases[] = {
        {"360", 360, 1},
        {"360.0", 360, 1},
        {"62.5", 125, 2},
        {"0.0166666666667", 1, 60},
        {"0.016666666666666666", 1, 60},
        {"0", 250, 1},
        {"333.333333333333", 1000, 3},
        {"62.4725", 24989, 400},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *text = g_strdup_printf("r 0 %s 5", cases[i].text);
        g_autoptr(CollectorWfdbHeader) h = parse_well(text);
        g_assert_cmpuint(h->rate_num, ==, cases[i].num);
        g_assert_cmpuint(h->rate_den, ==, cases[i].den);
    }
}

static void
test_segments(void)
{
    g_autoptr(CollectorWfdbHeader) h =
        parse_well("s/4 3 125 300 10:44:18.529 04/05/2704\ns_layout 0\n~ 100\ns_1 150\ns_2 50\n");

    g_assert_true(h->variable_layout);
    g_assert_cmpuint(h->n_segments, ==, 4);
    g_assert_cmpint(h->n_frames, ==, 300);
    g_assert_null(h->segments[1].name);
    g_assert_cmpstr(h->segments[3].name, ==, "s_2");
    g_assert_null(h->signals);

    g_autoptr(CollectorWfdbHeader) fixed = parse_well("s/2 3 125\na 10\nb 20\n");
    g_assert_false(fixed->variable_layout);
    g_assert_cmpint(fixed->n_frames, ==, 30);
}

static void
test_refusals(void)
{
    refuse("", "x.hea:1:1: the record line is missing");
    refuse("# only a comment\n", "x.hea:2:1: the record line is missing");
    refuse("r\xb0 1\n", "x.hea:1:1: record name is not UTF-8");
    refuse("r two\n", "x.hea:1:3: number of signals: a whole number is expected");
    refuse("r 300\n", "x.hea:1:3: number of signals is 300, outside 0..256");
    refuse("r 1 -5\n", "x.hea:1:5: sampling rate: a number above 0 is expected");
    refuse("r 1 1000000\n", "x.hea:1:5: sampling rate is above 1000000 Hz");
    refuse("r 1 360x\n", "x.hea:1:8: sampling rate: a blank is expected here");
    refuse("r 2 250 10\na 16\n", "x.hea:3:1: 2 signal lines are announced, 1 are here");
    refuse("r 1 250 10\na 16\nb 16\n", "x.hea:3:1: more lines than the record line announces");
    refuse("r 1 250 10\na 17\n",
           "x.hea:2:3: format 17 is not one of 8 16 24 32 61 80 160 212 310 311 508 516 524");
    refuse("r 1 250 10\na 0\n", "x.hea:2:3: format 0 stores nothing, so the file must be '~'");
    refuse("r 1 250 10\na 16x0\n", "x.hea:2:6: samples per frame is 0, outside 1..1024");
    refuse("r 1 250 10\na 16 nan\n", "x.hea:2:6: gain: a number is expected");
    refuse("r 1 250 10\na 16 1e99\n", "x.hea:2:6: gain: '1e99' is not a number below 1e15");
    refuse("r 1 250 10\na 16 200(12/mV\n", "x.hea:2:12: baseline: ')' is expected");
    refuse("r 1 250 10\n../a 16\n",
           "x.hea:2:1: signal file '../a' is not the plain name of a file beside the header");
    refuse(
        "r 1 250 10\n/etc/passwd 16\n",
        "x.hea:2:1: signal file '/etc/passwd' is not the plain name of a file beside the header");
    refuse("r 1 250 10\na 16 200 12 0 99999999999\n",
           "x.hea:2:15: initial value is 99999999999, outside -2147483648..2147483647");
    refuse("r 2 250 10\na 16\na 212\n",
           "x.hea:3:1: signals of file a differ in format or byte offset");
    refuse("r 1 250 10\na 16x1024:65536\n",
           "x.hea:2:1: a skew of 65536 frames holds 67108864 samples, above 16777216");
    refuse("r 3 250 10\na 16\nb 16\na 16\n", "x.hea:4:1: signals of file a do not stand together");
    refuse("r 2 250 10\na 516x2\na 516\n",
           "x.hea:3:1: FLAC file a: at most 8 signals, all with the same samples per frame");
    refuse("r/2 1 250 30\na 10\nb 10\n",
           "x.hea:3:1: segments hold 20 frames, the record line says 30");
    refuse("r/2 1 250\na 10\nb 0\n",
           "x.hea:3:1: only the first segment, the layout, can have length 0");
    refuse("r/1 1 250\nr 10\n", "x.hea:2:1: segment 'r' is the record itself");
    refuse("r/0 1 250\n", "x.hea:1:3: number of segments is 0, outside 1..100000");
}

static void
test_not_text(void)
{
    g_autoptr(GError) error = NULL;

    g_assert_null(collector_wfdb_header_parse("x.hea", (const uint8_t *)"r 0\0", 4, &error));
    g_assert_cmpstr(error->message, ==,
                    "x.hea:0:1: a zero byte stands in the header: this is not text");
}

static void
test_absent_file(void)
{
    g_autoptr(GError) error = NULL;

    g_assert_null(collector_wfdb_header_load("/nowhere/x.hea", &error));
    g_assert_error(error, VICU_ERROR, VICU_ERROR_ABSENT);
    g_assert_cmpstr(error->message, ==, "/nowhere/x.hea: header cannot be read: no such file");
}

static void
test_units(void)
{
    g_assert_cmpstr(collector_wfdb_ucum("mmHg"), ==, "mm[Hg]");
    g_assert_cmpstr(collector_wfdb_ucum("NU"), ==, "1");
    g_assert_cmpstr(collector_wfdb_ucum("pm"), ==, "/min");
    g_assert_cmpstr(collector_wfdb_ucum("mV"), ==, "mV");
    g_assert_cmpstr(collector_wfdb_ucum("furlong"), ==, "furlong");
}

static void
test_base_time(void)
{
    static const struct {
        const char *time, *date;
        int64_t us;
    } cases[] = {
        {"10:44:18.529", "04/05/2104", INT64_C(4239341058529000)},
        {"17:27:45", "15/08/1994", INT64_C(776971665000000)},
        {"0:31:0", "9/10/2896", INT64_C(29246142660000000)},
        {"0:0:0.000001", "1/1/1970", 1},
        {"23:59:59.9999999", "31/12/1969", -1}, /* finer than a microsecond: cut */
        {"12:00:00", "29/02/2024", INT64_C(1709208000000000)},
        {"12:00:00", NULL, 0}, /* a time of day is no time */
        {NULL, "15/08/1994", 0},
        {"12:00:00", "29/02/2023", 0},
        {"12:00:00", "00/01/2023", 0},
        {"12:00:00", "01/13/2023", 0},
        {"12:00:00", "01/01/0", 0},
        {"12:00:00", "01/01/20233", 0},
        {"12:00:00", "01/01/2023x", 0},
        {"12:00:00", "2023-01-01", 0},
        {"24:00:00", "01/01/2023", 0},
        {"12:60:00", "01/01/2023", 0},
        {"12:00", "01/01/2023", 0},
        {"12:00:00.", "01/01/2023", 0},
        {"123:00:00", "01/01/2023", 0},
        {"-1:00:00", "01/01/2023", 0},
        {"", "", 0},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
        g_assert_cmpint(collector_wfdb_base_us(cases[i].time, cases[i].date), ==, cases[i].us);
}

static void
test_frame_time(void)
{
    const char *text = "r 0 62.4725/999.56 14400 17:27:45 15/08/1994\n";
    g_autoptr(CollectorWfdbHeader) h =
        collector_wfdb_header_parse("r.hea", (const uint8_t *)text, strlen(text), NULL);

    g_assert_nonnull(h);
    g_assert_cmpint(collector_wfdb_header_frame_us(h, 0), ==, INT64_C(776971665000000));
    /* 10000 frames of 62.4725 Hz are 160.070430... s, rounded down */
    g_assert_cmpint(collector_wfdb_header_frame_us(h, 10000), ==, INT64_C(776971825070430));
    h->base_us = 0;
    g_assert_cmpint(collector_wfdb_header_frame_us(h, 10000), ==, 0);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/collector/wfdb-header/reads_every_field", test_every_field);
    g_test_add_func("/collector/wfdb-header/fills_in_what_a_line_leaves_out", test_defaults);
    g_test_add_func("/collector/wfdb-header/keeps_a_rate_exactly", test_rates);
    g_test_add_func("/collector/wfdb-header/reads_segments_and_their_layout", test_segments);
    g_test_add_func("/collector/wfdb-header/refuses_with_line_and_column", test_refusals);
    g_test_add_func("/collector/wfdb-header/refuses_what_is_not_text", test_not_text);
    g_test_add_func("/collector/wfdb-header/says_when_the_file_is_absent", test_absent_file);
    g_test_add_func("/collector/wfdb-header/knows_the_units_of_recordings", test_units);
    g_test_add_func("/collector/wfdb-header/takes_a_day_and_a_time_of_day_for_a_time",
                    test_base_time);
    g_test_add_func("/collector/wfdb-header/dates_a_frame_exactly", test_frame_time);
    return g_test_run();
}
