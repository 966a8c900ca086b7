/* The feed: every batch once, or a gap.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/crc32c.h"
#include "common/feed.h"

#define MS 1000

/* A memory and a reader, with a wire between them that a test can cut. */
typedef struct {
    VicuFeedMemory *memory;
    VicuFeedReader *reader;
    GBytes *route;
    GString *seen;
    unsigned empty; /* own batches, given without a body */
    bool cut;       /* hub to reader */
    bool full;
    int64_t now;
} Lane;

static const VicuSenderId hub_id = {{'h'}}, rules_id = {{'r'}}, one = {{'1'}}, two = {{'2'}};

static bool
hub_send(GBytes *route, const VicuLinkMessage *message, gpointer data)
{
    Lane *lane = data;
    (void)route;
    if (lane->full)
        return false;
    lane->empty += message->kind == VICU__KIND__KIND_FEED && message->len == 0;
    if (!lane->cut)
        vicu_feed_reader_receive(lane->reader, message, lane->now);
    return true;
}

/* As over a wire: what the reader asks is answered after it has returned. */
static VicuLinkMessage asked[16];
static unsigned n_asked;

static bool
reader_send(const VicuLinkMessage *message, gpointer data)
{
    (void)data;
    if (n_asked < G_N_ELEMENTS(asked))
        asked[n_asked++] = *message;
    return true;
}

static void
on_batch(const VicuLinkMessage *message, bool late, gpointer data)
{
    g_string_append_printf(((Lane *)data)->seen, "%c%d.%d%s ", message->sender.bytes[0],
                           (int)message->epoch, (int)message->sequence, late ? "!" : "");
}

static void
on_beat(const VicuLinkMessage *message, gpointer data)
{
    if (message->epoch == 0 && message->len > 0)
        g_string_append_printf(((Lane *)data)->seen, "beat-of-%c ", message->sender.bytes[0]);
}

static void
on_gap(const VicuFeedGap *gap, gpointer data)
{
    g_string_append_printf(((Lane *)data)->seen, "gap(%c%d.%d-%d<%d) ", gap->sender.bytes[0],
                           (int)gap->epoch, (int)gap->first, (int)gap->last, (int)gap->until);
}

static void
start_hub(Lane *lane, size_t bytes)
{
    static const VicuFeedMemoryOps ops = {hub_send};
    lane->memory = vicu_feed_memory_new(&hub_id, (uint64_t)lane->now, bytes, &ops, lane);
}

static void
answer(Lane *lane)
{
    while (n_asked > 0) {
        VicuLinkMessage message = asked[0];
        memmove(asked, asked + 1, --n_asked * sizeof *asked);
        vicu_feed_memory_receive(lane->memory, lane->route, &rules_id, &message, lane->now);
    }
}

static Lane *
lane_new(size_t bytes)
{
    static const VicuFeedReaderOps ops = {reader_send, on_batch, on_beat, on_gap};
    Lane *lane = g_new0(Lane, 1);
    lane->now = 1000 * G_USEC_PER_SEC;
    lane->route = g_bytes_new("r", 1);
    lane->seen = g_string_new(NULL);
    n_asked = 0;
    start_hub(lane, bytes);
    lane->reader = vicu_feed_reader_new(&rules_id, 0, 0, &ops, lane, lane->now);
    answer(lane);
    return lane;
}

static void
lane_free(Lane *lane)
{
    vicu_feed_memory_free(lane->memory);
    vicu_feed_reader_free(lane->reader);
    g_bytes_unref(lane->route);
    g_string_free(lane->seen, TRUE);
    g_free(lane);
}

static void
say(Lane *lane, Vicu__Kind kind, VicuSenderId sender, uint64_t epoch, uint64_t sequence)
{
    g_autoptr(GBytes) body = g_bytes_new_static("0123456789", 10);
    VicuLinkMessage message = {
        .kind = kind, .sender = sender, .epoch = epoch, .sequence = sequence, .fence = epoch};
    vicu_feed_memory_add(lane->memory, &message, body, lane->now);
}

