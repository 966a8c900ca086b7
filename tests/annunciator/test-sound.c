/* The signals against what is known of IEC 60601-1-8, and when they sound.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "dashboard/annunciator/player.h"
#include "dashboard/annunciator/standing.h"
#include "tests/annunciator/ear.h"

#define HIGH   VICU__PRIORITY__PRIORITY_HIGH
#define MEDIUM VICU__PRIORITY__PRIORITY_MEDIUM
#define LOW    VICU__PRIORITY__PRIORITY_LOW
#define NONE   VICU__PRIORITY__PRIORITY_NONE

#define SECOND ((size_t)ANN_RATE_HZ)

typedef struct {
    AnnPlayer player;
    uint64_t raised;
    GArray *heard; /* float */
} Play;

static void
play_begin(Play *play)
{
    *play = (Play){.heard = g_array_new(FALSE, FALSE, sizeof(float))};
}

static void
play_end(Play *play)
{
    g_array_unref(play->heard);
}

static void
stands(Play *play, Vicu__Priority priority, bool one_more, bool by_person)
{
    play->raised += one_more ? 1 : 0;
    AnnWish wish = {priority, play->raised, by_person};
    ann_player_wish(&play->player, &wish);
}

/* In pieces of any size: who asks decides how many. */
static void
listen_s(Play *play, double seconds)
{
    size_t left = (size_t)(seconds * ANN_RATE_HZ), piece = 1;
    float sound[1024];

    while (left > 0) {
        size_t n = MIN(left, piece);
        ann_player_fill(&play->player, 0.8, sound, n);
        g_array_append_vals(play->heard, sound, (guint)n);
        left -= n;
        piece = piece * 7 % 1023 + 1;
    }
}

static size_t
pulses_of(Play *play, EarPulse pulses[EAR_MAX])
{
    return ear_pulses((const float *)play->heard->data, play->heard->len, ANN_RATE_HZ, pulses);
}

/* ---- the signals ---- */

static void
each_priority_has_its_number_and_pace_of_pulses(void)
{
    static const struct {
        Vicu__Priority priority;
        size_t pulses;
        double least_s, most_s;     /* of a pulse */
        double silence_s, repeat_s; /* between bursts, from .. to .. */
    } signals[] = {{HIGH, 10, 0.075, 0.200, 2.5, 15},
                   {MEDIUM, 3, 0.125, 0.250, 2.5, 30},
                   {LOW, 2, 0.125, 0.250, 15, 60}};

    for (size_t k = 0; k < G_N_ELEMENTS(signals); k++) {
        Play play;
        EarPulse pulses[EAR_MAX];
        play_begin(&play);
        stands(&play, signals[k].priority, true, false);
        listen_s(&play, 40);
        size_t n = pulses_of(&play, pulses);
        g_assert_cmpuint(n, >=, 2 * signals[k].pulses);
        g_assert_cmpfloat(pulses[0].start_s, <, 0.05); /* at once */
        for (size_t i = 0; i < signals[k].pulses; i++) {
            double length = pulses[i].end_s - pulses[i].start_s;
            g_assert_cmpfloat(length, >=, signals[k].least_s - 0.015);
            g_assert_cmpfloat(length, <=, signals[k].most_s + 0.005);
        }
        double silence = pulses[signals[k].pulses].start_s - pulses[signals[k].pulses - 1].end_s;
        g_assert_cmpfloat(silence, >=, signals[k].silence_s);
        g_assert_cmpfloat(silence, <=, signals[k].repeat_s);
        play_end(&play);
    }
}

