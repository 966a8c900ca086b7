/* SPDX-License-Identifier: Apache-2.0 */
#include "portal/fhir/search.h"

#include <string.h>

#include "common/bed-name.h"
#include "common/clock.h"
#include "common/error.h"
#include "proto/signals.h"

#define PARAMETERS_MAX 16
#define MDC_SYSTEM     "urn:iso:std:iso:11073:10101"
#define LOINC_SYSTEM   "http://loinc.org"
#define BED_SYSTEM     "urn:vicu:bed"
#define PATIENT_SYSTEM "urn:vicu:patient"
#define OFFSET_MAX     100000

static const char *const type_names[] = {"",       "metadata",      "Observation",
                                         "Device", "Communication", "AuditEvent"};

/* Of LOINC 2.7x, where one code means what the signal is. */
static const struct {
    const char *loinc, *signal;
} codes[] = {
    {"8867-4", "HR"},      {"8889-8", "PULSE"},   {"9279-1", "RR"},     {"59408-5", "SpO2"},
    {"76215-3", "ART_S"},  {"76213-8", "ART_D"},  {"76214-6", "ART_M"}, {"76534-7", "NIBP_S"},
    {"76535-4", "NIBP_D"}, {"76536-2", "NIBP_M"}, {"60985-9", "CVP_M"}, {"19891-1", "EtCO2"},
    {"8310-5", "Temp"},
};

uint32_t
portal_loinc_to_mdc(const char *loinc)
{
    for (size_t i = 0; i < G_N_ELEMENTS(codes); i++)
        if (strcmp(codes[i].loinc, loinc) == 0) {
            const VicuSignal *signal = vicu_signal_by_name(codes[i].signal);
            return signal != NULL ? vicu_signal_code(signal) : 0;
        }
    return 0;
}

const char *
portal_mdc_to_loinc(uint32_t code)
{
    const VicuSignal *signal = vicu_signal_by_code(code);

    for (size_t i = 0; signal != NULL && i < G_N_ELEMENTS(codes); i++)
        if (strcmp(codes[i].signal, signal->name) == 0)
            return codes[i].loinc;
    return NULL;
}

const char *
portal_fhir_type_name(PortalFhirType type)
{
    return type_names[type];
}

/* ---- parameters ---- */

static gboolean
wrong(GError **error, const char *name, const char *value, const char *expected)
{
    g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT, "%.64s=%.64s: expected %s", name, value,
                expected);
    return FALSE;
}

static gboolean
take_word(const char *name, const char *value, const char *system, char *out, GError **error)
{
    const char *bar = strchr(value, '|');

    if (bar != NULL
        && ((size_t)(bar - value) != strlen(system) || strncmp(value, system, strlen(system)) != 0))
        return wrong(error, name, value, system);
    if (bar != NULL)
        value = bar + 1;
    if (*value == '\0' || strlen(value) >= PORTAL_SEARCH_WORD)
        return wrong(error, name, value, "1 to 127 bytes");
    g_strlcpy(out, value, PORTAL_SEARCH_WORD);
    return TRUE;
}

/* "SYSTEM|CODE" or "CODE", MDC or LOINC; several with commas between them. */
static gboolean
take_codes(const char *value, PortalSearch *out, GError **error)
{
    g_auto(GStrv) word = g_strsplit(value, ",", PORTAL_SEARCH_CODES + 1);

    for (unsigned i = 0; word[i] != NULL; i++) {
        const char *bar = strchr(word[i], '|'), *code = bar != NULL ? bar + 1 : word[i];
        g_autofree char *system = bar != NULL ? g_strndup(word[i], (gsize)(bar - word[i])) : NULL;
        guint64 mdc = 0;
        bool may_mdc = system == NULL || strcmp(system, MDC_SYSTEM) == 0;
        bool may_loinc = system == NULL || strcmp(system, LOINC_SYSTEM) == 0;
        if (out->n_codes == PORTAL_SEARCH_CODES)
            return wrong(error, "code", value, "at most 16 codes");
        if (!may_mdc || !g_ascii_string_to_unsigned(code, 10, 1, G_MAXUINT32, &mdc, NULL))
            mdc = may_loinc ? portal_loinc_to_mdc(code) : 0;
        if (mdc == 0)
            return wrong(error, "code", word[i], "a code of " MDC_SYSTEM " or " LOINC_SYSTEM);
        out->code[out->n_codes++] = (uint32_t)mdc;
    }
    return TRUE;
}

/* "ge2026-01-31T08:00:00Z" and its kin; a bare time is that instant's second. */
static gboolean
take_date(const char *name, const char *value, PortalSearch *out, GError **error)
{
    static const char *const prefixes[] = {"ge", "gt", "le", "lt"};
    int64_t t_us = 0;
    int which = -1;

    for (int i = 0; i < 4; i++)
        if (g_str_has_prefix(value, prefixes[i]))
            which = i;
    const char *time = which >= 0 ? value + 2 : value;
    /* A plus in an address is a space. */
    g_autofree char *clean = g_strdelimit(g_strdup(time), " ", '+');
    g_autofree char *whole = strlen(clean) == strlen("2026-01-31")
                                 ? g_strconcat(clean, "T00:00:00Z", NULL)
                                 : g_strdup(clean);
    if (*whole == '-' || *whole == '+' || !vicu_time_parse(whole, 0, &t_us, NULL) || t_us <= 0)
        return wrong(error, name, value, "ge, gt, le or lt and an ISO 8601 time with its zone");
    if (which < 0 || which <= 1)
        out->from_us = MAX(out->from_us, t_us + (which == 1));
    if (which < 0)
        out->to_us = MIN(out->to_us, t_us + G_USEC_PER_SEC);
    if (which >= 2)
        out->to_us = MIN(out->to_us, t_us + (which == 2));
    return TRUE;
}

