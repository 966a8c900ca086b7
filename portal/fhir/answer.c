/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/clock.h"
#include "portal/fhir/fhir-inner.h"

void
fhir_send(PortalRequest *request, unsigned status, VicuJson *json)
{
    const char *text = vicu_json_peek(json);
    g_autoptr(GBytes) body = g_bytes_new(text, strlen(text));

    portal_request_answer(request, status, PORTAL_FHIR_JSON, body);
}

void
portal_fhir_refuse(PortalRequest *request, unsigned status, const char *code, const char *text)
{
    g_autoptr(VicuJson) json = vicu_json_new();

    portal_fhir_outcome(json, code, text);
    fhir_send(request, status, json);
}

/* The query as it came, with another _offset. Caller frees. */
static char *
next_query(const char *query, unsigned offset)
{
    g_auto(GStrv) part = g_strsplit(query, "&", -1);
    GString *next = g_string_new(NULL);

    for (int i = 0; part[i] != NULL; i++)
        if (*part[i] != '\0' && !g_str_has_prefix(part[i], "_offset="))
            g_string_append_printf(next, "%s&", part[i]);
    g_string_append_printf(next, "_offset=%u", offset);
    return g_string_free(next, FALSE);
}

static void
put_link(VicuJson *json, const char *relation, const char *url)
{
    vicu_json_begin_object(json, NULL);
    vicu_json_text(json, "relation", relation);
    vicu_json_text(json, "url", url);
    vicu_json_end(json);
}

void
fhir_send_bundle(PortalRequest *request,
                 const PortalSearch *search,
                 const char *url,
                 guint n,
                 bool full,
                 FhirPutFunc put,
                 gpointer user)
{
    g_autoptr(VicuJson) json = vicu_json_new();
    const char *type = portal_fhir_type_name(search->type);
    g_autofree char *self_url =
        g_strdup_printf("%s/fhir/%s?%s", url, type, portal_request_query(request));
    guint end = MIN(n, search->offset + search->count);

    vicu_json_begin_object(json, NULL);
    vicu_json_text(json, "resourceType", "Bundle");
    vicu_json_text(json, "type", "searchset");
    vicu_json_time(json, "timestamp", vicu_clock_utc_us());
    if (!full)
        vicu_json_integer(json, "total", n);
    vicu_json_begin_array(json, "link");
    put_link(json, "self", self_url);
    if (end < n) {
        g_autofree char *query = next_query(portal_request_query(request), end);
        g_autofree char *next = g_strdup_printf("%s/fhir/%s?%s", url, type, query);
        put_link(json, "next", next);
    }
    vicu_json_end(json);
    vicu_json_begin_array(json, "entry");
    for (guint i = search->offset; i < end; i++) {
        vicu_json_begin_object(json, NULL);
        put(json, i, user);
        vicu_json_begin_object(json, "search");
        vicu_json_text(json, "mode", "match");
        vicu_json_end(json);
        vicu_json_end(json);
    }
    if (full) {
        vicu_json_begin_object(json, NULL);
        g_autoptr(VicuJson) outcome = vicu_json_new();
        portal_fhir_outcome(outcome, "too-costly",
                            "there is more in this time than one search looks at: ask for less of "
                            "it");
        vicu_json_raw(json, "resource", vicu_json_peek(outcome));
        vicu_json_begin_object(json, "search");
        vicu_json_text(json, "mode", "outcome");
        vicu_json_end(json);
        vicu_json_end(json);
    }
    vicu_json_end(json);
    vicu_json_end(json);
    fhir_send(request, SOUP_STATUS_OK, json);
}

void
fhir_put_resource(VicuJson *json, VicuJson *resource)
{
    vicu_json_raw(json, "resource", vicu_json_peek(resource));
}
