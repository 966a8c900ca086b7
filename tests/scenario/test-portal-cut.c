/* The portal is killed while an escalation is under way. Ana has it in the hand; her link ends, and
 * after the six seconds without a word at which a page says "HUB BLIND" nothing has come. Every
 * station has the alarm that the portal is silent. Ana cannot answer, and the ladder goes on to Dr
 * Cho by webhook, which does not need the portal. Then the portal is back, and Dr Cho accepts on
 * his phone.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <signal.h>
#include <string.h>

#include "common/clock.h"
#include "tests/scenario/phone.h"

#define DARK_US (6 * STORY_S) /* portal/pages/link.js */

static const char roster_format[] =
    "[person ana]\nname = Ana Ruiz\nrole = bedside\npage = yes\n"
    "[person cho]\nname = Dr Cho\nrole = doctor\npage = yes\nwebhook = http://127.0.0.1:%u/cho\n"
    "[ladder all]\nunit = *\npriority = high\n"
    "step1 = person:ana; page; deliver 10s; read 60s; accept 8s\n"
    "step2 = person:cho; webhook, page; deliver 60s; accept 60s; arrive 60s; resolve 60s\n";

typedef struct {
    SoupServer *server;
    unsigned posts;
} Pager;

static void
on_post(SoupServer *server,
        SoupServerMessage *message,
        const char *path,
        GHashTable *query,
        gpointer user)
{
    (void)server, (void)path, (void)query;
    ((Pager *)user)->posts++;
    soup_server_message_set_status(message, SOUP_STATUS_OK, NULL);
}

static unsigned
pager_open(Pager *self)
{
    g_autoptr(GError) error = NULL;

    self->server = soup_server_new(NULL, NULL);
    soup_server_add_handler(self->server, NULL, on_post, self, NULL);
    soup_server_listen_local(self->server, 0, SOUP_SERVER_LISTEN_IPV4_ONLY, &error);
    g_assert_no_error(error);
    g_autoslist(GUri) uris = soup_server_get_uris(self->server);
    return (unsigned)g_uri_get_port(uris->data);
}

static gboolean
is_dark(Site *site, gpointer user)
{
    (void)site;
    return phone_silent_us(user) > DARK_US;
}

/* Escalation has the pager's word that it took the message. */
static gboolean
is_paged(Site *site, gpointer user)
{
    const Vicu__Escalation *e = story_escalation(user, "demo/icu/1");
    const Vicu__EscalationTarget *t = e != NULL ? e->target[e->n_target - 1] : NULL;

    (void)site;
    for (size_t i = 0; t != NULL && i < t->n_sending; i++)
        if (strcmp(t->sending[i]->channel, "webhook") == 0)
            return t->sending[i]->state == VICU__SENDING_STATE__SENDING_SENT;
    return FALSE;
}

static void
the_ladder_goes_on_without_the_portal(void)
{
    Pager pager = {0};
    g_autofree char *roster = g_strdup_printf(roster_format, pager_open(&pager));
    g_autoptr(Story) story = story_new_with_webhooks(1, roster);
    g_autoptr(Phone) ana = phone_new(story, "ana", "bedside");
    g_autoptr(Phone) cho = phone_new(story, "cho", "intensivist");

    story_begin(story);
    phone_open(ana);
    phone_open(cho);
    story_cuff(story, "demo/icu/1", 40);
    phone_await(ana, "demo/icu/1", TRUE);
    story_await_stage(story, "demo/icu/1", "ana", VICU__ESCALATION_STAGE__ESCALATION_READ);
    int64_t cut_us = vicu_clock_boot_us();
    site_signal(story_site(story), "portal", SIGKILL);
    phone_await_closed(ana);
    g_assert_true(site_wait(story_site(story), DARK_US + STORY_S, is_dark, ana));
    story_await_alarm(story, "", "local:portal-silent", TRUE);
    g_assert_true(site_wait(story_site(story), 20 * STORY_S, is_paged, story));
    g_test_message("figure: the portal killed: the next person is asked after %.1f s",
                   (double)(vicu_clock_boot_us() - cut_us) / 1e6);

    story_start_portal(story);
    phone_open(ana);
    phone_open(cho);
    story_await_alarm(story, "", "local:portal-silent", FALSE);
    phone_await(cho, "demo/icu/1", TRUE);
    phone_act(cho, "accept", "demo/icu/1", "");
    phone_act(cho, "done", "demo/icu/1", "");
    story_await_end(story, "demo/icu/1");
    g_assert_cmpuint(pager.posts, ==, 1);

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
        "escalation person:ana escalation-breach demo/icu/1 | not accepted in time | escalation #, "
        "step 1, Ana Ruiz",
        "escalation person:ana escalation-missed demo/icu/1 | not accepted in time | escalation #, "
        "step 1, Ana Ruiz",
        "escalation person:cho escalation-decided demo/icu/1 |  | escalation #, step 2, Dr Cho",
        "escalation person:cho escalation-sent demo/icu/1 | page | escalation #, step 2, Dr Cho",
        "escalation person:cho escalation-sent demo/icu/1 | webhook | escalation #, step 2, Dr Cho",
        "portal portal process-start  |  | 0.1.0",
        "ana bedside view  | the bedside page was opened | ",
        "cho intensivist view  | the bedside page was opened | ",
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
    g_object_unref(pager.server);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/scenario/portal-cut/the_ladder_goes_on_without_the_portal",
                    the_ladder_goes_on_without_the_portal);
    return g_test_run();
}
