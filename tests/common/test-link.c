/* link, one promise at a time: what the simulator shows at large.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/crc32c.h"
#include "common/link.h"
#include "common/relay.h"
#include "tests/common/sim-disk.h"

#define MS 1000

static const VicuSenderId sender_id = {{'s'}};

/* ---- sender ---- */

typedef struct {
    SimRandom random;
    SimDisk *disk;
    VicuSpool *spool;
    VicuLinkSender *sender;
    GArray *sent; /* VicuLinkMessage: numbers only, what it points to is gone */
    uint64_t hello_open;
    int64_t now;
    unsigned epochs;
    bool by_reference; /* says the hub that passes the store's words on */
    bool full;
    char *said;
} Bench;

static bool
on_send(const VicuLinkMessage *message, gpointer data)
{
    Bench *bench = data;
    if (bench->full)
        return false;
    g_array_append_vals(bench->sent, message, 1);
    if (message->kind == VICU__KIND__KIND_HELLO)
        bench->hello_open = message->n_open;
    return true;
}

static void
on_epoch(uint64_t epoch, gpointer data)
{
    (void)epoch;
    ((Bench *)data)->epochs++;
}

static void
on_state(VicuLinkState state, const char *text, gpointer data)
{
    Bench *bench = data;
    (void)state;
    g_free(bench->said);
    bench->said = g_strdup(text);
}

static void
start_sender(Bench *bench, uint64_t instance)
{
    static const VicuLinkSenderOps ops = {on_send, on_epoch, on_state};
    VicuSpoolSettings settings = {.max_bytes = 1u << 24, .segment_bytes = 4096, .first_id = 1};
    bench->spool = vicu_spool_open_on(sim_disk_files(), bench->disk, "link", &settings, NULL);
    bench->sender = vicu_link_sender_new(bench->spool, &sender_id, "s", instance, &ops, bench,
                                         bench->now, NULL);
}

static void
stop_sender(Bench *bench)
{
    g_clear_pointer(&bench->sender, vicu_link_sender_free);
    g_clear_pointer(&bench->spool, vicu_spool_free);
}

static Bench *
bench_new(void)
{
    Bench *bench = g_new0(Bench, 1);
    bench->random.state = 3;
    bench->disk = sim_disk_new(&bench->random);
    bench->sent = g_array_new(FALSE, FALSE, sizeof(VicuLinkMessage));
    bench->now = 1000 * G_USEC_PER_SEC;
    start_sender(bench, 7);
    return bench;
}

static void
bench_free(Bench *bench)
{
    stop_sender(bench);
    sim_disk_free(bench->disk);
    g_array_unref(bench->sent);
    g_free(bench->said);
    g_free(bench);
}

static unsigned
count(const Bench *bench, Vicu__Kind kind)
{
    unsigned n = 0;
    for (guint i = 0; i < bench->sent->len; i++)
        n += g_array_index(bench->sent, VicuLinkMessage, i).kind == kind;
    return n;
}

static const VicuLinkMessage *
newest(const Bench *bench, Vicu__Kind kind)
{
    for (guint i = bench->sent->len; i > 0; i--) {
        const VicuLinkMessage *message = &g_array_index(bench->sent, VicuLinkMessage, i - 1);
        if (message->kind == kind)
            return message;
    }
    return NULL;
}

static uint64_t
epoch_of(const Bench *bench)
{
    VicuLinkFigures figures;
    vicu_link_sender_figures(bench->sender, &figures);
    return figures.epoch;
}

static VicuLinkState
state_of(const Bench *bench)
{
    VicuLinkFigures figures;
    vicu_link_sender_figures(bench->sender, &figures);
    return figures.state;
}

static void
give(Bench *bench, Vicu__Kind kind, uint64_t epoch, const VicuWatermark *marks, size_t n)
{
    VicuLinkMessage message = {
        .kind = kind,
        .sender = sender_id,
        .epoch = epoch,
        .fence = epoch_of(bench),
        .instance = 7,
        .credit_bytes = 1u << 20,
        .by_reference = bench->by_reference,
        .watermark = marks,
        .n_watermark = n,
    };
    vicu_link_sender_receive(bench->sender, &message, bench->now);
}

static void
welcome(Bench *bench, uint64_t watermark)
{
    VicuWatermark mark = {epoch_of(bench), watermark, false, false};
    give(bench, VICU__KIND__KIND_WELCOME, mark.epoch, &mark, 1);
}

/* The same from a hub that takes references. */
static void
welcome_by_reference(Bench *bench)
{
    bench->by_reference = true;
    welcome(bench, 0);
}

static void
acknowledge(Bench *bench, uint64_t epoch, uint64_t sequence)
{
    VicuWatermark mark = {epoch, sequence, false, false};
    give(bench, VICU__KIND__KIND_ACK, 0, &mark, 1);
}

