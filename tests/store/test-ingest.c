/* Ingest: nothing is acknowledged before its sync, and nothing while the disk is
 * full; after a restart the sender goes on where the database is.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "store/ingest.h"
#include "tests/store/make.h"

typedef struct {
    Ward ward;
    StoreIngest *ingest;
    uint64_t marked; /* highest sequence that an ACK or WELCOME named */
    uint32_t credit;
    unsigned acks, welcomes, refusals, commits;
    bool gap;
} Bench;

static void
on_send(const VicuLinkMessage *message, gpointer user)
{
    Bench *bench = user;

    bench->acks += message->kind == VICU__KIND__KIND_ACK;
    bench->welcomes += message->kind == VICU__KIND__KIND_WELCOME;
    bench->refusals += message->kind == VICU__KIND__KIND_REFUSE;
    bench->credit = message->credit_bytes;
    bench->gap = false;
    for (size_t i = 0; i < message->n_watermark; i++) {
        bench->marked = MAX(bench->marked, message->watermark[i].sequence);
        bench->gap = bench->gap || message->watermark[i].gap;
    }
}

static void
on_committed(gpointer user)
{
    Bench *bench = user;
    bench->commits++;
}

static void
bench_attach(Bench *bench)
{
    static const StoreIngestOps ops = {.send = on_send, .committed = on_committed};
    StoreIngestSettings settings = {3000, 1 << 20, 1 << 20};

    bench->ingest = store_ingest_new(bench->ward.head, &settings, &ops, bench);
}

static void
bench_open(Bench *bench)
{
    *bench = (Bench){0};
    ward_open(&bench->ward);
    bench_attach(bench);
}

static void
bench_close(Bench *bench)
{
    store_ingest_free(bench->ingest);
    ward_close(&bench->ward);
}

static void
receive(Bench *bench, const VicuLinkMessage *message)
{
    GError *error = NULL;

    g_assert_true(store_ingest_receive(bench->ingest, message, bench->ward.now, &error));
    g_assert_no_error(error);
}

static void
commit(Bench *bench)
{
    g_assert_true(store_ingest_commit(bench->ingest, bench->ward.now, NULL));
}

static void
hello(Bench *bench, uint64_t epoch, uint64_t instance)
{
    VicuLinkMessage message = {
        .kind = VICU__KIND__KIND_HELLO,
        .sender = {{1}},
        .epoch = epoch,
        .fence = epoch,
        .name = "collector",
        .instance = instance,
    };

    receive(bench, &message);
    commit(bench);
}

static void
batch(Bench *bench, uint64_t epoch, uint64_t sequence)
{
    g_autoptr(GBytes) body = make_done(make_new(T0_US));
    VicuLinkMessage message = {
        .kind = VICU__KIND__KIND_BATCH_STORE,
        .sender = {{1}},
        .epoch = epoch,
        .sequence = sequence,
        .fence = epoch,
        .body = g_bytes_get_data(body, NULL),
        .len = g_bytes_get_size(body),
    };

    receive(bench, &message);
}

static void
tick(Bench *bench)
{
    ward_pass(&bench->ward, SECOND);
    g_assert_true(store_ingest_tick(bench->ingest, bench->ward.now, NULL));
}

static void
acknowledges_only_after_the_sync(void)
{
    Bench bench;

    bench_open(&bench);
    hello(&bench, 1, 7);
    g_assert_cmpuint(bench.welcomes, ==, 1);
    g_assert_cmpuint(bench.credit, ==, 1 << 20);
    g_assert_cmpint(store_ingest_due_us(bench.ingest), ==, 0);
    batch(&bench, 1, 1);
    batch(&bench, 1, 2);
    g_assert_cmpint(store_ingest_due_us(bench.ingest), ==, bench.ward.now.mono_us + 3000);
    tick(&bench); /* what is repeated each second names nothing new */
    g_assert_cmpuint(bench.marked, ==, 0);
    commit(&bench);
    g_assert_cmpuint(bench.marked, ==, 2);
    g_assert_cmpuint(store_head_committed(bench.ward.head), ==, 2);
    bench_close(&bench);
}

