/* Plays the hub for a real vicu-store: feeds it from a real spool through the real
 * link, disturbs it, and holds it to account for all that it acknowledged.
 *
 * usage: store-driver STORE-PROGRAM MODE [OPTION=VALUE ...]
 *   MODE kill   SIGKILL at random moments under load
 *        power  power cuts: DIR/store is a mounted ext4, `remount` mounts it again
 *        full   DIR/store is a small tmpfs: fill it, give the space back
 *   OPTION dir=DIR cycles=N cut=COMMAND remount=COMMAND conf=TEXT
 *
 * The oracle lives here: what was sent, and what was acknowledged. At the end
 * (power: after each cut) every acknowledged batch is read back and compared.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "common/clock.h"
#include "common/folder.h"
#include "common/link-wire.h"
#include "common/link.h"
#include "common/query.h"
#include "common/root.h"
#include "common/socket.h"

#define TICK_MS     4  /* ten times the rate of a real collector */
#define WAVES       40 /* per batch */
#define SAMPLES     10
#define PATIENCE_US (20 * G_USEC_PER_SEC)

/* Of one (epoch, sequence). */
typedef struct {
    uint64_t epoch;
    uint64_t sequence;
    uint32_t checksum;
    bool acked;
    bool judged; /* was acknowledged when reading back began */
    bool found;
} Sent;

typedef struct {
    const char *program;
    const char *cut;
    const char *remount;
    const char *conf;
    char *dir;
    bool own_dir;
    guint load;
    unsigned cycles;
    VicuRoot *root;
    pid_t store;
    VicuKeys *hub_keys, *operator_keys;
    VicuContext *hub_context, *operator_context;
    VicuSocket *hub;
    VicuRoute route;
    VicuQueryClient *query;
    VicuSpool *spool;
    VicuLinkSender *sender;
    VicuSenderId id;
    GHashTable *sent; /* Sent by epoch and sequence */
    uint64_t appended;
    uint64_t acked;
    uint64_t tick;
    uint64_t damaged, twice;
    bool paused;
    bool open; /* the store has been asked which epochs are taken: numbers do not change any more */
    gboolean answered; /* WELCOME or ACK since this was cleared */
    uint32_t credit;   /* of the last ACK */
    int64_t spawned_us;
    int64_t slowest_us;
} Driver;

static void
die(const char *text)
{
    printf("Bail out! %s\n", text);
    exit(1);
}

static uint32_t
checksum(const void *data, size_t size)
{
    const uint8_t *at = data;
    uint32_t sum = 2166136261u; /* FNV-1a */

    for (size_t i = 0; i < size; i++)
        sum = (sum ^ at[i]) * 16777619u;
    return sum;
}

static guint
sent_hash(gconstpointer p)
{
    const Sent *sent = p;
    return (guint)(sent->epoch * 2654435761u + sent->sequence);
}

static gboolean
sent_equal(gconstpointer pa, gconstpointer pb)
{
    const Sent *a = pa, *b = pb;
    return a->epoch == b->epoch && a->sequence == b->sequence;
}

static Sent *
find_sent(Driver *self, uint64_t epoch, uint64_t sequence)
{
    Sent probe = {.epoch = epoch, .sequence = sequence};
    return g_hash_table_lookup(self->sent, &probe);
}

/* ---- load ---- */

