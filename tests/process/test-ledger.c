/* The audit of processes that run: a store killed while records come in, a witness, and a store
 * whose folder was rolled back behind its back.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>
#include <sys/wait.h>

#include <glib/gstdio.h>

#include "common/clock.h"
#include "common/folder.h"
#include "common/query.h"
#include "tests/process/ward.h"
#include "tools/client.h"

#define S       ((int64_t)G_USEC_PER_SEC)
#define RECORDS 2000
#define KILLS   4

static const char *const for_ever[] = {"--for", "1h", NULL};

/* "vicu LINE --root ROOT"; what it said on both, the caller frees. */
static char *vicu(const char *root, int status, const char *format, ...) G_GNUC_PRINTF(3, 4);

static int
run(const char *root, const char *line, char **said)
{
    g_autofree char *program = g_build_filename(g_getenv("VICU_BUILD_ROOT"), "tools", "vicu", NULL);
    g_autofree char *whole = root != NULL
                                 ? g_strdup_printf("'%s' %s --root '%s'", program, line, root)
                                 : g_strdup_printf("'%s' %s", program, line);
    g_autofree char *out = NULL;
    g_autofree char *err = NULL;
    int status = 0;

    g_assert_true(g_spawn_command_line_sync(whole, &out, &err, &status, NULL));
    *said = g_strconcat(out, err, NULL);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static char *
vicu(const char *root, int status, const char *format, ...)
{
    va_list arguments;
    char *said = NULL;

    va_start(arguments, format);
    g_autofree char *line = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    int found = run(root, line, &said);
    if (found != status)
        g_error("vicu %s: status %d, expected %d\n%s", line, found, status, said);
    return said;
}

static void
assert_says(const char *text, const char *part)
{
    if (strstr(text, part) == NULL)
        g_error("\"%s\" is not in: %s", part, text);
}

/* ---- kills ---- */

static void
on_kept(const GError *error, gpointer user)
{
    if (error == NULL)
        (*(unsigned *)user)++;
}

static gboolean
all_kept(Ward *ward, gpointer user)
{
    (void)ward;
    return *(unsigned *)user == RECORDS;
}

static void
a_store_killed_while_records_come_in_has_the_tree_of_its_records(void)
{
    g_autoptr(Ward) ward = ward_start(1, for_ever);
    VicuRoot *root = vicu_root_new(ward_folder(ward), NULL);
    g_autoptr(ToolClient) client = tool_client_open_root(vicu_root_copy(root), NULL);
    g_autofree char *endpoint = vicu_root_endpoint(root, "store-query");

    for (int k = 0; k < KILLS; k++) {
        unsigned kept = 0;
        VicuQueryClient *query =
            vicu_query_client_new(tool_client_context(client), endpoint, "store", "test", NULL);
        for (int i = 0; i < RECORDS; i++) {
            Vicu__AuditRecord record = VICU__AUDIT_RECORD__INIT;
            record.who = (char *)"test";
            record.what = (char *)"view";
            record.t_us = vicu_clock_utc_us();
            g_assert_true(vicu_query_put_audit(query, &record, on_kept, &kept));
        }
        ward_wait(ward, (k + 1) * S / 50, NULL, NULL); /* some are on the disk, some under way */
        ward_kill(ward, "store", 20 * S);
        g_assert_true(ward_wait(ward, 40 * S, all_kept, &kept));
        g_autofree char *said = vicu(ward_folder(ward), 0, "audit verify");
        assert_says(said, "are as vicu-audit/");
        vicu_query_client_free(query);
    }
    g_autofree char *listed = vicu(ward_folder(ward), 0, "audit ls --from -1h --json");
    unsigned n = 0;
    for (const char *at = listed; (at = strstr(at, "\"who\": \"test\"")) != NULL; at++)
        n++;
    g_assert_cmpuint(n, ==, KILLS * RECORDS); /* each once */
    vicu_root_free(root);
}

/* ---- a witness ---- */

typedef struct {
    char *top, *root, *file;
    GPid up;
} Place;

static gboolean
answers(Place *place)
{
    g_autofree char *said = NULL;
    g_autofree char *running = g_build_filename(place->root, "run", "store-query.ipc", NULL);

    return g_file_test(running, G_FILE_TEST_EXISTS) && run(place->root, "audit status", &said) == 0
           && strstr(said, "do not run") == NULL;
}

static void
begin(Place *place)
{
    g_autofree char *program = g_build_filename(g_getenv("VICU_BUILD_ROOT"), "tools", "vicu", NULL);
    char *argv[] = {program, (char *)"up", (char *)"--root", place->root, NULL};
    int64_t end_us = vicu_clock_boot_us() + 40 * S;

    g_assert_true(g_spawn_async(NULL, argv, NULL,
                                G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_STDERR_TO_DEV_NULL
                                    | G_SPAWN_STDOUT_TO_DEV_NULL,
                                NULL, NULL, &place->up, NULL));
    while (!answers(place)) {
        g_assert_cmpint(vicu_clock_boot_us(), <, end_us);
        g_usleep(S / 5);
    }
}

static void
end(Place *place)
{
    kill(place->up, SIGTERM);
    waitpid(place->up, NULL, 0);
}

static void
copy_folder(const char *from, const char *to)
{
    g_autofree char *line = g_strdup_printf("cp -a '%s' '%s'", from, to);
    int status = 0;

    g_assert_true(g_spawn_command_line_sync(line, NULL, NULL, &status, NULL));
    g_assert_cmpint(status, ==, 0);
}

static void
a_witness_signs_what_grew_and_finds_what_was_rolled_back(void)
{
    Place place = {.top = g_dir_make_tmp("vicu-ledger-XXXXXX", NULL)};
    place.root = g_build_filename(place.top, "r", NULL);
    place.file = g_build_filename(place.top, "witness", NULL);
    g_autofree char *proof = g_build_filename(place.top, "proof", NULL);
    g_autofree char *whole = g_build_filename(place.top, "audit.vicu", NULL);
    g_autofree char *public_path = g_strconcat(place.file, ".key.public", NULL);
    g_autofree char *store = g_build_filename(place.root, "store", NULL);
    g_autofree char *before = g_build_filename(place.top, "before", NULL);
    g_autofree char *key = NULL;
    g_autofree char *log = g_build_filename(place.root, "keys", "audit-log.public", NULL);

    g_free(vicu(place.root, 0, "keys"));
    begin(&place);
    g_autofree char *alone = vicu(place.root, 0, "audit status");
    assert_says(alone, "unwitnessed");
    g_autofree char *stranger =
        vicu(place.root, 1, "audit witness --once --file '%s' --name ward-b", place.file);
    assert_says(stranger, "has no line with this witness' key");
    g_assert_true(g_file_get_contents(public_path, &key, NULL, NULL));
    g_free(vicu(place.root, 0, "audit witness --allow '%s'", g_strstrip(key)));
    g_free(vicu(place.root, 0, "audit witness --once --file '%s'", place.file));
    g_autofree char *seen = vicu(place.root, 0, "audit status");
    assert_says(seen, "witnessed by ward-b");
    g_free(vicu(place.root, 0, "audit prove 1 -o '%s'", proof));
    g_free(vicu(place.root, 0, "audit export -o '%s'", whole));
    g_autofree char *proven =
        vicu(NULL, 0, "audit verify '%s' --key '%s' --witness '%s'", proof, log, public_path);
    assert_says(proven, "record 1 is under the head");
    g_autofree char *exported =
        vicu(NULL, 0, "audit verify '%s' --key '%s' --witness '%s'", whole, log, public_path);
    assert_says(exported, "ward-b has witnessed");
    end(&place);
    copy_folder(store, before);

    begin(&place);
    g_free(vicu(place.root, 0, "audit ls")); /* more records */
    g_autofree char *more = vicu(place.root, 0, "audit witness --once --file '%s'", place.file);
    assert_says(more, "records witnessed");
    end(&place);

    g_assert_true(vicu_folder_remove(store));
    g_assert_cmpint(g_rename(before, store), ==, 0);
    begin(&place);
    /* It agrees with itself: only who stood outside knows. */
    g_free(vicu(place.root, 0, "audit verify"));
    g_autofree char *found = vicu(place.root, 1, "audit witness --once --file '%s'", place.file);
    assert_says(found, "NOT WITNESSED");
    end(&place);
    vicu_folder_remove(place.top);
    g_free(place.top);
    g_free(place.root);
    g_free(place.file);
}

/* ---- a witness that is looked after ---- */

static void
put_settings(const Place *place, const char *name, const char *format, const char *value)
{
    g_autofree char *folder = g_build_filename(place->root, "etc", NULL);
    g_autofree char *path = g_build_filename(folder, name, NULL);
    g_autoptr(GString) text = g_string_new(format);

    g_string_replace(text, "VALUE", value, 0);
    g_assert_cmpint(g_mkdir_with_parents(folder, 0700), ==, 0);
    g_assert_true(g_file_set_contents(path, text->str, -1, NULL));
}

/* Until "vicu LINE" says @part (or no longer does). */
static void
await(const Place *place, const char *line, const char *part, bool there, int seconds)
{
    int64_t end_us = vicu_clock_boot_us() + seconds * S;

    for (;;) {
        g_autofree char *said = NULL;
        run(place->root, line, &said);
        if ((strstr(said, part) != NULL) == there)
            return;
        if (vicu_clock_boot_us() > end_us)
            g_error("vicu %s: \"%s\" is %s after %d s: %s", line, part,
                    there ? "not there" : "there", seconds, said);
        g_usleep(S / 2);
    }
}

/* 0: it does not run. */
static GPid
witness_pid(const Place *place)
{
    g_autofree char *path = g_build_filename(place->root, "run", "up.state", NULL);
    g_autoptr(GKeyFile) file = g_key_file_new();

    g_assert_true(g_key_file_load_from_file(file, path, G_KEY_FILE_NONE, NULL));
    return g_key_file_get_integer(file, "audit-witness", "pid", NULL);
}

static void
await_another_witness(const Place *place, GPid than)
{
    int64_t end_us = vicu_clock_boot_us() + 20 * S;

    for (GPid pid = 0; pid == 0 || pid == than; pid = witness_pid(place)) {
        g_assert_cmpint(vicu_clock_boot_us(), <, end_us);
        g_usleep(S / 10);
    }
}

/* It has seen more than is in @old. */
static void
await_a_newer_head(const Place *place, const char *old)
{
    int64_t end_us = vicu_clock_boot_us() + 30 * S;

    for (;;) {
        g_autofree char *text = NULL;
        if (g_file_get_contents(place->file, &text, NULL, NULL) && !g_str_equal(text, old))
            return;
        g_assert_cmpint(vicu_clock_boot_us(), <, end_us);
        g_usleep(S / 10);
    }
}

static void
a_witness_that_falls_silent_or_finds_a_roll_back_is_an_alarm_within_a_minute(void)
{
    Place place = {.top = g_dir_make_tmp("vicu-ledger-XXXXXX", NULL)};
    place.root = g_build_filename(place.top, "r", NULL);
    place.file = g_build_filename(place.top, "witness", NULL);
    g_autofree char *public_path = g_strconcat(place.file, ".key.public", NULL);
    g_autofree char *store = g_build_filename(place.root, "store", NULL);
    g_autofree char *before = g_build_filename(place.top, "before", NULL);
    g_autofree char *log = g_build_filename(place.root, "log", "audit-witness.log", NULL);
    g_autofree char *key = NULL;
    g_autofree char *seen = NULL;
    g_autofree char *said = NULL;

    g_free(vicu(place.root, 0, "keys"));
    put_settings(&place, "up.conf", "[witness]\nfile = VALUE\nevery = 1s\n", place.file);
    put_settings(&place, "store.conf", "[audit]\nwitnessed = VALUE\n", "6s");
    begin(&place);
    /* Not allowed yet: it goes on asking, and nobody misses it. */
    await(&place, "status", "audit-witness ready", true, 20);
    g_assert_true(g_file_get_contents(public_path, &key, NULL, NULL));
    g_free(vicu(place.root, 0, "audit witness --allow '%s'", g_strstrip(key)));
    await(&place, "audit status", "witnessed by", true, 20);

    GPid pid = witness_pid(&place);
    g_assert_cmpint(pid, >, 0);
    g_assert_cmpint(kill(pid, SIGHUP), ==, 0); /* what "vicu up" passes on: it has no settings */
    g_assert_cmpint(kill(pid, SIGSTOP), ==, 0);
    await(&place, "status", "MISSING store-unwitnessed", true, 40);
    await(&place, "alarm ls", "Audit unwitnessed", true, 20);
    g_assert_cmpint(kill(pid, SIGCONT), ==, 0);
    await(&place, "status", "MISSING store-unwitnessed", false, 20);
    await(&place, "alarm ls", "Audit unwitnessed", false, 20);
    g_assert_cmpint(witness_pid(&place), ==, pid);
    g_assert_cmpint(kill(pid, SIGKILL), ==, 0);
    await_another_witness(&place, pid);

    end(&place);
    copy_folder(store, before);
    g_assert_true(g_file_get_contents(place.file, &seen, NULL, NULL));
    begin(&place);
    await_a_newer_head(&place, seen);
    end(&place);
    g_assert_true(vicu_folder_remove(store));
    g_assert_cmpint(g_rename(before, store), ==, 0);
    begin(&place);
    await(&place, "alarm ls", "Audit unwitnessed", true, 60);
    g_assert_true(g_file_get_contents(log, &said, NULL, NULL));
    assert_says(said, "NOT WITNESSED");
    /* Shorter than it was, or grown past that by now with other records. */
    g_assert_true(strstr(said, "cut or rolled back") != NULL
                  || strstr(said, "are not those that were there before") != NULL);
    end(&place);
    vicu_folder_remove(place.top);
    g_free(place.top);
    g_free(place.root);
    g_free(place.file);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/process/ledger/" #name, name)
    ADD(a_witness_signs_what_grew_and_finds_what_was_rolled_back);
    ADD(a_witness_that_falls_silent_or_finds_a_roll_back_is_an_alarm_within_a_minute);
    ADD(a_store_killed_while_records_come_in_has_the_tree_of_its_records);
    return g_test_run();
}
