/* What the rules see of the store: silence, and the space on its disk.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "rules/store-watch.h"

#define S  ((int64_t)G_USEC_PER_SEC)
#define MS ((int64_t)1000)

typedef struct {
    RulesStoreWatch watch;
    GHashTable *alarms; /* cause -> text: what stands */
    GString *said;      /* "+cause -cause" in the order of being told */
    int64_t t_us;
    bool hub_lives;
    bool level;
} World;

static void
world_up(World *w, gconstpointer data)
{
    (void)data;
    memset(w, 0, sizeof *w);
    w->t_us = 1000 * S;
    w->hub_lives = w->level = true;
    w->alarms = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    w->said = g_string_new(NULL);
    rules_store_watch_init(&w->watch, w->t_us);
}

static void
world_down(World *w, gconstpointer data)
{
    (void)data;
    g_hash_table_unref(w->alarms);
    g_string_free(w->said, TRUE);
}

static void
tell(const char *cause, Vicu__Priority priority, const char *text, bool standing, gpointer user)
{
    World *w = user;
    bool low = strcmp(cause, RULES_STORE_LOW) == 0;
    g_assert_cmpint(priority, ==,
                    low ? VICU__PRIORITY__PRIORITY_LOW : VICU__PRIORITY__PRIORITY_MEDIUM);
    bool before = g_hash_table_contains(w->alarms, cause);
    if (standing)
        g_hash_table_replace(w->alarms, g_strdup(cause), g_strdup(text));
    else
        g_hash_table_remove(w->alarms, cause);
    if (before != standing)
        g_string_append_printf(w->said, "%c%s ", standing ? '+' : '-', cause);
}

static void
tick(World *w)
{
    w->t_us += 100 * MS;
    rules_store_watch_tick(&w->watch, w->hub_lives, w->level, w->t_us, tell, w);
}

static void
beat_now(World *w, Vicu__SpaceLevel level, double free_share)
{
    Vicu__StoreSpace space = VICU__STORE_SPACE__INIT;
    space.level = level;
    space.free_share = free_share;
    space.warn_share = 0.10;
    space.stop_share = 0.05;
    rules_store_watch_beat(&w->watch, &space, w->t_us);
}

/* @level UNKNOWN: no beat; @acks: it acknowledges. */
static void
live(World *w, int seconds, Vicu__SpaceLevel level, double free_share, bool acks)
{
    for (int i = 0; i < 10 * seconds; i++) {
        tick(w);
        if (i % 10 != 0)
            continue;
        if (level != VICU__SPACE_LEVEL__SPACE_UNKNOWN)
            beat_now(w, level, free_share);
        if (acks)
            rules_store_watch_acked(&w->watch, w->t_us, w->t_us);
    }
    tick(w);
}

#define UNKNOWN VICU__SPACE_LEVEL__SPACE_UNKNOWN
#define OK      VICU__SPACE_LEVEL__SPACE_OK
#define LOW     VICU__SPACE_LEVEL__SPACE_LOW
#define FULL    VICU__SPACE_LEVEL__SPACE_FULL

static void
a_disk_that_fills_is_low_then_full_and_clears(World *w, gconstpointer data)
{
    (void)data;
    live(w, 3, OK, 0.5, true);
    g_assert_cmpstr(w->said->str, ==, "");
    live(w, 3, LOW, 0.081, true);
    const char *text = g_hash_table_lookup(w->alarms, RULES_STORE_LOW);
    g_assert_nonnull(text);
    g_assert_nonnull(strstr(text, "8.1 % free (bound 10 %)"));
    live(w, 3, FULL, 0.042, false);
    text = g_hash_table_lookup(w->alarms, RULES_STORE_FULL);
    g_assert_nonnull(text);
    g_assert_nonnull(strstr(text, "4.2 % free (bound 5 %)"));
    live(w, 3, OK, 0.5, true);
    g_assert_cmpstr(w->said->str, ==, "+store-low +store-full -store-low -store-full ");
}

/* It acknowledges nothing for as long as that lasts, and that is not a second alarm. */
static void
a_full_store_is_not_silent(World *w, gconstpointer data)
{
    (void)data;
    live(w, 3, OK, 0.5, true);
    live(w, 300, FULL, 0.04, false);
    g_assert_cmpstr(w->said->str, ==, "+store-full ");
    live(w, 1, OK, 0.5, true);
    g_assert_cmpstr(w->said->str, ==, "+store-full -store-full ");
}

