/* Which bed a message is from, and what is told once.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "collector/sources/hl7-mapper.h"

#define PART_MAX 32U

static gboolean
is_part(const char *text, size_t n)
{
    if (n < 1 || n > PART_MAX)
        return FALSE;
    for (size_t i = 0; i < n; i++)
        if (!g_ascii_isalnum(text[i]) && text[i] != '_' && text[i] != '-')
            return FALSE;
    return TRUE;
}

gboolean
collector_hl7_is_bed_id(const char *text)
{
    g_auto(GStrv) parts = g_strsplit(text, "/", 4);

    if (g_strv_length(parts) != 3)
        return FALSE;
    for (size_t i = 0; i < 3; i++)
        if (!is_part(parts[i], strlen(parts[i])))
            return FALSE;
    return TRUE;
}

char *
collector_hl7_unassigned_bed(const char *site, const char *text)
{
    g_autoptr(GString) part = g_string_new(NULL);
    gboolean changed = FALSE;

    for (const char *c = text; *c != '\0'; c++) {
        if (g_ascii_isalnum(*c) || *c == '_' || *c == '-')
            g_string_append_c(part, *c);
        else if (part->len > 0 && part->str[part->len - 1] != '-')
            g_string_append_c(part, '-');
        /* A byte beyond ASCII leaves no trace in the name: only a hash keeps two such apart. */
        changed = changed || (unsigned char)*c >= 0x80;
    }
    while (part->len > 0 && part->str[part->len - 1] == '-')
        g_string_truncate(part, part->len - 1);
    if (part->len > PART_MAX || changed) {
        g_string_truncate(part, MIN(part->len, PART_MAX - 9));
        g_string_append_printf(part, "%s%08x", part->len > 0 ? "-" : "", g_str_hash(text));
    }
    return g_strdup_printf("%s/unassigned/%s", site, part->len > 0 ? part->str : "unknown");
}

void
collector_hl7_remember_bounded(GHashTable *table)
{
    if (g_hash_table_size(table) >= COLLECTOR_HL7_MAX_REMEMBERED)
        g_hash_table_remove_all(table);
}

const char *
collector_hl7_keep(CollectorHl7Mapping *mapping, const char *text)
{
    return g_string_chunk_insert_const(mapping->out->strings, text);
}

gboolean
collector_hl7_tell(CollectorHl7Mapping *mapping, const char *what, int64_t for_us)
{
    GHashTable *told = mapping->mapper->told;
    const int64_t *last = g_hash_table_lookup(told, what);

    if (last != NULL && mapping->t_receive_us - *last < for_us && mapping->t_receive_us >= *last)
        return FALSE;
    collector_hl7_remember_bounded(told);
    g_hash_table_insert(told, g_strdup(what),
                        g_memdup2(&mapping->t_receive_us, sizeof mapping->t_receive_us));
    return TRUE;
}

CollectorHl7Event *
collector_hl7_event(CollectorHl7Mapping *mapping,
                    const char *bed,
                    const char *kind,
                    const char *key,
                    const char *text)
{
    CollectorHl7Event event = {
        .bed = collector_hl7_keep(mapping, bed),
        .t_us = mapping->t_receive_us,
        .kind = collector_hl7_keep(mapping, kind),
        .key = collector_hl7_keep(mapping, key),
        .text = collector_hl7_keep(mapping, text),
        .trigger = "",
        .patient = "",
        .prior_bed = "",
        .prior_patient = "",
        .visit = "",
    };

    g_array_append_val(mapping->out->events, event);
    return &g_array_index(mapping->out->events, CollectorHl7Event, mapping->out->events->len - 1);
}

/* [beds] by the whole text, by unit^room^bed, then by the bed alone. */
static const char *
look_up(const CollectorHl7Settings *settings, const char *location)
{
    g_auto(GStrv) parts = NULL;
    g_autofree char *three = NULL;
    const char *bed;

    if (settings->beds == NULL || *location == '\0')
        return NULL;
    bed = g_hash_table_lookup(settings->beds, location);
    if (bed != NULL)
        return bed;
    parts = g_strsplit(location, "^", 5);
    if (g_strv_length(parts) < 3)
        return NULL;
    three = g_strdup_printf("%s^%s^%s", parts[0], parts[1], parts[2]);
    bed = g_hash_table_lookup(settings->beds, three);
    return bed != NULL ? bed : g_hash_table_lookup(settings->beds, parts[2]);
}

/* unit^room^bed^site, when the settings allow a location to speak for itself. */
static char *
bed_by_itself(const CollectorHl7Settings *settings, const char *location)
{
    g_auto(GStrv) parts = NULL;
    g_autofree char *bed = NULL;
    guint n;

    if (!settings->location_is_bed)
        return NULL;
    parts = g_strsplit(location, "^", 5);
    n = g_strv_length(parts);
    if (n < 3 || *parts[0] == '\0' || *parts[2] == '\0')
        return NULL;
    bed = g_strdup_printf("%s/%s/%s", n > 3 && *parts[3] != '\0' ? parts[3] : settings->site,
                          parts[0], parts[2]);
    return collector_hl7_is_bed_id(bed) ? g_steal_pointer(&bed) : NULL;
}

const char *
collector_hl7_bed(CollectorHl7Mapping *mapping, const char *location)
{
    const CollectorHl7Settings *settings = &mapping->mapper->settings;
    const char *known = look_up(settings, location);
    g_autofree char *own = NULL;
    g_autofree char *unassigned = NULL;
    g_autofree char *device = NULL;
    g_autofree char *text = NULL;

    if (known != NULL && collector_hl7_is_bed_id(known))
        return collector_hl7_keep(mapping, known);
    own = bed_by_itself(settings, location);
    if (own != NULL)
        return collector_hl7_keep(mapping, own);
    if (*location == '\0') {
        /* Two devices without a location must not become one bed. */
        CollectorHl7View id = collector_hl7_value(mapping->message, 0, 3, 2);

        if (collector_hl7_view_is_empty(id))
            id = collector_hl7_value(mapping->message, 0, 3, 1);
        device = collector_hl7_field_text(mapping->message, &mapping->header.charset, id);
    }
    unassigned =
        collector_hl7_unassigned_bed(settings->site, *location != '\0' ? location : device);
    text = g_strdup_printf("%s: no line of [beds] names \"%s\"; its values are kept under %s",
                           *location != '\0' ? "PV1-3" : "MSH-3, because PV1-3 is empty",
                           *location != '\0' ? location : device, unassigned);
    if (collector_hl7_tell(mapping, unassigned, INT64_C(3600) * G_USEC_PER_SEC))
        collector_hl7_event(mapping, unassigned, "bed-unassigned", unassigned, text);
    return collector_hl7_keep(mapping, unassigned);
}
