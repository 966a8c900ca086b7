/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/process/site.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "common/clock.h"
#include "common/folder.h"
#include "proto/signals.h"
#include "tools/installation.h"

#define LOOK_MS   10
#define START_US  (20 * SITE_S)
#define FOLLOW_US (30 * SITE_S)
#define STATUS_US SITE_S

struct Site {
    VicuRoot *root;
    GHashTable *pids; /* name -> pid */
    ToolClient *client;
    ToolStand *stand;
    GHashTable *alarms; /* id -> Vicu__StateItem: all that were ever told */
};

/* --- life --------------------------------------------------------------------------------- */

Site *
site_new(void)
{
    Site *self = g_new0(Site, 1);
    g_autofree char *dir = g_dir_make_tmp("vicu-site-XXXXXX", NULL);
    g_autoptr(GError) error = NULL;
    size_t made = 0;

    self->root = vicu_root_new(dir, &error);
    g_assert_no_error(error);
    g_assert_true(vicu_root_make(self->root, &error));
    g_assert_true(tool_installation_keys(self->root, &made, &error));
    self->pids = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    self->alarms = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, vicu_wire_free);
    /* This process stands for the supervisor. */
    g_autofree char *path = g_build_filename(self->root->run, "up.pid", NULL);
    g_autofree char *pid = g_strdup_printf("%d\n", (int)getpid());
    g_assert_true(g_file_set_contents(path, pid, -1, NULL));
    return self;
}

/* The daemons are asked to leave and have to do so in order. */
static void
end_all(Site *self)
{
    GHashTableIter iter;
    gpointer name = NULL, pid = NULL;

    g_hash_table_iter_init(&iter, self->pids);
    while (g_hash_table_iter_next(&iter, &name, &pid))
        kill(GPOINTER_TO_INT(pid), tool_process_find(name) != NULL ? SIGTERM : SIGKILL);
    g_hash_table_iter_init(&iter, self->pids);
    while (g_hash_table_iter_next(&iter, &name, &pid)) {
        int status = 0;
        g_assert_cmpint(waitpid(GPOINTER_TO_INT(pid), &status, 0), ==, GPOINTER_TO_INT(pid));
        if (tool_process_find(name) != NULL && !(WIFEXITED(status) && WEXITSTATUS(status) == 0))
            g_error("%s ended with wait status %d; its log is in %s", (char *)name, status,
                    self->root->log);
    }
}

void
site_free(Site *self)
{
    if (self == NULL)
        return;
    g_clear_pointer(&self->stand, tool_stand_free);
    g_clear_pointer(&self->client, tool_client_free);
    end_all(self);
    vicu_folder_remove(self->root->dir);
    g_hash_table_unref(self->pids);
    g_hash_table_unref(self->alarms);
    vicu_root_free(self->root);
    g_free(self);
}

const char *
site_folder(const Site *self)
{
    return self->root->dir;
}

gboolean
site_is_night(void)
{
    return g_getenv("VICU_NIGHT") != NULL;
}

/* --- processes ---------------------------------------------------------------------------- */

void
site_settings(Site *self, const char *process, const char *text)
{
    g_autofree char *path = g_strdup_printf("%s/%s.conf", self->root->etc, process);

    g_assert_true(g_file_set_contents(path, text, -1, NULL));
}

guint16
site_free_port(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t size = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    g_assert_cmpint(fd, >=, 0);
    g_assert_cmpint(bind(fd, (struct sockaddr *)&address, size), ==, 0);
    g_assert_cmpint(getsockname(fd, (struct sockaddr *)&address, &size), ==, 0);
    close(fd);
    return ntohs(address.sin_port);
}

static void
die_with_the_test(gpointer user)
{
    (void)user;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
}

char *
site_program(const char *path)
{
    return g_build_filename(g_getenv("VICU_BUILD_ROOT"), path, NULL);
}

void
site_start_program(Site *self, const char *name, const char *const *argv)
{
    g_autofree char *log = g_strdup_printf("%s/%s.log", self->root->log, name);
    g_autoptr(GError) error = NULL;
    int fd = g_open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    GPid pid = 0;

    g_spawn_async_with_fds(NULL, (char **)argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD, die_with_the_test,
                           NULL, &pid, -1, fd, fd, &error);
    g_assert_no_error(error);
    close(fd);
    g_hash_table_replace(self->pids, g_strdup(name), GINT_TO_POINTER(pid));
}