static void
append(Bench *bench)
{
    g_autoptr(GBytes) batch = g_bytes_new_static("batch", 5);
    g_assert_true(vicu_link_sender_append(bench->sender, batch, bench->now, bench->now, NULL));
}

static void
sync_spool(Bench *bench)
{
    g_assert_true(vicu_spool_sync(bench->spool, NULL));
    vicu_link_sender_synced(bench->sender, bench->now);
}

static void
run_for(Bench *bench, int64_t us)
{
    for (int64_t end = bench->now + us; bench->now < end;) {
        bench->now += 100 * MS;
        vicu_link_sender_tick(bench->sender, bench->now);
    }
}

/* A sender that the store knows, in OPEN. */
static void
open_link(Bench *bench)
{
    give(bench, VICU__KIND__KIND_WELCOME, 0, NULL, 0);
    welcome(bench, 0);
    g_assert_cmpint(state_of(bench), ==, VICU_LINK_OPEN);
}

static void
test_feeds_at_once_and_stores_after_the_sync(void)
{
    Bench *bench = bench_new();
    open_link(bench);
    append(bench);
    g_assert_cmpuint(count(bench, VICU__KIND__KIND_BATCH_FEED), ==, 1);
    run_for(bench, G_USEC_PER_SEC);
    g_assert_cmpuint(count(bench, VICU__KIND__KIND_BATCH_STORE), ==, 0);
    sync_spool(bench);
    g_assert_cmpuint(count(bench, VICU__KIND__KIND_BATCH_STORE), ==, 1);
    bench_free(bench);
}

static void
test_a_fresh_spool_asks_before_it_stores(void)
{
    Bench *bench = bench_new();
    append(bench);
    sync_spool(bench);
    run_for(bench, 3 * G_USEC_PER_SEC);
    g_assert_cmpint(state_of(bench), ==, VICU_LINK_FRESH);
    g_assert_cmpuint(newest(bench, VICU__KIND__KIND_HELLO)->epoch, ==, 0);
    g_assert_cmpuint(newest(bench, VICU__KIND__KIND_BATCH_FEED)->epoch, ==, 0);
    g_assert_cmpuint(count(bench, VICU__KIND__KIND_HELLO), >=, 6);
    VicuLinkMessage answer = {.kind = VICU__KIND__KIND_WELCOME,
                              .instance = 7,
                              .highest_epoch = 40,
                              .highest_instance = 3};
    vicu_link_sender_receive(bench->sender, &answer, bench->now);
    g_assert_cmpint(state_of(bench), ==, VICU_LINK_GREETING);
    g_assert_cmpuint(newest(bench, VICU__KIND__KIND_HELLO)->epoch, ==, 42);
    g_assert_cmpuint(bench->hello_open, ==, 1); /* what it wrote meanwhile, now epoch 41 */
    g_assert_cmpuint(count(bench, VICU__KIND__KIND_BATCH_STORE), ==, 0);
    bench_free(bench);
}

static void
test_two_seconds_without_an_ack_begin_an_epoch(void)
{
    Bench *bench = bench_new();
    open_link(bench);
    uint64_t before = epoch_of(bench);
    run_for(bench, 5 * G_USEC_PER_SEC);
    g_assert_cmpuint(epoch_of(bench), ==, before); /* nothing outstanding */
    append(bench);
    sync_spool(bench);
    run_for(bench, 1900 * MS);
    g_assert_cmpuint(epoch_of(bench), ==, before);
    run_for(bench, 200 * MS);
    g_assert_cmpuint(epoch_of(bench), ==, before + 1);
    /* And no more of them while the store is away. */
    run_for(bench, 60 * G_USEC_PER_SEC);
    g_assert_cmpuint(epoch_of(bench), ==, before + 1);
    /* What was under way goes again under its first number. */
    VicuWatermark marks[] = {{before, 0, false, false}, {before + 1, 0, false, false}};
    g_array_set_size(bench->sent, 0);
    give(bench, VICU__KIND__KIND_WELCOME, before + 1, marks, 2);
    g_assert_cmpuint(count(bench, VICU__KIND__KIND_BATCH_STORE), ==, 1);
    g_assert_cmpuint(newest(bench, VICU__KIND__KIND_BATCH_STORE)->epoch, ==, before);
    g_assert_cmpuint(newest(bench, VICU__KIND__KIND_BATCH_STORE)->fence, ==, before + 1);
    g_assert_cmpuint(newest(bench, VICU__KIND__KIND_END)->sequence, ==, 1);
    bench_free(bench);
}

