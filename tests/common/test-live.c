/* live: a viewer that loses, doubles, reorders, delays and dawdles, by seed.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/live.h"
#include "common/mutant.h"
#include "tests/common/sim-random.h"

#ifdef VICU_MUTANTS
VicuMutant vicu_mutant = VICU_MUTANT_NONE;
#endif

#define MS      1000
#define SECOND  (1000 * (int64_t)MS)
#define SENDERS 3
#define LOST    1
#define SKIPPED 2
#define HANDED  3

/* What a viewer was told of each number of one incarnation. */
typedef struct {
    uint64_t incarnation;
    uint64_t highest; /* handed on */
    GHashTable *fate; /* number -> LOST, SKIPPED, HANDED */
} Told;

typedef struct {
    VicuLiveReceiver *receiver;
    VicuLiveSender sender;
    GPtrArray *told; /* Told, by incarnation */
    int64_t newest_us[SENDERS];
    unsigned restarts;
    const char *wrong; /* the first thing that does not hold */
} Viewer;

static Told *
told_of(Viewer *self, uint64_t incarnation)
{
    for (guint i = 0; i < self->told->len; i++) {
        Told *told = self->told->pdata[i];
        if (told->incarnation == incarnation)
            return told;
    }
    Told *told = g_new0(Told, 1);
    told->incarnation = incarnation;
    told->fate = g_hash_table_new(NULL, NULL);
    g_ptr_array_add(self->told, told);
    return told;
}

static void
told_free(gpointer data)
{
    Told *told = data;
    g_hash_table_unref(told->fate);
    g_free(told);
}

static void
find_wrong(Viewer *self, const char *what)
{
    if (!self->wrong)
        self->wrong = what;
}

static void
note(Viewer *self, uint64_t incarnation, uint64_t number, int fate)
{
    Told *told = told_of(self, incarnation);
    if (!g_hash_table_insert(told->fate, GUINT_TO_POINTER((guint)number), GINT_TO_POINTER(fate)))
        find_wrong(self, "a number was told twice");
}

static void
on_batch(const VicuEnvelope *envelope, GBytes *body, int64_t arrived_us, gpointer data)
{
    Viewer *self = data;
    Told *told = told_of(self, envelope->fence);
    uint8_t sender = envelope->sender.bytes[0];
    (void)arrived_us;
    if (envelope->number <= told->highest)
        find_wrong(self, "handed on twice or out of order");
    told->highest = MAX(told->highest, envelope->number);
    if (self->newest_us[sender] - envelope->t_us > VICU_LIVE_KEEP_US)
        find_wrong(self, "handed on what is further behind than the bound");
    if (g_bytes_get_size(body) != sizeof envelope->number
        || memcmp(g_bytes_get_data(body, NULL), &envelope->number, sizeof envelope->number) != 0)
        find_wrong(self, "a body came under another number");
    note(self, envelope->fence, envelope->number, HANDED);
}

static void
on_hole(const VicuLiveHole *hole, gpointer data)
{
    Viewer *self = data;
    if (hole->first > hole->last)
        find_wrong(self, "an empty hole");
    for (uint64_t n = hole->first; n <= hole->last; n++)
        note(self, hole->incarnation, n, hole->skipped ? SKIPPED : LOST);
}

static void
on_restarted(uint64_t incarnation, gpointer data)
{
    Viewer *self = data;
    (void)incarnation;
    self->restarts++;
}

static void
viewer_init(Viewer *self, int64_t now_us)
{
    static const VicuLiveReceiverOps ops = {on_batch, on_hole, on_restarted};
    static const VicuFingerprint hub = {{0xff, 1}};
    *self = (Viewer){.told = g_ptr_array_new_with_free_func(told_free)};
    self->receiver = vicu_live_receiver_new(&ops, self, now_us);
    vicu_live_sender_init(&self->sender, &hub, 1000, now_us);
}

static void
viewer_clear(Viewer *self)
{
    vicu_live_receiver_free(self->receiver);
    g_ptr_array_unref(self->told);
}

static VicuEnvelope
publish(Viewer *self, uint8_t sender, Vicu__Kind kind, int64_t t_us)
{
    VicuEnvelope from = {.kind = kind, .epoch = 7, .sequence = 1, .t_us = t_us};
    VicuEnvelope published;
    from.sender.bytes[0] = sender;
    vicu_live_sender_stamp(&self->sender, &from, &published);
    return published;
}

