/* The bedside page in a real Chromium, served by the real portal beside a real ward.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <signal.h>
#include <string.h>

#include "common/clock.h"
#include "tests/dashboard/chromium.h"
#include "tests/process/slow-link.h"
#include "tests/process/visitor.h"

#define S           SITE_S
#define BEDS        4
#define BED         "demo/icu/4" /* no arterial line: a cuff pressure entered by hand counts */
#define PHONE_W     360
#define PHONE_H     740
#define FIRST_USE   (150 * 1024)
#define AN_ALARM    (5 * 1024)
#define BLIND_S     10.0
#define TARGET_SIZE 64 /* px of a button for a gloved thumb */

/* Kim first, then Ana. */
static const char roster[] = "[person kim]\nname = Kim Li\nrole = bedside\npage = yes\n"
                             "[person ana]\nname = Ana Ruiz\nrole = bedside\npage = yes\n"
                             "[person zoe]\nname = Zoe Tran\nrole = bedside\npage = yes\n"
                             "units = annex/icu\n"
                             "[ladder all]\nunit = *\npriority = high\n"
                             "step1 = person:kim; page; deliver 20s; read 20s; accept 60s\n"
                             "step2 = person:ana; page\n";

typedef struct {
    Site *site;
    Visitor *visitor;
    Chromium *chromium;
    char *link; /* with its token */
} World;

/* ---- the world ---- */

/* What `vicu` with these words prints; caller frees. */
static char *
vicu(World *self, const char *first, const char *second, const char *third)
{
    g_autofree char *program = site_program("tools/vicu");
    const char *argv[] = {program, first, second, "--root", site_folder(self->site), third, NULL};
    char *out = NULL;

    g_assert_true(g_spawn_sync(NULL, (char **)argv, NULL, G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL,
                               &out, NULL, NULL, NULL));
    return out;
}

static void
import_roster(World *self)
{
    g_autofree char *path = g_build_filename(site_folder(self->site), "roster", NULL);

    g_assert_true(g_file_set_contents(path, roster, -1, NULL));
    g_free(vicu(self, "roster", "import", path));
}

