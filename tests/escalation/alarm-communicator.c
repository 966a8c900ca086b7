/* An alarm communicator as IHE ACM has it, for tests: synthetic, nobody's product. It speaks WCTP
 * 1.3 over HTTP, takes messages only in the form of the DTD, and its devices do what their names
 * say:
 *
 *   accept-*   queued, delivered, read, and its person takes the first choice
 *   decline-*  delivered, and its person takes the second
 *   later-*    delivered, and its person answers what was not a choice
 *   gone-*     queued, then a failure: out of reach
 *   silent-*   taken, and nothing more is ever heard
 *   broken-*   the answer is a page of HTML
 *   busy-*     the first request gets HTTP 503, the next one is taken; nothing more is heard
 *   others     403: not known
 *
 * Arguments: PORT (0: any) LOG. Prints the port; LOG gets a line for each thing that it is told.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

#include <libsoup/soup.h>

#define HEAD                                                                                       \
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE wctp-Operation SYSTEM "                 \
    "\"http://dtd.wctp.org/wctp-dtd-v1r3.dtd\">\n<wctp-Operation wctpVersion=\"wctp-dtd-v1r3\">\n"
#define TAIL "\n</wctp-Operation>\n"
#define CODE "s3cret"

/* A request as it was read. */
typedef struct {
    GHashTable *value; /* "element attribute" -> text */
    GPtrArray *acknowledged;
    GPtrArray *choices;
    GString *path; /* "/wctp-Operation/..." of each element that began, a line each */
    GString *text;
} Request;

typedef struct {
    unsigned number;
    char *xml;
} Waiting;

static struct {
    GPtrArray *waiting; /* Waiting */
    GHashTable *busy;   /* recipients that were busy once */
    unsigned number;
    const char *log;
} desk;

static void note(const char *format, ...) G_GNUC_PRINTF(1, 2);

static void
note(const char *format, ...)
{
    va_list arguments;
    FILE *file = fopen(desk.log, "a");

    va_start(arguments, format);
    if (file != NULL) {
        vfprintf(file, format, arguments);
        fclose(file);
    }
    va_end(arguments);
}

/* --- reading --- */

static void
on_start(GMarkupParseContext *context,
         const char *element,
         const char **names,
         const char **values,
         gpointer user,
         GError **error)
{
    Request *r = user;
    (void)context;
    (void)error;

    g_string_append_printf(r->path, "%s\n", element);
    for (size_t i = 0; names[i] != NULL; i++)
        g_hash_table_replace(r->value, g_strdup_printf("%s %s", element, names[i]),
                             g_strdup(values[i]));
    if (strcmp(element, "wctp-MessageReceived") == 0)
        g_ptr_array_add(r->acknowledged,
                        g_strdup(g_hash_table_lookup(r->value, "wctp-MessageReceived sequenceNo")));
}

static void
on_text(GMarkupParseContext *context, const char *text, gsize size, gpointer user, GError **error)
{
    Request *r = user;
    const char *element = g_markup_parse_context_get_element(context);
    (void)error;

    if (strcmp(element, "wctp-Choice") == 0)
        g_ptr_array_add(r->choices, g_strndup(text, size));
    else if (strcmp(element, "wctp-MessageText") == 0 || strcmp(element, "wctp-Alphanumeric") == 0)
        g_string_append_len(r->text, text, (gssize)size);
}

static void
free_request(Request *r)
{
    g_hash_table_unref(r->value);
    g_ptr_array_unref(r->acknowledged);
    g_ptr_array_unref(r->choices);
    g_string_free(r->path, TRUE);
    g_string_free(r->text, TRUE);
    g_free(r);
}

/* NULL: not XML. */
static Request *
read_request(const char *text, gssize size)
{
    static const GMarkupParser parser = {.start_element = on_start, .text = on_text};
    Request *r = g_new0(Request, 1);

    r->value = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    r->acknowledged = g_ptr_array_new_with_free_func(g_free);
    r->choices = g_ptr_array_new_with_free_func(g_free);
    r->path = g_string_new(NULL);
    r->text = g_string_new(NULL);
    GMarkupParseContext *context =
        g_markup_parse_context_new(&parser, G_MARKUP_DEFAULT_FLAGS, r, NULL);
    gboolean ok = g_markup_parse_context_parse(context, text, size, NULL)
                  && g_markup_parse_context_end_parse(context, NULL);
    g_markup_parse_context_free(context);
    if (!ok)
        g_clear_pointer(&r, free_request);
    return r;
}

static const char *
get(const Request *r, const char *what)
{
    const char *value = g_hash_table_lookup(r->value, what);
    return value != NULL ? value : "";
}