static VicuLiveFigures
figures(const Viewer *self, int64_t now_us)
{
    VicuLiveFigures found;
    vicu_live_receiver_figures(self->receiver, now_us, &found);
    return found;
}

static void
arrive(Viewer *self, const VicuEnvelope *envelope, int64_t now_us)
{
    uint64_t late = figures(self, now_us).late;
    vicu_live_receiver_receive(self->receiver, envelope, &envelope->number, sizeof envelope->number,
                               now_us, now_us);
    /* What came late is not handed on, and makes nothing older. */
    if (envelope->kind == VICU__KIND__KIND_LIVE && envelope->sender.bytes[0] < SENDERS
        && figures(self, now_us).late == late)
        self->newest_us[envelope->sender.bytes[0]] = envelope->t_us;
}

/* ---- one thing at a time ---- */

static void
a_hole_in_the_numbers_is_told_and_counted(void)
{
    Viewer self;
    viewer_init(&self, 0);
    VicuEnvelope e[5];
    for (int i = 0; i < 5; i++)
        e[i] = publish(&self, 0, VICU__KIND__KIND_BATCH_FEED, i * MS);
    arrive(&self, &e[0], 1 * MS);
    arrive(&self, &e[3], 4 * MS);
    arrive(&self, &e[1], 5 * MS);
    g_assert_false(vicu_live_receiver_hand_on(self.receiver, 64, 5 * MS));
    VicuLiveFigures found = figures(&self, 5 * MS);
    g_assert_cmpuint(found.lost, ==, 2);
    g_assert_cmpuint(found.late, ==, 1);
    g_assert_cmpuint(found.handed, ==, 2);
    g_assert_null(self.wrong);
    viewer_clear(&self);
}

static void
the_loss_of_the_last_message_shows_with_the_next_beat(void)
{
    Viewer self;
    viewer_init(&self, 0);
    VicuEnvelope first = publish(&self, 0, VICU__KIND__KIND_BATCH_FEED, 0);
    VicuEnvelope beat;
    publish(&self, 0, VICU__KIND__KIND_BATCH_FEED, 1 * MS);
    arrive(&self, &first, 1 * MS);
    g_assert_false(vicu_live_sender_tick(&self.sender, SECOND / 2, SECOND / 2, &beat));
    g_assert_true(vicu_live_sender_tick(&self.sender, SECOND, SECOND, &beat));
    arrive(&self, &beat, SECOND);
    vicu_live_receiver_hand_on(self.receiver, 64, SECOND);
    g_assert_cmpuint(figures(&self, SECOND).lost, ==, 1);
    g_assert_cmpuint(figures(&self, SECOND).behind_messages, ==, 0);
    viewer_clear(&self);
}

static void
a_late_joiner_misses_nothing_that_came_before_it(void)
{
    Viewer self;
    viewer_init(&self, 0);
    for (int i = 0; i < 9; i++)
        publish(&self, 0, VICU__KIND__KIND_BATCH_FEED, i * MS);
    VicuEnvelope tenth = publish(&self, 0, VICU__KIND__KIND_BATCH_FEED, 10 * MS);
    arrive(&self, &tenth, 10 * MS);
    vicu_live_receiver_hand_on(self.receiver, 64, 10 * MS);
    g_assert_cmpuint(figures(&self, 10 * MS).lost, ==, 0);
    g_assert_cmpuint(figures(&self, 10 * MS).handed, ==, 1);
    viewer_clear(&self);
}

static void
a_viewer_that_was_busy_gets_only_the_newest_two_seconds_and_a_hole(void)
{
    Viewer self;
    viewer_init(&self, 0);
    for (int i = 0; i < 250; i++) { /* 10 s of ticks wait in the socket */
        VicuEnvelope e = publish(&self, 0, VICU__KIND__KIND_BATCH_FEED, (i + 1) * 40 * MS);
        arrive(&self, &e, 10 * SECOND);
    }
    VicuLiveFigures found = figures(&self, 10 * SECOND);
    g_assert_cmpuint(found.behind_messages, ==, 250);
    g_assert_cmpint(found.behind_us, >, 9 * SECOND);
    while (vicu_live_receiver_hand_on(self.receiver, 10, 10 * SECOND))
        ;
    found = figures(&self, 10 * SECOND);
    g_assert_cmpuint(found.handed, ==, 51); /* 2 s of 40 ms, both ends */
    g_assert_cmpuint(found.skipped, ==, 199);
    g_assert_cmpuint(found.lost, ==, 0);
    g_assert_cmpint(found.behind_us, <, 100 * MS);
    g_assert_null(self.wrong);
    viewer_clear(&self);
}

