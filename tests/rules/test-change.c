/* Judging what changed, against judging everything at every instant: the same transitions, the
 * same states, byte for byte.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "rules/engine/adopt.h"
#include "rules/engine/change.h"
#include "rules/packs/packs.h"
#include "tests/rules/ward.h"

enum { STORY_SECONDS = 500, SEEDS = 4 };

/* Two beds of one set that are told the same. */
typedef struct {
    RulesSet *set;
    RulesEngine *plain;
    RulesEngine *engine;
    RulesBed *plain_bed;
    RulesBed *bed;
    GString *plain_log;
    GString *log;
    GRand *rand;
    double grid; /* times are multiples of it; 0: any */
} Pair;

static void
pair_open(Pair *p, RulesSet *set)
{
    p->set = rules_set_ref(set);
    p->plain = rules_engine_new(set);
    p->engine = rules_engine_new(set);
    p->plain_bed = rules_engine_bed(p->plain, "demo/icu/1");
    p->bed = rules_engine_bed(p->engine, "demo/icu/1");
    rules_engine_judge_all(p->plain, true);
}

static void
pair_drop(Pair *p)
{
    rules_engine_free(p->plain);
    rules_engine_free(p->engine);
    rules_set_unref(p->set);
}

static int
draw(GRand *rand, int below)
{
    return g_rand_int_range(rand, 0, below);
}

static double
draw_in(GRand *rand, double from, double to)
{
    return g_rand_double_range(rand, from, to);
}

/* --- what is told ------------------------------------------------------------- */

static double
on_grid(const Pair *p, double at)
{
    return p->grid > 0 ? round(at / p->grid) * p->grid : at;
}

static void
put(Pair *p, const char *signal, double at, double value, RulesQuality quality)
{
    RulesSample sample = ward_sample(signal, on_grid(p, at), value);
    sample.quality = quality;
    sample.source = draw(p->rand, 9) == 0 ? RULES_SOURCE_DERIVED : RULES_SOURCE_DEVICE;
    RulesFate fate = rules_engine_sample(p->plain_bed, &sample);
    g_assert_cmpint((int)rules_engine_sample(p->bed, &sample), ==, (int)fate);
}

static void
word(Pair *p, const char *signal, double at, const char *symbol)
{
    ward_word(p->plain_bed, signal, on_grid(p, at), symbol);
    ward_word(p->bed, signal, on_grid(p, at), symbol);
}

/* Values that stay for a while, go up and down, and come in thousandths or not. */
static void
tell_values(Pair *p, int s)
{
    static const struct {
        const char *signal;
        int every;
        double base, swing;
    } feeds[] = {
        {"HR", 1, 95, 60},       {"RR", 1, 22, 16},     {"SpO2", 1, 91, 9},
        {"ART_M", 1, 66, 24},    {"ART_S", 5, 105, 40}, {"NIBP_M", 50, 68, 25},
        {"NIBP_S", 50, 105, 40}, {"Temp", 20, 37.6, 2}, {"Paw", 1, 12, 12},
        {"VTe", 4, 300, 300},    {"EtCO2", 4, 25, 25},  {"FiO2", 30, 0.5, 0.3},
        {"Lactate", 60, 2, 2},   {"UO", 40, 0.6, 0.6},  {"Creat", 50, 1.3, 0.6},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(feeds); i++) {
        bool gap = (s / 41 + (int)i * 3) % 6 == 0 && draw(p->rand, 12) != 0;
        if (gap || (s + (int)i) % feeds[i].every != 0)
            continue;
        double wave = feeds[i].swing * draw_in(p->rand, -0.5, 0.5) * ((s / 30 + (int)i) % 3);
        double value = feeds[i].base + (draw(p->rand, 3) == 0 ? wave : 0);
        double at = s + (draw(p->rand, 2) == 0 ? 0 : draw_in(p->rand, 0, 0.4));
        value = draw(p->rand, 4) == 0 ? value : round(value * 10) / 10;
        put(p, feeds[i].signal, at, value, (RulesQuality)(draw(p->rand, 25) == 0 ? 2 : 0));
    }
}