static void
high_is_three_and_two_twice(void)
{
    Play play;
    EarPulse p[EAR_MAX];

    play_begin(&play);
    stands(&play, HIGH, true, false);
    listen_s(&play, 4);
    g_assert_cmpuint(pulses_of(&play, p), ==, 10);
    for (int half = 0; half < 10; half += 5) {
        double x = p[half + 1].start_s - p[half].end_s;
        g_assert_cmpfloat_with_epsilon(p[half + 2].start_s - p[half + 1].end_s, x, 0.011);
        g_assert_cmpfloat_with_epsilon(p[half + 4].start_s - p[half + 3].end_s, x, 0.011);
        g_assert_cmpfloat(p[half + 3].start_s - p[half + 2].end_s, >, 1.8 * x);
    }
    g_assert_cmpfloat(p[5].start_s - p[4].end_s, >, 0.35);
    g_assert_cmpfloat(p[5].start_s - p[4].end_s, <, 1.30);
    play_end(&play);
}

static void
a_pulse_is_a_tone_with_four_harmonics_and_no_click(void)
{
    for (Vicu__Priority priority = LOW; priority <= HIGH; priority++) {
        const AnnBurst *burst = ann_burst(priority);
        size_t n = (size_t)burst->pulse_ms * ANN_RATE_HZ / 1000;
        g_autofree float *pulse = g_new(float, n);
        float most = 0, step = 0;
        for (size_t i = 0; i < n; i++) {
            pulse[i] = ann_burst_sample(burst, (int64_t)i);
            most = MAX(most, fabsf(pulse[i]));
        }
        double first = ear_level_db(pulse, n, ANN_RATE_HZ, burst->fundamental_hz);
        int harmonics = 0;
        g_assert_cmpfloat(burst->fundamental_hz, >=, 150);
        g_assert_cmpfloat(burst->fundamental_hz, <=, 1000);
        for (int k = 2; k * burst->fundamental_hz < 4000; k++) {
            double level = ear_level_db(pulse, n, ANN_RATE_HZ, k * burst->fundamental_hz);
            harmonics += k * burst->fundamental_hz >= 300 && fabs(level - first) <= 15;
        }
        g_assert_cmpint(harmonics, >=, 4);
        g_assert_cmpfloat(most, >, 0.5f);
        g_assert_cmpfloat(most, <=, 1.0f);
        for (size_t i = 1; i < n / 50; i++)
            step = MAX(step, fabsf(pulse[i] - pulse[i - 1]));
        g_assert_cmpfloat(fabsf(pulse[0]), <, 0.001f);
        g_assert_cmpfloat(fabsf(pulse[n - 1]), <, 0.01f);
        g_assert_cmpfloat(step, <, 0.02f);
        g_assert_cmpfloat(ann_burst_sample(burst, -1), ==, 0);
        g_assert_cmpfloat(ann_burst_sample(burst, ann_burst_frames(burst)), ==, 0);
    }
    g_assert_null(ann_burst(NONE));
    g_assert_null(ann_burst(VICU__PRIORITY__PRIORITY_ADVISORY));
    g_assert_null(ann_burst((Vicu__Priority)99));
}

/* ---- when they sound ---- */

static void
a_higher_alarm_waits_for_the_pulse_only(void)
{
    Play play;
    EarPulse pulses[EAR_MAX];

    play_begin(&play);
    stands(&play, MEDIUM, true, false);
    listen_s(&play, 0.1);
    stands(&play, HIGH, true, false);
    listen_s(&play, 4);
    size_t n = pulses_of(&play, pulses);
    g_assert_cmpuint(n, >=, 10);
    g_assert_cmpfloat(play.player.bursts, ==, 2);
    g_assert_cmpfloat(pulses[0].end_s, <, 0.33); /* 200 ms, the rise of the next beside it */
    play_end(&play);
}

static void
one_more_alarm_does_not_wait_for_the_repetition(void)
{
    Play play;
    EarPulse pulses[EAR_MAX];

    play_begin(&play);
    stands(&play, LOW, true, false);
    listen_s(&play, 5); /* in the silence of 20 s */
    stands(&play, LOW, true, false);
    listen_s(&play, 2);
    g_assert_cmpuint(pulses_of(&play, pulses), ==, 4);
    g_assert_cmpfloat(pulses[2].start_s, >, 4.95);
    g_assert_cmpfloat(pulses[2].start_s, <, 5.1);
    play_end(&play);
}

