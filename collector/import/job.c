/* SPDX-License-Identifier: Apache-2.0 */
#include "collector/import/job.h"

#include <glib/gstdio.h>

#include "common/error.h"

#define GROUP "job"

struct CollectorImportJob {
    char *path;
    GKeyFile *file;
    gboolean is_new;
};

CollectorImportJob *
collector_import_job_open(
    const char *folder, const char *fingerprint, const char *bed, int64_t from_us, GError **error)
{
    g_autoptr(CollectorImportJob) self = g_new0(CollectorImportJob, 1);
    g_autoptr(GError) trouble = NULL;
    g_autofree char *all = g_strdup_printf("%s %s %" G_GINT64_FORMAT, fingerprint, bed, from_us);
    g_autofree char *name = g_compute_checksum_for_string(G_CHECKSUM_SHA256, all, -1);

    name[16] = '\0';
    self->path = g_strdup_printf("%s/%s.job", folder, name);
    self->file = g_key_file_new();
    if (g_key_file_load_from_file(self->file, self->path, G_KEY_FILE_NONE, &trouble))
        return g_steal_pointer(&self);
    if (!g_error_matches(trouble, G_FILE_ERROR, G_FILE_ERROR_NOENT)) {
        g_propagate_prefixed_error(error, g_steal_pointer(&trouble), "%s: ", self->path);
        return NULL;
    }
    self->is_new = TRUE;
    g_key_file_set_string(self->file, GROUP, "fingerprint", fingerprint);
    g_key_file_set_string(self->file, GROUP, "bed", bed);
    g_key_file_set_int64(self->file, GROUP, "from_us", from_us);
    return g_steal_pointer(&self);
}

void
collector_import_job_free(CollectorImportJob *self)
{
    if (self == NULL)
        return;
    g_key_file_unref(self->file);
    g_free(self->path);
    g_free(self);
}

gboolean
collector_import_job_is_new(const CollectorImportJob *self)
{
    return self->is_new;
}

gboolean
collector_import_job_epoch(CollectorImportJob *self, uint64_t epoch, uint64_t piece, GError **error)
{
    g_autofree char *key = g_strdup_printf("%" G_GUINT64_FORMAT, epoch);
    gsize n = 0;

    g_key_file_set_uint64(self->file, "epochs", key, piece);
    g_autofree char *text = g_key_file_to_data(self->file, &n, NULL);
    if (g_file_set_contents_full(self->path, text, (gssize)n,
                                 G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0600,
                                 error))
        return TRUE;
    g_prefix_error(error, "%s: ", self->path);
    return FALSE;
}

uint64_t
collector_import_job_safe(const CollectorImportJob *self, GHashTable *last)
{
    g_auto(GStrv) keys = g_key_file_get_keys(self->file, "epochs", NULL, NULL);
    uint64_t safe = 0;

    for (size_t i = 0; keys != NULL && keys[i] != NULL; i++) {
        uint64_t epoch = g_ascii_strtoull(keys[i], NULL, 10);
        const uint64_t *sequence = g_hash_table_lookup(last, &epoch);
        if (sequence != NULL && *sequence > 0)
            safe =
                MAX(safe, g_key_file_get_uint64(self->file, "epochs", keys[i], NULL) + *sequence);
    }
    return safe;
}

void
collector_import_job_done(CollectorImportJob *self)
{
    g_unlink(self->path);
}
