/* Stations on another machine: a root with nothing but keys and settings reaches
 * the real hub, rules, store and collector of another root over TCP.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/folder.h"
#include "common/root.h"
#include "common/socket.h"
#include "common/state-client.h"
#include "proto/signals.h"
#include "tools/client.h"

#define PATIENCE_US (20 * G_USEC_PER_SEC)
#define SECOND      G_USEC_PER_SEC
#define STATION     "ward-pc"

/* Raised for every bed with a pulse. */
static const char pack[] =
    "rules \"test\" version 1\n"
    "owner \"test\"\n"
    "default unknown longer than 1 min -> technical low \"{rule}: no data from {missing}\"\n"
    "use HR: /min validity 30 s\n"
    "rule hr-here version 1 {\n"
    "  raise high \"HR {HR}\"\n"
    "  when HR > 1 /min for 1 s\n"
    "  clear when HR <= 1 /min for 1 s\n"
    "}\n";

enum { HUB, RULES, STORE, COLLECTOR, PROCESSES };
static const char *const process_names[PROCESSES] = {"hub", "rules", "store", "collector"};

typedef struct {
    VicuRoot *root; /* the installation */
    VicuRoot *far;  /* a station's */
    GPid pid[PROCESSES];
    unsigned port;
} World;

/* ---- processes and words ---- */

static void
die_with_the_test(gpointer user)
{
    (void)user;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
}

static char *
built(const char *room, const char *program)
{
    return g_build_filename(g_getenv("VICU_BUILD_ROOT"), room, program, NULL);
}

static void
start(World *w, int which)
{
    g_autofree char *program = g_strdup_printf("vicu-%s", process_names[which]);
    g_autofree char *path = built(process_names[which], program);
    char *argv[] = {path, (char *)"--root", w->root->dir, NULL};
    g_autoptr(GError) error = NULL;

    g_spawn_async(NULL, argv, NULL,
                  G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_STDERR_TO_DEV_NULL
                      | G_SPAWN_STDOUT_TO_DEV_NULL,
                  die_with_the_test, NULL, &w->pid[which], &error);
    g_assert_no_error(error);
}

static void
end(World *w, int which, int number)
{
    int status = 0;

    if (w->pid[which] == 0)
        return;
    kill(w->pid[which], number);
    waitpid(w->pid[which], &status, 0);
    w->pid[which] = 0;
    if (number == SIGTERM)
        g_assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

/* Runs vicu with @line (words by blanks) at @root; its exit status. */
static int vicu(const VicuRoot *root, char **out, const char *format, ...) G_GNUC_PRINTF(3, 4);

static int
vicu(const VicuRoot *root, char **out, const char *format, ...)
{
    va_list arguments;
    g_autofree char *program = built("tools", "vicu");
    g_autofree char *said = NULL;
    g_autofree char *complaint = NULL;
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) argv = g_ptr_array_new();
    int status = 0;

    va_start(arguments, format);
    g_autofree char *line = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_auto(GStrv) words = g_strsplit(line, " ", -1);
    g_ptr_array_add(argv, program);
    for (int i = 0; words[i] != NULL; i++)
        g_ptr_array_add(argv, words[i]);
    g_ptr_array_add(argv, (gpointer) "--root");
    g_ptr_array_add(argv, root->dir);
    g_ptr_array_add(argv, NULL);
    g_spawn_sync(NULL, (char **)argv->pdata, NULL, G_SPAWN_DEFAULT, NULL, NULL, &said, &complaint,
                 &status, &error);
    g_assert_no_error(error);
    g_test_message("vicu %s -> %d %s", line, WEXITSTATUS(status), complaint);
    if (out != NULL)
        *out = g_strconcat(said, complaint, NULL);
    return WEXITSTATUS(status);
}

/* ---- the world ---- */

static void
put_file(const char *folder, const char *name, const char *text)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);
    g_autoptr(GError) error = NULL;

    g_file_set_contents(path, text, -1, &error);
    g_assert_no_error(error);
}

static bool
is_free(unsigned port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((guint16)port)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    bool ok = bind(fd, (struct sockaddr *)&address, sizeof address) == 0;
    close(fd);
    return ok;
}