static GBytes *
make_batch(uint64_t tick)
{
    Vicu__Batch batch = VICU__BATCH__INIT;
    Vicu__Segment segments[WAVES], *segment_list[WAVES];
    Vicu__Wave waves[WAVES], *wave_list[WAVES];
    Vicu__AuditRecord record = VICU__AUDIT_RECORD__INIT, *records[] = {&record};
    int16_t samples[WAVES][SAMPLES];
    char beds[WAVES][16];
    uint64_t id[2] = {tick, 77};

    batch.t_us = vicu_clock_utc_us();
    for (unsigned w = 0; w < WAVES; w++) {
        vicu__segment__init(&segments[w]);
        g_snprintf(beds[w], sizeof beds[w], "t/icu/%u", w);
        segments[w].id = w;
        segments[w].bed = beds[w];
        segments[w].code = 131330;
        segments[w].t0_us = INT64_C(1790000000000000);
        segments[w].period_num = 1;
        segments[w].period_den = 2500;
        segments[w].gain = 200;
        vicu__wave__init(&waves[w]);
        waves[w].segment = w;
        waves[w].first = tick * SAMPLES;
        for (unsigned i = 0; i < SAMPLES; i++)
            samples[w][i] = (int16_t)(tick * 31 + w * 7 + i);
        waves[w].samples.data = (uint8_t *)samples[w];
        waves[w].samples.len = sizeof samples[w];
        segment_list[w] = &segments[w];
        wave_list[w] = &waves[w];
    }
    batch.segment = segment_list;
    batch.n_segment = WAVES;
    batch.wave = wave_list;
    batch.n_wave = WAVES;
    record.what = (char *)"drive";
    record.id.data = (uint8_t *)id;
    record.id.len = sizeof id;
    batch.audit = records;
    batch.n_audit = tick % 10 == 0;
    return vicu_wire_pack(&batch.base);
}

static void
append(Driver *self)
{
    g_autoptr(GBytes) body = make_batch(self->tick++);
    g_autoptr(GError) error = NULL;
    size_t size = 0;
    const void *data = g_bytes_get_data(body, &size);
    VicuSpoolFigures figures;

    /* The sender may begin a new epoch between two appends, never within one. */
    if (!vicu_link_sender_append(self->sender, body, 1, vicu_clock_boot_us(), &error))
        die(error->message);
    Sent *sent = g_new0(Sent, 1);
    size_t n = 0;
    const VicuSpoolEpoch *epochs = vicu_spool_epochs(self->spool, &n);
    for (size_t i = 0; i < n; i++)
        if (epochs[i].epoch == vicu_spool_live(self->spool))
            *sent =
                (Sent){epochs[i].epoch, epochs[i].last, checksum(data, size), false, false, false};
    g_hash_table_add(self->sent, sent);
    self->appended++;
    if (!vicu_spool_sync(self->spool, &error))
        die(error->message);
    vicu_link_sender_synced(self->sender, vicu_clock_boot_us());
    vicu_spool_figures(self->spool, &figures);
    if (figures.dropped_batches > 0)
        die("the spool dropped batches: the test's bounds are wrong");
}

static gboolean
on_load(gpointer user)
{
    Driver *self = user;

    if (self->open && !self->paused)
        append(self);
    vicu_link_sender_tick(self->sender, vicu_clock_boot_us());
    return G_SOURCE_CONTINUE;
}

/* ---- the hub's place ---- */

static bool
to_store(const VicuLinkMessage *message, gpointer user)
{
    Driver *self = user;
    VicuEnvelope envelope;
    g_autoptr(GBytes) packed = NULL;

    if (message->kind == VICU__KIND__KIND_BATCH_FEED)
        return true;
    VicuPart body = vicu_link_wire_pack(message, &envelope, &packed);
    envelope.t_us = vicu_clock_utc_us();
    return self->route.size != 0
           && vicu_socket_send(self->hub, &self->route, &envelope, body.data, body.size)
                  == VICU_SEND_OK;
}

static void
on_epoch(uint64_t epoch, gpointer user)
{
    (void)epoch;
    (void)user;
}

static void
on_state(VicuLinkState state, const char *text, gpointer user)
{
    Driver *self = user;

    self->open = self->open || state == VICU_LINK_OPEN;
    if (state == VICU_LINK_REFUSED || state == VICU_LINK_BROKEN)
        die(text);
}

