/* The MLLP listener over real sockets on the loopback.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <sys/resource.h>

#include "collector/sources/hl7-problem.h"
#include "collector/sources/hl7-source.h"
#include "collector/sources/mllp.h"

#define ORU                                                                                        \
    "MSH|^~\\&|MON|ICU|||20261120144004+0000||ORU^R01^ORU_R01|%d|P|2.6\r"                          \
    "PV1|||ICU^^7\rOBX|1|NM|147842^HR^MDC||70|/min\r"

typedef struct {
    CollectorHl7SourceSettings settings;
    CollectorHl7Source *source;
    GSocketAddress *address;
    gboolean hold;   /* answer later */
    GArray *tickets; /* held */
    guint messages, unreadable, faults;
    char *last_fault;
    int64_t now_us; /* BOOTTIME of the source */
} Fixture;

static Fixture *present;

static int64_t
utc_now(void)
{
    return INT64_C(1795185604000000);
}

static int64_t
boot_now(void)
{
    return present->now_us;
}

static void
on_message(const CollectorHl7Incoming *incoming, gpointer user)
{
    Fixture *f = user;

    f->messages++;
    if (incoming->message == NULL)
        f->unreadable++;
    if (f->hold) {
        g_array_append_val(f->tickets, incoming->ticket);
        return;
    }
    g_assert_true(collector_hl7_source_answer(f->source, incoming->ticket,
                                              incoming->message == NULL ? COLLECTOR_HL7_REJECTED
                                                                        : COLLECTOR_HL7_ACCEPT,
                                              incoming->problems, NULL));
    g_assert_false(
        collector_hl7_source_answer(f->source, incoming->ticket, COLLECTOR_HL7_ACCEPT, NULL, NULL));
}

static void
on_fault(CollectorHl7Fault fault, const char *peer, const char *text, gpointer user)
{
    Fixture *f = user;

    (void)fault;
    g_assert_nonnull(peer);
    f->faults++;
    g_free(f->last_fault);
    f->last_fault = g_strdup(text);
}

static void
start(Fixture *f)
{
    g_autoptr(GError) error = NULL;
    const char *endpoint;

    f->source = collector_hl7_source_new(&f->settings, NULL, &error);
    g_assert_no_error(error);
    endpoint = collector_hl7_source_endpoint(f->source);
    f->address = g_inet_socket_address_new_from_string(
        "127.0.0.1", (guint)g_ascii_strtoull(strrchr(endpoint, ':') + 1, NULL, 10));
}

static void
set_up(Fixture *f, gconstpointer data)
{
    (void)data;
    present = f;
    collector_hl7_source_standard(&f->settings);
    f->settings.port = 0;
    f->settings.utc_us = utc_now;
    f->settings.boot_us = boot_now;
    f->settings.on_message = on_message;
    f->settings.on_fault = on_fault;
    f->settings.user = f;
    f->tickets = g_array_new(FALSE, FALSE, sizeof(uint64_t));
}

static void
tear_down(Fixture *f, gconstpointer data)
{
    (void)data;
    collector_hl7_source_free(f->source);
    g_clear_object(&f->address);
    g_array_unref(f->tickets);
    g_free(f->last_fault);
}

static GSocket *
dial(Fixture *f)
{
    g_autoptr(GError) error = NULL;
    GSocket *socket =
        g_socket_new(G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, &error);

    g_assert_no_error(error);
    g_socket_connect(socket, f->address, NULL, &error);
    g_assert_no_error(error);
    g_socket_set_blocking(socket, FALSE);
    return socket;
}

/* Lets the source work until nothing is left to do. */
static void
settle(void)
{
    gint64 end = g_get_monotonic_time() + 20 * G_USEC_PER_SEC;
    gint64 quiet = g_get_monotonic_time();

    while (g_get_monotonic_time() - quiet < 20000) {
        if (g_main_context_iteration(NULL, FALSE))
            quiet = g_get_monotonic_time();
        else
            g_usleep(500);
        g_assert_cmpint(g_get_monotonic_time(), <, end);
    }
}

