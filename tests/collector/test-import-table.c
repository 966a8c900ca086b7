/* Tables as text: names, units, times, cells; what is wrong is named by its line.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "collector/import/table.h"
#include "common/error.h"

static CollectorTable *
parse(const char *names, const char *second, const char *third)
{
    g_autoptr(GError) error = NULL;
    CollectorTable *table = collector_table_parse("x.csv", names, second, third, &error);

    g_assert_no_error(error);
    return table;
}

static void
refuse(const char *names, const char *second, const char *third, const char *part)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(CollectorTable) table = collector_table_parse("x.csv", names, second, third, &error);

    g_assert_null(table);
    if (strstr(error->message, part) == NULL)
        g_error("'%s' does not say '%s'", error->message, part);
}

static void
reads_a_table_of_our_own(void)
{
    g_autoptr(CollectorTable) t =
        parse("time,II,ABP", "UTC,mV,mm[Hg]", "2026-01-31T08:00:00.000123Z,0.25,80");

    g_assert_cmpuint(t->n, ==, 2);
    g_assert_cmpstr(t->unit[1], ==, "mm[Hg]");
    g_assert_cmpint(t->clock, ==, COLLECTOR_TABLE_ISO);
    g_assert_cmpuint(t->first_line, ==, 3);
}

static void
reads_seconds_without_a_line_of_units(void)
{
    g_autoptr(CollectorTable) t =
        parse("Time [s], RESP, PLETH [NU], II", "0.0,0.25806,0.59531,0.058594", "0.008,,,");

    g_assert_cmpuint(t->n, ==, 3);
    g_assert_cmpint(t->clock, ==, COLLECTOR_TABLE_SECONDS);
    g_assert_cmpuint(t->first_line, ==, 2);
    g_assert_cmpstr(t->name[0], ==, "RESP");
    g_assert_cmpstr(t->name[1], ==, "PLETH");
    g_assert_cmpstr(t->unit[1], ==, "NU");
}

static void
cells_keep_their_digits(void)
{
    g_autoptr(CollectorTable) t = parse("t,a,b,c,d", "0,1,2,3,4", NULL);
    CollectorTableCell c[4];
    g_autoptr(GError) error = NULL;
    int64_t t_us = 0;

    g_assert_true(collector_table_row(t, "x", 2, "0.000002, -1.250 ,nan,,1e-3", &t_us, c, &error));
    g_assert_cmpint(t_us, ==, 2);
    g_assert_true(c[0].present && c[0].exact);
    g_assert_cmpint(c[0].number, ==, -1250);
    g_assert_cmpint(c[0].decimals, ==, 3);
    g_assert_cmpfloat(c[0].value, ==, -1.25);
    g_assert_false(c[1].present);
    g_assert_false(c[2].present);
    g_assert_false(c[3].exact);
    g_assert_cmpfloat(c[3].value, ==, 1e-3);
}

static void
refuse_row(const char *row, const char *part)
{
    g_autoptr(CollectorTable) t = parse("t,a,b", "0,1,2", NULL);
    CollectorTableCell c[2];
    g_autoptr(GError) error = NULL;
    int64_t t_us = 0;

    g_assert_false(collector_table_row(t, "x.csv", 17, row, &t_us, c, &error));
    g_assert_true(g_str_has_prefix(error->message, "x.csv:17: "));
    if (strstr(error->message, part) == NULL)
        g_error("'%s' does not say '%s'", error->message, part);
}

static void
bad_rows_are_named_by_line_and_column(void)
{
    refuse_row("1,2", "2 cells, the table has 3 columns");
    refuse_row("1,2,3,4", "more cells");
    refuse_row("later,2,3", "column 1: \"later\" is no time");
    refuse_row("1,2,x", "column 3: \"x\" is no number");
    refuse_row("1,0x10,3", "column 2");
    refuse_row("1,\"2,3", "no end");
}

static void
bad_heads_are_refused(void)
{
    refuse("time", "0", NULL, "1 columns");
    refuse("time,a", "UTC,mV,mV", "0,1", "3 units for 2 columns");
    refuse("time,a", "UTC,mV", "yesterday,1", "is no time");
    refuse("time,a", "UTC,mV", NULL, "no line with values");
    refuse("time,", "0,1", NULL, "the column has no name");
}

static void
times_are_exact(void)
{
    int64_t t_us = 0;
    const char *text = "2026-01-31T08:00:00.000123Z";

    g_assert_true(collector_table_time(text, strlen(text), &t_us));
    g_assert_cmpint(t_us, ==, INT64_C(1769846400000123));
    g_assert_true(collector_table_time("1969-12-31 23:59:59.5", 21, &t_us));
    g_assert_cmpint(t_us, ==, -500000);
    g_assert_false(collector_table_time("2026-13-31T08:00:00Z", 20, &t_us));
    g_assert_false(collector_table_time("2026-01-31T08:00", 16, &t_us));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define TEST(name) g_test_add_func("/collector/import-table/" #name, name)
    TEST(reads_a_table_of_our_own);
    TEST(reads_seconds_without_a_line_of_units);
    TEST(cells_keep_their_digits);
    TEST(bad_rows_are_named_by_line_and_column);
    TEST(bad_heads_are_refused);
    TEST(times_are_exact);
    return g_test_run();
}
