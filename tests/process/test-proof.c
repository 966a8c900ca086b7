/* Test alarms through real processes: from the data of each bed to where alarms reach people, and
 * back. One who beats and does not give them back is missed.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <signal.h>
#include <stdbool.h>
#include <string.h>

#include "common/clock.h"
#include "common/folder.h"
#include "common/wire.h"
#include "tests/process/visitor.h"

#define S    SITE_S
#define BEDS 8

static Site *
ward(const char *const *more)
{
    static const char *const daemons[] = {"hub", "store", "rules", "collector"};
    g_autofree char *settings = g_strdup_printf(
        "[proof]\nevery = 12s\n[wfdb]\nward = %s/data/recordings/ward.ini\nbeds = %d\n",
        g_getenv("VICU_SOURCE_ROOT"), BEDS);
    Site *site = site_new();

    site_settings(site, "collector", settings);
    site_settings(site, "portal", "[listen]\nport = 0\n");
    for (size_t i = 0; i < G_N_ELEMENTS(daemons); i++)
        site_start(site, daemons[i]);
    for (size_t i = 0; more[i] != NULL; i++)
        site_start(site, more[i]);
    site_follow(site);
    site_await_beds(site, BEDS);
    return site;
}

static void
start_annunciator(Site *site, const char *dir)
{
    g_autofree char *settings = g_strdup_printf("[sound]\nsink = wav:%s/sound.wav\n", dir);
    g_autofree char *program = site_program("dashboard/annunciator/vicu-annunciator");
    const char *argv[] = {program, "--root", site_folder(site), NULL};

    site_settings(site, "annunciator", settings);
    site_start_program(site, "annunciator", argv);
}

static const Vicu__Outlet *
outlet(Site *site, const char *name)
{
    const Vicu__StateItem *item =
        tool_stand_find(site_stand(site), VICU__SUBJECT__SUBJECT_OUTLET, name);

    return item != NULL ? item->outlet : NULL;
}

static gboolean
has_proven(Site *site, gpointer name)
{
    const Vicu__Outlet *found = outlet(site, name);

    return found != NULL && found->proved_us != 0;
}

static gboolean
has_all_proofs(Site *site, gpointer user)
{
    size_t n = 0;
    g_autofree const Vicu__StateItem **items =
        tool_stand_items(site_stand(site), VICU__SUBJECT__SUBJECT_PROOF, &n);

    (void)user;
    return n == BEDS;
}

/* The test itself as an outlet: the operator's key. */
static void
beat(Site *site, bool gives_back)
{
    Vicu__Command command = VICU__COMMAND__INIT;
    Vicu__OutletBeat message = VICU__OUTLET_BEAT__INIT;
    g_autoptr(GError) error = NULL;
    uint64_t serial[BEDS];
    size_t n = 0;
    g_autofree const Vicu__StateItem **items =
        tool_stand_items(site_stand(site), VICU__SUBJECT__SUBJECT_PROOF, &n);

    message.kind = VICU__OUTLET_KIND__OUTLET_SCREEN;
    message.proves = TRUE;
    for (size_t i = 0; gives_back && i < MIN(n, BEDS); i++)
        serial[message.n_proved++] = items[i]->proof->serial;
    message.proved = serial;
    command.what_case = VICU__COMMAND__WHAT_OUTLET;
    command.outlet = &message;
    tool_stand_command(site_stand(site), &command, "", NULL, NULL, &error);
    g_assert_no_error(error);
}

static gboolean
beats_and_is_missed(Site *site, gpointer user)
{
    static int64_t last_us;

    (void)user;
    if (vicu_clock_boot_us() - last_us >= S) {
        last_us = vicu_clock_boot_us();
        beat(site, false);
    }
    return site_stands(site, "", "local:proof-unanswered");
}

static gboolean
gives_back_and_is_not_missed(Site *site, gpointer user)
{
    (void)user;
    beat(site, true);
    return !site_stands(site, "", "local:proof-unanswered");
}

static gboolean
is_missing(Site *site, gpointer rule)
{
    return site_stands(site, "", rule);
}

