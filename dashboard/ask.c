/* See ask.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/ask.h"

#include "common/error.h"

VicuQueryClient *
dash_ask_new(VicuContext *context, const VicuRoot *root, const char *who, GError **error)
{
    g_autofree char *endpoint = vicu_root_endpoint(root, "store-query");
    return vicu_query_client_new(context, endpoint, vicu_root_server(root, "store"), who, error);
}

bool
dash_ask_is_unanswered(const GError *error)
{
    return g_error_matches(error, VICU_ERROR, VICU_ERROR_TIMEOUT)
           || g_error_matches(error, VICU_ERROR, VICU_ERROR_ABSENT);
}