static void
what_a_person_answered_ends_with_the_pulse_and_what_went_by_itself_with_the_burst(void)
{
    for (int by_person = 0; by_person < 2; by_person++) {
        Play play;
        EarPulse pulses[EAR_MAX];
        play_begin(&play);
        stands(&play, HIGH, true, false);
        listen_s(&play, 0.05);
        stands(&play, NONE, false, by_person);
        listen_s(&play, 20);
        g_assert_cmpuint(pulses_of(&play, pulses), ==, by_person ? 1 : 10);
        g_assert_cmpfloat(pulses[0].end_s - pulses[0].start_s, >, 0.1); /* no pulse is cut */
        play_end(&play);
    }
}

static void
what_is_left_sounds_on_after_the_higher_one(void)
{
    Play play;
    EarPulse pulses[EAR_MAX];

    play_begin(&play);
    stands(&play, HIGH, true, false);
    listen_s(&play, 3);
    stands(&play, LOW, false, true);
    listen_s(&play, 3);
    g_assert_cmpuint(pulses_of(&play, pulses), ==, 12);
    g_assert_cmpint(play.player.sounds, ==, LOW);
    play_end(&play);
}

static void
nothing_sounds_where_nothing_stands(void)
{
    Play play;
    EarPulse pulses[EAR_MAX];

    play_begin(&play);
    listen_s(&play, 10);
    g_assert_cmpuint(pulses_of(&play, pulses), ==, 0);
    g_assert_cmpuint(play.player.bursts, ==, 0);
    play_end(&play);
}

/* ---- words ---- */

/* A second of a tone that no burst has. */
static float *
words(void)
{
    float *frames = g_new(float, SECOND);
    for (size_t i = 0; i < SECOND; i++)
        frames[i] = 0.5f * (float)sin(2 * G_PI * 2000 * (double)i / ANN_RATE_HZ);
    return frames;
}

static double
loudness_of_words(const Play *play, double from_s, double to_s)
{
    const float *heard = (const float *)play->heard->data;

    return ear_level_db(heard + (size_t)(from_s * ANN_RATE_HZ),
                        (size_t)((to_s - from_s) * ANN_RATE_HZ), ANN_RATE_HZ, 2000);
}

static void
words_come_behind_the_burst_and_its_repetition_waits_for_them(void)
{
    Play play;
    double burst_s = (double)ann_burst_frames(ann_burst(HIGH)) / ANN_RATE_HZ;

    play_begin(&play);
    stands(&play, HIGH, true, false);
    listen_s(&play, 0.5);
    ann_player_speak(&play.player, words(), SECOND);
    listen_s(&play, burst_s + 4);
    g_assert_cmpfloat(loudness_of_words(&play, burst_s + 0.35, burst_s + 1.2), >, -20);
    g_assert_cmpfloat(loudness_of_words(&play, burst_s + 0.05, burst_s + 0.28), <, -60);
    g_assert_null(play.player.words);
    g_assert_cmpuint(play.player.bursts, ==, 2);
    play_end(&play);
}

static void
news_cut_words_off_and_an_answer_ends_them(void)
{
    for (int answered = 0; answered < 2; answered++) {
        Play play;

        play_begin(&play);
        stands(&play, MEDIUM, true, false);
        listen_s(&play, (double)ann_burst_frames(ann_burst(MEDIUM)) / ANN_RATE_HZ + 0.1);
        ann_player_speak(&play.player, words(), SECOND);
        listen_s(&play, 0.5);
        g_assert_cmpuint(play.player.word_at, >, 0);
        if (answered)
            stands(&play, NONE, false, true);
        else
            stands(&play, HIGH, true, false);
        listen_s(&play, 0.4);
        g_assert_null(play.player.words);
        g_assert_cmpint(play.player.sounds, ==, answered ? MEDIUM : HIGH);
        ann_player_clear(&play.player);
        play_end(&play);
    }
}