static void
send_all(GSocket *socket, const char *bytes, size_t n)
{
    size_t at = 0;
    gint64 end = g_get_monotonic_time() + 20 * G_USEC_PER_SEC;

    while (at < n) {
        gssize sent = g_socket_send(socket, bytes + at, n - at, NULL, NULL);

        if (sent > 0)
            at += (size_t)sent;
        else
            g_main_context_iteration(NULL, FALSE);
        g_assert_cmpint(g_get_monotonic_time(), <, end);
    }
}

static GString *
oru_frame(int id)
{
    g_autofree char *text = g_strdup_printf(ORU, id);
    GString *out = g_string_new(NULL);

    collector_mllp_wrap(text, strlen(text), out);
    return out;
}

static void
note_code(const CollectorMllpEvent *event, gpointer user)
{
    const char *msa;
    g_autofree char *text = g_strndup(event->bytes, event->n);

    g_assert_cmpint(event->kind, ==, COLLECTOR_MLLP_FRAME);
    msa = strstr(text, "\rMSA|");
    g_assert_nonnull(msa);
    g_string_append_printf(user, "%.*s ", (int)strcspn(msa + 5, "\r"), msa + 5);
}

/* "AA|1 AA|2 ", then "end" when the source closed the connection. */
static char *
receive_all(GSocket *socket)
{
    g_autoptr(CollectorMllp) framer = collector_mllp_new(1 << 20);
    g_autofree char *buffer = g_malloc(65536);
    GString *out = g_string_new(NULL);

    settle();
    for (;;) {
        gssize n = g_socket_receive(socket, buffer, 65536, NULL, NULL);

        if (n == 0)
            g_string_append(out, "end");
        if (n <= 0)
            return g_string_free(out, FALSE);
        collector_mllp_push(framer, buffer, (size_t)n, note_code, out);
        settle();
    }
}

static void
assert_receives(GSocket *socket, const char *expected)
{
    g_autofree char *got = receive_all(socket);

    g_assert_cmpstr(got, ==, expected);
}

static void
answers_several_messages_of_one_segment(Fixture *f, gconstpointer data)
{
    g_autoptr(GString) all = g_string_new(NULL);
    g_autoptr(GSocket) socket = NULL;

    (void)data;
    start(f);
    socket = dial(f);
    for (int i = 1; i <= 3; i++) {
        g_autoptr(GString) one = oru_frame(i);

        g_string_append_len(all, one->str, (gssize)one->len);
    }
    send_all(socket, all->str, all->len);
    assert_receives(socket, "AA|1 AA|2 AA|3 ");
}

static void
answers_one_message_that_comes_byte_by_byte(Fixture *f, gconstpointer data)
{
    g_autoptr(GString) one = oru_frame(5);
    g_autoptr(GSocket) socket = NULL;

    (void)data;
    start(f);
    socket = dial(f);
    for (size_t i = 0; i < one->len; i++) {
        send_all(socket, one->str + i, 1);
        g_main_context_iteration(NULL, FALSE);
    }
    assert_receives(socket, "AA|5 ");
    g_assert_cmpuint(f->messages, ==, 1);
}

static void
answers_nothing_before_it_is_told(Fixture *f, gconstpointer data)
{
    g_autoptr(GSocket) socket = NULL;

    (void)data;
    f->hold = TRUE;
    start(f);
    socket = dial(f);
    for (int i = 1; i <= 2; i++) {
        g_autoptr(GString) one = oru_frame(i);

        send_all(socket, one->str, one->len);
    }
    assert_receives(socket, "");
    g_assert_cmpuint(f->tickets->len, ==, 2);
    g_assert_true(collector_hl7_source_answer(f->source, g_array_index(f->tickets, uint64_t, 1),
                                              COLLECTOR_HL7_ERROR, NULL, "The spool is full."));
    g_assert_true(collector_hl7_source_answer(f->source, g_array_index(f->tickets, uint64_t, 0),
                                              COLLECTOR_HL7_ACCEPT, NULL, NULL));
    assert_receives(socket, "AE|2 AA|1 ");
}