static void
tell_words(Pair *p, int s)
{
    static const char *const letters[] = {"A", "C", "V", "U"};
    if (s % 17 == 0)
        word(p, "ACVPU", s + 0.1, letters[draw(p->rand, 4)]);
    if (s % 31 == 0)
        word(p, "O2", s, draw(p->rand, 2) ? "OXYGEN" : "AIR");
    if (s % 3 == 0 && s / 60 % 4 != 3)
        word(p, "LEAD_ECG", s, draw(p->rand, 12) ? "ON" : "OFF");
    if (s % 23 == 0)
        word(p, "VENT", s + 0.25, draw(p->rand, 4) ? "INVASIVE" : "NONE");
}

/* Beats and their carrier, with breaks of both. */
static void
tell_beats(Pair *p, int s)
{
    static const char *const events[] = {"QRS", "PLETH_BEAT", "ABP_BEAT"};
    for (size_t i = 0; i < G_N_ELEMENTS(events); i++) {
        uint32_t code = vicu_signal_code(vicu_signal_by_name(events[i]));
        bool observed = (s / 20 + (int)i) % 5 != 0;
        bool beats = (s / 9 + (int)i) % 6 != 0;
        RulesSample beat = ward_sample(events[i], on_grid(p, s + draw_in(p->rand, 0, 0.9)), 0);
        if (observed && beats) {
            rules_engine_event(p->plain_bed, &beat);
            rules_engine_event(p->bed, &beat);
        }
        if (!observed && draw(p->rand, 2) == 0)
            continue;
        rules_engine_carrier(p->plain_bed, code, ward_t(s), ward_t(s + 1), observed);
        rules_engine_carrier(p->bed, code, ward_t(s), ward_t(s + 1), observed);
    }
}

static void
set_limit(Pair *p, double at)
{
    if (rules_set_n_limits(p->set) == 0)
        return;
    RulesLimitInfo limit =
        rules_set_limit(p->set, (size_t)draw(p->rand, (int)rules_set_n_limits(p->set)));
    double value = draw_in(p->rand, limit.min, limit.max);
    bool set = rules_engine_limit(p->plain_bed, limit.name, value, ward_t(at));
    g_assert_true(rules_engine_limit(p->bed, limit.name, value, ward_t(at)) == set);
}

static void
require(Pair *p)
{
    const char *input =
        rules_set_input_name(p->set, (size_t)draw(p->rand, (int)rules_set_n_inputs(p->set)));
    bool required = draw(p->rand, 2) == 0;
    rules_engine_require(p->plain_bed, input, required);
    rules_engine_require(p->bed, input, required);
}

static void
restore(Pair *p, double at)
{
    const char *rule =
        rules_set_rule_name(p->set, (size_t)draw(p->rand, (int)rules_set_n_rules(p->set)));
    bool technical = draw(p->rand, 2) == 0;
    rules_engine_restore_alarm(p->plain_bed, rule, technical, ward_t(at - 9), ward_t(at - 4));
    rules_engine_restore_alarm(p->bed, rule, technical, ward_t(at - 9), ward_t(at - 4));
}

/* --- what must not matter ------------------------------------------------------- */

/* Only one of the two is saved, and loaded into a bed that knew something else. */
static void
restart(Pair *p, double at)
{
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    rules_engine_save(p->bed, bytes);
    rules_engine_free(p->engine);
    p->engine = rules_engine_new(p->set);
    p->bed = rules_engine_bed(p->engine, "demo/icu/1");
    ward_put(p->bed, "HR", at - 1, 100);
    ward_put(p->bed, "ART_M", at - 1, 50);
    g_autoptr(GString) unheard = g_string_new(NULL);
    rules_engine_advance(p->engine, ward_t(at), ward_log, unheard);
    g_assert_true(rules_engine_load(p->bed, bytes->data, bytes->len));
}

