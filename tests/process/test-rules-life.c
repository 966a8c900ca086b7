/* The real vicu-rules behind the real vicu-hub: alarms outlive kill -9, commands
 * are acted on once, a hub that dies is told and ended.
 *
 * usage: test-rules-life PATH-OF-VICU-HUB PATH-OF-VICU-RULES
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/folder.h"
#include "common/link-wire.h"
#include "common/root.h"
#include "common/socket.h"
#include "common/state-client.h"
#include "common/state-wire.h"
#include "proto/signals.h"

#define BED         "test/icu/1"
#define PATIENCE_US (20 * G_USEC_PER_SEC)
#define FEED_MS     40
#define BEDS        6 /* test/icu/1 is BED */

static const char *hub_program;
static const char *rules_program;

/* Short delays; nothing else differs from the pack of a ward. */
static const char pack[] =
    "rules \"test\" version 1\n"
    "owner \"test\"\n"
    "default unknown longer than 1 min -> technical low \"{rule}: no data from {missing}\"\n"
    "use MAP: mm[Hg] validity 30 s from ART_M\n"
    "rule map-critical \"MAP critical\" version 1 {\n"
    "  raise high \"MAP {MAP}\"\n"
    "  when MAP < 50 mm[Hg] for 1 s\n"
    "  clear when MAP >= 55 mm[Hg] for 1 s\n"
    "}\n";

typedef struct {
    char *dir;
    VicuRoot *root;
    GPid hub, rules;
    /* a collector that speaks on the feed lane only */
    VicuKeys *ward_keys;
    VicuContext *ward_context;
    VicuSocket *ward;
    uint64_t sequence;
    double map;
    guint timer;
    /* a station */
    VicuKeys *station_keys;
    VicuContext *station_context;
    VicuStateClient *client;
    VicuSocket *raw;    /* for commands under a key of our own */
    GHashTable *alarms; /* rule -> Vicu__StateItem */
    GHashTable *log;    /* id -> what is known of that alarm; NULL: nobody asks */
    char *result;
    bool result_ok;
} World;

/* --- processes --- */

/* A test that fails leaves no process behind. */
static void
die_with_the_test(gpointer user)
{
    (void)user;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
}

static GPid
start(const char *program, const World *w)
{
    GPid pid;
    g_autoptr(GError) error = NULL;
    char *argv[] = {(char *)program, (char *)"--root", w->dir, NULL};
    g_spawn_async(NULL, argv, NULL,
                  G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_STDERR_TO_DEV_NULL
                      | G_SPAWN_STDOUT_TO_DEV_NULL,
                  die_with_the_test, NULL, &pid, &error);
    g_assert_no_error(error);
    return pid;
}