static void
many_batches_share_one_sync(void)
{
    Bench bench;
    StoreIngestFigures figures;

    bench_open(&bench);
    hello(&bench, 1, 7);
    for (uint64_t n = 1; n <= 50; n++)
        batch(&bench, 1, n);
    commit(&bench);
    store_ingest_figures(bench.ingest, &figures);
    g_assert_cmpuint(figures.groups, ==, 2); /* HELLO's and this one */
    g_assert_cmpuint(bench.marked, ==, 50);
    g_assert_cmpuint(figures.link.taken, ==, 50);
    bench_close(&bench);
}

static void
takes_and_acknowledges_nothing_while_the_disk_is_full(void)
{
    Bench bench;

    bench_open(&bench);
    hello(&bench, 1, 7);
    batch(&bench, 1, 1);
    commit(&bench);
    store_ingest_set_writable(bench.ingest, false);
    batch(&bench, 1, 2);
    tick(&bench);
    tick(&bench);
    g_assert_cmpuint(bench.credit, ==, 0);
    g_assert_cmpuint(bench.marked, ==, 1);
    g_assert_cmpuint(store_db_pending(bench.ward.db), ==, 0);
    store_ingest_set_writable(bench.ingest, true);
    batch(&bench, 1, 3); /* 2 is missing: asked for again */
    commit(&bench);
    tick(&bench);
    g_assert_cmpuint(bench.marked, ==, 1);
    batch(&bench, 1, 2);
    batch(&bench, 1, 3);
    commit(&bench);
    g_assert_cmpuint(bench.marked, ==, 3);
    g_assert_cmpuint(bench.credit, ==, 1 << 20);
    bench_close(&bench);
}

static void
a_new_process_knows_each_watermark(void)
{
    Bench bench;

    bench_open(&bench);
    hello(&bench, 1, 7);
    for (uint64_t n = 1; n <= 5; n++)
        batch(&bench, 1, n);
    commit(&bench);
    batch(&bench, 1, 6); /* not committed */
    store_ingest_free(bench.ingest);
    ward_shut(&bench.ward);
    ward_reopen(&bench.ward);
    bench_attach(&bench);
    bench.marked = 0;
    hello(&bench, 1, 7);
    g_assert_cmpuint(bench.marked, ==, 5);
    batch(&bench, 1, 5);
    batch(&bench, 1, 6);
    commit(&bench);
    g_assert_cmpuint(bench.marked, ==, 6);
    g_assert_cmpuint(store_head_counts(bench.ward.head)->batches, ==, 1);
    bench_close(&bench);
}

static void
a_lower_epoch_of_a_second_sender_is_refused(void)
{
    Bench bench;

    bench_open(&bench);
    hello(&bench, 5, 7);
    hello(&bench, 4, 8);
    g_assert_cmpuint(bench.refusals, ==, 1);
    bench_close(&bench);
}

static void
a_copy_of_the_spool_is_refused_after_a_restart_too(void)
{
    Bench bench;

    bench_open(&bench);
    hello(&bench, 5, 7);
    store_ingest_free(bench.ingest);
    ward_shut(&bench.ward);
    ward_reopen(&bench.ward);
    bench_attach(&bench);
    hello(&bench, 9, 8); /* it counts higher, but did not begin epoch 5 */
    g_assert_cmpuint(bench.refusals, ==, 1);
    hello(&bench, 5, 7);
    g_assert_cmpuint(bench.refusals, ==, 1);
    bench_close(&bench);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/store/ingest/" #name, name)
    ADD(acknowledges_only_after_the_sync);
    ADD(many_batches_share_one_sync);
    ADD(takes_and_acknowledges_nothing_while_the_disk_is_full);
    ADD(a_new_process_knows_each_watermark);
    ADD(a_lower_epoch_of_a_second_sender_is_refused);
    ADD(a_copy_of_the_spool_is_refused_after_a_restart_too);
    return g_test_run();
}
