/* Silence, under the packs that a ward runs by default: what is not heard never
 * alarms for the patient, and never looks like calm (three-valued logic of the rules).
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "rules/packs/packs.h"
#include "tests/rules/ward-fixture.h"
#include "tests/rules/ward.h"

static RulesSet *
standard_set(void)
{
    g_autoptr(GError) error = NULL;
    RulesPacks *packs = rules_packs_new();
    g_assert_true(rules_packs_add_list(packs, "", &error));
    g_assert_true(rules_packs_compile(packs));
    RulesSet *set = rules_set_ref(packs->set);
    rules_packs_free(packs);
    return set;
}

/* --- one bed, every feed ----------------------------------------------------------- */

/* What a calm patient on a ventilator sends, at the periods of the table of signals. */
static const struct {
    const char *signal;
    double value;
    const char *word; /* a symbol */
    int period_s;
} feeds[] = {
    {"HR", 80, NULL, 1},
    {"RR", 14, NULL, 1},
    {"SpO2", 97, NULL, 1},
    {"PULSE", 80, NULL, 1},
    {"ART_M", 85, NULL, 1},
    {"ART_S", 120, NULL, 1},
    {"NIBP_M", 84, NULL, 300},
    {"NIBP_S", 118, NULL, 300},
    {"Temp", 37, NULL, 60},
    {"EtCO2", 36, NULL, 1},
    {"VTe", 480, NULL, 1},
    {"Paw", 18, NULL, 1},
    {"Pplat", 20, NULL, 1},
    {"PEEP", 6, NULL, 1},
    {"FiO2", 0.35, NULL, 60},
    {"BATTERY", 90, NULL, 60},
    {"CLOCK_OFFSET", 0.1, NULL, 60},
    {"VENT", 0, "INVASIVE", 60},
    {"ACVPU", 0, "A", 60},
    {"O2", 0, "OXYGEN", 60},
    {"LEAD_ECG", 0, "ON", 1},
    {"RHY_ASYSTOLE", 0, "NO", 1},
    {"RHY_BRADY", 0, "NO", 1},
    {"RHY_TACHY", 0, "NO", 1},
    {"RHY_VT", 0, "NO", 1},
    {"RHY_VF", 0, "NO", 1},
};

#define ALL G_N_ELEMENTS(feeds)

/* Charted by hand or by a laboratory: their silence is hours long, and not a feed's. */
static const char *const charted[] = {
    "scale", "age_years",  "pregnant",   "GCS",    "PaO2",    "PaCO2",   "WBC",
    "BANDS", "PLT",        "BILI",       "Creat",  "UO",      "UO_24H",  "DOPA",
    "EPI",   "CREAT_BASE", "DOBUTA",     "NOREPI", "Lactate", "SUPPORT", "SOFA_BASE",
    "RRT",   "INFECTION",  "HFNC_SINCE", NULL};

typedef struct {
    RulesEngine *engine;
    RulesBed *bed;
    int raised;    /* for the patient */
    int technical; /* of any kind */
    int cleared;
    GString *log;
} Bed;

static void
on_told(const RulesTransition *t, void *user)
{
    Bed *b = user;
    bool technical = t->kind == RULES_TECHNICAL || t->technical;
    b->raised += t->kind == RULES_RAISE && !technical;
    b->technical += (t->kind == RULES_RAISE || t->kind == RULES_TECHNICAL) && technical;
    b->cleared += t->kind == RULES_CLEAR && !technical;
    ward_log(t, b->log);
}

static void
bed_open(Bed *b, RulesSet *set)
{
    *b = (Bed){.engine = rules_engine_new(set), .log = g_string_new(NULL)};
    b->bed = rules_engine_bed(b->engine, "a/b/1");
}

static void
bed_close(Bed *b)
{
    rules_engine_free(b->engine);
    g_string_free(b->log, TRUE);
}

/* A second of all feeds but @silent (ALL: of all but none, ALL + 1: none at all). */
static void
second(Bed *b, int s, size_t silent, double map)
{
    for (size_t i = 0; i < ALL; i++) {
        bool pressure = strcmp(feeds[i].signal, "ART_M") == 0;
        if (i == silent || silent == ALL + 1 || s % feeds[i].period_s != 0)
            continue;
        RulesSample sample = ward_sample(feeds[i].signal, s, pressure ? map : feeds[i].value);
        sample.period_ms = (uint32_t)feeds[i].period_s * 1000;
        if (feeds[i].word)
            rules_engine_symbol(b->bed, &sample, feeds[i].word);
        else
            rules_engine_sample(b->bed, &sample);
    }
    rules_engine_advance_bed(b->bed, ward_t(s + 0.5), on_told, b);
}