static void
one_slow_sender_does_not_make_another_ones_data_old(void)
{
    Viewer self;
    viewer_init(&self, 0);
    VicuEnvelope slow = publish(&self, 1, VICU__KIND__KIND_BATCH_FEED, 0); /* its clock is behind */
    VicuEnvelope quick = publish(&self, 0, VICU__KIND__KIND_BATCH_FEED, 60 * SECOND);
    arrive(&self, &slow, 60 * SECOND);
    arrive(&self, &quick, 60 * SECOND);
    vicu_live_receiver_hand_on(self.receiver, 64, 60 * SECOND);
    g_assert_cmpuint(figures(&self, 60 * SECOND).handed, ==, 2);
    g_assert_cmpint(figures(&self, 60 * SECOND).behind_us, ==, 0);
    viewer_clear(&self);
}

static void
a_senders_clock_that_is_set_back_stops_no_picture(void)
{
    Viewer self;
    viewer_init(&self, 0);
    VicuEnvelope before = publish(&self, 0, VICU__KIND__KIND_BATCH_FEED, 3600 * SECOND);
    VicuEnvelope after = publish(&self, 0, VICU__KIND__KIND_BATCH_FEED, 0);
    arrive(&self, &before, 3600 * SECOND);
    arrive(&self, &after, 3600 * SECOND);
    vicu_live_receiver_hand_on(self.receiver, 64, 3600 * SECOND);
    g_assert_cmpuint(figures(&self, 3600 * SECOND).handed, ==, 2);
    viewer_clear(&self);
}

static void
a_sender_that_says_no_time_is_shown_and_not_judged(void)
{
    Viewer self;
    viewer_init(&self, 0);
    VicuEnvelope first = publish(&self, 0, VICU__KIND__KIND_BATCH_FEED, 0);
    VicuEnvelope second = publish(&self, 0, VICU__KIND__KIND_BATCH_FEED, 0);
    arrive(&self, &first, SECOND);
    arrive(&self, &second, 9 * SECOND);
    vicu_live_receiver_hand_on(self.receiver, 64, 9 * SECOND);
    g_assert_cmpuint(figures(&self, 9 * SECOND).handed, ==, 2);
    g_assert_cmpint(figures(&self, 9 * SECOND).behind_us, ==, 0);
    viewer_clear(&self);
}

static void
a_hub_that_was_restarted_is_followed_whatever_its_incarnation(void)
{
    Viewer self;
    static const VicuFingerprint hub = {{0xff, 1}};
    viewer_init(&self, 0);
    VicuEnvelope old = publish(&self, 0, VICU__KIND__KIND_BATCH_FEED, 0);
    VicuEnvelope stray = publish(&self, 0, VICU__KIND__KIND_BATCH_FEED, 0);
    arrive(&self, &old, 0);
    vicu_live_sender_init(&self.sender, &hub, 900, SECOND); /* its clock went back */
    VicuEnvelope fresh = publish(&self, 0, VICU__KIND__KIND_BATCH_FEED, SECOND);
    arrive(&self, &fresh, SECOND);
    arrive(&self, &stray, SECOND);
    vicu_live_receiver_hand_on(self.receiver, 64, SECOND);
    g_assert_cmpuint(self.restarts, ==, 1);
    g_assert_cmpuint(figures(&self, SECOND).restarts, ==, 1);
    g_assert_cmpuint(figures(&self, SECOND).handed, ==, 2);
    g_assert_cmpuint(figures(&self, SECOND).late, ==, 1);
    viewer_clear(&self);
}

