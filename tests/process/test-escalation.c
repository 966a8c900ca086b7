/* Escalation under load, killed again and again: every intent reaches its receiver at least once,
 * everything that people say is acted on once, no step is skipped, and deadlines are kept.
 *
 * The real hub, rules and escalation; a phone that answers as some do; a server for webhooks.
 * VICU_NIGHT: 100 kills instead of 20.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <signal.h>
#include <string.h>

#include <libsoup/soup.h>

#include "common/clock.h"
#include "common/state-client.h"
#include "tests/process/site.h"

#define S        SITE_S
#define BEDS     6
#define ALARMS   48
#define READ_US  (1 * S)
#define SILENT   "local:escalation-silent"
#define CALM     100
#define SLACK_US (1 * S)

static const char roster_format[] =
    "[person nurse]\nname=Nurse A\nrole=bedside\npage=yes\nwebhook=http://127.0.0.1:%u/nurse\n"
    "[person doctor]\nname=Dr B\nrole=doctor\npage=yes\n"
    "[person chief]\nname=Dr C\nrole=chief\nwebhook=http://127.0.0.1:%u/chief\n"
    "[shift a]\nperson=nurse\nunit=test/icu\ndays=daily\nfrom=00:00\nto=24:00\n"
    "[shift b]\nperson=doctor\nunit=test/icu\ndays=daily\nfrom=00:00\nto=24:00\n"
    "[ladder l]\nunit=test/icu\npriority=low\ntechnical=yes\n"
    "step1=bedside; deliver 5s; read 1s; accept 20s; arrive 60s\n"
    "step2=doctor; deliver 5s; read 5s; accept 20s; arrive 60s\n"
    "last_resort=person:chief\n";

typedef struct {
    Site *site;
    SoupServer *server;
    guint16 port;
    VicuKeys *keys;
    VicuContext *context;
    VicuStateClient *phone;
    GHashTable *last;  /* id -> Vicu__Escalation as it was seen last */
    GHashTable *posts; /* Idempotency-Key -> times */
    GHashTable *done;  /* "target act": the phone has said it */
    GHashTable *asked; /* command key -> "target act" */
    unsigned raised;
    unsigned kills;
    unsigned violations;
    bool calm;       /* nobody is killed: what takes how long can be measured */
    GArray *page_us; /* from an alarm's raise to its page in the hand */
    guint timer;
} World;

static void
wrong(World *w, const char *what, const char *which)
{
    w->violations++;
    g_printerr("# %s: %s\n", what, which);
}

/* --- what may never happen, from one state to the next --- */

static void
check_time(World *w, const char *what, const char *id, int64_t before_us, int64_t now_us)
{
    if (before_us != 0 && before_us != now_us)
        wrong(w, what, id);
}

static const Vicu__EscalationTarget *
target_of(const Vicu__Escalation *e, const char *id)
{
    for (size_t i = 0; e && i < e->n_target; i++)
        if (strcmp(e->target[i]->id, id) == 0)
            return e->target[i];
    return NULL;
}

static void
check_once(World *w, const Vicu__Escalation *before, const Vicu__Escalation *now)
{
    for (size_t i = 0; before && i < before->n_target; i++) {
        const Vicu__EscalationTarget *a = before->target[i], *b = target_of(now, a->id);
        if (!b) {
            wrong(w, "a target is gone", a->id);
            continue;
        }
        if (b->stage < a->stage)
            wrong(w, "a stage went back", a->id);
        check_time(w, "decided twice", a->id, a->decided_us, b->decided_us);
        check_time(w, "sent twice", a->id, a->sent_us, b->sent_us);
        check_time(w, "delivered twice", a->id, a->delivered_us, b->delivered_us);
        check_time(w, "read twice", a->id, a->read_us, b->read_us);
        check_time(w, "accepted twice", a->id, a->accepted_us, b->accepted_us);
        check_time(w, "at the bedside twice", a->id, a->at_bedside_us, b->at_bedside_us);
        check_time(w, "left twice", a->id, a->outcome_us, b->outcome_us);
    }
}

/* Who is asked in a step was preceded by everybody of the step before. */
static void
check_order(World *w, const Vicu__Escalation *e)
{
    for (size_t i = 0; i < e->n_target; i++) {
        const Vicu__EscalationTarget *t = e->target[i];
        bool before = t->step == 1;
        for (size_t k = 0; k < i; k++) {
            const Vicu__EscalationTarget *o = e->target[k];
            before = before || (o->epoch == t->epoch && o->step + 1 == t->step);
            if (o->epoch == t->epoch && o->step < t->step
                && o->outcome == VICU__ESCALATION_OUTCOME__OUTCOME_NONE)
                wrong(w, "asked before the step was over", t->id);
        }
        if (!before)
            wrong(w, "a step was skipped", t->id);
    }
}

