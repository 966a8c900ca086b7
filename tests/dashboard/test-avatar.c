/* What a bed's vital signs look like: every edge of the chart, and what must never look healthy.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "dashboard/scene/avatar.h"

#define S   ((int64_t)G_USEC_PER_SEC)
#define NOW (INT64_C(1000) * S)

static DashBed
bed_new(void)
{
    return (DashBed){.presence = VICU__PRESENCE__PRESENCE_PRESENT,
                     .presence_known = true,
                     .known_us = 1 * S,
                     .arrived_us = NOW - S / 2};
}

static DashNumeric *
put(DashBed *bed, const char *name, double value)
{
    const VicuSignal *signal = vicu_signal_by_name(name);
    DashNumeric *numeric = &bed->numeric[bed->n_numerics++];

    g_assert_nonnull(signal);
    *numeric = (DashNumeric){.signal = signal,
                             .value = value,
                             .t_us = NOW - S / 2,
                             .period_ms = signal->period_ms,
                             .source = VICU__SOURCE__SOURCE_DEVICE};
    return numeric;
}

static DashSymbol *
say(DashBed *bed, const char *name, const char *word)
{
    DashSymbol *symbol = &bed->symbol[bed->n_symbols++];

    *symbol = (DashSymbol){
        .signal = vicu_signal_by_name(name), .value = (char *)word, .t_us = NOW - 60 * S};
    g_assert_nonnull(symbol->signal);
    return symbol;
}

static DashAvatar
avatar_of(const DashBed *bed)
{
    DashAvatar avatar;

    dash_avatar_of(bed, NOW, NULL, &avatar);
    return avatar;
}

/* NEWS2, Royal College of Physicians 2017, chart 1, each edge of each column. */
static void
bands_are_those_of_the_chart(void)
{
    static const struct {
        const char *name;
        DashAvatarSignKind kind;
        double value;
        int band;
    } told[] = {
        {"RR", DASH_SIGN_OF_BREATHING, 8, -3},
        {"RR", DASH_SIGN_OF_BREATHING, 8.4, -3},
        {"RR", DASH_SIGN_OF_BREATHING, 8.5, -1},
        {"RR", DASH_SIGN_OF_BREATHING, 11, -1},
        {"RR", DASH_SIGN_OF_BREATHING, 12, 0},
        {"RR", DASH_SIGN_OF_BREATHING, 20, 0},
        {"RR", DASH_SIGN_OF_BREATHING, 21, 2},
        {"RR", DASH_SIGN_OF_BREATHING, 24, 2},
        {"RR", DASH_SIGN_OF_BREATHING, 25, 3},
        {"HR", DASH_SIGN_OF_PULSE, 40, -3},
        {"HR", DASH_SIGN_OF_PULSE, 41, -1},
        {"HR", DASH_SIGN_OF_PULSE, 50, -1},
        {"HR", DASH_SIGN_OF_PULSE, 51, 0},
        {"HR", DASH_SIGN_OF_PULSE, 90, 0},
        {"HR", DASH_SIGN_OF_PULSE, 91, 1},
        {"HR", DASH_SIGN_OF_PULSE, 110, 1},
        {"HR", DASH_SIGN_OF_PULSE, 111, 2},
        {"PULSE", DASH_SIGN_OF_PULSE, 130, 2},
        {"PULSE", DASH_SIGN_OF_PULSE, 131, 3},
        {"SpO2", DASH_SIGN_OF_OXYGEN, 91, -3},
        {"SpO2", DASH_SIGN_OF_OXYGEN, 92, -2},
        {"SpO2", DASH_SIGN_OF_OXYGEN, 93, -2},
        {"SpO2", DASH_SIGN_OF_OXYGEN, 94, -1},
        {"SpO2", DASH_SIGN_OF_OXYGEN, 95, -1},
        {"SpO2", DASH_SIGN_OF_OXYGEN, 95.5, 0},
        {"SpO2", DASH_SIGN_OF_OXYGEN, 100, 0},
        {"ART_S", DASH_SIGN_OF_PRESSURE, 90, -3},
        {"ART_S", DASH_SIGN_OF_PRESSURE, 91, -2},
        {"ART_S", DASH_SIGN_OF_PRESSURE, 100, -2},
        {"ART_S", DASH_SIGN_OF_PRESSURE, 101, -1},
        {"NIBP_S", DASH_SIGN_OF_PRESSURE, 110, -1},
        {"NIBP_S", DASH_SIGN_OF_PRESSURE, 111, 0},
        {"NIBP_S", DASH_SIGN_OF_PRESSURE, 219, 0},
        {"NIBP_S", DASH_SIGN_OF_PRESSURE, 220, 3},
        {"Temp", DASH_SIGN_OF_TEMPERATURE, 35.0, -3},
        {"Temp", DASH_SIGN_OF_TEMPERATURE, 35.04, -3},
        {"Temp", DASH_SIGN_OF_TEMPERATURE, 35.05, -1},
        {"Temp", DASH_SIGN_OF_TEMPERATURE, 36.0, -1},
        {"Temp", DASH_SIGN_OF_TEMPERATURE, 36.1, 0},
        {"Temp", DASH_SIGN_OF_TEMPERATURE, 38.0, 0},
        {"Temp", DASH_SIGN_OF_TEMPERATURE, 38.1, 1},
        {"Temp", DASH_SIGN_OF_TEMPERATURE, 39.0, 1},
        {"Temp", DASH_SIGN_OF_TEMPERATURE, 39.1, 2},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(told); i++) {
        DashBed bed = bed_new();
        put(&bed, told[i].name, told[i].value);
        DashAvatar avatar = avatar_of(&bed);
        const DashAvatarSign *sign = &avatar.sign[told[i].kind];
        g_test_message("%s %g", told[i].name, told[i].value);
        g_assert_true(sign->known && sign->banded);
        g_assert_cmpint(sign->band, ==, told[i].band);
        g_assert_cmpfloat(sign->value, ==, told[i].value);
    }
}

