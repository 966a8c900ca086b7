/* People who sign in at the portal, through real processes: hub, store, rules, escalation, portal.
 *
 * One story: the first administrator by the link, her pages, a nurse and an administrator of one
 * unit who see less, forms that are not of the session, a session that nobody used, a store that
 * is gone.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <signal.h>
#include <string.h>

#include "tests/process/visitor.h"

#define S    SITE_S
#define WORD "a sentence of mine"

static Site *site;
static Visitor *visitor;

/* A browser of one person: its cookies, and the token that forms of its last page bring back. */
typedef struct {
    char *cookie, *device, *csrf;
} Browser;

static Browser ana, ida, max;

typedef struct {
    gboolean done;
    GBytes *body;
} Waiting;

static void
on_body(GObject *session, GAsyncResult *result, gpointer user)
{
    Waiting *waiting = user;

    waiting->body = soup_session_send_and_read_finish(SOUP_SESSION(session), result, NULL);
    waiting->done = TRUE;
}

static gboolean
is_done(Site *of, gpointer user)
{
    (void)of;
    return ((Waiting *)user)->done;
}

/* The value behind @before, up to a quote or semicolon; NULL: none. */
static char *
value_behind(const char *text, const char *before)
{
    const char *at = text != NULL ? strstr(text, before) : NULL;

    return at != NULL ? g_strndup(at + strlen(before), strcspn(at + strlen(before), "\";")) : NULL;
}

static void
keep_cookie(Browser *browser, SoupMessageHeaders *headers)
{
    const char *all = soup_message_headers_get_list(headers, "Set-Cookie");
    g_autofree char *value = value_behind(all, "__Host-vicu=");
    char *device = value_behind(all, "__Host-vicu-device=");

    if (device != NULL) {
        g_free(browser->device);
        browser->device = device;
    }
    if (value == NULL)
        return;
    g_free(browser->cookie);
    browser->cookie = *value != '\0' ? g_strconcat("__Host-vicu=", value, NULL) : NULL;
}

/* One request; its status. @form NULL: GET. @origin NULL: our own. *@out: body, may be NULL. */
static unsigned
ask_from(Browser *browser, const char *path, const char *form, const char *origin, char **out)
{
    g_autofree char *url = g_strconcat(visitor_url(visitor), path, NULL);
    g_autoptr(SoupMessage) message = soup_message_new(form != NULL ? "POST" : "GET", url);
    SoupMessageHeaders *headers = soup_message_get_request_headers(message);
    Waiting waiting = {0};

    soup_message_set_flags(message, SOUP_MESSAGE_NO_REDIRECT);
    g_autofree char *cookies =
        g_strdup_printf("%s; __Host-vicu-device=%s", browser->cookie != NULL ? browser->cookie : "",
                        browser->device != NULL ? browser->device : "");
    soup_message_headers_replace(headers, "Cookie", cookies);
    if (form != NULL) {
        g_autoptr(GBytes) body = g_bytes_new(form, strlen(form));
        soup_message_headers_replace(headers, "Origin",
                                     origin != NULL ? origin : visitor_url(visitor));
        soup_message_set_request_body_from_bytes(message, "application/x-www-form-urlencoded",
                                                 body);
    }
    soup_session_send_and_read_async(visitor_session(visitor), message, G_PRIORITY_DEFAULT, NULL,
                                     on_body, &waiting);
    g_assert_true(site_wait(site, 30 * S, is_done, &waiting));
    g_assert_nonnull(waiting.body);
    g_autofree char *text =
        g_strndup(g_bytes_get_data(waiting.body, NULL), g_bytes_get_size(waiting.body));
    g_bytes_unref(waiting.body);
    keep_cookie(browser, soup_message_get_response_headers(message));
    char *csrf = value_behind(text, "name=\"csrf\" value=\"");
    if (csrf != NULL) {
        g_free(browser->csrf);
        browser->csrf = csrf;
    }
    if (out != NULL)
        *out = g_steal_pointer(&text);
    return soup_message_get_status(message);
}

/* @form: as sent, the token of the session is put behind it. */
static unsigned
post(Browser *browser, const char *path, const char *form, char **out)
{
    g_autofree char *whole = g_strdup_printf("%s%scsrf=%s", form, *form != '\0' ? "&" : "",
                                             browser->csrf != NULL ? browser->csrf : "");

    return ask_from(browser, path, whole, NULL, out);
}