/* Both go over to @set. */
static void
adopt(Pair *p, RulesSet *set)
{
    Pair next = *p;
    pair_open(&next, set);
    rules_engine_adopt(next.plain_bed, p->plain_bed);
    rules_engine_adopt(next.bed, p->bed);
    pair_drop(p);
    *p = next;
}

static void
compare(Pair *p)
{
    g_assert_cmpstr(p->log->str, ==, p->plain_log->str);
    for (size_t i = 0; i < rules_set_n_rules(p->set); i++) {
        g_autofree char *missing = rules_bed_missing(p->bed, i);
        g_autofree char *plain_missing = rules_bed_missing(p->plain_bed, i);
        g_autofree char *why = g_strdup(rules_bed_not_judged(p->bed, i));
        g_assert_cmpint((int)rules_bed_rule_state(p->bed, i), ==,
                        (int)rules_bed_rule_state(p->plain_bed, i));
        g_assert_true(rules_bed_rule_technical(p->bed, i)
                      == rules_bed_rule_technical(p->plain_bed, i));
        g_assert_true(rules_bed_rule_is_known(p->bed, i)
                      == rules_bed_rule_is_known(p->plain_bed, i));
        g_assert_cmpstr(why, ==, rules_bed_not_judged(p->plain_bed, i));
        g_assert_cmpstr(missing, ==, plain_missing);
        g_autofree char *words = rules_engine_explain(p->bed, i);
        g_autofree char *plain_words = rules_engine_explain(p->plain_bed, i);
        g_assert_cmpstr(words, ==, plain_words);
    }
}

static void
advance(Pair *p, double at)
{
    rules_engine_advance(p->plain, ward_t(at), ward_log_full, p->plain_log);
    rules_engine_advance(p->engine, ward_t(at), ward_log_full, p->log);
}

static void
something_else(Pair *p, double at, RulesSet *other)
{
    switch (draw(p->rand, 60)) {
    case 0:
        set_limit(p, at);
        return;
    case 1:
        require(p);
        return;
    case 2:
        restart(p, at);
        return;
    case 3:
        if (draw(p->rand, 4) == 0)
            restore(p, at);
        return;
    case 4:
        if (draw(p->rand, 5) == 0 && other != NULL)
            adopt(p, other);
        return;
    case 5:
        if (draw(p->rand, 5) != 0)
            return;
        rules_engine_reset_bed(p->plain_bed, ward_t(at), "it starts afresh", at < 200);
        rules_engine_reset_bed(p->bed, ward_t(at), "it starts afresh", at < 200);
        return;
    default:
        return;
    }
}

/* @other: a set to go over to now and then; NULL: none. Returns how much was told. */
static size_t
tell_story(RulesSet *set, RulesSet *other, guint32 seed)
{
    Pair p = {.rand = g_rand_new_with_seed(seed),
              .log = g_string_new(NULL),
              .plain_log = g_string_new(NULL)};
    pair_open(&p, set);
    double marked = 0;
    for (int s = 1; s < STORY_SECONDS; s++) {
        tell_values(&p, s);
        tell_words(&p, s);
        tell_beats(&p, s);
        while (marked < s && draw(p.rand, 3) != 0) {
            marked = MIN(s, marked + draw_in(p.rand, 0.05, 2));
            advance(&p, marked);
        }
        something_else(&p, s, p.set == set ? other : set);
        if (s % 50 == 0)
            compare(&p);
    }
    advance(&p, STORY_SECONDS + 4000); /* silence: everything expires */
    compare(&p);
    size_t length = p.log->len;
    g_assert_cmpuint(rules_bed_counters(p.bed).instants, <=,
                     rules_bed_counters(p.plain_bed).instants);
    pair_drop(&p);
    g_string_free(p.log, TRUE);
    g_string_free(p.plain_log, TRUE);
    g_rand_free(p.rand);
    return length;
}

