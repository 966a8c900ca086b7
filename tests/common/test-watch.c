/* Silences of 3, 10 and 30 s, and heartbeats.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/heartbeat.h"
#include "common/watch.h"
#include "common/wire.h"

#define S G_USEC_PER_SEC

/* Seen and decided within their 3 and 10 s, with time left to be told. */
G_STATIC_ASSERT(VICU_WATCH_DELAYED_US < 3 * S && VICU_WATCH_LOST_US < 10 * S);

static void
test_tells_three_silences_at_their_second(void)
{
    VicuWatch watch;
    vicu_watch_init(&watch, 100 * S);
    g_assert_false(vicu_watch_tick(&watch, 100 * S + VICU_WATCH_DELAYED_US - 1));
    g_assert_true(vicu_watch_tick(&watch, 100 * S + VICU_WATCH_DELAYED_US));
    g_assert_cmpint(watch.level, ==, VICU_WATCH_DELAYED);
    g_assert_false(vicu_watch_tick(&watch, 100 * S + VICU_WATCH_LOST_US - 1));
    g_assert_true(vicu_watch_tick(&watch, 100 * S + VICU_WATCH_LOST_US));
    g_assert_cmpint(watch.level, ==, VICU_WATCH_LOST);
    g_assert_true(vicu_watch_tick(&watch, 130 * S));
    g_assert_cmpint(watch.level, ==, VICU_WATCH_ESCALATED);
    g_assert_true(vicu_watch_heard(&watch, 131 * S));
    g_assert_cmpint(watch.level, ==, VICU_WATCH_OK);
    g_assert_cmpint(vicu_watch_silence_us(&watch, 132 * S), ==, S);
}

static void
test_what_never_spoke_is_missed_too(void)
{
    VicuWatch watch;
    vicu_watch_init(&watch, 0);
    g_assert_true(vicu_watch_tick(&watch, 40 * S));
    g_assert_cmpint(watch.level, ==, VICU_WATCH_ESCALATED);
    g_assert_false(watch.ever);
}

static void
on_bed(const char *bed, int64_t last_us, gpointer data)
{
    g_string_append_printf(data, "%s=%" G_GINT64_FORMAT " ", bed, last_us);
}

static void
test_a_heartbeat_is_read_as_it_was_said(void)
{
    g_autoptr(VicuHeartbeat) heartbeat = vicu_heartbeat_new();
    vicu_heartbeat_sample(heartbeat, "x", 1700000000000000);
    vicu_heartbeat_sample(heartbeat, "y", 1700000000040000);
    vicu_heartbeat_sample(heartbeat, "z", 1699999999000000);
    vicu_heartbeat_sample(heartbeat, "x", 1);
    vicu_heartbeat_forget(heartbeat, "y");
    const Vicu__Heartbeat *message = vicu_heartbeat_next(heartbeat, 5, 6, 7);
    g_autoptr(GBytes) packed = vicu_wire_pack(&message->base);
    gsize size;
    const void *bytes = g_bytes_get_data(packed, &size);
    g_autoptr(Vicu__Heartbeat) read = vicu_wire_unpack_heartbeat(bytes, size, NULL);
    g_autoptr(GString) text = g_string_new(NULL);
    g_assert_true(vicu_heartbeat_read(read, on_bed, text));
    g_assert_cmpstr(text->str, ==, "x=1700000000000000 z=1699999999000000 ");
    g_assert_cmpuint(read->counter, ==, 1);
    g_assert_cmpuint(read->spool_batches, ==, 6);
    g_assert_cmpuint(vicu_heartbeat_next(heartbeat, 5, 0, 0)->counter, ==, 2);
}

static void
test_a_heartbeat_that_does_not_add_up_is_refused(void)
{
    Vicu__Heartbeat message = VICU__HEARTBEAT__INIT;
    char *beds[] = {(char *)"a", (char *)"b"};
    int64_t last[] = {INT64_MAX, 1};
    g_autoptr(GString) text = g_string_new(NULL);
    message.bed = beds;
    message.n_bed = 2;
    message.last_us = last;
    message.n_last_us = 1;
    g_assert_false(vicu_heartbeat_read(&message, on_bed, text));
    message.n_last_us = 2;
    g_assert_false(vicu_heartbeat_read(&message, on_bed, text));
    g_assert_cmpuint(text->len, ==, 0);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/common/watch/tells_three_silences_at_their_second",
                    test_tells_three_silences_at_their_second);
    g_test_add_func("/common/watch/what_never_spoke_is_missed_too",
                    test_what_never_spoke_is_missed_too);
    g_test_add_func("/common/heartbeat/is_read_as_it_was_said",
                    test_a_heartbeat_is_read_as_it_was_said);
    g_test_add_func("/common/heartbeat/that_does_not_add_up_is_refused",
                    test_a_heartbeat_that_does_not_add_up_is_refused);
    return g_test_run();
}
