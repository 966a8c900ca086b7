/* What stands on a station's screen three seconds after a process of a running installation has
 * died or stands still, and when it is back.
 *
 * Read are the words and blocks of the picture. Nobody starts what was ended.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <signal.h>

#include "common/clock.h"
#include "tests/process/live.h"

#define S       SITE_S
#define SEEN_US (3 * S)
#define BUSY_US (1 * S) /* a machine with much else to do hands on what was sent before so late */

#define BED       LIVE_WARD "/5"
#define OTHER_BED LIVE_WARD "/9"
#define ANNEX_BED LIVE_ANNEX "/2"

static void
the_wall_is_calm(Live *live)
{
    live_keys(live, "1", live_is_view, "wall");
    live_await(live, live_reads_not, "Hub blind");
    live_await(live, live_reads_not, "Rules blind");
    live_await(live, live_reads, "16 beds:  16 with data");
    g_assert_false(live_tile_is_hatched(live, BED));
    g_assert_false(live_tile_is_hatched(live, ANNEX_BED));
}

/* Whatever the store does. */
static void
the_wall_goes_on(Live *live)
{
    live_keys(live, "1", live_is_view, "wall");
    live_await(live, live_reads, "16 beds:  16 with data");
    live_must_not_read(live, "Hub blind");
    live_must_not_read(live, "Rules blind");
}

/* Ends or stops it; the picture that is looked at next is of three seconds later. */
static void
take(Live *live, const char *process, int signal)
{
    int64_t now_us = vicu_clock_utc_us();

    site_signal(live->site, process, signal);
    live_until(live, now_us + SEEN_US);
}

static void
give_back(Live *live, const char *process, int signal)
{
    if (signal == SIGKILL)
        live_start(live, process);
    else
        site_signal(live->site, process, SIGCONT);
}

/* Wherever one goes: @words stand there, and nothing says that it is calm. */
static void
everywhere(Live *live, const char *words)
{
    static const struct {
        const char *keys;
        const char *view;
    } views[] = {{"2 slash 5 Return", "bed"},
                 {"5", "disclosure"},
                 {"6", "review"},
                 {"7", "handover"},
                 {"8", "links"},
                 {"9", "ward"},
                 {"4", "card"},
                 {"2", "worklist"},
                 {"1", "wall"}};
    for (size_t i = 0; i < G_N_ELEMENTS(views); i++) {
        live_keys(live, views[i].keys, live_is_view, views[i].view);
        live_pictures(live, 2);
        live_must_read(live, words);
        live_must_not_read(live, "No alarm stands.");
        live_must_not_read(live, "nothing stands out");
        live_must_not_read(live, "none stands");
    }
}

/* --- the hub --- */

static void
hub(Live *live, int signal)
{
    the_wall_is_calm(live);
    take(live, "hub", signal);
    live_must_read(live, "Hub blind: no data reach this station");
    live_must_read(live, "seen by this station");
    live_must_read(live, "NO DATA 3 s");
    g_assert_true(live_reads(live, "ALARM KNOWN, NOT ALL")
                  || live_reads(live, "ALARMS KNOWN, NOT ALL"));
    live_must_not_read(live, "Rules blind");
    g_assert_true(live_tile_is_hatched(live, BED));
    g_assert_true(live_tile_is_hatched(live, ANNEX_BED));
    everywhere(live, "Hub blind: no data reach this station");
    give_back(live, "hub", signal);
    the_wall_is_calm(live);
}

static void
hub_is_killed(Live *live)
{
    hub(live, SIGKILL);
}

static void
hub_stands(Live *live)
{
    hub(live, SIGSTOP);
}

/* --- the rules --- */

