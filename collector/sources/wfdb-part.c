/* SPDX-License-Identifier: Apache-2.0 */
#include "collector/sources/wfdb-part.h"

#include <string.h>

#include "common/error.h"

#define CHECK_SAMPLES 65536

void
collector_wfdb_part_free(CollectorWfdbPart *part)
{
    if (part == NULL)
        return;
    for (size_t i = 0; i < part->n_files; i++)
        collector_wfdb_file_free(part->files[i]);
    g_free(part->files);
    g_free(part->first_signal);
    g_free(part->n_signals);
    collector_wfdb_header_free(part->owned);
    g_free(part->path);
    g_free(part->absent);
    g_free(part);
}

static gboolean refuse(GError **error, const char *path, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

static gboolean
refuse(GError **error, const char *path, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    g_autofree char *text = g_strdup_vprintf(format, args);
    va_end(args);
    g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT, "%s: %s", path, text);
    return FALSE;
}

static gboolean
check_length(CollectorWfdbPart *part,
             const CollectorWfdbFile *file,
             const char *path,
             GError **error)
{
    int64_t there = collector_wfdb_file_frames(file);

    if (part->n_frames >= 0 && there >= 0 && there < part->n_frames)
        return refuse(error, path,
                      "the file holds %" G_GINT64_FORMAT
                      " whole frames, the header says %" G_GINT64_FORMAT ": it is truncated",
                      there, part->n_frames);
    return TRUE;
}

/* The header does not say how long the record is: its shortest file does. */
static gboolean
measure(CollectorWfdbPart *part, GError **error)
{
    if (part->n_frames >= 0)
        return TRUE;
    for (size_t i = 0; i < part->n_files; i++) {
        int64_t n = collector_wfdb_file_frames(part->files[i]);
        if (n >= 0 && (part->n_frames < 0 || n < part->n_frames))
            part->n_frames = n;
    }
    if (part->n_files == 0) /* a layout */
        part->n_frames = 0;
    if (part->n_frames < 0)
        return refuse(error, part->path,
                      "neither the header nor a file says how many frames there are");
    return TRUE;
}

/* Opens every file of the part. A file that is not there sets part->absent. */
static gboolean
open_files(CollectorWfdbPart *part, const char *folder, GError **error)
{
    const CollectorWfdbHeader *h = part->header;

    part->files = g_new0(CollectorWfdbFile *, h->n_signals + 1);
    part->first_signal = g_new0(size_t, h->n_signals + 1);
    part->n_signals = g_new0(size_t, h->n_signals + 1);
    for (size_t i = 0, n; i < h->n_signals; i += n) {
        for (n = 1;
             i + n < h->n_signals && g_strcmp0(h->signals[i].file, h->signals[i + n].file) == 0;)
            n++;
        if (h->signals[i].file == NULL)
            continue;
        g_autoptr(GError) local = NULL;
        g_autofree char *path = g_build_filename(folder, h->signals[i].file, NULL);
        CollectorWfdbFile *file = collector_wfdb_file_open(path, &h->signals[i], n, &local);
        if (file == NULL && g_error_matches(local, VICU_ERROR, VICU_ERROR_ABSENT)) {
            part->absent = g_steal_pointer(&path);
            return TRUE;
        }
        if (file == NULL) {
            g_propagate_error(error, g_steal_pointer(&local));
            return FALSE;
        }
        part->files[part->n_files] = file;
        part->first_signal[part->n_files] = i;
        part->n_signals[part->n_files++] = n;
        if (!check_length(part, file, path, error))
            return FALSE;
    }
    return measure(part, error);
}

CollectorWfdbPart *
collector_wfdb_part_new(const char *folder,
                        const char *path,
                        const CollectorWfdbHeader *header,
                        GError **error)
{
    g_autoptr(CollectorWfdbPart) part = g_new0(CollectorWfdbPart, 1);

    part->path = g_strdup(path);
    part->header = header;
    part->n_frames = header->n_frames;
    if (header->n_segments > 0) {
        refuse(error, path, "a segment has segments itself");
        return NULL;
    }
    if (!open_files(part, folder, error))
        return NULL;
    return g_steal_pointer(&part);
}

CollectorWfdbPart *
collector_wfdb_part_open(const char *folder, const char *name, GError **error)
{
    g_autoptr(GError) local = NULL;
    g_autofree char *file = g_strconcat(name, ".hea", NULL);
    g_autofree char *path = g_build_filename(folder, file, NULL);
    g_autoptr(CollectorWfdbHeader) header = collector_wfdb_header_load(path, &local);

    if (header == NULL && g_error_matches(local, VICU_ERROR, VICU_ERROR_ABSENT)) {
        CollectorWfdbPart *part = g_new0(CollectorWfdbPart, 1);
        part->absent = g_steal_pointer(&path);
        return part;
    }
    if (header == NULL) {
        g_propagate_error(error, g_steal_pointer(&local));
        return NULL;
    }
    CollectorWfdbPart *part = collector_wfdb_part_new(folder, path, header, error);
    if (part != NULL)
        part->owned = g_steal_pointer(&header);
    return part;
}

void
collector_wfdb_check_free(CollectorWfdbCheck *check)
{
    g_free(check->segment);
    g_free(check->signal);
    g_free(check);
}

/* Adds up what file @i of @part stores. */
static gboolean
check_file(const CollectorWfdbPart *part, size_t i, CollectorWfdbCheck **checks, GError **error)
{
    const CollectorWfdbSignal *signals = &part->header->signals[part->first_signal[i]];
    size_t width = collector_wfdb_file_width(part->files[i]), got = 0;
    size_t chunk = MAX(CHECK_SAMPLES / width, 1);
    g_autofree int32_t *block = g_new(int32_t, chunk * width);

    for (int64_t f = 0; f < part->n_frames; f += (int64_t)got) {
        size_t want = (size_t)MIN((int64_t)chunk, part->n_frames - f);
        const int32_t *sample = block;

        if (!collector_wfdb_file_read(part->files[i], f, want, block, &got, error))
            return FALSE;
        if (got < want)
            return refuse(error, signals[0].file, "the file ends at frame %" G_GINT64_FORMAT,
                          f + (int64_t)got);
        for (size_t k = 0; k < got; k++)
            for (size_t s = 0; s < part->n_signals[i]; s++) {
                if (f == 0 && k == 0)
                    checks[s]->initial_found = *sample;
                for (uint32_t j = 0; j < signals[s].samples_per_frame; j++)
                    checks[s]->checksum_found =
                        (uint16_t)(checks[s]->checksum_found + (uint32_t)*sample++);
            }
    }
    return TRUE;
}

gboolean
collector_wfdb_part_check(CollectorWfdbPart *part, GPtrArray *checks, GError **error)
{
    for (size_t i = 0; i < part->n_files; i++) {
        guint before = checks->len;
        for (size_t s = 0; s < part->n_signals[i]; s++) {
            const CollectorWfdbSignal *signal = &part->header->signals[part->first_signal[i] + s];
            CollectorWfdbCheck *check = g_new0(CollectorWfdbCheck, 1);
            check->segment = g_strdup(part->header->name);
            check->signal = g_strdup(signal->name);
            check->has_checksum = signal->has_checksum;
            check->has_initial = signal->has_initial;
            check->checksum_expected = (uint16_t)signal->checksum;
            check->initial_expected = signal->initial;
            g_ptr_array_add(checks, check);
        }
        if (!check_file(part, i, (CollectorWfdbCheck **)&checks->pdata[before], error))
            return FALSE;
    }
    return TRUE;
}