static unsigned
look(Browser *browser, const char *path, char **out)
{
    return ask_from(browser, path, NULL, NULL, out);
}

static void
must_show(Browser *browser, const char *path, const char *word)
{
    g_autofree char *text = NULL;
    unsigned status = look(browser, path, &text);

    if (status != 200 || strstr(text, word) == NULL)
        g_error("%s: %u, without \"%s\":\n%s", path, status, word, text);
    g_assert_nonnull(strstr(text, "SUPPLEMENTAL, not a primary alarm"));
    g_assert_null(strstr(text, "<script"));
    g_assert_null(strstr(text, " style="));
}

static void
must_sign_in(Browser *browser, const char *account)
{
    g_autofree char *form = g_strdup_printf("account=%s&password=a+sentence+of+mine", account);

    g_assert_cmpuint(ask_from(browser, "/sign-in", form, NULL, NULL), ==, 303);
    g_assert_nonnull(browser->cookie);
}

/* ---- the story ---- */

static gboolean
is_there(Site *of, gpointer user)
{
    (void)of;
    return g_file_test(user, G_FILE_TEST_EXISTS);
}

static void
the_first_administrator_comes_by_the_link(void)
{
    g_autofree char *path = g_build_filename(site_folder(site), "store", "enrol", NULL);
    g_autofree char *link = NULL;
    g_autofree char *page = NULL;
    g_autofree char *text = NULL;

    g_assert_cmpuint(look(&ana, "/admin", NULL), ==, 303); /* to the sign-in */
    must_show(&ana, "/sign-in", "name=\"password\"");
    g_assert_true(site_wait(site, 20 * S, is_there, path));
    g_assert_true(g_file_get_contents(path, &link, NULL, NULL));
    g_strstrip(link);
    g_autofree char *shown = g_strconcat("/enrol?link=", link, NULL);
    must_show(&ana, shown, link);
    g_autofree char *unlike =
        g_strdup_printf("link=%s&password=a+sentence+of+mine&again=another+sentence", link);
    g_assert_cmpuint(ask_from(&ana, "/enrol", unlike, NULL, &page), ==, 400);
    g_autofree char *form =
        g_strdup_printf("link=%s&password=a+sentence+of+mine&again=a+sentence+of+mine", link);
    g_assert_cmpuint(ask_from(&ana, "/enrol", form, NULL, NULL), ==, 303);
    must_show(&ana, "/admin", "administrator *");
    g_assert_cmpuint(ask_from(&ida, "/enrol", form, NULL, &text), ==, 403); /* once */
    g_assert_null(ida.cookie);
}

static void
a_wrong_password_is_told_and_held_up(void)
{
    Browser nobody = {0};
    g_autofree char *text = NULL;

    for (int i = 0; i < 8; i++) {
        g_clear_pointer(&text, g_free);
        g_assert_cmpuint(ask_from(&nobody, "/sign-in", "account=admin&password=wrong", NULL, &text),
                         ==, 403);
    }
    g_assert_nonnull(strstr(text, "wait "));
    g_assert_null(nobody.cookie);
    must_show(&ana, "/admin", "admin"); /* her session stands, and so does her device */
}

static void
a_form_of_elsewhere_is_refused(void)
{
    Browser other = {.cookie = g_strdup(ana.cookie), .csrf = g_strnfill(64, '0')};
    g_autofree char *form = g_strdup_printf("csrf=%s", ana.csrf);

    g_assert_cmpuint(post(&other, "/sign-out", "", NULL), ==, 403);
    g_assert_cmpuint(ask_from(&ana, "/sign-out", form, "https://elsewhere.example", NULL), ==, 403);
    g_assert_cmpuint(ask_from(&ana, "/sign-out", form, "null", NULL), ==, 403);
    g_assert_cmpuint(post(&ana, "/sign-out", "a=1&a=2", NULL), ==, 400);
    g_assert_cmpuint(post(&ana, "/", "a=1", NULL), ==, 405);
    g_autofree char *long_value = g_strnfill(9000, 'x');
    g_autofree char *long_form = g_strconcat("a=", long_value, NULL);
    g_assert_cmpuint(post(&ana, "/sign-out", long_form, NULL), ==, 413);
    must_show(&ana, "/admin", "admin"); /* she is still there */
    g_free(other.cookie);
    g_free(other.csrf);
}