static void
tell_stories(const char *text, const char *other_text)
{
    g_autoptr(RulesSet) set = vectors_compile(text);
    g_autoptr(RulesSet) other = other_text != NULL ? vectors_compile(other_text) : NULL;
    size_t told = 0;
    for (guint32 seed = 1; seed <= SEEDS; seed++)
        told += tell_story(set, other, seed);
    g_assert_cmpuint(told, >, 1000);
}

/* --- stories --------------------------------------------------------------------- */

static void
packs_tell_the_same(void)
{
    tell_stories(rules_pack_text("adult-icu"), rules_pack_text("technical"));
    tell_stories(rules_pack_text("technical"), rules_pack_text("adult-icu"));
    tell_stories(rules_pack_text("paediatric"), NULL);
    tell_stories(rules_pack_text("rhythm"), NULL);
}

#define HEAD                                                                                       \
    "rules \"t\" version 1\ndefault unknown longer than 60 s -> technical low \"{rule}: "          \
    "{missing}\"\n"                                                                                \
    "use HR: /min validity 30 s\nuse SpO2: % validity 10 s\nuse RR: /min validity 20 s\n"          \
    "use MAP: mm[Hg] validity 30 s from ART_M or NIBP_M validity 2 min\nuse SBP: mm[Hg] from "     \
    "ART_S\n"                                                                                      \
    "use Temp: Cel validity 4 min\nuse ACVPU: symbol validity 60 s\nuse O2: symbol\n"              \
    "use UO: mL/kg/h validity 100 s\nuse Lactate: mmol/L validity 2 min else 1 mmol/L\n"           \
    "use QRS: event from ECG\nuse PLETH_BEAT: event from PLETH\nuse ABP_BEAT: event from ABP\n"    \
    "limit low = 90 % within 80 % .. 95 % per bed\nlimit high = 110 /min within 80 /min .. 150 "   \
    "/min per bed\n"                                                                               \
    "score S { part hr = (HR > 100 /min or RR > 25 /min) : YES -> 1, NO -> 0\n"                    \
    "          part t = Temp : <38.0 -> 0, 38.0..<38.5 -> 1, >=38.5 -> 2\n"                        \
    "          part map = median(MAP over 10 s) to 1 mm[Hg] : <=60 -> 2, >=61 -> 0 where O2 = "    \
    "AIR\n"                                                                                        \
    "          part map = age(SpO2) to 1 s : <=3 -> 0, >=4 -> 1 where O2 = OXYGEN }\n"