static void
answers_a_sender_that_has_finished_sending(Fixture *f, gconstpointer data)
{
    g_autoptr(GSocket) socket = NULL;
    g_autoptr(GString) one = oru_frame(9);

    (void)data;
    f->hold = TRUE;
    start(f);
    socket = dial(f);
    send_all(socket, one->str, one->len);
    g_socket_shutdown(socket, FALSE, TRUE, NULL);
    assert_receives(socket, "");
    collector_hl7_source_answer(f->source, g_array_index(f->tickets, uint64_t, 0),
                                COLLECTOR_HL7_ACCEPT, NULL, NULL);
    assert_receives(socket, "AA|9 end");
    g_assert_cmpuint(collector_hl7_source_counts(f->source)->connections, ==, 0);
}

static void
forgets_the_tickets_of_a_sender_that_left(Fixture *f, gconstpointer data)
{
    g_autoptr(GSocket) socket = NULL;
    g_autoptr(GString) one = oru_frame(9);

    (void)data;
    f->hold = TRUE;
    start(f);
    socket = dial(f);
    send_all(socket, one->str, one->len);
    settle();
    collector_hl7_source_free(f->source);
    f->source = NULL;
    g_clear_object(&f->address);
    start(f);
    g_assert_false(collector_hl7_source_answer(f->source, g_array_index(f->tickets, uint64_t, 0),
                                               COLLECTOR_HL7_ACCEPT, NULL, NULL));
}

static void
survives_a_thousand_that_connect_and_leave(Fixture *f, gconstpointer data)
{
    g_autoptr(GSocket) last = NULL;
    g_autoptr(GString) one = oru_frame(1);

    (void)data;
    start(f);
    for (int i = 0; i < 1000; i++) {
        g_autoptr(GSocket) socket = dial(f);

        if (i % 3 == 0)
            send_all(socket, one->str, 20);
        g_socket_close(socket, NULL);
        g_main_context_iteration(NULL, FALSE);
    }
    settle();
    g_assert_cmpuint(collector_hl7_source_counts(f->source)->accepted, ==, 1000);
    g_assert_cmpuint(collector_hl7_source_counts(f->source)->connections, ==, 0);
    g_assert_cmpuint(f->messages, ==, 0);
    last = dial(f);
    send_all(last, one->str, one->len);
    assert_receives(last, "AA|1 ");
}

static void
serves_a_thousand_at_once_and_refuses_the_next(Fixture *f, gconstpointer data)
{
    struct rlimit limit;
    g_autoptr(GPtrArray) all = g_ptr_array_new_with_free_func(g_object_unref);
    g_autoptr(GSocket) more = NULL;
    g_autoptr(GString) one = oru_frame(1);

    (void)data;
    g_assert_cmpint(getrlimit(RLIMIT_NOFILE, &limit), ==, 0);
    limit.rlim_cur = MIN(limit.rlim_max, 4096);
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur < 2100) {
        g_test_skip("2 100 file descriptors are not allowed here");
        return;
    }
    start(f);
    for (int i = 0; i < 1000; i++) {
        g_ptr_array_add(all, dial(f));
        g_main_context_iteration(NULL, FALSE);
    }
    for (guint i = 0; i < all->len; i++)
        send_all(all->pdata[i], one->str, one->len);
    settle();
    g_assert_cmpuint(f->messages, ==, 1000);
    g_assert_cmpuint(collector_hl7_source_counts(f->source)->connections, ==, 1000);
    more = dial(f);
    assert_receives(more, "end");
    g_assert_cmpuint(collector_hl7_source_counts(f->source)->refused, ==, 1);
    g_assert_nonnull(strstr(f->last_fault, "1000 connections"));
}

