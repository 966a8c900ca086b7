/* HL7 as a source: a monitor hears AA only when its message is on disk.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include <gio/gio.h>

#include "collector/hl7-feed.h"
#include "common/clock.h"
#include "common/numeric-times.h"
#include "common/wire.h"

#define PATIENCE_US (5 * G_USEC_PER_SEC)

typedef struct {
    CollectorHl7Feed *feed;
    CollectorTick *tick;
    GHashTable *beds;
    GSocket *socket;
    GString *heard;
} World;

/* For those tests that say what time it is. */
static int64_t test_utc_us, test_boot_us;

static int64_t
say_utc_us(void)
{
    return test_utc_us;
}

static int64_t
say_boot_us(void)
{
    return test_boot_us;
}

static void
world_open_with(World *world, CollectorHl7FeedSettings settings)
{
    g_autoptr(GError) error = NULL;

    memset(world, 0, sizeof *world);
    settings.address = "127.0.0.1";
    settings.site = "test";
    world->beds = g_hash_table_new(g_str_hash, g_str_equal);
    g_hash_table_insert(world->beds, (gpointer) "ICU^^7", (gpointer) "demo/icu/7");
    settings.beds = world->beds;
    world->feed = collector_hl7_feed_new(&settings, &error);
    g_assert_no_error(error);
    world->tick = collector_tick_new(NULL);
    world->heard = g_string_new(NULL);
    g_autoptr(GSocketConnectable) address =
        g_network_address_parse(collector_hl7_feed_endpoint(world->feed), 0, &error);
    g_autoptr(GSocketAddressEnumerator) each = g_socket_connectable_enumerate(address);
    g_autoptr(GSocketAddress) one = g_socket_address_enumerator_next(each, NULL, &error);
    world->socket =
        g_socket_new(G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, &error);
    g_assert_true(g_socket_connect(world->socket, one, NULL, &error));
    g_socket_set_blocking(world->socket, FALSE);
}

static void
world_open(World *world)
{
    world_open_with(world, (CollectorHl7FeedSettings){0});
}

static void
world_close(World *world)
{
    collector_feed_free(collector_hl7_feed_base(world->feed));
    collector_tick_free(world->tick);
    g_object_unref(world->socket);
    g_hash_table_unref(world->beds);
    g_string_free(world->heard, TRUE);
}

static void
say(World *world, const char *message)
{
    g_autofree char *frame = g_strdup_printf("\x0b%s\x1c\r", message);

    g_assert_cmpint(g_socket_send(world->socket, frame, strlen(frame), NULL, NULL), ==,
                    (int)strlen(frame));
}

/* Runs the loop until @text was heard or @patience_us passed. */
static gboolean
hears(World *world, const char *text, int64_t patience_us)
{
    int64_t until_us = vicu_clock_boot_us() + patience_us;
    char buffer[4096];

    while (strstr(world->heard->str, text) == NULL && vicu_clock_boot_us() < until_us) {
        while (g_main_context_iteration(NULL, FALSE))
            ;
        gssize n = g_socket_receive(world->socket, buffer, sizeof buffer, NULL, NULL);
        if (n > 0)
            g_string_append_len(world->heard, buffer, n);
        else
            g_socket_condition_timed_wait(world->socket, G_IO_IN, 2000, NULL, NULL);
    }
    return strstr(world->heard->str, text) != NULL;
}

static uint64_t
taken(World *world)
{
    CollectorHl7FeedFigures figures;

    collector_hl7_feed_figures(world->feed, &figures);
    return figures.taken + figures.refused;
}

static void
arrive(World *world, uint64_t n)
{
    int64_t until_us = vicu_clock_boot_us() + PATIENCE_US;

    while (taken(world) < n && vicu_clock_boot_us() < until_us)
        g_main_context_iteration(NULL, FALSE);
    g_assert_cmpuint(taken(world), ==, n);
}

#define HR(id)                                                                                     \
    "MSH|^~\\&|MON|ICU|||20261120144004+0000||ORU^R01^ORU_R01|" id "|P|2.6\r"                      \
    "PV1|||ICU^^7\rOBX|1|NM|147842^HR^MDC||71|/min|||||F\r"

