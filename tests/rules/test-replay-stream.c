/* Batches as a stream become inputs; what is damaged is refused, what is odd is left out.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "proto/signals.h"
#include "rules/replay/stream.h"
#include "rules/replay/wire.h"
#include "tests/rules/replay-fixture.h"

#define SECOND  ((int64_t)G_USEC_PER_SEC)
#define MINUTES 10

static uint32_t
code(const char *name)
{
    return vicu_signal_code(vicu_signal_by_name(name));
}

static void
put_frame(GByteArray *out, const Vicu__Batch *batch)
{
    g_autoptr(GBytes) packed = vicu_wire_pack(&batch->base);
    gsize n = 0;
    const uint8_t *bytes = g_bytes_get_data(packed, &n);
    uint8_t head[] = {(uint8_t)n, (uint8_t)(n >> 8), (uint8_t)(n >> 16), (uint8_t)(n >> 24)};
    g_byte_array_append(out, head, sizeof head);
    g_byte_array_append(out, bytes, (guint)n);
}

/* One batch a second: SpO2, which is low in every other minute; derived HR, which is not read. */
static GByteArray *
ten_minutes(void)
{
    GByteArray *out = g_byte_array_new();
    for (int s = 0; s < MINUTES * 60; s++) {
        Vicu__Batch batch = VICU__BATCH__INIT;
        Vicu__Numerics ours = VICU__NUMERICS__INIT, device = VICU__NUMERICS__INIT;
        Vicu__Numerics *both[] = {&device, &ours};
        uint32_t spo2 = code("SpO2"), hr = code("HR");
        int64_t t_us = T0_US + s * SECOND;
        double low = s / 60 % 2 ? 85 : 97, fast = 200;
        device.n_code = device.n_t_us = device.n_value = 1;
        device.code = &spo2;
        device.value = &low;
        ours = device;
        ours.source = VICU__SOURCE__SOURCE_DERIVED;
        ours.code = &hr;
        ours.value = &fast;
        device.t_us = ours.t_us = &t_us;
        batch.t_us = t_us + SECOND;
        batch.numerics = both;
        batch.n_numerics = 2;
        put_frame(out, &batch);
    }
    return out;
}

static void
nothing(int64_t t_us, void *user)
{
    (void)t_us;
    (void)user;
}

static char *
play(const GByteArray *bytes, size_t length, int64_t *newest_us, GError **error)
{
    g_autoptr(RulesSet) set = replay_compile(REPLAY_SET);
    g_autoptr(RulesPlayer) player = rules_player_new(&set, 1, "a/b/1", 0, INT64_MAX);
    FILE *in = fmemopen(bytes->data, length, "r");
    *newest_us = 0;
    bool ok = rules_stream_play(in, true, player, newest_us, nothing, NULL, error);
    fclose(in);
    rules_player_end(player, *newest_us + 1);
    return ok ? g_strdup(rules_player_log(player, 0)->str) : NULL;
}

static void
values_become_alarms_and_derived_ones_do_not(void)
{
    g_autoptr(GByteArray) bytes = ten_minutes();
    int64_t newest_us;
    GError *error = NULL;
    g_autofree char *log = play(bytes, bytes->len, &newest_us, &error);
    g_assert_no_error(error);
    g_assert_cmpint(newest_us, ==, T0_US + (MINUTES * 60 - 1) * SECOND);
    g_auto(GStrv) lines = g_strsplit(log, "\traise\t", -1);
    g_assert_cmpuint(g_strv_length(lines) - 1, ==, 5);
    g_assert_null(strstr(log, "tachycardia\t1\traise"));
}

/* The same inputs at once as a table. */
static void
a_stream_says_what_its_table_says(void)
{
    g_autoptr(GByteArray) bytes = ten_minutes();
    g_autoptr(RulesSet) set = replay_compile(REPLAY_SET);
    g_autoptr(RulesInputs) inputs = rules_inputs_new();
    g_autoptr(GString) table = g_string_new(NULL);
    int64_t newest_us;
    g_autofree char *log = play(bytes, bytes->len, &newest_us, NULL);
    for (int m = 0; m < MINUTES; m++)
        replay_run(table, m * 60, m * 60 + 60, "SpO2", m % 2 ? 85 : 97);
    replay_series(inputs, table->str);
    g_autoptr(RulesPlayer) player = rules_player_new(&set, 1, "a/b/1", 0, INT64_MAX);
    rules_player_play(player, inputs);
    rules_player_end(player, newest_us + 1);
    g_assert_cmpstr(rules_player_log(player, 0)->str, ==, log);
}

static void
a_damaged_stream_is_refused(void)
{
    g_autoptr(GByteArray) bytes = ten_minutes();
    int64_t newest_us;
    static const struct {
        size_t cut, at;
        const char *says;
    } bad[] = {{2, 0, "within the length"}, {9, 0, "within one"}, {0, 3, "too long"}};
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GByteArray) copy = g_byte_array_new();
        g_autoptr(GError) error = NULL;
        g_byte_array_append(copy, bytes->data, bytes->len);
        if (bad[i].at > 0)
            copy->data[bad[i].at] = 0xff;
        g_assert_null(play(copy, bad[i].cut ? bad[i].cut : copy->len, &newest_us, &error));
        if (!strstr(error->message, bad[i].says))
            g_error("\"%s\" lacks \"%s\"", error->message, bad[i].says);
    }
}

