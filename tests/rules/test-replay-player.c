/* An input log through the player: the alarm log, byte for byte.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "rules/packs/packs.h"
#include "tests/rules/replay-fixture.h"

#define END_US (T0_US + 1200 * (int64_t)G_USEC_PER_SEC)

/* Two desaturations, of which the second stands when the probe goes off, and a fast heart. */
static char *
story(void)
{
    GString *out = g_string_new(NULL);
    replay_run(out, 0, 60, "SpO2", 97);
    replay_run(out, 60, 90, "SpO2", 85);
    replay_run(out, 90, 300, "SpO2", 96);
    replay_run(out, 300, 400, "SpO2", 84);
    replay_run(out, 0, 200, "HR", 80);
    replay_run(out, 200, 230, "HR", 170);
    replay_run(out, 230, 1200, "HR", 80);
    return g_string_free(out, FALSE);
}

static char *
play(RulesSet *set, const RulesInputs *inputs)
{
    g_autoptr(RulesPlayer) player = rules_player_new(&set, 1, "a/b/1", T0_US, END_US);
    rules_player_play(player, inputs);
    rules_player_end(player, END_US);
    return g_strdup(rules_player_log(player, 0)->str);
}

static void
tells_what_happened_and_when(void)
{
    g_autoptr(RulesSet) set = replay_compile(REPLAY_SET);
    g_autoptr(RulesInputs) inputs = rules_inputs_new();
    g_autofree char *text = story();
    replay_series(inputs, text);
    g_autofree char *log = play(set, inputs);
    g_assert_cmpstr(
        log, ==,
        "a/b/1\tdesaturation\t4\traise\t1000000060000000\t1000000075000000\t3\t0\tSpO2\t\tSpO2 85 "
        "%\n"
        "a/b/"
        "1\tdesaturation\t4\tclear\t1000000060000000\t1000000100000000\t3\t0\tSpO2\tcleared\tSpO2 "
        "96 "
        "%\n"
        "a/b/1\ttachycardia\t1\traise\t1000000200000000\t1000000205000000\t4\t0\tHR\t\tHR 170 "
        "/min\n"
        "a/b/1\ttachycardia\t1\tclear\t1000000200000000\t1000000230000000\t4\t0\tHR\tcleared\tHR "
        "80 /min\n"
        "a/b/1\tdesaturation\t4\traise\t1000000300000000\t1000000315000000\t3\t0\tSpO2\t\tSpO2 84 "
        "%\n"
        "a/b/"
        "1\tdesaturation\t4\ttechnical\t1000000429000000\t1000000489000000\t2\t1\tSpO2\tunknown\tSp"
        "O2 "
        "probe off\n"
        "a/b/1\t-\t0\twatched\t1000000000000000\t1000001199000000\t0\t0\t\t\t\n");
}

/* Arrivals out of order within 200 ms, and a watermark that follows at that distance. */
static void
order_of_arrival_changes_no_byte(void)
{
    g_autoptr(RulesSet) set = replay_compile(REPLAY_SET);
    g_autoptr(RulesInputs) inputs = rules_inputs_new();
    g_autofree char *text = story();
    replay_series(inputs, text);
    g_autofree char *expected = play(set, inputs);
    size_t n = rules_inputs_length(inputs);
    for (guint32 seed = 1; seed <= 20; seed++) {
        g_autoptr(GRand) rand = g_rand_new_with_seed(seed);
        g_autofree double *arrival = g_new(double, n);
        g_autofree bool *done = g_new0(bool, n);
        g_autoptr(RulesPlayer) player = rules_player_new(&set, 1, "a/b/1", T0_US, END_US);
        for (size_t i = 0; i < n; i++)
            arrival[i] = (double)(rules_inputs_get(inputs, i)->t_us - T0_US) / 1e6
                         + g_rand_double_range(rand, 0, 0.2);
        for (double now = 0; now < 1201; now += g_rand_double_range(rand, 0.01, 1.0)) {
            for (size_t k = n; k-- > 0;) /* newest first */
                if (!done[k] && arrival[k] <= now) {
                    rules_player_take(player, rules_inputs_get(inputs, k));
                    done[k] = true;
                }
            rules_player_reach(player, T0_US + (int64_t)((now - 0.2) * 1e6) - 1);
        }
        rules_player_end(player, END_US);
        g_assert_cmpstr(rules_player_log(player, 0)->str, ==, expected);
        g_assert_cmpuint(rules_player_figures(player).late, ==, 0);
    }
}