static void
end(GPid *pid, int number)
{
    int status = 0;
    kill(*pid, number);
    waitpid(*pid, &status, 0);
    *pid = 0;
    if (number == SIGTERM)
        g_assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

/* --- the collector --- */

static void
send_batch(World *w, Vicu__Batch *batch)
{
    g_autoptr(GBytes) body = vicu_wire_pack(&batch->base);
    VicuLinkMessage message = {
        .kind = VICU__KIND__KIND_BATCH_FEED,
        .epoch = 5,
        .fence = 5,
        .sequence = ++w->sequence,
        .body = g_bytes_get_data(body, NULL),
        .len = g_bytes_get_size(body),
    };
    memcpy(message.sender.bytes, vicu_keys_fingerprint(w->ward_keys)->bytes,
           sizeof message.sender.bytes);
    VicuEnvelope envelope;
    g_autoptr(GBytes) packed = NULL;
    VicuPart part = vicu_link_wire_pack(&message, &envelope, &packed);
    envelope.t_us = batch->t_us;
    vicu_socket_send(w->ward, NULL, &envelope, part.data, part.size);
}

/* The pressures at @now_us of the first @n_beds, to each of @n_worlds. */
static void
send_pressures(World *const *worlds, size_t n_worlds, int64_t now_us, double *maps, size_t n_beds)
{
    uint32_t code = vicu_signal_code(vicu_signal_by_name("ART_M"));
    uint32_t period_ms = 1000;
    Vicu__Batch batch = VICU__BATCH__INIT;
    Vicu__Numerics n[BEDS];
    Vicu__Numerics *numerics[BEDS];
    char beds[BEDS][16];

    for (size_t i = 0; i < n_beds; i++) {
        g_snprintf(beds[i], sizeof beds[i], "test/icu/%zu", i + 1);
        vicu__numerics__init(&n[i]);
        n[i].bed = beds[i];
        n[i].origin = VICU__ORIGIN__ORIGIN_SIMULATED;
        n[i].n_code = n[i].n_t_us = n[i].n_value = n[i].n_period_ms = 1;
        n[i].code = &code;
        n[i].t_us = &now_us;
        n[i].value = &maps[i];
        n[i].period_ms = &period_ms;
        numerics[i] = &n[i];
    }
    batch.t_us = now_us;
    batch.n_numerics = n_beds;
    batch.numerics = numerics;
    for (size_t i = 0; i < n_worlds; i++)
        send_batch(worlds[i], &batch);
}

static gboolean
on_feed(gpointer user)
{
    World *w = user;
    send_pressures(&w, 1, vicu_clock_utc_us(), &w->map, 1);
    return G_SOURCE_CONTINUE;
}

static void
ignore_message(VicuSocket *socket, const VicuMessage *message, gpointer user)
{
    (void)socket;
    (void)message;
    (void)user;
}

/* --- the station --- */

static void
on_begin(gpointer user)
{
    g_hash_table_remove_all(((World *)user)->alarms);
}

/* All but when it was decided, which is of our clock; nor what is told of processes. */
static void
keep_in_log(World *w, const Vicu__Alarm *a)
{
    if (!w->log || g_str_has_prefix(a->rule, "local:"))
        return;
    g_hash_table_replace(
        w->log, g_strdup(a->id),
        g_strdup_printf("%s %s %s %d state %d, from %" G_GINT64_FORMAT " raised %" G_GINT64_FORMAT
                        " cleared %" G_GINT64_FORMAT " count %u: %s|%s|%s",
                        a->bed, a->rule, a->id, a->technical, a->state, a->t_condition_us,
                        a->t_raised_us, a->t_cleared_us, a->count, a->text, a->why, a->explain));
}

static void
on_item(const Vicu__StateItem *item, gpointer user)
{
    World *w = user;
    if (item->subject != VICU__SUBJECT__SUBJECT_ALARM || item->removed)
        return;
    keep_in_log(w, item->alarm);
    g_autoptr(GBytes) packed = vicu_wire_pack(&item->base);
    Vicu__StateItem *copy =
        vicu_wire_unpack_state_item(g_bytes_get_data(packed, NULL), g_bytes_get_size(packed), NULL);
    g_hash_table_replace(w->alarms, copy->alarm->rule, copy);
}

static void
on_raw(VicuSocket *socket, const VicuMessage *message, gpointer user)
{
    World *w = user;
    (void)socket;
    if (message->envelope.kind != VICU__KIND__KIND_STATE_RESULT)
        return;
    g_autoptr(Vicu__CommandResult) result =
        vicu_wire_unpack_command_result(message->body.data, message->body.size, NULL);
    g_assert_nonnull(result);
    g_free(w->result);
    w->result = g_strdup(result->text);
    w->result_ok = result->ok;
}

static const Vicu__Alarm *
alarm_of(World *w, const char *rule)
{
    const Vicu__StateItem *item = g_hash_table_lookup(w->alarms, rule);
    return item ? item->alarm : NULL;
}

typedef bool (*Condition)(World *w);

static bool
await(World *w, Condition condition, int64_t patience_us)
{
    int64_t until_us = vicu_clock_boot_us() + patience_us;
    while (!condition(w)) {
        if (vicu_clock_boot_us() >= until_us)
            return false;
        g_main_context_iteration(NULL, TRUE);
    }
    return true;
}

static bool
is_active(World *w)
{
    const Vicu__Alarm *a = alarm_of(w, "map-critical");
    return a && a->state == VICU__ALARM_STATE__ALARM_ACTIVE;
}

static bool
is_ended(World *w)
{
    const Vicu__Alarm *a = alarm_of(w, "map-critical");
    return a && a->state == VICU__ALARM_STATE__ALARM_ENDED;
}

static bool
is_level(World *w)
{
    return vicu_state_client_is_level(w->client);
}

static bool
has_result(World *w)
{
    return w->result != NULL;
}

static bool
is_hub_blind(World *w)
{
    const Vicu__Alarm *a = alarm_of(w, "local:hub-blind");
    return a && a->state == VICU__ALARM_STATE__ALARM_ACTIVE;
}

static bool
sees_hub(World *w)
{
    const Vicu__Alarm *a = alarm_of(w, "local:hub-blind");
    return a && a->state == VICU__ALARM_STATE__ALARM_ENDED;
}

/* --- the world --- */

static VicuSocket *
dial(World *w,
     VicuContext *context,
     const char *socket_name,
     const char *owner,
     VicuMessageFunc func)
{
    VicuSocketOptions options = {VICU_SOCKET_DEALER, "client", 1000, 1000};
    g_autofree char *endpoint = vicu_root_endpoint(w->root, socket_name);
    g_autoptr(GError) error = NULL;
    VicuSocket *socket = vicu_socket_new(context, &options, &error);
    g_assert_no_error(error);
    vicu_socket_connect(socket, endpoint, owner, &error);
    g_assert_no_error(error);
    vicu_socket_listen(socket, func, NULL, w);
    return socket;
}

static void
make_files(World *w)
{
    static const char *const keys[][2] = {{"hub", "hub"},
                                          {"rules", "rules"},
                                          {"ward", "collector"},
                                          {"station", "operator"},
                                          {"operator", "operator"}};
    g_autoptr(GError) error = NULL;
    w->dir = g_dir_make_tmp("vicu-rules-XXXXXX", NULL);
    w->root = vicu_root_new(w->dir, &error);
    g_assert_no_error(error);
    vicu_root_make(w->root, &error);
    g_assert_no_error(error);
    for (size_t i = 0; i < G_N_ELEMENTS(keys); i++) {
        vicu_keys_make(w->root->keys, keys[i][0], keys[i][1], &error);
        g_assert_no_error(error);
    }
    g_autofree char *path = g_build_filename(w->dir, "test.vrules", NULL);
    g_autofree char *config = g_build_filename(w->root->etc, "rules.conf", NULL);
    g_autofree char *text = g_strdup_printf("[rules]\npack=%s\n", path);
    g_file_set_contents(path, pack, -1, &error);
    g_assert_no_error(error);
    g_file_set_contents(config, text, -1, &error);
    g_assert_no_error(error);
}

static void
open_world(World *w)
{
    static const VicuStateClientOps ops = {.begin = on_begin, .item = on_item};
    g_autoptr(GError) error = NULL;
    memset(w, 0, sizeof *w);
    make_files(w);
    w->map = 80;
    w->alarms = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, vicu_wire_free);
    w->hub = start(hub_program, w);
    w->rules = start(rules_program, w);
    w->ward_keys = vicu_keys_open(w->root->keys, "ward", &error);
    g_assert_no_error(error);
    w->station_keys = vicu_keys_open(w->root->keys, "station", &error);
    g_assert_no_error(error);
    w->ward_context = vicu_context_new(w->ward_keys, NULL, &error);
    g_assert_no_error(error);
    w->station_context = vicu_context_new(w->station_keys, NULL, &error);
    g_assert_no_error(error);
    w->ward = dial(w, w->ward_context, "hub-data", "hub", ignore_message);
    w->raw = dial(w, w->station_context, "rules-state", "rules", on_raw);
    w->client = vicu_state_client_new(w->station_context, w->root, "rules-state", "rules",
                                      "station", NULL, 0, &ops, w, &error);
    g_assert_no_error(error);
    w->timer = g_timeout_add(FEED_MS, on_feed, w);
    g_assert_true(await(w, is_level, PATIENCE_US));
}

