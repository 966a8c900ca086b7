/* The twin's page in a real browser: what it draws, says and does when its link is lost.
 *
 * Needs chromium; without it every test says so and is skipped. One browser and one server for all
 * tests. There is no headset: WebXR is played by an emulator of our own, of the few calls that the
 * page makes (a session, a layer, two eyes 63 mm apart).
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "dashboard/saved.h"
#include "dashboard/scene/palette.h"
#include "dashboard/scene/png.h"
#include "dashboard/twin/serve.h"
#include "tests/dashboard/chromium.h"
#include "tests/dashboard/ward.h"

#define BEDS    12
#define CHANGES 120
#define LIVE    "document.body && document.body.dataset.link === 'live' && twin.ward.ids.length > 0"

static const char emulator[] =
    "const acts = {}; window.xrFrames = 0; window.xrActs = acts;"
    "class Layer { constructor(session, gl) { this.framebuffer = null; }"
    "  getViewport(view) { const w = document.getElementById('view').width / 2 | 0;"
    "    return { x: view.eye === 'left' ? 0 : w, y: 0, width: w,"
    "      height: document.getElementById('view').height }; } }"
    "window.XRWebGLLayer = Layer;"
    "const f = 1 / Math.tan(0.8), n = 0.05, r = 50;"
    "const lens = new Float32Array([f,0,0,0, 0,f,0,0, 0,0,(r+n)/(n-r),-1, 0,0,2*r*n/(n-r),0]);"
    "const eyeOf = (eye, x) => ({ eye, projectionMatrix: lens, transform: { inverse: {"
    "  matrix: new Float32Array([1,0,0,0, 0,1,0,0, 0,0,1,0, -x,-1.35,0,1]) } } });"
    "const session = { renderState: {}, updateRenderState(s) { this.renderState = s; },"
    "  requestReferenceSpace: async (kind) => ({ kind }),"
    "  addEventListener(name, act) { acts[name] = act; },"
    "  end() { this.over = true; acts.end(); },"
    "  requestAnimationFrame(act) { if (this.over) return; setTimeout(() => { window.xrFrames++;"
    "    act(performance.now(), { getViewerPose: () => ({ views: [eyeOf('left', -0.0315),"
    "      eyeOf('right', 0.0315)] }) }); }, 50); } };"
    "Object.defineProperty(navigator, 'xr', { value: { isSessionSupported: async (k) => k === "
    "'immersive-vr',"
    "  requestSession: async (kind) => { session.over = false; session.kind = kind; return "
    "session; } } });"
    "WebGL2RenderingContext.prototype.makeXRCompatible = async () => {};";

typedef struct {
    DashModel *model;
    DashServe *serve;
    int64_t now_us;
    Chromium *chromium;
    const char *why;
} World;

static World world;

static DashServe *
serve_on(unsigned port)
{
    const DashServeOptions options = {.port = port, .still_us = world.now_us};
    g_autoptr(GError) error = NULL;
    DashServe *serve = dash_serve_new(world.model, &options, &error);
    g_assert_no_error(error);
    return serve;
}

static void
open_page(const char *before)
{
    g_autofree char *url = g_strdup_printf("http://127.0.0.1:%u/#%s", dash_serve_port(world.serve),
                                           dash_serve_key(world.serve));
    chromium_open(world.chromium, "about:blank", before);
    chromium_open(world.chromium, url, NULL);
    g_assert_true(chromium_wait(world.chromium, LIVE, 30));
}

/* FALSE: skipped. */
static gboolean
ready(void)
{
    if (world.chromium)
        return TRUE;
    g_test_skip(world.why);
    return FALSE;
}

static void
assert_true_there(const char *expression)
{
    g_autofree char *value = chromium_eval(world.chromium, expression);
    if (strcmp(value, "true") != 0)
        g_error("%s: %.300s", expression, value);
}

