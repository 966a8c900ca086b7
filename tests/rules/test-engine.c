/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/packs/packs.h"
#include "rules/packs/tests.h"
#include "tests/rules/ward.h"

#define HEAD                                                                                       \
    "rules \"t\" version 1\ndefault unknown longer than 60 s -> technical low \"{rule}: no data "  \
    "from {missing}\"\n"                                                                           \
    "use HR: /min validity 30 s\nuse SpO2: % validity 30 s\nuse MAP: mm[Hg] validity 30 s from "   \
    "ART_M or NIBP_M\n"                                                                            \
    "use QRS: event from ECG\nuse PLETH_BEAT: event from PLETH\nuse ACVPU: symbol\nuse "           \
    "age_years: a validity 3650 d\n"                                                               \
    "limit SpO2_low = 90 % within 80 % .. 95 % per bed\n"

typedef struct {
    RulesSet *set;
    RulesEngine *engine;
    RulesBed *bed;
    GString *log;
} Ward;

static void
ward_open(Ward *w, const char *text)
{
    w->set = vectors_compile(text);
    w->engine = rules_engine_new(w->set);
    w->bed = rules_engine_bed(w->engine, "demo/icu/1");
    w->log = g_string_new(NULL);
}

static void
ward_close(Ward *w)
{
    rules_engine_free(w->engine);
    rules_set_unref(w->set);
    g_string_free(w->log, TRUE);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Ward, ward_close)

static void
ward_run(Ward *w, double seconds)
{
    rules_engine_advance(w->engine, ward_t(seconds), ward_log, w->log);
}

static const char asystole[] =
    HEAD "rule asystole \"Asystole\" version 1 {\n raise high latching \"no QRS\"\n"
         " when no QRS for 4 s and (no PLETH_BEAT for 4 s or not known(PLETH_BEAT))\n"
         " unknown longer than 10 s -> technical medium \"leads\" }\n";

/* --- order, lateness, determinism ----------------------------------------------- */

/* Ten minutes of a restless patient with gaps, invalid samples, late ones. */
typedef struct {
    RulesSample sample;
    char word[24];
    int kind; /* 0 sample, 1 symbol, 2 event, 3 carrier */
    int64_t to_us;
} Item;

static GArray *
make_story(GRand *rand)
{
    static const char *const signals[] = {"HR", "SpO2", "ART_M", "RR", "ART_S", "Temp"};
    static const double base[] = {80, 88, 62, 22, 100, 38.2};
    static const double swing[] = {70, 8, 30, 14, 30, 1.5};
    GArray *story = g_array_new(FALSE, TRUE, sizeof(Item));
    for (int s = 0; s < 600; s++) {
        for (size_t i = 0; i < G_N_ELEMENTS(signals); i++) {
            bool gap = (s / 37 + (int)i * 3) % 5 == 0;
            if (gap)
                continue;
            Item item = {.sample = ward_sample(
                             signals[i], s + g_rand_int_range(rand, 0, 400) / 1000.0,
                             base[i] + swing[i] * (g_rand_double(rand) - 0.5) * ((s / 60) % 3))};
            if (g_rand_int_range(rand, 0, 20) == 0)
                item.sample.quality = RULES_QUALITY_INVALID;
            g_array_append_val(story, item);
            if (g_rand_int_range(rand, 0, 15) == 0) {
                /* Two values for one instant: the later arrival must not decide. */
                item.sample.value += 3;
                g_array_append_val(story, item);
            }
        }
        if (s % 53 == 11) { /* the cuff, now before and now after what the line says */
            Item cuff = {.sample = ward_sample(s % 2 ? "NIBP_M" : "NIBP_S", s + 0.2,
                                               (s % 2 ? 66 : 104) + s % 9 - 8)};
            g_array_append_val(story, cuff);
        }
        Item word = {.sample = ward_sample(s % 2 ? "ACVPU" : "O2", s + 0.1, 0), .kind = 1};
        g_strlcpy(word.word, s % 2 ? (s / 100 % 2 ? "V" : "A") : (s / 150 % 2 ? "OXYGEN" : "AIR"),
                  sizeof word.word);
        g_array_append_val(story, word);
    }
    return story;
}

static void
feed(RulesBed *bed, const Item *item)
{
    RulesFate fate = item->kind == 1 ? rules_engine_symbol(bed, &item->sample, item->word)
                                     : rules_engine_sample(bed, &item->sample);
    g_assert_true(fate == RULES_INPUT_TAKEN || fate == RULES_INPUT_UNUSED);
}

static int
by_time(const void *a, const void *b)
{
    const Item *x = a;
    const Item *y = b;
    return x->sample.t_us < y->sample.t_us ? -1 : x->sample.t_us > y->sample.t_us;
}

/* In windows of two seconds, shuffled inside; the watermark follows in steps of
 * its own, behind by the lateness. */