/* Everything a condition can be made of. */
static const char *const conditions[] = {
    "HR > high",
    "SpO2 < low and HR > 90 /min",
    "SpO2 >= low + 2 % or not (MAP = 66 mm[Hg])",
    "MAP != 66 mm[Hg] and HR != 95 /min",
    "HR / MAP > 1.4 /min/mm[Hg]",
    "abs(HR - 95 /min) > 5 /min and -RR < -20 /min",
    "at least 2 of (HR > 100 /min, RR > 24 /min, SpO2 < 89 %, MAP < 60 mm[Hg])",
    "ACVPU in (V, U) or O2 = OXYGEN",
    "known(HR) and not known(SpO2)",
    "(HR else RR) > 100 /min",
    "Lactate > 2 mmol/L",
    "age(HR) > 5 s",
    "age(SpO2) + 3 s > 11 s and age(Temp) < 150 s",
    "age(HR) * 2 > 9 s or 60 s - age(UO) < 31 s",
    "age(QRS) > 3 s",
    "no QRS for 4 s and (no PLETH_BEAT for 4 s or not known(PLETH_BEAT))",
    "count(QRS over 10 s) < 7",
    "count(ABP_BEAT over 20 s) > 12 or no ABP_BEAT for 7 s",
    "mean(HR over 10 s) > 100 /min",
    "median(SpO2 over 15 s needing 90 %) < 90 %",
    "min(MAP over 20 s) < 60 mm[Hg] and max(MAP over 20 s needing 10 %) > 70 mm[Hg]",
    "sd(HR over 30 s) > 9 /min",
    "slope(HR over 20 s) > 0 /min/s",
    "change(HR over 10 s) > 5 /min",
    "change(UO over 80 s) < 0 mL/kg/h",
    "mean(UO over 3 min needing 95 %) < 0.6 mL/kg/h",
    "mean(Temp over 2 min needing 20 %) > 37.8 Cel",
    "count(HR over 60 s) > 40",
    "share(HR > 100 /min over 60 s) > 0.3",
    "share(known(SpO2) over 40 s needing 90 %) < 0.7",
    "share(slope(MAP over 15 s) < 0 mm[Hg]/s over 60 s) > 0.4",
    "time(MAP under 62 mm[Hg] within 60 s) > 9 s",
    "time(HR over high within 2 min) >= 7 s",
    "area(MAP under 65 mm[Hg] within 2 min) > 0.5 mm[Hg].min",
    "area(SpO2 under low within 60 s) > 0.2 %.min",
    "happened(HR > 100 /min over 60 s times 3)",
    "count(SpO2 < 88 % over 2 min needing 20 %) >= 2",
    "first HR > 95 /min then MAP < 60 mm[Hg] within 40 s",
    "first age(HR) > 2 s then age(SpO2) > 3 s within 30 s",
    "first change(HR over 20 s) > 5 /min then slope(RR over 20 s) < 0 /min/s within 30 s",
    "max(median(HR over 5 s) over 40 s) - min(mean(HR over 5 s) over 40 s) > 20 /min",
    "mean(age(HR) over 20 s) > 2 s",
    "HR - baseline(HR over 2 min) > 15 /min",
    "max(S over 60 s) >= 3",
    "S >= 2",
    "S.highest >= 2",
    "S.max < 4",
    "happened(S >= 2 over 60 s) and age(SpO2) < 2 s",
};

/* What a rule does with its condition. */
static const char *const clauses[] = {
    "",
    "for 2 s unknown longer than 15 s -> technical low \"?\"",
    "for 7 s holding unknown longer than 5 s -> clear",
    "for 500 ms clear when HR < 90 /min for 4 s",
    "clear when SpO2 >= 91 % for 5 s hold down 60 s",
    "for 3 s clear when age(HR) < 1500 ms unknown longer than 30 s -> keep",
    "for 1 s unknown longer than 8 s -> technical medium \"no {missing}\" hold down 20 s",
};

static char *
compose(guint32 seed)
{
    g_autoptr(GRand) rand = g_rand_new_with_seed(seed);
    GString *text = g_string_new(HEAD);
    for (size_t i = 0; i < G_N_ELEMENTS(conditions); i++) {
        const char *clause = clauses[draw(rand, G_N_ELEMENTS(clauses))];
        g_string_append_printf(text, "rule r%zu version 1 {\n", i);
        if (draw(rand, 5) == 0)
            g_string_append_printf(text, " applies when %s\n",
                                   conditions[draw(rand, G_N_ELEMENTS(conditions))]);
        g_string_append_printf(text,
                               " raise low \"x {S.parts} {time(MAP under 65 mm[Hg] within 30 s)}\" "
                               "when %s %s\n",
                               conditions[i], clause);
        if (i > 2 && draw(rand, 4) == 0)
            g_string_append_printf(text, " unless r%d, r%d\n", draw(rand, (int)i),
                                   draw(rand, (int)i));
        g_string_append(text, "}\n");
    }
    return g_string_free(text, FALSE);
}

static void
every_construct_tells_the_same(void)
{
    for (guint32 seed = 1; seed <= 4; seed++) {
        g_autofree char *text = compose(seed);
        g_autofree char *other = compose(seed + 100);
        tell_stories(text, other);
    }
}