void
site_start(Site *self, const char *name)
{
    g_autofree char *path = g_strdup_printf("%s/vicu-%s", name, name);
    g_autofree char *program = site_program(path);
    const char *argv[] = {program, "--root", self->root->dir, NULL};

    site_start_program(self, name, argv);
}

void
site_signal(Site *self, const char *name, int number)
{
    gpointer pid = g_hash_table_lookup(self->pids, name);

    g_assert_nonnull(pid);
    g_assert_cmpint(kill(GPOINTER_TO_INT(pid), number), ==, 0);
    if (number != SIGKILL && number != SIGTERM)
        return;
    waitpid(GPOINTER_TO_INT(pid), NULL, 0);
    g_hash_table_remove(self->pids, name);
}

/* --- what stands -------------------------------------------------------------------------- */

static void
keep(Site *self, const Vicu__StateItem *item)
{
    if (item->body_case != VICU__STATE_ITEM__BODY_ALARM)
        return;
    g_autoptr(GBytes) packed = vicu_wire_pack(&item->base);
    Vicu__StateItem *copy =
        vicu_wire_unpack_state_item(g_bytes_get_data(packed, NULL), g_bytes_get_size(packed), NULL);
    g_assert_nonnull(copy);
    g_hash_table_replace(self->alarms, g_strdup(copy->alarm->id), copy);
}

static void
on_item(const Vicu__StateItem *item, gboolean removed, gpointer user)
{
    if (!removed)
        keep(user, item);
}

void
site_follow(Site *self)
{
    g_autoptr(GError) error = NULL;
    VicuRoot *root = vicu_root_new(self->root->dir, &error);
    size_t n = 0;

    g_assert_no_error(error);
    self->client = tool_client_open_root(root, &error);
    g_assert_no_error(error);
    /* Rules that have only just begun may take longer than a person would wait. */
    for (int64_t end_us = vicu_clock_boot_us() + FOLLOW_US;
         self->stand == NULL && vicu_clock_boot_us() < end_us;) {
        g_clear_error(&error);
        self->stand = tool_stand_open(self->client, &error);
    }
    g_assert_no_error(error);
    tool_stand_on_change(self->stand, on_item, self);
    g_autofree const Vicu__StateItem **items =
        tool_stand_items(self->stand, VICU__SUBJECT__SUBJECT_ALARM, &n);
    for (size_t i = 0; i < n; i++)
        keep(self, items[i]);
}

ToolClient *
site_client(Site *self)
{
    return self->client;
}

ToolStand *
site_stand(Site *self)
{
    return self->stand;
}

static gboolean
wake(gpointer user)
{
    (void)user;
    return G_SOURCE_CONTINUE;
}

gboolean
site_wait(Site *self, int64_t us, SiteCondition condition, gpointer user)
{
    int64_t end_us = vicu_clock_boot_us() + us;
    guint waker = g_timeout_add(LOOK_MS, wake, NULL);
    gboolean holds = FALSE;

    while (!(condition != NULL && (holds = condition(self, user))) && vicu_clock_boot_us() < end_us)
        g_main_context_iteration(NULL, TRUE);
    g_source_remove(waker);
    return holds;
}

void
site_each(const Site *self, void (*func)(const Vicu__Alarm *alarm, gpointer user), gpointer user)
{
    GHashTableIter iter;
    gpointer item = NULL;

    g_hash_table_iter_init(&iter, self->alarms);
    while (g_hash_table_iter_next(&iter, NULL, &item))
        func(((const Vicu__StateItem *)item)->alarm, user);
}

typedef struct {
    const char *bed;
    const char *rule;
    const Vicu__Alarm *found;
} Sought;

static void
find(const Vicu__Alarm *alarm, gpointer user)
{
    Sought *sought = user;

    if (strcmp(alarm->bed, sought->bed) == 0 && strcmp(alarm->rule, sought->rule) == 0
        && (sought->found == NULL || alarm->t_raised_us > sought->found->t_raised_us))
        sought->found = alarm;
}

const Vicu__Alarm *
site_alarm(const Site *self, const char *bed, const char *rule)
{
    Sought sought = {bed, rule, NULL};

    site_each(self, find, &sought);
    return sought.found;
}

gboolean
site_stands(const Site *self, const char *bed, const char *rule)
{
    const Vicu__Alarm *alarm = site_alarm(self, bed, rule);

    return alarm != NULL && alarm->state == VICU__ALARM_STATE__ALARM_ACTIVE;
}

typedef struct {
    int64_t from_us;
    unsigned n;
} Count;

