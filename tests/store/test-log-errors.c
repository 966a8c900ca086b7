/* The disk under the log of groups answers with an error: nothing is acknowledged by it, and what
 * was acknowledged before is there afterwards.
 *
 * The kernel itself gives the error (a seccomp filter on the thread that commits), at the n-th
 * group, when it writes or when it syncs.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/error.h"
#include "tests/store/make.h"

static StoreDb *
open_db(const char *dir, GError **error)
{
    StoreDbOptions options;

    store_db_options_init(&options);
    return store_db_open(dir, &options, error);
}

static StoreKey
key_of(unsigned n)
{
    StoreKey key = {0};
    g_autofree char *text = g_strdup_printf("group %05u", n);

    store_key_bytes(&key, text, strlen(text));
    return key;
}

/* From now on system call @number of this thread fails with EIO. */
static gboolean
break_call(unsigned number)
{
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (unsigned)offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EIO),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {G_N_ELEMENTS(code), code};

    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0
           && prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

enum { AS_IT_SHOULD, ACKNOWLEDGED, UNNAMED, CANNOT_BREAK };

/* In a process of its own: @good groups, then one that cannot be. */
static int
commit_until_it_breaks(const char *dir, unsigned good, unsigned call)
{
    g_autoptr(GError) error = NULL;
    StoreDb *db = open_db(dir, &error);

    g_assert_no_error(error);
    for (unsigned n = 0; n <= good; n++) {
        StoreKey key = key_of(n);
        if (n == good && !break_call(call))
            return CANNOT_BREAK;
        store_db_put(db, STORE_EVENTS, &key, "1", 1);
        gboolean done = store_db_commit(db, NULL, &error);
        if (done != (n < good))
            return ACKNOWLEDGED;
        if (!done
            && (strstr(error->message, "Input/output error") == NULL
                || strstr(error->message, ".groups") == NULL))
            return UNNAMED;
        g_clear_error(&error);
    }
    return AS_IT_SHOULD; /* the process ends without closing, as the daemon does */
}

static void
nothing_is_acknowledged_and_nothing_acknowledged_is_lost(unsigned good, unsigned call)
{
    g_autofree char *dir = make_folder();
    g_autoptr(GError) error = NULL;
    pid_t child = fork();
    int status = 0;

    if (child == 0)
        _exit(commit_until_it_breaks(dir, good, call));
    waitpid(child, &status, 0);
    g_assert_true(WIFEXITED(status));
    if (WEXITSTATUS(status) == CANNOT_BREAK) {
        g_test_skip("this machine takes no seccomp filter");
        remove_folder(dir);
        return;
    }
    g_assert_cmpint(WEXITSTATUS(status), ==, AS_IT_SHOULD);
    StoreDb *db = open_db(dir, &error);
    g_assert_no_error(error);
    for (unsigned n = 0; n < good; n++) {
        g_auto(StoreValue) value = {0};
        StoreKey key = key_of(n);
        g_assert_cmpint(store_db_get(db, STORE_EVENTS, &key, &value, &error), ==, STORE_FOUND);
    }
    StoreKey next = key_of(good + 1);
    store_db_put(db, STORE_EVENTS, &next, "1", 1);
    g_assert_true(store_db_commit(db, NULL, &error)); /* with the disk well again it goes on */
    store_db_close(db);
    remove_folder(dir);
}

static void
a_write_that_fails(void)
{
    static const unsigned at[] = {0, 1, 2, 17, 300};

    for (size_t i = 0; i < G_N_ELEMENTS(at); i++)
        nothing_is_acknowledged_and_nothing_acknowledged_is_lost(at[i], SYS_pwrite64);
}

static void
a_sync_that_fails(void)
{
    static const unsigned at[] = {0, 1, 2, 17, 300};

    for (size_t i = 0; i < G_N_ELEMENTS(at); i++)
        nothing_is_acknowledged_and_nothing_acknowledged_is_lost(at[i], SYS_fdatasync);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/store/log-errors/a_write_that_fails", a_write_that_fails);
    g_test_add_func("/store/log-errors/a_sync_that_fails", a_sync_that_fails);
    return g_test_run();
}
