/* Sign-in and administration in a real Chromium, at a phone's size and at a desk's: as somebody
 * does it, by typing and pressing, without a script of the pages'.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "tests/dashboard/chromium.h"
#include "tests/process/visitor.h"

#define S       SITE_S
#define DESK_W  1280
#define DESK_H  900
#define PHONE_W 360
#define PHONE_H 740
#define TARGET  44 /* px of what a finger presses */

static const char roster[] = "[person kim]\nname = Kim Li\nrole = bedside\npage = yes\n"
                             "[person ana]\nname = Ana Ruiz\nrole = intensivist\n"
                             "[shift k]\nperson = kim\nunit = demo/icu\ndays = daily\n"
                             "from = 00:00\nto = 24:00\n"
                             "[shift n]\nperson = ana\nunit = demo/icu\ndays = Mon Tue Wed\n"
                             "from = 20:00\nto = 08:00\n"
                             "[ladder all]\nunit = *\nstep1 = bedside\n";

typedef struct {
    Site *site;
    Visitor *visitor;
    Chromium *chromium;
} World;

static gboolean
is_there(Site *site, gpointer user)
{
    (void)site;
    return g_file_test(user, G_FILE_TEST_EXISTS);
}

static void
import_roster(World *self)
{
    g_autofree char *program = site_program("tools/vicu");
    g_autofree char *path = g_build_filename(site_folder(self->site), "roster", NULL);
    const char *argv[] = {program, "roster", "import", "--root", site_folder(self->site),
                          path,    NULL};

    g_assert_true(g_file_set_contents(path, roster, -1, NULL));
    int status = -1;
    g_assert_true(g_spawn_sync(NULL, (char **)argv, NULL, G_SPAWN_STDOUT_TO_DEV_NULL, NULL, NULL,
                               NULL, NULL, &status, NULL));
    g_assert_cmpint(status, ==, 0);
}

static void
must(World *self, const char *expression)
{
    if (chromium_wait(self->chromium, expression, 20))
        return;
    g_autofree char *text = chromium_eval(self->chromium, "document.body.innerText");
    g_error("not within 20 s: %s\n%s", expression, text);
}

static void
look_like(World *self, int w, int h, bool phone)
{
    g_autofree char *metrics =
        g_strdup_printf("{\"width\": %d, \"height\": %d, \"deviceScaleFactor\": 1, \"mobile\": %s}",
                        w, h, phone ? "true" : "false");

    chromium_call(self->chromium, "Emulation.setDeviceMetricsOverride", metrics);
}

static void
look_dark(World *self, bool dark)
{
    g_autofree char *media =
        g_strdup_printf("{\"features\": [{\"name\": \"prefers-color-scheme\", \"value\": \"%s\"}]}",
                        dark ? "dark" : "light");

    chromium_call(self->chromium, "Emulation.setEmulatedMedia", media);
}

/* Beside the build, for people to look at. */
static void
shot(World *self, const char *name)
{
    g_autofree char *path = g_strdup_printf("%s/admin-%s.png", g_getenv("VICU_BUILD_ROOT"), name);

    chromium_shot(self->chromium, path);
}

static void
type(World *self, const char *name, const char *text)
{
    g_autofree char *set =
        g_strdup_printf("document.querySelector('main [name=%s]').value = '%s'", name, text);

    g_free(chromium_eval(self->chromium, set));
}

/* Presses what has that text; waits for a page whose heading begins so. */
static void
press(World *self, const char *text, const char *heading)
{
    g_autofree char *click = g_strdup_printf(
        "(window.before = 1, [...document.querySelectorAll('button, a')].find((b) => "
        "b.textContent === '%s').click())",
        text);
    g_autofree char *said = chromium_eval(self->chromium, click);
    g_autofree char *arrived =
        g_strdup_printf("!window.before && document.readyState === 'complete' && "
                        "document.querySelector('h1').textContent.startsWith('%s')",
                        heading);

    if (said[0] == '!')
        g_error("%s: %s", text, said);
    must(self, arrived);
}

static void
go(World *self, const char *path)
{
    g_autofree char *url = g_strconcat(visitor_url(self->visitor), path, NULL);

    chromium_open(self->chromium, url, NULL);
    must(self, "document.readyState === 'complete' && document.querySelector('h1') !== null");
}

/* Nothing wider than the screen but tables in their own frame; every input has its label, every
 * table its caption and scopes; what is said first is that this is supplemental. */
static void
judge(World *self, bool phone)
{
    g_autofree char *wide =
        chromium_eval(self->chromium,
                      "[...document.querySelectorAll('body *')].filter((e) => "
                      "!e.parentElement.closest('.table') && "
                      "e.getBoundingClientRect().right > document.documentElement.clientWidth + 1)"
                      ".map((e) => e.outerHTML.slice(0, 80)).join()");

    g_assert_cmpstr(wide, ==, "\"\"");
    must(self, "[...document.querySelectorAll('main input:not([type=hidden]), main select')]"
               ".every((i) => i.labels.length === 1 && i.labels[0].textContent.trim() !== '')");
    must(self, "[...document.querySelectorAll('table')].every((t) => t.caption && "
               "[...t.querySelectorAll('th')].every((h) => h.scope))");
    must(self, "document.querySelectorAll('script, [style]').length === 0");
    must(self, "/SUPPLEMENTAL, not a primary alarm|辅助系统，非主报警/.test("
               "document.querySelector('.supplemental').textContent)");
    must(self, "getComputedStyle(document.querySelector('main')).fontFamily.includes('Noto')");
    if (phone)
        must(self,
             "[...document.querySelectorAll('button')].every((b) => b.offsetHeight >= " G_STRINGIFY(
                 TARGET) " || !b.offsetParent)");
}

