/* Backups, checks and statistics of a ward that runs, and a backup brought back.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>
#include <sys/wait.h>

#include <glib/gstdio.h>

#include "common/folder.h"
#include "tests/process/ward.h"

#define S     ((int64_t)G_USEC_PER_SEC)
#define BED   "demo/icu/1"
#define OTHER "demo/icu/2"

static const char *const for_ever[] = {"--for", "1h", NULL};

/* "vicu LINE" of this ward; what it printed, the caller frees. */
static char *
expect(Ward *ward, int status, const char *format, ...)
{
    va_list arguments;
    g_auto(GStrv) words = NULL;
    g_autofree char *err = NULL;
    char *out = NULL;

    va_start(arguments, format);
    g_autofree char *line = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_assert_true(g_shell_parse_argv(line, NULL, &words, NULL));
    int found = ward_vicu(ward, (const char *const *)words, &out, &err);
    if (found != status)
        g_error("vicu %s: status %d, expected %d\n%s\n%s", line, found, status, out, err);
    return out;
}

static char *
tool(void)
{
    return g_build_filename(g_getenv("VICU_BUILD_ROOT"), "tools", "vicu", NULL);
}

/* The same, of another installation. */
static char *
elsewhere(const char *root, int status, const char *line)
{
    g_autofree char *program = tool();
    g_autofree char *whole = g_strdup_printf("'%s' %s --root '%s'", program, line, root);
    g_autofree char *err = NULL;
    char *out = NULL;
    int wait_status = 0;

    g_assert_true(g_spawn_command_line_sync(whole, &out, &err, &wait_status, NULL));
    int found = WIFEXITED(wait_status) ? WEXITSTATUS(wait_status) : -1;
    if (found != status)
        g_error("%s: status %d, expected %d\n%s\n%s", whole, found, status, out, err);
    return out;
}

typedef struct {
    const char *root;
    char *line;
    char *out;
} Asked;

static gboolean
is_answered(Ward *ward, gpointer user)
{
    Asked *asked = user;
    g_autofree char *program = tool();
    g_autofree char *whole =
        g_strdup_printf("'%s' %s --root '%s'", program, asked->line, asked->root);
    int status = 0;

    (void)ward;
    g_clear_pointer(&asked->out, g_free);
    return g_spawn_command_line_sync(whole, &asked->out, NULL, &status, NULL) && status == 0;
}

/* Runs the restored installation and asks it what the first one answered. */
static void
answers_the_same(Ward *ward, const char *root, const char *line, const char *truth)
{
    g_autofree char *program = tool();
    char *argv[] = {program, (char *)"up", (char *)"--root", (char *)root, NULL};
    g_autofree char *keys = elsewhere(root, 0, "keys");
    GPid pid = 0;

    g_assert_true(g_spawn_async(NULL, argv, NULL,
                                G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_STDERR_TO_DEV_NULL
                                    | G_SPAWN_STDOUT_TO_DEV_NULL,
                                NULL, NULL, &pid, NULL));
    Asked asked = {root, (char *)line, NULL};
    bool came = ward_wait(ward, 20 * S, is_answered, &asked);
    kill(pid, SIGTERM);
    waitpid(pid, NULL, 0);
    g_assert_true(came);
    g_assert_cmpstr(asked.out, ==, truth);
    g_free(asked.out);
}