static void
test_an_ack_lets_the_spool_go_and_no_further_than_was_sent(void)
{
    Bench *bench = bench_new();
    VicuSpoolFigures figures;
    VicuLinkFigures link;
    open_link(bench);
    for (int i = 0; i < 5; i++)
        append(bench);
    sync_spool(bench);
    append(bench); /* not synced */
    acknowledge(bench, epoch_of(bench), 3);
    vicu_spool_figures(bench->spool, &figures);
    g_assert_cmpuint(figures.batches, ==, 3);
    acknowledge(bench, epoch_of(bench), 2);
    acknowledge(bench, epoch_of(bench), 99);
    vicu_spool_figures(bench->spool, &figures);
    vicu_link_sender_figures(bench->sender, &link);
    g_assert_cmpuint(figures.batches, ==, 1);
    g_assert_cmpuint(link.strange, ==, 1);
    g_assert_cmpuint(link.acked, ==, 5);
    g_assert_cmpuint(link.outstanding_bytes, ==, 0);
    bench_free(bench);
}

static void
test_a_gap_and_a_standstill_are_sent_again(void)
{
    Bench *bench = bench_new();
    open_link(bench);
    for (int i = 0; i < 5; i++)
        append(bench);
    sync_spool(bench);
    VicuWatermark mark = {epoch_of(bench), 2, false, true};
    bench->now += G_USEC_PER_SEC;
    give(bench, VICU__KIND__KIND_ACK, 0, &mark, 1);
    g_assert_cmpuint(count(bench, VICU__KIND__KIND_BATCH_STORE), ==, 5 + 3);
    give(bench, VICU__KIND__KIND_ACK, 0, &mark, 1); /* the same burst */
    g_assert_cmpuint(count(bench, VICU__KIND__KIND_BATCH_STORE), ==, 5 + 3);
    uint64_t before = epoch_of(bench);
    for (int i = 0; i < 25; i++) {
        acknowledge(bench, before, 2);
        run_for(bench, 100 * MS);
    }
    g_assert_cmpuint(count(bench, VICU__KIND__KIND_BATCH_STORE), ==, 5 + 3 + 3);
    g_assert_cmpuint(epoch_of(bench), ==, before); /* the way is open: no new epoch */
    bench_free(bench);
}

static void
test_a_refused_sender_spools_on_and_sends_nothing(void)
{
    Bench *bench = bench_new();
    open_link(bench);
    VicuLinkMessage old = {.kind = VICU__KIND__KIND_REFUSE,
                           .epoch = epoch_of(bench) - 1,
                           .refuse = VICU__REFUSE_REASON__REFUSE_FENCED,
                           .text = "late"};
    vicu_link_sender_receive(bench->sender, &old, bench->now);
    g_assert_cmpint(state_of(bench), ==, VICU_LINK_OPEN);
    old.epoch++;
    old.text = "another sender has this key";
    vicu_link_sender_receive(bench->sender, &old, bench->now);
    g_assert_cmpint(state_of(bench), ==, VICU_LINK_REFUSED);
    g_assert_cmpstr(bench->said, ==, "another sender has this key");
    g_array_set_size(bench->sent, 0);
    append(bench);
    sync_spool(bench);
    vicu_link_sender_heartbeat(bench->sender, "", 0);
    run_for(bench, 10 * G_USEC_PER_SEC);
    g_assert_cmpuint(bench->sent->len, ==, 0);
    VicuSpoolFigures figures;
    vicu_spool_figures(bench->spool, &figures);
    g_assert_cmpuint(figures.batches, ==, 1);
    bench_free(bench);
}

static void
test_a_store_that_forgot_is_told_what_is_gone(void)
{
    Bench *bench = bench_new();
    open_link(bench);
    for (int i = 0; i < 400; i++)
        append(bench);
    sync_spool(bench);
    uint64_t epoch = epoch_of(bench);
    acknowledge(bench, epoch, 399);
    vicu_link_sender_reconnected(bench->sender, bench->now);
    VicuWatermark marks[] = {{epoch, 1, false, false}, {epoch + 1, 0, false, false}};
    give(bench, VICU__KIND__KIND_WELCOME, epoch + 1, marks, 2);
    const VicuLinkMessage *dropped = newest(bench, VICU__KIND__KIND_DROPPED);
    g_assert_nonnull(dropped);
    g_assert_cmpuint(dropped->dropped.first, ==, 2);
    g_assert_cmpint(dropped->dropped.reason, ==, VICU_SPOOL_FORGOTTEN);
    /* What still lies in the last segment is sent, acknowledged once or not. */
    uint64_t gone = dropped->dropped.last;
    g_assert_cmpuint(gone, <, 399);
    g_assert_cmpuint(count(bench, VICU__KIND__KIND_BATCH_STORE), ==, 400 + 400 - gone);
    bench_free(bench);
}

