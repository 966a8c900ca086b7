/* The battery of Ana's phone dies while she has an escalation in the hand. Nothing closes: her link
 * is silent. After three missed beats she is unreachable, and whoever asks escalation sees it; the
 * ladder does not wait for her minute, but asks Dr Cho at once.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/clock.h"
#include "tests/scenario/phone.h"

#define BEATS_US (6 * STORY_S) /* three */
#define SLACK_US (2 * STORY_S)

static const char roster[] = "[person ana]\nname = Ana Ruiz\nrole = bedside\npage = yes\n"
                             "[person cho]\nname = Dr Cho\nrole = doctor\npage = yes\n"
                             "[ladder all]\nunit = *\npriority = high\n"
                             "step1 = person:ana; page; read 60s; accept 60s\n"
                             "step2 = person:cho; page; accept 60s; arrive 60s; resolve 60s\n";

static gboolean
is_not_reachable(Site *site, gpointer user)
{
    (void)site;
    return !story_device_is_reachable(user, "phone-of-ana");
}

static void
a_phone_that_dies_is_noticed_within_three_beats(void)
{
    g_autoptr(Story) story = story_new(1, roster);
    g_autoptr(Phone) ana = phone_new(story, "ana", "bedside");
    g_autoptr(Phone) cho = phone_new(story, "cho", "intensivist");

    story_begin(story);
    phone_open(ana);
    phone_open(cho);
    story_cuff(story, "demo/icu/1", 40);
    phone_await(ana, "demo/icu/1", TRUE);
    story_await_stage(story, "demo/icu/1", "ana", VICU__ESCALATION_STAGE__ESCALATION_READ);
    int64_t died_us = vicu_clock_boot_us();
    phone_die(ana);
    g_assert_true(site_wait(story_site(story), 20 * STORY_S, is_not_reachable, story));
    int64_t noticed_us = vicu_clock_boot_us() - died_us;
    phone_await(cho, "demo/icu/1", TRUE);
    int64_t asked_us = vicu_clock_boot_us() - died_us;
    g_test_message("figure: a phone that dies is unreachable after %.1f s, the next is asked after "
                   "%.1f s",
                   (double)noticed_us / 1e6, (double)asked_us / 1e6);
    g_assert_cmpint(noticed_us, <=, BEATS_US + SLACK_US);
    g_assert_cmpint(asked_us - noticed_us, <=, STORY_S);
    /* Who looks sees why. */
    g_autofree char *seen = story_vicu(story, "", NULL, 0, "escalation ls");
    g_assert_nonnull(strstr(seen, "unreachable"));
    phone_act(cho, "accept", "demo/icu/1", "");
    phone_act(cho, "done", "demo/icu/1", "");
    story_await_end(story, "demo/icu/1");

    static const char *const audit[] = {
        "ana bedside view  | the bedside page was opened | ",
        "cho intensivist view  | the bedside page was opened | ",
        "operator operator observe demo/icu/1 |  | NIBP_M of bed demo/icu/1 is noted.",
        "escalation escalation escalation-begun demo/icu/1 | all | escalation #",
        "escalation person:ana escalation-decided demo/icu/1 |  | escalation #, step 1, Ana Ruiz",
        "escalation person:ana escalation-sent demo/icu/1 | page | escalation #, step 1, Ana Ruiz",
        "escalation person:ana escalation-delivered demo/icu/1 | phone-of-ana | escalation #, step "
        "1, Ana Ruiz",
        "escalation person:ana escalation-read demo/icu/1 | phone-of-ana | escalation #, step 1, "
        "Ana Ruiz",
        "escalation person:ana escalation-unreachable demo/icu/1 | the page can be reached no more "
        "| escalation #, step 1, Ana Ruiz",
        "escalation person:cho escalation-decided demo/icu/1 |  | escalation #, step 2, Dr Cho",
        "escalation person:cho escalation-sent demo/icu/1 | page | escalation #, step 2, Dr Cho",
        "escalation person:cho escalation-delivered demo/icu/1 | phone-of-cho | escalation #, step "
        "2, Dr Cho",
        "escalation person:cho escalation-read demo/icu/1 | phone-of-cho | escalation #, step 2, "
        "Dr Cho",
        "cho* person:cho escalation-accepted demo/icu/1 |  | escalation #, step 2, Dr Cho",
        "cho* person:cho escalation-resolved demo/icu/1 |  | escalation #, step 2, Dr Cho",
        "cho* person:cho escalation-done demo/icu/1 |  | escalation #, step 2, Dr Cho",
        "escalation escalation escalation-ended demo/icu/1 | resolved by Dr Cho | escalation #",
        NULL,
    };
    story_end(story, audit);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/scenario/dead-phone/a_phone_that_dies_is_noticed_within_three_beats",
                    a_phone_that_dies_is_noticed_within_three_beats);
    return g_test_run();
}