static void
the_second_scale_of_saturation_asks_what_is_breathed(void)
{
    static const struct {
        const char *gas;
        double value;
        bool banded;
        int band;
    } told[] = {
        {"AIR", 83, true, -3},   {"AIR", 85, true, -2},   {"AIR", 87, true, -1},
        {"AIR", 92, true, 0},    {"AIR", 99, true, 0},    {"OXYGEN", 83, true, -3},
        {"OXYGEN", 88, true, 0}, {"OXYGEN", 92, true, 0}, {"OXYGEN", 93, true, 1},
        {"OXYGEN", 95, true, 2}, {"OXYGEN", 97, true, 3}, {NULL, 86, true, -1},
        {NULL, 92.4, true, 0},   {NULL, 93, false, 0},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(told); i++) {
        DashBed bed = bed_new();
        put(&bed, "SpO2", told[i].value);
        say(&bed, "scale", "S2");
        if (told[i].gas)
            say(&bed, "O2", told[i].gas);
        DashAvatar avatar = avatar_of(&bed);
        const DashAvatarSign *sign = &avatar.sign[DASH_SIGN_OF_OXYGEN];
        g_assert_true(sign->known);
        g_assert_cmpint(sign->banded, ==, told[i].banded);
        g_assert_cmpint(sign->band, ==, told[i].band);
    }
}

static void
assert_nothing_known(const DashAvatar *avatar)
{
    for (int i = 0; i < DASH_N_AVATAR_SIGNS; i++) {
        g_test_message("%s", dash_avatar_sign_name((DashAvatarSignKind)i));
        g_assert_false(avatar->sign[i].known);
        g_assert_false(avatar->sign[i].banded);
    }
    g_assert_cmpfloat(dash_avatar_lift(avatar), ==, 0);
    g_assert_cmpfloat(dash_avatar_throb(avatar), ==, 0);
    g_assert_cmpfloat(dash_avatar_force(avatar), ==, 0);
    g_assert_cmpint(dash_avatar_acvpu(avatar), ==, '?');
}

static DashBed
healthy(void)
{
    DashBed bed = bed_new();

    put(&bed, "RR", 15);
    put(&bed, "HR", 70);
    put(&bed, "SpO2", 98);
    put(&bed, "ART_S", 120);
    put(&bed, "Temp", 37);
    say(&bed, "ACVPU", "A");
    say(&bed, "VENT", "NONE");
    say(&bed, "O2", "AIR");
    return bed;
}

static void
nothing_is_healthy_by_default(void)
{
    DashBed bed = bed_new();
    DashAvatar avatar = avatar_of(&bed);
    assert_nothing_known(&avatar);

    bed = healthy();
    avatar = avatar_of(&bed);
    for (int i = 0; i < DASH_N_AVATAR_SIGNS; i++) {
        g_assert_true(avatar.sign[i].known && avatar.sign[i].banded);
        g_assert_cmpint(avatar.sign[i].band, ==, 0);
    }
}