/* Three in a row; the hub keeps them over its restarts. */
static unsigned
free_ports(void)
{
    for (int i = 0; i < 1000; i++) {
        unsigned port = (unsigned)g_random_int_range(20000, 30000);
        if (is_free(port) && is_free(port + 1) && is_free(port + 2))
            return port;
    }
    g_assert_not_reached();
}

static VicuRoot *
new_root(void)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *dir = g_dir_make_tmp("vicu-far-XXXXXX", NULL);
    VicuRoot *root = vicu_root_new(dir, &error);

    g_assert_no_error(error);
    g_assert_true(vicu_root_make(root, NULL));
    return root;
}

/* Line "PUBLIC NAME ROLE" of @name's key at @from becomes known at @to. */
static void
enrol(const VicuRoot *from, const char *name, const VicuRoot *to)
{
    g_autofree char *line = NULL;

    g_assert_cmpint(vicu(from, &line, "keys show %s", name), ==, 0);
    g_assert_cmpint(vicu(to, NULL, "keys allow %s", g_strchomp(line)), ==, 0);
}

static VicuRoot *
new_station(World *w, const char *key, const char *role, bool known)
{
    VicuRoot *far = new_root();
    g_autofree char *text =
        g_strdup_printf("[hub]\naddress = 127.0.0.1:%u\nkey = %s\n", w->port, key);

    g_assert_cmpint(vicu(far, NULL, "keys make %s %s", key, role), ==, 0);
    if (known)
        enrol(far, key, w->root);
    enrol(w->root, "hub", far);
    put_file(far->etc, "client.conf", text);
    return far;
}

static void
world_open(World *w)
{
    g_autofree char *hub = NULL;
    g_autofree char *rules = NULL;
    g_autofree char *collector = NULL;

    *w = (World){.port = free_ports()};
    w->root = new_root();
    g_assert_cmpint(vicu(w->root, NULL, "keys"), ==, 0);
    w->far = new_station(w, STATION, "operator", true);
    hub = g_strdup_printf("[stations]\nopen = true\nport = %u\n", w->port);
    put_file(w->root->etc, "hub.conf", hub);
    put_file(w->root->dir, "test.vrules", pack);
    rules = g_strdup_printf("[rules]\npack = %s/test.vrules\n", w->root->dir);
    put_file(w->root->etc, "rules.conf", rules);
    collector = g_strdup_printf("[wfdb]\nward = %s/data/recordings/ward.ini\nbeds = 2\n",
                                g_getenv("VICU_SOURCE_ROOT"));
    put_file(w->root->etc, "collector.conf", collector);
    for (int i = 0; i < PROCESSES; i++)
        start(w, i);
}

static void
drop_root(VicuRoot *root)
{
    vicu_folder_remove(root->dir);
    vicu_root_free(root);
}

static void
world_close(World *w)
{
    for (int i = PROCESSES; i-- > 0;)
        end(w, i, SIGTERM);
    drop_root(w->far);
    drop_root(w->root);
}

/* Asks with @line until the answer holds @text; the answer. */
static char *
ask_until(World *w, const char *line, const char *text)
{
    int64_t until_us = vicu_clock_boot_us() + PATIENCE_US;

    do {
        g_autofree char *out = NULL;
        int status = vicu(w->far, &out, "%s", line);
        if (status == 0 && strstr(out, text) != NULL)
            return g_steal_pointer(&out);
    } while (vicu_clock_boot_us() < until_us);
    g_test_message("\"%s\" never said \"%s\"", line, text);
    g_assert_not_reached();
}

/* The value behind the first "KEY":" of @json. */
static char *
text_of(const char *json, const char *key)
{
    g_autofree char *pattern = g_strdup_printf("\"%s\": *\"([^\"]*)\"", key);
    g_autoptr(GRegex) regex = g_regex_new(pattern, 0, 0, NULL);
    g_autoptr(GMatchInfo) match = NULL;

    g_assert_true(g_regex_match(regex, json, 0, &match));
    return g_match_info_fetch(match, 1);
}

/* A counter of the hub, asked on its own machine. */
static double
counter(World *w, const char *name)
{
    const char *const hub[] = {"hub"};
    g_autoptr(GError) error = NULL;
    g_autoptr(ToolClient) client = tool_client_open_root(vicu_root_copy(w->root), &error);
    double value = -1;

    g_assert_no_error(error);
    Vicu__Status **status = tool_client_statuses(client, hub, 1, PATIENCE_US);
    g_assert_nonnull(status[0]);
    for (size_t i = 0; i < status[0]->n_counter; i++)
        if (strcmp(status[0]->counter[i]->name, name) == 0)
            value = status[0]->counter[i]->value;
    vicu_wire_free(status[0]);
    g_free(status);
    return value;
}

