/* What an alarm is, in words, and the program that speaks them.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "common/clock.h"
#include "common/error.h"
#include "dashboard/annunciator/burst.h"
#include "dashboard/annunciator/speech.h"
#include "dashboard/annunciator/wave-read.h"
#include "dashboard/scene/words.h"

typedef struct {
    unsigned answers;
    size_t n;
    double loudest;
    char *problem;
} Heard;

static void
on_spoken(float *frames, size_t n, const char *problem, gpointer user)
{
    Heard *heard = user;

    heard->answers++;
    heard->n = n;
    for (size_t i = 0; i < n; i++)
        heard->loudest = MAX(heard->loudest, fabs((double)frames[i]));
    g_free(heard->problem);
    heard->problem = g_strdup(problem);
    g_free(frames);
}

static gboolean
wake(gpointer user)
{
    (void)user;
    return G_SOURCE_CONTINUE;
}

static void
wait_for(const Heard *heard, unsigned answers)
{
    int64_t until_us = vicu_clock_boot_us() + 15 * (int64_t)G_USEC_PER_SEC;
    guint waker = g_timeout_add(20, wake, NULL);

    while (heard->answers < answers && vicu_clock_boot_us() < until_us)
        g_main_context_iteration(NULL, TRUE);
    g_source_remove(waker);
    g_assert_cmpuint(heard->answers, ==, answers);
}

static Vicu__Alarm
alarm_of(const char *id, Vicu__Priority priority)
{
    Vicu__Alarm alarm = VICU__ALARM__INIT;

    alarm.id = (char *)id;
    alarm.bed = (char *)"demo/icu/7";
    alarm.title = (char *)"Asystole";
    alarm.priority = priority;
    alarm.signal = VICU__SIGNAL_STATE__SIGNAL_ON;
    return alarm;
}

static void
an_alarm_is_said_with_bed_reason_and_priority_in_both_languages(void)
{
    Vicu__Alarm alarm = alarm_of("a", VICU__PRIORITY__PRIORITY_HIGH);

    g_assert_true(dash_words_use("en"));
    g_autofree char *english = ann_speech_words(&alarm);
    g_assert_cmpstr(english, ==, "Bed 7: Asystole. High priority.");
    g_assert_true(dash_words_use("zh_CN"));
    g_autofree char *chinese = ann_speech_words(&alarm);
    g_assert_null(strstr(chinese, "Asystole"));
    g_assert_null(strstr(chinese, "priority"));
    g_assert_nonnull(strstr(chinese, "7"));
    alarm.bed = (char *)"";
    dash_words_use("en");
    g_autofree char *all = ann_speech_words(&alarm);
    g_assert_cmpstr(all, ==, "All beds: Asystole. High priority.");
}

static void
a_real_program_speaks_both_languages(void)
{
    g_autofree char *program = g_find_program_in_path(ANN_SPEECH_PROGRAM);
    static const char *const languages[] = {"en", "zh_CN"};

    if (program == NULL) {
        g_test_skip("espeak-ng is not installed");
        return;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(languages); i++) {
        Heard heard = {0};
        g_autoptr(AnnSpeech) speech =
            ann_speech_new(program, languages[i], VICU__PRIORITY__PRIORITY_LOW, on_spoken, &heard);
        Vicu__Alarm alarm = alarm_of("a", VICU__PRIORITY__PRIORITY_HIGH);
        ann_speech_alarm(speech, &alarm);
        wait_for(&heard, 1);
        g_assert_cmpstr(heard.problem, ==, NULL);
        g_assert_cmpuint(heard.n, >, ANN_RATE_HZ); /* more than a second */
        g_assert_cmpuint(heard.n, <=, ANN_WAVE_MAX_S * ANN_RATE_HZ);
        g_assert_cmpfloat(heard.loudest, >, 0.05);
    }
}

