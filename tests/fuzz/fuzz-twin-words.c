/* What a page says to the twin's server, of any bytes: nothing, or one of three words within its
 * bounds; and any header that names a host.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "dashboard/twin/door.h"
#include "tests/fuzz/fuzz-target.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    DashHeard heard;

    dash_door_hear(data, size, &heard);
    g_assert_true(heard.kind <= DASH_HEARD_SPEAK);
    g_assert_cmpuint(strnlen(heard.word, sizeof heard.word), <, sizeof heard.word);
    g_assert_true(heard.kind != DASH_HEARD_NOTHING || (*heard.word == '\0' && heard.seen == 0));
    g_assert_true(heard.kind != DASH_HEARD_SPEAK || *heard.word);
    for (const char *p = heard.word; *p; p++)
        g_assert_true(g_ascii_isalnum(*p) || strchr("_-./", *p));
    g_autofree char *text = g_strndup((const char *)data, size);
    g_assert_true(!dash_door_host(text, 80) || g_str_has_suffix(text, ":80"));
    g_assert_true(!dash_door_origin(text, 80) || g_str_has_prefix(text, "http://"));
    g_assert_false(dash_door_key(text, "") && size == 0);
    return 0;
}
