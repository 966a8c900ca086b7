/* Holes of the feed, asked of a store that has their batches only by and by.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "rules/fetch.h"

#define S ((int64_t)G_USEC_PER_SEC)

static const VicuSenderId sender = {.bytes = {7}};

typedef struct {
    RulesFetch *fetch;
    int64_t t_us;
    bool deaf;
    int asked;
    uint64_t epoch, first, last; /* of the question under way */
    GString *story;
} Fixture;

static bool
on_ask(const VicuSenderId *id, uint64_t epoch, uint64_t first, uint64_t last, gpointer user)
{
    Fixture *f = user;
    g_assert_cmpmem(id->bytes, sizeof id->bytes, sender.bytes, sizeof sender.bytes);
    if (f->deaf)
        return false;
    f->asked++;
    f->epoch = epoch;
    f->first = first;
    f->last = last;
    return true;
}

static void
on_over(const VicuFeedGap *gap, uint64_t fetched, bool whole, gpointer user)
{
    Fixture *f = user;
    g_string_append_printf(f->story, "%d:%d..%d %d %s;", (int)gap->epoch, (int)gap->first,
                           (int)gap->last, (int)fetched, whole ? "whole" : "lost");
}

static void
up(Fixture *f, gconstpointer data)
{
    RulesFetchOps ops = {on_ask, on_over};
    (void)data;
    *f = (Fixture){.t_us = 1000 * S, .story = g_string_new(NULL)};
    f->fetch = rules_fetch_new(&ops, f);
}

static void
down(Fixture *f, gconstpointer data)
{
    (void)data;
    rules_fetch_free(f->fetch);
    g_string_free(f->story, TRUE);
}

static void
add(Fixture *f, uint64_t epoch, uint64_t first, uint64_t last, uint64_t until)
{
    VicuFeedGap gap = {sender, epoch, first, last, until};
    g_assert_true(rules_fetch_add(f->fetch, &gap, f->t_us));
}

/* The store has epoch @epoch up to @have; it answers each question. */
static void
run(Fixture *f, double seconds, uint64_t epoch, uint64_t have)
{
    for (int64_t end_us = f->t_us + (int64_t)(seconds * 1e6); f->t_us < end_us; f->t_us += S / 10) {
        int asked = f->asked;
        rules_fetch_tick(f->fetch, true, f->t_us);
        if (f->asked == asked)
            continue;
        for (uint64_t i = f->first; i <= MIN(f->last, have) && f->epoch == epoch; i++)
            g_assert_true(
                rules_fetch_batch(f->fetch, sender.bytes, sizeof sender.bytes, epoch, i, f->t_us));
        rules_fetch_answered(f->fetch, true, f->t_us);
    }
}

static void
a_hole_is_asked_for_until_it_is_whole(Fixture *f, gconstpointer data)
{
    (void)data;
    add(f, 3, 5, 24, 0);
    run(f, 4, 3, 4);
    g_assert_cmpstr(f->story->str, ==, "");
    g_assert_cmpint(f->asked, <=, 5); /* not more than each second */
    run(f, 4, 3, 14);
    g_assert_cmpstr(f->story->str, ==, "");
    run(f, 4, 3, 100);
    g_assert_cmpstr(f->story->str, ==, "3:5..24 20 whole;");
    g_assert_cmpuint(rules_fetch_holes(f->fetch), ==, 0);
}

static void
a_hole_without_a_known_end_is_over_when_nothing_more_comes(Fixture *f, gconstpointer data)
{
    (void)data;
    add(f, 3, 5, 0, 4);
    run(f, 25, 3, 10);
    g_assert_cmpstr(f->story->str, ==, "");
    run(f, 25, 3, 12); /* more came meanwhile */
    g_assert_cmpstr(f->story->str, ==, "");
    run(f, 35, 3, 12);
    g_assert_cmpstr(f->story->str, ==, "3:5..0 8 whole;");
}

static void
epochs_between_are_asked_for_too(Fixture *f, gconstpointer data)
{
    (void)data;
    add(f, 3, 5, 0, 5);
    run(f, 35, 3, 10);
    g_assert_cmpstr(f->story->str, ==, "");
    g_assert_cmpuint(f->epoch, ==, 4);
    run(f, 35, 4, 3);
    g_assert_cmpstr(f->story->str, ==, "3:5..0 9 whole;");
}