/* Breaks of every length, one after the other; by day some of them. */
static bool
is_in_break(int s)
{
    static const int by_day[] = {1, 2, 3, 4, 5, 6, 8, 10, 11, 13, 15, 16, 20, 25, 29, 30};
    int at = 60;
    bool night = g_getenv("VICU_NIGHT") != NULL;
    for (int i = 0; i < (night ? 30 : (int)G_N_ELEMENTS(by_day)); i++) {
        int length = night ? i + 1 : by_day[i];
        if (s >= at && s < at + length)
            return true;
        at += length + 20;
    }
    return false;
}

enum { STORY_S = 1150 };

static bool
is_a_feed_or_charted(const char *name)
{
    /* MAP and SBP are of the line or of the cuff. */
    if (strcmp(name, "MAP") == 0 || strcmp(name, "SBP") == 0)
        return true;
    for (size_t i = 0; i < ALL; i++)
        if (strcmp(feeds[i].signal, name) == 0)
            return true;
    return g_strv_contains(charted, name);
}

static void
every_input_of_the_packs_is_broken_here_or_charted(void)
{
    g_autoptr(RulesSet) set = standard_set();
    for (size_t i = 0; i < rules_set_n_inputs(set); i++)
        if (!is_a_feed_or_charted(rules_set_input_name(set, i)))
            g_error("no feed of this test is %s", rules_set_input_name(set, i));
}

static void
breaks_of_1_to_30_s_in_any_feed_never_alarm_for_the_patient(void)
{
    g_autoptr(RulesSet) set = standard_set();
    int technical = 0;
    for (size_t silent = 0; silent <= ALL + 1; silent++) {
        Bed b;
        if (silent == ALL)
            continue;
        bed_open(&b, set);
        for (int s = 0; s < STORY_S; s++)
            second(&b, s, is_in_break(s) ? silent : ALL, 85);
        if (b.raised > 0)
            g_error("breaks of %s: %s", silent < ALL ? feeds[silent].signal : "all", b.log->str);
        technical += b.technical;
        /* Two seconds of a rhythm that is not told are no calm: 10 s are told. */
        if (silent < ALL && strcmp(feeds[silent].signal, "RHY_ASYSTOLE") == 0)
            g_assert_nonnull(strstr(b.log->str, "rhythm-asystole technical"));
        bed_close(&b);
    }
    g_assert_cmpint(technical, >=, 4);
}

/* An alarm that stands goes on through any break: unknown is no recovery. */
static void
no_break_ends_an_alarm_that_stands(void)
{
    g_autoptr(RulesSet) set = standard_set();
    for (size_t silent = 0; silent <= ALL + 1; silent++) {
        Bed b;
        if (silent == ALL)
            continue;
        bed_open(&b, set);
        for (int s = 0; s < 40; s++)
            second(&b, s, ALL, s < 20 ? 85 : 44);
        g_assert_nonnull(strstr(b.log->str, "map-critical raise"));
        for (int s = 40; s < 240; s++)
            second(&b, s, s % 60 < 30 ? silent : ALL, 44);
        g_assert_null(strstr(b.log->str, "map-critical clear"));
        for (int s = 240; s < 270; s++)
            second(&b, s, ALL, 85);
        g_assert_nonnull(strstr(b.log->str, "map-critical clear"));
        bed_close(&b);
    }
}

/* What stays away is told, by the rule that the packs name for it. */
static void
a_feed_that_stays_away_is_told(void)
{
    static const struct {
        const char *signal;
        const char *told;
    } wanted[] = {
        {"HR", "hr-low technical"},
        {"RR", "rr-low technical"},
        {"SpO2", "desaturation technical"},
        {"RHY_ASYSTOLE", "rhythm-asystole technical"},
    };
    g_autoptr(RulesSet) set = standard_set();
    for (size_t i = 0; i < G_N_ELEMENTS(wanted); i++) {
        Bed b;
        size_t silent = wanted[i].signal ? 0 : ALL + 1;
        while (wanted[i].signal && strcmp(feeds[silent].signal, wanted[i].signal) != 0)
            silent++;
        bed_open(&b, set);
        for (int s = 0; s < 400; s++)
            second(&b, s, s >= 60 ? silent : ALL, 85);
        if (!strstr(b.log->str, wanted[i].told))
            g_error("%s is silent: %s", wanted[i].signal ? wanted[i].signal : "all", b.log->str);
        g_assert_cmpint(b.raised, ==, 0);
        bed_close(&b);
    }
}