static void
a_backup_of_a_running_ward_comes_back_whole(void)
{
    g_autoptr(Ward) ward = ward_start(4, for_ever);
    g_autofree char *top = g_dir_make_tmp("vicu-backup-XXXXXX", NULL);
    g_autofree char *to = g_build_filename(top, "backups", NULL);
    g_autofree char *root = g_build_filename(top, "restored", NULL);
    g_autoptr(GDateTime) now = g_date_time_new_now_utc();
    g_autofree char *moment = g_date_time_format_iso8601(now);

    ward_wait(ward, 3 * S, NULL, NULL);
    g_autoptr(GDateTime) end = g_date_time_add_seconds(now, 2);
    g_autofree char *till = g_date_time_format_iso8601(end);
    g_autofree char *line = g_strdup_printf("query 1 ABP --from %s --to %s", moment, till);
    g_autofree char *truth = expect(ward, 0, "%s", line);
    g_assert_cmpuint(strlen(truth), >, 1000);

    g_autofree char *first = expect(ward, 0, "store backup --to '%s' --json", to);
    g_assert_nonnull(strstr(first, "\"live\": true"));
    g_autofree char *second = expect(ward, 0, "store backup --to '%s' --json --keep 1", to);
    g_assert_nonnull(strstr(second, "\"sets_forgotten\": 1"));
    g_autofree char *check = expect(ward, 0, "store check --json");
    g_assert_nonnull(strstr(check, "\"whole\": true"));
    g_autofree char *stats = expect(ward, 0, "store stats");
    g_assert_nonnull(strstr(stats, "audit"));
    g_free(expect(ward, 1, "store restore --from '%s'", to));
    g_free(expect(ward, 1, "store compact"));
    g_autofree char *checkpoints =
        g_build_filename(ward_folder(ward), "store", "checkpoints", NULL);
    g_autoptr(GDir) left = g_dir_open(checkpoints, 0, NULL);
    g_assert_true(left == NULL || g_dir_read_name(left) == NULL);
    g_autofree char *audit = expect(ward, 0, "audit ls --json");
    g_assert_nonnull(strstr(audit, "query-checkpoint"));

    g_autofree char *restore = g_strdup_printf("store restore --from '%s'", to);
    g_free(elsewhere(root, 0, restore));
    g_free(elsewhere(root, 0, "store check"));
    g_free(elsewhere(root, 0, "store compact"));
    g_free(elsewhere(root, 1, restore)); /* there is a store now */
    answers_the_same(ward, root, line, truth);
    g_assert_cmpint(ward_end(ward), ==, 0);
    vicu_folder_remove(top);
}

/* The file of settings, with the keys in @keys. */
static void
turn_keys_on(Ward *ward, const char *keys)
{
    g_autofree char *path = g_build_filename(ward_folder(ward), "etc", "store.conf", NULL);
    g_autofree char *before = NULL;

    g_file_get_contents(path, &before, NULL, NULL);
    g_autofree char *text =
        g_strdup_printf("%s\n[erasure]\nkeys = %s\n", before != NULL ? before : "", keys);
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
}

static guint
lines_of(const char *text)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

    return g_strv_length(lines);
}

static void
a_stay_is_erased_when_the_store_starts_again(void)
{
    g_autoptr(Ward) ward = ward_start(2, for_ever);
    g_autofree char *top = g_dir_make_tmp("vicu-keys-XXXXXX", NULL);
    g_autofree char *keys = g_build_filename(top, "keys", NULL);

    g_free(expect(ward, 1, "store erase --bed " BED " --from -1h --to now --why test --yes"));
    turn_keys_on(ward, keys);
    ward_kill(ward, "store", 20 * S);
    ward_wait(ward, 6 * S, NULL, NULL);
    g_autoptr(GDateTime) end = g_date_time_new_now_utc();
    g_autofree char *till = g_date_time_format_iso8601(end);
    /* All until then has come: what comes behind an erasure is not its. */
    ward_wait(ward, 2 * S, NULL, NULL);
    g_autofree char *query = g_strdup_printf("query " BED " ABP --from -1h --to %s", till);
    g_autofree char *other = g_strdup_printf("query " OTHER " ABP --from -1h --to %s", till);
    g_autofree char *before = expect(ward, 0, "%s", query);
    g_assert_cmpuint(lines_of(before), >, 100);
    g_free(expect(ward, 1, "store erase --bed demo/icu/99 --from -1h --to now --why test --yes"));
    g_free(expect(ward, 1, "store erase --bed " BED " --from -1h --to +1h --why test --yes"));
    g_autofree char *laid =
        expect(ward, 0, "store erase --bed " BED " --from -2h --to now --why test --yes --json");
    g_assert_nonnull(strstr(laid, "\"store_runs\": true"));
    ward_kill(ward, "store", 20 * S);
    g_autofree char *after = expect(ward, 1, "%s", query);
    g_assert_cmpuint(lines_of(after), <, 10);
    g_autofree char *rest = expect(ward, 0, "%s", other);
    g_assert_cmpuint(lines_of(rest), >, 100);
    g_autofree char *audit = expect(ward, 0, "audit ls --json");
    g_assert_nonnull(strstr(audit, "rows made unreadable"));
    g_autofree char *check = expect(ward, 0, "store check --json");
    g_assert_nonnull(strstr(check, "\"whole\": true"));
    ward_end(ward);                         /* its own check misses what was erased */
    g_free(expect(ward, 0, "store check")); /* at rest */
    g_autofree char *offline = expect(ward, 1, "%s", query);
    g_assert_cmpuint(lines_of(offline), <, 10);
    vicu_folder_remove(top);
}

