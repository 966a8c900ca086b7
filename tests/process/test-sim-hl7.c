/* vicu-sim, as its own process, against the collector's listener and mapping.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "collector/sources/hl7-pcd01.h"
#include "collector/sources/hl7-problem.h"
#include "collector/sources/hl7-source.h"
#include "common/clock.h"

typedef struct {
    CollectorHl7SourceSettings settings;
    CollectorHl7Settings mapping;
    CollectorHl7Source *source;
    CollectorHl7Mapper *mapper;
    guint refuse_every; /* AE for every n-th message */
    guint messages, numerics, symbols, invalid, faults, refused;
    GHashTable *beds;
    GMainLoop *loop;
    char *out;
    int status;
} Fixture;

static void
on_message(const CollectorHl7Incoming *incoming, gpointer user)
{
    Fixture *f = user;
    g_autoptr(CollectorHl7Result) result = collector_hl7_result_new();
    CollectorHl7Answer answer = COLLECTOR_HL7_REJECTED;

    f->messages++;
    if (incoming->message != NULL
        && collector_hl7_map(f->mapper, incoming->message, incoming->t_receive_us,
                             incoming->problems, result)
               == COLLECTOR_HL7_TAKE)
        answer = COLLECTOR_HL7_ACCEPT;
    if (f->refuse_every > 0 && f->messages % f->refuse_every == 0) {
        f->refused++;
        answer = COLLECTOR_HL7_ERROR;
    }
    for (guint i = 0; answer == COLLECTOR_HL7_ACCEPT && i < result->observations->len; i++) {
        const CollectorHl7Observation *o =
            &g_array_index(result->observations, CollectorHl7Observation, i);

        g_assert_cmpint(o->origin, ==, VICU__ORIGIN__ORIGIN_SIMULATED);
        g_assert_cmpint(o->kind, !=, COLLECTOR_HL7_UNMAPPED);
        f->numerics += o->kind == COLLECTOR_HL7_NUMERIC ? 1 : 0;
        f->symbols += o->kind == COLLECTOR_HL7_SYMBOL ? 1 : 0;
        f->invalid += o->quality == VICU__QUALITY__QUALITY_INVALID ? 1 : 0;
        g_hash_table_add(f->beds, g_strdup(o->bed));
    }
    g_assert_true(collector_hl7_source_answer(f->source, incoming->ticket, answer,
                                              incoming->problems,
                                              answer == COLLECTOR_HL7_ERROR ? "Later." : NULL));
}

static void
on_fault(CollectorHl7Fault fault, const char *peer, const char *text, gpointer user)
{
    Fixture *f = user;

    (void)fault;
    (void)peer;
    (void)text;
    f->faults++;
}

static void
set_up(Fixture *f, gconstpointer data)
{
    g_autoptr(GError) error = NULL;

    (void)data;
    f->mapping.site = "demo";
    f->mapping.location_is_bed = TRUE;
    f->mapper = collector_hl7_mapper_new(&f->mapping);
    f->beds = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    f->loop = g_main_loop_new(NULL, FALSE);
    collector_hl7_source_standard(&f->settings);
    f->settings.port = 0;
    f->settings.utc_us = vicu_clock_utc_us;
    f->settings.boot_us = vicu_clock_boot_us;
    f->settings.on_message = on_message;
    f->settings.on_fault = on_fault;
    f->settings.user = f;
    f->source = collector_hl7_source_new(&f->settings, NULL, &error);
    g_assert_no_error(error);
}

static void
tear_down(Fixture *f, gconstpointer data)
{
    (void)data;
    collector_hl7_source_free(f->source);
    collector_hl7_mapper_free(f->mapper);
    g_hash_table_unref(f->beds);
    g_main_loop_unref(f->loop);
    g_free(f->out);
}

static void
on_sim_done(GObject *object, GAsyncResult *result, gpointer user)
{
    Fixture *f = user;
    g_autoptr(GError) error = NULL;

    g_assert_true(
        g_subprocess_communicate_utf8_finish(G_SUBPROCESS(object), result, &f->out, NULL, &error));
    g_assert_no_error(error);
    g_assert_true(g_subprocess_get_if_exited(G_SUBPROCESS(object)));
    f->status = g_subprocess_get_exit_status(G_SUBPROCESS(object));
    g_main_loop_quit(f->loop);
}