/* ---- what stands ---- */

static void
tell(AnnStanding *standing, const char *id, Vicu__Priority priority, Vicu__SignalState signal)
{
    Vicu__Alarm alarm = VICU__ALARM__INIT;
    Vicu__StateItem item = VICU__STATE_ITEM__INIT;

    alarm.id = item.key = (char *)id;
    alarm.priority = priority;
    alarm.signal = signal;
    item.subject = VICU__SUBJECT__SUBJECT_ALARM;
    item.body_case = VICU__STATE_ITEM__BODY_ALARM;
    item.alarm = &alarm;
    ann_standing_item(standing, &item);
}

static AnnWish
wish_of(AnnStanding *standing)
{
    AnnWish wish;

    ann_standing_wish(standing, &wish);
    return wish;
}

static void
the_highest_that_is_on_sounds_and_answers_take_it_away(void)
{
    g_autoptr(AnnStanding) standing = ann_standing_new();

    tell(standing, "a", LOW, VICU__SIGNAL_STATE__SIGNAL_ON);
    tell(standing, "b", HIGH, VICU__SIGNAL_STATE__SIGNAL_ON);
    tell(standing, "c", HIGH, VICU__SIGNAL_STATE__SIGNAL_AUDIO_PAUSED);
    tell(standing, "d", VICU__PRIORITY__PRIORITY_ADVISORY, VICU__SIGNAL_STATE__SIGNAL_ON);
    g_assert_cmpint(wish_of(standing).priority, ==, HIGH);
    g_assert_cmpuint(ann_standing_count(standing, HIGH), ==, 1);
    tell(standing, "b", HIGH, VICU__SIGNAL_STATE__SIGNAL_ACKNOWLEDGED);
    g_assert_cmpint(wish_of(standing).priority, ==, LOW);
    g_assert_true(wish_of(standing).by_person);
    tell(standing, "a", LOW, VICU__SIGNAL_STATE__SIGNAL_NONE);
    g_assert_cmpint(wish_of(standing).priority, ==, NONE);
    g_assert_false(wish_of(standing).by_person);
    tell(standing, "c", HIGH, VICU__SIGNAL_STATE__SIGNAL_ON); /* the pause is over */
    g_assert_cmpint(wish_of(standing).priority, ==, HIGH);
    tell(standing, "c", LOW, VICU__SIGNAL_STATE__SIGNAL_ON); /* it speaks for less now */
    g_assert_cmpint(wish_of(standing).priority, ==, LOW);
    g_assert_cmpuint(ann_standing_count(standing, HIGH), ==, 0);
}

static void
what_another_alarm_speaks_for_is_silent(void)
{
    g_autoptr(AnnStanding) standing = ann_standing_new();
    Vicu__Alarm alarm = VICU__ALARM__INIT;
    Vicu__StateItem item = VICU__STATE_ITEM__INIT;

    alarm.priority = HIGH;
    alarm.signal = VICU__SIGNAL_STATE__SIGNAL_ON;
    alarm.merged_into = (char *)"other";
    item.key = (char *)"merged";
    item.subject = VICU__SUBJECT__SUBJECT_ALARM;
    item.body_case = VICU__STATE_ITEM__BODY_ALARM;
    item.alarm = &alarm;
    ann_standing_item(standing, &item);
    g_assert_cmpint(wish_of(standing).priority, ==, NONE);
}

