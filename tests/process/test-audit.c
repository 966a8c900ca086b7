/* What each process tells the audit of itself: its start and end, its settings and keys read
 * again, whom it refused; what the supervisor does; who changes keys, with a store and without.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/folder.h"
#include "common/root.h"
#include "common/socket.h"
#include "tests/process/json-check.h"
#include "tests/process/ward.h"

#define S           ((int64_t)G_USEC_PER_SEC)
#define PATIENCE_US (40 * S)
#define BETWEEN_US  (S / 4)

static Ward *ward;

/* --- the audit ---------------------------------------------------------------------------- */

/* A record of it, in the words of `audit ls --json`; more may stand in it. */
typedef struct {
    const char *who;
    const char *what;
    const char *says; /* a part of it; NULL: anything */
} Wanted;

static gboolean
has(const char *object, const char *key, const char *value)
{
    g_autofree char *pair = g_strdup_printf("\"%s\": \"%s\"", key, value);

    return strstr(object, pair) != NULL;
}

static unsigned
count(const char *records, const Wanted *wanted)
{
    g_auto(GStrv) object = g_strsplit(records, "{\"time\": ", -1); /* keys have braces too */
    unsigned n = 0;

    for (int i = 0; object[i] != NULL; i++)
        n += has(object[i], "who", wanted->who) && has(object[i], "what", wanted->what)
             && (wanted->says == NULL || strstr(object[i], wanted->says) != NULL);
    return n;
}

/* NULL: the store does not answer now. */
static char *
records(void)
{
    const char *words[] = {"audit", "ls", "--from", "-1h", "--json", NULL};
    g_autofree char *out = NULL;
    g_autofree char *err = NULL;

    if (ward_vicu(ward, words, &out, &err) != 0)
        return NULL;
    g_assert_cmpint(json_check(out), ==, 1);
    return g_steal_pointer(&out);
}

static gboolean
is_there(Ward *self, gpointer user)
{
    g_autofree char *all = NULL;

    ward_wait(self, BETWEEN_US, NULL, NULL);
    all = records();
    return all != NULL && count(all, user) > 0;
}

static void
expect(const char *who, const char *what, const char *says)
{
    Wanted wanted = {who, what, says};

    if (ward_wait(ward, PATIENCE_US, is_there, &wanted))
        return;
    g_autofree char *all = records();
    g_error("no record of %s: %s (%s) in: %s", who, what, says != NULL ? says : "-", all);
}

/* --- what is done ------------------------------------------------------------------------- */

static void
vicu(const char *line)
{
    g_auto(GStrv) words = g_strsplit(line, " ", -1);
    g_autofree char *err = NULL;

    if (ward_vicu(ward, (const char *const *)words, NULL, &err) != 0)
        g_error("vicu %s: %s", line, err);
}

/* Knocks at @socket of the ward's @server with the key @name of @keys_dir, until the
 * record is there. */
static void
knock(const char *keys_dir, const char *name, const char *socket_name, const Wanted *wanted)
{
    const VicuSocketOptions options = {VICU_SOCKET_DEALER, "", 16, 16};
    g_autofree char *file = g_strdup_printf("%s.ipc", socket_name);
    g_autofree char *path = g_build_filename(ward_folder(ward), "run", file, NULL);
    g_autofree char *endpoint = g_strdup_printf("ipc://%s", path);
    g_autoptr(GError) error = NULL;
    VicuKeys *keys = vicu_keys_open(keys_dir, name, &error);
    g_assert_no_error(error);
    VicuContext *context = vicu_context_new(keys, NULL, &error);
    g_assert_no_error(error);
    VicuSocket *socket = vicu_socket_new(context, &options, &error);
    g_assert_no_error(error);
    g_assert_true(vicu_socket_connect(socket, endpoint, wanted->who, &error));
    expect(wanted->who, wanted->what, wanted->says);
    vicu_socket_free(socket);
    vicu_context_free(context);
    vicu_keys_free(keys);
}

/* Keys of nobody the ward knows, who knows the hub's. */
static void
a_stranger_knocks_at_the_hub(void)
{
    g_autofree char *own = g_build_filename(ward_folder(ward), "keys", NULL);
    g_autofree char *dir = g_dir_make_tmp("vicu-stranger-XXXXXX", NULL);
    g_autoptr(VicuKeys) known = vicu_keys_open(own, "operator", NULL);

    g_assert_true(vicu_keys_make(dir, "stranger", "collector", NULL));
    g_assert_true(vicu_keys_allow(dir, vicu_keys_public_of(known, "hub"), "hub", "hub", NULL));
    g_autoptr(VicuKeys) stranger = vicu_keys_open(dir, "stranger", NULL);
    g_autofree char *says =
        g_strdup_printf("data socket: unknown key %.8s..", vicu_keys_public(stranger));
    g_autofree char *escaped = g_strescape(says, NULL);
    Wanted wanted = {"hub", "refused-key", escaped};
    knock(dir, "stranger", "hub-data", &wanted);
    vicu_folder_remove(dir);
}