static void
sign_out_ends_it(void)
{
    Browser kept = {.cookie = g_strdup(ana.cookie)};

    g_assert_cmpuint(post(&ana, "/sign-out", "", NULL), ==, 303);
    g_assert_null(ana.cookie);
    g_assert_cmpuint(look(&kept, "/admin", NULL), ==, 303);
    g_assert_null(kept.cookie); /* the browser is told to forget it */
    must_sign_in(&ana, "admin");
    must_show(&ana, "/admin", "administrator *");
}

/* ---- people ---- */

/* The account, by ana's form; its person's browser, signed in by the link. */
static void
make(Browser *browser, const char *account, const char *role, const char *place)
{
    g_autofree char *form = g_strdup_printf("act=make&account=%s&name=%s&role0=%s&place0=%s",
                                            account, account, role, place);
    g_autofree char *text = NULL;

    must_show(&ana, "/admin/people", "A new account");
    g_assert_cmpuint(post(&ana, "/admin/people", form, &text), ==, 200);
    g_autofree char *link = value_behind(text, "href=\"/enrol?link=");
    g_assert_nonnull(link);
    g_assert_cmpuint(strlen(link), ==, 64);
    g_autofree char *enrol =
        g_strdup_printf("link=%s&password=a+sentence+of+mine&again=a+sentence+of+mine", link);
    g_assert_cmpuint(ask_from(browser, "/enrol", enrol, NULL, NULL), ==, 303);
    must_show(browser, "/admin", account);
    must_show(&ana, "/admin/people", account);
}

static void
an_account_is_made_with_a_link_that_works_once(void)
{
    make(&ida, "ida", "intensivist", "demo/icu");
    make(&max, "max", "administrator", "annex/icu");
    g_autofree char *text = NULL;
    g_assert_cmpuint(post(&ana, "/admin/people", "act=make&account=ida&name=x", &text), ==, 409);
    g_assert_nonnull(strstr(text, "already"));
}

static void
who_has_not_the_right_is_refused(void)
{
    static const char *const paths[] = {"/admin/people", "/admin/audit",
                                        "/admin/people/account?account=admin"};

    for (size_t i = 0; i < G_N_ELEMENTS(paths); i++)
        g_assert_cmpuint(look(&ida, paths[i], NULL), ==, 403);
    must_show(&ida, "/admin", "intensivist demo/icu");
    g_assert_cmpuint(post(&ida, "/admin/people", "act=lock&account=max", NULL), ==, 403);
    g_assert_cmpuint(look(&max, "/admin/audit", NULL), ==, 403); /* it is everywhere's */
    must_show(&max, "/admin", "max");                            /* nobody was locked */
}

static void
an_administrator_of_a_unit_sees_its_people_alone(void)
{
    g_autofree char *text = NULL;

    must_show(&max, "/admin/people", "account=max");
    g_assert_cmpuint(look(&max, "/admin/people", &text), ==, 200);
    g_assert_null(strstr(text, "ida"));
    g_assert_null(strstr(text, "account=admin"));
    g_assert_cmpuint(look(&max, "/admin/people/account?account=ida", NULL), ==, 404);
    g_assert_cmpuint(post(&max, "/admin/people", "act=lock&account=ida", NULL), ==, 409);
    must_show(&ida, "/admin", "ida");
}

static void
an_account_is_locked_and_its_sessions_end(void)
{
    must_show(&ana, "/admin/people/account?account=max", "Lock the account");
    g_assert_cmpuint(post(&ana, "/admin/people", "act=lock&account=max", NULL), ==, 303);
    g_assert_cmpuint(look(&max, "/admin", NULL), ==, 303);
    must_show(&ana, "/admin/people", "locked");
    g_assert_cmpuint(post(&ana, "/admin/people", "act=unlock&account=max", NULL), ==, 303);
    must_sign_in(&max, "max");
    g_assert_cmpuint(post(&ana, "/admin/people", "act=end&account=max", NULL), ==, 303);
    g_assert_cmpuint(look(&max, "/admin", NULL), ==, 303);
    must_sign_in(&max, "max");
    g_assert_cmpuint(
        post(&ana, "/admin/people",
             "act=change&account=max&name=Max+%3Cb%3E&role0=administrator&place0=annex/icu", NULL),
        ==, 303);
    must_show(&ana, "/admin/people", "Max &lt;b&gt;");
    must_sign_in(&max, "max");
    g_assert_cmpuint(post(&ana, "/admin/people", "act=lock&account=admin", NULL), ==, 409);
}

/* ---- the audit ---- */