static void
close_world(World *w)
{
    if (w->timer)
        g_source_remove(w->timer);
    vicu_state_client_free(w->client);
    vicu_socket_free(w->raw);
    vicu_socket_free(w->ward);
    vicu_context_free(w->station_context);
    vicu_context_free(w->ward_context);
    vicu_keys_free(w->station_keys);
    vicu_keys_free(w->ward_keys);
    end(&w->rules, SIGTERM);
    end(&w->hub, SIGTERM);
    g_hash_table_unref(w->alarms);
    g_clear_pointer(&w->log, g_hash_table_unref);
    g_free(w->result);
    vicu_root_free(w->root);
    vicu_folder_remove(w->dir);
    g_free(w->dir);
}

static void
send_command(World *w, const Vicu__Command *command)
{
    g_autoptr(GBytes) packed = vicu_wire_pack(&command->base);
    VicuStateMessage message = {
        .kind = VICU__KIND__KIND_STATE_COMMAND, .key = command->key, .body = packed};
    VicuEnvelope envelope;
    g_autoptr(GBytes) body = vicu_state_wire_pack(&message, &envelope);
    vicu_socket_stamp(w->raw, &envelope);
    g_clear_pointer(&w->result, g_free);
    vicu_socket_send(w->raw, NULL, &envelope, g_bytes_get_data(body, NULL), g_bytes_get_size(body));
}