static void
check_clock(World *w, const Vicu__Escalation *e)
{
    for (size_t i = 0; i < e->n_target; i++) {
        const Vicu__EscalationTarget *t = e->target[i];
        if (t->outcome != VICU__ESCALATION_OUTCOME__OUTCOME_MISSED
            || t->missed != VICU__ESCALATION_STAGE__ESCALATION_READ || t->step != 1)
            continue;
        int64_t late_us = t->outcome_us - t->delivered_us - READ_US;
        if (late_us < -SLACK_US / 10 || late_us > SLACK_US)
            wrong(w, "a deadline was not kept within 1 s", t->id);
    }
}

/* --- the phone --- */

static void
command(World *w, Vicu__Command *c, const char *target, const char *act)
{
    Vicu__Actor actor = VICU__ACTOR__INIT;
    char *what = g_strdup_printf("%s %s", target, act);

    if (!g_hash_table_add(w->done, g_strdup(what))) {
        g_free(what);
        return;
    }
    actor.who = (char *)"phone";
    c->actor = &actor;
    c->reason = (char *)(strcmp(act, "decline") == 0 ? "in theatre" : "");
    g_hash_table_replace(w->asked, vicu_state_client_command(w->phone, c), what);
}

static void
say_receipt(World *w,
            const Vicu__Escalation *e,
            const Vicu__EscalationTarget *t,
            Vicu__EscalationStage stage)
{
    Vicu__Command c = VICU__COMMAND__INIT;
    Vicu__EscalationReceipt r = VICU__ESCALATION_RECEIPT__INIT;

    r.id = e->id;
    r.target = t->id;
    r.stage = stage;
    r.device = (char *)"phone-1";
    c.what_case = VICU__COMMAND__WHAT_ESCALATION_RECEIPT;
    c.escalation_receipt = &r;
    command(w, &c, t->id, stage == VICU__ESCALATION_STAGE__ESCALATION_READ ? "read" : "delivered");
}

static void
say_act(World *w,
        const Vicu__Escalation *e,
        const Vicu__EscalationTarget *t,
        Vicu__EscalationStage stage)
{
    Vicu__Command c = VICU__COMMAND__INIT;
    Vicu__EscalationAct a = VICU__ESCALATION_ACT__INIT;
    g_autofree char *act = g_strdup_printf("act-%d", (int)stage);

    a.id = e->id;
    a.stage = stage;
    a.person = t->person;
    c.what_case = VICU__COMMAND__WHAT_ESCALATION_ACT;
    c.escalation_act = &a;
    command(w, &c, t->id, act);
}

static void
say_no(World *w, const Vicu__Escalation *e, const Vicu__EscalationTarget *t, bool hand_on)
{
    Vicu__Command c = VICU__COMMAND__INIT;
    Vicu__EscalationDecline d = VICU__ESCALATION_DECLINE__INIT;
    Vicu__EscalationHandOn h = VICU__ESCALATION_HAND_ON__INIT;

    d.id = h.id = e->id;
    d.person = h.person = t->person;
    h.to = (char *)"doctor";
    c.what_case =
        hand_on ? VICU__COMMAND__WHAT_ESCALATION_HAND_ON : VICU__COMMAND__WHAT_ESCALATION_DECLINE;
    if (hand_on)
        c.escalation_hand_on = &h;
    else
        c.escalation_decline = &d;
    command(w, &c, t->id, hand_on ? "hand-on" : "decline");
}

/* What this phone does with what it was told: as the target's id has it. */
static void
answer(World *w, const Vicu__Escalation *e, const Vicu__EscalationTarget *t)
{
    int way = strcmp(t->person, "nurse") == 0 ? g_ascii_xdigit_value(t->id[0]) % 4 : 0;

    switch ((int)t->stage) {
    case VICU__ESCALATION_STAGE__ESCALATION_SENT:
        say_receipt(w, e, t, VICU__ESCALATION_STAGE__ESCALATION_DELIVERED);
        break;
    case VICU__ESCALATION_STAGE__ESCALATION_DELIVERED:
        if (way != 1) /* 1: in the pocket */
            say_receipt(w, e, t, VICU__ESCALATION_STAGE__ESCALATION_READ);
        break;
    case VICU__ESCALATION_STAGE__ESCALATION_READ:
        if (way >= 2)
            say_no(w, e, t, way == 3);
        else
            say_act(w, e, t, VICU__ESCALATION_STAGE__ESCALATION_ACCEPTED);
        break;
    case VICU__ESCALATION_STAGE__ESCALATION_ACCEPTED:
        say_act(w, e, t, VICU__ESCALATION_STAGE__ESCALATION_AT_BEDSIDE);
        break;
    case VICU__ESCALATION_STAGE__ESCALATION_AT_BEDSIDE:
        say_act(w, e, t, VICU__ESCALATION_STAGE__ESCALATION_RESOLVED);
        break;
    default:
        break;
    }
}