static void
the_audit_has_what_was_done_and_looked_at(void)
{
    must_show(&ana, "/admin/audit", "unwitnessed");
    must_show(&ana, "/admin/audit?what=account-make", "account ida, invited");
    must_show(&ana, "/admin/audit?what=query-page&who=max", "/admin/people");
    must_show(&ana, "/admin/audit?who=ida&what=refused", "/admin/people");
    must_show(&ana, "/admin/audit?bed=no/such/bed", "0 shown of 0 that fit");
    g_assert_cmpuint(look(&ana, "/admin/audit?from=yesterday", NULL), ==, 400);
    g_assert_cmpuint(look(&ana, "/admin/audit?from=-1d&from=-2d", NULL), ==, 400);
}

static void
the_audit_is_verified_by_its_proofs(void)
{
    g_autofree char *text = NULL;
    g_autofree char *again = NULL;

    g_assert_cmpuint(post(&ana, "/admin/audit/verify", "number=1", &text), ==, 200);
    g_assert_nonnull(strstr(text, "0 of 3 checks failed"));
    g_assert_cmpuint(post(&ana, "/admin/audit/verify", "", &again), ==, 200);
    if (strstr(again, "0 of 3 checks failed") == NULL
        || strstr(again, "grew out of an earlier head") == NULL)
        g_error("%s", again);
}

/* ---- roster, tokens, retention ---- */

static const char roster[] = "[person kim]\nname = Kim Li\nrole = bedside\npage = yes\n"
                             "[person lea]\nname = Lea Wu\nrole = bedside\nunits = annex/icu\n"
                             "[shift k]\nperson = kim\nunit = demo/icu\ndays = daily\n"
                             "from = 00:00\nto = 24:00\n"
                             "[shift l]\nperson = lea\nunit = annex/icu\ndays = daily\n"
                             "from = 00:00\nto = 24:00\n"
                             "[ladder all]\nunit = *\nstep1 = bedside\n";

static void
import_roster(void)
{
    g_autofree char *program = site_program("tools/vicu");
    g_autofree char *path = g_build_filename(site_folder(site), "roster", NULL);
    const char *argv[] = {program, "roster", "import", "--root", site_folder(site), path, NULL};
    int status = -1;

    g_assert_true(g_file_set_contents(path, roster, -1, NULL));
    g_assert_true(g_spawn_sync(NULL, (char **)argv, NULL, G_SPAWN_STDOUT_TO_DEV_NULL, NULL, NULL,
                               NULL, NULL, &status, NULL));
    g_assert_cmpint(status, ==, 0);
}

static gboolean
shows_kim(Site *of, gpointer user)
{
    g_autofree char *text = NULL;

    (void)of;
    return look(user, "/admin/roster", &text) == 200 && strstr(text, "Kim Li") != NULL;
}

static void
the_roster_is_shown_and_changed_within_the_own_places(void)
{
    g_autofree char *text = NULL;

    import_roster();
    g_assert_true(site_wait(site, 20 * S, shows_kim, &ana));
    must_show(&ana, "/admin/roster", "Lea Wu");
    g_assert_cmpuint(look(&max, "/admin/roster", &text), ==, 200);
    g_assert_nonnull(strstr(text, "<td>annex/icu</td>"));
    g_assert_null(strstr(text, "<td>demo/icu</td>"));
    g_assert_cmpuint(post(&ana, "/admin/roster", "act=away&id=kim", NULL), ==, 303);
    must_show(&ana, "/admin/roster", "the substitute is asked");
    g_assert_cmpuint(post(&max, "/admin/roster", "act=back&id=kim", NULL), ==, 409);
    g_assert_cmpuint(post(&max, "/admin/roster",
                          "act=put-shift&person=lea&unit=demo/icu&day0=1&from=08:00&to=20:00",
                          NULL),
                     ==, 409);
    g_assert_cmpuint(post(&max, "/admin/roster",
                          "act=put-shift&person=lea&unit=annex/icu&day0=1&from=08:00&to=20:00",
                          NULL),
                     ==, 303);
    must_show(&max, "/admin/roster", "Mo 08:00–20:00");
    g_assert_cmpuint(post(&ana, "/admin/roster", "act=remove-shift&id=k", NULL), ==, 303);
    must_show(&ana, "/admin/roster", "hole");
    must_show(&ana, "/admin/audit?who=admin&what=roster", "shift k removed");
}

