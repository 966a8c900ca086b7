/* The files of a store that does not run: the real vicu asks them, and gets what the
 * running store answered; nothing in the store's folder changes; what was looked at is in
 * the audit once a store runs again.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/query.h"
#include "common/root.h"
#include "common/socket.h"
#include "store/aside.h"
#include "tests/store/waves.h"

#define MINUTES 12
#define FRAME   (5 * SECOND)

typedef struct {
    char *dir, *store;
    VicuRoot *root;
} Place;

/* A quarter of an hour, the last minutes of it not sealed, killed as it stands. */
static void
write_and_die(const char *store)
{
    Ward ward = {.dir = (char *)store, .now = {T0_US, SECOND}};
    uint64_t sequence = 0;

    ward_reopen(&ward);
    ward_epoch(&ward, 1, 1);
    for (int64_t t_us = T0_US; t_us < T0_US + MINUTES * MINUTE; t_us += FRAME) {
        Make *make = make_new(t_us);
        StoreSegment segment = wave_segment(0, T0_US);
        wave_announce(make, T0_US);
        wave_add(make, 0, store_segment_index(&segment, t_us),
                 store_segment_index(&segment, t_us + FRAME));
        make_numeric(make, "demo/icu/1", HEART, t_us, (double)(sequence % 90), 0);
        make_audit(make, "somebody", "admit", (uint8_t)(sequence % 200 + 1));
        ward_put(&ward, 1, 1, ++sequence, make_done(make));
        ward_pass(&ward, FRAME);
        if (t_us < T0_US + (MINUTES - 3) * MINUTE)
            ward_rest(&ward);
        ward_commit(&ward);
    }
    kill(getpid(), SIGKILL);
}