static void
test_a_restart_goes_on_with_all_that_was_not_acknowledged(void)
{
    Bench *bench = bench_new();
    open_link(bench);
    append(bench);
    sync_spool(bench);
    uint64_t epoch = epoch_of(bench);
    stop_sender(bench);
    start_sender(bench, 8);
    g_assert_cmpuint(epoch_of(bench), ==, epoch + 1);
    g_assert_cmpuint(bench->hello_open, ==, 1);
    VicuWatermark marks[] = {{epoch, 0, false, false}, {epoch + 1, 0, false, false}};
    VicuLinkMessage answer = {.kind = VICU__KIND__KIND_WELCOME,
                              .epoch = epoch + 1,
                              .instance = 7, /* for the process that died */
                              .credit_bytes = 1000,
                              .watermark = marks,
                              .n_watermark = 2};
    g_array_set_size(bench->sent, 0);
    vicu_link_sender_receive(bench->sender, &answer, bench->now);
    g_assert_cmpuint(bench->sent->len, ==, 0);
    answer.instance = 8;
    vicu_link_sender_receive(bench->sender, &answer, bench->now);
    g_assert_cmpuint(newest(bench, VICU__KIND__KIND_BATCH_STORE)->epoch, ==, epoch);
    VicuWatermark ended = {epoch, 0, true, false};
    give(bench, VICU__KIND__KIND_ACK, 0, &ended, 1);
    VicuSpoolFigures figures;
    vicu_spool_figures(bench->spool, &figures);
    g_assert_cmpuint(figures.batches, ==, 0);
    bench_free(bench);
}

/* ---- receiver ---- */

typedef struct {
    VicuLinkReceiver *receiver;
    VicuLinkMessage answer; /* the last one */
    VicuWatermark marks[8];
    VicuLinkWrite write; /* the last one */
    unsigned writes, answers;
    size_t welcomed; /* watermarks in the last WELCOME */
    int64_t now;
} Store;

static void
store_send(const VicuLinkMessage *message, gpointer data)
{
    Store *store = data;
    store->answer = *message;
    store->answers++;
    if (message->kind == VICU__KIND__KIND_WELCOME)
        store->welcomed = message->n_watermark;
    g_assert_cmpuint(message->n_watermark, <=, G_N_ELEMENTS(store->marks));
    for (size_t i = 0; i < message->n_watermark; i++)
        store->marks[i] = message->watermark[i];
}

static void
store_write(const VicuLinkWrite *write, gpointer data)
{
    Store *store = data;
    store->write = *write;
    store->writes++;
}

static Store *
store_new(void)
{
    static const VicuLinkReceiverOps ops = {store_send, store_write};
    Store *store = g_new0(Store, 1);
    store->receiver = vicu_link_receiver_new(&ops, store);
    store->now = 1000 * G_USEC_PER_SEC;
    return store;
}

static void
store_free(Store *store)
{
    vicu_link_receiver_free(store->receiver);
    g_free(store);
}

static void
receive(Store *store, VicuLinkMessage message)
{
    message.sender = sender_id;
    store->now += 100 * MS;
    store->answers = 0;
    store->writes = 0;
    vicu_link_receiver_receive(store->receiver, &message, store->now);
}

static void
sync_store(Store *store)
{
    store->answers = 0;
    vicu_link_receiver_synced(store->receiver, store->write.ticket, store->now);
}

static void
hello(Store *store, uint64_t epoch, uint64_t instance, const uint64_t *open, size_t n)
{
    /* Every epoch below it was begun by the same spool. */
    VicuSpoolBegun begun[16];
    for (uint64_t i = 0; i < epoch; i++)
        begun[i] = (VicuSpoolBegun){i + 1, instance};
    receive(store, (VicuLinkMessage){.kind = VICU__KIND__KIND_HELLO,
                                     .epoch = epoch,
                                     .fence = epoch,
                                     .name = "s",
                                     .instance = instance,
                                     .open = open,
                                     .n_open = n,
                                     .begun = begun,
                                     .n_begun = epoch});
}

static void
batch(Store *store, uint64_t epoch, uint64_t sequence, uint64_t fence)
{
    receive(store, (VicuLinkMessage){.kind = VICU__KIND__KIND_BATCH_STORE,
                                     .epoch = epoch,
                                     .sequence = sequence,
                                     .fence = fence,
                                     .body = (const uint8_t *)"batch",
                                     .len = 5});
}

static void
test_welcomes_and_acknowledges_only_what_is_synced(void)
{
    Store *store = store_new();
    hello(store, 1, 7, NULL, 0);
    g_assert_cmpuint(store->writes, ==, 1);
    g_assert_cmpuint(store->answers, ==, 0);
    sync_store(store);
    g_assert_cmpint(store->answer.kind, ==, VICU__KIND__KIND_WELCOME);
    g_assert_cmpuint(store->answer.instance, ==, 7);
    batch(store, 1, 1, 1);
    batch(store, 1, 2, 1);
    g_assert_cmpuint(store->write.sequence, ==, 2);
    g_assert_cmpuint(store->answers, ==, 0);
    vicu_link_receiver_tick(store->receiver, store->now + 5 * G_USEC_PER_SEC);
    g_assert_cmpuint(store->marks[0].sequence, ==, 0); /* repeated, and still 0 */
    sync_store(store);
    g_assert_cmpint(store->answer.kind, ==, VICU__KIND__KIND_ACK);
    g_assert_cmpuint(store->marks[0].sequence, ==, 2);
    store_free(store);
}