static gboolean
take_number(
    const char *name, const char *value, guint64 min, guint64 max, unsigned *out, GError **error)
{
    guint64 n = 0;
    g_autofree char *range = g_strdup_printf("%" G_GUINT64_FORMAT "..%" G_GUINT64_FORMAT, min, max);

    if (!g_ascii_string_to_unsigned(value, 10, min, max, &n, NULL))
        return wrong(error, name, value, range);
    *out = (unsigned)n;
    return TRUE;
}

static gboolean
take_parameter(const char *name, const char *value, PortalSearch *out, GError **error)
{
    bool of_patient =
        out->type == PORTAL_FHIR_OBSERVATION || out->type == PORTAL_FHIR_COMMUNICATION;

    if (strcmp(name, "_count") == 0)
        return take_number(name, value, 1, PORTAL_SEARCH_LARGEST, &out->count, error);
    if (strcmp(name, "_offset") == 0)
        return take_number(name, value, 0, OFFSET_MAX, &out->offset, error);
    if (strcmp(name, "_format") == 0)
        return strstr(value, "json") != NULL || wrong(error, name, value, "json");
    if (out->type == PORTAL_FHIR_OBSERVATION && strcmp(name, "code") == 0)
        return take_codes(value, out, error);
    if (out->type != PORTAL_FHIR_DEVICE
        && (strcmp(name, "date") == 0
            || (out->type == PORTAL_FHIR_COMMUNICATION && strcmp(name, "sent") == 0)))
        return take_date(name, value, out, error);
    if ((of_patient && strcmp(name, "subject:identifier") == 0)
        || (out->type == PORTAL_FHIR_DEVICE && strcmp(name, "identifier") == 0)) {
        if (!take_word(name, value, BED_SYSTEM, out->bed, error))
            return FALSE;
        return vicu_bed_is_id(out->bed) || wrong(error, name, value, "site/unit/bed");
    }
    if (of_patient && strcmp(name, "patient:identifier") == 0)
        return take_word(name, value, PATIENT_SYSTEM, out->patient, error);
    return wrong(error, name, value, "a parameter that /fhir/metadata lists");
}

static gboolean
take_query(const char *query, PortalSearch *out, GError **error)
{
    g_auto(GStrv) part = g_strsplit(query, "&", PARAMETERS_MAX + 1);

    for (unsigned i = 0; part[i] != NULL; i++) {
        if (*part[i] == '\0')
            continue;
        if (i == PARAMETERS_MAX)
            return wrong(error, "query", part[i], "at most 16 parameters");
        char *equals = strchr(part[i], '=');
        if (equals == NULL)
            return wrong(error, part[i], "", "NAME=VALUE");
        g_autofree char *name = g_uri_unescape_segment(part[i], equals, NULL);
        g_autofree char *value = g_uri_unescape_string(equals + 1, NULL);
        if (name == NULL || value == NULL || !g_utf8_validate(name, -1, NULL)
            || !g_utf8_validate(value, -1, NULL))
            return wrong(error, "query", "", "percent-encoded UTF-8");
        if (!take_parameter(name, value, out, error))
            return FALSE;
    }
    return TRUE;
}

static bool
is_id(const char *text)
{
    size_t length = strlen(text);

    for (const char *p = text; *p != '\0'; p++)
        if (!g_ascii_isalnum(*p) && *p != '-' && *p != '.')
            return false;
    return length >= 1 && length <= 64;
}

gboolean
portal_search_parse(
    const char *path, const char *query, int64_t now_us, PortalSearch *out, GError **error)
{
    g_auto(GStrv) part = g_strsplit(path, "/", 3);

    memset(out, 0, sizeof *out);
    out->count = PORTAL_SEARCH_COUNT;
    out->to_us = now_us + 10 * (int64_t)G_USEC_PER_SEC; /* a device's clock may be ahead */
    if (strlen(query) > PORTAL_SEARCH_MAX)
        return wrong(error, "query", "", "at most 2048 bytes");
    for (size_t i = 1; part[0] != NULL && i < G_N_ELEMENTS(type_names); i++)
        if (strcmp(part[0], type_names[i]) == 0)
            out->type = (PortalFhirType)i;
    if (out->type == PORTAL_FHIR_NONE)
        return TRUE;
    if (part[1] != NULL) {
        if (!is_id(part[1]) || part[2] != NULL || out->type == PORTAL_FHIR_METADATA)
            return wrong(error, "id", part[1], "1 to 64 of letters, digits, - and .");
        g_strlcpy(out->id, part[1], sizeof out->id);
    }
    return out->type == PORTAL_FHIR_METADATA || take_query(query, out, error);
}
