/* What pages with forms are made of: HTML, forms, cookies, and the token of a form. Pure.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/people.h"
#include "portal/admin/admin.h"
#include "portal/admin/duty.h"
#include "portal/admin/forms.h"
#include "portal/admin/html.h"
#include "portal/admin/session.h"

#define DIGITS "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"

static void
what_comes_from_elsewhere_is_text(void)
{
    g_autoptr(PortalHtml) html = portal_html_new();

    portal_html_put(html, "<b title=\"%s\">%s</b> %d %u %zu %" G_GINT64_FORMAT " 5%%", "\"'", "<&>",
                    -5, 7u, (size_t)8, (gint64)-9);
    g_assert_cmpstr(portal_html_peek(html, NULL), ==,
                    "<b title=\"&quot;&#39;\">&lt;&amp;&gt;</b> -5 7 8 -9 5%");
}

static void
text_that_is_none_is_made_harmless(void)
{
    g_autoptr(PortalHtml) html = portal_html_new();
    const char *nothing = NULL;

    portal_html_put(html, "[%s][%s][%s]", "a\x01\x7f", "\xf0\x9f", nothing);
    const char *text = portal_html_peek(html, NULL);
    g_assert_true(g_utf8_validate(text, -1, NULL));
    g_assert_null(strchr(text, '\x01'));
    g_assert_true(g_str_has_prefix(text, "[a\xef\xbf\xbd\xef\xbf\xbd]["));
    g_assert_true(g_str_has_suffix(text, "][]"));
}

static void
a_time_is_said_for_people_and_machines(void)
{
    g_autoptr(PortalHtml) html = portal_html_new();

    portal_html_time(html, 1790000000000000);
    g_assert_cmpstr(portal_html_peek(html, NULL), ==,
                    "<time datetime=\"2026-09-21T14:13:20Z\">2026-09-21 14:13:20</time>");
}

/* ---- forms ---- */

static bool
is_form(const char *text)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(PortalForm) form = portal_form_parse(text, strlen(text), &error);

    g_assert_true((form == NULL) == (error != NULL));
    return form != NULL;
}

static void
a_form_is_read(void)
{
    static const char text[] = "a=1&b-2=x+y%26%e4%b8%ad&c=&n=42";
    g_autoptr(PortalForm) form = portal_form_parse(text, strlen(text), NULL);
    int64_t n = 0;

    g_assert_nonnull(form);
    g_assert_cmpuint(portal_form_n(form), ==, 4);
    g_assert_cmpstr(portal_form_get(form, "b-2"), ==, "x y&\xe4\xb8\xad");
    g_assert_cmpstr(portal_form_get(form, "c"), ==, "");
    g_assert_cmpstr(portal_form_get(form, "d"), ==, "");
    g_assert_true(portal_form_number(form, "n", 0, 42, &n) && n == 42);
    g_assert_false(portal_form_number(form, "n", 0, 41, &n));
    g_assert_false(portal_form_number(form, "b-2", 0, 41, &n));
    g_assert_true(is_form(""));
}

static void
a_form_that_is_none_is_refused_whole(void)
{
    static const char *const wrong[] = {
        "a",     "=1",     "A=1",   "a=1&a=2",  "a=%",    "a=%4",   "a=%g0",
        "a=%00", "a=%0a",  "a=%ff", "a=1&&b=2", "1a=1",   "a b=1",  "a%61=1",
        "a=%7f", "\xff=1", "&",     "a=1&b",    "a=\x01", "a=\xc3", "a=\xc3%28",
    };
    g_autofree char *name = g_strnfill(PORTAL_FORM_NAME, 'n');
    g_autofree char *value = g_strnfill(PORTAL_FORM_VALUE, 'v');
    g_autoptr(GString) many = g_string_new("f0=");

    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++)
        g_assert_false(is_form(wrong[i]));
    g_autofree char *most = g_strconcat(name, "=", value, NULL);
    g_autofree char *name_long = g_strconcat("n", name, "=", NULL);
    g_autofree char *value_long = g_strconcat("v=v", value, NULL);
    g_assert_true(is_form(most));
    g_assert_false(is_form(name_long));
    g_assert_false(is_form(value_long));
    for (int i = 1; i < PORTAL_FORM_FIELDS; i++)
        g_string_append_printf(many, "&f%d=", i);
    g_assert_true(is_form(many->str));
    g_string_append(many, "&more=");
    g_assert_false(is_form(many->str));
    g_autofree char *big = g_strnfill(PORTAL_FORM_BYTES + 1, '&');
    g_assert_false(is_form(big));
}