static void
note_acked(Driver *self, const VicuWatermark *mark)
{
    /* An ended epoch is acknowledged to its end. */
    for (uint64_t n = 1;; n++) {
        Sent *sent = find_sent(self, mark->epoch, n);
        if (sent == NULL || (!mark->ended && n > mark->sequence))
            return;
        self->acked += !sent->acked;
        sent->acked = true;
    }
}

static void
from_store(VicuSocket *socket, const VicuMessage *message, gpointer user)
{
    Driver *self = user;
    VicuLinkWire wire;

    (void)socket;
    self->route = message->route;
    if (message->envelope.kind == VICU__KIND__KIND_HEARTBEAT
        || !vicu_link_wire_unpack(&wire, &message->envelope, message->body.data,
                                  message->body.size))
        return;
    if (wire.message.kind == VICU__KIND__KIND_ACK
        || wire.message.kind == VICU__KIND__KIND_WELCOME) {
        self->answered = TRUE;
        self->credit = wire.message.credit_bytes;
        for (size_t i = 0; i < wire.message.n_watermark; i++)
            note_acked(self, &wire.message.watermark[i]);
    }
    vicu_link_sender_receive(self->sender, &wire.message, vicu_clock_boot_us());
    vicu_link_wire_clear(&wire);
}

/* ---- processes ---- */

static void
start_store(Driver *self)
{
    char *argv[] = {(char *)self->program, (char *)"--root", self->dir, NULL};

    self->route.size = 0;
    self->answered = FALSE;
    self->spawned_us = vicu_clock_boot_us();
    self->store = fork();
    if (self->store == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL); /* it does not outlive a failed test */
        execv(self->program, argv);
        _exit(127);
    }
}

static void
kill_store(Driver *self)
{
    int status = 0;

    kill(self->store, SIGKILL);
    if (waitpid(self->store, &status, 0) != self->store || !WIFSIGNALED(status))
        die("the store ended by itself before it was killed");
}

static void
run_for(Driver *self, int64_t us)
{
    gboolean never = FALSE;
    vicu_context_run_until(self->hub_context, &never, us);
}

static void
wait_answered(Driver *self)
{
    if (!vicu_context_run_until(self->hub_context, &self->answered, PATIENCE_US))
        die("the store gave no sign for 20 s");
    self->slowest_us = MAX(self->slowest_us, vicu_clock_boot_us() - self->spawned_us);
}

static void
wait_all_acked(Driver *self)
{
    int64_t until_us = vicu_clock_boot_us() + PATIENCE_US;

    self->paused = true;
    while (self->acked < self->appended && vicu_clock_boot_us() < until_us)
        run_for(self, 20000);
    self->paused = false;
}

/* ---- reading back ---- */

static void
on_batches(const Vicu__QueryRows *rows, const GError *error, gpointer user)
{
    Driver *self = user;

    (void)error;
    for (size_t i = 0; i < rows->n_batch; i++) {
        const Vicu__StoredBatch *batch = rows->batch[i];
        Sent *sent = find_sent(self, batch->epoch, batch->sequence);
        if (sent == NULL || checksum(batch->body.data, batch->body.len) != sent->checksum) {
            self->damaged++;
            continue;
        }
        self->twice += sent->found;
        sent->found = true;
    }
}

static void
read_epoch(Driver *self, uint64_t epoch)
{
    Vicu__Query ask = VICU__QUERY__INIT;
    Vicu__QueryBatches what = VICU__QUERY_BATCHES__INIT;
    g_autoptr(GError) error = NULL;

    what.sender.data = self->id.bytes;
    what.sender.len = sizeof self->id.bytes;
    what.epoch = epoch;
    what.first = 1;
    what.last = G_MAXUINT64;
    ask.what_case = VICU__QUERY__WHAT_BATCHES;
    ask.batches = &what;
    if (!vicu_query_wait(self->query, &ask, "test", PATIENCE_US, on_batches, self, &error))
        die(error->message);
}

