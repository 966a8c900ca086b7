/* The hologram through the portal: a real twin behind it, a real Chromium before it, and strangers
 * at its door.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <signal.h>
#include <string.h>

#include "tests/dashboard/chromium.h"
#include "tests/process/visitor.h"

#define S    SITE_S
#define W    1280
#define H    800
#define WORD "a sentence of mine"

typedef struct {
    Site *site;
    Visitor *visitor;
    Chromium *chromium;
} World;

static void
must(World *self, const char *expression, double seconds)
{
    if (chromium_wait(self->chromium, expression, seconds))
        return;
    g_autofree char *text =
        chromium_eval(self->chromium, "location.href + document.body.innerText");
    g_error("not within %g s: %s\n%s", seconds, expression, text);
}

static void
go(World *self, const char *path)
{
    g_autofree char *url = g_strconcat(visitor_url(self->visitor), path, NULL);

    chromium_open(self->chromium, url, NULL);
    must(self, "document.readyState === 'complete' && document.querySelector('h1') !== null", 20);
}

static void
shot(World *self, const char *name)
{
    g_autofree char *path =
        g_strdup_printf("%s/hologram-%s.png", g_getenv("VICU_BUILD_ROOT"), name);

    chromium_shot(self->chromium, path);
}

/* --- people -------------------------------------------------------------------------------- */

static void
make_person(World *self, const char *id, const char *role, const char *place)
{
    g_autofree char *add = g_strdup_printf("people add %s --role '%s %s'", id, role, place);
    g_autofree char *said = site_vicu(self->site, "admin", "", add);

    site_enrol(self->site, id, WORD, said);
}

static void
sign_in(World *self, const char *id)
{
    g_autofree char *fill =
        g_strdup_printf("(document.querySelector('main [name=account]').value = '%s', "
                        "document.querySelector('main [name=password]').value = '" WORD "', "
                        "document.querySelector('main button').click())",
                        id);
    g_autofree char *arrived =
        g_strdup_printf("document.querySelector('.who') !== null && "
                        "document.querySelector('.who').textContent.includes('%s')",
                        id);

    go(self, "/sign-in");
    g_free(chromium_eval(self->chromium, fill));
    must(self, arrived, 20);
}

static bool
is_audited(World *self, const char *words)
{
    for (int i = 0; i < 40; i++) {
        g_autofree char *said = site_vicu(self->site, "", "", "audit ls --from -10min");
        if (strstr(said, words) != NULL)
            return true;
        site_wait(self->site, S / 4, NULL, NULL);
    }
    return false;
}

/* --- the installation ---------------------------------------------------------------------- */

static gboolean
has_twin(Site *site, gpointer user)
{
    g_autofree char *path = g_build_filename(site_folder(site), "run", "twin", NULL);

    return g_file_test(path, G_FILE_TEST_EXISTS) == GPOINTER_TO_INT(user);
}

static void
start_twin(World *self)
{
    g_autofree char *program = site_program("dashboard/vicu-dashboard");
    const char *argv[] = {program, "twin", "--quiet", "--root", site_folder(self->site), NULL};

    site_start_program(self->site, "twin", argv);
    g_assert_true(site_wait(self->site, 20 * S, has_twin, GINT_TO_POINTER(TRUE)));
}

static World *
world_new(void)
{
    static const char *const daemons[] = {"hub",        "store",  "rules",
                                          "escalation", "portal", "collector"};
    World *self = g_new0(World, 1);
    const char *why = NULL;

    self->site = site_new();
    g_autofree char *ward = g_strdup_printf(
        "[wfdb]\nward = %s/data/recordings/ward.ini\nbeds = 4\n", g_getenv("VICU_SOURCE_ROOT"));
    site_settings(self->site, "portal", "[listen]\nport = 0\n");
    site_settings(self->site, "collector", ward);
    for (size_t i = 0; i < G_N_ELEMENTS(daemons); i++)
        site_start(self->site, daemons[i]);
    site_follow(self->site);
    site_await_beds(self->site, 4);
    self->visitor = visitor_new(self->site);
    g_autofree char *hash = visitor_key_hash(self->site);
    self->chromium = chromium_new_trusting(W, H, hash, &why);
    if (self->chromium == NULL)
        g_test_skip(why);
    return self;
}

static void
world_free(World *self)
{
    chromium_free(self->chromium);
    visitor_free(self->visitor);
    site_free(self->site);
    g_free(self);
}

/* --- strangers ----------------------------------------------------------------------------- */

typedef struct {
    unsigned short code; /* 0: not closed yet; 1: it was not opened */
    gboolean done;
} Ending;

static void
on_closed(SoupWebsocketConnection *socket, gpointer user)
{
    Ending *ending = user;

    ending->code = soup_websocket_connection_get_close_code(socket);
    ending->done = TRUE;
}

static void
on_connected(GObject *session, GAsyncResult *result, gpointer user)
{
    Ending *ending = user;
    SoupWebsocketConnection *socket =
        soup_session_websocket_connect_finish(SOUP_SESSION(session), result, NULL);

    if (socket == NULL) {
        ending->code = 1;
        ending->done = TRUE;
        return;
    }
    g_signal_connect(socket, "closed", G_CALLBACK(on_closed), ending);
}

