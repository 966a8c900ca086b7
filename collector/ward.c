/* SPDX-License-Identifier: Apache-2.0 */
#include "collector/ward.h"

#include <string.h>

#include "common/error.h"

#define COPY_SHIFT_US INT64_C(37000000)

struct CollectorWard {
    GArray *beds;       /* CollectorWardBed */
    GPtrArray *scripts; /* CollectorScript */
};

static gboolean refuse(GError **error, const char *path, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

static gboolean
refuse(GError **error, const char *path, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    g_autofree char *text = g_strdup_vprintf(format, args);
    va_end(args);
    g_set_error(error, VICU_ERROR, VICU_ERROR_CONFIG, "%s: %s", path, text);
    return FALSE;
}

static void
bed_clear(gpointer data)
{
    CollectorWardBed *bed = data;

    g_free(bed->bed);
    g_free(bed->record);
}

static gboolean
check_keys(
    GKeyFile *file, const char *path, const char *group, const char *const *known, GError **error)
{
    g_auto(GStrv) keys = g_key_file_get_keys(file, group, NULL, NULL);

    for (size_t i = 0; keys != NULL && keys[i] != NULL; i++)
        if (!g_strv_contains(known, keys[i])) {
            const char *near = vicu_nearest_name(keys[i], known);
            return refuse(error, path, "[%s] has no key %s%s%s%s", group, keys[i],
                          near != NULL ? " (did you mean " : "", near != NULL ? near : "",
                          near != NULL ? "?)" : "");
        }
    return TRUE;
}

static gboolean
load_script(CollectorWard *self,
            CollectorWardBed *bed,
            GKeyFile *file,
            const char *path,
            const char *group,
            GError **error)
{
    g_autofree char *name = g_key_file_get_string(file, group, "script", NULL);
    g_autofree char *over = g_key_file_get_string(file, group, "script_over", NULL);

    if (name == NULL)
        return over == NULL || refuse(error, path, "[%s] script_over stands without script", group);
    if (over != NULL && strcmp(over, "hl7") != 0 && strcmp(over, "recording") != 0)
        return refuse(error, path, "[%s] script_over = %s is neither hl7 nor recording", group,
                      over);
    g_autofree char *section = g_strdup_printf("script %s", name);
    CollectorScript *script = collector_script_load(file, path, section, error);
    if (script == NULL)
        return FALSE;
    g_ptr_array_add(self->scripts, script);
    bed->script = script;
    bed->script_over_hl7 = g_strcmp0(over, "hl7") == 0;
    return TRUE;
}

static gboolean
load_bed(CollectorWard *self,
         GKeyFile *file,
         const char *path,
         const char *prefix,
         guint number,
         GError **error)
{
    static const char *const known[] = {"record", "start", "script", "script_over", NULL};
    g_autofree char *group = g_strdup_printf("bed %u", number);
    g_autofree char *record = g_key_file_get_string(file, group, "record", NULL);
    g_autofree char *folder = g_path_get_dirname(path);
    g_autoptr(GError) local = NULL;
    CollectorWardBed bed = {.number = number};
    double start = g_key_file_get_double(file, group, "start", &local);

    if (!check_keys(file, path, group, known, error))
        return FALSE;
    if (record == NULL || record[0] == '\0' || strchr(record, '/') != NULL)
        return refuse(error, path, "[%s] record: the name of a header beside this file is expected",
                      group);
    if (local != NULL && !g_error_matches(local, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_KEY_NOT_FOUND))
        return refuse(error, path, "[%s] start: %s", group, local->message);
    if (!(start >= 0.0 && start <= 1e6))
        return refuse(error, path, "[%s] start = %g s is outside 0..1000000", group, start);
    if (!load_script(self, &bed, file, path, group, error))
        return FALSE;
    g_autofree char *name = g_strconcat(record, ".hea", NULL);
    bed.bed = g_strdup_printf("%s/%u", prefix, number);
    bed.record = g_build_filename(folder, name, NULL);
    bed.start_us = (int64_t)(start * 1e6 + 0.5);
    g_array_append_val(self->beds, bed);
    return TRUE;
}

static gboolean
is_prefix(const char *text)
{
    g_auto(GStrv) parts = g_strsplit(text, "/", 0);

    for (size_t i = 0; parts[i] != NULL; i++) {
        size_t n = strlen(parts[i]);
        if (i > 1 || n == 0 || n > 32
            || strspn(parts[i], "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")
                   != n)
            return FALSE;
    }
    return g_strv_length(parts) == 2;
}

/* Groups are [ward], [bed 1..N] without a hole, and [script NAME]. */
static gboolean
load_groups(CollectorWard *self, GKeyFile *file, const char *path, char **prefix, GError **error)
{
    static const char *const known[] = {"prefix", NULL};
    g_auto(GStrv) groups = g_key_file_get_groups(file, NULL);
    guint n_beds = 0;

    for (size_t i = 0; groups[i] != NULL; i++) {
        n_beds += g_str_has_prefix(groups[i], "bed ");
        if (!g_str_has_prefix(groups[i], "bed ") && !g_str_has_prefix(groups[i], "script ")
            && strcmp(groups[i], "ward") != 0)
            return refuse(error, path, "[%s] is neither [ward], [bed N] nor [script NAME]",
                          groups[i]);
    }
    *prefix = g_key_file_get_string(file, "ward", "prefix", NULL);
    if (*prefix == NULL || !is_prefix(*prefix))
        return refuse(error, path, "[ward] prefix: SITE/UNIT is expected, each of A-Z a-z 0-9 _ -");
    if (!check_keys(file, path, "ward", known, error))
        return FALSE;
    if (n_beds == 0)
        return refuse(error, path, "there is no [bed 1]");
    for (guint number = 1; number <= n_beds; number++) {
        g_autofree char *group = g_strdup_printf("bed %u", number);
        if (!g_key_file_has_group(file, group))
            return refuse(error, path, "there is no [%s], but %u beds: number them from 1", group,
                          n_beds);
        if (!load_bed(self, file, path, *prefix, number, error))
            return FALSE;
    }
    return TRUE;
}

static void
set_number_of_beds(CollectorWard *self, const char *prefix, guint n_beds)
{
    guint originals = self->beds->len;

    g_array_set_size(self->beds, MIN(originals, n_beds));
    for (guint i = originals; i < n_beds; i++) {
        CollectorWardBed bed = g_array_index(self->beds, CollectorWardBed, i % originals);
        bed.number = i + 1;
        bed.bed = g_strdup_printf("%s/%u", prefix, bed.number);
        bed.record = g_strdup(bed.record);
        bed.start_us += (int64_t)(i / originals) * COPY_SHIFT_US;
        bed.script_over_hl7 = FALSE;
        bed.copy = TRUE;
        g_array_append_val(self->beds, bed);
    }
}

CollectorWard *
collector_ward_load(const char *path, guint n_beds, GError **error)
{
    g_autoptr(CollectorWard) self = g_new0(CollectorWard, 1);
    g_autoptr(GKeyFile) file = g_key_file_new();
    g_autoptr(GError) local = NULL;
    g_autofree char *prefix = NULL;

    self->beds = g_array_new(FALSE, TRUE, sizeof(CollectorWardBed));
    g_array_set_clear_func(self->beds, bed_clear);
    self->scripts = g_ptr_array_new_with_free_func((GDestroyNotify)collector_script_free);
    if (n_beds > COLLECTOR_WARD_BEDS_MAX) {
        refuse(error, path, "%u beds are asked for, above %d", n_beds, COLLECTOR_WARD_BEDS_MAX);
        return NULL;
    }
    if (!g_key_file_load_from_file(file, path, G_KEY_FILE_NONE, &local)) {
        refuse(error, path, "%s", local->message);
        return NULL;
    }
    if (!load_groups(self, file, path, &prefix, error))
        return NULL;
    if (n_beds > 0)
        set_number_of_beds(self, prefix, n_beds);
    return g_steal_pointer(&self);
}

void
collector_ward_free(CollectorWard *self)
{
    if (self == NULL)
        return;
    g_array_unref(self->beds);
    g_ptr_array_unref(self->scripts);
    g_free(self);
}

guint
collector_ward_n(const CollectorWard *self)
{
    return self->beds->len;
}

const CollectorWardBed *
collector_ward_bed(const CollectorWard *self, guint i)
{
    g_return_val_if_fail(i < self->beds->len, NULL);
    return &g_array_index(self->beds, CollectorWardBed, i);
}

gboolean
collector_ward_keep(CollectorWard *self, const char *bed, GError **error)
{
    for (guint i = self->beds->len; i-- > 0;)
        if (strcmp(g_array_index(self->beds, CollectorWardBed, i).bed, bed) != 0)
            g_array_remove_index(self->beds, i);
    if (self->beds->len > 0)
        return TRUE;
    g_set_error(error, VICU_ERROR, VICU_ERROR_ABSENT, "the ward has no bed %s", bed);
    return FALSE;
}

void
collector_ward_play_scripts(CollectorWard *self)
{
    for (guint i = 0; i < self->beds->len; i++)
        g_array_index(self->beds, CollectorWardBed, i).script_over_hl7 = FALSE;
}