/* Acknowledged, and not there any more. */
static uint64_t
count_lost(Driver *self)
{
    g_autoptr(GHashTable) epochs = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    GHashTableIter iter;
    gpointer p;
    uint64_t lost = 0;

    g_hash_table_iter_init(&iter, self->sent);
    while (g_hash_table_iter_next(&iter, &p, NULL)) {
        Sent *sent = p;
        sent->found = false;
        sent->judged = sent->acked;
        g_hash_table_add(epochs, g_memdup2(&sent->epoch, sizeof sent->epoch));
    }
    g_hash_table_iter_init(&iter, epochs);
    self->paused = true; /* what is acknowledged now was there before the questions */
    while (g_hash_table_iter_next(&iter, &p, NULL))
        read_epoch(self, *(uint64_t *)p);
    self->paused = false;
    g_hash_table_iter_init(&iter, self->sent);
    while (g_hash_table_iter_next(&iter, &p, NULL)) {
        const Sent *sent = p;
        if (!sent->judged || sent->found)
            continue;
        if (++lost <= 3)
            printf("# lost: epoch %" G_GUINT64_FORMAT " sequence %" G_GUINT64_FORMAT "\n",
                   sent->epoch, sent->sequence);
    }
    return lost;
}

/* ---- life ---- */

static void
open_keys(Driver *self)
{
    static const char *const names[][2] = {
        {"hub", "hub"}, {"store", "store"}, {"collector", "collector"}, {"operator", "operator"}};
    GError *error = NULL;

    for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
        if (!vicu_keys_make(self->root->keys, names[i][0], names[i][1], &error))
            die(error->message);
    self->hub_keys = vicu_keys_open(self->root->keys, "hub", &error);
    self->operator_keys = vicu_keys_open(self->root->keys, "operator", &error);
    g_autoptr(VicuKeys) collector = vicu_keys_open(self->root->keys, "collector", &error);
    if (error != NULL)
        die(error->message);
    memcpy(self->id.bytes, vicu_keys_fingerprint(collector)->bytes, sizeof self->id.bytes);
    self->hub_context = vicu_context_new(self->hub_keys, NULL, &error);
    self->operator_context = vicu_context_new(self->operator_keys, NULL, &error);
    if (error != NULL)
        die(error->message);
}

static void
open_sockets(Driver *self)
{
    VicuSocketOptions options = {VICU_SOCKET_ROUTER, "store", 4096, 4096};
    g_autofree char *hub = vicu_root_endpoint(self->root, "hub-store");
    g_autofree char *query = vicu_root_endpoint(self->root, "store-query");
    GError *error = NULL;

    self->hub = vicu_socket_new(self->hub_context, &options, &error);
    if (self->hub == NULL || !vicu_socket_bind(self->hub, hub, &error))
        die(error->message);
    vicu_socket_listen(self->hub, from_store, NULL, self);
    self->query = vicu_query_client_new(self->operator_context, query, "store", "test", &error);
    if (self->query == NULL)
        die(error->message);
}

static void
open_sender(Driver *self)
{
    static const VicuLinkSenderOps ops = {.send = to_store, .epoch = on_epoch, .state = on_state};
    VicuSpoolSettings settings = {.max_bytes = UINT64_C(4) << 30, .first_id = 99};
    g_autofree char *path = g_build_filename(self->dir, "collector", NULL);
    GError *error = NULL;

    self->spool = vicu_spool_open(path, &settings, &error);
    if (self->spool == NULL)
        die(error->message);
    self->sender = vicu_link_sender_new(self->spool, &self->id, "collector", 4711, &ops, self,
                                        vicu_clock_boot_us(), &error);
    if (self->sender == NULL)
        die(error->message);
}

static void
write_conf(Driver *self)
{
    g_autofree char *path = g_build_filename(self->root->etc, "store.conf", NULL);
    g_auto(GStrv) lines = g_strsplit(self->conf, ";", -1);
    g_autofree char *text = g_strjoinv("\n", lines);

    if (!g_file_set_contents(path, text, -1, NULL))
        die("the settings cannot be written");
}

