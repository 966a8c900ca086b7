/* `vicu doctor` beside an installation that runs: what is missing is said, and what is well again
 * too.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include <glib/gstdio.h>

#include "common/clock.h"
#include "common/folder.h"

#define S ((int64_t)G_USEC_PER_SEC)

typedef struct {
    char *top, *root;
    GPid up;
} Place;

/* "vicu LINE --root ROOT" with @input; its status, and what it said on both outputs (caller
 * frees). */
static int
vicu(const Place *place, const char *input, const char *line, char **said)
{
    g_autofree char *program = g_build_filename(g_getenv("VICU_BUILD_ROOT"), "tools", "vicu", NULL);
    g_autofree char *whole =
        g_strdup_printf("sh -c \"printf '%s' | XDG_STATE_HOME='%s' '%s' %s --root '%s' 2>&1\"",
                        input, place->top, program, line, place->root);
    int status = 0;

    g_assert_true(g_spawn_command_line_sync(whole, said, NULL, &status, NULL));
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void
do_it(const Place *place, const char *input, const char *line)
{
    g_autofree char *said = NULL;

    if (vicu(place, input, line, &said) != 0)
        g_error("vicu %s: %s", line, said);
}

/* Until a line of the doctor has the @verdict on @what with these words. */
static void
await(const Place *place, const char *verdict, const char *what, const char *words)
{
    g_autofree char *begin = g_strdup_printf("%-5s %-10s", verdict, what);
    int64_t end_us = vicu_clock_boot_us() + 40 * S;

    for (;;) {
        g_autofree char *said = NULL;
        int status = vicu(place, "", "doctor", &said);
        g_auto(GStrv) line = g_strsplit(said, "\n", -1);
        for (size_t i = 0; line[i] != NULL; i++)
            if (g_str_has_prefix(line[i], begin) && strstr(line[i], words) != NULL) {
                if (strcmp(verdict, "bad") == 0)
                    g_assert_cmpint(status, ==, 1);
                return;
            }
        if (vicu_clock_boot_us() > end_us)
            g_error("no line \"%s %s\" in: %s", begin, words, said);
        g_usleep(S / 2);
    }
}

static void
settings(const Place *place, const char *name, const char *text)
{
    g_autofree char *folder = g_build_filename(place->root, "etc", NULL);
    g_autofree char *path = g_build_filename(folder, name, NULL);

    g_assert_cmpint(g_mkdir_with_parents(folder, 0700), ==, 0);
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
}

/* A test that ends early leaves nothing behind. */
static void
end_with_the_test(gpointer user)
{
    (void)user;
    prctl(PR_SET_PDEATHSIG, SIGTERM);
}

static void
begin(Place *place)
{
    g_autofree char *program = g_build_filename(g_getenv("VICU_BUILD_ROOT"), "tools", "vicu", NULL);
    char *argv[] = {program, (char *)"up", (char *)"--root", place->root, NULL};

    g_assert_true(g_spawn_async(NULL, argv, NULL,
                                G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_STDERR_TO_DEV_NULL
                                    | G_SPAWN_STDOUT_TO_DEV_NULL,
                                end_with_the_test, NULL, &place->up, NULL));
}

static GPid
pid_of(const Place *place, const char *process)
{
    g_autofree char *path = g_build_filename(place->root, "run", "up.state", NULL);
    g_autoptr(GKeyFile) file = g_key_file_new();

    g_assert_true(g_key_file_load_from_file(file, path, G_KEY_FILE_NONE, NULL));
    GPid pid = g_key_file_get_integer(file, process, "pid", NULL);
    g_assert_cmpint(pid, >, 0);
    return pid;
}

static void
check_sound(const Place *place)
{
    GPid pid = pid_of(place, "annunciator");

    await(place, "note", "sound", "alarms.wav and nobody hears it");
    g_assert_cmpint(kill(pid, SIGSTOP), ==, 0);
    await(place, "bad", "sound", "is not heard of");
    kill(pid, SIGCONT); /* the supervisor may have ended it for its silence */
    await(place, "note", "sound", "alarms.wav and nobody hears it");
}

static void
check_witness(const Place *place)
{
    g_autofree char *path = g_build_filename(place->top, "witness.key.public", NULL);
    g_autofree char *key = NULL;

    await(place, "note", "witness", "the audit is unwitnessed");
    g_assert_true(g_file_get_contents(path, &key, NULL, NULL));
    g_autofree char *line = g_strdup_printf("audit witness --allow '%s'", g_strstrip(key));
    do_it(place, "", line);
    await(place, "fine", "witness", "witnessed by ");
    GPid pid = pid_of(place, "audit-witness");
    g_assert_cmpint(kill(pid, SIGSTOP), ==, 0);
    await(place, "bad", "witness", "Audit unwitnessed: no signature of ");
    kill(pid, SIGCONT);
    await(place, "fine", "witness", "witnessed by ");
}

static void
check_certificate(const Place *place)
{
    g_autofree char *text =
        g_strdup_printf("[listen]\nport = 0\n[tls]\ncertificate = %s/keys/portal/"
                        "server.pem\n",
                        place->root);

    await(place, "fine", "portal", "days left: of this site's authority");
    do_it(place, "", "keys portal-ca --days 5");
    g_assert_cmpint(kill(place->up, SIGHUP), ==, 0);
    await(place, "note", "portal", "the certificate has 5 days left: of this site's authority");
    settings(place, "portal.conf", text);
    g_assert_cmpint(kill(place->up, SIGHUP), ==, 0);
    await(place, "note", "portal", "days left: the site's own (");
    GPid pid = pid_of(place, "portal");
    g_assert_cmpint(kill(pid, SIGSTOP), ==, 0);
    await(place, "note", "portal", "gives no answer");
    kill(pid, SIGCONT);
}

static void
what_keeps_alarms_from_people_is_said_and_when_it_is_well(void)
{
    Place place = {.top = g_dir_make_tmp("vicu-doctor-XXXXXX", NULL)};
    place.root = g_build_filename(place.top, "r", NULL);
    g_autofree char *sound = g_strdup_printf("[sound]\nsink = wav:%s/alarms.wav\n", place.top);
    g_autofree char *up = g_strdup_printf("[witness]\nfile = %s/witness\nevery = 1s\n", place.top);

    await(&place, "note", "people", "no store has run here");
    do_it(&place, "", "keys");
    settings(&place, "annunciator.conf", sound);
    settings(&place, "up.conf", up);
    settings(&place, "store.conf", "[audit]\nwitnessed = 6s\n");
    settings(&place, "portal.conf", "[listen]\nport = 0\n");
    begin(&place);
    await(&place, "note", "people", "nobody has an account");
    check_sound(&place);
    check_witness(&place);
    check_certificate(&place);
    /* Afterwards keys no longer ask for everything: last. */
    do_it(&place, "two long passwords\\ntwo long passwords\\n", "people enrol");
    await(&place, "fine", "people", "the first link is used up");
    kill(place.up, SIGTERM);
    waitpid(place.up, NULL, 0);
    vicu_folder_remove(place.top);
    g_free(place.top);
    g_free(place.root);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/process/doctor/what_keeps_alarms_from_people_is_said_and_when_it_is_well",
                    what_keeps_alarms_from_people_is_said_and_when_it_is_well);
    return g_test_run();
}