/* Without those that look each second there are fewer instants to find things at. */
static void
each_construct_alone_tells_the_same(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(conditions); i++) {
        g_autofree char *text = g_strconcat(
            HEAD, "rule r version 1 { raise low \"x {HR}\" when ", conditions[i], " ",
            clauses[i % G_N_ELEMENTS(clauses)],
            " }\nrule other version 1 { raise low \"y\" when RR > 27 /min unless r }\n", NULL);
        g_autoptr(RulesSet) set = vectors_compile(text);
        tell_story(set, NULL, (guint32)i + 1);
    }
}

/* --- silence -------------------------------------------------------------------------- */

enum { AWAKE_SECONDS = 300, SILENT_SECONDS = 700 };
#define GRID 0.1

/* Whatever turns with a window, a sequence or a timer does so at its own instant: to the bed that
 * something else looks at all the time, and to the one that nobody tells anything any more. */
static const char *const windows_alone[] = {
    "median(MAP over 15 s) < 65 mm[Hg]",
    "(median(MAP over 15 s) else MAP) < 65 mm[Hg]",
    "(mean(HR over 60 s needing 80 %) else median(RR over 30 s)) > 25 /min",
    "median(MAP over 15 s) < 65 mm[Hg] or sd(SpO2 over 20 s) > 3 %",
    "known(HR) and not (max(SpO2 over 30 s) >= 90 %)",
    "at least 2 of (median(HR over 20 s) > 90 /min, min(RR over 40 s) < 22 /min, MAP < 60 mm[Hg])",
    "first mean(HR over 10 s) > 95 /min then min(MAP over 10 s) < 66 mm[Hg] within 40 s",
    "happened(median(HR over 10 s) > 95 /min over 60 s)",
    "not (happened(SpO2 < 88 % over 90 s))",
};

static bool
is_exact(const char *condition)
{
    static const char *const by_the_second[] = {"age(", "time(", "area(", "share(",
                                                "S >=", "S.",    "S over"};
    for (size_t i = 0; i < G_N_ELEMENTS(by_the_second); i++)
        if (strstr(condition, by_the_second[i]) != NULL)
            return false;
    return true;
}

static void
log_of_rule(const RulesTransition *t, void *user)
{
    if (g_str_equal(t->rule_name, "r"))
        ward_log_full(t, user);
}

/* Looks at each point of the grid, just behind it, and a millisecond later: unknown time is
 * counted in these. */
static void
keep_awake(Pair *p, int s)
{
    for (int i = 0; i < 10; i++) {
        ward_put(p->plain_bed, "PEEP", s + i * GRID, 5);
        ward_put(p->plain_bed, "PEEP", s + i * GRID + 1e-6, 5);
        ward_put(p->plain_bed, "PEEP", s + i * GRID + 1e-3, 5);
    }
}

static void
listen(Pair *p, double at)
{
    rules_engine_advance(p->plain, ward_t(at), log_of_rule, p->plain_log);
    rules_engine_advance(p->engine, ward_t(at), log_of_rule, p->log);
    g_assert_cmpstr(p->log->str, ==, p->plain_log->str);
}

static size_t
tell_awake(RulesSet *set, guint32 seed)
{
    Pair p = {.rand = g_rand_new_with_seed(seed),
              .log = g_string_new(NULL),
              .plain_log = g_string_new(NULL),
              .grid = GRID};
    pair_open(&p, set);
    rules_engine_judge_all(p.plain, false);
    for (int s = 1; s < AWAKE_SECONDS + SILENT_SECONDS; s++) {
        if (s < AWAKE_SECONDS) {
            tell_values(&p, s);
            tell_words(&p, s);
            tell_beats(&p, s);
        }
        keep_awake(&p, s);
        if (s >= AWAKE_SECONDS || draw(p.rand, 3) != 0)
            continue;
        /* What is told from outside is heard of at the next instant. */
        listen(&p, s);
        something_else(&p, s, NULL);
        ward_put(p.bed, "PEEP", s + 1e-6, 5);
    }
    listen(&p, AWAKE_SECONDS + SILENT_SECONDS);
    size_t length = p.log->len;
    pair_drop(&p);
    g_string_free(p.log, TRUE);
    g_string_free(p.plain_log, TRUE);
    g_rand_free(p.rand);
    return length;
}