/* A reload of the same rules, at any instant and many times. */
static void
a_reload_of_the_same_rules_changes_no_byte(void)
{
    g_autoptr(RulesSet) set = replay_compile(REPLAY_SET);
    g_autoptr(RulesSet) again = replay_compile("# read anew\n" REPLAY_SET);
    g_autoptr(RulesInputs) inputs = rules_inputs_new();
    g_autofree char *text = story();
    replay_series(inputs, text);
    g_autofree char *expected = play(set, inputs);
    for (size_t every = 1; every < 400; every = every * 3 + 1) {
        g_autoptr(RulesPlayer) player = rules_player_new(&set, 1, "a/b/1", T0_US, END_US);
        for (size_t i = 0; i < rules_inputs_length(inputs); i++) {
            const RulesInput *input = rules_inputs_get(inputs, i);
            rules_player_reach(player, input->t_us - 1);
            if (i % every == 0)
                rules_player_adopt(player, 0, i % 2 ? set : again);
            rules_player_take(player, input);
        }
        rules_player_end(player, END_US);
        g_assert_cmpstr(rules_player_log(player, 0)->str, ==, expected);
    }
}

/* Three lanes, of which two have a limit of their own; the log sets it, too. */
static void
a_fixed_limit_counts_in_its_lane_alone(void)
{
    g_autoptr(RulesSet) set = replay_compile(REPLAY_SET);
    RulesSet *sets[] = {set, set, set};
    g_autoptr(RulesInputs) inputs = rules_inputs_new();
    g_autofree char *text = story();
    g_autofree char *all =
        g_strdup_printf("%sa/b/1,%" G_GINT64_FORMAT ",limit,SpO2_low,84.5\n", text, T0_US);
    replay_series(inputs, all);
    g_autoptr(RulesPlayer) player = rules_player_new(sets, 3, "a/b/1", T0_US, END_US);
    g_assert_true(rules_player_fix_limit(player, 1, "SpO2_low", 90));
    g_assert_true(rules_player_fix_limit(player, 2, "SpO2_low", 80));
    g_assert_false(rules_player_fix_limit(player, 2, "SpO2_low", 99));
    g_assert_false(rules_player_fix_limit(player, 2, "MAP_low", 60));
    rules_player_fix_limit(player, 2, "SpO2_low", 80);
    rules_player_play(player, inputs);
    rules_player_end(player, END_US);
    static const size_t raised[] = {1, 2, 0}; /* of 85 and 84 % */
    for (size_t i = 0; i < 3; i++) {
        g_auto(GStrv) parts =
            g_strsplit(rules_player_log(player, i)->str, "desaturation\t4\traise", -1);
        g_assert_cmpuint(g_strv_length(parts) - 1, ==, raised[i]);
    }
}

#define TWO_OF_ONE_PROBE                                                                           \
    "rules \"two\" version 1\nuse SpO2: % validity 30 s\nuse HR: /min validity 30 s\n"             \
    "rule low version 1 { raise medium \"low\" when SpO2 < 90 %\n"                                 \
    "  unknown longer than 60 s -> technical low \"probe\" }\n"                                    \
    "rule lower version 1 { raise high \"lower\" when SpO2 < 80 %\n"                               \
    "  unknown longer than 60 s -> technical low \"probe\" }\n"                                    \
    "rule slow version 1 { raise high \"slow\" when HR < 40 /min\n"                                \
    "  unknown longer than 60 s -> technical low \"no heart rate\" }\n"