static void
a_silent_hub_is_missed_whether_or_not_it_ever_spoke(void)
{
    Viewer self;
    viewer_init(&self, 0);
    g_assert_cmpint(vicu_live_receiver_tick(self.receiver, 2 * SECOND), ==, VICU_WATCH_OK);
    g_assert_cmpint(vicu_live_receiver_tick(self.receiver, 3 * SECOND), ==, VICU_WATCH_DELAYED);
    VicuEnvelope e = publish(&self, 0, VICU__KIND__KIND_HEARTBEAT, 0);
    arrive(&self, &e, 4 * SECOND);
    g_assert_cmpint(vicu_live_receiver_tick(self.receiver, 4 * SECOND), ==, VICU_WATCH_OK);
    g_assert_cmpint(vicu_live_receiver_silence_us(self.receiver, 6 * SECOND), ==, 2 * SECOND);
    viewer_clear(&self);
}

static void
what_waits_is_bounded_and_the_oldest_goes(void)
{
    Viewer self;
    viewer_init(&self, 0);
    for (unsigned i = 0; i < VICU_LIVE_WAIT_MAX + 10; i++) {
        VicuEnvelope e = publish(&self, 0, VICU__KIND__KIND_BATCH_FEED, 0);
        arrive(&self, &e, 0);
    }
    g_assert_cmpuint(figures(&self, 0).waiting, ==, VICU_LIVE_WAIT_MAX);
    g_assert_cmpuint(figures(&self, 0).skipped, ==, 10);
    g_assert_null(self.wrong);
    viewer_clear(&self);
}

/* ---- anything, by seed ---- */

typedef struct {
    VicuEnvelope envelope;
    int64_t due_us;
} Flying;

/* Every number that the viewer can know of has one fate, and only one. */
static void
judge_numbers(Viewer *self, uint64_t incarnation, uint64_t first, uint64_t last, GHashTable *beats)
{
    Told *told = told_of(self, incarnation);
    for (uint64_t n = first; n <= last; n++)
        if (!g_hash_table_contains(told->fate, GUINT_TO_POINTER((guint)n))
            && !g_hash_table_contains(beats, GUINT_TO_POINTER((guint)n)))
            find_wrong(self, "a number was neither handed on nor told as a hole");
}

static void
fly(GQueue *net, SimRandom *random, const VicuEnvelope *envelope, int64_t now_us)
{
    int copies = sim_chance(random, 50000) ? 0 : sim_chance(random, 50000) ? 2 : 1;
    for (int i = 0; i < copies; i++) {
        Flying *one = g_new0(Flying, 1);
        one->envelope = *envelope;
        one->due_us = now_us + sim_between(random, 1 * MS, 5 * MS);
        if (sim_chance(random, 20000))
            one->due_us += sim_between(random, 0, 300 * MS);
        g_queue_push_tail(net, one);
    }
}

static void
land(Viewer *self, GQueue *net, int64_t now_us, uint64_t *first)
{
    for (GList *l = net->head; l != NULL;) {
        GList *next = l->next;
        Flying *one = l->data;
        if (one->due_us <= now_us) {
            bool current = one->envelope.fence == self->sender.incarnation;
            bool beat = one->envelope.epoch == one->envelope.fence;
            if (current && *first == 0)
                *first = beat ? one->envelope.number + 1 : one->envelope.number;
            arrive(self, &one->envelope, now_us);
            g_free(one);
            g_queue_delete_link(net, l);
        }
        l = next;
    }
}

