/* What a report asks the store for, and what the audit is told of it.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/error.h"
#include "common/report/gather.h"

#define S      ((int64_t)G_USEC_PER_SEC)
#define MINUTE (60 * S)
#define H      (3600 * S)
#define T0     (INT64_C(1796083200) * S) /* 2026-12-01 00:00:00 UTC */

typedef struct {
    GString *asked;
    const char *fails; /* the question that the store refuses; NULL: none */
} Store;

/* Answers each question about streams with one of the bed. */
static gboolean
answer(const Vicu__Query *query,
       VicuReportRowsFunc take,
       gpointer history,
       gpointer user,
       GError **error)
{
    Store *store = user;
    Vicu__QueryRows rows = VICU__QUERY_ROWS__INIT;
    Vicu__StreamRow row = VICU__STREAM_ROW__INIT;
    Vicu__StreamRow *list[] = {&row};
    g_autofree char *name = NULL;

    if (query->what_case == VICU__QUERY__WHAT_STREAMS) {
        name = g_strdup_printf("streams %s", query->streams->bed);
        row.bed = (char *)(*query->streams->bed != '\0' ? query->streams->bed : "s/u/1");
        row.first_us = T0;
        row.last_us = T0 + H;
        rows.stream = list;
        rows.n_stream = 1;
    } else if (query->what_case == VICU__QUERY__WHAT_EVENTS) {
        g_assert_cmpint(query->events->from_us, ==, T0 - 24 * H);
        g_assert_cmpint(query->events->to_us, ==, T0 + 30 * H + MINUTE);
        name = g_strdup_printf("events %s", query->events->bed);
    } else if (query->what_case == VICU__QUERY__WHAT_GAPS) {
        name = g_strdup_printf("gaps %s", query->gaps->bed);
    } else {
        g_assert_cmpint(query->what_case, ==, VICU__QUERY__WHAT_AUDIT);
        name = g_strdup("audit");
    }
    g_string_append_printf(store->asked, "%s;", name);
    take(&rows, history);
    if (store->fails == NULL || strcmp(store->fails, name) != 0)
        return TRUE;
    g_set_error(error, VICU_ERROR, VICU_ERROR_REFUSED, "may not");
    return FALSE;
}

static gboolean
gather(VicuReportKind kind, const char *const *beds, const char *fails, const char *asked)
{
    g_autoptr(VicuHistory) history = vicu_history_new();
    g_autoptr(GString) said = g_string_new(NULL);
    g_autoptr(GError) error = NULL;
    Store store = {said, fails};
    VicuReportAsk ask = {T0, T0 + 24 * H, NULL, NULL};
    gboolean ok =
        vicu_report_gather(kind, &ask, beds, T0 + 30 * H, history, answer, &store, &error);

    g_assert_true(ok == (error == NULL));
    g_assert_cmpstr(said->str, ==, asked);
    return ok;
}

static void
a_report_asks_for_what_it_is_made_of(void)
{
    static const char *const beds[] = {"s/u/2", "s/u/3", NULL};

    g_assert_true(gather(VICU_REPORT_BURDEN, NULL, NULL, "streams ;events ;gaps s/u/1;"));
    g_assert_true(gather(VICU_REPORT_NPSG, NULL, NULL, "audit;streams ;events ;gaps s/u/1;"));
    g_assert_true(gather(VICU_REPORT_RESPONSE, beds, NULL,
                         "streams s/u/2;events s/u/2;streams s/u/3;events s/u/3;"
                         "gaps s/u/2;gaps s/u/3;"));
    g_assert_false(gather(VICU_REPORT_BURDEN, NULL, "events ", "streams ;events ;"));
    g_assert_false(gather(VICU_REPORT_NPSG, NULL, "audit", "audit;"));
    g_assert_cmpint(vicu_report_kind_of("npsg"), ==, VICU_REPORT_NPSG);
    g_assert_cmpint(vicu_report_kind_of("npsgs"), ==, VICU_N_REPORTS);
}

static void
the_audit_knows_what_was_taken_out(void)
{
    VicuReportAsk ask = {T0, T0 + 24 * H, "s/u", NULL};
    g_autofree char *act = vicu_report_act(VICU_REPORT_NPSG, &ask, 5, false);
    g_autofree char *all = vicu_report_act(VICU_REPORT_BURDEN, &ask, 1, true);

    g_assert_cmpstr(act, ==,
                    "report npsg, 2026-12-01T00:00:00.000Z to 2026-12-02T00:00:00.000Z, of s/u, "
                    "counts below 5 withheld");
    g_assert_true(g_str_has_suffix(all, ", of s/u, all counts, single beds too"));
}

static void
a_unit_without_any_bed_is_named(void)
{
    g_autoptr(VicuHistory) history = vicu_history_new();
    g_autoptr(GError) error = NULL;
    Vicu__StreamRow row = VICU__STREAM_ROW__INIT;

    row.bed = (char *)"s/u/1";
    row.first_us = T0;
    row.last_us = T0 + H;
    vicu_history_stream(history, &row);
    g_assert_true(vicu_report_unit_is_known(history, NULL, NULL));
    g_assert_true(vicu_report_unit_is_known(history, "s/u", NULL));
    g_assert_false(vicu_report_unit_is_known(history, "s/v", &error));
    g_assert_nonnull(strstr(error->message, "units that did: s/u"));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define T(name) g_test_add_func("/report-gather/" #name, name)
    T(a_report_asks_for_what_it_is_made_of);
    T(a_unit_without_any_bed_is_named);
    T(the_audit_knows_what_was_taken_out);
    return g_test_run();
}