static size_t
tell_condition_awake(const char *condition, const char *clause, const char *beside, guint32 seed)
{
    g_autofree char *text = g_strconcat(
        HEAD, "use PEEP: cm[H2O]\nrule r version 1 { raise low \"x {HR}\" when ", condition, " ",
        clause, " }\nrule awake version 1 { raise low \"y\" when PEEP > 90 cm[H2O] }\n", beside,
        NULL);
    g_autoptr(RulesSet) set = vectors_compile(text);
    return tell_awake(set, seed);
}

/* Known for a third of the time: it is told when more than half of the span was unknown. */
static void
what_comes_and_goes_is_told_at_its_own_time(void)
{
    g_autoptr(RulesSet) set =
        vectors_compile(HEAD "rule r version 1 { raise low \"x\" when HR > 200 /min\n"
                             " unknown longer than 10 min -> technical low \"?\" }\n");
    RulesEngine *engine = rules_engine_new(set);
    RulesBed *bed = rules_engine_bed(engine, "demo/icu/1");
    g_autoptr(GString) log = g_string_new(NULL);
    for (int i = 0; i < 20; i++)
        ward_put(bed, "HR", 5.5 + i * 90, 80);
    rules_engine_advance(engine, ward_t(2400), ward_log, log);
    g_assert_cmpstr(log->str, ==, "885.5 r technical\n");
    rules_engine_free(engine);
}

static void
a_bed_in_silence_says_what_one_says_that_is_kept_awake(void)
{
    const char *const ticks = "rule ticks version 1 { raise low \"z\" when age(SpO2) > 5 s }\n";
    size_t told = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(windows_alone); i++) {
        told += tell_condition_awake(windows_alone[i], clauses[i % G_N_ELEMENTS(clauses)], "",
                                     (guint32)i + 1);
        told += tell_condition_awake(windows_alone[i], "", ticks, (guint32)i + 50);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(conditions); i++)
        if (is_exact(conditions[i]))
            told += tell_condition_awake(conditions[i], clauses[(i + 3) % G_N_ELEMENTS(clauses)],
                                         i % 2 == 0 ? "" : ticks, (guint32)i + 100);
    g_assert_cmpuint(told, >, 1000);
}

/* --- what it saves ------------------------------------------------------------------ */

static void
a_second_at_which_nothing_can_turn_is_no_instant(void)
{
    g_autoptr(RulesSet) set = vectors_compile(
        HEAD
        "rule r version 1 { raise low \"x\" when time(MAP under 65 mm[Hg] within 6 h) > 3 h }\n");
    RulesEngine *engine = rules_engine_new(set);
    RulesBed *bed = rules_engine_bed(engine, "demo/icu/1");
    g_autoptr(GString) log = g_string_new(NULL);
    for (int half = 0; half < 1200; half++)
        ward_put(bed, "NIBP_M", half * 30, 60);
    rules_engine_advance(engine, ward_t(36000), ward_log, log);
    g_assert_cmpstr(log->str, ==, "60 r technical\n10800 r judged\n10801 r raise\n");
    g_assert_cmpuint(rules_bed_counters(bed).instants, <, 36000 / 4);
    rules_engine_free(engine);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define TEST(name) g_test_add_func("/rules/change/" #name, name)
    TEST(packs_tell_the_same);
    TEST(every_construct_tells_the_same);
    TEST(each_construct_alone_tells_the_same);
    TEST(what_comes_and_goes_is_told_at_its_own_time);
    TEST(a_bed_in_silence_says_what_one_says_that_is_kept_awake);
    TEST(a_second_at_which_nothing_can_turn_is_no_instant);
#undef TEST
    return g_test_run();
}
