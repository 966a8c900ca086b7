/* What of the hologram's page is anybody's, and under which policy it is shown.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "portal/hologram.h"

static void
scripts_and_solids_are_anybodys_and_nothing_else(void)
{
    static const char *const open[] = {"/hologram/main.js", "/hologram/twin.css",
                                       "/hologram/kit.glb"};
    static const char *const closed[] = {"/hologram/",
                                         "/hologram/ward.glb",
                                         "/hologram/live",
                                         "/hologram/index.html",
                                         "/hologram/../main.js",
                                         "/hologram/..js",
                                         "/hologram/a/b.js",
                                         "/hologram/main.js?key=1",
                                         "/hologram/MAIN.js",
                                         "/hologram/a%2fb.js",
                                         "/main.js",
                                         "/hologrammain.js",
                                         "",
                                         "/hologram/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.js"};

    for (size_t i = 0; i < G_N_ELEMENTS(open); i++)
        g_assert_true(portal_hologram_is_open_part(open[i]));
    for (size_t i = 0; i < G_N_ELEMENTS(closed); i++)
        if (portal_hologram_is_open_part(closed[i]))
            g_error("%s is anybody's", closed[i]);
}

static void
its_policy_knows_this_origin_alone(void)
{
    SoupMessageHeaders *headers = soup_message_headers_new(SOUP_MESSAGE_HEADERS_RESPONSE);

    portal_request_guard(headers, "ward.example:8443");
    portal_hologram_guard(headers);
    const char *policy = soup_message_headers_get_one(headers, "Content-Security-Policy");
    g_assert_nonnull(strstr(policy, "default-src 'none'"));
    g_assert_nonnull(strstr(policy, "frame-ancestors 'none'"));
    g_assert_null(strstr(policy, "unsafe"));
    g_assert_null(strstr(policy, "http"));
    g_assert_null(strstr(policy, "*"));
    g_assert_nonnull(strstr(soup_message_headers_get_one(headers, "Permissions-Policy"),
                            "xr-spatial-tracking=(self)"));
    g_assert_nonnull(soup_message_headers_get_one(headers, "Strict-Transport-Security"));
    soup_message_headers_unref(headers);
}

static void
an_origin_that_is_not_said_is_not_ours(void)
{
    g_assert_true(portal_request_is_origin("https://a.example:8443", "a.example:8443"));
    g_assert_false(portal_request_is_origin(NULL, "a.example:8443"));
    g_assert_false(portal_request_is_origin("https://a.example:8443", NULL));
    g_assert_false(portal_request_is_origin("http://a.example:8443", "a.example:8443"));
    g_assert_false(portal_request_is_origin("null", "a.example:8443"));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define TEST(name) g_test_add_func("/portal/hologram/" #name, name)
    TEST(scripts_and_solids_are_anybodys_and_nothing_else);
    TEST(its_policy_knows_this_origin_alone);
    TEST(an_origin_that_is_not_said_is_not_ours);
#undef TEST
    return g_test_run();
}