/* ---- a station that stays ---- */

typedef struct {
    VicuKeys *keys;
    VicuContext *context;
    VicuStateClient *state;
    VicuWatchLevel level;
    unsigned beats;
} Station;

static void
on_beat(int64_t watermark_us, bool catching_up, gpointer user)
{
    (void)watermark_us;
    (void)catching_up;
    ((Station *)user)->beats++;
}

static void
on_watch(VicuWatchLevel level, gpointer user)
{
    ((Station *)user)->level = level;
}

static void
station_open(Station *self, World *w)
{
    static const VicuStateClientOps ops = {.beat = on_beat, .watch = on_watch};
    g_autoptr(GError) error = NULL;
    g_autoptr(VicuRoot) root = vicu_root_find_client(w->far->dir, NULL, &error);

    g_assert_no_error(error);
    *self = (Station){.keys = vicu_keys_open(root->keys, STATION, &error)};
    g_assert_no_error(error);
    self->context = vicu_context_new(self->keys, NULL, &error);
    g_assert_no_error(error);
    self->state = vicu_state_client_new(self->context, root, "rules-state", "rules", STATION, NULL,
                                        0, &ops, self, &error);
    g_assert_no_error(error);
}

static void
station_close(Station *self)
{
    vicu_state_client_free(self->state);
    vicu_context_free(self->context);
    vicu_keys_free(self->keys);
}

static bool
is_level(const Station *self)
{
    return vicu_state_client_is_level(self->state);
}

static bool
is_silent(const Station *self)
{
    return self->level != VICU_WATCH_OK && !is_level(self);
}

static void
await(Station *self, bool (*condition)(const Station *self))
{
    int64_t until_us = vicu_clock_boot_us() + PATIENCE_US;

    while (!condition(self) && vicu_clock_boot_us() < until_us)
        g_main_context_iteration(NULL, TRUE);
    g_assert_true(condition(self));
}

/* ---- the tests ---- */

static void
a_root_with_keys_alone_looks_asks_and_acts_and_is_named_in_the_audit(void)
{
    World w;

    world_open(&w);
    g_autofree char *beds = ask_until(&w, "bed ls", "demo/icu/2");
    g_autofree char *alarms = ask_until(&w, "alarm ls --json", "hr-here");
    (void)beds;
    g_autofree char *alarm_id = text_of(alarms, "id");
    g_assert_cmpint(vicu(w.far, NULL, "alarm ack %s --reason seen-from-afar", alarm_id), ==, 0);
    g_autofree char *audit = ask_until(&w, "audit ls --json", "seen-from-afar");
    const char *record = strstr(audit, "\"acknowledge\"");
    g_assert_nonnull(record);
    g_assert_nonnull(g_strrstr_len(audit, record - audit, "\"who\""));
    g_autofree char *who = text_of(g_strrstr_len(audit, record - audit, "\"who\""), "who");
    g_autofree char *role = text_of(g_strrstr_len(audit, record - audit, "\"role\""), "role");
    g_autofree char *from = text_of(record, "from");
    g_assert_cmpstr(who, ==, STATION);
    g_assert_cmpstr(role, ==, "operator");
    g_assert_cmpstr(from, ==, STATION);

    g_autofree char *samples = ask_until(&w, "query 1 II --from -5s", "\n");
    g_assert_cmpuint(strlen(samples), >, 1000);
    g_autofree char *lines = NULL;
    g_assert_cmpint(vicu(w.far, &lines, "tail --for 3s"), ==, 0);
    g_assert_nonnull(strstr(lines, "demo/icu/"));
    g_autofree char *dashboard = built("dashboard", "vicu-dashboard");
    g_autofree char *picture = g_build_filename(w.far->dir, "wall.png", NULL);
    if (g_file_test(dashboard, G_FILE_TEST_IS_EXECUTABLE)) {
        g_assert_cmpint(vicu(w.far, NULL, "snapshot --size 800x600 -o %s", picture), ==, 0);
        g_assert_true(g_file_test(picture, G_FILE_TEST_EXISTS));
    }
    /* The hub may also be said on the command line, before the verb. */
    g_assert_cmpint(vicu(w.far, NULL, "--connect 127.0.0.1:%u alarm ls", w.port), ==, 0);
    g_autofree char *complaint = NULL;
    g_assert_cmpint(vicu(w.far, &complaint, "--connect 127.0.0.1:70000 alarm ls"), ==, 1);
    g_assert_nonnull(strstr(complaint, "expected HOST"));
    world_close(&w);
}