static char *
play(RulesSet *set, const GArray *story, GRand *rand, double step)
{
    RulesEngine *engine = rules_engine_new(set);
    RulesBed *bed = rules_engine_bed(engine, "demo/icu/1");
    GString *log = g_string_new(NULL);
    g_autoptr(GArray) items = g_array_copy((GArray *)(uintptr_t)story);
    g_array_sort(items, by_time);
    size_t next = 0;
    double marked = -1;
    while (next < items->len) {
        size_t end = next;
        int64_t until = g_array_index(items, Item, next).sample.t_us + 2000000;
        while (end < items->len && g_array_index(items, Item, end).sample.t_us < until)
            end++;
        for (size_t i = end - 1; rand != NULL && i > next; i--) {
            size_t j = (size_t)g_rand_int_range(rand, (gint32)next, (gint32)i + 1);
            Item swap = g_array_index(items, Item, i);
            g_array_index(items, Item, i) = g_array_index(items, Item, j);
            g_array_index(items, Item, j) = swap;
        }
        for (; next < end; next++)
            feed(bed, &g_array_index(items, Item, next));
        double safe = (double)(until - WARD_T0) / 1e6 - 0.001;
        while (marked + step < safe) {
            marked += step;
            rules_engine_advance(engine, ward_t(marked), ward_log_full, log);
        }
    }
    rules_engine_advance(engine, ward_t(1200), ward_log_full, log);
    rules_engine_free(engine);
    return g_string_free(log, FALSE);
}

static void
play_all_ways(const char *text)
{
    g_autoptr(RulesSet) set = vectors_compile(text);
    for (guint32 seed = 1; seed <= 12; seed++) {
        g_autoptr(GRand) rand = g_rand_new_with_seed(seed);
        g_autoptr(GArray) story = make_story(rand);
        g_autofree char *straight = play(set, story, NULL, 1000);
        g_assert_cmpuint(strlen(straight), >, 2000);
        g_assert_nonnull(strstr(straight, "raise"));
        g_assert_nonnull(strstr(straight, "technical"));
        for (int i = 0; i < 3; i++) {
            g_autofree char *shuffled = play(set, story, rand, 0.04 + g_rand_double(rand) * 3);
            g_assert_cmpstr(shuffled, ==, straight);
        }
    }
}

static void
the_same_inputs_give_the_same_transitions_byte_for_byte(void)
{
    play_all_ways(rules_pack_text("adult-icu"));
}

/* What rules say of the past, by every construct that remembers it. */
static void
so_do_rules_that_look_back(void)
{
    static const char *const conditions[] = {
        "happened(HR > 100 /min over 60 s times 3)",
        "count(SpO2 < 88 % over 2 min needing 20 %) >= 2",
        "first HR > 95 /min then MAP < 60 mm[Hg] within 40 s",
        "first change(HR over 20 s) > 5 /min then slope(RR over 20 s) < 0 /min/s within 30 s",
        "max(median(HR over 5 s) over 40 s) - min(mean(HR over 5 s) over 40 s) > 20 /min",
        "share(slope(MAP over 15 s) < 0 mm[Hg]/s over 60 s) > 0.4",
        "HR - baseline(HR over 2 min) > 15 /min",
        "max(S over 60 s) >= 3",
        "S.highest >= 2",
        "happened(S >= 2 over 60 s) and age(SpO2) < 2 s",
    };
    g_autoptr(GString) text = g_string_new(
        HEAD "use RR: /min validity 20 s\nuse Temp: Cel validity 4 h\nuse O2: symbol\n"
             "use SBP: mm[Hg] from ART_S\n"
             "score S { part hr = (HR > 100 /min or RR > 25 /min) : YES -> 1, NO -> 0\n"
             "          part t = Temp : <38.0 -> 0, 38.0..<38.5 -> 1, >=38.5 -> 2\n"
             "          part map = median(MAP over 10 s) to 1 mm[Hg] : <=60 -> 2, >=61 -> 0 }\n");

    for (size_t i = 0; i < G_N_ELEMENTS(conditions); i++)
        g_string_append_printf(text,
                               "rule r%zu version 1 { raise low \"x {S.parts}\" when %s for 2 s\n"
                               " unknown longer than 15 s -> technical low \"?\" }\n",
                               i, conditions[i]);
    play_all_ways(text->str);
}

static void
a_late_sample_is_counted_and_not_applied(void)
{
    g_auto(Ward) w = {0};
    ward_open(&w, rules_pack_text("adult-icu"));
    ward_put(w.bed, "SpO2", 10, 95);
    ward_run(&w, 20);
    g_assert_cmpint((int)ward_put(w.bed, "SpO2", 20, 70), ==, RULES_INPUT_LATE);
    g_assert_cmpint((int)ward_put(w.bed, "SpO2", 15, 70), ==, RULES_INPUT_LATE);
    g_assert_cmpint((int)ward_put(w.bed, "SpO2", 20.000001, 96), ==, RULES_INPUT_TAKEN);
    ward_run(&w, 30);
    g_assert_cmpuint(rules_bed_counters(w.bed).late, ==, 2);
    int input = 0;
    while (strcmp(rules_set_input_name(w.set, (size_t)input), "SpO2") != 0)
        input++;
    g_assert_cmpfloat(rules_bed_input(w.bed, (size_t)input).value, ==, 96);
}