/* --- one pressure a minute ----------------------------------------------------------- */

/* 20 min of it at @map; @period_ms as the device announces it, 0: not at all. */
static void
one_a_minute(Bed *b, RulesSet *set, double map, uint32_t period_ms)
{
    bed_open(b, set);
    for (int s = 0; s < 1800; s++) {
        if (s % 60 == 0) {
            RulesSample sample = ward_sample("ART_M", s, map);
            sample.period_ms = period_ms;
            rules_engine_sample(b->bed, &sample);
        }
        rules_engine_advance_bed(b->bed, ward_t(s + 0.5), on_told, b);
    }
}

static void
one_pressure_a_minute_reaches_a_decision_or_is_told(void)
{
    g_autoptr(RulesSet) set = standard_set();
    Bed b;
    /* 30 s of validity hold the 8 s of map-critical. */
    one_a_minute(&b, set, 44, 0);
    g_assert_true(g_str_has_prefix(b.log->str, "8 map-critical raise\n"));
    g_assert_null(strstr(b.log->str, "map-critical clear"));
    bed_close(&b);
    /* But not the 5 min of map-low-5min: that the pressure is unknown half of the time is told. */
    one_a_minute(&b, set, 60, 0);
    g_assert_null(strstr(b.log->str, "map-low-5min raise"));
    g_assert_nonnull(strstr(b.log->str, "map-critical technical\n"));
    g_assert_null(strstr(b.log->str, "map-critical judged\n")); /* and stands */
    g_assert_cmpint(b.raised, ==, 0);
    bed_close(&b);
    /* A device that announces its minute is valid for three of them: every rule decides. */
    one_a_minute(&b, set, 60, 60000);
    g_assert_nonnull(strstr(b.log->str, "map-low-5min raise\n"));
    g_assert_null(strstr(b.log->str, "technical"));
    bed_close(&b);
    one_a_minute(&b, set, 85, 60000);
    g_assert_cmpstr(b.log->str, ==, "");
    bed_close(&b);
}

/* --- a ward ------------------------------------------------------------------------ */

#define BEDS 100
#define DEAD 57

static void
up(Ward *w, gconstpointer data)
{
    (void)data;
    ward_up_with(w, standard_set());
}

static char *
bed_id(int i)
{
    return g_strdup_printf("demo/icu/%d", i);
}

/* Numerics of one bed at once, and the detectors' words. */
static void
send_bed(Ward *w, int i, double hr)
{
    static const char *const words[] = {"RHY_ASYSTOLE", "RHY_BRADY", "RHY_TACHY", "RHY_VT",
                                        "RHY_VF"};
    g_autofree char *id = bed_id(i);
    Vicu__Batch batch = VICU__BATCH__INIT;
    Vicu__Numerics n = VICU__NUMERICS__INIT;
    Vicu__Numerics *numerics[] = {&n};
    Vicu__Symbol symbol[G_N_ELEMENTS(words)];
    Vicu__Symbol *symbols[G_N_ELEMENTS(words)];
    uint32_t codes[] = {code("HR"), code("SpO2"), code("ART_M"), code("RR")};
    double values[] = {hr, 97, 85, 14};
    int64_t t[] = {NOW_US + w->t_us, NOW_US + w->t_us, NOW_US + w->t_us, NOW_US + w->t_us};
    uint32_t periods[] = {1000, 1000, 1000, 1000};
    n.bed = id;
    n.origin = VICU__ORIGIN__ORIGIN_SIMULATED;
    n.n_code = n.n_t_us = n.n_value = n.n_period_ms = G_N_ELEMENTS(codes);
    n.code = codes;
    n.value = values;
    n.t_us = t;
    n.period_ms = periods;
    for (size_t k = 0; k < G_N_ELEMENTS(words); k++) {
        vicu__symbol__init(&symbol[k]);
        symbol[k].bed = id;
        symbol[k].code = code(words[k]);
        symbol[k].t_us = t[0];
        symbol[k].value = (char *)"NO";
        symbols[k] = &symbol[k];
    }
    batch.n_numerics = 1;
    batch.numerics = numerics;
    batch.n_symbol = G_N_ELEMENTS(words);
    batch.symbol = symbols;
    give(w, &batch);
}

static void
send_beds(Ward *w, int seconds, int dead)
{
    for (int64_t i = 0; i < seconds * S / TICK; i++) {
        tick(w);
        for (int bed = 0; w->t_us % S == 0 && bed < BEDS; bed++)
            if (bed != dead)
                send_bed(w, bed, bed == 3 ? 165 : 80);
        if (w->t_us % S != 0)
            beat(w);
    }
}