static void
on_item(const Vicu__StateItem *item, gpointer user)
{
    World *w = user;

    if (item->body_case != VICU__STATE_ITEM__BODY_ESCALATION || item->removed)
        return;
    const Vicu__Escalation *e = item->escalation;
    check_once(w, g_hash_table_lookup(w->last, e->id), e);
    if (w->calm && e->t_raised_us && !g_hash_table_contains(w->last, e->id)) {
        int64_t took_us = vicu_clock_utc_us() - e->t_raised_us;
        g_array_append_val(w->page_us, took_us);
    }
    check_order(w, e);
    g_hash_table_replace(w->last, g_strdup(e->id), vicu_wire_copy(&e->base));
    for (size_t i = 0; i < e->n_target && !e->ended_us; i++)
        if (e->target[i]->outcome == VICU__ESCALATION_OUTCOME__OUTCOME_NONE)
            answer(w, e, e->target[i]);
}

/* No answer in 10 s, and nobody knows whether it was acted on: it is said again. */
static void
on_result(const char *key, const Vicu__CommandResult *result, gpointer user)
{
    World *w = user;
    const char *what = g_hash_table_lookup(w->asked, key);

    if (what && !result)
        g_hash_table_remove(w->done, what);
    g_hash_table_remove(w->asked, key);
}

static void
tell_page(World *w, const char *person)
{
    Vicu__Command c = VICU__COMMAND__INIT;
    Vicu__DeviceSeen seen = VICU__DEVICE_SEEN__INIT;
    g_autofree char *id = g_strdup_printf("phone-of-%s", person);

    seen.device = id;
    seen.person = (char *)person;
    c.reason = (char *)"";
    c.what_case = VICU__COMMAND__WHAT_DEVICE_SEEN;
    c.device_seen = &seen;
    g_free(vicu_state_client_command(w->phone, &c));
}

static gboolean
on_second(gpointer user)
{
    tell_page(user, "nurse");
    tell_page(user, "doctor");
    return G_SOURCE_CONTINUE;
}

static void
on_post(SoupServer *server,
        SoupServerMessage *message,
        const char *path,
        GHashTable *query,
        gpointer user)
{
    World *w = user;
    SoupMessageHeaders *headers = soup_server_message_get_request_headers(message);
    const char *key = soup_message_headers_get_one(headers, "Idempotency-Key");
    (void)server;
    (void)path;
    (void)query;

    if (key) {
        guint n = GPOINTER_TO_UINT(g_hash_table_lookup(w->posts, key));
        g_hash_table_replace(w->posts, g_strdup(key), GUINT_TO_POINTER(n + 1));
    }
    soup_server_message_set_status(message, key ? 200 : 400, NULL);
}

/* --- the world --- */

static void
serve(World *w)
{
    g_autoptr(GError) error = NULL;

    w->server = soup_server_new(NULL, NULL);
    soup_server_add_handler(w->server, NULL, on_post, w, NULL);
    g_assert_true(soup_server_listen_local(w->server, 0, SOUP_SERVER_LISTEN_IPV4_ONLY, &error));
    g_assert_no_error(error);
    g_autoslist(GUri) uris = soup_server_get_uris(w->server);
    w->port = (guint16)g_uri_get_port(uris->data);
}

static void
open_phone(World *w)
{
    VicuStateClientOps ops = {.item = on_item, .result = on_result};
    g_autoptr(GError) error = NULL;
    g_autoptr(VicuRoot) root = vicu_root_new(site_folder(w->site), &error);

    w->keys = vicu_keys_open(root->keys, "dashboard", &error);
    g_assert_no_error(error);
    w->context = vicu_context_new(w->keys, NULL, &error);
    g_assert_no_error(error);
    w->phone = vicu_state_client_new(w->context, root, "escalation-state", "escalation",
                                     "dashboard", NULL, 0, &ops, w, &error);
    g_assert_no_error(error);
}