static void
many_batches_come_in_portions(Fixture *f, gconstpointer data)
{
    (void)data;
    add(f, 3, 1, 3 * RULES_FETCH_BATCHES, 0);
    run(f, 1, 3, 4 * RULES_FETCH_BATCHES);
    g_assert_cmpint(f->asked, ==, 3);
    g_assert_true(g_str_has_suffix(f->story->str, "whole;"));
}

static void
what_nobody_has_is_given_up(Fixture *f, gconstpointer data)
{
    (void)data;
    add(f, 3, 5, 9, 0);
    run(f, 590, 3, 0);
    g_assert_cmpstr(f->story->str, ==, "");
    run(f, 20, 3, 0);
    g_assert_cmpstr(f->story->str, ==, "3:5..9 0 lost;");
    /* Nor does a store that cannot be asked hold it for ever. */
    f->deaf = true;
    add(f, 3, 5, 9, 0);
    run(f, 610, 3, 0);
    g_assert_cmpstr(f->story->str, ==, "3:5..9 0 lost;3:5..9 0 lost;");
}

/* One hole that does not fill does not hold up another. */
static void
holes_take_turns(Fixture *f, gconstpointer data)
{
    (void)data;
    add(f, 9, 1, 5, 0);
    add(f, 3, 5, 9, 0);
    run(f, 5, 3, 100);
    g_assert_cmpstr(f->story->str, ==, "3:5..9 5 whole;");
    g_assert_cmpuint(rules_fetch_holes(f->fetch), ==, 1);
}

static void
what_was_not_asked_for_is_left(Fixture *f, gconstpointer data)
{
    (void)data;
    const uint8_t other[sizeof sender.bytes] = {8};
    add(f, 3, 5, 9, 0);
    g_assert_false(rules_fetch_batch(f->fetch, sender.bytes, sizeof sender.bytes, 3, 5, f->t_us));
    rules_fetch_tick(f->fetch, false, f->t_us); /* no room */
    g_assert_cmpint(f->asked, ==, 0);
    rules_fetch_tick(f->fetch, true, f->t_us);
    g_assert_cmpint(f->asked, ==, 1);
    g_assert_false(rules_fetch_batch(f->fetch, other, sizeof other, 3, 5, f->t_us));
    g_assert_false(rules_fetch_batch(f->fetch, sender.bytes, 3, 3, 5, f->t_us));
    g_assert_false(rules_fetch_batch(f->fetch, sender.bytes, sizeof sender.bytes, 4, 5, f->t_us));
    g_assert_false(rules_fetch_batch(f->fetch, sender.bytes, sizeof sender.bytes, 3, 10, f->t_us));
    g_assert_true(rules_fetch_batch(f->fetch, sender.bytes, sizeof sender.bytes, 3, 7, f->t_us));
    g_assert_false(rules_fetch_batch(f->fetch, sender.bytes, sizeof sender.bytes, 3, 7, f->t_us));
    g_assert_true(rules_fetch_batch(f->fetch, sender.bytes, sizeof sender.bytes, 3, 9, f->t_us));
    rules_fetch_answered(f->fetch, true, f->t_us);
    g_assert_cmpstr(f->story->str, ==, "3:5..9 2 lost;"); /* not all of it */
    for (int i = 0; i < RULES_FETCH_MAX; i++)
        add(f, 3, 5, 9, 0);
    VicuFeedGap gap = {sender, 3, 5, 9, 0};
    g_assert_false(rules_fetch_add(f->fetch, &gap, f->t_us));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add("/rules/fetch/" #name, Fixture, NULL, up, name, down)
    ADD(a_hole_is_asked_for_until_it_is_whole);
    ADD(a_hole_without_a_known_end_is_over_when_nothing_more_comes);
    ADD(epochs_between_are_asked_for_too);
    ADD(many_batches_come_in_portions);
    ADD(what_nobody_has_is_given_up);
    ADD(holes_take_turns);
    ADD(what_was_not_asked_for_is_left);
#undef ADD
    return g_test_run();
}