/* How many alarms stand; each is at @only ("": anywhere) and, with @technical, technical. */
static int
n_standing(Ward *w, const char *only, bool technical)
{
    GHashTableIter iter;
    gpointer value;
    int n = 0;
    g_hash_table_iter_init(&iter, w->items);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const Vicu__StateItem *item = value;
        if (item->body_case != VICU__STATE_ITEM__BODY_ALARM
            || item->alarm->state == VICU__ALARM_STATE__ALARM_ENDED)
            continue;
        if (*only && strcmp(item->alarm->bed, only) != 0)
            continue;
        g_assert_true(!technical || item->alarm->technical);
        n++;
    }
    return n;
}

static void
one_bed_that_dies_among_a_hundred_is_told_and_alone(Ward *w, gconstpointer data)
{
    g_autofree char *dead = bed_id(DEAD), *fast = bed_id(3);
    (void)data;
    send_beds(w, 15, -1);
    g_assert_cmpint(n_standing(w, "", false), ==, 1); /* the fast one */
    g_assert_cmpint(n_standing(w, fast, false), ==, 1);
    send_beds(w, 4, DEAD);
    const Vicu__StateItem *item = find_item(w, VICU__SUBJECT__SUBJECT_BED, dead);
    g_assert_cmpint(item->bed->presence, ==, VICU__PRESENCE__PRESENCE_LOST);
    send_beds(w, 18, DEAD);
    g_assert_cmpint(n_standing(w, dead, true), >=, 1);
    g_assert_true(stands(w, "local:no-data"));
    g_assert_true(stands(w, "rhythm-asystole"));
    g_assert_true(alarm_of(w, "rhythm-asystole")->technical);
    g_assert_cmpstr(alarm_of(w, "local:no-data")->bed, ==, dead);
    /* The others go on, and nothing but the fast heart stands there. */
    g_assert_cmpint(n_standing(w, "", false), ==, 1 + n_standing(w, dead, true));
    g_assert_cmpint(n_standing(w, fast, false), ==, 1);
    for (int i = 0; i < BEDS; i++) {
        g_autofree char *id = bed_id(i);
        item = find_item(w, VICU__SUBJECT__SUBJECT_BED, id);
        g_assert_cmpint(item->bed->presence, ==,
                        i == DEAD ? VICU__PRESENCE__PRESENCE_LOST
                                  : VICU__PRESENCE__PRESENCE_PRESENT);
    }
    send_beds(w, 8, -1);
    g_assert_cmpint(n_standing(w, dead, false), ==, 0);
}

/* --- a detector that stands still --------------------------------------------------- */

typedef enum { ECG_GOES_ON, ECG_IS_FROZEN, ECG_IS_GONE } EcgState;

/* ECG and pressure at 250 Hz; the ECG as @state has it. */
static void
send_ecg(Ward *w, int seconds, EcgState state)
{
    for (int64_t left = seconds * S; left > 0; left -= TICK) {
        uint8_t bytes[2][100];
        Vicu__Batch batch = VICU__BATCH__INIT;
        Vicu__Segment segment[2];
        Vicu__Wave wave[2];
        Vicu__Segment *segments[2] = {&segment[1], &segment[0]};
        Vicu__Wave *waves[2] = {&wave[1], &wave[0]};
        for (size_t i = 0; i < 50; i++) {
            double t = (double)(w->t_us - 1000 * S) / 1e6 + (double)i / 250;
            double v[2] = {state == ECG_IS_FROZEN ? 17 : 1000 * ecg_at(t, 75),
                           50 * abp_at(t, 75, 120, 70)};
            for (size_t c = 0; c < 2; c++) {
                int16_t raw = (int16_t)lround(v[c]);
                bytes[c][2 * i] = (uint8_t)(raw & 0xff);
                bytes[c][2 * i + 1] = (uint8_t)((uint16_t)raw >> 8);
            }
        }
        for (uint32_t c = 0; c < 2; c++) {
            vicu__segment__init(&segment[c]);
            segment[c].id = c + 1;
            segment[c].bed = (char *)BED;
            segment[c].code = code(c == 0 ? "ECG_II" : "ABP");
            segment[c].t0_us = NOW_US + 1000 * S;
            segment[c].period_num = 1;
            segment[c].period_den = 250;
            segment[c].gain = c == 0 ? 1000 : 50;
            segment[c].origin = VICU__ORIGIN__ORIGIN_RECORDING;
            vicu__wave__init(&wave[c]);
            wave[c].segment = c + 1;
            wave[c].first = (uint64_t)((w->t_us - 1000 * S) / 4000);
            wave[c].samples.data = bytes[c];
            wave[c].samples.len = 100;
        }
        batch.n_segment = batch.n_wave = state == ECG_IS_GONE ? 1 : 2;
        batch.segment = segments;
        batch.wave = waves;
        tick(w);
        give(w, &batch);
    }
}