static World *
world_new(void)
{
    static const char *const daemons[] = {"hub", "store", "rules", "escalation", "portal"};
    World *self = g_new0(World, 1);
    const char *why = NULL;

    self->site = site_new();
    site_settings(self->site, "portal", "[listen]\nport = 0\n");
    for (size_t i = 0; i < G_N_ELEMENTS(daemons); i++)
        site_start(self->site, daemons[i]);
    site_follow(self->site);
    self->visitor = visitor_new(self->site);
    import_roster(self);
    g_free(visitor_token(self->site, "bedside", "--name", "kim", NULL));
    g_autofree char *hash = visitor_key_hash(self->site);
    self->chromium = chromium_new_trusting(DESK_W, DESK_H, hash, &why);
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

static void
sign_in_by_the_link(World *self)
{
    g_autofree char *path = g_build_filename(site_folder(self->site), "store", "enrol", NULL);
    g_autofree char *link = NULL;

    g_assert_true(site_wait(self->site, 20 * S, is_there, path));
    g_assert_true(g_file_get_contents(path, &link, NULL, NULL));
    g_autofree char *enrol = g_strconcat("/enrol?link=", g_strstrip(link), NULL);
    go(self, enrol);
    judge(self, false);
    type(self, "password", "a sentence of mine");
    type(self, "again", "a sentence of mine");
    press(self, "Set the password and sign in", "People");
}

static void
make_people(World *self)
{
    static const char *const people[][4] = {
        {"ida", "Ida <Moreau>", "intensivist", "demo/icu"},
        {"max", "Max Weber", "administrator", "annex/icu"},
        {"wei", "王伟", "bedside", "demo/icu"},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(people); i++) {
        type(self, "account", people[i][0]);
        type(self, "name", people[i][1]);
        type(self, "role0", people[i][2]);
        type(self, "place0", people[i][3]);
        press(self, "Make, and show its link", "The link");
        must(self, "/enrol.link=[0-9a-f]{64}$/.test(document.getElementById('link').textContent)");
        if (i == 0) {
            judge(self, false);
            shot(self, "desk-link");
        }
        press(self, "Back to people", "People");
    }
    must(self, "document.body.innerText.includes('Ida <Moreau>')");
}

/* Each page as it is at that size. */
static void
go_round(World *self, const char *size, bool phone)
{
    static const char *const pages[] = {"people", "audit", "roster", "tokens", "keys", "retention"};

    for (size_t i = 0; i < G_N_ELEMENTS(pages); i++) {
        g_autofree char *path = g_strconcat("/admin/", pages[i], NULL);
        g_autofree char *name = g_strconcat(size, "-", pages[i], NULL);
        go(self, path);
        judge(self, phone);
        shot(self, name);
    }
}

/* By the keyboard alone: the first stop leads past the menu. */
static void
judge_keyboard(World *self)
{
    go(self, "/admin/people");
    chromium_call(self->chromium, "Input.dispatchKeyEvent",
                  "{\"type\": \"rawKeyDown\", \"key\": \"Tab\", \"code\": \"Tab\", "
                  "\"windowsVirtualKeyCode\": 9}");
    must(self, "document.activeElement.getAttribute('href') === '#main'");
}

static void
people_are_administered_in_a_browser(void)
{
    World *self = world_new();

    if (self->chromium == NULL) {
        world_free(self);
        return;
    }
    look_like(self, DESK_W, DESK_H, false);
    look_dark(self, false);
    go(self, "/sign-in");
    judge(self, false);
    shot(self, "desk-sign-in");
    sign_in_by_the_link(self);
    make_people(self);
    go_round(self, "desk", false);
    judge_keyboard(self);
    go(self, "/admin/people/account?account=ida");
    judge(self, false);
    shot(self, "desk-account");
    press(self, "Lock the account; its sessions end", "ida");
    must(self, "document.body.innerText.includes('Unlock the account')");
    go(self, "/admin/audit");
    press(self, "Verify", "The audit verified");
    must(self, "document.body.innerText.includes('0 of 2 checks failed')");
    judge(self, false);
    shot(self, "desk-verify");
    look_like(self, PHONE_W, PHONE_H, true);
    go_round(self, "phone", true);
    look_dark(self, true);
    chromium_call(self->chromium, "Network.enable", "{}");
    chromium_call(self->chromium, "Network.setExtraHTTPHeaders",
                  "{\"headers\": {\"Accept-Language\": \"zh-CN,zh;q=0.9\"}}");
    go(self, "/admin/roster");
    must(self, "document.documentElement.lang === 'zh-CN'");
    judge(self, true);
    shot(self, "phone-dark-zh");
    look_like(self, DESK_W, DESK_H, false);
    go(self, "/admin/people");
    judge(self, false);
    shot(self, "desk-dark-zh");
    press(self, "退出", "登录");
    judge(self, false);
    world_free(self);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/process/portal-admin-page/people", people_are_administered_in_a_browser);
    return g_test_run();
}
