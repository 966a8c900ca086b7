/* A phone at 64 kbit/s, 600 ms and 5 % loss, for real: IP packets through two TUN devices and a
 * relay (tun-relay.h), TCP of the kernel at both ends, TLS and the page's own words in it. Each
 * escalation is shown within 5 s of its alarm, its receipt is back within 10 s, and none is lost.
 *
 * As the page does, the phone asks for the strip of each. One escalation at a time, a new one each
 * 1.5 s: 40, with VICU_NIGHT 1 000, or as many as the first argument says; the second seeds the
 * losses.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "tests/scenario/phone.h"
#include "tests/scenario/tun-relay.h"

#define BEDS       4
#define PACE_US    (3 * STORY_S / 2)
#define SHOWN_US   (5 * STORY_S)
#define RECEIPT_US (10 * STORY_S)
#define LOAD       "something is missing"

static TunRelayLine line = {
    .bytes_s = 8000, .delay_ms = 300, .lost_of_1k = 50, .queue = 32768, .seed = 20};

static const char roster[] = "[person ana]\nname = Ana Ruiz\nrole = bedside\npage = yes\n"
                             "[ladder all]\nunit = *\npriority = low\ntechnical = yes\n"
                             "step1 = person:ana; page; deliver 60s; read 60s; accept 1h\n";

static const char *not_allowed;
static unsigned escalations;

static void
tell(Story *story, unsigned n, gboolean stands)
{
    g_autofree char *bed = g_strdup_printf("demo/icu/%u", n % BEDS + 1);
    g_autofree char *cause = g_strdup_printf("load-%u", n);
    g_autoptr(GError) error = NULL;
    Vicu__Command command = VICU__COMMAND__INIT;
    Vicu__LocalAlarm local = VICU__LOCAL_ALARM__INIT;

    local.bed = bed;
    local.cause = cause;
    local.text = (char *)LOAD;
    local.priority = VICU__PRIORITY__PRIORITY_MEDIUM;
    local.standing = stands;
    command.what_case = VICU__COMMAND__WHAT_LOCAL;
    command.local = &local;
    tool_stand_command(site_stand(story_site(story)), &command, "", NULL, NULL, &error);
    g_assert_no_error(error);
}

typedef struct {
    Phone *phone;
    GArray *shown, *receipt; /* int64_t */
    unsigned all, lost;
} Count;

static void
count(const Vicu__Escalation *e, gpointer user)
{
    Count *c = user;

    if (strstr(e->text, LOAD) == NULL || e->n_target == 0)
        return;
    const Vicu__EscalationTarget *t = e->target[0];
    int64_t came_us = phone_came_us(c->phone, t->id);
    c->all++;
    if (came_us == 0 || t->delivered_us == 0) {
        c->lost++;
        return;
    }
    int64_t shown_us = came_us - e->t_raised_us, receipt_us = t->delivered_us - e->t_raised_us;
    g_array_append_val(c->shown, shown_us);
    g_array_append_val(c->receipt, receipt_us);
}

static gint
by_size(gconstpointer a, gconstpointer b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return x < y ? -1 : x > y;
}

static double
part_s(GArray *all, unsigned percent)
{
    return (double)g_array_index(all, int64_t, (all->len - 1) * percent / 100) / 1e6;
}

typedef struct {
    Story *story;
    Phone *phone;
    unsigned n;
} Due;

static gboolean
none_is_due(Site *site, gpointer user)
{
    const Due *due = user;
    Count c = {.phone = due->phone,
               .shown = g_array_new(FALSE, FALSE, sizeof(int64_t)),
               .receipt = g_array_new(FALSE, FALSE, sizeof(int64_t))};

    (void)site;
    story_each_escalation(due->story, count, &c);
    g_array_unref(c.shown);
    g_array_unref(c.receipt);
    return c.all == due->n && c.lost == 0;
}

static void
judge(Count *c, const TunRelayFigures *figures, uint64_t idle_bytes)
{
    g_array_sort(c->shown, by_size);
    g_array_sort(c->receipt, by_size);
    g_test_message(
        "figure: 64 kbit/s, 600 ms, 5 %% loss through TUN: %u escalations, %u lost; shown "
        "p50 %.2f, p99 %.2f, max %.2f s; receipt back p50 %.2f, p99 %.2f, max %.2f s; "
        "%.0f bytes an escalation, both ways, with headers, beats and strip; %" G_GUINT64_FORMAT
        " of %" G_GUINT64_FORMAT " packets lost, %" G_GUINT64_FORMAT " dropped",
        c->all, c->lost, part_s(c->shown, 50), part_s(c->shown, 99), part_s(c->shown, 100),
        part_s(c->receipt, 50), part_s(c->receipt, 99), part_s(c->receipt, 100),
        (double)(figures->bytes - idle_bytes) / c->all, figures->lost, figures->packets,
        figures->dropped);
    g_assert_cmpuint(c->lost, ==, 0);
    g_assert_cmpfloat(part_s(c->shown, 99), <=, (double)SHOWN_US / 1e6);
    g_assert_cmpfloat(part_s(c->receipt, 99), <=, (double)RECEIPT_US / 1e6);
}

static void
an_escalation_is_shown_and_its_receipt_is_back(void)
{
    unsigned n = escalations;
    const char *why = not_allowed;
    TunRelayFigures before = {0}, figures = {0};

    if (why != NULL) {
        g_test_skip(why);
        return;
    }
    guint16 port = site_free_port();
    TunRelay *relay = tun_relay_new(&line, port, &why);
    if (relay == NULL) {
        g_test_skip(why);
        return;
    }
    Story *story = story_new_at(BEDS, roster, TUN_RELAY_PORTAL, port);
    Phone *ana = phone_new(story, "ana", "bedside");
    phone_set_port(ana, tun_relay_port(relay));
    phone_ask_details(ana);
    phone_open(ana);
    site_wait(story_site(story), 5 * STORY_S, NULL, NULL); /* the first picture is there */
    tun_relay_figures(relay, &before);
    for (unsigned i = 0; i < n; i++) {
        tell(story, i, TRUE);
        site_wait(story_site(story), PACE_US, NULL, NULL);
        if (i >= 8) /* over, and off the page */
            tell(story, i - 8, FALSE);
    }
    Due due = {story, ana, n};
    site_wait(story_site(story), 30 * STORY_S, none_is_due, &due);
    tun_relay_figures(relay, &figures);
    Count c = {.phone = ana,
               .shown = g_array_new(FALSE, FALSE, sizeof(int64_t)),
               .receipt = g_array_new(FALSE, FALSE, sizeof(int64_t))};
    story_each_escalation(story, count, &c);
    g_assert_cmpuint(c.all, ==, n);
    g_assert_cmpuint(figures.lost, >, 0); /* it is a poor link */
    judge(&c, &figures, before.bytes);
    phone_free(ana);
    story_free(story);
    tun_relay_free(relay);
    g_array_unref(c.shown);
    g_array_unref(c.receipt);
}

int
main(int argc, char **argv)
{
    not_allowed = tun_relay_enter();
    g_test_init(&argc, &argv, NULL);
    escalations = argc > 1 ? (unsigned)atoi(argv[1]) : site_is_night() ? 1000 : 40;
    line.seed = argc > 2 ? (uint64_t)atoi(argv[2]) : line.seed;
    g_test_add_func("/process/poor-link/an_escalation_is_shown_and_its_receipt_is_back",
                    an_escalation_is_shown_and_its_receipt_is_back);
    return g_test_run();
}