static void
a_key_that_is_not_enrolled_or_may_not_act_is_refused(void)
{
    World w;

    world_open(&w);
    VicuRoot *stranger = new_station(&w, "stranger", "operator", false);
    VicuRoot *listener = new_station(&w, "listener", "annunciator", true);
    end(&w, HUB, SIGTERM); /* what is enrolled while they run is read on SIGHUP: here, anew */
    end(&w, RULES, SIGTERM);
    start(&w, HUB);
    start(&w, RULES);
    g_autofree char *alarms = ask_until(&w, "alarm ls --json", "hr-here");
    g_autofree char *id = text_of(alarms, "id");
    double before = counter(&w, "refused");
    g_assert_cmpint(vicu(stranger, NULL, "alarm ls"), ==, 1);
    g_assert_cmpfloat(counter(&w, "refused"), >, before);
    g_autofree char *complaint = NULL;
    g_assert_cmpint(vicu(listener, &complaint, "alarm ack %s --reason no", id), ==, 1);
    g_assert_nonnull(strstr(complaint, "The role \"annunciator\" of key \"listener\" may not"));
    g_assert_cmpint(vicu(listener, NULL, "query 1 II --from -5s"), ==, 1);
    drop_root(listener);
    drop_root(stranger);
    world_close(&w);
}

static void
a_hub_that_was_killed_is_found_again_by_a_station(void)
{
    World w;
    Station station;

    world_open(&w);
    station_open(&station, &w);
    await(&station, is_level);
    end(&w, HUB, SIGKILL);
    await(&station, is_silent);
    start(&w, HUB);
    await(&station, is_level);
    station_close(&station);
    world_close(&w);
}

static void
dead_rules_are_silence_at_a_station_and_never_calm(void)
{
    World w;
    Station station;

    world_open(&w);
    station_open(&station, &w);
    await(&station, is_level);
    end(&w, RULES, SIGKILL);
    unsigned beats = station.beats;
    await(&station, is_silent);
    g_assert_cmpuint(station.beats - beats, <=, 1); /* one may have been under way */
    g_autofree char *complaint = NULL;
    g_assert_cmpint(vicu(w.far, &complaint, "alarm ls"), ==, 1);
    g_assert_nonnull(strstr(complaint, "gave no answer"));
    start(&w, RULES);
    await(&station, is_level);
    station_close(&station);
    world_close(&w);
}

static void
a_dead_store_is_said_to_who_asks(void)
{
    World w;

    world_open(&w);
    g_free(ask_until(&w, "query 1 II --from -5s", "\n"));
    end(&w, STORE, SIGKILL);
    g_autofree char *complaint = NULL;
    g_assert_cmpint(vicu(w.far, &complaint, "query 1 II --from -5s"), ==, 1);
    g_assert_nonnull(strstr(complaint, "does not reach the process that answers"));
    start(&w, STORE);
    g_free(ask_until(&w, "query 1 II --from -5s", "\n"));
    world_close(&w);
}

/* Two connections that ask for all there is, with credit without end: one reads
 * nothing, the other all it can get and asks again. */
typedef struct {
    VicuSocket *deaf;
    VicuSocket *reader;
    uint64_t id;
    uint64_t sent;
    uint64_t rows;
} Greedy;

static void
ask_all(Greedy *self, VicuSocket *socket)
{
    Vicu__Query query = VICU__QUERY__INIT;
    Vicu__QuerySamples samples = VICU__QUERY_SAMPLES__INIT;

    query.id = ++self->id;
    query.credit = 1000000;
    query.who = query.why = (char *)"";
    query.what_case = VICU__QUERY__WHAT_SAMPLES;
    query.samples = &samples;
    samples.bed = (char *)"demo/icu/1";
    samples.code = vicu_signal_code(vicu_signal_by_label("II"));
    samples.to_us = INT64_MAX;
    self->sent +=
        vicu_socket_send_message(socket, NULL, VICU__KIND__KIND_QUERY, &query.base) == VICU_SEND_OK;
}

