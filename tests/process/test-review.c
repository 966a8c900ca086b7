/* What the alarm review rests on: alarms of the past come from the store's record, a store that
 * is away is told, and a simulation forecasts what a replay with the limit set says.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <signal.h>
#include <string.h>

#include "common/clock.h"
#include "dashboard/client.h"
#include "dashboard/model/burden-report.h"
#include "dashboard/saved.h"
#include "dashboard/simulate.h"
#include "tests/process/site.h"

#define S      SITE_S
#define BEDS   4
#define SILENT "local:silent/collector"

/* --- alarms of the past --- */

typedef struct {
    Site *site;
    DashModel *model;
    DashRecall *recall;
} World;

static void
open_world(World *w)
{
    static const char *const daemons[] = {"hub", "store", "rules", "collector"};
    g_autofree char *settings =
        g_strdup_printf("[wfdb]\nward = %s/data/recordings/ward.ini\nbeds = %d\n",
                        g_getenv("VICU_SOURCE_ROOT"), BEDS);
    *w = (World){.site = site_new()};
    site_settings(w->site, "collector", settings);
    for (size_t i = 0; i < G_N_ELEMENTS(daemons); i++)
        site_start(w->site, daemons[i]);
    site_follow(w->site);
    site_await_beds(w->site, BEDS);
}

static void
recall(World *w, GByteArray *record)
{
    ToolClient *client = site_client(w->site);
    g_clear_pointer(&w->recall, dash_recall_free);
    g_clear_pointer(&w->model, dash_model_free);
    w->model = dash_model_new();
    w->recall = dash_recall_new(tool_client_context(client), tool_client_root(client), w->model,
                                record, DASH_RECALL_US, NULL);
    g_assert_nonnull(w->recall);
}

static void
close_world(World *w)
{
    dash_recall_free(w->recall);
    dash_model_free(w->model);
    site_free(w->site);
}

static gboolean
collector_is_silent(Site *site, gpointer user)
{
    return site_stands(site, "", SILENT) == GPOINTER_TO_INT(user);
}

static gboolean
recall_is_done(Site *site, gpointer user)
{
    (void)site;
    return dash_recall_is_done(((World *)user)->recall);
}

static gboolean
recall_is_troubled(Site *site, gpointer user)
{
    (void)site;
    return dash_recall_trouble(((World *)user)->recall) != NULL;
}

static void
assert_knows_the_silence(const DashModel *model)
{
    const DashBurden *burden = dash_model_burden(model);
    g_autoptr(GArray) found = dash_burden_occurrences(burden, SILENT, NULL, 0, INT64_MAX, 10);
    g_assert_cmpuint(found->len, ==, 1);
    const DashBurdenAlarm *a = &g_array_index(found, DashBurdenAlarm, 0);
    g_assert_true(a->technical && a->calls);
    g_assert_cmpint(a->ended_us, >, a->raised_us);
}

/* One alarm of which the station never heard as it stood. */
static void
the_store_tells_of_alarms_that_are_over(World *w)
{
    g_autoptr(GByteArray) record = g_byte_array_new();
    g_autoptr(DashModel) again = dash_model_new();
    int64_t now_us = 0;
    g_autoptr(GError) error = NULL;

    site_signal(w->site, "collector", SIGSTOP);
    g_assert_true(site_wait(w->site, 20 * S, collector_is_silent, GINT_TO_POINTER(TRUE)));
    site_signal(w->site, "collector", SIGCONT);
    g_assert_true(site_wait(w->site, 20 * S, collector_is_silent, GINT_TO_POINTER(FALSE)));
    site_wait(w->site, 2 * S, NULL, NULL); /* the rules' spool, on its way to the store */

    dash_saved_begin(record);
    recall(w, record);
    g_assert_cmpint(dash_burden_known_us(dash_model_burden(w->model)), ==, INT64_MAX);
    g_assert_true(site_wait(w->site, 10 * S, recall_is_done, w));
    g_assert_null(dash_recall_trouble(w->recall));
    assert_knows_the_silence(w->model);
    int64_t known_us = dash_burden_known_us(dash_model_burden(w->model));
    g_assert_cmpint(vicu_clock_utc_us() - known_us, >=, DASH_RECALL_US);

    dash_saved_end(record, vicu_clock_utc_us());
    g_assert_true(dash_saved_apply(record->data, record->len, again, &now_us, &error));
    g_assert_no_error(error);
    assert_knows_the_silence(again);
    g_assert_cmpint(dash_burden_known_us(dash_model_burden(again)), ==, known_us);
}