static void
forms_go_to_few_paths(void)
{
    g_assert_true(portal_admin_takes_form("/sign-in"));
    g_assert_false(portal_admin_takes_form("/"));
    g_assert_false(portal_admin_takes_form("/sign-in/"));
    g_assert_false(portal_admin_takes_form("/live"));
}

/* ---- cookies ---- */

static void
a_cookie_goes_nowhere_else(void)
{
    g_autoptr(GBytes) secret = portal_secret_read(DIGITS);
    g_autofree char *text = portal_cookie_write(PORTAL_COOKIE, secret, 0);
    g_autofree char *gone = portal_cookie_write(PORTAL_COOKIE, NULL, 0);

    g_assert_cmpstr(text, ==, "__Host-vicu=" DIGITS "; Path=/; Secure; HttpOnly; SameSite=Strict");
    g_assert_cmpstr(gone, ==, "__Host-vicu=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0");
}

static void
our_cookie_is_found_among_others(void)
{
    static const char *const none[] = {
        "",
        "__Host-vicu=",
        "__Host-vicu=00",
        "x__Host-vicu=" DIGITS,
        "__Host-vicu-device=" DIGITS,
        "__Host-vicu=" DIGITS "00",
        "__Host-vicu=" DIGITS "; __Host-vicu=" DIGITS,
    };
    g_autoptr(GBytes) wanted = portal_secret_read(DIGITS);
    g_autoptr(GBytes) found =
        portal_cookie_read("a=b; __Host-vicu-device=1;__Host-vicu=" DIGITS "; c", PORTAL_COOKIE);

    g_assert_nonnull(found);
    g_assert_true(g_bytes_equal(found, wanted));
    for (size_t i = 0; i < G_N_ELEMENTS(none); i++)
        g_assert_null(portal_cookie_read(none[i], PORTAL_COOKIE));
}

static void
a_form_is_of_its_session(void)
{
    uint8_t token[VICU_PEOPLE_TOKEN] = {1}, other[VICU_PEOPLE_TOKEN] = {2};
    char csrf[VICU_PEOPLE_CSRF];

    vicu_people_csrf(token, csrf);
    g_assert_true(vicu_people_csrf_is(token, csrf));
    g_assert_false(vicu_people_csrf_is(other, csrf));
    g_assert_false(vicu_people_csrf_is(token, ""));
    g_assert_false(vicu_people_csrf_is(token, NULL));
}

/* ---- who asks ---- */

static void
must_be_from(const char *address, const char *place)
{
    g_autofree char *from = portal_session_from(address);

    g_assert_cmpstr(from, ==, place);
}

static void
one_holder_is_one_place(void)
{
    must_be_from("10.0.0.7", "10.0.0.7");
    must_be_from("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64");
    must_be_from("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64");
    must_be_from("::ffff:10.0.0.7", "10.0.0.7");
    must_be_from("::1", "::1");
    must_be_from("", "");
}

static void
a_page_is_in_the_readers_language(void)
{
    g_assert_false(portal_session_is_chinese(""));
    g_assert_false(portal_session_is_chinese("de, en;q=0.5"));
    g_assert_true(portal_session_is_chinese("zh-CN,zh;q=0.9,en;q=0.8"));
    g_assert_true(portal_session_is_chinese("de, zh"));
    g_assert_false(portal_session_is_chinese("en-GB,en;q=0.9,zh;q=0.8"));
    g_assert_true(portal_session_is_chinese("en;q=0.3, zh;q=0.8"));
}

/* ---- duty ---- */

/* Of 2026-09-21, a Monday, in minutes of UTC. */
static int64_t
monday_us(int minute)
{
    return (1789948800 + 60 * (int64_t)minute) * G_USEC_PER_SEC;
}

