/* PCD-06 and PCD-07 against an alarm communicator that is a process of its own (synthetic:
 * alarm-communicator.c): what a person did with the device arrives, and what goes wrong is said at
 * once.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include <gio/gio.h>
#include <glib/gstdio.h>

#include "escalation/channels/channel.h"

#define PATIENCE_US (20 * G_USEC_PER_SEC)

typedef struct {
    char *folder, *secret, *log;
    GSubprocess *server;
    unsigned port;
    EscChannel *channel;
    EscPcd06Settings settings;
    GString *told; /* "escalation target fate text", a line each */
} Fixture;

static void
on_told(const char *escalation,
        const char *target,
        const char *channel,
        EscFate fate,
        const char *text,
        gpointer user)
{
    static const char *const words[] = {"sent",   "delivered", "read", "accepted", "declined",
                                        "failed", "unreached", "down", "up",       "unknown"};
    Fixture *f = user;

    g_assert_cmpstr(channel, ==, "pcd06");
    g_string_append_printf(f->told, "%s %s %s %s\n", escalation, target, words[fate], text);
}

static void
serve(Fixture *f, unsigned port)
{
    g_autofree char *program = g_build_filename(g_getenv("VICU_BUILD_ROOT"), "tests", "escalation",
                                                "alarm-communicator", NULL);
    g_autofree char *text = g_strdup_printf("%u", port);
    g_autoptr(GError) error = NULL;

    f->server =
        g_subprocess_new(G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error, program, text, f->log, NULL);
    g_assert_no_error(error);
    g_autoptr(GDataInputStream) out =
        g_data_input_stream_new(g_subprocess_get_stdout_pipe(f->server));
    g_autofree char *line = g_data_input_stream_read_line(out, NULL, NULL, &error);
    g_assert_no_error(error);
    g_assert_nonnull(line);
    f->port = (unsigned)strtoul(line, NULL, 10);
}

static void
stop_serving(Fixture *f)
{
    g_subprocess_force_exit(f->server);
    g_subprocess_wait(f->server, NULL, NULL);
    g_clear_object(&f->server);
}

static void
open_channel(Fixture *f)
{
    g_autofree char *url = g_strdup_printf("http://127.0.0.1:%u/wctp", f->port);
    g_autoptr(GError) error = NULL;

    f->settings.url = url;
    f->channel = esc_pcd06_new(&f->settings, on_told, f, &error);
    g_assert_no_error(error);
}

static void
set_up(Fixture *f, gconstpointer data)
{
    (void)data;
    f->folder = g_dir_make_tmp("vicu-pcd06-XXXXXX", NULL);
    f->secret = g_build_filename(f->folder, "secret", NULL);
    f->log = g_build_filename(f->folder, "log", NULL);
    f->told = g_string_new(NULL);
    g_assert_true(
        g_file_set_contents_full(f->secret, "s3cret\n", -1, G_FILE_SET_CONTENTS_NONE, 0600, NULL));
    g_assert_true(g_file_set_contents(f->log, "", -1, NULL));
    f->settings = (EscPcd06Settings){.sender = "vicu",
                                     .security_file = f->secret,
                                     .dtd = "http://dtd.wctp.org/wctp-dtd-v1r3.dtd",
                                     .accept = "Accept",
                                     .decline = "Reject",
                                     .ca_file = "",
                                     .poll_us = 50000,
                                     .retry_us = 100000,
                                     .tries = 2};
    serve(f, 0);
}

static void
tear_down(Fixture *f, gconstpointer data)
{
    (void)data;
    esc_channel_free(f->channel);
    if (f->server != NULL)
        stop_serving(f);
    g_unlink(f->secret);
    g_unlink(f->log);
    g_rmdir(f->folder);
    g_string_free(f->told, TRUE);
    g_free(f->folder);
    g_free(f->secret);
    g_free(f->log);
}

static gboolean
wake(gpointer user)
{
    (void)user;
    return G_SOURCE_CONTINUE;
}

static void
await(Fixture *f, const char *part)
{
    int64_t end_us = g_get_monotonic_time() + PATIENCE_US;
    guint timer = g_timeout_add(10, wake, NULL);

    while (strstr(f->told->str, part) == NULL && g_get_monotonic_time() < end_us)
        g_main_context_iteration(NULL, TRUE);
    g_source_remove(timer);
    if (strstr(f->told->str, part) == NULL)
        g_error("\"%s\" was not told, but: %s", part, f->told->str);
}

static void
await_log(Fixture *f, const char *part)
{
    int64_t end_us = g_get_monotonic_time() + PATIENCE_US;
    guint timer = g_timeout_add(10, wake, NULL);
    g_autofree char *text = NULL;

    do {
        g_main_context_iteration(NULL, TRUE);
        g_clear_pointer(&text, g_free);
        g_assert_true(g_file_get_contents(f->log, &text, NULL, NULL));
    } while (strstr(text, part) == NULL && g_get_monotonic_time() < end_us);
    g_source_remove(timer);
    if (strstr(text, part) == NULL)
        g_error("\"%s\" did not come, but: %s", part, text);
}

static void
send_to(Fixture *f, const char *device, const char *escalation)
{
    const EscMessage m = {
        .escalation = escalation,
        .target = "t1",
        .bed = "demo/icu/7",
        .title = "Sättigung < 85 %",
        .text = "SpO2 82 % & fällt",
        .priority = "high",
        .name = "Dr C",
        .address = device,
        .link = "",
        .test = *escalation == '\0',
    };
    f->channel->send(f->channel, &m);
}