static void
a_token_ends_when_its_end_is_recorded(void)
{
    g_autofree char *token = visitor_token(site, "metrics", "--name", "collector <1>", NULL);
    g_auto(VisitorAnswer) before = {0}, after = {0};
    g_autofree char *text = NULL;

    visitor_ask(visitor, "GET", "/fhir/Device", token, &before);
    g_assert_cmpuint(before.status, ==, 403); /* it is good, and may not */
    g_assert_cmpuint(look(&ana, "/admin/tokens", &text), ==, 200);
    g_assert_nonnull(strstr(text, "collector &lt;1&gt;"));
    g_autofree char *id = value_behind(text, "name=\"id\" value=\"");
    g_autofree char *form = g_strconcat("id=", id, NULL);
    g_assert_cmpuint(post(&ida, "/admin/tokens", form, NULL), ==, 403);
    g_assert_cmpuint(post(&ana, "/admin/tokens", form, NULL), ==, 303);
    visitor_ask(visitor, "GET", "/fhir/Device", token, &after);
    g_assert_cmpuint(after.status, ==, 401);
    must_show(&ana, "/admin/audit?what=token-revoke", id);
    g_assert_cmpuint(post(&ana, "/admin/tokens", form, NULL), ==, 404);
}

/* Public halves: no page has what signs or opens. */
static void
keys_are_shown_and_no_secret(void)
{
    g_autofree char *path = g_build_filename(site_folder(site), "keys", "portal.key", NULL);
    g_autofree char *text = NULL;
    g_autofree char *file = NULL;

    g_assert_cmpuint(look(&ana, "/admin/keys", &text), ==, 200);
    g_assert_nonnull(strstr(text, "<th scope=\"row\">portal</th><td>portal</td>"));
    g_assert_nonnull(strstr(text, "localhost"));
    g_assert_nonnull(strstr(text, "SHA-256 "));
    g_assert_nonnull(strstr(text, "none: the audit is unwitnessed"));
    g_assert_true(g_file_get_contents(path, &file, NULL, NULL));
    g_autoptr(GRegex) word = g_regex_new("[!-~]{40}", 0, 0, NULL);
    g_autoptr(GMatchInfo) at = NULL;
    unsigned n = 0;
    for (g_regex_match(word, file, 0, &at); g_match_info_matches(at);
         g_match_info_next(at, NULL), n++) {
        g_autofree char *half = g_match_info_fetch(at, 0);
        g_autofree char *shown = g_markup_escape_text(half, -1);
        g_assert_null(strstr(text, shown));
    }
    g_assert_cmpuint(n, ==, 2);
    g_assert_cmpuint(look(&ida, "/admin/keys", NULL), ==, 403);
    must_show(&ana, "/admin/audit?what=query-page", "/admin/keys");
}

static void
retention_is_shown_as_it_is_set(void)
{
    must_show(&ana, "/admin/retention", "<td class=\"code\">waves</td><td>5d</td><td>3d</td>");
    g_assert_cmpuint(look(&ida, "/admin/retention", NULL), ==, 403);
}

/* Asked for twice, recorded, written, in force; what makes no sense changes nothing. */
static void
retention_is_changed_by_who_may(void)
{
    g_autofree char *path = g_build_filename(site_folder(site), "etc", "store.conf", NULL);
    g_autofree char *before = NULL;
    g_autofree char *same = NULL;
    g_autofree char *after = NULL;
    g_autofree char *text = NULL;

    g_assert_true(g_file_get_contents(path, &before, NULL, NULL));
    g_assert_cmpuint(post(&ana, "/admin/retention", "key=waves&text=4d", &text), ==, 200);
    g_assert_nonnull(strstr(text, "does not come back"));
    g_assert_cmpuint(post(&ida, "/admin/retention", "key=waves&text=4d&sure=yes", NULL), ==, 403);
    static const char *const wrong[] = {
        "key=waves&text=5min&sure=yes", "key=waves&text=4d%0Aaudit=1d&sure=yes",
        "key=nothing&text=4d&sure=yes", "key=audit&text=1d&sure=yes", "sure=yes"};
    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++)
        g_assert_cmpuint(post(&ana, "/admin/retention", wrong[i], NULL), >=, 400);
    g_assert_true(g_file_get_contents(path, &same, NULL, NULL));
    g_assert_cmpstr(same, ==, before);
    g_assert_cmpuint(post(&ana, "/admin/retention", "key=waves&text=4d&sure=yes", NULL), ==, 303);
    must_show(&ana, "/admin/retention", "<td class=\"code\">waves</td><td>4d</td><td>3d</td>");
    must_show(&ana, "/admin/audit?what=retention-change", "waves: 4d, was 5d");
    must_show(&ana, "/admin/audit?what=retention-change-failed", "audit");
    g_assert_true(g_file_get_contents(path, &after, NULL, NULL));
    g_assert_true(g_regex_match_simple("^waves *= *4d$", after, G_REGEX_MULTILINE, 0));
}