/* The elements of a submit in the order of the DTD, and what it has to say. */
static gboolean
is_a_submit(const Request *r)
{
    static const char header[] =
        "wctp-Operation\nwctp-SubmitRequest\nwctp-SubmitHeader\nwctp-Originator\n"
        "wctp-MessageControl\nwctp-Recipient\nwctp-Payload\n";
    static const char *const wanted[] = {
        "wctp-SubmitHeader submitTimestamp", "wctp-Originator senderID",
        "wctp-MessageControl messageID",     "wctp-MessageControl transactionID",
        "wctp-MessageControl allowResponse", "wctp-MessageControl deliveryPriority",
        "wctp-MessageControl preformatted",  "wctp-MessageControl notifyWhenDelivered",
        "wctp-Recipient recipientID",
    };
    gboolean ok = g_str_has_prefix(r->path->str, header)
                  && g_str_equal(get(r, "wctp-Operation wctpVersion"), "wctp-dtd-v1r3")
                  && r->text->len > 0;

    for (size_t i = 0; i < G_N_ELEMENTS(wanted); i++)
        ok = ok && *get(r, wanted[i]) != '\0';
    const char *payload = r->path->str + MIN(strlen(header), r->path->len);
    return ok
           && (g_str_equal(payload, "wctp-Alphanumeric\n")
               || g_str_equal(payload, "wctp-MCR\nwctp-MessageText\nwctp-Choice\nwctp-Choice\n"));
}

/* --- what devices do --- */

static void
free_waiting(gpointer data)
{
    g_free(((Waiting *)data)->xml);
    g_free(data);
}

static void
put(const Request *r, const char *element, const char *attribute, const char *inner)
{
    Waiting *w = g_new0(Waiting, 1);
    g_autofree char *id = g_markup_escape_text(get(r, "wctp-MessageControl messageID"), -1);
    g_autofree char *transaction =
        g_markup_escape_text(get(r, "wctp-MessageControl transactionID"), -1);
    g_autofree char *device = g_markup_escape_text(get(r, "wctp-Recipient recipientID"), -1);
    g_autofree char *stamp = g_markup_escape_text(get(r, "wctp-SubmitHeader submitTimestamp"), -1);

    w->number = ++desk.number;
    w->xml = g_strdup_printf(
        "<wctp-Message sequenceNo=\"%u\">\n<%s%s>\n<wctp-ResponseHeader responseToMessageID=\"%s\" "
        "responseTimestamp=\"%s\" respondingToTimestamp=\"%s\" onBehalfOfRecipientID=\"%s\">\n"
        "<wctp-Originator senderID=\"%s\"/>\n<wctp-MessageControl messageID=\"r%u\" "
        "transactionID=\"%s\"/>\n<wctp-Recipient recipientID=\"vicu\"/>\n"
        "</wctp-ResponseHeader>\n%s\n</%s>\n</wctp-Message>\n",
        w->number, element, attribute, id, stamp, stamp, device, device, w->number, transaction,
        inner, element);
    g_ptr_array_add(desk.waiting, w);
}

static void
put_status(const Request *r, const char *type)
{
    g_autofree char *inner = g_strdup_printf("<wctp-Notification type=\"%s\"/>", type);

    put(r, "wctp-StatusInfo", "", inner);
}

static void
put_reply(const Request *r, const char *text)
{
    g_autofree char *escaped = g_markup_escape_text(text, -1);
    g_autofree char *inner = g_strdup_printf(
        "<wctp-Payload>\n<wctp-Alphanumeric>%s</wctp-Alphanumeric>\n</wctp-Payload>", escaped);

    put(r, "wctp-MessageReply", " MCRMessageReply=\"true\"", inner);
}

/* FALSE: there is no such device. */
static gboolean
deliver(const Request *r)
{
    const char *to = get(r, "wctp-Recipient recipientID");
    gboolean choices = r->choices->len == 2;

    if (g_str_has_prefix(to, "silent-") || g_str_has_prefix(to, "busy-"))
        return TRUE;
    if (g_str_has_prefix(to, "gone-")) {
        put_status(r, "QUEUED");
        put(r, "wctp-StatusInfo", "", "<wctp-Failure errorCode=\"504\" errorText=\"Timeout\"/>");
    } else if (g_str_has_prefix(to, "decline-")) {
        put_status(r, "DELIVERED");
        if (choices)
            put_reply(r, r->choices->pdata[1]);
    } else if (g_str_has_prefix(to, "later-")) {
        put_status(r, "DELIVERED");
        put_reply(r, "call me later");
    } else if (g_str_has_prefix(to, "accept-")) {
        put_status(r, "QUEUED");
        put_status(r, "DELIVERED");
        put_status(r, "READ");
        if (choices)
            put_reply(r, r->choices->pdata[0]);
    } else {
        return FALSE;
    }
    return TRUE;
}