static void
driver_open(Driver *self)
{
    GError *error = NULL;

    self->root = vicu_root_new(self->dir, &error);
    if (self->root == NULL || !vicu_root_make(self->root, &error))
        die(error->message);
    self->sent = g_hash_table_new_full(sent_hash, sent_equal, g_free, NULL);
    write_conf(self);
    open_keys(self);
    open_sockets(self);
    open_sender(self);
    self->load = g_timeout_add(TICK_MS, on_load, self);
}

static void
driver_close(Driver *self)
{
    g_source_remove(self->load);
    vicu_link_sender_free(self->sender);
    vicu_spool_free(self->spool);
    vicu_query_client_free(self->query);
    vicu_socket_free(self->hub);
    vicu_context_free(self->operator_context);
    vicu_context_free(self->hub_context);
    vicu_keys_free(self->operator_keys);
    vicu_keys_free(self->hub_keys);
    vicu_root_free(self->root);
    g_hash_table_unref(self->sent);
    if (self->own_dir)
        vicu_folder_remove(self->dir);
    g_free(self->dir);
}

/* ---- modes ---- */

static void
drive_kill(Driver *self)
{
    for (unsigned i = 0; i < self->cycles; i++) {
        start_store(self);
        wait_answered(self);
        run_for(self, 100000 + g_random_int_range(0, 600000));
        kill_store(self);
        run_for(self, g_random_int_range(0, 100000));
    }
    start_store(self);
    wait_answered(self);
    wait_all_acked(self);
}

static void
stop_and_wait(pid_t pid)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/task", (int)pid);

    kill(pid, SIGSTOP);
    for (bool running = true; running; g_usleep(1000)) {
        GDir *tasks = g_dir_open(path, 0, NULL);
        const char *task;
        running = tasks == NULL;
        while (tasks != NULL && (task = g_dir_read_name(tasks)) != NULL) {
            g_autofree char *status = g_build_filename(path, task, "status", NULL);
            g_autofree char *text = NULL;
            g_file_get_contents(status, &text, NULL, NULL);
            running = running || text == NULL || strstr(text, "State:\tT") == NULL;
        }
        if (tasks != NULL)
            g_dir_close(tasks);
    }
}

/* The power goes: what the disk does not have yet is gone. Every thread of the
 * writer stands still first, because the call races with a sync under way, which
 * then says that all is well. */
static void
cut_power(Driver *self)
{
    stop_and_wait(self->store);
    if (system(self->cut) != 0)
        die("the power cannot be cut");
    kill_store(self);
    if (system(self->remount) != 0)
        die("the file system cannot be mounted again");
}

static void
drive_power(Driver *self)
{
    for (unsigned i = 0; i < self->cycles; i++) {
        start_store(self);
        wait_answered(self);
        run_for(self, 300000 + g_random_int_range(0, 700000));
        cut_power(self);
        start_store(self);
        wait_answered(self);
        uint64_t lost = count_lost(self);
        printf("# cut %u: acknowledged %" G_GUINT64_FORMAT ", lost %" G_GUINT64_FORMAT "\n", i + 1,
               self->acked, lost);
        if (lost > 0)
            return; /* the oracle has spoken */
        kill_store(self);
    }
    start_store(self);
    wait_answered(self);
    wait_all_acked(self);
}

