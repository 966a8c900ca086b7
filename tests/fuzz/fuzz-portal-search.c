/* A FHIR search of any bytes: path and query, a line end between them.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "portal/fhir/resources.h"
#include "portal/fhir/search.h"
#include "tests/fuzz/fuzz-target.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree char *text = g_strndup((const char *)data, size);
    char *query = strchr(text, '\n');
    g_autoptr(GError) error = NULL;
    PortalSearch search;
    uint32_t code = 0, channel = 0;
    int64_t t_us = 0;
    char bed[18];

    if (query != NULL)
        *query++ = '\0';
    gboolean ok =
        portal_search_parse(text, query != NULL ? query : "", 1790000000000000, &search, &error);
    g_assert_true(ok == (error == NULL));
    if (!ok)
        return 0;
    g_assert_cmpuint(search.n_codes, <=, PORTAL_SEARCH_CODES);
    g_assert_cmpuint(search.count, <=, PORTAL_SEARCH_LARGEST);
    g_assert_cmpuint(strnlen(search.id, sizeof search.id), <, sizeof search.id);
    if (portal_fhir_value_of_id(search.id, &code, &channel, &t_us, bed))
        g_assert_true(code > 0 && t_us > 0 && strlen(bed) == 17);
    return 0;
}