static void
send_ack(World *w, const char *key, const char *id, const char *reason)
{
    Vicu__Command command = VICU__COMMAND__INIT;
    Vicu__AckAlarm ack = VICU__ACK_ALARM__INIT;
    command.key = (char *)key;
    command.reason = (char *)reason;
    command.what_case = VICU__COMMAND__WHAT_ACK;
    command.ack = &ack;
    ack.id = (char *)id;
    send_command(w, &command);
}

/* --- the tests --- */

static void
alarms_and_answers_outlive_kill_9(void)
{
    World w;
    open_world(&w);
    w.map = 41;
    g_assert_true(await(&w, is_active, PATIENCE_US));
    const Vicu__Alarm *alarm = alarm_of(&w, "map-critical");
    g_autofree char *id = g_strdup(alarm->id);
    int64_t t_condition_us = alarm->t_condition_us;
    g_assert_cmpint(alarm->t_raised_us - t_condition_us, ==, G_USEC_PER_SEC);
    g_test_message("decided %.0f ms after the delay was over",
                   (double)(alarm->t_decided_us - alarm->t_raised_us) / 1e3);
    g_assert_cmpint(alarm->t_decided_us - alarm->t_raised_us, <, G_USEC_PER_SEC);

    int64_t worst_us = 0;
    for (int i = 0; i < 5; i++) {
        end(&w.rules, SIGKILL);
        g_hash_table_remove_all(w.alarms);
        int64_t begin_us = vicu_clock_boot_us();
        w.rules = start(rules_program, &w);
        g_assert_true(await(&w, is_active, PATIENCE_US));
        worst_us = MAX(worst_us, vicu_clock_boot_us() - begin_us);
        alarm = alarm_of(&w, "map-critical");
        g_assert_cmpstr(alarm->id, ==, id);
        g_assert_cmpint(alarm->t_condition_us, ==, t_condition_us);
    }
    g_test_message("shown again within %.0f ms", (double)worst_us / 1e3);

    send_ack(&w, "key-one", id, "going there");
    g_assert_true(await(&w, has_result, PATIENCE_US));
    g_assert_true(w.result_ok);
    g_autofree char *first = g_strdup(w.result);
    end(&w.rules, SIGKILL);
    w.rules = start(rules_program, &w);
    /* The same key again is answered as before; a client repeats until it is. */
    for (int i = 0; i < 5 && (i == 0 || !has_result(&w)); i++) {
        send_ack(&w, "key-one", id, "going there");
        await(&w, has_result, G_USEC_PER_SEC);
    }
    g_assert_true(has_result(&w));
    g_assert_cmpstr(w.result, ==, first);
    g_assert_true(await(&w, is_level, PATIENCE_US));
    alarm = alarm_of(&w, "map-critical");
    g_assert_cmpint(alarm->state, ==, VICU__ALARM_STATE__ALARM_ACKNOWLEDGED);
    g_assert_cmpstr(alarm->acknowledged->reason, ==, "going there");

    w.map = 80;
    g_assert_true(await(&w, is_ended, PATIENCE_US));
    close_world(&w);
}