static void
aa_waits_for_the_disk(void)
{
    World world;

    world_open(&world);
    say(&world, HR("one"));
    arrive(&world, 1);
    collector_feed_poll(collector_hl7_feed_base(world.feed), vicu_clock_utc_us(), world.tick);
    g_autoptr(GBytes) packed = collector_tick_take(world.tick, vicu_clock_utc_us());
    g_assert_nonnull(packed);
    g_autoptr(Vicu__Batch) batch =
        vicu_wire_unpack_batch(g_bytes_get_data(packed, NULL), g_bytes_get_size(packed), NULL);
    g_assert_cmpuint(batch->n_numerics, ==, 1);
    g_assert_cmpstr(batch->numerics[0]->bed, ==, "demo/icu/7");
    g_assert_cmpfloat(batch->numerics[0]->value[0], ==, 71);

    collector_hl7_feed_appended(world.feed, 1);
    collector_hl7_feed_safe(world.feed, 0);
    g_assert_false(hears(&world, "MSA|", 100000));
    collector_hl7_feed_safe(world.feed, 1);
    g_assert_true(hears(&world, "MSA|AA|one", PATIENCE_US));
    world_close(&world);
}

static void
a_message_that_came_after_the_tick_is_not_answered_with_it(void)
{
    World world;

    world_open(&world);
    say(&world, HR("one"));
    arrive(&world, 1);
    collector_feed_poll(collector_hl7_feed_base(world.feed), vicu_clock_utc_us(), world.tick);
    say(&world, HR("two"));
    arrive(&world, 2);
    collector_hl7_feed_appended(world.feed, 1);
    collector_hl7_feed_safe(world.feed, 1);
    g_assert_true(hears(&world, "MSA|AA|one", PATIENCE_US));
    g_assert_false(hears(&world, "MSA|AA|two", 100000));
    collector_feed_poll(collector_hl7_feed_base(world.feed), vicu_clock_utc_us(), world.tick);
    collector_hl7_feed_appended(world.feed, 2);
    collector_hl7_feed_safe(world.feed, 2);
    g_assert_true(hears(&world, "MSA|AA|two", PATIENCE_US));
    world_close(&world);
}

static void
what_is_not_for_us_is_answered_at_once_with_a_reason(void)
{
    World world;

    world_open(&world);
    say(&world, "MSH|^~\\&|MON|ICU|||20261120144004+0000||SIU^S12^SIU_S12|other|P|2.6\r");
    arrive(&world, 1);
    g_assert_true(hears(&world, "MSA|AR|other", PATIENCE_US));
    g_assert_nonnull(strstr(world.heard->str, "\rERR|"));
    world_close(&world);
}

static void
a_message_with_too_many_values_is_refused_whole(void)
{
    World world;
    g_autoptr(GString) text = g_string_new(
        "\x0bMSH|^~\\&|MON|ICU|||20261120144004+0000||ORU^R01^ORU_R01|big|P|2.6\rPV1|||ICU^^7\r");

    world_open(&world);
    for (int i = 0; i < 20001; i++)
        g_string_append_printf(text, "OBX|%d|NM|147842^HR^MDC|1.1.1.%d|71|/min|||||F\r", i + 1,
                               i + 1);
    g_string_append(text, "\x1c\r");
    for (gsize at = 0; at < text->len;) {
        gssize n = g_socket_send(world.socket, text->str + at, text->len - at, NULL, NULL);
        at += n > 0 ? (gsize)n : 0;
        while (g_main_context_iteration(NULL, FALSE))
            ;
    }
    arrive(&world, 1);
    g_assert_true(hears(&world, "MSA|AE|big", PATIENCE_US));
    g_assert_nonnull(strstr(world.heard->str, "20000 values"));
    world_close(&world);
}

static Vicu__Batch *
next_batch(World *world)
{
    collector_feed_poll(collector_hl7_feed_base(world->feed), vicu_clock_utc_us(), world->tick);
    g_autoptr(GBytes) packed = collector_tick_take(world->tick, vicu_clock_utc_us());
    g_assert_nonnull(packed);
    return vicu_wire_unpack_batch(g_bytes_get_data(packed, NULL), g_bytes_get_size(packed), NULL);
}