static void
place_open(Place *place)
{
    static const char *const names[] = {"hub", "store", "operator"};
    int status = 0;

    place->dir = make_folder();
    place->root = vicu_root_new(place->dir, NULL);
    g_assert_true(vicu_root_make(place->root, NULL));
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
        g_assert_true(vicu_keys_make(place->root->keys, names[i], names[i], NULL));
    g_autofree char *conf = g_build_filename(place->root->etc, "store.conf", NULL);
    g_assert_true(g_file_set_contents(
        conf, "[space]\nreserve = 1\nwarn = 1\nstop = 0.1\n[retention]\nwaves = 100000000s\n", -1,
        NULL));
    place->store = vicu_root_folder(place->root, "store", NULL);
    pid_t pid = fork();
    if (pid == 0) {
        write_and_die(place->store);
        _exit(1);
    }
    g_assert_cmpint(waitpid(pid, &status, 0), ==, pid);
    g_assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

static void
place_close(Place *place)
{
    vicu_root_free(place->root);
    remove_folder(place->dir);
    g_free(place->store);
    g_free(place->dir);
}

static int
by_text(gconstpointer a, gconstpointer b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Name, size, time of change and SHA-256 of every file. */
static char *
fingerprint(const char *dir)
{
    g_autoptr(GDir) open = g_dir_open(dir, 0, NULL);
    g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);
    const char *name;

    while ((name = g_dir_read_name(open)) != NULL) {
        g_autofree char *path = g_build_filename(dir, name, NULL);
        g_autofree char *text = NULL;
        gsize size = 0;
        GStatBuf st;
        g_assert_cmpint(g_stat(path, &st), ==, 0);
        g_file_get_contents(path, &text, &size, NULL);
        g_autofree char *sum =
            text != NULL ? g_compute_checksum_for_string(G_CHECKSUM_SHA256, text, (gssize)size)
                         : g_strdup("");
        g_ptr_array_add(lines, g_strdup_printf("%s %ld %ld.%09ld %s", name, (long)st.st_size,
                                               (long)st.st_mtim.tv_sec, st.st_mtim.tv_nsec, sum));
    }
    g_ptr_array_sort(lines, by_text);
    g_ptr_array_add(lines, NULL);
    return g_strjoinv("\n", (char **)lines->pdata);
}

/* Runs vicu with @words and --root; stdout and stderr, the caller frees. */
static int
ask(const Place *place, const char *words, char **out, char **err)
{
    g_autofree char *program = g_build_filename(g_getenv("VICU_BUILD_ROOT"), "tools", "vicu", NULL);
    g_autofree char *line = g_strdup_printf("%s %s --root %s", program, words, place->dir);
    g_auto(GStrv) argv = NULL;
    int status = 0;
    GError *error = NULL;

    g_assert_true(g_shell_parse_argv(line, NULL, &argv, NULL));
    g_assert_true(
        g_spawn_sync(NULL, argv, NULL, G_SPAWN_DEFAULT, NULL, NULL, out, err, &status, &error));
    g_assert_no_error(error);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

#define FROM_TO "--from 2026-09-21T14:00:00Z --to 2026-09-21T15:00:00Z"

static const char *const questions[] = {
    "query demo/icu/1 ECG_II " FROM_TO,
    "query demo/icu/1 ECG_II " FROM_TO " --px 50 --json",
    "query demo/icu/1 HR " FROM_TO " --times",
};

static unsigned
lines_of(const char *text)
{
    unsigned n = 0;

    for (; *text != '\0'; text++)
        n += *text == '\n';
    return n;
}

/* ---- a store that runs ---- */

static pid_t
start_store(const Place *place)
{
    g_autofree char *program =
        g_build_filename(g_getenv("VICU_BUILD_ROOT"), "store", "vicu-store", NULL);
    g_autofree char *pid_file = g_build_filename(place->root->run, "up.pid", NULL);
    g_autofree char *own = g_strdup_printf("%d\n", (int)getpid());
    g_autoptr(VicuKeys) keys = vicu_keys_open(place->root->keys, "operator", NULL);
    VicuContext *context = vicu_context_new(keys, NULL, NULL);
    g_autofree char *endpoint = vicu_root_endpoint(place->root, "store-query");
    VicuQueryClient *client = vicu_query_client_new(context, endpoint, "store", "", NULL);
    gboolean never = FALSE;

    g_assert_true(g_file_set_contents(pid_file, own, -1, NULL));
    pid_t pid = fork();
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        execl(program, program, "--root", place->dir, NULL);
        _exit(127);
    }
    for (int i = 0; i < 500 && !vicu_query_is_connected(client); i++)
        vicu_context_run_until(context, &never, 20000);
    g_assert_true(vicu_query_is_connected(client));
    vicu_query_client_free(client);
    vicu_context_free(context);
    return pid;
}

static void
end_store(const Place *place, pid_t pid, int signal)
{
    g_autofree char *pid_file = g_build_filename(place->root->run, "up.pid", NULL);

    kill(pid, signal);
    g_assert_cmpint(waitpid(pid, NULL, 0), ==, pid);
    g_unlink(pid_file);
}

/* ---- */

static void
a_killed_store_answers_from_its_files_as_it_did(void)
{
    Place place;
    char *at_rest[G_N_ELEMENTS(questions)], *err = NULL;

    place_open(&place);
    g_autofree char *before = fingerprint(place.store);
    for (size_t i = 0; i < G_N_ELEMENTS(questions); i++) {
        int status = ask(&place, questions[i], &at_rest[i], &err);
        if (status != 0)
            g_error("vicu %s: %s", questions[i], err);
        g_assert_nonnull(strstr(err, "the store does not run: read from its files, newest sample "
                                     "2026-09-21T"));
        g_clear_pointer(&err, g_free);
    }
    /* every sample of 12 minutes at 50 Hz and a header, a value each 5 s */
    g_assert_cmpuint(lines_of(at_rest[0]), >=, MINUTES * 60 * 50);
    g_assert_cmpuint(lines_of(at_rest[2]), >=, MINUTES * 12);
    g_autofree char *after = fingerprint(place.store);
    g_assert_cmpstr(before, ==, after);
    pid_t store = start_store(&place);
    for (size_t i = 0; i < G_N_ELEMENTS(questions); i++) {
        g_autofree char *running = NULL;
        g_assert_cmpint(ask(&place, questions[i], &running, &err), ==, 0);
        g_assert_cmpstr(running, ==, at_rest[i]);
        g_assert_cmpstr(err, ==, "");
        g_clear_pointer(&err, g_free);
    }
    end_store(&place, store, SIGKILL);
    for (size_t i = 0; i < G_N_ELEMENTS(questions); i++) {
        g_autofree char *again = NULL;
        g_assert_cmpint(ask(&place, questions[i], &again, &err), ==, 0);
        g_assert_cmpstr(again, ==, at_rest[i]);
        g_clear_pointer(&err, g_free);
        g_free(at_rest[i]);
    }
    place_close(&place);
}

static unsigned
count_of(const char *text, const char *word)
{
    unsigned n = 0;

    while ((text = strstr(text, word)) != NULL) {
        text++;
        n++;
    }
    return n;
}

static void
what_was_looked_at_is_in_the_audit_of_the_next_store(void)
{
    Place place;
    g_autofree char *out = NULL;
    g_autofree char *err = NULL;
    g_autofree char *listed = NULL;
    g_autofree char *said = NULL;
    g_autofree char *later = NULL;
    g_autofree char *quiet = NULL;

    place_open(&place);
    g_assert_cmpint(ask(&place, questions[0], &out, &err), ==, 0);
    g_assert_cmpint(ask(&place, "audit ls --from 2026-01-01T00:00:00Z", &listed, &said), ==, 0);
    g_assert_cmpuint(count_of(listed, "admit"), ==, MINUTES * 12);
    g_assert_cmpuint(count_of(listed, "query-samples"), ==, 0); /* not yet */
    pid_t store = start_store(&place);
    g_assert_cmpint(ask(&place, "audit ls --from 2026-01-01T00:00:00Z", &later, &quiet), ==, 0);
    g_assert_cmpuint(count_of(later, "query-samples"), ==, 1);
    g_assert_nonnull(strstr(later, "demo/icu/1"));
    g_assert_cmpuint(count_of(later, "query-audit"), >=, 1);
    end_store(&place, store, SIGTERM);
    g_autofree char *aside = g_build_filename(place.dir, "audit-aside", NULL);
    g_autoptr(GDir) left = g_dir_open(aside, 0, NULL);
    g_assert_nonnull(left);
    g_assert_null(g_dir_read_name(left));
    place_close(&place);
}

static void
an_export_of_a_store_at_rest_has_its_samples(void)
{
    Place place;
    g_autofree char *out = NULL;
    g_autofree char *err = NULL;

    place_open(&place);
    g_autofree char *to = g_build_filename(place.dir, "exported", NULL);
    g_autofree char *before = fingerprint(place.store);
    g_autofree char *words =
        g_strdup_printf("export demo/icu/1 " FROM_TO " --format csv --json -o %s", to);
    if (ask(&place, words, &out, &err) != 0)
        g_error("vicu %s: %s", words, err);
    g_autofree char *after = fingerprint(place.store);
    g_assert_cmpstr(before, ==, after);
    g_assert_nonnull(strstr(err, "the store does not run: read from its files"));
    g_assert_nonnull(strstr(out, "\"samples\""));
    place_close(&place);
}

static void
without_a_store_nothing_is_answered(void)
{
    Place place;
    g_autofree char *out = NULL;
    g_autofree char *err = NULL;

    place_open(&place);
    remove_folder(place.store);
    g_assert_cmpint(ask(&place, questions[0], &out, &err), ==, 1);
    g_assert_nonnull(strstr(err, "no running vICU"));
    g_assert_false(g_file_test(place.store, G_FILE_TEST_EXISTS));
    place_close(&place);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/process/offline/" #name, name)
    ADD(a_killed_store_answers_from_its_files_as_it_did);
    ADD(what_was_looked_at_is_in_the_audit_of_the_next_store);
    ADD(an_export_of_a_store_at_rest_has_its_samples);
    ADD(without_a_store_nothing_is_answered);
    return g_test_run();
}