static void
a_weekly_shift_is_on_over_midnight(void)
{
    g_autoptr(GTimeZone) zone = g_time_zone_new_utc();
    Vicu__RosterShift shift = VICU__ROSTER_SHIFT__INIT;
    int64_t until_us = 0;

    shift.days = 1u << 6; /* begins on Sundays */
    shift.from_min = 20 * 60;
    shift.to_min = 8 * 60;
    g_assert_true(portal_duty_is_on(&shift, monday_us(-1), zone, &until_us));
    g_assert_true(portal_duty_is_on(&shift, monday_us(7 * 60), zone, &until_us));
    g_assert_cmpint(until_us, ==, monday_us(8 * 60));
    g_assert_false(portal_duty_is_on(&shift, monday_us(8 * 60), zone, &until_us));
    g_assert_false(portal_duty_is_on(&shift, monday_us(21 * 60), zone, &until_us));
    shift.days = 1u << 0;
    shift.from_min = 0;
    shift.to_min = PORTAL_DAY_MIN;
    g_assert_true(portal_duty_is_on(&shift, monday_us(0), zone, &until_us));
    g_assert_false(portal_duty_is_on(&shift, monday_us(PORTAL_DAY_MIN), zone, &until_us));
}

static void
a_shift_of_once_has_its_own_times(void)
{
    g_autoptr(GTimeZone) zone = g_time_zone_new_utc();
    Vicu__RosterShift shift = VICU__ROSTER_SHIFT__INIT;
    int64_t until_us = 0;

    shift.from_us = monday_us(0);
    shift.to_us = monday_us(60);
    g_assert_false(portal_duty_is_on(&shift, monday_us(-1), zone, &until_us));
    g_assert_true(portal_duty_is_on(&shift, monday_us(0), zone, &until_us));
    g_assert_false(portal_duty_is_on(&shift, monday_us(60), zone, &until_us));
}

static void
a_clock_is_read_as_it_is_written(void)
{
    static const char *const wrong[] = {"", "8:00", "08.00", "24:01", "08:60", "08:000", "ab:cd"};
    char text[6];
    int minutes = 0;

    g_assert_true(portal_duty_read_clock("24:00", &minutes));
    portal_duty_clock(minutes, text);
    g_assert_cmpstr(text, ==, "24:00");
    g_assert_true(portal_duty_read_clock("07:05", &minutes) && minutes == 425);
    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++)
        g_assert_false(portal_duty_read_clock(wrong[i], &minutes));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/admin/what-comes-from-elsewhere-is-text", what_comes_from_elsewhere_is_text);
    g_test_add_func("/admin/text-that-is-none-is-made-harmless",
                    text_that_is_none_is_made_harmless);
    g_test_add_func("/admin/a-time-is-said-for-people-and-machines",
                    a_time_is_said_for_people_and_machines);
    g_test_add_func("/admin/a-form-is-read", a_form_is_read);
    g_test_add_func("/admin/a-form-that-is-none-is-refused-whole",
                    a_form_that_is_none_is_refused_whole);
    g_test_add_func("/admin/forms-go-to-few-paths", forms_go_to_few_paths);
    g_test_add_func("/admin/a-cookie-goes-nowhere-else", a_cookie_goes_nowhere_else);
    g_test_add_func("/admin/our-cookie-is-found-among-others", our_cookie_is_found_among_others);
    g_test_add_func("/admin/a-form-is-of-its-session", a_form_is_of_its_session);
    g_test_add_func("/admin/one-holder-is-one-place", one_holder_is_one_place);
    g_test_add_func("/admin/a-page-is-in-the-readers-language", a_page_is_in_the_readers_language);
    g_test_add_func("/admin/a-weekly-shift-is-on-over-midnight",
                    a_weekly_shift_is_on_over_midnight);
    g_test_add_func("/admin/a-shift-of-once-has-its-own-times", a_shift_of_once_has_its_own_times);
    g_test_add_func("/admin/a-clock-is-read-as-it-is-written", a_clock_is_read_as_it_is_written);
    return g_test_run();
}