/* With space it has no reason to acknowledge nothing. */
static void
a_store_that_beats_and_acknowledges_nothing_is_silent(World *w, gconstpointer data)
{
    (void)data;
    live(w, 3, LOW, 0.08, true);
    live(w, 11, LOW, 0.08, false);
    g_assert_cmpstr(w->said->str, ==, "+store-low +store-silent ");
    live(w, 1, LOW, 0.08, true);
    g_assert_cmpstr(w->said->str, ==, "+store-low +store-silent -store-silent ");
}

static void
a_full_store_that_dies_is_silent_and_stays_full(World *w, gconstpointer data)
{
    (void)data;
    live(w, 20, FULL, 0.04, false);
    live(w, 8, UNKNOWN, 0, false);
    g_assert_cmpstr(w->said->str, ==, "+store-full ");
    live(w, 3, UNKNOWN, 0, false);
    g_assert_cmpstr(w->said->str, ==, "+store-full +store-silent ");
}

static void
behind_a_silent_hub_and_our_own_stall_nothing_is_said(World *w, gconstpointer data)
{
    (void)data;
    live(w, 3, OK, 0.5, true);
    w->hub_lives = false;
    live(w, 60, UNKNOWN, 0, false);
    w->hub_lives = true;
    live(w, 8, UNKNOWN, 0, false);
    w->t_us += 30 * S;
    tick(w);
    g_assert_cmpstr(w->said->str, ==, "");
    live(w, 10, UNKNOWN, 0, false);
    g_assert_cmpstr(w->said->str, ==, "+store-silent ");
}

/* Beats of the past come again after a restart: only the newest one counts. */
static void
nothing_is_said_of_the_disk_until_the_past_is_over(World *w, gconstpointer data)
{
    (void)data;
    g_hash_table_replace(w->alarms, g_strdup(RULES_STORE_FULL), g_strdup("of the record"));
    w->level = false;
    live(w, 2, OK, 0.5, true);
    live(w, 2, FULL, 0.04, true);
    g_assert_cmpstr(w->said->str, ==, "");
    w->level = true;
    live(w, 2, FULL, 0.04, true);
    g_assert_cmpstr(w->said->str, ==, "");
    live(w, 2, OK, 0.5, true);
    g_assert_cmpstr(w->said->str, ==, "-store-full ");
}

static void
an_alarm_of_the_record_ends_with_the_first_beat_that_says_so(World *w, gconstpointer data)
{
    (void)data;
    g_hash_table_replace(w->alarms, g_strdup(RULES_STORE_LOW), g_strdup("of the record"));
    live(w, 5, UNKNOWN, 0, true);
    g_assert_cmpstr(w->said->str, ==, "");
    live(w, 1, OK, 0.5, true);
    g_assert_cmpstr(w->said->str, ==, "-store-low ");
}

static void
a_beat_that_makes_no_sense_is_left(World *w, gconstpointer data)
{
    (void)data;
    live(w, 2, OK, 0.5, true);
    live(w, 2, FULL, 1.5, true);
    live(w, 2, FULL, -0.1, true);
    live(w, 2, FULL, __builtin_nan(""), true);
    live(w, 2, (Vicu__SpaceLevel)4, 0.04, true);
    g_assert_cmpstr(w->said->str, ==, "");
    live(w, 2, FULL, 0.04, true);
    g_assert_cmpstr(w->said->str, ==, "+store-full ");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add("/rules/store-watch/" #name, World, NULL, world_up, name, world_down)
    ADD(a_disk_that_fills_is_low_then_full_and_clears);
    ADD(a_full_store_is_not_silent);
    ADD(a_store_that_beats_and_acknowledges_nothing_is_silent);
    ADD(a_full_store_that_dies_is_silent_and_stays_full);
    ADD(behind_a_silent_hub_and_our_own_stall_nothing_is_said);
    ADD(nothing_is_said_of_the_disk_until_the_past_is_over);
    ADD(an_alarm_of_the_record_ends_with_the_first_beat_that_says_so);
    ADD(a_beat_that_makes_no_sense_is_left);
    return g_test_run();
}
