/* What is handed over, bed by bed, and on paper.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include <glib/gstdio.h>

#include "dashboard/saved.h"
#include "dashboard/scene/handover.h"
#include "tests/dashboard/ward.h"

static DashModel *
ward(const char *story, unsigned beds)
{
    WardOptions options = {.beds = beds};
    DashModel *model = dash_model_new();
    int64_t now_us = 0;
    g_assert_true(ward_options_parse(story, &options));
    g_autoptr(GByteArray) bytes = ward_make(&options);
    g_assert_true(dash_saved_apply(bytes->data, bytes->len, model, &now_us, NULL));
    return model;
}

static void
it_is_of_the_place_where_one_is_open(void)
{
    char place[DASH_HANDOVER_PLACE];
    g_autoptr(DashModel) open = ward("handover-brief", 16);
    g_autoptr(DashModel) none = ward("calm-brief", 4);
    g_autoptr(DashModel) empty = dash_model_new();
    const DashHandoverState site = {"demo"};
    dash_handover_place(open, NULL, place);
    g_assert_cmpstr(place, ==, "demo/icu");
    dash_handover_place(open, &site, place);
    g_assert_cmpstr(place, ==, "demo");
    dash_handover_place(none, NULL, place);
    g_assert_cmpstr(place, ==, "demo/icu"); /* the unit of the first bed */
    dash_handover_place(empty, NULL, place);
    g_assert_cmpstr(place, ==, "");
    g_autoptr(GArray) rows = dash_handover_rows(empty, (DashUnits){0}, place);
    g_assert_cmpuint(rows->len, ==, 0);
}

static void
a_row_says_what_is_known_of_the_bed(void)
{
    g_autoptr(DashModel) model = ward("handover-brief", 16);
    g_autoptr(GArray) rows = dash_handover_rows(model, (DashUnits){0}, "demo/icu");
    g_assert_cmpuint(rows->len, ==, 16);
    const DashHandoverRow *row = &g_array_index(rows, DashHandoverRow, 6);
    g_assert_cmpstr(row->bed->label, ==, "7");
    g_assert_true(g_str_has_prefix(row->line, "Septic shock"));
    g_assert_cmpstr(row->problem, ==, "Pneumonia, day 3");
    g_assert_cmpuint(row->promises, ==, 2);
    g_assert_cmpuint(row->overdue, ==, 1);
    g_assert_cmpstr(row->promise, ==, "Ring the family"); /* due first */
    g_assert_cmpstr(row->limit, ==, "HR_high 130 /min (120)");
    g_autofree char *alarms = dash_handover_alarms(row);
    g_assert_cmpstr(alarms, ==, "3 high, 3 medium, 1 low");
    /* Of one the owner of the state has told nothing: that is not "none". */
    g_autofree char *unknown = dash_handover_alarms(&g_array_index(rows, DashHandoverRow, 4));
    g_assert_cmpstr(unknown, ==, "not known");
    g_autoptr(DashModel) large = ward("handover-brief", 24);
    g_autoptr(GArray) more = dash_handover_rows(large, (DashUnits){0}, "demo/icu");
    g_autofree char *none = dash_handover_alarms(&g_array_index(more, DashHandoverRow, 23));
    g_assert_cmpstr(none, ==, "none");
    g_autofree char *many = dash_handover_alarms(&g_array_index(rows, DashHandoverRow, 1));
    g_assert_cmpstr(many, ==, "2 medium, 2 low, 200 technical +");
    g_autofree char *sign = dash_handover_signed(dash_model_handover_of(model, "demo/icu"));
    g_assert_cmpstr(sign, ==, "Dr A has signed, Dr B has not");
}