/* ---- ends ---- */

/* Idle sessions end after the store's 60 s here; nobody asks meanwhile. */
static void
a_session_that_nobody_uses_ends(void)
{
    must_show(&max, "/admin", "max");
    site_wait(site, 62 * S, NULL, NULL);
    g_assert_cmpuint(look(&max, "/admin", NULL), ==, 303);
    g_assert_null(max.cookie);
    must_sign_in(&ana, "admin");
}

static void
without_the_store_nothing_is_shown_or_done(void)
{
    g_autofree char *text = NULL;
    g_autofree char *sign_in = NULL;

    must_show(&ana, "/admin/tokens", "Tokens");
    site_signal(site, "store", SIGKILL);
    g_assert_cmpuint(look(&ana, "/admin/tokens", &text), ==, 503);
    g_assert_nonnull(strstr(text, "The store does not answer"));
    g_assert_cmpuint(post(&ana, "/admin/roster", "act=back&id=kim", NULL), ==, 503);
    g_assert_cmpuint(
        ask_from(&max, "/sign-in", "account=max&password=a+sentence+of+mine", NULL, &sign_in), ==,
        503);
    site_start(site, "store");
    must_show(&ana, "/admin/roster", "away"); /* her session is on the disk; kim was not put back */
}

int
main(int argc, char **argv)
{
    static const char *const daemons[] = {"hub", "store", "rules", "escalation", "portal"};

    g_test_init(&argc, &argv, NULL);
    site = site_new();
    site_settings(site, "store", "[retention]\nwaves = 5d\n[people]\nidle = 60s\n");
    site_settings(site, "portal", "[listen]\nport = 0\n");
    for (size_t i = 0; i < G_N_ELEMENTS(daemons); i++)
        site_start(site, daemons[i]);
    site_follow(site);
    visitor = visitor_new(site);
    g_test_add_func("/process/portal-admin/the-first", the_first_administrator_comes_by_the_link);
    g_test_add_func("/process/portal-admin/wrong-password", a_wrong_password_is_told_and_held_up);
    g_test_add_func("/process/portal-admin/form-of-elsewhere", a_form_of_elsewhere_is_refused);
    g_test_add_func("/process/portal-admin/sign-out", sign_out_ends_it);
    g_test_add_func("/process/portal-admin/accounts",
                    an_account_is_made_with_a_link_that_works_once);
    g_test_add_func("/process/portal-admin/rights", who_has_not_the_right_is_refused);
    g_test_add_func("/process/portal-admin/units",
                    an_administrator_of_a_unit_sees_its_people_alone);
    g_test_add_func("/process/portal-admin/lock", an_account_is_locked_and_its_sessions_end);
    g_test_add_func("/process/portal-admin/audit", the_audit_has_what_was_done_and_looked_at);
    g_test_add_func("/process/portal-admin/verify", the_audit_is_verified_by_its_proofs);
    g_test_add_func("/process/portal-admin/roster",
                    the_roster_is_shown_and_changed_within_the_own_places);
    g_test_add_func("/process/portal-admin/tokens", a_token_ends_when_its_end_is_recorded);
    g_test_add_func("/process/portal-admin/keys", keys_are_shown_and_no_secret);
    g_test_add_func("/process/portal-admin/retention", retention_is_shown_as_it_is_set);
    g_test_add_func("/process/portal-admin/retention-change", retention_is_changed_by_who_may);
    g_test_add_func("/process/portal-admin/idle", a_session_that_nobody_uses_ends);
    g_test_add_func("/process/portal-admin/no-store", without_the_store_nothing_is_shown_or_done);
    int status = g_test_run();
    Browser *all[] = {&ana, &ida, &max};
    for (size_t i = 0; i < G_N_ELEMENTS(all); i++) {
        g_free(all[i]->cookie);
        g_free(all[i]->device);
        g_free(all[i]->csrf);
    }
    visitor_free(visitor);
    site_free(site);
    return status;
}