static void
a_dead_hub_is_told_within_ten_seconds_and_ended(void)
{
    World w;
    open_world(&w);
    end(&w.hub, SIGKILL);
    int64_t begin_us = vicu_clock_boot_us();
    g_assert_true(await(&w, is_hub_blind, 12 * G_USEC_PER_SEC));
    int64_t took_us = vicu_clock_boot_us() - begin_us;
    g_test_message("told after %.1f s", (double)took_us / 1e6);
    g_assert_cmpint(took_us, <=, 21 * G_USEC_PER_SEC / 2);
    w.hub = start(hub_program, &w);
    g_assert_true(await(&w, sees_hub, PATIENCE_US));
    w.map = 41;
    g_assert_true(await(&w, is_active, PATIENCE_US));
    close_world(&w);
}

/* --- an undisturbed ward beside one whose rules die --- */

typedef struct {
    World *worlds[2];
    int64_t began_us;
    bool calm;
} Twins;

/* The pressure falls for 2 to 4 s of each 7, at each bed at another time. */
static gboolean
on_twin_feed(gpointer user)
{
    Twins *twins = user;
    int64_t now_us = vicu_clock_utc_us(), at_ms = (now_us - twins->began_us) / 1000;
    double maps[BEDS];

    for (int i = 0; i < BEDS; i++)
        maps[i] = !twins->calm && (at_ms + 1300 * i) % 7000 < 2000 + 400 * i ? 41 : 80;
    send_pressures(twins->worlds, 2, now_us, maps, BEDS);
    return G_SOURCE_CONTINUE;
}

static bool
all_are_saved(World *w)
{
    g_autofree char *path = g_build_filename(w->dir, "rules", "engine", NULL);
    g_autoptr(GDir) folder = g_dir_open(path, 0, NULL);
    const char *name;
    int n = 0;
    while (folder && (name = g_dir_read_name(folder)))
        n += !g_str_has_suffix(name, ".new");
    return n >= BEDS;
}

static void
pass(int64_t us)
{
    int64_t until_us = vicu_clock_boot_us() + us;
    while (vicu_clock_boot_us() < until_us)
        g_main_context_iteration(NULL, TRUE);
}

