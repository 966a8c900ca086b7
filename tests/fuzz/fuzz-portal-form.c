/* A form of any bytes; and the same bytes as a header of cookies.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "portal/admin/forms.h"
#include "portal/admin/session.h"
#include "tests/fuzz/fuzz-target.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(PortalForm) form = portal_form_parse((const char *)data, size, &error);
    g_autofree char *text = g_strndup((const char *)data, size);
    g_autoptr(GBytes) token = portal_cookie_read(text, PORTAL_COOKIE);

    g_assert_true((form == NULL) == (error != NULL));
    g_assert_true(token == NULL || g_bytes_get_size(token) == PORTAL_SECRET);
    portal_session_is_chinese(text);
    if (form == NULL)
        return 0;
    g_assert_cmpuint(portal_form_n(form), <=, PORTAL_FORM_FIELDS);
    const char *value = portal_form_get(form, "a");
    g_assert_cmpuint(strlen(value), <=, PORTAL_FORM_VALUE);
    g_assert_true(g_utf8_validate(value, -1, NULL));
    return 0;
}