static void
batch(Lane *lane, VicuSenderId sender, uint64_t epoch, uint64_t sequence)
{
    say(lane, VICU__KIND__KIND_BATCH_FEED, sender, epoch, sequence);
}

static void
run_for(Lane *lane, int64_t us)
{
    for (int64_t end = lane->now + us; lane->now < end;) {
        lane->now += 50 * MS;
        vicu_feed_memory_tick(lane->memory, lane->now);
        vicu_feed_reader_tick(lane->reader, lane->now);
        answer(lane);
    }
}

static void
expect(Lane *lane, const char *seen)
{
    g_assert_cmpstr(lane->seen->str, ==, seen);
    g_string_set_size(lane->seen, 0);
}

static void
test_what_was_lost_on_the_way_is_fetched(void)
{
    Lane *lane = lane_new(1u << 20);
    batch(lane, one, 1, 1);
    lane->cut = true;
    batch(lane, one, 1, 2);
    batch(lane, one, 1, 3);
    lane->cut = false;
    batch(lane, one, 1, 4);
    run_for(lane, 100 * MS);
    expect(lane, "11.1 11.4 11.2! 11.3! ");
    run_for(lane, 3 * G_USEC_PER_SEC);
    expect(lane, "");
    lane_free(lane);
}

static void
test_the_last_one_lost_shows_in_the_hubs_beat(void)
{
    Lane *lane = lane_new(1u << 20);
    batch(lane, one, 1, 1);
    lane->cut = true;
    batch(lane, one, 1, 2);
    lane->cut = false;
    run_for(lane, 1500 * MS);
    expect(lane, "11.1 11.2 ");
    lane_free(lane);
}

static void
test_what_never_reached_the_hub_is_a_gap(void)
{
    Lane *lane = lane_new(1u << 20);
    batch(lane, one, 1, 1);
    batch(lane, one, 1, 4);
    run_for(lane, 400 * MS);
    expect(lane, "11.1 11.4 ");
    run_for(lane, 300 * MS);
    expect(lane, "gap(11.2-3<0) ");
    /* The sender's beat tells of a newest that did not come. */
    say(lane, VICU__KIND__KIND_HEARTBEAT, one, 1, 6);
    run_for(lane, G_USEC_PER_SEC);
    expect(lane, "gap(11.5-6<0) ");
    lane_free(lane);
}

static void
test_an_epoch_that_ends_whole_leaves_no_gap(void)
{
    Lane *lane = lane_new(1u << 20);
    batch(lane, one, 1, 1);
    batch(lane, one, 2, 1);
    say(lane, VICU__KIND__KIND_END, one, 1, 1);
    run_for(lane, G_USEC_PER_SEC);
    expect(lane, "11.1 12.1 ");
    batch(lane, one, 3, 1);
    say(lane, VICU__KIND__KIND_END, one, 2, 3);
    run_for(lane, G_USEC_PER_SEC);
    expect(lane, "13.1 gap(12.2-3<0) ");
    batch(lane, one, 5, 1); /* no END of 3, nothing of 4 */
    run_for(lane, G_USEC_PER_SEC);
    expect(lane, "15.1 gap(13.2-0<5) ");
    lane_free(lane);
}

static void
test_a_double_is_given_once(void)
{
    Lane *lane = lane_new(1u << 20);
    batch(lane, one, 1, 1);
    batch(lane, one, 1, 1);
    batch(lane, one, 1, 2);
    batch(lane, one, 1, 1);
    run_for(lane, G_USEC_PER_SEC);
    expect(lane, "11.1 11.2 ");
    lane_free(lane);
}

static void
test_what_the_memory_let_go_is_a_gap(void)
{
    Lane *lane = lane_new(1000); /* seven entries */
    batch(lane, one, 1, 1);
    lane->full = true;
    for (uint64_t n = 2; n <= 20; n++)
        batch(lane, one, 1, n);
    lane->full = false;
    run_for(lane, G_USEC_PER_SEC);
    expect(lane, "11.1 11.14 11.15 11.16 11.17 11.18 11.19 11.20 gap(11.2-13<0) ");
    VicuFeedFigures figures;
    vicu_feed_memory_figures(lane->memory, &figures);
    g_assert_cmpuint(figures.lost, ==, 12);
    g_assert_cmpuint(figures.bytes, <=, 1000);
    run_for(lane, 61 * G_USEC_PER_SEC);
    vicu_feed_memory_figures(lane->memory, &figures);
    g_assert_cmpuint(figures.bytes, ==, 0);
    lane_free(lane);
}