static void
drive_full(Driver *self)
{
    g_autofree char *path = g_build_filename(self->dir, "store", "ballast", NULL);
    static char block[1 << 20];

    start_store(self);
    wait_answered(self);
    run_for(self, 1000000);
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    while (fd >= 0 && write(fd, block, sizeof block) > 0)
        ;
    close(fd);
    printf("# the disk is full\n");
    for (int i = 0; i < 100 && (self->credit != 0 || !self->answered); i++) {
        int status = 0;
        run_for(self, 100000);
        if (waitpid(self->store, &status, WNOHANG) == self->store) {
            printf("# the store ended (status %d) and is started again, as the supervisor does\n",
                   status);
            start_store(self);
        }
    }
    uint64_t before = self->acked;
    run_for(self, 2000000);
    printf("# credit %u; acknowledged while full: %" G_GUINT64_FORMAT "\n", self->credit,
           self->acked - before);
    printf("%s 1 - nothing is acknowledged while the disk is full\n",
           self->acked == before && self->appended > self->acked ? "ok" : "not ok");
    kill_store(self);
    start_store(self);
    run_for(self, 1500000);
    if (waitpid(self->store, NULL, WNOHANG) != 0)
        die("the store does not stay up on a full disk");
    printf("%s 2 - it starts on a full disk, and still acknowledges nothing\n",
           self->acked == before ? "ok" : "not ok");
    if (g_unlink(path) != 0)
        die("the ballast cannot be removed");
    int64_t freed_us = vicu_clock_boot_us();
    wait_all_acked(self);
    double took_s = (double)(vicu_clock_boot_us() - freed_us) / 1e6;
    printf("# all acknowledged %.1f s after space came back\n", took_s);
    printf("%s 3 - within 30 s of space all is stored\n",
           self->acked == self->appended && took_s < 30 ? "ok" : "not ok");
}

static void
parse(Driver *self, int argc, char **argv)
{
    self->conf = "";
    self->cycles = 5;
    for (int i = 3; i < argc; i++) {
        if (g_str_has_prefix(argv[i], "dir="))
            self->dir = g_strdup(argv[i] + 4);
        else if (g_str_has_prefix(argv[i], "cycles="))
            self->cycles = (unsigned)atoi(argv[i] + 7);
        else if (g_str_has_prefix(argv[i], "cut="))
            self->cut = argv[i] + 4;
        else if (g_str_has_prefix(argv[i], "remount="))
            self->remount = argv[i] + 8;
        else if (g_str_has_prefix(argv[i], "conf="))
            self->conf = argv[i] + 5;
        else
            die(argv[i]);
    }
    self->program = argv[1];
    if (self->dir == NULL) {
        self->dir = g_dir_make_tmp("vicu-drive-XXXXXX", NULL);
        self->own_dir = true;
    }
}

int
main(int argc, char **argv)
{
    Driver driver = {0};
    int first = 1;

    setvbuf(stdout, NULL, _IOLBF, 0);
    if (argc < 3)
        return 2;
    parse(&driver, argc, argv);
    driver_open(&driver);
    if (strcmp(argv[2], "kill") == 0) {
        drive_kill(&driver);
    } else if (strcmp(argv[2], "power") == 0) {
        drive_power(&driver);
    } else if (strcmp(argv[2], "full") == 0) {
        drive_full(&driver);
        first = 4;
    } else {
        die(argv[2]);
    }
    uint64_t lost = count_lost(&driver);
    printf("# appended %" G_GUINT64_FORMAT ", acknowledged %" G_GUINT64_FORMAT
           ", lost %" G_GUINT64_FORMAT ", damaged %" G_GUINT64_FORMAT ", twice %" G_GUINT64_FORMAT
           "; slowest start %.0f ms\n",
           driver.appended, driver.acked, lost, driver.damaged, driver.twice,
           (double)driver.slowest_us / 1000);
    printf("%s %d - every acknowledged batch is there\n", lost == 0 ? "ok" : "not ok", first);
    printf("%s %d - none is altered or kept twice\n",
           driver.damaged == 0 && driver.twice == 0 ? "ok" : "not ok", first + 1);
    printf("%s %d - in the end everything was acknowledged\n",
           driver.acked > 100 && driver.acked == driver.appended ? "ok" : "not ok", first + 2);
    printf("1..%d\n", first + 2);
    kill_store(&driver);
    driver_close(&driver);
    return 0;
}