/* What is wrong in a run of 30 s; NULL: nothing. */
static const char *
run(uint64_t seed)
{
    SimRandom random = {seed};
    Viewer self;
    GQueue net = G_QUEUE_INIT;
    g_autoptr(GHashTable) beats = g_hash_table_new(NULL, NULL); /* no pictures: no fate */
    static const VicuFingerprint hub = {{0xff, 1}};
    VicuEnvelope e;
    uint64_t first = 0, last_seen = 0;
    int64_t busy_until_us = 0, now_us = 0;

    viewer_init(&self, 0);
    for (; now_us < 30 * SECOND; now_us += 10 * MS) {
        if (vicu_live_sender_tick(&self.sender, now_us, now_us, &e))
            fly(&net, &random, &e, now_us);
        for (uint8_t s = 0; s < SENDERS; s++) {
            if (sim_chance(&random, 700000))
                continue;
            gboolean beat = sim_chance(&random, 50000);
            e = publish(&self, s, beat ? VICU__KIND__KIND_HEARTBEAT : VICU__KIND__KIND_BATCH_FEED,
                        now_us + (s + 1) * 7 * SECOND);
            if (beat)
                g_hash_table_add(beats, GUINT_TO_POINTER((guint)e.number));
            fly(&net, &random, &e, now_us);
        }
        if (sim_chance(&random, 300)) { /* the hub dies with what was under way */
            g_queue_clear_full(&net, g_free);
            vicu_live_receiver_hand_on(self.receiver, 100000, now_us);
            g_hash_table_remove_all(beats);
            vicu_live_sender_init(&self.sender, &hub,
                                  self.sender.incarnation + (uint64_t)sim_between(&random, 1, 9),
                                  now_us);
            first = 0;
        }
        land(&self, &net, now_us, &first);
        if (sim_chance(&random, 5000))
            busy_until_us = now_us + sim_between(&random, 100 * MS, 5 * SECOND);
        if (now_us >= busy_until_us)
            vicu_live_receiver_hand_on(self.receiver, (size_t)sim_between(&random, 1, 9), now_us);
    }
    while (net.length > 0)
        land(&self, &net, now_us += 10 * MS, &first);
    vicu_live_sender_tick(&self.sender, now_us + SECOND, now_us + SECOND, &e);
    last_seen = e.number;
    arrive(&self, &e, now_us + SECOND); /* the last beat comes through */
    vicu_live_receiver_hand_on(self.receiver, 100000, now_us + SECOND);
    if (first != 0)
        judge_numbers(&self, self.sender.incarnation, first, last_seen, beats);
    if (figures(&self, now_us).behind_messages != 0 || figures(&self, now_us).waiting != 0)
        find_wrong(&self, "still behind with nothing left");
    const char *wrong = self.wrong;
    viewer_clear(&self);
    return wrong;
}

#define SEEDS 60

#ifndef VICU_MUTANTS
static void
whatever_the_net_does_each_number_is_handed_on_once_or_told_as_a_hole(void)
{
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        const char *wrong = run(seed);
        if (wrong)
            g_test_message("seed %" G_GUINT64_FORMAT ": %s", seed, wrong);
        g_assert_null(wrong);
    }
}
#else
static void
each_planted_fault_is_noticed(void)
{
    static const VicuMutant planted[] = {
        VICU_MUTANT_LIVE_HOLE_UNNOTICED, VICU_MUTANT_LIVE_BEAT_IGNORED,
        VICU_MUTANT_LIVE_LATE_TAKEN,     VICU_MUTANT_LIVE_SKIP_UNTOLD,
        VICU_MUTANT_LIVE_NEVER_SKIPPED,
    };
    for (size_t i = 0; i < G_N_ELEMENTS(planted); i++) {
        const char *wrong = NULL;
        vicu_mutant = planted[i];
        for (uint64_t seed = 1; !wrong && seed <= SEEDS; seed++)
            wrong = run(seed);
        g_test_message("fault %zu: %s", i, wrong ? wrong : "not noticed");
        g_assert_nonnull(wrong);
    }
    vicu_mutant = VICU_MUTANT_NONE;
}
#endif

#define ADD(name) g_test_add_func("/common/live/" #name, name)

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD(a_hole_in_the_numbers_is_told_and_counted);
    ADD(the_loss_of_the_last_message_shows_with_the_next_beat);
    ADD(a_late_joiner_misses_nothing_that_came_before_it);
    ADD(a_viewer_that_was_busy_gets_only_the_newest_two_seconds_and_a_hole);
    ADD(one_slow_sender_does_not_make_another_ones_data_old);
    ADD(a_senders_clock_that_is_set_back_stops_no_picture);
    ADD(a_sender_that_says_no_time_is_shown_and_not_judged);
    ADD(a_hub_that_was_restarted_is_followed_whatever_its_incarnation);
    ADD(a_silent_hub_is_missed_whether_or_not_it_ever_spoke);
    ADD(what_waits_is_bounded_and_the_oldest_goes);
#ifdef VICU_MUTANTS
    ADD(each_planted_fault_is_noticed);
#else
    ADD(whatever_the_net_does_each_number_is_handed_on_once_or_told_as_a_hole);
#endif
    return g_test_run();
}
