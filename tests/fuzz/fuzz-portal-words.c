/* What a page says to the portal, and the table of tokens, of any bytes.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "portal/heard.h"
#include "portal/tokens.h"
#include "tests/fuzz/fuzz-target.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    PortalHeard heard;
    g_autoptr(GError) error = NULL;

    portal_heard_parse(data, size, &heard);
    g_assert_true(heard.kind <= PORTAL_HEARD_DETAIL);
    g_assert_true(g_utf8_validate(heard.text, -1, NULL) && g_utf8_validate(heard.id, -1, NULL));
    g_assert_true(heard.kind != PORTAL_HEARD_NOTHING || (*heard.id == '\0' && heard.ref == 0));
    g_autoptr(PortalTokens) tokens = portal_tokens_parse((const char *)data, size, "t", &error);
    g_assert_true((tokens == NULL) == (error != NULL));
    for (size_t i = 0; tokens != NULL && i < portal_tokens_n(tokens); i++)
        g_assert_cmpint(portal_tokens_at(tokens, i)->role, !=, PORTAL_ROLE_NONE);
    g_autofree char *text = g_strndup((const char *)data, size);
    g_autofree char *token = portal_token_of_header(text);
    g_assert_true(*token == '\0' || strlen(token) == PORTAL_TOKEN_LEN);
    return 0;
}