static const Vicu__Event *
event_of(const Vicu__Batch *batch, const char *kind)
{
    for (size_t i = 0; i < batch->n_event; i++)
        if (strcmp(batch->event[i]->kind, kind) == 0)
            return batch->event[i];
    return NULL;
}

static void
a_value_with_a_fault_is_warned_of_in_the_answer(void)
{
    World world;

    world_open(&world);
    say(&world, HR("one") "OBX|2|NM|150456^SpO2^MDC||much|%|||||F\r");
    arrive(&world, 1);
    g_autoptr(Vicu__Batch) batch = next_batch(&world);
    g_assert_nonnull(event_of(batch, "hl7-problem"));
    collector_hl7_feed_appended(world.feed, 1);
    collector_hl7_feed_safe(world.feed, 1);
    g_assert_true(hears(&world, "MSA|AA|one\rERR||OBX^2^5|102^", PATIENCE_US));
    world_close(&world);
}

static void
a_refused_message_leaves_an_event(void)
{
    World world;

    world_open(&world);
    say(&world, "MSH|^~\\&|MON|ICU|||20261120144004+0000||SIU^S12^SIU_S12|other|P|2.6\r");
    arrive(&world, 1);
    g_autoptr(Vicu__Batch) batch = next_batch(&world);
    g_assert_cmpuint(batch->n_numerics, ==, 0);
    g_assert_cmpstr(event_of(batch, "hl7-problem")->key, ==, "MSH-9");
    collector_hl7_feed_appended(world.feed, 1);
    collector_hl7_feed_safe(world.feed, 1);
    g_assert_true(hears(&world, "MSA|AR|other", PATIENCE_US));
    g_assert_false(hears(&world, "MSA|AA", 50000));
    world_close(&world);
}

static void
a_transfer_reaches_the_bed_desk_with_its_ids(void)
{
    World world;
    const Vicu__Event *event;

    world_open(&world);
    say(&world, "MSH|^~\\&|ADT|H|||20261120144004+0000||ADT^A02^ADT_A02|move|P|2.6\r"
                "PID|||P7^^^H^MR||Doe^John\rPV1||I|ICU^^7|||ICU^^6|||||||||||||V1\r");
    arrive(&world, 1);
    g_autoptr(Vicu__Batch) batch = next_batch(&world);
    event = event_of(batch, "adt-transfer");
    g_assert_nonnull(event);
    g_assert_cmpstr(event->bed, ==, "demo/icu/7");
    g_assert_cmpstr(event->key, ==, "P7");
    g_autoptr(Vicu__Adt) adt = vicu_wire_unpack_adt(event->detail.data, event->detail.len, NULL);
    g_assert_nonnull(adt);
    g_assert_cmpstr(adt->trigger, ==, "A02");
    g_assert_cmpstr(adt->patient, ==, "P7");
    g_assert_cmpstr(adt->prior_bed, ==, "test/unassigned/ICU-6");
    g_assert_cmpstr(adt->visit, ==, "V1");
    g_assert_cmpint(adt->t_us, ==, INT64_C(1795185604000000));
    world_close(&world);
}

/* ---- the device's own time ---- */

#define HUB_US INT64_C(1795185604000000) /* 2026-11-20T14:40:04Z */
#define HOUR   INT64_C(3600000000)

/* One message that comes at HUB_US + @after_us with these OBX-14 (or MSH-7), and
 * the batch of the tick 40 ms later. The caller frees. */
static Vicu__Batch *
say_at(World *world, int64_t after_us, const char *header_time, const char *observations)
{
    g_autofree char *text =
        g_strdup_printf("MSH|^~\\&|MON|ICU|||%s||ORU^R01^ORU_R01|m|P|2.6\rPV1|||ICU^^7\r%s",
                        header_time, observations);
    int64_t tick_us = HUB_US + after_us + 40000;

    test_utc_us = HUB_US + after_us;
    test_boot_us = after_us;
    say(world, text);
    arrive(world, taken(world) + 1);
    test_boot_us = after_us + 40000;
    collector_feed_poll(collector_hl7_feed_base(world->feed), tick_us, world->tick);
    g_autoptr(GBytes) packed = collector_tick_take(world->tick, tick_us);
    g_assert_nonnull(packed);
    return vicu_wire_unpack_batch(g_bytes_get_data(packed, NULL), g_bytes_get_size(packed), NULL);
}