static void
a_collector_knocks_at_the_store(void)
{
    g_autofree char *own = g_build_filename(ward_folder(ward), "keys", NULL);
    Wanted wanted = {"store", "refused-key", "query socket: key collector"};

    knock(own, "collector", "store-query", &wanted);
}

static gboolean
hub_is_replaced(Ward *self, gpointer user)
{
    pid_t pid = ward_pid(self, "hub");
    g_autofree char *state = ward_state(self, "hub");

    return pid != 0 && pid != *(pid_t *)user && strcmp(state, "ready") == 0;
}

static void
replace_hub(int signal_number)
{
    pid_t pid = ward_pid(ward, "hub");

    g_assert_cmpint(kill(pid, signal_number), ==, 0);
    g_assert_true(ward_wait(ward, PATIENCE_US, hub_is_replaced, &pid));
}

/* --- a store alone ------------------------------------------------------------------------ */

static pid_t
start_store(void)
{
    g_autofree char *program =
        g_build_filename(g_getenv("VICU_BUILD_ROOT"), "store", "vicu-store", NULL);
    pid_t pid = fork();

    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        execl(program, program, "--root", ward_folder(ward), NULL);
        _exit(127);
    }
    return pid;
}

static void
end_store(pid_t pid)
{
    int status = 0;

    g_assert_cmpint(kill(pid, SIGTERM), ==, 0);
    g_assert_cmpint(waitpid(pid, &status, 0), ==, pid);
    g_assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

/* --- the tests ---------------------------------------------------------------------------- */

static void
every_process_tells_its_acts_and_so_does_the_supervisor(void)
{
    static const char *const for_ever[] = {"--for", "1h", NULL};

    ward = ward_start_with_pictures(2, for_ever);
    static const char *const processes[] = {"hub", "store", "rules", "collector", "dashboard"};
    for (size_t i = 0; i < G_N_ELEMENTS(processes); i++) {
        expect(processes[i], "process-start", NULL);
        expect("supervisor", "child-start", processes[i]);
    }
    expect("supervisor", "process-start", "vicu demo");
    expect("rules", "process-start", "rules \\\"");
    expect("operator", "key-make", "hub (hub), store (store)"); /* before any store was there */

    g_assert_cmpint(kill(ward_pid(ward, "rules"), SIGHUP), ==, 0);
    expect("rules", "config-change", "SIGHUP");
    ward_kill(ward, "rules", PATIENCE_US);
    expect("supervisor", "child-end", "killed by signal 9");
    expect("supervisor", "child-start", "killed by signal 9");
    replace_hub(SIGTERM);
    expect("hub", "process-stop", NULL);
    replace_hub(SIGSTOP);
    expect("supervisor", "child-kill", "hub");

    vicu("keys make ward-pc operator");
    vicu("keys revoke ward-pc");
    vicu("keys allow rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7 far-pc dashboard");
    expect("operator", "key-make", "ward-pc, role operator");
    expect("operator", "key-revoke", "ward-pc, role operator");
    expect("operator", "key-allow", "far-pc, role dashboard, key rq:rM>}U..");
    a_stranger_knocks_at_the_hub();
    a_collector_knocks_at_the_store();
}

static void
without_a_store_acts_are_laid_aside_and_taken_in_once(void)
{
    g_autofree char *aside = g_build_filename(ward_folder(ward), "audit-aside", NULL);

    ward_end(ward);
    vicu("keys make later dashboard");
    pid_t store = start_store();
    expect("operator", "key-make", "later, role dashboard");
    expect("supervisor", "process-stop", "vicu demo");
    expect("supervisor", "child-end", "left with exit status 0");
    g_autofree char *all = records();
    Wanted once = {"operator", "key-make", "later, role dashboard"};
    g_assert_cmpuint(count(all, &once), ==, 1);
    g_autoptr(GDir) left = g_dir_open(aside, 0, NULL);
    g_assert_nonnull(left);
    g_assert_null(g_dir_read_name(left));
    end_store(store);
    g_clear_pointer(&ward, ward_free);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/process/audit/every_process_tells_its_acts_and_so_does_the_supervisor",
                    every_process_tells_its_acts_and_so_does_the_supervisor);
    g_test_add_func("/process/audit/without_a_store_acts_are_laid_aside_and_taken_in_once",
                    without_a_store_acts_are_laid_aside_and_taken_in_once);
    return g_test_run();
}