/* Runs vicu-sim with @options and the address of the listener. */
static void
run_sim(Fixture *f, const char *options)
{
    g_autofree char *program =
        g_build_filename(g_getenv("VICU_BUILD_ROOT"), "tools", "vicu-sim", NULL);
    g_autofree char *line = g_strdup_printf("%s --to %s --json %s", program,
                                            collector_hl7_source_endpoint(f->source), options);
    g_auto(GStrv) words = NULL;
    g_autoptr(GSubprocess) sim = NULL;
    g_autoptr(GError) error = NULL;

    g_assert_true(g_shell_parse_argv(line, NULL, &words, NULL));
    sim = g_subprocess_newv((const char *const *)words, G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error);
    g_assert_no_error(error);
    g_subprocess_communicate_utf8_async(sim, NULL, NULL, on_sim_done, f);
    g_main_loop_run(f->loop);
    g_test_message("%s", f->out);
}

static gint64
figure(const Fixture *f, const char *name)
{
    g_autofree char *key = g_strdup_printf("\"%s\": ", name);
    const char *at = strstr(f->out, key);

    g_assert_nonnull(at);
    return g_ascii_strtoll(at + strlen(key), NULL, 10);
}

static void
every_message_of_four_beds_is_taken(Fixture *f, gconstpointer data)
{
    (void)data;
    run_sim(f, "--beds 4 --first 3 --period 100ms --for 1500ms");
    g_assert_cmpint(f->status, ==, 0);
    g_assert_cmpint(figure(f, "accepted"), ==, figure(f, "messages"));
    g_assert_cmpint(figure(f, "messages"), >=, 20);
    g_assert_cmpint(figure(f, "messages"), ==, f->messages);
    g_assert_cmpuint(f->faults, ==, 0);
    g_assert_cmpuint(f->invalid, ==, 0);
    g_assert_cmpuint(f->symbols, ==, 4 * 2);
    g_assert_true(g_hash_table_contains(f->beds, "demo/icu/3"));
    g_assert_true(g_hash_table_contains(f->beds, "demo/icu/6"));
    g_assert_cmpuint(g_hash_table_size(f->beds), ==, 4);
}

static void
what_is_refused_comes_again(Fixture *f, gconstpointer data)
{
    (void)data;
    f->refuse_every = 5;
    run_sim(f, "--beds 2 --period 200ms --for 2s");
    g_assert_cmpint(f->status, ==, 0);
    g_assert_cmpuint(f->refused, >, 0);
    g_assert_cmpint(figure(f, "errors"), ==, f->refused);
    g_assert_cmpint(figure(f, "resent"), ==, f->refused);
    g_assert_cmpint(figure(f, "accepted"), ==, figure(f, "messages"));
}

static void
faults_of_the_line_lose_nothing(Fixture *f, gconstpointer data)
{
    (void)data;
    run_sim(f, "--beds 2 --period 100ms --for 3s --drop-connection --garbage --sentinels");
    g_assert_cmpint(f->status, ==, 0);
    g_assert_cmpint(figure(f, "accepted"), ==, figure(f, "messages"));
    g_assert_cmpint(figure(f, "reconnects"), >, 0);
    g_assert_cmpuint(f->faults, >, 0);
    g_assert_cmpuint(f->invalid, >, 0);
}

static void
says_so_when_nobody_listens(Fixture *f, gconstpointer data)
{
    g_autofree char *program =
        g_build_filename(g_getenv("VICU_BUILD_ROOT"), "tools", "vicu-sim", NULL);
    const char *words[] = {program, "--to", "nonsense", NULL};
    g_autoptr(GSubprocess) sim = g_subprocess_newv(words, G_SUBPROCESS_FLAGS_STDERR_SILENCE, NULL);

    (void)data;
    (void)f;
    g_assert_true(g_subprocess_wait(sim, NULL, NULL));
    g_assert_cmpint(g_subprocess_get_exit_status(sim), ==, 2);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define TEST(name) g_test_add("/process/sim-hl7/" #name, Fixture, NULL, set_up, name, tear_down)
    TEST(every_message_of_four_beds_is_taken);
    TEST(what_is_refused_comes_again);
    TEST(faults_of_the_line_lose_nothing);
    TEST(says_so_when_nobody_listens);
    return g_test_run();
}