static void
what_cannot_be_believed_is_refused_and_flags_its_source(void)
{
    g_auto(Ward) w = {0};
    ward_open(&w, HEAD "rule r version 1 { raise low \"MAP {MAP}\" when MAP < 65 mm[Hg] for 5 s }");
    g_assert_cmpint((int)ward_put(w.bed, "HR", 1, 900), ==, RULES_INPUT_REFUSED);
    g_assert_cmpint((int)ward_put(w.bed, "HR", 1, g_ascii_strtod("nan", NULL)), ==,
                    RULES_INPUT_REFUSED);
    g_assert_cmpint((int)ward_put(w.bed, "RR", 1, 12), ==, RULES_INPUT_UNUSED);
    g_assert_cmpint((int)ward_word(w.bed, "ACVPU", 1, "a word that is far too long for one"), ==,
                    RULES_INPUT_REFUSED);
    g_assert_cmpuint(rules_bed_counters(w.bed).invalid, ==, 3);
    /* An artefact on the line: the cuff speaks, although the line's last value is fresh. */
    ward_put(w.bed, "NIBP_M", 1, 60);
    ward_put(w.bed, "ART_M", 2, 80);
    RulesSample bad = ward_sample("ART_M", 3, 0);
    bad.quality = RULES_QUALITY_INVALID;
    rules_engine_sample(w.bed, &bad);
    ward_run(&w, 20);
    g_assert_cmpstr(w.log->str, ==, "8 r raise\n");
}

#define CUFF                                                                                       \
    "rules \"t\" version 1\ndefault unknown longer than 10 s -> technical low \"no {missing}\"\n"  \
    "use MAP: mm[Hg] validity 30 s from ART_M or NIBP_M validity 60 min\n"                         \
    "rule r version 1 { raise low \"MAP {MAP}, {age(MAP)} old\" when MAP < 65 mm[Hg] }\n"

static void
a_source_counts_by_its_own_validity(void)
{
    g_auto(Ward) w = {0};
    ward_open(&w, CUFF);
    ward_put(w.bed, "NIBP_M", 0, 60);
    ward_run(&w, 3599);
    g_assert_cmpstr(w.log->str, ==, "0 r raise\n");
    ward_run(&w, 3700);
    g_assert_cmpstr(w.log->str, ==, "0 r raise\n3610 r technical\n");
    /* The line is judged for 30 s, and no cuff of before it stands in. */
    ward_put(w.bed, "NIBP_M", 3800, 60);
    ward_put(w.bed, "ART_M", 3801, 80);
    ward_run(&w, 3900);
    g_assert_cmpstr(w.log->str, ==,
                    "0 r raise\n3610 r technical\n3800 r judged\n3801 r clear\n3841 r technical\n");
    /* One after it does. */
    ward_put(w.bed, "NIBP_M", 3901, 60);
    ward_run(&w, 7500);
    g_assert_true(g_str_has_suffix(w.log->str, "3901 r raise\n3901 r judged\n"));
}

static void
a_window_holds_what_a_source_said_as_long_as_it_counts(void)
{
    g_auto(Ward) w = {0};
    ward_open(&w, "rules \"t\" version 1\ndefault unknown longer than 10 s -> keep\n"
                  "use MAP: mm[Hg] validity 30 s from ART_M or NIBP_M validity 60 min\n"
                  "rule r version 1 { raise low \"x\"\n"
                  " when time(MAP under 65 mm[Hg] within 4 min) >= 100 s }\n");
    ward_put(w.bed, "ART_M", 0, 60); /* 30 s */
    ward_run(&w, 500);
    g_assert_cmpstr(w.log->str, ==, "");
    ward_put(w.bed, "NIBP_M", 1000, 60); /* until the line speaks: 60 s */
    ward_put(w.bed, "ART_M", 1060, 80);
    ward_run(&w, 2000);
    g_assert_cmpstr(w.log->str, ==, "");
    ward_put(w.bed, "NIBP_M", 2001, 60);
    ward_run(&w, 2200); /* half of the window is observed */
    g_assert_cmpstr(w.log->str, ==, "2121 r raise\n");
}

static void
the_queue_is_bounded_and_says_so(void)
{
    g_auto(Ward) w = {0};
    ward_open(&w, rules_pack_text("adult-icu"));
    for (int i = 0; i < RULES_QUEUE_MAX; i++)
        g_assert_cmpint((int)ward_put(w.bed, "HR", i / 1000.0, 80), ==, RULES_INPUT_TAKEN);
    g_assert_cmpint((int)ward_put(w.bed, "HR", 100, 80), ==, RULES_INPUT_FULL);
    g_assert_true(rules_engine_limit(w.bed, "HR_low", 45, ward_t(100)));
    ward_run(&w, 99);
    g_assert_cmpint((int)ward_put(w.bed, "HR", 100, 80), ==, RULES_INPUT_TAKEN);
}

/* --- absence --------------------------------------------------------------------- */

/* Breaks of 1 to 30 s in every feed, one by one and all at once: whatever is
 * told is technical. */
