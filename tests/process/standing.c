/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/process/standing.h"

#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#define S         ((int64_t)G_USEC_PER_SEC)
#define FIRST_BED 31
#define RAISE_US  (30 * S)
#define TRIES     10

struct Standing {
    GPid sim;
    char *id[STANDING];
    char *raised[STANDING];
    int answers; /* the first so many */
};

/* --- looking ------------------------------------------------------------------------------ */

/* All alarms, those too that have ended; NULL: the owner gave no answer. */
static char *
list(Ward *ward)
{
    const char *words[] = {"alarm", "ls", "--all", "--json", NULL};
    g_autofree char *err = NULL;
    char *out = NULL;

    if (ward_vicu(ward, words, &out, &err) == 0)
        return out;
    g_test_message("alarm ls: %s", err);
    g_free(out);
    return NULL;
}

static char *
list_in_the_end(Ward *ward)
{
    char *alarms = NULL;

    for (int i = 0; i < TRIES && alarms == NULL; i++)
        alarms = list(ward);
    g_assert_nonnull(alarms);
    return alarms;
}

/* The text behind KEY": " from @at on; NULL: none. Caller frees. */
static char *
text_of(const char *at, const char *key)
{
    g_autofree char *quoted = g_strdup_printf("\"%s\": \"", key);

    at = at != NULL ? strstr(at, quoted) : NULL;
    if (at == NULL)
        return NULL;
    at += strlen(quoted);
    return g_strndup(at, strcspn(at, "\""));
}

/* The map-critical alarm of the bed: where its "id" stands in @alarms; NULL: none. */
static const char *
find(const char *alarms, int number)
{
    g_autofree char *bed =
        g_strdup_printf("\"bed\": \"demo/icu/%d\", \"rule\": \"map-critical\"", number);
    const char *at = alarms != NULL ? strstr(alarms, bed) : NULL;

    return at != NULL ? g_strrstr_len(alarms, at - alarms, "\"id\"") : NULL;
}

/* --- raising ------------------------------------------------------------------------------ */

static void
die_with_the_test(gpointer user)
{
    (void)user;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
}

/* A ward file of monitors alone; where the demo listens stands in its settings. */
static void
start_monitors(Standing *self, Ward *ward)
{
    g_autofree char *settings = g_build_filename(ward_folder(ward), "etc", "collector.conf", NULL);
    g_autofree char *path = g_build_filename(ward_folder(ward), "standing.ini", NULL);
    g_autofree char *program =
        g_build_filename(g_getenv("VICU_BUILD_ROOT"), "tools", "vicu-sim", NULL);
    g_autoptr(GKeyFile) file = g_key_file_new();
    g_autoptr(GString) text = g_string_new("[ward]\nprefix=demo/icu\n");
    g_autoptr(GError) error = NULL;

    for (int i = 0; i < STANDING; i++)
        g_string_append_printf(text, "[bed %d]\nscript=low\nscript_over=hl7\n", FIRST_BED + i);
    g_string_append(text, "[script low]\nART_M=40;1;5\nHR=76;2;5\n");
    g_assert_true(g_file_set_contents(path, text->str, -1, NULL));
    g_key_file_load_from_file(file, settings, G_KEY_FILE_NONE, &error);
    g_assert_no_error(error);
    g_autofree char *to =
        g_strdup_printf("127.0.0.1:%d", g_key_file_get_integer(file, "hl7", "port", NULL));
    const char *argv[] = {program, "--ward", path, "--to", to, "--period", "1s", NULL};
    g_spawn_async(NULL, (char **)argv, NULL,
                  G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_STDOUT_TO_DEV_NULL
                      | G_SPAWN_STDERR_TO_DEV_NULL,
                  die_with_the_test, NULL, &self->sim, &error);
    g_assert_no_error(error);
}

static gboolean
all_stand(Ward *ward, gpointer user)
{
    Standing *self = user;
    g_autofree char *alarms = list(ward);

    for (int i = 0; i < STANDING; i++) {
        const char *at = find(alarms, FIRST_BED + i);
        if (at == NULL)
            return FALSE;
        g_free(self->id[i]);
        g_free(self->raised[i]);
        self->id[i] = text_of(at, "id");
        self->raised[i] = text_of(at, "t_raised");
    }
    return TRUE;
}

Standing *
standing_raise(Ward *ward)
{
    Standing *self = g_new0(Standing, 1);

    start_monitors(self, ward);
    g_assert_true(ward_wait(ward, RAISE_US, all_stand, self));
    return self;
}

void
standing_free(Standing *self)
{
    if (self == NULL)
        return;
    kill(self->sim, SIGKILL);
    waitpid(self->sim, NULL, 0);
    for (int i = 0; i < STANDING; i++) {
        g_free(self->id[i]);
        g_free(self->raised[i]);
    }
    g_free(self);
}

/* --- answers ------------------------------------------------------------------------------ */

void
standing_answer(Standing *self, Ward *ward)
{
    int status = -1;

    if (self->answers == STANDING)
        return;
    g_autofree char *reason = g_strdup_printf("answer number %d", self->answers);
    const char *words[] = {"alarm", "ack", self->id[self->answers], "--reason", reason, NULL};
    for (int i = 0; i < TRIES && status != 0; i++) {
        g_autofree char *out = NULL;
        g_autofree char *err = NULL;
        status = ward_vicu(ward, words, &out, &err);
        if (status != 0)
            g_test_message("alarm ack: %s", err);
    }
    g_assert_cmpint(status, ==, 0);
    self->answers++;
}

int
standing_answers(const Standing *self)
{
    return self->answers;
}

void
standing_check(Standing *self, Ward *ward)
{
    g_autofree char *alarms = list_in_the_end(ward);

    for (int i = 0; i < STANDING; i++) {
        g_autofree char *expected = g_strdup_printf("answer number %d", i);
        const char *at = strstr(alarms, self->id[i]);
        g_autofree char *state = text_of(at, "state");
        g_autofree char *raised = text_of(at, "t_raised");
        g_autofree char *reason = i < self->answers ? text_of(at, "reason") : NULL;
        if (at == NULL)
            g_test_message("alarm %s is gone from: %s", self->id[i], alarms);
        g_assert_nonnull(at);
        g_assert_cmpstr(state, ==, i < self->answers ? "acknowledged" : "active");
        g_assert_cmpstr(raised, ==, self->raised[i]);
        if (i < self->answers)
            g_assert_cmpstr(reason, ==, expected);
    }
}