static void
what_a_person_does_with_the_device_arrives_in_its_order(Fixture *f, gconstpointer data)
{
    (void)data;
    open_channel(f);
    send_to(f, "accept-1", "e1");
    await(f, "accepted");
    await(f, "e1 t1 sent \n");
    g_assert_nonnull(strstr(f->told->str, "e1 t1 delivered \ne1 t1 read \n"));
    g_assert_nonnull(strstr(f->told->str, "e1 t1 accepted \n"));
    await_log(f, "submit accept-1 e1.t1 HIGH high demo/icu/7: Sättigung < 85 %\nSpO2 82 % & fällt");
    await_log(f, "acknowledged 4"); /* and is not brought again */
    g_assert_cmpuint(strlen(f->told->str), <, 100);
}

static void
who_declines_or_answers_otherwise_is_not_taken_for_accepting(Fixture *f, gconstpointer data)
{
    (void)data;
    open_channel(f);
    send_to(f, "decline-1", "e1");
    await(f, "e1 t1 declined declined on the device");
    send_to(f, "later-1", "e2");
    await(f, "e2 t1 unknown the answer is none of the choices");
    g_assert_nonnull(strstr(f->told->str, "e2 t1 read \n"));
    g_assert_null(strstr(f->told->str, "accepted"));
}

static void
what_the_communicator_does_not_take_or_bring_has_failed(Fixture *f, gconstpointer data)
{
    (void)data;
    open_channel(f);
    send_to(f, "nobody-1", "e1");
    await(f, "e1 t1 unreached it answers 403: the device is not known, after 1 tries");
    send_to(f, "broken-1", "e2");
    await(f, "e2 t1 failed its answer is no WCTP: html");
    send_to(f, "gone-1", "e3");
    await(f, "e3 t1 sent");
    await(f, "e3 t1 unreached it did not reach the device, 504");
    g_assert_null(strstr(f->told->str, "delivered"));
    g_assert_null(strstr(f->told->str, "nobody-1"));
}

static void
one_that_is_busy_is_tried_again(Fixture *f, gconstpointer data)
{
    (void)data;
    open_channel(f);
    send_to(f, "busy-1", "e1");
    await(f, "e1 t1 sent");
    g_assert_null(strstr(f->told->str, "failed"));
}

static void
one_that_is_gone_is_said_before_it_is_needed_and_when_it_is_back(Fixture *f, gconstpointer data)
{
    (void)data;
    open_channel(f);
    send_to(f, "silent-1", "e1");
    await(f, "e1 t1 sent");
    stop_serving(f);
    await(f, " down what became of messages is not known");
    send_to(f, "accept-1", "e2");
    await(f, "e2 t1 failed ");
    g_assert_nonnull(strstr(f->told->str, "after 2 tries"));
    serve(f, f->port);
    await(f, " up ");
    send_to(f, "accept-1", "e3");
    await(f, "e3 t1 accepted");
}

/* A restart has forgotten what was sent; the status names both. */
static void
a_status_is_understood_by_the_channel_that_is_opened_anew(Fixture *f, gconstpointer data)
{
    (void)data;
    f->settings.poll_us = 0; /* the first one never asks */
    open_channel(f);
    send_to(f, "accept-1", "e1");
    await(f, "e1 t1 sent");
    g_assert_null(strstr(f->told->str, "delivered"));
    g_clear_pointer(&f->channel, esc_channel_free);
    f->settings.poll_us = 50000;
    open_channel(f);
    await(f, "e1 t1 accepted");
}

static void
a_wrong_code_is_said_by_its_number(Fixture *f, gconstpointer data)
{
    (void)data;
    f->settings.security_file = "";
    open_channel(f);
    send_to(f, "accept-1", "e1");
    await(f, "e1 t1 failed it answers 402: the security code is wrong");
    await(f, " down what became of messages is not known: it answers 402");
}

static void
a_test_has_no_choices_and_says_what_it_is(Fixture *f, gconstpointer data)
{
    (void)data;
    open_channel(f);
    send_to(f, "accept-1", "");
    await(f, " t1 read ");
    await_log(f, "submit accept-1 .t1 HIGH TEST high");
    g_assert_null(strstr(f->told->str, "accepted"));
}

static void
settings_that_cannot_tell_yes_from_no_are_refused(Fixture *f, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    (void)data;

    f->settings.url = "http://127.0.0.1:9/";
    f->settings.decline = "ACCEPT";
    g_assert_null(esc_pcd06_new(&f->settings, on_told, f, &error));
    g_assert_nonnull(strstr(error->message, "have to differ"));
    g_clear_error(&error);
    g_chmod(f->secret, 0644);
    g_assert_null(esc_pcd06_new(&f->settings, on_told, f, &error));
    g_assert_nonnull(strstr(error->message, "chmod 600"));
}

#define ADD(name) g_test_add("/escalation/pcd06/" #name, Fixture, NULL, set_up, name, tear_down)

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD(what_a_person_does_with_the_device_arrives_in_its_order);
    ADD(who_declines_or_answers_otherwise_is_not_taken_for_accepting);
    ADD(what_the_communicator_does_not_take_or_bring_has_failed);
    ADD(one_that_is_busy_is_tried_again);
    ADD(one_that_is_gone_is_said_before_it_is_needed_and_when_it_is_back);
    ADD(a_status_is_understood_by_the_channel_that_is_opened_anew);
    ADD(a_wrong_code_is_said_by_its_number);
    ADD(a_test_has_no_choices_and_says_what_it_is);
    ADD(settings_that_cannot_tell_yes_from_no_are_refused);
    return g_test_run();
}