static void
page_shows_every_bed_and_says_what_it_is(void)
{
    if (!ready())
        return;
    open_page(NULL);
    assert_true_there("document.querySelectorAll('#beds tr').length === 12");
    assert_true_there("document.getElementById('notice').textContent.startsWith('SUPPLEMENTAL')");
    assert_true_there("document.getElementById('origin').textContent === 'simulated'");
    assert_true_there("document.getElementById('link').textContent.includes('time stands')");
    assert_true_there("document.getElementById('lost').hidden");
    assert_true_there(
        "[...document.querySelectorAll('#beds .mark.high')].some((m) => m.textContent === '***')");
    assert_true_there("document.getElementById('worst').textContent.includes('***')");
    assert_true_there(
        "document.getElementById('vr').hidden && document.getElementById('ar').hidden");
    /* Everything that can be pressed has a name for readers. */
    assert_true_there("[...document.querySelectorAll('button:not([hidden]), a')].every((b) => "
                      "(b.getAttribute('aria-label') || b.textContent).trim())");
    assert_true_there("document.getElementById('view').getAttribute('aria-label').length > 10");
}

/* What the .glb has is what the page draws: the page's nodes are read from the server's file. */
static void
file_loads_in_the_page_and_has_its_places(void)
{
    if (!ready())
        return;
    open_page(NULL);
    assert_true_there(
        "(async () => { const { read } = await import('/glb.js');"
        " const file = await read(await (await "
        "fetch(document.getElementById('file').href)).arrayBuffer());"
        " const nodes = new Map(file.json.nodes.map((n) => [n.name, n]));"
        " return twin.ward.ids.length === 12 && twin.ward.list().every((bed) => {"
        "  const at = nodes.get('bed ' + bed.id).translation || [0, 0, 0];"
        "  return bed.at.every((x, i) => Math.abs(x - at[i]) < 1e-3); })"
        " && file.images.length === 2 && file.images.every((i) => i.width > 0); })()");
}

/* The bytes of the screen at the middle of the marker are those of the wall's alarm. */
static void
alarm_has_its_colour_on_the_screen(void)
{
    if (!ready())
        return;
    g_autofree char *path = g_build_filename(chromium_folder(world.chromium), "shot.png", NULL);
    g_autofree char *where = NULL;
    int w = 0, h = 0;
    double x = 0, y = 0;

    open_page(NULL);
    /* Steady: a flash is a matter of time. */
    chromium_eval(world.chromium,
                  "twin.ward.list().forEach((b) => { if (b.alarm) b.alarm.flash_hz = 0; })");
    assert_true_there(
        "(async () => { window.at = null; const { project } = await import('/space.js');"
        " const f = twin.frames; while (twin.frames < f + 3) await new Promise((r) => "
        "setTimeout(r, 50));"
        " const bed = twin.ward.list().find((b) => b.alarm && b.alarm.priority === 'high');"
        " const p = bed.pieces.find((q) => twin.ward.solids[q[0]] === 'marker high');"
        " const s = project(twin.cameraMatrix(), [bed.at[0] + p[3] + 0.06, bed.at[1] + p[4] - "
        "0.06, bed.at[2] + p[5] + 0.01]);"
        " const r = document.getElementById('view').getBoundingClientRect();"
        " window.at = [r.left + (s[0] + 1) / 2 * r.width, r.top + (1 - s[1]) / 2 * r.height]; "
        "return true; })()");
    where = chromium_eval(world.chromium, "window.at");
    g_assert_cmpint(sscanf(where, "[%lf,%lf]", &x, &y), ==, 2);
    chromium_shot(world.chromium, path);
    g_autofree uint32_t *pixels = dash_png_read(path, &w, &h, NULL);
    g_assert_nonnull(pixels);
    g_assert_cmphex(pixels[(int)y * w + (int)x], ==,
                    dash_palette_alarm(VICU__PRIORITY__PRIORITY_HIGH)->ground);
    /* And the page is no black rectangle: many colours are on the stage. */
    g_autoptr(GHashTable) colours = g_hash_table_new(NULL, NULL);
    for (int i = 0; i < w * h; i += 7)
        g_hash_table_add(colours, GUINT_TO_POINTER(pixels[i]));
    g_assert_cmpuint(g_hash_table_size(colours), >, 200);
}

