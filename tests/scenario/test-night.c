/* A night in a unit of three beds. Ana, the nurse, and Dr Cho are on duty, each with a phone.
 *
 * Bed 1: the pressure falls. Ana's phone has it and she has seen it, and does not answer: her
 * deadline is missed, which is an alarm of the bed; Dr Cho is asked, comes, and it is done.
 * Bed 2: Ana declines, with a reason: Dr Cho is asked at once.
 * Bed 3: Ana hands it on to Ben, who is off duty but has his phone: he is asked at once.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "tests/scenario/phone.h"

static const char roster[] =
    "[person ana]\nname = Ana Ruiz\nrole = bedside\npage = yes\n"
    "[person ben]\nname = Ben Ode\nrole = bedside\npage = yes\n"
    "[person cho]\nname = Dr Cho\nrole = doctor\npage = yes\n"
    "[ladder all]\nunit = *\npriority = high\n"
    "step1 = person:ana; page; deliver 10s; read 10s; accept 4s; arrive 60s; resolve 60s\n"
    "step2 = person:cho; page; deliver 10s; read 10s; accept 60s; arrive 60s; resolve 60s\n";

static void
one_is_missed_one_declined_one_handed_on(void)
{
    g_autoptr(Story) story = story_new(3, roster);
    g_autoptr(Phone) ana = phone_new(story, "ana", "bedside");
    g_autoptr(Phone) ben = phone_new(story, "ben", "bedside");
    g_autoptr(Phone) cho = phone_new(story, "cho", "intensivist");

    story_begin(story);
    phone_open(ana);
    phone_open(ben);
    phone_open(cho);

    story_cuff(story, "demo/icu/1", 40);
    phone_await(ana, "demo/icu/1", TRUE);
    phone_await(cho, "demo/icu/1", TRUE); /* Ana's four seconds are over */
    story_await_alarm(story, "demo/icu/1", "local:escalation-breach", TRUE);
    phone_act(cho, "accept", "demo/icu/1", "");
    story_await_alarm(story, "demo/icu/1", "local:escalation-breach", FALSE);
    phone_act(cho, "arrived", "demo/icu/1", "");
    phone_act(cho, "done", "demo/icu/1", "");
    story_await_end(story, "demo/icu/1");

    story_cuff(story, "demo/icu/2", 40);
    phone_await(ana, "demo/icu/2", TRUE);
    phone_act(ana, "cannot", "demo/icu/2", ", \"text\": \"with another patient\"");
    phone_await(cho, "demo/icu/2", TRUE);
    phone_act(cho, "accept", "demo/icu/2", "");
    phone_act(cho, "done", "demo/icu/2", "");
    story_await_end(story, "demo/icu/2");

    story_cuff(story, "demo/icu/3", 40);
    phone_await(ana, "demo/icu/3", TRUE);
    phone_act(ana, "hand-on", "demo/icu/3", ", \"to\": \"ben\"");
    phone_await(ben, "demo/icu/3", TRUE);
    phone_act(ben, "accept", "demo/icu/3", "");
    phone_act(ben, "done", "demo/icu/3", "");
    story_await_end(story, "demo/icu/3");

    static const char *const audit[] = {
        "ana bedside view  | the bedside page was opened | ",
        "ben bedside view  | the bedside page was opened | ",
        "cho intensivist view  | the bedside page was opened | ",
        "operator operator observe demo/icu/1 |  | NIBP_M of bed demo/icu/1 is noted.",
        "escalation escalation escalation-begun demo/icu/1 | all | escalation #",
        "escalation person:ana escalation-decided demo/icu/1 |  | escalation #, step 1, Ana Ruiz",
        "escalation person:ana escalation-sent demo/icu/1 | page | escalation #, step 1, Ana Ruiz",
        "escalation person:ana escalation-delivered demo/icu/1 | phone-of-ana | escalation #, step "
        "1, Ana Ruiz",
        "escalation person:ana escalation-read demo/icu/1 | phone-of-ana | escalation #, step 1, "
        "Ana Ruiz",
        "escalation person:ana escalation-breach demo/icu/1 | not accepted in time | escalation #, "
        "step 1, Ana Ruiz",
        "escalation person:ana escalation-missed demo/icu/1 | not accepted in time | escalation #, "
        "step 1, Ana Ruiz",
        "escalation person:cho escalation-decided demo/icu/1 |  | escalation #, step 2, Dr Cho",
        "escalation person:cho escalation-sent demo/icu/1 | page | escalation #, step 2, Dr Cho",
        "escalation person:cho escalation-delivered demo/icu/1 | phone-of-cho | escalation #, step "
        "2, Dr Cho",
        "escalation person:cho escalation-read demo/icu/1 | phone-of-cho | escalation #, step 2, "
        "Dr Cho",
        "cho* person:cho escalation-accepted demo/icu/1 |  | escalation #, step 2, Dr Cho",
        "cho* person:cho escalation-at-bedside demo/icu/1 |  | escalation #, step 2, Dr Cho",
        "cho* person:cho escalation-resolved demo/icu/1 |  | escalation #, step 2, Dr Cho",
        "cho* person:cho escalation-done demo/icu/1 |  | escalation #, step 2, Dr Cho",
        "escalation escalation escalation-ended demo/icu/1 | resolved by Dr Cho | escalation #",
        "operator operator observe demo/icu/2 |  | NIBP_M of bed demo/icu/2 is noted.",
        "escalation escalation escalation-begun demo/icu/2 | all | escalation #",
        "escalation person:ana escalation-decided demo/icu/2 |  | escalation #, step 1, Ana Ruiz",
        "escalation person:ana escalation-sent demo/icu/2 | page | escalation #, step 1, Ana Ruiz",
        "escalation person:ana escalation-delivered demo/icu/2 | phone-of-ana | escalation #, step "
        "1, Ana Ruiz",
        "escalation person:ana escalation-read demo/icu/2 | phone-of-ana | escalation #, step 1, "
        "Ana Ruiz",
        "ana* person:ana escalation-declined demo/icu/2 | with another patient | escalation #, "
        "step 1, Ana Ruiz",
        "escalation person:cho escalation-decided demo/icu/2 |  | escalation #, step 2, Dr Cho",
        "escalation person:cho escalation-sent demo/icu/2 | page | escalation #, step 2, Dr Cho",
        "escalation person:cho escalation-delivered demo/icu/2 | phone-of-cho | escalation #, step "
        "2, Dr Cho",
        "escalation person:cho escalation-read demo/icu/2 | phone-of-cho | escalation #, step 2, "
        "Dr Cho",
        "cho* person:cho escalation-accepted demo/icu/2 |  | escalation #, step 2, Dr Cho",
        "cho* person:cho escalation-resolved demo/icu/2 |  | escalation #, step 2, Dr Cho",
        "cho* person:cho escalation-done demo/icu/2 |  | escalation #, step 2, Dr Cho",
        "escalation escalation escalation-ended demo/icu/2 | resolved by Dr Cho | escalation #",
        "operator operator observe demo/icu/3 |  | NIBP_M of bed demo/icu/3 is noted.",
        "escalation escalation escalation-begun demo/icu/3 | all | escalation #",
        "escalation person:ana escalation-decided demo/icu/3 |  | escalation #, step 1, Ana Ruiz",
        "escalation person:ana escalation-sent demo/icu/3 | page | escalation #, step 1, Ana Ruiz",
        "escalation person:ana escalation-delivered demo/icu/3 | phone-of-ana | escalation #, step "
        "1, Ana Ruiz",
        "escalation person:ana escalation-read demo/icu/3 | phone-of-ana | escalation #, step 1, "
        "Ana Ruiz",
        "ana* person:ana escalation-handed-on demo/icu/3 | Ben Ode | escalation #, step 1, Ana "
        "Ruiz",
        "escalation handed on escalation-decided demo/icu/3 |  | escalation #, step 1, Ben Ode",
        "escalation handed on escalation-sent demo/icu/3 | page | escalation #, step 1, Ben Ode",
        "escalation handed on escalation-delivered demo/icu/3 | phone-of-ben | escalation #, step "
        "1, Ben Ode",
        "escalation handed on escalation-read demo/icu/3 | phone-of-ben | escalation #, step 1, "
        "Ben Ode",
        "ben* handed on escalation-accepted demo/icu/3 |  | escalation #, step 1, Ben Ode",
        "ben* handed on escalation-resolved demo/icu/3 |  | escalation #, step 1, Ben Ode",
        "ben* handed on escalation-done demo/icu/3 |  | escalation #, step 1, Ben Ode",
        "escalation escalation escalation-ended demo/icu/3 | resolved by Ben Ode | escalation #",
        NULL,
    };
    story_end(story, audit);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/scenario/night/one_is_missed_one_declined_one_handed_on",
                    one_is_missed_one_declined_one_handed_on);
    return g_test_run();
}