static void
rules(Live *live, int signal)
{
    the_wall_is_calm(live);
    take(live, "rules", signal);
    live_must_read(live, "Rules blind: alarms may be missing");
    g_assert_true(live_reads(live, "ALARM KNOWN, NOT ALL")
                  || live_reads(live, "ALARMS KNOWN, NOT ALL"));
    g_assert_true(live_tile_reads(live, BED, "alarms not known"));
    g_assert_true(live_tile_is_hatched(live, BED));
    live_must_read(live, "16 beds:  16 with data"); /* the pictures go on */
    live_must_not_read(live, "Hub blind");
    everywhere(live, "Rules blind: alarms may be missing");
    give_back(live, "rules", signal);
    the_wall_is_calm(live);
}

static void
rules_are_killed(Live *live)
{
    rules(live, SIGKILL);
}

static void
rules_stand(Live *live)
{
    rules(live, SIGSTOP);
}

/* --- a collector --- */

static gboolean
is_lost(Live *live, const char *bed)
{
    return live_tile_reads(live, bed, "NO DATA") && live_tile_is_hatched(live, bed);
}

static gboolean
has_no_data(Live *live, const char *bed)
{
    return live_tile_reads(live, bed, "no data") || is_lost(live, bed);
}

/* Its site, and one of its beds. */
static void
where_its_beds_are_looked_at(Live *live)
{
    live_keys(live, "8", live_is_view, "links");
    live_await(live, live_reads, "NO DATA");
    live_must_read(live, "0 of 4 beds");
    dash_shell_choose(live->shell, ANNEX_BED);
    live_keys(live, "3", live_is_view, "bed");
    live_await(live, live_reads, "NO DATA");
    live_keys(live, "9", live_is_view, "ward");
    live_await(live, live_reads, "NO DATA");
}

/* Rules that are behind, as on a machine with too much to do, call a bed lost late; that it has no
 * data this station says by itself. */
static void
collector(Live *live, int signal)
{
    the_wall_is_calm(live);
    int64_t taken_us = vicu_clock_utc_us();
    take(live, "annex", signal);
    live_await(live, has_no_data, ANNEX_BED);
    g_assert_cmpint(vicu_clock_utc_us() - taken_us, <=, SEEN_US + BUSY_US);
    g_assert_false(live_tile_reads(live, BED, "no data") || live_tile_reads(live, BED, "NO DATA"));
    live_must_not_read(live, "Hub blind");
    live_await(live, is_lost, ANNEX_BED);
    g_test_message("figure: collector gone: its beds hatched on the wall after %.2f s",
                   (double)(vicu_clock_utc_us() - taken_us) / 1e6);
    live_await(live, live_reads, "16 beds:  12 with data  0 away  4 no data");
    g_assert_false(live_tile_is_hatched(live, BED));
    live_keys(live, "2", live_is_view, "worklist");
    live_await(live, live_reads, "NO DATA");
    where_its_beds_are_looked_at(live);
    give_back(live, "annex", signal);
    the_wall_is_calm(live);
}

static void
collector_is_killed(Live *live)
{
    collector(live, SIGKILL);
}

static void
collector_stands(Live *live)
{
    collector(live, SIGSTOP);
}

/* --- the store --- */

#define SILENT "The store does not answer since"

static gboolean
is_alarmed(Site *site, gpointer bed)
{
    return site_stands(site, bed, "map-critical");
}

static gboolean
shows_waves(Live *live, const char *none)
{
    (void)none;
    return live_draws_waves(live);
}

/* Two alarms that the station's own waves do not reach back to. */
static void
raise_before(Live *live)
{
    static const char *const beds[] = {BED, OTHER_BED};
    for (size_t i = 0; i < G_N_ELEMENTS(beds); i++) {
        site_observe(live->site, beds[i], "NIBP_M", 40);
        g_assert_true(site_wait(live->site, 20 * S, is_alarmed, (gpointer)beds[i]));
    }
    site_wait(live->site, 18 * S, NULL, NULL); /* it begins with 16 s from the store */
}