static void
bad_usage_ends_with_2(void)
{
    static const char *const lines[] = {
        "store backup",
        "store restore",
        "store backup --to /x --keep -1",
        "store check --set 3",
        "store stats rubbish",
        "store compact --no-such",
        "store restore --from x --set -4",
        "store erase --bed a/b/c --from -2h --to -1h",
        "store erase --bed 'a b' --from -2h --to -1h --why x --yes",
        "store erase --bed a/b/c --from -2h --to -1h --why '' --yes",
    };

    for (size_t i = 0; i < G_N_ELEMENTS(lines); i++)
        g_free(elsewhere("/nonexistent", 2, lines[i]));
    g_free(elsewhere("/nonexistent/vicu", 1, "store check"));
}

static void
a_place_that_makes_no_sense_is_refused_before_anything_runs(void)
{
    static const struct {
        const char *line;
        int status;
    } cases[] = {
        {"[retention-sites]\ndemo/icu = waves 24h, numerics 30d\n", 0},
        {"[retention-sites]\ndemo/icu = waves 24h, numeric 30d\n", 1},
        {"[retention-sites]\ndemo/icu/1/2 = waves 24h\n", 1},
        {"[erasure]\nkeys = /mnt/keys\nkeys_copy = /mnt/copy\n", 0},
        {"[erasure]\nkeys = keys\n", 1},
        {"[erasure]\nkeys_copy = /mnt/copy\n", 1},
        {"[erasure]\nkeys = /mnt/keys\nkeys_copy = /mnt/keys\n", 1},
        {"[retention]\naudit = 184d\n", 0},
        {"[retention]\naudit = 183d\n", 1},
    };
    g_autofree char *root = g_dir_make_tmp("vicu-settings-XXXXXX", NULL);
    g_autofree char *etc = g_build_filename(root, "etc", NULL);
    g_autofree char *file = g_build_filename(etc, "store.conf", NULL);

    g_assert_cmpint(g_mkdir_with_parents(etc, 0700), ==, 0);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_assert_true(g_file_set_contents(file, cases[i].line, -1, NULL));
        g_free(elsewhere(root, cases[i].status, "config check store"));
    }
    vicu_folder_remove(root);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/process/a_backup_of_a_running_ward_comes_back_whole",
                    a_backup_of_a_running_ward_comes_back_whole);
    g_test_add_func("/process/a_stay_is_erased_when_the_store_starts_again",
                    a_stay_is_erased_when_the_store_starts_again);
    g_test_add_func("/process/store/bad_usage_ends_with_2", bad_usage_ends_with_2);
    g_test_add_func("/process/store/a_place_that_makes_no_sense_is_refused_before_anything_runs",
                    a_place_that_makes_no_sense_is_refused_before_anything_runs);
    return g_test_run();
}