static void
what_is_stale_or_sent_without_a_value_is_not_known(void)
{
    DashBed bed = healthy();
    DashAvatar avatar;

    for (unsigned i = 0; i < bed.n_numerics; i++)
        bed.numeric[i].t_us = NOW - 3 * bed.numeric[i].period_ms * 1000;
    for (unsigned i = 0; i < bed.n_symbols; i++)
        bed.symbol[i].t_us = NOW - bed.symbol[i].signal->validity_s * S;
    avatar = avatar_of(&bed);
    assert_nothing_known(&avatar);

    bed = healthy();
    for (unsigned i = 0; i < bed.n_numerics; i++)
        bed.numeric[i].invalid_us = NOW;
    for (unsigned i = 0; i < bed.n_symbols; i++)
        bed.symbol[i].quality = VICU__QUALITY__QUALITY_INVALID;
    avatar = avatar_of(&bed);
    assert_nothing_known(&avatar);

    bed = healthy();
    for (unsigned i = 0; i < bed.n_numerics; i++)
        bed.numeric[i].value = NAN;
    bed.n_symbols = 0;
    avatar = avatar_of(&bed);
    assert_nothing_known(&avatar);
}

static void
a_bed_that_is_away_has_no_signs(void)
{
    static const Vicu__Presence away[] = {
        VICU__PRESENCE__PRESENCE_STANDBY,
        VICU__PRESENCE__PRESENCE_TRANSPORT,
        VICU__PRESENCE__PRESENCE_DISCHARGED,
    };
    DashAvatar avatar;

    for (size_t i = 0; i < G_N_ELEMENTS(away); i++) {
        DashBed bed = healthy();
        bed.presence = away[i];
        avatar = avatar_of(&bed);
        assert_nothing_known(&avatar);
    }
    DashBed lost = healthy();
    lost.arrived_us = NOW - DASH_LOST_US - 60 * S;
    avatar = avatar_of(&lost);
    g_assert_cmpint(avatar.absence, ==, DASH_LOST);
    assert_nothing_known(&avatar);
}

static void
invasive_comes_before_the_cuff_while_it_can_be_trusted(void)
{
    DashBed bed = bed_new();
    put(&bed, "NIBP_S", 140);
    DashNumeric *line = put(&bed, "ART_S", 85);
    DashAvatar avatar = avatar_of(&bed);
    g_assert_cmpint(avatar.sign[DASH_SIGN_OF_PRESSURE].band, ==, -3);

    line->quality = VICU__QUALITY__QUALITY_QUESTIONABLE;
    avatar = avatar_of(&bed);
    g_assert_cmpfloat(avatar.sign[DASH_SIGN_OF_PRESSURE].value, ==, 140);

    bed.n_numerics = 0;
    line = put(&bed, "ART_S", 85);
    line->quality = VICU__QUALITY__QUALITY_QUESTIONABLE;
    avatar = avatar_of(&bed);
    g_assert_true(avatar.sign[DASH_SIGN_OF_PRESSURE].doubtful);
    g_assert_cmpint(avatar.sign[DASH_SIGN_OF_PRESSURE].band, ==, -3);
}

static void
a_machine_breathes_only_where_one_is_known(void)
{
    static const struct {
        const char *vent, *support;
        bool machine, known;
        double value;
    } told[] = {
        {NULL, NULL, false, false, 0},  {"INVASIVE", NULL, false, true, 1},
        {"NONE", NULL, false, true, 0}, {NULL, "NO", false, true, 0},
        {NULL, "YES", false, false, 0}, {NULL, NULL, true, true, 1},
        {"NONE", NULL, true, true, 1}, /* its numbers come: it runs, whatever was charted */
    };

    for (size_t i = 0; i < G_N_ELEMENTS(told); i++) {
        DashBed bed = bed_new();
        if (told[i].vent)
            say(&bed, "VENT", told[i].vent);
        if (told[i].support)
            say(&bed, "SUPPORT", told[i].support);
        if (told[i].machine) {
            put(&bed, "PEEP", 8);
            put(&bed, "VTe", 450);
        }
        DashAvatar avatar = avatar_of(&bed);
        const DashAvatarSign *sign = &avatar.sign[DASH_SIGN_OF_VENTILATION];
        g_assert_cmpint(sign->known, ==, told[i].known);
        g_assert_cmpfloat(sign->value, ==, told[i].value);
        g_assert_false(sign->banded); /* air or oxygen: nobody said */
    }
    DashBed bed = bed_new();
    say(&bed, "VENT", "INVASIVE");
    say(&bed, "O2", "OXYGEN");
    DashAvatar avatar = avatar_of(&bed);
    g_assert_true(avatar.sign[DASH_SIGN_OF_VENTILATION].banded);
    g_assert_cmpint(avatar.sign[DASH_SIGN_OF_VENTILATION].band, ==, 2);
}