static void
each_alarm_is_said_once_and_again_when_it_is_told_again(void)
{
    Heard heard = {0};
    g_autoptr(AnnSpeech) speech =
        ann_speech_new("/bin/false", "en", VICU__PRIORITY__PRIORITY_MEDIUM, on_spoken, &heard);
    Vicu__Alarm alarm = alarm_of("a", VICU__PRIORITY__PRIORITY_HIGH);

    ann_speech_alarm(speech, &alarm);
    wait_for(&heard, 1);
    ann_speech_alarm(speech, &alarm); /* changed, and still sounds */
    alarm.reminders = 1;
    ann_speech_alarm(speech, &alarm);
    wait_for(&heard, 2);
    Vicu__Alarm low = alarm_of("b", VICU__PRIORITY__PRIORITY_LOW);
    Vicu__Alarm answered = alarm_of("c", VICU__PRIORITY__PRIORITY_HIGH);
    Vicu__Alarm merged = alarm_of("d", VICU__PRIORITY__PRIORITY_HIGH);
    answered.signal = VICU__SIGNAL_STATE__SIGNAL_ACKNOWLEDGED;
    merged.merged_into = (char *)"a";
    ann_speech_alarm(speech, &low);
    ann_speech_alarm(speech, &answered);
    ann_speech_alarm(speech, &merged);
    Vicu__Alarm last = alarm_of("e", VICU__PRIORITY__PRIORITY_MEDIUM);
    ann_speech_alarm(speech, &last);
    wait_for(&heard, 3);
    g_free(heard.problem);
}

static void
a_program_that_is_absent_or_says_nothing_is_told(void)
{
    static const char *const programs[] = {"/nonexistent/espeak", "/bin/false", "/bin/true"};

    for (size_t i = 0; i < G_N_ELEMENTS(programs); i++) {
        Heard heard = {0};
        g_autoptr(AnnSpeech) speech =
            ann_speech_new(programs[i], "en", VICU__PRIORITY__PRIORITY_LOW, on_spoken, &heard);
        ann_speech_say(speech, "Bed 7");
        wait_for(&heard, 1);
        g_assert_nonnull(heard.problem);
        g_assert_nonnull(strstr(heard.problem, programs[i]));
        g_assert_cmpuint(heard.n, ==, 0);
        g_free(heard.problem);
    }
}

static void
what_is_no_wave_is_refused_with_what_was_found(void)
{
    static const uint8_t good[] = {
        'R', 'I', 'F', 'F', 0xff, 0xff, 0xff, 0x7f, 'W',  'A',  'V',  'E',  'f',  'm',  't', ' ',
        16,  0,   0,   0,   1,    0,    1,    0,    0x40, 0x1f, 0,    0,    0x80, 0x3e, 0,   0,
        2,   0,   16,  0,   'd',  'a',  't',  'a',  0xff, 0xff, 0xff, 0x7f, 0,    0x40, 0,   0xc0};
    size_t n = 0;

    g_autofree float *frames = ann_wave_read(good, sizeof good, &n, NULL);
    g_assert_nonnull(frames);
    g_assert_cmpuint(n, ==, 12); /* two samples of 8000 Hz */
    g_assert_cmpfloat_with_epsilon((double)frames[0], 0.5, 1e-4);
    g_assert_cmpfloat_with_epsilon((double)frames[6], -0.5, 1e-4);
    for (size_t size = 0; size < sizeof good - 4; size++) {
        g_autoptr(GError) error = NULL;
        if (size >= 44) /* an empty sound is one */
            break;
        g_assert_null(ann_wave_read(good, size, &n, &error));
        g_assert_error(error, VICU_ERROR, VICU_ERROR_FORMAT);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/annunciator/speech/" #name, name)
    ADD(an_alarm_is_said_with_bed_reason_and_priority_in_both_languages);
    ADD(a_real_program_speaks_both_languages);
    ADD(each_alarm_is_said_once_and_again_when_it_is_told_again);
    ADD(a_program_that_is_absent_or_says_nothing_is_told);
    ADD(what_is_no_wave_is_refused_with_what_was_found);
    return g_test_run();
}