static void
one_who_beats_and_does_not_give_them_back_is_missed(void)
{
    g_autofree char *dir = g_dir_make_tmp("vicu-proof-XXXXXX", NULL);
    const char *none[] = {NULL};
    Site *site = ward(none);

    start_annunciator(site, dir);
    g_assert_true(site_wait(site, 70 * S, has_all_proofs, NULL));
    g_assert_true(site_wait(site, 70 * S, has_proven, (gpointer) "annunciator"));
    g_assert_false(site_stands(site, "", "local:proof-unanswered"));
    g_assert_false(site_stands(site, "", "local:proof-late"));
    for (const Vicu__StateItem *item =
             tool_stand_find(site_stand(site), VICU__SUBJECT__SUBJECT_PROOF, "demo/icu/1");
         item != NULL; item = NULL)
        g_test_message("figure: a test alarm from its sender to the rules' word %.1f s",
                       (double)(item->proof->told_us - item->proof->t_us) / 1e6);

    /* It answers to none of the next eight seconds: a bed's is among them within its minute. */
    g_assert_true(site_wait(site, 70 * S, beats_and_is_missed, NULL));
    const Vicu__Alarm *alarm = site_alarm(site, "", "local:proof-unanswered");
    const Vicu__Outlet *me = outlet(site, "operator");
    g_test_message("%s", alarm->text);
    g_assert_nonnull(strstr(alarm->text, "operator"));
    g_assert_null(strstr(alarm->text, "annunciator"));
    g_assert_cmpint(alarm->priority, ==, VICU__PRIORITY__PRIORITY_MEDIUM);
    g_assert_cmpuint(me->n_unproved, >, 0);
    g_assert_true(site_wait(site, 70 * S, gives_back_and_is_not_missed, NULL));

    /* One cause, one alarm: a collector that is silent is not told a second time. */
    site_signal(site, "collector", SIGSTOP);
    g_assert_true(site_wait(site, 15 * S, is_missing, (gpointer) "local:silent/collector"));
    site_wait(site, S, NULL, NULL);
    g_assert_false(has_all_proofs(site, NULL));
    site_signal(site, "collector", SIGCONT);
    g_assert_true(site_wait(site, 70 * S, has_all_proofs, NULL));
    g_assert_false(site_stands(site, "", "local:proof-late"));
    site_free(site);
    vicu_folder_remove(dir);
}

/* ---- a phone ---- */

typedef struct {
    SoupWebsocketConnection *socket;
    bool failed;
    bool gives_back;
    uint64_t proof;
    int64_t beat_us;
    const char *token;
} Phone;

static void
on_message(SoupWebsocketConnection *socket, gint type, GBytes *message, gpointer user)
{
    Phone *phone = user;
    gsize size = 0;
    const char *text = g_bytes_get_data(message, &size);
    const char *proof = g_strstr_len(text, (gssize)size, "\"p\": ");

    (void)socket, (void)type;
    if (proof != NULL)
        phone->proof = g_ascii_strtoull(proof + 5, NULL, 10);
}

static void
on_open(GObject *session, GAsyncResult *result, gpointer user)
{
    Phone *phone = user;
    g_autofree char *hello = g_strdup_printf(
        "{\"t\": \"hello\", \"token\": \"%s\", \"device\": \"d1\", \"phone\": true}", phone->token);

    phone->socket = soup_session_websocket_connect_finish(SOUP_SESSION(session), result, NULL);
    phone->failed = phone->socket == NULL;
    if (phone->failed)
        return;
    g_signal_connect(phone->socket, "message", G_CALLBACK(on_message), phone);
    soup_websocket_connection_send_text(phone->socket, hello);
}

/* A beat each second; true while its person counts as one who can be reached. */
static gboolean
can_be_reached(Site *site, gpointer user)
{
    Phone *phone = user;

    if (phone->socket != NULL && vicu_clock_boot_us() - phone->beat_us >= S) {
        g_autofree char *text = g_strdup_printf(
            "{\"t\": \"beat\", \"n\": 1, \"p\": %" G_GUINT64_FORMAT ", \"duty\": true}",
            phone->gives_back ? phone->proof : 0);
        phone->beat_us = vicu_clock_boot_us();
        soup_websocket_connection_send_text(phone->socket, text);
    }
    return site_counter(site, "portal", "on_duty") == 1;
}

static gboolean
cannot_be_reached(Site *site, gpointer user)
{
    return !can_be_reached(site, user);
}

static void
a_phone_that_beats_and_does_not_give_them_back_cannot_be_reached(void)
{
    const char *more[] = {"escalation", "portal", NULL};
    Site *site = ward(more);
    g_autoptr(Visitor) visitor = visitor_new(site);
    g_autofree char *token = visitor_token(site, "bedside", "--name", "nurse", NULL);
    g_autofree char *url = g_strdup_printf("wss://127.0.0.1:%u/live", visitor_port(visitor));
    g_autoptr(SoupMessage) message = soup_message_new("GET", url);
    Phone phone = {.gives_back = true, .token = token};

    g_assert_true(site_wait(site, 70 * S, has_all_proofs, NULL));
    g_assert_true(site_wait(site, 70 * S, has_proven, (gpointer) "portal"));
    soup_session_websocket_connect_async(visitor_session(visitor), message, NULL, NULL,
                                         G_PRIORITY_DEFAULT, NULL, on_open, &phone);
    g_assert_true(site_wait(site, 10 * S, can_be_reached, &phone));
    g_assert_false(site_wait(site, 15 * S, cannot_be_reached, &phone));
    g_assert_cmpuint(phone.proof, >, 0);
    phone.gives_back = false;
    g_assert_true(site_wait(site, 75 * S, cannot_be_reached, &phone));
    phone.gives_back = true;
    g_assert_true(site_wait(site, 5 * S, can_be_reached, &phone));
    g_object_unref(phone.socket);
    site_free(site);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/process/proof/missed", one_who_beats_and_does_not_give_them_back_is_missed);
    g_test_add_func("/process/proof/phone",
                    a_phone_that_beats_and_does_not_give_them_back_cannot_be_reached);
    return g_test_run();
}