static void
keys_and_the_list_choose_a_bed(void)
{
    if (!ready())
        return;
    open_page(NULL);
    chromium_eval(world.chromium,
                  "document.dispatchEvent(new KeyboardEvent('keydown', {key: 'n'}))");
    assert_true_there(
        "document.querySelector('#beds tr[aria-selected=true] .mark').textContent === '***'");
    chromium_eval(world.chromium, "document.querySelector('#beds tr button').click()");
    assert_true_there(
        "document.querySelector('#beds tr[aria-selected=true]').dataset.bed === twin.ward.ids[0]");
    g_assert_true(chromium_wait(
        world.chromium, "twin.ward.waves.length > 0 && twin.ward.waves[0].bed === twin.ward.ids[0]",
        10));
    chromium_eval(world.chromium,
                  "document.dispatchEvent(new KeyboardEvent('keydown', {key: 'ArrowLeft'}))");
    assert_true_there("twin.eye.yaw < 0");
    chromium_eval(world.chromium,
                  "document.dispatchEvent(new KeyboardEvent('keydown', {key: 'Escape'}))");
    assert_true_there("document.querySelector('#beds tr[aria-selected=true]') === null");
}

static void
page_speaks_chinese_too(void)
{
    if (!ready())
        return;
    open_page(NULL);
    chromium_eval(world.chromium, "document.getElementById('language').click()");
    assert_true_there("document.documentElement.lang === 'zh-CN'");
    assert_true_there("/[\\u4e00-\\u9fff]/.test(document.getElementById('notice').textContent)");
    assert_true_there("[...document.querySelectorAll('th, button:not([hidden])')].every((e) => "
                      "!/^(Beds?|Alarm|Whole)/.test(e.textContent))");
}

static void
changes_reach_the_page_without_all_the_rest(void)
{
    if (!ready())
        return;
    open_page(NULL);
    chromium_eval(world.chromium,
                  "window.told = 0; const apply = twin.ward.apply.bind(twin.ward);"
                  "twin.ward.apply = (m) => { window.told += m.beds.length; apply(m); };");
    dash_model_set_local(world.model, DASH_HUB_BLIND, VICU__PRIORITY__PRIORITY_MEDIUM,
                         "Hub blind: no data reach this station", true, world.now_us);
    g_assert_true(chromium_wait(
        world.chromium, "document.getElementById('blind').textContent.includes('Hub blind')", 10));
    assert_true_there("window.told === 0");
    dash_model_set_local(world.model, DASH_HUB_BLIND, VICU__PRIORITY__PRIORITY_MEDIUM, "", false,
                         world.now_us);
    g_assert_true(chromium_wait(
        world.chromium, "!document.getElementById('blind').textContent.includes('Hub blind')", 10));
}