static void
a_snapshot_ends_what_it_does_not_name(void)
{
    g_autoptr(AnnStanding) standing = ann_standing_new();

    tell(standing, "gone", HIGH, VICU__SIGNAL_STATE__SIGNAL_ON);
    tell(standing, "stays", MEDIUM, VICU__SIGNAL_STATE__SIGNAL_ON);
    uint64_t raised = wish_of(standing).raised;
    ann_standing_begin(standing);
    tell(standing, "stays", MEDIUM, VICU__SIGNAL_STATE__SIGNAL_ON);
    g_assert_cmpint(wish_of(standing).priority, ==, HIGH); /* until all of it is told */
    ann_standing_level(standing);
    g_assert_cmpint(wish_of(standing).priority, ==, MEDIUM);
    g_assert_cmpuint(wish_of(standing).raised, ==, raised); /* of its priority: no news */
}

static void
silence_of_the_rules_sounds_and_ends_nothing(void)
{
    g_autoptr(AnnStanding) standing = ann_standing_new();

    tell(standing, "a", LOW, VICU__SIGNAL_STATE__SIGNAL_ON);
    ann_standing_watch(standing, VICU_WATCH_DELAYED);
    g_assert_cmpint(wish_of(standing).priority, ==, LOW);
    ann_standing_watch(standing, VICU_WATCH_LOST);
    g_assert_cmpint(wish_of(standing).priority, ==, MEDIUM);
    ann_standing_watch(standing, VICU_WATCH_ESCALATED);
    g_assert_cmpint(wish_of(standing).priority, ==, MEDIUM);
    g_assert_cmpuint(wish_of(standing).raised, ==, 1);
    ann_standing_watch(standing, VICU_WATCH_OK);
    g_assert_cmpint(wish_of(standing).priority, ==, LOW);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/annunciator/sound/each_priority_has_its_number_and_pace_of_pulses",
                    each_priority_has_its_number_and_pace_of_pulses);
    g_test_add_func("/annunciator/sound/high_is_three_and_two_twice", high_is_three_and_two_twice);
    g_test_add_func("/annunciator/sound/a_pulse_is_a_tone_with_four_harmonics_and_no_click",
                    a_pulse_is_a_tone_with_four_harmonics_and_no_click);
    g_test_add_func("/annunciator/sound/a_higher_alarm_waits_for_the_pulse_only",
                    a_higher_alarm_waits_for_the_pulse_only);
    g_test_add_func("/annunciator/sound/one_more_alarm_does_not_wait_for_the_repetition",
                    one_more_alarm_does_not_wait_for_the_repetition);
    g_test_add_func(
        "/annunciator/sound/"
        "what_a_person_answered_ends_with_the_pulse_and_what_went_by_itself_with_the_burst",
        what_a_person_answered_ends_with_the_pulse_and_what_went_by_itself_with_the_burst);
    g_test_add_func("/annunciator/sound/what_is_left_sounds_on_after_the_higher_one",
                    what_is_left_sounds_on_after_the_higher_one);
    g_test_add_func("/annunciator/sound/nothing_sounds_where_nothing_stands",
                    nothing_sounds_where_nothing_stands);
    g_test_add_func(
        "/annunciator/sound/words_come_behind_the_burst_and_its_repetition_waits_for_them",
        words_come_behind_the_burst_and_its_repetition_waits_for_them);
    g_test_add_func("/annunciator/sound/news_cut_words_off_and_an_answer_ends_them",
                    news_cut_words_off_and_an_answer_ends_them);
    g_test_add_func("/annunciator/sound/the_highest_that_is_on_sounds_and_answers_take_it_away",
                    the_highest_that_is_on_sounds_and_answers_take_it_away);
    g_test_add_func("/annunciator/sound/what_another_alarm_speaks_for_is_silent",
                    what_another_alarm_speaks_for_is_silent);
    g_test_add_func("/annunciator/sound/a_snapshot_ends_what_it_does_not_name",
                    a_snapshot_ends_what_it_does_not_name);
    g_test_add_func("/annunciator/sound/silence_of_the_rules_sounds_and_ends_nothing",
                    silence_of_the_rules_sounds_and_ends_nothing);
    return g_test_run();
}