static gboolean
is_level(Site *site, gpointer user)
{
    World *w = user;
    (void)site;
    return vicu_state_client_is_level(w->phone);
}

static gboolean
never(Site *site, gpointer user)
{
    (void)site;
    (void)user;
    return FALSE;
}

static void
import_roster(World *w)
{
    g_autofree char *text = g_strdup_printf(roster_format, w->port, w->port);
    g_autoptr(ToolStand) stand = NULL;
    g_autoptr(GError) error = NULL;
    Vicu__Command c = VICU__COMMAND__INIT;
    Vicu__ImportRoster import = VICU__IMPORT_ROSTER__INIT;

    stand = tool_stand_open_of(site_client(w->site), "escalation-state", "escalation", &error);
    g_assert_no_error(error);
    import.text = text;
    c.what_case = VICU__COMMAND__WHAT_IMPORT_ROSTER;
    c.import_roster = &import;
    tool_stand_command(stand, &c, "", NULL, NULL, &error);
    g_assert_no_error(error);
}

static void
admit(World *w, unsigned n)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *bed = g_strdup_printf("test/icu/%u", n);
    Vicu__Command c = VICU__COMMAND__INIT;
    Vicu__Admit what = VICU__ADMIT__INIT;

    what.bed = bed;
    what.patient = bed;
    c.what_case = VICU__COMMAND__WHAT_ADMIT;
    c.admit = &what;
    tool_stand_command(site_stand(w->site), &c, "", NULL, NULL, &error);
    g_assert_no_error(error);
}

static void
raise_alarm(World *w)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *bed = g_strdup_printf("test/icu/%u", w->raised % BEDS + 1);
    g_autofree char *cause = g_strdup_printf("load-%u", w->raised);
    Vicu__Command c = VICU__COMMAND__INIT;
    Vicu__LocalAlarm what = VICU__LOCAL_ALARM__INIT;

    what.bed = bed;
    what.cause = cause;
    what.text = (char *)"something is missing";
    what.priority = VICU__PRIORITY__PRIORITY_MEDIUM;
    what.standing = true;
    c.what_case = VICU__COMMAND__WHAT_LOCAL;
    c.local = &what;
    tool_stand_command(site_stand(w->site), &c, "", NULL, NULL, &error);
    g_assert_no_error(error);
    w->raised++;
}

static gboolean
all_ended(Site *site, gpointer user)
{
    World *w = user;
    GHashTableIter iter;
    gpointer value;
    unsigned n = 0;
    (void)site;

    g_hash_table_iter_init(&iter, w->last);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        if (g_str_has_prefix(((Vicu__Escalation *)value)->why_ended, "resolved"))
            n++;
    return n >= w->raised;
}

static gboolean
is_missed(Site *site, gpointer user)
{
    (void)user;
    return site_stands(site, "", SILENT);
}

static gboolean
is_back(Site *site, gpointer user)
{
    return !is_missed(site, user);
}