static void
test_own_batches_come_back_without_a_body(void)
{
    Lane *lane = lane_new(1u << 20);
    batch(lane, one, 1, 1);
    batch(lane, rules_id, 1, 1);
    batch(lane, one, 1, 2);
    run_for(lane, G_USEC_PER_SEC);
    expect(lane, "11.1 11.2 ");
    g_assert_cmpuint(lane->empty, ==, 1);
    lane_free(lane);
}

static void
test_a_new_hub_is_found_and_what_died_with_the_old_is_a_gap(void)
{
    Lane *lane = lane_new(1u << 20);
    batch(lane, one, 1, 1);
    batch(lane, two, 1, 1);
    lane->cut = true;
    batch(lane, one, 1, 2);
    lane->cut = false;
    vicu_feed_memory_free(lane->memory);
    lane->now += 100 * MS;
    start_hub(lane, 1u << 20);
    run_for(lane, 3 * G_USEC_PER_SEC);
    batch(lane, one, 1, 3);
    batch(lane, two, 1, 2);
    run_for(lane, G_USEC_PER_SEC);
    expect(lane, "11.1 21.1 11.3 21.2 gap(11.2-2<0) ");
    lane_free(lane);
}

static void
test_a_reader_that_was_away_goes_on_where_it_was(void)
{
    static const VicuFeedReaderOps ops = {reader_send, on_batch, on_beat, on_gap};
    Lane *lane = lane_new(1u << 20);
    batch(lane, one, 1, 1);
    uint64_t number = vicu_feed_reader_number(lane->reader);
    uint64_t incarnation = vicu_feed_reader_incarnation(lane->reader);
    lane->cut = true;
    vicu_feed_reader_free(lane->reader);
    batch(lane, one, 1, 2);
    batch(lane, one, 1, 3);
    lane->cut = false;
    lane->reader = vicu_feed_reader_new(&rules_id, incarnation, number, &ops, lane, lane->now);
    answer(lane);
    expect(lane, "11.1 11.2 11.3 ");
    lane_free(lane);
}

static void
test_a_sender_without_a_number_is_heard_at_once(void)
{
    Lane *lane = lane_new(1u << 20);
    batch(lane, one, 9, 5);
    batch(lane, one, 0, 1); /* its spool was lost */
    batch(lane, one, 0, 2);
    batch(lane, one, 8, 1); /* and what it counts from now lies lower */
    batch(lane, one, 8, 2);
    run_for(lane, G_USEC_PER_SEC);
    expect(lane, "19.5 10.1 10.2 18.1 18.2 gap(19.6-0<10) ");
    lane_free(lane);
}

/* The store's: it sends no batches, so nothing of it can be missing. */
static void
test_a_beat_without_an_epoch_is_handed_on_and_not_followed(void)
{
    Lane *lane = lane_new(1u << 20);
    batch(lane, one, 1, 1);
    for (int i = 0; i < 3; i++) {
        say(lane, VICU__KIND__KIND_HEARTBEAT, two, 0, 0);
        run_for(lane, G_USEC_PER_SEC);
    }
    batch(lane, one, 1, 2);
    run_for(lane, 11 * G_USEC_PER_SEC);
    expect(lane, "11.1 beat-of-2 beat-of-2 beat-of-2 11.2 ");
    lane_free(lane);
}

/* ---- what references name ---- */

static GBytes *
refer(Lane *lane, VicuSenderId sender, uint64_t epoch, uint64_t sequence, size_t len, uint32_t crc)
{
    VicuLinkMessage reference = {.kind = VICU__KIND__KIND_BATCH_REF,
                                 .sender = sender,
                                 .epoch = epoch,
                                 .sequence = sequence,
                                 .len = len,
                                 .crc = crc};
    return vicu_feed_memory_body(lane->memory, &reference);
}