static void
a_detector_that_stands_still_is_told_and_says_no_rhythm(Ward *w, gconstpointer data)
{
    EcgState state = GPOINTER_TO_INT(data);
    send_ecg(w, 30, ECG_GOES_ON);
    g_assert_cmpint(n_standing(w, "", false), ==, 0);
    send_ecg(w, 40, state);
    const Vicu__Alarm *alarm = alarm_of(w, "rhythm-asystole");
    g_assert_nonnull(alarm);
    g_assert_true(alarm->technical);
    g_assert_cmpstr(alarm->text, ==, "Rhythm cannot be judged: no ECG fit for it");
    n_standing(w, "", true); /* nothing about the patient */
    g_assert_cmpint(w->high_or_medium, ==, 0);
    g_assert_null(alarm_of(w, "rhythm-vt"));
    send_ecg(w, 40, ECG_GOES_ON);
    g_assert_false(stands(w, "rhythm-asystole"));
}

/* --- a line that lags ---------------------------------------------------------------- */

/* Everything of the bed, its sender's clock too, comes 4 s late. */
static void
a_steady_lag_of_4_s_alarms_as_usual_and_says_the_age(Ward *w, gconstpointer data)
{
    int64_t fell_us = 0;
    (void)data;
    for (int i = 0; i < 40 * 5; i++) {
        tick(w);
        int64_t then_us = w->t_us - 4 * S;
        bool low = i >= 20 * 5;
        if (low && fell_us == 0 && then_us % S == 0)
            fell_us = then_us;
        if (then_us % S == 0) {
            send_numerics_as_of(w, then_us, "HR", 80);
            send_numerics_as_of(w, then_us, "ART_M", low ? 41 : 85);
        }
    }
    const Vicu__Alarm *alarm = alarm_of(w, "map-critical");
    g_assert_nonnull(alarm);
    g_assert_false(alarm->technical);
    g_assert_cmpint(alarm->t_condition_us, ==, NOW_US + fell_us);
    g_assert_cmpint(alarm->t_raised_us, ==, NOW_US + fell_us + 8 * S);
    g_assert_cmpint(alarm->data_age_us, >=, 4 * S);
    g_assert_cmpint(alarm->data_age_us, <=, 6 * S);
    g_assert_cmpint(alarm->t_decided_us - alarm->t_raised_us, >=, 4 * S);
    g_assert_cmpint(alarm->t_decided_us - alarm->t_raised_us, <=, 6 * S);
    g_assert_cmpint(n_standing(w, "", false), ==, 1);
    g_assert_cmpint(bed_item(w)->presence, ==, VICU__PRESENCE__PRESENCE_PRESENT);
}

#define ENGINE(name) g_test_add_func("/rules/silence-rules/" #name, name)
#define WARD(name)   g_test_add("/rules/silence-rules/" #name, Ward, NULL, up, name, ward_down)

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ENGINE(every_input_of_the_packs_is_broken_here_or_charted);
    ENGINE(breaks_of_1_to_30_s_in_any_feed_never_alarm_for_the_patient);
    ENGINE(no_break_ends_an_alarm_that_stands);
    ENGINE(a_feed_that_stays_away_is_told);
    ENGINE(one_pressure_a_minute_reaches_a_decision_or_is_told);
    WARD(one_bed_that_dies_among_a_hundred_is_told_and_alone);
    g_test_add("/rules/silence-rules/a_frozen_ecg_is_told_and_says_no_rhythm", Ward,
               GINT_TO_POINTER(ECG_IS_FROZEN), up,
               a_detector_that_stands_still_is_told_and_says_no_rhythm, ward_down);
    g_test_add("/rules/silence-rules/an_ecg_that_ends_is_told_and_says_no_rhythm", Ward,
               GINT_TO_POINTER(ECG_IS_GONE), up,
               a_detector_that_stands_still_is_told_and_says_no_rhythm, ward_down);
    WARD(a_steady_lag_of_4_s_alarms_as_usual_and_says_the_age);
    return g_test_run();
}