static gint
by_size(gconstpointer a, gconstpointer b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

/* A page is in the hand within a second of its alarm. */
static void
measure(World *w)
{
    w->calm = true;
    for (unsigned i = 0; i < CALM; i++) {
        raise_alarm(w);
        site_wait(w->site, S / 20, never, NULL);
    }
    g_assert_true(site_wait(w->site, 60 * S, all_ended, w));
    g_array_sort(w->page_us, by_size);
    g_assert_cmpuint(w->page_us->len, >=, CALM);
    int64_t middle_us = g_array_index(w->page_us, int64_t, w->page_us->len / 2);
    int64_t p99_us = g_array_index(w->page_us, int64_t, (w->page_us->len - 1) * 99 / 100);
    g_test_message("from the alarm to the page in the hand: median %.1f ms, p99 %.1f ms of %u",
                   (double)middle_us / 1e3, (double)p99_us / 1e3, w->page_us->len);
    g_assert_cmpint(p99_us, <=, S);
}

static void
check_end(World *w)
{
    GHashTableIter iter;
    gpointer value;
    unsigned by_webhook = 0, most = 0, outcomes[16] = {0};

    g_hash_table_iter_init(&iter, w->last);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const Vicu__Escalation *e = value;
        check_clock(w, e);
        for (size_t i = 0; i < e->n_target; i++) {
            const Vicu__EscalationTarget *t = e->target[i];
            outcomes[t->outcome & 15]++;
            for (size_t k = 0; k < t->n_sending; k++) {
                bool hook = strcmp(t->sending[k]->channel, "webhook") == 0;
                guint n = GPOINTER_TO_UINT(g_hash_table_lookup(w->posts, t->id));
                by_webhook += hook;
                most = MAX(most, n);
                if (hook && t->sending[k]->state == VICU__SENDING_STATE__SENDING_SENT && n == 0)
                    wrong(w, "said to be sent, and nothing came", t->id);
            }
        }
    }
    g_test_message("%u kills, %u alarms, %u webhook intents (one came up to %u times); missed %u, "
                   "declined %u, handed on %u, done %u",
                   w->kills, w->raised, by_webhook, most,
                   outcomes[VICU__ESCALATION_OUTCOME__OUTCOME_MISSED],
                   outcomes[VICU__ESCALATION_OUTCOME__OUTCOME_DECLINED],
                   outcomes[VICU__ESCALATION_OUTCOME__OUTCOME_HANDED_ON],
                   outcomes[VICU__ESCALATION_OUTCOME__OUTCOME_DONE]);
    g_assert_cmpuint(by_webhook, >, w->raised / 2);
    g_assert_cmpuint(outcomes[VICU__ESCALATION_OUTCOME__OUTCOME_MISSED], >, 0);
    g_assert_cmpuint(outcomes[VICU__ESCALATION_OUTCOME__OUTCOME_DECLINED], >, 0);
    g_assert_cmpuint(outcomes[VICU__ESCALATION_OUTCOME__OUTCOME_HANDED_ON], >, 0);
}

static void
nothing_is_lost_or_done_twice_while_it_is_killed(void)
{
    World w = {.site = site_new()};
    unsigned kills = site_is_night() ? 100 : 20, alarms = MAX(ALARMS, 2 * kills);
    g_autoptr(GRand) random = g_rand_new_with_seed(7);
    g_autofree char *secret = g_build_filename(site_folder(w.site), "secret", NULL);
    g_autofree char *settings = g_strdup_printf("[webhook]\nsecret_file = %s\n", secret);

    w.last = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, vicu_wire_free);
    w.posts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    w.done = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    w.asked = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    g_assert_true(g_file_set_contents_full(secret, "very secret\n", -1,
                                           G_FILE_SET_CONTENTS_CONSISTENT, 0600, NULL));
    w.page_us = g_array_new(FALSE, FALSE, sizeof(int64_t));
    serve(&w);
    site_settings(w.site, "escalation", settings);
    site_start(w.site, "hub");
    site_start(w.site, "rules");
    site_start(w.site, "escalation");
    site_follow(w.site);
    open_phone(&w);
    g_assert_true(site_wait(w.site, 10 * S, is_level, &w));
    import_roster(&w);
    for (unsigned i = 1; i <= BEDS; i++)
        admit(&w, i);
    on_second(&w);
    w.timer = g_timeout_add_seconds(1, on_second, &w);
    site_wait(w.site, S, never, NULL);
    while (w.kills < kills) {
        for (unsigned i = 0; i < (alarms + kills - 1) / kills; i++)
            raise_alarm(&w);
        site_wait(w.site, g_rand_int_range(random, 20, 500) * 1000, never, NULL);
        site_signal(w.site, "escalation", SIGKILL);
        w.kills++;
        site_start(w.site, "escalation");
    }
    g_assert_true(site_wait(w.site, 90 * S, all_ended, &w));
    check_end(&w);
    measure(&w);
    g_assert_cmpuint(w.violations, ==, 0);
    /* And when it does not come back, every screen says so. */
    g_assert_false(site_stands(w.site, "", SILENT));
    site_signal(w.site, "escalation", SIGKILL);
    g_assert_true(site_wait(w.site, 8 * S, is_missed, NULL));
    site_start(w.site, "escalation");
    g_assert_true(site_wait(w.site, 8 * S, is_back, NULL));
    g_source_remove(w.timer);
    vicu_state_client_free(w.phone);
    vicu_context_free(w.context);
    vicu_keys_free(w.keys);
    site_free(w.site);
    g_object_unref(w.server);
    g_hash_table_unref(w.last);
    g_hash_table_unref(w.posts);
    g_hash_table_unref(w.done);
    g_hash_table_unref(w.asked);
    g_array_unref(w.page_us);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/process/escalation/nothing_is_lost_or_done_twice_while_it_is_killed",
                    nothing_is_lost_or_done_twice_while_it_is_killed);
    return g_test_run();
}
