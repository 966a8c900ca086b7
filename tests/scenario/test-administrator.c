/* Eve keeps the machines of the hospital: an administrator, who sees no patient. One evening she
 * wants to know how a neighbour is, and tries every door: a question to the store, the list of beds
 * and of alarms, the recording as a file, the bedside page, FHIR. Each refuses her, and each
 * refusal is in the audit with her name.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "tests/scenario/phone.h"

static const char roster[] = "[person eve]\nname = Eve Stone\nrole = technician\npage = yes\n";

static void
every_door_is_closed_and_says_who_knocked(void)
{
    g_autoptr(Story) story = story_new(1, roster);
    g_autoptr(Phone) page = phone_new(story, "eve", "administrator");
    g_auto(VisitorAnswer) observation = {0}, alarm = {0}, audit_event = {0};

    story_people_begin(story);
    story_people_add(story, "eve", "administrator", "*");
    story_await_belief(story, "eve");
    story_begin(story);

    g_free(story_vicu(story, "eve", NULL, 1, "query 1 ECG_II --from -10s"));
    g_free(story_vicu(story, "eve", NULL, 1, "query 1 RR --from -1min"));
    g_free(story_vicu(story, "eve", NULL, 1, "bed observe demo/icu/1 NIBP_M '40 mm[Hg]'"));
    phone_open(page);
    phone_await_closed(page);
    visitor_ask(story_visitor(story), "GET",
                "/fhir/Observation?subject:identifier=urn:vicu:bed|demo/icu/1", phone_token(page),
                &observation);
    g_assert_cmpuint(observation.status, ==, 403);
    visitor_ask(story_visitor(story), "GET", "/fhir/Communication", phone_token(page), &alarm);
    g_assert_cmpuint(alarm.status, ==, 403);
    visitor_ask(story_visitor(story), "GET", "/fhir/AuditEvent", phone_token(page), &audit_event);
    g_assert_cmpuint(audit_event.status, ==, 403);

    static const char *const audit[] = {
        "eve* administrator refused-query-streams  | list of streams | \"eve\" may not ask for "
        "which streams a bed has everywhere",
        "eve* administrator refused-query-streams  | list of streams | \"eve\" may not ask for "
        "which streams a bed has everywhere",
        "eve* administrator refused  |  | observe: \"eve\" may not enter an observation: not in "
        "demo/icu/1.",
        "eve administrator refused  |  | the bedside page",
        "eve administrator refused demo/icu/1 |  | FHIR Observation search",
        "eve administrator refused  |  | FHIR Communication search",
        "eve administrator refused  |  | FHIR AuditEvent search",
        NULL,
    };
    story_end(story, audit);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/scenario/administrator/every_door_is_closed_and_says_who_knocked",
                    every_door_is_closed_and_says_who_knocked);
    return g_test_run();
}