static void
count(const Vicu__Alarm *alarm, gpointer user)
{
    Count *counted = user;

    if (alarm->technical || alarm->t_raised_us < counted->from_us)
        return;
    counted->n++;
    g_test_message("%s: %s: %s", alarm->bed, alarm->rule, alarm->text);
}

unsigned
site_physiological(const Site *self, int64_t from_us)
{
    Count counted = {.from_us = from_us};

    site_each(self, count, &counted);
    return counted.n;
}

const Vicu__Bed *
site_bed(const Site *self, const char *bed)
{
    const Vicu__StateItem *item = tool_stand_find(self->stand, VICU__SUBJECT__SUBJECT_BED, bed);

    return item != NULL ? item->bed : NULL;
}

static gboolean
are_present(Site *self, gpointer user)
{
    size_t n = 0, present = 0;
    g_autofree const Vicu__StateItem **items =
        tool_stand_items(self->stand, VICU__SUBJECT__SUBJECT_BED, &n);

    for (size_t i = 0; i < n; i++)
        present += items[i]->bed->presence == VICU__PRESENCE__PRESENCE_PRESENT;
    return present >= *(const size_t *)user;
}

void
site_await_beds(Site *self, size_t n)
{
    g_assert_true(site_wait(self, START_US, are_present, &n));
}

void
site_observe(Site *self, const char *bed, const char *name, double value)
{
    Vicu__Command command = VICU__COMMAND__INIT;
    Vicu__Observe observe = VICU__OBSERVE__INIT;
    Vicu__Observation o = VICU__OBSERVATION__INIT;
    const VicuSignal *signal = vicu_signal_by_name(name);
    g_autoptr(GError) error = NULL;

    o.bed = (char *)bed;
    o.code = vicu_signal_code(signal);
    o.name = (char *)signal->name;
    o.unit = (char *)signal->unit;
    o.value = value;
    o.t_us = o.entered_us = vicu_clock_utc_us();
    observe.observation = &o;
    command.what_case = VICU__COMMAND__WHAT_OBSERVE;
    command.observe = &observe;
    tool_stand_command(self->stand, &command, "", NULL, NULL, &error);
    g_assert_no_error(error);
}

char *
site_missing(Site *self, const char *process)
{
    g_autofree Vicu__Status **status = tool_client_statuses(self->client, &process, 1, STATUS_US);
    GString *text = NULL;

    for (size_t i = 0; status[0] != NULL && i < status[0]->n_condition; i++) {
        if (text == NULL)
            text = g_string_new(NULL);
        g_string_append_printf(text, "%s: %s\n", status[0]->condition[i]->cause,
                               status[0]->condition[i]->text);
    }
    vicu_wire_free(status[0]);
    return text != NULL ? g_string_free(text, FALSE) : NULL;
}

double
site_counter(Site *self, const char *process, const char *name)
{
    g_autofree Vicu__Status **status = tool_client_statuses(self->client, &process, 1, STATUS_US);
    double value = -1;

    for (size_t i = 0; status[0] != NULL && i < status[0]->n_counter; i++)
        if (strcmp(status[0]->counter[i]->name, name) == 0)
            value = status[0]->counter[i]->value;
    vicu_wire_free(status[0]);
    return value;
}

/* --- people at the command line ------------------------------------------------------------ */

char *
site_vicu(Site *self, const char *who, const char *input, const char *line)
{
    g_autofree char *program = site_program("tools/vicu");
    g_autofree char *home = g_build_filename(site_folder(self), "people", who, NULL);
    g_autofree char *shell = g_strdup_printf("printf '%%s\n' '%s' | '%s' %s --root '%s' 2>&1",
                                             input, program, line, site_folder(self));
    const char *argv[] = {"/bin/sh", "-c", shell, NULL};
    g_auto(GStrv) env = g_environ_setenv(g_get_environ(), "XDG_STATE_HOME", home, TRUE);
    char *said = NULL;

    g_assert_true(g_spawn_sync(NULL, (char **)argv, env, 0, NULL, NULL, &said, NULL, NULL, NULL));
    return said;
}

void
site_enrol(Site *self, const char *id, const char *word, const char *said)
{
    g_autoptr(GRegex) secret = g_regex_new("\\b[0-9a-f]{64}\\b", 0, 0, NULL);
    g_autoptr(GMatchInfo) match = NULL;

    if (!g_regex_match(secret, said, 0, &match))
        g_error("there is no link for %s in: %s", id, said);
    g_autofree char *link = g_match_info_fetch(match, 0);
    g_autofree char *line = g_strconcat("people enrol ", link, NULL);
    g_free(site_vicu(self, id, word, line));
}