static void
reads_on_after_bytes_outside_a_frame(Fixture *f, gconstpointer data)
{
    g_autoptr(GSocket) socket = NULL;
    g_autoptr(GString) one = oru_frame(3);

    (void)data;
    start(f);
    socket = dial(f);
    send_all(socket, "hello\r\n", 7);
    send_all(socket, one->str, one->len);
    assert_receives(socket, "AA|3 ");
    g_assert_cmpuint(f->faults, ==, 1);
    g_assert_nonnull(strstr(f->last_fault, "0x68 at 0"));
}

static void
closes_on_a_sender_that_does_not_speak_mllp(Fixture *f, gconstpointer data)
{
    g_autoptr(GSocket) socket = NULL;
    g_autofree char *junk = g_strnfill(70000, 'x');

    (void)data;
    start(f);
    socket = dial(f);
    send_all(socket, junk, 70000);
    settle();
    g_assert_cmpuint(collector_hl7_source_counts(f->source)->connections, ==, 0);
    g_assert_nonnull(strstr(f->last_fault, "no MLLP frame"));
}

static void
rejects_what_has_no_header(Fixture *f, gconstpointer data)
{
    g_autoptr(GSocket) socket = NULL;

    (void)data;
    start(f);
    socket = dial(f);
    send_all(socket, "\x0Bnothing\x1C\r", 10);
    assert_receives(socket, "AR| ");
    g_assert_cmpuint(f->unreadable, ==, 1);
}

static void
refuses_a_message_over_the_cap_by_its_control_id(Fixture *f, gconstpointer data)
{
    g_autoptr(GString) text = g_string_new(NULL);
    g_autoptr(GString) wire = g_string_new(NULL);
    g_autoptr(GString) one = oru_frame(8);
    g_autoptr(GSocket) socket = NULL;

    (void)data;
    start(f);
    socket = dial(f);
    g_string_append_printf(text, ORU, 7);
    while (text->len <= COLLECTOR_HL7_MAX_BYTES)
        g_string_append(text, "NTE|1||more than anyone reads\r");
    collector_mllp_wrap(text->str, text->len, wire);
    send_all(socket, wire->str, wire->len);
    send_all(socket, one->str, one->len);
    assert_receives(socket, "AR|7 AA|8 ");
    g_assert_cmpuint(collector_hl7_source_counts(f->source)->too_long, ==, 1);
}

static void
takes_a_message_of_almost_10_mb(Fixture *f, gconstpointer data)
{
    g_autoptr(GString) text = g_string_new(NULL);
    g_autoptr(GString) wire = g_string_new(NULL);
    g_autoptr(GSocket) socket = NULL;

    (void)data;
    start(f);
    socket = dial(f);
    g_string_append_printf(text, ORU, 7);
    g_string_append(text, "NTE|1||");
    while (text->len < COLLECTOR_HL7_MAX_BYTES)
        g_string_append_c(text, 'x');
    collector_mllp_wrap(text->str, text->len, wire);
    send_all(socket, wire->str, wire->len);
    assert_receives(socket, "AA|7 ");
}

/* Ten senders of unfinished messages cannot take more than the shared bound. */
static void
bounds_the_bytes_of_unfinished_messages(Fixture *f, gconstpointer data)
{
    g_autoptr(GPtrArray) all = g_ptr_array_new_with_free_func(g_object_unref);
    g_autofree char *half = g_strnfill(300000, 'x');

    (void)data;
    f->settings.max_bytes = 1000000;
    f->settings.max_held_bytes = 2000000;
    start(f);
    half[0] = COLLECTOR_MLLP_VT;
    for (int i = 0; i < 10; i++) {
        g_ptr_array_add(all, dial(f));
        send_all(all->pdata[i], half, 300000);
    }
    settle();
    g_assert_cmpuint(collector_hl7_source_counts(f->source)->connections, <, 10);
    g_assert_cmpuint(collector_hl7_source_counts(f->source)->connections, >, 3);
    g_assert_nonnull(strstr(f->last_fault, "unfinished"));
}