static void
test_takes_the_next_one_only(void)
{
    Store *store = store_new();
    hello(store, 1, 7, NULL, 0);
    batch(store, 1, 1, 1);
    sync_store(store);
    batch(store, 1, 3, 1);
    g_assert_cmpuint(store->writes, ==, 0);
    g_assert_cmpuint(store->answers, ==, 1);
    g_assert_cmpuint(store->marks[0].sequence, ==, 1);
    g_assert_true(store->marks[0].gap);
    batch(store, 1, 1, 1);
    g_assert_cmpuint(store->writes, ==, 0);
    g_assert_false(store->marks[0].gap);
    batch(store, 1, 2, 1);
    g_assert_cmpuint(store->writes, ==, 1);
    store_free(store);
}

static void
test_a_lower_fence_and_a_copy_are_refused(void)
{
    Store *store = store_new();
    hello(store, 1, 7, NULL, 0);
    hello(store, 3, 7, NULL, 0);
    sync_store(store);
    batch(store, 1, 1, 1);
    g_assert_cmpint(store->answer.refuse, ==, VICU__REFUSE_REASON__REFUSE_FENCED);
    g_assert_cmpuint(store->answer.epoch, ==, 1);
    g_assert_cmpuint(store->writes, ==, 0);
    hello(store, 2, 7, NULL, 0);
    g_assert_cmpint(store->answer.refuse, ==, VICU__REFUSE_REASON__REFUSE_FENCED);
    hello(store, 3, 8, NULL, 0); /* the same number, another life */
    g_assert_cmpint(store->answer.refuse, ==, VICU__REFUSE_REASON__REFUSE_FENCED);
    hello(store, 9, 8, NULL, 0); /* a copy that counted on: it did not begin epoch 3 */
    g_assert_cmpint(store->answer.refuse, ==, VICU__REFUSE_REASON__REFUSE_FENCED);
    batch(store, 9, 1, 9);
    g_assert_cmpint(store->answer.refuse, ==, VICU__REFUSE_REASON__REFUSE_HELLO_FIRST);
    hello(store, 4, 7, NULL, 0);
    g_assert_cmpuint(store->writes, >, 0);
    store_free(store);
}

static void
test_a_restored_receiver_knows_the_copy_too(void)
{
    Store *store = store_new();
    vicu_link_receiver_restore(store->receiver, &sender_id, "s", 3);
    vicu_link_receiver_restore_instance(store->receiver, &sender_id, 7);
    vicu_link_receiver_restore_epoch(store->receiver, &sender_id, 3, 12);
    hello(store, 9, 8, NULL, 0);
    g_assert_cmpint(store->answer.refuse, ==, VICU__REFUSE_REASON__REFUSE_FENCED);
    /* And goes on without a HELLO where the sender does not know that it died. */
    batch(store, 3, 13, 3);
    g_assert_cmpuint(store->writes, ==, 1);
    sync_store(store);
    g_assert_cmpuint(store->marks[0].sequence, ==, 13);
    store_free(store);
}

static void
test_an_epoch_ends_at_its_last_and_not_before(void)
{
    Store *store = store_new();
    uint64_t open[] = {1};
    hello(store, 1, 7, NULL, 0);
    batch(store, 1, 1, 1);
    hello(store, 2, 7, open, 1);
    sync_store(store);
    receive(store,
            (VicuLinkMessage){.kind = VICU__KIND__KIND_END, .epoch = 1, .sequence = 2, .fence = 2});
    g_assert_cmpuint(store->writes, ==, 0);
    batch(store, 1, 2, 2);
    g_assert_cmpuint(store->writes, ==, 2);
    g_assert_cmpint(store->write.kind, ==, VICU_LINK_WRITE_ENDED);
    sync_store(store);
    unsigned ended = 0;
    for (size_t i = 0; i < store->answer.n_watermark; i++)
        ended += store->marks[i].epoch == 1 && store->marks[i].ended;
    g_assert_cmpuint(ended, ==, 1);
    batch(store, 1, 2, 2); /* travelled twice */
    g_assert_cmpuint(store->writes, ==, 0);
    g_assert_true(store->marks[0].ended);
    receive(store,
            (VicuLinkMessage){.kind = VICU__KIND__KIND_END, .epoch = 2, .sequence = 5, .fence = 2});
    g_assert_cmpint(store->answer.refuse, ==, VICU__REFUSE_REASON__REFUSE_MALFORMED);
    store_free(store);
}