static void
technical_alarms_of_one_probe_are_told_as_merged(void)
{
    g_autoptr(RulesSet) set = replay_compile(TWO_OF_ONE_PROBE);
    g_autoptr(RulesInputs) inputs = rules_inputs_new();
    g_autoptr(GString) text = g_string_new(NULL);
    replay_run(text, 0, 60, "SpO2", 97);
    replay_run(text, 0, 60, "HR", 70);
    replay_run(text, 300, 360, "SpO2", 97);
    replay_series(inputs, text->str);
    g_autofree char *log = play(set, inputs);
    g_auto(GStrv) technical = g_strsplit(log, "\ttechnical\t", -1);
    g_auto(GStrv) merged = g_strsplit(log, "\tmerged\t", -1);
    g_assert_cmpuint(g_strv_length(technical) - 1, ==, 3 + 2); /* the probe goes twice */
    g_assert_cmpuint(g_strv_length(merged) - 1, ==, 2);
    g_assert_nonnull(strstr(log, "a/b/1\tlower\t1\tmerged\t"));
    g_assert_null(strstr(log, "a/b/1\tslow\t1\tmerged\t"));
}

/* The process ends at any instant, and another goes on with the engine's saved state. */
static void
a_restart_changes_no_byte(void)
{
    g_autoptr(RulesSet) set = replay_compile(REPLAY_SET);
    g_autoptr(RulesInputs) inputs = rules_inputs_new();
    g_autofree char *text = story();
    replay_series(inputs, text);
    g_autofree char *expected = play(set, inputs);
    size_t n = rules_inputs_length(inputs);
    for (size_t cut = 1; cut < n; cut += 37) {
        g_autoptr(RulesPlayer) before = rules_player_new(&set, 1, "a/b/1", T0_US, END_US);
        g_autoptr(RulesPlayer) after = rules_player_new(&set, 1, "a/b/1", T0_US, END_US);
        g_autoptr(GByteArray) state = g_byte_array_new();
        for (size_t i = 0; i < cut; i++)
            rules_player_take(before, rules_inputs_get(inputs, i));
        rules_player_reach(before, rules_inputs_get(inputs, cut)->t_us - 1);
        rules_player_save(before, 0, state);
        g_assert_true(rules_player_load(after, 0, state->data, state->len));
        for (size_t i = cut; i < n; i++)
            rules_player_take(after, rules_inputs_get(inputs, i));
        rules_player_end(after, END_US);
        g_autofree char *log =
            g_strconcat(rules_player_log(before, 0)->str, rules_player_log(after, 0)->str, NULL);
        char *watched = strstr(log, "a/b/1\t-\t0\twatched");
        g_assert_nonnull(watched);
        g_assert_true(strncmp(log, expected, (size_t)(watched - log)) == 0);
    }
}

static void
a_limit_of_the_bed_counts_from_its_time_on(void)
{
    g_autoptr(RulesSet) set = replay_compile(REPLAY_SET);
    g_autoptr(RulesInputs) inputs = rules_inputs_new();
    GString *text = g_string_new(NULL);
    replay_row(text, 100, "limit,SpO2_low,84");
    replay_row(text, 290, "limit,SpO2_low,70"); /* outside its range: not taken */
    replay_run(text, 0, 60, "SpO2", 86);
    replay_run(text, 60, 150, "SpO2", 97);
    replay_run(text, 150, 300, "SpO2", 86);
    replay_series(inputs, text->str);
    g_autoptr(RulesPlayer) player = rules_player_new(&set, 1, "a/b/1", T0_US, END_US);
    rules_player_play(player, inputs);
    rules_player_end(player, T0_US + 300 * (int64_t)G_USEC_PER_SEC);
    const char *raise = strstr(rules_player_log(player, 0)->str, "\traise\t");
    g_assert_nonnull(raise);
    g_assert_null(strstr(raise + 1, "\traise\t"));
    g_assert_cmpuint(rules_player_figures(player).refused, ==, 1);
    g_string_free(text, TRUE);
}