static void
breaks_of_1_to_30_s_never_raise_what_is_not_technical(void)
{
    g_autofree char *text = g_strconcat(
        rules_pack_text("adult-icu"),
        "use QRS: event from ECG use PLETH_BEAT: event from PLETH\n"
        "rule asystole \"Asystole\" version 1 { raise high latching \"no QRS\"\n"
        " when no QRS for 4 s and (no PLETH_BEAT for 4 s or not known(PLETH_BEAT))\n"
        " unknown longer than 10 s -> technical medium \"leads\" }\n"
        "rule bradycardia \"Brady\" version 1 { raise high \"slow\" when count(QRS over 10 s) < 5\n"
        " unknown longer than 10 s -> technical medium \"leads\" }\n",
        NULL);
    static const char *const numerics[] = {"HR", "SpO2", "RR", "ART_M", "ART_S", "Temp"};
    static const double values[] = {80, 97, 16, 80, 120, 37};
    unsigned technical = 0;
    for (int feed_broken = -1; feed_broken < 8; feed_broken++)
        for (int length = 1; length <= 30; length++) {
            g_auto(Ward) w = {0};
            ward_open(&w, text);
            for (int s = 0; s < 120; s++) {
                bool in_break = s >= 50 && s < 50 + length;
                for (int i = 0; i < 6; i++)
                    if (!(in_break && (feed_broken == i || feed_broken < 0)))
                        ward_put(w.bed, numerics[i], s, values[i]);
                if (!(in_break && (feed_broken == 6 || feed_broken < 0))) {
                    ward_carrier(w.bed, "QRS", s, s + 1);
                    ward_event(w.bed, "QRS", s + 0.2);
                    ward_event(w.bed, "QRS", s + 0.9);
                }
                if (!(in_break && (feed_broken == 7 || feed_broken < 0))) {
                    ward_carrier(w.bed, "PLETH_BEAT", s, s + 1);
                    ward_event(w.bed, "PLETH_BEAT", s + 0.5);
                }
            }
            ward_run(&w, 119.9);
            g_assert_null(strstr(w.log->str, "raise"));
            bool told = strstr(w.log->str, "technical") != NULL;
            technical += told;
            /* 10 s of unknown QRS must be told: the break and the 4 or 10 s until it is known
             * again. */
            if ((feed_broken == 6 || feed_broken == -1) && length >= 10)
                g_assert_true(told);
        }
    g_assert_cmpuint(technical, >, 40);
}

static void
asystole_is_told_4_s_after_the_last_beat_while_the_ecg_is_observed(void)
{
    g_auto(Ward) w = {0};
    ward_open(&w, asystole);
    for (int i = 0; i <= 10; i++)
        ward_event(w.bed, "QRS", 0.4 + i * 0.8);
    for (int s = 0; s < 60; s++)
        ward_carrier(w.bed, "QRS", s, s + 1);
    ward_run(&w, 30);
    g_assert_cmpstr(w.log->str, ==, "12.4 asystole raise\n");
    ward_event(w.bed, "QRS", 40);
    ward_run(&w, 50);
    /* 44: four more seconds without */
    g_assert_cmpstr(w.log->str, ==, "12.4 asystole raise\n40 asystole clear\n44 asystole raise\n");
}

static void
a_pulse_in_the_pleth_denies_asystole(void)
{
    g_auto(Ward) w = {0};
    ward_open(&w, asystole);
    for (int s = 0; s < 60; s++) {
        ward_carrier(w.bed, "QRS", s, s + 1);
        ward_carrier(w.bed, "PLETH_BEAT", s, s + 1);
        ward_event(w.bed, "PLETH_BEAT", s + 0.5);
    }
    ward_event(w.bed, "QRS", 1);
    ward_run(&w, 59);
    g_assert_cmpstr(w.log->str, ==, "");
}

static void
a_late_beat_starts_the_observation_anew(void)
{
    g_auto(Ward) w = {0};
    ward_open(&w, asystole);
    ward_event(w.bed, "QRS", 1);
    for (int s = 0; s < 40; s++)
        ward_carrier(w.bed, "QRS", s, s + 1);
    ward_run(&w, 4.5);
    /* It was at 4 s; without it 5 s would have been told. Observation starts at 4.5 s. */
    g_assert_cmpint((int)ward_event(w.bed, "QRS", 4), ==, RULES_INPUT_LATE);
    ward_run(&w, 8.4);
    g_assert_cmpstr(w.log->str, ==, "");
    ward_run(&w, 9);
    g_assert_cmpstr(w.log->str, ==, "8.5 asystole raise\n");
}

static void
an_interval_that_comes_late_is_no_observation(void)
{
    g_auto(Ward) w = {0};
    ward_open(&w, asystole);
    ward_event(w.bed, "QRS", 1);
    ward_carrier(w.bed, "QRS", 0, 3);
    ward_run(&w, 4);
    g_assert_cmpint((int)ward_carrier(w.bed, "QRS", 3, 6), ==, RULES_INPUT_LATE);
    ward_carrier(w.bed, "QRS", 6, 20);
    ward_run(&w, 7.9);
    g_assert_cmpstr(w.log->str, ==, "");
    ward_run(&w, 9);
    g_assert_cmpstr(w.log->str, ==, "8 asystole raise\n");
}

static void
never_seen_raises_nothing_and_is_listed(void)
{
    g_auto(Ward) w = {0};
    ward_open(&w, rules_pack_text("adult-icu"));
    for (int s = 0; s < 900; s++)
        ward_put(w.bed, "HR", s, 80);
    ward_run(&w, 899);
    g_assert_cmpstr(w.log->str, ==, "");
    g_assert_cmpstr(rules_bed_not_judged(w.bed, (size_t)rules_set_rule_find(w.set, "desaturation")),
                    ==, "no SpO2");
    g_assert_null(rules_bed_not_judged(w.bed, (size_t)rules_set_rule_find(w.set, "hr-low")));
}

static void
an_input_that_the_profile_requires_is_missed_from_the_start(void)
{
    g_auto(Ward) w = {0};
    ward_open(&w, rules_pack_text("adult-icu"));
    g_assert_true(rules_engine_require(w.bed, "SpO2", true));
    g_assert_false(rules_engine_require(w.bed, "SpO3", true));
    ward_put(w.bed, "HR", 0, 80);
    ward_run(&w, 59);
    g_assert_cmpstr(w.log->str, ==, "");
    ward_run(&w, 61);
    g_assert_cmpstr(w.log->str, ==, "60 desaturation technical\n");
}