static void
test_a_hello_names_what_is_open_and_ends_the_rest(void)
{
    Store *store = store_new();
    uint64_t open[] = {2, 3};
    hello(store, 1, 7, NULL, 0);
    batch(store, 1, 1, 1);
    sync_store(store);
    /* 2 and 3 were begun while the store was away; 1 is no longer in the spool. */
    hello(store, 4, 7, open, 2);
    g_assert_cmpuint(store->writes, ==, 4);
    g_assert_cmpuint(store->write.epoch, ==, 4);
    sync_store(store);
    g_assert_cmpuint(store->welcomed, ==, 3);
    batch(store, 2, 1, 4);
    g_assert_cmpuint(store->writes, ==, 1);
    store_free(store);
}

static void
test_a_dropped_run_takes_its_place(void)
{
    Store *store = store_new();
    hello(store, 1, 7, NULL, 0);
    batch(store, 1, 1, 1);
    VicuLinkMessage dropped = {.kind = VICU__KIND__KIND_DROPPED,
                               .epoch = 1,
                               .sequence = 9,
                               .fence = 1,
                               .dropped = {1, 3, 9, 0, 0, VICU_SPOOL_SIZE}};
    receive(store, dropped);
    g_assert_cmpuint(store->writes, ==, 0); /* 2 may still come */
    dropped.dropped.first = 1;
    receive(store, dropped);
    g_assert_cmpuint(store->writes, ==, 1);
    g_assert_cmpuint(store->write.dropped.first, ==, 2); /* 1 is there */
    g_assert_cmpuint(store->write.dropped.last, ==, 9);
    receive(store, dropped);
    g_assert_cmpuint(store->writes, ==, 0);
    batch(store, 1, 10, 1);
    g_assert_cmpuint(store->writes, ==, 1);
    dropped.dropped.last = 0;
    receive(store, dropped);
    g_assert_cmpint(store->answer.refuse, ==, VICU__REFUSE_REASON__REFUSE_MALFORMED);
    store_free(store);
}

/* ---- references ---- */

static void
append_and_sync(Bench *bench, unsigned n)
{
    while (n-- > 0)
        append(bench);
    vicu_spool_sync(bench->spool, NULL);
    vicu_link_sender_synced(bench->sender, bench->now);
}

static Bench *
bench_that_refers(void)
{
    Bench *bench = bench_new();
    give(bench, VICU__KIND__KIND_WELCOME, 0, NULL, 0);
    vicu_link_sender_let_refer(bench->sender);
    welcome_by_reference(bench);
    return bench;
}

static void
want(Bench *bench, uint64_t sequence)
{
    VicuLinkMessage wanted = {.kind = VICU__KIND__KIND_BATCH_WANTED,
                              .sender = sender_id,
                              .epoch = epoch_of(bench),
                              .sequence = sequence};
    vicu_link_sender_receive(bench->sender, &wanted, bench->now);
}

static void
test_what_the_feed_brought_is_referred_to_after_the_sync(void)
{
    Bench *bench = bench_that_refers();
    append(bench);
    g_assert_cmpuint(count(bench, VICU__KIND__KIND_BATCH_REF), ==, 0);
    append_and_sync(bench, 1);
    g_assert_cmpuint(count(bench, VICU__KIND__KIND_BATCH_REF), ==, 2);
    g_assert_cmpuint(count(bench, VICU__KIND__KIND_BATCH_STORE), ==, 0);
    const VicuLinkMessage *reference = newest(bench, VICU__KIND__KIND_BATCH_REF);
    g_assert_cmpuint(reference->sequence, ==, 2);
    g_assert_cmpuint(reference->len, ==, 5);
    g_assert_cmpuint(reference->crc, ==, vicu_crc32c(0, "batch", 5));
    VicuLinkFigures figures;
    vicu_link_sender_figures(bench->sender, &figures);
    g_assert_cmpuint(figures.outstanding_bytes, ==, 10); /* the body travels from the hub on */
    acknowledge(bench, epoch_of(bench), 2);
    vicu_link_sender_figures(bench->sender, &figures);
    g_assert_cmpuint(figures.outstanding_bytes, ==, 0);
    g_assert_cmpuint(figures.acked, ==, 2);
    bench_free(bench);
}

static void
test_an_older_hub_and_an_owner_that_does_not_feed_get_whole_batches(void)
{
    Bench *bench = bench_new();
    give(bench, VICU__KIND__KIND_WELCOME, 0, NULL, 0);
    vicu_link_sender_let_refer(bench->sender);
    welcome(bench, 0);
    append_and_sync(bench, 2);
    g_assert_cmpuint(count(bench, VICU__KIND__KIND_BATCH_STORE), ==, 2);
    bench_free(bench);
    bench = bench_new();
    give(bench, VICU__KIND__KIND_WELCOME, 0, NULL, 0);
    welcome_by_reference(bench);
    append_and_sync(bench, 2);
    g_assert_cmpuint(count(bench, VICU__KIND__KIND_BATCH_STORE), ==, 2);
    g_assert_cmpuint(count(bench, VICU__KIND__KIND_BATCH_REF), ==, 0);
    bench_free(bench);
}