/* The rules count each minute: an alarm that stands is told before they have. */
static void
an_alarm_that_stands_is_counted_at_once(void)
{
    g_autoptr(DashModel) model = ward("handover-brief", 16);
    g_autoptr(GArray) rows = dash_handover_rows(model, (DashUnits){0}, "demo/icu");
    const DashHandoverRow *row = &g_array_index(rows, DashHandoverRow, 11);
    unsigned high = 0;
    for (size_t i = 0; i < dash_model_n_alarms(model); i++) {
        const DashAlarm *alarm = dash_model_alarm(model, i);
        high += strcmp(alarm->bed, row->bed->id) == 0
                && alarm->priority == VICU__PRIORITY__PRIORITY_HIGH;
    }
    g_assert_cmpuint(high, >, 0);
    g_assert_cmpuint(row->bed->care.last_12h.high, ==, 0);
    g_assert_cmpuint(row->alarms.high, ==, high);
}

static void
a_discharged_bed_is_not_handed_over(void)
{
    g_autoptr(DashModel) model = ward("absence-brief", 12);
    g_autoptr(GArray) rows = dash_handover_rows(model, (DashUnits){0}, "demo/icu");
    unsigned discharged = 0;
    for (size_t i = 0; i < dash_model_n_beds(model); i++)
        discharged += dash_model_bed(model, i)->presence == VICU__PRESENCE__PRESENCE_DISCHARGED;
    g_assert_cmpuint(discharged, >, 0);
    g_assert_cmpuint(rows->len, ==, 12 - discharged);
}

/* How often @what stands in the file. */
static unsigned
count(const char *bytes, size_t size, const char *what)
{
    unsigned n = 0;
    for (size_t i = 0; i + strlen(what) <= size; i++)
        n += memcmp(bytes + i, what, strlen(what)) == 0;
    return n;
}

static void
print(unsigned beds, char **bytes, gsize *size)
{
    g_autoptr(DashModel) model = ward("handover-brief", beds);
    g_autoptr(GError) error = NULL;
    g_autofree char *folder = g_dir_make_tmp("vicu-test-handover-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(folder, "h.pdf", NULL);
    g_assert_true(
        dash_handover_print(model, (DashUnits){0}, "demo/icu", WARD_NOW_US, 0, path, &error));
    g_assert_true(g_file_get_contents(path, bytes, size, NULL));
    g_remove(path);
    g_rmdir(folder);
}

static void
the_same_ward_is_the_same_paper(void)
{
    g_autofree char *a = NULL, *b = NULL;
    gsize n_a = 0, n_b = 0;
    print(16, &a, &n_a);
    print(16, &b, &n_b);
    g_assert_cmpuint(n_a, ==, n_b);
    g_assert_true(memcmp(a, b, n_a) == 0);
    g_assert_true(g_str_has_prefix(a, "%PDF-"));
    g_assert_cmpuint(count(a, n_a, "/Type /Page %"), ==, 1);
}

static void
many_beds_take_more_pages(void)
{
    g_autofree char *bytes = NULL;
    gsize size = 0;
    print(100, &bytes, &size);
    g_assert_cmpuint(count(bytes, size, "/Type /Page %"), >, 3);
}

static void
a_paper_that_cannot_be_written_is_said(void)
{
    g_autoptr(DashModel) model = ward("handover-brief", 1);
    g_autoptr(GError) error = NULL;
    g_assert_false(dash_handover_print(model, (DashUnits){0}, "demo/icu", WARD_NOW_US, 0,
                                       "/nowhere/h.pdf", &error));
    g_assert_nonnull(strstr(error->message, "/nowhere/h.pdf"));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/dashboard/handover/" #name, name)
    ADD(it_is_of_the_place_where_one_is_open);
    ADD(a_row_says_what_is_known_of_the_bed);
    ADD(an_alarm_that_stands_is_counted_at_once);
    ADD(a_discharged_bed_is_not_handed_over);
    ADD(the_same_ward_is_the_same_paper);
    ADD(many_beds_take_more_pages);
    ADD(a_paper_that_cannot_be_written_is_said);
    return g_test_run();
}