static void
what_comes_before_the_beginning_prepares_only(void)
{
    g_autoptr(RulesSet) set = replay_compile(REPLAY_SET);
    g_autoptr(RulesInputs) inputs = rules_inputs_new();
    g_autofree char *text = story();
    int64_t from_us = T0_US + 80 * (int64_t)G_USEC_PER_SEC;
    replay_series(inputs, text);
    g_autoptr(RulesPlayer) player =
        rules_player_new(&set, 1, "a/b/1", from_us, T0_US + 201 * (int64_t)G_USEC_PER_SEC);
    rules_player_play(player, inputs);
    rules_player_end(player, END_US);
    g_assert_cmpstr(rules_player_log(player, 0)->str, ==,
                    "a/b/"
                    "1\tdesaturation\t4\tclear\t1000000060000000\t1000000100000000\t3\t0\tSpO2\tcle"
                    "ared\tSpO2 96 "
                    "%\n"
                    "a/b/1\t-\t0\twatched\t1000000080000000\t1000000201000000\t0\t0\t\t\t\n");
}

/* An ECG of impulses, three a second; in pieces of any size the same bytes. */
static void
beats_are_found_anew_in_the_waves(void)
{
    const char *pack = rules_pack_text("adult-icu");
    g_autoptr(RulesSet) set = replay_compile(pack);
    g_autofree char *first = NULL;
    RulesRhythmStream stream = {
        .code = 131330, .t0_us = T0_US, .period_num = 1, .period_den = 250, .gain = 2000};
    g_autofree int16_t *samples = g_new0(int16_t, 250 * 60);
    for (int i = 0; i < 250 * 60; i++) {
        int at = i % 83;
        samples[i] = (int16_t)(at < 10 ? 300 * at : at < 20 ? 300 * (20 - at) : 0);
    }
    for (size_t piece = 250 * 60; piece > 1; piece /= 3) {
        g_autoptr(RulesInputs) inputs = rules_inputs_new();
        for (size_t at = 0; at < 250 * 60; at += piece)
            rules_inputs_add(inputs, &(RulesInput){.kind = RULES_ENTRY_WAVE,
                                                   .origin = RULES_ORIGIN_RECORDING,
                                                   .stream = &stream,
                                                   .first = at,
                                                   .samples = samples + at,
                                                   .n = MIN(piece, 250 * 60 - at)});
        rules_inputs_sort(inputs);
        g_autofree char *log = play(set, inputs);
        if (!first)
            first = g_steal_pointer(&log);
        else
            g_assert_cmpstr(log, ==, first);
    }
    g_assert_nonnull(strstr(first, "hr-high\t1\traise"));
}

static void
says_where_a_table_is_wrong(void)
{
    static const struct {
        const char *row, *says;
    } bad[] = {
        {"a/b/1,5,sample,HR", "4 cells: expected 5 to 8"},
        {"a/b/1,yesterday,sample,HR,5", "time is \"yesterday\": expected a time"},
        {"a/b/1,-5,sample,HR,5", "time is \"-5\""},
        {"a/b/1,5,sampel,HR,5", "kind is \"sampel\": expected sample, symbol"},
        {"a/b/1,5,sample,HRX,5", "name is \"HRX\": expected a numeric"},
        {"a/b/1,5,sample,ABP,5", "name is \"ABP\": expected a numeric"},
        {"a/b/1,5,sample,HR,many", "value is \"many\": expected a number"},
        {"a/b/1,5,sample,HR,nan", "value is \"nan\": expected a number"},
        {"a/b/1,5,sample,HR,5,fine", "quality is \"fine\": expected good"},
        {"a/b/1,5,sample,HR,5,,robot", "source is \"robot\": expected device"},
        {"a/b/1,5,sample,HR,5,,,-1", "period_ms is \"-1\": expected milliseconds"},
        {"a/b/1,5,symbol,O2,", "value is \"\": expected a symbol"},
        {"a/b/1,5,observed,QRS,5", "value is \"5\": expected a time after"},
        {"a/b/1,5,reset,moved,perhaps", "value is \"perhaps\": expected keep"},
        {",5,sample,HR,5", "bed is \"\": expected a bed"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GHashTable) beds = rules_inputs_table();
        g_autoptr(GError) error = NULL;
        g_autofree char *text = g_strconcat(RULES_INPUTS_HEADER "\n# remark\n", bad[i].row, NULL);
        g_assert_false(rules_inputs_read(text, strlen(text), "x.csv", beds, &error));
        g_assert_true(g_str_has_prefix(error->message, "x.csv:3: "));
        if (!strstr(error->message, bad[i].says))
            g_error("\"%s\" lacks \"%s\"", error->message, bad[i].says);
    }
}

