/* SPDX-License-Identifier: Apache-2.0 */
#include "portal/files.h"

#include <string.h>

#include "portal/pages/portal-resources.h"

#define PREFIX "/vicu/portal"

static const struct {
    const char *path, *file, *type;
} files[] = {
    {"/", "/index.html", "text/html; charset=utf-8"},
    {"/page.css", "/page.css", "text/css; charset=utf-8"},
    {"/admin.css", "/admin.css", "text/css; charset=utf-8"},
    {"/words.js", "/words.js", "text/javascript; charset=utf-8"},
    {"/link.js", "/link.js", "text/javascript; charset=utf-8"},
    {"/duty.js", "/duty.js", "text/javascript; charset=utf-8"},
    {"/cards.js", "/cards.js", "text/javascript; charset=utf-8"},
    {"/main.js", "/main.js", "text/javascript; charset=utf-8"},
    {"/sw.js", "/sw.js", "text/javascript; charset=utf-8"},
    {"/icon.svg", "/icon.svg", "image/svg+xml"},
    {"/manifest.json", "/manifest.json", "application/manifest+json"},
};

bool
portal_files_answer(PortalRequest *request)
{
    size_t i = 0;

    while (i < G_N_ELEMENTS(files) && strcmp(files[i].path, portal_request_path(request)) != 0)
        i++;
    if (i == G_N_ELEMENTS(files))
        return false;
    g_autofree char *inner = g_strconcat(PREFIX, files[i].file, NULL);
    g_autoptr(GBytes) bytes =
        g_resource_lookup_data(portal_get_resource(), inner, G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
    g_assert(bytes != NULL);
    g_autofree char *sum = g_compute_checksum_for_bytes(G_CHECKSUM_SHA256, bytes);
    g_autofree char *tag = g_strdup_printf("\"%.32s\"", sum);
    portal_request_header(request, "Cache-Control", "no-cache");
    portal_request_header(request, "ETag", tag);
    if (strcmp(portal_request_if_none_match(request), tag) == 0)
        portal_request_answer(request, SOUP_STATUS_NOT_MODIFIED, NULL, NULL);
    else
        portal_request_answer(request, SOUP_STATUS_OK, files[i].type, bytes);
    return true;
}