static size_t
entries(const Vicu__Batch *batch, bool restarts, RulesInputs *inputs)
{
    g_autoptr(RulesWire) wire = rules_wire_new(restarts);
    rules_inputs_clear(inputs);
    rules_wire_batch(wire, batch, inputs);
    return rules_inputs_length(inputs);
}

static void
events_become_resets_and_limits(void)
{
    static const struct {
        const char *kind, *key, *text;
        size_t n, n_once; /* of a ward, and of a recording that is played once */
        RulesInputKind is;
    } all[] = {
        {"recording-restarts", "", "again", 1, 0, RULES_ENTRY_RESET},
        {"bed-reset", "forget", "discharged", 1, 1, RULES_ENTRY_RESET},
        {"limit-set", "SpO2_low", "88.5", 1, 1, RULES_ENTRY_LIMIT},
        {"limit-set", "SpO2_low", "much", 0, 0, RULES_ENTRY_LIMIT},
        {"limit-set", "SpO2_low", "nan", 0, 0, RULES_ENTRY_LIMIT},
        {"alarm", "x", "y", 0, 0, RULES_ENTRY_LIMIT},
    };
    g_autoptr(RulesInputs) inputs = rules_inputs_new();
    for (size_t i = 0; i < G_N_ELEMENTS(all); i++) {
        Vicu__Event event = VICU__EVENT__INIT, *events[] = {&event};
        Vicu__Batch batch = VICU__BATCH__INIT;
        event.t_us = T0_US;
        event.kind = (char *)all[i].kind;
        event.key = (char *)all[i].key;
        event.text = (char *)all[i].text;
        batch.event = events;
        batch.n_event = 1;
        g_assert_cmpuint(entries(&batch, false, inputs), ==, all[i].n_once);
        g_assert_cmpuint(entries(&batch, true, inputs), ==, all[i].n);
        if (all[i].n == 0)
            continue;
        const RulesInput *input = rules_inputs_get(inputs, 0);
        g_assert_cmpint(input->kind, ==, all[i].is);
        g_assert_true(input->flag == (strcmp(all[i].key, "forget") == 0));
        if (input->kind == RULES_ENTRY_LIMIT)
            g_assert_cmpfloat(input->value, ==, 88.5);
    }
}

/* What a live bed would not take. */
static void
odd_waves_and_values_are_left_out(void)
{
    g_autoptr(RulesInputs) inputs = rules_inputs_new();
    uint8_t samples[] = {1, 0, 2, 0, 3, 0};
    Vicu__Segment segment = VICU__SEGMENT__INIT, *segments[] = {&segment};
    Vicu__Wave wave = VICU__WAVE__INIT, *waves[] = {&wave};
    Vicu__Batch batch = VICU__BATCH__INIT;
    segment.id = wave.segment = 7;
    segment.code = code("ECG_II");
    segment.t0_us = T0_US;
    segment.period_num = 1;
    segment.period_den = 250;
    segment.gain = 200;
    wave.samples = (ProtobufCBinaryData){sizeof samples, samples};
    batch.segment = segments;
    batch.wave = waves;
    batch.n_wave = 1;
    g_assert_cmpuint(entries(&batch, true, inputs), ==, 0); /* no segment */
    batch.n_segment = 1;
    g_assert_cmpuint(entries(&batch, true, inputs), ==, 2); /* cut at the grid of 200 ms */
    segment.period_den = 0;
    g_assert_cmpuint(entries(&batch, true, inputs), ==, 0);
    segment.period_den = 250;
    wave.first = (uint64_t)1 << 50;
    g_assert_cmpuint(entries(&batch, true, inputs), ==, 0);
    wave.first = 0;
    segment.gain = 0;
    g_assert_cmpuint(entries(&batch, true, inputs), ==, 0);
    segment.gain = 200;
    segment.t0_us = -5;
    g_assert_cmpuint(entries(&batch, true, inputs), ==, 0);
}

static void
samples_are_cut_to_what_was_asked_for(void)
{
    g_autoptr(RulesInputs) inputs = rules_inputs_new();
    uint8_t samples[20] = {0};
    ProtobufCBinaryData data = {sizeof samples, samples};
    Vicu__Segment segment = VICU__SEGMENT__INIT;
    size_t n = 0;
    segment.code = code("ECG_II");
    segment.t0_us = T0_US;
    segment.period_num = 1;
    segment.period_den = 1;
    segment.gain = 200;
    rules_wire_samples(inputs, &segment, 100, &data, T0_US + 103 * SECOND, T0_US + 106 * SECOND);
    for (size_t i = 0; i < rules_inputs_length(inputs); i++)
        n += rules_inputs_get(inputs, i)->n;
    g_assert_cmpuint(n, ==, 3);
    g_assert_cmpuint(rules_inputs_get(inputs, 0)->first, ==, 103);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/replay/stream/values_become_alarms_and_derived_ones_do_not",
                    values_become_alarms_and_derived_ones_do_not);
    g_test_add_func("/replay/stream/a_stream_says_what_its_table_says",
                    a_stream_says_what_its_table_says);
    g_test_add_func("/replay/stream/a_damaged_stream_is_refused", a_damaged_stream_is_refused);
    g_test_add_func("/replay/stream/events_become_resets_and_limits",
                    events_become_resets_and_limits);
    g_test_add_func("/replay/stream/odd_waves_and_values_are_left_out",
                    odd_waves_and_values_are_left_out);
    g_test_add_func("/replay/stream/samples_are_cut_to_what_was_asked_for",
                    samples_are_cut_to_what_was_asked_for);
    return g_test_run();
}