static void
expect_times(
    const Vicu__Batch *batch, size_t i, int64_t t_us, int64_t source_us, int64_t received_us)
{
    const Vicu__Numerics *n = batch->numerics[0];

    g_assert_cmpuint(batch->n_numerics, ==, 1);
    g_assert_true(vicu_numeric_times_fit(n));
    g_assert_cmpint(n->t_us[i], ==, t_us);
    g_assert_cmpint(vicu_numeric_source_us(n, i), ==, source_us);
    g_assert_cmpint(vicu_numeric_received_us(n, i), ==, received_us);
}

#define OBX_HR(time) "OBX|1|NM|147842^HR^MDC||71|/min|||||F|||" time "\r"

static void
world_open_timed(World *world)
{
    test_utc_us = HUB_US;
    world_open_with(world,
                    (CollectorHl7FeedSettings){.utc_us = say_utc_us, .boot_us = say_boot_us});
}

static void
the_devices_time_goes_along_however_wrong_its_clock_is(void)
{
    static const struct {
        const char *header, *sent;
        int64_t source_us;
    } cases[] = {
        {"20261120144004+0000", "20261120134003.25+0000", HUB_US - HOUR - 750000}, /* an hour */
        {"20261120144004+0000", "20261120164004+0000", HUB_US + 2 * HOUR},
        {"20261120144004+0000", "19991231235959+0000", INT64_C(946684799000000)}, /* decades */
        {"20261120144004+0000", "20991231235959-0500", INT64_C(4102462799000000)},
        {"20261120144004+0000", "20261120154004+0100", HUB_US},
        {"20261120154004+0100", "20261120154004", HUB_US}, /* zone of MSH-7 */
        {"20261120144004", "20261120144004", HUB_US},      /* no zone: the setting's, 0 */
        {"20261120154004+0100", "", HUB_US},               /* MSH-7 itself */
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        World world;
        world_open_timed(&world);
        g_autofree char *obx = g_strdup_printf(OBX_HR("%s"), cases[i].sent);
        g_autoptr(Vicu__Batch) batch = say_at(&world, 0, cases[i].header, obx);
        /* the first reading of its clock: the value is of now */
        expect_times(batch, 0, HUB_US, cases[i].source_us, HUB_US);
        world_close(&world);
    }
}

static void
a_time_without_a_zone_is_read_by_the_setting(void)
{
    World world;

    test_utc_us = HUB_US;
    world_open_with(&world, (CollectorHl7FeedSettings){
                                .utc_us = say_utc_us, .boot_us = say_boot_us, .zone_s = -18000});
    g_autoptr(Vicu__Batch) batch = say_at(&world, 0, "20261120094004", OBX_HR("20261120084004"));
    expect_times(batch, 0, HUB_US, HUB_US - HOUR, HUB_US);
    world_close(&world);
}

static void
a_trusted_clock_is_told_too(void)
{
    World world;

    test_utc_us = HUB_US;
    world_open_with(&world, (CollectorHl7FeedSettings){
                                .utc_us = say_utc_us, .boot_us = say_boot_us, .trust_clock = TRUE});
    g_autoptr(Vicu__Batch) batch =
        say_at(&world, 0, "20261120144004+0000", OBX_HR("20261120144001+0000"));
    expect_times(batch, 0, HUB_US - 3000000, HUB_US - 3000000, HUB_US);
    world_close(&world);
}

