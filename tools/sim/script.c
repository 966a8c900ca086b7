/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/sim/script.h"

#include <math.h>
#include <string.h>

#include "common/error.h"

#define SLOW_MS     10000              /* what is measured less often has its own rhythm */
#define MOST_RARELY INT64_C(300000000) /* a late joiner knows within five minutes */

static const char *const quiet_patient[][2] = {
    {"HR", "78;6;7"},      {"SpO2", "97;1;11"},   {"RR", "15;2;5"},         {"NIBP_S", "124;8;40"},
    {"NIBP_D", "72;5;40"}, {"NIBP_M", "89;6;40"}, {"Temp", "36.9;0.3;240"}, {"FiO2", "0.21;0;60"},
    {"ACVPU", "A"},        {"O2", "AIR"},
};

static void
bed_free(gpointer data)
{
    ToolSimBed *bed = data;

    for (size_t i = 0; i < bed->n_items; i++)
        g_free(bed->items[i].symbol);
    g_free(bed->bed);
    g_free(bed);
}

static gboolean
refuse(GError **error, const char *what, const char *key, const char *text, const char *expected)
{
    g_set_error(error, VICU_ERROR, VICU_ERROR_CONFIG, "%s: %s = %s: %s", what, key, text, expected);
    return FALSE;
}

/* "VALUE;WANDER;MINUTES", the last two may be left out. */
static gboolean
read_numeric(ToolSimItem *item, const char *what, const char *text, GError **error)
{
    g_auto(GStrv) parts = g_strsplit(text, ";", -1);
    double numbers[3] = {0.0, 0.0, 60.0};
    guint n = g_strv_length(parts);

    if (n > 0 && *g_strstrip(parts[n - 1]) == '\0')
        n--;
    for (guint i = 0; i < n; i++) {
        char *end = NULL;

        if (i >= 3)
            return refuse(error, what, item->signal->name, text, "expected VALUE;WANDER;MINUTES");
        numbers[i] = g_ascii_strtod(g_strstrip(parts[i]), &end);
        if (*parts[i] == '\0' || *end != '\0' || !isfinite(numbers[i]))
            return refuse(error, what, item->signal->name, text, "expected VALUE;WANDER;MINUTES");
    }
    item->value = numbers[0];
    item->wander = numbers[1];
    item->swing_min = numbers[2];
    if (n == 0 || item->wander < 0 || !(item->swing_min >= 1 && item->swing_min <= 10080))
        return refuse(error, what, item->signal->name, text,
                      "expected WANDER >= 0 and MINUTES in 1..10080");
    if (item->value - item->wander < item->signal->min
        || item->value + item->wander > item->signal->max)
        return refuse(error, what, item->signal->name, text, "leaves the signal's bounds");
    return TRUE;
}

static gboolean
add_item(ToolSimBed *bed, const char *what, const char *name, const char *text, GError **error)
{
    ToolSimItem *item = &bed->items[bed->n_items];

    if (bed->n_items == TOOL_SIM_ITEMS_MAX)
        return refuse(error, what, name, text, "more than 32 parameters");
    memset(item, 0, sizeof *item);
    item->signal = vicu_signal_by_name(name);
    if (item->signal == NULL
        || (item->signal->kind != VICU_SIGNAL_NUMERIC && item->signal->kind != VICU_SIGNAL_SYMBOL))
        return refuse(error, what, name, text, "not the name of a numeric or symbol");
    if (item->signal->kind == VICU_SIGNAL_SYMBOL) {
        if (*text == '\0' || strlen(text) > 32)
            return refuse(error, what, name, text, "expected a word of 1 to 32 characters");
        item->symbol = g_strdup(text);
    } else if (!read_numeric(item, what, text, error)) {
        return FALSE;
    }
    if (item->symbol != NULL || item->signal->period_ms > SLOW_MS)
        item->every_us = MIN(item->signal->period_ms * 1000, MOST_RARELY);
    bed->n_items++;
    return TRUE;
}

/* SITE/UNIT, each part as a bed id allows it. */
static gboolean
check_prefix(const char *prefix, GError **error)
{
    g_auto(GStrv) parts = g_strsplit(prefix, "/", -1);
    gboolean good = g_strv_length(parts) == 2;

    for (size_t i = 0; parts[i] != NULL; i++) {
        size_t n = strlen(parts[i]);

        good = good && n >= 1 && n <= 32
               && strspn(parts[i], G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "_-") == n;
    }
    if (!good)
        g_set_error(error, VICU_ERROR, VICU_ERROR_CONFIG,
                    "prefix = %s: expected SITE/UNIT, such as demo/icu", prefix);
    return good;
}

static ToolSimBed *
bed_new(GPtrArray *beds, const char *prefix, guint number)
{
    ToolSimBed *bed = g_new0(ToolSimBed, 1);

    bed->number = number;
    bed->bed = g_strdup_printf("%s/%u", prefix, number);
    g_ptr_array_add(beds, bed);
    return bed;
}