static void
anything_but_alert_is_the_chart_s_last_column(void)
{
    static const char *const words[] = {"A", "C", "V", "P", "U"};

    for (size_t i = 0; i < G_N_ELEMENTS(words); i++) {
        DashBed bed = bed_new();
        say(&bed, "ACVPU", words[i]);
        DashAvatar avatar = avatar_of(&bed);
        g_assert_cmpint(avatar.sign[DASH_SIGN_OF_CONSCIOUSNESS].band, ==, i == 0 ? 0 : 3);
        g_assert_cmpint(dash_avatar_acvpu(&avatar), ==, *words[i]);
    }
    DashBed odd = bed_new();
    say(&odd, "ACVPU", "AV");
    DashAvatar avatar = avatar_of(&odd);
    g_assert_false(avatar.sign[DASH_SIGN_OF_CONSCIOUSNESS].known);
}

/* In a minute as many breaths and beats as were measured; a change of rate does not jump. */
static void
rhythms_go_at_the_measured_rate(void)
{
    enum { STEP_MS = 40, STEPS = 60 * 1000 / STEP_MS };
    DashBed bed = healthy();
    DashAvatar avatar, next;
    int breaths = 0, beats = 0;

    dash_avatar_of(&bed, NOW, NULL, &avatar);
    for (int i = 1; i <= STEPS; i++) {
        int64_t now_us = NOW + i * (int64_t)STEP_MS * 1000;
        for (unsigned k = 0; k < bed.n_numerics; k++)
            bed.numeric[k].t_us = now_us;
        bed.arrived_us = now_us;
        dash_avatar_of(&bed, now_us, &avatar, &next);
        breaths += next.breath < avatar.breath;
        beats += next.beat < avatar.beat;
        avatar = next;
    }
    g_assert_cmpint(ABS(breaths - 15), <=, 1);
    g_assert_cmpint(ABS(beats - 70), <=, 1);

    bed.numeric[1].value = 140;
    dash_avatar_of(&bed, avatar.now_us, &avatar, &next);
    g_assert_cmpfloat_with_epsilon(next.beat, avatar.beat, 1e-9);
    dash_avatar_of(&bed, avatar.now_us - 1, &avatar, &next); /* a clock set back begins anew */
    g_assert_true(next.beat >= 0 && next.beat < 1);
}

static void
one_state_and_time_make_one_avatar(void)
{
    DashBed bed = healthy();
    DashAvatar a = avatar_of(&bed), b = avatar_of(&bed);

    for (int i = 0; i < DASH_N_AVATAR_SIGNS; i++)
        g_assert_cmpfloat(a.sign[i].value, ==, b.sign[i].value);
    g_assert_cmpfloat(a.breath, ==, b.breath);
    g_assert_cmpfloat(a.beat, ==, b.beat);
    g_assert_true(a.breath >= 0 && a.breath < 1 && a.beat >= 0 && a.beat < 1);
    g_assert_cmpfloat(dash_avatar_force(&a), ==, 0.5);
    g_assert_true(dash_avatar_lift(&a) >= 0 && dash_avatar_lift(&a) <= 1);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/avatar/bands_are_those_of_the_chart", bands_are_those_of_the_chart);
    g_test_add_func("/avatar/the_second_scale_of_saturation_asks_what_is_breathed",
                    the_second_scale_of_saturation_asks_what_is_breathed);
    g_test_add_func("/avatar/nothing_is_healthy_by_default", nothing_is_healthy_by_default);
    g_test_add_func("/avatar/what_is_stale_or_sent_without_a_value_is_not_known",
                    what_is_stale_or_sent_without_a_value_is_not_known);
    g_test_add_func("/avatar/a_bed_that_is_away_has_no_signs", a_bed_that_is_away_has_no_signs);
    g_test_add_func("/avatar/invasive_comes_before_the_cuff_while_it_can_be_trusted",
                    invasive_comes_before_the_cuff_while_it_can_be_trusted);
    g_test_add_func("/avatar/a_machine_breathes_only_where_one_is_known",
                    a_machine_breathes_only_where_one_is_known);
    g_test_add_func("/avatar/anything_but_alert_is_the_chart_s_last_column",
                    anything_but_alert_is_the_chart_s_last_column);
    g_test_add_func("/avatar/rhythms_go_at_the_measured_rate", rhythms_go_at_the_measured_rate);
    g_test_add_func("/avatar/one_state_and_time_make_one_avatar",
                    one_state_and_time_make_one_avatar);
    return g_test_run();
}