static unsigned
knock(World *self, const char *origin, const char *cookie)
{
    g_autofree char *url =
        g_strdup_printf("wss://127.0.0.1:%u/hologram/live", visitor_port(self->visitor));
    g_autoptr(SoupMessage) message = soup_message_new("GET", url);
    Ending ending = {0};

    if (cookie != NULL)
        soup_message_headers_append(soup_message_get_request_headers(message), "Cookie", cookie);
    soup_session_websocket_connect_async(visitor_session(self->visitor), message, origin, NULL,
                                         G_PRIORITY_DEFAULT, NULL, on_connected, &ending);
    for (int i = 0; i < 200 && !ending.done; i++)
        site_wait(self->site, S / 10, NULL, NULL);
    return ending.code;
}

static void
strangers_see_nothing(World *self)
{
    static const char *const closed[] = {"/hologram/", "/hologram/ward.glb"};
    const char *own = visitor_url(self->visitor);
    g_autofree char *wrong = g_strnfill(64, 'a');
    g_autofree char *cookie = g_strconcat("__Host-vicu=", wrong, NULL);

    for (size_t i = 0; i < G_N_ELEMENTS(closed); i++) {
        g_auto(VisitorAnswer) answer = {0};
        soup_session_remove_feature_by_type(visitor_session(self->visitor), SOUP_TYPE_COOKIE_JAR);
        visitor_ask(self->visitor, "GET", closed[i], NULL, &answer);
        g_assert_true(answer.status == 303 || strstr(answer.body, "Sign in") != NULL);
        g_assert_null(strstr(answer.body != NULL ? answer.body : "", "main.js"));
    }
    g_assert_cmpuint(knock(self, own, NULL), ==, 4401);
    g_assert_cmpuint(knock(self, own, cookie), ==, 4401);
    g_assert_cmpuint(knock(self, "https://elsewhere.example", cookie), ==, 1);
    g_assert_cmpuint(knock(self, NULL, cookie), ==, 1008);
    static const char *const paths[] = {"/hologram/../portal.key", "/hologram/live",
                                        "/hologram/index.html", "/hologram/x.js/y.js"};
    for (size_t i = 0; i < G_N_ELEMENTS(paths); i++) {
        g_auto(VisitorAnswer) answer = {0};
        visitor_ask(self->visitor, "GET", paths[i], NULL, &answer);
        g_assert_cmpuint(answer.status, >=, 400);
    }
}

/* --- the page ------------------------------------------------------------------------------ */

static void
the_ward_is_seen_by_who_may(World *self)
{
    sign_in(self, "ida");
    go(self, "/admin");
    must(self, "[...document.querySelectorAll('nav a')].some((a) => a.textContent === 'Hologram')",
         5);
    go(self, "/hologram/");
    must(self, "document.body.dataset.link === 'live'", 60);
    must(self, "document.querySelectorAll('#beds tr').length === 4", 20);
    must(self, "window.twin.painter !== null && window.twin.frames > 2", 60);
    must(self, "document.getElementById('notice').textContent !== ''", 5);
    g_free(chromium_eval(self->chromium, "window.twin.select('demo/icu/2')"));
    g_assert_true(is_audited(self, "hologram"));
    shot(self, "desk");
    g_assert_true(is_audited(self, "demo/icu/2"));
    /* Its own origin and nothing else: what the policy stops would stand in the console. */
    must(
        self,
        "performance.getEntriesByType('resource').every((r) => r.name.startsWith(location.origin))",
        5);
    must(self, "performance.getEntriesByType('resource').some((r) => r.name.endsWith('kit.glb'))",
         5);
}

static void
it_says_when_its_twin_is_gone_and_comes_back(World *self)
{
    site_signal(self->site, "twin", SIGTERM);
    must(self, "document.body.dataset.link === 'lost'", 10);
    g_assert_true(site_wait(self->site, 5 * S, has_twin, GINT_TO_POINTER(FALSE)));
    start_twin(self);
    must(self, "document.body.dataset.link === 'live'", 30);
}

static void
a_session_that_ends_ends_the_page(World *self)
{
    g_free(site_vicu(self->site, "admin", "", "people end ida"));
    must(self, "location.pathname === '/sign-in'", 60);
}

static void
others_are_told_why_not(World *self)
{
    sign_in(self, "eve");
    go(self, "/hologram/");
    must(self, "document.body.innerText.includes('no right to this page')", 5);
    must(self, "![...document.querySelectorAll('nav a')].some((a) => a.textContent === 'Hologram')",
         5);
    g_assert_true(is_audited(self, "/hologram/"));
    sign_in(self, "una");
    go(self, "/hologram/");
    must(self, "document.body.innerText.includes('no right to this page')", 5);
}

static void
the_hologram_is_a_page_of_the_portal(void)
{
    World *self = world_new();

    if (self->chromium == NULL) {
        world_free(self);
        return;
    }
    g_autofree char *link = site_vicu(self->site, "admin", "", "people link");
    site_enrol(self->site, "admin", WORD, link);
    make_person(self, "ida", "intensivist", "*");
    make_person(self, "una", "intensivist", "demo/icu");
    make_person(self, "eve", "administrator", "*");
    strangers_see_nothing(self);
    sign_in(self, "ida");
    go(self, "/hologram/");
    must(self, "document.body.innerText.includes('does not run here')", 5);
    shot(self, "none");
    start_twin(self);
    the_ward_is_seen_by_who_may(self);
    it_says_when_its_twin_is_gone_and_comes_back(self);
    a_session_that_ends_ends_the_page(self);
    others_are_told_why_not(self);
    site_signal(self->site, "twin", SIGTERM);
    world_free(self);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/process/portal-hologram/page", the_hologram_is_a_page_of_the_portal);
    return g_test_run();
}