static void
test_what_the_hub_does_not_hold_goes_whole_and_so_does_what_follows(void)
{
    Bench *bench = bench_that_refers();
    append_and_sync(bench, 3);
    g_assert_cmpuint(count(bench, VICU__KIND__KIND_BATCH_REF), ==, 3);
    want(bench, 2);
    g_assert_cmpuint(count(bench, VICU__KIND__KIND_BATCH_STORE), ==, 3);
    want(bench, 3); /* is under way already */
    g_assert_cmpuint(count(bench, VICU__KIND__KIND_BATCH_STORE), ==, 3);
    append_and_sync(bench, 1);
    g_assert_cmpuint(count(bench, VICU__KIND__KIND_BATCH_STORE), ==, 4);
    acknowledge(bench, epoch_of(bench), 4);
    want(bench, 3); /* long past */
    bench->now += 11 * G_USEC_PER_SEC;
    append_and_sync(bench, 1);
    g_assert_cmpuint(count(bench, VICU__KIND__KIND_BATCH_STORE), ==, 4);
    g_assert_cmpuint(count(bench, VICU__KIND__KIND_BATCH_REF), ==, 4);
    bench_free(bench);
}

static void
test_after_a_gap_all_is_sent_whole(void)
{
    Bench *bench = bench_that_refers();
    append_and_sync(bench, 3);
    VicuWatermark mark = {epoch_of(bench), 1, false, true};
    give(bench, VICU__KIND__KIND_ACK, 0, &mark, 1);
    g_assert_cmpuint(count(bench, VICU__KIND__KIND_BATCH_STORE), ==, 2);
    bench_free(bench);
}

static void
test_what_did_not_go_by_the_feed_goes_whole(void)
{
    Bench *bench = bench_that_refers();
    bench->full = true;
    append(bench);
    bench->full = false;
    append_and_sync(bench, 1);
    g_assert_cmpuint(count(bench, VICU__KIND__KIND_BATCH_STORE), ==, 1);
    g_assert_cmpuint(newest(bench, VICU__KIND__KIND_BATCH_STORE)->sequence, ==, 1);
    g_assert_cmpuint(newest(bench, VICU__KIND__KIND_BATCH_REF)->sequence, ==, 2);
    bench_free(bench);
}

/* The hub that is there now need not be the one that was fed. */
static void
test_a_new_connection_sends_what_waits_whole(void)
{
    Bench *bench = bench_that_refers();
    append_and_sync(bench, 2);
    uint64_t before = epoch_of(bench);
    vicu_link_sender_reconnected(bench->sender, bench->now);
    append(bench);
    g_assert_cmpuint(epoch_of(bench), ==, before + 1);
    VicuWatermark marks[] = {{before, 0, false, false}, {before + 1, 0, false, false}};
    give(bench, VICU__KIND__KIND_WELCOME, before + 1, marks, 2);
    vicu_spool_sync(bench->spool, NULL);
    vicu_link_sender_synced(bench->sender, bench->now);
    g_assert_cmpuint(count(bench, VICU__KIND__KIND_BATCH_STORE), ==, 2);
    g_assert_cmpuint(newest(bench, VICU__KIND__KIND_BATCH_STORE)->epoch, ==, before);
    g_assert_cmpuint(newest(bench, VICU__KIND__KIND_BATCH_REF)->epoch, ==, before + 1);
    bench_free(bench);
}

static void
test_the_relay_holds_and_follows_for_the_route_it_knows_alone(void)
{
    g_autoptr(VicuRelay) relay = vicu_relay_new(2);
    g_autoptr(GBytes) one = g_bytes_new("1", 1), two = g_bytes_new("2", 1);
    VicuLinkMessage reply, hello = {.kind = VICU__KIND__KIND_HELLO,
                                    .sender = sender_id,
                                    .epoch = 5,
                                    .fence = 5,
                                    .instance = 7};
    VicuLinkMessage feed = hello, reference = hello;
    feed.kind = VICU__KIND__KIND_BATCH_FEED;
    reference.kind = VICU__KIND__KIND_BATCH_REF;
    g_assert_cmpuint(vicu_relay_from_sender(relay, one, &hello, &reply, 0), ==, VICU_RELAY_STORE);
    g_assert_cmpuint(vicu_relay_from_sender(relay, one, &feed, &reply, 0), ==,
                     VICU_RELAY_FEED | VICU_RELAY_LIVE | VICU_RELAY_HOLD);
    g_assert_cmpuint(vicu_relay_from_sender(relay, one, &reference, &reply, 0), ==,
                     VICU_RELAY_REFER);
    g_assert_cmpuint(vicu_relay_from_sender(relay, two, &feed, &reply, 0), ==,
                     VICU_RELAY_FEED | VICU_RELAY_LIVE | VICU_RELAY_REPLY);
    g_assert_cmpuint(vicu_relay_from_sender(relay, two, &reference, &reply, 0), ==,
                     VICU_RELAY_REPLY);
    g_assert_cmpint(reply.refuse, ==, VICU__REFUSE_REASON__REFUSE_HELLO_FIRST);
}