static void
reads_back_the_lines_it_writes(void)
{
    RulesLogLine line = {"a/b/1",      "desaturation",        4,    RULES_LOG_RAISE, T0_US,
                         T0_US + 5,    RULES_PRIORITY_MEDIUM, true, "SpO2",          "rule changed",
                         "SpO2\t85\n%"};
    RulesLogLine back;
    g_autoptr(GString) out = g_string_new(NULL);
    rules_log_write(out, &line);
    g_assert_true(g_str_has_suffix(out->str, "\n"));
    g_string_truncate(out, out->len - 1);
    g_assert_true(rules_log_parse(out->str, &back));
    g_assert_cmpstr(back.bed, ==, line.bed);
    g_assert_cmpstr(back.rule, ==, line.rule);
    g_assert_cmpint(back.version, ==, line.version);
    g_assert_cmpint(back.kind, ==, line.kind);
    g_assert_cmpint(back.t0_us, ==, line.t0_us);
    g_assert_cmpint(back.t_us, ==, line.t_us);
    g_assert_cmpint(back.priority, ==, line.priority);
    g_assert_true(back.technical);
    g_assert_cmpstr(back.signal, ==, "SpO2");
    g_assert_cmpstr(back.why, ==, "rule changed");
    g_assert_cmpstr(back.text, ==, "SpO2 85 %");
    char broken[] = "a\tb\t1\traise\t1\t2\t9\t0\t\t\t";
    g_assert_false(rules_log_parse(broken, &back));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/replay/player/tells_what_happened_and_when", tells_what_happened_and_when);
    g_test_add_func("/replay/player/order_of_arrival_changes_no_byte",
                    order_of_arrival_changes_no_byte);
    g_test_add_func("/replay/player/a_restart_changes_no_byte", a_restart_changes_no_byte);
    g_test_add_func("/replay/player/a_reload_of_the_same_rules_changes_no_byte",
                    a_reload_of_the_same_rules_changes_no_byte);
    g_test_add_func("/replay/player/a_fixed_limit_counts_in_its_lane_alone",
                    a_fixed_limit_counts_in_its_lane_alone);
    g_test_add_func("/replay/player/technical_alarms_of_one_probe_are_told_as_merged",
                    technical_alarms_of_one_probe_are_told_as_merged);
    g_test_add_func("/replay/player/a_limit_of_the_bed_counts_from_its_time_on",
                    a_limit_of_the_bed_counts_from_its_time_on);
    g_test_add_func("/replay/player/what_comes_before_the_beginning_prepares_only",
                    what_comes_before_the_beginning_prepares_only);
    g_test_add_func("/replay/player/beats_are_found_anew_in_the_waves",
                    beats_are_found_anew_in_the_waves);
    g_test_add_func("/replay/player/says_where_a_table_is_wrong", says_where_a_table_is_wrong);
    g_test_add_func("/replay/player/reads_back_the_lines_it_writes",
                    reads_back_the_lines_it_writes);
    return g_test_run();
}