static int
compare_times(gconstpointer a, gconstpointer b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static gboolean
on_pause_over(gpointer over)
{
    *(gboolean *)over = TRUE;
    return G_SOURCE_REMOVE;
}

/* From a change of the model to the browser's frame that shows it, at any place of the server's
 * tick: told as a figure, since a machine may be busy. */
static void
a_change_is_on_the_page_soon(void)
{
    double late_ms[CHANGES], begun_ms[CHANGES];

    if (!ready())
        return;
    open_page(NULL);
    chromium_eval(world.chromium,
                  "window.seen = []; new MutationObserver(() => { const m = /change (\\d+)/.exec("
                  "document.getElementById('blind').textContent);"
                  " if (m) requestAnimationFrame(() => { for (let n = +m[1]; n >= 0 && "
                  "!window.seen[n]; n--) window.seen[n] = Date.now(); }); })"
                  ".observe(document.getElementById('blind'), {childList: true, subtree: true, "
                  "characterData: true})");
    for (int i = 0; i < CHANGES; i++) {
        g_autofree char *text = g_strdup_printf("change %d", i);
        gboolean over = FALSE;
        begun_ms[i] = (double)vicu_clock_utc_us() / 1000;
        dash_model_set_local(world.model, DASH_HUB_BLIND, VICU__PRIORITY__PRIORITY_MEDIUM, text,
                             true, world.now_us);
        g_timeout_add(230 + (guint)i * 37 % 100, on_pause_over, &over);
        while (!over)
            g_main_context_iteration(NULL, TRUE);
    }
    /* One that the next overtook before the browser drew is seen with that. */
    for (int i = 0; i < CHANGES; i++) {
        g_autofree char *ask = g_strdup_printf("window.seen[%d]", i);
        g_autofree char *there = g_strdup_printf("window.seen[%d] > 0", i);
        g_assert_true(chromium_wait(world.chromium, there, 30));
        g_autofree char *seen = chromium_eval(world.chromium, ask);
        late_ms[i] = g_ascii_strtod(seen, NULL) - begun_ms[i];
    }
    double first_ms = late_ms[0]; /* the browser has just opened the page */
    qsort(late_ms + 1, CHANGES - 1, sizeof *late_ms, compare_times);
    g_test_message("figure: a change is on the page after %.0f ms (median of %d), at most %.0f "
                   "ms; the first after it was opened %.0f ms",
                   late_ms[CHANGES / 2], CHANGES - 1, late_ms[CHANGES - 1], first_ms);
    dash_model_set_local(world.model, DASH_HUB_BLIND, VICU__PRIORITY__PRIORITY_MEDIUM, "", false,
                         world.now_us);
}

/* Silence is seen by the page itself, and greyed; what comes back is shown again. */
static void
lost_link_is_said_and_greyed_and_found_again(void)
{
    if (!ready())
        return;
    open_page(NULL);
    chromium_eval(
        world.chromium,
        "window.lastHeard = performance.now(); const took = twin.ward.apply.bind(twin.ward);"
        "twin.ward.apply = (m) => { window.lastHeard = performance.now(); took(m); };"
        "new MutationObserver(() => { if (document.body.dataset.link === 'lost' && "
        "!window.saidAfter)"
        " window.saidAfter = performance.now() - window.lastHeard; })"
        ".observe(document.body, {attributes: true});");
    g_assert_true(chromium_wait(world.chromium, "window.lastHeard > 0", 1));
    dash_serve_free(world.serve);
    g_assert_true(chromium_wait(world.chromium, "document.body.dataset.link === 'lost'", 15));
    assert_true_there("window.saidAfter < 3000");
    assert_true_there("!document.getElementById('lost').hidden && "
                      "document.getElementById('lost').textContent.includes('LINK LOST')");
    assert_true_there(
        "parseFloat(getComputedStyle(document.querySelector('table')).opacity) < 0.6");
    world.serve = serve_on(0);
    open_page(NULL);
    assert_true_there("document.getElementById('lost').hidden");
}

static void
wrong_key_is_said_in_words(void)
{
    if (!ready())
        return;
    g_autofree char *url = g_strdup_printf("http://127.0.0.1:%u/#0", dash_serve_port(world.serve));
    chromium_open(world.chromium, "about:blank", NULL);
    chromium_open(world.chromium, url, NULL);
    g_assert_true(chromium_wait(world.chromium,
                                "document.body && document.body.dataset.link === 'refused'", 20));
    assert_true_there("!document.getElementById('lost').hidden");
}

/* Both eyes are drawn from one state, each from its own side. */
static void
headset_gets_two_eyes_of_one_state(void)
{
    if (!ready())
        return;
    open_page(emulator);
    g_assert_true(chromium_wait(world.chromium, "!document.getElementById('vr').hidden", 10));
    assert_true_there("document.getElementById('ar').hidden");
    chromium_eval(
        world.chromium,
        "const view = twin.painter.view.bind(twin.painter); window.eyes = []; let loads = 0;"
        "const load = twin.painter.load.bind(twin.painter);"
        "twin.painter.load = (...a) => { loads++; load(...a); };"
        "twin.painter.view = (m, v, g) => { window.eyes.push([loads, m[12] / m[0], v[0], "
        "twin.ward.n]); view(m, v, g); };"
        "document.getElementById('vr').click()");
    g_assert_true(
        chromium_wait(world.chromium, "window.xrFrames > 5 && window.eyes.length > 10", 20));
    assert_true_there("Boolean(twin.session)");
    assert_true_there("(() => { const e = window.eyes.slice(-4), left = e.filter((x) => x[2] === "
                      "0), right = e.filter((x) => x[2] > 0);"
                      " return left.length === 2 && right.length === 2 && right.every((r) => "
                      "left.some((l) => l[0] === r[0]"
                      " && l[3] === r[3] && l[1] > r[1])); })()");
    /* The ray of a hand that points at the last bed chooses it. */
    assert_true_there(
        "(() => { const bed = twin.ward.list()[11], s = Math.min(0.4, 2.4 / twin.ward.columns);"
        " const to = [bed.at[0] * s, 1.35 + bed.at[1] * s - 1.2, bed.at[2] * s - 1.6];"
        " const l = Math.hypot(...to), z = to.map((x) => -x / l);"
        " const m = new Float32Array([1,0,0,0, 0,1,0,0, z[0],z[1],z[2],0, 0,1.2,0,1]);"
        " xrActs.select({ inputSource: {}, frame: { getPose: () => ({ transform: { matrix: m } }) "
        "} });"
        " return document.querySelector('#beds tr[aria-selected=true]').dataset.bed === bed.id; "
        "})()");
    assert_true_there("twin.painter.gl.getError() === 0");
    chromium_eval(world.chromium, "twin.session.end()");
    assert_true_there("twin.session === null");
}

static void
nothing_is_asked_of_any_other_place(void)
{
    if (!ready())
        return;
    open_page(NULL);
    assert_true_there("performance.getEntriesByType('resource').every((e) => "
                      "e.name.startsWith(location.origin))");
}

static void
world_open(void)
{
    WardOptions options = {0};

    g_assert_true(ward_options_parse("all", &options));
    options.beds = BEDS;
    g_autoptr(GByteArray) ward = ward_make(&options);
    world.model = dash_model_new();
    g_assert_true(dash_saved_apply(ward->data, ward->len, world.model, &world.now_us, NULL));
    world.serve = serve_on(0);
    world.chromium = chromium_new(1280, 800, &world.why);
}

int
main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*func)(void);
    } tests[] = {
        {"page_shows_every_bed_and_says_what_it_is", page_shows_every_bed_and_says_what_it_is},
        {"file_loads_in_the_page_and_has_its_places", file_loads_in_the_page_and_has_its_places},
        {"alarm_has_its_colour_on_the_screen", alarm_has_its_colour_on_the_screen},
        {"keys_and_the_list_choose_a_bed", keys_and_the_list_choose_a_bed},
        {"page_speaks_chinese_too", page_speaks_chinese_too},
        {"changes_reach_the_page_without_all_the_rest",
         changes_reach_the_page_without_all_the_rest},
        {"a_change_is_on_the_page_soon", a_change_is_on_the_page_soon},
        {"nothing_is_asked_of_any_other_place", nothing_is_asked_of_any_other_place},
        {"lost_link_is_said_and_greyed_and_found_again",
         lost_link_is_said_and_greyed_and_found_again},
        {"wrong_key_is_said_in_words", wrong_key_is_said_in_words},
        {"headset_gets_two_eyes_of_one_state", headset_gets_two_eyes_of_one_state},
    };

    g_test_init(&argc, &argv, NULL);
    world_open();
    for (size_t i = 0; i < G_N_ELEMENTS(tests); i++) {
        g_autofree char *path = g_strconcat("/twin-page/", tests[i].name, NULL);
        g_test_add_func(path, tests[i].func);
    }
    int status = g_test_run();
    chromium_free(world.chromium);
    dash_serve_free(world.serve);
    dash_model_free(world.model);
    return status;
}