/* 20 s there, 40 s away: never unknown for the 60 s of the clause, and yet. */
static void
an_intermittent_signal_does_not_keep_a_rule_asleep(void)
{
    g_auto(Ward) w = {0};
    ward_open(&w, HEAD "rule r version 1 { raise low \"x\" when SpO2 < 90 % for 5 s\n"
                       " unknown longer than 60 s -> technical low \"weak\" }");
    for (int s = 0; s < 3600; s++)
        if (s % 75 < 1)
            ward_put(w.bed, "SpO2", s, 97);
    ward_run(&w, 3500);
    g_assert_true(g_str_has_suffix(w.log->str, " r technical\n"));
    g_assert_null(strstr(w.log->str, "raise"));
    /* Half of 10 minutes unknown at 45 of every 75 s: after about 8 of them. */
    double at = g_ascii_strtod(w.log->str, NULL);
    g_assert_cmpfloat(at, >, 480);
    g_assert_cmpfloat(at, <, 620);

    g_string_truncate(w.log, 0);
    for (int s = 3600; s < 4600; s++)
        ward_put(w.bed, "SpO2", s, 97);
    ward_run(&w, 4599);
    g_assert_true(g_str_has_suffix(w.log->str, " r judged\n"));
}

static void
unknown_never_clears_an_alarm(void)
{
    g_auto(Ward) w = {0};
    ward_open(&w, rules_pack_text("adult-icu"));
    for (int s = 0; s < 20; s++)
        ward_put(w.bed, "SpO2", s, 85);
    ward_run(&w, 7200);
    g_assert_cmpstr(
        w.log->str, ==,
        "15 desaturation raise\n109 desaturation technical\n349 news2-emergency technical\n");
    g_assert_cmpint(
        (int)rules_bed_rule_state(w.bed, (size_t)rules_set_rule_find(w.set, "desaturation")), ==,
        RULES_STATE_ACTIVE);
}

/* --- clauses --------------------------------------------------------------------- */