static void
a_store_that_is_away_is_told(World *w)
{
    site_signal(w->site, "store", SIGKILL);
    recall(w, NULL);
    g_assert_true(site_wait(w->site, 20 * S, recall_is_troubled, w));
    g_assert_false(dash_recall_is_done(w->recall));
    g_assert_cmpint(dash_burden_known_us(dash_model_burden(w->model)), ==, INT64_MAX);
    g_test_message("%s", dash_recall_trouble(w->recall));
    site_start(w->site, "store");
    g_assert_true(site_wait(w->site, 30 * S, recall_is_done, w));
    g_assert_null(dash_recall_trouble(w->recall));
    assert_knows_the_silence(w->model);
}

/* --- simulations --- */

static void
quit(gpointer user)
{
    (void)user;
    g_main_context_wakeup(NULL);
}

static DashSimulateState
run(DashSimulate *simulate, const char *const *changes, int64_t from_us, int64_t to_us)
{
    const DashSimulateAsk ask = {changes, NULL, from_us, to_us};
    g_autoptr(GError) error = NULL;
    g_assert_true(dash_simulate_start(simulate, &ask, &error));
    g_assert_no_error(error);
    g_assert_false(dash_simulate_start(simulate, &ask, NULL)); /* one at a time */
    while (dash_simulate_state(simulate) == DASH_SIMULATE_RUNNING)
        g_main_context_iteration(NULL, TRUE);
    if (dash_simulate_error(simulate))
        g_test_message("%s", dash_simulate_error(simulate));
    return dash_simulate_state(simulate);
}

/* What the ward has of the last minute, by the rules that run there. */
static void
a_running_site_is_simulated_with_its_own_rules(World *w)
{
    static const char *const changes[] = {"SpO2_low=95", NULL};
    g_autofree char *rules = site_program("rules/vicu-rules");
    g_autoptr(DashSimulate) simulate = dash_simulate_new(site_folder(w->site), rules, quit, NULL);
    int64_t now_us = vicu_clock_utc_us();
    g_assert_cmpint(run(simulate, changes, now_us - 60 * S, now_us), ==, DASH_SIMULATE_DONE);
    const DashSimulated *found = dash_simulate_result(simulate);
    g_assert_cmpuint(found->n_beds, ==, BEDS);
    g_assert_cmpfloat(found->bed_days, >, 0);
    g_assert_cmpstr(found->rules[0], ==, "desaturation");
    g_assert_cmpint((int)strlen(found->hash), >, 8);
}

static void
the_past_comes_from_the_store(void)
{
    World w;
    open_world(&w);
    the_store_tells_of_alarms_that_are_over(&w);
    a_running_site_is_simulated_with_its_own_rules(&w);
    a_store_that_is_away_is_told(&w);
    close_world(&w);
}

/* --- the forecast, over a table that is imported --- */

#define TABLE_T0 INT64_C(1767225600) /* 2026-01-01 */
#define TABLE_S  3600

typedef struct {
    Site *site;
    char *import, *log; /* the same values, for `vicu import` and for `vicu rules replay` */
} Table;

static void
write_table(Table *t, const char *limit)
{
    g_autoptr(GString) import = g_string_new("time,SpO2\ns,%\n");
    g_autoptr(GString) log = g_string_new("bed,time,kind,name,value\n");
    unsigned state = 3;
    int low = 0, depth = 97;
    if (*limit)
        g_string_append_printf(log, "a/b/1,%" G_GINT64_FORMAT "000000,limit,SpO2_low,%s\n",
                               TABLE_T0 - 1, limit);
    for (int s = 0; s < TABLE_S; s++) {
        state = state * 1103515245u + 12345u;
        if (low == 0 && (state >> 16) % 40 == 0) {
            low = 5 + (int)(state >> 8) % 40;
            depth = 83 + (int)(state >> 20) % 9;
        }
        int value = low > 0 ? depth : 97;
        low -= low > 0;
        g_string_append_printf(import, "%d,%d\n", s, value);
        g_string_append_printf(log, "a/b/1,%" G_GINT64_FORMAT "000000,sample,SpO2,%d\n",
                               TABLE_T0 + s, value);
    }
    g_assert_true(g_file_set_contents(t->import, import->str, -1, NULL));
    g_assert_true(g_file_set_contents(t->log, log->str, -1, NULL));
}