static void
test_a_reference_finds_the_body_that_it_describes(void)
{
    Lane *lane = lane_new(1u << 20);
    uint32_t crc = vicu_crc32c(0, "0123456789", 10);
    say(lane, VICU__KIND__KIND_BATCH_FEED, one, 5, 1);
    g_assert_null(refer(lane, one, 5, 1, 10, crc)); /* not of the sender's own route */
    vicu_feed_memory_hold(lane->memory);
    say(lane, VICU__KIND__KIND_BATCH_FEED, one, 0, 2);
    vicu_feed_memory_hold(lane->memory);
    g_assert_nonnull(refer(lane, one, 5, 1, 10, crc));
    g_assert_cmpmem(g_bytes_get_data(refer(lane, one, 5, 1, 10, crc), NULL), 10, "0123456789", 10);
    g_assert_null(refer(lane, one, 5, 1, 9, crc));
    g_assert_null(refer(lane, one, 5, 1, 10, crc ^ 1));
    g_assert_null(refer(lane, one, 5, 2, 10, crc));
    g_assert_null(refer(lane, one, 6, 1, 10, crc));
    g_assert_null(refer(lane, two, 5, 1, 10, crc));
    g_assert_null(refer(lane, one, 0, 2, 10, crc)); /* a fresh spool's numbers name nothing */
    lane->now += VICU_FEED_MEMORY_US + 1;
    vicu_feed_memory_tick(lane->memory, lane->now);
    g_assert_null(refer(lane, one, 5, 1, 10, crc));
    lane_free(lane);
}

static void
test_bodies_go_with_the_memory_and_a_repetition_outlives_the_first(void)
{
    Lane *lane = lane_new(3 * (128 + 10));
    uint32_t crc = vicu_crc32c(0, "0123456789", 10);
    say(lane, VICU__KIND__KIND_BATCH_FEED, one, 5, 1);
    vicu_feed_memory_hold(lane->memory);
    say(lane, VICU__KIND__KIND_BATCH_FEED, one, 5, 2);
    vicu_feed_memory_hold(lane->memory);
    say(lane, VICU__KIND__KIND_BATCH_FEED, one, 5, 1);
    vicu_feed_memory_hold(lane->memory);
    say(lane, VICU__KIND__KIND_BATCH_FEED, one, 5, 3);
    vicu_feed_memory_hold(lane->memory);
    g_assert_nonnull(refer(lane, one, 5, 1, 10, crc));
    say(lane, VICU__KIND__KIND_BATCH_FEED, one, 5, 4);
    g_assert_null(refer(lane, one, 5, 2, 10, crc));
    g_assert_nonnull(refer(lane, one, 5, 1, 10, crc));
    say(lane, VICU__KIND__KIND_BATCH_FEED, one, 5, 5);
    g_assert_null(refer(lane, one, 5, 1, 10, crc));
    lane_free(lane);
}

#define ADD(name) g_test_add_func("/common/feed/" #name, test_##name)

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD(what_was_lost_on_the_way_is_fetched);
    ADD(the_last_one_lost_shows_in_the_hubs_beat);
    ADD(what_never_reached_the_hub_is_a_gap);
    ADD(an_epoch_that_ends_whole_leaves_no_gap);
    ADD(a_double_is_given_once);
    ADD(what_the_memory_let_go_is_a_gap);
    ADD(own_batches_come_back_without_a_body);
    ADD(a_new_hub_is_found_and_what_died_with_the_old_is_a_gap);
    ADD(a_reader_that_was_away_goes_on_where_it_was);
    ADD(a_sender_without_a_number_is_heard_at_once);
    ADD(a_beat_without_an_epoch_is_handed_on_and_not_followed);
    ADD(a_reference_finds_the_body_that_it_describes);
    ADD(bodies_go_with_the_memory_and_a_repetition_outlives_the_first);
    return g_test_run();
}