/* --- answering --- */

static char *
confirm(unsigned failure, const char *text)
{
    if (failure == 0)
        return g_strdup_printf(HEAD "<wctp-Confirmation>\n<wctp-Success successCode=\"200\" "
                                    "successText=\"Accepted\">%s</wctp-Success>\n"
                                    "</wctp-Confirmation>" TAIL,
                               text);
    return g_strdup_printf(HEAD "<wctp-Confirmation>\n<wctp-Failure errorCode=\"%u\" "
                                "errorText=\"%s\"/>\n</wctp-Confirmation>" TAIL,
                           failure, text);
}

static char *
take_submit(const Request *r, guint *status)
{
    const char *to = get(r, "wctp-Recipient recipientID");

    note("submit %s %s %s %s\n", to, get(r, "wctp-MessageControl messageID"),
         get(r, "wctp-MessageControl deliveryPriority"), r->text->str);
    if (!is_a_submit(r))
        return confirm(302, "XML validation error");
    if (!g_str_equal(get(r, "wctp-Originator securityCode"), CODE))
        return confirm(402, "Invalid security code");
    if (g_str_has_prefix(to, "broken-"))
        return g_strdup("<html><body>Service desk</body></html>");
    if (g_str_has_prefix(to, "busy-") && g_hash_table_add(desk.busy, g_strdup(to))) {
        *status = 503;
        return g_strdup("");
    }
    return deliver(r) ? confirm(0, "Message accepted") : confirm(403, "Invalid recipientID");
}

static void
acknowledge(const char *sequence)
{
    unsigned long number = strtoul(sequence, NULL, 10);

    note("acknowledged %s\n", sequence);
    for (guint i = 0; i < desk.waiting->len; i++)
        if (((Waiting *)desk.waiting->pdata[i])->number == number) {
            g_ptr_array_remove_index(desk.waiting, i);
            return;
        }
}

static char *
take_poll(const Request *r)
{
    g_autoptr(GString) out = g_string_new(HEAD "<wctp-PollResponse minNextPollInterval=\"0\">\n");

    if (!g_str_equal(get(r, "wctp-PollForMessages securityCode"), CODE)) {
        g_string_append(out,
                        "<wctp-Failure errorCode=\"402\" errorText=\"Invalid security code\"/>");
    } else {
        for (guint i = 0; i < r->acknowledged->len; i++)
            acknowledge(r->acknowledged->pdata[i]);
        for (guint i = 0; i < desk.waiting->len; i++)
            g_string_append(out, ((Waiting *)desk.waiting->pdata[i])->xml);
        if (desk.waiting->len == 0)
            g_string_append(out, "<wctp-NoMessages/>");
    }
    g_string_append(out, "</wctp-PollResponse>" TAIL);
    return g_strdup(out->str);
}

static void
on_post(SoupServer *server,
        SoupServerMessage *message,
        const char *path,
        GHashTable *query,
        gpointer user)
{
    SoupMessageBody *body = soup_server_message_get_request_body(message);
    Request *r = read_request(body->data, (gssize)body->length);
    guint status = 200;
    (void)server;
    (void)path;
    (void)query;
    (void)user;

    char *answer = NULL;
    if (r == NULL)
        answer = confirm(301, "Input cannot be parsed");
    else if (strstr(r->path->str, "\nwctp-PollForMessages\n") != NULL)
        answer = take_poll(r);
    else
        answer = take_submit(r, &status);
    soup_server_message_set_status(message, status, NULL);
    soup_server_message_set_response(message, "text/xml", SOUP_MEMORY_TAKE, answer, strlen(answer));
    g_clear_pointer(&r, free_request);
}

int
main(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(SoupServer) server = soup_server_new(NULL, NULL);
    g_autoptr(GMainLoop) loop = g_main_loop_new(NULL, FALSE);

    if (argc != 3) {
        g_printerr("alarm-communicator PORT LOG\n");
        return 2;
    }
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* a test that ends early leaves nothing behind */
    desk.log = argv[2];
    desk.waiting = g_ptr_array_new_with_free_func(free_waiting);
    desk.busy = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    soup_server_add_handler(server, NULL, on_post, NULL, NULL);
    if (!soup_server_listen_local(server, (guint)strtoul(argv[1], NULL, 10),
                                  SOUP_SERVER_LISTEN_IPV4_ONLY, &error)) {
        g_printerr("alarm-communicator: %s\n", error->message);
        return 1;
    }
    g_autoslist(GUri) uris = soup_server_get_uris(server);
    printf("%d\n", g_uri_get_port(uris->data));
    fflush(stdout);
    g_main_loop_run(loop);
    return 0;
}