static char *
output(const char *const *argv)
{
    char *out = NULL;
    g_autofree char *err = NULL;
    g_autoptr(GError) error = NULL;
    int status = 0;
    g_assert_true(g_spawn_sync(NULL, (char **)argv, NULL, G_SPAWN_DEFAULT, NULL, NULL, &out, &err,
                               &status, &error));
    if (status != 0)
        g_test_message("%s", err);
    g_assert_cmpint(status, ==, 0);
    return out;
}

/* Lines of the alarm log that raise @rule. */
static unsigned
raised(const char *log, const char *rule)
{
    g_auto(GStrv) lines = g_strsplit(log, "\n", -1);
    unsigned n = 0;
    for (size_t i = 0; lines[i]; i++) {
        g_auto(GStrv) words = g_strsplit(lines[i], "\t", 5);
        n += g_strv_length(words) == 5 && strcmp(words[1], rule) == 0
             && strcmp(words[3], "raise") == 0;
    }
    return n;
}

static unsigned
replayed(const Table *t, const char *limit)
{
    g_autofree char *program = site_program("rules/vicu-rules");
    g_autofree char *path = g_build_filename(site_folder(t->site), "alarms", NULL);
    g_autofree char *text = NULL;
    write_table((Table *)t, limit);
    const char *const argv[] = {program, "replay", t->log, "--log", path, NULL};
    g_autofree char *out = output(argv);
    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    return raised(text, "desaturation");
}

static void
the_forecast_is_what_a_replay_with_the_limit_set_says(void)
{
    static const char *const changes[] = {"SpO2_low=87", NULL};
    static const char *const wrong[] = {"SpO2_low=70", NULL};
    Table t = {.site = site_new()};
    t.import = g_build_filename(site_folder(t.site), "in.csv", NULL);
    t.log = g_build_filename(site_folder(t.site), "log.csv", NULL);
    unsigned before = replayed(&t, ""), after = replayed(&t, "87");
    g_assert_cmpuint(after, >, 2);
    g_assert_cmpuint(before, >, after + 2);

    g_autofree char *vicu = site_program("tools/vicu");
    g_autofree char *past = g_build_filename(site_folder(t.site), "past", NULL);
    const char *const import[] = {
        vicu,     "import", t.import, "--bed", "a/b/1", "--at", "2026-01-01T00:00:00Z",
        "--root", past,     NULL};
    g_autofree char *said = output(import);
    g_autofree char *rules = site_program("rules/vicu-rules");
    g_autoptr(DashSimulate) simulate = dash_simulate_new(past, rules, quit, NULL);
    int64_t from_us = TABLE_T0 * S, to_us = (TABLE_T0 + TABLE_S) * S;
    g_assert_cmpint(run(simulate, changes, from_us, to_us), ==, DASH_SIMULATE_DONE);
    const DashSimulated *found = dash_simulate_result(simulate);
    g_test_message("before %u, forecast %u", found->before.rules, found->after.rules);
    g_assert_cmpuint(found->before.rules, ==, before);
    g_assert_cmpuint(found->after.rules, ==, after);
    g_assert_cmpuint(found->n_vanish, >, 0);
    g_assert_cmpint(dash_simulate_percent(simulate), <=, 100); /* the last one said */

    g_assert_cmpint(run(simulate, wrong, from_us, to_us), ==, DASH_SIMULATE_FAILED);
    g_assert_nonnull(strstr(dash_simulate_error(simulate), "SpO2_low = 70 % is outside 80..95 %"));
    g_assert_null(dash_simulate_result(simulate));

    const DashSimulateAsk ask = {changes, NULL, from_us, to_us};
    g_assert_true(dash_simulate_start(simulate, &ask, NULL));
    dash_simulate_cancel(simulate);
    while (dash_simulate_state(simulate) == DASH_SIMULATE_RUNNING)
        g_main_context_iteration(NULL, TRUE);
    g_assert_cmpint(dash_simulate_state(simulate), ==, DASH_SIMULATE_CANCELLED);
    g_free(t.import);
    g_free(t.log);
    site_free(t.site);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/process/review/the_past_comes_from_the_store", the_past_comes_from_the_store);
    g_test_add_func("/process/review/the_forecast_is_what_a_replay_with_the_limit_set_says",
                    the_forecast_is_what_a_replay_with_the_limit_set_says);
    return g_test_run();
}
