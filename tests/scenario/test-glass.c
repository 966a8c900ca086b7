/* A nurse of the annex is alone with a patient of the ICU, where she has no role. She breaks the
 * glass, with a reason: every station has the alarm, the audit has her words, and she enters a
 * pressure. Then she signs out, and with her session the emergency is over: the alarm ends, and the
 * bed is closed to her again.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "tests/scenario/phone.h"

#define REASON "alone with the patient of bed 1"
#define ALARM  "local:break-glass/ada"

static const char roster[] = "[person ada]\nname = Ada Lund\nrole = bedside\npage = yes\n";

static void
glass_is_broken_loudly_and_is_whole_again(void)
{
    g_autoptr(Story) story = story_new(1, roster);

    story_people_begin(story);
    story_people_add(story, "ada", "bedside", "annex/icu");
    story_await_belief(story, "ada");
    story_begin(story);

    g_free(story_vicu(story, "ada", NULL, 1, "bed observe demo/icu/1 NIBP_M '80 mm[Hg]'"));
    g_free(story_vicu(story, "ada", NULL, 0, "people glass --reason '%s'", REASON));
    story_await_alarm(story, "", ALARM, TRUE);
    const Vicu__Alarm *alarm = site_alarm(story_site(story), "", ALARM);
    g_assert_cmpint(alarm->priority, ==, VICU__PRIORITY__PRIORITY_MEDIUM);
    g_assert_true(alarm->technical);
    g_free(story_vicu(story, "ada", NULL, 0, "bed observe demo/icu/1 NIBP_M '80 mm[Hg]'"));
    g_free(story_vicu(story, "ada", NULL, 0, "query 1 NIBP_M --from -1min"));
    g_free(story_vicu(story, "ada", NULL, 0, "logout"));
    story_await_alarm(story, "", ALARM, FALSE);
    g_free(story_vicu(story, "ada", "a sentence of mine", 0, "login ada"));
    g_free(story_vicu(story, "ada", NULL, 1, "query 1 NIBP_M --from -1min"));
    g_free(story_vicu(story, "ada", NULL, 1, "bed observe demo/icu/1 NIBP_M '80 mm[Hg]'"));

    static const char *const audit[] = {
        "ada* bedside refused  |  | observe: \"ada\" may not enter an observation: not in "
        "demo/icu/1.",
        "ada* bedside break-glass  | alone with the patient of bed 1 | for 60 min",
        "ada* glass observe demo/icu/1 |  | NIBP_M of bed demo/icu/1 is noted.",
        "ada* glass query-streams  | list of streams | ",
        "ada* glass query-numerics demo/icu/1 | vicu query | ",
        "ada* bedside logout  |  | ",
        "ada* bedside login  |  | from a device that was here before",
        "ada* bedside refused-query-streams  | list of streams | \"ada\" may not ask for which "
        "streams a bed has everywhere",
        "ada* bedside refused  |  | observe: \"ada\" may not enter an observation: not in "
        "demo/icu/1.",
        NULL,
    };
    story_end(story, audit);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/scenario/glass/glass_is_broken_loudly_and_is_whole_again",
                    glass_is_broken_loudly_and_is_whole_again);
    return g_test_run();
}