static int
by_text(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static char *
log_of(const World *w)
{
    g_autoptr(GPtrArray) lines = g_ptr_array_new();
    GHashTableIter iter;
    gpointer line;

    g_hash_table_iter_init(&iter, w->log);
    while (g_hash_table_iter_next(&iter, NULL, &line))
        g_ptr_array_add(lines, line);
    g_ptr_array_sort(lines, by_text);
    g_ptr_array_add(lines, NULL);
    return g_strjoinv("\n", (char **)lines->pdata);
}

static bool
has_alarmed_everywhere(World *w)
{
    return g_hash_table_size(w->log) >= BEDS;
}

/* Two hubs and two rules hear the same; one of the rules is killed again and again. What has
 * alarmed, when, why and under which id is the same in both, to the letter. */
static void
kills_at_any_moment_leave_the_log_of_alarms_as_it_would_have_been(void)
{
    World undisturbed, killed;
    int kills = g_getenv("VICU_NIGHT") ? 20 : 3;

    open_world(&undisturbed);
    open_world(&killed);
    undisturbed.log = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    killed.log = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    g_source_remove(undisturbed.timer);
    g_source_remove(killed.timer);
    Twins twins = {
        .worlds = {&undisturbed, &killed}, .began_us = vicu_clock_utc_us(), .calm = true};
    guint timer = g_timeout_add(FEED_MS, on_twin_feed, &twins);
    undisturbed.timer = killed.timer = 0;
    g_assert_true(await(&killed, all_are_saved, PATIENCE_US));
    g_assert_true(await(&undisturbed, all_are_saved, PATIENCE_US)); /* hears as much */
    twins.calm = false;
    pass(g_test_rand_int_range(1000, 3000) * (int64_t)1000);
    for (int i = 0; i < kills; i++) {
        end(&killed.rules, SIGKILL);
        pass(g_test_rand_int_range(0, 300) * (int64_t)1000);
        killed.rules = start(rules_program, &killed);
        pass(g_test_rand_int_range(300, 4000) * (int64_t)1000);
    }
    g_assert_true(await(&undisturbed, has_alarmed_everywhere, PATIENCE_US)); /* however short */
    twins.calm = true;
    pass(5 * G_USEC_PER_SEC);
    g_assert_true(await(&killed, is_level, PATIENCE_US));
    pass(2 * G_USEC_PER_SEC);
    g_autofree char *wanted = log_of(&undisturbed), *found = log_of(&killed);
    g_test_message("figure: %d kills of the rules: %u alarms, the same as undisturbed", kills,
                   g_hash_table_size(undisturbed.log));
    g_assert_cmpuint(g_hash_table_size(undisturbed.log), >=, BEDS);
    if (strcmp(wanted, found) != 0)
        g_error("undisturbed:\n%s\nkilled:\n%s", wanted, found);
    g_source_remove(timer);
    close_world(&killed);
    close_world(&undisturbed);
}

/* --- another set of rules --- */

/* The pack of a ward with a slow rule, a third one that @third completes, and @critical as the
 * critical rule's version and limit. */
static void
write_pack(World *w, const char *critical, const char *third)
{
    g_autofree char *text = g_strdup_printf(
        "rules \"test\" version 1\n"
        "default unknown longer than 1 min -> keep\n"
        "include \"uses.vrules\"\n"
        "rule map-critical \"MAP critical\" %s for 1 s clear when MAP >= 55 mm[Hg] for 1 s }\n"
        "rule map-slow \"MAP slow\" version 1 { raise low \"t\" when MAP < 50 mm[Hg] for 5 s }\n"
        "rule third \"T\" %s }\n",
        critical, third);
    g_autofree char *path = g_build_filename(w->dir, "test.vrules", NULL);
    g_autofree char *uses = g_build_filename(w->dir, "uses.vrules", NULL);
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
    g_assert_true(
        g_file_set_contents(uses, "use MAP: mm[Hg] validity 30 s from ART_M\n", -1, NULL));
}

#define CRITICAL    "version 2 { raise high \"MAP {MAP}\" when MAP < 50 mm[Hg]"
#define CRITICAL_51 "version 2 { raise high \"MAP {MAP}\" when MAP < 51 mm[Hg]"
#define CRITICAL_3  "version 3 { raise high \"MAP {MAP}\" when MAP < 51 mm[Hg]"
#define THIRD(at)   "version " at " { raise low \"t\" when MAP > 20" at " mm[Hg]"

/* Asks until it is answered, under one key. */
static void
reload(World *w, const char *key)
{
    Vicu__Command command = VICU__COMMAND__INIT;
    Vicu__ReloadRules reload_rules = VICU__RELOAD_RULES__INIT;
    command.key = (char *)key;
    command.reason = (char *)"test";
    command.what_case = VICU__COMMAND__WHAT_RELOAD;
    command.reload = &reload_rules;
    for (int i = 0; i < 20 && (i == 0 || !has_result(w)); i++) {
        send_command(w, &command);
        await(w, has_result, G_USEC_PER_SEC);
    }
    g_assert_true(has_result(w));
    g_test_message("%s", w->result);
}

static bool
is_slow_active(World *w)
{
    const Vicu__Alarm *a = alarm_of(w, "map-slow");
    return a && a->state == VICU__ALARM_STATE__ALARM_ACTIVE;
}

static bool
is_refused(World *w)
{
    const Vicu__Alarm *a = alarm_of(w, "local:rules-not-loaded");
    return a && a->state == VICU__ALARM_STATE__ALARM_ACTIVE;
}

static bool
is_mended(World *w)
{
    const Vicu__Alarm *a = alarm_of(w, "local:rules-not-loaded");
    return a && a->state == VICU__ALARM_STATE__ALARM_ENDED;
}

static void
open_reloading(World *w)
{
    open_world(w);
    write_pack(w, CRITICAL, THIRD("1"));
    reload(w, "first");
    g_assert_true(w->result_ok);
    w->map = 41;
    g_assert_true(await(w, is_active, PATIENCE_US));
}

static void
restart_rules(World *w)
{
    end(&w->rules, SIGKILL);
    g_hash_table_remove_all(w->alarms);
    w->rules = start(rules_program, w);
    g_assert_true(await(w, is_active, PATIENCE_US));
}

static void
a_reload_keeps_alarms_and_delays_of_rules_that_mean_the_same(void)
{
    World w;
    open_reloading(&w);
    g_autofree char *id = g_strdup(alarm_of(&w, "map-critical")->id);
    int64_t t_condition_us = alarm_of(&w, "map-critical")->t_condition_us;
    write_pack(&w, CRITICAL, THIRD("2"));
    reload(&w, "second");
    g_assert_true(w.result_ok);
    /* By signal too, and once more with nothing changed. */
    write_pack(&w, CRITICAL, THIRD("3"));
    kill(w.rules, SIGHUP);
    g_assert_true(await(&w, is_slow_active, PATIENCE_US));
    const Vicu__Alarm *slow = alarm_of(&w, "map-slow");
    g_assert_cmpint(slow->t_condition_us, ==, t_condition_us);
    g_assert_cmpint(slow->t_raised_us - t_condition_us, ==, 5 * G_USEC_PER_SEC);
    g_assert_cmpstr(alarm_of(&w, "map-critical")->id, ==, id);
    g_assert_true(is_active(&w));
    reload(&w, "again");
    g_assert_true(w.result_ok);
    g_assert_nonnull(strstr(w.result, "Nothing changed"));
    close_world(&w);
}

static void
a_set_that_is_not_sound_is_refused_and_the_old_one_runs_on(void)
{
    World w;
    open_reloading(&w);
    g_autofree char *id = g_strdup(alarm_of(&w, "map-critical")->id);
    write_pack(&w, CRITICAL, "version 2 { raise low \"t\" when MAP > 200");
    reload(&w, "broken");
    g_assert_false(w.result_ok);
    g_assert_true(await(&w, is_refused, PATIENCE_US));
    g_assert_nonnull(strstr(alarm_of(&w, "local:rules-not-loaded")->text, "test.vrules:6:"));
    g_assert_cmpstr(alarm_of(&w, "map-critical")->id, ==, id);

    /* What was in force runs on over kill -9, though its file is broken, and so does the alarm. */
    restart_rules(&w);
    g_assert_cmpstr(alarm_of(&w, "map-critical")->id, ==, id);
    g_assert_true(await(&w, is_refused, PATIENCE_US));

    write_pack(&w, CRITICAL_51, THIRD("1"));
    reload(&w, "same-version");
    g_assert_false(w.result_ok);
    g_assert_nonnull(strstr(w.result, "E420"));

    g_autofree char *tests = g_build_filename(w.dir, "test.vtests", NULL);
    write_pack(&w, CRITICAL_3, THIRD("1"));
    g_assert_true(g_file_set_contents(
        tests, "test \"t\"\n  ART_M every 1 s: 80x5\n  expect third raise at 3 s\n", -1, NULL));
    reload(&w, "failing-test");
    g_assert_false(w.result_ok);
    g_assert_nonnull(strstr(w.result, "test.vtests:3: test \"t\""));
    g_assert_cmpstr(alarm_of(&w, "map-critical")->id, ==, id);

    g_assert_cmpint(unlink(tests), ==, 0);
    reload(&w, "mended");
    g_assert_true(w.result_ok);
    g_assert_true(await(&w, is_mended, PATIENCE_US));
    g_assert_true(await(&w, is_active, PATIENCE_US));
    close_world(&w);
}

/* Whenever it is killed, it is of one set or the other, and nothing that stood is lost. */
static void
a_reload_outlives_kill_9_at_any_moment(void)
{
    static const char *const thirds[] = {THIRD("2"), THIRD("3"), THIRD("4"), THIRD("5"),
                                         THIRD("6"), THIRD("7"), THIRD("8"), THIRD("9")};
    World w;
    open_reloading(&w);
    g_autofree char *id = g_strdup(alarm_of(&w, "map-critical")->id);
    for (guint i = 0; i < G_N_ELEMENTS(thirds); i++) {
        write_pack(&w, CRITICAL, thirds[i]);
        kill(w.rules, SIGHUP);
        g_usleep(i * 7 * 1000);
        restart_rules(&w);
        g_assert_cmpstr(alarm_of(&w, "map-critical")->id, ==, id);
        g_assert_false(is_refused(&w));
    }
    reload(&w, "last");
    g_assert_true(w.result_ok);
    g_assert_cmpstr(alarm_of(&w, "map-critical")->id, ==, id);
    w.map = 80;
    g_assert_true(await(&w, is_ended, PATIENCE_US));
    g_assert_cmpstr(alarm_of(&w, "map-critical")->why, ==, "cleared");
    close_world(&w);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_assert_cmpint(argc, ==, 3);
    hub_program = argv[1];
    rules_program = argv[2];
    g_test_add_func("/process/rules/alarms_and_answers_outlive_kill_9",
                    alarms_and_answers_outlive_kill_9);
    g_test_add_func("/process/rules/a_dead_hub_is_told_within_ten_seconds_and_ended",
                    a_dead_hub_is_told_within_ten_seconds_and_ended);
    g_test_add_func(
        "/process/rules/kills_at_any_moment_leave_the_log_of_alarms_as_it_would_have_been",
        kills_at_any_moment_leave_the_log_of_alarms_as_it_would_have_been);
    g_test_add_func("/process/rules/a_reload_keeps_alarms_and_delays_of_rules_that_mean_the_same",
                    a_reload_keeps_alarms_and_delays_of_rules_that_mean_the_same);
    g_test_add_func("/process/rules/a_set_that_is_not_sound_is_refused_and_the_old_one_runs_on",
                    a_set_that_is_not_sound_is_refused_and_the_old_one_runs_on);
    g_test_add_func("/process/rules/a_reload_outlives_kill_9_at_any_moment",
                    a_reload_outlives_kill_9_at_any_moment);
    return g_test_run();
}