static void
on_rows(VicuSocket *socket, const VicuMessage *message, gpointer user)
{
    Greedy *self = user;

    if (message->envelope.kind != VICU__KIND__KIND_QUERY_ROWS)
        return;
    self->rows++;
    ask_all(self, socket);
}

static gboolean
ask_more(gpointer user)
{
    Greedy *self = user;

    for (int i = 0; i < 10; i++)
        ask_all(self, self->deaf);
    ask_all(self, self->reader);
    return G_SOURCE_CONTINUE;
}

static gboolean
stop_waiting(gpointer done)
{
    *(gboolean *)done = TRUE;
    return G_SOURCE_REMOVE;
}

static void
a_greedy_station_does_not_hold_up_acks(void)
{
    World w;
    VicuSocketOptions options = {VICU_SOCKET_DEALER, "client", 1000, 8};
    g_autoptr(GError) error = NULL;
    Greedy greedy = {0};
    gboolean rested = FALSE;

    world_open(&w);
    g_free(ask_until(&w, "query 1 II --from -5s", "\n"));
    g_autoptr(VicuRoot) root = vicu_root_find_client(w.far->dir, NULL, &error);
    g_assert_no_error(error);
    VicuKeys *keys = vicu_keys_open(root->keys, STATION, &error);
    g_assert_no_error(error);
    VicuContext *context = vicu_context_new(keys, NULL, &error);
    g_assert_no_error(error);
    g_autofree char *endpoint = vicu_root_endpoint(root, "store-query");
    greedy.deaf = vicu_socket_new(context, &options, &error);
    greedy.reader = vicu_socket_new(context, &options, &error);
    g_assert_no_error(error);
    vicu_socket_listen(greedy.reader, on_rows, NULL, &greedy);
    vicu_socket_connect(greedy.reader, endpoint, "hub", &error);
    vicu_socket_connect(greedy.deaf, endpoint, "hub", &error);
    g_assert_no_error(error);

    double up = counter(&w, "stations_up");
    double down = counter(&w, "stations_down");
    double acks = counter(&w, "acks");
    double batches = counter(&w, "batches");
    double stored = counter(&w, "store_messages");
    guint asking = g_timeout_add(1, ask_more, &greedy);
    g_timeout_add(5000, stop_waiting, &rested);
    while (!rested)
        g_main_context_iteration(NULL, TRUE);
    g_source_remove(asking);
    acks = counter(&w, "acks") - acks;
    batches = counter(&w, "batches") - batches;
    stored = counter(&w, "store_messages") - stored;
    down = counter(&w, "stations_down") - down;
    g_test_message("%" G_GUINT64_FORMAT " questions, %" G_GUINT64_FORMAT
                   " messages read; in 5 s %g batches came, %g went to the store, %g acks came "
                   "back, %g answers went out, %g questions were ended",
                   greedy.sent, greedy.rows, batches, stored, acks, down,
                   counter(&w, "stations_broken"));
    g_assert_cmpuint(greedy.rows, >, 0);
    g_assert_cmpfloat(counter(&w, "stations_up"), >, up);
    g_assert_cmpfloat(batches, >, 50);
    g_assert_cmpfloat(stored, >, batches * 0.5);
    g_assert_cmpfloat(acks, >, 5);
    g_assert_cmpfloat(counter(&w, "store_waits"), <, 50); /* those of the start */
    vicu_socket_free(greedy.deaf);
    vicu_socket_free(greedy.reader);
    vicu_context_free(context);
    vicu_keys_free(keys);
    world_close(&w);
}

#define ADD(name) g_test_add_func("/process/stations/" #name, name)

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD(a_root_with_keys_alone_looks_asks_and_acts_and_is_named_in_the_audit);
    ADD(a_key_that_is_not_enrolled_or_may_not_act_is_refused);
    ADD(a_hub_that_was_killed_is_found_again_by_a_station);
    ADD(dead_rules_are_silence_at_a_station_and_never_calm);
    ADD(a_dead_store_is_said_to_who_asks);
    ADD(a_greedy_station_does_not_hold_up_acks);
    return g_test_run();
}