static void
a_value_without_a_time_has_no_source_time_and_is_not_shifted(void)
{
    World world;

    world_open_timed(&world);
    /* a device an hour ahead; then a day only, and no time at all: neither is a reading */
    g_autoptr(Vicu__Batch) first =
        say_at(&world, 0, "20261120154004+0000", OBX_HR("20261120154004+0000"));
    expect_times(first, 0, HUB_US, HUB_US + HOUR, HUB_US);
    for (int i = 1; i <= 4; i++) {
        int64_t after_us = i * INT64_C(2000000);
        g_autofree char *obx = g_strdup_printf(
            OBX_HR("2026112015400%d+0000")
                OBX_HR("20261120") "OBX|3|ST|67108865^ACVPU^99VICU||A||||||F|||20261120\r"
                                   "OBX|4|ST|1^Odd^LOCAL||x||||||F|||2026112015400%d+0000\r",
            4 + MIN(2 * i, 5), 4);
        g_autoptr(Vicu__Batch) batch = say_at(&world, after_us, "20261120", obx);
        expect_times(batch, 1, HUB_US + after_us, 0, HUB_US + after_us);
        g_assert_cmpint(batch->numerics[0]->quality[1], ==, VICU__QUALITY__QUALITY_QUESTIONABLE);
        g_assert_cmpuint(batch->n_symbol, ==, 1);
        g_assert_cmpint(batch->symbol[0]->t_us, ==, HUB_US + after_us);
        g_assert_cmpint(batch->symbol[0]->source_t_us, ==, 0);
        g_assert_cmpint(batch->symbol[0]->received_us, ==, HUB_US + after_us);
        g_assert_cmpuint(batch->n_unmapped, ==, 1);
        g_assert_cmpint(batch->unmapped[0]->source_t_us, ==, HUB_US + HOUR);
        g_assert_cmpint(batch->unmapped[0]->received_us, ==, HUB_US + after_us);
        g_assert_null(event_of(batch, "clock-stepped"));
    }
    world_close(&world);
}

static void
a_clock_that_is_set_is_told_and_its_times_stay_as_said(void)
{
    World world;
    CollectorHl7FeedFigures figures;

    world_open_timed(&world);
    for (int i = 0; i <= 5; i++) {
        /* from the second message on, an hour behind */
        int64_t after_us = i * INT64_C(2000000), behind_us = i > 0 ? HOUR : 0;
        g_autofree char *obx =
            g_strdup_printf(OBX_HR("20261120%d40%02d+0000"), i > 0 ? 13 : 14, 4 + 2 * i);
        g_autoptr(Vicu__Batch) batch = say_at(&world, after_us, "20261120144004+0000", obx);
        const Vicu__Event *stepped = event_of(batch, "clock-stepped");
        bool set = i == 0 || i >= 3; /* three readings agree: then it is believed */
        expect_times(batch, 0, HUB_US + after_us - (set ? 0 : HOUR), HUB_US + after_us - behind_us,
                     HUB_US + after_us);
        g_assert_cmpint(stepped != NULL, ==, i == 3);
    }
    collector_hl7_feed_figures(world.feed, &figures);
    g_assert_cmpuint(figures.clock_steps, ==, 1);
    world_close(&world);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_log_set_always_fatal(G_LOG_FATAL_MASK); /* a refusal is a warning, and normal here */
    g_test_add_func("/collector/hl7-feed/aa_waits_for_the_disk", aa_waits_for_the_disk);
    g_test_add_func(
        "/collector/hl7-feed/a_message_that_came_after_the_tick_is_not_answered_with_it",
        a_message_that_came_after_the_tick_is_not_answered_with_it);
    g_test_add_func("/collector/hl7-feed/what_is_not_for_us_is_answered_at_once_with_a_reason",
                    what_is_not_for_us_is_answered_at_once_with_a_reason);
    g_test_add_func("/collector/hl7-feed/a_message_with_too_many_values_is_refused_whole",
                    a_message_with_too_many_values_is_refused_whole);
    g_test_add_func("/collector/hl7-feed/a_value_with_a_fault_is_warned_of_in_the_answer",
                    a_value_with_a_fault_is_warned_of_in_the_answer);
    g_test_add_func("/collector/hl7-feed/a_refused_message_leaves_an_event",
                    a_refused_message_leaves_an_event);
    g_test_add_func("/collector/hl7-feed/a_transfer_reaches_the_bed_desk_with_its_ids",
                    a_transfer_reaches_the_bed_desk_with_its_ids);
#define ADD(name) g_test_add_func("/collector/hl7-feed/" #name, name)
    ADD(the_devices_time_goes_along_however_wrong_its_clock_is);
    ADD(a_time_without_a_zone_is_read_by_the_setting);
    ADD(a_trusted_clock_is_told_too);
    ADD(a_value_without_a_time_has_no_source_time_and_is_not_shifted);
    ADD(a_clock_that_is_set_is_told_and_its_times_stay_as_said);
    return g_test_run();
}