static void
stops_reading_a_sender_that_is_not_answered(Fixture *f, gconstpointer data)
{
    g_autoptr(GString) one = oru_frame(1);
    g_autoptr(GString) all = g_string_new(NULL);
    g_autoptr(GSocket) socket = NULL;
    guint held;

    (void)data;
    f->hold = TRUE;
    start(f);
    socket = dial(f);
    /* Fewer frames than a full read takes, then one by one. */
    for (int i = 0; i < 32; i++)
        g_string_append_len(all, one->str, (gssize)one->len);
    send_all(socket, all->str, all->len);
    settle();
    held = f->tickets->len;
    g_assert_cmpuint(held, ==, 32);
    send_all(socket, one->str, one->len);
    settle();
    g_assert_cmpuint(f->tickets->len, ==, held);
    collector_hl7_source_answer(f->source, g_array_index(f->tickets, uint64_t, 0),
                                COLLECTOR_HL7_ACCEPT, NULL, NULL);
    settle();
    g_assert_cmpuint(f->tickets->len, ==, held + 1);
}

static void
closes_a_frame_that_does_not_go_on_and_a_silent_peer(Fixture *f, gconstpointer data)
{
    g_autoptr(GSocket) stalled = NULL;
    g_autoptr(GSocket) silent = NULL;
    gint64 end;

    (void)data;
    start(f);
    stalled = dial(f);
    silent = dial(f);
    send_all(stalled, "\x0BMSH", 4);
    settle();
    f->now_us += 31 * G_USEC_PER_SEC;
    end = g_get_monotonic_time() + 5 * G_USEC_PER_SEC;
    while (collector_hl7_source_counts(f->source)->connections > 1 && g_get_monotonic_time() < end)
        g_main_context_iteration(NULL, TRUE);
    g_assert_nonnull(strstr(f->last_fault, "did not go on"));
    f->now_us += INT64_C(3601) * G_USEC_PER_SEC;
    end = g_get_monotonic_time() + 5 * G_USEC_PER_SEC;
    while (collector_hl7_source_counts(f->source)->connections > 0 && g_get_monotonic_time() < end)
        g_main_context_iteration(NULL, TRUE);
    g_assert_cmpuint(collector_hl7_source_counts(f->source)->closed_idle, ==, 1);
}

static void
says_which_address_it_cannot_bind(Fixture *f, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    CollectorHl7SourceSettings other;

    (void)data;
    start(f);
    other = f->settings;
    other.port = g_inet_socket_address_get_port(G_INET_SOCKET_ADDRESS(f->address));
    g_assert_null(collector_hl7_source_new(&other, NULL, &error));
    g_assert_nonnull(strstr(error->message, "HL7 listener on 127.0.0.1:"));
    g_clear_error(&error);
    other.address = "nowhere";
    g_assert_null(collector_hl7_source_new(&other, NULL, &error));
    g_assert_nonnull(strstr(error->message, "nowhere"));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define TEST(name)                                                                                 \
    g_test_add("/collector/hl7-source/" #name, Fixture, NULL, set_up, name, tear_down)
    TEST(answers_several_messages_of_one_segment);
    TEST(answers_one_message_that_comes_byte_by_byte);
    TEST(answers_nothing_before_it_is_told);
    TEST(answers_a_sender_that_has_finished_sending);
    TEST(forgets_the_tickets_of_a_sender_that_left);
    TEST(survives_a_thousand_that_connect_and_leave);
    TEST(serves_a_thousand_at_once_and_refuses_the_next);
    TEST(reads_on_after_bytes_outside_a_frame);
    TEST(closes_on_a_sender_that_does_not_speak_mllp);
    TEST(rejects_what_has_no_header);
    TEST(refuses_a_message_over_the_cap_by_its_control_id);
    TEST(takes_a_message_of_almost_10_mb);
    TEST(bounds_the_bytes_of_unfinished_messages);
    TEST(stops_reading_a_sender_that_is_not_answered);
    TEST(closes_a_frame_that_does_not_go_on_and_a_silent_peer);
    TEST(says_which_address_it_cannot_bind);
    return g_test_run();
}