/* ---- the hub's table ---- */

static void
test_the_relay_knows_a_sender_by_its_hello(void)
{
    g_autoptr(VicuRelay) relay = vicu_relay_new(2);
    g_autoptr(GBytes) one = g_bytes_new("1", 1), two = g_bytes_new("2", 1);
    VicuLinkMessage reply, feed = {.kind = VICU__KIND__KIND_BATCH_FEED,
                                   .sender = sender_id,
                                   .epoch = 5,
                                   .sequence = 1,
                                   .fence = 5};
    VicuLinkMessage batch_store = feed, greeting = feed;
    batch_store.kind = VICU__KIND__KIND_BATCH_STORE;
    greeting.kind = VICU__KIND__KIND_HELLO;
    greeting.instance = 7;
    /* An alarm waits for nobody; what is for the store comes again. */
    g_assert_cmpuint(vicu_relay_from_sender(relay, one, &feed, &reply, 0), ==,
                     VICU_RELAY_FEED | VICU_RELAY_LIVE | VICU_RELAY_REPLY);
    g_assert_cmpint(reply.refuse, ==, VICU__REFUSE_REASON__REFUSE_HELLO_FIRST);
    g_assert_cmpuint(vicu_relay_from_sender(relay, one, &batch_store, &reply, 0), ==,
                     VICU_RELAY_REPLY);
    g_assert_null(vicu_relay_from_store(relay, &feed));
    g_assert_cmpuint(vicu_relay_from_sender(relay, one, &greeting, &reply, 0), ==,
                     VICU_RELAY_STORE);
    g_assert_cmpuint(vicu_relay_from_sender(relay, one, &batch_store, &reply, 0), ==,
                     VICU_RELAY_STORE);
    g_assert_true(g_bytes_equal(vicu_relay_from_store(relay, &feed), one));
    /* A newer process takes over, and the older one is told. */
    greeting.epoch = 6;
    greeting.instance = 8;
    g_assert_cmpuint(vicu_relay_from_sender(relay, two, &greeting, &reply, 0), ==,
                     VICU_RELAY_STORE);
    g_assert_cmpuint(vicu_relay_from_sender(relay, one, &feed, &reply, 0), ==, VICU_RELAY_REPLY);
    g_assert_cmpint(reply.refuse, ==, VICU__REFUSE_REASON__REFUSE_FENCED);
    g_assert_cmpuint(reply.epoch, ==, 5);
    g_assert_true(g_bytes_equal(vicu_relay_from_store(relay, &feed), two));
    vicu_relay_tick(relay, 601 * G_USEC_PER_SEC);
    g_assert_null(vicu_relay_from_store(relay, &feed));
}

#define ADD(name) g_test_add_func("/common/link/" #name, test_##name)

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD(feeds_at_once_and_stores_after_the_sync);
    ADD(a_fresh_spool_asks_before_it_stores);
    ADD(two_seconds_without_an_ack_begin_an_epoch);
    ADD(an_ack_lets_the_spool_go_and_no_further_than_was_sent);
    ADD(a_gap_and_a_standstill_are_sent_again);
    ADD(a_refused_sender_spools_on_and_sends_nothing);
    ADD(a_store_that_forgot_is_told_what_is_gone);
    ADD(a_restart_goes_on_with_all_that_was_not_acknowledged);
    ADD(what_the_feed_brought_is_referred_to_after_the_sync);
    ADD(an_older_hub_and_an_owner_that_does_not_feed_get_whole_batches);
    ADD(what_the_hub_does_not_hold_goes_whole_and_so_does_what_follows);
    ADD(after_a_gap_all_is_sent_whole);
    ADD(what_did_not_go_by_the_feed_goes_whole);
    ADD(a_new_connection_sends_what_waits_whole);
    ADD(the_relay_holds_and_follows_for_the_route_it_knows_alone);
    ADD(welcomes_and_acknowledges_only_what_is_synced);
    ADD(takes_the_next_one_only);
    ADD(a_lower_fence_and_a_copy_are_refused);
    ADD(a_restored_receiver_knows_the_copy_too);
    ADD(an_epoch_ends_at_its_last_and_not_before);
    ADD(a_hello_names_what_is_open_and_ends_the_rest);
    ADD(a_dropped_run_takes_its_place);
    ADD(the_relay_knows_a_sender_by_its_hello);
    return g_test_run();
}