static World *
world_new(bool escalates)
{
    static const char *const daemons[] = {"hub", "store", "rules", "collector"};
    g_autofree char *settings =
        g_strdup_printf("[wfdb]\nward = %s/data/recordings/ward.ini\nbeds = %d\n",
                        g_getenv("VICU_SOURCE_ROOT"), BEDS);
    World *self = g_new0(World, 1);
    const char *why = NULL;

    self->site = site_new();
    site_settings(self->site, "collector", settings);
    site_settings(self->site, "portal", "[listen]\nport = 0\n");
    for (size_t i = 0; i < G_N_ELEMENTS(daemons); i++)
        site_start(self->site, daemons[i]);
    if (escalates)
        site_start(self->site, "escalation");
    site_start(self->site, "portal");
    site_follow(self->site);
    site_await_beds(self->site, BEDS);
    if (escalates)
        import_roster(self);
    self->visitor = visitor_new(self->site);
    g_autofree char *token = visitor_token(self->site, "bedside", "--name", "kim", NULL);
    self->link = g_strdup_printf("%s/#%s", visitor_url(self->visitor), token);
    g_autofree char *hash = visitor_key_hash(self->site);
    self->chromium = chromium_new_trusting(1280, 900, hash, &why);
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
    g_free(self->link);
    g_free(self);
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
must(World *self, const char *expression, double seconds)
{
    if (chromium_wait(self->chromium, expression, seconds))
        return;
    g_autofree char *text = chromium_eval(self->chromium, "document.body.innerText");
    g_error("not within %g s: %s\n%s", seconds, expression, text);
}

static double
number(World *self, const char *expression)
{
    g_autofree char *text = chromium_eval(self->chromium, expression);

    return g_ascii_strtod(text, NULL);
}

/* Beside the build, for people to look at. */
static void
shot(World *self, const char *name)
{
    g_autofree char *path = g_strdup_printf("%s/portal-%s.png", g_getenv("VICU_BUILD_ROOT"), name);

    chromium_shot(self->chromium, path);
}

static void
press(World *self, const char *selector)
{
    g_autofree char *click = g_strdup_printf("document.querySelector('%s').click()", selector);
    g_autofree char *said = chromium_eval(self->chromium, click);

    if (said[0] == '!')
        g_error("%s: %s", selector, said);
}

/* Escalation's own list says it within @seconds. */
static void
must_have_said(World *self, const char *word, double seconds)
{
    for (int64_t end_us = vicu_clock_boot_us() + (int64_t)(seconds * S);;) {
        g_autofree char *list = vicu(self, "escalation", "ls", "--json");
        if (strstr(list, word) != NULL)
            return;
        if (vicu_clock_boot_us() > end_us)
            g_error("not said within %g s: %s\nbut: %s", seconds, word, list);
        site_wait(self->site, S / 10, NULL, NULL);
    }
}

/* ---- an escalation ---- */

static gboolean
is_alarmed(Site *site, gpointer user)
{
    (void)user;
    return site_stands(site, BED, "map-critical");
}

static void
begin_duty(World *self)
{
    chromium_call(self->chromium, "Network.enable", "{}");
    chromium_open(self->chromium, self->link, NULL);
    must(self, "typeof link === 'object' && link.known", 20);
    must(self, "location.hash === ''", 2);
    must(self, "!document.getElementById('start').hidden", 2);
    must(self, "document.getElementById('who').textContent.includes('Kim Li')", 5);
    double bytes = number(self, "performance.getEntriesByType('resource').reduce((n, r) => n + "
                                "r.transferSize, performance.getEntriesByType('navigation')[0]"
                                ".transferSize) + link.bytes");
    g_test_message("figure: first use %.0f bytes", bytes);
    g_assert_cmpfloat(bytes, >, 10000);
    g_assert_cmpfloat(bytes, <, FIRST_USE);
}

static gboolean
is_calm(Site *site, gpointer user)
{
    (void)user;
    return !site_stands(site, BED, "map-critical");
}

static void
lower_the_pressure(World *self)
{
    site_observe(self->site, BED, "NIBP_M", 85);
    g_assert_true(site_wait(self->site, 30 * S, is_calm, NULL));
    site_observe(self->site, BED, "NIBP_M", 40);
    g_assert_true(site_wait(self->site, 30 * S, is_alarmed, NULL));
}

/* Every control is large enough, and nothing is wider than the screen. */
static void
judge_layout(World *self)
{
    g_autofree char *small = chromium_eval(
        self->chromium,
        "[...document.querySelectorAll('.acts button, .big')].filter((b) => b.offsetParent && "
        "(b.offsetHeight < 64 || b.offsetWidth < 64)).map((b) => b.textContent).join()");

    g_assert_cmpstr(small, ==, "\"\"");
    must(self, "document.documentElement.scrollWidth <= innerWidth", 1);
    must(self,
         "[...document.querySelectorAll('button, summary')].every((b) => "
         "b.textContent.trim() !== '')",
         1);
}

static void
an_escalation_is_in_the_hand(void)
{
    World *self = world_new(true);

    if (self->chromium == NULL) {
        world_free(self);
        return;
    }
    look_like(self, PHONE_W, PHONE_H, true);
    begin_duty(self);
    judge_layout(self);
    shot(self, "phone-start");
    press(self, "#begin");
    must(self, "document.getElementById('blind').hidden", 10);
    double before = number(self, "link.bytes");
    lower_the_pressure(self);
    must(self, "document.querySelector('article .strip polyline') !== null", 20);
    /* The wave is played from a recording, and the card says so beside it. */
    must(self,
         "/^(recording|录制数据) · /.test(document.querySelector('article div .note').textContent)",
         5);
    must(self, "document.querySelector('article').textContent.includes('" BED "')", 1);
    must(self, "document.querySelector('article td.value').textContent.includes('40')", 1);
    must_have_said(self, "\"read\"", 10); /* delivered and read by itself */
    double bytes = number(self, "link.bytes") - before;
    g_test_message("figure: an escalation with its strip %.0f bytes, beats included", bytes);
    g_assert_cmpfloat(bytes, <, AN_ALARM);
    judge_layout(self);
    shot(self, "phone-card");
    press(self, "article [data-act=accept]");
    must(self, "document.querySelector('article [data-act=accept]') === null", 5);
    must_have_said(self, "\"accepted\"", 5);
    press(self, "article [data-act=way]");
    must(self, "document.querySelector('article [data-act=way]') === null", 5);
    press(self, "article [data-act=cannot]");
    judge_layout(self);
    shot(self, "phone-cannot");
    press(self, "article [data-act=back]");
    /* In the other language, in the dark, and on a desk. */
    press(self, "#language");
    must(self, "document.documentElement.lang === 'zh-CN'", 1);
    must(self, "/[\\u4e00-\\u9fff]/.test(document.querySelector('article .reason').textContent)",
         2);
    must(self, "document.body.innerText.includes('呼叫帮助')", 1);
    judge_layout(self);
    shot(self, "phone-zh");
    press(self, "#language");
    chromium_call(self->chromium, "Emulation.setEmulatedMedia",
                  "{\"features\": [{\"name\": \"prefers-color-scheme\", \"value\": \"dark\"}]}");
    shot(self, "phone-dark");
    look_like(self, 1280, 900, false);
    shot(self, "desk-dark");
    chromium_call(self->chromium, "Emulation.setEmulatedMedia", "{\"features\": []}");
    shot(self, "desk");
    judge_layout(self);
    press(self, "article [data-act=arrived]");
    must(self, "document.querySelector('article [data-act=done]') !== null", 5);
    press(self, "article [data-act=done]");
    must(self, "document.querySelector('article') === null", 5);
    /* The next one cannot be taken: Ana is asked at once. */
    lower_the_pressure(self);
    must(self, "document.querySelector('article [data-act=cannot]') !== null", 20);
    press(self, "article [data-act=cannot]");
    press(self, "article [data-act=choice]");
    must_have_said(self, "With another patient", 5);
    must_have_said(self, "Ana Ruiz", 5);
    press(self, "#help button[data-bed=\"demo/icu/2\"]");
    must(self, "document.getElementById('said').textContent.includes('demo/icu/2')", 5);
    must_have_said(self, "demo/icu/2", 5);
    world_free(self);
}

/* ---- silence ---- */

/* Says blind within BLIND_S of @stop, and not before. */
static double
blind_after(World *self, const char *expression)
{
    int64_t begun_us = vicu_clock_boot_us();

    must(self, expression, BLIND_S);
    return (double)(vicu_clock_boot_us() - begun_us) / 1e6;
}

static void
what_is_not_known_is_said_within_10_s(void)
{
    World *self = world_new(true);

    if (self->chromium == NULL) {
        world_free(self);
        return;
    }
    look_like(self, PHONE_W, PHONE_H, true);
    begin_duty(self);
    press(self, "#begin");
    must(self, "document.getElementById('blind').hidden", 10);
    must(self, "navigator.serviceWorker.controller !== null && page.keeps", 10);

    /* A phone that cannot send is unreachable after three beats, and its page says so itself. */
    chromium_call(self->chromium, "Network.emulateNetworkConditions",
                  "{\"offline\": true, \"latency\": 0, \"downloadThroughput\": -1, "
                  "\"uploadThroughput\": -1}");
    site_signal(self->site, "portal", SIGSTOP);
    double portal_s = blind_after(self, "!document.getElementById('blind').hidden && "
                                        "document.getElementById('blind').textContent."
                                        "includes('HUB BLIND')");
    must(self, "document.getElementById('ward').innerText.includes('not known now')", 2);
    shot(self, "phone-blind");
    /* It opens again without the hub: kept in its place, and it says so. */
    g_free(chromium_eval(self->chromium, "window.before = true"));
    chromium_call(self->chromium, "Page.reload", "{}");
    must(self,
         "window.before === undefined && document.readyState === 'complete' && typeof say === "
         "'function'",
         20);
    must(self, "document.getElementById('blind').textContent.includes('HUB BLIND')", BLIND_S);
    shot(self, "phone-offline");
    chromium_call(self->chromium, "Network.emulateNetworkConditions",
                  "{\"offline\": false, \"latency\": 0, \"downloadThroughput\": -1, "
                  "\"uploadThroughput\": -1}");
    site_signal(self->site, "portal", SIGCONT);
    must(self, "link.known && document.getElementById('blind').hidden", 30);
    press(self, "#begin");

    site_signal(self->site, "rules", SIGKILL);
    double rules_s = blind_after(self, "document.getElementById('blind').textContent."
                                       "includes('alarms (rules)')");
    site_signal(self->site, "hub", SIGKILL);
    double hub_s =
        blind_after(self, "document.getElementById('blind').textContent.includes('(hub)')");
    g_test_message("figure: blind is said %.1f s after the portal hangs, %.1f s after the rules "
                   "die, %.1f s after the hub dies",
                   portal_s, rules_s, hub_s);
    world_free(self);
}

/* ---- a poor link ---- */

/* 64 kbit/s, 600 ms, 5 % of packets lost. */
static void
a_poor_link_is_enough(void)
{
    World *self = world_new(true);

    if (self->chromium == NULL) {
        world_free(self);
        return;
    }
    SlowLink *slow = slow_link_new(visitor_port(self->visitor), 8000, 600000, 20);
    g_autofree char *url =
        g_strdup_printf("https://127.0.0.1:%u/%s", slow_link_port(slow), strchr(self->link, '#'));
    int64_t begun_us = vicu_clock_boot_us();
    look_like(self, PHONE_W, PHONE_H, true);
    chromium_open(self->chromium, url, NULL);
    must(self, "typeof link === 'object' && link.known", 90);
    double first_s = (double)(vicu_clock_boot_us() - begun_us) / 1e6;
    uint64_t first = slow_link_bytes(slow);
    must(self, "page.keeps", 60); /* what is fetched to be kept is on its way no longer */
    press(self, "#begin");
    must(self, "document.getElementById('blind').hidden", 20);
    uint64_t before = slow_link_bytes(slow);
    lower_the_pressure(self);
    begun_us = vicu_clock_boot_us();
    must(self, "document.querySelector('article [data-act=accept]') !== null", 20);
    double card_s = (double)(vicu_clock_boot_us() - begun_us) / 1e6;
    must(self, "document.querySelector('article .strip polyline') !== null", 20);
    double strip_s = (double)(vicu_clock_boot_us() - begun_us) / 1e6;
    press(self, "article [data-act=accept]");
    must_have_said(self, "\"accepted\"", 15);
    must(self, "document.querySelector('article [data-act=accept]') === null", 15);
    g_test_message("figure: at 64 kbit/s, 600 ms, 5 %% loss: first use %.0f s and %u bytes of TLS; "
                   "an escalation's card after %.1f s, its strip after %.1f s; %u bytes with beats "
                   "and the answer; %u segments lost",
                   first_s, (unsigned)first, card_s, strip_s,
                   (unsigned)(slow_link_bytes(slow) - before), slow_link_lost(slow));
    g_assert_cmpuint(first, <, FIRST_USE);
    slow_link_free(slow);
    world_free(self);
}

/* ---- a stranger ---- */

static void
without_a_token_nothing_of_the_ward_is_told(void)
{
    World *self = world_new(false);
    g_auto(VisitorAnswer) page = {0};

    visitor_ask(self->visitor, "GET", "/", NULL, &page);
    g_assert_cmpuint(page.status, ==, 200);
    g_assert_null(strstr(page.body, "demo/icu"));
    if (self->chromium == NULL) {
        world_free(self);
        return;
    }
    look_like(self, PHONE_W, PHONE_H, true);
    chromium_open(self->chromium, visitor_url(self->visitor), NULL);
    must(self, "document.readyState === 'complete' && typeof link === 'object'", 20);
    must(self, "!document.getElementById('enrol').hidden", 2);
    g_autofree char *wrong =
        g_strdup_printf("location.hash = 'vicu_%s'", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
    g_free(chromium_eval(self->chromium, wrong));
    must(self, "link.refused && !document.getElementById('enrol').hidden", 10);
    must(self, "link.items.size === 0", 1);
    shot(self, "phone-enrol");
    /* A call for help without anybody who escalates is an alarm of the bed on every station. */
    chromium_open(self->chromium, "about:blank", NULL);
    chromium_open(self->chromium, self->link, NULL);
    must(self, "typeof link === 'object' && link.known && link.items.size > 0", 20);
    press(self, "#begin");
    must(self, "document.getElementById('blind').textContent.includes('who is called')", 5);
    press(self, "#help button[data-bed=\"demo/icu/3\"]");
    for (int i = 0; i < 100 && !site_stands(self->site, "demo/icu/3", "local:help"); i++)
        site_wait(self->site, S / 10, NULL, NULL);
    g_assert_true(site_stands(self->site, "demo/icu/3", "local:help"));
    world_free(self);
}

/* A person of another unit: told of none of these beds, and refused what the page would not ask. */
static void
a_page_shows_the_units_of_its_person(void)
{
    World *self = world_new(true);

    if (self->chromium == NULL) {
        world_free(self);
        return;
    }
    g_autofree char *token = visitor_token(self->site, "bedside", "--name", "zoe", NULL);
    g_autofree char *link = g_strdup_printf("%s/#%s", visitor_url(self->visitor), token);
    look_like(self, PHONE_W, PHONE_H, true);
    chromium_open(self->chromium, link, NULL);
    must(self, "typeof link === 'object' && link.known && Boolean(link.scope)", 20);
    press(self, "#begin");
    must(self,
         "document.getElementById('scope').textContent === "
         "'Of annex/icu alone: 4 more beds are not shown here.'",
         5);
    must(self, "![...link.items.keys()].some((k) => k[0] === 'b')", 2);
    shot(self, "phone-other-unit");
    g_free(chromium_eval(self->chromium, "act({t: 'help', id: 'demo/icu/4', text: ''})"));
    must(self, "document.getElementById('said').textContent.includes('another unit')", 10);
    site_wait(self->site, S, NULL, NULL);
    g_autofree char *audit = vicu(self, "audit", "ls", "--json");
    g_assert_nonnull(strstr(audit, "a call for help at a bed of another unit"));
    world_free(self);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/process/portal-page/escalation", an_escalation_is_in_the_hand);
    g_test_add_func("/process/portal-page/blind", what_is_not_known_is_said_within_10_s);
    g_test_add_func("/process/portal-page/poor-link", a_poor_link_is_enough);
    g_test_add_func("/process/portal-page/units", a_page_shows_the_units_of_its_person);
    g_test_add_func("/process/portal-page/stranger", without_a_token_nothing_of_the_ward_is_told);
    return g_test_run();
}