static gboolean
add_quiet(GPtrArray *beds, const char *prefix, guint number, GError **error)
{
    ToolSimBed *bed = bed_new(beds, prefix, number);

    for (size_t i = 0; i < G_N_ELEMENTS(quiet_patient); i++)
        if (!add_item(bed, "quiet patient", quiet_patient[i][0], quiet_patient[i][1], error))
            return FALSE;
    return TRUE;
}

static gboolean
add_scripted(GPtrArray *beds,
             GKeyFile *file,
             const char *path,
             const char *group,
             guint number,
             GError **error)
{
    g_autofree char *prefix = g_key_file_get_string(file, "ward", "prefix", NULL);
    g_autofree char *name = g_key_file_get_string(file, group, "script", NULL);
    g_autofree char *section = g_strdup_printf("script %s", name == NULL ? "" : name);
    g_auto(GStrv) keys = g_key_file_get_keys(file, section, NULL, NULL);
    g_autofree char *what = g_strdup_printf("%s: [%s]", path, section);
    ToolSimBed *bed;

    if (keys == NULL) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_CONFIG,
                    "%s: [%s] script_over = hl7, but there is no group [%s]", path, group, section);
        return FALSE;
    }
    if (prefix != NULL && !check_prefix(prefix, error)) {
        g_prefix_error(error, "%s: ", path);
        return FALSE;
    }
    bed = bed_new(beds, prefix == NULL ? "demo/icu" : prefix, number);
    for (size_t i = 0; keys[i] != NULL; i++) {
        g_autofree char *text = g_key_file_get_string(file, section, keys[i], error);

        if (text == NULL || !add_item(bed, what, keys[i], g_strstrip(text), error))
            return FALSE;
    }
    return TRUE;
}

static GPtrArray *
load_file(const char *path, guint first, guint n, GError **error)
{
    g_autoptr(GKeyFile) file = g_key_file_new();
    g_autoptr(GPtrArray) beds = g_ptr_array_new_with_free_func(bed_free);
    g_auto(GStrv) groups = NULL;

    if (!g_key_file_load_from_file(file, path, G_KEY_FILE_NONE, error)) {
        g_prefix_error(error, "%s: ", path);
        return NULL;
    }
    groups = g_key_file_get_groups(file, NULL);
    for (size_t i = 0; groups[i] != NULL; i++) {
        g_autofree char *over = g_key_file_get_string(file, groups[i], "script_over", NULL);
        guint64 number;

        if (!g_str_has_prefix(groups[i], "bed ") || g_strcmp0(over, "hl7") != 0)
            continue;
        if (!g_ascii_string_to_unsigned(groups[i] + 4, 10, 1, TOOL_SIM_BEDS_MAX, &number, error)) {
            g_prefix_error(error, "%s: [%s]: ", path, groups[i]);
            return NULL;
        }
        if (number < first || (n > 0 && number >= (guint64)first + n))
            continue;
        if (!add_scripted(beds, file, path, groups[i], (guint)number, error))
            return NULL;
    }
    if (beds->len == 0) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_ABSENT,
                    "%s: no bed from %u on says script_over=hl7", path, first);
        return NULL;
    }
    return g_steal_pointer(&beds);
}

GPtrArray *
tool_sim_beds_load(const char *path, const char *prefix, guint first, guint n, GError **error)
{
    g_autoptr(GPtrArray) beds = NULL;

    if (path != NULL)
        return load_file(path, first, n, error);
    if (!check_prefix(prefix, error))
        return NULL;
    beds = g_ptr_array_new_with_free_func(bed_free);
    for (guint i = 0; i < MAX(n, 1); i++)
        if (!add_quiet(beds, prefix, first + i, error))
            return NULL;
    return g_steal_pointer(&beds);
}

int
tool_sim_decimals(const VicuSignal *signal)
{
    if (strcmp(signal->name, "FiO2") == 0)
        return 2;
    if (strcmp(signal->unit, "%") == 0 || strcmp(signal->unit, "/min") == 0
        || strcmp(signal->unit, "mm[Hg]") == 0)
        return 0;
    return 1;
}

/* Two sines of different length, their phases set by the seed and the signal. */
double
tool_sim_value(const ToolSimItem *item, int64_t t_us, guint32 seed)
{
    double minutes = (double)(t_us / 1000) / 60000.0;
    guint32 mixed = (seed * 2654435761U) ^ (item->signal->codes[0] * 40503U);
    double phase = (double)(mixed >> 8 & 0xFFFFU) / 65536.0;
    double slow = sin(2.0 * G_PI * (fmod(minutes / item->swing_min, 1.0) + phase));
    double fast = sin(2.0 * G_PI * (fmod(minutes / item->swing_min * 3.7, 1.0) + phase * 5.0));

    return item->value + item->wander * (0.75 * slow + 0.25 * fast);
}