static void
open_card(Live *live, const char *bed)
{
    const Vicu__Alarm *alarm = site_alarm(live->site, bed, "map-critical");
    dash_shell_go(live->shell, DASH_VIEW_CARD, bed, alarm->id);
    live_pictures(live, 2);
}

/* The past in each of its places: of the bed that is open, of another time, of an alarm. */
static void
store(Live *live, int signal)
{
    open_card(live, BED);
    live_await(live, shows_waves, "the strip of a card");
    live_keys(live, "2 slash 5 Return", live_is_bed, BED);
    live_keys(live, "5", live_is_view, "disclosure");
    live_await(live, shows_waves, "strips of the full disclosure");
    live_await(live, live_reads_not, "store");
    take(live, "store", signal);
    live_must_read(live, SILENT);
    live_must_not_read(live, "Hub blind");
    int64_t opened_us = vicu_clock_utc_us();
    live_keys(live, "Escape comma", live_is_view, "bed");
    live_until(live, opened_us + SEEN_US);
    live_must_read(live, SILENT);
    live_must_not_read(live, "asked ...");
    opened_us = vicu_clock_utc_us();
    open_card(live, OTHER_BED);
    live_until(live, opened_us + SEEN_US);
    live_must_read(live, "the store does not answer");
    live_must_not_read(live, "asking the store");
    /* However long it lasts: no question that was given up may look like an answer. */
    for (int i = 0; i < (site_is_night() ? 60 : 14); i++) {
        live_until(live, vicu_clock_utc_us() + S / 2);
        live_must_read(live, "the store does not answer");
    }
    the_wall_goes_on(live);
    open_card(live, OTHER_BED);
    give_back(live, "store", signal);
    live_await(live, shows_waves, "the strip of a card");
    live_await(live, live_reads_not, "the store does not answer");
    live_keys(live, "1 2 slash 5 Return", live_is_bed, BED);
    live_keys(live, "5 l", live_is_view, "disclosure");
    live_await(live, live_reads_not, SILENT);
    live_await(live, shows_waves, "strips of the full disclosure");
}

/* The review asks seldom by itself. */
static void
store_of_review(Live *live, int signal)
{
    live_keys(live, "6", live_is_view, "review");
    live_await(live, live_reads_not, "does not answer");
    take(live, "store", signal);
    live_must_read(live, "the store does not answer");
    give_back(live, "store", signal);
    live_await(live, live_reads_not, "does not answer");
}

static void
store_of_review_is_killed(Live *live)
{
    store_of_review(live, SIGKILL);
}

static void
store_of_review_stands(Live *live)
{
    store_of_review(live, SIGSTOP);
}

static void
store_is_killed(Live *live)
{
    store(live, SIGKILL);
}

static void
store_stands(Live *live)
{
    store(live, SIGSTOP);
}

int
main(int argc, char **argv)
{
    static const LiveTest tests[] = {
        {"a_killed_hub_is_on_the_screen_in_three_seconds", hub_is_killed, NULL},
        {"a_hub_that_stands_is_on_the_screen_in_three_seconds", hub_stands, NULL},
        {"killed_rules_are_on_the_screen_in_three_seconds", rules_are_killed, NULL},
        {"rules_that_stand_are_on_the_screen_in_three_seconds", rules_stand, NULL},
        {"a_killed_collector_is_on_the_screen_in_three_seconds", collector_is_killed, NULL},
        {"a_collector_that_stands_is_on_the_screen_in_three_seconds", collector_stands, NULL},
        {"a_killed_store_is_on_the_screen_in_three_seconds", store_is_killed, raise_before},
        {"a_store_that_stands_is_on_the_screen_in_three_seconds", store_stands, raise_before},
        {"a_killed_store_is_in_the_review_in_three_seconds", store_of_review_is_killed, NULL},
        {"a_store_that_stands_is_in_the_review_in_three_seconds", store_of_review_stands, NULL},
    };
    return live_main(argc, argv, "blind", tests, G_N_ELEMENTS(tests));
}