static void
clauses_do_what_they_say(void)
{
    static const struct {
        const char *rule;
        const char *log;
    } table[] = {
        /* HR: 100 to 9 s, 150 to 19 s, none to 59 s, 150 to 79 s, 100 to 200 s */
        {"raise low \"x\" when HR > 140 /min", "10 r raise\n80 r clear\n"},
        {"raise low \"x\" when HR > 140 /min for 5 s", "15 r raise\n80 r clear\n"},
        {"raise low \"x\" when HR > 140 /min for 45 s", ""},
        {"raise low \"x\" when HR > 140 /min for 45 s holding", "66 r raise\n80 r clear\n"},
        {"raise low \"x\" when HR > 140 /min clear when HR < 110 /min for 30 s",
         "10 r raise\n110 r clear\n"},
        {"raise low \"x\" when HR > 140 /min unknown longer than 5 s -> clear",
         "10 r raise\n54 r clear\n60 r raise\n80 r clear\n"},
        {"raise low \"x\" when HR > 140 /min unknown longer than 5 s -> technical low \"gone\"",
         "10 r raise\n54 r technical\n60 r judged\n80 r clear\n"},
        {"raise low \"x\" when HR > 140 /min unknown longer than 5 s -> clear hold down 2 min",
         "10 r raise\n54 r clear\n"},
        {"raise low \"x\" when HR > 140 /min unknown longer than 5 s -> clear hold down 60 s",
         "10 r raise\n54 r clear\n70 r raise\n80 r clear\n"},
        {"applies when age_years >= 16 a raise low \"x\" when HR > 140 /min", ""},
        {"applies when (age_years else 40 a) >= 16 a raise low \"x\" when HR > 140 /min",
         "10 r raise\n80 r clear\n"},
        {"raise low \"x\" when age(HR) > 12 s unknown longer than 5 s -> keep",
         "32 r raise\n60 r clear\n"},
        {"raise low \"x\" when not known(HR)", "49 r raise\n60 r clear\n"},
        {"raise low \"x\" when mean(HR over 10 s) > 140 /min unknown longer than 5 min -> keep",
         "18 r raise\n81 r clear\n"},
        {"raise low \"x\" when share(HR > 140 /min over 20 s needing 90 %) > 0.5 unknown longer "
         "than 5 min -> keep",
         "21 r raise\n90 r clear\n"},
        {"raise low \"x\" when change(HR over 10 s) > 20 /min unknown longer than 5 min -> keep",
         "10 r raise\n20 r clear\n"},
        {"raise low \"x\" when time(HR over 140 /min within 60 s) > 30 s unknown longer than 5 min "
         "-> keep",
         "41 r raise\n"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
        g_autofree char *text = g_strdup_printf("%srule r version 1 { %s }\n", HEAD, table[i].rule);
        g_auto(Ward) w = {0};
        ward_open(&w, text);
        for (int s = 0; s < 200; s++)
            if (s < 20 || s >= 60)
                ward_put(w.bed, "HR", s, (s >= 10 && s < 20) || (s >= 60 && s < 80) ? 150 : 100);
        ward_run(&w, i + 1 == G_N_ELEMENTS(table) ? 80 : 199);
        g_test_message("%s", table[i].rule);
        g_assert_cmpstr(w.log->str, ==, table[i].log);
    }
}

static void
a_bed_has_its_own_limit_from_its_time_on(void)
{
    g_auto(Ward) w = {0};
    ward_open(&w, rules_pack_text("adult-icu"));
    RulesBed *other = rules_engine_bed(w.engine, "demo/icu/2");
    g_assert_false(rules_engine_limit(w.bed, "SpO2_low", 70, ward_t(0)));
    g_assert_false(rules_engine_limit(w.bed, "SpO2_lower", 85, ward_t(0)));
    g_assert_true(rules_engine_limit(w.bed, "SpO2_low", 85, ward_t(30)));
    for (int s = 0; s < 60; s++) {
        ward_put(w.bed, "SpO2", s, 88);
        ward_put(other, "SpO2", s, 88);
    }
    ward_run(&w, 29);
    g_assert_cmpfloat(rules_bed_limit(w.bed, (size_t)rules_set_limit_find(w.set, "SpO2_low")), ==,
                      90);
    ward_run(&w, 59);
    /* At 30 s 88 % is above 85 + 2 %: cleared after 10 s. The other bed keeps its alarm. */
    g_assert_cmpstr(w.log->str, ==,
                    "15 desaturation raise\n15 desaturation raise\n40 desaturation clear\n");
}

static void
a_bed_that_starts_afresh_ends_its_alarms_and_forgets_its_windows(void)
{
    g_auto(Ward) w = {0};
    ward_open(&w, rules_pack_text("adult-icu"));
    for (int s = 0; s < 30; s++)
        ward_put(w.bed, "SpO2", s, 85);
    ward_run(&w, 29);
    rules_engine_reset_bed(w.bed, ward_t(30), "recording restarts", false);
    ward_run(&w, 89);
    g_assert_cmpstr(w.log->str, ==, "15 desaturation raise\n30  reset\n");
    /* Still expected: the clause runs from the restart. */
    ward_run(&w, 91);
    g_assert_true(g_str_has_suffix(w.log->str, "90 desaturation technical\n"));

    rules_engine_reset_bed(w.bed, ward_t(100), "discharged", true);
    ward_run(&w, 900);
    g_assert_true(g_str_has_suffix(w.log->str, "100  reset\n"));
}

/* A cuff's next reading comes in a quarter of an hour: the last one stands for its hour. */
static void
a_bed_that_starts_afresh_keeps_the_readings_of_its_patient(void)
{
    const char *text =
        "rules \"t\" version 1\n"
        "use MAP: mm[Hg] validity 30 s from ART_M or NIBP_M validity 60 min\nuse SpO2: %\n"
        "use ACVPU: symbol\n"
        "rule low version 1 { raise high \"MAP {MAP}, {age(MAP)} old\" when MAP < 65 mm[Hg]\n"
        " unknown longer than 1 min -> technical medium \"?\" }\n"
        "rule sleepy version 1 { raise low \"x\" when ACVPU in (V) and SpO2 < 90 %\n"
        " unknown longer than 1 min -> technical medium \"?\" }\n";
    g_auto(Ward) w = {0};
    ward_open(&w, text);
    ward_put(w.bed, "NIBP_M", 0, 60);
    ward_word(w.bed, "ACVPU", 1, "V");
    ward_put(w.bed, "SpO2", 1, 85);
    rules_engine_reset_bed(w.bed, ward_t(5), "recording restarts", false);
    ward_run(&w, 60);
    /* What a sensor sends each second is not kept: it is there again, or missed. */
    g_assert_cmpstr(w.log->str, ==, "0 low raise\n1 sleepy raise\n5  reset\n5 low raise\n");
    ward_run(&w, 66);
    g_assert_true(g_str_has_suffix(w.log->str, "65 sleepy technical\n"));
    ward_run(&w, 3661);
    g_assert_true(g_str_has_suffix(w.log->str, "3660 low technical\n"));
}

/* What a line said after it ended the cuff's reading; no restart lends it another hour. */
static void
a_restart_makes_no_reading_count_for_longer(void)
{
    g_auto(Ward) w = {0};
    ward_open(&w, "rules \"t\" version 1\n"
                  "use MAP: mm[Hg] validity 30 s from ART_M or NIBP_M validity 60 min\n"
                  "rule low version 1 { raise high \"x\" when MAP < 65 mm[Hg]\n"
                  " unknown longer than 1 min -> technical medium \"?\" }\n");
    ward_put(w.bed, "NIBP_M", 0, 60);
    ward_put(w.bed, "ART_M", 10, 60);
    rules_engine_reset_bed(w.bed, ward_t(20), "recording restarts", false);
    ward_run(&w, 100);
    g_assert_cmpstr(w.log->str, ==, "0 low raise\n20  reset\n80 low technical\n");
}

static void
another_patient_has_no_readings_and_none_are_expected(void)
{
    g_auto(Ward) w = {0};
    ward_open(&w, "rules \"t\" version 1\nuse MAP: mm[Hg] from NIBP_M validity 60 min\n"
                  "rule low version 1 { raise high \"x\" when MAP < 65 mm[Hg]\n"
                  " unknown longer than 1 min -> technical medium \"?\" }\n");
    ward_put(w.bed, "NIBP_M", 0, 60);
    rules_engine_reset_bed(w.bed, ward_t(20), "discharged", true);
    ward_run(&w, 7200);
    g_assert_cmpstr(w.log->str, ==, "0 low raise\n20  reset\n");
}

static void
ours_stands_back_while_a_device_speaks(void)
{
    g_auto(Ward) w = {0};
    ward_open(&w, rules_pack_text("adult-icu"));
    RulesSample device = ward_sample("HR", 1, 80);
    RulesSample derived = ward_sample("HR", 2, 200);
    derived.source = RULES_SOURCE_DERIVED;
    rules_engine_sample(w.bed, &device);
    rules_engine_sample(w.bed, &derived);
    ward_run(&w, 3);
    g_assert_cmpfloat(rules_bed_input(w.bed, 0).value, ==, 80);
    derived.t_us = ward_t(40);
    rules_engine_sample(w.bed, &derived);
    ward_run(&w, 41);
    g_assert_cmpfloat(rules_bed_input(w.bed, 0).value, ==, 200);
    g_assert_cmpint((int)rules_bed_input(w.bed, 0).source, ==, RULES_SOURCE_DERIVED);
}

/* --- restart --------------------------------------------------------------------- */

static void
an_alarm_of_before_the_restart_goes_on_and_clears_by_its_own_clause(void)
{
    g_auto(Ward) w = {0};
    ward_open(&w, rules_pack_text("adult-icu"));
    g_assert_true(
        rules_engine_restore_alarm(w.bed, "desaturation", false, ward_t(-60), ward_t(-45)));
    g_assert_true(rules_engine_restore_alarm(w.bed, "hr-low", true, ward_t(-60), ward_t(-45)));
    g_assert_false(rules_engine_restore_alarm(w.bed, "no-such", false, ward_t(-60), ward_t(-45)));
    for (int s = 0; s < 30; s++) {
        ward_put(w.bed, "SpO2", s, s < 5 ? 89 : 95);
        if (s >= 10)
            ward_put(w.bed, "HR", s, 80);
    }
    ward_run(&w, 29);
    g_assert_cmpstr(w.log->str, ==, "10 hr-low judged\n15 desaturation clear\n");
}

static void
a_saved_bed_goes_on_as_if_nothing_had_been(void)
{
    g_autoptr(RulesSet) set = vectors_compile(rules_pack_text("adult-icu"));
    g_autoptr(GRand) rand = g_rand_new_with_seed(7);
    g_autoptr(GArray) story = make_story(rand);
    g_array_sort(story, by_time);
    g_autoptr(GString) whole = g_string_new(NULL);
    g_autoptr(GString) parted = g_string_new(NULL);
    g_autoptr(RulesEngine) one = rules_engine_new(set);
    RulesEngine *two = rules_engine_new(set);
    for (guint i = 0; i < story->len; i++) {
        const Item *item = &g_array_index(story, Item, i);
        feed(rules_engine_bed(one, "a"), item);
        feed(rules_engine_bed(two, "a"), item);
        if (i % 97 != 0)
            continue;
        rules_engine_advance(one, item->sample.t_us - 1000000, ward_log_full, whole);
        rules_engine_advance(two, item->sample.t_us - 1000000, ward_log_full, parted);
        g_autoptr(GByteArray) bytes = g_byte_array_new();
        rules_engine_save(rules_engine_bed(two, "a"), bytes);
        rules_engine_free(two);
        two = rules_engine_new(set);
        g_assert_true(rules_engine_load(rules_engine_bed(two, "a"), bytes->data, bytes->len));
        bytes->data[bytes->len / 2] ^= 1;
        g_assert_false(rules_engine_load(rules_engine_bed(two, "a"), bytes->data, bytes->len));
        g_assert_false(rules_engine_load(rules_engine_bed(two, "a"), bytes->data, bytes->len - 1));
        g_assert_false(rules_engine_load(rules_engine_bed(two, "a"), bytes->data, 10));
    }
    rules_engine_advance(one, ward_t(900), ward_log_full, whole);
    rules_engine_advance(two, ward_t(900), ward_log_full, parted);
    rules_engine_free(two);
    g_assert_cmpuint(whole->len, >, 1000);
    g_assert_cmpstr(parted->str, ==, whole->str);
}

/* --- what is told ------------------------------------------------------------------ */

static void
keep_text(const RulesTransition *t, void *user)
{
    char **out = user;
    if (t->kind != RULES_RAISE && t->kind != RULES_TECHNICAL)
        return;
    g_free(out[0]);
    g_free(out[1]);
    out[0] = g_strdup(t->text);
    out[1] = g_strdup(t->explain);
}

static void
texts_and_explanations_say_what_was_seen(void)
{
    g_auto(Ward) w = {0};
    char *said[2] = {NULL, NULL};
    ward_open(
        &w, HEAD
        "rule r \"Shock\" version 3 {\n source \"a book\"\n"
        " raise high \"{rule}: HR {HR}, MAP {MAP}, {HR / MAP}, {age(HR)}, SpO2 {SpO2}, {ACVPU}\"\n"
        " when HR > 100 /min and (MAP < 65 mm[Hg] or SpO2 < SpO2_low) for 20 s\n"
        " unknown longer than 30 s -> technical low \"{rule}: no data from {missing}\" }\n");
    rules_engine_limit(w.bed, "SpO2_low", 88, ward_t(0));
    for (int s = 0; s <= 20; s++) {
        ward_put(w.bed, "HR", s, 120);
        ward_put(w.bed, "ART_M", s, 48.25);
    }
    ward_word(w.bed, "ACVPU", 0, "V");
    rules_engine_advance(w.engine, ward_t(25), keep_text, said);
    g_assert_cmpstr(said[0], ==,
                    "Shock: HR 120 /min, MAP 48.2 mmHg, 2.49 /min/mmHg, 0 s, SpO2 ?, V");
    g_assert_true(g_str_has_prefix(said[1], "rule r version 3 of t version 1 ("));
    g_assert_nonnull(strstr(said[1], "source a book\nwhen, for 20 s\n"
                                     "  [true]    all of\n"
                                     "  [true]      HR > 100 /min\n"
                                     "  [true]      any of\n"
                                     "  [true]        MAP < 65 mm[Hg]\n"
                                     "  [unknown]     SpO2 < SpO2_low\n"));
    g_assert_nonnull(strstr(said[1], "  HR 120 /min, 0 s old, good, device, recording\n"));
    g_assert_nonnull(strstr(said[1], "  SpO2 unknown, never seen\n"));
    g_assert_nonnull(strstr(said[1], "against it\n  [unknown] SpO2 < SpO2_low\n"
                                     "it would have differed\n"
                                     "  had HR > 100 /min not held: it was 120 against 100 /min\n"
                                     "  had MAP < 65 mm[Hg] not held: it was 48.2 against 65 mmHg\n"
                                     "  had it stood for less than 20 s\n"));
    g_assert_nonnull(strstr(said[1], "  SpO2_low = 88 %, changed for this bed (standard 90 %)\n"));
    rules_engine_advance(w.engine, ward_t(90), keep_text, said);
    g_assert_cmpstr(said[0], ==, "Shock: no data from HR, MAP");
    g_free(said[0]);
    g_free(said[1]);
}

int
main(int argc, char **argv)
{
    static const struct {
        const char *name;
        GTestFunc test;
    } tests[] = {
        {"the_same_inputs_give_the_same_transitions_byte_for_byte",
         the_same_inputs_give_the_same_transitions_byte_for_byte},
        {"so_do_rules_that_look_back", so_do_rules_that_look_back},
        {"a_late_sample_is_counted_and_not_applied", a_late_sample_is_counted_and_not_applied},
        {"what_cannot_be_believed_is_refused_and_flags_its_source",
         what_cannot_be_believed_is_refused_and_flags_its_source},
        {"a_source_counts_by_its_own_validity", a_source_counts_by_its_own_validity},
        {"a_window_holds_what_a_source_said_as_long_as_it_counts",
         a_window_holds_what_a_source_said_as_long_as_it_counts},
        {"the_queue_is_bounded_and_says_so", the_queue_is_bounded_and_says_so},
        {"breaks_of_1_to_30_s_never_raise_what_is_not_technical",
         breaks_of_1_to_30_s_never_raise_what_is_not_technical},
        {"asystole_is_told_4_s_after_the_last_beat_while_the_ecg_is_observed",
         asystole_is_told_4_s_after_the_last_beat_while_the_ecg_is_observed},
        {"a_pulse_in_the_pleth_denies_asystole", a_pulse_in_the_pleth_denies_asystole},
        {"a_late_beat_starts_the_observation_anew", a_late_beat_starts_the_observation_anew},
        {"an_interval_that_comes_late_is_no_observation",
         an_interval_that_comes_late_is_no_observation},
        {"never_seen_raises_nothing_and_is_listed", never_seen_raises_nothing_and_is_listed},
        {"an_input_that_the_profile_requires_is_missed_from_the_start",
         an_input_that_the_profile_requires_is_missed_from_the_start},
        {"an_intermittent_signal_does_not_keep_a_rule_asleep",
         an_intermittent_signal_does_not_keep_a_rule_asleep},
        {"unknown_never_clears_an_alarm", unknown_never_clears_an_alarm},
        {"clauses_do_what_they_say", clauses_do_what_they_say},
        {"a_bed_has_its_own_limit_from_its_time_on", a_bed_has_its_own_limit_from_its_time_on},
        {"a_bed_that_starts_afresh_ends_its_alarms_and_forgets_its_windows",
         a_bed_that_starts_afresh_ends_its_alarms_and_forgets_its_windows},
        {"a_bed_that_starts_afresh_keeps_the_readings_of_its_patient",
         a_bed_that_starts_afresh_keeps_the_readings_of_its_patient},
        {"a_restart_makes_no_reading_count_for_longer",
         a_restart_makes_no_reading_count_for_longer},
        {"another_patient_has_no_readings_and_none_are_expected",
         another_patient_has_no_readings_and_none_are_expected},
        {"ours_stands_back_while_a_device_speaks", ours_stands_back_while_a_device_speaks},
        {"an_alarm_of_before_the_restart_goes_on_and_clears_by_its_own_clause",
         an_alarm_of_before_the_restart_goes_on_and_clears_by_its_own_clause},
        {"a_saved_bed_goes_on_as_if_nothing_had_been", a_saved_bed_goes_on_as_if_nothing_had_been},
        {"texts_and_explanations_say_what_was_seen", texts_and_explanations_say_what_was_seen},
    };
    g_test_init(&argc, &argv, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(tests); i++) {
        g_autofree char *path = g_strconcat("/rules/engine/", tests[i].name, NULL);
        g_test_add_func(path, tests[i].test);
    }
    return g_test_run();
}
